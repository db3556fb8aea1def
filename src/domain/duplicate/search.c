/* The search beside the requests: first all entries by number, then what changes. */
#include <stdlib.h>

#include "domain/duplicate/find_int.h"

#define SCANNED_ALL INT64_C(-1)

struct progress {
    bool exists;
    int64_t scanned_id, sequence;
};

struct step_pair {
    struct entry_id first, second;
    struct duplicate_likeness likeness;
};
struct step_key {
    struct duplicate_key key;
    struct entry_id entry;
};
struct duplicate_step {
    struct progress before, after;
    struct entry_id *entries; /* whose hints and pairs are made anew */
    size_t entry_count;
    struct step_key *keys; /* sorted by value, then entry */
    size_t key_count, key_room;
    struct step_pair *pairs;
    size_t pair_count, pair_room;
};

static err progress_read(struct db_conn *conn, struct progress *progress) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_PROGRESS);
    *progress = (struct progress){0};
    TRY(db_next(query, &progress->exists));
    if (progress->exists) {
        progress->scanned_id = db_i64(query, 0);
        progress->sequence = db_i64(query, 1);
        db_done(query);
    }
    return OK;
}

/* ---- whose turn it is ---- */

static err take_scan(struct db_conn *conn, struct duplicate_step *step) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_ENTRIES);
    db_bind_i64(query, 1, step->before.scanned_id);
    db_bind_i64(query, 2, DUPLICATE_STEP_ENTRIES);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        step->entries[step->entry_count++] = (struct entry_id){db_i64(query, 0)};
    }
    step->after.scanned_id = step->entry_count < DUPLICATE_STEP_ENTRIES
                                 ? SCANNED_ALL
                                 : step->entries[step->entry_count - 1].v;
    return OK;
}

static int by_id(const void *a, const void *b) {
    int64_t one = ((const struct entry_id *)a)->v;
    int64_t other = ((const struct entry_id *)b)->v;
    return (one > other) - (one < other);
}

/* RULE STORE-1: what the feed does not reach back to is scanned anew. */
static err take_changes(struct db_conn *conn, struct duplicate_step *step) {
    struct db_change changes[DUPLICATE_STEP_ENTRIES];
    size_t count = 0;
    err read = db_change_read(conn, step->before.sequence, changes, ARRAY_COUNT(changes), &count);
    if (read == ERR_NOT_FOUND) {
        step->after.scanned_id = 0;
        return db_change_last(conn, &step->after.sequence);
    }
    TRY(read);
    for (size_t i = 0; i < count; i++) {
        if (changes[i].topic == DB_CHANGE_ENTRY) {
            step->entries[step->entry_count++] = (struct entry_id){changes[i].object};
        }
        step->after.sequence = changes[i].sequence;
    }
    qsort(step->entries, step->entry_count, sizeof *step->entries, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < step->entry_count; i++) {
        if (i == 0 || step->entries[i].v != step->entries[kept - 1].v) {
            step->entries[kept++] = step->entries[i];
        }
    }
    step->entry_count = kept;
    return OK;
}

/* ---- their hints, and whom they find ---- */

static int by_key(const void *a, const void *b) {
    const struct step_key *one = a;
    const struct step_key *other = b;
    return one->key.value != other->key.value
               ? (one->key.value > other->key.value) - (one->key.value < other->key.value)
               : (one->entry.v > other->entry.v) - (one->entry.v < other->entry.v);
}

