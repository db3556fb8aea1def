/* face/map: see README.md. */
#ifndef AGORA_FACE_MAP_H
#define AGORA_FACE_MAP_H

#include "face/face.h"

extern const struct http_route face_map_routes[];
extern const size_t face_map_route_count;

#endif
