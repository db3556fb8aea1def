#include "work/import/run_int.h"
#include <stdio.h>

enum {
    SQL_SOURCE_ENTRIES,
};
static const struct db_statement statements[] = {
    [SQL_SOURCE_ENTRIES] = {"source_entries", "SELECT source_key, id, status FROM entry "
                                              "WHERE source_id = $1 AND source_key > $2 "
                                              "ORDER BY source_key LIMIT 500"},
};
const struct db_catalogue import_catalogue = {
    .room = "work/import", .statements = statements, .count = ARRAY_COUNT(statements)};

static err store_failed(struct run *run, err failed) {
    if (failed == ERR_BUSY) {
        return problem_set(run->problem, failed, "",
                           "another program holds the store; try again in a moment");
    }
    return problem_set(run->problem, failed, "", "the store cannot be written: %s",
                       db_message(run->context->conn));
}

static int64_t now_ms(const struct run *run) {
    return clock_now_ms(run->context->clock);
}

static slice given_or(slice given, slice said) {
    return given.n > 0 ? given : said;
}

err run_source_store(struct run *run) {
    struct db_conn *conn = run->context->conn;
    const struct import_options *options = run->options;
    slice input = slice_from_cstr(options->input);
    struct source source = {.slug = run->slug,
                            .title = given_or(options->source_title, run->said.title),
                            .url = slice_starts_with(input, SLICE("http")) ? input : run->said.url,
                            .licence = given_or(options->licence, run->said.licence),
                            .attribution = given_or(options->attribution, run->said.attribution),
                            .fetched_ms = now_ms(run)};
    err failed = db_begin_write(conn);
    if (failed == OK) {
        failed = source_store(conn, run->context->ids, &source, now_ms(run), &run->source);
        if (failed == OK) {
            failed = db_commit(conn);
        }
        if (failed != OK) {
            db_rollback(conn);
        }
    }
    return failed == OK ? OK : store_failed(run, failed);
}

static void outcome_count(struct import_counts *counts, enum entry_outcome outcome) {
    switch (outcome) {
    case ENTRY_ADDED:
        counts->added++;
        break;
    case ENTRY_UPDATED:
        counts->updated++;
        break;
    case ENTRY_UNCHANGED:
        counts->unchanged++;
        break;
    case ENTRY_HELD:
        counts->held++;
        break;
    case ENTRY_OUTCOME__COUNT:
        break;
    }
}

/* A refusal that concerns one record only. */
static bool is_of_the_record(err failed) {
    return failed == ERR_INPUT || failed == ERR_LIMIT || failed == ERR_CONFLICT;
}

/* Imports from `from` on until time is up; `*to` is the first that was not. When the store
 * refuses a record, `*refused` is its place and nothing of this transaction stands. */
static err transaction(struct run *run, uint32_t from, uint32_t *to, uint32_t *refused) {
    struct db_conn *conn = run->context->conn;
    int64_t started = clock_monotonic_us();
    uint32_t i = from;
    TRY(db_begin_write(conn));
    for (; i < run->batch_count; i++) {
        struct pending *pending = &run->batch[i];
        if (pending->rejected) {
            continue;
        }
        if (pending->entry.source.v == 0) {
            pending->entry.source = run->source;
            pending->entry.source_slug = run->slug;
        }
        err failed =
            entry_import(conn, run->context->ids, &pending->entry, now_ms(run), &pending->outcome);
        if (failed != OK) {
            db_rollback(conn);
            *refused = i;
            return failed;
        }
        if (clock_monotonic_us() - started > TRANSACTION_US) {
            i++;
            break;
        }
    }
    err failed = db_commit(conn);
    if (failed != OK) {
        db_rollback(conn);
        return failed;
    }
    *to = i;
    return OK;
}

static void progress(struct run *run) {
    int64_t now = clock_monotonic_us();
    if (run->context->progress != NULL && now - run->progress_us > PROGRESS_US) {
        run->progress_us = now;
        run->context->progress(run->context->progress_self, run->counts,
                               decode_bytes_in(record_reader_decode(run->reader)), run->input.bytes,
                               now - run->started_us);
    }
}

/* Writes down what the source says now beside what people made of the entry here. */
static err held_tell(struct run *run, const struct pending *pending) {
    struct arena arena ARENA_CLEANUP = arena_make(16384, 0);
    struct entry here;
    if (pending->outcome != ENTRY_HELD) {
        return OK;
    }
    err failed = entry_load(run->context->conn, pending->entry.id, &arena, &here);
    return failed == OK ? held_add(&run->held, &here, &pending->entry, run->problem)
                        : store_failed(run, failed);
}

