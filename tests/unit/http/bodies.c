#include "http/bodies.h"
#include "http/asset.h"
#include "http_test.h"

#include <stdio.h>

#define KEPT_BYTES (4u << 20)

/* Counts how often it is made; the query decides the tag. */
static err on_made(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct fixture *f = app;
    (void)problem;
    response->media_type = arena_cstr(request->arena, SLICE("application/json"));
    response->file_name = arena_copy(request->arena, SLICE("made.json"));
    if (http_unchanged(request, response,
                       slice_contains(request->query, SLICE("new")) ? SLICE("\"new\"")
                                                                    : SLICE("\"old\""))) {
        return OK;
    }
    buf_addf(&response->body, "made=%d %.*s ", atomic_fetch_add(&f->handled, 1) + 1,
             SLICE_ARG(request->language));
    for (int i = 0; i < 400; i++) {
        buf_add_cstr(&response->body, "0123456789");
    }
    return slice_contains(request->query, SLICE("fails"))
               ? problem_set(problem, ERR_INPUT, "", "it fails")
               : OK;
}

/* A file of the program, in two forms. */
static err on_fixed(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    const struct asset file = {.media_type = SLICE("text/css; charset=utf-8"),
                               .etag = SLICE("\"file\""),
                               .identity = SLICE("body{color:red}"),
                               .br = SLICE("packed"),
                               .immutable = true};
    (void)app;
    (void)request;
    (void)problem;
    http_asset_response(&file, response);
    return OK;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/made", on_made, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0,
     HTTP_CACHE_REVALIDATE, ""},
    {HTTP_GET, "/file", on_fixed, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0,
     HTTP_CACHE_REVALIDATE, ""},
    {HTTP_GET, "/own", on_made, CAP_ANYONE, HTTP_FOR_MACHINES, false, false, 0, HTTP_CACHE_NONE,
     ""},
};
static const struct http_route *const tables[] = {routes, NULL};
static const size_t counts[] = {ARRAY_COUNT(routes)};

static int setup_logging(void **state, enum http_log_requests logged) {
    server_setup(state);
    struct fixture *f = *state;
    struct http_options options = test_options(f);
    struct problem problem = {0};
    options.log_requests = logged;
    options.route_tables = tables;
    options.route_counts = counts;
    options.bodies_bytes = KEPT_BYTES;
    assert_int_equal(http_server_start(&options, &f->server, f->address, &problem), OK);
    f->port = port_of(f->address);
    return 0;
}

static int setup(void **state) {
    return setup_logging(state, HTTP_LOG_ERRORS);
}

static int setup_with_lines(void **state) {
    return setup_logging(state, HTTP_LOG_ALL);
}

static const char *get(struct fixture *f, const char *method, const char *target,
                       const char *headers) {
    struct buf request BUF_CLEANUP = buf_new(4096);
    buf_addf(&request, "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", method, target,
             headers);
    return ask(f, buf_slice(&request));
}

/* How often the answer has been made after asking four times for this. */
static int made_by(struct fixture *f, const char *method, const char *target, const char *headers) {
    atomic_store(&f->handled, 0);
    for (int i = 0; i < 4; i++) {
        get(f, method, target, headers);
    }
    return atomic_load(&f->handled);
}

static void answer_that_is_asked_for_again_is_kept_from_the_second_time_on(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/made?a", ""), 2);
    const char *a = get(f, "GET", "/made?a", "");
    assert_int_equal(status_of(a), 200);
    assert_true(has_header(a, "Content-Type: application/json"));
    assert_true(has_header(a, "Content-Disposition: attachment; filename=\"made.json\""));
    assert_true(has_header(a, "ETag: \"old\""));
    assert_true(has_header(a, "Content-Length: 4010"));
    assert_int_equal(strncmp(body_of(a), "made=2 fr 0123", 14), 0);
    assert_int_equal(strlen(body_of(a)), 4010);
}

