/* Connections, statements, transactions, the change feed. */
#include "store_fixture.h"

#include "db/db_int.h"

enum { PAIR_PUT, PAIR_GET, PAIR_ALL, PAIR_WALK_NONE, PAIR__COUNT };
static const struct db_statement pair_statements[] = {
    /* $2 stands before $1 on purpose: SQLite alone would number them the other way round. */
    [PAIR_PUT] = {"put",
                  "INSERT INTO source (slug, id, title, url, licence, attribution, fetched_ms) "
                  "VALUES ($2, $1, $2, '', '', '', 0)"},
    [PAIR_GET] = {"get", "SELECT slug, title FROM source WHERE id = $1"},
    [PAIR_ALL] = {"all", "SELECT id FROM source ORDER BY id"},
    [PAIR_WALK_NONE] = {"none", "SELECT id FROM source WHERE id < 0"},
};
static const struct db_catalogue pairs = {"pairs", pair_statements, ARRAY_COUNT(pair_statements)};

static const struct db_statement broken_statements[] = {{"ok", "SELECT 1"},
                                                        {"bad", "SELECT missing FROM nowhere"}};
static const struct db_catalogue broken = {"broken", broken_statements, 2};

static err pair_put(struct db_conn *conn, int64_t id, slice text) {
    struct db_query *query = db_query(conn, &pairs, PAIR_PUT);
    db_bind_i64(query, 1, id);
    db_bind_text(query, 2, text);
    return db_run(query);
}

static int64_t pair_count(struct db_conn *conn) {
    struct db_query *query = db_query(conn, &pairs, PAIR_ALL);
    int64_t count = 0;
    for (bool row = true;; count++) {
        assert_int_equal(db_next(query, &row), OK);
        if (!row) {
            return count;
        }
    }
}

static void parameters_are_bound_by_their_names(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(pair_put(fixture->conn, 7, SLICE("seven")), OK);
    assert_int_equal(db_changed(fixture->conn), 1);
    struct db_query *query = db_query(fixture->conn, &pairs, PAIR_GET);
    db_bind_i64(query, 1, 7);
    bool row = false;
    assert_int_equal(db_next(query, &row), OK);
    assert_true(row);
    assert_slice(db_text(query, 0), "seven");
    assert_slice(db_text(query, 1), "seven");
    assert_int_equal(db_next(query, &row), OK);
    assert_false(row);
}

static void one_statement_may_walk_inside_itself(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    assert_int_equal(pair_put(fixture->conn, 2, SLICE("b")), OK);
    struct db_query *outer = db_query(fixture->conn, &pairs, PAIR_ALL);
    bool row = false;
    assert_int_equal(db_next(outer, &row), OK);
    assert_int_equal(pair_count(fixture->conn), 2);
    assert_int_equal(db_next(outer, &row), OK);
    assert_true(row);
    assert_int_equal(db_i64(outer, 0), 2);
    db_done(outer);
    db_done(outer);
}

static void a_bound_value_does_not_outlive_its_use(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(pair_put(fixture->conn, 3, SLICE("c")), OK);
    struct db_query *query = db_query(fixture->conn, &pairs, PAIR_GET);
    db_bind_i64(query, 1, 3);
    db_done(query);
    query = db_query(fixture->conn, &pairs, PAIR_GET); /* nothing bound: NULL equals nothing */
    bool row = true;
    assert_int_equal(db_next(query, &row), OK);
    assert_false(row);
}

static void a_broken_constraint_is_a_conflict(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    assert_int_equal(pair_put(fixture->conn, 2, SLICE("a")), ERR_CONFLICT);
    assert_true(slice_contains(slice_from_cstr(db_message(fixture->conn)), SLICE("UNIQUE")));
    assert_int_equal(pair_count(fixture->conn), 1);
}

static void a_reader_cannot_write(void **state) {
    struct store_fixture *fixture = *state;
    DB_CLEANUP struct db_conn *reader = NULL;
    assert_int_equal(db_open(fixture->path, DB_READ, &reader, NULL), OK);
    assert_int_equal(pair_put(reader, 1, SLICE("a")), ERR_DENIED);
    assert_int_equal(db_begin_write(reader), ERR_DENIED);
    assert_int_equal(pair_count(reader), 0);
}

