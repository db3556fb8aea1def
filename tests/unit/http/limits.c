/* Limits by address, with a clock of our own. */
#include "http_test.h"

#include "http/limiter.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)

static struct ip_address at(const char *text) {
    struct ip_address address;
    assert_true(address_parse(slice_from_cstr(text), &address));
    return address;
}

static struct http_limiter *limiter(uint32_t reads, uint32_t exports, uint32_t all, uint32_t each) {
    struct http_limiter *made =
        http_limiter_new(&(struct http_limiter_options){reads, exports, all, each, 42});
    assert_non_null(made);
    return made;
}

/* How many of `n` are let through at one moment. */
static int let_through(struct http_limiter *limiter, const char *who, int n, int64_t now_us) {
    struct ip_address address = at(who);
    int count = 0;
    for (int i = 0; i < n; i++) {
        count += http_limiter_take(limiter, &address, HTTP_LIMITER_READS, now_us) == 0;
    }
    return count;
}

/* RULE HOST-3 */
static void a_minute_may_come_at_once_and_then_evenly(void **state) {
    (void)state;
    struct http_limiter *l = limiter(60, 0, 0, 0);
    int64_t now = 1000 * SECOND;
    assert_int_equal(let_through(l, "192.0.2.1", 100, now), 60);
    assert_int_equal(let_through(l, "192.0.2.1", 5, now + SECOND - 1), 0);
    assert_int_equal(let_through(l, "192.0.2.1", 5, now + SECOND), 1);
    assert_int_equal(let_through(l, "192.0.2.1", 50, now + 11 * SECOND), 10);
    assert_int_equal(let_through(l, "192.0.2.1", 100, now + 10 * MINUTE), 60);
    http_limiter_free(l);
}

static void the_wait_that_is_said_is_long_enough_and_no_longer(void **state) {
    (void)state;
    struct http_limiter *l = limiter(7, 0, 0, 0);
    struct ip_address who = at("192.0.2.1");
    int64_t now = 0;
    for (int i = 0; i < 7; i++) {
        assert_int_equal(http_limiter_take(l, &who, HTTP_LIMITER_READS, now), 0);
    }
    uint32_t wait_s = http_limiter_take(l, &who, HTTP_LIMITER_READS, now);
    assert_int_equal(wait_s, 9); /* 60 / 7 = 8.57 */
    assert_int_equal(http_limiter_take(l, &who, HTTP_LIMITER_READS, now + 8 * SECOND), 1);
    assert_int_equal(http_limiter_take(l, &who, HTTP_LIMITER_READS, now + wait_s * SECOND), 0);
    http_limiter_free(l);
}

static void refused_requests_do_not_lengthen_the_wait(void **state) {
    (void)state;
    struct http_limiter *l = limiter(60, 0, 0, 0);
    assert_int_equal(let_through(l, "192.0.2.1", 10000, 0), 60);
    assert_int_equal(let_through(l, "192.0.2.1", 10000, 30 * SECOND), 30);
    http_limiter_free(l);
}

static void addresses_do_not_share_but_a_household_does(void **state) {
    (void)state;
    struct http_limiter *l = limiter(2, 0, 0, 0);
    assert_int_equal(let_through(l, "192.0.2.1", 3, 0), 2);
    assert_int_equal(let_through(l, "192.0.2.2", 3, 0), 2);
    assert_int_equal(let_through(l, "::ffff:192.0.2.2", 3, 0), 0);
    assert_int_equal(let_through(l, "2001:db8:1:2::1", 1, 0), 1);
    assert_int_equal(let_through(l, "2001:db8:1:2:ffff::9", 3, 0), 1);
    assert_int_equal(let_through(l, "2001:db8:1:3::1", 3, 0), 2);
    http_limiter_free(l);
}

