#include "formats/xml_int.h"
#include <libxml/tree.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

#define FEED_BYTES 32768 /* what the parser is given at a time at most */

struct xml_stream {
    struct window window;
    struct xml_mend mend;
    struct buf ready; /* mended, not given to the parser yet: from ready_at on */
    size_t ready_at;
    uint64_t given; /* bytes given to the parser */
    xmlTextReaderPtr reader;
    err failed; /* of the window, or what the parser found first */
    struct problem problem;
    int code;                  /* of libxml2 */
    bool broken, cut, closing; /* closing: an empty element still has to close */
};

static const struct {
    const char *start;  /* of the namespace's name: versions differ at the end */
    const char *prefix; /* that people use, some of them without declaring it */
    enum xml_space space;
} spaces[] = {
    {"http://www.opengis.net/kml/", "kml", XML_KML},
    {"http://earth.google.com/kml/", "kml", XML_KML},
    {"http://www.google.com/kml/ext/", "gx", XML_KML},
    {"http://www.topografix.com/GPX/1/", "gpx", XML_GPX},
    {"http://www.w3.org/2005/Atom", "atom", XML_ATOM},
    {"http://purl.org/atom/ns#", "atom", XML_ATOM},
    {"http://purl.org/rss/1.0/modules/content/", "content", XML_CONTENT},
    {"http://purl.org/rss/1.0/modules/event/", "ev", XML_EVENT},
    {"http://purl.org/rss/1.0/", "rss", XML_RSS1},
    {"http://my.netscape.com/rdf/simple/0.9/", "rss", XML_RSS1},
    {"http://channel.netscape.com/rdf/simple/0.9/", "rss", XML_RSS1},
    {"http://backend.userland.com/", "rss2", XML_NONE},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf", XML_RDF},
    {"http://purl.org/dc/", "dc", XML_DC},
    {"http://purl.org/dc/", "dcterms", XML_DC},
    {"http://www.georss.org/georss", "georss", XML_GEORSS},
    {"http://www.opengis.net/gml", "gml", XML_GML},
    {"http://www.w3.org/2003/01/geo/wgs84_pos", "geo", XML_GEO},
    {"http://search.yahoo.com/mrss", "media", XML_MEDIA},
    {"http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes", XML_ITUNES},
    {"urn:ietf:params:xml:ns:xcal", "xcal", XML_EVENT},
    {"http://creativecommons.org/ns#", "cc", XML_LICENCE},
    {"http://backend.userland.com/creativeCommonsRssModule", "creativeCommons", XML_LICENCE},
    {"http://cyber.law.harvard.edu/rss/creativeCommonsRssModule", "creativeCommons", XML_LICENCE},
    {"http://www.w3.org/1999/xhtml", "xhtml", XML_XHTML},
};

static slice text_of(const xmlChar *text) {
    return slice_from_cstr((const char *)text);
}

