/* Candidates: what find.c and search.c share. */
#ifndef AGORA_DOMAIN_DUPLICATE_FIND_INT_H
#define AGORA_DOMAIN_DUPLICATE_FIND_INT_H

#include "domain/duplicate/duplicate_int.h"

/* Beyond it the first ones found are weighed. */
#define DUPLICATE_CANDIDATES_MAX 512
struct duplicate_candidates {
    struct entry_id of; /* never one of them */
    struct duplicate_candidate {
        struct entry_id entry;
        unsigned weight; /* of the keys shared */
    } items[DUPLICATE_CANDIDATES_MAX];
    size_t count;
};
void duplicate_candidates_add(struct duplicate_candidates *candidates, struct entry_id entry,
                              unsigned weight);
MUST_USE err duplicate_candidates_read(struct db_conn *conn, const struct duplicate_key *keys,
                                       size_t key_count, struct duplicate_candidates *candidates);
/* Compares the DUPLICATE_LOOKS_MAX that share most; the likely ones come back, the likeliest
 * first. */
MUST_USE err duplicate_candidates_look(struct db_conn *conn, const struct territories *territories,
                                       const struct duplicate_traits *traits,
                                       struct duplicate_candidates *candidates, struct arena *arena,
                                       struct duplicate_found found[DUPLICATE_LOOKS_MAX],
                                       size_t *count);

#endif
