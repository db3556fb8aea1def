/* http: requests in, responses out, over libmicrohttpd. Routes are rows of data; input is typed and
 * checked before any handler runs. TLS belongs to the reverse proxy. */
#ifndef AGORA_HTTP_H
#define AGORA_HTTP_H

#include "base/base.h"

struct MHD_Connection;
struct asset;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS, HTTP_METHOD__COUNT };
/* What somebody may do here; each may be limited to a territory or a space, which the rules of the
 * house look at again. A route asks for one, a person has several: HTTP_MAY(CAP_…), together. */
enum http_capability {
    CAP_ANYONE = 1, /* also nobody signed in */
    CAP_MEMBER,     /* signed in */
    CAP_MODERATE,
    CAP_STEWARD,
    CAP_ADMIN,
    CAP_HELP /* acts for people who have no e-mail */
};
#define HTTP_MAY(capability) (1u << (capability))
enum http_audience {                    /* who reads errors of this route */
                     HTTP_FOR_PEOPLE,   /* an HTML page, through options.error_page */
                     HTTP_FOR_MACHINES, /* application/problem+json (RFC 9457), CORS open */
                     HTTP_FOR_HOSTS     /* the same, for who runs this: no other origin reads it */
};
enum http_cost { /* what a request of this route counts as (RULE HOST-3) */
                 HTTP_COST_READ,
                 HTTP_COST_EXPORT, /* a whole result; every streamed answer is one in any case */
                 HTTP_COST_NONE    /* never limited: fixed bytes, the state of the server */
};
enum http_log_requests {
    HTTP_LOG_ERRORS, /* those that failed here: status 500 and above */
    HTTP_LOG_ALL,
    HTTP_LOG_OFF
};
enum http_cache {
    HTTP_CACHE_NONE,       /* no-store */
    HTTP_CACHE_REVALIDATE, /* no-cache + ETag: 304 when unchanged */
    HTTP_CACHE_HOUR,
    HTTP_CACHE_IMMUTABLE /* a year: the path holds a hash */
};

struct http_route;
struct http_request {
    enum http_method method;
    slice path;                     /* decoded, normal form */
    slice query;                    /* raw text after '?', may be empty */
    const struct http_route *route; /* NULL: no row has this path */
    slice captures[4];              /* the {…} parts of the route's path, decoded */
    slice body;                     /* of a POST, at most route.body_max bytes */
    slice part;     /* X-Agora-Part: the fragment of a page that is asked for, else empty */
    slice language; /* "fr" or "en": query or cookie `lang_ui`, else Accept-Language, else fr */
    slice client;   /* address of who asks; of X-Forwarded-For behind a trusted proxy */
    struct ip_address client_address;
    /* A header says that the request was handed on, by someone who is no trusted proxy: the client
     * may be anybody. */
    bool is_relayed;
    slice if_none_match;
    slice base_url; /* from the settings, else from Host: "https://agora.example" */
    slice id; /* of the request, in the log, on error pages and as X-Request-Id: 16 hexadecimal
               * digits, or what a trusted proxy named it (RULE HOST-2) */
    /* Who asks, of options.identify: NULL when nobody is signed in, and on a route that answers
     * everybody the same (see there). */
    const void *actor;
    unsigned capabilities; /* HTTP_MAY(…) of whoever asks */
    struct arena *arena;   /* everything of this request */
    void *worker;          /* options.worker_new of this thread: reader connection and the like */
    struct MHD_Connection *connection; /* private */
};
/* A request header by name, empty when absent. */
slice http_header(const struct http_request *request, const char *name);

/* The route rows of the server that asks, one after the other; NULL beyond the last. For the
 * pages and documents that are made from them. */
const struct http_route *http_route_at(const struct http_request *request, size_t index);

/* The value of a cookie of ours; empty when absent. With https its name on the wire begins with
 * __Host- (RFC 6265bis, 4.1.3.2). */
slice http_cookie(const struct http_request *request, const char *name);
/* Whether an address that came with a request may be gone on to: a path of this site with its query
 * (http_path_decode's conditions, at most HTTP_NEXT_MAX_BYTES), so that no link of ours leads
 * elsewhere. */
bool http_next_is_ours(slice next);

/* Adds the next bytes of a streamed body to `out` (some KB a call); adds nothing at the end. */
typedef err http_stream_next(void *self, struct buf *out);
typedef void http_stream_end(void *self);

