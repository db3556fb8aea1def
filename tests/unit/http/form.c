/* Forms as browsers send them, and as they must not. */
#include "http_test.h"

#include "http/form.h"
#include "http/limits.h"

#include <stdio.h>

#define URLENCODED SLICE("application/x-www-form-urlencoded")
#define MULTIPART  SLICE("multipart/form-data; boundary=----b7")

static struct arena arena;

static int form_setup(void **state) {
    (void)state;
    arena = arena_make(4096, 16u << 20);
    return 0;
}
static int form_teardown(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct http_form read_as(slice type, slice body) {
    struct http_form form;
    struct problem problem = {0};
    err result = http_form_parse(type, body, &arena, &form, &problem);
    if (result != OK) {
        print_error("%s\n", problem.what);
    }
    assert_int_equal(result, OK);
    return form;
}

static void refused_as(slice type, slice body, err expected) {
    struct http_form form;
    struct problem problem = {0};
    assert_int_equal(http_form_parse(type, body, &arena, &form, &problem), expected);
    assert_true(strlen(problem.what) > 0);
}

static void fields_are_read_with_their_escapes(void **state) {
    (void)state;
    struct http_form form =
        read_as(URLENCODED, SLICE("title=Caf%C3%A9+des+voisins&kind=place&empty=&%26%3D=a%2Bb"));
    assert_int_equal(form.count, 4);
    assert_slice(http_form_value(&form, "title"), "Café des voisins");
    assert_slice(http_form_value(&form, "kind"), "place");
    assert_slice(http_form_value(&form, "&="), "a+b");
    assert_slice(http_form_value(&form, "empty"), "");
    assert_true(http_form_has(&form, "empty"));
    assert_false(http_form_has(&form, "absent"));
    assert_slice(http_form_value(&form, "absent"), "");
}

static void field_that_comes_several_times_gives_all_in_order(void **state) {
    (void)state;
    struct http_form form = read_as(URLENCODED, SLICE("theme=food&kind=idea&theme=water&theme="));
    const char *const expected[] = {"food", "water", ""};
    size_t at = 0;
    slice value;
    for (size_t i = 0; i < 3; i++) {
        assert_true(http_form_next(&form, "theme", &at, &value));
        assert_slice(value, expected[i]);
    }
    assert_false(http_form_next(&form, "theme", &at, &value));
    assert_slice(http_form_value(&form, "theme"), "food");
}

static void lines_end_as_they_were_typed(void **state) {
    (void)state;
    struct http_form form = read_as(URLENCODED, SLICE("text=one%0D%0Atwo%0D%0A%0D%0Athree%0Dfour"));
    assert_slice(http_form_value(&form, "text"), "one\ntwo\n\nthree\nfour");
    form = read_as(MULTIPART, SLICE("------b7\r\nContent-Disposition: form-data; name=\"text\"\r\n"
                                    "\r\none\r\ntwo\r\n\r\n------b7--\r\n"));
    assert_slice(http_form_value(&form, "text"), "one\ntwo\n");
}

static void form_without_a_body_is_empty(void **state) {
    (void)state;
    assert_int_equal(read_as(URLENCODED, SLICE("")).count, 0);
    assert_int_equal(read_as(SLICE(""), SLICE("")).count, 0);
    assert_int_equal(read_as(MULTIPART, SLICE("------b7--\r\n")).count, 0);
    assert_int_equal(read_as(URLENCODED, SLICE("&&")).count, 0);
}

static void media_type_may_be_said_in_any_case_and_with_a_charset(void **state) {
    (void)state;
    struct http_form form =
        read_as(SLICE("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), SLICE("a=1"));
    assert_slice(http_form_value(&form, "a"), "1");
    form = read_as(SLICE("Multipart/Form-Data; charset=utf-8; Boundary=\"x y\""),
                   SLICE("--x y\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x y--"));
    assert_slice(http_form_value(&form, "a"), "1");
}

static void files_come_with_their_bytes_and_what_is_said_of_them(void **state) {
    (void)state;
    slice body = SLICE("------b7\r\n"
                       "Content-Disposition: form-data; name=\"alt\"\r\n\r\n"
                       "Un \xc3\xa9tang\r\n"
                       "------b7\r\n"
                       "Content-Disposition: form-data; name=\"photo\"; filename=\"l'%22\xc3\xa9"
                       "tang%22; 2.jpg\"\r\n"
                       "Content-Type: image/jpeg\r\n\r\n"
                       "\xff\xd8\0\r\n------b\r\n------b78\r\n"
                       "\r\n------b7\r\n"
                       "Content-Disposition: form-data; name=\"paper\"; filename=\"\"\r\n"
                       "Content-Type: application/octet-stream\r\n\r\n"
                       "\r\n------b7--\r\n");
    struct http_form form = read_as(MULTIPART, body);
    assert_int_equal(form.count, 3);
    assert_slice(http_form_value(&form, "alt"), "Un étang");
    const struct http_field *photo = http_form_file(&form, "photo");
    assert_non_null(photo);
    assert_slice(photo->file_name, "l'\"étang\"; 2.jpg");
    assert_slice(photo->media_type, "image/jpeg");
    assert_int_equal(photo->value.n, 25);
    assert_memory_equal(photo->value.p, "\xff\xd8\0\r\n------b\r\n------b78\r\n", 25);
    assert_null(http_form_file(&form, "paper")); /* nothing was chosen */
    assert_null(http_form_file(&form, "alt"));
    assert_false(http_form_has(&form, "photo")); /* a file is no text */
}

static void empty_text_between_boundaries_is_empty(void **state) {
    (void)state;
    struct http_form form =
        read_as(MULTIPART, SLICE("------b7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
                                 "\r\n------b7\r\nContent-Disposition: form-data; name=\"b\""
                                 "\r\n\r\n2\r\n------b7--\r\n"));
    assert_true(http_form_has(&form, "a"));
    assert_slice(http_form_value(&form, "a"), "");
    assert_slice(http_form_value(&form, "b"), "2");
}

static void file_name_is_left_without_its_folders(void **state) {
    (void)state;
    static const char *const names[] = {"C:\\fakepath\\a.png", "/home/x/a.png", "../../a.png",
                                        "a.png"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct http_form form = read_as(
            MULTIPART, arena_printf(&arena,
                                    "------b7\r\nContent-Disposition: form-data; name=\"f\"; "
                                    "filename=\"%s\"\r\n\r\nx\r\n------b7--\r\n",
                                    names[i]));
        assert_slice(http_form_file(&form, "f")->file_name, "a.png");
    }
}

static void each_malformed_form_is_refused(void **state) {
    (void)state;
    static const char *const pairs[] = {"a=%4",     "a=%zz",          "a=%", "a=%00",
                                        "a=%ff%fe", "a=\xed\xa0\x80", "=1",  "%ff=1"};
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        refused_as(URLENCODED, slice_from_cstr(pairs[i]), ERR_INPUT);
    }
#define PART "------b7\r\nContent-Disposition: form-data; name=\"a\"\r\n"
#define END  "\r\n------b7--\r\n"
    static const char *const parts[] = {
        "",                                                             /* nothing at all */
        "a=1",                                                          /* the other way */
        "preamble\r\n" PART "\r\n1" END,                                /* read in two ways */
        PART "\r\n1",                                                   /* breaks off */
        PART "\r\n1\r\n------b7",                                       /* so does this */
        PART "\r\n1\r\n------b7-",                                      /* … */
        PART "\r\n1" END "epilogue",                                    /* what is that? */
        PART "Content-Disposition: form-data; name=\"b\"\r\n\r\n1" END, /* two names */
        "------b7\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1" END,
        "------b7\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1" END,
        "------b7\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1" END,
        "------b7\r\nContent-Disposition: form-data\r\n\r\n1" END,
        "------b7\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1" END,
        "------b7\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1" END,
        "------b7\r\nContent-Type: text/plain\r\n\r\n1" END,
        "------b7\r\n\r\n1" END,
        PART "no header\r\n\r\n1" END,
        PART "Content-Transfer-Encoding: base64\r\n\r\nMQ==" END,
        PART "\r\n\xff" END,
        "------b7\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\xff\"\r\n\r\n1" END,
    };
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        refused_as(MULTIPART, slice_from_cstr(parts[i]), ERR_INPUT);
    }
#undef PART
#undef END
    static const char *const types[] = {"",
                                        "text/plain",
                                        "application/json",
                                        "multipart/form-data",
                                        "multipart/form-data; boundary=",
                                        "multipart/form-data; boundary=\"\"",
                                        "multipart/form-data; boundary=\"a",
                                        "multipart/form-data; boundary=a; boundary=b",
                                        "multipart/form-data; boundary=\"ends in \"",
                                        "multipart/mixed; boundary=a"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        refused_as(slice_from_cstr(types[i]), SLICE("--a--\r\n"), ERR_INPUT);
    }
}

static void more_fields_or_longer_names_than_allowed_are_refused(void **state) {
    (void)state;
    struct buf body BUF_CLEANUP = buf_new(1u << 20);
    for (int i = 0; i < HTTP_FORM_FIELDS_MAX; i++) {
        buf_addf(&body, "%sa=%d", i ? "&" : "", i);
    }
    assert_int_equal(read_as(URLENCODED, buf_slice(&body)).count, HTTP_FORM_FIELDS_MAX);
    buf_add_cstr(&body, "&a=one+more");
    refused_as(URLENCODED, buf_slice(&body), ERR_LIMIT);

    buf_clear(&body);
    for (int i = 0; i <= HTTP_FORM_FIELDS_MAX; i++) {
        buf_add_cstr(&body, "------b7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n");
    }
    buf_add_cstr(&body, "------b7--\r\n");
    refused_as(MULTIPART, buf_slice(&body), ERR_LIMIT);

    buf_clear(&body);
    for (int i = 0; i <= HTTP_FORM_NAME_MAX_BYTES; i++) {
        buf_add_char(&body, 'n');
    }
    buf_add_cstr(&body, "=1");
    refused_as(URLENCODED, buf_slice(&body), ERR_LIMIT);
    assert_int_equal(read_as(URLENCODED, slice_sub(buf_slice(&body), 1, body.n)).count, 1);
}

#define FORM_TEST(name) cmocka_unit_test_setup_teardown(name, form_setup, form_teardown)
const struct CMUnitTest http_form_tests[] = {
    FORM_TEST(fields_are_read_with_their_escapes),
    FORM_TEST(field_that_comes_several_times_gives_all_in_order),
    FORM_TEST(lines_end_as_they_were_typed),
    FORM_TEST(form_without_a_body_is_empty),
    FORM_TEST(media_type_may_be_said_in_any_case_and_with_a_charset),
    FORM_TEST(files_come_with_their_bytes_and_what_is_said_of_them),
    FORM_TEST(empty_text_between_boundaries_is_empty),
    FORM_TEST(file_name_is_left_without_its_folders),
    FORM_TEST(each_malformed_form_is_refused),
    FORM_TEST(more_fields_or_longer_names_than_allowed_are_refused),
};
const size_t http_form_test_count = ARRAY_COUNT(http_form_tests);
