#include "atlas/sift.h"
#include "atlas/blocks.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

struct code {
    uint8_t (*largest)(const uint8_t *values);
    void (*words)(const struct atlas_heard *heard, uint32_t count, size_t block, uint32_t *scores);
    void (*weigh)(const uint8_t *values, uint32_t by, uint32_t *sums);
    void (*gain)(const int64_t *times_ms, const struct sift_ages *ages, uint32_t *sums);
    uint64_t (*reach)(const uint32_t *sums, const uint16_t *points, uint32_t least);
};

static uint8_t plain_largest(const uint8_t *values) {
    uint8_t largest = 0;
    for (unsigned i = 0; i < SIFT_AT_ONCE; i++) {
        largest = values[i] > largest ? values[i] : largest;
    }
    return largest;
}
/* Blocks between two ranks of a bitset, and where the impacts of the first of them begin. */
#define RANKED (ATLAS_RANK_DOCUMENTS / ATLAS_BLOCK)
static inline const uint8_t *impacts_of(const struct atlas_form *form, size_t block) {
    return form->impacts + form->ranks[block / RANKED];
}

static void plain_raise(const struct atlas_form *form, size_t block, uint8_t *best) {
    const uint8_t theme = ATLAS_THEME_IMPACT;
    const uint8_t *impact = &theme;
    if (form->impacts) { /* they stand in the order of the documents */
        impact = impacts_of(form, block);
        for (size_t i = block / RANKED * RANKED; i < block; i++) {
            impact += atlas_ones(form->bits[i]);
        }
    }
    for (uint64_t bits = form->bits[block]; bits; bits &= bits - 1) {
        unsigned i = (unsigned)__builtin_ctzll(bits);
        best[i] = *impact > best[i] ? *impact : best[i];
        impact += form->impacts != NULL;
    }
}
static void plain_words(const struct atlas_heard *heard, uint32_t count, size_t block,
                        uint32_t *scores) {
    memset(scores, 0, SIFT_AT_ONCE * sizeof(*scores));
    for (uint32_t c = 0; c < count; c++) {
        uint8_t best[SIFT_AT_ONCE] = {0};
        if (heard[c].best) {
            memcpy(best, heard[c].best + block * ATLAS_BLOCK, sizeof(best));
        }
        for (uint32_t f = 0; f < heard[c].form_count; f++) {
            plain_raise(&heard[c].forms[f], block, best);
        }
        for (unsigned i = 0; i < SIFT_AT_ONCE; i++) {
            scores[i] += best[i] * heard[c].idf;
        }
    }
}
static void plain_weigh(const uint8_t *values, uint32_t by, uint32_t *sums) {
    for (unsigned i = 0; i < SIFT_AT_ONCE; i++) {
        sums[i] += values[i] * by;
    }
}
static void plain_gain(const int64_t *times_ms, const struct sift_ages *ages, uint32_t *sums) {
    for (unsigned i = 0; i < SIFT_AT_ONCE; i++) {
        for (unsigned age = 0; age < SIFT_AGES && times_ms[i] > ages->after_ms[age]; age++) {
            sums[i] += ages->points[age];
        }
    }
}
static uint64_t plain_reach(const uint32_t *sums, const uint16_t *points, uint32_t least) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < SIFT_AT_ONCE; i++) {
        bits |= (uint64_t)(sums[i] + points[i] >= least) << i;
    }
    return bits;
}

