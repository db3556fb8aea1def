#include "base/slice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool slice_equal(slice a, slice b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char ascii_lower(char c) {
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool slice_equal_ascii_nocase(slice a, slice b) {
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

bool slice_starts_with(slice text, slice prefix) {
    return text.n >= prefix.n && slice_equal(slice_of(text.p, prefix.n), prefix);
}

bool slice_ends_with(slice text, slice suffix) {
    return text.n >= suffix.n && slice_equal(slice_sub(text, text.n - suffix.n, suffix.n), suffix);
}

int slice_compare(slice a, slice b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

slice slice_trim(slice text) {
    size_t from = 0;
    size_t to = text.n;
    while (from < to && is_space(text.p[from])) {
        from++;
    }
    while (to > from && is_space(text.p[to - 1])) {
        to--;
    }
    return slice_sub(text, from, to - from);
}

slice slice_sub(slice text, size_t from, size_t n) {
    if (from >= text.n) {
        return (slice){.p = text.n ? text.p + text.n : text.p, .n = 0};
    }
    size_t left = text.n - from;
    return (slice){.p = text.p + from, .n = n < left ? n : left};
}

bool slice_contains(slice text, slice part) {
    return part.n == 0 || slice_find_slice(text, 0, part) < text.n;
}

size_t slice_find(slice text, size_t from, char byte) {
    if (from >= text.n) {
        return text.n;
    }
    const char *hit = memchr(text.p + from, byte, text.n - from);
    return hit ? (size_t)(hit - text.p) : text.n;
}

size_t slice_find_marked(slice text, size_t from, const unsigned char marks[256]) {
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = from;
    while (text.n - i >= 8 && i < text.n) { /* most texts have none: eight are looked at together */
        unsigned any = marks[p[i]] | marks[p[i + 1]] | marks[p[i + 2]] | marks[p[i + 3]] |
                       marks[p[i + 4]] | marks[p[i + 5]] | marks[p[i + 6]] | marks[p[i + 7]];
        if (any != 0) {
            break;
        }
        i += 8;
    }
    while (i < text.n && marks[p[i]] == 0) {
        i++;
    }
    return i < text.n ? i : text.n;
}

size_t slice_find_slice(slice text, size_t from, slice part) {
    if (from >= text.n) {
        return text.n;
    }
    if (part.n == 0) {
        return from;
    }
    const char *hit = memmem(text.p + from, text.n - from, part.p, part.n);
    return hit ? (size_t)(hit - text.p) : text.n;
}

bool slice_cut(slice *rest, char separator, slice *part) {
    if (!rest->p) {
        return false;
    }
    size_t at = slice_find(*rest, 0, separator);
    *part = slice_of(rest->p, at);
    *rest = at < rest->n ? slice_of(rest->p + at + 1, rest->n - at - 1) : (slice){NULL, 0};
    return true;
}

bool slice_to_u64(slice text, uint64_t *value) {
    if (text.n == 0) {
        return false;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned digit = (unsigned)(unsigned char)text.p[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)digit, &sum)) {
            return false;
        }
    }
    *value = sum;
    return true;
}

bool slice_to_i64(slice text, int64_t *value) {
    bool negative = text.n && text.p[0] == '-';
    bool has_sign = negative || (text.n && text.p[0] == '+');
    uint64_t size;
    if (!slice_to_u64(has_sign ? slice_sub(text, 1, text.n) : text, &size) ||
        size > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

#define DOUBLE_TEXT_MAX     128
#define DOUBLE_EXACT_MAX    (UINT64_C(1) << 53)
#define DOUBLE_EXACT_POW    22
#define DOUBLE_EXPONENT_MAX 9999

/* The pieces of a decimal number. `digits` is exact while `exact` holds. */
struct decimal {
    uint64_t digits;
    int exponent;
    bool exact, negative;
};

/* Reads digits at *i, as many as there are. False when there is none. */
static bool read_digits(slice text, size_t *i, struct decimal *number, int exponent_step) {
    size_t start = *i;
    for (; *i < text.n && text.p[*i] >= '0' && text.p[*i] <= '9'; (*i)++) {
        uint64_t digit = (uint64_t)(text.p[*i] - '0');
        if (number->digits > (DOUBLE_EXACT_MAX - digit) / 10) {
            number->exact = false;
        } else {
            number->digits = number->digits * 10 + digit;
        }
        number->exponent += exponent_step;
    }
    return *i > start;
}

static bool read_exponent(slice text, size_t *i, struct decimal *number) {
    if (*i == text.n || (text.p[*i] != 'e' && text.p[*i] != 'E')) {
        return true;
    }
    (*i)++;
    bool negative = *i < text.n && text.p[*i] == '-';
    if (*i < text.n && (negative || text.p[*i] == '+')) {
        (*i)++;
    }
    size_t start = *i;
    int size = 0;
    for (; *i < text.n && text.p[*i] >= '0' && text.p[*i] <= '9'; (*i)++) {
        if (size < DOUBLE_EXPONENT_MAX) {
            size = size * 10 + (text.p[*i] - '0');
        }
    }
    number->exponent += negative ? -size : size;
    return *i > start;
}

static bool read_decimal(slice text, struct decimal *number) {
    size_t i = 0;
    *number = (struct decimal){.exact = true};
    if (text.n && (text.p[0] == '-' || text.p[0] == '+')) {
        number->negative = text.p[0] == '-';
        i = 1;
    }
    bool whole = read_digits(text, &i, number, 0);
    bool part = false;
    if (i < text.n && text.p[i] == '.') {
        i++;
        part = read_digits(text, &i, number, -1);
    }
    return (whole || part) && read_exponent(text, &i, number) && i == text.n;
}

bool slice_to_double(slice text, double *value) {
    static const double powers[DOUBLE_EXACT_POW + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal number;
    if (text.n >= DOUBLE_TEXT_MAX || !read_decimal(text, &number)) {
        return false;
    }
    /* Both operands are exact, so one rounding gives the nearest double (Clinger 1990). */
    if (number.exact && abs(number.exponent) <= DOUBLE_EXACT_POW) {
        double size = (double)number.digits;
        size =
            number.exponent < 0 ? size / powers[-number.exponent] : size * powers[number.exponent];
        *value = number.negative ? -size : size;
        return true;
    }
    char copy[DOUBLE_TEXT_MAX];
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    double parsed = strtod(copy, NULL);
    if (!isfinite(parsed)) {
        return false;
    }
    *value = parsed;
    return true;
}

slice slice_from_u64(uint64_t value, char room[SLICE_DIGITS_MAX]) {
    char *end = room + SLICE_DIGITS_MAX;
    char *start = end;
    do {
        *--start = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return slice_of(start, (size_t)(end - start));
}

slice slice_from_i64(int64_t value, char room[SLICE_DIGITS_MAX]) {
    if (value >= 0) {
        return slice_from_u64((uint64_t)value, room);
    }
    slice digits = slice_from_u64(0 - (uint64_t)value, room); /* 19 at most */
    room[SLICE_DIGITS_MAX - digits.n - 1] = '-';
    return slice_of(digits.p - 1, digits.n + 1);
}
