/* Frequent words and prefixes become crowds (crowd.h): found among the terms, then each counted and
 * looked through for its best by one of two threads. */
#include "atlas/build.h"
#include "atlas/crowd.h"
#include "atlas/rank.h"
#include "atlas/rows.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS          2
#define PREFIX_BYTES_MAX 64
#define ROWS_AT_ONCE     1024

/* One that may be among the best of a crowd; the least stands at the root of a heap. */
struct good {
    uint32_t reach, document;
    uint8_t impact;
};
struct crowd_worker {
    struct crowds *crowds;
    uint64_t *bits;   /* of the crowd in hand */
    uint8_t *impacts; /* by document: the largest of the crowd in hand */
    struct good *best;
};
struct crowds {
    struct build *build;
    struct pool candidates; /* struct atlas_crowd */
    uint32_t bits_count;    /* of them so many have bits */
    uint32_t least;
    int64_t since_ms;
    uint16_t *points; /* by document: what its points come to at most, from then on */
    uint32_t *counts; /* by candidate and enum atlas_crowd_counts */
    uint32_t *best;   /* by candidate, ATLAS_CROWD_BEST each */
    uint8_t *impacts;
    _Atomic uint32_t next;
};

void atlas_builder_crowds(struct atlas_builder *builder, uint32_t least) {
    builder->crowd_least = least ? least : ATLAS_CROWD_LEAST;
}

/* ---- found ---- */

static err add_candidate(struct crowds *crowds, enum atlas_crowd_of of, uint64_t first,
                         uint64_t second) {
    const struct atlas_segment *segment = crowds->build->segment;
    TRY(pool_reserve(&crowds->candidates, sizeof(struct atlas_crowd), 1));
    struct atlas_crowd *crowd =
        POOL(&crowds->candidates, struct atlas_crowd) + crowds->candidates.count++;
    *crowd = (struct atlas_crowd){.first = first,
                                  .second = second,
                                  .since_ms = crowds->since_ms,
                                  .of = of,
                                  .bits = ATLAS_NO_KEY};
    uint64_t scattered = 0;
    for (uint64_t term = first; of == ATLAS_CROWD_PREFIX && term < second; term++) {
        bool is_dense = atlas_lists_is_dense(&segment->postings, (uint32_t)term);
        scattered += is_dense ? 0 : atlas_lists_length(&segment->postings, (uint32_t)term);
    }
    if (scattered > segment->count / ATLAS_CROWD_BITS_SHARE) {
        crowd->bits = crowds->bits_count++;
    }
    return OK;
}

static uint64_t postings_of(const struct atlas_segment *segment, const uint32_t *terms,
                            size_t count) {
    uint64_t postings = 0;
    for (size_t i = 0; i < count; i++) {
        postings += atlas_lists_length(&segment->postings, terms[i]);
    }
    return postings;
}

/* Whether some term before has the same two stems. */
static bool is_known(const struct atlas_segment *segment, uint32_t term) {
    size_t count;
    const uint32_t *alike =
        atlas_segment_stem(segment, TEXT_FRENCH, segment->term_stems[TEXT_FRENCH][term], &count);
    for (size_t i = 0; i < count && alike[i] < term; i++) { /* by number */
        if (segment->term_stems[TEXT_ENGLISH][alike[i]] ==
            segment->term_stems[TEXT_ENGLISH][term]) {
            return true;
        }
    }
    return false;
}

static err find_words(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    for (uint32_t term = 0; term < segment->term_count; term++) {
        uint64_t stems[TEXT_LANGUAGE__COUNT];
        uint64_t postings = 0;
        for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
            size_t count;
            stems[language] = segment->term_stems[language][term];
            const uint32_t *alike =
                atlas_segment_stem(segment, (enum text_language)language, stems[language], &count);
            postings += postings_of(segment, alike, count);
        }
        if (postings > crowds->least && !is_known(segment, term)) {
            TRY(add_candidate(crowds, ATLAS_CROWD_WORD, stems[TEXT_FRENCH], stems[TEXT_ENGLISH]));
        }
    }
    return OK;
}

/* How many bytes two terms have in common at their beginning. */
static size_t in_common(slice a, slice b) {
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n]) {
        n++;
    }
    return n;
}

