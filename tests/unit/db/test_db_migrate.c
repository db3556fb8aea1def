/* Migrations: order, checksums, versions, destruction. */
#include "store_fixture.h"

#include "db/db_int.h"

#define SQL(text)                                                                                  \
    { text, sizeof(text) - 1 }

static const struct db_migration steps[] = {
    {.number = 1,
     .name = "first",
     .sql = SQL("CREATE TABLE a (x INTEGER) STRICT;\n"
                "INSERT INTO a VALUES (1); -- and a comment\n")},
    {.number = 2, .name = "second", .sql = SQL("ALTER TABLE a ADD COLUMN y TEXT;")},
    {.number = 3, .name = "third", .destructive = true, .sql = SQL("DROP TABLE a;")},
};

static int empty_setup(void **state) {
    struct store_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    store_folder_make(fixture);
    assert_int_equal(db_open(fixture->path, DB_WRITE, &fixture->conn, NULL), OK);
    *state = fixture;
    return 0;
}

static int64_t number_of(struct db_conn *conn, const char *sql) {
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(conn->handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void missing_migrations_are_applied_once(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {.code = OK};
    assert_int_equal(db_migrate(fixture->conn, steps, 1, false, &problem), OK);
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, &problem), OK);
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, &problem), OK);
    assert_int_equal(number_of(fixture->conn, "SELECT count(*) FROM a WHERE y IS NULL"), 1);
    assert_int_equal(number_of(fixture->conn, "SELECT count(*) FROM migration"), 2);
}

static void an_altered_migration_is_a_conflict(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, NULL), OK);
    const struct db_migration altered[] = {
        steps[0], {.number = 2, .name = "second", .sql = SQL("SELECT 1;")}};
    struct problem problem = {.code = OK};
    assert_int_equal(db_migrate(fixture->conn, altered, 2, false, &problem), ERR_CONFLICT);
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("migration 2 (second)")));
}

static void a_store_from_a_newer_program_is_refused(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, NULL), OK);
    struct problem problem = {.code = OK};
    assert_int_equal(db_migrate(fixture->conn, steps, 1, false, &problem), ERR_UNSUPPORTED);
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("version 2 (second)")));
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("up to 1")));
}

static void a_destructive_migration_needs_to_be_allowed(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {.code = OK};
    assert_int_equal(db_migrate(fixture->conn, steps, 3, false, &problem), ERR_DENIED);
    assert_int_equal(number_of(fixture->conn, "SELECT count(*) FROM a"), 1);
    assert_int_equal(db_migrate(fixture->conn, steps, 3, true, &problem), OK);
    assert_int_equal(
        number_of(fixture->conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'a'"), 0);
}

static void a_migration_that_fails_leaves_nothing_behind(void **state) {
    struct store_fixture *fixture = *state;
    const struct db_migration failing[] = {
        steps[0],
        {.number = 2,
         .name = "half",
         .sql = SQL("CREATE TABLE b (x INTEGER); INSERT INTO missing VALUES (1);")}};
    struct problem problem = {.code = OK};
    assert_int_not_equal(db_migrate(fixture->conn, failing, 2, false, &problem), OK);
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("migration 2 (half)")));
    assert_int_equal(
        number_of(fixture->conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, &problem), OK);
}

static void a_store_keeps_its_identity(void **state) {
    struct store_fixture *fixture = *state;
    uint64_t store[2], epoch[2];
    assert_int_equal(db_migrate(fixture->conn, steps, 1, false, NULL), OK);
    assert_int_equal(db_identity(fixture->conn, &store[0], &epoch[0]), OK);
    assert_int_equal(db_migrate(fixture->conn, steps, 2, false, NULL), OK);
    assert_int_equal(db_identity(fixture->conn, &store[1], &epoch[1]), OK);
    assert_true(store[0] == store[1] && epoch[0] == epoch[1]);
    struct store_fixture other = {.conn = NULL};
    store_folder_make(&other);
    assert_int_equal(db_open(other.path, DB_WRITE, &other.conn, NULL), OK);
    assert_int_equal(db_migrate(other.conn, steps, 1, false, NULL), OK);
    assert_int_equal(db_identity(other.conn, &store[1], &epoch[1]), OK);
    assert_true(store[0] != store[1]);
    db_close(other.conn);
    store_folder_drop(&other);
}

static void the_migrations_of_the_program_are_numbered_without_a_gap(void **state) {
    struct store_fixture *fixture = *state;
    for (size_t i = 0; i < store_migration_count; i++) {
        assert_int_equal(store_migrations[i].number, i + 1);
        assert_true(store_migrations[i].sql.n > 0);
    }
    assert_int_equal(
        db_migrate(fixture->conn, store_migrations, store_migration_count, false, NULL), OK);
    assert_int_equal(db_integrity(fixture->conn, NULL), OK);
    assert_int_equal(number_of(fixture->conn, "SELECT count(*) FROM pragma_table_list "
                                              "WHERE schema = 'main' AND type = 'table' "
                                              "AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
                     0);
}

#define EMPTY_TEST(name) cmocka_unit_test_setup_teardown(name, empty_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(missing_migrations_are_applied_once),
        EMPTY_TEST(an_altered_migration_is_a_conflict),
        EMPTY_TEST(a_store_from_a_newer_program_is_refused),
        EMPTY_TEST(a_destructive_migration_needs_to_be_allowed),
        EMPTY_TEST(a_migration_that_fails_leaves_nothing_behind),
        EMPTY_TEST(a_store_keeps_its_identity),
        EMPTY_TEST(the_migrations_of_the_program_are_numbered_without_a_gap),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
