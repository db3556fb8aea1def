#include "formats/geometry_int.h"
#include <math.h>

/* Numbers beyond this are metres, not degrees that are off. */
#define DEGREES_BEYOND 1000.0

struct rings {
    struct arena *arena;
    struct crs *crs; /* NULL: degrees */
    const struct geo_point **items;
    size_t *counts;
    size_t n;
    bool is_projected; /* no crs, but numbers that are no degrees */
    double west, south, east, north;
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

/* Without a system: degrees, or numbers whose system somebody else may know. */
static err position_in_degrees(struct rings *rings, double x, double y, struct geo_point *point) {
    bool measured = fabs(x) <= GEOMETRY_AXIS_MAX && fabs(y) <= GEOMETRY_AXIS_MAX;
    if (measured && (fabs(x) > DEGREES_BEYOND || fabs(y) > DEGREES_BEYOND)) {
        rings->is_projected = true;
        rings->west = fmin(rings->west, x);
        rings->east = fmax(rings->east, x);
        rings->south = fmin(rings->south, y);
        rings->north = fmax(rings->north, y);
        *point = (struct geo_point){0};
        return OK;
    }
    if (!(fabs(x) <= 180.0) || !(fabs(y) <= 90.0)) {
        return problem_set(rings->problem, ERR_INPUT, "geometry",
                           "the position %.10g, %.10g lies outside the world (longitude first)", x,
                           y);
    }
    *point =
        (struct geo_point){.lon_e7 = (int32_t)lround(x * 1e7), .lat_e7 = (int32_t)lround(y * 1e7)};
    return OK;
}

static err position_read(struct rings *rings, const json_t *json, struct geo_point *point) {
    double x;
    double y;
    if (!json_is_array(json) || !number_read(json_array_get(json, 0), &x) ||
        !number_read(json_array_get(json, 1), &y)) {
        return not_a_geometry(rings->problem, "a position is not a pair of numbers");
    }
    if (rings->crs == NULL || crs_is_wgs84(rings->crs)) {
        return position_in_degrees(rings, x, y, point);
    }
    if (!crs_to_wgs84(rings->crs, x, y, point)) {
        return problem_set(rings->problem, ERR_INPUT, "geometry",
                           "the position %.2f, %.2f lies outside of %.*s", x, y,
                           SLICE_ARG(crs_title(rings->crs)));
    }
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

static err one_read(const json_t *json, struct arena *arena, struct crs *crs,
                    struct geojson_geometry *geometry, struct problem *problem) {
    unsigned nesting = 0;
    struct geojson_geometry read = {
        .type =
            type_of(slice_from_cstr(json_string_value(json_object_get(json, "type"))), &nesting)};
    *geometry = (struct geojson_geometry){.type = GEOJSON_NONE};
    if (read.type == GEOJSON_NONE) {
        return not_a_geometry(problem, "unknown type of geometry");
    }
    if (read.type == GEOJSON_COLLECTION) {
        return OK; /* RFC 7946, 3.1.8: a collection in a collection should not be */
    }
    const json_t *coordinates = json_object_get(json, "coordinates");
    size_t room = nesting == 0 ? 1 : rings_count(coordinates, nesting);
    struct rings rings = {.arena = arena,
                          .crs = crs,
                          .west = INFINITY,
                          .south = INFINITY,
                          .east = -INFINITY,
                          .north = -INFINITY,
                          .problem = problem};
    rings.items = arena_try(arena, const struct geo_point *, room + 1);
    rings.counts = arena_try(arena, size_t, room + 1);
    if (rings.items == NULL || rings.counts == NULL) {
        return ERR_MEMORY;
    }
    TRY(nesting == 0 ? point_read(&rings, coordinates, &read)
                     : rings_read(&rings, coordinates, nesting));
    if (rings.is_projected) {
        geometry->is_projected = true;
        geometry->x = (rings.west + rings.east) / 2;
        geometry->y = (rings.south + rings.north) / 2;
        return OK;
    }
    if (rings.n == 0) {
        return OK;
    }
    read.rings = rings.items;
    read.counts = rings.counts;
    read.ring_count = rings.n;
    geometry_point_settle(&read);
    *geometry = read;
    return OK;
}

/* Of a collection: its first point, else its first surface, else what stands first. */
static bool is_better(const struct geojson_geometry *a, const struct geojson_geometry *b) {
    static const unsigned ranks[GEOJSON_TYPE__COUNT] = {
        [GEOJSON_POINT] = 4, [GEOJSON_POLYGON] = 3, [GEOJSON_MULTI_POINT] = 2, [GEOJSON_LINE] = 1};
    return ranks[a->type] > ranks[b->type] ||
           (a->is_projected && b->type == GEOJSON_NONE && !b->is_projected);
}

err geometry_read(const json_t *json, struct arena *arena, struct crs *crs,
                  struct geojson_geometry *geometry, struct problem *problem) {
    *geometry = (struct geojson_geometry){.type = GEOJSON_NONE};
    if (json == NULL || json_is_null(json)) {
        return OK;
    }
    const json_t *members = json_object_get(json, "geometries");
    if (!json_is_array(members)) {
        return one_read(json, arena, crs, geometry, problem);
    }
    for (size_t i = 0; i < json_array_size(members); i++) {
        struct geojson_geometry member;
        TRY(one_read(json_array_get(members, i), arena, crs, &member, problem));
        if (is_better(&member, geometry)) {
            *geometry = member;
        }
    }
    return OK;
}
