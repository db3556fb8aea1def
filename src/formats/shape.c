#include "formats/geometry_int.h"
#include "formats/shape_int.h"
#include <math.h>
#include <string.h>

struct shape shape_make(struct arena *arena) {
    return (struct shape){.arena = arena};
}

static bool line_grow(struct shape *s) {
    size_t room = s->line_room == 0 ? 16 : 2 * s->line_room;
    struct geo_point *grown = arena_try(s->arena, struct geo_point, room);
    if (grown == NULL) {
        return false;
    }
    if (s->line_count > 0) {
        memcpy(grown, s->line, s->line_count * sizeof *grown);
    }
    s->line = grown;
    s->line_room = room;
    return true;
}

void shape_position(struct shape *s, double lon, double lat) {
    bool inside = fabs(lon) <= 180.0 && fabs(lat) <= 90.0;
    if (!inside || ++s->total > SHAPE_POINTS_MAX ||
        (s->line_count == s->line_room && !line_grow(s))) {
        s->bad = true;
        return;
    }
    s->line[s->line_count++] = (struct geo_point){.lon_e7 = (int32_t)lround(lon * 1e7),
                                                  .lat_e7 = (int32_t)lround(lat * 1e7)};
}

static bool rings_grow(struct shape *s) {
    size_t room = s->room == 0 ? 4 : 2 * s->room;
    const struct geo_point **rings = arena_try(s->arena, const struct geo_point *, room);
    size_t *counts = arena_try(s->arena, size_t, room);
    if (rings == NULL || counts == NULL) {
        return false;
    }
    if (s->n > 0) {
        memcpy(rings, s->rings, s->n * sizeof *rings);
        memcpy(counts, s->counts, s->n * sizeof *counts);
    }
    s->rings = rings;
    s->counts = counts;
    s->room = room;
    return true;
}

void shape_end(struct shape *s, enum geojson_type type) {
    if (s->line_count == 0) {
        return;
    }
    if (s->n == s->room && !rings_grow(s)) {
        s->bad = true;
        return;
    }
    if (type == GEOJSON_POINT && !s->has_point) {
        s->point = s->line[0];
    }
    s->has_point = s->has_point || type == GEOJSON_POINT;
    s->has_line = s->has_line || type == GEOJSON_LINE;
    s->has_area = s->has_area || type == GEOJSON_POLYGON;
    s->rings[s->n] = s->line;
    s->counts[s->n++] = s->line_count;
    s->line = NULL;
    s->line_count = s->line_room = 0;
}

static bool is_gap(char c) {
    return (unsigned char)c <= ' ' || c == ',';
}

/* The next number of the text; false at its end. */
static bool number_next(slice *rest, double *number, bool *bad) {
    size_t at = 0;
    while (at < rest->n && is_gap(rest->p[at])) {
        at++;
    }
    size_t end = at;
    while (end < rest->n && !is_gap(rest->p[end])) {
        end++;
    }
    slice word = slice_sub(*rest, at, end - at);
    *rest = slice_sub(*rest, end, rest->n);
    if (word.n == 0) {
        return false;
    }
    *bad = !slice_to_double(word, number);
    return true;
}

void shape_numbers(struct shape *s, slice text, unsigned step, bool longitude_first) {
    double numbers[3] = {0, 0, 0};
    unsigned at = 0;
    bool bad = false;
    double number;
    while (number_next(&text, &number, &bad)) {
        if (bad || step < 2 || step > 3) {
            s->bad = true;
            return;
        }
        numbers[at++] = number;
        if (at == step) {
            at = 0;
            shape_position(s, numbers[longitude_first ? 0 : 1], numbers[longitude_first ? 1 : 0]);
        }
    }
    s->bad = s->bad || at != 0;
}

void shape_tuples(struct shape *s, slice text) {
    while (text.n > 0 && !s->bad) {
        size_t at = 0;
        while (at < text.n && is_gap(text.p[at])) {
            at++;
        }
        size_t end = at; /* a tuple: no space but beside its commas */
        bool comma = false;
        for (; end < text.n; end++) {
            bool space = (unsigned char)text.p[end] <= ' ';
            size_t next = end;
            while (next < text.n && (unsigned char)text.p[next] <= ' ') {
                next++;
            }
            if (space && !comma && (next == text.n || text.p[next] != ',')) {
                break;
            }
            comma = space ? comma : text.p[end] == ',';
        }
        slice tuple = slice_sub(text, at, end - at);
        text = slice_sub(text, end, text.n);
        double numbers[3];
        double number;
        unsigned count = 0;
        bool bad = false;
        while (number_next(&tuple, &number, &bad)) {
            s->bad = s->bad || bad || count == 3;
            if (!s->bad) {
                numbers[count++] = number;
            }
        }
        if (count >= 2 && !s->bad) {
            shape_position(s, numbers[0], numbers[1]);
        } else {
            s->bad = s->bad || count == 1;
        }
    }
}

bool shape_finish(struct shape *s, struct geojson_geometry *geometry) {
    if (s->bad || s->n == 0) {
        return false;
    }
    bool mixed = s->has_point + s->has_line + s->has_area > 1;
    *geometry = (struct geojson_geometry){
        .type = mixed                            ? GEOJSON_COLLECTION
                : s->has_area                    ? GEOJSON_POLYGON
                : s->has_line                    ? GEOJSON_LINE
                : s->n == 1 && s->counts[0] == 1 ? GEOJSON_POINT
                                                 : GEOJSON_MULTI_POINT,
        .rings = s->rings,
        .counts = s->counts,
        .ring_count = s->n,
    };
    if (s->has_point) {
        geometry->point = s->point;
    } else if (s->at_start || mixed) {
        geometry->point = s->rings[0][0];
    } else {
        geometry_point_settle(geometry);
    }
    return true;
}
