/* One request from its first line to its answer: walls, typing, routing, handler. */
#include "http/http_int.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- routing ---- */

static enum http_method route_method(enum http_method method) {
    return method == HTTP_HEAD ? HTTP_GET : method;
}

/* What stands before the second slash of a path or pattern. */
static slice head_of(slice path) {
    return slice_sub(path, 1, slice_find(path, 1, '/') - 1);
}

static size_t group_of(slice head) {
    return (head.n * 5 + (head.n > 0 ? (unsigned char)head.p[0] : 0u)) % HTTP_ROW_GROUPS;
}

/* Each group has the rows that may be meant, in the order of all rows. */
static void groups_make(struct http_server *server) {
    for (size_t group = 0; group < HTTP_ROW_GROUPS; group++) {
        struct http_row_group *rows = &server->row_groups[group];
        rows->rows = arena_new(&server->arena, struct http_row *, server->row_count + 1);
        for (size_t i = 0; i < server->row_count; i++) {
            struct http_row *row = &server->rows[i];
            if (row->head.n == 0 || group_of(row->head) == group) {
                rows->rows[rows->count++] = row;
            }
        }
    }
}

void http_rows_make(struct http_server *server) {
    const struct http_options *options = &server->options;
    server->rows = arena_new(&server->arena, struct http_row, http_route_total(options) + 1);
    for (size_t table = 0; options->route_tables[table]; table++) {
        for (size_t i = 0; i < options->route_counts[table]; i++) {
            const struct http_route *route = &options->route_tables[table][i];
            slice path = slice_from_cstr(route->path);
            slice head = head_of(path);
            server->rows[server->row_count++] = (struct http_row){
                .route = route,
                .head = slice_find(head, 0, '{') < head.n ? SLICE_EMPTY : head,
                .literal = slice_sub(path, 0, slice_find(path, 0, '{')),
                .captures = http_route_captures(route->path),
            };
        }
    }
    groups_make(server);
}

/* Among the rows that fit, the one with the fewest captures is meant, then the first. */
static struct http_routed find_route(const struct http_server *server, enum http_method method,
                                     slice path) {
    struct http_routed found = {0};
    unsigned fewest = UINT32_MAX;
    slice head = head_of(path);
    const struct http_row_group *group = &server->row_groups[group_of(head)];
    for (size_t i = 0; i < group->count; i++) {
        const struct http_row *row = group->rows[i];
        const struct http_route *route = row->route;
        if (!slice_starts_with(path, row->literal)) {
            continue; /* nearly all of them */
        }
        slice captures[4] = {0};
        if (!http_route_match(route->path, path, captures)) {
            continue;
        }
        found.methods |= 1u << route->method;
        found.any = found.any ? found.any : route;
        if (route->method == route_method(method) && row->captures < fewest) {
            fewest = row->captures;
            found.route = route;
            memcpy(found.captures, captures, sizeof captures);
        }
    }
    return found;
}

static bool method_from_text(const char *text, enum http_method *method) {
    static const char *const names[HTTP_METHOD__COUNT] = {"GET", "HEAD", "POST", "OPTIONS"};
    for (unsigned i = 0; i < HTTP_METHOD__COUNT; i++) {
        if (strcmp(text, names[i]) == 0) {
            *method = (enum http_method)i;
            return true;
        }
    }
    return false;
}

/* ---- answers of the server itself ---- */

static enum MHD_Result refuse(struct http_exchange *exchange, int status) {
    exchange->closes = true;
    http_respond_problem(exchange, status);
    return http_respond(exchange);
}

static enum MHD_Result answer_options(struct http_exchange *exchange) {
    exchange->route = exchange->found.any;
    exchange->response.status = 204;
    exchange->response.allow = exchange->found.methods | 1u << HTTP_OPTIONS;
    return http_respond(exchange);
}

