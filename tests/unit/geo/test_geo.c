/* Points, boxes, tiles, simplification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/geo.h"

#include <math.h>

#define DEGREE INT32_C(10000000)

static const struct geo_point chambery = {59178000, 455646000};
static const struct geo_point saint_denis = {554481000, -208823000};

static uint64_t next_random(uint64_t *state) {
    *state = hash_mix(*state, UINT64_C(0x9e3779b97f4a7c15));
    return *state;
}

static struct geo_point random_point(uint64_t *state) {
    return (struct geo_point){
        .lon_e7 = (int32_t)((int64_t)(next_random(state) % 3600000001U) - 1800000000),
        .lat_e7 = (int32_t)((int64_t)(next_random(state) % 1700000001U) - 850000000)};
}

static void check_near(double value, double expected, double tolerance) {
    assert_true(fabs(value - expected) <= tolerance);
}

static void a_box_may_cross_the_antimeridian(void **state) {
    (void)state;
    const struct geo_box fiji = {177 * DEGREE, -20 * DEGREE, -178 * DEGREE, -16 * DEGREE};
    assert_true(geo_box_is_valid(&fiji));
    assert_true(geo_box_has(&fiji, (struct geo_point){179 * DEGREE, -18 * DEGREE}));
    assert_true(geo_box_has(&fiji, (struct geo_point){-179 * DEGREE, -18 * DEGREE}));
    assert_true(geo_box_has(&fiji, (struct geo_point){-178 * DEGREE, -16 * DEGREE}));
    assert_false(geo_box_has(&fiji, (struct geo_point){0, -18 * DEGREE}));
    assert_false(geo_box_has(&fiji, (struct geo_point){179 * DEGREE, -15 * DEGREE}));
}

static void points_and_boxes_off_the_globe_are_not_valid(void **state) {
    (void)state;
    assert_true(geo_point_is_valid((struct geo_point){1800000000, -900000000}));
    assert_false(geo_point_is_valid((struct geo_point){1800000001, 0}));
    assert_false(geo_point_is_valid((struct geo_point){0, 900000001}));
    assert_false(geo_box_is_valid(&(struct geo_box){0, 1, 0, 0}));
    assert_false(geo_box_is_valid(&(struct geo_box){0, 0, INT32_MAX, 0}));
}

static void distances_are_those_of_the_sphere(void **state) {
    (void)state;
    const double quarter = 6371008.8 * M_PI / 2;
    const struct geo_point origin = {0, 0};
    const struct geo_point pole = {123 * DEGREE, 90 * DEGREE};
    check_near(geo_distance_m(origin, pole), quarter, 1e-3);
    check_near(geo_distance_m(origin, (struct geo_point){180 * DEGREE, 0}), 2 * quarter, 1e-3);
    check_near(geo_distance_m(origin, (struct geo_point){1, 0}), 0.0111195, 1e-6);
    check_near(geo_distance_m(chambery, chambery), 0, 0);
    /* Across the antimeridian, the short way. */
    check_near(
        geo_distance_m((struct geo_point){1799999999, 0}, (struct geo_point){-1799999999, 0}),
        0.022239, 1e-5);
    check_near(geo_distance_m(chambery, saint_denis), 8918984.24, 1);
}

static void the_box_around_a_circle_holds_it_closely(void **state) {
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 2000; i++) {
        struct geo_point centre = random_point(&seed);
        double radius = (double)(next_random(&seed) % 300000) + 1;
        struct geo_box box = geo_box_around(centre, radius);
        assert_true(geo_box_is_valid(&box) && geo_box_has(&box, centre));
        /* Walk the circle: each of its points is in the box. */
        double lat = centre.lat_e7 * M_PI / 180e7;
        double angle = radius * 0.999999 / 6371008.8;
        for (int step = 0; step < 36; step++) {
            double bearing = step * M_PI / 18;
            double to_lat = asin(sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(bearing));
            double by_lon =
                atan2(sin(bearing) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(to_lat));
            int64_t lon = centre.lon_e7 + llround(by_lon * 180e7 / M_PI);
            lon = lon > 1800000000 ? lon - 3600000000 : lon < -1800000000 ? lon + 3600000000 : lon;
            struct geo_point on_circle = {(int32_t)lon, (int32_t)lround(to_lat * 180e7 / M_PI)};
            assert_true(geo_box_has(&box, on_circle));
        }
        double height = geo_distance_m((struct geo_point){centre.lon_e7, box.south_e7}, centre);
        assert_true(height <= radius + 1);
    }
}

