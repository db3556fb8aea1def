/* Drafts become a segment: texts, and lists turned round (build.h). */
#include "atlas/build.h"

#include <string.h>

err build_texts(struct build *build, const struct names *names, const uint32_t *order,
                uint32_t count, struct atlas_texts *texts, unsigned id) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        bytes += names_get(names, order ? order[i] : i).n;
    }
    if (bytes > UINT32_MAX) {
        return ERR_LIMIT;
    }
    texts->count = count;
    build_column(build, id, (uint64_t)count + 1);
    build_column(build, id + 1, bytes);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < count; i++) {
        slice text = names_get(names, order ? order[i] : i);
        if (text.n) {
            memcpy(texts->bytes + texts->offsets[i], text.p, text.n);
        }
        texts->offsets[i + 1] = texts->offsets[i] + (uint32_t)text.n;
    }
    return OK;
}

err build_sorted_texts(struct build *build, const struct names *names, struct atlas_texts *texts,
                       unsigned id, uint32_t **rank) {
    uint32_t *order = scratch(build, uint32_t, names->count);
    *rank = scratch(build, uint32_t, names->count);
    TRY_MEMORY(build);
    for (uint32_t i = 0; i < names->count; i++) {
        order[i] = i;
    }
    TRY(names_order(names, order, names->count));
    for (uint32_t i = 0; i < names->count; i++) {
        (*rank)[order[i]] = i;
    }
    return build_texts(build, names, order, names->count, texts, id);
}

err lists_open(struct build *build, struct atlas_lists *lists, unsigned id, uint32_t key_count) {
    lists->key_count = key_count;
    atlas_lists_measure(lists, build->segment->count, atlas_columns_share(id));
    build_column(build, id, (uint64_t)key_count + 1);
    TRY_MEMORY(build);
    return OK;
}
static void lists_expect(struct atlas_lists *lists, uint32_t key) {
    lists->offsets[key + 1]++;
}

err lists_allocate(struct build *build, struct atlas_lists *lists, unsigned id,
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
    build_column(build, id + 2, lists->dense_count);
    build_column(build, id + 3, (uint64_t)lists->dense_count + 1);
    build_column(build, id + 4, lists->dense_count * lists->words);
    build_column(build, id + 5, (uint64_t)lists->dense_count * lists->rank_count);
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
    build_column(build, id + 1, total - lists->dense_sums[dense]);
    TRY_MEMORY(build);
    return OK;
}

void lists_close(struct atlas_lists *lists) {
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
        TRY(build_sorted_texts(build, names, &values->names, names_id, &rank));
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
    build_column(build, ATLAS_COLUMN_TERRITORIES, used);
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

err build_values(struct build *build) {
    const struct atlas_builder *from = build->from;
    TRY(keep_values(build, ATLAS_VALUES_THEME, ATLAS_COLUMN_THEME_OFFSETS, NULL, 0));
    TRY(keep_values(build, ATLAS_VALUES_LANGUAGE, ATLAS_COLUMN_LANGUAGE_OFFSETS, &from->languages,
                    ATLAS_COLUMN_LANGUAGE_STARTS));
    TRY(keep_values(build, ATLAS_VALUES_SOURCE, ATLAS_COLUMN_SOURCE_OFFSETS, &from->sources,
                    ATLAS_COLUMN_SOURCE_STARTS));
    TRY(keep_values(build, ATLAS_VALUES_SKILL, ATLAS_COLUMN_SKILL_OFFSETS, &from->skills,
                    ATLAS_COLUMN_SKILL_STARTS));
    return keep_territories(build);
}