static void answer_is_kept_packed_as_each_client_wants_it(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/made?a", ""), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Accept-Encoding: br\r\n"), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Accept-Encoding: gzip\r\n"), 2);
    const char *a = get(f, "GET", "/made?a", "Accept-Encoding: gzip\r\n");
    assert_true(has_header(a, "Content-Encoding: gzip"));
    assert_true(has_header(a, "ETag: W/\"old\""));
    assert_true(f->answer.n < 1000);
    a = get(f, "GET", "/made?a", "Accept-Encoding: br\r\n");
    assert_true(has_header(a, "Content-Encoding: br"));
    a = get(f, "GET", "/made?a", "");
    assert_null(strstr(a, "Content-Encoding"));
}

static void what_decides_an_answer_keeps_answers_apart(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/made?a", ""), 2);
    assert_int_equal(made_by(f, "GET", "/made?b", ""), 2);
    assert_int_equal(made_by(f, "GET", "/made?new", ""), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Accept-Language: en\r\n"), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "X-Agora-Part: results\r\n"), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Accept: text/csv\r\n"), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Cookie: lang_ui=en\r\n"), 0); /* as above */
    const char *a = get(f, "GET", "/made?a", "Accept-Language: en\r\n");
    assert_non_null(strstr(a, " en 0123"));
    a = get(f, "GET", "http://b/made?a", ""); /* the base is that of Host: the same */
    assert_non_null(strstr(a, " fr 0123"));
    atomic_store(&f->handled, 0);
    ask(f, SLICE("GET /made?a HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"));
    assert_int_equal(atomic_load(&f->handled), 1);
}

static void what_is_for_one_asker_alone_is_never_kept(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/own?a", ""), 4);
    assert_int_equal(made_by(f, "GET", "/made?a", "Authorization: Bearer x\r\n"), 4);
    assert_int_equal(made_by(f, "GET", "/made?a", ""), 2);
    assert_int_equal(made_by(f, "GET", "/made?a", "Authorization: Bearer x\r\n"), 4);
}

static void error_is_never_kept(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/made?fails", ""), 4);
    const char *a = get(f, "GET", "/made?fails", "");
    assert_int_equal(status_of(a), 400);
    assert_non_null(strstr(a, "it fails"));
}

static void head_and_304_of_a_kept_answer_have_no_body(void **state) {
    struct fixture *f = *state;
    assert_int_equal(made_by(f, "GET", "/made?a", ""), 2);
    const char *a = get(f, "HEAD", "/made?a", "");
    assert_true(has_header(a, "Content-Length: 4010"));
    assert_string_equal(body_of(a), "");
    a = get(f, "GET", "/made?a", "If-None-Match: \"old\"\r\n");
    assert_int_equal(status_of(a), 304);
    assert_string_equal(body_of(a), "");
    assert_int_equal(atomic_load(&f->handled), 2);
}

/* ---- answers that are sent as they stand ---- */

/* The head without the lines that belong to one request. */
static void lasting_head(const char *answer, struct buf *out) {
    slice rest = slice_from_cstr(answer);
    slice line;
    while (slice_cut(&rest, '\n', &line) && line.n > 1) {
        if (!slice_starts_with(line, SLICE("Date:")) &&
            !slice_starts_with(line, SLICE("X-Request-Id:"))) {
            buf_add(out, line);
        }
    }
    buf_add_char(out, '\0');
}

static void popular_answer_says_what_it_said_when_it_was_made(void **state) {
    struct fixture *f = *state;
    static const char *const asked[] = {"", "Accept-Encoding: br\r\n", "Accept-Language: en\r\n"};
    for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
        struct buf made BUF_CLEANUP = buf_new(8192);
        lasting_head(get(f, "GET", "/made?a", asked[i]), &made);
        assert_non_null(strstr(made.p, "X-Content-Type-Options: nosniff"));
        assert_non_null(strstr(made.p, "Content-Security-Policy: default-src 'none'"));
        for (int times = 0; times < 8; times++) {
            struct buf kept BUF_CLEANUP = buf_new(8192);
            const char *a = get(f, "GET", "/made?a", asked[i]);
            lasting_head(a, &kept);
            assert_string_equal(kept.p, made.p);
            assert_true(f->answer.n > strlen(kept.p));
        }
        assert_null(strstr(f->answer.p, "\nX-Request-Id:"));
    }
}

