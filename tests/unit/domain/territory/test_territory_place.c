/* Containment, nearness, ancestors and children. */
#include "territory_fixture.h"

static slice at(const struct territory_fixture *fixture, double lon, double lat, bool *exact) {
    struct geo_point point = {(int32_t)(lon * DEGREE), (int32_t)(lat * DEGREE)};
    return code_at(fixture, territories_at(fixture->all, point, exact));
}

static void without_outlines_the_nearest_town_answers_and_says_so(void **state) {
    struct territory_fixture *fixture = *state;
    bool exact = true;
    assert_slice(at(fixture, 5.93, 45.57, &exact), "com-73065");
    assert_false(exact);
    assert_slice(at(fixture, 5.895, 45.56, &exact), "com-73087");
    assert_slice(at(fixture, 55.46, -20.9, &exact), "com-97411");
    /* Arboys lies there, but only the middle of its EPCI is known: Belley answers */
    assert_slice(at(fixture, 5.7, 45.77, &exact), "com-01034");
    assert_slice(at(fixture, 0, 0, &exact), "-");
    assert_slice(at(fixture, 6.345, 45.46, &exact), "-"); /* 20.4 km north of Saint-Jean */
    assert_slice(at(fixture, 6.345, 45.45, &exact), "com-73248");
}

