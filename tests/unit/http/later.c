/* Answers that come later, woken from the test's own thread. */
#include "http_test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 40

/* Requests that wait, in the order in which they came. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t came;
    const struct http_request *waiting[MANY];
    size_t count;
    atomic_int finished;
} desk = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};

static void desk_clear(void) {
    desk.count = 0;
    atomic_store(&desk.finished, 0);
}

static void desk_wait_for(size_t count) {
    pthread_mutex_lock(&desk.lock);
    while (desk.count < count) {
        pthread_cond_wait(&desk.came, &desk.lock);
    }
    pthread_mutex_unlock(&desk.lock);
}

static err on_finish(void *app, const struct http_request *request, void *self, err result,
                     struct http_response *response, struct problem *problem) {
    (void)app;
    atomic_fetch_add(&desk.finished, 1);
    if (result != OK) {
        return problem_set(problem, result, "", "it did not come to anything");
    }
    response->media_type = "text/plain";
    buf_addf(&response->body, "later: %s %.*s", (const char *)self, SLICE_ARG(request->body));
    return OK;
}

static err on_wait(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)app;
    (void)response;
    (void)problem;
    http_wait(request, on_finish, (void *)(uintptr_t)arena_cstr(request->arena, request->query));
    pthread_mutex_lock(&desk.lock);
    desk.waiting[desk.count++] = request;
    pthread_cond_signal(&desk.came);
    pthread_mutex_unlock(&desk.lock);
    return OK;
}

/* Woken before its handler has returned. */
static err on_soon(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)app;
    (void)response;
    (void)problem;
    http_wait(request, on_finish, (void *)(uintptr_t) "soon");
    http_wake(request, slice_equal(request->query, SLICE("busy")) ? ERR_BUSY : OK);
    return OK;
}

static err on_now(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)app;
    (void)request;
    (void)problem;
    response->media_type = "text/plain";
    buf_add_cstr(&response->body, "now");
    return OK;
}

/* ---- another app meanwhile ---- */

/* What was told of apps that nobody uses any more. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t told;
    char text[64];
} gone = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};

static void on_gone(void *app) {
    pthread_mutex_lock(&gone.lock);
    size_t n = strlen(gone.text);
    snprintf(gone.text + n, sizeof gone.text - n, "%s ", (const char *)app);
    pthread_cond_signal(&gone.told);
    pthread_mutex_unlock(&gone.lock);
}

static void gone_wait_for(const char *text) {
    pthread_mutex_lock(&gone.lock);
    while (strcmp(gone.text, text) != 0) {
        pthread_cond_wait(&gone.told, &gone.lock);
    }
    pthread_mutex_unlock(&gone.lock);
}

static err finish_which(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)request;
    (void)problem;
    response->media_type = "text/plain";
    buf_addf(&response->body, "%s, then %s", (const char *)self, (const char *)app);
    return result;
}

static err on_which(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    if (slice_equal(request->query, SLICE("now"))) {
        return finish_which(app, request, app, OK, response, problem);
    }
    http_wait(request, finish_which, app);
    pthread_mutex_lock(&desk.lock);
    desk.waiting[desk.count++] = request;
    pthread_cond_signal(&desk.came);
    pthread_mutex_unlock(&desk.lock);
    return OK;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/which", on_which, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0, HTTP_CACHE_NONE,
     ""},
    {HTTP_POST, "/wait", on_wait, CAP_ANYONE, HTTP_FOR_PEOPLE, true, true, 32, HTTP_CACHE_NONE, ""},
    {HTTP_GET, "/wait", on_wait, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0, HTTP_CACHE_NONE, ""},
    {HTTP_POST, "/soon", on_soon, CAP_ANYONE, HTTP_FOR_PEOPLE, true, true, 32, HTTP_CACHE_NONE, ""},
    {HTTP_GET, "/now", on_now, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0, HTTP_CACHE_NONE, ""},
};
static const struct http_route *const tables[] = {routes, NULL};
static const size_t counts[] = {ARRAY_COUNT(routes)};

static void start(struct fixture *f, unsigned threads, unsigned idle_timeout_s) {
    struct http_options options = test_options(f);
    struct problem problem = {0};
    options.route_tables = tables;
    options.route_counts = counts;
    options.threads = threads;
    options.idle_timeout_s = idle_timeout_s;
    options.app = (void *)(uintptr_t) "first";
    options.app_gone = on_gone;
    options.worker_new = NULL; /* of the fixture, which is no app here */
    options.worker_free = NULL;
    gone.text[0] = 0;
    desk_clear();
    assert_int_equal(http_server_start(&options, &f->server, f->address, &problem), OK);
    f->port = port_of(f->address);
}