static size_t first_of_key(const struct duplicate_step *step, int64_t value) {
    size_t low = 0;
    size_t high = step->key_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (step->keys[middle].key.value < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Those of the step itself, whose hints are not in the store yet. */
static void candidates_of_step(const struct duplicate_step *step, const struct duplicate_key *keys,
                               size_t key_count, struct duplicate_candidates *candidates) {
    for (size_t i = 0; i < key_count; i++) {
        size_t first = first_of_key(step, keys[i].value);
        size_t end = first;
        while (end < step->key_count && step->keys[end].key.value == keys[i].value &&
               end - first <= DUPLICATE_BLOCK_MAX) {
            end++;
        }
        for (size_t k = first; end - first <= DUPLICATE_BLOCK_MAX && k < end; k++) {
            duplicate_candidates_add(candidates, step->keys[k].entry, keys[i].weight);
        }
    }
}

static void pair_add(struct duplicate_step *step, struct entry_id a,
                     const struct duplicate_found *found, struct arena *arena) {
    bool is_ordered = a.v < found->entry.v;
    step->pairs =
        arena_grow(arena, struct step_pair, step->pairs, step->pair_count, &step->pair_room);
    step->pairs[step->pair_count++] = (struct step_pair){.first = is_ordered ? a : found->entry,
                                                         .second = is_ordered ? found->entry : a,
                                                         .likeness = found->likeness};
}

static err keys_make(struct db_conn *conn, const struct territories *territories,
                     struct duplicate_step *step, struct arena *arena) {
    for (size_t i = 0; i < step->entry_count; i++) {
        struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
        struct duplicate_key keys[DUPLICATE_KEYS_MAX];
        struct entry_public entry;
        err loaded = entry_public_load(conn, territories, step->entries[i], &scratch, &entry);
        if (loaded == ERR_NOT_FOUND) {
            continue;
        }
        TRY(loaded);
        size_t count =
            duplicate_keys(duplicate_traits_make(conn, territories, &entry, &scratch), keys);
        for (size_t k = 0; k < count; k++) {
            step->keys =
                arena_grow(arena, struct step_key, step->keys, step->key_count, &step->key_room);
            step->keys[step->key_count++] =
                (struct step_key){.key = keys[k], .entry = step->entries[i]};
        }
    }
    if (step->key_count > 0) {
        qsort(step->keys, step->key_count, sizeof *step->keys, by_key);
    }
    return OK;
}

static err pairs_make(struct db_conn *conn, const struct territories *territories,
                      struct duplicate_step *step, struct entry_id id, struct arena *arena) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct duplicate_key keys[DUPLICATE_KEYS_MAX];
    struct duplicate_found found[DUPLICATE_LOOKS_MAX];
    struct entry_public entry;
    size_t count;
    err loaded = entry_public_load(conn, territories, id, &scratch, &entry);
    if (loaded != OK) {
        return loaded == ERR_NOT_FOUND ? OK : loaded;
    }
    const struct duplicate_traits *traits =
        duplicate_traits_make(conn, territories, &entry, &scratch);
    struct duplicate_candidates *candidates = arena_new(&scratch, struct duplicate_candidates, 1);
    candidates->of = id;
    size_t key_count = duplicate_keys(traits, keys);
    TRY(duplicate_candidates_read(conn, keys, key_count, candidates));
    struct duplicate_candidates *own = arena_new(&scratch, struct duplicate_candidates, 1);
    own->of = id;
    candidates_of_step(step, keys, key_count, own);
    for (size_t i = 0; i < own->count; i++) { /* of an entry looked at anew, both know */
        duplicate_candidates_add(candidates, own->items[i].entry, own->items[i].weight);
    }
    TRY(duplicate_candidates_look(conn, territories, traits, candidates, &scratch, found, &count));
    for (size_t i = 0; i < count; i++) {
        pair_add(step, id, &found[i], arena);
    }
    return OK;
}

err duplicate_step_read(struct db_conn *conn, const struct territories *territories,
                        struct arena *arena, struct duplicate_step **made, bool *has_more) {
    struct duplicate_step *step = arena_new(arena, struct duplicate_step, 1);
    TRY(progress_read(conn, &step->before));
    step->entries = arena_new(arena, struct entry_id, DUPLICATE_STEP_ENTRIES);
    step->after = step->before;
    if (!step->before.exists) {
        TRY(db_change_last(conn, &step->after.sequence));
    }
    if (step->before.scanned_id != SCANNED_ALL) {
        TRY(take_scan(conn, step));
    } else {
        TRY(take_changes(conn, step));
    }
    TRY(keys_make(conn, territories, step, arena));
    for (size_t i = 0; i < step->entry_count; i++) {
        TRY(pairs_make(conn, territories, step, step->entries[i], arena));
    }
    *has_more = step->after.scanned_id != step->before.scanned_id ||
                step->after.sequence != step->before.sequence;
    *made = step;
    return OK;
}

/* ---- written ---- */

static err progress_put(struct db_conn *conn, const struct duplicate_step *step) {
    const struct progress *after = &step->after;
    struct db_query *query = duplicate_query(conn, step->before.exists ? DUPLICATE_PROGRESS_PUT
                                                                       : DUPLICATE_PROGRESS_ADD);
    unsigned first = 1;
    if (step->before.exists) {
        db_bind_i64(query, first++, step->before.scanned_id);
        db_bind_i64(query, first++, step->before.sequence);
    }
    db_bind_i64(query, first++, after->scanned_id);
    db_bind_i64(query, first, after->sequence);
    TRY(db_run(query));
    return db_changed(conn) == 1 ? OK : ERR_CONFLICT;
}

static err pair_write(struct db_conn *conn, const struct step_pair *pair, int64_t now_ms) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_PAIR_ADD);
    db_bind_i64(query, 1, pair->first.v);
    db_bind_i64(query, 2, pair->second.v);
    db_bind_i64(query, 3, pair->likeness.score);
    db_bind_i64(query, 4, pair->likeness.reasons);
    db_bind_i64(query, 5, pair->likeness.distance_m);
    db_bind_i64(query, 6, now_ms);
    return db_run(query);
}

err duplicate_step_write(struct db_conn *conn, const struct duplicate_step *step, int64_t now_ms) {
    bool is_idle = step->before.exists && step->before.scanned_id == step->after.scanned_id &&
                   step->before.sequence == step->after.sequence;
    if (is_idle) {
        return OK;
    }
    TRY(progress_put(conn, step));
    for (size_t i = 0; i < step->entry_count; i++) {
        struct db_query *query = duplicate_query(conn, DUPLICATE_PAIRS_DROP);
        db_bind_i64(query, 1, step->entries[i].v);
        TRY(db_run(query));
    }
    for (size_t i = 0; i < step->key_count; i++) {
        struct db_query *query = duplicate_query(conn, DUPLICATE_HINT_ADD);
        db_bind_i64(query, 1, step->keys[i].key.value);
        db_bind_i64(query, 2, step->keys[i].entry.v);
        TRY(db_run(query));
    }
    for (size_t i = 0; i < step->pair_count; i++) {
        TRY(pair_write(conn, &step->pairs[i], now_ms));
    }
    return OK;
}
