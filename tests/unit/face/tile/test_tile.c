#include "../face_fixture.h"

#include "face/tile/tile.h"

static int setup(void **state) {
    return face_fixture_start(state, face_tile_routes, face_tile_route_count);
}

/* Matches that can be drawn: not the actor known by its département, nor the tool without a
 * place. */
#define PLACED (FIXTURE_TOTAL - 2)

static int64_t sum_of(const json_t *tile) {
    int64_t sum = 0;
    size_t i;
    json_t *feature;
    json_array_foreach(json_object_get(tile, "features"), i, feature) {
        const json_t *kinds = json_object_get(feature, "kinds");
        int64_t by_kind = 0;
        assert_int_equal(json_array_size(kinds), QUERY_KIND__COUNT);
        for (size_t kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            by_kind += json_integer_value(json_array_get(kinds, kind));
        }
        assert_int_equal(by_kind, json_number_at(feature, "count"));
        sum += by_kind;
    }
    return sum;
}

static int64_t count_at(struct face_fixture *f, const char *target) {
    json_t *tile = face_json(f, target, 200);
    int64_t sum = sum_of(tile);
    json_decref(tile);
    return sum;
}

static void counts_of_a_tile_add_up_to_what_is_in_it(void **state) {
    struct face_fixture *f = *state;
    assert_int_equal(count_at(f, "/tiles/0/0/0.json"), PLACED);
    assert_int_equal(count_at(f, "/tiles/0/0/0.json?kind=place"), FIXTURE_PLACES + 1);
    assert_int_equal(count_at(f, "/tiles/0/0/0.json?theme=food"), 2);
    assert_int_equal(count_at(f, "/tiles/1/0/1.json"), 0);
    int64_t quarters = 0;
    for (unsigned i = 0; i < 4; i++) {
        char target[64];
        snprintf(target, sizeof target, "/tiles/1/%u/%u.json", i % 2, i / 2);
        quarters += count_at(f, target);
    }
    assert_int_equal(quarters, PLACED);
}

/* Each tile of a block says what the tile's own address says; one that is not told is empty. */
static void block_holds_the_tiles_as_they_are(void **state) {
    struct face_fixture *f = *state;
    json_t *block = face_json(f, "/tiles/6/31/21/4x3.json?kind=place,initiative", 200);
    const json_t *tiles = json_object_get(block, "tiles");
    size_t told = 0;
    int64_t sum = 0;
    for (unsigned i = 0; i < 12; i++) {
        char target[64];
        unsigned x = 31 + i % 4;
        unsigned y = 21 + i / 4;
        snprintf(target, sizeof target, "/tiles/6/%u/%u.json?kind=place,initiative", x, y);
        json_t *tile = face_json(f, target, 200);
        const json_t *features = json_object_get(tile, "features");
        const json_t *same = json_array_get(tiles, told);
        if (json_array_size(features) > 0) {
            assert_int_equal(json_number_at(same, "x"), x);
            assert_int_equal(json_number_at(same, "y"), y);
            assert_true(json_equal(json_object_get(same, "features"), features));
            sum += sum_of(same);
            told++;
        }
        json_decref(tile);
    }
    assert_int_equal(json_array_size(tiles), told);
    assert_true(told > 0);
    assert_int_equal(sum, count_at(f, "/tiles/0/0/0.json?kind=place,initiative"));
    assert_true(json_is_array(json_object_get(block, "towns")));
    json_decref(block);
}

static void block_that_is_none_is_refused(void **state) {
    static const struct {
        const char *target;
        int status;
    } cases[] = {
        {"/tiles/3/0/0/8x8.json", 200},     {"/tiles/3/1/0/8x1.json", 400},
        {"/tiles/3/0/7/1x2.json", 400},     {"/tiles/9/0/0/13x5.json", 400},
        {"/tiles/9/0/0/0x1.json", 400},     {"/tiles/9/0/0/1x.json", 400},
        {"/tiles/9/0/0/4.json", 400},       {"/tiles/9/0/0/4x3x2.json", 400},
        {"/tiles/9/0/0/4x03.json", 400},    {"/tiles/9/600/0/1x1.json", 404},
        {"/tiles/9/0/0/1x1.json?x=1", 400}, {"/tiles/9/0/0/4294967295x4294967295.json", 400},
    };
    struct face_fixture *f = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        json_decref(face_json(f, cases[i].target, cases[i].status));
    }
}

