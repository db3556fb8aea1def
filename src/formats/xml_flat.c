/* Any other XML: the elements that repeat are records, what stands in them are fields with dots.
 * OpenStreetMap's tags (<tag k="name" v="…"/>) and the like are fields by their names. */
#include "formats/record_xml_int.h"
#include <string.h>

#define PATHS_MAX 256

/* One kind of element as the head of the file shows it. */
struct kind {
    slice name;
    int parent; /* index; -1: the root */
    unsigned depth;
    uint32_t count, leaves; /* how often; how many sorts of it hold only text */
    uint32_t attributes;    /* 1 when it has some */
    bool structured;        /* holds elements or attributes */
};
struct kinds {
    struct arena arena;
    struct kind items[PATHS_MAX];
    int count;
};

static int kind_find(struct kinds *k, slice name, int parent, unsigned depth) {
    for (int i = 0; i < k->count; i++) {
        if (k->items[i].parent == parent && slice_equal(k->items[i].name, name)) {
            return i;
        }
    }
    if (k->count == PATHS_MAX) {
        return -1;
    }
    k->items[k->count] =
        (struct kind){.name = arena_copy(&k->arena, name), .parent = parent, .depth = depth};
    return k->count++;
}

/* Walks what is there of the file; that it ends in the middle is no error here. */
static void kinds_see(struct kinds *k, struct xml_stream *stream) {
    int open[XML_PATH_MAX + 2] = {-1};
    enum xml_event event;
    while (xml_stream_next(stream, &event, NULL) == OK && event != XML_END) {
        unsigned depth = xml_stream_depth(stream);
        if (event == XML_CLOSE || depth > XML_PATH_MAX) {
            continue;
        }
        int parent = depth == 0 ? -1 : open[depth - 1];
        if (depth > 0 && parent < 0) {
            open[depth] = -1;
            continue;
        }
        int kind = kind_find(k, xml_stream_name(stream), parent, depth);
        open[depth] = kind;
        if (kind < 0) {
            continue;
        }
        k->items[kind].count++;
        if (xml_stream_has_attributes(stream)) {
            k->items[kind].structured = true;
            k->items[kind].attributes = 1;
        }
        if (parent >= 0) {
            k->items[parent].structured = true;
        }
    }
    for (int i = 0; i < k->count; i++) {
        if (!k->items[i].structured && k->items[i].parent >= 0) {
            k->items[k->items[i].parent].leaves++;
        }
    }
}

/* The most frequent structured child of a kind; -1 without one. */
static int best_child(const struct kinds *k, int parent) {
    int best = -1;
    for (int i = 0; i < k->count; i++) {
        if (k->items[i].parent == parent && k->items[i].structured &&
            (best < 0 || k->items[i].count > k->items[best].count)) {
            best = i;
        }
    }
    return best;
}

/* How many things one of them says: sorts of children, attributes. */
static unsigned richness(const struct kinds *k, int kind) {
    unsigned sorts = k->items[kind].attributes;
    for (int i = 0; i < k->count; i++) {
        sorts += k->items[i].parent == kind;
    }
    return sorts;
}

/* From the root inwards: what repeats and says several things is a record. What stands alone is one
 * when it says several things itself and nothing in it is such a list; else it is an envelope. */
static int record_kind(const struct kinds *k) {
    int at = 0;
    for (;;) {
        int inside = best_child(k, at);
        if (inside < 0 || k->items[inside].depth + 1 > XML_PATH_MAX) {
            return at;
        }
        int deeper = best_child(k, inside);
        bool many = k->items[inside].count > 1;
        bool list = deeper >= 0 && k->items[deeper].count > 1 && richness(k, deeper) >= 2;
        bool alone = k->items[at].leaves >= 2;
        if (many && (richness(k, inside) >= 2 || !alone)) {
            return inside;
        }
        if (alone && !list) {
            return at;
        }
        at = inside;
    }
}

err xml_flat_learn(struct xml_records *r, slice head) {
    struct memory_source memory = {.rest = head};
    struct kinds kinds = {.arena = arena_make(65536, 0)};
    struct window window;
    struct xml_stream *stream = NULL;
    TRY(window_open(&window, memory_source(&memory)));
    if (xml_stream_open(&window, &stream) != OK) {
        window_close(&window);
        arena_free(&kinds.arena);
        return ERR_MEMORY;
    }
    kinds_see(&kinds, stream);
    xml_stream_free(stream);
    int kind = kinds.count > 0 ? record_kind(&kinds) : -1;
    for (int i = kind; i >= 0; i = kinds.items[i].parent) {
        r->path_count++;
    }
    unsigned at = r->path_count;
    for (int i = kind; i >= 0; i = kinds.items[i].parent) {
        xml_name_set(&r->path[--at], kinds.items[i].name);
    }
    arena_free(&kinds.arena);
    return OK;
}

