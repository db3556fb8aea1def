/* Parts made anew beside the readers, and put in place: the fresh part is merged into the delta,
 * everything into the next generation, the store is read anew. What changes meanwhile is noted,
 * and stays in the fresh part. */
#include "atlas/atlas_int.h"
#include "base/thread.h"

#include <stdlib.h>

#define DELTA_LIMIT_LEAST 4096
#define DELTA_SHARE       16 /* of the generation: more is merged into it */
#define FRESH_LIMIT_LEAST 512
#define FRESH_SHARE       32 /* of the delta: more is merged into it */
#define LIVE_BLOCK_BYTES  (64u << 10)
#define QUIET_LIMIT       2048 /* more in delta and fresh part is worth a generation … */
#define QUIET_AFTER_US    INT64_C(60000000)  /* … when nothing has changed for so long */
#define SNAPSHOT_EVERY_US INT64_C(600000000) /* not more often: it is written whole */
#define FEED_AT_ONCE      1024
#define FEED_SHARE        4 /* a snapshot that more changes follow than this of it is too old */

/* Greater than any before, in this process or an earlier one. */
static uint64_t next_generation(const struct atlas *atlas) {
    uint64_t number = (uint64_t)clock_now_ms(atlas->options.clock) << 12;
    return atlas->view && atlas->view->generation >= number ? atlas->view->generation + 1 : number;
}

/* Of the fresh part what was noted, with the average of the generation that comes. */
static err keep_noted(const struct atlas *atlas, uint32_t average_length, struct arena *arena,
                      struct atlas_segment **fresh) {
    const struct atlas_segment *last = atlas->view->parts[ATLAS_FRESH];
    uint64_t *kept = arena_try(arena, uint64_t, last->words);
    if (!kept) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < last->count; i++) {
        if (atlas_ids_have(atlas->noted, atlas->noted_count, last->entry[i])) {
            bits_set(kept, i);
        }
    }
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = builder ? atlas_builder_take(builder, last, kept) : ERR_MEMORY;
    if (!failed) {
        failed = atlas_builder_finish(builder, average_length, fresh);
    }
    atlas_builder_free(builder);
    return failed;
}

static err put_first(struct atlas *atlas, struct atlas_segment *segment, int64_t sequence) {
    struct atlas_view_parts parts = {
        .territories = atlas->options.territories,
        .themes = atlas->options.themes,
        .theme_words = &atlas->theme_words,
        .desks = &atlas->desks,
        .segments = {[ATLAS_GENERATION] = segment,
                     [ATLAS_DELTA] = atlas->empty,
                     [ATLAS_FRESH] = atlas->empty},
        .known = atlas->known,
        .known_count = atlas->known_count,
        .stamps = atlas->stamps,
        .generation_number = next_generation(atlas),
        .origin = next_generation(atlas),
        .sequence = sequence,
        .generation_sequence = sequence,
    };
    return atlas_publish(atlas, &parts);
}

static err put_after(struct atlas *atlas, enum atlas_part part, struct atlas_segment *segment,
                     int64_t sequence, bool is_read) {
    ARENA_CLEANUP struct arena arena = arena_make(LIVE_BLOCK_BYTES, 0);
    struct atlas_segment *fresh = NULL;
    struct atlas_view_parts parts = atlas_parts_of(atlas, atlas->view);
    parts.segments[part] = segment;
    parts.live[part] = NULL;
    if (part == ATLAS_GENERATION) {
        parts.segments[ATLAS_DELTA] = atlas->empty;
        parts.live[ATLAS_DELTA] = NULL;
        parts.generation_number = next_generation(atlas);
        parts.generation_sequence = sequence;
        parts.origin = is_read ? parts.generation_number : parts.origin;
        if (sequence >= parts.sequence) { /* read from the store later than all that was noted */
            parts.sequence = sequence;
            atlas->noted_count = 0;
        }
    }
    atlas->noted_count = atlas_ids_sort(atlas->noted, atlas->noted_count);
    if (atlas->noted_count) {
        parts.live[part] =
            atlas_live_without(segment, NULL, atlas->noted, atlas->noted_count, &arena);
        if (!parts.live[part]) {
            return ERR_MEMORY;
        }
    }
    TRY(keep_noted(atlas, parts.segments[ATLAS_GENERATION]->average_length, &arena, &fresh));
    parts.segments[ATLAS_FRESH] = fresh;
    err failed = atlas_publish(atlas, &parts);
    atlas_segment_release(fresh);
    return failed;
}

