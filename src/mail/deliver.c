/* The job of a letter: composed, handed over, and its end noted with the end of the job. */
#include "mail/mail_int.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>

#define TRIES_MAX    60 /* the age ends it before, unless tries end the process */
#define AGAIN_MAX_MS (INT64_C(8) * 3600000)
#define ROW_BLOCK    4096

struct lane {
    struct mail_delivery *delivery;
    unsigned number;
    struct mail_answer answer; /* of the try that is ending */
};
struct mail_delivery {
    struct arena arena;
    struct mail_delivery_options options;
    struct mail_house house;
    const slice *_Atomic site_name; /* NULL: that of the options */
    struct mail_lanes lanes;
    struct lane lane[MAIL_LANES_MAX];
};

struct mail_delivery *mail_delivery_new(const struct mail_delivery_options *options) {
    struct arena arena = arena_make(ROW_BLOCK, 0);
    struct mail_delivery *made = arena_new(&arena, struct mail_delivery, 1);
    made->options = *options;
    made->house = (struct mail_house){.i18n = options->i18n,
                                      .site_name = options->site_name,
                                      .base_url = options->base_url,
                                      .from = options->from};
    mail_lanes_init(&made->lanes);
    for (unsigned i = 0; i < MAIL_LANES_MAX; i++) {
        made->lane[i] = (struct lane){.delivery = made, .number = i};
    }
    made->arena = arena;
    return made;
}

void mail_delivery_site_name(struct mail_delivery *delivery, const slice *site_name) {
    atomic_store(&delivery->site_name, site_name);
}

void mail_delivery_free(struct mail_delivery *delivery) {
    if (delivery != NULL) {
        mail_lanes_drop(&delivery->lanes);
        struct arena arena = delivery->arena;
        arena_free(&arena);
    }
}

/* RULE MAIL-3: the log tells of a letter by its number and kind, never to whom it goes, what it
 * says, or what a server said of it (that holds the address). */
static void tell(const struct job_turn *turn, enum log_level level, const char *what,
                 const struct mail_row *row, const struct mail_answer *answer) {
    log_line(turn->log, level, what, "letter=%lld kind=%s code=%d", (long long)row->id,
             mail_letter_name(row->letter), answer->code);
}

static void away(struct lane *lane, const struct job_turn *turn, uint64_t answered,
                 struct job_outcome *outcome) {
    int64_t first_ms = 1000 * (int64_t)lane->delivery->options.retry_s;
    if (mail_lanes_away(&lane->delivery->lanes, &lane->answer, answered, first_ms,
                        clock_now_ms(turn->clock), outcome)) {
        log_line(turn->log, LOG_WARN, "letters wait: the mail server does not take them",
                 "cause=%s", log_quote(slice_from_cstr(lane->answer.said)).p);
    }
}

static void server_answered(struct mail_lanes *lanes, const struct job_turn *turn) {
    if (mail_lanes_answered(lanes)) {
        log_line(turn->log, LOG_INFO, "the mail server takes letters again", NULL);
    }
}

static void outcome_of(struct lane *lane, const struct job_turn *turn, const struct mail_row *row,
                       uint64_t answered, struct job_outcome *outcome) {
    const struct mail_answer *answer = &lane->answer;
    snprintf(outcome->said, sizeof outcome->said, "%s", answer->said);
    switch (answer->verdict) {
    case MAIL_ACCEPTED:
        tell(turn, LOG_INFO, "a letter was sent", row, answer);
        outcome->result = JOB_DONE;
        server_answered(&lane->delivery->lanes, turn);
        return;
    case MAIL_LATER:
        tell(turn, LOG_INFO, "a letter is sent later", row, answer);
        outcome->result = JOB_AGAIN;
        server_answered(&lane->delivery->lanes, turn);
        return;
    case MAIL_ADDRESS_REFUSED:
    case MAIL_LETTER_REFUSED:
        tell(turn, LOG_WARN, "a letter was refused", row, answer);
        outcome->result = JOB_HOPELESS;
        server_answered(&lane->delivery->lanes, turn);
        return;
    case MAIL_STOPPED:
        outcome->result = JOB_STOPPED;
        mail_lanes_stopped(&lane->delivery->lanes);
        return;
    case MAIL_SERVER_AWAY:
    case MAIL_VERDICT__COUNT:
        break;
    }
    away(lane, turn, answered, outcome);
}

static void give_up(struct lane *lane, const char *why, struct job_outcome *outcome) {
    lane->answer = (struct mail_answer){.verdict = MAIL_LETTER_REFUSED};
    snprintf(lane->answer.said, sizeof lane->answer.said, "%s", why);
    snprintf(outcome->said, sizeof outcome->said, "%s", why);
    outcome->result = JOB_HOPELESS;
}

