#include "formats/record.h"
#include "formats/record_int.h"
#include "text/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RECORD_LOOK_BYTES 65536 /* the format is found in these */

/* How each format of RECORD_FORMATS is read. */
static const struct record_format_row *const rows[RECORD_FORMAT__COUNT] = {
    [RECORD_CSV] = &record_csv_row,      [RECORD_JSON] = &record_json_row,
    [RECORD_GEOJSON] = &record_json_row, [RECORD_KML] = &record_xml_row,
    [RECORD_GPX] = &record_xml_row,      [RECORD_FEED] = &record_xml_row,
    [RECORD_XML] = &record_xml_row,      [RECORD_ICAL] = &record_ical_row,
};

/* In which order they look at a file; the last one takes everything. */
static const enum record_format sniffing[] = {RECORD_JSON, RECORD_XML, RECORD_ICAL, RECORD_CSV};

static const struct {
    const char *name, *others;
} names[RECORD_FORMAT__COUNT] = {[RECORD_AUTO] = {"auto", ""},
#define RECORD_FORMAT_ROW(format, name, others) [format] = {name, others},
                                 RECORD_FORMATS(RECORD_FORMAT_ROW)
#undef RECORD_FORMAT_ROW
};

slice record_format_name(enum record_format format) {
    return slice_from_cstr(names[format].name);
}

bool record_format_from_name(slice name, enum record_format *format) {
    for (unsigned i = 0; i < RECORD_FORMAT__COUNT; i++) {
        slice rest = slice_from_cstr(names[i].others);
        slice other;
        bool found = slice_equal_ascii_nocase(name, slice_from_cstr(names[i].name));
        while (!found && slice_cut(&rest, ' ', &other)) {
            found = other.n > 0 && slice_equal_ascii_nocase(name, other);
        }
        if (found) {
            *format = (enum record_format)i;
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

void record_problem_line(struct problem *problem, uint64_t line) {
    if (problem != NULL) {
        problem->line = line;
    }
}

void record_note(struct record_reader *reader, const char *sentence, uint64_t line,
                 const char *format, ...) {
    struct record_note *note = reader->notes;
    struct record_note *end = note + reader->note_count;
    while (note < end && strcmp(note->sentence, sentence) != 0) {
        note++;
    }
    if (note == end) {
        if (reader->note_count == RECORD_NOTES_MAX) {
            return;
        }
        reader->note_count++;
        *note = (struct record_note){.sentence = sentence, .line = line};
        va_list values;
        va_start(values, format);
        vsnprintf(note->example, sizeof note->example, format, values);
        va_end(values);
        size_t n = strlen(note->example);
        note->example[text_utf8_error(slice_of(note->example, n))] = '\0'; /* no half character */
    }
    note->count++;
}

void record_note_count(struct record_reader *reader, const char *sentence, uint64_t line,
                       uint64_t count) {
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < reader->note_count; i++) {
        if (strcmp(reader->notes[i].sentence, sentence) == 0) {
            reader->notes[i].count = count;
            return;
        }
    }
    record_note(reader, sentence, line, "%s", "");
    record_note_count(reader, sentence, line, reader->note_count < RECORD_NOTES_MAX ? count : 0);
}

const struct record_note *record_reader_notes(const struct record_reader *reader, size_t *count) {
    *count = reader->note_count;
    return reader->notes;
}

const struct record_about *record_reader_about(const struct record_reader *reader) {
    return &reader->about;
}

static err format_find(struct window *window, enum record_format *format, struct problem *problem) {
    TRY(window_want(window, RECORD_LOOK_BYTES, problem));
    slice text = slice_trim(slice_sub(window_text(window), 0, RECORD_LOOK_BYTES));
    for (size_t i = 0; i < ARRAY_COUNT(sniffing); i++) {
        if (rows[sniffing[i]]->sniff(text)) {
            *format = sniffing[i];
            return OK;
        }
    }
    return problem_set(problem, ERR_UNSUPPORTED, "", "this is no format that is read here");
}

err record_reader_new_limited(struct byte_source source, enum record_format format,
                              size_t record_bytes_max, struct record_reader **reader,
                              struct problem *problem) {
    struct window window;
    struct record_reader *r = NULL;
    TRY(window_open(&window, source));
    err failed = format == RECORD_AUTO ? format_find(&window, &format, problem) : OK;
    if (failed == OK) {
        failed = rows[format]->open(&window, record_bytes_max, &r, problem);
    }
    if (failed != OK) {
        window_close(&window);
        return failed;
    }
    r->row = rows[format];
    r->format = r->format == RECORD_AUTO ? format : r->format;
    r->record_bytes_max = record_bytes_max;
    *reader = r;
    return OK;
}

err record_reader_new(struct byte_source source, enum record_format format,
                      struct record_reader **reader, struct problem *problem) {
    return record_reader_new_limited(source, format, RECORD_BYTES_MAX, reader, problem);
}

void record_reader_free(struct record_reader *reader) {
    if (reader != NULL) {
        crs_free(reader->crs);
        reader->row->free(reader);
    }
}

err record_reader_crs_set(struct record_reader *reader, slice name, struct problem *problem) {
    struct crs *crs = NULL;
    TRY(crs_new(name, &crs, problem));
    crs_free(reader->crs);
    reader->crs = crs;
    reader->crs_given = true;
    return OK;
}

void record_reader_set_now(struct record_reader *reader, int64_t now_ms) {
    reader->now_ms = now_ms;
}

err record_reader_next(struct record_reader *r, struct arena *arena, struct record *record,
                       enum read_step *step, struct problem *problem) {
    *record = (struct record){.raw = SLICE_EMPTY};
    return r->row->next(r, arena, record, step, problem);
}

bool record_reader_is_cut(const struct record_reader *reader) {
    return reader->cut || reader->row->is_cut(reader);
}

enum record_format record_reader_format(const struct record_reader *reader) {
    return reader->format;
}

char record_reader_delimiter(const struct record_reader *reader) {
    return reader->row->delimiter == NULL ? '\0' : reader->row->delimiter(reader);
}

const struct decode *record_reader_decode(const struct record_reader *reader) {
    return reader->row->decode(reader);
}
