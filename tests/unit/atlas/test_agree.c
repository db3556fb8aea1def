/* The atlas and the plain reference, asked the same thousands of questions, must agree in
 * everything: fresh, with changes on top, merged, after the next generation; with plain C and with
 * each vector code of the processor, question by question in turn. */
#include "fixture.h"
#include "reference.h"
#include "test_atlas.h"

#include "atlas/atlas_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ENTRIES 900
#define QUERIES 1000 /* for each of the states */
#define TILES   400

struct world {
    struct fixture fixture;
    struct arena arena;
    struct entry_public *all; /* by id - 1; the newest of each */
    const struct entry_public **built, **live;
    size_t count, built_count, live_count;
    struct atlas *atlas;
    struct reference *reference;
    char doing[4096]; /* the question being asked; empty: none */
    /* What the questions have come across, so that agreeing on nothing would show. */
    uint32_t found, corrected, folded, paged, clustered, crowded, stacked;
};

/* The codes in turn, those that the processor has. */
static void take_turns(int question) {
    for (int code = question; !bits_use((enum bits_code)(code % BITS_CODE__COUNT)); code++) {
    }
}

/* Kept so that a failing test can say at which question it failed. */
static void note(struct world *world, const struct atlas_request *request) {
    BUF_CLEANUP struct buf text = buf_new(1 << 16);
    query_format(request->query, &text);
    snprintf(world->doing, sizeof(world->doing), "%s fold=%d seven=%d %s", buf_cstr(&text),
             request->fold, request->seven_kinds, bits_code_name(bits_code()));
}

static slice random_words(struct fixture *fixture, struct arena *arena) {
    BUF_CLEANUP struct buf text = buf_new(QUERY_WORDS_MAX);
    uint32_t count = 1 + fixture_random(fixture, 3);
    bool quoted = fixture_chance(fixture, 15);
    buf_add_cstr(&text, quoted ? fixture_chance(fixture, 50) ? "\"" : "« " : "");
    for (uint32_t i = 0; i < count; i++) {
        slice word = fixture_word(fixture);
        buf_add_cstr(&text, i ? " " : "");
        if (fixture_chance(fixture, 15) && word.n > 4) { /* a letter goes missing */
            size_t at = 1 + fixture_random(fixture, (uint32_t)word.n - 2);
            while (at < word.n && ((unsigned char)word.p[at] & 0x80)) {
                at++;
            }
            buf_add(&text, slice_sub(word, 0, at));
            buf_add(&text, slice_sub(word, at + 1, word.n));
        } else if (fixture_chance(fixture, 20) && word.n > 4) { /* still being typed */
            slice begun = slice_sub(word, 0, 3 + fixture_random(fixture, (uint32_t)word.n - 3));
            while (begun.n < word.n && ((unsigned char)word.p[begun.n] & 0xC0) == 0x80) {
                begun.n++;
            }
            buf_add(&text, begun);
        } else {
            buf_add(&text, word);
        }
    }
    buf_add_cstr(&text, quoted && fixture_chance(fixture, 80) ? "\"" : "");
    return arena_copy(arena, buf_slice(&text));
}

static void choose(struct fixture *fixture, const slice *from, uint32_t count,
                   struct query_values *values) {
    for (uint32_t i = 1 + fixture_random(fixture, 2); i > 0; i--) {
        (void)query_values_set(values, from[fixture_random(fixture, count)], true);
    }
}

static void random_place(struct fixture *fixture, struct query *query) {
    if (fixture_chance(fixture, 15)) {
        struct geo_point a = fixture_point(fixture);
        struct geo_point b = fixture_point(fixture);
        query->has_box = true;
        query->box = (struct geo_box){a.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7, b.lon_e7,
                                      a.lat_e7 < b.lat_e7 ? b.lat_e7 : a.lat_e7};
        if (a.lon_e7 > b.lon_e7 && fixture_chance(fixture, 60)) { /* else across the antimeridian */
            query->box.west_e7 = b.lon_e7;
            query->box.east_e7 = a.lon_e7;
        }
    }
    if (fixture_chance(fixture, 25)) {
        query->has_near = true;
        query->near = fixture_point(fixture);
        query->radius_m = fixture_chance(fixture, 30) ? 0 : 1000 + fixture_random(fixture, 60000);
    }
}

