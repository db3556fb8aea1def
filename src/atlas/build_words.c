/* The words of drafts become terms, postings and kept runs. All documents are walked twice:
 * counted, then posted. Both walks go by shares of documents, so that two threads can take them; a
 * share knows from the counts where its own part of each list begins. */
#include "atlas/build_words.h"
#include "atlas/sort.h"

#include <pthread.h>

/* The tables are larger than the near caches: what comes next is asked for ahead. */
#define ITEMS_AHEAD  16
#define PLACES_AHEAD 12
#define TARGET_AHEAD 6

uint32_t atlas_field_weight(enum atlas_field field, bool is_ask) {
    switch (field) {
    case ATLAS_FIELD_TITLE:
        return is_ask ? 2 : 8;
    case ATLAS_FIELD_TYPE:
    case ATLAS_FIELD_TAG:
        return is_ask ? 1 : 4;
    case ATLAS_FIELD_PLACE:
        return is_ask ? 2 : 3;
    case ATLAS_FIELD_SUMMARY:
        return 3;
    case ATLAS_FIELD_TEXT:
        return 1;
    case ATLAS_FIELD_ASK:
        return is_ask ? 8 : 2;
    case ATLAS_FIELD__COUNT:
        break;
    }
    return 0;
}

/* BM25's saturation and length norm with k1 = 2 and b = 0.4, times 255, in whole numbers. */
uint8_t atlas_impact(uint64_t weight, uint64_t length, uint64_t average_length) {
    uint64_t top = 5 * average_length * weight;
    uint64_t impact = 255 * top / (top + 6 * average_length + 4 * length);
    return impact ? (uint8_t)impact : 1;
}

/* ---- the work ---- */

static void *take_shares(void *self) {
    struct worker *worker = self;
    struct words *words = worker->words;
    for (;;) {
        uint32_t next = atomic_fetch_add(&words->next_share, 1);
        if (next >= words->share_count) {
            return NULL;
        }
        worker->work(worker, &words->shares[next]);
    }
}

/* All shares, by all workers; the first one does `others` before. */
static err work(struct words *words, void (*how)(struct worker *worker, struct share *share),
                err (*others)(struct build *build)) {
    pthread_t thread;
    atomic_store(&words->next_share, 0);
    for (uint32_t i = 0; i < words->worker_count; i++) {
        words->workers[i].work = how;
    }
    bool is_shared = words->worker_count > 1 &&
                     pthread_create(&thread, NULL, take_shares, &words->workers[1]) == 0;
    err failed = others ? others(words->build) : OK;
    take_shares(&words->workers[0]);
    if (is_shared) {
        pthread_join(thread, NULL);
    }
    return failed;
}

/* The builder's own, or read out of where they were. */
const uint32_t *words_items(const struct worker *worker, const struct draft *draft,
                            uint32_t *count) {
    const struct atlas_builder *from = worker->words->build->from;
    if (draft->taken == NAMES_NONE) {
        *count = draft->run_count;
        return POOL(&from->runs, const uint32_t) + draft->run_start;
    }
    const struct taken *taken = POOL(&from->takens, const struct taken) + draft->taken;
    const uint8_t *at = taken->segment->runs + draft->run_start;
    struct atlas_runs runs = {.at = at, .end = at + draft->run_count};
    uint32_t *items = worker->items;
    while (atlas_runs_next(&runs)) {
        *items++ = atlas_run_header(runs.field, runs.count);
        const uint32_t *numbers = taken->numbers;
        for (uint32_t i = 0; i < runs.count; i++) {
            uint32_t code = atlas_code_read(&runs.at);
            *items++ = numbers ? numbers[code] : code;
        }
    }
    *count = (uint32_t)(items - worker->items);
    return worker->items;
}

/* The word that comes some places later, or any. */
static inline uint32_t item_ahead(const uint32_t *items, uint32_t at, uint32_t count) {
    uint32_t item = at + ITEMS_AHEAD < count ? items[at + ITEMS_AHEAD] : 0;
    return item & ATLAS_RUN_MARK ? 0 : item;
}

/* ---- the first walk ---- */

