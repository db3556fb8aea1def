/* Drawn maps: the file of outlines, cutting, names, routes, rings. */
#include "territory_fixture.h"

#include "face/map/map_int.h"

#include <math.h>

/* ---- a small file of outlines: France is a square of 10 degrees around (5, 45), a neighbour
 * shares its eastern side, one town abroad ---- */

static void varint(struct buf *out, uint64_t value) {
    for (; value >= 128; value >>= 7) {
        buf_add_char(out, (char)(uint8_t)(value | 128));
    }
    buf_add_char(out, (char)(uint8_t)value);
}

static void step(struct buf *out, int64_t value) {
    varint(out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static struct basemap_point grid(double lon, double lat) {
    struct geo_grid at =
        geo_grid_from_point((struct geo_point){(int32_t)(lon * DEGREE), (int32_t)(lat * DEGREE)});
    return (struct basemap_point){at.x >> 8, at.y >> 8};
}

static void arc(struct buf *out, unsigned kind, const double (*places)[2], size_t count,
                struct basemap_point *last) {
    varint(out, kind);
    varint(out, count);
    struct basemap_point first = *last;
    for (size_t i = 0; i < count; i++) {
        struct basemap_point point = grid(places[i][0], places[i][1]);
        step(out, (int64_t)point.x - last->x);
        step(out, (int64_t)point.y - last->y);
        *last = point;
        first = i == 0 ? point : first;
    }
    *last = first;
}

static void town(struct buf *out, uint32_t population, double lon, double lat, const char *name) {
    struct basemap_point at = grid(lon, lat);
    varint(out, population);
    varint(out, at.x);
    varint(out, at.y);
    varint(out, strlen(name));
    buf_add_cstr(out, name);
}

static void file_make(struct buf *out) {
    static const double coast[][2] = {{10, 40}, {0, 40}, {0, 50}, {10, 50}};
    static const double shared[][2] = {{10, 50}, {10, 40}};
    static const double abroad[][2] = {{10, 50}, {20, 50}, {20, 40}, {10, 40}};
    static const double inner[][2] = {{5, 40}, {5, 50}};
    struct basemap_point last = {0, 0};
    buf_add(out, SLICE("AGBM\x01"));
    varint(out, 1); /* level */
    varint(out, 0);
    varint(out, 22);
    varint(out, 4); /* arcs */
    arc(out, BASEMAP_COAST, coast, 4, &last);
    arc(out, BASEMAP_BORDER, shared, 2, &last);
    arc(out, BASEMAP_COAST_ABROAD, abroad, 4, &last);
    arc(out, BASEMAP_DEPARTEMENT, inner, 2, &last);
    varint(out, 2); /* areas */
    varint(out, 1);
    varint(out, 1);
    varint(out, 2);
    varint(out, 0);
    varint(out, 2);
    varint(out, 0);
    varint(out, 1);
    varint(out, 2);
    varint(out, 4);
    varint(out, 3); /* the shared side, walked backwards */
    varint(out, 1); /* towns */
    town(out, 900000, 15, 45, "Augusta & Co");
}

struct map_fixture {
    struct territory_fixture *territories;
    struct buf file;
    struct face_basemap *basemap;
    struct arena arena;
};

static int map_setup(void **state) {
    struct map_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    void *territories = NULL;
    assert_int_equal(territory_setup(&territories), 0);
    fixture->territories = territories;
    fixture->file = buf_new(10000);
    file_make(&fixture->file);
    fixture->arena = arena_make(0, 0);
    assert_int_equal(face_basemap_new(buf_slice(&fixture->file), fixture->territories->all,
                                      &fixture->basemap, &fixture->territories->problem),
                     OK);
    *state = fixture;
    return 0;
}

static int map_teardown(void **state) {
    struct map_fixture *fixture = *state;
    face_basemap_free(fixture->basemap);
    buf_free(&fixture->file);
    arena_free(&fixture->arena);
    void *territories = fixture->territories;
    territory_teardown(&territories);
    free(fixture);
    return 0;
}

/* Loads the territories again, with the outlines stored meanwhile. */
static void renew(struct map_fixture *fixture) {
    fixture_load(fixture->territories);
    face_basemap_free(fixture->basemap);
    assert_int_equal(face_basemap_new(buf_slice(&fixture->file), fixture->territories->all,
                                      &fixture->basemap, &fixture->territories->problem),
                     OK);
}

static struct geo_tile tile_at(unsigned zoom, double lon, double lat) {
    struct basemap_point at = grid(lon, lat);
    return (struct geo_tile){zoom, at.x >> (24 - zoom), at.y >> (24 - zoom)};
}

static slice draw(struct map_fixture *fixture, struct geo_tile tile) {
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct map_canvas canvas = map_canvas_tile(tile, &fixture->arena, &out);
    map_document_draw(&canvas, fixture->basemap);
    assert_int_equal(out.failed, OK);
    return arena_copy(&fixture->arena, buf_slice(&out));
}

/* The d of the first path of a class; empty when there is none. */
static slice path_of(slice svg, const char *class) {
    char mark[40];
    snprintf(mark, sizeof(mark), "<path class=\"%s\" d=\"", class);
    size_t at = slice_find_slice(svg, 0, slice_from_cstr(mark));
    if (at == svg.n) {
        return SLICE_EMPTY;
    }
    at += strlen(mark);
    return slice_sub(svg, at, slice_find(svg, at, '"') - at);
}

static size_t count_of(slice text, char byte) {
    size_t count = 0;
    for (size_t i = 0; i < text.n; i++) {
        count += text.p[i] == byte;
    }
    return count;
}

/* ---- the file ---- */

static void a_damaged_file_is_refused_wherever_it_is_cut(void **state) {
    struct map_fixture *fixture = *state;
    for (size_t n = 0; n < fixture->file.n; n++) {
        struct face_basemap *basemap = NULL;
        struct problem problem = {.code = OK};
        assert_int_equal(face_basemap_new(slice_of(fixture->file.p, n), NULL, &basemap, &problem),
                         ERR_CORRUPT);
        assert_string_equal(problem.field, "basemap");
    }
}

static void bytes_behind_the_end_are_refused(void **state) {
    struct map_fixture *fixture = *state;
    struct face_basemap *basemap = NULL;
    struct problem problem = {.code = OK};
    buf_add_char(&fixture->file, 'x');
    assert_int_equal(face_basemap_new(buf_slice(&fixture->file), NULL, &basemap, &problem),
                     ERR_CORRUPT);
}

/* ---- the ground ---- */

static void the_open_sea_has_no_path(void **state) {
    struct map_fixture *fixture = *state;
    slice svg = draw(fixture, tile_at(6, -40, 45));
    assert_false(slice_contains(svg, SLICE("<path")));
    assert_true(slice_contains(svg, SLICE("viewBox=\"0 0 512 512\"")));
    assert_true(slice_contains(svg, SLICE("prefers-color-scheme:dark")));
    assert_true(svg.n < 1400);
}

static void a_tile_inside_the_land_is_one_rectangle_beyond_its_frame(void **state) {
    struct map_fixture *fixture = *state;
    slice land = path_of(draw(fixture, tile_at(8, 2.5, 45)), "f");
    assert_int_equal(count_of(land, 'M'), 1);
    assert_int_equal(count_of(land, 'z'), 1);
    assert_true(slice_contains(land, SLICE("528"))); /* 512 and a margin of 8 on each side */
    assert_int_equal(path_of(draw(fixture, tile_at(8, 2.5, 45)), "a").n, 0);
}

static void land_abroad_border_and_departements_have_their_paths(void **state) {
    struct map_fixture *fixture = *state;
    slice svg = draw(fixture, tile_at(5, 9.9, 45));
    static const char *const classes[] = {"a", "f", "b", "d"};
    for (size_t i = 0; i < ARRAY_COUNT(classes); i++) {
        assert_int_equal(count_of(path_of(svg, classes[i]), 'M'), 1);
    }
    slice far = draw(fixture, tile_at(2, 9.9, 45)); /* from far away no inner lines */
    assert_int_equal(path_of(far, "b").n, 0);
    assert_int_equal(path_of(far, "d").n, 0);
    assert_true(path_of(far, "f").n > 0);
}

static void paths_read_back_as_the_points_they_were_made_of(void **state) {
    (void)state;
    const struct geo_point points[] = {{-8, 520}, {0, 0}, {-1, -1}, {511, 7}, {511, 7}, {3, 300}};
    struct buf out BUF_CLEANUP = buf_new(1000);
    map_path_add(&out, points, ARRAY_COUNT(points), true);
    assert_string_equal(buf_cstr(&out), "M-8 520l8-520-1-1 512 8 0 0-508 293z");
}

/* ---- imported polygons ---- */

static void store_square(struct map_fixture *fixture, const char *code, double west, double south) {
    assert_int_equal(fixture_square(fixture->territories, code, (int32_t)lround(west * DEGREE),
                                    (int32_t)lround(south * DEGREE), DEGREE / 10, 7),
                     OK);
}

static void a_border_of_two_communes_is_drawn_once_and_the_land_is_their_union(void **state) {
    struct map_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->territories->conn), OK);
    store_square(fixture, "com-73065", 5.9, 45.5);
    store_square(fixture, "com-73087", 6.0, 45.5);
    store_square(fixture, "com-01015", 5.9, 45.6);
    store_square(fixture, "com-01034", 6.0, 45.6);
    assert_int_equal(db_commit(fixture->territories->conn), OK);
    renew(fixture);
    slice svg = draw(fixture, tile_at(9, 6.0, 45.6));
    slice land = path_of(svg, "f");
    assert_int_equal(count_of(land, 'M'), 1);
    assert_int_equal(count_of(path_of(svg, "c"), 'M'), 2); /* within Savoie, within the Ain */
    assert_int_equal(count_of(path_of(svg, "d"), 'M'), 2); /* between the two, from the middle */
    assert_true(svg.n < 1900);
}

