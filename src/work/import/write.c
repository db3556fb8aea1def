#include "work/import/run_int.h"
#include <stdio.h>

enum {
    SQL_SOURCE_ENTRIES,
    SQL_SOURCE_COUNT,
};
static const struct db_statement statements[] = {
    [SQL_SOURCE_ENTRIES] = {"source_entries", "SELECT source_key, id, status FROM entry "
                                              "WHERE source_id = $1 AND source_key > $2 "
                                              "ORDER BY source_key LIMIT 500"},
    [SQL_SOURCE_COUNT] = {"source_count", "SELECT count(*) FROM entry WHERE source_id = $1"},
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
        failed = source_may_import(conn, run->slug, run->problem);
        if (failed == ERR_DENIED) {
            db_rollback(conn);
            return failed;
        }
        if (failed == OK) {
            failed = source_store(conn, run->context->ids, &source, now_ms(run), &run->source);
        }
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

static void progress(struct run *run) {
    int64_t now = clock_monotonic_us();
    if (run->context->progress != NULL && now - run->progress_us > PROGRESS_US) {
        run->progress_us = now;
        run->context->progress(run->context->progress_self, run->counts,
                               decode_bytes_in(record_reader_decode(run->reader)), run->input.bytes,
                               now - run->started_us);
    }
}

/* What became of one record; what the source says of an entry that people edited here is written
 * down beside what stands. */
static err pending_settle(struct run *run, const struct pending *pending) {
    if (pending->refused != OK) {
        struct problem cause = {.code = OK};
        problem_set(&cause, pending->refused, "", "the store refuses it: %s",
                    err_name(pending->refused));
        cause.line = pending->record.line;
        return run_reject(run, &pending->record, &cause);
    }
    outcome_count(run->counts, pending->outcome);
    run->met += pending->entry.source.v == run->source.v;
    return pending->outcome == ENTRY_HELD
               ? held_add(&run->held, pending->here, &pending->entry, run->problem)
               : OK;
}

err run_settle(struct run *run) {
    struct batch *batch = run->storer == NULL ? NULL : storer_take(run->storer);
    if (batch == NULL) {
        return OK;
    }
    err failed = OK;
    for (uint32_t i = 0; i < batch->stored && failed == OK; i++) {
        failed = pending_settle(run, &batch->items[i]);
    }
    if (failed == OK && batch->failed != OK) {
        failed = store_failed(run, batch->failed);
    }
    batch->count = 0;
    arena_reset(&batch->arena);
    progress(run);
    return failed;
}

err run_flush(struct run *run) {
    struct batch *full = run->filling;
    if (run->storer == NULL) {
        run->counts->added += full->count;
        full->count = 0;
        progress(run);
        return OK;
    }
    err failed = run_settle(run);
    if (failed != OK) {
        full->count = 0;
    } else if (full->count > 0) {
        run->filling = &run->batches[full == &run->batches[0]];
        storer_give(run->storer, full);
    }
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

/* Whether the run has met as many entries of the source as there are: then none is missing, and
 * none needs to be looked for. */
static err all_met(struct run *run, bool *all) {
    struct db_query *query = db_query(run->context->conn, &import_catalogue, SQL_SOURCE_COUNT);
    db_bind_i64(query, 1, run->source.v);
    bool row = false;
    TRY(db_next(query, &row));
    *all = (uint64_t)db_i64(query, 0) == run->met;
    db_done(query);
    return OK;
}

/* Counts the entries of the source that the run has not met, and archives them when asked. */
static err missing_settle(struct run *run, bool archive) {
    struct missing missing = {.after = buf_new(1u << 20)};
    bool all = false;
    err failed = all_met(run, &all);
    missing.more = !all;
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
