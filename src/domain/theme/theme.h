/* domain/theme: taxonomies (SKOS: scheme, concept, broader, prefLabel, altLabel). Data in the
 * store, an immutable snapshot in memory. Slugs are unique across all schemes. */
#ifndef AGORA_DOMAIN_THEME_H
#define AGORA_DOMAIN_THEME_H

#include "base/base.h"
#include "db/db.h"

#define THEME_NONE      UINT16_MAX
#define THEME_LANGUAGES 2 /* 0 fr, 1 en */

struct theme {
    slice slug;
    slice label[THEME_LANGUAGES];
    const slice *synonyms;            /* of both languages … */
    const uint8_t *synonym_languages; /* … which one: parallel */
    uint32_t synonym_count;
    uint16_t scheme;  /* index into schemes */
    uint16_t broader; /* index, or THEME_NONE */
    uint16_t depth;   /* 0 at the top */
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
    struct theme_index *index;
};

/* Puts one taxonomy (docs/entry-format.md) into the store; idempotent: a concept that stands
 * unchanged is left alone. Inside a write transaction. ERR_INPUT with the cause. */
MUST_USE err theme_scheme_store(struct db_conn *conn, slice json, int64_t now_ms,
                                struct problem *problem);
/* Reads all into memory. Free with themes_free. */
MUST_USE err themes_load(struct db_conn *conn, struct themes **themes);
void themes_free(struct themes *themes);
uint16_t themes_find(const struct themes *themes, slice slug); /* THEME_NONE when unknown */
/* The theme whose label or synonym, folded, equals the folded text. */
uint16_t themes_match(const struct themes *themes, slice folded);
bool themes_is_within(const struct themes *themes, uint16_t theme,
                      uint16_t ancestor); /* or equal */

extern const struct db_catalogue theme_catalogue;

#endif
