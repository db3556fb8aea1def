/* Inside of domain/entry, for the room and its tests. */
#ifndef AGORA_DOMAIN_ENTRY_INT_H
#define AGORA_DOMAIN_ENTRY_INT_H

#include "crypto/crypto.h"
#include "domain/entry/entry.h"

/* A text of a struct: its key in JSON, where it lies, how long it may be, whether it has lines. One
 * table a struct serves reading, writing and checking, so that the three cannot disagree. */
struct entry_field {
    const char *key;
    size_t offset;
    size_t max_bytes;
    bool lines;
};
struct entry_fields {
    const struct entry_field *items;
    size_t count;
};
extern const struct entry_fields entry_fields, entry_place_fields, entry_contact_fields,
    entry_date_fields, entry_figure_fields, entry_link_fields, entry_media_fields, entry_ask_fields,
    entry_detail_fields; /* in the order of enum entry_detail */
static inline slice *entry_field_of(void *thing, const struct entry_field *field) {
    return (slice *)(void *)((char *)thing + field->offset);
}
static inline slice entry_field_value(const void *thing, const struct entry_field *field) {
    return *(const slice *)(const void *)((const char *)thing + field->offset);
}

bool entry_contact_kind_from_slug(slice slug, enum entry_contact_kind *kind);
bool entry_date_role_from_slug(slice slug, enum entry_date_role *role);
bool entry_media_kind_from_slug(slice slug, enum entry_media_kind *kind);
bool entry_ask_sort_from_slug(slice slug, enum entry_ask_sort *sort);
slice entry_visibility_slug(enum entry_visibility visibility);
bool entry_visibility_from_slug(slice slug, enum entry_visibility *visibility);
bool entry_wheelchair_from_slug(slice slug, enum entry_wheelchair *wheelchair);
slice entry_translated_slug(enum entry_translated field); /* "title", …, "figures", "needs" */
bool entry_translated_from_slug(slice slug, enum entry_translated *field);
/* series.c: a date with a rule that is understood, and ends (RULE ENTRY-1). */
bool entry_date_rule_holds(const struct entry_date *date);
/* details.c: the numbers in their one form ("356 000 000 00048" without spaces, "w…" as "W…"), and
 * whether they can be true. */
slice entry_number_clean(slice number, struct arena *arena);
bool entry_siret_is_valid(slice siret);
bool entry_rna_is_valid(slice rna);
/* An http or https address with a host. */
bool entry_url_is_valid(slice url);

/* Everything of an entry but "created", which is ours, without the closing brace: what the digest
 * is made of. entry_content_close adds the rest. */
void entry_content_write(const struct entry *entry, struct buf *out);
void entry_content_close(const struct entry *entry, struct buf *out);
struct crypto_digest entry_content_digest(const struct entry *entry, slice content);

/* The child tables, in the order of the bits of entry.lists. */
enum entry_list {
    ENTRY_LIST_THEME,
    ENTRY_LIST_TAG,
    ENTRY_LIST_CONTACT,
    ENTRY_LIST_DATE,
    ENTRY_LIST_FIGURE,
    ENTRY_LIST_LINK,
    ENTRY_LIST_MEDIA,
    ENTRY_LIST_ASK,
    ENTRY_LIST_TRANSLATION,
    ENTRY_LIST_DETAIL,
    ENTRY_LIST__COUNT
};

