/* face/tile: see README.md. */
#ifndef AGORA_FACE_TILE_H
#define AGORA_FACE_TILE_H

#include "face/face.h"

extern const struct http_route face_tile_routes[];
extern const size_t face_tile_route_count;

#endif
