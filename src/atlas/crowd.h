/* What is known beforehand of the documents that have a frequent word or prefix, as someone may ask
 * for it: how many have each value of the facets, and which of them are the best. So that nobody
 * reads half of all documents to say the same again. Made with a generation; what has changed since
 * is taken off or added by whoever asks. For the room and its tests. */
#ifndef AGORA_ATLAS_CROWD_H
#define AGORA_ATLAS_CROWD_H

#include "atlas/plan.h"

#define ATLAS_CROWD_SHARE      64   /* a crowd has more than one document in so many, */
#define ATLAS_CROWD_LEAST      4096 /* and more than these */
#define ATLAS_CROWD_BEST       192 /* so many of its best are kept, one in ATLAS_CROWD_BEST_SHARE */
#define ATLAS_CROWD_BEST_SHARE 8
/* They are kept as a bitset when more postings than one in so many documents had to be set. */
#define ATLAS_CROWD_BITS_SHARE 4

/* Whose documents are counted. */
enum atlas_crowd_counts { ATLAS_CROWD_ALL, ATLAS_CROWD_ENTRIES, ATLAS_CROWD_COUNTS__COUNT };

struct atlas_crowd {
    uint64_t key;     /* ascending; of the clause's terms and themes */
    int64_t since_ms; /* what is said of the best holds from then on */
    uint32_t documents;
    uint32_t bits; /* which of crowd_bits; ATLAS_NO_KEY: none */
    uint32_t best; /* where they begin in crowd_best and crowd_impacts, the best first */
    uint32_t best_count;
    uint32_t bound;  /* no other comes to more (README, "Score"), by sources as built */
    uint32_t unused; /* 0: the file has no gaps */
};

/* Of all that a plain word stands for in a segment: the same for whatever stands for the same. */
uint64_t atlas_crowd_key(const struct atlas_clause *clause, const struct atlas_forms *forms);
/* NULL when there is none. */
const struct atlas_crowd *atlas_crowd_find(const struct atlas_segment *segment, uint64_t key);
/* How many of its documents have each value (rows.h). */
static inline const uint32_t *atlas_crowd_counts(const struct atlas_segment *segment,
                                                 const struct atlas_crowd *crowd,
                                                 enum atlas_crowd_counts which) {
    size_t row = (size_t)(crowd - segment->crowds) * ATLAS_CROWD_COUNTS__COUNT + which;
    return segment->crowd_counts + row * segment->value_first[ATLAS_OF__COUNT];
}

#endif
