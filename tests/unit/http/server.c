#include "http_test.h"

#include <sys/socket.h>
#include <unistd.h>

#define GET_END " HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n\r\n"

/* ---- routes ---- */

static err on_hello(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    struct fixture *f = app;
    (void)problem;
    atomic_fetch_add(&f->handled, 1);
    response->media_type = "text/html; charset=utf-8";
    if (http_unchanged(request, response, SLICE("\"v1\""))) {
        return OK;
    }
    buf_addf(&response->body, "<p>path=%.*s query=%.*s lang=%.*s part=%.*s base=%.*s client=%.*s",
             SLICE_ARG(request->path), SLICE_ARG(request->query), SLICE_ARG(request->language),
             SLICE_ARG(request->part), SLICE_ARG(request->base_url), SLICE_ARG(request->client));
    return OK;
}

static err on_large(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)app;
    (void)request;
    (void)problem;
    response->media_type = "application/json";
    response->file_name = SLICE("a\r\nb\"/../été.json");
    for (int i = 0; i < 4000; i++) {
        buf_add_cstr(&response->body, "0123456789");
    }
    return OK;
}

static err on_bad(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)app;
    buf_add_cstr(&response->body, "half an answer");
    response->etag = SLICE("\"v1\"");
    if (slice_equal(request->captures[0], SLICE("limit"))) {
        return problem_set(problem, ERR_LIMIT, "", "too long");
    }
    if (slice_equal(request->captures[0], SLICE("broken"))) {
        return problem_set(problem, ERR_CORRUPT, "", "secret of the house");
    }
    return problem_set(problem, ERR_INPUT, "kind", "not \"%.*s\"", SLICE_ARG(request->captures[0]));
}

struct counter {
    struct fixture *fixture;
    int left;
    bool breaks;
};

static err count_next(void *self, struct buf *out) {
    struct counter *counter = self;
    if (counter->left == 0) {
        return counter->breaks ? ERR_IO : OK;
    }
    buf_addf(out, "%d,", counter->left--);
    return OK;
}

static void count_end(void *self) {
    struct counter *counter = self;
    atomic_fetch_sub(&counter->fixture->streams_open, 1);
}

static err on_stream(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)problem;
    struct counter *counter = arena_new(request->arena, struct counter, 1);
    *counter = (struct counter){app, 20000, slice_equal(request->query, SLICE("break"))};
    atomic_fetch_add(&counter->fixture->streams_open, 1);
    response->media_type = "text/csv; charset=utf-8";
    response->stream_next = count_next;
    response->stream_end = count_end;
    response->stream_self = counter;
    return OK;
}

static err on_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)app;
    (void)problem;
    response->media_type = "text/plain";
    buf_addf(&response->body, "got %zu: %.*s", request->body.n, SLICE_ARG(request->body));
    return OK;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/", on_hello, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0, HTTP_CACHE_REVALIDATE,
     ""},
    {HTTP_GET, "/hello", on_hello, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0,
     HTTP_CACHE_REVALIDATE, ""},
    {HTTP_GET, "/hello/{name}", on_bad, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0,
     HTTP_CACHE_NONE, ""},
    {HTTP_GET, "/hello/literal", on_hello, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0,
     HTTP_CACHE_NONE, ""},
    {HTTP_GET, "/api/large", on_large, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0,
     HTTP_CACHE_HOUR, ""},
    {HTTP_GET, "/api/bad/{what}", on_bad, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0,
     HTTP_CACHE_REVALIDATE, ""},
    {HTTP_GET, "/api/stream", on_stream, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0,
     HTTP_CACHE_NONE, ""},
    {HTTP_POST, "/post", on_post, CAP_ANYONE, HTTP_FOR_PEOPLE, true, true, 32, HTTP_CACHE_NONE, ""},
};
static const struct http_route *const tables[] = {routes, NULL};
static const size_t counts[] = {ARRAY_COUNT(routes)};

static void write_error_page(void *app, const struct http_request *request, int status,
                             const struct problem *problem, struct buf *out) {
    (void)app;
    (void)request;
    buf_addf(out, "<h1>%d</h1>%s", status, problem->what);
}

