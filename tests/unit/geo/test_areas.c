/* Areas: the index against plain even-odd counting over whole polygons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/geo.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

__extension__ typedef __int128 i128;

static uint64_t next_random(uint64_t *state) {
    *state = hash_mix(*state, UINT64_C(0x9e3779b97f4a7c15));
    return *state;
}

/* The areas of a test, kept beside the index: rings of points, each ring closed. */
struct plain_ring {
    uint32_t key;
    struct geo_point *points;
    size_t count;
    struct geo_box box;
};

struct plain_areas {
    struct plain_ring *rings; /* those of one area stand together */
    size_t count, capacity;
};

static void plain_add(struct plain_areas *plain, uint32_t key, const struct geo_point *points,
                      size_t count) {
    if (plain->count == plain->capacity) {
        plain->capacity = plain->capacity * 2 + 16;
        plain->rings = realloc(plain->rings, plain->capacity * sizeof(*plain->rings));
        assert_non_null(plain->rings);
    }
    struct plain_ring *ring = &plain->rings[plain->count++];
    ring->key = key;
    ring->count = count;
    ring->points = malloc(count * sizeof(*points));
    assert_non_null(ring->points);
    memcpy(ring->points, points, count * sizeof(*points));
    ring->box = (struct geo_box){INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (size_t i = 0; i < count; i++) {
        ring->box.west_e7 =
            points[i].lon_e7 < ring->box.west_e7 ? points[i].lon_e7 : ring->box.west_e7;
        ring->box.east_e7 =
            points[i].lon_e7 > ring->box.east_e7 ? points[i].lon_e7 : ring->box.east_e7;
        ring->box.south_e7 =
            points[i].lat_e7 < ring->box.south_e7 ? points[i].lat_e7 : ring->box.south_e7;
        ring->box.north_e7 =
            points[i].lat_e7 > ring->box.north_e7 ? points[i].lat_e7 : ring->box.north_e7;
    }
}

static void plain_free(struct plain_areas *plain) {
    for (size_t i = 0; i < plain->count; i++) {
        free(plain->rings[i].points);
    }
    free(plain->rings);
}

static struct geo_areas *build(const struct plain_areas *plain) {
    struct geo_areas_builder *builder = geo_areas_builder_new();
    assert_non_null(builder);
    for (size_t i = 0; i < plain->count; i++) {
        const struct plain_ring *ring = &plain->rings[i];
        if (i == 0 || ring[-1].key != ring->key) {
            assert_int_equal(geo_areas_begin(builder, ring->key), OK);
        }
        assert_int_equal(geo_areas_ring(builder, ring->points, ring->count), OK);
    }
    struct geo_areas *areas = geo_areas_build(builder);
    assert_non_null(areas);
    return areas;
}

/* Crossings of the half-line to the east, by the textbook formula in 128 bits. */
static bool plain_parity(const struct plain_ring *ring, struct geo_point p) {
    bool odd = false;
    for (size_t i = 0; i < ring->count; i++) {
        struct geo_point a = ring->points[i];
        struct geo_point b = ring->points[(i + 1) % ring->count];
        if ((a.lat_e7 > p.lat_e7) == (b.lat_e7 > p.lat_e7)) {
            continue;
        }
        i128 dy = (i128)b.lat_e7 - a.lat_e7;
        i128 left = ((i128)p.lon_e7 - a.lon_e7) * dy;
        i128 right = ((i128)b.lon_e7 - a.lon_e7) * ((i128)p.lat_e7 - a.lat_e7);
        odd ^= dy > 0 ? left < right : left > right;
    }
    return odd;
}

/* The first area that holds the point, and how many do. */
static uint32_t plain_find(const struct plain_areas *plain, struct geo_point point,
                           size_t *holders) {
    uint32_t found = GEO_AREA_NONE;
    *holders = 0;
    for (size_t i = 0; i < plain->count;) {
        uint32_t key = plain->rings[i].key;
        bool odd = false;
        for (; i < plain->count && plain->rings[i].key == key; i++) {
            if (geo_box_has(&plain->rings[i].box, point)) {
                odd ^= plain_parity(&plain->rings[i], point);
            }
        }
        if (odd) {
            found = *holders ? found : key;
            *holders += 1;
        }
    }
    return found;
}

/* Random polygons on a coarse lattice, so that vertices, edges and levels coincide often. */
static void any_polygons_are_found_as_by_plain_counting(void **state) {
    (void)state;
    uint64_t seed = 42;
    size_t inside = 0;
    for (int trial = 0; trial < 150; trial++) {
        struct plain_areas plain = {0};
        uint32_t area_count = (uint32_t)(next_random(&seed) % 6) + 1;
        for (uint32_t key = 0; key < area_count; key++) {
            for (uint64_t rings = next_random(&seed) % 3 + 1; rings > 0; rings--) {
                struct geo_point points[12];
                size_t count = next_random(&seed) % 10 + 3;
                for (size_t i = 0; i < count; i++) {
                    points[i] = (struct geo_point){(int32_t)(next_random(&seed) % 21) * 1000,
                                                   (int32_t)(next_random(&seed) % 21) * 1000};
                }
                plain_add(&plain, key, points, count);
            }
        }
        struct geo_areas *areas = build(&plain);
        for (int32_t x = -500; x <= 20500; x += 250) {
            for (int32_t y = -500; y <= 20500; y += 250) {
                struct geo_point point = {x, y};
                size_t holders;
                uint32_t expected = plain_find(&plain, point, &holders);
                assert_int_equal(geo_areas_find(areas, point), expected);
                inside += holders > 0;
            }
        }
        geo_areas_free(areas);
        plain_free(&plain);
    }
    assert_true(inside > 100000);
}

#define TILES 24

/* A sheet of quadrilaterals with shaken corners: every point inside it has one owner, also those on
 * corners and borders. */
static void every_point_of_a_shared_border_has_exactly_one_area(void **state) {
    (void)state;
    struct geo_point corners[TILES + 1][TILES + 1];
    uint64_t seed = 4;
    for (int32_t row = 0; row <= TILES; row++) {
        for (int32_t column = 0; column <= TILES; column++) {
            bool inner = row > 0 && row < TILES && column > 0 && column < TILES;
            corners[row][column] = (struct geo_point){
                column * 100000 + (inner ? (int32_t)(next_random(&seed) % 60001) - 30000 : 0),
                row * 100000 + (inner ? (int32_t)(next_random(&seed) % 60001) - 30000 : 0)};
        }
    }
    struct plain_areas plain = {0};
    for (uint32_t i = 0; i < TILES * TILES; i++) {
        uint32_t row = i / TILES;
        uint32_t column = i % TILES;
        const struct geo_point ring[] = {corners[row][column], corners[row][column + 1],
                                         corners[row + 1][column + 1], corners[row + 1][column]};
        plain_add(&plain, i, ring, 4);
    }
    struct geo_areas *areas = build(&plain);
    for (int i = 0; i < 20000; i++) {
        struct geo_point a =
            corners[next_random(&seed) % (TILES - 1) + 1][next_random(&seed) % (TILES - 1) + 1];
        /* Corners, points beside them, points anywhere. */
        struct geo_point point = a;
        if (i % 3 == 1) {
            point.lon_e7 += (int32_t)(next_random(&seed) % 3) - 1;
            point.lat_e7 += (int32_t)(next_random(&seed) % 3) - 1;
        } else if (i % 3 == 2) {
            point.lon_e7 = (int32_t)(next_random(&seed) % (TILES * 100000));
            point.lat_e7 = (int32_t)(next_random(&seed) % (TILES * 100000));
        }
        size_t holders;
        uint32_t expected = plain_find(&plain, point, &holders);
        assert_int_equal(holders, 1);
        assert_int_equal(geo_areas_find(areas, point), expected);
    }
    geo_areas_free(areas);
    plain_free(&plain);
}

static void an_area_may_be_as_large_as_the_world(void **state) {
    (void)state;
    static const struct geo_point world[] = {{-1800000000, -900000000},
                                             {1800000000, -900000000},
                                             {1800000000, 900000000},
                                             {-1800000000, 900000000}};
    static const struct geo_point hole[] = {
        {-1800000000, 0}, {0, -899999999}, {1800000000, 0}, {0, 899999999}};
    struct plain_areas plain = {0};
    plain_add(&plain, 9, world, 4);
    plain_add(&plain, 9, hole, 4);
    struct geo_areas *areas = build(&plain);
    uint64_t seed = 8;
    size_t inside = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_point point = {
            (int32_t)((int64_t)(next_random(&seed) % 3600000001U) - 1800000000),
            (int32_t)((int64_t)(next_random(&seed) % 1800000001U) - 900000000)};
        size_t holders;
        assert_int_equal(geo_areas_find(areas, point), plain_find(&plain, point, &holders));
        inside += holders;
    }
    assert_in_range(inside, 8000, 12000);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){0, 0}), GEO_AREA_NONE);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){INT32_MIN, INT32_MAX}),
                     GEO_AREA_NONE);
    geo_areas_free(areas);
    plain_free(&plain);
}

