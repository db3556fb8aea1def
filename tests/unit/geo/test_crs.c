/* Coordinate systems by name and by numbers. The expected places come from PROJ's own programs
 * (`cs2cs EPSG:4326 EPSG:2154`), run apart from ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/crs.h"

#include <math.h>
#include <stdlib.h>

static const struct geo_point chambery = {59178000, 455646000};

static struct crs *open_crs(const char *name) {
    struct crs *crs = NULL;
    struct problem problem = {.code = OK};
    if (crs_new(slice_from_cstr(name), &crs, &problem) != OK) {
        print_error("%s: %s\n", name, problem.what);
        fail();
    }
    return crs;
}

static void check_place(const char *name, double x, double y, struct geo_point expected) {
    struct crs *crs = open_crs(name);
    struct geo_point point;
    assert_true(crs_to_wgs84(crs, x, y, &point));
    double off_m = geo_distance_m(point, expected);
    if (off_m > 1.0) {
        print_error("%s: %.2f m off\n", name, off_m);
        fail();
    }
    assert_true(crs_accuracy_m(crs) <= 1.0);
    crs_free(crs);
}

static void systems_of_france_are_right_to_a_metre(void **state) {
    (void)state;
    check_place("EPSG:2154", 927552.028, 6500326.962, chambery);
    check_place("EPSG:3857", 658766.483, 5710848.497, chambery);
    check_place("EPSG:3942", 1928173.272, 1600168.109, chambery);
    check_place("EPSG:3943", 1927953.963, 2489003.044, chambery);
    check_place("EPSG:3944", 1927806.944, 3377906.841, chambery);
    check_place("EPSG:3945", 1927730.984, 4266844.573, chambery);
    check_place("EPSG:3946", 1927724.861, 5155781.888, chambery);
    check_place("EPSG:3947", 1927787.351, 6044685.033, chambery);
    check_place("EPSG:3948", 1927917.229, 6933520.869, chambery);
    check_place("EPSG:3949", 1928113.260, 7822256.903, chambery);
    check_place("EPSG:3950", 1928374.197, 8710861.313, chambery);
    check_place("EPSG:32631", 727695.732, 5049815.011, chambery);
    check_place("EPSG:4171", 5.9178, 45.5646, chambery);
    check_place("EPSG:4258", 5.9178, 45.5646, chambery);
}

static void systems_overseas_are_right_to_a_metre(void **state) {
    (void)state;
    check_place("EPSG:2975", 338571.950, 7690099.051,
                (struct geo_point){.lon_e7 = 554481000, .lat_e7 = -208823000});
    check_place("EPSG:5490", 707448.591, 1615373.468,
                (struct geo_point){.lon_e7 = -610742000, .lat_e7 = 146037000});
    check_place("EPSG:2972", 354363.155, 544229.782,
                (struct geo_point){.lon_e7 = -523135000, .lat_e7 = 49224000});
    check_place("EPSG:4471", 524724.521, 8587115.821,
                (struct geo_point){.lon_e7 = 452278000, .lat_e7 = -127806000});
}

/* NTF's direct way to WGS 84 is good to 2 m only; the grid over ETRS89 to 1 m. */
static void the_old_french_datum_goes_over_its_grid(void **state) {
    (void)state;
    check_place("EPSG:27572", 884000, 2068500,
                (struct geo_point){.lon_e7 = 59748043, .lat_e7 = 455577370});
    check_place("Lambert II étendu", 600000, 2428000,
                (struct geo_point){.lon_e7 = 23365241, .lat_e7 = 488503495});
    check_place("EPSG:27571", 600000, 1128000,
                (struct geo_point){.lon_e7 = 23365241, .lat_e7 = 488524636});
}