static void neighbouring_tiles_cut_a_border_at_the_same_place(void **state) {
    struct map_fixture *fixture = *state;
    struct geo_point ring[] = {{10, 10}, {700, 300}, {700, 900}, {20, 400}};
    struct map_canvas west = map_canvas_tile((struct geo_tile){3, 0, 0}, &fixture->arena, NULL);
    struct map_points forward = {0};
    struct map_points backward = {0};
    map_ring_clip(&west, ring, 4, &forward);
    struct geo_point reversed[] = {ring[3], ring[2], ring[1], ring[0]};
    map_ring_clip(&west, reversed, 4, &backward);
    assert_int_equal(forward.count, backward.count);
    for (size_t i = 0; i < forward.count; i++) { /* the same points, whichever way it is walked */
        bool found = false;
        for (size_t k = 0; k < backward.count; k++) {
            found = found || (forward.items[i].lon_e7 == backward.items[k].lon_e7 &&
                              forward.items[i].lat_e7 == backward.items[k].lat_e7);
        }
        assert_true(found);
        assert_in_range(forward.items[i].lon_e7 + MAP_MARGIN, 0, 512 + 2 * MAP_MARGIN);
        assert_in_range(forward.items[i].lat_e7 + MAP_MARGIN, 0, 512 + 2 * MAP_MARGIN);
    }
}

