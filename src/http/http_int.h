/* http_int: one request inside the server, and what the files of this room share. */
#ifndef AGORA_HTTP_INT_H
#define AGORA_HTTP_INT_H

#include "http/bodies.h"
#include "http/http.h"
#include "http/limiter.h"
#include "http/limits.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct http_watch;   /* one per connection: when it is cut off */
struct http_ready;   /* ready.c: heads of fixed bytes */
struct http_tallies; /* figures.c: of one thread, one for each row of the routes and one more */

/* One per thread of the library, which alone writes its counters. */
struct http_worker {
    struct http_server *server;
    struct http_worker *next;
    void *user;            /* of options.worker_new */
    uint64_t seed, number; /* of its requests, for their names */
    atomic_uint running;   /* exchanges between their first line and their last byte */
    _Atomic uint64_t kept; /* answers that came from memory */
    struct http_tallies *tallies;
    struct arena arena;
    struct http_exchange *spare;
};

/* A row of the routes, ready to be compared with a path. */
struct http_row {
    const struct http_route *route;
    slice head;    /* its first segment; empty when a capture stands there: any may */
    slice literal; /* what stands before its first capture */
    unsigned captures;
};
/* The rows that a path may fit, by the length and the first letter of its first segment. */
#define HTTP_ROW_GROUPS 64
struct http_row_group {
    struct http_row **rows;
    size_t count;
};

/* The headers that are looked at of every request, found while they pass the walls. */
enum http_known {
    HTTP_KNOWN_VIA,
    HTTP_KNOWN_HOST,
    HTTP_KNOWN_ACCEPT,
    HTTP_KNOWN_COOKIE,
    HTTP_KNOWN_FORWARDED,
    HTTP_KNOWN_PART,
    HTTP_KNOWN_REQUEST_ID,
    HTTP_KNOWN_IF_NONE_MATCH,
    HTTP_KNOWN_AUTHORIZATION,
    HTTP_KNOWN_CONTENT_LENGTH,
    HTTP_KNOWN_ACCEPT_ENCODING,
    HTTP_KNOWN_ACCEPT_LANGUAGE,
    HTTP_KNOWN_FORWARDED_FOR,
    HTTP_KNOWN_FORWARDED_PROTO,
    HTTP_KNOWN_TRANSFER_ENCODING,
    HTTP_KNOWN__COUNT
};
struct http_known_headers {
    slice values[HTTP_KNOWN__COUNT]; /* of the first of each */
    uint8_t counts[HTTP_KNOWN__COUNT];
};

/* What handlers are given, and who uses it: requests that began with it, and the server while it is
 * the present one. */
struct http_app {
    void *app;
    unsigned holders; /* under app_lock */
};

struct http_server {
    struct http_options options; /* `app` as it was at the start */
    /* Taking one reads the pointer and counts the request in, as atlas_pin does: two steps that a
     * swap must not come between. Held for some nanoseconds. */
    pthread_mutex_t app_lock;
    struct http_app *app; /* as it is */
    struct arena arena;   /* lives as long as the server */
    struct MHD_Daemon *daemon;
    int listen_fd;
    pthread_key_t worker_key;
    atomic_uint waiting; /* exchanges between http_wait and the end of http_wake */
    atomic_uint asleep;  /* between http_wait and their own thread's next look at them */
    atomic_bool stopping;
    atomic_bool told_of_relay;
    atomic_uint_fast64_t connections_open, connections_total, connections_refused;
    atomic_uint_fast64_t limited[HTTP_LIMITED__COUNT];
    struct http_row *rows;
    size_t row_count;
    struct http_row_group row_groups[HTTP_ROW_GROUPS];
    struct http_limiter *limiter;
    struct http_ready *ready;
    struct http_bodies *bodies; /* NULL: none are kept */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct http_watch *watches, *spare_watches;
    struct http_worker *workers;
    bool watcher_started, watcher_ends;
    pthread_t watcher;
};

/* What stands at a path. */
struct http_routed {
    const struct http_route *route; /* for this method, else NULL */
    const struct http_route *any;   /* of this path, whatever the method */
    unsigned methods;               /* bits of those the path has */
    slice captures[4];
};

/* One request and its answer. Two may hold it: the request until it is completed, the response
 * until the library lets go of it; both on one thread. */
