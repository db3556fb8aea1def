#include "formats/geometry_int.h"
#include "formats/record_int.h"
#include <stdlib.h>
#include <string.h>

struct tree {
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

static err object_flatten(struct tree *tree, slice prefix, const json_t *object, unsigned depth) {
    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        const json_t *value = json_object_iter_value(at);
        slice name = joined_name(tree->arena, prefix, slice_from_cstr(json_object_iter_key(at)));
        if (json_is_object(value) && depth < RECORD_DEPTH_MAX) {
            TRY(object_flatten(tree, name, value, depth + 1));
        } else if (json_is_array(value)) {
            TRY(list_flatten(tree, name, value));
        } else {
            TRY(field_add(tree, name, scalar(tree->arena, value), NULL));
        }
    }
    return OK;
}

bool json_is_feature(const json_t *json) {
    const json_t *type = json_object_get(json, "type");
    return json_is_string(type) && strcmp(json_string_value(type), "Feature") == 0 &&
           (json_object_get(json, "properties") != NULL ||
            json_object_get(json, "geometry") != NULL);
}

static err feature_flatten(struct tree *tree, const json_t *feature, struct record *record) {
    const json_t *properties = json_object_get(feature, "properties");
    const json_t *geometry = json_object_get(feature, "geometry");
    const json_t *id = json_object_get(feature, "id");
    if (id != NULL && json_object_get(properties, "id") == NULL) {
        TRY(field_add(tree, SLICE("id"), scalar(tree->arena, id), NULL));
    }
    if (json_is_object(properties)) {
        TRY(object_flatten(tree, SLICE_EMPTY, properties, 0));
    }
    record->has_geometry = geometry != NULL && !json_is_null(geometry);
    return geometry_read(geometry, tree->arena, &record->geometry, tree->problem);
}

err record_from_json(const json_t *json, struct arena *arena, struct record *record,
                     struct problem *problem) {
    if (!json_is_object(json)) {
        return problem_set(problem, ERR_INPUT, "", "a record is a JSON object");
    }
    struct tree tree = {.arena = arena, .problem = problem};
    err failed = json_is_feature(json) ? feature_flatten(&tree, json, record)
                                       : object_flatten(&tree, SLICE_EMPTY, json, 0);
    record->fields = tree.fields;
    record->field_count = tree.count;
    return failed;
}