struct http_response {
    int status;             /* 200 when left 0 */
    const char *media_type; /* with charset where it needs one */
    slice etag;             /* with its quotes; empty: none. The server answers 304 by itself */
    enum http_cache cache;  /* the route's unless changed; an error is never kept */
    slice location;         /* of a redirect */
    struct http_set_cookie *cookies; /* http_response_cookie */
    slice file_name;                 /* Content-Disposition: attachment when not empty */
    struct buf body;                 /* freed by the server */
    /* Fixed bytes, sent without copying (assets): identity and ready compressed forms. */
    slice fixed, fixed_br, fixed_gzip;
    /* A streamed body instead; `stream_end` is called once in any case. */
    http_stream_next *stream_next;
    http_stream_end *stream_end;
    void *stream_self;
    /* A file instead, sent by the kernel without passing through our memory, `file_bytes` of it
     * from its beginning; 0: none. The server closes it in any case. */
    int file_fd;
    uint64_t file_bytes;
    unsigned allow;        /* bits of enum http_method for the header Allow; set by the server */
    bool allow_framing;    /* /embed only */
    const char *extra_csp; /* e.g. "frame-src https://…" for this page, else NULL */
};
/* 303: go on with a GET of this address; never kept. */
void http_redirect(struct http_response *response, slice location);
/* Gives the client a cookie for all of this site: HttpOnly, SameSite=Lax, with https Secure too. It
 * ends after `max_age_s` (0: now, a negative one: with the browser's session). Name and value are
 * tokens of ours; the answer is never kept. An answer that fails gives none. */
void http_response_cookie(const struct http_request *request, struct http_response *response,
                          const char *name, slice value, int64_t max_age_s);

/* Answers with a problem: page or problem+json by the route's audience. Returned errors of handlers
 * become the same. */
typedef err http_handler(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem);

/* An answer that comes later: a handler calls http_wait, hands the request to whoever does the work,
 * and returns OK without an answer. The connection sleeps, no thread waits for it. http_wake, from
 * any thread, once, lets `finish` make the answer on the request's own thread as a handler would;
 * `result` is what the work came to. Between the two the request's arena belongs to the work. A
 * client that leaves meanwhile is noticed only when the answer is sent. Each is woken: a server
 * that stops waits for it. */
typedef err http_finish(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem);
void http_wait(const struct http_request *request, http_finish *finish, void *self);
void http_wake(const struct http_request *request, err result);

struct http_route {
    enum http_method method; /* GET answers HEAD too; OPTIONS is answered for machine routes */
    const char *path;        /* "/entries/{id}"; a capture is one segment; "{rest…}" not needed.
                                "/tiles/{z}/{x}/{y}.mvt": a capture may end before a literal */
    http_handler *handler;
    enum http_capability capability;
    enum http_audience audience;
    bool writes, csrf; /* a GET never writes: its connection is read-only */
    uint32_t body_max; /* bytes of the request body; 0: none allowed */
    enum http_cache cache;
    const char *help; /* one line, for OpenAPI and the docs */
    enum http_cost cost;
    /* May be done in the name of somebody else: options.identify decides what that means. */
    bool for_another;
};

struct http_options {
    const char *listen;   /* "127.0.0.1:8080", "[::1]:0", port 0: any free one */
    int listen_fd;        /* a socket of http_listen instead, taken over; 0: none */
    const char *base_url; /* NULL: from Host */
    const struct ip_network *trusted_proxies;
    size_t trusted_proxy_count;
    unsigned threads;                             /* 0: one per core, at least 2 */
    const struct http_route *const *route_tables; /* NULL-terminated list of tables … */
    const size_t *route_counts;                   /* … and their lengths */
    void *app;                                    /* given to every handler */
    /* Called once for an app that another one took the place of (http_server_app), when no request
     * that began with it is left: on the thread of the last of them, or of who put the other one
     * there. Must not wait. What is in place when the server stops is not told. NULL: never. */
    void (*app_gone)(void *app);
    enum http_log_requests log_requests;
    /* How often one address may ask (RULE HOST-3); 0: no limit. This very machine never meets the
     * rates, unless it asks for others as a trusted proxy. */
    uint32_t reads_per_minute, exports_per_minute;
    uint32_t exports_max, exports_per_address; /* running at the same time */
    /* Memory for answers that are asked for again (of routes that are revalidated by their ETag;
     * never one with Authorization); 0: none are kept. */
    size_t bodies_bytes;
    /* Limits; 0 takes the default of limits.h. */
    unsigned connections_max;         /* all together */
    unsigned connections_per_address; /* none behind trusted proxies unless set */
    unsigned head_timeout_ms;         /* for a whole head, counted from the moment it is awaited */
    unsigned idle_timeout_s;          /* without a byte in either direction */
    void *(*worker_new)(void *app);   /* once per thread; NULL on failure */
    void (*worker_free)(void *worker);
    /* Tells who asks: sets request->actor and request->capabilities from the request's cookies, or
     * leaves both when nobody is signed in. Called before the handler, on the request's thread, for
     * every page, for what writes and for what asks for a capability; not for open reads of
     * machines and hosts, which are the same for everybody. What is answered to an actor is kept
     * by nobody (no-store). NULL: nobody ever is. */
    err (*identify)(void *app, struct http_request *request, struct problem *problem);
    const char *sign_in; /* where people are led who are not signed in but must be: "/sign-in" */
    /* Writes the HTML page of an error (people routes and unknown paths). */
    void (*error_page)(void *app, const struct http_request *request, int status,
                       const struct problem *problem, struct buf *out);
    const struct log *log;
    struct clock clock;
};
struct http_server;
/* Opens the socket alone, so that what needs rights is done before they are given up: visitors wait
 * until a server is started on it. `address` gets the real one ("http://127.0.0.1:41234").
 * ERR_CONFLICT: port taken; ERR_DENIED: not allowed to; ERR_INPUT. */
