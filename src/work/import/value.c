#include "html/from_html.h"
#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

#define MEND_MAX 3 /* times that a text was encoded too often */

/* What programs and people write where they have nothing to say, folded. Words may also be
 * somebody's name, marks of programs never are. */
static const struct {
    const char *word;
    size_t n;
    bool is_word;
} absences[] = {
#define ABSENCE(word)                                                                              \
    { word, sizeof(word) - 1, false }
#define ABSENCE_SAID(word)                                                                         \
    { word, sizeof(word) - 1, true }
    ABSENCE("-"),
    ABSENCE("--"),
    ABSENCE("---"),
    ABSENCE("_"),
    ABSENCE(".."),
    ABSENCE("..."),
    ABSENCE("*"),
    ABSENCE("\\n"),
    ABSENCE("(null)"),
    ABSENCE("<null>"),
    ABSENCE("[null]"),
    ABSENCE("[{}]"),
    ABSENCE("[\"\"]"),
    ABSENCE("\"\""),
    ABSENCE("''"),
    ABSENCE("[object object]"),
    ABSENCE("http://"),
    ABSENCE("https://"),
    ABSENCE("0000-00-00"),
    ABSENCE("0001-01-01"),
    ABSENCE("0000-00-00 00:00:00"),
    ABSENCE("00/00/0000"),
    ABSENCE("00/01/1900"),
    ABSENCE("01/01/1900"),
    ABSENCE("1900-01-00"),
    ABSENCE("1900-01-01"),
    ABSENCE("#nul!"),
    ABSENCE("#valeur!"),
    ABSENCE("#num!"),
    ABSENCE("#null!"),
    ABSENCE("#error!"),
    ABSENCE_SAID("nr"),
    ABSENCE_SAID("n.r"),
    ABSENCE_SAID("n.r."),
    ABSENCE_SAID("n.d."),
    ABSENCE_SAID("non communiques"),
    ABSENCE_SAID("non renseignes"),
    ABSENCE_SAID("non defini"),
    ABSENCE_SAID("non precise"),
    ABSENCE_SAID("a completer"),
    ABSENCE_SAID("pas renseigne"),
    ABSENCE("?"),
    ABSENCE("/"),
    ABSENCE("."),
    ABSENCE_SAID("na"),
    ABSENCE("n/a"),
    ABSENCE("#n/a"),
    ABSENCE("nan"),
    ABSENCE("null"),
    ABSENCE_SAID("none"),
    ABSENCE_SAID("nil"),
    ABSENCE_SAID("nc"),
    ABSENCE("n.c"),
    ABSENCE("n.c."),
    ABSENCE_SAID("nd"),
    ABSENCE("#ref!"),
    ABSENCE("#name?"),
    ABSENCE("#value!"),
    ABSENCE("#nom?"),
    ABSENCE("#div/0!"),
    ABSENCE("undefined"),
    ABSENCE_SAID("non renseigne"),
    ABSENCE_SAID("non renseignee"),
    ABSENCE_SAID("non communique"),
    ABSENCE_SAID("non communiquee"),
    ABSENCE("horaires non communiques"),
    ABSENCE_SAID("inconnu"),
    ABSENCE_SAID("inconnue"),
    ABSENCE_SAID("aucun"),
    ABSENCE_SAID("aucune"),
    ABSENCE_SAID("neant"),
    ABSENCE_SAID("sans objet"),
    ABSENCE_SAID("unknown"),
    ABSENCE("[]"),
    ABSENCE("{}"),
    ABSENCE("(vide)"),
    ABSENCE_SAID("vide"),
#undef ABSENCE
#undef ABSENCE_SAID
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
    static const char firsts[] = "-_.*?/\\(<[{\"'#hn0u1iasvp";
    char first = (char)(text.p[0] >= 'A' && text.p[0] <= 'Z' ? text.p[0] - 'A' + 'a' : text.p[0]);
    if (text.n > 28 || memchr(firsts, first, sizeof firsts - 1) == NULL) {
        return false;
    }
    size_t n = text_codepoints(text);
    bool as_long = false;
    for (size_t i = 0; i < ARRAY_COUNT(absences) && !as_long; i++) {
        as_long = absences[i].n == n && absences[i].word[0] == first;
    }
    return as_long;
}

/* Nothing but signs that separate: ",", " ; ; ", "|". */
static bool is_separators(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (memchr(",;| ", text.p[i], 4) == NULL) {
            return false;
        }
    }
    return true;
}

