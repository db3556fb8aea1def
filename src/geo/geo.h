/* geo: places as numbers. WGS 84 degrees times 10^7 in int32 (`_e7`); metres in double. */
#ifndef AGORA_GEO_H
#define AGORA_GEO_H

#include "base/base.h"

struct geo_point {
    int32_t lon_e7, lat_e7;
};
/* west > east means that the box crosses the antimeridian. Edges belong to the box. */
struct geo_box {
    int32_t west_e7, south_e7, east_e7, north_e7;
};

#define GEO_ZOOM_MAX        22
#define GEO_MERCATOR_LAT_E7 850511287 /* beyond it Web Mercator ends; points are clamped */
#define GEO_TILE_PX         256

bool geo_point_is_valid(struct geo_point point);
static inline bool geo_point_is_same(struct geo_point a, struct geo_point b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}
bool geo_box_is_valid(const struct geo_box *box);
bool geo_box_has(const struct geo_box *box, struct geo_point point);
#define GEO_EARTH_RADIUS_M 6371008.8                           /* mean radius (IUGG), of a sphere */
double geo_distance_m(struct geo_point a, struct geo_point b); /* haversine */
/* The smallest box that holds the circle (clamped at the poles, wrapped at the antimeridian). */
struct geo_box geo_box_around(struct geo_point centre, double radius_m);

/* Web Mercator (EPSG:3857) on a 32-bit grid: x grows to the east, y to the south. The tile of
 * zoom z is the upper z bits of each. */
struct geo_grid {
    uint32_t x, y;
};
struct geo_grid geo_grid_from_point(struct geo_point point);
struct geo_point geo_point_from_grid(struct geo_grid grid);
uint64_t geo_zorder(struct geo_grid grid); /* bits interleaved, y above x */
struct geo_grid geo_zorder_decode(uint64_t code);

struct geo_tile {
    unsigned z;
    uint32_t x, y;
};
bool geo_tile_is_valid(struct geo_tile tile); /* z <= GEO_ZOOM_MAX, x and y < 2^z */
/* The Z-order codes of the tile: first and last, both inclusive. */
void geo_tile_zorder(struct geo_tile tile, uint64_t *first, uint64_t *last);
/* The box that holds exactly the points of the tile (to the poles in the first and last row). */
struct geo_box geo_tile_box(struct geo_tile tile);
/* Pixel position of a point on the whole-world map of a zoom (256 px tiles); the zoom may be
 * fractional. */
void geo_pixel(struct geo_point point, double zoom, double *x, double *y);
struct geo_point geo_from_pixel(double x, double y, double zoom);
/* The largest zoom (a whole number <= zoom_max) at which the box fits into the frame, and its
 * centre. */
unsigned geo_zoom_fit(const struct geo_box *box, double width_px, double height_px,
                      unsigned zoom_max, struct geo_point *centre);

/* Areas: many polygons (with holes, of several parts), asked "which one holds this point?".
 * Built once, then read by any number of threads. A point on a shared border belongs to one of
 * them. */
struct geo_areas;
struct geo_areas_builder;
struct geo_areas_builder *geo_areas_builder_new(void);
/* Starts the area with this key (any number of the caller's but GEO_AREA_NONE); rings follow.
 * ERR_LIMIT, ERR_MEMORY. */
MUST_USE err geo_areas_begin(struct geo_areas_builder *builder, uint32_t key);
/* One closed ring (first point == last or not, both taken), even-odd rule within the area.
 * ERR_INPUT for fewer than three points, an invalid point, or a ring before any area. */
MUST_USE err geo_areas_ring(struct geo_areas_builder *builder, const struct geo_point *points,
                            size_t count);
/* Makes the index (a grid whose cells are wholly inside one area, or list the edges to test) and
 * frees the builder, whatever comes. NULL without memory. */
struct geo_areas *geo_areas_build(struct geo_areas_builder *builder);
void geo_areas_builder_free(struct geo_areas_builder *builder);
void geo_areas_free(struct geo_areas *areas);
#define GEO_AREA_NONE UINT32_MAX
uint32_t geo_areas_find(const struct geo_areas *areas,
                        struct geo_point point); /* key or GEO_AREA_NONE */
size_t geo_areas_bytes(const struct geo_areas *areas);
/* Walks the rings of the areas whose box meets `box` (for drawing). The last point of a ring
 * repeats its first. */
typedef void geo_ring_visit(void *self, uint32_t key, const struct geo_point *points, size_t count);
void geo_areas_visit(const struct geo_areas *areas, const struct geo_box *box,
                     geo_ring_visit *visit, void *self);

/* Douglas–Peucker in place, keeping the ends; returns how many points stay. Tolerance in grid units
 * of e7 degrees. Iterative; scratch comes from the arena. */
size_t geo_simplify(struct geo_point *points, size_t count, double tolerance_e7,
                    struct arena *scratch);

#endif
