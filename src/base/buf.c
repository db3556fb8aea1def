#include "base/buf.h"

#include "base/format_int.h"

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

/* Nothing is added any more: there is no room left to find. */
static bool buf_fail(struct buf *buf, err failed) {
    buf->failed = failed;
    buf->capacity = buf->n;
    return false;
}

/* Makes room for `more` bytes and a NUL. False, with the error kept, when that cannot be. */
static __attribute__((noinline)) bool buf_grow(struct buf *buf, size_t more) {
    if (buf->failed) {
        return false;
    }
    if (more > buf->limit - buf->n || buf->n + more == SIZE_MAX) {
        return buf_fail(buf, ERR_LIMIT);
    }
    size_t need = buf->n + more + 1;
    size_t capacity = buf->capacity ? buf->capacity : BUF_FIRST_BYTES;
    while (capacity < need) {
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    }
    if (capacity - 1 > buf->limit) {
        capacity = buf->limit + 1; /* so that room is all there is to ask for */
    }
    char *p = realloc(buf->p, capacity);
    if (!p) {
        return buf_fail(buf, ERR_MEMORY);
    }
    buf->p = p;
    buf->capacity = capacity;
    return true;
}

static inline bool buf_reserve(struct buf *buf, size_t more) {
    return more < buf->capacity - buf->n || buf_grow(buf, more);
}

void buf_expect(struct buf *buf, size_t bytes) {
    size_t room = buf->limit - buf->n;
    (void)buf_reserve(buf, bytes < room ? bytes : room);
}

char *buf_room(struct buf *buf, size_t n) {
    return buf_reserve(buf, n) ? buf->p + buf->n : NULL;
}

void buf_took(struct buf *buf, size_t n) {
    buf->n += n;
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

void buf_add_u64(struct buf *buf, uint64_t value) {
    char digits[SLICE_DIGITS_MAX];
    buf_add(buf, slice_from_u64(value, digits));
}

void buf_add_i64(struct buf *buf, int64_t value) {
    char digits[SLICE_DIGITS_MAX];
    buf_add(buf, slice_from_i64(value, digits));
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
    char digits[SLICE_DIGITS_MAX];
    char text[16] = "-"; /* "-214.7483648" */
    size_t n = value_e7 < 0;
    slice whole = slice_from_u64(size / 10000000, digits);
    memcpy(text + n, whole.p, whole.n);
    n += whole.n;
    uint32_t fraction = size % 10000000;
    if (fraction) {
        text[n++] = '.';
        for (uint32_t unit = 1000000; fraction; unit /= 10) {
            text[n++] = (char)('0' + fraction / unit);
            fraction %= unit;
        }
    }
    buf_add_bytes(buf, text, n);
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
    ptrdiff_t wanted = format_quick(small, sizeof(small) - 1, format, args);
    if (wanted < 0) {
        wanted = vsnprintf(small, sizeof(small), format, args);
    }
    va_end(args);
    if (wanted < 0) {
        (void)buf_fail(buf, ERR_INTERNAL);
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

static bool is_unreserved(unsigned char c) {
    unsigned char lower = c | 0x20;
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void buf_add_percent(struct buf *buf, slice text, const char *space) {
    static const char hex[] = "0123456789ABCDEF";
    size_t plain = 0; /* start of the run that stands as it is */
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (is_unreserved(c)) {
            continue;
        }
        buf_add_bytes(buf, text.p + plain, i - plain);
        plain = i + 1;
        if (c == ' ') {
            buf_add_cstr(buf, space);
        } else {
            const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_add_bytes(buf, escape, sizeof(escape));
        }
    }
    if (plain < text.n) { /* an empty text may have no address */
        buf_add_bytes(buf, text.p + plain, text.n - plain);
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

/* Bytes that begin an escape, or may (U+2028, U+2029): marked by a 1. */
static const unsigned char json_special[256] = {
    1,         1,          1,         1,         1,         1,         1, 1,
    1,         1,          1,         1,         1,         1,         1, 1, /* 0x00 */
    1,         1,          1,         1,         1,         1,         1, 1,
    1,         1,          1,         1,         1,         1,         1, 1, /* 0x10 */
    ['"'] = 1, ['\\'] = 1, ['<'] = 1, ['>'] = 1, ['&'] = 1, [0xE2] = 1};

void buf_add_json_string(struct buf *buf, slice text) {
    buf_add_char(buf, '"');
    size_t plain = 0; /* start of the run that needs no escape */
    size_t i = 0;
    while ((i = slice_find_marked(text, i, json_special)) < text.n) {
        buf_add_bytes(buf, text.p + plain, i - plain);
        plain = i;
        size_t escaped = add_json_escape(buf, text, i);
        i += escaped ? escaped : 1;
        plain += escaped;
    }
    if (plain < text.n) { /* an empty text may have no address */
        buf_add_bytes(buf, text.p + plain, text.n - plain);
    }
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
