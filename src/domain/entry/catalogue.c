#include "domain/entry/entry_int.h"

/* In the order of enum entry_column. */
#define COLUMNS                                                                                    \
    "e.id, e.source_id, e.source_key, e.revision, e.status, e.edited, e.digest, "                  \
    "e.import_digest, e.lists, e.kind, e.state, e.wheelchair, e.is_example, e.place_precision, "   \
    "e.latitude_e7, e.longitude_e7, e.territory_is_approximate, e.created_ms, e.updated_ms, "      \
    "e.confirmed_ms, e.source_updated_ms, e.territory, e.language, e.title, e.type, "              \
    "e.place_name, e.address, e.postal_code, e.city, e.opening_hours, e.price, e.audience, "       \
    "e.end_reason, e.licence, e.source_url, e.source_note, e.summary, e.description"
#define FROM_ENTRY " FROM entry e LEFT JOIN source s ON s.id = e.source_id "

/* Who was inspired by $1, and by those, as often as `depth` says: a circle ends there too. */
#define INSPIRED                                                                                   \
    "WITH RECURSIVE taken (id, parent, depth) AS (SELECT l.entry_id, l.target_id, 1 "              \
    "FROM entry_link l JOIN entry e ON e.id = l.entry_id AND e.status = 1 "                        \
    "WHERE l.target_id = $1 AND l.relation = 'inspired-by' UNION "                                 \
    "SELECT l.entry_id, l.target_id, taken.depth + 1 FROM taken "                                  \
    "JOIN entry_link l ON l.target_id = taken.id AND l.relation = 'inspired-by' "                  \
    "JOIN entry e ON e.id = l.entry_id AND e.status = 1 WHERE taken.depth < $2) "

#define LIST_ADD(list, table, columns, values)                                                     \
    [ENTRY_LIST_ADD_FIRST + (list)] = {table "_add",                                               \
                                       "INSERT INTO " table " (entry_id, position, " columns       \
                                       ") VALUES ($1, $2, " values ")"}
#define LIST_DROP(list, table)                                                                     \
    [ENTRY_LIST_DROP_FIRST + (list)] = {table "_drop", "DELETE FROM " table " WHERE entry_id = "   \
                                                       "$1"}
#define LIST_OF(list, table, columns)                                                              \
    [ENTRY_LIST_OF_FIRST + (list)] = {table "_of", "SELECT entry_id, " columns " FROM " table      \
                                                   " WHERE entry_id = $1 ORDER BY position"}
#define LIST_ALL(list, table, columns)                                                             \
    [ENTRY_LIST_ALL_FIRST + (list)] = {table "_all", "SELECT entry_id, " columns " FROM " table    \
                                                     " ORDER BY entry_id, position"}
#define LIST(list, table, columns, values)                                                         \
    LIST_ADD(list, table, columns, values), LIST_DROP(list, table), LIST_OF(list, table, columns), \
        LIST_ALL(list, table, columns)

/* What is the source's alone: shown, edited by nobody here, run by no team. */
#define SOURCES_OWN                                                                                \
    "source_id = $1 AND status = 1 AND edited = 0 "                                                \
    "AND NOT EXISTS (SELECT 1 FROM team_entry WHERE team_entry.entry_id = entry.id)"

