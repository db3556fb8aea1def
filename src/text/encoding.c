#include "text/text_int.h"

#define MEND_DEEP_MAX 3

/* The bytes 0x80 to 0x9F; the rest of Windows-1252 is Latin-1. */
static const uint16_t windows_1252_upper[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

uint32_t text_windows_1252_codepoint(unsigned char byte) {
    if (byte == 0) {
        return TEXT_REPLACEMENT; /* text never holds NUL */
    }
    return byte >= 0x80 && byte < 0xA0 ? windows_1252_upper[byte - 0x80] : byte;
}

void text_from_windows_1252(slice bytes, struct buf *out) {
    size_t plain = 0; /* start of the run that is ASCII */
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char byte = (unsigned char)bytes.p[i];
        if (byte == 0 || byte >= 0x80) {
            buf_add(out, slice_sub(bytes, plain, i - plain));
            buf_add_utf8(out, text_windows_1252_codepoint(byte));
            plain = i + 1;
        }
    }
    buf_add(out, slice_sub(bytes, plain, bytes.n));
}

/* The byte that Windows-1252 (or Latin-1, for C1 controls) has for a code point, -1 for none. */
static int windows_1252_byte(uint32_t codepoint) {
    if (codepoint <= 0xFF) {
        return (int)codepoint;
    }
    for (int i = 0; i < 32; i++) {
        if (windows_1252_upper[i] == codepoint) {
            return 0x80 + i;
        }
    }
    return -1;
}

/* What Western text has beyond ASCII. Others are not believed: "LIBERTÉ…" taken as bytes would be a
 * rare letter too, and nobody wrote that letter. */
static bool is_likely_western(uint32_t codepoint) {
    return (codepoint >= 0xA0 && codepoint <= 0xFF) || codepoint >= 0x10000 ||
           (codepoint >= 0x2000 && codepoint < 0x3000) || codepoint == 0xFEFF ||
           (codepoint >= 0xFB00 && codepoint <= 0xFB06) || codepoint == 0x152 ||
           codepoint == 0x153 || codepoint == 0x160 || codepoint == 0x161 || codepoint == 0x178 ||
           codepoint == 0x17D || codepoint == 0x17E;
}

/* Reads the character whose bytes are spelled by the characters at text.p[*i]. */
static bool mend_character(slice text, size_t *i, uint32_t *codepoint) {
    char bytes[4];
    size_t n = 0;
    size_t wanted = 1;
    while (n < wanted) {
        if (*i >= text.n) {
            return false;
        }
        size_t length;
        int byte = windows_1252_byte(text_decode(text, *i, &length));
        if (byte < 0) {
            return false;
        }
        bytes[n++] = (char)byte;
        *i += length;
        if (n == 1) {
            wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        }
    }
    size_t length;
    *codepoint = text_decode(slice_of(bytes, n), 0, &length);
    return length == n && *codepoint != TEXT_REPLACEMENT &&
           (*codepoint < 0xA0 || is_likely_western(*codepoint));
}

/* Control characters of Latin-1 are no text: they show bytes that were encoded yet another time. */
static bool has_controls(slice text) {
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] == '\xC2' && (unsigned char)text.p[i + 1] < 0xA0) {
            return true;
        }
    }
    return false;
}

static bool mend(slice text, struct buf *out, unsigned depth) {
    size_t before = out->n;
    bool mended = false;
    for (size_t i = 0; i < text.n;) {
        if ((unsigned char)text.p[i] < 0x80) {
            buf_add_char(out, text.p[i++]);
            continue;
        }
        uint32_t codepoint;
        if (!mend_character(text, &i, &codepoint)) {
            mended = false;
            break;
        }
        buf_add_utf8(out, codepoint);
        mended = true;
    }
    if (mended && out->failed == OK && has_controls(slice_of(out->p + before, out->n - before))) {
        struct buf deeper BUF_CLEANUP = buf_new(out->limit);
        slice once = slice_of(out->p + before, out->n - before);
        mended = depth < MEND_DEEP_MAX && mend(once, &deeper, depth + 1);
        out->n = before;
        buf_add(out, mended ? buf_slice(&deeper) : SLICE_EMPTY);
    }
    if (!mended) {
        out->n = before;
    }
    return mended;
}

bool text_mend_double_encoding(slice text, struct buf *out) {
    return mend(text, out, 0);
}
