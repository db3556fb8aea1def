#include "atlas/names.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_SEED UINT64_C(0x6e616d6573)

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
static uint32_t names_slot(const struct names *names, slice text) {
    uint32_t slot = (uint32_t)hash_bytes(text, NAMES_SEED) & (names->slot_count - 1);
    while (names->slots[slot] != NAMES_NONE &&
           !slice_equal(names_get(names, names->slots[slot]), text)) {
        slot = (slot + 1) & (names->slot_count - 1);
    }
    return slot;
}

static err names_grow_slots(struct names *names) {
    uint32_t wanted = names->slot_count ? names->slot_count * 2 : 256;
    uint32_t *slots = malloc(wanted * sizeof(*slots));
    if (!slots) {
        return ERR_MEMORY;
    }
    memset(slots, 0xff, wanted * sizeof(*slots));
    free(names->slots);
    names->slots = slots;
    names->slot_count = wanted;
    for (uint32_t i = 0; i < names->count; i++) {
        slots[names_slot(names, names_get(names, i))] = i;
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
        TRY(names_grow_slots(names));
    }
    uint32_t slot = names_slot(names, text);
    if (is_new) {
        *is_new = names->slots[slot] == NAMES_NONE;
    }
    if (names->slots[slot] == NAMES_NONE) {
        TRY(names_grow(names, text.n));
        if (text.n) {
            memcpy(names->pool + names->pool_used, text.p, text.n);
        }
        names->pool_used += text.n;
        names->slots[slot] = names->count++;
        names->starts[names->count] = names->pool_used;
    }
    *number = names->slots[slot];
    return OK;
}

static int compare_names(const void *a, const void *b, void *self) {
    const uint32_t *left = a;
    const uint32_t *right = b;
    return slice_compare(names_get(self, *left), names_get(self, *right));
}

void names_rank(const struct names *names, uint32_t *order, uint32_t *rank) {
    for (uint32_t i = 0; i < names->count; i++) {
        order[i] = i;
    }
    if (names->count) {
        qsort_r(order, names->count, sizeof(*order), compare_names, (void *)(uintptr_t)names);
    }
    for (uint32_t i = 0; i < names->count; i++) {
        rank[order[i]] = i;
    }
}
