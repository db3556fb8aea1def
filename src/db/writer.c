#include "db/db_int.h"

#include <assert.h>
#include <pthread.h>

/* A job in the queue or in the open transaction. Those of db_write lie on the stack of who waits;
 * those of db_write_later come from the writer's arena and go back to `spare`. */
struct writer_job {
    db_job *run;
    db_job_done *done; /* NULL: someone waits for `finished` */
    void *self;
    struct writer_job *next;
    err result;
    bool finished;
};

struct db_writer {
    struct arena arena; /* holds this very struct and the jobs of db_write_later */
    struct db_conn *conn;
    const struct log *log;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all that follows, and the arena */
    pthread_cond_t work, finished;
    struct writer_job *first, *last, *spare;
    size_t waiting;
    bool stopping;
};

static void queue_add(struct db_writer *writer, struct writer_job *job) {
    if (writer->last) {
        writer->last->next = job;
    } else {
        writer->first = job;
    }
    writer->last = job;
    writer->waiting++;
    pthread_cond_signal(&writer->work);
}

/* The next job, or NULL: at once when `wait` is false, else only when the writer is to end. */
static struct writer_job *queue_take(struct db_writer *writer, bool wait) {
    pthread_mutex_lock(&writer->lock);
    while (wait && !writer->first && !writer->stopping) {
        pthread_cond_wait(&writer->work, &writer->lock);
    }
    struct writer_job *job = writer->first;
    if (job) {
        writer->first = job->next;
        if (!writer->first) {
            writer->last = NULL;
        }
        writer->waiting--;
        job->next = NULL;
    }
    pthread_mutex_unlock(&writer->lock);
    return job;
}

/* Runs one job inside its savepoint. An error here means that the transaction itself is lost. */
static err job_run(struct db_conn *conn, struct writer_job *job) {
    err failed = db_savepoint(conn);
    if (failed != OK) {
        job->result = failed;
        return failed;
    }
    job->result = job->run(conn, job->self);
    db_done_all(conn); /* a forgotten walk must not outlive the job */
    if (!db_in_transaction(conn)) {
        /* SQLite gives a whole transaction up on a full disk or a failed write. */
        job->result = job->result == OK ? ERR_IO : job->result;
        return job->result;
    }
    failed = job->result == OK ? db_savepoint_keep(conn) : db_savepoint_undo(conn);
    if (failed != OK) {
        job->result = failed;
    }
    return failed;
}

/* Tells everyone of the transaction how it went. `failed` overrules what they did. */
static void batch_end(struct db_writer *writer, struct writer_job *batch, err failed) {
    bool someone_waits = false;
    for (struct writer_job *job = batch; job; job = job->next) {
        if (failed != OK && job->result == OK) {
            job->result = failed;
        }
        if (job->done) {
            job->done(job->result, job->self);
        }
    }
    pthread_mutex_lock(&writer->lock);
    struct writer_job *next = NULL;
    for (struct writer_job *job = batch; job; job = next) {
        next = job->next; /* a job on a stack is gone once it is finished and unlocked */
        if (job->done) {
            job->next = writer->spare;
            writer->spare = job;
        } else {
            job->finished = true;
            someone_waits = true;
        }
    }
    if (someone_waits) {
        pthread_cond_broadcast(&writer->finished);
    }
    pthread_mutex_unlock(&writer->lock);
}

/* One transaction: this job and those that come in while it runs. */
static void batch_run(struct db_writer *writer, struct writer_job *job) {
    struct writer_job *batch = job;
    struct writer_job *tail = job;
    int64_t until_us = clock_monotonic_us() + DB_WRITER_BATCH_US;
    err failed = db_begin_write(writer->conn);
    for (size_t count = 1; failed == OK; count++) {
        failed = job_run(writer->conn, job);
        if (failed != OK || count == DB_WRITER_BATCH_MAX || clock_monotonic_us() > until_us) {
            break;
        }
        job = queue_take(writer, false);
        if (!job) {
            break;
        }
        tail->next = job;
        tail = job;
    }
    if (failed == OK) {
        failed = db_commit(writer->conn);
    }
    if (failed != OK) {
        log_line(writer->log, LOG_ERROR, "write failed", "cause=%s message=%s", err_name(failed),
                 log_quote(slice_from_cstr(db_message(writer->conn))).p);
        db_rollback(writer->conn);
    }
    batch_end(writer, batch, failed);
}

static void *writer_main(void *self) {
    struct db_writer *writer = self;
    for (;;) {
        struct writer_job *job = queue_take(writer, true);
        if (!job) {
            return NULL;
        }
        batch_run(writer, job);
    }
}

err db_writer_start(const char *path, const struct log *log, struct db_writer **writer) {
    struct problem problem = {.code = OK};
    struct db_conn *conn = NULL;
    err failed = db_open(path, DB_WRITE, &conn, &problem);
    if (failed != OK) {
        log_problem(log, "store", &problem);
        return failed;
    }
    struct arena arena = arena_make(0, 0);
    struct db_writer *made = arena_new(&arena, struct db_writer, 1);
    made->arena = arena;
    made->conn = conn;
    made->log = log;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->work, NULL);
    pthread_cond_init(&made->finished, NULL);
    if (pthread_create(&made->thread, NULL, writer_main, made) != 0) {
        db_close(conn);
        arena = made->arena;
        arena_free(&arena);
        return ERR_MEMORY;
    }
    *writer = made;
    return OK;
}

static bool queue_is_closed(const struct db_writer *writer) {
    return writer->stopping || writer->waiting >= DB_WRITER_QUEUE_MAX;
}

err db_write(struct db_writer *writer, db_job *run, void *self) {
    assert(!pthread_equal(pthread_self(), writer->thread));
    struct writer_job job = {.run = run, .self = self};
    pthread_mutex_lock(&writer->lock);
    if (queue_is_closed(writer)) {
        pthread_mutex_unlock(&writer->lock);
        return ERR_BUSY;
    }
    queue_add(writer, &job);
    while (!job.finished) {
        pthread_cond_wait(&writer->finished, &writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return job.result;
}

err db_write_later(struct db_writer *writer, db_job *run, db_job_done *done, void *self) {
    assert(done);
    pthread_mutex_lock(&writer->lock);
    if (queue_is_closed(writer)) {
        pthread_mutex_unlock(&writer->lock);
        return ERR_BUSY;
    }
    struct writer_job *job = writer->spare;
    if (job) {
        writer->spare = job->next;
    } else {
        job = arena_new(&writer->arena, struct writer_job, 1);
    }
    *job = (struct writer_job){.run = run, .done = done, .self = self};
    queue_add(writer, job);
    pthread_mutex_unlock(&writer->lock);
    return OK;
}

void db_writer_stop(struct db_writer *writer) {
    if (!writer) {
        return;
    }
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    db_close(writer->conn);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->work);
    pthread_cond_destroy(&writer->finished);
    struct arena arena = writer->arena;
    arena_free(&arena);
}
