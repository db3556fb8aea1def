/* GeoJSON (RFC 7946), both ways, streaming: FeatureCollections, lines of features (GeoJSONL, RFC
 * 8142) and single features. Positions are WGS 84, longitude first; an altitude is dropped. */
#ifndef AGORA_FORMATS_GEOJSON_H
#define AGORA_FORMATS_GEOJSON_H

#include "formats/decode.h"
#include "geo/geo.h"

enum geojson_type {
    GEOJSON_NONE, /* null geometry, or an empty one */
    GEOJSON_POINT,
    GEOJSON_MULTI_POINT,
    GEOJSON_LINE,       /* LineString, MultiLineString: rings are the lines */
    GEOJSON_POLYGON,    /* Polygon, MultiPolygon: rings of all parts, even-odd rule */
    GEOJSON_COLLECTION, /* is read as one of its members: a point, else a surface, else a line */
    GEOJSON_TYPE__COUNT
};
/* One geometry. Points are one ring. `point` is where a marker may stand: the point itself, one on
 * the line, one inside the surface. */
struct geojson_geometry {
    enum geojson_type type;
    struct geo_point point;
    const struct geo_point *const *rings;
    const size_t *counts;
    size_t ring_count;
    bool is_projected; /* type is NONE: the numbers are no degrees and nobody said what they are */
    double x, y;       /* then: the middle of their box */
};

struct record; /* formats/record.h */
struct geojson_feature {
    slice id; /* the feature's own id, as text; empty when absent */
    struct geojson_geometry geometry;
    const struct record *record; /* its properties: record_get(feature.record, SLICE("code")) */
};

#define GEOJSON_FEATURE_BYTES_MAX (64u << 20) /* a région at full detail is 5 MiB */

/* Reads features. The source outlives the reader. */
struct geojson_reader;
MUST_USE err geojson_reader_new(struct byte_source source, struct geojson_reader **reader,
                                struct problem *problem);
void geojson_reader_free(struct geojson_reader *reader); /* NULL is fine */
/* The next feature; all of it lives in the arena (reset it between features to keep memory flat).
 * READ_REJECTED: this feature cannot be read (problem has cause, line, column), the next may.
 * ERR_INPUT when the file is broken, ERR_IO, ERR_LIMIT, ERR_MEMORY. */
MUST_USE err geojson_reader_next(struct geojson_reader *reader, struct arena *arena,
                                 struct geojson_feature *feature, enum read_step *step,
                                 struct problem *problem);

/* Writing, streamed: begin, features, end; `out` may be emptied between any two calls. */
struct geojson_member { /* a text member of the collection: "licence", "attribution", … */
    slice name, value;
};
void geojson_begin(struct buf *out, const struct geojson_member *members, size_t count);
/* `id_json` is a JSON number or string as text (empty: none), `point` NULL gives a null geometry,
 * `properties_json` is a whole JSON object. */
void geojson_feature_write(struct buf *out, bool first, slice id_json,
                           const struct geo_point *point, slice properties_json);
void geojson_end(struct buf *out);

#endif
