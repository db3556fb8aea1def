/* Every write fails once: the Nth write of the same work is made to fail for N = 1, 2, … until the
 * work gets through. Each time the error is clear, and what was acknowledged before is whole. */
#include "faulty_vfs.h"
#include "store_fixture.h"

#include "db/db_int.h"

#define CHANGES_EACH 40 /* enough for several pages of the log */
#define FAULTS_MAX   2000

static err changes_add(struct db_conn *conn) {
    TRY(db_begin_write(conn));
    for (int64_t object = 1; object <= CHANGES_EACH; object++) {
        TRY(db_change_add(conn, DB_CHANGE_ENTRY, object, FIXTURE_NOW_MS));
    }
    TRY(db_commit(conn));
    /* Also what SQLite does by itself now and then. */
    return db_execute(conn, SLICE("PRAGMA wal_checkpoint(RESTART)"));
}

static bool is_clear(err failed) {
    return failed == ERR_IO || failed == ERR_BUSY;
}

static void fail_each_write(struct store_fixture *fixture, enum faulty_kind kind) {
    int64_t known = 0; /* changes that must be there */
    int64_t nth = 1;
    for (; nth < FAULTS_MAX; nth++) {
        struct db_conn *conn = NULL;
        assert_int_equal(db_open(fixture->path, DB_WRITE, &conn, NULL), OK);
        faulty_vfs_arm(nth, kind);
        err failed = changes_add(conn);
        bool reached = faulty_vfs_writes() >= nth;
        faulty_vfs_arm(0, kind);
        assert_true(failed == OK || is_clear(failed));
        assert_true(failed == OK || slice_from_cstr(db_message(conn)).n > 0);
        db_rollback(conn);
        int64_t last = 0;
        assert_int_equal(db_change_last(conn, &last), OK);
        assert_true(last == known || last == known + CHANGES_EACH); /* all of it or nothing */
        assert_true(failed != OK || last == known + CHANGES_EACH);
        known = last;
        assert_int_equal(db_integrity(conn, NULL), OK);
        db_close(conn);
        if (!reached) {
            assert_int_equal(failed, OK);
            break;
        }
    }
    assert_true(nth > 3);
    assert_true(nth < FAULTS_MAX);
}

static void a_full_disk_at_any_write_loses_nothing(void **state) {
    fail_each_write(*state, FAULTY_FULL);
}

static void a_broken_disk_at_any_write_loses_nothing(void **state) {
    fail_each_write(*state, FAULTY_BROKEN);
}

static void a_migration_that_any_write_stops_can_be_done_again(void **state) {
    (void)state;
    int64_t nth = 1;
    for (bool reached = true; reached && nth < FAULTS_MAX; nth++) {
        struct store_fixture fixture = {.conn = NULL};
        store_folder_make(&fixture);
        struct problem problem = {.code = OK};
        faulty_vfs_arm(nth, FAULTY_FULL);
        err failed = db_open(fixture.path, DB_WRITE, &fixture.conn, &problem);
        if (failed == OK) {
            failed =
                db_migrate(fixture.conn, store_migrations, store_migration_count, false, &problem);
        }
        reached = faulty_vfs_writes() >= nth;
        faulty_vfs_arm(0, FAULTY_FULL);
        assert_true(failed == OK || is_clear(failed));
        assert_true(failed == OK || problem.what[0] != '\0');
        db_close(fixture.conn);
        fixture.conn = NULL;
        assert_int_equal(db_open(fixture.path, DB_WRITE, &fixture.conn, &problem), OK);
        assert_int_equal(
            db_migrate(fixture.conn, store_migrations, store_migration_count, false, &problem), OK);
        assert_int_equal(db_integrity(fixture.conn, NULL), OK);
        db_close(fixture.conn);
        store_folder_drop(&fixture);
    }
    assert_true(nth > 3);
    assert_true(nth < FAULTS_MAX);
}

int main(void) {
    faulty_vfs_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_at_any_write_loses_nothing, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(a_broken_disk_at_any_write_loses_nothing, store_setup,
                                        store_teardown),
        cmocka_unit_test(a_migration_that_any_write_stops_can_be_done_again),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
