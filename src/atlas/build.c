/* Drafts become a segment: put into order, columns filled, lists turned round, impacts made. */
#include "atlas/blocks.h"
#include "atlas/builder.h"
#include "atlas/columns.h"
#include "atlas/cube.h"
#include "atlas/quads.h"
#include "atlas/rows.h"
#include "atlas/runs.h"

#include <pthread.h>
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
#define scratch(build, type, count)                                                                \
    ((type *)build_alloc((build), &(build)->scratch, sizeof(type), (count), _Alignof(type)))
#define TRY_MEMORY(build)                                                                          \
    do {                                                                                           \
        if ((build)->is_out_of_memory) {                                                           \
            return ERR_MEMORY;                                                                     \
        }                                                                                          \
    } while (0)

/* Makes room for a column of the segment. */
static void column(struct build *build, unsigned id, uint64_t count) {
    void *items = build_alloc(build, &build->arena, atlas_columns[id].item_bytes, count, 64);
    atlas_column_set(build->segment, (enum atlas_column_id)id, items, count);
}

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
    column(build, ATLAS_COLUMN_BY_ENTRY, segment->count);
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

/* The texts, in byte order when `order` is given, else as numbered. `id`: of their first column. */
static err keep_names(struct build *build, const struct names *names, const uint32_t *order,
                      struct atlas_texts *texts, unsigned id) {
    if (names->pool_used > UINT32_MAX) {
        return ERR_LIMIT;
    }
    texts->count = names->count;
    column(build, id, (uint64_t)names->count + 1);
    column(build, id + 1, names->pool_used);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < names->count; i++) {
        slice text = names_get(names, order ? order[i] : i);
        if (text.n) {
            memcpy(texts->bytes + texts->offsets[i], text.p, text.n);
        }
        texts->offsets[i + 1] = texts->offsets[i] + (uint32_t)text.n;
    }
    return OK;
}

/* The same in byte order, and the place of each number in it. */
static err keep_sorted(struct build *build, const struct names *names, struct atlas_texts *texts,
                       unsigned id, uint32_t **rank) {
    uint32_t *order = scratch(build, uint32_t, names->count);
    *rank = scratch(build, uint32_t, names->count);
    TRY_MEMORY(build);
    names_rank(names, order, *rank);
    return keep_names(build, names, order, texts, id);
}

static err keep_columns(struct build *build) {
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->count;
    for (unsigned id = ATLAS_COLUMN_ENTRY; id < ATLAS_COLUMN_BY_ENTRY; id++) {
        column(build, id, count);
    }
    column(build, ATLAS_COLUMN_POINT, segment->placed);
    column(build, ATLAS_COLUMN_GRID, segment->placed);
    column(build, ATLAS_COLUMN_TITLE, count);
    column(build, ATLAS_COLUMN_TITLE_KEY, count);
    uint32_t *type_rank;
    TRY(keep_sorted(build, &build->from->types, &segment->types, ATLAS_COLUMN_TYPES_STARTS,
                    &type_rank));
    TRY(keep_names(build, &build->from->titles, NULL, &segment->title_texts,
                   ATLAS_COLUMN_TITLE_STARTS));
    TRY(keep_names(build, &build->from->title_keys, NULL, &segment->title_key_texts,
                   ATLAS_COLUMN_TITLE_KEY_STARTS));
    for (uint32_t i = 0; i < count; i++) {
        const struct draft *draft = build->order[i];
        segment->entry[i] = draft->entry;
        segment->ask[i] = draft->ask;
        segment->kind[i] = draft->kind;
        segment->territory[i] = draft->territory;
        segment->quality[i] = draft->quality;
        segment->fresh_ms[i] = draft->fresh_ms;
        segment->type[i] = draft->type == NAMES_NONE ? UINT32_MAX : type_rank[draft->type];
        segment->title[i] = draft->title;
        segment->title_key[i] = draft->title_key;
        if (i < segment->placed) {
            segment->point[i] = draft->point;
            segment->grid[i] = draft->grid;
        }
    }
    return OK;
}

