/* work/import: from a file of anybody's data to entries. Streams; memory stays flat but for 15 to
 * 19 bytes a record (to notice identifiers that occur twice). docs/import.md is its manual. */
#ifndef AGORA_WORK_IMPORT_H
#define AGORA_WORK_IMPORT_H

#include "db/db.h"
#include "domain/entry/entry.h"
#include "formats/record.h"

struct import_options {
    const char *input; /* a path, an http(s) address, or "-" */
    /* The source's slug; empty: made from the input's name ("-" needs one). The other three keep
     * what stands in the store when empty. */
    slice source, source_title, licence, attribution;
    enum record_format format;
    slice crs;            /* what coordinates are measured in ("EPSG:2154"); empty: found out */
    const char *map_path; /* NULL: none */
    /* Names of categories that records call by number: a file or an address; NULL: of an address
     * X/api/elements.json, X/api/taxonomy.json is tried when they are only numbers. */
    const char *taxonomy_path;
    bool has_kind; /* `kind` holds for every record that does not say its own */
    enum entry_kind kind;
    bool dry_run;         /* reads and checks everything, writes nothing */
    bool partial;         /* take what is before the place where a file ends or breaks */
    bool archive_missing; /* entries of the source that this (whole) file lacks are archived */
    /* Where rejected records go, and what the source says of entries that were edited here; NULL:
     * "SOURCE.rejects.csv", "SOURCE.held.csv" in the current folder. Made at the first one; their
     * old selves are removed. */
    const char *reject_path, *held_path;
};

struct import_counts {
    uint64_t added, updated, unchanged, held, rejected; /* their sum is `records` */
    uint64_t removed;                                   /* with archive_missing */
    uint64_t missing; /* published entries of the source that the input does not have (any more) */
    uint64_t records, warnings;
    uint64_t checked; /* records met by the first reading, which writes nothing */
};

/* Called now and then (several times a second at most). `bytes_all` is 0 when not known. */
typedef void import_progress(void *self, const struct import_counts *counts, uint64_t bytes_read,
                             uint64_t bytes_all, int64_t elapsed_us);

struct import_context {
    struct db_conn *conn; /* DB_WRITE; NULL is fine for a dry run */
    const struct territories *territories;
    const struct themes *themes;
    struct id_source *ids;
    struct clock clock;
    import_progress *progress; /* NULL: none */
    void *progress_self;
};

/* Imports. Reads the input once to its end before anything is written (a pipe is kept in a
 * nameless temporary file meanwhile), so that a file that is cut or broken changes nothing:
 * ERR_INPUT with line and column. With `partial` there is one reading, and what is before that
 * place is taken. Writes in transactions of at most about 50 ms, on a thread of its own: `conn` and
 * `ids` are its own until this returns, `clock` is asked by both. `report` (English, plain lines;
 * may be NULL) gets, for a dry run, the table of columns with examples and what each becomes;
 * always the warnings, counted, each with its first example, and where rejected and held records
 * went. `counts` is filled as far as it came even when the result is an error; what was committed
 * before an error of the store stays. Errors: ERR_INPUT (also a map file that does not fit),
 * ERR_NOT_FOUND, ERR_IO, ERR_LIMIT, ERR_BUSY, ERR_UNSUPPORTED. */
MUST_USE err import_run(const struct import_options *options, const struct import_context *context,
                        struct import_counts *counts, struct buf *report, struct problem *problem);

extern const struct db_catalogue import_catalogue;

#endif
