#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

#define MS_PER_DAY INT64_C(86400000)

static int64_t instant(const char *rfc3339) {
    int64_t ms = 0;
    assert_int_equal(time_parse_rfc3339(slice_from_cstr(rfc3339), &ms), OK);
    return ms;
}

static void every_day_of_four_centuries_comes_back(void **state) {
    (void)state;
    assert_int_equal(days_from_civil(1970, 1, 1), 0);
    assert_int_equal(days_from_civil(2000, 3, 1), 11017);
    int32_t last_year = 0;
    unsigned last_month = 0;
    unsigned last_day = 0;
    for (int64_t days = days_from_civil(1800, 1, 1); days < days_from_civil(2201, 1, 1); days++) {
        int32_t year;
        unsigned month;
        unsigned day;
        civil_from_days(days, &year, &month, &day);
        assert_int_equal(days_from_civil(year, month, day), days);
        bool next_day = year == last_year && month == last_month && day == last_day + 1;
        bool next_month = day == 1 && (month == last_month + 1 || year == last_year + 1);
        assert_true(next_day || next_month || last_year == 0);
        last_year = year;
        last_month = month;
        last_day = day;
    }
}

static void weekdays_count_from_monday(void **state) {
    (void)state;
    assert_int_equal(weekday_from_days(0), 3);
    assert_int_equal(weekday_from_days(-1), 2);
    assert_int_equal(weekday_from_days(-4), 6);
    assert_int_equal(weekday_from_days(days_from_civil(2026, 11, 22)), 6);
}

