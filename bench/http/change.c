/* change: edits entries of a store at a steady rate, as people would beside a server that runs.
 *
 *   bench_change STORE PER_SECOND SECONDS     STORE: agora.db of a data folder of its own
 *
 * Entries are taken in turn from all over the store; each gets a new summary, a new revision and
 * its row in the change feed, by the same call as a person's edit. What falls due within 50 ms is
 * one commit. Prints how many were made. */
#include "domain/entry/entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EVERY_MS  50
#define ARENA_MAX (8u << 20)
#define STEP      7919 /* a prime: entries made one after the other are not changed so */

struct ids {
    struct entry_id *items;
    size_t count, room;
};

static err add_id(void *self, const struct entry_public *entry) {
    struct ids *ids = self;
    if (ids->count == ids->room) {
        size_t room = ids->room ? 2 * ids->room : 4096;
        struct entry_id *items = realloc(ids->items, room * sizeof *items);
        if (!items) {
            return ERR_MEMORY;
        }
        ids->items = items;
        ids->room = room;
    }
    ids->items[ids->count++] = entry->entry.id;
    return OK;
}

static err change_one(struct db_conn *conn, struct id_source *sources, struct entry_id id,
                      uint64_t number, int64_t now_ms) {
    struct arena arena ARENA_CLEANUP = arena_make(16384, ARENA_MAX);
    struct entry entry;
    struct problem problem = {.code = OK};
    TRY(entry_load(conn, id, &arena, &entry));
    entry.summary = arena_printf(&arena, "Changement %llu.", (unsigned long long)number);
    TRY(entry_check(&entry, NULL, NULL, &arena, &problem));
    return entry_edit(conn, sources, &entry, SLICE("bench"), SLICE("bench"), now_ms);
}

static err change_batch(struct db_conn *conn, struct id_source *sources, const struct ids *ids,
                        uint64_t from, uint64_t to, int64_t now_ms) {
    TRY(db_begin_write(conn));
    for (uint64_t i = from; i < to; i++) {
        err failed = change_one(conn, sources, ids->items[i * STEP % ids->count], i, now_ms);
        if (failed != OK) {
            db_rollback(conn);
            return failed;
        }
    }
    return db_commit(conn);
}

static void sleep_until_us(int64_t until_us) {
    int64_t left_us = until_us - clock_monotonic_us();
    struct timespec wait = {left_us / 1000000, left_us % 1000000 * 1000};
    while (left_us > 0 && nanosleep(&wait, &wait) != 0 && errno == EINTR) {
    }
}

int main(int count, char **words) {
    long rate = count == 4 ? strtol(words[2], NULL, 10) : 0;
    long seconds = count == 4 ? strtol(words[3], NULL, 10) : 0;
    if (rate < 1 || seconds < 1) {
        fprintf(stderr, "usage: bench_change STORE PER_SECOND SECONDS\n");
        return 2;
    }
    struct problem problem = {.code = OK};
    struct db_conn *conn DB_CLEANUP = NULL;
    struct ids ids = {0};
    struct clock clock = clock_system();
    int64_t last = 0;
    err failed = db_open(words[1], DB_WRITE, &conn, &problem);
    if (failed == OK) {
        failed = entry_public_each(conn, NULL, add_id, &ids);
    }
    if (failed == OK) {
        failed = entry_id_last(conn, &last);
    }
    struct id_source sources = id_source_make(clock, last);
    int64_t began_us = clock_monotonic_us();
    uint64_t made = 0;
    for (int64_t ms = EVERY_MS; failed == OK && ids.count > 0 && ms <= seconds * 1000;
         ms += EVERY_MS) {
        sleep_until_us(began_us + ms * 1000);
        uint64_t due = (uint64_t)(rate * ms / 1000);
        failed = change_batch(conn, &sources, &ids, made, due, clock_now_ms(clock));
        made = due;
    }
    free(ids.items);
    if (failed != OK) {
        fprintf(stderr, "bench_change: %s: %s\n", err_name(failed), problem.what);
        return 1;
    }
    printf("{\"changes\":%llu,\"seconds\":%.1f}\n", (unsigned long long)made,
           (double)(clock_monotonic_us() - began_us) / 1e6);
    return 0;
}
