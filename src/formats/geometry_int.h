/* A GeoJSON geometry in jansson's tree -> points. */
#ifndef AGORA_FORMATS_GEOMETRY_INT_H
#define AGORA_FORMATS_GEOMETRY_INT_H

#include "formats/geojson.h"
#include "geo/crs.h"
#include <jansson.h>

#define GEOMETRY_AXIS_MAX 1e9 /* no axis of any system is longer, in whatever unit */

/* `crs` is what the numbers are in; NULL: degrees, and numbers that cannot be degrees are kept as
 * `x`, `y`. ERR_INPUT when it is no geometry, or a position lies outside the world (the problem's
 * field is "geometry"). Lives in the arena. */
MUST_USE err geometry_read(const json_t *json, struct arena *arena, struct crs *crs,
                           struct geojson_geometry *geometry, struct problem *problem);

/* Sets `point` from type and rings: the point itself; of several the one nearest to their middle;
 * the middle of the longest line; a place well inside the largest surface. */
void geometry_point_settle(struct geojson_geometry *geometry);

#endif