/* "/explore/" is "/explore": people type it. Empty when nothing stands there either. */
static slice address_without_slash(const struct http_exchange *exchange) {
    const struct http_request *request = &exchange->request;
    slice path = request->path;
    if (route_method(request->method) != HTTP_GET || path.n < 2 || path.p[path.n - 1] != '/' ||
        !find_route(exchange->server, HTTP_GET, slice_sub(path, 0, path.n - 1)).route) {
        return SLICE_EMPTY;
    }
    size_t raw_n = slice_find(exchange->target, 0, '?');
    return arena_printf(request->arena, "%.*s%s%.*s", (int)raw_n - 1, exchange->target.p,
                        request->query.n ? "?" : "", SLICE_ARG(request->query));
}

static enum MHD_Result answer_unknown(struct http_exchange *exchange) {
    exchange->route = exchange->found.any;
    if (exchange->found.any) {
        problem_set(&exchange->problem, ERR_UNSUPPORTED, "",
                    "this address does not take the method");
        exchange->response.allow = exchange->found.methods | 1u << HTTP_OPTIONS;
        http_respond_problem(exchange, 405);
        return http_respond(exchange);
    }
    slice address = address_without_slash(exchange);
    if (address.n > 0) {
        exchange->response.status = 308;
        exchange->response.location = address;
        return http_respond(exchange);
    }
    problem_set(&exchange->problem, ERR_NOT_FOUND, "", "nothing stands at this address");
    http_respond_problem(exchange, 404);
    return http_respond(exchange);
}

/* ---- the handler ---- */

/* What did not fit is the question's size: whoever asks can mend it. No memory is ours. */
static err body_failed(struct http_exchange *exchange) {
    if (exchange->response.body.failed == ERR_LIMIT) {
        return problem_set(&exchange->problem, ERR_INPUT, "limit",
                           "the answer would be larger than %u MB: ask for less with limit, or for "
                           "a whole result, which is streamed",
                           HTTP_BODY_OUT_MAX_BYTES >> 20);
    }
    return problem_set(&exchange->problem, exchange->response.body.failed, "",
                       "the answer could not be written: try again in a moment");
}

/* Makes the answer of what the handler, or what it left for later, came to. */
static enum MHD_Result answer(struct http_exchange *exchange, err result) {
    struct http_response *response = &exchange->response;
    if (response->body.failed != OK && (result == OK || result == response->body.failed)) {
        result = body_failed(exchange);
    }
    int status = 0;
    if (result != OK) {
        status = err_http_status(result);
        exchange->failed = result;
    } else if (response->stream_next && exchange->request.method != HTTP_HEAD) {
        status = http_limit_stream(exchange);
    }
    if (status == 413 && route_method(exchange->request.method) == HTTP_GET) {
        status = 414; /* what is too large came in the address */
    }
    if (status != 0) {
        http_respond_problem(exchange, status);
    }
    return http_respond(exchange);
}

static enum MHD_Result run_handler(struct http_exchange *exchange) {
    struct http_response *response = &exchange->response;
    response->cache = exchange->route->cache;
    response->body = buf_new(HTTP_BODY_OUT_MAX_BYTES);
    err result = exchange->route->handler(exchange->app->app, &exchange->request, response,
                                          &exchange->problem);
    if (exchange->finish) {
        assert(result == OK); /* the answer is not the handler's any more */
        return MHD_YES;
    }
    return answer(exchange, result);
}

/* What was waited for is there. */
static enum MHD_Result run_finish(struct http_exchange *exchange) {
    if (!atomic_load(&exchange->woken)) {
        return MHD_YES; /* it still sleeps */
    }
    http_finish *finish = exchange->finish;
    http_later_awake(exchange);
    http_watch_deadline(exchange->request.connection, clock_monotonic_us(), HTTP_ANSWER_TIMEOUT_MS);
    return answer(exchange,
                  finish(exchange->app->app, &exchange->request, exchange->finish_self,
                         exchange->finish_result, &exchange->response, &exchange->problem));
}

/* A form of ours is sent from a page of ours: browsers say where a request comes from, and a
 * program that says nothing has no cookie to lend. */
static bool is_same_origin(const struct http_request *request) {
    slice site = http_header(request, "Sec-Fetch-Site");
    slice origin = http_header(request, "Origin");
    if (site.n && !slice_equal(site, SLICE("same-origin")) && !slice_equal(site, SLICE("none"))) {
        return false;
    }
    if (origin.n == 0) {
        return site.n > 0 || http_known(request, HTTP_KNOWN_COOKIE).n == 0;
    }
    return slice_equal(origin, request->base_url);
}

