/* /opensearch.xml (OpenSearch 1.1): the site as a search of the browser, with suggestions. */
#include "face/catalog/catalog_int.h"
#include "formats/xml_write.h"

#define SHORT_NAME_CHARS 16 /* the standard's limit */
#define PLACES_SHOWN     4
#define ENTRIES_SHOWN    6
#define TYPED_BYTES_MAX  256

static slice shortened(slice name) {
    size_t end = 0;
    size_t characters = 0;
    while (end < name.n) {
        characters += (name.p[end] & 0xc0) != 0x80;
        if (characters > SHORT_NAME_CHARS) {
            break;
        }
        end++;
    }
    return slice_sub(name, 0, end);
}

static void add_way(const struct http_request *request, const char *type, const char *more,
                    const char *path, struct buf *out) {
    buf_addf(out, "<Url type=\"%s\"%s", type, more);
    xml_attribute(out, "template", catalog_absolute(request, slice_from_cstr(path)));
    buf_add_cstr(out, "/>\n");
}

err catalog_opensearch(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct buf *out = &response->body;
    TRY(face_machine_keys(request, NULL, problem));
    response->media_type = "application/opensearchdescription+xml; charset=utf-8";
    buf_add_cstr(out, XML_DECLARATION
                 "<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n");
    xml_element(out, "ShortName", shortened(face->site_name));
    xml_element(out, "LongName", face->site_name);
    xml_element(out, "Description",
                catalog_is_english(request)
                    ? SLICE("Citizen solutions near you: initiatives, places, events, groups.")
                    : SLICE("Les solutions citoyennes près de chez vous : initiatives, lieux, "
                            "rendez-vous, collectifs."));
    xml_element(out, "InputEncoding", SLICE("UTF-8"));
    xml_element(out, "OutputEncoding", SLICE("UTF-8"));
    xml_element(out, "Language", SLICE("fr"));
    xml_element(out, "Language", SLICE("en"));
    xml_element(out, "Contact", face->contact_email);
    buf_add_cstr(out, "<Image width=\"16\" height=\"16\" type=\"image/svg+xml\">");
    xml_text(out, catalog_absolute(request, SLICE("/favicon.svg")));
    buf_add_cstr(out, "</Image>\n");
    add_way(request, "text/html", "", "/explore?q={searchTerms}", out);
    add_way(request, "application/x-suggestions+json", " rel=\"suggestions\"",
            "/opensearch/suggest?q={searchTerms}", out);
    add_way(request, "application/atom+xml", "", "/api/v1/entries.atom?q={searchTerms}", out);
    add_way(request, "application/geo+json", "", "/api/v1/entries.geojson?q={searchTerms}", out);
    add_way(request, "application/opensearchdescription+xml", " rel=\"self\"", "/opensearch.xml",
            out);
    buf_add_cstr(out, "</OpenSearchDescription>\n");
    response->etag =
        arena_printf(request->arena, "\"%llx\"", (unsigned long long)hash_bytes(buf_slice(out), 1));
    return OK;
}

/* ---- suggestions: ["typed", [texts], [what they are], [addresses]] ---- */

struct suggestions {
    slice texts[PLACES_SHOWN + ENTRIES_SHOWN], what[PLACES_SHOWN + ENTRIES_SHOWN],
        paths[PLACES_SHOWN + ENTRIES_SHOWN];
    size_t count;
};

static err collect(const struct face *face, const struct http_request *request, slice typed,
                   struct suggestions *found) {
    uint32_t places[PLACES_SHOWN];
    struct atlas_suggestion entries[ENTRIES_SHOWN];
    size_t count = territories_suggest(face->territories, typed, places, PLACES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        const struct territory *territory = &face->territories->items[places[i]];
        found->texts[found->count] = territory->label;
        found->what[found->count] =
            catalog_is_english(request) ? SLICE("Territory") : SLICE("Territoire");
        found->paths[found->count++] = face_territory_path(territory, request->arena);
    }
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = atlas_suggest(view, typed, request->arena, entries, ENTRIES_SHOWN, &count);
    atlas_unpin(face->atlas, view);
    for (size_t i = 0; result == OK && i < count; i++) {
        uint32_t territory = entries[i].territory;
        found->texts[found->count] = entries[i].title;
        found->what[found->count] =
            territory == TERRITORY_NONE ? SLICE_EMPTY : face->territories->items[territory].label;
        found->paths[found->count++] =
            face_entry_path(entries[i].entry, entries[i].title, request->arena);
    }
    return result;
}

err catalog_suggest(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    static const char *const keys[] = {"q", NULL};
    const struct face *face = app;
    struct suggestions found = {.count = 0};
    struct face_json json = face_json_to(&response->body);
    slice typed = SLICE_EMPTY;
    TRY(face_machine_keys(request, keys, problem));
    (void)query_raw_value(request->query, SLICE("q"), request->arena, &typed);
    typed = slice_trim(typed);
    if (typed.n > TYPED_BYTES_MAX) {
        return problem_set(problem, ERR_LIMIT, "q", "longer than %d bytes", TYPED_BYTES_MAX);
    }
    if (typed.n > 0) {
        TRY(collect(face, request, typed, &found));
    }
    response->media_type = "application/x-suggestions+json";
    face_json_open(&json, '[');
    face_json_text(&json, typed);
    const slice *const lists[] = {found.texts, found.what};
    for (size_t list = 0; list < ARRAY_COUNT(lists); list++) {
        face_json_open(&json, '[');
        for (size_t i = 0; i < found.count; i++) {
            face_json_text(&json, lists[list][i]);
        }
        face_json_close(&json, ']');
    }
    face_json_open(&json, '[');
    for (size_t i = 0; i < found.count; i++) {
        face_json_text(&json, catalog_absolute(request, found.paths[i]));
    }
    face_json_close(&json, ']');
    face_json_close(&json, ']');
    return OK;
}