static err keep_bitsets(struct build *build) {
    struct atlas_segment *segment = build->segment;
    column(build, ATLAS_COLUMN_KIND_BITS, ARRAY_COUNT(segment->kinds) * segment->words);
    column(build, ATLAS_COLUMN_STATE_BITS, ARRAY_COUNT(segment->states) * segment->words);
    column(build, ATLAS_COLUMN_HAS_BITS, ARRAY_COUNT(segment->has) * segment->words);
    column(build, ATLAS_COLUMN_APPROXIMATE, segment->words);
    TRY_MEMORY(build);
    atlas_columns_bind(segment);
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

static err keep_quads(struct build *build) {
    struct pool quads = {0};
    err failed = atlas_quads_make(build->segment, &quads);
    if (!failed) {
        column(build, ATLAS_COLUMN_QUADS, quads.count);
        failed = build->is_out_of_memory ? ERR_MEMORY : OK;
    }
    if (!failed && quads.count) {
        memcpy(build->segment->quads, quads.items, quads.count * sizeof(struct atlas_quad));
    }
    free(quads.items);
    return failed;
}

/* A list is made in four steps: lists_open, count with lists_expect, lists_allocate, fill with
 * lists_push; lists_close at the end. `id`: of its first column. */
static err lists_open(struct build *build, struct atlas_lists *lists, unsigned id,
                      uint32_t key_count) {
    lists->key_count = key_count;
    atlas_lists_measure(lists, build->segment->count, atlas_columns_share(id));
    column(build, id, (uint64_t)key_count + 1);
    TRY_MEMORY(build);
    return OK;
}
static void lists_expect(struct atlas_lists *lists, uint32_t key) {
    lists->offsets[key + 1]++;
}

/* Where the next document of each key goes: among `documents`, or which bitset. */
struct push {
    uint32_t at;
    uint32_t dense; /* position among the dense keys, or UINT32_MAX */
};

static err lists_allocate(struct build *build, struct atlas_lists *lists, unsigned id,
                          struct push **pushes) {
    uint64_t total = 0;
    for (uint32_t key = 0; key < lists->key_count; key++) {
        lists->dense_count += lists->offsets[key + 1] > lists->dense_above;
        total += lists->offsets[key + 1];
        if (total > UINT32_MAX) {
            return ERR_LIMIT;
        }
        lists->offsets[key + 1] = (uint32_t)total;
    }
    *pushes = scratch(build, struct push, lists->key_count);
    column(build, id + 2, lists->dense_count);
    column(build, id + 3, (uint64_t)lists->dense_count + 1);
    column(build, id + 4, lists->dense_count * lists->words);
    column(build, id + 5, (uint64_t)lists->dense_count * lists->rank_count);
    TRY_MEMORY(build);
    uint32_t dense = 0;
    for (uint32_t key = 0; key < lists->key_count; key++) {
        bool is_dense = atlas_lists_is_dense(lists, key);
        (*pushes)[key] = (struct push){.at = lists->offsets[key] - lists->dense_sums[dense],
                                       .dense = is_dense ? dense : UINT32_MAX};
        if (is_dense) {
            lists->dense_sums[dense + 1] =
                lists->dense_sums[dense] + atlas_lists_length(lists, key);
            lists->dense_keys[dense++] = key;
        }
    }
    column(build, id + 1, total - lists->dense_sums[dense]);
    TRY_MEMORY(build);
    return OK;
}

static inline void lists_push(struct atlas_lists *lists, struct push *push, uint32_t document) {
    if (push->dense == UINT32_MAX) {
        lists->documents[push->at++] = document;
    } else {
        bits_set(lists->dense_bits + push->dense * lists->words, document);
    }
}

static void lists_close(struct atlas_lists *lists) {
    for (uint32_t dense = 0; dense < lists->dense_count; dense++) {
        const uint64_t *bits = lists->dense_bits + dense * lists->words;
        uint32_t *ranks = lists->dense_ranks + (size_t)dense * lists->rank_count;
        const size_t step = ATLAS_RANK_DOCUMENTS / 64;
        for (uint32_t i = 1; i < lists->rank_count; i++) {
            ranks[i] = ranks[i - 1] + (uint32_t)bits_count(bits + (i - 1) * step, step);
        }
    }
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

/* `id`: of the first column of the values; `names_id`: of their names. */
static err keep_values(struct build *build, enum atlas_values_of of, unsigned id,
                       const struct names *names, unsigned names_id) {
    struct atlas_segment *segment = build->segment;
    struct atlas_values *values = &segment->values[of];
    uint32_t *rank = NULL;
    uint32_t key_count = build->from->themes->count;
    if (names) {
        TRY(keep_sorted(build, names, &values->names, names_id, &rank));
        key_count = names->count;
    }
    TRY(lists_open(build, &values->lists, id, key_count));
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct draft *draft = build->order[i];
        uint32_t count = draft_key_count(draft, of);
        for (uint32_t j = 0; j < count; j++) {
            lists_expect(&values->lists, draft_key(build, draft, of, rank, j));
        }
    }
    struct push *pushes;
    TRY(lists_allocate(build, &values->lists, id, &pushes));
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t count = draft_key_count(build->order[i], of);
        for (uint32_t j = 0; j < count; j++) {
            uint32_t key = draft_key(build, build->order[i], of, rank, j);
            lists_push(&values->lists, &pushes[key], i);
        }
    }
    lists_close(&values->lists);
    return OK;
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
    column(build, ATLAS_COLUMN_TERRITORIES, used);
    TRY(lists_open(build, &segment->territory_lists, ATLAS_COLUMN_TERRITORY_OFFSETS, used));
    uint32_t position = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (positions[i]) {
            segment->territories[position] = i;
            segment->territory_lists.offsets[position + 1] = positions[i];
            positions[i] = position++;
        }
    }
    struct push *pushes;
    TRY(lists_allocate(build, &segment->territory_lists, ATLAS_COLUMN_TERRITORY_OFFSETS, &pushes));
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t count = territory_chain(all, segment->territory[i], chain);
        for (uint32_t j = 0; j < count; j++) {
            lists_push(&segment->territory_lists, &pushes[positions[chain[j]]], i);
        }
    }
    lists_close(&segment->territory_lists);
    return OK;
}

