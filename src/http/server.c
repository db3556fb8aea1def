/* The server: socket, threads, exchanges, stop. */
#include "http/http_int.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ARENA_BLOCK_BYTES  16384
#define ARENA_LIMIT_BYTES  (64u << 20)
#define SERVER_BLOCK_BYTES 65536

/* ---- what handlers are given ---- */

static struct http_app *app_take(struct http_server *server) {
    pthread_mutex_lock(&server->app_lock);
    struct http_app *app = server->app;
    app->holders++;
    pthread_mutex_unlock(&server->app_lock);
    return app;
}

static void app_release(struct http_server *server, struct http_app *app) {
    pthread_mutex_lock(&server->app_lock);
    bool is_gone = --app->holders == 0;
    pthread_mutex_unlock(&server->app_lock);
    if (is_gone && server->options.app_gone) {
        server->options.app_gone(app->app);
    }
}

static struct http_app *app_new(struct http_server *server, void *app) {
    pthread_mutex_lock(&server->lock);
    struct http_app *made = arena_new(&server->arena, struct http_app, 1);
    pthread_mutex_unlock(&server->lock);
    *made = (struct http_app){.app = app, .holders = 1};
    return made;
}

void http_server_app(struct http_server *server, void *app) {
    struct http_app *next = app_new(server, app);
    pthread_mutex_lock(&server->app_lock);
    struct http_app *before = server->app;
    server->app = next;
    pthread_mutex_unlock(&server->app_lock);
    app_release(server, before);
}

/* ---- exchanges ---- */

/* The worker of this thread, made at its first request. */
static struct http_worker *worker_here(struct http_server *server) {
    struct http_worker *worker = pthread_getspecific(server->worker_key);
    if (worker) {
        return worker;
    }
    void *user = NULL;
    if (server->options.worker_new) {
        user = server->options.worker_new(server->options.app);
        if (!user) {
            log_line(server->options.log, LOG_ERROR, "a thread could not start its work", NULL);
            return NULL;
        }
    }
    pthread_mutex_lock(&server->lock);
    worker = arena_new(&server->arena, struct http_worker, 1);
    worker->tallies = http_tallies_new(server, &server->arena);
    worker->next = server->workers;
    server->workers = worker;
    pthread_mutex_unlock(&server->lock);
    worker->server = server;
    worker->user = user;
    worker->seed = hash_mix((uint64_t)clock_now_ms(server->options.clock), (uintptr_t)worker);
    worker->arena = arena_make(SERVER_BLOCK_BYTES, 0);
    pthread_setspecific(server->worker_key, worker);
    return worker;
}

struct http_exchange *http_exchange_take(struct http_server *server) {
    struct http_worker *worker = worker_here(server);
    if (!worker) {
        return NULL;
    }
    struct http_exchange *exchange = worker->spare;
    struct arena arena;
    if (exchange) {
        worker->spare = exchange->next_spare;
        arena = exchange->arena;
    } else {
        exchange = arena_new(&worker->arena, struct http_exchange, 1);
        arena = arena_make(ARENA_BLOCK_BYTES, ARENA_LIMIT_BYTES);
    }
    *exchange = (struct http_exchange){
        .server = server,
        .app = app_take(server),
        .worker = worker,
        .arena = arena,
        .holders = 1,
        .began_us = clock_monotonic_us(),
    };
    exchange->request = (struct http_request){
        .path = SLICE("/"),
        .query = SLICE_EMPTY,
        .body = SLICE_EMPTY,
        .part = SLICE_EMPTY,
        .language = SLICE("fr"),
        .client = SLICE_EMPTY,
        .if_none_match = SLICE_EMPTY,
        .base_url = SLICE_EMPTY,
        .capabilities = HTTP_MAY(CAP_ANYONE),
        .arena = &exchange->arena,
        .worker = worker->user,
    };
    char *id = arena_new(&exchange->arena, char, HASH_HEX_BYTES + 1);
    hash_hex(hash_mix(worker->seed, ++worker->number), id);
    exchange->request.id = slice_of(id, HASH_HEX_BYTES);
    atomic_store(&worker->running,
                 atomic_load_explicit(&worker->running, memory_order_relaxed) + 1);
    return exchange;
}

void http_exchange_release(struct http_exchange *exchange) {
    if (--exchange->holders > 0) {
        return;
    }
    if (exchange->runs_export) {
        http_limiter_export_end(exchange->server->limiter, &exchange->request.client_address);
    }
    buf_free(&exchange->body);
    buf_free(&exchange->response.body);
    http_body_release(exchange->kept);
    exchange->kept = NULL;
    arena_reset(&exchange->arena);
    app_release(exchange->server, exchange->app);
    exchange->app = NULL;
    exchange->next_spare = exchange->worker->spare;
    exchange->worker->spare = exchange;
}

