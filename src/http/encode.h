/* encode: gzip and brotli, whole or streamed, behind one encoder. For this room only. */
#ifndef AGORA_HTTP_ENCODE_H
#define AGORA_HTTP_ENCODE_H

#include "http/http.h"

struct http_encoder;
/* `size_hint`: bytes to come, 0 when not known. Lives in the arena; http_encoder_free gives back
 * what the library holds, and must be called before the arena ends. NULL without memory. */
struct http_encoder *http_encoder_new(enum http_encoding encoding, size_t size_hint,
                                      struct arena *arena);
void http_encoder_free(struct http_encoder *encoder);
/* Appends what comes out for `input` to `out`; with `last` everything that is left. After `last`
 * nothing may follow. ERR_MEMORY, or the error of `out`. */
MUST_USE err http_encoder_add(struct http_encoder *encoder, slice input, bool last,
                              struct buf *out);
slice http_encoding_name(enum http_encoding encoding); /* "br", "gzip", "" */

#endif