static bool has_twin(const struct xml_node *siblings, const struct xml_node *node) {
    for (const struct xml_node *c = siblings; c != NULL; c = c->next) {
        if (c != node && c->name.n > 0 && slice_equal(c->name, node->name)) {
            return true;
        }
    }
    return false;
}

/* <tag k="…" v="…"/>, <property name="…" value="…"/>, <field name="…">…</field> */
static bool pair_of(const struct xml_node *node, struct arena *arena, slice *name, slice *value) {
    slice key = xml_node_attribute(node, "k");
    *name = key.n > 0 ? key : xml_node_attribute(node, "name");
    *value = xml_node_attribute(node, key.n > 0 ? "v" : "value");
    if (node->attribute_count == 2 && name->n > 0 && value->n > 0 && node->first == NULL) {
        return true;
    }
    *value = xml_node_text(node, arena);
    return node->attribute_count == 1 && key.n == 0 && name->n > 0 && !xml_has_elements(node);
}

static slice dotted(struct arena *arena, slice prefix, const char *between, slice name) {
    return prefix.n == 0 && between[0] == '.'
               ? name
               : arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(prefix), between, SLICE_ARG(name));
}

/* `prefix` names the element. As deep as XML_DEPTH_MAX. */
static void flatten(struct fields *fields, slice prefix, const struct xml_node *node,
                    bool in_list) {
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct xml_attribute *a = &node->attributes[i];
        slice name = dotted(fields->arena, prefix, prefix.n == 0 ? "@" : ".@", a->name);
        if (in_list) {
            fields_add_item(fields, name, a->value);
        } else if (!slice_equal(a->name, SLICE("nil"))) {
            fields_add(fields, name, a->value);
        }
    }
    if (!xml_has_elements(node)) {
        slice text = xml_node_text(node, fields->arena);
        slice name = prefix.n > 0 ? prefix : SLICE("text");
        if (in_list) {
            fields_add_item(fields, name, text);
        } else {
            fields_add(fields, name, text);
        }
        return;
    }
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        slice name;
        slice value;
        if (c->name.n == 0) {
            fields_add(fields, prefix.n > 0 ? prefix : SLICE("text"), c->text);
        } else if (!xml_is_geometry(c) && pair_of(c, fields->arena, &name, &value)) {
            fields_add(fields, dotted(fields->arena, prefix, ".", name), value);
        } else if (!xml_is_geometry(c)) {
            flatten(fields, dotted(fields->arena, prefix, ".", c->name), c,
                    in_list || has_twin(node->first, c));
        }
    }
}

/* <wfs:member><ms:lieu>…</ms:lieu></wfs:member>: what is in it is the record. */
static const struct xml_node *unwrapped(const struct xml_node *node) {
    while (node->first != NULL && node->first->next == NULL && node->attribute_count == 0 &&
           node->first->name.n > 0 && xml_has_elements(node->first)) {
        node = node->first;
    }
    return node;
}

static void flat_build(struct xml_records *r, const struct xml_node *node, struct fields *fields,
                       struct record *record) {
    struct shape shape = shape_make(fields->arena);
    node = unwrapped(node);
    flatten(fields, SLICE_EMPTY, node, false);
    xml_geometry_read(r, node, &shape);
    xml_shape_take(r, &shape, record);
}

static enum xml_look flat_look(struct xml_records *r) {
    slice name = xml_stream_name(r->stream);
    unsigned depth = xml_stream_depth(r->stream);
    bool on_path = depth < r->path_count && slice_equal(name, xml_name_get(&r->path[depth]));
    if (on_path) {
        return depth + 1 == r->path_count ? XML_LOOK_RECORD : XML_LOOK_INTO;
    }
    if (depth + 1 == r->path_count) {
        record_note(&r->base, "elements beside the records were left out",
                    xml_stream_line(r->stream), "<%.*s>", (int)(name.n < 80 ? name.n : 80), name.p);
    }
    return XML_LOOK_PAST;
}

const struct xml_dialect xml_flat = {
    .format = RECORD_XML,
    .bytes_factor = 1,
    .look = flat_look,
    .build = flat_build,
};
