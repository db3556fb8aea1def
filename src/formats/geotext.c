#include "formats/geotext.h"
#include "formats/geometry_int.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

#define SRID_MAX  999999
#define RINGS_MAX 4096
#define WKB_DEPTH 8

/* Positions gathered from any of the notations. */
struct shape {
    struct arena arena;
    double *xy;
    size_t n;
    size_t starts[RINGS_MAX]; /* where each ring begins */
    size_t ring_count;
    enum geojson_type type;
};

static enum geojson_type type_of(slice word) {
    static const struct {
        const char *word;
        enum geojson_type type;
    } types[] = {
        {"POINT", GEOJSON_POINT},          {"MULTIPOINT", GEOJSON_MULTI_POINT},
        {"LINESTRING", GEOJSON_LINE},      {"MULTILINESTRING", GEOJSON_LINE},
        {"POLYGON", GEOJSON_POLYGON},      {"MULTIPOLYGON", GEOJSON_POLYGON},
        {"MULTISURFACE", GEOJSON_POLYGON},
    };
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (slice_equal_ascii_nocase(word, slice_from_cstr(types[i].word))) {
            return types[i].type;
        }
    }
    return GEOJSON_NONE;
}

static bool position_add(struct shape *shape, double x, double y) {
    if (shape->n == GEOTEXT_POSITIONS_MAX || !(fabs(x) <= GEOMETRY_AXIS_MAX) ||
        !(fabs(y) <= GEOMETRY_AXIS_MAX)) {
        return false;
    }
    if ((shape->n & (shape->n - 1)) == 0) { /* room doubles at powers of two */
        size_t room = shape->n == 0 ? 1 : 2 * shape->n;
        double *grown = arena_try(&shape->arena, double, 2 * room);
        if (grown == NULL) {
            return false;
        }
        if (shape->n > 0) {
            memcpy(grown, shape->xy, 2 * shape->n * sizeof *grown);
        }
        shape->xy = grown;
    }
    shape->xy[2 * shape->n] = x;
    shape->xy[2 * shape->n + 1] = y;
    shape->n++;
    return true;
}

static bool ring_begin(struct shape *shape) {
    if (shape->ring_count > 0 && shape->starts[shape->ring_count - 1] == shape->n) {
        return true; /* nothing stood in the last one */
    }
    if (shape->ring_count == RINGS_MAX) {
        return false;
    }
    shape->starts[shape->ring_count++] = shape->n;
    return true;
}

/* Degrees give a place as markers of maps have it; metres the middle of their box, since one can
 * only say where it is once they are converted. */
static bool shape_place(const struct shape *shape, struct geotext *at) {
    double west = INFINITY;
    double south = INFINITY;
    double east = -INFINITY;
    double north = -INFINITY;
    if (shape->n == 0) {
        return false;
    }
    for (size_t i = 0; i < shape->n; i++) {
        west = fmin(west, shape->xy[2 * i]);
        east = fmax(east, shape->xy[2 * i]);
        south = fmin(south, shape->xy[2 * i + 1]);
        north = fmax(north, shape->xy[2 * i + 1]);
    }
    at->x = (west + east) / 2;
    at->y = (south + north) / 2;
    if (west < -180 || east > 180 || south < -90 || north > 90 || shape->n == 1) {
        return true;
    }
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geo_point *points = arena_try(&arena, struct geo_point, shape->n);
    const struct geo_point **rings = arena_new(&arena, const struct geo_point *, RINGS_MAX);
    size_t *counts = arena_new(&arena, size_t, RINGS_MAX);
    if (points == NULL) {
        return true;
    }
    for (size_t i = 0; i < shape->n; i++) {
        points[i] = (struct geo_point){.lon_e7 = (int32_t)lround(shape->xy[2 * i] * 1e7),
                                       .lat_e7 = (int32_t)lround(shape->xy[2 * i + 1] * 1e7)};
    }
    struct geojson_geometry geometry = {.type = shape->type, .rings = rings, .counts = counts};
    for (size_t r = 0; r < shape->ring_count; r++) {
        size_t end = r + 1 < shape->ring_count ? shape->starts[r + 1] : shape->n;
        if (end > shape->starts[r]) {
            rings[geometry.ring_count] = points + shape->starts[r];
            counts[geometry.ring_count++] = end - shape->starts[r];
        }
    }
    if (shape->type == GEOJSON_MULTI_POINT) { /* each may stand in brackets of its own */
        counts[0] = shape->n;
        geometry.ring_count = 1;
    }
    geometry_point_settle(&geometry);
    at->x = geometry.point.lon_e7 / 1e7;
    at->y = geometry.point.lat_e7 / 1e7;
    return true;
}

