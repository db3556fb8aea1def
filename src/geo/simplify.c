#include "geo/geo.h"

/* Square of the distance of p to the segment a–b, in e7 units. */
static double distance_squared(struct geo_point p, struct geo_point a, struct geo_point b) {
    double dx = (double)b.lon_e7 - a.lon_e7;
    double dy = (double)b.lat_e7 - a.lat_e7;
    double px = (double)p.lon_e7 - a.lon_e7;
    double py = (double)p.lat_e7 - a.lat_e7;
    double length_squared = dx * dx + dy * dy;
    double along = length_squared > 0 ? (px * dx + py * dy) / length_squared : 0;
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    double off_x = px - along * dx;
    double off_y = py - along * dy;
    return off_x * off_x + off_y * off_y;
}

/* The point between first and last that is farthest from their line, when beyond the tolerance;
 * else `first`. */
static size_t farthest(const struct geo_point *points, size_t first, size_t last,
                       double tolerance_squared) {
    size_t found = first;
    double most = tolerance_squared;
    for (size_t i = first + 1; i < last; i++) {
        double d = distance_squared(points[i], points[first], points[last]);
        if (d > most) {
            most = d;
            found = i;
        }
    }
    return found;
}

size_t geo_simplify(struct geo_point *points, size_t count, double tolerance_e7,
                    struct arena *scratch) {
    if (count <= 2) {
        return count;
    }
    bool *keep = arena_new(scratch, bool, count);
    size_t *ends = arena_new(scratch, size_t, count); /* ends of the pieces still to look at */
    size_t depth = 0;
    size_t first = 0;
    keep[0] = keep[count - 1] = true;
    ends[depth++] = count - 1;
    /* Pieces are worked off from left to right; each end on the stack is a kept point. */
    while (depth > 0) {
        size_t last = ends[depth - 1];
        size_t middle = farthest(points, first, last, tolerance_e7 * tolerance_e7);
        if (middle == first) {
            first = last;
            depth--;
        } else {
            keep[middle] = true;
            ends[depth++] = middle;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (keep[i]) {
            points[kept++] = points[i];
        }
    }
    return kept;
}
