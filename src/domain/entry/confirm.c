/* RULE FRESH-1: saying that an entry is still so. */
#include "domain/entry/entry_int.h"

#define DAY_MS INT64_C(86400000)

int64_t entry_fresh_ms(const struct entry *entry) {
    int64_t fresh = entry->confirmed_ms > entry->source_updated_ms ? entry->confirmed_ms
                                                                   : entry->source_updated_ms;
    if (fresh <= 0 || (entry->updated_ms > 0 && fresh > entry->updated_ms)) {
        fresh = entry->updated_ms;
    }
    return fresh > entry->checked_ms ? fresh : entry->checked_ms;
}

static err is_published(struct db_conn *conn, struct entry_id id, bool *published) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_STAND_BY_ID);
    bool row = false;
    db_bind_i64(query, 1, id.v);
    TRY(db_next(query, &row));
    *published = row && db_i64(query, 7) == ENTRY_PUBLISHED;
    db_done(query);
    return OK;
}

err entry_confirm(struct db_conn *conn, struct entry_id id, slice author,
                  enum entry_confirmed_by side, int64_t now_ms) {
    bool published = false;
    TRY(is_published(conn, id, &published));
    if (!published) {
        return ERR_NOT_FOUND;
    }
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_CONFIRM_ADD);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, now_ms / DAY_MS);
    db_bind_text_borrowed(query, 3, author);
    db_bind_i64(query, 4, side);
    db_bind_i64(query, 5, now_ms);
    TRY(db_run(query));
    if (db_changed(conn) == 0) {
        return OK;
    }
    query = db_query(conn, &entry_catalogue, ENTRY_CONFIRM_PUT);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, now_ms);
    TRY(db_run(query));
    return db_change_add(conn, DB_CHANGE_ENTRY, id.v, now_ms);
}

err entry_confirmation_last(struct db_conn *conn, struct entry_id id, struct arena *arena,
                            struct entry_confirmation *confirmation) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_CONFIRM_LAST);
    bool row = false;
    db_bind_i64(query, 1, id.v);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *confirmation = (struct entry_confirmation){.author = arena_copy(arena, db_text(query, 0)),
                                                .side = (enum entry_confirmed_by)db_i64(query, 1),
                                                .at_ms = db_i64(query, 2)};
    db_done(query);
    return OK;
}