static size_t blank_end(slice text, size_t at) {
    while (at < text.n && memchr(" \t\r\n", text.p[at], 4) != NULL) {
        at++;
    }
    return at;
}

static bool number_next(slice text, size_t *at, double *value) {
    size_t from = blank_end(text, *at);
    size_t end = from;
    while (end < text.n && memchr(" \t\r\n,()", text.p[end], 7) == NULL) {
        end++;
    }
    *at = end;
    return slice_to_double(slice_sub(text, from, end - from), value);
}

/* Behind the word of the type: brackets and positions. Altitude and measure are passed over. */
static bool wkt_body(slice text, size_t at, struct shape *shape) {
    unsigned depth = 0;
    for (at = blank_end(text, at); at < text.n; at = blank_end(text, at)) {
        char c = text.p[at];
        double x;
        double y;
        double more;
        if (c == '(') {
            depth++;
            at++;
            if (!ring_begin(shape)) {
                return false;
            }
        } else if (c == ')') {
            at++;
            if (depth == 0 || --depth == 0) {
                return blank_end(text, at) == text.n;
            }
        } else if (c == ',') {
            at++;
        } else {
            if (depth == 0 || !number_next(text, &at, &x) || !number_next(text, &at, &y) ||
                !position_add(shape, x, y)) {
                return false;
            }
            while (blank_end(text, at) < text.n && text.p[blank_end(text, at)] != ',' &&
                   text.p[blank_end(text, at)] != ')') {
                if (!number_next(text, &at, &more)) {
                    return false;
                }
            }
        }
    }
    return false;
}

static size_t word_end(slice text, size_t at) {
    while (at < text.n &&
           ((text.p[at] >= 'A' && text.p[at] <= 'Z') || (text.p[at] >= 'a' && text.p[at] <= 'z'))) {
        at++;
    }
    return at;
}

static bool wkt_read(slice text, struct shape *shape, struct geotext *at) {
    if (slice_equal_ascii_nocase(slice_sub(text, 0, 5), SLICE("SRID="))) {
        size_t end = slice_find(text, 5, ';');
        uint64_t srid;
        if (!slice_to_u64(slice_sub(text, 5, end - 5), &srid) || srid > SRID_MAX) {
            return false;
        }
        at->srid = (uint32_t)srid;
        text = slice_trim(slice_sub(text, end + 1, text.n));
    }
    if (text.n > 0 && text.p[0] == '<') { /* GeoSPARQL: <http://…/EPSG/0/2154> POINT(…) */
        text = slice_trim(slice_sub(text, slice_find(text, 0, '>') + 1, text.n));
    }
    size_t end = word_end(text, 0);
    slice word = slice_sub(text, 0, end);
    if (slice_equal_ascii_nocase(word, SLICE("GEOMETRYCOLLECTION"))) { /* its first member */
        end = slice_find(text, end, '(') + 1;
        size_t close = text.n > 0 ? text.n - 1 : 0;
        text = slice_trim(slice_sub(text, end, close > end ? close - end : 0));
        end = word_end(text, 0);
        word = slice_sub(text, 0, end);
        size_t depth = 0;
        for (size_t i = end; i < text.n; i++) {
            depth += text.p[i] == '(';
            depth -= text.p[i] == ')' && depth > 0;
            if (text.p[i] == ')' && depth == 0) {
                text = slice_sub(text, 0, i + 1);
            }
        }
    }
    shape->type = type_of(word);
    size_t from = blank_end(text, end);
    size_t flag = word_end(text, from); /* Z, M, ZM, EMPTY */
    return shape->type != GEOJSON_NONE && flag - from <= 2 && wkt_body(text, flag, shape);
}

/* Bytes of WKB, read from hexadecimal one after the other. */
struct wkb {
    slice hex;
    size_t at;
    bool big;
};

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool wkb_bytes(struct wkb *w, size_t count, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (w->at + 2 > w->hex.n) {
            return false;
        }
        int high = hex_digit(w->hex.p[w->at]);
        int low = hex_digit(w->hex.p[w->at + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        uint64_t byte = (uint64_t)(high * 16 + low);
        *value |= byte << (8 * (w->big ? count - 1 - i : i));
        w->at += 2;
    }
    return true;
}

static bool wkb_position(struct wkb *w, unsigned dimensions, struct shape *shape) {
    double xy[2];
    for (unsigned i = 0; i < dimensions; i++) {
        uint64_t bits;
        if (!wkb_bytes(w, 8, &bits)) {
            return false;
        }
        if (i < 2) {
            memcpy(&xy[i], &bits, sizeof bits);
        }
    }
    return position_add(shape, xy[0], xy[1]);
}

static bool wkb_positions(struct wkb *w, unsigned dimensions, struct shape *shape) {
    uint64_t count;
    if (!wkb_bytes(w, 4, &count) || count > GEOTEXT_POSITIONS_MAX || !ring_begin(shape)) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!wkb_position(w, dimensions, shape)) {
            return false;
        }
    }
    return true;
}

