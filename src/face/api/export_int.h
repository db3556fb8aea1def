/* export_int: what the files of the whole results share. export.c streams and knows no form; each
 * form is one struct export_writer in a file of its own. */
#ifndef AGORA_FACE_API_EXPORT_INT_H
#define AGORA_FACE_API_EXPORT_INT_H

#include "domain/source/source.h"
#include "face/api/api_int.h"
#include "face/forms.h"
#include "face/licence.h"

#define EXPORT_TEXT_BYTES_MAX (4u << 20) /* of one text made for an entry: lists, HTML */
#define EXPORT_NOTE_BYTES_MAX 65536      /* licences and attributions of all sources */

struct export_writer;
struct export {
    const struct face *face;
    const struct http_request *request; /* outlives the stream */
    struct db_conn *reader;
    const struct export_writer *writer;
    enum face_form form;
    struct query query;
    slice salt; /* what else decides the bytes, for the ETag */
    /* When there are some: only what is drawn in one of these boxes. */
    const struct geo_box *boxes;
    size_t box_count;
    struct entry_id only; /* when not 0: this entry alone */
    /* Of the whole, in the request's arena. */
    slice title;        /* "Agora : Rendez-vous, Chambéry (73)" */
    slice self_url;     /* the address of this file */
    slice page_url;     /* the page that shows the same */
    slice host;         /* "agora.example": for identifiers */
    slice licence;      /* of all sources in it: "etalab-2.0, ODbL-1.0" */
    slice attribution;  /* "BNLC (etalab-2.0): transport.data.gouv.fr; …" */
    int64_t changed_ms; /* when anything here changed last */
    uint64_t imprecise; /* of a calendar: dates known by month, season or year only */
    uint64_t left_out;  /* matches that the form cannot hold */
    struct face_sources sources;
    struct atlas_document *documents; /* in the order in which they are written */
    size_t count, at;
    /* Under way. */
    bool begun, ended;
    uint64_t written;   /* entries so far */
    void *state;        /* of the writer, in the request's arena */
    struct arena step;  /* of the entry under way */
    struct buf scratch; /* a text under way, EXPORT_TEXT_BYTES_MAX */
};

/* One document, as a writer gets it. */
struct export_item {
    const struct entry_public *shown;
    const struct entry *entry; /* the same: shown->entry */
    enum query_kind kind;
    bool is_ask;                 /* a need or an offer of the entry */
    const struct entry_ask *ask; /* it, unless it has gone */
    uint16_t ask_position;
    slice licence;     /* of the entry, else of its source */
    slice attribution; /* of the source; empty when there is none */
    const struct source *source;
};

/* `begin` and `end` may be NULL. Everything goes to `out`; texts may live in export->step, which is
 * emptied after each item. */
struct export_writer {
    void (*begin)(struct export *export, struct buf *out);
    void (*write)(struct export *export, const struct export_item *item, struct buf *out);
    void (*end)(struct export *export, struct buf *out);
};
extern const struct export_writer export_csv, export_geojson, export_jsonl, export_kml, export_gpx,
    export_ical, export_atom, export_rss, export_jsonfeed;

/* Chooses the documents and begins the stream: face, request, reader, form, writer and query are
 * set. */
MUST_USE err api_export_answer(struct export *export, struct http_response *response,
                               struct problem *problem);

/* export_cells.c: an entry as one flat row, for tables and for the fields of map files. */
enum export_column {
    EXPORT_ID,
    EXPORT_URL,
    EXPORT_KIND,
    EXPORT_STATE,
    EXPORT_TITLE,
    EXPORT_SUMMARY,
    EXPORT_DESCRIPTION,
    EXPORT_TYPE,
    EXPORT_THEMES,
    EXPORT_TAGS,
    EXPORT_PLACE,
    EXPORT_ADDRESS,
    EXPORT_POSTAL_CODE,
    EXPORT_CITY,
    EXPORT_TERRITORY,
    EXPORT_TERRITORY_LABEL,
    EXPORT_LATITUDE,
    EXPORT_LONGITUDE,
    EXPORT_PRECISION,
    EXPORT_START,
    EXPORT_END,
    EXPORT_HAPPENS,
    EXPORT_FOUNDED,
    EXPORT_WEBSITE,
    EXPORT_EMAIL,
    EXPORT_TELEPHONE,
    EXPORT_FORM,
    EXPORT_SOCIAL,
    EXPORT_OPENING_HOURS,
    EXPORT_WHEELCHAIR,
    EXPORT_PRICE,
    EXPORT_AUDIENCE,
    EXPORT_SIRET, /* from here on as enum entry_detail */
    EXPORT_RNA,
    EXPORT_ACCESS,
    EXPORT_PEOPLE,
    EXPORT_THING_LICENCE,
    EXPORT_GOVERNANCE,
    EXPORT_MATURITY,
    EXPORT_HANDOVER,
    EXPORT_LANGUAGE,
    EXPORT_IMAGE,
    EXPORT_VIDEO,
    EXPORT_FIGURES,
    EXPORT_NEEDS,
    EXPORT_OFFERS,
    EXPORT_MATCH,
    EXPORT_CREATED,
    EXPORT_UPDATED,
    EXPORT_CONFIRMED,
    EXPORT_SOURCE,
    EXPORT_SOURCE_KEY,
    EXPORT_SOURCE_URL,
    EXPORT_SOURCE_NOTE,
    EXPORT_LICENCE,
    EXPORT_ATTRIBUTION,
    EXPORT_COLUMN__COUNT
};
extern const char *const export_columns[EXPORT_COLUMN__COUNT]; /* their names */
bool export_column_is_number(enum export_column column);
/* Fills one text a column, empty when not known; they live in export->step. */
void export_cells(struct export *export, const struct export_item *item,
                  slice cells[EXPORT_COLUMN__COUNT]);
/* A time as RFC 3339, empty for 0. */
slice export_time(int64_t ms, struct arena *arena);

/* export_words.c: an entry in the words of feeds and map files; all in export->step. */
slice export_item_url(struct export *export, const struct export_item *item); /* its page */
/* Stays the same when the title changes: ".../entries/12", for a need or an offer "…#ask-1". */
slice export_item_id(struct export *export, const struct export_item *item);
slice export_item_title(struct export *export, const struct export_item *item);
/* "Salle des fêtes, 3 rue du Lac, 73160 Cognin" */
slice export_item_place(struct export *export, const struct export_item *item);
/* Dates, place, summary, description as HTML that is safe to show. */
slice export_item_html(struct export *export, const struct export_item *item);
/* The kind, the themes by their labels, the tags. */
const slice *export_item_categories(struct export *export, const struct export_item *item,
                                    size_t *count);
/* The address of a licence's text; empty when it is not known. */
slice export_licence_iri(slice licence);
/* The start or end of a date known to the day ("2026-11-28") or the minute (RFC 3339, UTC); empty
 * else. */
slice export_moment(const struct entry_date *date, bool end, struct arena *arena);

/* export_atom.c, for RSS too: <georss:…> and <ev:…> of an entry. */
void export_georss_write(struct export *export, const struct export_item *item, struct buf *out);
void export_events_write(struct export *export, const struct export_item *item, struct buf *out);

#endif