uint32_t words_count(const struct worker *worker, struct share *share, const struct draft *draft,
                     uint32_t mark) {
    uint32_t count;
    const uint32_t *items = words_items(worker, draft, &count);
    uint32_t length = 0;
    bool is_title = false;
    for (uint32_t at = 0; at < count; at++) {
        __builtin_prefetch(&share->counted[item_ahead(items, at, count)], 1);
        if (items[at] & ATLAS_RUN_MARK) {
            share->run_bytes += atlas_run_header_bytes(ATLAS_RUN_COUNT(items[at]));
            is_title = ATLAS_RUN_FIELD(items[at]) == ATLAS_FIELD_TITLE && !draft_is_ask(draft);
            continue;
        }
        struct counted *word = &share->counted[items[at]];
        word->uses++;
        if (word->seen == SEEN_STOP) {
            continue;
        }
        length++;
        if (word->seen != mark) {
            word->seen = mark;
            word->documents++;
        }
        struct counted_title *title = &share->titles[items[at]];
        if (is_title && title->seen != mark) {
            title->seen = mark;
            title->documents++;
        }
    }
    return length;
}

void words_count_begin(const struct words *words, struct share *share) {
    for (uint32_t number = 0; number < words->number_count; number++) {
        share->counted[number] = (struct counted){.seen = words->are_stops[number] ? SEEN_STOP : 0};
        share->titles[number] = (struct counted_title){0};
    }
    share->length = share->run_bytes = 0;
}

static void count_share(struct worker *worker, struct share *share) {
    const struct words *words = worker->words;
    words_count_begin(words, share);
    for (uint32_t document = share->first; document < share->last; document++) {
        const struct draft *draft = words->build->order[document];
        words->lengths[document] = kept_has(words, draft)
                                       ? kept_count(worker, share, draft)
                                       : words_count(worker, share, draft, document + 1);
        share->length += words->lengths[document];
    }
}

/* Returns the average length. */
static err count_all(struct words *words, uint32_t average_length,
                     err (*others)(struct build *build)) {
    struct atlas_segment *segment = words->build->segment;
    TRY(work(words, count_share, others));
    segment->length = 0;
    for (uint32_t i = 0; i < words->share_count; i++) {
        segment->length += words->shares[i].length;
    }
    if (!average_length && segment->count) {
        average_length = (uint32_t)(segment->length / segment->count);
    }
    segment->average_length = average_length ? average_length : 1;
    return OK;
}

/* Lists are not kept after all: their impacts are for another average length. */
static err count_anew(struct words *words, uint32_t average_length) {
    words->kept.from = NULL;
    return count_all(words, average_length, NULL);
}

/* ---- terms and codes ---- */

static uint64_t uses_of(const struct words *words, uint32_t number) {
    uint64_t uses = 0;
    for (uint32_t i = 0; i < words->share_count; i++) {
        uses += words->shares[i].counted[number].uses;
    }
    return uses;
}

/* Hash of each term's stem in a language, and the terms by it. */
static err keep_stems(const struct words *words, enum text_language language, unsigned id) {
    struct build *build = words->build;
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->term_count;
    struct atlas_keyed *keyed = scratch(build, struct atlas_keyed, count);
    struct atlas_keyed *spare = scratch(build, struct atlas_keyed, count);
    build_column(build, id, count);
    build_column(build, id + 1, count);
    TRY_MEMORY(build);
    const uint64_t *stems = POOL(&build->from->word_stems, const uint64_t);
    for (uint32_t term = 0; term < count; term++) {
        uint64_t hash = stems[(size_t)words->order[term] * TEXT_LANGUAGE__COUNT + (size_t)language];
        segment->term_stems[language][term] = hash;
        keyed[term] = (struct atlas_keyed){.key = hash, .item = term};
    }
    atlas_sort(keyed, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        segment->stem_terms[language][i] = keyed[i].item;
    }
    return OK;
}

