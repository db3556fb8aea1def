#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int client_connect(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct timeval limit = {.tv_sec = 5};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

bool client_send(int fd, slice bytes) {
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes = slice_sub(bytes, (size_t)n, bytes.n);
    }
    return true;
}

bool client_read_all(int fd, struct buf *out) {
    char block[65536];
    for (;;) {
        ssize_t n = recv(fd, block, sizeof block, 0);
        if (n <= 0) {
            return n == 0;
        }
        buf_add_bytes(out, block, (size_t)n);
    }
}

const char *client_ask(uint16_t port, slice bytes, struct buf *answer) {
    int fd = client_connect(port);
    buf_clear(answer);
    client_send(fd, bytes);
    client_read_all(fd, answer);
    close(fd);
    return buf_cstr(answer);
}

int status_of(const char *answer) {
    return strncmp(answer, "HTTP/1.", 7) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

const char *body_of(const char *answer) {
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

bool has_header(const char *answer, const char *line) {
    slice head = slice_of(answer, (size_t)(body_of(answer) - answer));
    struct buf wanted BUF_CLEANUP = buf_new(4096);
    buf_addf(&wanted, "\r\n%s\r\n", line);
    return slice_contains(head, buf_slice(&wanted));
}

uint16_t port_of(const char *address) {
    return (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
}
