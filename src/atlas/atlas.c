/* The atlas as a whole: views made and swapped, the change feed followed. */
#include "atlas/columns.h"
#include "atlas/view.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLLOW_EVERY_MS       25
#define FOLLOW_AFTER_ERROR_MS 1000
#define DELTA_LIMIT_LEAST     4096
#define PREVIOUS_KEPT_MS      INT64_C(600000) /* design, section 3: pages turn for 10 minutes */
#define CHANGES_AT_ONCE       1024
#define ENTRY_BLOCK_BYTES     (64u << 10)

struct atlas {
    struct atlas_options options;
    struct atlas_theme_words theme_words;
    struct atlas_segment *empty; /* a delta without documents */

    /* Pinning reads the pointer and counts itself in: two steps that a swap must not come between.
     * Held for some nanoseconds. */
    pthread_mutex_t view_lock;
    struct atlas_view *view;

    /* Held while a view is made from what has changed; guards what follows. */
    pthread_mutex_t write_lock;
    struct db_conn *conn; /* NULL: fed by hand */
    int64_t data_version;
    struct arena known_arena;
    slice *known; /* slugs of the store's sources */
    size_t known_count;

    pthread_mutex_t rebuild_lock; /* one rebuild at a time; taken before write_lock */
    _Atomic int64_t generation_made_ms, generation_took_us;
    _Atomic uint64_t generations;

    pthread_mutex_t stop_lock;
    pthread_cond_t stop;
    bool is_stopping;
    bool has_follower, has_compactor;
    _Atomic bool is_compacting;
    pthread_t follower, compactor;
};

const struct atlas_view *atlas_pin(struct atlas *atlas) {
    pthread_mutex_lock(&atlas->view_lock);
    struct atlas_view *view = atlas->view;
    atlas_view_hold(view);
    pthread_mutex_unlock(&atlas->view_lock);
    return view;
}

void atlas_unpin(struct atlas *atlas, const struct atlas_view *view) {
    (void)atlas;
    atlas_view_release((struct atlas_view *)(uintptr_t)view);
}

static struct atlas_view_parts parts_of(const struct atlas *atlas, const struct atlas_view *view) {
    return (struct atlas_view_parts){
        .territories = atlas->options.territories,
        .themes = atlas->options.themes,
        .theme_words = &atlas->theme_words,
        .generation = view->parts[ATLAS_GENERATION],
        .delta = view->parts[ATLAS_DELTA],
        .live = view->live,
        .known = atlas->known,
        .known_count = atlas->known_count,
        .generation_number = view->generation,
        .sequence = view->sequence,
    };
}

