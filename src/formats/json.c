#include "formats/json.h"
#include "formats/record_int.h"
#include <stdlib.h>
#include <string.h>

/* Where people keep the records of an envelope. An array under one of these names counts only when
 * its first element is an object. */
static const char *const list_names[] = {
    "features", "data",    "results",   "items",  "elements", "records",
    "entries",  "rows",    "hits",      "list",   "places",   "fiches",
    "lieux",    "donnees", "resultats", "@graph", "response",
};

enum split_mode { SPLIT_START, SPLIT_LIST_FIRST, SPLIT_LIST, SPLIT_LINES, SPLIT_DONE };

struct json_splitter {
    struct window window;
    size_t element_bytes_max;
    enum split_mode mode;
    bool in_envelope, cut;
};

/* A scan over one value; goes on when the window has grown. */
struct value_scan {
    size_t at;
    unsigned depth, deepest;
    bool in_string, in_word;
};

err json_splitter_over(const struct window *window, size_t element_bytes_max,
                       struct json_splitter **splitter) {
    struct json_splitter *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return ERR_MEMORY;
    }
    s->window = *window;
    s->element_bytes_max = element_bytes_max;
    *splitter = s;
    return OK;
}

void json_splitter_free(struct json_splitter *splitter) {
    if (splitter != NULL) {
        window_close(&splitter->window);
        free(splitter);
    }
}

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1E';
}

static size_t skip_space(slice text, size_t at) {
    while (at < text.n && is_space(text.p[at])) {
        at++;
    }
    return at;
}

/* Index behind the closing quote of the string that `at` is in, or text.n (then `*closed` is false;
 * a backslash at the end is left for the next time). */
