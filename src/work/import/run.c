#include "crypto/crypto.h"
#include "text/text.h"
#include "work/import/run_int.h"
#include <stdio.h>

#define MAP_BYTES_MAX     (1u << 20)
#define CONTENT_BYTES_MAX (16u << 20) /* of one entry as JSON */

/* One step of the reader, kept while columns are learnt from a sample. */
struct sampled {
    struct record record;
    enum read_step step;
    struct problem problem;
};
struct sample {
    struct arena arena;
    struct sampled *items;
    uint32_t count;
    bool ended;
    err failed; /* reading stopped here: what was read before is taken first */
    struct problem problem;
};

err run_reject(struct run *run, const struct record *record, const struct problem *cause) {
    run->counts->rejected++;
    return run->options->dry_run ? OK : rejects_add(&run->rejects, cause, record, run->problem);
}

/* The source calls two things by one identifier: the later one gets the identifier and a mark of
 * its content, so that both are kept and a second run finds both unchanged. */
static err same_id_settle(struct run *run, const struct record *record, struct entry *entry,
                          enum seen_before *before) {
    struct buf composed BUF_CLEANUP = buf_new(RECORD_BYTES_MAX * 3);
    slice raw = text_compose(record->raw, &composed) ? buf_slice(&composed) : record->raw;
    /* Two sources may give one identifier to two things. */
    slice key = entry->source_slug.n == 0
                    ? entry->source_key
                    : arena_printf(&run->filling->arena, "%.*s\x1f%.*s",
                                   SLICE_ARG(entry->source_slug), SLICE_ARG(entry->source_key));
    TRY(seen_add(&run->seen, key, raw, before));
    if (*before == SEEN_OTHER) {
        char hex[CRYPTO_DIGEST_HEX + 1];
        struct crypto_digest digest = crypto_digest(&raw, 1);
        crypto_digest_hex(&digest, hex);
        warning_add(&run->warnings, WARNING_SAME_ID, record->line, "%.*s",
                    (int)(entry->source_key.n < 60 ? entry->source_key.n : 60),
                    entry->source_key.p);
        entry->source_key =
            arena_printf(&run->filling->arena, "%.*s~%.8s", SLICE_ARG(entry->source_key), hex);
        TRY(seen_add(&run->seen, entry->source_key, raw, before));
    }
    if (*before != SEEN_NEVER) {
        warning_add(&run->warnings, WARNING_TWICE, record->line, "%.*s",
                    (int)(entry->source_key.n < 60 ? entry->source_key.n : 60),
                    entry->source_key.p);
    }
    return OK;
}

static err record_build(struct run *run, const struct record *record, struct entry *entry,
                        struct problem *cause) {
    struct arena *arena = &run->filling->arena;
    TRY(run->native ? native_build(run, record, entry, cause)
                    : entry_build(&run->builder, record, arena, entry, cause));
    return run->own_table ? native_table_settle(run, record, entry, cause) : OK;
}

/* What the thread that stores needs of an entry. */
static err pending_finish(struct run *run, struct pending *pending) {
    if (run->options->dry_run) {
        return OK;
    }
    if (pending->entry.source.v == 0) {
        pending->entry.source = run->source;
        pending->entry.source_slug = run->slug;
    }
    return entry_content_make(&pending->entry, &run->content, &run->filling->arena,
                              &pending->content);
}

