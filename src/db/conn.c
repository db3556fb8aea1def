#include "db/db_int.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

err db_fail(struct db_conn *conn, int sqlite_result, const char *doing) {
    if (conn->handle) {
        snprintf(conn->message, sizeof(conn->message), "%s: %s", doing,
                 sqlite3_errmsg(conn->handle));
    } else {
        snprintf(conn->message, sizeof(conn->message), "%s: %s", doing,
                 sqlite3_errstr(sqlite_result));
    }
    switch (sqlite_result & 0xff) {
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ERR_DENIED;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
        return ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        return ERR_INTERNAL;
    }
}

const char *db_message(const struct db_conn *conn) {
    return conn->message;
}

err db_execute(struct db_conn *conn, slice sql) {
    const char *at = sql.p;
    const char *end = sql.p + sql.n;
    while (at < end) {
        sqlite3_stmt *statement = NULL;
        int result = sqlite3_prepare_v2(conn->handle, at, (int)(end - at), &statement, &at);
        if (result != SQLITE_OK) {
            return db_fail(conn, result, "sql");
        }
        if (!statement) { /* only white space or a comment was left */
            continue;
        }
        do {
            result = sqlite3_step(statement);
        } while (result == SQLITE_ROW);
        err failed = result == SQLITE_DONE ? OK : db_fail(conn, result, "sql");
        sqlite3_finalize(statement);
        TRY(failed);
    }
    return OK;
}

static err pragma_i64(struct db_conn *conn, const char *sql, int64_t *value) {
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(conn->handle, sql, -1, &statement, NULL);
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    err failed = OK;
    if (result == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
    } else {
        failed = db_fail(conn, result, "open");
    }
    sqlite3_finalize(statement);
    return failed;
}

/* Refuses a file that some other program made, before anything is written to it. */
static err ownership_check(struct db_conn *conn, const char *path, bool *is_new,
                           struct problem *problem) {
    int64_t application = 0;
    int64_t tables = 0;
    TRY(pragma_i64(conn, "PRAGMA application_id", &application));
    TRY(pragma_i64(conn, "SELECT count(*) FROM sqlite_schema", &tables));
    *is_new = application == 0 && tables == 0;
    if (application != DB_APPLICATION_ID && !*is_new) {
        return problem_set(problem, ERR_UNSUPPORTED, "",
                           "%s is a database of another program; choose another data folder", path);
    }
    return OK;
}

/* Waits a little for who holds the store; no longer than DB_BUSY_TIMEOUT_MS in all. SQLite's own
 * waiting grows to a tenth of a second, and would miss the moments in which a long import lets
 * others in. */
static int busy_wait(void *self, int tries) {
    (void)self;
    const struct timespec pause = {.tv_nsec = DB_BUSY_PAUSE_US * 1000L};
    if ((int64_t)tries * DB_BUSY_PAUSE_US > DB_BUSY_TIMEOUT_MS * INT64_C(1000)) {
        return 0;
    }
    nanosleep(&pause, NULL);
    return 1;
}