static void where_areas_overlap_the_first_one_has_it(void **state) {
    (void)state;
    static const struct geo_point large[] = {
        {0, 0}, {1000000, 0}, {1000000, 1000000}, {0, 1000000}};
    static const struct geo_point small[] = {
        {400000, 400000}, {600000, 400000}, {600000, 600000}, {400000, 600000}};
    for (int small_first = 0; small_first < 2; small_first++) {
        struct plain_areas plain = {0};
        plain_add(&plain, 1, small_first ? small : large, 4);
        plain_add(&plain, 2, small_first ? large : small, 4);
        struct geo_areas *areas = build(&plain);
        assert_int_equal(geo_areas_find(areas, (struct geo_point){500000, 500000}), 1);
        assert_int_equal(geo_areas_find(areas, (struct geo_point){100000, 500000}),
                         small_first ? 2 : 1);
        geo_areas_free(areas);
        plain_free(&plain);
    }
}

static void no_areas_hold_nothing(void **state) {
    (void)state;
    struct geo_areas *areas = geo_areas_build(geo_areas_builder_new());
    assert_non_null(areas);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){0, 0}), GEO_AREA_NONE);
    geo_areas_free(areas);

    struct geo_areas_builder *builder = geo_areas_builder_new();
    assert_int_equal(geo_areas_begin(builder, 5), OK); /* an area without a ring */
    areas = geo_areas_build(builder);
    assert_non_null(areas);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){0, 0}), GEO_AREA_NONE);
    geo_areas_free(areas);
    geo_areas_free(NULL);
    geo_areas_builder_free(NULL);
}