/* Takes one record: builds it, or writes down why not. */
static err record_take(struct run *run, const struct record *record, enum read_step step,
                       const struct problem *read_problem) {
    struct batch *batch = run->filling;
    struct pending *pending = &batch->items[batch->count];
    struct problem cause = {.code = OK};
    enum seen_before before;
    run->counts->records++;
    if (step == READ_REJECTED) {
        return run_reject(run, record, read_problem);
    }
    *pending = (struct pending){.record = *record};
    err failed = record_build(run, record, &pending->entry, &cause);
    if (failed == ERR_INPUT || failed == ERR_LIMIT) {
        cause.line = record->line;
        return run_reject(run, record, &cause);
    }
    if (failed == OK) {
        TRY(same_id_settle(run, record, &pending->entry, &before));
        if (before != SEEN_NEVER) {
            run->counts->unchanged++;
            return OK;
        }
        failed = pending_finish(run, pending);
    }
    if (failed != OK) {
        return problem_set(run->problem, failed, "", "record %llu cannot be built",
                           (unsigned long long)record->number);
    }
    batch->count++;
    return batch->count == BATCH_RECORDS ? run_flush(run) : OK;
}

static err map_read(struct run *run) {
    const char *path = run->options->map_path;
    if (path == NULL) {
        return OK;
    }
    struct input input;
    TRY(input_open(path, &input, run->problem));
    struct buf text BUF_CLEANUP = buf_new(MAP_BYTES_MAX);
    struct byte_source source = fd_source(&input.fd);
    char bytes[4096];
    size_t got = 0;
    err failed;
    while ((failed = source.read(source.self, bytes, sizeof bytes, &got)) == OK && got > 0) {
        buf_add_bytes(&text, bytes, got);
    }
    input_close(&input);
    if (failed != OK || text.failed != OK) {
        return problem_set(run->problem, failed != OK ? failed : text.failed, "map",
                           "%s cannot be read", path);
    }
    return mappings_read(buf_slice(&text), &run->columns, run->problem);
}

static void sample_read(struct run *run, struct sample *sample) {
    sample->items = arena_new(&sample->arena, struct sampled, SAMPLE_RECORDS);
    while (sample->count < SAMPLE_RECORDS && sample->arena.used_bytes < SAMPLE_BYTES) {
        struct sampled *item = &sample->items[sample->count];
        sample->failed = record_reader_next(run->reader, &sample->arena, &item->record, &item->step,
                                            &item->problem);
        if (sample->failed != OK) {
            sample->problem = item->problem;
            return;
        }
        if (item->step == READ_END) {
            sample->ended = true;
            return;
        }
        sample->count++;
    }
}

/* Our own format: JSON objects with a kind of ours and a title. */
static bool is_native(const struct record *record) {
    enum entry_kind kind;
    return record->is_json && record_get(record, SLICE("title")).n > 0 &&
           entry_kind_from_slug(record_get(record, SLICE("kind")), &kind) &&
           (!record->has_geometry || record_get(record, SLICE("source.slug")).n > 0) &&
           !slice_contains(record->raw, SLICE("\"@type\"")) &&
           !slice_contains(record->raw, SLICE("\"@context\""));
}

static enum entry_kind kind_guess(const struct run *run, bool dated) {
    bool happens = false;
    for (uint32_t i = 0; i < run->columns.count; i++) {
        happens = happens || run->columns.items[i].role == ROLE_START ||
                  run->columns.items[i].role == ROLE_HAPPENS;
    }
    if (run->options->has_kind) {
        return run->options->kind;
    }
    if (happens && dated) {
        return ENTRY_KIND_EVENT;
    }
    return run->columns.has_location ? ENTRY_KIND_PLACE : ENTRY_KIND_INITIATIVE;
}

static err sample_learn(struct run *run, const struct sample *sample) {
    struct record *records = arena_new(run->columns.arena, struct record, SAMPLE_RECORDS);
    size_t count = 0;
    size_t native = 0;
    for (uint32_t i = 0; i < sample->count; i++) {
        if (sample->items[i].step == READ_RECORD) {
            native += is_native(&sample->items[i].record);
            records[count++] = sample->items[i].record;
        }
    }
    run->native = count > 0 && native * 2 > count;
    if (run->native) {
        native_source_first(run, &records[0]);
    } else {
        run->own_table =
            count > 0 && run->options->map_path == NULL && native_table_is(&records[0]);
        if (run->own_table) {
            native_source_first(run, &records[0]);
            TRY(native_table_map(run, &records[0]));
        }
        TRY(columns_learn(&run->columns, records, count, &run->warnings, run->problem));
    }
    run->builder = (struct builder){.projections = &run->projections,
                                    .columns = &run->columns,
                                    .territories = run->context->territories,
                                    .themes = run->context->themes,
                                    .warnings = &run->warnings,
                                    .options = run->options,
                                    .now_ms = clock_now_ms(run->context->clock),
                                    .kind = kind_guess(run, true),
                                    .kind_undated = kind_guess(run, false)};
    return OK;
}

