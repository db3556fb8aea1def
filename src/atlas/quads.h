/* The squares of the map that hold many documents, from the whole world down: each with its run of
 * documents, counted by kind. What a tile shows is read off them. For the room and its tests. */
#ifndef AGORA_ATLAS_QUADS_H
#define AGORA_ATLAS_QUADS_H

#include "atlas/builder.h"

/* Of the placed documents of a segment whose points and kinds are set: struct atlas_quad, the root
 * first; none for no documents. ERR_MEMORY. */
MUST_USE err atlas_quads_make(const struct atlas_segment *segment, struct pool *quads);
/* The documents of some kinds (bits) in a square. */
static inline uint32_t atlas_quad_count(const struct atlas_quad *quad, unsigned kinds) {
    uint32_t count = 0;
    if (kinds == QUERY_KINDS_ALL) {
        return quad->last - quad->first;
    }
    for (; kinds; kinds &= kinds - 1) {
        count += quad->kinds[__builtin_ctz(kinds)];
    }
    return count;
}
/* The run of documents within a tile, and the largest square in it whose run that is: NULL when
 * they stand in a square that is not divided. An empty run: *from == *to. */
const struct atlas_quad *atlas_quads_tile(const struct atlas_segment *segment, struct geo_tile tile,
                                          uint32_t *from, uint32_t *to);

#endif
