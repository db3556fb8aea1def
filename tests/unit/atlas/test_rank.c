/* The list of an index of several regions: what ranking leaves out unseen must not be missing. */
#include "atlas/blocks.h"
#include "fixture.h"
#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ENTRIES 5000
#define CHANGED 500
#define QUERIES 24

struct world {
    struct fixture fixture;
    struct arena arena;
    struct atlas *atlas;
    const struct atlas_view *view;
};

static int world_open(void **state) {
    static struct world world;
    world = (struct world){.arena = arena_make(1 << 20, 0)};
    fixture_open(&world.fixture);
    struct entry_public *entries = arena_new(&world.arena, struct entry_public, ENTRIES + CHANGED);
    for (size_t i = 0; i < ENTRIES + CHANGED; i++) {
        int64_t id = i < ENTRIES ? (int64_t)i + 1 : (int64_t)(i - ENTRIES) * 7 + 1;
        entries[i] = fixture_entry(&world.fixture, id, &world.arena);
    }
    struct atlas_options options = fixture_options(&world.fixture);
    assert_int_equal(atlas_open_bare(&options, entries, ENTRIES, &world.atlas), OK);
    assert_int_equal(atlas_apply(world.atlas, entries + ENTRIES, CHANGED, NULL, 0), OK);
    world.view = atlas_pin(world.atlas);
    assert_true(atlas_region_count(world.view->parts[ATLAS_GENERATION]) >= 2);
    *state = &world;
    return 0;
}

static int world_close(void **state) {
    struct world *world = *state;
    atlas_unpin(world->atlas, world->view);
    atlas_close(world->atlas);
    arena_free(&world->arena);
    fixture_close(&world->fixture);
    return 0;
}

static struct query random_query(struct fixture *fixture, struct arena *arena) {
    struct query query = query_default();
    query.sort = (enum query_sort)fixture_random(fixture, QUERY_SORT__COUNT);
    if (fixture_chance(fixture, 60)) {
        slice first = fixture_word(fixture);
        slice second = fixture_chance(fixture, 40) ? fixture_word(fixture) : SLICE_EMPTY;
        query.words = arena_printf(arena, "%.*s %.*s", SLICE_ARG(first), SLICE_ARG(second));
        query.words = slice_trim(query.words);
    }
    if (fixture_chance(fixture, 40)) {
        query.has_near = true;
        query.near = fixture_point(fixture);
        query.radius_m = fixture_chance(fixture, 70) ? 0 : 20000;
    }
    if (fixture_chance(fixture, 40)) {
        query.kinds = (uint16_t)(1 + fixture_random(fixture, QUERY_KINDS_ALL));
    }
    return query;
}

/* All lines, by pages of a size; sorted by relevance their scores go down. */
static size_t read_pages(const struct world *world, struct atlas_request request, uint16_t limit,
                         struct atlas_hit *lines, size_t room, struct arena *arena) {
    struct query query = *request.query;
    size_t count = 0;
    query.limit = limit;
    request.query = &query;
    for (bool more = true; more;) {
        struct atlas_result page;
        assert_int_equal(atlas_search(world->view, &request, arena, &page, NULL), OK);
        assert_false(page.cursor_expired);
        for (uint32_t i = 0; i < page.hit_count; i++) {
            assert_true(count < room);
            lines[count++] = page.hits[i];
            if (query.sort == QUERY_SORT_RELEVANCE && count > 1) {
                assert_true(lines[count - 2].score >= lines[count - 1].score);
            }
        }
        if (!request.fold && !page.next_cursor.n) {
            assert_int_equal(count, page.total); /* each match has a line */
        }
        query.cursor = page.next_cursor;
        more = query.cursor.n > 0;
    }
    return count;
}

static void pages_of_any_size_give_one_and_the_same_whole_list(void **state) {
    struct world *world = *state;
    const size_t room = (size_t)4 * (ENTRIES + CHANGED);
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    size_t most = 0;
    for (int i = 0; i < QUERIES; i++) {
        struct query query = random_query(&world->fixture, &arena);
        struct atlas_request request = {
            .query = &query, .fold = fixture_chance(&world->fixture, 50), .now_ms = FIXTURE_NOW_MS};
        struct atlas_hit *lines = arena_new(&arena, struct atlas_hit, room);
        struct atlas_hit *again = arena_new(&arena, struct atlas_hit, room);
        size_t count = read_pages(world, request, QUERY_LIMIT_MAX, lines, room, &arena);
        uint16_t limit = (uint16_t)(200 + fixture_random(&world->fixture, 200));
        assert_int_equal(read_pages(world, request, limit, again, room, &arena), count);
        for (size_t line = 0; line < count; line++) {
            assert_int_equal(lines[line].entry.v, again[line].entry.v);
            assert_int_equal(lines[line].kind, again[line].kind);
            assert_int_equal(lines[line].ask, again[line].ask);
            assert_int_equal(lines[line].score, again[line].score);
        }
        struct atlas_result page;
        query.limit = 20;
        assert_int_equal(atlas_search(world->view, &request, &arena, &page, NULL), OK);
        for (uint32_t line = 0; line < page.hit_count; line++) {
            assert_int_equal(lines[line].entry.v, page.hits[line].entry.v);
            assert_int_equal(lines[line].score, page.hits[line].score);
        }
        most = count > most ? count : most;
        arena_reset(&arena);
    }
    assert_true(most > ENTRIES); /* more than a region */
}

