#include "atlas/desk.h"

#include <stdlib.h>

#define DESK_BLOCK_BYTES (256u << 10)
/* What a desk keeps at most: as much as most questions at some million entries take. */
#define DESK_KEPT_BYTES (16u << 20)

static void desk_free(struct atlas_desk *desk) {
    arena_free(&desk->arena);
    text_stemmer_free(desk->stemmer);
    free(desk);
}

struct atlas_desk *atlas_desk_take(struct atlas_desks *desks) {
    for (size_t i = 0; i < ATLAS_DESKS_KEPT; i++) {
        if (atomic_load_explicit(&desks->free[i], memory_order_relaxed)) {
            struct atlas_desk *desk =
                atomic_exchange_explicit(&desks->free[i], NULL, memory_order_acquire);
            if (desk) {
                return desk;
            }
        }
    }
    struct atlas_desk *desk = malloc(sizeof(*desk));
    if (desk) {
        *desk = (struct atlas_desk){.arena = arena_make(DESK_BLOCK_BYTES, 0), .kept_by = desks};
    }
    return desk;
}

void atlas_desk_leave(struct atlas_desk **left) {
    struct atlas_desk *desk = *left;
    if (!desk) {
        return;
    }
    arena_recycle(&desk->arena, DESK_KEPT_BYTES);
    for (size_t i = 0; i < ATLAS_DESKS_KEPT; i++) {
        struct atlas_desk *none = NULL;
        if (!atomic_load_explicit(&desk->kept_by->free[i], memory_order_relaxed) &&
            atomic_compare_exchange_strong_explicit(&desk->kept_by->free[i], &none, desk,
                                                    memory_order_release, memory_order_relaxed)) {
            return;
        }
    }
    desk_free(desk);
}

struct text_stemmer *atlas_desk_stemmer(struct atlas_desk *desk) {
    if (!desk->stemmer) {
        desk->stemmer = text_stemmer_new();
    }
    return desk->stemmer;
}

void atlas_desks_free(struct atlas_desks *desks) {
    for (size_t i = 0; i < ATLAS_DESKS_KEPT; i++) {
        struct atlas_desk *desk = atomic_exchange(&desks->free[i], NULL);
        if (desk) {
            desk_free(desk);
        }
    }
}