static void random_facets(struct fixture *fixture, struct query *query, struct arena *arena) {
    const struct themes *themes = fixture->themes;
    const struct territories *all = fixture->territories;
    if (fixture_chance(fixture, 20)) {
        query->kinds = (uint16_t)(1 + fixture_random(fixture, QUERY_KINDS_ALL));
    }
    if (fixture_chance(fixture, 12)) {
        query->states = (uint16_t)(1 + fixture_random(fixture, 63));
    }
    if (fixture_chance(fixture, 12)) {
        query->has = (uint16_t)(1u << fixture_random(fixture, QUERY_HAS__COUNT));
        query->has |= (uint16_t)(fixture_chance(fixture, 30) ? 1u << QUERY_HAS_PLACE : 0);
    }
    if (fixture_chance(fixture, 25)) {
        for (uint32_t i = 1 + fixture_random(fixture, 3); i > 0; i--) {
            slice slug = themes->items[fixture_random(fixture, themes->count)].slug;
            (void)query_values_set(&query->themes, slug, true);
        }
    }
    if (fixture_chance(fixture, 25)) {
        for (uint32_t i = 1 + fixture_random(fixture, 2); i > 0; i--) {
            uint32_t from = fixture_chance(fixture, 70) ? all->commune_count : 0;
            uint32_t at = from + fixture_random(fixture, all->count - from);
            (void)query_values_set(&query->territories, all->items[at].code, true);
        }
    }
    if (fixture_chance(fixture, 10)) {
        choose(fixture, fixture_languages, fixture_language_count, &query->languages);
    }
    if (fixture_chance(fixture, 10)) {
        choose(fixture, fixture_sources, fixture_source_count, &query->sources);
    }
    if (fixture_chance(fixture, 8)) {
        choose(fixture, fixture_skills, fixture_skill_count, &query->skills);
        if (fixture_chance(fixture, 50)) {
            (void)query_values_set(&query->skills, fixture_trade(fixture, arena), true);
        }
    }
}

static struct query random_query(struct fixture *fixture, struct arena *arena) {
    struct query query = query_default();
    query.limit = QUERY_LIMIT_MAX;
    if (fixture_chance(fixture, 50)) {
        query.words = random_words(fixture, arena);
    }
    if (fixture_chance(fixture, 10)) {
        query.when = (enum query_when)fixture_random(fixture, QUERY_WHEN__COUNT);
    }
    if (fixture_chance(fixture, 8)) {
        query.has_from = fixture_chance(fixture, 60);
        query.has_to = !query.has_from || fixture_chance(fixture, 50);
        query.from = (struct date){.precision = DATE_MONTH, .year = 2025, .month = 10};
        query.to = (struct date){.precision = DATE_DAY, .year = 2025, .month = 12, .day = 24};
    }
    query.sort = fixture_chance(fixture, 60)
                     ? QUERY_SORT_RELEVANCE
                     : (enum query_sort)fixture_random(fixture, QUERY_SORT__COUNT);
    random_place(fixture, &query);
    random_facets(fixture, &query, arena);
    return query;
}

static void check_facets(const struct atlas_result *found, const struct reference_answer *wanted) {
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        const struct atlas_facet_counts *a = &found->facets[which];
        const struct atlas_facet_counts *b = &wanted->facets[which];
        assert_int_equal(a->total, b->total);
        assert_int_equal(a->others, b->others);
        assert_int_equal(a->count, b->count);
        for (uint32_t i = 0; i < a->count; i++) {
            assert_true(slice_equal(a->values[i].value, b->values[i].value));
            assert_int_equal(a->values[i].count, b->values[i].count);
            assert_int_equal(a->values[i].index, b->values[i].index);
        }
    }
}

static void check_line(const struct atlas_result *found, size_t at,
                       const struct reference_line *line) {
    const struct atlas_hit *hit = &found->hits[at];
    assert_int_equal(hit->entry.v, line->entry);
    assert_int_equal(hit->kind, line->kind);
    assert_int_equal(hit->ask, line->ask);
    assert_int_equal(hit->score, line->score);
    assert_int_equal(hit->group != UINT32_MAX, line->is_group);
    if (line->is_group) {
        const struct atlas_group *group = &found->groups[hit->group];
        assert_true(slice_equal(group->source, line->group.source));
        assert_true(slice_equal(group->type, line->group.type));
        assert_int_equal(group->kind, line->group.kind);
        assert_int_equal(group->count, line->group.count);
        assert_true(group->nearest_m == line->group.nearest_m); /* the same arithmetic */
    }
}

