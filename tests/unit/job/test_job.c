/* The queue, step by step with a clock that stands; the last tests with its thread. */
#include "store_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "job/job_int.h"

#define MINUTE_MS 60000
#define HOUR_MS   (60 * MINUTE_MS)
#define RUNS_MAX  64

/* A handler that does as it is told and remembers what it saw. */
struct worker {
    struct job_outcome outcome;
    char bodies[RUNS_MAX][32];
    unsigned tries[RUNS_MAX];
    size_t runs;
    enum job_end ended;
    size_t finishes;
    err finish_result;
    bool waits_for_stop;
    pthread_mutex_t lock;
    pthread_cond_t ran;
};
struct fixture {
    struct store_fixture *store;
    struct db_writer *writer;
    struct log log;
    struct worker worker, other;
    struct job_kind kinds[2];
    struct job_runner *runner;
};

static void worker_run(void *self, const struct job_turn *turn, const struct job *job,
                       struct job_outcome *outcome) {
    struct worker *worker = self;
    pthread_mutex_lock(&worker->lock);
    assert_true(worker->runs < RUNS_MAX);
    snprintf(worker->bodies[worker->runs], sizeof worker->bodies[0], "%.*s", SLICE_ARG(job->body));
    worker->tries[worker->runs++] = job->tries;
    *outcome = worker->outcome;
    pthread_cond_signal(&worker->ran);
    pthread_mutex_unlock(&worker->lock);
    if (worker->waits_for_stop) {
        struct pollfd stop = {.fd = turn->stop_fd, .events = POLLIN};
        assert_int_equal(poll(&stop, 1, -1), 1);
        outcome->result = JOB_STOPPED;
    }
}

static err worker_finish(struct db_conn *conn, void *self, const struct job *job,
                         const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    struct worker *worker = self;
    (void)conn, (void)job, (void)outcome, (void)now_ms;
    worker->ended = end;
    worker->finishes++;
    return worker->finish_result;
}

static struct job_runner_options options_of(struct fixture *f) {
    return (struct job_runner_options){
        .store_path = f->store->path,
        .writer = f->writer,
        .kinds = f->kinds,
        .kind_count = 2,
        .clock = {.now_ms = fixture_now, .self = &f->store->now_ms},
        .log = &f->log,
    };
}

static int setup(void **state) {
    static struct fixture fixture;
    struct problem problem = {0};
    fixture = (struct fixture){.log = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                                       .least = LOG_ERROR,
                                       .clock = clock_system()}};
    void *store = NULL;
    store_setup(&store);
    fixture.store = store;
    struct worker *workers[] = {&fixture.worker, &fixture.other};
    static const char *const names[] = {"letter", "other"};
    for (size_t i = 0; i < 2; i++) {
        pthread_mutex_init(&workers[i]->lock, NULL);
        pthread_cond_init(&workers[i]->ran, NULL);
        fixture.kinds[i] = (struct job_kind){.name = names[i],
                                             .run = worker_run,
                                             .finish = worker_finish,
                                             .self = workers[i],
                                             .tries_max = 4,
                                             .again_ms = MINUTE_MS,
                                             .again_max_ms = 3 * MINUTE_MS};
    }
    assert_int_equal(db_writer_start(fixture.store->path, &fixture.log, &fixture.writer), OK);
    struct job_runner_options options = options_of(&fixture);
    fixture.runner = job_runner_new(&options, &problem);
    assert_non_null(fixture.runner);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    if (f->runner != NULL) {
        job_runner_free(f->runner);
    }
    if (f->writer != NULL) {
        db_writer_stop(f->writer);
    }
    close(f->log.fd);
    void *store = f->store;
    return store_teardown(&store);
}

static void add(struct fixture *f, const char *kind, const char *body, int64_t due_ms) {
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(job_add(f->store->conn, slice_from_cstr(kind), slice_from_cstr(body), due_ms,
                             f->store->now_ms),
                     OK);
    assert_int_equal(db_commit(f->store->conn), OK);
}

static struct job_counts counts(struct fixture *f) {
    struct job_counts found;
    assert_int_equal(job_count(f->store->conn, SLICE("letter"), &found), OK);
    return found;
}

static bool step(struct fixture *f) {
    int64_t next_ms;
    return job_runner_step(f->runner, 0, &next_ms);
}

static err lease(struct fixture *f, struct arena *arena, struct job *job) {
    return job_lease(f->store->conn, SLICE("letter"), f->store->now_ms, arena, job);
}

static void the_catalogue_fits_the_store(void **state) {
    struct fixture *f = *state;
    struct problem problem = {0};
    assert_int_equal(db_catalogue_check(f->store->conn, &job_catalogue, &problem), OK);
}

