/* What the tests of this room share. */
#ifndef AGORA_TESTS_FORMATS_FIXTURE_H
#define AGORA_TESTS_FORMATS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drip.h"

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
