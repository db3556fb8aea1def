/* A query made ready for a view: names looked up, words analysed. Then its evaluation over a
 * part of the documents. For the room and its tests. */
#ifndef AGORA_ATLAS_PLAN_H
#define AGORA_ATLAS_PLAN_H

#include "atlas/view.h"

/* Where one word of a clause stands in a part. */
struct atlas_forms {
    uint32_t exact;  /* ATLAS_NO_TERM: nowhere */
    uint32_t *terms; /* exact and with the same stem, for a plain word */
    uint32_t term_count;
    uint32_t prefix_first, prefix_last;
};
/* A word, or a phrase in quotes. */
struct atlas_clause {
    bool is_phrase, is_prefix;
    slice *words; /* one for a plain word; all of a phrase, stop words included */
    uint32_t word_count;
    struct atlas_forms *forms[ATLAS_PART__COUNT]; /* parallel to words */
    uint16_t *themes;                             /* that the word is a word of */
    uint32_t theme_count;
    uint32_t idf; /* README, "Score"; set when the generation is matched with scores */
};

/* What narrows, by who may ignore it. */
enum atlas_group_of {
    ATLAS_GROUP_REST, /* words, box, distance, dates, liveness */
    ATLAS_GROUP_KIND,
    ATLAS_GROUP_STATE,
    ATLAS_GROUP_THEME,
    ATLAS_GROUP_TERRITORY,
    ATLAS_GROUP_HAS,
    ATLAS_GROUP_LANGUAGE,
    ATLAS_GROUP_SOURCE,
    ATLAS_GROUP_SKILL,
    ATLAS_GROUP__COUNT
};

struct atlas_plan {
    const struct atlas_view *view;
    const struct query *query;
    struct arena *arena;
    int64_t now_ms;
    unsigned kinds; /* bits; 0: all nine */
    uint16_t themes[QUERY_VALUES_MAX];
    uint32_t territories[QUERY_VALUES_MAX];
    bool has_dates, is_past;
    int64_t date_from_ms, date_to_ms;
    struct geo_box near_box;
    struct atlas_clause *clauses;
    uint32_t clause_count;
    slice corrected;
};
/* Everything a plan needs lives in the arena. ERR_INPUT names what is unknown, ERR_MEMORY. */
MUST_USE err atlas_plan_make(const struct atlas_view *view, const struct atlas_request *request,
                             struct arena *arena, struct atlas_plan *plan, struct problem *problem);
/* The words part of it (clause.c). */
MUST_USE err atlas_plan_words(struct atlas_plan *plan);

/* The matches of a plan in one window of one part. */
struct atlas_match {
    const struct atlas_segment *segment;
    enum atlas_part part;
    struct atlas_window window;
    uint64_t *groups[ATLAS_GROUP__COUNT]; /* NULL: nothing chosen; REST is never NULL */
    uint64_t *bits;                       /* all of them */
    uint64_t count;
    uint32_t *scores; /* of the words, per document of the window; NULL without words or unasked */
};
/* Walks the documents that match, ascending; a match may know only a part of the documents, so its
 * bits are nobody's business but its own: `for (struct atlas_walk walk = atlas_walk(match);
 * atlas_walk_next(&walk, &document);)`. */
struct atlas_walk {
    struct bits_walk bits;
    uint32_t base;
};
static inline struct atlas_walk atlas_walk(const struct atlas_match *match) {
    return (struct atlas_walk){.bits = bits_walk(match->bits, match->window.words),
                               .base = match->window.base};
}
static inline bool atlas_walk_next(struct atlas_walk *walk, uint32_t *document) {
    uint32_t i;
    if (!bits_next(&walk->bits, &i)) {
        return false;
    }
    *document = walk->base + i;
    return true;
}
/* Whether a document of the part matches. */
static inline bool atlas_match_has(const struct atlas_match *match, uint32_t document) {
    return document >= match->window.first && document < match->window.last &&
           bits_has(match->bits, document - match->window.base);
}
/* Scores are asked for on whole windows only, of the generation first: it gives the words'
 * rarity. */
MUST_USE err atlas_match_make(struct atlas_plan *plan, enum atlas_part part,
                              struct atlas_window window, bool with_scores,
                              struct atlas_match *match);
/* Narrows match->groups[REST] to the words, and adds up match->scores unless NULL (clause.c). */
MUST_USE err atlas_match_words(struct atlas_plan *plan, struct atlas_match *match);
/* Both parts, whole, with scores when there are words. */
MUST_USE err atlas_match_all(struct atlas_plan *plan,
                             struct atlas_match matches[ATLAS_PART__COUNT]);
/* The matches when a group's own choice is ignored: a new bitset, or match->bits when nothing was
 * chosen there. NULL without memory. */
const uint64_t *atlas_match_without(const struct atlas_plan *plan, const struct atlas_match *match,
                                    enum atlas_group_of group);

/* Zeroed memory from the plan's arena for something as large as the index: NULL without memory. */
#define plan_new(plan, type, count) arena_try((plan)->arena, type, (count))

#endif