/* The file is broken or cut: with --partial that place is an end like others. */
static err reading_failed(struct run *run, err failed, const struct problem *problem) {
    bool is_broken = failed == ERR_INPUT || record_reader_is_cut(run->reader);
    if (run->options->partial && is_broken) {
        warning_add(&run->warnings, WARNING_CUT, problem->line, "column %llu, %s",
                    (unsigned long long)problem->column, problem->what);
        return OK;
    }
    if (run->problem != NULL) {
        *run->problem = *problem;
    }
    return failed;
}

static err rest_take(struct run *run) {
    struct record record;
    enum read_step step;
    for (;;) {
        struct problem problem = {.code = OK};
        struct batch *batch = run->filling;
        if (batch->count == 0) {
            arena_reset(&batch->arena);
        } else if (batch->arena.used_bytes > BATCH_BYTES) {
            TRY(run_flush(run));
            continue;
        }
        err failed = record_reader_next(run->reader, &batch->arena, &record, &step, &problem);
        if (failed != OK) {
            return reading_failed(run, failed, &problem);
        }
        if (step == READ_END) {
            return OK;
        }
        TRY(record_take(run, &record, step, &problem));
    }
}

static err sample_take(struct run *run, const struct sample *sample) {
    for (uint32_t i = 0; i < sample->count; i++) {
        const struct sampled *item = &sample->items[i];
        TRY(record_take(run, &item->record, item->step, &item->problem));
    }
    return run_flush(run);
}

static err records_take(struct run *run, struct buf *report) {
    struct sample sample = {.arena = arena_make(1u << 20, 0)};
    sample_read(run, &sample);
    err failed = sample_learn(run, &sample);
    if (failed == OK) {
        failed = run_about_use(run, report);
    }
    if (failed == OK && run->options->dry_run && report != NULL) {
        report_columns(&run->columns, run->reader, sample.count, run->native,
                       entry_kind_slug(run->builder.kind), report);
    }
    if (failed == OK && !run->options->dry_run) {
        failed = run_source_store(run);
    }
    if (failed == OK) {
        failed = sample_take(run, &sample);
    }
    if (failed == OK && sample.failed != OK) {
        failed = reading_failed(run, sample.failed, &sample.problem);
    } else if (failed == OK && !sample.ended) {
        failed = rest_take(run);
    }
    err flushed = run_flush(run);
    err settled = run_settle(run); /* the sample's records go with their arena */
    arena_free(&sample.arena);
    return failed != OK ? failed : flushed != OK ? flushed : settled;
}

/* Says what `--partial` would do, and that nothing was done. */
static void problem_tell_nothing_written(struct run *run, uint64_t before) {
    if (run->problem != NULL && run->problem->code == ERR_INPUT) {
        size_t n = slice_from_cstr(run->problem->what).n;
        snprintf(run->problem->what + n, sizeof run->problem->what - n,
                 " (nothing was written; --partial takes the %llu records before it)",
                 (unsigned long long)before);
    }
}

static err reader_open(struct run *run) {
    slice crs = run->options->crs.n > 0 ? run->options->crs : run->late_crs;
    TRY(record_reader_new(fd_source(&run->input.fd), run->options->format, &run->reader,
                          run->problem));
    record_reader_set_now(run->reader, clock_now_ms(run->context->clock));
    return crs.n == 0 ? OK : record_reader_crs_set(run->reader, crs, run->problem);
}

