/* Dates that come again: against libical, which knows all of RFC 5545, and at their bounds. */
#include "domain/entry/series.h"
#include "entry_fixture.h"

#include <libical/ical.h>
#include <string.h>

static struct date day_of(int64_t days) {
    struct date date = {.precision = DATE_DAY};
    unsigned month;
    unsigned day;
    civil_from_days(days, &date.year, &month, &day);
    date.month = (uint8_t)month;
    date.day = (uint8_t)day;
    return date;
}

/* What libical makes of the same rule, the first date counted as RFC 5545 has it. */
static size_t days_by_libical(const char *text, const struct date *first, int64_t *days) {
    struct icaltimetype start = icaltime_null_time();
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
    size_t count = 0;
    start.year = first->year;
    start.month = first->month;
    start.day = first->day;
    start.is_date = 1;
    icalrecur_iterator *each = icalrecur_iterator_new(rule, start);
    assert_non_null(each);
    for (;;) {
        struct icaltimetype next = icalrecur_iterator_next(each);
        if (icaltime_is_null_time(next) || count == SERIES_DATES_MAX) {
            break;
        }
        days[count++] = days_from_civil(next.year, (unsigned)next.month, (unsigned)next.day);
    }
    icalrecur_iterator_free(each);
    return count;
}

static void dates_are_those_of_libical(void **state) {
    static const char *const rules[] = {"FREQ=DAILY",
                                        "FREQ=WEEKLY",
                                        "FREQ=MONTHLY",
                                        "FREQ=YEARLY",
                                        "FREQ=DAILY;INTERVAL=3",
                                        "FREQ=WEEKLY;INTERVAL=2",
                                        "FREQ=MONTHLY;INTERVAL=5"};
    struct arena arena ARENA_CLEANUP = arena_make(1u << 16, 0);
    (void)state;
    /* Each day of two years and a leap day: each weekday, month, end of a month. */
    int64_t from = days_from_civil(2027, 1, 1);
    for (int64_t day = from; day < from + 2 * 365; day += 3) {
        struct date first = day_of(day);
        struct date until = day_of(day + 360);
        for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
            int64_t ours[SERIES_DATES_MAX];
            int64_t theirs[SERIES_DATES_MAX];
            struct series_rule rule;
            slice text = arena_printf(&arena, "%s;UNTIL=%04d%02u%02u", rules[i], until.year,
                                      until.month, until.day);
            assert_true(series_rule_read(text, &rule));
            size_t count = series_days(&rule, &first, ours);
            assert_int_equal(count, days_by_libical(text.p, &first, theirs));
            assert_memory_equal(ours, theirs, count * sizeof ours[0]);
        }
        /* The weekday of the month that this day is, as the form makes it. */
        static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
        unsigned nth = (first.day - 1u) / 7 + 1;
        int64_t ours[SERIES_DATES_MAX];
        int64_t theirs[SERIES_DATES_MAX];
        struct series_rule rule;
        slice text = arena_printf(&arena, "FREQ=MONTHLY;BYDAY=%d%s;COUNT=9",
                                  nth > 4 ? -1 : (int)nth, names[weekday_from_days(day)]);
        assert_true(series_rule_read(text, &rule));
        assert_int_equal(series_days(&rule, &first, ours), 9);
        assert_int_equal(days_by_libical(text.p, &first, theirs), 9);
        assert_memory_equal(ours, theirs, sizeof ours[0] * 9);
        arena_reset(&arena);
    }
}

