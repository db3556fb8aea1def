/* face/api: see README.md. */
#ifndef AGORA_FACE_API_H
#define AGORA_FACE_API_H

#include "face/face.h"

extern const struct http_route face_api_routes[];
extern const size_t face_api_route_count;

#endif
