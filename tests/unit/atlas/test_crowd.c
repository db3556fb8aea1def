/* What is known beforehand of frequent words: told by their documents one by one, and in use. */
#include "fixture.h"
#include "test_atlas.h"

#include "atlas/crowd.h"
#include "atlas/rank.h"
#include "atlas/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define ENTRIES 500

struct crowded {
    struct fixture fixture;
    struct arena arena;
    struct atlas *atlas;
    const struct atlas_view *view;
    struct atlas_segment *segment; /* of the generation */
};

static int crowded_setup(void **state) {
    struct crowded *crowded = test_calloc(1, sizeof(*crowded));
    fixture_open(&crowded->fixture);
    crowded->arena = arena_make(1 << 20, 0);
    struct entry_public *entries = arena_new(&crowded->arena, struct entry_public, ENTRIES);
    for (size_t i = 0; i < ENTRIES; i++) {
        entries[i] = fixture_entry(&crowded->fixture, (int64_t)i + 1, &crowded->arena);
    }
    struct atlas_options options = fixture_options(&crowded->fixture);
    assert_int_equal(atlas_open_bare(&options, entries, ENTRIES, &crowded->atlas), OK);
    crowded->view = atlas_pin(crowded->atlas);
    crowded->segment = crowded->view->parts[ATLAS_GENERATION];
    *state = crowded;
    return 0;
}

static int crowded_teardown(void **state) {
    struct crowded *crowded = *state;
    atlas_unpin(crowded->atlas, crowded->view);
    atlas_close(crowded->atlas);
    arena_free(&crowded->arena);
    fixture_close(&crowded->fixture);
    test_free(crowded);
    return 0;
}

static bool has_term(const struct atlas_segment *segment, const struct atlas_crowd *crowd,
                     uint32_t term) {
    return crowd->of == ATLAS_CROWD_PREFIX
               ? term >= crowd->first && term < crowd->second
               : segment->term_stems[TEXT_FRENCH][term] == crowd->first ||
                     segment->term_stems[TEXT_ENGLISH][term] == crowd->second;
}

/* By document: the largest impact of the crowd's terms; 0: it has none of them. */
static uint8_t *impacts_of(struct crowded *crowded, const struct atlas_crowd *crowd) {
    const struct atlas_segment *segment = crowded->segment;
    uint8_t *impacts = arena_new(&crowded->arena, uint8_t, segment->count);
    for (uint32_t term = 0; term < segment->term_count; term++) {
        struct atlas_list list = atlas_lists_get(&segment->postings, term);
        const uint8_t *impact = segment->impacts + list.start;
        struct atlas_list_walk walk = atlas_list_walk(&list, 0);
        for (uint32_t document; has_term(segment, crowd, term) && atlas_list_next(&walk, &document);
             impact++) {
            impacts[document] = *impact > impacts[document] ? *impact : impacts[document];
        }
    }
    return impacts;
}

static void the_counts_of_a_crowd_are_those_of_its_documents(void **state) {
    struct crowded *crowded = *state;
    const struct atlas_segment *segment = crowded->segment;
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    uint32_t seen[ATLAS_CROWD_PREFIX + 1] = {0};
    for (uint32_t c = 0; c < segment->crowd_count; c++) {
        const struct atlas_crowd *crowd = &segment->crowds[c];
        const uint8_t *impacts = impacts_of(crowded, crowd);
        uint32_t *all = arena_new(&crowded->arena, uint32_t, values);
        uint32_t *entries = arena_new(&crowded->arena, uint32_t, values);
        uint32_t documents = 0;
        for (uint32_t i = 0; i < segment->count; i++) {
            uint32_t value;
            documents += impacts[i] > 0;
            for (struct atlas_row_walk walk = atlas_row_walk(segment, i);
                 impacts[i] && atlas_row_next(&walk, &value);) {
                all[value]++;
                entries[value] += segment->kind[i] < QUERY_KIND_NEED;
            }
        }
        assert_int_equal(crowd->documents, documents);
        assert_true(documents > FIXTURE_CROWD_LEAST);
        assert_memory_equal(atlas_crowd_counts(segment, crowd, ATLAS_CROWD_ALL), all,
                            values * sizeof(*all));
        assert_memory_equal(atlas_crowd_counts(segment, crowd, ATLAS_CROWD_ENTRIES), entries,
                            values * sizeof(*entries));
        for (uint32_t i = 0; crowd->bits != ATLAS_NO_KEY && i < segment->count; i++) {
            assert_int_equal(bits_has(segment->crowd_bits + crowd->bits * segment->words, i),
                             impacts[i] > 0);
        }
        assert_ptr_equal(atlas_crowd_find(segment, crowd->of, crowd->first, crowd->second), crowd);
        seen[crowd->of]++;
    }
    assert_true(seen[ATLAS_CROWD_WORD] > 20 && seen[ATLAS_CROWD_PREFIX] > 20);
    assert_null(atlas_crowd_find(segment, ATLAS_CROWD_PREFIX, 0, segment->term_count));
}

