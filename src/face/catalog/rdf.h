/* rdf: one description, written as JSON-LD 1.1 or as Turtle. Names are prefixed ("dct:title"); the
 * prefixes are those of rdf.c. What comes from outside is a text or an address, and is escaped. */
#ifndef AGORA_FACE_CATALOG_RDF_H
#define AGORA_FACE_CATALOG_RDF_H

#include "face/json.h"

enum rdf_form { RDF_JSON_LD, RDF_TURTLE };

#define RDF_DEPTH_MAX 4

struct rdf {
    enum rdf_form form;
    struct buf *out;
    struct face_json json;
    unsigned depth;                 /* nodes that are open, one inside the other */
    bool has_values[RDF_DEPTH_MAX]; /* the property under way has one already */
};
struct rdf rdf_begin(enum rdf_form form, struct buf *out);
void rdf_end(struct rdf *rdf);

/* A node of its own, named by an address. */
void rdf_node(struct rdf *rdf, slice iri, const char *type);
void rdf_node_end(struct rdf *rdf);
/* The property whose values follow. Every one begun here must get at least one value. */
void rdf_property(struct rdf *rdf, const char *name);
void rdf_iri(struct rdf *rdf, slice iri); /* an address */
void rdf_text(struct rdf *rdf, slice text);
void rdf_text_in(struct rdf *rdf, slice text, const char *language);
void rdf_typed(struct rdf *rdf, slice text, const char *type); /* "xsd:dateTime" */
/* A node without a name, as a value; closed by rdf_nested_end. */
void rdf_nested(struct rdf *rdf, const char *type);
void rdf_nested_end(struct rdf *rdf);

#endif
