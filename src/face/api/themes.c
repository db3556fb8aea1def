/* /api/v1/themes: the taxonomies, with how many entries each theme has. */
#include "face/api/api_int.h"

static void write_two(struct buf *out, bool *first, const char *key, const slice texts[2]) {
    bool first_text = true;
    api_key(out, first, key);
    buf_add_char(out, '{');
    api_text(out, &first_text, "fr", texts[0]);
    api_text(out, &first_text, "en", texts[1]);
    buf_add_char(out, '}');
}

static void write_theme(const struct themes *themes, uint16_t index, uint64_t count,
                        struct buf *out) {
    const struct theme *theme = &themes->items[index];
    bool first = true;
    buf_add_char(out, '{');
    api_text(out, &first, "slug", theme->slug);
    write_two(out, &first, "label", theme->label);
    if (theme->broader != THEME_NONE) {
        api_text(out, &first, "broader", themes->items[theme->broader].slug);
    }
    api_key(out, &first, "synonyms");
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < theme->synonym_count; i++) {
        buf_add_cstr(out, i == 0 ? "" : ",");
        buf_add_json_string(out, theme->synonyms[i]);
    }
    buf_add_char(out, ']');
    api_number(out, &first, "count", (int64_t)count);
    buf_add_char(out, '}');
}

static void write_schemes(const struct themes *themes, const uint64_t *counts, struct buf *out) {
    buf_add_cstr(out, "{\"schemes\":[");
    for (uint16_t s = 0; s < themes->scheme_count; s++) {
        const struct theme_scheme *scheme = &themes->schemes[s];
        bool first = true;
        buf_add_cstr(out, s == 0 ? "{" : ",{");
        api_text(out, &first, "slug", scheme->slug);
        write_two(out, &first, "title", scheme->title);
        api_key(out, &first, "themes");
        buf_add_char(out, '[');
        for (uint16_t i = 0; i < scheme->count; i++) {
            uint16_t index = (uint16_t)(scheme->first + i);
            buf_add_cstr(out, i == 0 ? "" : ",");
            write_theme(themes, index, counts[index], out);
        }
        buf_add_cstr(out, "]}");
    }
    buf_add_cstr(out, "]}\n");
}

static err answer_themes(const struct face *face, const struct http_request *request,
                         const struct atlas_view *view, struct http_response *response,
                         struct problem *problem) {
    struct query query = query_default();
    struct atlas_result result;
    query.limit = 1;
    struct atlas_request asked = face_machine_request(face, &query, 1u << ATLAS_FACET_THEME);
    if (http_unchanged(request, response,
                       face_etag(view, SLICE("themes"), SLICE_EMPTY, request->arena))) {
        return OK;
    }
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    const struct atlas_facet_counts *facet = &result.facets[ATLAS_FACET_THEME];
    uint64_t *counts = arena_new(request->arena, uint64_t, face->themes->count + 1u);
    for (uint32_t i = 0; i < facet->count; i++) {
        if (facet->values[i].index < face->themes->count) {
            counts[facet->values[i].index] = facet->values[i].count;
        }
    }
    response->media_type = API_JSON;
    write_schemes(face->themes, counts, &response->body);
    return OK;
}

err api_themes(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct face *face = app;
    TRY(face_machine_keys(request, NULL, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_themes(face, request, view, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}
