/* A positional population count (Klarqvist, Muła and Lemire 2019): sixteen rows go through full
 * adders (Harley and Seal) that work on all bits of a row at once, so that most of a row's price is
 * reading it. What sixteen rows carry over is then spread over eight rows of bytes, the k-th with
 * the bits k of all bytes. */
#include "atlas/tally.h"

#include "atlas/bits.h"

#include <stdbool.h>

#define GROUP      16  /* rows added at once */
#define GROUPS_MAX 255 /* before a byte of the sixteens is full */
#define AHEAD      32  /* rows that are asked of memory before they are needed */
#define LOW_BITS   UINT64_C(0x0101010101010101)

typedef uint64_t row __attribute__((vector_size(TALLY_WORDS * 8), aligned(8), may_alias));

struct tally {
    row ones, twos, fours, eights; /* below sixteen, by bit */
    row sixteens[8];               /* bytes */
    unsigned groups;
};

#define INLINE static inline __attribute__((always_inline))
#define ADD(high, low, a, b, c)                                                                    \
    do {                                                                                           \
        row either_ = (a) ^ (b);                                                                   \
        row both_ = (a) & (b);                                                                     \
        row third_ = (c);                                                                          \
        (low) = either_ ^ third_;                                                                  \
        (high) = both_ | (either_ & third_);                                                       \
    } while (0)

INLINE void flush(struct tally *tally, uint32_t counts[TALLY_BITS]) {
    for (unsigned k = 0; k < 8; k++) {
        row low = ((tally->ones >> k) & LOW_BITS) | ((tally->twos >> k) & LOW_BITS) << 1 |
                  ((tally->fours >> k) & LOW_BITS) << 2 | ((tally->eights >> k) & LOW_BITS) << 3;
        for (unsigned byte = 0; byte < TALLY_BITS / 8; byte++) {
            unsigned shift = byte % 8 * 8;
            counts[byte * 8 + k] += (uint32_t)(low[byte / 8] >> shift & 255) +
                                    GROUP * (uint32_t)(tally->sixteens[k][byte / 8] >> shift & 255);
        }
    }
    *tally = (struct tally){0};
}

INLINE void add_group(struct tally *tally, const row *const r[GROUP], uint32_t counts[TALLY_BITS]) {
    row ones = tally->ones;
    row twos = tally->twos;
    row fours = tally->fours;
    row eights = tally->eights;
    row sixteens;
    row two[2];
    row four[2];
    row eight[2];
    for (unsigned half = 0; half < 2; half++) {
        for (unsigned quarter = 0; quarter < 2; quarter++) {
            const row *const *at = r + half * 8 + quarter * 4;
            ADD(two[0], ones, ones, *at[0], *at[1]);
            ADD(two[1], ones, ones, *at[2], *at[3]);
            ADD(four[quarter], twos, twos, two[0], two[1]);
        }
        ADD(eight[half], fours, fours, four[0], four[1]);
    }
    ADD(sixteens, eights, eights, eight[0], eight[1]);
    tally->ones = ones;
    tally->twos = twos;
    tally->fours = fours;
    tally->eights = eights;
    for (unsigned k = 0; k < 8; k++) {
        tally->sixteens[k] += (sixteens >> k) & LOW_BITS;
    }
    if (++tally->groups == GROUPS_MAX) {
        flush(tally, counts);
    }
}

INLINE void add_rows(const uint64_t *rows, const uint32_t *numbers, size_t count,
                     uint32_t counts[TALLY_BITS]) {
    static const row none = {0};
    struct tally tally = {0};
    for (size_t at = 0; at < count; at += GROUP) {
        const row *group[GROUP];
        size_t left = count - at < GROUP ? count - at : GROUP;
        for (size_t i = 0; i < GROUP; i++) {
            const uint64_t *of = i < left ? rows + (size_t)numbers[at + i] * TALLY_WORDS : NULL;
            group[i] = of ? (const row *)(const void *)of : &none;
        }
        for (size_t i = 0; i < GROUP && at + AHEAD + i < count; i++) {
            __builtin_prefetch(rows + (size_t)numbers[at + AHEAD + i] * TALLY_WORDS);
        }
        add_group(&tally, group, counts);
    }
    flush(&tally, counts);
}

static void plain_add(const uint64_t *rows, const uint32_t *numbers, size_t count,
                      uint32_t counts[TALLY_BITS]) {
    add_rows(rows, numbers, count, counts);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void avx2_add(const uint64_t *rows, const uint32_t *numbers,
                                                     size_t count, uint32_t counts[TALLY_BITS]) {
    add_rows(rows, numbers, count, counts);
}
#else
#define avx2_add plain_add
#endif

void tally_rows(const uint64_t *rows, const uint32_t *numbers, size_t count,
                uint32_t counts[TALLY_BITS]) {
    if (count && bits_code() == BITS_PLAIN) {
        plain_add(rows, numbers, count, counts);
    } else if (count) {
        avx2_add(rows, numbers, count, counts);
    }
}
