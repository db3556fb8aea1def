#include "atlas/rank.h"
#include "atlas/blocks.h"
#include "atlas/crowd.h"
#include "atlas/sift.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* README, "Score": what the points of a document come to at most. */
#define CLOSENESS_MOST    2000
#define DATE_POINTS_MOST  200
#define FRESH_POINTS_MOST 320
#define EVENT_OVER_POINTS (-150)

static int upcoming_points(int64_t in_ms) {
    int64_t days = in_ms / DAY_MS;
    return days <= 7 ? 200 : days <= 30 ? 150 : days <= 90 ? 90 : 50;
}

static int fresh_points(int64_t fresh_ms, int64_t now_ms) {
    if (fresh_ms <= 0) {
        return 0;
    }
    int64_t days = (now_ms - fresh_ms) / DAY_MS;
    return days < 30                 ? 320
           : days < 90               ? 300
           : days < 365              ? 270
           : days < ENTRY_STALE_DAYS ? 240 /* RULE FRESH-2 */
           : days < 1825             ? 15
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

static int date_points(const struct atlas_segment *segment, uint32_t document, int64_t now_ms) {
    uint32_t dated = atlas_dated_at(segment, document);
    if (dated == UINT32_MAX) {
        return 0;
    }
    int64_t over_ms;
    int64_t next = next_date(segment, dated, now_ms, &over_ms);
    if (next != INT64_MAX) {
        return upcoming_points(next - now_ms);
    }
    return segment->kind[document] == QUERY_KIND_EVENT ? EVENT_OVER_POINTS : 0;
}

uint16_t atlas_points_bound(const struct atlas_segment *segment, uint32_t document,
                            int64_t since_ms) {
    int64_t points =
        segment->points[document] + fresh_points(segment->fresh_ms[document], since_ms);
    uint32_t dated = atlas_dated_at(segment, document);
    if (dated != UINT32_MAX && atlas_dates_end_ms(segment, dated) >= since_ms) {
        points += DATE_POINTS_MOST;
    } else if (dated != UINT32_MAX && segment->kind[document] == QUERY_KIND_EVENT) {
        points += EVENT_OVER_POINTS;
    }
    return points > 0 ? (uint16_t)points : 0;
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
double atlas_least_distance_m(const struct atlas_plan *plan, enum atlas_part part,
                              uint32_t document) {
    int64_t north_e7 =
        (int64_t)plan->view->parts[part]->point[document].lat_e7 - plan->query->near.lat_e7;
    return (double)(north_e7 < 0 ? -north_e7 : north_e7) * 0.0111;
}

static uint32_t closeness(double away_m) {
    return 10000000 / (5000 + (uint32_t)away_m);
}

uint32_t atlas_source_of(const struct atlas_view *view, enum atlas_part part, uint32_t document) {
    uint32_t key = view->parts[part]->source[document];
    return key == ATLAS_NO_KEY ? UINT32_MAX : view->source_of[part][key];
}

/* The points that are soon known: without dates and closeness. */
static int64_t plain_points(const struct atlas_ranking *ranking, enum atlas_part part,
                            uint32_t document) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    const struct atlas_view *view = ranking->plan->view;
    uint32_t source = atlas_source_of(view, part, document);
    uint32_t alike =
        source == UINT32_MAX ? 0 : view->sources[source].counts[segment->kind[document]];
    return segment->quality[document] + atlas_source_points(alike) +
           fresh_points(segment->fresh_ms[document], ranking->plan->now_ms);
}

/* The points but for closeness; they may be below nothing. */
static int64_t points_anywhere(const struct atlas_ranking *ranking, enum atlas_part part,
                               uint32_t document) {
    return plain_points(ranking, part, document) +
           date_points(ranking->matches[part].segment, document, ranking->plan->now_ms);
}

static uint32_t score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document,
                      uint32_t words) {
    int64_t points = points_anywhere(ranking, part, document);
    if (atlas_is_placed_near(ranking, part, document)) {
        points += closeness(atlas_distance_m(ranking->plan, part, document));
    }
    return (points > 0 ? (uint32_t)points : 0) + words;
}

uint32_t atlas_score(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t document) {
    return score(ranking, part, document, atlas_words_score(&ranking->matches[part], document));
}

/* Whether by relevance the document stands behind a key whatever the rest of its points, which
 * cost more to know than its words and what was known of it as built: most documents need not be
 * looked at. */
