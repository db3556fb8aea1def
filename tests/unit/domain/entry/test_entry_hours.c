#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/entry/hours.h"
#include "domain/entry/hours_week.h"

/* "open 18:00", "closed 09:00+1", "open", "unknown": state, change, days ahead. */
static const char *told(const char *osm, const char *civil, const char *departement) {
    static char text[64];
    struct date now;
    assert_int_equal(date_parse(slice_from_cstr(civil), &now), OK);
    struct hours_now at = hours_at(slice_from_cstr(osm), &now, slice_from_cstr(departement));
    static const char *const states[] = {"unknown", "open", "closed"};
    int n = snprintf(text, sizeof text, "%s", states[at.state]);
    if (at.has_change) {
        n += snprintf(text + n, sizeof text - (size_t)n, " %02u:%02u", at.change.hour,
                      at.change.minute);
    }
    if (at.has_change && at.days_ahead > 0) {
        snprintf(text + n, sizeof text - (size_t)n, "+%d", at.days_ahead);
    }
    return text;
}

struct row {
    const char *osm, *civil, *expected;
};

static void assert_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(told(rows[i].osm, rows[i].civil, ""), rows[i].expected) != 0) {
            fail_msg("%s at %s: %s, not %s", rows[i].osm, rows[i].civil,
                     told(rows[i].osm, rows[i].civil, ""), rows[i].expected);
        }
    }
}

/* 2026-11-23 is a Monday. */
static void a_week_of_plain_hours_is_told(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-23T08:59", "closed 09:00"},
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-23T09:00", "open 12:00"},
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-23T12:00", "closed 14:00"},
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-23T17:59", "open 18:00"},
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-23T18:00", "closed 09:00+1"},
        {"Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-27T18:00", "closed 09:00+3"},
        {"We 14:00-18:00; Sa 10:00-12:00", "2026-11-22T10:00", "closed 14:00+3"},
        {"Mo-Fr 09:00-18:00; We off", "2026-11-25T10:00", "closed 09:00+1"},
        {"Mo-Fr 09:00-18:00; We 14:00-16:00", "2026-11-25T10:00", "closed 14:00"},
        {"Mo-Fr 09:00-12:00, We 14:00-16:00", "2026-11-25T15:00", "open 16:00"},
        {"Sa-Mo 10:00-12:00", "2026-11-23T11:00", "open 12:00"},
        {"10:00-12:00", "2026-11-22T11:00", "open 12:00"},
    };
    assert_rows(rows, ARRAY_COUNT(rows));
}

static void hours_over_midnight_belong_to_the_evening(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"Fr 18:00-02:00", "2026-11-28T01:30", "open 02:00"},
        {"Fr 18:00-26:00", "2026-11-28T01:30", "open 02:00"},
        {"Fr 18:00-02:00", "2026-11-28T02:00", "closed 18:00+6"},
        {"Fr 18:00-02:00", "2026-11-27T23:00", "open 02:00+1"},
        {"24/7", "2026-12-25T03:00", "open"},
        {"00:00-24:00; PH 00:00-24:00", "2026-11-24T03:00", "open"},
        {"Mo 08:00-24:00; Tu 00:00-10:00", "2026-11-23T09:00", "open 10:00+1"},
        {"Mo-Su 22:00-04:00", "2026-11-24T00:00", "open 04:00"},
    };
    assert_rows(rows, ARRAY_COUNT(rows));
}

static void seasons_and_weeks_of_the_month_are_kept(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"Apr-Oct: Mo-Su 10:00-18:00", "2026-11-23T11:00", "closed 10:00+129"},
        {"Nov-Mar: Mo-Su 10:00-18:00", "2026-11-23T11:00", "open 18:00"},
        {"Nov 20-Nov 25 10:00-18:00", "2026-11-23T11:00", "open 18:00"},
        {"Nov 20-25 10:00-18:00", "2026-11-26T11:00", "closed 10:00+359"},
        {"Sa[1] 10:00-12:00", "2026-12-05T11:00", "open 12:00"},
        {"Sa[-1] 10:00-12:00", "2026-11-28T11:00", "open 12:00"},
        {"Sa[-1] 10:00-12:00", "2026-11-21T11:00", "closed 10:00+7"},
        {"Sa[1,3] 10:00-12:00", "2026-11-21T11:00", "open 12:00"},
    };
    assert_rows(rows, ARRAY_COUNT(rows));
}

