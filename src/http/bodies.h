/* bodies: answers that were asked for more than once, packed, kept in memory for who asks next.
 * What is kept is told apart by all that a request says of it, one answer each. Its ETag says
 * whether it still holds: an answer with another one takes its place. */
#ifndef AGORA_HTTP_BODIES_H
#define AGORA_HTTP_BODIES_H

#include "http/encode.h"
#include "http/http.h"

#include <stdatomic.h>

struct MHD_Response;
struct http_bodies;

/* One kept answer: it never changes, and lives until its last holder lets go of it. */
struct http_body {
    atomic_uint holders;
    enum http_encoding encoding; /* of bytes */
    slice etag, bytes, media_type, file_name, extra_csp;
    bool allow_framing;
    atomic_bool is_popular; /* its head may be kept too: that is counted */
    /* Head and bytes as the library sends them, made by the first who needs it; never changed. */
    _Atomic(struct MHD_Response *) ready;
};

/* At most about `bytes` of them. NULL without memory. */
struct http_bodies *http_bodies_new(size_t bytes);
void http_bodies_free(struct http_bodies *bodies); /* NULL is fine */
/* The answer with this key and ETag, held for the caller, or NULL. */
struct http_body *http_bodies_find(struct http_bodies *bodies, slice key, slice etag);
/* Keeps a copy of an answer, which has an ETag, and whose body has this coding, from the second
 * time on that one with this key is brought: most are asked for once. */
void http_bodies_bring(struct http_bodies *bodies, slice key, const struct http_response *response,
                       enum http_encoding encoding);
void http_body_release(struct http_body *body); /* NULL is fine */

#endif