err atlas_put_in_place(struct atlas *atlas, enum atlas_part part, struct atlas_segment *segment,
                       int64_t sequence, bool is_read) {
    pthread_mutex_lock(&atlas->write_lock);
    err failed = atlas->view ? put_after(atlas, part, segment, sequence, is_read)
                             : put_first(atlas, segment, sequence);
    pthread_mutex_unlock(&atlas->write_lock);
    return failed;
}

/* From here on what changes is noted; NULL when there is no view yet. Under rebuild_lock. */
static const struct atlas_view *noting_begin(struct atlas *atlas) {
    pthread_mutex_lock(&atlas->write_lock);
    atlas->is_noting = true;
    atlas->noted_count = 0;
    const struct atlas_view *view = atlas->view ? atlas_pin(atlas) : NULL;
    pthread_mutex_unlock(&atlas->write_lock);
    return view;
}
static void noting_end(struct atlas *atlas, const struct atlas_view *view) {
    pthread_mutex_lock(&atlas->write_lock);
    atlas->is_noting = false;
    free(atlas->noted);
    atlas->noted = NULL;
    atlas->noted_count = atlas->noted_capacity = 0;
    pthread_mutex_unlock(&atlas->write_lock);
    if (view) {
        atlas_unpin(atlas, view);
    }
}

/* A generation begun then stands now. */
static void generation_note(struct atlas *atlas, int64_t began_us) {
    atomic_store(&atlas->generation_made_ms, clock_now_ms(atlas->options.clock));
    atomic_store(&atlas->generation_took_us, clock_monotonic_us() - began_us);
    atomic_fetch_add(&atlas->generations, 1);
    atomic_store(&atlas->is_snapshot_due, true);
}

/* Makes one segment of the view's parts from `first` on. */
static err gather(const struct atlas *atlas, const struct atlas_view *view, enum atlas_part first,
                  struct atlas_segment **segment) {
    uint32_t average_length =
        first == ATLAS_GENERATION ? 0 : view->parts[ATLAS_GENERATION]->average_length;
    struct atlas_builder *builder =
        atlas_builder_new(atlas->options.territories, atlas->options.themes);
    err failed = builder ? OK : ERR_MEMORY;
    for (int part = (int)first; part < ATLAS_PART__COUNT && !failed; part++) {
        failed = atlas_builder_take(builder, view->parts[part], view->live[part]);
    }
    if (!failed && first == ATLAS_GENERATION) {
        atlas_builder_crowds(builder, &atlas->theme_words, atlas->options.crowd_least);
    }
    if (!failed) {
        failed = atlas_builder_finish(builder, average_length, segment);
    }
    atlas_builder_free(builder);
    return failed;
}

/* The view's parts from `first` on become one. */
static err renew(struct atlas *atlas, enum atlas_part first) {
    struct atlas_segment *segment = NULL;
    pthread_mutex_lock(&atlas->rebuild_lock);
    int64_t began_us = clock_monotonic_us();
    const struct atlas_view *view = noting_begin(atlas);
    err failed = gather(atlas, view, first, &segment);
    if (!failed) {
        failed = atlas_put_in_place(atlas, first, segment, view->sequence, false);
    }
    if (!failed && first == ATLAS_GENERATION) {
        generation_note(atlas, began_us);
    }
    noting_end(atlas, view);
    pthread_mutex_unlock(&atlas->rebuild_lock);
    atlas_segment_release(segment);
    return failed;
}

err atlas_compact(struct atlas *atlas) {
    return renew(atlas, ATLAS_GENERATION);
}
err atlas_merge(struct atlas *atlas) {
    return renew(atlas, ATLAS_DELTA);
}

struct reading {
    const struct atlas *atlas;
    struct atlas_builder *builder;
};

static err visit_entry(void *self, const struct entry_public *entry) {
    const struct reading *reading = self;
    const _Atomic bool *gives_up = reading->atlas->options.gives_up;
    return gives_up && atomic_load(gives_up) ? ERR_BUSY
                                             : atlas_builder_add(reading->builder, entry);
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
        struct reading reading = {atlas, builder};
        failed = entry_public_each(conn, atlas->options.territories, visit_entry, &reading);
    }
    if (!failed) {
        atlas_builder_crowds(builder, &atlas->theme_words, atlas->options.crowd_least);
        failed = atlas_builder_finish(builder, 0, segment);
    }
    atlas_builder_free(builder);
    return failed;
}