static void single_entry_says_what_it_is(void **state) {
    struct face_fixture *f = *state;
    json_t *tile = face_json(f, "/tiles/6/33/22.json?q=jardin", 200);
    const json_t *feature = json_array_get(json_object_get(tile, "features"), 0);
    assert_int_equal(json_array_size(json_object_get(tile, "features")), 1);
    assert_true(json_number_at(feature, "id") > 0);
    assert_string_equal(json_text_at(feature, "kind"), "initiative");
    assert_string_equal(json_text_at(feature, "title"), "Jardin partagé des Combes");
    assert_string_equal(json_text_at(feature, "slug"), "jardin-partage-des-combes");
    assert_string_equal(json_text_at(feature, "place"), "Chambéry (73)");
    assert_null(json_object_get(feature, "approximate"));
    json_decref(tile);
    tile = face_json(f, "/tiles/6/33/22.json?q=atelier", 200);
    feature = json_array_get(json_object_get(tile, "features"), 0);
    assert_true(json_is_true(json_object_get(feature, "approximate")));
    json_decref(tile);
}

static void vector_tile_holds_the_same_features(void **state) {
    struct face_fixture *f = *state;
    const char *a = face_get(f, "/tiles/0/0/0.mvt?q=jardin");
    assert_int_equal(status_of(a), 200);
    assert_true(has_header(a, "Content-Type: application/vnd.mapbox-vector-tile"));
    slice body = slice_sub(buf_slice(&f->answer), (size_t)(body_of(a) - a), f->answer.n);
    assert_true(slice_contains(body, SLICE("entries")));
    assert_true(slice_contains(body, SLICE("Jardin partagé des Combes")));
    a = face_get(f, "/tiles/1/0/1.mvt");
    assert_int_equal(status_of(a), 200);
    assert_string_equal(body_of(a), "");
}

static void tile_that_is_none_is_refused(void **state) {
    static const struct {
        const char *target;
        int status;
    } cases[] = {
        {"/tiles/0/1/0.json", 404},     {"/tiles/21/0/0.json", 404},
        {"/tiles/a/0/0.json", 400},     {"/tiles/00/0/0.json", 400},
        {"/tiles/-1/0/0.json", 400},    {"/tiles/0/0/99999999999.json", 400},
        {"/tiles/0/0/0.png", 404},      {"/tiles/0/0/0.json?theme=nothing", 400},
        {"/tiles/0/0/0.json?x=1", 400},
    };
    struct face_fixture *f = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        json_decref(face_json(f, cases[i].target, cases[i].status));
    }
}

static void tag_of_a_tile_changes_with_the_content(void **state) {
    struct face_fixture *f = *state;
    char header[160];
    const char *a = face_get(f, "/tiles/0/0/0.json");
    const char *tag = strstr(a, "\r\nETag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 8, "\r"),
             tag + 8);
    assert_int_equal(status_of(face_get_with(f, "/tiles/0/0/0.json", header)), 304);
    assert_int_equal(status_of(face_get_with(f, "/tiles/0/0/0.mvt", header)), 200);
    face_entry_add(f, "demo",
                   "{\"id\":\"new\",\"kind\":\"idea\",\"title\":\"Une idée\",\"place\":{"
                   "\"territory\":\"com-73065\"}}");
    assert_int_equal(status_of(face_get_with(f, "/tiles/0/0/0.json", header)), 200);
    assert_int_equal(count_at(f, "/tiles/0/0/0.json"), PLACED + 1);
}

static void tilejson_carries_the_query_to_the_tiles(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/tiles.json?theme=food&kind=event", 200);
    assert_string_equal(json_text_at(json, "tilejson"), "3.0.0");
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "tiles"), 0)),
                        "https://agora.example/tiles/{z}/{x}/{y}.mvt?kind=event&theme=food");
    json_decref(json);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, face_fixture_stop)
    const struct CMUnitTest tests[] = {
        TEST(counts_of_a_tile_add_up_to_what_is_in_it),
        TEST(block_holds_the_tiles_as_they_are),
        TEST(block_that_is_none_is_refused),
        TEST(single_entry_says_what_it_is),
        TEST(vector_tile_holds_the_same_features),
        TEST(tile_that_is_none_is_refused),
        TEST(tag_of_a_tile_changes_with_the_content),
        TEST(tilejson_carries_the_query_to_the_tiles),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
