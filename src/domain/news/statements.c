#include "domain/news/news_int.h"

#define COLUMNS                                                                                    \
    "n.id, coalesce(e.merged_into, n.entry_id), n.person_id, n.status, n.version, n.at_ms, "       \
    "n.changed_ms, n.sort, n.happened, n.happened_ms, n.title, n.text "
#define FROM "FROM news n JOIN entry e ON e.id = n.entry_id "

static const struct db_statement statements[NEWS_STATEMENT__COUNT] = {
    [NEWS_ADD] = {"add", "INSERT INTO news (id, entry_id, person_id, status, version, at_ms, "
                         "changed_ms, sort, happened, happened_ms, title, text) "
                         "VALUES ($1, $2, $3, 1, 1, $4, $4, $5, $6, $7, $8, $9) "
                         "ON CONFLICT (id) DO NOTHING"},
    [NEWS_PUT] = {"put", "UPDATE news SET person_id = $2, version = version + 1, changed_ms = $3, "
                         "sort = $4, happened = $5, happened_ms = $6, title = $7, text = $8 "
                         "WHERE id = $1"},
    [NEWS_VERSION_ADD] = {"version add",
                          "INSERT INTO news_version (news_id, version, person_id, at_ms, sort, "
                          "happened, title, text) SELECT id, version, person_id, changed_ms, "
                          "sort, happened, title, text FROM news WHERE id = $1"},
    [NEWS_STATUS_PUT] = {"status put", "UPDATE news SET status = $2 WHERE id = $1"},
    [NEWS_GET] = {"get", "SELECT " COLUMNS FROM "WHERE n.id = $1"},
    [NEWS_VERSIONS] = {"versions",
                       "SELECT n.id, coalesce(e.merged_into, n.entry_id), v.person_id, n.status, "
                       "v.version, n.at_ms, v.at_ms, v.sort, v.happened, 0, v.title, v.text "
                       "FROM news_version v JOIN news n ON n.id = v.news_id "
                       "JOIN entry e ON e.id = n.entry_id "
                       "WHERE v.news_id = $1 ORDER BY v.version DESC LIMIT $2"},
    /* $4: the largest status that is asked for. */
    [NEWS_OF_ENTRY] = {"of entry", "SELECT " COLUMNS FROM "WHERE (n.entry_id = $1 OR n.entry_id IN "
                                   "(SELECT id FROM entry WHERE merged_into = $1)) "
                                   "AND (n.happened_ms, n.id) < ($2, $3) AND n.status <= $4 "
                                   "ORDER BY n.happened_ms DESC, n.id DESC LIMIT $5"},
    [NEWS_MEDIA_OF] = {"media of", "SELECT kind, url, title, alt, licence, credit FROM news_media "
                                   "WHERE news_id = $1 AND version = $2 ORDER BY position"},
    [NEWS_MEDIA_ADD] = {"media add",
                        "INSERT INTO news_media (news_id, version, position, kind, url, title, "
                        "alt, licence, credit) SELECT id, version, $2, $3, $4, $5, $6, $7, $8 "
                        "FROM news WHERE id = $1"},
    /* Those of the version before go on. */
    [NEWS_MEDIA_KEEP] = {"media keep",
                         "INSERT INTO news_media (news_id, version, position, kind, url, title, "
                         "alt, licence, credit) SELECT m.news_id, n.version, m.position, m.kind, "
                         "m.url, m.title, m.alt, m.licence, m.credit FROM news n "
                         "JOIN news_media m ON m.news_id = n.id AND m.version = n.version - 1 "
                         "WHERE n.id = $1"},
    [NEWS_RENEW] = {"renew", "UPDATE news SET person_id = $2, version = version + 1, "
                             "changed_ms = $3 WHERE id = $1"},
    [NEWS_OF_PERSON] = {"of person",
                        "SELECT n.id, coalesce(e.merged_into, n.entry_id), v.person_id, n.status, "
                        "v.version, n.at_ms, v.at_ms, v.sort, v.happened, 0, v.title, v.text "
                        "FROM news_version v JOIN news n ON n.id = v.news_id "
                        "JOIN entry e ON e.id = n.entry_id "
                        "WHERE v.person_id = $1 ORDER BY v.news_id, v.version"},
    [NEWS_LATEST] = {"latest", "SELECT " COLUMNS ", s.territory " FROM
                               "JOIN entry s ON s.id = coalesce(e.merged_into, e.id) "
                               "WHERE n.id < $1 AND n.status = 1 AND s.status = 1 "
                               "ORDER BY n.id DESC LIMIT $2"},
};
const struct db_catalogue news_catalogue = {"news", statements, ARRAY_COUNT(statements)};

_Static_assert(NEWS_SHOWN == 1 && ENTRY_PUBLISHED == 1, "as the statements say");

struct db_query *news_query(struct db_conn *conn, enum news_statement which, int64_t first) {
    struct db_query *query = db_query(conn, &news_catalogue, which);
    db_bind_i64(query, 1, first);
    return query;
}

err news_read(struct db_conn *conn, struct db_query *query, struct arena *arena,
              struct news *news) {
    *news = (struct news){.id = db_i64(query, 0),
                          .entry = {db_i64(query, 1)},
                          .person = {db_i64(query, 2)},
                          .status = (enum news_status)db_i64(query, 3),
                          .version = db_i64(query, 4),
                          .at_ms = db_i64(query, 5),
                          .changed_ms = db_i64(query, 6),
                          .sort = (enum news_sort)db_i64(query, 7),
                          .happened_ms = db_i64(query, 9),
                          .title = arena_copy(arena, db_text(query, 10)),
                          .text = arena_copy(arena, db_text(query, 11))};
    return date_parse(db_text(query, 8), &news->happened) == OK ? news_media_load(conn, arena, news)
                                                                : ERR_CORRUPT;
}
