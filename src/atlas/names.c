#include "atlas/names.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_SEED  UINT64_C(0x6e616d6573)
#define NAMES_MOST  ((UINT32_C(1) << 30) - 1)
#define SLOTS_LEAST 256

void names_free(struct names *names) {
    free(names->pool);
    free(names->starts);
    free(names->slots);
    *names = (struct names){0};
}

slice names_get(const struct names *names, uint32_t number) {
    uint64_t start = names->starts[number];
    return slice_of(names->pool + start, (size_t)(names->starts[number + 1] - start));
}

/* The slot that holds the text, or the free one where it belongs. */
static struct names_slot *names_slot(const struct names *names, slice text, uint32_t hash) {
    uint32_t at = hash & (names->slot_count - 1);
    while (names->slots[at].number != NAMES_NONE &&
           (names->slots[at].hash != hash ||
            !slice_equal(names_get(names, names->slots[at].number), text))) {
        at = (at + 1) & (names->slot_count - 1);
    }
    return &names->slots[at];
}

static err names_grow_slots(struct names *names, uint32_t wanted) {
    struct names_slot *slots = malloc((size_t)wanted * sizeof(*slots));
    if (!slots) {
        return ERR_MEMORY;
    }
    memset(slots, 0xff, (size_t)wanted * sizeof(*slots));
    for (uint32_t i = 0; i < names->slot_count; i++) {
        const struct names_slot *slot = &names->slots[i];
        uint32_t at = slot->hash & (wanted - 1);
        while (slot->number != NAMES_NONE && slots[at].number != NAMES_NONE) {
            at = (at + 1) & (wanted - 1);
        }
        if (slot->number != NAMES_NONE) {
            slots[at] = *slot;
        }
    }
    free(names->slots);
    names->slots = slots;
    names->slot_count = wanted;
    return OK;
}

err names_reserve(struct names *names, uint32_t count, size_t bytes) {
    uint64_t wanted = (uint64_t)names->count + count;
    uint32_t slot_count = names->slot_count ? names->slot_count : SLOTS_LEAST;
    if (wanted > NAMES_MOST) {
        return ERR_LIMIT;
    }
    while (slot_count / 2 <= wanted) {
        slot_count *= 2;
    }
    if (slot_count > names->slot_count) {
        TRY(names_grow_slots(names, slot_count));
    }
    if (wanted > names->capacity) {
        uint64_t *starts = realloc(names->starts, ((size_t)wanted + 1) * sizeof(*starts));
        if (!starts) {
            return ERR_MEMORY;
        }
        starts[names->count] = names->pool_used;
        names->starts = starts;
        names->capacity = (uint32_t)wanted;
    }
    if (names->pool_capacity - names->pool_used <= bytes) {
        char *pool = realloc(names->pool, names->pool_used + bytes + 1);
        if (!pool) {
            return ERR_MEMORY;
        }
        names->pool = pool;
        names->pool_capacity = names->pool_used + bytes + 1;
    }
    return OK;
}

static err names_grow(struct names *names, size_t bytes) {
    if (names->count == names->capacity) {
        uint32_t wanted = names->capacity ? names->capacity * 2 : 128;
        uint64_t *starts = realloc(names->starts, ((size_t)wanted + 1) * sizeof(*starts));
        if (!starts) {
            return ERR_MEMORY;
        }
        starts[names->count] = names->pool_used;
        names->starts = starts;
        names->capacity = wanted;
    }
    if (names->pool_capacity - names->pool_used <= bytes) {
        size_t wanted = names->pool_capacity * 2 + bytes + 1024;
        char *pool = realloc(names->pool, wanted);
        if (!pool) {
            return ERR_MEMORY;
        }
        names->pool = pool;
        names->pool_capacity = wanted;
    }
    return OK;
}

err names_add(struct names *names, slice text, uint32_t *number, bool *is_new) {
    if (names->count >= names->slot_count / 2) {
        if (names->count >= NAMES_MOST) {
            return ERR_LIMIT;
        }
        TRY(names_grow_slots(names, names->slot_count ? names->slot_count * 2 : SLOTS_LEAST));
    }
    uint32_t hash = (uint32_t)hash_bytes(text, NAMES_SEED);
    struct names_slot *slot = names_slot(names, text, hash);
    if (is_new) {
        *is_new = slot->number == NAMES_NONE;
    }
    if (slot->number == NAMES_NONE) {
        TRY(names_grow(names, text.n));
        if (text.n) {
            memcpy(names->pool + names->pool_used, text.p, text.n);
        }
        names->pool_used += text.n;
        *slot = (struct names_slot){.number = names->count++, .hash = hash};
        names->starts[names->count] = names->pool_used;
    }
    *number = slot->number;
    return OK;
}

/* A text with its first bytes as a number, which settles most comparisons. */
struct ranked {
    uint64_t head;
    uint32_t number;
};

static uint64_t head_of(slice text) {
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof(head); i++) {
        head = head << 8 | (i < text.n ? (unsigned char)text.p[i] : 0);
    }
    return head;
}

static int compare_ranked(const void *a, const void *b, void *self) {
    const struct ranked *left = a;
    const struct ranked *right = b;
    if (left->head != right->head) {
        return left->head < right->head ? -1 : 1;
    }
    return slice_compare(names_get(self, left->number), names_get(self, right->number));
}

err names_order(const struct names *names, uint32_t *order, uint32_t count) {
    struct ranked *ranked = malloc(((size_t)count + 1) * sizeof(*ranked));
    if (!ranked) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        ranked[i] = (struct ranked){head_of(names_get(names, order[i])), order[i]};
    }
    if (count) {
        qsort_r(ranked, count, sizeof(*ranked), compare_ranked, (void *)(uintptr_t)names);
    }
    for (uint32_t i = 0; i < count; i++) {
        order[i] = ranked[i].number;
    }
    free(ranked);
    return OK;
}
