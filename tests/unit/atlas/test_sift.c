#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test_atlas.h"

#include "atlas/blocks.h"
#include "atlas/sift.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS  19 /* more than two runs between ranks */
#define FORMS   3
#define CLAUSES 2

static uint64_t next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33 ^ *seed << 31;
}

/* A frequent term or theme, and the impact of each of its documents by document. */
struct made {
    uint64_t bits[BLOCKS];
    uint32_t ranks[BLOCKS * ATLAS_BLOCK / ATLAS_RANK_DOCUMENTS + 1];
    uint8_t *impacts; /* no byte longer than it is: what reads behind it is told */
    uint8_t by_document[BLOCKS * ATLAS_BLOCK];
};

static struct atlas_form make_form(struct made *made, uint64_t *seed, bool is_theme) {
    uint32_t count = 0;
    uint64_t sparse = next(seed) % 3;
    *made = (struct made){0};
    for (size_t block = 0; block < BLOCKS; block++) {
        made->bits[block] = sparse == 2 ? UINT64_MAX : next(seed) & (sparse ? next(seed) : ~0ull);
        if (block % (ATLAS_RANK_DOCUMENTS / ATLAS_BLOCK) == 0) {
            made->ranks[block * ATLAS_BLOCK / ATLAS_RANK_DOCUMENTS] = count;
        }
        count += atlas_ones(made->bits[block]);
    }
    made->impacts = malloc(count + 1);
    made->impacts = realloc(made->impacts, count ? count : 1);
    assert_non_null(made->impacts);
    uint32_t i;
    uint32_t at = 0;
    for (struct bits_walk walk = bits_walk(made->bits, BLOCKS); bits_next(&walk, &i); at++) {
        made->impacts[at] = (uint8_t)(1 + next(seed) % 255);
        made->by_document[i] = is_theme ? ATLAS_THEME_IMPACT : made->impacts[at];
    }
    return (struct atlas_form){
        .bits = made->bits, .ranks = made->ranks, .impacts = is_theme ? NULL : made->impacts};
}

static void check_words(uint64_t *seed) {
    struct made made[CLAUSES][FORMS];
    struct atlas_form forms[CLAUSES][FORMS];
    struct atlas_heard heard[CLAUSES];
    uint8_t best[BLOCKS * ATLAS_BLOCK];
    for (unsigned c = 0; c < CLAUSES; c++) {
        for (unsigned f = 0; f < FORMS; f++) {
            forms[c][f] = make_form(&made[c][f], seed, next(seed) % 3 == 0);
        }
        heard[c] = (struct atlas_heard){.forms = forms[c],
                                        .form_count = (uint32_t)(next(seed) % (FORMS + 1)),
                                        .best = c ? best : NULL,
                                        .idf = (uint32_t)(next(seed) % 900)};
    }
    for (size_t i = 0; i < sizeof(best); i++) {
        best[i] = (uint8_t)(next(seed) % 4 ? 0 : next(seed));
    }
    for (size_t block = 0; block < BLOCKS; block++) {
        uint32_t scores[SIFT_AT_ONCE];
        sift_words(heard, CLAUSES, block, scores);
        for (size_t i = 0; i < SIFT_AT_ONCE; i++) {
            uint32_t wanted = 0;
            for (unsigned c = 0; c < CLAUSES; c++) {
                uint8_t most = heard[c].best ? best[block * ATLAS_BLOCK + i] : 0;
                for (unsigned f = 0; f < heard[c].form_count; f++) {
                    uint8_t impact = made[c][f].by_document[block * ATLAS_BLOCK + i];
                    most = impact > most ? impact : most;
                }
                wanted += most * heard[c].idf;
            }
            assert_int_equal(scores[i], wanted);
        }
    }
    for (unsigned c = 0; c < CLAUSES; c++) {
        for (unsigned f = 0; f < FORMS; f++) {
            free(made[c][f].impacts);
        }
    }
}