static bool is_prefix(slice term, size_t n) {
    bool ends_within = n < term.n && ((unsigned char)term.p[n] & 0xC0) == 0x80;
    return !ends_within && text_codepoints(slice_sub(term, 0, n)) >= ATLAS_PREFIX_CODEPOINTS;
}

/* The prefixes of the term before `last` that `last` does not have: all their terms were seen. */
static err end_prefixes(struct crowds *crowds, const uint32_t *firsts, size_t from, size_t to,
                        uint32_t last) {
    const struct atlas_segment *segment = crowds->build->segment;
    const uint32_t *offsets = segment->postings.offsets;
    uint32_t told = UINT32_MAX;
    for (size_t n = from; n <= to; n++) {
        uint32_t first = firsts[n];
        if (first != told && offsets[last] - offsets[first] > crowds->least &&
            is_prefix(atlas_text(&segment->terms, first), n)) {
            told = first; /* a longer one has the same terms, as long as the first is the same */
            TRY(add_candidate(crowds, ATLAS_CROWD_PREFIX, first, last));
        }
    }
    return OK;
}

static err find_prefixes(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    uint32_t firsts[PREFIX_BYTES_MAX + 1] = {0}; /* by length: the first term with the prefix */
    size_t length = 0;
    slice before = SLICE_EMPTY;
    for (uint32_t term = 0; term <= segment->term_count; term++) {
        slice text = term < segment->term_count ? atlas_text(&segment->terms, term) : SLICE_EMPTY;
        size_t common = in_common(before, text);
        TRY(end_prefixes(crowds, firsts, common + 1, length, term));
        length = text.n < PREFIX_BYTES_MAX ? text.n : PREFIX_BYTES_MAX;
        for (size_t n = common + 1; n <= length; n++) {
            firsts[n] = term;
        }
        before = text;
    }
    return OK;
}

static int compare_crowds(const void *a, const void *b) {
    const struct atlas_crowd *left = a;
    const struct atlas_crowd *right = b;
    if (left->of != right->of) {
        return left->of < right->of ? -1 : 1;
    }
    if (left->first != right->first) {
        return left->first < right->first ? -1 : 1;
    }
    return (left->second > right->second) - (left->second < right->second);
}

/* ---- made ---- */

/* Adds a term's documents to the crowd in hand. */
static void add_term(const struct crowd_worker *worker, uint32_t term) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    struct atlas_list list = atlas_lists_get(&segment->postings, term);
    const uint8_t *impact = segment->impacts + list.start;
    struct atlas_list_walk walk = atlas_list_walk(&list, 0);
    for (uint32_t document; atlas_list_next(&walk, &document); impact++) {
        uint8_t *best = &worker->impacts[document];
        *best = *impact > *best ? *impact : *best;
        bits_set(worker->bits, document);
    }
}

static void add_terms(const struct crowd_worker *worker, const struct atlas_crowd *crowd) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    memset(worker->bits, 0, segment->words * sizeof(*worker->bits));
    memset(worker->impacts, 0, segment->count);
    if (crowd->of == ATLAS_CROWD_PREFIX) {
        for (uint64_t term = crowd->first; term < crowd->second; term++) {
            add_term(worker, (uint32_t)term);
        }
        return;
    }
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        size_t count;
        uint64_t stem = language == TEXT_FRENCH ? crowd->first : crowd->second;
        const uint32_t *alike =
            atlas_segment_stem(segment, (enum text_language)language, stem, &count);
        for (size_t i = 0; i < count; i++) {
            if (language == TEXT_FRENCH ||
                segment->term_stems[TEXT_FRENCH][alike[i]] != crowd->first) { /* each once */
                add_term(worker, alike[i]);
            }
        }
    }
}

