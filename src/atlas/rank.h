/* The order of the list: scores, sorts, folding, cursors. For the room and its tests. */
#ifndef AGORA_ATLAS_RANK_H
#define AGORA_ATLAS_RANK_H

#include "atlas/plan.h"
#include "atlas/taken.h"

/* Where a document stands in the list: by key down (or by title up), then entry, then ask. */
struct atlas_place {
    uint64_t key;
    slice title; /* sort=title only */
    int64_t entry;
    uint32_t ask; /* 0: the entry itself; 1 + position of the need or offer */
};
struct atlas_line {
    struct atlas_place place;
    enum atlas_part part;
    uint32_t document;
    uint32_t
        group; /* source * QUERY_KIND__COUNT + kind when it stands for a group, else UINT32_MAX */
};

struct atlas_ranking {
    const struct atlas_plan *plan;
    struct atlas_match *matches;     /* of each part */
    enum query_sort sort;            /* near without a place is relevance */
    const struct atlas_taken *taken; /* sort=taken-up only */
    bool is_folded;
    const struct atlas_place *after; /* the list goes on behind it; NULL: from the start */
    uint32_t limit;
};
/* RULE SHOW-1: more alike than these fold. */
#define ATLAS_FOLD_ABOVE 12

/* At most `limit` lines in order, in the plan's arena; `*more` tells whether others follow. */
MUST_USE err atlas_ranking_run(const struct atlas_ranking *ranking, struct atlas_line **lines,
                               uint32_t *count, bool *more);
/* Negative when a stands before b. */
int atlas_place_compare(const struct atlas_place *a, const struct atlas_place *b);
/* README, "Score": words and points together. */
uint32_t atlas_score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document);
/* What the points of a document come to at most from a moment on, wherever one is, its source as
 * built: things do not get fresher, and dates that are over stay so. */
uint16_t atlas_points_bound(const struct atlas_segment *segment, uint32_t document,
                            int64_t since_ms);
static inline bool atlas_is_placed_near(const struct atlas_ranking *ranking, enum atlas_part part,
                                        uint32_t document) {
    return ranking->plan->query->has_near && document < ranking->matches[part].segment->placed;
}
double atlas_distance_m(const struct atlas_plan *plan, enum atlas_part part, uint32_t document);
/* A distance that the document's is never below, for the price of a subtraction. */
double atlas_least_distance_m(const struct atlas_plan *plan, enum atlas_part part,
                              uint32_t document);

/* Groups of like things (fold.c): one source and kind with more matches than ATLAS_FOLD_ABOVE. What
 * folds is found out as documents come up, so that nobody counts what is never looked at. */
struct atlas_fold {
    bool is_seen, is_over; /* over: the best stands on a page before */
    struct atlas_line best;
};
struct atlas_folds {
    const struct atlas_ranking *ranking;
    uint32_t *slots; /* by group: position in items + 1; 0: not asked yet; UINT32_MAX: no fold */
    struct atlas_fold *items;
    uint32_t count, room;
    err failed;
};
MUST_USE err atlas_folds_open(const struct atlas_ranking *ranking, struct atlas_folds *folds);
/* The fold of a document and its group, or NULL when it stands for itself (or without memory, as
 * `failed` tells). Good until the next call. */
struct atlas_fold *atlas_folds_get(struct atlas_folds *folds, enum atlas_part part,
                                   uint32_t document, uint32_t *group);
/* What stands behind the folded lines: result->groups, and the group of each hit. */
MUST_USE err atlas_groups_tell(const struct atlas_ranking *ranking, const struct atlas_line *lines,
                               uint32_t count, struct atlas_result *result);
/* The source of a document in the view's list, or UINT32_MAX. */
uint32_t atlas_source_of(const struct atlas_view *view, enum atlas_part part, uint32_t document);

/* What a cursor holds (cursor.c). */
struct atlas_cursor {
    uint64_t generation;
    uint64_t query; /* hash of the query it belongs to */
    int64_t now_ms; /* of the first page, so that the order stays */
    struct atlas_place place;
};
uint64_t atlas_cursor_query(const struct atlas_request *request);
slice atlas_cursor_write(const struct atlas_cursor *cursor, struct arena *arena);
/* ERR_INPUT when it is none of ours. */
MUST_USE err atlas_cursor_read(slice text, struct arena *arena, struct atlas_cursor *cursor);

/* facet.c */
MUST_USE err atlas_facets_count(const struct atlas_plan *plan,
                                const struct atlas_match matches[ATLAS_PART__COUNT],
                                const struct atlas_request *request, struct atlas_result *result);

#endif
