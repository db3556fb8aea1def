#include "base/buf.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST_BYTES 64

struct buf buf_new(size_t limit) {
    return (struct buf){.limit = limit};
}

void buf_free(struct buf *buf) {
    free(buf->p);
    *buf = (struct buf){.limit = buf->limit};
}

void buf_clear(struct buf *buf) {
    buf->n = 0;
    buf->failed = OK;
}

/* Makes room for `more` bytes and a NUL. False, with the error kept, when that cannot be. */
static bool buf_reserve(struct buf *buf, size_t more) {
    if (buf->failed) {
        return false;
    }
    if (more > buf->limit - buf->n || buf->n + more == SIZE_MAX) {
        buf->failed = ERR_LIMIT;
        return false;
    }
    size_t need = buf->n + more + 1;
    if (need <= buf->capacity) {
        return true;
    }
    size_t capacity = buf->capacity ? buf->capacity : BUF_FIRST_BYTES;
    while (capacity < need) {
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    }
    char *p = realloc(buf->p, capacity);
    if (!p) {
        buf->failed = ERR_MEMORY;
        return false;
    }
    buf->p = p;
    buf->capacity = capacity;
    return true;
}

void buf_add_bytes(struct buf *buf, const void *bytes, size_t n) {
    if (n && buf_reserve(buf, n)) {
        memcpy(buf->p + buf->n, bytes, n);
        buf->n += n;
    }
}

void buf_add(struct buf *buf, slice text) {
    buf_add_bytes(buf, text.p, text.n);
}

void buf_add_char(struct buf *buf, char byte) {
    if (buf_reserve(buf, 1)) {
        buf->p[buf->n++] = byte;
    }
}

void buf_add_cstr(struct buf *buf, const char *text) {
    buf_add_bytes(buf, text, strlen(text));
}

/* Writes the digits before `end` and returns where they start. 20 bytes hold any value. */
static char *digits_before(char *end, uint64_t value) {
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return end;
}

void buf_add_u64(struct buf *buf, uint64_t value) {
    char digits[20];
    char *end = digits + sizeof(digits);
    char *start = digits_before(end, value);
    buf_add_bytes(buf, start, (size_t)(end - start));
}

void buf_add_i64(struct buf *buf, int64_t value) {
    char digits[21];
    char *end = digits + sizeof(digits);
    char *start = digits_before(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0) {
        *--start = '-';
    }
    buf_add_bytes(buf, start, (size_t)(end - start));
}

void buf_add_double(struct buf *buf, double value) {
    if (!isfinite(value)) {
        buf_add_cstr(buf, "null");
        return;
    }
    if (fabs(value) < 1e15 && value == trunc(value)) {
        buf_add_i64(buf, (int64_t)value);
        return;
    }
    /* Fifteen digits always survive; subnormals may need fewer than that. */
    char text[40];
    int n = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    buf_add_bytes(buf, text, (size_t)n);
}

void buf_add_e7(struct buf *buf, int32_t value_e7) {
    uint32_t size = value_e7 < 0 ? 0 - (uint32_t)value_e7 : (uint32_t)value_e7;
    char text[24];
    char *end = text + sizeof(text);
    char *start = end;
    uint32_t fraction = size % 10000000;
    if (fraction) {
        int places = 7;
        for (; fraction % 10 == 0; places--) {
            fraction /= 10;
        }
        for (; places > 0; places--) {
            *--start = (char)('0' + fraction % 10);
            fraction /= 10;
        }
        *--start = '.';
    }
    start = digits_before(start, size / 10000000);
    if (value_e7 < 0) {
        *--start = '-';
    }
    buf_add_bytes(buf, start, (size_t)(end - start));
}

void buf_add_utf8(struct buf *buf, uint32_t codepoint) {
    if (codepoint > 0x10FFFF || (codepoint >= 0xD800 && codepoint <= 0xDFFF)) {
        codepoint = 0xFFFD;
    }
    char bytes[4];
    size_t n = 0;
    if (codepoint < 0x80) {
        bytes[n++] = (char)codepoint;
    } else if (codepoint < 0x800) {
        bytes[n++] = (char)(0xC0 | (codepoint >> 6));
        bytes[n++] = (char)(0x80 | (codepoint & 0x3F));
    } else if (codepoint < 0x10000) {
        bytes[n++] = (char)(0xE0 | (codepoint >> 12));
        bytes[n++] = (char)(0x80 | ((codepoint >> 6) & 0x3F));
        bytes[n++] = (char)(0x80 | (codepoint & 0x3F));
    } else {
        bytes[n++] = (char)(0xF0 | (codepoint >> 18));
        bytes[n++] = (char)(0x80 | ((codepoint >> 12) & 0x3F));
        bytes[n++] = (char)(0x80 | ((codepoint >> 6) & 0x3F));
        bytes[n++] = (char)(0x80 | (codepoint & 0x3F));
    }
    buf_add_bytes(buf, bytes, n);
}

void buf_addf(struct buf *buf, const char *format, ...) {
    if (buf->failed) {
        return;
    }
    char small[256];
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (wanted < 0) {
        buf->failed = ERR_INTERNAL;
        return;
    }
    size_t n = (size_t)wanted;
    if (n < sizeof(small)) {
        buf_add_bytes(buf, small, n);
    } else if (buf_reserve(buf, n)) {
        va_start(args, format);
        (void)vsnprintf(buf->p + buf->n, n + 1, format, args);
        va_end(args);
        buf->n += n;
    }
}

/* Adds the escape of the character at text.p[i] and returns its length in bytes, or 0 when it may
 * stand as it is. */
static size_t add_json_escape(struct buf *buf, slice text, size_t i) {
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)text.p[i];
    const char *named = NULL;
    switch (c) {
    case '"':
        named = "\\\"";
        break;
    case '\\':
        named = "\\\\";
        break;
    case '\n':
        named = "\\n";
        break;
    case '\r':
        named = "\\r";
        break;
    case '\t':
        named = "\\t";
        break;
    default:
        break;
    }
    if (named) {
        buf_add_bytes(buf, named, 2);
        return 1;
    }
    if (c < 0x20 || c == '<' || c == '>' || c == '&') {
        const char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        buf_add_bytes(buf, escape, sizeof(escape));
        return 1;
    }
    if (c == 0xE2 && text.n - i >= 3 && (unsigned char)text.p[i + 1] == 0x80 &&
        ((unsigned char)text.p[i + 2] & 0xFE) == 0xA8) {
        buf_add_cstr(buf, (unsigned char)text.p[i + 2] == 0xA8 ? "\\u2028" : "\\u2029");
        return 3;
    }
    return 0;
}

void buf_add_json_string(struct buf *buf, slice text) {
    buf_add_char(buf, '"');
    size_t plain = 0; /* start of the run that needs no escape */
    size_t i = 0;
    while (i < text.n) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0xE2) {
            i++;
            continue;
        }
        buf_add_bytes(buf, text.p + plain, i - plain);
        plain = i;
        size_t escaped = add_json_escape(buf, text, i);
        i += escaped ? escaped : 1;
        plain += escaped;
    }
    buf_add_bytes(buf, text.p + plain, text.n - plain);
    buf_add_char(buf, '"');
}

slice buf_slice(const struct buf *buf) {
    return buf->n ? slice_of(buf->p, buf->n) : SLICE_EMPTY;
}

const char *buf_cstr(struct buf *buf) {
    if (buf->failed || buf->n == 0) {
        return "";
    }
    buf->p[buf->n] = '\0';
    return buf->p;
}