static void checking_tell(struct run *run) {
    int64_t now = clock_monotonic_us();
    if (run->context->progress != NULL && now - run->progress_us > PROGRESS_US) {
        run->progress_us = now;
        run->context->progress(run->context->progress_self, run->counts,
                               decode_bytes_in(record_reader_decode(run->reader)), run->input.bytes,
                               now - run->started_us);
    }
}

static err check_read(struct run *run, struct arena *arena) {
    struct record record;
    enum read_step step = READ_RECORD;
    uint64_t accepted = 0;
    while (step != READ_END) {
        struct problem problem = {.code = OK};
        if (arena->used_bytes > BATCH_BYTES / 16) {
            arena_reset(arena);
            checking_tell(run);
        }
        err failed = record_reader_next(run->reader, arena, &record, &step, &problem);
        if (failed != OK) {
            *run->problem = problem;
            problem_tell_nothing_written(run, accepted);
            return failed;
        }
        accepted += step == READ_RECORD;
        run->counts->checked = accepted;
    }
    return OK;
}

/* Reading is a small part of an import's work: doing it twice is the price for never writing half
 * of a file. Holding it all in memory, or in one transaction, would cost a server its writers. */
err run_check_input(struct run *run) {
    struct arena arena = arena_make(1u << 20, 0);
    TRY(input_keep(&run->input, run->problem));
    TRY(reader_open(run));
    err failed = check_read(run, &arena);
    arena_free(&arena);
    run_about_keep(run);
    record_reader_free(run->reader);
    run->reader = NULL;
    run->started_us = clock_monotonic_us();
    return failed != OK ? failed : input_rewind(&run->input, run->problem);
}

static void missing_tell(const struct run *run, struct buf *report) {
    unsigned long long missing = run->counts->missing;
    if (missing == 0) {
        return;
    }
    bool empty = run->counts->records == 0;
    if (empty || run->counts->rejected > 0 || run->warnings.counts[WARNING_CUT] > 0) {
        buf_addf(report,
                 "%llu entries of this source were not met; nothing was archived, because %s\n",
                 missing,
                 run->counts->rejected > 0               ? "some records were rejected"
                 : run->warnings.counts[WARNING_CUT] > 0 ? "the file was not read to its end"
                                                         : "no record was read");
    } else if (!run->options->archive_missing) {
        buf_addf(report,
                 "%llu entries of this source are not in the file any more; --prune archives "
                 "them\n",
                 missing);
    }
}

static void report_end(struct run *run, struct buf *report) {
    uint64_t mended = decode_mended(record_reader_decode(run->reader));
    if (mended > 0) {
        run->warnings.counts[WARNING_STRAY_BYTES] = mended;
    }
    for (unsigned i = 0; i < WARNING__COUNT; i++) {
        run->counts->warnings += run->warnings.counts[i];
    }
    size_t note_count;
    const struct record_note *notes = record_reader_notes(run->reader, &note_count);
    for (size_t i = 0; i < note_count; i++) {
        run->counts->warnings += notes[i].count;
    }
    if (report == NULL) {
        return;
    }
    warnings_write(&run->warnings, report);
    warnings_notes_write(run->reader, report);
    if (run->counts->rejected > 0 && !run->options->dry_run) {
        buf_addf(report, "%llu rejected records are in %s\n",
                 (unsigned long long)run->counts->rejected, run->rejects.path);
    }
    if (run->counts->held > 0) {
        buf_addf(report,
                 "%llu entries were edited here and stay as they are; what the source says now "
                 "stands beside it in %s\n",
                 (unsigned long long)run->counts->held, run->held.path);
    }
    missing_tell(run, report);
}

