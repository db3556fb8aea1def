/* What single cells, column names and map files become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/text.h"
#include "work/import/import_int.h"

#include <string.h>

#define assert_slice(actual, expected)                                                             \
    do {                                                                                           \
        slice actual_ = (actual);                                                                  \
        slice expected_ = slice_from_cstr(expected);                                               \
        if (!slice_equal(actual_, expected_)) {                                                    \
            print_error("\"%.*s\" is not \"%.*s\"\n", SLICE_ARG(actual_), SLICE_ARG(expected_));   \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

static void absence_is_absence_however_it_is_written(void **state) {
    (void)state;
    static const char *const absent[] = {"",
                                         "  ",
                                         "NA",
                                         "n/a",
                                         "-",
                                         "NULL",
                                         "#REF!",
                                         "#Invalid Ref: Nouvelle-Calédonie",
                                         "00000000000000",
                                         "\xC2\xA0",
                                         "Horaires non communiqués",
                                         "Non renseigné",
                                         "#N/A",
                                         ",",
                                         " ; , ",
                                         "{}",
                                         "[]",
                                         "null",
                                         "None",
                                         "nan",
                                         "undefined",
                                         ".",
                                         "0000-00-00",
                                         "n.c.",
                                         "NR",
                                         "non communiqué",
                                         "http://",
                                         "01/01/1900"};
    static const char *const present[] = {"0",   "0000", "Nancy", "non", "1",
                                          "oui", "x",    "1900",  "a,b", "01/01/1901"};
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    for (size_t i = 0; i < ARRAY_COUNT(absent); i++) {
        assert_slice(value_clean(slice_from_cstr(absent[i]), &arena), "");
    }
    for (size_t i = 0; i < ARRAY_COUNT(present); i++) {
        assert_slice(value_clean(slice_from_cstr(present[i]), &arena), present[i]);
    }
}

static void doubly_encoded_text_is_mended_and_right_text_left_alone(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    assert_slice(value_clean(SLICE("Salle des fÃªtes"), &arena), "Salle des fêtes");
    assert_slice(value_clean(SLICE(" Salle des fêtes\xC2\xA0"), &arena), "Salle des fêtes");
    assert_slice(value_clean(SLICE("São Paulo, Ângela"), &arena), "São Paulo, Ângela");
    assert_slice(value_clean(SLICE("lâ€™Å“uvre â€“ 10 â‚¬"), &arena), "l’œuvre – 10 €");
}

/* As a program does that takes UTF-8 for a charset of one byte a sign. */
static void encode_again(slice text, bool latin1, struct buf *out) {
    if (latin1) {
        for (size_t i = 0; i < text.n; i++) {
            buf_add_utf8(out, (unsigned char)text.p[i]);
        }
    } else {
        text_from_windows_1252(text, out);
    }
}

static void french_text_survives_every_double_encoding(void **state) {
    (void)state;
    static const char *const texts[] = {"Fête de l’été",
                                        "Où ça ? Là-bas, à Noël",
                                        "cœur, sœur, Œuvre, ÆGIR, Ÿ",
                                        "« Ça ira »",
                                        "10 €",
                                        "ÉCOLE À ÂGES ÉGAUX",
                                        "Saint-Étienne – L’Haÿ-les-Roses",
                                        "naïf, maïs, aiguë…",
                                        "plain text",
                                        "PÂTISSERIE",
                                        "Château Âgé"};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        slice right = slice_from_cstr(texts[i]);
        assert_slice(value_clean(right, &arena), texts[i]);
        for (unsigned way = 0; way < 4; way++) {
            struct buf once BUF_CLEANUP = buf_new(4096);
            struct buf twice BUF_CLEANUP = buf_new(4096);
            encode_again(right, way & 1, &once);
            encode_again(buf_slice(&once), way & 2, &twice);
            assert_slice(value_clean(buf_slice(&once), &arena), texts[i]);
            assert_slice(value_clean(buf_slice(&twice), &arena), texts[i]);
        }
    }
}