/* ---- names ---- */

enum { COUNT = 3000 };

/* COUNT towns in a square of some hundred kilometres, placed. */
static struct basemap_town *many_towns(struct arena *arena) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct basemap_town *towns = arena_new(arena, struct basemap_town, COUNT);
    uint64_t random = 11;
    for (uint32_t i = 0; i < COUNT; i++) {
        random = hash_mix(random, i);
        towns[i] = (struct basemap_town){
            .at = {8600000 + (uint32_t)(random % 60000),
                   5900000 + (uint32_t)(random >> 32) % 60000},
            .population = (uint32_t)(random >> 20) % 300000,
            .is_abroad = i % 7 == 0,
            .is_seat = i % 100 == 1,
            .name = arena_printf(arena, "Ville-sur-%.*s", (int)(i % 20), "rivierelonguebelleet")};
    }
    basemap_towns_place(towns, COUNT, &scratch);
    return towns;
}

static void names_never_stand_on_one_another_and_never_leave_when_coming_closer(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct basemap_town *towns = many_towns(&arena);
    uint32_t named = 0;
    for (unsigned zoom = 3; zoom <= 16; zoom++) {
        double scale = 256.0 * (1u << zoom) / (1u << BASEMAP_GRID_BITS);
        for (uint32_t i = 0; i < COUNT && towns[i].zoom_first <= zoom; i++) {
            named = i > named ? i : named;
            for (uint32_t k = 0; k < i; k++) {
                double dx = fabs((double)towns[i].at.x - towns[k].at.x) * scale;
                double dy = fabs((double)towns[i].at.y - towns[k].at.y) * scale;
                double reach =
                    basemap_town_half_width(&towns[i]) + basemap_town_half_width(&towns[k]);
                assert_true(dx >= reach || dy >= 14);
            }
        }
    }
    assert_true(named > 1000);
}

