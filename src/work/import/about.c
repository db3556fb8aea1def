/* What a file says of itself, beside its records: its coordinate system, its licence, the names of
 * its categories. What a person said goes before it. */
#include "work/import/run_int.h"
#include <string.h>

/* A first reading also sees what stands behind the records. */
void run_about_keep(struct run *run) {
    const struct record_about *about = record_reader_about(run->reader);
    struct arena *arena = run->columns.arena;
    if (about->crs_is_late) {
        run->late_crs = arena_copy(arena, about->crs);
    }
    run->file_licence = arena_copy(arena, about->licence);
    run->file_attribution = arena_copy(arena, about->attribution);
}

/* With one reading only, a system that stands behind the records comes too late. */
err run_crs_tell(const struct run *run, struct buf *report) {
    const struct record_about *about = record_reader_about(run->reader);
    if (!about->crs_is_late) {
        return OK;
    }
    if (run->options->dry_run) {
        if (report != NULL) {
            buf_addf(report,
                     "the file names its coordinate system behind its records: add --crs %.*s to "
                     "see them converted; an import finds it by itself\n",
                     SLICE_ARG(about->crs));
        }
        return OK;
    }
    return problem_set(run->problem, ERR_INPUT, "crs",
                       "the file names its coordinate system only behind its records: add --crs "
                       "%.*s, or leave --partial out",
                       SLICE_ARG(about->crs));
}

/* "3" or "3;12": numbers of somebody's list. */
static bool is_numbers(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if ((text.p[i] < '0' || text.p[i] > '9') && text.p[i] != ';') {
            return false;
        }
    }
    return text.n > 0;
}

static bool categories_are_numbers(const struct run *run) {
    bool any = false;
    for (uint32_t i = 0; i < run->columns.count; i++) {
        const struct column *column = &run->columns.items[i];
        for (unsigned k = 0; column->role == ROLE_THEMES && k < column->example_count; k++) {
            if (!is_numbers(column->examples[k])) {
                return false;
            }
            any = true;
        }
    }
    return any;
}

static err taxonomy_use(struct run *run, struct buf *report) {
    struct arena *arena = run->columns.arena;
    const char *name = run->options->taxonomy_path;
    struct taxonomy *taxonomy = NULL;
    if (name != NULL) {
        TRY(taxonomy_open(name, arena, &taxonomy, run->problem));
    } else if (categories_are_numbers(run)) {
        struct problem ignored = {.code = OK};
        name = taxonomy_beside(run->options->input, arena);
        if (name == NULL || taxonomy_open(name, arena, &taxonomy, &ignored) != OK) {
            return OK; /* a warning says that they are numbers */
        }
        if (report != NULL) {
            buf_addf(report, "names of categories: %s\n", name);
        }
    }
    run->builder.taxonomy = taxonomy;
    return OK;
}

err run_about_use(struct run *run, struct buf *report) {
    const struct record_about *about = record_reader_about(run->reader);
    struct arena *arena = run->columns.arena;
    if (run->said_by_records) { /* each names its own source: what is said of all is their sum */
        return taxonomy_use(run, report);
    }
    slice licence = about->licence.n > 0 ? about->licence : run->file_licence;
    slice attribution = about->attribution.n > 0 ? about->attribution : run->file_attribution;
    if (licence.n > 0 && licence.n <= ENTRY_TITLE_MAX && run->kept->licence.n == 0) {
        run->kept->licence = licence_id(licence, arena);
        if (report != NULL) {
            buf_addf(report, "licence: %.*s, as the file says\n", SLICE_ARG(run->kept->licence));
        }
    }
    if (attribution.n > 0 && attribution.n <= ENTRY_TITLE_MAX && run->kept->attribution.n == 0) {
        run->kept->attribution = arena_copy(arena, attribution);
    }
    return taxonomy_use(run, report);
}
