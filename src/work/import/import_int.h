/* Inside of work/import, for the room and its tests. */
#ifndef AGORA_WORK_IMPORT_INT_H
#define AGORA_WORK_IMPORT_INT_H

#include "geo/crs.h"
#include "work/import/import.h"

/* What a column becomes. The order is the order of the dry run's table. */
enum role {
    ROLE_NONE, /* not known: a line of the description */
    ROLE_IGNORE,
    ROLE_ID,
    ROLE_KIND,
    ROLE_STATE,
    ROLE_OPEN, /* is it open: true, false */
    ROLE_TITLE,
    ROLE_SUMMARY,
    ROLE_DESCRIPTION,
    ROLE_TYPE,
    ROLE_THEMES, /* labels, synonyms or slugs; what is no theme becomes a tag */
    ROLE_TAGS,
    ROLE_PLACE_NAME,
    ROLE_LOCATION, /* name, street, postal code and commune in one text */
    ROLE_ADDRESS,
    ROLE_ADDRESS_MORE,
    ROLE_POSTAL_CODE,
    ROLE_CITY,
    ROLE_INSEE,           /* code of a commune */
    ROLE_TERRITORY,       /* code of a territory of any level */
    ROLE_TERRITORY_LEVEL, /* which level that is */
    ROLE_DEPARTEMENT,
    ROLE_LATITUDE,
    ROLE_LONGITUDE,
    ROLE_POINT, /* "lat, lon" in one column */
    ROLE_WEBSITE,
    ROLE_EMAIL,
    ROLE_TELEPHONE,
    ROLE_SOCIAL,
    ROLE_HOURS,
    ROLE_HOURS_MONDAY, /* seven in a row */
    ROLE_HOURS_TUESDAY,
    ROLE_HOURS_WEDNESDAY,
    ROLE_HOURS_THURSDAY,
    ROLE_HOURS_FRIDAY,
    ROLE_HOURS_SATURDAY,
    ROLE_HOURS_SUNDAY,
    ROLE_PRICE,
    ROLE_AUDIENCE,
    ROLE_WHEELCHAIR,
    ROLE_HAPPENS, /* a list of dates with their ends and zones */
    ROLE_START,
    ROLE_END,
    ROLE_FOUNDED,
    ROLE_PERIOD, /* "2021-2025", "Sep. 2021-Dec. 2022" */
    ROLE_PLACES, /* how many places it has: a figure */
    ROLE_IMAGE,
    ROLE_VIDEO,
    ROLE_LANGUAGE,
    ROLE_LICENCE,
    ROLE_SOURCE_URL,
    ROLE_SOURCE_NOTE,
    ROLE_UPDATED,
    ROLE_CREATED, /* the record, by its source */
    ROLE_COUNTRY,
    ROLE_ADDRESS_PART, /* number, kind and name of a street, in columns of their own */
    ROLE__COUNT
};
const char *role_name(enum role role); /* as in a map file: "postal_code" */
bool role_from_name(slice name, enum role *role);
bool role_is_single(enum role role); /* one column at most may have it */
/* The role that a column's name tells, with a rank (the smaller the surer); ROLE_NONE when it
 * does not tell. `key` is the normal form of column_key(). */
enum role role_from_column(slice key, unsigned *rank);
/* "COMPLEMENT.D.ADRESSE" -> "complement_d_adresse". */
void column_key(slice name, struct buf *out);
/* The role that values show when the name does not: coordinates pairs, e-mail, URL, telephone, OSM
 * hours. Most of the values must agree. */
enum role role_from_values(const slice *values, size_t count);

/* Enough digits for coordinates, in whatever way they are written. */
bool value_may_be_point(slice text);

#define COLUMN_EXAMPLES 3
struct column {
    slice name;
    slice key;
    enum role role;
    unsigned rank;
    bool by_shape, by_map;
    uint64_t absence_words; /* "aucun", "NC" in the sample; a single one in a title is a name */
    uint32_t twin;    /* 1 + the column that has the single role which this one would have had */
    bool month_first; /* its dates are written 12/31/2024 */
    bool in_template; /* a template of the map uses it: it is no detail of its own */
    uint64_t filled;  /* records of the sample that have a value */
    slice examples[COLUMN_EXAMPLES];
    unsigned example_count;
};

/* `target = "text with {columns}"` of a map file. */
struct mapping {
    enum role role;
    slice template;
    uint64_t line;
};
#define MAPPINGS_MAX 64
#define COLUMNS_MAX  RECORD_FIELDS_MAX
struct columns {
    struct arena *arena;
    struct column *items;
    uint32_t count, room;
    struct mapping mappings[MAPPINGS_MAX];
    uint32_t mapping_count;
    bool has_location; /* coordinates, address or commune */
    bool has_title;
    slice title_sort; /* the sort that the title's column names: "lib_france_services" */
};
/* Reads a map file's text. ERR_INPUT with line and target. */
MUST_USE err mappings_read(slice text, struct columns *columns, struct problem *problem);
struct warnings;
/* Looks at the columns of a sample and decides what each becomes. ERR_INPUT when a map names a
 * column that is not there. */
