#include "db/db_int.h"

/* Runs a PRAGMA that says "ok" or lists what is wrong; `said` gets its first row, "" for none. */
static err pragma_first(struct db_conn *conn, const char *sql, struct buf *said) {
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(conn->handle, sql, -1, &statement, NULL);
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    if (result == SQLITE_ROW) {
        buf_add_cstr(said, (const char *)sqlite3_column_text(statement, 0));
    }
    err failed = result == SQLITE_ROW || result == SQLITE_DONE ? OK : db_fail(conn, result, "check");
    sqlite3_finalize(statement);
    return failed;
}

err db_integrity(struct db_conn *conn, struct problem *problem) {
    struct buf said BUF_CLEANUP = buf_new(4096);
    TRY(pragma_first(conn, "PRAGMA integrity_check(1)", &said));
    if (!slice_equal(buf_slice(&said), SLICE("ok"))) {
        return problem_set(problem, ERR_CORRUPT, "",
                           "the store is damaged (%s); stop the server and restore a backup",
                           buf_cstr(&said));
    }
    buf_clear(&said);
    TRY(pragma_first(conn, "PRAGMA foreign_key_check", &said));
    if (said.n > 0) {
        return problem_set(problem, ERR_CORRUPT, "",
                           "table %s refers to rows that are not there; restore a backup",
                           buf_cstr(&said));
    }
    return OK;
}
