/* Shared by the readers of this room: building records, handing over an opened window. */
#ifndef AGORA_FORMATS_RECORD_INT_H
#define AGORA_FORMATS_RECORD_INT_H

#include "formats/csv.h"
#include "formats/json.h"
#include "formats/record.h"
#include "formats/window_int.h"
#include "geo/crs.h"

/* What every reader of records begins with; the rest is its format's own. */
struct record_reader {
    const struct record_format_row *row;
    enum record_format format; /* what was asked for or found; a reader may say it closer */
    size_t record_bytes_max;
    uint64_t number; /* of the last record, rejected ones counted */
    bool cut;        /* the file ends too early */
    struct crs *crs; /* of its geometries; NULL: degrees */
    bool crs_given;  /* by who reads: what the file says does not count */
    int64_t now_ms;
    struct record_about about;
    struct record_note notes[RECORD_NOTES_MAX];
    size_t note_count;
};

/* Counts one more of what `sentence` (a literal) says; the first keeps its line and example. */
void record_note(struct record_reader *reader, const char *sentence, uint64_t line,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same for something that is counted elsewhere: `count` in all so far, 0 is no note. */
void record_note_count(struct record_reader *reader, const char *sentence, uint64_t line,
                       uint64_t count);

/* How one format is read: a row of the table in record.c. `sniff` looks at the first text of a file
 * (without white space before it) and says whether it is this format. `open` makes the reader and
 * takes the window; when it fails, the caller closes what it left there. The fields of
 * record_reader are its caller's to set, but for a `format` that it knows better.
 * `next` is record_reader_next, but for the record being cleared and number and line being its own
 * to set. `delimiter` may be NULL. */
struct record_format_row {
    bool (*sniff)(slice head);
    err (*open)(struct window *window, size_t record_bytes_max, struct record_reader **reader,
                struct problem *problem);
    err (*next)(struct record_reader *reader, struct arena *arena, struct record *record,
                enum read_step *step, struct problem *problem);
    bool (*is_cut)(const struct record_reader *reader);
    const struct decode *(*decode)(const struct record_reader *reader);
    char (*delimiter)(const struct record_reader *reader);
    void (*free)(struct record_reader *reader);
};
extern const struct record_format_row record_csv_row, record_json_row, record_xml_row,
    record_ical_row;

/* Sets the line of a problem, which may be NULL. */
void record_problem_line(struct problem *problem, uint64_t line);

/* Of a record that is rejected or cannot be kept whole: how much others get to see of it. */
#define RECORD_RAW_MAX 65536

/* JSON-LD of schema.org and elements of OpenStreetMap as plain objects with our names (title,
 * latitude, opening_hours, …), a new reference; NULL for what is neither. */
json_t *json_dialect_plain(const json_t *object);
bool json_dialect_is_osm(const json_t *object);

/* Readers over a window that has been looked into; they take it. ERR_MEMORY. Elements larger than
 * `element_bytes_max` are rejected, without being held in memory. */
MUST_USE err csv_reader_over(const struct window *window, struct csv_reader **reader);
MUST_USE err json_splitter_over(const struct window *window, size_t element_bytes_max,
                                struct json_splitter **splitter);

/* The fields (and, for a GeoJSON Feature, the geometry, whose numbers are in `crs`) of a JSON
 * object. ERR_LIMIT beyond the limits of record.h, ERR_INPUT for what is no object. */
MUST_USE err record_from_json(const json_t *json, struct crs *crs, struct arena *arena,
                              struct record *record, struct problem *problem);
bool json_is_feature(const json_t *json);
/* Adds a field that the record itself does not have; another one of that name stands. ERR_LIMIT. */
MUST_USE err record_field_add(struct record *record, struct arena *arena, slice name, slice value,
                              struct problem *problem);

/* A row of a table in JSON -> an object with the names that stand around the list (`columns`,
 * `fields`, `header`), or GoGoCarto's compact rows by the types of what they hold. NULL when
 * nothing says what the cells are. The caller frees it. */
json_t *gogocarto_row(const json_t *row, const json_t *before);
/* Whether GoGoCarto shows this element: false for one that waits, was refused or deleted, with the
 * word for it. Takes its states out of the object. */
bool gogocarto_is_public(json_t *element, const json_t *before, const char **state);

/* What the members around a list say of the file: licence, attribution, title, coordinate system.
 * `behind`: they stand behind the records, where a system comes too late. ERR_INPUT: the system is
 * not understood. */
MUST_USE err json_about_read(struct record_reader *reader, const json_t *members, bool behind,
                             struct problem *problem);
/* After the last record: whether those members speak of more of them elsewhere; it is noted. */
bool json_pages_note(struct record_reader *reader, const json_t *members);

/* record_reader_new with a limit of one's own for a record. */
MUST_USE err record_reader_new_limited(struct byte_source source, enum record_format format,
                                       size_t record_bytes_max, struct record_reader **reader,
                                       struct problem *problem);

#endif
