#include "formats/json_int.h"

#include <string.h>

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1E';
}

/* Index behind the closing quote of the string that `at` is in, or text.n (then `*closed` is false;
 * a backslash at the end is left for the next time). */
static size_t string_end(slice text, size_t at, char quote, bool *closed) {
    *closed = false;
    while (at < text.n) {
        if (text.p[at] == quote) {
            *closed = true;
            return at + 1;
        }
        if (text.p[at] == '\\') {
            if (at + 1 == text.n) {
                return at;
            }
            at++;
        }
        at++;
    }
    return at;
}

/* Index behind the comment of that sort that `at` is in; false in `*closed` when the text ends. */
static size_t comment_end(slice text, size_t at, char sort, bool *closed) {
    if (sort == '/') {
        size_t end = slice_find(text, at, '\n');
        *closed = end < text.n;
        return end;
    }
    for (; (at = slice_find(text, at, '*')) + 1 < text.n; at++) {
        if (text.p[at + 1] == '/') {
            *closed = true;
            return at + 2;
        }
    }
    *closed = false;
    return at; /* a * at the very end is looked at again */
}

size_t json_blank_end(slice text, size_t at, bool script, bool *open) {
    *open = false;
    for (;;) {
        while (at < text.n && is_space(text.p[at])) {
            at++;
        }
        if (!script || at == text.n || text.p[at] != '/') {
            *open = at == text.n;
            return at;
        }
        char sort = at + 1 < text.n ? text.p[at + 1] : '\0';
        bool closed = false;
        size_t end = at;
        if (sort == '/' || sort == '*') {
            end = comment_end(text, at + 2, sort, &closed);
        }
        if (!closed) {
            *open = at + 1 == text.n || end > at;
            return at;
        }
        at = end;
    }
}

/* One step inside a string or a comment; false when the text ends in it. */
static bool inside_leave(struct json_scan *scan, slice text) {
    bool closed;
    if (scan->comment != '\0') {
        scan->at = comment_end(text, scan->at, scan->comment, &closed);
        scan->comment = closed ? '\0' : scan->comment;
    } else {
        scan->at = string_end(text, scan->at, scan->quote, &closed);
        scan->quote = closed ? '\0' : scan->quote;
    }
    return closed;
}

/* At a / of a script: begins a comment, or false when the next byte is not there yet. */
static bool slash_take(struct json_scan *scan, slice text) {
    if (scan->at + 1 == text.n) {
        return false;
    }
    char next = text.p[scan->at + 1];
    if (next == '/' || next == '*') {
        scan->comment = next;
        scan->at++;
    }
    scan->at++;
    return true;
}

/* A byte that is neither in a string nor in a comment; true when the value ends at scan->at. */
static bool byte_take(struct json_scan *scan, char c) {
    if (c == '}' || c == ']' || c == ',' || is_space(c)) {
        if (scan->depth == 0) {
            return true; /* behind a bare number or word; or nothing at all stands here */
        }
        scan->depth -= c == '}' || c == ']';
        scan->at++;
        return scan->depth == 0;
    }
    if (c == '{' || c == '[') {
        if (scan->in_word) {
            return true; /* `12{`: broken; the parser will say so */
        }
        scan->depth++;
        scan->deepest = scan->depth > scan->deepest ? scan->depth : scan->deepest;
    } else if (c == '"' || (c == '\'' && scan->script)) {
        scan->quote = c;
    } else {
        scan->in_word = scan->depth == 0;
    }
    scan->at++;
    return false;
}