/* RULE SHOW-3 */
static void what_is_not_certain_is_unknown(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "2026-11-23T10:00", "unknown"},
        {"sur rendez-vous", "2026-11-23T10:00", "unknown"},
        {"Mo-Fr 09:00-18:00 \"sur rendez-vous\"", "2026-11-23T10:00", "unknown"},
        {"Mo-Fr", "2026-11-23T10:00", "unknown"},
        {"Mo 14:00+", "2026-11-23T15:00", "unknown"},
        {"sunrise-sunset", "2026-11-23T10:00", "unknown"},
        {"Mo-Fr 09:00-18:00; SH off", "2026-11-23T10:00", "unknown"},
        {"SH 09:00-18:00", "2026-11-23T10:00", "unknown"},
        {"2026 Mo 09:00-18:00", "2026-11-23T10:00", "unknown"},
        {"Mo 09:00-18:00 || \"?\"", "2026-11-23T10:00", "unknown"},
        {"Mo 09:00", "2026-11-23T09:30", "unknown"},
        {"Mo 49:00-50:00", "2026-11-23T09:30", "unknown"},
        /* A public holiday that the hours do not name. */
        {"Mo-Su 09:00-18:00", "2026-12-25T10:00", "unknown"},
        {"Mo-Fr 09:00-18:00", "2026-12-24T19:00", "closed"},
        /* Closed on that day of the week anyway. */
        {"Mo-We 09:00-18:00", "2026-12-25T10:00", "closed 09:00+3"},
        {"Mo-Su 09:00-18:00; PH off", "2026-12-25T10:00", "closed 09:00+1"},
        {"Mo-Sa 09:00-18:00; PH,Su 10:00-12:00", "2026-12-25T11:00", "open 12:00"},
    };
    assert_rows(rows, ARRAY_COUNT(rows));
}