static void *worker_new(void *app) {
    struct fixture *f = app;
    atomic_fetch_add(&f->workers, 1);
    return f;
}

static void worker_free(void *worker) {
    struct fixture *f = worker;
    atomic_fetch_sub(&f->workers, 1);
}

struct http_options test_options(struct fixture *fixture) {
    return (struct http_options){
        .listen = "127.0.0.1:0",
        .threads = 2,
        .route_tables = tables,
        .route_counts = counts,
        .app = fixture,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .error_page = write_error_page,
        .log = &fixture->log,
        .clock = clock_system(),
    };
}

static void start(struct fixture *f, const struct http_options *options) {
    struct problem problem = {0};
    err result = http_server_start(options, &f->server, f->address, &problem);
    if (result != OK) {
        print_error("%s\n", problem.what);
    }
    assert_int_equal(result, OK);
    f->port = port_of(f->address);
}

int server_setup(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){
        .log = {.fd = 2, .least = LOG_LEVEL__COUNT, .clock = clock_system()},
        .answer = buf_new(1u << 20),
    };
    *state = &fixture;
    return 0;
}

static int running_setup(void **state) {
    server_setup(state);
    struct fixture *f = *state;
    struct http_options options = test_options(f);
    start(f, &options);
    return 0;
}

int server_teardown(void **state) {
    struct fixture *f = *state;
    if (f->server) {
        http_server_stop(f->server, 1000);
        f->server = NULL;
    }
    buf_free(&f->answer);
    assert_int_equal(atomic_load(&f->streams_open), 0);
    assert_int_equal(atomic_load(&f->workers), 0);
    return 0;
}

const char *ask(struct fixture *fixture, slice bytes) {
    return client_ask(fixture->port, bytes, &fixture->answer);
}

/* ---- answers ---- */

static void page_is_answered_with_every_safety_header(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /hello?q=%C3%A9" GET_END));
    assert_int_equal(status_of(a), 200);
    assert_true(has_header(a, "Content-Type: text/html; charset=utf-8"));
    assert_true(has_header(
        a, "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
           "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
           "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"));
    assert_true(has_header(a, "X-Content-Type-Options: nosniff"));
    assert_true(has_header(a, "Referrer-Policy: same-origin"));
    assert_true(has_header(a, "Permissions-Policy: geolocation=(self)"));
    assert_true(has_header(a, "Cross-Origin-Opener-Policy: same-origin"));
    assert_true(has_header(a, "Cross-Origin-Resource-Policy: same-origin"));
    assert_true(has_header(a, "Cache-Control: no-cache"));
    assert_true(has_header(a, "ETag: \"v1\""));
    assert_true(has_header(a, "Vary: Accept-Encoding, Accept-Language, Cookie, X-Agora-Part"));
    assert_true(has_header(a, "Content-Language: fr"));
    assert_null(strstr(a, "Access-Control-Allow-Origin"));
    assert_string_equal(body_of(a), "<p>path=/hello query=q=%C3%A9 lang=fr part= "
                                    "base=http://agora.test client=127.0.0.1");
}

static void unchanged_page_is_not_sent_again(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                 "If-None-Match: \"x\", W/\"v1\"\r\n\r\n"));
    assert_int_equal(status_of(a), 304);
    assert_true(has_header(a, "ETag: \"v1\""));
    assert_string_equal(body_of(a), "");
}

static void head_has_the_headers_and_no_body(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("HEAD /hello" GET_END));
    assert_int_equal(status_of(a), 200);
    assert_non_null(strstr(a, "Content-Length: "));
    assert_string_equal(body_of(a), "");
    a = ask(f, SLICE("HEAD /api/stream" GET_END));
    assert_int_equal(status_of(a), 200);
    assert_string_equal(body_of(a), "");
}