/* The view to keep for those who turn pages of the last generation, with its end; NULL: none. */
static err previous_for(const struct atlas *atlas, const struct atlas_view_parts *parts,
                        int64_t now_ms, struct atlas_view **previous, int64_t *until_ms) {
    struct atlas_view *last = atlas->view;
    *previous = NULL;
    *until_ms = 0;
    if (!last) {
        return OK;
    }
    if (last->generation != parts->generation_number) {
        struct atlas_view_parts old = parts_of(atlas, last);
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

/* Makes a view and puts it in the place of the last one. Under write_lock. */
static err publish(struct atlas *atlas, const struct atlas_view_parts *parts) {
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
    view->previous = previous;
    view->previous_until_ms = until_ms;
    pthread_mutex_lock(&atlas->view_lock);
    struct atlas_view *last = atlas->view;
    atlas->view = view;
    pthread_mutex_unlock(&atlas->view_lock);
    atlas_view_release(last);
    return OK;
}

/* Greater than any before, in this process or an earlier one. */
static uint64_t next_generation(const struct atlas *atlas) {
    uint64_t number = (uint64_t)clock_now_ms(atlas->options.clock) << 12;
    return atlas->view && atlas->view->generation >= number ? atlas->view->generation + 1 : number;
}

/* What changed: entry ids, ascending, each once; `fill` adds those that are still public. */
struct changes {
    const int64_t *ids;
    size_t count;
    err (*fill)(void *self, struct atlas_builder *builder);
    void *self;
};

static bool is_changed(const struct changes *changes, int64_t entry) {
    size_t low = 0;
    size_t high = changes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (changes->ids[middle] == entry) {
            return true;
        }
        if (changes->ids[middle] < entry) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* The live documents of the generation without the changed ones. */
static uint64_t *live_without(const struct atlas_segment *generation, const uint64_t *live,
                              const struct changes *changes, struct arena *arena) {
    uint64_t *bits = arena_try(arena, uint64_t, generation->words);
    if (!bits) {
        return NULL;
    }
    if (live) {
        memcpy(bits, live, generation->words * sizeof(*bits));
    } else {
        bits_set_run(bits, 0, generation->count);
    }
    for (size_t i = 0; i < changes->count; i++) {
        uint32_t at = atlas_segment_entry(generation, changes->ids[i]);
        for (; at < generation->count &&
               generation->entry[generation->by_entry[at]] == changes->ids[i];
             at++) {
            bits_clear(bits, generation->by_entry[at]);
        }
    }
    return bits;
}

/* The next delta: the last one without what changed, and what changed as it is now. */
static err next_delta(const struct atlas *atlas, const struct atlas_view_parts *parts,
                      const struct changes *changes, struct arena *arena,
                      struct atlas_segment **delta) {
    const struct atlas_segment *last = parts->delta;
    uint64_t *kept = arena_try(arena, uint64_t, last->words);
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = kept && builder ? OK : ERR_MEMORY;
    for (uint32_t i = 0; i < last->count && !failed; i++) {
        if (!is_changed(changes, last->entry[i])) {
            bits_set(kept, i);
        }
    }
    if (!failed) {
        failed = atlas_builder_take(builder, last, kept);
    }
    if (!failed) {
        failed = changes->fill(changes->self, builder);
    }
    if (!failed) {
        failed = atlas_builder_finish(builder, parts->generation->average_length, delta);
    }
    atlas_builder_free(builder);
    return failed;
}

/* Publishes `parts` with the changes on top. Under write_lock. */
static err publish_changes(struct atlas *atlas, const struct atlas_view_parts *parts,
                           const struct changes *changes, int64_t sequence) {
    ARENA_CLEANUP struct arena arena = arena_make(ENTRY_BLOCK_BYTES, 0);
    struct atlas_segment *delta = NULL;
    struct atlas_view_parts next = *parts;
    if (changes->count) {
        next.live = live_without(parts->generation, parts->live, changes, &arena);
        if (!next.live) {
            return ERR_MEMORY;
        }
        TRY(next_delta(atlas, parts, changes, &arena, &delta));
        next.delta = delta;
    }
    next.sequence = sequence;
    next.known = atlas->known;
    next.known_count = atlas->known_count;
    err failed = publish(atlas, &next);
    atlas_segment_release(delta);
    return failed;
}

/* Reading the store. */

static err load_known_sources(struct atlas *atlas) {
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
    bool has_sources;
};

static int compare_i64(const void *a, const void *b) {
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static err feed_read(struct db_conn *conn, struct feed *feed) {
    struct db_change changes[CHANGES_AT_ONCE];
    size_t count;
    do {
        TRY(db_change_read(conn, feed->sequence, changes, CHANGES_AT_ONCE, &count));
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
        }
    } while (count == CHANGES_AT_ONCE);
    if (feed->count) {
        qsort(feed->ids, feed->count, sizeof(*feed->ids), compare_i64);
    }
    size_t kept = 0;
    for (size_t i = 0; i < feed->count; i++) {
        if (!kept || feed->ids[kept - 1] != feed->ids[i]) {
            feed->ids[kept++] = feed->ids[i];
        }
    }
    feed->count = kept;
    return OK;
}

struct store_fill {
    const struct atlas *atlas;
    const struct feed *feed;
};

static err fill_from_store(void *self, struct atlas_builder *builder) {
    const struct store_fill *fill = self;
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
    }
    return OK;
}

/* Publishes `parts` brought up to date; nothing when they are the present view and up to date.
 * Under write_lock. */
static err bring_up_to_date(struct atlas *atlas, const struct atlas_view_parts *parts) {
    struct feed feed = {.sequence = parts->sequence};
    TRY(db_begin_read(atlas->conn));
    err failed = feed_read(atlas->conn, &feed);
    if (!failed && feed.has_sources) {
        failed = load_known_sources(atlas);
    }
    bool is_new = !atlas->view || parts->generation_number != atlas->view->generation;
    if (!failed && (is_new || feed.sequence != parts->sequence)) {
        struct store_fill fill = {.atlas = atlas, .feed = &feed};
        const struct changes changes = {
            .ids = feed.ids, .count = feed.count, .fill = fill_from_store, .self = &fill};
        failed = publish_changes(atlas, parts, &changes, feed.sequence);
    }
    db_rollback(atlas->conn); /* read only: there is nothing to keep */
    free(feed.ids);
    return failed;
}

err atlas_catch_up(struct atlas *atlas) {
    if (!atlas->conn) {
        return OK;
    }
    pthread_mutex_lock(&atlas->write_lock);
    int64_t version;
    err failed = db_data_version(atlas->conn, &version);
    if (!failed && version != atlas->data_version) {
        const struct atlas_view_parts parts = parts_of(atlas, atlas->view);
        failed = bring_up_to_date(atlas, &parts);
        if (!failed) {
            atlas->data_version = version;
        }
    }
    pthread_mutex_unlock(&atlas->write_lock);
    return failed;
}

/* Puts a segment that stands for the store as it was at `sequence` in the place of the
 * generation. */
static err swap_generation(struct atlas *atlas, struct atlas_segment *segment, int64_t sequence) {
    pthread_mutex_lock(&atlas->write_lock);
    struct atlas_view_parts parts = {
        .territories = atlas->options.territories,
        .themes = atlas->options.themes,
        .theme_words = &atlas->theme_words,
        .generation = segment,
        .delta = atlas->empty,
        .known = atlas->known,
        .known_count = atlas->known_count,
        .generation_number = next_generation(atlas),
        .sequence = sequence,
    };
    err failed = atlas->conn ? bring_up_to_date(atlas, &parts) : publish(atlas, &parts);
    pthread_mutex_unlock(&atlas->write_lock);
    return failed;
}

/* A generation begun then stands now. */
static void generation_note(struct atlas *atlas, int64_t began_us) {
    atomic_store(&atlas->generation_made_ms, clock_now_ms(atlas->options.clock));
    atomic_store(&atlas->generation_took_us, clock_monotonic_us() - began_us);
    atomic_fetch_add(&atlas->generations, 1);
}

err atlas_compact(struct atlas *atlas) {
    int64_t began_us = clock_monotonic_us();
    pthread_mutex_lock(&atlas->rebuild_lock);
    const struct atlas_view *view = atlas_pin(atlas);
    struct atlas_segment *segment = NULL;
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = builder ? OK : ERR_MEMORY;
    if (!failed) {
        failed = atlas_builder_take(builder, view->parts[ATLAS_GENERATION], view->live);
    }
    if (!failed) {
        failed = atlas_builder_take(builder, view->parts[ATLAS_DELTA], NULL);
    }
    if (!failed) {
        failed = atlas_builder_finish(builder, 0, &segment);
    }
    atlas_builder_free(builder);
    if (!failed) {
        failed = swap_generation(atlas, segment, view->sequence);
        atlas_segment_release(segment);
    }
    atlas_unpin(atlas, view);
    if (!failed) {
        generation_note(atlas, began_us);
    }
    pthread_mutex_unlock(&atlas->rebuild_lock);
    return failed;
}

static err visit_entry(void *self, const struct entry_public *entry) {
    return atlas_builder_add(self, entry);
}

/* Reads the whole store, as one snapshot, into a segment. */
static err read_store(const struct atlas *atlas, struct atlas_segment **segment, int64_t *sequence,
                      struct problem *problem) {
    DB_CLEANUP struct db_conn *conn = NULL;
    TRY(db_open(atlas->options.store_path, DB_READ, &conn, problem));
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = builder ? db_begin_read(conn) : ERR_MEMORY;
    if (!failed) {
        failed = db_change_last(conn, sequence);
    }
    if (!failed) {
        failed = entry_public_each(conn, atlas->options.territories, visit_entry, builder);
    }
    if (!failed) {
        failed = atlas_builder_finish(builder, 0, segment);
    }
    atlas_builder_free(builder);
    return failed;
}

static err rebuild_from_store(struct atlas *atlas, struct problem *problem) {
    struct atlas_segment *segment;
    int64_t sequence;
    int64_t began_us = clock_monotonic_us();
    pthread_mutex_lock(&atlas->rebuild_lock);
    err failed = read_store(atlas, &segment, &sequence, problem);
    if (!failed) {
        failed = swap_generation(atlas, segment, sequence);
        atlas_segment_release(segment);
    }
    if (!failed) {
        generation_note(atlas, began_us);
    }
    pthread_mutex_unlock(&atlas->rebuild_lock);
    return failed;
}

void atlas_figures_read(struct atlas *atlas, struct atlas_figures *figures) {
    const struct atlas_view *view = atlas_pin(atlas);
    *figures = (struct atlas_figures){
        .documents = view->documents,
        .sequence = view->sequence,
        .delta_documents = view->parts[ATLAS_DELTA]->count,
        .generation_made_ms = atomic_load(&atlas->generation_made_ms),
        .generation_took_us = atomic_load(&atlas->generation_took_us),
        .generations = atomic_load(&atlas->generations),
    };
    const struct atlas_segment *generation = view->parts[ATLAS_GENERATION];
    uint64_t live = generation->count;
    if (view->live) {
        live = bits_count(view->live, generation->words);
    }
    figures->all_documents = live + figures->delta_documents;
    for (size_t i = 0; i < ATLAS_PART__COUNT; i++) {
        atlas_columns_measure(view->parts[i], figures);
    }
    atlas_figure_add(figures, "views", view->arena.used_bytes);
    const struct atlas_view *previous = view->previous;
    if (previous && previous->parts[ATLAS_GENERATION] != generation) {
        struct atlas_figures former = {0};
        atlas_columns_measure(previous->parts[ATLAS_GENERATION], &former);
        atlas_figure_add(figures, "former generation", former.bytes);
    }
    atlas_unpin(atlas, view);
}

err atlas_rebuild(struct atlas *atlas) {
    return atlas->conn ? rebuild_from_store(atlas, NULL) : atlas_compact(atlas);
}

/* Following the feed. */

static void report(const struct atlas *atlas, const char *what, err failed) {
    if (failed && atlas->options.log) {
        log_line(atlas->options.log, LOG_ERROR, what, "cause=%s", err_name(failed));
    }
}

static void *compact_in_background(void *self) {
    struct atlas *atlas = self;
    report(atlas, "the atlas could not be made anew", atlas_compact(atlas));
    atomic_store(&atlas->is_compacting, false);
    return NULL;
}

static bool is_delta_full(struct atlas *atlas) {
    const struct atlas_view *view = atlas_pin(atlas);
    size_t limit = atlas->options.delta_limit;
    if (!limit) {
        limit = view->parts[ATLAS_GENERATION]->count / 16;
        limit = limit > DELTA_LIMIT_LEAST ? limit : DELTA_LIMIT_LEAST;
    }
    bool is_full = view->parts[ATLAS_DELTA]->count > limit;
    atlas_unpin(atlas, view);
    return is_full;
}

/* A thread of its own, so that changes go on being followed meanwhile. */
static void compact_when_full(struct atlas *atlas) {
    if (atomic_load(&atlas->is_compacting) || !is_delta_full(atlas)) {
        return;
    }
    if (atlas->has_compactor) {
        pthread_join(atlas->compactor, NULL);
        atlas->has_compactor = false;
    }
    atomic_store(&atlas->is_compacting, true);
    if (pthread_create(&atlas->compactor, NULL, compact_in_background, atlas)) {
        atomic_store(&atlas->is_compacting, false);
        report(atlas, "no thread to make the atlas anew", ERR_MEMORY);
        return;
    }
    atlas->has_compactor = true;
}

/* Frees the last generation once nobody may turn its pages any more. */
static err forget_previous(struct atlas *atlas) {
    pthread_mutex_lock(&atlas->write_lock);
    const struct atlas_view *view = atlas->view;
    err failed = OK;
    if (view->previous && view->previous_until_ms < clock_now_ms(atlas->options.clock)) {
        const struct atlas_view_parts parts = parts_of(atlas, view);
        failed = publish(atlas, &parts);
    }
    pthread_mutex_unlock(&atlas->write_lock);
    return failed;
}

/* Waits, but not longer than until the atlas is closed; false then. */
static bool rest(struct atlas *atlas, int64_t wait_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + wait_ms % 1000 * 1000000;
    until.tv_sec += (time_t)(wait_ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&atlas->stop_lock);
    int waited = 0;
    while (!atlas->is_stopping && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&atlas->stop, &atlas->stop_lock, &until);
    }
    bool goes_on = !atlas->is_stopping;
    pthread_mutex_unlock(&atlas->stop_lock);
    return goes_on;
}

static void *follow(void *self) {
    struct atlas *atlas = self;
    int64_t wait_ms = FOLLOW_EVERY_MS;
    while (rest(atlas, wait_ms)) {
        int64_t start_us = clock_monotonic_us();
        err failed = atlas_catch_up(atlas);
        failed = failed ? failed : forget_previous(atlas);
        report(atlas, "the atlas could not follow the store", failed);
        compact_when_full(atlas);
        /* Half of the time at most, so that a long import leaves the processor to others. */
        int64_t took_ms = (clock_monotonic_us() - start_us) / 1000;
        wait_ms = failed                      ? FOLLOW_AFTER_ERROR_MS
                  : took_ms > FOLLOW_EVERY_MS ? took_ms
                                              : FOLLOW_EVERY_MS;
    }
    return NULL;
}

static err make_locks(struct atlas *atlas) {
    pthread_condattr_t monotonic;
    bool is_made = !pthread_mutex_init(&atlas->view_lock, NULL) &&
                   !pthread_mutex_init(&atlas->write_lock, NULL) &&
                   !pthread_mutex_init(&atlas->rebuild_lock, NULL) &&
                   !pthread_mutex_init(&atlas->stop_lock, NULL) &&
                   !pthread_condattr_init(&monotonic) &&
                   !pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) &&
                   !pthread_cond_init(&atlas->stop, &monotonic);
    return is_made ? OK : ERR_MEMORY;
}