static void one_name_has_one_form(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    bool marks;
    assert_slice(value_clean(SLICE("Cafe\xCC\x81 de l’e\xCC\x81te\xCC\x81"), &arena),
                 "Café de l’été");
    assert_slice(
        value_one_line(SLICE("Café\xE2\x80\x8B du \xE2\x80\xAElac\xC2\xAD"), &marks, &arena),
        "Café du lac");
    assert_true(marks);
    assert_slice(value_one_line(SLICE("Ｃａｆｅ　１２"), &marks, &arena), "Cafe 12");
    assert_slice(value_one_line(SLICE("👩\xE2\x80\x8D🌾 l’été à 10 €"), &marks, &arena),
                 "👩\xE2\x80\x8D🌾 l’été à 10 €");
    assert_false(marks);
    assert_slice(value_one_line(SLICE("<p>Le <b>lac</b> &amp; l&#39;eau</p>"), &marks, &arena),
                 "Le lac & l'eau");
    assert_slice(value_one_line(SLICE("a < b & c"), &marks, &arena), "a < b & c");
    assert_slice(value_markdown(SLICE("&lt;p&gt;Le &lt;b&gt;lac&lt;/b&gt;&lt;/p&gt;"), &arena),
                 "Le **lac**");
    assert_slice(value_markdown(SLICE("# Le *lac*\n\na < b"), &arena), "# Le *lac*\n\na < b");
}

static void expect_date(const char *text, bool month_first, const char *edtf) {
    struct date date;
    struct buf out BUF_CLEANUP = buf_new(100);
    if (!date_read_ordered(slice_from_cstr(text), month_first, &date)) {
        print_error("%s is read as no date\n", text);
        fail();
    }
    date_format(&date, &out);
    assert_slice(buf_slice(&out), edtf);
}

static void dates_are_read_as_people_and_programs_write_them(void **state) {
    (void)state;
    struct date date;
    expect_date("12/05/2024", false, "2024-05-12");
    expect_date("12/05/24", false, "2024-05-12");
    expect_date("12/05/98", false, "1998-05-12");
    expect_date("12.05.2024", false, "2024-05-12");
    expect_date("2024/05/12", false, "2024-05-12");
    expect_date("5/12/2024", true, "2024-05-12");
    expect_date("5/13/2024", false, "2024-05-13");
    expect_date("5/12/2024 6:30 PM", true, "2024-05-12T18:30");
    expect_date("12/05/2024 18:30:00", false, "2024-05-12T18:30");
    expect_date("2024-05-12 18:30:00", false, "2024-05-12T18:30");
    expect_date("le samedi 12 mai 2024 à 18h30", false, "2024-05-12T18:30");
    expect_date("1er août 2024", false, "2024-08-01");
    expect_date("mar. 3 sept. 2024", false, "2024-09-03");
    expect_date("mai 2024", false, "2024-05");
    expect_date("May 12th, 2024", false, "2024-05-12");
    expect_date("Sun, 12 May 2024 18:00:00 +0200", false, "2024-05-12T18:00");
    expect_date("2024-05-12T16:00:00Z", false, "2024-05-12T18:00");
    expect_date("2024-05-12T18:00:00+02:00", false, "2024-05-12T18:00");
    expect_date("45123", false, "2023-07-16");
    expect_date("45123.75", false, "2023-07-16T18:00");
    expect_date("20240512", false, "2024-05-12");
    expect_date("1715529600", false, "2024-05-12T18:00");
    expect_date("2022-21", false, "2022-21");
    expect_date("1998", false, "1998");
    static const char *const none[] = {"12 et 13 mai 2024",
                                       "tous les mardis",
                                       "73000",
                                       "0612345678",
                                       "31/02/2024",
                                       "12/2024/05",
                                       "mai",
                                       "12345678",
                                       "99999"};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        assert_false(date_read(slice_from_cstr(none[i]), &date));
    }
}

