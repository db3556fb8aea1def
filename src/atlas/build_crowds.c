/* What someone may ask for with one word and many documents have becomes a crowd (crowd.h): words
 * and prefixes are taken from terms and themes, then each is counted and looked through for its
 * best by one of two threads. */
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
#define CLAUSE_BYTES     (64u << 10) /* a block of what one word is looked up with */

/* What may become a crowd, and what it came to. */
struct candidate {
    struct atlas_crowd crowd;
    uint32_t prefix_first, prefix_last;
    uint32_t terms, term_count; /* of the numbers kept of all: terms, then themes */
    uint32_t theme_count;
};
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
    struct arena arena; /* of the clause in hand */
    struct pool candidates, numbers;
    uint32_t bits_count; /* so many of them have bits */
    uint32_t least;
    int64_t since_ms;
    uint16_t *points; /* by document: what its points come to at most, from then on */
    uint32_t *counts; /* by candidate and enum atlas_crowd_counts */
    uint32_t *best;   /* by candidate, ATLAS_CROWD_BEST each */
    uint8_t *impacts;
    _Atomic uint32_t next;
};

void atlas_builder_crowds(struct atlas_builder *builder,
                          const struct atlas_theme_words *theme_words, uint32_t least) {
    builder->theme_words = theme_words;
    builder->crowd_least = least ? least : ATLAS_CROWD_LEAST;
}

/* ---- found ---- */

/* How many documents are to be set in a bitset, and how many there are at most. */
struct reach {
    uint64_t scattered, all;
};
static void add_reach(const struct atlas_lists *lists, uint32_t key, struct reach *reach) {
    uint32_t length = atlas_lists_length(lists, key);
    reach->all += length;
    reach->scattered += atlas_lists_is_dense(lists, key) ? 0 : length;
}

static struct reach reach_of(const struct atlas_segment *segment, const struct atlas_clause *clause,
                             const struct atlas_forms *forms) {
    struct reach reach = {0};
    for (uint32_t i = 0; i < forms->term_count; i++) {
        add_reach(&segment->postings, forms->terms[i], &reach);
    }
    for (uint32_t term = forms->prefix_first; term < forms->prefix_last; term++) {
        add_reach(&segment->postings, term, &reach);
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        add_reach(&segment->values[ATLAS_VALUES_THEME].lists, clause->themes[i], &reach);
    }
    return reach;
}

static err keep_candidate(struct crowds *crowds, const struct atlas_clause *clause,
                          const struct atlas_forms *forms, const struct reach *reach) {
    const struct atlas_segment *segment = crowds->build->segment;
    TRY(pool_reserve(&crowds->candidates, sizeof(struct candidate), 1));
    TRY(pool_reserve(&crowds->numbers, sizeof(uint32_t), forms->term_count + clause->theme_count));
    bool has_bits = reach->scattered > segment->count / ATLAS_CROWD_BITS_SHARE;
    POOL(&crowds->candidates, struct candidate)
    [crowds->candidates.count++] = (struct candidate){
        .crowd = {.key = atlas_crowd_key(clause, forms),
                  .since_ms = crowds->since_ms,
                  .bits = has_bits ? 0 : ATLAS_NO_KEY},
        .prefix_first = forms->prefix_first,
        .prefix_last = forms->prefix_last,
        .terms = (uint32_t)crowds->numbers.count,
        .term_count = forms->term_count,
        .theme_count = clause->theme_count,
    };
    uint32_t *numbers = POOL(&crowds->numbers, uint32_t);
    for (uint32_t i = 0; i < forms->term_count; i++) {
        numbers[crowds->numbers.count++] = forms->terms[i];
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        numbers[crowds->numbers.count++] = clause->themes[i];
    }
    return OK;
}

/* A clause whose stems are known. */
static err consider(struct crowds *crowds, struct atlas_clause *clause) {
    const struct atlas_segment *segment = crowds->build->segment;
    struct atlas_forms forms = {0};
    atlas_clause_themes(crowds->build->from->theme_words, &crowds->arena, clause);
    atlas_forms_find(segment, clause, &crowds->arena, &forms);
    struct reach reach = reach_of(segment, clause, &forms);
    err failed = reach.all > crowds->least ? keep_candidate(crowds, clause, &forms, &reach) : OK;
    arena_reset(&crowds->arena);
    return failed;
}

