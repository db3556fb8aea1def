#include "atlas/sieve.h"

/* Of the bits first … last - 1, those in a word. */
static inline uint64_t bits_within(uint32_t first, uint32_t last, size_t word) {
    uint64_t bits = word == first / 64 ? UINT64_MAX << first % 64 : UINT64_MAX;
    return word == (last - 1) / 64 ? bits & UINT64_MAX >> (63 - (last - 1) % 64) : bits;
}

/* From word number `at` of the counts on. */
static void plain_count(const struct bits_sieve *sieve, struct sieve_counts *counts, size_t at) {
    for (; at < counts->words; at++) {
        counts->bits[at] = bits_sieve_word(sieve, counts->first + at);
        counts->before[at + 1] = counts->before[at] + bits_count_word(counts->bits[at]);
    }
}

static void add_one(const uint32_t pair[2], uint32_t mask, struct sieve_sums *sums) {
    sums->x += pair[0] & mask;
    sums->y += pair[1] & mask;
    sums->count++;
}

static void plain_sum(const struct bits_sieve *sieve, uint32_t first, uint32_t last,
                      const uint32_t *pairs, uint32_t mask, struct sieve_sums *sums) {
    for (size_t word = first / 64; word <= (last - 1) / 64; word++) {
        uint64_t bits = bits_sieve_word(sieve, word) & bits_within(first, last, word);
        for (; bits; bits &= bits - 1) {
            add_one(pairs + 2 * (word * 64 + (unsigned)__builtin_ctzll(bits)), mask, sums);
        }
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define FEW 4 /* in a word: taken one by one */

#define AVX2 __attribute__((target("avx2,popcnt")))

/* Pairs as numbers of 64 bits, x below y: those of four bits at a time, the others as nothing. */
AVX2 static void avx2_sum(const struct bits_sieve *sieve, uint32_t first, uint32_t last,
                          const uint32_t *pairs, uint32_t mask, struct sieve_sums *sums) {
    const __m256i corner = _mm256_set1_epi32((int32_t)mask);
    const __m256i low = _mm256_set1_epi64x(UINT32_MAX);
    const __m256i each = _mm256_setr_epi64x(1, 2, 4, 8);
    __m256i x = _mm256_setzero_si256();
    __m256i y = _mm256_setzero_si256();
    for (size_t word = first / 64; word <= (last - 1) / 64; word++) {
        uint64_t bits = bits_sieve_word(sieve, word) & bits_within(first, last, word);
        if (__builtin_popcountll(bits) <= FEW) {
            for (; bits; bits &= bits - 1) {
                add_one(pairs + 2 * (word * 64 + (unsigned)__builtin_ctzll(bits)), mask, sums);
            }
            continue;
        }
        sums->count += (uint64_t)__builtin_popcountll(bits);
        for (const uint32_t *at = pairs + word * 128; bits; bits >>= 4, at += 8) {
            __m256i has = _mm256_and_si256(_mm256_set1_epi64x((int64_t)bits), each);
            has = _mm256_cmpeq_epi64(has, each);
            __m256i four = _mm256_maskload_epi64((const long long *)(const void *)at, has);
            four = _mm256_and_si256(four, corner);
            x = _mm256_add_epi64(x, _mm256_and_si256(four, low));
            y = _mm256_add_epi64(y, _mm256_srli_epi64(four, 32));
        }
    }
    uint64_t four_x[4];
    uint64_t four_y[4];
    _mm256_storeu_si256((__m256i *)(void *)four_x, x);
    _mm256_storeu_si256((__m256i *)(void *)four_y, y);
    sums->x += four_x[0] + four_x[1] + four_x[2] + four_x[3];
    sums->y += four_y[0] + four_y[1] + four_y[2] + four_y[3];
}

#define AVX512 __attribute__((target("avx512f,avx512vl,avx512vpopcntdq,popcnt")))

AVX512 static inline __m512i avx512_eight(const struct bits_sieve *sieve, size_t word) {
    __m512i all = _mm512_set1_epi64(-1);
    __m512i any = _mm512_setzero_si512();
    for (unsigned i = 0; i < sieve->count; i++) {
        const struct bits_sieve_set *set = &sieve->sets[i];
        any = _mm512_or_si512(any, _mm512_loadu_si512(set->bits + (word - set->from)));
        if (set->is_last) {
            any = _mm512_xor_si512(any, _mm512_set1_epi64((int64_t)set->flip));
            all = _mm512_and_si512(all, any);
            any = _mm512_setzero_si512();
        }
    }
    return all;
}

/* Eight words a step: their counts are added up from lane to lane in three steps that double. */
AVX512 static void avx512_count(const struct bits_sieve *sieve, struct sieve_counts *counts,
                                size_t at) {
    const __m512i none = _mm512_setzero_si512();
    __m256i before = _mm256_set1_epi32((int32_t)counts->before[at]);
    for (; at + 8 <= counts->words; at += 8) {
        __m512i eight = avx512_eight(sieve, counts->first + at);
        _mm512_storeu_si512(counts->bits + at, eight);
        __m512i sum = _mm512_popcnt_epi64(eight);
        sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 7));
        sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 6));
        sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 4));
        __m256i sums = _mm256_add_epi32(_mm512_cvtepi64_epi32(sum), before);
        _mm256_storeu_si256((__m256i *)(void *)(counts->before + at + 1), sums);
        before = _mm256_permutevar8x32_epi32(sums, _mm256_set1_epi32(7));
    }
    plain_count(sieve, counts, at);
}

