/* Taxonomies: storing, the snapshot, finding by slug and by words. */
#include "store_fixture.h"

#include "domain/theme/theme.h"
#include "text/text.h"

#define FOOD                                                                                       \
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"source\":\"\","     \
    "\"licence\":\"CC0-1.0\",\"concepts\":["                                                       \
    "{\"slug\":\"food\",\"broader\":null,\"label\":{\"fr\":\"Alimentation\",\"en\":\"Food\"},"     \
    "\"synonyms\":{\"fr\":[\"manger\",\"Énergie\"],\"en\":[\"eat\"]}},"                           \
    "{\"slug\":\"energy\",\"label\":{\"fr\":\"Énergie\",\"en\":\"Energy\"}},"                     \
    "{\"slug\":\"beds\",\"broader\":\"gardens\",\"label\":{\"fr\":\"Massifs\"}},"                  \
    "{\"slug\":\"gardens\",\"broader\":\"food\",\"label\":{\"fr\":\"Jardins\",\"en\":\"Gardens\"}" \
    ","                                                                                            \
    "\"synonyms\":{\"fr\":[\"Potager\"]}}]}"
#define GIVES                                                                                      \
    "{\"scheme\":\"gives\",\"title\":{\"fr\":\"Ce que cela apporte\"},\"concepts\":["              \
    "{\"slug\":\"gives-tools\",\"label\":{\"fr\":\"Outils\"},\"synonyms\":{\"fr\":[\"potager\"]}}" \
    "]}"

static err put(struct store_fixture *fixture, const char *json, struct problem *problem) {
    assert_int_equal(db_begin_write(fixture->conn), OK);
    err failed = theme_scheme_store(fixture->conn, slice_from_cstr(json), FIXTURE_NOW_MS, problem);
    if (failed == OK) {
        assert_int_equal(db_commit(fixture->conn), OK);
    } else {
        db_rollback(fixture->conn);
    }
    return failed;
}

static struct themes *load(struct store_fixture *fixture) {
    struct themes *themes = NULL;
    assert_int_equal(themes_load(fixture->conn, &themes), OK);
    return themes;
}

static const char *match(const struct themes *themes, const char *words) {
    struct buf folded BUF_CLEANUP = buf_new(200);
    text_fold(slice_from_cstr(words), &folded);
    uint16_t theme = themes_match(themes, buf_slice(&folded));
    return theme == THEME_NONE ? "" : themes->items[theme].slug.p;
}

static void broader_themes_stand_before_their_narrower_ones(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    assert_int_equal(put(fixture, GIVES, NULL), OK);
    struct themes *themes = load(fixture);
    static const char *const order[] = {"food", "gardens", "beds", "energy", "gives-tools"};
    static const int depth[] = {0, 1, 2, 0, 0};
    assert_int_equal(themes->count, ARRAY_COUNT(order));
    for (uint16_t i = 0; i < themes->count; i++) {
        assert_slice(themes->items[i].slug, order[i]);
        assert_int_equal(themes->items[i].depth, depth[i]);
        assert_true(themes->items[i].broader == THEME_NONE || themes->items[i].broader < i);
        assert_int_equal(themes_find(themes, themes->items[i].slug), i);
    }
    assert_int_equal(themes->items[2].broader, 1);
    assert_int_equal(themes->scheme_count, 2);
    assert_slice(themes->schemes[0].slug, "themes");
    assert_int_equal(themes->schemes[0].count, 4);
    assert_int_equal(themes->schemes[1].first, 4);
    assert_slice(themes->schemes[0].title[1], "Themes");
    assert_slice(themes->schemes[1].title[1], "Ce que cela apporte"); /* no English: the French */
    assert_slice(themes->items[2].label[1], "Massifs");
    assert_int_equal(themes->items[0].synonym_count, 3);
    assert_int_equal(themes->items[1].synonym_count, 1);
    assert_slice(themes->items[1].synonyms[0], "Potager");
    assert_int_equal(themes_find(themes, SLICE("cars")), THEME_NONE);
    assert_true(themes_is_within(themes, 2, 0));
    assert_true(themes_is_within(themes, 2, 2));
    assert_false(themes_is_within(themes, 0, 2));
    assert_false(themes_is_within(themes, 3, 0));
    themes_free(themes);
}

static void words_find_themes_by_label_then_by_synonym(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    assert_int_equal(put(fixture, GIVES, NULL), OK);
    struct themes *themes = load(fixture);
    assert_string_equal(match(themes, "ALIMENTATION"), "food");
    assert_string_equal(match(themes, "food"), "food");
    assert_string_equal(match(themes, "Manger"), "food");
    assert_string_equal(match(themes, "energie"), "energy");  /* a label goes before a synonym */
    assert_string_equal(match(themes, "potager"), "gardens"); /* the first taxonomy goes first */
    assert_string_equal(match(themes, "voiture"), "");
    assert_string_equal(match(themes, ""), "");
    themes_free(themes);
}

static void the_same_file_twice_writes_nothing(void **state) {
    struct store_fixture *fixture = *state;
    int64_t first = 0, last = 0;
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    assert_int_equal(db_change_last(fixture->conn, &first), OK);
    assert_int_equal(first, 1);
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    assert_int_equal(db_change_last(fixture->conn, &last), OK);
    assert_int_equal(last, first);
}

