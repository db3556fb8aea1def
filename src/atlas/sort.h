/* Sorting by whole numbers, digit by digit: no comparisons, equal keys keep their order. For the
 * room and its tests. */
#ifndef AGORA_ATLAS_SORT_H
#define AGORA_ATLAS_SORT_H

#include "base/base.h"

struct atlas_keyed {
    uint64_t key;
    uint32_t item;
};
/* By key, ascending, stable. `spare` has room for as many. What is in order already costs one
 * look. */
void atlas_sort(struct atlas_keyed *items, struct atlas_keyed *spare, size_t count);

#endif
