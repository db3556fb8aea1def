/* A geometry in one cell of a table: WKT and EWKT (OGC 06-103r4; "SRID=2154;POINT(…)" as PostGIS
 * writes it), (E)WKB in hexadecimal as its dumps have it, GeoJSON. Only where its marker stands is
 * read. */
#ifndef AGORA_FORMATS_GEOTEXT_H
#define AGORA_FORMATS_GEOTEXT_H

#include "base/base.h"

#define GEOTEXT_POSITIONS_MAX 100000

struct geotext {
    double x, y;   /* the point, or a place on or in the geometry */
    uint32_t srid; /* an EPSG code; 0: none is said */
};
/* False when the text is none of these, or an empty geometry. */
bool geotext_read(slice text, struct geotext *at);

#endif
