/* Drafts become a segment: put into order, columns filled, lists turned round, impacts made. */
#include "atlas/builder.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT_BLOCK_BYTES (1u << 20)

struct build {
    struct atlas_builder *from;
    struct atlas_segment *segment;
    struct arena arena;         /* becomes the segment's */
    struct arena scratch;       /* dies with the build */
    const struct draft **order; /* drafts by document number */
    bool is_out_of_memory;
};

static void *build_alloc(struct build *build, struct arena *arena, size_t size, size_t count,
                         size_t align) {
    void *p = arena_try_alloc(arena, size, count, align);
    build->is_out_of_memory = build->is_out_of_memory || !p;
    return p;
}
#define keep(build, type, count)                                                                   \
    ((type *)build_alloc((build), &(build)->arena, sizeof(type), (count), _Alignof(type)))
#define scratch(build, type, count)                                                                \
    ((type *)build_alloc((build), &(build)->scratch, sizeof(type), (count), _Alignof(type)))
#define TRY_MEMORY(build)                                                                          \
    do {                                                                                           \
        if ((build)->is_out_of_memory) {                                                           \
            return ERR_MEMORY;                                                                     \
        }                                                                                          \
    } while (0)

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

static bool is_ask(const struct draft *draft) {
    return draft->kind == QUERY_KIND_NEED || draft->kind == QUERY_KIND_OFFER;
}

static int compare_entry_ask(const struct draft *a, const struct draft *b) {
    if (a->entry != b->entry) {
        return a->entry < b->entry ? -1 : 1;
    }
    int asks = (is_ask(a) ? a->ask + 1 : 0) - (is_ask(b) ? b->ask + 1 : 0);
    return (asks > 0) - (asks < 0);
}

static int compare_drafts(const void *a, const void *b) {
    const struct draft *const *left = a;
    const struct draft *const *right = b;
    if ((*left)->is_placed != (*right)->is_placed) {
        return (*left)->is_placed ? -1 : 1;
    }
    if ((*left)->zorder != (*right)->zorder) {
        return (*left)->zorder < (*right)->zorder ? -1 : 1;
    }
    return compare_entry_ask(*left, *right);
}

static int compare_documents_by_entry(const void *a, const void *b, void *self) {
    const uint32_t *left = a;
    const uint32_t *right = b;
    const struct draft *const *order = self;
    return compare_entry_ask(order[*left], order[*right]);
}

static err put_in_order(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct pool *drafts = &build->from->drafts;
    if (drafts->count >= UINT32_MAX / 2) {
        return ERR_LIMIT;
    }
    segment->count = (uint32_t)drafts->count;
    segment->words = bits_words(segment->count);
    build->order = scratch(build, const struct draft *, segment->count);
    segment->by_entry = keep(build, uint32_t, segment->count);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        build->order[i] = POOL(drafts, const struct draft) + i;
        segment->by_entry[i] = i;
        segment->placed += build->order[i]->is_placed;
    }
    if (segment->count) {
        qsort(build->order, segment->count, sizeof(const struct draft *), compare_drafts);
        qsort_r(segment->by_entry, segment->count, sizeof(uint32_t), compare_documents_by_entry,
                build->order);
    }
    return OK;
}

/* The texts, in byte order when `order` is given, else as numbered. */
static slice *keep_names(struct build *build, const struct names *names, const uint32_t *order) {
    char *pool = keep(build, char, names->pool_used);
    slice *texts = keep(build, slice, names->count);
    if (!pool || !texts) {
        return NULL;
    }
    if (names->pool_used) {
        memcpy(pool, names->pool, names->pool_used);
    }
    for (uint32_t i = 0; i < names->count; i++) {
        uint32_t number = order ? order[i] : i;
        texts[i] = slice_of(pool + names->starts[number], names_get(names, number).n);
    }
    return texts;
}

/* The same in byte order, and the place of each number in it. */
static err keep_sorted(struct build *build, const struct names *names, slice **texts,
                       uint32_t **rank) {
    uint32_t *order = scratch(build, uint32_t, names->count);
    *rank = scratch(build, uint32_t, names->count);
    TRY_MEMORY(build);
    names_rank(names, order, *rank);
    *texts = keep_names(build, names, order);
    TRY_MEMORY(build);
    return OK;
}