static void no_point_of_a_block_is_nearer_than_the_block(void **state) {
    struct world *world = *state;
    const struct atlas_segment *segment = world->view->parts[ATLAS_GENERATION];
    for (int i = 0; i < 12; i++) {
        struct geo_point from = fixture_point(&world->fixture);
        for (uint32_t document = 0; document < segment->placed; document++) {
            size_t block = document / ATLAS_BLOCK;
            size_t region = segment->words + block / ATLAS_REGION;
            double away_m = geo_distance_m(from, segment->point[document]);
            if (document % ATLAS_BLOCK == 0 || document % 17 == 0) {
                assert_true(atlas_block_distance_m(segment, block, from) <= away_m);
                assert_true(atlas_block_distance_m(segment, region, from) <= away_m);
            }
        }
    }
}

/* A search of a few entries of one's own, none of which has points for anything else. */
struct few {
    struct fixture fixture;
    struct arena arena;
    struct atlas *atlas;
};

static void few_open(struct few *few, struct entry_public *entries, size_t count) {
    few->arena = arena_make(1 << 16, 0);
    fixture_open(&few->fixture);
    for (size_t i = 0; i < count; i++) {
        entries[i].territory = TERRITORY_NONE;
        entries[i].entry.id.v = (int64_t)i + 1;
        entries[i].entry.status = ENTRY_PUBLISHED;
    }
    struct atlas_options options = fixture_options(&few->fixture);
    assert_int_equal(atlas_open_bare(&options, entries, count, &few->atlas), OK);
}

static void few_close(struct few *few) {
    atlas_close(few->atlas);
    fixture_close(&few->fixture);
    arena_free(&few->arena);
}

/* The list of initiatives has all of them in this order: "2 1 3". */
static void assert_order(struct few *few, slice words, enum query_sort sort, int64_t now_ms,
                         const char *order) {
    const struct atlas_view *view = atlas_pin(few->atlas);
    struct query query = query_default();
    struct atlas_result result;
    BUF_CLEANUP struct buf told = buf_new(1 << 10);
    query.words = words;
    query.sort = sort;
    query.kinds = 1u << QUERY_KIND_INITIATIVE;
    const struct atlas_request request = {.query = &query, .now_ms = now_ms};
    assert_int_equal(atlas_search(view, &request, &few->arena, &result, NULL), OK);
    for (uint32_t i = 0; i < result.hit_count; i++) {
        buf_addf(&told, i ? " %lld" : "%lld", (long long)result.hits[i].entry.v);
    }
    assert_string_equal(buf_cstr(&told), order);
    atlas_unpin(few->atlas, view);
}

/* RULE FRESH-2 */
static void an_entry_stands_lower_from_the_moment_it_is_stale(void **state) {
    const int64_t said_ms = FIXTURE_NOW_MS - 1000 * FIXTURE_DAY_MS;
    struct entry_public entries[2] = {0};
    struct few few;
    (void)state;
    entries[0].entry.title = entries[1].entry.title = SLICE("Repair café");
    entries[0].entry.updated_ms = said_ms;
    entries[1].entry.updated_ms = said_ms + 300 * FIXTURE_DAY_MS;
    entries[0].entry.media_count = 1; /* an image is worth less than being sure */
    entries[0].entry.media = &(struct entry_media){.kind = ENTRY_MEDIA_IMAGE};
    few_open(&few, entries, 2);
    const int64_t stale_ms = said_ms + ENTRY_STALE_MS;
    const slice words[] = {SLICE_EMPTY, SLICE("repair café")};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        assert_order(&few, words[i], QUERY_SORT_RELEVANCE, stale_ms - 1, "1 2");
        assert_order(&few, words[i], QUERY_SORT_RELEVANCE, stale_ms, "2 1");
    }
    assert_order(&few, SLICE_EMPTY, QUERY_SORT_TITLE, stale_ms, "1 2");
    few_close(&few);
}

