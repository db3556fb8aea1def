#include "formats/xml_write.h"

/* Bytes at `at` that XML 1.0 has no place for: 0 when there are none. Text is UTF-8. */
static size_t forbidden_bytes(slice text, size_t at) {
    unsigned char byte = (unsigned char)text.p[at];
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
        return 1;
    }
    if (byte == 0xef && at + 2 < text.n && (unsigned char)text.p[at + 1] == 0xbf &&
        (unsigned char)text.p[at + 2] >= 0xbe) {
        return 3; /* U+FFFE, U+FFFF */
    }
    return 0;
}

static slice reference_of(char byte, bool attribute) {
    switch (byte) {
    case '&':
        return SLICE("&amp;");
    case '<':
        return SLICE("&lt;");
    case '>':
        return SLICE("&gt;"); /* also in "]]>" */
    case '"':
        return attribute ? SLICE("&quot;") : SLICE_EMPTY;
    case '\r':
        return SLICE("&#13;");
    case '\n':
        return attribute ? SLICE("&#10;") : SLICE_EMPTY;
    case '\t':
        return attribute ? SLICE("&#9;") : SLICE_EMPTY;
    default:
        return SLICE_EMPTY;
    }
}

static void escape(struct buf *out, slice text, bool attribute) {
    size_t from = 0;
    for (size_t i = 0; i < text.n;) {
        slice reference = reference_of(text.p[i], attribute);
        size_t skipped = reference.n > 0 ? 1 : forbidden_bytes(text, i);
        if (skipped == 0) {
            i++;
            continue;
        }
        buf_add(out, slice_sub(text, from, i - from));
        buf_add(out, reference);
        i += skipped;
        from = i;
    }
    buf_add(out, slice_sub(text, from, text.n - from));
}

void xml_text(struct buf *out, slice text) {
    escape(out, text, false);
}

void xml_attribute(struct buf *out, const char *name, slice value) {
    buf_add_char(out, ' ');
    buf_add_cstr(out, name);
    buf_add_cstr(out, "=\"");
    escape(out, value, true);
    buf_add_char(out, '"');
}

void xml_element(struct buf *out, const char *name, slice text) {
    if (text.n == 0) {
        return;
    }
    buf_add_char(out, '<');
    buf_add_cstr(out, name);
    buf_add_char(out, '>');
    escape(out, text, false);
    buf_add_cstr(out, "</");
    buf_add_cstr(out, name);
    buf_add_cstr(out, ">\n");
}
