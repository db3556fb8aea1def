/* How pages write and who asks, over the real server and store. */
#include "face_fixture.h"

#include "face/actor.h"
#include "face/write.h"
#include "http/form.h"

/* ---- a source by its slug, as a page would write one ---- */

struct note {
    const struct face *face;
    slice slug;
    bool fails;
    struct source_id id;
};

static err write_note(struct db_conn *conn, void *self) {
    struct note *note = self;
    const struct source source = {.slug = note->slug, .title = note->slug};
    TRY(source_store(conn, note->face->ids, &source, FIXTURE_NOW_MS, &note->id));
    return note->fails ? ERR_CONFLICT : OK;
}

static err answer_note(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    (void)app;
    const struct note *note = self;
    if (result != OK) {
        return problem_set(problem, result, "", "not written");
    }
    http_redirect(response, arena_printf(request->arena, "/notes/%.*s", SLICE_ARG(note->slug)));
    return OK;
}

static err on_note(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)response;
    struct http_form form;
    TRY(http_form_read(request, &form, problem));
    struct note *note = arena_new(request->arena, struct note, 1);
    note->face = app;
    note->slug = http_form_value(&form, "slug");
    note->fails = http_form_has(&form, "fails");
    return face_write(app, request, write_note, answer_note, note);
}

static err on_notes(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)app;
    (void)problem;
    struct source source;
    TRY(source_find(face_reader(request), request->captures[0], request->arena, &source));
    response->media_type = "text/plain";
    buf_add(&response->body, source.title);
    return OK;
}

/* ---- somebody comes in ---- */

struct entering {
    const struct face *face;
    slice address;
    struct person_network network;
    struct crypto_secret secret;
};

static err write_entering(struct db_conn *conn, void *self) {
    struct entering *entering = self;
    struct problem problem = {0};
    struct person_id id;
    bool is_new = false;
    TRY(person_enter(conn, entering->face->ids, entering->address, SLICE("fr"), &entering->network,
                     FIXTURE_NOW_MS, &id, &is_new, &problem));
    if (slice_starts_with(entering->address, SLICE("admin@"))) {
        TRY(person_grant(conn, entering->face->ids, (struct person_id){0}, id, PERSON_ADMIN,
                         SLICE_EMPTY, FIXTURE_NOW_MS));
    }
    return person_session_begin(conn, id, SLICE("test"), FIXTURE_NOW_MS, &entering->secret);
}

static err answer_entering(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    (void)app;
    (void)problem;
    const struct entering *entering = self;
    TRY(result);
    http_response_cookie(request, response, FACE_SESSION_COOKIE,
                         slice_from_cstr(entering->secret.text), PERSON_SESSION_MS / 1000);
    http_redirect(response, SLICE("/me"));
    return OK;
}

static err on_enter(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)response;
    struct http_form form;
    TRY(http_form_read(request, &form, problem));
    struct entering *entering = arena_new(request->arena, struct entering, 1);
    entering->face = app;
    entering->address = http_form_value(&form, "address");
    TRY(face_network(request, &entering->network));
    return face_write(app, request, write_entering, answer_entering, entering);
}

static err on_me(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)app;
    (void)problem;
    response->media_type = "text/plain";
    buf_addf(&response->body, "person %s, roles %u",
             face_actor(request)->person.v != 0 ? "known" : "unknown", face_actor(request)->roles);
    return OK;
}

#define ROW(method, path, handler, cap, writes)                                                    \
    {                                                                                              \
        method, path, handler, cap, HTTP_FOR_PEOPLE, writes, writes, (writes) ? 1024 : 0,          \
            HTTP_CACHE_NONE, "", HTTP_COST_NONE                                                    \
    }
static const struct http_route routes[] = {
    ROW(HTTP_POST, "/note", on_note, CAP_ANYONE, true),
    ROW(HTTP_GET, "/notes/{slug}", on_notes, CAP_ANYONE, false),
    ROW(HTTP_POST, "/enter", on_enter, CAP_ANYONE, true),
    ROW(HTTP_GET, "/hello", on_me, CAP_ANYONE, false),
    ROW(HTTP_GET, "/me", on_me, CAP_MEMBER, false),
    ROW(HTTP_GET, "/queue", on_me, CAP_MODERATE, false),
    ROW(HTTP_GET, "/admin", on_me, CAP_ADMIN, false),
};