static void connection_is_kept_for_the_next_request(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                                 "GET /hello/literal HTTP/1.1\r\nHost: a\r\n\r\n"
                                 "GET /" GET_END));
    assert_int_equal(atomic_load(&f->handled), 3);
    assert_non_null(strstr(a, "path=/hello query="));
    assert_non_null(strstr(a, "path=/hello/literal query="));
    assert_non_null(strstr(a, "path=/ query="));
}

static void large_body_is_compressed_when_the_client_wants_it(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /api/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                 "Accept-Encoding: gzip, br\r\n\r\n"));
    assert_true(has_header(a, "Content-Encoding: br"));
    assert_true(f->answer.n < 3000);
    a = ask(f, SLICE("GET /api/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Accept-Encoding: gzip\r\n\r\n"));
    assert_true(has_header(a, "Content-Encoding: gzip"));
    a = ask(f, SLICE("GET /api/large" GET_END));
    assert_null(strstr(a, "Content-Encoding"));
    assert_int_equal(strlen(body_of(a)), 40000);
    assert_true(has_header(a, "Cache-Control: public, max-age=3600"));
    assert_true(has_header(a, "Content-Disposition: attachment; filename=\"ab..t.json\""));
}

static void machines_of_any_origin_may_read(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /api/large" GET_END));
    assert_true(has_header(a, "Access-Control-Allow-Origin: *"));
    assert_true(has_header(a, "Cross-Origin-Resource-Policy: cross-origin"));
    assert_true(has_header(
        a, "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'"));
    a = ask(f, SLICE("OPTIONS /api/large" GET_END));
    assert_int_equal(status_of(a), 204);
    assert_true(has_header(a, "Access-Control-Allow-Origin: *"));
    assert_true(has_header(a, "Access-Control-Allow-Methods: GET, HEAD, OPTIONS"));
    assert_true(has_header(a, "Allow: GET, HEAD, OPTIONS"));
    a = ask(f, SLICE("OPTIONS /hello" GET_END));
    assert_int_equal(status_of(a), 204);
    assert_null(strstr(a, "Access-Control"));
}

static void problem_names_the_key_and_hides_the_house(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /api/bad/x" GET_END));
    assert_int_equal(status_of(a), 400);
    assert_true(has_header(a, "Content-Type: application/problem+json"));
    assert_true(has_header(a, "Access-Control-Allow-Origin: *"));
    assert_true(has_header(a, "Cache-Control: no-store"));
    assert_null(strstr(a, "\r\nETag"));
    assert_null(strstr(a, "half an answer"));
    assert_non_null(strstr(a, "\"status\":400,\"detail\":\"not \\\"x\\\"\",\"key\":\"kind\""));
    a = ask(f, SLICE("GET /api/bad/limit" GET_END));
    assert_int_equal(status_of(a), 414);
    a = ask(f, SLICE("GET /api/bad/broken" GET_END));
    assert_int_equal(status_of(a), 500);
    assert_null(strstr(a, "secret"));
}

static void people_get_errors_as_pages(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /hello/x" GET_END));
    assert_int_equal(status_of(a), 400);
    assert_string_equal(body_of(a), "<h1>400</h1>not \"x\"");
    a = ask(f, SLICE("GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Accept: text/html,*/*\r\n\r\n"));
    assert_int_equal(status_of(a), 404);
    assert_non_null(strstr(a, "<h1>404</h1>"));
    a = ask(f, SLICE("GET /api/nowhere" GET_END));
    assert_int_equal(status_of(a), 404);
    assert_true(has_header(a, "Content-Type: application/problem+json"));
}

static void stream_is_whole_and_ended_once(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /api/stream" GET_END));
    assert_int_equal(status_of(a), 200);
    assert_non_null(strstr(a, "20000,"));
    assert_true(has_header(a, "Transfer-Encoding: chunked"));
    assert_non_null(strstr(a, "\r\n0\r\n"));
    assert_true(strlen(body_of(a)) > 108894);
    a = ask(f, SLICE("GET /api/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Accept-Encoding: br\r\n\r\n"));
    assert_true(has_header(a, "Content-Encoding: br"));
    assert_true(f->answer.n > 1000 && f->answer.n < 60000);
}

