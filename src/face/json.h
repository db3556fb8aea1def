/* json: a writer of JSON that knows where commas stand. Values go straight into a buf, which keeps
 * the first error. */
#ifndef AGORA_FACE_JSON_H
#define AGORA_FACE_JSON_H

#include "base/base.h"

struct face_json {
    struct buf *out;
    bool follows; /* something stands before in the open object or list */
};
static inline struct face_json face_json_to(struct buf *out) {
    return (struct face_json){.out = out};
}
void face_json_open(struct face_json *json, char bracket);   /* '{' or '[' */
void face_json_close(struct face_json *json, char bracket);  /* '}' or ']' */
void face_json_key(struct face_json *json, const char *key); /* a literal without escapes */

/* Values: of the key before, or of the open list. Text is escaped so that it may stand inside a
 * script element (buf_add_json_string). */
void face_json_text(struct face_json *json, slice text);
void face_json_i64(struct face_json *json, int64_t value);
void face_json_degrees(struct face_json *json, int32_t degrees_e7);
void face_json_word(struct face_json *json, const char *word); /* true, false, null, or JSON */

/* Whole members. `text`, `texts`: left out when empty; `nullable`: then null. */
void face_json_member(struct face_json *json, const char *key, slice text);
void face_json_member_nullable(struct face_json *json, const char *key, slice text);
void face_json_member_texts(struct face_json *json, const char *key, const slice *texts,
                            size_t count);
void face_json_member_i64(struct face_json *json, const char *key, int64_t value);
/* RFC 3339 in UTC; left out when 0. */
void face_json_member_time(struct face_json *json, const char *key, int64_t ms);
void face_json_member_time_nullable(struct face_json *json, const char *key, int64_t ms);

#endif
