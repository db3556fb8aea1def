#include "work/import/seen_int.h"

#define SEEN_ROOM      64 /* of a part, at first */
#define SEEN_SLOT      (sizeof(uint64_t) + sizeof(uint32_t))
#define SEEN_PART_BITS 6
_Static_assert(SEEN_PARTS == 1 << SEEN_PART_BITS, "the part is the first bits of a key");

__extension__ typedef unsigned __int128 u128;

struct seen seen_make(void) {
    return (struct seen){0};
}

void seen_free(struct seen *seen) {
    for (unsigned i = 0; i < SEEN_PARTS; i++) {
        arena_free(&seen->parts[i].arena);
    }
}

uint64_t seen_bytes(const struct seen *seen) {
    uint64_t bytes = 0;
    for (unsigned i = 0; i < SEEN_PARTS; i++) {
        bytes += seen->parts[i].room * SEEN_SLOT;
    }
    return bytes;
}

static uint64_t key_hash(slice key) {
    uint64_t hash = hash_bytes(key, 0x5EE4);
    return hash == 0 ? 1 : hash;
}

static unsigned part_of(uint64_t key) {
    return (unsigned)(key >> (64 - SEEN_PART_BITS));
}

/* Where the key stands, or the free place where it would. Its bits behind those of the part choose
 * the place to begin at, in proportion: a part may have any size. */
static uint64_t place_of(const uint64_t *keys, uint64_t room, uint64_t key) {
    uint64_t at = (uint64_t)((u128)(key << SEEN_PART_BITS) * room >> 64);
    while (keys[at] != 0 && keys[at] != key) {
        at = at + 1 == room ? 0 : at + 1;
    }
    return at;
}

/* Stays at most four fifths full; the old table goes with its arena. */
static err part_grow(struct seen_part *part) {
    uint64_t room = part->room == 0 ? SEEN_ROOM : part->room + part->room / 4;
    struct arena arena = arena_make(room * SEEN_SLOT + 64, 0);
    uint64_t *keys = arena_try(&arena, uint64_t, room);
    uint32_t *contents = arena_try(&arena, uint32_t, room);
    if (keys == NULL || contents == NULL) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    for (uint64_t i = 0; i < part->room; i++) {
        if (part->keys[i] != 0) {
            uint64_t at = place_of(keys, room, part->keys[i]);
            keys[at] = part->keys[i];
            contents[at] = part->contents[i];
        }
    }
    arena_free(&part->arena);
    *part = (struct seen_part){
        .arena = arena, .keys = keys, .contents = contents, .room = room, .count = part->count};
    return OK;
}

err seen_add(struct seen *seen, slice key, slice content, enum seen_before *before) {
    uint64_t hash = key_hash(key);
    uint32_t what = (uint32_t)hash_bytes(content, 0);
    struct seen_part *part = &seen->parts[part_of(hash)];
    if (5 * part->count >= 4 * part->room) {
        TRY(part_grow(part));
    }
    uint64_t at = place_of(part->keys, part->room, hash);
    if (part->keys[at] == hash) {
        *before = part->contents[at] == what ? SEEN_SAME : SEEN_OTHER;
        return OK;
    }
    part->keys[at] = hash;
    part->contents[at] = what;
    part->count++;
    *before = SEEN_NEVER;
    return OK;
}

bool seen_has(const struct seen *seen, slice key) {
    uint64_t hash = key_hash(key);
    const struct seen_part *part = &seen->parts[part_of(hash)];
    return part->room > 0 && part->keys[place_of(part->keys, part->room, hash)] != 0;
}
