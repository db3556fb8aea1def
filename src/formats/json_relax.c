/* Text that is nearly JSON -> JSON, where nothing can be lost by it. Used only when a strict parser
 * has refused the text. */
#include "formats/json_int.h"

#include <string.h>

struct relax {
    slice text;
    size_t at;
    struct buf *out;
    struct json_mended *mended;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == '$' || c == '.' || c == '+' || c == '-' || (unsigned char)c >= 0x80;
}

/* One byte of a string, or one escape of JavaScript. */
static void string_byte(struct relax *r, char quote) {
    char c = r->text.p[r->at];
    char next = r->at + 1 < r->text.n ? r->text.p[r->at + 1] : '\0';
    if (c == '\\') {
        r->at += 2;
        if (next == '\'') {
            buf_add_char(r->out, '\'');
            r->mended->literals++;
        } else if (next == 'x') { /* \xE9 */
            buf_add(r->out, SLICE("\\u00"));
            r->mended->literals++;
        } else if (next == '\n') { /* a string that goes on in the next line */
            r->mended->literals++;
        } else {
            buf_add_char(r->out, c);
            buf_add_char(r->out, next);
        }
        return;
    }
    r->at++;
    if ((unsigned char)c < ' ') {
        r->mended->breaks++;
        buf_addf(r->out, "\\u%04x", (unsigned)(unsigned char)c);
    } else if (c == '"' && quote == '\'') {
        buf_add(r->out, SLICE("\\\""));
    } else {
        buf_add_char(r->out, c);
    }
}

static bool string_take(struct relax *r) {
    char quote = r->text.p[r->at++];
    r->mended->literals += quote == '\'';
    buf_add_char(r->out, '"');
    while (r->at < r->text.n && r->text.p[r->at] != quote) {
        string_byte(r, quote);
    }
    if (r->at >= r->text.n) {
        return false;
    }
    r->at++;
    buf_add_char(r->out, '"');
    return true;
}

static bool is_one_of(slice word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(word, slice_from_cstr(words[i]))) {
            return true;
        }
    }
    return false;
}

/* +5, .5, 5., 0105: numbers as others write them. The last kind is a code that lost its quotes. */
static void number_write(struct relax *r, slice word) {
    bool minus = word.p[0] == '-';
    slice digits = word.p[0] == '+' || minus ? slice_sub(word, 1, word.n) : word;
    bool zeros = digits.n > 1 && digits.p[0] == '0' && is_digit(digits.p[1]);
    if (zeros) {
        r->mended->zeros++;
        buf_add_char(r->out, '"');
        buf_add(r->out, word);
        buf_add_char(r->out, '"');
        return;
    }
    bool dot_first = digits.n > 1 && digits.p[0] == '.' && is_digit(digits.p[1]);
    bool dot_last = digits.n > 1 && digits.p[digits.n - 1] == '.';
    r->mended->literals += word.p[0] == '+' || dot_first || dot_last;
    buf_add(r->out, minus ? SLICE("-") : SLICE_EMPTY);
    buf_add(r->out, dot_first ? SLICE("0") : SLICE_EMPTY);
    buf_add(r->out, digits);
    buf_add(r->out, dot_last ? SLICE("0") : SLICE_EMPTY);
}

/* Begins as a number does: a sign, a point, a digit. */
static bool is_number(slice word) {
    size_t i = word.p[0] == '+' || word.p[0] == '-';
    i += i < word.n && word.p[i] == '.';
    return i < word.n && is_digit(word.p[i]);
}

static void word_take(struct relax *r) {
    static const char *const absent[] = {"NaN",  "nan",       "-NaN", "Infinity",  "-Infinity",
                                         "None", "undefined", "nil",  "+Infinity", "NULL"};
    size_t from = r->at;
    while (r->at < r->text.n && is_word_byte(r->text.p[r->at])) {
        r->at++;
    }
    slice word = slice_sub(r->text, from, r->at - from);
    bool open;
    size_t next = json_blank_end(r->text, r->at, true, &open);
    bool is_name = next < r->text.n && r->text.p[next] == ':';
    if (is_name) {
        r->mended->literals++;
        buf_add_char(r->out, '"');
        buf_add(r->out, word);
        buf_add_char(r->out, '"');
    } else if (is_one_of(word, absent, ARRAY_COUNT(absent))) {
        r->mended->numbers++;
        buf_add(r->out, SLICE("null"));
    } else if (slice_equal(word, SLICE("True")) || slice_equal(word, SLICE("False"))) {
        r->mended->literals++;
        buf_add(r->out, word.p[0] == 'T' ? SLICE("true") : SLICE("false"));
    } else if (is_number(word)) {
        number_write(r, word);
    } else {
        buf_add(r->out, word);
    }
}

/* A comment goes, its line ends stay: lines count on. */
static void blank_take(struct relax *r) {
    bool open;
    size_t end = json_blank_end(r->text, r->at, true, &open);
    r->mended->literals += r->text.p[r->at] == '/';
    for (; r->at < end; r->at++) {
        if (r->text.p[r->at] == '\n') {
            buf_add_char(r->out, '\n');
        }
    }
    buf_add_char(r->out, ' ');
}

bool json_relax(slice text, struct buf *out, struct json_mended *mended) {
    struct relax r = {.text = text, .out = out, .mended = mended};
    while (r.at < text.n) {
        char c = text.p[r.at];
        bool open;
        if (c == '"' || c == '\'') {
            if (!string_take(&r)) {
                return false;
            }
        } else if (json_blank_end(text, r.at, true, &open) > r.at) {
            blank_take(&r);
        } else if (is_word_byte(c)) {
            word_take(&r);
        } else if (c == ',') {
            size_t next = json_blank_end(text, ++r.at, true, &open);
            bool last = next < text.n && (text.p[next] == '}' || text.p[next] == ']');
            mended->commas += last;
            if (!last) {
                buf_add_char(out, ',');
            }
        } else {
            buf_add_char(out, c);
            r.at++;
        }
    }
    return out->failed == OK;
}
