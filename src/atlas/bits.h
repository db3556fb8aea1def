/* Bitsets over document numbers: 64 a word, the lowest bit first. What works on many words is
 * written once in plain C and, for x86, once for AVX2 and once for AVX-512; the processor is asked
 * at the first call. All give the same results. */
#ifndef AGORA_ATLAS_BITS_H
#define AGORA_ATLAS_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bits_words(uint32_t bits) {
    return ((size_t)bits + 63) / 64;
}
static inline bool bits_has(const uint64_t *bits, uint32_t i) {
    return (bits[i / 64] >> (i % 64)) & 1;
}
static inline void bits_set(uint64_t *bits, uint32_t i) {
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}
static inline void bits_clear(uint64_t *bits, uint32_t i) {
    bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* Without the instruction, and without the library call that the builtin would become. */
static inline uint32_t bits_count_word(uint64_t word) {
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}

/* Sets the bits first … last - 1. */
void bits_set_run(uint64_t *bits, uint32_t first, uint32_t last);
void bits_and(uint64_t *bits, const uint64_t *with, size_t words);
void bits_or(uint64_t *bits, const uint64_t *with, size_t words);
/* bits = bits and not without. */
void bits_and_not(uint64_t *bits, const uint64_t *without, size_t words);
uint64_t bits_count(const uint64_t *bits, size_t words);
uint64_t bits_count_and(const uint64_t *a, const uint64_t *b, size_t words);
/* The bits first … last - 1 of a, and of both. */
uint64_t bits_count_run(const uint64_t *a, uint32_t first, uint32_t last);
uint64_t bits_count_and_run(const uint64_t *a, const uint64_t *b, uint32_t first, uint32_t last);

/* A choice that is read word by word and never written down: a bit passes when each of some groups
 * has it, and a group has it when any of its sets does. No group: everything passes. */
#define BITS_SIEVE_MAX 160
struct bits_sieve {
    unsigned count;
    struct bits_sieve_set {
        const uint64_t *bits;
        size_t from;   /* word of bits[0]; no word before is asked for */
        uint64_t flip; /* all ones: what is not in the group; else 0 */
        bool is_last;  /* of its group */
    } sets[BITS_SIEVE_MAX];
};
/* Adds a set, and ends its group unless more of it follow. There is room: the caller counts. */
static inline void bits_sieve_add(struct bits_sieve *sieve, const uint64_t *bits, size_t from,
                                  bool is_last) {
    sieve->sets[sieve->count++] =
        (struct bits_sieve_set){.bits = bits, .from = from, .is_last = is_last};
}
/* Adds a group of one: what is not in the set, over all documents. */
static inline void bits_sieve_add_not(struct bits_sieve *sieve, const uint64_t *bits) {
    sieve->sets[sieve->count++] =
        (struct bits_sieve_set){.bits = bits, .flip = UINT64_MAX, .is_last = true};
}
/* The first sets of another one. */
static inline void bits_sieve_copy(struct bits_sieve *to, const struct bits_sieve *from,
                                   unsigned count) {
    to->count = count;
    for (unsigned i = 0; i < count; i++) {
        to->sets[i] = from->sets[i];
    }
}
static inline uint64_t bits_sieve_word(const struct bits_sieve *sieve, size_t word) {
    uint64_t all = UINT64_MAX;
    uint64_t any = 0;
    for (unsigned i = 0; i < sieve->count; i++) {
        const struct bits_sieve_set *set = &sieve->sets[i];
        any |= set->bits[word - set->from];
        if (set->is_last) {
            all &= any ^ set->flip;
            any = 0;
        }
    }
    return all;
}
/* How many of the bits first … last - 1 pass. */
uint64_t bits_sieve_count(const struct bits_sieve *sieve, uint32_t first, uint32_t last);

/* The code in use. The best of the processor, unless the environment says AGORA_VECTORS=plain, avx2
 * or avx512 (what the processor lacks is not taken), or a test says bits_use. */
enum bits_code { BITS_PLAIN, BITS_AVX2, BITS_AVX512, BITS_CODE__COUNT };
enum bits_code bits_code(void);
const char *bits_code_name(enum bits_code code);
/* For all threads from now on; false when the processor cannot. */
bool bits_use(enum bits_code code);

/* Walks the set bits: `for (struct bits_walk w = bits_walk(bits, words); bits_next(&w, &i);)`. */
struct bits_walk {
    const uint64_t *bits;
    size_t words, at;
    uint64_t word;
};
static inline struct bits_walk bits_walk(const uint64_t *bits, size_t words) {
    return (struct bits_walk){.bits = bits, .words = words, .word = words ? bits[0] : 0};
}
static inline bool bits_next(struct bits_walk *walk, uint32_t *i) {
    while (!walk->word) {
        if (++walk->at >= walk->words) {
            return false;
        }
        walk->word = walk->bits[walk->at];
    }
    *i = (uint32_t)(walk->at * 64) + (uint32_t)__builtin_ctzll(walk->word);
    walk->word &= walk->word - 1;
    return true;
}

#endif
