/* Where a thing is, in XML's vocabularies: GeoRSS (OGC 17-002r1) simple and GML, GML 2 and 3, W3C's
 * Basic Geo. */
#include "formats/record_xml_int.h"
#include "geo/crs.h"

/* How the numbers of a GML geometry are meant. */
struct gml_system {
    struct crs *crs; /* NULL: degrees */
    bool longitude_first;
    unsigned step; /* numbers to a position */
};

static bool is_one_of(slice name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(name, slice_from_cstr(names[i]))) {
            return true;
        }
    }
    return false;
}

bool xml_is_geometry(const struct xml_node *node) {
    static const char *const gml[] = {
        "Point",           "LineString", "Polygon",      "MultiPoint",   "MultiCurve",
        "MultiLineString", "Surface",    "MultiSurface", "MultiPolygon", "Curve",
        "Envelope",        "pos",        "boundedBy",    "LinearRing",   "MultiGeometry"};
    static const char *const georss[] = {"point", "line", "polygon", "box", "circle", "where"};
    static const char *const geo[] = {"lat", "long", "lon", "Point", "lat_long"};
    return (node->space == XML_GML && is_one_of(node->name, gml, ARRAY_COUNT(gml))) ||
           (node->space == XML_GEORSS && is_one_of(node->name, georss, ARRAY_COUNT(georss))) ||
           (node->space == XML_GEO && is_one_of(node->name, geo, ARRAY_COUNT(geo)));
}

static bool number(slice text, double *value) {
    return slice_to_double(slice_trim(text), value);
}

static void box_take(struct shape *shape, slice text) {
    double n[4];
    slice word;
    unsigned count = 0;
    while (slice_cut(&text, ' ', &word)) {
        word = slice_trim(word);
        if (word.n > 0 && (count == 4 || !number(word, &n[count++]))) {
            shape->bad = true;
            return;
        }
    }
    if (count != 4) {
        shape->bad = true;
        return;
    }
    const double corners[5][2] = {
        {n[1], n[0]}, {n[3], n[0]}, {n[3], n[2]}, {n[1], n[2]}, {n[1], n[0]}};
    for (unsigned i = 0; i < 5; i++) {
        shape_position(shape, corners[i][0], corners[i][1]);
    }
    shape_end(shape, GEOJSON_POLYGON);
}

static void georss_take(const struct xml_node *node, struct shape *shape) {
    slice text = xml_node_text(node, shape->arena);
    if (slice_equal(node->name, SLICE("box"))) {
        box_take(shape, text);
    } else if (slice_equal(node->name, SLICE("circle"))) { /* lat lon radius: its middle */
        shape_numbers(shape, text, 3, false);
        shape_end(shape, GEOJSON_POINT);
    } else {
        shape_numbers(shape, text, 2, false);
        shape_end(shape, slice_equal(node->name, SLICE("point"))  ? GEOJSON_POINT
                         : slice_equal(node->name, SLICE("line")) ? GEOJSON_LINE
                                                                  : GEOJSON_POLYGON);
    }
}

/* geo:lat and geo:long beside each other, or in geo:Point; geo:lat_long is "lat, long". */
static void w3c_take(const struct xml_node *parent, struct shape *shape) {
    struct arena *arena = shape->arena;
    slice both = xml_node_child_text(parent, XML_GEO, "lat_long", arena);
    slice lat = xml_node_child_text(parent, XML_GEO, "lat", arena);
    slice lon = xml_node_child_text(parent, XML_GEO, "long", arena);
    lon = lon.n > 0 ? lon : xml_node_child_text(parent, XML_GEO, "lon", arena);
    double x = 0;
    double y = 0;
    if (both.n > 0) {
        shape_numbers(shape, both, 2, false);
    } else if (lat.n > 0 && lon.n > 0) {
        if (number(lat, &y) && number(lon, &x)) {
            shape_position(shape, x, y);
        } else {
            shape->bad = true;
        }
    }
    shape_end(shape, GEOJSON_POINT);
}

/* A projected position goes through its system; both kinds end in the shape. */
static void gml_numbers(const struct gml_system *system, struct shape *shape, slice text) {
    if (system->crs == NULL) {
        shape_numbers(shape, text, system->step, system->longitude_first);
        return;
    }
    double n[3] = {0, 0, 0};
    unsigned at = 0;
    slice word;
    for (size_t i = 0; i < text.n; i++) { /* one separator */
        char c = text.p[i];
        if ((unsigned char)c <= ' ' || c == ',') {
            continue;
        }
        size_t end = i;
        while (end < text.n && (unsigned char)text.p[end] > ' ' && text.p[end] != ',') {
            end++;
        }
        word = slice_sub(text, i, end - i);
        i = end;
        struct geo_point point;
        if (!number(word, &n[at++])) {
            shape->bad = true;
            return;
        }
        if (at == system->step) {
            at = 0;
            if (!crs_to_wgs84(system->crs, n[0], n[1], &point)) {
                shape->bad = true;
                return;
            }
            shape_position(shape, point.lon_e7 / 1e7, point.lat_e7 / 1e7);
        }
    }
}