static void a_reader_of_no_store_is_told_so(void **state) {
    struct store_fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/none.db", fixture->folder);
    struct db_conn *reader = NULL;
    struct problem problem = {.code = OK};
    assert_int_equal(db_open(path, DB_READ, &reader, &problem), ERR_NOT_FOUND);
    assert_int_equal(problem.code, ERR_NOT_FOUND);
    assert_null(reader);
    assert_int_equal(access(path, F_OK), -1);
}

static void file_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state) {
    struct store_fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/letter.db", fixture->folder);
    file_write(path, "Dear reader, this is a letter and no database at all. Sincerely, a letter.\n"
                     "It is long enough to have what a header would need, were it one at all.\n");
    struct db_conn *conn = NULL;
    struct problem problem = {.code = OK};
    assert_int_equal(db_open(path, DB_WRITE, &conn, &problem), ERR_CORRUPT);
    FILE *file = fopen(path, "r");
    char start[12] = "";
    assert_non_null(fgets(start, sizeof(start), file));
    fclose(file);
    assert_string_equal(start, "Dear reader");
    unlink(path);
}

static void a_database_of_another_program_is_refused(void **state) {
    struct store_fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/other.db", fixture->folder);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "CREATE TABLE t (a)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    struct db_conn *conn = NULL;
    struct problem problem = {.code = OK};
    assert_int_equal(db_open(path, DB_WRITE, &conn, &problem), ERR_UNSUPPORTED);
    assert_true(slice_contains(slice_from_cstr(problem.what), SLICE("another program")));
    unlink(path);
}

static void a_savepoint_undoes_its_part_alone(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("kept")), OK);
    assert_int_equal(db_savepoint(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 2, SLICE("undone")), OK);
    assert_int_equal(db_savepoint(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 3, SLICE("undone with it")), OK);
    assert_int_equal(db_savepoint_keep(fixture->conn), OK);
    assert_int_equal(db_savepoint_undo(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 4, SLICE("kept too")), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
    assert_int_equal(pair_count(fixture->conn), 2);
}

static void a_rollback_takes_everything_and_is_harmless_alone(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    struct db_query *walk = db_query(fixture->conn, &pairs, PAIR_ALL);
    bool row = false;
    assert_int_equal(db_next(walk, &row), OK);
    db_rollback(fixture->conn);
    db_rollback(fixture->conn);
    assert_int_equal(pair_count(fixture->conn), 0);
}

static void a_read_transaction_is_one_snapshot(void **state) {
    struct store_fixture *fixture = *state;
    DB_CLEANUP struct db_conn *reader = NULL;
    assert_int_equal(db_open(fixture->path, DB_READ, &reader, NULL), OK);
    assert_int_equal(db_begin_read(reader), OK);
    assert_int_equal(pair_count(reader), 0);
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    assert_int_equal(pair_count(reader), 0);
    db_rollback(reader);
    assert_int_equal(pair_count(reader), 1);
}

static int64_t version_of(struct db_conn *conn) {
    int64_t version = 0;
    assert_int_equal(db_data_version(conn, &version), OK);
    return version;
}

static void the_data_version_moves_with_every_commit_and_only_then(void **state) {
    struct store_fixture *fixture = *state;
    DB_CLEANUP struct db_conn *reader = NULL;
    assert_int_equal(db_open(fixture->path, DB_READ, &reader, NULL), OK);
    int64_t at_reader = version_of(reader);
    int64_t at_writer = version_of(fixture->conn);
    assert_int_equal(version_of(reader), at_reader);
    assert_int_equal(version_of(fixture->conn), at_writer);
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    assert_int_equal(version_of(reader), at_reader);
    assert_int_equal(db_commit(fixture->conn), OK);
    assert_int_not_equal(version_of(reader), at_reader);
    assert_int_not_equal(version_of(fixture->conn), at_writer);
}

