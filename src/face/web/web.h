/* face/web: see README.md. */
#ifndef AGORA_FACE_WEB_H
#define AGORA_FACE_WEB_H

#include "face/face.h"

extern const struct http_route face_web_routes[];
/* http_options.error_page: the page of an error, in the visitor's language. */
void face_web_error_page(void *app, const struct http_request *request, int status,
                         const struct problem *problem, struct buf *out);

extern const size_t face_web_route_count;

#endif
