#include "formats/xml_int.h"

bool xml_node_is(const struct xml_node *node, enum xml_space space, const char *name) {
    return node != NULL && node->space == space && node->name.n > 0 &&
           slice_equal(node->name, slice_from_cstr(name));
}

const struct xml_node *xml_node_child(const struct xml_node *node, enum xml_space space,
                                      const char *name) {
    for (const struct xml_node *c = node == NULL ? NULL : node->first; c != NULL; c = c->next) {
        if (xml_node_is(c, space, name)) {
            return c;
        }
    }
    return NULL;
}

slice xml_node_attribute(const struct xml_node *node, const char *name) {
    for (uint32_t i = 0; node != NULL && i < node->attribute_count; i++) {
        if (slice_equal(node->attributes[i].name, slice_from_cstr(name))) {
            return slice_trim(node->attributes[i].value);
        }
    }
    return SLICE_EMPTY;
}

bool xml_has_elements(const struct xml_node *node) {
    for (const struct xml_node *c = node == NULL ? NULL : node->first; c != NULL; c = c->next) {
        if (c->name.n > 0) {
            return true;
        }
    }
    return false;
}

static void escaped(struct buf *out, slice text) {
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&':
            buf_add(out, SLICE("&amp;"));
            break;
        case '<':
            buf_add(out, SLICE("&lt;"));
            break;
        case '>':
            buf_add(out, SLICE("&gt;"));
            break;
        case '"':
            buf_add(out, SLICE("&quot;"));
            break;
        default:
            buf_add_char(out, text.p[i]);
        }
    }
}

static void inside_write(const struct xml_node *node, struct buf *out) {
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        xml_node_write(c, out);
    }
}

/* As deep as XML_DEPTH_MAX, which the stream keeps to. */
void xml_node_write(const struct xml_node *node, struct buf *out) {
    if (node->name.n == 0) {
        escaped(out, node->text);
        return;
    }
    buf_add_char(out, '<');
    buf_add(out, node->name);
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        buf_add_char(out, ' ');
        buf_add(out, node->attributes[i].name);
        buf_add(out, SLICE("=\""));
        escaped(out, node->attributes[i].value);
        buf_add_char(out, '"');
    }
    if (node->first == NULL) {
        buf_add(out, SLICE("/>"));
        return;
    }
    buf_add_char(out, '>');
    inside_write(node, out);
    buf_add(out, SLICE("</"));
    buf_add(out, node->name);
    buf_add_char(out, '>');
}

slice xml_node_text(const struct xml_node *node, struct arena *arena) {
    if (node == NULL || node->first == NULL) {
        return SLICE_EMPTY;
    }
    if (node->first->next == NULL && node->first->name.n == 0) {
        return slice_trim(node->first->text);
    }
    struct buf out BUF_CLEANUP = buf_new(64u << 20);
    if (xml_has_elements(node)) {
        inside_write(node, &out);
    } else {
        for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
            buf_add(&out, c->text);
        }
    }
    return slice_trim(arena_copy(arena, buf_slice(&out)));
}

slice xml_node_child_text(const struct xml_node *node, enum xml_space space, const char *name,
                          struct arena *arena) {
    return xml_node_text(xml_node_child(node, space, name), arena);
}