static void the_order_of_day_and_month_comes_from_the_whole_column(void **state) {
    (void)state;
    const slice french[] = {SLICE("03/04/2022"), SLICE("25/12/2022")};
    const slice american[] = {SLICE("03/04/2022"), SLICE("12/25/2022")};
    const slice either[] = {SLICE("03/04/2022"), SLICE("2022-05-01")};
    const slice iso[] = {SLICE("2022-05-01")};
    assert_int_equal(date_order_learn(french, 2), DATE_ORDER_DAY_FIRST);
    assert_int_equal(date_order_learn(american, 2), DATE_ORDER_MONTH_FIRST);
    assert_int_equal(date_order_learn(either, 2), DATE_ORDER_EITHER);
    assert_int_equal(date_order_learn(iso, 1), DATE_ORDER_NONE);
}

static void expect_day(const char *text, const char *osm) {
    struct buf out BUF_CLEANUP = buf_new(4096);
    hours_day_write(slice_from_cstr(text), SLICE("We"), &out);
    assert_slice(buf_slice(&out), osm);
}

static void french_hours_of_a_day_become_osm(void **state) {
    (void)state;
    expect_day("9:00 - 12:00 / 13:30 - 17:00", "We 09:00-12:00,13:30-17:00");
    expect_day("9h-12h / 14h00 – 17h30", "We 09:00-12:00,14:00-17:30");
    expect_day("de 9h à 12h", "We 09:00-12:00");
    expect_day("9:00 - 12\xC2\xA0:30", "We 09:00-12:30");
    expect_day("9:00 - 12:00 / Sur RDV : 14:00 - 16:00",
               "We 09:00-12:00, We 14:00-16:00 \"sur RDV\"");
    expect_day("9:00 - 12:00 // Sur RDV : 8:30 - 9:00 / 12:00 - 12:30",
               "We 09:00-12:00, We 08:30-09:00 \"sur RDV\", We 12:00-12:30 \"sur RDV\"");
    expect_day("Sur RDV : 9:00 - 12:00 / Sans RDV : 14:00 - 16:30",
               "We 09:00-12:00 \"sur RDV\", We 14:00-16:30");
    expect_day("Fermé", "We off");
}

static void hours_that_are_not_understood_stay_readable(void **state) {
    (void)state;
    expect_day("Selon planning bus", "We \"Selon planning bus\"");
    expect_day("1er samedi du mois : 9:00 - 12:00", "We \"1er samedi du mois : 9:00 - 12:00\"");
    expect_day("8:30 - 12:30 / 13:30 - 16::30", "We \"8:30 - 12:30 / 13:30 - 16::30\"");
    expect_day("10:30-12:30 / 113:30 - 18:30", "We \"10:30-12:30 / 113:30 - 18:30\"");
    expect_day("13:30 / 16:30", "We \"13:30 / 16:30\"");
    expect_day("17:00 - 9:00", "We \"17:00 - 9:00\"");
    expect_day("sur \"place\"", "We \"sur 'place'\"");
}

static void days_with_the_same_hours_are_joined(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    const slice days[7] = {SLICE("9:00 - 12:00"),
                           SLICE("9:00 - 12:00"),
                           SLICE("9:00 - 12:00"),
                           SLICE_EMPTY,
                           SLICE("9:00 - 11:00"),
                           SLICE("9:00 - 11:00"),
                           SLICE_EMPTY};
    assert_slice(hours_week(days, &arena), "Mo-We 09:00-12:00; Fr,Sa 09:00-11:00");
}

static void osm_hours_are_kept_and_prose_becomes_a_comment(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    static const char *const osm[] = {"24/7",
                                      "Mo-Fr 09:00-12:00,13:30-17:00; Sa 09:00-12:00",
                                      "Tu,We 10:00-12:00; PH off",
                                      "07:00-22:00",
                                      "Mo 09:00-12:00 \"sur RDV\"",
                                      "Mo-Sa \"selon le bus\"",
                                      "\"le matin\""};
    for (size_t i = 0; i < ARRAY_COUNT(osm); i++) {
        assert_slice(hours_any(slice_from_cstr(osm[i]), &arena), osm[i]);
    }
    assert_slice(hours_any(SLICE("Du lundi au vendredi"), &arena), "\"Du lundi au vendredi\"");
    assert_slice(hours_any(SLICE("2021"), &arena), "\"2021\"");
}