static enum xml_space space_of(slice uri, slice prefix) {
    enum xml_space best = XML_OTHER;
    size_t length = 0;
    for (size_t i = 0; i < ARRAY_COUNT(spaces) && uri.n > 0; i++) {
        slice start = slice_from_cstr(spaces[i].start);
        if (slice_starts_with(uri, start) && start.n > length) {
            best = spaces[i].space;
            length = start.n;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(spaces) && uri.n == 0 && prefix.n > 0; i++) {
        if (slice_equal(prefix, slice_from_cstr(spaces[i].prefix))) {
            return spaces[i].space;
        }
    }
    return uri.n == 0 && prefix.n == 0 ? XML_NONE : best;
}

/* Name and namespace; a prefix that nobody declared is part of the name for libxml2. */
static void name_of(const xmlChar *local, const xmlNs *ns, slice *name, enum xml_space *space) {
    slice whole = text_of(local);
    size_t colon = ns == NULL ? slice_find(whole, 0, ':') : whole.n;
    slice prefix = colon < whole.n ? slice_sub(whole, 0, colon) : SLICE_EMPTY;
    *name = colon < whole.n ? slice_sub(whole, colon + 1, whole.n) : whole;
    *space = space_of(ns == NULL ? SLICE_EMPTY : text_of(ns->href), prefix);
}

/* Fills `ready` with mended text; nothing more only at the end. */
static err ready_fill(struct xml_stream *s) {
    buf_clear(&s->ready);
    s->ready_at = 0;
    while (s->ready.n == 0) {
        TRY(window_want(&s->window, XML_REFERENCE_MAX * 4, &s->problem));
        slice text = slice_sub(window_text(&s->window), 0, FEED_BYTES);
        if (text.n == 0) {
            return OK;
        }
        bool ended = s->window.ended && text.n == window_text(&s->window).n;
        window_use(&s->window, xml_mend(&s->mend, text, ended, &s->ready));
    }
    return s->ready.failed;
}

/* Gives the parser one tag at a time: what stands before an error has then been handed out. */
static int feed(void *self, char *bytes, int room) {
    struct xml_stream *s = self;
    if (s->ready_at == s->ready.n) {
        err failed = ready_fill(s);
        if (failed != OK) {
            s->failed = failed;
            return -1;
        }
    }
    size_t n = s->ready.n - s->ready_at;
    n = n < (size_t)room ? n : (size_t)room;
    if (n > 0) {
        const char *tag = memchr(s->ready.p + s->ready_at, '>', n);
        n = tag == NULL ? n : (size_t)(tag - (s->ready.p + s->ready_at)) + 1;
        memcpy(bytes, s->ready.p + s->ready_at, n);
    }
    s->ready_at += n;
    s->given += n;
    return (int)n;
}

/* The first error that ends the document; warnings and namespaces that are not declared do not. */
static void heard(void *self, xmlErrorPtr error) {
    struct xml_stream *s = self;
    if (s->broken || error->level != XML_ERR_FATAL || error->domain == XML_FROM_NAMESPACE) {
        return;
    }
    slice what = slice_trim(text_of((const xmlChar *)error->message));
    s->broken = true;
    s->code = error->code;
    problem_set(&s->problem, error->code == XML_ERR_NO_MEMORY ? ERR_MEMORY : ERR_INPUT, "",
                "the XML is broken here: %.*s", (int)(what.n < 180 ? what.n : 180), what.p);
    s->problem.line = error->line > 0 ? (uint64_t)error->line : 0;
    s->problem.column = error->int2 > 0 ? (uint64_t)error->int2 : 0;
}

err xml_stream_open(const struct window *window, struct xml_stream **stream) {
    struct xml_stream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return ERR_MEMORY;
    }
    s->window = *window;
    s->ready = buf_new(8 * FEED_BYTES);
    slice text = window_text(&s->window); /* white space before <?xml is an error to the parser */
    size_t blank = 0;
    while (blank < text.n && (unsigned char)text.p[blank] <= ' ') {
        blank++;
    }
    window_use(&s->window, blank);
    s->reader = xmlReaderForIO(feed, NULL, s, NULL, "UTF-8",
                               XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOCDATA |
                                   XML_PARSE_BIG_LINES);
    if (s->reader == NULL) {
        err failed = s->failed != OK ? s->failed : ERR_MEMORY;
        buf_free(&s->ready);
        free(s);
        return failed;
    }
    xmlTextReaderSetStructuredErrorHandler(s->reader, heard, s);
    *stream = s;
    return OK;
}

void xml_stream_free(struct xml_stream *s) {
    if (s != NULL) {
        xmlFreeTextReader(s->reader);
        window_close(&s->window);
        buf_free(&s->ready);
        free(s);
    }
}

const struct decode *xml_stream_decode(const struct xml_stream *s) {
    return s->window.decode;
}

bool xml_stream_is_cut(const struct xml_stream *s) {
    return s->cut || decode_is_cut(s->window.decode);
}

const struct xml_mend *xml_stream_mend(const struct xml_stream *s) {
    return &s->mend;
}

/* The parser stopped: at the very end of what there is, the file was cut. Before an unfinished
 * "<![CDATA[" it stops early, and wonders about content behind an end that has not come. */
static err stopped(struct xml_stream *s, struct problem *problem) {
    if (!s->broken && s->failed == OK) {
        problem_set(&s->problem, ERR_INPUT, "", "the XML is broken");
    }
    long consumed = xmlTextReaderByteConsumed(s->reader);
    bool open_end = s->code == XML_ERR_DOCUMENT_END && xmlTextReaderDepth(s->reader) > 0;
    bool at_end = s->window.ended && s->ready_at == s->ready.n && consumed >= 0 &&
                  (open_end || (uint64_t)consumed + 1 >= s->given);
    if (s->failed == OK && s->problem.code == ERR_INPUT && at_end) {
        s->cut = true;
        problem_set(&s->problem, ERR_INPUT, "", "the document ends too early: it was cut");
        s->problem.line = s->window.line;
        s->problem.column = s->window.column;
    }
    if (problem != NULL) {
        *problem = s->problem;
    }
    return s->failed != OK ? s->failed : s->problem.code;
}

