#include "atlas/bits.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct code {
    void (*and)(uint64_t *bits, const uint64_t *with, size_t words);
    void (* or)(uint64_t *bits, const uint64_t *with, size_t words);
    void (*and_not)(uint64_t *bits, const uint64_t *without, size_t words);
    uint64_t (*count)(const uint64_t *bits, size_t words);
    uint64_t (*count_and)(const uint64_t *a, const uint64_t *b, size_t words);
    /* Words first … last; of these two only what the masks have. */
    uint64_t (*sieve)(const struct bits_sieve *sieve, size_t first, size_t last, uint64_t head,
                      uint64_t tail);
};

static void plain_and(uint64_t *bits, const uint64_t *with, size_t words) {
    for (size_t i = 0; i < words; i++) {
        bits[i] &= with[i];
    }
}
static void plain_or(uint64_t *bits, const uint64_t *with, size_t words) {
    for (size_t i = 0; i < words; i++) {
        bits[i] |= with[i];
    }
}
static void plain_and_not(uint64_t *bits, const uint64_t *without, size_t words) {
    for (size_t i = 0; i < words; i++) {
        bits[i] &= ~without[i];
    }
}

static uint64_t plain_count(const uint64_t *bits, size_t words) {
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += bits_count_word(bits[i]);
    }
    return count;
}
static uint64_t plain_count_and(const uint64_t *a, const uint64_t *b, size_t words) {
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += bits_count_word(a[i] & b[i]);
    }
    return count;
}

static uint64_t plain_sieve(const struct bits_sieve *sieve, size_t first, size_t last,
                            uint64_t head, uint64_t tail) {
    uint64_t count = 0;
    for (size_t word = first; word <= last; word++) {
        uint64_t bits = bits_sieve_word(sieve, word);
        bits &= word == first ? head : UINT64_MAX;
        bits &= word == last ? tail : UINT64_MAX;
        count += bits_count_word(bits);
    }
    return count;
}

static const struct code plain = {plain_and,   plain_or,        plain_and_not,
                                  plain_count, plain_count_and, plain_sieve};

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline __m256i avx2_load(const uint64_t *words) {
    return _mm256_loadu_si256((const __m256i *)(const void *)words);
}
AVX2 static inline void avx2_store(uint64_t *words, __m256i four) {
    _mm256_storeu_si256((__m256i *)(void *)words, four);
}
AVX2 static void avx2_and(uint64_t *bits, const uint64_t *with, size_t words) {
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        avx2_store(bits + i, _mm256_and_si256(avx2_load(bits + i), avx2_load(with + i)));
    }
    plain_and(bits + i, with + i, words - i);
}
AVX2 static void avx2_or(uint64_t *bits, const uint64_t *with, size_t words) {
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        avx2_store(bits + i, _mm256_or_si256(avx2_load(bits + i), avx2_load(with + i)));
    }
    plain_or(bits + i, with + i, words - i);
}
AVX2 static void avx2_and_not(uint64_t *bits, const uint64_t *without, size_t words) {
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        avx2_store(bits + i, _mm256_andnot_si256(avx2_load(without + i), avx2_load(bits + i)));
    }
    plain_and_not(bits + i, without + i, words - i);
}