static err keep_cube(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const uint64_t row = QUERY_KIND__COUNT;
    column(build, ATLAS_COLUMN_CUBE_KINDS, row);
    column(build, ATLAS_COLUMN_CUBE_STATES, QUERY_STATE__COUNT * row);
    column(build, ATLAS_COLUMN_CUBE_HAS, QUERY_HAS__COUNT * row);
    for (unsigned of = 0; of < ATLAS_VALUES__COUNT; of++) {
        column(build, ATLAS_COLUMN_CUBE_THEMES + of, segment->values[of].lists.key_count * row);
    }
    column(build, ATLAS_COLUMN_CUBE_TERRITORIES, segment->territory_lists.key_count * row);
    TRY_MEMORY(build);
    atlas_cube_fill(segment);
    return OK;
}

static err keep_rows(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct territory *parent = atlas_top_parent(build->from->territories);
    segment->top_count = parent ? parent->child_count : 0;
    column(build, ATLAS_COLUMN_TOPS, segment->top_count);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < segment->top_count; i++) {
        segment->tops[i] = parent->children[i];
    }
    atlas_rows_measure(segment);
    uint32_t *values = scratch(build, uint32_t, segment->value_first[ATLAS_OF__COUNT]);
    uint32_t chosen[ATLAS_ROW_MORE];
    uint64_t rest;
    TRY_MEMORY(build);
    segment->row_value_count = atlas_rows_choose(segment, values, chosen, &rest);
    if (rest > UINT32_MAX) {
        return ERR_LIMIT;
    }
    segment->rest_count = (uint32_t)rest;
    column(build, ATLAS_COLUMN_SOURCE_OF, segment->count);
    column(build, ATLAS_COLUMN_ROWS, (uint64_t)segment->count * TALLY_WORDS);
    column(build, ATLAS_COLUMN_ROW_VALUES, segment->row_value_count);
    column(build, ATLAS_COLUMN_REST, rest);
    TRY_MEMORY(build);
    if (segment->row_value_count) {
        memcpy(segment->row_values, chosen, segment->row_value_count * sizeof(*chosen));
    }
    atlas_rows_fill(segment);
    return OK;
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
    column(build, ATLAS_COLUMN_DATED, segment->dated_count);
    column(build, ATLAS_COLUMN_DATED_BITS, segment->words);
    column(build, ATLAS_COLUMN_DATED_BY_END, segment->dated_count);
    column(build, ATLAS_COLUMN_BLOCK_DATED, segment->words);
    column(build, ATLAS_COLUMN_DATE_OFFSETS, (uint64_t)segment->dated_count + 1);
    column(build, ATLAS_COLUMN_DATE_FIRST, total);
    column(build, ATLAS_COLUMN_DATE_LAST, total);
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
            bits_set(segment->dated_bits, i);
            segment->dated[dated++] = i;
            segment->date_offsets[dated] = at;
        }
    }
    return OK;
}

