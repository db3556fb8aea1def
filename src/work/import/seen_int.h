/* Which identifiers a run has met, with what content: sixteen bytes a record. */
#ifndef AGORA_WORK_IMPORT_SEEN_INT_H
#define AGORA_WORK_IMPORT_SEEN_INT_H

#include "base/base.h"

struct seen_slot {
    uint64_t key, content; /* key 0: free */
};
struct seen {
    struct arena arena;
    struct seen_slot *slots;
    uint64_t room, count;
};
enum seen_before { SEEN_NEVER, SEEN_SAME, SEEN_OTHER };

struct seen seen_make(void);
void seen_free(struct seen *seen);
/* Looks the identifier up and remembers it. ERR_MEMORY. */
MUST_USE err seen_add(struct seen *seen, slice key, slice content, enum seen_before *before);
bool seen_has(const struct seen *seen, slice key);

#endif
