/* face/catalog: by what others find us: the catalogue of data sets (DCAT), the map of the site for
 * crawlers, the search for browsers, the way into other people's pages (oEmbed). See README.md. */
#ifndef AGORA_FACE_CATALOG_H
#define AGORA_FACE_CATALOG_H

#include "face/face.h"

extern const struct http_route face_catalog_routes[];
extern const size_t face_catalog_route_count;

#endif
