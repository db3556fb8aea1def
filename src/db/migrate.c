#include "crypto/crypto.h"
#include "db/db_int.h"

#include <assert.h>

/* Checks one applied migration, as the store remembers it, against the program's own. */
static err migration_compare(struct db_query *row, uint32_t expected,
                             const struct db_migration *migrations, size_t count,
                             struct problem *problem) {
    int64_t number = db_i64(row, 0);
    slice name = slice_sub(db_text(row, 1), 0, 80);
    if (number > (int64_t)count) {
        return problem_set(problem, ERR_UNSUPPORTED, "",
                           "this store is at version %lld (%.*s), this program knows up to %zu; "
                           "use a newer program",
                           (long long)number, SLICE_ARG(name), count);
    }
    if (number != (int64_t)expected) {
        return problem_set(
            problem, ERR_CORRUPT, "",
            "migration %u is missing in this store: it was altered by hand; put back a "
            "backup with 'agora restore'",
            expected);
    }
    const struct db_migration *ours = &migrations[expected - 1];
    char hex[CRYPTO_DIGEST_HEX + 1];
    struct crypto_digest digest = crypto_digest(&ours->sql, 1);
    crypto_digest_hex(&digest, hex);
    if (!slice_equal(slice_from_cstr(hex), db_text(row, 2))) {
        return problem_set(
            problem, ERR_CONFLICT, "",
            "migration %u (%s) was altered after it had been applied; use the program "
            "that made this store, or a newer release",
            expected, ours->name);
    }
    return OK;
}

static err migrations_applied(struct db_conn *conn, const struct db_migration *migrations,
                              size_t count, uint32_t *applied, struct problem *problem) {
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_MIGRATION_LIST);
    uint32_t found = 0;
    for (bool row = true;; found++) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        err differs = migration_compare(query, found + 1, migrations, count, problem);
        if (differs != OK) {
            db_done(query);
            return differs;
        }
    }
    *applied = found;
    return OK;
}

static err migration_apply(struct db_conn *conn, const struct db_migration *migration) {
    TRY(db_execute(conn, migration->sql));
    char hex[CRYPTO_DIGEST_HEX + 1];
    struct crypto_digest digest = crypto_digest(&migration->sql, 1);
    crypto_digest_hex(&digest, hex);
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_MIGRATION_ADD);
    db_bind_i64(query, 1, migration->number);
    db_bind_text(query, 2, slice_from_cstr(migration->name));
    db_bind_text(query, 3, slice_from_cstr(hex));
    return db_run(query);
}

/* What the migrations themselves stand on; made in the same transaction as the first of them. */
static err bookkeeping_make(struct db_conn *conn) {
    TRY(db_execute(conn, SLICE("CREATE TABLE IF NOT EXISTS migration ("
                               "  number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                               "  checksum TEXT NOT NULL) STRICT;"
                               "CREATE TABLE IF NOT EXISTS store_identity ("
                               "  one INTEGER PRIMARY KEY CHECK (one = 1),"
                               "  store INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;")));
    struct db_query *query = db_query(conn, &db_own_catalogue, DB_OWN_IDENTITY_ADD);
    db_bind_i64(query, 1, (int64_t)crypto_random_u64());
    db_bind_i64(query, 2, (int64_t)crypto_random_u64());
    return db_run(query);
}

/* One step under the write lock: another process may have migrated since we looked. */
static err migrate_step(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                        bool allow_destructive, uint32_t *applied, struct problem *problem) {
    TRY(bookkeeping_make(conn));
    uint32_t done = 0;
    TRY(migrations_applied(conn, migrations, count, &done, problem));
    if (done < count) {
        const struct db_migration *next = &migrations[done];
        assert(next->number == done + 1);
        if (next->destructive && !allow_destructive) {
            return problem_set(problem, ERR_DENIED, "",
                               "migration %u (%s) takes data away; make a backup and allow it",
                               next->number, next->name);
        }
        err failed = migration_apply(conn, next);
        if (failed != OK) {
            return problem_set(problem, failed, "", "migration %u (%s): %s", next->number,
                               next->name, conn->message);
        }
        done++;
    }
    *applied = done;
    return OK;
}

/* True when the store already has what we would make, seen without any lock. */
static bool migrated_already(struct db_conn *conn, const struct db_migration *migrations,
                             size_t count) {
    uint32_t applied = 0;
    return migrations_applied(conn, migrations, count, &applied, NULL) == OK && applied == count;
}

err db_migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
               bool allow_destructive, struct problem *problem) {
    if (migrated_already(conn, migrations, count)) {
        return OK;
    }
    uint32_t applied = 0;
    do {
        err failed = db_begin_write(conn);
        if (failed != OK) {
            return problem_set(problem, failed, "", "the store cannot be migrated now: %s",
                               conn->message);
        }
        struct problem found = {.code = OK};
        failed = migrate_step(conn, migrations, count, allow_destructive, &applied, &found);
        if (failed == OK) {
            failed = db_commit(conn);
        }
        if (failed != OK) {
            if (found.code == OK) {
                problem_set(&found, failed, "", "the store cannot be migrated: %s", conn->message);
            }
            db_rollback(conn);
            if (problem) {
                *problem = found;
            }
            return failed;
        }
    } while (applied < count);
    return OK;
}
