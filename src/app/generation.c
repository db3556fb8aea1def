#include "app/generation.h"

#include "face/api/kept.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define ARENA_BYTES   4096
#define AGAIN_AFTER_S 10

/* One that serves or has served. */
struct held {
    struct generation is;
    struct themes *themes; /* freed with it; NULL: the house's */
    unsigned faces;        /* in use */
    bool is_past;          /* another one took its place */
    bool is_first;         /* its entries are freed by who made them */
    struct held *next;
};
struct use {
    const struct face *face;
    struct held *of;
    struct use *next;
};

struct generations {
    struct generations_options options;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    struct arena arena; /* of uses */
    struct use *uses;
    struct held *newest;
    struct held *leaving; /* nobody uses them: to be freed by the thread */
    bool is_wanted, is_serving, has_thread;
    _Atomic bool is_ending; /* looked at without the lock while a store is read */
    pthread_t thread;
};

struct generations *generations_new(const struct generations_options *options) {
    struct generations *all = calloc(1, sizeof *all);
    if (all == NULL) {
        return NULL;
    }
    all->options = *options;
    all->arena = arena_make(ARENA_BYTES, 0);
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return all;
}

/* ---- who uses which ---- */

/* Under the lock. */
static void leave_when_unused(struct generations *all, struct held *held) {
    if (held->is_past && held->faces == 0) {
        held->next = all->leaving;
        all->leaving = held;
        pthread_cond_signal(&all->changed);
    }
}

/* The newest, or the one of a face in use: one more with that may come until the newest is in its
 * place. Under the lock. */
static struct held *held_of(const struct generations *all, const struct face *face) {
    for (const struct use *use = all->uses; use != NULL; use = use->next) {
        if (use->of->is.atlas == face->atlas) {
            return use->of;
        }
    }
    assert(all->newest->is.atlas == face->atlas);
    return all->newest;
}

void generations_use(struct generations *all, const struct face *face) {
    pthread_mutex_lock(&all->lock);
    struct use *use = arena_new(&all->arena, struct use, 1);
    *use = (struct use){.face = face, .of = held_of(all, face), .next = all->uses};
    all->uses = use;
    use->of->faces++;
    pthread_mutex_unlock(&all->lock);
}

void generations_gone(struct generations *all, const struct face *face) {
    pthread_mutex_lock(&all->lock);
    struct use **at = &all->uses;
    while (*at != NULL && (*at)->face != face) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        struct held *held = (*at)->of;
        *at = (*at)->next;
        held->faces--;
        leave_when_unused(all, held);
    }
    pthread_mutex_unlock(&all->lock);
}

static void held_free(struct held *held) {
    atlas_close(held->is.atlas);
    if (held->is_first && held->is.kept != NULL) {
        api_kept_clear(held->is.kept);
    } else {
        api_kept_free(held->is.kept);
    }
    themes_free(held->themes);
    free(held);
}

/* ---- making one ---- */

/* Whole, and up to date with the store as it is read now. */
static err held_make(struct generations *all, struct held *held, struct problem *problem) {
    const struct house *house = all->options.house;
    DB_CLEANUP struct db_conn *conn = NULL;
    TRY(db_open(house->store_path, DB_READ, &conn, problem));
    TRY(themes_load(conn, &held->themes));
    held->is.themes = held->themes;
    if (all->options.kept_bytes > 0) {
        held->is.kept = api_kept_new(all->options.kept_bytes);
    }
    TRY(atlas_open(&(struct atlas_options){.store_path = house->store_path,
                                           .territories = house->territories,
                                           .themes = held->themes,
                                           .clock = house->clock,
                                           .log = &house->log,
                                           .snapshot_path = house->snapshot_path,
                                           .keeps_snapshot = true,
                                           .gives_up = &all->is_ending},
                   &held->is.atlas, problem));
    return atlas_catch_up(held->is.atlas);
}

