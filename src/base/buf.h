/* A growing run of bytes with a limit given at birth. It keeps its first error: after that every
 * call is a no-op, so a writer may check once, at the end. */
#ifndef AGORA_BASE_BUF_H
#define AGORA_BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
    char *p;
    size_t n;
    size_t capacity;
    size_t limit; /* bytes it may hold at most */
    err failed;   /* OK, ERR_LIMIT or ERR_MEMORY */
};

#define BUF_CLEANUP __attribute__((cleanup(buf_free)))

/* An empty buffer; nothing is allocated until the first byte. */
struct buf buf_new(size_t limit);
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf); /* empties it, keeps its memory, forgets the error */
/* Makes room for that many more bytes at once (at most up to the limit). */
void buf_expect(struct buf *buf, size_t bytes);
void buf_add(struct buf *buf, slice text);
void buf_add_bytes(struct buf *buf, const void *bytes, size_t n);
void buf_add_char(struct buf *buf, char byte);
static inline void buf_add_cstr(struct buf *buf, const char *text) {
    buf_add_bytes(buf, text, __builtin_strlen(text)); /* of a literal: known when compiled */
}
void buf_add_i64(struct buf *buf, int64_t value);
void buf_add_u64(struct buf *buf, uint64_t value);
/* Shortest text that reads back as the same double ("0" for -0; never "nan" or "inf": adds
 * "null"). */
void buf_add_double(struct buf *buf, double value);
/* `value_e7` / 10^7 without trailing zeros: 456926575 -> "45.6926575". */
void buf_add_e7(struct buf *buf, int32_t value_e7);
void buf_add_utf8(struct buf *buf, uint32_t codepoint);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Percent-encoded for any part of an address: all but unreserved bytes (RFC 3986, 2.3). A space
 * becomes `space`, "+" or "%20". */
void buf_add_percent(struct buf *buf, slice text, const char *space);
/* A JSON string with its quotes; escapes what RFC 8259 asks, and < > & U+2028 U+2029, so that the
 * result may stand inside a script element. */
void buf_add_json_string(struct buf *buf, slice text);
/* Room behind the end for up to n bytes that the caller writes himself, and tells with buf_took how
 * many they were; NULL when it failed. */
char *buf_room(struct buf *buf, size_t n);
void buf_took(struct buf *buf, size_t n);
slice buf_slice(const struct buf *buf);
/* NUL-terminated view, valid until the next change; "" when it failed. */
const char *buf_cstr(struct buf *buf);

#endif
