/* Who asks: cookies, capabilities, where people are led. Identities are the cookie's own word. */
#include "http_test.h"

#include <stdio.h>

static const struct {
    const char *name;
    unsigned capabilities;
} roles[] = {
    {"member", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER)},
    {"moderator", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_MODERATE)},
    {"admin", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_ADMIN)},
};
static atomic_int looked_up;

static err identify(void *app, struct http_request *request, struct problem *problem) {
    (void)app;
    atomic_fetch_add(&looked_up, 1);
    slice session = http_cookie(request, "session");
    if (slice_equal(session, SLICE("broken"))) {
        return problem_set(problem, ERR_BUSY, "", "the store is busy");
    }
    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        if (slice_equal(session, slice_from_cstr(roles[i].name))) {
            request->actor = &roles[i];
            request->capabilities = roles[i].capabilities;
        }
    }
    return OK;
}

static err on_page(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct fixture *f = app;
    (void)problem;
    atomic_fetch_add(&f->handled, 1);
    response->media_type = "text/html; charset=utf-8";
    if (http_unchanged(request, response, SLICE("\"v1\""))) {
        return OK;
    }
    buf_addf(&response->body, "<p>for %s", request->actor ? "one" : "all");
    return OK;
}

static err on_sign(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)app;
    (void)problem;
    http_response_cookie(request, response, "session", SLICE("member"), 3600);
    http_response_cookie(request, response, "hint", SLICE("x-1"), -1);
    http_response_cookie(request, response, "old", SLICE(""), 0);
    http_redirect(response, SLICE("/account"));
    return OK;
}

/* An answer that could be kept, but for its cookie. */
static err on_greet(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    TRY(on_page(app, request, response, problem));
    http_response_cookie(request, response, "seen", SLICE("1"), 60);
    return OK;
}

#define PAGE(path, cap)                                                                            \
    { HTTP_GET, path, on_page, cap, HTTP_FOR_PEOPLE, false, false, 0, HTTP_CACHE_REVALIDATE, "" }
#define FORM(path, cap)                                                                            \
    { HTTP_POST, path, on_page, cap, HTTP_FOR_PEOPLE, true, true, 1024, HTTP_CACHE_NONE, "" }
#define CALL(path, cap)                                                                            \
    { HTTP_GET, path, on_page, cap, HTTP_FOR_MACHINES, false, false, 0, HTTP_CACHE_REVALIDATE, "" }
static const struct http_route routes[] = {
    PAGE("/", CAP_ANYONE),
    PAGE("/account", CAP_MEMBER),
    PAGE("/queue", CAP_MODERATE),
    PAGE("/admin", CAP_ADMIN),
    FORM("/account", CAP_MEMBER),
    FORM("/queue/decide", CAP_MODERATE),
    FORM("/admin", CAP_ADMIN),
    FORM("/flag", CAP_ANYONE),
    CALL("/api/open", CAP_ANYONE),
    CALL("/api/mine", CAP_MEMBER),
    CALL("/api/queue", CAP_MODERATE),
    {HTTP_POST, "/sign", on_sign, CAP_ANYONE, HTTP_FOR_PEOPLE, true, true, 64, HTTP_CACHE_NONE, ""},
    {HTTP_GET, "/greet", on_greet, CAP_ANYONE, HTTP_FOR_PEOPLE, false, false, 0,
     HTTP_CACHE_REVALIDATE, ""},
};
static const struct http_route *const tables[] = {routes, NULL};
static const size_t counts[] = {ARRAY_COUNT(routes)};

static void start(struct fixture *f, const char *base_url) {
    struct http_options options = test_options(f);
    struct problem problem = {0};
    options.route_tables = tables;
    options.route_counts = counts;
    options.identify = identify;
    options.sign_in = "/sign-in";
    options.base_url = base_url;
    options.bodies_bytes = 1u << 20;
    assert_int_equal(http_server_start(&options, &f->server, f->address, &problem), OK);
    f->port = port_of(f->address);
    atomic_store(&looked_up, 0);
}

