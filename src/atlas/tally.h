/* Rows of 256 bits: how often each bit is set in some of them. Written once and compiled for plain
 * C and, for x86, for AVX2; bits.h says which is in use. Both give the same. For the room and its
 * tests. */
#ifndef AGORA_ATLAS_TALLY_H
#define AGORA_ATLAS_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define TALLY_BITS  256
#define TALLY_WORDS (TALLY_BITS / 64)

/* Adds to counts[bit] in how many of the rows number numbers[0 … count - 1] it is set; row i is
 * rows[i * TALLY_WORDS …], its lowest bit first. */
void tally_rows(const uint64_t *rows, const uint32_t *numbers, size_t count,
                uint32_t counts[TALLY_BITS]);

#endif