/* The country's first, then those abroad, each in the order of naming: as many as were expected. */
static uint32_t check_listed(const struct face_basemap *basemap, const struct map_canvas *canvas,
                             unsigned zoom) {
    const struct basemap_town **towns;
    size_t count = map_towns_list(canvas, basemap, zoom, &towns);
    double scale = (double)MAP_TILE * (double)(1u << canvas->zoom) / (1u << BASEMAP_GRID_BITS);
    size_t at = 0;
    for (int abroad = 0; abroad < 2; abroad++) {
        for (uint32_t i = 0; i < basemap->town_count; i++) {
            const struct basemap_town *town = &basemap->towns[i];
            double x = town->at.x * scale - canvas->left;
            double y = town->at.y * scale - canvas->top;
            if (town->zoom_first <= zoom && town->is_abroad == (abroad == 1) && x >= 0 && y >= 0 &&
                x < canvas->width && y < canvas->height) {
                assert_true(at < count && towns[at] == town);
                at++;
            }
        }
    }
    assert_int_equal(at, count);
    return (uint32_t)count;
}

static void a_frame_lists_its_towns_however_narrow_it_is(void **state) {
    (void)state;
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct face_basemap basemap = {.arena = arena_make(0, 0), .town_count = COUNT};
    basemap.towns = many_towns(&basemap.arena);
    basemap_towns_order(&basemap);
    uint32_t listed = 0;
    for (unsigned zoom = 4; zoom <= 13; zoom++) {
        double scale = (double)MAP_TILE * (double)(1u << zoom) / (1u << BASEMAP_GRID_BITS);
        for (unsigned i = 0; i < 40; i++) {
            const struct basemap_town *corner = &basemap.towns[i * 71];
            struct map_canvas canvas = {.left = corner->at.x * scale - (i % 3) * 40,
                                        .top = corner->at.y * scale - (i % 5) * 90,
                                        .width = 40 << (i % 7),
                                        .height = 300,
                                        .zoom = zoom,
                                        .scratch = &scratch};
            listed += check_listed(&basemap, &canvas, zoom + i % 2);
        }
    }
    assert_true(listed > 1000);
    arena_free(&basemap.arena);
}

static slice draw_marks(struct map_fixture *fixture, const struct map_drawing *drawing) {
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct problem problem = {.code = OK};
    struct i18n *i18n = NULL;
    assert_int_equal(i18n_new(NULL, 0, &i18n, &problem), OK);
    struct html html = {.out = &out, .language = i18n_language(i18n, SLICE("fr"))};
    map_draw(&html, fixture->basemap, fixture->territories->all, drawing);
    i18n_free(i18n);
    return arena_copy(&fixture->arena, buf_slice(&out));
}

static slice towns_of(struct map_fixture *fixture, struct geo_tile tile) {
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    map_towns_write(&(struct map_block){tile, 1, 1}, fixture->basemap, &out);
    assert_int_equal(out.failed, OK);
    return arena_copy(&fixture->arena, buf_slice(&out));
}

static void a_town_is_told_by_one_tile_of_each_zoom_only(void **state) {
    struct map_fixture *fixture = *state;
    for (unsigned zoom = 9; zoom <= 14; zoom++) {
        struct geo_tile tile = tile_at(zoom, 5.92079, 45.56628); /* Chambéry */
        slice towns = towns_of(fixture, tile);
        assert_true(slice_contains(towns, SLICE(",0,\"Chambéry\"]")));
        assert_true(slice_contains(towns, SLICE("[5.9207")));
        struct geo_tile next = {zoom, tile.x + 1, tile.y};
        assert_false(slice_contains(towns_of(fixture, next), SLICE("Chambéry")));
    }
    slice abroad = towns_of(fixture, tile_at(6, 15, 45));
    assert_true(slice_contains(abroad, SLICE(",1,\"Augusta \\u0026 Co\"]")));
}

