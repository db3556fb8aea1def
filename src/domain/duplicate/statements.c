/* The statements of the room. */
#include "domain/duplicate/duplicate_int.h"

#define NOTE        "INSERT INTO duplicate_moved (merge_id, sort, one, other, digest) "
#define MOVED(sort) "SELECT one FROM duplicate_moved WHERE merge_id = $1 AND sort = " sort
#define PAIR_COLUMNS                                                                               \
    "p.first_id, p.second_id, a.title, b.title, a.territory, b.territory, p.score, p.reasons, "    \
    "p.distance_m, p.found_ms"
#define PAIR_TABLES                                                                                \
    " FROM duplicate_pair p JOIN entry a ON a.id = p.first_id JOIN entry b ON b.id = p.second_id "
#define PAIR_WAITS "WHERE p.state = 0 AND a.status = 1 AND b.status = 1 "
#define PAIR_ORDER "ORDER BY p.score DESC, p.found_ms, p.first_id, p.second_id"

#define MERGE_COLUMNS                                                                              \
    "m.id, m.at_ms, m.kept_id, m.merged_id, a.title, b.title, m.reason, a.territory, b.territory"
#define MERGE_TABLES                                                                               \
    " FROM duplicate_merge m JOIN entry a ON a.id = m.kept_id JOIN entry b ON b.id = m.merged_id "

