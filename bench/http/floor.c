/* floor: the least that answering over HTTP costs on this machine. Threads wait with epoll on one
 * socket, read until a head has ended, and send the same ready bytes. It looks at nothing, refuses
 * nothing, ends no slow connection: it is here to be compared with, never to be served.
 *
 *   bench_floor THREADS FILE     FILE: one whole answer, head and body, as a server gave it
 *
 * Prints "http://127.0.0.1:PORT" when it is ready; SIGTERM ends it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS       128
#define HEAD_BYTES   4096
#define ANSWER_BYTES (1u << 20)
#define THREADS_MAX  64

struct floor {
    int listening;
    char *answer;
    size_t answer_n;
};

struct connection {
    int fd;
    size_t n;
    char head[HEAD_BYTES];
};

static void take_all(const struct floor *floor, int epoll) {
    for (;;) {
        int fd = accept4(floor->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        int on = 1;
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
            free(connection);
            close(fd);
            continue;
        }
        connection->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static void end(struct connection *connection) {
    close(connection->fd);
    free(connection);
}

static void answer(const struct floor *floor, struct connection *connection) {
    ssize_t n =
        recv(connection->fd, connection->head + connection->n, HEAD_BYTES - connection->n, 0);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) {
            end(connection);
        }
        return;
    }
    connection->n += (size_t)n;
    if (connection->n < 4 || memcmp(connection->head + connection->n - 4, "\r\n\r\n", 4) != 0) {
        if (connection->n == HEAD_BYTES) {
            end(connection);
        }
        return;
    }
    connection->n = 0;
    /* One write takes it whole: answers are far smaller than the buffer of a socket. */
    if (send(connection->fd, floor->answer, floor->answer_n, MSG_NOSIGNAL) !=
        (ssize_t)floor->answer_n) {
        end(connection);
    }
}

static void *serve(void *self) {
    const struct floor *floor = self;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, floor->listening, &event);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr) {
                answer(floor, events[i].data.ptr);
            } else {
                take_all(floor, epoll);
            }
        }
    }
    return NULL;
}

static int listen_anywhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 1024) != 0 || getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        perror("bench_floor: listen");
        return -1;
    }
    printf("http://127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **words) {
    long threads = count == 3 ? strtol(words[1], NULL, 10) : 0;
    FILE *file = count == 3 ? fopen(words[2], "rb") : NULL;
    if (threads < 1 || threads > THREADS_MAX || !file) {
        fprintf(stderr, "usage: bench_floor THREADS FILE\n");
        return 2;
    }
    struct floor floor = {.answer = malloc(ANSWER_BYTES)};
    floor.answer_n = floor.answer ? fread(floor.answer, 1, ANSWER_BYTES, file) : 0;
    fclose(file);
    floor.listening = floor.answer_n > 0 ? listen_anywhere() : -1;
    if (floor.listening < 0) {
        free(floor.answer);
        return 1;
    }
    pthread_t others[THREADS_MAX];
    for (long i = 1; i < threads; i++) {
        if (pthread_create(&others[i], NULL, serve, &floor) != 0) {
            return 1;
        }
    }
    serve(&floor);
    return 0;
}
