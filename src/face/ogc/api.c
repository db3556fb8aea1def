/* /ogc/api: OpenAPI 3.0 of this room. Every collection has its own paths, since clients look there
 * for the parameters by which a collection can be filtered. Parameters and schemas stand in
 * openapi.json beside this file. */
#include "face/ogc/ogc_int.h"

#include "ogc_openapi_files.h"

struct operation {
    const char *path; /* after /ogc, "" for the landing page; with %s: one for each collection */
    const char *id, *summary;
    const char *parameters; /* names in components.parameters */
    const char *media_type, *schema;
};
static const struct operation operations[] = {
    {"", "landing", "The landing page.", "f lang_ui", OGC_JSON, "Landing"},
    {"/api", "api", "This description.", "f lang_ui", OGC_OPENAPI, "Description"},
    {"/conformance", "conformance", "What this API conforms to.", "f lang_ui", OGC_JSON,
     "Conformance"},
    {"/collections", "collections", "The collections.", "f lang_ui", OGC_JSON, "Collections"},
};
static const struct operation of_collection[] = {
    {"/collections/%s", "describe", "The collection.", "f lang_ui", OGC_JSON, "Collection"},
    {"/collections/%s/schema", "schema", "The properties of its features.", "f lang_ui", OGC_SCHEMA,
     "Schema"},
    {"/collections/%s/items", "items", "Its features.", "bbox datetime limit cursor f lang_ui",
     OGC_GEOJSON, "Features"},
    {"/collections/%s/items/{featureId}", "item", "One feature.", "featureId f lang_ui",
     OGC_GEOJSON, "Feature"},
};

static void parameter(struct face_json *json, slice name) {
    face_json_open(json, '{');
    face_json_key(json, "$ref");
    buf_add_cstr(json->out, "\"#/components/parameters/");
    buf_add(json->out, name);
    buf_add_char(json->out, '"');
    face_json_close(json, '}');
}

static void parameters(struct face_json *json, const struct operation *operation,
                       const struct ogc_collection *collection) {
    slice rest = slice_from_cstr(operation->parameters);
    slice name;
    bool filters = slice_starts_with(rest, SLICE("bbox"));
    bool several_kinds = collection && (collection->kinds & (collection->kinds - 1)) != 0;
    face_json_key(json, "parameters");
    face_json_open(json, '[');
    while (slice_cut(&rest, ' ', &name)) {
        parameter(json, name);
    }
    for (size_t i = 0; filters && ogc_filters[i]; i++) {
        slice filter = slice_from_cstr(ogc_filters[i]);
        if (several_kinds || !slice_equal(filter, SLICE("kind"))) {
            parameter(json, filter);
        }
    }
    face_json_close(json, ']');
}

static void responses(struct face_json *json, const struct operation *operation) {
    face_json_key(json, "responses");
    buf_addf(json->out,
             "{\"200\":{\"description\":\"The answer.\",\"content\":{\"%s\":{\"schema\":{\"$ref\":"
             "\"#/components/schemas/%s\"}}}},",
             operation->media_type, operation->schema);
    buf_add_cstr(json->out, "\"304\":{\"$ref\":\"#/components/responses/Unchanged\"},"
                            "\"400\":{\"$ref\":\"#/components/responses/Problem\"},"
                            "\"404\":{\"$ref\":\"#/components/responses/Problem\"},"
                            "\"500\":{\"$ref\":\"#/components/responses/Problem\"}}");
    json->follows = true;
}