static void check_summary(const struct atlas_result *found, const struct reference_answer *wanted) {
    assert_int_equal(found->total, wanted->total);
    assert_int_equal(found->unplaced, wanted->unplaced);
    assert_true(slice_equal(found->corrected, wanted->corrected));
    assert_int_equal(found->has_box, wanted->has_box);
    if (found->has_box) {
        assert_memory_equal(&found->box, &wanted->box, sizeof(found->box));
    }
}

/* Page after page until the end: the whole list, each line once. */
static void check_list(const struct atlas_view *view, struct atlas_request request,
                       const struct reference_answer *wanted, struct arena *arena) {
    struct query query = *request.query;
    size_t at = 0;
    request.query = &query;
    for (bool more = true; more;) {
        struct atlas_result page;
        assert_int_equal(atlas_search(view, &request, arena, &page, NULL), OK);
        assert_false(page.cursor_expired);
        assert_true(at + page.hit_count <= wanted->line_count);
        for (uint32_t i = 0; i < page.hit_count; i++) {
            check_line(&page, i, &wanted->lines[at++]);
        }
        if (at == page.hit_count) {
            check_summary(&page, wanted);
            check_facets(&page, wanted);
        }
        query.cursor = page.next_cursor;
        request.facets = 0;
        request.now_ms += 12345; /* the cursor keeps the time of the first page */
        more = query.cursor.n > 0;
    }
    assert_int_equal(at, wanted->line_count);
}

static void check_all(const struct atlas_view *view, const struct atlas_request *request,
                      const struct reference_answer *wanted, struct arena *arena) {
    struct atlas_document *documents;
    size_t count;
    assert_int_equal(atlas_all(view, request, arena, &documents, &count, NULL), OK);
    assert_int_equal(count, wanted->total);
    for (size_t i = 1; i < count; i++) {
        const struct atlas_document *a = &documents[i - 1];
        const struct atlas_document *b = &documents[i];
        assert_true(a->entry.v < b->entry.v ||
                    (a->entry.v == b->entry.v && (a->kind < QUERY_KIND_NEED || a->ask < b->ask)));
    }
}

static void check_queries(struct world *world) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    const struct atlas_view *view = atlas_pin(world->atlas);
    for (int i = 0; i < QUERIES; i++) {
        struct query query = random_query(&world->fixture, &arena);
        struct atlas_request request = {
            .query = &query,
            .facets = fixture_chance(&world->fixture, 50) ? ATLAS_FACETS_ALL : 0,
            .fold = fixture_chance(&world->fixture, 50),
            .seven_kinds = fixture_chance(&world->fixture, 50),
            .now_ms = FIXTURE_NOW_MS + 3600000};
        if (fixture_chance(&world->fixture, 20)) {
            query.limit = 7 + fixture_random(&world->fixture, 60);
        }
        take_turns(i);
        note(world, &request);
        struct reference_answer wanted = reference_search(world->reference, &request, &arena);
        check_list(view, request, &wanted, &arena);
        world->found += wanted.total > 0;
        world->corrected += wanted.corrected.n > 0;
        bool is_folded = false;
        for (size_t j = 0; j < wanted.line_count; j++) {
            is_folded = is_folded || wanted.lines[j].is_group;
        }
        world->folded += is_folded;
        world->paged += wanted.line_count > query.limit;
        check_all(view, &request, &wanted, &arena);
        arena_reset(&arena);
    }
    world->doing[0] = '\0';
    atlas_unpin(world->atlas, view);
}

static void check_cell(const struct atlas_cell *found, const struct atlas_cell *wanted) {
    assert_int_equal(found->tile.z, wanted->tile.z);
    assert_int_equal(found->tile.x, wanted->tile.x);
    assert_int_equal(found->tile.y, wanted->tile.y);
    assert_int_equal(found->count, wanted->count);
    assert_memory_equal(found->kinds, wanted->kinds, sizeof(found->kinds));
    assert_int_equal(found->all_approximate, wanted->all_approximate);
    assert_int_equal(found->is_stack, wanted->is_stack);
    assert_int_equal(found->position.lon_e7, wanted->position.lon_e7);
    assert_int_equal(found->position.lat_e7, wanted->position.lat_e7);
    if (found->count == 1) {
        assert_int_equal(found->entry.v, wanted->entry.v);
        assert_int_equal(found->kind, wanted->kind);
    }
}

