#include "app/leaving.h"

#include "domain/entry/entry.h"

#define LEAVING_TRIES    1000000 /* it never gives up */
#define LEAVING_AGAIN_MS INT64_C(60000)

/* All of the work is writing: it is done where its end is written. */
static void run(void *self, const struct job_turn *turn, const struct job *job,
                struct job_outcome *outcome) {
    (void)self;
    (void)turn;
    (void)job;
    outcome->result = JOB_DONE;
}

/* "SLUG" or "SLUG KEY": the key of the last entry that was looked at. What the source is now says
 * what happens: who thinks again while a job waits has the last word. */
static err finish(struct db_conn *conn, void *self, const struct job *job,
                  const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    struct house *house = self;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct source source;
    bool has_more = false;
    (void)outcome;
    if (end != JOB_END_DONE) {
        return OK;
    }
    size_t space = slice_find(job->body, 0, ' ');
    err found = source_find(conn, slice_sub(job->body, 0, space), &arena, &source);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? OK : found;
    }
    struct entry_withdrawal withdrawal = {
        .source = source.id,
        .comes_back = source.state != SOURCE_REMOVED,
        .author = arena_printf(&arena, "person:%lld", (long long)source.state_by),
        .reason = source.state_reason,
        .after = slice_sub(job->body, space + 1, job->body.n),
    };
    TRY(entry_withdraw_step(conn, &house->ids, &withdrawal, now_ms, &arena, &has_more));
    if (!has_more) {
        return OK;
    }
    slice body =
        arena_printf(&arena, "%.*s %.*s", SLICE_ARG(source.slug), SLICE_ARG(withdrawal.after));
    return job_add(conn, SOURCE_LEAVING_JOB, body, now_ms, now_ms);
}

struct job_kind leaving_job_kind(struct house *house) {
    return (struct job_kind){.name = SOURCE_LEAVING_JOB.p,
                             .run = run,
                             .finish = finish,
                             .self = house,
                             .tries_max = LEAVING_TRIES,
                             .again_ms = LEAVING_AGAIN_MS,
                             .again_max_ms = LEAVING_AGAIN_MS};
}
