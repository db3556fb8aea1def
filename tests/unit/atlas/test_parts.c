/* Small worlds made by hand: each rule of the README by itself. */
#include "fixture.h"
#include "test_atlas.h"

#include "atlas/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct small {
    struct fixture fixture;
    struct arena arena;
    struct entry_public entries[64];
    size_t count;
    struct atlas *atlas;
    const struct atlas_view *view;
};

static int small_setup(void **state) {
    struct small *small = test_calloc(1, sizeof(*small));
    fixture_open(&small->fixture);
    small->arena = arena_make(1 << 16, 0);
    *state = small;
    return 0;
}

static int small_teardown(void **state) {
    struct small *small = *state;
    if (small->view) {
        atlas_unpin(small->atlas, small->view);
    }
    atlas_close(small->atlas);
    arena_free(&small->arena);
    fixture_close(&small->fixture);
    test_free(small);
    return 0;
}

static struct entry *add(struct small *small, const char *title) {
    struct entry_public *public = &small->entries[small->count++];
    public->territory = TERRITORY_NONE;
    public->entry.id.v = (int64_t)small->count;
    public->entry.title = slice_from_cstr(title);
    public->entry.updated_ms = FIXTURE_NOW_MS;
    return &public->entry;
}

static struct entry *add_at(struct small *small, const char *title, double lon, double lat) {
    struct entry_public *public = &small->entries[small->count];
    struct entry *entry = add(small, title);
    public->has_point = true;
    public->point =
        (struct geo_point){.lon_e7 = (int32_t)(lon * 1e7), .lat_e7 = (int32_t)(lat * 1e7)};
    return entry;
}

static void look(struct small *small) {
    if (small->view) {
        atlas_unpin(small->atlas, small->view);
    }
    small->view = atlas_pin(small->atlas);
}

static void build(struct small *small) {
    struct atlas_options options = fixture_options(&small->fixture);
    assert_int_equal(atlas_open_bare(&options, small->entries, small->count, &small->atlas), OK);
    look(small);
}

static struct atlas_request request_of(const struct query *query) {
    return (struct atlas_request){.query = query, .now_ms = FIXTURE_NOW_MS};
}

static struct atlas_result search(struct small *small, const struct atlas_request *request) {
    struct atlas_result result;
    assert_int_equal(atlas_search(small->view, request, &small->arena, &result, NULL), OK);
    return result;
}

static struct atlas_result search_words(struct small *small, const char *words) {
    struct query query = query_default();
    query.words = slice_from_cstr(words);
    struct atlas_request request = request_of(&query);
    return search(small, &request);
}

/* The ids of the hits, in order: "3 1 2". */
static void assert_ids(const struct atlas_result *result, const char *wanted) {
    BUF_CLEANUP struct buf ids = buf_new(1024);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        buf_add_cstr(&ids, i ? " " : "");
        buf_add_i64(&ids, result->hits[i].entry.v);
    }
    assert_string_equal(buf_cstr(&ids), wanted);
}

static void a_word_finds_its_inflections_without_accents_or_case(void **state) {
    struct small *small = *state;
    add(small, "Jardins partagés");
    add(small, "Le JARDIN de la gare");
    add(small, "Réparer des vélos");
    build(small);
    struct atlas_result result = search_words(small, "jardin");
    assert_int_equal(result.total, 2);
    result = search_words(small, "PARTAGE jardins");
    assert_ids(&result, "1");
    assert_int_equal(search_words(small, "reparer velo").total, 1);
    assert_int_equal(search_words(small, "jardin vélo").total, 0);
}

static void a_title_goes_before_a_mere_mention(void **state) {
    struct small *small = *state;
    add(small, "Atelier du bois")->description = SLICE("On y parle aussi de compost, un peu.");
    add(small, "Compost de quartier");
    build(small);
    struct atlas_result result = search_words(small, "compost");
    assert_ids(&result, "2 1");
    assert_true(result.hits[0].score > result.hits[1].score);
}

static void a_phrase_wants_its_words_side_by_side_in_one_text(void **state) {
    struct small *small = *state;
    add(small, "Café de la gare");
    add(small, "La gare et son café");
    struct entry *split = add(small, "Un café");
    split->summary = SLICE("de la gare");
    build(small);
    struct atlas_result result = search_words(small, "\"café de la gare\"");
    assert_ids(&result, "1");
    result = search_words(small, "« cafe de la gare »");
    assert_ids(&result, "1");
    assert_int_equal(search_words(small, "\"gare de la café\"").total, 0);
    assert_int_equal(search_words(small, "cafe gare").total, 3);
    assert_int_equal(search_words(small, "\"de la\"").total, 3); /* says nothing */
}

