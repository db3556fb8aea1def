#include "atlas/rows.h"

#include "atlas/cube.h"

#include <stdlib.h>
#include <string.h>

void atlas_rows_measure(struct atlas_segment *segment) {
    uint32_t counts[ATLAS_OF__COUNT] = {
        [ATLAS_OF_KIND] = QUERY_KIND__COUNT,
        [ATLAS_OF_STATE] = QUERY_STATE__COUNT,
        [ATLAS_OF_HAS] = QUERY_HAS__COUNT,
        [ATLAS_OF_TOP] = segment->top_count,
    };
    for (unsigned of = 0; of < ATLAS_VALUES__COUNT; of++) {
        counts[ATLAS_OF_THEME + of] = segment->values[of].lists.key_count;
    }
    for (unsigned of = 0; of < ATLAS_OF__COUNT; of++) {
        segment->value_first[of + 1] = segment->value_first[of] + counts[of];
    }
}

enum atlas_facet_of atlas_value_facet(const struct atlas_segment *segment, uint32_t value) {
    unsigned of = 0;
    while (value >= segment->value_first[of + 1]) {
        of++;
    }
    return (enum atlas_facet_of)of;
}

/* A set that is a bitset of its own; the cube knows how long it is. */
static struct atlas_list whole_list(const struct atlas_segment *segment, uint32_t value,
                                    const uint64_t *bits) {
    return (struct atlas_list){.length = atlas_value_count(segment, value, QUERY_KINDS_ALL),
                               .bits = bits};
}

struct atlas_list atlas_value_list(const struct atlas_segment *segment, uint32_t value) {
    enum atlas_facet_of of = atlas_value_facet(segment, value);
    uint32_t key = value - segment->value_first[of];
    const struct atlas_values *values = segment->values;
    switch (of) {
    case ATLAS_OF_KIND:
        return whole_list(segment, value, segment->kinds[key]);
    case ATLAS_OF_STATE:
        return whole_list(segment, value, segment->states[key]);
    case ATLAS_OF_HAS:
        return whole_list(segment, value, segment->has[key]);
    case ATLAS_OF_THEME:
        return atlas_lists_get(&values[ATLAS_VALUES_THEME].lists, key);
    case ATLAS_OF_LANGUAGE:
        return atlas_lists_get(&values[ATLAS_VALUES_LANGUAGE].lists, key);
    case ATLAS_OF_SOURCE:
        return atlas_lists_get(&values[ATLAS_VALUES_SOURCE].lists, key);
    case ATLAS_OF_SKILL:
        return atlas_lists_get(&values[ATLAS_VALUES_SKILL].lists, key);
    case ATLAS_OF_TOP:
    case ATLAS_OF__COUNT:
        break;
    }
    uint32_t here = atlas_segment_territory(segment, segment->tops[key]);
    return here == UINT32_MAX ? (struct atlas_list){0}
                              : atlas_lists_get(&segment->territory_lists, here);
}

uint32_t atlas_value_count(const struct atlas_segment *segment, uint32_t value, unsigned kinds) {
    enum atlas_facet_of of = atlas_value_facet(segment, value);
    uint32_t key = value - segment->value_first[of];
    const struct atlas_cube *cube = &segment->cube;
    size_t at = (size_t)key * QUERY_KIND__COUNT;
    switch (of) {
    case ATLAS_OF_KIND:
        return kinds >> key & 1 ? cube->kinds[key] : 0;
    case ATLAS_OF_STATE:
        return atlas_cube_count(cube->states + at, kinds);
    case ATLAS_OF_HAS:
        return atlas_cube_count(cube->has + at, kinds);
    case ATLAS_OF_THEME:
        return atlas_cube_count(cube->values[ATLAS_VALUES_THEME] + at, kinds);
    case ATLAS_OF_LANGUAGE:
        return atlas_cube_count(cube->values[ATLAS_VALUES_LANGUAGE] + at, kinds);
    case ATLAS_OF_SOURCE:
        return atlas_cube_count(cube->values[ATLAS_VALUES_SOURCE] + at, kinds);
    case ATLAS_OF_SKILL:
        return atlas_cube_count(cube->values[ATLAS_VALUES_SKILL] + at, kinds);
    case ATLAS_OF_TOP:
    case ATLAS_OF__COUNT:
        break;
    }
    uint32_t here = atlas_segment_territory(segment, segment->tops[key]);
    return here == UINT32_MAX
               ? 0
               : atlas_cube_count(cube->territories + (size_t)here * QUERY_KIND__COUNT, kinds);
}