struct stem_order {
    uint64_t hash;
    uint32_t term;
};

static int compare_stems(const void *a, const void *b) {
    const struct stem_order *left = a;
    const struct stem_order *right = b;
    if (left->hash != right->hash) {
        return left->hash < right->hash ? -1 : 1;
    }
    return (left->term > right->term) - (left->term < right->term);
}

/* Hash of each term's stem in a language, and the terms by it. */
static err keep_stems(struct build *build, enum text_language language, unsigned id,
                      const uint32_t *rank) {
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->term_count;
    struct stem_order *order = scratch(build, struct stem_order, count);
    column(build, id, count);
    column(build, id + 1, count);
    TRY_MEMORY(build);
    const uint64_t *stems = POOL(&build->from->word_stems, const uint64_t);
    for (uint32_t number = 0; number < count; number++) {
        uint64_t hash = stems[(size_t)number * TEXT_LANGUAGE__COUNT + (size_t)language];
        segment->term_stems[language][rank[number]] = hash;
        order[number] = (struct stem_order){.hash = hash, .term = rank[number]};
    }
    if (count) {
        qsort(order, count, sizeof(*order), compare_stems);
    }
    for (uint32_t i = 0; i < count; i++) {
        segment->stem_terms[language][i] = order[i].term;
    }
    return OK;
}

static err keep_terms(struct build *build, uint32_t **rank) {
    struct atlas_segment *segment = build->segment;
    const struct names *words = &build->from->words;
    segment->term_count = words->count;
    TRY(keep_sorted(build, words, &segment->terms, ATLAS_COLUMN_TERMS_STARTS, rank));
    TRY(keep_stems(build, TEXT_FRENCH, ATLAS_COLUMN_FRENCH_STEMS, *rank));
    TRY(keep_stems(build, TEXT_ENGLISH, ATLAS_COLUMN_ENGLISH_STEMS, *rank));
    column(build, ATLAS_COLUMN_LETTERS, words->count);
    column(build, ATLAS_COLUMN_IS_STOP, words->count);
    TRY_MEMORY(build);
    for (uint32_t term = 0; term < words->count; term++) {
        slice word = atlas_text(&segment->terms, term);
        segment->letters[term] = atlas_letters(word);
        segment->is_stop[term] = text_is_stop_word(word);
    }
    return OK;
}

/* What the walks over the kept words carry from document to document. All that is known of a word
 * stands together: the words of a document lie all over the vocabulary. */
