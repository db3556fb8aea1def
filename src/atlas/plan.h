/* A query made ready for a view: names looked up, words analysed. Then its evaluation over a
 * part of the documents. For the room and its tests. */
#ifndef AGORA_ATLAS_PLAN_H
#define AGORA_ATLAS_PLAN_H

#include "atlas/view.h"

/* Where one word of a clause stands in a part. */
struct atlas_forms {
    uint32_t exact;  /* ATLAS_NO_TERM: nowhere */
    uint32_t *terms; /* exact and with the same stem, for a plain word; none of the prefix */
    uint32_t term_count;
    uint32_t prefix_first, prefix_last;
};
/* A word, or a phrase in quotes. */
struct atlas_clause {
    bool is_phrase, is_prefix;
    slice *words; /* one for a plain word; all of a phrase, stop words included */
    uint32_t word_count;
    struct atlas_forms *forms[ATLAS_PART__COUNT]; /* parallel to words */
    uint64_t stems[TEXT_LANGUAGE__COUNT];         /* hashes, of a plain word */
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

/* Which points stand in the circle of near= and radius=, and which do not, for the price of some
 * products: only what lies close to its edge has to be measured. */
struct atlas_circle {
    bool is_told;
    double in_below, out_above;         /* of the haversine, with a margin for rounding */
    double cosines_least, cosines_most; /* of the centre and of any point of the box around it */
};

struct atlas_plan {
    const struct atlas_view *view;
    const struct query *query;
    struct atlas_desk *desk;
    struct arena *arena; /* the desk's */
    int64_t now_ms;
    unsigned kinds; /* bits; 0: all nine */
    uint16_t themes[QUERY_VALUES_MAX];
    uint32_t territories[QUERY_VALUES_MAX];
    bool has_dates, is_past;
    int64_t date_from_ms, date_to_ms;
    struct geo_box near_box;
    struct atlas_circle circle;
    struct atlas_clause *clauses;
    uint32_t clause_count;
    slice corrected;
};
/* Everything a plan needs lives on the desk. ERR_INPUT names what is unknown, ERR_MEMORY. */
MUST_USE err atlas_plan_make(const struct atlas_view *view, const struct atlas_request *request,
                             struct atlas_desk *desk, struct atlas_plan *plan,
                             struct problem *problem);
/* What a plain word stands for (clause.c), in steps: the hashes of its stems; themes of which some
 * word has one of them, or the prefix; then in a segment, whose forms are zeroed: terms that have
 * one of the stems, and those with the prefix. */
void atlas_clause_stem(struct text_stemmer *stemmer, struct atlas_clause *clause);
void atlas_clause_themes(const struct atlas_theme_words *all, struct arena *arena,
                         struct atlas_clause *clause);
void atlas_forms_find(const struct atlas_segment *segment, const struct atlas_clause *clause,
                      struct arena *arena, struct atlas_forms *forms);
/* The words part of it (clause.c). */
MUST_USE err atlas_plan_words(struct atlas_plan *plan);

#define ATLAS_THEME_IMPACT      64 /* README, "Score" */
#define ATLAS_PREFIX_CODEPOINTS 3  /* README, "Words": shorter ones stand for themselves */
/* A term's or a theme's documents, as one of the forms of a clause. */
struct atlas_form {
    const uint32_t *documents; /* of the whole part, ascending; not read when there are bits */
    uint32_t length;
    const uint64_t *bits;   /* of the whole part; NULL: rare */
    const uint8_t *impacts; /* in the order of the documents; NULL: a theme */
    const uint8_t *most; /* per block: largest impact (block_impacts); NULL when rare, or a theme */
    const uint32_t *ranks; /* likewise */
};
/* A frequent clause as found in a window: all of its documents, and what it takes to score some. */
struct atlas_heard {
    const uint64_t *bits;
    struct atlas_form *forms; /* those that `best` does not cover */
    uint32_t form_count;
    uint8_t *best; /* by document: largest impact of the rare forms; NULL: none, or not weighed */
    const uint8_t
        *most; /* by block of 64 documents: no impact in it is larger; NULL: not weighed */
    uint32_t idf;
    const struct atlas_crowd *crowd; /* its documents, known beforehand; NULL: they are not */
};

/* The matches of a plan in one window of one part: a list where the words leave few documents, else
 * bitsets. Whoever wants the documents walks. */
struct atlas_match {
    const struct atlas_segment *segment;
    enum atlas_part part;
    struct atlas_window window;
    uint64_t count; /* matches */

    /* When a clause or the area has few documents: those with all words that pass all of REST,
     * ascending. */
    bool is_listed;
    uint32_t *listed;
    uint32_t *scores; /* of the words, parallel to it; NULL: unasked */
    uint32_t listed_count;
    uint16_t *misses; /* parallel: the groups whose choice is missed (1 << group); NULL: bitsets */
    /* When every clause is frequent. */
    struct atlas_heard *heard;
    uint32_t heard_count;

