/* The statements of the room. Status 1 is published, 2 pending (domain/entry/entry.h). */
#include "domain/moderation/moderation_int.h"

#define FIRST_ADDRESS(person)                                                                      \
    "(SELECT address FROM person_address WHERE person_id = " person                                \
    " ORDER BY confirmed_ms, address LIMIT 1)"

static const struct db_statement statements[MODERATION_STATEMENT__COUNT] = {
    [FLAG_AGAIN] = {"flag again", "UPDATE flag SET reason = $3, words = $4, name = $5, place = $6, "
                                  "news_id = $7 WHERE entry_id = $1 "
                                  "AND person_id = $2 AND decision_id IS NULL"},
    [FLAG_ADD] = {"flag add", "INSERT INTO flag (id, entry_id, reason, words, person_id, address, "
                              "language, network, at_ms, name, place, news_id, "
                              "decision_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                              "$11, $12, NULL) "
                              "ON CONFLICT (id) DO NOTHING"},
    [FLAG_ENTRY] = {"flag entry", "SELECT status, title, territory FROM entry WHERE id = $1"},
    /* $2 shows it: its own, or one that was merged into it. Status 1 of news is shown. */
    [FLAG_NEWS] = {"flag news", "SELECT 1 FROM news JOIN entry ON entry.id = news.entry_id "
                                "WHERE news.id = $1 AND news.status = 1 "
                                "AND coalesce(entry.merged_into, entry.id) = $2"},
    [FLAG_LIST] = {"flag list",
                   "SELECT reason, words, flag.at_ms, flag.person_id IS NOT NULL, name, place, "
                   "news_id, coalesce(news.title, '') FROM flag "
                   "LEFT JOIN news ON news.id = flag.news_id "
                   "WHERE flag.entry_id = $1 AND decision_id IS NULL "
                   "ORDER BY flag.at_ms, flag.id LIMIT $2"},
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
             "person.id") ", person.language, person.id FROM flag "
                          "JOIN person ON person.id = flag.person_id WHERE flag.decision_id = $1 "
                          "UNION SELECT flag.address, flag.language, 0 FROM flag "
                          "WHERE flag.decision_id = $1 AND flag.person_id IS NULL"},
    [FLAG_FORGET_ADDRESS] = {"flag forget address",
                             "UPDATE flag SET address = '', name = '' WHERE decision_id = $1"},
    [FLAG_SWEEP] = {"flag sweep", "UPDATE flag SET network = x'' WHERE network <> x'' "
                                  "AND at_ms <= $1"},
    [DECISION_ADD] = {"decision add",
                      "INSERT INTO decision (id, entry_id, at_ms, person_id, act, status_after, "
                      "reason, reasons, flags, first_ms, waits, reversed_ms, charter, point, "
                      "subject_id, until_ms, appeal_id) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, "
                      "$14, $15, $16) "
                      "ON CONFLICT (id) DO NOTHING"},
    [DECISION_LAST] = {"decision last", "SELECT status_after FROM decision WHERE entry_id = $1 "
                                        "AND act IN (3, 4, 5) ORDER BY id DESC LIMIT 1"},
    [DECISION_WAITS_NOT] = {"decision waits not",
                            "UPDATE decision SET waits = 0 WHERE entry_id = $1 AND waits = 1"},
    [DECISION_REVERSE] = {"decision reverse",
                          "UPDATE decision SET reversed_ms = $2 WHERE entry_id = $1 "
                          "AND act IN (3, 4, 10) AND reversed_ms = 0"},
    [DECISION_QUEUE] =
        {"decision queue",
         "SELECT entry.id, entry.title, entry.status, min(waiting.at_ms) AS since, "
         "sum(waiting.flags), entry.territory, max(waiting.asked) FROM ("
         "SELECT entry_id, at_ms, 1 AS flags, 0 AS asked FROM flag WHERE decision_id IS NULL "
         "UNION ALL SELECT decision.entry_id, decision.at_ms, 0, CASE WHEN act <> 6 THEN 0 "
         "WHEN decision_reply.decision_id IS NULL THEN 1 ELSE 2 END FROM decision "
         "LEFT JOIN decision_reply ON decision_reply.decision_id = decision.id "
         "WHERE waits = 1) AS waiting "
         "JOIN entry ON entry.id = waiting.entry_id "
         "GROUP BY entry.id, entry.title, entry.status, entry.territory "
         "ORDER BY since, entry.id"},
    [DECISION_LOG] = {"decision log",
                      "SELECT decision.id, decision.at_ms, decision.act, decision.entry_id, "
                      "CASE WHEN entry.status = 1 AND decision.subject_id = 0 THEN entry.title "
                      "ELSE '' END, decision.reasons, "
                      "decision.flags, decision.first_ms, decision.person_id, "
                      "decision.reversed_ms, decision.charter, decision.point, "
                      "coalesce(decision_reply.state, 0) FROM decision "
                      "LEFT JOIN decision_reply ON decision_reply.decision_id = decision.id "
                      "AND decision_reply.is_appeal = 1 "
                      "JOIN entry ON entry.id = decision.entry_id "
                      "WHERE decision.id < $1 ORDER BY decision.id DESC LIMIT $2"},
    [DECISION_FIGURES] = {"decision figures",
                          "SELECT count(*), coalesce(sum(CASE WHEN reversed_ms > 0 THEN 1 ELSE 0 "
                          "END), 0), coalesce(sum(CASE WHEN person_id = 0 THEN 1 ELSE 0 END), 0), "
                          "coalesce(sum(CASE WHEN flags > 0 AND act IN (1, 2, 4, 5) THEN 1 ELSE 0 "
                          "END), 0) FROM decision WHERE at_ms >= $1"},
    [DECISION_MEDIAN] = {"decision median",
                         "SELECT at_ms - first_ms AS waited FROM decision WHERE at_ms >= $1 "
                         "AND flags > 0 AND act IN (1, 2, 4, 5) ORDER BY waited "
                         "LIMIT 1 OFFSET $2"},
    [DECISION_AUTHORS] =
        {"decision authors",
         "SELECT " FIRST_ADDRESS(
             "person.id") ", person.language, person.id FROM contribution "
                          "JOIN person ON person.id = contribution.person_id WHERE "
                          "contribution.entry_id = $1 "
                          "UNION SELECT address, language, 0 FROM contribution "
                          "WHERE entry_id = $1 AND person_id IS NULL AND confirmed_ms > 0"},
    [DECISION_TEAM] =
        {"decision team",
         "SELECT " FIRST_ADDRESS(
             "person.id") ", person.language, person.id FROM team_entry "
                          "JOIN team_member ON team_member.team_id = team_entry.team_id "
                          "JOIN person ON person.id = team_member.person_id "
                          "WHERE team_entry.entry_id = $1"},
    [DECISION_SUBJECT] = {"decision subject",
                          "SELECT " FIRST_ADDRESS("person.id") ", person.language, person.id "
                                                               "FROM person WHERE person.id = $1"},
    [DECISION_WAITING] = {"decision waiting",
                          "SELECT min(at_ms) FROM decision WHERE entry_id = $1 AND waits = 1"},
    [DECISION_CHANGED] = {"decision changed", "SELECT 1 FROM revision WHERE entry_id = $1 "
                                              "AND at_ms >= $2 LIMIT 1"},
    [DECISION_GET] = {"decision get",
                      "SELECT decision.id, decision.entry_id, decision.at_ms, decision.person_id, "
                      "decision.act, decision.reason, decision.charter, decision.point, "
                      "decision.appeal_id, decision.reversed_ms, decision.until_ms, "
                      "decision.subject_id, entry.title, decision.waits FROM decision "
                      "JOIN entry ON entry.id = decision.entry_id WHERE decision.id = $1"},
    [DECISION_UNDONE] = {"decision undone", "UPDATE decision SET reversed_ms = $2 WHERE id = $1 "
                                            "AND reversed_ms = 0"},
    [DECISION_LINK_ADD] = {"decision link add",
                           "INSERT INTO decision_link (digest, decision_id, side, person_id) "
                           "VALUES ($1, $2, $3, $4)"},
    [DECISION_LINK_GET] = {"decision link get", "SELECT decision_id, side, person_id "
                                                "FROM decision_link WHERE digest = $1"},
    [REPLY_ADD] = {"reply add",
                   "INSERT INTO decision_reply (decision_id, entry_id, is_appeal, side, person_id, "
                   "address, language, words, at_ms, state, decided_by, decided_ms, answer) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, 0, '') "
                   "ON CONFLICT (decision_id) DO NOTHING"},
    [REPLY_GET] = {"reply get",
                   "SELECT is_appeal, side, person_id, address, language, words, answer, at_ms, "
                   "decided_ms, state FROM decision_reply WHERE decision_id = $1"},
    [REPLY_LIST] = {"reply list",
                    "SELECT decision_reply.decision_id, decision_reply.at_ms, "
                    "decision_reply.entry_id, entry.title, decision.act, decision.person_id, "
                    "entry.territory FROM decision_reply "
                    "JOIN decision ON decision.id = decision_reply.decision_id "
                    "JOIN entry ON entry.id = decision_reply.entry_id "
                    "WHERE decision_reply.state = 1 AND decision_reply.is_appeal = 1 "
                    "ORDER BY decision_reply.at_ms, decision_reply.decision_id"},
    [REPLY_OF_ENTRY] = {"reply of entry",
                        "SELECT decision.id FROM decision WHERE entry_id = $1 AND act = 6 "
                        "AND waits = 1 ORDER BY id DESC LIMIT 1"},
    [REPLY_END] = {"reply end",
                   "UPDATE decision_reply SET state = $2, decided_by = $3, decided_ms = $4, "
                   "answer = $5, address = '' WHERE decision_id = $1 AND state = 1"},
    [REPLY_READ] = {"reply read", "UPDATE decision_reply SET state = 4, address = '' "
                                  "WHERE entry_id = $1 AND is_appeal = 0 AND state = 1"},
    [REPLY_SETTLE] = {"reply settle",
                      "UPDATE decision_reply SET state = 5, decided_by = $2, decided_ms = $3, "
                      "answer = $4 WHERE entry_id = $1 AND is_appeal = 1 "
                      "AND state = 1 AND decision_id IN (SELECT id FROM decision "
                      "WHERE entry_id = $1 AND act IN (3, 4))"},
    [REPLY_SETTLED] =
        {"reply settled",
         "SELECT CASE WHEN person.id IS NULL THEN reply.address ELSE " FIRST_ADDRESS(
             "person.id") " END, coalesce(person.language, reply.language), reply.person_id "
                          "FROM decision AS told "
                          "JOIN decision ON decision.entry_id = told.entry_id "
                          "JOIN decision_reply AS reply ON reply.decision_id = decision.id "
                          "LEFT JOIN person ON person.id = reply.person_id "
                          "WHERE told.id = $1 AND reply.state = 5 "
                          "AND reply.decided_ms = told.at_ms"},
    [REPLY_FORGET_ADDRESS] = {"reply forget address",
                              "UPDATE decision_reply SET address = '' WHERE state = 5 "
                              "AND decision_id IN (SELECT id FROM decision WHERE entry_id = $1)"},
    [REPLY_FIGURES] = {"reply figures",
                       "SELECT count(*), coalesce(sum(CASE state WHEN 2 THEN 1 ELSE 0 END), 0), "
                       "coalesce(sum(CASE WHEN state IN (3, 5) THEN 1 ELSE 0 END), 0) "
                       "FROM decision_reply "
                       "WHERE is_appeal = 1 AND at_ms >= $1"},
    [BLOCKS_OVER] = {"blocks over",
                     "SELECT id, subject_id FROM decision WHERE subject_id <> 0 AND act = 8 "
                     "AND until_ms > 0 AND until_ms <= $1 AND reversed_ms = 0 AND ended_ms = 0"},
    [BLOCK_END] = {"block end", "UPDATE decision SET ended_ms = $2 WHERE id = $1"},
    [BLOCKS_END] = {"blocks end", "UPDATE decision SET reversed_ms = $2, ended_ms = $3 "
                                  "WHERE subject_id = $1 AND subject_id <> 0 AND act = 8 "
                                  "AND reversed_ms = 0 AND ended_ms = 0"},
    [AUTHOR_LIST] = {"author list",
                     "SELECT person_id FROM contribution WHERE entry_id = $1 "
                     "AND person_id IS NOT NULL UNION SELECT CAST(substr(author, 8) AS INTEGER) "
                     "FROM revision WHERE entry_id = $1 AND substr(author, 1, 7) = 'person:' "
                     "LIMIT $2"},
    [AUTHOR_IS] = {"author is", "SELECT 1 FROM contribution WHERE entry_id = $1 AND person_id = $2 "
                                "UNION ALL SELECT 1 FROM revision WHERE entry_id = $1 "
                                "AND author = 'person:' || $2 LIMIT 1"},
    /* The author's range is that of the index, word by word. */
    [UNDO_REVISIONS] = {"undo revisions",
                        "SELECT DISTINCT revision.entry_id, entry.territory FROM revision "
                        "INDEXED BY revision_by_person JOIN entry ON entry.id = revision.entry_id "
                        "WHERE revision.author = $1 AND revision.author >= 'person:' "
                        "AND revision.author < 'person;' AND revision.at_ms >= $2 "
                        "AND revision.at_ms < $3 AND revision.entry_id < $4 "
                        "AND entry.status = 1 ORDER BY revision.entry_id DESC"},
    [UNDO_ADD] = {"undo add", "INSERT INTO undo (decision_id, person_id, from_ms, to_ms, "
                              "redone_ms) VALUES ($1, $2, $3, $4, 0)"},
    [UNDO_ENTRY_ADD] = {"undo entry add",
                        "INSERT INTO undo_entry (decision_id, entry_id, before_revision, "
                        "after_revision) VALUES ($1, $2, $3, (SELECT max(id) FROM revision "
                        "WHERE entry_id = $2))"},
    [UNDO_END] = {"undo end", "UPDATE undo SET redone_ms = $2 WHERE decision_id = $1 "
                              "AND redone_ms = 0"},
    [UNDO_ENTRIES_OF] =
        {"undo entries of",
         "SELECT undo_entry.entry_id, entry.territory, undo_entry.before_revision, "
         "undo_entry.after_revision FROM undo JOIN undo_entry ON undo_entry.decision_id = "
         "undo.decision_id "
         "JOIN entry ON entry.id = undo_entry.entry_id WHERE undo.decision_id = $1 "
         "AND undo.person_id = $2 AND undo.redone_ms = 0 ORDER BY undo_entry.entry_id DESC"},
    [UNDO_LIST] = {"undo list",
                   "SELECT undo.decision_id, decision.at_ms, undo.from_ms, undo.to_ms, "
                   "(SELECT count(*) FROM undo_entry WHERE undo_entry.decision_id = "
                   "undo.decision_id), undo.redone_ms FROM undo "
                   "JOIN decision ON decision.id = undo.decision_id WHERE undo.person_id = $1 "
                   "ORDER BY undo.decision_id DESC LIMIT $2"},
    [FLAG_OF_PERSON] =
        {"flag of person",
         "SELECT flag.entry_id, flag.at_ms, flag.reason, flag.words, flag.name, flag.place, "
         "coalesce(decision.at_ms, 0) FROM flag "
         "LEFT JOIN decision ON decision.id = flag.decision_id "
         "WHERE flag.person_id = $1 ORDER BY flag.id"},
    [REPLY_OF_PERSON] = {"reply of person",
                         "SELECT entry_id, at_ms, is_appeal, words, answer, decided_ms "
                         "FROM decision_reply WHERE person_id = $1 AND person_id <> 0 "
                         "ORDER BY decision_id"},
    [DECISION_OF_PERSON] = {"decision of person",
                            "SELECT entry_id, at_ms, act, reason, until_ms, reversed_ms "
                            "FROM decision WHERE subject_id = $1 AND subject_id <> 0 "
                            "ORDER BY id"},
    [AUTHOR_RECORD] =
        {"author record",
         "SELECT person.status, person.created_ms, coalesce((SELECT value FROM person_field "
         "WHERE person_id = $1 AND field = 0 AND visibility = 0), ''), "
         "(SELECT count(*) FROM contribution WHERE person_id = $1 AND confirmed_ms > 0), "
         "(SELECT count(*) FROM contribution JOIN entry ON entry.id = contribution.entry_id "
         "WHERE contribution.person_id = $1 AND entry.status = 1), "
         "(SELECT count(DISTINCT decision.entry_id) FROM contribution "
         "JOIN decision ON decision.entry_id = contribution.entry_id "
         "WHERE contribution.person_id = $1 AND decision.act IN (3, 4) "
         "AND decision.reversed_ms = 0), "
         "(SELECT count(*) FROM decision WHERE subject_id = $1 AND subject_id <> 0 AND act = 7 "
         "AND reversed_ms = 0), "
         "(SELECT count(*) FROM decision WHERE subject_id = $1 AND subject_id <> 0 AND act = 8 "
         "AND reversed_ms = 0) "
         "FROM person WHERE person.id = $1"},
    [NETWORK_OF] = {"network of", "SELECT network FROM contribution_network "
                                  "JOIN contribution ON contribution.id = contribution_id "
                                  "WHERE entry_id = $1 ORDER BY contribution_id LIMIT 1"},
    [NETWORK_SUM] = {"network sum", "SELECT count(*), coalesce(sum(entry.status = 1), 0) "
                                    "FROM contribution_network "
                                    "JOIN contribution ON contribution.id = contribution_id "
                                    "JOIN entry ON entry.id = contribution.entry_id "
                                    "WHERE contribution_network.network = $1"},
};
const struct db_catalogue moderation_catalogue = {"moderation", statements,
                                                  ARRAY_COUNT(statements)};
