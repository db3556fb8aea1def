/* The neutral record: what any tabular or tree-shaped format becomes before anyone gives it a
 * meaning. Nested JSON is flattened with dots (`geo.lat`), lists are kept as lists; a list of
 * objects becomes one list a key (`categories.name`). */
#ifndef AGORA_FORMATS_RECORD_H
#define AGORA_FORMATS_RECORD_H

#include "formats/decode.h"
#include "formats/geojson.h"

#define RECORD_FIELDS_MAX 2000
#define RECORD_BYTES_MAX  (4u << 20) /* one record as it stands in the file */
#define RECORD_DEPTH_MAX  32         /* of nested JSON */
#define RECORD_LIST_MAX   1000       /* items of one list */

struct record_field {
    slice name;
    slice value;        /* of a list: its items joined with ";" */
    const slice *items; /* of a list, else NULL */
    uint32_t item_count;
};
struct record {
    struct record_field *fields;
    uint32_t field_count;
    bool has_geometry; /* GeoJSON: the field is there and is not null */
    struct geojson_geometry geometry;
    slice raw;       /* the record as it stands in the file; a very long CSV row is cut */
    bool is_json;    /* raw is a JSON text */
    uint64_t number; /* 1-based, counting rejected ones */
    uint64_t line;   /* where it begins in the file */
};

/* FORMAT(enum, name, other names): the table of formats. What reads each stands beside it in
 * record.c; option, help and report take their words from here. */
#define RECORD_FORMATS(FORMAT)                                                                     \
    FORMAT(RECORD_CSV, "csv", "tsv")                                                               \
    FORMAT(RECORD_JSON, "json", "jsonl ndjson gogocarto")                                          \
    FORMAT(RECORD_GEOJSON, "geojson", "geojsonl")                                                  \
    FORMAT(RECORD_KML, "kml", "kmz")                                                               \
    FORMAT(RECORD_GPX, "gpx", "")                                                                  \
    FORMAT(RECORD_FEED, "feed", "rss atom georss rdf")                                             \
    FORMAT(RECORD_XML, "xml", "osm gml")                                                           \
    FORMAT(RECORD_ICAL, "ical", "ics icalendar vcs")

#define RECORD_FORMAT_ENUM(format, name, others) format,
enum record_format { RECORD_AUTO, RECORD_FORMATS(RECORD_FORMAT_ENUM) RECORD_FORMAT__COUNT };

/* All names with commas, for a help text. */
#define RECORD_FORMAT_WORD(format, name, others) ", " name
#define RECORD_FORMAT_NAMES                      "auto" RECORD_FORMATS(RECORD_FORMAT_WORD)

slice record_format_name(enum record_format format);
/* By its name or one of its other names, "auto" too; false for others. */
bool record_format_from_name(slice name, enum record_format *format);

/* The value of a field by its exact name; empty when there is none. */
slice record_get(const struct record *record, slice name);

/* Reads records from any format, found by the first bytes when AUTO. */
struct record_reader;
MUST_USE err record_reader_new(struct byte_source source, enum record_format format,
                               struct record_reader **reader, struct problem *problem);
void record_reader_free(struct record_reader *reader); /* NULL is fine */
/* Before the first record: geometries are in this system, whatever the file says. Errors of
 * crs_new. Tables have no geometries: their columns are the caller's to convert. */
MUST_USE err record_reader_crs_set(struct record_reader *reader, slice name,
                                   struct problem *problem);
/* What time it is, for formats whose records go on for ever (iCalendar): which of their dates are
 * taken. Before the first record; 0 (else): from the first date on. */
void record_reader_set_now(struct record_reader *reader, int64_t now_ms);
/* The next record; everything in it lives in the arena. READ_REJECTED fills the problem and gives
 * number, line and, as far as it could be read, `raw`. ERR_INPUT when the file is broken
 * (record_reader_is_cut tells whether it just ends too early), ERR_LIMIT, ERR_IO, ERR_MEMORY. */
MUST_USE err record_reader_next(struct record_reader *reader, struct arena *arena,
                                struct record *record, enum read_step *step,
                                struct problem *problem);
bool record_reader_is_cut(const struct record_reader *reader);
enum record_format record_reader_format(const struct record_reader *reader);
char record_reader_delimiter(const struct record_reader *reader); /* CSV; 0 before the first row */

/* What was mended, left out or not understood so far, beside rejected records: one note a sort,
 * with its count, the line of its first and (perhaps "") an example. The reader's. */
#define RECORD_NOTES_MAX 24
struct record_note {
    const char *sentence;
    uint64_t count, line;
    char example[120];
};
const struct record_note *record_reader_notes(const struct record_reader *reader, size_t *count);
/* What the file says of itself; empty slices where it says nothing. What stands behind the records
 * is known only after the last one. `crs` is what its geometries are measured in; when the file
 * said so only behind them, `crs_is_late` is set, their numbers were not converted, and the file is
 * to be read again with record_reader_crs_set. */
struct record_about {
    slice licence, attribution, title, crs;
    bool crs_is_late;
};
const struct record_about *record_reader_about(const struct record_reader *reader);
const struct decode *record_reader_decode(const struct record_reader *reader);

#endif
