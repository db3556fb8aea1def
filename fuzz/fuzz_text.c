/* Arbitrary bytes through the doors of text/ (validation, the converters), and what passes as UTF-8
 * through everything behind them. */
#include "fuzz.h"

#include "text/text.h"

#include <string.h>

#define OUT_BYTES_MAX ((size_t)1 << 24)

/* Validation is compared with the plainest reading of RFC 3629: decode, then look at the value. */
static size_t plain_utf8_error(slice text) {
    size_t i = 0;
    while (i < text.n) {
        unsigned char lead = (unsigned char)text.p[i];
        size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        uint32_t value = length == 1 ? lead : lead & (0x7FU >> length);
        if (lead == 0 || (lead >= 0x80 && lead < 0xC0) || lead >= 0xF8 || length > text.n - i) {
            return i;
        }
        for (size_t k = 1; k < length; k++) {
            unsigned char byte = (unsigned char)text.p[i + k];
            if ((byte & 0xC0) != 0x80) {
                return i;
            }
            value = value << 6 | (byte & 0x3F);
        }
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
            return i;
        }
        i += length;
    }
    return text.n;
}

static void try_converters(slice bytes) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    text_from_windows_1252(bytes, &out);
    FUZZ_PROMISE(text_is_utf8(buf_slice(&out)));
}

static void try_fold(slice text) {
    BUF_CLEANUP struct buf once = buf_new(OUT_BYTES_MAX);
    BUF_CLEANUP struct buf twice = buf_new(OUT_BYTES_MAX);
    text_fold(text, &once);
    text_fold(buf_slice(&once), &twice);
    FUZZ_PROMISE(text_is_utf8(buf_slice(&once)));
    FUZZ_PROMISE(slice_equal(buf_slice(&once), buf_slice(&twice)));

    struct text_stemmer *stemmer = text_stemmer_new();
    FUZZ_PROMISE(stemmer);
    struct text_words words = {.rest = buf_slice(&once)};
    slice last = SLICE_EMPTY;
    slice word;
    while (text_words_next(&words, &word)) {
        FUZZ_PROMISE(word.n > 0 && text_is_utf8(word));
        FUZZ_PROMISE(text_is_utf8(text_stem(stemmer, TEXT_FRENCH, word)));
        FUZZ_PROMISE(text_is_utf8(text_stem(stemmer, TEXT_ENGLISH, word)));
        FUZZ_PROMISE(text_within_one_typo(word, word));
        FUZZ_PROMISE(text_within_one_typo(word, last) == text_within_one_typo(last, word));
        (void)text_is_stop_word(word);
        last = word;
    }
    text_stemmer_free(stemmer);
}

static void try_clip(slice text) {
    size_t all = text_codepoints(text);
    for (size_t limit = 0; limit < 40; limit += 3) {
        slice clipped = text_clip(text, limit);
        FUZZ_PROMISE(clipped.p == text.p && text_is_utf8(clipped));
        FUZZ_PROMISE(text_codepoints(clipped) <= limit);
        FUZZ_PROMISE(limit < all || clipped.n == text.n);
    }
}

static void try_rest(slice text) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    text_slug(text, 24, &out);
    slice slug = buf_slice(&out);
    FUZZ_PROMISE(slug.n <= 24);
    FUZZ_PROMISE(slug.n == 0 || (slug.p[0] != '-' && slug.p[slug.n - 1] != '-'));
    FUZZ_PROMISE(!slice_contains(slug, SLICE("--")));

    buf_clear(&out);
    bool mended = text_mend_double_encoding(text, &out);
    FUZZ_PROMISE(text_is_utf8(buf_slice(&out)));
    FUZZ_PROMISE(mended ? out.n < text.n : out.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice bytes = slice_of((const char *)data, size);
    FUZZ_PROMISE(text_utf8_error(bytes) == plain_utf8_error(bytes));
    try_converters(bytes);
    try_fold(slice_sub(bytes, 0, text_utf8_error(bytes)));
    if (text_is_utf8(bytes)) {
        try_clip(bytes);
        try_rest(bytes);
    }
    return 0;
}
