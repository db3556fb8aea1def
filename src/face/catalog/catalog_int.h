/* catalog_int: what the files of this room share. */
#ifndef AGORA_FACE_CATALOG_INT_H
#define AGORA_FACE_CATALOG_INT_H

#include "face/catalog/catalog.h"
#include "face/json.h"
#include "face/licence.h"
#include "face/machine.h"
#include "query/query.h"

static inline bool catalog_is_english(const struct http_request *request) {
    return slice_equal(request->language, SLICE("en"));
}
/* Base and path. */
slice catalog_absolute(const struct http_request *request, slice path);
/* Whether an Accept header (RFC 9110, 12.5.1) prefers the second type to the first; the first when
 * nothing is said. */
bool catalog_accepts_second(slice accept, slice first, slice second);

http_handler catalog_dcat, catalog_dcat_jsonld, catalog_dcat_turtle, catalog_sitemap,
    catalog_sitemap_pages, catalog_sitemap_territories, catalog_sitemap_entries, catalog_robots,
    catalog_opensearch, catalog_suggest, catalog_oembed;

#endif
