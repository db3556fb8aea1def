#include "domain/team/team.h"

enum team_statement {
    TEAM_ADD,
    TEAM_GET,
    TEAM_RENAME,
    TEAM_DELETE,
    TEAM_MEMBER_PUT,
    TEAM_MEMBER_DELETE,
    TEAM_MEMBERS,
    TEAM_ROLE,
    TEAM_COUNTS,
    TEAM_OLDEST,
    TEAMS_OF_PERSON,
    TEAM_ENTRY_ADD,
    TEAM_ENTRY_GET,
    TEAM_ENTRY_KEEP,
    TEAM_SHOWN,
    TEAM_ENTRY_DELETE,
    TEAM_MEMBERS_DELETE,
    TEAM_ENTRIES_DELETE,
    TEAM_ENTRIES_OF_PERSON,
    TEAM_ENTRIES,
    TEAM_ADDRESSES,
    TEAM_INVITATION_ADD,
    TEAM_INVITATION_GET,
    TEAM_INVITATION_DELETE,
    TEAM_INVITATIONS,
    TEAM_INVITATION_TAKE_BACK,
    TEAM_INVITATIONS_DELETE,
    TEAM_STATEMENT__COUNT
};

static const struct db_statement statements[TEAM_STATEMENT__COUNT] = {
    [TEAM_ADD] = {"add", "INSERT INTO team (id, name, created_ms) VALUES ($1, $2, $3) "
                         "ON CONFLICT (id) DO NOTHING"},
    [TEAM_GET] = {"get", "SELECT name, created_ms FROM team WHERE id = $1"},
    [TEAM_RENAME] = {"rename", "UPDATE team SET name = $2 WHERE id = $1"},
    [TEAM_DELETE] = {"delete", "DELETE FROM team WHERE id = $1"},
    [TEAM_MEMBER_PUT] = {"member put",
                         "INSERT INTO team_member (team_id, person_id, role, joined_ms) "
                         "VALUES ($1, $2, $3, $4) ON CONFLICT (team_id, person_id) DO UPDATE SET "
                         "role = excluded.role"},
    [TEAM_MEMBER_DELETE] = {"member delete",
                            "DELETE FROM team_member WHERE team_id = $1 AND person_id = $2"},
    [TEAM_MEMBERS] = {"members", "SELECT person_id, role, joined_ms FROM team_member "
                                 "WHERE team_id = $1 ORDER BY role DESC, joined_ms, person_id"},
    [TEAM_ROLE] = {"role", "SELECT role FROM team_member WHERE team_id = $1 AND person_id = $2"},
    [TEAM_COUNTS] = {"counts", "SELECT count(*), count(CASE WHEN role = 2 THEN 1 END) "
                               "FROM team_member WHERE team_id = $1 AND person_id <> $2"},
    [TEAM_OLDEST] = {"oldest", "SELECT person_id, joined_ms FROM team_member WHERE team_id = $1 "
                               "AND person_id <> $2 ORDER BY joined_ms, person_id LIMIT 1"},
    [TEAMS_OF_PERSON] = {"teams of person", "SELECT team_id FROM team_member WHERE person_id = $1"},
    [TEAM_ENTRY_ADD] = {"entry add", "INSERT INTO team_entry (entry_id, team_id, keeps) "
                                     "VALUES ($1, $2, 0) ON CONFLICT (entry_id) DO NOTHING"},
    [TEAM_ENTRY_GET] = {"entry get",
                        "SELECT team_entry.team_id, team_entry.keeps, team_member.role "
                        "FROM team_entry LEFT JOIN team_member "
                        "ON team_member.team_id = team_entry.team_id "
                        "AND team_member.person_id = $2 WHERE team_entry.entry_id = $1"},
    [TEAM_ENTRY_KEEP] = {"entry keep", "UPDATE team_entry SET keeps = $3 "
                                       "WHERE entry_id = $1 AND team_id = $2"},
    /* $2: the widest visibility of a name that its reader is shown. */
    [TEAM_SHOWN] = {"shown", "SELECT team.id, team.name, team_member.person_id, team_member.role, "
                             "CASE WHEN person.status = 1 THEN person_field.value END "
                             "FROM team_entry JOIN team ON team.id = team_entry.team_id "
                             "JOIN team_member ON team_member.team_id = team.id "
                             "JOIN person ON person.id = team_member.person_id "
                             "LEFT JOIN person_field ON person_field.person_id = person.id "
                             "AND person_field.field = 0 AND person_field.visibility <= $2 "
                             "WHERE team_entry.entry_id = $1 "
                             "ORDER BY team_member.role DESC, team_member.joined_ms, person.id"},
    [TEAM_ENTRY_DELETE] = {"entry delete", "DELETE FROM team_entry "
                                           "WHERE team_id = $1 AND entry_id = $2"},
    [TEAM_MEMBERS_DELETE] = {"members delete", "DELETE FROM team_member WHERE team_id = $1"},
    [TEAM_ENTRIES_DELETE] = {"entries delete", "DELETE FROM team_entry WHERE team_id = $1"},
    [TEAM_ENTRIES_OF_PERSON] = {"entries of person",
                                "SELECT team_entry.entry_id FROM team_member JOIN team_entry "
                                "ON team_entry.team_id = team_member.team_id "
                                "WHERE team_member.person_id = $1 ORDER BY team_entry.entry_id"},
    [TEAM_ENTRIES] = {"entries", "SELECT entry_id FROM team_entry WHERE team_id = $1 "
                                 "ORDER BY entry_id"},
    [TEAM_ADDRESSES] = {"addresses",
                        "SELECT min(person_address.address) FROM team_member JOIN person_address "
                        "ON person_address.person_id = team_member.person_id "
                        "WHERE team_member.team_id = $1 GROUP BY team_member.person_id"},
    [TEAM_INVITATION_ADD] = {"invitation add",
                             "INSERT INTO team_invitation (digest, team_id, by_person_id, address, "
                             "role, at_ms) VALUES ($1, $2, $3, $4, $5, $6)"},
    [TEAM_INVITATION_GET] = {"invitation get", "SELECT team_id, by_person_id, address, role, at_ms "
                                               "FROM team_invitation WHERE digest = $1"},
    [TEAM_INVITATION_DELETE] = {"invitation delete",
                                "DELETE FROM team_invitation WHERE digest = $1"},
    [TEAM_INVITATIONS] = {"invitations", "SELECT team_id, by_person_id, address, role, at_ms "
                                         "FROM team_invitation WHERE team_id = $1 AND at_ms > $2 "
                                         "ORDER BY at_ms"},
    [TEAM_INVITATION_TAKE_BACK] = {"invitation take back", "DELETE FROM team_invitation "
                                                           "WHERE team_id = $1 AND address = $2"},
    [TEAM_INVITATIONS_DELETE] = {"invitations delete",
                                 "DELETE FROM team_invitation WHERE team_id = $1"},
};
const struct db_catalogue team_catalogue = {"team", statements, ARRAY_COUNT(statements)};

