/* Pairs that wait for somebody, and the judgement that two are not the same. */
#include "domain/duplicate/duplicate_int.h"

bool duplicate_holds(const struct contribution_world *world, const struct duplicate_grants *grants,
                     slice one, slice other) {
    const slice where[] = {one, other};
    bool holds = true;
    for (size_t i = 0; i < ARRAY_COUNT(where); i++) {
        holds = holds && contribution_holds_in(world->territories, grants->items, grants->count,
                                               CONTRIBUTION_ROLES_ALL, where[i]);
    }
    return holds;
}

err duplicate_grants(struct db_conn *conn, const struct actor *actor, struct arena *arena,
                     struct duplicate_grants *grants) {
    *grants = (struct duplicate_grants){NULL, 0};
    return actor->person.v
               ? person_grants(conn, actor->person, arena, &grants->items, &grants->count)
               : OK;
}

/* ERR_NOT_FOUND: no such entry. */
static err stands_in(struct db_conn *conn, struct entry_id entry, struct arena *arena,
                     slice *territory) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_ENTRY);
    bool row = false;
    db_bind_i64(query, 1, entry.v);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *territory = arena_copy(arena, db_text(query, 0));
    db_done(query);
    return OK;
}

err duplicate_may(struct db_conn *conn, const struct contribution_world *world,
                  const struct actor *actor, struct entry_id a, struct entry_id b, bool *may) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct duplicate_grants grants;
    slice one;
    slice other;
    *may = false;
    TRY(stands_in(conn, a, &scratch, &one));
    TRY(stands_in(conn, b, &scratch, &other));
    TRY(duplicate_grants(conn, actor, &scratch, &grants));
    *may = duplicate_holds(world, &grants, one, other);
    return OK;
}

slice duplicate_reason_slug(enum duplicate_reason reason) {
    static const char *const slugs[DUPLICATE_REASON__COUNT] = {
        [DUPLICATE_NAME] = "name",           [DUPLICATE_NAME_NEAR] = "name-near",
        [DUPLICATE_PLACE] = "place",         [DUPLICATE_COMMUNE] = "commune",
        [DUPLICATE_SITE] = "site",           [DUPLICATE_MAIL] = "mail",
        [DUPLICATE_TELEPHONE] = "telephone", [DUPLICATE_NUMBER] = "number"};
    return slice_from_cstr(slugs[reason]);
}

/* Of the row under the cursor; its texts are the query's. */
static struct duplicate_pair pair_of(struct db_query *query) {
    return (struct duplicate_pair){.first = {db_i64(query, 0)},
                                   .second = {db_i64(query, 1)},
                                   .first_title = db_text(query, 2),
                                   .second_title = db_text(query, 3),
                                   .first_territory = db_text(query, 4),
                                   .second_territory = db_text(query, 5),
                                   .likeness = {.score = (unsigned)db_i64(query, 6),
                                                .reasons = (unsigned)db_i64(query, 7),
                                                .distance_m = db_i64(query, 8)},
                                   .found_ms = db_i64(query, 9)};
}

err duplicate_each(struct db_conn *conn, slice source, duplicate_visit *visit, void *self) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_LIST);
    db_bind_text(query, 1, source);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        const struct duplicate_listed listed = {.pair = pair_of(query),
                                                .first_source = db_text(query, 10),
                                                .second_source = db_text(query, 11)};
        err failed = visit(self, &listed);
        if (failed != OK) {
            db_done(query);
            return failed;
        }
    }
}

err duplicate_queue(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, size_t room, struct arena *arena,
                    struct duplicate_pair **pairs, size_t *count, bool *has_more) {
    struct duplicate_grants grants;
    TRY(duplicate_grants(conn, actor, arena, &grants));
    *pairs = arena_new(arena, struct duplicate_pair, room);
    *count = 0;
    *has_more = false;
    struct db_query *query = duplicate_query(conn, DUPLICATE_QUEUE);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        if (!duplicate_holds(world, &grants, db_text(query, 4), db_text(query, 5))) {
            continue;
        }
        if (*count == room) {
            *has_more = true;
            db_done(query);
            return OK;
        }
        struct duplicate_pair *pair = &(*pairs)[(*count)++];
        *pair = pair_of(query);
        slice *const texts[] = {&pair->first_title, &pair->second_title, &pair->first_territory,
                                &pair->second_territory};
        for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
            *texts[i] = arena_copy(arena, *texts[i]);
        }
    }
}

err duplicate_part(struct db_conn *conn, const struct contribution_world *world,
                   const struct actor *actor, struct entry_id a, struct entry_id b, slice reason,
                   int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    bool may;
    reason = slice_trim(reason);
    TRY(duplicate_may(conn, world, actor, a, b, &may));
    if (!may) {
        return ERR_DENIED;
    }
    if (a.v == b.v || reason.n == 0) {
        return problem_set(problem, ERR_INPUT, "reason", "a reason is missing");
    }
    if (reason.n > DUPLICATE_REASON_MAX) {
        return problem_set(problem, ERR_LIMIT, "reason", "more than %d bytes",
                           DUPLICATE_REASON_MAX);
    }
    struct db_query *query = duplicate_query(conn, DUPLICATE_PAIR_PART);
    db_bind_i64(query, 1, a.v < b.v ? a.v : b.v);
    db_bind_i64(query, 2, a.v < b.v ? b.v : a.v);
    db_bind_i64(query, 3, now_ms);
    db_bind_i64(query, 4, actor->person.v);
    db_bind_text_borrowed(query, 5, reason);
    TRY(db_run(query));
    if (db_changed(conn) != 1) {
        return ERR_CONFLICT;
    }
    return person_audit(
        conn, world->ids,
        &(struct person_act){.at_ms = now_ms,
                             .by = actor->person,
                             .act = SLICE("not-the-same"),
                             .object = arena_printf(&scratch, "entry:%lld entry:%lld",
                                                    (long long)a.v, (long long)b.v),
                             .reason = reason});
}
