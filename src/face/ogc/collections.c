/* /ogc, /ogc/conformance, /ogc/collections and /ogc/collections/{id}: what there is. */
#include "face/ogc/ogc_int.h"

#define KIND(kind) (1u << QUERY_KIND_##kind)

const struct ogc_collection ogc_collections[OGC_COLLECTION_COUNT] = {
    {"entries",
     QUERY_KINDS_ENTRY,
     {"Toutes les fiches", "All entries"},
     {"Initiatives, idées, outils, lieux, rendez-vous, collectifs et portraits.",
      "Initiatives, ideas, tools, places, events, groups and stories."}},
    {"initiatives",
     KIND(INITIATIVE),
     {"Initiatives", "Initiatives"},
     {"Ce que des citoyens font sur leur territoire.", "What citizens do where they live."}},
    {"ideas",
     KIND(IDEA),
     {"Idées", "Ideas"},
     {"Ce qui est proposé et pas encore commencé.", "What is proposed and not begun."}},
    {"tools",
     KIND(TOOL),
     {"Outils, méthodes", "Tools, methods"},
     {"Ce qui peut être repris ailleurs.", "What can be used again elsewhere."}},
    {"places", KIND(PLACE), {"Lieux", "Places"}, {"Où aller.", "Where to go."}},
    {"events",
     KIND(EVENT),
     {"Rendez-vous", "Events"},
     {"Ce qui a lieu, avec ses dates.", "What takes place, with its dates."}},
    {"actors",
     KIND(ACTOR),
     {"Collectifs, structures", "Groups, organisations"},
     {"Qui agit.", "Who acts."}},
    {"stories",
     KIND(STORY),
     {"Portraits, vidéos", "Stories, videos"},
     {"Qui raconte.", "Who tells."}},
};

bool ogc_is_english(const struct http_request *request) {
    return slice_equal(request->language, SLICE("en"));
}

static slice worded(const struct http_request *request, const char *const words[2]) {
    return slice_from_cstr(words[ogc_is_english(request) ? 1 : 0]);
}

err ogc_collection_find(const struct http_request *request,
                        const struct ogc_collection **collection, struct problem *problem) {
    for (size_t i = 0; i < ARRAY_COUNT(ogc_collections); i++) {
        if (slice_equal(request->captures[0], slice_from_cstr(ogc_collections[i].id))) {
            *collection = &ogc_collections[i];
            return OK;
        }
    }
    return problem_set(problem, ERR_NOT_FOUND, "",
                       "no such collection: entries, initiatives, ideas, tools, places, events, "
                       "actors or stories");
}

err ogc_no_query(const struct http_request *request, struct problem *problem) {
    static const char *const keys[] = {"f", NULL};
    slice format;
    TRY(face_machine_keys(request, keys, problem));
    if (query_raw_value(request->query, SLICE("f"), request->arena, &format) &&
        !slice_equal(format, SLICE("json"))) {
        return problem_set(problem, ERR_INPUT, "f", "json");
    }
    return OK;
}

void ogc_link(struct face_json *json, const struct http_request *request, slice path,
              const char *rel, const char *media_type, const char *title) {
    face_json_open(json, '{');
    face_json_member(
        json, "href",
        arena_printf(request->arena, "%.*s%.*s", SLICE_ARG(request->base_url), SLICE_ARG(path)));
    face_json_member(json, "rel", slice_from_cstr(rel));
    face_json_member(json, "type", slice_from_cstr(media_type));
    face_json_member(json, "title", slice_from_cstr(title));
    face_json_close(json, '}');
}

err ogc_landing(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    const struct face *face = app;
    struct face_json json = face_json_to(&response->body);
    TRY(ogc_no_query(request, problem));
    response->media_type = OGC_JSON;
    face_json_open(&json, '{');
    face_json_member(&json, "title", face->site_name);
    face_json_member(&json, "description",
                     SLICE("Citizen solutions on their territory, as OGC API Features."));
    face_json_key(&json, "links");
    face_json_open(&json, '[');
    ogc_link(&json, request, SLICE("/ogc"), "self", OGC_JSON, "This document");
    ogc_link(&json, request, SLICE("/ogc/api"), "service-desc", OGC_OPENAPI,
             "The API as OpenAPI 3.0");
    ogc_link(&json, request, SLICE("/about#data"), "service-doc", "text/html",
             "The API for people");
    ogc_link(&json, request, SLICE("/ogc/conformance"), "conformance", OGC_JSON,
             "What it conforms to");
    ogc_link(&json, request, SLICE("/ogc/collections"), "data", OGC_JSON, "The collections");
    face_json_close(&json, ']');
    face_json_close(&json, '}');
    return OK;
}

err ogc_conformance(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    static const char text[] =
        "{\"conformsTo\":[\"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core\","
        "\"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30\","
        "\"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson\"]}";
    (void)app;
    TRY(ogc_no_query(request, problem));
    response->media_type = OGC_JSON;
    buf_add_cstr(&response->body, text);
    return OK;
}

