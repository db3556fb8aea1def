/* The rows of all routes: what each declares of itself, and who is let in, role by role. The
 * handlers are left out, so that the rows alone decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../http/client.h"
#include "app/assets.h"
#include "face/api/api.h"
#include "face/catalog/catalog.h"
#include "face/map/map.h"
#include "face/ogc/ogc.h"
#include "face/tile/tile.h"
#include "face/web/web.h"
#include "http/http.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MAX 512

static struct http_route rows[ROWS_MAX];
static size_t row_count;
static struct http_server *server;
static uint16_t port;
static struct log nothing;

static const struct {
    const char *name;
    unsigned capabilities;
} roles[] = {
    {"nobody", HTTP_MAY(CAP_ANYONE)},
    {"member", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER)},
    {"moderator", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_MODERATE)},
    {"steward", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_STEWARD)},
    {"helper", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_HELP)},
    {"admin", HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | HTTP_MAY(CAP_MODERATE) |
                  HTTP_MAY(CAP_STEWARD) | HTTP_MAY(CAP_ADMIN)},
};

static err identify(void *app, struct http_request *request, struct problem *problem) {
    (void)app;
    (void)problem;
    slice name = http_cookie(request, "session");
    for (size_t i = 1; i < ARRAY_COUNT(roles); i++) {
        if (slice_equal(name, slice_from_cstr(roles[i].name))) {
            request->actor = &roles[i];
            request->capabilities = roles[i].capabilities;
        }
    }
    return OK;
}

static err on_any(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)app;
    (void)request;
    (void)problem;
    response->media_type = "text/plain";
    buf_add_cstr(&response->body, "let in");
    return OK;
}

static void take(const struct http_route *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_true(row_count < ROWS_MAX);
        rows[row_count++] = table[i];
    }
}

static int setup(void **state) {
    (void)state;
    take(face_web_routes, face_web_route_count);
    take(face_api_routes, face_api_route_count);
    take(face_tile_routes, face_tile_route_count);
    take(face_map_routes, face_map_route_count);
    take(face_ogc_routes, face_ogc_route_count);
    take(face_catalog_routes, face_catalog_route_count);
    take(asset_routes, asset_route_count);
    return 0;
}

static int server_setup(void **state) {
    (void)state;
    static struct http_route open_rows[ROWS_MAX];
    static const struct http_route *const tables[] = {open_rows, NULL};
    struct problem problem = {0};
    char address[128];
    memcpy(open_rows, rows, sizeof rows);
    for (size_t i = 0; i < row_count; i++) {
        open_rows[i].handler = on_any;
    }
    nothing = (struct log){.fd = 2, .least = LOG_LEVEL__COUNT, .clock = clock_system()};
    const struct http_options options = {
        .listen = "127.0.0.1:0",
        .threads = 1,
        .route_tables = tables,
        .route_counts = &row_count,
        .identify = identify,
        .sign_in = "/sign-in",
        .log = &nothing,
        .clock = clock_system(),
    };
    assert_int_equal(http_server_start(&options, &server, address, &problem), OK);
    port = port_of(address);
    return 0;
}
static int server_teardown(void **state) {
    (void)state;
    http_server_stop(server, 1000);
    return 0;
}

static void each_row_says_what_it_is(void **state) {
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        const struct http_route *row = &rows[i];
        bool posts = row->method == HTTP_POST;
        bool sound = row->handler && row->path[0] == '/' && row->help[0] &&
                     row->capability >= CAP_ANYONE && row->capability <= CAP_HELP;
        bool reads = row->method == HTTP_GET && !row->writes && !row->csrf && row->body_max == 0;
        /* a form of people comes from our own page, and is never kept */
        bool writes = posts && row->body_max > 0 && row->cache == HTTP_CACHE_NONE &&
                      (row->csrf || row->audience != HTTP_FOR_PEOPLE);
        if (!sound || (!reads && !writes)) {
            fail_msg("the row of %s contradicts itself", row->path);
        }
        /* what only some may see is nothing for a cache between us and them */
        if (row->capability != CAP_ANYONE && row->cache != HTTP_CACHE_NONE) {
            fail_msg("%s is for some, and may be kept", row->path);
        }
    }
}

static void no_two_rows_stand_at_one_address(void **state) {
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (rows[i].method == rows[k].method && strcmp(rows[i].path, rows[k].path) == 0) {
                fail_msg("%s stands twice", rows[i].path);
            }
        }
    }
}

/* An address of this row: each capture becomes a word. */
static void address_of(const char *path, char address[256]) {
    size_t n = 0;
    for (; *path && n < 255; path++) {
        if (*path == '{') {
            address[n++] = '1';
            path = strchr(path, '}');
        } else {
            address[n++] = *path;
        }
    }
    address[n] = '\0';
}

static void check(const struct http_route *row, size_t role, struct buf *answer) {
    char address[256];
    char request[1024];
    address_of(row->path, address);
    snprintf(request, sizeof request,
             "%s %s HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nConnection: close\r\n%sCookie: "
             "session=%s\r\n\r\n",
             row->method == HTTP_POST ? "POST" : "GET", address,
             row->method == HTTP_POST ? "Content-Length: 0\r\n" : "", roles[role].name);
    const char *said = client_ask(port, slice_from_cstr(request), answer);
    bool may = roles[role].capabilities & HTTP_MAY(row->capability);
    bool led = row->audience == HTTP_FOR_PEOPLE;
    int expected = may ? 200 : role > 0 ? 403 : led ? 303 : 401;
    bool entered = strcmp(body_of(said), "let in") == 0;
    bool kept = strstr(said, "Cache-Control: no-store") == NULL;
    bool open = row->audience != HTTP_FOR_PEOPLE && row->capability == CAP_ANYONE && !row->writes;
    if (status_of(said) != expected || entered != may || (role > 0 && kept && !open)) {
        fail_msg("%s as %s: %d, not %d\n%s", row->path, roles[role].name, status_of(said), expected,
                 said);
    }
}

static void each_route_lets_in_who_may_and_nobody_else(void **state) {
    (void)state;
    struct buf answer BUF_CLEANUP = buf_new(1u << 16);
    for (size_t i = 0; i < row_count; i++) {
        for (size_t role = 0; role < ARRAY_COUNT(roles); role++) {
            check(&rows[i], role, &answer);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_says_what_it_is),
        cmocka_unit_test(no_two_rows_stand_at_one_address),
        cmocka_unit_test_setup_teardown(each_route_lets_in_who_may_and_nobody_else, server_setup,
                                        server_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("routes", tests, setup, NULL);
}
