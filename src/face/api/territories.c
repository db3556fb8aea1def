/* /api/v1/territories and /api/v1/territories/{code}. */
#include "face/api/api_int.h"

#define FOUND_MAX     100
#define FOUND_DEFAULT 20
/* Beyond it the list of communes is left out: the level below says the same. */
#define COMMUNES_LISTED_MAX 1000

static void write_short(const struct http_request *request, const struct territory *territory,
                        struct buf *out, bool *first) {
    api_text(out, first, "code", territory->code);
    api_text(out, first, "name", territory->name);
    api_text(out, first, "label", territory->label);
    api_text(out, first, "level", api_level_slug(territory->level));
    if (territory->population > 0) {
        api_number(out, first, "population", territory->population);
    }
    if (territory->has_centre) {
        api_point(out, first, territory->centre);
        if (territory->centre_is_approximate) {
            api_key(out, first, "approximate");
            buf_add_cstr(out, "true");
        }
    }
    api_text(out, first, "url",
             arena_printf(request->arena, "%.*s%.*s", SLICE_ARG(request->base_url),
                          SLICE_ARG(face_territory_path(territory, request->arena))));
}

static void write_list(const struct face *face, const struct http_request *request,
                       const uint32_t *found, size_t count, struct buf *out) {
    buf_add_cstr(out, "{\"items\":[");
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        buf_add_cstr(out, i == 0 ? "{" : ",{");
        write_short(request, &face->territories->items[found[i]], out, &first);
        buf_add_char(out, '}');
    }
    buf_add_cstr(out, "]}\n");
}

struct territory_filter {
    slice typed;
    enum territory_level level;
    bool has_level;
    uint32_t within; /* TERRITORY_NONE: not asked for */
    size_t limit;
};

static err read_filter(const struct face *face, const struct http_request *request,
                       struct territory_filter *filter, struct problem *problem) {
    static const char *const keys[] = {"q", "level", "within", "limit", NULL};
    slice value;
    *filter = (struct territory_filter){
        .typed = SLICE_EMPTY, .within = TERRITORY_NONE, .limit = FOUND_DEFAULT};
    TRY(face_machine_keys(request, keys, problem));
    struct query query;
    struct query_problems problems = {0};
    if (query_parse(request->query, QUERY_STRICT, keys + 1, request->arena, &query, &problems) !=
        OK) {
        *problem = problems.items[0];
        return ERR_INPUT;
    }
    filter->typed = query.words;
    if (query_raw_value(request->query, SLICE("level"), request->arena, &value) && value.n > 0) {
        filter->has_level = api_level_from_slug(value, &filter->level);
        if (!filter->has_level) {
            return problem_set(problem, ERR_INPUT, "level",
                               "one of commune, epci, departement, region, country, custom");
        }
    }
    if (query_raw_value(request->query, SLICE("within"), request->arena, &value) && value.n > 0) {
        filter->within = territories_find(face->territories, value);
        if (filter->within == TERRITORY_NONE) {
            return problem_set(problem, ERR_INPUT, "within", "there is no such territory");
        }
    }
    uint64_t limit;
    if (query_raw_value(request->query, SLICE("limit"), request->arena, &value) && value.n > 0) {
        if (!slice_to_u64(value, &limit) || limit < 1 || limit > FOUND_MAX) {
            return problem_set(problem, ERR_INPUT, "limit", "a number from 1 to %d", FOUND_MAX);
        }
        filter->limit = (size_t)limit;
    }
    if (filter->typed.n == 0 && !filter->has_level) {
        return problem_set(problem, ERR_INPUT, "q", "what to look for; or a level");
    }
    if (filter->typed.n == 0 && filter->level == TERRITORY_COMMUNE &&
        filter->within == TERRITORY_NONE) {
        return problem_set(problem, ERR_INPUT, "within", "a list of communes needs within=CODE");
    }
    return OK;
}

static bool filter_fits(const struct face *face, const struct territory_filter *filter,
                        uint32_t index) {
    const struct territory *territory = &face->territories->items[index];
    return (!filter->has_level || territory->level == filter->level) &&
           (filter->within == TERRITORY_NONE ||
            territories_is_within(face->territories, index, filter->within));
}

