/* What an instance notes of itself. */
#include "store_fixture.h"

#include "domain/instance/instance.h"

#include <string.h>

static void what_never_happened_has_no_time(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct instance_noted noted = {.at_ms = 7};
    assert_int_equal(instance_note_get(fixture->conn, INSTANCE_BACKUP, &arena, &noted), OK);
    assert_int_equal(noted.at_ms, 0);
    assert_slice(noted.value, "");
}

static void the_newest_note_stands(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct instance_noted noted;
    assert_int_equal(instance_note_put(fixture->conn, INSTANCE_BACKUP, SLICE("12"), 1000), OK);
    assert_int_equal(instance_note_put(fixture->conn, INSTANCE_BACKUP, SLICE("13"), 2000), OK);
    assert_int_equal(instance_note_get(fixture->conn, INSTANCE_BACKUP, &arena, &noted), OK);
    assert_int_equal(noted.at_ms, 2000);
    assert_slice(noted.value, "13");
}

static void a_value_beyond_the_limit_is_refused(void **state) {
    struct store_fixture *fixture = *state;
    static char large[INSTANCE_VALUE_MAX + 1];
    memset(large, 'x', sizeof large);
    assert_int_equal(
        instance_note_put(fixture->conn, INSTANCE_BACKUP, slice_of(large, sizeof large), 1),
        ERR_LIMIT);
}

static void a_setting_is_kept_until_it_is_emptied_and_each_change_is_one_of_the_feed(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct instance_setting *settings;
    size_t count;
    int64_t before = 0;
    int64_t after = 0;
    assert_int_equal(db_change_last(fixture->conn, &before), OK);
    assert_int_equal(instance_setting_put(fixture->conn, SLICE("a"), SLICE("1"), 1), OK);
    assert_int_equal(instance_setting_put(fixture->conn, SLICE("b"), SLICE("2"), 1), OK);
    assert_int_equal(instance_setting_put(fixture->conn, SLICE("a"), SLICE("3"), 2), OK);
    assert_int_equal(instance_setting_put(fixture->conn, SLICE("b"), SLICE_EMPTY, 2), OK);
    assert_int_equal(instance_settings(fixture->conn, &arena, &settings, &count), OK);
    assert_int_equal(count, 1);
    assert_slice(settings[0].key, "a");
    assert_slice(settings[0].value, "3");
    assert_int_equal(db_change_last(fixture->conn, &after), OK);
    assert_int_equal(after - before, 4);
}

static void the_catalogue_is_prepared_against_the_migrated_store(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {0};
    if (db_catalogue_check(fixture->conn, &instance_catalogue, &problem) != OK) {
        fail_msg("%s: %s", problem.field, problem.what);
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_never_happened_has_no_time),
        STORE_TEST(the_newest_note_stands),
        STORE_TEST(a_value_beyond_the_limit_is_refused),
        STORE_TEST(a_setting_is_kept_until_it_is_emptied_and_each_change_is_one_of_the_feed),
        STORE_TEST(the_catalogue_is_prepared_against_the_migrated_store),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
