/* Rows of tables in JSON, and what GoGoCarto's API writes: `gogocompact` rows ["id", ["name", …],
 * lat, lng, [categories], status?, moderationState?] whose `mapping` names all but the categories,
 * and the states of `gogofull` elements. */
#include "formats/record_int.h"

#include <string.h>

/* The states of GoGoCarto's elements. One whose change waits for a moderator (-1) is shown as it
 * was. */
#define STATE_LEAST (-6)
#define STATE_MOST  7

static const char *state_word(json_int_t state) {
    switch (state) {
    case -6:
        return "a duplicate";
    case -5:
        return "a version that waits";
    case -4:
        return "deleted";
    case -3:
    case -2:
        return "refused";
    case 0:
        return "pending";
    default:
        return NULL;
    }
}

static bool is_ontology(const json_t *before) {
    const char *name = json_string_value(json_object_get(before, "ontology"));
    return name != NULL && strncmp(name, "gogo", 4) == 0;
}

bool gogocarto_is_public(json_t *element, const json_t *before, const char **state) {
    const json_t *status = json_object_get(element, "status");
    const json_t *geo = json_object_get(element, "geo");
    bool ours = is_ontology(before) || (json_object_get(geo, "latitude") != NULL &&
                                        json_object_get(element, "categories") != NULL);
    if (!ours || !json_is_integer(status) || json_integer_value(status) < STATE_LEAST ||
        json_integer_value(status) > STATE_MOST) {
        return true;
    }
    *state = state_word(json_integer_value(status));
    json_object_del(element, "status");
    json_object_del(element, "moderationState");
    return *state == NULL;
}

static bool is_degree(const json_t *json) {
    double value;
    if (json_is_string(json)) {
        return slice_to_double(
            slice_trim(slice_of(json_string_value(json), json_string_length(json))), &value);
    }
    return json_is_number(json) || json_is_null(json);
}

/* By the types of what it holds: `mapping` leaves out the categories, so places say nothing. */
static bool is_compact(const json_t *row) {
    const json_t *id = json_array_get(row, 0);
    const json_t *name = json_array_get(row, 1);
    bool named =
        json_is_string(name) || (json_is_array(name) && json_is_string(json_array_get(name, 0)));
    return json_array_size(row) >= 4 && (json_is_string(id) || json_is_integer(id)) && named &&
           is_degree(json_array_get(row, 2)) && is_degree(json_array_get(row, 3)) &&
           (json_array_size(row) == 4 || json_is_array(json_array_get(row, 4)) ||
            json_is_integer(json_array_get(row, 4)));
}

/* The name and what else is shown beside it, called as the mapping's list calls them. */
static void names_set(json_t *object, const json_t *names, const json_t *mapping) {
    const json_t *keys = json_array_get(mapping, 1);
    if (json_is_string(names)) {
        json_object_set(object, "name", (json_t *)(uintptr_t)names);
        return;
    }
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        char made[32];
        if (i == 0) {
            key = "name";
        } else if (key == NULL || json_object_get(object, key) != NULL) {
            snprintf(made, sizeof made, "value_%zu", i + 1);
            key = made;
        }
        json_object_set(object, key, json_array_get(names, i));
    }
}

static json_t *compact_row(const json_t *row, const json_t *before) {
    static const char *const states[] = {"status", "moderationState"};
    json_t *object = json_object();
    size_t state = 0;
    json_object_set(object, "id", json_array_get(row, 0));
    names_set(object, json_array_get(row, 1), json_object_get(before, "mapping"));
    json_object_set(object, "latitude", json_array_get(row, 2));
    json_object_set(object, "longitude", json_array_get(row, 3));
    for (size_t i = 4; i < json_array_size(row); i++) {
        json_t *cell = json_array_get(row, i);
        if (json_is_array(cell)) {
            json_object_set(object, "categories", cell);
        } else if (json_is_integer(cell) && state < ARRAY_COUNT(states)) {
            json_object_set(object, states[state++], cell);
        } else if (!json_is_null(cell)) {
            char made[32];
            snprintf(made, sizeof made, "value_%zu", i + 1);
            json_object_set(object, made, cell);
        }
    }
    return object;
}

/* The names of a table's columns: a list of texts, or of objects with a name. */
static const json_t *column_names(const json_t *before) {
    static const char *const members[] = {"columns", "fields", "header", "headers", "mapping"};
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        const json_t *names = json_object_get(before, members[i]);
        if (json_array_size(names) > 0) {
            return names;
        }
    }
    return NULL;
}

static const char *column_name(const json_t *name) {
    static const char *const keys[] = {"name", "fieldName", "id", "field", "label"};
    const char *text = json_string_value(name);
    for (size_t i = 0; text == NULL && i < ARRAY_COUNT(keys); i++) {
        text = json_string_value(json_object_get(name, keys[i]));
    }
    return text;
}

json_t *gogocarto_row(const json_t *row, const json_t *before) {
    const json_t *names = column_names(before);
    bool mapped = json_object_get(before, "mapping") != NULL || names == NULL;
    if (mapped && is_compact(row)) {
        return compact_row(row, before);
    }
    if (names == NULL || json_array_size(row) > json_array_size(names)) {
        return NULL;
    }
    json_t *object = json_object();
    for (size_t i = 0; i < json_array_size(row); i++) {
        const char *name = column_name(json_array_get(names, i));
        if (name == NULL) {
            json_decref(object);
            return NULL;
        }
        json_object_set(object, name, json_array_get(row, i));
    }
    return object;
}
