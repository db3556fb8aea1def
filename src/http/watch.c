#include "http/http_int.h"

#include <sys/socket.h>
#include <time.h>

struct http_watch {
    struct http_watch *next, *previous;
    int fd;
    atomic_int_fast64_t deadline_ms; /* monotonic */
};

static int64_t monotonic_ms(void) {
    return clock_monotonic_us() / 1000;
}

static void watch_add(struct http_server *server, struct MHD_Connection *connection,
                      void **context) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    pthread_mutex_lock(&server->lock);
    struct http_watch *watch = server->spare_watches;
    if (watch) {
        server->spare_watches = watch->next;
    } else {
        watch = arena_new(&server->arena, struct http_watch, 1);
    }
    watch->fd = info ? info->connect_fd : -1;
    atomic_store(&watch->deadline_ms, monotonic_ms() + server->options.head_timeout_ms);
    watch->previous = NULL;
    watch->next = server->watches;
    if (watch->next) {
        watch->next->previous = watch;
    }
    server->watches = watch;
    pthread_mutex_unlock(&server->lock);
    *context = watch;
    atomic_fetch_add(&server->connections_open, 1);
    atomic_fetch_add(&server->connections_total, 1);
}

/* The library closes the descriptor after this: under the lock, no watch names a closed one. */
static void watch_remove(struct http_server *server, struct http_watch *watch) {
    pthread_mutex_lock(&server->lock);
    if (watch->previous) {
        watch->previous->next = watch->next;
    } else {
        server->watches = watch->next;
    }
    if (watch->next) {
        watch->next->previous = watch->previous;
    }
    watch->next = server->spare_watches;
    server->spare_watches = watch;
    atomic_fetch_sub(&server->connections_open, 1);
    pthread_mutex_unlock(&server->lock);
}

void http_watch_on_connection(void *cls, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code) {
    struct http_server *server = cls;
    switch (code) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        watch_add(server, connection, context);
        break;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        if (*context) {
            watch_remove(server, *context);
            *context = NULL;
        }
        break;
    }
}

void http_watch_deadline(struct MHD_Connection *connection, int64_t now_us, int64_t timeout_ms) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_watch *watch = info ? info->socket_context : NULL;
    if (watch) {
        atomic_store_explicit(&watch->deadline_ms, now_us / 1000 + timeout_ms,
                              memory_order_relaxed);
    }
}

void http_watch_cut_off(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info) {
        shutdown(info->connect_fd, SHUT_RDWR);
    }
}

static void cut_off_late(struct http_server *server) {
    int64_t now_ms = monotonic_ms();
    for (struct http_watch *watch = server->watches; watch; watch = watch->next) {
        if (atomic_load(&watch->deadline_ms) < now_ms) {
            shutdown(watch->fd, SHUT_RDWR); /* the library notices, and closes it */
            atomic_store(&watch->deadline_ms, INT64_MAX);
        }
    }
}

static void *watch_run(void *cls) {
    struct http_server *server = cls;
    pthread_mutex_lock(&server->lock);
    while (!server->watcher_ends) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += HTTP_WATCH_EVERY_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&server->changed, &server->lock, &until);
        cut_off_late(server);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

err http_watch_start(struct http_server *server) {
    server->watcher_started = pthread_create(&server->watcher, NULL, watch_run, server) == 0;
    return server->watcher_started ? OK : ERR_MEMORY;
}

void http_watch_stop(struct http_server *server) {
    if (!server->watcher_started) {
        return;
    }
    pthread_mutex_lock(&server->lock);
    server->watcher_ends = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->watcher, NULL);
}
