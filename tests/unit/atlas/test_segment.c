/* The shape of a segment in memory. */
#include "fixture.h"
#include "test_atlas.h"

#include "atlas/blocks.h"
#include "atlas/builder.h"
#include "atlas/columns.h"
#include "atlas/plan.h"
#include "atlas/rows.h"
#include "atlas/runs.h"
#include "atlas/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

/* Few are put in place one by one, many are sorted by digits. */
static void keys_are_sorted_and_equal_ones_keep_their_order(void **state) {
    (void)state;
    enum { MOST = 5000 };
    static struct atlas_keyed items[MOST];
    static struct atlas_keyed spare[MOST];
    static const size_t counts[] = {0, 1, 2, 48, 49, 300, MOST};
    static const unsigned shifts[] = {0, 7, 40, 57};
    for (size_t c = 0; c < ARRAY_COUNT(counts) * ARRAY_COUNT(shifts); c++) {
        size_t count = counts[c % ARRAY_COUNT(counts)];
        unsigned shift = shifts[c / ARRAY_COUNT(counts)];
        for (uint32_t i = 0; i < count; i++) {
            items[i] = (struct atlas_keyed){.key = hash_mix(i, c) >> 57 << shift, .item = i};
        }
        for (int again = 0; again < 2; again++) {
            atlas_sort(items, spare, count);
            for (size_t i = 1; i < count; i++) {
                assert_true(items[i - 1].key < items[i].key || (items[i - 1].key == items[i].key &&
                                                                items[i - 1].item < items[i].item));
            }
        }
    }
}

static void codes_of_every_length_come_back_as_they_went(void **state) {
    (void)state;
    const uint32_t codes[] = {0,
                              ATLAS_CODE_TWO - 1,
                              ATLAS_CODE_TWO,
                              ATLAS_CODE_TWO + 255,
                              ATLAS_CODE_TWO + 256,
                              ATLAS_CODE_THREE - 1,
                              ATLAS_CODE_THREE,
                              ATLAS_CODE_THREE + 65536,
                              ATLAS_CODE_FIVE - 1,
                              ATLAS_CODE_FIVE,
                              UINT32_MAX};
    uint8_t bytes[ARRAY_COUNT(codes) * 5];
    uint8_t *to = bytes;
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        uint8_t *start = to;
        to = atlas_code_write(to, codes[i]);
        assert_int_equal(to - start, atlas_code_bytes(codes[i]));
    }
    const uint8_t *at = bytes;
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        assert_int_equal(atlas_code_read(&at), codes[i]);
    }
    assert_ptr_equal(at, to);
}

static void a_run_of_any_length_says_how_many_words_it_has(void **state) {
    (void)state;
    const uint32_t counts[] = {1, 30, 31, 32, 31 + 192, ATLAS_RUN_WORDS_MAX};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        uint8_t bytes[8];
        uint8_t *end = atlas_run_header_write(bytes, ATLAS_FIELD_ASK, counts[i]);
        assert_int_equal(end - bytes, atlas_run_header_bytes(counts[i]));
        struct atlas_runs runs = {.at = bytes, .end = end};
        assert_true(atlas_runs_next(&runs));
        assert_int_equal(runs.field, ATLAS_FIELD_ASK);
        assert_int_equal(runs.count, counts[i]);
        assert_ptr_equal(runs.at, end);
    }
}

struct world {
    struct fixture fixture;
    struct arena arena;
    struct atlas *atlas;
    const struct atlas_view *view;
    struct entry_public *entries;
};

static void world_open(struct world *world, size_t count) {
    *world = (struct world){.arena = arena_make(1 << 16, 0)};
    fixture_open(&world->fixture);
    struct entry_public *entries = arena_new(&world->arena, struct entry_public, count);
    for (size_t i = 0; i < count; i++) {
        entries[i] = fixture_entry(&world->fixture, (int64_t)i + 1, &world->arena);
    }
    struct atlas_options options = fixture_options(&world->fixture);
    assert_int_equal(atlas_open_bare(&options, entries, count, &world->atlas), OK);
    world->view = atlas_pin(world->atlas);
    world->entries = entries;
}

static void world_close(struct world *world) {
    atlas_unpin(world->atlas, world->view);
    atlas_close(world->atlas);
    arena_free(&world->arena);
    fixture_close(&world->fixture);
}