static const struct db_statement statements[DUPLICATE_STATEMENT__COUNT] = {
    [DUPLICATE_HINT_ADD] = {"hint add", "INSERT INTO duplicate_hint (key, entry_id) "
                                        "VALUES ($1, $2) ON CONFLICT (key, entry_id) DO NOTHING"},
    [DUPLICATE_HINTS] = {"hints", "SELECT entry_id FROM duplicate_hint WHERE key = $1 LIMIT $2"},
    [DUPLICATE_PROGRESS] = {"progress", "SELECT scanned_id, sequence FROM duplicate_progress"},
    [DUPLICATE_PROGRESS_PUT] = {"progress put",
                                "UPDATE duplicate_progress SET scanned_id = $3, sequence = $4 "
                                "WHERE scanned_id = $1 AND sequence = $2"},
    [DUPLICATE_PROGRESS_ADD] = {"progress add",
                                "INSERT INTO duplicate_progress (one, scanned_id, sequence) "
                                "VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING"},
    [DUPLICATE_ENTRIES] = {"entries", "SELECT id FROM entry WHERE id > $1 AND status = 1 "
                                      "ORDER BY id LIMIT $2"},
    [DUPLICATE_PAIR_ADD] =
        {"pair add", "INSERT INTO duplicate_pair (first_id, second_id, score, reasons, distance_m, "
                     "found_ms, state, decided_by, decided_ms, reason) "
                     "VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, '') "
                     "ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, "
                     "reasons = excluded.reasons, distance_m = excluded.distance_m "
                     "WHERE duplicate_pair.state = 0"},
    [DUPLICATE_PAIR_JUDGED] = {"pair judged",
                               "SELECT state FROM duplicate_pair "
                               "WHERE first_id = $1 AND second_id = $2 AND state <> 0"},
    [DUPLICATE_PAIRS_DROP] = {"pairs drop", "DELETE FROM duplicate_pair WHERE state = 0 "
                                            "AND (first_id = $1 OR second_id = $1)"},
    [DUPLICATE_PAIR_PART] = {"pair part",
                             "INSERT INTO duplicate_pair (first_id, second_id, score, reasons, "
                             "distance_m, found_ms, state, decided_by, decided_ms, reason) "
                             "VALUES ($1, $2, 0, 0, -1, $3, 1, $4, $3, $5) "
                             "ON CONFLICT (first_id, second_id) DO UPDATE SET state = 1, "
                             "decided_by = excluded.decided_by, decided_ms = excluded.decided_ms, "
                             "reason = excluded.reason WHERE duplicate_pair.state = 0"},
    [DUPLICATE_QUEUE] = {"queue", "SELECT " PAIR_COLUMNS PAIR_TABLES PAIR_WAITS PAIR_ORDER},
    [DUPLICATE_LIST] = {"list", "SELECT " PAIR_COLUMNS ", coalesce(s.slug, '') AS one, "
                                "coalesce(t.slug, '') AS other" PAIR_TABLES
                                "LEFT JOIN source s ON s.id = a.source_id "
                                "LEFT JOIN source t ON t.id = b.source_id " PAIR_WAITS
                                "AND ($1 = '' OR (coalesce(s.slug, '') = $1) "
                                "<> (coalesce(t.slug, '') = $1)) " PAIR_ORDER},
    [DUPLICATE_MERGE_ADD] =
        {"merge add", "INSERT INTO duplicate_merge (id, kept_id, merged_id, at_ms, person_id, "
                      "reason, before_revision, after_revision, kept_edited, merged_edited, "
                      "ended_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)"},
    [DUPLICATE_MERGE_GET] = {"merge get",
                             "SELECT kept_id, merged_id, before_revision, after_revision, "
                             "kept_edited, merged_edited FROM duplicate_merge "
                             "WHERE id = $1 AND ended_ms = 0"},
    [DUPLICATE_MERGE_END] = {"merge end", "UPDATE duplicate_merge SET ended_ms = $2 WHERE id = $1"},
    [DUPLICATE_MERGES] = {"merges", "SELECT " MERGE_COLUMNS MERGE_TABLES
                                    "WHERE m.ended_ms = 0 AND ($1 = 0 OR m.id < $1) "
                                    "ORDER BY m.id DESC"},
    [DUPLICATE_MERGED] = {"merged", "SELECT " MERGE_COLUMNS MERGE_TABLES
                                    "WHERE m.ended_ms = 0 AND m.id = $1"},
    [DUPLICATE_MOVED_LINKS] = {"moved links", "SELECT DISTINCT one FROM duplicate_moved "
                                              "WHERE merge_id = $1 AND sort = $2"},
    /* What goes over: noted, moved, given back (the numbers of merge.c). */
    [DUPLICATE_NOTE_CONTRIBUTIONS] = {"note contributions",
                                      NOTE "SELECT $1, 1, id, 0, x'' FROM contribution "
                                           "WHERE entry_id = $2 AND person_id IS NOT NULL"},
    [DUPLICATE_MOVE_CONTRIBUTIONS] = {"move contributions",
                                      "UPDATE contribution SET entry_id = $3 WHERE id IN (" MOVED(
                                          "1") ") AND entry_id = $2"},
    [DUPLICATE_BACK_CONTRIBUTIONS] = {"back contributions",
                                      "UPDATE contribution SET entry_id = $2 WHERE id IN (" MOVED(
                                          "1") ") AND entry_id = $3"},
    /* 5: that it is doubled, which the decision answers. */
    [DUPLICATE_NOTE_FLAGS] = {"note flags",
                              NOTE "SELECT $1, 2, id, 0, x'' FROM flag WHERE entry_id = $2 "
                                   "AND decision_id IS NULL AND reason <> 5"},
    [DUPLICATE_MOVE_FLAGS] = {"move flags", "UPDATE flag SET entry_id = $3 WHERE id IN (" MOVED(
                                                "2") ") AND entry_id = $2"},
    [DUPLICATE_BACK_FLAGS] = {"back flags", "UPDATE flag SET entry_id = $2 WHERE id IN (" MOVED(
                                                "2") ") AND entry_id = $3"},
    /* Those of a link stay with it (RULE DOUBLE-4). */
    [DUPLICATE_NOTE_DRAFTS] = {"note drafts",
                               NOTE "SELECT $1, 3, 0, base_revision, digest FROM draft "
                                    "WHERE entry_id = $2 AND contribution_id = 0"},
    [DUPLICATE_MOVE_DRAFTS] =
        {"move drafts",
         "UPDATE draft SET entry_id = $3, base_revision = $4 WHERE entry_id = $2 AND digest IN "
         "(SELECT digest FROM duplicate_moved WHERE merge_id = $1 AND sort = 3)"},
    [DUPLICATE_BACK_DRAFTS] =
        {"back drafts",
         "UPDATE draft SET entry_id = $2, base_revision = (SELECT other FROM duplicate_moved "
         "WHERE merge_id = $1 AND sort = 3 AND digest = draft.digest) WHERE entry_id = $3 "
         "AND digest IN (SELECT digest FROM duplicate_moved WHERE merge_id = $1 AND sort = 3)"},
    [DUPLICATE_SUGGESTIONS] = {"suggestions", "SELECT id, base_revision, content FROM suggestion "
                                              "WHERE entry_id = $1 AND state = 1 ORDER BY id"},
    [DUPLICATE_NOTE_SUGGESTION] =
        {"note suggestion", "INSERT INTO duplicate_moved (merge_id, sort, one, other, digest, "
                            "content) SELECT $1, 4, id, base_revision, x'', content "
                            "FROM suggestion WHERE id = $2"},
    [DUPLICATE_MOVE_SUGGESTION] = {"move suggestion",
                                   "UPDATE suggestion SET entry_id = $2, base_revision = $3, "
                                   "content = $4 WHERE id = $1"},
    /* Without a content: it went over as it was. */
    [DUPLICATE_BACK_SUGGESTIONS] =
        {"back suggestions",
         "UPDATE suggestion SET entry_id = $2, base_revision = m.other, content = CASE m.content "
         "WHEN '' THEN suggestion.content ELSE m.content END FROM duplicate_moved m "
         "WHERE m.merge_id = $1 AND m.sort = 4 AND m.one = suggestion.id "
         "AND suggestion.entry_id = $3 AND suggestion.state = 1"},
    [DUPLICATE_NOTE_LINKS] = {"note links",
                              NOTE "SELECT $1, 5, entry_id, position, x'' FROM entry_link "
                                   "WHERE target_id = $2 AND entry_id <> $3"},
    [DUPLICATE_MOVE_LINKS] = {"move links",
                              "UPDATE entry_link SET target_id = $3 WHERE target_id = $2 "
                              "AND entry_id <> $3 AND $1 > 0"},
    [DUPLICATE_BACK_LINKS] =
        {"back links",
         "UPDATE entry_link SET target_id = $2 WHERE target_id = $3 AND EXISTS (SELECT 1 "
         "FROM duplicate_moved m WHERE m.merge_id = $1 AND m.sort = 5 "
         "AND m.one = entry_link.entry_id AND m.other = entry_link.position)"},
    [DUPLICATE_NOTE_TEAM] = {"note team", NOTE "VALUES ($1, 6, 0, 0, x'')"},
    [DUPLICATE_MOVE_TEAM] = {"move team", "UPDATE team_entry SET entry_id = $3 "
                                          "WHERE entry_id = $2 AND $1 > 0"},
    [DUPLICATE_BACK_TEAM] = {"back team",
                             "UPDATE team_entry SET entry_id = $2 WHERE entry_id = $3 AND EXISTS "
                             "(SELECT 1 FROM duplicate_moved WHERE merge_id = $1 AND sort = 6)"},
    [DUPLICATE_NOTE_MEMBERS] = {"note members",
                                NOTE "SELECT $1, 7, $3, person_id, x'' FROM team_member "
                                     "WHERE team_id = $2 AND person_id NOT IN "
                                     "(SELECT person_id FROM team_member WHERE team_id = $3)"},
    [DUPLICATE_MOVE_MEMBERS] = {"move members",
                                "INSERT INTO team_member (team_id, person_id, role, joined_ms) "
                                "SELECT $3, person_id, 1, $1 FROM team_member WHERE team_id = $2 "
                                "ON CONFLICT (team_id, person_id) DO NOTHING"},
    /* Who has become a lead meanwhile stays. */
    [DUPLICATE_BACK_MEMBERS] =
        {"back members", "DELETE FROM team_member WHERE role = 1 AND EXISTS (SELECT 1 "
                         "FROM duplicate_moved m WHERE m.merge_id = $1 AND m.sort = 7 "
                         "AND m.one = team_member.team_id AND m.other = team_member.person_id)"},
    /* What was merged into the merged one before. */
    [DUPLICATE_MOVE_MERGED] = {"move merged", "UPDATE entry SET merged_into = $3 "
                                              "WHERE merged_into = $2 AND $1 > 0"},
    [DUPLICATE_BACK_MERGED] =
        {"back merged", "WITH RECURSIVE below (id) AS (SELECT merged_id FROM duplicate_merge "
                        "WHERE kept_id = $2 AND ended_ms = 0 UNION SELECT m.merged_id FROM below "
                        "JOIN duplicate_merge m ON m.kept_id = below.id AND m.ended_ms = 0) "
                        "UPDATE entry SET merged_into = $2 WHERE merged_into = $3 AND $1 > 0 "
                        "AND id IN (SELECT id FROM below)"},
    [DUPLICATE_ENTRY] = {"entry", "SELECT territory FROM entry WHERE id = $1"},
};
const struct db_catalogue duplicate_catalogue = {"duplicate", statements, ARRAY_COUNT(statements)};