static void expect_period(const char *text, const char *start, const char *end) {
    struct date from;
    struct date to;
    struct buf out BUF_CLEANUP = buf_new(100);
    assert_true(period_read(slice_from_cstr(text), &from, &to));
    date_format(&from, &out);
    assert_slice(buf_slice(&out), start);
    buf_clear(&out);
    date_format(&to, &out);
    assert_slice(buf_slice(&out), end);
}

static void periods_are_read_as_people_write_them(void **state) {
    (void)state;
    struct date from;
    struct date to;
    expect_period("2021-2025", "2021", "2025");
    expect_period("Sep. 2021-Dec.2022", "2021-09", "2022-12");
    expect_period("Sep. 2022- Dec.2023", "2022-09", "2023-12");
    expect_period("depuis juin 2019", "2019-06", "");
    expect_period("de janvier 2020 à juillet 2021", "2020-01", "2021-07");
    expect_period("2022-05-03", "2022-05-03", "");
    assert_false(period_read(SLICE("bientôt"), &from, &to));
    assert_false(period_read(SLICE("2021 2022 2023"), &from, &to));
    assert_false(period_read(SLICE("juin"), &from, &to));
}

static void expect_role(const char *column, enum role role) {
    struct buf key BUF_CLEANUP = buf_new(256);
    unsigned rank;
    column_key(slice_from_cstr(column), &key);
    enum role found = role_from_column(buf_slice(&key), &rank);
    if (found != role) {
        print_error("%s: %s, not %s\n", column, role_name(found), role_name(role));
        fail();
    }
}

static void columns_of_real_sets_are_known_by_name(void **state) {
    (void)state;
    expect_role("nom_lieu", ROLE_TITLE);
    expect_role("lib_france_services", ROLE_TITLE);
    expect_role("Xlong", ROLE_LONGITUDE);
    expect_role("Ylat", ROLE_LATITUDE);
    expect_role("LATITUDE", ROLE_LATITUDE);
    expect_role("com_lieu", ROLE_CITY);
    expect_role("libgeo", ROLE_CITY);
    expect_role("lib_com", ROLE_CITY);
    expect_role("codgeo", ROLE_TERRITORY);
    expect_role("insee_com", ROLE_INSEE);
    expect_role("CONTACT.MAIL", ROLE_EMAIL);
    expect_role("COMPLEMENT.D.ADRESSE", ROLE_ADDRESS_MORE);
    expect_role("h_mercredi", ROLE_HOURS_WEDNESDAY);
    expect_role("Dispositif", ROLE_TYPE);
    expect_role("Code postal", ROLE_POSTAL_CODE);
    expect_role("Thématique(s)", ROLE_THEMES);
    expect_role("geo.latitude", ROLE_LATITUDE);
    expect_role("postal_code", ROLE_POSTAL_CODE);
    expect_role("Commentaire.horaires", ROLE_NONE);
    expect_role("nbre_pmr", ROLE_NONE);
}

static void every_role_has_a_name_of_its_own(void **state) {
    (void)state;
    for (unsigned i = 0; i < ROLE__COUNT; i++) {
        enum role found;
        assert_non_null(role_name((enum role)i));
        assert_true(role_from_name(slice_from_cstr(role_name((enum role)i)), &found));
        assert_int_equal(found, i);
    }
}

