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

/* What someone asks for, the crowd of it, and by document the largest impact; 0: not there. */
struct asked {
    slice words;
    const struct atlas_crowd *crowd;
    uint8_t *impacts;
    bool has_prefix, has_theme;
};

static void raise(const struct atlas_list *list, const uint8_t *impact, uint8_t *impacts) {
    uint32_t document;
    for (struct atlas_list_walk walk = atlas_list_walk(list, 0);
         atlas_list_next(&walk, &document);) {
        uint8_t here = impact ? *impact++ : ATLAS_THEME_IMPACT;
        impacts[document] = here > impacts[document] ? here : impacts[document];
    }
}

/* False when there is no crowd of it, or it was asked for before. */
static bool ask(struct crowded *crowded, slice words, bool *seen, struct asked *asked) {
    const struct atlas_segment *segment = crowded->segment;
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(crowded->view->desks);
    struct query query = query_default();
    struct atlas_plan plan;
    query.words = words;
    const struct atlas_request request = {.query = &query, .now_ms = FIXTURE_NOW_MS};
    assert_int_equal(atlas_plan_make(crowded->view, &request, desk, &plan, NULL), OK);
    if (plan.clause_count != 1) {
        return false;
    }
    const struct atlas_clause *clause = plan.clauses;
    const struct atlas_forms *forms = clause->forms[ATLAS_GENERATION];
    *asked = (struct asked){.words = words,
                            .crowd = atlas_crowd_find(segment, atlas_crowd_key(clause, forms)),
                            .impacts = arena_new(&crowded->arena, uint8_t, segment->count),
                            .has_prefix = forms->prefix_last > forms->prefix_first + 1,
                            .has_theme = clause->theme_count > 0};
    if (!asked->crowd || seen[asked->crowd - segment->crowds]) {
        return false;
    }
    seen[asked->crowd - segment->crowds] = true;
    for (uint32_t term = 0; term < segment->term_count; term++) {
        bool is_form = term >= forms->prefix_first && term < forms->prefix_last;
        for (uint32_t i = 0; i < forms->term_count; i++) {
            is_form = is_form || forms->terms[i] == term;
        }
        struct atlas_list list = atlas_lists_get(&segment->postings, term);
        if (is_form) {
            raise(&list, segment->impacts + list.start, asked->impacts);
        }
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        struct atlas_list list =
            atlas_lists_get(&segment->values[ATLAS_VALUES_THEME].lists, clause->themes[i]);
        raise(&list, NULL, asked->impacts);
    }
    return true;
}

/* Every crowd as it may be asked for: by words, whole or begun, of texts and of themes. */
static struct asked *ask_all(struct crowded *crowded, uint32_t *count) {
    const struct atlas_segment *segment = crowded->segment;
    const struct atlas_theme_words *theme_words = crowded->view->theme_words;
    /* One more than there are: who asks for what is none writes there. */
    struct asked *all = arena_new(&crowded->arena, struct asked, segment->crowd_count + 1);
    bool *seen = arena_new(&crowded->arena, bool, segment->crowd_count);
    *count = 0;
    for (uint32_t i = 0; i < segment->term_count + theme_words->count; i++) {
        slice word = i < segment->term_count ? atlas_text(&segment->terms, i)
                                             : theme_words->items[i - segment->term_count].word;
        BUF_CLEANUP struct buf whole = buf_new(256);
        buf_add(&whole, word);
        buf_add_cstr(&whole, " \"");
        slice text = arena_copy(&crowded->arena, buf_slice(&whole));
        *count += ask(crowded, text, seen, &all[*count]);
        for (size_t n = 3; n <= word.n && *count < segment->crowd_count; n++) {
            if (n == word.n || ((unsigned char)word.p[n] & 0xC0) != 0x80) {
                *count += ask(crowded, slice_sub(word, 0, n), seen, &all[*count]);
            }
        }
    }
    assert_int_equal(*count, segment->crowd_count); /* nothing is kept that nobody asks for */
    return all;
}

static void the_counts_of_a_crowd_are_those_of_its_documents(void **state) {
    struct crowded *crowded = *state;
    const struct atlas_segment *segment = crowded->segment;
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    uint32_t prefixes = 0;
    uint32_t themes = 0;
    uint32_t count;
    const struct asked *asked = ask_all(crowded, &count);
    for (uint32_t c = 0; c < count; c++) {
        const struct atlas_crowd *crowd = asked[c].crowd;
        const uint8_t *impacts = asked[c].impacts;
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
        prefixes += asked[c].has_prefix;
        themes += asked[c].has_theme;
    }
    assert_true(count - prefixes > 20 && prefixes > 20 && themes > 10);
}

