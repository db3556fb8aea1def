#include "text/text_int.h"

#include <string.h>
#include <utf8proc.h>

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Length of the sequence that starts with a byte >= 0x80 at text.p[i], 0 when it is none (RFC 3629,
 * section 4: the second byte alone rules out overlong forms, surrogates and what is too large). */
static size_t sequence_length(slice text, size_t i) {
    unsigned char lead = (unsigned char)text.p[i];
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > text.n - i) {
        return 0;
    }
    unsigned char second = (unsigned char)text.p[i + 1];
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
        return 0;
    }
    for (size_t k = 2; k < length; k++) {
        if (!is_continuation(text.p[i + k])) {
            return 0;
        }
    }
    return length;
}

/* Eight bytes that are ASCII and not NUL. */
static bool is_plain_word(const char *p) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return ((word | (word - ones)) & tops) == 0;
}

size_t text_utf8_error(slice text) {
    size_t i = 0;
    while (i < text.n) {
        if (text.n - i >= 8 && is_plain_word(text.p + i)) {
            i += 8;
            continue;
        }
        unsigned char byte = (unsigned char)text.p[i];
        size_t length = byte >= 0x80 ? sequence_length(text, i) : byte != 0;
        if (length == 0) {
            return i;
        }
        i += length;
    }
    return text.n;
}

bool text_is_utf8(slice text) {
    return text_utf8_error(text) == text.n;
}

uint32_t text_decode(slice text, size_t i, size_t *length) {
    const unsigned char *p = (const unsigned char *)text.p + i;
    *length = 1;
    if (p[0] < 0x80) {
        return p[0];
    }
    size_t n = sequence_length(text, i);
    if (n == 0) {
        return TEXT_REPLACEMENT;
    }
    *length = n;
    if (n == 2) {
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (n == 3) {
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
           (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

size_t text_codepoints(slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.n; i++) {
        count += !is_continuation(text.p[i]);
    }
    return count;
}

/* Byte index of the code point with this number, or text.n. */
static size_t codepoint_index(slice text, size_t number) {
    size_t i = 0;
    for (; i < text.n; i++) {
        if (!is_continuation(text.p[i]) && number-- == 0) {
            break;
        }
    }
    return i;
}

static size_t step_back(slice text, size_t i) {
    do {
        i--;
    } while (i > 0 && is_continuation(text.p[i]));
    return i;
}

static bool is_mark_at(slice text, size_t i) {
    size_t length;
    utf8proc_category_t category =
        utf8proc_category((utf8proc_int32_t)text_decode(text, i, &length));
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
           category == UTF8PROC_CATEGORY_MC;
}

static bool is_blank(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

slice text_cut(slice text, size_t bytes) {
    size_t cut = bytes < text.n ? bytes : text.n;
    while (cut < text.n && cut > 0 && is_continuation(text.p[cut])) {
        cut--;
    }
    return slice_of(text.p, cut);
}

slice text_clip(slice text, size_t codepoints) {
    size_t cut = codepoint_index(text, codepoints);
    if (cut == text.n) {
        return text;
    }
    /* A letter keeps its marks: when they do not fit, it goes too. */
    while (cut > 0 && is_mark_at(text, cut)) {
        cut = step_back(text, cut);
    }
    /* Near: within the last quarter, at most 24 characters back. */
    size_t back = codepoints / 4 < 24 ? codepoints / 4 : 24;
    size_t word_end = cut;
    for (size_t steps = 0; word_end > 0 && !is_blank(text.p[word_end]) && steps <= back; steps++) {
        word_end = step_back(text, word_end);
    }
    if (word_end > 0 && is_blank(text.p[word_end])) {
        cut = word_end;
    }
    while (cut > 0 && is_blank(text.p[cut - 1])) {
        cut--;
    }
    return slice_of(text.p, cut);
}