static int guard_setup(void **state) {
    server_setup(state);
    start(*state, NULL);
    return 0;
}

/* Asks as somebody; `more` are header lines, each with its CR LF. */
static const char *ask_as(struct fixture *f, const char *method, const char *target,
                          const char *session, const char *more) {
    char cookie[96] = "";
    char bytes[2048];
    if (session[0]) {
        snprintf(cookie, sizeof cookie, "Cookie: lang_ui=fr; session=%s\r\n", session);
    }
    snprintf(
        bytes, sizeof bytes,
        "%s %s HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n%s%s%s\r\n", method, target,
        strcmp(method, "POST") == 0 ? "Content-Length: 0\r\nOrigin: http://agora.test\r\n" : "",
        cookie, more);
    return ask(f, slice_from_cstr(bytes));
}

/* Every row × role: let through exactly when the role has what the row asks for. */
static void each_route_lets_in_who_may_and_nobody_else(void **state) {
    struct fixture *f = *state;
    static const char *const sessions[] = {"", "stolen", "member", "moderator", "admin"};
    for (size_t r = 0; r < ARRAY_COUNT(routes); r++) {
        if (routes[r].handler != on_page) {
            continue;
        }
        for (size_t s = 0; s < ARRAY_COUNT(sessions); s++) {
            unsigned has = HTTP_MAY(CAP_ANYONE);
            for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
                has = strcmp(sessions[s], roles[i].name) == 0 ? roles[i].capabilities : has;
            }
            bool may = has & HTTP_MAY(routes[r].capability);
            bool signed_in = has & HTTP_MAY(CAP_MEMBER);
            bool people = routes[r].audience == HTTP_FOR_PEOPLE;
            int expected = may ? 200 : signed_in ? 403 : people ? 303 : 401;
            atomic_store(&f->handled, 0);
            const char *a = ask_as(f, routes[r].method == HTTP_POST ? "POST" : "GET",
                                   routes[r].path, sessions[s], "");
            if (status_of(a) != expected || atomic_load(&f->handled) != may) {
                fail_msg("%s as \"%s\": %d, not %d", routes[r].path, sessions[s], status_of(a),
                         expected);
            }
        }
    }
}

static void people_are_led_to_sign_in_and_back(void **state) {
    struct fixture *f = *state;
    const char *a = ask_as(f, "GET", "/account?x=1&y=%C3%A9", "", "");
    assert_int_equal(status_of(a), 303);
    assert_true(has_header(a, "Location: /sign-in?next=%2Faccount%3Fx%3D1%26y%3D%25C3%25A9"));
    assert_true(has_header(a, "Cache-Control: no-store"));
    /* a form without a page of its own has nothing to come back to */
    assert_true(has_header(ask_as(f, "POST", "/queue/decide", "", ""), "Location: /sign-in"));
    assert_true(
        has_header(ask_as(f, "POST", "/account", "", ""), "Location: /sign-in?next=%2Faccount"));
}

static void machines_are_told_what_is_missing(void **state) {
    struct fixture *f = *state;
    const char *a = ask_as(f, "GET", "/api/mine", "", "");
    assert_int_equal(status_of(a), 401);
    assert_true(has_header(a, "WWW-Authenticate: Cookie"));
    assert_true(has_header(a, "Content-Type: application/problem+json"));
    assert_non_null(strstr(body_of(a), "\"detail\":\"sign in first\""));
    a = ask_as(f, "GET", "/api/queue", "member", "");
    assert_int_equal(status_of(a), 403);
    assert_non_null(strstr(body_of(a), "not among what you may do here"));
}

