/* A file system for SQLite that fails the Nth write (write, sync or truncation) and every one
 * after it, as a disk that is full or broken does. It stands before the ordinary one. */
#ifndef AGORA_TESTS_FAULTY_VFS_H
#define AGORA_TESTS_FAULTY_VFS_H

#include <stdint.h>

enum faulty_kind { FAULTY_FULL, FAULTY_BROKEN };

/* Makes it the default for connections opened from now on. */
void faulty_vfs_start(void);
/* The `nth` write from now (1: the next) fails; 0: none. */
void faulty_vfs_arm(int64_t nth, enum faulty_kind kind);
int64_t faulty_vfs_writes(void); /* since it was armed */

#endif
