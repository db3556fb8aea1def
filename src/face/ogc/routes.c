#include "face/ogc/ogc_int.h"

#define ROUTE(path_, handler_, cache_, help_)                                                      \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_MACHINES, .cache = cache_, .help = help_                              \
    }

const struct http_route face_ogc_routes[] = {
    ROUTE("/ogc", ogc_landing, HTTP_CACHE_REVALIDATE, "OGC API Features: the landing page."),
    ROUTE("/ogc/api", ogc_api, HTTP_CACHE_REVALIDATE, "OGC API Features as OpenAPI 3.0."),
    ROUTE("/ogc/conformance", ogc_conformance, HTTP_CACHE_REVALIDATE,
          "OGC API Features: what it conforms to."),
    ROUTE("/ogc/collections", ogc_list, HTTP_CACHE_REVALIDATE,
          "OGC API Features: the collections, all entries and one for each kind."),
    ROUTE("/ogc/collections/{id}", ogc_one, HTTP_CACHE_REVALIDATE,
          "OGC API Features: one collection."),
    ROUTE("/ogc/collections/{id}/schema", ogc_schema, HTTP_CACHE_REVALIDATE,
          "OGC API Features: the properties of a collection's features, as JSON Schema."),
    ROUTE("/ogc/collections/{id}/items", ogc_items, HTTP_CACHE_REVALIDATE,
          "OGC API Features: a page of features."),
    ROUTE("/ogc/collections/{id}/items/{featureId}", ogc_item, HTTP_CACHE_REVALIDATE,
          "OGC API Features: one feature by its number."),
};
const size_t face_ogc_route_count = ARRAY_COUNT(face_ogc_routes);
