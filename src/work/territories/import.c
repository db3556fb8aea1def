/* Streams features into the store, in short transactions. */
#include "work/territories/territories.h"

#include "formats/geojson.h"
#include "work/territories/code.h"

#define BATCH_US      30000 /* a transaction ends after so long, so that others may write */
#define ARENA_BLOCK   (1u << 20)
#define ARENA_MAX     (512u << 20)
#define PROGRESS_EACH 500

struct run {
    const struct territories_import *import;
    struct territories_import_counts *counts;
    struct geojson_reader *reader;
    struct arena arena;
    bool in_transaction;
    int64_t began_us;
};

static void tell(const struct run *run, const struct problem *problem) {
    if (run->import->on_problem != NULL) {
        run->import->on_problem(run->import->self, problem);
    }
}

static err store(struct run *run, const struct geojson_feature *feature, struct problem *problem) {
    char code[FEATURE_CODE_MAX];
    size_t code_n = 0;
    enum territory_level level = TERRITORY_LEVEL__COUNT;
    if (feature->geometry.type != GEOJSON_POLYGON) {
        return problem_set(problem, ERR_INPUT, "geometry", "a Polygon or MultiPolygon is needed");
    }
    TRY(feature_code(run->import->territories, feature, run->import->level, code, &code_n, &level,
                     problem));
    if (!run->in_transaction) {
        TRY(db_begin_write(run->import->conn));
        run->in_transaction = true;
        run->began_us = clock_monotonic_us();
    }
    err stored = territory_outline_store(run->import->conn, slice_of(code, code_n),
                                         feature->geometry.rings, feature->geometry.counts,
                                         feature->geometry.ring_count, run->import->now_ms);
    if (stored == ERR_INPUT) {
        return problem_set(problem, ERR_INPUT, "geometry",
                           "no ring of three points, or one outside the world");
    }
    if (stored == ERR_NOT_FOUND) {
        return problem_set(problem, ERR_NOT_FOUND, "code", "no territory has the code '%.*s'",
                           (int)code_n, code);
    }
    run->counts->stored[level] += stored == OK;
    return stored;
}

static err batch_end(struct run *run) {
    if (!run->in_transaction) {
        return OK;
    }
    run->in_transaction = false;
    err committed = db_commit(run->import->conn);
    if (committed != OK) {
        db_rollback(run->import->conn);
    }
    return committed;
}

/* One feature; what cannot be stored is counted and told, and reading goes on. */
static err step(struct run *run, bool *more, struct problem *problem) {
    struct geojson_feature feature;
    enum read_step found = READ_END;
    struct problem cause = {0};
    arena_reset(&run->arena);
    err result = geojson_reader_next(run->reader, &run->arena, &feature, &found, &cause);
    if (result != OK) {
        *problem = cause;
        return result;
    }
    *more = found != READ_END;
    if (!*more) {
        return OK;
    }
    run->counts->read++;
    result = found == READ_REJECTED ? ERR_INPUT : store(run, &feature, &cause);
    if (result == ERR_INPUT || result == ERR_NOT_FOUND) {
        run->counts->rejected += result == ERR_INPUT;
        run->counts->unknown += result == ERR_NOT_FOUND;
        if (cause.line == 0 && found != READ_REJECTED) {
            cause.line = feature.record->line;
        }
        tell(run, &cause);
        result = OK;
    }
    if (result == OK && run->in_transaction && clock_monotonic_us() - run->began_us > BATCH_US) {
        result = batch_end(run);
    }
    if (run->import->on_progress != NULL && run->counts->read % PROGRESS_EACH == 0) {
        run->import->on_progress(run->import->self, run->counts);
    }
    return result;
}

static bool stored_any(const struct territories_import_counts *counts) {
    uint64_t sum = 0;
    for (unsigned level = 0; level < TERRITORY_LEVEL__COUNT; level++) {
        sum += counts->stored[level];
    }
    return sum > 0;
}

/* Tells those who hold a snapshot. */
static err announce(struct run *run) {
    if (!stored_any(run->counts)) {
        return OK;
    }
    TRY(db_begin_write(run->import->conn));
    run->in_transaction = true;
    TRY(db_change_add(run->import->conn, DB_CHANGE_TERRITORY, 0, run->import->now_ms));
    return batch_end(run);
}

err territories_import(const struct territories_import *import,
                       struct territories_import_counts *counts, struct problem *problem) {
    struct problem own = {0};
    struct run run = {.import = import, .counts = counts};
    problem = problem == NULL ? &own : problem;
    *counts = (struct territories_import_counts){0};
    TRY(geojson_reader_new(import->source, &run.reader, problem));
    run.arena = arena_make(ARENA_BLOCK, ARENA_MAX);
    bool more = true;
    err result = OK;
    while (more && result == OK) {
        result = step(&run, &more, problem);
    }
    err ended = batch_end(&run); /* what was read before a broken end stays */
    result = result == OK ? ended : result;
    err told = announce(&run);
    result = result == OK ? told : result;
    if (run.in_transaction) {
        db_rollback(import->conn);
    }
    arena_free(&run.arena);
    geojson_reader_free(run.reader);
    if (result != OK && problem->code == OK) {
        return problem_set(problem, result, "", "the outlines could not be stored: %s",
                           db_message(import->conn));
    }
    return result;
}
