/* Descriptions: whatever the bytes, what comes out holds no tag, no attribute and no address scheme
 * but ours. The text is only well-formed UTF-8 behind the door, but any bytes must be safe here. */
#include <string.h>

#include "fuzz.h"
#include "html/html.h"

#define BYTES_MAX (1 << 22)

/* The tags that the writer knows; all others are a broken promise. */
static bool tag_is_ours(slice tag) {
    static const char *const names[] = {
        "h2",  "h3",    "h4",    "h5",    "h6", "p",  "ul",         "li",
        "pre", "code",  "em",    "del",   "hr", "br", "blockquote", "tr",
        "td",  "table", "thead", "tbody", "ol", "a",  "strong",     "th scope=\"col\"",
        "th"};
    slice name = slice_starts_with(tag, SLICE("/")) ? slice_sub(tag, 1, tag.n) : tag;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(name, slice_from_cstr(names[i]))) {
            return true;
        }
    }
    if (slice_starts_with(name, SLICE("ol start=\"")) && slice_ends_with(name, SLICE("\""))) {
        return slice_find(name, 10, '"') == name.n - 1;
    }
    slice link = SLICE("a rel=\"nofollow ugc noopener\" href=\"");
    if (!slice_starts_with(name, link) || !slice_ends_with(name, SLICE("\""))) {
        return false;
    }
    slice url = slice_sub(name, link.n, name.n - link.n - 1);
    return slice_find(url, 0, '"') == url.n && html_url_is_safe(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf out BUF_CLEANUP = buf_new(BYTES_MAX);
    struct html html = {.out = &out};
    err written = html_markdown(&html, slice_of((const char *)data, size), 2);
    FUZZ_PROMISE(written == OK || written == ERR_LIMIT);
    slice text = buf_slice(&out);
    for (size_t at = slice_find(text, 0, '<'); at < text.n; at = slice_find(text, at + 1, '<')) {
        size_t end = slice_find(text, at, '>');
        FUZZ_PROMISE(end < text.n);
        FUZZ_PROMISE(tag_is_ours(slice_sub(text, at + 1, end - at - 1)));
    }
    return 0;
}
