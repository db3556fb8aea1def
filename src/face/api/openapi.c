/* /api/v1/openapi.json: OpenAPI 3.1, made from the route rows of the running program. What a row does not
 * say (which query it takes, what it answers) stands in the tables here; a row without an entry is
 * described by its help alone. */
#include "face/api/api_int.h"

#include <string.h>

#define NAME_BYTES_MAX 64

/* ---- parameters ---- */

struct parameter {
    const char *name;
    const char *schema; /* JSON */
    const char *help;
};

#define LIST_OF(item) "{\"type\":\"array\",\"items\":" item "}"
#define ONE_OF(...)   "{\"type\":\"string\",\"enum\":[" __VA_ARGS__ "]}"
#define STRING        "{\"type\":\"string\"}"
#define KINDS                                                                                      \
    "\"initiative\",\"idea\",\"tool\",\"place\",\"event\",\"actor\",\"story\",\"need\",\"offer\""
#define STATES "\"idea\",\"begun\",\"running\",\"seeking\",\"paused\",\"ended\""
#define LEVELS "\"commune\",\"epci\",\"departement\",\"region\",\"country\",\"custom\""

/* The one query, in the order of its canonical text. Lists are written with commas. */
static const struct parameter query_parameters[] = {
    {"q", "{\"type\":\"string\",\"maxLength\":256}",
     "Words: all must occur; \\\"quotes\\\" are a phrase; the last one also as a prefix."},
    {"kind", LIST_OF(ONE_OF(KINDS)), "Kinds; the first seven when none is chosen."},
    {"state", LIST_OF(ONE_OF(STATES)), "State of the thing itself."},
    {"theme", LIST_OF(STRING),
     "Themes by slug, narrower ones included: any of one taxonomy, and all taxonomies named."},
    {"territory", LIST_OF("{\"type\":\"string\",\"examples\":[\"com-73065\",\"dep-73\"]}"),
     "Territories by code."},
    {"space", STRING, "A space by slug."},
    {"bbox", "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":4,\"maxItems\":4}",
     "west,south,east,north in degrees; what can be drawn inside."},
    {"near", "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":2,\"maxItems\":2}",
     "latitude,longitude in degrees."},
    {"radius", "{\"type\":\"number\",\"minimum\":0,\"maximum\":500,\"default\":15}",
     "Kilometres around near; 0: no limit."},
    {"when", ONE_OF("\"upcoming\",\"past\",\"all\""), "When it happens."},
    {"from", STRING, "Earliest date: 2026, 2026-05 or 2026-05-31."},
    {"to", STRING, "Latest date."},
    {"lang", LIST_OF(STRING), "Language of the entry."},
    {"source", LIST_OF(STRING), "Sources by slug."},
    {"has", LIST_OF(ONE_OF("\"video\",\"need\",\"offer\",\"image\",\"place\"")),
     "What it must have, all of it."},
    {"skill", LIST_OF(STRING), "Skills by slug."},
};
static const struct parameter list_parameters[] = {
    {"sort", ONE_OF("\"relevance\",\"near\",\"recent\",\"soon\",\"title\""), "Order of the list."},
    {"cursor", STRING, "Where the list goes on: comes in next, valid for 10 minutes."},
    {"limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"default\":20}",
     "Items a page."},
    {"facets",
     LIST_OF(ONE_OF("\"kind\",\"state\",\"theme\",\"territory\",\"has\",\"lang\",\"source\","
                    "\"skill\"")),
     "Facets to count; each ignores its own choice."},
};
static const struct parameter suggest_parameters[] = {
    {"q", "{\"type\":\"string\",\"maxLength\":256}", "What was typed so far."},
};
static const struct parameter territory_parameters[] = {
    {"q", STRING, "A name or a postal code, or the beginning of one."},
    {"level", ONE_OF(LEVELS), "Only this level; without q all of it."},
    {"within", STRING, "Only inside this territory."},
    {"limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"default\":20}",
     "Items at most, with q."},
};

/* ---- what routes answer ---- */

struct described {
    const char *path;
    bool takes_query;
    const struct parameter *parameters;
    size_t parameter_count;
    const char *media_type;
    const char *schema; /* of components, or NULL */
};

