#include "face/api/kept.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS       64
#define WAYS         8     /* places where an entry may stand */
#define TYPICAL_SIZE 768   /* of an item */
#define ITEM_MAX     16384 /* a longer one is not kept */
#define CHANGES      256   /* read at a time */
#define CHANGES_MAX  2048  /* after more than these all is forgotten at once */
#define TARGETS_MAX  ENTRY_LIST_MAX

struct item {
    int64_t entry;
    char *bytes; /* NULL: a free place */
    uint32_t n, used;
};
struct shard {
    pthread_mutex_t lock;
    struct item *items;
    size_t bytes, hand;
    uint32_t tick;
};
struct api_kept {
    struct shard shards[SHARDS];
    size_t sets, bytes_max; /* of a shard */
    pthread_mutex_t follows;
    /* Changes up to `reached` are out; those up to `announced` are being taken out. */
    _Atomic int64_t reached, announced;
};

struct api_kept *api_kept_new(size_t bytes) {
    struct api_kept *kept = calloc(1, sizeof *kept);
    if (!kept) {
        return NULL;
    }
    kept->bytes_max = bytes / SHARDS;
    kept->sets = kept->bytes_max / TYPICAL_SIZE / WAYS + 1;
    pthread_mutex_init(&kept->follows, NULL);
    bool whole = true;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&kept->shards[i].lock, NULL);
        kept->shards[i].items = calloc(kept->sets * WAYS, sizeof *kept->shards[i].items);
        whole = whole && kept->shards[i].items;
    }
    if (!whole) {
        api_kept_free(kept);
        return NULL;
    }
    return kept;
}

static void forget(struct shard *shard, struct item *item) {
    if (item->bytes) {
        shard->bytes -= item->n;
        free(item->bytes);
        *item = (struct item){0};
    }
}

static void forget_all(struct api_kept *kept) {
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &kept->shards[i];
        pthread_mutex_lock(&shard->lock);
        for (size_t k = 0; shard->items && k < kept->sets * WAYS; k++) {
            forget(shard, &shard->items[k]);
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

void api_kept_clear(struct api_kept *kept) {
    forget_all(kept);
}

void api_kept_free(struct api_kept *kept) {
    if (!kept) {
        return;
    }
    forget_all(kept);
    for (size_t i = 0; i < SHARDS; i++) {
        free(kept->shards[i].items);
        pthread_mutex_destroy(&kept->shards[i].lock);
    }
    pthread_mutex_destroy(&kept->follows);
    free(kept);
}

int64_t api_kept_sequence(const struct api_kept *kept) {
    return atomic_load(&kept->reached);
}

/* The shard of an entry, and the places where it may stand. */
static struct shard *places(struct api_kept *kept, int64_t entry, struct item **set) {
    uint64_t hash = hash_mix((uint64_t)entry, SHARDS);
    struct shard *shard = &kept->shards[hash % SHARDS];
    *set = &shard->items[hash / SHARDS % kept->sets * WAYS];
    return shard;
}

static struct item *find(struct item *set, int64_t entry) {
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].bytes && set[i].entry == entry) {
            return &set[i];
        }
    }
    return NULL;
}

bool api_kept_write(struct api_kept *kept, struct entry_id id, struct buf *out) {
    struct item *set;
    struct shard *shard = places(kept, id.v, &set);
    pthread_mutex_lock(&shard->lock);
    struct item *item = find(set, id.v);
    if (item) {
        item->used = ++shard->tick;
        buf_add_bytes(out, item->bytes, item->n);
    }
    pthread_mutex_unlock(&shard->lock);
    return item != NULL;
}

/* A free place of the set, else that of the item that was asked for longest ago. */
static struct item *place_for(struct shard *shard, struct item *set) {
    struct item *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (!set[i].bytes) {
            return &set[i];
        }
        if (shard->tick - set[i].used > shard->tick - oldest->used) {
            oldest = &set[i];
        }
    }
    forget(shard, oldest);
    return oldest;
}

