/* Where the records of an object stand: first by names that are in use, then by what is there. */
#include "formats/json_int.h"

#include <string.h>

#define NAMED_DEPTH_MAX   3
#define CONTENT_DEPTH_MAX 4
#define MAP_KEYS_MAX      32 /* of the first record of a map */

/* Where people keep the records of an envelope. An array under one of these names counts only when
 * its first element is an object, or a row of a table. */
static const char *const list_names[] = {
    "features", "data",    "results",   "items",  "elements", "records",
    "entries",  "rows",    "hits",      "list",   "places",   "fiches",
    "lieux",    "donnees", "resultats", "@graph", "response",
};

/* Keys of a record: an object that has one is no envelope, whatever lists it holds. */
static const char *const record_keys[] = {
    "id",  "@id",       "title",    "titre",   "lat",     "latitude", "lng",
    "lon", "longitude", "geometry", "address", "adresse", "kind",     "coordinates",
};

static bool is_one_of(slice key, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal_ascii_nocase(key, slice_from_cstr(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_list_name(slice key) {
    return is_one_of(key, list_names, ARRAY_COUNT(list_names));
}

struct search {
    slice text;
    bool script;
};

static size_t blank_end(const struct search *s, size_t at) {
    bool open;
    return json_blank_end(s->text, at, s->script, &open);
}

/* The first byte behind the bracket at `value`, 0 when the text ends. */
static char first_inside(const struct search *s, size_t value) {
    size_t first = blank_end(s, value + 1);
    return first < s->text.n ? s->text.p[first] : '\0';
}

/* The end of a value; false when the text ends before it. */
static bool value_skip(const struct search *s, size_t value, size_t *end) {
    struct json_scan scan = {.at = value, .script = s->script};
    bool closed = json_value_end(&scan, s->text);
    *end = scan.at;
    return closed;
}

static bool member_next(const struct search *s, size_t *at, slice *key, size_t *value) {
    return json_member_next(s->text, at, s->script, key, value);
}

/* A row of a table: a list that begins with text, a number or null, not with a position. */
static bool begins_with_rows(const struct search *s, size_t value) {
    size_t row = blank_end(s, value + 1);
    size_t first = row < s->text.n && s->text.p[row] == '[' ? blank_end(s, row + 1) : s->text.n;
    return first < s->text.n && s->text.p[first] == '"';
}

static bool is_feature_text(slice value) {
    return slice_starts_with(value, SLICE("\"Feature\"")) ||
           slice_starts_with(value, SLICE("'Feature'"));
}

/* Looks through the keys of the object whose "{" is at text.p[0], and of those under known names,
 * for a list of objects. */
static struct json_layout named_find(const struct search *s, bool *is_feature) {
    struct json_layout found = {.shape = JSON_SHAPE_UNKNOWN, .depth = 1};
    slice key = SLICE_EMPTY;
    size_t value = 0;
    unsigned depth = 1;
    for (size_t at = 1; member_next(s, &at, &key, &value);) {
        char c = s->text.p[value];
        bool is_list = is_list_name(key);
        char first = c == '[' && is_list ? first_inside(s, value) : '\0';
        if (first == '{' || first == ']' || (first == '[' && begins_with_rows(s, value))) {
            return (struct json_layout){
                .shape = JSON_SHAPE_LIST, .start = value + 1, .depth = depth};
        }
        if (depth == 1 && slice_equal(key, SLICE("type"))) {
            slice type = slice_sub(s->text, value, 11);
            *is_feature = *is_feature || is_feature_text(type);
            if (slice_starts_with(type, SLICE("\"Topology\""))) {
                return (struct json_layout){.shape = JSON_SHAPE_TOPOLOGY, .depth = 1};
            }
        }
        if (is_list && c == '{' && depth < NAMED_DEPTH_MAX) {
            depth++;
            at = value + 1;
            continue;
        }
        if (!value_skip(s, value, &at)) {
            break;
        }
        size_t close = blank_end(s, at);
        while (depth > 1 && close < s->text.n && s->text.p[close] == '}') {
            depth--;
            at = close + 1;
            close = blank_end(s, at);
        }
    }
    return found;
}

/* The keys of the object at `object`; also of one that the text cuts. */
static size_t keys_read(const struct search *s, size_t object, slice *keys, size_t room) {
    size_t n = 0;
    slice key;
    size_t value;
    for (size_t at = object + 1; n < room && member_next(s, &at, &key, &value);) {
        keys[n++] = key;
        if (!value_skip(s, value, &at)) {
            break;
        }
    }
    return n;
}

static bool has_key(const struct search *s, size_t object, const char *name) {
    slice keys[MAP_KEYS_MAX];
    size_t n = keys_read(s, object, keys, MAP_KEYS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(keys[i], slice_from_cstr(name))) {
            return true;
        }
    }
    return false;
}

/* "layers": [{"features": […]}], as maps of layers are saved whole. */
static bool layers_find(const struct search *s, struct json_layout *found) {
    slice key;
    size_t value;
    for (size_t at = 1; member_next(s, &at, &key, &value);) {
        if (slice_equal(key, SLICE("layers")) && s->text.p[value] == '[') {
            size_t layer = blank_end(s, value + 1);
            *found =
                (struct json_layout){.shape = JSON_SHAPE_LAYERS, .start = value + 1, .depth = 1};
            return layer < s->text.n && s->text.p[layer] == '{' && has_key(s, layer, "features");
        }
        if (!value_skip(s, value, &at)) {
            return false;
        }
    }
    return false;
}

static bool is_record(const struct search *s) {
    slice key;
    size_t value;
    for (size_t at = 1; member_next(s, &at, &key, &value);) {
        if (is_one_of(key, record_keys, ARRAY_COUNT(record_keys))) {
            return true;
        }
        if (!value_skip(s, value, &at)) {
            break;
        }
    }
    return false;
}

/* Two objects and more under keys, made alike: they share at least half of the keys of the one that
 * has fewer. */
static bool is_map(const struct search *s, size_t object) {
    slice first[MAP_KEYS_MAX];
    slice second[MAP_KEYS_MAX];
    size_t counts[2] = {0, 0};
    slice key;
    size_t value;
    size_t members = 0;
    for (size_t at = object + 1; member_next(s, &at, &key, &value);) {
        if (s->text.p[value] != '{') {
            return false;
        }
        if (members < 2) {
            counts[members] = keys_read(s, value, members == 0 ? first : second, MAP_KEYS_MAX);
        }
        members++;
        if (!value_skip(s, value, &at)) {
            break;
        }
    }
    size_t shared = 0;
    for (size_t i = 0; i < counts[0]; i++) {
        for (size_t k = 0; k < counts[1]; k++) {
            if (slice_equal(first[i], second[k])) {
                shared++;
                break;
            }
        }
    }
    size_t fewer = counts[0] < counts[1] ? counts[0] : counts[1];
    return members >= 2 && shared > 0 && 2 * shared >= fewer;
}

struct best {
    struct json_layout layout;
    size_t bytes;
};

static void offer(struct best *best, enum json_shape shape, size_t value, size_t end,
                  unsigned depth) {
    if (end - value > best->bytes) {
        *best = (struct best){.layout = {.shape = shape, .start = value + 1, .depth = depth},
                              .bytes = end - value};
    }
}

/* The largest list of objects, or object of records, among the members of the open objects; a value
 * that the text cuts counts as long as what is seen of it. */
static void content_find(const struct search *s, struct best *best) {
    unsigned depth = 1;
    slice key;
    size_t value;
    for (size_t at = 1; depth > 0;) {
        if (!member_next(s, &at, &key, &value)) {
            at = blank_end(s, at);
            if (at >= s->text.n || s->text.p[at] != '}') {
                return;
            }
            depth--;
            at++;
            continue;
        }
        char c = s->text.p[value];
        size_t end;
        bool closed = value_skip(s, value, &end);
        if (c == '[' && first_inside(s, value) == '{') {
            offer(best, JSON_SHAPE_LIST, value, end, depth);
        } else if (c == '{' && is_map(s, value)) {
            offer(best, JSON_SHAPE_MAP, value, end, depth);
        } else if (c == '{' && depth < CONTENT_DEPTH_MAX) {
            depth++;
            at = value + 1;
            continue;
        }
        if (!closed) {
            return;
        }
        at = end;
    }
}

struct json_layout json_layout_find(slice text, bool script, bool whole) {
    const struct search s = {.text = text, .script = script};
    struct json_layout found;
    bool is_feature = false;
    if (layers_find(&s, &found)) {
        return found;
    }
    found = named_find(&s, &is_feature);
    if (found.shape != JSON_SHAPE_UNKNOWN) {
        return found;
    }
    if (is_feature || (whole && is_record(&s))) {
        return (struct json_layout){.shape = JSON_SHAPE_RECORDS};
    }
    if (is_map(&s, 0)) {
        return (struct json_layout){.shape = JSON_SHAPE_MAP, .start = 1, .depth = 0};
    }
    struct best best = {.layout = {.shape = JSON_SHAPE_UNKNOWN}, .bytes = 0};
    content_find(&s, &best);
    if (best.layout.shape != JSON_SHAPE_UNKNOWN && (!whole || 3 * best.bytes >= text.n)) {
        return best.layout;
    }
    return (struct json_layout){.shape = whole ? JSON_SHAPE_RECORDS : JSON_SHAPE_UNKNOWN};
}