/* A body that is refused is read to its end, so that the answer arrives, and is not held. */
static void long_form_of_nobody_is_answered_and_dropped(void **state) {
    struct fixture *f = *state;
    struct buf bytes BUF_CLEANUP = buf_new(4096);
    buf_add_cstr(&bytes, "POST /account HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n"
                         "Origin: http://agora.test\r\nContent-Length: 1024\r\n\r\n");
    for (int i = 0; i < 1024; i++) {
        buf_add_char(&bytes, 'x');
    }
    assert_int_equal(status_of(ask(f, buf_slice(&bytes))), 303);
    assert_int_equal(atomic_load(&f->handled), 0);
}

static void what_is_made_for_one_person_is_kept_by_nobody(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) { /* an answer is kept from the second time on */
        const char *all = ask_as(f, "GET", "/", "", "");
        assert_true(has_header(all, "ETag: \"v1\""));
        assert_string_equal(body_of(all), "<p>for all");
        const char *one = ask_as(f, "GET", "/", "member", "If-None-Match: \"v1\"\r\n");
        assert_int_equal(status_of(one), 200);
        assert_true(has_header(one, "Cache-Control: no-store"));
        assert_null(strstr(one, "ETag"));
        assert_string_equal(body_of(one), "<p>for one");
    }
    assert_int_equal(atomic_load(&f->handled), 6);
    assert_int_equal(status_of(ask_as(f, "GET", "/", "", "If-None-Match: \"v1\"\r\n")), 304);
}

static void answer_with_a_cookie_is_not_kept(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        const char *a = ask_as(f, "GET", "/greet", "", "");
        assert_true(has_header(a, "Cache-Control: no-store"));
        assert_true(
            has_header(a, "Set-Cookie: seen=1; Path=/; Max-Age=60; SameSite=Lax; HttpOnly"));
    }
}

static void nobody_is_looked_up_where_all_get_the_same(void **state) {
    struct fixture *f = *state;
    assert_string_equal(body_of(ask_as(f, "GET", "/api/open", "member", "")), "<p>for all");
    assert_int_equal(atomic_load(&looked_up), 0);
    ask_as(f, "GET", "/", "member", "");
    assert_int_equal(atomic_load(&looked_up), 1);
}

static void request_fails_when_it_cannot_be_known_who_asks(void **state) {
    struct fixture *f = *state;
    assert_int_equal(status_of(ask_as(f, "GET", "/account", "broken", "")), 503);
    assert_int_equal(status_of(ask_as(f, "GET", "/", "broken", "")), 503);
    assert_int_equal(status_of(ask_as(f, "POST", "/flag", "broken", "")), 503);
    assert_int_equal(atomic_load(&f->handled), 0);
}

static void cookies_are_for_this_site_and_no_script(void **state) {
    struct fixture *f = *state;
    const char *a = ask_as(f, "POST", "/sign", "", "");
    assert_int_equal(status_of(a), 303);
    assert_true(has_header(a, "Location: /account"));
    assert_true(
        has_header(a, "Set-Cookie: session=member; Path=/; Max-Age=3600; SameSite=Lax; HttpOnly"));
    assert_true(has_header(a, "Set-Cookie: hint=x-1; Path=/; SameSite=Lax; HttpOnly"));
    assert_true(has_header(a, "Set-Cookie: old=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"));
    assert_true(has_header(a, "Cache-Control: no-store"));
}

static void with_tls_a_cookie_belongs_to_this_host_alone(void **state) {
    server_setup(state);
    struct fixture *f = *state;
    start(f, "https://agora.test");
    const char *a = ask(f, SLICE("POST /sign HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n"
                                 "Origin: https://agora.test\r\nContent-Length: 0\r\n\r\n"));
    assert_true(has_header(a, "Set-Cookie: __Host-session=member; Path=/; Max-Age=3600; "
                              "SameSite=Lax; HttpOnly; Secure"));
    /* one that a neighbour planted has no such name */
    assert_int_equal(status_of(ask_as(f, "GET", "/account", "member", "")), 303);
    a = ask_as(f, "GET", "/account", "", "Cookie: session=x; __Host-session=member\r\n");
    assert_int_equal(status_of(a), 200);
}