static err conn_set_up(struct db_conn *conn, const char *path, struct problem *problem) {
    sqlite3_busy_handler(conn->handle, busy_wait, NULL);
    sqlite3_db_config(conn->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(conn->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    bool is_new = false;
    TRY(ownership_check(conn, path, &is_new, problem));
    if (conn->mode == DB_READ) {
        return db_execute(conn, SLICE("PRAGMA query_only=ON; PRAGMA cache_size=-8192;"
                                      "PRAGMA temp_store=MEMORY;"));
    }
    if (is_new) {
        TRY(db_execute(conn, SLICE("PRAGMA application_id=1097297778;")));
    }
    /* FULL: a commit returns after fsync of the log, so what was acknowledged survives a power
     * cut. */
    return db_execute(conn, SLICE("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                  "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                                  "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;"
                                  "PRAGMA journal_size_limit=67108864;"));
}

static err open_failed(err code, const char *path, const struct db_conn *conn,
                       struct problem *problem) {
    switch (code) {
    case ERR_CORRUPT:
        return problem_set(problem, code, "",
                           "%s is damaged or no store (%s); keep the file, and put back a backup "
                           "with 'agora restore'",
                           path, conn->message);
    case ERR_BUSY:
        return problem_set(problem, code, "",
                           "%s is held by another program; try again once it has ended", path);
    case ERR_DENIED:
        return problem_set(problem, code, "",
                           "%s cannot be written (%s); the user who runs this must own it", path,
                           conn->message);
    case OK:
    case ERR_INPUT:
    case ERR_LIMIT:
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_UNSUPPORTED:
    case ERR_IO:
    case ERR_MEMORY:
    case ERR_INTERNAL:
    case ERR__COUNT:
        break;
    }
    return problem_set(problem, code, "", "%s cannot be opened (%s)", path, conn->message);
}

void db_start(void) {
    /* Refused once SQLite is in use: then it goes on counting. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

err db_bulk_begin(struct db_conn *conn) {
    return db_execute(conn, SLICE("PRAGMA foreign_keys=OFF; PRAGMA wal_autocheckpoint=16000;"));
}

err db_bulk_end(struct db_conn *conn) {
    return db_execute(conn, SLICE("PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000;"));
}

err db_open(const char *path, enum db_mode mode, struct db_conn **conn, struct problem *problem) {
    struct arena arena = arena_make(0, 0);
    struct db_conn *opened = arena_new(&arena, struct db_conn, 1);
    opened->arena = arena;
    opened->mode = mode;
    opened->changes_kept = DB_CHANGES_KEPT;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    struct problem found = {.code = OK};
    err failed = OK;
    if (mode == DB_READ && access(path, F_OK) != 0 && errno == ENOENT) {
        failed = problem_set(&found, ERR_NOT_FOUND, "", "%s does not exist", path);
    } else {
        int result = sqlite3_open_v2(path, &opened->handle, flags, NULL);
        failed = result == SQLITE_OK ? conn_set_up(opened, path, &found)
                                     : db_fail(opened, result, "open");
    }
    if (failed != OK) {
        if (found.code == OK) {
            failed = open_failed(failed, path, opened, &found);
        }
        if (problem) {
            *problem = found;
        }
        db_close(opened);
        return failed;
    }
    *conn = opened;
    return OK;
}

void db_close(struct db_conn *conn) {
    if (!conn) {
        return;
    }
    for (size_t i = conn->companion_count; i-- > 0;) {
        conn->companions[i].free_it(conn->companions[i].thing);
    }
    for (size_t i = 0; i < conn->cache_count; i++) {
        for (size_t k = 0; k < conn->caches[i].catalogue->count; k++) {
            for (struct db_query *use = &conn->caches[i].queries[k]; use; use = use->spare) {
                sqlite3_finalize(use->statement);
            }
        }
    }
    int result = sqlite3_close(conn->handle);
    assert(result == SQLITE_OK); /* every statement is in a cache */
    (void)result;
    struct arena arena = conn->arena; /* the connection lies in its own arena */
    arena_free(&arena);
}

void db_close_cleanup(struct db_conn **conn) {
    db_close(*conn);
    *conn = NULL;
}

void *db_companion(struct db_conn *conn, const void *key, db_companion_make *make,
                   db_companion_free *free_it) {
    for (size_t i = 0; i < conn->companion_count; i++) {
        if (conn->companions[i].key == key) {
            return conn->companions[i].thing;
        }
    }
    assert(conn->companion_count < DB_COMPANIONS_MAX);
    void *thing = make();
    if (thing) {
        conn->companions[conn->companion_count++] =
            (struct db_companion){.key = key, .thing = thing, .free_it = free_it};
    }
    return thing;
}

bool db_in_transaction(const struct db_conn *conn) {
    return sqlite3_get_autocommit(conn->handle) == 0;
}

static err own_run(struct db_conn *conn, enum db_own index) {
    return db_run(db_query(conn, &db_own_catalogue, index));
}

err db_begin_write(struct db_conn *conn) {
    if (conn->mode == DB_READ) {
        return ERR_DENIED;
    }
    return own_run(conn, DB_OWN_BEGIN_WRITE);
}

err db_begin_read(struct db_conn *conn) {
    return own_run(conn, DB_OWN_BEGIN_READ);
}

err db_commit(struct db_conn *conn) {
    TRY(db_changes_write(conn));
    if (conn->has_changes) {
        conn->has_changes = false;
        TRY(db_changes_prune(conn));
    }
    TRY(own_run(conn, DB_OWN_COMMIT));
    conn->savepoints = 0;
    conn->committed = true;
    return OK;
}

void db_rollback(struct db_conn *conn) {
    db_done_all(conn);
    conn->savepoints = 0;
    conn->change_count = 0;
    conn->has_changes = false;
    if (db_in_transaction(conn)) {
        char kept[sizeof(conn->message)]; /* why we roll back matters more than how that went */
        memcpy(kept, conn->message, sizeof(kept));
        if (own_run(conn, DB_OWN_ROLLBACK) == OK) {
            memcpy(conn->message, kept, sizeof(kept));
        }
    }
}

err db_savepoint(struct db_conn *conn) {
    assert(conn->savepoints < DB_SAVEPOINTS_MAX);
    TRY(db_changes_write(conn)); /* those that wait after it are the savepoint's own */
    TRY(own_run(conn, DB_OWN_SAVEPOINT));
    conn->savepoints++;
    return OK;
}

/* SQLite takes the innermost savepoint of a name, so one name nests. */
err db_savepoint_keep(struct db_conn *conn) {
    assert(conn->savepoints > 0);
    TRY(own_run(conn, DB_OWN_SAVEPOINT_KEEP));
    conn->savepoints--;
    return OK;
}

err db_savepoint_undo(struct db_conn *conn) {
    assert(conn->savepoints > 0);
    conn->change_count = 0;
    TRY(own_run(conn, DB_OWN_SAVEPOINT_UNDO));
    return db_savepoint_keep(conn);
}

err db_data_version(struct db_conn *conn, int64_t *version) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_DATA_VERSION);
    bool row = false;
    TRY(db_next(query, &row));
    int64_t pragma = db_i64(query, 0);
    db_done(query);
    /* The pragma stays still for the connection's own commits. */
    if (pragma != conn->pragma_version || conn->committed) {
        conn->pragma_version = pragma;
        conn->committed = false;
        conn->version++;
    }
    *version = conn->version;
    return OK;
}