static struct db_query *query_of(struct db_conn *conn, enum team_statement which, int64_t first) {
    struct db_query *query = db_query(conn, &team_catalogue, which);
    db_bind_i64(query, 1, first);
    return query;
}

/* ---- what there is ---- */

err team_load(struct db_conn *conn, struct team_id id, struct arena *arena, struct team *team) {
    struct db_query *query = query_of(conn, TEAM_GET, id.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *team = (struct team){
        .id = id, .name = arena_copy(arena, db_text(query, 0)), .created_ms = db_i64(query, 1)};
    db_done(query);
    return OK;
}

err team_of_entry(struct db_conn *conn, struct entry_id entry, struct person_id person,
                  struct team_of_entry *of) {
    struct db_query *query = query_of(conn, TEAM_ENTRY_GET, entry.v);
    db_bind_i64(query, 2, person.v);
    bool row = false;
    TRY(db_next(query, &row));
    *of = (struct team_of_entry){0};
    if (row) {
        *of = (struct team_of_entry){.id = {db_i64(query, 0)},
                                     .keeps = db_i64(query, 1) != 0,
                                     .role = (enum team_role)db_i64(query, 2)};
        db_done(query);
    }
    return OK;
}

/* The statement names them by number. */
_Static_assert(PERSON_NAME == 0 && PERSON_ACTIVE == 1 && PERSON_PUBLIC == 0, "as stored");

err team_shown(struct db_conn *conn, struct entry_id entry, struct person_id viewer,
               struct arena *arena, struct team_shown *shown) {
    struct db_query *query = query_of(conn, TEAM_SHOWN, entry.v);
    size_t room = 0;
    *shown = (struct team_shown){.name = SLICE_EMPTY};
    db_bind_i64(query, 2, viewer.v ? PERSON_MEMBERS : PERSON_PUBLIC);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        struct person_id person = {db_i64(query, 2)};
        slice name = db_text(query, 4);
        if (shown->id.v == 0) {
            shown->id = (struct team_id){db_i64(query, 0)};
            shown->name = arena_copy(arena, db_text(query, 1));
        }
        if (person.v == viewer.v) {
            shown->role = (enum team_role)db_i64(query, 3);
        }
        if (name.n == 0) {
            shown->unnamed++;
            continue;
        }
        shown->members =
            arena_grow(arena, struct team_shown_member, shown->members, shown->count, &room);
        shown->members[shown->count++] =
            (struct team_shown_member){.person = person, .name = arena_copy(arena, name)};
    }
}

