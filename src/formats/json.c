#include "formats/json.h"
#include "formats/json_int.h"
#include "formats/record_int.h"
#include "text/text.h"
#include <stdlib.h>
#include <string.h>

#define LAYER_NAME_MAX 400
#define OTHER_LIST_MAX 60
#define KEY_BYTES_MAX  4096 /* of one record of a map */

enum split_mode {
    SPLIT_START,
    SPLIT_FIRST, /* before the first item of a list or map, its bracket used */
    SPLIT_ITEMS,
    SPLIT_LAYERS_FIRST, /* between layers */
    SPLIT_LAYERS,
    SPLIT_LINES,
    SPLIT_DONE,
};

struct json_splitter {
    struct window window;
    size_t element_bytes_max;
    enum split_mode mode;
    bool cut, script;
    bool is_map;    /* items have keys */
    bool in_layer;  /* the list is one layer's; more layers may follow */
    bool in_object; /* something may follow the list: it stands in `depth` objects */
    unsigned depth;
    json_t *before, *behind;
    struct buf key; /* of the item to come */
    size_t other_list_n;
    char other_list[OTHER_LIST_MAX];
    size_t layer_name_n;
    char layer_name[LAYER_NAME_MAX];
};

err json_splitter_over(const struct window *window, size_t element_bytes_max,
                       struct json_splitter **splitter) {
    struct json_splitter *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return ERR_MEMORY;
    }
    s->window = *window;
    s->element_bytes_max = element_bytes_max;
    s->key = buf_new(KEY_BYTES_MAX);
    *splitter = s;
    return OK;
}

