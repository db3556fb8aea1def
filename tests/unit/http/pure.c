#include "http_test.h"

#include "http/asset.h"
#include "http/encode.h"

#include <zlib.h>

static err decode(const char *raw, struct arena *arena, slice *path) {
    return http_path_decode(slice_from_cstr(raw), arena, path);
}

static void paths_are_decoded_once(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    slice path;
    assert_int_equal(decode("/", &arena, &path), OK);
    assert_slice(path, "/");
    assert_int_equal(decode("/entries/12-caf%C3%A9", &arena, &path), OK);
    assert_slice(path, "/entries/12-café");
    assert_int_equal(decode("/a+b/%2541", &arena, &path), OK);
    assert_slice(path, "/a+b/%41");
    assert_int_equal(decode("/explore/", &arena, &path), OK);
    assert_slice(path, "/explore/");
    assert_int_equal(decode("/a/...", &arena, &path), OK);
}

static void tricky_paths_are_refused(void **state) {
    (void)state;
    static const char *const refused[] = {
        "",        "a",        "*",    "//",     "/a//b",    "/..",        "/a/../b",
        "/%2e%2e", "/a/%2E./", "/./a", "/.",     "/a%2Fb",   "/a%2fb",     "/a%00b",
        "/%",      "/%4",      "/%zz", "/%ff",   "/%C0%AF",  "/%ED%A0%80", "/a%0Ab",
        "/a\\b",   "/a%5Cb",   "/%C3", "/a%7Fb", "/\xc3\x28"};
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    slice path = SLICE("untouched");
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        assert_int_equal(decode(refused[i], &arena, &path), ERR_INPUT);
    }
    assert_slice(path, "untouched");
}

static bool match(const char *pattern, const char *path, slice captures[4]) {
    return http_route_match(pattern, slice_from_cstr(path), captures);
}

static void captures_are_one_segment_and_end_at_their_literal(void **state) {
    (void)state;
    slice c[4];
    assert_true(match("/", "/", c));
    assert_false(match("/", "/a", c));
    assert_true(match("/entries/{id}", "/entries/12-le-nom", c));
    assert_slice(c[0], "12-le-nom");
    assert_false(match("/entries/{id}", "/entries/", c));
    assert_false(match("/entries/{id}", "/entries/12/3", c));
    assert_false(match("/entries/{id}", "/entries/12/", c));
    assert_true(match("/tiles/{z}/{x}/{y}.mvt", "/tiles/3/4/5.mvt", c));
    assert_slice(c[2], "5");
    assert_false(match("/tiles/{z}/{x}/{y}.mvt", "/tiles/3/4/5.json", c));
    assert_false(match("/tiles/{z}/{x}/{y}.mvt", "/tiles/3/4/.mvt", c));
    assert_true(match("/{a}.{b}", "/x.y.z", c));
    assert_slice(c[0], "x");
    assert_slice(c[1], "y.z");
    assert_true(match("/e/{id}-{slug}/edit", "/e/12-a-b/edit", c));
    assert_slice(c[0], "12");
    assert_slice(c[1], "a-b");
    assert_false(match("/e/{id}-{slug}", "/e/-a", c));
    assert_int_equal(http_route_captures("/tiles/{z}/{x}/{y}.mvt"), 3);
}

static void language_is_the_better_of_two_and_french_when_unsaid(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "fr"},
        {"de", "fr"},
        {"en", "en"},
        {"en-GB,en;q=0.9", "en"},
        {"fr;q=0.5, en;q=0.8", "en"},
        {"en;q=0.5, fr;q=0.8", "fr"},
        {"fr,en", "fr"},
        {"de, EN-us;q=0.3", "en"},
        {"*", "fr"},
        {"en;q=0", "fr"},
        {"*;q=0.1, en;q=0.2", "en"},
        {"fr;q=0, *", "en"},
        {";;,,q=,en;q=x", "en"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_slice(http_language_choose(slice_from_cstr(cases[i][0])), cases[i][1]);
    }
}

static void coding_is_the_best_that_is_not_refused(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        enum http_encoding encoding;
    } cases[] = {
        {"", HTTP_IDENTITY},
        {"gzip, deflate, br", HTTP_BROTLI},
        {"gzip", HTTP_GZIP},
        {"GZIP;q=0.5", HTTP_GZIP},
        {"br;q=0, gzip", HTTP_GZIP},
        {"br;q=0.5, gzip;q=0.9", HTTP_GZIP},
        {"gzip;q=0", HTTP_IDENTITY},
        {"*", HTTP_BROTLI},
        {"*;q=0", HTTP_IDENTITY},
        {"br;q=0, *", HTTP_GZIP},
        {"zstd, deflate", HTTP_IDENTITY},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(http_encoding_choose(slice_from_cstr(cases[i].accept)), cases[i].encoding);
    }
}

