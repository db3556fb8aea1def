/* The statements of the room. Status 1 is published, 2 pending (domain/entry/entry.h). */
#include "domain/moderation/moderation_int.h"

#define FIRST_ADDRESS(person)                                                                      \
    "(SELECT address FROM person_address WHERE person_id = " person                                \
    " ORDER BY confirmed_ms, address LIMIT 1)"

static const struct db_statement statements[MODERATION_STATEMENT__COUNT] = {
    [FLAG_AGAIN] = {"flag again", "UPDATE flag SET reason = $3, words = $4 WHERE entry_id = $1 "
                                  "AND person_id = $2 AND decision_id IS NULL"},
    [FLAG_ADD] = {"flag add", "INSERT INTO flag (id, entry_id, reason, words, person_id, address, "
                              "language, network, at_ms, decision_id) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL) "
                              "ON CONFLICT (id) DO NOTHING"},
    [FLAG_ENTRY] = {"flag entry", "SELECT status, title, territory FROM entry WHERE id = $1"},
    [FLAG_LIST] = {"flag list", "SELECT reason, words, at_ms, person_id IS NOT NULL FROM flag "
                                "WHERE entry_id = $1 AND decision_id IS NULL "
                                "ORDER BY at_ms, id LIMIT $2"},
    [FLAG_JUDGED] = {"flag judged",
                     "SELECT flag.person_id, flag.network, flag.address, "
                     "person.status = 1 AND person.created_ms <= flag.at_ms - $2 "
                     "AND flag.network <> x'' AND NOT EXISTS (SELECT 1 FROM flag AS earlier "
                     "WHERE earlier.entry_id = flag.entry_id "
                     "AND earlier.person_id = flag.person_id AND earlier.decision_id IS NOT NULL) "
                     "FROM flag LEFT JOIN person ON person.id = flag.person_id "
                     "WHERE flag.entry_id = $1 AND flag.decision_id IS NULL ORDER BY flag.id"},
    [FLAG_SUM] = {"flag sum", "SELECT reason, count(*), min(at_ms) FROM flag WHERE entry_id = $1 "
                              "AND decision_id IS NULL GROUP BY reason"},
    [FLAG_ANSWER] = {"flag answer", "UPDATE flag SET decision_id = $2 WHERE entry_id = $1 "
                                    "AND decision_id IS NULL"},
    [FLAG_ANSWERED] =
        {"flag answered",
         "SELECT " FIRST_ADDRESS(
             "person.id") ", person.language FROM flag "
                          "JOIN person ON person.id = flag.person_id WHERE flag.decision_id = $1 "
                          "UNION SELECT flag.address, flag.language FROM flag "
                          "WHERE flag.decision_id = $1 AND flag.person_id IS NULL"},
    [FLAG_FORGET_ADDRESS] = {"flag forget address",
                             "UPDATE flag SET address = '' WHERE decision_id = $1"},
    [FLAG_SWEEP] = {"flag sweep", "UPDATE flag SET network = x'' WHERE network <> x'' "
                                  "AND at_ms <= $1"},
    [DECISION_ADD] = {"decision add",
                      "INSERT INTO decision (id, entry_id, at_ms, person_id, act, status_after, "
                      "reason, reasons, flags, first_ms, waits, reversed_ms, charter, point) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13) "
                      "ON CONFLICT (id) DO NOTHING"},
    [DECISION_LAST] = {"decision last", "SELECT status_after FROM decision WHERE entry_id = $1 "
                                        "ORDER BY id DESC LIMIT 1"},
    [DECISION_WAITS_NOT] = {"decision waits not",
                            "UPDATE decision SET waits = 0 WHERE entry_id = $1 AND waits = 1"},
    [DECISION_REVERSE] = {"decision reverse",
                          "UPDATE decision SET reversed_ms = $2 WHERE entry_id = $1 "
                          "AND act IN (3, 4) AND reversed_ms = 0"},
    [DECISION_QUEUE] =
        {"decision queue",
         "SELECT entry.id, entry.title, entry.status, min(waiting.at_ms) AS since, "
         "sum(waiting.flags), entry.territory FROM ("
         "SELECT entry_id, at_ms, 1 AS flags FROM flag WHERE decision_id IS NULL "
         "UNION ALL SELECT entry_id, at_ms, 0 FROM decision WHERE waits = 1) AS waiting "
         "JOIN entry ON entry.id = waiting.entry_id "
         "GROUP BY entry.id, entry.title, entry.status, entry.territory "
         "ORDER BY since, entry.id"},
    [DECISION_LOG] = {"decision log",
                      "SELECT decision.id, decision.at_ms, decision.act, decision.entry_id, "
                      "CASE entry.status WHEN 1 THEN entry.title ELSE '' END, decision.reasons, "
                      "decision.flags, decision.first_ms, decision.person_id, "
                      "decision.reversed_ms, decision.charter, decision.point FROM decision "
                      "JOIN entry ON entry.id = decision.entry_id "
                      "WHERE decision.id < $1 ORDER BY decision.id DESC LIMIT $2"},
    [DECISION_FIGURES] = {"decision figures",
                          "SELECT count(*), coalesce(sum(CASE WHEN reversed_ms > 0 THEN 1 ELSE 0 "
                          "END), 0), coalesce(sum(CASE WHEN flags > 0 AND act <> 3 THEN at_ms - "
                          "first_ms ELSE 0 END), 0), coalesce(sum(CASE WHEN flags > 0 AND act <> "
                          "3 THEN 1 ELSE 0 END), 0) FROM decision"},
    [DECISION_AUTHORS] =
        {"decision authors",
         "SELECT " FIRST_ADDRESS(
             "person.id") ", person.language FROM contribution "
                          "JOIN person ON person.id = contribution.person_id WHERE "
                          "contribution.entry_id = $1 "
                          "UNION SELECT address, language FROM contribution "
                          "WHERE entry_id = $1 AND person_id IS NULL AND confirmed_ms > 0"},
    [DECISION_TEAM] =
        {"decision team",
         "SELECT " FIRST_ADDRESS(
             "person.id") ", person.language FROM team_entry "
                          "JOIN team_member ON team_member.team_id = team_entry.team_id "
                          "JOIN person ON person.id = team_member.person_id "
                          "WHERE team_entry.entry_id = $1"},
};
const struct db_catalogue moderation_catalogue = {"moderation", statements,
                                                  ARRAY_COUNT(statements)};

err moderation_sweep(struct db_conn *conn, int64_t now_ms) {
    struct db_query *query = moderation_query(conn, FLAG_SWEEP);
    db_bind_i64(query, 1, now_ms - FLAG_NETWORK_MS);
    return db_run(query);
}