err atlas_rebuild_from_store(struct atlas *atlas, struct problem *problem) {
    struct atlas_segment *segment = NULL;
    int64_t sequence;
    pthread_mutex_lock(&atlas->rebuild_lock);
    int64_t began_us = clock_monotonic_us();
    const struct atlas_view *view = noting_begin(atlas);
    err failed = read_store(atlas, &segment, &sequence, problem);
    if (!failed) {
        failed = atlas_put_in_place(atlas, ATLAS_GENERATION, segment, sequence, true);
    }
    if (!failed) {
        generation_note(atlas, began_us);
    }
    noting_end(atlas, view);
    pthread_mutex_unlock(&atlas->rebuild_lock);
    atlas_segment_release(segment);
    return failed;
}

err atlas_rebuild(struct atlas *atlas) {
    return atlas->conn ? atlas_rebuild_from_store(atlas, NULL) : atlas_compact(atlas);
}

/* ---- the snapshot ---- */

err atlas_snapshot_keep(struct atlas *atlas, struct problem *problem) {
    if (atomic_load(&atlas->is_outdated)) {
        return problem_set(problem, ERR_CONFLICT, "", "territories or themes have changed");
    }
    const struct atlas_view *view = atlas_pin(atlas);
    struct atlas_snapshot_mark mark = {.sequence = view->generation_sequence};
    atomic_store(&atlas->snapshot_tried_us, clock_monotonic_us());
    pthread_mutex_lock(&atlas->write_lock);
    err failed = db_change_mark(atlas->conn, mark.sequence, &mark.mark);
    pthread_mutex_unlock(&atlas->write_lock);
    if (!failed) {
        failed = atlas_snapshot_write(atlas->options.snapshot_path, view->parts[ATLAS_GENERATION],
                                      &atlas->snapshot_key, &mark, &atlas->is_closing, problem);
    }
    if (!failed) {
        const struct atlas_view *now = atlas_pin(atlas);
        if (now->generation == view->generation) {
            atomic_store(&atlas->is_snapshot_due, false);
        }
        atlas_unpin(atlas, now);
        atomic_fetch_add(&atlas->snapshots, 1);
    }
    atlas_unpin(atlas, view);
    return failed;
}

/* Whether the feed still knows where the snapshot stands, and what came since is a list of entries
 * that is worth reading one by one. */
static err check_feed(const struct atlas *atlas, const struct atlas_snapshot_mark *mark,
                      uint32_t documents, struct problem *problem) {
    uint64_t here;
    err failed = db_change_mark(atlas->conn, mark->sequence, &here);
    if (failed == ERR_NOT_FOUND || (!failed && here != mark->mark)) {
        return problem_set(problem, ERR_CONFLICT, "", "the store does not know where it stands");
    }
    TRY(failed);
    struct db_change changes[FEED_AT_ONCE];
    size_t count;
    uint64_t total = 0;
    int64_t sequence = mark->sequence;
    do {
        failed = db_change_read(atlas->conn, sequence, changes, FEED_AT_ONCE, &count);
        if (failed == ERR_NOT_FOUND) {
            return problem_set(problem, ERR_CONFLICT, "", "the store does not tell all that came");
        }
        TRY(failed);
        for (size_t i = 0; i < count; i++) {
            if (changes[i].topic == DB_CHANGE_TERRITORY || changes[i].topic == DB_CHANGE_THEME) {
                return problem_set(problem, ERR_CONFLICT, "", "territories or themes have changed");
            }
        }
        total += count;
        sequence = count ? changes[count - 1].sequence : sequence;
    } while (count == FEED_AT_ONCE);
    return total > documents / FEED_SHARE && total > FEED_AT_ONCE
               ? problem_set(problem, ERR_CONFLICT, "", "too much has changed since")
               : OK;
}

static err open_snapshot(struct atlas *atlas, struct problem *problem) {
    struct atlas_segment *segment = NULL;
    struct atlas_snapshot_mark mark;
    int64_t began_us = clock_monotonic_us();
    TRY(atlas_snapshot_map(atlas->options.snapshot_path, &atlas->snapshot_key, &segment, &mark,
                           problem));
    err failed = check_feed(atlas, &mark, segment->count, problem);
    if (!failed) {
        failed = atlas_put_in_place(atlas, ATLAS_GENERATION, segment, mark.sequence, true);
    }
    atlas_segment_release(segment);
    if (!failed) {
        atlas->data_version = -1; /* none that there is: look at the feed in any case */
        failed = atlas_catch_up(atlas);
    }
    if (!failed) {
        generation_note(atlas, began_us);
        atomic_store(&atlas->is_snapshot_due, false);
    }
    return failed;
}

