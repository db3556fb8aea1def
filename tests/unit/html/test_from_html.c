/* HTML of others becomes Markdown or plain text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html/from_html.h"
#include "html/html.h"

#include <string.h>

typedef err conversion(slice html, struct buf *out);

static void expect(conversion *convert, const char *html, const char *expected) {
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    assert_int_equal(convert(slice_from_cstr(html), &out), OK);
    assert_string_equal(buf_cstr(&out), expected);
}

static void markup_is_known_by_its_shape(void **state) {
    (void)state;
    static const char *const markup[] = {"<p>Bonjour</p>",
                                         "a<br>b",
                                         "a<BR/>b",
                                         "R&amp;D",
                                         "&eacute;t&eacute;",
                                         "l&#39;eau",
                                         "x <a href='u'>y</a>",
                                         "fin</div>",
                                         "a<!-- x -->b"};
    static const char *const text[] = {
        "a < b et c > d", "AT&T",        "<3",          "I <3 you > all",  "Dupont & fils; suite",
        "<jean@a.org>",   "?a=1&copy=2", "&nonsense;",  "<https://a.org>", "x <y> z",
        "<pomme>",        "5<p",         "<p est petit"};
    for (size_t i = 0; i < ARRAY_COUNT(markup); i++) {
        assert_true(html_is_markup(slice_from_cstr(markup[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(text); i++) {
        assert_false(html_is_markup(slice_from_cstr(text[i])));
    }
}

static void paragraphs_breaks_and_entities_are_kept(void **state) {
    (void)state;
    expect(html_to_markdown,
           "<p>Un  caf&eacute;\n o&ugrave; l&#39;on r&eacute;pare.</p><p>Deux</p>",
           "Un café où l'on répare.\n\nDeux");
    expect(html_to_markdown, "Ligne 1<br>Ligne 2<br /><br/>Ligne 3",
           "Ligne 1\\\nLigne 2\n\nLigne 3");
    expect(html_to_markdown, "<div>A</div><div>B</div>", "A\n\nB");
    expect(html_to_markdown, "Jean &amp; Zoé &lt;3", "Jean & Zoé \\<3");
    expect(html_to_markdown, "", "");
    expect(html_to_markdown, "<p>&nbsp;</p><p>x</p>", "\xC2\xA0\n\nx");
}

static void marks_links_and_headings_become_markdown(void **state) {
    (void)state;
    expect(html_to_markdown, "Un <b>grand </b>café, <em>ouvert</em>.",
           "Un **grand** café, *ouvert*.");
    expect(html_to_markdown, "<a href=\"https://a.org/x?a=1&amp;b=2\">ici</a>",
           "[ici](<https://a.org/x?a=1&b=2>)");
    expect(html_to_markdown, "<a href='https://a.org'>https://a.org</a>",
           "[https://a.org](<https://a.org>)");
    expect(html_to_markdown, "<a href=\"javascript:alert(1)\">clic</a>", "clic");
    expect(html_to_markdown, "<a href=\"data:text/html,x\">clic</a>", "clic");
    expect(html_to_markdown, "<h2>Titre <b>fort</b></h2>texte", "## Titre **fort**\n\ntexte");
    expect(html_to_markdown, "<b></b>vide<i> </i>", "vide");
    expect(html_to_markdown, "dé<b>mo</b>cratie", "démocratie");
    expect(html_to_markdown, "<b>Prix :</b>5", "**Prix :** 5");
    expect(html_to_markdown, "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b");
}

static void lists_and_tables_keep_their_lines(void **state) {
    (void)state;
    expect(html_to_markdown,
           "<p>Il faut :</p><ul><li>un</li><li>deux<ul><li>bis</li></ul></li></ul>x",
           "Il faut :\n\n- un\n- deux\n\n  - bis\n\nx");
    expect(html_to_markdown, "<ol><li>un</li><li><p>deux</p><p>suite</p></li></ol>",
           "1. un\n2. deux\n\n   suite");
    expect(html_to_markdown,
           "<table><tr><th>Jour</th><th>Heure</th></tr><tr><td>Lundi</td><td>9h</td></tr></table>",
           "Jour · Heure\\\nLundi · 9h");
}

static void what_runs_is_dropped(void **state) {
    (void)state;
    expect(html_to_markdown,
           "a<script>alert(1)</script><style>p{}</style><!-- c --><svg><text>x</text></svg>b",
           "ab");
    expect(html_to_markdown, "<p>Film</p><iframe src=\"//a.org/v/1\"></iframe>", "Film");
    expect(html_to_markdown, "<iframe src=\"https://a.org/v/1\"></iframe>", "<https://a.org/v/1>");
    expect(html_to_markdown, "<img src=\"x.png\" alt=\"Le lac\"> bleu", "Le lac bleu");
    expect(html_to_markdown, "<form>Nom <input><select><option>x</select></form>", "Nom");
}

static void signs_of_markdown_are_escaped(void **state) {
    (void)state;
    expect(html_to_markdown, "<p>1. pas une liste</p><p># ni un titre</p><p>- ni ça</p>",
           "1\\. pas une liste\n\n\\# ni un titre\n\n\\- ni ça");
    expect(html_to_markdown, "<p>a*b*c [d] `e` snake_case</p>",
           "a\\*b\\*c \\[d\\] \\`e\\` snake\\_case");
}

static void plain_text_is_one_line(void **state) {
    (void)state;
    expect(html_to_plain, "<p>Un <b>caf&eacute;</b></p><ul><li>a*b</li><li>c</li></ul>",
           "Un café a*b c");
    expect(html_to_plain, "R&amp;D<br>Lyon", "R&D Lyon");
}

static void depth_is_bounded(void **state) {
    (void)state;
    struct buf deep BUF_CLEANUP = buf_new(1u << 20);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    for (unsigned i = 0; i < 20000; i++) {
        buf_add(&deep, SLICE("<blockquote><li><b>"));
    }
    buf_add(&deep, SLICE("x"));
    assert_int_equal(html_to_markdown(buf_slice(&deep), &out), OK);
}

/* What comes out reads as the same text: through our own Markdown, then back. */
static void what_comes_out_shows_the_same_words(void **state) {
    (void)state;
    static const char *const samples[] = {
        "<p>1. un *deux* _trois_ [quatre](x) &lt;b&gt; \\ | ~~cinq~~</p>",
        "<p>Prix : 5 &lt; 10 &amp; 3 &gt; 2</p><ul><li>a</li></ul>",
        "<h1>Titre #1</h1><p>+ plus</p><p>= égal</p>",
        "<p>a <a href='https://a.org/(x)'>lien [1]</a> b</p>",
    };
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        struct buf markdown BUF_CLEANUP = buf_new(65536);
        struct buf page BUF_CLEANUP = buf_new(65536);
        struct buf again BUF_CLEANUP = buf_new(65536);
        struct buf straight BUF_CLEANUP = buf_new(65536);
        struct html html = {.out = &page};
        assert_int_equal(html_to_markdown(slice_from_cstr(samples[i]), &markdown), OK);
        assert_int_equal(html_markdown(&html, buf_slice(&markdown), 2), OK);
        assert_int_equal(html_to_plain(buf_slice(&page), &again), OK);
        assert_int_equal(html_to_plain(slice_from_cstr(samples[i]), &straight), OK);
        assert_string_equal(buf_cstr(&again), buf_cstr(&straight));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_known_by_its_shape),
        cmocka_unit_test(paragraphs_breaks_and_entities_are_kept),
        cmocka_unit_test(marks_links_and_headings_become_markdown),
        cmocka_unit_test(lists_and_tables_keep_their_lines),
        cmocka_unit_test(what_runs_is_dropped),
        cmocka_unit_test(signs_of_markdown_are_escaped),
        cmocka_unit_test(plain_text_is_one_line),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(what_comes_out_shows_the_same_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
