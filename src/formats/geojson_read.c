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
    const struct record_about *about = record_reader_about(reader->records);
    TRY(record_reader_next(reader->records, arena, record, step, problem));
    if (*step == READ_END && about->crs_is_late) {
        return problem_set(problem, ERR_INPUT, "crs",
                           "the file says only behind its features that they are in %.*s: convert "
                           "it first (ogr2ogr -t_srs EPSG:4326 out.geojson FILE)",
                           SLICE_ARG(about->crs));
    }
    if (*step == READ_RECORD && record->geometry.is_projected) {
        *step = READ_REJECTED;
        problem_set(problem, ERR_INPUT, "geometry",
                    "the position %.2f, %.2f is not in degrees, and no crs says what it is",
                    record->geometry.x, record->geometry.y);
        record_problem_line(problem, record->line);
    }
    *feature = (struct geojson_feature){
        .id = record_get(record, SLICE("id")), .geometry = record->geometry, .record = record};
    return OK;
}
