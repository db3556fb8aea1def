#include "faulty_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

static sqlite3_vfs *real;
static _Atomic int64_t writes;
static int64_t failing; /* 0: none */
static enum faulty_kind failing_kind;

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *inner; /* lies behind this struct */
};

static sqlite3_file *inner_of(sqlite3_file *file) {
    return ((struct faulty_file *)(void *)file)->inner;
}

/* SQLITE_OK, or the error that this write meets. */
static int write_counted(int broken) {
    int64_t count = atomic_fetch_add(&writes, 1) + 1;
    if (failing == 0 || count < failing) {
        return SQLITE_OK;
    }
    return failing_kind == FAULTY_FULL ? SQLITE_FULL : broken;
}

static int f_close(sqlite3_file *file) {
    sqlite3_file *inner = inner_of(file);
    return inner->pMethods ? inner->pMethods->xClose(inner) : SQLITE_OK;
}
static int f_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at) {
    return inner_of(file)->pMethods->xRead(inner_of(file), to, n, at);
}
static int f_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at) {
    int failed = write_counted(SQLITE_IOERR_WRITE);
    if (failed != SQLITE_OK) {
        /* Half of it reaches the disk, as in life. */
        (void)inner_of(file)->pMethods->xWrite(inner_of(file), from, n / 2, at);
        return failed;
    }
    return inner_of(file)->pMethods->xWrite(inner_of(file), from, n, at);
}
static int f_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int failed = write_counted(SQLITE_IOERR_TRUNCATE);
    return failed ? failed : inner_of(file)->pMethods->xTruncate(inner_of(file), size);
}
static int f_sync(sqlite3_file *file, int flags) {
    int failed = write_counted(SQLITE_IOERR_FSYNC);
    return failed ? failed : inner_of(file)->pMethods->xSync(inner_of(file), flags);
}
static int f_size(sqlite3_file *file, sqlite3_int64 *size) {
    return inner_of(file)->pMethods->xFileSize(inner_of(file), size);
}
static int f_lock(sqlite3_file *file, int lock) {
    return inner_of(file)->pMethods->xLock(inner_of(file), lock);
}
static int f_unlock(sqlite3_file *file, int lock) {
    return inner_of(file)->pMethods->xUnlock(inner_of(file), lock);
}
static int f_reserved(sqlite3_file *file, int *held) {
    return inner_of(file)->pMethods->xCheckReservedLock(inner_of(file), held);
}
static int f_control(sqlite3_file *file, int op, void *argument) {
    return inner_of(file)->pMethods->xFileControl(inner_of(file), op, argument);
}
static int f_sector(sqlite3_file *file) {
    return inner_of(file)->pMethods->xSectorSize(inner_of(file));
}
static int f_device(sqlite3_file *file) {
    return inner_of(file)->pMethods->xDeviceCharacteristics(inner_of(file));
}
static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **to) {
    return inner_of(file)->pMethods->xShmMap(inner_of(file), page, size, extend, to);
}
static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return inner_of(file)->pMethods->xShmLock(inner_of(file), offset, n, flags);
}
static void f_shm_barrier(sqlite3_file *file) {
    inner_of(file)->pMethods->xShmBarrier(inner_of(file));
}
static int f_shm_unmap(sqlite3_file *file, int drop) {
    return inner_of(file)->pMethods->xShmUnmap(inner_of(file), drop);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* shared memory, no memory map: every write passes here */
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_device,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
    (void)vfs;
    struct faulty_file *faulty = (struct faulty_file *)(void *)file;
    faulty->base.pMethods = NULL;
    faulty->inner = (sqlite3_file *)(void *)(faulty + 1);
    memset(faulty->inner, 0, (size_t)real->szOsFile);
    int result = real->xOpen(real, name, faulty->inner, flags, given);
    if (result == SQLITE_OK) {
        faulty->base.pMethods = &methods;
    }
    return result;
}

void faulty_vfs_start(void) {
    static sqlite3_vfs faulty;
    real = sqlite3_vfs_find(NULL);
    faulty = *real;
    faulty.zName = "faulty";
    faulty.szOsFile = (int)sizeof(struct faulty_file) + real->szOsFile;
    faulty.xOpen = v_open;
    sqlite3_vfs_register(&faulty, 1);
}

void faulty_vfs_arm(int64_t nth, enum faulty_kind kind) {
    atomic_store(&writes, 0);
    failing = nth;
    failing_kind = kind;
}

int64_t faulty_vfs_writes(void) {
    return atomic_load(&writes);
}
