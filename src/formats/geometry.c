#include "formats/geometry_int.h"
#include <math.h>

struct rings {
    struct arena *arena;
    const struct geo_point **items;
    size_t *counts;
    size_t n;
    int64_t west, south, east, north;
    struct problem *problem;
};

static err not_a_geometry(struct problem *problem, const char *what) {
    return problem_set(problem, ERR_INPUT, "geometry", "%s", what);
}

static bool number_read(const json_t *json, double *value) {
    if (json_is_string(json)) { /* some programs write "5.9" */
        return slice_to_double(
            slice_trim(slice_of(json_string_value(json), json_string_length(json))), value);
    }
    *value = json_number_value(json);
    return json_is_number(json);
}

static err position_read(struct rings *rings, const json_t *json, struct geo_point *point) {
    double lon;
    double lat;
    if (!json_is_array(json) || !number_read(json_array_get(json, 0), &lon) ||
        !number_read(json_array_get(json, 1), &lat)) {
        return not_a_geometry(rings->problem, "a position is not a pair of numbers");
    }
    if (!(fabs(lon) <= 180.0) || !(fabs(lat) <= 90.0)) {
        return problem_set(rings->problem, ERR_INPUT, "geometry",
                           "the position %.6f, %.6f lies outside the world (longitude first)", lon,
                           lat);
    }
    *point = (struct geo_point){.lon_e7 = (int32_t)lround(lon * 1e7),
                                .lat_e7 = (int32_t)lround(lat * 1e7)};
    rings->west = point->lon_e7 < rings->west ? point->lon_e7 : rings->west;
    rings->east = point->lon_e7 > rings->east ? point->lon_e7 : rings->east;
    rings->south = point->lat_e7 < rings->south ? point->lat_e7 : rings->south;
    rings->north = point->lat_e7 > rings->north ? point->lat_e7 : rings->north;
    return OK;
}

static bool is_position(const json_t *json) {
    const json_t *first = json_array_get(json, 0);
    return json_is_number(first) || json_is_string(first);
}

static size_t rings_count(const json_t *json, unsigned nesting) {
    size_t count = 0;
    const json_t *first = json_array_get(json, 0);
    if (first == NULL || nesting == 0) {
        return 0;
    }
    if (is_position(first)) {
        return 1;
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        count += rings_count(json_array_get(json, i), nesting - 1);
    }
    return count;
}

/* Rings at whatever depth they stand: a list of positions is one. */
static err rings_read(struct rings *rings, const json_t *json, unsigned nesting) {
    size_t size = json_array_size(json);
    if (!json_is_array(json) || nesting == 0) {
        return not_a_geometry(rings->problem, "coordinates are not nested as the type says");
    }
    if (size == 0) {
        return OK;
    }
    if (!is_position(json_array_get(json, 0))) {
        for (size_t i = 0; i < size; i++) {
            TRY(rings_read(rings, json_array_get(json, i), nesting - 1));
        }
        return OK;
    }
    struct geo_point *points = arena_try(rings->arena, struct geo_point, size);
    if (points == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        TRY(position_read(rings, json_array_get(json, i), &points[i]));
    }
    rings->items[rings->n] = points;
    rings->counts[rings->n++] = size;
    return OK;
}

static enum geojson_type type_of(slice name, unsigned *nesting) {
    static const struct {
        const char *name;
        enum geojson_type type;
        unsigned nesting;
    } types[] = {
        {"Point", GEOJSON_POINT, 0},
        {"MultiPoint", GEOJSON_MULTI_POINT, 1},
        {"LineString", GEOJSON_LINE, 1},
        {"MultiLineString", GEOJSON_LINE, 2},
        {"Polygon", GEOJSON_POLYGON, 2},
        {"MultiPolygon", GEOJSON_POLYGON, 3},
        {"GeometryCollection", GEOJSON_COLLECTION, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (slice_equal(name, slice_from_cstr(types[i].name))) {
            *nesting = types[i].nesting;
            return types[i].type;
        }
    }
    return GEOJSON_NONE;
}

static err point_read(struct rings *rings, const json_t *coordinates,
                      struct geojson_geometry *geometry) {
    struct geo_point *point = arena_new(rings->arena, struct geo_point, 1);
    if (json_is_array(coordinates) && json_array_size(coordinates) == 0) {
        geometry->type = GEOJSON_NONE; /* RFC 7946, 3.1: an empty one is as none */
        return OK;
    }
    TRY(position_read(rings, coordinates, point));
    rings->items[0] = point;
    rings->counts[0] = 1;
    rings->n = 1;
    return OK;
}

err geometry_read(const json_t *json, struct arena *arena, struct geojson_geometry *geometry,
                  struct problem *problem) {
    *geometry = (struct geojson_geometry){.type = GEOJSON_NONE};
    if (json == NULL || json_is_null(json)) {
        return OK;
    }
    unsigned nesting = 0;
    struct geojson_geometry read = {
        .type =
            type_of(slice_from_cstr(json_string_value(json_object_get(json, "type"))), &nesting)};
    if (read.type == GEOJSON_NONE) {
        return not_a_geometry(problem, "unknown type of geometry");
    }
    if (read.type == GEOJSON_COLLECTION) {
        const json_t *members = json_object_get(json, "geometries");
        for (size_t i = 0; i < json_array_size(members); i++) {
            const json_t *member = json_array_get(members, i);
            slice type = slice_from_cstr(json_string_value(json_object_get(member, "type")));
            if (slice_equal(type, SLICE("Point"))) {
                return geometry_read(member, arena, geometry, problem);
            }
        }
        return OK;
    }
    const json_t *coordinates = json_object_get(json, "coordinates");
    size_t room = nesting == 0 ? 1 : rings_count(coordinates, nesting);
    struct rings rings = {.arena = arena,
                          .west = INT64_MAX,
                          .south = INT64_MAX,
                          .east = INT64_MIN,
                          .north = INT64_MIN,
                          .problem = problem};
    rings.items = arena_try(arena, const struct geo_point *, room + 1);
    rings.counts = arena_try(arena, size_t, room + 1);
    if (rings.items == NULL || rings.counts == NULL) {
        return ERR_MEMORY;
    }
    TRY(nesting == 0 ? point_read(&rings, coordinates, &read)
                     : rings_read(&rings, coordinates, nesting));
    if (rings.n == 0) {
        return OK;
    }
    read.rings = rings.items;
    read.counts = rings.counts;
    read.ring_count = rings.n;
    read.point = (struct geo_point){.lon_e7 = (int32_t)((rings.west + rings.east) / 2),
                                    .lat_e7 = (int32_t)((rings.south + rings.north) / 2)};
    *geometry = read;
    return OK;
}
