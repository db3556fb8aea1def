#include "formats/geometry_int.h"
#include "formats/record_int.h"
#include <stdlib.h>
#include <string.h>

struct tree {
    struct record *record; /* takes the first geometry of an object; NULL: it has its own */
    struct crs *crs;
    struct arena *arena;
    struct record_field *fields;
    uint32_t count, room;
    struct problem *problem;
};

static slice json_text(const json_t *json) {
    return slice_of(json_string_value(json), json_string_length(json));
}

/* What cannot be flattened further stays as it is written. */
static slice compact(struct arena *arena, const json_t *json) {
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    slice copy = text == NULL ? SLICE_EMPTY : arena_copy(arena, slice_from_cstr(text));
    free(text);
    return copy;
}

static slice scalar(struct arena *arena, const json_t *json) {
    struct buf number BUF_CLEANUP = buf_new(64);
    switch (json_typeof(json)) {
    case JSON_STRING:
        return arena_copy(arena, json_text(json));
    case JSON_INTEGER:
        buf_add_i64(&number, json_integer_value(json));
        return arena_copy(arena, buf_slice(&number));
    case JSON_REAL:
        buf_add_double(&number, json_real_value(json));
        return arena_copy(arena, buf_slice(&number));
    case JSON_TRUE:
        return SLICE("true");
    case JSON_FALSE:
        return SLICE("false");
    case JSON_OBJECT:
    case JSON_ARRAY:
        return compact(arena, json);
    case JSON_NULL:
        break;
    }
    return SLICE_EMPTY;
}

static slice joined_name(struct arena *arena, slice prefix, slice key) {
    if (prefix.n == 0) {
        return arena_copy(arena, key);
    }
    char *name = arena_new(arena, char, prefix.n + key.n + 2);
    memcpy(name, prefix.p, prefix.n);
    name[prefix.n] = '.';
    memcpy(name + prefix.n + 1, key.p, key.n);
    return slice_of(name, prefix.n + 1 + key.n);
}

static err field_add(struct tree *tree, slice name, slice value, struct record_field **added) {
    if (tree->count == RECORD_FIELDS_MAX) {
        return problem_set(tree->problem, ERR_LIMIT, "", "this record has more than %d fields",
                           RECORD_FIELDS_MAX);
    }
    if (tree->count == tree->room) {
        uint32_t room = tree->room == 0 ? 32 : 2 * tree->room;
        struct record_field *grown = arena_new(tree->arena, struct record_field, room);
        if (tree->count > 0) {
            memcpy(grown, tree->fields, tree->count * sizeof *grown);
        }
        tree->fields = grown;
        tree->room = room;
    }
    tree->fields[tree->count] = (struct record_field){.name = name, .value = value};
    if (added != NULL) {
        *added = &tree->fields[tree->count];
    }
    tree->count++;
    return OK;
}

static void list_join(struct tree *tree, struct record_field *field) {
    size_t n = 0;
    for (uint32_t i = 0; i < field->item_count; i++) {
        n += field->items[i].n + 1;
    }
    char *text = arena_new(tree->arena, char, n + 1);
    size_t at = 0;
    for (uint32_t i = 0; i < field->item_count; i++) {
        if (i > 0) {
            text[at++] = ';';
        }
        memcpy(text + at, field->items[i].p, field->items[i].n);
        at += field->items[i].n;
    }
    field->value = slice_of(text, at);
}

/* The list field of that name among those made since `from`, made when it is not there yet. */
static err list_field(struct tree *tree, uint32_t from, slice name, size_t room,
                      struct record_field **found) {
    for (uint32_t i = from; i < tree->count; i++) {
        if (slice_equal(tree->fields[i].name, name)) {
            *found = &tree->fields[i];
            return OK;
        }
    }
    TRY(field_add(tree, name, SLICE_EMPTY, found));
    (*found)->items = arena_new(tree->arena, slice, room);
    return OK;
}

static void item_add(struct tree *tree, struct record_field *field, const json_t *json) {
    if (!json_is_null(json)) {
        slice *items = (slice *)(uintptr_t)field->items; /* ours until the record is handed out */
        items[field->item_count++] = scalar(tree->arena, json);
    }
}

