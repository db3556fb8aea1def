/* domain/theme: taxonomies (SKOS: scheme, concept, broader, prefLabel, altLabel). Data in the
 * store, an immutable snapshot in memory. Slugs are unique across all schemes. Over what the files
 * say stands what was changed here (RULE THEME-1). */
#ifndef AGORA_DOMAIN_THEME_H
#define AGORA_DOMAIN_THEME_H

#include "base/base.h"
#include "db/db.h"

#define THEME_NONE      UINT16_MAX
#define THEME_LANGUAGES 2 /* 0 fr, 1 en */
#define THEME_LABEL_MAX 200
#define THEME_DEPTH_MAX 8

struct theme {
    slice slug;
    slice label[THEME_LANGUAGES];
    const slice *synonyms;            /* of both languages … */
    const uint8_t *synonym_languages; /* … which one: parallel */
    uint32_t synonym_count;
    uint16_t scheme;  /* index into schemes */
    uint16_t broader; /* index, or THEME_NONE */
    uint16_t depth;   /* 0 at the top */
    bool is_hidden;   /* nobody chooses it any more; what has it keeps it */
    bool is_own;      /* made here, in no file */
};
/* A theme that was merged: its slug means another one (RULE THEME-2). */
struct theme_alias {
    slice slug, into; /* into: what was chosen; itself maybe merged since */
    slice label[THEME_LANGUAGES];
    uint16_t theme; /* what it is now */
};
struct theme_scheme {
    slice slug;
    slice title[THEME_LANGUAGES];
    uint16_t first, count; /* its themes: a run, broader before narrower */
};
struct themes {
    const struct theme_scheme *schemes;
    const struct theme *items;
    uint16_t scheme_count, count;
    const struct theme_alias *aliases; /* by slug */
    uint16_t alias_count;
    uint16_t cut_count; /* that stand at the top, as their place would be a circle or too deep */
    uint64_t digest;    /* of all of it: two that say the same have the same */
    struct theme_index *index;
};

/* Puts one taxonomy (docs/entry-format.md) into the store; idempotent: a concept that stands
 * unchanged is left alone. Inside a write transaction. ERR_INPUT with the cause. */
MUST_USE err theme_scheme_store(struct db_conn *conn, slice json, int64_t now_ms,
                                struct problem *problem);
/* Reads all into memory. Free with themes_free. */
MUST_USE err themes_load(struct db_conn *conn, struct themes **themes);
void themes_free(struct themes *themes);
/* The theme of a slug, a merged one's too; THEME_NONE when unknown. */
uint16_t themes_find(const struct themes *themes, slice slug);
/* Slugs of an entry as they are now: merged ones become what they were merged into, each stands
 * once. In place; the unknown stay. */
void themes_settle(const struct themes *themes, slice *slugs, uint32_t *count);
/* The theme whose label or synonym (also of one that was merged into it), folded, equals the folded
 * text. */
uint16_t themes_match(const struct themes *themes, slice folded);
bool themes_is_within(const struct themes *themes, uint16_t theme,
                      uint16_t ancestor); /* or equal */

/* ---- changed here (edit.c). Each inside a write transaction, to be undone when it fails. ---- */

/* ERR_NOT_FOUND: no theme of this slug, or a merged one where that cannot be changed. ERR_INPUT: a
 * label that is empty or too long (field "label-fr", "label-en"), a place that cannot be
 * ("broader", RULE THEME-3). ERR_CONFLICT: nothing to take back. The problem's field says of what.
 * */
struct theme_place {
    slice broader; /* empty: at the top */
    uint32_t rank; /* among those there: 1 is the first; 0, or more than there are: the last */
};
/* A theme of a scheme; its slug is made from the label, and goes into the arena. An empty English
 * label: the French one. */
MUST_USE err theme_add(struct db_conn *conn, slice scheme, const slice label[THEME_LANGUAGES],
                       const struct theme_place *place, int64_t now_ms, struct arena *arena,
                       slice *slug, struct problem *problem);
MUST_USE err theme_rename(struct db_conn *conn, slice slug, const slice label[THEME_LANGUAGES],
                          int64_t now_ms, struct problem *problem);
/* With all that is below it, within its scheme. */
MUST_USE err theme_move(struct db_conn *conn, slice slug, const struct theme_place *place,
                        int64_t now_ms, struct problem *problem);
MUST_USE err theme_hide(struct db_conn *conn, slice slug, bool is_hidden, int64_t now_ms,
                        struct problem *problem);
/* From now on `slug` means `into`, of the same scheme, and what is below it is below that. No entry
 * is written: all that names the old slug means the new one (RULE THEME-2). */
MUST_USE err theme_merge(struct db_conn *conn, slice slug, slice into, int64_t now_ms,
                         struct problem *problem);
/* What was merged is as it was before. */
MUST_USE err theme_unmerge(struct db_conn *conn, slice slug, int64_t now_ms,
                           struct problem *problem);

extern const struct db_catalogue theme_catalogue;

#endif
