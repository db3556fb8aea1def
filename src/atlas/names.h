/* A growing set of texts, each with a number in order of arrival: the vocabulary of a segment being
 * built, and its slugs. */
#ifndef AGORA_ATLAS_NAMES_H
#define AGORA_ATLAS_NAMES_H

#include "base/base.h"

#define NAMES_NONE UINT32_MAX

struct names_slot {
    uint32_t number; /* NAMES_NONE: free */
    uint32_t hash;   /* of the text: most others are told apart without looking at theirs */
};
struct names {
    char *pool;
    size_t pool_used, pool_capacity;
    uint64_t *starts;         /* of each text in the pool; starts[count] is the end of the last */
    struct names_slot *slots; /* open addressing */
    uint32_t count, capacity, slot_count;
};

void names_free(struct names *names);
/* Makes room for so many more, so that their coming moves nothing. */
MUST_USE err names_reserve(struct names *names, uint32_t count, size_t bytes);
/* The number of the text, which is kept when it is new (`*is_new`, may be NULL). ERR_MEMORY. */
MUST_USE err names_add(struct names *names, slice text, uint32_t *number, bool *is_new);
slice names_get(const struct names *names, uint32_t number); /* until the next names_add */
/* Puts some of the numbers into the byte order of their texts. ERR_MEMORY. */
MUST_USE err names_order(const struct names *names, uint32_t *order, uint32_t count);

#endif
