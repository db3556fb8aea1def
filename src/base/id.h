/* Ids made by the program: 53 bits, so that every JSON reader keeps them whole. The upper 41 are
 * milliseconds since 2024-01-01 UTC, the lower 12 a counter within the millisecond; ordered by
 * time. */
#ifndef AGORA_BASE_ID_H
#define AGORA_BASE_ID_H

#include "base/time.h"
#include <stdatomic.h>

struct id_source {
    struct clock clock;
    _Atomic int64_t last;
};

struct id_source id_source_make(struct clock clock, int64_t last_known); /* 0: none known */
/* The next id: greater than any before from this source, even when the clock goes back. */
int64_t id_next(struct id_source *source);

/* From now on greater than `least` too. */
void id_source_raise(struct id_source *source, int64_t least);

#endif
