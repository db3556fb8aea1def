/* Entries that were merged: where each stands now. */
#include "domain/entry/entry_int.h"

err entry_merged_into(struct db_conn *conn, struct entry_id id, struct entry_id *kept) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_MERGED_INTO);
    bool row = false;
    db_bind_i64(query, 1, id.v);
    TRY(db_next(query, &row));
    *kept = (struct entry_id){row ? db_i64(query, 0) : 0};
    db_done(query);
    return kept->v != 0 ? OK : ERR_NOT_FOUND;
}

err entry_kept_load(struct db_conn *conn, const struct territories *territories,
                    struct entry_id merged, struct arena *arena, struct entry_public *kept) {
    struct entry_id id;
    TRY(entry_merged_into(conn, merged, &id));
    return entry_public_load(conn, territories, id, arena, kept);
}

err entry_merged_list(struct db_conn *conn, struct entry_id kept, size_t room, struct arena *arena,
                      struct entry_merged **merged, size_t *count) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_MERGED_LIST);
    db_bind_i64(query, 1, kept.v);
    db_bind_i64(query, 2, (int64_t)room);
    *merged = arena_new(arena, struct entry_merged, room);
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        (*merged)[(*count)++] =
            (struct entry_merged){{db_i64(query, 0)}, arena_copy(arena, db_text(query, 1))};
    }
}

err entry_is_edited(struct db_conn *conn, struct entry_id id, bool *is_edited) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_STAND_BY_ID);
    bool row = false;
    db_bind_i64(query, 1, id.v);
    TRY(db_next(query, &row));
    *is_edited = row && db_i64(query, 2) != 0;
    db_done(query);
    return row ? OK : ERR_NOT_FOUND;
}

err entry_merged_set(struct db_conn *conn, struct entry_id id, struct entry_id kept,
                     bool is_edited) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_MERGED_SET);
    db_bind_i64(query, 1, id.v);
    if (kept.v != 0) { /* what is not bound is NULL */
        db_bind_i64(query, 2, kept.v);
    }
    db_bind_i64(query, 3, is_edited);
    return db_run(query);
}