struct http_exchange {
    struct http_server *server;
    struct http_app *app; /* the one it began with, until it is over */
    struct http_worker *worker;
    struct http_exchange *next_spare;
    struct arena arena;
    unsigned holders;
    slice target;           /* as it came */
    const char *raw_target; /* where it stood in the library's buffer: its bytes may have changed */
    bool admitted;          /* passed the walls; its body, if any, comes next */
    bool body_too_large;    /* the rest is read and dropped */
    bool closes;            /* the connection ends with this answer */
    bool is_proxied;        /* the peer is a trusted proxy */
    bool method_unknown;
    int refused;            /* by the guard: what to answer once the request is whole */
    bool runs_export;       /* counted by the limiter until the exchange is released */
    uint32_t retry_after_s; /* of a refusal by a limit */
    err failed;             /* what the handler said, for the log */
    uint64_t sent_bytes;
    struct http_known_headers known;
    struct http_routed found;
    const struct http_route *route;
    struct http_request request;
    struct http_response response;
    struct problem problem;
    struct buf body;
    struct http_body *kept; /* the answer, from memory */
    slice kept_key;         /* of it, or of what may be kept; empty: nothing is */
    int64_t began_us;
    http_finish *finish; /* of http_wait, until it has run */
    void *finish_self;
    err finish_result;
    atomic_bool woken;
};

struct http_set_cookie {
    slice line; /* the value of Set-Cookie */
    struct http_set_cookie *next;
};

/* server.c: the life of an exchange. Taken by its target, ended once, released by each holder. */
struct http_exchange *http_exchange_take(struct http_server *server); /* NULL: cannot be served */
void http_exchange_end(struct http_exchange *exchange);
void http_exchange_release(struct http_exchange *exchange);

struct http_exchange *http_exchange_of(const struct http_request *request);

/* figures.c: counting. */
struct http_tallies *http_tallies_new(const struct http_server *server, struct arena *arena);
void http_tallies_add(struct http_tallies *tallies, const struct http_exchange *exchange,
                      int64_t duration_us);
size_t http_route_total(const struct http_options *options);

/* guard.c: who asks, and whether they may. 0, or the status to refuse with (problem says why, or
 * where people are led: 303). */
int http_guard_check(struct http_exchange *exchange);
void http_guard_refuse(struct http_exchange *exchange, int status);

/* limit.c: whether this request may go on now. 0, or the status to refuse with (problem and
 * retry_after_s say more). */
int http_limit_request(struct http_exchange *exchange);
/* The same for an answer that is about to be streamed. */
int http_limit_stream(struct http_exchange *exchange);

/* watch.c: every connection has a moment at which it is cut off, whatever trickles through it. */
MUST_USE err http_watch_start(struct http_server *server);
void http_watch_stop(struct http_server *server);
void http_watch_on_connection(void *server, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code);
void http_watch_deadline(struct MHD_Connection *connection, int64_t now_us, int64_t timeout_ms);
void http_watch_cut_off(struct MHD_Connection *connection); /* now, from its own thread */

/* The request line, where it stands in the library's buffer. */
struct http_head {
    const char *method, *version;
    slice target;
};
/* walls.c: what the library alone lets pass. 0, or the status to refuse with (problem says why).
 * Fills what it read on its way: `known`, which is empty before. */
int http_walls_check(struct MHD_Connection *connection, const struct http_head *head,
                     bool body_allowed, struct http_known_headers *known, struct problem *problem);

/* later.c: the thread of an exchange that waited is at it again, to answer or to end it. */
void http_later_awake(struct http_exchange *exchange);
/* Before a server is freed, all that waits has been woken, and the library has noticed: it ends the
 * process when it is stopped with connections that sleep. */
void http_later_drain(struct http_server *server);

/* exchange.c: the rows of all tables, in their order. */
void http_rows_make(struct http_server *server);
/* exchange.c: the library's callbacks. */
void *http_on_target(void *server, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_on_request(void *server, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_bytes, void **context);
void http_on_completed(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code);

/* request.c: the typed request from what came in. */
void http_request_fill(struct http_exchange *exchange);
/* One of the known headers, empty when absent. */
slice http_known(const struct http_request *request, enum http_known known);

/* An answer as the library sends it; never changed once it is there, so that any thread may send
 * it. */
typedef _Atomic(struct MHD_Response *) http_ready_answer;
/* ready.c: fixed bytes with the head they have on a route. NULL without memory. */
struct http_ready *http_ready_new(void);
void http_ready_free(struct http_ready *ready); /* NULL is fine; nothing is sent any more */
/* Where the answer of these bytes stands, or will stand; NULL when there is no place for it. */
http_ready_answer *http_ready_of(struct http_ready *ready, const struct http_route *route,
                                 const char *bytes);

/* respond.c: sends exchange->response. */
enum MHD_Result http_respond(struct http_exchange *exchange);
/* Turns exchange->response into the page or problem+json of an error. */
void http_respond_problem(struct http_exchange *exchange, int status);

#endif
