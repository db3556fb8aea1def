#include "atlas/taken.h"
#include "atlas/columns.h"

#include <stdlib.h>
#include <string.h>

#define TAKEN_BLOCK_BYTES (16u << 10)

/* Entries as numbers, and who took up whom, while it is counted. */
struct counting {
    struct arena arena;
    struct atlas_origin *origins; /* of live entries: by target, then entry */
    size_t origin_count;
    int64_t *targets; /* each once, ascending */
    size_t *firsts;   /* their first origin, and the end of the last one's */
    size_t target_count;
    int64_t *reached; /* of the entry in hand: itself, those that took it up, those in turn, … */
    size_t reached_count;
    uint64_t *seen; /* of those: a table of their positions + 1, by hash */
    size_t slots;   /* of it: a power of two */
};

static int compare_origins(const void *a, const void *b) {
    const struct atlas_origin *left = a;
    const struct atlas_origin *right = b;
    return left->target != right->target
               ? (left->target > right->target) - (left->target < right->target)
               : (left->entry > right->entry) - (left->entry < right->entry);
}

static bool is_live(const struct atlas_view *view, enum atlas_part part, int64_t entry) {
    const struct atlas_segment *segment = view->parts[part];
    uint32_t at = atlas_segment_entry(segment, entry);
    return at < segment->count && atlas_view_is_live(view, part, segment->by_entry[at]);
}

static err gather(const struct atlas_view *view, struct counting *counting) {
    size_t room = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        room += view->parts[part]->column_counts[ATLAS_COLUMN_ORIGINS];
    }
    counting->origins = arena_try(&counting->arena, struct atlas_origin, room);
    if (!counting->origins) {
        return ERR_MEMORY;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_segment *segment = view->parts[part];
        for (size_t i = 0; i < segment->column_counts[ATLAS_COLUMN_ORIGINS]; i++) {
            if (is_live(view, (enum atlas_part)part, segment->origins[i].entry)) {
                counting->origins[counting->origin_count++] = segment->origins[i];
            }
        }
    }
    if (counting->origin_count) {
        qsort(counting->origins, counting->origin_count, sizeof(*counting->origins),
              compare_origins);
    }
    return OK;
}

static err list_targets(struct counting *counting) {
    const size_t count = counting->origin_count;
    for (counting->slots = 64; counting->slots < 2 * (count + 1); counting->slots *= 2) {
    }
    counting->targets = arena_try(&counting->arena, int64_t, count);
    counting->firsts = arena_try(&counting->arena, size_t, count + 1);
    counting->reached = arena_try(&counting->arena, int64_t, count + 1);
    counting->seen = arena_try(&counting->arena, uint64_t, counting->slots);
    if (!counting->targets || !counting->firsts || !counting->reached || !counting->seen) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t target = counting->origins[i].target;
        if (i == 0 || counting->origins[i - 1].target != target) {
            counting->firsts[counting->target_count] = i;
            counting->targets[counting->target_count++] = target;
        }
    }
    counting->firsts[counting->target_count] = count;
    return OK;
}

