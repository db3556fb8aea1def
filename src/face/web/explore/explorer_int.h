/* What the pages that show many entries share. */
#ifndef AGORA_FACE_WEB_EXPLORE_EXPLORER_INT_H
#define AGORA_FACE_WEB_EXPLORE_EXPLORER_INT_H

#include "face/web/explore/explore.h"

/* What a site that frames the explorer may keep its visitors from changing. */
enum explorer_lock {
    EXPLORER_LOCK_WORDS,
    EXPLORER_LOCK_KIND,
    EXPLORER_LOCK_TERRITORY,
    EXPLORER_LOCK_THEME,
    EXPLORER_LOCK_HAS,
    EXPLORER_LOCK_STATE,
    EXPLORER_LOCK_SOURCE,
    EXPLORER_LOCK_LANG,
    EXPLORER_LOCK_SKILL,
    EXPLORER_LOCK_BOX,
    EXPLORER_LOCK_DATES,
    EXPLORER_LOCK__COUNT
};
struct explorer {
    struct page *page;
    const struct atlas_view *view;
    struct query query; /* as answered: widened when nothing was found */
    struct query asked; /* as asked */
    struct query_problems problems;
    slice where;        /* what the place field shows */
    bool where_unknown; /* nothing has the name that was typed */
    uint32_t candidates[12];
    size_t candidate_count; /* several places have that name */
    bool widened;
    struct atlas_request request;
    struct atlas_result result;
    struct entry_public **entries; /* parallel to result.hits */
    struct geo_box fit;
    bool has_fit;
    uint32_t locked;  /* bits of enum explorer_lock */
    bool is_unfolded; /* a printed list names everything */
    bool map_only;    /* the results section tells its total and choices, and lists nothing */
};
/* Answers `query`: leaves out what this instance does not have, searches, widens when nothing is
 * found (RULE SHOW-2), loads the rows, chooses what the map shows. */
MUST_USE err explorer_search(struct explorer *explorer);
/* Tells, among the alerts, that a part of the address was not understood. */
void explorer_told(struct explorer *explorer, const char *field, slice value);
/* Reads where/where_was; may answer with a redirect (then `*done`). */
MUST_USE err explorer_place(struct explorer *explorer, bool *done);
void explorer_place_field(struct explorer *explorer);
void explorer_kinds(struct explorer *explorer);
void explorer_facets(struct explorer *explorer);
void explorer_results(struct explorer *explorer);
MUST_USE err explorer_map(struct explorer *explorer);
/* How many choices narrow the query, places and words apart. */
uint32_t explorer_choices(const struct query *query);
/* What a query is about in few words: its words, its one territory, else the site. */
slice explorer_name(const struct explorer *explorer);
slice explorer_title(const struct explorer *explorer); /* "Chambéry (73), 255 résultats" */

/* themes.c. Matches by theme, by index, from the counts of a search with ATLAS_FACET_THEME. */
uint64_t *theme_counts(struct page *page, const struct atlas_result *result);
/* The themes right below one, with their counts; false, and nothing written, without any. */
bool theme_narrower_chips(struct page *page, uint16_t theme, const uint64_t *counts);

/* A portrait: its title on a plain band, a landscape, what it is about. */
void story_card(struct page *page, const struct entry_public *entry);

#endif
