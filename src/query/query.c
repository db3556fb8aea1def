#include "query/query_int.h"

#include "text/text.h"
#include <string.h>

/* ---- names ---- */

static const char *const kind_names[QUERY_KIND__COUNT] = {
    [QUERY_KIND_INITIATIVE] = "initiative",
    [QUERY_KIND_IDEA] = "idea",
    [QUERY_KIND_TOOL] = "tool",
    [QUERY_KIND_PLACE] = "place",
    [QUERY_KIND_EVENT] = "event",
    [QUERY_KIND_ACTOR] = "actor",
    [QUERY_KIND_STORY] = "story",
    [QUERY_KIND_NEED] = "need",
    [QUERY_KIND_OFFER] = "offer",
};
static const char *const state_names[QUERY_STATE__COUNT] = {
    [QUERY_STATE_IDEA] = "idea",       [QUERY_STATE_BEGUN] = "begun",
    [QUERY_STATE_RUNNING] = "running", [QUERY_STATE_SEEKING] = "seeking",
    [QUERY_STATE_PAUSED] = "paused",   [QUERY_STATE_ENDED] = "ended",
};
static const char *const has_names[QUERY_HAS__COUNT] = {
    [QUERY_HAS_VIDEO] = "video", [QUERY_HAS_NEED] = "need",   [QUERY_HAS_OFFER] = "offer",
    [QUERY_HAS_IMAGE] = "image", [QUERY_HAS_PLACE] = "place",
};
static const char *const when_names[QUERY_WHEN__COUNT] = {
    [QUERY_WHEN_ALL] = "all",
    [QUERY_WHEN_UPCOMING] = "upcoming",
    [QUERY_WHEN_PAST] = "past",
};
static const char *const sort_names[QUERY_SORT__COUNT] = {
    [QUERY_SORT_RELEVANCE] = "relevance", [QUERY_SORT_NEAR] = "near",
    [QUERY_SORT_RECENT] = "recent",       [QUERY_SORT_SOON] = "soon",
    [QUERY_SORT_TITLE] = "title",         [QUERY_SORT_TAKEN_UP] = "taken-up",
};
static const char *const key_names[QUERY_KEY__COUNT] = {
    [QUERY_KEY_Q] = "q",         [QUERY_KEY_KIND] = "kind",           [QUERY_KEY_STATE] = "state",
    [QUERY_KEY_THEME] = "theme", [QUERY_KEY_TERRITORY] = "territory", [QUERY_KEY_SPACE] = "space",
    [QUERY_KEY_BBOX] = "bbox",   [QUERY_KEY_NEAR] = "near",           [QUERY_KEY_RADIUS] = "radius",
    [QUERY_KEY_WHEN] = "when",   [QUERY_KEY_FROM] = "from",           [QUERY_KEY_TO] = "to",
    [QUERY_KEY_LANG] = "lang",   [QUERY_KEY_SOURCE] = "source",       [QUERY_KEY_HAS] = "has",
    [QUERY_KEY_SKILL] = "skill", [QUERY_KEY_SORT] = "sort",           [QUERY_KEY_CURSOR] = "cursor",
    [QUERY_KEY_LIMIT] = "limit",
};

slice query_kind_slug(enum query_kind kind) {
    return slice_from_cstr(kind_names[kind]);
}

slice query_state_slug(enum query_state state) {
    return slice_from_cstr(state_names[state]);
}

slice query_has_slug(enum query_has has) {
    return slice_from_cstr(has_names[has]);
}

slice query_when_slug(enum query_when when) {
    return slice_from_cstr(when_names[when]);
}

slice query_sort_slug(enum query_sort sort) {
    return slice_from_cstr(sort_names[sort]);
}

slice query_key_name(enum query_key key) {
    return slice_from_cstr(key_names[key]);
}

slice query_kind_name(unsigned index) {
    return query_kind_slug((enum query_kind)index);
}

slice query_state_name(unsigned index) {
    return query_state_slug((enum query_state)index);
}

slice query_has_name(unsigned index) {
    return query_has_slug((enum query_has)index);
}

