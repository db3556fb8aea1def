/* Any bytes as records of a format: the same records and the same end however the bytes drip in.
 * Shared by the targets of formats. */
#ifndef AGORA_FUZZ_RECORD_H
#define AGORA_FUZZ_RECORD_H

#include "fuzz.h"

#include "formats/record.h"
#include "tests/unit/formats/drip.h"
#include "text/text.h"

struct outcome {
    err failed;
    uint64_t records, rejected, hash;
};

static inline void record_hash(const struct record *record, struct outcome *outcome) {
    FUZZ_PROMISE(record->field_count <= RECORD_FIELDS_MAX);
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct record_field *field = &record->fields[i];
        FUZZ_PROMISE(text_is_utf8(field->name) && text_is_utf8(field->value));
        outcome->hash = hash_bytes(field->name, outcome->hash);
        outcome->hash = hash_bytes(field->value, outcome->hash);
        FUZZ_PROMISE(field->item_count <= RECORD_LIST_MAX);
        for (uint32_t k = 0; k < field->item_count; k++) {
            FUZZ_PROMISE(text_is_utf8(field->items[k]));
        }
    }
    const struct geojson_geometry *geometry = &record->geometry;
    FUZZ_PROMISE(geometry->type == GEOJSON_NONE || geo_point_is_valid(geometry->point));
    for (size_t r = 0; r < geometry->ring_count; r++) {
        for (size_t i = 0; i < geometry->counts[r]; i++) {
            FUZZ_PROMISE(geo_point_is_valid(geometry->rings[r][i]));
        }
    }
}

static inline struct outcome read_all(slice bytes, enum record_format format, size_t step) {
    struct drip drip = {.rest = bytes, .step = step};
    struct byte_source source = drip_source(&drip);
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct record_reader *reader = NULL;
    struct outcome outcome = {.failed = record_reader_new(source, format, &reader, NULL)};
    if (reader != NULL) {
        record_reader_set_now(reader, INT64_C(1790000000000));
    }
    while (outcome.failed == OK) {
        struct record record;
        enum read_step found;
        arena_reset(&arena);
        outcome.failed = record_reader_next(reader, &arena, &record, &found, NULL);
        if (outcome.failed != OK || found == READ_END) {
            break;
        }
        outcome.rejected += found == READ_REJECTED;
        if (found == READ_RECORD) {
            outcome.records++;
            record_hash(&record, &outcome);
        }
        FUZZ_PROMISE(record.number == outcome.records + outcome.rejected);
    }
    record_reader_free(reader);
    return outcome;
}

/* Reads it whole and in drips, and compares. */
static inline void records_fuzz(const uint8_t *data, size_t size, enum record_format format) {
    slice bytes = slice_of((const char *)data, size);
    struct outcome whole = read_all(bytes, format, 1u << 20);
    struct outcome dripped = read_all(bytes, format, 5);
    FUZZ_PROMISE(whole.failed == dripped.failed);
    FUZZ_PROMISE(whole.records == dripped.records && whole.rejected == dripped.rejected);
    FUZZ_PROMISE(whole.hash == dripped.hash);
}

#endif
