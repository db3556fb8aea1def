/* Any bytes -> UTF-8 text: valid, without NUL, within the bound, the same however the bytes drip
 * in. */
#include "fuzz.h"

#include "formats/decode.h"
#include "tests/unit/formats/drip.h"
#include "text/text.h"

#define UNPACKED_MAX (1u << 22)

static err decode_all(const uint8_t *data, size_t size, size_t step, struct buf *out) {
    struct drip drip = {.rest = slice_of((const char *)data, size), .step = step};
    struct decode *decode = NULL;
    struct byte_source source = drip_source(&drip);
    slice text = SLICE_EMPTY;
    err failed = decode_new(source, UNPACKED_MAX, &decode);
    FUZZ_PROMISE(failed == OK);
    do {
        failed = decode_next(decode, &text, NULL);
        if (failed == OK) {
            FUZZ_PROMISE(text_is_utf8(text));
            buf_add(out, text);
        }
    } while (failed == OK && text.n > 0);
    decode_free(decode);
    return failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf whole BUF_CLEANUP = buf_new(4u * UNPACKED_MAX);
    struct buf dripped BUF_CLEANUP = buf_new(4u * UNPACKED_MAX);
    err a = decode_all(data, size, 1u << 20, &whole);
    err b = decode_all(data, size, 3, &dripped);
    FUZZ_PROMISE(a == b);
    FUZZ_PROMISE(a != OK || slice_equal(buf_slice(&whole), buf_slice(&dripped)));
    return 0;
}
