/* What the tests of this room share: a running server with routes of its own, and a client that sends
 * any bytes it likes. */
#ifndef AGORA_HTTP_TEST_H
#define AGORA_HTTP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>

#include "http/http.h"

#define assert_slice(actual, expected)                                                             \
    do {                                                                                           \
        slice actual_ = (actual);                                                                  \
        assert_int_equal(actual_.n, strlen(expected));                                             \
        assert_memory_equal(actual_.p, expected, actual_.n);                                       \
    } while (0)

struct fixture {
    struct http_server *server;
    struct log log;
    char address[128];
    uint16_t port;
    atomic_int streams_open, workers, handled;
    struct buf answer; /* of the last exchange */
};

int server_setup(void **state);
int server_teardown(void **state);
/* The options of the tests; a test may change them before it starts a server of its own. */
struct http_options test_options(struct fixture *fixture);
uint16_t port_of(const char *address);

int client_connect(uint16_t port);
/* False when the server has closed the connection already. */
bool client_send(int fd, slice bytes);
/* Reads until the server closes; false after five seconds without a byte. */
bool client_read_all(int fd, struct buf *out);
/* Sends, reads until the end: the answer as a C string, in fixture->answer. */
const char *ask(struct fixture *fixture, slice bytes);
int status_of(const char *answer);
bool has_header(const char *answer, const char *line); /* exact line */
const char *body_of(const char *answer);

extern const struct CMUnitTest http_pure_tests[];
extern const size_t http_pure_test_count;
extern const struct CMUnitTest http_server_tests[];
extern const size_t http_server_test_count;

#endif
