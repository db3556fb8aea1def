/* Each crowd is counted and looked through for its best, by one of two threads: a chain of crowds,
 * each of which holds the one before it whole, by the same one. Only what a crowd has more than the
 * one before is read and counted. */
#include "atlas/build_crowds.h"
#include "atlas/rank.h"
#include "atlas/rows.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS         2
#define BLOCK_DOCUMENTS 64 /* one word of a bitset */

/* One that may be among the best of a crowd; the least stands at the root of a heap. */
struct good {
    uint32_t reach, document;
    uint8_t impact;
};
struct counting {
    struct crowds *crowds;
    int64_t since_ms;
    uint16_t *points;       /* by document: what its points come to at most, from then on */
    uint16_t *block_points; /* the most of each block */
    uint32_t *counts; /* by candidate and enum atlas_crowd_counts; until they are kept, of asks
                               where those of all belong */
    uint32_t *best;   /* by candidate, ATLAS_CROWD_BEST each */
    uint8_t *impacts;
    _Atomic uint32_t next;
};
struct worker {
    struct counting *counting;
    uint64_t *bits;         /* of the crowd in hand */
    uint64_t *more;         /* what it has more than the one before */
    uint8_t *impacts;       /* by document: the largest of the crowd in hand; 0: not in it */
    uint8_t *block_impacts; /* the largest of each block */
    struct good *best;
};

/* Adds the documents of a term, or of a theme, to the crowd in hand. */
static void add_list(const struct worker *worker, const struct atlas_list *list,
                     const uint8_t *impacts) {
    struct atlas_list_walk walk = atlas_list_walk(list, 0);
    uint32_t document;
    for (uint32_t i = 0; atlas_list_next(&walk, &document); i++) {
        uint8_t impact = impacts ? impacts[i] : ATLAS_THEME_IMPACT;
        uint8_t *best = &worker->impacts[document];
        uint8_t *block_best = &worker->block_impacts[document / BLOCK_DOCUMENTS];
        *best = impact > *best ? impact : *best;
        *block_best = impact > *block_best ? impact : *block_best;
        bits_set(worker->more, document);
    }
}

static void add_term(const struct worker *worker, uint32_t term) {
    const struct atlas_segment *segment = worker->counting->crowds->build->segment;
    struct atlas_list list = atlas_lists_get(&segment->postings, term);
    add_list(worker, &list, segment->impacts + list.start);
}

/* All terms and themes that the one before, if any, has not. */
static void add_missing(const struct worker *worker, const struct candidate *candidate,
                        const struct candidate *before) {
    const struct crowds *crowds = worker->counting->crowds;
    const struct atlas_lists *themes = &crowds->build->segment->values[ATLAS_VALUES_THEME].lists;
    for (uint32_t i = 0; i < candidate->term_count; i++) {
        uint32_t term = crowds_terms(crowds, candidate)[i];
        if (!before || !candidate_has_term(crowds, before, term)) {
            add_term(worker, term);
        }
    }
    for (uint32_t term = candidate->prefix_first; term < candidate->prefix_last; term++) {
        if (!before || !candidate_has_term(crowds, before, term)) {
            add_term(worker, term);
        }
    }
    for (uint32_t i = 0; i < candidate->theme_count; i++) {
        uint32_t theme = crowds_themes(crowds, candidate)[i];
        if (!before || !candidate_has_theme(crowds, before, theme)) {
            struct atlas_list list = atlas_lists_get(themes, theme);
            add_list(worker, &list, NULL);
        }
    }
}

/* Adds to the counts those documents of a bitset, or those outside, that are entries or asks. */
static void count_some(const struct atlas_segment *segment, const uint64_t *bits, bool are_outside,
                       bool are_entries, uint32_t *counts) {
    const uint64_t *needs = segment->kinds[QUERY_KIND_NEED];
    const uint64_t *offers = segment->kinds[QUERY_KIND_OFFER];
    const uint64_t flip = are_outside ? UINT64_MAX : 0;
    struct atlas_rows_gather gather;
    atlas_rows_gather_begin(&gather, segment, counts);
    for (uint32_t word = 0; word < segment->words; word++) {
        uint64_t asks = needs[word] | offers[word];
        uint64_t left = (bits[word] ^ flip) & (are_entries ? ~asks : asks);
        if (word + 1 == segment->words && segment->count % 64) { /* none stand behind the last */
            left &= (UINT64_C(1) << segment->count % 64) - 1;
        }
        atlas_rows_gather_add(&gather, word, left);
    }
    atlas_rows_gather_end(&gather);
}

