/* /api/v1/openapi.json: OpenAPI 3.1, made from the route rows of the running program. What a row
 * does not say (which keys it takes, what it answers) stands in the table here, parameters and
 * schemas in openapi.json beside this file. A row without an entry in the table is described by
 * its help alone. */
#include "face/api/api_int.h"
#include "face/forms.h"

#include "openapi_files.h"

#include <string.h>

/* The one query, in the order of its canonical text, without what orders and cuts a list. */
static const char query_keys[] =
    "q kind state theme territory space bbox near radius when from to lang source has skill";

struct described {
    const char *path;
    bool takes_query;
    const char *keys; /* others, names in components.parameters */
    const char *media_type;
    const char *schema; /* name in components.schemas, NULL: none */
};
static const struct described described[] = {
    {"/api/v1/entries", true, "sort cursor limit facets", API_JSON, "EntryList"},
    {"/api/v1/entries/{id}", false, "", API_JSON, "Entry"},
    {"/api/v1/suggest", false, "typed", API_JSON, "SuggestionList"},
    {"/api/v1/territories", false, "territory_name level within territory_limit", API_JSON,
     "TerritoryList"},
    {"/api/v1/territories/{code}", false, "", API_JSON, "Territory"},
    {"/api/v1/themes", false, "", API_JSON, "Taxonomies"},
    {"/api/v1/changes", false, "one_territory one_theme after changes_limit", API_JSON,
     "ChangeList"},
    {"/api/v1/news", false, "one_territory after changes_limit", API_JSON, "NewsList"},
    {"/api/v1/openapi.json", false, "", API_JSON, "Document"},
    {"/api/elements.json", true, "bounds categories gogo_limit ontology", API_JSON, "GogoElements"},
    {"/api/elements/{id}", false, "", API_JSON, "GogoElements"},
    {"/api/elements.json/{id}", false, "", API_JSON, "GogoElements"},
    {"/api/taxonomy.json", false, "", API_JSON, "GogoTaxonomy"},
    {"/healthz", false, "", API_JSON, "Health"},
    {"/metrics", false, "", "text/plain", "Text"},
    {"/tiles.json", true, "", API_JSON, "TileJSON"},
    {"/tiles/{z}/{x}/{y}.json", true, "", API_JSON, "Tile"},
    {"/tiles/{z}/{x}/{y}/{size}.json", true, "", API_JSON, "TileBlock"},
    {"/tiles/{z}/{x}/{y}.mvt", true, "", "application/vnd.mapbox-vector-tile", "Bytes"},
    {"/basemap/{z}/{x}/{y}.svg", false, "", "image/svg+xml", "Text"},
    {"/basemap/512/{z}/{x}/{y}.svg", false, "", "image/svg+xml", "Text"},
    {"/basemap/view.svg", false, "", "image/svg+xml", "Text"},
    {"/ogc", false, "", API_JSON, "Document"},
    {"/ogc/api", false, "", "application/vnd.oai.openapi+json;version=3.0", "Document"},
    {"/ogc/conformance", false, "", API_JSON, "Document"},
    {"/ogc/collections", false, "", API_JSON, "Document"},
    {"/ogc/collections/{id}", false, "", API_JSON, "Document"},
    {"/ogc/collections/{id}/schema", false, "", "application/schema+json", "Document"},
    {"/ogc/collections/{id}/items", false,
     "ogc_bbox datetime ogc_limit cursor q kind state theme territory space lang source has skill",
     "application/geo+json", "FeatureCollection"},
    {"/ogc/collections/{id}/items/{featureId}", false, "", "application/geo+json", "Feature"},
    {"/catalog", false, "", "application/ld+json", "Document"},
    {"/catalog.jsonld", false, "", "application/ld+json", "Document"},
    {"/catalog.ttl", false, "", "text/turtle", "Text"},
    {"/changes.atom", false, "territory theme", "application/atom+xml", "Text"},
    {"/news.atom", false, "territory", "application/atom+xml", "Text"},
    {"/entries/{id}/news.atom", false, "", "application/atom+xml", "Text"},
    {"/sitemap.xml", false, "", "application/xml", "Text"},
    {"/sitemap-pages.xml", false, "", "application/xml", "Text"},
    {"/sitemap-territories.xml", false, "", "application/xml", "Text"},
    {"/sitemap-entries-{number}.xml", false, "", "application/xml", "Text"},
    {"/robots.txt", false, "", "text/plain", "Text"},
    {"/opensearch.xml", false, "", "application/opensearchdescription+xml", "Text"},
    {"/opensearch/suggest", false, "typed", "application/x-suggestions+json", "Suggestions"},
    {"/oembed", false, "page_url oembed_format maxwidth maxheight", API_JSON, "Oembed"},
};

