#include "query/query_int.h"

#include <math.h>
#include <string.h>

/* What one parse carries along. */
struct parse {
    enum query_mode mode;
    struct arena *arena;
    struct query *query;
    struct query_problems *problems;
    uint32_t seen; /* bits of enum query_key that had a value */
};

#define SLUG_MAX      64
#define LANGUAGE_MAX  16
#define CURSOR_MAX    256
#define TERRITORY_MAX (SLUG_MAX + 2) /* "t-" and a slug */

/* Notes that the value of `key` cannot be used. Strict: ends the parse. Page: goes on without
 * it. */
static err refuse(struct parse *parse, slice key, const char *what) {
    struct query_problems *problems = parse->problems;
    if (problems && problems->count < QUERY_PROBLEMS_MAX) {
        /* The key may come from outside: only printable ASCII of it is shown. */
        char name[sizeof problems->items[0].field];
        size_t n = 0;
        for (; n < key.n && n < sizeof name - 1; n++) {
            name[n] = key.p[n];
            if (name[n] <= ' ' || name[n] > '~') {
                name[n] = '?';
            }
        }
        name[n] = '\0';
        problem_set(&problems->items[problems->count++], ERR_INPUT, name, "%s", what);
    }
    return parse->mode == QUERY_STRICT ? ERR_INPUT : OK;
}

static err refuse_key(struct parse *parse, enum query_key key, const char *what) {
    return refuse(parse, query_key_name(key), what);
}

/* ---- shapes of values ---- */

static bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_letter_or_digit(char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool is_slug(slice text) {
    if (text.n == 0 || text.n > SLUG_MAX || !is_lower_or_digit(text.p[0])) {
        return false;
    }
    for (size_t i = 1; i < text.n; i++) {
        if (!is_lower_or_digit(text.p[i]) && text.p[i] != '-' && text.p[i] != '_') {
            return false;
        }
    }
    return true;
}

static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Codes compare without case: "DEP-2a" is dep-2A, "country-FR" is country-fr. */
static slice territory_canonical(slice text, struct arena *arena) {
    size_t dash = slice_find(text, 0, '-');
    slice copy = arena_copy(arena, slice_sub(text, 0, TERRITORY_MAX));
    char *bytes = (char *)(uintptr_t)copy.p; /* ours alone */
    for (size_t i = 0; i < copy.n; i++) {
        bytes[i] = lower(bytes[i]);
    }
    bool by_number =
        !slice_starts_with(copy, SLICE("country-")) && !slice_starts_with(copy, SLICE("t-"));
    for (size_t i = dash; by_number && i < copy.n; i++) {
        bytes[i] = upper(bytes[i]);
    }
    return text.n > TERRITORY_MAX ? text : copy;
}

/* com-2A004 epci-200069110 dep-73 reg-84 country-fr t-slug */
static bool is_territory(slice text) {
    static const char *const levels[] = {"com-", "epci-", "dep-", "reg-", "country-"};
    if (slice_starts_with(text, SLICE("t-"))) {
        return is_slug(slice_sub(text, 2, text.n));
    }
    for (size_t i = 0; i < ARRAY_COUNT(levels); i++) {
        slice level = slice_from_cstr(levels[i]);
        if (slice_starts_with(text, level)) {
            slice code = slice_sub(text, level.n, text.n);
            bool fits = code.n > 0 && code.n <= 16;
            for (size_t k = 0; fits && k < code.n; k++) {
                fits = is_letter_or_digit(code.p[k]);
            }
            return fits;
        }
    }
    return false;
}

/* BCP 47, shortly: fr, pt-BR, zh-Hant. */
static bool is_language(slice text) {
    size_t primary = slice_find(text, 0, '-');
    if (primary < 2 || primary > 3 || text.n > LANGUAGE_MAX || text.p[text.n - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        bool fits = i < primary ? text.p[i] >= 'a' && text.p[i] <= 'z'
                                : is_letter_or_digit(text.p[i]) || text.p[i] == '-';
        if (!fits) {
            return false;
        }
    }
    return true;
}

static bool is_cursor(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (!is_letter_or_digit(text.p[i]) && !memchr("-_.~", text.p[i], 4)) {
            return false;
        }
    }
    return text.n <= CURSOR_MAX;
}

static bool degrees_e7(slice text, double most, int32_t *value_e7) {
    double degrees;
    if (!slice_to_double(slice_trim(text), &degrees) || fabs(degrees) > most) {
        return false;
    }
    *value_e7 = (int32_t)lround(degrees * 1e7);
    return true;
}

/* ---- values that are lists ---- */

typedef bool value_shape(slice text);

static err parse_values(struct parse *parse, enum query_key key, slice text, value_shape *shape,
                        struct query_values *values, const char *what) {
    slice part;
    while (slice_cut(&text, ',', &part)) {
        part = slice_trim(part);
        if (part.n == 0) {
            continue;
        }
        if (key == QUERY_KEY_TERRITORY) {
            part = territory_canonical(part, parse->arena);
        }
        if (!shape(part)) {
            TRY(refuse_key(parse, key, what));
        } else if (!query_values_set(values, part, true)) {
            TRY(refuse_key(parse, key, "at most 32 values"));
        }
    }
    return OK;
}

/* Index of the name, or `count`. */
static unsigned find_name(slice text, query_name_of *names, unsigned count) {
    unsigned i = 0;
    while (i < count && !slice_equal(text, names(i))) {
        i++;
    }
    return i;
}

static err parse_bits(struct parse *parse, enum query_key key, slice text, query_name_of *names,
                      unsigned count, uint16_t *bits, const char *what) {
    slice part;
    while (slice_cut(&text, ',', &part)) {
        part = slice_trim(part);
        unsigned index = find_name(part, names, count);
        if (part.n == 0) {
            continue;
        }
        if (index == count) {
            TRY(refuse_key(parse, key, what));
        } else {
            *bits = (uint16_t)(*bits | 1u << index);
        }
    }
    return OK;
}

/* ---- values that stand alone ---- */

/* Runs of white space become one space, so that the same words are the same query. */
static err parse_words(struct parse *parse, slice text) {
    char *words = arena_new(parse->arena, char, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool space = text.p[i] == ' ' || (text.p[i] >= '\t' && text.p[i] <= '\r');
        if (!space) {
            words[n++] = text.p[i];
        } else if (n > 0 && words[n - 1] != ' ') {
            words[n++] = ' ';
        }
    }
    slice trimmed = slice_trim(slice_of(words, n));
    if (trimmed.n > QUERY_WORDS_MAX) {
        return refuse_key(parse, QUERY_KEY_Q, "longer than 256 bytes");
    }
    parse->query->words = trimmed;
    return OK;
}

static err parse_box(struct parse *parse, slice text) {
    static const double most[4] = {180, 90, 180, 90};
    int32_t edges[4] = {0};
    slice part;
    size_t count = 0;
    for (; slice_cut(&text, ',', &part); count++) {
        if (count == 4 || !degrees_e7(part, most[count], &edges[count])) {
            count = 0;
            break;
        }
    }
    struct geo_box box = {edges[0], edges[1], edges[2], edges[3]};
    if (count != 4 || !geo_box_is_valid(&box)) {
        return refuse_key(parse, QUERY_KEY_BBOX,
                          "west,south,east,north in degrees, south below north");
    }
    parse->query->box = box;
    parse->query->has_box = true;
    return OK;
}

static err parse_near(struct parse *parse, slice text) {
    size_t comma = slice_find(text, 0, ',');
    struct geo_point point;
    if (!degrees_e7(slice_sub(text, 0, comma), 90, &point.lat_e7) ||
        !degrees_e7(slice_sub(text, comma + 1, text.n), 180, &point.lon_e7)) {
        return refuse_key(parse, QUERY_KEY_NEAR, "latitude,longitude in degrees");
    }
    parse->query->near = point;
    parse->query->has_near = true;
    return OK;
}

static err parse_radius(struct parse *parse, slice text) {
    double km;
    if (!slice_to_double(text, &km) || km < 0 || km * 1000 > QUERY_RADIUS_MAX_M) {
        return refuse_key(parse, QUERY_KEY_RADIUS, "kilometres, 0 (no limit) to 500");
    }
    parse->query->radius_m = (uint32_t)lround(km * 1000);
    return OK;
}

static err parse_date(struct parse *parse, enum query_key key, slice text, struct date *date,
                      bool *present) {
    struct date parsed;
    if (date_parse(text, &parsed) != OK || parsed.precision == DATE_UNKNOWN) {
        return refuse_key(parse, key, "a date: 2026, 2026-05 or 2026-05-31");
    }
    *date = parsed;
    *present = true;
    return OK;
}

static err parse_limit(struct parse *parse, slice text) {
    uint64_t limit;
    if (!slice_to_u64(text, &limit) || limit < 1 || limit > QUERY_LIMIT_MAX) {
        return refuse_key(parse, QUERY_KEY_LIMIT, "a number from 1 to 1000");
    }
    parse->query->limit = (uint32_t)limit;
    return OK;
}

/* ---- keys ---- */

static err parse_value(struct parse *parse, enum query_key key, slice text) {
    struct query *query = parse->query;
    unsigned index;
    switch (key) {
    case QUERY_KEY_Q:
        return parse_words(parse, text);
    case QUERY_KEY_KIND:
        return parse_bits(parse, key, text, query_kind_name, QUERY_KIND__COUNT, &query->kinds,
                          "one of initiative, idea, tool, place, event, actor, story, need, offer");
    case QUERY_KEY_STATE:
        return parse_bits(parse, key, text, query_state_name, QUERY_STATE__COUNT, &query->states,
                          "one of idea, begun, running, seeking, paused, ended");
    case QUERY_KEY_HAS:
        return parse_bits(parse, key, text, query_has_name, QUERY_HAS__COUNT, &query->has,
                          "one of video, need, offer, image, place");
    case QUERY_KEY_THEME:
        return parse_values(parse, key, text, is_slug, &query->themes, "not a theme's slug");
    case QUERY_KEY_TERRITORY:
        return parse_values(parse, key, text, is_territory, &query->territories,
                            "a code like com-73065, epci-200069110, dep-73, reg-84, country-fr");
    case QUERY_KEY_LANG:
        return parse_values(parse, key, text, is_language, &query->languages,
                            "a language like fr, en, pt-BR");
    case QUERY_KEY_SOURCE:
        return parse_values(parse, key, text, is_slug, &query->sources, "not a source's slug");
    case QUERY_KEY_SKILL:
        return parse_values(parse, key, text, is_slug, &query->skills, "not a skill's slug");
    case QUERY_KEY_SPACE:
        if (!is_slug(text)) {
            return refuse_key(parse, key, "not a space's slug");
        }
        query->space = text;
        return OK;
    case QUERY_KEY_BBOX:
        return parse_box(parse, text);
    case QUERY_KEY_NEAR:
        return parse_near(parse, text);
    case QUERY_KEY_RADIUS:
        return parse_radius(parse, text);
    case QUERY_KEY_FROM:
        return parse_date(parse, key, text, &query->from, &query->has_from);
    case QUERY_KEY_TO:
        return parse_date(parse, key, text, &query->to, &query->has_to);
    case QUERY_KEY_WHEN:
        index = find_name(text, query_when_name, QUERY_WHEN__COUNT);
        if (index == QUERY_WHEN__COUNT) {
            return refuse_key(parse, key, "one of upcoming, past, all");
        }
        query->when = (enum query_when)index;
        return OK;
    case QUERY_KEY_SORT:
        index = find_name(text, query_sort_name, QUERY_SORT__COUNT);
        if (index == QUERY_SORT__COUNT) {
            return refuse_key(parse, key, "one of relevance, near, recent, soon, title, taken-up");
        }
        query->sort = (enum query_sort)index;
        return OK;
    case QUERY_KEY_CURSOR:
        if (!is_cursor(text)) {
            return refuse_key(parse, key, "not a cursor of this list");
        }
        query->cursor = text;
        return OK;
    case QUERY_KEY_LIMIT:
        return parse_limit(parse, text);
    case QUERY_KEY__COUNT:
        break;
    }
    return ERR_INTERNAL;
}

/* Keys whose values add up when the key stands more than once, as the boxes of a form do. */
static bool key_is_list(enum query_key key) {
    const uint32_t lists = 1u << QUERY_KEY_KIND | 1u << QUERY_KEY_STATE | 1u << QUERY_KEY_HAS |
                           1u << QUERY_KEY_THEME | 1u << QUERY_KEY_TERRITORY |
                           1u << QUERY_KEY_LANG | 1u << QUERY_KEY_SOURCE | 1u << QUERY_KEY_SKILL;
    return (lists >> key & 1) != 0;
}

static bool is_extra(slice key, const char *const *extra) {
    for (; extra && *extra; extra++) {
        if (slice_equal(key, slice_from_cstr(*extra))) {
            return true;
        }
    }
    return false;
}

static slice key_name_at(unsigned index) {
    return query_key_name((enum query_key)index);
}

static err parse_pair(struct parse *parse, slice raw_key, slice raw_value,
                      const char *const *extra) {
    slice key;
    if (!query_decode(raw_key, parse->arena, &key)) {
        return parse->mode == QUERY_STRICT ? refuse(parse, raw_key, "broken encoding of a key")
                                           : OK;
    }
    if (is_extra(key, extra)) {
        return OK;
    }
    unsigned index = find_name(key, key_name_at, QUERY_KEY__COUNT);
    if (index == QUERY_KEY__COUNT) {
        return parse->mode == QUERY_STRICT ? refuse(parse, key, "unknown key") : OK;
    }
    enum query_key known = (enum query_key)index;
    slice value;
    if (!query_decode(raw_value, parse->arena, &value)) {
        return refuse_key(parse, known, "broken percent-encoding, or not UTF-8");
    }
    value = slice_trim(value);
    if (value.n == 0) {
        return OK; /* forms send what was left empty */
    }
    if ((parse->seen >> known & 1) && !key_is_list(known)) {
        return parse->mode == QUERY_STRICT ? refuse_key(parse, known, "given more than once") : OK;
    }
    parse->seen |= 1u << known;
    return parse_value(parse, known, value);
}

/* Rules between keys, once all are read. */
static err check_together(struct parse *parse) {
    struct query *query = parse->query;
    if (query->has_from && query->has_to) {
        int64_t from_first, from_last, to_first, to_last;
        err read = date_range_ms(&query->from, SLICE_EMPTY, &from_first, &from_last);
        if (read == OK) {
            read = date_range_ms(&query->to, SLICE_EMPTY, &to_first, &to_last);
        }
        if (read != OK || from_first > to_last) {
            query->has_to = false;
            query->to = (struct date){0};
            TRY(refuse_key(parse, QUERY_KEY_TO, "lies before from"));
        }
    }
    /* A page may find the place later, from the words of its own `where`. */
    if (parse->mode == QUERY_STRICT && query->sort == QUERY_SORT_NEAR && !query->has_near) {
        return refuse_key(parse, QUERY_KEY_SORT, "near needs the key near");
    }
    return OK;
}

err query_parse(slice text, enum query_mode mode, const char *const *extra, struct arena *arena,
                struct query *query, struct query_problems *problems) {
    struct query parsed = query_default();
    struct parse parse = {mode, arena, &parsed, problems, 0};
    if (problems) {
        problems->count = 0;
    }
    if (text.n > QUERY_TEXT_MAX) {
        if (problems) {
            problems->count = 1;
            problem_set(&problems->items[0], ERR_LIMIT, "", "a query has at most %d bytes",
                        QUERY_TEXT_MAX);
        }
        return ERR_LIMIT;
    }
    slice rest = text;
    slice key;
    slice value;
    while (query_next_pair(&rest, &key, &value)) {
        TRY(parse_pair(&parse, key, value, extra));
    }
    TRY(check_together(&parse));
    *query = parsed;
    return OK;
}