static void check_date(const char *text, const char *expected) {
    struct date date = {0};
    assert_int_equal(date_parse(slice_from_cstr(text), &date), OK);
    BUF_CLEANUP struct buf out = buf_new(64);
    date_format(&date, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void dates_keep_the_precision_they_were_given_with(void **state) {
    (void)state;
    check_date("2022", "2022");
    check_date("2022-21", "2022-21");
    check_date("2022-05", "2022-05");
    check_date("2022-05-03", "2022-05-03");
    check_date("2022-05-03T18:30", "2022-05-03T18:30");
    check_date("2022-05-03T18:30:59.123Z", "2022-05-03T18:30");
    check_date("2022-05-03 18:30:00+02:00", "2022-05-03T18:30");
    check_date("  2022 ", "2022");
    check_date("03/05/2022", "2022-05-03");
    check_date("3/5/2022", "2022-05-03");
    check_date("03/05/2022 18:30", "2022-05-03T18:30");
    check_date("2022-XX-XX", "2022");
    check_date("2022-05-XX", "2022-05");
    check_date("2024-02-29", "2024-02-29");
    check_date("", "");
    check_date("XXXX", "");
}

static void what_is_no_date_is_refused_and_writes_nothing(void **state) {
    (void)state;
    static const char *const wrong[] = {"22",
                                        "2022-13",
                                        "2022-00",
                                        "2022-20",
                                        "2022-25",
                                        "2022-02-29",
                                        "2022-04-31",
                                        "2022-05-00",
                                        "2022-05-03T24:00",
                                        "2022-05-03T18:60",
                                        "2022-05-3",
                                        "2022-05-03T18:30x",
                                        "05/2022",
                                        "31/02/2022",
                                        "13/13/2022",
                                        "2022-",
                                        "2022-05-03T",
                                        "yesterday",
                                        "2022-21-01",
                                        "20222",
                                        "-2022",
                                        "99/99/2022",
                                        "2022-05-03T18:30+2"};
    struct date date = {.precision = DATE_YEAR, .year = 7};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(date_parse(slice_from_cstr(wrong[i]), &date), ERR_INPUT);
    }
    assert_int_equal(date.year, 7);
}

static void check_range(const char *text, const char *zone, const char *first, const char *last) {
    struct date date;
    int64_t from = 0;
    int64_t to = 0;
    assert_int_equal(date_parse(slice_from_cstr(text), &date), OK);
    assert_int_equal(date_range_ms(&date, slice_from_cstr(zone), &from, &to), OK);
    assert_int_equal(from, instant(first));
    assert_int_equal(to, instant(last));
}

static void a_date_means_all_its_moments_in_its_zone(void **state) {
    (void)state;
    check_range("2022", "", "2021-12-31T23:00:00Z", "2022-12-31T22:59:59.999Z");
    check_range("2022-07-14", "Europe/Paris", "2022-07-13T22:00:00Z", "2022-07-14T21:59:59.999Z");
    check_range("2022-07-14", "Indian/Reunion", "2022-07-13T20:00:00Z", "2022-07-14T19:59:59.999Z");
    check_range("2022-07-14", "Pacific/Marquesas", "2022-07-14T09:30:00Z",
                "2022-07-15T09:29:59.999Z");
    check_range("2022-02", "UTC", "2022-02-01T00:00:00Z", "2022-02-28T23:59:59.999Z");
    check_range("2022-12", "UTC", "2022-12-01T00:00:00Z", "2022-12-31T23:59:59.999Z");
    check_range("2022-21", "UTC", "2022-03-01T00:00:00Z", "2022-05-31T23:59:59.999Z");
    check_range("2022-24", "UTC", "2022-12-01T00:00:00Z", "2023-02-28T23:59:59.999Z");
    check_range("2022-05-03T18:30", "+04:00", "2022-05-03T14:30:00Z", "2022-05-03T14:30:59.999Z");
    check_range("2022-05-03T18:30", "-09:30", "2022-05-04T04:00:00Z", "2022-05-04T04:00:59.999Z");
}

static void days_of_23_and_25_hours_are_whole(void **state) {
    (void)state;
    check_range("2026-03-29", "", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999Z");
    check_range("2026-10-25", "", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999Z");
    /* 2:30 comes twice in autumn: the range holds both. In spring it does not come at all. */
    check_range("2026-10-25T02:30", "", "2026-10-25T00:30:00Z", "2026-10-25T01:30:59.999Z");
    check_range("2026-03-29T02:30", "", "2026-03-29T01:30:00Z", "2026-03-29T01:30:59.999Z");
}

static void an_unknown_date_may_be_any_and_a_wrong_one_none(void **state) {
    (void)state;
    struct date date = {0};
    int64_t first;
    int64_t last;
    assert_int_equal(date_range_ms(&date, SLICE(""), &first, &last), OK);
    assert_true(first == INT64_MIN && last == INT64_MAX);
    date = (struct date){.precision = DATE_DAY, .year = 2022, .month = 2, .day = 30};
    assert_int_equal(date_range_ms(&date, SLICE(""), &first, &last), ERR_INPUT);
    date.day = 3;
    assert_int_equal(date_range_ms(&date, SLICE("Mars/Olympus"), &first, &last), ERR_UNSUPPORTED);
    assert_int_equal(date_range_ms(&date, SLICE("+4:00"), &first, &last), ERR_UNSUPPORTED);
    assert_true(first == INT64_MIN && last == INT64_MAX);
}

static void check_offset(const char *zone, const char *at, int hours) {
    int64_t offset = 0;
    assert_int_equal(zone_offset_ms(slice_from_cstr(zone), instant(at), &offset), OK);
    assert_int_equal(offset, hours * INT64_C(3600000));
}

/* Expected values: the IANA time zone database (zdump -v). */
static void summer_time_begins_and_ends_to_the_second(void **state) {
    (void)state;
    check_offset("Europe/Paris", "1976-03-27T23:59:59Z", 1);
    check_offset("Europe/Paris", "1976-03-28T00:00:00Z", 2);
    check_offset("Europe/Paris", "1976-09-25T22:59:59Z", 2);
    check_offset("Europe/Paris", "1976-09-25T23:00:00Z", 1);
    check_offset("Europe/Paris", "1978-10-01T00:59:59Z", 2);
    check_offset("Europe/Paris", "1978-10-01T01:00:00Z", 1);
    check_offset("Europe/Paris", "1979-04-01T01:00:00Z", 2);
    check_offset("Europe/Paris", "1995-09-24T00:59:59Z", 2);
    check_offset("Europe/Paris", "1995-09-24T01:00:00Z", 1);
    check_offset("Europe/Paris", "1996-10-27T00:59:59Z", 2);
    check_offset("Europe/Paris", "1996-10-27T01:00:00Z", 1);
    check_offset("Europe/Paris", "2026-03-29T00:59:59Z", 1);
    check_offset("Europe/Paris", "2026-03-29T01:00:00Z", 2);
    check_offset("Europe/Paris", "2026-10-25T01:00:00Z", 1);
    check_offset("America/Miquelon", "2006-04-02T04:59:59Z", -3);
    check_offset("America/Miquelon", "2006-04-02T05:00:00Z", -2);
    check_offset("America/Miquelon", "2006-10-29T03:59:59Z", -2);
    check_offset("America/Miquelon", "2006-10-29T04:00:00Z", -3);
    check_offset("America/Miquelon", "2026-03-08T05:00:00Z", -2);
    check_offset("America/Miquelon", "2026-11-01T04:00:00Z", -3);
    check_offset("America/Cayenne", "2026-07-01T00:00:00Z", -3);
    check_offset("Pacific/Noumea", "2026-07-01T00:00:00Z", 11);
}

static void an_instant_has_its_civil_date_in_each_zone(void **state) {
    (void)state;
    static const struct {
        const char *zone, *expected;
    } rows[] = {{"", "2026-01-01T00:30"},
                {"UTC", "2025-12-31T23:30"},
                {"Indian/Mayotte", "2026-01-01T02:30"},
                {"Pacific/Tahiti", "2025-12-31T13:30"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct date date;
        BUF_CLEANUP struct buf out = buf_new(64);
        assert_int_equal(
            date_from_ms(instant("2025-12-31T23:30:00Z"), slice_from_cstr(rows[i].zone), &date),
            OK);
        date_format(&date, &out);
        assert_string_equal(buf_cstr(&out), rows[i].expected);
    }
}

static void an_instant_beyond_the_calendar_has_no_date(void **state) {
    (void)state;
    struct date date;
    int64_t last = instant("9999-12-31T23:59:59Z");
    int64_t first = instant("0000-01-01T00:00:00Z");
    assert_int_equal(date_from_ms(last, SLICE("UTC"), &date), OK);
    assert_int_equal(date_from_ms(last + 1000, SLICE("UTC"), &date), ERR_INPUT);
    assert_int_equal(date_from_ms(last, SLICE("Europe/Paris"), &date), ERR_INPUT);
    assert_int_equal(date_from_ms(first, SLICE("UTC"), &date), OK);
    assert_int_equal(date_from_ms(first - 1, SLICE("UTC"), &date), ERR_INPUT);
    assert_int_equal(date_from_ms(INT64_MAX, SLICE("Europe/Paris"), &date), ERR_INPUT);
    assert_int_equal(date_from_ms(INT64_MIN, SLICE("Europe/Paris"), &date), ERR_INPUT);
    assert_int_equal(date.year, 0);
}

static void instants_are_written_and_read_back(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *expected;
    } rows[] = {{0, "1970-01-01T00:00:00Z"},
                {-1, "1969-12-31T23:59:59.999Z"},
                {1795338000000, "2026-11-22T09:00:00Z"},
                {1795338000042, "2026-11-22T09:00:00.042Z"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        BUF_CLEANUP struct buf out = buf_new(64);
        time_format_rfc3339(rows[i].ms, &out);
        assert_string_equal(buf_cstr(&out), rows[i].expected);
        assert_int_equal(instant(rows[i].expected), rows[i].ms);
    }
    assert_int_equal(instant("2026-11-22T11:00:00.5+02:00"), 1795338000500);
    assert_int_equal(instant("2026-11-22t03:30:00-05:30"), 1795338000000);
}

static void an_instant_without_its_parts_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "2026-11-22",
                                        "2026-11-22T09:00:00",
                                        "2026-11-22T09:00Z",
                                        "2026-11-31T09:00:00Z",
                                        "2026-11-22T25:00:00Z",
                                        "2026-11-22T09:00:00.Z",
                                        "2026-11-22T09:00:00Zx",
                                        "2026-11-22T09:00:00+24:00",
                                        "22/11/2026T09:00:00Z"};
    int64_t ms = 7;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(time_parse_rfc3339(slice_from_cstr(wrong[i]), &ms), ERR_INPUT);
    }
    assert_int_equal(ms, 7);
}

static void the_clocks_of_the_system_go_forward(void **state) {
    (void)state;
    int64_t before = clock_monotonic_us();
    assert_true(clock_now_ms(clock_system()) > days_from_civil(2024, 1, 1) * MS_PER_DAY);
    assert_true(clock_monotonic_us() >= before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries_comes_back),
        cmocka_unit_test(weekdays_count_from_monday),
        cmocka_unit_test(dates_keep_the_precision_they_were_given_with),
        cmocka_unit_test(what_is_no_date_is_refused_and_writes_nothing),
        cmocka_unit_test(a_date_means_all_its_moments_in_its_zone),
        cmocka_unit_test(days_of_23_and_25_hours_are_whole),
        cmocka_unit_test(an_unknown_date_may_be_any_and_a_wrong_one_none),
        cmocka_unit_test(summer_time_begins_and_ends_to_the_second),
        cmocka_unit_test(an_instant_has_its_civil_date_in_each_zone),
        cmocka_unit_test(an_instant_beyond_the_calendar_has_no_date),
        cmocka_unit_test(instants_are_written_and_read_back),
        cmocka_unit_test(an_instant_without_its_parts_is_refused),
        cmocka_unit_test(the_clocks_of_the_system_go_forward),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