err api_territories(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    const struct face *face = app;
    const struct territories *all = face->territories;
    struct territory_filter filter;
    TRY(read_filter(face, request, &filter, problem));
    uint32_t *found = arena_new(request->arena, uint32_t, all->count + 1);
    size_t count = 0;
    if (filter.typed.n > 0) {
        /* More than asked for, since some may not fit. */
        uint32_t candidates[4 * FOUND_MAX];
        size_t n = territories_suggest(all, filter.typed, candidates, ARRAY_COUNT(candidates));
        for (size_t i = 0; i < n && count < filter.limit; i++) {
            if (filter_fits(face, &filter, candidates[i])) {
                found[count++] = candidates[i];
            }
        }
    } else {
        for (uint32_t i = 0; i < all->count; i++) {
            if (filter_fits(face, &filter, i)) {
                found[count++] = i;
            }
        }
    }
    response->media_type = API_JSON;
    write_list(face, request, found, count, &response->body);
    struct buf *body = &response->body;
    response->etag = arena_printf(request->arena, "\"%llx\"",
                                  (unsigned long long)hash_bytes(buf_slice(body), 1));
    return OK;
}

static void write_ancestors(const struct face *face, const struct http_request *request,
                            const struct territory *territory, struct buf *out, bool *first) {
    const uint32_t above[] = {territory->epci, territory->departement, territory->region,
                              territory->country};
    bool first_item = true;
    api_key(out, first, "within");
    buf_add_char(out, '[');
    for (size_t i = 0; i < ARRAY_COUNT(above); i++) {
        if (above[i] < face->territories->count) {
            bool first_text = true;
            buf_add_cstr(out, first_item ? "{" : ",{");
            first_item = false;
            write_short(request, &face->territories->items[above[i]], out, &first_text);
            buf_add_char(out, '}');
        }
    }
    buf_add_char(out, ']');
}

static void write_codes(const struct face *face, const struct territory *territory, struct buf *out,
                        bool *first) {
    if (territory->postal_code_count > 0) {
        api_key(out, first, "postal_codes");
        for (uint32_t i = 0; i < territory->postal_code_count; i++) {
            buf_add_char(out, i == 0 ? '[' : ',');
            buf_add_json_string(out, territory->postal_codes[i]);
        }
        buf_add_char(out, ']');
    }
    if (territory->commune_count == 0) {
        return;
    }
    api_number(out, first, "commune_count", territory->commune_count);
    if (territory->commune_count > COMMUNES_LISTED_MAX) {
        return;
    }
    api_key(out, first, "communes");
    for (uint32_t i = 0; i < territory->commune_count; i++) {
        buf_add_char(out, i == 0 ? '[' : ',');
        buf_add_json_string(out, face->territories->items[territory->communes[i]].code);
    }
    buf_add_char(out, ']');
}

/* How many entries belong to the territory, and where they are asked for. */
static err write_entries(const struct face *face, const struct http_request *request,
                         const struct atlas_view *view, const struct territory *territory,
                         struct buf *out, bool *first, struct problem *problem) {
    struct query query = query_default();
    struct atlas_result result;
    query_values_set(&query.territories, territory->code, true);
    query.limit = 1;
    struct atlas_request asked = face_machine_request(face, &query, 0);
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    api_number(out, first, "entries", (int64_t)result.total);
    api_text(out, first, "entries_url",
             arena_printf(request->arena, "%.*s/api/v1/entries?territory=%.*s",
                          SLICE_ARG(request->base_url), SLICE_ARG(territory->code)));
    return OK;
}

static err answer_territory(const struct face *face, const struct http_request *request,
                            const struct atlas_view *view, const struct territory *territory,
                            struct http_response *response, struct problem *problem) {
    struct buf *out = &response->body;
    bool first = true;
    slice tag = face_etag(view, territory->code, request->base_url, request->arena);
    if (http_unchanged(request, response, tag)) {
        return OK;
    }
    response->media_type = API_JSON;
    buf_add_char(out, '{');
    write_short(request, territory, out, &first);
    if (territory->has_centre) {
        api_box(out, &first, &territory->box);
    }
    write_ancestors(face, request, territory, out, &first);
    write_codes(face, territory, out, &first);
    TRY(write_entries(face, request, view, territory, out, &first, problem));
    buf_add_cstr(out, "}\n");
    return OK;
}

err api_territory(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    const struct face *face = app;
    TRY(face_machine_keys(request, NULL, problem));
    uint32_t index = territories_find(face->territories, request->captures[0]);
    if (index == TERRITORY_NONE) {
        return problem_set(problem, ERR_NOT_FOUND, "", "there is no territory with this code");
    }
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result =
        answer_territory(face, request, view, &face->territories->items[index], response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}