/* What is said of themes here may have changed again meanwhile: then it is wanted again, too. */
static err renew(struct generations *all) {
    struct problem problem = {0};
    int64_t began_us = clock_monotonic_us();
    struct held *held = calloc(1, sizeof *held);
    if (held == NULL) {
        return ERR_MEMORY;
    }
    err failed = held_make(all, held, &problem);
    if (failed != OK) {
        held_free(held);
        if (!atomic_load(&all->is_ending)) {
            log_line(
                &all->options.house->log, LOG_ERROR,
                "changed themes could not be put in place, trying again", "cause=%s",
                log_quote(slice_from_cstr(problem.what[0] ? problem.what : err_name(failed))).p);
        }
        return failed;
    }
    pthread_mutex_lock(&all->lock);
    struct held *before = all->newest;
    all->newest = held;
    pthread_mutex_unlock(&all->lock);
    all->options.put(all->options.self, &held->is);
    pthread_mutex_lock(&all->lock);
    before->is_past = true;
    leave_when_unused(all, before);
    pthread_mutex_unlock(&all->lock);
    log_line(&all->options.house->log, LOG_INFO, "changed themes are in place", "took_us=%lld",
             (long long)(clock_monotonic_us() - began_us));
    return OK;
}

/* ---- the thread ---- */

/* Under the lock, which it lets go of meanwhile. */
static void work(struct generations *all) {
    if (all->leaving != NULL) {
        struct held *held = all->leaving;
        all->leaving = held->next;
        pthread_mutex_unlock(&all->lock);
        held_free(held);
        pthread_mutex_lock(&all->lock);
        return;
    }
    all->is_wanted = false;
    pthread_mutex_unlock(&all->lock);
    err failed = renew(all);
    pthread_mutex_lock(&all->lock);
    if (failed != OK) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += AGAIN_AFTER_S;
        all->is_wanted = true;
        while (!atomic_load(&all->is_ending) &&
               pthread_cond_timedwait(&all->changed, &all->lock, &until) != ETIMEDOUT) {
        }
    }
}

static void *turn(void *self) {
    struct generations *all = self;
    pthread_mutex_lock(&all->lock);
    while (!atomic_load(&all->is_ending)) {
        if (all->is_serving && (all->leaving != NULL || all->is_wanted)) {
            work(all);
        } else {
            pthread_cond_wait(&all->changed, &all->lock);
        }
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

err generations_start(struct generations *all, const struct face *face) {
    struct held *first = calloc(1, sizeof *first);
    if (first == NULL) {
        atlas_close(face->atlas);
        return ERR_MEMORY;
    }
    first->is = (struct generation){face->themes, face->atlas, face->kept};
    first->is_first = true;
    all->newest = first;
    generations_use(all, face);
    if (pthread_create(&all->thread, NULL, turn, all) != 0) {
        return ERR_MEMORY;
    }
    all->has_thread = true;
    return OK;
}

void generations_renew(struct generations *all) {
    pthread_mutex_lock(&all->lock);
    all->is_wanted = true;
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

void generations_serve(struct generations *all) {
    pthread_mutex_lock(&all->lock);
    all->is_serving = true;
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

void generations_stop(struct generations *all) {
    pthread_mutex_lock(&all->lock);
    atomic_store(&all->is_ending, true);
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
    if (all->has_thread) {
        pthread_join(all->thread, NULL);
        all->has_thread = false;
    }
}

void generations_free(struct generations *all) {
    if (all == NULL) {
        return;
    }
    generations_stop(all);
    /* A past one that a request cut off at the end still counted for is found by its use. */
    while (all->uses != NULL) {
        generations_gone(all, all->uses->face);
    }
    if (all->newest != NULL) {
        all->newest->next = all->leaving;
        all->leaving = all->newest;
    }
    while (all->leaving != NULL) {
        struct held *held = all->leaving;
        all->leaving = held->next;
        held_free(held);
    }
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    arena_free(&all->arena);
    free(all);
}