/* By what it has more than the one before, whose counts stand in `counts`, or by those that are not
 * in it when these are fewer. */
static void count_kinds(const struct worker *worker, const struct atlas_crowd *crowd, uint32_t more,
                        bool are_entries, uint32_t *counts) {
    const struct atlas_segment *segment = worker->counting->crowds->build->segment;
    const unsigned kinds = are_entries ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL & ~QUERY_KINDS_ENTRY;
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    if (more <= segment->count - crowd->documents) {
        count_some(segment, worker->more, false, are_entries, counts);
        return;
    }
    memset(counts, 0, values * sizeof(*counts));
    count_some(segment, worker->bits, true, are_entries, counts);
    for (uint32_t value = 0; value < values; value++) {
        counts[value] = atlas_value_count(segment, value, kinds) - counts[value];
    }
}

/* Whether a stands behind b: equals by document, so that the choice is always the same. */
static bool is_behind(const struct good *a, const struct good *b) {
    return a->reach != b->reach ? a->reach < b->reach : a->document > b->document;
}

static void sift_down(struct good *best, uint32_t count, struct good good) {
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && is_behind(&best[child + 1], &best[child]);
        if (!is_behind(&best[child], &good)) {
            break;
        }
        best[at] = best[child];
    }
    best[at] = good;
}

static void sift_up(struct good *best, uint32_t at, struct good good) {
    for (; at && is_behind(&good, &best[(at - 1) / 2]); at = (at - 1) / 2) {
        best[at] = best[(at - 1) / 2];
    }
    best[at] = good;
}

/* Documents of the crowd in hand that stand in a block, as long as there is room. */
static void consider_block(const struct worker *worker, uint32_t block, uint32_t idf, uint32_t room,
                           struct atlas_crowd *crowd) {
    for (uint64_t left = worker->bits[block]; left; left &= left - 1) {
        uint32_t document = block * BLOCK_DOCUMENTS + (uint32_t)__builtin_ctzll(left);
        uint8_t impact = worker->impacts[document];
        struct good good = {.reach = impact * idf + worker->counting->points[document],
                            .document = document,
                            .impact = impact};
        if (crowd->best_count < room) {
            sift_up(worker->best, crowd->best_count++, good);
        } else if (is_behind(&good, &worker->best[0])) {
            crowd->bound = good.reach > crowd->bound ? good.reach : crowd->bound;
        } else {
            crowd->bound = worker->best[0].reach; /* no less than what was left out before */
            sift_down(worker->best, room, good);
        }
    }
}

/* Keeps the best of the crowd in hand in worker->best, a heap; the rest reach the bound at most. A
 * later document stands behind an earlier one that reaches as far, so a block that reaches no
 * farther than the least of the best has none of them. */
static void choose_best(struct worker *worker, struct atlas_crowd *crowd) {
    const struct counting *counting = worker->counting;
    const struct atlas_segment *segment = counting->crowds->build->segment;
    uint32_t idf = atlas_rarity(segment->count, crowd->documents);
    uint32_t room = crowd->documents / ATLAS_CROWD_BEST_SHARE + 1;
    room = room < ATLAS_CROWD_BEST ? room : ATLAS_CROWD_BEST;
    for (uint32_t block = 0; block < segment->words; block++) {
        if (!worker->bits[block]) {
            continue;
        }
        if (crowd->best_count == room) {
            uint32_t reach = worker->block_impacts[block] * idf + counting->block_points[block];
            if (reach <= worker->best[0].reach) {
                crowd->bound = reach > crowd->bound ? reach : crowd->bound;
                continue;
            }
        }
        consider_block(worker, block, idf, room, crowd);
    }
}

static int compare_good(const void *a, const void *b) {
    return is_behind(a, b) ? 1 : -1;
}

