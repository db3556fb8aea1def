/* The order of the list: scores, sorts, folding, cursors. For the room and its tests. */
#ifndef AGORA_ATLAS_RANK_H
#define AGORA_ATLAS_RANK_H

#include "atlas/plan.h"

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
    const struct atlas_match *matches; /* of each part */
    enum query_sort sort;              /* near without a place is relevance */
    bool is_folded;
    const struct atlas_place *after; /* the list goes on behind it; NULL: from the start */
    uint32_t limit;
    uint16_t *source_points[ATLAS_PART__COUNT]; /* by source key * QUERY_KIND__COUNT + kind */
};
/* RULE SHOW-1: more alike than these fold. */
#define ATLAS_FOLD_ABOVE 12

/* Prepares the tables; the other fields are the caller's. */
MUST_USE err atlas_ranking_prepare(struct atlas_ranking *ranking);
/* At most `limit` lines in order, in the plan's arena; `*more` tells whether others follow. */
MUST_USE err atlas_ranking_run(const struct atlas_ranking *ranking, struct atlas_line **lines,
                               uint32_t *count, bool *more);
/* README, "Score": words and points together. */
uint32_t atlas_score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document);
double atlas_distance_m(const struct atlas_plan *plan, enum atlas_part part, uint32_t document);
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
