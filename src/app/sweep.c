#include "app/sweep.h"

#define SWEEP_KIND     SLICE("sweep")
#define SWEEP_EVERY_MS INT64_C(3600000)
#define SWEEP_TRIES    1000000 /* it never gives up */

/* All of the work is writing: it is done where its end is written. */
static void run(void *self, const struct job_turn *turn, const struct job *job,
                struct job_outcome *outcome) {
    (void)self;
    (void)turn;
    (void)job;
    outcome->result = JOB_DONE;
}

static err finish(struct db_conn *conn, void *self, const struct job *job,
                  const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    const struct sweep *sweep = self;
    (void)job;
    (void)outcome;
    if (end != JOB_END_DONE) {
        return OK;
    }
    TRY(person_sweep(conn, now_ms));
    TRY(contribution_sweep(conn, &sweep->world, now_ms));
    TRY(moderation_sweep(conn, sweep->world.ids, now_ms));
    TRY(claim_sweep(conn, now_ms));
    TRY(media_sweep(conn, sweep->media_folder, now_ms));
    return job_add(conn, SWEEP_KIND, SLICE_EMPTY, now_ms + SWEEP_EVERY_MS, now_ms);
}

struct job_kind sweep_job_kind(struct sweep *sweep, struct house *house) {
    sweep->world = (struct contribution_world){
        .ids = &house->ids, .territories = house->territories, .themes = house->themes};
    sweep->media_folder = arena_printf(&house->arena, "%s/media", house->folder).p;
    return (struct job_kind){.name = SWEEP_KIND.p,
                             .run = run,
                             .finish = finish,
                             .self = sweep,
                             .tries_max = SWEEP_TRIES,
                             .again_ms = SWEEP_EVERY_MS,
                             .again_max_ms = SWEEP_EVERY_MS};
}

static err begin(struct db_conn *conn, void *self) {
    int64_t now_ms = *(const int64_t *)self;
    struct job_counts counts;
    TRY(job_count(conn, SWEEP_KIND, &counts));
    return counts.waiting + counts.running > 0
               ? OK
               : job_add(conn, SWEEP_KIND, SLICE_EMPTY, now_ms, now_ms);
}

err sweep_begin(struct db_writer *writer, struct clock clock) {
    int64_t now_ms = clock_now_ms(clock);
    return db_write(writer, begin, &now_ms);
}