/* RULE FRESH-2 */
static void what_has_ended_stands_behind_what_goes_on(void **state) {
    struct entry_public entries[64] = {0}; /* the first four are asked about */
    struct few few;
    (void)state;
    for (size_t i = 4; i < ARRAY_COUNT(entries); i++) {
        entries[i].entry.title = SLICE("Compost");
        entries[i].entry.summary = SLICE("Chaque immeuble du quartier apporte ses épluchures.");
        entries[i].entry.kind = ENTRY_KIND_IDEA;
    }
    for (size_t i = 0; i < 4; i++) {
        entries[i].entry.title = SLICE("Repair café");
        entries[i].entry.updated_ms = FIXTURE_NOW_MS - FIXTURE_DAY_MS;
        entries[i].entry.state = ENTRY_STATE_RUNNING;
    }
    entries[0].entry.state = ENTRY_STATE_ENDED;
    entries[1].entry.summary = SLICE("Des voisins y réparent, le samedi, ce que d’autres jettent.");
    entries[2].entry.title = SLICE("Atelier du samedi");
    entries[2].entry.summary = SLICE("Un repair café de quartier");
    entries[3].entry.title = SLICE("Atelier du dimanche");
    entries[3].entry.description = SLICE("Comme dans un repair café, on apprend à réparer.");
    few_open(&few, entries, ARRAY_COUNT(entries));
    assert_order(&few, SLICE_EMPTY, QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS, "2 3 4 1");
    assert_order(&few, SLICE("repair café"), QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS, "2 3 1 4");
    assert_order(&few, SLICE("\"repair café\""), QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS, "2 3 1 4");
    few_close(&few);
}

static void what_only_some_kinds_say_is_found_and_numbers_as_a_whole_only(void **state) {
    struct entry_public entries[3] = {0};
    struct few few;
    (void)state;
    entries[0].entry.title = SLICE("Recyclerie des Monts");
    entries[0].entry.details[ENTRY_DETAIL_SIRET] = SLICE("73282932000074");
    entries[0].entry.details[ENTRY_DETAIL_RNA] = SLICE("W733001234");
    entries[0].entry.details[ENTRY_DETAIL_GOVERNANCE] = SLICE("Une assemblée de villageois");
    entries[1].entry.title = SLICE("Portrait");
    entries[1].entry.details[ENTRY_DETAIL_PEOPLE] = SLICE("Zoé Lambert");
    entries[1].entry.details[ENTRY_DETAIL_ACCESS] = SLICE("Par le passage du Tilleul");
    entries[2].entry.title = SLICE("Atelier");
    entries[2].entry.price = SLICE("Prix libre");
    entries[2].entry.state = ENTRY_STATE_ENDED;
    entries[2].entry.end_reason = SLICE("Le local a été vendu");
    entries[2].entry.details[ENTRY_DETAIL_MATURITY] = SLICE("prototype");
    few_open(&few, entries, 3);
    static const char *const asked[][2] = {{"73282932000074", "1"},
                                           {"w733001234", "1"},
                                           {"W733001234 assemblée", "1"},
                                           {"7328293200007", ""},
                                           {"732", ""},
                                           {"w73", ""},
                                           {"lambert", "2"},
                                           {"passage tilleul", "2"},
                                           {"prix libre", "3"},
                                           {"vendu", "3"},
                                           {"prototype", ""},
                                           {"\"a été vendu\"", "3"},
                                           {"villageois", "1"},
                                           {"732829320000741", ""}};
    for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
        assert_order(&few, slice_from_cstr(asked[i][0]), QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS,
                     asked[i][1]);
    }
    assert_int_equal(atlas_compact(few.atlas), OK); /* from the kept words */
    assert_order(&few, SLICE("73282932000074"), QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS, "1");
    assert_order(&few, SLICE("732"), QUERY_SORT_RELEVANCE, FIXTURE_NOW_MS, "");
    few_close(&few);
}

int test_rank(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_any_size_give_one_and_the_same_whole_list),
        cmocka_unit_test(no_point_of_a_block_is_nearer_than_the_block),
        cmocka_unit_test(an_entry_stands_lower_from_the_moment_it_is_stale),
        cmocka_unit_test(what_has_ended_stands_behind_what_goes_on),
        cmocka_unit_test(what_only_some_kinds_say_is_found_and_numbers_as_a_whole_only),
    };
    return cmocka_run_group_tests_name("rank", tests, world_open, world_close);
}