static void write_operation(const struct http_request *request, struct face_json *json,
                            const struct operation *operation,
                            const struct ogc_collection *collection) {
    slice path = slice_from_cstr(operation->path);
    slice id = slice_from_cstr(operation->id);
    if (collection) {
        size_t at = slice_find(path, 0, '%');
        path = arena_printf(request->arena, "%.*s%s%.*s", (int)at, path.p, collection->id,
                            (int)(path.n - at - 2), path.p + at + 2);
        id = arena_printf(request->arena, "%.*s_%s", SLICE_ARG(id), collection->id);
    }
    face_json_key(json, arena_cstr(request->arena, path.n > 0 ? path : SLICE("/")));
    face_json_open(json, '{');
    face_json_key(json, "get");
    face_json_open(json, '{');
    face_json_member(json, "operationId", id);
    face_json_member(json, "summary", slice_from_cstr(operation->summary));
    face_json_member(json, "description",
                     collection ? slice_from_cstr(collection->of_what[1])
                                : slice_from_cstr(operation->summary));
    face_json_key(json, "tags");
    face_json_open(json, '[');
    face_json_text(json, collection ? slice_from_cstr(collection->id) : SLICE("capabilities"));
    face_json_close(json, ']');
    parameters(json, operation, collection);
    responses(json, operation);
    face_json_close(json, '}');
    face_json_close(json, '}');
}

static void write_info(const struct face *face, const struct http_request *request,
                       struct face_json *json) {
    face_json_key(json, "info");
    face_json_open(json, '{');
    face_json_member(
        json, "title",
        arena_printf(request->arena, "%.*s: OGC API Features", SLICE_ARG(face->site_name)));
    face_json_member(json, "version", slice_from_cstr(face->version));
    face_json_member(json, "description",
                     SLICE("Citizen solutions on their territory, read by programs for maps. Each "
                           "feature names its own licence and source."));
    face_json_key(json, "contact");
    face_json_open(json, '{');
    face_json_member(json, "name", face->site_name);
    face_json_member(json, "url",
                     arena_printf(request->arena, "%.*s/about", SLICE_ARG(request->base_url)));
    face_json_member(json, "email", face->contact_email);
    face_json_close(json, '}');
    face_json_key(json, "license");
    face_json_open(json, '{');
    face_json_member(json, "name", SLICE("Each feature names its own"));
    face_json_member(
        json, "url",
        arena_printf(request->arena, "%.*s/about#sources", SLICE_ARG(request->base_url)));
    face_json_close(json, '}');
    face_json_close(json, '}');
    face_json_key(json, "security"); /* reading needs no key */
    face_json_word(json, "[]");
}

static void write_tags(struct face_json *json) {
    face_json_key(json, "tags");
    face_json_open(json, '[');
    face_json_word(json, "{\"name\":\"capabilities\",\"description\":\"What there is.\"}");
    for (size_t i = 0; i < OGC_COLLECTION_COUNT; i++) {
        face_json_open(json, '{');
        face_json_member(json, "name", slice_from_cstr(ogc_collections[i].id));
        face_json_member(json, "description", slice_from_cstr(ogc_collections[i].of_what[1]));
        face_json_close(json, '}');
    }
    face_json_close(json, ']');
}

err ogc_api(void *app, const struct http_request *request, struct http_response *response,
            struct problem *problem) {
    const struct face *face = app;
    struct face_json json = face_json_to(&response->body);
    TRY(ogc_no_query(request, problem));
    response->media_type = OGC_OPENAPI;
    face_json_open(&json, '{');
    face_json_member(&json, "openapi", SLICE("3.0.3"));
    write_info(face, request, &json);
    face_json_key(&json, "servers");
    face_json_open(&json, '[');
    face_json_open(&json, '{');
    face_json_member(&json, "url",
                     arena_printf(request->arena, "%.*s/ogc", SLICE_ARG(request->base_url)));
    face_json_close(&json, '}');
    face_json_close(&json, ']');
    write_tags(&json);
    face_json_key(&json, "paths");
    face_json_open(&json, '{');
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        write_operation(request, &json, &operations[i], NULL);
    }
    for (size_t c = 0; c < OGC_COLLECTION_COUNT; c++) {
        for (size_t i = 0; i < ARRAY_COUNT(of_collection); i++) {
            write_operation(request, &json, &of_collection[i], &ogc_collections[c]);
        }
    }
    face_json_close(&json, '}');
    face_json_key(&json, "components");
    buf_add(&response->body, ogc_openapi_components);
    json.follows = true;
    face_json_close(&json, '}');
    return OK;
}
