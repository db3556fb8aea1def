/* Bitsets: counted, combined, walked; the same with every code the processor can run. */
#include "atlas/bits.h"
#include "atlas/sieve.h"
#include "atlas/tally.h"
#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define WORDS 41 /* odd: a rest of every length is left over by four and by eight at a time */

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(uint64_t *seed) {
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Sets of all sorts: empty, full, thin, thick. */
static void fill(uint64_t *seed, uint64_t *bits) {
    unsigned how = (unsigned)(next_random(seed) % 5);
    for (int i = 0; i < WORDS; i++) {
        uint64_t one = next_random(seed);
        uint64_t other = next_random(seed);
        bits[i] = how == 0   ? 0
                  : how == 1 ? UINT64_MAX
                  : how == 2 ? one
                  : how == 3 ? one & other
                             : one | other;
    }
}

static void check_words(uint64_t *seed, size_t words) {
    uint64_t a[WORDS];
    uint64_t b[WORDS];
    uint64_t and[WORDS];
    uint64_t or [WORDS];
    uint64_t and_not[WORDS];
    uint64_t in_a = 0;
    uint64_t in_both = 0;
    fill(seed, a);
    fill(seed, b);
    memcpy(and, a, sizeof(a));
    memcpy(or, a, sizeof(a));
    memcpy(and_not, a, sizeof(a));
    for (uint32_t i = 0; i < words * 64; i++) {
        in_a += bits_has(a, i);
        in_both += bits_has(a, i) && bits_has(b, i);
    }
    assert_int_equal(bits_count(a, words), in_a);
    assert_int_equal(bits_count_and(a, b, words), in_both);
    bits_and(and, b, words);
    bits_or(or, b, words);
    bits_and_not(and_not, b, words);
    for (uint32_t i = 0; i < WORDS * 64; i++) {
        bool is_in = i < words * 64; /* what lies behind stays as it was */
        assert_int_equal(bits_has(and, i),
                         is_in ? bits_has(a, i) && bits_has(b, i) : bits_has(a, i));
        assert_int_equal(bits_has(or, i), bits_has(a, i) || (is_in && bits_has(b, i)));
        assert_int_equal(bits_has(and_not, i), bits_has(a, i) && !(is_in && bits_has(b, i)));
    }
}

static void check_run(uint64_t *seed) {
    uint64_t a[WORDS];
    uint64_t b[WORDS];
    uint64_t set[WORDS] = {0};
    fill(seed, a);
    fill(seed, b);
    uint32_t first = (uint32_t)(next_random(seed) % (WORDS * 64 + 1));
    uint32_t last = (uint32_t)(next_random(seed) % (WORDS * 64 + 1));
    if (next_random(seed) % 2) { /* within some words, where ends meet */
        last = first + (uint32_t)(next_random(seed) % 130);
        last = last < WORDS * 64 ? last : WORDS * 64;
    }
    uint64_t in_a = 0;
    uint64_t in_both = 0;
    bits_set_run(set, first, last);
    for (uint32_t i = 0; i < WORDS * 64; i++) {
        bool is_in = i >= first && i < last;
        assert_int_equal(bits_has(set, i), is_in);
        in_a += is_in && bits_has(a, i);
        in_both += is_in && bits_has(a, i) && bits_has(b, i);
    }
    assert_int_equal(bits_count_run(a, first, last), in_a);
    assert_int_equal(bits_count_and_run(a, b, first, last), in_both);
}

/* Counted beforehand, each run is what counting it gives. */
static void check_counts(const struct bits_sieve *sieve, uint32_t first, uint32_t last,
                         uint64_t passed) {
    uint64_t bits[WORDS + 1];
    uint32_t before[WORDS + 1];
    struct sieve_counts counts = {.first = first / 64, .bits = bits, .before = before};
    if (first == last) {
        return;
    }
    counts.words = (last - 1) / 64 - counts.first + 1;
    sieve_count(sieve, &counts);
    assert_int_equal(sieve_rank(&counts, last) - sieve_rank(&counts, first), passed);
    for (uint32_t at = (uint32_t)counts.first * 64; at < last; at += 7) {
        uint32_t from = at < first ? at : first;
        uint32_t to = at < first ? first : at;
        assert_int_equal(sieve_rank(&counts, to) - sieve_rank(&counts, from),
                         bits_sieve_count(sieve, from, to));
    }
}

/* What passes, added up as one by one; no pair behind the last bit is read. */
static void check_sums(uint64_t *seed, const struct bits_sieve *sieve, uint32_t first,
                       uint32_t last) {
    uint32_t *pairs = test_malloc((size_t)last * 2 * sizeof(*pairs) + 1);
    uint32_t mask = (uint32_t)UINT32_MAX << next_random(seed) % 32;
    struct sieve_sums wanted = {.x = 1, .y = 2, .count = 3};
    struct sieve_sums found = wanted;
    for (uint32_t i = 0; i < last * 2; i++) {
        pairs[i] = (uint32_t)next_random(seed);
    }
    for (uint32_t at = first; at < last; at++) {
        if (bits_sieve_word(sieve, at / 64) >> at % 64 & 1) {
            wanted.x += pairs[at * 2] & mask;
            wanted.y += pairs[at * 2 + 1] & mask;
            wanted.count++;
        }
    }
    sieve_sum(sieve, first, last, pairs, mask, &found);
    assert_memory_equal(&found, &wanted, sizeof(found));
    test_free(pairs);
}

/* Groups of sets, some turned round, some that begin later than the others. */
static void check_sieve(uint64_t *seed) {
    uint64_t sets[6][WORDS];
    struct bits_sieve sieve = {0};
    uint32_t from = (uint32_t)(next_random(seed) % 4);
    uint32_t first = from * 64 + (uint32_t)(next_random(seed) % ((WORDS - 4) * 64));
    uint32_t last = first + (uint32_t)(next_random(seed) % (WORDS * 64 + 1 - first));
    unsigned count = (unsigned)(next_random(seed) % 7);
    for (unsigned i = 0; i < count; i++) {
        fill(seed, sets[i]);
        uint64_t how = next_random(seed);
        if (how % 4 == 0 && (i == 0 || sieve.sets[i - 1].is_last)) {
            bits_sieve_add_not(&sieve, sets[i]);
        } else if (how % 4 == 1) {
            bits_sieve_add(&sieve, sets[i] + from, from, i + 1 == count || how % 8 < 4);
        } else {
            bits_sieve_add(&sieve, sets[i], 0, i + 1 == count || how % 8 < 4);
        }
    }
    uint64_t passed = 0;
    for (uint32_t at = first; at < last; at++) {
        bool all = true;
        bool any = false;
        for (unsigned i = 0; i < count; i++) {
            any = any || bits_has(sets[i], at);
            if (sieve.sets[i].is_last) {
                all = all && any != (sieve.sets[i].flip != 0);
                any = false;
            }
        }
        assert_int_equal(bits_sieve_word(&sieve, at / 64) >> at % 64 & 1, all);
        passed += all;
    }
    assert_int_equal(bits_sieve_count(&sieve, first, last), passed);
    check_counts(&sieve, first, last, passed);
    check_sums(seed, &sieve, first, last);
}

static void every_code_gives_what_counting_bit_by_bit_gives(void **state) {
    enum bits_code was = bits_code();
    unsigned codes = 0;
    (void)state;
    for (unsigned code = BITS_PLAIN; code < BITS_CODE__COUNT; code++) {
        uint64_t seed = 7;
        if (!bits_use((enum bits_code)code)) {
            print_message("# this processor has no %s\n", bits_code_name((enum bits_code)code));
            continue;
        }
        codes++;
        for (size_t words = 0; words <= WORDS; words++) {
            for (int i = 0; i < 6; i++) {
                check_words(&seed, words);
            }
        }
        for (int i = 0; i < 1000; i++) {
            check_run(&seed);
            check_sieve(&seed);
        }
    }
    assert_true(codes > 0);
    assert_true(bits_use(was));
}

#define ROWS 9000 /* more than sixteen times the sixteens that a byte holds */

/* Some rows, any of them several times. */
static void check_tally(uint64_t *seed, const uint64_t *rows, uint32_t count) {
    static uint32_t numbers[ROWS];
    uint32_t wanted[TALLY_BITS] = {0};
    uint32_t found[TALLY_BITS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = (uint32_t)(next_random(seed) % ROWS);
        for (uint32_t bit = 0; bit < TALLY_BITS; bit++) {
            wanted[bit] += bits_has(rows + (size_t)numbers[i] * TALLY_WORDS, bit);
        }
    }
    tally_rows(rows, numbers, count, found);
    assert_memory_equal(found, wanted, sizeof(found));
}

static void every_code_counts_the_bits_of_rows_as_one_by_one(void **state) {
    static uint64_t rows[ROWS * TALLY_WORDS];
    enum bits_code was = bits_code();
    uint64_t seed = 11;
    (void)state;
    for (size_t i = 0; i < ROWS * TALLY_WORDS; i++) { /* the first word of a row is nearly full */
        rows[i] = i % TALLY_WORDS ? next_random(&seed) : next_random(&seed) | next_random(&seed);
        rows[i] |= i % TALLY_WORDS ? 0 : UINT64_C(0xffff00000000ffff);
    }
    for (unsigned code = BITS_PLAIN; code < BITS_CODE__COUNT; code++) {
        if (!bits_use((enum bits_code)code)) {
            continue;
        }
        for (uint32_t count = 0; count <= 70; count++) {
            check_tally(&seed, rows, count);
        }
        check_tally(&seed, rows, 255 * 16);
        check_tally(&seed, rows, ROWS);
    }
    assert_true(bits_use(was));
}

static void the_set_bits_are_walked_in_order(void **state) {
    uint64_t bits[5] = {0};
    uint32_t seen = 0;
    uint32_t i;
    (void)state;
    for (uint32_t at = 0; at < 320; at += 7) {
        bits_set(bits, at);
    }
    for (struct bits_walk walk = bits_walk(bits, 5); bits_next(&walk, &i);) {
        assert_int_equal(i, seen * 7);
        seen++;
    }
    assert_int_equal(seen, 46);
    struct bits_walk none = bits_walk(bits, 0);
    assert_false(bits_next(&none, &i));
}

int test_bits(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_gives_what_counting_bit_by_bit_gives),
        cmocka_unit_test(every_code_counts_the_bits_of_rows_as_one_by_one),
        cmocka_unit_test(the_set_bits_are_walked_in_order),
    };
    return cmocka_run_group_tests_name("bits", tests, NULL, NULL);
}
