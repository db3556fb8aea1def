/* Those that share hints with an entry, compared with it. */
#include <stdlib.h>

#include "domain/duplicate/find_int.h"

struct entry_public duplicate_of_draft(const struct territories *territories,
                                       const struct entry *draft) {
    struct entry_public shown = {.entry = *draft, .territory = TERRITORY_NONE};
    if (draft->place.territory.n > 0) {
        shown.territory = territories_find(territories, draft->place.territory);
    }
    shown.entry.place.territory =
        shown.territory == TERRITORY_NONE ? SLICE_EMPTY : territories->items[shown.territory].code;
    shown.has_point = draft->place.has_point;
    shown.point = draft->place.point;
    if (!shown.has_point && shown.territory != TERRITORY_NONE) {
        const struct territory *territory = &territories->items[shown.territory];
        shown.has_point = territory->level == TERRITORY_COMMUNE && territory->has_centre;
        shown.is_approximate = shown.has_point;
        shown.point = territory->centre;
    }
    return shown;
}

/* ---- who shares a hint ---- */

void duplicate_candidates_add(struct duplicate_candidates *candidates, struct entry_id entry,
                              unsigned weight) {
    if (entry.v == candidates->of.v) {
        return;
    }
    for (size_t i = 0; i < candidates->count; i++) {
        if (candidates->items[i].entry.v == entry.v) {
            candidates->items[i].weight += weight;
            return;
        }
    }
    if (candidates->count < DUPLICATE_CANDIDATES_MAX) {
        candidates->items[candidates->count++] =
            (struct duplicate_candidate){.entry = entry, .weight = weight};
    }
}

static err hints_read(struct db_conn *conn, const struct duplicate_key *key,
                      struct duplicate_candidates *candidates) {
    struct entry_id shared[DUPLICATE_BLOCK_MAX + 1];
    size_t count = 0;
    struct db_query *query = duplicate_query(conn, DUPLICATE_HINTS);
    db_bind_i64(query, 1, key->value);
    db_bind_i64(query, 2, ARRAY_COUNT(shared));
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        shared[count++] = (struct entry_id){db_i64(query, 0)};
    }
    for (size_t i = 0; count <= DUPLICATE_BLOCK_MAX && i < count; i++) {
        duplicate_candidates_add(candidates, shared[i], key->weight);
    }
    return OK;
}

err duplicate_candidates_read(struct db_conn *conn, const struct duplicate_key *keys,
                              size_t key_count, struct duplicate_candidates *candidates) {
    for (size_t i = 0; i < key_count; i++) {
        TRY(hints_read(conn, &keys[i], candidates));
    }
    return OK;
}

static int by_weight(const void *a, const void *b) {
    const struct duplicate_candidate *one = a;
    const struct duplicate_candidate *other = b;
    return one->weight != other->weight
               ? (one->weight < other->weight) - (one->weight > other->weight)
               : (one->entry.v > other->entry.v) - (one->entry.v < other->entry.v);
}

/* ---- judged before ---- */

static err is_judged(struct db_conn *conn, struct entry_id a, struct entry_id b, bool *judged) {
    struct db_query *query = duplicate_query(conn, DUPLICATE_PAIR_JUDGED);
    db_bind_i64(query, 1, a.v < b.v ? a.v : b.v);
    db_bind_i64(query, 2, a.v < b.v ? b.v : a.v);
    TRY(db_next(query, judged));
    db_done(query);
    return OK;
}

/* ---- compared ---- */

static int by_score(const void *a, const void *b) {
    const struct duplicate_found *one = a;
    const struct duplicate_found *other = b;
    return one->likeness.score != other->likeness.score
               ? (one->likeness.score < other->likeness.score) -
                     (one->likeness.score > other->likeness.score)
               : (one->entry.v > other->entry.v) - (one->entry.v < other->entry.v);
}

/* Adds the candidate when it is likely enough. */
static err look(struct db_conn *conn, const struct territories *territories,
                const struct duplicate_traits *traits, struct entry_id candidate,
                struct arena *arena, struct duplicate_found *found, size_t *count) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct entry_public other;
    bool judged = false;
    struct entry_id own = traits->entry->entry.id;
    if (own.v != 0) {
        TRY(is_judged(conn, own, candidate, &judged));
    }
    err loaded =
        judged ? ERR_NOT_FOUND : entry_public_load(conn, territories, candidate, &scratch, &other);
    if (loaded != OK) {
        return loaded == ERR_NOT_FOUND ? OK : loaded;
    }
    struct duplicate_likeness likeness =
        duplicate_compare(traits, duplicate_traits_make(conn, territories, &other, &scratch));
    if (likeness.score >= DUPLICATE_SCORE_SHOWN) {
        found[(*count)++] =
            (struct duplicate_found){.entry = candidate,
                                     .kind = other.entry.kind,
                                     .title = arena_copy(arena, other.entry.title),
                                     .territory_label = arena_copy(arena, other.territory_label),
                                     .likeness = likeness};
    }
    return OK;
}

err duplicate_candidates_look(struct db_conn *conn, const struct territories *territories,
                              const struct duplicate_traits *traits,
                              struct duplicate_candidates *candidates, struct arena *arena,
                              struct duplicate_found found[DUPLICATE_LOOKS_MAX], size_t *count) {
    *count = 0;
    qsort(candidates->items, candidates->count, sizeof *candidates->items, by_weight);
    for (size_t i = 0; i < candidates->count && i < DUPLICATE_LOOKS_MAX; i++) {
        TRY(look(conn, territories, traits, candidates->items[i].entry, arena, found, count));
    }
    qsort(found, *count, sizeof *found, by_score);
    return OK;
}

err duplicate_find(struct db_conn *conn, const struct territories *territories,
                   const struct entry_public *of, struct arena *arena,
                   struct duplicate_found *found, size_t room, size_t *count) {
    struct duplicate_found all[DUPLICATE_LOOKS_MAX];
    struct duplicate_key keys[DUPLICATE_KEYS_MAX];
    const struct duplicate_traits *traits = duplicate_traits_make(conn, territories, of, arena);
    struct duplicate_candidates *candidates = arena_new(arena, struct duplicate_candidates, 1);
    size_t all_count;
    candidates->of = of->entry.id;
    TRY(duplicate_candidates_read(conn, keys, duplicate_keys(traits, keys), candidates));
    TRY(duplicate_candidates_look(conn, territories, traits, candidates, arena, all, &all_count));
    *count = all_count < room ? all_count : room;
    for (size_t i = 0; i < *count; i++) {
        found[i] = all[i];
    }
    return OK;
}
