/* domain/history: how the changes of an entry are told. Public: it is made of what everybody may
 * see of it, then and now. */
#ifndef AGORA_DOMAIN_HISTORY_H
#define AGORA_DOMAIN_HISTORY_H

#include "base/base.h"
#include "db/db.h"
#include "domain/entry/entry.h"
#include "domain/person/person.h"
#include "domain/territory/territory.h"
#include "domain/theme/theme.h"

/* ---- two texts, word by word ---- */

enum history_part_sort { HISTORY_SAME, HISTORY_REMOVED, HISTORY_ADDED };
struct history_part {
    enum history_part_sort sort;
    slice text; /* of the one or the other text */
};
struct history_parts {
    struct history_part *items;
    size_t count;
};
/* The parts whose "same" and "removed" are `before`, whose "same" and "added" are `after`, in their
 * order; what is removed stands before what is added in its place. The fewest words change (Myers
 * 1986, An O(ND) difference algorithm), as long as no more than HISTORY_CHANGES_MAX do: beyond
 * that all between the equal beginning and the equal end is one change. */
#define HISTORY_CHANGES_MAX 600
struct history_parts history_compare(slice before, slice after, struct arena *arena);

/* Two changes of `base`, made at once, as one text in the arena; false when both change the same
 * lines, or put something in at the same place, and not the same. Which of them is called `one`
 * makes no difference, and a change that changes nothing, or the same, is no other change. */
bool history_merge(slice base, slice one, slice other, struct arena *arena, slice *merged);

/* ---- two revisions, field by field ---- */

enum history_field {
    HISTORY_KIND, /* as slugs, each whole, like the state and the wheelchair */
    HISTORY_STATE,
    HISTORY_TITLE,
    HISTORY_SUMMARY,
    HISTORY_DESCRIPTION,
    HISTORY_TYPE,
    HISTORY_THEMES, /* lists: one item a line */
    HISTORY_TAGS,
    HISTORY_PLACE,
    HISTORY_DATES,
    HISTORY_HOURS,
    HISTORY_WHEELCHAIR,
    HISTORY_PRICE,
    HISTORY_AUDIENCE,
    HISTORY_NEEDS,
    HISTORY_OFFERS,
    HISTORY_CONTACTS,
    HISTORY_FIGURES,
    HISTORY_LINKS,
    HISTORY_MEDIA,
    HISTORY_END,
    HISTORY_TRANSLATIONS,
    HISTORY_LICENCE,
    HISTORY_SOURCE,
    HISTORY_SIRET,
    HISTORY_RNA,
    HISTORY_ACCESS,
    HISTORY_PEOPLE,
    HISTORY_THING_LICENCE,
    HISTORY_GOVERNANCE,
    HISTORY_MATURITY,
    HISTORY_HANDOVER,
    HISTORY_FIELD__COUNT
};
/* Sets of them have a bit for each. */
_Static_assert(HISTORY_FIELD__COUNT <= 64, "a set of fields is 64 bits");
static inline uint64_t history_bit(enum history_field field) {
    return UINT64_C(1) << field;
}
/* "title", "end_reason": the key of docs/entry-format.md, or the group of keys. */
slice history_field_slug(enum history_field field);
struct history_difference {
    enum history_field field;
    struct history_parts parts;
};
/* The fields that differ, in the order above; `language` is an index of theme labels. `before`
 * NULL: the first revision, everything is added. In the arena. */
void history_differences(const struct entry_public *before, const struct entry_public *after,
                         const struct themes *themes, size_t language, struct arena *arena,
                         struct history_difference **differences, size_t *count);

/* ---- who ---- */

enum history_author_sort {
    HISTORY_BY_SOURCE,  /* an import */
    HISTORY_BY_PERSON,  /* signed in */
    HISTORY_BY_GUEST,   /* without an account */
    HISTORY_BY_DELETED, /* whose account is gone */
    HISTORY_BY_UNKNOWN
};
struct history_author {
    enum history_author_sort sort;
    /* What may be shown to everybody: the title of a source, the name that a person made public;
     * may be empty. */
    slice name;
    slice source; /* its slug */
    struct person_id person;
};
/* Of revision.author: "import:SLUG", "person:ID", "guest:ID". In the arena. */
MUST_USE err history_author(struct db_conn *conn, slice author, struct arena *arena,
                            struct history_author *found);

/* ---- lately, over all entries ---- */

/* RULE HISTORY-2: what people changed of entries that are shown now, the latest first; what imports
 * wrote is left out. One question looks at HISTORY_LOOKED_AT_MAX changes at most, whatever the
 * store holds: where few of them are of the territory or the theme, what is found may be less than
 * `room`, and `last` says from where to go on. */
#define HISTORY_LOOKED_AT_MAX 4000
struct history_asked {
    const struct territories *territories;
    const struct themes *themes;
    uint32_t territory; /* TERRITORY_NONE: everywhere */
    uint16_t theme;     /* with its narrower ones; THEME_NONE: all */
    int64_t before;     /* a revision: only what is older; 0: from the latest */
    size_t room;
};
struct history_change {
    int64_t revision, older; /* the version before it that was shown; 0: none */
    struct entry_id entry;
    int64_t at_ms;
    slice author, reason, title; /* the title of today */
};
struct history_recent {
    struct history_change *items; /* in the arena */
    size_t count;
    int64_t last, last_ms; /* the last one that was looked at, and its time; 0: there was none */
    bool has_more;         /* there may be older ones */
};
MUST_USE err history_recent(struct db_conn *conn, const struct history_asked *asked,
                            struct arena *arena, struct history_recent *recent);

extern const struct db_catalogue history_catalogue;

#endif