static void a_block_knows_its_largest_impact(void **state) {
    (void)state;
    struct world world;
    world_open(&world, 1000);
    const struct atlas_segment *segment = world.view->parts[ATLAS_GENERATION];
    assert_true(segment->postings.dense_count > 10);
    for (uint32_t dense = 0; dense < segment->postings.dense_count; dense++) {
        struct atlas_list list =
            atlas_lists_get(&segment->postings, segment->postings.dense_keys[dense]);
        uint8_t most[64] = {0};
        assert_true(segment->words <= ARRAY_COUNT(most));
        assert_int_equal(list.dense, dense);
        struct atlas_list_walk walk = atlas_list_walk(&list, 0);
        uint32_t at = list.start;
        for (uint32_t document; atlas_list_next(&walk, &document); at++) {
            uint8_t *block = &most[document / ATLAS_BLOCK];
            *block = segment->impacts[at] > *block ? segment->impacts[at] : *block;
            assert_int_equal(atlas_rank(list.bits, list.ranks, document), at - list.start);
        }
        assert_memory_equal(most, segment->block_impacts + dense * segment->words, segment->words);
    }
    world_close(&world);
}

static void documents_with(const struct atlas_segment *segment, uint32_t term, uint64_t *bits) {
    for (uint32_t document = 0; document < segment->count; document++) {
        struct atlas_runs runs = atlas_runs_of(segment, document);
        while (atlas_runs_next(&runs)) {
            for (uint32_t i = 0; i < runs.count; i++) {
                if (atlas_run_word(&runs) == term) {
                    bits_set(bits, document);
                }
            }
        }
    }
}

static void rare_and_dense_lists_tell_the_same_documents_as_the_kept_words(void **state) {
    (void)state;
    struct world world;
    world_open(&world, 1000);
    const struct atlas_segment *segment = world.view->parts[ATLAS_GENERATION];
    const struct atlas_lists *postings = &segment->postings;
    uint32_t dense = 0;
    for (uint32_t term = 0; term < segment->term_count; term++) {
        if (segment->is_stop[term]) {
            assert_int_equal(atlas_lists_length(postings, term), 0);
            continue;
        }
        struct atlas_list list = atlas_lists_get(postings, term);
        uint64_t *bits = arena_new(&world.arena, uint64_t, segment->words);
        documents_with(segment, term, bits);
        assert_int_equal(list.length, bits_count(bits, segment->words));
        assert_int_equal(list.bits != NULL, list.length > segment->count / ATLAS_DENSE_SHARE);
        assert_int_equal(list.documents != NULL, list.bits == NULL);
        dense += list.bits != NULL;
        uint32_t rank = 0;
        for (uint32_t document = 0; document < segment->count; document++) {
            assert_int_equal(atlas_list_rank(&list, document), rank);
            struct atlas_list_walk walk = atlas_list_walk(&list, document);
            uint32_t next;
            if (bits_has(bits, document)) {
                assert_true(atlas_list_next(&walk, &next));
                assert_int_equal(next, document);
                rank++;
            } else if (atlas_list_next(&walk, &next)) {
                assert_true(next > document && bits_has(bits, next));
            } else {
                assert_int_equal(rank, list.length);
            }
        }
    }
    assert_true(dense > 0 && dense == postings->dense_count);
    world_close(&world);
}

static void a_segment_large_enough_for_two_threads_has_the_words_of_all_documents(void **state) {
    (void)state;
    struct world world;
    world_open(&world, 9000);
    const struct atlas_segment *segment = world.view->parts[ATLAS_GENERATION];
    assert_true(segment->count >= BUILDER_APART_LEAST);
    uint64_t *bits = arena_new(&world.arena, uint64_t, segment->words);
    for (uint32_t term = 0; term < segment->term_count; term += 37) {
        memset(bits, 0, segment->words * sizeof(*bits));
        documents_with(segment, term, bits);
        assert_int_equal(atlas_lists_length(&segment->postings, term),
                         segment->is_stop[term] ? 0 : bits_count(bits, segment->words));
    }
    world_close(&world);
}

/* Whether a walk over the row of a document comes across a value, once. */
static bool row_tells(const struct atlas_segment *segment, uint32_t document, uint32_t value) {
    struct atlas_row_walk walk = atlas_row_walk(segment, document);
    unsigned found = 0;
    for (uint32_t next; atlas_row_next(&walk, &next);) {
        found += next == value;
    }
    assert_true(found <= 1);
    return found == 1;
}