slice query_when_name(unsigned index) {
    return query_when_slug((enum query_when)index);
}

slice query_sort_name(unsigned index) {
    return query_sort_slug((enum query_sort)index);
}

bool query_kind_from_slug(slice slug, enum query_kind *kind) {
    for (unsigned i = 0; i < QUERY_KIND__COUNT; i++) {
        if (slice_equal(slug, query_kind_slug((enum query_kind)i))) {
            *kind = (enum query_kind)i;
            return true;
        }
    }
    return false;
}

bool query_state_from_slug(slice slug, enum query_state *state) {
    for (unsigned i = 0; i < QUERY_STATE__COUNT; i++) {
        if (slice_equal(slug, query_state_slug((enum query_state)i))) {
            *state = (enum query_state)i;
            return true;
        }
    }
    return false;
}

/* ---- the value ---- */

struct query query_default(void) {
    return (struct query){
        .words = SLICE_EMPTY,
        .space = SLICE_EMPTY,
        .cursor = SLICE_EMPTY,
        .radius_m = QUERY_RADIUS_DEFAULT_M,
        .limit = QUERY_LIMIT_DEFAULT,
    };
}

bool query_is_open(const struct query *query) {
    uint32_t listed = query->themes.count + query->territories.count + query->languages.count +
                      query->sources.count + query->skills.count;
    bool placed = query->has_box || (query->has_near && query->radius_m != 0);
    bool dated = query->when != QUERY_WHEN_ALL || query->has_from || query->has_to;
    return query->words.n == 0 && query->kinds == 0 && query->states == 0 && query->has == 0 &&
           query->space.n == 0 && listed == 0 && !placed && !dated;
}

/* Where `value` stands, or would stand. */
static uint32_t values_position(const struct query_values *values, slice value, bool *found) {
    uint32_t i = 0;
    while (i < values->count && slice_compare(values->values[i], value) < 0) {
        i++;
    }
    *found = i < values->count && slice_equal(values->values[i], value);
    return i;
}

bool query_values_has(const struct query_values *values, slice value) {
    bool found;
    values_position(values, value, &found);
    return found;
}

bool query_values_set(struct query_values *values, slice value, bool present) {
    bool found;
    uint32_t at = values_position(values, value, &found);
    if (found == present) {
        return true;
    }
    slice *place = &values->values[at];
    if (!present) {
        memmove(place, place + 1, (values->count - at - 1) * sizeof *place);
        values->count--;
        return true;
    }
    if (values->count == QUERY_VALUES_MAX) {
        return false;
    }
    memmove(place + 1, place, (values->count - at) * sizeof *place);
    *place = value;
    values->count++;
    return true;
}

/* ---- percent-encoding ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool query_decode(slice raw, struct arena *arena, slice *decoded) {
    char *bytes = arena_new(arena, char, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
            int low = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        unsigned char byte = (unsigned char)c;
        if ((byte < 0x20 && !(byte >= '\t' && byte <= '\r')) || byte == 0x7f) {
            return false;
        }
        bytes[n++] = c;
    }
    *decoded = slice_of(bytes, n);
    return text_is_utf8(*decoded);
}

bool query_next_pair(slice *rest, slice *key, slice *value) {
    slice pair;
    while (slice_cut(rest, '&', &pair)) {
        if (pair.n == 0) {
            continue;
        }
        size_t equals = slice_find(pair, 0, '=');
        *key = slice_sub(pair, 0, equals);
        *value = slice_sub(pair, equals + 1, pair.n);
        return true;
    }
    return false;
}

bool query_raw_value(slice text, slice key, struct arena *arena, slice *value) {
    slice rest = text;
    slice raw_key;
    slice raw_value;
    while (query_next_pair(&rest, &raw_key, &raw_value)) {
        slice decoded;
        if (raw_key.n <= 3 * key.n && query_decode(raw_key, arena, &decoded) &&
            slice_equal(decoded, key)) {
            return query_decode(raw_value, arena, value);
        }
    }
    return false;
}
