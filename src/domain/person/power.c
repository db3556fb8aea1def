/* Roles, and the log of what was done with them. */
#include "domain/person/person_int.h"

static const char *const role_slugs[PERSON_ROLE__COUNT] = {[PERSON_STEWARD] = "steward",
                                                           [PERSON_MODERATOR] = "moderator",
                                                           [PERSON_ADMIN] = "admin",
                                                           [PERSON_HELPER] = "helper"};

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
                      slice reason, int64_t now_ms) {
    BUF_CLEANUP struct buf object = buf_new(256);
    buf_addf(&object, "person:%lld %s", (long long)person.v, role_slugs[role]);
    if (territory.n) {
        buf_addf(&object, " %.*s", SLICE_ARG(territory));
    }
    TRY(object.failed);
    return person_audit(
        conn, ids,
        &(struct person_act){
            .at_ms = now_ms, .by = by, .act = act, .object = buf_slice(&object), .reason = reason});
}

/* An admin of a part of the instance would be one of all of it: there is none. */
static err grant(struct db_conn *conn, struct id_source *ids, struct person_id by,
                 struct person_id person, enum person_role role, slice territory, slice reason,
                 int64_t now_ms) {
    if (role == PERSON_ADMIN && territory.n > 0) {
        return ERR_INPUT;
    }
    struct db_query *query = person_query(conn, PERSON_ROLE_ADD);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_i64(query, 2, person.v);
    db_bind_i64(query, 3, role);
    db_bind_text_borrowed(query, 4, territory);
    db_bind_i64(query, 5, now_ms);
    TRY(db_run(query));
    return db_changed(conn) == 0
               ? OK
               : audit_role(conn, ids, by, person, SLICE("grant"), role, territory, reason, now_ms);
}

err person_grant(struct db_conn *conn, struct id_source *ids, struct person_id by,
                 struct person_id person, enum person_role role, slice territory, int64_t now_ms) {
    return grant(conn, ids, by, person, role, territory, SLICE_EMPTY, now_ms);
}

/* Active admins: the others, and whether this person is one (1 or 0). */
static err count_admins(struct db_conn *conn, struct person_id person, int64_t *others,
                        int64_t *own) {
    struct db_query *query = person_query(conn, PERSON_ADMINS_BUT);
    db_bind_i64(query, 1, person.v);
    bool row = false;
    TRY(db_next(query, &row));
    *others = row ? db_i64(query, 0) : 0;
    *own = row ? db_i64(query, 1) : 0;
    db_done(query);
    return OK;
}

err person_check_last_admin(struct db_conn *conn, struct person_id person) {
    int64_t others;
    int64_t own;
    TRY(count_admins(conn, person, &others, &own));
    return others == 0 && own > 0 ? ERR_CONFLICT : OK;
}

err person_admins(struct db_conn *conn, int64_t *count) {
    int64_t nobody;
    return count_admins(conn, (struct person_id){0}, count, &nobody);
}

static err revoke(struct db_conn *conn, struct id_source *ids, struct person_id by,
                  struct person_id person, enum person_role role, slice territory, slice reason,
                  int64_t now_ms) {
    if (role == PERSON_ADMIN && territory.n == 0) {
        TRY(person_check_last_admin(conn, person));
    }
    struct db_query *query = person_query(conn, PERSON_ROLE_DELETE);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, role);
    db_bind_text_borrowed(query, 3, territory);
    TRY(db_run(query));
    if (db_changed(conn) == 0) {
        return OK;
    }
    if (role == PERSON_HELPER) { /* RULE HELP-1: with the role, what is done by it ends */
        TRY(person_run(conn, PERSON_HELP_LEAVE, person.v));
    }
    return audit_role(conn, ids, by, person, SLICE("revoke"), role, territory, reason, now_ms);
}

err person_revoke(struct db_conn *conn, struct id_source *ids, struct person_id by,
                  struct person_id person, enum person_role role, slice territory, int64_t now_ms) {
    return revoke(conn, ids, by, person, role, territory, SLICE_EMPTY, now_ms);
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

/* ---- from a page ---- */

static const char *const power_slugs[PERSON_POWER_ACT__COUNT] = {
    [PERSON_POWER_GRANT] = "grant",
    [PERSON_POWER_REVOKE] = "revoke",
    [PERSON_POWER_BLOCK] = "block",
    [PERSON_POWER_UNBLOCK] = "unblock",
};

slice person_power_slug(enum person_power_act act) {
    return slice_from_cstr(power_slugs[act]);
}

bool person_power_from_slug(slice slug, enum person_power_act *act) {
    for (int i = PERSON_POWER_GRANT; i < PERSON_POWER_ACT__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(power_slugs[i]))) {
            *act = (enum person_power_act)i;
            return true;
        }
    }
    return false;
}

static err has_role(struct db_conn *conn, struct person_id person, enum person_role role,
                    slice territory, bool *has) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_grant *grants;
    size_t count;
    *has = false;
    TRY(person_grants(conn, person, &scratch, &grants, &count));
    for (size_t i = 0; i < count; i++) {
        *has = *has || (grants[i].role == role && slice_equal(grants[i].territory, territory));
    }
    return OK;
}

