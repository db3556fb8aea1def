#include "db/db_int.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* SQLite numbers $name parameters by first appearance, so "$2 … $1" would bind the wrong way round:
 * we look each up by its name. */
static err parameters_map(struct db_query *query) {
    int count = sqlite3_bind_parameter_count(query->statement);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(query->statement, i);
        uint64_t number = 0;
        if (!name || name[0] != '$' || !slice_to_u64(slice_from_cstr(name + 1), &number) ||
            number == 0 || number > DB_PARAMETERS_MAX) {
            return ERR_INTERNAL;
        }
        query->place[number] = (uint8_t)i;
    }
    return OK;
}

static err statement_prepare(struct db_query *query, const struct db_statement *statement) {
    const char *tail = NULL;
    query->name = statement->name;
    int result = sqlite3_prepare_v3(query->conn->handle, statement->sql, -1,
                                    SQLITE_PREPARE_PERSISTENT, &query->statement, &tail);
    if (result != SQLITE_OK) {
        return db_fail(query->conn, result, statement->name);
    }
    assert(slice_trim(slice_from_cstr(tail)).n == 0); /* one statement in each row */
    return parameters_map(query);
}

static struct db_cache *cache_of(struct db_conn *conn, const struct db_catalogue *catalogue) {
    for (size_t i = 0; i < conn->cache_count; i++) {
        if (conn->caches[i].catalogue == catalogue) {
            return &conn->caches[i];
        }
    }
    assert(conn->cache_count < DB_CATALOGUES_MAX);
    struct db_cache *cache = &conn->caches[conn->cache_count++];
    cache->catalogue = catalogue;
    cache->queries = arena_new(&conn->arena, struct db_query, catalogue->count);
    return cache;
}

struct db_query *db_query(struct db_conn *conn, const struct db_catalogue *catalogue,
                          size_t index) {
    assert(index < catalogue->count);
    struct db_query *query = &cache_of(conn, catalogue)->queries[index];
    while (query->in_use) {
        if (!query->spare) {
            query->spare = arena_new(&conn->arena, struct db_query, 1);
        }
        query = query->spare;
    }
    query->conn = conn;
    query->in_use = true;
    query->failed = OK;
    if (!query->statement) {
        query->failed = statement_prepare(query, &catalogue->statements[index]);
    }
    return query;
}

err db_catalogue_check(struct db_conn *conn, const struct db_catalogue *catalogue,
                       struct problem *problem) {
    for (size_t i = 0; i < catalogue->count; i++) {
        struct db_query *query = db_query(conn, catalogue, i);
        err failed = query->failed;
        db_done(query);
        if (failed != OK) {
            return problem_set(problem, failed, catalogue->statements[i].name, "%s: %s",
                               catalogue->room, conn->message);
        }
    }
    return OK;
}

/* The place of a parameter, or 0 when nothing can be bound any more. */
static int bind_place(struct db_query *query, unsigned parameter) {
    if (query->failed != OK) {
        return 0;
    }
    assert(parameter >= 1 && parameter <= DB_PARAMETERS_MAX);
    assert(query->place[parameter] != 0); /* the statement has this parameter */
    return query->place[parameter];
}

static void bind_end(struct db_query *query, int result) {
    if (result != SQLITE_OK) {
        query->failed = db_fail(query->conn, result, query->name);
    }
}

void db_bind_i64(struct db_query *query, unsigned parameter, int64_t value) {
    int place = bind_place(query, parameter);
    if (place) {
        bind_end(query, sqlite3_bind_int64(query->statement, place, value));
    }
}

static void bind_text(struct db_query *query, unsigned parameter, slice text,
                      sqlite3_destructor_type life) {
    int place = bind_place(query, parameter);
    if (place) {
        bind_end(query, sqlite3_bind_text64(query->statement, place, text.n ? text.p : "", text.n,
                                            life, SQLITE_UTF8));
    }
}

static void bind_blob(struct db_query *query, unsigned parameter, slice bytes,
                      sqlite3_destructor_type life) {
    int place = bind_place(query, parameter);
    if (place) {
        bind_end(query, sqlite3_bind_blob64(query->statement, place, bytes.n ? bytes.p : "",
                                            bytes.n, life));
    }
}

void db_bind_text(struct db_query *query, unsigned parameter, slice text) {
    bind_text(query, parameter, text, SQLITE_TRANSIENT);
}

void db_bind_text_borrowed(struct db_query *query, unsigned parameter, slice text) {
    bind_text(query, parameter, text, SQLITE_STATIC);
}

void db_bind_blob(struct db_query *query, unsigned parameter, slice bytes) {
    bind_blob(query, parameter, bytes, SQLITE_TRANSIENT);
}

void db_bind_blob_borrowed(struct db_query *query, unsigned parameter, slice bytes) {
    bind_blob(query, parameter, bytes, SQLITE_STATIC);
}

void db_bind_null(struct db_query *query, unsigned parameter) {
    int place = bind_place(query, parameter);
    if (place) {
        bind_end(query, sqlite3_bind_null(query->statement, place));
    }
}

void db_bind_text_or_null(struct db_query *query, unsigned parameter, slice text) {
    if (text.n == 0) {
        db_bind_null(query, parameter);
    } else {
        db_bind_text(query, parameter, text);
    }
}

err db_next(struct db_query *query, bool *row) {
    assert(query->in_use);
    *row = false;
    err failed = query->failed;
    if (failed == OK) {
        int result = sqlite3_step(query->statement);
        if (result == SQLITE_ROW) {
            *row = true;
            return OK;
        }
        if (result != SQLITE_DONE) {
            failed = db_fail(query->conn, result, query->name);
        }
    }
    db_done(query);
    return failed;
}

void db_done(struct db_query *query) {
    if (query->in_use) {
        query->in_use = false;
        if (query->statement) {
            sqlite3_reset(query->statement);
            sqlite3_clear_bindings(query->statement); /* no borrowed text outlives the use */
        }
    }
}

void db_done_all(struct db_conn *conn) {
    for (size_t i = 0; i < conn->cache_count; i++) {
        for (size_t k = 0; k < conn->caches[i].catalogue->count; k++) {
            for (struct db_query *use = &conn->caches[i].queries[k]; use; use = use->spare) {
                db_done(use);
            }
        }
    }
}

err db_run(struct db_query *query) {
    bool row = true;
    while (row) {
        TRY(db_next(query, &row));
    }
    return OK;
}

int64_t db_changed(const struct db_conn *conn) {
    return sqlite3_changes64(conn->handle);
}

int64_t db_i64(struct db_query *query, unsigned column) {
    return sqlite3_column_int64(query->statement, (int)column);
}

slice db_text(struct db_query *query, unsigned column) {
    const unsigned char *text = sqlite3_column_text(query->statement, (int)column);
    int bytes = sqlite3_column_bytes(query->statement, (int)column);
    return text ? slice_of((const char *)text, (size_t)bytes) : SLICE_EMPTY;
}

slice db_blob(struct db_query *query, unsigned column) {
    const void *bytes = sqlite3_column_blob(query->statement, (int)column);
    int count = sqlite3_column_bytes(query->statement, (int)column);
    return bytes ? slice_of(bytes, (size_t)count) : SLICE_EMPTY;
}

bool db_is_null(struct db_query *query, unsigned column) {
    return sqlite3_column_type(query->statement, (int)column) == SQLITE_NULL;
}
