/* Changes that wait for somebody who may make them (RULE CONTRIBUTE-7). */
#include "domain/contribution/contribution_int.h"

err suggestion_add(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                   const struct entry *entry, slice author, slice reason, int64_t now_ms) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    entry_to_json(entry, &json);
    TRY(json.failed);
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_ADD);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_i64(query, 2, entry->id.v);
    db_bind_i64(query, 3, entry->revision);
    if (actor->person.v) {
        db_bind_i64(query, 4, actor->person.v);
    }
    db_bind_text_borrowed(query, 5, author);
    db_bind_text_borrowed(query, 6, reason);
    db_bind_i64(query, 7, now_ms);
    db_bind_text_borrowed(query, 8, buf_slice(&json));
    TRY(db_run(query));
    return db_changed(conn) == 1 ? OK : ERR_BUSY; /* another process took the number just now */
}

static struct suggestion read_one(struct db_query *query, struct arena *arena) {
    return (struct suggestion){.id = db_i64(query, 0),
                               .entry = {db_i64(query, 1)},
                               .base_revision = db_i64(query, 2),
                               .person = {db_i64(query, 3)},
                               .author = arena_copy(arena, db_text(query, 4)),
                               .reason = arena_copy(arena, db_text(query, 5)),
                               .title = arena_copy(arena, db_text(query, 6)),
                               .at_ms = db_i64(query, 7),
                               .state = (enum suggestion_state)db_i64(query, 8),
                               .answer = arena_copy(arena, db_text(query, 9))};
}

static bool moderates(const struct actor *actor) {
    return (actor->roles & (1u << PERSON_MODERATOR | 1u << PERSON_ADMIN)) != 0;
}

err suggestions_for(struct db_conn *conn, const struct actor *actor, struct arena *arena,
                    struct suggestion **suggestions, size_t *count) {
    struct db_query *query = db_query(conn, &contribution_catalogue,
                                      moderates(actor) ? SUGGESTION_LIST : SUGGESTION_LIST_OF);
    if (!moderates(actor)) {
        db_bind_i64(query, 1, actor->person.v);
    }
    struct suggestion *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct suggestion, list, used, &room);
        list[used++] = read_one(query, arena);
    }
    *suggestions = list;
    *count = used;
    return OK;
}

err suggestion_load(struct db_conn *conn, const struct actor *actor, int64_t id,
                    struct arena *arena, struct suggestion *suggestion, struct entry *content) {
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_GET);
    db_bind_i64(query, 1, id);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    struct suggestion found = read_one(query, arena);
    slice json = arena_copy(arena, db_text(query, 10));
    db_done(query);
    struct team_of_entry of;
    TRY(team_of_entry(conn, found.entry, actor->person, &of));
    if (of.role == TEAM_NONE && !moderates(actor)) {
        return ERR_DENIED;
    }
    TRY(entry_from_json(json, arena, content, NULL));
    content->id = found.entry;
    content->revision = found.base_revision;
    *suggestion = found;
    return OK;
}

err suggestion_decide(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, int64_t id, bool is_accepted, slice answer,
                      int64_t now_ms, struct arena *arena, struct suggestion *suggestion,
                      struct problem *problem) {
    if (!is_accepted && slice_trim(answer).n == 0) {
        return problem_set(problem, ERR_INPUT, "answer", "a reason is missing");
    }
    struct entry content;
    TRY(suggestion_load(conn, actor, id, arena, suggestion, &content));
    if (suggestion->state != SUGGESTION_WAITS) {
        return ERR_NOT_FOUND;
    }
    if (is_accepted) {
        TRY(entry_check(&content, world->territories, world->themes, arena, problem));
        TRY(entry_edit(conn, world->ids, &content, suggestion->author, suggestion->reason, now_ms));
    }
    suggestion->state = is_accepted ? SUGGESTION_ACCEPTED : SUGGESTION_DECLINED;
    suggestion->answer = slice_trim(answer);
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_DECIDE);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, suggestion->state);
    db_bind_i64(query, 3, actor->person.v);
    db_bind_i64(query, 4, now_ms);
    db_bind_text_borrowed(query, 5, suggestion->answer);
    return db_run(query);
}
