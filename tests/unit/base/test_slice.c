#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

#include <float.h>
#include <string.h>

static void parts_come_one_after_the_other_and_the_last_may_be_empty(void **state) {
    (void)state;
    slice rest = SLICE("a,,b,");
    const slice expected[] = {SLICE("a"), SLICE(""), SLICE("b"), SLICE("")};
    slice part;
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        assert_true(slice_cut(&rest, ',', &part));
        assert_true(slice_equal(part, expected[i]));
    }
    assert_false(slice_cut(&rest, ',', &part));
    assert_null(rest.p);
}

static void the_empty_text_has_one_empty_part(void **state) {
    (void)state;
    slice rest = SLICE_EMPTY;
    slice part;
    assert_true(slice_cut(&rest, ',', &part));
    assert_int_equal(part.n, 0);
    assert_false(slice_cut(&rest, ',', &part));
}

static void a_part_of_a_text_is_clamped_to_it(void **state) {
    (void)state;
    slice text = SLICE("agora");
    assert_true(slice_equal(slice_sub(text, 1, 3), SLICE("gor")));
    assert_true(slice_equal(slice_sub(text, 3, SIZE_MAX), SLICE("ra")));
    assert_int_equal(slice_sub(text, 5, 1).n, 0);
    assert_int_equal(slice_sub(text, SIZE_MAX, SIZE_MAX).n, 0);
    assert_int_equal(slice_sub((slice){NULL, 0}, 0, 1).n, 0);
}

static void what_is_not_found_is_at_the_end(void **state) {
    (void)state;
    slice text = SLICE("one two two");
    assert_int_equal(slice_find(text, 0, 't'), 4);
    assert_int_equal(slice_find(text, 5, 't'), 8);
    assert_int_equal(slice_find(text, 0, 'x'), text.n);
    assert_int_equal(slice_find(text, 99, 'o'), text.n);
    assert_int_equal(slice_find_slice(text, 0, SLICE("two")), 4);
    assert_int_equal(slice_find_slice(text, 5, SLICE("two")), 8);
    assert_int_equal(slice_find_slice(text, 9, SLICE("two")), text.n);
    assert_true(slice_contains(text, SLICE("e t")));
    assert_true(slice_contains(SLICE_EMPTY, SLICE_EMPTY));
    assert_false(slice_contains(SLICE_EMPTY, SLICE("a")));
}

static void order_is_by_bytes_and_the_shorter_first(void **state) {
    (void)state;
    assert_true(slice_compare(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("abc")) > 0);
    assert_true(slice_compare(SLICE("z"), SLICE("\xc3\xa9")) < 0);
    assert_int_equal(slice_compare(SLICE("x"), SLICE("x")), 0);
    assert_int_equal(slice_compare((slice){NULL, 0}, SLICE_EMPTY), 0);
}

static void ends_case_and_white_space_are_seen(void **state) {
    (void)state;
    assert_true(slice_starts_with(SLICE("https://x"), SLICE("https:")));
    assert_false(slice_starts_with(SLICE("ht"), SLICE("https:")));
    assert_true(slice_ends_with(SLICE("a.csv"), SLICE(".csv")));
    assert_false(slice_ends_with(SLICE("v"), SLICE(".csv")));
    assert_true(slice_equal_ascii_nocase(SLICE("Content-TYPE"), SLICE("content-type")));
    assert_false(slice_equal_ascii_nocase(SLICE("\xc3\x89"), SLICE("\xc3\xa9")));
    assert_false(slice_equal_ascii_nocase(SLICE("[a"), SLICE("{a")));
    assert_true(slice_equal(slice_trim(SLICE(" \t\r\n a b \v\f")), SLICE("a b")));
    assert_int_equal(slice_trim(SLICE("  ")).n, 0);
}

static void whole_numbers_are_read_to_their_limits(void **state) {
    (void)state;
    int64_t value = 7;
    uint64_t positive = 7;
    assert_true(slice_to_i64(SLICE("9223372036854775807"), &value) && value == INT64_MAX);
    assert_true(slice_to_i64(SLICE("-9223372036854775808"), &value) && value == INT64_MIN);
    assert_true(slice_to_i64(SLICE("+0012"), &value) && value == 12);
    assert_true(slice_to_u64(SLICE("18446744073709551615"), &positive) && positive == UINT64_MAX);
}

