#include "formats/decode.h"
#include "formats/unpack_int.h"
#include "text/text.h"
#include <stdlib.h>
#include <string.h>

#define DECODE_WINDOW 65536
/* UTF-8 of a whole window of single bytes: each becomes at most 3. */
#define DECODE_TEXT_MAX (3 * DECODE_WINDOW + 16)

struct decode {
    struct unpack unpack;
    uint64_t bytes_max, bytes_out, mended;
    enum decode_charset charset;
    bool started, charset_known, ended;
    size_t used, n; /* of `raw`: given out, and filled */
    struct buf text;
    char raw[DECODE_WINDOW];
};

err decode_new(struct byte_source source, uint64_t bytes_max, struct decode **decode) {
    struct decode *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return ERR_MEMORY;
    }
    d->unpack.source = source;
    d->bytes_max = bytes_max;
    d->text = buf_new(DECODE_TEXT_MAX);
    *decode = d;
    return OK;
}

void decode_free(struct decode *decode) {
    if (decode != NULL) {
        unpack_end(&decode->unpack);
        buf_free(&decode->text);
        free(decode);
    }
}

/* Keeps the unused tail (part of a character) and fills the window behind it. */
static err raw_fill(struct decode *d, struct problem *problem) {
    memmove(d->raw, d->raw + d->used, d->n - d->used);
    d->n -= d->used;
    d->used = 0;
    while (!d->ended && d->n < DECODE_WINDOW) {
        size_t got = 0;
        TRY(unpack_read(&d->unpack, d->raw + d->n, DECODE_WINDOW - d->n, &got, problem));
        d->ended = got == 0;
        d->n += got;
        d->bytes_out += got;
        if (d->bytes_max > 0 && d->bytes_out > d->bytes_max) {
            return problem_set(problem, ERR_LIMIT, "", "the input is larger than %llu bytes",
                               (unsigned long long)d->bytes_max);
        }
    }
    return OK;
}

/* A byte order mark decides; without one, UTF-16 shows by a zero in every other byte. */
static err raw_start(struct decode *d, struct problem *problem) {
    d->started = true;
    slice head = slice_of(d->raw, d->n);
    if (slice_starts_with(head, SLICE("\xEF\xBB\xBF"))) {
        d->used = 3;
        d->charset_known = true; /* UTF-8 */
        return OK;
    }
    bool marked_le = slice_starts_with(head, SLICE("\xFF\xFE"));
    bool marked_be = slice_starts_with(head, SLICE("\xFE\xFF"));
    bool zero_odd = d->n >= 4 && d->raw[0] != 0 && d->raw[1] == 0 && d->raw[3] == 0;
    bool zero_even = d->n >= 4 && d->raw[0] == 0 && d->raw[1] != 0 && d->raw[2] == 0;
    if (marked_le || marked_be || zero_odd || zero_even) {
        d->used = marked_le || marked_be ? 2 : 0;
        d->charset_known = true;
        d->charset = marked_le || zero_odd ? DECODE_UTF16LE : DECODE_UTF16BE;
        return OK;
    }
    if (d->n > 0 && memchr(d->raw, 0, d->n) != NULL) {
        return problem_set(problem, ERR_INPUT, "", "this is no text file: it holds zero bytes");
    }
    return OK;
}

/* Length of the part that ends with a whole character (UTF-8): a sequence cut by the window's end
 * waits for its rest. */
static size_t whole_utf8(slice text) {
    for (size_t back = 1; back <= 3 && back <= text.n; back++) {
        unsigned char byte = (unsigned char)text.p[text.n - back];
        if (byte < 0x80) {
            break;
        }
        if (byte >= 0xC2) {
            size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return length > back ? text.n - back : text.n;
        }
    }
    return text.n;
}

/* Decides by the first window that has a non-ASCII byte: UTF-8 when at least as many sequences are
 * valid as bytes are stray. Accents of Windows-1252 are almost never valid UTF-8. */
static void charset_decide(struct decode *d, slice text) {
    size_t valid = 0;
    size_t stray = 0;
    bool seen = false;
    for (size_t from = 0; from < text.n;) {
        slice rest = slice_sub(text, from, text.n - from);
        size_t good = text_utf8_error(rest);
        for (size_t i = 0; i < good; i++) {
            valid += (unsigned char)rest.p[i] >= 0xC2;
        }
        stray += good < rest.n;
        from += good + 1;
    }
    seen = valid + stray > 0;
    if (seen) {
        d->charset_known = true;
        d->charset = valid >= stray ? DECODE_UTF8 : DECODE_WINDOWS_1252;
    }
}

