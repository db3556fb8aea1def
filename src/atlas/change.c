/* Changes become views: what changed goes into the fresh part, and the older parts lose it. */
#include "atlas/atlas_int.h"
#include "atlas/builder.h"

#include <stdlib.h>
#include <string.h>

#define PREVIOUS_KEPT_MS  INT64_C(600000) /* design, section 3: pages turn for 10 minutes */
#define CHANGES_AT_ONCE   1024
#define ENTRY_BLOCK_BYTES (64u << 10)

struct atlas_view_parts atlas_parts_of(struct atlas *atlas, const struct atlas_view *view) {
    struct atlas_view_parts parts = {
        .territories = atlas->options.territories,
        .themes = atlas->options.themes,
        .theme_words = &atlas->theme_words,
        .desks = &atlas->desks,
        .known = atlas->known,
        .known_count = atlas->known_count,
        .stamps = atlas->stamps,
        .generation_number = view->generation,
        .origin = view->origin,
        .others_sequence = view->others_sequence,
        .sequence = view->sequence,
        .generation_sequence = view->generation_sequence,
    };
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        parts.segments[part] = view->parts[part];
        parts.live[part] = view->live[part];
    }
    return parts;
}

/* The view to keep for those who turn pages of the last generation, with its end; NULL: none. */
static err previous_for(struct atlas *atlas, const struct atlas_view_parts *parts, int64_t now_ms,
                        struct atlas_view **previous, int64_t *until_ms) {
    struct atlas_view *last = atlas->view;
    *previous = NULL;
    *until_ms = 0;
    if (!last) {
        return OK;
    }
    if (last->generation != parts->generation_number) {
        struct atlas_view_parts old = atlas_parts_of(atlas, last);
        *until_ms = now_ms + PREVIOUS_KEPT_MS;
        return atlas_view_make(&old, previous);
    }
    if (last->previous && last->previous_until_ms >= now_ms) {
        atlas_view_hold(last->previous);
        *previous = last->previous;
        *until_ms = last->previous_until_ms;
    }
    return OK;
}

err atlas_publish(struct atlas *atlas, const struct atlas_view_parts *parts) {
    int64_t now_ms = clock_now_ms(atlas->options.clock);
    struct atlas_view *previous;
    int64_t until_ms;
    struct atlas_view *view;
    TRY(previous_for(atlas, parts, now_ms, &previous, &until_ms));
    err failed = atlas_view_make(parts, &view);
    if (failed) {
        atlas_view_release(previous);
        return failed;
    }
    struct atlas_view *last = atlas->view;
    if (last && !atlas_view_sources_alike(last, view)) {
        view->others_sequence = view->sequence;
    }
    view->previous = previous;
    view->previous_until_ms = until_ms;
    pthread_mutex_lock(&atlas->view_lock);
    atlas->view = view;
    pthread_mutex_unlock(&atlas->view_lock);
    atlas_view_release(last);
    return OK;
}

static int compare_i64(const void *a, const void *b) {
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

size_t atlas_ids_sort(int64_t *ids, size_t count) {
    if (count) {
        qsort(ids, count, sizeof(*ids), compare_i64);
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!kept || ids[kept - 1] != ids[i]) {
            ids[kept++] = ids[i];
        }
    }
    return kept;
}

bool atlas_ids_have(const int64_t *ids, size_t count, int64_t id) {
    return count > 0 && bsearch(&id, ids, count, sizeof(*ids), compare_i64) != NULL;
}

uint64_t *atlas_live_without(const struct atlas_segment *segment, const uint64_t *live,
                             const int64_t *entries, size_t count, struct arena *arena) {
    uint64_t *bits = arena_try(arena, uint64_t, segment->words);
    if (!bits) {
        return NULL;
    }
    if (live) {
        memcpy(bits, live, segment->words * sizeof(*bits));
    } else {
        bits_set_run(bits, 0, segment->count);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t at = atlas_segment_entry(segment, entries[i]);
        for (; at < segment->count && segment->entry[segment->by_entry[at]] == entries[i]; at++) {
            bits_clear(bits, segment->by_entry[at]);
        }
    }
    return bits;
}