static void values_tell_their_role_when_the_name_does_not(void **state) {
    (void)state;
    const slice points[] = {SLICE("45.5, 5.9"), SLICE("45.6,5.8"), SLICE("-21.1,55.3")};
    const slice latitudes[] = {SLICE("45.5123"), SLICE("48.6898869"), SLICE("42.103")};
    const slice mails[] = {SLICE("a@b.fr"), SLICE("c@d.org"), SLICE("e@f.fr")};
    const slice telephones[] = {SLICE("04 79 00 00 00"), SLICE("+33479000000"),
                                SLICE("0479000000")};
    const slice postal[] = {SLICE("73100"), SLICE("73200"), SLICE("73350")};
    const slice insee[] = {SLICE("73065"), SLICE("2A348"), SLICE("73096")};
    const slice prose[] = {SLICE("un"), SLICE("deux"), SLICE("trois")};
    assert_int_equal(role_from_values(points, 3), ROLE_POINT);
    assert_int_equal(role_from_values(latitudes, 3), ROLE_LATITUDE);
    assert_int_equal(role_from_values(mails, 3), ROLE_EMAIL);
    assert_int_equal(role_from_values(telephones, 3), ROLE_TELEPHONE);
    assert_int_equal(role_from_values(postal, 3), ROLE_POSTAL_CODE);
    assert_int_equal(role_from_values(insee, 3), ROLE_INSEE);
    assert_int_equal(role_from_values(prose, 3), ROLE_NONE);
    assert_int_equal(role_from_values(mails, 2), ROLE_NONE);
}

static void a_map_file_is_read_with_its_line_of_error(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct columns columns = {.arena = &arena};
    struct problem problem = {.code = OK};
    assert_int_equal(
        mappings_read(SLICE("# a comment\n\ntitle = \"{a} · {b}\" # why\nkind=place\r\n"), &columns,
                      &problem),
        OK);
    assert_int_equal(columns.mapping_count, 2);
    assert_int_equal(columns.mappings[0].role, ROLE_TITLE);
    assert_slice(columns.mappings[0].template, "{a} · {b}");
    assert_slice(columns.mappings[1].template, "place");
    assert_int_equal(mappings_read(SLICE("title = {a}\ncolour = \"x\"\n"), &columns, &problem),
                     ERR_INPUT);
    assert_int_equal(problem.line, 2);
    assert_int_equal(mappings_read(SLICE("title"), &columns, &problem), ERR_INPUT);
    assert_int_equal(mappings_read(SLICE("title = \"open"), &columns, &problem), ERR_INPUT);
}

static void a_map_that_names_no_column_is_refused(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct columns columns = {.arena = &arena};
    struct warnings warnings = {0};
    struct problem problem = {.code = OK};
    struct record_field field = {.name = SLICE("nom"), .value = SLICE("x")};
    const struct record record = {.fields = &field, .field_count = 1};
    assert_int_equal(mappings_read(SLICE("kind = place\ntitle = \"{Nom}\"\n"), &columns, NULL), OK);
    assert_int_equal(columns_learn(&columns, &record, 1, &warnings, &problem),
                     OK); /* found by its key */
    struct columns wrong = {.arena = &arena};
    assert_int_equal(mappings_read(SLICE("kind = place\ntitle = \"{titre}\"\n"), &wrong, NULL), OK);
    assert_int_equal(columns_learn(&wrong, &record, 1, &warnings, &problem), ERR_INPUT);
    assert_int_equal(problem.line, 2);
    assert_non_null(strstr(problem.what, "titre"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absence_is_absence_however_it_is_written),
        cmocka_unit_test(doubly_encoded_text_is_mended_and_right_text_left_alone),
        cmocka_unit_test(french_text_survives_every_double_encoding),
        cmocka_unit_test(one_name_has_one_form),
        cmocka_unit_test(dates_are_read_as_people_and_programs_write_them),
        cmocka_unit_test(the_order_of_day_and_month_comes_from_the_whole_column),
        cmocka_unit_test(french_hours_of_a_day_become_osm),
        cmocka_unit_test(hours_that_are_not_understood_stay_readable),
        cmocka_unit_test(days_with_the_same_hours_are_joined),
        cmocka_unit_test(osm_hours_are_kept_and_prose_becomes_a_comment),
        cmocka_unit_test(periods_are_read_as_people_write_them),
        cmocka_unit_test(columns_of_real_sets_are_known_by_name),
        cmocka_unit_test(every_role_has_a_name_of_its_own),
        cmocka_unit_test(values_tell_their_role_when_the_name_does_not),
        cmocka_unit_test(a_map_file_is_read_with_its_line_of_error),
        cmocka_unit_test(a_map_that_names_no_column_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
