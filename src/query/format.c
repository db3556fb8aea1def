#include "query/query_int.h"

void query_encode(slice text, struct buf *out) {
    buf_add_percent(out, text, "+");
}

/* Writes `&key=` (no & at the very start of the query text). */
static void add_key(struct buf *out, size_t start, enum query_key key) {
    if (out->n > start) {
        buf_add_char(out, '&');
    }
    buf_add(out, query_key_name(key));
    buf_add_char(out, '=');
}

static void add_text(struct buf *out, size_t start, enum query_key key, slice text) {
    if (text.n > 0) {
        add_key(out, start, key);
        query_encode(text, out);
    }
}

static void add_values(struct buf *out, size_t start, enum query_key key,
                       const struct query_values *values) {
    for (uint32_t i = 0; i < values->count; i++) {
        if (i == 0) {
            add_key(out, start, key);
        } else {
            buf_add_char(out, ',');
        }
        query_encode(values->values[i], out);
    }
}

static void add_bits(struct buf *out, size_t start, enum query_key key, unsigned bits,
                     query_name_of *names) {
    bool first = true;
    for (unsigned i = 0; bits >> i; i++) {
        if (bits >> i & 1) {
            if (first) {
                add_key(out, start, key);
            } else {
                buf_add_char(out, ',');
            }
            buf_add(out, names(i));
            first = false;
        }
    }
}

static void add_place(struct buf *out, size_t start, const struct query *query) {
    if (query->has_box) {
        add_key(out, start, QUERY_KEY_BBOX);
        buf_add_e7(out, query->box.west_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, query->box.south_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, query->box.east_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, query->box.north_e7);
    }
    if (query->has_near) {
        add_key(out, start, QUERY_KEY_NEAR);
        buf_add_e7(out, query->near.lat_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, query->near.lon_e7);
    }
    if (query->radius_m != QUERY_RADIUS_DEFAULT_M) {
        add_key(out, start, QUERY_KEY_RADIUS);
        buf_add_double(out, query->radius_m / 1000.0);
    }
}

static void add_date(struct buf *out, size_t start, enum query_key key, const struct date *date) {
    struct buf text BUF_CLEANUP = buf_new(64);
    date_format(date, &text);
    add_text(out, start, key, buf_slice(&text));
}

void query_format(const struct query *query, struct buf *out) {
    size_t start = out->n;
    add_text(out, start, QUERY_KEY_Q, query->words);
    add_bits(out, start, QUERY_KEY_KIND, query->kinds, query_kind_name);
    add_bits(out, start, QUERY_KEY_STATE, query->states, query_state_name);
    add_values(out, start, QUERY_KEY_THEME, &query->themes);
    add_values(out, start, QUERY_KEY_TERRITORY, &query->territories);
    add_text(out, start, QUERY_KEY_SPACE, query->space);
    add_place(out, start, query);
    if (query->when != QUERY_WHEN_ALL) {
        add_text(out, start, QUERY_KEY_WHEN, query_when_slug(query->when));
    }
    if (query->has_from) {
        add_date(out, start, QUERY_KEY_FROM, &query->from);
    }
    if (query->has_to) {
        add_date(out, start, QUERY_KEY_TO, &query->to);
    }
    add_values(out, start, QUERY_KEY_LANG, &query->languages);
    add_values(out, start, QUERY_KEY_SOURCE, &query->sources);
    add_bits(out, start, QUERY_KEY_HAS, query->has, query_has_name);
    add_values(out, start, QUERY_KEY_SKILL, &query->skills);
    if (query->sort != QUERY_SORT_RELEVANCE) {
        add_text(out, start, QUERY_KEY_SORT, query_sort_slug(query->sort));
    }
    add_text(out, start, QUERY_KEY_CURSOR, query->cursor);
    if (query->limit != QUERY_LIMIT_DEFAULT) {
        add_key(out, start, QUERY_KEY_LIMIT);
        buf_add_u64(out, query->limit);
    }
}