struct counted { /* a word, by the builder's number */
    uint32_t term, uses, documents, title_documents;
    uint32_t seen, seen_in_title; /* the last document that had it, + 1 */
    bool is_stop;
};
struct posted { /* a term */
    uint32_t code, impact_at;
    struct push push, title_push;
    uint32_t weight; /* in the document in hand */
    bool in_title;   /* likewise */
    bool is_stop;
};
struct words {
    struct counted *counted;
    struct posted *posted;
    uint32_t *lengths;     /* of each document, in words that are no stop words */
    uint64_t header_bytes; /* of all runs */
    uint32_t *touched;     /* terms of the document in hand */
};

static uint32_t *draft_runs(const struct build *build, uint32_t document) {
    return POOL(&build->from->runs, uint32_t) + build->order[document]->run_start;
}

/* First walk: words become terms; counts documents a term and words a document. */
static void count_document(struct build *build, struct words *words, uint32_t document) {
    const struct draft *draft = build->order[document];
    uint32_t *items = draft_runs(build, document);
    uint32_t length = 0;
    bool is_title = false;
    for (uint32_t at = 0; at < draft->run_count; at++) {
        if (items[at] & ATLAS_RUN_MARK) {
            words->header_bytes += atlas_run_header_bytes(ATLAS_RUN_COUNT(items[at]));
            is_title = ATLAS_RUN_FIELD(items[at]) == ATLAS_FIELD_TITLE && !is_ask(draft);
            continue;
        }
        struct counted *word = &words->counted[items[at]];
        items[at] = word->term;
        word->uses++;
        if (word->is_stop) {
            continue;
        }
        length++;
        if (word->seen != document + 1) {
            word->seen = document + 1;
            word->documents++;
        }
        if (is_title && word->seen_in_title != document + 1) {
            word->seen_in_title = document + 1;
            word->title_documents++;
        }
    }
    words->lengths[document] = length;
    build->segment->length += length;
}

static err count_words(struct build *build, const uint32_t *rank, struct words *words) {
    struct atlas_segment *segment = build->segment;
    words->counted = scratch(build, struct counted, segment->term_count);
    TRY_MEMORY(build);
    for (uint32_t number = 0; number < segment->term_count; number++) {
        words->counted[number].term = rank[number];
        words->counted[number].is_stop = segment->is_stop[rank[number]];
    }
    for (uint32_t i = 0; i < segment->count; i++) {
        count_document(build, words, i);
    }
    for (uint32_t number = 0; number < segment->term_count; number++) {
        const struct counted *word = &words->counted[number];
        segment->postings.offsets[word->term + 1] = word->documents;
        segment->titles.offsets[word->term + 1] = word->title_documents;
    }
    return OK;
}

static int compare_uses(const void *a, const void *b) {
    const struct counted *left = a;
    const struct counted *right = b;
    if (left->uses != right->uses) {
        return left->uses > right->uses ? -1 : 1;
    }
    return (left->term > right->term) - (left->term < right->term);
}

/* The most frequent terms get the shortest codes; room for all runs so coded. The counts by number
 * are over: they are put into this order. */
static err keep_codes(struct build *build, struct words *words) {
    struct atlas_segment *segment = build->segment;
    column(build, ATLAS_COLUMN_CODE_TERMS, segment->term_count);
    TRY_MEMORY(build);
    if (segment->term_count) {
        qsort(words->counted, segment->term_count, sizeof(*words->counted), compare_uses);
    }
    uint64_t bytes = words->header_bytes;
    for (uint32_t code = 0; code < segment->term_count; code++) {
        const struct counted *word = &words->counted[code];
        segment->code_terms[code] = word->term;
        words->posted[word->term].code = code;
        words->posted[word->term].is_stop = word->is_stop;
        bytes += word->uses * (uint64_t)atlas_code_bytes(code);
    }
    column(build, ATLAS_COLUMN_RUN_OFFSETS, (uint64_t)segment->count + 1);
    column(build, ATLAS_COLUMN_RUNS, bytes);
    TRY_MEMORY(build);
    return OK;
}

