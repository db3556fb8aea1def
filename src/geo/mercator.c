#include "geo/geo.h"

#include <math.h>

#define LON_SPAN_E7    INT64_C(3600000000)
#define LAT_MAX_E7     INT32_C(900000000)
#define RADIANS_PER_E7 (M_PI / 180e7)
#define GRID_SPAN      4294967296.0 /* 2^32 */

/* Latitude as a share of the map's height: 0 at its northern edge, 1 at its southern one. */
static double y_share(int32_t lat_e7) {
    if (lat_e7 >= GEO_MERCATOR_LAT_E7) {
        return 0;
    }
    if (lat_e7 <= -GEO_MERCATOR_LAT_E7) {
        return 1;
    }
    return 0.5 - asinh(tan(lat_e7 * RADIANS_PER_E7)) / (2 * M_PI);
}

static int32_t lat_from_share(double share) {
    double lat = atan(sinh((0.5 - share) * 2 * M_PI)) / RADIANS_PER_E7;
    return (int32_t)lround(lat);
}

struct geo_grid geo_grid_from_point(struct geo_point point) {
    int64_t east = (int64_t)point.lon_e7 + LON_SPAN_E7 / 2;
    east = east < 0 ? 0 : east;
    uint64_t x = ((uint64_t)east << 32) / (uint64_t)LON_SPAN_E7;
    double y = y_share(point.lat_e7) * GRID_SPAN;
    return (struct geo_grid){
        .x = x > UINT32_MAX ? UINT32_MAX : (uint32_t)x,
        .y = y >= GRID_SPAN ? UINT32_MAX : (uint32_t)y,
    };
}

struct geo_point geo_point_from_grid(struct geo_grid grid) {
    /* The middle of the grid's square, which is smaller than one e7: points come back exactly. */
    double lon = ((double)grid.x + 0.5) / GRID_SPAN * (double)LON_SPAN_E7;
    return (struct geo_point){
        .lon_e7 = (int32_t)(llround(lon) - LON_SPAN_E7 / 2),
        .lat_e7 = lat_from_share(((double)grid.y + 0.5) / GRID_SPAN),
    };
}

