#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void a_buffer_grows_up_to_its_limit_and_not_beyond(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(200);
    for (int i = 0; i < 200; i++) {
        buf_add_char(&buf, 'x');
    }
    assert_int_equal(buf.failed, OK);
    assert_int_equal(buf_slice(&buf).n, 200);
    buf_add_char(&buf, 'x');
    assert_int_equal(buf.failed, ERR_LIMIT);
    assert_int_equal(buf.n, 200);
}

static void a_buffer_keeps_its_first_error_until_cleared(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(4);
    buf_add_cstr(&buf, "ab");
    buf_add_cstr(&buf, "cde"); /* all or nothing */
    buf_add_cstr(&buf, "f");   /* would fit, but the writer has failed */
    assert_int_equal(buf.failed, ERR_LIMIT);
    assert_int_equal(buf.n, 2);
    assert_string_equal(buf_cstr(&buf), "");
    buf_clear(&buf);
    buf_addf(&buf, "%d", 1234);
    assert_int_equal(buf.failed, OK);
    assert_string_equal(buf_cstr(&buf), "1234");
}

static void an_empty_buffer_is_an_empty_text(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(4);
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf_slice(&buf).n, 0);
    assert_non_null(buf_slice(&buf).p);
    assert_null(buf.p);
}

static void a_formatted_text_may_be_long(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(2000);
    buf_addf(&buf, "%0999d", 5);
    assert_int_equal(buf.n, 999);
    assert_int_equal(buf.p[998], '5');
    buf_addf(&buf, "%s", "!");
    assert_true(slice_ends_with(buf_slice(&buf), SLICE("05!")));
    buf_addf(&buf, "%01001d", 5);
    assert_int_equal(buf.failed, ERR_LIMIT);
}

static void whole_numbers_are_written_to_their_limits(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(200);
    buf_add_i64(&buf, INT64_MIN);
    buf_add_char(&buf, ' ');
    buf_add_i64(&buf, INT64_MAX);
    buf_add_char(&buf, ' ');
    buf_add_u64(&buf, UINT64_MAX);
    buf_add_char(&buf, ' ');
    buf_add_i64(&buf, 0);
    assert_string_equal(buf_cstr(&buf),
                        "-9223372036854775808 9223372036854775807 18446744073709551615 0");
}

static void check_double(double value, const char *expected) {
    BUF_CLEANUP struct buf buf = buf_new(64);
    buf_add_double(&buf, value);
    assert_string_equal(buf_cstr(&buf), expected);
}

static void doubles_are_written_as_short_as_they_read_back(void **state) {
    (void)state;
    check_double(0.0, "0");
    check_double(-0.0, "0");
    check_double(0.1, "0.1");
    check_double(0.1 + 0.2, "0.30000000000000004");
    check_double(-1234567.0, "-1234567");
    check_double(45.6926575, "45.6926575");
    check_double(1.0 / 3, "0.3333333333333333");
    check_double(1e300, "1e+300");
    check_double(5e-324, "5e-324");
    check_double((double)NAN, "null");
    check_double(-(double)INFINITY, "null");
}

static void any_double_reads_back_as_itself(void **state) {
    (void)state;
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = hash_mix(bits, (uint64_t)i);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        BUF_CLEANUP struct buf buf = buf_new(64);
        buf_add_double(&buf, value);
        double back = 7;
        assert_true(slice_to_double(buf_slice(&buf), &back));
        assert_true(back == value);
    }
}

static void check_e7(int32_t value, const char *expected) {
    BUF_CLEANUP struct buf buf = buf_new(64);
    buf_add_e7(&buf, value);
    assert_string_equal(buf_cstr(&buf), expected);
}

static void degrees_are_written_without_trailing_zeros(void **state) {
    (void)state;
    check_e7(456926575, "45.6926575");
    check_e7(-610000000, "-61");
    check_e7(-5, "-0.0000005");
    check_e7(0, "0");
    check_e7(1500000, "0.15");
    check_e7(INT32_MIN, "-214.7483648");
}

