/* Inverted lists: for each key the documents that have it. A frequent key, held by more than one
 * document in 32 (of themes: in 256), is a bitset and nothing else; a rare one is its documents,
 * ascending. For the room and its tests. */
#ifndef AGORA_ATLAS_LISTS_H
#define AGORA_ATLAS_LISTS_H

#include "atlas/bits.h"

#include "base/base.h"

#define ATLAS_DENSE_SHARE    32
#define ATLAS_DENSE_THEMES   256 /* instead, for themes: few keys, asked for and counted most */
#define ATLAS_RANK_DOCUMENTS 512 /* between two counts of a bitset */

struct atlas_lists {
    uint32_t key_count, dense_count;
    uint32_t dense_above;  /* a key with more documents than this is a bitset */
    uint32_t rank_count;   /* of a bitset: one for each ATLAS_RANK_DOCUMENTS begun */
    size_t words;          /* of a bitset */
    uint32_t *offsets;     /* key_count + 1: how many documents the keys before have */
    uint32_t *documents;   /* of the rare keys, one behind the other */
    uint32_t *dense_keys;  /* ascending */
    uint32_t *dense_sums;  /* dense_count + 1: documents of the dense keys before */
    uint64_t *dense_bits;  /* their bitsets, in that order */
    uint32_t *dense_ranks; /* and how many documents stand before every 512th */
};

/* One key's documents. */
struct atlas_list {
    uint32_t length;
    uint32_t start;            /* where it begins in columns parallel to all lists (impacts) */
    const uint32_t *documents; /* NULL: dense */
    const uint64_t *bits;      /* over all documents; NULL: rare */
    const uint32_t *ranks;     /* of the bits */
    uint32_t dense;            /* position of the key among the dense ones */
};
/* Sets what follows from the number of documents there are; a key held by more than one in `share`
 * is dense. */
void atlas_lists_measure(struct atlas_lists *lists, uint32_t documents, uint32_t share);
struct atlas_list atlas_lists_get(const struct atlas_lists *lists, uint32_t key);
static inline uint32_t atlas_lists_length(const struct atlas_lists *lists, uint32_t key) {
    return lists->offsets[key + 1] - lists->offsets[key];
}
static inline bool atlas_lists_is_dense(const struct atlas_lists *lists, uint32_t key) {
    return atlas_lists_length(lists, key) > lists->dense_above;
}
/* How many documents of the list stand before this one (at most the number of documents). */
uint32_t atlas_list_rank(const struct atlas_list *list, uint32_t document);

/* A stretch of documents that is looked at: bitsets over it start at the word of its first one. */
struct atlas_window {
    uint32_t first, last; /* documents first … last - 1 */
    uint32_t base;        /* document of bit 0: a multiple of 64 */
    size_t words;
};
struct atlas_window atlas_window(uint32_t first, uint32_t last);
/* Adds the documents of a key that lie in the window. Bits beside the window may be set as well. */
void atlas_lists_add(const struct atlas_lists *lists, uint32_t key,
                     const struct atlas_window *window, uint64_t *bits);

/* Walks a list from a document on: `for (walk = …; atlas_list_next(&walk, &document);)`. */
struct atlas_list_walk {
    const struct atlas_list *list;
    uint32_t at;   /* of the next document among those of the list */
    uint32_t word; /* dense: the word in hand, and what is left of it */
    uint64_t left;
};
struct atlas_list_walk atlas_list_walk(const struct atlas_list *list, uint32_t first);
static inline bool atlas_list_next(struct atlas_list_walk *walk, uint32_t *document) {
    if (walk->at == walk->list->length) {
        return false;
    }
    if (walk->list->documents) {
        *document = walk->list->documents[walk->at++];
        return true;
    }
    while (!walk->left) {
        walk->left = walk->list->bits[++walk->word];
    }
    *document = walk->word * 64 + (uint32_t)__builtin_ctzll(walk->left);
    walk->left &= walk->left - 1;
    walk->at++;
    return true;
}

#endif
