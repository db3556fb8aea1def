#include "formats_fixture.h"

#include "formats/xml_write.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

static void expect_text(struct buf *out, const char *text) {
    assert_int_equal(out->failed, OK);
    assert_string_equal(buf_cstr(out), text);
    buf_clear(out);
}

static void markup_is_escaped_in_texts_and_attributes(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(4096);
    xml_text(&out, SLICE("a < b & c > \"d\" ]]>\n"));
    expect_text(&out, "a &lt; b &amp; c &gt; \"d\" ]]&gt;\n");
    xml_attribute(&out, "href", SLICE("?a=1&b=\"2\"\t<\n"));
    expect_text(&out, " href=\"?a=1&amp;b=&quot;2&quot;&#9;&lt;&#10;\"");
    xml_element(&out, "name", SLICE("Café"));
    expect_text(&out, "<name>Café</name>\n");
    xml_element(&out, "name", SLICE_EMPTY);
    expect_text(&out, "");
}

static void what_xml_cannot_hold_is_left_out(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(4096);
    xml_text(&out, SLICE("\x01\x08"
                         "a\x0b\x1f\xef\xbf\xbe\xef\xbf\xbf"
                         "b\xef\xbf\xbd\x7f"));
    expect_text(&out, "ab\xef\xbf\xbd\x7f");
}

/* Every character of Unicode, as text and as an attribute: libxml2 reads back what may stand. */
static void libxml_reads_every_character_back(void **state) {
    (void)state;
    struct buf text BUF_CLEANUP = buf_new(8u << 20);
    struct buf kept BUF_CLEANUP = buf_new(8u << 20);
    struct buf out BUF_CLEANUP = buf_new(32u << 20);
    for (uint32_t code = 1; code < 0x110000; code += code < 0x3000 ? 1 : 37) {
        if (code >= 0xd800 && code <= 0xdfff) {
            continue;
        }
        buf_add_utf8(&text, code);
        bool allowed = code == 9 || code == 10 || code == 13 || code >= 0x20;
        if (allowed && code != 0xfffe && code != 0xffff) {
            buf_add_utf8(&kept, code);
        }
    }
    buf_add_cstr(&out, XML_DECLARATION "<a");
    xml_attribute(&out, "b", buf_slice(&text));
    buf_add_char(&out, '>');
    xml_text(&out, buf_slice(&text));
    buf_add_cstr(&out, "</a>");
    assert_int_equal(out.failed, OK);
    xmlDoc *document =
        xmlReadMemory(out.p, (int)out.n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
    assert_non_null(document);
    xmlNode *root = xmlDocGetRootElement(document);
    xmlChar *content = xmlNodeGetContent(root);
    xmlChar *attribute = xmlGetProp(root, BAD_CAST "b");
    assert_string_equal((const char *)content, buf_cstr(&kept));
    assert_string_equal((const char *)attribute, buf_cstr(&kept));
    xmlFree(content);
    xmlFree(attribute);
    xmlFreeDoc(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_escaped_in_texts_and_attributes),
        cmocka_unit_test(what_xml_cannot_hold_is_left_out),
        cmocka_unit_test(libxml_reads_every_character_back),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
