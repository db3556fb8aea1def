#include "formats/record_int.h"
#include <stdlib.h>

struct geojson_reader {
    struct record_reader *records;
};

err geojson_reader_new(struct byte_source source, struct geojson_reader **reader,
                       struct problem *problem) {
    struct geojson_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    err failed = record_reader_new_limited(source, RECORD_GEOJSON, GEOJSON_FEATURE_BYTES_MAX,
                                           &r->records, problem);
    if (failed != OK) {
        free(r);
        return failed;
    }
    *reader = r;
    return OK;
}

void geojson_reader_free(struct geojson_reader *reader) {
    if (reader != NULL) {
        record_reader_free(reader->records);
        free(reader);
    }
}

err geojson_reader_next(struct geojson_reader *reader, struct arena *arena,
                        struct geojson_feature *feature, enum read_step *step,
                        struct problem *problem) {
    struct record *record = arena_new(arena, struct record, 1);
    TRY(record_reader_next(reader->records, arena, record, step, problem));
    *feature = (struct geojson_feature){
        .id = record_get(record, SLICE("id")), .geometry = record->geometry, .record = record};
    return OK;
}