static void stream_that_breaks_off_is_seen_as_cut(void **state) {
    struct fixture *f = *state;
    int fd = client_connect(f->port);
    assert_true(client_send(fd, SLICE("GET /api/stream?break" GET_END)));
    assert_true(client_read_all(fd, &f->answer)); /* it ends, and at once */
    close(fd);
    assert_int_equal(status_of(buf_cstr(&f->answer)), 200);
    assert_null(strstr(buf_cstr(&f->answer), "\r\n0\r\n"));
}

static void client_that_leaves_in_a_stream_ends_it(void **state) {
    struct fixture *f = *state;
    int fd = client_connect(f->port);
    assert_true(client_send(fd, SLICE("GET /api/stream" GET_END)));
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    close(fd);
    /* the teardown counts the streams that are still open */
}

static void trailing_slash_leads_to_the_address_without_it(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET /hello/?q=a" GET_END));
    assert_int_equal(status_of(a), 308);
    assert_true(has_header(a, "Location: /hello?q=a"));
    a = ask(f, SLICE("GET /nowhere/" GET_END));
    assert_int_equal(status_of(a), 404);
}

static void language_comes_from_address_then_cookie_then_header(void **state) {
    struct fixture *f = *state;
    const char *a =
        ask(f, SLICE("GET /hello?lang_ui=en HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Cookie: lang_ui=fr\r\n\r\n"));
    assert_non_null(strstr(a, "lang=en "));
    assert_true(
        has_header(a, "Set-Cookie: lang_ui=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"));
    a = ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Cookie: x=y; lang_ui=en\r\nAccept-Language: fr\r\n\r\n"));
    assert_non_null(strstr(a, "lang=en "));
    assert_null(strstr(a, "Set-Cookie"));
    a = ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Accept-Language: en-GB\r\n\r\n"));
    assert_non_null(strstr(a, "lang=en "));
}

static void fragment_name_is_taken_only_when_plain(void **state) {
    struct fixture *f = *state;
    assert_non_null(strstr(ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                        "X-Agora-Part: results\r\n\r\n")),
                           "part=results "));
    assert_non_null(strstr(ask(f, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                        "X-Agora-Part: <b>\r\n\r\n")),
                           "part= "));
}

static void forwarded_address_counts_only_behind_a_trusted_proxy(void **state) {
    struct fixture *f = *state;
    const slice asked = SLICE("GET /hello HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n"
                              "X-Forwarded-Proto: https\r\nX-Forwarded-For: 6.6.6.6\r\n"
                              "X-Forwarded-For: 203.0.113.9, 10.0.0.2\r\n\r\n");
    assert_non_null(strstr(ask(f, asked), "base=http://agora.test client=127.0.0.1"));
    http_server_stop(f->server, 1000);
    struct ip_network proxies[2];
    assert_true(network_parse(SLICE("127.0.0.0/8"), &proxies[0]));
    assert_true(network_parse(SLICE("10.0.0.2"), &proxies[1]));
    struct http_options options = test_options(f);
    options.trusted_proxies = proxies;
    options.trusted_proxy_count = 2;
    start(f, &options);
    assert_non_null(strstr(ask(f, asked), "base=https://agora.test client=203.0.113.9"));
}

/* ---- POST ---- */

static void post_is_read_whole_within_its_limit(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                 "Content-Length: 5\r\n\r\nhello"));
    assert_string_equal(body_of(a), "got 5: hello");
    a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"));
    assert_string_equal(body_of(a), "got 5: hello");
    a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n"));
    assert_int_equal(status_of(a), 413);
    a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "21\r\n012345678901234567890123456789012\r\n0\r\n\r\n"));
    assert_int_equal(status_of(a), 413);
}

static void post_from_another_site_is_refused(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.test\r\n"
                                 "Content-Length: 0\r\n\r\n"));
    assert_int_equal(status_of(a), 403);
    a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\n"
                     "Content-Length: 0\r\n\r\n"));
    assert_int_equal(status_of(a), 403);
    a = ask(f, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nConnection: close\r\n"
                     "Sec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n"));
    assert_int_equal(status_of(a), 200);
}

