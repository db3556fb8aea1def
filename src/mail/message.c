/* Letters in the store: written in somebody's transaction, read when they go, emptied when they
 * have gone. */
#include "mail/mail_int.h"

#include <string.h>

#include "text/text.h"

#define ID_TRIES    8
#define ITEMS_BYTES (MAIL_ITEMS_MAX * (MAIL_LINE_MAX_BYTES + MAIL_PATH_MAX_BYTES + 2))

enum mail_statement {
    MAIL_ADD,
    MAIL_LOAD,
    MAIL_END,
    MAIL_SAID,
    MAIL_FORGET,
    MAIL_BOUNCE,
    MAIL_UNBOUNCE,
    MAIL_BOUNCE_FORGET,
    MAIL_BOUNCED,
    MAIL_LIST,
    MAIL_FIGURES,
    MAIL_STATEMENT__COUNT
};
enum mail_state { MAIL_STATE_WAITS, MAIL_STATE_SENT, MAIL_STATE_FAILED };

#define MAIL_COLUMNS                                                                               \
    "id, letter, language, address, name, title, who, code, path, leave_path, words, items, "      \
    "decision, until_ms, created_ms, reply"

static const struct db_statement statements[] = {
    [MAIL_ADD] = {"add",
                  "INSERT INTO mail_message (" MAIL_COLUMNS ", state, ended_ms, tries, said) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
                  "0, 0, 0, '') ON CONFLICT (id) DO NOTHING"},
    [MAIL_LOAD] = {"load", "SELECT " MAIL_COLUMNS " FROM mail_message WHERE id = $1 AND state = 0"},
    /* RULE MAIL-3 */
    [MAIL_END] = {"end", "UPDATE mail_message SET state = $2, ended_ms = $3, said = $4, "
                         "tries = tries + 1, name = '', title = '', who = '', code = '', "
                         "path = '', leave_path = '', words = '', items = '', reply = '' "
                         "WHERE id = $1 AND state = 0"},
    [MAIL_SAID] = {"said", "UPDATE mail_message SET said = $2, tries = tries + 1 WHERE id = $1"},
    [MAIL_FORGET] = {"forget", "DELETE FROM mail_message WHERE state <> 0 AND ended_ms < $1"},
    [MAIL_BOUNCE] = {"bounce", "INSERT INTO mail_bounce (address, at_ms, said) "
                               "SELECT address, $2, $3 FROM mail_message WHERE id = $1 "
                               "ON CONFLICT (address) DO UPDATE SET at_ms = excluded.at_ms, "
                               "said = excluded.said"},
    [MAIL_UNBOUNCE] = {"unbounce", "DELETE FROM mail_bounce WHERE address = "
                                   "(SELECT address FROM mail_message WHERE id = $1)"},
    [MAIL_BOUNCE_FORGET] = {"bounce forget", "DELETE FROM mail_bounce WHERE at_ms < $1"},
    [MAIL_BOUNCED] = {"bounced", "SELECT at_ms FROM mail_bounce WHERE address = $1"},
    [MAIL_LIST] = {"list", "SELECT id, created_ms, ended_ms, letter, address, state, said, tries "
                           "FROM mail_message ORDER BY id DESC LIMIT $1"},
    [MAIL_FIGURES] = {"figures",
                      "SELECT count(*) FILTER (WHERE state = 0), "
                      "coalesce(min(created_ms) FILTER (WHERE state = 0), 0), "
                      "coalesce(max(ended_ms) FILTER (WHERE state = 1), 0), "
                      "count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2), "
                      "(SELECT count(*) FROM mail_bounce WHERE at_ms > $1) FROM mail_message "
                      "WHERE state = 0 OR ended_ms > $1"},
};
const struct db_catalogue mail_catalogue = {"mail", statements, ARRAY_COUNT(statements)};