void json_splitter_free(struct json_splitter *splitter) {
    if (splitter != NULL) {
        json_decref(splitter->before);
        json_decref(splitter->behind);
        buf_free(&splitter->key);
        window_close(&splitter->window);
        free(splitter);
    }
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

/* The next byte that is no blank, as the window's start; `*there` false at the end of the file. A
 * comment between records shows that this is JavaScript. */
static err next_byte(struct json_splitter *s, bool *there, char *c, struct problem *problem) {
    for (;;) {
        bool open;
        slice text = window_text(&s->window);
        size_t at = json_blank_end(text, 0, true, &open);
        if (!open || s->window.ended) {
            s->script = s->script || (at > 0 && memchr(text.p, '/', at) != NULL);
            window_use(&s->window, at);
            *there = at < text.n;
            *c = *there ? text.p[at] : '\0';
            return OK;
        }
        TRY(window_more(&s->window, problem));
    }
}

/* What stands before the records, closed, as one JSON value; NULL when it is none or holds
 * nothing. */
static json_t *before_read(slice head, bool is_map, unsigned depth, bool script) {
    struct buf text BUF_CLEANUP = buf_new(2 * JSON_ENVELOPE_BYTES_MAX);
    struct json_element element = {.script = script};
    struct json_mended mended = {0};
    json_t *value = NULL;
    buf_add(&text, head);
    buf_add_char(&text, is_map ? '}' : ']');
    for (unsigned i = 0; i < depth; i++) {
        buf_add_char(&text, '}');
    }
    element.text = buf_slice(&text);
    if (text.failed != OK || json_element_parse(&element, &value, &mended, NULL) != OK) {
        return NULL;
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

/* The document begins with an object: an envelope around the records, or records one after the
 * other. */
static err start_with_object(struct json_splitter *s, struct problem *problem) {
    TRY(window_want(&s->window, JSON_ENVELOPE_BYTES_MAX, problem));
    slice text = slice_sub(window_text(&s->window), 0, JSON_ENVELOPE_BYTES_MAX);
    struct json_scan scan = {.script = s->script};
    bool open;
    bool whole = json_value_end(&scan, text);
    size_t next = whole ? json_blank_end(text, scan.at, s->script, &open) : text.n;
    if (next < text.n && text.p[next] == ',') {
        next = json_blank_end(text, next + 1, s->script, &open);
    }
    struct json_layout layout = {.shape = JSON_SHAPE_RECORDS};
    if (next >= text.n || text.p[next] != '{') {
        layout = json_layout_find(whole ? slice_sub(text, 0, scan.at) : text, s->script, whole);
    }
    switch (layout.shape) {
    case JSON_SHAPE_LIST:
    case JSON_SHAPE_MAP:
    case JSON_SHAPE_LAYERS:
        s->is_map = layout.shape == JSON_SHAPE_MAP;
        s->before =
            before_read(slice_sub(text, 0, layout.start), s->is_map, layout.depth, s->script);
        s->depth = layout.depth;
        s->in_object = true;
        s->mode = layout.shape == JSON_SHAPE_LAYERS ? SPLIT_LAYERS_FIRST : SPLIT_FIRST;
        window_use(&s->window, layout.start);
        return OK;
    case JSON_SHAPE_RECORDS:
        s->mode = SPLIT_LINES;
        return OK;
    case JSON_SHAPE_TOPOLOGY:
        return problem_set(problem, ERR_UNSUPPORTED, "",
                           "this is TopoJSON: convert it to GeoJSON first (ogr2ogr out.geojson "
                           "FILE)");
    case JSON_SHAPE_UNKNOWN:
        break;
    }
    if (s->window.ended && window_text(&s->window).n <= JSON_ENVELOPE_BYTES_MAX) {
        return ends_early(s, problem);
    }
    return broken(s, problem,
                  "no list of records was found in this object (looked for features, data, "
                  "results, items, …, then for the largest list of objects)");
}

static err start(struct json_splitter *s, struct problem *problem) {
    bool there;
    char c;
    TRY(window_want(&s->window, JSON_PREFIX_BYTES_MAX, problem));
    slice text = slice_sub(window_text(&s->window), 0, JSON_PREFIX_BYTES_MAX);
    size_t prefix = json_script_prefix(text);
    bool open;
    if (prefix > json_blank_end(text, 0, false, &open)) {
        window_use(&s->window, prefix);
        s->script = true;
    }
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
    s->mode = SPLIT_FIRST;
    return OK;
}

/* Passes over a value without keeping it. */
static err element_skip(struct json_splitter *s, struct json_scan *scan, struct problem *problem) {
    for (;;) {
        window_use(&s->window, scan->at);
        scan->at = 0;
        if (json_value_end(scan, window_text(&s->window))) {
            window_use(&s->window, scan->at);
            return OK;
        }
        if (s->window.ended) {
            return ends_early(s, problem);
        }
        TRY(window_more(&s->window, problem));
    }
}

/* A member behind the list, at its key: kept when it is short, passed over when not. */
static err member_behind(struct json_splitter *s, struct problem *problem) {
    slice key;
    size_t value;
    size_t at = 0;
    TRY(window_want(&s->window, 2 * JSON_ABOUT_BYTES_MAX, problem));
    slice text = window_text(&s->window);
    if (!json_member_next(text, &at, s->script, &key, &value)) {
        return s->window.ended ? ends_early(s, problem)
                               : broken(s, problem, "expected a name and its value here");
    }
    struct json_scan scan = {.at = value, .script = s->script};
    struct json_mended mended = {0};
    struct json_element element = {.script = s->script};
    json_t *parsed = NULL;
    bool closed = json_value_end(&scan, text);
    element.text = slice_sub(text, value, scan.at - value);
    if (closed && element.text.n <= JSON_ABOUT_BYTES_MAX &&
        json_object_size(s->behind) < JSON_ABOUT_MEMBERS_MAX &&
        json_element_parse(&element, &parsed, &mended, NULL) == OK) {
        if (s->behind == NULL) {
            s->behind = json_object();
        }
        char name[200];
        size_t n = key.n < sizeof name - 1 ? key.n : sizeof name - 1;
        memcpy(name, key.p, n);
        name[n] = '\0';
        json_object_set_new(s->behind, name, parsed);
    }
    if (closed && scan.at == value) {
        return broken(s, problem, "expected a value here");
    }
    if (parsed == NULL && s->other_list_n == 0 && text.p[value] == '[') {
        s->other_list_n = key.n < OTHER_LIST_MAX ? key.n : OTHER_LIST_MAX;
        s->other_list_n = text_utf8_error(slice_sub(key, 0, s->other_list_n));
        memcpy(s->other_list, key.p, s->other_list_n);
    }
    if (!closed) {
        return element_skip(s, &scan, problem);
    }
    window_use(&s->window, scan.at);
    return OK;
}

/* Behind the list or map: to the end of the objects around it. */
static err objects_close(struct json_splitter *s, struct problem *problem) {
    bool there;
    char c;
    while (s->depth > 0) {
        TRY(next_byte(s, &there, &c, problem));
        if (!there) {
            return ends_early(s, problem);
        }
        if (c == '}') {
            s->depth--;
            window_use(&s->window, 1);
        } else if (c == ',') {
            window_use(&s->window, 1);
            TRY(next_byte(s, &there, &c, problem));
            if (there && c != '}') {
                TRY(member_behind(s, problem));
            }
        } else {
            return broken(s, problem, "expected , or } behind the list of records");
        }
    }
    return OK;
}

/* "export default initiatives" and "module.exports = initiatives": statements that only pass on
 * what was read. True with their end, up to which nothing is left to read. */
static bool is_passed_on(slice text, size_t *end) {
    static const char *const starts[] = {"export default", "export {", "module.exports",
                                         "exports.",       "window.",  "return "};
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_COUNT(starts) && at == 0; i++) {
        slice start = slice_from_cstr(starts[i]);
        at = slice_starts_with(text, start) ? start.n : 0;
    }
    for (bool any = at > 0; any && at < text.n; at++) {
        char c = text.p[at];
        bool name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == ';' || c == '\n') {
            break;
        }
        if (!name && (c == '\0' || strchr(" \t\r_$.={},", c) == NULL)) {
            return false;
        }
    }
    *end = at;
    return at > 0;
}

/* The whole line at the window's start, when it is such a statement, is used. */
static err passed_on_use(struct json_splitter *s, bool *used, struct problem *problem) {
    size_t end;
    while (!s->window.ended && window_text(&s->window).n < JSON_PASSED_ON_BYTES_MAX) {
        TRY(window_more(&s->window, problem));
    }
    *used = is_passed_on(window_text(&s->window), &end) && end <= JSON_PASSED_ON_BYTES_MAX;
    window_use(&s->window, *used ? end : 0);
    return OK;
}

/* Behind all records nothing may follow but what ends a statement of JavaScript, or passes on what
 * it made. */
static err document_close(struct json_splitter *s, struct problem *problem) {
    bool there;
    char c;
    s->mode = SPLIT_DONE;
    if (s->in_object) {
        TRY(objects_close(s, problem));
    }
    for (;;) {
        TRY(next_byte(s, &there, &c, problem));
        if (there && s->script && (c == ')' || c == ';')) {
            window_use(&s->window, 1);
            continue;
        }
        bool used = false;
        if (there && s->script) {
            TRY(passed_on_use(s, &used, problem));
        }
        if (used) {
            continue;
        }
        return there ? broken(s, problem, "something follows the end of the records") : OK;
    }
}

/* The features of the layer at the window's start, and its name, which may stand behind them: the
 * layer is looked through whole. */
static err layer_open(struct json_splitter *s, struct problem *problem) {
    struct json_scan scan = {.script = s->script};
    while (!json_value_end(&scan, window_text(&s->window))) {
        if (s->window.ended) {
            return ends_early(s, problem);
        }
        if (scan.at > JSON_LAYER_BYTES_MAX) {
            broken(s, problem, "this layer is larger than 64 MiB: save it alone, as GeoJSON");
            return ERR_LIMIT;
        }
        TRY(window_more(&s->window, problem));
    }
    slice layer = slice_sub(window_text(&s->window), 0, scan.at);
    size_t features = 0;
    slice name = SLICE_EMPTY;
    slice key;
    size_t value;
    for (size_t at = 1; json_member_next(layer, &at, s->script, &key, &value);) {
        struct json_scan member = {.at = value, .script = s->script};
        if (!json_value_end(&member, layer)) {
            break;
        }
        at = member.at;
        slice inner = slice_sub(layer, value, at - value);
        if (slice_equal(key, SLICE("features")) && inner.p[0] == '[') {
            features = value + 1;
        } else if (slice_equal(key, SLICE("_umap_options")) ||
                   slice_equal(key, SLICE("_storage")) || slice_equal(key, SLICE("properties"))) {
            struct json_element element = {.text = inner, .script = s->script};
            struct json_mended mended = {0};
            json_t *options = NULL;
            if (json_element_parse(&element, &options, &mended, NULL) == OK) {
                const json_t *text = json_object_get(options, "name");
                name = slice_of(json_string_value(text), json_string_length(text));
                name = slice_sub(name, 0, LAYER_NAME_MAX);
                name.n = text_utf8_error(name);
                memcpy(s->layer_name, name.n > 0 ? name.p : "", name.n);
                json_decref(options);
            }
        }
    }
    s->layer_name_n = name.n;
    s->in_layer = features > 0;
    s->mode = features > 0 ? SPLIT_FIRST : SPLIT_LAYERS;
    window_use(&s->window, features > 0 ? features : scan.at);
    return OK;
}

static err list_close(struct json_splitter *s, struct problem *problem) {
    window_use(&s->window, 1);
    if (!s->in_layer) {
        return document_close(s, problem);
    }
    struct json_scan rest = {.depth = 1, .script = s->script};
    s->in_layer = false;
    s->layer_name_n = 0;
    s->mode = SPLIT_LAYERS;
    return element_skip(s, &rest, problem);
}

/* Between two records one after the other: a comma says nothing, a script ends. */
static err line_start(struct json_splitter *s, bool *there, char c, struct problem *problem) {
    while (*there && (c == ',' || (s->script && (c == ')' || c == ';')))) {
        window_use(&s->window, 1);
        TRY(next_byte(s, there, &c, problem));
    }
    return *there && c != '{' ? broken(s, problem, "expected the { of the next record") : OK;
}

/* Over the key of a map's item, to its value. */
static err key_take(struct json_splitter *s, struct problem *problem) {
    slice key;
    size_t value;
    for (;;) {
        size_t at = 0;
        slice text = window_text(&s->window);
        if (json_member_next(text, &at, s->script, &key, &value)) {
            buf_add(&s->key, key);
            if (s->key.failed != OK) {
                return broken(s, problem, "the name of this record is too long");
            }
            window_use(&s->window, value);
            return OK;
        }
        if (s->window.ended || text.n > JSON_ABOUT_BYTES_MAX) {
            return s->window.ended ? ends_early(s, problem)
                                   : broken(s, problem, "expected a name and its record here");
        }
        TRY(window_more(&s->window, problem));
    }
}

/* Moves to the start of the next item of a list, map or layer; `*there` false when there is none
 * before its end, where the mode may have changed. */
static err item_start(struct json_splitter *s, bool *there, struct problem *problem) {
    char c;
    bool layers = s->mode == SPLIT_LAYERS_FIRST || s->mode == SPLIT_LAYERS;
    bool first = s->mode == SPLIT_FIRST || s->mode == SPLIT_LAYERS_FIRST;
    TRY(next_byte(s, there, &c, problem));
    if (!*there) {
        return ends_early(s, problem);
    }
    char close = s->is_map ? '}' : ']';
    if (!first && c == ',') {
        window_use(&s->window, 1);
        TRY(next_byte(s, there, &c, problem));
        if (!*there) {
            return ends_early(s, problem);
        }
    } else if (!first && c != close) {
        return broken(s, problem,
                      s->is_map ? "expected , or } between two records"
                                : "expected , or ] between two records");
    }
    s->mode = layers ? SPLIT_LAYERS : SPLIT_ITEMS;
    if (c == close) {
        *there = false;
        if (layers) {
            window_use(&s->window, 1);
            return document_close(s, problem);
        }
        return list_close(s, problem);
    }
    if (c == ',' || c == '}' || c == ']') {
        return broken(s, problem, "expected a record here");
    }
    return s->is_map && !layers ? key_take(s, problem) : OK;
}

/* Moves to the start of the next element. */
static err element_start(struct json_splitter *s, bool *there, struct problem *problem) {
    char c;
    if (s->mode == SPLIT_START) {
        TRY(start(s, problem));
    }
    for (;;) {
        switch (s->mode) {
        case SPLIT_DONE:
            *there = false;
            return OK;
        case SPLIT_LINES:
            TRY(next_byte(s, there, &c, problem));
            return line_start(s, there, c, problem);
        case SPLIT_FIRST:
        case SPLIT_ITEMS:
            TRY(item_start(s, there, problem));
            if (*there) {
                return OK;
            }
            break;
        case SPLIT_LAYERS_FIRST:
        case SPLIT_LAYERS:
            TRY(item_start(s, there, problem));
            if (*there) {
                TRY(layer_open(s, problem));
            }
            break;
        case SPLIT_START:
            return ERR_INTERNAL;
        }
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
    buf_clear(&s->key);
    TRY(element_start(s, &there, problem));
    *element = (struct json_element){.key = buf_slice(&s->key),
                                     .layer = slice_of(s->layer_name, s->layer_name_n),
                                     .line = s->window.line,
                                     .column = s->window.column,
                                     .script = s->script};
    if (!there) {
        *step = READ_END;
        return OK;
    }
    struct json_scan scan = {.script = s->script};
    while (!json_value_end(&scan, window_text(&s->window))) {
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

const json_t *json_splitter_before(const struct json_splitter *splitter) {
    return splitter->before;
}

const json_t *json_splitter_behind(const struct json_splitter *splitter) {
    return splitter->behind;
}

slice json_splitter_other_list(const struct json_splitter *splitter) {
    return slice_of(splitter->other_list, splitter->other_list_n);
}
