/* Which identifiers a run has met, with what content: 15 to 19 bytes a record. Parts that grow one
 * at a time, each by a quarter: never is much more held than is used. Identifiers are known by 64
 * bits of their hash (in a file of ten million two would be taken for one with a chance of 1 in
 * 370,000), contents by 32. */
#ifndef AGORA_WORK_IMPORT_SEEN_INT_H
#define AGORA_WORK_IMPORT_SEEN_INT_H

#include "base/base.h"

#define SEEN_PARTS 64

struct seen_part {
    struct arena arena;
    uint64_t *keys;     /* 0: free */
    uint32_t *contents; /* of the key at the same place */
    uint64_t room, count;
};
struct seen {
    struct seen_part parts[SEEN_PARTS];
};
enum seen_before { SEEN_NEVER, SEEN_SAME, SEEN_OTHER };

struct seen seen_make(void);
void seen_free(struct seen *seen);
/* Looks the identifier up and remembers it. ERR_MEMORY. */
MUST_USE err seen_add(struct seen *seen, slice key, slice content, enum seen_before *before);
bool seen_has(const struct seen *seen, slice key);
uint64_t seen_bytes(const struct seen *seen); /* what it holds now */

#endif
