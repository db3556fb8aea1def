/* Roles, and the log of what was done with them. */
#include "domain/person/person_int.h"

static const char *const role_slugs[PERSON_ROLE__COUNT] = {
    [PERSON_STEWARD] = "steward", [PERSON_MODERATOR] = "moderator", [PERSON_ADMIN] = "admin"};

slice person_role_slug(enum person_role role) {
    return slice_from_cstr(role_slugs[role]);
}

bool person_role_from_slug(slice slug, enum person_role *role) {
    for (int i = PERSON_STEWARD; i < PERSON_ROLE__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(role_slugs[i]))) {
            *role = (enum person_role)i;
            return true;
        }
    }
    return false;
}

err person_audit(struct db_conn *conn, struct id_source *ids, const struct person_act *act) {
    struct db_query *query = person_query(conn, PERSON_AUDIT_ADD);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_i64(query, 2, act->at_ms);
    db_bind_i64(query, 3, act->by.v);
    db_bind_text_borrowed(query, 4, act->act);
    db_bind_text_borrowed(query, 5, act->object);
    db_bind_text_borrowed(query, 6, act->reason);
    return db_run(query);
}

/* "person:12 steward com-73065". */
static err audit_role(struct db_conn *conn, struct id_source *ids, struct person_id by,
                      struct person_id person, slice act, enum person_role role, slice territory,
                      int64_t now_ms) {
    BUF_CLEANUP struct buf object = buf_new(256);
    buf_addf(&object, "person:%lld %s", (long long)person.v, role_slugs[role]);
    if (territory.n) {
        buf_addf(&object, " %.*s", SLICE_ARG(territory));
    }
    TRY(object.failed);
    return person_audit(conn, ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = by,
                                             .act = act,
                                             .object = buf_slice(&object),
                                             .reason = SLICE_EMPTY});
}

err person_grant(struct db_conn *conn, struct id_source *ids, struct person_id by,
                 struct person_id person, enum person_role role, slice territory, int64_t now_ms) {
    struct db_query *query = person_query(conn, PERSON_ROLE_ADD);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_i64(query, 2, person.v);
    db_bind_i64(query, 3, role);
    db_bind_text_borrowed(query, 4, territory);
    db_bind_i64(query, 5, now_ms);
    TRY(db_run(query));
    return db_changed(conn) == 0
               ? OK
               : audit_role(conn, ids, by, person, SLICE("grant"), role, territory, now_ms);
}

err person_check_last_admin(struct db_conn *conn, struct person_id person) {
    struct db_query *query = person_query(conn, PERSON_ADMINS_BUT);
    db_bind_i64(query, 1, person.v);
    bool row = false;
    TRY(db_next(query, &row));
    bool is_last = row && db_i64(query, 0) == 0 && db_i64(query, 1) > 0;
    db_done(query);
    return is_last ? ERR_CONFLICT : OK;
}

err person_revoke(struct db_conn *conn, struct id_source *ids, struct person_id by,
                  struct person_id person, enum person_role role, slice territory, int64_t now_ms) {
    if (role == PERSON_ADMIN && territory.n == 0) {
        TRY(person_check_last_admin(conn, person));
    }
    struct db_query *query = person_query(conn, PERSON_ROLE_DELETE);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, role);
    db_bind_text_borrowed(query, 3, territory);
    TRY(db_run(query));
    return db_changed(conn) == 0
               ? OK
               : audit_role(conn, ids, by, person, SLICE("revoke"), role, territory, now_ms);
}

err person_grants(struct db_conn *conn, struct person_id person, struct arena *arena,
                  struct person_grant **grants, size_t *count) {
    struct db_query *query = person_query(conn, person.v ? PERSON_ROLE_LIST_OF : PERSON_ROLE_LIST);
    if (person.v) {
        db_bind_i64(query, 1, person.v);
    }
    struct person_grant *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct person_grant, list, used, &room);
        list[used++] = (struct person_grant){.id = db_i64(query, 0),
                                             .person = {db_i64(query, 1)},
                                             .role = (enum person_role)db_i64(query, 2),
                                             .territory = arena_copy(arena, db_text(query, 3)),
                                             .at_ms = db_i64(query, 4)};
    }
    *grants = list;
    *count = used;
    return OK;
}

err person_block(struct db_conn *conn, struct id_source *ids, struct person_id by,
                 struct person_id person, bool is_blocked, slice reason, int64_t now_ms) {
    if (is_blocked) {
        TRY(person_check_last_admin(conn, person));
        TRY(person_sessions_end(conn, person, NULL));
    }
    struct db_query *query = person_query(conn, PERSON_SET_STATUS);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, is_blocked ? PERSON_BLOCKED : PERSON_ACTIVE);
    TRY(db_run(query));
    BUF_CLEANUP struct buf object = buf_new(64);
    buf_addf(&object, "person:%lld", (long long)person.v);
    return person_audit(conn, ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = by,
                                             .act = is_blocked ? SLICE("block") : SLICE("unblock"),
                                             .object = buf_slice(&object),
                                             .reason = reason});
}

err person_acts(struct db_conn *conn, int64_t before_ms, size_t room, struct arena *arena,
                struct person_act **acts, size_t *count) {
    struct person_act *list = arena_try(arena, struct person_act, room);
    if (!list) {
        return ERR_LIMIT;
    }
    struct db_query *query = person_query(conn, PERSON_AUDIT_LIST);
    db_bind_i64(query, 1, before_ms ? before_ms : INT64_MAX);
    db_bind_i64(query, 2, (int64_t)room);
    size_t used = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list[used++] = (struct person_act){.at_ms = db_i64(query, 0),
                                           .by = {db_i64(query, 1)},
                                           .act = arena_copy(arena, db_text(query, 2)),
                                           .object = arena_copy(arena, db_text(query, 3)),
                                           .reason = arena_copy(arena, db_text(query, 4))};
    }
    *acts = list;
    *count = used;
    return OK;
}