/* ---- reading the request ---- */

/* Splits the target into path and query. OK, or the status to refuse with. */
static int read_target(struct http_exchange *exchange) {
    slice target = exchange->target;
    if (target.n > HTTP_TARGET_MAX_BYTES) {
        problem_set(&exchange->problem, ERR_LIMIT, "", "the address is longer than %d bytes",
                    HTTP_TARGET_MAX_BYTES);
        return 414;
    }
    /* The absolute form must be understood (RFC 9112, 3.2.2); Host was checked on its own. */
    if (slice_starts_with(target, SLICE("http://")) ||
        slice_starts_with(target, SLICE("https://"))) {
        target = slice_sub(target, slice_find(target, 8, '/'), target.n);
    }
    for (size_t i = 0; i < target.n; i++) {
        unsigned char byte = (unsigned char)target.p[i];
        if (byte <= ' ' || byte == 0x7f || byte == '#') {
            problem_set(&exchange->problem, ERR_INPUT, "", "the address holds a forbidden byte");
            return 400;
        }
    }
    exchange->target = target;
    size_t mark = slice_find(target, 0, '?');
    exchange->request.query = slice_sub(target, mark + 1, target.n);
    if (http_path_decode(slice_sub(target, 0, mark), exchange->request.arena,
                         &exchange->request.path) != OK) {
        problem_set(&exchange->problem, ERR_INPUT, "", "the path of the address is malformed");
        return 400;
    }
    return 0;
}

/* The part of a POST that is known before its body. OK, or the status to refuse with. */
static int check_post(struct http_exchange *exchange) {
    const struct http_route *route = exchange->route;
    uint64_t length = 0;
    slice_to_u64(http_known(&exchange->request, HTTP_KNOWN_CONTENT_LENGTH), &length);
    if (length > route->body_max) {
        problem_set(&exchange->problem, ERR_LIMIT, "", "at most %u bytes are taken here",
                    route->body_max);
        return 413;
    }
    if (route->csrf && !is_same_origin(&exchange->request)) {
        problem_set(&exchange->problem, ERR_DENIED, "", "this form was sent from another site");
        return 403;
    }
    return 0;
}

/* The head is there. Nothing is answered yet unless the rest is not to be read: the library ends
 * the connection after an answer at this point. */
static enum MHD_Result on_head(struct http_exchange *exchange, const char *method,
                               const char *version) {
    struct http_request *request = &exchange->request;
    bool known = method_from_text(method, &request->method);
    exchange->method_unknown = !known;
    bool body_allowed = !known || request->method == HTTP_POST;
    const struct http_head head = {method, version,
                                   slice_of(exchange->raw_target, exchange->target.n)};
    int refused = http_walls_check(request->connection, &head, body_allowed, &exchange->known,
                                   &exchange->problem);
    if (refused == 0) {
        refused = read_target(exchange);
    }
    if (refused != 0) {
        return refuse(exchange, refused);
    }
    http_request_fill(exchange);
    exchange->found =
        find_route(exchange->server, known ? request->method : HTTP_METHOD__COUNT, request->path);
    exchange->route = exchange->found.route;
    request->route = exchange->route;
    memcpy(request->captures, exchange->found.captures, sizeof request->captures);
    if (body_allowed && !exchange->route) {
        exchange->closes = true;
        return answer_unknown(exchange);
    }
    refused = body_allowed ? check_post(exchange) : 0;
    if (refused != 0) {
        return refuse(exchange, refused);
    }
    exchange->body = buf_new(HTTP_BODY_IN_MAX_BYTES);
    exchange->refused = body_allowed ? http_guard_check(exchange) : 0;
    exchange->admitted = true;
    return MHD_YES;
}

static void take_body(struct http_exchange *exchange, const char *upload, size_t n) {
    size_t room = exchange->route ? exchange->route->body_max - exchange->body.n : 0;
    exchange->body_too_large = exchange->body_too_large || n > room;
    if (!exchange->body_too_large && exchange->refused == 0) {
        buf_add_bytes(&exchange->body, upload, n);
    }
}

