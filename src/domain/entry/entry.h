/* domain/entry: anything that stands on the map, its revisions, and the one view of it that others
 * may see. docs/entry-format.md gives the same shape as JSON. */
#ifndef AGORA_DOMAIN_ENTRY_H
#define AGORA_DOMAIN_ENTRY_H

#include "base/base.h"
#include "db/db.h"
#include "domain/entry/document.h"
#include "domain/entry/picture.h"
#include "domain/source/source.h"
#include "domain/territory/territory.h"
#include "domain/theme/theme.h"
#include "geo/geo.h"

struct entry_id {
    int64_t v;
};

enum entry_kind {
    ENTRY_KIND_INITIATIVE,
    ENTRY_KIND_IDEA,
    ENTRY_KIND_TOOL,
    ENTRY_KIND_PLACE,
    ENTRY_KIND_EVENT,
    ENTRY_KIND_ACTOR,
    ENTRY_KIND_STORY,
    ENTRY_KIND__COUNT
};
enum entry_state { /* of the thing itself; NONE: not known */
                   ENTRY_STATE_NONE,
                   ENTRY_STATE_IDEA,
                   ENTRY_STATE_BEGUN,
                   ENTRY_STATE_RUNNING,
                   ENTRY_STATE_SEEKING,
                   ENTRY_STATE_PAUSED,
                   ENTRY_STATE_ENDED,
                   ENTRY_STATE__COUNT
};
enum entry_status {
    ENTRY_PUBLISHED = 1,
    ENTRY_PENDING,
    ENTRY_ARCHIVED,
    ENTRY_REMOVED,
    ENTRY_STATUS__COUNT
};
enum entry_precision { /* how well the place is known, and shown */
                       ENTRY_PRECISION_NONE,
                       ENTRY_PRECISION_COUNTRY,
                       ENTRY_PRECISION_REGION,
                       ENTRY_PRECISION_DEPARTEMENT,
                       ENTRY_PRECISION_EPCI,
                       ENTRY_PRECISION_COMMUNE,
                       ENTRY_PRECISION_100M,
                       ENTRY_PRECISION_EXACT,
                       ENTRY_PRECISION__COUNT
};
enum entry_wheelchair {
    ENTRY_WHEELCHAIR_UNKNOWN,
    ENTRY_WHEELCHAIR_YES,
    ENTRY_WHEELCHAIR_LIMITED,
    ENTRY_WHEELCHAIR_NO,
    ENTRY_WHEELCHAIR__COUNT
};
enum entry_visibility {
    ENTRY_VISIBLE_PUBLIC,
    ENTRY_VISIBLE_MEMBERS,
    ENTRY_VISIBLE_TEAM,
    ENTRY_VISIBLE__COUNT
};
enum entry_contact_kind {
    ENTRY_CONTACT_WEBSITE,
    ENTRY_CONTACT_EMAIL,
    ENTRY_CONTACT_TELEPHONE,
    ENTRY_CONTACT_FORM,
    ENTRY_CONTACT_SOCIAL,
    ENTRY_CONTACT__COUNT
};
enum entry_date_role {
    ENTRY_DATE_HAPPENS,
    ENTRY_DATE_FOUNDED,
    ENTRY_DATE_BEGAN,
    ENTRY_DATE_ENDED,
    ENTRY_DATE__COUNT
};
enum entry_media_kind {
    ENTRY_MEDIA_IMAGE,
    ENTRY_MEDIA_VIDEO,
    ENTRY_MEDIA_AUDIO,
    ENTRY_MEDIA_DOCUMENT,
    ENTRY_MEDIA__COUNT
};
enum entry_ask_direction { ENTRY_NEED, ENTRY_OFFER, ENTRY_ASK_DIRECTION__COUNT };
enum entry_ask_sort {
    ENTRY_ASK_TIME,
    ENTRY_ASK_SKILL,
    ENTRY_ASK_THING,
    ENTRY_ASK_PLACE,
    ENTRY_ASK_WORK,
    ENTRY_ASK_MONEY,
    ENTRY_ASK_SORT__COUNT
};
/* What only some kinds have to say: the key in JSON and in the store says what it is. */
enum entry_detail {
    ENTRY_DETAIL_SIRET,         /* of an actor: 14 digits (checked by its own rule) */
    ENTRY_DETAIL_RNA,           /* of an association: "W" and 9 digits */
    ENTRY_DETAIL_ACCESS,        /* how to come, and in */
    ENTRY_DETAIL_PEOPLE,        /* who is seen or heard in a story */
    ENTRY_DETAIL_THING_LICENCE, /* of what the entry is about; `licence` is that of its words */
    ENTRY_DETAIL_GOVERNANCE,    /* who decides about a commons, and how */
    ENTRY_DETAIL_MATURITY,      /* how far it is: ENTRY_MATURITIES */
    ENTRY_DETAIL_HANDOVER,      /* what who takes it over gets, and must bring */
    ENTRY_DETAIL__COUNT
};
/* How far a tool or a commons is, as in JSON. */
#define ENTRY_MATURITIES 5
extern const slice entry_maturities[ENTRY_MATURITIES];
enum entry_translated {
    ENTRY_TR_TITLE,
    ENTRY_TR_SUMMARY,
    ENTRY_TR_DESCRIPTION,
    ENTRY_TR_FIGURE,
    ENTRY_TR_NEED,
    ENTRY_TR_OFFER,
    ENTRY_TR__COUNT
};

