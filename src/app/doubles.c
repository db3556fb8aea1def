#include "app/doubles.h"

#include <stdio.h>

#define DOUBLES_KIND     SLICE("doubles")
#define DOUBLES_EVERY_MS INT64_C(300000) /* while nothing changes */
#define DOUBLES_SOON_MS  INT64_C(5000)   /* after the server has begun */
#define DOUBLES_TRIES    1000000         /* it never gives up */

/* A step is read here and written where the job ends. */
static void run(void *self, const struct job_turn *turn, const struct job *job,
                struct job_outcome *outcome) {
    struct doubles *doubles = self;
    (void)job;
    arena_reset(&doubles->arena);
    doubles->step = NULL;
    err failed = db_begin_read(turn->reader);
    if (failed == OK) {
        failed = duplicate_step_read(turn->reader, doubles->territories, &doubles->arena,
                                     &doubles->step, &doubles->has_more);
    }
    db_rollback(turn->reader);
    *outcome = (struct job_outcome){.result = failed == OK ? JOB_DONE : JOB_AGAIN};
    if (failed != OK) {
        snprintf(outcome->said, sizeof outcome->said, "%s", err_name(failed));
    }
}

static err finish(struct db_conn *conn, void *self, const struct job *job,
                  const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    struct doubles *doubles = self;
    (void)job;
    (void)outcome;
    if (end != JOB_END_DONE) {
        return OK;
    }
    /* A step that cannot be written stops no other job: it is read anew. ERR_CONFLICT: somebody's
     * `agora duplicates` wrote one meanwhile. */
    TRY(db_savepoint(conn));
    err written = duplicate_step_write(conn, doubles->step, now_ms);
    TRY(written == OK ? db_savepoint_keep(conn) : db_savepoint_undo(conn));
    bool goes_on = written == OK ? doubles->has_more : written == ERR_CONFLICT;
    return job_add(conn, DOUBLES_KIND, SLICE_EMPTY, now_ms + (goes_on ? 0 : DOUBLES_EVERY_MS),
                   now_ms);
}

struct job_kind doubles_job_kind(struct doubles *doubles, struct house *house) {
    *doubles = (struct doubles){.territories = house->territories, .arena = arena_make(0, 0)};
    return (struct job_kind){.name = DOUBLES_KIND.p,
                             .run = run,
                             .finish = finish,
                             .self = doubles,
                             .tries_max = DOUBLES_TRIES,
                             .again_ms = DOUBLES_EVERY_MS,
                             .again_max_ms = DOUBLES_EVERY_MS};
}

static err begin(struct db_conn *conn, void *self) {
    int64_t now_ms = *(const int64_t *)self;
    struct job_counts counts;
    TRY(job_count(conn, DOUBLES_KIND, &counts));
    return counts.waiting + counts.running > 0
               ? OK
               : job_add(conn, DOUBLES_KIND, SLICE_EMPTY, now_ms + DOUBLES_SOON_MS, now_ms);
}

err doubles_begin(struct db_writer *writer, struct clock clock) {
    int64_t now_ms = clock_now_ms(clock);
    return db_write(writer, begin, &now_ms);
}

void doubles_end(struct doubles *doubles) {
    arena_free(&doubles->arena);
}