static void reads_and_exports_are_counted_apart(void **state) {
    (void)state;
    struct http_limiter *l = limiter(2, 1, 0, 0);
    struct ip_address who = at("192.0.2.1");
    assert_int_equal(let_through(l, "192.0.2.1", 3, 0), 2);
    assert_int_equal(http_limiter_take(l, &who, HTTP_LIMITER_EXPORTS, 0), 0);
    assert_int_not_equal(http_limiter_take(l, &who, HTTP_LIMITER_EXPORTS, 0), 0);
    http_limiter_free(l);
}

static void a_rate_of_zero_is_no_limit(void **state) {
    (void)state;
    struct http_limiter *l = limiter(0, 0, 0, 0);
    assert_int_equal(let_through(l, "192.0.2.1", 100000, 0), 100000);
    http_limiter_free(l);
}

/* A flood of other addresses makes the table forget those that asked least, not the one that asks
 * most. */
static void a_flood_of_addresses_does_not_free_the_one_that_floods(void **state) {
    (void)state;
    struct http_limiter *l = limiter(1000, 0, 0, 0);
    assert_int_equal(let_through(l, "192.0.2.1", 2000, 0), 1000);
    for (uint32_t i = 0; i < 200000; i++) {
        struct ip_address other = at("10.0.0.0");
        other.bytes[13] = (unsigned char)(i >> 16);
        other.bytes[14] = (unsigned char)(i >> 8);
        other.bytes[15] = (unsigned char)i;
        assert_int_equal(http_limiter_take(l, &other, HTTP_LIMITER_READS, 0), 0);
    }
    assert_int_equal(let_through(l, "192.0.2.1", 2000, 0), 0);
    http_limiter_free(l);
}

static void exports_that_run_are_limited_by_address_and_all_together(void **state) {
    (void)state;
    struct http_limiter *l = limiter(0, 0, 3, 2);
    struct ip_address one = at("192.0.2.1");
    struct ip_address two = at("192.0.2.2");
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_FREE);
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_FREE);
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_ADDRESS_FULL);
    assert_int_equal(http_limiter_export_begin(l, &two), HTTP_LIMITER_FREE);
    assert_int_equal(http_limiter_export_begin(l, &two), HTTP_LIMITER_ALL_FULL);
    http_limiter_export_end(l, &one);
    assert_int_equal(http_limiter_export_begin(l, &two), HTTP_LIMITER_FREE);
    http_limiter_export_end(l, &one);
    http_limiter_export_end(l, &two);
    http_limiter_export_end(l, &two);
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_FREE);
    http_limiter_export_end(l, &one);
    http_limiter_free(l);
}

static void a_running_export_is_never_forgotten(void **state) {
    (void)state;
    struct http_limiter *l = limiter(0, 1000, 0, 1);
    struct ip_address one = at("192.0.2.1");
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_FREE);
    for (uint32_t i = 0; i < 100000; i++) {
        struct ip_address other = at("10.0.0.0");
        memcpy(other.bytes + 12, &i, 4);
        (void)http_limiter_take(l, &other, HTTP_LIMITER_EXPORTS, MINUTE);
    }
    assert_int_equal(http_limiter_export_begin(l, &one), HTTP_LIMITER_ADDRESS_FULL);
    http_limiter_export_end(l, &one);
    http_limiter_free(l);
}

const struct CMUnitTest http_limit_tests[] = {
    cmocka_unit_test(a_minute_may_come_at_once_and_then_evenly),
    cmocka_unit_test(the_wait_that_is_said_is_long_enough_and_no_longer),
    cmocka_unit_test(refused_requests_do_not_lengthen_the_wait),
    cmocka_unit_test(addresses_do_not_share_but_a_household_does),
    cmocka_unit_test(reads_and_exports_are_counted_apart),
    cmocka_unit_test(a_rate_of_zero_is_no_limit),
    cmocka_unit_test(a_flood_of_addresses_does_not_free_the_one_that_floods),
    cmocka_unit_test(exports_that_run_are_limited_by_address_and_all_together),
    cmocka_unit_test(a_running_export_is_never_forgotten),
};
const size_t http_limit_test_count = ARRAY_COUNT(http_limit_tests);
