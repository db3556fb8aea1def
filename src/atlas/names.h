/* A growing set of texts, each with a number in order of arrival: the vocabulary of a segment being
 * built, and its slugs. */
#ifndef AGORA_ATLAS_NAMES_H
#define AGORA_ATLAS_NAMES_H

#include "base/base.h"

#define NAMES_NONE UINT32_MAX

struct names {
    char *pool;
    size_t pool_used, pool_capacity;
    uint64_t *starts; /* of each text in the pool; starts[count] is the end of the last */
    uint32_t *slots;  /* open addressing; NAMES_NONE: free */
    uint32_t count, capacity, slot_count;
};

void names_free(struct names *names);
/* The number of the text, which is kept when it is new (`*is_new`, may be NULL). ERR_MEMORY. */
MUST_USE err names_add(struct names *names, slice text, uint32_t *number, bool *is_new);
slice names_get(const struct names *names, uint32_t number); /* until the next names_add */
/* rank[number] is the place of the text in byte order; order[] is the inverse. Both have room for
 * `names->count` numbers. */
void names_rank(const struct names *names, uint32_t *order, uint32_t *rank);

#endif
