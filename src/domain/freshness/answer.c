/* What people say: it is still so, something changes, it has ended. */
#include "domain/freshness/freshness_int.h"

err freshness_confirm(struct db_conn *conn, const struct actor *actor, struct entry_id entry,
                      int64_t now_ms, struct arena *arena) {
    struct team_of_entry of;
    if (actor->person.v == 0) {
        return ERR_DENIED;
    }
    TRY(team_of_entry(conn, entry, actor->person, &of));
    return entry_confirm(conn, entry, contribution_author(actor, 0, arena),
                         of.role != TEAM_NONE ? ENTRY_CONFIRMED_BY_TEAM : ENTRY_CONFIRMED_BY_PERSON,
                         now_ms);
}

err freshness_look(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                   struct freshness_asked *asked) {
    struct db_query *query = freshness_query_of(conn, FRESHNESS_ASK_GET, link);
    bool row = false;
    db_bind_i64(query, 2, now_ms - FRESHNESS_ASK_MS);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *asked = (struct freshness_asked){.entry = {db_i64(query, 0)},
                                      .author = arena_copy(arena, db_text(query, 1)),
                                      .side = (enum entry_confirmed_by)db_i64(query, 2),
                                      .answer = (enum freshness_answer)db_i64(query, 3)};
    db_done(query);
    return OK;
}

/* A revision that says that it has ended; what has ended already stays as it is. */
static err end(struct db_conn *conn, const struct contribution_world *world,
               const struct freshness_asked *asked, slice reason, int64_t now_ms,
               struct arena *arena, struct problem *problem) {
    struct entry entry;
    TRY(entry_load(conn, asked->entry, arena, &entry));
    if (entry.state == ENTRY_STATE_ENDED) {
        return OK;
    }
    if (reason.n > ENTRY_TEXT_MAX) {
        return problem_set(problem, ERR_LIMIT, "reason", "the reason is too long");
    }
    entry.state = ENTRY_STATE_ENDED;
    entry.end_reason = reason.n > 0 ? reason : entry.end_reason;
    TRY(entry_check(&entry, world->territories, world->themes, arena, problem));
    return entry_edit(conn, world->ids, &entry, asked->author, SLICE_EMPTY, now_ms, problem);
}

err freshness_answer(struct db_conn *conn, const struct contribution_world *world, slice link,
                     enum freshness_answer answer, slice reason, int64_t now_ms,
                     struct arena *arena, struct problem *problem) {
    struct freshness_asked asked;
    TRY(freshness_look(conn, link, now_ms, arena, &asked));
    struct db_query *query = freshness_query_of(conn, FRESHNESS_ASK_PUT, link);
    db_bind_i64(query, 2, answer);
    TRY(db_run(query));
    switch (answer) {
    case FRESHNESS_STILL:
        return entry_confirm(conn, asked.entry, asked.author, asked.side, now_ms);
    case FRESHNESS_CHANGES:
        return OK;
    case FRESHNESS_ENDED:
        TRY(end(conn, world, &asked, slice_trim(reason), now_ms, arena, problem));
        return entry_confirm(conn, asked.entry, asked.author, asked.side, now_ms);
    }
    return ERR_INPUT;
}

static err reader_of(struct db_conn *conn, slice link, struct crypto_digest *reader) {
    struct db_query *query = freshness_query_of(conn, FRESHNESS_ASK_READER, link);
    bool row = false;
    TRY(db_next(query, &row));
    bool found = row && crypto_digest_read(db_blob(query, 0), reader);
    db_done(query);
    return found ? OK : ERR_NOT_FOUND;
}

err freshness_link_look(struct db_conn *conn, slice link) {
    struct crypto_digest reader;
    return reader_of(conn, link, &reader);
}

err freshness_leave(struct db_conn *conn, slice link, int64_t now_ms) {
    struct crypto_digest reader;
    TRY(reader_of(conn, link, &reader));
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_SILENT_ADD);
    db_bind_blob_borrowed(query, 1, crypto_digest_slice(&reader));
    db_bind_i64(query, 2, now_ms);
    return db_run(query);
}
