/* A source over memory that gives few bytes at a time, so that every state of a reader meets the
 * end of its window. For unit tests and fuzz targets alike. */
#ifndef AGORA_TESTS_DRIP_H
#define AGORA_TESTS_DRIP_H

#include "formats/source.h"

#include <string.h>

struct drip {
    slice rest;
    size_t step;
};

static inline err drip_read(void *self, char *bytes, size_t room, size_t *got) {
    struct drip *drip = self;
    size_t n = drip->rest.n < drip->step ? drip->rest.n : drip->step;
    n = n < room ? n : room;
    if (n > 0) {
        memcpy(bytes, drip->rest.p, n);
    }
    drip->rest = slice_sub(drip->rest, n, drip->rest.n - n);
    *got = n;
    return OK;
}

static inline struct byte_source drip_source(struct drip *drip) {
    return (struct byte_source){.read = drip_read, .self = drip};
}

#endif
