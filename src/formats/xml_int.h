/* XML as a stream of records: a pull reader over a window (libxml2: no network, no DTD, no entities
 * of the file's own), and one element at a time as a small tree in an arena. */
#ifndef AGORA_FORMATS_XML_INT_H
#define AGORA_FORMATS_XML_INT_H

#include "formats/window_int.h"

#define XML_DEPTH_MAX     64      /* of elements inside a record */
#define XML_NODES_MAX     1000000 /* elements and texts of one record */
#define XML_LOOK_BYTES    262144u /* what of a file is looked at to find its records */
#define XML_REFERENCE_MAX 32      /* bytes of "&eacute;" or "&#8217;" */
#define XML_ENTITY_MENDS  "an & or a character reference that XML does not know was mended"
#define XML_CONTROL_MENDS "control characters that XML does not allow became spaces"

/* Namespaces by meaning, whatever their prefix. */
enum xml_space {
    XML_NONE, /* in no namespace */
    XML_KML,
    XML_GPX,
    XML_ATOM,
    XML_RSS1,
    XML_RDF,
    XML_CONTENT,
    XML_DC,
    XML_GEORSS,
    XML_GML,
    XML_GEO,
    XML_MEDIA,
    XML_ITUNES,
    XML_EVENT, /* events in RSS 1.0 and the like: ev:startdate, xcal:dtstart */
    XML_LICENCE,
    XML_XHTML,
    XML_OTHER,
    XML_SPACE__COUNT
};

struct xml_attribute {
    slice name, value;
    enum xml_space space;
};
struct xml_node {
    slice name; /* without its prefix; empty for a text */
    slice text; /* of a text */
    enum xml_space space;
    struct xml_attribute *attributes;
    uint32_t attribute_count;
    struct xml_node *first, *last, *next;
};

/* Turns what feeds really hold into what a strict parser takes: HTML's named entities, bare &,
 * references to control characters, control bytes. Text inside CDATA stays. One byte of state. */
struct xml_mend {
    bool in_cdata;
    uint64_t references, controls; /* how many were mended */
};
/* Takes as much of `text` as can be decided without what follows (all of it when `ended`) and
 * appends it to `out`; returns the bytes taken. */
size_t xml_mend(struct xml_mend *mend, slice text, bool ended, struct buf *out);

struct xml_stream;
/* Takes the window (not when it fails). ERR_MEMORY. */
MUST_USE err xml_stream_open(const struct window *window, struct xml_stream **stream);
void xml_stream_free(struct xml_stream *stream);
const struct decode *xml_stream_decode(const struct xml_stream *stream);
bool xml_stream_is_cut(const struct xml_stream *stream);
const struct xml_mend *xml_stream_mend(const struct xml_stream *stream);

enum xml_event { XML_OPEN, XML_CLOSE, XML_END };
/* The next tag. ERR_INPUT with line and column when the document is broken or cut, ERR_UNSUPPORTED
 * when it declares entities, ERR_LIMIT, ERR_IO, ERR_MEMORY. An empty element opens and closes. */
MUST_USE err xml_stream_next(struct xml_stream *stream, enum xml_event *event,
                             struct problem *problem);
/* Of the tag: name, namespace, depth (0: the root), line (about, beyond 65,535). Names are valid
 * until the next call. */
slice xml_stream_name(const struct xml_stream *stream);
enum xml_space xml_stream_space(const struct xml_stream *stream);
bool xml_stream_has_attributes(const struct xml_stream *stream);
unsigned xml_stream_depth(const struct xml_stream *stream);
uint64_t xml_stream_line(const struct xml_stream *stream);
/* After XML_OPEN: reads the element to its end. `*fits` is false when it is beyond the limits (the
 * problem says which): the tree then holds what came before. The next event stands behind it. */
MUST_USE err xml_stream_take(struct xml_stream *stream, struct arena *arena, size_t bytes_max,
                             struct xml_node **node, bool *fits, struct problem *problem);
MUST_USE err xml_stream_skip(struct xml_stream *stream, struct problem *problem);

/* Looking into trees. NULL nodes are fine, and give NULL or empty. */
bool xml_node_is(const struct xml_node *node, enum xml_space space, const char *name);
const struct xml_node *xml_node_child(const struct xml_node *node, enum xml_space space,
                                      const char *name);
slice xml_node_attribute(const struct xml_node *node, const char *name); /* in any namespace */
bool xml_has_elements(const struct xml_node *node);
/* The text of an element; where it holds elements, its inside as markup. Trimmed. */
slice xml_node_text(const struct xml_node *node, struct arena *arena);
slice xml_node_child_text(const struct xml_node *node, enum xml_space space, const char *name,
                          struct arena *arena);
/* The element as it would be written, without namespaces. */
void xml_node_write(const struct xml_node *node, struct buf *out);

#endif
