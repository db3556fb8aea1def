/* Names and codes as people and data sets write them. */
#include "territory_fixture.h"

static void every_statement_can_be_prepared(void **state) {
    struct territory_fixture *fixture = *state;
    assert_int_equal(db_catalogue_check(fixture->conn, &territory_catalogue, &fixture->problem),
                     OK);
}

static void a_commune_is_found_by_current_and_former_codes(void **state) {
    struct territory_fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"73065", "com-73065"},
        {"73044", "com-73065"},
        {"01340", "com-01015"},
        {"1015", "com-01015"},
        {" 73087 ", "com-73087"},
        {"75112", "com-75056"},
        {"73999", "-"},
        {"", "-"},
        {"7306", "-"},
        {"730650", "-"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t found = territories_commune(fixture->all, slice_from_cstr(cases[i][0]));
        assert_slice(code_at(fixture, found), cases[i][1]);
    }
    assert_int_equal(territories_find(fixture->all, SLICE("com-73066")),
                     territories_find(fixture->all, SLICE("com-73065")));
    assert_int_equal(territories_find(fixture->all, SLICE("com-")), TERRITORY_NONE);
    assert_int_equal(territories_find(fixture->all, SLICE("COM-73065")),
                     territories_find(fixture->all, SLICE("com-73065")));
    assert_int_equal(territories_find(fixture->all, SLICE("Country-FR")),
                     territories_find(fixture->all, SLICE("country-fr")));
    assert_int_not_equal(territories_find(fixture->all, SLICE("country-fr")), TERRITORY_NONE);
}

