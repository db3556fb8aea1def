/* All routes that the program answers to, room by room. */
#ifndef AGORA_APP_ROUTES_H
#define AGORA_APP_ROUTES_H

#include "http/http.h"

/* As http_options wants them: the tables, NULL at their end, and how long each is. The memory is
 * the caller's, for as long as the server runs. */
#define ROUTES_TABLES_MAX 8
struct routes {
    const struct http_route *tables[ROUTES_TABLES_MAX];
    size_t counts[ROUTES_TABLES_MAX];
};
struct routes routes_all(void);

#endif
