/* Drafts become a segment: put into order, columns filled; lists and words stand beside
 * (build_lists.c, build_words.c). */
#include "atlas/build.h"

#include "atlas/blocks.h"
#include "atlas/cube.h"
#include "atlas/quads.h"
#include "atlas/rows.h"
#include "atlas/shelf.h"
#include "atlas/sort.h"

#include <stdlib.h>
#include <string.h>

void *build_alloc(struct build *build, struct arena *arena, size_t size, size_t count,
                  size_t align) {
    void *p = arena_try_alloc(arena, size, count, align);
    build->is_out_of_memory = build->is_out_of_memory || !p;
    return p;
}

void build_column(struct build *build, unsigned id, uint64_t count) {
    void *items = build_alloc(build, &build->arena, atlas_columns[id].item_bytes, count, 64);
    atlas_column_set(build->segment, (enum atlas_column_id)id, items, count);
}

/* Documents by (has a point, Z-order, entry, ask). The drafts of an entry came one behind the
 * other, by ask: so they are sorted by entry, then by Z-order, and equal ones keep their order. */
static err put_in_order(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct pool *drafts = &build->from->drafts;
    if (drafts->count >= UINT32_MAX / 2) {
        return ERR_LIMIT;
    }
    segment->count = (uint32_t)drafts->count;
    segment->words = bits_words(segment->count);
    build->order = scratch(build, const struct draft *, segment->count);
    uint32_t *by_entry = scratch(build, uint32_t, segment->count);
    build->documents = scratch(build, uint32_t, segment->count);
    struct atlas_keyed *keyed = scratch(build, struct atlas_keyed, segment->count);
    struct atlas_keyed *spare = scratch(build, struct atlas_keyed, segment->count);
    build_column(build, ATLAS_COLUMN_BY_ENTRY, segment->count);
    TRY_MEMORY(build);
    const struct draft *draft = POOL(drafts, const struct draft);
    for (uint32_t i = 0; i < segment->count; i++) {
        keyed[i] =
            (struct atlas_keyed){.key = (uint64_t)draft[i].entry ^ UINT64_C(1) << 63, .item = i};
        segment->placed += draft[i].is_placed;
    }
    atlas_sort(keyed, spare, segment->count);
    uint32_t placed = 0;
    uint32_t document = segment->placed;
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t item = by_entry[i] = keyed[i].item;
        if (draft[item].is_placed) {
            keyed[placed++] = (struct atlas_keyed){.key = draft[item].zorder, .item = item};
        } else {
            build->order[document] = &draft[item];
            build->documents[item] = document++;
        }
    }
    atlas_sort(keyed, spare, segment->placed);
    for (uint32_t i = 0; i < segment->placed; i++) {
        build->order[i] = &draft[keyed[i].item];
        build->documents[keyed[i].item] = i;
    }
    for (uint32_t i = 0; i < segment->count; i++) {
        segment->by_entry[i] = build->documents[by_entry[i]];
    }
    return OK;
}

static err keep_columns(struct build *build) {
    struct atlas_segment *segment = build->segment;
    uint32_t count = segment->count;
    for (unsigned id = ATLAS_COLUMN_ENTRY; id < ATLAS_COLUMN_BY_ENTRY; id++) {
        build_column(build, id, count);
    }
    build_column(build, ATLAS_COLUMN_POINT, segment->placed);
    build_column(build, ATLAS_COLUMN_GRID, segment->placed);
    build_column(build, ATLAS_COLUMN_TITLE, count);
    build_column(build, ATLAS_COLUMN_TITLE_KEY, count);
    uint32_t *type_rank;
    TRY(build_sorted_texts(build, &build->from->types, &segment->types, ATLAS_COLUMN_TYPES_STARTS,
                           &type_rank));
    TRY(build_texts(build, &build->from->titles, NULL, build->from->titles.count,
                    &segment->title_texts, ATLAS_COLUMN_TITLE_STARTS));
    TRY(build_texts(build, &build->from->title_keys, NULL, build->from->title_keys.count,
                    &segment->title_key_texts, ATLAS_COLUMN_TITLE_KEY_STARTS));
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
    build_column(build, ATLAS_COLUMN_KIND_BITS, ARRAY_COUNT(segment->kinds) * segment->words);
    build_column(build, ATLAS_COLUMN_STATE_BITS, ARRAY_COUNT(segment->states) * segment->words);
    build_column(build, ATLAS_COLUMN_HAS_BITS, ARRAY_COUNT(segment->has) * segment->words);
    build_column(build, ATLAS_COLUMN_APPROXIMATE, segment->words);
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
        build_column(build, ATLAS_COLUMN_QUADS, quads.count);
        failed = build->is_out_of_memory ? ERR_MEMORY : OK;
    }
    if (!failed && quads.count) {
        memcpy(build->segment->quads, quads.items, quads.count * sizeof(struct atlas_quad));
    }
    free(quads.items);
    return failed;
}

