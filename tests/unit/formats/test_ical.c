/* iCalendar as neutral records. */
#include "record_fixture.h"

#include "formats/ical_int.h"

#define NOW       INT64_C(1790000000000) /* 2026-09-21 */
#define CALENDAR  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define END       "END:VCALENDAR\r\n"
#define EVENT(in) "BEGIN:VEVENT\r\nUID:u\r\n" in "END:VEVENT\r\n"

/* The dates of one event with these lines, "; " between them. */
static void expect_dates(const char *head, const char *lines, const char *dates) {
    struct buf file BUF_CLEANUP = buf_new(1u << 20);
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    buf_addf(&file, CALENDAR "%sBEGIN:VEVENT\r\nUID:u\r\n%sEND:VEVENT\r\n" END, head, lines);
    buf_addf(&text, "id=u;happens=[%s];\n", dates);
    expect_at(buf_slice(&file), RECORD_ICAL, NOW, buf_cstr(&text));
}

static unsigned count_of(const char *lines, const char *what) {
    struct buf file BUF_CLEANUP = buf_new(1u << 20);
    buf_addf(&file, CALENDAR "BEGIN:VEVENT\r\nUID:u\r\n%sEND:VEVENT\r\n" END, lines);
    struct reading reading = reading_of(buf_slice(&file), 100000, NOW);
    assert_int_equal(reading.failed, OK);
    slice text = buf_slice(&reading.text);
    unsigned count = 1;
    for (size_t i = 0; i < text.n; i++) {
        count += text.p[i] == '|';
    }
    if (!slice_contains(buf_slice(&reading.notes), slice_from_cstr(what)) ||
        (what[0] == '\0' && reading.notes.n > 0)) {
        print_error("\"%s\" is not in \"%s\"\n", what, buf_cstr(&reading.notes));
        fail();
    }
    reading_free(&reading);
    return count;
}

static void an_event_gives_all_it_says(void **state) {
    (void)state;
    expect(SLICE(CALENDAR "X-WR-CALNAME:A\r\n" EVENT(
               "SUMMARY;LANGUAGE=fr:Troc\\, graines\\; et \\\\ plus\r\n"
               "DESCRIPTION:Un\\nDeux\r\n  trois\\Nquatre\r\n"
               "LOCATION:Halle\r\nGEO:45.5;5.5\r\nURL;VALUE=URI:https://a.fr/x?a=1;b\r\n"
               "CATEGORIES:Eau,Sols\\, vivants\r\nCATEGORIES:Eau,Air\r\n"
               "ORGANIZER;CN=\"Zoé: la; seule\":MAILTO:zoe@a.fr\r\n"
               "ATTENDEE:mailto:b@a.fr\r\nATTACH;FMTTYPE=image/png:https://a.fr/i.png\r\n"
               "LAST-MODIFIED:20260102T030405Z\r\nSTATUS:CONFIRMED\r\nCLASS:PUBLIC\r\n"
               "BEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\n") END),
           RECORD_ICAL,
           "id=u;title=Troc, graines; et \\ plus;description=Un\nDeux trois\nquatre;location=Halle;"
           "website=https://a.fr/x?a=1;b;categories=[Eau|Sols, vivants|Air];"
           "organizer=Zoé: la; seule;email=zoe@a.fr;image=[https://a.fr/i.png];"
           "updated=2026-01-02T03:04:05Z;@45.5,5.5 point\n");
}

static void an_organizer_without_a_mail_is_no_contact(void **state) {
    (void)state;
    expect(SLICE(CALENDAR EVENT("ORGANIZER;CN=Zoé:https://a.fr/@zoe\r\n") END), RECORD_ICAL,
           "id=u;organizer=Zoé;\n");
    expect(SLICE(CALENDAR EVENT("ORGANIZER;CN=Zoé:mailto:invalid:nomail\r\n") END), RECORD_ICAL,
           "id=u;organizer=Zoé;\n");
}

