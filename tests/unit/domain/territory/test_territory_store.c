/* Seeding, outlines as bytes, what is refused. */
#include "territory_fixture.h"

static int64_t last_change(const struct territory_fixture *fixture) {
    int64_t sequence = -1;
    assert_int_equal(db_change_last(fixture->conn, &sequence), OK);
    return sequence;
}

static void the_same_reference_is_seeded_once(void **state) {
    struct territory_fixture *fixture = *state;
    int64_t before = last_change(fixture);
    fixture_seed(fixture, SLICE(REFERENCE), FIXTURE_NOW_MS + 5);
    assert_int_equal(last_change(fixture), before);
}

static void a_new_reference_takes_away_what_it_no_longer_has(void **state) {
    struct territory_fixture *fixture = *state;
    const slice communes[] = {SLICE("com-73065"), SLICE("com-73087")};
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(territory_custom_store(fixture->conn, SLICE("bauges"), SLICE("Bauges"),
                                            communes, 2, 9, &fixture->problem),
                     OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    int64_t before = last_change(fixture);
    /* Cognin has joined Chambéry */
    fixture_seed(fixture,
                 SLICE("#agora-territories\tfixture-2\n" REFERENCE_HEAD
                       "com-73065\tChambéry\tepci-200069110\tdep-73\treg-84\tseat\t73000 73160\t"
                       "66000\t5.92079\t45.56628\ttown\t73087=Cognin\n"),
                 FIXTURE_NOW_MS + 6);
    assert_true(last_change(fixture) > before);
    fixture_load(fixture);
    assert_int_equal(fixture->all->commune_count, 1);
    assert_slice(code_at(fixture, territories_commune(fixture->all, SLICE("73087"))), "com-73065");
    const struct territory *park =
        &fixture->all->items[territories_find(fixture->all, SLICE("t-bauges"))];
    assert_slice(park->name, "Bauges");
    assert_int_equal(park->commune_count, 1); /* both of its communes are one now */
}

static void a_broken_reference_is_refused_with_its_line(void **state) {
    struct territory_fixture *fixture = *state;
    static const struct {
        const char *text;
        uint64_t line;
    } cases[] = {
        {"", 1},
        {"#agora-territories\tx\n", 1},
        {"#something-else\tx\n" REFERENCE_HEAD, 1},
        {"#agora-territories\tx\n" REFERENCE_HEAD "com-1\ttoo\tfew\n", 16},
        {"#agora-territories\tx\n" REFERENCE_HEAD "moon-1\tLuna\t\t\t\t\t\t\t\t\t\t\n", 16},
        {"#agora-territories\tx\n" REFERENCE_HEAD "com-01001\tA\t\t\t\t\t\tmany\t\t\t\t\n", 16},
        {"#agora-territories\tx\n" REFERENCE_HEAD "com-01001\tA\t\t\t\t\t\t1\t5\t99\ttown\t\n", 16},
        {"#agora-territories\tx\n" REFERENCE_HEAD "com-01001\tA\t\t\t\t\t\t1\t\t\t\t=x\n", 16},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        assert_int_equal(db_begin_write(fixture->conn), OK);
        assert_int_equal(territory_seed(fixture->conn, slice_from_cstr(cases[i].text), 5, &problem),
                         ERR_INPUT);
        db_rollback(fixture->conn);
        print_message("# case %zu: %s\n", i, problem.what);
        assert_int_equal(problem.line, cases[i].line);
    }
    fixture_load(fixture);
    assert_int_equal(fixture->all->commune_count, 13); /* what was there is untouched */
}

static void outlines_come_back_as_they_were(void **state) {
    (void)state;
    struct geo_point fine[] = {{1, -1}, {1800000000, 900000000}, {-1800000000, -900000000}, {7, 7}};
    struct geo_point coarse[] = {
        {59000000, 455000000}, {59000100, 455000100}, {58999900, 455000100}};
    for (int both = 0; both < 2; both++) {
        const struct geo_point *rings[] = {coarse, fine};
        const size_t counts[] = {3, 4};
        size_t ring_count = both == 0 ? 1 : 2;
        struct buf bytes BUF_CLEANUP = buf_new(1000);
        territory_shape_write(rings, counts, ring_count, &bytes);
        assert_int_equal(bytes.failed, OK);
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        struct territory_shape_reader reader = territory_shape_read(buf_slice(&bytes));
        for (size_t r = 0; r < ring_count; r++) {
            struct geo_point *points = NULL;
            size_t count = 0;
            assert_true(territory_shape_ring(&reader, &arena, &points, &count));
            assert_int_equal(count, counts[r]);
            assert_memory_equal(points, rings[r], count * sizeof(*points));
        }
        struct geo_point *none = NULL;
        size_t count = 0;
        assert_false(territory_shape_ring(&reader, &arena, &none, &count));
        assert_false(reader.damaged);
        if (both == 0) { /* multiples of 10^-5 degrees take few bytes */
            assert_true(bytes.n <= 3 + 1 + 2 * 4 + 2 * 2 + 2);
        }
    }
}

static void damaged_outlines_are_noticed(void **state) {
    struct territory_fixture *fixture = *state;
    struct geo_point ring[] = {{59000000, 455000000}, {59000100, 455000100}, {58999900, 455000100}};
    const struct geo_point *rings[] = {ring};
    const size_t counts[] = {3};
    struct buf bytes BUF_CLEANUP = buf_new(1000);
    territory_shape_write(rings, counts, 1, &bytes);
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    for (size_t n = 0; n < bytes.n; n++) { /* cut anywhere */
        struct territory_shape_reader reader = territory_shape_read(slice_of(bytes.p, n));
        struct geo_point *points = NULL;
        size_t count = 0;
        while (territory_shape_ring(&reader, &arena, &points, &count)) {
        }
        assert_true(reader.damaged);
    }
    (void)fixture;
}

static void outlines_that_are_none_are_refused(void **state) {
    struct territory_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(fixture_square(fixture, "com-99999", 0, 0, 1000, 7), ERR_NOT_FOUND);
    struct geo_point two[] = {{1, 1}, {2, 2}};
    struct geo_point outside[] = {{1, 1}, {2, 2}, {1, 900000001}};
    const struct geo_point *rings[] = {two};
    size_t counts[] = {2};
    assert_int_equal(
        territory_outline_store(fixture->conn, SLICE("com-73065"), rings, counts, 1, 7), ERR_INPUT);
    rings[0] = outside;
    counts[0] = 3;
    assert_int_equal(
        territory_outline_store(fixture->conn, SLICE("com-73065"), rings, counts, 1, 7), ERR_INPUT);
    assert_int_equal(
        territory_outline_store(fixture->conn, SLICE("com-73065"), rings, counts, 0, 7), ERR_INPUT);
    db_rollback(fixture->conn);
}

static void custom_territories_that_are_none_are_refused(void **state) {
    struct territory_fixture *fixture = *state;
    const slice good[] = {SLICE("com-73065")};
    const slice unknown[] = {SLICE("com-73065"), SLICE("com-00000")};
    const slice larger[] = {SLICE("dep-73")};
    const struct {
        slice slug, name;
        const slice *communes;
        size_t count;
        err expected;
        const char *field;
    } cases[] = {
        {SLICE(""), SLICE("A"), good, 1, ERR_INPUT, "slug"},
        {SLICE("Bauges"), SLICE("A"), good, 1, ERR_INPUT, "slug"},
        {SLICE("a b"), SLICE("A"), good, 1, ERR_INPUT, "slug"},
        {SLICE("a"), SLICE(" "), good, 1, ERR_INPUT, "name"},
        {SLICE("a"), SLICE("\xff"), good, 1, ERR_INPUT, "name"},
        {SLICE("a"), SLICE("A"), good, 0, ERR_INPUT, "communes"},
        {SLICE("a"), SLICE("A"), unknown, 2, ERR_NOT_FOUND, "communes"},
        {SLICE("a"), SLICE("A"), larger, 1, ERR_NOT_FOUND, "communes"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        assert_int_equal(db_begin_write(fixture->conn), OK);
        assert_int_equal(territory_custom_store(fixture->conn, cases[i].slug, cases[i].name,
                                                cases[i].communes, cases[i].count, 7, &problem),
                         cases[i].expected);
        db_rollback(fixture->conn);
        assert_string_equal(problem.field, cases[i].field);
    }
}

static void names_are_compared_by_their_key(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum territory_level level;
        const char *key;
    } cases[] = {
        {"Saint-Jean-d'Arves", TERRITORY_COMMUNE, "saint jean d arves"},
        {"ST JEAN D’ARVES", TERRITORY_COMMUNE, "saint jean d arves"},
        {"Chalon s/ Saône", TERRITORY_COMMUNE, "chalon sur saone"},
        {"Paris 12e Arrondissement", TERRITORY_COMMUNE, "paris"},
        {"LYON CEDEX 03", TERRITORY_COMMUNE, "lyon"},
        {"Œuilly", TERRITORY_COMMUNE, "oeuilly"},
        {"CC de la Dombes", TERRITORY_EPCI, "dombes"},
        {"Métropole de Lyon", TERRITORY_EPCI, "lyon"},
        {"CC des 4B Sud-Charente", TERRITORY_EPCI, "4b sud charente"},
        {"", TERRITORY_COMMUNE, ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf key BUF_CLEANUP = buf_new(TERRITORY_KEY_MAX);
        territory_key(slice_from_cstr(cases[i].name), cases[i].level, &key);
        assert_string_equal(buf_cstr(&key), cases[i].key);
    }
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(name) cmocka_unit_test_setup_teardown(name, territory_setup, territory_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_same_reference_is_seeded_once),
        TEST(a_new_reference_takes_away_what_it_no_longer_has),
        TEST(a_broken_reference_is_refused_with_its_line),
        cmocka_unit_test(outlines_come_back_as_they_were),
        TEST(damaged_outlines_are_noticed),
        TEST(outlines_that_are_none_are_refused),
        TEST(custom_territories_that_are_none_are_refused),
        cmocka_unit_test(names_are_compared_by_their_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