static err consider_prefix(struct crowds *crowds, slice text) {
    struct atlas_clause clause = {.is_prefix = true, .words = &text, .word_count = 1};
    bool is_begun = text_codepoints(text) >= ATLAS_PREFIX_CODEPOINTS;
    if (!is_begun) {
        return OK;
    }
    atlas_clause_stem(crowds->build->from->stemmer, &clause);
    return consider(crowds, &clause);
}

/* Words of the same stems are one: that of the first term is taken. */
static err find_words(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    const struct atlas_theme_words *theme_words = crowds->build->from->theme_words;
    for (uint32_t term = 0; term < segment->term_count; term++) {
        struct atlas_clause clause = {.word_count = 1};
        for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
            clause.stems[language] = segment->term_stems[language][term];
        }
        if (atlas_lists_length(&segment->postings, term)) {
            TRY(consider(crowds, &clause));
        }
    }
    for (uint32_t i = 0; i < theme_words->count; i++) {
        struct atlas_clause clause = {.word_count = 1};
        memcpy(clause.stems, theme_words->items[i].stems, sizeof(clause.stems));
        TRY(consider(crowds, &clause));
    }
    return OK;
}

/* How many bytes two words have in common at their beginning. */
static size_t in_common(slice a, slice b) {
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n]) {
        n++;
    }
    return n;
}

/* Whether a character ends at the byte. */
static bool ends_at(slice word, size_t n) {
    return n == word.n || ((unsigned char)word.p[n] & 0xC0) != 0x80;
}

/* Those prefixes of terms that many documents have: each is asked about once the first term without
 * it has come, which tells how many. */
static err find_prefixes(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    const uint32_t *offsets = segment->postings.offsets;
    uint32_t firsts[PREFIX_BYTES_MAX + 1] = {0}; /* by length: the first term with the prefix */
    slice before = SLICE_EMPTY;
    for (uint32_t term = 0; term <= segment->term_count; term++) {
        slice text = term < segment->term_count ? atlas_text(&segment->terms, term) : SLICE_EMPTY;
        text.n = text.n < PREFIX_BYTES_MAX ? text.n : PREFIX_BYTES_MAX;
        size_t common = in_common(before, text);
        for (size_t n = common + 1; n <= before.n; n++) {
            if (offsets[term] - offsets[firsts[n]] > crowds->least && ends_at(before, n)) {
                TRY(consider_prefix(crowds, slice_sub(before, 0, n)));
            }
        }
        for (size_t n = common + 1; n <= text.n; n++) {
            firsts[n] = term;
        }
        before = text;
    }
    return OK;
}

/* Those of the words of themes, however many terms there are of them. */
static err find_theme_prefixes(struct crowds *crowds) {
    const struct atlas_theme_words *theme_words = crowds->build->from->theme_words;
    slice before = SLICE_EMPTY;
    for (uint32_t i = 0; i < theme_words->count; i++) {
        slice word = theme_words->items[i].word;
        for (size_t n = in_common(before, word) + 1; n <= word.n; n++) {
            if (ends_at(word, n)) {
                TRY(consider_prefix(crowds, slice_sub(word, 0, n)));
            }
        }
        before = word;
    }
    return OK;
}

static int compare_candidates(const void *a, const void *b) {
    const struct candidate *left = a;
    const struct candidate *right = b;
    return (left->crowd.key > right->crowd.key) - (left->crowd.key < right->crowd.key);
}

/* By key, each once; those with bits are numbered. */
static err find_all(struct crowds *crowds) {
    TRY(find_words(crowds));
    TRY(find_prefixes(crowds));
    TRY(find_theme_prefixes(crowds));
    struct candidate *all = POOL(&crowds->candidates, struct candidate);
    size_t kept = 0;
    if (crowds->candidates.count) {
        qsort(all, crowds->candidates.count, sizeof(*all), compare_candidates);
    }
    for (size_t i = 0; i < crowds->candidates.count; i++) {
        if (!kept || all[i].crowd.key != all[kept - 1].crowd.key) {
            all[kept] = all[i];
            bool has_bits = all[kept].crowd.bits != ATLAS_NO_KEY;
            all[kept++].crowd.bits = has_bits ? crowds->bits_count++ : ATLAS_NO_KEY;
        }
    }
    crowds->candidates.count = kept;
    return OK;
}