static int setup(void **state) {
    return face_fixture_start(state, routes, ARRAY_COUNT(routes));
}

/* The header that a browser sends back after this answer. */
static const char *cookie_of(const char *answer, struct arena *arena) {
    const char *line = strstr(answer, "\r\nSet-Cookie: ");
    assert_non_null(line);
    line += strlen("\r\nSet-Cookie: ");
    return arena_printf(arena, "Cookie: %.*s\r\n", (int)strcspn(line, ";"), line).p;
}

static void what_is_answered_is_written(void **state) {
    struct face_fixture *f = *state;
    const char *a = face_post(f, "/note", "", "slug=un-site");
    assert_int_equal(status_of(a), 303);
    assert_true(has_header(a, "Location: /notes/un-site"));
    assert_string_equal(body_of(face_get(f, "/notes/un-site")), "un-site");
}

static void what_one_request_writes_is_all_or_nothing(void **state) {
    struct face_fixture *f = *state;
    assert_int_equal(status_of(face_post(f, "/note", "", "slug=half&fails=1")), 409);
    assert_int_equal(status_of(face_get(f, "/notes/half")), 404);
}

static void session_makes_known_who_asks_until_it_ends(void **state) {
    struct face_fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    const char *a = face_post(f, "/enter", "", "address=lea%40exemple.fr");
    assert_int_equal(status_of(a), 303);
    const char *cookie = cookie_of(a, &arena);
    assert_true(strncmp(cookie, "Cookie: __Host-session=", 23) == 0);
    assert_string_equal(body_of(face_get_with(f, "/me", cookie)), "person known, roles 0");
    assert_string_equal(body_of(face_get_with(f, "/hello", cookie)), "person known, roles 0");
    assert_string_equal(body_of(face_get(f, "/hello")), "person unknown, roles 0");
    assert_int_equal(status_of(face_get_with(f, "/queue", cookie)), 403);
    assert_int_equal(status_of(face_get_with(f, "/admin", cookie)), 403);

    assert_int_equal(db_begin_write(f->store), OK);
    struct person_id id;
    assert_int_equal(person_of_address(f->store, SLICE("lea@exemple.fr"), &id), OK);
    assert_int_equal(person_sessions_end(f->store, id, NULL), OK);
    assert_int_equal(db_commit(f->store), OK);
    assert_int_equal(status_of(face_get_with(f, "/me", cookie)), 303);
    assert_string_equal(body_of(face_get_with(f, "/hello", cookie)), "person unknown, roles 0");
}

static void admin_may_what_each_role_may(void **state) {
    struct face_fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    const char *cookie =
        cookie_of(face_post(f, "/enter", "", "address=admin%40exemple.fr"), &arena);
    static const char *const pages[] = {"/me", "/queue", "/admin"};
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        assert_int_equal(status_of(face_get_with(f, pages[i], cookie)), 200);
    }
}

static void cookie_that_is_no_session_is_nobodys(void **state) {
    struct face_fixture *f = *state;
    static const char *const cookies[] = {
        "Cookie: __Host-session=\r\n", "Cookie: __Host-session=x\r\n",
        "Cookie: __Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"};
    for (size_t i = 0; i < ARRAY_COUNT(cookies); i++) {
        assert_int_equal(status_of(face_get_with(f, "/me", cookies[i])), 303);
        assert_int_equal(status_of(face_get_with(f, "/hello", cookies[i])), 200);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_answered_is_written),
        cmocka_unit_test(what_one_request_writes_is_all_or_nothing),
        cmocka_unit_test(session_makes_known_who_asks_until_it_ends),
        cmocka_unit_test(admin_may_what_each_role_may),
        cmocka_unit_test(cookie_that_is_no_session_is_nobodys),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("face", tests, setup, face_fixture_stop);
}
