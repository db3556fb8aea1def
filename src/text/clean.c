/* One form for one text: composed letters, no marks that nobody sees. */
#include "text/text_int.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_ascii_word(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

/* Whether a text may have letters that are written in two ways. Accented letters of Western
 * languages are composed below U+0300; general punctuation and the euro have one form. */
static bool may_be_decomposed(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        while (text.n - i >= 8 && is_ascii_word(text.p + i)) {
            i += 8;
        }
        if (i == text.n) {
            break;
        }
        unsigned char c = (unsigned char)text.p[i];
        unsigned char next = i + 1 < text.n ? (unsigned char)text.p[i + 1] : 0;
        if (c >= 0xCC && !(c == 0xE2 && ((next == 0x80 && i + 2 < text.n &&
                                          (unsigned char)text.p[i + 2] > 0x81) ||
                                         next == 0x82))) {
            return true;
        }
        i += c == 0xE2 ? 2 : 0;
    }
    return false;
}

bool text_compose(slice text, struct buf *out) {
    utf8proc_uint8_t *composed = NULL;
    if (!may_be_decomposed(text)) {
        return false;
    }
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    slice result = n < 0 ? text : slice_of((const char *)composed, (size_t)n);
    bool changed = !slice_equal(result, text);
    if (changed) {
        buf_add(out, result);
    }
    free(composed);
    return changed;
}

/* Marks of direction and width: they hide in names copied from elsewhere, and make two of one. */
static bool is_hidden(uint32_t codepoint) {
    return codepoint == 0xAD || codepoint == 0x61C || codepoint == 0x200B || codepoint == 0x200E ||
           codepoint == 0x200F || (codepoint >= 0x202A && codepoint <= 0x202E) ||
           (codepoint >= 0x2060 && codepoint <= 0x2069) || codepoint == 0xFEFF;
}

/* Joiners belong to scripts that need them, and to emoji. */
static bool is_stray_joiner(uint32_t codepoint, uint32_t before) {
    return (codepoint == 0x200C || codepoint == 0x200D) && before < 0x600;
}

static bool may_have_marks(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        unsigned char next = i + 1 < text.n ? (unsigned char)text.p[i + 1] : 0;
        if ((c == 0xC2 && (next == 0xAD || next == 0x85)) || c == 0xD8 ||
            (c == 0xE2 && (next == 0x80 || next == 0x81)) || (c == 0xE3 && next == 0x80) ||
            c == 0xEF) {
            return true;
        }
    }
    return false;
}

bool text_one_line(slice text, struct buf *out) {
    size_t start = out->n;
    uint32_t before = 0;
    if (!may_have_marks(text)) {
        return false;
    }
    for (size_t i = 0; i < text.n;) {
        size_t length;
        uint32_t codepoint = text_decode(text, i, &length);
        if (codepoint >= 0xFF01 && codepoint <= 0xFF5E) { /* full width */
            buf_add_utf8(out, codepoint - 0xFF01 + '!');
        } else if (codepoint == 0x3000 || codepoint == 0x2028 || codepoint == 0x2029 ||
                   codepoint == 0x85) {
            buf_add_char(out, ' ');
        } else if (!is_hidden(codepoint) && !is_stray_joiner(codepoint, before)) {
            buf_add(out, slice_sub(text, i, length));
            before = codepoint;
        }
        i += length;
    }
    if (out->failed == OK && slice_equal(slice_of(out->p + start, out->n - start), text)) {
        out->n = start;
        return false;
    }
    return out->failed == OK;
}
