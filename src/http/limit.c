/* RULE HOST-3: how much one address may ask for, so that nobody keeps the others out. */
#include "http/http_int.h"

#define FULL_RETRY_S 30 /* an export that runs takes about as long */

/* This machine itself: a check, a cron job, or a proxy that is not named as one, behind which
 * everybody would be one visitor. */
static bool is_exempt(const struct http_exchange *exchange) {
    return address_is_loopback(&exchange->request.client_address);
}

static int refuse_rate(struct http_exchange *exchange, enum http_limited limited, uint32_t rate,
                       const char *what, uint32_t wait_s) {
    atomic_fetch_add(&exchange->server->limited[limited], 1);
    problem_set(&exchange->problem, ERR_BUSY, "",
                "more than %u %s a minute came from this address; try again in %u s", rate, what,
                wait_s);
    exchange->retry_after_s = wait_s;
    return 429;
}

static int take(struct http_exchange *exchange, enum http_limiter_class class) {
    const struct http_options *options = &exchange->server->options;
    if (is_exempt(exchange)) {
        return 0;
    }
    uint32_t wait_s = http_limiter_take(
        exchange->server->limiter, &exchange->request.client_address, class, exchange->began_us);
    if (wait_s == 0) {
        return 0;
    }
    return class == HTTP_LIMITER_READS
               ? refuse_rate(exchange, HTTP_LIMITED_READS, options->reads_per_minute, "requests",
                             wait_s)
               : refuse_rate(exchange, HTTP_LIMITED_EXPORTS, options->exports_per_minute, "exports",
                             wait_s);
}

int http_limit_request(struct http_exchange *exchange) {
    enum http_cost cost = exchange->route ? exchange->route->cost : HTTP_COST_READ;
    switch (cost) {
    case HTTP_COST_READ:
        return take(exchange, HTTP_LIMITER_READS);
    case HTTP_COST_EXPORT:
        return take(exchange, HTTP_LIMITER_EXPORTS);
    case HTTP_COST_NONE:
        break;
    }
    return 0;
}

int http_limit_stream(struct http_exchange *exchange) {
    struct http_server *server = exchange->server;
    const struct ip_address *client = &exchange->request.client_address;
    int refused =
        exchange->route->cost == HTTP_COST_EXPORT ? 0 : take(exchange, HTTP_LIMITER_EXPORTS);
    if (refused != 0) {
        return refused;
    }
    switch (http_limiter_export_begin(server->limiter, client)) {
    case HTTP_LIMITER_FREE:
        exchange->runs_export = true;
        return 0;
    case HTTP_LIMITER_ADDRESS_FULL:
        problem_set(&exchange->problem, ERR_BUSY, "",
                    "%u exports are running for this address; let one end, then try again",
                    server->options.exports_per_address);
        refused = 429;
        break;
    case HTTP_LIMITER_ALL_FULL:
        problem_set(&exchange->problem, ERR_BUSY, "",
                    "as many exports are running as this server allows; try again in a minute");
        refused = 503;
        break;
    }
    atomic_fetch_add(&server->limited[HTTP_LIMITED_EXPORTS_RUNNING], 1);
    exchange->retry_after_s = FULL_RETRY_S;
    return refused;
}
