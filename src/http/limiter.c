/* Token buckets without tokens (the virtual scheduling form of ITU-T I.371, "GCRA"): an address has
 * the time at which all it has asked for so far would be due if it had come evenly. Asking puts
 * that time further; further than a minute ahead of now is too much. An address whose time has
 * passed is as good as one never seen, so forgetting it loses nothing. */
#include "http/limiter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define LOCKS     64

struct entry {
    struct ip_address address; /* masked */
    int64_t due_us[HTTP_LIMITER__CLASSES];
    uint32_t running; /* exports; an entry with some is never forgotten */
};
struct set {
    struct entry entries[HTTP_LIMITER_WAYS];
};

struct http_limiter {
    struct http_limiter_options options;
    pthread_mutex_t locks[LOCKS]; /* of the sets with this remainder */
    pthread_mutex_t running_lock;
    uint32_t running;
    struct set sets[HTTP_LIMITER_SETS];
};

struct http_limiter *http_limiter_new(const struct http_limiter_options *options) {
    struct http_limiter *limiter = calloc(1, sizeof *limiter);
    if (!limiter) {
        return NULL;
    }
    limiter->options = *options;
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&limiter->locks[i], NULL);
    }
    pthread_mutex_init(&limiter->running_lock, NULL);
    return limiter;
}

void http_limiter_free(struct http_limiter *limiter) {
    if (!limiter) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&limiter->locks[i]);
    }
    pthread_mutex_destroy(&limiter->running_lock);
    free(limiter);
}

static struct ip_address household(const struct ip_address *address) {
    struct ip_address masked = *address;
    if (!address_is_ipv4(address)) {
        memset(masked.bytes + 8, 0, 8);
    }
    return masked;
}

static size_t set_of(const struct http_limiter *limiter, const struct ip_address *address) {
    slice bytes = slice_of((const char *)address->bytes, sizeof address->bytes);
    return hash_bytes(bytes, limiter->options.seed) % HTTP_LIMITER_SETS;
}

static int64_t latest(const struct entry *entry) {
    int64_t reads = entry->due_us[HTTP_LIMITER_READS];
    int64_t exports = entry->due_us[HTTP_LIMITER_EXPORTS];
    return reads > exports ? reads : exports;
}

/* The entry of an address, in the place of the one that has asked least when it is new. NULL when
 * all of its set are running exports: then it is let through uncounted. */
static struct entry *entry_find(struct set *set, const struct ip_address *address) {
    struct entry *least = NULL;
    for (size_t i = 0; i < HTTP_LIMITER_WAYS; i++) {
        struct entry *entry = &set->entries[i];
        if (memcmp(&entry->address, address, sizeof *address) == 0) {
            return entry;
        }
        if (entry->running == 0 && (!least || latest(entry) < latest(least))) {
            least = entry;
        }
    }
    if (least) {
        *least = (struct entry){.address = *address, .due_us = {INT64_MIN, INT64_MIN}};
    }
    return least;
}

uint32_t http_limiter_take(struct http_limiter *limiter, const struct ip_address *address,
                           enum http_limiter_class class, int64_t now_us) {
    uint32_t rate = class == HTTP_LIMITER_READS ? limiter->options.reads_per_minute
                                                : limiter->options.exports_per_minute;
    if (rate == 0) {
        return 0;
    }
    struct ip_address who = household(address);
    size_t at = set_of(limiter, &who);
    uint32_t wait_s = 0;
    pthread_mutex_lock(&limiter->locks[at % LOCKS]);
    struct entry *entry = entry_find(&limiter->sets[at], &who);
    if (entry) {
        int64_t due_us = entry->due_us[class] > now_us ? entry->due_us[class] : now_us;
        int64_t next_us = due_us + MINUTE_US / rate;
        int64_t late_us = next_us - now_us - MINUTE_US;
        if (late_us > 0) {
            wait_s = (uint32_t)((late_us + 999999) / 1000000);
        } else {
            entry->due_us[class] = next_us;
        }
    }
    pthread_mutex_unlock(&limiter->locks[at % LOCKS]);
    return wait_s;
}

/* One more of all exports, unless there are as many as may be. */
static bool running_add(struct http_limiter *limiter) {
    pthread_mutex_lock(&limiter->running_lock);
    bool room =
        limiter->options.exports_max == 0 || limiter->running < limiter->options.exports_max;
    limiter->running += room;
    pthread_mutex_unlock(&limiter->running_lock);
    return room;
}

static void running_take(struct http_limiter *limiter) {
    pthread_mutex_lock(&limiter->running_lock);
    limiter->running--;
    pthread_mutex_unlock(&limiter->running_lock);
}

enum http_limiter_verdict http_limiter_export_begin(struct http_limiter *limiter,
                                                    const struct ip_address *address) {
    if (!running_add(limiter)) {
        return HTTP_LIMITER_ALL_FULL;
    }
    struct ip_address who = household(address);
    size_t at = set_of(limiter, &who);
    uint32_t most = limiter->options.exports_per_address;
    pthread_mutex_lock(&limiter->locks[at % LOCKS]);
    struct entry *entry = entry_find(&limiter->sets[at], &who);
    bool full = entry && most > 0 && entry->running >= most;
    if (entry && !full) {
        entry->running++;
    }
    pthread_mutex_unlock(&limiter->locks[at % LOCKS]);
    if (full) {
        running_take(limiter);
    }
    return full ? HTTP_LIMITER_ADDRESS_FULL : HTTP_LIMITER_FREE;
}

void http_limiter_export_end(struct http_limiter *limiter, const struct ip_address *address) {
    struct ip_address who = household(address);
    size_t at = set_of(limiter, &who);
    pthread_mutex_lock(&limiter->locks[at % LOCKS]);
    struct set *set = &limiter->sets[at];
    for (size_t i = 0; i < HTTP_LIMITER_WAYS; i++) {
        if (memcmp(&set->entries[i].address, &who, sizeof who) == 0 &&
            set->entries[i].running > 0) {
            set->entries[i].running--;
            break;
        }
    }
    pthread_mutex_unlock(&limiter->locks[at % LOCKS]);
    running_take(limiter);
}
