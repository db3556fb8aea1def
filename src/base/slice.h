/* A borrowed run of bytes: UTF-8 once past the door, not NUL-terminated, never freed through it. */
#ifndef AGORA_BASE_SLICE_H
#define AGORA_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct slice {
    const char *p;
    size_t n;
} slice;

/* A slice of a string literal (only a literal compiles). */
#define SLICE(literal) ((slice){.p = "" literal, .n = sizeof(literal) - 1})
#define SLICE_EMPTY    ((slice){.p = "", .n = 0})
/* For printf("%.*s"): two arguments. */
#define SLICE_ARG(s) (int)(s).n, (s).p

static inline slice slice_of(const char *bytes, size_t n) {
    return (slice){.p = bytes, .n = n};
}
/* NULL gives the empty slice. Of a literal the length is known when this is compiled. */
static inline slice slice_from_cstr(const char *text) {
    return text ? (slice){.p = text, .n = __builtin_strlen(text)} : SLICE_EMPTY;
}
bool slice_equal(slice a, slice b);
bool slice_equal_ascii_nocase(slice a, slice b);
bool slice_starts_with(slice text, slice prefix);
bool slice_ends_with(slice text, slice suffix);
int slice_compare(slice a, slice b);                /* memcmp order, the shorter first: <0, 0, >0 */
slice slice_trim(slice text);                       /* ASCII white space at both ends */
slice slice_sub(slice text, size_t from, size_t n); /* clamped to the text */
bool slice_contains(slice text, slice part);

/* Index of the first `byte` at or after `from`, or text.n. */
size_t slice_find(slice text, size_t from, char byte);
/* Index of the first byte at or after `from` that `marks` has a 1 for, or text.n. */
size_t slice_find_marked(slice text, size_t from, const unsigned char marks[256]);
/* Index of the first occurrence of `part` at or after `from`, or text.n. */
size_t slice_find_slice(slice text, size_t from, slice part);

/* Takes the part before the first `separator` off `*rest` and returns it; when there is none, takes
 * all. False when `*rest` was already used up (p == NULL afterwards marks the end). */
bool slice_cut(slice *rest, char separator, slice *part);

/* Whole-text numbers: false when anything else stands there, or on overflow. Decimal point only. */
bool slice_to_i64(slice text, int64_t *value);
bool slice_to_u64(slice text, uint64_t *value);
bool slice_to_double(slice text, double *value); /* finite only; no locale */

/* The other way: the number's digits, written at the end of `room`. */
#define SLICE_DIGITS_MAX 20
slice slice_from_i64(int64_t value, char room[SLICE_DIGITS_MAX]);
slice slice_from_u64(uint64_t value, char room[SLICE_DIGITS_MAX]);

#endif
