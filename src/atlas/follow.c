/* The thread that follows the store. */
#include "atlas/atlas_int.h"

#include <errno.h>
#include <time.h>

#define FOLLOW_EVERY_MS       25
#define FOLLOW_REST_MOST_MS   50
#define FOLLOW_AFTER_ERROR_MS 1000

void atlas_report(const struct atlas *atlas, const char *what, err failed) {
    if (failed && atlas->options.log) {
        log_line(atlas->options.log, LOG_ERROR, what, "cause=%s", err_name(failed));
    }
}

/* Frees the last generation once nobody may turn its pages any more. */
static err forget_previous(struct atlas *atlas) {
    pthread_mutex_lock(&atlas->write_lock);
    const struct atlas_view *view = atlas->view;
    err failed = OK;
    if (view->previous && view->previous_until_ms < clock_now_ms(atlas->options.clock)) {
        const struct atlas_view_parts parts = atlas_parts_of(atlas, view);
        failed = atlas_publish(atlas, &parts);
    }
    pthread_mutex_unlock(&atlas->write_lock);
    return failed;
}

/* ---- who waits ---- */

static void tell(struct atlas_waiter *waiters) {
    while (waiters) {
        struct atlas_waiter *next = waiters->next; /* theirs once they are told */
        waiters->seen(waiters->self);
        waiters = next;
    }
}

void atlas_wait(struct atlas *atlas, struct atlas_waiter *waiter) {
    pthread_mutex_lock(&atlas->stop_lock);
    bool waits = atlas->has_follower && !atlas->is_behind && !atomic_load(&atlas->is_closing);
    if (waits) {
        waiter->next = atlas->waiters;
        atlas->waiters = waiter;
        pthread_cond_signal(&atlas->stop);
    }
    pthread_mutex_unlock(&atlas->stop_lock);
    if (!waits) {
        waiter->seen(waiter->self);
    }
}

/* What those who wait now have written is committed: what is taken in from here on holds it. Of the
 * follower only, which has let go those before. */
static void serve(struct atlas *atlas) {
    pthread_mutex_lock(&atlas->stop_lock);
    atlas->served = atlas->waiters;
    atlas->waiters = NULL;
    pthread_mutex_unlock(&atlas->stop_lock);
}

/* Lets go on whose changes were being taken in, and, when `all`, who has come since. */
static void let_go(struct atlas *atlas, bool is_behind, bool all) {
    pthread_mutex_lock(&atlas->stop_lock);
    struct atlas_waiter *served = atlas->served;
    struct atlas_waiter *waiters = all ? atlas->waiters : NULL;
    atlas->served = NULL;
    atlas->waiters = all ? NULL : atlas->waiters;
    atlas->is_behind = is_behind;
    pthread_mutex_unlock(&atlas->stop_lock);
    tell(served);
    tell(waiters);
}

void atlas_wait_no_longer(struct atlas *atlas) {
    let_go(atlas, true, true);
}

/* ---- the thread ---- */

/* Waits, but not longer than until somebody waits or the atlas is closed; false then. */
static bool rest(struct atlas *atlas, int64_t wait_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + wait_ms % 1000 * 1000000;
    until.tv_sec += (time_t)(wait_ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&atlas->stop_lock);
    int waited = 0;
    while (!atlas->waiters && !atomic_load(&atlas->is_closing) && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&atlas->stop, &atlas->stop_lock, &until);
    }
    bool goes_on = !atomic_load(&atlas->is_closing);
    pthread_mutex_unlock(&atlas->stop_lock);
    return goes_on;
}

static void *follow(void *self) {
    struct atlas *atlas = self;
    int64_t wait_ms = FOLLOW_EVERY_MS;
    while (rest(atlas, wait_ms)) {
        int64_t start_us = clock_monotonic_us();
        serve(atlas);
        err failed = atlas_catch_up(atlas);
        let_go(atlas, failed != OK, false);
        failed = failed ? failed : forget_previous(atlas);
        atlas_report(atlas, "the atlas could not follow the store", failed);
        atlas_renew_when_full(atlas);
        /* About half of the time, so that a long import leaves the processor to others; but who
         * waits to see a change does not wait for long. */
        int64_t took_ms = (clock_monotonic_us() - start_us) / 1000;
        wait_ms = failed                          ? FOLLOW_AFTER_ERROR_MS
                  : took_ms > FOLLOW_REST_MOST_MS ? FOLLOW_REST_MOST_MS
                  : took_ms > FOLLOW_EVERY_MS     ? took_ms
                                                  : FOLLOW_EVERY_MS;
    }
    atlas_wait_no_longer(atlas);
    return NULL;
}

err atlas_follow_start(struct atlas *atlas) {
    if (pthread_create(&atlas->follower, NULL, follow, atlas)) {
        return ERR_MEMORY;
    }
    atlas->has_follower = true;
    return OK;
}
