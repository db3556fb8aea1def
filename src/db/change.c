#include "crypto/crypto.h"
#include "db/db_int.h"

err db_change_add(struct db_conn *conn, enum db_change_topic topic, int64_t object,
                  int64_t now_ms) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_ADD);
    db_bind_i64(query, 1, topic);
    db_bind_i64(query, 2, object);
    db_bind_i64(query, 3, now_ms);
    return db_run(query);
}

err db_change_read(struct db_conn *conn, int64_t after, struct db_change *changes, size_t room,
                   size_t *count) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_READ);
    db_bind_i64(query, 1, after);
    db_bind_i64(query, 2, (int64_t)room);
    size_t found = 0;
    for (bool row = true; found < room;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        changes[found++] = (struct db_change){.sequence = db_i64(query, 0),
                                              .topic = (enum db_change_topic)db_i64(query, 1),
                                              .object = db_i64(query, 2)};
    }
    db_done(query);
    *count = found;
    return OK;
}

err db_change_last(struct db_conn *conn, int64_t *sequence) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_LAST);
    bool row = false;
    TRY(db_next(query, &row));
    *sequence = db_i64(query, 0);
    db_done(query);
    return OK;
}

err db_change_last_ms(struct db_conn *conn, int64_t *at_ms) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_LAST_AT);
    bool row = false;
    TRY(db_next(query, &row));
    *at_ms = row ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

err db_identity(struct db_conn *conn, uint64_t *store, uint64_t *epoch) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_IDENTITY);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *store = (uint64_t)db_i64(query, 0);
    *epoch = (uint64_t)db_i64(query, 1);
    db_done(query);
    return OK;
}

err db_epoch_renew(struct db_conn *conn) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_EPOCH_RENEW);
    db_bind_i64(query, 1, (int64_t)crypto_random_u64());
    return db_run(query);
}

err db_schema_number(struct db_conn *conn, int64_t *number) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_SCHEMA_NUMBER);
    bool row = false;
    TRY(db_next(query, &row));
    *number = db_i64(query, 0);
    db_done(query);
    return OK;
}