static const struct code plain = {plain_largest, plain_words, plain_weigh, plain_gain, plain_reach};

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline __m256i avx2_load(const void *from) {
    return _mm256_loadu_si256(from);
}
AVX2 static inline void avx2_add(uint32_t *sums, __m256i gain) { /* to eight */
    _mm256_storeu_si256((__m256i *)(void *)sums, _mm256_add_epi32(avx2_load(sums), gain));
}
AVX2 static uint8_t avx2_largest(const uint8_t *values) {
    __m256i both = _mm256_max_epu8(avx2_load(values), avx2_load(values + 32));
    __m128i half = _mm_max_epu8(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    half = _mm_max_epu8(half, _mm_srli_si128(half, 8));
    half = _mm_max_epu8(half, _mm_srli_si128(half, 4));
    half = _mm_max_epu8(half, _mm_srli_si128(half, 2));
    half = _mm_max_epu8(half, _mm_srli_si128(half, 1));
    return (uint8_t)_mm_cvtsi128_si32(half);
}
/* Sixteen at a time: a byte whose bit is set takes the value that as many set bits precede. */
AVX2 static inline __m128i avx2_laid_out(unsigned bits, const uint8_t *packed) {
    const __m128i halves = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    const __m128i each = _mm_set1_epi64x((int64_t)UINT64_C(0x8040201008040201));
    const __m128i before = _mm_setr_epi8(1, 1, 1, 1, 1, 1, 1, 1, -7, -7, -7, -7, -7, -7, -7, -7);
    __m128i bytes = _mm_shuffle_epi8(_mm_set1_epi16((short)bits), halves);
    __m128i is_set = _mm_cmpeq_epi8(_mm_and_si128(bytes, each), each);
    __m128i sums = _mm_sub_epi8(_mm_setzero_si128(), is_set);
    sums = _mm_add_epi8(sums, _mm_slli_epi64(sums, 8));
    sums = _mm_add_epi8(sums, _mm_slli_epi64(sums, 16));
    sums = _mm_add_epi8(sums, _mm_slli_epi64(sums, 32));
    __m128i from =
        _mm_or_si128(_mm_sub_epi8(sums, before), _mm_andnot_si128(is_set, _mm_set1_epi8(-128)));
    const uint8_t *others = packed + __builtin_popcount(bits & 0xff);
    __m128i values = _mm_unpacklo_epi64(_mm_loadl_epi64((const void *)packed),
                                        _mm_loadl_epi64((const void *)others));
    return _mm_shuffle_epi8(values, from);
}
AVX2 static void avx2_raise(const struct atlas_form *form, size_t block, uint8_t *best) {
    const uint64_t bits = form->bits[block];
    uint8_t room[SIFT_AT_ONCE + 8];
    memset(room, ATLAS_THEME_IMPACT, sizeof(room));
    if (form->impacts) {
        const uint8_t *impacts = impacts_of(form, block);
        for (size_t i = block / RANKED * RANKED; i < block; i++) {
            impacts += __builtin_popcountll(form->bits[i]);
        }
        memcpy(room, impacts, (size_t)__builtin_popcountll(bits)); /* the column may end there */
    }
    const uint8_t *at = room;
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 16) {
        unsigned some = (unsigned)(bits >> i & 0xffff);
        __m128i *to = (__m128i *)(void *)(best + i);
        _mm_storeu_si128(to, _mm_max_epu8(_mm_loadu_si128(to), avx2_laid_out(some, at)));
        at += __builtin_popcount(some);
    }
}
AVX2 static void avx2_weigh(const uint8_t *values, uint32_t by, uint32_t *sums) {
    const __m256i factor = _mm256_set1_epi32((int)by);
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 8) {
        __m256i eight = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(values + i)));
        avx2_add(sums + i, _mm256_mullo_epi32(eight, factor));
    }
}
AVX2 static void avx2_words(const struct atlas_heard *heard, uint32_t count, size_t block,
                            uint32_t *scores) {
    memset(scores, 0, SIFT_AT_ONCE * sizeof(*scores));
    for (uint32_t c = 0; c < count; c++) {
        uint8_t best[SIFT_AT_ONCE] = {0};
        if (heard[c].best) {
            memcpy(best, heard[c].best + block * ATLAS_BLOCK, sizeof(best));
        }
        for (uint32_t f = 0; f < heard[c].form_count; f++) {
            avx2_raise(&heard[c].forms[f], block, best);
        }
        avx2_weigh(best, heard[c].idf, scores);
    }
}
AVX2 static void avx2_gain(const int64_t *times_ms, const struct sift_ages *ages, uint32_t *sums) {
    const __m256i low_halves = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 4) {
        __m256i four = avx2_load(times_ms + i);
        __m256i gain = _mm256_setzero_si256();
        for (unsigned age = 0; age < SIFT_AGES; age++) {
            __m256i is_later = _mm256_cmpgt_epi64(four, _mm256_set1_epi64x(ages->after_ms[age]));
            gain = _mm256_add_epi64(
                gain, _mm256_and_si256(is_later, _mm256_set1_epi64x((int64_t)ages->points[age])));
        }
        __m128i gains = _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(gain, low_halves));
        __m128i *to = (__m128i *)(void *)(sums + i);
        _mm_storeu_si128(to, _mm_add_epi32(_mm_loadu_si128(to), gains));
    }
}
AVX2 static uint64_t avx2_reach(const uint32_t *sums, const uint16_t *points, uint32_t least) {
    const __m256i bound = _mm256_set1_epi32((int)least);
    uint64_t bits = 0;
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 8) {
        __m256i eight =
            _mm256_add_epi32(avx2_load(sums + i),
                             _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(points + i))));
        __m256i is_there = _mm256_cmpeq_epi32(_mm256_max_epu32(eight, bound), eight);
        bits |= (uint64_t)(uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(is_there)) << i;
    }
    return bits;
}

