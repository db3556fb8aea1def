#include "atlas/rank.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* README, "Score": what the points of a document come to at most. */
#define QUALITY_MOST          530
#define CLOSENESS_MOST        2000
#define POINTS_BESIDE_QUALITY (150 + 200 + 120) /* source, next date, freshness */

/* README, "Score": how many of one source and kind there are. */
static uint16_t source_points(uint32_t alike) {
    return alike <= 12 ? 150 : alike <= 100 ? 110 : alike <= 1000 ? 50 : 0;
}

static int upcoming_points(int64_t in_ms) {
    int64_t days = in_ms / DAY_MS;
    return days <= 7 ? 200 : days <= 30 ? 150 : days <= 90 ? 90 : 50;
}

static int fresh_points(int64_t fresh_ms, int64_t now_ms) {
    if (fresh_ms <= 0) {
        return 0;
    }
    int64_t days = (now_ms - fresh_ms) / DAY_MS;
    return days < 30     ? 120
           : days < 90   ? 100
           : days < 365  ? 70
           : days < 730  ? 40
           : days < 1825 ? 15
                         : 0;
}

/* The start of the next date (now for one that is under way), or INT64_MAX when all are over; then
 * `*over_ms` is the end of the last one. */
static int64_t next_date(const struct atlas_segment *segment, uint32_t dated, int64_t now_ms,
                         int64_t *over_ms) {
    int64_t next = INT64_MAX;
    *over_ms = INT64_MIN;
    for (uint32_t i = segment->date_offsets[dated]; i < segment->date_offsets[dated + 1]; i++) {
        int64_t first = segment->date_first_ms[i];
        int64_t last = segment->date_last_ms[i];
        if (last >= now_ms) {
            int64_t start = first > now_ms ? first : now_ms;
            next = start < next ? start : next;
        }
        *over_ms = last > *over_ms ? last : *over_ms;
    }
    return next;
}

/* Position of the document's dates, or UINT32_MAX when it has none. */
static uint32_t dates_of(const struct atlas_segment *segment, uint32_t document) {
    uint32_t at = atlas_gallop(segment->dated, 0, segment->dated_count, document);
    return at < segment->dated_count && segment->dated[at] == document ? at : UINT32_MAX;
}

static int date_points(const struct atlas_segment *segment, uint32_t document, int64_t now_ms) {
    uint32_t dated = dates_of(segment, document);
    if (dated == UINT32_MAX) {
        return 0;
    }
    int64_t over_ms;
    int64_t next = next_date(segment, dated, now_ms, &over_ms);
    if (next != INT64_MAX) {
        return upcoming_points(next - now_ms);
    }
    return segment->kind[document] == QUERY_KIND_EVENT ? -150 : 0;
}

err atlas_ranking_prepare(struct atlas_ranking *ranking) {
    const struct atlas_view *view = ranking->plan->view;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        uint32_t sources = view->parts[part]->values[ATLAS_VALUES_SOURCE].lists.key_count;
        uint16_t *points = plan_new(ranking->plan, uint16_t, (size_t)sources * QUERY_KIND__COUNT);
        if (!points) {
            return ERR_MEMORY;
        }
        for (uint32_t key = 0; key < sources; key++) {
            const struct atlas_source *source = &view->sources[view->source_of[part][key]];
            for (uint32_t kind = 0; kind < QUERY_KIND__COUNT; kind++) {
                points[key * QUERY_KIND__COUNT + kind] = source_points(source->counts[kind]);
            }
        }
        ranking->source_points[part] = points;
    }
    return OK;
}

double atlas_distance_m(const struct atlas_plan *plan, enum atlas_part part, uint32_t document) {
    const struct atlas_segment *segment = plan->view->parts[part];
    if (!plan->query->has_near || document >= segment->placed) {
        return -1;
    }
    return geo_distance_m(plan->query->near, segment->point[document]);
}

/* A distance that the document's is never below, for the price of a subtraction: along the
 * meridian. 0.0111 m for 10^-7 degrees is a little less than the sphere's 0.01112. */
