/* KML 2.x (OGC 07-147r2, 12-007r2) and Google's extensions: a Placemark is a record. Styles, views,
 * overlays and regions say how a map looks and are passed by. */
#include "formats/record_xml_int.h"

/* What map programs keep for themselves in the data of a place. */
static bool is_for_programs(slice name) {
    static const char *const names[] = {
        "_umap_options", "_storage_options", "styleUrl",       "styleHash",
        "stroke",        "stroke-width",     "stroke-opacity", "fill",
        "fill-opacity",  "marker-color",     "marker-size",    "marker-symbol",
        "tessellate",    "extrude",          "visibility",     "drawOrder",
        "icon",          "altitudeMode"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(name, slice_from_cstr(names[i]))) {
            return true;
        }
    }
    return false;
}

static void words_add(struct fields *fields, slice name, slice text) {
    size_t at = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i == text.n || (unsigned char)text.p[i] <= ' ') {
            fields_add_item(fields, name, slice_sub(text, at, i - at));
            at = i + 1;
        }
    }
}

static void data_add(struct fields *fields, slice name, slice value) {
    if (slice_equal(name, SLICE("gx_media_links"))) { /* of Google My Maps: several addresses */
        words_add(fields, SLICE("image"), value);
    } else if (name.n > 0 && !is_for_programs(name)) {
        fields_add(fields, name, value);
    }
}

static void data_read(const struct xml_node *extended, struct fields *fields) {
    for (const struct xml_node *c = extended->first; c != NULL; c = c->next) {
        if (slice_equal(c->name, SLICE("Data"))) {
            slice value = xml_node_child_text(c, c->space, "value", fields->arena);
            data_add(fields, xml_node_attribute(c, "name"), value);
        } else if (slice_equal(c->name, SLICE("SchemaData"))) {
            for (const struct xml_node *d = c->first; d != NULL; d = d->next) {
                if (slice_equal(d->name, SLICE("SimpleData"))) {
                    data_add(fields, xml_node_attribute(d, "name"),
                             xml_node_text(d, fields->arena));
                }
            }
        } else if (c->name.n > 0) { /* elements of another namespace */
            data_add(fields, c->name, xml_node_text(c, fields->arena));
        }
    }
}

static void coordinates_take(const struct xml_node *node, struct shape *shape,
                             enum geojson_type type) {
    slice text = xml_node_child_text(node, node->space, "coordinates", shape->arena);
    shape_tuples(shape, text);
    shape_end(shape, type);
}

/* gx:Track: one gx:coord "lon lat height" a moment, the height not always. */
static void track_take(const struct xml_node *node, struct shape *shape) {
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        slice rest = xml_node_text(c, shape->arena);
        slice word;
        double n[2] = {0, 0};
        unsigned count = 0;
        while (slice_equal(c->name, SLICE("coord")) && count < 2 && slice_cut(&rest, ' ', &word)) {
            count += word.n > 0 && slice_to_double(word, &n[count]);
        }
        if (count == 2) {
            shape_position(shape, n[0], n[1]);
        }
    }
    shape_end(shape, GEOJSON_LINE);
}

static bool geometry_take(const struct xml_node *node, struct shape *shape);

static void polygon_take(const struct xml_node *node, struct shape *shape) {
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        const struct xml_node *ring = xml_node_child(c, c->space, "LinearRing");
        if (ring != NULL) {
            coordinates_take(ring, shape, GEOJSON_POLYGON);
        }
    }
}

/* As deep as elements may be (XML_DEPTH_MAX). */
static bool geometry_take(const struct xml_node *node, struct shape *shape) {
    if (slice_equal(node->name, SLICE("Point"))) {
        coordinates_take(node, shape, GEOJSON_POINT);
    } else if (slice_equal(node->name, SLICE("LineString")) ||
               slice_equal(node->name, SLICE("LinearRing"))) {
        coordinates_take(node, shape, GEOJSON_LINE);
    } else if (slice_equal(node->name, SLICE("Polygon"))) {
        polygon_take(node, shape);
    } else if (slice_equal(node->name, SLICE("Track"))) {
        track_take(node, shape);
    } else if (slice_equal(node->name, SLICE("MultiGeometry")) ||
               slice_equal(node->name, SLICE("MultiTrack"))) {
        for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
            geometry_take(c, shape);
        }
    } else if (slice_equal(node->name, SLICE("Model"))) {
        const struct xml_node *at = xml_node_child(node, node->space, "Location");
        double lon = 0;
        double lat = 0;
        if (slice_to_double(xml_node_child_text(at, node->space, "longitude", shape->arena),
                            &lon) &&
            slice_to_double(xml_node_child_text(at, node->space, "latitude", shape->arena), &lat)) {
            shape_position(shape, lon, lat);
            shape_end(shape, GEOJSON_POINT);
        }
    } else {
        return false;
    }
    return true;
}

