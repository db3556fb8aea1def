/* /api/v1/suggest: what someone may mean while typing. */
#include "face/api/api_int.h"

#include "text/text.h"

#define TYPED_BYTES_MAX   256
#define TERRITORIES_SHOWN 6
#define THEMES_SHOWN      3
#define ENTRIES_SHOWN     6
#define FOLDED_BYTES_MAX  1024

static void open_item(struct buf *out, bool *first_item, const char *type) {
    buf_add_cstr(out, *first_item ? "{\"type\":\"" : ",{\"type\":\"");
    *first_item = false;
    buf_add_cstr(out, type);
    buf_add_char(out, '"');
}

/* "73000 · Savoie" for a commune, the level's name for what is larger. */
static slice territory_detail(const struct face *face, const struct http_request *request,
                              const struct territory *territory) {
    if (territory->level != TERRITORY_COMMUNE) {
        return api_level_label(request, territory->level);
    }
    slice postal = territory->postal_code_count > 0 ? territory->postal_codes[0] : SLICE_EMPTY;
    slice departement = territory->departement < face->territories->count
                            ? face->territories->items[territory->departement].name
                            : SLICE_EMPTY;
    return arena_printf(request->arena, "%.*s%s%.*s", SLICE_ARG(postal),
                        postal.n > 0 && departement.n > 0 ? " · " : "", SLICE_ARG(departement));
}

static void write_territories(const struct face *face, const struct http_request *request,
                              slice typed, struct buf *out, bool *first_item) {
    uint32_t found[TERRITORIES_SHOWN];
    size_t count = territories_suggest(face->territories, typed, found, TERRITORIES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        const struct territory *territory = &face->territories->items[found[i]];
        bool first = false;
        open_item(out, first_item, "territory");
        api_text(out, &first, "label", territory->label);
        api_text(out, &first, "detail", territory_detail(face, request, territory));
        api_text(out, &first, "url", face_territory_path(territory, request->arena));
        api_text(out, &first, "code", territory->code);
        if (territory->has_centre) {
            api_point(out, &first, territory->centre);
        }
        buf_add_char(out, '}');
    }
}

static bool begins_with(slice text, slice folded_prefix) {
    struct buf folded BUF_CLEANUP = buf_new(FOLDED_BYTES_MAX);
    text_fold(text, &folded);
    return slice_starts_with(buf_slice(&folded), folded_prefix);
}

static bool theme_begins_with(const struct theme *theme, slice folded, bool synonyms) {
    if (!synonyms) {
        return begins_with(theme->label[0], folded) || begins_with(theme->label[1], folded);
    }
    for (uint32_t i = 0; i < theme->synonym_count; i++) {
        if (begins_with(theme->synonyms[i], folded)) {
            return true;
        }
    }
    return false;
}

/* Themes by their label first, then by a synonym. */
static void write_themes(const struct face *face, const struct http_request *request, slice folded,
                         struct buf *out, bool *first_item) {
    const struct themes *themes = face->themes;
    unsigned shown = 0;
    for (unsigned round = 0; round < 2 && folded.n > 0; round++) {
        for (unsigned i = 0; i < themes->count && shown < THEMES_SHOWN; i++) {
            const struct theme *theme = &themes->items[i];
            bool by_label = theme_begins_with(theme, folded, false);
            if (round == 0 ? !by_label : by_label || !theme_begins_with(theme, folded, true)) {
                continue;
            }
            bool first = false;
            shown++;
            open_item(out, first_item, "theme");
            api_text(out, &first, "label", api_theme_label(request, theme));
            api_text(out, &first, "detail",
                     themes->schemes[theme->scheme].title[api_is_english(request) ? 1 : 0]);
            api_text(out, &first, "url",
                     arena_printf(request->arena, "/themes/%.*s", SLICE_ARG(theme->slug)));
            api_text(out, &first, "code", theme->slug);
            buf_add_char(out, '}');
        }
    }
}

static err write_entries(const struct face *face, const struct http_request *request,
                         const struct atlas_view *view, slice typed, struct buf *out,
                         bool *first_item) {
    struct atlas_suggestion found[ENTRIES_SHOWN];
    size_t count = 0;
    TRY(atlas_suggest(view, typed, request->arena, found, ENTRIES_SHOWN, &count));
    for (size_t i = 0; i < count; i++) {
        slice place = found[i].territory < face->territories->count
                          ? face->territories->items[found[i].territory].label
                          : SLICE_EMPTY;
        bool first = false;
        open_item(out, first_item, "entry");
        api_text(out, &first, "label", found[i].title);
        api_text(out, &first, "detail",
                 arena_printf(request->arena, "%.*s%s%.*s",
                              SLICE_ARG(api_kind_label(request, found[i].kind)),
                              place.n > 0 ? " · " : "", SLICE_ARG(place)));
        api_text(out, &first, "url",
                 face_entry_path(found[i].entry, found[i].title, request->arena));
        api_text(out, &first, "code",
                 arena_printf(request->arena, "%lld", (long long)found[i].entry.v));
        buf_add_char(out, '}');
    }
    return OK;
}

static err answer_suggest(const struct face *face, const struct http_request *request,
                          const struct atlas_view *view, slice typed,
                          struct http_response *response) {
    slice tag = face_etag(view, typed, request->language, request->arena);
    if (http_unchanged(request, response, tag)) {
        return OK;
    }
    struct buf folded BUF_CLEANUP = buf_new(FOLDED_BYTES_MAX);
    bool first_item = true;
    text_fold(typed, &folded);
    response->media_type = API_JSON;
    buf_add_cstr(&response->body, "{\"items\":[");
    if (typed.n > 0) {
        write_territories(face, request, typed, &response->body, &first_item);
        write_themes(face, request, slice_trim(buf_slice(&folded)), &response->body, &first_item);
        TRY(write_entries(face, request, view, typed, &response->body, &first_item));
    }
    buf_add_cstr(&response->body, "]}\n");
    return OK;
}

err api_suggest(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    const struct face *face = app;
    struct query query;
    TRY(face_machine_query(request, NULL, &query, problem));
    struct query rest = query;
    rest.words = SLICE_EMPTY;
    struct buf others BUF_CLEANUP = buf_new(TYPED_BYTES_MAX);
    query_format(&rest, &others);
    if (others.n > 0 || others.failed != OK) {
        slice key = slice_sub(buf_slice(&others), 0, slice_find(buf_slice(&others), 0, '='));
        const char *name = arena_cstr(request->arena, key);
        return problem_set(problem, ERR_INPUT, name, "only q is understood here");
    }
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_suggest(face, request, view, query.words, response);
    atlas_unpin(face->atlas, view);
    return result;
}