static void times_stand_as_the_clocks_there_show_them(void **state) {
    (void)state;
    expect_dates("", "DTSTART;TZID=Europe/Paris:20270101T180000\r\n", "2027-01-01T18:00");
    expect_dates("", "DTSTART:20270101T170000Z\r\n", "2027-01-01T18:00");
    expect_dates("", "DTSTART:20270701T160000Z\r\n", "2027-07-01T18:00");
    expect_dates("X-WR-TIMEZONE:Indian/Reunion\r\n", "DTSTART:20270701T160000Z\r\n",
                 "2027-07-01T20:00[Indian/Reunion]");
    expect_dates("", "DTSTART:20270101T180000\r\n", "2027-01-01T18:00");
    expect_dates("", "DTSTART;TZID=Indian/Reunion:20270101T180000\r\n",
                 "2027-01-01T18:00[Indian/Reunion]");
    expect_dates("",
                 "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20270101T180000\r\n",
                 "2027-01-01T18:00");
    expect_dates("", "DTSTART;TZID=Romance Standard Time:20270101T180000\r\n", "2027-01-01T18:00");
    expect_dates("", "DTSTART;VALUE=DATE:20270101\r\n", "2027-01-01");
}

#define VTIMEZONE(name, winter, summer)                                                            \
    "BEGIN:VTIMEZONE\r\nTZID:" name "\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:" winter                   \
    "\r\nTZOFFSETTO:" summer                                                                       \
    "\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"    \
    "BEGIN:STANDARD\r\nTZOFFSETFROM:" summer "\r\nTZOFFSETTO:" winter                              \
    "\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"   \
    "END:VTIMEZONE\r\n"

static void a_zone_that_only_the_file_knows_is_read_from_it(void **state) {
    (void)state;
    expect_dates(VTIMEZONE("(UTC+01:00) Bruxelles\\, Paris", "+0100", "+0200"),
                 "DTSTART;TZID=\"(UTC+01:00) Bruxelles\\, Paris\":20270701T180000\r\n",
                 "2027-07-01T18:00");
    expect_dates(VTIMEZONE("Own", "+0200", "+0300"), "DTSTART;TZID=Own:20270701T180000\r\n",
                 "2027-07-01T18:00[+03:00]");
    expect_dates(VTIMEZONE("Own", "+0200", "+0300"), "DTSTART;TZID=Own:20270101T180000\r\n",
                 "2027-01-01T18:00[+02:00]");
    /* far away the last Sunday of March is another day, and the rule still holds */
    expect_dates(VTIMEZONE("Own", "+0200", "+0300"), "DTSTART;TZID=Own:88880327T180000\r\n",
                 "8888-03-27T18:00[+02:00]");
    expect_dates(VTIMEZONE("Own", "+0200", "+0300"), "DTSTART;TZID=Own:88880328T180000\r\n",
                 "8888-03-28T18:00[+03:00]");
    assert_int_equal(count_of("DTSTART;TZID=Nowhere:20270101T180000\r\n", "zone that is not known"),
                     1);
}

static void ends_and_durations_give_the_end(void **state) {
    (void)state;
    expect_dates("", "DTSTART:20270101T100000\r\nDTEND:20270101T120000\r\n",
                 "2027-01-01T10:00/2027-01-01T12:00");
    expect_dates("", "DTSTART:20270101T100000\r\nDURATION:PT1H30M\r\n",
                 "2027-01-01T10:00/2027-01-01T11:30");
    /* the end of days is the first day that is not of it (3.6.1) */
    expect_dates("", "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270102\r\n", "2027-01-01");
    expect_dates("", "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270104\r\n",
                 "2027-01-01/2027-01-03");
    expect_dates("", "DTSTART;VALUE=DATE:20270101\r\nDURATION:P2D\r\n", "2027-01-01/2027-01-02");
    expect_dates("", "DTSTART:20270101T100000\r\nDTEND:20270101T090000\r\n", "2027-01-01T10:00");
    /* another zone at the end */
    expect_dates("", "DTSTART;TZID=Europe/Paris:20270101T100000\r\nDTEND:20270101T100000Z\r\n",
                 "2027-01-01T10:00/2027-01-01T11:00");
}

static void rules_keep_their_hour_through_summer_and_winter(void **state) {
    (void)state;
    expect_dates("",
                 "DTSTART;TZID=Europe/Paris:20270320T180000\r\nDTEND;TZID=Europe/Paris:"
                 "20270320T200000\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n",
                 "2027-03-20T18:00/2027-03-20T20:00|2027-03-27T18:00/2027-03-27T20:00|"
                 "2027-04-03T18:00/2027-04-03T20:00");
    expect_dates("",
                 "DTSTART;TZID=Europe/Paris:20270102T180000\r\n"
                 "RRULE:FREQ=MONTHLY;BYDAY=1SA;UNTIL=20270306T170000Z\r\n",
                 "2027-01-02T18:00|2027-02-06T18:00|2027-03-06T18:00");
    expect_dates("", "DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=DAILY;UNTIL=20270103\r\n",
                 "2027-01-01|2027-01-02|2027-01-03");
}