void http_exchange_end(struct http_exchange *exchange) {
    struct http_server *server = exchange->server;
    struct http_worker *worker = exchange->worker;
    unsigned left = atomic_load_explicit(&worker->running, memory_order_relaxed) - 1;
    http_exchange_release(exchange);
    atomic_store(&worker->running, left); /* before `stopping` is looked at */
    if (left == 0 && atomic_load(&server->stopping)) {
        pthread_mutex_lock(&server->lock);
        pthread_cond_broadcast(&server->changed);
        pthread_mutex_unlock(&server->lock);
    }
}

static void workers_free(struct http_server *server) {
    for (struct http_worker *worker = server->workers; worker; worker = worker->next) {
        for (struct http_exchange *spare = worker->spare; spare; spare = spare->next_spare) {
            arena_free(&spare->arena);
        }
        arena_free(&worker->arena);
        if (server->options.worker_free) {
            server->options.worker_free(worker->user);
        }
    }
}

/* ---- the listening socket ---- */

/* "host:port" or "[v6]:port" into two C strings. */
static bool split_listen(const char *listen, char host[64], char port[8]) {
    slice text = slice_from_cstr(listen);
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':') {
        colon--;
    }
    slice name = slice_sub(text, 0, colon > 0 ? colon - 1 : 0);
    slice number = slice_sub(text, colon, text.n);
    uint64_t value;
    if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']') {
        name = slice_sub(name, 1, name.n - 2);
    } else if (slice_contains(name, SLICE(":"))) {
        return false;
    }
    if (name.n == 0 || name.n >= 64 || number.n >= 8 || !slice_to_u64(number, &value) ||
        value > 65535) {
        return false;
    }
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    memcpy(port, number.p, number.n);
    port[number.n] = '\0';
    return true;
}

static err bind_first(const struct addrinfo *found, const char *listen_text, int *fd,
                      struct problem *problem) {
    int error = 0;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        int made = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int on = 1;
        if (made >= 0 && setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            bind(made, at->ai_addr, at->ai_addrlen) == 0 && listen(made, HTTP_BACKLOG) == 0) {
            *fd = made;
            return OK;
        }
        error = errno;
        if (made >= 0) {
            close(made);
        }
    }
    char reason[96];
    const char *why = strerror_r(error, reason, sizeof reason);
    switch (error) {
    case EADDRINUSE:
        return problem_set(problem, ERR_CONFLICT, "listen",
                           "cannot listen on %s: %s; stop what listens there, or choose another "
                           "port",
                           listen_text, why);
    case EACCES:
        return problem_set(problem, ERR_DENIED, "listen",
                           "cannot listen on %s: %s; ports below 1024 are for a reverse proxy: "
                           "choose another, like 8080",
                           listen_text, why);
    case EADDRNOTAVAIL:
        return problem_set(problem, ERR_INPUT, "listen",
                           "cannot listen on %s: %s; 'ip address' shows those of this machine",
                           listen_text, why);
    default:
        return problem_set(problem, ERR_IO, "listen", "cannot listen on %s: %s", listen_text, why);
    }
}

static err open_socket(const char *listen_text, int *fd, struct problem *problem) {
    char host[64];
    char port[8];
    if (!split_listen(listen_text, host, port)) {
        return problem_set(problem, ERR_INPUT, "listen",
                           "\"%s\" is not HOST:PORT, like 127.0.0.1:8080 or [::1]:8080",
                           listen_text);
    }
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(host, port, &hints, &found);
    if (failed != 0) {
        return problem_set(problem, ERR_INPUT, "listen", "\"%s\": %s", listen_text,
                           gai_strerror(failed));
    }
    err result = bind_first(found, listen_text, fd, problem);
    freeaddrinfo(found);
    return result;
}