static void form_with_a_cookie_must_say_where_it_comes_from(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *lines;
        int status;
    } cases[] = {
        {"", 200}, /* a program without a session */
        {"Cookie: session=member\r\n", 403},
        {"Cookie: session=member\r\nOrigin: http://agora.test\r\n", 200},
        {"Cookie: session=member\r\nSec-Fetch-Site: same-origin\r\n", 200},
        {"Cookie: session=member\r\nOrigin: null\r\n", 403},
        {"Cookie: session=member\r\nOrigin: http://evil.test\r\n", 403},
        {"Cookie: session=member\r\nSec-Fetch-Site: same-site\r\n", 403},
        {"Cookie: session=member\r\nSec-Fetch-Site: cross-site\r\nOrigin: http://agora.test\r\n",
         403},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char bytes[512];
        snprintf(bytes, sizeof bytes,
                 "POST /flag HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n"
                 "Content-Length: 0\r\n%s\r\n",
                 cases[i].lines);
        assert_int_equal(status_of(ask(f, slice_from_cstr(bytes))), cases[i].status);
    }
}

static void only_paths_of_this_site_are_gone_on_to(void **state) {
    (void)state;
    static const char *const ours[] = {"/", "/explore?q=caf%C3%A9&kind=idea",
                                       "/entries/1-x#history", "/a/", "/explore?next=//x"};
    static const char *const others[] = {"",
                                         "explore",
                                         "//evil.test",
                                         "/\\evil.test",
                                         "\\\\evil.test",
                                         "https://evil.test/",
                                         "javascript:alert(1)",
                                         "/\t/evil.test",
                                         "/ /evil.test",
                                         "/a\r\nSet-Cookie: x=1",
                                         "/a/..//evil.test",
                                         "/../x",
                                         "/%2F/evil.test",
                                         "/%2e%2e/x",
                                         "/%5Cevil.test",
                                         "/caf\xc3\xa9",
                                         "/%"};
    for (size_t i = 0; i < ARRAY_COUNT(ours); i++) {
        assert_true(http_next_is_ours(slice_from_cstr(ours[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        if (http_next_is_ours(slice_from_cstr(others[i]))) {
            fail_msg("%s leads elsewhere", others[i]);
        }
    }
    struct buf text BUF_CLEANUP = buf_new(8192);
    buf_add_char(&text, '/');
    while (text.n <= 2048) {
        buf_add_char(&text, 'a');
    }
    assert_false(http_next_is_ours(buf_slice(&text)));
    assert_true(http_next_is_ours(slice_sub(buf_slice(&text), 0, 2048)));
}

#define GUARD_TEST(name) cmocka_unit_test_setup_teardown(name, guard_setup, server_teardown)
const struct CMUnitTest http_guard_tests[] = {
    GUARD_TEST(each_route_lets_in_who_may_and_nobody_else),
    GUARD_TEST(people_are_led_to_sign_in_and_back),
    GUARD_TEST(machines_are_told_what_is_missing),
    GUARD_TEST(long_form_of_nobody_is_answered_and_dropped),
    GUARD_TEST(what_is_made_for_one_person_is_kept_by_nobody),
    GUARD_TEST(answer_with_a_cookie_is_not_kept),
    GUARD_TEST(nobody_is_looked_up_where_all_get_the_same),
    GUARD_TEST(request_fails_when_it_cannot_be_known_who_asks),
    GUARD_TEST(cookies_are_for_this_site_and_no_script),
    cmocka_unit_test_teardown(with_tls_a_cookie_belongs_to_this_host_alone, server_teardown),
    GUARD_TEST(form_with_a_cookie_must_say_where_it_comes_from),
    cmocka_unit_test(only_paths_of_this_site_are_gone_on_to),
};
const size_t http_guard_test_count = ARRAY_COUNT(http_guard_tests);