static void a_rule_is_read_and_written_in_one_form(void **state) {
    static const struct {
        const char *read, *written; /* NULL: refused */
    } cases[] = {
        {"FREQ=WEEKLY;UNTIL=20270630", "FREQ=WEEKLY;UNTIL=20270630"},
        {"UNTIL=20270630T215959Z;FREQ=WEEKLY", "FREQ=WEEKLY;UNTIL=20270630"},
        {"FREQ=WEEKLY;BYDAY=TH,TU;COUNT=10;WKST=MO", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10"},
        {"FREQ=MONTHLY;INTERVAL=1;BYDAY=-1SU;COUNT=3", "FREQ=MONTHLY;BYDAY=-1SU;COUNT=3"},
        {"FREQ=WEEKLY", NULL}, /* without an end */
        {"COUNT=3", NULL},
        {"", NULL},
        {"FREQ=HOURLY;COUNT=3", NULL},
        {"FREQ=WEEKLY;COUNT=3;UNTIL=20270630", NULL},
        {"FREQ=WEEKLY;COUNT=0", NULL},
        {"FREQ=WEEKLY;COUNT=367", NULL},
        {"FREQ=WEEKLY;INTERVAL=100;COUNT=3", NULL},
        {"FREQ=WEEKLY;UNTIL=20270230", NULL},
        {"FREQ=WEEKLY;UNTIL=2027063", NULL},
        {"FREQ=WEEKLY;BYDAY=2TU;COUNT=3", NULL},
        {"FREQ=MONTHLY;BYDAY=TU;COUNT=3", NULL},
        {"FREQ=MONTHLY;BYDAY=6TU;COUNT=3", NULL},
        {"FREQ=MONTHLY;BYDAY=1TU,2TU;COUNT=3", NULL},
        {"FREQ=MONTHLY;BYMONTHDAY=3;COUNT=3", NULL},
        {"FREQ=DAILY;COUNT=3;BYDAY=", NULL},
        {"FREQ=DAILY;;COUNT=3", NULL},
        {"FREQ=DAILY\r\nX:1;COUNT=3", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct series_rule rule;
        struct buf text BUF_CLEANUP = buf_new(SERIES_RULE_MAX);
        bool is_read = series_rule_read(slice_from_cstr(cases[i].read), &rule);
        assert_int_equal(is_read, cases[i].written != NULL);
        if (is_read) {
            series_rule_write(&rule, &text);
            assert_string_equal(buf_cstr(&text), cases[i].written);
        }
    }
}

/* RULE ENTRY-1 */
static void a_series_ends_within_two_years_and_366_dates(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *date;
        bool holds;
    } cases[] = {
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=DAILY;UNTIL=20280105\"", true}, /* 366 */
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=DAILY;UNTIL=20280106\"", false},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=WEEKLY;UNTIL=20290105\"", true},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=WEEKLY;UNTIL=20290106\"", false},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=WEEKLY;UNTIL=20270104\"", false},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=YEARLY;COUNT=3\"", true},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=YEARLY;COUNT=4\"", false},
        {"\"start\":\"2028-02-29\",\"rule\":\"FREQ=YEARLY;COUNT=2\"", false}, /* comes in 2032 */
        {"\"start\":\"2027-01\",\"rule\":\"FREQ=WEEKLY;COUNT=3\"", false},
        {"\"start\":\"2027-01-05\",\"end\":\"2027-02\",\"rule\":\"FREQ=WEEKLY;COUNT=3\"", false},
        {"\"start\":\"2027-01-05\",\"rule\":\"FREQ=WEEKLY\"", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct entry entry;
        slice json = arena_printf(
            &fixture->arena,
            "{\"kind\":\"event\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\",%s}]}",
            cases[i].date);
        assert_int_equal(entry_make(fixture, json.p, &entry), cases[i].holds ? OK : ERR_INPUT);
        if (!cases[i].holds) {
            assert_string_equal(fixture->problem.field, "dates[0].rule");
        }
    }
    struct entry entry;
    assert_int_equal(entry_make(fixture,
                                "{\"kind\":\"event\",\"title\":\"x\",\"dates\":[{\"role\":"
                                "\"founded\",\"start\":\"2027-01-05\",\"rule\":\"FREQ=WEEKLY;"
                                "COUNT=3\"}]}",
                                &entry),
                     ERR_INPUT);
}

static void the_public_view_has_each_date_and_what_is_written_only_the_rule(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    struct entry_public shown;
    entry_bring(fixture,
                "{\"id\":\"weekly\",\"kind\":\"event\",\"title\":\"Repas\",\"dates\":[{\"role\":"
                "\"happens\",\"start\":\"2027-03-21T19:00\",\"end\":\"2027-03-22T01:00\",\"rule\":"
                "\"FREQ=WEEKLY;COUNT=3\"},{\"role\":\"founded\",\"start\":\"2016\"}]}",
                &entry);
    assert_int_equal(entry_public_load(fixture->store.conn, fixture->territories, entry.id,
                                       &fixture->arena, &shown),
                     OK);
    assert_int_equal(shown.entry.date_count, 4);
    /* The hour of the clock stays through the change to summer time: 28 March is an hour nearer. */
    const int64_t week = INT64_C(7) * 86400000;
    const int64_t hour = INT64_C(3600000);
    const struct entry_date *dates = shown.entry.dates;
    assert_true(dates[2].is_repeat && dates[3].is_repeat && !dates[0].is_repeat);
    assert_int_equal(dates[2].first_ms - dates[0].first_ms, week - hour);
    assert_int_equal(dates[3].first_ms - dates[2].first_ms, week);
    assert_int_equal(dates[2].end.day, 29);
    assert_int_equal(dates[3].last_ms - dates[3].first_ms, dates[2].last_ms - dates[2].first_ms);
    struct buf json BUF_CLEANUP = buf_new(1u << 16);
    entry_public_to_json(&shown, SLICE_EMPTY, &json);
    assert_non_null(strstr(buf_cstr(&json), "\"rule\":\"FREQ=WEEKLY;COUNT=3\""));
    assert_null(strstr(buf_cstr(&json), "2027-03-28"));
    entry_dates_once(&shown.entry);
    assert_int_equal(shown.entry.date_count, 2);
    struct entry loaded;
    assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
    assert_int_equal(loaded.date_count, 2);
    assert_slice(loaded.dates[0].rule, "FREQ=WEEKLY;COUNT=3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_libical),
        cmocka_unit_test(a_rule_is_read_and_written_in_one_form),
        ENTRY_TEST(a_series_ends_within_two_years_and_366_dates),
        ENTRY_TEST(the_public_view_has_each_date_and_what_is_written_only_the_rule),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