/* RULE MAIL-2: what would end a line, or the text itself, comes no further than here. */
static err line_check(slice line, const char *field, bool may_be_empty, struct problem *problem) {
    if (line.n == 0 && !may_be_empty) {
        return problem_set(problem, ERR_INPUT, field, "a letter without its %s", field);
    }
    if (line.n > MAIL_LINE_MAX_BYTES) {
        return problem_set(problem, ERR_LIMIT, field, "%s of a letter is longer than %d bytes",
                           field, MAIL_LINE_MAX_BYTES);
    }
    bool sound = text_is_utf8(line);
    for (size_t i = 0; i < line.n; i++) {
        sound = sound && (unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7f;
    }
    return sound ? OK
                 : problem_set(problem, ERR_INPUT, field,
                               "%s of a letter must be one line of text without control bytes",
                               field);
}

static err words_check(slice words, struct problem *problem) {
    if (words.n > MAIL_WORDS_MAX_BYTES) {
        return problem_set(problem, ERR_LIMIT, "words", "a message has at most %d bytes",
                           MAIL_WORDS_MAX_BYTES);
    }
    bool sound = slice_trim(words).n > 0 && text_is_utf8(words);
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        sound = sound && (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') && c != 0x7f;
    }
    return sound ? OK
                 : problem_set(problem, ERR_INPUT, "words",
                               "a message must be text without control bytes, and not empty");
}

static err path_check(slice path, struct problem *problem) {
    bool sound = path.n > 0 && path.n <= MAIL_PATH_MAX_BYTES && path.p[0] == '/' &&
                 !slice_starts_with(path, SLICE("//"));
    for (size_t i = 0; i < path.n; i++) {
        sound = sound && path.p[i] > 0x20 && path.p[i] < 0x7f && path.p[i] != '<' &&
                path.p[i] != '>' && path.p[i] != '"' && path.p[i] != '\\';
    }
    return sound ? OK
                 : problem_set(problem, ERR_INPUT, "path",
                               "a link in a letter is a path of this site");
}

static err items_add(const struct mail_item *items, size_t count, struct buf *out,
                     struct problem *problem) {
    if (count == 0 || count > MAIL_ITEMS_MAX) {
        return problem_set(problem, count == 0 ? ERR_INPUT : ERR_LIMIT, "items",
                           "a letter lists 1 to %d contributions", MAIL_ITEMS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(path_check(items[i].path, problem));
        TRY(line_check(items[i].title, "title", false, problem));
        buf_addf(out, "%.*s %.*s\n", SLICE_ARG(items[i].path), SLICE_ARG(items[i].title));
    }
    return out->failed;
}

/* long: the fields that each letter has, in the columns that all share */
static void row_fill(const struct mail_message *message, struct mail_row *row) {
    switch (message->letter) {
    case MAIL_SIGN_IN:
    case MAIL_ADDRESS:
        row->code = message->sign_in.code;
        row->path = message->sign_in.path;
        row->until_ms = message->sign_in.until_ms;
        break;
    case MAIL_CONFIRM:
        row->title = message->confirm.title;
        row->path = message->confirm.path;
        row->until_ms = message->confirm.until_ms;
        break;
    case MAIL_INVITATION:
        row->title = message->invitation.team;
        row->who = message->invitation.who;
        row->path = message->invitation.path;
        row->until_ms = message->invitation.until_ms;
        break;
    case MAIL_YEARLY:
        row->title = message->yearly.title;
        row->path = message->yearly.path;
        row->leave_path = message->yearly.leave_path;
        break;
    case MAIL_RECEIPT:
        row->title = message->receipt.title;
        row->path = message->receipt.path;
        break;
    case MAIL_DECISION:
    case MAIL_QUESTION:
        row->title = message->decision.title;
        row->words = message->decision.reason;
        row->path = message->decision.path;
        row->who = message->decision.ground;
        row->until_ms = message->decision.until_ms;
        row->decision = message->decision.decision;
        break;
    case MAIL_SUGGESTION:
        row->title = message->suggestion.title;
        row->words = message->suggestion.words;
        row->path = message->suggestion.path;
        row->decision = message->suggestion.decision;
        break;
    case MAIL_WAITS:
        row->title = message->waits.title;
        row->path = message->waits.path;
        break;
    case MAIL_TO_TEAM:
        row->title = message->to_team.title;
        row->who = message->to_team.who;
        row->words = message->to_team.words;
        row->path = message->to_team.path;
        break;
    case MAIL_POWER:
        row->title = message->power.what;
        row->words = message->power.reason;
        row->path = message->power.path;
        break;
    case MAIL_PASSWORD:
        row->title = message->password.what;
        row->path = message->password.path;
        break;
    case MAIL_TAKEN_UP:
        row->title = message->taken_up.title;
        row->who = message->taken_up.other;
        row->path = message->taken_up.path;
        break;
    case MAIL_CLAIM:
        row->title = message->claim.title;
        row->who = message->claim.who;
        row->words = message->claim.words;
        row->path = message->claim.path;
        row->until_ms = message->claim.until_ms;
        break;
    case MAIL_CLAIMED:
        row->title = message->claimed.title;
        row->words = message->claimed.words;
        row->path = message->claimed.path;
        row->decision = message->claimed.decision;
        break;
    case MAIL_FOUND:
    case MAIL_TEST:
    case MAIL_LETTER__COUNT:
        break;
    }
}

/* What each letter cannot do without. */
static err row_check(const struct mail_row *row, struct problem *problem) {
    bool lists = row->letter == MAIL_FOUND;
    bool is_test = row->letter == MAIL_TEST;
    bool has_code = row->letter == MAIL_SIGN_IN || row->letter == MAIL_ADDRESS;
    bool has_title = !lists && !is_test && !has_code;
    bool has_who = row->letter == MAIL_INVITATION || row->letter == MAIL_TO_TEAM ||
                   row->letter == MAIL_TAKEN_UP || row->letter == MAIL_CLAIM;
    bool has_words = row->letter == MAIL_DECISION || row->letter == MAIL_QUESTION ||
                     row->letter == MAIL_TO_TEAM || row->letter == MAIL_POWER;
    TRY(line_check(row->title, "title", !has_title, problem));
    TRY(line_check(row->who, "who", !has_who, problem));
    TRY(line_check(row->code, "code", !has_code, problem));
    if (!lists && !is_test) {
        TRY(path_check(row->path, problem));
    }
    if (mail_letter_can_be_left(row->letter)) {
        TRY(path_check(row->leave_path, problem));
    }
    return has_words || row->words.n > 0 ? words_check(row->words, problem) : OK;
}

err mail_row_of(const struct mail_message *message, struct buf *items, struct mail_row *row,
                struct problem *problem) {
    *row = (struct mail_row){.letter = message->letter,
                             .language = message->language,
                             .to = message->to,
                             .to_name = message->to_name};
    if ((unsigned)message->letter >= MAIL_LETTER__COUNT) {
        return problem_set(problem, ERR_INPUT, "letter", "there is no such letter");
    }
    TRY(line_check(message->to_name, "to_name", true, problem));
    TRY(line_check(message->language, "language", false, problem));
    row->reply = SLICE_EMPTY;
    row_fill(message, row);
    if ((unsigned)row->decision >= MAIL_DECISION__COUNT) {
        return problem_set(problem, ERR_INPUT, "letter", "there is no such decision");
    }
    TRY(row_check(row, problem));
    if (message->letter == MAIL_FOUND) {
        TRY(items_add(message->found.items, message->found.count, items, problem));
        row->items = buf_slice(items);
    }
    return OK;
}

static err row_add(struct db_conn *conn, struct id_source *ids, const struct mail_row *row,
                   int64_t *id) {
    for (int i = 0; i < ID_TRIES; i++) {
        struct db_query *query = db_query(conn, &mail_catalogue, MAIL_ADD);
        *id = id_next(ids);
        db_bind_i64(query, 1, *id);
        db_bind_text(query, 2, slice_from_cstr(mail_letter_name(row->letter)));
        const slice texts[] = {row->language, row->to,   row->to_name,    row->title, row->who,
                               row->code,     row->path, row->leave_path, row->words, row->items};
        for (unsigned j = 0; j < ARRAY_COUNT(texts); j++) {
            db_bind_text_borrowed(query, 3 + j, texts[j]);
        }
        db_bind_i64(query, 13, row->decision);
        db_bind_i64(query, 14, row->until_ms);
        db_bind_i64(query, 15, row->created_ms);
        db_bind_text_borrowed(query, 16, row->reply);
        TRY(db_run(query));
        if (db_changed(conn) > 0) {
            return OK;
        }
    }
    return ERR_CONFLICT;
}

/* Line ends as the store and the parts have them: LF. */
static void words_normalise(slice words, struct buf *out) {
    for (size_t i = 0; i < words.n; i++) {
        bool is_pair = words.p[i] == '\r' && i + 1 < words.n && words.p[i + 1] == '\n';
        if (!is_pair) {
            buf_add_char(out, words.p[i] == '\r' ? '\n' : words.p[i]);
        }
    }
}

err mail_send(struct db_conn *conn, struct id_source *ids, const struct mail_message *message,
              int64_t now_ms, struct problem *problem) {
    struct buf items BUF_CLEANUP = buf_new(ITEMS_BYTES);
    struct buf words BUF_CLEANUP = buf_new(MAIL_WORDS_MAX_BYTES);
    struct mail_address address;
    struct mail_address reply;
    struct mail_row row;
    char body[24];
    TRY(mail_address_parse(message->to, &address, problem));
    TRY(mail_row_of(message, &items, &row, problem));
    words_normalise(row.words, &words);
    row.to = slice_of(address.text, address.n);
    row.words = buf_slice(&words);
    if (row.letter == MAIL_TO_TEAM) {
        TRY(mail_address_parse(message->to_team.reply, &reply, problem));
        row.reply = slice_of(reply.text, reply.n);
    }
    row.created_ms = now_ms;
    TRY(words.failed);
    TRY(row_add(conn, ids, &row, &row.id));
    struct buf number BUF_CLEANUP = buf_new(sizeof body);
    buf_add_i64(&number, row.id);
    return job_add(conn, SLICE(MAIL_JOB), buf_slice(&number), now_ms, now_ms);
}

err mail_row_load(struct db_conn *conn, int64_t id, struct arena *arena, struct mail_row *row) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_LOAD);
    db_bind_i64(query, 1, id);
    bool found = false;
    TRY(db_next(query, &found));
    if (!found) {
        return ERR_NOT_FOUND;
    }
    *row = (struct mail_row){.id = id,
                             .decision = (enum mail_decision)db_i64(query, 12),
                             .until_ms = db_i64(query, 13),
                             .created_ms = db_i64(query, 14)};
    bool known = mail_letter_find(db_text(query, 1), &row->letter);
    slice *const texts[] = {&row->language, &row->to,   &row->to_name,    &row->title, &row->who,
                            &row->code,     &row->path, &row->leave_path, &row->words, &row->items};
    for (unsigned i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(arena, db_text(query, 2 + i));
    }
    row->reply = arena_copy(arena, db_text(query, 15));
    db_done(query);
    return known && (unsigned)row->decision < MAIL_DECISION__COUNT ? OK : ERR_UNSUPPORTED;
}

