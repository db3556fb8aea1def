#include "crypto/crypto.h"
#include "db/db_int.h"

static err change_write(struct db_conn *conn, const struct db_change_row *row) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_ADD);
    db_bind_i64(query, 1, row->topic);
    db_bind_i64(query, 2, row->object);
    db_bind_i64(query, 3, row->at_ms);
    return db_run(query);
}

static err change_number(struct db_conn *conn, enum db_own which, int64_t *sequence) {
    struct db_query *query = db_query(conn, &db_own_catalogue, which);
    bool row = false;
    TRY(db_next(query, &row));
    *sequence = db_i64(query, 0);
    db_done(query);
    return OK;
}

/* All the places of the array, by one statement. */
static err changes_write_together(struct db_conn *conn) {
    int64_t last = 0;
    TRY(change_number(conn, DB_OWN_CHANGE_LAST, &last));
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_ADD_MANY);
    for (unsigned i = 0; i < DB_CHANGES_TOGETHER; i++) {
        db_bind_i64(query, 4 * i + 1, last + 1 + i);
        db_bind_i64(query, 4 * i + 2, conn->changes[i].topic);
        db_bind_i64(query, 4 * i + 3, conn->changes[i].object);
        db_bind_i64(query, 4 * i + 4, conn->changes[i].at_ms);
    }
    return db_run(query);
}

err db_changes_write(struct db_conn *conn) {
    size_t count = conn->change_count;
    conn->change_count = 0;
    if (count > 0 && !db_in_transaction(conn)) {
        return ERR_IO; /* SQLite has given the transaction up, and what it changed with it */
    }
    conn->has_changes = conn->has_changes || count > 0;
    if (count == DB_CHANGES_TOGETHER) {
        return changes_write_together(conn);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(change_write(conn, &conn->changes[i]));
    }
    return OK;
}

err db_change_add(struct db_conn *conn, enum db_change_topic topic, int64_t object,
                  int64_t now_ms) {
    const struct db_change_row row = {.topic = topic, .object = object, .at_ms = now_ms};
    conn->changes_added++;
    if (!db_in_transaction(conn)) {
        return change_write(conn, &row);
    }
    conn->changes[conn->change_count++] = row;
    return conn->change_count == DB_CHANGES_TOGETHER ? db_changes_write(conn) : OK;
}

uint64_t db_changes_added(const struct db_conn *conn) {
    return conn->changes_added;
}

void db_changes_keep(struct db_conn *conn, int64_t count) {
    conn->changes_kept = count;
}

/* RULE STORE-1. A sixteenth more than is kept may gather, so that not every commit writes the
 * oldest page too. */
err db_changes_prune(struct db_conn *conn) {
    int64_t first = 0;
    int64_t last = 0;
    TRY(change_number(conn, DB_OWN_CHANGE_FIRST, &first));
    TRY(change_number(conn, DB_OWN_CHANGE_LAST, &last));
    if (last - first < conn->changes_kept + conn->changes_kept / 16) {
        return OK;
    }
    int64_t begin = last - conn->changes_kept + 1;
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_PRUNE);
    db_bind_i64(query, 1, begin - first > DB_CHANGES_PRUNED ? first + DB_CHANGES_PRUNED : begin);
    return db_run(query);
}

err db_change_read(struct db_conn *conn, int64_t after, struct db_change *changes, size_t room,
                   size_t *count) {
    TRY(db_changes_write(conn));
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
    /* RULE STORE-1: numbers have no gap, so a first one that is not the next tells of rows that
     * are gone. */
    if (found && changes[0].sequence != after + 1) {
        return ERR_NOT_FOUND;
    }
    *count = found;
    return OK;
}

err db_change_last(struct db_conn *conn, int64_t *sequence) {
    TRY(db_changes_write(conn));
    return change_number(conn, DB_OWN_CHANGE_LAST, sequence);
}

err db_change_last_ms(struct db_conn *conn, int64_t *at_ms) {
    TRY(db_changes_write(conn));
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_LAST_AT);
    bool row = false;
    TRY(db_next(query, &row));
    *at_ms = row ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

err db_change_mark(struct db_conn *conn, int64_t sequence, uint64_t *mark) {
    if (sequence == 0) {
        *mark = 0;
        return OK;
    }
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_CHANGE_ROW);
    db_bind_i64(query, 1, sequence);
    bool row = false;
    TRY(db_next(query, &row));
    if (row) {
        *mark = hash_mix(hash_mix((uint64_t)sequence, (uint64_t)db_i64(query, 0)),
                         hash_mix((uint64_t)db_i64(query, 1), (uint64_t)db_i64(query, 2)));
    }
    db_done(query);
    return row ? OK : ERR_NOT_FOUND;
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