static void etags_are_compared_weakly_in_lists(void **state) {
    (void)state;
    assert_true(http_etag_matches(SLICE("\"a\""), SLICE("\"a\"")));
    assert_true(http_etag_matches(SLICE("W/\"a\""), SLICE("\"a\"")));
    assert_true(http_etag_matches(SLICE("\"a\""), SLICE("W/\"a\"")));
    assert_true(http_etag_matches(SLICE(" \"x,\" , W/\"a\""), SLICE("\"a\"")));
    assert_true(http_etag_matches(SLICE("*"), SLICE("\"a\"")));
    assert_false(http_etag_matches(SLICE("\"ab\""), SLICE("\"a\"")));
    assert_false(http_etag_matches(SLICE("a"), SLICE("\"a\"")));
    assert_false(http_etag_matches(SLICE("\"a"), SLICE("\"a\"")));
    assert_false(http_etag_matches(SLICE_EMPTY, SLICE("\"a\"")));
    assert_false(http_etag_matches(SLICE("*"), SLICE_EMPTY));
}

static void gunzip(slice packed, char *out, size_t room, size_t *n) {
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (z_const Bytef *)(uintptr_t)packed.p;
    stream.avail_in = (uInt)packed.n;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    *n = stream.total_out;
    inflateEnd(&stream);
}

static void streamed_gzip_gives_back_every_byte(void **state) {
    (void)state;
    static char text[200000];
    static char back[200001];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof text; i++) {
        seed = seed * 1664525u + 1013904223u;
        text[i] = (char)('a' + (seed >> 24) % 7);
    }
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf packed BUF_CLEANUP = buf_new(1u << 20);
    struct http_encoder *encoder = http_encoder_new(HTTP_GZIP, 0, &arena);
    assert_non_null(encoder);
    for (size_t at = 0; at < sizeof text; at += 12345) {
        slice part = slice_sub(slice_of(text, sizeof text), at, 12345);
        assert_int_equal(http_encoder_add(encoder, part, false, &packed), OK);
    }
    assert_int_equal(http_encoder_add(encoder, SLICE_EMPTY, true, &packed), OK);
    http_encoder_free(encoder);
    size_t n;
    gunzip(buf_slice(&packed), back, sizeof back, &n);
    assert_int_equal(n, sizeof text);
    assert_memory_equal(text, back, n);
    assert_true(packed.n < sizeof text / 2);
}

static void encoder_tells_when_its_output_is_full(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf small BUF_CLEANUP = buf_new(4);
    for (int encoding = HTTP_GZIP; encoding <= HTTP_BROTLI; encoding++) {
        struct http_encoder *encoder = http_encoder_new((enum http_encoding)encoding, 100, &arena);
        buf_clear(&small);
        assert_int_equal(http_encoder_add(encoder, SLICE("some text, not long"), true, &small),
                         ERR_LIMIT);
        http_encoder_free(encoder);
    }
}

static void assets_are_found_by_their_whole_path(void **state) {
    (void)state;
    const struct asset table[] = {
        {.path = SLICE("/assets/a.css"),
         .media_type = SLICE("text/css"),
         .etag = SLICE("\"1\""),
         .identity = SLICE("x"),
         .br = SLICE_EMPTY,
         .gz = SLICE_EMPTY,
         .immutable = true},
        {.path = SLICE("/assets/b.js"),
         .media_type = SLICE("text/javascript"),
         .etag = SLICE("\"2\""),
         .identity = SLICE("y"),
         .br = SLICE("br"),
         .gz = SLICE("gz")},
        {.path = SLICE("/assets/b.js.map"), .media_type = SLICE("application/json")},
    };
    assert_ptr_equal(http_asset_find(table, 3, SLICE("/assets/b.js")), &table[1]);
    assert_ptr_equal(http_asset_find(table, 3, SLICE("/assets/b.js.map")), &table[2]);
    assert_null(http_asset_find(table, 3, SLICE("/assets/b")));
    assert_null(http_asset_find(table, 0, SLICE("/assets/b.js")));
    struct http_response response = {0};
    http_asset_response(&table[0], &response);
    assert_int_equal(response.cache, HTTP_CACHE_IMMUTABLE);
    http_asset_response(&table[1], &response);
    assert_int_equal(response.cache, HTTP_CACHE_REVALIDATE);
    assert_slice(response.fixed_br, "br");
}

const struct CMUnitTest http_pure_tests[] = {
    cmocka_unit_test(paths_are_decoded_once),
    cmocka_unit_test(tricky_paths_are_refused),
    cmocka_unit_test(captures_are_one_segment_and_end_at_their_literal),
    cmocka_unit_test(language_is_the_better_of_two_and_french_when_unsaid),
    cmocka_unit_test(coding_is_the_best_that_is_not_refused),
    cmocka_unit_test(etags_are_compared_weakly_in_lists),
    cmocka_unit_test(streamed_gzip_gives_back_every_byte),
    cmocka_unit_test(encoder_tells_when_its_output_is_full),
    cmocka_unit_test(assets_are_found_by_their_whole_path),
};
const size_t http_pure_test_count = ARRAY_COUNT(http_pure_tests);