static int later_setup(void **state) {
    server_setup(state);
    start(*state, 2, 0);
    return 0;
}

#define POST(target, body)                                                                         \
    "POST " target " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n" body

static const char *rest_of(struct fixture *f, int fd) {
    buf_clear(&f->answer);
    client_read_all(fd, &f->answer);
    close(fd);
    return buf_cstr(&f->answer);
}

static int begin(struct fixture *f, slice bytes) {
    int fd = client_connect(f->port);
    assert_true(client_send(fd, bytes));
    return fd;
}

static void answer_is_made_when_the_work_is_done(void **state) {
    struct fixture *f = *state;
    int fd = begin(f, SLICE(POST("/wait?one", "hello")));
    desk_wait_for(1);
    assert_int_equal(atomic_load(&desk.finished), 0);
    http_wake(desk.waiting[0], OK);
    const char *a = rest_of(f, fd);
    assert_int_equal(status_of(a), 200);
    assert_string_equal(body_of(a), "later: one hello");
    assert_int_equal(atomic_load(&desk.finished), 1);
}

static void request_may_be_woken_before_its_handler_returns(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE(POST("/soon", "hello")));
    assert_int_equal(status_of(a), 200);
    assert_string_equal(body_of(a), "later: soon hello");
}

static void work_that_fails_is_answered_as_an_error(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE(POST("/soon?busy", "hello")));
    assert_int_equal(status_of(a), 503);
    assert_non_null(strstr(body_of(a), "it did not come to anything"));
}

static void no_thread_waits_with_a_request(void **state) {
    server_setup(state);
    struct fixture *f = *state;
    start(f, 1, 0);
    int fds[MANY];
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = begin(f, SLICE(POST("/wait", "hello")));
    }
    desk_wait_for(MANY);
    assert_string_equal(body_of(ask(f, SLICE("GET /now HTTP/1.1\r\nHost: a\r\nConnection: close"
                                             "\r\n\r\n"))),
                        "now");
    for (size_t i = MANY; i > 0; i--) {
        http_wake(desk.waiting[i - 1], OK);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(status_of(rest_of(f, fds[i])), 200);
    }
    assert_int_equal(atomic_load(&desk.finished), MANY);
}