static void the_rows_tell_the_same_documents_as_the_lists_with_a_bit_or_without(void **state) {
    (void)state;
    struct world world;
    world_open(&world, 1000);
    const struct atlas_segment *segment = world.view->parts[ATLAS_GENERATION];
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    uint32_t *all = arena_new(&world.arena, uint32_t, segment->count);
    uint32_t *counts = arena_new(&world.arena, uint32_t, values);
    for (uint32_t document = 0; document < segment->count; document++) {
        all[document] = document;
    }
    atlas_rows_count(segment, all, segment->count, counts);
    uint32_t without = 0;
    for (uint32_t value = 0; value < values; value++) {
        struct atlas_any any = {0};
        struct atlas_list list = atlas_value_list(segment, value);
        uint32_t at = 0;
        atlas_any_add(segment, &any, value);
        without += list.length && any.rest_count;
        assert_int_equal(counts[value], list.length);
        for (uint32_t document = 0; document < segment->count; document++) {
            bool is_there = list.bits ? bits_has(list.bits, document)
                                      : at < list.length && list.documents[at] == document;
            at += is_there;
            assert_int_equal(row_tells(segment, document, value), is_there);
            assert_int_equal(atlas_row_has_any(segment, document, &any), is_there);
        }
        assert_int_equal(at, list.length);
    }
    assert_int_equal(segment->row_value_count, ATLAS_ROW_MORE);
    assert_true(without > 10);
    world_close(&world);
}

static void the_figures_name_each_part_once_and_add_up(void **state) {
    (void)state;
    struct world world;
    world_open(&world, 100);
    struct atlas_figures figures;
    atlas_figures_read(world.atlas, &figures);
    uint64_t sum = 0;
    for (size_t i = 0; i < figures.part_count; i++) {
        sum += figures.parts[i].bytes;
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(figures.parts[i].name, figures.parts[j].name);
        }
    }
    assert_int_equal(sum, figures.bytes);
    world_close(&world);
}

/* All around centres near and far from the poles, the equator and the antimeridian, most of them
 * close to the edge. */
static void a_circle_holds_what_measuring_says(void **state) {
    static const uint32_t radii_m[] = {1, 2, 50, 1000, 10000, 300000, 1000000, 1000001, 5000000};
    static const struct geo_point centres[] = {{.lon_e7 = 23000000, .lat_e7 = 488000000},
                                               {.lon_e7 = 1799999000, .lat_e7 = -1000},
                                               {.lon_e7 = -1799999999, .lat_e7 = 600000000},
                                               {.lon_e7 = 0, .lat_e7 = 899990000},
                                               {.lon_e7 = 0, .lat_e7 = 0}};
    uint64_t seed = 5;
    unsigned within = 0;
    unsigned beyond = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(radii_m) * ARRAY_COUNT(centres) * 400; i++) {
        struct query query = {.has_near = true,
                              .near = centres[i % ARRAY_COUNT(centres)],
                              .radius_m = radii_m[i / ARRAY_COUNT(centres) % ARRAY_COUNT(radii_m)]};
        struct atlas_plan plan = {.query = &query,
                                  .near_box = geo_box_around(query.near, query.radius_m + 10.0)};
        plan.circle = atlas_circle_of(&plan);
        double reach_e7 = query.radius_m * 90.0 * 1.2 + 1;
        seed = seed * UINT64_C(6364136223846793005) + 1;
        double north = ((double)(seed >> 40) / (1 << 23) - 1) * reach_e7;
        seed = seed * UINT64_C(6364136223846793005) + 1;
        double east = ((double)(seed >> 40) / (1 << 23) - 1) * reach_e7;
        double lat_e7 = fmin(fmax(query.near.lat_e7 + north, -900000000), 900000000);
        double lon_e7 = fmod(query.near.lon_e7 + east + 5400000000, 3600000000) - 1800000000;
        struct geo_point point = {.lon_e7 = (int32_t)lon_e7, .lat_e7 = (int32_t)lat_e7};
        struct atlas_segment segment = {.placed = 1, .point = &point};
        bool is_within = geo_distance_m(query.near, point) <= query.radius_m;
        assert_int_equal(atlas_is_within(&plan, &segment, 0), is_within);
        within += is_within;
        beyond += !is_within;
    }
    assert_true(within > 1000 && beyond > 1000);
}

/* ---- lists that are kept ---- */

static const void *column_of(const struct atlas_segment *segment, enum atlas_column_id id) {
    const void *items;
    memcpy(&items, (const char *)segment + atlas_columns[id].pointer, sizeof(items));
    return items;
}