/* Second walk: the runs as bytes, and how much each of the document's terms weighs in it. */
static uint32_t weigh_document(struct build *build, struct words *words, uint32_t document) {
    struct atlas_segment *segment = build->segment;
    const struct draft *draft = build->order[document];
    const uint32_t *items = draft_runs(build, document);
    bool ask = is_ask(draft);
    uint32_t touched = 0;
    uint32_t weight = 0;
    bool is_title = false;
    uint8_t *to = segment->runs + segment->run_offsets[document];
    for (uint32_t at = 0; at < draft->run_count; at++) {
        uint32_t item = items[at];
        if (item & ATLAS_RUN_MARK) {
            to = atlas_run_header_write(to, ATLAS_RUN_FIELD(item), ATLAS_RUN_COUNT(item));
            weight = atlas_field_weight(ATLAS_RUN_FIELD(item), ask);
            is_title = ATLAS_RUN_FIELD(item) == ATLAS_FIELD_TITLE && !ask;
            continue;
        }
        struct posted *term = &words->posted[item];
        to = atlas_code_write(to, term->code);
        if (!term->is_stop) {
            if (!term->weight) {
                words->touched[touched++] = item;
            }
            term->weight += weight;
            term->in_title = term->in_title || is_title;
        }
    }
    segment->run_offsets[document + 1] = (uint64_t)(to - segment->runs);
    return touched;
}

static void post_document(struct build *build, struct words *words, uint32_t document) {
    struct atlas_segment *segment = build->segment;
    uint32_t touched = weigh_document(build, words, document);
    for (uint32_t i = 0; i < touched; i++) {
        struct posted *term = &words->posted[words->touched[i]];
        segment->impacts[term->impact_at++] =
            atlas_impact(term->weight, words->lengths[document], segment->average_length);
        lists_push(&segment->postings, &term->push, document);
        if (term->in_title) {
            lists_push(&segment->titles, &term->title_push, document);
        }
        term->weight = 0;
        term->in_title = false;
    }
}

static err post_words(struct build *build, struct words *words) {
    struct atlas_segment *segment = build->segment;
    struct push *pushes;
    struct push *title_pushes;
    TRY(lists_allocate(build, &segment->postings, ATLAS_COLUMN_POSTINGS_OFFSETS, &pushes));
    TRY(lists_allocate(build, &segment->titles, ATLAS_COLUMN_TITLE_WORDS_OFFSETS, &title_pushes));
    column(build, ATLAS_COLUMN_IMPACTS, segment->postings.offsets[segment->term_count]);
    column(build, ATLAS_COLUMN_BLOCK_IMPACTS, segment->postings.dense_count * segment->words);
    TRY_MEMORY(build);
    for (uint32_t term = 0; term < segment->term_count; term++) {
        words->posted[term].impact_at = segment->postings.offsets[term];
        words->posted[term].push = pushes[term];
        words->posted[term].title_push = title_pushes[term];
    }
    for (uint32_t i = 0; i < segment->count; i++) {
        post_document(build, words, i);
    }
    lists_close(&segment->postings);
    lists_close(&segment->titles);
    return OK;
}

static err keep_words(struct build *build, uint32_t average_length) {
    struct atlas_segment *segment = build->segment;
    uint32_t *rank;
    TRY(keep_terms(build, &rank));
    TRY(lists_open(build, &segment->postings, ATLAS_COLUMN_POSTINGS_OFFSETS, segment->term_count));
    TRY(lists_open(build, &segment->titles, ATLAS_COLUMN_TITLE_WORDS_OFFSETS, segment->term_count));
    struct words words = {
        .posted = scratch(build, struct posted, segment->term_count),
        .lengths = scratch(build, uint32_t, segment->count),
        .touched = scratch(build, uint32_t, segment->term_count),
    };
    TRY_MEMORY(build);
    TRY(count_words(build, rank, &words));
    TRY(keep_codes(build, &words));
    if (!average_length && segment->count) {
        average_length = (uint32_t)(segment->length / segment->count);
    }
    segment->average_length = average_length ? average_length : 1;
    return post_words(build, &words);
}

