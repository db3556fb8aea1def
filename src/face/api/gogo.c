/* /api/elements.json and /api/taxonomy.json: the two addresses that a map of GoGoCarto asks, and
 * that its importer takes. The one query narrows them too. */
#include "face/api/gogo_int.h"

#define ID_BITS     48
#define BOUNDS_MAX  16
#define BRANCH_KIND "kind"
#define FNV_BASIS   UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME   UINT64_C(0x100000001b3)

/* ---- numbers ---- */

/* FNV-1a, 64 bits folded to 48: fixed for ever, unlike the program's own tables. */
static int64_t number_of(const char *branch, slice slug) {
    const slice parts[] = {slice_from_cstr(branch), SLICE("/"), slug};
    uint64_t hash = FNV_BASIS;
    for (size_t part = 0; part < ARRAY_COUNT(parts); part++) {
        for (size_t i = 0; i < parts[part].n; i++) {
            hash = (hash ^ (unsigned char)parts[part].p[i]) * FNV_PRIME;
        }
    }
    return (int64_t)((hash >> ID_BITS ^ hash) & ((UINT64_C(1) << ID_BITS) - 1));
}

int64_t gogo_theme_id(slice slug) {
    return number_of("theme", slug);
}

int64_t gogo_kind_id(enum query_kind kind) {
    return number_of(BRANCH_KIND, query_kind_slug(kind));
}

bool gogo_option_choose(const struct face *face, int64_t id, struct query *query) {
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        if (gogo_kind_id((enum query_kind)kind) == id) {
            query->kinds |= (uint16_t)(1u << kind);
            return true;
        }
    }
    for (uint16_t i = 0; i < face->themes->count; i++) {
        if (gogo_theme_id(face->themes->items[i].slug) == id) {
            return query_values_set(&query->themes, face->themes->items[i].slug, true);
        }
    }
    return false;
}

/* ---- the taxonomy: groups and options, one inside the other ---- */

static void group_open(struct face_json *json, const char *branch, slice slug, slice name) {
    face_json_open(json, '{');
    face_json_member_i64(json, "id", number_of(branch, slug));
    face_json_key(json, "name");
    face_json_text(json, name);
    face_json_key(json, "options");
    face_json_open(json, '[');
}

static void group_close(struct face_json *json) {
    face_json_close(json, ']');
    face_json_close(json, '}');
}

static void option_open(struct face_json *json, int64_t id, slice slug, slice name) {
    face_json_open(json, '{');
    face_json_member_i64(json, "id", id);
    face_json_member(json, "name", name);
    face_json_member(json, "customId", slug);
}

static void themes_write(const struct face *face, const struct http_request *request,
                         const struct theme_scheme *scheme, uint16_t broader,
                         struct face_json *json);

static bool has_narrower(const struct face *face, const struct theme_scheme *scheme,
                         uint16_t theme) {
    for (uint16_t i = scheme->first; i < scheme->first + scheme->count; i++) {
        if (face->themes->items[i].broader == theme) {
            return true;
        }
    }
    return false;
}

/* Themes of one level; those under each follow in a group without a name of its own. The depth is
 * that of the taxonomy, which domain/theme bounds. */
static void themes_write(const struct face *face, const struct http_request *request,
                         const struct theme_scheme *scheme, uint16_t broader,
                         struct face_json *json) {
    for (uint16_t i = scheme->first; i < scheme->first + scheme->count; i++) {
        const struct theme *theme = &face->themes->items[i];
        if (theme->broader != broader) {
            continue;
        }
        option_open(json, gogo_theme_id(theme->slug), theme->slug, api_theme_label(request, theme));
        if (has_narrower(face, scheme, i)) {
            face_json_key(json, "subcategories");
            face_json_open(json, '[');
            group_open(json, "group", theme->slug, SLICE_EMPTY);
            themes_write(face, request, scheme, i, json);
            group_close(json);
            face_json_close(json, ']');
        }
        face_json_close(json, '}');
    }
}

err api_gogo_taxonomy(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    const struct face *face = app;
    struct face_json json = face_json_to(&response->body);
    TRY(face_machine_keys(request, NULL, problem));
    response->media_type = API_JSON;
    face_json_open(&json, '[');
    group_open(&json, "group", SLICE(BRANCH_KIND),
               api_is_english(request) ? SLICE("Kind") : SLICE("Nature"));
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        option_open(&json, gogo_kind_id((enum query_kind)kind),
                    query_kind_slug((enum query_kind)kind),
                    api_kind_label(request, (enum query_kind)kind));
        face_json_close(&json, '}');
    }
    group_close(&json);
    for (uint16_t i = 0; i < face->themes->scheme_count; i++) {
        const struct theme_scheme *scheme = &face->themes->schemes[i];
        group_open(&json, "scheme", scheme->slug, scheme->title[api_is_english(request) ? 1 : 0]);
        themes_write(face, request, scheme, THEME_NONE, &json);
        group_close(&json);
    }
    face_json_close(&json, ']');
    response->etag = arena_printf(request->arena, "\"%llx\"",
                                  (unsigned long long)hash_bytes(buf_slice(&response->body), 1));
    return OK;
}

/* ---- elements ---- */

/* Ours to read, and those that its maps send along and that mean nothing here. */
static const char *const own_keys[] = {"bounds",
                                       "categories",
                                       "categories[]",
                                       "limit",
                                       "ontology",
                                       "boundsJson",
                                       "_",
                                       "mainOptionId",
                                       "excludeExternal",
                                       "stampsIds",
                                       "fullRepresentation",
                                       "stamps",
                                       "stampsIds[]",
                                       "token",
                                       NULL};

