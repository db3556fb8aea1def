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

slice http_known(const struct http_request *request, enum http_known known) {
    const struct http_known_headers *headers = &http_exchange_of(request)->known;
    return headers->counts[known] > 0 ? headers->values[known] : SLICE_EMPTY;
}

struct http_exchange *http_exchange_of(const struct http_request *request) {
    return (void *)((uintptr_t)request - offsetof(struct http_exchange, request));
}

const struct http_route *http_route_at(const struct http_request *request, size_t index) {
    const struct http_options *options = &http_exchange_of(request)->server->options;
    for (size_t table = 0; options->route_tables[table]; table++) {
        if (index < options->route_counts[table]) {
            return &options->route_tables[table][index];
        }
        index -= options->route_counts[table];
    }
    return NULL;
}

/* Loopback when the library does not know: never seen, and trusted by nobody unless said. */
static struct ip_address peer_address(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct ip_address address = {.bytes = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
    if (info && info->client_addr && info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)info->client_addr;
        memcpy(address.bytes + 12, &v4->sin_addr, 4);
    } else if (info && info->client_addr && info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)info->client_addr;
        memcpy(address.bytes, &v6->sin6_addr, 16);
    }
    return address;
}

static slice address_text(const struct ip_address *address, struct arena *arena) {
    char text[INET6_ADDRSTRLEN] = "";
    if (!address_is_ipv4(address)) {
        inet_ntop(AF_INET6, address->bytes, text, sizeof text);
        return arena_copy(arena, slice_from_cstr(text));
    }
    size_t n = 0;
    for (size_t i = 12; i < 16; i++) {
        unsigned byte = address->bytes[i];
        if (i > 12) {
            text[n++] = '.';
        }
        if (byte >= 100) {
            text[n++] = (char)('0' + byte / 100);
        }
        if (byte >= 10) {
            text[n++] = (char)('0' + byte / 10 % 10);
        }
        text[n++] = (char)('0' + byte % 10);
    }
    return arena_copy(arena, slice_of(text, n));
}

static bool is_trusted(const struct http_options *options, const struct ip_address *address) {
    for (size_t i = 0; i < options->trusted_proxy_count; i++) {
        if (network_contains(&options->trusted_proxies[i], address)) {
            return true;
        }
    }
    return false;
}

/* RULE HOST-2: the nearest address that no trusted proxy of ours has, read from the right: what
 * stands further left was written by the client and proves nothing. */
static struct ip_address forwarded_client(const struct http_options *options,
                                          struct ip_address peer, slice forwarded) {
    struct ip_address client = peer;
    while (forwarded.n > 0 && is_trusted(options, &client)) {
        size_t from = forwarded.n;
        while (from > 0 && forwarded.p[from - 1] != ',') {
            from--;
        }
        slice last = slice_trim(slice_sub(forwarded, from, forwarded.n - from));
        if (!address_parse(last, &client)) {
            break;
        }
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
static struct ip_address client_of(const struct http_exchange *exchange, struct ip_address peer) {
    struct header_lines lines = {SLICE("X-Forwarded-For"), buf_new(HTTP_HEAD_MAX_BYTES)};
    MHD_get_connection_values_n(exchange->request.connection, MHD_HEADER_KIND, join_line, &lines);
    struct ip_address client =
        forwarded_client(&exchange->server->options, peer, buf_slice(&lines.joined));
    buf_free(&lines.joined);
    return client;
}

/* Said once: a proxy in front that is not named makes everybody one visitor. */
static void warn_of_relay(const struct http_exchange *exchange) {
    struct http_server *server = exchange->server;
    const struct ip_address *peer = &exchange->request.client_address;
    if ((address_is_loopback(peer) || address_is_private(peer)) &&
        !atomic_exchange(&server->told_of_relay, true)) {
        log_line(server->options.log, LOG_WARN,
                 "X-Forwarded-For comes from a proxy that is not trusted: it is ignored, and all "
                 "visitors count as one; name the proxy in the setting trusted_proxies",
                 NULL);
    }
}

/* What a trusted proxy named the request, when it is short and plain. */
static void take_id(struct http_request *request) {
    slice name = http_known(request, HTTP_KNOWN_REQUEST_ID);
    bool plain = name.n >= HTTP_ID_MIN_BYTES && name.n <= HTTP_ID_MAX_BYTES;
    for (size_t i = 0; i < name.n && plain; i++) {
        char c = name.p[i];
        plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                c == '-' || c == '_' || c == '.';
    }
    if (plain) {
        request->id = arena_copy(request->arena, name);
    }
}

static void client_fill(struct http_exchange *exchange) {
    struct http_request *request = &exchange->request;
    struct ip_address peer = peer_address(request->connection);
    request->client_address = peer;
    exchange->is_proxied = is_trusted(&exchange->server->options, &peer);
    if (exchange->is_proxied) {
        request->client_address = client_of(exchange, peer);
        take_id(request);
    } else {
        request->is_relayed = http_known(request, HTTP_KNOWN_FORWARDED_FOR).n > 0 ||
                              http_known(request, HTTP_KNOWN_FORWARDED).n > 0 ||
                              http_known(request, HTTP_KNOWN_VIA).n > 0;
        if (request->is_relayed) {
            warn_of_relay(exchange);
        }
    }
    request->client = address_text(&request->client_address, request->arena);
}

static slice base_url(const struct http_exchange *exchange, slice host, bool trusted) {
    const struct http_options *options = &exchange->server->options;
    if (options->base_url && options->base_url[0]) {
        slice url = slice_from_cstr(options->base_url);
        return slice_ends_with(url, SLICE("/")) ? slice_sub(url, 0, url.n - 1) : url;
    }
    slice proto = http_known(&exchange->request, HTTP_KNOWN_FORWARDED_PROTO);
    bool secure = trusted && slice_equal_ascii_nocase(proto, SLICE("https"));
    return arena_join(exchange->request.arena, secure ? SLICE("https://") : SLICE("http://"),
                      host.n ? host : SLICE("localhost"));
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
        chosen = known_language(
            pair_value(http_known(request, HTTP_KNOWN_COOKIE), ';', SLICE("lang_ui")));
    }
    return chosen.n ? chosen
                    : http_language_choose(http_known(request, HTTP_KNOWN_ACCEPT_LANGUAGE));
}

static slice part_of(const struct http_request *request) {
    slice part = http_known(request, HTTP_KNOWN_PART);
    for (size_t i = 0; i < part.n; i++) {
        if ((part.p[i] < 'a' || part.p[i] > 'z') && part.p[i] != '-') {
            return SLICE_EMPTY;
        }
    }
    return part.n <= HTTP_PART_MAX_BYTES ? part : SLICE_EMPTY;
}

void http_request_fill(struct http_exchange *exchange) {
    struct http_request *request = &exchange->request;
    client_fill(exchange);
    request->base_url =
        base_url(exchange, http_known(request, HTTP_KNOWN_HOST), exchange->is_proxied);
    request->language = language_of(request);
    request->part = part_of(request);
    request->if_none_match = http_known(request, HTTP_KNOWN_IF_NONE_MATCH);
}