#define PARAMETERS(table) table, ARRAY_COUNT(table)
static const struct described described[] = {
    {"/api/v1/entries", true, PARAMETERS(list_parameters), API_JSON, "EntryList"},
    {"/api/v1/entries/{id}", false, NULL, 0, API_JSON, "Entry"},
    {"/api/v1/entries.geojson", true, NULL, 0, "application/geo+json", "GeoJSON"},
    {"/api/v1/entries.csv", true, NULL, 0, "text/csv", NULL},
    {"/api/v1/suggest", false, PARAMETERS(suggest_parameters), API_JSON, "SuggestionList"},
    {"/api/v1/territories", false, PARAMETERS(territory_parameters), API_JSON, "TerritoryList"},
    {"/api/v1/territories/{code}", false, NULL, 0, API_JSON, "Territory"},
    {"/api/v1/themes", false, NULL, 0, API_JSON, "Taxonomies"},
    {"/api/v1/openapi.json", false, NULL, 0, API_JSON, NULL},
    {"/healthz", false, NULL, 0, API_JSON, "Health"},
    {"/tiles.json", true, NULL, 0, API_JSON, NULL},
    {"/tiles/{z}/{x}/{y}.json", true, NULL, 0, API_JSON, "Tile"},
    {"/tiles/{z}/{x}/{y}.mvt", true, NULL, 0, "application/vnd.mapbox-vector-tile", NULL},
};

static const struct described *describe(const char *path) {
    for (size_t i = 0; i < ARRAY_COUNT(described); i++) {
        if (strcmp(described[i].path, path) == 0) {
            return &described[i];
        }
    }
    return NULL;
}

/* ---- components ---- */

#define TEXTS      "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define NUM        "{\"type\":\"number\"}"
#define INT        "{\"type\":\"integer\"}"
#define BOOL       "{\"type\":\"boolean\"}"
#define REF(name)  "{\"$ref\":\"#/components/schemas/" name "\"}"
#define REFS(name) "{\"type\":\"array\",\"items\":" REF(name) "}"
#define OBJECTS    "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"
#define BOX        "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":4,\"maxItems\":4}"