    /* NULL when `misses` is there. */
    uint64_t *groups[ATLAS_GROUP__COUNT]; /* NULL: nothing chosen; REST is never NULL */
    uint64_t *bits;                       /* all of them */
};
/* Up to one document in so many stays a list, and always up to ATLAS_FEW. */
#define ATLAS_FEW_SHARE 256
#define ATLAS_FEW       64

/* Scores are asked for on whole windows only, of the generation first: it gives the words'
 * rarity. */
MUST_USE err atlas_match_make(struct atlas_plan *plan, enum atlas_part part,
                              struct atlas_window window, bool with_scores,
                              struct atlas_match *match);
/* The matches alone, to be read in the window and nowhere else: for who wants to know nothing else
 * of them. What has bitsets is not written down. When nothing but values of facets is chosen and
 * the part has dead documents, the last set is the live ones. */
MUST_USE err atlas_match_sieve(struct atlas_plan *plan, enum atlas_part part,
                               struct atlas_window window, struct bits_sieve *sieve);
/* The documents of the window that have the words (words.c): match->listed when some clause has
 * few, else match->heard, whose bits narrow. Scores are asked for on whole windows only, of the
 * generation first: it gives the words' rarity. */
MUST_USE err atlas_match_words(struct atlas_plan *plan, struct atlas_match *match,
                               bool with_scores);
/* Makes ready what finding the best among many takes: `best` and `most` of match->heard. */
MUST_USE err atlas_match_weigh(const struct atlas_plan *plan, struct atlas_match *match);
/* README, "Score": of a clause that so many of the documents have. */
uint32_t atlas_rarity(uint64_t documents, uint64_t with);
/* What the words bring to a document that has them all; 0 when nothing was scored. */
uint32_t atlas_words_score(const struct atlas_match *match, uint32_t document);
/* All parts, whole, with scores when there are words. */
MUST_USE err atlas_match_all(struct atlas_plan *plan,
                             struct atlas_match matches[ATLAS_PART__COUNT]);
/* Walks the documents that match, ascending: `for (struct atlas_walk walk = atlas_walk(match);
 * atlas_walk_next(&walk, &document);)`. */
struct atlas_walk {
    const struct atlas_match *match;
    struct bits_walk bits;
    uint32_t at;
    uint16_t counted; /* the misses that count */
};
/* The same when a group's own choice is ignored; `bits`: from atlas_match_without. */
static inline struct atlas_walk atlas_walk_without(const struct atlas_match *match,
                                                   const uint64_t *bits,
                                                   enum atlas_group_of group) {
    return (struct atlas_walk){.match = match,
                               .bits = match->misses ? (struct bits_walk){0}
                                                     : bits_walk(bits, match->window.words),
                               .counted = (uint16_t) ~(1u << group)};
}
static inline struct atlas_walk atlas_walk(const struct atlas_match *match) {
    return atlas_walk_without(match, match->bits, ATLAS_GROUP_REST);
}
static inline bool atlas_walk_next(struct atlas_walk *walk, uint32_t *document) {
    const struct atlas_match *match = walk->match;
    if (!match->misses) {
        uint32_t i;
        if (!bits_next(&walk->bits, &i)) {
            return false;
        }
        *document = match->window.base + i;
        return true;
    }
    while (walk->at < match->listed_count) {
        uint32_t at = walk->at++;
        if (!(match->misses[at] & walk->counted)) {
            *document = match->listed[at];
            return true;
        }
    }
    return false;
}
/* Position of the first document >= wanted in documents[from … length - 1], found in steps that
 * double: near `from` it costs little. */
uint32_t atlas_gallop(const uint32_t *documents, uint32_t from, uint32_t length, uint32_t wanted);
/* Whether a document of the part matches. */
static inline bool atlas_match_has(const struct atlas_match *match, uint32_t document) {
    if (!match->misses) {
        return document >= match->window.first && document < match->window.last &&
               bits_has(match->bits, document - match->window.base);
    }
    uint32_t at = atlas_gallop(match->listed, 0, match->listed_count, document);
    return at < match->listed_count && match->listed[at] == document && !match->misses[at];
}
/* The bitset of the matches when a group's own choice is ignored: a new one, or match->bits when
 * nothing was chosen there. NULL without memory, and for matches with `misses`. */
const uint64_t *atlas_match_without(const struct atlas_plan *plan, const struct atlas_match *match,
                                    enum atlas_group_of group);

/* For a list (few.c): drops what does not pass REST, and unless many are left tells what each
 * misses. */
MUST_USE err atlas_match_few(const struct atlas_plan *plan, struct atlas_match *match);
/* Documents first … last - 1. */
struct atlas_stretch {
    uint32_t first, last;
};
struct atlas_area {
    struct atlas_stretch *items;
    uint32_t count, room;
    uint64_t documents; /* in all of them */
};
/* Whether a box or a circle is asked for, and the documents of the match's window that stand in it:
 * runs in order, none touching the next (box.c). */
static inline bool atlas_has_area(const struct atlas_plan *plan) {
    return plan->query->has_box || (plan->query->has_near && plan->query->radius_m);
}
MUST_USE err atlas_area_find(const struct atlas_plan *plan, const struct atlas_match *match,
                             struct atlas_area *area);
/* The circle of a plan whose near_box is set. */
struct atlas_circle atlas_circle_of(const struct atlas_plan *plan);
/* Whether a document stands in the box and the circle that are asked for (few.c). */
bool atlas_is_within(const struct atlas_plan *plan, const struct atlas_segment *segment,
                     uint32_t document);
/* Whether the dates number `dated` of a segment answer when=, from= and to=. */
bool atlas_dates_fit(const struct atlas_plan *plan, const struct atlas_segment *segment,
                     uint32_t dated);
/* Whether something is chosen there. */
bool atlas_plan_chooses(const struct atlas_plan *plan, enum atlas_group_of group);

/* Zeroed memory from the plan's arena for something as large as the index: NULL without memory. */
#define plan_new(plan, type, count) arena_try((plan)->arena, type, (count))

#endif
