/* A view: what one request sees. For the room and its tests. */
#ifndef AGORA_ATLAS_VIEW_H
#define AGORA_ATLAS_VIEW_H

#include "atlas/desk.h"
#include "atlas/segment.h"
#include "atlas/stamps.h"

/* The words of all themes' labels and synonyms, sorted; a word of a theme stands for the theme. */
struct atlas_theme_word {
    slice word; /* folded */
    uint64_t stems[TEXT_LANGUAGE__COUNT];
    uint32_t letters;
    uint16_t theme;
};
struct atlas_theme_stem {
    uint64_t stem;
    uint16_t theme;
};
struct atlas_theme_words {
    struct arena arena;
    struct atlas_theme_word *items;
    uint32_t count;
    struct atlas_theme_stem *stems[TEXT_LANGUAGE__COUNT]; /* of the items, sorted */
};
MUST_USE err atlas_theme_words_make(const struct themes *themes, struct atlas_theme_words *words);

/* A source and how many of its documents live here, by kind. */
struct atlas_source {
    slice slug;
    uint32_t counts[QUERY_KIND__COUNT];
};

/* From the oldest and largest to the youngest: what changes goes into the fresh part, which is
 * merged into the delta, and that into the next generation. An entry lives in one of them only. */
enum atlas_part { ATLAS_GENERATION, ATLAS_DELTA, ATLAS_FRESH, ATLAS_PART__COUNT };

struct atlas_view {
    _Atomic uint32_t references;
    struct arena arena; /* the view's own small tables */
    const struct territories *territories;
    const struct themes *themes;
    const struct atlas_theme_words *theme_words;
    struct atlas_desks *desks;
    struct atlas_segment *parts[ATLAS_PART__COUNT]; /* never NULL; they may be empty */
    /* Without the documents changed or removed since the part was made; NULL: all live. */
    const uint64_t *live[ATLAS_PART__COUNT];
    struct atlas_source *sources; /* by slug; known to the store or to a document */
    uint32_t source_count;
    uint32_t *source_of[ATLAS_PART__COUNT]; /* key of the part's source facet -> index in sources */
    /* By how much a source and kind may bring more than when the part was built (README, "Score"):
     * what the parts' block_points are short of at most. */
    uint16_t source_rise[ATLAS_PART__COUNT];
    const struct atlas_stamps *stamps;
    struct atlas_taken *_Atomic *taken; /* taken.h; NULL until somebody asks */
    uint64_t generation, version;
    uint64_t origin;         /* the generation that was read last, from the store or a snapshot */
    int64_t sequence;        /* of the change feed: the last change that is in */
    int64_t others_sequence; /* the last one that may show anywhere: of a source, or its points */
    int64_t generation_sequence; /* the last one that was when the generation was made */
    uint64_t documents;
    /* The last view of the generation before this one, for those who still turn its pages: until
     * `previous_until_ms`. NULL when there is none. */
    struct atlas_view *previous;
    int64_t previous_until_ms;
};

void atlas_view_hold(struct atlas_view *view);
void atlas_view_release(struct atlas_view *view); /* NULL is fine */

/* Makes a view; holds the segments; `live` is copied. `known` are slugs of sources that may
 * have no document. ERR_MEMORY. */
struct atlas_view_parts {
    const struct territories *territories;
    const struct themes *themes;
    const struct atlas_theme_words *theme_words;
    struct atlas_desks *desks;
    struct atlas_segment *segments[ATLAS_PART__COUNT]; /* none NULL */
    const uint64_t *live[ATLAS_PART__COUNT];
    const slice *known;
    size_t known_count;
    const struct atlas_stamps *stamps;
    uint64_t generation_number, origin;
    int64_t sequence, others_sequence, generation_sequence;
};
MUST_USE err atlas_view_make(const struct atlas_view_parts *parts, struct atlas_view **view);

static inline bool atlas_view_is_live(const struct atlas_view *view, enum atlas_part part,
                                      uint32_t document) {
    return !view->live[part] || bits_has(view->live[part], document);
}
static inline uint64_t atlas_view_live_count(const struct atlas_view *view, enum atlas_part part) {
    return view->live[part] ? bits_count(view->live[part], view->parts[part]->words)
                            : view->parts[part]->count;
}

/* An atlas without a store, fed by hand: for tests. Entries are public ones. */
MUST_USE err atlas_open_bare(const struct atlas_options *options,
                             const struct entry_public *entries, size_t count,
                             struct atlas **atlas);
/* What the change feed would bring: entries that are new or changed, and ids that are gone. */
MUST_USE err atlas_apply(struct atlas *atlas, const struct entry_public *entries, size_t count,
                         const int64_t *removed, size_t removed_count);
/* The fresh part is merged into the delta, from the kept words. */
MUST_USE err atlas_merge(struct atlas *atlas);
/* All parts become one new generation, likewise. */
MUST_USE err atlas_compact(struct atlas *atlas);

#endif
