/* Documents shelved by kind: numbered anew, kind after kind, those of one kind in their order. A
 * run of documents is one run on each shelf. The bitsets of frequent themes stand there once more:
 * who counts one kind reads its bits alone, who counts all kinds reads every bit once. For the room
 * and its tests. */
#ifndef AGORA_ATLAS_SHELF_H
#define AGORA_ATLAS_SHELF_H

#include "atlas/plan.h"

/* Documents of a kind before a document (at most the number of documents). */
uint32_t atlas_shelf_rank(const struct atlas_segment *segment, unsigned kind, uint32_t document);
/* Where the first of the kind that does not stand before the document has its place: after all of
 * them, when there is none. */
static inline uint32_t atlas_shelf_place(const struct atlas_segment *segment, unsigned kind,
                                         uint32_t document) {
    return segment->shelves.starts[kind] + atlas_shelf_rank(segment, kind, document);
}
/* The plan's themes as they stand on the shelves; false when one of them is rare. */
bool atlas_shelf_sieve(const struct atlas_plan *plan, const struct atlas_segment *segment,
                       struct bits_sieve *sieve);

/* Fills starts and ranks from the bitsets of kinds. */
void atlas_shelf_open(struct atlas_segment *segment);
/* Fills the bits, which are zero, from those of the themes; `places`: room for a number for each
 * document. */
void atlas_shelf_fill(struct atlas_segment *segment, uint32_t *places);

#endif
