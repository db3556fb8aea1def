/* Text that is nearly JSON, and code before it: what is valid stays what it is, what is mended is
 * text, an index is inside. */
#include "fuzz.h"

#include "formats/json_int.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice text = slice_of((const char *)data, size);
    if (!text_is_utf8(text)) {
        return 0; /* decode lets nothing else through */
    }
    size_t prefix = json_script_prefix(text);
    FUZZ_PROMISE(prefix < text.n || prefix == 0);
    FUZZ_PROMISE(prefix == 0 || text.p[prefix] == '[' || text.p[prefix] == '{');
    if (text.n > 0 && text.p[0] == '{') {
        struct json_layout layout = json_layout_find(text, (size & 1) != 0, (size & 2) != 0);
        FUZZ_PROMISE(layout.start <= text.n);
    }
    struct buf relaxed BUF_CLEANUP = buf_new(8 * size + 64);
    struct json_mended mended = {0};
    bool understood = json_relax(text, &relaxed, &mended);
    json_t *strict = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
    FUZZ_PROMISE(!understood || text_is_utf8(buf_slice(&relaxed)));
    if (strict != NULL) {
        json_t *same = json_loadb(relaxed.p, relaxed.n, JSON_DECODE_ANY, NULL);
        FUZZ_PROMISE(understood && same != NULL && json_equal(strict, same));
        json_decref(same);
    }
    json_decref(strict);
    return 0;
}