/* Every operation has one, by how its path begins. */
static const struct {
    const char *start, *tag, *about;
} tags[] = {
    {"/api/v1/entries.", "whole results", "Everything that matches, streamed, in many forms."},
    {"/api/v1/entries", "entries", "What stands on the map."},
    {"/api/v1/", "names", "Territories, themes, suggestions, this document."},
    {"/api/", "GoGoCarto", "The dialect of GoGoCarto."},
    {"/ogc", "OGC", "OGC API Features; /ogc/api describes it whole."},
    {"/tiles", "map", "Vector tiles and the ground under them."},
    {"/basemap", "map", NULL},
    {"/", "site", "How the site is found, taken along and watched."},
};

/* `form` is room for the answer when the path is a whole result (face/forms.h). */
static const struct described *describe(const char *path, struct described *form) {
    enum face_form found;
    if (face_form_of_path(slice_from_cstr(path), &found)) {
        *form = (struct described){path, true, "limit", face_forms[found].media_type,
                                   face_forms[found].schema};
        return form;
    }
    for (size_t i = 0; i < ARRAY_COUNT(described); i++) {
        if (strcmp(described[i].path, path) == 0) {
            return &described[i];
        }
    }
    return NULL;
}

static void write_references(const char *keys, bool *first, struct buf *out) {
    slice rest = slice_from_cstr(keys);
    slice key;
    while (rest.n > 0 && slice_cut(&rest, ' ', &key)) {
        buf_addf(out, "%s{\"$ref\":\"#/components/parameters/%.*s\"}", *first ? "" : ",",
                 SLICE_ARG(key));
        *first = false;
    }
}

/* The {…} parts of a path. */
static void write_captures(const char *path, bool *first, struct buf *out) {
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        buf_addf(out,
                 "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,"
                 "\"schema\":{\"type\":\"string\"}}",
                 *first ? "" : ",", (int)strcspn(open + 1, "}"), open + 1);
        *first = false;
    }
}

static void write_parameters(const char *path, const struct described *about, struct buf *out) {
    bool first = true;
    buf_add_cstr(out, "\"parameters\":[");
    write_captures(path, &first, out);
    if (about) {
        write_references(about->takes_query ? query_keys : "", &first, out);
        write_references(about->keys, &first, out);
    }
    buf_add_cstr(out, "],");
}

static void write_responses(const char *path, const struct described *about, struct buf *out) {
    /* A row that is told nowhere else: the test of the document refuses it. */
    const char *media_type = about ? about->media_type : "*/*";
    const char *schema = about && about->schema ? about->schema : "Text";
    buf_addf(out,
             "\"responses\":{\"200\":{\"description\":\"The answer.\",\"content\":{\"%.*s\":{"
             "\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}},",
             (int)strcspn(media_type, ";"), media_type, schema);
    buf_add_cstr(out, "\"304\":{\"$ref\":\"#/components/responses/Unchanged\"},"
                      "\"400\":{\"$ref\":\"#/components/responses/Problem\"}");
    if (strchr(path, '{')) {
        buf_add_cstr(out, ",\"404\":{\"$ref\":\"#/components/responses/Problem\"}");
    }
    buf_add_char(out, '}');
}

static const char *tag_of(const char *path) {
    size_t i = 0;
    while (!slice_starts_with(slice_from_cstr(path), slice_from_cstr(tags[i].start))) {
        i++; /* every path begins with the last one */
    }
    return tags[i].tag;
}

static void write_tags(struct buf *out) {
    bool first = true;
    buf_add_cstr(out, ",\"tags\":[");
    for (size_t i = 0; i < ARRAY_COUNT(tags); i++) {
        if (tags[i].about) {
            buf_addf(out, "%s{\"name\":\"%s\",\"description\":\"%s\"}", first ? "" : ",",
                     tags[i].tag, tags[i].about);
            first = false;
        }
    }
    buf_add_char(out, ']');
}