/* "EPSG:4326" as WFS 1.0 writes it is longitude first; the urn and the address of OGC follow the
 * register: latitude first for degrees. Without a name: GeoRSS's rule, latitude first. */
static bool longitude_first(slice name, bool degrees) {
    bool formal = slice_starts_with(name, SLICE("urn:")) ||
                  slice_contains(name, SLICE("/def/crs/")) || name.n == 0;
    return !degrees || !formal || slice_contains(name, SLICE("CRS84"));
}

static void gml_walk(const struct xml_node *node, const struct gml_system *system,
                     enum geojson_type type, struct shape *shape) {
    static const char *const numbers[] = {"pos", "posList", "coordinates"};
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        enum geojson_type inside =
            slice_equal(c->name, SLICE("Point")) ? GEOJSON_POINT
            : slice_equal(c->name, SLICE("LineString")) || slice_equal(c->name, SLICE("Curve"))
                ? GEOJSON_LINE
            : slice_equal(c->name, SLICE("LinearRing")) || slice_equal(c->name, SLICE("Polygon")) ||
                    slice_equal(c->name, SLICE("Ring"))
                ? GEOJSON_POLYGON
                : type;
        if (c->name.n > 0 && is_one_of(c->name, numbers, ARRAY_COUNT(numbers))) {
            slice dimension = xml_node_attribute(c, "srsDimension");
            struct gml_system here = *system;
            here.step = slice_equal(dimension, SLICE("3")) ? 3 : system->step;
            gml_numbers(&here, shape, xml_node_text(c, shape->arena));
        } else {
            gml_walk(c, system, inside, shape);
        }
        bool whole = inside != type || slice_equal(c->name, SLICE("LinearRing"));
        if (whole) {
            shape_end(shape, inside);
        }
    }
}

void xml_systems_free(struct xml_records *r) {
    for (unsigned i = 0; i < r->system_count; i++) {
        crs_free(r->systems[i].crs);
    }
}

/* The system of that name, opened once for the whole file: a WFS names one in each geometry. NULL,
 * and noted: it is not known, or one too many. */
_Static_assert(XML_SYSTEMS_MAX == 8, "the note says 8");
static struct crs *system_named(struct xml_records *r, slice name) {
    struct xml_system *system = r->systems;
    struct xml_system *end = system + r->system_count;
    while (system < end && !slice_equal(xml_name_get(&system->name), name)) {
        system++;
    }
    if (system == end && r->system_count == XML_SYSTEMS_MAX) {
        record_note(&r->base,
                    "more than 8 coordinate systems in one file: what the others place was left "
                    "without a place",
                    xml_stream_line(r->stream), "%.*s", (int)(name.n < 80 ? name.n : 80), name.p);
        return NULL;
    }
    if (system == end && name.n <= XML_NAME_MAX) {
        xml_name_set(&system->name, name);
        if (crs_new(name, &system->crs, NULL) != OK) {
            system->crs = NULL;
        }
        r->system_count++;
    }
    if (name.n > XML_NAME_MAX || system->crs == NULL) {
        record_note(&r->base, "coordinates in a system that is not known were left out",
                    xml_stream_line(r->stream), "%.*s", (int)(name.n < 80 ? name.n : 80), name.p);
        return NULL;
    }
    return system->crs;
}

static void gml_take(struct xml_records *r, const struct xml_node *node, struct shape *shape) {
    slice name = slice_trim(xml_node_attribute(node, "srsName"));
    struct gml_system system = {
        .step = slice_equal(xml_node_attribute(node, "srsDimension"), SLICE("3")) ? 3 : 2};
    struct crs *crs = NULL;
    if (r->base.crs_given) {
        crs = r->base.crs; /* whatever the file says */
    } else if (name.n > 0) {
        crs = system_named(r, name);
        if (crs == NULL) {
            return;
        }
    }
    bool degrees = crs == NULL || crs_is_wgs84(crs);
    system.crs = degrees ? NULL : crs;
    system.longitude_first = longitude_first(name, degrees);
    struct xml_node around = {.name = SLICE_EMPTY};
    struct xml_node alone = *node; /* without those beside it */
    alone.next = NULL;
    around.first = &alone;
    gml_walk(&around, &system, GEOJSON_POINT, shape);
    shape_end(shape, GEOJSON_POINT);
}

/* As deep as XML_DEPTH_MAX. The box around a feature says less than its geometry: only without. */
bool xml_geometry_read(struct xml_records *r, const struct xml_node *node, struct shape *shape) {
    static const char *const less[] = {"boundedBy", "Envelope"};
    size_t before = shape->n;
    w3c_take(node, shape);
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        if (c->name.n == 0 ||
            (c->space == XML_GML && is_one_of(c->name, less, ARRAY_COUNT(less)))) {
            continue;
        }
        if (c->space == XML_GEORSS && !slice_equal(c->name, SLICE("where")) && xml_is_geometry(c)) {
            georss_take(c, shape);
        } else if (c->space == XML_GML && xml_is_geometry(c)) {
            gml_take(r, c, shape);
        } else {
            xml_geometry_read(r, c, shape);
        }
    }
    return shape->n > before;
}
