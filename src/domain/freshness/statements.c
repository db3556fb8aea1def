#include "domain/freshness/freshness_int.h"

static const struct db_statement statements[FRESHNESS_STATEMENT__COUNT] = {
    /* $1: a year ago. What is over by itself (events) or tells of the past (portraits) is not asked
     * about. */
    [FRESHNESS_DUE] = {"due", "SELECT e.id, e.title FROM entry e WHERE e.id IN "
                              "(SELECT entry_id FROM team_entry UNION "
                              "SELECT entry_id FROM contribution WHERE confirmed_ms > 0) "
                              "AND e.status = 1 AND e.state <> 6 AND e.kind NOT IN (4, 6) "
                              "AND e.checked_ms <= $1 AND e.updated_ms <= $1 "
                              "AND NOT EXISTS (SELECT 1 FROM freshness_ask a "
                              "WHERE a.entry_id = e.id AND a.at_ms > $1) ORDER BY e.id LIMIT $2"},
    /* The team of an entry, else who brought it. */
    [FRESHNESS_READERS] =
        {"readers",
         "SELECT min(pa.address), p.language, p.id, 2 FROM team_entry te "
         "JOIN team_member tm ON tm.team_id = te.team_id "
         "JOIN person p ON p.id = tm.person_id AND p.status = 1 "
         "JOIN person_address pa ON pa.person_id = p.id "
         "WHERE te.entry_id = $1 GROUP BY p.id, p.language "
         "UNION ALL SELECT min(pa.address), p.language, p.id, 3 FROM contribution c "
         "JOIN person p ON p.id = c.person_id AND p.status = 1 "
         "JOIN person_address pa ON pa.person_id = p.id "
         "WHERE c.entry_id = $1 AND NOT EXISTS "
         "(SELECT 1 FROM team_entry te WHERE te.entry_id = $1) GROUP BY p.id, p.language "
         "UNION ALL SELECT c.address, c.language, -c.id, 3 FROM contribution c "
         "WHERE c.entry_id = $1 AND c.person_id IS NULL AND c.address <> '' "
         "AND c.confirmed_ms > 0 AND NOT EXISTS "
         "(SELECT 1 FROM team_entry te WHERE te.entry_id = $1)"},
    [FRESHNESS_ASK_ADD] = {"ask add", "INSERT INTO freshness_ask (digest, entry_id, reader, "
                                      "author, side, at_ms, answer) "
                                      "VALUES ($1, $2, $3, $4, $5, $6, 0)"},
    /* What an author is worth today: of the team, active, not claimed by an account since. */
    [FRESHNESS_ASK_GET] =
        {"ask get",
         "SELECT coalesce(e.merged_into, e.id), a.author, a.side, a.answer FROM freshness_ask a "
         "JOIN entry e ON e.id = a.entry_id "
         "JOIN entry s ON s.id = coalesce(e.merged_into, e.id) AND s.status = 1 "
         "WHERE a.digest = $1 AND a.at_ms > $2 AND ("
         "(a.side = 2 AND EXISTS (SELECT 1 FROM team_entry te JOIN team_member tm "
         "ON tm.team_id = te.team_id JOIN person p ON p.id = tm.person_id AND p.status = 1 "
         "WHERE te.entry_id = s.id AND a.author = 'person:' || tm.person_id)) OR "
         "(a.side = 3 AND NOT EXISTS (SELECT 1 FROM team_entry te WHERE te.entry_id = s.id) "
         "AND EXISTS (SELECT 1 FROM contribution c LEFT JOIN person p ON p.id = c.person_id "
         "WHERE c.entry_id = s.id AND "
         "((c.person_id IS NULL AND a.author = 'guest:' || c.id) OR "
         "(p.status = 1 AND a.author = 'person:' || c.person_id)))))"},
    [FRESHNESS_ASK_READER] = {"ask reader", "SELECT reader FROM freshness_ask WHERE digest = $1"},
    [FRESHNESS_ASK_PUT] = {"ask put", "UPDATE freshness_ask SET answer = $2 WHERE digest = $1"},
    [FRESHNESS_ASK_FORGET] = {"ask forget", "DELETE FROM freshness_ask "
                                            "WHERE author = 'person:' || $1"},
    [FRESHNESS_ASK_SWEEP] = {"ask sweep", "DELETE FROM freshness_ask WHERE at_ms <= $1"},
    [FRESHNESS_SILENT_ADD] = {"silent add", "INSERT INTO freshness_silent (reader, at_ms) "
                                            "VALUES ($1, $2) ON CONFLICT (reader) DO NOTHING"},
    [FRESHNESS_SILENT_GET] = {"silent get", "SELECT 1 FROM freshness_silent WHERE reader = $1"},
};
const struct db_catalogue freshness_catalogue = {"freshness", statements, ARRAY_COUNT(statements)};

_Static_assert(ENTRY_PUBLISHED == 1 && ENTRY_STATE_ENDED == 6 && ENTRY_KIND_EVENT == 4 &&
                   ENTRY_KIND_STORY == 6 && ENTRY_CONFIRMED_BY_TEAM == 2 &&
                   ENTRY_CONFIRMED_BY_AUTHOR == 3 && PERSON_ACTIVE == 1,
               "as the statements say");

struct db_query *freshness_query_of(struct db_conn *conn, enum freshness_statement which,
                                    slice secret) {
    struct db_query *query = db_query(conn, &freshness_catalogue, which);
    struct crypto_digest digest = crypto_digest(&secret, 1);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    return query;
}