/* ---- made ---- */

/* Adds the documents of a term, or of a theme, to the crowd in hand. */
static void add_list(const struct crowd_worker *worker, const struct atlas_list *list,
                     const uint8_t *impacts) {
    struct atlas_list_walk walk = atlas_list_walk(list, 0);
    uint32_t document;
    for (uint32_t i = 0; atlas_list_next(&walk, &document); i++) {
        uint8_t impact = impacts ? impacts[i] : ATLAS_THEME_IMPACT;
        uint8_t *best = &worker->impacts[document];
        *best = impact > *best ? impact : *best;
        bits_set(worker->bits, document);
    }
}

static void add_term(const struct crowd_worker *worker, uint32_t term) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    struct atlas_list list = atlas_lists_get(&segment->postings, term);
    add_list(worker, &list, segment->impacts + list.start);
}

static void add_all(const struct crowd_worker *worker, const struct candidate *candidate) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    const uint32_t *numbers = POOL(&worker->crowds->numbers, const uint32_t) + candidate->terms;
    memset(worker->bits, 0, segment->words * sizeof(*worker->bits));
    memset(worker->impacts, 0, segment->count);
    for (uint32_t i = 0; i < candidate->term_count; i++) {
        add_term(worker, numbers[i]);
    }
    for (uint32_t term = candidate->prefix_first; term < candidate->prefix_last; term++) {
        add_term(worker, term);
    }
    for (uint32_t i = 0; i < candidate->theme_count; i++) {
        struct atlas_list list = atlas_lists_get(&segment->values[ATLAS_VALUES_THEME].lists,
                                                 numbers[candidate->term_count + i]);
        add_list(worker, &list, NULL);
    }
}

/* Counts those documents of the crowd in hand that are entries, or asks; by those that are not in
 * it when these are fewer. The counts are zeroed. */
static void count_some(const struct crowd_worker *worker, bool are_entries, uint32_t *counts) {
    const struct atlas_segment *segment = worker->crowds->build->segment;
    const unsigned kinds = are_entries ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL & ~QUERY_KINDS_ENTRY;
    const uint64_t *needs = segment->kinds[QUERY_KIND_NEED];
    const uint64_t *offers = segment->kinds[QUERY_KIND_OFFER];
    const bool is_most = bits_count(worker->bits, segment->words) > segment->count / 2;
    const uint64_t flip = is_most ? UINT64_MAX : 0;
    struct atlas_rows_gather gather;
    atlas_rows_gather_begin(&gather, segment, counts);
    for (uint32_t word = 0; word < segment->words; word++) {
        uint64_t asks = needs[word] | offers[word];
        uint64_t left = (worker->bits[word] ^ flip) & (are_entries ? ~asks : asks);
        if (word + 1 == segment->words && segment->count % 64) { /* none stand behind the last */
            left &= (UINT64_C(1) << segment->count % 64) - 1;
        }
        atlas_rows_gather_add(&gather, word, left);
    }
    atlas_rows_gather_end(&gather);
    for (uint32_t value = 0; is_most && value < segment->value_first[ATLAS_OF__COUNT]; value++) {
        counts[value] = atlas_value_count(segment, value, kinds) - counts[value];
    }
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
    struct candidate *candidate = &POOL(&crowds->candidates, struct candidate)[at];
    struct atlas_crowd *crowd = &candidate->crowd;
    add_all(worker, candidate);
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
    TRY(find_all(crowds));
    size_t count = crowds->candidates.count;
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
    struct crowds crowds = {.build = build,
                            .arena = arena_make(CLAUSE_BYTES, 0),
                            .least = least > share ? least : share};
    err failed = find_and_make(&crowds);
    arena_free(&crowds.arena);
    free(crowds.candidates.items);
    free(crowds.numbers.items);
    return failed;
}
