/* What every fuzz target stands on. */
#ifndef AGORA_FUZZ_H
#define AGORA_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Feeds one input to the code under test. Returns 0; ends the program when a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code that no input may break. Unlike assert, it never depends on NDEBUG. */
#define FUZZ_PROMISE(holds)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #holds);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