static err run_all(struct run *run, struct buf *report) {
    TRY(map_read(run));
    TRY(projections_begin(&run->projections, run->options->crs, run->problem));
    TRY(input_open(run->options->input, &run->input, run->problem));
    if (!run->options->dry_run && !run->options->partial) {
        TRY(run_check_input(run));
    }
    TRY(reader_open(run));
    if (!run->options->dry_run) {
        TRY(db_bulk_begin(run->context->conn));
        run->is_bulk = true;
        TRY(storer_new(run->context->conn, run->context->ids, run->context->clock, &run->storer));
    }
    err failed = records_take(run, report);
    if (failed == OK) {
        failed = run_crs_tell(run, report);
    }
    if (failed == OK) {
        failed = run_finish(run);
    }
    report_end(run, report);
    return failed;
}

/* A licence that is not given is the one the source has had:
 * the same file again changes nothing. */
static slice licence_kept(const struct import_options *options,
                          const struct import_context *context, slice slug, struct arena *arena) {
    struct source source;
    if (options->licence.n > 0 || context->conn == NULL ||
        source_find(context->conn, slug, arena, &source) != OK) {
        return options->licence;
    }
    return source.licence;
}

static void batches_make(struct run *run, struct arena *arena) {
    for (unsigned i = 0; i < BATCHES; i++) {
        run->batches[i] = (struct batch){.arena = arena_make(BATCH_BLOCK, 0),
                                         .items = arena_new(arena, struct pending, BATCH_RECORDS)};
    }
    run->filling = &run->batches[0];
}

err import_run(const struct import_options *given, const struct import_context *context,
               struct import_counts *counts, struct buf *report, struct problem *problem) {
    struct arena arena ARENA_CLEANUP = arena_make(1u << 16, 0);
    struct problem own = {.code = OK};
    struct import_options kept = *given;
    const struct import_options *options = &kept;
    struct run run = {.options = options,
                      .kept = &kept,
                      .context = context,
                      .counts = counts,
                      .problem = problem == NULL ? &own : problem,
                      .input = {.fd = -1},
                      .columns = {.arena = &arena},
                      .content = buf_new(CONTENT_BYTES_MAX),
                      .seen = seen_make(),
                      .started_us = clock_monotonic_us()};
    *counts = (struct import_counts){0};
    run.slug = options->source.n > 0 ? options->source : input_slug(options->input, &arena);
    if (run.slug.n == 0) {
        return problem_set(run.problem, ERR_INPUT, "source",
                           "say where this comes from: --source SLUG");
    }
    run.is_licence_given = given->licence.n > 0;
    kept.licence = licence_kept(given, context, run.slug, &arena);
    batches_make(&run, &arena);
    slice rejects_path = arena_printf(&arena, "%.*s.rejects.csv", SLICE_ARG(run.slug));
    slice held_path = arena_printf(&arena, "%.*s.held.csv", SLICE_ARG(run.slug));
    side_file_begin(&run.rejects,
                    options->reject_path != NULL ? options->reject_path : rejects_path.p,
                    REJECTS_HEADER, !options->dry_run);
    side_file_begin(&run.held, options->held_path != NULL ? options->held_path : held_path.p,
                    HELD_HEADER, !options->dry_run);
    err failed = run_all(&run, report);
    err closed = side_file_end(&run.rejects, run.problem);
    err held_closed = side_file_end(&run.held, run.problem);
    closed = closed != OK ? closed : held_closed;
    storer_free(run.storer);
    if (run.is_bulk) {
        err ended = db_bulk_end(context->conn);
        failed = failed != OK ? failed : ended;
    }
    record_reader_free(run.reader);
    projections_end(&run.projections);
    input_close(&run.input);
    seen_free(&run.seen);
    buf_free(&run.content);
    for (unsigned i = 0; i < BATCHES; i++) {
        arena_free(&run.batches[i].arena);
    }
    return failed != OK ? failed : closed;
}
