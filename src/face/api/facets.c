#include "face/api/api_int.h"

static const char *const names[ATLAS_FACET__COUNT] = {
    [ATLAS_FACET_KIND] = "kind",     [ATLAS_FACET_STATE] = "state",
    [ATLAS_FACET_THEME] = "theme",   [ATLAS_FACET_TERRITORY] = "territory",
    [ATLAS_FACET_HAS] = "has",       [ATLAS_FACET_LANGUAGE] = "lang",
    [ATLAS_FACET_SOURCE] = "source", [ATLAS_FACET_SKILL] = "skill",
};

err api_facets_parse(const struct http_request *request, uint32_t *facets,
                     struct problem *problem) {
    slice rest;
    slice name;
    *facets = 0;
    if (!query_raw_value(request->query, SLICE("facets"), request->arena, &rest)) {
        return OK;
    }
    while (slice_cut(&rest, ',', &name)) {
        name = slice_trim(name);
        unsigned i = 0;
        while (i < ATLAS_FACET__COUNT && !slice_equal(name, slice_from_cstr(names[i]))) {
            i++;
        }
        if (i < ATLAS_FACET__COUNT) {
            *facets |= 1u << i;
        } else if (name.n > 0) {
            return problem_set(problem, ERR_INPUT, "facets",
                               "a list of kind, state, theme, territory, has, lang, source, skill");
        }
    }
    return OK;
}

static slice value_label(const struct face *face, const struct http_request *request,
                         enum atlas_facet facet, const struct atlas_facet_value *value) {
    enum query_kind kind;
    enum query_state state;
    switch (facet) {
    case ATLAS_FACET_KIND:
        return query_kind_from_slug(value->value, &kind) ? api_kind_label(request, kind)
                                                         : value->value;
    case ATLAS_FACET_STATE:
        return query_state_from_slug(value->value, &state) ? api_state_label(request, state)
                                                           : value->value;
    case ATLAS_FACET_THEME:
        return value->index < face->themes->count
                   ? api_theme_label(request, &face->themes->items[value->index])
                   : value->value;
    case ATLAS_FACET_TERRITORY:
        return value->index < face->territories->count
                   ? face->territories->items[value->index].label
                   : value->value;
    case ATLAS_FACET_HAS:
        for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
            if (slice_equal(value->value, query_has_slug((enum query_has)has))) {
                return api_has_label(request, (enum query_has)has);
            }
        }
        return value->value;
    case ATLAS_FACET_SOURCE:
        return api_source_title(request, value->value);
    case ATLAS_FACET_LANGUAGE:
    case ATLAS_FACET_SKILL:
    case ATLAS_FACET__COUNT:
        break;
    }
    return value->value;
}

static void write_values(const struct face *face, const struct http_request *request,
                         enum atlas_facet facet, const struct atlas_facet_counts *counts,
                         struct buf *out) {
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < counts->count; i++) {
        const struct atlas_facet_value *value = &counts->values[i];
        bool first = true;
        buf_add_cstr(out, i == 0 ? "{" : ",{");
        api_text(out, &first, "value", value->value);
        api_text(out, &first, "label", value_label(face, request, facet, value));
        api_number(out, &first, "count", (int64_t)value->count);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

void api_facets_write(const struct face *face, const struct http_request *request,
                      const struct atlas_result *result, uint32_t facets, struct buf *out,
                      bool *first) {
    bool first_facet = true;
    api_key(out, first, "facets");
    buf_add_char(out, '{');
    for (unsigned i = 0; i < ATLAS_FACET__COUNT; i++) {
        if (facets >> i & 1) {
            api_key(out, &first_facet, names[i]);
            write_values(face, request, (enum atlas_facet)i, &result->facets[i], out);
        }
    }
    buf_add_char(out, '}');
    if (facets == 0) {
        return;
    }
    bool first_total = true;
    api_key(out, first, "facet_totals");
    buf_add_char(out, '{');
    for (unsigned i = 0; i < ATLAS_FACET__COUNT; i++) {
        if (facets >> i & 1) {
            api_key(out, &first_total, names[i]);
            buf_addf(out, "{\"total\":%llu,\"others\":%llu}",
                     (unsigned long long)result->facets[i].total,
                     (unsigned long long)result->facets[i].others);
        }
    }
    buf_add_char(out, '}');
}