static double least_distance_m(const struct atlas_plan *plan, enum atlas_part part,
                               uint32_t document) {
    int64_t north_e7 =
        (int64_t)plan->view->parts[part]->point[document].lat_e7 - plan->query->near.lat_e7;
    return (double)(north_e7 < 0 ? -north_e7 : north_e7) * 0.0111;
}

static uint32_t closeness(double away_m) {
    return 10000000 / (5000 + (uint32_t)away_m);
}

/* Position of the document's source among the facet's keys, or ATLAS_NO_KEY. */
static uint32_t source_key(const struct atlas_segment *segment, uint32_t document) {
    const struct atlas_values *sources = &segment->values[ATLAS_VALUES_SOURCE];
    uint32_t at = sources->offsets[document];
    return at < sources->offsets[document + 1] ? sources->keys[at] : ATLAS_NO_KEY;
}

uint32_t atlas_source_of(const struct atlas_view *view, enum atlas_part part, uint32_t document) {
    uint32_t key = source_key(view->parts[part], document);
    return key == ATLAS_NO_KEY ? UINT32_MAX : view->source_of[part][key];
}

/* The points but for closeness; they may be below nothing. */
static int64_t points_anywhere(const struct atlas_ranking *ranking, enum atlas_part part,
                               uint32_t document) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    uint32_t key = source_key(segment, document);
    int points = segment->quality[document];
    points += key == ATLAS_NO_KEY
                  ? source_points(0)
                  : ranking->source_points[part][key * QUERY_KIND__COUNT + segment->kind[document]];
    points += fresh_points(segment->fresh_ms[document], ranking->plan->now_ms);
    points += date_points(segment, document, ranking->plan->now_ms);
    return points;
}

static bool is_placed_near(const struct atlas_ranking *ranking, enum atlas_part part,
                           uint32_t document) {
    return ranking->plan->query->has_near && document < ranking->matches[part].segment->placed;
}

static uint32_t score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document,
                      uint32_t words) {
    int64_t points = points_anywhere(ranking, part, document);
    if (is_placed_near(ranking, part, document)) {
        points += closeness(atlas_distance_m(ranking->plan, part, document));
    }
    return (points > 0 ? (uint32_t)points : 0) + words;
}

uint32_t atlas_score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document) {
    return score(ranking, part, document, atlas_words_score(&ranking->matches[part], document));
}

/* Whether by relevance the document stands behind a line whatever the rest of its points, which
 * cost more to know than its words and its quality: most documents need not be looked at. */
static bool is_surely_behind(const struct atlas_ranking *ranking, enum atlas_part part,
                             uint32_t document, uint32_t words, const struct atlas_line *line) {
    if (ranking->sort != QUERY_SORT_RELEVANCE) {
        return false;
    }
    bool is_near = is_placed_near(ranking, part, document);
    uint64_t quality = ranking->matches[part].segment->quality[document];
    uint64_t close = is_near ? CLOSENESS_MOST : 0;
    if (words + quality + POINTS_BESIDE_QUALITY + close < line->place.key) {
        return true;
    }
    if (!is_near) {
        return false;
    }
    int64_t most = points_anywhere(ranking, part, document) +
                   closeness(least_distance_m(ranking->plan, part, document));
    return (uint64_t)(most > 0 ? most : 0) + words < line->place.key;
}

/* README, "Order": upcoming ones by their start, then those over, the last first, then the
 * dateless. */
static uint64_t soon_key(const struct atlas_ranking *ranking, enum atlas_part part,
                         uint32_t document) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    const int64_t bound = INT64_C(1) << 60;
    uint32_t dated = dates_of(segment, document);
    if (dated == UINT32_MAX) {
        return 0;
    }
    int64_t over_ms;
    int64_t next = next_date(segment, dated, ranking->plan->now_ms, &over_ms);
    if (next != INT64_MAX) {
        next = next < bound ? next : bound;
        return UINT64_C(2) << 62 | (uint64_t)(bound - next);
    }
    over_ms = over_ms > -bound ? over_ms : -bound;
    return UINT64_C(1) << 62 | (uint64_t)(over_ms + bound);
}

