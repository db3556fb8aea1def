#include "atlas/build_words.h"

/* Its documents stand in the same order here: both are by place, entry and ask. Drafts came in that
 * order, too. */
static err follow(struct words *words, const struct taken *taken) {
    struct build *build = words->build;
    struct kept *kept = &words->kept;
    kept->moved = scratch(build, uint32_t, taken->segment->count);
    kept->gone.counted = scratch(build, struct counted, words->number_count);
    kept->gone.titles = scratch(build, struct counted_title, words->number_count);
    const uint64_t *offsets = taken->segment->run_offsets;
    TRY_MEMORY(build);
    size_t draft = 0;
    words_count_begin(words, &kept->gone);
    for (uint32_t document = 0; document < taken->segment->count; document++) {
        bool is_kept = !taken->bits || bits_has(taken->bits, document);
        kept->moved[document] = is_kept ? build->documents[draft++] : KEPT_GONE;
        const struct draft gone = {.kind = taken->segment->kind[document],
                                   .run_start = (size_t)offsets[document],
                                   .run_count =
                                       (uint32_t)(offsets[document + 1] - offsets[document])};
        if (!is_kept) {
            words_count(&words->workers[0], &kept->gone, &gone, document + 1);
        }
    }
    return OK;
}

err kept_open(struct words *words, uint32_t average_length) {
    const struct pool *takens = &words->build->from->takens;
    const struct taken *taken = takens->count ? POOL(takens, const struct taken) : NULL;
    if (words->worker_count == 1 || !taken || taken->numbers ||
        POOL(&words->build->from->drafts, const struct draft)->taken != 0 ||
        taken->count < taken->segment->count / 2 ||
        (average_length && average_length != taken->segment->average_length)) {
        return OK;
    }
    words->kept.from = taken->segment;
    return follow(words, taken);
}

uint32_t kept_count(const struct worker *worker, struct share *share, const struct draft *draft) {
    const uint8_t *at = worker->words->kept.from->runs + draft->run_start;
    struct atlas_runs runs = {.at = at, .end = at + draft->run_count};
    uint32_t length = 0;
    while (atlas_runs_next(&runs)) {
        share->run_bytes += atlas_run_header_bytes(runs.count);
        for (uint32_t i = 0; i < runs.count; i++) {
            struct counted *word = &share->counted[atlas_code_read(&runs.at)];
            word->uses++;
            length += word->seen != SEEN_STOP;
        }
    }
    return length;
}

/* The term of the segment whose lists are kept, by number. */
static uint32_t kept_term(const struct kept *kept, uint32_t number) {
    return number < kept->from->term_count ? kept->from->code_terms[number] : ATLAS_NO_TERM;
}

err kept_expect(struct words *words) {
    struct build *build = words->build;
    struct atlas_segment *segment = build->segment;
    struct kept *kept = &words->kept;
    kept->added_at = scratch(build, uint32_t, (size_t)words->number_count + 1);
    TRY_MEMORY(build);
    uint32_t added = 0;
    for (uint32_t number = 0; number < words->number_count; number++) {
        uint32_t from = kept_term(kept, number);
        uint32_t documents = 0;
        uint32_t titles = 0;
        kept->added_at[number] = added;
        for (uint32_t i = 0; i < words->share_count; i++) {
            struct counted *counted = &words->shares[i].counted[number];
            uint32_t more = counted->documents;
            counted->documents = documents;
            documents += more;
            titles += words->shares[i].titles[number].documents;
        }
        added += documents;
        if (words->rank[number] == ATLAS_NO_TERM) {
            continue;
        }
        if (from != ATLAS_NO_TERM) {
            documents += atlas_lists_length(&kept->from->postings, from) -
                         kept->gone.counted[number].documents;
            titles +=
                atlas_lists_length(&kept->from->titles, from) - kept->gone.titles[number].documents;
        }
        segment->postings.offsets[words->rank[number] + 1] = documents;
        segment->titles.offsets[words->rank[number] + 1] = titles;
    }
    kept->added_at[words->number_count] = added;
    kept->added = scratch(build, struct added, added);
    TRY_MEMORY(build);
    return OK;
}

