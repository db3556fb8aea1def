/* A tag that stays says that the answer stays: thousands of answers beside their versions while
 * entries change. */
#include "fixture.h"
#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define ENTRIES   400
#define QUESTIONS 300
#define ROUNDS    80
#define MOVED_MAX 4 /* entries that change in a round */

struct question {
    struct query query;
    struct geo_tile tile;
    uint32_t columns, rows; /* 0: a list */
    uint64_t version, digest;
};
struct town {
    struct fixture fixture;
    struct arena arena;
    struct entry_public entries[ENTRIES];
    struct atlas *atlas;
    struct question questions[QUESTIONS];
    size_t stayed, changed, tiles_stayed;
};

static uint64_t mix_text(uint64_t digest, slice text) {
    return hash_bytes(text, digest);
}

static uint64_t digest_cells(const struct atlas_cell *cells, size_t count) {
    uint64_t digest = count;
    for (size_t i = 0; i < count; i++) {
        const struct atlas_cell *cell = &cells[i];
        digest = hash_mix(digest, (uint64_t)cell->grid.x << 32 | cell->grid.y);
        digest = hash_mix(digest, cell->count << 2 | cell->all_approximate << 1 | cell->is_stack);
        for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            digest = hash_mix(digest, cell->kinds[kind]);
        }
        if (cell->count == 1) {
            digest = hash_mix(digest, (uint64_t)cell->entry.v);
            digest = hash_mix(digest, (uint64_t)cell->kind << 32 | cell->territory);
            digest = mix_text(digest, cell->title);
        }
    }
    return digest;
}

static uint64_t digest_facets(const struct atlas_result *result, uint64_t digest) {
    for (unsigned facet = 0; facet < ATLAS_FACET__COUNT; facet++) {
        const struct atlas_facet_counts *counts = &result->facets[facet];
        digest = hash_mix(digest, hash_mix(counts->total, counts->others));
        for (uint32_t i = 0; i < counts->count; i++) {
            digest = mix_text(hash_mix(digest, counts->values[i].count), counts->values[i].value);
        }
    }
    return digest;
}

static uint64_t digest_list(const struct atlas_result *result) {
    uint64_t digest = hash_mix(result->total, result->unplaced);
    digest = mix_text(digest, result->next_cursor);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct atlas_hit *hit = &result->hits[i];
        digest = hash_mix(digest, (uint64_t)hit->entry.v);
        digest =
            hash_mix(digest, (uint64_t)hit->kind << 48 | (uint64_t)hit->ask << 32 | hit->score);
    }
    return digest_facets(result, digest);
}

static uint64_t answer(const struct atlas_view *view, const struct question *question,
                       struct arena *arena) {
    const struct atlas_request request = {.query = &question->query,
                                          .facets = ATLAS_FACETS_ALL,
                                          .seven_kinds = true,
                                          .now_ms = FIXTURE_NOW_MS};
    struct atlas_cell *cells;
    struct atlas_result result;
    size_t count = 0;
    err failed = question->rows ? atlas_block(view, &request, question->tile, question->columns,
                                              question->rows, arena, &cells, &count, NULL)
                                : atlas_search(view, &request, arena, &result, NULL);
    return failed ? (uint64_t)failed
                  : (question->rows ? digest_cells(cells, count) : digest_list(&result));
}

static uint64_t version(const struct atlas_view *view, const struct question *question) {
    return question->rows ? atlas_view_tiles_version(view, &question->query, question->tile,
                                                     question->columns, question->rows)
                          : atlas_view_list_version(view, &question->query);
}

/* Tiles of all zooms, blocks and boxes about places where entries are. */
static void ask_somewhere(struct town *town, struct question *question) {
    struct fixture *fixture = &town->fixture;
    struct query *query = &question->query;
    struct geo_point point = fixture_point(fixture);
    struct geo_grid at = geo_grid_from_point(point);
    unsigned zoom = fixture_random(fixture, 18);
    *query = query_default();
    query->limit = 3;
    query->kinds = fixture_chance(fixture, 30) ? (uint16_t)(1 + fixture_random(fixture, 511)) : 0;
    query->sort = (enum query_sort)fixture_random(fixture, QUERY_SORT__COUNT);
    if (fixture_chance(fixture, 20)) {
        query_values_set(&query->sources,
                         fixture_sources[fixture_random(fixture, fixture_source_count)], true);
    }
    if (fixture_chance(fixture, 60)) {
        uint32_t side = fixture_chance(fixture, 30) && zoom > 3 ? 2 : 1;
        question->columns = question->rows = side;
        question->tile = (struct geo_tile){zoom, zoom ? at.x >> (32 - zoom) & ~(side - 1) : 0,
                                           zoom ? at.y >> (32 - zoom) & ~(side - 1) : 0};
        return;
    }
    int32_t reach = (int32_t)fixture_random(fixture, 1u << (8 + zoom));
    query->has_box = true;
    query->box = (struct geo_box){.west_e7 = point.lon_e7 - reach,
                                  .south_e7 = point.lat_e7 - reach,
                                  .east_e7 = point.lon_e7 + reach / 3,
                                  .north_e7 = point.lat_e7 + reach};
}

