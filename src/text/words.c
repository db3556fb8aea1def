#include "text/text_int.h"

#include <stdlib.h>
#include <utf8proc.h>

static bool is_word_codepoint(uint32_t codepoint) {
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)codepoint);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* Length of the letter or digit at text.p[i]; 0 when it is something else, whose length is then in
 * `*other`. Capital letters count too, so that an unfolded text loses nothing. */
static size_t word_char_length(slice text, size_t i, size_t *other) {
    unsigned char c = (unsigned char)text.p[i];
    *other = 1;
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
    size_t length;
    bool is_word = is_word_codepoint(text_decode(text, i, &length));
    *other = length;
    return is_word ? length : 0;
}

bool text_words_next(struct text_words *words, slice *word) {
    slice text = words->rest;
    size_t start = 0;
    size_t length = 0;
    size_t other = 0;
    for (; start < text.n; start += other) {
        length = word_char_length(text, start, &other);
        if (length) {
            break;
        }
    }
    if (start >= text.n) {
        words->rest = slice_sub(text, text.n, 0);
        return false;
    }
    size_t end = start + length;
    while (end < text.n && (length = word_char_length(text, end, &other)) != 0) {
        end += length;
    }
    *word = slice_of(text.p + start, end - start);
    words->rest = slice_of(text.p + end, text.n - end);
    return true;
}

#define STOP_WORD_BYTES_MAX 7 /* "comment" */

/* Folded, in byte order. Words that also name things people look for stay out: "car" (autocar),
 * "ete" (summer), "or" (gold), "but" (aim), "main" (hand), "fin", "mine", "bien". */
static const char *const stop_words[] = {
    /* clang-format off */
    "a", "about", "all", "also", "an", "and", "any", "are", "as", "at", "au", "aussi", "autre",
    "autres", "aux", "avec", "avoir", "be", "been", "by", "c", "can", "ce", "cela", "ces", "cet",
    "cette", "ceux", "chez", "comme", "comment", "d", "dans", "de", "des", "dont", "du", "elle",
    "elles", "en", "entre", "est", "et", "etre", "eux", "for", "from", "had", "has", "have", "he",
    "her", "his", "how", "i", "il", "ils", "in", "into", "is", "it", "its", "j", "je", "l", "la",
    "le", "les", "leur", "leurs", "lui", "m", "ma", "mais", "me", "meme", "mes", "moi", "mon",
    "more", "my", "n", "ne", "ni", "no", "nos", "not", "notre", "nous", "of", "on", "ont", "ou",
    "our", "par", "pas", "pour", "qu", "quand", "que", "quel", "quelle", "qui", "s", "sa", "sans",
    "se", "ses", "she", "si", "soit", "son", "sont", "sous", "sur", "t", "ta", "te", "tes",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "to", "toi", "ton", "tous", "tout", "toute", "toutes", "tres", "tu", "un", "une", "up",
    "vers", "very", "vos", "votre", "vous", "was", "we", "were", "what", "when", "where", "which",
    "who", "will", "with", "would", "y", "you", "your"
    /* clang-format on */
};

static int compare_stop_word(const void *key, const void *row) {
    const slice *word = key;
    const char *const *stop_word = row;
    return slice_compare(*word, slice_from_cstr(*stop_word));
}

bool text_is_stop_word(slice folded_word) {
    if (folded_word.n > STOP_WORD_BYTES_MAX) {
        return false;
    }
    return bsearch(&folded_word, stop_words, ARRAY_COUNT(stop_words), sizeof(stop_words[0]),
                   compare_stop_word) != NULL;
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Takes off what both begin with and what both end with, in whole code points. */
static void strip_common(slice *a, slice *b) {
    size_t least = a->n < b->n ? a->n : b->n;
    size_t head = 0;
    while (head < least && a->p[head] == b->p[head]) {
        head++;
    }
    while (head > 0 && ((head < a->n && is_continuation(a->p[head])) ||
                        (head < b->n && is_continuation(b->p[head])))) {
        head--;
    }
    size_t tail = 0;
    while (tail < least - head && a->p[a->n - 1 - tail] == b->p[b->n - 1 - tail]) {
        tail++;
    }
    while (tail > 0 && is_continuation(a->p[a->n - tail])) {
        tail--;
    }
    *a = slice_sub(*a, head, a->n - head - tail);
    *b = slice_sub(*b, head, b->n - head - tail);
}

/* The code points of a text of at most two; returns 3 when there are more. */
static size_t first_two(slice text, uint32_t codepoints[2]) {
    size_t count = 0;
    size_t length;
    for (size_t i = 0; i < text.n; i += length) {
        uint32_t codepoint = text_decode(text, i, &length);
        if (count == 2) {
            return 3;
        }
        codepoints[count++] = codepoint;
    }
    return count;
}

bool text_within_one_typo(slice a, slice b) {
    strip_common(&a, &b);
    uint32_t in_a[2];
    uint32_t in_b[2];
    size_t count_a = first_two(a, in_a);
    size_t count_b = first_two(b, in_b);
    if (count_a <= 1 && count_b <= 1) {
        return true;
    }
    return count_a == 2 && count_b == 2 && in_a[0] == in_b[1] && in_a[1] == in_b[0];
}