static void code_points_are_written_as_utf8(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(64);
    buf_add_utf8(&buf, 'a');
    buf_add_utf8(&buf, 0xE9);
    buf_add_utf8(&buf, 0x20AC);
    buf_add_utf8(&buf, 0x1F331);
    buf_add_utf8(&buf, 0xD800);
    buf_add_utf8(&buf, 0x110000);
    assert_string_equal(buf_cstr(&buf), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\xb1"
                                        "\xef\xbf\xbd\xef\xbf\xbd");
}

static void json_text_may_stand_in_a_script_element(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(300);
    buf_add_json_string(&buf,
                        SLICE("</script>\"\\\n\r\t\x01 é & \xe2\x80\xa8\xe2\x80\xa9 \xe2\x82\xac"));
    assert_string_equal(buf_cstr(&buf), "\"\\u003c/script\\u003e\\\"\\\\\\n\\r\\t\\u0001 é \\u0026 "
                                        "\\u2028\\u2029 \xe2\x82\xac\"");
}

static void json_text_that_ends_within_a_character_is_not_read_beyond(void **state) {
    (void)state;
    char *cut = malloc(2); /* of the exact size: AddressSanitizer watches its end */
    assert_non_null(cut);
    memcpy(cut, "\xe2\x80", 2);
    BUF_CLEANUP struct buf buf = buf_new(300);
    buf_add_json_string(&buf, slice_of(cut, 2));
    free(cut);
    assert_string_equal(buf_cstr(&buf), "\"\xe2\x80\"");
}

static void a_full_buffer_takes_no_shorter_text_either(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(10);
    buf_add_cstr(&buf, "abc");
    buf_add_cstr(&buf, "defghijklmn");
    buf_add_cstr(&buf, "d");
    assert_int_equal(buf.failed, ERR_LIMIT);
    assert_true(slice_equal(buf_slice(&buf), SLICE("abc")));
    buf_clear(&buf);
    buf_add_cstr(&buf, "0123456789");
    assert_string_equal(buf_cstr(&buf), "0123456789");
}

static void room_that_is_expected_is_made_up_to_the_limit(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(100);
    buf_expect(&buf, 80);
    const char *first = buf.p;
    for (int i = 0; i < 80; i++) {
        buf_add_char(&buf, 'x');
    }
    assert_ptr_equal(buf.p, first);
    buf_expect(&buf, 1000);
    assert_int_equal(buf.failed, OK);
    buf_add_cstr(&buf, "01234567890123456789");
    assert_int_equal(buf.failed, OK);
    buf_add_char(&buf, 'x');
    assert_int_equal(buf.failed, ERR_LIMIT);
}

static void parts_of_addresses_are_percent_encoded(void **state) {
    (void)state;
    BUF_CLEANUP struct buf buf = buf_new(200);
    buf_add_percent(&buf, SLICE("Aé z-._~0&=?#%+"), "%20");
    buf_add_char(&buf, '|');
    buf_add_percent(&buf, SLICE(" /@[`{"), "+");
    buf_add_percent(&buf, (slice){NULL, 0}, "+");
    assert_string_equal(buf_cstr(&buf), "A%C3%A9%20z-._~0%26%3D%3F%23%25%2B|+%2F%40%5B%60%7B");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_up_to_its_limit_and_not_beyond),
        cmocka_unit_test(a_buffer_keeps_its_first_error_until_cleared),
        cmocka_unit_test(an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(a_formatted_text_may_be_long),
        cmocka_unit_test(whole_numbers_are_written_to_their_limits),
        cmocka_unit_test(doubles_are_written_as_short_as_they_read_back),
        cmocka_unit_test(any_double_reads_back_as_itself),
        cmocka_unit_test(degrees_are_written_without_trailing_zeros),
        cmocka_unit_test(code_points_are_written_as_utf8),
        cmocka_unit_test(json_text_may_stand_in_a_script_element),
        cmocka_unit_test(json_text_that_ends_within_a_character_is_not_read_beyond),
        cmocka_unit_test(a_full_buffer_takes_no_shorter_text_either),
        cmocka_unit_test(room_that_is_expected_is_made_up_to_the_limit),
        cmocka_unit_test(parts_of_addresses_are_percent_encoded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
