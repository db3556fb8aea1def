/* The cells of one tile. For the room. */
#ifndef AGORA_ATLAS_TILE_H
#define AGORA_ATLAS_TILE_H

#include "atlas/plan.h"

#define ATLAS_TILE_CELLS 16 /* 4 x 4 */

/* Adds the cells of a tile (README, "Cells") to the *count found so far, in Z-order; there is room
 * for all, and it is zero. Their `position` is set for pins only. ERR_MEMORY. */
MUST_USE err atlas_tile_cells(struct atlas_plan *plan, struct geo_tile tile,
                              struct atlas_cell *cells, size_t *count);

#endif
