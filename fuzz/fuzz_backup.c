/* Backups from strangers: whatever the bytes, a restore touches nothing outside its folder, leaves
 * nothing half done in it, and never takes a file without a store for a backup. */
#include "fuzz.h"

#include "crypto/crypto.h"
#include "db/migrations.h"
#include "work/backup/backup_int.h"

#include <dirent.h>
#include <sys/mman.h>
#include <unistd.h>

static int64_t standing_now(void *self) {
    (void)self;
    return INT64_C(1767225600000);
}

static size_t items_of(const char *folder) {
    size_t count = 0;
    DIR *open_folder = opendir(folder);
    FUZZ_PROMISE(open_folder != NULL);
    while (readdir(open_folder) != NULL) {
        count++;
    }
    closedir(open_folder);
    return count - 2; /* . and .. */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char folder[] = "/tmp/agora-fuzz-backup-XXXXXX";
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct backup_said said;
    struct problem problem = {.code = OK};
    slice kept;
    FUZZ_PROMISE(crypto_start() == OK && mkdtemp(folder) != NULL);
    int fd = memfd_create("backup", MFD_CLOEXEC);
    FUZZ_PROMISE(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    const struct restore_options options = {.folder = folder,
                                            .migrations = store_migrations,
                                            .migration_count = store_migration_count,
                                            .clock = {.now_ms = standing_now}};
    err failed = backup_restore(&options, fd, &arena, &said, &kept, &problem);
    close(fd);
    FUZZ_PROMISE(failed == OK || problem.what[0] != '\0');
    FUZZ_PROMISE(failed == OK || items_of(folder) == 0);
    FUZZ_PROMISE(backup_remove(folder) == OK);
    return 0;
}