enum absence value_absence(slice text) {
    if (text.n == 0 || is_zeros(text) || slice_starts_with(text, SLICE("#Invalid Ref")) ||
        is_separators(text)) {
        return ABSENCE_MARK;
    }
    if (!may_be_absence(text)) {
        return ABSENCE_NONE;
    }
    struct buf folded BUF_CLEANUP = buf_new(256);
    text_fold(text, &folded);
    slice key = buf_slice(&folded);
    for (size_t i = 0; i < ARRAY_COUNT(absences); i++) {
        if (slice_equal(key, slice_of(absences[i].word, absences[i].n))) {
            return absences[i].is_word ? ABSENCE_WORD : ABSENCE_MARK;
        }
    }
    return ABSENCE_NONE;
}

/* White space at both ends: ASCII, no-break spaces (also the narrow one), zero-width marks. */
static slice trim(slice text) {
    text = slice_trim(text);
    if (text.n == 0 ||
        ((unsigned char)text.p[0] < 0x80 && (unsigned char)text.p[text.n - 1] < 0x80)) {
        return text; /* no mark of several bytes stands at either end */
    }
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

/* Bytes that show UTF-8 read as Windows-1252 and encoded again: Ã, Â, â, Å, ð. */
static bool may_be_double(slice text) {
    for (size_t i = 0; i + 1 < text.n; i++) {
        unsigned char next = (unsigned char)text.p[i + 1];
        if (text.p[i] == '\xC3' &&
            (next == 0x82 || next == 0x83 || next == 0xA2 || next == 0x85 || next == 0xB0)) {
            return true;
        }
    }
    return false;
}

/* Undoes what was encoded twice, or three or four times. */
static slice mend(slice text, struct arena *arena) {
    for (unsigned i = 0; i < MEND_MAX && may_be_double(text); i++) {
        struct buf mended BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
        if (!text_mend_double_encoding(text, &mended) || mended.failed != OK) {
            break;
        }
        text = arena_copy(arena, buf_slice(&mended));
    }
    return text;
}

/* ASCII alone. */
static bool is_plain(slice text) {
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= text.n; i += sizeof word) {
        memcpy(&word, text.p + i, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            return false;
        }
    }
    for (; i < text.n; i++) {
        if ((unsigned char)text.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* value_text() of what has no blanks at its ends. */
static slice trimmed_text(slice text, struct arena *arena) {
    if (is_plain(text)) {
        return text;
    }
    text = mend(text, arena);
    struct buf composed BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    if (text_compose(text, &composed) && composed.failed == OK) {
        text = arena_copy(arena, buf_slice(&composed));
    }
    return text;
}

slice value_text(slice value, struct arena *arena) {
    return trimmed_text(trim(value), arena);
}

slice value_clean(slice value, struct arena *arena) {
    slice text = trim(value);
    return value_absence(text) != ABSENCE_NONE ? SLICE_EMPTY : trimmed_text(text, arena);
}

slice value_one_line(slice value, bool *marks, struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    slice text = value;
    *marks = false;
    if (!is_plain(text) && text_one_line(text, &out)) {
        text = trim(arena_copy(arena, buf_slice(&out)));
        *marks = true;
    }
    bool signs = slice_find(text, 0, '<') < text.n || slice_find(text, 0, '&') < text.n;
    struct buf plain BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    if (signs && html_is_markup(text) && html_to_plain(text, &plain) == OK) {
        text = trim(arena_copy(arena, buf_slice(&plain)));
    }
    return text;
}

/* "&lt;p&gt;" is markup that was escaped once more: its plain text is markup. */
slice value_markdown(slice value, struct arena *arena) {
    bool tags = slice_find(value, 0, '<') < value.n;
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    struct buf unescaped BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    if ((!tags && slice_find(value, 0, '&') == value.n) || !html_is_markup(value)) {
        return value;
    }
    if (!tags && slice_find_slice(value, 0, SLICE("&lt;")) < value.n &&
        html_to_plain(value, &unescaped) == OK && html_is_markup(buf_slice(&unescaped)) &&
        slice_find(buf_slice(&unescaped), 0, '<') < unescaped.n) {
        value = buf_slice(&unescaped);
    }
    if (html_to_markdown(value, &out) != OK) {
        return value; /* too large to be read as markup: as it is */
    }
    return arena_copy(arena, slice_trim(buf_slice(&out)));
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