static void with_outlines_the_answer_is_exact(void **state) {
    struct territory_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    /* Cognin's square holds the centre of Chambéry: the outline decides, not the distance */
    assert_int_equal(fixture_square(fixture, "com-73087", 59000000, 455000000, 1000000, 7), OK);
    assert_int_equal(fixture_square(fixture, "com-73065", 60000000, 455000000, 1000000, 7), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    bool exact = false;
    assert_slice(at(fixture, 5.92079, 45.56628, &exact), "com-73087");
    assert_true(exact);
    assert_slice(at(fixture, 6.05, 45.55, &exact), "com-73065");
    assert_true(exact);
    assert_slice(at(fixture, 5.89, 45.56, &exact), "com-73087"); /* outside all: nearest */
    assert_false(exact);
    const struct territory *cognin =
        &fixture->all->items[territories_find(fixture->all, SLICE("com-73087"))];
    assert_int_equal(cognin->box.west_e7, 59000000);
    assert_int_equal(cognin->box.north_e7, 456000000);
}

static void outlines_of_former_communes_add_up_and_a_new_import_replaces_them(void **state) {
    struct territory_fixture *fixture = *state;
    bool exact = false;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(fixture_square(fixture, "com-01015", 57000000, 457000000, 100000, 7), OK);
    assert_int_equal(fixture_square(fixture, "com-01340", 57100000, 457000000, 100000, 7), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    assert_slice(at(fixture, 5.705, 45.705, &exact), "com-01015");
    assert_true(exact);
    assert_slice(at(fixture, 5.715, 45.705, &exact), "com-01015");
    assert_true(exact);
    const struct territory *arboys =
        &fixture->all->items[territories_find(fixture->all, SLICE("com-01340"))];
    assert_false(arboys->centre_is_approximate); /* its outline tells where it is */
    assert_int_equal(arboys->box.east_e7, 57200000);

    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(fixture_square(fixture, "com-01015", 57000000, 457000000, 100000, 8), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    assert_slice(at(fixture, 5.705, 45.705, &exact), "com-01015");
    assert_true(exact);
    at(fixture, 5.715, 45.705, &exact);
    assert_false(exact);
}

static void a_departement_outline_keeps_the_nearest_town_on_its_side(void **state) {
    struct territory_fixture *fixture = *state;
    bool exact = false;
    /* halfway between Belley (Ain) and Cognin (Savoie), a little nearer to Cognin */
    assert_slice(at(fixture, 5.8, 45.65, &exact), "com-73087");
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(fixture_square(fixture, "dep-01", 56000000, 456000000, 3000000, 7), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    assert_slice(at(fixture, 5.8, 45.65, &exact), "com-01034");
    assert_false(exact);
    assert_non_null(fixture->all->departement_areas);
    assert_null(fixture->all->areas);
}

static size_t touching(const struct territory_fixture *fixture, const char *code, uint32_t *found) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    return territories_touching(fixture->all, territories_find(fixture->all, slice_from_cstr(code)),
                                &scratch, found, 4);
}

static void territories_touch_when_their_outlines_share_a_border(void **state) {
    struct territory_fixture *fixture = *state;
    uint32_t found[4];
    assert_int_equal(touching(fixture, "com-01015", found), 0); /* no outlines yet */
    assert_int_equal(db_begin_write(fixture->conn), OK);
    /* side by side; a third meets the first in one corner only */
    assert_int_equal(fixture_square(fixture, "com-01015", 57000000, 457000000, 100000, 7), OK);
    assert_int_equal(fixture_square(fixture, "com-73087", 57100000, 457000000, 100000, 7), OK);
    assert_int_equal(fixture_square(fixture, "com-01034", 56900000, 457100000, 100000, 7), OK);
    assert_int_equal(fixture_square(fixture, "dep-01", 56000000, 456000000, 1000000, 7), OK);
    assert_int_equal(fixture_square(fixture, "dep-73", 57000000, 456000000, 1000000, 7), OK);
    assert_int_equal(fixture_square(fixture, "dep-75", 57000000, 457000000, 1000000, 7), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    assert_int_equal(touching(fixture, "com-01015", found), 1);
    assert_slice(code_at(fixture, found[0]), "com-73087");
    assert_int_equal(touching(fixture, "com-01034", found), 0);
    assert_int_equal(touching(fixture, "epci-200040350", found), 1);
    assert_slice(code_at(fixture, found[0]), "epci-200069110");
    assert_int_equal(touching(fixture, "dep-73", found), 2);
    assert_int_equal(touching(fixture, "dep-01", found), 1); /* of Paris a corner only */
    assert_int_equal(touching(fixture, "reg-84", found), 1);
    assert_slice(code_at(fixture, found[0]), "reg-11");
    assert_int_equal(touching(fixture, "country-fr", found), 0);
}

static void a_territory_lies_within_its_ancestors_only(void **state) {
    struct territory_fixture *fixture = *state;
    static const struct {
        const char *inner, *outer;
        bool within;
    } cases[] = {
        {"com-73065", "com-73065", true},
        {"com-73065", "epci-200069110", true},
        {"com-73065", "dep-73", true},
        {"com-73065", "reg-84", true},
        {"com-73065", "country-fr", true},
        {"com-73065", "dep-01", false},
        {"com-73065", "epci-200040350", false},
        {"dep-73", "com-73065", false},
        {"epci-200069110", "dep-73", true},
        {"epci-200069110", "reg-84", true},
        {"dep-73", "reg-84", true},
        {"dep-975", "country-fr", true},
        {"reg-84", "country-fr", true},
        {"reg-84", "reg-11", false},
        {"com-97502", "reg-04", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t inner = territories_find(fixture->all, slice_from_cstr(cases[i].inner));
        uint32_t outer = territories_find(fixture->all, slice_from_cstr(cases[i].outer));
        assert_int_equal(territories_is_within(fixture->all, inner, outer), cases[i].within);
    }
    assert_false(territories_is_within(fixture->all, TERRITORY_NONE, 0));
    assert_false(territories_is_within(fixture->all, 0, TERRITORY_NONE));
}

static void check_list(const struct territory_fixture *fixture, const uint32_t *list,
                       uint32_t count, const char *expected) {
    struct buf text BUF_CLEANUP = buf_new(1000);
    for (uint32_t i = 0; i < count; i++) {
        buf_add_cstr(&text, i == 0 ? "" : " ");
        buf_add(&text, code_at(fixture, list[i]));
    }
    assert_string_equal(buf_cstr(&text), expected);
}

static void children_are_one_level_down_by_name(void **state) {
    struct territory_fixture *fixture = *state;
    static const char *const cases[][2] = {
        /* the collectivity that is in no région stands among the régions */
        {"country-fr", "reg-84 reg-11 reg-04 dep-975"},
        {"reg-84", "dep-01 dep-74 dep-73"},
        {"dep-01", "epci-200040350 com-01446"},
        {"dep-73", "epci-200069110 com-73242 com-73248"},
        {"epci-200069110", "com-73065 com-73087"},
        {"com-73065", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct territory *item =
            &fixture->all->items[territories_find(fixture->all, slice_from_cstr(cases[i][0]))];
        print_message("# %s\n", cases[i][0]);
        check_list(fixture, item->children, item->child_count, cases[i][1]);
    }
    const struct territory *savoie =
        &fixture->all->items[territories_find(fixture->all, SLICE("dep-73"))];
    check_list(fixture, savoie->communes, savoie->commune_count,
               "com-73065 com-73087 com-73242 com-73248");
}

static void boxes_hold_what_they_are_made_of(void **state) {
    struct territory_fixture *fixture = *state;
    const struct territories *all = fixture->all;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct territory *item = &all->items[i];
        assert_true(!item->has_centre || geo_box_is_valid(&item->box));
        for (uint32_t k = 0; k < item->commune_count; k++) {
            const struct territory *commune = &all->items[item->communes[k]];
            if (item->level != TERRITORY_COUNTRY && commune->has_centre) {
                assert_true(geo_box_has(&item->box, commune->centre));
            }
        }
    }
    const struct territory *unknown = &all->items[territories_find(all, SLICE("com-73242"))];
    assert_false(unknown->has_centre);
}

static void custom_territories_hold_their_communes(void **state) {
    struct territory_fixture *fixture = *state;
    const slice communes[] = {SLICE("com-73087"), SLICE("com-73044")}; /* the second is former */
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(territory_custom_store(fixture->conn, SLICE("bauges"), SLICE("Les Bauges"),
                                            communes, 2, 9, &fixture->problem),
                     OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    fixture_load(fixture);
    uint32_t park = territories_find(fixture->all, SLICE("t-bauges"));
    assert_int_not_equal(park, TERRITORY_NONE);
    const struct territory *item = &fixture->all->items[park];
    assert_int_equal(item->level, TERRITORY_CUSTOM);
    assert_true(item->has_centre);
    check_list(fixture, item->communes, item->commune_count, "com-73065 com-73087");
    uint32_t chambery = territories_find(fixture->all, SLICE("com-73065"));
    assert_true(territories_is_within(fixture->all, chambery, park));
    assert_false(territories_is_within(fixture->all,
                                       territories_find(fixture->all, SLICE("com-73248")), park));
    assert_int_equal(territories_match_level(fixture->all, TERRITORY_CUSTOM, SLICE("les bauges")),
                     park);
}

/* By measuring all of them. */
static uint32_t nearest_slowly(const struct territories *all, struct geo_point point) {
    uint32_t best = TERRITORY_NONE;
    double best_m = 20000.0;
    for (uint32_t i = 0; i < all->commune_count; i++) {
        const struct territory *item = &all->items[i];
        double metres = geo_distance_m(point, item->centre);
        if (item->has_centre && !item->centre_is_approximate && metres < best_m) {
            best = i;
            best_m = metres;
        }
    }
    return best;
}

static void the_nearest_centre_is_the_one_that_measuring_all_finds(void **state) {
    struct territory_fixture *fixture = *state;
    static const double around[][2] = {{5.905, 45.563}, {5.6872, 45.7592},   {2.353, 48.894},
                                       {55.46, -21.11}, {-56.1773, 46.7811}, {4.83, 46.02}};
    unsigned found = 0;
    for (size_t i = 0; i < ARRAY_COUNT(around); i++) {
        for (int east = -16; east <= 16; east++) {
            for (int north = -16; north <= 16; north++) {
                struct geo_point point = {(int32_t)((around[i][0] + 0.0173 * east) * DEGREE),
                                          (int32_t)((around[i][1] + 0.0119 * north) * DEGREE)};
                uint32_t nearest = nearest_slowly(fixture->all, point);
                assert_int_equal(territories_nearest(fixture->all, point), nearest);
                found += nearest != TERRITORY_NONE;
            }
        }
    }
    assert_in_range(found, 2000, 6000); /* some lie too far from all of them */
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(name) cmocka_unit_test_setup_teardown(name, territory_setup, territory_teardown)
    const struct CMUnitTest tests[] = {
        TEST(without_outlines_the_nearest_town_answers_and_says_so),
        TEST(with_outlines_the_answer_is_exact),
        TEST(outlines_of_former_communes_add_up_and_a_new_import_replaces_them),
        TEST(a_departement_outline_keeps_the_nearest_town_on_its_side),
        TEST(a_territory_lies_within_its_ancestors_only),
        TEST(territories_touch_when_their_outlines_share_a_border),
        TEST(children_are_one_level_down_by_name),
        TEST(boxes_hold_what_they_are_made_of),
        TEST(custom_territories_hold_their_communes),
        TEST(the_nearest_centre_is_the_one_that_measuring_all_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