bool json_value_end(struct json_scan *scan, slice text) {
    while (scan->at < text.n) {
        if (scan->quote != '\0' || scan->comment != '\0') {
            bool string = scan->quote != '\0';
            if (!inside_leave(scan, text)) {
                return false;
            }
            if (string && scan->depth == 0) {
                return true;
            }
        } else if (scan->script && text.p[scan->at] == '/') {
            if (scan->depth == 0 && scan->in_word) {
                return true;
            }
            if (!slash_take(scan, text)) {
                return false;
            }
        } else if (byte_take(scan, text.p[scan->at])) {
            return true;
        }
    }
    return false;
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static size_t name_end(slice text, size_t at) {
    while (at < text.n && is_name_byte(text.p[at])) {
        at++;
    }
    return at;
}

bool json_member_next(slice text, size_t *at, bool script, slice *key, size_t *value) {
    bool open;
    size_t i = json_blank_end(text, *at, script, &open);
    if (i < text.n && text.p[i] == ',') {
        i = json_blank_end(text, i + 1, script, &open);
    }
    if (i >= text.n) {
        return false;
    }
    size_t end;
    if (text.p[i] == '"' || (script && text.p[i] == '\'')) {
        bool closed;
        end = string_end(text, i + 1, text.p[i], &closed);
        if (!closed) {
            return false;
        }
        *key = slice_sub(text, i + 1, end - i - 2);
    } else {
        end = script ? name_end(text, i) : i;
        *key = slice_sub(text, i, end - i);
        if (key->n == 0) {
            return false;
        }
    }
    i = json_blank_end(text, end, script, &open);
    if (i >= text.n || text.p[i] != ':') {
        return false;
    }
    *value = json_blank_end(text, i + 1, script, &open);
    return *value < text.n;
}

/* Moves over `word` when a name of exactly that stands at `*at`, and over the blanks behind it. */
static bool word_take(slice text, size_t *at, slice word) {
    bool open;
    if (!slice_equal(slice_sub(text, *at, name_end(text, *at) - *at), word)) {
        return false;
    }
    *at = json_blank_end(text, *at + word.n, true, &open);
    return true;
}

/* "window.data", "exports['x']", "a.b[0]" and the blanks behind; false when there is no name. */
static bool path_take(slice text, size_t *at) {
    bool open;
    size_t i = *at;
    if (i >= text.n || !is_name_byte(text.p[i]) || (text.p[i] >= '0' && text.p[i] <= '9')) {
        return false;
    }
    for (;;) {
        i = name_end(text, i);
        if (i < text.n && text.p[i] == '[') {
            size_t close = slice_find(text, i, ']');
            if (close == text.n || close - i > 200 || close == i + 1) {
                return false;
            }
            i = close + 1;
        }
        if (i + 1 >= text.n || text.p[i] != '.' || !is_name_byte(text.p[i + 1])) {
            break;
        }
        i++;
    }
    *at = json_blank_end(text, i, true, &open);
    return true;
}

/* What some servers put before JSON so that no script can include it. */
static size_t guard_end(slice text, size_t at) {
    static const char *const guards[] = {")]}',", ")]}'", "while(1);", "for(;;);", "{}&&"};
    for (size_t i = 0; i < ARRAY_COUNT(guards); i++) {
        slice guard = slice_from_cstr(guards[i]);
        if (slice_starts_with(slice_sub(text, at, text.n), guard)) {
            return at + guard.n;
        }
    }
    return at;
}

/* A TypeScript annotation: "data: Place[] =". */
static size_t annotation_end(slice text, size_t at) {
    size_t equals = slice_find(text, at, '=');
    return at < text.n && text.p[at] == ':' && equals < text.n && equals - at <= 200 ? equals : at;
}

size_t json_script_prefix(slice text) {
    bool open;
    size_t at = json_blank_end(text, 0, true, &open);
    at = json_blank_end(text, guard_end(text, at), true, &open);
    bool exported = word_take(text, &at, SLICE("export"));
    if (!exported || !word_take(text, &at, SLICE("default"))) {
        bool declared = word_take(text, &at, SLICE("var")) || word_take(text, &at, SLICE("let")) ||
                        word_take(text, &at, SLICE("const"));
        for (unsigned i = 0; i < 4 && path_take(text, &at); i++) { /* a = b = [ */
            at = declared ? annotation_end(text, at) : at;
            char sign = at < text.n ? text.p[at] : '\0';
            if (sign != '=' && (sign != '(' || declared)) {
                return 0;
            }
            at = json_blank_end(text, at + 1, true, &open);
            declared = false;
        }
        if (at < text.n && text.p[at] == '(') {
            at = json_blank_end(text, at + 1, true, &open);
        }
    }
    return at < text.n && (text.p[at] == '[' || text.p[at] == '{') ? at : 0;
}