/* The entry is docs/entry-format.md with what the API adds. */
static const char
    components[] =
        "\"Entry\":{\"type\":\"object\",\"required\":[\"id\",\"url\",\"kind\",\"title\"],"
        "\"properties\":{"
        "\"id\":" INT ",\"url\":{\"type\":\"string\",\"format\":\"uri\"},"
        "\"source\":{\"type\":\"object\",\"properties\":{\"slug\":" STRING ",\"key\":" STRING "}},"
        "\"kind\":" ONE_OF(KINDS) ",\"state\":" ONE_OF(
            STATES) ",\"language\":" STRING ",\"title\":" STRING ",\"summary\":" STRING
                    ",\"description\":{\"type\":\"string\",\"description\":\"Markdown without raw "
                    "HTML.\"},"
                    "\"type\":" STRING ",\"themes\":" TEXTS ",\"tags\":" TEXTS ",\"place\":" REF(
                        "Place") ",\"contacts\":" OBJECTS
                                 ",\"opening_hours\":{\"type\":\"string\",\"description\":"
                                 "\"OpenStreetMap syntax.\"},\"wheelchair\":" ONE_OF(
                                     "\"yes\",\"limited\",\"no\"") ",\"price\":" STRING
                                                                   ",\"audience\":" STRING
                                                                   ",\"dates\":" OBJECTS
                                                                   ",\"figures\":" OBJECTS
                                                                   ",\"links\":" OBJECTS
                                                                   ",\"media\":" OBJECTS
                                                                   ",\"needs\":" OBJECTS
                                                                   ",\"offers\":" OBJECTS
                                                                   ",\"translations\":{\"type\":"
                                                                   "\"object\"},\"licence\":" STRING
                                                                   ",\"source_url\":" STRING
                                                                   ",\"source_note\":" STRING
                                                                   ",\"end_reason\":" STRING
                                                                   ",\"created\":{\"type\":"
                                                                   "\"string\",\"format\":\"date-"
                                                                   "time\"},"
                                                                   "\"updated\":{\"type\":"
                                                                   "\"string\",\"format\":\"date-"
                                                                   "time\"},"
                                                                   "\"confirmed\":{\"type\":"
                                                                   "\"string\",\"format\":\"date-"
                                                                   "time\"},\"example\":" BOOL
                                                                   ",\"distance_m\":{\"type\":"
                                                                   "\"integer\",\"description\":"
                                                                   "\"From near, when it was "
                                                                   "given.\"},"
                                                                   "\"match\":{\"type\":\"object\","
                                                                   "\"description\":\"The need or "
                                                                   "offer that was found.\","
                                                                   "\"properties\":{"
                                                                   "\"kind\":" ONE_OF(
                                                                       "\"need\",\"offer\"") ",\"so"
                                                                                             "rt\""
                                                                                             ":" STRING
                                                                                             ",\"sk"
                                                                                             "ill\""
                                                                                             ":" STRING
                                                                                             ",\"te"
                                                                                             "xt\""
                                                                                             ":" STRING
                                                                                             "}}}},"
                                                                                             "\"Pla"
                                                                                             "ce\":"
                                                                                             "{\"ty"
                                                                                             "pe\":"
                                                                                             "\"obj"
                                                                                             "ect\""
                                                                                             ",\"pr"
                                                                                             "opert"
                                                                                             "ies\""
                                                                                             ":{"
                                                                                             "\"nam"
                                                                                             "e\""
                                                                                             ":" STRING
                                                                                             ",\"ad"
                                                                                             "dress"
                                                                                             "\""
                                                                                             ":" STRING
                                                                                             ",\"po"
                                                                                             "stal_"
                                                                                             "code"
                                                                                             "\""
                                                                                             ":" STRING
                                                                                             ",\"ci"
                                                                                             "ty\""
                                                                                             ":" STRING
                                                                                             ",\"te"
                                                                                             "rrito"
                                                                                             "ry\""
                                                                                             ":" STRING
                                                                                             ",\"te"
                                                                                             "rrito"
                                                                                             "ry_"
                                                                                             "label"
                                                                                             "\""
                                                                                             ":" STRING
                                                                                             ",\"la"
                                                                                             "titud"
                                                                                             "e\""
                                                                                             ":" NUM
                                                                                             ",\"lo"
                                                                                             "ngitu"
                                                                                             "de\""
                                                                                             ":" NUM
                                                                                             ",\"ap"
                                                                                             "proxi"
                                                                                             "mate"
                                                                                             "\":{"
                                                                                             "\"typ"
                                                                                             "e\":"
                                                                                             "\"boo"
                                                                                             "lean"
                                                                                             "\","
                                                                                             "\"des"
                                                                                             "cript"
                                                                                             "ion\""
                                                                                             ":\"Th"
                                                                                             "e "
                                                                                             "centr"
                                                                                             "e of "
                                                                                             "its "
                                                                                             "commu"
                                                                                             "ne."
                                                                                             "\"},"
                                                                                             "\"pre"
                                                                                             "cisio"
                                                                                             "n\""
                                                                                             ":" ONE_OF(
                                                                                                 "\"exact\",\"100m\",\"commune\",\"epci\",\"departement\",\"region\","
                                                                                                 "\"country\"") "}},"
                                                                                                                "\"EntryList\":{\"type\":\"object\",\"required\":[\"total\",\"items\",\"facets\",\"next\"],"
                                                                                                                "\"properties\":{\"total\":" INT
                                                                                                                ",\"unplaced\":{\"type\":\"integer\",\"description\":\"Of them, never drawn on the map.\"},"
                                                                                                                "\"corrected\":{\"type\":\"string\",\"description\":\"The words as searched, a typo forgiven.\"},"
                                                                                                                "\"bbox\":" BOX
                                                                                                                ",\"restarted\":{\"type\":\"boolean\",\"description\":\"The cursor was too old: the list starts "
                                                                                                                "anew.\"},\"items\":" REFS("Entry") ",\"facets\":{\"type\":\"object\",\"additionalProperties\":" REFS("FacetValue") "},"
                                                                                                                                                                                                                                    "\"facet_totals\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\","
                                                                                                                                                                                                                                    "\"properties\":{\"total\":" INT
                                                                                                                                                                                                                                    ",\"others\":" INT
                                                                                                                                                                                                                                    "}}},"
                                                                                                                                                                                                                                    "\"next\":{\"type\":[\"string\",\"null\"],\"format\":\"uri\"}}},"
                                                                                                                                                                                                                                    "\"FacetValue\":{\"type\":\"object\",\"properties\":{\"value\":" STRING ",\"label\":" STRING ",\"count\":" INT "}},"
                                                                                                                                                                                                                                    "\"GeoJSON\":{\"type\":\"object\",\"description\":\"RFC 7946 FeatureCollection; properties are an "
                                                                                                                                                                                                                                    "Entry; name, source, licence and attribution stand beside the features.\"},"
                                                                                                                                                                                                                                    "\"SuggestionList\":{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{"
                                                                                                                                                                                                                                    "\"type\":\"object\",\"required\":[\"type\",\"label\",\"url\"],\"properties\":{\"type\":" ONE_OF("\"territory\",\"theme\",\"entry\"") ",\"label\":" STRING ",\"detail\":" STRING ",\"url\":" STRING ",\"code\":" STRING
                                                                                                                                                                                                                                                                                                                                                                          ",\"lat\":" NUM
                                                                                                                                                                                                                                                                                                                                                                          ",\"lon\":" NUM
                                                                                                                                                                                                                                                                                                                                                                          "}}}}},"
                                                                                                                                                                                                                                                                                                                                                                          "\"Territory\":{\"type\":\"object\",\"required\":[\"code\",\"name\",\"label\",\"level\"],"
                                                                                                                                                                                                                                                                                                                                                                          "\"properties\":{\"code\":" STRING ",\"name\":" STRING ",\"label\":" STRING ",\"level\":" ONE_OF(LEVELS) ",\"population\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   ",\"lat\":" NUM ",\"lon\":" NUM ",\"approximate\":" BOOL
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   ",\"url\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   ",\"bbox\":" BOX ",\"within\":" REFS("Territory") ",\"postal_codes\":" TEXTS
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     ",\"commune_count\":" INT ",\"communes\":" TEXTS ",\"entries\":" INT ",\"entries_url\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "\"TerritoryList\":{\"type\":\"object\",\"properties\":{\"items\":" REFS(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "Territory") "}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "\"Taxonomies\":{\"type\":\"object\",\"properties\":{\"schemes\":{\"type\":\"array\",\"items\":{"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "\"type\":\"object\",\"properties\":{\"slug\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      ",\"title\":" REF("Label") ",\"themes\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"slug\":" STRING ",\"label\":" REF("Label") ",\"broader\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"synonyms\":" TEXTS
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"count\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "}}}}}}}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"Label\":{\"type\":\"object\",\"properties\":{\"fr\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"en\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"Tile\":{\"type\":\"object\",\"properties\":{\"features\":{\"type\":\"array\",\"items\":{"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"type\":\"object\",\"required\":[\"lon\",\"lat\",\"count\",\"kinds\"],\"properties\":{"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"lon\":" NUM
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"lat\":" NUM
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"count\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"kinds\":{\"type\":\"array\",\"items\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"minItems\":9,\"maxItems\":9,\"description\":\"Counts in the order of kind.\"},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"approximate\":" BOOL
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"stack\":" BOOL
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"id\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"kind\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"title\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"slug\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"place\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "}}}}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"Health\":{\"type\":\"object\",\"properties\":{\"status\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"version\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"documents\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"Problem\":{\"type\":\"object\",\"description\":\"RFC 9457; key names the part of the query that "
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "cannot be used.\",\"properties\":{\"type\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"title\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"status\":" INT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"detail\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"key\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"request\":" STRING
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "}}";