static void fixed_bytes_carry_their_whole_head_in_each_form(void **state) {
    struct fixture *f = *state;
    for (int times = 0; times < 3; times++) {
        const char *a = get(f, "GET", "/file", "");
        assert_true(has_header(a, "Content-Type: text/css; charset=utf-8"));
        assert_true(has_header(a, "ETag: \"file\""));
        assert_true(has_header(a, "Cache-Control: public, max-age=31536000, immutable"));
        assert_true(has_header(a, "Vary: Accept-Encoding"));
        assert_true(has_header(a, "X-Content-Type-Options: nosniff"));
        assert_true(has_header(a, "Access-Control-Allow-Origin: *"));
        assert_string_equal(body_of(a), "body{color:red}");
        a = get(f, "GET", "/file", "Accept-Encoding: gzip, br\r\n");
        assert_true(has_header(a, "Content-Encoding: br"));
        assert_true(has_header(a, "ETag: W/\"file\""));
        assert_string_equal(body_of(a), "packed");
        a = get(f, "HEAD", "/file", "");
        assert_true(has_header(a, "Content-Length: 15"));
        assert_string_equal(body_of(a), "");
        a = get(f, "GET", "/file", "If-None-Match: \"file\"\r\n");
        assert_int_equal(status_of(a), 304);
        assert_true(has_header(a, "ETag: \"file\""));
        assert_true(has_header(a, "Cache-Control: public, max-age=31536000, immutable"));
    }
}

static void every_answer_has_its_number_when_the_log_has_a_line_for_each(void **state) {
    struct fixture *f = *state;
    static const char *const targets[] = {"/made?a", "/file"};
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        char last[32] = "";
        for (int times = 0; times < 8; times++) {
            const char *id = strstr(get(f, "GET", targets[i], ""), "\nX-Request-Id: ");
            assert_non_null(id);
            assert_true(strncmp(id, last, sizeof last - 1) != 0);
            snprintf(last, sizeof last, "%.30s", id);
        }
    }
}

/* ---- the table alone ---- */

static void bring_tagged(struct http_bodies *bodies, int64_t number, const char *etag, size_t n,
                         int times) {
    char key[32];
    struct http_response response = {
        .media_type = "text/plain", .etag = slice_from_cstr(etag), .body = buf_new(1u << 20)};
    snprintf(key, sizeof key, "key %lld", (long long)number);
    while (response.body.n < n) {
        buf_addf(&response.body, "%s ", key);
    }
    for (int i = 0; i < times; i++) {
        http_bodies_bring(bodies, slice_from_cstr(key), &response, HTTP_IDENTITY);
    }
    buf_free(&response.body);
}

static void bring(struct http_bodies *bodies, int64_t number, size_t n, int times) {
    bring_tagged(bodies, number, "\"1\"", n, times);
}

static struct http_body *found_tagged(struct http_bodies *bodies, int64_t number,
                                      const char *etag) {
    char key[32];
    snprintf(key, sizeof key, "key %lld", (long long)number);
    return http_bodies_find(bodies, slice_from_cstr(key), slice_from_cstr(etag));
}

static struct http_body *found(struct http_bodies *bodies, int64_t number) {
    return found_tagged(bodies, number, "\"1\"");
}

static void memory_of_kept_answers_is_bounded(void **state) {
    struct http_bodies *bodies = http_bodies_new(KEPT_BYTES);
    size_t bytes = 0;
    (void)state;
    for (int64_t i = 0; i < 4000; i++) {
        bring(bodies, i, 100 + (size_t)(i * 37 % 8000), 2);
    }
    for (int64_t i = 0; i < 4000; i++) {
        struct http_body *body = found(bodies, i);
        if (body) {
            char start[32];
            snprintf(start, sizeof start, "key %lld ", (long long)i);
            assert_true(slice_starts_with(body->bytes, slice_from_cstr(start)));
            bytes += body->bytes.n;
        }
        http_body_release(body);
    }
    assert_true(bytes <= KEPT_BYTES);
    assert_true(bytes > KEPT_BYTES / 4);
    bring(bodies, 5000, 1u << 19, 2); /* larger than its share */
    assert_null(found(bodies, 5000));
    http_bodies_free(bodies);
}

