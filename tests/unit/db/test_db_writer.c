/* The single writer: savepoints, group commit, stopping, a full disk. */
#include "store_fixture.h"

#include "db/db_int.h"

#include <pthread.h>

static int64_t changes_count(struct db_conn *conn) {
    struct db_change changes[400];
    size_t count = 0;
    assert_int_equal(db_change_read(conn, 0, changes, ARRAY_COUNT(changes), &count), OK);
    return (int64_t)count;
}

static struct db_writer *writer_of(struct store_fixture *fixture) {
    static const struct log quiet = {.fd = -1, .least = LOG_LEVEL__COUNT};
    struct db_writer *writer = NULL;
    assert_int_equal(db_writer_start(fixture->path, &quiet, &writer), OK);
    return writer;
}

static err add_change(struct db_conn *conn, void *self) {
    return db_change_add(conn, DB_CHANGE_ENTRY, *(const int64_t *)self, FIXTURE_NOW_MS);
}

static err add_change_then_refuse(struct db_conn *conn, void *self) {
    TRY(add_change(conn, self));
    return ERR_DENIED;
}

static void a_refused_job_is_undone_alone(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    int64_t objects[] = {1, 2, 3};
    assert_int_equal(db_write(writer, add_change, &objects[0]), OK);
    assert_int_equal(db_write(writer, add_change_then_refuse, &objects[1]), ERR_DENIED);
    assert_int_equal(db_write(writer, add_change, &objects[2]), OK);
    db_writer_stop(writer);
    assert_int_equal(changes_count(fixture->conn), 2);
}

static void an_acknowledged_write_is_visible_to_every_reader(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    DB_CLEANUP struct db_conn *reader = NULL;
    assert_int_equal(db_open(fixture->path, DB_READ, &reader, NULL), OK);
    for (int64_t object = 1; object <= 20; object++) {
        assert_int_equal(db_write(writer, add_change, &object), OK);
        assert_int_equal(changes_count(reader), object);
    }
    db_writer_stop(writer);
}

struct client {
    struct db_writer *writer;
    int64_t first;
    int failures;
};

static void *client_main(void *self) {
    struct client *client = self;
    for (int64_t i = 0; i < 50; i++) {
        int64_t object = client->first + i;
        client->failures += db_write(client->writer, add_change, &object) != OK;
    }
    return NULL;
}

static void many_threads_write_together_and_none_is_lost(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    struct client clients[6];
    pthread_t threads[6];
    for (int i = 0; i < 6; i++) {
        clients[i] = (struct client){.writer = writer, .first = i * 1000};
        assert_int_equal(pthread_create(&threads[i], NULL, client_main, &clients[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(clients[i].failures, 0);
    }
    db_writer_stop(writer);
    assert_int_equal(changes_count(fixture->conn), 300);
}

struct later {
    int64_t object;
    err result;
    int calls;
};

static err later_run(struct db_conn *conn, void *self) {
    return add_change(conn, &((struct later *)self)->object);
}

static void later_done(err result, void *self) {
    struct later *later = self;
    later->result = result;
    later->calls++;
}

static void stopping_finishes_what_is_queued(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    struct later jobs[100];
    for (int i = 0; i < 100; i++) {
        jobs[i] = (struct later){.object = i, .result = ERR_INTERNAL};
        assert_int_equal(db_write_later(writer, later_run, later_done, &jobs[i]), OK);
    }
    db_writer_stop(writer);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(jobs[i].calls, 1);
        assert_int_equal(jobs[i].result, OK);
    }
    assert_int_equal(changes_count(fixture->conn), 100);
}

/* Holds the writer inside a job until the test lets it go. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
};

static err gate_wait(struct db_conn *conn, void *self) {
    (void)conn;
    struct gate *gate = self;
    pthread_mutex_lock(&gate->lock);
    gate->entered = true;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->open) {
        pthread_cond_wait(&gate->moved, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
    return OK;
}

static void gate_done(err result, void *self) {
    (void)result, (void)self;
}

static void gate_move(struct gate *gate, bool open) {
    pthread_mutex_lock(&gate->lock);
    while (!gate->entered) {
        pthread_cond_wait(&gate->moved, &gate->lock);
    }
    gate->open = open;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->lock);
}

static void the_queue_has_an_end(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    assert_int_equal(db_write_later(writer, gate_wait, gate_done, &gate), OK);
    gate_move(&gate, false); /* the writer is inside: nothing is taken from the queue now */
    struct later job = {.object = 1};
    for (int i = 0; i < DB_WRITER_QUEUE_MAX; i++) {
        assert_int_equal(db_write_later(writer, later_run, later_done, &job), OK);
    }
    assert_int_equal(db_write_later(writer, later_run, later_done, &job), ERR_BUSY);
    int64_t object = 2;
    assert_int_equal(db_write(writer, add_change, &object), ERR_BUSY);
    gate_move(&gate, true);
    db_writer_stop(writer);
    assert_int_equal(job.calls, DB_WRITER_QUEUE_MAX);
    int64_t last = 0;
    assert_int_equal(db_change_last(fixture->conn, &last), OK);
    assert_int_equal(last, DB_WRITER_QUEUE_MAX);
}

static err limit_pages(struct db_conn *conn, void *self) {
    (void)self;
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(conn->handle, "PRAGMA page_count", -1, &statement, NULL);
    sqlite3_step(statement);
    int64_t pages = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lld", (long long)pages + 1);
    return db_execute(conn, slice_from_cstr(sql));
}

static err unlimit_pages(struct db_conn *conn, void *self) {
    (void)self;
    return db_execute(conn, SLICE("PRAGMA max_page_count=1073741823"));
}

static err add_many(struct db_conn *conn, void *self) {
    for (int i = 0; i < 2000; i++) {
        TRY(add_change(conn, self));
    }
    return OK;
}

static void a_full_disk_is_said_and_damages_nothing(void **state) {
    struct store_fixture *fixture = *state;
    struct db_writer *writer = writer_of(fixture);
    int64_t object = 1;
    assert_int_equal(db_write(writer, add_change, &object), OK);
    assert_int_equal(db_write(writer, limit_pages, NULL), OK);
    assert_int_equal(db_write(writer, add_many, &object), ERR_IO);
    assert_int_equal(db_write(writer, unlimit_pages, NULL), OK);
    assert_int_equal(changes_count(fixture->conn), 1);
    assert_int_equal(db_write(writer, add_change, &object), OK);
    db_writer_stop(writer);
    assert_int_equal(changes_count(fixture->conn), 2);
    assert_int_equal(db_integrity(fixture->conn, NULL), OK);
}

static void a_writer_without_a_store_says_so(void **state) {
    (void)state;
    static const struct log quiet = {.fd = -1, .least = LOG_LEVEL__COUNT};
    struct db_writer *writer = NULL;
    assert_int_equal(db_writer_start("/nonexistent/folder/agora.db", &quiet, &writer), ERR_IO);
    assert_null(writer);
    db_writer_stop(NULL);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_refused_job_is_undone_alone),
        STORE_TEST(an_acknowledged_write_is_visible_to_every_reader),
        STORE_TEST(many_threads_write_together_and_none_is_lost),
        STORE_TEST(stopping_finishes_what_is_queued),
        STORE_TEST(the_queue_has_an_end),
        STORE_TEST(a_full_disk_is_said_and_damages_nothing),
        cmocka_unit_test(a_writer_without_a_store_says_so),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