/* An atlas without a view yet. */
static err atlas_new(const struct atlas_options *options, struct atlas **made) {
    struct atlas *atlas = calloc(1, sizeof(*atlas));
    if (!atlas) {
        return ERR_MEMORY;
    }
    atlas->options = *options;
    atlas->known_arena = arena_make(ENTRY_BLOCK_BYTES, 0);
    atlas->theme_words.arena = arena_make(ENTRY_BLOCK_BYTES, 0);
    struct atlas_builder *builder = NULL;
    err failed = make_locks(atlas);
    if (!failed) {
        failed = atlas_theme_words_make(options->themes, &atlas->theme_words);
    }
    if (!failed) {
        builder = atlas_builder_new(options->territories, options->themes);
        failed = builder ? atlas_builder_finish(builder, 0, &atlas->empty) : ERR_MEMORY;
    }
    atlas_builder_free(builder);
    if (failed) {
        atlas_close(atlas);
        return failed;
    }
    *made = atlas;
    return OK;
}

void atlas_close(struct atlas *atlas) {
    if (!atlas) {
        return;
    }
    pthread_mutex_lock(&atlas->stop_lock);
    atlas->is_stopping = true;
    pthread_cond_broadcast(&atlas->stop);
    pthread_mutex_unlock(&atlas->stop_lock);
    if (atlas->has_follower) {
        pthread_join(atlas->follower, NULL);
    }
    if (atlas->has_compactor) {
        pthread_join(atlas->compactor, NULL);
    }
    atlas_view_release(atlas->view);
    atlas_segment_release(atlas->empty);
    arena_free(&atlas->theme_words.arena);
    arena_free(&atlas->known_arena);
    db_close(atlas->conn);
    pthread_cond_destroy(&atlas->stop);
    pthread_mutex_destroy(&atlas->stop_lock);
    pthread_mutex_destroy(&atlas->rebuild_lock);
    pthread_mutex_destroy(&atlas->write_lock);
    pthread_mutex_destroy(&atlas->view_lock);
    free(atlas);
}

