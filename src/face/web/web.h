/* face/web: see README.md. */
#ifndef AGORA_FACE_WEB_H
#define AGORA_FACE_WEB_H

#include "face/face.h"

extern const struct http_route face_web_routes[];
extern const size_t face_web_route_count;

#endif
