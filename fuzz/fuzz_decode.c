/* Any bytes -> UTF-8 text: valid, without NUL, within the bound, the same however the bytes drip
 * in. */
#include "fuzz.h"

#include "formats/decode.h"
#include "text/text.h"

#include <string.h>

#define UNPACKED_MAX (1u << 22)

struct drip {
    const uint8_t *p;
    size_t n, step;
};

static err drip_read(void *self, char *bytes, size_t room, size_t *got) {
    struct drip *drip = self;
    size_t n = drip->n < drip->step ? drip->n : drip->step;
    n = n < room ? n : room;
    if (n > 0) {
        memcpy(bytes, drip->p, n);
    }
    drip->p += n;
    drip->n -= n;
    *got = n;
    return OK;
}

static err decode_all(const uint8_t *data, size_t size, size_t step, struct buf *out) {
    struct drip drip = {.p = data, .n = size, .step = step};
    struct decode *decode = NULL;
    struct byte_source source = {.read = drip_read, .self = &drip};
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
