#include "app/assets.h"

#include "http/asset.h"

static err asset_get(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)app;
    const struct asset *asset = http_asset_find(assets_table, assets_count, request->path);
    if (asset == NULL) {
        return problem_set(problem, ERR_NOT_FOUND, "",
                           "no such file; the page that names it is older "
                           "than the program: load it again");
    }
    http_asset_response(asset, response);
    return OK;
}

#define ASSET(path_, help_)                                                                        \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = asset_get, .capability = CAP_ANYONE,         \
        .audience = HTTP_FOR_MACHINES, .cache = HTTP_CACHE_REVALIDATE, .help = help_,              \
        .cost = HTTP_COST_NONE                                                                     \
    }

const struct http_route asset_routes[] = {
    ASSET("/assets/{file}", "Style, script and fonts; the name holds a hash of the content."),
    ASSET("/favicon.svg", "The pictogram of the site."),
};
const size_t asset_route_count = ARRAY_COUNT(asset_routes);
