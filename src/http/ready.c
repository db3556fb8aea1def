/* The answers of fixed bytes, ready to be sent: a table that only grows, for there are no more of
 * them than files in the program, in three codings each. */
#include "http/http_int.h"

#include <stdlib.h>

#define PLACES 1024 /* a power of two, a few times as many as files */
#define PROBES 16

struct place {
    /* Both are written before `bytes`, which never changes again. */
    const struct http_route *route;
    _Atomic(const char *) bytes;
    http_ready_answer answer;
};
struct http_ready {
    pthread_mutex_t lock; /* of who takes a place */
    struct place places[PLACES];
};

struct http_ready *http_ready_new(void) {
    struct http_ready *ready = calloc(1, sizeof *ready);
    if (ready) {
        pthread_mutex_init(&ready->lock, NULL);
    }
    return ready;
}

void http_ready_free(struct http_ready *ready) {
    if (!ready) {
        return;
    }
    for (size_t i = 0; i < PLACES; i++) {
        if (ready->places[i].answer) {
            MHD_destroy_response(ready->places[i].answer);
        }
    }
    pthread_mutex_destroy(&ready->lock);
    free(ready);
}

/* The place of these, else the free one where they belong, else NULL. */
static struct place *find(struct http_ready *ready, const struct http_route *route,
                          const char *bytes, bool *taken) {
    uint64_t hash = hash_mix((uintptr_t)bytes, (uintptr_t)route);
    for (size_t i = 0; i < PROBES; i++) {
        struct place *place = &ready->places[(hash + i) % PLACES];
        const char *there = atomic_load(&place->bytes);
        *taken = there == bytes && place->route == route;
        if (*taken || !there) {
            return place;
        }
    }
    return NULL;
}

http_ready_answer *http_ready_of(struct http_ready *ready, const struct http_route *route,
                                 const char *bytes) {
    bool taken = false;
    struct place *place = find(ready, route, bytes, &taken);
    if (place && !taken) {
        pthread_mutex_lock(&ready->lock);
        place = find(ready, route, bytes, &taken);
        if (place && !taken) {
            place->route = route;
            atomic_store(&place->bytes, bytes);
        }
        pthread_mutex_unlock(&ready->lock);
    }
    return place ? &place->answer : NULL;
}