/* The words that documents have become terms, in byte order. */
static err keep_terms(struct words *words) {
    struct build *build = words->build;
    struct atlas_segment *segment = build->segment;
    const struct names *names = &build->from->words;
    words->rank = scratch(build, uint32_t, words->number_count);
    words->order = scratch(build, uint32_t, words->number_count);
    TRY_MEMORY(build);
    for (uint32_t number = 0; number < words->number_count; number++) {
        words->rank[number] = ATLAS_NO_TERM;
        if (uses_of(words, number)) {
            words->order[segment->term_count++] = number;
        }
    }
    TRY(names_order(names, words->order, segment->term_count));
    TRY(build_texts(build, names, words->order, segment->term_count, &segment->terms,
                    ATLAS_COLUMN_TERMS_STARTS));
    TRY(keep_stems(words, TEXT_FRENCH, ATLAS_COLUMN_FRENCH_STEMS));
    TRY(keep_stems(words, TEXT_ENGLISH, ATLAS_COLUMN_ENGLISH_STEMS));
    build_column(build, ATLAS_COLUMN_LETTERS, segment->term_count);
    build_column(build, ATLAS_COLUMN_IS_STOP, segment->term_count);
    TRY_MEMORY(build);
    for (uint32_t term = 0; term < segment->term_count; term++) {
        words->rank[words->order[term]] = term;
        segment->letters[term] = atlas_letters(atlas_text(&segment->terms, term));
        segment->is_stop[term] = words->are_stops[words->order[term]];
    }
    return OK;
}

/* The most frequent terms get the shortest codes; room for all runs so coded. */
static err keep_codes(struct words *words) {
    struct build *build = words->build;
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->term_count;
    struct atlas_keyed *keyed = scratch(build, struct atlas_keyed, count);
    struct atlas_keyed *spare = scratch(build, struct atlas_keyed, count);
    words->codes = scratch(build, uint32_t, words->number_count);
    build_column(build, ATLAS_COLUMN_CODE_TERMS, count);
    TRY_MEMORY(build);
    for (uint32_t term = 0; term < count; term++) {
        keyed[term] = (struct atlas_keyed){.key = UINT64_MAX - uses_of(words, words->order[term]),
                                           .item = term};
    }
    atlas_sort(keyed, spare, count);
    for (uint32_t code = 0; code < count; code++) {
        segment->code_terms[code] = keyed[code].item;
        words->codes[words->order[keyed[code].item]] = code;
    }
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < words->share_count; i++) {
        struct share *share = &words->shares[i];
        share->run_start = bytes;
        for (uint32_t number = 0; number < words->number_count; number++) {
            share->run_bytes +=
                share->counted[number].uses * (uint64_t)atlas_code_bytes(words->codes[number]);
        }
        bytes += share->run_bytes;
    }
    build_column(build, ATLAS_COLUMN_RUN_OFFSETS, (uint64_t)segment->count + 1);
    build_column(build, ATLAS_COLUMN_RUNS, bytes);
    TRY_MEMORY(build);
    return OK;
}

/* How many documents each term has, in all and before each share. */
static void add_counts(struct words *words) {
    struct atlas_segment *segment = words->build->segment;
    for (uint32_t i = 0; i < words->share_count; i++) {
        for (uint32_t term = 0; term < segment->term_count; term++) {
            struct counted *counted = &words->shares[i].counted[words->order[term]];
            struct counted_title *title = &words->shares[i].titles[words->order[term]];
            uint32_t documents = counted->documents;
            uint32_t title_documents = title->documents;
            counted->documents = segment->postings.offsets[term + 1];
            title->documents = segment->titles.offsets[term + 1];
            segment->postings.offsets[term + 1] += documents;
            segment->titles.offsets[term + 1] += title_documents;
        }
    }
}

/* ---- the second walk ---- */

static struct push push_after(struct push push, uint32_t before) {
    push.at += push.dense == UINT32_MAX ? before : 0;
    return push;
}

static void post_begin(const struct worker *worker, const struct share *share) {
    const struct words *words = worker->words;
    const struct atlas_segment *segment = words->build->segment;
    for (uint32_t number = 0; number < words->number_count; number++) {
        uint32_t term = words->rank[number];
        if (term == ATLAS_NO_TERM) {
            continue;
        }
        uint32_t before = share->counted[number].documents;
        struct push push = push_after(words->pushes[term], before);
        bool is_dense = push.dense != UINT32_MAX;
        worker->weighed[number] =
            (struct weighed){.code = words->codes[number] | (is_dense ? CODE_DENSE : 0) |
                                     (segment->is_stop[term] ? CODE_STOP : 0)};
        worker->places[number] =
            (struct place){.impact_at = segment->postings.offsets[term] + before,
                           .at = is_dense ? push.dense : push.at};
        worker->title_places[number] =
            push_after(words->title_pushes[term], share->titles[number].documents);
    }
}