/* TimeStamp/when, TimeSpan/begin and end. */
static bool time_take(const struct xml_node *node, struct fields *fields) {
    if (slice_equal(node->name, SLICE("TimeStamp"))) {
        fields_add(fields, SLICE("start"),
                   xml_node_child_text(node, node->space, "when", fields->arena));
    } else if (slice_equal(node->name, SLICE("TimeSpan"))) {
        fields_add(fields, SLICE("start"),
                   xml_node_child_text(node, node->space, "begin", fields->arena));
        fields_add(fields, SLICE("end"),
                   xml_node_child_text(node, node->space, "end", fields->arena));
    } else {
        return false;
    }
    return true;
}

static void kml_build(struct xml_records *r, const struct xml_node *node, struct fields *fields,
                      struct record *record) {
    static const struct {
        const char *element, *field;
    } texts[] = {
        {"name", "name"},       {"description", "description"}, {"address", "address"},
        {"Snippet", "summary"}, {"snippet", "summary"},         {"phoneNumber", "phone"},
    };
    struct arena *arena = fields->arena;
    struct shape shape = shape_make(arena);
    fields_add(fields, SLICE("id"), xml_node_attribute(node, "id"));
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        if (xml_node_is(c, XML_ATOM, "link")) {
            fields_add(fields, SLICE("website"), xml_node_attribute(c, "href"));
        } else if (xml_node_is(c, XML_ATOM, "author")) {
            fields_add(fields, SLICE("author"), xml_node_child_text(c, XML_ATOM, "name", arena));
        } else if (slice_equal(c->name, SLICE("ExtendedData"))) {
            data_read(c, fields);
        } else if (!geometry_take(c, &shape)) {
            time_take(c, fields);
        }
        for (size_t i = 0; i < ARRAY_COUNT(texts) && c->name.n > 0; i++) {
            if (slice_equal(c->name, slice_from_cstr(texts[i].element)) && c->space != XML_ATOM) {
                fields_add(fields, slice_from_cstr(texts[i].field), xml_node_text(c, arena));
            }
        }
    }
    for (unsigned i = 0; i < r->folder_count; i++) {
        fields_add_item(fields, SLICE("folder"), arena_copy(arena, xml_name_get(&r->folders[i])));
    }
    xml_shape_take(r, &shape, record);
}

static enum xml_look kml_look(struct xml_records *r) {
    slice name = xml_stream_name(r->stream);
    unsigned depth = xml_stream_depth(r->stream);
    if (slice_equal(name, SLICE("Placemark"))) {
        return XML_LOOK_RECORD;
    }
    if (slice_equal(name, SLICE("Folder")) || slice_equal(name, SLICE("Document"))) {
        return XML_LOOK_INTO;
    }
    bool named = slice_equal(name, SLICE("name")) && depth > 1;
    return named || slice_equal(name, SLICE("NetworkLink")) ? XML_LOOK_META : XML_LOOK_PAST;
}

static void kml_meta(struct xml_records *r, const struct xml_node *node, struct arena *scratch) {
    unsigned depth = xml_stream_depth(r->stream);
    if (slice_equal(node->name, SLICE("NetworkLink"))) {
        const struct xml_node *link = xml_node_child(node, node->space, "Link");
        link = link == NULL ? xml_node_child(node, node->space, "Url") : link;
        slice href = xml_node_child_text(link, node->space, "href", scratch);
        record_note(&r->base, "a link to another file is not followed: import that one too",
                    xml_stream_line(r->stream), "%.*s", (int)(href.n < 100 ? href.n : 100), href.p);
        if (r->network_links++ == 0) {
            xml_name_set(&r->link, href);
        }
        return;
    }
    slice text = xml_node_text(node, scratch);
    if (depth == 2 && r->base.about.title.n == 0) { /* of the whole: the source's own title */
        xml_name_set(&r->title, text);
        r->base.about.title = xml_name_get(&r->title);
        return;
    }
    if (r->folder_count < XML_FOLDERS_MAX && text.n > 0) {
        struct xml_name *folder = &r->folders[r->folder_count++];
        xml_name_set(folder, text);
        folder->depth = depth - 1;
    }
}

static void kml_closed(struct xml_records *r) {
    unsigned depth = xml_stream_depth(r->stream);
    while (r->folder_count > 0 && r->folders[r->folder_count - 1].depth >= depth) {
        r->folder_count--;
    }
}

const struct xml_dialect xml_kml = {
    .format = RECORD_KML,
    .bytes_factor = 4, /* long lines, fine outlines */
    .look = kml_look,
    .meta = kml_meta,
    .closed = kml_closed,
    .build = kml_build,
};