/* ---- made ---- */

static int compare_lengths(const void *a, const void *b, void *self) {
    const uint32_t *left = a;
    const uint32_t *right = b;
    uint32_t left_length = atlas_value_list(self, *left).length;
    uint32_t right_length = atlas_value_list(self, *right).length;
    return left_length != right_length ? (left_length < right_length) - (left_length > right_length)
                                       : (*left > *right) - (*left < *right);
}

static int compare_values(const void *a, const void *b) {
    const uint32_t *left = a;
    const uint32_t *right = b;
    return (*left > *right) - (*left < *right);
}

uint32_t atlas_rows_choose(const struct atlas_segment *segment, uint32_t *scratch,
                           uint32_t chosen[ATLAS_ROW_MORE], uint64_t *rest) {
    uint32_t count = 0;
    for (uint32_t value = 0; value < segment->value_first[ATLAS_OF__COUNT]; value++) {
        if (atlas_value_list(segment, value).length) {
            scratch[count++] = value;
        }
    }
    uint32_t kept = count < ATLAS_ROW_MORE ? count : ATLAS_ROW_MORE;
    if (kept < count) {
        qsort_r(scratch, count, sizeof(*scratch), compare_lengths, (void *)segment);
    }
    *rest = 0;
    for (uint32_t i = kept; i < count; i++) {
        *rest += atlas_value_list(segment, scratch[i]).length;
    }
    if (kept) {
        memcpy(chosen, scratch, kept * sizeof(*chosen));
        qsort(chosen, kept, sizeof(*chosen), compare_values);
    }
    return kept;
}