/* One tile, asked of both. */
static void check_tile(struct world *world, const struct atlas_view *view,
                       const struct atlas_request *request, struct geo_tile tile,
                       struct arena *arena) {
    struct atlas_cell wanted[16];
    struct atlas_cell *found;
    size_t count;
    note(world, request);
    size_t wanted_count = reference_tile(world->reference, request, tile, arena, wanted);
    assert_int_equal(atlas_tile(view, request, tile, arena, &found, &count, NULL), OK);
    atlas_cells_place(found, count);
    assert_int_equal(count, wanted_count);
    for (size_t j = 0; j < count; j++) {
        check_cell(&found[j], &wanted[j]);
        world->clustered += found[j].count > 1;
        world->crowded += found[j].count > 64 && !found[j].is_stack;
        world->stacked += found[j].is_stack;
    }
}

static void check_tiles(struct world *world) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    const struct atlas_view *view = atlas_pin(world->atlas);
    for (int i = 0; i < TILES; i++) {
        struct query query = random_query(&world->fixture, &arena);
        if (fixture_chance(&world->fixture, 40)) { /* as most tiles are asked for */
            struct query_values themes = query.themes;
            uint16_t kinds = fixture_chance(&world->fixture, 50) ? query.kinds : 0;
            query = query_default();
            query.kinds = kinds;
            if (fixture_chance(&world->fixture, 50)) {
                query.themes = themes;
            }
        }
        struct atlas_request request = {.query = &query,
                                        .seven_kinds = fixture_chance(&world->fixture, 50),
                                        .now_ms = FIXTURE_NOW_MS + 3600000};
        bool is_wide = fixture_chance(&world->fixture, 40); /* many of the documents */
        struct geo_tile tile = {
            .z = fixture_random(&world->fixture, is_wide ? 9 : GEO_ZOOM_MAX + 1)};
        if (tile.z) {
            struct geo_grid at = geo_grid_from_point(fixture_point(&world->fixture));
            tile.x = at.x >> (32 - tile.z);
            tile.y = at.y >> (32 - tile.z);
        }
        take_turns(i);
        check_tile(world, view, &request, tile, &arena);
        arena_reset(&arena);
    }
    world->doing[0] = '\0';
    atlas_unpin(world->atlas, view);
}

/* The reference for what is built and live now. */
static void world_look(struct world *world) {
    if (world->reference) {
        reference_free(world->reference);
    }
    world->reference =
        reference_new(world->fixture.territories, world->fixture.themes, world->built,
                      world->built_count, world->live, world->live_count);
}

static void world_open(void **state) {
    struct world *world = test_calloc(1, sizeof(*world));
    fixture_open(&world->fixture);
    world->arena = arena_make(1 << 20, 0);
    world->all = test_calloc(ENTRIES * 2, sizeof(*world->all));
    world->built = test_calloc(ENTRIES * 2, sizeof(*world->built));
    world->live = test_calloc(ENTRIES * 2, sizeof(*world->live));
    *state = world;
}

static int agree_setup(void **state) {
    world_open(state);
    struct world *world = *state;
    struct atlas_options options = fixture_options(&world->fixture);
    for (size_t i = 0; i < ENTRIES; i++) {
        world->all[i] = fixture_entry(&world->fixture, (int64_t)i + 1, &world->arena);
        world->built[i] = &world->all[i];
        world->live[i] = &world->all[i];
    }
    world->count = world->built_count = world->live_count = ENTRIES;
    assert_int_equal(atlas_open_bare(&options, world->all, world->count, &world->atlas), OK);
    world_look(world);
    return 0;
}

/* Nearly all of one kind and one theme: cells of one kind have more than 64 matches. */
static int crowd_setup(void **state) {
    world_open(state);
    struct world *world = *state;
    struct atlas_options options = fixture_options(&world->fixture);
    for (size_t i = 0; i < ENTRIES; i++) {
        world->all[i] = fixture_entry(&world->fixture, (int64_t)i + 1, &world->arena);
        struct entry *entry = &world->all[i].entry;
        if (fixture_chance(&world->fixture, 85)) {
            entry->kind = ENTRY_KIND_PLACE;
            entry->themes[0] = SLICE("food");
            entry->theme_count = entry->theme_count ? entry->theme_count : 1;
        }
        world->built[i] = &world->all[i];
        world->live[i] = &world->all[i];
    }
    world->count = world->built_count = world->live_count = ENTRIES;
    assert_int_equal(atlas_open_bare(&options, world->all, world->count, &world->atlas), OK);
    world_look(world);
    return 0;
}

