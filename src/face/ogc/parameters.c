/* The parameters of /items (OGC 17-069r3, 7.15): those of the standard become keys of the one
 * query, those of ogc_filters are keys of it already. */
#include "face/ogc/ogc_int.h"

#include <math.h>

#define DATE_BYTES  10 /* "2026-05-31" */
#define BOX_NUMBERS 6
#define KEPT_BYTES  4096

const char *const ogc_filters[] = {"q",    "kind",   "state", "theme", "territory", "space",
                                   "lang", "source", "has",   "skill", NULL};

/* Of the standard, and ours for paging, format and language: read here. */
static const char *const others[] = {"bbox", "datetime", "limit", "f", "lang_ui", NULL};

static bool is_among(slice key, const char *const *keys) {
    for (; *keys; keys++) {
        if (slice_equal(key, slice_from_cstr(*keys))) {
            return true;
        }
    }
    return false;
}

/* 7.6: a parameter that the API does not describe is a 400. */
static err check_keys(const struct http_request *request, const struct ogc_collection *collection,
                      struct problem *problem) {
    bool several_kinds = (collection->kinds & (collection->kinds - 1)) != 0;
    slice rest = request->query;
    slice pair;
    while (slice_cut(&rest, '&', &pair)) {
        slice key = slice_sub(pair, 0, slice_find(pair, 0, '='));
        bool filters =
            is_among(key, ogc_filters) && (several_kinds || !slice_equal(key, SLICE("kind")));
        if (pair.n > 0 && !filters && !is_among(key, others) &&
            !slice_equal(key, SLICE("cursor"))) {
            return problem_set(problem, ERR_INPUT, arena_cstr(request->arena, key),
                               "unknown parameter of this collection: /ogc/api names those it has");
        }
    }
    return OK;
}

/* ---- datetime ---- */

static err refuse_datetime(struct problem *problem) {
    return problem_set(problem, ERR_INPUT, "datetime",
                       "a day, an instant of RFC 3339, or two with a slash between, either of them "
                       ".. for an open end");
}

static err read_instant(slice text, struct date *date, struct problem *problem) {
    int64_t ms;
    if (text.n == DATE_BYTES) {
        return date_parse(text, date) == OK && date->precision == DATE_DAY
                   ? OK
                   : refuse_datetime(problem);
    }
    if (time_parse_rfc3339(text, &ms) != OK) {
        return refuse_datetime(problem);
    }
    /* Queries are in the civil time of the instance; where the calendar ends (9999-12-31T23:59:59Z
     * stands for "for ever") the day is taken as written. */
    if (date_from_ms(ms, SLICE_EMPTY, date) != OK &&
        date_parse(slice_sub(text, 0, DATE_BYTES), date) != OK) {
        return refuse_datetime(problem);
    }
    return OK;
}

static bool is_open_end(slice text) {
    return text.n == 0 || slice_equal(text, SLICE(".."));
}

err ogc_datetime_read(slice text, struct query *query, struct problem *problem) {
    size_t slash = slice_find(text, 0, '/');
    slice from = slice_sub(text, 0, slash);
    slice to = slash < text.n ? slice_sub(text, slash + 1, text.n) : from;
    if (text.n == 0 || (slash == text.n && is_open_end(text))) {
        return refuse_datetime(problem);
    }
    if (!is_open_end(from)) {
        TRY(read_instant(from, &query->from, problem));
        query->has_from = true;
    }
    if (!is_open_end(to)) {
        TRY(read_instant(to, &query->to, problem));
        query->has_to = true;
    }
    int64_t first, last, unused;
    if (query->has_from && query->has_to &&
        (date_range_ms(&query->from, SLICE_EMPTY, &first, &unused) != OK ||
         date_range_ms(&query->to, SLICE_EMPTY, &unused, &last) != OK || first > last)) {
        return problem_set(problem, ERR_INPUT, "datetime", "the end lies before the beginning");
    }
    return OK;
}

/* ---- bbox ---- */

static bool read_edge(slice text, double most, int32_t *edge_e7) {
    double degrees;
    if (!slice_to_double(slice_trim(text), &degrees) || fabs(degrees) > most) {
        return false;
    }
    *edge_e7 = (int32_t)lround(degrees * 1e7);
    return true;
}