static size_t string_end(slice text, size_t at, bool *closed) {
    *closed = false;
    while (at < text.n) {
        if (text.p[at] == '"') {
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

/* Runs over one value; true when its end is at scan->at. */
static bool value_end(struct value_scan *scan, slice text) {
    while (scan->at < text.n) {
        char c = text.p[scan->at];
        if (scan->in_string) {
            bool closed;
            scan->at = string_end(text, scan->at, &closed);
            if (!closed) {
                return false;
            }
            scan->in_string = false;
            if (scan->depth == 0) {
                return true;
            }
            continue;
        }
        if (c == '}' || c == ']' || c == ',' || is_space(c)) {
            if (scan->depth == 0) {
                return true; /* behind a bare number or word; or nothing at all stands here */
            }
            scan->depth -= c == '}' || c == ']';
            scan->at++;
            if (scan->depth == 0) {
                return true;
            }
            continue;
        }
        if (c == '{' || c == '[') {
            if (scan->in_word) {
                return true; /* `12{`: broken; the parser will say so */
            }
            scan->depth++;
            scan->deepest = scan->depth > scan->deepest ? scan->depth : scan->deepest;
        } else if (c == '"') {
            scan->in_string = true;
        } else {
            scan->in_word = scan->depth == 0;
        }
        scan->at++;
    }
    return false;
}

static err broken(const struct json_splitter *s, struct problem *problem, const char *what) {
    problem_set(problem, ERR_INPUT, "", "%s", what);
    if (problem != NULL) {
        problem->line = s->window.line;
        problem->column = s->window.column;
    }
    return ERR_INPUT;
}

static err ends_early(struct json_splitter *s, struct problem *problem) {
    s->cut = true;
    return broken(s, problem,
                  "the document ends too early: the record that begins here is not "
                  "closed");
}

/* The next byte that is no space, as the window's start; `*there` false at the end of the file. */
static err next_byte(struct json_splitter *s, bool *there, char *c, struct problem *problem) {
    for (;;) {
        slice text = window_text(&s->window);
        size_t at = skip_space(text, 0);
        window_use(&s->window, at);
        if (at < text.n) {
            *there = true;
            *c = text.p[at];
            return OK;
        }
        if (s->window.ended) {
            *there = false;
            *c = '\0';
            return OK;
        }
        TRY(window_more(&s->window, problem));
    }
}

static bool is_list_name(slice key) {
    for (size_t i = 0; i < ARRAY_COUNT(list_names); i++) {
        if (slice_equal_ascii_nocase(key, slice_from_cstr(list_names[i]))) {
            return true;
        }
    }
    return false;
}

struct envelope {
    size_t list;     /* index behind the "[" of the list; 0: none found */
    bool is_feature; /* "type": "Feature" stands at the top */
};

/* One key and the start of its value from `at`; false when the object or the text ends. */
static bool key_next(slice text, size_t *at, slice *key, size_t *value) {
    size_t i = skip_space(text, *at);
    if (i < text.n && text.p[i] == ',') {
        i = skip_space(text, i + 1);
    }
    if (i >= text.n || text.p[i] != '"') {
        return false;
    }
    bool closed;
    size_t end = string_end(text, i + 1, &closed);
    if (!closed) {
        return false;
    }
    *key = slice_sub(text, i + 1, end - i - 2);
    i = skip_space(text, end);
    if (i >= text.n || text.p[i] != ':') {
        return false;
    }
    *value = skip_space(text, i + 1);
    return *value < text.n;
}

/* Looks through the keys of the object whose "{" is at text.p[0], and of those under known
 * names, at most three deep, for a list of objects. */
static struct envelope envelope_find(slice text) {
    struct envelope found = {0};
    slice key = SLICE_EMPTY;
    size_t value = 0;
    unsigned depth = 1;
    for (size_t at = 1; key_next(text, &at, &key, &value);) {
        bool is_list = is_list_name(key);
        size_t first = skip_space(text, value + 1);
        if (is_list && text.p[value] == '[' && first < text.n &&
            (text.p[first] == '{' || text.p[first] == ']')) {
            found.list = value + 1;
            return found;
        }
        if (depth == 1 && slice_equal(key, SLICE("type")) &&
            slice_starts_with(slice_sub(text, value, 9), SLICE("\"Feature\""))) {
            found.is_feature = true;
        }
        if (is_list && text.p[value] == '{' && depth < 3) {
            depth++;
            at = value + 1;
            continue;
        }
        struct value_scan scan = {.at = value};
        if (!value_end(&scan, text)) {
            break;
        }
        at = scan.at;
        size_t close = skip_space(text, at);
        while (depth > 1 && close < text.n && text.p[close] == '}') {
            depth--;
            at = close + 1;
            close = skip_space(text, at);
        }
    }
    return found;
}

/* The document begins with an object: an envelope around a list, or records one after the other. */
static err start_with_object(struct json_splitter *s, struct problem *problem) {
    TRY(window_want(&s->window, JSON_ENVELOPE_BYTES_MAX, problem));
    slice text = window_text(&s->window);
    struct value_scan scan = {0};
    bool closed = value_end(&scan, text);
    size_t next = closed ? skip_space(text, scan.at) : text.n;
    bool another = next < text.n && text.p[next] == '{';
    struct envelope envelope = another ? (struct envelope){0} : envelope_find(text);
    if (envelope.list > 0) {
        window_use(&s->window, envelope.list);
        s->in_envelope = true;
        s->mode = SPLIT_LIST_FIRST;
        return OK;
    }
    if (closed || envelope.is_feature) {
        s->mode = SPLIT_LINES;
        return OK;
    }
    if (s->window.ended) {
        return ends_early(s, problem);
    }
    return broken(s, problem,
                  "no list of records was found in this object (looked for features, data, "
                  "results, items, elements, records, …)");
}

static err start(struct json_splitter *s, struct problem *problem) {
    bool there;
    char c;
    TRY(next_byte(s, &there, &c, problem));
    if (!there) {
        s->mode = SPLIT_DONE;
        return OK;
    }
    if (c == '{') {
        return start_with_object(s, problem);
    }
    if (c != '[') {
        return broken(s, problem,
                      c == '<' ? "this is HTML or XML, not JSON"
                               : "a JSON document of records begins with [ or {");
    }
    window_use(&s->window, 1);
    s->mode = SPLIT_LIST_FIRST;
    return OK;
}

/* Behind the list of a bare array nothing may follow; an envelope may hold more keys. */
static err list_close(struct json_splitter *s, struct problem *problem) {
    window_use(&s->window, 1);
    s->mode = SPLIT_DONE;
    if (!s->in_envelope) {
        bool there;
        char c;
        TRY(next_byte(s, &there, &c, problem));
        if (there) {
            return broken(s, problem, "something follows the end of the list");
        }
    }
    return OK;
}

/* Moves to the start of the next element. */
static err element_start(struct json_splitter *s, bool *there, struct problem *problem) {
    char c;
    if (s->mode == SPLIT_START) {
        TRY(start(s, problem));
    }
    TRY(next_byte(s, there, &c, problem));
    if (s->mode == SPLIT_DONE) {
        *there = false;
        return OK;
    }
    if (s->mode == SPLIT_LINES) {
        return *there && c != '{' ? broken(s, problem, "expected the { of the next record") : OK;
    }
    if (!*there) {
        return ends_early(s, problem);
    }
    if (s->mode == SPLIT_LIST && c == ',') {
        window_use(&s->window, 1);
        TRY(next_byte(s, there, &c, problem));
        if (!*there) {
            return ends_early(s, problem);
        }
    } else if (s->mode == SPLIT_LIST && c != ']') {
        return broken(s, problem, "expected , or ] between two records");
    }
    s->mode = SPLIT_LIST;
    if (c == ']') {
        *there = false;
        return list_close(s, problem);
    }
    return c == ',' || c == '}' ? broken(s, problem, "expected a record here") : OK;
}

/* Passes over an element that is too large without keeping it. */
static err element_skip(struct json_splitter *s, struct value_scan *scan, struct problem *problem) {
    for (;;) {
        window_use(&s->window, scan->at);
        scan->at = 0;
        if (value_end(scan, window_text(&s->window))) {
            window_use(&s->window, scan->at);
            return OK;
        }
        if (s->window.ended) {
            return ends_early(s, problem);
        }
        TRY(window_more(&s->window, problem));
    }
}

static void reject(struct problem *problem, const struct json_element *element, const char *what,
                   size_t limit) {
    problem_set(problem, ERR_LIMIT, "", "%s (at most %zu)", what, limit);
    if (problem != NULL) {
        problem->line = element->line;
        problem->column = element->column;
    }
}

err json_splitter_next(struct json_splitter *s, struct json_element *element, enum read_step *step,
                       struct problem *problem) {
    bool there;
    TRY(element_start(s, &there, problem));
    *element = (struct json_element){.line = s->window.line, .column = s->window.column};
    if (!there) {
        *step = READ_END;
        return OK;
    }
    struct value_scan scan = {0};
    while (!value_end(&scan, window_text(&s->window))) {
        if (s->window.ended) {
            return ends_early(s, problem);
        }
        if (scan.at > s->element_bytes_max) {
            *step = READ_REJECTED;
            TRY(element_skip(s, &scan, problem));
            reject(problem, element, "this record is too large, in bytes", s->element_bytes_max);
            return OK;
        }
        TRY(window_more(&s->window, problem));
    }
    element->text = slice_sub(window_text(&s->window), 0, scan.at);
    *step = READ_RECORD;
    if (scan.at > s->element_bytes_max || scan.deepest > JSON_DEPTH_MAX) {
        bool deep = scan.deepest > JSON_DEPTH_MAX;
        *step = READ_REJECTED;
        reject(problem, element,
               deep ? "this record is nested too deep" : "this record is too large, in bytes",
               deep ? JSON_DEPTH_MAX : s->element_bytes_max);
    }
    window_use(&s->window, scan.at);
    return OK;
}

bool json_splitter_is_cut(const struct json_splitter *splitter) {
    return splitter->cut || decode_is_cut(splitter->window.decode);
}

const struct decode *json_splitter_decode(const struct json_splitter *splitter) {
    return splitter->window.decode;
}

err json_element_parse(const struct json_element *element, json_t **value,
                       struct problem *problem) {
    json_error_t error;
    json_t *parsed = json_loadb(element->text.p, element->text.n, JSON_DECODE_ANY, &error);
    if (parsed == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        parsed = json_loadb(element->text.p, element->text.n,
                            JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);
    }
    if (parsed == NULL) {
        problem_set(problem, ERR_INPUT, "", "no valid JSON: %s", error.text);
        if (problem != NULL && error.line > 0) {
            problem->line = element->line + (uint64_t)error.line - 1;
            problem->column = (uint64_t)error.column + (error.line == 1 ? element->column - 1 : 0);
        }
        return ERR_INPUT;
    }
    *value = parsed;
    return OK;
}
