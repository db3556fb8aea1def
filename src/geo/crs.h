/* Coordinate reference systems: what files of the field measure in -> WGS 84 degrees, by PROJ. The
 * network stays off; names are read by us: no file hands PROJ a pipeline of its own. */
#ifndef AGORA_GEO_CRS_H
#define AGORA_GEO_CRS_H

#include "geo/geo.h"

#define CRS_NAME_MAX 200 /* bytes of a name from outside */
#define CRS_CODE_MAX 24  /* bytes of "EPSG:2154" */

/* One system, for one thread at a time. */
struct crs;

/* Opens the system that a name says: "EPSG:2154", "2154", "urn:ogc:def:crs:EPSG::3857",
 * "urn:ogc:def:crs:OGC:1.3:CRS84", "http://www.opengis.net/def/crs/EPSG/0/2154",
 * "http://www.opengis.net/gml/srs/epsg.xml#2154" (OGC 07-092r1), "WGS 84", "Lambert-93",
 * "Lambert II étendu", "CC46", "UTM 31N", "Web Mercator". Case and signs do not matter.
 * Axes are always x = east or longitude, y = north or latitude, whatever the register says.
 * ERR_INPUT: no such system, or one that is no map's (geocentric, local); ERR_UNSUPPORTED: no
 * transformation of it is known here; ERR_IO: PROJ's own database is missing. */
MUST_USE err crs_new(slice name, struct crs **crs, struct problem *problem);
void crs_free(struct crs *crs); /* NULL is fine */

/* "EPSG:2154", "OGC:CRS84"; lives as long as the system. */
slice crs_code(const struct crs *crs);
/* For people: "RGF93 v1 / Lambert-93 (EPSG:2154)". */
slice crs_title(const struct crs *crs);
/* WGS 84 already: longitude and latitude in degrees, nothing to convert. */
bool crs_is_wgs84(const struct crs *crs);
/* One position; false when it lies outside of what the system can say. */
MUST_USE bool crs_to_wgs84(struct crs *crs, double x, double y, struct geo_point *point);
/* How exact the conversions so far are, in metres, as the register states it; 0 before the first,
 * INFINITY when nobody states it. More than 1 m usually means that a grid file of PROJ is not
 * installed (proj-data). */
double crs_accuracy_m(const struct crs *crs);

/* Systems in use in France in which (x, y) would lie in France or, for the last ones, anywhere: for
 * numbers whose system nobody states. The surest first; returns how many of `room` were filled.
 * `needs_place` marks those that hold only when something else says where the point should be. */
struct crs_candidate {
    slice code;
    bool needs_place;
};
#define CRS_CANDIDATES_MAX 8
size_t crs_candidates(double x, double y, struct crs_candidate *candidates, size_t room);

#endif
