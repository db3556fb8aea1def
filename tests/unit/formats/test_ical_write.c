#include "formats_fixture.h"

#include "formats/ical_write.h"

#include <libical/ical.h>

static void lines_are_folded_at_75_octets_between_characters(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    for (unsigned i = 0; i < 500; i++) {
        buf_add_cstr(&text, i % 7 == 0 ? "🌻" : i % 3 == 0 ? "é" : i % 11 == 0 ? ";" : "x");
    }
    ical_text(&out, "SUMMARY", buf_slice(&text));
    assert_int_equal(out.failed, OK);
    slice rest = buf_slice(&out);
    slice line;
    unsigned lines = 0;
    while (rest.n > 0 && slice_cut(&rest, '\n', &line)) {
        assert_true(slice_ends_with(line, SLICE("\r")));
        assert_true(line.n - 1 <= ICAL_LINE_OCTETS);
        assert_true(lines == 0 || line.p[0] == ' ');
        /* A line that begins inside a character would begin with a continuation byte. */
        assert_true(lines == 0 || ((unsigned char)line.p[1] & 0xc0) != 0x80);
        lines++;
    }
    assert_true(lines > 10);
}

static void texts_are_escaped(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(4096);
    ical_text(&out, "SUMMARY", SLICE("a,b;c\\d\r\ne\nf\rg\x01\x7fh"));
    assert_string_equal(buf_cstr(&out), "SUMMARY:a\\,b\\;c\\\\d\\ne\\nf\\ngh\r\n");
    buf_clear(&out);
    const slice texts[] = {SLICE("one, two"), SLICE("three")};
    ical_texts(&out, "CATEGORIES", texts, 2);
    assert_string_equal(buf_cstr(&out), "CATEGORIES:one\\, two,three\r\n");
    buf_clear(&out);
    ical_text(&out, "SUMMARY", SLICE_EMPTY);
    ical_texts(&out, "CATEGORIES", texts, 0);
    ical_instant(&out, "CREATED", 0);
    assert_int_equal(out.n, 0);
    ical_line(&out, "URL", SLICE("https://a.example/\r\nBEGIN:VEVENT"));
    assert_string_equal(buf_cstr(&out), "URL:https://a.example/BEGIN:VEVENT\r\n");
}

/* What libical makes of a local time in one of our zones, as UTC milliseconds. */
static int64_t libical_instant(slice zone, const struct date *date) {
    struct buf out BUF_CLEANUP = buf_new(65536);
    buf_add_cstr(&out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n");
    assert_true(ical_zone(&out, zone));
    buf_add_cstr(&out, "BEGIN:VEVENT\r\nUID:1\r\n");
    ical_civil(&out, "DTSTART", ICAL_LOCAL, zone, date);
    buf_add_cstr(&out, "END:VEVENT\r\nEND:VCALENDAR\r\n");
    icalcomponent *calendar = icalparser_parse_string(buf_cstr(&out));
    assert_non_null(calendar);
    assert_int_equal(icalcomponent_count_errors(calendar), 0);
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    struct icaltimetype start = icalcomponent_get_dtstart(event);
    assert_non_null(start.zone);
    int64_t utc = (int64_t)icaltime_as_timet_with_zone(start, start.zone) * 1000;
    icalcomponent_free(calendar);
    return utc;
}

static void libical_understands_our_zones_as_we_do(void **state) {
    (void)state;
    static const slice zones[] = {{"Europe/Paris", 12},      {"Indian/Reunion", 14},
                                  {"America/Cayenne", 15},   {"America/Miquelon", 16},
                                  {"Pacific/Marquesas", 17}, {"Pacific/Noumea", 14}};
    for (size_t zone = 0; zone < ARRAY_COUNT(zones); zone++) {
        for (int32_t year = 2008; year <= 2031; year += 23) {
            for (uint8_t month = 1; month <= 12; month++) {
                for (uint8_t day = 1; day <= 28; day += 3) {
                    struct date date = {DATE_MINUTE, year, month, day, 14, 30, 0};
                    int64_t first;
                    int64_t last;
                    assert_int_equal(date_range_ms(&date, zones[zone], &first, &last), OK);
                    assert_int_equal(libical_instant(zones[zone], &date), first);
                }
            }
        }
    }
}

static void a_zone_without_a_name_is_not_described(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(4096);
    assert_false(ical_zone(&out, SLICE("+04:00")));
    assert_false(ical_zone(&out, SLICE("Mars/Olympus")));
    assert_int_equal(out.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_folded_at_75_octets_between_characters),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(libical_understands_our_zones_as_we_do),
        cmocka_unit_test(a_zone_without_a_name_is_not_described),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
