/* Numbers in ascending order. */
#ifndef AGORA_BASE_SORTED_H
#define AGORA_BASE_SORTED_H

#include <stdbool.h>
#include <stdint.h>

/* Position of the first that is not below the one wanted; `count` when all are. */
static inline uint32_t sorted_bound(const uint32_t *items, uint32_t count, uint32_t wanted) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (items[middle] < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static inline bool sorted_has(const uint32_t *items, uint32_t count, uint32_t wanted) {
    uint32_t at = sorted_bound(items, count, wanted);
    return at < count && items[at] == wanted;
}

#endif