/* "get_api_v1_entries_id": letters and digits of the path, the rest as underscores. */
static void write_operation_id(const char *path, struct buf *out) {
    bool gap = true;
    buf_add_cstr(out, "\"operationId\":\"get");
    for (const char *p = path; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
        if (letter) {
            buf_add_cstr(out, gap ? "_" : "");
            buf_add_char(out, *p);
        }
        gap = !letter;
    }
    buf_add_cstr(out, "\",");
}

static void write_route(const struct http_route *route, bool *first, struct buf *out) {
    struct described form;
    const struct described *about = describe(route->path, &form);
    buf_add_cstr(out, *first ? "" : ",");
    *first = false;
    buf_add_json_string(out, slice_from_cstr(route->path));
    buf_add_cstr(out, ":{\"get\":{");
    write_operation_id(route->path, out);
    buf_add_cstr(out, "\"summary\":");
    buf_add_json_string(out, slice_from_cstr(route->help));
    buf_add_cstr(out, ",\"description\":");
    buf_add_json_string(out, slice_from_cstr(route->help));
    buf_addf(out, ",\"tags\":[\"%s\"],", tag_of(route->path));
    write_parameters(route->path, about, out);
    write_responses(route->path, about, out);
    buf_add_cstr(out, "}}");
}

/* Files of the pages are no part of the API. */
static bool is_api_route(const struct http_route *route) {
    static const char *const files[] = {"/assets/", "/favicon", "/site.webmanifest", "/sw.js",
                                        "/icons/",  "/media/",  "/pictures/"};
    bool is_file = false;
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        is_file =
            is_file || slice_starts_with(slice_from_cstr(route->path), slice_from_cstr(files[i]));
    }
    return route->audience == HTTP_FOR_MACHINES && route->method == HTTP_GET && !is_file;
}

static void write_info(const struct face *face, const struct http_request *request,
                       struct buf *out) {
    buf_add_cstr(out, "\"info\":{\"title\":");
    buf_add_json_string(out, face->site_name);
    buf_add_cstr(out, ",\"version\":");
    buf_add_json_string(out, slice_from_cstr(face->version));
    buf_add_cstr(out, ",\"description\":");
    buf_add_json_string(
        out, SLICE("One query, every form: the same query text gives the page, this API, every "
                   "export and the tiles, from one snapshot. An unknown key or a malformed value "
                   "is a 400 that names it. Reads are open to every origin."));
    buf_add_cstr(out, ",\"contact\":{\"name\":");
    buf_add_json_string(out, face->site_name);
    buf_add_cstr(out, ",\"url\":");
    buf_add_json_string(out,
                        arena_printf(request->arena, "%.*s/about", SLICE_ARG(request->base_url)));
    buf_add_cstr(out, "},\"license\":{\"name\":\"Each record names its own\",\"url\":");
    buf_add_json_string(
        out, arena_printf(request->arena, "%.*s/about#sources", SLICE_ARG(request->base_url)));
    buf_add_cstr(out, "}},\"servers\":[{\"url\":");
    buf_add_json_string(out, request->base_url);
    buf_add_cstr(out, "}],\"security\":[]"); /* reading needs no key */
    write_tags(out);
}

err api_openapi(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct buf *out = &response->body;
    bool first = true;
    TRY(face_machine_keys(request, NULL, problem));
    response->media_type = API_JSON;
    buf_add_cstr(out, "{\"openapi\":\"3.1.0\",");
    write_info(app, request, out);
    buf_add_cstr(out, ",\"paths\":{");
    const struct http_route *route;
    for (size_t i = 0; (route = http_route_at(request, i)) != NULL; i++) {
        if (is_api_route(route)) {
            write_route(route, &first, out);
        }
    }
    buf_add_cstr(out, "},\"components\":");
    buf_add(out, openapi_components);
    buf_add_cstr(out, "}\n");
    response->etag =
        arena_printf(request->arena, "\"%llx\"", (unsigned long long)hash_bytes(buf_slice(out), 1));
    return OK;
}
