/* Inside of db, for the room and its tests. */
#ifndef AGORA_DB_INT_H
#define AGORA_DB_INT_H

#include "db/db.h"

#include <sqlite3.h>

#define DB_BUSY_TIMEOUT_MS    5000
#define DB_BUSY_PAUSE_US      250 /* between two looks whether the store is free */
#define DB_PARAMETERS_MAX     128
#define DB_CHANGES_TOGETHER   16    /* rows of the feed that one statement adds */
#define DB_CHANGES_PRUNED     65536 /* at most with one commit: others wait for it */
#define DB_CATALOGUES_MAX     32    /* rooms that have statements */
#define DB_COMPANIONS_MAX     8
#define DB_SAVEPOINTS_MAX     8
#define DB_APPLICATION_ID     0x41676f72 /* "Agor", in the header of the file */
#define DB_WRITER_BATCH_US    20000      /* no new job joins a transaction after this */
#define DB_WRITER_BATCH_MAX   512
#define DB_INTEGRITY_FINDINGS "1"

/* The room's own statements. */
enum db_own {
    DB_OWN_BEGIN_WRITE,
    DB_OWN_BEGIN_READ,
    DB_OWN_COMMIT,
    DB_OWN_ROLLBACK,
    DB_OWN_SAVEPOINT,
    DB_OWN_SAVEPOINT_KEEP,
    DB_OWN_SAVEPOINT_UNDO,
    DB_OWN_DATA_VERSION,
    DB_OWN_INTEGRITY_CHECK,
    DB_OWN_FOREIGN_KEY_CHECK,
    DB_OWN_MIGRATION_LIST,
    DB_OWN_MIGRATION_ADD,
    DB_OWN_IDENTITY,
    DB_OWN_IDENTITY_ADD,
    DB_OWN_EPOCH_RENEW,
    DB_OWN_SCHEMA_NUMBER,
    DB_OWN_CHANGE_ADD,
    DB_OWN_CHANGE_ADD_MANY,
    DB_OWN_CHANGE_READ,
    DB_OWN_CHANGE_LAST,
    DB_OWN_CHANGE_LAST_AT,
    DB_OWN_CHANGE_FIRST,
    DB_OWN_CHANGE_PRUNE,
    DB_OWN_CHANGE_ROW,
    DB_OWN__COUNT
};
extern const struct db_catalogue db_own_catalogue;

struct db_query {
    struct db_conn *conn;
    sqlite3_stmt *statement;
    struct db_query *spare; /* the same statement again, for a use inside a use */
    const char *name;       /* of the statement, for messages */
    err failed;             /* while preparing or binding */
    bool in_use;
    uint8_t place[DB_PARAMETERS_MAX + 1]; /* of $n among SQLite's own numbers; 0: not there */
};

struct db_cache {
    const struct db_catalogue *catalogue;
    struct db_query *queries;
};

struct db_companion {
    const void *key;
    void *thing;
    db_companion_free *free_it;
};

struct db_change_row {
    int64_t topic, object, at_ms;
};

struct db_conn {
    sqlite3 *handle;
    struct arena arena; /* holds this very struct and the caches */
    enum db_mode mode;
    struct db_cache caches[DB_CATALOGUES_MAX];
    size_t cache_count;
    struct db_companion companions[DB_COMPANIONS_MAX];
    size_t companion_count;
    unsigned savepoints;                               /* open now */
    struct db_change_row changes[DB_CHANGES_TOGETHER]; /* of this transaction, not yet written */
    size_t change_count;
    bool has_changes;       /* rows of the feed were written in this transaction */
    uint64_t changes_added; /* to the feed, since it was opened */
    int64_t changes_kept;
    int64_t version;        /* as db_data_version counts */
    int64_t pragma_version; /* what SQLite said last */
    bool committed;         /* by this connection since the last look */
    char message[256];
};

/* SQLite's result as ours; keeps its message in the connection. */
err db_fail(struct db_conn *conn, int sqlite_result, const char *doing);
/* Runs SQL text of the program (settings, migrations): any number of statements, rows dropped. */
MUST_USE err db_execute(struct db_conn *conn, slice sql);
/* Writes the changes that wait: before a commit, before a savepoint, before they are read. */
MUST_USE err db_changes_write(struct db_conn *conn);
/* Takes the oldest rows of the feed away when there are clearly more than are kept. */
MUST_USE err db_changes_prune(struct db_conn *conn);
/* Ends every query in use. */
void db_done_all(struct db_conn *conn);
/* True while a transaction is open. A full disk may have ended it behind our back. */
bool db_in_transaction(const struct db_conn *conn);

#endif
