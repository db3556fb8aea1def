#include "base/id.h"

#define ID_EPOCH_MS     INT64_C(1704067200000) /* 2024-01-01T00:00:00Z */
#define ID_COUNTER_BITS 12

struct id_source id_source_make(struct clock clock, int64_t last_known) {
    struct id_source source = {.clock = clock};
    atomic_init(&source.last, last_known > 0 ? last_known : 0);
    return source;
}

int64_t id_next(struct id_source *source) {
    int64_t ms = clock_now_ms(source->clock) - ID_EPOCH_MS;
    int64_t wanted = ms > 0 ? ms * (INT64_C(1) << ID_COUNTER_BITS) : 0;
    int64_t last = atomic_load(&source->last);
    int64_t next;
    do {
        next = wanted > last ? wanted : last + 1;
    } while (!atomic_compare_exchange_weak(&source->last, &last, next));
    return next;
}

void id_source_raise(struct id_source *source, int64_t least) {
    int64_t last = atomic_load(&source->last);
    while (last < least && !atomic_compare_exchange_weak(&source->last, &last, least)) {
    }
}
