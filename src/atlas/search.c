#include "atlas/blocks.h"
#include "atlas/rank.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* Looks at the cursor: which view answers, behind which place. `*view` becomes the last one of an
 * older generation while that is kept. */
static err follow_cursor(const struct atlas_request *request, struct arena *arena,
                         const struct atlas_view **view, struct atlas_cursor *cursor,
                         struct atlas_result *result, struct problem *problem) {
    int64_t now_ms = request->now_ms;
    if (atlas_cursor_read(request->query->cursor, arena, cursor) || cursor->now_ms < 0 ||
        cursor->now_ms > now_ms + DAY_MS) {
        return problem_set(problem, ERR_INPUT, "cursor", "not a cursor of this list");
    }
    const struct atlas_view *previous = (*view)->previous;
    if (cursor->query != atlas_cursor_query(request)) {
        result->cursor_expired = true;
    } else if (cursor->generation == (*view)->generation) {
        return OK;
    } else if (previous && previous->generation == cursor->generation &&
               now_ms <= (*view)->previous_until_ms) {
        *view = previous;
    } else {
        result->cursor_expired = true;
    }
    return OK;
}

static void fill_hits(const struct atlas_ranking *ranking, const struct atlas_line *lines,
                      uint32_t count, struct atlas_result *result) {
    const struct atlas_view *view = ranking->plan->view;
    for (uint32_t i = 0; i < count; i++) {
        const struct atlas_segment *segment = view->parts[lines[i].part];
        uint32_t document = lines[i].document;
        struct atlas_hit *hit = &result->hits[i];
        *hit = (struct atlas_hit){
            .entry = {segment->entry[document]},
            .kind = (enum query_kind)segment->kind[document],
            .ask = segment->ask[document],
            .has_point = document < segment->placed,
            .is_approximate = bits_has(segment->approximate, document),
            .distance_m = atlas_distance_m(ranking->plan, lines[i].part, document),
            .score = ranking->sort == QUERY_SORT_RELEVANCE
                         ? (uint32_t)lines[i].place.key
                         : atlas_score(ranking, lines[i].part, document),
            .taken_up = ranking->taken ? (uint32_t)lines[i].place.key : 0,
            .group = UINT32_MAX,
        };
        if (hit->has_point) {
            hit->point = segment->point[document];
        }
    }
    result->hit_count = count;
}

static void widen(struct geo_box *box, struct geo_point point) {
    box->west_e7 = point.lon_e7 < box->west_e7 ? point.lon_e7 : box->west_e7;
    box->east_e7 = point.lon_e7 > box->east_e7 ? point.lon_e7 : box->east_e7;
    box->south_e7 = point.lat_e7 < box->south_e7 ? point.lat_e7 : box->south_e7;
    box->north_e7 = point.lat_e7 > box->north_e7 ? point.lat_e7 : box->north_e7;
}

static bool is_inside(const struct geo_box *box, const struct geo_box *outer) {
    return box->west_e7 >= outer->west_e7 && box->east_e7 <= outer->east_e7 &&
           box->south_e7 >= outer->south_e7 && box->north_e7 <= outer->north_e7;
}

/* Adds how many matches are placed, and widens the box to them: of a bitset, only where a block
 * reaches beyond it. */
static uint64_t add_placed(const struct atlas_match *match, struct geo_box *box) {
    const struct atlas_segment *segment = match->segment;
    uint64_t placed = 0;
    if (match->misses) {
        uint32_t document;
        for (struct atlas_walk walk = atlas_walk(match);
             atlas_walk_next(&walk, &document) && document < segment->placed; placed++) {
            widen(box, segment->point[document]);
        }
        return placed;
    }
    for (uint32_t first = 0; first < segment->placed; first += ATLAS_BLOCK) {
        uint64_t left = match->bits[first / ATLAS_BLOCK];
        if (segment->placed - first < ATLAS_BLOCK) {
            left &= (UINT64_C(1) << (segment->placed - first)) - 1;
        }
        placed += atlas_ones(left);
        if (left && !is_inside(&segment->block_box[first / ATLAS_BLOCK], box)) {
            for (; left; left &= left - 1) {
                widen(box, segment->point[first + (uint32_t)__builtin_ctzll(left)]);
            }
        }
    }
    return placed;
}

/* Totals, those never drawn, and the box of those that are. */
static void sum_up(const struct atlas_match matches[ATLAS_PART__COUNT],
                   struct atlas_result *result) {
    struct geo_box box = {
        .west_e7 = INT32_MAX, .south_e7 = INT32_MAX, .east_e7 = INT32_MIN, .north_e7 = INT32_MIN};
    uint64_t placed = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        result->total += matches[part].count;
        placed += add_placed(&matches[part], &box);
    }
    result->unplaced = result->total - placed;
    result->has_box = placed > 0;
    if (placed) {
        result->box = box;
    }
}

/* RULE SHOW-1: folds unless words, a source or an order were asked for. */
static bool folds(const struct atlas_request *request, const struct atlas_plan *plan,
                  enum query_sort sort) {
    return request->fold && !plan->clause_count && !plan->query->sources.count &&
           sort == QUERY_SORT_RELEVANCE;
}