/* Adds to the counts of the documents that are in `bits` and, as told, of entries or asks. */
static void count_some(const struct crowd_worker *worker, bool are_entries, uint32_t *counts) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    uint32_t documents[ROWS_AT_ONCE];
    uint32_t count = 0;
    for (uint32_t word = 0; word < segment->words; word++) {
        uint64_t asks =
            segment->kinds[QUERY_KIND_NEED][word] | segment->kinds[QUERY_KIND_OFFER][word];
        uint64_t left = worker->bits[word] & (are_entries ? ~asks : asks);
        for (; left; left &= left - 1) {
            documents[count++] = word * 64 + (uint32_t)__builtin_ctzll(left);
        }
        if (count > ROWS_AT_ONCE - 64) {
            atlas_rows_count(segment, documents, count, counts);
            count = 0;
        }
    }
    atlas_rows_count(segment, documents, count, counts);
}

static void count_crowd(const struct crowd_worker *worker, uint32_t *counts) {
    uint32_t values = worker->crowds->build->segment->value_first[ATLAS_OF__COUNT];
    count_some(worker, true, counts + ATLAS_CROWD_ENTRIES * values);
    count_some(worker, false, counts + ATLAS_CROWD_ALL * values);
    for (uint32_t value = 0; value < values; value++) {
        counts[ATLAS_CROWD_ALL * values + value] += counts[ATLAS_CROWD_ENTRIES * values + value];
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

/* Keeps the best of the crowd in hand in worker->best, a heap; the rest reach the bound at most. */
static void choose_best(struct crowd_worker *worker, struct atlas_crowd *crowd) {
    const struct crowds *crowds = worker->crowds;
    const struct atlas_segment *segment = crowds->build->segment;
    uint32_t idf = atlas_rarity(segment->count, crowd->documents);
    uint32_t room = crowd->documents / ATLAS_CROWD_BEST_SHARE + 1;
    room = room < ATLAS_CROWD_BEST ? room : ATLAS_CROWD_BEST;
    uint32_t document;
    for (struct bits_walk walk = bits_walk(worker->bits, segment->words);
         bits_next(&walk, &document);) {
        struct good good = {.reach = worker->impacts[document] * idf + crowds->points[document],
                            .document = document,
                            .impact = worker->impacts[document]};
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

static int compare_good(const void *a, const void *b) {
    return is_behind(a, b) ? 1 : -1;
}

static void make_crowd(struct crowd_worker *worker, uint32_t at) {
    struct crowds *crowds = worker->crowds;
    const struct atlas_segment *segment = crowds->build->segment;
    struct atlas_crowd *crowd = &POOL(&crowds->candidates, struct atlas_crowd)[at];
    add_terms(worker, crowd);
    crowd->documents = (uint32_t)bits_count(worker->bits, segment->words);
    if (crowd->documents <= crowds->least) {
        return;
    }
    if (crowd->bits != ATLAS_NO_KEY) {
        memcpy(segment->crowd_bits + crowd->bits * segment->words, worker->bits,
               segment->words * sizeof(*worker->bits));
    }
    count_crowd(worker, crowds->counts + (size_t)at * ATLAS_CROWD_COUNTS__COUNT *
                                             segment->value_first[ATLAS_OF__COUNT]);
    choose_best(worker, crowd);
    qsort(worker->best, crowd->best_count, sizeof(*worker->best), compare_good);
    for (uint32_t i = 0; i < crowd->best_count; i++) {
        crowds->best[(size_t)at * ATLAS_CROWD_BEST + i] = worker->best[i].document;
        crowds->impacts[(size_t)at * ATLAS_CROWD_BEST + i] = worker->best[i].impact;
    }
}

static void *make_crowds(void *self) {
    struct crowd_worker *worker = self;
    for (;;) {
        uint32_t next = atomic_fetch_add(&worker->crowds->next, 1);
        if (next >= worker->crowds->candidates.count) {
            return NULL;
        }
        make_crowd(worker, next);
    }
}

/* By two threads where there is enough to count. */
static err make_all(struct crowds *crowds) {
    struct build *build = crowds->build;
    const struct atlas_segment *segment = build->segment;
    struct crowd_worker workers[WORKERS];
    unsigned count = segment->count >= BUILDER_APART_LEAST ? WORKERS : 1;
    for (unsigned i = 0; i < count; i++) {
        workers[i] = (struct crowd_worker){.crowds = crowds,
                                           .bits = scratch(build, uint64_t, segment->words),
                                           .impacts = scratch(build, uint8_t, segment->count),
                                           .best = scratch(build, struct good, ATLAS_CROWD_BEST)};
    }
    TRY_MEMORY(build);
    pthread_t thread;
    bool is_shared = count > 1 && pthread_create(&thread, NULL, make_crowds, &workers[1]) == 0;
    make_crowds(&workers[0]);
    if (is_shared) {
        pthread_join(thread, NULL);
    }
    return OK;
}

/* ---- kept ---- */

/* README, "Score": what the points of each document come to at most, from `since_ms` on. */
static err bound_points(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    for (uint32_t i = 0; i < segment->count; i++) {
        bool is_later = segment->fresh_ms[i] > crowds->since_ms;
        crowds->since_ms = is_later ? segment->fresh_ms[i] : crowds->since_ms;
    }
    crowds->points = scratch(crowds->build, uint16_t, segment->count);
    TRY_MEMORY(crowds->build);
    for (uint32_t i = 0; i < segment->count; i++) {
        crowds->points[i] = atlas_points_bound(segment, i, crowds->since_ms);
    }
    return OK;
}

static err keep_crowds(struct crowds *crowds) {
    struct build *build = crowds->build;
    struct atlas_segment *segment = build->segment;
    const struct atlas_crowd *all = POOL(&crowds->candidates, const struct atlas_crowd);
    size_t row = ATLAS_CROWD_COUNTS__COUNT * (size_t)segment->value_first[ATLAS_OF__COUNT];
    uint32_t best = 0;
    for (uint32_t i = 0; i < crowds->candidates.count; i++) {
        segment->crowd_count += all[i].best_count > 0;
        best += all[i].best_count;
    }
    build_column(build, ATLAS_COLUMN_CROWDS, segment->crowd_count);
    build_column(build, ATLAS_COLUMN_CROWD_COUNTS, segment->crowd_count * row);
    build_column(build, ATLAS_COLUMN_CROWD_BEST, best);
    build_column(build, ATLAS_COLUMN_CROWD_IMPACTS, best);
    TRY_MEMORY(build);
    struct atlas_crowd *to = segment->crowds;
    best = 0;
    for (uint32_t i = 0; i < crowds->candidates.count; i++) {
        const struct atlas_crowd *from = &all[i];
        if (!from->best_count) {
            continue;
        }
        memcpy(segment->crowd_counts + (size_t)(to - segment->crowds) * row,
               crowds->counts + i * row, row * sizeof(*crowds->counts));
        memcpy(segment->crowd_best + best, crowds->best + (size_t)i * ATLAS_CROWD_BEST,
               from->best_count * sizeof(*crowds->best));
        memcpy(segment->crowd_impacts + best, crowds->impacts + (size_t)i * ATLAS_CROWD_BEST,
               from->best_count);
        *to = *from;
        to++->best = best;
        best += from->best_count;
    }
    return OK;
}

static err find_and_make(struct crowds *crowds) {
    struct build *build = crowds->build;
    const struct atlas_segment *segment = build->segment;
    TRY(bound_points(crowds));
    TRY(find_words(crowds));
    TRY(find_prefixes(crowds));
    size_t count = crowds->candidates.count;
    if (count) {
        qsort(crowds->candidates.items, count, sizeof(struct atlas_crowd), compare_crowds);
    }
    crowds->counts = scratch(
        build, uint32_t, count * ATLAS_CROWD_COUNTS__COUNT * segment->value_first[ATLAS_OF__COUNT]);
    crowds->best = scratch(build, uint32_t, count * ATLAS_CROWD_BEST);
    crowds->impacts = scratch(build, uint8_t, count * ATLAS_CROWD_BEST);
    build_column(build, ATLAS_COLUMN_CROWD_BITS, crowds->bits_count * segment->words);
    TRY_MEMORY(build);
    TRY(make_all(crowds));
    return keep_crowds(crowds);
}

err build_crowds(struct build *build, uint32_t least) {
    uint32_t share = build->segment->count / ATLAS_CROWD_SHARE;
    struct crowds crowds = {.build = build, .least = least > share ? least : share};
    err failed = find_and_make(&crowds);
    free(crowds.candidates.items);
    return failed;
}