static void changes_are_read_in_order_and_in_pieces(void **state) {
    struct store_fixture *fixture = *state;
    int64_t last = -1;
    assert_int_equal(db_change_last(fixture->conn, &last), OK);
    assert_int_equal(last, 0);
    for (int64_t object = 10; object < 15; object++) {
        assert_int_equal(db_change_add(fixture->conn, DB_CHANGE_ENTRY, object, FIXTURE_NOW_MS), OK);
    }
    struct db_change changes[3];
    size_t count = 0;
    assert_int_equal(db_change_read(fixture->conn, 0, changes, 3, &count), OK);
    assert_int_equal(count, 3);
    assert_int_equal(changes[0].object, 10);
    assert_int_equal(changes[2].object, 12);
    assert_int_equal(db_change_read(fixture->conn, changes[2].sequence, changes, 3, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(changes[1].object, 14);
    assert_int_equal(changes[1].topic, DB_CHANGE_ENTRY);
    assert_int_equal(db_change_last(fixture->conn, &last), OK);
    assert_int_equal(last, changes[1].sequence);
    assert_int_equal(db_change_read(fixture->conn, last, changes, 3, &count), OK);
    assert_int_equal(count, 0);
}

static void a_catalogue_with_a_bad_statement_names_it(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {.code = OK};
    assert_int_not_equal(db_catalogue_check(fixture->conn, &broken, &problem), OK);
    assert_string_equal(problem.field, "bad");
    assert_int_equal(db_catalogue_check(fixture->conn, &pairs, &problem), OK);
    assert_int_equal(db_catalogue_check(fixture->conn, &db_own_catalogue, &problem), OK);
    struct db_query *query = db_query(fixture->conn, &broken, 1);
    bool row = true;
    assert_int_not_equal(db_next(query, &row), OK);
    assert_false(row);
}

static int companions_freed = 0;
static void *companion_make(void) {
    return &companions_freed;
}
static void companion_free(void *companion) {
    ++*(int *)companion;
}

static void a_companion_is_made_once_and_goes_with_its_connection(void **state) {
    struct store_fixture *fixture = *state;
    struct db_conn *reader = NULL;
    companions_freed = 0;
    assert_int_equal(db_open(fixture->path, DB_READ, &reader, NULL), OK);
    void *first = db_companion(reader, &pairs, companion_make, companion_free);
    assert_ptr_equal(first, &companions_freed);
    assert_ptr_equal(db_companion(reader, &pairs, companion_make, companion_free), first);
    assert_int_equal(companions_freed, 0);
    db_close(reader);
    assert_int_equal(companions_freed, 1);
}

static void a_sound_store_passes_its_check(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(pair_put(fixture->conn, 1, SLICE("a")), OK);
    assert_int_equal(db_integrity(fixture->conn, NULL), OK);
}

static void an_overwritten_page_is_found_by_the_check(void **state) {
    struct store_fixture *fixture = *state;
    for (int64_t id = 1; id < 2000; id++) {
        char text[64];
        snprintf(text, sizeof(text), "a source with number %lld", (long long)id);
        assert_int_equal(pair_put(fixture->conn, id, slice_from_cstr(text)), OK);
    }
    db_close(fixture->conn); /* moves everything into the one file */
    fixture->conn = NULL;
    FILE *file = fopen(fixture->path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, -3 * 4096L + 100, SEEK_END), 0);
    for (int i = 0; i < 2000; i++) {
        assert_int_not_equal(fputc('x', file), EOF);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(db_open(fixture->path, DB_WRITE, &fixture->conn, NULL), OK);
    struct problem problem = {.code = OK};
    assert_int_equal(db_integrity(fixture->conn, &problem), ERR_CORRUPT);
}

static void changes_are_numbered_in_order_however_they_are_written(void **state) {
    struct store_fixture *fixture = *state;
    struct db_conn *conn = fixture->conn;
    struct db_change changes[64];
    size_t count = 0;
    uint64_t before = db_changes_added(conn);
    assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, 1, FIXTURE_NOW_MS), OK); /* alone */
    assert_int_equal(db_changes_added(conn), before + 1);
    assert_int_equal(db_begin_write(conn), OK);
    for (int64_t object = 2; object <= 40; object++) {
        assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, object, FIXTURE_NOW_MS), OK);
    }
    assert_int_equal(db_savepoint(conn), OK);
    for (int64_t object = 0; object < 20; object++) {
        assert_int_equal(db_change_add(conn, DB_CHANGE_THEME, object, FIXTURE_NOW_MS), OK);
    }
    assert_int_equal(db_savepoint_undo(conn), OK);
    assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, 41, FIXTURE_NOW_MS), OK);
    assert_int_equal(db_change_read(conn, 0, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 41); /* seen before the commit by who made them */
    assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, 42, FIXTURE_NOW_MS), OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, 99, FIXTURE_NOW_MS), OK);
    db_rollback(conn);
    assert_int_equal(db_change_read(conn, 0, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 42);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(changes[i].sequence, i + 1);
        assert_int_equal(changes[i].topic, DB_CHANGE_ENTRY);
        assert_int_equal(changes[i].object, i + 1);
    }
}