static void names_of_the_field_lead_to_one_code(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *code;
    } same[] = {
        {"EPSG:2154", "EPSG:2154"},
        {"epsg:2154", "EPSG:2154"},
        {"EPSG2154", "EPSG:2154"},
        {" 2154 ", "EPSG:2154"},
        {"urn:ogc:def:crs:EPSG::2154", "EPSG:2154"},
        {"urn:ogc:def:crs:EPSG:6.9:3857", "EPSG:3857"},
        {"urn:x-ogc:def:crs:EPSG:2154", "EPSG:2154"},
        {"http://www.opengis.net/def/crs/EPSG/0/2154", "EPSG:2154"},
        {"http://www.opengis.net/gml/srs/epsg.xml#2154", "EPSG:2154"},
        {"urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"},
        {"urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"},
        {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"},
        {"WGS 84", "OGC:CRS84"},
        {"EPSG:4326", "EPSG:4326"},
        {"Lambert-93", "EPSG:2154"},
        {"RGF93 / Lambert-93", "EPSG:2154"},
        {"RGF93 v1 / Lambert-93", "EPSG:2154"},
        {"CC46", "EPSG:3946"},
        {"UTM 31N", "EPSG:32631"},
        {"WGS 84 / UTM zone 40S", "EPSG:32740"},
        {"Web Mercator", "EPSG:3857"},
        {"EPSG:900913", "EPSG:3857"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(same); i++) {
        struct crs *crs = open_crs(same[i].name);
        if (!slice_equal(crs_code(crs), slice_from_cstr(same[i].code))) {
            print_error("%s is %.*s\n", same[i].name, SLICE_ARG(crs_code(crs)));
            fail();
        }
        crs_free(crs);
    }
}

static void what_is_no_system_is_refused_with_the_mend(void **state) {
    (void)state;
    static const struct {
        const char *name;
        err code;
        const char *what;
    } bad[] = {
        {"", ERR_INPUT, "EPSG:2154"},
        {"somewhere", ERR_INPUT, "EPSG:2154"},
        {"EPSG:", ERR_INPUT, "EPSG:2154"},
        {"EPSG:x2154", ERR_INPUT, "EPSG:2154"},
        {"EPSG:999999", ERR_INPUT, "epsg.io"},
        {"EPSG:99999999999", ERR_INPUT, "EPSG:2154"},
        {"EPSG:4978", ERR_INPUT, "no system of a map"},
        {"EPSG:5720", ERR_INPUT, "no system of a map"},
        {"+proj=pipeline +step +proj=affine +xoff=1000", ERR_INPUT, "EPSG:2154"},
        {"CC99", ERR_INPUT, "EPSG:2154"},
        {"UTM 99N", ERR_INPUT, "EPSG:2154"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct crs *crs = NULL;
        struct problem problem = {.code = OK};
        assert_int_equal(crs_new(slice_from_cstr(bad[i].name), &crs, &problem), bad[i].code);
        assert_null(crs);
        assert_string_equal(problem.field, "crs");
        if (!slice_contains(slice_from_cstr(problem.what), slice_from_cstr(bad[i].what))) {
            print_error("%s: %s\n", bad[i].name, problem.what);
            fail();
        }
    }
}

static void a_missing_database_is_said_and_nothing_is_guessed(void **state) {
    (void)state;
    struct crs *crs = NULL;
    struct problem problem = {.code = OK};
    setenv("PROJ_DATA", "/nonexistent", 1);
    setenv("PROJ_LIB", "/nonexistent", 1);
    err failed = crs_new(SLICE("EPSG:2154"), &crs, &problem);
    unsetenv("PROJ_DATA");
    unsetenv("PROJ_LIB");
    assert_int_equal(failed, ERR_IO);
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("proj-data")));
}

static void positions_beyond_a_system_are_refused(void **state) {
    (void)state;
    struct geo_point point;
    struct crs *lambert = open_crs("EPSG:2154");
    assert_false(crs_to_wgs84(lambert, NAN, 0, &point));
    assert_false(crs_to_wgs84(lambert, INFINITY, 6500000, &point));
    assert_false(crs_to_wgs84(lambert, 1e300, 1e300, &point));
    crs_free(lambert);
    struct crs *world = open_crs("CRS84");
    assert_true(crs_is_wgs84(world));
    assert_true(crs_to_wgs84(world, -180, 90, &point));
    assert_false(crs_to_wgs84(world, 180.1, 0, &point));
    assert_false(crs_to_wgs84(world, 0, -90.1, &point));
    crs_free(world);
    struct crs *mercator = open_crs("EPSG:3857");
    assert_false(crs_to_wgs84(mercator, 0, 1e9, &point));
    crs_free(mercator);
}

static bool has_candidate(double x, double y, const char *code) {
    struct crs_candidate found[CRS_CANDIDATES_MAX];
    size_t n = crs_candidates(x, y, found, CRS_CANDIDATES_MAX);
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(found[i].code, slice_from_cstr(code))) {
            return true;
        }
    }
    return false;
}

static void numbers_tell_which_systems_they_may_be_of(void **state) {
    (void)state;
    assert_true(has_candidate(927552, 6500326, "EPSG:2154"));
    assert_true(has_candidate(1927730, 4266844, "EPSG:3945"));
    assert_true(has_candidate(879518, 2069057, "EPSG:27572"));
    assert_true(has_candidate(658766, 5710848, "EPSG:3857"));
    assert_true(has_candidate(338571, 7690099, "EPSG:2975"));
    assert_true(has_candidate(707448, 1615373, "EPSG:5490"));
    assert_false(has_candidate(927552, 6500326, "EPSG:3945"));
    assert_int_equal(crs_candidates(5.9, 45.5, NULL, 0), 0);
    struct crs_candidate found[CRS_CANDIDATES_MAX];
    assert_int_equal(crs_candidates(-179, -89, found, CRS_CANDIDATES_MAX), 0);
    assert_int_equal(crs_candidates(1e9, 1e9, found, CRS_CANDIDATES_MAX), 0);
    assert_int_equal(crs_candidates(NAN, 1e6, found, CRS_CANDIDATES_MAX), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems_of_france_are_right_to_a_metre),
        cmocka_unit_test(systems_overseas_are_right_to_a_metre),
        cmocka_unit_test(the_old_french_datum_goes_over_its_grid),
        cmocka_unit_test(names_of_the_field_lead_to_one_code),
        cmocka_unit_test(what_is_no_system_is_refused_with_the_mend),
        cmocka_unit_test(a_missing_database_is_said_and_nothing_is_guessed),
        cmocka_unit_test(positions_beyond_a_system_are_refused),
        cmocka_unit_test(numbers_tell_which_systems_they_may_be_of),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