static err keep_blocks(struct build *build) {
    struct atlas_segment *segment = build->segment;
    uint64_t count = atlas_block_count(segment);
    column(build, ATLAS_COLUMN_BLOCK_POINTS, count);
    column(build, ATLAS_COLUMN_BLOCK_FRESH, count);
    column(build, ATLAS_COLUMN_BLOCK_LAST, count);
    column(build, ATLAS_COLUMN_BLOCK_ENTRY, count);
    column(build, ATLAS_COLUMN_BLOCK_TITLE, count);
    column(build, ATLAS_COLUMN_BLOCK_BOX, count);
    TRY_MEMORY(build);
    atlas_blocks_fill(segment);
    return OK;
}

/* All but the words. */
static err keep_others(struct build *build) {
    TRY(keep_columns(build));
    TRY(keep_bitsets(build));
    TRY(keep_quads(build));
    TRY(keep_values(build, ATLAS_VALUES_THEME, ATLAS_COLUMN_THEME_OFFSETS, NULL, 0));
    TRY(keep_values(build, ATLAS_VALUES_LANGUAGE, ATLAS_COLUMN_LANGUAGE_OFFSETS,
                    &build->from->languages, ATLAS_COLUMN_LANGUAGE_STARTS));
    TRY(keep_values(build, ATLAS_VALUES_SOURCE, ATLAS_COLUMN_SOURCE_OFFSETS, &build->from->sources,
                    ATLAS_COLUMN_SOURCE_STARTS));
    TRY(keep_values(build, ATLAS_VALUES_SKILL, ATLAS_COLUMN_SKILL_OFFSETS, &build->from->skills,
                    ATLAS_COLUMN_SKILL_STARTS));
    TRY(keep_territories(build));
    TRY(keep_cube(build));
    TRY(keep_rows(build));
    TRY(keep_dates(build));
    return OK;
}

/* The words are as much work as all the rest, and stand apart from it: a thread of its own. */
struct words_job {
    struct build build;
    uint32_t average_length;
    err failed;
};

static void *keep_words_apart(void *self) {
    struct words_job *job = self;
    job->failed = keep_words(&job->build, job->average_length);
    return NULL;
}

static err keep_all(struct build *build, uint32_t average_length) {
    struct words_job job = {.build = *build, .average_length = average_length};
    pthread_t thread;
    job.build.arena = arena_make(SEGMENT_BLOCK_BYTES, 0);
    job.build.scratch = arena_make(SEGMENT_BLOCK_BYTES, 0);
    bool is_apart = build->segment->count >= BUILDER_APART_LEAST &&
                    pthread_create(&thread, NULL, keep_words_apart, &job) == 0;
    err failed = keep_others(build);
    if (is_apart) {
        pthread_join(thread, NULL);
    } else if (!failed) {
        keep_words_apart(&job);
    }
    arena_free(&job.build.scratch);
    build->segment->words_arena = job.build.arena;
    failed = failed ? failed : job.failed;
    return failed ? failed : keep_blocks(build);
}

static err build_segment(struct build *build, uint32_t average_length) {
    build->segment = build_alloc(build, &build->arena, sizeof(struct atlas_segment), 1,
                                 _Alignof(struct atlas_segment));
    TRY_MEMORY(build);
    atomic_init(&build->segment->references, 1);
    TRY(put_in_order(build));
    return keep_all(build, average_length);
}

err atlas_builder_finish(struct atlas_builder *builder, uint32_t average_length,
                         struct atlas_segment **segment) {
    struct build build = {.from = builder,
                          .arena = arena_make(SEGMENT_BLOCK_BYTES, 0),
                          .scratch = arena_make(SEGMENT_BLOCK_BYTES, 0)};
    err failed = build_segment(&build, average_length);
    arena_free(&build.scratch);
    if (failed) {
        if (build.segment) {
            arena_free(&build.segment->words_arena);
        }
        arena_free(&build.arena);
        return failed;
    }
    build.segment->arena = build.arena;
    *segment = build.segment;
    return OK;
}