static err open_store(struct atlas *atlas, struct problem *problem) {
    TRY(db_open(atlas->options.store_path, DB_READ, &atlas->conn, problem));
    TRY(db_data_version(atlas->conn, &atlas->data_version));
    TRY(load_known_sources(atlas));
    TRY(rebuild_from_store(atlas, problem));
    if (pthread_create(&atlas->follower, NULL, follow, atlas)) {
        return problem_set(problem, ERR_MEMORY, "", "no thread to follow the store");
    }
    atlas->has_follower = true;
    return OK;
}

err atlas_open(const struct atlas_options *options, struct atlas **atlas, struct problem *problem) {
    struct atlas *made;
    TRY(atlas_new(options, &made));
    err failed = open_store(made, problem);
    if (failed) {
        atlas_close(made);
        return failed;
    }
    *atlas = made;
    return OK;
}

/* Without a store. */

struct hand_fill {
    const struct entry_public *entries;
    size_t count;
};

static err fill_by_hand(void *self, struct atlas_builder *builder) {
    const struct hand_fill *fill = self;
    for (size_t i = 0; i < fill->count; i++) {
        TRY(atlas_builder_add(builder, &fill->entries[i]));
    }
    return OK;
}

err atlas_open_bare(const struct atlas_options *options, const struct entry_public *entries,
                    size_t count, struct atlas **atlas) {
    struct atlas *made;
    struct atlas_segment *segment = NULL;
    TRY(atlas_new(options, &made));
    struct atlas_builder *builder = atlas_builder_new(options->territories, options->themes);
    struct hand_fill fill = {.entries = entries, .count = count};
    err failed = builder ? fill_by_hand(&fill, builder) : ERR_MEMORY;
    if (!failed) {
        failed = atlas_builder_finish(builder, 0, &segment);
    }
    atlas_builder_free(builder);
    if (!failed) {
        failed = swap_generation(made, segment, 0);
    }
    atlas_segment_release(segment);
    if (failed) {
        atlas_close(made);
        return failed;
    }
    *atlas = made;
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
    qsort(ids, id_count, sizeof(*ids), compare_i64);
    struct hand_fill fill = {.entries = entries, .count = count};
    const struct changes changes = {
        .ids = ids, .count = id_count, .fill = fill_by_hand, .self = &fill};
    pthread_mutex_lock(&atlas->write_lock);
    const struct atlas_view_parts parts = parts_of(atlas, atlas->view);
    err failed = publish_changes(atlas, &parts, &changes, parts.sequence + 1);
    pthread_mutex_unlock(&atlas->write_lock);
    free(ids);
    return failed;
}