static void a_job_that_is_done_is_gone(void **state) {
    struct fixture *f = *state;
    f->worker.outcome.result = JOB_DONE;
    add(f, "letter", "one", FIXTURE_NOW_MS);
    assert_true(step(f));
    assert_string_equal(f->worker.bodies[0], "one");
    assert_int_equal(f->worker.ended, JOB_END_DONE);
    assert_int_equal(counts(f).waiting + counts(f).running + counts(f).dead, 0);
    assert_false(step(f));
    assert_int_equal(f->worker.runs, 1);
}

static void a_job_of_a_transaction_that_is_undone_never_was(void **state) {
    struct fixture *f = *state;
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(
        job_add(f->store->conn, SLICE("letter"), SLICE("x"), FIXTURE_NOW_MS, FIXTURE_NOW_MS), OK);
    db_rollback(f->store->conn);
    assert_false(step(f));
    assert_int_equal(f->worker.runs, 0);
}

static void what_is_due_later_waits_and_the_earliest_goes_first(void **state) {
    struct fixture *f = *state;
    int64_t next_ms = 0;
    f->worker.outcome.result = JOB_DONE;
    add(f, "letter", "late", FIXTURE_NOW_MS + 2000);
    add(f, "letter", "early", FIXTURE_NOW_MS + 1000);
    assert_false(job_runner_step(f->runner, 0, &next_ms));
    assert_true(next_ms == FIXTURE_NOW_MS + 1000);
    f->store->now_ms += 5000;
    assert_true(step(f));
    assert_true(step(f));
    assert_string_equal(f->worker.bodies[0], "early");
    assert_string_equal(f->worker.bodies[1], "late");
}

static void a_job_that_fails_waits_longer_each_time_and_is_dead_after_its_last_try(void **state) {
    struct fixture *f = *state;
    static const int64_t waits[] = {MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS}; /* not 4 */
    f->worker.outcome = (struct job_outcome){.result = JOB_AGAIN, .said = "not now"};
    add(f, "letter", "stubborn", FIXTURE_NOW_MS);
    for (unsigned i = 0; i < 3; i++) {
        int64_t next_ms = 0;
        assert_true(step(f));
        assert_int_equal(f->worker.tries[i], i + 1);
        assert_int_equal(f->worker.ended, JOB_END_LATER);
        assert_false(job_runner_step(f->runner, 0, &next_ms));
        assert_true(next_ms == f->store->now_ms + waits[i]);
        f->store->now_ms = next_ms;
    }
    assert_true(step(f));
    assert_int_equal(f->worker.ended, JOB_END_DEAD);
    assert_int_equal(counts(f).dead, 1);
    f->store->now_ms += HOUR_MS;
    assert_false(step(f));
}

static void a_hopeless_job_is_dead_at_once_and_forgotten_after_90_days(void **state) {
    struct fixture *f = *state;
    f->worker.outcome = (struct job_outcome){.result = JOB_HOPELESS, .said = "no such person"};
    add(f, "letter", "first", FIXTURE_NOW_MS);
    assert_true(step(f));
    assert_int_equal(counts(f).dead, 1);
    f->store->now_ms += JOB_DEAD_KEPT_MS + 1;
    add(f, "letter", "second", FIXTURE_NOW_MS);
    assert_true(step(f));
    assert_int_equal(counts(f).dead, 1);
}

static void a_held_kind_waits_while_the_others_go_on(void **state) {
    struct fixture *f = *state;
    int64_t next_ms = 0;
    f->worker.outcome = (struct job_outcome){.result = JOB_HELD, .hold_ms = HOUR_MS};
    f->other.outcome.result = JOB_DONE;
    add(f, "letter", "a", FIXTURE_NOW_MS);
    add(f, "letter", "b", FIXTURE_NOW_MS);
    add(f, "other", "c", FIXTURE_NOW_MS);
    assert_true(step(f));
    assert_false(job_runner_step(f->runner, 0, &next_ms));
    assert_int_equal(f->worker.runs, 1); /* b waits with a */
    assert_int_equal(f->other.runs, 1);
    assert_true(next_ms == FIXTURE_NOW_MS + HOUR_MS);
    f->store->now_ms = next_ms;
    f->worker.outcome = (struct job_outcome){.result = JOB_DONE};
    assert_true(step(f));
    assert_true(step(f));
    assert_int_equal(counts(f).waiting, 0);
    assert_int_equal(f->worker.tries[1], 1); /* while it was held no try counted */
}

/* Two rows of one kind, each with a hand of its own. */
static void two_hands(struct fixture *f) {
    struct problem problem = {0};
    f->kinds[1].name = f->kinds[0].name;
    f->kinds[1].hand = 1;
    job_runner_free(f->runner);
    struct job_runner_options options = options_of(f);
    f->runner = job_runner_new(&options, &problem);
    assert_non_null(f->runner);
}