/* ["a","b"] -> one list; [{"name":"a"},{"name":"b"}] -> NAME.name, a list. */
static err list_flatten(struct tree *tree, slice name, const json_t *list) {
    size_t size = json_array_size(list);
    uint32_t from = tree->count;
    struct record_field *field;
    if (size > RECORD_LIST_MAX) {
        return problem_set(tree->problem, ERR_LIMIT, "", "the list \"%.*s\" has more than %d items",
                           (int)(name.n < 60 ? name.n : 60), name.p, RECORD_LIST_MAX);
    }
    if (size == 0) {
        return field_add(tree, name, SLICE_EMPTY, NULL);
    }
    for (size_t i = 0; i < size; i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_object(item)) {
            TRY(list_field(tree, from, name, size, &field));
            item_add(tree, field, item);
            continue;
        }
        for (void *at = json_object_iter((json_t *)(uintptr_t)item); at != NULL;
             at = json_object_iter_next((json_t *)(uintptr_t)item, at)) {
            slice key = slice_from_cstr(json_object_iter_key(at));
            TRY(list_field(tree, from, joined_name(tree->arena, name, key), size, &field));
            if (field->item_count < size) {
                item_add(tree, field, json_object_iter_value(at));
            }
        }
    }
    for (uint32_t i = from; i < tree->count; i++) {
        list_join(tree, &tree->fields[i]);
    }
    return OK;
}

static err object_flatten(struct tree *tree, slice prefix, const json_t *object, unsigned depth);

/* {"type": "Point", "coordinates": […]}, as databases of documents keep places. */
static bool is_geometry(const json_t *value) {
    static const char *const types[] = {"Point",           "MultiPoint", "LineString",
                                        "MultiLineString", "Polygon",    "MultiPolygon"};
    const char *type = json_string_value(json_object_get(value, "type"));
    bool known = false;
    for (size_t i = 0; type != NULL && i < ARRAY_COUNT(types); i++) {
        known = known || strcmp(type, types[i]) == 0;
    }
    return known && json_array_size(json_object_get(value, "coordinates")) > 0;
}

static err member_flatten(struct tree *tree, slice name, const json_t *value, unsigned depth) {
    if (tree->record != NULL && !tree->record->has_geometry && is_geometry(value)) {
        err failed = geometry_read(value, tree->arena, tree->crs, &tree->record->geometry, NULL);
        if (failed != ERR_INPUT) { /* else its parts are fields like others */
            tree->record->has_geometry = true;
            return failed;
        }
    }
    if (json_is_object(value) && depth < RECORD_DEPTH_MAX) {
        return object_flatten(tree, name, value, depth + 1);
    }
    if (json_is_array(value)) {
        return list_flatten(tree, name, value);
    }
    return field_add(tree, name, scalar(tree->arena, value), NULL);
}

static err object_flatten(struct tree *tree, slice prefix, const json_t *object, unsigned depth) {
    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        slice name = joined_name(tree->arena, prefix, slice_from_cstr(json_object_iter_key(at)));
        TRY(member_flatten(tree, name, json_object_iter_value(at), depth));
    }
    return OK;
}

bool json_is_feature(const json_t *json) {
    const json_t *type = json_object_get(json, "type");
    return json_is_string(type) && strcmp(json_string_value(type), "Feature") == 0 &&
           (json_object_get(json, "properties") != NULL ||
            json_object_get(json, "geometry") != NULL);
}

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Members that are the feature's form, and how a map draws it: no facts. */
static const char *const form_members[] = {"type", "geometry", "properties",    "bbox",
                                           "crs",  "@context", "_umap_options", "_storage"};

/* Properties, then what stands beside them in the feature (RFC 7946, 6.1: foreign members) under
 * a name that no property has. */