static void a_circle_with_a_pole_in_it_reaches_every_meridian(void **state) {
    (void)state;
    struct geo_box box = geo_box_around((struct geo_point){5 * DEGREE, 89 * DEGREE}, 200000);
    assert_int_equal(box.west_e7, -180 * DEGREE);
    assert_int_equal(box.east_e7, 180 * DEGREE);
    assert_int_equal(box.north_e7, 90 * DEGREE);
    box = geo_box_around(chambery, 1e9);
    assert_true(geo_box_has(&box, saint_denis));
    box = geo_box_around(chambery, -1);
    assert_true(geo_box_has(&box, chambery));
}

static void a_point_comes_back_from_the_grid(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        struct geo_point point = random_point(&seed);
        struct geo_point back = geo_point_from_grid(geo_grid_from_point(point));
        assert_int_equal(back.lon_e7, point.lon_e7 == 1800000000 ? back.lon_e7 : point.lon_e7);
        assert_int_equal(back.lat_e7, point.lat_e7);
    }
}

static void the_edges_of_the_world_are_on_the_grid(void **state) {
    (void)state;
    struct geo_grid grid = geo_grid_from_point((struct geo_point){-1800000000, 900000000});
    assert_int_equal(grid.x, 0);
    assert_int_equal(grid.y, 0);
    grid = geo_grid_from_point((struct geo_point){1800000000, -900000000});
    assert_int_equal(grid.x, UINT32_MAX);
    assert_int_equal(grid.y, UINT32_MAX);
    grid = geo_grid_from_point((struct geo_point){0, 0});
    assert_int_equal(grid.x, UINT32_C(1) << 31);
    assert_int_equal(grid.y, UINT32_C(1) << 31);
    struct geo_point corner = geo_point_from_grid((struct geo_grid){0, 0});
    assert_true(geo_point_is_valid(corner));
    corner = geo_point_from_grid((struct geo_grid){UINT32_MAX, UINT32_MAX});
    assert_true(geo_point_is_valid(corner));
}

static uint64_t plain_interleave(struct geo_grid grid) {
    uint64_t code = 0;
    for (unsigned bit = 0; bit < 32; bit++) {
        code |= (uint64_t)(grid.x >> bit & 1) << (2 * bit);
        code |= (uint64_t)(grid.y >> bit & 1) << (2 * bit + 1);
    }
    return code;
}

static void z_order_interleaves_y_above_x(void **state) {
    (void)state;
    uint64_t seed = 3;
    assert_true(geo_zorder((struct geo_grid){.x = 1, .y = 0}) == 1);
    assert_true(geo_zorder((struct geo_grid){.x = 0, .y = 1}) == 2);
    for (int i = 0; i < 10000; i++) {
        uint64_t bits = next_random(&seed);
        struct geo_grid grid = {(uint32_t)bits, (uint32_t)(bits >> 32)};
        uint64_t code = geo_zorder(grid);
        struct geo_grid back = geo_zorder_decode(code);
        assert_true(code == plain_interleave(grid));
        assert_true(back.x == grid.x && back.y == grid.y);
    }
}

static struct geo_tile tile_of(struct geo_point point, unsigned z) {
    struct geo_grid grid = geo_grid_from_point(point);
    return (struct geo_tile){z, (uint32_t)((uint64_t)grid.x >> (32 - z)),
                             (uint32_t)((uint64_t)grid.y >> (32 - z))};
}