static bool read_degrees(slice text, double most, int32_t *degrees_e7) {
    double degrees;
    if (!slice_to_double(slice_trim(text), &degrees) || degrees < -most || degrees > most) {
        return false;
    }
    *degrees_e7 = (int32_t)(degrees * 1e7 + (degrees < 0 ? -0.5 : 0.5));
    return true;
}

static bool read_box(slice text, struct geo_box *box) {
    int32_t *const edges[] = {&box->west_e7, &box->south_e7, &box->east_e7, &box->north_e7};
    static const double most[] = {180, 90, 180, 90};
    slice part;
    size_t count = 0;
    while (slice_cut(&text, ',', &part)) {
        if (count == ARRAY_COUNT(edges) || !read_degrees(part, most[count], edges[count])) {
            return false;
        }
        count++;
    }
    return count == ARRAY_COUNT(edges) && geo_box_is_valid(box);
}

/* "w,s,e,n;w,s,e,n;": a map asks for what it has not seen yet. */
static err read_bounds(struct export *export, struct problem *problem) {
    slice rest;
    slice part;
    struct arena *arena = export->request->arena;
    if (!query_raw_value(export->request->query, SLICE("bounds"), arena, &rest)) {
        return OK;
    }
    struct geo_box *boxes = arena_new(arena, struct geo_box, BOUNDS_MAX);
    while (slice_cut(&rest, ';', &part)) {
        if (slice_trim(part).n == 0) {
            continue;
        }
        if (export->box_count == BOUNDS_MAX || !read_box(part, &boxes[export->box_count])) {
            return problem_set(problem, ERR_INPUT, "bounds",
                               "up to %d times west,south,east,north in degrees, with semicolons "
                               "between",
                               BOUNDS_MAX);
        }
        export->box_count++;
    }
    export->boxes = boxes;
    return OK;
}

static err choose_options(const struct face *face, slice list, struct query *query,
                          struct problem *problem) {
    slice part;
    while (slice_cut(&list, ',', &part)) {
        int64_t id;
        part = slice_trim(part);
        if (part.n == 0 || slice_equal(part, SLICE("all")) || slice_equal(part, SLICE("null"))) {
            continue;
        }
        if (!slice_to_i64(part, &id) || !gogo_option_choose(face, id, query)) {
            return problem_set(problem, ERR_INPUT, "categories",
                               "numbers of options, as /api/taxonomy.json gives them");
        }
    }
    return OK;
}

/* `categories=1,2`, and `categories[]=1&categories[]=2` as jQuery writes lists. */
static err read_categories(struct export *export, struct problem *problem) {
    struct arena *arena = export->request->arena;
    slice rest = export->request->query;
    slice pair;
    while (slice_cut(&rest, '&', &pair)) {
        slice list;
        if ((query_raw_value(pair, SLICE("categories"), arena, &list) ||
             query_raw_value(pair, SLICE("categories[]"), arena, &list)) &&
            list.n > 0) {
            TRY(choose_options(export->face, list, &export->query, problem));
        }
    }
    return OK;
}

static err read_limit(struct export *export, struct problem *problem) {
    slice text;
    uint64_t limit;
    if (!query_raw_value(export->request->query, SLICE("limit"), export->request->arena, &text) ||
        text.n == 0) {
        return OK;
    }
    if (!slice_to_u64(text, &limit) || limit < 1 || limit > UINT32_MAX) {
        return problem_set(problem, ERR_INPUT, "limit", "how many elements at most");
    }
    export->query.limit = (uint32_t)limit;
    return OK;
}

static err read_ontology(struct export *export, struct problem *problem) {
    slice name = SLICE_EMPTY;
    (void)query_raw_value(export->request->query, SLICE("ontology"), export->request->arena, &name);
    if (slice_equal_ascii_nocase(name, SLICE("gogocompact"))) {
        export->writer = &export_gogocompact;
    } else if (name.n == 0 || slice_equal_ascii_nocase(name, SLICE("gogofull"))) {
        export->writer = &export_gogofull;
    } else {
        return problem_set(problem, ERR_INPUT, "ontology", "gogofull or gogocompact");
    }
    return OK;
}

err api_gogo_elements(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct export *export = arena_new(request->arena, struct export, 1);
    *export = (struct export){.face = app,
                              .request = request,
                              .reader = face_reader(request),
                              .form = FACE_FORM_GOGOCARTO,
                              .salt = request->query};
    TRY(face_machine_query(request, own_keys, &export->query, problem));
    TRY(read_ontology(export, problem));
    TRY(read_bounds(export, problem));
    TRY(read_categories(export, problem));
    TRY(read_limit(export, problem));
    TRY(api_export_answer(export, response, problem));
    response->file_name = SLICE_EMPTY; /* a map reads it where it stands */
    return OK;
}

err api_gogo_element(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct export *export = arena_new(request->arena, struct export, 1);
    slice name = request->captures[0];
    struct entry_id id;
    TRY(face_machine_keys(request, own_keys, problem));
    name = slice_ends_with(name, SLICE(".json")) ? slice_sub(name, 0, name.n - 5) : name;
    *export = (struct export){.face = app,
                              .request = request,
                              .reader = face_reader(request),
                              .form = FACE_FORM_GOGOCARTO,
                              .writer = &export_gogofull,
                              .query = query_default(),
                              .salt = request->path};
    export->only = slice_to_i64(name, &id.v) && id.v > 0 ? id : (struct entry_id){-1};
    TRY(api_export_answer(export, response, problem));
    if (response->status != 304 && export->count == 0) {
        return problem_set(problem, ERR_NOT_FOUND, "", "there is no element with this number");
    }
    response->file_name = SLICE_EMPTY;
    return OK;
}