static void towns_of_a_block_are_those_of_its_tiles(void **state) {
    struct map_fixture *fixture = *state;
    struct geo_tile tile = tile_at(9, 5.92079, 45.56628);
    struct map_block block = {{9, tile.x - 1, tile.y - 1}, 3, 2};
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    map_towns_write(&block, fixture->basemap, &out);
    assert_int_equal(out.failed, OK);
    assert_true(slice_contains(buf_slice(&out), SLICE("Chambéry")));
    block = (struct map_block){{9, tile.x + 1, tile.y}, 1, 2};
    buf_clear(&out);
    map_towns_write(&block, fixture->basemap, &out);
    assert_false(slice_contains(buf_slice(&out), SLICE("Chambéry")));
    buf_clear(&out);
    map_towns_write(&block, NULL, &out);
    assert_true(slice_equal(buf_slice(&out), SLICE("[]")));
}

/* A tile of 512 px is the four tiles of the next zoom, and what it shows of them. */
static void a_large_tile_covers_what_its_quarters_cover(void **state) {
    struct map_fixture *fixture = *state;
    struct geo_tile tile = tile_at(8, 5.92079, 45.56628);
    struct map_block quarters = {{9, 2 * tile.x, 2 * tile.y}, 2, 2};
    struct map_canvas large = map_canvas_block(&quarters, &fixture->arena, NULL);
    struct map_canvas small = map_canvas_tile(tile, &fixture->arena, NULL);
    struct geo_box a = map_canvas_box(&large, 0);
    struct geo_box b = map_canvas_box(&small, 0);
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(large.width, 2 * small.width);
    assert_int_equal(large.zoom, 9);
}

static bool apart(const struct map_rect *a, const struct map_rect *b) {
    return a->east <= b->west || b->east <= a->west || a->south <= b->north || b->south <= a->north;
}

/* Where Chambéry stands in a view around it, with these marks. */
static const struct map_rect *chambery_among(struct map_fixture *fixture, struct map_view view,
                                             const struct map_rect *marks, size_t mark_count) {
    struct map_canvas canvas = map_canvas_view(&view, &fixture->arena, NULL);
    struct map_name *names = NULL;
    size_t count = map_names_place(&canvas, fixture->basemap, marks, mark_count, &names);
    const struct map_rect *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct map_rect *rect = &names[i].rect;
        assert_true(rect->west >= 0 && rect->north >= 0 && rect->east <= view.width &&
                    rect->south <= view.height);
        for (size_t k = 0; k < mark_count; k++) {
            assert_true(apart(rect, &marks[k]));
        }
        for (size_t k = 0; k < i; k++) {
            assert_true(apart(rect, &names[k].rect));
        }
        found = slice_equal(names[i].town->name, SLICE("Chambéry")) ? rect : found;
    }
    return found;
}

static void a_name_steps_aside_for_a_mark_and_gives_way_when_there_is_no_room(void **state) {
    struct map_fixture *fixture = *state;
    struct map_view view = {.zoom = 10, .width = 480, .height = 360};
    view.centre = (struct geo_point){.lat_e7 = 455662800, .lon_e7 = 59207900};
    const struct map_rect *alone = chambery_among(fixture, view, NULL, 0);
    assert_non_null(alone);
    assert_int_equal(lround((alone->west + alone->east) / 2), 240);
    assert_int_equal(lround((alone->north + alone->south) / 2), 180);
    struct map_rect ring = {224, 164, 256, 196};
    const struct map_rect *aside = chambery_among(fixture, view, &ring, 1);
    assert_non_null(aside);
    assert_true(aside->north >= ring.south && aside->north < ring.south + 8);
    struct map_rect below[] = {ring, {200, 200, 280, 232}};
    aside = chambery_among(fixture, view, below, 2);
    assert_non_null(aside);
    assert_true(aside->south <= ring.north && aside->south > ring.north - 8);
    struct map_rect all = {0, 0, 480, 360};
    assert_null(chambery_among(fixture, view, &all, 1));
}

static void names_in_a_page_are_escaped(void **state) {
    struct map_fixture *fixture = *state;
    struct map_drawing drawing = {.view = {.zoom = 6, .width = 480, .height = 360},
                                  .label = SLICE("Carte"),
                                  .outline = TERRITORY_NONE};
    drawing.view.centre = (struct geo_point){.lat_e7 = 450000000, .lon_e7 = 150000000};
    assert_true(slice_contains(draw_marks(fixture, &drawing), SLICE(">Augusta &amp; Co</text>")));
}

