/* stamps: when something changed last in each square of the map, so that a tag of what shows one
 * square changes with it alone. One table for the atlas: it is written before the view that
 * brings the change is in place, and read with a view in hand. For the room and its tests. */
#ifndef AGORA_ATLAS_STAMPS_H
#define AGORA_ATLAS_STAMPS_H

#include "base/base.h"
#include "geo/geo.h"

#include <stdatomic.h>

/* Squares have stamps as tiles of zoom 0 … ATLAS_STAMP_ZOOM_MAX: 2.4 km at the deepest. */
#define ATLAS_STAMP_ZOOM_MAX 14
/* Squares share stamps by a hash: another one's change costs an answer that could have stayed, no
 * more. 2 MB; at 200 changes a second a stamp is taken by another square about once in 90 s. */
#define ATLAS_STAMP_COUNT (1u << 18)

struct atlas_stamps {
    /* Sequences of the change feed; 0: not since the start. They never sink. */
    _Atomic int64_t last[ATLAS_STAMP_COUNT];
};

/* Something at this place changed with this sequence. One thread at a time. */
void atlas_stamps_set(struct atlas_stamps *stamps, struct geo_grid at, int64_t sequence);
/* The newest change in a block of tiles, of the one deeper than the stamps in its ancestor. What a
 * view does not know yet may be in it: then it is newer than the view. */
int64_t atlas_stamps_of(const struct atlas_stamps *stamps, struct geo_tile first, uint32_t columns,
                        uint32_t rows);
/* The smallest block of tiles that holds a box, at most `side` tiles wide and high; false for a
 * box over the antimeridian. */
bool atlas_stamps_block(const struct geo_box *box, uint32_t side, struct geo_tile *first,
                        uint32_t *columns, uint32_t *rows);

struct atlas_view;
/* Whether the same sources are known, and bring their documents the same points. */
bool atlas_view_sources_alike(const struct atlas_view *a, const struct atlas_view *b);

#endif