static void a_commune_is_found_by_name_and_postal_code_as_people_write_them(void **state) {
    struct territory_fixture *fixture = *state;
    static const char *const cases[][4] = {
        /* name, postal code, département, found */
        {"Chambéry", "73000", "", "com-73065"},
        {"CHAMBERY", "", "", "com-73065"},
        {"Chambery Cedex", "73011", "", "com-73065"}, /* CEDEX: the département decides */
        {"chambéri", "73000", "", "com-73065"},       /* one typo, postal code known */
        {"chambéri", "", "", "-"},
        {"St Jean de Maurienne", "73300", "", "com-73248"},
        {"SAINT JEAN D ARVES", "", "", "com-73242"},
        {"Saint-Jean", "73300", "", "com-73248"}, /* the only one there that begins so */
        {"Saint-Jean", "", "", "-"},
        {"Paris 12e", "", "", "com-75056"},
        {"PARIS 12", "75012", "", "com-75056"},
        {"Paris 12ème arrondissement", "75012", "", "com-75056"},
        {"", "75116", "", "com-75056"},
        {"", "01300", "", "-"}, /* two communes share it */
        {"Belley", "01300", "", "com-01034"},
        {"Belley", "1300", "", "com-01034"},
        {"Saint-Bois", "", "", "com-01015"}, /* a part of today's commune */
        {"Arbignieu", "01300", "", "com-01015"},
        {"Le hameau d'en haut", "73530", "", "com-73242"}, /* alone with its postal code */
        {"Saint-Denis", "", "", "-"},                      /* two of them */
        {"Saint-Denis", "97400", "", "com-97411"},
        {"St-Denis", "", "93", "com-93066"},
        {"Saint-Denis", "", "974", "com-97411"},
        {"Villeneuve", "", "1", "com-01446"},
        {"Villeneuve", "", "Haute-Savoie", "com-74305"},
        {"Villeneuve", "01480", "", "com-01446"},
        {"Saint-Pierre", "97500", "", "com-97502"},
        {"Saint-Pierre", "97499", "", "com-97416"},
        {"", "", "", "-"},
        {"Nulle-Part", "99999", "", "-"},
        {"12345", "", "", "-"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t found =
            territories_match(fixture->all, slice_from_cstr(cases[i][0]),
                              slice_from_cstr(cases[i][1]), slice_from_cstr(cases[i][2]));
        print_message("# %s %s %s\n", cases[i][0], cases[i][1], cases[i][2]);
        assert_slice(code_at(fixture, found), cases[i][3]);
    }
}

static void a_level_is_matched_by_code_or_name(void **state) {
    struct territory_fixture *fixture = *state;
    static const struct {
        enum territory_level level;
        const char *text, *found;
    } cases[] = {
        {TERRITORY_DEPARTEMENT, "73", "dep-73"},
        {TERRITORY_DEPARTEMENT, "1", "dep-01"},
        {TERRITORY_DEPARTEMENT, "dep-73", "dep-73"},
        {TERRITORY_DEPARTEMENT, "haute savoie", "dep-74"},
        {TERRITORY_DEPARTEMENT, "La Réunion", "dep-974"},
        {TERRITORY_REGION, "La Réunion", "reg-04"},
        {TERRITORY_REGION, "4", "reg-04"},
        {TERRITORY_REGION, "AUVERGNE RHONE ALPES", "reg-84"},
        {TERRITORY_REGION, "dep-73", "-"},
        {TERRITORY_EPCI, "200069110", "epci-200069110"},
        {TERRITORY_EPCI, "Grand Chambéry", "epci-200069110"},
        {TERRITORY_EPCI, "Communauté d'agglomération du Grand Chambéry", "epci-200069110"},
        {TERRITORY_COUNTRY, "fr", "country-fr"},
        {TERRITORY_COUNTRY, "France", "country-fr"},
        {TERRITORY_COMMUNE, "73065", "com-73065"},
        {TERRITORY_COMMUNE, "Cognin", "com-73087"},
        {TERRITORY_COMMUNE, "Saint-Denis", "-"},
        {TERRITORY_CUSTOM, "Grand Chambéry", "-"},
        {TERRITORY_DEPARTEMENT, "", "-"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t found =
            territories_match_level(fixture->all, cases[i].level, slice_from_cstr(cases[i].text));
        print_message("# %s\n", cases[i].text);
        assert_slice(code_at(fixture, found), cases[i].found);
    }
}

static void check_suggestions(const struct territory_fixture *fixture, const char *typed,
                              const char *expected) {
    uint32_t found[8];
    size_t count = territories_suggest(fixture->all, slice_from_cstr(typed), found, 8);
    struct buf text BUF_CLEANUP = buf_new(1000);
    for (size_t i = 0; i < count; i++) {
        buf_add_cstr(&text, i == 0 ? "" : " ");
        buf_add(&text, code_at(fixture, found[i]));
    }
    print_message("# %s\n", typed);
    assert_string_equal(buf_cstr(&text), expected);
}

static void suggestions_put_exact_names_first_then_people(void **state) {
    struct territory_fixture *fixture = *state;
    check_suggestions(fixture, "paris", "com-75056 dep-75");
    check_suggestions(fixture, "saint-d", "com-97411 com-93066");
    check_suggestions(fixture, "savoie", "dep-73 dep-74");
    check_suggestions(fixture, "villen", "com-01446 com-74305");
    check_suggestions(fixture, "maurienne", "com-73248");
    check_suggestions(fixture, "CHAMB", "com-73065 epci-200069110");
    check_suggestions(fixture, "denis", "dep-93 com-97411 com-93066");
    check_suggestions(fixture, "s",
                      "dep-93 dep-73 com-97411 com-93066 com-97416 com-73248 dep-975 com-97502");
    check_suggestions(fixture, "st-p", "com-97416 dep-975 com-97502");
    check_suggestions(fixture, "zz", "");
    check_suggestions(fixture, "", "");
    check_suggestions(fixture, " - ", "");
}

static void suggestions_take_numbers_as_postal_codes_and_departements(void **state) {
    struct territory_fixture *fixture = *state;
    check_suggestions(fixture, "73000", "com-73065");
    check_suggestions(fixture, "730", "com-73065");
    check_suggestions(fixture, "974", "dep-974 com-97411 com-97416");
    check_suggestions(fixture, "saint 973", "");
    check_suggestions(fixture, "saint-denis 93", "com-93066");
    check_suggestions(fixture, "73000 chambery", "com-73065");
    check_suggestions(fixture, "chambery (73)", "com-73065 epci-200069110");
}

static void suggestions_stay_within_the_room_given(void **state) {
    struct territory_fixture *fixture = *state;
    uint32_t found[2] = {77, 77};
    assert_int_equal(territories_suggest(fixture->all, SLICE("s"), found, 1), 1);
    assert_int_equal(found[1], 77);
    assert_int_equal(territories_suggest(fixture->all, SLICE("s"), found, 0), 0);
}

static void labels_of_communes_show_their_departement(void **state) {
    struct territory_fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"com-73065", "Chambéry (73)"},     {"com-97411", "Saint-Denis (974)"},
        {"dep-73", "Savoie (73)"},          {"epci-200069110", "CA du Grand Chambéry"},
        {"reg-84", "Auvergne-Rhône-Alpes"}, {"country-fr", "France"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t found = territories_find(fixture->all, slice_from_cstr(cases[i][0]));
        assert_slice(fixture->all->items[found].label, cases[i][1]);
    }
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_can_be_prepared),
        cmocka_unit_test(a_commune_is_found_by_current_and_former_codes),
        cmocka_unit_test(a_commune_is_found_by_name_and_postal_code_as_people_write_them),
        cmocka_unit_test(a_level_is_matched_by_code_or_name),
        cmocka_unit_test(suggestions_put_exact_names_first_then_people),
        cmocka_unit_test(suggestions_take_numbers_as_postal_codes_and_departements),
        cmocka_unit_test(suggestions_stay_within_the_room_given),
        cmocka_unit_test(labels_of_communes_show_their_departement),
    };
    return cmocka_run_group_tests(tests, territory_setup, territory_teardown);
}