/* At no later time, either: what was fresh ages, what is to come gets near and is over. */
static void nothing_beside_the_best_of_a_crowd_comes_beyond_its_bound(void **state) {
    struct crowded *crowded = *state;
    const struct atlas_segment *segment = crowded->segment;
    static const int64_t days[] = {0, 3, 20, 45, 200, 4000};
    uint32_t kept = 0;
    for (uint32_t c = 0; c < segment->crowd_count; c++) {
        const struct atlas_crowd *crowd = &segment->crowds[c];
        const uint8_t *impacts = impacts_of(crowded, crowd);
        uint64_t *best = arena_new(&crowded->arena, uint64_t, segment->words);
        for (uint32_t i = crowd->best; i < crowd->best + crowd->best_count; i++) {
            bits_set(best, segment->crowd_best[i]);
            assert_int_equal(segment->crowd_impacts[i], impacts[segment->crowd_best[i]]);
        }
        assert_int_equal(bits_count(best, segment->words), crowd->best_count);
        uint32_t idf = atlas_rarity(segment->count, crowd->documents);
        for (size_t d = 0; d < ARRAY_COUNT(days); d++) {
            int64_t now_ms = crowd->since_ms + days[d] * FIXTURE_DAY_MS;
            for (uint32_t i = 0; i < segment->count; i++) {
                if (impacts[i] && !bits_has(best, i)) {
                    uint32_t most = atlas_points_bound(segment, i, now_ms) + impacts[i] * idf;
                    assert_true(most <= crowd->bound);
                }
            }
        }
        kept += crowd->best_count < crowd->documents;
    }
    assert_true(kept > 20);
}

static struct atlas_result search(struct crowded *crowded, const char *words, uint32_t limit) {
    struct query query = query_default();
    struct atlas_result result;
    query.words = slice_from_cstr(words);
    query.limit = limit;
    const struct atlas_request request = {
        .query = &query, .facets = ATLAS_FACETS_ALL, .now_ms = FIXTURE_NOW_MS + FIXTURE_DAY_MS * 3};
    assert_int_equal(atlas_search(crowded->view, &request, &crowded->arena, &result, NULL), OK);
    return result;
}

/* The largest crowd of a word, as someone would type it, with its end. */
static struct atlas_crowd *largest(struct crowded *crowded, const char **words) {
    const struct atlas_segment *segment = crowded->segment;
    struct atlas_crowd *crowd = NULL;
    for (uint32_t c = 0; c < segment->crowd_count; c++) {
        struct atlas_crowd *it = &segment->crowds[c];
        if (it->of == ATLAS_CROWD_WORD && (!crowd || it->documents > crowd->documents)) {
            crowd = it;
        }
    }
    uint32_t term = 0;
    while (segment->term_stems[TEXT_FRENCH][term] != crowd->first ||
           segment->term_stems[TEXT_ENGLISH][term] != crowd->second) {
        term++;
    }
    BUF_CLEANUP struct buf text = buf_new(256);
    buf_add(&text, atlas_text(&segment->terms, term));
    buf_add_cstr(&text, " \"");
    *words = arena_copy(&crowded->arena, slice_from_cstr(buf_cstr(&text))).p;
    return crowd;
}

/* What is known is made wrong on purpose, and the answer with it. */
static void an_answer_takes_counts_and_the_best_from_what_is_known(void **state) {
    struct crowded *crowded = *state;
    struct atlas_segment *segment = crowded->segment;
    const char *words;
    struct atlas_crowd *crowd = largest(crowded, &words);
    struct atlas_result right = search(crowded, words, 3);
    assert_true(right.hit_count == 3 && right.facets[ATLAS_FACET_STATE].count > 0);
    for (uint32_t i = 0; i < QUERY_STATE__COUNT; i++) {
        uint32_t row = (uint32_t)(crowd - segment->crowds) * ATLAS_CROWD_COUNTS__COUNT;
        segment->crowd_counts[row * segment->value_first[ATLAS_OF__COUNT] +
                              atlas_value_of(segment, ATLAS_OF_STATE, i)] += 1000;
    }
    for (uint32_t i = crowd->best; i + 1 < crowd->best + crowd->best_count; i++) {
        if (segment->entry[segment->crowd_best[i]] == right.hits[0].entry.v) {
            segment->crowd_best[i] = segment->crowd_best[i + 1];
            segment->crowd_impacts[i] = segment->crowd_impacts[i + 1];
        }
    }
    struct atlas_result wrong = search(crowded, words, 3);
    assert_int_equal(wrong.facets[ATLAS_FACET_STATE].values[0].count,
                     right.facets[ATLAS_FACET_STATE].values[0].count + 1000);
    assert_int_equal(wrong.hit_count, right.hit_count);
    for (uint32_t i = 0; i < wrong.hit_count; i++) {
        assert_int_not_equal(wrong.hits[i].entry.v, right.hits[0].entry.v);
    }
}

int test_crowd(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_counts_of_a_crowd_are_those_of_its_documents,
                                        crowded_setup, crowded_teardown),
        cmocka_unit_test_setup_teardown(nothing_beside_the_best_of_a_crowd_comes_beyond_its_bound,
                                        crowded_setup, crowded_teardown),
        cmocka_unit_test_setup_teardown(an_answer_takes_counts_and_the_best_from_what_is_known,
                                        crowded_setup, crowded_teardown),
    };
    return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