uint32_t words_weigh(const struct worker *worker, uint32_t document, uint8_t **runs) {
    const struct draft *draft = worker->words->build->order[document];
    bool ask = draft_is_ask(draft);
    uint32_t count;
    const uint32_t *items = words_items(worker, draft, &count);
    uint32_t touched = 0;
    uint32_t weight = 0;
    uint32_t in_title = 0;
    uint8_t *to = *runs;
    for (uint32_t at = 0; at < count; at++) {
        uint32_t item = items[at];
        __builtin_prefetch(&worker->weighed[item_ahead(items, at, count)], 1);
        if (item & ATLAS_RUN_MARK) {
            to = atlas_run_header_write(to, ATLAS_RUN_FIELD(item), ATLAS_RUN_COUNT(item));
            weight = 2 * atlas_field_weight(ATLAS_RUN_FIELD(item), ask);
            in_title = ATLAS_RUN_FIELD(item) == ATLAS_FIELD_TITLE && !ask;
            continue;
        }
        struct weighed *word = &worker->weighed[item];
        to = atlas_code_write(to, word->code & CODE_ONLY);
        if (!(word->code & CODE_STOP)) {
            if (!word->weight) {
                worker->touched[touched++] = item;
            }
            word->weight = (word->weight + weight) | in_title;
        }
    }
    *runs = to;
    return touched;
}

/* Asks for what the postings after this one will write to. */
static inline void fetch_ahead(const struct worker *worker, const struct atlas_segment *segment,
                               uint32_t i, uint32_t touched, uint32_t document) {
    if (i + PLACES_AHEAD < touched) {
        __builtin_prefetch(&worker->places[worker->touched[i + PLACES_AHEAD]], 1);
    }
    if (i + TARGET_AHEAD < touched) {
        uint32_t number = worker->touched[i + TARGET_AHEAD];
        const struct place *place = &worker->places[number];
        __builtin_prefetch(&segment->impacts[place->impact_at], 1);
        if (worker->weighed[number].code & CODE_DENSE) {
            __builtin_prefetch(segment->postings.dense_bits + place->at * segment->postings.words +
                                   document / 64,
                               1);
        } else {
            __builtin_prefetch(&segment->postings.documents[place->at], 1);
        }
    }
}

static void post_document(const struct worker *worker, uint32_t document, uint8_t **runs) {
    const struct words *words = worker->words;
    struct atlas_segment *segment = words->build->segment;
    uint32_t touched = words_weigh(worker, document, runs);
    segment->run_offsets[document + 1] = (uint64_t)(*runs - segment->runs);
    for (uint32_t i = 0; i < touched; i++) {
        uint32_t number = worker->touched[i];
        struct weighed *word = &worker->weighed[number];
        struct place *place = &worker->places[number];
        fetch_ahead(worker, segment, i, touched, document);
        segment->impacts[place->impact_at++] = words_impact(words, word->weight / 2, document);
        if (word->code & CODE_DENSE) {
            bits_set(segment->postings.dense_bits + place->at * segment->postings.words, document);
        } else {
            segment->postings.documents[place->at++] = document;
        }
        if (word->weight & 1) {
            lists_push(&segment->titles, &worker->title_places[number], document);
        }
        word->weight = 0;
    }
}

static void post_share(struct worker *worker, struct share *share) {
    uint8_t *runs = worker->words->build->segment->runs + share->run_start;
    post_begin(worker, share);
    for (uint32_t document = share->first; document < share->last; document++) {
        post_document(worker, document, &runs);
    }
}

static err make_impacts(struct words *words) {
    struct build *build = words->build;
    if (words->worker_count == 1) {
        return OK;
    }
    words->impacts = scratch(build, uint8_t, TABLE_LENGTHS * TABLE_WEIGHTS);
    TRY_MEMORY(build);
    for (uint32_t length = 0; length < TABLE_LENGTHS; length++) {
        for (uint32_t weight = 1; weight < TABLE_WEIGHTS; weight++) {
            words->impacts[length * TABLE_WEIGHTS + weight] =
                atlas_impact(weight, length, build->segment->average_length);
        }
    }
    return OK;
}