static bool wkb_geometry(struct wkb *w, struct shape *shape, uint32_t *srid, unsigned depth) {
    static const enum geojson_type types[] = {GEOJSON_NONE,    GEOJSON_POINT,       GEOJSON_LINE,
                                              GEOJSON_POLYGON, GEOJSON_MULTI_POINT, GEOJSON_LINE,
                                              GEOJSON_POLYGON, GEOJSON_COLLECTION};
    uint64_t order;
    uint64_t code;
    uint64_t value;
    if (depth == WKB_DEPTH || !wkb_bytes(w, 1, &order) || order > 1) {
        return false;
    }
    w->big = order == 0;
    if (!wkb_bytes(w, 4, &code)) {
        return false;
    }
    uint64_t sort = (code & 0xFFFF) % 1000; /* ISO adds 1000 for Z, 2000 for M, 3000 for both */
    uint64_t iso = (code & 0xFFFF) / 1000;
    unsigned dimensions = 2U + ((code & 0x80000000U) != 0 || iso == 1 || iso == 3) +
                          ((code & 0x40000000U) != 0 || iso == 2 || iso == 3);
    if (sort == 0 || sort >= ARRAY_COUNT(types) || iso > 3) {
        return false;
    }
    if ((code & 0x20000000U) != 0) {
        if (!wkb_bytes(w, 4, &value) || value > SRID_MAX) {
            return false;
        }
        *srid = (uint32_t)value;
    }
    if (depth == 0 || shape->type == GEOJSON_COLLECTION) {
        shape->type = types[sort];
    }
    if (sort == 1) {
        return ring_begin(shape) && wkb_position(w, dimensions, shape);
    }
    if (sort == 2) {
        return wkb_positions(w, dimensions, shape);
    }
    if (!wkb_bytes(w, 4, &value) || value > GEOTEXT_POSITIONS_MAX) {
        return false;
    }
    if (sort == 7) { /* of a collection its first member */
        return value > 0 && wkb_geometry(w, shape, srid, depth + 1);
    }
    for (uint64_t i = 0; i < value; i++) {
        bool read = sort == 3 ? wkb_positions(w, dimensions, shape)
                              : wkb_geometry(w, shape, srid, depth + 1);
        if (!read) {
            return false;
        }
    }
    return true;
}

static bool geojson_read(slice text, struct geotext *at) {
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_geometry geometry = {.type = GEOJSON_NONE};
    json_t *json = json_loadb(text.p, text.n, 0, NULL);
    const json_t *inner = json_object_get(json, "geometry"); /* a whole feature */
    err failed = json == NULL
                     ? ERR_INPUT
                     : geometry_read(inner != NULL ? inner : json, &arena, NULL, &geometry, NULL);
    json_decref(json);
    at->x = geometry.is_projected ? geometry.x : geometry.point.lon_e7 / 1e7;
    at->y = geometry.is_projected ? geometry.y : geometry.point.lat_e7 / 1e7;
    return failed == OK && (geometry.is_projected || geometry.ring_count > 0);
}

bool geotext_read(slice text, struct geotext *at) {
    struct geotext found = {.srid = 0};
    text = slice_trim(text);
    bool read = false;
    if (text.n < 4) {
        return false;
    }
    if (text.p[0] == '{') {
        read = geojson_read(text, &found);
    } else {
        struct shape shape = {.arena = arena_make(4096, 0)};
        struct wkb wkb = {.hex = text};
        bool hex = text.p[0] == '0' && (text.p[1] == '0' || text.p[1] == '1') && text.n >= 18;
        read = hex ? wkb_geometry(&wkb, &shape, &found.srid, 0) && wkb.at <= text.n
                   : wkt_read(text, &shape, &found);
        read = read && shape_place(&shape, &found);
        arena_free(&shape.arena);
    }
    if (read) {
        *at = found;
    }
    return read;
}
