#include "geo/areas_int.h"

#include <stdlib.h>

void geo_areas_free(struct geo_areas *areas) {
    if (!areas) {
        return;
    }
    free(areas->points);
    free(areas->rings);
    free(areas->areas);
    free(areas->boxes);
    free(areas->band_starts);
    free(areas->edges);
    free(areas->row_starts);
    free(areas->spans);
    free(areas->candidates);
    free(areas);
}

size_t geo_areas_bytes(const struct geo_areas *areas) {
    return sizeof(*areas) + areas->point_count * sizeof(*areas->points) +
           areas->ring_count * sizeof(*areas->rings) +
           areas->area_count * (sizeof(*areas->areas) + sizeof(*areas->boxes)) +
           areas->band_start_count * sizeof(*areas->band_starts) +
           areas->edge_count * sizeof(*areas->edges) +
           ((size_t)areas->row_count + 1) * sizeof(*areas->row_starts) +
           areas->span_count * sizeof(*areas->spans) +
           areas->candidate_count * sizeof(*areas->candidates);
}

/* Does the edge cross the half-line from the point to the east? An edge holds its lower end and
 * not its upper one; a point on the edge is not west of it. Two areas on either side of an edge
 * therefore never both hold a point of it, and one of them does. Each product is at most 3.6e9 *
 * 1.8e9 < 2^63. */
static bool edge_is_east(struct geo_point a, struct geo_point b, struct geo_point point) {
    if ((a.lat_e7 <= point.lat_e7) == (b.lat_e7 <= point.lat_e7)) {
        return false;
    }
    struct geo_point low = a.lat_e7 < b.lat_e7 ? a : b;
    struct geo_point high = a.lat_e7 < b.lat_e7 ? b : a;
    int64_t height = (int64_t)high.lat_e7 - low.lat_e7;
    int64_t width = (int64_t)high.lon_e7 - low.lon_e7;
    int64_t above = (int64_t)point.lat_e7 - low.lat_e7;
    int64_t right = (int64_t)point.lon_e7 - low.lon_e7;
    return width * above > right * height;
}

bool area_has(const struct geo_areas *areas, uint32_t index, struct geo_point point) {
    const struct geo_box *box = &areas->boxes[index];
    const struct area *area = &areas->areas[index];
    if (!geo_box_has(box, point) || area->band_count == 0) {
        return false;
    }
    uint32_t band = (uint32_t)((int64_t)point.lat_e7 - box->south_e7) / area->band_height_e7;
    if (band >= area->band_count) {
        return false; /* on the upper edge of the box, which no edge holds */
    }
    const uint32_t *start = &areas->band_starts[area->band_first + band];
    bool inside = false;
    for (uint32_t i = start[0]; i < start[1]; i++) {
        const struct geo_point *edge = &areas->points[areas->edges[i]];
        inside ^= edge_is_east(edge[0], edge[1], point);
    }
    return inside;
}

uint32_t geo_areas_find(const struct geo_areas *areas, struct geo_point point) {
    if (areas->area_count == 0 || !geo_box_has(&areas->box, point)) {
        return GEO_AREA_NONE;
    }
    uint32_t row = (uint32_t)((int64_t)point.lat_e7 - areas->box.south_e7) / areas->cell_e7;
    uint32_t column = (uint32_t)((int64_t)point.lon_e7 - areas->box.west_e7) / areas->cell_e7;
    uint32_t low = areas->row_starts[row];
    uint32_t high = areas->row_starts[row + 1];
    while (low < high) { /* the first span that ends behind the column */
        uint32_t middle = low + (high - low) / 2;
        if (areas->spans[middle].column_end <= column) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == areas->row_starts[row + 1] || areas->spans[low].column > column) {
        return GEO_AREA_NONE;
    }
    uint32_t what = areas->spans[low].what;
    if (!(what & SPAN_IS_LIST)) {
        return areas->areas[what].key;
    }
    const uint32_t *list = &areas->candidates[what & ~SPAN_IS_LIST];
    for (uint32_t i = 1; i <= list[0]; i++) {
        if (area_has(areas, list[i], point)) {
            return areas->areas[list[i]].key;
        }
    }
    return GEO_AREA_NONE;
}

/* Do two boxes meet, the second of which may cross the antimeridian? */
static bool boxes_meet(const struct geo_box *area, const struct geo_box *box) {
    if (area->north_e7 < box->south_e7 || area->south_e7 > box->north_e7) {
        return false;
    }
    bool reaches_west = area->east_e7 >= box->west_e7;
    bool reaches_east = area->west_e7 <= box->east_e7;
    return box->west_e7 <= box->east_e7 ? reaches_west && reaches_east
                                        : reaches_west || reaches_east;
}

void geo_areas_visit(const struct geo_areas *areas, const struct geo_box *box,
                     geo_ring_visit *visit, void *self) {
    for (size_t i = 0; i < areas->area_count; i++) {
        if (!boxes_meet(&areas->boxes[i], box)) {
            continue;
        }
        const struct area *area = &areas->areas[i];
        for (uint32_t r = 0; r < area->ring_count; r++) {
            const struct ring *ring = &areas->rings[area->ring_first + r];
            visit(self, area->key, areas->points + ring->first, ring->count);
        }
    }
}