static void write_address(int fd, char address[128]) {
    struct sockaddr_storage bound = {0};
    socklen_t length = sizeof bound;
    char host[64] = "localhost";
    char port[8] = "0";
    getsockname(fd, (struct sockaddr *)&bound, &length);
    getnameinfo((const struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    bool v6 = bound.ss_family == AF_INET6;
    snprintf(address, 128, "http://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

err http_listen(const char *listen_text, int *fd, char address[128], struct problem *problem) {
    TRY(open_socket(listen_text, fd, problem));
    write_address(*fd, address);
    return OK;
}

/* ---- start and stop ---- */

static void fill_defaults(struct http_options *options) {
    if (options->threads == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        options->threads = cores > 2 ? (unsigned)cores : 2;
    }
    if (options->threads > HTTP_THREADS_MAX) {
        options->threads = HTTP_THREADS_MAX;
    }
    if (options->connections_max == 0) {
        struct rlimit files = {0};
        bool known = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > 128;
        rlim_t spare = known ? files.rlim_cur - 64 : 64; /* for the store, the log, the timers */
        options->connections_max =
            spare < HTTP_CONNECTIONS_MAX ? (unsigned)spare : HTTP_CONNECTIONS_MAX;
    }
    if (options->connections_max < options->threads) {
        options->connections_max = options->threads; /* the library gives each thread its share */
    }
    if (options->connections_per_address == 0 && options->trusted_proxy_count == 0) {
        options->connections_per_address = options->connections_max / HTTP_PER_ADDRESS_SHARE + 1;
    }
    options->head_timeout_ms =
        options->head_timeout_ms ? options->head_timeout_ms : HTTP_HEAD_TIMEOUT_MS;
    options->idle_timeout_s =
        options->idle_timeout_s ? options->idle_timeout_s : HTTP_IDLE_TIMEOUT_S;
}

/* The raw target is what http_on_target gets: the library must not decode what it parses itself. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text) {
    (void)cls;
    (void)connection;
    return strlen(text);
}

static void on_library_log(void *cls, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void on_library_log(void *cls, const char *format, va_list arguments) {
    struct http_server *server = cls;
    char text[256];
    vsnprintf(text, sizeof text, format, arguments);
    /* The only trace of a connection that met one of the two limits. */
    if (strstr(text, "reached connection limit")) {
        atomic_fetch_add(&server->connections_refused, 1);
    }
    log_line(server->options.log, LOG_DEBUG, "http library", "what=%s",
             log_quote(slice_trim(slice_from_cstr(text))).p);
}

static err start_daemon(struct http_server *server, struct problem *problem) {
    const struct http_options *options = &server->options;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_TURBO | MHD_USE_ERROR_LOG |
            MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, http_on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, server,
        MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, options->threads,
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, http_on_target, server, MHD_OPTION_NOTIFY_COMPLETED,
        http_on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, http_watch_on_connection, server,
        MHD_OPTION_END);
    return server->daemon
               ? OK
               : problem_set(problem, ERR_IO, "listen", "the HTTP library did not start");
}

/* The limiter's table, and what keeps answers. */
static err memory_start(struct http_server *server) {
    const struct http_options *options = &server->options;
    struct http_limiter_options limits = {.reads_per_minute = options->reads_per_minute,
                                          .exports_per_minute = options->exports_per_minute,
                                          .exports_max = options->exports_max,
                                          .exports_per_address = options->exports_per_address};
    if (getrandom(&limits.seed, sizeof limits.seed, 0) != sizeof limits.seed) {
        limits.seed = hash_mix((uint64_t)clock_now_ms(options->clock), (uintptr_t)server);
    }
    server->limiter = http_limiter_new(&limits);
    if (options->bodies_bytes > 0) {
        server->bodies = http_bodies_new(options->bodies_bytes);
    }
    server->ready = http_ready_new();
    return server->limiter && server->ready ? OK : ERR_MEMORY;
}

/* Frees what there is; the daemon has ended or never began. */
static void server_free(struct http_server *server) {
    http_watch_stop(server);
    if (server->listen_fd >= 0) {
        close(server->listen_fd);
    }
    workers_free(server);
    http_limiter_free(server->limiter);
    http_bodies_free(server->bodies);
    http_ready_free(server->ready);
    pthread_key_delete(server->worker_key);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->app_lock);
    pthread_mutex_destroy(&server->lock);
    struct arena arena = server->arena;
    arena_free(&arena);
}

err http_server_start(const struct http_options *options, struct http_server **out,
                      char address[128], struct problem *problem) {
    struct arena arena = arena_make(SERVER_BLOCK_BYTES, 0);
    struct http_server *server = arena_new(&arena, struct http_server, 1);
    server->arena = arena;
    server->options = *options;
    server->listen_fd = -1;
    fill_defaults(&server->options);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->app_lock, NULL);
    server->app = app_new(server, options->app);
    if (pthread_key_create(&server->worker_key, NULL) != 0) {
        arena_free(&arena);
        return problem_set(problem, ERR_MEMORY, "", "no thread key is left");
    }
    http_rows_make(server);
    err result = OK;
    if (options->listen_fd > 0) {
        server->listen_fd = options->listen_fd;
    } else {
        result = open_socket(options->listen, &server->listen_fd, problem);
    }
    if (result == OK) {
        result = memory_start(server);
    }
    if (result == OK) {
        result = http_watch_start(server);
    }
    if (result == OK) {
        result = start_daemon(server, problem);
    }
    if (result != OK) {
        server_free(server);
        return result;
    }
    write_address(server->listen_fd, address);
    *out = server;
    return OK;
}

/* Under the lock. */
static bool something_runs(const struct http_server *server) {
    for (const struct http_worker *worker = server->workers; worker; worker = worker->next) {
        if (atomic_load(&worker->running) > 0) {
            return true;
        }
    }
    return false;
}

void http_server_stop(struct http_server *server, unsigned grace_ms) {
    atomic_store(&server->stopping, true);
    MHD_quiesce_daemon(server->daemon);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += grace_ms / 1000;
    until.tv_nsec += (long)(grace_ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&server->lock);
    while (something_runs(server) &&
           pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&server->lock);
    http_later_drain(server);
    MHD_stop_daemon(server->daemon);
    server_free(server);
}
