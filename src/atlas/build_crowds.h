/* Crowds being made (crowd.h): what build_crowds.c finds and build_crowds_count.c counts. */
#ifndef AGORA_ATLAS_BUILD_CROWDS_H
#define AGORA_ATLAS_BUILD_CROWDS_H

#include "atlas/build.h"
#include "atlas/crowd.h"

/* What may become a crowd, and what it came to. Its documents are those of some terms, of all terms
 * prefix_first … prefix_last - 1, and of some themes. */
struct candidate {
    struct atlas_crowd crowd;
    uint32_t prefix_first, prefix_last;
    uint32_t terms, term_count; /* of the numbers kept of all: terms, then themes */
    uint32_t theme_count;
    uint64_t reach;         /* no more documents than that */
    uint32_t before, after; /* another that it holds whole and is counted from, and the reverse;
                               ATLAS_NO_KEY: none */
};
struct crowds {
    struct build *build;
    struct arena arena; /* of the clause in hand */
    struct pool candidates, numbers;
    uint32_t bits_count; /* so many of them have bits */
    uint32_t least;
};
static inline struct candidate *crowds_candidate(const struct crowds *crowds, uint32_t at) {
    return &POOL(&crowds->candidates, struct candidate)[at];
}
static inline const uint32_t *crowds_terms(const struct crowds *crowds,
                                           const struct candidate *candidate) {
    return POOL(&crowds->numbers, const uint32_t) + candidate->terms;
}
static inline const uint32_t *crowds_themes(const struct crowds *crowds,
                                            const struct candidate *candidate) {
    return crowds_terms(crowds, candidate) + candidate->term_count;
}
bool candidate_has_term(const struct crowds *crowds, const struct candidate *candidate,
                        uint32_t term);
bool candidate_has_theme(const struct crowds *crowds, const struct candidate *candidate,
                         uint32_t theme);

/* Counts them all, chooses the best of each and fills the segment's columns of crowds. */
MUST_USE err crowds_count(struct crowds *crowds);

#endif