static err batch_write(struct run *run) {
    uint32_t at = 0;
    while (at < run->batch_count) {
        uint32_t refused = UINT32_MAX;
        uint32_t to = at;
        err failed = transaction(run, at, &to, &refused);
        if (failed != OK && refused != UINT32_MAX && is_of_the_record(failed)) {
            struct problem cause = {.line = run->batch[refused].record.line};
            problem_set(&cause, failed, "", "the store refuses it: %s", err_name(failed));
            cause.line = run->batch[refused].record.line;
            run->batch[refused].rejected = true;
            TRY(run_reject(run, &run->batch[refused].record, &cause));
            continue;
        }
        if (failed != OK) {
            return store_failed(run, failed);
        }
        for (; at < to; at++) {
            if (!run->batch[at].rejected) {
                outcome_count(run->counts, run->batch[at].outcome);
                TRY(held_tell(run, &run->batch[at]));
            }
        }
        progress(run);
    }
    return OK;
}

err run_flush(struct run *run) {
    err failed = OK;
    if (run->options->dry_run) {
        run->counts->added += run->batch_count;
        progress(run);
    } else {
        failed = batch_write(run);
    }
    run->batch_count = 0;
    return failed;
}

struct missing {
    struct entry_id ids[500];
    size_t count;
    struct buf after; /* the last key looked at */
    bool more;
};

/* The next entries of the source that the run has not met. */
static err missing_find(struct run *run, struct missing *missing) {
    struct db_query *query = db_query(run->context->conn, &import_catalogue, SQL_SOURCE_ENTRIES);
    bool row;
    size_t rows = 0;
    missing->count = 0;
    db_bind_i64(query, 1, run->source.v);
    db_bind_text(query, 2, buf_slice(&missing->after));
    for (;;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        rows++;
        slice key = db_text(query, 0);
        buf_clear(&missing->after);
        buf_add(&missing->after, key);
        if (db_i64(query, 2) == ENTRY_PUBLISHED && !seen_has(&run->seen, key)) {
            missing->ids[missing->count++] = (struct entry_id){db_i64(query, 1)};
        }
    }
    missing->more = rows == ARRAY_COUNT(missing->ids);
    return missing->after.failed;
}

static err missing_archive(struct run *run, const struct missing *missing) {
    struct db_conn *conn = run->context->conn;
    char author[128];
    snprintf(author, sizeof author, "import:%.*s", (int)(run->slug.n < 100 ? run->slug.n : 100),
             run->slug.p);
    for (size_t at = 0; at < missing->count;) {
        int64_t started = clock_monotonic_us();
        size_t from = at;
        TRY(db_begin_write(conn));
        while (at < missing->count && clock_monotonic_us() - started < TRANSACTION_US) {
            err failed = entry_set_status(conn, run->context->ids, missing->ids[at++],
                                          ENTRY_ARCHIVED, slice_from_cstr(author),
                                          SLICE("no longer in the source"), now_ms(run));
            if (failed != OK) {
                db_rollback(conn);
                return failed;
            }
        }
        err failed = db_commit(conn);
        if (failed != OK) {
            db_rollback(conn);
            return failed;
        }
        run->counts->removed += at - from;
    }
    return OK;
}

/* Counts the entries of the source that the run has not met, and archives them when asked. */
static err missing_settle(struct run *run, bool archive) {
    struct missing missing = {.more = true, .after = buf_new(1u << 20)};
    err failed = OK;
    while (missing.more && failed == OK) {
        failed = missing_find(run, &missing);
        run->counts->missing += failed == OK ? missing.count : 0;
        if (failed == OK && archive) {
            failed = missing_archive(run, &missing);
        }
    }
    buf_free(&missing.after);
    return failed;
}

static err links_resolve(struct run *run) {
    struct db_conn *conn = run->context->conn;
    TRY(db_begin_write(conn));
    err failed = entry_links_resolve(conn, run->source, now_ms(run));
    for (uint32_t i = 0; i < run->source_count && failed == OK; i++) {
        failed = entry_links_resolve(conn, run->sources[i].id, now_ms(run));
    }
    if (failed == OK) {
        failed = db_commit(conn);
    }
    if (failed != OK) {
        db_rollback(conn);
    }
    return failed;
}

err run_finish(struct run *run) {
    if (run->options->dry_run) {
        return OK;
    }
    err failed = links_resolve(run);
    /* A file without a record is a source that fails more often than one that gave up all. */
    bool whole = run->counts->records > 0 && run->counts->rejected == 0 &&
                 run->warnings.counts[WARNING_CUT] == 0;
    if (failed == OK) {
        failed = missing_settle(run, run->options->archive_missing && whole);
    }
    return failed == OK ? OK : store_failed(run, failed);
}
