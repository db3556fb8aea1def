/* Inside of work/backup, for the room and its tests. */
#ifndef AGORA_WORK_BACKUP_INT_H
#define AGORA_WORK_BACKUP_INT_H

#include "work/backup/backup.h"

#define BACKUP_DESCRIPTION       "backup.json"
#define BACKUP_SUMS              "SHA256SUMS"
#define BACKUP_STORE             "agora.db"
#define BACKUP_CONFIG            "agora.conf"
#define BACKUP_DESCRIPTION_BYTES 65536
#define BACKUP_SUMS_BYTES        ((size_t)BACKUP_FILES_MAX * 160)
#define BACKUP_CHUNK             65536
#define BACKUP_DEPTH_MAX         8

/* True for a name that may stand inside: agora.db, agora.conf, and files below media/ and mail/,
 * without empty, "." or ".." parts, control bytes or backslashes. */
bool backup_name_is_good(slice name);
/* "SUM  NAME\n", as sha256sum writes it. */
void backup_sum_add(struct buf *sums, struct crypto_sha256 *sum, slice name);
/* "FOLDER/NAME" in the arena. */
const char *backup_path(struct arena *arena, const char *folder, slice name);
/* Removes a file, or a folder with all that is in it; what is not there is fine. */
MUST_USE err backup_remove(const char *path);
MUST_USE err backup_sync_folder(const char *path);

#endif
