/* The statements of the room. */
#include "domain/duplicate/duplicate_int.h"

#define PAIR_COLUMNS                                                                               \
    "p.first_id, p.second_id, a.title, b.title, a.territory, b.territory, p.score, p.reasons, "    \
    "p.distance_m, p.found_ms"
#define PAIR_TABLES                                                                                \
    " FROM duplicate_pair p JOIN entry a ON a.id = p.first_id JOIN entry b ON b.id = p.second_id "
#define PAIR_WAITS "WHERE p.state = 0 AND a.status = 1 AND b.status = 1 "
#define PAIR_ORDER "ORDER BY p.score DESC, p.found_ms, p.first_id, p.second_id"

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
    [DUPLICATE_ENTRY] = {"entry", "SELECT territory FROM entry WHERE id = $1"},
};
const struct db_catalogue duplicate_catalogue = {"duplicate", statements, ARRAY_COUNT(statements)};