/* The rows of counts of a candidate. */
static uint32_t *counts_of(const struct counting *counting, uint32_t at) {
    size_t row = ATLAS_CROWD_COUNTS__COUNT *
                 (size_t)counting->crowds->build->segment->value_first[ATLAS_OF__COUNT];
    return counting->counts + at * row;
}

static void keep_best(const struct worker *worker, uint32_t at, const struct atlas_crowd *crowd) {
    const struct counting *counting = worker->counting;
    qsort(worker->best, crowd->best_count, sizeof(*worker->best), compare_good);
    for (uint32_t i = 0; i < crowd->best_count; i++) {
        counting->best[(size_t)at * ATLAS_CROWD_BEST + i] = worker->best[i].document;
        counting->impacts[(size_t)at * ATLAS_CROWD_BEST + i] = worker->best[i].impact;
    }
}

/* A candidate of few documents has no best, and is left out; those that hold it are counted from
 * it. */
static void make_crowd(struct worker *worker, uint32_t at, uint32_t before_at) {
    const struct counting *counting = worker->counting;
    const struct crowds *crowds = counting->crowds;
    const struct atlas_segment *segment = crowds->build->segment;
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    struct candidate *candidate = crowds_candidate(crowds, at);
    struct atlas_crowd *crowd = &candidate->crowd;
    uint32_t *counts = counts_of(counting, at);
    bool is_first = before_at == ATLAS_NO_KEY;
    if (is_first) {
        memset(worker->bits, 0, segment->words * sizeof(*worker->bits));
        memset(worker->impacts, 0, segment->count);
        memset(worker->block_impacts, 0, segment->words);
    } else {
        memcpy(counts, counts_of(counting, before_at),
               ATLAS_CROWD_COUNTS__COUNT * values * sizeof(*counts));
    }
    memset(worker->more, 0, segment->words * sizeof(*worker->more));
    add_missing(worker, candidate, is_first ? NULL : crowds_candidate(crowds, before_at));
    for (uint32_t word = 0; word < segment->words; word++) {
        worker->more[word] &= ~worker->bits[word];
        worker->bits[word] |= worker->more[word];
    }
    uint32_t more = (uint32_t)bits_count(worker->more, segment->words);
    crowd->documents = more + (is_first ? 0 : crowds_candidate(crowds, before_at)->crowd.documents);
    count_kinds(worker, crowd, more, true, counts + ATLAS_CROWD_ENTRIES * values);
    count_kinds(worker, crowd, more, false, counts + ATLAS_CROWD_ALL * values);
    if (crowd->documents <= crowds->least) {
        return;
    }
    if (crowd->bits != ATLAS_NO_KEY) {
        memcpy(segment->crowd_bits + crowd->bits * segment->words, worker->bits,
               segment->words * sizeof(*worker->bits));
    }
    choose_best(worker, crowd);
    keep_best(worker, at, crowd);
}

static void *make_chains(void *self) {
    struct worker *worker = self;
    const struct crowds *crowds = worker->counting->crowds;
    for (;;) {
        uint32_t at = atomic_fetch_add(&worker->counting->next, 1);
        if (at >= crowds->candidates.count) {
            return NULL;
        }
        if (crowds_candidate(crowds, at)->before != ATLAS_NO_KEY) {
            continue; /* in the middle of a chain */
        }
        for (uint32_t before = ATLAS_NO_KEY; at != ATLAS_NO_KEY;) {
            make_crowd(worker, at, before);
            before = at;
            at = crowds_candidate(crowds, at)->after;
        }
    }
}

/* By two threads where there is enough to count. */
static err make_all(struct counting *counting) {
    struct build *build = counting->crowds->build;
    const struct atlas_segment *segment = build->segment;
    struct worker workers[WORKERS];
    unsigned count = segment->count >= BUILDER_APART_LEAST ? WORKERS : 1;
    for (unsigned i = 0; i < count; i++) {
        workers[i] = (struct worker){.counting = counting,
                                     .bits = scratch(build, uint64_t, segment->words),
                                     .more = scratch(build, uint64_t, segment->words),
                                     .impacts = scratch(build, uint8_t, segment->count),
                                     .block_impacts = scratch(build, uint8_t, segment->words),
                                     .best = scratch(build, struct good, ATLAS_CROWD_BEST)};
    }
    TRY_MEMORY(build);
    pthread_t thread;
    bool is_shared = count > 1 && pthread_create(&thread, NULL, make_chains, &workers[1]) == 0;
    make_chains(&workers[0]);
    if (is_shared) {
        pthread_join(thread, NULL);
    }
    return OK;
}