static void only_the_last_word_is_taken_as_a_beginning(void **state) {
    struct small *small = *state;
    add(small, "Coopérative des boulangers");
    build(small);
    assert_int_equal(search_words(small, "boul").total, 1);
    assert_int_equal(search_words(small, "bou").total, 1);
    assert_int_equal(search_words(small, "bo").total, 0);
    assert_int_equal(search_words(small, "boul cooperative").total, 0);
    assert_int_equal(search_words(small, "\"boul\"").total, 0);
}

static void a_word_nobody_uses_is_forgiven_one_typo_and_says_so(void **state) {
    struct small *small = *state;
    add(small, "Ressourcerie du lac");
    build(small);
    struct atlas_result result = search_words(small, "resourcerie lac");
    assert_ids(&result, "1");
    assert_true(slice_equal(result.corrected, SLICE("ressourcerie lac")));
    assert_int_equal(search_words(small, "ressourcerie").corrected.n, 0);
    assert_int_equal(search_words(small, "lca ressourcerie").total, 0); /* too short a word */
    assert_int_equal(search_words(small, "resurcerie").total, 0);       /* two typos */
}

static void a_themes_synonyms_find_its_entries_and_those_of_narrower_themes(void **state) {
    struct small *small = *state;
    slice garden[] = {SLICE("garden")};
    struct entry *entry = add(small, "Chez Paul");
    entry->themes = garden;
    entry->theme_count = 1;
    add(small, "Ailleurs");
    build(small);
    assert_int_equal(search_words(small, "potager").total, 1);
    assert_int_equal(search_words(small, "allotments").total, 1);
    assert_int_equal(search_words(small, "alimentaton").total, 1); /* typos in them too */
}

static void a_need_is_found_by_its_own_words_and_skill(void **state) {
    struct small *small = *state;
    struct entry_ask asks[] = {
        {.direction = ENTRY_OFFER, .sort = ENTRY_ASK_THING, .text = SLICE("deux brouettes")},
        {.direction = ENTRY_NEED,
         .sort = ENTRY_ASK_SKILL,
         .skill = SLICE("site-web"),
         .text = SLICE("quelqu'un pour la page")}};
    struct entry *entry = add(small, "Les Incroyables");
    entry->asks = asks;
    entry->ask_count = 2;
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    assert_int_equal(search(small, &request).total, 3);
    request.seven_kinds = true;
    assert_int_equal(search(small, &request).total, 1);
    request.seven_kinds = false;
    query.kinds = 1u << QUERY_KIND_NEED;
    query_values_set(&query.skills, SLICE("site-web"), true);
    struct atlas_result result = search(small, &request);
    assert_int_equal(result.total, 1);
    assert_int_equal(result.hits[0].kind, QUERY_KIND_NEED);
    assert_int_equal(result.hits[0].ask, 1);
    query.kinds = 1u << QUERY_KIND_OFFER;
    assert_int_equal(search(small, &request).total, 0);
}

static void themes_widen_within_a_taxonomy_and_narrow_between(void **state) {
    struct small *small = *state;
    slice first[] = {SLICE("garden")};
    slice second[] = {SLICE("energy"), SLICE("goal-climate")};
    struct entry *a = add(small, "A");
    struct entry *b = add(small, "B");
    a->themes = first;
    a->theme_count = 1;
    b->themes = second;
    b->theme_count = 2;
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    query_values_set(&query.themes, SLICE("food"), true);
    assert_int_equal(search(small, &request).total, 1);
    query_values_set(&query.themes, SLICE("energy"), true);
    assert_int_equal(search(small, &request).total, 2);
    query_values_set(&query.themes, SLICE("goal-climate"), true);
    request.facets = 1u << ATLAS_FACET_THEME;
    struct atlas_result result = search(small, &request);
    assert_int_equal(result.total, 1);
    assert_int_equal(result.facets[ATLAS_FACET_THEME].total, 2); /* ignores its own choice */
}

static void unknown_names_are_refused_by_name(void **state) {
    struct small *small = *state;
    add(small, "A");
    build(small);
    static const char *const fields[] = {"theme", "territory", "source", "space"};
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        struct query query = query_default();
        struct query_values *lists[] = {&query.themes, &query.territories, &query.sources};
        if (i < ARRAY_COUNT(lists)) {
            query_values_set(lists[i], SLICE("nowhere"), true);
        } else {
            query.space = SLICE("nowhere");
        }
        struct atlas_request request = request_of(&query);
        struct atlas_result result;
        struct problem problem = {0};
        assert_int_equal(atlas_search(small->view, &request, &small->arena, &result, &problem),
                         ERR_INPUT);
        assert_string_equal(problem.field, fields[i]);
        assert_non_null(strstr(problem.what, "nowhere"));
    }
}

