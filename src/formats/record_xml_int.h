/* XML's dialects: which elements are records, and what each says. */
#ifndef AGORA_FORMATS_RECORD_XML_INT_H
#define AGORA_FORMATS_RECORD_XML_INT_H

#include "formats/fields_int.h"
#include "formats/record_int.h"
#include "formats/shape_int.h"
#include "formats/xml_int.h"

#define XML_PATH_MAX    4 /* elements around records of unknown XML, the root counted */
#define XML_FOLDERS_MAX 8 /* folders inside one another that give categories */
#define XML_SYSTEMS_MAX 8 /* coordinate systems of one file: opening one costs up to 0.2 s */
#define XML_NAME_MAX    200

struct xml_name {
    char text[XML_NAME_MAX];
    size_t n;
    unsigned depth;
};

/* A coordinate system that the file names, opened once. */
struct xml_system {
    struct xml_name name; /* as the file writes it */
    struct crs *crs;      /* NULL: not known */
};

struct xml_records {
    struct record_reader base;
    struct xml_stream *stream;
    const struct xml_dialect *dialect;
    struct xml_name folders[XML_FOLDERS_MAX]; /* KML: those that are open */
    unsigned folder_count, network_links;
    struct xml_name link;               /* the first of the network links */
    struct xml_name path[XML_PATH_MAX]; /* unknown XML: from the root to the record */
    unsigned path_count;
    struct xml_system systems[XML_SYSTEMS_MAX];
    unsigned system_count;
    struct xml_name language, title, licence, attribution; /* of the whole */
    bool root_taken;
    bool is_latin9; /* the declaration says ISO-8859-15 */
};

enum xml_look { XML_LOOK_INTO, XML_LOOK_RECORD, XML_LOOK_META, XML_LOOK_PAST };
struct xml_dialect {
    enum record_format format;
    size_t bytes_factor; /* its records may be so many times larger than others */
    /* At an opening tag outside of records: what it is. */
    enum xml_look (*look)(struct xml_records *records);
    void (*meta)(struct xml_records *records, const struct xml_node *node, struct arena *scratch);
    void (*closed)(struct xml_records *records); /* NULL, or called at closing tags looked into */
    /* Fills the fields and `record`'s geometry. */
    void (*build)(struct xml_records *records, const struct xml_node *node, struct fields *fields,
                  struct record *record);
};
extern const struct xml_dialect xml_kml, xml_gpx, xml_feed, xml_flat;

/* Finds the elements of unknown XML that repeat: sets the path. ERR_MEMORY. */
MUST_USE err xml_flat_learn(struct xml_records *records, slice head);
void xml_name_set(struct xml_name *name, slice text);
slice xml_name_get(const struct xml_name *name);
/* A geometry that GeoRSS, GML or W3C's vocabulary gives anywhere below: true when there is one. */
bool xml_geometry_read(struct xml_records *records, const struct xml_node *node,
                       struct shape *shape);
void xml_systems_free(struct xml_records *records);
/* Whether the element itself says where, so that its content is no field. */
bool xml_is_geometry(const struct xml_node *node);
/* Hands a shape over to the record; a bad one is noted. */
void xml_shape_take(struct xml_records *records, struct shape *shape, struct record *record);
/* RFC 822's "Mon, 06 Sep 2021 16:20:00 +0200" as RFC 3339; another text as it is. */
slice xml_date(slice text, struct arena *arena);

#endif
