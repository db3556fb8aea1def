/* RULE MOD-9: networks that are blocked for a time. */
#include "domain/person/person_int.h"

err person_network_blocked(struct db_conn *conn, slice key, int64_t now_ms, int64_t *until_ms) {
    struct db_query *query = person_query(conn, PERSON_NETWORK_BLOCKED);
    bool row = false;
    db_bind_blob_borrowed(query, 1, key);
    db_bind_i64(query, 2, now_ms);
    TRY(db_next(query, &row));
    *until_ms = row ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

static err note(struct db_conn *conn, struct id_source *ids, struct person_id by, const char *act,
                int64_t id, slice reason, int64_t now_ms) {
    BUF_CLEANUP struct buf object = buf_new(64);
    buf_addf(&object, "network-block:%lld", (long long)id);
    return person_audit(conn, ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = by,
                                             .act = slice_from_cstr(act),
                                             .object = buf_slice(&object),
                                             .reason = reason});
}

err person_network_block(struct db_conn *conn, struct id_source *ids,
                         const struct person_network_blocking *blocking, int64_t now_ms) {
    int64_t until_ms = 0;
    int64_t id = id_next(ids);
    if (blocking->for_ms <= 0 || blocking->for_ms > PERSON_NETWORK_BLOCK_MS) {
        return ERR_INPUT;
    }
    TRY(person_run(conn, PERSON_NETWORKS_SWEEP, now_ms)); /* its own last one may be over */
    TRY(person_network_blocked(conn, crypto_digest_slice(&blocking->network), now_ms, &until_ms));
    if (until_ms > 0) {
        return ERR_CONFLICT;
    }
    struct db_query *query = person_query(conn, PERSON_NETWORK_BLOCK);
    db_bind_i64(query, 1, id);
    db_bind_blob_borrowed(query, 2, crypto_digest_slice(&blocking->network));
    db_bind_i64(query, 3, blocking->entry);
    db_bind_i64(query, 4, blocking->by.v);
    db_bind_text_borrowed(query, 5, blocking->reason);
    db_bind_i64(query, 6, now_ms);
    db_bind_i64(query, 7, now_ms + blocking->for_ms);
    TRY(db_run(query));
    return note(conn, ids, blocking->by, "block-network", id, blocking->reason, now_ms);
}

err person_network_lift(struct db_conn *conn, struct id_source *ids, int64_t id,
                        struct person_id by, slice reason, int64_t now_ms) {
    TRY(person_run(conn, PERSON_NETWORKS_SWEEP, now_ms));
    TRY(person_run(conn, PERSON_NETWORK_LIFT, id));
    return db_changed(conn) == 1 ? note(conn, ids, by, "unblock-network", id, reason, now_ms)
                                 : ERR_NOT_FOUND;
}

err person_network_blocks(struct db_conn *conn, int64_t now_ms, size_t room, struct arena *arena,
                          struct person_network_block **list, size_t *count) {
    struct person_network_block *blocks = arena_new(arena, struct person_network_block, room + 1);
    struct db_query *query = person_query(conn, PERSON_NETWORK_LIST);
    db_bind_i64(query, 1, now_ms);
    db_bind_i64(query, 2, (int64_t)room);
    size_t used = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        blocks[used++] =
            (struct person_network_block){.id = db_i64(query, 0),
                                          .entry = db_i64(query, 1),
                                          .by = {db_i64(query, 2)},
                                          .reason = arena_copy(arena, db_text(query, 3)),
                                          .at_ms = db_i64(query, 4),
                                          .until_ms = db_i64(query, 5),
                                          .title = arena_copy(arena, db_text(query, 6))};
    }
    *list = blocks;
    *count = used;
    return OK;
}
