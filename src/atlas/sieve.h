/* What passes a sieve (bits.h), for many runs of one stretch: counted beforehand, so that each run
 * costs two looks; and where it stands, added up. Vector code as in bits.h. For the room and its
 * tests. */
#ifndef AGORA_ATLAS_SIEVE_H
#define AGORA_ATLAS_SIEVE_H

#include "atlas/bits.h"

/* Words first … first + words - 1 of a sieve. */
struct sieve_counts {
    size_t first, words;
    uint64_t *bits;   /* words + 1: what passes; the last is 0 */
    uint32_t *before; /* words + 1: how many bits of the words before pass */
};
/* Fills bits and before, which have that much room. */
void sieve_count(const struct bits_sieve *sieve, struct sieve_counts *counts);
/* How many pass from the first word on, before bit number `bit` of those words or their end. */
static inline uint32_t sieve_rank(const struct sieve_counts *counts, uint32_t bit) {
    size_t word = bit / 64 - counts->first;
    uint64_t below = counts->bits[word] & ((UINT64_C(1) << bit % 64) - 1);
    return counts->before[word] + (below ? bits_count_word(below) : 0);
}

struct sieve_sums {
    uint64_t x, y, count;
};
/* Adds those of the bits first … last - 1 that pass: how many, and their pairs (two numbers for
 * each bit, those of bit 0 first), of which only what the mask has counts. */
void sieve_sum(const struct bits_sieve *sieve, uint32_t first, uint32_t last, const uint32_t *pairs,
               uint32_t mask, struct sieve_sums *sums);

#endif
