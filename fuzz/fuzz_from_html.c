/* HTML from outside: whatever the bytes, the outcome is text, and no address of a kind that runs is
 * made a link. */
#include "fuzz.h"

#include "html/from_html.h"
#include "html/html.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice text = slice_of((const char *)data, size);
    struct buf markdown BUF_CLEANUP = buf_new(1u << 22);
    struct buf plain BUF_CLEANUP = buf_new(1u << 22);
    struct buf page BUF_CLEANUP = buf_new(1u << 22);
    if (!text_is_utf8(text)) {
        return 0;
    }
    (void)html_is_markup(text);
    err made = html_to_markdown(text, &markdown);
    FUZZ_PROMISE(made == OK || made == ERR_LIMIT || made == ERR_MEMORY);
    FUZZ_PROMISE(made != OK || text_is_utf8(buf_slice(&markdown)));
    made = html_to_plain(text, &plain);
    FUZZ_PROMISE(made != OK || text_is_utf8(buf_slice(&plain)));
    FUZZ_PROMISE(slice_find(buf_slice(&plain), 0, '\n') == plain.n);
    struct html html = {.out = &page};
    err written = html_markdown(&html, buf_slice(&markdown), 2);
    FUZZ_PROMISE(written == OK || written == ERR_LIMIT);
    return 0;
}
