#include "app/sweep.h"

#define SWEEP_KIND     SLICE("sweep")
#define SWEEP_EVERY_MS INT64_C(3600000)
#define ASKED_AT_ONCE  20      /* entries an hour, RULE FRESH-3 */
#define SWEEP_TRIES    1000000 /* it never gives up */

/* All of the work is writing: it is done where its end is written. */
static void run(void *self, const struct job_turn *turn, const struct job *job,
                struct job_outcome *outcome) {
    (void)self;
    (void)turn;
    (void)job;
    outcome->result = JOB_DONE;
}

/* RULE FRESH-3: a few entries an hour, so that a large site asks over many days. A letter that
 * cannot be written (an address that is none any more) is not sent, and stops no other. */
static err ask_whether_still(struct db_conn *conn, const struct sweep *sweep, int64_t now_ms) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct freshness_letter *letters;
    size_t count;
    TRY(freshness_sweep(conn, now_ms));
    TRY(freshness_due(conn, now_ms, ASKED_AT_ONCE, &arena, &letters, &count));
    for (size_t i = 0; i < count; i++) {
        struct problem problem = {0};
        const struct mail_message message = {
            .to = letters[i].address,
            .language = letters[i].language,
            .letter = MAIL_YEARLY,
            .yearly = {.title = letters[i].title,
                       .path = arena_printf(&arena, "/still/%s", letters[i].link.text),
                       .leave_path = arena_printf(&arena, "/still/%s/stop", letters[i].link.text)}};
        err sent = mail_send(conn, sweep->world.ids, &message, now_ms, &problem);
        if (sent != OK && sent != ERR_INPUT && sent != ERR_LIMIT) {
            return sent;
        }
    }
    return OK;
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
    TRY(ask_whether_still(conn, sweep, now_ms));
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
