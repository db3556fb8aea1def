#include "face/catalog/rdf.h"

static const struct {
    const char *prefix, *iri;
} prefixes[] = {
    {"dcat", "http://www.w3.org/ns/dcat#"},
    {"dct", "http://purl.org/dc/terms/"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"geo", "http://www.opengis.net/ont/geosparql#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"vcard", "http://www.w3.org/2006/vcard/ns#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
};

struct rdf rdf_begin(enum rdf_form form, struct buf *out) {
    struct rdf rdf = {.form = form, .out = out, .json = face_json_to(out)};
    if (form == RDF_JSON_LD) {
        face_json_open(&rdf.json, '{');
        face_json_key(&rdf.json, "@context");
        face_json_open(&rdf.json, '{');
    }
    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++) {
        if (form == RDF_JSON_LD) {
            face_json_member(&rdf.json, prefixes[i].prefix, slice_from_cstr(prefixes[i].iri));
        } else {
            buf_addf(out, "@prefix %s: <%s> .\n", prefixes[i].prefix, prefixes[i].iri);
        }
    }
    if (form == RDF_JSON_LD) {
        face_json_close(&rdf.json, '}');
        face_json_key(&rdf.json, "@graph");
        face_json_open(&rdf.json, '[');
    }
    return rdf;
}

void rdf_end(struct rdf *rdf) {
    if (rdf->form == RDF_JSON_LD) {
        face_json_close(&rdf->json, ']');
        face_json_close(&rdf->json, '}');
        buf_add_char(rdf->out, '\n');
    }
}

/* ---- escaping ---- */

/* What RFC 3987 and Turtle do not let stand in an address is percent-encoded, in both forms. */
static slice safe_iri(slice iri, struct buf *room) {
    static const char hex[] = "0123456789ABCDEF";
    buf_clear(room);
    for (size_t i = 0; i < iri.n; i++) {
        unsigned char byte = (unsigned char)iri.p[i];
        bool bad =
            byte <= ' ' || byte == 0x7f || slice_find(SLICE("<>\"{}|^`\\"), 0, (char)byte) < 9;
        if (bad) {
            buf_add_char(room, '%');
            buf_add_char(room, hex[byte >> 4]);
            buf_add_char(room, hex[byte & 15]);
        } else {
            buf_add_char(room, (char)byte);
        }
    }
    return buf_slice(room);
}

static void turtle_iri(struct rdf *rdf, slice iri) {
    struct buf room BUF_CLEANUP = buf_new(65536);
    buf_add_char(rdf->out, '<');
    buf_add(rdf->out, safe_iri(iri, &room));
    buf_add_char(rdf->out, '>');
}

static void json_iri(struct rdf *rdf, slice iri) {
    struct buf room BUF_CLEANUP = buf_new(65536);
    face_json_member(&rdf->json, "@id", safe_iri(iri, &room));
}

/* STRING_LITERAL_QUOTE of Turtle (2.5.1, 6.4). */
static void turtle_text(struct rdf *rdf, slice text) {
    buf_add_char(rdf->out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (byte == '"' || byte == '\\') {
            buf_add_char(rdf->out, '\\');
            buf_add_char(rdf->out, (char)byte);
        } else if (byte < ' ' || byte == 0x7f) {
            buf_addf(rdf->out, "\\u%04X", byte);
        } else {
            buf_add_char(rdf->out, (char)byte);
        }
    }
    buf_add_char(rdf->out, '"');
}

/* ---- nodes ---- */

static void end_values(struct rdf *rdf) {
    bool *has_values = &rdf->has_values[rdf->depth - 1];
    if (*has_values && rdf->form == RDF_JSON_LD) {
        face_json_close(&rdf->json, ']');
    }
    *has_values = false;
}

static void open_node(struct rdf *rdf) {
    if (rdf->depth == RDF_DEPTH_MAX) {
        rdf->out->failed = ERR_INTERNAL; /* a promise of this room */
        rdf->depth--;
    }
    rdf->has_values[rdf->depth++] = false;
}

void rdf_node(struct rdf *rdf, slice iri, const char *type) {
    open_node(rdf);
    if (rdf->form == RDF_JSON_LD) {
        face_json_open(&rdf->json, '{');
        json_iri(rdf, iri);
        face_json_member(&rdf->json, "@type", slice_from_cstr(type));
    } else {
        buf_add_char(rdf->out, '\n');
        turtle_iri(rdf, iri);
        buf_addf(rdf->out, " a %s", type);
    }
}

void rdf_node_end(struct rdf *rdf) {
    end_values(rdf);
    rdf->depth--;
    if (rdf->form == RDF_JSON_LD) {
        face_json_close(&rdf->json, '}');
    } else {
        buf_add_cstr(rdf->out, " .\n");
    }
}

void rdf_property(struct rdf *rdf, const char *name) {
    end_values(rdf);
    if (rdf->form == RDF_JSON_LD) {
        face_json_key(&rdf->json, name);
    } else {
        buf_addf(rdf->out, " ;\n%*s%s", (int)rdf->depth * 4, "", name);
    }
}

/* Before each value: opens the list, or goes on with it. */
static void begin_value(struct rdf *rdf) {
    bool *has_values = &rdf->has_values[rdf->depth - 1];
    if (rdf->form == RDF_JSON_LD && !*has_values) {
        face_json_open(&rdf->json, '[');
    } else if (rdf->form == RDF_TURTLE) {
        buf_add_cstr(rdf->out, *has_values ? ", " : " ");
    }
    *has_values = true;
}

void rdf_iri(struct rdf *rdf, slice iri) {
    begin_value(rdf);
    if (rdf->form == RDF_JSON_LD) {
        face_json_open(&rdf->json, '{');
        json_iri(rdf, iri);
        face_json_close(&rdf->json, '}');
    } else {
        turtle_iri(rdf, iri);
    }
}

static void write_literal(struct rdf *rdf, slice text, const char *language, const char *type) {
    begin_value(rdf);
    if (rdf->form == RDF_TURTLE) {
        turtle_text(rdf, text);
        if (language) {
            buf_addf(rdf->out, "@%s", language);
        } else if (type) {
            buf_addf(rdf->out, "^^%s", type);
        }
        return;
    }
    face_json_open(&rdf->json, '{');
    face_json_key(&rdf->json, "@value");
    face_json_text(&rdf->json, text);
    face_json_member(&rdf->json, "@language", slice_from_cstr(language));
    face_json_member(&rdf->json, "@type", slice_from_cstr(type));
    face_json_close(&rdf->json, '}');
}

void rdf_text(struct rdf *rdf, slice text) {
    write_literal(rdf, text, NULL, NULL);
}

void rdf_text_in(struct rdf *rdf, slice text, const char *language) {
    write_literal(rdf, text, language, NULL);
}

void rdf_typed(struct rdf *rdf, slice text, const char *type) {
    write_literal(rdf, text, NULL, type);
}

void rdf_nested(struct rdf *rdf, const char *type) {
    begin_value(rdf);
    open_node(rdf);
    if (rdf->form == RDF_JSON_LD) {
        face_json_open(&rdf->json, '{');
        face_json_member(&rdf->json, "@type", slice_from_cstr(type));
    } else {
        buf_addf(rdf->out, "[ a %s", type);
    }
}

void rdf_nested_end(struct rdf *rdf) {
    end_values(rdf);
    rdf->depth--;
    if (rdf->form == RDF_JSON_LD) {
        face_json_close(&rdf->json, '}');
    } else {
        buf_add_cstr(rdf->out, " ]");
    }
}
