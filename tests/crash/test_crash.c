/* kill -9 at any moment loses no acknowledged write: a real process writes from several threads and
 * says each acknowledged number on a pipe; it is killed in full run, many times, on one store. */
#include "store_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define ROUNDS        40
#define WRITERS       4
#define ROUND_NUMBERS 1000000 /* room of each thread in each round */

static const struct log quiet = {.fd = -1, .least = LOG_LEVEL__COUNT};

struct worker {
    struct db_writer *writer;
    int64_t next;
    int pipe;
};

static err number_write(struct db_conn *conn, void *self) {
    return db_change_add(conn, DB_CHANGE_ENTRY, *(const int64_t *)self, FIXTURE_NOW_MS);
}

/* Eight bytes to a pipe are written whole or not at all. */
static void *worker_main(void *self) {
    struct worker *worker = self;
    for (;; worker->next++) {
        if (db_write(worker->writer, number_write, &worker->next) != OK ||
            write(worker->pipe, &worker->next, sizeof(worker->next)) !=
                (ssize_t)sizeof(worker->next)) {
            return NULL;
        }
    }
}

static void child_main(const char *path, int round, int pipe) {
    struct db_writer *writer = NULL;
    if (db_writer_start(path, &quiet, &writer) != OK) {
        _exit(3);
    }
    struct worker workers[WRITERS];
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        int64_t first = ((int64_t)round * WRITERS + i) * ROUND_NUMBERS + 1;
        workers[i] = (struct worker){.writer = writer, .next = first, .pipe = pipe};
        if (pthread_create(&threads[i], NULL, worker_main, &workers[i]) != 0) {
            _exit(4);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    _exit(5); /* only an error ends a worker */
}

static bool number_read(int pipe, int64_t *number) {
    char *at = (char *)number;
    size_t n = 0;
    while (n < sizeof(*number)) {
        ssize_t got = read(pipe, at + n, sizeof(*number) - n);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
    }
    return true;
}

/* What each thread has been told is durable, by round: numbers come in order, so the last one says
 * all. */
static int64_t acknowledged[ROUNDS][WRITERS];

static void acknowledge(int round, int64_t number) {
    int64_t slot = (number - 1) / ROUND_NUMBERS;
    assert_int_equal(slot / WRITERS, round);
    int64_t *last = &acknowledged[round][slot % WRITERS];
    assert_int_equal(number, *last == 0 ? slot * ROUND_NUMBERS + 1 : *last + 1);
    *last = number;
}

static void round_run(const char *path, int round) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        child_main(path, round, ends[1]);
    }
    close(ends[1]);
    int64_t number = 0;
    int wanted = 1 + round * 397 % 2000; /* sooner and later, some after a checkpoint */
    for (int seen = 0; seen < wanted; seen++) {
        assert_true(number_read(ends[0], &number));
        acknowledge(round, number);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    while (number_read(ends[0], &number)) { /* said before it died */
        acknowledge(round, number);
    }
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Every acknowledged number is there; at most the one in hand of each thread beyond it. */
static void store_compare(struct db_conn *conn, int rounds) {
    static int64_t found[ROUNDS][WRITERS];
    memset(found, 0, sizeof(found));
    int64_t after = 0;
    struct db_change changes[256];
    size_t count = 0;
    do {
        assert_int_equal(db_change_read(conn, after, changes, ARRAY_COUNT(changes), &count), OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(changes[i].sequence, after + 1);
            after = changes[i].sequence;
            int64_t slot = (changes[i].object - 1) / ROUND_NUMBERS;
            int64_t *last = &found[slot / WRITERS][slot % WRITERS];
            assert_int_equal(changes[i].object, *last == 0 ? slot * ROUND_NUMBERS + 1 : *last + 1);
            *last = changes[i].object;
        }
    } while (count == ARRAY_COUNT(changes));
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < WRITERS; i++) {
            int64_t first = ((int64_t)round * WRITERS + i) * ROUND_NUMBERS;
            int64_t told = acknowledged[round][i] ? acknowledged[round][i] : first;
            int64_t there = found[round][i] ? found[round][i] : first;
            assert_true(there >= told && there <= told + 1);
        }
    }
}

static void no_acknowledged_write_is_lost_when_the_process_is_killed(void **state) {
    struct store_fixture *fixture = *state;
    db_close(fixture->conn); /* the parent holds no lock while children run */
    fixture->conn = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        round_run(fixture->path, round);
        assert_int_equal(db_open(fixture->path, DB_WRITE, &fixture->conn, NULL), OK);
        store_compare(fixture->conn, round + 1);
        assert_int_equal(db_integrity(fixture->conn, NULL), OK);
        db_close(fixture->conn);
        fixture->conn = NULL;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_acknowledged_write_is_lost_when_the_process_is_killed,
                                        store_setup, store_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