static void numbers_with_anything_beside_them_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x1",
                                        "--1",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999"};
    int64_t value = 7;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(slice_to_i64(slice_from_cstr(wrong[i]), &value));
    }
    uint64_t positive = 7;
    assert_false(slice_to_u64(SLICE("18446744073709551616"), &positive));
    assert_false(slice_to_u64(SLICE("-1"), &positive));
    assert_int_equal(value, 7);
    assert_int_equal(positive, 7);
}

/* The nearest double is what the compiler makes of the same digits. */
static void decimal_numbers_become_the_nearest_double(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"0", 0.0},
        {"-12.5e-3", -12.5e-3},
        {"45.764043", 45.764043},
        {"4.8356589999999997", 4.8356589999999997},
        {".5", .5},
        {"5.", 5.},
        {"1e22", 1e22},
        {"1E+23", 1e+23},
        {"9007199254740993", 9007199254740993.0},
        {"0.1", 0.1},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"5e-324", 5e-324},
        {"1e-400", 0.0},
        {"3.14159265358979323846264338327950288", 3.14159265358979323846264338327950288},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        double value = 7;
        assert_true(slice_to_double(slice_from_cstr(rows[i].text), &value));
        assert_memory_equal(&value, &rows[i].value, sizeof(value));
    }
}

static void what_is_no_finite_decimal_number_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",    "-",   ".",  "e5", "1e",    "1e+",   "1,5", "nan",
                                        "inf", "0x1", "1 ", " 1", "1e999", "1.2.3", "--1", "1e5x"};
    double value = 7;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(slice_to_double(slice_from_cstr(wrong[i]), &value));
    }
    char long_text[300];
    memset(long_text, '1', sizeof(long_text));
    assert_false(slice_to_double(slice_of(long_text, sizeof(long_text)), &value));
    assert_true(value == 7);
}

static void a_marked_byte_is_found_wherever_it_stands(void **state) {
    (void)state;
    static const unsigned char marks[256] = {['<'] = 1, [0xFF] = 1};
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'x', sizeof text);
        text[at] = at % 2 ? '<' : (char)0xFF;
        slice whole = slice_of(text, sizeof text);
        for (size_t from = 0; from <= sizeof text; from++) {
            assert_int_equal(slice_find_marked(whole, from, marks), from <= at ? at : whole.n);
        }
    }
    assert_int_equal(slice_find_marked((slice){NULL, 0}, 0, marks), 0);
}

static void a_number_is_written_as_it_is_read(void **state) {
    (void)state;
    static const int64_t values[] = {0, 7, -1, 10, -65, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char room[SLICE_DIGITS_MAX];
        int64_t again = 1;
        assert_true(slice_to_i64(slice_from_i64(values[i], room), &again));
        assert_int_equal(again, values[i]);
    }
    char room[SLICE_DIGITS_MAX];
    assert_true(slice_equal(slice_from_u64(UINT64_MAX, room), SLICE("18446744073709551615")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_one_after_the_other_and_the_last_may_be_empty),
        cmocka_unit_test(the_empty_text_has_one_empty_part),
        cmocka_unit_test(a_part_of_a_text_is_clamped_to_it),
        cmocka_unit_test(what_is_not_found_is_at_the_end),
        cmocka_unit_test(order_is_by_bytes_and_the_shorter_first),
        cmocka_unit_test(ends_case_and_white_space_are_seen),
        cmocka_unit_test(whole_numbers_are_read_to_their_limits),
        cmocka_unit_test(numbers_with_anything_beside_them_are_refused),
        cmocka_unit_test(decimal_numbers_become_the_nearest_double),
        cmocka_unit_test(what_is_no_finite_decimal_number_is_refused),
        cmocka_unit_test(a_marked_byte_is_found_wherever_it_stands),
        cmocka_unit_test(a_number_is_written_as_it_is_read),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
