/* One point for a geometry: where its marker stands. Distances are of a plane, in which a degree of
 * longitude is as long as it is at that latitude; all is exact enough to choose by. */
#include "formats/geometry_int.h"
#include <math.h>
#include <stdlib.h>

#define SCAN_LINES 15 /* horizontal cuts through a surface */

struct ring {
    const struct geo_point *points;
    size_t count;
};

static struct ring ring_at(const struct geojson_geometry *geometry, size_t i) {
    return (struct ring){geometry->rings[i], geometry->counts[i]};
}

static double lon_scale(struct geo_point point) {
    return cos(point.lat_e7 * (M_PI / 180e7));
}

static double distance(struct geo_point a, struct geo_point b) {
    double x = ((double)a.lon_e7 - b.lon_e7) * lon_scale(a);
    double y = (double)a.lat_e7 - b.lat_e7;
    return sqrt(x * x + y * y);
}

/* Twice the area, never negative. */
static double area_twice(struct ring ring) {
    double sum = 0;
    for (size_t i = 0; i < ring.count; i++) {
        struct geo_point a = ring.points[i];
        struct geo_point b = ring.points[i + 1 == ring.count ? 0 : i + 1];
        sum += (double)a.lon_e7 * b.lat_e7 - (double)b.lon_e7 * a.lat_e7;
    }
    return fabs(sum) * lon_scale(ring.points[0]);
}

static double length(struct ring line) {
    double sum = 0;
    for (size_t i = 1; i < line.count; i++) {
        sum += distance(line.points[i - 1], line.points[i]);
    }
    return sum;
}

static size_t largest(const struct geojson_geometry *geometry, double (*measure)(struct ring)) {
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < geometry->ring_count; i++) {
        double size = geometry->counts[i] == 0 ? -1 : measure(ring_at(geometry, i));
        if (size > most) {
            most = size;
            best = i;
        }
    }
    return best;
}

static struct geo_point middle_of_line(struct ring line) {
    double left = length(line) / 2;
    for (size_t i = 1; i < line.count; i++) {
        struct geo_point a = line.points[i - 1];
        struct geo_point b = line.points[i];
        double step = distance(a, b);
        if (step >= left && step > 0) {
            double part = left / step;
            return (struct geo_point){
                .lon_e7 = a.lon_e7 + (int32_t)lround(part * ((double)b.lon_e7 - a.lon_e7)),
                .lat_e7 = a.lat_e7 + (int32_t)lround(part * ((double)b.lat_e7 - a.lat_e7))};
        }
        left -= step;
    }
    return line.points[0];
}

static struct geo_point nearest_to_middle(struct ring points) {
    double lon = 0;
    double lat = 0;
    for (size_t i = 0; i < points.count; i++) {
        lon += points.points[i].lon_e7;
        lat += points.points[i].lat_e7;
    }
    struct geo_point middle = {.lon_e7 = (int32_t)lround(lon / (double)points.count),
                               .lat_e7 = (int32_t)lround(lat / (double)points.count)};
    size_t best = 0;
    for (size_t i = 1; i < points.count; i++) {
        if (distance(points.points[i], middle) < distance(points.points[best], middle)) {
            best = i;
        }
    }
    return points.points[best];
}

/* The longitudes at which the rings cross a line of latitude, written to `out` unless it is NULL;
 * returns how many. An even number, as rings are closed. */
static size_t crossings(const struct geojson_geometry *geometry, double lat, double *out) {
    size_t n = 0;
    for (size_t r = 0; r < geometry->ring_count; r++) {
        struct ring ring = ring_at(geometry, r);
        for (size_t i = 0; i < ring.count; i++) {
            struct geo_point a = ring.points[i];
            struct geo_point b = ring.points[i + 1 == ring.count ? 0 : i + 1];
            if ((a.lat_e7 > lat) == (b.lat_e7 > lat)) {
                continue;
            }
            double part = (lat - a.lat_e7) / ((double)b.lat_e7 - a.lat_e7);
            if (out != NULL) {
                out[n] = a.lon_e7 + part * ((double)b.lon_e7 - a.lon_e7);
            }
            n++;
        }
    }
    return n;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The widest stretch of the line at `lat` that lies inside, by the even-odd rule. */
static double widest_inside(const struct geojson_geometry *geometry, double lat, double *lon,
                            struct arena *scratch) {
    double widest = 0;
    size_t n = crossings(geometry, lat, NULL);
    double *all = n == 0 ? NULL : arena_try(scratch, double, n);
    if (all == NULL) {
        return 0;
    }
    crossings(geometry, lat, all);
    qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (all[i + 1] - all[i] > widest) {
            widest = all[i + 1] - all[i];
            *lon = (all[i] + all[i + 1]) / 2;
        }
    }
    return widest;
}

/* Cuts the largest ring's box by lines of latitude and takes the middle of the widest cut: cuts
 * near the middle count more. */
static struct geo_point inside(const struct geojson_geometry *geometry) {
    struct ring ring = ring_at(geometry, largest(geometry, area_twice));
    double south = ring.points[0].lat_e7;
    double north = south;
    for (size_t i = 1; i < ring.count; i++) {
        south = fmin(south, ring.points[i].lat_e7);
        north = fmax(north, ring.points[i].lat_e7);
    }
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    struct geo_point best = ring.points[0];
    double best_width = 0;
    for (unsigned i = 0; i < SCAN_LINES; i++) {
        /* Half a unit off the grid, so that no cut meets a corner. */
        double part = (i + 1.0) / (SCAN_LINES + 1.0);
        double lat = floor(south + part * (north - south)) + 0.5;
        double lon = 0;
        double width = widest_inside(geometry, lat, &lon, &scratch) * (1.25 - fabs(part - 0.5));
        arena_reset(&scratch);
        if (width > best_width) {
            best_width = width;
            best =
                (struct geo_point){.lon_e7 = (int32_t)lround(lon), .lat_e7 = (int32_t)floor(lat)};
        }
    }
    return best;
}

void geometry_point_settle(struct geojson_geometry *geometry) {
    switch (geometry->type) {
    case GEOJSON_POINT:
        geometry->point = geometry->rings[0][0];
        break;
    case GEOJSON_MULTI_POINT:
        geometry->point = nearest_to_middle(ring_at(geometry, 0));
        break;
    case GEOJSON_LINE:
        geometry->point = middle_of_line(ring_at(geometry, largest(geometry, length)));
        break;
    case GEOJSON_POLYGON:
        geometry->point = inside(geometry);
        break;
    case GEOJSON_NONE:
    case GEOJSON_COLLECTION:
    case GEOJSON_TYPE__COUNT:
        break;
    }
}
