/* Answers: status, headers, coding, bytes. */
#include "http/encode.h"
#include "http/http_int.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- a streamed body ---- */

struct stream {
    struct http_exchange *exchange;
    struct http_encoder *encoder; /* NULL: identity */
    struct buf made;              /* by stream_next, before the coding */
    struct buf ready;             /* to be sent, from `sent` on */
    size_t sent;
    bool ended;
};

/* Makes the next bytes ready; none are only left at the end. */
static err stream_refill(struct stream *stream) {
    struct http_response *response = &stream->exchange->response;
    while (stream->sent == stream->ready.n && !stream->ended) {
        buf_clear(&stream->made);
        buf_clear(&stream->ready);
        stream->sent = 0;
        TRY(response->stream_next(response->stream_self, &stream->made));
        if (stream->made.failed != OK) {
            return stream->made.failed;
        }
        stream->ended = stream->made.n == 0;
        if (stream->encoder) {
            TRY(http_encoder_add(stream->encoder, buf_slice(&stream->made), stream->ended,
                                 &stream->ready));
        } else {
            struct buf empty = stream->ready;
            stream->ready = stream->made;
            stream->made = empty;
        }
    }
    return OK;
}

static ssize_t stream_read(void *cls, uint64_t position, char *bytes, size_t room) {
    struct stream *stream = cls;
    (void)position;
    err result = stream_refill(stream);
    if (result != OK) {
        const struct http_exchange *exchange = stream->exchange;
        log_line(exchange->server->options.log, LOG_ERROR, "stream broken off",
                 "request=%s path=%s err=%s", log_quote(exchange->request.id).p,
                 log_quote(exchange->request.path).p, err_name(result));
        /* The library forgets the connection, but leaves it open until it has been silent long. */
        http_watch_cut_off(exchange->request.connection);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t left = stream->ready.n - stream->sent;
    if (left == 0) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t n = left < room ? left : room;
    memcpy(bytes, stream->ready.p + stream->sent, n);
    stream->sent += n;
    stream->exchange->sent_bytes += n;
    return (ssize_t)n;
}

static void stream_end(struct http_response *response) {
    if (response->stream_end) {
        response->stream_end(response->stream_self);
    }
    response->stream_next = NULL;
    response->stream_end = NULL;
}

static void file_close(struct http_response *response) {
    if (response->file_fd > 0) {
        close(response->file_fd);
    }
    response->file_fd = 0;
}

static void stream_free(void *cls) {
    struct stream *stream = cls;
    struct http_exchange *exchange = stream->exchange;
    http_encoder_free(stream->encoder);
    buf_free(&stream->made);
    buf_free(&stream->ready);
    stream_end(&exchange->response);
    http_exchange_release(exchange);
}

static void body_free(void *cls) {
    struct http_exchange *exchange = cls;
    buf_free(&exchange->response.body);
    http_exchange_release(exchange);
}

/* ---- headers ---- */

#define NO_FRAMES "; frame-ancestors 'none'"
#define ANY_FRAME "; frame-ancestors *"

static const char page_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'" NO_FRAMES;
/* A picture opened by itself may use its own style element, and nothing else. */
static const char picture_csp[] =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'" NO_FRAMES;
static const char bytes_csp[] = "default-src 'none'; base-uri 'none'" NO_FRAMES;

static void header(struct MHD_Response *out, const char *name, const char *value) {
    /* Refused only for values that hold a line's end, or without memory: then the header is
     * missing. */
    MHD_add_response_header(out, name, value);
}

static bool is_type(const struct http_response *response, const char *prefix) {
    return response->media_type && strncmp(response->media_type, prefix, strlen(prefix)) == 0;
}

static bool is_compressible(const struct http_response *response) {
    static const char *const types[] = {"text/",
                                        "application/json",
                                        "application/geo+json",
                                        "application/problem+json",
                                        "application/manifest+json",
                                        "image/svg+xml",
                                        "application/vnd.mapbox-vector-tile",
                                        "application/atom+xml",
                                        "application/ld+json",
                                        "application/xml",
                                        "application/vnd.oai.openapi+json",
                                        "application/schema+json",
                                        "application/feed+json",
                                        "application/gpx+xml",
                                        "application/jsonl",
                                        "application/opensearchdescription+xml",
                                        "application/rss+xml",
                                        "application/vnd.google-earth.kml+xml"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (is_type(response, types[i])) {
            return true;
        }
    }
    return false;
}

static const char *cache_text(enum http_cache cache) {
    switch (cache) {
    case HTTP_CACHE_NONE:
        return "no-store";
    case HTTP_CACHE_REVALIDATE:
        return "no-cache";
    case HTTP_CACHE_HOUR:
        return "public, max-age=3600";
    case HTTP_CACHE_IMMUTABLE:
        return "public, max-age=31536000, immutable";
    }
    return "no-store";
}

static const char *policy_of(const struct http_exchange *exchange, bool page) {
    const struct http_response *response = &exchange->response;
    const char *policy = page                                 ? page_csp
                         : is_type(response, "image/svg+xml") ? picture_csp
                                                              : bytes_csp;
    if (!response->allow_framing && !response->extra_csp) {
        return policy;
    }
    slice own = slice_sub(slice_from_cstr(policy), 0, strlen(policy) - strlen(NO_FRAMES));
    struct arena *arena = exchange->request.arena;
    return arena_printf(
               arena, "%.*s%s%s%s", SLICE_ARG(own), response->allow_framing ? ANY_FRAME : NO_FRAMES,
               response->extra_csp ? "; " : "", response->extra_csp ? response->extra_csp : "")
        .p;
}

static bool is_open(const struct http_exchange *exchange) {
    return exchange->route && exchange->route->audience == HTTP_FOR_MACHINES;
}

static void add_safety(const struct http_exchange *exchange, struct MHD_Response *out) {
    const struct http_response *response = &exchange->response;
    bool page = is_type(response, "text/html");
    header(out, "Content-Security-Policy", policy_of(exchange, page));
    header(out, "X-Content-Type-Options", "nosniff");
    if (!response->allow_framing) {
        header(out, "X-Frame-Options", "DENY"); /* for browsers without frame-ancestors */
    }
    header(out, "Referrer-Policy", "same-origin");
    header(out, "Cross-Origin-Resource-Policy",
           is_open(exchange) || response->allow_framing ? "cross-origin" : "same-origin");
    if (page) {
        header(out, "Permissions-Policy", "geolocation=(self)");
        header(out, "Cross-Origin-Opener-Policy", "same-origin");
    }
}

static void add_sharing(const struct http_exchange *exchange, struct MHD_Response *out) {
    if (is_open(exchange)) {
        header(out, "Access-Control-Allow-Origin", "*");
        header(out, "Access-Control-Expose-Headers",
               "ETag, Content-Disposition, Retry-After, X-Request-Id");
    }
}

static void add_allow(const struct http_exchange *exchange, struct MHD_Response *out) {
    unsigned methods = exchange->response.allow;
    if (methods == 0) {
        return;
    }
    char allow[64];
    snprintf(allow, sizeof allow, "%s%sOPTIONS", methods >> HTTP_GET & 1 ? "GET, HEAD, " : "",
             methods >> HTTP_POST & 1 ? "POST, " : "");
    header(out, "Allow", allow);
    if (exchange->request.method == HTTP_OPTIONS && exchange->route &&
        exchange->route->audience == HTTP_FOR_MACHINES) {
        header(out, "Access-Control-Allow-Methods", allow);
        header(out, "Access-Control-Allow-Headers", "If-None-Match, Accept-Language, Content-Type");
        header(out, "Access-Control-Max-Age", "86400");
    }
}

/* The page's language was chosen in the address: kept for the next pages. */
static void add_language(const struct http_exchange *exchange, struct MHD_Response *out) {
    const struct http_request *request = &exchange->request;
    if (!is_type(&exchange->response, "text/html")) {
        return;
    }
    /* RULE FRAME-1: inside another site's page nothing is kept at the visitor's. */
    bool kept = !exchange->response.allow_framing;
    bool english = slice_equal(request->language, SLICE("en"));
    header(out, "Content-Language", english ? "en" : "fr");
    slice choice = english ? SLICE("lang_ui=en") : SLICE("lang_ui=fr");
    if (kept && slice_contains(request->query, choice)) {
        header(out, "Set-Cookie",
               english ? "lang_ui=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
                       : "lang_ui=fr; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    }
}

/* A name that every system can write: other bytes than letters, digits, dot, dash, underscore
 * go. */
static void add_file_name(const struct http_response *response, struct MHD_Response *out) {
    char value[192];
    size_t n = (size_t)snprintf(value, sizeof value, "attachment; filename=\"");
    for (size_t i = 0; i < response->file_name.n && n < sizeof value - 2; i++) {
        char c = response->file_name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || c == '.' || c == '-' || c == '_') {
            value[n++] = c;
        }
    }
    value[n++] = '"';
    value[n] = '\0';
    header(out, "Content-Disposition", value);
}

/* A tag names one sequence of bytes; a compressed form is the same in meaning only, so it is
 * weak. */
static void add_etag(struct http_exchange *exchange, enum http_encoding encoding,
                     struct MHD_Response *out) {
    slice etag = exchange->response.etag;
    if (etag.n > 0) {
        bool weak = encoding != HTTP_IDENTITY && !slice_starts_with(etag, SLICE("W/"));
        header(out, "ETag", arena_join(&exchange->arena, weak ? SLICE("W/") : SLICE_EMPTY, etag).p);
    }
}

static void add_vary(const struct http_exchange *exchange, struct MHD_Response *out) {
    bool people = !exchange->route || exchange->route->audience == HTTP_FOR_PEOPLE;
    header(out, "Vary",
           exchange->response.fixed.n > 0 ? "Accept-Encoding"
           : people                       ? "Accept-Encoding, Accept-Language, Cookie, X-Agora-Part"
                                          : "Accept, Accept-Encoding, Accept-Language, Cookie");
}

/* What is the same whoever asks: of an answer that is sent again as it stands, all of its head. A
 * 304 says what it has to (RFC 9110, 15.4.5); for the rest what the client has still holds. */
static void add_lasting(struct http_exchange *exchange, enum http_encoding encoding,
                        struct MHD_Response *out) {
    const struct http_response *response = &exchange->response;
    header(out, "Cache-Control", cache_text(response->cache));
    add_vary(exchange, out);
    add_etag(exchange, encoding, out);
    add_sharing(exchange, out);
    if (response->status == 304) {
        return;
    }
    if (response->media_type) {
        header(out, "Content-Type", response->media_type);
    }
    if (encoding != HTTP_IDENTITY) {
        header(out, "Content-Encoding", http_encoding_name(encoding).p);
    }
    add_safety(exchange, out);
    add_language(exchange, out);
    if (response->file_name.n > 0) {
        add_file_name(response, out);
    }
}

static void add_passing(struct http_exchange *exchange, struct MHD_Response *out) {
    const struct http_response *response = &exchange->response;
    add_allow(exchange, out);
    for (const struct http_set_cookie *cookie = response->cookies; cookie; cookie = cookie->next) {
        header(out, "Set-Cookie", cookie->line.p);
    }
    if (response->status == 401) {
        header(out, "WWW-Authenticate", "Cookie"); /* of a session: no scheme is standard */
    }
    if (response->location.n > 0) {
        header(out, "Location", arena_cstr(&exchange->arena, response->location));
    }
    header(out, "X-Request-Id", arena_cstr(&exchange->arena, exchange->request.id));
    if (exchange->retry_after_s > 0 || response->status == 503) {
        unsigned wait_s = exchange->retry_after_s > 0 ? exchange->retry_after_s : 1;
        header(out, "Retry-After", arena_printf(&exchange->arena, "%u", wait_s).p);
    }
    if (exchange->closes || atomic_load(&exchange->server->stopping)) {
        header(out, "Connection", "close");
    }
}

/* ---- bytes ---- */

static enum http_encoding choose_encoding(const struct http_exchange *exchange) {
    const struct http_response *response = &exchange->response;
    enum http_encoding encoding =
        http_encoding_choose(http_known(&exchange->request, HTTP_KNOWN_ACCEPT_ENCODING));
    if (response->fixed.n > 0) {
        if (encoding == HTTP_BROTLI && response->fixed_br.n == 0) {
            encoding = HTTP_GZIP;
        }
        return encoding == HTTP_GZIP && response->fixed_gzip.n == 0 ? HTTP_IDENTITY : encoding;
    }
    bool large = response->stream_next || response->body.n >= HTTP_COMPRESS_MIN_BYTES;
    return large && is_compressible(response) ? encoding : HTTP_IDENTITY;
}

static struct MHD_Response *fixed_response(slice bytes) {
    return MHD_create_response_from_buffer(bytes.n, (void *)(uintptr_t)bytes.p,
                                           MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *stream_response(struct http_exchange *exchange,
                                            enum http_encoding encoding) {
    struct stream *stream = arena_new(&exchange->arena, struct stream, 1);
    stream->exchange = exchange;
    stream->made = buf_new(HTTP_STREAM_CHUNK_MAX_BYTES);
    stream->ready = buf_new(HTTP_STREAM_CHUNK_MAX_BYTES + HTTP_STREAM_BLOCK_BYTES);
    if (encoding != HTTP_IDENTITY) {
        stream->encoder = http_encoder_new(encoding, 0, &exchange->arena);
        if (!stream->encoder) {
            return NULL;
        }
    }
    struct MHD_Response *out = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, HTTP_STREAM_BLOCK_BYTES, stream_read, stream, stream_free);
    if (out && exchange->request.method == HTTP_HEAD) {
        /* The library would send the last chunk of a body that is not there. */
        MHD_set_response_options(out, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    }
    if (out) {
        exchange->holders++;
        http_watch_deadline(exchange->request.connection, clock_monotonic_us(),
                            HTTP_STREAM_TIMEOUT_MS);
    } else {
        http_encoder_free(stream->encoder);
    }
    return out;
}

/* The library closes the file once it is sent. */
static struct MHD_Response *file_response(struct http_exchange *exchange) {
    struct http_response *response = &exchange->response;
    struct MHD_Response *out =
        MHD_create_response_from_fd64(response->file_bytes, response->file_fd);
    if (out) {
        exchange->sent_bytes = exchange->request.method != HTTP_HEAD ? response->file_bytes : 0;
        response->file_fd = 0;
    }
    return out;
}

/* Compresses the body in place; the identity is sent when that fails. */
static bool encode_body(struct http_exchange *exchange, enum http_encoding encoding) {
    struct buf *body = &exchange->response.body;
    struct http_encoder *encoder = http_encoder_new(encoding, body->n, &exchange->arena);
    if (!encoder) {
        return false;
    }
    struct buf encoded = buf_new(body->n + HTTP_STREAM_BLOCK_BYTES);
    err result = http_encoder_add(encoder, buf_slice(body), true, &encoded);
    http_encoder_free(encoder);
    if (result != OK) {
        buf_free(&encoded);
        return false;
    }
    buf_free(body);
    *body = encoded;
    return true;
}

/* Whether the bytes were there before the request, and stay at least until it is completed. */
static bool stands_ready(const struct http_exchange *exchange) {
    return exchange->kept || exchange->response.fixed.n > 0;
}

static slice standing_bytes(const struct http_exchange *exchange, enum http_encoding encoding) {
    const struct http_response *response = &exchange->response;
    return exchange->kept            ? exchange->kept->bytes
           : encoding == HTTP_BROTLI ? response->fixed_br
           : encoding == HTTP_GZIP   ? response->fixed_gzip
                                     : response->fixed;
}

static struct MHD_Response *make_response(struct http_exchange *exchange,
                                          enum http_encoding *encoding) {
    struct http_response *response = &exchange->response;
    bool has_body = exchange->request.method != HTTP_HEAD;
    if (response->status == 304 || response->status == 204) {
        return fixed_response(SLICE_EMPTY);
    }
    if (stands_ready(exchange)) {
        slice bytes = standing_bytes(exchange, *encoding);
        exchange->sent_bytes = has_body ? bytes.n : 0;
        return fixed_response(bytes);
    }
    if (response->stream_next) {
        return stream_response(exchange, *encoding);
    }
    if (response->file_fd > 0) {
        return file_response(exchange);
    }
    if (*encoding != HTTP_IDENTITY && !encode_body(exchange, *encoding)) {
        *encoding = HTTP_IDENTITY;
    }
    if (response->status == 200 && response->cache == HTTP_CACHE_REVALIDATE &&
        exchange->kept_key.n > 0 && !response->cookies) {
        http_bodies_bring(exchange->server->bodies, exchange->kept_key, response, *encoding);
    }
    exchange->sent_bytes = has_body ? response->body.n : 0;
    struct MHD_Response *out = MHD_create_response_from_buffer_with_free_callback_cls(
        response->body.n, response->body.p, body_free, exchange);
    if (out) {
        exchange->holders++;
    }
    return out;
}

/* ---- what is kept in memory ---- */

/* All of a request that decides the bytes of an answer; empty: it is not kept. What a
 * route says is nobody's but the asker's is not revalidated, but no-store. */
static slice kept_key(const struct http_exchange *exchange, slice etag) {
    const struct http_request *request = &exchange->request;
    bool asks = request->method == HTTP_GET || request->method == HTTP_HEAD;
    if (!exchange->server->bodies || !exchange->route || !asks || etag.n == 0 ||
        exchange->route->cache != HTTP_CACHE_REVALIDATE ||
        http_known(request, HTTP_KNOWN_AUTHORIZATION).n > 0) {
        return SLICE_EMPTY;
    }
    const char encoding =
        (char)('0' + http_encoding_choose(http_known(request, HTTP_KNOWN_ACCEPT_ENCODING)));
    const slice parts[] = {slice_of(&encoding, 1),
                           request->language,
                           request->part,
                           request->base_url,
                           http_known(request, HTTP_KNOWN_ACCEPT),
                           exchange->target};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        n += parts[i].n + 1;
    }
    char *key = arena_new(request->arena, char, n);
    char *at = key;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        memcpy(at, parts[i].p, parts[i].n);
        at += parts[i].n + 1; /* a zero stands in none of them */
    }
    return slice_of(key, n);
}

bool http_unchanged(const struct http_request *request, struct http_response *response,
                    slice etag) {
    if (request->actor) {
        return false; /* made for one person */
    }
    response->etag = etag;
    if (http_etag_matches(request->if_none_match, etag)) {
        response->status = 304;
        return true;
    }
    if (!request->connection) {
        return false; /* made by a command */
    }
    struct http_exchange *exchange = http_exchange_of(request);
    exchange->kept_key = kept_key(exchange, etag);
    if (exchange->kept_key.n > 0) {
        exchange->kept = http_bodies_find(exchange->server->bodies, exchange->kept_key, etag);
    }
    return exchange->kept != NULL;
}

void http_retag(const struct http_request *request, struct http_response *response, slice etag) {
    response->etag = etag;
    if (request->connection) {
        http_exchange_of(request)->kept_key = SLICE_EMPTY;
    }
}

static void take_kept(struct http_exchange *exchange) {
    const struct http_body *kept = exchange->kept;
    struct http_response *response = &exchange->response;
    response->media_type = kept->media_type.p;
    response->file_name = kept->file_name;
    response->extra_csp = kept->extra_csp.n > 0 ? kept->extra_csp.p : NULL;
    response->allow_framing = kept->allow_framing;
    struct http_worker *worker = exchange->worker;
    atomic_store_explicit(&worker->kept,
                          atomic_load_explicit(&worker->kept, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* Where this answer stands with its head, or may stand from now on; NULL when it is made for this
 * request alone. No request has a number in it: with a line of the log for each it must have. */
static http_ready_answer *ready_answer(const struct http_exchange *exchange,
                                       enum http_encoding encoding) {
    const struct http_response *response = &exchange->response;
    if (response->status != 200 || !stands_ready(exchange) || exchange->closes ||
        response->cookies || exchange->request.actor || atomic_load(&exchange->server->stopping) ||
        exchange->server->options.log_requests == HTTP_LOG_ALL) {
        return NULL;
    }
    if (exchange->kept) {
        return atomic_load(&exchange->kept->is_popular) ? &exchange->kept->ready : NULL;
    }
    bool plain = response->file_name.n == 0 && !response->extra_csp && !response->allow_framing &&
                 !is_type(response, "text/html");
    return plain ? http_ready_of(exchange->server->ready, exchange->route,
                                 standing_bytes(exchange, encoding).p)
                 : NULL;
}

/* Queues what stands there, after making it when it is asked for the first time. False: without
 * memory. */
static bool queue_ready(struct http_exchange *exchange, enum http_encoding encoding,
                        http_ready_answer *answer, enum MHD_Result *result) {
    struct MHD_Connection *connection = exchange->request.connection;
    struct MHD_Response *out = atomic_load(answer);
    slice bytes = standing_bytes(exchange, encoding);
    if (!out) {
        out = fixed_response(bytes);
        if (!out) {
            return false;
        }
        add_lasting(exchange, encoding, out);
        struct MHD_Response *other = NULL;
        if (!atomic_compare_exchange_strong(answer, &other, out)) {
            MHD_destroy_response(out);
            out = other;
        }
    }
    exchange->sent_bytes = exchange->request.method != HTTP_HEAD ? bytes.n : 0;
    *result = MHD_queue_response(connection, (unsigned)exchange->response.status, out);
    return true;
}

enum MHD_Result http_respond(struct http_exchange *exchange) {
    struct http_response *response = &exchange->response;
    enum MHD_Result result = MHD_NO;
    response->status = response->status ? response->status : 200;
    if (exchange->request.actor) {
        response->etag = SLICE_EMPTY;
        response->cache = HTTP_CACHE_NONE;
    }
    if (response->status == 200 && exchange->request.method != HTTP_POST &&
        http_etag_matches(exchange->request.if_none_match, response->etag)) {
        response->status = 304;
    }
    if (exchange->kept && response->status == 200) {
        take_kept(exchange);
    }
    enum http_encoding encoding =
        exchange->kept ? exchange->kept->encoding : choose_encoding(exchange);
    http_ready_answer *ready = ready_answer(exchange, encoding);
    if (ready && queue_ready(exchange, encoding, ready, &result)) {
        return result;
    }
    struct MHD_Response *out = make_response(exchange, &encoding);
    if (out) {
        add_lasting(exchange, encoding, out);
        add_passing(exchange, out);
        result = MHD_queue_response(exchange->request.connection, (unsigned)response->status, out);
        MHD_destroy_response(out);
    }
    file_close(response); /* of an answer without it: 304 */
    return result;
}

/* ---- errors ---- */

static const char *status_title(int status) {
    switch (status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Internal Server Error";
    }
}

/* RFC 9457; `key` names the part of the query that cannot be used. What went wrong inside stays
 * in the log, under the request's number. */
static void write_problem_json(const struct http_exchange *exchange, int status, struct buf *out) {
    const struct problem *problem = &exchange->problem;
    buf_add_cstr(out, "{\"type\":\"about:blank\",\"title\":");
    buf_add_json_string(out, slice_from_cstr(status_title(status)));
    buf_add_cstr(out, ",\"status\":");
    buf_add_i64(out, status);
    if (problem->what[0] && status < 500) {
        buf_add_cstr(out, ",\"detail\":");
        buf_add_json_string(out, slice_from_cstr(problem->what));
    }
    if (problem->field[0] && status < 500) {
        buf_add_cstr(out, ",\"key\":");
        buf_add_json_string(out, slice_from_cstr(problem->field));
    }
    buf_addf(out, ",\"request\":\"%.*s\"}\n", SLICE_ARG(exchange->request.id));
}

static bool is_for_people(const struct http_exchange *exchange) {
    if (!exchange->server->options.error_page) {
        return false;
    }
    if (exchange->route) {
        return exchange->route->audience == HTTP_FOR_PEOPLE;
    }
    slice path = exchange->request.path;
    bool machine_path =
        slice_starts_with(path, SLICE("/api/")) || slice_starts_with(path, SLICE("/tiles/"));
    return !machine_path &&
           slice_contains(http_header(&exchange->request, "Accept"), SLICE("text/html"));
}

void http_respond_problem(struct http_exchange *exchange, int status) {
    struct http_response *response = &exchange->response;
    const struct http_options *options = &exchange->server->options;
    unsigned allow = response->allow;
    stream_end(response);
    file_close(response);
    buf_free(&response->body);
    http_body_release(exchange->kept);
    exchange->kept = NULL;
    exchange->kept_key = SLICE_EMPTY;
    *response = (struct http_response){
        .status = status,
        .allow = allow,
        .cache = HTTP_CACHE_NONE,
        .body = buf_new(HTTP_BODY_OUT_MAX_BYTES),
    };
    if (is_for_people(exchange)) {
        response->media_type = "text/html; charset=utf-8";
        options->error_page(exchange->app->app, &exchange->request, status, &exchange->problem,
                            &response->body);
    } else {
        response->media_type = "application/problem+json";
        write_problem_json(exchange, status, &response->body);
    }
}