static void broken_rings_are_refused_and_leave_the_builder_usable(void **state) {
    (void)state;
    static const struct geo_point square[] = {{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}, {0, 0}};
    static const struct geo_point off[] = {{0, 0}, {1800000001, 0}, {0, 10}};
    static const struct geo_point still[] = {{5, 5}, {5, 5}, {5, 5}};
    struct geo_areas_builder *builder = geo_areas_builder_new();
    assert_int_equal(geo_areas_ring(builder, square, 5), ERR_INPUT);
    assert_int_equal(geo_areas_begin(builder, 3), OK);
    assert_int_equal(geo_areas_ring(builder, square, 2), ERR_INPUT);
    assert_int_equal(geo_areas_ring(builder, off, 3), ERR_INPUT);
    assert_int_equal(geo_areas_ring(builder, still, 3), OK); /* holds nothing, harms nothing */
    assert_int_equal(geo_areas_ring(builder, square, 5), OK);
    struct geo_areas *areas = geo_areas_build(builder);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){500, 500}), 3);
    assert_int_equal(geo_areas_find(areas, (struct geo_point){5, 5}), 3);
    assert_true(geo_areas_bytes(areas) > sizeof(square));
    geo_areas_free(areas);
}

struct visited {
    size_t rings, points;
    uint32_t keys;
};

static void note_ring(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct visited *visited = self;
    assert_memory_equal(&points[0], &points[count - 1], sizeof(points[0]));
    visited->rings++;
    visited->points += count;
    visited->keys |= 1U << key;
}

static void only_rings_that_may_be_seen_are_walked(void **state) {
    (void)state;
    struct plain_areas plain = {0};
    for (int32_t i = 0; i < 3; i++) {
        static const int32_t wests[] = {-1790000000, -90000000, 1610000000};
        int32_t west = wests[i];
        const struct geo_point ring[] = {{west, 0}, {west + 1000, 0}, {west, 1000}};
        plain_add(&plain, (uint32_t)i, ring, 3);
    }
    struct geo_areas *areas = build(&plain);
    const struct geo_box middle = {-100000000, -10, -80000000, 10};
    const struct geo_box across = {1000000000, -10, -1700000000, 10};
    const struct geo_box north = {-1800000000, 1001, 1800000000, 2000};
    struct visited visited = {0};
    geo_areas_visit(areas, &middle, note_ring, &visited);
    assert_int_equal(visited.keys, 2);
    assert_int_equal(visited.points, 4);
    visited = (struct visited){0};
    geo_areas_visit(areas, &across, note_ring, &visited);
    assert_int_equal(visited.keys, 5);
    visited = (struct visited){0};
    geo_areas_visit(areas, &north, note_ring, &visited);
    assert_int_equal(visited.rings, 0);
    geo_areas_free(areas);
    plain_free(&plain);
}