err ogc_box_read(slice text, struct query *query, struct problem *problem) {
    slice parts[BOX_NUMBERS];
    slice part;
    slice rest = text;
    size_t count = 0;
    double height;
    bool good = true;
    while (slice_cut(&rest, ',', &part)) {
        if (count < BOX_NUMBERS) {
            parts[count] = part;
        }
        count++;
    }
    good = count == 4 || count == BOX_NUMBERS;
    if (good && count == BOX_NUMBERS) { /* west, south, low, east, north, high */
        good = slice_to_double(slice_trim(parts[2]), &height) &&
               slice_to_double(slice_trim(parts[5]), &height);
        parts[2] = parts[3];
        parts[3] = parts[4];
    }
    struct geo_box box = {0};
    good = good && read_edge(parts[0], 180, &box.west_e7) &&
           read_edge(parts[1], 90, &box.south_e7) && read_edge(parts[2], 180, &box.east_e7) &&
           read_edge(parts[3], 90, &box.north_e7) && geo_box_is_valid(&box);
    if (!good) {
        return problem_set(problem, ERR_INPUT, "bbox",
                           "west,south,east,north in degrees of WGS 84, south below north; or six "
                           "numbers with the heights");
    }
    query->box = box;
    query->has_box = true;
    return OK;
}

/* ---- all of them ---- */

static err read_limit(slice text, struct query *query, struct problem *problem) {
    uint64_t limit;
    if (!slice_to_u64(text, &limit) || limit < 1) {
        return problem_set(problem, ERR_INPUT, "limit", "a number from 1 to 10000");
    }
    /* 7.15.2: more than the most is no error. */
    query->limit = limit > OGC_LIMIT_MAX ? OGC_LIMIT_MAX : (uint32_t)limit;
    return OK;
}

/* The parameters as they came, without the cursor and what was left empty. */
static slice without_cursor(const struct http_request *request) {
    struct buf kept BUF_CLEANUP = buf_new(KEPT_BYTES);
    slice rest = request->query;
    slice pair;
    while (slice_cut(&rest, '&', &pair)) {
        if (pair.n > 0 && !slice_starts_with(pair, SLICE("cursor="))) {
            buf_add_cstr(&kept, kept.n > 0 ? "&" : "");
            buf_add(&kept, pair);
        }
    }
    return arena_copy(request->arena, buf_slice(&kept));
}

static err read_kinds(struct ogc_items *items, struct problem *problem) {
    uint16_t asked = items->query.kinds;
    items->query.kinds = asked == 0 ? items->collection->kinds : asked & items->collection->kinds;
    if (items->query.kinds == 0) {
        return problem_set(problem, ERR_INPUT, "kind",
                           "one of initiative, idea, tool, place, event, actor, story");
    }
    return OK;
}

err ogc_items_read(const struct http_request *request, struct ogc_items *items,
                   struct problem *problem) {
    struct arena *arena = request->arena;
    slice value;
    TRY(ogc_collection_find(request, &items->collection, problem));
    TRY(check_keys(request, items->collection, problem));
    TRY(face_machine_query(request, others, &items->query, problem));
    items->query.limit = OGC_LIMIT_USUAL;
    items->kept = without_cursor(request);
    if (query_raw_value(request->query, SLICE("bbox"), arena, &value) && value.n > 0) {
        TRY(ogc_box_read(value, &items->query, problem));
    }
    if (query_raw_value(request->query, SLICE("datetime"), arena, &value) && value.n > 0) {
        TRY(ogc_datetime_read(slice_trim(value), &items->query, problem));
    }
    if (query_raw_value(request->query, SLICE("limit"), arena, &value) && value.n > 0) {
        TRY(read_limit(slice_trim(value), &items->query, problem));
    }
    if (query_raw_value(request->query, SLICE("f"), arena, &value) &&
        !slice_equal(value, SLICE("json"))) {
        return problem_set(problem, ERR_INPUT, "f", "json");
    }
    return read_kinds(items, problem);
}
