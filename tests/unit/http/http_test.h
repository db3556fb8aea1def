/* What the tests of this room share: a running server with routes of its own. */
#ifndef AGORA_HTTP_TEST_H
#define AGORA_HTTP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>

#include "client.h"
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

/* Sends, reads until the end: the answer as a C string, in fixture->answer. */
const char *ask(struct fixture *fixture, slice bytes);

extern const struct CMUnitTest http_pure_tests[];
extern const size_t http_pure_test_count;
extern const struct CMUnitTest http_server_tests[];
extern const size_t http_server_test_count;
extern const struct CMUnitTest http_limit_tests[];
extern const size_t http_limit_test_count;
extern const struct CMUnitTest http_body_tests[];
extern const size_t http_body_test_count;
extern const struct CMUnitTest http_form_tests[];
extern const size_t http_form_test_count;
extern const struct CMUnitTest http_guard_tests[];
extern const size_t http_guard_test_count;
extern const struct CMUnitTest http_later_tests[];
extern const size_t http_later_test_count;

#endif