static err keep_columns(struct build *build) {
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->count;
    segment->entry = keep(build, int64_t, count);
    segment->ask = keep(build, uint16_t, count);
    segment->kind = keep(build, uint8_t, count);
    segment->point = keep(build, struct geo_point, segment->placed);
    segment->zorder = keep(build, uint64_t, segment->placed);
    segment->grid = keep(build, struct geo_grid, segment->placed);
    segment->territory = keep(build, uint32_t, count);
    segment->quality = keep(build, uint16_t, count);
    segment->fresh_ms = keep(build, int64_t, count);
    segment->type = keep(build, uint32_t, count);
    segment->title = keep(build, slice, count);
    segment->title_key = keep(build, slice, count);
    TRY_MEMORY(build);
    uint32_t *type_rank;
    TRY(keep_sorted(build, &build->from->types, &segment->types, &type_rank));
    segment->type_count = build->from->types.count;
    const slice *titles = keep_names(build, &build->from->titles, NULL);
    const slice *title_keys = keep_names(build, &build->from->title_keys, NULL);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < count; i++) {
        const struct draft *draft = build->order[i];
        segment->entry[i] = draft->entry;
        segment->ask[i] = draft->ask;
        segment->kind[i] = draft->kind;
        segment->territory[i] = draft->territory;
        segment->quality[i] = draft->quality;
        segment->fresh_ms[i] = draft->fresh_ms;
        segment->type[i] = draft->type == NAMES_NONE ? UINT32_MAX : type_rank[draft->type];
        segment->title[i] = titles[draft->title];
        segment->title_key[i] = title_keys[draft->title_key];
        if (i < segment->placed) {
            segment->point[i] = draft->point;
            segment->zorder[i] = draft->zorder;
            segment->grid[i] = draft->grid;
        }
    }
    return OK;
}

static err keep_bitsets(struct build *build) {
    struct atlas_segment *segment = build->segment;
    for (size_t i = 0; i < ARRAY_COUNT(segment->kinds); i++) {
        segment->kinds[i] = keep(build, uint64_t, segment->words);
    }
    for (size_t i = 0; i < ARRAY_COUNT(segment->states); i++) {
        segment->states[i] = keep(build, uint64_t, segment->words);
    }
    for (size_t i = 0; i < ARRAY_COUNT(segment->has); i++) {
        segment->has[i] = keep(build, uint64_t, segment->words);
    }
    segment->approximate = keep(build, uint64_t, segment->words);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct draft *draft = build->order[i];
        bits_set(segment->kinds[draft->kind], i);
        if (draft->state != DRAFT_STATE_NONE) {
            bits_set(segment->states[draft->state], i);
        }
        for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
            if (draft->has & 1u << has) {
                bits_set(segment->has[has], i);
            }
        }
        if (draft->is_approximate) {
            bits_set(segment->approximate, i);
        }
    }
    return OK;
}

/* A list is made in three steps: count with lists_expect, lists_allocate, fill with lists_push. */
static err lists_open(struct build *build, struct atlas_lists *lists, uint32_t key_count) {
    lists->key_count = key_count;
    lists->offsets = keep(build, uint64_t, (size_t)key_count + 1);
    TRY_MEMORY(build);
    return OK;
}
static void lists_expect(struct atlas_lists *lists, uint32_t key) {
    lists->offsets[key + 1]++;
}
static err lists_allocate(struct build *build, struct atlas_lists *lists, uint64_t **cursors) {
    for (uint32_t key = 0; key < lists->key_count; key++) {
        lists->offsets[key + 1] += lists->offsets[key];
    }
    lists->documents = keep(build, uint32_t, lists->offsets[lists->key_count]);
    *cursors = scratch(build, uint64_t, lists->key_count);
    TRY_MEMORY(build);
    if (lists->key_count) {
        memcpy(*cursors, lists->offsets, lists->key_count * sizeof(**cursors));
    }
    return OK;
}
static void lists_push(struct atlas_lists *lists, uint64_t *cursors, uint32_t key,
                       uint32_t document) {
    lists->documents[cursors[key]++] = document;
}
static err lists_close(struct build *build, struct atlas_lists *lists) {
    lists->dense = keep(build, const uint64_t *, lists->key_count);
    TRY_MEMORY(build);
    for (uint32_t key = 0; key < lists->key_count; key++) {
        uint64_t length = lists->offsets[key + 1] - lists->offsets[key];
        if (length <= build->segment->count / 32) {
            continue;
        }
        uint64_t *bits = keep(build, uint64_t, build->segment->words);
        TRY_MEMORY(build);
        for (uint64_t at = lists->offsets[key]; at < lists->offsets[key + 1]; at++) {
            bits_set(bits, lists->documents[at]);
        }
        lists->dense[key] = bits;
    }
    return OK;
}

