/* taken: how often an entry was taken up elsewhere (README, "Order"). For the room and its
 * tests. */
#ifndef AGORA_ATLAS_TAKEN_H
#define AGORA_ATLAS_TAKEN_H

#include "atlas/view.h"

struct atlas_taken_item {
    int64_t entry;
    uint32_t times; /* at least once */
};
struct atlas_taken {
    struct arena arena;             /* holds the rest */
    struct atlas_taken_item *items; /* by entry */
    uint32_t count;
    uint32_t most; /* of one entry */
};

/* Of a view: counted when first asked for, and kept as long as the view. Any thread. ERR_MEMORY. */
MUST_USE err atlas_taken_get(const struct atlas_view *view, const struct atlas_taken **taken);
/* 0: never, or no entry of the view. */
uint32_t atlas_taken_times(const struct atlas_taken *taken, int64_t entry);
/* Sets the bits of those documents of a part whose entry was taken up. */
void atlas_taken_bits(const struct atlas_taken *taken, const struct atlas_segment *segment,
                      uint64_t *bits);
void atlas_taken_free(struct atlas_taken *taken); /* NULL is fine */

#endif