static void check_sums(uint64_t *seed) {
    uint8_t values[SIFT_AT_ONCE];
    uint16_t points[SIFT_AT_ONCE];
    int64_t times_ms[SIFT_AT_ONCE];
    uint32_t sums[SIFT_AT_ONCE];
    uint32_t wanted[SIFT_AT_ONCE];
    const struct sift_ages ages = {.after_ms = {0, 10, 20, 30, 40}, .points = {1, 20, 300, 4, 5}};
    uint8_t largest = 0;
    uint32_t by = (uint32_t)(next(seed) % 900);
    for (size_t i = 0; i < SIFT_AT_ONCE; i++) {
        values[i] = (uint8_t)(next(seed) % (next(seed) % 256 + 1));
        points[i] = (uint16_t)next(seed);
        times_ms[i] = (int64_t)(next(seed) % 60) - 10;
        sums[i] = (uint32_t)(next(seed) % 100000);
        wanted[i] = sums[i] + values[i] * by;
        for (unsigned age = 0; age < SIFT_AGES; age++) {
            wanted[i] += times_ms[i] > ages.after_ms[age] ? ages.points[age] : 0;
        }
        largest = values[i] > largest ? values[i] : largest;
    }
    assert_int_equal(sift_largest(values), largest);
    sift_weigh(values, by, sums);
    sift_gain(times_ms, &ages, sums);
    assert_memory_equal(sums, wanted, sizeof(sums));
    uint32_t least = sums[next(seed) % SIFT_AT_ONCE] + points[next(seed) % SIFT_AT_ONCE];
    uint64_t bits = sift_reach(sums, points, least);
    for (size_t i = 0; i < SIFT_AT_ONCE; i++) {
        assert_int_equal(bits >> i & 1, sums[i] + points[i] >= least);
    }
    assert_int_equal(sift_reach(sums, points, 0), UINT64_MAX);
}

static void every_code_gives_what_one_at_a_time_gives(void **state) {
    enum bits_code was = bits_code();
    (void)state;
    for (unsigned code = BITS_PLAIN; code < BITS_CODE__COUNT; code++) {
        uint64_t seed = 11;
        if (!bits_use((enum bits_code)code)) {
            print_message("# this processor has no %s\n", bits_code_name((enum bits_code)code));
            continue;
        }
        for (int i = 0; i < 200; i++) {
            check_words(&seed);
            check_sums(&seed);
        }
    }
    assert_true(bits_use(was));
}

static void what_is_fresh_gains_as_the_readme_says(void **state) {
    static const struct {
        int64_t days;
        uint32_t points;
    } told[] = {{-3, 320},  {0, 320},   {29, 320}, {30, 300},  {89, 300}, {90, 270}, {364, 270},
                {365, 240}, {729, 240}, {730, 15}, {1824, 15}, {1825, 0}, {9999, 0}};
    const int64_t day_ms = INT64_C(86400000);
    const int64_t now_ms = 20000 * day_ms + 12345;
    const struct sift_ages ages = sift_ages(now_ms);
    int64_t times_ms[SIFT_AT_ONCE] = {0}; /* not known */
    uint32_t sums[SIFT_AT_ONCE] = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(told); i++) {
        times_ms[i] = now_ms - told[i].days * day_ms;
    }
    sift_gain(times_ms, &ages, sums);
    for (size_t i = 0; i < ARRAY_COUNT(told); i++) {
        assert_int_equal(sums[i], told[i].points);
    }
    assert_int_equal(sums[SIFT_AT_ONCE - 1], 0);
    const struct sift_ages early = sift_ages(1000); /* nothing known is before 1970 */
    uint32_t none[SIFT_AT_ONCE] = {0};
    memset(times_ms, 0, sizeof(times_ms));
    sift_gain(times_ms, &early, none);
    assert_int_equal(none[0], 0);
}

int test_sift(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_gives_what_one_at_a_time_gives),
        cmocka_unit_test(what_is_fresh_gains_as_the_readme_says),
    };
    return cmocka_run_group_tests_name("sift", tests, NULL, NULL);
}