static void a_tile_is_one_range_of_codes_and_its_box_holds_the_same_points(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        struct geo_point point = random_point(&seed);
        unsigned z = (unsigned)(next_random(&seed) % (GEO_ZOOM_MAX + 1));
        struct geo_tile tile = tile_of(point, z);
        struct geo_box box = geo_tile_box(tile);
        uint64_t first;
        uint64_t last;
        assert_true(geo_tile_is_valid(tile));
        geo_tile_zorder(tile, &first, &last);
        const int32_t lons[] = {point.lon_e7, box.west_e7, box.east_e7, box.west_e7 - 1,
                                box.east_e7 + 1};
        const int32_t lats[] = {point.lat_e7, box.south_e7, box.north_e7, box.south_e7 - 1,
                                box.north_e7 + 1};
        for (size_t a = 0; a < ARRAY_COUNT(lons); a++) {
            for (size_t b = 0; b < ARRAY_COUNT(lats); b++) {
                struct geo_point near = {lons[a], lats[b]};
                uint64_t code = geo_zorder(geo_grid_from_point(near));
                if (geo_point_is_valid(near)) {
                    assert_int_equal(code >= first && code <= last, geo_box_has(&box, near));
                }
            }
        }
    }
}

static void tiles_beyond_their_zoom_are_not_valid(void **state) {
    (void)state;
    assert_true(geo_tile_is_valid((struct geo_tile){0, 0, 0}));
    assert_false(geo_tile_is_valid((struct geo_tile){0, 1, 0}));
    assert_true(geo_tile_is_valid((struct geo_tile){22, (1U << 22) - 1, 0}));
    assert_false(geo_tile_is_valid((struct geo_tile){22, 0, 1U << 22}));
    assert_false(geo_tile_is_valid((struct geo_tile){23, 0, 0}));
    assert_false(geo_tile_is_valid((struct geo_tile){40, 0, 0}));
    uint64_t first;
    uint64_t last;
    geo_tile_zorder((struct geo_tile){0, 0, 0}, &first, &last);
    assert_true(first == 0 && last == UINT64_MAX);
    /* Known from any slippy map: Chambéry at zoom 10. */
    struct geo_tile tile = tile_of(chambery, 10);
    assert_int_equal(tile.x, 528);
    assert_int_equal(tile.y, 366);
}

static void pixels_come_back_and_fractions_of_a_zoom_scale(void **state) {
    (void)state;
    double x;
    double y;
    geo_pixel((struct geo_point){0, 0}, 1, &x, &y);
    check_near(x, 256, 1e-9);
    check_near(y, 256, 1e-9);
    geo_pixel((struct geo_point){1800000000, -900000000}, 2.5, &x, &y);
    check_near(x, 256 * exp2(2.5), 1e-6);
    check_near(y, 256 * exp2(2.5), 1e-3);
    uint64_t seed = 9;
    for (int i = 0; i < 1000; i++) {
        struct geo_point point = random_point(&seed);
        double zoom = i % 220 / 10.0;
        geo_pixel(point, zoom, &x, &y);
        struct geo_point back = geo_from_pixel(x, y, zoom);
        assert_int_equal(back.lon_e7, point.lon_e7);
        assert_int_equal(back.lat_e7, point.lat_e7);
    }
}

static void the_fitting_zoom_is_the_largest_that_fits(void **state) {
    (void)state;
    uint64_t seed = 11;
    for (int i = 0; i < 2000; i++) {
        struct geo_point a = random_point(&seed);
        struct geo_point b = random_point(&seed);
        struct geo_box box = {a.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7, b.lon_e7,
                              a.lat_e7 < b.lat_e7 ? b.lat_e7 : a.lat_e7};
        struct geo_point centre;
        unsigned zoom = geo_zoom_fit(&box, 800, 600, 18, &centre);
        assert_true(geo_box_has(&box, centre));
        double west;
        double north;
        double east;
        double south;
        geo_pixel((struct geo_point){box.west_e7, box.north_e7}, 0, &west, &north);
        geo_pixel((struct geo_point){box.east_e7, box.south_e7}, 0, &east, &south);
        double width = east < west ? east + 256 - west : east - west;
        double height = south - north;
        assert_true(zoom == 0 || (width * exp2(zoom) <= 800 && height * exp2(zoom) <= 600));
        assert_true(zoom == 18 || width * exp2(zoom + 1) > 800 || height * exp2(zoom + 1) > 600);
    }
    struct geo_box point = {chambery.lon_e7, chambery.lat_e7, chambery.lon_e7, chambery.lat_e7};
    struct geo_point centre;
    assert_int_equal(geo_zoom_fit(&point, 800, 600, 18, &centre), 18);
    assert_int_equal(centre.lon_e7, chambery.lon_e7);
}