err team_role_of(struct db_conn *conn, struct team_id id, struct person_id person,
                 enum team_role *role) {
    struct db_query *query = query_of(conn, TEAM_ROLE, id.v);
    db_bind_i64(query, 2, person.v);
    bool row = false;
    TRY(db_next(query, &row));
    *role = row ? (enum team_role)db_i64(query, 0) : TEAM_NONE;
    db_done(query);
    return OK;
}

err team_members(struct db_conn *conn, struct team_id id, struct person_id viewer,
                 struct arena *arena, struct team_member **members, size_t *count) {
    struct db_query *query = query_of(conn, TEAM_MEMBERS, id.v);
    struct team_member *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct team_member, list, used, &room);
        list[used++] = (struct team_member){.person = {db_i64(query, 0)},
                                            .role = (enum team_role)db_i64(query, 1),
                                            .joined_ms = db_i64(query, 2)};
    }
    for (size_t i = 0; i < used; i++) {
        struct person person;
        TRY(person_load(conn, list[i].person, arena, &person));
        list[i].name = person_shown(&person, PERSON_NAME, viewer);
    }
    *members = list;
    *count = used;
    return OK;
}

static err list_entries(struct db_query *query, struct arena *arena, struct entry_id **entries,
                        size_t *count) {
    struct entry_id *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct entry_id, list, used, &room);
        list[used++] = (struct entry_id){db_i64(query, 0)};
    }
    *entries = list;
    *count = used;
    return OK;
}

err team_entries_of_person(struct db_conn *conn, struct person_id person, struct arena *arena,
                           struct entry_id **entries, size_t *count) {
    return list_entries(query_of(conn, TEAM_ENTRIES_OF_PERSON, person.v), arena, entries, count);
}

err team_entries(struct db_conn *conn, struct team_id id, struct arena *arena,
                 struct entry_id **entries, size_t *count) {
    return list_entries(query_of(conn, TEAM_ENTRIES, id.v), arena, entries, count);
}

err team_addresses(struct db_conn *conn, struct team_id id, struct arena *arena, slice **addresses,
                   size_t *count) {
    struct db_query *query = query_of(conn, TEAM_ADDRESSES, id.v);
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
    *addresses = list;
    *count = used;
    return OK;
}

/* ---- making and leading ---- */

static err put_member(struct db_conn *conn, struct team_id id, struct person_id person,
                      enum team_role role, int64_t now_ms) {
    struct db_query *query = query_of(conn, TEAM_MEMBER_PUT, id.v);
    db_bind_i64(query, 2, person.v);
    db_bind_i64(query, 3, role);
    db_bind_i64(query, 4, now_ms);
    return db_run(query);
}