/* The runs of a kept document, with the codes that its words have now. */
static uint8_t *code_anew(const struct words *words, const struct draft *draft, uint8_t *to) {
    const uint8_t *at = words->kept.from->runs + draft->run_start;
    struct atlas_runs runs = {.at = at, .end = at + draft->run_count};
    while (atlas_runs_next(&runs)) {
        to = atlas_run_header_write(to, runs.field, runs.count);
        for (uint32_t i = 0; i < runs.count; i++) {
            to = atlas_code_write(to, words->codes[atlas_code_read(&runs.at)]);
        }
    }
    return to;
}

static void post_added(const struct worker *worker, uint32_t document, uint8_t **runs) {
    const struct words *words = worker->words;
    uint32_t touched = words_weigh(worker, document, runs);
    for (uint32_t i = 0; i < touched; i++) {
        struct weighed *word = &worker->weighed[worker->touched[i]];
        struct place *place = &worker->places[worker->touched[i]];
        words->kept.added[place->at++] =
            (struct added){.document = document,
                           .impact = words_impact(words, word->weight / 2, document),
                           .is_in_title = word->weight & 1};
        word->weight = 0;
    }
}

void kept_post(struct worker *worker, struct share *share) {
    const struct words *words = worker->words;
    struct atlas_segment *segment = words->build->segment;
    uint8_t *runs = segment->runs + share->run_start;
    for (uint32_t number = 0; number < words->number_count; number++) {
        worker->weighed[number] = (struct weighed){
            .code = words->codes[number] | (words->are_stops[number] ? CODE_STOP : 0)};
        worker->places[number].at = words->kept.added_at[number] + share->counted[number].documents;
    }
    for (uint32_t document = share->first; document < share->last; document++) {
        const struct draft *draft = words->build->order[document];
        if (kept_has(words, draft)) {
            runs = code_anew(words, draft, runs);
        } else {
            post_added(worker, document, &runs);
        }
        segment->run_offsets[document + 1] = (uint64_t)(runs - segment->runs);
    }
}

/* Of a list being merged: what stands in it already, and what comes into it. */
struct merge {
    struct atlas_lists *lists;
    struct push push;
    uint8_t *impacts; /* where the next goes; NULL: a list without them */
    const struct added *added, *end;
};

static inline void merge_push(struct merge *merge, uint32_t document, uint8_t impact) {
    lists_push(merge->lists, &merge->push, document);
    if (merge->impacts) {
        *merge->impacts++ = impact;
    }
}

/* Pushes those added documents that stand before one. */
static inline void merge_added(struct merge *merge, uint32_t before) {
    for (; merge->added < merge->end && merge->added->document < before; merge->added++) {
        if (merge->impacts || merge->added->is_in_title) {
            merge_push(merge, merge->added->document, merge->added->impact);
        }
    }
}

static void merge_list(const struct kept *kept, const struct atlas_lists *from, uint32_t key,
                       struct merge *merge) {
    if (key != ATLAS_NO_TERM) {
        struct atlas_list list = atlas_lists_get(from, key);
        const uint8_t *impacts = kept->from->impacts + list.start;
        struct atlas_list_walk walk = atlas_list_walk(&list, 0);
        uint32_t document;
        for (uint32_t i = 0; atlas_list_next(&walk, &document); i++) {
            uint32_t moved = kept->moved[document];
            if (moved != KEPT_GONE) {
                merge_added(merge, moved);
                merge_push(merge, moved, merge->impacts ? impacts[i] : 0);
            }
        }
    }
    merge_added(merge, UINT32_MAX);
}

void kept_lists(struct worker *worker, struct share *share) {
    const struct words *words = worker->words;
    const struct kept *kept = &words->kept;
    struct atlas_segment *segment = words->build->segment;
    uint64_t at = (uint64_t)(share - words->shares);
    uint32_t first = (uint32_t)(at * segment->term_count / words->share_count);
    uint32_t last = (uint32_t)((at + 1) * segment->term_count / words->share_count);
    for (uint32_t term = first; term < last; term++) {
        uint32_t number = words->order[term];
        const struct added *added = kept->added + kept->added_at[number];
        const struct added *end = kept->added + kept->added_at[number + 1];
        struct merge postings = {.lists = &segment->postings,
                                 .push = words->pushes[term],
                                 .impacts = segment->impacts + segment->postings.offsets[term],
                                 .added = added,
                                 .end = end};
        struct merge titles = {.lists = &segment->titles,
                               .push = words->title_pushes[term],
                               .added = added,
                               .end = end};
        merge_list(kept, &kept->from->postings, kept_term(kept, number), &postings);
        merge_list(kept, &kept->from->titles, kept_term(kept, number), &titles);
    }
}