static void closeness_decides_when_a_place_is_given(void **state) {
    struct small *small = *state;
    struct entry *far = add_at(small, "Loin", 5.3, 45.0);
    far->summary =
        SLICE("Des mots écrits à la main, assez pour compter parmi ceux qui racontent leur "
              "action et non seulement leur nom.");
    add_at(small, "Près", 5.01, 45.0);
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    struct atlas_result result = search(small, &request);
    assert_ids(&result, "1 2");
    query.has_near = true;
    query.near = (struct geo_point){.lon_e7 = 50000000, .lat_e7 = 450000000};
    query.radius_m = 0;
    result = search(small, &request);
    assert_ids(&result, "2 1");
    query.radius_m = 5000;
    result = search(small, &request);
    assert_ids(&result, "2");
    assert_true(result.hits[0].distance_m > 700 && result.hits[0].distance_m < 900);
}

/* RULE SHOW-1 */
static void thirteen_alike_fold_into_one_line_and_twelve_do_not(void **state) {
    struct small *small = *state;
    for (int i = 0; i < 25; i++) {
        struct entry *entry = add(small, "Aire");
        entry->kind = i < 13 ? ENTRY_KIND_PLACE : ENTRY_KIND_ACTOR;
        entry->source_slug = SLICE("covoiturage");
        entry->type = i % 3 ? SLICE("Aire") : SLICE("Halte");
    }
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    request.fold = true;
    struct atlas_result result = search(small, &request);
    assert_int_equal(result.total, 25);
    assert_int_equal(result.hit_count, 13); /* twelve actors and one line */
    assert_int_equal(result.group_count, 1);
    assert_int_equal(result.groups[0].count, 13);
    assert_int_equal(result.groups[0].kind, QUERY_KIND_PLACE);
    assert_true(slice_equal(result.groups[0].source, SLICE("covoiturage")));
    assert_true(slice_equal(result.groups[0].type, SLICE("Aire")));
    query.words = SLICE("aire");
    assert_int_equal(search(small, &request).group_count, 0);
    query.words = SLICE_EMPTY;
    query_values_set(&query.sources, SLICE("covoiturage"), true);
    assert_int_equal(search(small, &request).group_count, 0);
    query.sources.count = 0;
    query.sort = QUERY_SORT_TITLE;
    assert_int_equal(search(small, &request).group_count, 0);
}

static void a_cursor_of_the_last_generation_holds_for_ten_minutes(void **state) {
    struct small *small = *state;
    for (int i = 0; i < 10; i++) {
        add(small, "A");
    }
    build(small);
    struct query query = query_default();
    query.limit = 4;
    struct atlas_request request = request_of(&query);
    struct atlas_result result = search(small, &request);
    assert_ids(&result, "1 2 3 4");
    query.cursor = result.next_cursor;
    const int64_t gone = 6;
    assert_int_equal(atlas_apply(small->atlas, NULL, 0, &gone, 1), OK);
    look(small);
    result = search(small, &request);
    assert_ids(&result, "5 7 8 9"); /* the same generation, as it is now */
    assert_false(result.cursor_expired);
    assert_int_equal(atlas_compact(small->atlas), OK);
    assert_int_equal(atlas_apply(small->atlas, NULL, 0, &gone, 1), OK);
    look(small);
    request.now_ms += 600000;
    result = search(small, &request);
    assert_ids(&result, "5 7 8 9");
    assert_false(result.cursor_expired);
    request.now_ms += 1;
    result = search(small, &request);
    assert_ids(&result, "1 2 3 4");
    assert_true(result.cursor_expired);
}

static void a_cursor_of_another_query_starts_anew_and_a_broken_one_is_refused(void **state) {
    struct small *small = *state;
    for (int i = 0; i < 10; i++) {
        add(small, "A");
    }
    build(small);
    struct query query = query_default();
    query.limit = 4;
    struct atlas_request request = request_of(&query);
    struct atlas_result result = search(small, &request);
    struct problem problem = {0};
    query.cursor = result.next_cursor;
    query.sort = QUERY_SORT_TITLE;
    assert_true(search(small, &request).cursor_expired);
    query.sort = QUERY_SORT_RELEVANCE;
    for (size_t n = 1; n < result.next_cursor.n; n++) {
        query.cursor = slice_sub(result.next_cursor, 0, n);
        assert_int_equal(atlas_search(small->view, &request, &small->arena, &result, &problem),
                         ERR_INPUT);
    }
    assert_string_equal(problem.field, "cursor");
    query.cursor = SLICE("....");
    assert_int_equal(atlas_search(small->view, &request, &small->arena, &result, &problem),
                     ERR_INPUT);
}

