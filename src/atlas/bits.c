#include "atlas/bits.h"

void bits_set_run(uint64_t *bits, uint32_t first, uint32_t last) {
    while (first < last && first % 64) {
        bits_set(bits, first++);
    }
    for (; last - first >= 64 && first < last; first += 64) {
        bits[first / 64] = UINT64_MAX;
    }
    while (first < last) {
        bits_set(bits, first++);
    }
}

void bits_and(uint64_t *bits, const uint64_t *with, size_t words) {
    for (size_t i = 0; i < words; i++) {
        bits[i] &= with[i];
    }
}

void bits_or(uint64_t *bits, const uint64_t *with, size_t words) {
    for (size_t i = 0; i < words; i++) {
        bits[i] |= with[i];
    }
}

/* Counting is most of what facets cost. Compilers turn the builtin into a table or a library call
 * unless they may use the instruction, so each count exists twice and the processor is asked. */
#if defined(__x86_64__)
#define WITH_POPCNT __attribute__((target("popcnt")))

WITH_POPCNT static uint64_t count_popcnt(const uint64_t *bits, size_t words) {
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += (uint64_t)__builtin_popcountll(bits[i]);
    }
    return count;
}

WITH_POPCNT static uint64_t count_and_popcnt(const uint64_t *a, const uint64_t *b, size_t words) {
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += (uint64_t)__builtin_popcountll(a[i] & b[i]);
    }
    return count;
}

static bool has_popcnt(void) {
    return __builtin_cpu_supports("popcnt");
}
#else
static uint64_t count_popcnt(const uint64_t *bits, size_t words) {
    (void)bits, (void)words;
    return 0;
}
static uint64_t count_and_popcnt(const uint64_t *a, const uint64_t *b, size_t words) {
    (void)a, (void)b, (void)words;
    return 0;
}
static bool has_popcnt(void) {
    return false;
}
#endif

static uint64_t count_word(uint64_t word) {
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (word * UINT64_C(0x0101010101010101)) >> 56;
}

uint64_t bits_count(const uint64_t *bits, size_t words) {
    if (has_popcnt()) {
        return count_popcnt(bits, words);
    }
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += count_word(bits[i]);
    }
    return count;
}

uint64_t bits_count_and(const uint64_t *a, const uint64_t *b, size_t words) {
    if (has_popcnt()) {
        return count_and_popcnt(a, b, words);
    }
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += count_word(a[i] & b[i]);
    }
    return count;
}