/* The next fresh part: the last one without what changed, and what changed as it is now. */
static err next_fresh(const struct atlas *atlas, struct atlas_changes *changes, struct arena *arena,
                      struct atlas_segment **fresh) {
    const struct atlas_segment *last = atlas->view->parts[ATLAS_FRESH];
    const struct atlas_segment *generation = atlas->view->parts[ATLAS_GENERATION];
    const uint64_t *kept = atlas_live_without(last, NULL, changes->ids, changes->count, arena);
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = kept && builder ? OK : ERR_MEMORY;
    if (!failed) {
        failed = atlas_builder_take(builder, last, kept);
    }
    if (!failed) {
        failed = changes->fill(changes, builder);
    }
    if (!failed) {
        failed = atlas_builder_finish(builder, generation->average_length, fresh);
    }
    atlas_builder_free(builder);
    return failed;
}

/* Stamps where an entry stands, and stood. */
static void stamp_entry(const struct atlas *atlas, const struct atlas_segment *fresh, int64_t entry,
                        int64_t sequence) {
    for (int part = 0; part <= ATLAS_PART__COUNT; part++) {
        const struct atlas_segment *segment =
            part < ATLAS_PART__COUNT ? atlas->view->parts[part] : fresh;
        uint32_t at = atlas_segment_entry(segment, entry);
        for (; at < segment->count && segment->entry[segment->by_entry[at]] == entry; at++) {
            if (segment->by_entry[at] < segment->placed) {
                atlas_stamps_set(atlas->stamps, segment->grid[segment->by_entry[at]], sequence);
            }
        }
    }
}

static void stamp(const struct atlas *atlas, const struct atlas_segment *fresh,
                  const struct atlas_changes *changes, int64_t sequence) {
    for (size_t i = 0; i < changes->count; i++) {
        stamp_entry(atlas, fresh, changes->ids[i], sequence);
    }
    for (size_t i = 0; i < changes->target_count; i++) {
        stamp_entry(atlas, fresh, changes->targets[i].v, sequence);
    }
}

/* Remembers what changed while a part is made beside. */
static err note(struct atlas *atlas, const struct atlas_changes *changes) {
    if (!atlas->is_noting || !changes->count) {
        return OK;
    }
    if (atlas->noted_capacity - atlas->noted_count < changes->count) {
        size_t wanted = atlas->noted_capacity * 2 + changes->count;
        int64_t *noted = realloc(atlas->noted, wanted * sizeof(*noted));
        if (!noted) {
            return ERR_MEMORY;
        }
        atlas->noted = noted;
        atlas->noted_capacity = wanted;
    }
    memcpy(atlas->noted + atlas->noted_count, changes->ids, changes->count * sizeof(*changes->ids));
    atlas->noted_count += changes->count;
    return OK;
}

err atlas_publish_changes(struct atlas *atlas, struct atlas_changes *changes, int64_t sequence) {
    ARENA_CLEANUP struct arena arena = arena_make(ENTRY_BLOCK_BYTES, 0);
    struct atlas_segment *fresh = NULL;
    struct atlas_view_parts next = atlas_parts_of(atlas, atlas->view);
    if (changes->count) {
        for (int part = 0; part < ATLAS_FRESH; part++) {
            next.live[part] = atlas_live_without(next.segments[part], next.live[part], changes->ids,
                                                 changes->count, &arena);
            if (!next.live[part]) {
                return ERR_MEMORY;
            }
        }
        TRY(next_fresh(atlas, changes, &arena, &fresh));
        next.segments[ATLAS_FRESH] = fresh;
        stamp(atlas, fresh, changes, sequence);
    }
    next.sequence = sequence;
    next.others_sequence = changes->has_sources ? sequence : next.others_sequence;
    atomic_store(&atlas->changed_us, clock_monotonic_us());
    size_t noted = atlas->noted_count;
    err failed = note(atlas, changes);
    if (!failed) {
        failed = atlas_publish(atlas, &next);
    }
    if (failed) {
        atlas->noted_count = noted; /* they are not in */
    }
    atlas_segment_release(fresh);
    return failed;
}