MUST_USE err http_listen(const char *listen, int *fd, char address[128], struct problem *problem);
/* Listens; `address` gets the real one ("http://127.0.0.1:41234"). ERR_CONFLICT: port taken. */
MUST_USE err http_server_start(const struct http_options *options, struct http_server **server,
                               char address[128], struct problem *problem);
/* Another `app` for whatever is begun from now on (any thread). A request keeps the one it began
 * with from its first line to the last byte of its answer: see options.app_gone. */
void http_server_app(struct http_server *server, void *app);
/* Stops accepting, lets what runs end (at most `grace_ms`), frees everything. */
void http_server_stop(struct http_server *server, unsigned grace_ms);

/* ---- figures, for /metrics ---- */

#define HTTP_STATUS_CLASSES   6 /* status / 100; 0: broken off before an answer */
#define HTTP_DURATION_BUCKETS 14
extern const int64_t http_duration_buckets_us[HTTP_DURATION_BUCKETS];
enum http_limited {
    HTTP_LIMITED_READS,
    HTTP_LIMITED_EXPORTS,
    HTTP_LIMITED_EXPORTS_RUNNING, /* as many run as may, of one address or all together */
    HTTP_LIMITED__COUNT
};
struct http_route_figures {
    const char *path;                                               /* "" for what no route takes */
    uint64_t requests[HTTP_METHOD__COUNT + 1][HTTP_STATUS_CLASSES]; /* the last method: others */
    uint64_t buckets[HTTP_DURATION_BUCKETS + 1]; /* each for itself; the last one: longer */
    uint64_t duration_us; /* from the first line to the last byte, all together */
    uint64_t bytes;       /* of bodies, as sent */
};
struct http_figures {
    struct http_route_figures *routes;
    size_t route_count;
    unsigned threads;
    uint64_t running; /* requests at this moment, this one included */
    uint64_t connections_open, connections_total, connections_refused;
    uint64_t limited[HTTP_LIMITED__COUNT];
    uint64_t kept; /* answers that were in memory */
};
/* Counted since the start, by the server of this request; in its arena. */
void http_figures_read(const struct http_request *request, struct http_figures *figures);

/* The response for one compiled-in file: fixed bytes, ready compressed forms, ETag, a year's
 * cache when its path holds a hash (else revalidated). */
void http_asset_response(const struct asset *asset, struct http_response *response);
/* The file of this path in a table sorted by path, or NULL. */
const struct asset *http_asset_find(const struct asset *table, size_t count, slice path);

/* True when nothing has to be made: the client has this ETag already and gets 304, or the answer
 * with this ETag is kept in memory. The handler may return OK at once. Sets response->etag either
 * way. */
bool http_unchanged(const struct http_request *request, struct http_response *response, slice etag);

/* The answer that was made after http_unchanged depends on more than its ETag told: it gets another
 * one, and is not kept. */
void http_retag(const struct http_request *request, struct http_response *response, slice etag);

/* Compares with If-None-Match as RFC 9110 asks (weak comparison, lists, *). */
bool http_etag_matches(slice if_none_match, slice etag);
/* The pure parts, for tests and fuzzing. */

/* Undoes %XX of a raw path. ERR_INPUT unless the result is UTF-8, starts with '/', and holds no
 * control byte, no backslash, no encoded '/', no empty, "." or ".." segment ("/a/" ends in one
 * slash: allowed). */
MUST_USE err http_path_decode(slice raw, struct arena *arena, slice *path);
/* Whether a decoded path fits a route's pattern. A capture is never empty and never spans a '/';
 * one followed by a literal inside its segment ends at it ("{y}.mvt": at the end of the segment;
 * "{id}-{rest}": at the first one). */
bool http_route_match(const char *pattern, slice path, slice captures[4]);
/* Number of captures in a pattern: among patterns that fit, the one with the fewest is meant. */
unsigned http_route_captures(const char *pattern);
/* "fr" or "en": the better of the two by Accept-Language (RFC 9110, 12.5.4); fr when neither is
 * named. */
slice http_language_choose(slice accept_language);
enum http_encoding { HTTP_IDENTITY, HTTP_GZIP, HTTP_BROTLI };
/* The best coding by Accept-Encoding: br, then gzip, unless refused with q=0. */
enum http_encoding http_encoding_choose(slice accept_encoding);

#endif
