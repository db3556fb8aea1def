/* The state of one import, shared by run.c (reading, building), storer.c (the thread that writes)
 * and write.c (what became of it). */
#ifndef AGORA_WORK_IMPORT_RUN_INT_H
#define AGORA_WORK_IMPORT_RUN_INT_H

#include "work/import/import_int.h"
#include "work/import/seen_int.h"

#define BATCH_RECORDS  4096
#define BATCH_BYTES    (8u << 20)
#define BATCH_BLOCK    (4u << 20) /* of its arena: kept from batch to batch */
#define SAMPLE_RECORDS 500
#define SAMPLE_BYTES   (16u << 20)
#define TRANSACTION_US                                                                             \
    25000 /* with its commit it stays under 50 ms, the most that others shall wait */
#define TRANSACTION_PAUSE_US 400 /* between two, so that other writers get their turn */
#define PROGRESS_US          200000

/* A record on its way into the store. */
struct pending {
    struct record record;
    struct entry entry;
    struct entry_content content;
    enum entry_outcome outcome;
    err refused;        /* by the store, for a cause that is the record's alone */
    struct entry *here; /* what stands here of one that was held */
};
/* Filled by the thread that reads, then given to the one that stores, then settled by the first: no
 * two have it at once. */
struct batch {
    struct arena arena; /* records, entries */
    struct pending *items;
    uint32_t count;
    uint32_t stored; /* what became of so many is known */
    err failed;      /* of the store: the others were not written */
};
#define BATCHES 2 /* one is filled while one is written */
struct storer;
/* A thread that writes batches in short transactions. While it has one, connection and identifiers
 * are its own. ERR_MEMORY. */
MUST_USE err storer_new(struct db_conn *conn, struct id_source *ids, struct clock clock,
                        struct storer **storer);
void storer_give(struct storer *storer, struct batch *batch); /* it has none */
/* Waits for the batch that was given last; NULL when there is none. */
struct batch *storer_take(struct storer *storer);
void storer_free(struct storer *storer); /* waits; NULL is fine */

/* A file in our own format may hold the entries of several sources. */
#define RUN_SOURCES_MAX 256
struct source_named {
    slice slug;
    struct source_id id; /* 0 in a dry run */
};
struct run {
    const struct import_options *options;
    const struct import_context *context;
    struct import_counts *counts;
    struct problem *problem;
    slice slug;
    struct source_id source;
    struct source said;           /* what the first record of our own format says of its source */
    struct source_named *sources; /* others, named by records of our own format */
    uint32_t source_count;
    bool own_table;        /* a table that Agora wrote, and nobody gave a map */
    bool said_by_records;  /* records name their source, with its licence */
    bool is_licence_given; /* by the caller, not by an import before */
    struct input input;
    struct record_reader *reader;
    struct columns columns;
    struct builder builder;
    struct warnings warnings;
    struct projections projections;
    struct import_options *kept;          /* `options`, to complete by what the file says */
    slice late_crs;                       /* named by the file, but behind its records */
    slice file_licence, file_attribution; /* as the first reading found them */
    struct side_file rejects, held;
    struct seen seen;
    uint64_t met; /* entries of `source` that stand for a record of this run */
    bool native;
    struct batch batches[BATCHES];
    struct batch *filling;
    struct storer *storer; /* NULL in a dry run */
    bool is_bulk;          /* the connection stands in db_bulk_begin */
    struct buf content;    /* scratch */
    int64_t started_us, progress_us;
};

/* Creates or updates the source. */
MUST_USE err run_source_store(struct run *run);
/* Gives the batch to be written and goes on with another one. */
MUST_USE err run_flush(struct run *run);
/* Waits until nothing is being written, and counts what became of it: after it the connection may
 * be used. */
MUST_USE err run_settle(struct run *run);
/* After the last batch: links between entries, entries that the source lacks now. */
MUST_USE err run_finish(struct run *run);
/* After the first reading: what the file says of itself. */
void run_about_keep(struct run *run);
/* Before the first record is built: licence, attribution and names of categories that nobody gave
 * are the file's. */
MUST_USE err run_about_use(struct run *run, struct buf *report);
/* After the last record: ERR_INPUT when the file named its coordinate system too late for them. */
MUST_USE err run_crs_tell(const struct run *run, struct buf *report);
/* Reads the whole input without writing anything: ERR_INPUT where it ends early or breaks. */
MUST_USE err run_check_input(struct run *run);
/* A record in our own format. A field that does not fit is left out with a warning and stays a
 * line of the description; only without a title or a kind is the record refused. */
MUST_USE err native_build(struct run *run, const struct record *record, struct entry *entry,
                          struct problem *cause);
/* Whose a record in our own format is: `source` in it, unless the caller said --source. */
void native_source_first(struct run *run, const struct record *record);
MUST_USE err native_source(struct run *run, const struct record *record, struct entry *entry,
                           struct problem *cause);
/* native_table.c: a table that Agora wrote. */
bool native_table_is(const struct record *record);
/* `record` is its first one; before its columns are learnt. */
MUST_USE err native_table_map(struct run *run, const struct record *record);
MUST_USE err native_table_settle(struct run *run, const struct record *record, struct entry *entry,
                                 struct problem *cause);
MUST_USE err run_reject(struct run *run, const struct record *record, const struct problem *cause);

#endif
