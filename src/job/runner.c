/* The threads that run what is due. Their writes go through the single writer; each reads on a
 * connection of its own. */
#include "base/thread.h"
#include "job/job_int.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POLL_MS        500
#define RUNNER_BLOCK   (4 * 1024)
#define ERROR_PAUSE_MS 1000 /* between two tries to write the end of a job */
#define MS_TO_NS       1000000L
#define MS_PER_S       1000

/* A thread with what is its own. */
struct hand {
    struct job_runner *runner;
    unsigned number;      /* of its kinds */
    struct arena scratch; /* of the job that runs */
    struct db_conn *reader;
    bool failing; /* the store could not be read or written: said once */
    bool begun;
    pthread_t thread;
};

struct job_runner {
    struct arena arena; /* this struct, the kinds and the hands */
    const struct job_kind *kinds;
    size_t kind_count;
    _Atomic int64_t held_until_ms[JOB_KINDS_MAX];
    struct hand *hands;
    size_t hand_count;
    struct db_writer *writer;
    struct clock clock;
    const struct log *log;
    int stop_fd;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool stopping;
};

static void hand_add(struct job_runner *runner, unsigned number) {
    for (size_t i = 0; i < runner->hand_count; i++) {
        if (runner->hands[i].number == number) {
            return;
        }
    }
    runner->hands[runner->hand_count++] =
        (struct hand){.runner = runner, .number = number, .scratch = arena_make(RUNNER_BLOCK, 0)};
}

static err hands_open(struct job_runner *runner, const char *store_path, struct problem *problem) {
    for (size_t i = 0; i < runner->hand_count; i++) {
        TRY(db_open(store_path, DB_READ, &runner->hands[i].reader, problem));
    }
    return OK;
}

static void lock_make(struct job_runner *runner) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&runner->lock, NULL);
}

static err runner_fill(struct job_runner *runner, const struct job_runner_options *options,
                       struct problem *problem) {
    for (size_t i = 0; i < runner->kind_count; i++) {
        hand_add(runner, runner->kinds[i].hand);
    }
    runner->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (runner->stop_fd < 0) {
        return problem_set(problem, ERR_IO, "", "cannot make an eventfd: %s", strerror(errno));
    }
    return hands_open(runner, options->store_path, problem);
}

struct job_runner *job_runner_new(const struct job_runner_options *options,
                                  struct problem *problem) {
    if (options->kind_count > JOB_KINDS_MAX) {
        problem_set(problem, ERR_LIMIT, "", "more than %d kinds of jobs", JOB_KINDS_MAX);
        return NULL;
    }
    struct arena arena = arena_make(RUNNER_BLOCK, 0);
    struct job_runner *runner = arena_new(&arena, struct job_runner, 1);
    struct job_kind *kinds = arena_new(&arena, struct job_kind, options->kind_count + 1);
    memcpy(kinds, options->kinds, options->kind_count * sizeof *kinds);
    *runner = (struct job_runner){.kinds = kinds,
                                  .kind_count = options->kind_count,
                                  .hands = arena_new(&arena, struct hand, options->kind_count + 1),
                                  .writer = options->writer,
                                  .clock = options->clock,
                                  .log = options->log,
                                  .stop_fd = -1};
    runner->arena = arena;
    lock_make(runner);
    if (runner_fill(runner, options, problem) != OK) {
        job_runner_free(runner);
        return NULL;
    }
    return runner;
}

void job_runner_free(struct job_runner *runner) {
    for (size_t i = 0; i < runner->hand_count; i++) {
        db_close(runner->hands[i].reader);
        arena_free(&runner->hands[i].scratch);
    }
    if (runner->stop_fd >= 0) {
        close(runner->stop_fd);
    }
    pthread_cond_destroy(&runner->changed);
    pthread_mutex_destroy(&runner->lock);
    struct arena arena = runner->arena;
    arena_free(&arena);
}

