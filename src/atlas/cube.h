/* Documents of a segment by value of a facet and kind, as built. For the room and its tests. */
#ifndef AGORA_ATLAS_CUBE_H
#define AGORA_ATLAS_CUBE_H

#include "atlas/segment.h"

/* Fills the columns of segment->cube, which are zero; everything they count is there already. */
void atlas_cube_fill(struct atlas_segment *segment);
/* The documents of some kinds (bits) in a row of a cube. */
static inline uint32_t atlas_cube_count(const uint32_t *row, unsigned kinds) {
    uint32_t count = 0;
    for (; kinds; kinds &= kinds - 1) {
        count += row[__builtin_ctz(kinds)];
    }
    return count;
}

#endif
