/* form: the fields of a form that was sent: application/x-www-form-urlencoded (URL Standard, 5.1)
 * and multipart/form-data (RFC 7578, HTML 4.10.21.8, within RFC 2046, 5.1). Read strictly: what two
 * programs might read in two ways is refused. */
#ifndef AGORA_HTTP_FORM_H
#define AGORA_HTTP_FORM_H

#include "http/http.h"

struct http_field {
    slice name;
    /* A text: UTF-8 without NUL, its lines end in LF as they did before a browser sent them; other
     * control bytes are left to who reads it. A file: its bytes, as they came. */
    slice value;
    bool is_file;
    slice file_name;  /* without a path; UTF-8; empty when the browser had none. A claim */
    slice media_type; /* as said: "image/jpeg". A claim, too */
};
struct http_form {
    const struct http_field *fields; /* in the order in which they came */
    size_t count;
};

/* The form in the body of a POST; in the request's arena, files lie in the body itself. Without a
 * body it has no fields. ERR_INPUT: not a form, or malformed (the problem says where); ERR_LIMIT:
 * more than HTTP_FORM_FIELDS_MAX fields, or a name beyond HTTP_FORM_NAME_MAX_BYTES. */
MUST_USE err http_form_read(const struct http_request *request, struct http_form *form,
                            struct problem *problem);
/* The same of bytes, given the value of Content-Type. */
MUST_USE err http_form_parse(slice content_type, slice body, struct arena *arena,
                             struct http_form *form, struct problem *problem);

/* The first text of this name; empty when there is none. */
slice http_form_value(const struct http_form *form, const char *name);
/* Whether there is one: a box that is not ticked is not sent. */
bool http_form_has(const struct http_form *form, const char *name);
/* All texts of this name, one a call, `*at` beginning with 0; false behind the last. */
bool http_form_next(const struct http_form *form, const char *name, size_t *at, slice *value);
/* The first file of this name that was chosen; NULL when none was (that is sent too, empty). */
const struct http_field *http_form_file(const struct http_form *form, const char *name);

#endif
