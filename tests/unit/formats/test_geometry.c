/* Where a geometry's marker stands, and geometries in other systems. */
#include "formats_fixture.h"

#include "formats/geometry_int.h"
#include "formats/record.h"

#include <math.h>
#include <stdlib.h>

static struct geojson_geometry read_in(const char *text, const char *crs_name,
                                       struct arena *arena) {
    struct geojson_geometry geometry;
    struct problem problem = {.code = OK};
    struct crs *crs = NULL;
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    if (crs_name != NULL) {
        assert_int_equal(crs_new(slice_from_cstr(crs_name), &crs, NULL), OK);
    }
    if (geometry_read(json, arena, crs, &geometry, &problem) != OK) {
        print_error("%s\n", problem.what);
        fail();
    }
    crs_free(crs);
    json_decref(json);
    return geometry;
}

/* By counting crossings to the east, apart from the code under test. */
static bool holds(const struct geojson_geometry *geometry, struct geo_point at) {
    bool in = false;
    for (size_t r = 0; r < geometry->ring_count; r++) {
        for (size_t i = 0; i < geometry->counts[r]; i++) {
            struct geo_point a = geometry->rings[r][i];
            struct geo_point b = geometry->rings[r][(i + 1) % geometry->counts[r]];
            if ((a.lat_e7 > at.lat_e7) != (b.lat_e7 > at.lat_e7)) {
                double lon = a.lon_e7 + ((double)at.lat_e7 - a.lat_e7) /
                                            ((double)b.lat_e7 - a.lat_e7) *
                                            ((double)b.lon_e7 - a.lon_e7);
                in = in != (lon > at.lon_e7);
            }
        }
    }
    return in;
}

static void a_surface_is_marked_inside_of_itself(void **state) {
    (void)state;
    static const char *const surfaces[] = {
        /* a horseshoe, whose middle lies outside */
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[6,0],[6,6],[4,6],[4,2],[2,2],[2,6],[0,6],"
        "[0,0]]]}",
        /* a ring road: the middle is a hole */
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[6,0],[6,6],[0,6],[0,0]],"
        "[[1,1],[5,1],[5,5],[1,5],[1,1]]]}",
        /* two islands, the sea between */
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],"
        "[[[5,5],[9,5],[9,9],[5,5]]]]}",
        /* a sliver on a slope */
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[10,10],[10,10.001],[0,0.001],[0,0]]]}",
    };
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    for (size_t i = 0; i < ARRAY_COUNT(surfaces); i++) {
        struct geojson_geometry geometry = read_in(surfaces[i], NULL, &arena);
        if (!holds(&geometry, geometry.point)) {
            print_error("%s: %d, %d\n", surfaces[i], geometry.point.lon_e7, geometry.point.lat_e7);
            fail();
        }
    }
    struct geojson_geometry islands = read_in(surfaces[2], NULL, &arena);
    assert_true(islands.point.lon_e7 > 50000000); /* the larger one */
}

static void surfaces_made_at_random_are_marked_inside(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    uint64_t random = 7;
    for (unsigned round = 0; round < 200; round++) {
        struct buf text BUF_CLEANUP = buf_new(65536);
        buf_add(&text, SLICE("{\"type\":\"Polygon\",\"coordinates\":[["));
        for (unsigned i = 0; i < 12; i++) { /* a star around 5, 45: it never crosses itself */
            random = hash_mix(random, i);
            double far = 0.05 + (double)(random % 1000) / 1000;
            buf_addf(&text, "%s[%.7f,%.7f]", i > 0 ? "," : "", 5 + far * cos(i * M_PI / 6),
                     45 + far * sin(i * M_PI / 6));
        }
        buf_add(&text, SLICE("]]}"));
        buf_add_char(&text, '\0');
        struct geojson_geometry geometry = read_in(text.p, NULL, &arena);
        assert_true(holds(&geometry, geometry.point));
    }
}

static void a_line_is_marked_in_its_middle_and_on_itself(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_geometry line =
        read_in("{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,2],[0,8]]}", NULL, &arena);
    assert_int_equal(line.point.lon_e7, 0);
    assert_int_equal(line.point.lat_e7, 40000000);
    struct geojson_geometry lines =
        read_in("{\"type\":\"MultiLineString\",\"coordinates\":[[[50,1],[50,2]],"
                "[[0,0,100],[0,8,250]]]}",
                NULL, &arena);
    assert_int_equal(lines.point.lon_e7, 0);
    assert_int_equal(lines.point.lat_e7, 40000000);
    struct geojson_geometry still =
        read_in("{\"type\":\"LineString\",\"coordinates\":[[3,3],[3,3]]}", NULL, &arena);
    assert_int_equal(still.point.lon_e7, 30000000);
    struct geojson_geometry points = read_in(
        "{\"type\":\"MultiPoint\",\"coordinates\":[[0,0],[1,1],[9,9],[2,2]]}", NULL, &arena);
    assert_int_equal(points.point.lon_e7, 20000000); /* one of them, not a place between */
}

static void a_collection_stands_where_its_surest_member_does(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_geometry both =
        read_in("{\"type\":\"GeometryCollection\",\"geometries\":["
                "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]},"
                "{\"type\":\"Point\",\"coordinates\":[5,45]}]}",
                NULL, &arena);
    assert_int_equal(both.type, GEOJSON_POINT);
    assert_int_equal(both.point.lat_e7, 450000000);
    struct geojson_geometry line = read_in("{\"type\":\"GeometryCollection\",\"geometries\":["
                                           "{\"type\":\"LineString\",\"coordinates\":[[2,2],[4,2]]}"
                                           "]}",
                                           NULL, &arena);
    assert_int_equal(line.type, GEOJSON_LINE);
    struct geojson_geometry none =
        read_in("{\"type\":\"GeometryCollection\",\"geometries\":[]}", NULL, &arena);
    assert_int_equal(none.type, GEOJSON_NONE);
}

static void every_vertex_of_another_system_is_converted(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_geometry line =
        read_in("{\"type\":\"LineString\",\"coordinates\":[[927552.028,6500326.962],"
                "[\"927552.028\",6500326.962,12]]}",
                "EPSG:2154", &arena);
    const struct geo_point chambery = {59178000, 455646000};
    for (size_t i = 0; i < 2; i++) {
        assert_true(geo_distance_m(line.rings[0][i], chambery) < 1.0);
    }
}

static void metres_without_a_system_are_kept_as_they_are(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_geometry point =
        read_in("{\"type\":\"Point\",\"coordinates\":[927552.5,6500326.5]}", NULL, &arena);
    assert_int_equal(point.type, GEOJSON_NONE);
    assert_true(point.is_projected && point.x == 927552.5 && point.y == 6500326.5);
    struct geojson_geometry surface =
        read_in("{\"type\":\"Polygon\",\"coordinates\":[[[900000,6500000],[900200,6500000],"
                "[900200,6500400],[900000,6500000]]]}",
                NULL, &arena);
    assert_true(surface.is_projected && surface.x == 900100 && surface.y == 6500200);
    assert_int_equal(surface.ring_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_surface_is_marked_inside_of_itself),
        cmocka_unit_test(surfaces_made_at_random_are_marked_inside),
        cmocka_unit_test(a_line_is_marked_in_its_middle_and_on_itself),
        cmocka_unit_test(a_collection_stands_where_its_surest_member_does),
        cmocka_unit_test(every_vertex_of_another_system_is_converted),
        cmocka_unit_test(metres_without_a_system_are_kept_as_they_are),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