/* README, "Score": what the points of each document come to at most, from `since_ms` on. */
static err bound_points(struct counting *counting) {
    struct build *build = counting->crowds->build;
    const struct atlas_segment *segment = build->segment;
    for (uint32_t i = 0; i < segment->count; i++) {
        bool is_later = segment->fresh_ms[i] > counting->since_ms;
        counting->since_ms = is_later ? segment->fresh_ms[i] : counting->since_ms;
    }
    counting->points = scratch(build, uint16_t, segment->count);
    counting->block_points = scratch(build, uint16_t, segment->words);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        uint16_t points = atlas_points_bound(segment, i, counting->since_ms);
        uint16_t *most = &counting->block_points[i / BLOCK_DOCUMENTS];
        counting->points[i] = points;
        *most = points > *most ? points : *most;
    }
    return OK;
}

/* Those of asks become those of all. */
static void keep_counts(const struct counting *counting, uint32_t at, uint32_t *to) {
    uint32_t values = counting->crowds->build->segment->value_first[ATLAS_OF__COUNT];
    memcpy(to, counts_of(counting, at), ATLAS_CROWD_COUNTS__COUNT * values * sizeof(*to));
    for (uint32_t value = 0; value < values; value++) {
        to[ATLAS_CROWD_ALL * values + value] += to[ATLAS_CROWD_ENTRIES * values + value];
    }
}

static err keep_crowds(const struct counting *counting) {
    const struct crowds *crowds = counting->crowds;
    struct build *build = crowds->build;
    struct atlas_segment *segment = build->segment;
    const struct candidate *all = POOL(&crowds->candidates, const struct candidate);
    size_t row = ATLAS_CROWD_COUNTS__COUNT * (size_t)segment->value_first[ATLAS_OF__COUNT];
    uint32_t best = 0;
    for (uint32_t i = 0; i < crowds->candidates.count; i++) {
        segment->crowd_count += all[i].crowd.best_count > 0;
        best += all[i].crowd.best_count;
    }
    build_column(build, ATLAS_COLUMN_CROWDS, segment->crowd_count);
    build_column(build, ATLAS_COLUMN_CROWD_COUNTS, segment->crowd_count * row);
    build_column(build, ATLAS_COLUMN_CROWD_BEST, best);
    build_column(build, ATLAS_COLUMN_CROWD_IMPACTS, best);
    TRY_MEMORY(build);
    struct atlas_crowd *to = segment->crowds;
    best = 0;
    for (uint32_t i = 0; i < crowds->candidates.count; i++) {
        const struct atlas_crowd *from = &all[i].crowd;
        if (!from->best_count) {
            continue;
        }
        keep_counts(counting, i, segment->crowd_counts + (size_t)(to - segment->crowds) * row);
        memcpy(segment->crowd_best + best, counting->best + (size_t)i * ATLAS_CROWD_BEST,
               from->best_count * sizeof(*counting->best));
        memcpy(segment->crowd_impacts + best, counting->impacts + (size_t)i * ATLAS_CROWD_BEST,
               from->best_count);
        *to = *from;
        to->since_ms = counting->since_ms;
        to++->best = best;
        best += from->best_count;
    }
    return OK;
}

err crowds_count(struct crowds *crowds) {
    struct build *build = crowds->build;
    const struct atlas_segment *segment = build->segment;
    size_t count = crowds->candidates.count;
    struct counting counting = {.crowds = crowds};
    counting.counts = scratch(
        build, uint32_t, count * ATLAS_CROWD_COUNTS__COUNT * segment->value_first[ATLAS_OF__COUNT]);
    counting.best = scratch(build, uint32_t, count * ATLAS_CROWD_BEST);
    counting.impacts = scratch(build, uint8_t, count * ATLAS_CROWD_BEST);
    build_column(build, ATLAS_COLUMN_CROWD_BITS, crowds->bits_count * segment->words);
    TRY_MEMORY(build);
    TRY(bound_points(&counting));
    TRY(make_all(&counting));
    return keep_crowds(&counting);
}
