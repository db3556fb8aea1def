#include "db/db_int.h"

#include <fcntl.h>
#include <unistd.h>

#define COPY_PAGES 4096 /* a step; the snapshot is one whatever their number */

void db_remove(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        unlink(arena_printf(&arena, "%s%s", path, ends[i]).p);
    }
}

/* The destination is ours alone until it is whole: no journal, one fsync at the end. */
static err target_open(const char *to, sqlite3 **target) {
    db_remove(to);
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return ERR_IO;
    }
    close(fd);
    int result = sqlite3_open_v2(
        to, target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) {
        result = sqlite3_exec(*target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", NULL,
                              NULL, NULL);
    }
    return result == SQLITE_OK ? OK : ERR_IO;
}

/* The open read transaction of `from` holds the snapshot, so that commits of others between two
 * steps do not make the copy start anew. */
static err pages_copy(struct db_conn *from, sqlite3 *target) {
    TRY(db_begin_read(from));
    int64_t sequence = 0;
    TRY(db_change_last(from, &sequence)); /* reading is what takes the snapshot */
    sqlite3_backup *copy = sqlite3_backup_init(target, "main", from->handle, "main");
    if (!copy) {
        return db_fail(from, sqlite3_errcode(target), "copy");
    }
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
        result = sqlite3_backup_step(copy, COPY_PAGES);
    }
    int finished = sqlite3_backup_finish(copy);
    if (result != SQLITE_DONE || finished != SQLITE_OK) {
        return db_fail(from, finished != SQLITE_OK ? finished : result, "copy");
    }
    return OK;
}

static err file_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    int failed = fsync(fd);
    close(fd);
    return failed == 0 ? OK : ERR_IO;
}

err db_copy(const char *from, const char *to, struct problem *problem) {
    struct db_conn *source = NULL;
    sqlite3 *target = NULL;
    TRY(db_open(from, DB_READ, &source, problem));
    err failed = target_open(to, &target);
    if (failed == OK) {
        failed = pages_copy(source, target);
    }
    db_rollback(source);
    sqlite3_close(target);
    if (failed == OK) {
        failed = file_sync(to);
    }
    if (failed != OK) {
        problem_set(problem, failed, "", "%s cannot be copied to %s (%s)", from, to,
                    db_message(source)[0] != '\0' ? db_message(source) : "no room, or no right");
        db_remove(to);
    }
    db_close(source);
    return failed;
}
