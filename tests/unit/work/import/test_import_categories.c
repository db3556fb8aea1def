/* Names of categories by their numbers, licences by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "work/import/import_int.h"

#define TREE                                                                                       \
    "[{\"id\":1,\"name\":\"Thèmes\",\"options\":[{\"id\":3,\"name\":\"Alimentation\","            \
    "\"subcategories\":[{\"id\":4,\"name\":\"Sorte\",\"options\":[{\"id\":12,\"name\":"            \
    "\"Épicerie\"},{\"id\":\"x\",\"name\":\"AMAP\",\"subcategories\":[]}]}]},"                    \
    "{\"id\":20,\"name\":\"Vélo\"}]}]"

static void assert_path(const struct taxonomy *taxonomy, const char *id, const char *expected) {
    slice names[8];
    struct buf path BUF_CLEANUP = buf_new(4096);
    uint32_t n = taxonomy_path(taxonomy, slice_from_cstr(id), names, ARRAY_COUNT(names));
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(&path, "%s%.*s", i > 0 ? " < " : "", SLICE_ARG(names[i]));
    }
    assert_string_equal(buf_cstr(&path), expected);
}

static void options_have_the_names_of_what_they_lie_in_and_groups_none(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct taxonomy *taxonomy = NULL;
    assert_int_equal(taxonomy_read(SLICE(TREE), &arena, &taxonomy, NULL), OK);
    assert_path(taxonomy, "3", "Alimentation");
    assert_path(taxonomy, "12", "Épicerie < Alimentation");
    assert_path(taxonomy, "x", "AMAP < Alimentation");
    assert_path(taxonomy, "20", "Vélo");
    assert_path(taxonomy, "1", ""); /* a group */
    assert_path(taxonomy, "4", "");
    assert_path(taxonomy, "99", "");
    assert_path(NULL, "3", "");
}

static void one_group_alone_and_plain_trees_are_read_too(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct taxonomy *taxonomy = NULL;
    assert_int_equal(
        taxonomy_read(SLICE("{\"name\":\"G\",\"options\":[{\"id\":3,\"name\":\"A\"}]}"), &arena,
                      &taxonomy, NULL),
        OK);
    assert_path(taxonomy, "3", "A");
    assert_int_equal(
        taxonomy_read(SLICE("[{\"id\":\"a\",\"label\":\"A\",\"children\":[{\"id\":\"b\","
                            "\"label\":\"B\"}]}]"),
                      &arena, &taxonomy, NULL),
        OK);
    assert_path(taxonomy, "b", "B < A");
}

static void what_is_no_taxonomy_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"", "[]", "{}", "[{\"options\":[{\"id\":3}]}]", "[{", "7"};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct taxonomy *taxonomy = NULL;
        struct problem problem = {.code = OK};
        assert_int_equal(taxonomy_read(slice_from_cstr(bad[i]), &arena, &taxonomy, &problem),
                         ERR_INPUT);
        assert_string_equal(problem.field, "--taxonomy");
    }
    struct buf deep BUF_CLEANUP = buf_new(65536);
    for (unsigned i = 0; i < 100; i++) {
        buf_add(&deep, SLICE("{\"id\":1,\"name\":\"x\",\"children\":["));
    }
    for (unsigned i = 0; i < 100; i++) {
        buf_add(&deep, SLICE("]}"));
    }
    struct taxonomy *taxonomy = NULL;
    assert_int_equal(taxonomy_read(buf_slice(&deep), &arena, &taxonomy, NULL), ERR_LIMIT);
}

static void the_taxonomy_stands_beside_the_elements(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    assert_string_equal(taxonomy_beside("https://x.org/map/api/elements.json?limit=5", &arena),
                        "https://x.org/map/api/taxonomy.json");
    assert_string_equal(taxonomy_beside("http://x.org/api/elements", &arena),
                        "http://x.org/api/taxonomy.json");
    assert_null(taxonomy_beside("https://x.org/elements.json", &arena));
    assert_null(taxonomy_beside("dump/api/elements.json", &arena));
}

static void licences_get_the_identifier_they_are_known_by(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"https://opendatacommons.org/licenses/odbl/summary/", "ODbL-1.0"},
        {"Open Database License (ODbL) v1.0", "ODbL-1.0"},
        {"Licence Ouverte / Open Licence version 2.0", "etalab-2.0"},
        {"lov2", "etalab-2.0"},
        {"CC BY-SA", "CC-BY-SA-4.0"},
        {"cc-by-nc-sa-3.0", "CC-BY-NC-SA-3.0"},
        {"https://creativecommons.org/licenses/by/4.0/deed.fr", "CC-BY-4.0"},
        {"Creative Commons Attribution - Partage", "CC-BY-SA-4.0"},
        {"CC0", "CC0-1.0"},
        {"WTFPL", "WTFPL"},
        {"etalab-2.0, ODbL-1.0", "etalab-2.0, ODbL-1.0"},
        {"Tous droits réservés", "Tous droits réservés"},
    };
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        slice id = licence_id(slice_from_cstr(cases[i][0]), &arena);
        if (!slice_equal(id, slice_from_cstr(cases[i][1]))) {
            print_error("%s: %.*s\n", cases[i][0], SLICE_ARG(id));
            fail();
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_have_the_names_of_what_they_lie_in_and_groups_none),
        cmocka_unit_test(one_group_alone_and_plain_trees_are_read_too),
        cmocka_unit_test(what_is_no_taxonomy_is_refused),
        cmocka_unit_test(the_taxonomy_stands_beside_the_elements),
        cmocka_unit_test(licences_get_the_identifier_they_are_known_by),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