static void what_follows_on_the_connection_waits_its_turn(void **state) {
    struct fixture *f = *state;
    int fd = begin(f, SLICE("GET /wait?first HTTP/1.1\r\nHost: a\r\n\r\n"
                            "GET /wait?second HTTP/1.1\r\nHost: a\r\n\r\n"
                            "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    desk_wait_for(1);
    http_wake(desk.waiting[0], OK);
    desk_wait_for(2);
    http_wake(desk.waiting[1], OK);
    const char *a = rest_of(f, fd);
    const char *first = strstr(a, "later: first");
    assert_non_null(first);
    const char *second = strstr(first, "later: second");
    assert_non_null(second);
    assert_non_null(strstr(second, "now"));
}

static void client_that_leaves_meanwhile_does_no_harm(void **state) {
    struct fixture *f = *state;
    close(begin(f, SLICE(POST("/wait", "hello"))));
    desk_wait_for(1);
    http_wake(desk.waiting[0], OK);
    assert_string_equal(body_of(ask(f, SLICE(POST("/soon", "again")))), "later: soon again");
}

static void silence_while_it_waits_is_not_the_clients(void **state) {
    server_setup(state);
    struct fixture *f = *state;
    start(f, 2, 1);
    int fd = begin(f, SLICE(POST("/wait?silent", "hello")));
    desk_wait_for(1);
    /* Two others in turn say nothing, and are closed for it. */
    rest_of(f, begin(f, SLICE("GET /now HTT")));
    rest_of(f, begin(f, SLICE("GET /now HTT")));
    http_wake(desk.waiting[0], OK);
    assert_string_equal(body_of(rest_of(f, fd)), "later: silent hello");
}

static void *wake_all(void *self) {
    (void)self;
    for (size_t i = 0; i < desk.count; i++) {
        http_wake(desk.waiting[i], OK);
    }
    return NULL;
}

static void stop(struct fixture *f, unsigned grace_ms) {
    int fds[MANY];
    pthread_t waker;
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = begin(f, SLICE(POST("/wait", "hello")));
    }
    desk_wait_for(MANY);
    assert_int_equal(pthread_create(&waker, NULL, wake_all, NULL), 0);
    http_server_stop(f->server, grace_ms);
    f->server = NULL;
    pthread_join(waker, NULL);
    for (size_t i = 0; i < MANY; i++) {
        const char *a = rest_of(f, fds[i]);
        assert_true(grace_ms == 0 || status_of(a) == 200);
    }
}

#define WHICH_NOW "GET /which?now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static void request_keeps_the_app_it_began_with(void **state) {
    struct fixture *f = *state;
    int fd = begin(f, SLICE("GET /which HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    desk_wait_for(1);
    http_server_app(f->server, (void *)(uintptr_t) "second");
    assert_string_equal(body_of(ask(f, SLICE(WHICH_NOW))), "second, then second");
    assert_string_equal(gone.text, "");
    http_wake(desk.waiting[0], OK);
    assert_string_equal(body_of(rest_of(f, fd)), "first, then first");
    gone_wait_for("first ");
}

static void app_that_nobody_uses_is_gone_at_once(void **state) {
    struct fixture *f = *state;
    http_server_app(f->server, (void *)(uintptr_t) "second");
    assert_string_equal(gone.text, "first ");
    http_server_app(f->server, (void *)(uintptr_t) "third");
    assert_string_equal(gone.text, "first second ");
}

static void server_that_stops_answers_what_waits(void **state) {
    stop(*state, 5000);
    assert_int_equal(atomic_load(&desk.finished), MANY);
}

static void server_that_stops_at_once_waits_for_the_work(void **state) {
    stop(*state, 0);
}

const struct CMUnitTest http_later_tests[] = {
    cmocka_unit_test_setup_teardown(answer_is_made_when_the_work_is_done, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(request_may_be_woken_before_its_handler_returns, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(work_that_fails_is_answered_as_an_error, later_setup,
                                    server_teardown),
    cmocka_unit_test_teardown(no_thread_waits_with_a_request, server_teardown),
    cmocka_unit_test_setup_teardown(what_follows_on_the_connection_waits_its_turn, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(client_that_leaves_meanwhile_does_no_harm, later_setup,
                                    server_teardown),
    cmocka_unit_test_teardown(silence_while_it_waits_is_not_the_clients, server_teardown),
    cmocka_unit_test_setup_teardown(request_keeps_the_app_it_began_with, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(app_that_nobody_uses_is_gone_at_once, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(server_that_stops_answers_what_waits, later_setup,
                                    server_teardown),
    cmocka_unit_test_setup_teardown(server_that_stops_at_once_waits_for_the_work, later_setup,
                                    server_teardown),
};
const size_t http_later_test_count = ARRAY_COUNT(http_later_tests);
