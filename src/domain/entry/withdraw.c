/* RULE SOURCE-2: the entries of a source leave with it and come back with it. */
#include "domain/entry/entry_int.h"

struct leaving {
    struct entry_id id;
    int64_t revision; /* by which it left */
    bool stays_away;  /* somebody did something about it since */
};

static err list_read(struct db_query *query, struct arena *arena, bool coming_back,
                     struct leaving *list, size_t *count, slice *last_key) {
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        struct leaving *one = &list[(*count)++];
        *one = (struct leaving){.id = {db_i64(query, 0)}};
        if (coming_back) {
            one->stays_away = db_i64(query, 1) == 0;
        } else {
            *last_key = arena_copy(arena, db_text(query, 1));
        }
    }
}

static err leave(struct db_conn *conn, const struct entry_withdrawal *withdrawal,
                 struct id_source *ids, const struct leaving *one, int64_t now_ms) {
    TRY(entry_set_status(conn, ids, one->id, ENTRY_ARCHIVED, withdrawal->author, withdrawal->reason,
                         now_ms));
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_WITHDRAWN_ADD);
    db_bind_i64(query, 1, one->id.v);
    return db_run(query);
}

/* Only what nobody had edited left: it is the source's again, whose next import changes it. */
static err come_back(struct db_conn *conn, const struct entry_withdrawal *withdrawal,
                     struct id_source *ids, const struct leaving *one, int64_t now_ms) {
    if (!one->stays_away) {
        TRY(entry_set_status(conn, ids, one->id, ENTRY_PUBLISHED, withdrawal->author,
                             withdrawal->reason, now_ms));
        struct db_query *own = db_query(conn, &entry_catalogue, ENTRY_WITHDRAWN_OWN);
        db_bind_i64(own, 1, one->id.v);
        TRY(db_run(own));
    }
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_WITHDRAWN_DROP);
    db_bind_i64(query, 1, one->id.v);
    return db_run(query);
}

err entry_withdraw_step(struct db_conn *conn, struct id_source *ids,
                        struct entry_withdrawal *withdrawal, int64_t now_ms, struct arena *arena,
                        bool *has_more) {
    struct leaving list[ENTRY_WITHDRAW_STEP];
    size_t count = 0;
    bool back = withdrawal->comes_back;
    struct db_query *query =
        db_query(conn, &entry_catalogue, back ? ENTRY_WITHDRAWN_NEXT : ENTRY_WITHDRAW_NEXT);
    db_bind_i64(query, 1, withdrawal->source.v);
    db_bind_i64(query, 2, ENTRY_WITHDRAW_STEP);
    if (!back) {
        db_bind_text(query, 3, withdrawal->after);
    }
    TRY(list_read(query, arena, back, list, &count, &withdrawal->after));
    for (size_t i = 0; i < count; i++) {
        TRY(back ? come_back(conn, withdrawal, ids, &list[i], now_ms)
                 : leave(conn, withdrawal, ids, &list[i], now_ms));
    }
    *has_more = count == ENTRY_WITHDRAW_STEP;
    return OK;
}

err entry_withdraw_count(struct db_conn *conn, struct source_id source, int64_t *leave_count,
                         int64_t *stay_count, int64_t *left_count) {
    bool row = false;
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_WITHDRAW_COUNT);
    db_bind_i64(query, 1, source.v);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_INTERNAL;
    }
    *leave_count = db_i64(query, 0);
    *stay_count = db_i64(query, 1) - db_i64(query, 0);
    *left_count = db_i64(query, 2);
    db_done(query);
    return OK;
}
