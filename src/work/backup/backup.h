/* work/backup: the data folder as one file, and back. The file is a tar archive (GNU format) packed
 * with zstd, so that `tar --zstd -xf` and `sha256sum -c SHA256SUMS` open and check it without
 * this program: backup.json (what it holds), agora.db, agora.conf, media/, mail/, SHA256SUMS. */
#ifndef AGORA_WORK_BACKUP_H
#define AGORA_WORK_BACKUP_H

#include "base/base.h"
#include "db/db.h"

#define BACKUP_PATH_MAX   512                  /* of a file inside, in bytes */
#define BACKUP_FILES_MAX  1000000              /* files inside */
#define BACKUP_FORMAT     1                    /* what backup.json says; a larger one is refused */
#define BACKUP_UNFINISHED "restore.unfinished" /* stands in a folder while a restore swaps it */

struct backup_options {
    const char *folder; /* the data folder */
    const char *config; /* its settings; NULL: FOLDER/agora.conf when it is there */
    const char *program_version;
    struct clock clock;
};
struct backup_said {
    int64_t entries, published, schema;
    uint64_t files;         /* beside the store */
    uint64_t bytes;         /* of all that is inside, unpacked */
    uint64_t archive_bytes; /* of the file itself */
    char made[32];          /* RFC 3339 */
    slice program;          /* the version that made it; in the arena of backup_restore */
};

/* Writes a backup of a folder, beside a running server or not, to an open file. `scratch` is a path
 * for the copy of the store while it is packed; it is gone afterwards. ERR_NOT_FOUND without a
 * store, ERR_IO (a full disk), ERR_CORRUPT. */
MUST_USE err backup_write(const struct backup_options *options, int fd, const char *scratch,
                          struct backup_said *said, struct problem *problem);

/* The same into a file: written under another name, synced, then renamed, so that a file of this
 * name is always a whole backup. ERR_BUSY while another backup writes the same file. */
MUST_USE err backup_to_file(const struct backup_options *options, const char *path,
                            struct backup_said *said, struct problem *problem);

/* "agora-20261122T034500Z.tar.zst": the name of a backup in a folder of backups. */
void backup_name(int64_t now_ms, char name[64]);
/* Keeps the newest `keep` backups of a folder by their names, removes older ones; `*removed` counts
 * them. Files of other names are not touched. */
MUST_USE err backup_rotate(const char *folder, uint32_t keep, uint32_t *removed,
                           struct problem *problem);

struct restore_options {
    const char *folder; /* must exist; the caller holds the lock against `serve` */
    bool replace;       /* what stands there is moved to FOLDER/before-restore-TIME */
    const struct db_migration *migrations;
    size_t migration_count;
    struct clock clock;
};
/* Reads a backup from an open file into a folder. Everything is unpacked aside and checked (names,
 * sums, the store's own soundness, migrations) before anything of the folder is touched; a restore
 * that is cut off is refused by `serve` and made whole by running it again. The restored store
 * begins a new epoch. `kept` gets the path where the old data went, empty when there was none.
 * ERR_CONFLICT when a store is there and `replace` is not asked, ERR_INPUT for what is no backup or
 * does not check, ERR_UNSUPPORTED for one of a newer program, ERR_IO (no room). */
MUST_USE err backup_restore(const struct restore_options *options, int fd, struct arena *arena,
                            struct backup_said *said, slice *kept, struct problem *problem);

#endif