/* Slug <-> enum, as in JSON; false (or empty) when unknown. */
slice entry_kind_slug(enum entry_kind kind);
bool entry_kind_from_slug(slice slug, enum entry_kind *kind);
slice entry_state_slug(enum entry_state state); /* NONE: "" */
bool entry_state_from_slug(slice slug, enum entry_state *state);
slice entry_precision_slug(enum entry_precision precision);
bool entry_precision_from_slug(slice slug, enum entry_precision *precision);
slice entry_wheelchair_slug(enum entry_wheelchair wheelchair); /* UNKNOWN: "" */
slice entry_contact_kind_slug(enum entry_contact_kind kind);
slice entry_date_role_slug(enum entry_date_role role);
slice entry_media_kind_slug(enum entry_media_kind kind);
slice entry_ask_sort_slug(enum entry_ask_sort sort);

struct entry_contact {
    enum entry_contact_kind kind;
    enum entry_visibility visibility;
    slice value, label;
};
struct entry_date {
    enum entry_date_role role;
    struct date start, end; /* end unknown: a single date */
    slice zone;             /* IANA name or offset; empty: Europe/Paris */
    slice note;
    slice rule;                /* when it comes again (series.h); empty: once */
    bool is_repeat;            /* read only: it follows from the rule of another */
    int64_t first_ms, last_ms; /* what start and end may mean, UTC (set by entry_check) */
};
struct entry_figure {
    slice value, unit, label, date, source;
};
/* The relation of what was taken up elsewhere: the new one is "inspired-by" what it takes up. */
#define ENTRY_INSPIRED_BY SLICE("inspired-by")
struct entry_link {
    slice relation;
    slice target_key;            /* id within the same source, "entry:NUMBER" of ours, or a URL */
    slice note;                  /* in words, with lines: what changed, what was learnt */
    struct entry_id target;      /* 0 until the target is known here */
    slice target_title;          /* read only: of a resolved target */
    enum entry_kind target_kind; /* read only */
    bool incoming;               /* read only: the other one links to this one */
};
struct entry_media {
    enum entry_media_kind kind;
    /* url: elsewhere, or a picture or document that lies here (picture.h, document.h). */
    slice url, title, alt, licence, credit, transcript;
    uint32_t duration_s;
};
struct entry_ask { /* a need or an offer */
    enum entry_ask_direction direction;
    enum entry_ask_sort sort;
    slice skill, text;
};
struct entry_translation {
    slice language;
    enum entry_translated field;
    uint16_t position; /* in the list of the field; 0 for title, summary, description */
    slice value;
};