static const struct code avx2 = {avx2_largest, avx2_words, avx2_weigh, avx2_gain, avx2_reach};

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,popcnt")))

/* The impacts of a clause: one byte for each document of the block. */
AVX512 static inline __m512i avx512_best(const struct atlas_heard *heard, size_t block) {
    __m512i best = heard->best ? _mm512_loadu_si512(heard->best + block * ATLAS_BLOCK)
                               : _mm512_setzero_si512();
    for (uint32_t f = 0; f < heard->form_count; f++) {
        const struct atlas_form *form = &heard->forms[f];
        __m512i values;
        if (form->impacts) {
            const uint8_t *impacts = impacts_of(form, block);
            for (size_t i = block / RANKED * RANKED; i < block; i++) {
                impacts += __builtin_popcountll(form->bits[i]);
            }
            values = _mm512_maskz_expandloadu_epi8(form->bits[block], impacts);
        } else {
            values = _mm512_maskz_set1_epi8(form->bits[block], ATLAS_THEME_IMPACT);
        }
        best = _mm512_max_epu8(best, values);
    }
    return best;
}
AVX512 static inline __m512i avx512_weighed(__m128i sixteen, __m512i by, __m512i sum) {
    return _mm512_add_epi32(sum, _mm512_mullo_epi32(_mm512_cvtepu8_epi32(sixteen), by));
}
/* Four sums and no array of them: AddressSanitizer's stack aligns none to 64 bytes. */
AVX512 static void avx512_words(const struct atlas_heard *heard, uint32_t count, size_t block,
                                uint32_t *scores) {
    __m512i first = _mm512_setzero_si512();
    __m512i second = first;
    __m512i third = first;
    __m512i fourth = first;
    for (uint32_t c = 0; c < count; c++) {
        const __m512i best = avx512_best(&heard[c], block);
        const __m512i by = _mm512_set1_epi32((int)heard[c].idf);
        first = avx512_weighed(_mm512_extracti32x4_epi32(best, 0), by, first);
        second = avx512_weighed(_mm512_extracti32x4_epi32(best, 1), by, second);
        third = avx512_weighed(_mm512_extracti32x4_epi32(best, 2), by, third);
        fourth = avx512_weighed(_mm512_extracti32x4_epi32(best, 3), by, fourth);
    }
    _mm512_storeu_si512(scores, first);
    _mm512_storeu_si512(scores + 16, second);
    _mm512_storeu_si512(scores + 32, third);
    _mm512_storeu_si512(scores + 48, fourth);
}
AVX512 static inline void avx512_add(uint32_t *sums, __m512i gain) { /* to sixteen */
    _mm512_storeu_si512(sums, _mm512_add_epi32(_mm512_loadu_si512(sums), gain));
}
AVX512 static void avx512_weigh(const uint8_t *values, uint32_t by, uint32_t *sums) {
    const __m512i factor = _mm512_set1_epi32((int)by);
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 16) {
        __m512i sixteen = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(values + i)));
        avx512_add(sums + i, _mm512_mullo_epi32(sixteen, factor));
    }
}
AVX512 static void avx512_gain(const int64_t *times_ms, const struct sift_ages *ages,
                               uint32_t *sums) {
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 16) {
        __m512i eight = _mm512_loadu_si512(times_ms + i);
        __m512i others = _mm512_loadu_si512(times_ms + i + 8);
        __m512i gain = _mm512_setzero_si512();
        for (unsigned age = 0; age < SIFT_AGES; age++) {
            const __m512i bound = _mm512_set1_epi64(ages->after_ms[age]);
            unsigned is_later = _mm512_cmpgt_epi64_mask(eight, bound) |
                                (unsigned)_mm512_cmpgt_epi64_mask(others, bound) << 8;
            gain = _mm512_mask_add_epi32(gain, (__mmask16)is_later, gain,
                                         _mm512_set1_epi32((int)ages->points[age]));
        }
        avx512_add(sums + i, gain);
    }
}
AVX512 static uint64_t avx512_reach(const uint32_t *sums, const uint16_t *points, uint32_t least) {
    const __m512i bound = _mm512_set1_epi32((int)least);
    uint64_t bits = 0;
    for (unsigned i = 0; i < SIFT_AT_ONCE; i += 16) {
        __m512i sixteen =
            _mm512_add_epi32(_mm512_loadu_si512(sums + i),
                             _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(points + i))));
        bits |= (uint64_t)_mm512_cmpge_epu32_mask(sixteen, bound) << i;
    }
    return bits;
}

