/* Cookies, both ways (RFC 6265), and the addresses that people are led on to. */
#include "http/http_int.h"

#include <assert.h>
#include <string.h>

/* With https a name begins with __Host-: the browser then holds it to this host, this path and TLS
 * (RFC 6265bis, 4.1.3.2), so that no neighbour under the same domain can plant one. */
static slice cookie_name(const struct http_request *request, const char *name) {
    bool secure = slice_starts_with(request->base_url, SLICE("https://"));
    return arena_join(request->arena, secure ? SLICE("__Host-") : SLICE_EMPTY,
                      slice_from_cstr(name));
}

slice http_cookie(const struct http_request *request, const char *name) {
    slice rest = http_known(request, HTTP_KNOWN_COOKIE);
    if (rest.n == 0) {
        return SLICE_EMPTY;
    }
    slice wanted = cookie_name(request, name);
    slice pair;
    while (slice_cut(&rest, ';', &pair)) {
        pair = slice_trim(pair);
        size_t equals = slice_find(pair, 0, '=');
        if (equals < pair.n && slice_equal(slice_sub(pair, 0, equals), wanted)) {
            return slice_sub(pair, equals + 1, pair.n);
        }
    }
    return SLICE_EMPTY;
}

/* RFC 6265, 4.1.1: what a value may hold, none of which ends it or asks for quotes. */
static bool is_plain(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (byte <= ' ' || byte >= 0x7f || strchr("\",;\\", byte)) {
            return false;
        }
    }
    return true;
}

void http_response_cookie(const struct http_request *request, struct http_response *response,
                          const char *name, slice value, int64_t max_age_s) {
    slice full = cookie_name(request, name);
    assert(is_plain(full) && is_plain(value) && full.n + value.n <= HTTP_COOKIE_MAX_BYTES);
    struct http_set_cookie *cookie = arena_new(request->arena, struct http_set_cookie, 1);
    slice age = SLICE_EMPTY;
    if (max_age_s >= 0) {
        age = arena_printf(request->arena, "; Max-Age=%lld", (long long)max_age_s);
    }
    bool secure = slice_starts_with(request->base_url, SLICE("https://"));
    cookie->line =
        arena_printf(request->arena, "%.*s=%.*s; Path=/%.*s; SameSite=Lax; HttpOnly%s",
                     SLICE_ARG(full), SLICE_ARG(value), SLICE_ARG(age), secure ? "; Secure" : "");
    cookie->next = response->cookies;
    response->cookies = cookie;
    response->cache = HTTP_CACHE_NONE;
}

void http_redirect(struct http_response *response, slice location) {
    response->status = 303;
    response->location = location;
    response->cache = HTTP_CACHE_NONE;
}

/* What stands before a query or fragment. */
static size_t path_length(slice address) {
    size_t query = slice_find(address, 0, '?');
    size_t fragment = slice_find(address, 0, '#');
    return query < fragment ? query : fragment;
}

bool http_next_is_ours(slice next) {
    /* "//host" and "/\host" lead elsewhere; control bytes are passed over by browsers. */
    if (next.n == 0 || next.n > HTTP_NEXT_MAX_BYTES || next.p[0] != '/' ||
        (next.n > 1 && (next.p[1] == '/' || next.p[1] == '\\'))) {
        return false;
    }
    for (size_t i = 0; i < next.n; i++) {
        unsigned char byte = (unsigned char)next.p[i];
        if (byte <= ' ' || byte >= 0x7f || byte == '\\') {
            return false;
        }
    }
    struct arena arena ARENA_CLEANUP = arena_make(HTTP_NEXT_MAX_BYTES * 2, 0);
    slice path;
    return http_path_decode(slice_sub(next, 0, path_length(next)), &arena, &path) == OK;
}