/* Moves bit i to bit 2i. */
static uint64_t spread_bits(uint32_t value) {
    uint64_t v = value;
    v = (v | v << 16) & UINT64_C(0x0000FFFF0000FFFF);
    v = (v | v << 8) & UINT64_C(0x00FF00FF00FF00FF);
    v = (v | v << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    v = (v | v << 2) & UINT64_C(0x3333333333333333);
    return (v | v << 1) & UINT64_C(0x5555555555555555);
}

static uint32_t gather_bits(uint64_t v) {
    v &= UINT64_C(0x5555555555555555);
    v = (v | v >> 1) & UINT64_C(0x3333333333333333);
    v = (v | v >> 2) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    v = (v | v >> 4) & UINT64_C(0x00FF00FF00FF00FF);
    v = (v | v >> 8) & UINT64_C(0x0000FFFF0000FFFF);
    return (uint32_t)(v | v >> 16);
}

uint64_t geo_zorder(struct geo_grid grid) {
    return spread_bits(grid.y) << 1 | spread_bits(grid.x);
}

struct geo_grid geo_zorder_decode(uint64_t code) {
    return (struct geo_grid){.x = gather_bits(code), .y = gather_bits(code >> 1)};
}

bool geo_tile_is_valid(struct geo_tile tile) {
    return tile.z <= GEO_ZOOM_MAX && tile.x >> tile.z == 0 && tile.y >> tile.z == 0;
}

void geo_tile_zorder(struct geo_tile tile, uint64_t *first, uint64_t *last) {
    uint64_t below = tile.z ? (UINT64_C(1) << (64 - 2 * tile.z)) - 1 : UINT64_MAX;
    uint64_t code = geo_zorder((struct geo_grid){.x = tile.x, .y = tile.y});
    *first = tile.z ? code << (64 - 2 * tile.z) : 0;
    *last = *first | below;
}

/* The westernmost longitude whose grid x is at least this one. */
static int64_t first_lon(uint64_t grid_x) {
    /* grid_x < 2^33 and the span < 2^32: the product may pass 2^64, its upper half does not. */
    uint64_t whole = (grid_x >> 16) * (uint64_t)LON_SPAN_E7; /* in units of 2^-16 */
    uint64_t rest = (grid_x & 0xFFFF) * (uint64_t)LON_SPAN_E7;
    uint64_t scaled = whole + (rest >> 16);
    uint64_t east = scaled >> 16;
    bool exact = (scaled & 0xFFFF) == 0 && (rest & 0xFFFF) == 0;
    return (int64_t)east + !exact - LON_SPAN_E7 / 2;
}

static uint32_t grid_y_of(int32_t lat_e7) {
    return geo_grid_from_point((struct geo_point){.lat_e7 = lat_e7}).y;
}

/* The northernmost latitude whose grid y is at least this one. */
static int32_t northernmost(uint32_t grid_y) {
    if (grid_y == 0) {
        return LAT_MAX_E7;
    }
    int32_t lat = lat_from_share((double)grid_y / GRID_SPAN); /* right to a few units; then walk */
    while (grid_y_of(lat) < grid_y) {
        lat--;
    }
    while (grid_y_of(lat + 1) >= grid_y) {
        lat++;
    }
    return lat;
}

struct geo_box geo_tile_box(struct geo_tile tile) {
    unsigned shift = 32 - tile.z;
    uint64_t x = (uint64_t)tile.x << shift;
    uint64_t x_end = ((uint64_t)tile.x + 1) << shift;
    uint64_t y_end = ((uint64_t)tile.y + 1) << shift;
    bool last_column = x_end >> 32;
    bool last_row = y_end >> 32;
    return (struct geo_box){
        .west_e7 = (int32_t)first_lon(x),
        .east_e7 = (int32_t)(last_column ? LON_SPAN_E7 / 2 : first_lon(x_end) - 1),
        .north_e7 = northernmost((uint32_t)((uint64_t)tile.y << shift)),
        .south_e7 = last_row ? -LAT_MAX_E7 : northernmost((uint32_t)y_end) + 1,
    };
}

void geo_pixel(struct geo_point point, double zoom, double *x, double *y) {
    double world_px = GEO_TILE_PX * exp2(zoom);
    *x = ((double)point.lon_e7 / (double)LON_SPAN_E7 + 0.5) * world_px;
    *y = y_share(point.lat_e7) * world_px;
}

struct geo_point geo_from_pixel(double x, double y, double zoom) {
    double world_px = GEO_TILE_PX * exp2(zoom);
    double across = fmin(fmax(x / world_px, 0), 1);
    double down = fmin(fmax(y / world_px, 0), 1);
    return (struct geo_point){
        .lon_e7 = (int32_t)llround((across - 0.5) * (double)LON_SPAN_E7),
        .lat_e7 = lat_from_share(down),
    };
}

unsigned geo_zoom_fit(const struct geo_box *box, double width_px, double height_px,
                      unsigned zoom_max, struct geo_point *centre) {
    double west;
    double north;
    double east;
    double south;
    geo_pixel((struct geo_point){box->west_e7, box->north_e7}, 0, &west, &north);
    geo_pixel((struct geo_point){box->east_e7, box->south_e7}, 0, &east, &south);
    if (box->west_e7 > box->east_e7) {
        east += GEO_TILE_PX;
    }
    double middle = (west + east) / 2;
    *centre = geo_from_pixel(middle > GEO_TILE_PX ? middle - GEO_TILE_PX : middle,
                             (north + south) / 2, 0);
    unsigned zoom = zoom_max;
    while (zoom > 0 &&
           ((east - west) * exp2(zoom) > width_px || (south - north) * exp2(zoom) > height_px)) {
        zoom--;
    }
    return zoom;
}