/* A value of a draft for a facet, as a key. */
static uint32_t draft_key(const struct build *build, const struct draft *draft,
                          enum atlas_values_of of, const uint32_t *rank, uint32_t position) {
    switch (of) {
    case ATLAS_VALUES_THEME:
        return POOL(&build->from->themes_of, const uint16_t)[draft->theme_start + position];
    case ATLAS_VALUES_LANGUAGE:
        return rank[draft->language];
    case ATLAS_VALUES_SOURCE:
        return rank[draft->source];
    case ATLAS_VALUES_SKILL:
    case ATLAS_VALUES__COUNT:
        break;
    }
    return rank[POOL(&build->from->skills_of, const uint32_t)[draft->skill_start + position]];
}

static uint32_t draft_key_count(const struct draft *draft, enum atlas_values_of of) {
    switch (of) {
    case ATLAS_VALUES_THEME:
        return draft->theme_count;
    case ATLAS_VALUES_LANGUAGE:
        return draft->language != NAMES_NONE;
    case ATLAS_VALUES_SOURCE:
        return draft->source != NAMES_NONE;
    case ATLAS_VALUES_SKILL:
    case ATLAS_VALUES__COUNT:
        break;
    }
    return draft->skill_count;
}

static err keep_values(struct build *build, enum atlas_values_of of, const struct names *names) {
    struct atlas_segment *segment = build->segment;
    struct atlas_values *values = &segment->values[of];
    uint32_t *rank = NULL;
    uint32_t key_count = build->from->themes->count;
    if (names) {
        TRY(keep_sorted(build, names, &values->names, &rank));
        key_count = names->count;
    }
    TRY(lists_open(build, &values->lists, key_count));
    values->offsets = keep(build, uint32_t, (size_t)segment->count + 1);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct draft *draft = build->order[i];
        uint32_t count = draft_key_count(draft, of);
        for (uint32_t j = 0; j < count; j++) {
            lists_expect(&values->lists, draft_key(build, draft, of, rank, j));
        }
        values->offsets[i + 1] = values->offsets[i] + count;
    }
    uint64_t *cursors;
    TRY(lists_allocate(build, &values->lists, &cursors));
    values->keys = keep(build, uint32_t, values->offsets[segment->count]);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t count = draft_key_count(build->order[i], of);
        for (uint32_t j = 0; j < count; j++) {
            uint32_t key = draft_key(build, build->order[i], of, rank, j);
            lists_push(&values->lists, cursors, key, i);
            values->keys[values->offsets[i] + j] = key;
        }
    }
    return lists_close(build, &values->lists);
}

/* The territory itself and what it lies in, each once. */
#define TERRITORY_CHAIN 5
static uint32_t territory_chain(const struct territories *all, uint32_t territory,
                                uint32_t chain[TERRITORY_CHAIN]) {
    if (territory == TERRITORY_NONE) {
        return 0;
    }
    const struct territory *here = &all->items[territory];
    const uint32_t candidates[TERRITORY_CHAIN] = {territory, here->epci, here->departement,
                                                  here->region, here->country};
    uint32_t count = 0;
    for (uint32_t i = 0; i < TERRITORY_CHAIN; i++) {
        bool is_new = candidates[i] != TERRITORY_NONE;
        for (uint32_t j = 0; j < count; j++) {
            is_new = is_new && chain[j] != candidates[i];
        }
        if (is_new) {
            chain[count++] = candidates[i];
        }
    }
    return count;
}

static err keep_territories(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct territories *all = build->from->territories;
    uint32_t chain[TERRITORY_CHAIN];
    uint32_t *positions = scratch(build, uint32_t, all->count);
    TRY_MEMORY(build);
    uint32_t used = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t count = territory_chain(all, segment->territory[i], chain);
        for (uint32_t j = 0; j < count; j++) {
            used += positions[chain[j]]++ == 0;
        }
    }
    segment->territories = keep(build, uint32_t, used);
    TRY(lists_open(build, &segment->territory_lists, used));
    uint32_t position = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (positions[i]) {
            segment->territories[position] = i;
            segment->territory_lists.offsets[position + 1] = positions[i];
            positions[i] = position++;
        }
    }
    uint64_t *cursors;
    TRY(lists_allocate(build, &segment->territory_lists, &cursors));
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t count = territory_chain(all, segment->territory[i], chain);
        for (uint32_t j = 0; j < count; j++) {
            lists_push(&segment->territory_lists, cursors, positions[chain[j]], i);
        }
    }
    return lists_close(build, &segment->territory_lists);
}

