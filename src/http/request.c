/* The typed request: who asks, in which language, for which part, under which address. */
#include "http/http_int.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

slice http_header(const struct http_request *request, const char *name) {
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(request->connection, MHD_HEADER_KIND, name, strlen(name),
                                      &value, &n) != MHD_YES ||
        !value) {
        return SLICE_EMPTY;
    }
    return slice_of(value, n);
}

const struct http_route *http_route_at(const struct http_request *request, size_t index) {
    const struct http_exchange *exchange =
        (const void *)((const char *)request - offsetof(struct http_exchange, request));
    const struct http_options *options = &exchange->server->options;
    for (size_t table = 0; options->route_tables[table]; table++) {
        if (index < options->route_counts[table]) {
            return &options->route_tables[table][index];
        }
        index -= options->route_counts[table];
    }
    return NULL;
}

static slice peer_address(struct MHD_Connection *connection, struct arena *arena) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    if (info && info->client_addr && info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)info->client_addr;
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    } else if (info && info->client_addr && info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)info->client_addr;
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
    /* An IPv4 client of a dual-stack socket is the same client. */
    slice address = slice_from_cstr(text);
    if (slice_starts_with(address, SLICE("::ffff:")) && slice_contains(address, SLICE("."))) {
        address = slice_sub(address, 7, address.n);
    }
    return arena_copy(arena, address);
}

static bool is_trusted(const struct http_options *options, slice address) {
    for (const char *const *proxy = options->trusted_proxies; proxy && *proxy; proxy++) {
        if (slice_equal(address, slice_from_cstr(*proxy))) {
            return true;
        }
    }
    return false;
}

static bool is_address(slice text) {
    char cstr[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (text.n == 0 || text.n >= sizeof cstr) {
        return false;
    }
    memcpy(cstr, text.p, text.n);
    cstr[text.n] = '\0';
    return inet_pton(AF_INET, cstr, bytes) == 1 || inet_pton(AF_INET6, cstr, bytes) == 1;
}

/* The nearest address that no trusted proxy of ours has, read from the right: what stands
 * further left was written by the client and proves nothing. */
static slice forwarded_client(const struct http_options *options, slice peer, slice forwarded) {
    slice client = peer;
    while (forwarded.n > 0 && is_trusted(options, client)) {
        size_t from = forwarded.n;
        while (from > 0 && forwarded.p[from - 1] != ',') {
            from--;
        }
        slice last = slice_trim(slice_sub(forwarded, from, forwarded.n - from));
        if (!is_address(last)) {
            break;
        }
        client = last;
        forwarded = slice_sub(forwarded, 0, from > 0 ? from - 1 : 0);
    }
    return client;
}

struct header_lines {
    slice name;
    struct buf joined;
};

static enum MHD_Result join_line(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_n, const char *value, size_t value_n) {
    struct header_lines *lines = cls;
    (void)kind;
    if (value && slice_equal_ascii_nocase(slice_of(name, name_n), lines->name)) {
        buf_add_char(&lines->joined, ',');
        buf_add_bytes(&lines->joined, value, value_n);
    }
    return MHD_YES;
}

/* X-Forwarded-For may stand on several lines, which together are one list (RFC 9110, 5.2). */
static slice client_of(const struct http_exchange *exchange, slice peer) {
    const struct http_options *options = &exchange->server->options;
    if (!is_trusted(options, peer)) {
        return peer;
    }
    struct header_lines lines = {SLICE("X-Forwarded-For"), buf_new(HTTP_HEAD_MAX_BYTES)};
    MHD_get_connection_values_n(exchange->request.connection, MHD_HEADER_KIND, join_line, &lines);
    slice client = arena_copy(exchange->request.arena,
                              forwarded_client(options, peer, buf_slice(&lines.joined)));
    buf_free(&lines.joined);
    return client;
}

static slice base_url(const struct http_exchange *exchange, slice host, bool trusted) {
    const struct http_options *options = &exchange->server->options;
    if (options->base_url && options->base_url[0]) {
        slice url = slice_from_cstr(options->base_url);
        return slice_ends_with(url, SLICE("/")) ? slice_sub(url, 0, url.n - 1) : url;
    }
    slice proto = http_header(&exchange->request, "X-Forwarded-Proto");
    bool secure = trusted && slice_equal_ascii_nocase(proto, SLICE("https"));
    return arena_printf(exchange->request.arena, "%s%.*s", secure ? "https://" : "http://",
                        SLICE_ARG(host.n ? host : SLICE("localhost")));
}

/* The value of `name` in a list of `name=value` with this separator, empty when absent. */
static slice pair_value(slice list, char separator, slice name) {
    slice pair;
    while (slice_cut(&list, separator, &pair)) {
        pair = slice_trim(pair);
        size_t equals = slice_find(pair, 0, '=');
        if (slice_equal(slice_sub(pair, 0, equals), name)) {
            return slice_sub(pair, equals + 1, pair.n);
        }
    }
    return SLICE_EMPTY;
}

static slice known_language(slice text) {
    return slice_equal(text, SLICE("fr"))   ? SLICE("fr")
           : slice_equal(text, SLICE("en")) ? SLICE("en")
                                            : SLICE_EMPTY;
}

static slice language_of(const struct http_request *request) {
    slice chosen = known_language(pair_value(request->query, '&', SLICE("lang_ui")));
    if (chosen.n == 0) {
        chosen = known_language(pair_value(http_header(request, "Cookie"), ';', SLICE("lang_ui")));
    }
    return chosen.n ? chosen : http_language_choose(http_header(request, "Accept-Language"));
}

static slice part_of(const struct http_request *request) {
    slice part = http_header(request, "X-Agora-Part");
    for (size_t i = 0; i < part.n; i++) {
        if ((part.p[i] < 'a' || part.p[i] > 'z') && part.p[i] != '-') {
            return SLICE_EMPTY;
        }
    }
    return part.n <= HTTP_PART_MAX_BYTES ? part : SLICE_EMPTY;
}

void http_request_fill(struct http_exchange *exchange, slice host) {
    struct http_request *request = &exchange->request;
    const struct http_options *options = &exchange->server->options;
    slice peer = peer_address(request->connection, request->arena);
    request->client = client_of(exchange, peer);
    request->base_url = base_url(exchange, host, is_trusted(options, peer));
    request->language = language_of(request);
    request->part = part_of(request);
    request->if_none_match = http_header(request, "If-None-Match");
}