MUST_USE err columns_learn(struct columns *columns, const struct record *sample, size_t count,
                           struct warnings *warnings, struct problem *problem);
/* The column of a field; one that the sample did not have is added. `hint` is the field's
 * position. */
struct column *columns_find(struct columns *columns, slice name, uint32_t hint);

/* A cell as it is meant: trimmed, absence ("NA", "-", "#Invalid Ref…", "00000000000000") -> empty,
 * doubly encoded text mended. */
slice value_clean(slice value, struct arena *arena);
/* Words ("aucun", "NC") may be names; marks ("-", "null", "#REF!") are never. For trimmed text. */
enum absence { ABSENCE_NONE, ABSENCE_WORD, ABSENCE_MARK };
enum absence value_absence(slice text);
/* Trimmed, mended, composed (NFC), whatever it says. */
slice value_text(slice value, struct arena *arena);
/* For one-line fields: hidden marks go (`marks` tells), full-width signs become ASCII, HTML becomes
 * plain text. */
slice value_one_line(slice value, bool *marks, struct arena *arena);
/* HTML, also escaped twice, becomes Markdown; other text stays. */
slice value_markdown(slice value, struct arena *arena);
/* Appends "[label] : value" for people, as a line of Markdown. */
void detail_write(struct buf *out, slice column, slice value);

/* One day's hours in French -> OSM rules for that day ("We 09:00-12:00, We 14:00-16:00 \"sur
 * RDV\""). What is not understood stays as OSM comment. `days` is "We" or a range. */
void hours_day_write(slice text, slice day, struct buf *out);
/* Seven texts, Monday first -> OSM syntax; days with the same text are joined. */
slice hours_week(const slice days[7], struct arena *arena);
bool hours_is_osm(slice text);
/* OSM as it is, free text as an OSM comment. */
slice hours_any(slice text, struct arena *arena);

/* "2021-2025", "Sep. 2021-Dec.2022", "depuis 2019" -> dates; false when it is none. */
bool period_read(slice text, struct date *start, struct date *end);
/* EDTF, ISO, French and English dates as people and programs write them: "12/05/24", "12 mai 2024
 * à 18h30", a spreadsheet's 45123, seconds since 1970, "2024-05-12T16:00:00Z" (becomes the time in
 * Paris); false when it is none. `month_first`: 05/12/2024 is the 12th of May. */
bool date_read_ordered(slice text, bool month_first, struct date *date);
bool date_read(slice text, struct date *date); /* the day first */
/* In which order the dates of a column stand, from all that its sample holds. */
enum date_order {
    DATE_ORDER_NONE, /* no dates with slashes */
    DATE_ORDER_DAY_FIRST,
    DATE_ORDER_MONTH_FIRST,
    DATE_ORDER_EITHER, /* no number above 12: taken as the day first, and said */
};
enum date_order date_order_learn(const slice *values, size_t count);