static void rings_stay_inside_their_cells_and_pins_where_they_are(void **state) {
    struct small *small = *state;
    add_at(small, "A", 5.0001, 45.0001);
    add_at(small, "B", 5.0002, 45.0002);
    add_at(small, "C", 5.0002, 45.0002);
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    for (unsigned z = 0; z <= GEO_ZOOM_MAX; z++) {
        struct geo_grid at = geo_grid_from_point(small->entries[1].point);
        struct geo_tile tile = {
            .z = z, .x = z ? at.x >> (32 - z) : 0, .y = z ? at.y >> (32 - z) : 0};
        struct atlas_cell *cells;
        size_t count;
        assert_int_equal(
            atlas_tile(small->view, &request, tile, &small->arena, &cells, &count, NULL), OK);
        atlas_cells_place(cells, count);
        for (size_t i = 0; i < count; i++) {
            double x;
            double y;
            double px = atlas_ring_px(cells[i].count) - 0.01;
            geo_pixel(cells[i].position, z, &x, &y);
            if (cells[i].count == 1) {
                assert_memory_equal(&cells[i].position, &small->entries[0].point,
                                    sizeof(struct geo_point));
                continue;
            }
            if (z <= 18) { /* beyond, a pixel is finer than a point's own 1e-7 degrees */
                assert_true(x - cells[i].tile.x * 64.0 >= px);
                assert_true((cells[i].tile.x + 1) * 64.0 - x >= px);
                assert_true(y - cells[i].tile.y * 64.0 >= px);
                assert_true((cells[i].tile.y + 1) * 64.0 - y >= px);
            }
            assert_int_equal(cells[i].is_stack, cells[i].count == 2);
        }
    }
}

static void cells_of_a_box_cross_the_antimeridian_and_add_up(void **state) {
    struct small *small = *state;
    add_at(small, "Fidji", 179.9, -17);
    add_at(small, "Wallis", -176.2, -13.3);
    add_at(small, "Savoie", 6, 45.6);
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    struct geo_box box = {1700000000, -250000000, -1700000000, 0};
    struct atlas_cell *cells;
    size_t count;
    assert_int_equal(
        atlas_cells(small->view, &request, &box, 5, &small->arena, &cells, &count, NULL), OK);
    assert_int_equal(count, 2);
    assert_int_equal(cells[0].count + cells[1].count, 2);
    box = (struct geo_box){-1800000000, -850000000, 1800000000, 850000000};
    assert_int_equal(
        atlas_cells(small->view, &request, &box, 0, &small->arena, &cells, &count, NULL), OK);
    assert_int_equal(count, 3);
    assert_int_equal(
        atlas_cells(small->view, &request, &box, 9, &small->arena, &cells, &count, NULL),
        ERR_LIMIT);
    assert_int_equal(atlas_tile(small->view, &request, (struct geo_tile){.z = 2, .x = 4},
                                &small->arena, &cells, &count, NULL),
                     ERR_INPUT);
}

static void block_has_the_cells_of_its_tiles_in_their_order(void **state) {
    struct small *small = *state;
    for (int i = 0; i < 32; i++) {
        add_at(small, "A", -160 + i * 10.0, -60 + i * 4.0);
        add_at(small, "B", -160 + i * 10.0, 60 - i * 4.0);
    }
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    struct atlas_cell *block;
    size_t block_count;
    assert_int_equal(atlas_block(small->view, &request, (struct geo_tile){.z = 3, .x = 1, .y = 2},
                                 6, 5, &small->arena, &block, &block_count, NULL),
                     OK);
    size_t n = 0;
    for (uint32_t i = 0; i < 30; i++) {
        struct geo_tile tile = {.z = 3, .x = 1 + i % 6, .y = 2 + i / 6};
        struct atlas_cell *cells;
        size_t count;
        assert_int_equal(
            atlas_tile(small->view, &request, tile, &small->arena, &cells, &count, NULL), OK);
        atlas_cells_place(cells, count);
        assert_true(n + count <= block_count);
        if (count > 0) {
            assert_memory_equal(block + n, cells, count * sizeof(*cells));
        }
        n += count;
    }
    assert_int_equal(n, block_count);
    assert_true(n > 20);
}