static err list(const struct atlas_plan *plan, struct atlas_match *matches,
                const struct atlas_request *request, const struct atlas_place *after,
                struct atlas_result *result) {
    const struct query *query = request->query;
    struct atlas_ranking ranking = {
        .plan = plan, .matches = matches, .after = after, .limit = query->limit};
    ranking.sort =
        query->sort == QUERY_SORT_NEAR && !query->has_near ? QUERY_SORT_RELEVANCE : query->sort;
    ranking.is_folded = folds(request, plan, ranking.sort);
    if (ranking.sort == QUERY_SORT_TAKEN_UP) {
        TRY(atlas_taken_get(plan->view, &ranking.taken));
    }
    struct atlas_line *lines;
    uint32_t count;
    bool more;
    TRY(atlas_ranking_run(&ranking, &lines, &count, &more));
    result->hits = plan_new(plan, struct atlas_hit, count);
    if (!result->hits) {
        return ERR_MEMORY;
    }
    fill_hits(&ranking, lines, count, result);
    if (ranking.is_folded) {
        TRY(atlas_groups_tell(&ranking, lines, count, result));
    }
    if (more && count) {
        const struct atlas_cursor next = {.generation = plan->view->generation,
                                          .query = atlas_cursor_query(request),
                                          .now_ms = plan->now_ms,
                                          .place = lines[count - 1].place};
        result->next_cursor = atlas_cursor_write(&next, plan->arena);
    }
    return OK;
}

static err search(const struct atlas_view *view, const struct atlas_request *request,
                  struct atlas_desk *desk, struct atlas_result *result, struct problem *problem) {
    struct atlas_cursor cursor;
    struct atlas_request asked = *request;
    bool goes_on = request->query->cursor.n > 0;
    if (goes_on) {
        TRY(follow_cursor(request, &desk->arena, &view, &cursor, result, problem));
        goes_on = !result->cursor_expired;
        asked.now_ms = goes_on ? cursor.now_ms : request->now_ms;
    }
    struct atlas_plan plan;
    struct atlas_match matches[ATLAS_PART__COUNT];
    TRY(atlas_plan_make(view, &asked, desk, &plan, problem));
    TRY(atlas_match_all(&plan, matches));
    sum_up(matches, result);
    result->corrected = plan.corrected;
    TRY(list(&plan, matches, &asked, goes_on ? &cursor.place : NULL, result));
    return atlas_facets_count(&plan, matches, &asked, result);
}

/* The scratch of a request is as large as the index; only what is asked for goes to the caller. */
static err hand_over(const struct atlas_result *from, struct arena *arena,
                     struct atlas_result *result) {
    *result = *from;
    result->hits = arena_try(arena, struct atlas_hit, from->hit_count);
    result->groups = arena_try(arena, struct atlas_group, from->group_count);
    if (!result->hits || !result->groups) {
        return ERR_LIMIT;
    }
    if (from->hit_count) {
        memcpy(result->hits, from->hits, from->hit_count * sizeof(*from->hits));
    }
    for (uint32_t i = 0; i < from->group_count; i++) {
        result->groups[i] = from->groups[i];
        result->groups[i].source = arena_copy(arena, from->groups[i].source);
        result->groups[i].type = arena_copy(arena, from->groups[i].type);
    }
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        const struct atlas_facet_counts *facet = &from->facets[which];
        struct atlas_facet_value *values = arena_try(arena, struct atlas_facet_value, facet->count);
        if (!values) {
            return ERR_LIMIT;
        }
        for (uint32_t i = 0; i < facet->count; i++) {
            values[i] = facet->values[i];
            values[i].value = arena_copy(arena, facet->values[i].value);
        }
        result->facets[which].values = values;
    }
    result->next_cursor = arena_copy(arena, from->next_cursor);
    result->corrected = arena_copy(arena, from->corrected);
    return OK;
}

err atlas_search(const struct atlas_view *view, const struct atlas_request *request,
                 struct arena *arena, struct atlas_result *result, struct problem *problem) {
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(view->desks);
    if (!desk) {
        return ERR_MEMORY;
    }
    struct atlas_result found = {.next_cursor = SLICE_EMPTY, .corrected = SLICE_EMPTY};
    TRY(search(view, request, desk, &found, problem));
    return hand_over(&found, arena, result);
}

err atlas_all(const struct atlas_view *view, const struct atlas_request *request,
              struct arena *arena, struct atlas_document **documents, size_t *count,
              struct problem *problem) {
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(view->desks);
    if (!desk) {
        return ERR_MEMORY;
    }
    struct atlas_plan plan;
    struct atlas_match matches[ATLAS_PART__COUNT];
    TRY(atlas_plan_make(view, request, desk, &plan, problem));
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        struct atlas_window window = atlas_window(0, view->parts[part]->count);
        TRY(atlas_match_make(&plan, (enum atlas_part)part, window, false, &matches[part]));
    }
    size_t total = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        total += matches[part].count;
    }
    struct atlas_document *found = arena_try(arena, struct atlas_document, total);
    if (!found) {
        return ERR_LIMIT;
    }
    uint32_t at[ATLAS_PART__COUNT] = {0};
    for (size_t n = 0; n < total; n++) {
        const struct atlas_segment *from = NULL;
        uint32_t document = 0;
        int best = 0;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            const struct atlas_segment *segment = view->parts[part];
            while (at[part] < segment->count &&
                   !atlas_match_has(&matches[part], segment->by_entry[at[part]])) {
                at[part]++;
            }
            /* An entry stands in one part only, so the ids decide. */
            if (at[part] < segment->count &&
                (!from || segment->entry[segment->by_entry[at[part]]] < from->entry[document])) {
                from = segment;
                document = segment->by_entry[at[part]];
                best = part;
            }
        }
        if (!from) {
            return ERR_INTERNAL;
        }
        at[best]++;
        found[n] = (struct atlas_document){.entry = {from->entry[document]},
                                           .kind = (enum query_kind)from->kind[document],
                                           .ask = from->ask[document]};
    }
    *documents = found;
    *count = total;
    return OK;
}
