/* The job of a letter: composed, handed over, and its end noted with the end of the job. */
#include "mail/mail_int.h"

#include <stdatomic.h>
#include <stdio.h>

#define TRIES_MAX    60 /* the age ends it before, unless tries end the process */
#define AGAIN_MAX_MS (INT64_C(8) * 3600000)
#define HOLD_MAX_MS  (INT64_C(15) * 60000) /* while the server is away nothing is lost by asking */
#define ROW_BLOCK    4096

struct mail_delivery {
    struct arena arena;
    struct mail_delivery_options options;
    struct mail_house house;
    const slice *_Atomic site_name; /* NULL: that of the options */
    int64_t hold_ms;                /* the next one, while the server is away */
    bool is_away;                   /* said in the log */
    struct mail_answer answer;      /* of the try that is ending */
};

struct mail_delivery *mail_delivery_new(const struct mail_delivery_options *options) {
    struct arena arena = arena_make(ROW_BLOCK, 0);
    struct mail_delivery *made = arena_new(&arena, struct mail_delivery, 1);
    made->options = *options;
    made->house = (struct mail_house){.i18n = options->i18n,
                                      .site_name = options->site_name,
                                      .base_url = options->base_url,
                                      .from = options->from};
    made->arena = arena;
    return made;
}

void mail_delivery_site_name(struct mail_delivery *delivery, const slice *site_name) {
    atomic_store(&delivery->site_name, site_name);
}