static int agree_teardown(void **state) {
    struct world *world = *state;
    if (world->doing[0]) {
        print_error("failed at: %s\n", world->doing);
    }
    reference_free(world->reference);
    atlas_close(world->atlas);
    arena_free(&world->arena);
    fixture_close(&world->fixture);
    test_free(world->all);
    test_free(world->built);
    test_free(world->live);
    test_free(world);
    return 0;
}

/* Some entries change, some go, some come. Their old texts stay: the generation was built from
 * them. */
static void world_change(struct world *world) {
    struct fixture *fixture = &world->fixture;
    struct entry_public *changed = arena_new(&world->arena, struct entry_public, ENTRIES);
    int64_t removed[ENTRIES];
    size_t changed_count = 0;
    size_t removed_count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < world->live_count; i++) {
        const struct entry_public *entry = world->live[i];
        if (fixture_chance(fixture, 8)) {
            removed[removed_count++] = entry->entry.id.v;
            continue;
        }
        if (fixture_chance(fixture, 8)) {
            changed[changed_count] = fixture_entry(fixture, entry->entry.id.v, &world->arena);
            entry = &changed[changed_count++];
        }
        world->live[kept++] = entry;
    }
    for (int i = 0; i < 40; i++) {
        changed[changed_count] = fixture_entry(fixture, (int64_t)++world->count, &world->arena);
        world->live[kept++] = &changed[changed_count++];
    }
    world->live_count = kept;
    assert_int_equal(atlas_apply(world->atlas, changed, changed_count, removed, removed_count), OK);
}

/* Tiles of one kind or of several, by themes that many have, with each code. */
static void check_crowd(struct world *world) {
    static const slice themes[] = {{"energy", 6}, {"food", 4}};
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    const struct atlas_view *view = atlas_pin(world->atlas);
    uint32_t crowded = world->crowded;
    for (int i = 0; i < TILES / 2; i++) {
        struct query query = query_default();
        query.kinds = i % 3 == 0 ? 0 : 1u << QUERY_KIND_PLACE;
        query.kinds |= i % 3 == 2 ? 1u << QUERY_KIND_NEED : 0;
        (void)query_values_set(&query.themes, themes[1], true);
        (void)query_values_set(&query.themes, themes[i % 2 ? 0 : 1], true);
        struct atlas_request request = {.query = &query, .now_ms = FIXTURE_NOW_MS + 3600000};
        struct geo_grid at = geo_grid_from_point(fixture_point(&world->fixture));
        struct geo_tile tile = {.z = fixture_random(&world->fixture, 10)};
        if (tile.z) {
            tile.x = at.x >> (32 - tile.z);
            tile.y = at.y >> (32 - tile.z);
        }
        take_turns(i);
        check_tile(world, view, &request, tile, &arena);
        arena_reset(&arena);
    }
    world->doing[0] = '\0';
    atlas_unpin(world->atlas, view);
    assert_true(world->crowded - crowded > TILES / 8);
}

static void crowded_tiles_of_a_kind_and_themes_agree_also_when_some_are_gone(void **state) {
    struct world *world = *state;
    check_crowd(world);
    world_change(world);
    world_look(world);
    check_crowd(world);
}

static void atlas_and_reference_agree_when_freshly_built(void **state) {
    check_queries(*state);
    check_tiles(*state);
}

static void atlas_and_reference_agree_with_changes_and_removals_on_top(void **state) {
    struct world *world = *state;
    world_change(world);
    world_change(world); /* entries of the delta change and go as well */
    world_look(world);
    check_queries(world);
    check_tiles(world);
}

static uint32_t part_count(const struct world *world, enum atlas_part part) {
    const struct atlas_view *view = atlas_pin(world->atlas);
    uint32_t count = view->parts[part]->count;
    atlas_unpin(world->atlas, view);
    return count;
}

static void atlas_and_reference_agree_when_changes_are_merged_and_changed_again(void **state) {
    struct world *world = *state;
    assert_int_equal(atlas_merge(world->atlas), OK);
    assert_true(part_count(world, ATLAS_DELTA) > 0);
    assert_int_equal(part_count(world, ATLAS_FRESH), 0);
    world_change(world);
    assert_int_equal(atlas_merge(world->atlas), OK);
    world_change(world); /* now there are dead ones in both older parts */
    world_look(world);
    assert_true(part_count(world, ATLAS_FRESH) > 0);
    const struct atlas_view *view = atlas_pin(world->atlas);
    assert_true(atlas_view_live_count(view, ATLAS_DELTA) < view->parts[ATLAS_DELTA]->count);
    atlas_unpin(world->atlas, view);
    check_queries(world);
    check_tiles(world);
}