static err keep_dates(struct build *build) {
    struct atlas_segment *segment = build->segment;
    size_t total = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        segment->dated_count += build->order[i]->date_count > 0;
        total += build->order[i]->date_count;
    }
    if (total > UINT32_MAX) {
        return ERR_LIMIT;
    }
    segment->dated = keep(build, uint32_t, segment->dated_count);
    segment->date_offsets = keep(build, uint32_t, (size_t)segment->dated_count + 1);
    segment->date_first_ms = keep(build, int64_t, total);
    segment->date_last_ms = keep(build, int64_t, total);
    TRY_MEMORY(build);
    uint32_t dated = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct draft *draft = build->order[i];
        for (uint32_t j = 0; j < draft->date_count; j++, at++) {
            const struct draft_dates *dates =
                POOL(&build->from->dates, const struct draft_dates) + draft->date_start + j;
            segment->date_first_ms[at] = dates->first_ms;
            segment->date_last_ms[at] = dates->last_ms;
        }
        if (draft->date_count) {
            segment->dated[dated++] = i;
            segment->date_offsets[dated] = at;
        }
    }
    return OK;
}

static int compare_stems(const void *a, const void *b) {
    const struct atlas_stem *left = a;
    const struct atlas_stem *right = b;
    if (left->hash != right->hash) {
        return left->hash < right->hash ? -1 : 1;
    }
    return (left->term > right->term) - (left->term < right->term);
}

static err keep_terms(struct build *build, uint32_t **rank) {
    struct atlas_segment *segment = build->segment;
    const struct names *words = &build->from->words;
    segment->term_count = words->count;
    TRY(keep_sorted(build, words, &segment->terms, rank));
    segment->letters = keep(build, uint32_t, words->count);
    segment->is_stop = keep(build, bool, words->count);
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        segment->stems[language] = keep(build, struct atlas_stem, words->count);
        segment->term_stems[language] = keep(build, uint64_t, words->count);
    }
    TRY_MEMORY(build);
    const uint64_t *stems = POOL(&build->from->word_stems, const uint64_t);
    for (uint32_t number = 0; number < words->count; number++) {
        uint32_t term = (*rank)[number];
        for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
            uint64_t hash = stems[(size_t)number * TEXT_LANGUAGE__COUNT + (size_t)language];
            segment->term_stems[language][term] = hash;
            segment->stems[language][term] = (struct atlas_stem){.hash = hash, .term = term};
        }
    }
    for (uint32_t term = 0; term < words->count; term++) {
        segment->letters[term] = atlas_letters(segment->terms[term]);
        segment->is_stop[term] = text_is_stop_word(segment->terms[term]);
    }
    for (int language = 0; language < TEXT_LANGUAGE__COUNT && words->count; language++) {
        qsort(segment->stems[language], words->count, sizeof(struct atlas_stem), compare_stems);
    }
    return OK;
}

/* First walk over the kept words: takes them over under their new numbers, counts documents a term
 * and words a document. */
static err keep_runs(struct build *build, const uint32_t *rank, uint32_t *lengths) {
    struct atlas_segment *segment = build->segment;
    size_t total = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        total += build->order[i]->run_count;
    }
    segment->run_offsets = keep(build, uint64_t, (size_t)segment->count + 1);
    segment->runs = keep(build, uint32_t, total);
    uint32_t *seen = scratch(build, uint32_t, segment->term_count);
    uint32_t *seen_in_title = scratch(build, uint32_t, segment->term_count);
    TRY_MEMORY(build);
    uint64_t to = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct draft *draft = build->order[i];
        const uint32_t *from = POOL(&build->from->runs, const uint32_t) + draft->run_start;
        bool is_title = false;
        for (uint32_t at = 0; at < draft->run_count; at++) {
            if (from[at] & ATLAS_RUN_MARK) {
                segment->runs[to++] = from[at];
                is_title = ATLAS_RUN_FIELD(from[at]) == ATLAS_FIELD_TITLE && !is_ask(draft);
                continue;
            }
            uint32_t term = rank[from[at]];
            segment->runs[to++] = term;
            if (segment->is_stop[term]) {
                continue;
            }
            lengths[i]++;
            if (seen[term] != i + 1) {
                seen[term] = i + 1;
                lists_expect(&segment->postings, term);
            }
            if (is_title && seen_in_title[term] != i + 1) {
                seen_in_title[term] = i + 1;
                lists_expect(&segment->titles, term);
            }
        }
        segment->run_offsets[i + 1] = to;
        segment->length += lengths[i];
    }
    return OK;
}