/* Who may: as it is now, not as it was when the page was shown. */
static err check_may(struct db_conn *conn, const struct actor *actor, struct problem *problem) {
    bool is_admin = false;
    if (actor->person.v != 0) {
        TRY(has_role(conn, actor->person, PERSON_ADMIN, SLICE_EMPTY, &is_admin));
    }
    if (!is_admin) {
        return problem_set(problem, ERR_DENIED, "",
                           "only who administers the instance may do this");
    }
    return actor->is_proved ? OK
                            : problem_set(problem, ERR_DENIED, "proof",
                                          "sign in again first: this wants a recent proof");
}

static err check_power(struct db_conn *conn, const struct actor *actor,
                       const struct person_power *power, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person person;
    bool is_role = power->act == PERSON_POWER_GRANT || power->act == PERSON_POWER_REVOKE;
    bool has = false;
    if (slice_trim(power->reason).n == 0) {
        return problem_set(problem, ERR_INPUT, "reason", "a reason is missing");
    }
    if (power->reason.n > PERSON_REASON_MAX) {
        return problem_set(problem, ERR_LIMIT, "reason", "a reason has at most %d bytes",
                           PERSON_REASON_MAX);
    }
    if (is_role && power->role == PERSON_ADMIN && power->territory.n > 0) {
        return problem_set(problem, ERR_INPUT, "territory", "an admin is one of all the instance");
    }
    TRY(person_load(conn, power->person, &scratch, &person));
    if (person.status == PERSON_DELETED) {
        return ERR_NOT_FOUND;
    }
    if (power->act == PERSON_POWER_BLOCK && actor->person.v == power->person.v) {
        return problem_set(problem, ERR_CONFLICT, "self", "nobody blocks their own account");
    }
    if (is_role) {
        TRY(has_role(conn, power->person, power->role, power->territory, &has));
    }
    const bool is_open[PERSON_POWER_ACT__COUNT] = {
        [PERSON_POWER_GRANT] = !has && person.status == PERSON_ACTIVE,
        [PERSON_POWER_REVOKE] = has,
        [PERSON_POWER_BLOCK] = person.status == PERSON_ACTIVE,
        [PERSON_POWER_UNBLOCK] = person.status == PERSON_BLOCKED,
    };
    return is_open[power->act] ? OK
                               : problem_set(problem, ERR_CONFLICT, "status",
                                             "it is so already, or the account is blocked");
}

/* RULE PERSON-6 */
err person_power_use(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                     const struct person_power *power, int64_t now_ms, struct problem *problem) {
    err done = OK;
    slice reason = slice_trim(power->reason);
    TRY(check_may(conn, actor, problem));
    TRY(check_power(conn, actor, power, problem));
    switch (power->act) {
    case PERSON_POWER_GRANT:
        return grant(conn, ids, actor->person, power->person, power->role, power->territory, reason,
                     now_ms);
    case PERSON_POWER_REVOKE:
        done = revoke(conn, ids, actor->person, power->person, power->role, power->territory,
                      reason, now_ms);
        break;
    case PERSON_POWER_BLOCK:
    case PERSON_POWER_UNBLOCK:
        done = person_block(conn, ids, actor->person, power->person,
                            power->act == PERSON_POWER_BLOCK, reason, now_ms);
        break;
    case PERSON_POWER_ACT__COUNT:
        return ERR_INPUT;
    }
    return done == ERR_CONFLICT
               ? problem_set(problem, ERR_CONFLICT, "admin", "the last admin stays one")
               : done;
}

/* ---- the audit ---- */

static err read_acts(struct db_query *query, size_t room, struct arena *arena,
                     struct person_act **acts, size_t *count) {
    struct person_act *list = arena_try(arena, struct person_act, room);
    size_t used = 0;
    if (!list) {
        return ERR_LIMIT;
    }
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list[used++] = (struct person_act){.id = db_i64(query, 0),
                                           .at_ms = db_i64(query, 1),
                                           .by = {db_i64(query, 2)},
                                           .act = arena_copy(arena, db_text(query, 3)),
                                           .object = arena_copy(arena, db_text(query, 4)),
                                           .reason = arena_copy(arena, db_text(query, 5))};
    }
    *acts = list;
    *count = used;
    return OK;
}

err person_acts_find(struct db_conn *conn, const struct person_acts_filter *filter, size_t room,
                     struct arena *arena, struct person_act **acts, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_AUDIT_FIND);
    db_bind_i64(query, 1, filter->before ? filter->before : INT64_MAX);
    db_bind_text_borrowed(query, 2, filter->act);
    db_bind_text_borrowed(query, 3, filter->object);
    db_bind_i64(query, 4, filter->has_by ? filter->by.v : -1);
    db_bind_i64(query, 5, filter->from_ms);
    db_bind_i64(query, 6, filter->to_ms ? filter->to_ms : INT64_MAX);
    db_bind_i64(query, 7, (int64_t)room);
    return read_acts(query, room, arena, acts, count);
}

err person_act_names(struct db_conn *conn, struct arena *arena, slice **names, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_AUDIT_NAMES);
    slice *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, slice, list, used, &room);
        list[used++] = arena_copy(arena, db_text(query, 0));
    }
    *names = list;
    *count = used;
    return OK;
}
