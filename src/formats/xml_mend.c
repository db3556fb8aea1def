#include "formats/xml_int.h"
#include "text/text.h"
#include <libxml/HTMLparser.h>
#include <string.h>

#define LOOK_AHEAD (XML_REFERENCE_MAX + 2)

/* Bytes that nothing is to be decided about. */
static bool is_plain(unsigned char c) {
    return c != '&' && c != '<' && c != ']' && c != 0xEF &&
           (c >= 0x20 || c == '\n' || c == '\t' || c == '\r');
}

static bool is_xml_character(uint64_t c) {
    return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xD800) ||
           (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* "#8217" or "#x2019" -> its number; false when it is no number. */
static bool number_of(slice reference, uint64_t *number) {
    bool hex = reference.n > 2 && (reference.p[1] == 'x' || reference.p[1] == 'X');
    *number = 0;
    for (size_t i = hex ? 2 : 1; i < reference.n; i++) {
        unsigned char c = (unsigned char)reference.p[i];
        unsigned digit = c >= '0' && c <= '9'                        ? c - (unsigned)'0'
                         : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)(c | 32) - 'a' + 10
                                                                     : 99;
        if (digit > 15) {
            return false;
        }
        *number = *number * (hex ? 16 : 10) + digit;
        if (*number > 0x110000) {
            *number = 0x110000; /* beyond Unicode, however long */
        }
    }
    return reference.n > (hex ? 2 : 1);
}

static bool is_name(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.'))) {
            return false;
        }
    }
    return text.n > 0;
}

static bool is_predefined(slice name) {
    static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(name, slice_from_cstr(names[i]))) {
            return true;
        }
    }
    return false;
}

/* HTML 4's names (&eacute;), which feeds use without declaring them. */
static bool html_entity_write(slice name, struct buf *out) {
    char text[XML_REFERENCE_MAX + 1];
    if (name.n >= sizeof text) {
        return false;
    }
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)text);
    if (entity == NULL) {
        return false;
    }
    buf_add_utf8(out, entity->value);
    return true;
}

/* What stands at an `&`; returns the bytes taken. */
static size_t reference_mend(struct xml_mend *mend, slice text, struct buf *out) {
    slice head = slice_sub(text, 0, XML_REFERENCE_MAX);
    size_t end = slice_find(head, 1, ';');
    slice inner = slice_sub(head, 1, end - 1);
    uint64_t number;
    if (end < head.n && is_predefined(inner)) {
        buf_add(out, slice_sub(head, 0, end + 1));
        return end + 1;
    }
    if (end < head.n && inner.n > 0 && inner.p[0] == '#' && number_of(inner, &number)) {
        if (number >= 0x80 && number <= 0x9F) { /* written by a program that thinks in 1252 */
            char byte = (char)number;
            mend->references++;
            text_from_windows_1252(slice_of(&byte, 1), out);
        } else if (!is_xml_character(number)) {
            mend->references++;
            buf_add_char(out, ' ');
        } else {
            buf_add(out, slice_sub(head, 0, end + 1));
        }
        return end + 1;
    }
    if (end < head.n && is_name(inner)) {
        if (html_entity_write(inner, out)) {
            return end + 1;
        }
        buf_add(out, slice_sub(head, 0, end + 1)); /* declared, or the parser says where it is */
        return end + 1;
    }
    mend->references++;
    buf_add(out, SLICE("&amp;"));
    return 1;
}

/* U+FFFE and U+FFFF, which XML does not allow. */
static bool is_no_character(slice text) {
    return text.n >= 3 && text.p[0] == '\xEF' && text.p[1] == '\xBF' &&
           (text.p[2] == '\xBE' || text.p[2] == '\xBF');
}

size_t xml_mend(struct xml_mend *mend, slice text, bool ended, struct buf *out) {
    size_t at = 0;
    while (at < text.n) {
        size_t from = at;
        while (at < text.n && is_plain((unsigned char)text.p[at])) {
            at++;
        }
        buf_add(out, slice_sub(text, from, at - from));
        if (at == text.n || (!ended && text.n - at < LOOK_AHEAD)) {
            break;
        }
        slice rest = slice_sub(text, at, text.n - at);
        unsigned char c = (unsigned char)rest.p[0];
        if (c == '&' && !mend->in_cdata) {
            at += reference_mend(mend, rest, out);
        } else if (c < 0x20 || is_no_character(rest)) {
            mend->controls++;
            buf_add_char(out, ' ');
            at += c < 0x20 ? 1 : 3;
        } else {
            if (c == '<' && slice_starts_with(rest, SLICE("<![CDATA["))) {
                mend->in_cdata = true;
            } else if (c == ']' && slice_starts_with(rest, SLICE("]]>"))) {
                mend->in_cdata = false;
            }
            buf_add_char(out, rest.p[0]);
            at++;
        }
    }
    return at;
}
