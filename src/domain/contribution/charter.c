/* The charter: its versions, its lines, who accepted which (RULE CHARTER-1). */
#include "domain/contribution/charter.h"

#include "domain/contribution/contribution_int.h"

/* ---- lines ---- */

bool charter_line_next(slice *rest, struct charter_line *line) {
    slice text;
    do {
        if (!slice_cut(rest, '\n', &text)) {
            return false;
        }
        text = slice_trim(text);
    } while (text.n == 0);
    line->kind = slice_starts_with(text, SLICE("## "))  ? CHARTER_HEADING
                 : slice_starts_with(text, SLICE("- ")) ? CHARTER_POINT
                                                        : CHARTER_WORDS;
    line->point += line->kind == CHARTER_POINT ? 1u : 0u;
    line->text = line->kind == CHARTER_WORDS
                     ? text
                     : slice_trim(slice_sub(text, slice_find(text, 0, ' ') + 1, text.n));
    return true;
}

bool charter_point(slice text, unsigned number, slice *point) {
    struct charter_line line = {0};
    while (charter_line_next(&text, &line)) {
        if (line.kind == CHARTER_POINT && line.point == number) {
            *point = line.text;
            return true;
        }
    }
    return false;
}

/* How many points; `*longest` bytes at most each. */
static unsigned points_of(slice text, size_t *longest) {
    struct charter_line line = {0};
    *longest = 0;
    while (charter_line_next(&text, &line)) {
        bool is_longer = line.kind == CHARTER_POINT && line.text.n > *longest;
        *longest = is_longer ? line.text.n : *longest;
    }
    return line.point;
}

/* ---- versions ---- */

static struct db_query *statement(struct db_conn *conn, enum contribution_statement which) {
    return db_query(conn, &contribution_catalogue, which);
}

static err number_of(struct db_query *query, int64_t *number) {
    bool row = false;
    TRY(db_next(query, &row));
    *number = row ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

err charter_version(struct db_conn *conn, int64_t *version) {
    TRY(number_of(statement(conn, CHARTER_LAST), version));
    *version = *version > CHARTER_OURS ? *version : CHARTER_OURS;
    return OK;
}

err charter_accepted(struct db_conn *conn, struct person_id person, int64_t *version) {
    struct db_query *query = statement(conn, CHARTER_ACCEPTED);
    db_bind_i64(query, 1, person.v);
    return number_of(query, version);
}

static const struct charter ours = {
    .version = CHARTER_OURS, .note = {"", 0}, .texts = {{"", 0}, {"", 0}}};

static struct charter read_row(struct db_query *query, struct arena *arena) {
    return (struct charter){.version = db_i64(query, 0),
                            .at_ms = db_i64(query, 1),
                            .by = {db_i64(query, 2)},
                            .note = arena_copy(arena, db_text(query, 3)),
                            .texts = {{"", 0}, {"", 0}}};
}

err charter_load(struct db_conn *conn, int64_t version, struct arena *arena,
                 struct charter *charter) {
    if (version == CHARTER_OURS) {
        *charter = ours;
        return OK;
    }
    struct db_query *query = statement(conn, CHARTER_GET);
    db_bind_i64(query, 1, version);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *charter = read_row(query, arena);
    charter->texts[CHARTER_FRENCH] = arena_copy(arena, db_text(query, 4));
    charter->texts[CHARTER_ENGLISH] = arena_copy(arena, db_text(query, 5));
    db_done(query);
    return OK;
}

err charter_list(struct db_conn *conn, struct arena *arena, struct charter **charters,
                 size_t *count) {
    struct db_query *query = statement(conn, CHARTER_LIST);
    struct charter *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        list = arena_grow(arena, struct charter, list, used, &room);
        list[used++] = row ? read_row(query, arena) : ours;
        if (!row) {
            break;
        }
    }
    *charters = list;
    *count = used;
    return OK;
}

/* ---- writing ---- */

static err check(const struct charter *written, struct problem *problem) {
    static const char *const fields[CHARTER_LANGUAGE__COUNT] = {"fr", "en"};
    size_t longest;
    unsigned points = points_of(written->texts[CHARTER_FRENCH], &longest);
    for (int i = 0; i < CHARTER_LANGUAGE__COUNT; i++) {
        if (written->texts[i].n > CHARTER_TEXT_MAX) {
            return problem_set(problem, ERR_LIMIT, fields[i], "more than %d bytes",
                               CHARTER_TEXT_MAX);
        }
        unsigned here = points_of(written->texts[i], &longest);
        if (longest > CHARTER_POINT_MAX) {
            return problem_set(problem, ERR_LIMIT, fields[i], "a point of more than %d bytes",
                               CHARTER_POINT_MAX);
        }
        if (here == 0 || here > CHARTER_POINTS_MAX || here != points) {
            return problem_set(problem, ERR_INPUT, fields[i],
                               "1 to %d points, as many as in the other language",
                               CHARTER_POINTS_MAX);
        }
    }
    return written->note.n <= CHARTER_NOTE_MAX
               ? OK
               : problem_set(problem, ERR_LIMIT, "note", "more than %d bytes", CHARTER_NOTE_MAX);
}

err charter_write(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                  int64_t was, const struct charter *written, int64_t now_ms,
                  struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    int64_t version;
    if (!(actor->roles & 1u << PERSON_ADMIN)) {
        return problem_set(problem, ERR_DENIED, "", "admins write the charter");
    }
    TRY(check(written, problem));
    TRY(charter_version(conn, &version));
    if (version != was) {
        return problem_set(problem, ERR_CONFLICT, "fr", "somebody wrote another version meanwhile");
    }
    struct db_query *query = statement(conn, CHARTER_ADD);
    db_bind_i64(query, 1, version + 1);
    db_bind_i64(query, 2, now_ms);
    db_bind_i64(query, 3, actor->person.v);
    db_bind_text_borrowed(query, 4, written->note);
    db_bind_text_borrowed(query, 5, written->texts[CHARTER_FRENCH]);
    db_bind_text_borrowed(query, 6, written->texts[CHARTER_ENGLISH]);
    TRY(db_run(query));
    return person_audit(conn, ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = actor->person,
                                             .act = SLICE("charter"),
                                             .object = arena_printf(&scratch, "charter:%lld",
                                                                    (long long)version + 1),
                                             .reason = written->note});
}