/* ---- routes ---- */

static void tiles_outside_the_world_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *z, *x, *y, *field;
    } cases[] = {
        {"0", "0", "0", ""},    {"18", "262143", "0", ""}, {"7", "64", "44", ""},
        {"19", "0", "0", "z"},  {"1", "2", "0", "x"},      {"1", "0", "2", "y"},
        {"-1", "0", "0", "z"},  {"01", "0", "0", "z"},     {"", "0", "0", "z"},
        {"3", "1.5", "0", "x"}, {"3", " 1", "0", "x"},     {"3", "1", "99999999999", "y"},
        {"3", "0x1", "0", "x"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        struct geo_tile tile;
        err result = map_tile_parse(slice_from_cstr(cases[i].z), slice_from_cstr(cases[i].x),
                                    slice_from_cstr(cases[i].y), &tile, &problem);
        assert_int_equal(result, cases[i].field[0] == '\0' ? OK : ERR_INPUT);
        assert_string_equal(problem.field, cases[i].field);
    }
}

static void views_are_read_or_refused_with_the_key_named(void **state) {
    (void)state;
    static const struct {
        const char *query, *field;
    } good_or_bad[] = {
        {"bbox=5,45,6,46&w=480&h=600", ""},
        {"bbox=5%2C45%2C6%2c46", ""},
        {"at=45.56,5.92&z=9&w=480&h=600", ""},
        {"at=-21.1,55.5&z=9", ""},
        {"", "bbox"},
        {"bbox=5,45,6", "bbox"},
        {"bbox=5,45,6,46,7", "bbox"},
        {"bbox=5,46,6,45", "bbox"},
        {"bbox=a,45,6,46", "bbox"},
        {"bbox=5,45,6,96", "bbox"},
        {"bbox=5,45,6,46&z=3", "bbox"},
        {"at=45.56,5.92", "bbox"},
        {"at=45.56&z=3", "at"},
        {"at=95,5&z=3", "at"},
        {"at=45,5&z=19", "z"},
        {"bbox=5,45,6,46&w=31", "w"},
        {"bbox=5,45,6,46&h=1601", "h"},
        {"bbox=5,45,6,46&w=", "w"},
        {"bbox=5,45,6,46&w=48&w=48", "w"},
        {"bbox=5,45,6,46&colour=red", "query"},
        {"bbox", "bbox"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(good_or_bad); i++) {
        struct problem problem = {.code = OK};
        struct map_view view;
        err result = map_view_parse(slice_from_cstr(good_or_bad[i].query), &view, &problem);
        print_message("# %s\n", good_or_bad[i].query);
        assert_int_equal(result, good_or_bad[i].field[0] == '\0' ? OK : ERR_INPUT);
        assert_string_equal(problem.field, good_or_bad[i].field);
    }
    char long_query[400];
    memset(long_query, '1', sizeof(long_query));
    struct map_view view;
    assert_int_equal(map_view_parse(slice_of(long_query, sizeof(long_query)), &view, NULL),
                     ERR_LIMIT);
}

static void a_view_shows_its_box_whole(void **state) {
    (void)state;
    const struct geo_box boxes[] = {{50000000, 450000000, 60000000, 460000000},
                                    {552000000, -214000000, 559000000, -208000000},
                                    {59000000, 455000000, 59000001, 455000001}};
    for (size_t i = 0; i < ARRAY_COUNT(boxes); i++) {
        struct map_view view = map_view_fit(&boxes[i], 480, 600, 14);
        struct geo_box shown = map_view_box(&view);
        assert_true(shown.west_e7 <= boxes[i].west_e7 && shown.east_e7 >= boxes[i].east_e7);
        assert_true(shown.south_e7 <= boxes[i].south_e7 && shown.north_e7 >= boxes[i].north_e7);
        assert_true(view.zoom <= 14);
    }
}

static const struct http_route *route_of(const char *path) {
    for (size_t i = 0; i < face_map_route_count; i++) {
        if (strcmp(face_map_routes[i].path, path) == 0) {
            return &face_map_routes[i];
        }
    }
    return NULL;
}

static void an_unchanged_tile_is_not_drawn_again(void **state) {
    struct map_fixture *fixture = *state;
    struct face face = {.basemap = fixture->basemap};
    const struct http_route *route = route_of("/basemap/{z}/{x}/{y}.svg");
    struct http_request request = {.method = HTTP_GET,
                                   .captures = {SLICE("5"), SLICE("16"), SLICE("11")},
                                   .arena = &fixture->arena};
    struct http_response first = {0};
    assert_int_equal(route->handler(&face, &request, &first, &fixture->territories->problem), OK);
    assert_string_equal(first.media_type, "image/svg+xml");
    assert_true(first.body.n > 100);
    assert_true(first.etag.n > 2);
    request.if_none_match = first.etag;
    struct http_response again = {0};
    assert_int_equal(route->handler(&face, &request, &again, &fixture->territories->problem), OK);
    assert_int_equal(again.body.n, 0);
    buf_free(&first.body);
    buf_free(&again.body);
    request.captures[0] = SLICE("99");
    struct http_response refused = {0};
    assert_int_equal(route->handler(&face, &request, &refused, &fixture->territories->problem),
                     ERR_INPUT);
    buf_free(&refused.body);
}

static void new_outlines_change_the_etag(void **state) {
    struct map_fixture *fixture = *state;
    char before[24];
    snprintf(before, sizeof(before), "%s", fixture->basemap->etag);
    renew(fixture);
    assert_string_equal(before, fixture->basemap->etag);
    assert_int_equal(db_begin_write(fixture->territories->conn), OK);
    store_square(fixture, "com-73065", 5.9, 45.5);
    assert_int_equal(db_commit(fixture->territories->conn), OK);
    renew(fixture);
    assert_string_not_equal(before, fixture->basemap->etag);
}

/* ---- rings and pins ---- */

static void the_arcs_of_a_ring_close_it_exactly(void **state) {
    struct map_fixture *fixture = *state;
    struct atlas_cell cell = {.position = {59000000, 455000000}, .count = 7};
    cell.kinds[QUERY_KIND_INITIATIVE] = 3;
    cell.kinds[QUERY_KIND_PLACE] = 3;
    cell.kinds[QUERY_KIND_STORY] = 1;
    const struct map_mark mark = {&cell, SLICE("/explore?bbox=1,2,3,4&kind=place"),
                                  SLICE("7 résultats \"ici\"")};
    struct map_drawing drawing = {.view = {{59000000, 455000000}, 9, 480, 600},
                                  .label = SLICE("Carte : 7 résultats"),
                                  .marks = &mark,
                                  .mark_count = 1,
                                  .outline = TERRITORY_NONE};
    slice svg = draw_marks(fixture, &drawing);
    assert_true(slice_contains(svg, SLICE("<svg class=\"drawn-map\" viewBox=\"0 0 480 600\"")));
    assert_true(slice_contains(svg, SLICE("translate(240 300)")));
    assert_true(slice_contains(svg, SLICE("aria-label=\"7 résultats &quot;ici&quot;\"")) ||
                slice_contains(svg, SLICE("aria-label=\"7 résultats &#34;ici&#34;\"")));
    assert_true(slice_contains(svg, SLICE("bbox=1,2,3,4&amp;kind=place")));
    long sum = 0;
    long next = 0;
    for (size_t at = 0;;) {
        at = slice_find_slice(svg, at, SLICE("stroke-dasharray=\""));
        if (at == svg.n) {
            break;
        }
        char *rest = NULL;
        long share = strtol(svg.p + at + strlen("stroke-dasharray=\""), &rest, 10);
        size_t offset = slice_find_slice(svg, at, SLICE("stroke-dashoffset=\"-"));
        assert_int_equal(strtol(svg.p + offset + strlen("stroke-dashoffset=\"-"), NULL, 10), next);
        sum += share;
        next += share;
        at = offset;
    }
    assert_int_equal(sum, 1000);
}

static void a_single_match_is_a_pin_and_what_lies_outside_is_left_out(void **state) {
    struct map_fixture *fixture = *state;
    struct atlas_cell pin = {.position = {59000000, 455000000},
                             .count = 1,
                             .kind = QUERY_KIND_EVENT,
                             .all_approximate = true};
    struct atlas_cell outside = {.position = {-59000000, 455000000}, .count = 1};
    const struct map_mark marks[] = {{&outside, SLICE("/entries/2"), SLICE("loin")},
                                     {&pin, SLICE("/entries/1"), SLICE("près")}};
    struct map_drawing drawing = {.view = {{59000000, 455000000}, 9, 480, 600},
                                  .label = SLICE("Carte"),
                                  .marks = marks,
                                  .mark_count = 2,
                                  .outline = TERRITORY_NONE,
                                  .has_circle = true,
                                  .circle_centre = {59000000, 455000000},
                                  .circle_radius_m = 15000};
    slice svg = draw_marks(fixture, &drawing);
    assert_true(slice_contains(svg, SLICE("class=\"pin k-event pin--approximate\"")));
    assert_false(slice_contains(svg, SLICE("/entries/2")));
    /* 15 km at 45.5 degrees and zoom 9: 305.75 m a pixel times cos(45.5) */
    assert_true(
        slice_contains(svg, SLICE("<circle class=\"circle\" cx=\"240\" cy=\"300\" r=\"70\"")));
}

static void communes_are_filled_by_their_counts_and_the_outline_is_stronger(void **state) {
    struct map_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->territories->conn), OK);
    store_square(fixture, "com-73065", 5.9, 45.5);
    store_square(fixture, "com-73087", 6.0, 45.5);
    assert_int_equal(
        fixture_square(fixture->territories, "dep-73", 59000000, 455000000, 2000000, 7), OK);
    assert_int_equal(db_commit(fixture->territories->conn), OK);
    renew(fixture);
    const struct territories *all = fixture->territories->all;
    const uint32_t communes[] = {territories_commune(all, SLICE("73065")),
                                 territories_commune(all, SLICE("73087"))};
    const uint64_t counts[] = {0, 5};
    struct map_drawing drawing = {.view = {{60000000, 455500000}, 10, 300, 200},
                                  .label = SLICE("Carte"),
                                  .communes = communes,
                                  .commune_counts = counts,
                                  .commune_count = 2,
                                  .outline = territories_find(all, SLICE("dep-73"))};
    slice svg = draw_marks(fixture, &drawing);
    assert_true(slice_contains(svg, SLICE("class=\"commune commune--0\"")));
    assert_true(slice_contains(svg, SLICE("class=\"commune commune--3\"")));
    assert_true(slice_contains(svg, SLICE("class=\"territory-outline\"")));
    assert_int_equal(count_of(svg, '<'), count_of(svg, '>'));
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(name) cmocka_unit_test_setup_teardown(name, map_setup, map_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_damaged_file_is_refused_wherever_it_is_cut),
        TEST(bytes_behind_the_end_are_refused),
        TEST(the_open_sea_has_no_path),
        TEST(a_tile_inside_the_land_is_one_rectangle_beyond_its_frame),
        TEST(land_abroad_border_and_departements_have_their_paths),
        cmocka_unit_test(paths_read_back_as_the_points_they_were_made_of),
        TEST(a_border_of_two_communes_is_drawn_once_and_the_land_is_their_union),
        TEST(neighbouring_tiles_cut_a_border_at_the_same_place),
        cmocka_unit_test(names_never_stand_on_one_another_and_never_leave_when_coming_closer),
        cmocka_unit_test(a_frame_lists_its_towns_however_narrow_it_is),
        TEST(a_town_is_told_by_one_tile_of_each_zoom_only),
        TEST(towns_of_a_block_are_those_of_its_tiles),
        TEST(a_large_tile_covers_what_its_quarters_cover),
        TEST(a_name_steps_aside_for_a_mark_and_gives_way_when_there_is_no_room),
        TEST(names_in_a_page_are_escaped),
        cmocka_unit_test(tiles_outside_the_world_are_refused),
        cmocka_unit_test(views_are_read_or_refused_with_the_key_named),
        cmocka_unit_test(a_view_shows_its_box_whole),
        TEST(an_unchanged_tile_is_not_drawn_again),
        TEST(new_outlines_change_the_etag),
        TEST(the_arcs_of_a_ring_close_it_exactly),
        TEST(a_single_match_is_a_pin_and_what_lies_outside_is_left_out),
        TEST(communes_are_filled_by_their_counts_and_the_outline_is_stronger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