static void atlas_and_reference_agree_when_changes_come_while_a_generation_is_made(void **state) {
    struct world *world = *state;
    struct atlas *atlas = world->atlas;
    struct atlas_segment *segment;
    const struct atlas_view *view = atlas_pin(atlas);
    atlas->is_noting = true; /* as renew.c does, stopped in between */
    struct atlas_builder *builder =
        atlas_builder_new(world->fixture.territories, world->fixture.themes);
    assert_non_null(builder);
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        assert_int_equal(atlas_builder_take(builder, view->parts[part], view->live[part]), OK);
    }
    assert_int_equal(atlas_builder_finish(builder, 0, &segment), OK);
    atlas_builder_free(builder);
    atlas_unpin(atlas, view);
    memcpy(world->built, world->live, world->live_count * sizeof(*world->live));
    world->built_count = world->live_count;
    world_change(world);
    world_change(world);
    assert_int_equal(atlas_put_in_place(atlas, ATLAS_GENERATION, segment, 0, false), OK);
    atlas->is_noting = false;
    atlas_segment_release(segment);
    world_look(world);
    assert_true(part_count(world, ATLAS_FRESH) > 0);
    assert_int_equal(part_count(world, ATLAS_DELTA), 0);
    check_queries(world);
    check_tiles(world);
}

static void atlas_and_reference_agree_after_the_next_generation(void **state) {
    struct world *world = *state;
    assert_int_equal(atlas_compact(world->atlas), OK);
    memcpy(world->built, world->live, world->live_count * sizeof(*world->live));
    world->built_count = world->live_count;
    world_look(world);
    check_queries(world);
    check_tiles(world);
}

static void the_questions_were_worth_asking(void **state) {
    const struct world *world = *state;
    assert_true(world->found > QUERIES);
    assert_true(world->corrected > 50);
    assert_true(world->folded > 50);
    assert_true(world->paged > 100);
    assert_true(world->clustered > TILES);
    assert_true(world->crowded > TILES);
    assert_true(world->stacked > TILES / 4);
}

static void an_empty_atlas_answers_everything_with_nothing(void **state) {
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct atlas_options options = fixture_options(&fixture);
    struct atlas *atlas;
    ARENA_CLEANUP struct arena arena = arena_make(1 << 16, 0);
    assert_int_equal(atlas_open_bare(&options, NULL, 0, &atlas), OK);
    const struct atlas_view *view = atlas_pin(atlas);
    for (int i = 0; i < 200; i++) {
        struct query query = random_query(&fixture, &arena);
        query.sources.count = 0; /* none is known */
        struct atlas_request request = {
            .query = &query, .facets = ATLAS_FACETS_ALL, .fold = true, .now_ms = FIXTURE_NOW_MS};
        struct atlas_result result;
        struct atlas_cell *cells;
        size_t count;
        assert_int_equal(atlas_search(view, &request, &arena, &result, NULL), OK);
        assert_int_equal(result.total, 0);
        assert_int_equal(result.hit_count, 0);
        assert_false(result.has_box);
        assert_int_equal(
            atlas_tile(view, &request, (struct geo_tile){0}, &arena, &cells, &count, NULL), OK);
        assert_int_equal(count, 0);
    }
    atlas_unpin(atlas, view);
    atlas_close(atlas);
    fixture_close(&fixture);
}

int test_agree(void) {
    /* One world, five states of it, in this order. */
    const struct CMUnitTest in_order[] = {
        cmocka_unit_test(atlas_and_reference_agree_when_freshly_built),
        cmocka_unit_test(atlas_and_reference_agree_with_changes_and_removals_on_top),
        cmocka_unit_test(atlas_and_reference_agree_when_changes_are_merged_and_changed_again),
        cmocka_unit_test(atlas_and_reference_agree_when_changes_come_while_a_generation_is_made),
        cmocka_unit_test(atlas_and_reference_agree_after_the_next_generation),
        cmocka_unit_test(the_questions_were_worth_asking),
    };
    const struct CMUnitTest crowd[] = {
        cmocka_unit_test(crowded_tiles_of_a_kind_and_themes_agree_also_when_some_are_gone),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(an_empty_atlas_answers_everything_with_nothing),
    };
    int failed = cmocka_run_group_tests_name("agree", in_order, agree_setup, agree_teardown);
    failed += cmocka_run_group_tests_name("crowded tiles", crowd, crowd_setup, agree_teardown);
    return failed + cmocka_run_group_tests_name("empty", alone, NULL, NULL);
}