/* Small ones, each asked for often: what their heads take is counted. */
static void memory_of_kept_heads_is_bounded(void **state) {
    struct http_bodies *bodies = http_bodies_new(KEPT_BYTES);
    size_t popular = 0;
    (void)state;
    for (int64_t i = 0; i < 20000; i++) {
        bring(bodies, i, 20, 2);
        for (int times = 0; times < 3; times++) {
            http_body_release(found(bodies, i));
        }
    }
    for (int64_t i = 0; i < 20000; i++) {
        struct http_body *body = found(bodies, i);
        popular += body && atomic_load(&body->is_popular);
        http_body_release(body);
    }
    assert_true(popular > 100);
    assert_true(popular * 2048 <= KEPT_BYTES);
    http_bodies_free(bodies);
}

static void answer_lives_as_long_as_it_is_held(void **state) {
    struct http_bodies *bodies = http_bodies_new(KEPT_BYTES);
    (void)state;
    bring(bodies, 1, 100, 1);
    assert_null(found(bodies, 1));
    bring(bodies, 1, 100, 1);
    struct http_body *body = found(bodies, 1);
    assert_non_null(body);
    http_bodies_free(bodies);
    assert_true(slice_starts_with(body->bytes, SLICE("key 1 ")));
    assert_slice(body->media_type, "text/plain");
    http_body_release(body);
}

static void answer_with_another_tag_takes_the_place_of_the_last_one_at_once(void **state) {
    struct http_bodies *bodies = http_bodies_new(KEPT_BYTES);
    (void)state;
    bring_tagged(bodies, 1, "\"a\"", 100, 2);
    assert_null(found_tagged(bodies, 1, "\"b\""));
    struct http_body *last = found_tagged(bodies, 1, "\"a\"");
    assert_non_null(last);
    bring_tagged(bodies, 1, "\"b\"", 200, 1);
    assert_null(found_tagged(bodies, 1, "\"a\""));
    for (int times = 0; times < 2; times++) {
        struct http_body *body = found_tagged(bodies, 1, "\"b\"");
        assert_true(body->bytes.n >= 200);
        assert_slice(body->etag, "\"b\"");
        http_body_release(body);
    }
    assert_true(last->bytes.n < 200); /* who holds it still has it */
    http_body_release(last);
    bring_tagged(bodies, 1, "\"c\"", 100, 1);
    last = found_tagged(bodies, 1, "\"c\"");
    assert_true(atomic_load(&last->is_popular)); /* as those before it were */
    http_body_release(last);
    http_bodies_free(bodies);
}

#define RUNNING(name) cmocka_unit_test_setup_teardown(name, setup, server_teardown)
const struct CMUnitTest http_body_tests[] = {
    RUNNING(answer_that_is_asked_for_again_is_kept_from_the_second_time_on),
    RUNNING(answer_is_kept_packed_as_each_client_wants_it),
    RUNNING(what_decides_an_answer_keeps_answers_apart),
    RUNNING(what_is_for_one_asker_alone_is_never_kept),
    RUNNING(error_is_never_kept),
    RUNNING(head_and_304_of_a_kept_answer_have_no_body),
    RUNNING(popular_answer_says_what_it_said_when_it_was_made),
    RUNNING(fixed_bytes_carry_their_whole_head_in_each_form),
    cmocka_unit_test_setup_teardown(every_answer_has_its_number_when_the_log_has_a_line_for_each,
                                    setup_with_lines, server_teardown),
    cmocka_unit_test(memory_of_kept_answers_is_bounded),
    cmocka_unit_test(memory_of_kept_heads_is_bounded),
    cmocka_unit_test(answer_lives_as_long_as_it_is_held),
    cmocka_unit_test(answer_with_another_tag_takes_the_place_of_the_last_one_at_once),
};
const size_t http_body_test_count = ARRAY_COUNT(http_body_tests);