/* ---- walls ---- */

#define HEAD "GET /hello HTTP/1.1\r\nHost: a\r\n"

static void each_ambiguous_request_is_refused_before_its_handler(void **state) {
    const struct {
        int status;
        slice bytes;
    } cases[] = {
        {400, SLICE("GET /hello HTTP/1.1\r\n\r\n")},
        {400, SLICE(HEAD "Host: b\r\n\r\n")},
        {400, SLICE("GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n")},
        {400, SLICE("GET /hello HTTP/1.1\r\nHost: x@a\r\n\r\n")},
        {400, SLICE("GET /hello HTTP/1.1\r\nHost:\r\n\r\n")},
        {400, SLICE(HEAD "Content-Length: 1\r\n\r\nx")},
        {400, SLICE(HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
        {400, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    "Content-Length: 1\r\n\r\nx")},
        {400, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
        {501, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n")},
        {501, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")},
        {400, SLICE("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx")},
        {400, SLICE("GET /he\0llo HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE(HEAD ": x\r\n\r\n")},
        {400, SLICE(HEAD "Bad Name: x\r\n\r\n")},
        {400, SLICE(HEAD "Name : x\r\n\r\n")},
        {400, SLICE(HEAD "N\xc3\xa9: x\r\n\r\n")},
        {400, SLICE(HEAD "X: a\x01\r\n\r\n")},
        {400, SLICE(HEAD "X: a\r\n b\r\n\r\n")},
        {400, SLICE(HEAD "X: a\r\n\tb\r\nY: c\r\n\r\n")},
        {400, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")},
        {400, SLICE(HEAD "X: a\rY: b\r\n\r\n")},
        {400, SLICE(HEAD "X: a\nY: b\r\n\r\n")},
        {400, SLICE("GET /hello%00 HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET //hello HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET /hello#x HTTP/1.1\r\nHost: a\r\n\r\n")},
        {400, SLICE("GET hello HTTP/1.1\r\nHost: a\r\n\r\n")},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *a = ask(f, cases[i].bytes);
        if (status_of(a) != cases[i].status) {
            print_error("case %zu: %.*s\n%s\n", i, SLICE_ARG(cases[i].bytes), a);
        }
        assert_int_equal(status_of(a), cases[i].status);
    }
    assert_int_equal(atomic_load(&f->handled), 0);
}

static void wholly_broken_requests_get_no_page(void **state) {
    const slice cases[] = {
        SLICE("GET /hello\r\n\r\n"),
        SLICE("GET /hello HTTP/3.7\r\nHost: a\r\n\r\n"),
        SLICE("GET  /hello  HTTP/1.1\r\nHost: a\r\n\r\n"),
        SLICE("\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n"),
        SLICE("GET /hello HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n"),
        SLICE("GET /hello HTTP/1.1\r\n: x\r\nHost: a\r\n\r\n"),
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *a = ask(f, cases[i]);
        int status = status_of(a);
        if (status != 0 && status < 400) {
            print_error("case %zu: %s\n", i, a);
        }
        assert_true(status == 0 || status >= 400);
    }
    assert_int_equal(atomic_load(&f->handled), 0);
}

static void absolute_address_is_understood(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("GET http://agora.test/hello?x=1" GET_END));
    assert_int_equal(status_of(a), 200);
    assert_non_null(strstr(a, "path=/hello query=x=1 "));
}

static void method_that_a_path_does_not_take_is_told_which_it_does(void **state) {
    struct fixture *f = *state;
    const char *a = ask(f, SLICE("DELETE /hello" GET_END));
    assert_int_equal(status_of(a), 405);
    assert_true(has_header(a, "Allow: GET, HEAD, OPTIONS"));
    a = ask(f, SLICE("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
    assert_int_equal(status_of(a), 405);
    a = ask(f, SLICE("GET /post" GET_END));
    assert_int_equal(status_of(a), 405);
    assert_true(has_header(a, "Allow: POST, OPTIONS"));
    a = ask(f, SLICE("DELETE /nowhere" GET_END));
    assert_int_equal(status_of(a), 404);
}

static void too_long_address_and_head_are_refused(void **state) {
    struct fixture *f = *state;
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    buf_add_cstr(&text, "GET /hello?q=");
    for (int i = 0; i < 4100; i++) {
        buf_add_char(&text, 'a');
    }
    buf_add_cstr(&text, GET_END);
    assert_int_equal(status_of(ask(f, buf_slice(&text))), 414);
    buf_clear(&text);
    buf_add_cstr(&text, HEAD);
    for (int i = 0; i < 100; i++) {
        buf_addf(&text, "X-%d: y\r\n", i);
    }
    buf_add_cstr(&text, "\r\n");
    assert_int_equal(status_of(ask(f, buf_slice(&text))), 431);
    buf_clear(&text);
    buf_add_cstr(&text, HEAD "X: ");
    for (int i = 0; i < 17000; i++) {
        buf_add_char(&text, 'a');
    }
    buf_add_cstr(&text, "\r\n\r\n");
    assert_int_equal(status_of(ask(f, buf_slice(&text))), 431);
    for (int i = 0; i < 100000; i++) {
        buf_add_char(&text, 'a');
    }
    assert_int_equal(status_of(ask(f, slice_sub(buf_slice(&text), 0, 60000))), 431);
    assert_int_equal(atomic_load(&f->handled), 0);
}

/* All that is allowed at once fits into the memory of a connection; one byte more does not pass. */
static void largest_address_and_head_are_answered(void **state) {
    struct fixture *f = *state;
    static const char fixed[] = "Host: a\r\nConnection: close\r\n";
    for (size_t more = 0; more < 2; more++) {
        struct buf text BUF_CLEANUP = buf_new(1u << 16);
        size_t left = 8192 - strlen("Hosta") - strlen("Connectionclose") + more;
        buf_add_cstr(&text, "GET /hello?q=");
        while (text.n < 4 + 4096) {
            buf_add_char(&text, 'a');
        }
        buf_addf(&text, " HTTP/1.1\r\n%s", fixed);
        for (int i = 0; i < 62; i++) {
            size_t n = i < 61 ? left / 62 : left - left / 62 * 61;
            buf_addf(&text, "X-%02d: ", i);
            for (size_t k = 4; k < n; k++) {
                buf_add_char(&text, 'v');
            }
            buf_add_cstr(&text, "\r\n");
        }
        buf_add_cstr(&text, "\r\n");
        const char *a = ask(f, buf_slice(&text));
        assert_int_equal(status_of(a), more ? 431 : 200);
        assert_true(has_header(a, "X-Content-Type-Options: nosniff"));
    }
}

static void head_that_trickles_in_is_cut_off(void **state) {
    struct fixture *f = *state;
    http_server_stop(f->server, 1000);
    struct http_options options = test_options(f);
    options.head_timeout_ms = 600;
    start(f, &options);
    int fd = client_connect(f->port);
    struct timeval pace = {.tv_usec = 100000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &pace, sizeof pace);
    int64_t began_us = clock_monotonic_us();
    bool open = true;
    assert_true(client_send(fd, SLICE("GET /hello HTTP/1.1\r\nX: ")));
    while (open && clock_monotonic_us() - began_us < 5000000) {
        char byte;
        open = client_send(fd, SLICE("a")) && recv(fd, &byte, 1, 0) != 0;
    }
    close(fd);
    assert_false(open);
    assert_true(clock_monotonic_us() - began_us >= 500000);
}

static void silent_connection_is_closed(void **state) {
    struct fixture *f = *state;
    http_server_stop(f->server, 1000);
    struct http_options options = test_options(f);
    options.idle_timeout_s = 1;
    start(f, &options);
    int fd = client_connect(f->port);
    struct buf nothing BUF_CLEANUP = buf_new(4096);
    assert_true(client_read_all(fd, &nothing)); /* ends by itself, within five seconds */
    close(fd);
}

static void one_address_holds_only_its_share_of_connections(void **state) {
    struct fixture *f = *state;
    http_server_stop(f->server, 1000);
    struct http_options options = test_options(f);
    options.threads = 1;
    options.connections_per_address = 3;
    start(f, &options);
    int held[3];
    char byte;
    for (int i = 0; i < 3; i++) {
        held[i] = client_connect(f->port);
        assert_true(client_send(held[i], SLICE("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")));
        assert_int_equal(recv(held[i], &byte, 1, 0), 1);
    }
    assert_int_equal(status_of(ask(f, SLICE("GET /hello" GET_END))), 0);
    for (int i = 0; i < 3; i++) {
        close(held[i]);
    }
}

/* ---- start and stop ---- */

static void taken_port_and_bad_address_are_told_apart(void **state) {
    struct fixture *f = *state;
    struct http_options options = test_options(f);
    char listen[64];
    slice address = slice_sub(slice_from_cstr(f->address), 7, 64);
    memcpy(listen, address.p, address.n);
    listen[address.n] = '\0';
    options.listen = listen;
    struct http_server *other = NULL;
    char text[128];
    struct problem problem = {0};
    assert_int_equal(http_server_start(&options, &other, text, &problem), ERR_CONFLICT);
    static const char *const bad[] = {"8080",   "127.0.0.1", "127.0.0.1:99999",
                                      "::1:80", ":80",       "127.0.0.1:http"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        options.listen = bad[i];
        assert_int_equal(http_server_start(&options, &other, text, &problem), ERR_INPUT);
        assert_string_equal(problem.field, "listen");
    }
    assert_null(other);
}

static void stop_does_not_wait_for_idle_connections(void **state) {
    struct fixture *f = *state;
    int fd = client_connect(f->port);
    char byte;
    assert_true(client_send(fd, SLICE("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")));
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    int64_t began_us = clock_monotonic_us();
    http_server_stop(f->server, 4000);
    f->server = NULL;
    assert_true(clock_monotonic_us() - began_us < 2000000);
    close(fd);
}

#define RUNNING(name) cmocka_unit_test_setup_teardown(name, running_setup, server_teardown)
const struct CMUnitTest http_server_tests[] = {
    RUNNING(page_is_answered_with_every_safety_header),
    RUNNING(unchanged_page_is_not_sent_again),
    RUNNING(head_has_the_headers_and_no_body),
    RUNNING(connection_is_kept_for_the_next_request),
    RUNNING(large_body_is_compressed_when_the_client_wants_it),
    RUNNING(machines_of_any_origin_may_read),
    RUNNING(problem_names_the_key_and_hides_the_house),
    RUNNING(people_get_errors_as_pages),
    RUNNING(stream_is_whole_and_ended_once),
    RUNNING(stream_that_breaks_off_is_seen_as_cut),
    RUNNING(client_that_leaves_in_a_stream_ends_it),
    RUNNING(trailing_slash_leads_to_the_address_without_it),
    RUNNING(language_comes_from_address_then_cookie_then_header),
    RUNNING(fragment_name_is_taken_only_when_plain),
    RUNNING(forwarded_address_counts_only_behind_a_trusted_proxy),
    RUNNING(post_is_read_whole_within_its_limit),
    RUNNING(post_from_another_site_is_refused),
    RUNNING(each_ambiguous_request_is_refused_before_its_handler),
    RUNNING(wholly_broken_requests_get_no_page),
    RUNNING(absolute_address_is_understood),
    RUNNING(method_that_a_path_does_not_take_is_told_which_it_does),
    RUNNING(too_long_address_and_head_are_refused),
    RUNNING(largest_address_and_head_are_answered),
    RUNNING(head_that_trickles_in_is_cut_off),
    RUNNING(silent_connection_is_closed),
    RUNNING(one_address_holds_only_its_share_of_connections),
    RUNNING(taken_port_and_bad_address_are_told_apart),
    RUNNING(stop_does_not_wait_for_idle_connections),
};
const size_t http_server_test_count = ARRAY_COUNT(http_server_tests);
