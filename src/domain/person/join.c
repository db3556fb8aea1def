/* RULE HELP-4: the account of a paper becomes one with the account of an address. One list of all
 * places where the store names a person, other rooms' tables too, so that none is forgotten: a test
 * reads the schema against it. */
#include "domain/person/help.h"

#include "domain/person/person_int.h"

#include <string.h>

/* $1: the one that ends, $2: the one that stays; $3 and $4: the same as authors of revisions. What
 * may stand but once for each account (a field of the profile, a place in a team, a confirmation of
 * a day) stays as the one that stays has it. */
#define MOVE(table, column)                                                                        \
    { table " " column, "UPDATE " table " SET " column " = $2 WHERE " column " = $1" }
#define MOVE_WHERE(table, column, where)                                                           \
    { table " " column, "UPDATE " table " SET " column " = $2 WHERE " column " = $1 AND " where }
static const struct db_statement statements[] = {
    {"help sessions", "UPDATE person_session SET help_id = NULL WHERE help_id IN "
                      "(SELECT id FROM help WHERE person_id = $1)"},
    {"sessions", "DELETE FROM person_session WHERE person_id = $1"},
    {"proofs", "DELETE FROM person_proof WHERE person_id = $1"},
    {"paper", "DELETE FROM paper WHERE person_id = $1"},
    {"fields", "UPDATE OR IGNORE person_field SET person_id = $2 WHERE person_id = $1"},
    {"other fields", "DELETE FROM person_field WHERE person_id = $1"},
    {"team leads", "UPDATE team_member SET role = max(role, (SELECT role FROM team_member AS other "
                   "WHERE other.team_id = team_member.team_id AND other.person_id = $1)) "
                   "WHERE person_id = $2 AND team_id IN "
                   "(SELECT team_id FROM team_member WHERE person_id = $1)"},
    {"teams", "UPDATE OR IGNORE team_member SET person_id = $2 WHERE person_id = $1"},
    {"other teams", "DELETE FROM team_member WHERE person_id = $1"},
    MOVE("team_invitation", "by_person_id"),
    MOVE("draft", "person_id"),
    MOVE("contribution", "person_id"),
    {"suggestions", "UPDATE suggestion SET person_id = $2, author = $4 WHERE person_id = $1"},
    MOVE_WHERE("suggestion", "decided_by", "state <> 1"),
    MOVE("flag", "person_id"),
    MOVE("decision", "subject_id"),
    MOVE("decision_link", "person_id"),
    MOVE("decision_reply", "person_id"),
    MOVE("claim", "person_id"),
    MOVE("claim", "by_person_id"),
    MOVE("news", "person_id"),
    MOVE("news_version", "person_id"),
    MOVE("duplicate_pair", "decided_by"),
    MOVE("duplicate_merge", "person_id"),
    MOVE("undo", "person_id"),
    MOVE("help", "person_id"),
    {"revisions", "UPDATE revision SET author = $4 WHERE author = $3 AND author >= 'person:' "
                  "AND author < 'person;'"},
    {"confirmations", "UPDATE OR IGNORE entry_confirmation SET author = $4 WHERE author = $3"},
    {"other confirmations", "DELETE FROM entry_confirmation WHERE author = $3"},
    {"questions whether still", "UPDATE freshness_ask SET author = $4 WHERE author = $3"},
};
const struct db_catalogue person_join_catalogue = {"person_join", statements,
                                                   ARRAY_COUNT(statements)};

/* ERR_CONFLICT: not what it is for. */
static err check(struct db_conn *conn, struct person_id paper, struct person_id stays) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person ends, other;
    struct person_address *addresses;
    struct person_grant *grants;
    size_t address_count, grant_count;
    TRY(person_load(conn, paper, &scratch, &ends));
    TRY(person_load(conn, stays, &scratch, &other));
    TRY(person_addresses(conn, paper, &scratch, &addresses, &address_count));
    TRY(person_grants(conn, paper, &scratch, &grants, &grant_count));
    return paper.v != stays.v && ends.status == PERSON_ACTIVE && other.status == PERSON_ACTIVE &&
                   address_count == 0 && grant_count == 0
               ? OK
               : ERR_CONFLICT;
}

static slice author(struct person_id person, struct arena *arena) {
    return arena_printf(arena, "person:%lld", (long long)person.v);
}

/* Each statement has some of the four. */
static err move(struct db_conn *conn, unsigned which, struct person_id paper,
                struct person_id stays) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct db_query *query = db_query(conn, &person_join_catalogue, which);
    const char *sql = statements[which].sql;
    if (strstr(sql, "$1")) {
        db_bind_i64(query, 1, paper.v);
    }
    if (strstr(sql, "$2")) {
        db_bind_i64(query, 2, stays.v);
    }
    if (strstr(sql, "$3")) {
        db_bind_text(query, 3, author(paper, &scratch));
    }
    if (strstr(sql, "$4")) {
        db_bind_text(query, 4, author(stays, &scratch));
    }
    return db_run(query);
}

err person_join(struct db_conn *conn, struct id_source *ids, struct person_id paper,
                struct person_id stays, int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    TRY(check(conn, paper, stays));
    for (unsigned i = 0; i < ARRAY_COUNT(statements); i++) {
        TRY(move(conn, i, paper, stays));
    }
    struct db_query *query = person_query(conn, PERSON_SET_STATUS);
    db_bind_i64(query, 1, paper.v);
    db_bind_i64(query, 2, PERSON_DELETED);
    TRY(db_run(query));
    return person_audit(conn, ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = stays,
                                             .act = SLICE("join"),
                                             .object = author(stays, &scratch),
                                             .reason = author(paper, &scratch)});
}
