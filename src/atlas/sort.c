#include "atlas/sort.h"

#include <string.h>

#define DIGIT_BITS   11
#define DIGIT_VALUES (1u << DIGIT_BITS)
#define FEW          48 /* are put in place one by one */

static void insert_each(struct atlas_keyed *items, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct atlas_keyed item = items[i];
        size_t at = i;
        for (; at && items[at - 1].key > item.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* Moves all to where the digit puts them. */
static void sort_digit(const struct atlas_keyed *from, struct atlas_keyed *to, size_t count,
                       unsigned shift) {
    size_t starts[DIGIT_VALUES + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        starts[(from[i].key >> shift & (DIGIT_VALUES - 1)) + 1]++;
    }
    for (size_t value = 0; value < DIGIT_VALUES; value++) {
        starts[value + 1] += starts[value];
    }
    for (size_t i = 0; i < count; i++) {
        to[starts[from[i].key >> shift & (DIGIT_VALUES - 1)]++] = from[i];
    }
}

void atlas_sort(struct atlas_keyed *items, struct atlas_keyed *spare, size_t count) {
    uint64_t differs = 0;
    bool is_sorted = true;
    for (size_t i = 1; i < count; i++) {
        differs |= items[i].key ^ items[0].key;
        is_sorted = is_sorted && items[i - 1].key <= items[i].key;
    }
    if (is_sorted) {
        return;
    }
    if (count <= FEW) {
        insert_each(items, count);
        return;
    }
    struct atlas_keyed *from = items;
    struct atlas_keyed *to = spare;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (differs >> shift & (DIGIT_VALUES - 1)) {
            sort_digit(from, to, count, shift);
            struct atlas_keyed *sorted = to;
            to = from;
            from = sorted;
        }
    }
    if (from != items) {
        memcpy(items, from, count * sizeof(*items));
    }
}
