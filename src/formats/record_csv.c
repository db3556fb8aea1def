/* Rows of a table as records. The first row names the columns, unless there are lines of prose
 * above it, or no names at all: what a table looks like is learnt from its first rows. */
#include "formats/record_int.h"
#include <stdlib.h>
#include <string.h>

#define HEAD_ROWS  20
#define HEAD_BYTES (1u << 20)

/* One step of the reader, read ahead. */
struct ahead {
    struct csv_row row;
    enum read_step step;
    err failed;
    struct problem problem;
};
struct csv_records {
    struct record_reader base;
    struct csv_reader *csv;
    struct arena names; /* and the rows read ahead */
    struct ahead ahead[HEAD_ROWS];
    uint32_t ahead_count, ahead_at;
    slice *columns;
    uint32_t column_count;
    bool header_read, has_header;
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

static void head_read(struct csv_records *r) {
    while (r->ahead_count < HEAD_ROWS && r->names.used_bytes < HEAD_BYTES) {
        struct ahead *ahead = &r->ahead[r->ahead_count++];
        ahead->failed =
            csv_reader_next(r->csv, &r->names, &ahead->row, &ahead->step, &ahead->problem);
        if (ahead->failed != OK || ahead->step != READ_RECORD) {
            break;
        }
    }
}

static err row_next(struct csv_records *r, struct arena *arena, struct csv_row *row,
                    enum read_step *step, struct problem *problem) {
    if (r->ahead_at == r->ahead_count) {
        return csv_reader_next(r->csv, arena, row, step, problem);
    }
    const struct ahead *ahead = &r->ahead[r->ahead_at++];
    *row = ahead->row;
    *step = ahead->step;
    if (problem != NULL && ahead->problem.code != OK) {
        *problem = ahead->problem;
    }
    return ahead->failed;
}

static uint32_t filled_cells(const struct csv_row *row) {
    uint32_t filled = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        filled += slice_trim(row->cells[i]).n > 0;
    }
    return filled;
}

/* The number of cells that most of the first rows have. */
static uint32_t head_width(const struct csv_records *r) {
    uint32_t width = 0;
    uint32_t most = 0;
    for (uint32_t i = 0; i < r->ahead_count; i++) {
        uint32_t alike = 0;
        for (uint32_t k = 0; k < r->ahead_count && r->ahead[i].step == READ_RECORD; k++) {
            alike +=
                r->ahead[k].step == READ_RECORD && r->ahead[k].row.count == r->ahead[i].row.count;
        }
        if (alike > most) {
            most = alike;
            width = r->ahead[i].row.count;
        }
    }
    return width;
}

/* Lines of prose above the header: they fill at most a third of the cells, one as a rule, and a row
 * that fills most comes after them. */
static uint32_t header_find(const struct csv_records *r) {
    uint32_t width = head_width(r);
    for (uint32_t i = 0; i < r->ahead_count && width >= 3; i++) {
        if (r->ahead[i].failed != OK || r->ahead[i].step != READ_RECORD) {
            break;
        }
        uint32_t filled = filled_cells(&r->ahead[i].row);
        if (2 * filled > width) {
            return i;
        }
        if (3 * filled > width) {
            break;
        }
    }
    return 0;
}

static bool is_number(slice cell, size_t *decimals) {
    char bytes[32];
    double value;
    size_t mark = cell.n;
    if (cell.n == 0 || cell.n >= sizeof bytes) {
        return false;
    }
    for (size_t i = 0; i < cell.n; i++) {
        bytes[i] = cell.p[i] == ',' ? '.' : cell.p[i];
        mark = bytes[i] == '.' ? i : mark;
    }
    *decimals = mark == cell.n ? 0 : cell.n - mark - 1;
    return slice_to_double(slice_of(bytes, cell.n), &value);
}

/* How plainly a cell is a value and no name of a column: 2 for an address, a mail address, degrees;
 * 1 for a code, a date, a telephone number. */
