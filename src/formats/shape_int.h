/* A geometry under way, position by position. */
#ifndef AGORA_FORMATS_SHAPE_INT_H
#define AGORA_FORMATS_SHAPE_INT_H

#include "formats/geojson.h"

#define SHAPE_POINTS_MAX 1000000 /* positions of one record */

struct shape {
    struct arena *arena;
    const struct geo_point **rings;
    size_t *counts;
    size_t n, room;
    struct geo_point *line; /* the part under way */
    size_t line_count, line_room, total;
    bool has_point, has_line, has_area;
    struct geo_point point; /* the first position that is a point of its own */
    bool at_start;          /* a line stands where it starts, not in its middle */
    bool bad;               /* a position was none: nothing of it holds */
};

struct shape shape_make(struct arena *arena);
void shape_position(struct shape *shape, double lon, double lat);
/* Ends a part: a point (or several), a line, a ring of an area. One without positions is none. */
void shape_end(struct shape *shape, enum geojson_type type);
/* Positions of a text: numbers with spaces or commas between them, `step` to a position, longitude
 * first or second. A number that is none makes the shape bad. */
void shape_numbers(struct shape *shape, slice text, unsigned step, bool longitude_first);
/* KML's "lon,lat[,height] lon,lat[,height]": some positions may have a height, others none. */
void shape_tuples(struct shape *shape, slice text);
/* False when there is no position, or a bad one. A marker stands on a point of its own; else where
 * geometry_point_settle says. (Of lines beside areas: where the first starts.) */
bool shape_finish(struct shape *shape, struct geojson_geometry *geometry);

#endif