void mail_delivery_free(struct mail_delivery *delivery) {
    if (delivery != NULL) {
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

static void away_begin(struct mail_delivery *delivery, const struct job_turn *turn,
                       struct job_outcome *outcome) {
    int64_t first_ms = 1000 * (int64_t)delivery->options.retry_s;
    int64_t next_ms = delivery->hold_ms == 0 ? first_ms : 2 * delivery->hold_ms;
    delivery->hold_ms = next_ms < HOLD_MAX_MS ? next_ms : HOLD_MAX_MS;
    outcome->result = JOB_HELD;
    outcome->hold_ms = delivery->hold_ms;
    if (!delivery->is_away) {
        log_line(turn->log, LOG_WARN, "letters wait: the mail server does not take them",
                 "cause=%s", log_quote(slice_from_cstr(delivery->answer.said)).p);
    }
    delivery->is_away = true;
}

static void away_end(struct mail_delivery *delivery, const struct job_turn *turn) {
    if (delivery->is_away) {
        log_line(turn->log, LOG_INFO, "the mail server takes letters again", NULL);
    }
    delivery->is_away = false;
    delivery->hold_ms = 0;
}

static void outcome_of(struct mail_delivery *delivery, const struct job_turn *turn,
                       const struct mail_row *row, struct job_outcome *outcome) {
    const struct mail_answer *answer = &delivery->answer;
    snprintf(outcome->said, sizeof outcome->said, "%s", answer->said);
    switch (answer->verdict) {
    case MAIL_ACCEPTED:
        tell(turn, LOG_INFO, "a letter was sent", row, answer);
        outcome->result = JOB_DONE;
        away_end(delivery, turn);
        return;
    case MAIL_LATER:
        tell(turn, LOG_INFO, "a letter is sent later", row, answer);
        outcome->result = JOB_AGAIN;
        away_end(delivery, turn);
        return;
    case MAIL_ADDRESS_REFUSED:
    case MAIL_LETTER_REFUSED:
        tell(turn, LOG_WARN, "a letter was refused", row, answer);
        outcome->result = JOB_HOPELESS;
        away_end(delivery, turn);
        return;
    case MAIL_STOPPED:
        outcome->result = JOB_STOPPED;
        return;
    case MAIL_SERVER_AWAY:
    case MAIL_VERDICT__COUNT:
        break;
    }
    away_begin(delivery, turn, outcome);
}

static void give_up(struct mail_delivery *delivery, const char *why, struct job_outcome *outcome) {
    delivery->answer = (struct mail_answer){.verdict = MAIL_LETTER_REFUSED};
    snprintf(delivery->answer.said, sizeof delivery->answer.said, "%s", why);
    snprintf(outcome->said, sizeof outcome->said, "%s", why);
    outcome->result = JOB_HOPELESS;
}

static void to_file(struct mail_delivery *delivery, int64_t id, slice source) {
    struct problem problem = {0};
    delivery->answer = (struct mail_answer){.verdict = MAIL_ACCEPTED};
    if (mail_spool(delivery->options.folder, id, source, &problem) != OK) {
        delivery->answer.verdict = MAIL_SERVER_AWAY;
        snprintf(delivery->answer.said, sizeof delivery->answer.said, "%.*s",
                 (int)sizeof delivery->answer.said - 1, problem.what);
    }
}

static void row_deliver(struct mail_delivery *delivery, const struct job_turn *turn,
                        const struct mail_row *row, struct job_outcome *outcome) {
    struct buf source BUF_CLEANUP = buf_new(MAIL_SOURCE_MAX);
    struct buf to BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    if (clock_now_ms(turn->clock) - row->created_ms > MAIL_EXPIRES_MS) {
        give_up(delivery, "not delivered within three days", outcome);
        tell(turn, LOG_WARN, "a letter was given up", row, &delivery->answer);
        return;
    }
    const slice *site_name = atomic_load(&delivery->site_name);
    struct mail_house house = delivery->house;
    house.site_name = site_name != NULL ? *site_name : house.site_name;
    err composed = mail_compose(&house, row, &source);
    composed = composed == OK ? mail_address_ascii(row->to, &to) : composed;
    if (composed != OK) {
        give_up(delivery,
                composed == ERR_INPUT ? "the address has no form for the wire (IDNA)"
                                      : "too large to be a letter",
                outcome);
        tell(turn, LOG_WARN, "a letter was given up", row, &delivery->answer);
        return;
    }
    if (delivery->options.post != NULL) {
        mail_post_deliver(delivery->options.post, buf_slice(&to), buf_slice(&source), turn->stop_fd,
                          &delivery->answer);
    } else {
        to_file(delivery, row->id, buf_slice(&source));
    }
    outcome_of(delivery, turn, row, outcome);
}

static void mail_job_run(void *self, const struct job_turn *turn, const struct job *job,
                         struct job_outcome *outcome) {
    struct mail_delivery *delivery = self;
    struct arena arena ARENA_CLEANUP = arena_make(ROW_BLOCK, 0);
    struct mail_row row;
    int64_t id = 0;
    err loaded = slice_to_i64(job->body, &id) ? mail_row_load(turn->reader, id, &arena, &row)
                                              : ERR_NOT_FOUND;
    if (loaded == ERR_NOT_FOUND) {
        outcome->result = JOB_DONE; /* it went before, or was taken back */
        delivery->answer = (struct mail_answer){.verdict = MAIL_STOPPED};
    } else if (loaded == ERR_UNSUPPORTED) {
        give_up(delivery, "a letter that this program does not know", outcome);
    } else if (loaded != OK) {
        outcome->result = JOB_AGAIN;
        delivery->answer = (struct mail_answer){.verdict = MAIL_LATER};
        snprintf(outcome->said, sizeof outcome->said, "the store could not be read");
    } else {
        row_deliver(delivery, turn, &row, outcome);
    }
}

/* On the writer's thread, while the runner waits for it. */
static err mail_job_finish(struct db_conn *conn, void *self, const struct job *job,
                           const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    const struct mail_delivery *delivery = self;
    slice said = slice_from_cstr(outcome->said);
    int64_t id = 0;
    if (!slice_to_i64(job->body, &id) || delivery->answer.verdict == MAIL_STOPPED) {
        return OK;
    }
    if (delivery->answer.verdict == MAIL_ADDRESS_REFUSED) {
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

struct job_kind mail_job_kind(struct mail_delivery *delivery) {
    return (struct job_kind){.name = MAIL_JOB,
                             .run = mail_job_run,
                             .finish = mail_job_finish,
                             .self = delivery,
                             .tries_max = TRIES_MAX,
                             .again_ms = 1000 * (int64_t)delivery->options.retry_s,
                             .again_max_ms = AGAIN_MAX_MS};
}
