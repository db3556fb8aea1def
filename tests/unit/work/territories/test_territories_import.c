/* Outlines from GeoJSON into the store. */
#include "territory_fixture.h"

#include "work/territories/territories.h"

#define SQUARE(w, s, e, n)                                                                         \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" #w "," #s "],[" #e "," #s "],[" #e "," #n "],[" #w \
    "," #n "],[" #w "," #s "]]]}"
#define FEATURE(properties, geometry)                                                              \
    "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":" geometry "}"

struct heard {
    unsigned problems;
    struct problem last;
};

static void hear(void *self, const struct problem *problem) {
    struct heard *heard = self;
    heard->problems++;
    heard->last = *problem;
}

static err run(struct territory_fixture *fixture, const char *text, enum territory_level level,
               int64_t now_ms, struct territories_import_counts *counts, struct heard *heard) {
    struct memory_source memory = {slice_from_cstr(text)};
    const struct territories_import import = {.conn = fixture->conn,
                                              .territories = fixture->all,
                                              .source = memory_source(&memory),
                                              .level = level,
                                              .now_ms = now_ms,
                                              .on_problem = hear,
                                              .self = heard};
    err result = territories_import(&import, counts, &fixture->problem);
    fixture_load(fixture);
    return result;
}

static slice at(const struct territory_fixture *fixture, double lon, double lat, bool *exact) {
    struct geo_point point = {(int32_t)(lon * DEGREE), (int32_t)(lat * DEGREE)};
    return code_at(fixture, territories_at(fixture->all, point, exact));
}

static void features_are_taken_by_what_their_properties_say(void **state) {
    struct territory_fixture *fixture = *state;
    static const struct {
        const char *properties;
        int level; /* TERRITORY_LEVEL__COUNT: not taken */
    } cases[] = {
        {"\"code\":\"73065\",\"nom\":\"Chambéry\"", TERRITORY_COMMUNE},
        {"\"code\":\"1015\"", TERRITORY_COMMUNE},
        {"\"INSEE_COM\":\"73065\",\"INSEE_DEP\":\"73\",\"INSEE_REG\":\"84\"", TERRITORY_COMMUNE},
        {"\"codgeo\":73065", TERRITORY_COMMUNE},
        {"\"code\":\"200069110\"", TERRITORY_EPCI},
        {"\"CODE_SIREN\":\"200069110\"", TERRITORY_EPCI},
        {"\"INSEE_DEP\":\"73\",\"INSEE_REG\":\"84\"", TERRITORY_DEPARTEMENT},
        {"\"code\":\"974\",\"nom\":\"La Réunion\"", TERRITORY_DEPARTEMENT},
        {"\"code\":\"84\",\"nom\":\"Auvergne-Rhône-Alpes\"", TERRITORY_REGION},
        {"\"code\":\"11\"", TERRITORY_REGION}, /* the Aude is not in this reference */
        {"\"code\":\"dep-73\"", TERRITORY_DEPARTEMENT},
        {"\"code\":\"73999\"", TERRITORY_LEVEL__COUNT},
        {"\"nom\":\"Chambéry\"", TERRITORY_LEVEL__COUNT},
        {"\"code\":\"a very long code that is no code of anything at all, and some more\"",
         TERRITORY_LEVEL__COUNT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[600];
        snprintf(text, sizeof(text),
                 "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":" SQUARE(5, 45, 6, 46) "}",
                 cases[i].properties);
        struct territories_import_counts counts;
        struct heard heard = {0};
        print_message("# %s\n", cases[i].properties);
        assert_int_equal(
            run(fixture, text, TERRITORY_LEVEL__COUNT, 7 + (int64_t)i, &counts, &heard), OK);
        assert_int_equal(counts.read, 1);
        for (int level = 0; level < TERRITORY_LEVEL__COUNT; level++) {
            assert_int_equal(counts.stored[level], level == cases[i].level);
        }
        assert_int_equal(counts.unknown, cases[i].level == TERRITORY_LEVEL__COUNT);
        assert_int_equal(heard.problems, counts.unknown);
    }
}

static void a_code_of_two_levels_is_told_by_the_name_or_by_the_caller(void **state) {
    struct territory_fixture *fixture = *state;
    /* give the reference a département 84 beside the région 84 */
    fixture_seed(fixture,
                 SLICE("#agora-territories\tfixture-3\n" REFERENCE_HEAD
                       "dep-84\tVaucluse\t\t\treg-84\tmetro\t\t560000\t5.1\t44\tmiddle\t\n"),
                 FIXTURE_NOW_MS + 9);
    fixture_load(fixture);
    struct territories_import_counts counts;
    struct heard heard = {0};
    assert_int_equal(run(fixture,
                         FEATURE("\"code\":\"84\",\"nom\":\"Vaucluse\"", SQUARE(5, 44, 6, 45)),
                         TERRITORY_LEVEL__COUNT, 7, &counts, &heard),
                     OK);
    assert_int_equal(counts.stored[TERRITORY_DEPARTEMENT], 1);
    assert_int_equal(run(fixture, FEATURE("\"code\":\"84\"", SQUARE(5, 44, 6, 45)),
                         TERRITORY_LEVEL__COUNT, 8, &counts, &heard),
                     OK);
    assert_int_equal(counts.unknown, 1);
    assert_non_null(strstr(heard.last.what, "its name must tell"));
    assert_int_equal(run(fixture, FEATURE("\"code\":\"84\"", SQUARE(5, 44, 6, 45)),
                         TERRITORY_REGION, 9, &counts, &heard),
                     OK);
    assert_int_equal(counts.stored[TERRITORY_REGION], 1);
}