err team_begin(struct db_conn *conn, struct id_source *ids, struct entry_id entry,
               struct person_id lead, slice name, int64_t now_ms, struct team_id *id) {
    do { /* another process may have taken the number in the same millisecond */
        *id = (struct team_id){id_next(ids)};
        struct db_query *query = query_of(conn, TEAM_ADD, id->v);
        db_bind_text_borrowed(query, 2, name);
        db_bind_i64(query, 3, now_ms);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    struct db_query *query = query_of(conn, TEAM_ENTRY_ADD, entry.v);
    db_bind_i64(query, 2, id->v);
    TRY(db_run(query));
    return db_changed(conn) == 0 ? ERR_CONFLICT : put_member(conn, *id, lead, TEAM_LEAD, now_ms);
}

static err check_lead(struct db_conn *conn, struct team_id id, struct person_id by) {
    enum team_role role;
    TRY(team_role_of(conn, id, by, &role));
    return role == TEAM_LEAD ? OK : ERR_DENIED;
}

err team_rename(struct db_conn *conn, struct team_id id, struct person_id by, slice name,
                struct problem *problem) {
    TRY(check_lead(conn, id, by));
    slice line = slice_trim(name);
    if (line.n > TEAM_NAME_MAX) {
        return problem_set(problem, ERR_LIMIT, "name", "at most %d bytes", TEAM_NAME_MAX);
    }
    struct db_query *query = query_of(conn, TEAM_RENAME, id.v);
    db_bind_text_borrowed(query, 2, line);
    return db_run(query);
}

err team_keep(struct db_conn *conn, struct team_id id, struct person_id by, struct entry_id entry,
              bool keeps) {
    TRY(check_lead(conn, id, by));
    struct db_query *query = query_of(conn, TEAM_ENTRY_KEEP, entry.v);
    db_bind_i64(query, 2, id.v);
    db_bind_i64(query, 3, keeps);
    TRY(db_run(query));
    return db_changed(conn) ? OK : ERR_NOT_FOUND;
}

struct counts {
    int64_t members, leads; /* without one of them */
};
static err count_others(struct db_conn *conn, struct team_id id, struct person_id but,
                        struct counts *counts) {
    struct db_query *query = query_of(conn, TEAM_COUNTS, id.v);
    db_bind_i64(query, 2, but.v);
    bool row = false;
    TRY(db_next(query, &row));
    *counts = (struct counts){row ? db_i64(query, 0) : 0, row ? db_i64(query, 1) : 0};
    db_done(query);
    return OK;
}

static err delete_member(struct db_conn *conn, struct team_id id, struct person_id person) {
    struct db_query *query = query_of(conn, TEAM_MEMBER_DELETE, id.v);
    db_bind_i64(query, 2, person.v);
    return db_run(query);
}

err team_role_set(struct db_conn *conn, struct team_id id, struct person_id by,
                  struct person_id person, enum team_role role) {
    TRY(check_lead(conn, id, by));
    enum team_role now;
    TRY(team_role_of(conn, id, person, &now));
    if (now == TEAM_NONE) {
        return ERR_NOT_FOUND;
    }
    struct counts others;
    TRY(count_others(conn, id, person, &others));
    if (now == TEAM_LEAD && role != TEAM_LEAD && others.leads == 0) {
        return ERR_CONFLICT;
    }
    return role == TEAM_NONE ? delete_member(conn, id, person)
                             : put_member(conn, id, person, role, 0); /* joined when they did */
}

/* ---- inviting and joining ---- */

err team_invite(struct db_conn *conn, struct team_id id, struct person_id by, slice address,
                enum team_role role, int64_t now_ms, struct crypto_secret *link) {
    TRY(check_lead(conn, id, by));
    struct counts others;
    TRY(count_others(conn, id, by, &others));
    if (others.members + 1 >= TEAM_MEMBERS_MAX) {
        return ERR_LIMIT;
    }
    *link = crypto_secret_make();
    slice text = slice_from_cstr(link->text);
    struct crypto_digest digest = crypto_digest(&text, 1);
    struct db_query *query = db_query(conn, &team_catalogue, TEAM_INVITATION_ADD);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    db_bind_i64(query, 2, id.v);
    db_bind_i64(query, 3, by.v);
    db_bind_text_borrowed(query, 4, address);
    db_bind_i64(query, 5, role);
    db_bind_i64(query, 6, now_ms);
    return db_run(query);
}

err team_invitation_take_back(struct db_conn *conn, struct team_id id, struct person_id by,
                              slice address) {
    TRY(check_lead(conn, id, by));
    struct db_query *query = query_of(conn, TEAM_INVITATION_TAKE_BACK, id.v);
    db_bind_text_borrowed(query, 2, address);
    TRY(db_run(query));
    return db_changed(conn) ? OK : ERR_NOT_FOUND;
}

static struct team_invitation read_invitation(struct db_query *query, struct arena *arena) {
    return (struct team_invitation){.team = {db_i64(query, 0)},
                                    .by = {db_i64(query, 1)},
                                    .address = arena_copy(arena, db_text(query, 2)),
                                    .role = (enum team_role)db_i64(query, 3),
                                    .at_ms = db_i64(query, 4)};
}

err team_invitation_look(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                         struct team_invitation *invitation) {
    struct crypto_digest digest = crypto_digest(&link, 1);
    struct db_query *query = db_query(conn, &team_catalogue, TEAM_INVITATION_GET);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *invitation = read_invitation(query, arena);
    db_done(query);
    return invitation->at_ms <= now_ms - TEAM_INVITATION_MS ? ERR_NOT_FOUND : OK;
}

err team_invitations(struct db_conn *conn, struct team_id id, int64_t now_ms, struct arena *arena,
                     struct team_invitation **invitations, size_t *count) {
    struct db_query *query = query_of(conn, TEAM_INVITATIONS, id.v);
    db_bind_i64(query, 2, now_ms - TEAM_INVITATION_MS);
    struct team_invitation *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct team_invitation, list, used, &room);
        list[used++] = read_invitation(query, arena);
    }
    *invitations = list;
    *count = used;
    return OK;
}