/* At no later time, either: what was fresh ages, what is to come gets near and is over. */
static void nothing_beside_the_best_of_a_crowd_comes_beyond_its_bound(void **state) {
    struct crowded *crowded = *state;
    const struct atlas_segment *segment = crowded->segment;
    static const int64_t days[] = {0, 3, 20, 45, 200, 4000};
    uint32_t kept = 0;
    uint32_t count;
    const struct asked *asked = ask_all(crowded, &count);
    for (uint32_t c = 0; c < count; c++) {
        const struct atlas_crowd *crowd = asked[c].crowd;
        const uint8_t *impacts = asked[c].impacts;
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

static struct atlas_result search(struct crowded *crowded, slice words, uint32_t limit) {
    struct query query = query_default();
    struct atlas_result result;
    query.words = words;
    query.limit = limit;
    const struct atlas_request request = {
        .query = &query, .facets = ATLAS_FACETS_ALL, .now_ms = FIXTURE_NOW_MS + FIXTURE_DAY_MS * 3};
    assert_int_equal(atlas_search(crowded->view, &request, &crowded->arena, &result, NULL), OK);
    return result;
}

/* Whether the first lines are those of the whole list, for which blocks are looked through. */
static void check_head(struct crowded *crowded, struct query query, int64_t now_ms,
                       struct arena *arena) {
    struct atlas_result head;
    struct atlas_result whole;
    struct atlas_request request = {.query = &query, .now_ms = now_ms};
    assert_int_equal(atlas_search(crowded->view, &request, arena, &head, NULL), OK);
    query.limit = QUERY_LIMIT_MAX;
    assert_int_equal(atlas_search(crowded->view, &request, arena, &whole, NULL), OK);
    assert_int_equal(head.total, whole.total);
    for (uint32_t i = 0; i < head.hit_count; i++) {
        assert_int_equal(head.hits[i].entry.v, whole.hits[i].entry.v);
        assert_int_equal(head.hits[i].ask, whole.hits[i].ask);
        assert_int_equal(head.hits[i].score, whole.hits[i].score);
    }
}

/* In all circumstances that what is known may not fit. */
static void check_heads(struct crowded *crowded, const struct asked *asked, uint32_t count) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 16, 0);
    for (uint32_t c = 0; c < count; c++) {
        struct query query = query_default();
        query.words = asked[c].words;
        query.limit = 1 + c % 5;
        check_head(crowded, query, FIXTURE_NOW_MS, &arena);
        check_head(crowded, query, asked[c].crowd->since_ms - 900 * FIXTURE_DAY_MS, &arena);
        query.has_near = true;
        query.near = fixture_point(&crowded->fixture);
        check_head(crowded, query, FIXTURE_NOW_MS, &arena);
        arena_reset(&arena);
    }
}

static void the_best_are_the_same_whoever_is_asked(void **state) {
    struct crowded *crowded = *state;
    uint32_t asked_count;
    const struct asked *asked = ask_all(crowded, &asked_count);
    check_heads(crowded, asked, asked_count);
    int64_t gone[ENTRIES];
    size_t count = 0;
    for (int64_t id = 1; id <= ENTRIES; id++) {
        if (id % 8) { /* so few are left of each source that they come to more than as built */
            gone[count++] = id;
        }
    }
    assert_int_equal(atlas_apply(crowded->atlas, NULL, 0, gone, count), OK);
    atlas_unpin(crowded->atlas, crowded->view);
    crowded->view = atlas_pin(crowded->atlas);
    assert_true(crowded->view->source_rise[ATLAS_GENERATION] > 0);
    check_heads(crowded, asked, asked_count);
}

/* What is known is made wrong on purpose, and the answer with it. */
static void an_answer_takes_counts_and_the_best_from_what_is_known(void **state) {
    struct crowded *crowded = *state;
    struct atlas_segment *segment = crowded->segment;
    uint32_t count;
    const struct asked *asked = ask_all(crowded, &count);
    const struct asked *largest = asked;
    for (uint32_t c = 1; c < count; c++) {
        largest = asked[c].crowd->documents > largest->crowd->documents ? &asked[c] : largest;
    }
    const struct atlas_crowd *crowd = largest->crowd;
    slice words = largest->words;
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
        cmocka_unit_test_setup_teardown(the_best_are_the_same_whoever_is_asked, crowded_setup,
                                        crowded_teardown),
        cmocka_unit_test_setup_teardown(an_answer_takes_counts_and_the_best_from_what_is_known,
                                        crowded_setup, crowded_teardown),
    };
    return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