AVX512 static void avx512_sum(const struct bits_sieve *sieve, uint32_t first, uint32_t last,
                              const uint32_t *pairs, uint32_t mask, struct sieve_sums *sums) {
    const __m512i corner = _mm512_set1_epi32((int32_t)mask);
    const __m512i low = _mm512_set1_epi64(UINT32_MAX);
    __m512i x = _mm512_setzero_si512();
    __m512i y = _mm512_setzero_si512();
    for (size_t word = first / 64; word <= (last - 1) / 64; word++) {
        uint64_t bits = bits_sieve_word(sieve, word) & bits_within(first, last, word);
        sums->count += (uint64_t)__builtin_popcountll(bits);
        for (const uint32_t *at = pairs + word * 128; bits; bits >>= 8, at += 16) {
            __m512i eight = _mm512_maskz_loadu_epi64((__mmask8)bits, at);
            eight = _mm512_and_si512(eight, corner);
            x = _mm512_add_epi64(x, _mm512_and_si512(eight, low));
            y = _mm512_add_epi64(y, _mm512_srli_epi64(eight, 32));
        }
    }
    sums->x += (uint64_t)_mm512_reduce_add_epi64(x);
    sums->y += (uint64_t)_mm512_reduce_add_epi64(y);
}
#endif

void sieve_count(const struct bits_sieve *sieve, struct sieve_counts *counts) {
    counts->before[0] = 0;
    counts->bits[counts->words] = 0;
#if defined(__x86_64__)
    if (bits_code() == BITS_AVX512) {
        avx512_count(sieve, counts, 0);
        return;
    }
#endif
    plain_count(sieve, counts, 0);
}

void sieve_sum(const struct bits_sieve *sieve, uint32_t first, uint32_t last, const uint32_t *pairs,
               uint32_t mask, struct sieve_sums *sums) {
    if (first >= last) {
        return;
    }
#if defined(__x86_64__)
    switch (bits_code()) {
    case BITS_AVX512:
        avx512_sum(sieve, first, last, pairs, mask, sums);
        return;
    case BITS_AVX2:
        avx2_sum(sieve, first, last, pairs, mask, sums);
        return;
    case BITS_PLAIN:
    case BITS_CODE__COUNT:
        break;
    }
#endif
    plain_sum(sieve, first, last, pairs, mask, sums);
}
