/* Geometries in one cell. The WKB texts are what the specification's layout gives by hand. */
#include "formats_fixture.h"

#include "formats/geotext.h"

#include <math.h>

static void check(const char *text, double x, double y, uint32_t srid) {
    struct geotext at;
    if (!geotext_read(slice_from_cstr(text), &at)) {
        print_error("not read: %s\n", text);
        fail();
    }
    if (fabs(at.x - x) > 1e-6 || fabs(at.y - y) > 1e-6 || at.srid != srid) {
        print_error("%s: %f %f %u\n", text, at.x, at.y, at.srid);
        fail();
    }
}

static void points_in_wkt_are_read(void **state) {
    (void)state;
    check("POINT(5.9 45.5)", 5.9, 45.5, 0);
    check("Point (5.9 45.5)", 5.9, 45.5, 0);
    check(" point z ( -1.5e0 45.5 300 ) ", -1.5, 45.5, 0);
    check("POINT ZM(5.9 45.5 1 2)", 5.9, 45.5, 0);
    check("SRID=2154;POINT(927552.03 6500326.96)", 927552.03, 6500326.96, 2154);
    check("srid=4326; POINT(5.9 45.5)", 5.9, 45.5, 4326);
    check("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(5.9 45.5)", 5.9, 45.5, 0);
}

static void larger_geometries_stand_on_or_in_themselves(void **state) {
    (void)state;
    check("LINESTRING(0 0, 0 2, 0 8)", 0, 4, 0);
    check("MULTIPOINT((1 1),(2 2),(3 3))", 2, 2, 0);
    check("MULTIPOINT(1 1, 2 2, 3 3)", 2, 2, 0);
    check("LINESTRING(900000 6500000, 900100 6500200)", 900050, 6500100, 0);
    check("GEOMETRYCOLLECTION(POINT(5 45),LINESTRING(0 0,1 1))", 5, 45, 0);
    struct geotext at;
    assert_true(geotext_read(SLICE("POLYGON((0 0,6 0,6 6,4 6,4 2,2 2,2 6,0 6,0 0))"),
                             &at)); /* a horseshoe */
    assert_true(at.y < 2 || at.x < 2 || at.x > 4);
}

static void dumps_of_postgis_are_read(void **state) {
    (void)state;
    /* POINT(1 2): little endian, no system; with SRID 4326; big endian; with an altitude */
    check("0101000000000000000000F03F0000000000000040", 1, 2, 0);
    check("0101000020E6100000000000000000F03F0000000000000040", 1, 2, 4326);
    check("00000000013FF00000000000004000000000000000", 1, 2, 0);
    check("0101000080000000000000f03f00000000000000400000000000000840", 1, 2, 0);
    check("01E9030000000000000000F03F00000000000000400000000000000840", 1, 2, 0);
    /* LINESTRING(0 0, 2 0), MULTIPOINT(1 2) */
    check("0102000000020000000000000000000000000000000000000000000000000000400000000000000000", 1,
          0, 0);
    check("0104000000010000000101000000000000000000F03F0000000000000040", 1, 2, 0);
}

static void geojson_in_a_cell_is_read(void **state) {
    (void)state;
    check("{\"type\":\"Point\",\"coordinates\":[5.9,45.5]}", 5.9, 45.5, 0);
    check("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.9,45.5]}}",
          5.9, 45.5, 0);
    check("{\"type\":\"Point\",\"coordinates\":[927552,6500326]}", 927552, 6500326, 0);
}

static void what_is_no_geometry_is_not_read(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "POINT",
        "POINT EMPTY",
        "POINT()",
        "POINT(5.9)",
        "POINT(5.9 45.5",
        "POINT(5.9 45.5) x",
        "POINT(a b)",
        "POINT(1e999 1)",
        "SRID=99999999;POINT(1 2)",
        "GEOMETRYCOLLECTION EMPTY",
        "GEOMETRYCOLLECTION(",
        "01",
        "0101000000000000000000F03F",
        "0109000000000000000000F03F0000000000000040",
        "01020000002000000000000000000000000000000000000000",
        "LINESTRING(0 0, 1e308 1e308, 1.7e308 1.7e308)", /* whose middle is no number */
        "POINT(1000000001 0)",
        "{\"type\":\"Point\"}",
        "{\"type\":\"LineString\",\"coordinates\":[[1e308,1],[1.7e308,2]]}",
        "{}",
        "45.5, 5.9",
        "0123456789012345678901234567890123456789",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct geotext at = {.srid = 77};
        if (geotext_read(slice_from_cstr(bad[i]), &at) || at.srid != 77) {
            print_error("read: %s\n", bad[i]);
            fail();
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_in_wkt_are_read),
        cmocka_unit_test(larger_geometries_stand_on_or_in_themselves),
        cmocka_unit_test(dumps_of_postgis_are_read),
        cmocka_unit_test(geojson_in_a_cell_is_read),
        cmocka_unit_test(what_is_no_geometry_is_not_read),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