static void a_row_that_steps_aside_leaves_its_job_to_the_other_hand_at_once(void **state) {
    struct fixture *f = *state;
    int64_t next_ms = 0;
    two_hands(f);
    f->worker.outcome = (struct job_outcome){.result = JOB_ASIDE, .hold_ms = HOUR_MS};
    f->other.outcome.result = JOB_DONE;
    add(f, "letter", "a", FIXTURE_NOW_MS);
    assert_true(job_runner_step(f->runner, 0, &next_ms));
    assert_false(job_runner_step(f->runner, 0, &next_ms));
    assert_true(next_ms == FIXTURE_NOW_MS + HOUR_MS);
    assert_true(job_runner_step(f->runner, 1, &next_ms));
    assert_string_equal(f->other.bodies[0], "a");
    assert_int_equal(f->other.tries[0], 1); /* that try did not count */
    assert_int_equal(counts(f).waiting, 0);
}

static void what_a_kind_needs_is_away_for_all_its_hands(void **state) {
    struct fixture *f = *state;
    int64_t next_ms = 0;
    two_hands(f);
    f->worker.outcome = (struct job_outcome){.result = JOB_HELD, .hold_ms = HOUR_MS};
    add(f, "letter", "a", FIXTURE_NOW_MS);
    add(f, "letter", "b", FIXTURE_NOW_MS);
    assert_true(job_runner_step(f->runner, 0, &next_ms));
    assert_false(job_runner_step(f->runner, 1, &next_ms));
    assert_true(next_ms == FIXTURE_NOW_MS + HOUR_MS);
    assert_int_equal(f->other.runs, 0);
}

static void a_try_that_was_stopped_does_not_count(void **state) {
    struct fixture *f = *state;
    f->worker.outcome.result = JOB_STOPPED;
    add(f, "letter", "a", FIXTURE_NOW_MS);
    assert_true(step(f));
    assert_true(step(f));
    assert_int_equal(f->worker.tries[1], 1);
}

static void
a_job_that_was_being_run_when_the_process_died_runs_again_and_that_try_counts(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    struct job job;
    add(f, "letter", "a", FIXTURE_NOW_MS);
    assert_int_equal(lease(f, &arena, &job), OK);
    assert_int_equal(lease(f, &arena, &job), ERR_NOT_FOUND);
    assert_false(step(f)); /* it is somebody's */
    assert_int_equal(counts(f).running, 1);
    assert_int_equal(job_release_all(f->store->conn), OK);
    assert_true(step(f));
    assert_int_equal(f->worker.tries[0], 2);
}

static void what_the_handler_learnt_is_durable_with_the_end_or_not_at_all(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    struct job job;
    const struct job_outcome done = {.result = JOB_DONE};
    f->worker.finish_result = ERR_IO;
    add(f, "letter", "a", FIXTURE_NOW_MS);
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(lease(f, &arena, &job), OK);
    assert_int_equal(db_savepoint(f->store->conn), OK);
    assert_int_equal(job_end(f->store->conn, &f->kinds[0], &job, &done, FIXTURE_NOW_MS), ERR_IO);
    assert_int_equal(db_savepoint_undo(f->store->conn), OK);
    assert_int_equal(db_commit(f->store->conn), OK);
    assert_int_equal(f->worker.finishes, 1);
    assert_int_equal(counts(f).running, 1);
}

static void a_kind_or_a_body_that_is_none_is_refused(void **state) {
    struct fixture *f = *state;
    static char large[JOB_BODY_MAX_BYTES + 1];
    memset(large, 'a', sizeof large);
    struct db_conn *conn = f->store->conn;
    assert_int_equal(job_add(conn, SLICE(""), SLICE("x"), 0, 0), ERR_INPUT);
    assert_int_equal(job_add(conn, SLICE("Letter"), SLICE("x"), 0, 0), ERR_INPUT);
    assert_int_equal(job_add(conn, SLICE("letter"), SLICE("\xff"), 0, 0), ERR_INPUT);
    assert_int_equal(job_add(conn, SLICE("letter"), slice_of(large, sizeof large), 0, 0),
                     ERR_LIMIT);
    assert_int_equal(job_add(conn, SLICE("letter"), slice_of(large, sizeof large - 1), 0, 0), OK);
}