static int compare_ids(const void *a, const void *b) {
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* Where an entry stands in the table, or would. */
static uint64_t *slot_of(const struct counting *counting, int64_t entry) {
    size_t at = (size_t)hash_mix(0, (uint64_t)entry) & (counting->slots - 1);
    while (counting->seen[at] && counting->reached[counting->seen[at] - 1] != entry) {
        at = (at + 1) & (counting->slots - 1);
    }
    return &counting->seen[at];
}

static void reach(struct counting *counting, int64_t entry) {
    uint64_t *slot = slot_of(counting, entry);
    if (!*slot) {
        counting->reached[counting->reached_count++] = entry;
        *slot = counting->reached_count;
    }
}

/* The table is emptied by those who stand in it, the last first: it is much larger. */
static void forget(struct counting *counting) {
    while (counting->reached_count) {
        *slot_of(counting, counting->reached[counting->reached_count - 1]) = 0;
        counting->reached_count--;
    }
}

/* How many are reached from an entry by at most ENTRY_DESCENT_MAX steps; circles end. */
static uint32_t count_from(struct counting *counting, int64_t entry) {
    size_t done = 0;
    reach(counting, entry);
    for (unsigned depth = 0; depth < ENTRY_DESCENT_MAX && done < counting->reached_count; depth++) {
        for (size_t end = counting->reached_count; done < end; done++) {
            const int64_t *target =
                bsearch(&counting->reached[done], counting->targets, counting->target_count,
                        sizeof(*counting->targets), compare_ids);
            size_t at = target ? (size_t)(target - counting->targets) : 0;
            for (size_t i = target ? counting->firsts[at] : 0;
                 target && i < counting->firsts[at + 1]; i++) {
                reach(counting, counting->origins[i].entry);
            }
        }
    }
    uint32_t times = (uint32_t)counting->reached_count - 1;
    forget(counting);
    return times;
}

static err count_all(struct counting *counting, struct atlas_taken *taken) {
    TRY(list_targets(counting));
    taken->items = arena_try(&taken->arena, struct atlas_taken_item, counting->target_count);
    if (!taken->items) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < counting->target_count; i++) {
        uint32_t times = count_from(counting, counting->targets[i]);
        if (times) {
            taken->items[taken->count++] =
                (struct atlas_taken_item){.entry = counting->targets[i], .times = times};
            taken->most = times > taken->most ? times : taken->most;
        }
    }
    return OK;
}

static err taken_make(const struct atlas_view *view, struct atlas_taken **taken) {
    struct counting counting = {.arena = arena_make(TAKEN_BLOCK_BYTES, 0)};
    struct arena arena = arena_make(TAKEN_BLOCK_BYTES, 0);
    struct atlas_taken *made = arena_try(&arena, struct atlas_taken, 1);
    if (!made) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    made->arena = arena;
    err failed = gather(view, &counting);
    failed = failed ? failed : count_all(&counting, made);
    arena_free(&counting.arena);
    if (failed) {
        atlas_taken_free(made);
        return failed;
    }
    *taken = made;
    return OK;
}

void atlas_taken_free(struct atlas_taken *taken) {
    if (taken) {
        struct arena arena = taken->arena; /* it lives in it */
        arena_free(&arena);
    }
}

err atlas_taken_get(const struct atlas_view *view, const struct atlas_taken **taken) {
    struct atlas_taken *there = atomic_load(view->taken);
    if (!there) {
        struct atlas_taken *made;
        TRY(taken_make(view, &made));
        if (atomic_compare_exchange_strong(view->taken, &there, made)) {
            there = made;
        } else {
            atlas_taken_free(made); /* another one asked at the same time */
        }
    }
    *taken = there;
    return OK;
}

static int compare_items(const void *a, const void *b) {
    const struct atlas_taken_item *left = a;
    const struct atlas_taken_item *right = b;
    return (left->entry > right->entry) - (left->entry < right->entry);
}

uint32_t atlas_taken_times(const struct atlas_taken *taken, int64_t entry) {
    const struct atlas_taken_item wanted = {.entry = entry};
    const struct atlas_taken_item *found =
        taken->count
            ? bsearch(&wanted, taken->items, taken->count, sizeof(*taken->items), compare_items)
            : NULL;
    return found ? found->times : 0;
}

void atlas_taken_bits(const struct atlas_taken *taken, const struct atlas_segment *segment,
                      uint64_t *bits) {
    for (uint32_t i = 0; i < taken->count; i++) {
        uint32_t at = atlas_segment_entry(segment, taken->items[i].entry);
        for (;
             at < segment->count && segment->entry[segment->by_entry[at]] == taken->items[i].entry;
             at++) {
            bits_set(bits, segment->by_entry[at]);
        }
    }
}
