/* job: a durable queue in the store. A job is added inside the transaction of whoever wants it
 * done, so that it is there when and only when the rest of that transaction is; a few threads run
 * those that are due, again and again until they are done or there is no use in trying. */
#ifndef AGORA_JOB_H
#define AGORA_JOB_H

#include "base/base.h"
#include "db/db.h"

#define JOB_KIND_MAX_BYTES 40
#define JOB_BODY_MAX_BYTES (64 * 1024)
#define JOB_KINDS_MAX      32
#define JOB_SAID_BYTES     256
#define JOB_DEAD_KEPT_MS   (INT64_C(90) * 86400000) /* dead ones are seen that long */

/* Adds a job that is due at `due_ms`, in a write transaction. `body` is text that its handler
 * understands. ERR_INPUT: no kind (1 to 40 of a-z, 0-9 and -) or no UTF-8; ERR_LIMIT. */
MUST_USE err job_add(struct db_conn *conn, slice kind, slice body, int64_t due_ms, int64_t now_ms);

struct job {
    int64_t id;
    slice body;         /* valid while the handler runs */
    unsigned tries;     /* this one included: 1 for the first */
    int64_t created_ms; /* when it was added */
};

enum job_result {
    JOB_DONE,     /* it is gone from the queue */
    JOB_AGAIN,    /* later: after the back-off of its kind, or dead when it was the last try */
    JOB_HOPELESS, /* trying again is of no use: dead */
    JOB_HELD,     /* what all jobs of this kind need is away: none of them is begun for `hold_ms`,
                   * then this one is tried again; this try does not count */
    JOB_ASIDE,    /* what this row of the kind needs is away, other rows of it go on: the job is
                   * theirs at once, this row begins none for `hold_ms`; this try does not count */
    JOB_STOPPED,  /* the runner is to end; this try does not count */
    JOB_RESULT__COUNT
};
struct job_outcome {
    enum job_result result;
    char said[JOB_SAID_BYTES]; /* why, for administration; "" when done */
    int64_t hold_ms;           /* of JOB_HELD and JOB_ASIDE */
};

/* What a handler is given: it may read the store, ask the time, and has to end soon once `stop_fd`
 * is readable. */
struct job_turn {
    struct db_conn *reader; /* DB_READ, of the thread that runs it */
    struct clock clock;
    const struct log *log;
    int stop_fd; /* eventfd(2); never read from it */
};
typedef void job_run(void *self, const struct job_turn *turn, const struct job *job,
                     struct job_outcome *outcome);

enum job_end { JOB_END_DONE, JOB_END_LATER, JOB_END_DEAD, JOB_END__COUNT };
/* In the transaction that ends the try, on the writer's thread: what the handler learnt becomes
 * durable together with the end of its job. An error undoes both; they are tried again. */
typedef err job_finish(struct db_conn *conn, void *self, const struct job *job,
                       const struct job_outcome *outcome, enum job_end end, int64_t now_ms);

/* Kinds with the same `hand` are run by one thread, one job at a time and in turn; other hands do
 * not wait for them. A kind that stands in several rows, each with a hand (and a `self`) of its
 * own, is run by as many threads at once: its jobs are begun in the order in which they are due. */
struct job_kind {
    const char *name;
    job_run *run;
    job_finish *finish; /* NULL: nothing to note */
    void *self;
    unsigned hand;                  /* whose it is */
    unsigned tries_max;             /* then it is dead */
    int64_t again_ms, again_max_ms; /* the first wait; each is twice the one before, up to this */
};

/* The threads that run them. A job that was being run when the process died is run again by the
 * next runner, and that try counts: a job that kills the process is dead after `tries_max`. What is
 * added it notices within half a second. One runner a store. */
struct job_runner_options {
    const char *store_path;
    struct db_writer *writer; /* outlives the runner */
    const struct job_kind *kinds;
    size_t kind_count;
    struct clock clock;
    const struct log *log;
};
struct job_runner;
MUST_USE err job_runner_start(const struct job_runner_options *options, struct job_runner **runner,
                              struct problem *problem);
/* Asks the running handlers to end, and begins no other; returns at once. NULL is fine. */
void job_runner_end_soon(struct job_runner *runner);
/* The same, waits for them, frees the runner. NULL is fine. */
void job_runner_stop(struct job_runner *runner);

/* For administration and for figures. */
struct job_counts {
    int64_t waiting, running, dead;
};
/* Of one kind; empty: of all. */
MUST_USE err job_count(struct db_conn *conn, slice kind, struct job_counts *counts);

/* What stands in job.state. */
enum job_state { JOB_STATE_WAITING, JOB_STATE_RUNNING, JOB_STATE_DEAD };
struct job_listed {
    int64_t id;
    enum job_state state;
    unsigned tries;
    int64_t due_ms, created_ms, ended_ms; /* ended: when it died, else 0 */
    slice kind, said;                     /* in the arena; never what it is about */
};
/* The dead ones first, then those that wait the longest; `room` at most. */
MUST_USE err job_list(struct db_conn *conn, size_t room, struct arena *arena,
                      struct job_listed **jobs, size_t *count);
/* A dead one begins anew, one that waits is due now. ERR_NOT_FOUND: it is gone, or being run. */
MUST_USE err job_again(struct db_conn *conn, int64_t id, int64_t now_ms);
/* All of a kind that wait are due now. */
MUST_USE err job_hasten(struct db_conn *conn, slice kind, int64_t now_ms);
/* Takes a dead one out of the list. ERR_NOT_FOUND: it is gone, or not dead. */
MUST_USE err job_forget(struct db_conn *conn, int64_t id);

extern const struct db_catalogue job_catalogue;

#endif
