/* Rows of a table as records: the first row names the columns. */
#include "formats/record_int.h"
#include <stdlib.h>

struct csv_records {
    struct record_reader base;
    struct csv_reader *csv;
    struct arena names;
    slice *columns;
    uint32_t column_count;
    bool header_read;
};

/* Any text may be a table: this row stands last in the table of formats. */
static bool csv_sniff(slice head) {
    (void)head;
    return true;
}

static err csv_open(struct window *window, size_t record_bytes_max, struct record_reader **reader,
                    struct problem *problem) {
    (void)record_bytes_max; /* rows have a limit of their own */
    (void)problem;
    struct csv_records *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    if (csv_reader_over(window, &r->csv) != OK) {
        free(r);
        return ERR_MEMORY;
    }
    r->names = arena_make(16384, 0);
    *reader = &r->base;
    return OK;
}

static void csv_free(struct record_reader *reader) {
    struct csv_records *r = (struct csv_records *)reader;
    csv_reader_free(r->csv);
    arena_free(&r->names);
    free(r);
}

/* A column without a name is called by its place, a name used twice by its turn. */
static slice column_name(const struct csv_records *r, struct arena *arena, slice cell, uint32_t i) {
    slice name = slice_trim(cell);
    uint32_t same = 1;
    if (name.n == 0) {
        return arena_printf(arena, "column %u", i + 1);
    }
    for (uint32_t k = 0; k < i; k++) {
        slice other = slice_sub(r->columns[k], 0, name.n);
        slice behind = slice_sub(r->columns[k], name.n, 2);
        same += slice_equal(other, name) && (behind.n == 0 || slice_equal(behind, SLICE(" (")));
    }
    if (same > 1) {
        return arena_printf(arena, "%.*s (%u)", SLICE_ARG(name), same);
    }
    return arena_copy(arena, name);
}

static err header_read(struct csv_records *r, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    struct csv_row row;
    enum read_step step;
    TRY(csv_reader_next(r->csv, &scratch, &row, &step, problem));
    if (step == READ_REJECTED) {
        return ERR_INPUT; /* the problem is filled: the row is too large */
    }
    r->header_read = true;
    r->columns = arena_new(&r->names, slice, row.count + 1);
    for (uint32_t i = 0; i < row.count; i++) {
        r->columns[i] = column_name(r, &r->names, row.cells[i], i);
    }
    r->column_count = row.count;
    return OK;
}

/* Cells beyond the header's count only when they are empty: others mean a lost quote, and every
 * value behind it would stand in the wrong column. */
static bool row_is_too_long(const struct csv_records *r, const struct csv_row *row) {
    for (uint32_t i = r->column_count; i < row->count; i++) {
        if (slice_trim(row->cells[i]).n > 0) {
            return true;
        }
    }
    return false;
}

static err csv_next(struct record_reader *reader, struct arena *arena, struct record *record,
                    enum read_step *step, struct problem *problem) {
    struct csv_records *r = (struct csv_records *)reader;
    struct csv_row row;
    if (!r->header_read) {
        TRY(header_read(r, problem));
    }
    TRY(csv_reader_next(r->csv, arena, &row, step, problem));
    if (*step == READ_END) {
        return OK;
    }
    record->number = ++r->base.number;
    record->line = row.line;
    record->raw = slice_sub(row.raw, 0, RECORD_RAW_MAX);
    if (*step == READ_REJECTED) {
        return OK;
    }
    if (row.ends_the_file && row.count < r->column_count) {
        r->base.cut = true;
        problem_set(problem, ERR_INPUT, "", "the file ends in the middle of a row: %u cells of %u",
                    row.count, r->column_count);
        record_problem_line(problem, record->line);
        return ERR_INPUT;
    }
    if (row_is_too_long(r, &row)) {
        *step = READ_REJECTED;
        problem_set(problem, ERR_INPUT, "",
                    "this row has %u cells, the header only %u: perhaps a quote is missing",
                    row.count, r->column_count);
        record_problem_line(problem, record->line);
        return OK;
    }
    uint32_t count = row.count < r->column_count ? row.count : r->column_count;
    record->fields = arena_try(arena, struct record_field, r->column_count);
    if (record->fields == NULL) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < r->column_count; i++) {
        record->fields[i].name = r->columns[i];
        record->fields[i].value = i < count ? csv_undefuse(row.cells[i]) : SLICE_EMPTY;
    }
    record->field_count = r->column_count;
    return OK;
}

static bool csv_is_cut(const struct record_reader *reader) {
    return csv_reader_is_cut(((const struct csv_records *)reader)->csv);
}

static const struct decode *csv_decode(const struct record_reader *reader) {
    return csv_reader_decode(((const struct csv_records *)reader)->csv);
}

static char csv_delimiter(const struct record_reader *reader) {
    return csv_reader_delimiter(((const struct csv_records *)reader)->csv);
}

const struct record_format_row record_csv_row = {
    .sniff = csv_sniff,
    .open = csv_open,
    .next = csv_next,
    .is_cut = csv_is_cut,
    .decode = csv_decode,
    .delimiter = csv_delimiter,
    .free = csv_free,
};