enum entry_statement {
    ENTRY_GET,
    ENTRY_ALL_PUBLIC,
    ENTRY_STAND, /* what stands of a source's record */
    ENTRY_STAND_BY_ID,
    ENTRY_ADD,
    ENTRY_PUT,
    ENTRY_STATUS_PUT,
    ENTRY_LARGEST_ID,
    ENTRY_COUNTS,
    ENTRY_DIGESTS,
    ENTRY_IMPRECISE,
    ENTRY_SOURCE_SLUG,
    ENTRY_REVISION_ADD,
    ENTRY_REVISION_ADD_MANY,
    ENTRY_PACK_ADD,
    ENTRY_PACK_GET,
    ENTRY_REVISION_BODY,
    ENTRY_REVISION_AUTHOR,
    ENTRY_REVISION_LIST,
    ENTRY_REVISION_STATUS,
    ENTRY_HELD_GET,
    ENTRY_HELD_PUT,
    ENTRY_HELD_DROP,
    ENTRY_LINKS_IN,
    ENTRY_LINKS_OPEN,
    ENTRY_LINK_TARGETS,
    ENTRY_LINK_JOIN,
    ENTRY_MERGED_INTO,
    ENTRY_MERGED_LIST,
    ENTRY_MERGED_SET,
    ENTRY_WITHDRAW_NEXT,
    ENTRY_WITHDRAW_COUNT,
    ENTRY_WITHDRAWN_ADD,
    ENTRY_WITHDRAWN_NEXT,
    ENTRY_WITHDRAWN_OWN,
    ENTRY_WITHDRAWN_DROP,
    ENTRY_CONFIRM_ADD,
    ENTRY_CONFIRM_PUT,
    ENTRY_CONFIRM_LAST,
    ENTRY_DESCENDANTS,
    ENTRY_DESCENDS,
    ENTRY_THEME_ADD_MANY,
    ENTRY_TAG_ADD_MANY,
    ENTRY_LIST_ADD_FIRST,
    ENTRY_LIST_DROP_FIRST = ENTRY_LIST_ADD_FIRST + ENTRY_LIST__COUNT,
    ENTRY_LIST_OF_FIRST = ENTRY_LIST_DROP_FIRST + ENTRY_LIST__COUNT,
    ENTRY_LIST_ALL_FIRST = ENTRY_LIST_OF_FIRST + ENTRY_LIST__COUNT,
    ENTRY_STATEMENT__COUNT = ENTRY_LIST_ALL_FIRST + ENTRY_LIST__COUNT
};

/* The columns of the table, in the order in which they are read (from 0) and bound (from $1). */
enum entry_column {
    ENTRY_COLUMN_ID,
    ENTRY_COLUMN_SOURCE_ID,
    ENTRY_COLUMN_SOURCE_KEY,
    ENTRY_COLUMN_REVISION,
    ENTRY_COLUMN_STATUS,
    ENTRY_COLUMN_EDITED,
    ENTRY_COLUMN_DIGEST,
    ENTRY_COLUMN_IMPORT_DIGEST,
    ENTRY_COLUMN_LISTS,
    ENTRY_COLUMN_KIND,
    ENTRY_COLUMN_STATE,
    ENTRY_COLUMN_WHEELCHAIR,
    ENTRY_COLUMN_IS_EXAMPLE,
    ENTRY_COLUMN_PRECISION,
    ENTRY_COLUMN_LATITUDE_E7,
    ENTRY_COLUMN_LONGITUDE_E7,
    ENTRY_COLUMN_TERRITORY_IS_APPROXIMATE,
    ENTRY_COLUMN_CREATED_MS,
    ENTRY_COLUMN_UPDATED_MS,
    ENTRY_COLUMN_CONFIRMED_MS,
    ENTRY_COLUMN_SOURCE_UPDATED_MS,
    ENTRY_COLUMN_TEXTS, /* the first of entry_text_columns */
};
#define ENTRY_TEXT_COLUMNS 17
extern const size_t entry_text_columns[ENTRY_TEXT_COLUMNS]; /* offsets in struct entry */

/* Whether everything read from the store may be what this room once wrote: kinds and roles that
 * exist, points on the globe. A damaged page can hold anything. */
bool entry_is_sound(const struct entry *entry);

/* The row of `entry` under the cursor; texts are copied into the arena. Gives the bits of the
 * lists. */