/* Takes items out in turn until `more` bytes have room. */
static void make_room(const struct api_kept *kept, struct shard *shard, size_t more) {
    size_t count = kept->sets * WAYS;
    for (size_t i = 0; i < count && shard->bytes + more > kept->bytes_max; i++) {
        shard->hand = (shard->hand + 1) % count;
        forget(shard, &shard->items[shard->hand]);
    }
}

void api_kept_put(struct api_kept *kept, struct entry_id id, int64_t last, slice bytes) {
    char *copy = bytes.n > 0 && bytes.n <= ITEM_MAX ? malloc(bytes.n) : NULL;
    if (!copy) {
        return;
    }
    memcpy(copy, bytes.p, bytes.n);
    struct item *set;
    struct shard *shard = places(kept, id.v, &set);
    pthread_mutex_lock(&shard->lock);
    /* Who follows announces a change before it takes the entry out under this lock: so either it
     * comes after us, or we see what it announced. */
    bool fresh = atomic_load(&kept->announced) <= last && !find(set, id.v);
    if (fresh) {
        make_room(kept, shard, bytes.n);
    }
    if (fresh && shard->bytes + bytes.n <= kept->bytes_max) {
        struct item *item = place_for(shard, set);
        *item = (struct item){id.v, copy, (uint32_t)bytes.n, ++shard->tick};
        shard->bytes += bytes.n;
        copy = NULL;
    }
    pthread_mutex_unlock(&shard->lock);
    free(copy);
}

static void drop(struct api_kept *kept, int64_t entry) {
    struct item *set;
    struct shard *shard = places(kept, entry, &set);
    pthread_mutex_lock(&shard->lock);
    struct item *item = find(set, entry);
    if (item) {
        forget(shard, item);
    }
    pthread_mutex_unlock(&shard->lock);
}

/* A changed entry, and those it links to, for they tell of it from now on. (What tells of others
 * already is never kept.) */
static err drop_with_targets(struct api_kept *kept, struct db_conn *conn, int64_t entry) {
    struct entry_id targets[TARGETS_MAX];
    size_t count = 0;
    drop(kept, entry);
    TRY(entry_link_targets(conn, (struct entry_id){entry}, targets, TARGETS_MAX, &count));
    for (size_t i = 0; i < count; i++) {
        drop(kept, targets[i].v);
    }
    return OK;
}

static err take_out(struct api_kept *kept, struct db_conn *conn, int64_t from, int64_t last) {
    struct db_change changes[CHANGES];
    while (from < last) {
        size_t count = 0;
        err failed = db_change_read(conn, from, changes, CHANGES, &count);
        if (failed == ERR_NOT_FOUND || (failed == OK && count == 0)) {
            forget_all(kept); /* RULE STORE-1: the feed does not reach back so far */
            return OK;
        }
        TRY(failed);
        for (size_t i = 0; i < count; i++) {
            if (changes[i].topic == DB_CHANGE_ENTRY) {
                TRY(drop_with_targets(kept, conn, changes[i].object));
            } else {
                forget_all(kept);
            }
        }
        from = changes[count - 1].sequence;
    }
    return OK;
}

err api_kept_follow(struct api_kept *kept, struct db_conn *conn, int64_t *last) {
    TRY(db_change_last(conn, last));
    if (atomic_load(&kept->reached) >= *last) {
        return OK;
    }
    pthread_mutex_lock(&kept->follows);
    int64_t from = atomic_load(&kept->reached);
    err failed = OK;
    if (from < *last) {
        atomic_store(&kept->announced, *last);
        if (*last - from > CHANGES_MAX) {
            forget_all(kept);
        } else {
            failed = take_out(kept, conn, from, *last);
        }
        if (failed == OK) {
            atomic_store(&kept->reached, *last);
        }
    }
    pthread_mutex_unlock(&kept->follows);
    return failed;
}