static err keep_shelves(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct atlas_lists *themes = &segment->values[ATLAS_VALUES_THEME].lists;
    uint32_t *places = scratch(build, uint32_t, segment->count);
    build_column(build, ATLAS_COLUMN_SHELF_STARTS, QUERY_KIND__COUNT + 1);
    build_column(build, ATLAS_COLUMN_SHELF_RANKS, (uint64_t)QUERY_KIND__COUNT * themes->rank_count);
    TRY_MEMORY(build);
    atlas_shelf_open(segment);
    build_column(build, ATLAS_COLUMN_SHELF_BITS,
                 (uint64_t)themes->dense_count * (segment->shelves.starts[QUERY_KIND__COUNT] / 64));
    TRY_MEMORY(build);
    atlas_shelf_fill(segment, places);
    return OK;
}

static err keep_cube(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const uint64_t row = QUERY_KIND__COUNT;
    build_column(build, ATLAS_COLUMN_CUBE_KINDS, row);
    build_column(build, ATLAS_COLUMN_CUBE_STATES, QUERY_STATE__COUNT * row);
    build_column(build, ATLAS_COLUMN_CUBE_HAS, QUERY_HAS__COUNT * row);
    for (unsigned of = 0; of < ATLAS_VALUES__COUNT; of++) {
        build_column(build, ATLAS_COLUMN_CUBE_THEMES + of,
                     segment->values[of].lists.key_count * row);
    }
    build_column(build, ATLAS_COLUMN_CUBE_TERRITORIES, segment->territory_lists.key_count * row);
    TRY_MEMORY(build);
    atlas_cube_fill(segment);
    return OK;
}

static err keep_rows(struct build *build) {
    struct atlas_segment *segment = build->segment;
    const struct territory *parent = atlas_top_parent(build->from->territories);
    segment->top_count = parent ? parent->child_count : 0;
    build_column(build, ATLAS_COLUMN_TOPS, segment->top_count);
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
    build_column(build, ATLAS_COLUMN_SOURCE_OF, segment->count);
    build_column(build, ATLAS_COLUMN_ROWS, (uint64_t)segment->count * TALLY_WORDS);
    build_column(build, ATLAS_COLUMN_ROW_VALUES, segment->row_value_count);
    build_column(build, ATLAS_COLUMN_REST, rest);
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
    build_column(build, ATLAS_COLUMN_DATED, segment->dated_count);
    build_column(build, ATLAS_COLUMN_DATED_BITS, segment->words);
    build_column(build, ATLAS_COLUMN_DATED_BY_END, segment->dated_count);
    build_column(build, ATLAS_COLUMN_BLOCK_DATED, segment->words);
    build_column(build, ATLAS_COLUMN_DATE_OFFSETS, (uint64_t)segment->dated_count + 1);
    build_column(build, ATLAS_COLUMN_DATE_FIRST, total);
    build_column(build, ATLAS_COLUMN_DATE_LAST, total);
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

static int compare_origins(const void *a, const void *b) {
    const struct atlas_origin *left = a;
    const struct atlas_origin *right = b;
    return left->entry != right->entry
               ? (left->entry > right->entry) - (left->entry < right->entry)
               : (left->target > right->target) - (left->target < right->target);
}

static err keep_origins(struct build *build) {
    const struct pool *origins = &build->from->origins;
    build_column(build, ATLAS_COLUMN_ORIGINS, origins->count);
    TRY_MEMORY(build);
    if (origins->count) {
        struct atlas_origin *to = build->segment->origins;
        memcpy(to, origins->items, origins->count * sizeof(*to));
        qsort(to, origins->count, sizeof(*to), compare_origins);
    }
    return OK;
}

static err keep_blocks(struct build *build) {
    struct atlas_segment *segment = build->segment;
    uint64_t count = atlas_block_count(segment);
    build_column(build, ATLAS_COLUMN_BLOCK_POINTS, count);
    build_column(build, ATLAS_COLUMN_BLOCK_FRESH, count);
    build_column(build, ATLAS_COLUMN_BLOCK_LAST, count);
    build_column(build, ATLAS_COLUMN_BLOCK_ENTRY, count);
    build_column(build, ATLAS_COLUMN_BLOCK_TITLE, count);
    build_column(build, ATLAS_COLUMN_BLOCK_BOX, count);
    TRY_MEMORY(build);
    atlas_blocks_fill(segment);
    return OK;
}

/* All but the words. */
static err keep_others(struct build *build) {
    TRY(keep_columns(build));
    TRY(keep_origins(build));
    TRY(keep_bitsets(build));
    TRY(keep_quads(build));
    TRY(build_values(build));
    TRY(keep_shelves(build));
    TRY(keep_cube(build));
    TRY(keep_rows(build));
    return keep_dates(build);
}

static err build_segment(struct build *build, uint32_t average_length) {
    build->segment = build_alloc(build, &build->arena, sizeof(struct atlas_segment), 1,
                                 _Alignof(struct atlas_segment));
    TRY_MEMORY(build);
    atomic_init(&build->segment->references, 1);
    TRY(put_in_order(build));
    TRY(build_words(build, average_length, keep_others));
    TRY(keep_blocks(build));
    return build->from->crowd_least ? build_crowds(build, build->from->crowd_least) : OK;
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