static void a_later_file_changes_labels_and_keeps_what_it_no_longer_names(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    assert_int_equal(put(fixture,
                         "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Sujets\"},\"concepts\":["
                         "{\"slug\":\"food\",\"label\":{\"fr\":\"Nourriture\"}}]}",
                         NULL),
                     OK);
    struct themes *themes = load(fixture);
    assert_int_equal(themes->count, 4);
    uint16_t food = themes_find(themes, SLICE("food"));
    assert_slice(themes->items[food].label[0], "Nourriture");
    assert_int_equal(themes->items[food].synonym_count, 0);
    assert_int_not_equal(themes_find(themes, SLICE("gardens")), THEME_NONE);
    assert_slice(themes->schemes[0].title[0], "Sujets");
    themes_free(themes);
}

static void a_malformed_taxonomy_is_refused_whole(void **state) {
    struct store_fixture *fixture = *state;
#define CONCEPTS(list) "{\"scheme\":\"s\",\"title\":{\"fr\":\"S\"},\"concepts\":[" list "]}"
    static const struct {
        const char *json, *field;
    } cases[] = {
        {"{", ""},
        {"[]", ""},
        {"{\"scheme\":\"S s\",\"title\":{\"fr\":\"S\"},\"concepts\":[]}", "scheme"},
        {"{\"scheme\":\"s\",\"title\":{},\"concepts\":[]}", "label"},
        {"{\"scheme\":\"s\",\"title\":{\"fr\":\"S\"},\"concepts\":{}}", "concepts"},
        {"{\"scheme\":\"s\",\"title\":{\"fr\":\"S\"},\"concepts\":[],\"more\":1}", "more"},
        {CONCEPTS("{\"label\":{\"fr\":\"x\"}}"), "slug"},
        {CONCEPTS("3"), "slug"},
        {CONCEPTS("{\"slug\":\"a\"}"), "label"},
        {CONCEPTS("{\"slug\":\"a\",\"label\":{\"fr\":\"x\",\"en\":3}}"), "label"},
        {CONCEPTS(
             "{\"slug\":\"a\",\"label\":{\"fr\":\"x\"}},{\"slug\":\"a\",\"label\":{\"fr\":\"y\"}}"),
         "slug"},
        {CONCEPTS("{\"slug\":\"a\",\"broader\":\"b\",\"label\":{\"fr\":\"x\"}}"), "broader"},
        {CONCEPTS("{\"slug\":\"a\",\"broader\":\"b\",\"label\":{\"fr\":\"x\"}},"
                  "{\"slug\":\"b\",\"broader\":\"a\",\"label\":{\"fr\":\"x\"}}"),
         "broader"},
        {CONCEPTS("{\"slug\":\"a\",\"label\":{\"fr\":\"x\"},\"synonyms\":{\"fr\":\"y\"}}"),
         "synonyms"},
        {CONCEPTS("{\"slug\":\"food\",\"label\":{\"fr\":\"x\"}}"), "slug"},
    };
    assert_int_equal(put(fixture, FOOD, NULL), OK);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        if (put(fixture, cases[i].json, &problem) != ERR_INPUT) {
            fail_msg("%s was taken", cases[i].json);
        }
        assert_string_equal(problem.field, cases[i].field);
    }
    struct themes *themes = load(fixture);
    assert_int_equal(themes->scheme_count, 1);
    assert_int_equal(themes->count, 4);
    themes_free(themes);
}

static void a_store_without_taxonomies_loads_empty(void **state) {
    struct store_fixture *fixture = *state;
    struct themes *themes = load(fixture);
    assert_int_equal(themes->count + themes->scheme_count, 0);
    assert_int_equal(themes_find(themes, SLICE("food")), THEME_NONE);
    assert_string_equal(match(themes, "food"), "");
    themes_free(themes);
    themes_free(NULL);
}

/* The file that ships with the program. */
static void every_theme_that_ships_is_found_by_its_labels(void **state) {
    struct store_fixture *fixture = *state;
    FILE *file = fopen(AGORA_SOURCE_ROOT "/data/taxonomies/themes.json", "r");
    assert_non_null(file);
    static char json[1u << 20];
    json[fread(json, 1, sizeof(json) - 1, file)] = '\0';
    fclose(file);
    struct problem problem = {.code = OK};
    if (put(fixture, json, &problem) != OK) {
        fail_msg("%s: %s", problem.field, problem.what);
    }
    struct themes *themes = load(fixture);
    assert_true(themes->count > 50);
    for (uint16_t i = 0; i < themes->count; i++) {
        assert_true(match(themes, themes->items[i].label[0].p)[0] != '\0');
        assert_true(match(themes, themes->items[i].label[1].p)[0] != '\0');
        assert_true(themes->items[i].broader == THEME_NONE || themes->items[i].broader < i);
    }
    static const char *const halves[][2] = {
        {"Habitat", "housing"},          {"Mobilité", "mobility"},
        {"transport", "mobility"},       {"Biodiversité", "biodiversity"},
        {"agroécologie", "agroecology"}, {"Économie solidaire", "social-economy"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(halves); i++) {
        assert_string_equal(match(themes, halves[i][0]), halves[i][1]);
    }
    themes_free(themes);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(broader_themes_stand_before_their_narrower_ones),
        STORE_TEST(words_find_themes_by_label_then_by_synonym),
        STORE_TEST(the_same_file_twice_writes_nothing),
        STORE_TEST(a_later_file_changes_labels_and_keeps_what_it_no_longer_names),
        STORE_TEST(a_malformed_taxonomy_is_refused_whole),
        STORE_TEST(a_store_without_taxonomies_loads_empty),
        STORE_TEST(every_theme_that_ships_is_found_by_its_labels),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
