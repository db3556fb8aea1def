/* What people changed lately, over all entries (RULE HISTORY-2). */
#include "domain/history/history.h"

enum history_statement { RECENT_LIST, RECENT_THEMES, RECENT_OLDER, HISTORY_STATEMENT__COUNT };

/* The author's range is that of the partial index, word by word; it is named, so that this never
 * becomes a walk over what imports wrote. */
static const struct db_statement statements[HISTORY_STATEMENT__COUNT] = {
    [RECENT_LIST] = {"recent list",
                     "SELECT revision.id, revision.entry_id, entry.status, entry.territory, "
                     "revision.at_ms, revision.author, revision.reason, entry.title "
                     "FROM revision INDEXED BY revision_by_people "
                     "JOIN entry ON entry.id = revision.entry_id WHERE revision.status = 1 "
                     "AND (revision.author < 'import:' OR revision.author >= 'import;') "
                     "AND revision.id < $1 ORDER BY revision.id DESC LIMIT $2"},
    [RECENT_THEMES] = {"recent themes", "SELECT theme FROM entry_theme WHERE entry_id = $1"},
    [RECENT_OLDER] = {"recent older", "SELECT max(id) FROM revision WHERE entry_id = $1 "
                                      "AND id < $2 AND status = 1"},
};
const struct db_catalogue history_catalogue = {"history", statements, ARRAY_COUNT(statements)};

struct walk {
    struct db_conn *conn;
    const struct history_asked *asked;
};

static err has_theme(const struct walk *walk, int64_t entry, bool *has) {
    const struct history_asked *asked = walk->asked;
    struct db_query *query = db_query(walk->conn, &history_catalogue, RECENT_THEMES);
    db_bind_i64(query, 1, entry);
    *has = false;
    for (bool row = true; row && !*has;) {
        TRY(db_next(query, &row));
        uint16_t theme = row ? themes_find(asked->themes, db_text(query, 0)) : THEME_NONE;
        *has = theme != THEME_NONE && themes_is_within(asked->themes, theme, asked->theme);
    }
    db_done(query);
    return OK;
}

/* Whether the row at hand is of an entry that is shown, where and about what was asked for. */
static err is_asked_for(const struct walk *walk, struct db_query *query, bool *is) {
    const struct history_asked *asked = walk->asked;
    *is = db_i64(query, 2) == ENTRY_PUBLISHED;
    if (*is && asked->territory != TERRITORY_NONE) {
        uint32_t where = territories_find(asked->territories, db_text(query, 3));
        *is = where != TERRITORY_NONE &&
              territories_is_within(asked->territories, where, asked->territory);
    }
    return *is && asked->theme != THEME_NONE ? has_theme(walk, db_i64(query, 1), is) : OK;
}

static err older_find(struct db_conn *conn, struct history_change *change) {
    struct db_query *query = db_query(conn, &history_catalogue, RECENT_OLDER);
    bool row = false;
    db_bind_i64(query, 1, change->entry.v);
    db_bind_i64(query, 2, change->revision);
    TRY(db_next(query, &row));
    change->older = row ? db_i64(query, 0) : 0; /* the greatest of none is 0 */
    db_done(query);
    return OK;
}

err history_recent(struct db_conn *conn, const struct history_asked *asked, struct arena *arena,
                   struct history_recent *recent) {
    const struct walk walk = {conn, asked};
    struct db_query *query = db_query(conn, &history_catalogue, RECENT_LIST);
    size_t looked = 0;
    *recent =
        (struct history_recent){.items = arena_new(arena, struct history_change, asked->room + 1)};
    db_bind_i64(query, 1, asked->before > 0 ? asked->before : INT64_MAX);
    db_bind_i64(query, 2, HISTORY_LOOKED_AT_MAX);
    for (bool row = true; recent->count < asked->room; looked++) {
        bool is = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        recent->last = db_i64(query, 0);
        recent->last_ms = db_i64(query, 4);
        TRY(is_asked_for(&walk, query, &is));
        if (is) {
            recent->items[recent->count++] =
                (struct history_change){.revision = db_i64(query, 0),
                                        .entry = {db_i64(query, 1)},
                                        .at_ms = db_i64(query, 4),
                                        .author = arena_copy(arena, db_text(query, 5)),
                                        .reason = arena_copy(arena, db_text(query, 6)),
                                        .title = arena_copy(arena, db_text(query, 7))};
        }
    }
    db_done(query);
    recent->has_more = recent->count == asked->room || looked == HISTORY_LOOKED_AT_MAX;
    for (size_t i = 0; i < recent->count; i++) {
        TRY(older_find(conn, &recent->items[i]));
    }
    return OK;
}