err team_join(struct db_conn *conn, slice link, struct person_id person, int64_t now_ms,
              struct team_id *id) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct team_invitation invitation;
    TRY(team_invitation_look(conn, link, now_ms, &scratch, &invitation));
    struct crypto_digest digest = crypto_digest(&link, 1);
    struct db_query *query = db_query(conn, &team_catalogue, TEAM_INVITATION_DELETE);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    TRY(db_run(query));
    enum team_role role;
    TRY(team_role_of(conn, invitation.team, person, &role));
    *id = invitation.team;
    return role >= invitation.role
               ? OK
               : put_member(conn, invitation.team, person, invitation.role, now_ms);
}

/* ---- leaving ---- */

/* What the team ran is open to everybody again. */
static err end_team(struct db_conn *conn, struct team_id id) {
    static const enum team_statement deletes[] = {TEAM_MEMBERS_DELETE, TEAM_ENTRIES_DELETE,
                                                  TEAM_INVITATIONS_DELETE, TEAM_DELETE};
    for (size_t i = 0; i < ARRAY_COUNT(deletes); i++) {
        TRY(db_run(query_of(conn, deletes[i], id.v)));
    }
    return OK;
}

err team_release(struct db_conn *conn, struct team_id id, struct entry_id entry) {
    struct db_query *query = query_of(conn, TEAM_ENTRY_DELETE, id.v);
    db_bind_i64(query, 2, entry.v);
    TRY(db_run(query));
    if (db_changed(conn) == 0) {
        return ERR_NOT_FOUND;
    }
    bool row = false;
    query = query_of(conn, TEAM_ENTRIES, id.v);
    TRY(db_next(query, &row));
    db_done(query);
    return row ? OK : end_team(conn, id);
}

err team_leave(struct db_conn *conn, struct team_id id, struct person_id person) {
    enum team_role role;
    struct counts others;
    TRY(team_role_of(conn, id, person, &role));
    if (role == TEAM_NONE) {
        return ERR_NOT_FOUND;
    }
    TRY(count_others(conn, id, person, &others));
    if (others.members > 0 && others.leads == 0) {
        return ERR_CONFLICT;
    }
    TRY(delete_member(conn, id, person));
    return others.members == 0 ? end_team(conn, id) : OK;
}

static err hand_to_oldest(struct db_conn *conn, struct team_id id, struct person_id person) {
    struct db_query *query = query_of(conn, TEAM_OLDEST, id.v);
    db_bind_i64(query, 2, person.v);
    bool row = false;
    TRY(db_next(query, &row));
    struct person_id heir = {row ? db_i64(query, 0) : 0};
    db_done(query);
    return heir.v ? put_member(conn, id, heir, TEAM_LEAD, 0) : OK;
}

err team_leave_all(struct db_conn *conn, struct person_id person) {
    for (;;) {
        struct db_query *query = query_of(conn, TEAMS_OF_PERSON, person.v);
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        struct team_id id = {db_i64(query, 0)};
        db_done(query);
        struct counts others;
        TRY(count_others(conn, id, person, &others));
        if (others.leads == 0) {
            TRY(hand_to_oldest(conn, id, person));
        }
        TRY(team_leave(conn, id, person));
    }
}