static err forget(struct db_conn *conn, enum mail_statement statement, int64_t before_ms) {
    struct db_query *query = db_query(conn, &mail_catalogue, statement);
    db_bind_i64(query, 1, before_ms);
    return db_run(query);
}

err mail_row_end(struct db_conn *conn, int64_t id, bool sent, slice said, int64_t now_ms) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_END);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, sent ? MAIL_STATE_SENT : MAIL_STATE_FAILED);
    db_bind_i64(query, 3, now_ms);
    db_bind_text(query, 4, said);
    TRY(db_run(query));
    return forget(conn, MAIL_FORGET, now_ms - MAIL_KEPT_MS);
}

err mail_row_said(struct db_conn *conn, int64_t id, slice said) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_SAID);
    db_bind_i64(query, 1, id);
    db_bind_text(query, 2, said);
    return db_run(query);
}

err mail_bounce_note(struct db_conn *conn, int64_t id, slice said, int64_t now_ms) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_BOUNCE);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, now_ms);
    db_bind_text(query, 3, said);
    TRY(db_run(query));
    return forget(conn, MAIL_BOUNCE_FORGET, now_ms - MAIL_BOUNCE_KEPT_MS);
}

err mail_bounce_forget(struct db_conn *conn, int64_t id) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_UNBOUNCE);
    db_bind_i64(query, 1, id);
    return db_run(query);
}