static void to_file(struct lane *lane, int64_t id, slice source) {
    struct problem problem = {0};
    lane->answer = (struct mail_answer){.verdict = MAIL_ACCEPTED};
    if (mail_spool(lane->delivery->options.folder, id, source, &problem) != OK) {
        lane->answer.verdict = MAIL_SERVER_AWAY;
        snprintf(lane->answer.said, sizeof lane->answer.said, "%.*s",
                 (int)sizeof lane->answer.said - 1, problem.what);
    }
}

static void row_deliver(struct lane *lane, const struct job_turn *turn, const struct mail_row *row,
                        struct job_outcome *outcome) {
    struct mail_delivery *delivery = lane->delivery;
    struct buf source BUF_CLEANUP = buf_new(MAIL_SOURCE_MAX);
    struct buf to BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    if (clock_now_ms(turn->clock) - row->created_ms > MAIL_EXPIRES_MS) {
        give_up(lane, "not delivered within three days", outcome);
        tell(turn, LOG_WARN, "a letter was given up", row, &lane->answer);
        return;
    }
    const slice *site_name = atomic_load(&delivery->site_name);
    struct mail_house house = delivery->house;
    house.site_name = site_name != NULL ? *site_name : house.site_name;
    err composed = mail_compose(&house, row, &source);
    composed = composed == OK ? mail_address_ascii(row->to, &to) : composed;
    if (composed != OK) {
        give_up(lane,
                composed == ERR_INPUT ? "the address has no form for the wire (IDNA)"
                                      : "too large to be a letter",
                outcome);
        tell(turn, LOG_WARN, "a letter was given up", row, &lane->answer);
        return;
    }
    uint64_t answered = mail_lanes_begin(&delivery->lanes);
    if (delivery->options.post != NULL) {
        mail_post_deliver(delivery->options.post, lane->number, buf_slice(&to), buf_slice(&source),
                          turn->stop_fd, &lane->answer);
    } else {
        to_file(lane, row->id, buf_slice(&source));
    }
    outcome_of(lane, turn, row, answered, outcome);
}

static void mail_job_run(void *self, const struct job_turn *turn, const struct job *job,
                         struct job_outcome *outcome) {
    struct lane *lane = self;
    struct arena arena ARENA_CLEANUP = arena_make(ROW_BLOCK, 0);
    struct mail_row row;
    int64_t id = 0;
    err loaded = slice_to_i64(job->body, &id) ? mail_row_load(turn->reader, id, &arena, &row)
                                              : ERR_NOT_FOUND;
    if (loaded == ERR_NOT_FOUND) {
        outcome->result = JOB_DONE; /* it went before, or was taken back */
        lane->answer = (struct mail_answer){.verdict = MAIL_STOPPED};
    } else if (loaded == ERR_UNSUPPORTED) {
        give_up(lane, "a letter that this program does not know", outcome);
    } else if (loaded != OK) {
        outcome->result = JOB_AGAIN;
        lane->answer = (struct mail_answer){.verdict = MAIL_LATER};
        snprintf(outcome->said, sizeof outcome->said, "the store could not be read");
    } else {
        row_deliver(lane, turn, &row, outcome);
    }
}

/* On the writer's thread, while the lane waits for it. */
static err mail_job_finish(struct db_conn *conn, void *self, const struct job *job,
                           const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    const struct lane *lane = self;
    slice said = slice_from_cstr(outcome->said);
    int64_t id = 0;
    if (!slice_to_i64(job->body, &id) || lane->answer.verdict == MAIL_STOPPED) {
        return OK;
    }
    if (lane->answer.verdict == MAIL_ADDRESS_REFUSED) {
        TRY(mail_bounce_note(conn, id, said, now_ms));
    }
    switch (end) {
    case JOB_END_DONE:
        TRY(mail_bounce_forget(conn, id));
        return mail_row_end(conn, id, true, said, now_ms);
    case JOB_END_DEAD:
        return mail_row_end(conn, id, false, said, now_ms);
    case JOB_END_LATER:
    case JOB_END__COUNT:
        break;
    }
    return mail_row_said(conn, id, said);
}

struct job_kind mail_job_kind(struct mail_delivery *delivery, unsigned lane) {
    assert(lane < MAIL_LANES_MAX);
    return (struct job_kind){.name = MAIL_JOB,
                             .run = mail_job_run,
                             .finish = mail_job_finish,
                             .self = &delivery->lane[lane],
                             .tries_max = TRIES_MAX,
                             .again_ms = 1000 * (int64_t)delivery->options.retry_s,
                             .again_max_ms = AGAIN_MAX_MS};
}