static bool is_surely_behind(const struct atlas_ranking *ranking, enum atlas_part part,
                             uint32_t document, uint32_t words, uint64_t key) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    if (ranking->sort != QUERY_SORT_RELEVANCE) {
        return false;
    }
    bool is_near = atlas_is_placed_near(ranking, part, document);
    uint64_t most =
        (uint64_t)words + segment->points[document] + ranking->plan->view->source_rise[part];
    if (most + FRESH_POINTS_MOST + DATE_POINTS_MOST + (is_near ? CLOSENESS_MOST : 0) < key) {
        return true;
    }
    most += bits_has(segment->dated_bits, document) ? DATE_POINTS_MOST : 0;
    most += (uint64_t)fresh_points(segment->fresh_ms[document], ranking->plan->now_ms);
    if (is_near) {
        most += closeness(atlas_least_distance_m(ranking->plan, part, document));
    }
    return most < key;
}

/* README, "Order": upcoming ones by their start, then those over, the last first, then the
 * dateless. */
static uint64_t soon_key(const struct atlas_ranking *ranking, enum atlas_part part,
                         uint32_t document) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    const int64_t bound = INT64_C(1) << 60;
    uint32_t dated = atlas_dated_at(segment, document);
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
    case QUERY_SORT_TAKEN_UP:
        place.key = atlas_taken_times(ranking->taken, place.entry);
        break;
    case QUERY_SORT__COUNT:
        break;
    }
    return place;
}

/* Negative when a stands before b. */
int atlas_place_compare(const struct atlas_place *a, const struct atlas_place *b) {
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
            atlas_place_compare(&best->lines[child].place, &best->lines[child + 1].place) < 0) {
            child++;
        }
        if (atlas_place_compare(&best->lines[child].place, &line.place) <= 0) {
            break;
        }
        best->lines[at] = best->lines[child];
        at = child;
    }
    best->lines[at] = line;
}

