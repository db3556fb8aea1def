#include "formats/record.h"
#include "formats/record_int.h"
#include <stdlib.h>

#define RECORD_LOOK_BYTES 65536 /* the format is found in these */
#define RECORD_RAW_MAX    65536 /* of a CSV row, for those who show it */

struct record_reader {
    enum record_format format;
    struct csv_reader *csv;
    struct json_splitter *json;
    struct arena names; /* of CSV columns */
    slice *columns;
    uint32_t column_count;
    uint64_t number;
    bool cut, header_read;
};

slice record_format_name(enum record_format format) {
    static const char *const names[RECORD_FORMAT__COUNT] = {
        [RECORD_AUTO] = "auto",
        [RECORD_CSV] = "csv",
        [RECORD_JSON] = "json",
        [RECORD_GEOJSON] = "geojson",
    };
    return slice_from_cstr(names[format]);
}

bool record_format_from_name(slice name, enum record_format *format) {
    static const struct {
        const char *name;
        enum record_format format;
    } names[] = {
        {"auto", RECORD_AUTO},      {"csv", RECORD_CSV},         {"tsv", RECORD_CSV},
        {"json", RECORD_JSON},      {"jsonl", RECORD_JSON},      {"ndjson", RECORD_JSON},
        {"gogocarto", RECORD_JSON}, {"geojson", RECORD_GEOJSON}, {"geojsonl", RECORD_GEOJSON},
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal_ascii_nocase(name, slice_from_cstr(names[i].name))) {
            *format = names[i].format;
            return true;
        }
    }
    return false;
}

slice record_get(const struct record *record, slice name) {
    for (uint32_t i = 0; i < record->field_count; i++) {
        if (slice_equal(record->fields[i].name, name)) {
            return record->fields[i].value;
        }
    }
    return SLICE_EMPTY;
}

static err format_find(struct window *window, enum record_format *format, struct problem *problem) {
    TRY(window_want(window, RECORD_LOOK_BYTES, problem));
    slice text = slice_trim(slice_sub(window_text(window), 0, RECORD_LOOK_BYTES));
    char c = text.n > 0 ? text.p[0] : '\0';
    if (c == '<') {
        return problem_set(problem, ERR_UNSUPPORTED, "", "this is HTML or XML, not data");
    }
    *format = c == '{' || c == '[' || c == '\x1E' ? RECORD_JSON : RECORD_CSV;
    return OK;
}

static err reader_open(struct record_reader *r, struct byte_source source, size_t record_bytes_max,
                       struct problem *problem) {
    struct window window;
    TRY(window_open(&window, source));
    err failed = r->format == RECORD_AUTO ? format_find(&window, &r->format, problem) : OK;
    if (failed == OK) {
        failed = r->format == RECORD_CSV ? csv_reader_over(&window, &r->csv)
                                         : json_splitter_over(&window, record_bytes_max, &r->json);
    }
    if (failed != OK) {
        r->cut = decode_is_cut(window.decode);
        window_close(&window);
    }
    return failed;
}

err record_reader_new_limited(struct byte_source source, enum record_format format,
                              size_t record_bytes_max, struct record_reader **reader,
                              struct problem *problem) {
    struct record_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->format = format;
    r->names = arena_make(16384, 0);
    err failed = reader_open(r, source, record_bytes_max, problem);
    if (failed != OK) {
        record_reader_free(r);
        return failed;
    }
    *reader = r;
    return OK;
}

err record_reader_new(struct byte_source source, enum record_format format,
                      struct record_reader **reader, struct problem *problem) {
    return record_reader_new_limited(source, format, RECORD_BYTES_MAX, reader, problem);
}

void record_reader_free(struct record_reader *reader) {
    if (reader != NULL) {
        csv_reader_free(reader->csv);
        json_splitter_free(reader->json);
        arena_free(&reader->names);
        free(reader);
    }
}

