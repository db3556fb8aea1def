/* GPX 1.0 and 1.1: a waypoint, a route, a track is a record each. How well a receiver measured, and
 * how a program draws it, is passed by. */
#include "formats/record_xml_int.h"

static bool is_for_programs(slice name) {
    static const char *const names[] = {
        "icon",        "background",        "color",         "hidden",
        "DisplayMode", "DisplayColor",      "display_color", "width",
        "split_type",  "split_interval",    "coloring_type", "line_3d_visualization_by_type",
        "show_arrows", "show_start_finish", "desktopIcon",   "visibility"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(name, slice_from_cstr(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Any program's own elements: what holds text is a field by its name. As deep as XML_DEPTH_MAX. */
static void extensions_take(const struct xml_node *node, struct fields *fields) {
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        if (xml_has_elements(c)) {
            extensions_take(c, fields);
        } else if (c->name.n > 0 && !is_for_programs(c->name)) {
            fields_add(fields, c->name, xml_node_text(c, fields->arena));
        }
    }
}

static void position_take(const struct xml_node *node, struct shape *shape) {
    double lat = 0;
    double lon = 0;
    if (slice_to_double(xml_node_attribute(node, "lat"), &lat) &&
        slice_to_double(xml_node_attribute(node, "lon"), &lon)) {
        shape_position(shape, lon, lat);
    } else {
        shape->bad = true;
    }
}

static void positions_take(const struct xml_node *node, const char *name, struct shape *shape) {
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        if (slice_equal(c->name, slice_from_cstr(name))) {
            position_take(c, shape);
        }
    }
    shape_end(shape, GEOJSON_LINE);
}

static void gpx_shape(const struct xml_node *node, struct shape *shape) {
    if (slice_equal(node->name, SLICE("wpt"))) {
        position_take(node, shape);
        shape_end(shape, GEOJSON_POINT);
    } else if (slice_equal(node->name, SLICE("rte"))) {
        positions_take(node, "rtept", shape);
    } else {
        for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
            if (slice_equal(c->name, SLICE("trkseg"))) {
                positions_take(c, "trkpt", shape);
            }
        }
    }
}

static void gpx_build(struct xml_records *r, const struct xml_node *node, struct fields *fields,
                      struct record *record) {
    static const struct {
        const char *element, *field;
    } texts[] = {
        {"name", "name"},  {"desc", "description"}, {"cmt", "comment"},
        {"src", "source"}, {"url", "website"},      {"sym", "symbol"},
        {"type", "type"},  {"time", "updated"},     {"ele", "altitude"},
    };
    struct arena *arena = fields->arena;
    struct shape shape = shape_make(arena);
    shape.at_start = true;
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        for (size_t i = 0; i < ARRAY_COUNT(texts) && c->name.n > 0; i++) {
            if (slice_equal(c->name, slice_from_cstr(texts[i].element))) {
                fields_add(fields, slice_from_cstr(texts[i].field), xml_node_text(c, arena));
            }
        }
        if (slice_equal(c->name, SLICE("link"))) {
            fields_add_item(fields, SLICE("links"), xml_node_attribute(c, "href"));
        } else if (slice_equal(c->name, SLICE("extensions"))) {
            extensions_take(c, fields);
        }
    }
    gpx_shape(node, &shape);
    xml_shape_take(r, &shape, record);
}

static enum xml_look gpx_look(struct xml_records *r) {
    slice name = xml_stream_name(r->stream);
    if (slice_equal(name, SLICE("wpt")) || slice_equal(name, SLICE("rte")) ||
        slice_equal(name, SLICE("trk"))) {
        return XML_LOOK_RECORD;
    }
    return slice_equal(name, SLICE("metadata")) ? XML_LOOK_META : XML_LOOK_PAST;
}

/* GPX 1.1: the file's own name, and where its licence stands. */
static void gpx_meta(struct xml_records *r, const struct xml_node *node, struct arena *scratch) {
    const struct xml_node *copyright = xml_node_child(node, node->space, "copyright");
    xml_name_set(&r->title, xml_node_child_text(node, node->space, "name", scratch));
    xml_name_set(&r->licence, xml_node_child_text(copyright, node->space, "license", scratch));
    xml_name_set(&r->attribution, xml_node_attribute(copyright, "author"));
    r->base.about = (struct record_about){.title = xml_name_get(&r->title),
                                          .licence = xml_name_get(&r->licence),
                                          .attribution = xml_name_get(&r->attribution)};
}

const struct xml_dialect xml_gpx = {
    .format = RECORD_GPX,
    .bytes_factor = 16, /* a track of a day */
    .look = gpx_look,
    .meta = gpx_meta,
    .build = gpx_build,
};
