/* Who asks, and whether they may: the capability of a route is checked here, before its handler. */
#include "http/http_int.h"

/* An open read of a machine is the same for everybody: who asks is not even looked up. */
static bool must_identify(const struct http_exchange *exchange) {
    const struct http_route *route = exchange->route;
    return exchange->server->options.identify && (!route || route->audience == HTTP_FOR_PEOPLE ||
                                                  route->writes || route->capability != CAP_ANYONE);
}

/* "/add?kind=idea" becomes "%2Fadd%3Fkind%3Didea": all but unreserved bytes (RFC 3986, 2.3). */
static void add_component(slice text, struct buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_add_char(out, c);
        } else {
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

/* Where to sign in, and to come back to from there: this page, when it is one. */
static slice sign_in_address(const struct http_exchange *exchange) {
    slice sign_in = slice_from_cstr(exchange->server->options.sign_in);
    if (!(exchange->found.methods & 1u << HTTP_GET) || !http_next_is_ours(exchange->target)) {
        return sign_in;
    }
    struct buf address BUF_CLEANUP = buf_new(4 * HTTP_TARGET_MAX_BYTES);
    buf_add(&address, sign_in);
    buf_add_cstr(&address, "?next=");
    add_component(exchange->target, &address);
    return arena_copy(exchange->request.arena, buf_slice(&address));
}

int http_guard_check(struct http_exchange *exchange) {
    struct http_request *request = &exchange->request;
    if (must_identify(exchange)) {
        const struct http_options *options = &exchange->server->options;
        err failed = options->identify(exchange->app->app, request, &exchange->problem);
        if (failed != OK) {
            exchange->failed = failed;
            return err_http_status(failed);
        }
    }
    if (!exchange->route || request->capabilities & HTTP_MAY(exchange->route->capability)) {
        return 0;
    }
    if (request->capabilities & HTTP_MAY(CAP_MEMBER)) {
        problem_set(&exchange->problem, ERR_DENIED, "", "this is not among what you may do here");
        return 403;
    }
    problem_set(&exchange->problem, ERR_DENIED, "", "sign in first");
    bool people = exchange->route->audience == HTTP_FOR_PEOPLE;
    return people && exchange->server->options.sign_in ? 303 : 401;
}

void http_guard_refuse(struct http_exchange *exchange, int status) {
    if (status == 303) {
        http_redirect(&exchange->response, sign_in_address(exchange));
    } else {
        http_respond_problem(exchange, status);
    }
}
