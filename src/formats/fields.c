#include "formats/fields_int.h"
#include <string.h>

struct fields fields_make(struct arena *arena, struct problem *problem) {
    return (struct fields){.arena = arena, .problem = problem};
}

static struct record_field *field_find(const struct fields *f, slice name) {
    for (uint32_t i = 0; i < f->count; i++) {
        if (slice_equal(f->items[i].name, name)) {
            return &f->items[i];
        }
    }
    return NULL;
}

bool fields_has(const struct fields *f, slice name) {
    return field_find(f, name) != NULL;
}

static void fields_fail(struct fields *f, err failed) {
    f->failed = failed;
    if (failed == ERR_LIMIT) {
        problem_set(f->problem, ERR_LIMIT, "",
                    "this record has more than %d fields, or more "
                    "than %d items in one list",
                    RECORD_FIELDS_MAX, RECORD_LIST_MAX);
    }
}

static bool fields_grow(struct fields *f) {
    uint32_t room = f->room == 0 ? 32 : 2 * f->room;
    struct record_field *items = arena_try(f->arena, struct record_field, room);
    uint32_t *rooms = arena_try(f->arena, uint32_t, room);
    if (items == NULL || rooms == NULL) {
        fields_fail(f, ERR_MEMORY);
        return false;
    }
    if (f->count > 0) {
        memcpy(items, f->items, f->count * sizeof *items);
        memcpy(rooms, f->rooms, f->count * sizeof *rooms);
    }
    f->items = items;
    f->rooms = rooms;
    f->room = room;
    return true;
}

static struct record_field *field_new(struct fields *f, slice name) {
    if (f->count == RECORD_FIELDS_MAX) {
        fields_fail(f, ERR_LIMIT);
        return NULL;
    }
    if (f->count == f->room && !fields_grow(f)) {
        return NULL;
    }
    f->items[f->count] = (struct record_field){.name = name, .value = SLICE_EMPTY};
    f->rooms[f->count] = 0;
    return &f->items[f->count++];
}

void fields_add(struct fields *f, slice name, slice value) {
    value = slice_trim(value);
    if (f->failed != OK || value.n == 0) {
        return;
    }
    struct record_field *field = field_find(f, name);
    slice called = name;
    for (unsigned turn = 2; field != NULL; turn++) {
        if (field->items == NULL && slice_equal(field->value, value)) {
            return;
        }
        called = arena_printf(f->arena, "%.*s (%u)", SLICE_ARG(name), turn);
        field = field_find(f, called);
    }
    field = field_new(f, called);
    if (field != NULL) {
        field->value = value;
    }
}

void fields_add_item(struct fields *f, slice name, slice value) {
    value = slice_trim(value);
    if (f->failed != OK || value.n == 0) {
        return;
    }
    struct record_field *field = field_find(f, name);
    if (field == NULL) {
        field = field_new(f, name);
    }
    if (field == NULL) {
        return;
    }
    uint32_t *room = &f->rooms[field - f->items];
    for (uint32_t i = 0; i < field->item_count; i++) {
        if (slice_equal(field->items[i], value)) {
            return;
        }
    }
    if (field->item_count == RECORD_LIST_MAX) {
        fields_fail(f, ERR_LIMIT);
        return;
    }
    if (field->item_count == *room) {
        uint32_t grown = *room == 0 ? 8 : 2 * *room;
        slice *items = arena_try(f->arena, slice, grown);
        if (items == NULL) {
            fields_fail(f, ERR_MEMORY);
            return;
        }
        if (field->item_count > 0) {
            memcpy(items, field->items, field->item_count * sizeof *items);
        }
        field->items = items;
        *room = grown;
    }
    slice *items = (slice *)(uintptr_t)field->items; /* ours until the record is handed out */
    items[field->item_count++] = value;
}

static bool field_join(struct fields *f, struct record_field *field) {
    size_t n = 0;
    for (uint32_t i = 0; i < field->item_count; i++) {
        n += field->items[i].n + 1;
    }
    char *text = arena_try(f->arena, char, n + 1);
    if (text == NULL) {
        return false;
    }
    size_t at = 0;
    for (uint32_t i = 0; i < field->item_count; i++) {
        if (i > 0) {
            text[at++] = ';';
        }
        memcpy(text + at, field->items[i].p, field->items[i].n);
        at += field->items[i].n;
    }
    field->value = slice_of(text, at);
    return true;
}

err fields_finish(struct fields *f, struct record *record) {
    for (uint32_t i = 0; i < f->count && f->failed == OK; i++) {
        if (f->items[i].items != NULL && !field_join(f, &f->items[i])) {
            fields_fail(f, ERR_MEMORY);
        }
    }
    if (f->failed != OK) {
        return f->failed;
    }
    record->fields = f->items;
    record->field_count = f->count;
    return OK;
}