struct entry {
    struct entry_id id;
    int64_t revision; /* 0 before the first */
    enum entry_kind kind;
    enum entry_state state;
    enum entry_status status;
    slice language, title, summary, description, type;
    struct {
        slice name, address, postal_code, city;
        slice territory; /* code; the smallest known */
        enum entry_precision precision;
        bool has_point;
        struct geo_point point;
        bool territory_is_approximate; /* by nearest centre */
    } place;
    slice opening_hours, price, audience, end_reason, licence, source_url, source_note;
    slice details[ENTRY_DETAIL__COUNT];
    enum entry_wheelchair wheelchair;
    bool is_example;
    struct source_id source;
    slice source_slug;                            /* read only */
    slice source_key;                             /* identifier within the source */
    int64_t created_ms, updated_ms, confirmed_ms; /* 0: not known; created and updated are ours */
    int64_t source_updated_ms;                    /* what the source says of itself; 0: nothing */
    /* Read only: when somebody last said here that it is still so; 0: nobody did. It is no part of
     * what a revision holds. What the public sees as confirmed_ms is the later of the two. */
    int64_t checked_ms;

    slice *themes; /* slugs */
    slice *tags;
    struct entry_contact *contacts;
    struct entry_date *dates;
    struct entry_figure *figures;
    struct entry_link *links;
    struct entry_media *media;
    struct entry_ask *asks;
    struct entry_translation *translations;
    uint32_t theme_count, tag_count, contact_count, date_count, figure_count, link_count,
        media_count, ask_count, translation_count;
};

/* Limits of an entry (bytes, counts); entry_check names the field that is beyond. */
#define ENTRY_TITLE_MAX       300
#define ENTRY_SUMMARY_MAX     2000
#define ENTRY_DESCRIPTION_MAX 100000
#define ENTRY_TEXT_MAX        2000 /* every other text */
#define ENTRY_LIST_MAX        64
#define ENTRY_TRANSLATION_MAX 512 /* texts in other languages */
#define ENTRY_TRANSCRIPT_MAX  200000
#define ENTRY_JSON_MAX        (1u << 20)
/* A revision, unpacked: what was written of one here. */
#define ENTRY_REVISION_JSON_MAX (16u << 20)

/* Checks every rule of a well-formed entry and completes what follows from the rest: status and
 * language (published, "fr"), texts (control bytes and, in one-line texts, line ends become
 * spaces), territory (by polygon, else the code given, else postal code and city, else the nearest
 * centre), precision (never finer than what is known), dates' milliseconds, "https://" before a
 * bare host name. ERR_INPUT or ERR_LIMIT with the field and the cause. `territories` and `themes`
 * may be NULL: then codes and slugs are taken as they are (a tool that only looks at the shape). */
MUST_USE err entry_check(struct entry *entry, const struct territories *territories,
                         const struct themes *themes, struct arena *arena, struct problem *problem);
/* The same of media that are no entry's, such as those of news. */
MUST_USE err entry_media_check(struct entry_media *media, uint32_t count, struct arena *arena,
                               struct problem *problem);

/* JSON of docs/entry-format.md. entry_from_json: unknown keys are ERR_INPUT (field names the
 * place, as "contacts[0].kind"), more than ENTRY_JSON_MAX bytes ERR_LIMIT; texts live in the
 * arena. "id" becomes source_key, "updated" source_updated_ms. What the API says beside an
 * entry (url, source, match, a link's title, …) is passed over. entry_check comes after it. */
MUST_USE err entry_from_json(slice json, struct arena *arena, struct entry *entry,
                             struct problem *problem);
void entry_to_json(const struct entry *entry, struct buf *out); /* every field, for revisions */

enum entry_outcome {
    ENTRY_ADDED,
    ENTRY_UPDATED,
    ENTRY_UNCHANGED,
    ENTRY_HELD,
    ENTRY_OUTCOME__COUNT
};
/* What a revision of an entry holds and what "unchanged" is judged by: made without the store, so
 * that one thread can make it while another writes. `json` lives in the arena. `scratch` is any
 * empty buffer, kept between calls. ERR_LIMIT when the content is beyond it. */
struct entry_content {
    slice json; /* every field but "created", which is ours; not closed yet */
    unsigned char digest[16];
};
MUST_USE err entry_content_make(const struct entry *entry, struct buf *scratch, struct arena *arena,
                                struct entry_content *content);
