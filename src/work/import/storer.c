/* The thread that writes, so that reading and building go on meanwhile. */
#include "work/import/run_int.h"

#include <pthread.h>
#include <time.h>

struct storer {
    struct arena arena; /* holds this very struct */
    struct db_conn *conn;
    struct id_source *ids;
    struct clock clock;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct batch *given, *done; /* one of them at most */
    bool ending;
};

/* A refusal that concerns one record only. */
static bool is_of_the_record(err failed) {
    return failed == ERR_INPUT || failed == ERR_LIMIT || failed == ERR_CONFLICT;
}

/* Writes from `batch->stored` on until time is up; `*to` is the first that was not. When the store
 * refuses a record, `*refused` is its place and nothing of this transaction stands. */
static err records_store(struct storer *storer, struct batch *batch, uint32_t *to,
                         uint32_t *refused) {
    int64_t started = clock_monotonic_us();
    uint32_t i = batch->stored;
    TRY(db_begin_write(storer->conn));
    TRY(entry_import_begin(storer->conn, storer->ids));
    for (; i < batch->count; i++) {
        struct pending *pending = &batch->items[i];
        if (pending->refused != OK) {
            continue;
        }
        err failed =
            entry_import_content(storer->conn, storer->ids, &pending->entry, &pending->content,
                                 clock_now_ms(storer->clock), &pending->outcome);
        if (failed != OK) {
            *refused = i;
            return failed;
        }
        if (clock_monotonic_us() - started > TRANSACTION_US) {
            i++;
            break;
        }
    }
    TRY(entry_import_end(storer->conn));
    *to = i;
    return db_commit(storer->conn);
}

/* What stands here of those that were held, for the file that tells people of them. */
static err held_load(struct storer *storer, struct batch *batch, uint32_t to) {
    for (uint32_t i = batch->stored; i < to; i++) {
        struct pending *pending = &batch->items[i];
        if (pending->refused == OK && pending->outcome == ENTRY_HELD) {
            pending->here = arena_new(&batch->arena, struct entry, 1);
            TRY(entry_load(storer->conn, pending->entry.id, &batch->arena, pending->here));
        }
    }
    return OK;
}

/* One transaction. A record that the store refuses costs only itself: the next one goes without
 * it. */
static err transaction(struct storer *storer, struct batch *batch) {
    uint32_t refused = UINT32_MAX;
    uint32_t to = batch->stored;
    err failed = records_store(storer, batch, &to, &refused);
    if (failed != OK) {
        db_rollback(storer->conn);
        if (refused == UINT32_MAX || !is_of_the_record(failed)) {
            return failed;
        }
        batch->items[refused].refused = failed;
        return OK;
    }
    TRY(held_load(storer, batch, to));
    batch->stored = to;
    return OK;
}

/* Lets others in: a waiting writer looks every DB_BUSY_PAUSE_US whether the store is free. */
static void others_let_in(void) {
    const struct timespec pause = {.tv_nsec = TRANSACTION_PAUSE_US * 1000L};
    nanosleep(&pause, NULL);
}

static void batch_store(struct storer *storer, struct batch *batch) {
    while (batch->stored < batch->count && batch->failed == OK) {
        batch->failed = transaction(storer, batch);
        others_let_in();
    }
}

static void *storer_main(void *self) {
    struct storer *storer = self;
    pthread_mutex_lock(&storer->lock);
    for (;;) {
        while (storer->given == NULL && !storer->ending) {
            pthread_cond_wait(&storer->changed, &storer->lock);
        }
        struct batch *batch = storer->given;
        if (batch == NULL) {
            break;
        }
        pthread_mutex_unlock(&storer->lock);
        batch_store(storer, batch);
        pthread_mutex_lock(&storer->lock);
        storer->given = NULL;
        storer->done = batch;
        pthread_cond_broadcast(&storer->changed);
    }
    pthread_mutex_unlock(&storer->lock);
    return NULL;
}

err storer_new(struct db_conn *conn, struct id_source *ids, struct clock clock,
               struct storer **storer) {
    struct arena arena = arena_make(1024, 0);
    struct storer *made = arena_new(&arena, struct storer, 1);
    *made = (struct storer){.conn = conn, .ids = ids, .clock = clock};
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    made->arena = arena;
    if (pthread_create(&made->thread, NULL, storer_main, made) != 0) {
        pthread_mutex_destroy(&made->lock);
        pthread_cond_destroy(&made->changed);
        arena_free(&arena);
        return ERR_MEMORY;
    }
    *storer = made;
    return OK;
}

void storer_give(struct storer *storer, struct batch *batch) {
    batch->stored = 0;
    batch->failed = OK;
    pthread_mutex_lock(&storer->lock);
    storer->given = batch;
    pthread_cond_broadcast(&storer->changed);
    pthread_mutex_unlock(&storer->lock);
}

struct batch *storer_take(struct storer *storer) {
    pthread_mutex_lock(&storer->lock);
    while (storer->given != NULL) {
        pthread_cond_wait(&storer->changed, &storer->lock);
    }
    struct batch *batch = storer->done;
    storer->done = NULL;
    pthread_mutex_unlock(&storer->lock);
    return batch;
}

void storer_free(struct storer *storer) {
    if (storer == NULL) {
        return;
    }
    pthread_mutex_lock(&storer->lock);
    storer->ending = true;
    pthread_cond_broadcast(&storer->changed);
    pthread_mutex_unlock(&storer->lock);
    pthread_join(storer->thread, NULL);
    pthread_mutex_destroy(&storer->lock);
    pthread_cond_destroy(&storer->changed);
    struct arena arena = storer->arena;
    arena_free(&arena);
}
