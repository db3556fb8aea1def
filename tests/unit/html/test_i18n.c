#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "html/i18n.h"
#include "mo.h"

static const struct mo_pair pairs[] = {
    {"", NULL, "Language: en\n", NULL}, {"%n lieu", "%n lieux", "%n place", "%n places"},
    {"Eau", NULL, "Water", NULL},       {"Vide", NULL, "", NULL},
    {"à %1", NULL, "%1 away", NULL},    {"le papier de %1", NULL, "%1’s paper", NULL},
};

struct fixture {
    struct buf mo;
    struct i18n *i18n;
    const struct i18n_language *fr, *en;
};

static int setup(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.mo = buf_new(1 << 16)};
    mo_make(pairs, ARRAY_COUNT(pairs), &fixture.mo);
    struct i18n_catalogue catalogue = {.language = SLICE("en"), .mo = buf_slice(&fixture.mo)};
    struct problem problem = {0};
    assert_int_equal(i18n_new(&catalogue, 1, &fixture.i18n, &problem), OK);
    fixture.fr = i18n_language(fixture.i18n, SLICE("fr"));
    fixture.en = i18n_language(fixture.i18n, SLICE("en"));
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    i18n_free(fixture->i18n);
    buf_free(&fixture->mo);
    return 0;
}

static void assert_text(slice text, const char *expected) {
    struct buf copy BUF_CLEANUP = buf_new(4096);
    buf_add(&copy, text);
    assert_string_equal(buf_cstr(&copy), expected);
}

static void a_text_is_translated_or_stays_french(void **state) {
    struct fixture *fixture = *state;
    assert_text(i18n(fixture->en, "Eau"), "Water");
    assert_text(i18n(fixture->fr, "Eau"), "Eau");
    assert_text(i18n(fixture->en, "Sans traduction"), "Sans traduction");
    assert_text(i18n(fixture->en, "Vide"), "Vide");
    assert_text(i18n(fixture->en, "Ea"), "Ea");
    assert_text(i18n(fixture->en, "%n lieu"), "%n place");
}

static void zero_is_singular_in_french_and_plural_in_english(void **state) {
    struct fixture *fixture = *state;
    assert_text(i18n_plural(fixture->fr, "%n lieu", "%n lieux", 0), "%n lieu");
    assert_text(i18n_plural(fixture->en, "%n lieu", "%n lieux", 0), "%n places");
    assert_text(i18n_plural(fixture->en, "%n lieu", "%n lieux", 1), "%n place");
    assert_text(i18n_plural(fixture->en, "%n fiche", "%n fiches", 2), "%n fiches");
    assert_text(i18n_plural(fixture->en, "Eau", "Eaux", 2), "Water");
}

static void an_unknown_language_is_french(void **state) {
    struct fixture *fixture = *state;
    const struct i18n_language *other = i18n_language(fixture->i18n, SLICE("de"));
    assert_text(i18n_code(other), "fr");
    assert_int_equal(i18n_index(fixture->fr), 0);
    assert_int_equal(i18n_index(fixture->en), 1);
}

static void values_stand_where_the_language_wants_them(void **state) {
    struct fixture *fixture = *state;
    struct buf out BUF_CLEANUP = buf_new(256);
    slice value = SLICE("2 km");
    i18n_tf(fixture->fr, "à %1", &value, 1, &out);
    buf_add_cstr(&out, " | ");
    i18n_tf(fixture->en, "à %1", &value, 1, &out);
    buf_add_cstr(&out, " | ");
    i18n_tn(fixture->en, "%n lieu", "%n lieux", 15756, &out);
    assert_string_equal(buf_cstr(&out), "à 2 km | 2 km away | 15,756 places");
}

static void french_elides_before_a_name_that_begins_with_a_vowel(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *fr, *en;
    } cases[] = {
        {"Odette", "le papier d’Odette", "Odette’s paper"},
        {"Élise", "le papier d’Élise", "Élise’s paper"},
        {"œuvres", "le papier d’œuvres", "œuvres’s paper"},
        {"Yves", "le papier d’Yves", "Yves’s paper"},
        {"Yasmine", "le papier de Yasmine", "Yasmine’s paper"},
        {"Y", "le papier de Y", "Y’s paper"},
        {"Denis", "le papier de Denis", "Denis’s paper"},
        {"Hélène", "le papier de Hélène", "Hélène’s paper"},
        {"8 h", "le papier de 8 h", "8 h’s paper"},
        {"«Â AgoraÂ »", "le papier de «Â AgoraÂ »", "«Â AgoraÂ »’s paper"},
        {"Éééééééé", "le papier d’Éééééééé", "Éééééééé’s paper"},
        {"", "le papier de ", "’s paper"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf fr BUF_CLEANUP = buf_new(256);
        struct buf en BUF_CLEANUP = buf_new(256);
        slice name = slice_from_cstr(cases[i].name);
        i18n_tf(fixture->fr, "le papier de %1", &name, 1, &fr);
        i18n_tf(fixture->en, "le papier de %1", &name, 1, &en);
        assert_string_equal(buf_cstr(&fr), cases[i].fr);
        assert_string_equal(buf_cstr(&en), cases[i].en);
    }
    slice name = SLICE("Odette");
    struct buf whole BUF_CLEANUP = buf_new(256);
    i18n_tf(fixture->fr, "grande %1", &name, 1, &whole); /* the end of another word */
    assert_string_equal(buf_cstr(&whole), "grande Odette");
}