static struct atlas_place place_of(const struct atlas_ranking *ranking, enum atlas_part part,
                                   uint32_t document, uint32_t words) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    struct atlas_place place = {.entry = segment->entry[document], .title = SLICE_EMPTY};
    if (segment->kind[document] >= QUERY_KIND_NEED) {
        place.ask = 1u + segment->ask[document];
    }
    switch (ranking->sort) {
    case QUERY_SORT_RELEVANCE:
        place.key = score(ranking, part, document, words);
        break;
    case QUERY_SORT_NEAR:
        if (document < segment->placed) {
            double away_m = atlas_distance_m(ranking->plan, part, document);
            place.key = UINT64_MAX - (uint64_t)(away_m * 10);
        }
        break;
    case QUERY_SORT_RECENT:
        place.key = segment->fresh_ms[document] > 0 ? (uint64_t)segment->fresh_ms[document] : 0;
        break;
    case QUERY_SORT_SOON:
        place.key = soon_key(ranking, part, document);
        break;
    case QUERY_SORT_TITLE:
        place.title = atlas_segment_title_key(segment, document);
        break;
    case QUERY_SORT__COUNT:
        break;
    }
    return place;
}

/* Negative when a stands before b. */
static int place_compare(const struct atlas_place *a, const struct atlas_place *b) {
    if (a->key != b->key) {
        return a->key > b->key ? -1 : 1;
    }
    int titles = slice_compare(a->title, b->title);
    if (titles) {
        return titles;
    }
    if (a->entry != b->entry) {
        return a->entry < b->entry ? -1 : 1;
    }
    return (a->ask > b->ask) - (a->ask < b->ask);
}

/* The best lines seen so far; the worst of them is at the root of a heap. */
struct best {
    struct atlas_line *lines;
    uint32_t count, room;
};

static void sift_down(struct best *best, uint32_t at) {
    struct atlas_line line = best->lines[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= best->count) {
            break;
        }
        if (child + 1 < best->count &&
            place_compare(&best->lines[child].place, &best->lines[child + 1].place) < 0) {
            child++;
        }
        if (place_compare(&best->lines[child].place, &line.place) <= 0) {
            break;
        }
        best->lines[at] = best->lines[child];
        at = child;
    }
    best->lines[at] = line;
}