/* A document type with entities of its own could blow up, or reach for other files. */
static err doctype_check(struct xml_stream *s, struct problem *problem) {
    const xmlNode *node = xmlTextReaderCurrentNode(s->reader);
    const xmlDtd *dtd = (const xmlDtd *)(const void *)node;
    if (node == NULL || node->type != XML_DTD_NODE || dtd->entities == NULL) {
        return OK;
    }
    s->failed =
        problem_set(problem, ERR_UNSUPPORTED, "",
                    "this XML declares entities of its own (<!ENTITY …>), which are not read "
                    "here: write out what they stand for");
    return s->failed;
}

static err node_next(struct xml_stream *s, int *type, struct problem *problem) {
    if (s->failed != OK) {
        return s->failed;
    }
    int got = xmlTextReaderRead(s->reader);
    if (got < 0 || s->broken || s->failed != OK) {
        s->failed = stopped(s, problem);
        return s->failed;
    }
    *type = got == 0 ? XML_READER_TYPE_NONE : xmlTextReaderNodeType(s->reader);
    if (*type == XML_READER_TYPE_DOCUMENT_TYPE) {
        TRY(doctype_check(s, problem));
    }
    if (*type == XML_READER_TYPE_ENTITY_REFERENCE) {
        s->failed = problem_set(problem, ERR_UNSUPPORTED, "",
                                "this XML uses an entity of its own: write out what it stands for");
        return s->failed;
    }
    return OK;
}

err xml_stream_next(struct xml_stream *s, enum xml_event *event, struct problem *problem) {
    int type;
    if (s->closing) {
        s->closing = false;
        *event = XML_CLOSE;
        return OK;
    }
    do {
        TRY(node_next(s, &type, problem));
    } while (type != XML_READER_TYPE_ELEMENT && type != XML_READER_TYPE_END_ELEMENT &&
             type != XML_READER_TYPE_NONE);
    if (type == XML_READER_TYPE_NONE) {
        *event = XML_END;
        return OK;
    }
    *event = type == XML_READER_TYPE_ELEMENT ? XML_OPEN : XML_CLOSE;
    s->closing = *event == XML_OPEN && xmlTextReaderIsEmptyElement(s->reader) == 1;
    return OK;
}

static const xmlNode *node_now(const struct xml_stream *s) {
    return xmlTextReaderCurrentNode(s->reader);
}

slice xml_stream_name(const struct xml_stream *s) {
    slice name;
    enum xml_space space;
    name_of(node_now(s)->name, node_now(s)->ns, &name, &space);
    return name;
}

enum xml_space xml_stream_space(const struct xml_stream *s) {
    slice name;
    enum xml_space space;
    name_of(node_now(s)->name, node_now(s)->ns, &name, &space);
    return space;
}

bool xml_stream_has_attributes(const struct xml_stream *s) {
    return node_now(s)->properties != NULL;
}

unsigned xml_stream_depth(const struct xml_stream *s) {
    int depth = xmlTextReaderDepth(s->reader);
    return depth < 0 ? 0 : (unsigned)depth;
}

/* A node of libxml2 counts lines in 16 bits; beyond, the parser's own line is near. */
uint64_t xml_stream_line(const struct xml_stream *s) {
    long line = xmlGetLineNo(node_now(s));
    int parser = xmlTextReaderGetParserLineNumber(s->reader);
    return line > 0 && line < 65535 ? (uint64_t)line : parser > 0 ? (uint64_t)parser : 0;
}

struct taking {
    struct arena *arena;
    size_t bytes, bytes_max;
    unsigned nodes;
    bool fits;
    struct problem *problem;
};

static void beyond(struct taking *t, const char *what, size_t max) {
    if (t->fits) {
        t->fits = false;
        problem_set(t->problem, ERR_LIMIT, "", "this record has more than %zu %s", max, what);
    }
}