static void look(struct town *town, bool is_first) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 18, 0);
    const struct atlas_view *view = atlas_pin(town->atlas);
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct question *question = &town->questions[i];
        uint64_t now = version(view, question);
        uint64_t digest = answer(view, question, &arena);
        if (!is_first && now == question->version) {
            assert_int_equal(digest, question->digest);
            town->stayed++;
            town->tiles_stayed += question->rows > 0;
        }
        town->changed += !is_first && digest != question->digest;
        question->version = now;
        question->digest = digest;
        arena_reset(&arena);
    }
    atlas_unpin(town->atlas, view);
}

/* Some entries become others at other places, some go, some that had gone come back. */
static void change(struct town *town) {
    struct entry_public changed[MOVED_MAX];
    int64_t removed[MOVED_MAX];
    size_t count = fixture_random(&town->fixture, MOVED_MAX) + 1;
    size_t removed_count = fixture_random(&town->fixture, MOVED_MAX);
    for (size_t i = 0; i < count; i++) {
        int64_t id = 1 + fixture_random(&town->fixture, ENTRIES);
        changed[i] = fixture_entry(&town->fixture, id, &town->arena);
    }
    for (size_t i = 0; i < removed_count; i++) {
        removed[i] = ENTRIES + 1; /* nobody */
        int64_t id = 1 + fixture_random(&town->fixture, ENTRIES);
        bool is_changed = false;
        for (size_t k = 0; k < count; k++) {
            is_changed = is_changed || changed[k].entry.id.v == id;
        }
        removed[i] = is_changed ? removed[i] : id;
    }
    for (size_t i = 1; i < count; i++) { /* each once */
        for (size_t k = 0; k < i; k++) {
            changed[i].entry.id.v +=
                changed[i].entry.id.v == changed[k].entry.id.v ? ENTRIES + (int64_t)i + 1 : 0;
        }
    }
    assert_int_equal(atlas_apply(town->atlas, changed, count, removed, removed_count), OK);
}

static void
answer_stays_as_long_as_its_version_through_changes_merges_and_generations(void **state) {
    struct town *town = *state;
    look(town, true);
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 16 == 7) {
            assert_int_equal(atlas_merge(town->atlas), OK);
        } else if (round % 40 == 23) {
            assert_int_equal(atlas_compact(town->atlas), OK);
        } else {
            change(town);
        }
        look(town, false);
    }
    /* It was worth asking: most tiles stay, and many answers did change. */
    assert_true(town->changed > 500);
    assert_true(town->tiles_stayed > QUESTIONS * ROUNDS / 4);
    assert_true(town->stayed > town->tiles_stayed + 500);
}

static void version_of_everything_moves_with_every_change(void **state) {
    struct town *town = *state;
    struct query open = query_default();
    struct query words = query_default();
    words.words = SLICE("jardin");
    const struct atlas_view *before = atlas_pin(town->atlas);
    change(town);
    const struct atlas_view *after = atlas_pin(town->atlas);
    const struct geo_tile far = {14, 3, 3}; /* nobody is there */
    assert_true(atlas_view_list_version(before, &open) != atlas_view_list_version(after, &open));
    assert_true(atlas_view_list_version(before, &words) != atlas_view_list_version(after, &words));
    assert_true(atlas_view_tiles_version(before, &words, far, 1, 1) !=
                atlas_view_tiles_version(after, &words, far, 1, 1));
    assert_int_equal(atlas_view_tiles_version(before, &open, far, 1, 1),
                     atlas_view_tiles_version(after, &open, far, 1, 1));
    const uint32_t beyond[] = {0, ATLAS_TILES_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_COUNT(beyond); i++) { /* blocks that are none */
        assert_int_equal(atlas_view_tiles_version(after, &open, far, beyond[i], 1),
                         atlas_view_version(after));
        assert_int_equal(atlas_view_tiles_version(after, &open, far, 1, beyond[i]),
                         atlas_view_version(after));
    }
    /* Where something changed that an older view does not have, it goes by all of itself. */
    const struct geo_tile world = {0};
    assert_int_equal(atlas_view_tiles_version(before, &open, world, 1, 1),
                     atlas_view_version(before));
    atlas_unpin(town->atlas, before);
    atlas_unpin(town->atlas, after);
}

static int setup(void **state) {
    struct town *town = test_calloc(1, sizeof(*town));
    fixture_open(&town->fixture);
    town->arena = arena_make(1 << 18, 0);
    for (size_t i = 0; i < ENTRIES; i++) {
        town->entries[i] = fixture_entry(&town->fixture, (int64_t)i + 1, &town->arena);
    }
    struct atlas_options options = fixture_options(&town->fixture);
    assert_int_equal(atlas_open_bare(&options, town->entries, ENTRIES, &town->atlas), OK);
    for (size_t i = 0; i < QUESTIONS; i++) {
        ask_somewhere(town, &town->questions[i]);
    }
    *state = town;
    return 0;
}

static int teardown(void **state) {
    struct town *town = *state;
    atlas_close(town->atlas);
    arena_free(&town->arena);
    fixture_close(&town->fixture);
    test_free(town);
    return 0;
}

int test_stamps(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            answer_stays_as_long_as_its_version_through_changes_merges_and_generations),
        cmocka_unit_test(version_of_everything_moves_with_every_change),
    };
    return cmocka_run_group_tests_name("stamps", tests, setup, teardown);
}
