/* The files of the web that are carried in the executable, as routes. */
#ifndef AGORA_APP_ASSETS_H
#define AGORA_APP_ASSETS_H

#include "http/http.h"

extern const struct http_route asset_routes[];
extern const size_t asset_route_count;

#endif