/* Unpacks a file of the shared real data; NULL when it is not there. */
static char *read_shared(const char *name, size_t *size) {
    const char *shared = getenv("AGORA_SHARED");
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/data/territoires-fr/%s", shared ? shared : "../shared",
                   name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    struct stat about;
    assert_int_equal(fstat(fd, &about), 0);
    size_t packed_size = (size_t)about.st_size;
    char *packed = malloc(packed_size);
    assert_non_null(packed);
    assert_int_equal(read(fd, packed, packed_size), packed_size);
    assert_int_equal(close(fd), 0);
    size_t capacity = (size_t)64 << 20;
    char *text = malloc(capacity);
    assert_non_null(text);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    assert_non_null(context);
    *size = ZSTD_decompressDCtx(context, text, capacity, packed, packed_size);
    assert_false(ZSTD_isError(*size));
    (void)ZSTD_freeDCtx(context);
    free(packed);
    return text;
}

/* One ring: "[x,y],[x,y]…]" from behind its opening bracket. Returns where it ends. */
static size_t read_ring(slice text, size_t at, uint32_t key, struct plain_areas *plain) {
    static struct geo_point points[20000];
    size_t count = 0;
    while (text.p[at] != ']') {
        size_t comma = slice_find(text, at, ',');
        size_t end = slice_find(text, comma, ']');
        size_t open = slice_find(text, at, '[');
        double lon;
        double lat;
        assert_true(open < comma && count < ARRAY_COUNT(points));
        assert_true(slice_to_double(slice_trim(slice_sub(text, open + 1, comma - open - 1)), &lon));
        assert_true(slice_to_double(slice_trim(slice_sub(text, comma + 1, end - comma - 1)), &lat));
        points[count++] =
            (struct geo_point){(int32_t)lround(lon * 1e7), (int32_t)lround(lat * 1e7)};
        at = end + 1;
        at += text.p[at] == ',';
    }
    plain_add(plain, key, points, count);
    return at + 1;
}

/* Enough of GeoJSON for these files: after "coordinates", a ring opens where a bracket pair is
 * followed by a number, and the geometry ends with its brace. */
static void read_areas(slice text, struct plain_areas *plain) {
    const slice mark = SLICE("\"coordinates\":");
    uint32_t key = 0;
    size_t at = slice_find_slice(text, 0, mark);
    for (; at < text.n; key++, at = slice_find_slice(text, at, mark)) {
        at += mark.n;
        while (text.p[at] != '}') {
            bool opens = text.p[at] == '[' && text.p[at + 1] == '[' && text.p[at + 2] != '[';
            at = opens ? read_ring(text, at + 1, key, plain) : at + 1;
        }
    }
}

static void real_communes_are_found_as_by_plain_counting(void **state) {
    (void)state;
    size_t size;
    char *text = read_shared("communes-light.geojson.zst", &size);
    if (!text) {
        skip();
    }
    struct plain_areas plain = {0};
    read_areas(slice_of(text, size), &plain);
    free(text);
    struct geo_areas *areas = build(&plain);
    assert_true(plain.count > 34868);
    assert_true(geo_areas_bytes(areas) < (size_t)40 << 20);
    uint64_t seed = 17;
    size_t inside = 0;
    for (int i = 0; i < 1500; i++) {
        struct geo_point point = {(int32_t)(next_random(&seed) % 120000000) - 45000000,
                                  (int32_t)(next_random(&seed) % 85000000) + 425000000};
        if (i % 3 == 0) { /* a corner of a commune, where several meet */
            const struct plain_ring *ring = &plain.rings[next_random(&seed) % plain.count];
            point = ring->points[next_random(&seed) % ring->count];
        }
        size_t holders;
        uint32_t expected = plain_find(&plain, point, &holders);
        assert_int_equal(geo_areas_find(areas, point), expected);
        assert_true(holders <= 1);
        inside += holders;
    }
    assert_in_range(inside, 700, 1500);
    geo_areas_free(areas);
    plain_free(&plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_polygons_are_found_as_by_plain_counting),
        cmocka_unit_test(every_point_of_a_shared_border_has_exactly_one_area),
        cmocka_unit_test(an_area_may_be_as_large_as_the_world),
        cmocka_unit_test(where_areas_overlap_the_first_one_has_it),
        cmocka_unit_test(no_areas_hold_nothing),
        cmocka_unit_test(broken_rings_are_refused_and_leave_the_builder_usable),
        cmocka_unit_test(only_rings_that_may_be_seen_are_walked),
        cmocka_unit_test(real_communes_are_found_as_by_plain_counting),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
