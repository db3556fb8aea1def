#include "geo/geo.h"

#include <math.h>

#define LON_MAX_E7     INT32_C(1800000000)
#define LAT_MAX_E7     INT32_C(900000000)
#define RADIANS_PER_E7 (M_PI / 180e7)

bool geo_point_is_valid(struct geo_point point) {
    return point.lon_e7 >= -LON_MAX_E7 && point.lon_e7 <= LON_MAX_E7 &&
           point.lat_e7 >= -LAT_MAX_E7 && point.lat_e7 <= LAT_MAX_E7;
}

bool geo_box_is_valid(const struct geo_box *box) {
    return geo_point_is_valid((struct geo_point){box->west_e7, box->south_e7}) &&
           geo_point_is_valid((struct geo_point){box->east_e7, box->north_e7}) &&
           box->south_e7 <= box->north_e7;
}

bool geo_box_has(const struct geo_box *box, struct geo_point point) {
    if (point.lat_e7 < box->south_e7 || point.lat_e7 > box->north_e7) {
        return false;
    }
    bool east_of_west = point.lon_e7 >= box->west_e7;
    bool west_of_east = point.lon_e7 <= box->east_e7;
    return box->west_e7 <= box->east_e7 ? east_of_west && west_of_east
                                        : east_of_west || west_of_east;
}

double geo_distance_m(struct geo_point a, struct geo_point b) {
    double lat_a = a.lat_e7 * RADIANS_PER_E7;
    double lat_b = b.lat_e7 * RADIANS_PER_E7;
    double by_lat = sin((lat_b - lat_a) / 2);
    double by_lon = sin(((double)b.lon_e7 - a.lon_e7) * RADIANS_PER_E7 / 2);
    double h = by_lat * by_lat + cos(lat_a) * cos(lat_b) * by_lon * by_lon;
    return 2 * GEO_EARTH_RADIUS_M * asin(sqrt(fmin(h, 1)));
}

/* Longitude brought back to -180…180 degrees. */
static int32_t wrap_lon(int64_t lon_e7) {
    if (lon_e7 < -LON_MAX_E7) {
        lon_e7 += 2 * (int64_t)LON_MAX_E7;
    } else if (lon_e7 > LON_MAX_E7) {
        lon_e7 -= 2 * (int64_t)LON_MAX_E7;
    }
    return (int32_t)lon_e7;
}

struct geo_box geo_box_around(struct geo_point centre, double radius_m) {
    struct geo_box box = {.west_e7 = -LON_MAX_E7, .east_e7 = LON_MAX_E7};
    double angle = fmin(fmax(radius_m, 0) / GEO_EARTH_RADIUS_M, M_PI);
    double reach_e7 = ceil(angle / RADIANS_PER_E7);
    double south = centre.lat_e7 - reach_e7;
    double north = centre.lat_e7 + reach_e7;
    box.south_e7 = south < -LAT_MAX_E7 ? -LAT_MAX_E7 : (int32_t)south;
    box.north_e7 = north > LAT_MAX_E7 ? LAT_MAX_E7 : (int32_t)north;
    if (south <= -LAT_MAX_E7 || north >= LAT_MAX_E7) {
        return box; /* the circle holds a pole, hence every meridian */
    }
    /* The meridian that touches the circle, not the one through its eastern point. */
    double ratio = sin(angle) / cos(centre.lat_e7 * RADIANS_PER_E7);
    double width_e7 = ratio < 1 ? ceil(asin(ratio) / RADIANS_PER_E7) : LON_MAX_E7;
    if (width_e7 < LON_MAX_E7) {
        box.west_e7 = wrap_lon(centre.lon_e7 - (int64_t)width_e7);
        box.east_e7 = wrap_lon(centre.lon_e7 + (int64_t)width_e7);
    }
    return box;
}
