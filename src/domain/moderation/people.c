/* Who wrote an entry: their record, warnings and blocks (RULE MOD-7); what ends with time. */
#include "domain/moderation/moderation_int.h"

static err list_authors(struct db_conn *conn, struct entry_id entry, size_t room,
                        struct person_id *people, size_t *count) {
    struct db_query *query = moderation_query(conn, AUTHOR_LIST);
    db_bind_i64(query, 1, entry.v);
    db_bind_i64(query, 2, (int64_t)room);
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        people[(*count)++] = (struct person_id){db_i64(query, 0)};
    }
}

err moderation_authors(struct db_conn *conn, struct entry_id entry, size_t room,
                       struct arena *arena, struct moderation_record_of **authors, size_t *count) {
    struct person_id *people = arena_new(arena, struct person_id, room);
    size_t listed;
    TRY(list_authors(conn, entry, room, people, &listed));
    *authors = arena_new(arena, struct moderation_record_of, listed + 1);
    *count = 0;
    for (size_t i = 0; i < listed; i++) {
        struct db_query *query = moderation_query(conn, AUTHOR_RECORD);
        db_bind_i64(query, 1, people[i].v);
        bool row = false;
        TRY(db_next(query, &row));
        if (row) {
            (*authors)[(*count)++] =
                (struct moderation_record_of){.person = people[i],
                                              .status = (enum person_status)db_i64(query, 0),
                                              .since_ms = db_i64(query, 1),
                                              .name = arena_copy(arena, db_text(query, 2)),
                                              .brought = db_i64(query, 3),
                                              .shown = db_i64(query, 4),
                                              .taken = db_i64(query, 5),
                                              .warnings = db_i64(query, 6),
                                              .blocks = db_i64(query, 7)};
        }
        db_done(query);
    }
    return OK;
}

static err wrote(struct db_conn *conn, struct entry_id entry, struct person_id person,
                 bool *is_author) {
    struct db_query *query = moderation_query(conn, AUTHOR_IS);
    db_bind_i64(query, 1, entry.v);
    db_bind_i64(query, 2, person.v);
    TRY(db_next(query, is_author));
    db_done(query);
    return OK;
}

err moderation_blocks_end(struct db_conn *conn, struct person_id person, bool is_lifted,
                          int64_t now_ms) {
    struct db_query *query = moderation_query(conn, BLOCKS_END);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, is_lifted ? now_ms : 0);
    db_bind_i64(query, 3, is_lifted ? 0 : now_ms);
    return db_run(query);
}

/* RULE MOD-7 */
err moderation_act_on(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, const struct moderation_decision *decision,
                      int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person person;
    struct person_grant *grants;
    size_t grant_count;
    bool is_author;
    bool is_block = decision->act == MODERATION_BLOCK;
    bool is_admin = actor->roles & 1u << PERSON_ADMIN;
    TRY(wrote(conn, decision->entry, decision->subject, &is_author));
    if (!is_author || decision->subject.v == actor->person.v) {
        return problem_set(problem, ERR_CONFLICT, "subject", "wrote nothing of this entry");
    }
    TRY(person_load(conn, decision->subject, &scratch, &person));
    TRY(person_grants(conn, decision->subject, &scratch, &grants, &grant_count));
    if (grant_count > 0 && !is_admin) {
        return problem_set(problem, ERR_DENIED, "subject", "an admin decides about who has a role");
    }
    if (decision->act == MODERATION_UNDO || decision->act == MODERATION_REDO) {
        return OK; /* undo.c */
    }
    if (decision->act == MODERATION_WARN) {
        return person.status == PERSON_DELETED ? ERR_CONFLICT : OK;
    }
    if (person.status != (is_block ? PERSON_ACTIVE : PERSON_BLOCKED)) {
        return problem_set(problem, ERR_CONFLICT, "subject", "is so already");
    }
    if (!is_block) {
        TRY(moderation_blocks_end(conn, decision->subject, true, now_ms));
        if (db_changed(conn) == 0 && !is_admin) {
            return problem_set(problem, ERR_DENIED, "subject", "an admin blocked it");
        }
    }
    return person_block(conn, world->ids, actor->person, decision->subject, is_block,
                        decision->reason, now_ms);
}

/* One block whose time is over, at a time. */
static err end_one(struct db_conn *conn, struct id_source *ids, int64_t now_ms, bool *found) {
    struct db_query *query = moderation_query(conn, BLOCKS_OVER);
    db_bind_i64(query, 1, now_ms);
    TRY(db_next(query, found));
    if (!*found) {
        return OK;
    }
    int64_t decision = db_i64(query, 0);
    struct person_id person = {db_i64(query, 1)};
    db_done(query);
    query = moderation_query(conn, BLOCK_END);
    db_bind_i64(query, 1, decision);
    db_bind_i64(query, 2, now_ms);
    TRY(db_run(query));
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person now;
    TRY(person_load(conn, person, &scratch, &now));
    return now.status == PERSON_BLOCKED ? person_block(conn, ids, (struct person_id){0}, person,
                                                       false, SLICE("RULE MOD-7"), now_ms)
                                        : OK;
}

err moderation_sweep(struct db_conn *conn, struct id_source *ids, int64_t now_ms) {
    struct db_query *query = moderation_query(conn, FLAG_SWEEP);
    db_bind_i64(query, 1, now_ms - FLAG_NETWORK_MS);
    TRY(db_run(query));
    bool found = true;
    while (found) {
        TRY(end_one(conn, ids, now_ms, &found));
    }
    return OK;
}