/* What an import does with one checked record, inside a write transaction: adds, updates (new
 * revision), leaves alone (same content), or holds (people edited it here: the difference is kept
 * aside for a person; the difference goes when the source takes it back). An entry that was
 * archived by its own source's import is published again; one that a person archived is not.
 * Matched by (source, source_key), both needed (ERR_INPUT). Fills entry->id
 * and revision. Adds the change row. created_ms is kept when the record has one, else it is now.
 * On an error the caller undoes the transaction or its own savepoint. */
MUST_USE err entry_import(struct db_conn *conn, struct id_source *ids, struct entry *entry,
                          int64_t now_ms, enum entry_outcome *outcome);
/* The same with a content that was made of this entry before, between the two calls below. */
MUST_USE err entry_import_content(struct db_conn *conn, struct id_source *ids, struct entry *entry,
                                  const struct entry_content *content, int64_t now_ms,
                                  enum entry_outcome *outcome);
/* Around many imports within one write transaction: rows of several entries are then added
 * together. Until the end the entries stay where they are, none comes twice, nothing else writes
 * entries, and what was imported is not read. `ids` is raised above all numbers in
 * use. entry_import_end comes before the commit; a transaction that is undone needs none. */
MUST_USE err entry_import_begin(struct db_conn *conn, struct id_source *ids);
MUST_USE err entry_import_end(struct db_conn *conn);
/* A person's edit of a checked entry: new revision with author and reason; id 0 adds a new
 * entry. ERR_CONFLICT when `entry->revision` is not the current one, ERR_NOT_FOUND without such
 * an entry, ERR_INPUT with the field "links" when it would be inspired by what it inspired
 * itself. */
MUST_USE err entry_edit(struct db_conn *conn, struct id_source *ids, struct entry *entry,
                        slice author, slice reason, int64_t now_ms, struct problem *problem);
/* Archived or removed entries leave the atlas; their rows and revisions stay. The author
 * "import:SLUG" is the source itself, which is no edit of a person. */
MUST_USE err entry_set_status(struct db_conn *conn, struct id_source *ids, struct entry_id id,
                              enum entry_status status, slice author, slice reason, int64_t now_ms);
/* RULE SOURCE-2: the entries of a source leave with it, ENTRY_WITHDRAW_STEP a step, and come back
 * with it. Those leave that are published, that nobody edited here and that no team runs. Those
 * come back about which nobody did anything since. `after` begins empty and is moved on by each
 * step (in the arena). In a write transaction. */
#define ENTRY_WITHDRAW_STEP 200
struct entry_withdrawal {
    struct source_id source;
    bool comes_back;
    slice author, reason;
    slice after;
};
MUST_USE err entry_withdraw_step(struct db_conn *conn, struct id_source *ids,
                                 struct entry_withdrawal *withdrawal, int64_t now_ms,
                                 struct arena *arena, bool *has_more);
/* How many published entries of a source would leave and stay, and how many have left. */
MUST_USE err entry_withdraw_count(struct db_conn *conn, struct source_id source,
                                  int64_t *leave_count, int64_t *stay_count, int64_t *left_count);
/* Joins links whose targets have come in since (by source and key); after an import. */
MUST_USE err entry_links_resolve(struct db_conn *conn, struct source_id source, int64_t now_ms);

/* An entry whole, as it stands, whatever its status: for its editors, never for the public.
 * ERR_NOT_FOUND. Everything lives in the arena. */
MUST_USE err entry_load(struct db_conn *conn, struct entry_id id, struct arena *arena,
                        struct entry *entry);

/* What the public may see of an entry: the only thing atlas, faces and formats get. The point is
 * blurred to the precision its author chose (100 m: snapped to a 0.001° grid; commune: the
 * commune's centre; coarser: none), and so are address, place name, postal code, city and
 * territory; contacts that are not public, and entries that are not published, are out.
 * `entry.place.has_point` and `point` say the same as the fields here, but only for a point of its
 * own (not for a commune's centre). */
