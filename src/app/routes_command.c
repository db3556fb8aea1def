/* agora routes: what the program answers to, and who may ask. */
#include <stdio.h>

#include "app/assets.h"
#include "app/command.h"
#include "app/routes.h"
#include "face/api/api.h"
#include "face/catalog/catalog.h"
#include "face/map/map.h"
#include "face/ogc/ogc.h"
#include "face/tile/tile.h"
#include "face/web/web.h"

struct routes routes_all(void) {
    return (struct routes){
        .tables = {face_web_routes, face_api_routes, face_tile_routes, face_map_routes,
                   face_ogc_routes, face_catalog_routes, asset_routes, NULL},
        .counts = {face_web_route_count, face_api_route_count, face_tile_route_count,
                   face_map_route_count, face_ogc_route_count, face_catalog_route_count,
                   asset_route_count}};
}

static const char *capability_name(enum http_capability capability) {
    switch (capability) {
    case CAP_ANYONE:
        return "anyone";
    case CAP_MEMBER:
        return "member";
    case CAP_MODERATE:
        return "moderator";
    case CAP_STEWARD:
        return "steward";
    case CAP_ADMIN:
        return "admin";
    case CAP_HELP:
        return "helper";
    }
    return "";
}

static const char *audience_name(enum http_audience audience) {
    switch (audience) {
    case HTTP_FOR_PEOPLE:
        return "people";
    case HTTP_FOR_MACHINES:
        return "machines";
    case HTTP_FOR_HOSTS:
        return "hosts";
    }
    return "";
}

static int run(const struct command_words *words) {
    (void)words;
    struct routes routes = routes_all();
    puts("method\tpath\tmay\taudience\tbody_max\thelp");
    for (size_t table = 0; routes.tables[table]; table++) {
        for (size_t i = 0; i < routes.counts[table]; i++) {
            const struct http_route *route = &routes.tables[table][i];
            printf("%s\t%s\t%s\t%s\t%u\t%s\n", route->method == HTTP_POST ? "POST" : "GET",
                   route->path, capability_name(route->capability), audience_name(route->audience),
                   (unsigned)route->body_max, route->help);
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

const struct command command_routes = {
    .name = "routes",
    .rest = "",
    .help = "Lists the addresses that a server answers to: who may ask, how much, what for.",
    .details = "A table separated by tabs, its first line names the columns. {…} stands for one "
               "part of an\naddress. `may` is the least that is asked of who comes; what is "
               "theirs and where their\nrole holds is asked beyond that. `body_max` is in bytes. "
               "For the rules of a proxy or a\nfirewall in front (docs/hosting.md), and for "
               "whoever tests the walls.",
    .run = run,
};
