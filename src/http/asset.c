#include "http/asset.h"
#include "http/http.h"

const struct asset *http_asset_find(const struct asset *table, size_t count, slice path) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(table[middle].path, path);
        if (order == 0) {
            return &table[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

void http_asset_response(const struct asset *asset, struct http_response *response) {
    response->media_type = asset->media_type.p;
    response->etag = asset->etag;
    response->cache = asset->immutable ? HTTP_CACHE_IMMUTABLE : HTTP_CACHE_REVALIDATE;
    response->fixed = asset->identity;
    response->fixed_br = asset->br;
    response->fixed_gzip = asset->gz;
}
