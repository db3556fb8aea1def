#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "html/html.h"

struct fixture {
    struct buf out;
    struct i18n *i18n;
    struct html html;
};

static int setup(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.out = buf_new(4096)};
    struct problem problem = {0};
    assert_int_equal(i18n_new(NULL, 0, &fixture.i18n, &problem), OK);
    fixture.html =
        (struct html){.out = &fixture.out, .language = i18n_language(fixture.i18n, SLICE("fr"))};
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    i18n_free(fixture->i18n);
    buf_free(&fixture->out);
    return 0;
}

static void assert_written(struct fixture *fixture, const char *expected) {
    assert_int_equal(fixture->out.failed, OK);
    assert_string_equal(buf_cstr(&fixture->out), expected);
    buf_clear(&fixture->out);
}

static void text_cannot_become_markup(void **state) {
    struct fixture *fixture = *state;
    html_text(&fixture->html, SLICE("<script>alert(\"l'eau & le sel\")</script>"));
    assert_written(fixture,
                   "&lt;script&gt;alert(&quot;l&#39;eau &amp; le sel&quot;)&lt;/script&gt;");
}

static void attribute_cannot_be_left(void **state) {
    struct fixture *fixture = *state;
    html_attr(&fixture->html, "value", SLICE("\" onclick=\"x"));
    assert_written(fixture, " value=\"&quot; onclick=&quot;x\"");
}

static void numbers_are_grouped_by_language_but_ids_are_not(void **state) {
    struct fixture *fixture = *state;
    html_number(&fixture->html, 15756);
    html_raw(&fixture->html, " ");
    html_i64(&fixture->html, 15756);
    html_number(&fixture->html, -1234567);
    assert_written(fixture, "15\u202f756 15756-1\u202f234\u202f567");
}

static void values_in_a_message_are_escaped_once(void **state) {
    struct fixture *fixture = *state;
    const slice values[] = {SLICE("L'Isle"), SLICE("<b>")};
    html_tf(&fixture->html, "%2 & %1, %3%", values, 2);
    assert_written(fixture, "&lt;b&gt; &amp; L&#39;Isle, %");
}

static void french_elides_before_a_value_that_is_escaped_all_the_same(void **state) {
    struct fixture *fixture = *state;
    const slice name = SLICE("Odette & fils");
    html_tf(&fixture->html, "le papier de %1", &name, 1);
    assert_written(fixture, "le papier d’Odette &amp; fils");
}

static void plural_takes_the_form_of_the_language(void **state) {
    struct fixture *fixture = *state;
    for (int64_t n = 0; n <= 2; n++) {
        html_tn(&fixture->html, "%n lieu", "%n lieux", n);
        html_raw(&fixture->html, ",");
    }
    html_tn(&fixture->html, "le lieu", "les %n lieux", 1);
    assert_written(fixture, "0 lieu,1 lieu,2 lieux,le lieu");
}

static void only_known_schemes_are_linked_outside(void **state) {
    struct fixture *fixture = *state;
    static const char *const refused[] = {"javascript:alert(1)",
                                          "JaVaScRiPt:alert(1)",
                                          "data:text/html,x",
                                          "//evil.example",
                                          "/path",
                                          " https://a.example",
                                          "https://",
                                          "https://a.example/\n",
                                          "java\tscript:x",
                                          "https://a.example/ b",
                                          "vbscript:msgbox",
                                          "",
                                          "ftp://a.example",
                                          "tel:",
                                          "https:/a.example",
                                          "\x01https://a.example"};
    static const char *const kept[] = {"https://a.example/?a=1&b=2", "HTTP://a.example",
                                       "mailto:a@b.example", "tel:+33123456789"};
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        assert_false(html_href_outside(&fixture->html, slice_from_cstr(refused[i])));
    }
    assert_written(fixture, "");
    for (size_t i = 0; i < ARRAY_COUNT(kept); i++) {
        assert_true(html_url_is_safe(slice_from_cstr(kept[i])));
    }
    assert_true(html_href_outside(&fixture->html, SLICE("https://a.example/?a=1&b=2")));
    assert_written(fixture, " href=\"https://a.example/?a=1&amp;b=2\"");
}

static void page_keeps_the_first_error_of_a_message_too_long(void **state) {
    struct fixture *fixture = *state;
    struct buf large BUF_CLEANUP = buf_new(1 << 20);
    for (size_t i = 0; i < 300 * 1024; i++) {
        buf_add_char(&large, 'a');
    }
    slice value = buf_slice(&large);
    html_tf(&fixture->html, "%1", &value, 1);
    assert_int_equal(fixture->out.failed, ERR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_cannot_become_markup, setup, teardown),
        cmocka_unit_test_setup_teardown(attribute_cannot_be_left, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_are_grouped_by_language_but_ids_are_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(values_in_a_message_are_escaped_once, setup, teardown),
        cmocka_unit_test_setup_teardown(french_elides_before_a_value_that_is_escaped_all_the_same,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(plural_takes_the_form_of_the_language, setup, teardown),
        cmocka_unit_test_setup_teardown(only_known_schemes_are_linked_outside, setup, teardown),
        cmocka_unit_test_setup_teardown(page_keeps_the_first_error_of_a_message_too_long, setup,
                                        teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
