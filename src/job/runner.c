/* The thread that runs what is due. Its writes go through the single writer; it reads on a
 * connection of its own. */
#include "base/thread.h"
#include "job/job_int.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POLL_MS        500
#define RUNNER_BLOCK   (4 * 1024)
#define ERROR_PAUSE_MS 1000 /* between two tries to write the end of a job */
#define MS_TO_NS       1000000L
#define MS_PER_S       1000

struct job_runner {
    struct arena arena;   /* this struct and the kinds */
    struct arena scratch; /* of the job that runs */
    const struct job_kind *kinds;
    size_t kind_count;
    int64_t held_until_ms[JOB_KINDS_MAX];
    struct db_writer *writer;
    struct db_conn *reader;
    struct clock clock;
    const struct log *log;
    int stop_fd;
    bool failing; /* the store could not be read or written: said once */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool stopping;
};

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
    *runner = (struct job_runner){.scratch = arena_make(RUNNER_BLOCK, 0),
                                  .kinds = kinds,
                                  .kind_count = options->kind_count,
                                  .writer = options->writer,
                                  .clock = options->clock,
                                  .log = options->log,
                                  .stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    runner->arena = arena;
    if (runner->stop_fd < 0) {
        problem_set(problem, ERR_IO, "", "cannot make an eventfd: %s", strerror(errno));
    } else if (db_open(options->store_path, DB_READ, &runner->reader, problem) == OK) {
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&runner->changed, &attributes);
        pthread_condattr_destroy(&attributes);
        pthread_mutex_init(&runner->lock, NULL);
        return runner;
    } else {
        close(runner->stop_fd);
    }
    arena_free(&arena);
    return NULL;
}

void job_runner_free(struct job_runner *runner) {
    db_close(runner->reader);
    close(runner->stop_fd);
    pthread_cond_destroy(&runner->changed);
    pthread_mutex_destroy(&runner->lock);
    arena_free(&runner->scratch);
    struct arena arena = runner->arena;
    arena_free(&arena);
}

/* What cannot be read or written is said once, until it works again. */
static void store_failed(struct job_runner *runner, const char *what, err failed) {
    if (!runner->failing) {
        log_line(runner->log, LOG_ERROR, "the queue of jobs waits for the store",
                 "what=\"%s\" cause=%s", what, err_name(failed));
    }
    runner->failing = true;
}

struct lease {
    int64_t id;
    struct arena *arena;
    struct job job;
};
static err lease_write(struct db_conn *conn, void *self) {
    struct lease *lease = self;
    return job_lease(conn, lease->id, lease->arena, &lease->job);
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

/* What was done is not done twice because its end could not be written (a full disk): the runner
 * stays with it until it can, or has to stop. */
static void end_durably(struct job_runner *runner, const struct job_kind *kind,
                        const struct job *job, const struct job_outcome *outcome) {
    for (;;) {
        struct ending ending = {kind, job, outcome, clock_now_ms(runner->clock)};
        err ended = db_write(runner->writer, end_write, &ending);
        if (ended == OK) {
            runner->failing = false;
            return;
        }
        store_failed(runner, "the end of a job", ended);
        if (is_stopping(runner, ERROR_PAUSE_MS)) {
            return;
        }
    }
}

static bool kind_run(struct job_runner *runner, size_t index, int64_t id) {
    const struct job_kind *kind = &runner->kinds[index];
    struct lease lease = {.id = id, .arena = &runner->scratch};
    arena_reset(&runner->scratch);
    err leased = db_write(runner->writer, lease_write, &lease);
    if (leased != OK) {
        if (leased != ERR_NOT_FOUND) {
            store_failed(runner, "taking a job", leased);
        }
        return false;
    }
    const struct job_turn turn = {runner->reader, runner->clock, runner->log, runner->stop_fd};
    struct job_outcome outcome = {.result = JOB_AGAIN};
    kind->run(kind->self, &turn, &lease.job, &outcome);
    if (outcome.result == JOB_HELD) {
        runner->held_until_ms[index] = clock_now_ms(runner->clock) + outcome.hold_ms;
    }
    end_durably(runner, kind, &lease.job, &outcome);
    return true;
}

bool job_runner_step(struct job_runner *runner, int64_t *next_ms) {
    bool ran = false;
    *next_ms = INT64_MAX;
    for (size_t i = 0; i < runner->kind_count && !is_stopping(runner, 0); i++) {
        int64_t id = 0;
        int64_t due_ms = INT64_MAX;
        err read = job_first(runner->reader, slice_from_cstr(runner->kinds[i].name), &id, &due_ms);
        if (read != OK) {
            store_failed(runner, "reading the queue", read);
            continue;
        }
        int64_t from_ms = due_ms > runner->held_until_ms[i] ? due_ms : runner->held_until_ms[i];
        if (id != 0 && from_ms <= clock_now_ms(runner->clock)) {
            ran = kind_run(runner, i, id) || ran;
        } else if (id != 0 && from_ms < *next_ms) {
            *next_ms = from_ms;
        }
    }
    return ran;
}

/* Waits until somebody wrote or a job is due. False when the runner stops. */
static bool wait_for_work(struct job_runner *runner, int64_t next_ms, int64_t *seen) {
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
                db_data_version(runner->reader, &version) != OK || version != *seen;
        *seen = version;
    }
    bool goes_on = !runner->stopping;
    pthread_mutex_unlock(&runner->lock);
    return goes_on;
}

static void *runner_main(void *self) {
    struct job_runner *runner = self;
    thread_give_way();
    int64_t next_ms = INT64_MAX;
    int64_t seen = 0;
    err released = db_write(runner->writer, release_write, runner);
    if (released != OK) {
        store_failed(runner, "taking up what was left", released);
    }
    do {
        /* Before the look: what is written during it is looked at again. */
        (void)!db_data_version(runner->reader, &seen);
        while (job_runner_step(runner, &next_ms)) {
        }
    } while (wait_for_work(runner, next_ms, &seen));
    return NULL;
}

err job_runner_start(const struct job_runner_options *options, struct job_runner **runner,
                     struct problem *problem) {
    struct job_runner *made = job_runner_new(options, problem);
    if (made == NULL) {
        return problem->code;
    }
    int failed = pthread_create(&made->thread, NULL, runner_main, made);
    if (failed != 0) {
        job_runner_free(made);
        return problem_set(problem, ERR_IO, "", "cannot start the thread of jobs: %s",
                           strerror(failed));
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
    pthread_cond_signal(&runner->changed);
    pthread_mutex_unlock(&runner->lock);
}

void job_runner_stop(struct job_runner *runner) {
    if (runner == NULL) {
        return;
    }
    job_runner_end_soon(runner);
    pthread_join(runner->thread, NULL);
    job_runner_free(runner);
}