static const struct code avx512 = {avx2_largest, avx512_words, avx512_weigh, avx512_gain,
                                   avx512_reach};
static const struct code *const codes[BITS_CODE__COUNT] = {&plain, &avx2, &avx512};
#else
static const struct code *const codes[BITS_CODE__COUNT] = {&plain, &plain, &plain};
#endif

uint8_t sift_largest(const uint8_t values[SIFT_AT_ONCE]) {
    return codes[bits_code()]->largest(values);
}
void sift_words(const struct atlas_heard *heard, uint32_t count, size_t block,
                uint32_t scores[SIFT_AT_ONCE]) {
    codes[bits_code()]->words(heard, count, block, scores);
}
void sift_weigh(const uint8_t values[SIFT_AT_ONCE], uint32_t by, uint32_t sums[SIFT_AT_ONCE]) {
    codes[bits_code()]->weigh(values, by, sums);
}
void sift_gain(const int64_t times_ms[SIFT_AT_ONCE], const struct sift_ages *ages,
               uint32_t sums[SIFT_AT_ONCE]) {
    codes[bits_code()]->gain(times_ms, ages, sums);
}
uint64_t sift_reach(const uint32_t sums[SIFT_AT_ONCE], const uint16_t points[SIFT_AT_ONCE],
                    uint32_t least) {
    return codes[bits_code()]->reach(sums, points, least);
}

struct sift_ages sift_ages(int64_t now_ms) {
    static const struct {
        int64_t days;
        uint32_t points;
    } ages[SIFT_AGES] = {{1825, 15}, {ENTRY_STALE_DAYS, 240}, {365, 270}, {90, 300}, {30, 320}};
    struct sift_ages told;
    uint32_t before = 0;
    for (unsigned i = 0; i < SIFT_AGES; i++) {
        int64_t after_ms = now_ms - ages[i].days * DAY_MS;
        told.after_ms[i] = after_ms > 0 ? after_ms : 0; /* 0 is not known */
        told.points[i] = ages[i].points - before;
        before = ages[i].points;
    }
    return told;
}
