/* A GeoJSON geometry in jansson's tree -> points. */
#ifndef AGORA_FORMATS_GEOMETRY_INT_H
#define AGORA_FORMATS_GEOMETRY_INT_H

#include "formats/geojson.h"
#include <jansson.h>

/* ERR_INPUT when it is no geometry, or a position lies outside the world (the
 * problem's field is "geometry"). Lives in the arena. */
MUST_USE err geometry_read(const json_t *json, struct arena *arena,
                           struct geojson_geometry *geometry, struct problem *problem);

#endif