static void feed_write(struct db_conn *conn, int64_t first, int64_t last) {
    assert_int_equal(db_begin_write(conn), OK);
    for (int64_t object = first; object <= last; object++) {
        assert_int_equal(db_change_add(conn, DB_CHANGE_ENTRY, object, FIXTURE_NOW_MS), OK);
    }
    assert_int_equal(db_commit(conn), OK);
}

/* RULE STORE-1 */
static void the_feed_keeps_its_newest_changes_and_tells_who_is_further_behind(void **state) {
    struct store_fixture *fixture = *state;
    struct db_conn *conn = fixture->conn;
    struct db_change changes[64];
    size_t count = 0;
    int64_t last = 0;
    uint64_t mark = 0;
    db_changes_keep(conn, 32);
    feed_write(conn, 1, 34);
    assert_int_equal(db_change_read(conn, 0, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 34); /* a few more than are kept: not worth a page */
    feed_write(conn, 35, 50);
    assert_int_equal(db_change_read(conn, 0, changes, ARRAY_COUNT(changes), &count), ERR_NOT_FOUND);
    assert_int_equal(db_change_read(conn, 17, changes, 1, &count), ERR_NOT_FOUND);
    assert_int_equal(db_change_mark(conn, 18, &mark), ERR_NOT_FOUND);
    assert_int_equal(db_change_mark(conn, 19, &mark), OK);
    assert_int_equal(db_change_read(conn, 18, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 32);
    assert_int_equal(changes[0].object, 19);
    assert_int_equal(changes[31].object, 50);
    db_changes_keep(conn, 1); /* numbers go on from the one that stays */
    feed_write(conn, 51, 51);
    feed_write(conn, 52, 52);
    assert_int_equal(db_change_last(conn, &last), OK);
    assert_int_equal(last, 52);
    assert_int_equal(db_change_read(conn, 51, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(db_change_read(conn, 52, changes, ARRAY_COUNT(changes), &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(db_change_read(conn, 50, changes, ARRAY_COUNT(changes), &count),
                     ERR_NOT_FOUND);
}

static void a_long_feed_is_pruned_in_pieces(void **state) {
    struct store_fixture *fixture = *state;
    struct db_conn *conn = fixture->conn;
    struct db_change change;
    size_t count = 0;
    feed_write(conn, 1, DB_CHANGES_PRUNED + 1000);
    db_changes_keep(conn, 10);
    feed_write(conn, 0, 0);
    assert_int_equal(db_change_read(conn, DB_CHANGES_PRUNED, &change, 1, &count), OK);
    assert_int_equal(db_change_read(conn, DB_CHANGES_PRUNED - 1, &change, 1, &count),
                     ERR_NOT_FOUND);
    feed_write(conn, 0, 0);
    assert_int_equal(db_change_read(conn, DB_CHANGES_PRUNED + 992, &change, 1, &count), OK);
    assert_int_equal(db_change_read(conn, DB_CHANGES_PRUNED + 991, &change, 1, &count),
                     ERR_NOT_FOUND);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(parameters_are_bound_by_their_names),
        STORE_TEST(one_statement_may_walk_inside_itself),
        STORE_TEST(a_bound_value_does_not_outlive_its_use),
        STORE_TEST(a_broken_constraint_is_a_conflict),
        STORE_TEST(a_reader_cannot_write),
        STORE_TEST(a_reader_of_no_store_is_told_so),
        STORE_TEST(a_file_that_is_no_database_is_refused_and_kept),
        STORE_TEST(a_database_of_another_program_is_refused),
        STORE_TEST(a_savepoint_undoes_its_part_alone),
        STORE_TEST(a_rollback_takes_everything_and_is_harmless_alone),
        STORE_TEST(a_read_transaction_is_one_snapshot),
        STORE_TEST(the_data_version_moves_with_every_commit_and_only_then),
        STORE_TEST(changes_are_read_in_order_and_in_pieces),
        STORE_TEST(changes_are_numbered_in_order_however_they_are_written),
        STORE_TEST(the_feed_keeps_its_newest_changes_and_tells_who_is_further_behind),
        STORE_TEST(a_long_feed_is_pruned_in_pieces),
        STORE_TEST(a_catalogue_with_a_bad_statement_names_it),
        STORE_TEST(a_companion_is_made_once_and_goes_with_its_connection),
        STORE_TEST(a_sound_store_passes_its_check),
        STORE_TEST(an_overwritten_page_is_found_by_the_check),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
