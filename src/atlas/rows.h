/* What facets count, as one row of bits a document: kinds, states, what it has, themes with the
 * broader ones, languages, sources, skills, and the child of the country it lies in. A row is half
 * a cache line, so that counting some documents for all facets reads each of them once (tally.h).
 * The values of all facets have one sequence of numbers; the most frequent have a bit, and what is
 * left stands as pairs of document and value, the rest. For the room and its tests. */
#ifndef AGORA_ATLAS_ROWS_H
#define AGORA_ATLAS_ROWS_H

#include "atlas/segment.h"
#include "atlas/tally.h"

#define ATLAS_ROW_MORE (TALLY_BITS - 1) /* set: more values of the document stand in the rest */
#define ATLAS_NO_VALUE UINT32_MAX

/* Sets what follows from how many keys and tops there are. */
void atlas_rows_measure(struct atlas_segment *segment);
/* Number of a value: by the kind, state, has, the key of a list, or the position in `tops`. */
static inline uint32_t atlas_value_of(const struct atlas_segment *segment, enum atlas_facet_of of,
                                      uint32_t key) {
    return segment->value_first[of] + key;
}
/* The facet of a value. */
enum atlas_facet_of atlas_value_facet(const struct atlas_segment *segment, uint32_t value);
/* The documents of a value, and how many of them are of some kinds (bits). */
struct atlas_list atlas_value_list(const struct atlas_segment *segment, uint32_t value);
uint32_t atlas_value_count(const struct atlas_segment *segment, uint32_t value, unsigned kinds);

/* Adds to counts[value], for all values of the segment, how many of some documents have it. */
void atlas_rows_count(const struct atlas_segment *segment, const uint32_t *documents,
                      uint64_t count, uint32_t *counts);

/* The same of the documents of a bitset: begun, each of its words added, ended. */
#define ATLAS_ROWS_AT_ONCE 1024
struct atlas_rows_gather {
    const struct atlas_segment *segment;
    uint32_t *counts;
    uint32_t count;
    uint32_t documents[ATLAS_ROWS_AT_ONCE];
};
static inline void atlas_rows_gather_begin(struct atlas_rows_gather *gather,
                                           const struct atlas_segment *segment, uint32_t *counts) {
    gather->segment = segment;
    gather->counts = counts;
    gather->count = 0;
}
static inline void atlas_rows_gather_end(struct atlas_rows_gather *gather) {
    atlas_rows_count(gather->segment, gather->documents, gather->count, gather->counts);
    gather->count = 0;
}
static inline void atlas_rows_gather_add(struct atlas_rows_gather *gather, size_t word,
                                         uint64_t bits) {
    for (; bits; bits &= bits - 1) {
        gather->documents[gather->count++] =
            (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
    }
    if (gather->count > ATLAS_ROWS_AT_ONCE - 64) {
        atlas_rows_gather_end(gather);
    }
}

/* Some values, asked for together: whether a document has any of them. */
struct atlas_any {
    uint64_t bits[TALLY_WORDS];
    uint32_t rest[QUERY_VALUES_MAX]; /* those without a bit */
    uint32_t rest_count;
};
void atlas_any_add(const struct atlas_segment *segment, struct atlas_any *any, uint32_t value);
bool atlas_row_has_any(const struct atlas_segment *segment, uint32_t document,
                       const struct atlas_any *any);

/* The values of a document: `for (walk = atlas_row_walk(…); atlas_row_next(&walk, &value);)`. */
struct atlas_row_walk {
    const struct atlas_segment *segment;
    uint32_t document;
    unsigned word;
    uint64_t left;
    uint32_t at; /* in the rest, or UINT32_MAX */
};
struct atlas_row_walk atlas_row_walk(const struct atlas_segment *segment, uint32_t document);
bool atlas_row_next(struct atlas_row_walk *walk, uint32_t *value);

/* For the builder. The values that get a bit, at most ATLAS_ROW_MORE, ascending; returns how many.
 * `*rest` becomes the pairs that are left. Lists, cube and tops are there already. `scratch`
 * has room for all values. */
uint32_t atlas_rows_choose(const struct atlas_segment *segment, uint32_t *scratch,
                           uint32_t chosen[ATLAS_ROW_MORE], uint64_t *rest);
/* Fills rows, rest and sources; row_values are set, the rest is as long as chosen. */
void atlas_rows_fill(struct atlas_segment *segment);
/* The territory whose children a facet shows when none is chosen; NULL without a country. */
const struct territory *atlas_top_parent(const struct territories *all);

#endif
