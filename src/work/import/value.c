#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

/* What programs and people write where they have nothing to say, folded. */
static const struct {
    const char *word;
    size_t n;
} absences[] = {
#define ABSENCE(word)                                                                              \
    { word, sizeof(word) - 1 }
    ABSENCE("-"),
    ABSENCE("--"),
    ABSENCE("---"),
    ABSENCE("?"),
    ABSENCE("/"),
    ABSENCE("."),
    ABSENCE("na"),
    ABSENCE("n/a"),
    ABSENCE("#n/a"),
    ABSENCE("nan"),
    ABSENCE("null"),
    ABSENCE("none"),
    ABSENCE("nil"),
    ABSENCE("nc"),
    ABSENCE("n.c"),
    ABSENCE("n.c."),
    ABSENCE("nd"),
    ABSENCE("#ref!"),
    ABSENCE("#name?"),
    ABSENCE("#value!"),
    ABSENCE("#nom?"),
    ABSENCE("#div/0!"),
    ABSENCE("undefined"),
    ABSENCE("non renseigne"),
    ABSENCE("non renseignee"),
    ABSENCE("non communique"),
    ABSENCE("non communiquee"),
    ABSENCE("horaires non communiques"),
    ABSENCE("inconnu"),
    ABSENCE("inconnue"),
    ABSENCE("aucun"),
    ABSENCE("aucune"),
    ABSENCE("neant"),
    ABSENCE("sans objet"),
    ABSENCE("unknown"),
    ABSENCE("[]"),
    ABSENCE("{}"),
    ABSENCE("(vide)"),
    ABSENCE("vide"),
#undef ABSENCE
};

/* Five zeros and more: a number that was never given (a telephone, a SIRET, a postal code). */
static bool is_zeros(slice text) {
    size_t i = 0;
    while (i < text.n && text.p[i] == '0') {
        i++;
    }
    return i == text.n && text.n >= 5;
}

/* Cheap first look, since nearly every value is none of these: how they begin, how long they
 * are. */
static bool may_be_absence(slice text) {
    char first = (char)(text.p[0] >= 'A' && text.p[0] <= 'Z' ? text.p[0] - 'A' + 'a' : text.p[0]);
    size_t n = text.n > 28 ? 0 : text_codepoints(text);
    bool as_long = false;
    for (size_t i = 0; i < ARRAY_COUNT(absences) && !as_long; i++) {
        as_long = absences[i].n == n && absences[i].word[0] == first;
    }
    return as_long;
}

static bool is_absence(slice text) {
    if (text.n == 0 || is_zeros(text) || slice_starts_with(text, SLICE("#Invalid Ref"))) {
        return true;
    }
    if (!may_be_absence(text)) {
        return false;
    }
    struct buf folded BUF_CLEANUP = buf_new(256);
    text_fold(text, &folded);
    slice key = buf_slice(&folded);
    for (size_t i = 0; i < ARRAY_COUNT(absences); i++) {
        if (slice_equal(key, slice_of(absences[i].word, absences[i].n))) {
            return true;
        }
    }
    return false;
}

/* White space at both ends: ASCII, no-break spaces (also the narrow one), zero-width marks. */
static slice trim(slice text) {
    static const char *const blanks[] = {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x8B",
                                         "\xEF\xBB\xBF"};
    for (bool changed = true; changed;) {
        text = slice_trim(text);
        changed = false;
        for (size_t i = 0; i < ARRAY_COUNT(blanks); i++) {
            slice blank = slice_from_cstr(blanks[i]);
            if (slice_starts_with(text, blank)) {
                text = slice_sub(text, blank.n, text.n - blank.n);
                changed = true;
            }
            if (slice_ends_with(text, blank)) {
                text = slice_sub(text, 0, text.n - blank.n);
                changed = true;
            }
        }
    }
    return text;
}

/* Bytes that show UTF-8 read as Windows-1252 and encoded again: Ã, Â, â. */
static bool may_be_double(slice text) {
    for (size_t i = 0; i + 1 < text.n; i++) {
        unsigned char next = (unsigned char)text.p[i + 1];
        if (text.p[i] == '\xC3' && (next == 0x82 || next == 0x83 || next == 0xA2)) {
            return true;
        }
    }
    return false;
}

slice value_clean(slice value, struct arena *arena) {
    slice text = trim(value);
    if (is_absence(text)) {
        return SLICE_EMPTY;
    }
    if (may_be_double(text)) {
        struct buf mended BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
        if (text_mend_double_encoding(text, &mended) && mended.failed == OK) {
            text = arena_copy(arena, buf_slice(&mended));
        }
    }
    return text;
}

/* "nbre_pmr" -> "Nbre pmr", "COMPLEMENT.D.ADRESSE" -> "Complement d adresse". */
static void label_write(struct buf *out, slice column) {
    bool lower = false;
    for (size_t i = 0; i < column.n; i++) {
        lower = lower || (column.p[i] >= 'a' && column.p[i] <= 'z');
    }
    for (size_t i = 0; i < column.n; i++) {
        char c = column.p[i];
        c = c == '_' || c == '.' ? ' ' : c;
        if (i == 0 && c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        } else if (i > 0 && !lower && c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        buf_add_char(out, c);
    }
}

/* Text that Markdown shows as it is. */
static void plain_write(struct buf *out, slice text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\n' || c == '\r') {
            buf_add_char(out, ' ');
            continue;
        }
        if (memchr("\\`*_{}[]<>#|~!", c, 14) != NULL) {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, c);
    }
}

void detail_write(struct buf *out, slice column, slice value) {
    buf_add(out, SLICE("- "));
    struct buf label BUF_CLEANUP = buf_new(1024);
    label_write(&label, column);
    plain_write(out, buf_slice(&label));
    buf_add(out, SLICE(" : "));
    if (slice_equal_ascii_nocase(value, SLICE("true"))) {
        value = SLICE("oui");
    } else if (slice_equal_ascii_nocase(value, SLICE("false"))) {
        value = SLICE("non");
    }
    plain_write(out, value);
    buf_add_char(out, '\n');
}