/* Mula's count: a table of sixteen looked up for each half byte, sums of eight bytes. */
AVX2 static inline __m256i avx2_count_four(__m256i four) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0f);
    __m256i halves = _mm256_shuffle_epi8(table, _mm256_and_si256(four, low));
    __m256i others = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi64(four, 4), low));
    return _mm256_sad_epu8(_mm256_add_epi8(halves, others), _mm256_setzero_si256());
}
AVX2 static inline uint64_t avx2_sum(__m256i four) {
    uint64_t sums[4];
    avx2_store(sums, four);
    return sums[0] + sums[1] + sums[2] + sums[3];
}
AVX2 static uint64_t avx2_count(const uint64_t *bits, size_t words) {
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        sums = _mm256_add_epi64(sums, avx2_count_four(avx2_load(bits + i)));
    }
    uint64_t count = avx2_sum(sums);
    for (; i < words; i++) {
        count += (uint64_t)__builtin_popcountll(bits[i]);
    }
    return count;
}
AVX2 static uint64_t avx2_count_and(const uint64_t *a, const uint64_t *b, size_t words) {
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        sums = _mm256_add_epi64(
            sums, avx2_count_four(_mm256_and_si256(avx2_load(a + i), avx2_load(b + i))));
    }
    uint64_t count = avx2_sum(sums);
    for (; i < words; i++) {
        count += (uint64_t)__builtin_popcountll(a[i] & b[i]);
    }
    return count;
}

AVX2 static inline __m256i avx2_sieve_four(const struct bits_sieve *sieve, size_t word) {
    __m256i all = _mm256_set1_epi64x(-1);
    __m256i any = _mm256_setzero_si256();
    for (unsigned i = 0; i < sieve->count; i++) {
        const struct bits_sieve_set *set = &sieve->sets[i];
        any = _mm256_or_si256(any, avx2_load(set->bits + (word - set->from)));
        if (set->is_last) {
            any = _mm256_xor_si256(any, _mm256_set1_epi64x((int64_t)set->flip));
            all = _mm256_and_si256(all, any);
            any = _mm256_setzero_si256();
        }
    }
    return all;
}
AVX2 static uint64_t avx2_sieve(const struct bits_sieve *sieve, size_t first, size_t last,
                                uint64_t head, uint64_t tail) {
    uint64_t bits = bits_sieve_word(sieve, first) & head;
    if (first == last) {
        return (uint64_t)__builtin_popcountll(bits & tail);
    }
    uint64_t count = (uint64_t)__builtin_popcountll(bits);
    __m256i sums = _mm256_setzero_si256();
    size_t word = first + 1;
    for (; word + 4 <= last; word += 4) {
        sums = _mm256_add_epi64(sums, avx2_count_four(avx2_sieve_four(sieve, word)));
    }
    for (; word < last; word++) {
        count += (uint64_t)__builtin_popcountll(bits_sieve_word(sieve, word));
    }
    return count + (uint64_t)__builtin_popcountll(bits_sieve_word(sieve, last) & tail) +
           avx2_sum(sums);
}

static const struct code avx2 = {avx2_and,   avx2_or,        avx2_and_not,
                                 avx2_count, avx2_count_and, avx2_sieve};

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq,popcnt")))

