/* The atlas as a whole: opened, pinned, closed. */
#include "atlas/atlas_int.h"
#include "atlas/columns.h"

#include <stdlib.h>

#define SMALL_BLOCK_BYTES (64u << 10)

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

void atlas_figures_read(struct atlas *atlas, struct atlas_figures *figures) {
    const struct atlas_view *view = atlas_pin(atlas);
    *figures = (struct atlas_figures){
        .documents = view->documents,
        .sequence = view->sequence,
        .generation_made_ms = atomic_load(&atlas->generation_made_ms),
        .generation_took_us = atomic_load(&atlas->generation_took_us),
        .generations = atomic_load(&atlas->generations),
        .is_from_snapshot = view->parts[ATLAS_GENERATION]->mapping != NULL,
        .snapshots = atomic_load(&atlas->snapshots),
    };
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        uint64_t live = atlas_view_live_count(view, (enum atlas_part)part);
        figures->all_documents += live;
        figures->delta_documents += part == ATLAS_GENERATION ? 0 : live;
        atlas_columns_measure(view->parts[part], figures);
    }
    atlas_figure_add(figures, "views", view->arena.used_bytes + sizeof(*atlas->stamps));
    const struct atlas_view *previous = view->previous;
    if (previous && previous->parts[ATLAS_GENERATION] != view->parts[ATLAS_GENERATION]) {
        struct atlas_figures former = {0};
        atlas_columns_measure(previous->parts[ATLAS_GENERATION], &former);
        atlas_figure_add(figures, "former generation", former.bytes);
    }
    atlas_unpin(atlas, view);
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
    atlas->known_arena = arena_make(SMALL_BLOCK_BYTES, 0);
    atlas->theme_words.arena = arena_make(SMALL_BLOCK_BYTES, 0);
    struct atlas_builder *builder = NULL;
    err failed = make_locks(atlas);
    atlas->stamps = calloc(1, sizeof(*atlas->stamps));
    if (!failed && !atlas->stamps) {
        failed = ERR_MEMORY;
    }
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
    atomic_store(&atlas->is_closing, true);
    pthread_cond_broadcast(&atlas->stop);
    pthread_mutex_unlock(&atlas->stop_lock);
    if (atlas->has_follower) {
        pthread_join(atlas->follower, NULL);
    }
    if (atlas->has_renewer) {
        pthread_join(atlas->renewer, NULL);
    }
    atlas_view_release(atlas->view);
    atlas_segment_release(atlas->empty);
    free(atlas->noted);
    free(atlas->stamps);
    atlas_desks_free(&atlas->desks);
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
    TRY(atlas_known_sources_load(atlas));
    TRY(atlas_open_generation(atlas, problem));
    if (atlas_follow_start(atlas)) {
        return problem_set(problem, ERR_MEMORY, "", "no thread to follow the store");
    }
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

err atlas_open_bare(const struct atlas_options *options, const struct entry_public *entries,
                    size_t count, struct atlas **atlas) {
    struct atlas *made;
    struct atlas_segment *segment = NULL;
    TRY(atlas_new(options, &made));
    struct atlas_builder *builder = atlas_builder_new(options->territories, options->themes);
    err failed = builder ? OK : ERR_MEMORY;
    for (size_t i = 0; i < count && !failed; i++) {
        failed = atlas_builder_add(builder, &entries[i]);
    }
    if (!failed) {
        atlas_builder_crowds(builder, &made->theme_words, options->crowd_least);
        failed = atlas_builder_finish(builder, 0, &segment);
    }
    atlas_builder_free(builder);
    if (!failed) {
        failed = atlas_put_in_place(made, ATLAS_GENERATION, segment, 0, true);
    }
    atlas_segment_release(segment);
    if (failed) {
        atlas_close(made);
        return failed;
    }
    *atlas = made;
    return OK;
}