struct entry_public {
    struct entry entry;
    bool has_point;      /* can be drawn */
    bool is_approximate; /* drawn at the commune's centre: dashed marker */
    struct geo_point point;
    uint32_t territory;    /* index of the smallest known, or TERRITORY_NONE */
    slice territory_label; /* "Chambéry (73)"; empty when there is none */
    /* entry_public_load only: it has links, or others link to it, shown or not; what the change of
     * another entry may change. */
    bool is_linked;
};
/* ERR_NOT_FOUND when there is none, or it is not public. Everything lives in the arena. */
MUST_USE err entry_public_load(struct db_conn *conn, const struct territories *territories,
                               struct entry_id id, struct arena *arena, struct entry_public *entry);
/* The dates that follow from rules, behind those that were written, with their milliseconds: the
 * public view has them, what is written and edited has not. */
void entry_dates_repeat(struct entry *entry, struct arena *arena);
void entry_dates_once(struct entry *entry);
/* Entries that this one links to, public or not; at most `room`. */
MUST_USE err entry_link_targets(struct db_conn *conn, struct entry_id id, struct entry_id *targets,
                                size_t room, size_t *count);
/* The entry that a link names by our own number ("entry:NUMBER"); 0: it does not. */
struct entry_id entry_link_number(const struct entry_link *link);
/* The same of a link that says what inspired the entry; 0 of any other. */
struct entry_id entry_link_inspired(const struct entry_link *link);
/* Where an entry that was merged stands now. ERR_NOT_FOUND: it was not merged. */
MUST_USE err entry_merged_into(struct db_conn *conn, struct entry_id id, struct entry_id *kept);
/* That entry as the public may see it: what the address of a merged one leads to. ERR_NOT_FOUND: it
 * was not merged, or into one that is not shown. */
MUST_USE err entry_kept_load(struct db_conn *conn, const struct territories *territories,
                             struct entry_id merged, struct arena *arena,
                             struct entry_public *kept);
/* For merging: whether a person edited what stands, so that imports wait; both are set together.
 * `kept` 0: not merged (any more). */
MUST_USE err entry_is_edited(struct db_conn *conn, struct entry_id id, bool *is_edited);
MUST_USE err entry_merged_set(struct db_conn *conn, struct entry_id id, struct entry_id kept,
                              bool is_edited);
/* What was inspired by an entry, and by that, and so on: published ones, each once, the nearest
 * first, at most `room`; to a depth of ENTRY_DESCENT_MAX. */
#define ENTRY_DESCENT_MAX 8
struct entry_descendant {
    struct entry_id id, from;
    unsigned depth; /* 1: by the entry itself */
};
MUST_USE err entry_descendants(struct db_conn *conn, struct entry_id id, struct arena *arena,
                               struct entry_descendant **list, size_t room, size_t *count);
/* Visits all public entries by id, e.g. to build the atlas; each lives until `visit` returns. A
 * visitor that returns an error ends the walk with it. Titles and kinds of links' targets and
 * incoming links are only filled by entry_public_load. One snapshot, also against writers; to have
 * it together with db_change_last, put both between db_begin_read and db_rollback. */
typedef err entry_public_visit(void *self, const struct entry_public *entry);
MUST_USE err entry_public_each(struct db_conn *conn, const struct territories *territories,
                               entry_public_visit *visit, void *self);
/* The public view as JSON of docs/entry-format.md, texts in the original language with
 * "translations" beside them. With an empty `base_url` the form that imports again ("id" is the
 * source's key). Else the form of the API: "id" is our number, "url" its page, "source"
 * {"slug","key"}, "updated" ours, "place" has "territory_label" and the point that is drawn
 * with "approximate": true when it is a commune's centre, links have "id", "title", "kind",
 * "incoming". */
void entry_public_to_json(const struct entry_public *entry, slice base_url, struct buf *out);
/* A text in the language asked for, else the original. `*language` (may be NULL) is what it is
 * in. */
slice entry_text(const struct entry *entry, enum entry_translated field, uint16_t position,
                 slice language, slice *written_in);

/* ---- still so ---- */

/* RULE FRESH-1. When an entry was last known to be so: somebody here said it, else the later of
 * what its source says (confirmed, updated), else when it was written here; what a source says is
 * never later than we heard it. 0: not known. Of the public view as of the entry itself. */
