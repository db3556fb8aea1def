/* What the numbers of a source's categories mean: a tree in JSON that alternates groups and options
 * ({"name", "options": [{"id", "name", "subcategories": [group, …]}]}), or any tree of {id, name,
 * children}. */
#include "text/text.h"
#include "work/import/import_int.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TAXONOMY_DEPTH_MAX 16
#define TAXONOMY_ITEMS_MAX 20000
#define TAXONOMY_ID_MAX    64
#define TAXONOMY_NAME_MAX  200
#define TAXONOMY_BYTES_MAX (8u << 20)

struct taxonomy_item {
    slice id, name;
    uint32_t order, broader; /* by order; TAXONOMY_NONE at the top */
};
struct taxonomy {
    struct arena *arena;
    struct taxonomy_item *items; /* in the tree's order */
    struct taxonomy_item *by_id; /* the same, sorted */
    uint32_t count, room;
};

#define TAXONOMY_NONE UINT32_MAX

static slice text_of(struct taxonomy *t, const json_t *json, size_t max) {
    if (json_is_integer(json)) {
        return arena_printf(t->arena, "%lld", (long long)json_integer_value(json));
    }
    slice text = slice_trim(slice_of(json_string_value(json), json_string_length(json)));
    return json_is_string(json) && text.n <= max ? arena_copy(t->arena, text) : SLICE_EMPTY;
}

static slice first_text(struct taxonomy *t, const json_t *object, const char *const *keys,
                        size_t count, size_t max) {
    slice found = SLICE_EMPTY;
    for (size_t i = 0; i < count && found.n == 0; i++) {
        found = text_of(t, json_object_get(object, keys[i]), max);
    }
    return found;
}

static err item_add(struct taxonomy *t, slice id, slice name, uint32_t broader,
                    struct problem *problem) {
    if (t->count == TAXONOMY_ITEMS_MAX) {
        return problem_set(problem, ERR_LIMIT, "--taxonomy", "more than %d categories",
                           TAXONOMY_ITEMS_MAX);
    }
    if (t->count == t->room) {
        uint32_t room = t->room == 0 ? 64 : 2 * t->room;
        struct taxonomy_item *grown = arena_new(t->arena, struct taxonomy_item, room);
        if (t->count > 0) {
            memcpy(grown, t->items, t->count * sizeof *grown);
        }
        t->items = grown;
        t->room = room;
    }
    t->items[t->count] =
        (struct taxonomy_item){.id = id, .name = name, .order = t->count, .broader = broader};
    t->count++;
    return OK;
}

/* An option (it has an identifier) and what lies in it; a group passes its options on. */
static err tree_read(struct taxonomy *t, const json_t *json, uint32_t broader, bool is_option,
                     unsigned depth, struct problem *problem) {
    static const char *const ids[] = {"id", "@id", "code", "slug"};
    static const char *const names[] = {"name", "label", "title", "nom", "prefLabel"};
    static const struct {
        const char *member;
        bool holds_options;
    } branches[] = {{"options", true},    {"subcategories", false}, {"children", true},
                    {"categories", true}, {"items", true},          {"data", false}};
    if (depth == TAXONOMY_DEPTH_MAX) {
        return problem_set(problem, ERR_LIMIT, "--taxonomy", "nested deeper than %d",
                           TAXONOMY_DEPTH_MAX);
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        TRY(tree_read(t, json_array_get(json, i), broader, is_option, depth + 1, problem));
    }
    if (!json_is_object(json)) {
        return OK;
    }
    bool is_group = json_object_get(json, "options") != NULL;
    if (is_option && !is_group) {
        slice id = first_text(t, json, ids, ARRAY_COUNT(ids), TAXONOMY_ID_MAX);
        slice name = first_text(t, json, names, ARRAY_COUNT(names), TAXONOMY_NAME_MAX);
        if (id.n > 0 && name.n > 0) {
            TRY(item_add(t, id, name, broader, problem));
            broader = t->count - 1;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(branches); i++) {
        const json_t *branch = json_object_get(json, branches[i].member);
        bool options = branches[i].holds_options || json_object_get(json, "options") == NULL;
        if (json_is_array(branch) || json_is_object(branch)) {
            TRY(tree_read(t, branch, broader, options, depth + 1, problem));
        }
    }
    return OK;
}

static int compare(const void *a, const void *b) {
    return slice_compare(((const struct taxonomy_item *)a)->id,
                         ((const struct taxonomy_item *)b)->id);
}

err taxonomy_read(slice text, struct arena *arena, struct taxonomy **out, struct problem *problem) {
    struct taxonomy *t = arena_new(arena, struct taxonomy, 1);
    json_error_t error;
    t->arena = arena;
    json_t *json = json_loadb(text.p, text.n, 0, &error);
    err failed = json == NULL ? problem_set(problem, ERR_INPUT, "--taxonomy",
                                            "it is no JSON: line %d", error.line)
                              : tree_read(t, json, TAXONOMY_NONE, true, 0, problem);
    json_decref(json);
    if (failed == OK && t->count == 0) {
        failed = problem_set(problem, ERR_INPUT, "--taxonomy",
                             "no category with an id and a name is in it");
    }
    if (failed != OK) {
        return failed;
    }
    t->by_id = arena_new(arena, struct taxonomy_item, t->count);
    memcpy(t->by_id, t->items, t->count * sizeof *t->items);
    qsort(t->by_id, t->count, sizeof *t->by_id, compare);
    *out = t;
    return OK;
}

err taxonomy_open(const char *name, struct arena *arena, struct taxonomy **taxonomy,
                  struct problem *problem) {
    struct input input;
    struct buf text BUF_CLEANUP = buf_new(TAXONOMY_BYTES_MAX);
    char bytes[4096];
    size_t got = 0;
    TRY(input_open(name, &input, problem));
    struct byte_source source = fd_source(&input.fd);
    err failed;
    while ((failed = source.read(source.self, bytes, sizeof bytes, &got)) == OK && got > 0) {
        buf_add_bytes(&text, bytes, got);
    }
    input_close(&input);
    if (failed != OK || text.failed != OK) {
        return problem_set(problem, failed != OK ? failed : text.failed, "--taxonomy",
                           "%s cannot be read", name);
    }
    return taxonomy_read(buf_slice(&text), arena, taxonomy, problem);
}

const char *taxonomy_beside(const char *input, struct arena *arena) {
    slice address = slice_from_cstr(input);
    size_t at = slice_find_slice(address, 0, SLICE("/api/elements"));
    if (at == address.n || (!slice_starts_with(address, SLICE("http://")) &&
                            !slice_starts_with(address, SLICE("https://")))) {
        return NULL;
    }
    return arena_printf(arena, "%.*s/api/taxonomy.json", (int)at, address.p).p;
}

uint32_t taxonomy_path(const struct taxonomy *t, slice id, slice *names, uint32_t room) {
    struct taxonomy_item wanted = {.id = id};
    const struct taxonomy_item *found =
        t == NULL ? NULL : bsearch(&wanted, t->by_id, t->count, sizeof *t->by_id, compare);
    uint32_t n = 0;
    while (found != NULL && n < room) {
        names[n++] = found->name;
        found = found->broader == TAXONOMY_NONE ? NULL : &t->items[found->broader];
    }
    return n;
}