/* The thread: it is told, and it notices by itself. */
static void wait_for_runs(struct worker *worker, size_t runs) {
    pthread_mutex_lock(&worker->lock);
    while (worker->runs < runs) {
        pthread_cond_wait(&worker->ran, &worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
}

static void the_thread_runs_what_was_left_and_what_it_notices(void **state) {
    struct fixture *f = *state;
    struct problem problem = {0};
    struct job_runner *runner = NULL;
    struct job_runner_options options = options_of(f);
    f->worker.outcome.result = JOB_DONE;
    add(f, "letter", "left", FIXTURE_NOW_MS);
    assert_int_equal(job_runner_start(&options, &runner, &problem), OK);
    wait_for_runs(&f->worker, 1);
    add(f, "letter", "noticed", FIXTURE_NOW_MS);
    wait_for_runs(&f->worker, 2);
    job_runner_stop(runner);
    assert_int_equal(counts(f).waiting + counts(f).running, 0);
}

static void a_stop_ends_a_handler_that_waits_and_its_job_waits_for_the_next_runner(void **state) {
    struct fixture *f = *state;
    struct problem problem = {0};
    struct job_runner *runner = NULL;
    struct job_runner_options options = options_of(f);
    f->worker.waits_for_stop = true;
    add(f, "letter", "slow", FIXTURE_NOW_MS);
    assert_int_equal(job_runner_start(&options, &runner, &problem), OK);
    wait_for_runs(&f->worker, 1);
    job_runner_stop(runner);
    assert_int_equal(counts(f).waiting, 1);
}

static void a_hand_that_waits_in_a_job_holds_no_other_hand_up(void **state) {
    struct fixture *f = *state;
    struct problem problem = {0};
    struct job_runner *runner = NULL;
    two_hands(f);
    f->kinds[0].name = "long";
    struct job_runner_options options = options_of(f);
    f->worker.waits_for_stop = true;
    f->other.outcome.result = JOB_DONE;
    add(f, "long", "search", FIXTURE_NOW_MS);
    assert_int_equal(job_runner_start(&options, &runner, &problem), OK);
    wait_for_runs(&f->worker, 1); /* and it ends with the runner alone */
    add(f, "letter", "a", FIXTURE_NOW_MS);
    wait_for_runs(&f->other, 1);
    job_runner_stop(runner);
    assert_int_equal(counts(f).waiting + counts(f).running, 0);
}

#define MANY 40
static void each_of_many_jobs_is_run_by_one_of_the_hands_and_once(void **state) {
    struct fixture *f = *state;
    struct problem problem = {0};
    struct job_runner *runner = NULL;
    bool seen[MANY] = {0};
    two_hands(f);
    struct job_runner_options options = options_of(f);
    f->worker.outcome.result = f->other.outcome.result = JOB_DONE;
    for (int i = 0; i < MANY; i++) {
        char body[16];
        snprintf(body, sizeof body, "%d", i);
        add(f, "letter", body, FIXTURE_NOW_MS);
    }
    assert_int_equal(job_runner_start(&options, &runner, &problem), OK);
    while (counts(f).waiting + counts(f).running > 0) {
        poll(NULL, 0, 1);
    }
    job_runner_stop(runner);
    assert_int_equal(f->worker.runs + f->other.runs, MANY);
    const struct worker *workers[] = {&f->worker, &f->other};
    for (size_t w = 0; w < 2; w++) {
        for (size_t i = 0; i < workers[w]->runs; i++) {
            uint64_t number = MANY;
            assert_true(slice_to_u64(slice_from_cstr(workers[w]->bodies[i]), &number));
            assert_true(number < MANY && !seen[number]);
            seen[number] = true;
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_catalogue_fits_the_store),
        TEST(a_job_that_is_done_is_gone),
        TEST(a_job_of_a_transaction_that_is_undone_never_was),
        TEST(what_is_due_later_waits_and_the_earliest_goes_first),
        TEST(a_job_that_fails_waits_longer_each_time_and_is_dead_after_its_last_try),
        TEST(a_hopeless_job_is_dead_at_once_and_forgotten_after_90_days),
        TEST(a_held_kind_waits_while_the_others_go_on),
        TEST(a_row_that_steps_aside_leaves_its_job_to_the_other_hand_at_once),
        TEST(what_a_kind_needs_is_away_for_all_its_hands),
        TEST(a_try_that_was_stopped_does_not_count),
        TEST(a_job_that_was_being_run_when_the_process_died_runs_again_and_that_try_counts),
        TEST(what_the_handler_learnt_is_durable_with_the_end_or_not_at_all),
        TEST(a_kind_or_a_body_that_is_none_is_refused),
        TEST(the_thread_runs_what_was_left_and_what_it_notices),
        TEST(a_stop_ends_a_handler_that_waits_and_its_job_waits_for_the_next_runner),
        TEST(a_hand_that_waits_in_a_job_holds_no_other_hand_up),
        TEST(each_of_many_jobs_is_run_by_one_of_the_hands_and_once),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