/* All of the request is there. */
static enum MHD_Result on_whole(struct http_exchange *exchange) {
    if (exchange->finish) {
        return run_finish(exchange);
    }
    if (exchange->body_too_large || exchange->body.failed != OK) {
        problem_set(&exchange->problem, ERR_LIMIT, "",
                    "the body is larger than this address takes");
        return refuse(exchange, 413);
    }
    int limited = http_limit_request(exchange);
    if (limited != 0) {
        http_respond_problem(exchange, limited);
        return http_respond(exchange);
    }
    if (exchange->request.method == HTTP_OPTIONS && exchange->found.any) {
        return answer_options(exchange);
    }
    if (exchange->request.method != HTTP_POST) {
        exchange->refused = http_guard_check(exchange);
    }
    if (exchange->refused != 0) {
        http_guard_refuse(exchange, exchange->refused);
        return http_respond(exchange);
    }
    if (!exchange->route) {
        return answer_unknown(exchange);
    }
    exchange->request.body = buf_slice(&exchange->body);
    return run_handler(exchange);
}

/* ---- the library's callbacks ---- */

void *http_on_target(void *cls, const char *target, struct MHD_Connection *connection) {
    struct http_exchange *exchange = http_exchange_take(cls);
    if (exchange) {
        exchange->target = arena_copy(&exchange->arena, slice_from_cstr(target));
        exchange->raw_target = target;
        exchange->request.connection = connection;
    }
    return exchange;
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_bytes, void **context) {
    struct http_exchange *exchange = *context;
    (void)cls;
    (void)url;
    if (!exchange) {
        return MHD_NO;
    }
    if (!exchange->admitted) {
        http_watch_deadline(connection, exchange->began_us, HTTP_ANSWER_TIMEOUT_MS);
        return on_head(exchange, method, version);
    }
    if (*upload_bytes > 0) {
        take_body(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    }
    return on_whole(exchange);
}

/* RULE HOST-1: the pattern of the route, not the address that was asked for; nothing of who asked.
 * Of a request that failed here the path too, without its query: it must be found again. */
static void log_request(const struct http_exchange *exchange, int64_t duration_us, bool completed) {
    static const char *const names[] = {"GET", "HEAD", "POST", "OPTIONS", "other"};
    const struct http_server *server = exchange->server;
    int status = exchange->response.status;
    bool failed = status >= 500 && status != 501; /* what is not done here is the asker's mistake */
    enum http_log_requests wanted = server->options.log_requests;
    if (wanted == HTTP_LOG_OFF || (wanted == HTTP_LOG_ERRORS && !failed)) {
        return;
    }
    unsigned method = exchange->method_unknown ? HTTP_METHOD__COUNT : exchange->request.method;
    char why[1200] = "";
    if (failed) {
        snprintf(why, sizeof why, " path=%s err=%s what=%s", log_quote(exchange->request.path).p,
                 err_name(exchange->failed != OK ? exchange->failed : exchange->problem.code),
                 log_quote(slice_from_cstr(exchange->problem.what)).p);
    }
    log_line(server->options.log, failed ? LOG_ERROR : LOG_INFO, "request",
             "request=%s method=%s route=%s status=%d bytes=%llu duration_us=%lld%s%s",
             log_quote(exchange->request.id).p, names[method],
             log_quote(slice_from_cstr(exchange->route ? exchange->route->path : "")).p, status,
             (unsigned long long)exchange->sent_bytes, (long long)duration_us,
             completed ? "" : " broken_off=true", why);
}

void http_on_completed(void *cls, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code) {
    struct http_server *server = cls;
    struct http_exchange *exchange = *context;
    if (!exchange) {
        return;
    }
    *context = NULL;
    if (exchange->finish) { /* the client left before its answer was made */
        http_later_awake(exchange);
    }
    int64_t now_us = clock_monotonic_us();
    int64_t duration_us = now_us - exchange->began_us;
    http_watch_deadline(connection, now_us, server->options.head_timeout_ms);
    http_tallies_add(exchange->worker->tallies, exchange, duration_us);
    log_request(exchange, duration_us, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    http_exchange_end(exchange);
}