static err feature_flatten(struct tree *tree, const json_t *feature, struct crs *crs,
                           struct record *record) {
    const json_t *properties = json_object_get(feature, "properties");
    const json_t *geometry = json_object_get(feature, "geometry");
    const json_t *id = json_object_get(feature, "id");
    if (id != NULL && json_object_get(properties, "id") == NULL) {
        TRY(field_add(tree, SLICE("id"), scalar(tree->arena, id), NULL));
    }
    for (void *at = json_object_iter((json_t *)(uintptr_t)properties); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)properties, at)) {
        const char *key = json_object_iter_key(at);
        if (!is_one_of(key, form_members + 6, ARRAY_COUNT(form_members) - 6)) {
            slice name = arena_copy(tree->arena, slice_from_cstr(key));
            TRY(member_flatten(tree, name, json_object_iter_value(at), 0));
        }
    }
    for (void *at = json_object_iter((json_t *)(uintptr_t)feature); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)feature, at)) {
        const char *key = json_object_iter_key(at);
        if (strcmp(key, "id") != 0 && json_object_get(properties, key) == NULL &&
            !is_one_of(key, form_members, ARRAY_COUNT(form_members))) {
            slice name = arena_copy(tree->arena, slice_from_cstr(key));
            TRY(member_flatten(tree, name, json_object_iter_value(at), 0));
        }
    }
    record->has_geometry = geometry != NULL && !json_is_null(geometry);
    return geometry_read(geometry, tree->arena, crs, &record->geometry, tree->problem);
}

/* {"attributes": {…}, "geometry": {"x", "y"}}: the features of Esri's JSON. */
static bool is_esri_feature(const json_t *json) {
    const json_t *geometry = json_object_get(json, "geometry");
    return json_is_object(json_object_get(json, "attributes")) &&
           (geometry == NULL || json_is_null(geometry) ||
            json_is_number(json_object_get(geometry, "x")) ||
            json_is_array(json_object_get(geometry, "rings")) ||
            json_is_array(json_object_get(geometry, "paths")) ||
            json_is_array(json_object_get(geometry, "points")));
}

/* Esri's geometry in GeoJSON's words; NULL when there is none. */
static json_t *esri_geometry(const json_t *geometry) {
    static const struct {
        const char *member;
        const char *type;
    } sorts[] = {{"rings", "Polygon"}, {"paths", "MultiLineString"}, {"points", "MultiPoint"}};
    if (json_is_number(json_object_get(geometry, "x"))) {
        return json_pack("{s:s, s:[O,O]}", "type", "Point", "coordinates",
                         json_object_get(geometry, "x"), json_object_get(geometry, "y"));
    }
    for (size_t i = 0; i < ARRAY_COUNT(sorts); i++) {
        json_t *list = json_object_get(geometry, sorts[i].member);
        if (json_is_array(list)) {
            return json_pack("{s:s, s:O}", "type", sorts[i].type, "coordinates", list);
        }
    }
    return NULL;
}

static err esri_flatten(struct tree *tree, const json_t *feature, struct crs *crs,
                        struct record *record) {
    json_t *geometry = esri_geometry(json_object_get(feature, "geometry"));
    err failed = object_flatten(tree, SLICE_EMPTY, json_object_get(feature, "attributes"), 0);
    record->has_geometry = geometry != NULL;
    if (failed == OK) {
        failed = geometry_read(geometry, tree->arena, crs, &record->geometry, tree->problem);
    }
    json_decref(geometry);
    return failed;
}

err record_from_json(const json_t *json, struct crs *crs, struct arena *arena,
                     struct record *record, struct problem *problem) {
    struct tree tree = {.arena = arena, .problem = problem};
    err failed;
    if (!json_is_object(json)) {
        return problem_set(problem, ERR_INPUT, "", "a record is a JSON object");
    }
    if (json_is_feature(json)) {
        failed = feature_flatten(&tree, json, crs, record);
    } else if (is_esri_feature(json)) {
        failed = esri_flatten(&tree, json, crs, record);
    } else {
        json_t *plain = json_dialect_plain(json);
        if (json_dialect_is_osm(json) && json_object_size(json_object_get(json, "tags")) == 0) {
            json_decref(plain);
            return problem_set(problem, ERR_INPUT, "tags",
                               "an element of a shape: it has no tags of its own");
        }
        tree.record = record;
        tree.crs = crs;
        failed = object_flatten(&tree, SLICE_EMPTY, plain == NULL ? json : plain, 0);
        json_decref(plain);
    }
    record->fields = tree.fields;
    record->field_count = tree.count;
    return failed;
}

err record_field_add(struct record *record, struct arena *arena, slice name, slice value,
                     struct problem *problem) {
    struct tree tree = {.arena = arena, .problem = problem};
    if (record_get(record, name).n > 0) {
        return OK;
    }
    tree.fields = record->fields;
    tree.count = record->field_count;
    tree.room = record->field_count; /* the next one makes room */
    TRY(field_add(&tree, name, value, NULL));
    record->fields = tree.fields;
    record->field_count = tree.count;
    return OK;
}
