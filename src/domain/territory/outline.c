/* Outlines as bytes: a format byte (1), the step in e7 degrees as varint (100 when every coordinate
 * is a multiple of 10^-5 degrees, as published contours are; else 1), the number of rings; then
 * for each ring the number of points and the zigzag differences of longitude and latitude, in
 * steps, all LEB128. The first point of a ring differs from the last of the ring before (0, 0 at
 * the start). */
#include "domain/territory/territory_int.h"

#define SHAPE_FORMAT 1

static void varint_add(struct buf *out, uint64_t value) {
    while (value >= 0x80) {
        buf_add_char(out, (char)(uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_add_char(out, (char)(uint8_t)value);
}

static bool varint_take(slice *rest, uint64_t *value) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < 10 && i < rest->n; i++) {
        uint8_t byte = (uint8_t)rest->p[i];
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            *rest = (slice){.p = rest->p + i + 1, .n = rest->n - i - 1};
            return true;
        }
    }
    return false;
}

static uint64_t zigzag(int64_t value) {
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static int64_t unzigzag(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static int32_t step_of(const struct geo_point *const *rings, const size_t *counts,
                       size_t ring_count) {
    for (size_t r = 0; r < ring_count; r++) {
        for (size_t i = 0; i < counts[r]; i++) {
            if (rings[r][i].lon_e7 % 100 != 0 || rings[r][i].lat_e7 % 100 != 0) {
                return 1;
            }
        }
    }
    return 100;
}

void territory_shape_write(const struct geo_point *const *rings, const size_t *counts,
                           size_t ring_count, struct buf *out) {
    int32_t step = step_of(rings, counts, ring_count);
    varint_add(out, SHAPE_FORMAT);
    varint_add(out, (uint64_t)step);
    varint_add(out, ring_count);
    struct geo_point last = {0, 0};
    for (size_t r = 0; r < ring_count; r++) {
        varint_add(out, counts[r]);
        for (size_t i = 0; i < counts[r]; i++) {
            struct geo_point point = rings[r][i];
            varint_add(out, zigzag(((int64_t)point.lon_e7 - last.lon_e7) / step));
            varint_add(out, zigzag(((int64_t)point.lat_e7 - last.lat_e7) / step));
            last = point;
        }
    }
}

struct territory_shape_reader territory_shape_read(slice shape) {
    struct territory_shape_reader reader = {.rest = shape};
    uint64_t format = 0;
    uint64_t step = 0;
    uint64_t rings = 0;
    if (!varint_take(&reader.rest, &format) || format != SHAPE_FORMAT ||
        !varint_take(&reader.rest, &step) || (step != 1 && step != 100) ||
        !varint_take(&reader.rest, &rings) || rings > shape.n) {
        reader.damaged = true;
        return reader;
    }
    reader.step = (int32_t)step;
    reader.rings_left = (uint32_t)rings;
    return reader;
}

bool territory_shape_ring(struct territory_shape_reader *reader, struct arena *arena,
                          struct geo_point **points, size_t *count) {
    if (reader->damaged || reader->rings_left == 0) {
        return false;
    }
    uint64_t n = 0;
    reader->damaged = !varint_take(&reader->rest, &n) || n > reader->rest.n / 2;
    if (reader->damaged) {
        return false;
    }
    struct geo_point *ring = arena_new(arena, struct geo_point, n + 1);
    int64_t lon = reader->last.lon_e7;
    int64_t lat = reader->last.lat_e7;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = 0;
        uint64_t y = 0;
        if (!varint_take(&reader->rest, &x) || !varint_take(&reader->rest, &y) ||
            (x | y) >> 33 != 0) { /* no difference of two degrees is that large */
            reader->damaged = true;
            return false;
        }
        lon += unzigzag(x) * reader->step;
        lat += unzigzag(y) * reader->step;
        if (lon < -1800000000 || lon > 1800000000 || lat < -900000000 || lat > 900000000) {
            reader->damaged = true;
            return false;
        }
        ring[i] = (struct geo_point){(int32_t)lon, (int32_t)lat};
    }
    reader->last = (struct geo_point){(int32_t)lon, (int32_t)lat};
    reader->rings_left--;
    *points = ring;
    *count = (size_t)n;
    return true;
}