/* A column without a name is called by its place, a name used twice by its turn. */
static slice column_name(const struct record_reader *r, struct arena *arena, slice cell,
                         uint32_t i) {
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

static err header_read(struct record_reader *r, struct problem *problem) {
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

static void at_line(struct problem *problem, uint64_t line) {
    if (problem != NULL) {
        problem->line = line;
    }
}

/* Cells beyond the header's count only when they are empty: others mean a lost quote, and every
 * value behind it would stand in the wrong column. */
static bool row_is_too_long(const struct record_reader *r, const struct csv_row *row) {
    for (uint32_t i = r->column_count; i < row->count; i++) {
        if (slice_trim(row->cells[i]).n > 0) {
            return true;
        }
    }
    return false;
}

static err csv_record(struct record_reader *r, struct arena *arena, struct record *record,
                      enum read_step *step, struct problem *problem) {
    struct csv_row row;
    if (!r->header_read) {
        TRY(header_read(r, problem));
    }
    TRY(csv_reader_next(r->csv, arena, &row, step, problem));
    if (*step == READ_END) {
        return OK;
    }
    record->number = ++r->number;
    record->line = row.line;
    record->raw = slice_sub(row.raw, 0, RECORD_RAW_MAX);
    if (*step == READ_REJECTED) {
        return OK;
    }
    if (row.ends_the_file && row.count < r->column_count) {
        r->cut = true;
        problem_set(problem, ERR_INPUT, "", "the file ends in the middle of a row: %u cells of %u",
                    row.count, r->column_count);
        at_line(problem, record->line);
        return ERR_INPUT;
    }
    if (row_is_too_long(r, &row)) {
        *step = READ_REJECTED;
        problem_set(problem, ERR_INPUT, "",
                    "this row has %u cells, the header only %u: perhaps a quote is missing",
                    row.count, r->column_count);
        at_line(problem, record->line);
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

static err json_record(struct record_reader *r, struct arena *arena, struct record *record,
                       enum read_step *step, struct problem *problem) {
    struct json_element element;
    TRY(json_splitter_next(r->json, &element, step, problem));
    if (*step == READ_END) {
        return OK;
    }
    record->number = ++r->number;
    record->line = element.line;
    record->is_json = true;
    record->raw =
        arena_copy(arena, slice_sub(element.text, 0,
                                    *step == READ_REJECTED ? RECORD_RAW_MAX : element.text.n));
    if (*step == READ_REJECTED) {
        return OK;
    }
    json_t *json = NULL;
    err failed = json_element_parse(&element, &json, problem);
    if (failed == OK) {
        if (json_is_feature(json)) {
            r->format = RECORD_GEOJSON;
        }
        failed = record_from_json(json, arena, record, problem);
        json_decref(json);
        if (failed != OK) {
            at_line(problem, element.line);
        }
    }
    if (failed == ERR_INPUT || failed == ERR_LIMIT) {
        *step = READ_REJECTED;
        return OK;
    }
    return failed;
}

err record_reader_next(struct record_reader *r, struct arena *arena, struct record *record,
                       enum read_step *step, struct problem *problem) {
    *record = (struct record){.raw = SLICE_EMPTY};
    return r->csv != NULL ? csv_record(r, arena, record, step, problem)
                          : json_record(r, arena, record, step, problem);
}

bool record_reader_is_cut(const struct record_reader *reader) {
    return reader->cut || (reader->csv != NULL && csv_reader_is_cut(reader->csv)) ||
           (reader->json != NULL && json_splitter_is_cut(reader->json));
}

enum record_format record_reader_format(const struct record_reader *reader) {
    return reader->format;
}

char record_reader_delimiter(const struct record_reader *reader) {
    return reader->csv == NULL ? '\0' : csv_reader_delimiter(reader->csv);
}

const struct decode *record_reader_decode(const struct record_reader *reader) {
    return reader->csv != NULL ? csv_reader_decode(reader->csv)
                               : json_splitter_decode(reader->json);
}