err atlas_open_generation(struct atlas *atlas, struct problem *problem) {
    const struct log *log = atlas->options.log;
    if (atlas->options.snapshot_path) {
        struct problem why = {0};
        TRY(atlas_snapshot_key_make(atlas->conn, atlas->options.territories, atlas->options.themes,
                                    &atlas->snapshot_key));
        err failed = open_snapshot(atlas, &why);
        if (!failed || failed == ERR_MEMORY) {
            return failed;
        }
        if (log && failed != ERR_NOT_FOUND) {
            log_line(log, LOG_WARN, "the snapshot of the index is not used, the index is made anew",
                     "path=%s cause=%s", log_quote(slice_from_cstr(atlas->options.snapshot_path)).p,
                     log_quote(slice_from_cstr(why.what)).p);
        }
    }
    return atlas_rebuild_from_store(atlas, problem);
}

/* ---- when ---- */

enum job { JOB_NONE, JOB_MERGE, JOB_COMPACT, JOB_SNAPSHOT };

static bool is_snapshot_wanted(const struct atlas *atlas) {
    int64_t tried_us = atomic_load(&atlas->snapshot_tried_us);
    return atlas->options.keeps_snapshot && atlas->options.snapshot_path &&
           atomic_load(&atlas->is_snapshot_due) && !atomic_load(&atlas->is_outdated) &&
           (!tried_us || clock_monotonic_us() - tried_us >= SNAPSHOT_EVERY_US);
}

static enum job next_job(struct atlas *atlas) {
    const struct atlas_view *view = atlas_pin(atlas);
    size_t generation = view->parts[ATLAS_GENERATION]->count;
    size_t delta = view->parts[ATLAS_DELTA]->count;
    size_t fresh = view->parts[ATLAS_FRESH]->count;
    atlas_unpin(atlas, view);
    size_t delta_limit = atlas->options.delta_limit;
    if (!delta_limit) {
        delta_limit = generation / DELTA_SHARE;
        delta_limit = delta_limit > DELTA_LIMIT_LEAST ? delta_limit : DELTA_LIMIT_LEAST;
    }
    size_t fresh_limit = delta / FRESH_SHARE;
    fresh_limit = fresh_limit > FRESH_LIMIT_LEAST ? fresh_limit : FRESH_LIMIT_LEAST;
    bool is_quiet = clock_monotonic_us() - atomic_load(&atlas->changed_us) > QUIET_AFTER_US;
    return delta + fresh > delta_limit                                                ? JOB_COMPACT
           : fresh > fresh_limit                                                      ? JOB_MERGE
           : atlas->options.keeps_snapshot && is_quiet && delta + fresh > QUIET_LIMIT ? JOB_COMPACT
           : is_snapshot_wanted(atlas)                                                ? JOB_SNAPSHOT
                                                                                      : JOB_NONE;
}

static void write_snapshot(struct atlas *atlas) {
    struct problem problem = {0};
    if (atlas_snapshot_keep(atlas, &problem) && !atomic_load(&atlas->is_closing) &&
        atlas->options.log) {
        log_line(atlas->options.log, LOG_WARN,
                 "the snapshot of the index was not written; the next start takes longer",
                 "cause=%s", log_quote(slice_from_cstr(problem.what)).p);
    }
}

static void *renew_in_background(void *self) {
    struct atlas *atlas = self;
    thread_give_way();
    switch (next_job(atlas)) {
    case JOB_MERGE:
        atlas_report(atlas, "the atlas could not be made anew", atlas_merge(atlas));
        break;
    case JOB_COMPACT:
        atlas_report(atlas, "the atlas could not be made anew", atlas_compact(atlas));
        break;
    case JOB_SNAPSHOT:
        write_snapshot(atlas);
        break;
    case JOB_NONE:
        break;
    }
    atomic_store(&atlas->is_renewing, false);
    return NULL;
}

/* A thread of its own, so that changes go on being followed meanwhile. */
void atlas_renew_when_full(struct atlas *atlas) {
    if (atomic_load(&atlas->is_renewing) || next_job(atlas) == JOB_NONE) {
        return;
    }
    if (atlas->has_renewer) {
        pthread_join(atlas->renewer, NULL);
        atlas->has_renewer = false;
    }
    atomic_store(&atlas->is_renewing, true);
    if (pthread_create(&atlas->renewer, NULL, renew_in_background, atlas)) {
        atomic_store(&atlas->is_renewing, false);
        atlas_report(atlas, "no thread to make the atlas anew", ERR_MEMORY);
        return;
    }
    atlas->has_renewer = true;
}