/* The last words of a run, fewer than eight, are read and written under a mask. */
AVX512 static inline __mmask8 avx512_rest(size_t words) {
    return (__mmask8)((1u << words) - 1);
}
AVX512 static void avx512_and(uint64_t *bits, const uint64_t *with, size_t words) {
    size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        _mm512_storeu_si512(
            bits + i, _mm512_and_si512(_mm512_loadu_si512(bits + i), _mm512_loadu_si512(with + i)));
    }
    __mmask8 rest = avx512_rest(words - i);
    _mm512_mask_storeu_epi64(bits + i, rest,
                             _mm512_and_si512(_mm512_maskz_loadu_epi64(rest, bits + i),
                                              _mm512_maskz_loadu_epi64(rest, with + i)));
}
AVX512 static void avx512_or(uint64_t *bits, const uint64_t *with, size_t words) {
    size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        _mm512_storeu_si512(
            bits + i, _mm512_or_si512(_mm512_loadu_si512(bits + i), _mm512_loadu_si512(with + i)));
    }
    __mmask8 rest = avx512_rest(words - i);
    _mm512_mask_storeu_epi64(bits + i, rest,
                             _mm512_or_si512(_mm512_maskz_loadu_epi64(rest, bits + i),
                                             _mm512_maskz_loadu_epi64(rest, with + i)));
}
AVX512 static void avx512_and_not(uint64_t *bits, const uint64_t *without, size_t words) {
    size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        _mm512_storeu_si512(bits + i, _mm512_andnot_si512(_mm512_loadu_si512(without + i),
                                                          _mm512_loadu_si512(bits + i)));
    }
    __mmask8 rest = avx512_rest(words - i);
    _mm512_mask_storeu_epi64(bits + i, rest,
                             _mm512_andnot_si512(_mm512_maskz_loadu_epi64(rest, without + i),
                                                 _mm512_maskz_loadu_epi64(rest, bits + i)));
}
AVX512 static uint64_t avx512_count(const uint64_t *bits, size_t words) {
    __m512i sums = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(_mm512_loadu_si512(bits + i)));
    }
    __m512i rest = _mm512_maskz_loadu_epi64(avx512_rest(words - i), bits + i);
    sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(rest));
    return (uint64_t)_mm512_reduce_add_epi64(sums);
}
AVX512 static uint64_t avx512_count_and(const uint64_t *a, const uint64_t *b, size_t words) {
    __m512i sums = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(_mm512_and_si512(
                                          _mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i))));
    }
    __mmask8 mask = avx512_rest(words - i);
    __m512i rest = _mm512_and_si512(_mm512_maskz_loadu_epi64(mask, a + i),
                                    _mm512_maskz_loadu_epi64(mask, b + i));
    sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(rest));
    return (uint64_t)_mm512_reduce_add_epi64(sums);
}

/* Eight words; of fewer the mask. */
AVX512 static inline __m512i avx512_sieve_eight(const struct bits_sieve *sieve, size_t word,
                                                __mmask8 mask) {
    __m512i all = _mm512_set1_epi64(-1);
    __m512i any = _mm512_setzero_si512();
    for (unsigned i = 0; i < sieve->count; i++) {
        const struct bits_sieve_set *set = &sieve->sets[i];
        const uint64_t *bits = set->bits + (word - set->from);
        any = _mm512_or_si512(any, _mm512_maskz_loadu_epi64(mask, bits));
        if (set->is_last) {
            any = _mm512_xor_si512(any, _mm512_set1_epi64((int64_t)set->flip));
            all = _mm512_and_si512(all, any);
            any = _mm512_setzero_si512();
        }
    }
    return all;
}
AVX512 static uint64_t avx512_sieve(const struct bits_sieve *sieve, size_t first, size_t last,
                                    uint64_t head, uint64_t tail) {
    __m512i sums = _mm512_setzero_si512();
    __mmask8 all = (__mmask8)-1;
    for (size_t word = first; word <= last; word += 8) {
        size_t left = last - word + 1;
        __mmask8 mask = left >= 8 ? all : avx512_rest(left);
        __m512i eight = avx512_sieve_eight(sieve, word, mask);
        if (word == first) {
            eight = _mm512_mask_and_epi64(eight, 1, eight, _mm512_set1_epi64((int64_t)head));
        }
        if (left <= 8) {
            __mmask8 end = (__mmask8)(1u << (left - 1));
            eight = _mm512_mask_and_epi64(eight, end, eight, _mm512_set1_epi64((int64_t)tail));
        }
        sums = _mm512_add_epi64(sums, _mm512_maskz_popcnt_epi64(mask, eight));
    }
    return (uint64_t)_mm512_reduce_add_epi64(sums);
}

static const struct code avx512 = {avx512_and,   avx512_or,        avx512_and_not,
                                   avx512_count, avx512_count_and, avx512_sieve};

static bool can(enum bits_code code) {
    switch (code) {
    case BITS_PLAIN:
        return true;
    case BITS_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    case BITS_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
               __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("popcnt") &&
               can(BITS_AVX2);
    case BITS_CODE__COUNT:
        break;
    }
    return false;
}
static const struct code *const codes[BITS_CODE__COUNT] = {&plain, &avx2, &avx512};
#else
static bool can(enum bits_code code) {
    return code == BITS_PLAIN;
}
static const struct code *const codes[BITS_CODE__COUNT] = {&plain, &plain, &plain};
#endif

