/* The statements of the room. */
#include "domain/contribution/contribution_int.h"

#define COLUMNS                                                                                    \
    "contribution.id, contribution.entry_id, contribution.person_id, contribution.address, "       \
    "contribution.language, entry.title, entry.status, contribution.created_ms, "                  \
    "contribution.confirmed_ms, contribution.is_held, contribution.is_ours, contribution.charter " \
    "FROM contribution "                                                                           \
    "JOIN entry ON entry.id = contribution.entry_id "
#define KNOWN                                                                                      \
    "SELECT 1 FROM contribution JOIN entry ON entry.id = contribution.entry_id "                   \
    "WHERE entry.status = 1 AND contribution.is_held = 0 AND contribution.confirmed_ms > 0 "       \
    "AND contribution.confirmed_ms <= $2 AND "
#define SUGGESTION_COLUMNS                                                                         \
    "suggestion.id, suggestion.entry_id, suggestion.base_revision, suggestion.person_id, "         \
    "suggestion.author, suggestion.reason, entry.title, suggestion.at_ms, suggestion.state, "      \
    "suggestion.answer"
#define SUGGESTION_TABLES " FROM suggestion JOIN entry ON entry.id = suggestion.entry_id "

static const struct db_statement statements[CONTRIBUTION_STATEMENT__COUNT] = {
    [DRAFT_ADD] = {"draft add", "INSERT INTO draft (digest, person_id, entry_id, base_revision, "
                                "contribution_id, changed_ms, content, suggestion_id, base) "
                                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"},
    [DRAFT_GET] = {"draft get", "SELECT person_id, entry_id, base_revision, contribution_id, "
                                "changed_ms, content, suggestion_id, base FROM draft "
                                "WHERE digest = $1"},
    [DRAFT_PUT] = {"draft put", "UPDATE draft SET content = $2, changed_ms = $3 WHERE digest = $1"},
    [DRAFT_REBASE] = {"draft rebase", "UPDATE draft SET content = $2, base = $3, "
                                      "base_revision = $4, changed_ms = $5 WHERE digest = $1"},
    [DRAFT_DELETE] = {"draft delete", "DELETE FROM draft WHERE digest = $1"},
    [DRAFT_LIST] = {"draft list", "SELECT entry_id, changed_ms, content, digest FROM draft "
                                  "WHERE person_id = $1 AND changed_ms > $2 "
                                  "ORDER BY changed_ms DESC"},
    [DRAFTS_SWEEP] = {"drafts sweep", "DELETE FROM draft WHERE changed_ms <= $1"},
    [CONTRIBUTION_ADD] = {"add", "INSERT INTO contribution (id, entry_id, person_id, address, "
                                 "language, created_ms, confirmed_ms, is_held, is_ours, charter) "
                                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                                 "ON CONFLICT (id) DO NOTHING"},
    [CONTRIBUTION_GET] = {"get", "SELECT " COLUMNS "WHERE contribution.id = $1"},
    [CONTRIBUTION_BY_LINK] = {"by link", "SELECT " COLUMNS "JOIN contribution_link "
                                         "ON contribution_link.contribution_id = contribution.id "
                                         "WHERE contribution_link.digest = $1"},
    [CONTRIBUTION_OF_PERSON] = {"of person", "SELECT " COLUMNS "WHERE contribution.person_id = $1 "
                                             "ORDER BY contribution.id DESC"},
    [CONTRIBUTION_OF_ADDRESS] =
        {"of address", "SELECT " COLUMNS "WHERE contribution.address = $1 "
                       "AND contribution.address <> '' AND contribution.person_id IS NULL "
                       "AND entry.status <= 2 ORDER BY contribution.id DESC LIMIT $2"},
    [CONTRIBUTION_HELD_LIST] = {"held list",
                                "SELECT " COLUMNS "WHERE contribution.is_held = 1 "
                                "AND entry.status = 2 AND contribution.confirmed_ms > 0 "
                                "ORDER BY contribution.confirmed_ms, contribution.id"},
    [CONTRIBUTION_STALE] = {"stale", "SELECT " COLUMNS "WHERE contribution.confirmed_ms = 0 "
                                     "AND entry.status = 2 AND contribution.created_ms <= $1"},
    [CONTRIBUTION_SET] = {"set", "UPDATE contribution SET person_id = $2, confirmed_ms = $3, "
                                 "is_held = $4 WHERE id = $1"},
    [CONTRIBUTION_LINK_ADD] = {"link add", "INSERT INTO contribution_link (digest, "
                                           "contribution_id) VALUES ($1, $2)"},
    [CONTRIBUTION_KNOWN_PERSON] = {"known person", KNOWN "contribution.person_id = $1 LIMIT 1"},
    [CONTRIBUTION_KNOWN_ADDRESS] = {"known address",
                                    KNOWN "contribution.address = $1 AND $1 <> '' LIMIT 1"},
    [CONTRIBUTION_WHERE] = {"contribution where", "SELECT territory FROM entry WHERE id = $1"},
    [CONTRIBUTION_NETWORK_ADD] =
        {"contribution network add",
         "INSERT INTO contribution_network (contribution_id, network, at_ms) SELECT $1, $2, $3 "
         "WHERE $4 = 0 OR EXISTS (SELECT 1 FROM person WHERE id = $4 AND created_ms > $5)"},
    [CONTRIBUTION_NETWORK_SWEEP] = {"contribution network sweep",
                                    "DELETE FROM contribution_network WHERE at_ms <= $1"},
    [CONTRIBUTION_NETWORK_FORGET] = {"contribution network forget",
                                     "DELETE FROM contribution_network WHERE contribution_id IN "
                                     "(SELECT id FROM contribution WHERE person_id = $1)"},
    [SUGGESTION_ADD] = {"suggestion add",
                        "INSERT INTO suggestion (id, entry_id, base_revision, person_id, author, "
                        "reason, at_ms, content, state, decided_by, decided_ms, answer, help_id) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, NULL, 0, '', $9) "
                        "ON CONFLICT (id) DO NOTHING"},
    [SUGGESTION_GET] = {"suggestion get", "SELECT " SUGGESTION_COLUMNS
                                          ", suggestion.content, entry.territory " SUGGESTION_TABLES
                                          "WHERE suggestion.id = $1"},
    [SUGGESTION_HELP] = {"suggestion help", "SELECT help_id FROM suggestion WHERE id = $1"},
    [SUGGESTION_DECIDE] = {"suggestion decide",
                           "UPDATE suggestion SET state = $2, decided_by = $3, decided_ms = $4, "
                           "answer = $5 WHERE id = $1 AND state = 1"},
    /* With where the entry stands, and whether $1 is of its team. */
    [SUGGESTION_LIST] = {"suggestion list",
                         "SELECT " SUGGESTION_COLUMNS ", entry.territory, "
                         "team_member.person_id" SUGGESTION_TABLES
                         "LEFT JOIN team_entry ON team_entry.entry_id = suggestion.entry_id "
                         "LEFT JOIN team_member ON team_member.team_id = team_entry.team_id "
                         "AND team_member.person_id = $1 WHERE suggestion.state = 1 "
                         "ORDER BY suggestion.at_ms, suggestion.id"},
    [SUGGESTION_LIST_OF] = {"suggestion list of",
                            "SELECT " SUGGESTION_COLUMNS SUGGESTION_TABLES
                            "JOIN team_entry ON team_entry.entry_id = suggestion.entry_id "
                            "JOIN team_member ON team_member.team_id = team_entry.team_id "
                            "WHERE team_member.person_id = $1 AND suggestion.state = 1 "
                            "ORDER BY suggestion.at_ms, suggestion.id"},
    [CHARTER_LAST] = {"charter last", "SELECT max(version) FROM charter"},
    [CHARTER_ACCEPTED] = {"charter accepted",
                          "SELECT max(charter) FROM contribution WHERE person_id = $1"},
    [CHARTER_GET] = {"charter get", "SELECT version, at_ms, person_id, note, french, english "
                                    "FROM charter WHERE version = $1"},
    [CHARTER_LIST] = {"charter list", "SELECT version, at_ms, person_id, note FROM charter "
                                      "ORDER BY version DESC"},
    [CHARTER_ADD] = {"charter add", "INSERT INTO charter (version, at_ms, person_id, note, french, "
                                    "english) VALUES ($1, $2, $3, $4, $5, $6)"},
    [SUGGESTION_LIST_BY] = {"suggestion list by",
                            "SELECT " SUGGESTION_COLUMNS SUGGESTION_TABLES
                            "WHERE suggestion.person_id = $1 ORDER BY suggestion.id DESC "
                            "LIMIT $2"},
};
const struct db_catalogue contribution_catalogue = {"contribution", statements,
                                                    ARRAY_COUNT(statements)};

struct db_query *contribution_query_of(struct db_conn *conn, enum contribution_statement which,
                                       slice secret) {
    struct crypto_digest digest = crypto_digest(&secret, 1);
    struct db_query *query = db_query(conn, &contribution_catalogue, which);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    return query;
}

static struct contribution read_one(struct db_query *query, struct arena *arena) {
    return (struct contribution){.id = db_i64(query, 0),
                                 .entry = {db_i64(query, 1)},
                                 .person = {db_i64(query, 2)},
                                 .address = arena_copy(arena, db_text(query, 3)),
                                 .language = arena_copy(arena, db_text(query, 4)),
                                 .title = arena_copy(arena, db_text(query, 5)),
                                 .status = (enum entry_status)db_i64(query, 6),
                                 .created_ms = db_i64(query, 7),
                                 .confirmed_ms = db_i64(query, 8),
                                 .is_held = db_i64(query, 9) != 0,
                                 .is_ours = db_i64(query, 10) != 0,
                                 .charter = db_i64(query, 11)};
}

err contribution_read_list(struct db_query *query, struct arena *arena,
                           struct contribution **contributions, size_t *count) {
    struct contribution *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct contribution, list, used, &room);
        list[used++] = read_one(query, arena);
    }
    *contributions = list;
    *count = used;
    return OK;
}

err contribution_link_add(struct db_conn *conn, int64_t contribution, struct crypto_secret *link) {
    *link = crypto_secret_make();
    struct db_query *query =
        contribution_query_of(conn, CONTRIBUTION_LINK_ADD, slice_from_cstr(link->text));
    db_bind_i64(query, 2, contribution);
    return db_run(query);
}
