/* Sources over memory: whole, and one that gives few bytes at a time, so that every state of a
 * reader meets the end of its window. */
#ifndef AGORA_TESTS_FORMATS_FIXTURE_H
#define AGORA_TESTS_FORMATS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

#define assert_slice(actual, expected)                                                             \
    do {                                                                                           \
        slice actual_ = (actual);                                                                  \
        slice expected_ = slice_from_cstr(expected);                                               \
        if (!slice_equal(actual_, expected_)) {                                                    \
            print_error("\"%.*s\" is not \"%.*s\"\n", SLICE_ARG(actual_), SLICE_ARG(expected_));   \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#endif