static void a_straight_line_keeps_its_ends_and_a_corner_stays(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena scratch = arena_make(0, 0);
    struct geo_point line[1000];
    for (int i = 0; i < 1000; i++) {
        line[i] = (struct geo_point){i * 100, i % 2};
    }
    assert_int_equal(geo_simplify(line, 1000, 2, &scratch), 2);
    assert_int_equal(line[1].lon_e7, 99900);
    struct geo_point corner[] = {{0, 0}, {500, 1}, {1000, 0}, {1000, 500}, {1000, 1000}};
    assert_int_equal(geo_simplify(corner, 5, 10, &scratch), 3);
    assert_int_equal(corner[1].lon_e7, 1000);
    assert_int_equal(corner[1].lat_e7, 0);
    struct geo_point two[] = {{0, 0}, {1, 1}};
    assert_int_equal(geo_simplify(two, 2, 1e9, &scratch), 2);
}

static void a_closed_ring_is_simplified_too(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena scratch = arena_make(0, 0);
    struct geo_point ring[401];
    for (int i = 0; i <= 400; i++) {
        double angle = 2 * M_PI * (i % 400) / 400;
        ring[i] = (struct geo_point){(int32_t)lround(1e6 * cos(angle)),
                                     (int32_t)lround(1e6 * sin(angle))};
    }
    size_t kept = geo_simplify(ring, 401, 1e4, &scratch);
    assert_in_range(kept, 9, 60);
    assert_memory_equal(&ring[0], &ring[kept - 1], sizeof(ring[0]));
}

/* What is dropped lies within the tolerance of what stays. */
static void a_dropped_point_is_near_the_kept_line(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena scratch = arena_make(0, 0);
    struct geo_point before[2000];
    struct geo_point after[2000];
    uint64_t seed = 13;
    before[0] = after[0] = (struct geo_point){0, 0};
    for (int i = 1; i < 2000; i++) {
        before[i].lon_e7 = before[i - 1].lon_e7 + (int32_t)(next_random(&seed) % 2001) - 700;
        before[i].lat_e7 = before[i - 1].lat_e7 + (int32_t)(next_random(&seed) % 2001) - 1000;
        after[i] = before[i];
    }
    size_t kept = geo_simplify(after, 2000, 3000, &scratch);
    assert_in_range(kept, 3, 1500);
    size_t next = 1;
    for (size_t i = 0; i < 2000; i++) {
        if (next < kept - 1 && before[i].lon_e7 == after[next].lon_e7 &&
            before[i].lat_e7 == after[next].lat_e7) {
            next++;
        }
        struct geo_point a = after[next - 1];
        double dx = (double)after[next].lon_e7 - a.lon_e7;
        double dy = (double)after[next].lat_e7 - a.lat_e7;
        double px = (double)before[i].lon_e7 - a.lon_e7;
        double py = (double)before[i].lat_e7 - a.lat_e7;
        double along = fmin(fmax((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
        assert_true(hypot(px - along * dx, py - along * dy) <= 3000.001);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_may_cross_the_antimeridian),
        cmocka_unit_test(points_and_boxes_off_the_globe_are_not_valid),
        cmocka_unit_test(distances_are_those_of_the_sphere),
        cmocka_unit_test(the_box_around_a_circle_holds_it_closely),
        cmocka_unit_test(a_circle_with_a_pole_in_it_reaches_every_meridian),
        cmocka_unit_test(a_point_comes_back_from_the_grid),
        cmocka_unit_test(the_edges_of_the_world_are_on_the_grid),
        cmocka_unit_test(z_order_interleaves_y_above_x),
        cmocka_unit_test(a_tile_is_one_range_of_codes_and_its_box_holds_the_same_points),
        cmocka_unit_test(tiles_beyond_their_zoom_are_not_valid),
        cmocka_unit_test(pixels_come_back_and_fractions_of_a_zoom_scale),
        cmocka_unit_test(the_fitting_zoom_is_the_largest_that_fits),
        cmocka_unit_test(a_straight_line_keeps_its_ends_and_a_corner_stays),
        cmocka_unit_test(a_closed_ring_is_simplified_too),
        cmocka_unit_test(a_dropped_point_is_near_the_kept_line),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
