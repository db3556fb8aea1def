#include "work/import/seen_int.h"

#define SEEN_ROOM 4096

struct seen seen_make(void) {
    return (struct seen){.arena = arena_make(1u << 16, 0)};
}

void seen_free(struct seen *seen) {
    arena_free(&seen->arena);
}

static uint64_t key_hash(slice key) {
    uint64_t hash = hash_bytes(key, 0x5EE4);
    return hash == 0 ? 1 : hash;
}

static struct seen_slot *slot_of(struct seen_slot *slots, uint64_t room, uint64_t key) {
    uint64_t at = key & (room - 1);
    while (slots[at].key != 0 && slots[at].key != key) {
        at = (at + 1) & (room - 1);
    }
    return &slots[at];
}

/* Stays at most half full; the old table goes with its arena. */
static err seen_grow(struct seen *seen) {
    uint64_t room = seen->room == 0 ? SEEN_ROOM : 2 * seen->room;
    struct arena arena = arena_make(room * sizeof(struct seen_slot), 0);
    struct seen_slot *slots = arena_try(&arena, struct seen_slot, room);
    if (slots == NULL) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    for (uint64_t i = 0; i < seen->room; i++) {
        if (seen->slots[i].key != 0) {
            *slot_of(slots, room, seen->slots[i].key) = seen->slots[i];
        }
    }
    arena_free(&seen->arena);
    seen->arena = arena;
    seen->slots = slots;
    seen->room = room;
    return OK;
}

err seen_add(struct seen *seen, slice key, slice content, enum seen_before *before) {
    if (2 * seen->count >= seen->room) {
        TRY(seen_grow(seen));
    }
    uint64_t hash = key_hash(key);
    uint64_t what = hash_bytes(content, 0);
    struct seen_slot *slot = slot_of(seen->slots, seen->room, hash);
    if (slot->key == hash) {
        *before = slot->content == what ? SEEN_SAME : SEEN_OTHER;
        return OK;
    }
    *slot = (struct seen_slot){.key = hash, .content = what};
    seen->count++;
    *before = SEEN_NEVER;
    return OK;
}

bool seen_has(const struct seen *seen, slice key) {
    return seen->room > 0 && slot_of(seen->slots, seen->room, key_hash(key))->key != 0;
}
