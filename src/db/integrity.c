#include "db/db_int.h"

/* The first row of a PRAGMA that lists what is wrong; nothing is added when it lists nothing. */
static err first_finding(struct db_conn *conn, enum db_own index, struct buf *said) {
    struct db_query *query = db_query(conn, &db_own_catalogue, index);
    bool row = false;
    TRY(db_next(query, &row));
    if (row) {
        buf_add(said, slice_sub(db_text(query, 0), 0, 160));
        db_done(query);
    }
    return OK;
}

err db_integrity(struct db_conn *conn, struct problem *problem) {
    struct buf said BUF_CLEANUP = buf_new(4096);
    err failed = first_finding(conn, DB_OWN_INTEGRITY_CHECK, &said);
    if (failed != OK) { /* pages so damaged that the check itself gives up */
        return problem_set(
            problem, failed, "",
            "the store cannot be read (%s); stop the server and put back a backup with "
            "'agora restore'",
            conn->message);
    }
    if (!slice_equal(buf_slice(&said), SLICE("ok"))) {
        return problem_set(problem, ERR_CORRUPT, "",
                           "the store is damaged (%s); stop the server and put back a backup with "
                           "'agora restore'",
                           buf_cstr(&said));
    }
    buf_clear(&said);
    TRY(first_finding(conn, DB_OWN_FOREIGN_KEY_CHECK, &said));
    if (said.n > 0) {
        return problem_set(problem, ERR_CORRUPT, "",
                           "table %s refers to rows that are not there; put back a backup with "
                           "'agora restore'",
                           buf_cstr(&said));
    }
    return OK;
}
