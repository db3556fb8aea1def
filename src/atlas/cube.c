/* How many documents of each kind a value of a facet has: what facets show when nothing narrows,
 * and what they start from when little is left out. */
#include "atlas/cube.h"

static void count_bits(const struct atlas_segment *segment, const uint64_t *bits,
                       uint32_t counts[QUERY_KIND__COUNT]) {
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        counts[kind] = (uint32_t)bits_count_and(bits, segment->kinds[kind], segment->words);
    }
}

static void count_lists(const struct atlas_segment *segment, const struct atlas_lists *lists,
                        uint32_t *counts) {
    for (uint32_t key = 0; key < lists->key_count; key++, counts += QUERY_KIND__COUNT) {
        struct atlas_list list = atlas_lists_get(lists, key);
        if (list.bits) {
            count_bits(segment, list.bits, counts);
            continue;
        }
        for (uint32_t i = 0; i < list.length; i++) {
            counts[segment->kind[list.documents[i]]]++;
        }
    }
}

void atlas_cube_fill(struct atlas_segment *segment) {
    struct atlas_cube *cube = &segment->cube;
    for (uint32_t i = 0; i < segment->count; i++) {
        cube->kinds[segment->kind[i]]++;
    }
    for (unsigned state = 0; state < QUERY_STATE__COUNT; state++) {
        count_bits(segment, segment->states[state], cube->states + state * QUERY_KIND__COUNT);
    }
    for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
        count_bits(segment, segment->has[has], cube->has + has * QUERY_KIND__COUNT);
    }
    for (unsigned of = 0; of < ATLAS_VALUES__COUNT; of++) {
        count_lists(segment, &segment->values[of].lists, cube->values[of]);
    }
    count_lists(segment, &segment->territory_lists, cube->territories);
}