static void assert_same_words(const struct atlas_segment *found,
                              const struct atlas_segment *wanted) {
    assert_int_equal(found->length, wanted->length);
    assert_int_equal(found->average_length, wanted->average_length);
    for (unsigned id = ATLAS_COLUMN_TERMS_STARTS; id < ATLAS_COLUMN__COUNT; id++) {
        uint64_t bytes = atlas_column_bytes(wanted, id);
        assert_int_equal(atlas_column_bytes(found, id), bytes);
        if (bytes) {
            assert_memory_equal(column_of(found, id), column_of(wanted, id), bytes);
        }
    }
}

/* Some of the entries are others now, some are gone. Returns how many there are. */
static size_t change_some(struct world *world, size_t count, uint32_t percent) {
    struct entry_public *changed = arena_new(&world->arena, struct entry_public, count);
    int64_t *removed = arena_new(&world->arena, int64_t, count);
    size_t changed_count = 0;
    size_t removed_count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct entry_public entry = world->entries[i];
        if (fixture_chance(&world->fixture, percent / 2)) {
            removed[removed_count++] = entry.entry.id.v;
            continue;
        }
        if (fixture_chance(&world->fixture, percent)) {
            entry = fixture_entry(&world->fixture, entry.entry.id.v, &world->arena);
            changed[changed_count++] = entry;
        }
        world->entries[kept++] = entry;
    }
    assert_true(changed_count > 100 && removed_count > 50);
    assert_int_equal(atlas_apply(world->atlas, changed, changed_count, removed, removed_count), OK);
    return kept;
}

/* Documents of more words than any before. */
static void lengthen_some(struct world *world, size_t count) {
    BUF_CLEANUP struct buf text = buf_new(1 << 16);
    for (int i = 0; i < 2000; i++) {
        buf_add(&text, fixture_word(&world->fixture));
        buf_add_cstr(&text, " ");
    }
    for (size_t i = 0; i < count; i++) {
        world->entries[i].entry.description = arena_copy(&world->arena, buf_slice(&text));
    }
    assert_int_equal(atlas_apply(world->atlas, world->entries, count, NULL, 0), OK);
}

/* The next generation, and one that is made of the same entries from nothing. */
static void compact_and_compare(struct world *world, size_t count) {
    struct atlas *anew;
    struct atlas_options options = fixture_options(&world->fixture);
    assert_int_equal(atlas_compact(world->atlas), OK);
    assert_int_equal(atlas_open_bare(&options, world->entries, count, &anew), OK);
    const struct atlas_view *found = atlas_pin(world->atlas);
    const struct atlas_view *wanted = atlas_pin(anew);
    assert_same_words(found->parts[ATLAS_GENERATION], wanted->parts[ATLAS_GENERATION]);
    atlas_unpin(world->atlas, found);
    atlas_unpin(anew, wanted);
    atlas_close(anew);
}

static uint32_t average_of(struct world *world) {
    const struct atlas_view *view = atlas_pin(world->atlas);
    uint32_t average = view->parts[ATLAS_GENERATION]->average_length;
    atlas_unpin(world->atlas, view);
    return average;
}

static void the_next_generation_has_the_words_of_one_made_anew(void **state) {
    (void)state;
    enum { COUNT = 9000, LONG = 200 };
    struct world world;
    world_open(&world, COUNT);
    uint32_t average = average_of(&world);
    compact_and_compare(&world, COUNT); /* nothing has changed */
    size_t count = change_some(&world, COUNT, 10);
    compact_and_compare(&world, count);
    assert_int_equal(average_of(&world), average); /* so its lists were kept */
    lengthen_some(&world, LONG);
    compact_and_compare(&world, count);
    assert_true(average_of(&world) > average); /* and here they were not */
    count = change_some(&world, count, 4);     /* the longest are among those that are gone */
    compact_and_compare(&world, count);
    world_close(&world);
}

int test_segment(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_sorted_and_equal_ones_keep_their_order),
        cmocka_unit_test(codes_of_every_length_come_back_as_they_went),
        cmocka_unit_test(a_run_of_any_length_says_how_many_words_it_has),
        cmocka_unit_test(a_block_knows_its_largest_impact),
        cmocka_unit_test(rare_and_dense_lists_tell_the_same_documents_as_the_kept_words),
        cmocka_unit_test(a_segment_large_enough_for_two_threads_has_the_words_of_all_documents),
        cmocka_unit_test(the_next_generation_has_the_words_of_one_made_anew),
        cmocka_unit_test(the_rows_tell_the_same_documents_as_the_lists_with_a_bit_or_without),
        cmocka_unit_test(a_circle_holds_what_measuring_says),
        cmocka_unit_test(the_figures_name_each_part_once_and_add_up),
    };
    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