/* What cannot be read or written is said once, until it works again. */
static void store_failed(struct hand *hand, const char *what, err failed) {
    if (!hand->failing) {
        log_line(hand->runner->log, LOG_ERROR, "the queue of jobs waits for the store",
                 "what=\"%s\" cause=%s", what, err_name(failed));
    }
    hand->failing = true;
}

struct lease {
    slice kind;
    int64_t now_ms;
    struct arena *arena;
    struct job job;
};
static err lease_write(struct db_conn *conn, void *self) {
    struct lease *lease = self;
    return job_lease(conn, lease->kind, lease->now_ms, lease->arena, &lease->job);
}
static err release_write(struct db_conn *conn, void *self) {
    (void)self;
    return job_release_all(conn);
}
struct ending {
    const struct job_kind *kind;
    const struct job *job;
    const struct job_outcome *outcome;
    int64_t now_ms;
};
static err end_write(struct db_conn *conn, void *self) {
    const struct ending *ending = self;
    return job_end(conn, ending->kind, ending->job, ending->outcome, ending->now_ms);
}

/* True once the runner is to stop; waits up to `ms` for it. */
static bool is_stopping(const struct job_runner *runner, int ms) {
    struct pollfd stop = {.fd = runner->stop_fd, .events = POLLIN};
    return poll(&stop, 1, ms) > 0;
}

/* What was done is not done twice because its end could not be written (a full disk): the hand
 * stays with it until it can, or has to stop. */
static void end_durably(struct hand *hand, const struct job_kind *kind, const struct job *job,
                        const struct job_outcome *outcome) {
    struct job_runner *runner = hand->runner;
    for (;;) {
        struct ending ending = {kind, job, outcome, clock_now_ms(runner->clock)};
        err ended = db_write(runner->writer, end_write, &ending);
        if (ended == OK) {
            hand->failing = false;
            return;
        }
        store_failed(hand, "the end of a job", ended);
        if (is_stopping(runner, ERROR_PAUSE_MS)) {
            return;
        }
    }
}

/* All rows of the kind, or this one alone. */
static void hold(struct job_runner *runner, size_t index, const struct job_outcome *outcome) {
    int64_t until_ms = clock_now_ms(runner->clock) + outcome->hold_ms;
    for (size_t i = 0; i < runner->kind_count; i++) {
        if (i == index || (outcome->result == JOB_HELD &&
                           strcmp(runner->kinds[i].name, runner->kinds[index].name) == 0)) {
            atomic_store(&runner->held_until_ms[i], until_ms);
        }
    }
}

static bool kind_run(struct hand *hand, size_t index) {
    struct job_runner *runner = hand->runner;
    const struct job_kind *kind = &runner->kinds[index];
    struct lease lease = {.kind = slice_from_cstr(kind->name),
                          .now_ms = clock_now_ms(runner->clock),
                          .arena = &hand->scratch};
    arena_reset(&hand->scratch);
    err leased = db_write(runner->writer, lease_write, &lease);
    if (leased != OK) {
        if (leased != ERR_NOT_FOUND) { /* another hand was first */
            store_failed(hand, "taking a job", leased);
        }
        return false;
    }
    const struct job_turn turn = {hand->reader, runner->clock, runner->log, runner->stop_fd};
    struct job_outcome outcome = {.result = JOB_AGAIN};
    kind->run(kind->self, &turn, &lease.job, &outcome);
    if (outcome.result == JOB_HELD || outcome.result == JOB_ASIDE) {
        hold(runner, index, &outcome);
    }
    end_durably(hand, kind, &lease.job, &outcome);
    return true;
}

/* One look at the queue for a kind of this hand. */
static bool kind_step(struct hand *hand, size_t index, int64_t *next_ms) {
    struct job_runner *runner = hand->runner;
    int64_t id = 0;
    int64_t due_ms = INT64_MAX;
    err read = job_first(hand->reader, slice_from_cstr(runner->kinds[index].name), &id, &due_ms);
    if (read != OK) {
        store_failed(hand, "reading the queue", read);
        return false;
    }
    int64_t held_ms = atomic_load(&runner->held_until_ms[index]);
    int64_t from_ms = due_ms > held_ms ? due_ms : held_ms;
    if (id != 0 && from_ms <= clock_now_ms(runner->clock)) {
        return kind_run(hand, index);
    }
    if (id != 0 && from_ms < *next_ms) {
        *next_ms = from_ms;
    }
    return false;
}