/* ---- writing ---- */

static void write_parameter(const struct parameter *parameter, const char *in, bool *first,
                            struct buf *out) {
    buf_addf(out, "%s{\"name\":\"%s\",\"in\":\"%s\"%s", *first ? "" : ",", parameter->name, in,
             strcmp(in, "path") == 0 ? ",\"required\":true" : "");
    *first = false;
    if (parameter->help) {
        buf_addf(out, ",\"description\":\"%s\"", parameter->help);
    }
    if (strncmp(parameter->schema, "{\"type\":\"array\"", 15) == 0) {
        buf_add_cstr(out, ",\"style\":\"form\",\"explode\":false");
    }
    buf_addf(out, ",\"schema\":%s}", parameter->schema);
}

/* The {…} parts of a path. */
static void write_captures(const char *path, bool *first, struct buf *out) {
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        char name[NAME_BYTES_MAX];
        size_t n = strcspn(open + 1, "}");
        if (n < sizeof name) {
            memcpy(name, open + 1, n);
            name[n] = '\0';
            const struct parameter parameter = {name, STRING, NULL};
            write_parameter(&parameter, "path", first, out);
        }
    }
}

static void write_parameters(const char *path, const struct described *about, struct buf *out) {
    bool first = true;
    buf_add_cstr(out, "\"parameters\":[");
    write_captures(path, &first, out);
    for (size_t i = 0; about && about->takes_query && i < ARRAY_COUNT(query_parameters); i++) {
        write_parameter(&query_parameters[i], "query", &first, out);
    }
    for (size_t i = 0; about && i < about->parameter_count; i++) {
        write_parameter(&about->parameters[i], "query", &first, out);
    }
    buf_add_cstr(out, "],");
}

