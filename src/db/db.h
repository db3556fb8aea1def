/* db: the store behind one interface. SQLite now; PostgreSQL takes the same statements ($n
 * parameters, RETURNING, ON CONFLICT, no engine functions). A connection belongs to one thread at
 * a time. */
#ifndef AGORA_DB_H
#define AGORA_DB_H

#include "base/base.h"

/* A room's statements: one const table, indexed by an enum of the room. None is built from
 * values. */
struct db_statement {
    const char *name;
    const char *sql;
};
struct db_catalogue {
    const char *room;
    const struct db_statement *statements;
    size_t count;
};

struct db_migration {
    uint32_t number; /* 1, 2, 3, … without a gap */
    const char *name;
    slice sql;
    bool destructive; /* refused without the flag */
};

/* Once, before the first connection: SQLite stops counting its memory, which costs a lock for each
 * piece. Without it all works, slower. */
void db_start(void);

struct db_conn;
enum db_mode { DB_READ, DB_WRITE };

/* Opens (DB_WRITE: creates) the store. DB_READ connections cannot write. ERR_NOT_FOUND, ERR_IO,
 * ERR_CORRUPT, ERR_BUSY. Free with db_close. */
MUST_USE err db_open(const char *path, enum db_mode mode, struct db_conn **conn,
                     struct problem *problem);
void db_close(struct db_conn *conn);
#define DB_CLEANUP __attribute__((cleanup(db_close_cleanup)))
void db_close_cleanup(struct db_conn **conn);

/* Applies the migrations that are missing, each in one transaction, and checks the checksums of
 * those applied. ERR_CONFLICT when one was altered since, ERR_UNSUPPORTED when the store is from a
 * newer program (names both versions), ERR_DENIED for a destructive one without
 * `allow_destructive`. */
MUST_USE err db_migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                        bool allow_destructive, struct problem *problem);
/* Prepares every statement of a catalogue: the test of all catalogues. */
MUST_USE err db_catalogue_check(struct db_conn *conn, const struct db_catalogue *catalogue,
                                struct problem *problem);

/* A statement in use. Parameters are numbered from 1 as in $1; columns from 0. Texts and blobs
 * read from it are valid until the next db_next or db_done. db_query never gives NULL: what went
 * wrong while preparing comes out of the first db_next or db_run. Statements are prepared once a
 * connection and kept; the same one may be in use several times at once (a walk inside a walk). */
struct db_query;
struct db_query *db_query(struct db_conn *conn, const struct db_catalogue *catalogue, size_t index);
void db_bind_i64(struct db_query *query, unsigned parameter, int64_t value);
void db_bind_text(struct db_query *query, unsigned parameter, slice text);  /* copied */
void db_bind_blob(struct db_query *query, unsigned parameter, slice bytes); /* copied */
/* The same without a copy: the bytes must stay until the query is done. */
void db_bind_text_borrowed(struct db_query *query, unsigned parameter, slice text);
void db_bind_blob_borrowed(struct db_query *query, unsigned parameter, slice bytes);
void db_bind_null(struct db_query *query, unsigned parameter);
/* An empty text is bound as NULL. */
void db_bind_text_or_null(struct db_query *query, unsigned parameter, slice text);
/* Next row, or none (then the query is done). Errors of the binds before it come out here. */
MUST_USE err db_next(struct db_query *query, bool *row);
/* Ends the use before the last row. Always safe; db_next at the end and db_run have done it. */
void db_done(struct db_query *query);
/* For a statement without rows: runs it and ends its use. ERR_CONFLICT on a broken constraint. */
MUST_USE err db_run(struct db_query *query);
/* Rows that the last db_run on this connection added, changed or took away. */
int64_t db_changed(const struct db_conn *conn);
int64_t db_i64(struct db_query *query, unsigned column); /* NULL: 0 */
slice db_text(struct db_query *query, unsigned column);  /* NULL: empty */
slice db_blob(struct db_query *query, unsigned column);
bool db_is_null(struct db_query *query, unsigned column);

/* Transactions of a connection in use by one job (commands; the writer below does it by itself). */
MUST_USE err
db_begin_write(struct db_conn *conn); /* waits for other writers up to 5 s, then ERR_BUSY */
MUST_USE err db_begin_read(struct db_conn *conn); /* one snapshot for several queries */
MUST_USE err db_commit(struct db_conn *conn);
/* Undoes the transaction and ends every query of the connection; harmless without a transaction. */
void db_rollback(struct db_conn *conn);
/* A part of a write transaction that can be undone alone: keep it or undo it, then go on. They
 * nest. */
MUST_USE err db_savepoint(struct db_conn *conn);
MUST_USE err db_savepoint_keep(struct db_conn *conn);
MUST_USE err db_savepoint_undo(struct db_conn *conn);
/* Outside of a transaction: from now on this connection writes whole objects, whose rows refer to
 * each other by construction, so references are not looked up row by row (db_integrity looks at all
 * of them), and the log grows to 64 MB before it is taken over, since many pages change again and
 * again. A connection that is closed has ended it. */
