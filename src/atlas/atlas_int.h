/* The atlas itself: the view in place, and what making the next one takes. For the room. */
#ifndef AGORA_ATLAS_INT_H
#define AGORA_ATLAS_INT_H

#include "atlas/snapshot.h"
#include "atlas/view.h"

#include <pthread.h>

struct atlas {
    struct atlas_options options;
    struct atlas_theme_words theme_words;
    struct atlas_desks desks;
    struct atlas_segment *empty; /* a part without documents */
    struct atlas_stamps *stamps; /* set under write_lock */

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
    bool is_noting; /* a part is being made beside: `noted` are the entries changed meanwhile */
    int64_t *noted;
    size_t noted_count, noted_capacity;

    pthread_mutex_t rebuild_lock; /* one part is made at a time; taken before write_lock */
    _Atomic int64_t generation_made_ms, generation_took_us;
    _Atomic uint64_t generations;
    _Atomic int64_t changed_us; /* monotonic: when something changed last */

    struct atlas_snapshot_key snapshot_key; /* set while there is no other thread */
    _Atomic bool is_snapshot_due;           /* the generation is not the one in the file */
    _Atomic bool is_outdated; /* territories or themes are others than those here: no snapshot */
    _Atomic int64_t snapshot_tried_us; /* monotonic; 0: not yet */
    _Atomic uint64_t snapshots;

    pthread_mutex_t stop_lock;
    pthread_cond_t stop;     /* or somebody waits */
    _Atomic bool is_closing; /* set under stop_lock; who writes the snapshot leaves it */
    /* Under stop_lock: those who wait, those whose changes are being taken in, and whether it is
     * not worth waiting now. */
    struct atlas_waiter *waiters, *served;
    bool is_behind;
    bool has_follower, has_renewer;
    _Atomic bool is_renewing;
    pthread_t follower, renewer;
};

/* What changed: entry ids, ascending, each once; `fill` adds those that are still public. */
struct atlas_changes {
    const int64_t *ids;
    size_t count;
    err (*fill)(struct atlas_changes *changes, struct atlas_builder *builder);
    void *self;
    bool has_sources; /* and something that the store says of sources */
    /* Entries that the changed ones link to: they tell of them. Set by `fill`. */
    struct entry_id *targets;
    size_t target_count;
};

/* change.c. All under write_lock. */
struct atlas_view_parts atlas_parts_of(struct atlas *atlas, const struct atlas_view *view);
MUST_USE err atlas_publish(struct atlas *atlas, const struct atlas_view_parts *parts);
/* The present view with the changes on top. */
MUST_USE err atlas_publish_changes(struct atlas *atlas, struct atlas_changes *changes,
                                   int64_t sequence);
MUST_USE err atlas_known_sources_load(struct atlas *atlas);
/* The live documents of a segment without those of some entries (ascending), in the arena; `live`
 * NULL: all are. NULL without memory. */
uint64_t *atlas_live_without(const struct atlas_segment *segment, const uint64_t *live,
                             const int64_t *entries, size_t count, struct arena *arena);
bool atlas_ids_have(const int64_t *ids, size_t count, int64_t id);
/* Sorts them, each once; how many are left. */
size_t atlas_ids_sort(int64_t *ids, size_t count);

/* renew.c: parts made beside the readers. */
MUST_USE err atlas_rebuild_from_store(struct atlas *atlas, struct problem *problem);
/* The first generation: from the snapshot if it can be trusted, else from the store. */
MUST_USE err atlas_open_generation(struct atlas *atlas, struct problem *problem);
/* Writes the snapshot of the present generation now. */
MUST_USE err atlas_snapshot_keep(struct atlas *atlas, struct problem *problem);
/* Puts a part made from what the view had at the start of noting into its place. The fresh part
 * keeps what was noted since. A generation stands for the store as of `sequence`. `is_read`: it was
 * read anew, so that anything in it may be another than before. */
MUST_USE err atlas_put_in_place(struct atlas *atlas, enum atlas_part part,
                                struct atlas_segment *segment, int64_t sequence, bool is_read);
/* Starts a renewal in a thread of its own when a part is full. */
void atlas_renew_when_full(struct atlas *atlas);

/* follow.c: the thread that follows the store. */
MUST_USE err atlas_follow_start(struct atlas *atlas);
/* Lets all who wait go on, and who comes until the follower is up to date. */
void atlas_wait_no_longer(struct atlas *atlas);
void atlas_report(const struct atlas *atlas, const char *what, err failed);

#endif