static void write_responses(const char *path, const struct described *about, struct buf *out) {
    buf_add_cstr(out, "\"responses\":{\"200\":{\"description\":\"The answer.\"");
    if (about) {
        buf_addf(out, ",\"content\":{\"%s\":{", about->media_type);
        if (about->schema) {
            buf_addf(out, "\"schema\":{\"$ref\":\"#/components/schemas/%s\"}", about->schema);
        }
        buf_add_cstr(out, "}}");
    }
    buf_add_cstr(out, "},\"304\":{\"description\":\"Unchanged since the ETag sent.\"}");
    buf_add_cstr(out, ",\"400\":{\"$ref\":\"#/components/responses/Problem\"}");
    if (strchr(path, '{')) {
        buf_add_cstr(out, ",\"404\":{\"$ref\":\"#/components/responses/Problem\"}");
    }
    buf_add_char(out, '}');
}

/* "get_api_v1_entries_id": letters and digits of the path, the rest as underscores. */
static void write_operation_id(const char *path, struct buf *out) {
    buf_add_cstr(out, "\"operationId\":\"get");
    bool gap = true;
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
    const struct described *about = describe(route->path);
    buf_add_cstr(out, *first ? "" : ",");
    *first = false;
    buf_add_json_string(out, slice_from_cstr(route->path));
    buf_add_cstr(out, ":{\"get\":{");
    write_operation_id(route->path, out);
    buf_add_cstr(out, "\"summary\":");
    buf_add_json_string(out, slice_from_cstr(route->help));
    buf_add_char(out, ',');
    write_parameters(route->path, about, out);
    write_responses(route->path, about, out);
    buf_add_cstr(out, "}}");
}

err api_openapi(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    const struct face *face = app;
    struct buf *out = &response->body;
    bool first = true;
    TRY(face_machine_keys(request, NULL, problem));
    response->media_type = API_JSON;
    buf_add_cstr(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":");
    buf_add_json_string(out, face->site_name);
    buf_add_cstr(out, ",\"version\":");
    buf_add_json_string(out, slice_from_cstr(face->version));
    buf_add_cstr(out,
                 ",\"description\":\"One query, every form: the same query text gives the page, "
                 "this API, every export and the tiles, from one snapshot. An unknown key or a "
                 "malformed value is a 400 that names it. Reads are open to every origin.\"},"
                 "\"servers\":[{\"url\":");
    buf_add_json_string(out, request->base_url);
    buf_add_cstr(out, "}],\"paths\":{");
    const struct http_route *route;
    for (size_t i = 0; (route = http_route_at(request, i)) != NULL; i++) {
        if (route->audience == HTTP_FOR_MACHINES && route->method == HTTP_GET) {
            write_route(route, &first, out);
        }
    }
    buf_add_cstr(
        out, "},\"components\":{\"responses\":{\"Problem\":{\"description\":\"What is wrong, and "
             "where.\",\"content\":{\"application/problem+json\":{\"schema\":"
             "{\"$ref\":\"#/components/schemas/Problem\"}}}}},\"schemas\":{");
    buf_add_cstr(out, components);
    buf_add_cstr(out, "}}}\n");
    response->etag =
        arena_printf(request->arena, "\"%llx\"", (unsigned long long)hash_bytes(buf_slice(out), 1));
    return OK;
}