static void communes_are_counted_for_a_drawn_map(void **state) {
    struct small *small = *state;
    const struct territories *all = small->fixture.territories;
    uint32_t first = territories_find(all, SLICE("com-20001"));
    uint32_t second = territories_find(all, SLICE("com-20002"));
    add(small, "A");
    add(small, "B");
    add(small, "C");
    small->entries[0].territory = small->entries[1].territory = first;
    small->entries[2].territory = all->items[first].departement;
    build(small);
    struct query query = query_default();
    struct atlas_request request = request_of(&query);
    const uint32_t communes[] = {second, first};
    uint64_t counts[2];
    assert_int_equal(atlas_count_communes(small->view, &request, communes, 2, counts, NULL), OK);
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[1], 2);
    query_values_set(&query.territories, SLICE("t-parc"), true);
    assert_int_equal(search(small, &request).total, 2); /* a département is not within a park */
}

static void suggestions_begin_words_of_titles_best_first(void **state) {
    struct small *small = *state;
    add(small, "Le grand Jardin");
    add(small, "Jardin des simples");
    add(small, "Atelier vélo")->summary = SLICE("près du jardin");
    add(small, "Jardin disparu");
    build(small);
    struct atlas_suggestion found[2];
    size_t count;
    const int64_t gone = 4;
    assert_int_equal(atlas_apply(small->atlas, NULL, 0, &gone, 1), OK);
    look(small);
    assert_int_equal(atlas_suggest(small->view, SLICE("jar"), &small->arena, found, 2, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].entry.v, 2); /* begins with it */
    assert_int_equal(found[1].entry.v, 1);
    assert_true(slice_equal(found[0].title, SLICE("Jardin des simples")));
    assert_int_equal(
        atlas_suggest(small->view, SLICE("des simp jardin"), &small->arena, found, 2, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(atlas_suggest(small->view, SLICE("j"), &small->arena, found, 2, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(atlas_suggest(small->view, SLICE("jardin"), &small->arena, found, 1, &count),
                     OK);
    assert_int_equal(count, 1);
}

static void a_pinned_view_stays_as_it_was(void **state) {
    struct small *small = *state;
    add(small, "A");
    add(small, "B");
    build(small);
    const struct atlas_view *before = atlas_pin(small->atlas);
    const int64_t gone = 1;
    uint64_t version = atlas_view_version(before);
    assert_int_equal(atlas_apply(small->atlas, NULL, 0, &gone, 1), OK);
    assert_int_equal(atlas_compact(small->atlas), OK);
    assert_int_equal(atlas_view_documents(before), 2);
    assert_int_equal(atlas_view_version(before), version);
    const struct atlas_view *after = atlas_pin(small->atlas);
    assert_int_equal(atlas_view_documents(after), 1);
    assert_true(atlas_view_version(after) != version);
    atlas_unpin(small->atlas, after);
    atlas_unpin(small->atlas, before);
}

int test_parts(void) {
#define SMALL(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)
    const struct CMUnitTest tests[] = {
        SMALL(a_word_finds_its_inflections_without_accents_or_case),
        SMALL(a_title_goes_before_a_mere_mention),
        SMALL(a_phrase_wants_its_words_side_by_side_in_one_text),
        SMALL(only_the_last_word_is_taken_as_a_beginning),
        SMALL(a_word_nobody_uses_is_forgiven_one_typo_and_says_so),
        SMALL(a_themes_synonyms_find_its_entries_and_those_of_narrower_themes),
        SMALL(a_need_is_found_by_its_own_words_and_skill),
        SMALL(themes_widen_within_a_taxonomy_and_narrow_between),
        SMALL(unknown_names_are_refused_by_name),
        SMALL(closeness_decides_when_a_place_is_given),
        SMALL(thirteen_alike_fold_into_one_line_and_twelve_do_not),
        SMALL(a_cursor_of_the_last_generation_holds_for_ten_minutes),
        SMALL(a_cursor_of_another_query_starts_anew_and_a_broken_one_is_refused),
        SMALL(rings_stay_inside_their_cells_and_pins_where_they_are),
        SMALL(cells_of_a_box_cross_the_antimeridian_and_add_up),
        SMALL(block_has_the_cells_of_its_tiles_in_their_order),

        SMALL(communes_are_counted_for_a_drawn_map),
        SMALL(suggestions_begin_words_of_titles_best_first),
        SMALL(a_pinned_view_stays_as_it_was),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