/* Where the drawn matches lie, and from when to when they happen: open at both ends. */
static void extent(struct face_json *json, const struct atlas_result *result) {
    const struct geo_box *box = &result->box;
    const int32_t edges[4] = {box->west_e7, box->south_e7, box->east_e7, box->north_e7};
    if (!result->has_box) {
        return;
    }
    face_json_key(json, "extent");
    face_json_open(json, '{');
    face_json_key(json, "spatial");
    face_json_open(json, '{');
    face_json_key(json, "bbox");
    face_json_open(json, '[');
    face_json_open(json, '[');
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        face_json_degrees(json, edges[i]);
    }
    face_json_close(json, ']');
    face_json_close(json, ']');
    face_json_member(json, "crs", SLICE(OGC_CRS84));
    face_json_close(json, '}');
    face_json_key(json, "temporal");
    face_json_word(json, "{\"interval\":[[null,null]],"
                         "\"trs\":\"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian\"}");
    face_json_close(json, '}');
}

static err write_collection(const struct face *face, const struct http_request *request,
                            const struct atlas_view *view, const struct ogc_collection *collection,
                            struct face_json *json, struct problem *problem) {
    struct query query = query_default();
    struct atlas_result result;
    query.kinds = collection->kinds;
    query.limit = 1;
    struct atlas_request asked = face_machine_request(face, &query, 0);
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    slice path = arena_printf(request->arena, "/ogc/collections/%s", collection->id);
    slice items = arena_printf(request->arena, "%.*s/items", SLICE_ARG(path));
    slice schema = arena_printf(request->arena, "%.*s/schema", SLICE_ARG(path));
    face_json_open(json, '{');
    face_json_member(json, "id", slice_from_cstr(collection->id));
    face_json_member(json, "title", worded(request, collection->title));
    face_json_member(json, "description", worded(request, collection->of_what));
    extent(json, &result);
    face_json_member(json, "itemType", SLICE("feature"));
    face_json_key(json, "crs");
    face_json_word(json, "[\"" OGC_CRS84 "\"]");
    face_json_key(json, "links");
    face_json_open(json, '[');
    ogc_link(json, request, path, "self", OGC_JSON, "This collection");
    ogc_link(json, request, items, "items", OGC_GEOJSON, "Its features");
    ogc_link(json, request, schema, "describedby", OGC_SCHEMA, "Their properties");
    ogc_link(json, request, SLICE("/about#sources"), "license", "text/html",
             "Sources and licences: each feature names its own");
    face_json_close(json, ']');
    face_json_close(json, '}');
    return OK;
}

static err write_list(const struct face *face, const struct http_request *request,
                      const struct atlas_view *view, struct face_json *json,
                      struct problem *problem) {
    face_json_open(json, '{');
    face_json_key(json, "links");
    face_json_open(json, '[');
    ogc_link(json, request, SLICE("/ogc/collections"), "self", OGC_JSON, "This document");
    face_json_close(json, ']');
    face_json_key(json, "collections");
    face_json_open(json, '[');
    for (size_t i = 0; i < ARRAY_COUNT(ogc_collections); i++) {
        TRY(write_collection(face, request, view, &ogc_collections[i], json, problem));
    }
    face_json_close(json, ']');
    face_json_close(json, '}');
    return OK;
}

err ogc_list(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    const struct face *face = app;
    struct face_json json = face_json_to(&response->body);
    TRY(ogc_no_query(request, problem));
    response->media_type = OGC_JSON;
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = write_list(face, request, view, &json, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

err ogc_one(void *app, const struct http_request *request, struct http_response *response,
            struct problem *problem) {
    const struct face *face = app;
    const struct ogc_collection *collection;
    struct face_json json = face_json_to(&response->body);
    TRY(ogc_no_query(request, problem));
    TRY(ogc_collection_find(request, &collection, problem));
    response->media_type = OGC_JSON;
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = write_collection(face, request, view, collection, &json, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

/* JSON Schema of a feature: what OGR reads to know every field before the first page. */
err ogc_schema(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct ogc_collection *collection;
    struct face_json json = face_json_to(&response->body);
    (void)app;
    TRY(ogc_no_query(request, problem));
    TRY(ogc_collection_find(request, &collection, problem));
    response->media_type = OGC_SCHEMA;
    face_json_open(&json, '{');
    face_json_member(&json, "$schema", SLICE("https://json-schema.org/draft/2020-12/schema"));
    face_json_member(&json, "$id",
                     arena_printf(request->arena, "%.*s/ogc/collections/%s/schema",
                                  SLICE_ARG(request->base_url), collection->id));
    face_json_member(&json, "title", worded(request, collection->title));
    face_json_member(&json, "type", SLICE("object"));
    face_json_key(&json, "required");
    face_json_word(&json, "[\"type\",\"id\",\"geometry\",\"properties\"]");
    face_json_key(&json, "properties");
    face_json_open(&json, '{');
    face_json_key(&json, "type");
    face_json_word(&json, "{\"const\":\"Feature\"}");
    face_json_key(&json, "id");
    face_json_word(&json, "{\"type\":\"integer\"}");
    face_json_key(&json, "geometry");
    face_json_word(&json, "{\"anyOf\":[{\"$ref\":\"https://geojson.org/schema/Point.json\"},"
                          "{\"type\":\"null\"}]}");
    face_json_key(&json, "properties");
    face_json_open(&json, '{');
    face_json_member(&json, "type", SLICE("object"));
    face_json_key(&json, "properties");
    face_json_open(&json, '{');
    ogc_properties_describe(&json);
    face_json_close(&json, '}');
    face_json_close(&json, '}');
    face_json_close(&json, '}');
    face_json_close(&json, '}');
    return OK;
}