static void sift_up(struct best *best, uint32_t at) {
    struct atlas_line line = best->lines[at];
    while (at > 0 && place_compare(&best->lines[(at - 1) / 2].place, &line.place) < 0) {
        best->lines[at] = best->lines[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    best->lines[at] = line;
}

static void offer(struct best *best, const struct atlas_line *line) {
    if (best->count < best->room) {
        best->lines[best->count] = *line;
        sift_up(best, best->count++);
    } else if (best->room && place_compare(&line->place, &best->lines[0].place) < 0) {
        best->lines[0] = *line;
        sift_down(best, 0);
    }
}

static int compare_lines(const void *a, const void *b) {
    const struct atlas_line *left = a;
    const struct atlas_line *right = b;
    return place_compare(&left->place, &right->place);
}

/* Groups by view source and kind: how many matches, and the best of them. */
struct fold {
    uint32_t count;
    bool is_seen;
    struct atlas_line best;
};

static struct fold *count_groups(const struct atlas_ranking *ranking) {
    const struct atlas_view *view = ranking->plan->view;
    struct fold *folds =
        plan_new(ranking->plan, struct fold, (size_t)view->source_count * QUERY_KIND__COUNT);
    for (int part = 0; folds && part < ATLAS_PART__COUNT; part++) {
        const struct atlas_match *match = &ranking->matches[part];
        uint32_t document;
        for (struct atlas_walk walk = atlas_walk(match); atlas_walk_next(&walk, &document);) {
            uint32_t source = atlas_source_of(view, (enum atlas_part)part, document);
            if (source != UINT32_MAX) {
                folds[source * QUERY_KIND__COUNT + match->segment->kind[document]].count++;
            }
        }
    }
    return folds;
}

static bool is_after(const struct atlas_ranking *ranking, const struct atlas_place *place) {
    return !ranking->after || place_compare(place, ranking->after) > 0;
}

/* The group that the document folds into, or NULL. */
static struct fold *fold_of(const struct atlas_ranking *ranking, struct fold *folds,
                            enum atlas_part part, uint32_t document, uint32_t *group) {
    uint32_t source = folds ? atlas_source_of(ranking->plan->view, part, document) : UINT32_MAX;
    if (source == UINT32_MAX) {
        return NULL;
    }
    *group = source * QUERY_KIND__COUNT + ranking->matches[part].segment->kind[document];
    return folds[*group].count > ATLAS_FOLD_ABOVE ? &folds[*group] : NULL;
}

static void rank_document(const struct atlas_ranking *ranking, struct fold *folds,
                          enum atlas_part part, uint32_t document, uint32_t words,
                          struct best *best) {
    struct atlas_line line = {.part = part, .document = document, .group = UINT32_MAX};
    struct fold *fold = fold_of(ranking, folds, part, document, &line.group);
    if (fold) {
        if (fold->is_seen && is_surely_behind(ranking, part, document, words, &fold->best)) {
            return;
        }
        line.place = place_of(ranking, part, document, words);
        if (!fold->is_seen || place_compare(&line.place, &fold->best.place) < 0) {
            fold->best = line;
            fold->is_seen = true;
        }
        return;
    }
    line.group = UINT32_MAX;
    if (best->count == best->room &&
        is_surely_behind(ranking, part, document, words, &best->lines[0])) {
        return;
    }
    line.place = place_of(ranking, part, document, words);
    if (is_after(ranking, &line.place)) {
        offer(best, &line);
    }
}

static void rank_list(const struct atlas_ranking *ranking, struct fold *folds, enum atlas_part part,
                      struct best *best) {
    const struct atlas_match *match = &ranking->matches[part];
    for (uint32_t i = 0; i < match->listed_count; i++) {
        if (match->misses ? !match->misses[i] : bits_has(match->bits, match->listed[i])) {
            rank_document(ranking, folds, part, match->listed[i],
                          match->scores ? match->scores[i] : 0, best);
        }
    }
}

/* Whether no document of a block can be among the best. */
static bool is_block_behind(const struct atlas_ranking *ranking, const struct atlas_match *match,
                            size_t block, const struct best *best) {
    if (!match->heard_count || ranking->sort != QUERY_SORT_RELEVANCE || best->count < best->room) {
        return false;
    }
    uint64_t most = QUALITY_MOST + POINTS_BESIDE_QUALITY + CLOSENESS_MOST;
    for (uint32_t c = 0; c < match->heard_count; c++) {
        most += (uint64_t)match->heard[c].most[block] * match->heard[c].idf;
    }
    return most < best->lines[0].place.key;
}

/* Documents that stand in a bitset, block by block; a match with words is never folded. */
static void rank_blocks(const struct atlas_ranking *ranking, struct fold *folds,
                        enum atlas_part part, struct best *best) {
    const struct atlas_match *match = &ranking->matches[part];
    for (size_t block = 0; block < match->window.words; block++) {
        if (!match->bits[block] || is_block_behind(ranking, match, block, best)) {
            continue;
        }
        for (uint64_t left = match->bits[block]; left; left &= left - 1) {
            uint32_t document = (uint32_t)(block * 64) + (uint32_t)__builtin_ctzll(left);
            rank_document(ranking, folds, part, document, atlas_words_score(match, document), best);
        }
    }
}

err atlas_ranking_run(const struct atlas_ranking *ranking, struct atlas_line **lines,
                      uint32_t *count, bool *more) {
    const struct atlas_plan *plan = ranking->plan;
    struct best best = {.room = ranking->limit + 1};
    best.lines = plan_new(plan, struct atlas_line, best.room);
    struct fold *folds = ranking->is_folded ? count_groups(ranking) : NULL;
    if (!best.lines || (ranking->is_folded && !folds)) {
        return ERR_MEMORY;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        if (ranking->matches[part].is_listed) {
            rank_list(ranking, folds, (enum atlas_part)part, &best);
        } else {
            rank_blocks(ranking, folds, (enum atlas_part)part, &best);
        }
    }
    for (uint32_t i = 0; folds && i < plan->view->source_count * QUERY_KIND__COUNT; i++) {
        if (folds[i].is_seen && is_after(ranking, &folds[i].best.place)) {
            offer(&best, &folds[i].best);
        }
    }
    qsort(best.lines, best.count, sizeof(*best.lines), compare_lines);
    *more = best.count > ranking->limit;
    *count = *more ? ranking->limit : best.count;
    *lines = best.lines;
    return OK;
}

/* Adds a part's matches of one group: how many, how near, how often each type. */
static void tell_part(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t group,
                      struct atlas_group *told, uint32_t *types) {
    const struct atlas_view *view = ranking->plan->view;
    const struct atlas_match *match = &ranking->matches[part];
    const struct atlas_segment *segment = match->segment;
    const struct atlas_lists *lists = &segment->values[ATLAS_VALUES_SOURCE].lists;
    uint32_t source = group / QUERY_KIND__COUNT;
    uint32_t key = 0;
    while (key < lists->key_count && view->source_of[part][key] != source) {
        key++;
    }
    if (key == lists->key_count) {
        return;
    }
    struct atlas_list list = atlas_lists_get(lists, key);
    struct atlas_list_walk walk = atlas_list_walk(&list, 0);
    for (uint32_t document; atlas_list_next(&walk, &document);) {
        if (!atlas_match_has(match, document) ||
            segment->kind[document] != group % QUERY_KIND__COUNT) {
            continue;
        }
        told->count++;
        if (segment->type[document] != UINT32_MAX) {
            types[segment->type[document]]++;
        }
        if (is_placed_near(ranking, part, document) &&
            (told->nearest_m < 0 ||
             least_distance_m(ranking->plan, part, document) < told->nearest_m)) {
            double away_m = atlas_distance_m(ranking->plan, part, document);
            if (told->nearest_m < 0 || away_m < told->nearest_m) {
                told->nearest_m = away_m;
            }
        }
    }
}

/* The most frequent type of all parts; among equals the first by name. */
static slice frequent_type(const struct atlas_view *view, uint32_t *const *types) {
    uint32_t at[ATLAS_PART__COUNT] = {0};
    slice best = SLICE_EMPTY;
    uint32_t most = 0;
    for (;;) {
        slice type = SLICE_EMPTY;
        bool is_left = false;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            const struct atlas_texts *names = &view->parts[part]->types;
            if (at[part] < names->count &&
                (!is_left || slice_compare(atlas_text(names, at[part]), type) < 0)) {
                type = atlas_text(names, at[part]);
                is_left = true;
            }
        }
        if (!is_left) {
            return best;
        }
        uint32_t count = 0;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            const struct atlas_texts *names = &view->parts[part]->types;
            if (at[part] < names->count && slice_equal(atlas_text(names, at[part]), type)) {
                count += types[part][at[part]++];
            }
        }
        if (count > most) {
            most = count;
            best = type;
        }
    }
}

err atlas_groups_tell(const struct atlas_ranking *ranking, const struct atlas_line *lines,
                      uint32_t count, struct atlas_result *result) {
    const struct atlas_view *view = ranking->plan->view;
    struct arena *arena = ranking->plan->arena;
    uint32_t *types[ATLAS_PART__COUNT];
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        types[part] = plan_new(ranking->plan, uint32_t, view->parts[part]->types.count);
        if (!types[part]) {
            return ERR_MEMORY;
        }
    }
    result->groups = arena_new(arena, struct atlas_group, count);
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].group == UINT32_MAX) {
            continue;
        }
        struct atlas_group *told = &result->groups[result->group_count];
        result->hits[i].group = result->group_count++;
        told->source = view->sources[lines[i].group / QUERY_KIND__COUNT].slug;
        told->kind = (enum query_kind)(lines[i].group % QUERY_KIND__COUNT);
        told->nearest_m = -1;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            uint32_t type_count = view->parts[part]->types.count;
            if (type_count) {
                memset(types[part], 0, type_count * sizeof(**types));
            }
            tell_part(ranking, (enum atlas_part)part, lines[i].group, told, types[part]);
        }
        told->type = frequent_type(view, types);
    }
    return OK;
}