/* What the second walk carries from document to document. */
struct postings {
    uint64_t *cursors, *title_cursors;
    uint32_t *weights; /* per term, of the document in hand */
    bool *in_title;    /* likewise */
    uint32_t *touched; /* its terms */
};

static void post_document(struct build *build, struct postings *postings, uint32_t document,
                          uint32_t length) {
    struct atlas_segment *segment = build->segment;
    bool ask = is_ask(build->order[document]);
    uint32_t touched = 0;
    uint32_t weight = 0;
    bool is_title = false;
    for (uint64_t at = segment->run_offsets[document]; at < segment->run_offsets[document + 1];
         at++) {
        uint32_t item = segment->runs[at];
        if (item & ATLAS_RUN_MARK) {
            weight = atlas_field_weight(ATLAS_RUN_FIELD(item), ask);
            is_title = ATLAS_RUN_FIELD(item) == ATLAS_FIELD_TITLE && !ask;
        } else if (!segment->is_stop[item]) {
            if (!postings->weights[item]) {
                postings->touched[touched++] = item;
            }
            postings->weights[item] += weight;
            postings->in_title[item] = postings->in_title[item] || is_title;
        }
    }
    for (uint32_t i = 0; i < touched; i++) {
        uint32_t term = postings->touched[i];
        segment->impacts[postings->cursors[term]] =
            atlas_impact(postings->weights[term], length, segment->average_length);
        lists_push(&segment->postings, postings->cursors, term, document);
        if (postings->in_title[term]) {
            lists_push(&segment->titles, postings->title_cursors, term, document);
        }
        postings->weights[term] = 0;
        postings->in_title[term] = false;
    }
}

static err keep_words(struct build *build, uint32_t average_length) {
    struct atlas_segment *segment = build->segment;
    uint32_t *rank;
    TRY(keep_terms(build, &rank));
    TRY(lists_open(build, &segment->postings, segment->term_count));
    TRY(lists_open(build, &segment->titles, segment->term_count));
    uint32_t *lengths = scratch(build, uint32_t, segment->count);
    TRY_MEMORY(build);
    TRY(keep_runs(build, rank, lengths));
    if (!average_length && segment->count) {
        average_length = (uint32_t)(segment->length / segment->count);
    }
    segment->average_length = average_length ? average_length : 1;
    struct postings postings = {
        .weights = scratch(build, uint32_t, segment->term_count),
        .in_title = scratch(build, bool, segment->term_count),
        .touched = scratch(build, uint32_t, segment->term_count),
    };
    TRY(lists_allocate(build, &segment->postings, &postings.cursors));
    TRY(lists_allocate(build, &segment->titles, &postings.title_cursors));
    segment->impacts = keep(build, uint8_t, segment->postings.offsets[segment->term_count]);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->count; i++) {
        post_document(build, &postings, i, lengths[i]);
    }
    TRY(lists_close(build, &segment->postings));
    return lists_close(build, &segment->titles);
}

static err build_segment(struct build *build, uint32_t average_length) {
    build->segment = keep(build, struct atlas_segment, 1);
    TRY_MEMORY(build);
    atomic_init(&build->segment->references, 1);
    TRY(put_in_order(build));
    TRY(keep_columns(build));
    TRY(keep_bitsets(build));
    TRY(keep_values(build, ATLAS_VALUES_THEME, NULL));
    TRY(keep_values(build, ATLAS_VALUES_LANGUAGE, &build->from->languages));
    TRY(keep_values(build, ATLAS_VALUES_SOURCE, &build->from->sources));
    TRY(keep_values(build, ATLAS_VALUES_SKILL, &build->from->skills));
    TRY(keep_territories(build));
    TRY(keep_dates(build));
    return keep_words(build, average_length);
}

err atlas_builder_finish(struct atlas_builder *builder, uint32_t average_length,
                         struct atlas_segment **segment) {
    struct build build = {.from = builder,
                          .arena = arena_make(SEGMENT_BLOCK_BYTES, 0),
                          .scratch = arena_make(SEGMENT_BLOCK_BYTES, 0)};
    err failed = build_segment(&build, average_length);
    arena_free(&build.scratch);
    if (failed) {
        arena_free(&build.arena);
        return failed;
    }
    build.segment->arena = build.arena;
    *segment = build.segment;
    return OK;
}