static bool hand_step(struct hand *hand, int64_t *next_ms) {
    const struct job_runner *runner = hand->runner;
    bool ran = false;
    *next_ms = INT64_MAX;
    for (size_t i = 0; i < runner->kind_count && !is_stopping(runner, 0); i++) {
        if (runner->kinds[i].hand == hand->number) {
            ran = kind_step(hand, i, next_ms) || ran;
        }
    }
    return ran;
}

bool job_runner_step(struct job_runner *runner, unsigned hand, int64_t *next_ms) {
    return hand_step(&runner->hands[hand], next_ms);
}

/* Waits until somebody wrote or a job is due. False when the runner stops. */
static bool wait_for_work(struct hand *hand, int64_t next_ms, int64_t *seen) {
    struct job_runner *runner = hand->runner;
    bool found = false;
    pthread_mutex_lock(&runner->lock);
    while (!runner->stopping && !found) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        long nanoseconds = until.tv_nsec + POLL_MS % MS_PER_S * MS_TO_NS;
        until.tv_sec += POLL_MS / MS_PER_S + nanoseconds / (MS_PER_S * MS_TO_NS);
        until.tv_nsec = nanoseconds % (MS_PER_S * MS_TO_NS);
        pthread_cond_timedwait(&runner->changed, &runner->lock, &until);
        int64_t version = *seen;
        found = clock_now_ms(runner->clock) >= next_ms ||
                db_data_version(hand->reader, &version) != OK || version != *seen;
        *seen = version;
    }
    bool goes_on = !runner->stopping;
    pthread_mutex_unlock(&runner->lock);
    return goes_on;
}

static void *hand_main(void *self) {
    struct hand *hand = self;
    thread_give_way();
    int64_t next_ms = INT64_MAX;
    int64_t seen = 0;
    do {
        /* Before the look: what is written during it is looked at again. */
        (void)!db_data_version(hand->reader, &seen);
        while (hand_step(hand, &next_ms)) {
        }
    } while (wait_for_work(hand, next_ms, &seen));
    return NULL;
}

/* What a runner before us left in the middle waits again, before any hand begins. */
static void release(struct job_runner *runner) {
    err released = db_write(runner->writer, release_write, runner);
    if (released != OK) {
        log_line(runner->log, LOG_ERROR, "the queue of jobs waits for the store",
                 "what=\"taking up what was left\" cause=%s", err_name(released));
    }
}

err job_runner_start(const struct job_runner_options *options, struct job_runner **runner,
                     struct problem *problem) {
    struct job_runner *made = job_runner_new(options, problem);
    if (made == NULL) {
        return problem->code;
    }
    release(made);
    for (size_t i = 0; i < made->hand_count; i++) {
        int failed = pthread_create(&made->hands[i].thread, NULL, hand_main, &made->hands[i]);
        if (failed != 0) {
            job_runner_stop(made);
            return problem_set(problem, ERR_IO, "", "cannot start a thread of jobs: %s",
                               strerror(failed));
        }
        made->hands[i].begun = true;
    }
    *runner = made;
    return OK;
}

void job_runner_end_soon(struct job_runner *runner) {
    if (runner == NULL) {
        return;
    }
    uint64_t one = 1;
    (void)!write(runner->stop_fd, &one, sizeof one);
    pthread_mutex_lock(&runner->lock);
    runner->stopping = true;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->lock);
}

void job_runner_stop(struct job_runner *runner) {
    if (runner == NULL) {
        return;
    }
    job_runner_end_soon(runner);
    for (size_t i = 0; i < runner->hand_count && runner->hands[i].begun; i++) {
        pthread_join(runner->hands[i].thread, NULL);
    }
    job_runner_free(runner);
}