static const struct db_statement statements[] = {
    [ENTRY_GET] = {"get", "SELECT " COLUMNS ", s.slug, e.checked_ms" FROM_ENTRY "WHERE e.id = $1"},
    [ENTRY_ALL_PUBLIC] = {"all_public", "SELECT " COLUMNS ", s.slug, e.checked_ms" FROM_ENTRY
                                        "WHERE e.status = 1 ORDER BY e.id"},
    [ENTRY_STAND] = {"stand", "SELECT id, revision, edited, digest, import_digest, lists, "
                              "created_ms, status FROM entry "
                              "WHERE source_id = $1 AND source_key = $2"},
    [ENTRY_STAND_BY_ID] = {"stand_by_id", "SELECT id, revision, edited, digest, import_digest, "
                                          "lists, created_ms, status FROM entry WHERE id = $1"},
    /* Another process may make the same id in the same millisecond: then no row is added. */
    [ENTRY_ADD] =
        {"add", "INSERT INTO entry (id, source_id, source_key, revision, status, edited, digest, "
                "import_digest, lists, kind, state, wheelchair, is_example, place_precision, "
                "latitude_e7, longitude_e7, territory_is_approximate, created_ms, updated_ms, "
                "confirmed_ms, source_updated_ms, territory, language, title, type, place_name, "
                "address, postal_code, city, opening_hours, price, audience, end_reason, licence, "
                "source_url, source_note, summary, description) VALUES ($1, $2, $3, $4, $5, $6, "
                "$7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, "
                "$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38) "
                "ON CONFLICT (id) DO NOTHING"},
    /* Source and key never change: $2 and $3 are not there. A NULL $8 keeps what the source
     * said. */
    [ENTRY_PUT] =
        {"put", "UPDATE entry SET revision = $4, status = $5, edited = $6, digest = $7, "
                "import_digest = coalesce($8, import_digest), lists = $9, kind = $10, state = $11, "
                "wheelchair = $12, is_example = $13, place_precision = $14, latitude_e7 = $15, "
                "longitude_e7 = $16, territory_is_approximate = $17, created_ms = $18, "
                "updated_ms = $19, confirmed_ms = $20, source_updated_ms = $21, territory = $22, "
                "language = $23, title = $24, type = $25, place_name = $26, address = $27, "
                "postal_code = $28, city = $29, opening_hours = $30, price = $31, audience = $32, "
                "end_reason = $33, licence = $34, source_url = $35, source_note = $36, "
                "summary = $37, description = $38 WHERE id = $1"},
    [ENTRY_STATUS_PUT] = {"status_put", "UPDATE entry SET status = $2, revision = $3, "
                                        "edited = CASE WHEN $5 = 1 THEN 1 ELSE edited "
                                        "END, updated_ms = $4 WHERE id = $1"},
    [ENTRY_LARGEST_ID] = {"largest_id", "SELECT (SELECT coalesce(max(id), 0) FROM entry), "
                                        "(SELECT coalesce(max(id), 0) FROM revision), "
                                        "(SELECT coalesce(max(id), 0) FROM source)"},
    [ENTRY_COUNTS] = {"counts",
                      "SELECT count(CASE WHEN status = 1 THEN 1 END), count(*) FROM entry"},
    [ENTRY_DIGESTS] = {"digests", "SELECT id, digest, revision FROM entry ORDER BY id"},
    /* A day has ten characters of EDTF; a month, season or year has fewer. */
    [ENTRY_IMPRECISE] = {"imprecise", "SELECT entry_id FROM entry_date "
                                      "WHERE role = $1 AND length(starts) < 10 ORDER BY entry_id"},
    [ENTRY_SOURCE_SLUG] = {"source_slug", "SELECT slug FROM source WHERE id = $1"},
    [ENTRY_REVISION_ADD] = {"revision_add",
                            "INSERT INTO revision (id, entry_id, status, author, reason, at_ms, "
                            "format, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                            "ON CONFLICT (id) DO NOTHING"},
    /* Of one author, without a reason, each in a pack; their numbers are free. */
    [ENTRY_REVISION_ADD_MANY] =
        {"revision_add_many",
         "INSERT INTO revision (id, entry_id, status, author, reason, at_ms, "
         "format, body) VALUES "
         "($2, $3, $4, $1, '', $5, 2, $6), ($7, $8, $9, $1, '', $10, 2, $11), "
         "($12, $13, $14, $1, '', $15, 2, $16), ($17, $18, $19, $1, '', $20, 2, $21), "
         "($22, $23, $24, $1, '', $25, 2, $26), ($27, $28, $29, $1, '', $30, 2, $31), "
         "($32, $33, $34, $1, '', $35, 2, $36), ($37, $38, $39, $1, '', $40, 2, $41), "
         "($42, $43, $44, $1, '', $45, 2, $46), ($47, $48, $49, $1, '', $50, 2, $51), "
         "($52, $53, $54, $1, '', $55, 2, $56), ($57, $58, $59, $1, '', $60, 2, $61), "
         "($62, $63, $64, $1, '', $65, 2, $66), ($67, $68, $69, $1, '', $70, 2, $71), "
         "($72, $73, $74, $1, '', $75, 2, $76), ($77, $78, $79, $1, '', $80, 2, $81)"},
    [ENTRY_PACK_ADD] = {"pack_add", "INSERT INTO revision_pack (id, format, body) "
                                    "VALUES ($1, $2, $3)"},
    [ENTRY_PACK_GET] = {"pack_get", "SELECT format, body FROM revision_pack WHERE id = $1"},
    [ENTRY_THEME_ADD_MANY] = {"theme_add_many",
                              "INSERT INTO entry_theme (entry_id, position, theme) VALUES "
                              "($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), "
                              "($13, $14, $15), ($16, $17, $18), ($19, $20, $21), ($22, $23, $24), "
                              "($25, $26, $27), ($28, $29, $30), ($31, $32, $33), ($34, $35, $36), "
                              "($37, $38, $39), ($40, $41, $42), ($43, $44, $45), ($46, $47, $48)"},
    [ENTRY_TAG_ADD_MANY] = {"tag_add_many",
                            "INSERT INTO entry_tag (entry_id, position, tag) VALUES "
                            "($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), "
                            "($13, $14, $15), ($16, $17, $18), ($19, $20, $21), ($22, $23, $24), "
                            "($25, $26, $27), ($28, $29, $30), ($31, $32, $33), ($34, $35, $36), "
                            "($37, $38, $39), ($40, $41, $42), ($43, $44, $45), ($46, $47, $48)"},
    [ENTRY_REVISION_BODY] = {"revision_body",
                             "SELECT format, body FROM revision WHERE id = $1 AND entry_id = $2"},
    [ENTRY_REVISION_AUTHOR] = {"revision_author",
                               "SELECT author FROM revision WHERE id = $1 AND entry_id = $2"},
    [ENTRY_REVISION_LIST] = {"revision_list",
                             "SELECT id, at_ms, author, reason, status FROM revision "
                             "WHERE entry_id = $1 ORDER BY id DESC"},
    [ENTRY_REVISION_STATUS] = {"revision_status",
                               "SELECT status FROM revision WHERE id = $1 AND entry_id = $2"},
    [ENTRY_HELD_GET] = {"held_get", "SELECT digest, format, body FROM entry_held "
                                    "WHERE entry_id = $1"},
    [ENTRY_HELD_PUT] = {"held_put",
                        "INSERT INTO entry_held (entry_id, digest, author, at_ms, format, body) "
                        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (entry_id) DO UPDATE SET "
                        "digest = excluded.digest, author = excluded.author, "
                        "at_ms = excluded.at_ms, format = excluded.format, body = excluded.body"},
    [ENTRY_HELD_DROP] = {"held_drop", "DELETE FROM entry_held WHERE entry_id = $1"},
    [ENTRY_LINKS_IN] = {"links_in", "SELECT l.entry_id, l.relation, e.title, e.kind, e.source_key, "
                                    "l.note "
                                    "FROM entry_link l JOIN entry e ON e.id = l.entry_id "
                                    "WHERE l.target_id = $1 AND e.status = 1 "
                                    "ORDER BY l.entry_id, l.position LIMIT $2"},
    [ENTRY_LINKS_OPEN] = {"links_open", "SELECT l.entry_id, l.position, "
                                        "coalesce(t.merged_into, t.id) FROM entry_link l "
                                        "JOIN entry e ON e.id = l.entry_id AND e.source_id = $1 "
                                        "JOIN entry t ON t.source_id = $1 "
                                        "AND t.source_key = l.target_key "
                                        "WHERE l.target_id IS NULL "
                                        "ORDER BY l.entry_id, l.position"},
    [ENTRY_LINK_TARGETS] = {"link_targets", "SELECT target_id FROM entry_link WHERE entry_id = $1 "
                                            "AND target_id IS NOT NULL ORDER BY position LIMIT $2"},
    [ENTRY_LINK_JOIN] = {"link_join", "UPDATE entry_link SET target_id = $3 "
                                      "WHERE entry_id = $1 AND position = $2"},
    [ENTRY_MERGED_LIST] = {"merged_list",
                           "SELECT id, title FROM entry WHERE merged_into = $1 "
                           "AND EXISTS (SELECT 1 FROM revision WHERE entry_id = entry.id "
                           "AND revision.status = 1) ORDER BY id LIMIT $2"},
    [ENTRY_MERGED_INTO] = {"merged_into", "SELECT merged_into FROM entry WHERE id = $1"},
    [ENTRY_MERGED_SET] = {"merged_set",
                          "UPDATE entry SET merged_into = $2, edited = $3 WHERE id = $1"},
    [ENTRY_WITHDRAW_NEXT] = {"withdraw_next", "SELECT id, source_key FROM entry WHERE " SOURCES_OWN
                                              " AND source_key > $3 ORDER BY source_key LIMIT $2"},
    [ENTRY_WITHDRAW_COUNT] = {"withdraw_count",
                              "SELECT (SELECT count(*) FROM entry WHERE " SOURCES_OWN "), "
                              "(SELECT count(*) FROM entry WHERE source_id = $1 AND status = 1), "
                              "(SELECT count(*) FROM entry_withdrawn WHERE source_id = $1)"},
    [ENTRY_WITHDRAWN_ADD] = {"withdrawn_add",
                             "INSERT INTO entry_withdrawn (entry_id, source_id, revision) "
                             "SELECT id, source_id, revision FROM entry WHERE id = $1 "
                             "ON CONFLICT (entry_id) DO UPDATE SET revision = excluded.revision"},
    [ENTRY_WITHDRAWN_NEXT] =
        {"withdrawn_next", "SELECT entry.id, entry.revision = entry_withdrawn.revision "
                           "FROM entry_withdrawn JOIN entry ON entry.id = entry_withdrawn.entry_id "
                           "WHERE entry_withdrawn.source_id = $1 ORDER BY entry.id LIMIT $2"},
    [ENTRY_WITHDRAWN_OWN] = {"withdrawn_own", "UPDATE entry SET edited = 0 WHERE id = $1"},
    [ENTRY_WITHDRAWN_DROP] = {"withdrawn_drop", "DELETE FROM entry_withdrawn WHERE entry_id = $1"},
    [ENTRY_CONFIRM_ADD] = {"confirm_add",
                           "INSERT INTO entry_confirmation (entry_id, day, author, side, at_ms) "
                           "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (entry_id, day, author) "
                           "DO NOTHING"},
    [ENTRY_CONFIRM_PUT] = {"confirm_put",
                           "UPDATE entry SET checked_ms = $2 WHERE id = $1 AND checked_ms < $2"},
    [ENTRY_CONFIRM_LAST] = {"confirm_last",
                            "SELECT author, side, at_ms FROM entry_confirmation "
                            "WHERE entry_id = $1 ORDER BY day DESC, at_ms DESC, author LIMIT 1"},
    [ENTRY_DESCENDANTS] = {"descendants", INSPIRED "SELECT id, parent, depth FROM taken "
                                                   "WHERE id <> $1 ORDER BY depth, id, parent"},
    [ENTRY_DESCENDS] = {"descends", INSPIRED "SELECT 1 FROM taken WHERE id = $3 LIMIT 1"},

    LIST(ENTRY_LIST_THEME, "entry_theme", "theme", "$3"),
    LIST(ENTRY_LIST_TAG, "entry_tag", "tag", "$3"),
    LIST(ENTRY_LIST_CONTACT, "entry_contact", "kind, visibility, value, label", "$3, $4, $5, $6"),
    LIST(ENTRY_LIST_DATE, "entry_date", "role, starts, ends, zone, note, first_ms, last_ms, rule",
         "$3, $4, $5, $6, $7, $8, $9, $10"),
    LIST(ENTRY_LIST_FIGURE, "entry_figure", "value, unit, label, date, source",
         "$3, $4, $5, $6, $7"),
    /* A target that is here already is joined at once ($5: the source, $6: its number). */
    LIST_ADD(ENTRY_LIST_LINK, "entry_link", "relation, target_key, target_id, note",
             "$3, $4, coalesce((SELECT coalesce(merged_into, id) FROM entry "
             "WHERE source_id = $5 AND source_key = $4), "
             "(SELECT coalesce(merged_into, id) FROM entry WHERE id = $6)), $7"),
    LIST_DROP(ENTRY_LIST_LINK, "entry_link"),
    [ENTRY_LIST_OF_FIRST + ENTRY_LIST_LINK] =
        {"entry_link_of",
         "SELECT l.entry_id, l.relation, l.target_key, l.target_id, t.title, t.kind, "
         "t.status, l.note FROM entry_link l LEFT JOIN entry t ON t.id = l.target_id "
         "WHERE l.entry_id = $1 ORDER BY l.position"},
    LIST_ALL(ENTRY_LIST_LINK, "entry_link",
             "relation, target_key, target_id, NULL AS title, NULL AS kind, 1 AS status, note"),
    LIST(ENTRY_LIST_MEDIA, "entry_media",
         "kind, url, title, alt, licence, credit, duration_s, transcript",
         "$3, $4, $5, $6, $7, $8, $9, $10"),
    LIST(ENTRY_LIST_ASK, "entry_ask", "direction, sort, skill, text", "$3, $4, $5, $6"),
    LIST(ENTRY_LIST_TRANSLATION, "entry_translation", "language, field, item, value",
         "$3, $4, $5, $6"),
    LIST(ENTRY_LIST_DETAIL, "entry_detail", "name, value", "$3, $4"),
};
const struct db_catalogue entry_catalogue = {"entry", statements, ARRAY_COUNT(statements)};