err mail_bounced_ms(struct db_conn *conn, slice address, int64_t *at_ms) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_BOUNCED);
    db_bind_text(query, 1, address);
    bool found = false;
    TRY(db_next(query, &found));
    *at_ms = found ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

err mail_list(struct db_conn *conn, size_t room, struct arena *arena, struct mail_listed **letters,
              size_t *count) {
    static const char *const states[] = {"waits", "sent", "failed"};
    struct mail_listed *list = arena_new(arena, struct mail_listed, room + 1);
    size_t used = 0;
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_LIST);
    db_bind_i64(query, 1, (int64_t)room);
    for (;;) {
        bool found = false;
        TRY(db_next(query, &found));
        if (!found || used == room) {
            break;
        }
        size_t state = (size_t)db_i64(query, 5);
        list[used++] = (struct mail_listed){
            .id = db_i64(query, 0),
            .created_ms = db_i64(query, 1),
            .ended_ms = db_i64(query, 2),
            .letter = arena_copy(arena, db_text(query, 3)),
            .address = arena_copy(arena, db_text(query, 4)),
            .state = slice_from_cstr(state < ARRAY_COUNT(states) ? states[state] : "?"),
            .said = arena_copy(arena, db_text(query, 6)),
            .tries = db_i64(query, 7)};
    }
    db_done(query);
    *letters = list;
    *count = used;
    return OK;
}

err mail_figures_read(struct db_conn *conn, int64_t now_ms, struct mail_figures *figures) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_FIGURES);
    db_bind_i64(query, 1, now_ms - MAIL_KEPT_MS);
    bool found = false;
    TRY(db_next(query, &found));
    if (!found) {
        return ERR_INTERNAL;
    }
    *figures = (struct mail_figures){.waiting = db_i64(query, 0),
                                     .waits_since_ms = db_i64(query, 1),
                                     .sent_ms = db_i64(query, 2),
                                     .sent = db_i64(query, 3),
                                     .failed = db_i64(query, 4),
                                     .bounced = db_i64(query, 5)};
    db_done(query);
    return OK;
}

err mail_take_back(struct db_conn *conn, int64_t id, int64_t now_ms) {
    struct db_query *query = db_query(conn, &mail_catalogue, MAIL_END);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, MAIL_STATE_FAILED);
    db_bind_i64(query, 3, now_ms);
    db_bind_text(query, 4, SLICE("taken back by the administration"));
    TRY(db_run(query));
    return db_changed(conn) > 0 ? OK : ERR_NOT_FOUND;
}
