/* A file read whole, as text: one line a record, "name=value;" a field, lists as "name=[a|b];", and
 * where it is as "@lat,lon type". */
#ifndef AGORA_TESTS_RECORD_FIXTURE_H
#define AGORA_TESTS_RECORD_FIXTURE_H

#include "formats_fixture.h"

#include "formats/record.h"

#include <stdio.h>

struct reading {
    err failed;
    bool cut;
    struct problem problem, rejected;
    unsigned records, rejects;
    struct buf text, notes;
    enum record_format format;
    uint64_t last_line;
    char title[100];
};

static inline void reading_add(struct reading *reading, const struct record *record) {
    static const char *const types[GEOJSON_TYPE__COUNT] = {"none", "point",   "points",
                                                           "line", "polygon", "mixed"};
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct record_field *field = &record->fields[i];
        buf_addf(&reading->text, "%.*s=", SLICE_ARG(field->name));
        if (field->items == NULL) {
            buf_add(&reading->text, field->value);
        }
        for (uint32_t k = 0; k < field->item_count; k++) {
            buf_addf(&reading->text, "%s%.*s", k == 0 ? "[" : "|", SLICE_ARG(field->items[k]));
        }
        buf_add(&reading->text, field->items == NULL ? SLICE(";") : SLICE("];"));
    }
    if (record->has_geometry) {
        buf_add_char(&reading->text, '@');
        buf_add_e7(&reading->text, record->geometry.point.lat_e7);
        buf_add_char(&reading->text, ',');
        buf_add_e7(&reading->text, record->geometry.point.lon_e7);
        buf_addf(&reading->text, " %s", types[record->geometry.type]);
    }
    buf_add_char(&reading->text, '\n');
}

static inline struct reading reading_of(slice bytes, size_t step, int64_t now_ms) {
    struct drip drip = {.rest = bytes, .step = step};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct reading reading = {.text = buf_new(1u << 24), .notes = buf_new(1u << 20)};
    struct record_reader *reader = NULL;
    reading.failed = record_reader_new(drip_source(&drip), RECORD_AUTO, &reader, &reading.problem);
    if (reader != NULL) {
        record_reader_set_now(reader, now_ms);
    }
    while (reading.failed == OK) {
        struct record record;
        enum read_step found;
        struct problem problem = {.code = OK};
        arena_reset(&arena);
        reading.failed = record_reader_next(reader, &arena, &record, &found, &problem);
        if (reading.failed != OK) {
            reading.problem = problem;
            break;
        }
        if (found == READ_END) {
            break;
        }
        reading.last_line = record.line;
        if (found == READ_REJECTED) {
            reading.rejects++;
            reading.rejected = problem;
            continue;
        }
        reading.records++;
        reading_add(&reading, &record);
    }
    if (reader != NULL) {
        size_t count;
        const struct record_note *notes = record_reader_notes(reader, &count);
        for (size_t i = 0; i < count; i++) {
            buf_addf(&reading.notes, "%llu %s: %s\n", (unsigned long long)notes[i].count,
                     notes[i].sentence, notes[i].example);
        }
        slice title = record_reader_about(reader)->title;
        snprintf(reading.title, sizeof reading.title, "%.*s", (int)title.n,
                 title.n > 0 ? title.p : "");
        reading.cut = record_reader_is_cut(reader);
        reading.format = record_reader_format(reader);
    }
    record_reader_free(reader);
    return reading;
}

static inline void reading_free(struct reading *reading) {
    buf_free(&reading->text);
    buf_free(&reading->notes);
}

/* The same however the bytes come in. */
static inline void expect_at(slice bytes, enum record_format format, int64_t now_ms,
                             const char *text) {
    static const size_t steps[] = {1, 7, 100000};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct reading reading = reading_of(bytes, steps[i], now_ms);
        if (reading.failed != OK) {
            print_error("%s\n", reading.problem.what);
        }
        assert_int_equal(reading.failed, OK);
        assert_slice(buf_slice(&reading.text), text);
        assert_int_equal(reading.format, format);
        assert_int_equal(reading.rejects, 0);
        reading_free(&reading);
    }
}

static inline void expect(slice bytes, enum record_format format, const char *text) {
    expect_at(bytes, format, 0, text);
}

/* It fails with these words in the problem. */
static inline void expect_failure(slice bytes, err failed, const char *words) {
    struct reading reading = reading_of(bytes, 100000, 0);
    assert_int_equal(reading.failed, failed);
    if (!slice_contains(slice_from_cstr(reading.problem.what), slice_from_cstr(words))) {
        print_error("\"%s\" is not in \"%s\"\n", words, reading.problem.what);
        fail();
    }
    reading_free(&reading);
}

#endif