static err post_words(struct words *words) {
    struct build *build = words->build;
    struct atlas_segment *segment = build->segment;
    TRY(lists_allocate(build, &segment->postings, ATLAS_COLUMN_POSTINGS_OFFSETS, &words->pushes));
    TRY(lists_allocate(build, &segment->titles, ATLAS_COLUMN_TITLE_WORDS_OFFSETS,
                       &words->title_pushes));
    build_column(build, ATLAS_COLUMN_IMPACTS, segment->postings.offsets[segment->term_count]);
    build_column(build, ATLAS_COLUMN_BLOCK_IMPACTS, segment->postings.dense_count * segment->words);
    for (uint32_t i = 0; i < words->worker_count; i++) {
        words->workers[i].touched = scratch(build, uint32_t, segment->term_count);
        words->workers[i].weighed = scratch(build, struct weighed, words->number_count);
        words->workers[i].places = scratch(build, struct place, words->number_count);
        words->workers[i].title_places = scratch(build, struct push, words->number_count);
    }
    TRY_MEMORY(build);
    TRY(make_impacts(words));
    if (words->kept.from) {
        TRY(work(words, kept_post, NULL));
        TRY(work(words, kept_lists, NULL));
    } else {
        TRY(work(words, post_share, NULL));
    }
    lists_close(&segment->postings);
    lists_close(&segment->titles);
    return OK;
}

/* ---- all of it ---- */

/* No document of the segments that some came from has more items. */
static uint64_t longest_taken(const struct atlas_builder *builder) {
    uint64_t longest = 0;
    for (size_t i = 0; i < builder->takens.count; i++) {
        const struct atlas_segment *from = POOL(&builder->takens, const struct taken)[i].segment;
        for (uint32_t document = 0; document < from->count; document++) {
            uint64_t bytes = from->run_offsets[document + 1] - from->run_offsets[document];
            longest = bytes > longest ? bytes : longest;
        }
    }
    return longest;
}

/* Who does what, with the memory it takes. */
static err divide(struct words *words) {
    struct build *build = words->build;
    uint32_t count = build->segment->count;
    bool is_shared = count >= BUILDER_APART_LEAST;
    uint64_t longest = longest_taken(build->from);
    words->share_count = is_shared ? SHARES : 1;
    words->worker_count = is_shared ? WORKERS : 1;
    words->number_count = build->from->words.count;
    words->lengths = scratch(build, uint32_t, count);
    words->are_stops = scratch(build, bool, words->number_count);
    uint32_t size = (count / words->share_count + 64) / 64 * 64;
    for (uint32_t i = 0; i < words->share_count; i++) {
        struct share *share = &words->shares[i];
        share->first = i * size < count ? i * size : count;
        share->last =
            i + 1 < words->share_count && share->first + size < count ? share->first + size : count;
        share->counted = scratch(build, struct counted, words->number_count);
        share->titles = scratch(build, struct counted_title, words->number_count);
    }
    for (uint32_t i = 0; i < words->worker_count; i++) {
        words->workers[i] =
            (struct worker){.words = words, .items = scratch(build, uint32_t, longest)};
    }
    TRY_MEMORY(build);
    for (uint32_t number = 0; number < words->number_count; number++) {
        words->are_stops[number] = text_is_stop_word(names_get(&build->from->words, number));
    }
    return OK;
}

err build_words(struct build *build, uint32_t average_length, err (*others)(struct build *build)) {
    struct atlas_segment *segment = build->segment;
    struct words words = {.build = build};
    TRY(divide(&words));
    TRY(kept_open(&words, average_length));
    TRY(count_all(&words, average_length, others));
    if (words.kept.from && words.kept.from->average_length != segment->average_length) {
        TRY(count_anew(&words, average_length));
    }
    TRY(keep_terms(&words));
    TRY(keep_codes(&words));
    TRY(lists_open(build, &segment->postings, ATLAS_COLUMN_POSTINGS_OFFSETS, segment->term_count));
    TRY(lists_open(build, &segment->titles, ATLAS_COLUMN_TITLE_WORDS_OFFSETS, segment->term_count));
    if (words.kept.from) {
        TRY(kept_expect(&words));
    } else {
        add_counts(&words);
    }
    return post_words(&words);
}
