/* face/ogc: OGC API - Features - Part 1: Core 1.0 (OGC 17-069r3) at /ogc. See README.md. */
#ifndef AGORA_FACE_OGC_H
#define AGORA_FACE_OGC_H

#include "face/face.h"

extern const struct http_route face_ogc_routes[];
extern const size_t face_ogc_route_count;

#endif