static int compare_pairs(const void *a, const void *b) {
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* From the first one on; sets that are bitsets of their own know no ranks. */
static struct atlas_list_walk walk_list(const struct atlas_list *list) {
    return (struct atlas_list_walk){.list = list,
                                    .left = list->bits && list->length ? list->bits[0] : 0};
}

static void fill_bit(struct atlas_segment *segment, uint32_t value, uint32_t bit) {
    struct atlas_list list = atlas_value_list(segment, value);
    struct atlas_list_walk walk = walk_list(&list);
    for (uint32_t document; atlas_list_next(&walk, &document);) {
        bits_set(segment->rows + (size_t)document * TALLY_WORDS, bit);
    }
}

static void fill_rest(struct atlas_segment *segment, uint32_t value, uint32_t *at) {
    struct atlas_list list = atlas_value_list(segment, value);
    struct atlas_list_walk walk = walk_list(&list);
    for (uint32_t document; atlas_list_next(&walk, &document);) {
        segment->rest[(*at)++] = (uint64_t)document << 32 | value;
        bits_set(segment->rows + (size_t)document * TALLY_WORDS, ATLAS_ROW_MORE);
    }
}

static void fill_sources(struct atlas_segment *segment) {
    const struct atlas_lists *lists = &segment->values[ATLAS_VALUES_SOURCE].lists;
    for (uint32_t i = 0; i < segment->count; i++) {
        segment->source[i] = ATLAS_NO_KEY;
    }
    for (uint32_t key = 0; key < lists->key_count; key++) {
        struct atlas_list list = atlas_lists_get(lists, key);
        struct atlas_list_walk walk = walk_list(&list);
        for (uint32_t document; atlas_list_next(&walk, &document);) {
            segment->source[document] = key;
        }
    }
}

void atlas_rows_fill(struct atlas_segment *segment) {
    uint32_t bit = 0;
    uint32_t at = 0;
    for (uint32_t value = 0; value < segment->value_first[ATLAS_OF__COUNT]; value++) {
        if (bit < segment->row_value_count && segment->row_values[bit] == value) {
            fill_bit(segment, value, bit++);
        } else {
            fill_rest(segment, value, &at);
        }
    }
    if (at) {
        qsort(segment->rest, at, sizeof(*segment->rest), compare_pairs);
    }
    fill_sources(segment);
}

const struct territory *atlas_top_parent(const struct territories *all) {
    const struct territory *country = NULL; /* the first; only custom ones stand behind them */
    for (uint32_t i = all->count; i > all->commune_count; i--) {
        if (all->items[i - 1].level < TERRITORY_COUNTRY) {
            break;
        }
        country = all->items[i - 1].level == TERRITORY_COUNTRY ? &all->items[i - 1] : country;
    }
    return country;
}

/* ---- asked ---- */

/* The first pair of the rest that is of no earlier document, from a place on. */
static uint32_t find_rest(const struct atlas_segment *segment, uint32_t from, uint32_t document) {
    uint64_t wanted = (uint64_t)document << 32;
    uint32_t low = from;
    uint32_t high = segment->rest_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->rest[middle] < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_rest_of(const struct atlas_segment *segment, uint32_t at, uint32_t document) {
    return at < segment->rest_count && segment->rest[at] >> 32 == document;
}

static bool has_more(const struct atlas_segment *segment, uint32_t document) {
    return bits_has(segment->rows + (size_t)document * TALLY_WORDS, ATLAS_ROW_MORE);
}

void atlas_rows_count(const struct atlas_segment *segment, const uint32_t *documents,
                      uint64_t count, uint32_t *counts) {
    uint32_t by_bit[TALLY_BITS] = {0};
    tally_rows(segment->rows, documents, count, by_bit);
    for (uint32_t bit = 0; bit < segment->row_value_count; bit++) {
        counts[segment->row_values[bit]] += by_bit[bit];
    }
    uint32_t at = 0;
    for (uint64_t i = 0; by_bit[ATLAS_ROW_MORE] && i < count; i++) {
        if (has_more(segment, documents[i])) {
            for (at = find_rest(segment, at, documents[i]); is_rest_of(segment, at, documents[i]);
                 at++) {
                counts[(uint32_t)segment->rest[at]]++;
            }
        }
    }
}

void atlas_any_add(const struct atlas_segment *segment, struct atlas_any *any, uint32_t value) {
    uint32_t bit = sorted_bound(segment->row_values, segment->row_value_count, value);
    if (bit < segment->row_value_count && segment->row_values[bit] == value) {
        bits_set(any->bits, bit);
    } else {
        any->rest[any->rest_count++] = value;
    }
}

bool atlas_row_has_any(const struct atlas_segment *segment, uint32_t document,
                       const struct atlas_any *any) {
    const uint64_t *row = segment->rows + (size_t)document * TALLY_WORDS;
    uint64_t both = 0;
    for (unsigned word = 0; word < TALLY_WORDS; word++) {
        both |= row[word] & any->bits[word];
    }
    if (both || !any->rest_count || !has_more(segment, document)) {
        return both != 0;
    }
    for (uint32_t at = find_rest(segment, 0, document); is_rest_of(segment, at, document); at++) {
        for (uint32_t i = 0; i < any->rest_count; i++) {
            if (any->rest[i] == (uint32_t)segment->rest[at]) {
                return true;
            }
        }
    }
    return false;
}

struct atlas_row_walk atlas_row_walk(const struct atlas_segment *segment, uint32_t document) {
    return (struct atlas_row_walk){
        .segment = segment,
        .document = document,
        .left = segment->rows[(size_t)document * TALLY_WORDS],
        .at = has_more(segment, document) ? find_rest(segment, 0, document) : UINT32_MAX};
}

bool atlas_row_next(struct atlas_row_walk *walk, uint32_t *value) {
    const struct atlas_segment *segment = walk->segment;
    while (!walk->left && ++walk->word < TALLY_WORDS) {
        walk->left = segment->rows[(size_t)walk->document * TALLY_WORDS + walk->word];
    }
    if (walk->word < TALLY_WORDS) {
        uint32_t bit = walk->word * 64 + (uint32_t)__builtin_ctzll(walk->left);
        walk->left &= walk->left - 1;
        if (bit != ATLAS_ROW_MORE) { /* the last one of all */
            *value = segment->row_values[bit];
            return true;
        }
    }
    walk->word = TALLY_WORDS;
    walk->left = 0;
    if (!is_rest_of(segment, walk->at, walk->document)) {
        return false;
    }
    *value = (uint32_t)segment->rest[walk->at++];
    return true;
}