static void public_holidays_of_france_and_of_its_departements(void **state) {
    (void)state;
    static const struct {
        int32_t year;
        unsigned month, day;
        const char *departement;
        bool expected;
    } rows[] = {
        {2026, 4, 6, "73", true},   {2026, 5, 14, "73", true},   {2026, 5, 25, "73", true},
        {2027, 3, 29, "73", true},  {2027, 5, 6, "73", true},    {2024, 4, 1, "", true},
        {2026, 7, 14, "", true},    {2026, 12, 26, "73", false}, {2026, 12, 26, "67", true},
        {2026, 4, 3, "68", true},   {2026, 4, 3, "73", false},   {2026, 12, 20, "974", true},
        {2026, 5, 22, "972", true}, {2026, 5, 27, "971", true},  {2026, 6, 10, "973", true},
        {2026, 4, 27, "976", true}, {2026, 11, 2, "73", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t day = days_from_civil(rows[i].year, rows[i].month, rows[i].day);
        assert_int_equal(hours_is_public_holiday(day, slice_from_cstr(rows[i].departement)),
                         rows[i].expected);
    }
    assert_string_equal(told("Mo-Su 09:00-18:00; PH off", "2026-12-26T10:00", "67"),
                        "closed 09:00+1");
    assert_string_equal(told("Mo-Su 09:00-18:00; PH off", "2026-12-26T10:00", "73"), "open 18:00");
}

static void summer_time_begins_and_ends_without_an_hour_lost(void **state) {
    (void)state;
    static const struct {
        int64_t utc_ms;
        const char *zone, *expected;
    } rows[] = {
        /* 2027-03-28, 01:00 UTC: Paris goes from 02:00 to 03:00; 06:59 and 07:00 UTC. */
        {INT64_C(1806217140000), "Europe/Paris", "closed 09:00"},
        {INT64_C(1806217200000), "Europe/Paris", "open 12:00"},
        /* The day before, at the same hours of UTC, an hour of civil time earlier. */
        {INT64_C(1806130800000), "Europe/Paris", "closed 09:00"},
        {INT64_C(1806134400000), "Europe/Paris", "open 12:00"},
        /* 2026-10-25, 01:00 UTC: Paris goes from 03:00 back to 02:00. */
        {INT64_C(1792915140000), "Europe/Paris", "closed 09:00"},
        {INT64_C(1792915200000), "Europe/Paris", "open 12:00"},
        /* Réunion knows no summer time. */
        {INT64_C(1806210000000), "Indian/Reunion", "open 12:00"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct date now;
        struct buf civil BUF_CLEANUP = buf_new(64);
        assert_int_equal(date_from_ms(rows[i].utc_ms, slice_from_cstr(rows[i].zone), &now), OK);
        now.precision = DATE_MINUTE;
        date_format(&now, &civil);
        buf_add_char(&civil, '\0');
        if (strcmp(told("Mo-Su 09:00-12:00", civil.p, ""), rows[i].expected) != 0) {
            fail_msg("%s: %s, not %s", civil.p, told("Mo-Su 09:00-12:00", civil.p, ""),
                     rows[i].expected);
        }
    }
}

/* As the form writes it back; "text" for what only a text can say. */
static const char *table_of(const char *osm) {
    static char text[HOURS_WEEK_MAX + 1];
    struct buf out BUF_CLEANUP = buf_new(HOURS_WEEK_MAX + 1);
    struct hours_week week;
    if (!hours_week_read(slice_from_cstr(osm), &week)) {
        assert_true(hours_week_is_empty(&week));
        return "text";
    }
    hours_week_write(&week, &out);
    snprintf(text, sizeof text, "%s", buf_cstr(&out));
    return text;
}

static void a_week_is_a_table_and_comes_back_in_one_form(void **state) {
    (void)state;
    static const struct {
        const char *osm, *expected;
    } rows[] = {
        {"Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00", NULL},
        {"Mo-Su 10:00-12:00; PH off", NULL},
        {"Mo,We,Fr-Su 09:00-12:00; Tu 14:00-16:30", NULL},
        {"Fr-Sa 18:00-02:00", NULL},
        {"Su 00:00-24:00", NULL},
        {"mo-fr 9:00-12:00", "Mo-Fr 09:00-12:00"},
        {"10:00-12:00", "Mo-Su 10:00-12:00"},
        {"Sa-Mo 10:00-12:00", "Mo,Sa-Su 10:00-12:00"},
        {"Mo-Fr 14:00-18:00, Mo-Tu 09:00-12:00",
         "Mo-Tu 09:00-12:00,14:00-18:00; We-Fr 14:00-18:00"},
        {"Mo-Fr 09:00-18:00; We off", "Mo-Tu,Th-Fr 09:00-18:00"},
        {"Mo-Sa 09:00-18:00; Su,PH off", "Mo-Sa 09:00-18:00; PH off"},
        {"Mo-Fr 09:00-18:00; We 14:00-16:00", "Mo-Tu,Th-Fr 09:00-18:00; We 14:00-16:00"},
        {"Fr 18:00-26:00", "Fr 18:00-02:00"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_string_equal(table_of(rows[i].osm),
                            rows[i].expected ? rows[i].expected : rows[i].osm);
    }
}

static void what_a_table_cannot_say_is_left_to_the_text(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        "selon la météo",
        "24/7",
        "off",
        "PH off",
        "Apr-Oct Mo-Fr 09:00-18:00",
        "Mo-Fr 09:00-18:00; SH off",
        "Sa[1] 10:00-12:00",
        "Mo-Fr 09:00-18:00 \"sur rendez-vous\"",
        "Mo-Fr 09:00+",
        "Mo-Fr sunrise-sunset",
        "Mo-Fr 09:00-10:00,11:00-12:00,14:00-15:00",
        "Mo-Fr,PH 09:00-12:00",
        "PH off; Mo-Fr 09:00-12:00", /* open on the Mondays that are one */
        "Mo-Fr 09:00-12:00, PH off", /* adds nothing */
        "Mo 09:00-09:00",
        "Mo-Fr",
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_string_equal(table_of(rows[i]), "text");
    }
}

static void a_week_of_seven_different_days_has_room(void **state) {
    (void)state;
    struct hours_week week = {.is_closed_on_holidays = true};
    struct hours_week again;
    struct buf out BUF_CLEANUP = buf_new(HOURS_WEEK_MAX);
    for (uint16_t day = 0; day < HOURS_WEEK_DAYS; day++) {
        week.days[day] = (struct hours_week_day){
            .count = 2, .spans = {{(uint16_t)(540 + day), 720}, {840, (uint16_t)(1080 + day)}}};
    }
    hours_week_write(&week, &out);
    assert_int_equal(out.failed, OK);
    assert_true(hours_week_read(buf_slice(&out), &again));
    assert_true(hours_week_same(&week, &again));
    again.days[3].spans[1].end++;
    assert_false(hours_week_same(&week, &again));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_of_plain_hours_is_told),
        cmocka_unit_test(hours_over_midnight_belong_to_the_evening),
        cmocka_unit_test(seasons_and_weeks_of_the_month_are_kept),
        cmocka_unit_test(what_is_not_certain_is_unknown),
        cmocka_unit_test(public_holidays_of_france_and_of_its_departements),
        cmocka_unit_test(summer_time_begins_and_ends_without_an_hour_lost),
        cmocka_unit_test(a_week_is_a_table_and_comes_back_in_one_form),
        cmocka_unit_test(what_a_table_cannot_say_is_left_to_the_text),
        cmocka_unit_test(a_week_of_seven_different_days_has_room),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