/* ---- reading the store ---- */

err atlas_known_sources_load(struct atlas *atlas) {
    struct source *sources;
    size_t count;
    arena_reset(&atlas->known_arena);
    atlas->known_count = 0;
    TRY(source_list(atlas->conn, &atlas->known_arena, &sources, &count));
    atlas->known = arena_try(&atlas->known_arena, slice, count);
    if (!atlas->known) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        atlas->known[i] = sources[i].slug;
    }
    atlas->known_count = count;
    return OK;
}

struct feed {
    int64_t *ids;
    size_t count, capacity;
    int64_t sequence;
    bool has_sources, has_places;
    bool is_cut; /* it does not reach back to where we stand: anything may have changed */
};

static err feed_cut(struct feed *feed) {
    feed->is_cut = feed->has_sources = feed->has_places = true;
    return OK;
}

static err feed_read(struct db_conn *conn, struct feed *feed) {
    struct db_change changes[CHANGES_AT_ONCE];
    size_t count;
    do {
        err failed = db_change_read(conn, feed->sequence, changes, CHANGES_AT_ONCE, &count);
        if (failed) {
            return failed == ERR_NOT_FOUND ? feed_cut(feed) : failed;
        }
        if (feed->capacity - feed->count < count) {
            size_t wanted = feed->capacity * 2 + count;
            int64_t *ids = realloc(feed->ids, wanted * sizeof(*ids));
            if (!ids) {
                return ERR_MEMORY;
            }
            feed->ids = ids;
            feed->capacity = wanted;
        }
        for (size_t i = 0; i < count; i++) {
            feed->sequence = changes[i].sequence;
            if (changes[i].topic == DB_CHANGE_ENTRY) {
                feed->ids[feed->count++] = changes[i].object;
            }
            feed->has_sources = feed->has_sources || changes[i].topic == DB_CHANGE_SOURCE;
            feed->has_places = feed->has_places || changes[i].topic == DB_CHANGE_TERRITORY ||
                               changes[i].topic == DB_CHANGE_THEME;
        }
    } while (count == CHANGES_AT_ONCE);
    feed->count = atlas_ids_sort(feed->ids, feed->count);
    return OK;
}

struct store_fill {
    const struct atlas *atlas;
    const struct feed *feed;
};

static err add_targets(struct db_conn *conn, int64_t entry, struct atlas_changes *changes) {
    struct entry_id targets[ENTRY_LIST_MAX];
    size_t count;
    TRY(entry_link_targets(conn, (struct entry_id){entry}, targets, ENTRY_LIST_MAX, &count));
    struct entry_id *all =
        realloc(changes->targets, (changes->target_count + count + 1) * sizeof(*all));
    if (!all) {
        return ERR_MEMORY;
    }
    memcpy(all + changes->target_count, targets, count * sizeof(*all));
    changes->targets = all;
    changes->target_count += count;
    return OK;
}

static err fill_from_store(struct atlas_changes *changes, struct atlas_builder *builder) {
    const struct store_fill *fill = changes->self;
    ARENA_CLEANUP struct arena arena = arena_make(ENTRY_BLOCK_BYTES, 0);
    for (size_t i = 0; i < fill->feed->count; i++) {
        struct entry_public entry;
        arena_reset(&arena);
        err found = entry_public_load(fill->atlas->conn, fill->atlas->options.territories,
                                      (struct entry_id){fill->feed->ids[i]}, &arena, &entry);
        if (found == ERR_NOT_FOUND) {
            continue; /* not public, or not any more */
        }
        TRY(found);
        TRY(atlas_builder_add(builder, &entry));
        if (entry.is_linked) {
            TRY(add_targets(fill->atlas->conn, fill->feed->ids[i], changes));
        }
    }
    return OK;
}

