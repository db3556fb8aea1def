/* Outlines as they lie in the store: damaged bytes are noticed, and what is read can be written
 * again. */
#include "fuzz.h"

#include "domain/territory/territory_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { RINGS_MAX = 64 };
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    const struct geo_point *rings[RINGS_MAX];
    size_t counts[RINGS_MAX];
    size_t n = 0;
    struct territory_shape_reader reader = territory_shape_read(slice_of((const char *)data, size));
    struct geo_point *points = NULL;
    while (n < RINGS_MAX && territory_shape_ring(&reader, &arena, &points, &counts[n])) {
        rings[n++] = points;
    }
    struct buf written BUF_CLEANUP = buf_new((size_t)1 << 24);
    territory_shape_write(rings, counts, n, &written);
    FUZZ_PROMISE(written.failed == OK);
    struct territory_shape_reader again = territory_shape_read(buf_slice(&written));
    for (size_t r = 0; r < n; r++) {
        size_t count = 0;
        FUZZ_PROMISE(territory_shape_ring(&again, &arena, &points, &count));
        FUZZ_PROMISE(count == counts[r]);
        for (size_t i = 0; i < count; i++) {
            FUZZ_PROMISE(geo_point_is_valid(points[i]));
            FUZZ_PROMISE(points[i].lon_e7 == rings[r][i].lon_e7);
            FUZZ_PROMISE(points[i].lat_e7 == rings[r][i].lat_e7);
        }
    }
    return 0;
}