static void add_stray(struct decode *d, char byte) {
    d->mended++;
    if (byte == 0) {
        buf_add_utf8(&d->text, 0xFFFD);
    } else {
        text_from_windows_1252(slice_of(&byte, 1), &d->text);
    }
}

static slice utf8_text(struct decode *d, slice text) {
    size_t good = text_utf8_error(text);
    if (good == text.n) {
        return text; /* the usual case: nothing is copied */
    }
    buf_clear(&d->text);
    for (;;) {
        buf_add(&d->text, slice_sub(text, 0, good));
        if (good == text.n) {
            break;
        }
        add_stray(d, text.p[good]);
        text = slice_sub(text, good + 1, text.n - good - 1);
        good = text_utf8_error(text);
    }
    return buf_slice(&d->text);
}

static slice windows_1252_text(struct decode *d, slice text) {
    buf_clear(&d->text);
    size_t zero;
    while ((zero = slice_find(text, 0, '\0')) < text.n) {
        text_from_windows_1252(slice_sub(text, 0, zero), &d->text);
        add_stray(d, '\0');
        text = slice_sub(text, zero + 1, text.n - zero - 1);
    }
    text_from_windows_1252(text, &d->text);
    return buf_slice(&d->text);
}

static uint32_t utf16_unit(const struct decode *d, slice text, size_t at) {
    uint32_t first = (unsigned char)text.p[at];
    uint32_t second = (unsigned char)text.p[at + 1];
    return d->charset == DECODE_UTF16BE ? first << 8 | second : second << 8 | first;
}

/* `*used` tells how many bytes were taken: a lone half of a pair at the end waits for the other. */
static slice utf16_text(struct decode *d, slice text, size_t *used) {
    size_t at = 0;
    buf_clear(&d->text);
    while (at + 2 <= text.n) {
        uint32_t unit = utf16_unit(d, text, at);
        uint32_t codepoint = unit;
        size_t step = 2;
        if (unit >= 0xD800 && unit < 0xDC00) {
            if (at + 4 > text.n && !d->ended) {
                break;
            }
            uint32_t low = at + 4 <= text.n ? utf16_unit(d, text, at + 2) : 0;
            bool paired = low >= 0xDC00 && low < 0xE000;
            codepoint = paired ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
            step = paired ? 4 : 2;
        } else if ((unit >= 0xDC00 && unit < 0xE000) || unit == 0) {
            codepoint = 0xFFFD;
        }
        d->mended += codepoint == 0xFFFD && unit != 0xFFFD;
        buf_add_utf8(&d->text, codepoint);
        at += step;
    }
    if (d->ended && at < text.n) {
        d->mended++;
        buf_add_utf8(&d->text, 0xFFFD);
        at = text.n;
    }
    *used = at;
    return buf_slice(&d->text);
}

err decode_next(struct decode *d, slice *text, struct problem *problem) {
    slice found;
    do {
        TRY(raw_fill(d, problem));
        if (!d->started) {
            TRY(raw_start(d, problem));
        }
        slice raw = slice_of(d->raw + d->used, d->n - d->used);
        size_t used = raw.n;
        if (d->charset == DECODE_UTF16LE || d->charset == DECODE_UTF16BE) {
            found = utf16_text(d, raw, &used);
        } else {
            if (!d->charset_known) {
                raw.n = d->ended ? raw.n : whole_utf8(raw);
                charset_decide(d, raw);
            }
            if (d->charset == DECODE_UTF8) {
                raw.n = d->ended ? raw.n : whole_utf8(raw);
                found = utf8_text(d, raw);
            } else {
                found = windows_1252_text(d, raw);
            }
            used = raw.n;
        }
        d->used += used;
        if (d->text.failed != OK) {
            return d->text.failed;
        }
    } while (found.n == 0 && !(d->ended && d->used == d->n));
    *text = found;
    return OK;
}

enum decode_packing decode_packing(const struct decode *decode) {
    return decode->unpack.packing;
}

enum decode_charset decode_charset(const struct decode *decode) {
    return decode->charset;
}

bool decode_is_cut(const struct decode *decode) {
    return decode->unpack.cut;
}

uint64_t decode_mended(const struct decode *decode) {
    return decode->mended;
}

uint64_t decode_bytes_in(const struct decode *decode) {
    return decode->unpack.bytes_in;
}