static void what_cannot_be_stored_is_counted_and_told_and_the_rest_goes_on(void **state) {
    struct territory_fixture *fixture = *state;
    struct territories_import_counts counts;
    struct heard heard = {0};
    static const char *const features[] = {
        FEATURE("\"code\":\"73065\"", SQUARE(5.9, 45.5, 6, 45.6)),
        FEATURE("\"code\":\"73999\"", SQUARE(1, 1, 2, 2)),
        FEATURE("\"code\":\"73087\"", "{\"type\":\"Point\",\"coordinates\":[5,45]}"),
        FEATURE("\"code\":\"73248\"", "null"),
        FEATURE("\"code\":\"73087\"", SQUARE(5.8, 45.5, 5.9, 45.6)),
    };
    char text[2000] = "{\"type\":\"FeatureCollection\",\"features\":[\n";
    for (size_t i = 0; i < ARRAY_COUNT(features); i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%s", features[i],
                 i + 1 < ARRAY_COUNT(features) ? ",\n" : "\n]}");
    }
    assert_int_equal(run(fixture, text, TERRITORY_LEVEL__COUNT, 7, &counts, &heard), OK);
    assert_int_equal(counts.read, 5);
    assert_int_equal(counts.stored[TERRITORY_COMMUNE], 2);
    assert_int_equal(counts.unknown, 1);
    assert_int_equal(counts.rejected, 2);
    assert_int_equal(heard.problems, 3);
    assert_int_equal(heard.last.line, 5);
    bool exact = false;
    assert_slice(at(fixture, 5.95, 45.55, &exact), "com-73065");
    assert_true(exact);
    assert_slice(at(fixture, 5.85, 45.55, &exact), "com-73087");
    assert_true(exact);
}

static void a_broken_file_keeps_what_came_before_the_break(void **state) {
    struct territory_fixture *fixture = *state;
    struct territories_import_counts counts;
    struct heard heard = {0};
    const char *text = "{\"type\":\"FeatureCollection\",\"features\":[\n" FEATURE(
        "\"code\":\"73065\"", SQUARE(5.9, 45.5, 6, 45.6)) ",\n{\"type\":\"Feat";
    assert_int_equal(run(fixture, text, TERRITORY_LEVEL__COUNT, 7, &counts, &heard), ERR_INPUT);
    assert_int_equal(counts.stored[TERRITORY_COMMUNE], 1);
    assert_true(fixture->problem.line >= 2);
    bool exact = false;
    assert_slice(at(fixture, 5.95, 45.55, &exact), "com-73065");
    assert_true(exact);
}

static void holes_are_not_inside(void **state) {
    struct territory_fixture *fixture = *state;
    struct territories_import_counts counts;
    struct heard heard = {0};
    const char *text =
        FEATURE("\"code\":\"73065\"",
                "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[5,45],[6,45],[6,46],[5,46],[5,45]],"
                "[[5.4,45.4],[5.4,45.6],[5.6,45.6],[5.6,45.4],[5.4,45.4]]],"
                "[[[7,45],[7.5,45],[7.5,45.5],[7,45.5],[7,45]]]]}");
    assert_int_equal(run(fixture, text, TERRITORY_LEVEL__COUNT, 7, &counts, &heard), OK);
    bool exact = false;
    assert_slice(at(fixture, 5.2, 45.2, &exact), "com-73065");
    assert_true(exact);
    at(fixture, 5.5, 45.5, &exact);
    assert_false(exact);
    assert_slice(at(fixture, 7.2, 45.2, &exact), "com-73065");
    assert_true(exact);
}

static void an_import_tells_those_who_hold_a_snapshot_once(void **state) {
    struct territory_fixture *fixture = *state;
    struct territories_import_counts counts;
    struct heard heard = {0};
    int64_t before = 0;
    int64_t after = 0;
    assert_int_equal(db_change_last(fixture->conn, &before), OK);
    assert_int_equal(run(fixture, FEATURE("\"code\":\"73999\"", SQUARE(1, 1, 2, 2)),
                         TERRITORY_LEVEL__COUNT, 7, &counts, &heard),
                     OK);
    assert_int_equal(db_change_last(fixture->conn, &after), OK);
    assert_int_equal(after, before); /* nothing was stored */
    assert_int_equal(run(fixture,
                         FEATURE("\"code\":\"73065\"", SQUARE(1, 1, 2, 2)) "\n" FEATURE(
                             "\"code\":\"73087\"", SQUARE(2, 1, 3, 2)),
                         TERRITORY_LEVEL__COUNT, 8, &counts, &heard),
                     OK);
    assert_int_equal(counts.stored[TERRITORY_COMMUNE], 2);
    assert_int_equal(db_change_last(fixture->conn, &after), OK);
    struct db_change changes[8];
    size_t count = 0;
    assert_int_equal(db_change_read(fixture->conn, before, changes, 8, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].topic, DB_CHANGE_TERRITORY);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(name) cmocka_unit_test_setup_teardown(name, territory_setup, territory_teardown)
    const struct CMUnitTest tests[] = {
        TEST(features_are_taken_by_what_their_properties_say),
        TEST(a_code_of_two_levels_is_told_by_the_name_or_by_the_caller),
        TEST(what_cannot_be_stored_is_counted_and_told_and_the_rest_goes_on),
        TEST(a_broken_file_keeps_what_came_before_the_break),
        TEST(holes_are_not_inside),
        TEST(an_import_tells_those_who_hold_a_snapshot_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