/* Cut anywhere, or with any length, offset or count overwritten, a catalogue is refused or safe. */
static void a_damaged_catalogue_is_refused_or_harmless(void **state) {
    struct fixture *fixture = *state;
    slice whole = buf_slice(&fixture->mo);
    size_t refused = 0;
    for (size_t cut = 0; cut < whole.n; cut++) {
        char *bytes = malloc(cut + 1); /* its own block: a read behind the end is seen by ASan */
        assert_non_null(bytes);
        memcpy(bytes, whole.p, cut);
        struct i18n_catalogue catalogue = {.language = SLICE("en"), .mo = slice_of(bytes, cut)};
        struct i18n *made = NULL;
        struct problem problem = {0};
        if (i18n_new(&catalogue, 1, &made, &problem) == OK) {
            (void)i18n(i18n_language(made, SLICE("en")), "Eau");
            i18n_free(made);
        } else {
            assert_int_equal(problem.code, ERR_CORRUPT);
            refused++;
        }
        free(bytes);
    }
    assert_true(refused + 1 >= whole.n); /* at most the last NUL may be missing */
    for (size_t at = 0; at + 4 <= 28 + 16 * ARRAY_COUNT(pairs); at += 4) {
        struct buf damaged BUF_CLEANUP = buf_new(1 << 16);
        buf_add(&damaged, whole);
        memset(damaged.p + at, 0xff, 4);
        struct i18n_catalogue catalogue = {.language = SLICE("en"), .mo = buf_slice(&damaged)};
        struct i18n *made = NULL;
        struct problem problem = {0};
        if (i18n_new(&catalogue, 1, &made, &problem) == OK) {
            (void)i18n(i18n_language(made, SLICE("en")), "Eau");
            (void)i18n_plural(i18n_language(made, SLICE("en")), "%n lieu", "%n lieux", 3);
            i18n_free(made);
        }
    }
}

static void dates_are_written_as_the_language_does(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        const char *date;
        enum i18n_date_form form;
        const char *fr, *en;
    } rows[] = {
        {"2026-11-28", I18N_DATE_LONG, "samedi 28 novembre 2026", "Saturday 28 November 2026"},
        {"2026-11-28", I18N_DATE_SHORT, "sam. 28 nov. 2026", "Sat 28 Nov 2026"},
        {"2026-11-28", I18N_DATE_PLAIN, "28 novembre 2026", "28 November 2026"},
        {"2026-08-01", I18N_DATE_PLAIN, "1er août 2026", "1 August 2026"},
        {"2026-05", I18N_DATE_LONG, "mai 2026", "May 2026"},
        {"2022-21", I18N_DATE_LONG, "printemps 2022", "spring 2022"},
        {"2022", I18N_DATE_LONG, "2022", "2022"},
        {"", I18N_DATE_LONG, "", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct date date = {0};
        struct buf out BUF_CLEANUP = buf_new(128);
        assert_int_equal(date_parse(slice_from_cstr(rows[i].date), &date), OK);
        i18n_date(fixture->fr, &date, rows[i].form, &out);
        assert_string_equal(buf_cstr(&out), rows[i].fr);
        buf_clear(&out);
        i18n_date(fixture->en, &date, rows[i].form, &out);
        assert_string_equal(buf_cstr(&out), rows[i].en);
    }
}

static void distances_are_rounded_to_what_one_can_tell(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        double metres;
        const char *written;
    } rows[] = {{0, "50\u00a0m"},
                {349, "350\u00a0m"},
                {999, "1000\u00a0m"},
                {1499, "1\u00a0km"},
                {1500, "2\u00a0km"},
                {15400, "15\u00a0km"},
                {1234000, "1\u202f234\u00a0km"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf out BUF_CLEANUP = buf_new(64);
        i18n_distance(fixture->fr, rows[i].metres, &out);
        assert_string_equal(buf_cstr(&out), rows[i].written);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_text_is_translated_or_stays_french, setup, teardown),
        cmocka_unit_test_setup_teardown(zero_is_singular_in_french_and_plural_in_english, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unknown_language_is_french, setup, teardown),
        cmocka_unit_test_setup_teardown(values_stand_where_the_language_wants_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(french_elides_before_a_name_that_begins_with_a_vowel, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_damaged_catalogue_is_refused_or_harmless, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(dates_are_written_as_the_language_does, setup, teardown),
        cmocka_unit_test_setup_teardown(distances_are_rounded_to_what_one_can_tell, setup,
                                        teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
