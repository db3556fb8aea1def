#include "text/text_int.h"

#include <stdlib.h>
#include <utf8proc.h>

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

static uint32_t utf16_unit(slice bytes, size_t i, bool big_endian) {
    uint32_t a = (unsigned char)bytes.p[i];
    uint32_t b = (unsigned char)bytes.p[i + 1];
    return big_endian ? a << 8 | b : b << 8 | a;
}

static err utf16_append(slice bytes, bool big_endian, struct buf *out) {
    for (size_t i = 0; i < bytes.n; i += 2) {
        uint32_t unit = utf16_unit(bytes, i, big_endian);
        if (i == 0 && unit == 0xFEFF) {
            continue; /* the byte order mark is no text */
        }
        if (unit >= 0xD800 && unit < 0xDC00 && i + 2 < bytes.n) {
            uint32_t low = utf16_unit(bytes, i + 2, big_endian);
            if (low >= 0xDC00 && low < 0xE000) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        if (unit == 0 || (unit >= 0xD800 && unit < 0xE000)) {
            return ERR_INPUT;
        }
        buf_add_utf8(out, unit);
    }
    return out->failed;
}

err text_from_utf16(slice bytes, bool big_endian, struct buf *out) {
    if (bytes.n % 2) {
        return ERR_INPUT;
    }
    size_t before = out->n;
    err result = utf16_append(bytes, big_endian, out);
    if (result != OK) {
        out->n = before;
    }
    return result;
}

/* True for what has neither canonical decomposition nor composes with a neighbour: all below
 * U+0300, and the punctuation and currency signs that French text uses. */
static bool is_nfc_plain(uint32_t codepoint) {
    return codepoint < 0x300 || (codepoint >= 0x2010 && codepoint < 0x2060) ||
           (codepoint >= 0x20A0 && codepoint < 0x20C0);
}

void text_nfc(slice text, struct buf *out) {
    size_t length;
    size_t i = 0;
    while (i < text.n && is_nfc_plain(text_decode(text, i, &length))) {
        i += length;
    }
    if (i == text.n) {
        buf_add(out, text);
        return;
    }
    utf8proc_uint8_t *normal = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n,
                                      &normal, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n >= 0) {
        buf_add_bytes(out, normal, (size_t)n);
    } else if (n == UTF8PROC_ERROR_NOMEM && out->failed == OK) {
        out->failed = ERR_MEMORY;
    } else {
        buf_add(out, text); /* not UTF-8: stays what it is */
    }
    free(normal);
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
           (*codepoint < 0x80 || is_likely_western(*codepoint));
}

bool text_mend_double_encoding(slice text, struct buf *out) {
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
    if (!mended) {
        out->n = before;
    }
    return mended;
}
