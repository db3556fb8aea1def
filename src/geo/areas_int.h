/* For the room and its tests only: how the index of areas is laid out.
 *
 * A grid of square cells lies over the box of all areas. Each row of it is a sorted list of
 * spans of equal content, gaps being empty. What a span says is either the one area that holds
 * its cells wholly, or a list of candidates to test. An area is tested by counting the edges of
 * its rings that lie east of the point (even-odd), and only the edges of one horizontal band of
 * the area are looked at. Coordinates are integers and so are all decisions. */
#ifndef AGORA_GEO_AREAS_INT_H
#define AGORA_GEO_AREAS_INT_H

#include "geo/geo.h"

struct area {
    uint32_t key;
    uint32_t ring_first, ring_count; /* in rings */
    uint32_t band_first, band_count; /* in band_starts; one more start closes the last band */
    uint32_t band_height_e7;
};

/* A run of points, the first repeated at the end. */
struct ring {
    uint32_t first, count;
};

#define SPAN_IS_LIST UINT32_C(0x80000000)
struct span {
    uint32_t column, column_end;
    uint32_t what; /* an area's index, or SPAN_IS_LIST | index in candidates */
};

struct geo_areas {
    struct geo_point *points;
    struct ring *rings;
    struct area *areas;
    struct geo_box *boxes; /* by area */
    uint32_t *band_starts; /* in edges */
    uint32_t *edges;       /* index of an edge's first point */
    uint32_t *row_starts;  /* in spans; row_count + 1 of them */
    struct span *spans;
    uint32_t *candidates; /* lists: how many, then that many area indexes, ascending */
    size_t point_count, ring_count, area_count, band_start_count, edge_count, span_count,
        candidate_count;
    struct geo_box box; /* of all areas */
    uint32_t cell_e7, row_count, column_count;
};

bool area_has(const struct geo_areas *areas, uint32_t index, struct geo_point point);

#endif