static void dates_are_added_left_out_and_changed(void **state) {
    (void)state;
    expect_dates("",
                 "DTSTART:20270101T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
                 "EXDATE:20270102T100000\r\nRDATE:20270110T100000,20270105T080000\r\n"
                 "RDATE;VALUE=PERIOD:20270111T100000/PT1H\r\n",
                 "2027-01-01T10:00|2027-01-03T10:00|2027-01-05T08:00|2027-01-10T10:00|"
                 "2027-01-11T10:00/2027-01-11T11:00");
    static const char *const parts[] = {
        EVENT("SUMMARY:A\r\nDTSTART:20270101T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"),
        EVENT("RECURRENCE-ID:20270102T100000\r\nSUMMARY:B\r\nDTSTART:20270102T150000\r\nDTEND:"
              "20270102T160000\r\n"),
        EVENT("RECURRENCE-ID:20270103T100000\r\nSTATUS:CANCELLED\r\nDTSTART:20270103T100000\r\n"),
        "BEGIN:VEVENT\r\nUID:v\r\nSUMMARY:V\r\nEND:VEVENT\r\n",
    };
    static const unsigned orders[][4] = {{0, 1, 2, 3}, {1, 3, 0, 2}, {2, 1, 3, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        struct buf file BUF_CLEANUP = buf_new(1u << 16);
        buf_add(&file, SLICE(CALENDAR));
        for (unsigned k = 0; k < 4; k++) {
            buf_add_cstr(&file, parts[orders[i][k]]);
        }
        buf_add(&file, SLICE(END));
        expect(buf_slice(&file), RECORD_ICAL,
               "id=v;title=V;\n"
               "id=u;title=A;happens=[2027-01-01T10:00|2027-01-02T15:00/2027-01-02T16:00 B];\n");
    }
}

static void long_and_endless_series_are_bounded_and_told(void **state) {
    (void)state;
    static const char *const endless = "a series without an end";
    static const char *const more = "more dates than an entry may have";
    assert_int_equal(count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=DAILY\r\n", endless), 64);
    assert_int_equal(count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=DAILY;COUNT=64\r\n", ""), 64);
    assert_int_equal(count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=DAILY;COUNT=65\r\n", more),
                     64);
    /* two years from the first one to come */
    assert_int_equal(count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=MONTHLY\r\n", endless), 25);
    /* those that are past give way; what room is left is filled with the latest of them */
    struct reading reading =
        reading_of(SLICE(CALENDAR EVENT("DTSTART:20100105T100000\r\nRRULE:FREQ=WEEKLY;UNTIL="
                                        "20260930T000000Z\r\n") END),
                   100000, NOW);
    assert_true(
        slice_starts_with(buf_slice(&reading.text), SLICE("id=u;happens=[2025-07-15T10:00|")));
    assert_true(slice_ends_with(buf_slice(&reading.text), SLICE("|2026-09-29T10:00];\n")));
    reading_free(&reading);
    assert_int_equal(
        count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=SECONDLY\r\n", "rule of recur"), 1);
    assert_int_equal(count_of("DTSTART:20270101T100000\r\nRRULE:FREQ=NEVER\r\n", "rule of recur"),
                     1);
    /* days that never come, and are not looked for until the end of time */
    static const char *const never[] = {"BYMONTH=2;BYMONTHDAY=30",
                                        "BYMONTH=1;BYDAY=6MO",
                                        "BYMONTH=1;BYYEARDAY=200",
                                        "BYMONTH=1;BYWEEKNO=30",
                                        "BYMONTH=1;BYDAY=MO;BYSETPOS=9",
                                        "INTERVAL=400",
                                        "RSCALE=HEBREW"};
    for (size_t i = 0; i < ARRAY_COUNT(never); i++) {
        struct buf lines BUF_CLEANUP = buf_new(200);
        buf_addf(&lines, "DTSTART:20270101T100000\r\nRRULE:FREQ=YEARLY;%s\r\n", never[i]);
        assert_int_equal(count_of(buf_cstr(&lines), "rule of recur"), 1);
    }
    expect_dates("",
                 "DTSTART:20280229T100000\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=2\r\n",
                 "2028-02-29T10:00|2029-02-28T10:00");
    expect_dates("",
                 "DTSTART:20261231T100000\r\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;"
                 "COUNT=3\r\n",
                 "2026-12-31T10:00|2027-01-29T10:00|2027-02-26T10:00");
}

static void what_others_write_is_read(void **state) {
    (void)state;
    expect(SLICE("BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nUID:1\n"
                 "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:F=C3=AAte du=20=\npain\n"
                 "LOCATION;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Ch=E2teau\n"
                 "END:VEVENT\nEND:VCALENDAR"),
           RECORD_ICAL, "id=1;title=Fête du pain;location=Château;\n");
    /* folded in the middle of a character (3.1 allows it) */
    expect(
        SLICE("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:é\r\nSUMMARY:La f\xC3\r\n \xAAte à l\xE2\r\n "
              "\x80\x99Isle d\xE2\x80\r\n \x99été\r\nCOMMENT:éèàçùâêîôû "
              "ÉÈÀÇ\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        RECORD_ICAL, "id=é;title=La fête à l’Isle d’été;comment=éèàçùâêîôû ÉÈÀÇ;\n");
    expect(SLICE("begin:vcalendar\nbegin:vevent\nuid:1\nsummary:a\nend:vevent\nend:vcalendar\n"),
           RECORD_ICAL, "id=1;title=a;\n");
}

static void private_events_and_tasks_stay_out_and_are_counted(void **state) {
    (void)state;
    struct reading reading = reading_of(
        SLICE(CALENDAR EVENT("CLASS:PRIVATE\r\nSUMMARY:A\r\n")
                  EVENT("CLASS:CONFIDENTIAL\r\nRRULE:FREQ=DAILY\r\n") "BEGIN:VTODO\r\nSUMMARY:"
                                                                      "x\r\nEND:VTODO\r\n" END),
        100000, NOW);
    assert_int_equal(reading.failed, OK);
    assert_int_equal(reading.records + reading.rejects, 0);
    assert_slice(buf_slice(&reading.notes),
                 "2 events that their owner marked as private were left out: \n"
                 "1 tasks, notes and free times are no events: left out: VTODO\n");
    reading_free(&reading);
}

static void a_calendar_that_ends_early_is_cut(void **state) {
    (void)state;
    static const char whole[] = CALENDAR EVENT("SUMMARY:A\r\n") END;
    for (size_t n = sizeof CALENDAR; n + sizeof("DAR\r\n") < sizeof whole; n++) {
        struct reading reading = reading_of(slice_of(whole, n), 100000, 0);
        assert_int_equal(reading.failed, ERR_INPUT);
        assert_true(reading.cut && reading.problem.line > 1);
        reading_free(&reading);
    }
    /* a series that was whole before the cut is not lost with --partial: it comes before the end */
    struct reading reading =
        reading_of(SLICE(CALENDAR EVENT(
                       "DTSTART:20270101\r\nRRULE:FREQ=DAILY;COUNT=2\r\n") "BEGIN:VEVENT\r\n"),
                   100000, 0);
    assert_int_equal(reading.failed, ERR_INPUT);
    assert_slice(buf_slice(&reading.text), "id=u;happens=[2027-01-01|2027-01-02];\n");
    reading_free(&reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_gives_all_it_says),
        cmocka_unit_test(an_organizer_without_a_mail_is_no_contact),
        cmocka_unit_test(times_stand_as_the_clocks_there_show_them),
        cmocka_unit_test(a_zone_that_only_the_file_knows_is_read_from_it),
        cmocka_unit_test(ends_and_durations_give_the_end),
        cmocka_unit_test(rules_keep_their_hour_through_summer_and_winter),
        cmocka_unit_test(dates_are_added_left_out_and_changed),
        cmocka_unit_test(long_and_endless_series_are_bounded_and_told),
        cmocka_unit_test(what_others_write_is_read),
        cmocka_unit_test(private_events_and_tasks_stay_out_and_are_counted),
        cmocka_unit_test(a_calendar_that_ends_early_is_cut),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