unsigned entry_row_read(struct db_query *query, struct arena *arena, struct entry *entry);
unsigned entry_lists_of(const struct entry *entry); /* bits of those that are not empty */
/* One row of a child table (entry_id in column 0) added to the entry's list. */
void entry_list_row(enum entry_list list, struct db_query *query, struct arena *arena,
                    struct entry *entry);
MUST_USE err entry_lists_load(struct db_conn *conn, unsigned lists, struct arena *arena,
                              struct entry *entry);
struct entry_bulk;
/* Without `bulk` (NULL) each row is added by itself. */
MUST_USE err entry_lists_add(struct db_conn *conn, struct entry_bulk *bulk,
                             const struct entry *entry);
MUST_USE err entry_lists_drop(struct db_conn *conn, struct entry_id id, unsigned lists);

/* What is kept beside a connection: compressor, buffers, the last source's slug. */
struct entry_tools;
struct entry_tools *entry_tools_of(struct db_conn *conn); /* NULL without memory */
struct buf *entry_tools_json(struct entry_tools *tools);  /* scratch, empty */
/* "import:SLUG" of a source; valid until the next call. */
MUST_USE err entry_import_author(struct db_conn *conn, struct entry_tools *tools,
                                 struct source_id source, slice *author);

/* Bodies of revisions. ENTRY_BODY_ZSTD: zstd with the dictionary in dictionary.c.
 * ENTRY_BODY_IN_PACK: the number of a row of revision_pack (8 bytes, the lowest first) and the
 * place in it (1 byte); the row's body is unpacked by its own format and holds, for each place, the
 * length (4 bytes, the lowest first) and the bytes. */
enum entry_body_format { ENTRY_BODY_ZSTD = 1, ENTRY_BODY_IN_PACK = 2 };
extern const char entry_dictionary[];
extern const size_t entry_dictionary_bytes;
/* The packed form is valid until the next pack on this connection. */
MUST_USE err entry_pack(struct entry_tools *tools, slice json, slice *packed);
MUST_USE err entry_unpack(struct entry_tools *tools, int64_t format, slice packed, struct buf *out);

/* bulk.c: rows of many entries, added by few statements. They wait in the connection's tools,
 * and point into the entries, until so many are there or entry_import_end. */
#define ENTRY_BULK_REVISIONS 16    /* bodies of a pack, at most 255 */
#define ENTRY_BULK_ROWS      16    /* of a child table */
#define ENTRY_BULK_JSON_MAX  65536 /* a larger body is packed alone */
struct entry_bulk_revision {
    int64_t id, entry_id, status, at_ms;
};
struct entry_bulk_row {
    int64_t entry_id, position;
    slice text;
};
struct entry_bulk_rows {
    struct entry_bulk_row rows[ENTRY_BULK_ROWS];
    uint32_t count;
};
struct entry_bulk {
    struct source_id source; /* whose revisions wait */
    struct entry_bulk_revision revisions[ENTRY_BULK_REVISIONS];
    uint32_t revision_count;
    struct buf bodies;
    struct entry_bulk_rows themes, tags;
};
struct entry_bulk *entry_tools_bulk(struct entry_tools *tools);
slice entry_tools_author(
    const struct entry_tools *tools); /* as entry_import_author found it last */
/* Those that wait are written before another source's come. */
MUST_USE err entry_bulk_source(struct db_conn *conn, struct entry_tools *tools,
                               struct source_id source);
MUST_USE err entry_bulk_revision_add(struct db_conn *conn, struct entry_tools *tools,
                                     const struct entry_bulk_revision *revision, slice json);
MUST_USE err entry_bulk_revisions_write(struct db_conn *conn, struct entry_tools *tools);
MUST_USE err entry_bulk_row_add(struct db_conn *conn, struct entry_bulk_rows *rows,
                                enum entry_statement statement, struct entry_bulk_row row);
/* The body that `reference` names (ENTRY_BODY_IN_PACK). ERR_CORRUPT when there is none. */
MUST_USE err entry_pack_read(struct db_conn *conn, struct entry_tools *tools, slice reference,
                             struct buf *out);

#endif
