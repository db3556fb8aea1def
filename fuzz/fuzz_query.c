/* Arbitrary bytes as a query text: strict and patient reading, canonical text, raw values. */
#include "fuzz.h"

#include "query/query.h"

#include <string.h>

/* What was read, written canonically, reads as the same query and writes as the same text. */
static void check_round_trip(const struct query *query, struct arena *arena) {
    struct query again;
    struct query_problems problems;
    struct buf text BUF_CLEANUP = buf_new(1u << 16);
    struct buf text_again BUF_CLEANUP = buf_new(1u << 16);
    query_format(query, &text);
    FUZZ_PROMISE(text.failed == OK);
    if (text.n > QUERY_TEXT_MAX) {
        return; /* escapes made it longer than what is read */
    }
    FUZZ_PROMISE(query_parse(buf_slice(&text), QUERY_PAGE, NULL, arena, &again, &problems) == OK);
    FUZZ_PROMISE(problems.count == 0);
    query_format(&again, &text_again);
    FUZZ_PROMISE(slice_equal(buf_slice(&text), buf_slice(&text_again)));
    FUZZ_PROMISE(query_is_open(query) == query_is_open(&again));
    FUZZ_PROMISE(again.limit >= 1 && again.limit <= QUERY_LIMIT_MAX);
    FUZZ_PROMISE(again.words.n <= QUERY_WORDS_MAX);
    FUZZ_PROMISE(again.radius_m <= QUERY_RADIUS_MAX_M);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const extra[] = {"facets", NULL};
    slice text = slice_of((const char *)data, size);
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct query strict;
    struct query page;
    struct query_problems problems;
    slice value;
    err read = query_parse(text, QUERY_STRICT, extra, &arena, &strict, &problems);
    FUZZ_PROMISE(read == OK || (problems.count == 1 && problems.items[0].what[0]));
    if (read == OK) {
        check_round_trip(&strict, &arena);
    }
    err read_page = query_parse(text, QUERY_PAGE, extra, &arena, &page, &problems);
    FUZZ_PROMISE(read_page == OK || (read_page == ERR_LIMIT && size > QUERY_TEXT_MAX));
    FUZZ_PROMISE(read != OK || problems.count == 0); /* strict takes nothing that a page refuses */
    if (read_page == OK) {
        check_round_trip(&page, &arena);
    }
    (void)query_raw_value(text, SLICE("facets"), &arena, &value);
    return 0;
}