static void sift_up(struct best *best, uint32_t at) {
    struct atlas_line line = best->lines[at];
    while (at > 0 && atlas_place_compare(&best->lines[(at - 1) / 2].place, &line.place) < 0) {
        best->lines[at] = best->lines[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    best->lines[at] = line;
}

static void offer(struct best *best, const struct atlas_line *line) {
    if (best->count < best->room) {
        best->lines[best->count] = *line;
        sift_up(best, best->count++);
    } else if (best->room && atlas_place_compare(&line->place, &best->lines[0].place) < 0) {
        best->lines[0] = *line;
        sift_down(best, 0);
    }
}

static int compare_lines(const void *a, const void *b) {
    const struct atlas_line *left = a;
    const struct atlas_line *right = b;
    return atlas_place_compare(&left->place, &right->place);
}

struct ranker {
    const struct atlas_ranking *ranking;
    struct atlas_place floor; /* as many as are wanted stand here or before */
    bool has_floor;
    /* Of the part in hand: at least all documents with dates to come; by taken-up those that were
     * taken up. */
    const uint64_t *timely;
    struct sift_ages ages;
    struct atlas_folds folds;
    struct best best;
};

static bool is_after(const struct atlas_ranking *ranking, const struct atlas_place *place) {
    return !ranking->after || atlas_place_compare(place, ranking->after) > 0;
}

/* The line of a group has moved up, or is new. */
static void offer_group(struct best *best, const struct atlas_line *line, bool was_seen) {
    for (uint32_t i = 0; was_seen && i < best->count; i++) {
        if (best->lines[i].group == line->group) {
            best->lines[i] = *line;
            sift_down(best, i);
            return;
        }
    }
    offer(best, line);
}

/* The place that what is behind it need not be looked at; NULL: none yet. */
static const struct atlas_place *worst_of(const struct ranker *ranker) {
    return ranker->best.count == ranker->best.room ? &ranker->best.lines[0].place
           : ranker->has_floor                     ? &ranker->floor
                                                   : NULL;
}
static bool is_worse(const struct ranker *ranker, const struct atlas_place *bound) {
    const struct atlas_place *worst = worst_of(ranker);
    return worst && atlas_place_compare(bound, worst) > 0;
}
static uint64_t worst_key(const struct ranker *ranker) {
    const struct atlas_place *worst = worst_of(ranker);
    return worst ? worst->key : 0;
}

static void rank_document(struct ranker *ranker, enum atlas_part part, uint32_t document,
                          uint32_t words) {
    const struct atlas_ranking *ranking = ranker->ranking;
    struct best *best = &ranker->best;
    struct atlas_line line = {.part = part, .document = document, .group = UINT32_MAX};
    if (is_surely_behind(ranking, part, document, words, worst_key(ranker))) {
        return;
    }
    struct atlas_fold *fold =
        ranking->is_folded ? atlas_folds_get(&ranker->folds, part, document, &line.group) : NULL;
    if (!fold) {
        line.group = UINT32_MAX;
        line.place = place_of(ranking, part, document, words);
        if (is_after(ranking, &line.place)) {
            offer(best, &line);
        }
        return;
    }
    if (fold->is_over ||
        (fold->is_seen && is_surely_behind(ranking, part, document, words, fold->best.place.key))) {
        return;
    }
    line.place = place_of(ranking, part, document, words);
    if (!fold->is_seen || atlas_place_compare(&line.place, &fold->best.place) < 0) {
        bool was_seen = fold->is_seen;
        fold->best = line;
        fold->is_seen = true;
        offer_group(best, &line, was_seen);
    }
}

/* A place that no document of a block, or of a region, stands before: any of them, or those that
 * are not timely. */
static struct atlas_place bound_of(const struct atlas_ranking *ranking, enum atlas_part part,
                                   size_t block, uint64_t words, bool with_timely) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    const struct query *query = ranking->plan->query;
    int64_t now_ms = ranking->plan->now_ms;
    struct atlas_place place = {.entry = segment->block_entry[block], .title = SLICE_EMPTY};
    switch (ranking->sort) {
    case QUERY_SORT_RELEVANCE:
        place.key = words + segment->block_points[block] + ranking->plan->view->source_rise[part];
        place.key += (uint64_t)fresh_points(segment->block_fresh_ms[block], now_ms);
        place.key += with_timely && segment->block_last_ms[block] >= now_ms ? DATE_POINTS_MOST : 0;
        if (query->has_near) {
            double away_m = atlas_block_distance_m(segment, block, query->near);
            place.key += away_m < 0 ? 0 : closeness(away_m);
        }
        break;
    case QUERY_SORT_NEAR: {
        double away_m = atlas_block_distance_m(segment, block, query->near);
        place.key = away_m < 0 ? 0 : UINT64_MAX - (uint64_t)(away_m * 10);
        break;
    }
    case QUERY_SORT_RECENT:
        place.key =
            segment->block_fresh_ms[block] > 0 ? (uint64_t)segment->block_fresh_ms[block] : 0;
        break;
    case QUERY_SORT_SOON:
        place.key = with_timely && segment->block_last_ms[block] != INT64_MIN ? UINT64_MAX : 0;
        break;
    case QUERY_SORT_TITLE:
        place.title = atlas_segment_title_key(segment, segment->block_title[block]);
        break;
    case QUERY_SORT_TAKEN_UP:
        place.key = with_timely ? ranking->taken->most : 0;
        break;
    case QUERY_SORT__COUNT:
        break;
    }
    return place;
}

static size_t region_end(const struct atlas_match *match, size_t region) {
    size_t end = (region + 1) * ATLAS_REGION;
    return end < match->window.words ? end : match->window.words;
}

/* 64 items of a column, of which the last ones may be missing: those are zero, in a room. */
#define ALL_OF(items, count, room)                                                                 \
    ((count) == SIFT_AT_ONCE                                                                       \
         ? (items)                                                                                 \
         : memcpy(memset((room), 0, sizeof(room)), (items), (count) * sizeof(*(items))))

/* What the words bring to the documents of a region at most. */
static uint64_t words_of_region(const struct atlas_match *match, size_t region) {
    size_t first = region * ATLAS_REGION;
    size_t count = region_end(match, region) - first;
    uint64_t words = 0;
    for (uint32_t c = 0; c < match->heard_count; c++) {
        uint8_t room[ATLAS_REGION];
        const uint8_t *most = ALL_OF(match->heard[c].most + first, count, room);
        words += (uint64_t)sift_largest(most) * match->heard[c].idf;
    }
    return words;
}

static err find_taken(struct ranker *ranker, enum atlas_part part) {
    const struct atlas_segment *segment = ranker->ranking->matches[part].segment;
    uint64_t *bits = plan_new(ranker->ranking->plan, uint64_t, segment->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    atlas_taken_bits(ranker->ranking->taken, segment, bits);
    ranker->timely = bits;
    return OK;
}

/* The documents with dates to come, unless they are many or do not matter: then all with dates. */
static err find_timely(struct ranker *ranker, enum atlas_part part) {
    const struct atlas_plan *plan = ranker->ranking->plan;
    const struct atlas_segment *segment = ranker->ranking->matches[part].segment;
    if (ranker->ranking->sort == QUERY_SORT_TAKEN_UP) {
        return find_taken(ranker, part);
    }
    uint32_t low = 0;
    uint32_t high = segment->dated_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (atlas_dates_end_ms(segment, segment->dated_by_end[middle]) >= plan->now_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    ranker->timely = segment->dated_bits;
    if (ranker->ranking->sort != QUERY_SORT_RELEVANCE || plan->clause_count ||
        low > segment->words) {
        return OK;
    }
    uint64_t *bits = plan_new(plan, uint64_t, segment->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < low; i++) {
        bits_set(bits, segment->dated[segment->dated_by_end[i]]);
    }
    ranker->timely = bits;
    return OK;
}

/* Does something with every document of a region that matches, but for the blocks left out. */
typedef void region_visit(struct ranker *ranker, enum atlas_part part, uint32_t document,
                          uint32_t words);
/* Whether what has such a bound can be left out; the least key that cannot. */
struct region_limit {
    bool (*is_out)(const struct ranker *ranker, const struct atlas_place *bound);
    uint64_t (*key)(const struct ranker *ranker);
};

/* Bits of what comes to a key with so much beside the sums and points, and with what dates bring to
 * some. */
static uint64_t reaching(const uint32_t sums[SIFT_AT_ONCE], const uint16_t points[SIFT_AT_ONCE],
                         uint64_t timely, uint64_t key, uint64_t beside) {
    const uint64_t dated = beside + DATE_POINTS_MOST;
    uint64_t bits = key > beside ? sift_reach(sums, points, (uint32_t)(key - beside)) : UINT64_MAX;
    if (timely & ~bits) {
        bits |=
            timely & (key > dated ? sift_reach(sums, points, (uint32_t)(key - dated)) : UINT64_MAX);
    }
    return bits;
}

/* The documents of a block, of those in `left`, that may stand among the best by relevance. They
 * may have so much beside their words, how fresh they are and what was known of them as built. */
static void walk_block(struct ranker *ranker, enum atlas_part part, size_t block, uint64_t left,
                       uint64_t beside, const struct region_limit *limit, region_visit *visit) {
    const struct atlas_match *match = &ranker->ranking->matches[part];
    const struct atlas_segment *segment = match->segment;
    const uint32_t first = (uint32_t)(block * ATLAS_BLOCK);
    const size_t count =
        segment->count - first < ATLAS_BLOCK ? segment->count - first : ATLAS_BLOCK;
    const uint64_t timely = ranker->timely[block] & left;
    const int64_t now_ms = ranker->ranking->plan->now_ms;
    const uint64_t fresh = (uint64_t)fresh_points(segment->block_fresh_ms[block], now_ms);
    uint32_t words[ATLAS_BLOCK];
    uint16_t room[ATLAS_BLOCK];
    const uint16_t *points = ALL_OF(segment->points + first, count, room);
    sift_words(match->heard, match->heard_count, block, words);
    left &= reaching(words, points, timely, limit->key(ranker), beside + fresh);
    for (; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        struct atlas_place bound = {.entry = segment->entry[first + i], .title = SLICE_EMPTY};
        bound.key = words[i] + points[i] + beside;
        bound.key += (uint64_t)fresh_points(segment->fresh_ms[first + i], now_ms);
        bound.key += timely >> i & 1 ? DATE_POINTS_MOST : 0;
        if (!limit->is_out(ranker, &bound)) {
            visit(ranker, part, first + i, words[i]);
        }
    }
}

/* What the documents of a block may have beside, by relevance. */
static uint64_t beside_of(const struct ranker *ranker, enum atlas_part part, size_t block) {
    const struct atlas_plan *plan = ranker->ranking->plan;
    uint64_t beside = plan->view->source_rise[part];
    if (plan->query->has_near) {
        double away_m = atlas_block_distance_m(plan->view->parts[part], block, plan->query->near);
        beside += away_m < 0 ? 0 : closeness(away_m);
    }
    return beside;
}

/* By relevance: the blocks of a region are sifted as the documents of a block are. */
static void walk_best(struct ranker *ranker, enum atlas_part part, size_t region,
                      const struct region_limit *limit, region_visit *visit) {
    const struct atlas_ranking *ranking = ranker->ranking;
    const struct atlas_match *match = &ranking->matches[part];
    const struct atlas_segment *segment = match->segment;
    const size_t first = region * ATLAS_REGION;
    const size_t count = region_end(match, region) - first;
    uint32_t most[ATLAS_REGION] = {0}; /* of words and freshness */
    uint16_t points_room[ATLAS_REGION];
    int64_t times_room[ATLAS_REGION];
    for (uint32_t c = 0; c < match->heard_count; c++) {
        uint8_t room[ATLAS_REGION];
        sift_weigh(ALL_OF(match->heard[c].most + first, count, room), match->heard[c].idf, most);
    }
    sift_gain(ALL_OF(segment->block_fresh_ms + first, count, times_room), &ranker->ages, most);
    const uint16_t *points = ALL_OF(segment->block_points + first, count, points_room);
    uint64_t left = 0;
    uint64_t timely = 0;
    for (size_t i = 0; i < count; i++) {
        left |= (uint64_t)(match->bits[first + i] != 0) << i;
        timely |= (uint64_t)(segment->block_last_ms[first + i] >= ranking->plan->now_ms) << i;
    }
    uint64_t beside = ranking->plan->view->source_rise[part];
    beside += ranking->plan->query->has_near ? CLOSENESS_MOST : 0;
    left &= reaching(most, points, timely, limit->key(ranker), beside);
    for (; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        beside = beside_of(ranker, part, first + i);
        struct atlas_place bound = {.key = most[i] + points[i] + beside,
                                    .entry = segment->block_entry[first + i],
                                    .title = SLICE_EMPTY};
        uint64_t documents = match->bits[first + i];
        if (limit->is_out(ranker, &bound)) { /* but for those with dates to come, which are few */
            documents &= timely >> i & 1 ? ranker->timely[first + i] : 0;
            bound.key += DATE_POINTS_MOST;
        }
        if (documents && !limit->is_out(ranker, &bound)) {
            walk_block(ranker, part, first + i, documents, beside, limit, visit);
        }
    }
}

/* By another order. */
static void walk_ordered(struct ranker *ranker, enum atlas_part part, size_t region,
                         const struct region_limit *limit, region_visit *visit) {
    const struct atlas_match *match = &ranker->ranking->matches[part];
    for (size_t block = region * ATLAS_REGION; block < region_end(match, region); block++) {
        uint64_t left = match->bits[block];
        bool has_timely = (left & ranker->timely[block]) != 0;
        struct atlas_place bound = bound_of(ranker->ranking, part, block, 0, has_timely);
        if (!left || limit->is_out(ranker, &bound)) {
            continue;
        }
        bound = bound_of(ranker->ranking, part, block, 0, false);
        if (limit->is_out(ranker, &bound)) { /* but for those that are timely, which are few */
            left &= ranker->timely[block];
        }
        for (; left; left &= left - 1) {
            unsigned i = (unsigned)__builtin_ctzll(left);
            visit(ranker, part, (uint32_t)(block * ATLAS_BLOCK) + i, 0);
        }
    }
}

static void walk_region(struct ranker *ranker, enum atlas_part part, size_t region,
                        const struct region_limit *limit, region_visit *visit) {
    if (ranker->ranking->sort == QUERY_SORT_RELEVANCE) {
        walk_best(ranker, part, region, limit, visit);
    } else {
        walk_ordered(ranker, part, region, limit, visit);
    }
}

/* Documents that stand in a bitset, region by region, the one that may have the best first. */
static err rank_regions(struct ranker *ranker, enum atlas_part part,
                        const struct region_limit *limit, region_visit *visit) {
    const struct atlas_match *match = &ranker->ranking->matches[part];
    size_t count = atlas_region_count(match->segment);
    struct atlas_place *bounds = plan_new(ranker->ranking->plan, struct atlas_place, count);
    size_t first = SIZE_MAX;
    if (!bounds) {
        return ERR_MEMORY;
    }
    TRY(find_timely(ranker, part));
    for (size_t region = 0; region < count; region++) {
        bounds[region] = bound_of(ranker->ranking, part, match->segment->words + region,
                                  words_of_region(match, region), true);
        if (first == SIZE_MAX || atlas_place_compare(&bounds[region], &bounds[first]) < 0) {
            first = region;
        }
    }
    if (first != SIZE_MAX) {
        walk_region(ranker, part, first, limit, visit);
    }
    for (size_t region = 0; region < count; region++) {
        if (region != first && !limit->is_out(ranker, &bounds[region])) {
            walk_region(ranker, part, region, limit, visit);
        }
    }
    return OK;
}

static void rank_list(struct ranker *ranker, enum atlas_part part, region_visit *visit) {
    const struct atlas_match *match = &ranker->ranking->matches[part];
    for (uint32_t i = 0; i < match->listed_count; i++) {
        if (match->misses ? !match->misses[i] : bits_has(match->bits, match->listed[i])) {
            visit(ranker, part, match->listed[i], match->scores ? match->scores[i] : 0);
        }
    }
}

/* Looks at those that are known to be good before all others, by relevance. True when they are the
 * best: nothing else comes up to them. Else what they come to is a floor under the best, which are
 * still to be found. */
static bool rank_crowd(struct ranker *ranker, enum atlas_part part) {
    const struct atlas_ranking *ranking = ranker->ranking;
    const struct atlas_match *match = &ranking->matches[part];
    const struct atlas_segment *segment = match->segment;
    if (part != ATLAS_GENERATION || ranking->sort != QUERY_SORT_RELEVANCE ||
        match->heard_count != 1 || !match->heard->crowd) {
        return false;
    }
    const struct atlas_heard *heard = match->heard;
    const struct atlas_crowd *crowd = heard->crowd;
    for (uint32_t i = crowd->best; i < crowd->best + crowd->best_count; i++) {
        uint32_t document = segment->crowd_best[i];
        if (bits_has(match->bits, document)) {
            rank_document(ranker, part, document, segment->crowd_impacts[i] * heard->idf);
        }
    }
    struct best *best = &ranker->best;
    const bool is_full = best->count == best->room;
    const uint64_t bound = (uint64_t)crowd->bound + ranking->plan->view->source_rise[part];
    const bool holds = ranking->plan->now_ms >= crowd->since_ms && !ranking->plan->query->has_near;
    if (holds && is_full && best->lines[0].place.key > bound) {
        return true;
    }
    ranker->has_floor = is_full;
    if (is_full) {
        ranker->floor = best->lines[0].place;
    }
    best->count = 0;
    return false;
}

static err rank_parts(struct ranker *ranker, const struct region_limit *limit,
                      region_visit *visit) {
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        struct atlas_match *match = &ranker->ranking->matches[part];
        if (match->is_listed) {
            rank_list(ranker, (enum atlas_part)part, visit);
        } else if (!rank_crowd(ranker, (enum atlas_part)part)) {
            TRY(atlas_match_weigh(ranker->ranking->plan, match));
            TRY(rank_regions(ranker, (enum atlas_part)part, limit, visit));
        }
    }
    return ranker->folds.failed;
}

static const struct region_limit limit_to_best = {is_worse, worst_key};

/* Groups whose best stands on a page before are not shown again. */
static bool is_here_or_later(const struct ranker *ranker, const struct atlas_place *bound) {
    return is_after(ranker->ranking, bound);
}
static uint64_t key_after(const struct ranker *ranker) {
    return ranker->ranking->after->key;
}
static const struct region_limit limit_to_before = {is_here_or_later, key_after};

static void pass_group(struct ranker *ranker, enum atlas_part part, uint32_t document,
                       uint32_t words) {
    uint32_t group;
    struct atlas_fold *fold = atlas_folds_get(&ranker->folds, part, document, &group);
    if (fold && !fold->is_over) {
        struct atlas_place place = place_of(ranker->ranking, part, document, words);
        fold->is_over = !is_after(ranker->ranking, &place);
    }
}

err atlas_ranking_run(const struct atlas_ranking *ranking, struct atlas_line **lines,
                      uint32_t *count, bool *more) {
    struct ranker ranker = {.ranking = ranking,
                            .ages = sift_ages(ranking->plan->now_ms),
                            .best = {.room = ranking->limit + 1}};
    struct best *best = &ranker.best;
    best->lines = plan_new(ranking->plan, struct atlas_line, best->room);
    if (!best->lines) {
        return ERR_MEMORY;
    }
    if (ranking->is_folded) {
        TRY(atlas_folds_open(ranking, &ranker.folds));
        if (ranking->after) {
            TRY(rank_parts(&ranker, &limit_to_before, pass_group));
        }
    }
    TRY(rank_parts(&ranker, &limit_to_best, rank_document));
    qsort(best->lines, best->count, sizeof(*best->lines), compare_lines);
    *more = best->count > ranking->limit;
    *count = *more ? ranking->limit : best->count;
    *lines = best->lines;
    return OK;
}