int64_t entry_fresh_ms(const struct entry *entry);
/* RULE FRESH-2: not confirmed for so long, it is marked and stands lower. */
#define ENTRY_STALE_DAYS 730
#define ENTRY_STALE_MS   (ENTRY_STALE_DAYS * INT64_C(86400000))
enum entry_confirmed_by {
    ENTRY_CONFIRMED_BY_PERSON = 1, /* who is signed in */
    ENTRY_CONFIRMED_BY_TEAM,       /* of the team that runs it */
    ENTRY_CONFIRMED_BY_AUTHOR,     /* who brought it */
    ENTRY_CONFIRMED_BY__COUNT
};
/* Somebody says that a published entry is still so. One person counts once a day (UTC): again
 * writes nothing. No revision: its content stays. In a write transaction. ERR_NOT_FOUND. */
MUST_USE err entry_confirm(struct db_conn *conn, struct entry_id id, slice author,
                           enum entry_confirmed_by side, int64_t now_ms);
struct entry_confirmation {
    slice author; /* as of a revision: "person:12" */
    enum entry_confirmed_by side;
    int64_t at_ms;
};
/* The last one. ERR_NOT_FOUND: nobody did here. In the arena. */
MUST_USE err entry_confirmation_last(struct db_conn *conn, struct entry_id id, struct arena *arena,
                                     struct entry_confirmation *confirmation);

struct entry_revision {
    int64_t revision, at_ms;
    enum entry_status status; /* what the entry was from then on */
    slice author, reason;
};
/* All of them, the newest first. */
MUST_USE err entry_revisions(struct db_conn *conn, struct entry_id id, struct arena *arena,
                             struct entry_revision **revisions, size_t *count);
/* An entry as it was (inflated JSON of that revision, with what is not public: for its editors). */
MUST_USE err entry_revision_json(struct db_conn *conn, struct entry_id id, int64_t revision,
                                 struct buf *out);

/* What the public may see of an entry as it was. RULE HISTORY-1: no contact that is not public
 * today, no place finer than today's. Links to other entries are left out, days have no
 * milliseconds. ERR_NOT_FOUND: the entry is not public today, or was not then, or there is no such
 * revision. */
MUST_USE err entry_revision_public(struct db_conn *conn, const struct territories *territories,
                                   struct entry_id id, int64_t revision, struct arena *arena,
                                   struct entry_public *entry);

/* The same of an entry that was merged into one that is public: told as that one may be told today.
 * ERR_NOT_FOUND also: it was not merged. */
MUST_USE err entry_revision_of_merged(struct db_conn *conn, const struct territories *territories,
                                      struct entry_id id, int64_t revision, struct arena *arena,
                                      struct entry_public *entry);
/* Those that were merged into an entry and were public before, at most `room`. */
struct entry_merged {
    struct entry_id id;
    slice title;
};
MUST_USE err entry_merged_list(struct db_conn *conn, struct entry_id kept, size_t room,
                               struct arena *arena, struct entry_merged **merged, size_t *count);

/* What an import has left for a person to decide: the JSON that the source gives now.
 * ERR_NOT_FOUND when nothing waits. */
MUST_USE err entry_held_json(struct db_conn *conn, struct entry_id id, struct buf *out);
/* The largest id in use, for id_source_make at start. */
MUST_USE err entry_id_last(struct db_conn *conn, int64_t *last);

/* Visits, by id, the entry of each date on which something happens that is known by its month,
 * season or year only. */
typedef void entry_imprecise_visit(void *self, struct entry_id id);
MUST_USE err entry_imprecise_each(struct db_conn *conn, entry_imprecise_visit *visit, void *self);

/* Counts of the store itself, for `agora check` and tests. */
MUST_USE err entry_count(struct db_conn *conn, int64_t *published, int64_t *all);

/* Compares every entry with the digest made when it was written, and unpacks its current revision:
 * damage that the database itself cannot see. ERR_CORRUPT names the first entry that differs. */
MUST_USE err entry_verify(struct db_conn *conn, int64_t *verified, struct problem *problem);

extern const struct db_catalogue entry_catalogue;

#endif