static struct xml_node *node_add(struct taking *t, struct xml_node *parent) {
    if (++t->nodes > XML_NODES_MAX) {
        beyond(t, "elements", XML_NODES_MAX);
        return NULL;
    }
    struct xml_node *node = arena_new(t->arena, struct xml_node, 1);
    if (parent != NULL && parent->last != NULL) {
        parent->last->next = node;
    } else if (parent != NULL) {
        parent->first = node;
    }
    if (parent != NULL) {
        parent->last = node;
    }
    return node;
}

static slice copied(struct taking *t, slice text) {
    t->bytes += text.n;
    if (t->bytes > t->bytes_max) {
        beyond(t, "bytes", t->bytes_max);
        return SLICE_EMPTY;
    }
    return arena_copy(t->arena, text);
}

/* The text of an attribute: its children are texts, never elements. */
static slice attribute_value(struct taking *t, const xmlAttr *attribute) {
    const xmlNode *child = attribute->children;
    if (child == NULL) {
        return SLICE_EMPTY;
    }
    if (child->next == NULL && child->type == XML_TEXT_NODE) {
        return copied(t, text_of(child->content));
    }
    struct buf value BUF_CLEANUP = buf_new(t->bytes_max);
    for (; child != NULL; child = child->next) {
        buf_add(&value, child->type == XML_TEXT_NODE ? text_of(child->content) : SLICE_EMPTY);
    }
    return copied(t, buf_slice(&value));
}

static void element_fill(struct taking *t, const xmlNode *from, struct xml_node *node) {
    slice name;
    uint32_t count = 0;
    name_of(from->name, from->ns, &name, &node->space);
    node->name = copied(t, name);
    for (const xmlAttr *a = from->properties; a != NULL; a = a->next) {
        count++;
    }
    if (count > 0 && t->fits) {
        node->attributes = arena_try(t->arena, struct xml_attribute, count);
    }
    for (const xmlAttr *a = from->properties; a != NULL && node->attributes != NULL; a = a->next) {
        struct xml_attribute *attribute = &node->attributes[node->attribute_count++];
        name_of(a->name, a->ns, &name, &attribute->space);
        attribute->name = copied(t, name);
        attribute->value = attribute_value(t, a);
    }
    t->bytes += 16; /* what the tags themselves cost */
}

err xml_stream_take(struct xml_stream *s, struct arena *arena, size_t bytes_max,
                    struct xml_node **node, bool *fits, struct problem *problem) {
    struct taking t = {.arena = arena, .bytes_max = bytes_max, .fits = true, .problem = problem};
    struct xml_node *open[XML_DEPTH_MAX + 1];
    unsigned depth = 1;
    open[0] = node_add(&t, NULL);
    element_fill(&t, node_now(s), open[0]);
    *node = open[0];
    bool empty = s->closing;
    s->closing = false;
    while (!empty && depth > 0) {
        int type;
        struct xml_node *parent = depth <= XML_DEPTH_MAX ? open[depth - 1] : NULL;
        TRY(node_next(s, &type, problem));
        if (type == XML_READER_TYPE_NONE) {
            s->failed = problem_set(problem, ERR_INPUT, "", "the XML is broken");
            return s->failed;
        }
        bool text = type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
                    (type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE && parent != NULL &&
                     parent->space == XML_XHTML);
        if (type == XML_READER_TYPE_END_ELEMENT) {
            depth--;
        } else if (text && t.fits) {
            struct xml_node *added = node_add(&t, parent);
            if (added != NULL) {
                added->text = copied(&t, text_of(node_now(s)->content));
            }
        } else if (type == XML_READER_TYPE_ELEMENT) {
            struct xml_node *added = t.fits ? node_add(&t, parent) : NULL;
            if (added != NULL) {
                element_fill(&t, node_now(s), added);
            }
            if (xmlTextReaderIsEmptyElement(s->reader) != 1) {
                if (depth == XML_DEPTH_MAX) {
                    beyond(&t, "levels of elements", XML_DEPTH_MAX);
                }
                if (depth <= XML_DEPTH_MAX) {
                    open[depth] = added;
                }
                depth++;
            }
        }
    }
    *fits = t.fits;
    return OK;
}

err xml_stream_skip(struct xml_stream *s, struct problem *problem) {
    unsigned depth = 1;
    if (s->closing) {
        s->closing = false;
        return OK;
    }
    while (depth > 0) {
        enum xml_event event;
        TRY(xml_stream_next(s, &event, problem));
        if (event == XML_END) {
            return OK;
        }
        depth += event == XML_OPEN ? 1 : (unsigned)-1;
    }
    return OK;
}