static const char *const names[BITS_CODE__COUNT] = {"plain", "avx2", "avx512"};

/* What the processor can does not change while the program runs: whoever asks first finds the same
 * as all others, so that it may be written twice. */
static _Atomic unsigned in_use; /* 1 + the code; 0: not asked yet */

static enum bits_code choose(void) {
    enum bits_code best = BITS_PLAIN;
    const char *wanted = getenv("AGORA_VECTORS");
    for (unsigned code = BITS_PLAIN; code < BITS_CODE__COUNT; code++) {
        bool is_wanted = !wanted || !*wanted || strcmp(wanted, names[code]) == 0;
        best = is_wanted && can((enum bits_code)code) ? (enum bits_code)code : best;
    }
    atomic_store_explicit(&in_use, best + 1u, memory_order_relaxed);
    return best;
}

enum bits_code bits_code(void) {
    unsigned code = atomic_load_explicit(&in_use, memory_order_relaxed);
    return code ? (enum bits_code)(code - 1) : choose();
}

static inline const struct code *use(void) {
    return codes[bits_code()];
}

const char *bits_code_name(enum bits_code code) {
    return names[code];
}

bool bits_use(enum bits_code code) {
    if (!can(code)) {
        return false;
    }
    atomic_store_explicit(&in_use, code + 1u, memory_order_relaxed);
    return true;
}

void bits_set_run(uint64_t *bits, uint32_t first, uint32_t last) {
    if (first >= last) {
        return;
    }
    uint64_t head = UINT64_MAX << (first % 64);
    uint64_t tail = UINT64_MAX >> (63 - (last - 1) % 64);
    size_t at = first / 64;
    size_t end = (last - 1) / 64;
    if (at == end) {
        bits[at] |= head & tail;
        return;
    }
    bits[at] |= head;
    memset(bits + at + 1, 0xff, (end - at - 1) * sizeof(*bits));
    bits[end] |= tail;
}

void bits_and(uint64_t *bits, const uint64_t *with, size_t words) {
    use()->and (bits, with, words);
}

void bits_or(uint64_t *bits, const uint64_t *with, size_t words) {
    use()->or (bits, with, words);
}

void bits_and_not(uint64_t *bits, const uint64_t *without, size_t words) {
    use()->and_not(bits, without, words);
}

uint64_t bits_count(const uint64_t *bits, size_t words) {
    return use()->count(bits, words);
}

uint64_t bits_count_and(const uint64_t *a, const uint64_t *b, size_t words) {
    return use()->count_and(a, b, words);
}

uint64_t bits_count_run(const uint64_t *a, uint32_t first, uint32_t last) {
    return bits_count_and_run(a, a, first, last);
}

uint64_t bits_count_and_run(const uint64_t *a, const uint64_t *b, uint32_t first, uint32_t last) {
    if (first >= last) {
        return 0;
    }
    uint64_t head = UINT64_MAX << (first % 64);
    uint64_t tail = UINT64_MAX >> (63 - (last - 1) % 64);
    size_t at = first / 64;
    size_t end = (last - 1) / 64;
    if (at == end) {
        return bits_count_word(a[at] & b[at] & head & tail);
    }
    return bits_count_word(a[at] & b[at] & head) + bits_count_word(a[end] & b[end] & tail) +
           use()->count_and(a + at + 1, b + at + 1, end - at - 1);
}

uint64_t bits_sieve_count(const struct bits_sieve *sieve, uint32_t first, uint32_t last) {
    if (first >= last) {
        return 0;
    }
    uint64_t head = UINT64_MAX << (first % 64);
    uint64_t tail = UINT64_MAX >> (63 - (last - 1) % 64);
    return use()->sieve(sieve, first / 64, (last - 1) / 64, head, tail);
}