static unsigned value_weight(slice cell) {
    size_t decimals = 0;
    size_t digits = 0;
    size_t others = 0;
    size_t at = slice_find(cell, 0, '@');
    if (slice_starts_with(cell, SLICE("http://")) || slice_starts_with(cell, SLICE("https://")) ||
        (at > 0 && slice_find(cell, at, '.') < cell.n && slice_find(cell, 0, ' ') == cell.n)) {
        return 2;
    }
    if (is_number(cell, &decimals) && decimals >= 3) {
        return 2;
    }
    for (size_t i = 0; i < cell.n; i++) {
        bool digit = cell.p[i] >= '0' && cell.p[i] <= '9';
        digits += digit;
        others += !digit && memchr(" +-./:()", cell.p[i], 8) == NULL;
    }
    return digits >= 5 && others == 0;
}

/* Names of columns are neither addresses nor coordinates. */
static bool is_values(const struct csv_row *row) {
    unsigned weight = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        weight += value_weight(slice_trim(row->cells[i]));
    }
    return weight >= 2;
}

static err header_read(struct csv_records *r, struct problem *problem) {
    struct csv_row row;
    enum read_step step;
    head_read(r);
    uint32_t above = header_find(r);
    for (uint32_t i = 0; i < above; i++) {
        record_note(&r->base, "lines above the names of the columns were left out",
                    r->ahead[i].row.line, "%.*s", (int)slice_sub(r->ahead[i].row.raw, 0, 80).n,
                    r->ahead[i].row.raw.p);
    }
    r->ahead_at = above;
    TRY(row_next(r, &r->names, &row, &step, problem));
    if (step == READ_REJECTED) {
        return ERR_INPUT; /* the problem is filled: the row is too large */
    }
    r->header_read = true;
    r->has_header = step == READ_END || !is_values(&row);
    r->columns = arena_new(&r->names, slice, row.count + 1);
    for (uint32_t i = 0; i < row.count; i++) {
        r->columns[i] = column_name(r, &r->names, r->has_header ? row.cells[i] : SLICE_EMPTY, i);
    }
    r->column_count = row.count;
    if (!r->has_header) {
        r->ahead_at--; /* it is a record */
        record_note(&r->base, "the first row holds values: columns are known by what they hold",
                    row.line, "%.*s", (int)slice_sub(row.raw, 0, 80).n, row.raw.p);
    }
    return OK;
}

/* The names of the columns once more, as where tables were put one behind the other. */
static bool is_header_again(const struct csv_records *r, const struct csv_row *row) {
    if (!r->has_header || row->count != r->column_count || row->count < 2) {
        return false;
    }
    for (uint32_t i = 0; i < row->count; i++) {
        if (!slice_equal(slice_trim(row->cells[i]), r->columns[i])) {
            return false;
        }
    }
    return true;
}

/* "Total;;;12": the word, and nothing else but numbers. */
static bool is_totals(const struct csv_row *row) {
    bool said = false;
    size_t decimals;
    for (uint32_t i = 0; i < row->count && row->count >= 3; i++) {
        slice cell = slice_trim(row->cells[i]);
        bool first = !said && cell.n > 0;
        if (first && !slice_equal_ascii_nocase(slice_sub(cell, 0, 5), SLICE("total"))) {
            return false;
        }
        if (!first && cell.n > 0 && !is_number(cell, &decimals)) {
            return false;
        }
        said = said || first;
    }
    return said && row->count >= 3;
}

/* Rows of a table that are no records. */
static bool row_is_furniture(struct csv_records *r, const struct csv_row *row) {
    const char *sentence = NULL;
    if (filled_cells(row) == 0) {
        sentence = "rows without any value were left out";
    } else if (is_header_again(r, row)) {
        sentence = "the names of the columns stand there again: left out";
    } else if (is_totals(row)) {
        sentence = "a line of totals was left out";
    }
    if (sentence != NULL) {
        record_note(&r->base, sentence, row->line, "%.*s", (int)slice_sub(row->raw, 0, 60).n,
                    row->raw.p);
    }
    return sentence != NULL;
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
    do {
        TRY(row_next(r, arena, &row, step, problem));
    } while (*step == READ_RECORD && row_is_furniture(r, &row));
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