MUST_USE err db_bulk_begin(struct db_conn *conn);
MUST_USE err db_bulk_end(struct db_conn *conn);
/* Last error of the connection, for the log; "" when there was none. */
const char *db_message(const struct db_conn *conn);

/* Something that lives as long as the connection and is used with it alone (a compressor, a scratch
 * buffer): made at the first call with this key (the address of a constant of the room), freed by
 * db_close. NULL when `make` gave NULL. */
typedef void *db_companion_make(void);
typedef void db_companion_free(void *companion);
void *db_companion(struct db_conn *conn, const void *key, db_companion_make *make,
                   db_companion_free *free_it);

/* Reads the whole store: pages, indexes, references. ERR_CORRUPT says what is wrong (the first
 * finding). */
MUST_USE err db_integrity(struct db_conn *conn, struct problem *problem);

/* Changes when anybody, in this or another process, has committed since this connection last
 * looked. */
MUST_USE err db_data_version(struct db_conn *conn, int64_t *version);

/* Copies the store as it stands now into a new file at `to` (replaced when it is there), while
 * others go on reading and writing: one snapshot of the log, no lock that a writer waits for. The
 * copy is readable by its owner alone and on the disk when this returns; a failed one is removed.
 * ERR_NOT_FOUND without a store at `from`, ERR_IO (a full disk), ERR_CORRUPT. */
MUST_USE err db_copy(const char *from, const char *to, struct problem *problem);
/* Removes a store that nobody has open, with its log; what is not there is fine. */
void db_remove(const char *path);

/* The change feed: one row for each changed object, in commit order, in the writing transaction,
 * numbered without a gap. Rows are written together, at the latest with the commit. The newest
 * DB_CHANGES_KEPT stay, a few more for a while (RULE STORE-1). */
#define DB_CHANGES_KEPT INT64_C(1048576) /* about 24 MB */
enum db_change_topic {
    DB_CHANGE_ENTRY = 1,
    DB_CHANGE_TERRITORY,
    DB_CHANGE_THEME,
    DB_CHANGE_SOURCE,
    DB_CHANGE__COUNT
};
struct db_change {
    int64_t sequence;
    enum db_change_topic topic;
    int64_t object;
};
MUST_USE err db_change_add(struct db_conn *conn, enum db_change_topic topic, int64_t object,
                           int64_t now_ms);
/* Up to `room` changes after `after`; `*count` tells how many. ERR_NOT_FOUND when rows after it are
 * not there any more: what was made from the feed must be made anew from the store. */
MUST_USE err db_change_read(struct db_conn *conn, int64_t after, struct db_change *changes,
                            size_t room, size_t *count);
/* Rows that were added on this connection since it was opened, undone ones too. */
uint64_t db_changes_added(const struct db_conn *conn);
/* How many a commit of this connection leaves, for tests: at least 1. */
void db_changes_keep(struct db_conn *conn, int64_t count);
MUST_USE err db_change_last(struct db_conn *conn, int64_t *sequence); /* 0: none yet */
MUST_USE err db_change_last_ms(struct db_conn *conn, int64_t *at_ms); /* its time; 0: none yet */
/* A digest of one row of the feed, told by its number: two stores that went apart before it have
 * different ones. 0 for sequence 0, the feed's beginning; ERR_NOT_FOUND when the row is not there
 * (any more). */
MUST_USE err db_change_mark(struct db_conn *conn, int64_t sequence, uint64_t *mark);
/* Who this store is (random, made at creation) and its epoch (renewed by a restore). */
MUST_USE err db_identity(struct db_conn *conn, uint64_t *store, uint64_t *epoch);
/* Begins a new epoch: what others kept of this store (snapshots, marks) does not hold any more. */
MUST_USE err db_epoch_renew(struct db_conn *conn);
/* The number of the last migration that was applied; 0: none yet. */
MUST_USE err db_schema_number(struct db_conn *conn, int64_t *number);

/* The single writer: a thread that runs queued jobs, each inside its own savepoint, several in one
 * transaction, and tells each that it is durable only after the commit. */
struct db_writer;
typedef err db_job(struct db_conn *conn, void *self);
MUST_USE err db_writer_start(const char *path, const struct log *log, struct db_writer **writer);
/* Runs the job and returns after its commit with what the job returned (its work is undone when
 * that is not OK), or with the error of the commit. Any thread but the writer's own (a job that
 * waits for a job would wait for ever). ERR_BUSY when DB_WRITER_QUEUE_MAX jobs wait, or the writer
 * is stopping. */
#define DB_WRITER_QUEUE_MAX 10000
MUST_USE err db_write(struct db_writer *writer, db_job *job, void *self);
/* The same without waiting: `done` is called on the writer's thread after the commit (never when
 * this returns an error). */
typedef void db_job_done(err result, void *self);
MUST_USE err db_write_later(struct db_writer *writer, db_job *job, db_job_done *done, void *self);
void db_writer_stop(struct db_writer *writer); /* finishes what is queued, then frees the writer */

#endif
