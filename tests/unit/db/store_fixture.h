/* A store of its own for each test, in a temporary folder that goes with it; a clock that
 * stands. */
#ifndef AGORA_TESTS_STORE_FIXTURE_H
#define AGORA_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "db/db.h"
#include "db/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIXTURE_NOW_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

struct store_fixture {
    char folder[64];
    char path[96];
    struct db_conn *conn; /* DB_WRITE, migrated */
    int64_t now_ms;
    struct id_source ids;
};

static inline int64_t fixture_now(void *self) {
    return *(const int64_t *)self;
}

/* A folder without a store. */
static inline void store_folder_make(struct store_fixture *fixture) {
    assert_int_equal(crypto_start(), OK);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/agora-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/agora.db", fixture->folder);
    fixture->now_ms = FIXTURE_NOW_MS;
    fixture->ids =
        id_source_make((struct clock){.now_ms = fixture_now, .self = &fixture->now_ms}, 0);
}

static inline void store_folder_drop(struct store_fixture *fixture) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s", fixture->path, ends[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
}

static inline int store_setup(void **state) {
    struct store_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    store_folder_make(fixture);
    struct problem problem = {.code = OK};
    assert_int_equal(db_open(fixture->path, DB_WRITE, &fixture->conn, &problem), OK);
    assert_int_equal(
        db_migrate(fixture->conn, store_migrations, store_migration_count, false, &problem), OK);
    *state = fixture;
    return 0;
}

static inline int store_teardown(void **state) {
    struct store_fixture *fixture = *state;
    db_close(fixture->conn);
    store_folder_drop(fixture);
    free(fixture);
    return 0;
}

static inline void assert_slice(slice actual, const char *expected) {
    char text[512];
    snprintf(text, sizeof(text), "%.*s", SLICE_ARG(actual));
    assert_string_equal(text, expected);
}

#endif
