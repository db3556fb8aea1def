/* What is done to 64 at a time, the documents of a block or the blocks of a region, to find out
 * which may stand among the best: written once in plain C and, for x86, once for AVX2 and once for
 * AVX-512, as bits.h chooses. All give the same results. */
#ifndef AGORA_ATLAS_SIFT_H
#define AGORA_ATLAS_SIFT_H

#include "atlas/plan.h"

#define SIFT_AT_ONCE 64
#define SIFT_AGES    5 /* README, "Score": how fresh is how many points */

uint8_t sift_largest(const uint8_t values[SIFT_AT_ONCE]);
/* What the words of frequent clauses bring to the documents of a block. A document that does not
 * have all words gets what it has. Whole windows only. */
void sift_words(const struct atlas_heard *heard, uint32_t count, size_t block,
                uint32_t scores[SIFT_AT_ONCE]);
/* sums[i] += values[i] * by. */
void sift_weigh(const uint8_t values[SIFT_AT_ONCE], uint32_t by, uint32_t sums[SIFT_AT_ONCE]);
/* A time later than after_ms[i], which ascend, gains points[i]: all of them together. */
struct sift_ages {
    int64_t after_ms[SIFT_AGES];
    uint32_t points[SIFT_AGES];
};
struct sift_ages sift_ages(int64_t now_ms); /* what is fresh gains */
void sift_gain(const int64_t times_ms[SIFT_AT_ONCE], const struct sift_ages *ages,
               uint32_t sums[SIFT_AT_ONCE]);
/* Bits of what comes to `least` or more: sums[i] + points[i]. */
uint64_t sift_reach(const uint32_t sums[SIFT_AT_ONCE], const uint16_t points[SIFT_AT_ONCE],
                    uint32_t least);

#endif
