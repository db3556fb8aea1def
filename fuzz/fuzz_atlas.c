/* Arbitrary bytes as a cursor, and as words asked of an atlas that knows none. */
#include "fuzz.h"

#include "atlas/rank.h"

#include <string.h>

/* What was read as a cursor is written as one that reads the same. */
static void check_cursor(slice text, struct arena *arena) {
    struct atlas_cursor cursor;
    struct atlas_cursor again;
    if (atlas_cursor_read(text, arena, &cursor)) {
        return;
    }
    slice written = atlas_cursor_write(&cursor, arena);
    FUZZ_PROMISE(atlas_cursor_read(written, arena, &again) == OK);
    FUZZ_PROMISE(cursor.generation == again.generation && cursor.query == again.query);
    FUZZ_PROMISE(cursor.now_ms == again.now_ms && cursor.place.key == again.place.key);
    FUZZ_PROMISE(cursor.place.entry == again.place.entry && cursor.place.ask == again.place.ask);
    FUZZ_PROMISE(slice_equal(cursor.place.title, again.place.title));
}

static void check_search(struct atlas *atlas, slice words, slice cursor, struct arena *arena) {
    const struct atlas_view *view = atlas_pin(atlas);
    struct query query = query_default();
    query.words = slice_sub(words, 0, QUERY_WORDS_MAX);
    while (query.words.n && !text_is_utf8(query.words)) { /* the door lets nothing else in */
        query.words.n--;
    }
    query.cursor = cursor;
    const struct atlas_request request = {
        .query = &query, .facets = ATLAS_FACETS_ALL, .fold = true, .now_ms = 1764000000000};
    struct atlas_result result;
    struct problem problem;
    err failed = atlas_search(view, &request, arena, &result, &problem);
    FUZZ_PROMISE(failed == OK || (failed == ERR_INPUT && cursor.n > 0));
    FUZZ_PROMISE(failed || (result.total == 0 && result.hit_count == 0));
    atlas_unpin(atlas, view);
}

static int64_t no_time(void *self) {
    (void)self;
    return 1764000000000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct themes themes = {.count = 0};
    static const struct territories territories = {.count = 0};
    const struct atlas_options options = {
        .themes = &themes, .territories = &territories, .clock = {.now_ms = no_time}};
    slice text = slice_of((const char *)data, size);
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct atlas *atlas;
    FUZZ_PROMISE(atlas_open_bare(&options, NULL, 0, &atlas) == OK);
    check_cursor(text, &arena);
    check_search(atlas, text, SLICE_EMPTY, &arena);
    check_search(atlas, SLICE_EMPTY, text, &arena);
    atlas_close(atlas);
    return 0;
}