enum warning {
    WARNING_SWAPPED,
    WARNING_BAD_POINT,
    WARNING_PROJECTED,
    WARNING_CONVERTED,
    WARNING_CATEGORY_NUMBER,
    WARNING_COARSE,
    WARNING_FAR,
    WARNING_NO_TERRITORY,
    WARNING_NO_PLACE,
    WARNING_TITLE_MADE,
    WARNING_TWICE,
    WARNING_FUTURE,
    WARNING_ADDRESS_IS_EMAIL,
    WARNING_BAD_CONTACT,
    WARNING_CLIPPED,
    WARNING_SAME_ID,
    WARNING_STRAY_BYTES,
    WARNING_BAD_FIELD,
    WARNING_HIDDEN_MARKS,
    WARNING_DATE_ORDER,
    WARNING_NUMBER_LOST,
    WARNING_ZERO_RESTORED,
    WARNING_CUT,
    WARNING__COUNT
};
struct warnings {
    uint64_t counts[WARNING__COUNT];
    uint64_t first_line[WARNING__COUNT];
    char first[WARNING__COUNT][160];
};
void warning_add(struct warnings *warnings, enum warning warning, uint64_t line, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
void warnings_write(const struct warnings *warnings, struct buf *out);
/* What the reader has to say, in the same form. */
void warnings_notes_write(const struct record_reader *reader, struct buf *out);

/* Coordinate systems in use in this import: the one that was named, and those that records turned
 * out to be in. */
#define PROJECTIONS_MAX         32
#define PROJECTION_FAILURES_MAX 100 /* systems that could not be opened, before nothing is tried */
struct projection {
    struct crs *crs;
    uint64_t hits; /* records that were found to be in it */
};
struct projections {
    struct crs *given;
    bool given_in_degrees;
    struct projection guessed[PROJECTIONS_MAX];
    uint32_t count, failures;
};
/* `crs` may be empty. Errors of crs_new. */
MUST_USE err projections_begin(struct projections *all, slice crs, struct problem *problem);
void projections_end(struct projections *all);

/* Names of a source's categories by their identifiers; lives in the arena. */
struct taxonomy;
/* A JSON tree of groups and options, or of {id, name, children}. ERR_INPUT when it holds none,
 * ERR_LIMIT. */
MUST_USE err taxonomy_read(slice text, struct arena *arena, struct taxonomy **taxonomy,
                           struct problem *problem);
/* The same from a file or an address; errors of input_open too. */
MUST_USE err taxonomy_open(const char *name, struct arena *arena, struct taxonomy **taxonomy,
                           struct problem *problem);
/* "https://X/api/elements.json?…" -> "https://X/api/taxonomy.json", else NULL. */
const char *taxonomy_beside(const char *input, struct arena *arena);
/* The name of a category and those it lies in, the narrowest first; 0 when it is not known. The
 * taxonomy may be NULL. */
uint32_t taxonomy_path(const struct taxonomy *taxonomy, slice id, slice *names, uint32_t room);

/* "CC BY-SA", "https://opendatacommons.org/licenses/odbl/…" -> an SPDX identifier; what is not
 * known stays as it is. */
slice licence_id(slice name, struct arena *arena);

/* What makes entries of records. */
struct builder {
    const struct taxonomy *taxonomy; /* NULL: none */
    struct projections *projections;
    struct columns *columns;
    const struct territories *territories;
    const struct themes *themes;
    struct warnings *warnings;
    const struct import_options *options;
    int64_t now_ms;
    enum entry_kind kind;         /* of records that say none */
    enum entry_kind kind_undated; /* of those among them without a start, when the kind is event */
};
/* All of it lives in the arena. ERR_INPUT, ERR_LIMIT: the record is rejected for the cause
 * given. */
MUST_USE err entry_build(const struct builder *builder, const struct record *record,
                         struct arena *arena, struct entry *entry, struct problem *problem);

/* Where it is: fills entry->place. */
struct place_parts {
    slice latitude, longitude, point;
    slice insee, territory, level, departement;
    const struct record *record;
};
void place_build(const struct builder *builder, const struct place_parts *parts,
                 struct arena *arena, struct entry *entry);

/* Whether numbers are in the system that was named, and so to be converted. */
bool projected_applies(const struct projections *all, double x, double y);
/* A point from numbers that are no degrees, or to which the named system applies; says what it did.
 * `commune` is where the record says that it is, or NULL. False when no system fits. */
bool projected_read(const struct builder *builder, double x, double y, uint64_t line,
                    const struct territory *commune, struct geo_point *point);
/* A point in the system of an EPSG code that stands with it. */
bool projected_srid(const struct builder *builder, uint32_t srid, double x, double y, uint64_t line,
                    struct geo_point *point);

/* The input as bytes: a file, standard input, or a download into a nameless temporary file. */
struct input {
    int fd;
    uint64_t bytes; /* 0: not known */
    int64_t start;  /* where it begins in a standard input that is a file; -1: a pipe */
};
MUST_USE err input_open(const char *name, struct input *input, struct problem *problem);
/* Makes what comes through a pipe a nameless temporary file, so that it can be read twice. */
MUST_USE err input_keep(struct input *input, struct problem *problem);
MUST_USE err input_rewind(struct input *input, struct problem *problem);
void input_close(struct input *input);
slice input_slug(const char *name,
                 struct arena *arena); /* "…/FR services.csv.gz" -> "fr-services" */

/* A CSV file for people beside the import, made when its first row comes. */
struct side_file {
    const char *path, *header;
    int fd; /* -1 before the first row */
    struct buf row;
};
void side_file_begin(struct side_file *file, const char *path, const char *header, bool remove_old);
/* Writes the row that stands in `row`, and empties it. */
MUST_USE err side_file_row(struct side_file *file, struct problem *failed);
MUST_USE err side_file_end(struct side_file *file, struct problem *failed);

/* A rejected record: line, field, reason, record. */
#define REJECTS_HEADER "line,field,reason,record\r\n"
MUST_USE err rejects_add(struct side_file *rejects, const struct problem *problem,
                         const struct record *record, struct problem *failed);
/* What differs between an entry as it stands here and what its source says now: entry, title,
 * field, here, source; one row a field. */
#define HELD_HEADER "entry,title,field,here,source\r\n"
MUST_USE err held_add(struct side_file *held, const struct entry *here, const struct entry *source,
                      struct problem *failed);

/* The dry run's table. */
void report_columns(const struct columns *columns, const struct record_reader *reader,
                    uint64_t sampled, bool native, slice kind, struct buf *out);

#endif
