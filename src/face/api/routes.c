#include "face/api/api_int.h"
#include "face/forms.h"

err api_health(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct face *face = app;
    (void)request;
    (void)problem;
    const struct atlas_view *view = atlas_pin(face->atlas);
    uint64_t documents = atlas_view_documents(view);
    atlas_unpin(face->atlas, view);
    bool first = true;
    response->media_type = API_JSON;
    buf_add_char(&response->body, '{');
    api_text(&response->body, &first, "status", SLICE("ok"));
    api_text(&response->body, &first, "version", slice_from_cstr(face->version));
    api_number(&response->body, &first, "documents", (int64_t)documents);
    buf_add_cstr(&response->body, "}\n");
    return OK;
}

#define COSTS(path_, handler_, cache_, cost_, help_)                                               \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_MACHINES, .cache = cache_, .help = help_, .cost = cost_               \
    }
#define ROUTE(path, handler, cache, help) COSTS(path, handler, cache, HTTP_COST_READ, help)

#define FORM_ROUTE(name, extension, media_type, holds, order, schema, help)                        \
    COSTS(FACE_FORM_PATH extension, api_export, HTTP_CACHE_REVALIDATE, HTTP_COST_EXPORT, help),

const struct http_route face_api_routes[] = {
    ROUTE("/api/v1/entries", api_entries, HTTP_CACHE_REVALIDATE,
          "A page of the entries that match a query, with counts."),
    ROUTE("/api/v1/entries/{id}", api_entry, HTTP_CACHE_REVALIDATE, "One entry by its number."),
    FACE_FORMS(FORM_ROUTE)
        ROUTE("/api/v1/suggest", api_suggest, HTTP_CACHE_REVALIDATE,
              "What someone may mean while typing: territories, themes, entries."),
    ROUTE("/api/v1/territories", api_territories, HTTP_CACHE_REVALIDATE,
          "Territories by name or postal code, or all of a level."),
    ROUTE("/api/v1/territories/{code}", api_territory, HTTP_CACHE_REVALIDATE,
          "One territory, what it lies in, how many entries it has."),
    ROUTE("/api/v1/themes", api_themes, HTTP_CACHE_REVALIDATE,
          "The taxonomies, with labels, synonyms and counts."),
    ROUTE("/api/v1/changes", api_changes, HTTP_CACHE_REVALIDATE,
          "What people changed lately: who, when, why, which parts, by territory and theme."),
    ROUTE("/api/v1/news", api_news, HTTP_CACHE_REVALIDATE,
          "What teams tell of their entries, with photos and documents, by territory."),
    ROUTE("/api/v1/openapi.json", api_openapi, HTTP_CACHE_REVALIDATE,
          "This description, made from the routes of the running program."),
    ROUTE("/api/elements.json", api_gogo_elements, HTTP_CACHE_REVALIDATE,
          "What has a place on the map, in the dialect of GoGoCarto: whole or compact."),
    ROUTE("/api/elements/{id}", api_gogo_element, HTTP_CACHE_REVALIDATE,
          "One element in the dialect of GoGoCarto."),
    ROUTE("/api/elements.json/{id}", api_gogo_element, HTTP_CACHE_REVALIDATE,
          "One element in the dialect of GoGoCarto, where its maps look for it."),
    ROUTE("/api/taxonomy.json", api_gogo_taxonomy, HTTP_CACHE_REVALIDATE,
          "Kinds and themes as the tree of groups and options of GoGoCarto."),
    COSTS("/healthz", api_health, HTTP_CACHE_NONE, HTTP_COST_NONE,
          "Whether the instance answers, and with what."),
    {.method = HTTP_GET,
     .path = "/metrics",
     .handler = api_metrics,
     .capability = CAP_ANYONE, /* the handler asks where from */
     .audience = HTTP_FOR_HOSTS,
     .cache = HTTP_CACHE_NONE,
     .cost = HTTP_COST_NONE,
     .help = "Figures of the running program for Prometheus, by default for this machine only."},
};
const size_t face_api_route_count = ARRAY_COUNT(face_api_routes);
