#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "html/html.h"

static struct buf out;

static const char *markdown_at(const char *text, unsigned level) {
    buf_clear(&out);
    struct html html = {.out = &out};
    assert_int_equal(html_markdown(&html, slice_from_cstr(text), level), OK);
    return buf_cstr(&out);
}

static const char *markdown(const char *text) {
    return markdown_at(text, 2);
}

static void headings_begin_at_the_level_of_the_page(void **state) {
    (void)state;
    assert_string_equal(markdown_at("# A\n\n## B\n", 2), "<h2>A</h2>\n<h3>B</h3>\n");
    assert_string_equal(markdown_at("##### A\n", 4), "<h6>A</h6>\n");
}

static void paragraphs_lists_and_tables_become_markup(void **state) {
    (void)state;
    assert_string_equal(markdown("un *deux* **trois** `q<r`"),
                        "<p>un <em>deux</em> <strong>trois</strong> <code>q&lt;r</code></p>\n");
    assert_string_equal(markdown("3. a\n4. b"),
                        "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
    assert_string_equal(
        markdown("|a|b|\n|---|---|\n|1|2|\n"),
        "<table>\n<thead>\n<tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr>\n</thead>\n"
        "<tbody>\n<tr><td>1</td><td>2</td></tr>\n</tbody>\n</table>\n");
}

static void raw_html_never_passes(void **state) {
    (void)state;
    assert_string_equal(markdown("a <b onclick=x>c</b>"),
                        "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n");
    assert_string_equal(markdown("<script>alert(1)</script>"),
                        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    assert_string_equal(markdown("<!-- x --><img src=x onerror=y>"),
                        "<p>&lt;!-- x --&gt;&lt;img src=x onerror=y&gt;</p>\n");
}

static void a_link_is_marked_as_written_by_visitors(void **state) {
    (void)state;
    assert_string_equal(markdown("[site](https://a.example/?x=1&y=2)"),
                        "<p><a rel=\"nofollow ugc noopener\" "
                        "href=\"https://a.example/?x=1&amp;y=2\">site</a></p>\n");
    assert_string_equal(markdown("voir https://a.example ici"),
                        "<p>voir <a rel=\"nofollow ugc noopener\" "
                        "href=\"https://a.example\">https://a.example</a> ici</p>\n");
}

static void a_link_that_runs_code_leaves_its_text_only(void **state) {
    (void)state;
    assert_string_equal(markdown("[x](javascript:alert(1))"), "<p>x</p>\n");
    assert_string_equal(markdown("[x](JAVASCRIPT:alert(1))"), "<p>x</p>\n");
    assert_string_equal(markdown("[x](&#106;avascript:alert(1))"), "<p>x</p>\n");
    assert_string_equal(markdown("[x](data:text/html;base64,eA==)"), "<p>x</p>\n");
    assert_string_equal(markdown("<javascript:alert(1)>"), "<p>javascript:alert(1)</p>\n");
    assert_string_equal(markdown("[x](/relative)"), "<p>x</p>\n");
}

static void an_address_cannot_leave_its_attribute(void **state) {
    (void)state;
    assert_string_equal(markdown("[x](https://a.example/\"onmouseover=y)"),
                        "<p><a rel=\"nofollow ugc noopener\" "
                        "href=\"https://a.example/&quot;onmouseover=y\">x</a></p>\n");
}

static void an_image_is_its_alternative_text(void **state) {
    (void)state;
    assert_string_equal(markdown("![la *berge*](https://a.example/x.png)"), "<p>la berge</p>\n");
}

static void entities_become_text_and_are_escaped_again(void **state) {
    (void)state;
    assert_string_equal(markdown("&eacute; &lt;b&gt; &#60;"), "<p>é &lt;b&gt; &lt;</p>\n");
}

static size_t count_of(slice text, slice part) {
    size_t count = 0;
    for (size_t at = slice_find_slice(text, 0, part); at < text.n;
         at = slice_find_slice(text, at + part.n, part)) {
        count++;
    }
    return count;
}

static void blocks_nested_too_deep_keep_their_text_and_stay_balanced(void **state) {
    (void)state;
    struct buf deep BUF_CLEANUP = buf_new(4096);
    for (unsigned i = 0; i < 300; i++) {
        buf_add_cstr(&deep, "> ");
    }
    buf_add_cstr(&deep, "fond");
    slice written = slice_from_cstr(markdown(buf_cstr(&deep)));
    assert_int_equal(count_of(written, SLICE("<blockquote>")), 99);
    assert_int_equal(count_of(written, SLICE("</blockquote>")), 99);
    assert_int_equal(count_of(written, SLICE("fond")), 1);
}

static void links_kept_and_refused_side_by_side_are_all_closed(void **state) {
    (void)state;
    const char *written =
        markdown("[a](https://a.example) [b](javascript:x) [c](https://c.example)");
    assert_string_equal(written,
                        "<p><a rel=\"nofollow ugc noopener\" href=\"https://a.example\">a</a> b "
                        "<a rel=\"nofollow ugc noopener\" href=\"https://c.example\">c</a></p>\n");
}

static void a_row_without_end_is_no_table(void **state) {
    (void)state;
    struct buf wide BUF_CLEANUP = buf_new(1 << 18);
    for (unsigned i = 0; i < 60000; i++) {
        buf_add_char(&wide, '|');
    }
    buf_add_cstr(&wide, "\n|-|\n");
    assert_int_equal(count_of(slice_from_cstr(markdown(buf_cstr(&wide))), SLICE("<t")), 0);
}

static void a_text_beyond_the_limit_is_refused(void **state) {
    (void)state;
    struct buf large BUF_CLEANUP = buf_new(1 << 20);
    while (large.n <= HTML_MARKDOWN_MAX) {
        buf_add_cstr(&large, "mot ");
    }
    buf_clear(&out);
    struct html html = {.out = &out};
    assert_int_equal(html_markdown(&html, buf_slice(&large), 2), ERR_LIMIT);
    assert_int_equal(out.n, 0);
}

int main(void) {
    out = buf_new(1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_begin_at_the_level_of_the_page),
        cmocka_unit_test(paragraphs_lists_and_tables_become_markup),
        cmocka_unit_test(raw_html_never_passes),
        cmocka_unit_test(a_link_is_marked_as_written_by_visitors),
        cmocka_unit_test(a_link_that_runs_code_leaves_its_text_only),
        cmocka_unit_test(an_address_cannot_leave_its_attribute),
        cmocka_unit_test(an_image_is_its_alternative_text),
        cmocka_unit_test(entities_become_text_and_are_escaped_again),
        cmocka_unit_test(blocks_nested_too_deep_keep_their_text_and_stay_balanced),
        cmocka_unit_test(a_row_without_end_is_no_table),
        cmocka_unit_test(a_text_beyond_the_limit_is_refused),
        cmocka_unit_test(links_kept_and_refused_side_by_side_are_all_closed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
    buf_free(&out);
    return failed;
}
