/* Counting: each thread has counters of its own and is the only one to write them, so that a
 * request costs some plain additions; who reads adds the threads up. */
#include "http/http_int.h"

#include <stdlib.h>
#include <string.h>

/* Upper ends of the buckets, in microseconds; the last bucket has none. */
const int64_t http_duration_buckets_us[HTTP_DURATION_BUCKETS] = {
    500,    1000,   2500,   5000,    10000,   25000,   50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

typedef _Atomic uint64_t tally;

struct http_tallies {
    tally requests[HTTP_METHOD__COUNT + 1][HTTP_STATUS_CLASSES];
    tally buckets[HTTP_DURATION_BUCKETS + 1];
    tally duration_us, bytes;
};

/* No other thread writes: no locked instruction is needed. */
static void add(tally *at, uint64_t more) {
    atomic_store_explicit(at, atomic_load_explicit(at, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static uint64_t get(const tally *at) {
    return atomic_load_explicit(at, memory_order_relaxed);
}

size_t http_route_total(const struct http_options *options) {
    size_t total = 0;
    for (size_t table = 0; options->route_tables[table]; table++) {
        total += options->route_counts[table];
    }
    return total;
}

struct http_tallies *http_tallies_new(const struct http_server *server, struct arena *arena) {
    return arena_new(arena, struct http_tallies, http_route_total(&server->options) + 1);
}

/* The number of a row among all; their count for none. */
static size_t route_number(const struct http_options *options, const struct http_route *route) {
    size_t before = 0;
    for (size_t table = 0; options->route_tables[table]; table++) {
        const struct http_route *rows = options->route_tables[table];
        if (route >= rows && route < rows + options->route_counts[table]) {
            return before + (size_t)(route - rows);
        }
        before += options->route_counts[table];
    }
    return before;
}

void http_tallies_add(struct http_tallies *tallies, const struct http_exchange *exchange,
                      int64_t duration_us) {
    struct http_tallies *row = &tallies[route_number(&exchange->server->options, exchange->route)];
    unsigned method =
        exchange->method_unknown ? HTTP_METHOD__COUNT : (unsigned)exchange->request.method;
    unsigned class = (unsigned)exchange->response.status / 100;
    size_t bucket = 0;
    while (bucket < HTTP_DURATION_BUCKETS && duration_us > http_duration_buckets_us[bucket]) {
        bucket++;
    }
    add(&row->requests[method][class < HTTP_STATUS_CLASSES ? class : 0], 1);
    add(&row->buckets[bucket], 1);
    add(&row->duration_us, (uint64_t)duration_us);
    add(&row->bytes, exchange->sent_bytes);
}

static void sum(struct http_route_figures *figures, const struct http_tallies *row) {
    for (size_t method = 0; method <= HTTP_METHOD__COUNT; method++) {
        for (size_t class = 0; class < HTTP_STATUS_CLASSES; class ++) {
            figures->requests[method][class] += get(&row->requests[method][class]);
        }
    }
    for (size_t bucket = 0; bucket <= HTTP_DURATION_BUCKETS; bucket++) {
        figures->buckets[bucket] += get(&row->buckets[bucket]);
    }
    figures->duration_us += get(&row->duration_us);
    figures->bytes += get(&row->bytes);
}

/* Rows of one path, by different methods, are one line of figures. */
static size_t figures_of(const struct http_figures *figures, const struct http_route *route) {
    for (size_t i = 0; i < figures->route_count; i++) {
        if (strcmp(figures->routes[i].path, route->path) == 0) {
            return i;
        }
    }
    return figures->route_count;
}

void http_figures_read(const struct http_request *request, struct http_figures *figures) {
    struct http_server *server = http_exchange_of(request)->server;
    size_t total = http_route_total(&server->options);
    *figures = (struct http_figures){
        .routes = arena_new(request->arena, struct http_route_figures, total + 1),
        .threads = server->options.threads,
        .connections_open = atomic_load(&server->connections_open),
        .connections_total = atomic_load(&server->connections_total),
        .connections_refused = atomic_load(&server->connections_refused),
    };
    for (size_t i = 0; i < HTTP_LIMITED__COUNT; i++) {
        figures->limited[i] = atomic_load(&server->limited[i]);
    }
    size_t *line = arena_new(request->arena, size_t, total + 1);
    const struct http_route *route;
    for (size_t i = 0; (route = http_route_at(request, i)) != NULL; i++) {
        line[i] = figures_of(figures, route);
        figures->routes[line[i]].path = route->path;
        figures->route_count += line[i] == figures->route_count;
    }
    line[total] = figures->route_count++;
    figures->routes[line[total]].path = "";
    pthread_mutex_lock(&server->lock);
    for (const struct http_worker *worker = server->workers; worker; worker = worker->next) {
        figures->running += atomic_load(&worker->running);
        figures->kept += get(&worker->kept);
        for (size_t i = 0; i <= total; i++) {
            sum(&figures->routes[line[i]], &worker->tallies[i]);
        }
    }
    pthread_mutex_unlock(&server->lock);
}
