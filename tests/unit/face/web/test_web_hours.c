#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "face/web/page/page.h"
#include "tests/unit/html/mo.h"

static const struct mo_pair pairs[] = {
    /* sorted by their bytes */
    {"%1\u00a0h", NULL, "%1:00", NULL},
    {"%1\u00a0h\u00a0%2", NULL, "%1:%2", NULL},
    {"1er %1 du mois", NULL, "1st %1 of the month", NULL},
    {"ferm\u00e9", NULL, "closed", NULL},
    {"lundi", NULL, "Monday", NULL},
    {"samedi", NULL, "Saturday", NULL},
    {"vendredi", NULL, "Friday", NULL},
    {"\u00a0: ", NULL, ": ", NULL},
    {"\u00e0 partir de %1", NULL, "from %1", NULL},
    {"\u202f; ", NULL, "; ", NULL},
};

static struct i18n *i18n_made;
static struct buf mo;
static struct arena arena;

static int setup(void **state) {
    (void)state;
    mo = buf_new(1 << 16);
    mo_make(pairs, ARRAY_COUNT(pairs), &mo);
    struct i18n_catalogue catalogue = {.language = SLICE("en"), .mo = buf_slice(&mo)};
    struct problem problem = {0};
    arena = arena_make(4096, 0);
    return i18n_new(&catalogue, 1, &i18n_made, &problem) == OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    i18n_free(i18n_made);
    buf_free(&mo);
    arena_free(&arena);
    return 0;
}

static const char *hours_in(const char *language, const char *osm) {
    struct page page = {.arena = &arena,
                        .html = {.language = i18n_language(i18n_made, slice_from_cstr(language))}};
    return arena_cstr(&arena, hours_text(&page, slice_from_cstr(osm)));
}

static void assert_rows(const char *language, const char *const rows[][2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(hours_in(language, rows[i][0]), rows[i][1]);
    }
}

#define H "\u00a0h"
#define C "\u00a0: "
#define S "\u202f; "

static void days_and_times_are_told_in_french(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Mo-Fr 09:00-12:00,14:00-17:30",
         "Lundi–vendredi" C "9" H " – 12" H ", 14" H " – 17" H "\u00a0"
         "30"},
        {"We 14:00-18:00; Sa 10:00-12:00",
         "Mercredi" C "14" H " – 18" H S "samedi" C "10" H " – 12" H},
        {"Mo-Fr 08:00-12:00, Sa 9:00-12:00",
         "Lundi–vendredi" C "8" H " – 12" H S "samedi" C "9" H " – 12" H},
        {"Mo,We,Fr 09:00-10:00", "Lundi, mercredi, vendredi" C "9" H " – 10" H},
        {"09:00-12:00", "9" H " – 12" H},
        {"Fr 22:00-26:00", "Vendredi" C "22" H " – 2" H},
        {"Sa 18:00+", "Samedi" C "à partir de 18" H},
        {"Su 00:00-24:00", "Dimanche" C "toute la journée"},
        {"24/7", "Tous les jours, jour et nuit"},
        {"mo-fr 09:00-12:00;", "Lundi–vendredi" C "9" H " – 12" H},
    };
    assert_rows("fr", rows, ARRAY_COUNT(rows));
}

static void closures_holidays_and_comments_are_told(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Mo-Sa 10:00-18:00; PH off", "Lundi–samedi" C "10" H " – 18" H S "jours fériés" C "fermé"},
        {"SH closed", "Vacances scolaires" C "fermé"},
        {"\"sur rendez-vous\"", "(sur rendez-vous)"},
        {"Tu 14:00-17:00 \"sur rendez-vous\"", "Mardi" C "14" H " – 17" H " (sur rendez-vous)"},
    };
    assert_rows("fr", rows, ARRAY_COUNT(rows));
}

static void seasons_dates_and_nth_days_are_told(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Apr-Oct: Mo-Fr 09:00-18:00", "Avril–octobre, lundi–vendredi" C "9" H " – 18" H},
        {"Jul 14-Aug 15 10:00-12:00", "14 juillet – 15 août" C "10" H " – 12" H},
        {"Dec 24-26 off", "24 décembre – 26 décembre" C "fermé"},
        {"May 01 off", "1er mai" C "fermé"},
        {"Sa[1] 14:00-17:00", "1er samedi du mois" C "14" H " – 17" H},
        {"Sa[1,3] 14:00-17:00", "1er samedi du mois, 3e samedi du mois" C "14" H " – 17" H},
        {"Su[-1] 10:00-12:00", "Dernier dimanche du mois" C "10" H " – 12" H},
        {"sunrise-sunset", "Lever du soleil – coucher du soleil"},
        {"Apr 09:00-10:00", "Avril" C "9" H " – 10" H},
    };
    assert_rows("fr", rows, ARRAY_COUNT(rows));
}

static void hours_are_told_in_english(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Mo-Fr 09:00-17:30; Sa off", "Monday–Friday: 9:00 – 17:30; Saturday: closed"},
        {"Sa[1] 18:00+", "1st Saturday of the month: from 18:00"},
    };
    assert_rows("en", rows, ARRAY_COUNT(rows));
}

static void what_is_not_understood_stays_as_it_is(void **state) {
    (void)state;
    static const char *const kept[] = {
        "",
        "Lundi de 9h à 12h",
        "Mo-Fr 09:00-12:00 || \"sur rendez-vous\"",
        "week 1-10 Mo 09:00-12:00",
        "Mo-Fr 09:00-25",
        "Mo-Fr 9h-12h",
        "Mo-Xx 09:00-12:00",
        "Mo 09:60-12:00",
        "Mo 49:00-50:00",
        "Mo[0] 09:00-12:00",
        "Mo[6] 09:00-12:00",
        "Mo 09:00-12:00 trailing",
        "Jul-14 09:00-12:00",
        "Jan 32 off",
        "\"never ends",
        ";",
    };
    for (size_t i = 0; i < ARRAY_COUNT(kept); i++) {
        assert_string_equal(hours_in("fr", kept[i]), kept[i]);
    }
}

static void a_text_that_is_too_long_stays_as_it_is(void **state) {
    (void)state;
    struct buf text BUF_CLEANUP = buf_new(4096);
    while (text.n < 1000) {
        buf_add_cstr(&text, "Mo 09:00-10:00; ");
    }
    assert_string_equal(hours_in("fr", buf_cstr(&text)), buf_cstr(&text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_times_are_told_in_french),
        cmocka_unit_test(closures_holidays_and_comments_are_told),
        cmocka_unit_test(seasons_dates_and_nth_days_are_told),
        cmocka_unit_test(hours_are_told_in_english),
        cmocka_unit_test(what_is_not_understood_stays_as_it_is),
        cmocka_unit_test(a_text_that_is_too_long_stays_as_it_is),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("web hours", tests, setup, teardown);
}
