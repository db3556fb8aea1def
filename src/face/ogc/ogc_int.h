/* ogc_int: what the files of this room share. */
#ifndef AGORA_FACE_OGC_INT_H
#define AGORA_FACE_OGC_INT_H

#include "face/json.h"
#include "face/licence.h"
#include "face/machine.h"
#include "face/ogc/ogc.h"
#include "query/query.h"

#define OGC_JSON        "application/json"
#define OGC_GEOJSON     "application/geo+json"
#define OGC_OPENAPI     "application/vnd.oai.openapi+json;version=3.0"
#define OGC_SCHEMA      "application/schema+json"
#define OGC_CRS84       "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#define OGC_LIMIT_MAX   10000
#define OGC_LIMIT_USUAL 100

/* ---- collections.c ---- */

struct ogc_collection {
    const char *id;         /* "entries", "events" */
    uint16_t kinds;         /* bits of enum query_kind */
    const char *title[2];   /* French, English */
    const char *of_what[2]; /* what stands in it */
};
#define OGC_COLLECTION_COUNT 8
extern const struct ogc_collection ogc_collections[OGC_COLLECTION_COUNT];
/* By the first part of the path. ERR_NOT_FOUND names those there are. */
MUST_USE err ogc_collection_find(const struct http_request *request,
                                 const struct ogc_collection **collection, struct problem *problem);
/* One member of a list of links; `path` begins after the base. */
void ogc_link(struct face_json *json, const struct http_request *request, slice path,
              const char *rel, const char *media_type, const char *title);
bool ogc_is_english(const struct http_request *request);
/* Checks a route that takes no query but `f=json` and the language. */
MUST_USE err ogc_no_query(const struct http_request *request, struct problem *problem);

/* ---- parameters.c ---- */

struct ogc_items {
    const struct ogc_collection *collection;
    struct query query; /* of the one grammar: kinds of the collection, limit, cursor, box, dates */
    slice kept;         /* the parameters as given, without the cursor, for links */
};
/* The parameters of /items, strictly: what is not in ogc_filters or of the standard is ERR_INPUT
 * that names it (OGC 17-069r3, 7.6, 7.15). */
MUST_USE err ogc_items_read(const struct http_request *request, struct ogc_items *items,
                            struct problem *problem);
/* Keys of the one query that filter items, NULL at the end; of them, those that are also
 * properties of a feature may be used in a client's own filter. */
extern const char *const ogc_filters[];
/* "2026-05-01/..", "2026-05-01T10:00:00Z", "../2026-12-31" (RFC 3339, ISO 8601 intervals; open
 * ends are ".." or nothing) into the dates of a query. ERR_INPUT. For the fuzz target and tests
 * too. */
MUST_USE err ogc_datetime_read(slice text, struct query *query, struct problem *problem);
/* Four numbers, or six with the heights, which nothing of ours has. ERR_INPUT. */
MUST_USE err ogc_box_read(slice text, struct query *query, struct problem *problem);

/* ---- feature.c ---- */

/* A GeoJSON feature: always the same properties in the same order, null when not known. `links`
 * adds those of a feature that stands alone. */
void ogc_feature_write(const struct http_request *request, const struct face_sources *sources,
                       const struct entry_public *shown, struct arena *arena,
                       struct face_json *json);
/* JSON Schema of the properties: one member for each. */
void ogc_properties_describe(struct face_json *json);

http_handler ogc_landing, ogc_conformance, ogc_list, ogc_one, ogc_schema, ogc_items, ogc_item,
    ogc_api;

#endif