/* Publishes what was committed since the present view, if anything was; `*is_cut` when the feed
 * cannot tell. Under write_lock. */
static err bring_up_to_date(struct atlas *atlas, bool *is_cut) {
    struct feed feed = {.sequence = atlas->view->sequence};
    TRY(db_begin_read(atlas->conn));
    err failed = feed_read(atlas->conn, &feed);
    if (!failed && feed.has_sources) {
        failed = atlas_known_sources_load(atlas);
    }
    if (feed.has_places) {
        atomic_store(&atlas->is_outdated, true);
    }
    *is_cut = feed.is_cut;
    if (feed.is_cut || feed.count > CHANGES_AT_ONCE) {
        atlas_wait_no_longer(atlas);
    }
    if (!failed && !feed.is_cut && feed.sequence != atlas->view->sequence) {
        struct store_fill fill = {.atlas = atlas, .feed = &feed};
        struct atlas_changes changes = {.ids = feed.ids,
                                        .count = feed.count,
                                        .fill = fill_from_store,
                                        .self = &fill,
                                        .has_sources = feed.has_sources};
        failed = atlas_publish_changes(atlas, &changes, feed.sequence);
        free(changes.targets);
    }
    db_rollback(atlas->conn); /* read only: there is nothing to keep */
    free(feed.ids);
    return failed;
}

/* Under write_lock. */
static err catch_up(struct atlas *atlas, bool *is_cut) {
    int64_t version;
    TRY(db_data_version(atlas->conn, &version));
    if (version == atlas->data_version) {
        return OK;
    }
    TRY(bring_up_to_date(atlas, is_cut));
    if (!*is_cut) {
        atlas->data_version = version;
    }
    return OK;
}

err atlas_catch_up(struct atlas *atlas) {
    if (!atlas->conn) {
        return OK;
    }
    bool is_cut = false;
    pthread_mutex_lock(&atlas->write_lock);
    err failed = catch_up(atlas, &is_cut);
    pthread_mutex_unlock(&atlas->write_lock);
    /* RULE STORE-1: who is further behind than the feed goes back begins anew. */
    return is_cut && !failed ? atlas_rebuild_from_store(atlas, NULL) : failed;
}

/* ---- without a store ---- */

struct hand_fill {
    const struct entry_public *entries;
    size_t count;
};

static err fill_by_hand(struct atlas_changes *changes, struct atlas_builder *builder) {
    const struct hand_fill *fill = changes->self;
    for (size_t i = 0; i < fill->count; i++) {
        TRY(atlas_builder_add(builder, &fill->entries[i]));
    }
    return OK;
}

err atlas_apply(struct atlas *atlas, const struct entry_public *entries, size_t count,
                const int64_t *removed, size_t removed_count) {
    int64_t *ids = malloc((count + removed_count + 1) * sizeof(*ids));
    if (!ids) {
        return ERR_MEMORY;
    }
    size_t id_count = 0;
    for (size_t i = 0; i < count; i++) {
        ids[id_count++] = entries[i].entry.id.v;
    }
    for (size_t i = 0; i < removed_count; i++) {
        ids[id_count++] = removed[i];
    }
    id_count = atlas_ids_sort(ids, id_count);
    struct hand_fill fill = {.entries = entries, .count = count};
    struct atlas_changes changes = {
        .ids = ids, .count = id_count, .fill = fill_by_hand, .self = &fill};
    pthread_mutex_lock(&atlas->write_lock);
    err failed = atlas_publish_changes(atlas, &changes, atlas->view->sequence + 1);
    pthread_mutex_unlock(&atlas->write_lock);
    free(ids);
    return failed;
}
