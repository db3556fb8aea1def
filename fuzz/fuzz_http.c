/* Arbitrary bytes as a path, and as the headers that are parsed here: languages, codings, ETags. */
#include "fuzz.h"

#include "http/http.h"
#include "text/text.h"

#include <string.h>

static const char *const patterns[] = {
    "/",        "/entries/{id}",    "/tiles/{z}/{x}/{y}.mvt", "/e/{id}-{slug}/edit",
    "/{a}.{b}", "/{a}/{b}/{c}/{d}", "/api/v1/entries.csv",
};

/* A capture is a part of one segment of the path, and is never empty. */
static void check_captures(const char *pattern, slice path, const slice captures[4]) {
    for (unsigned i = 0; i < http_route_captures(pattern); i++) {
        FUZZ_PROMISE(captures[i].n > 0);
        FUZZ_PROMISE(captures[i].p > path.p && captures[i].p + captures[i].n <= path.p + path.n);
        FUZZ_PROMISE(!slice_contains(captures[i], SLICE("/")));
    }
}

static void check_path(slice raw) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    slice path;
    if (http_path_decode(raw, &arena, &path) != OK) {
        return;
    }
    FUZZ_PROMISE(path.n > 0 && path.p[0] == '/' && text_is_utf8(path));
    FUZZ_PROMISE(!slice_contains(path, SLICE("//")) && !slice_contains(path, SLICE("\\")));
    FUZZ_PROMISE(!slice_contains(path, SLICE("/../")) && !slice_ends_with(path, SLICE("/..")));
    for (size_t i = 0; i < ARRAY_COUNT(patterns); i++) {
        slice captures[4];
        if (http_route_match(patterns[i], path, captures)) {
            check_captures(patterns[i], path, captures);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice text = slice_of((const char *)data, size);
    slice language = http_language_choose(text);
    check_path(text);
    FUZZ_PROMISE(slice_equal(language, SLICE("fr")) || slice_equal(language, SLICE("en")));
    (void)http_encoding_choose(text);
    bool weak = http_etag_matches(text, SLICE("\"a,b\""));
    FUZZ_PROMISE(weak == http_etag_matches(text, SLICE("W/\"a,b\"")));
    FUZZ_PROMISE(!weak || slice_contains(text, SLICE("\"a,b\"")) ||
                 slice_equal(slice_trim(text), SLICE("*")));
    return 0;
}
