/* The words of drafts becoming terms, postings and kept runs: what build_words.c and
 * build_words_kept.c share. For these. */
#ifndef AGORA_ATLAS_BUILD_WORDS_H
#define AGORA_ATLAS_BUILD_WORDS_H

#include "atlas/build.h"
#include "atlas/runs.h"

#include <stdatomic.h>

#define SHARES        8 /* when they are worth a thread of their own */
#define WORKERS       2
#define TABLE_LENGTHS 512 /* impacts of documents of fewer words and terms of a smaller weight */
#define TABLE_WEIGHTS 64

/* A word by the builder's number. The most frequent ones have the smallest, or nearly so. */
struct counted {
    uint32_t uses, documents; /* of the share; `documents` later: of those before it */
    uint32_t seen;            /* the last document that had it, + 1; SEEN_STOP: a stop word */
};
#define SEEN_STOP UINT32_MAX
struct counted_title {
    uint32_t documents, seen; /* likewise, in titles */
};
struct share {
    uint32_t first, last; /* documents first … last - 1; first is a multiple of 64 */
    struct counted *counted;
    struct counted_title *titles;
    uint64_t length;    /* words that are no stop words */
    uint64_t run_bytes; /* of headers; later: of all its runs */
    uint64_t run_start; /* where its runs begin */
};
/* A word in the document in hand, by number: small, since every word of all passes here. */
struct weighed {
    uint32_t code;   /* with the flags below */
    uint32_t weight; /* twice; 1 more when it is in the title */
};
#define CODE_STOP  (UINT32_C(1) << 31)
#define CODE_DENSE (UINT32_C(1) << 30)
#define CODE_ONLY  (CODE_DENSE - 1)
/* Where its next posting goes, by number. */
struct place {
    uint32_t impact_at;
    uint32_t at; /* among the documents, or which bitset */
};
struct worker {
    struct words *words;
    void (*work)(struct worker *worker, struct share *share);
    uint32_t *items;   /* the words of a document that was taken */
    uint32_t *touched; /* words of the document in hand */
    struct weighed *weighed;
    struct place *places;
    struct push *title_places;
};
/* A posting of a document that was not in the segment whose lists are kept. */
struct added {
    uint32_t document;
    uint8_t impact;
    bool is_in_title;
};
/* A segment most of whose documents come again, and whose lists are kept for them. */
struct kept {
    const struct atlas_segment *from; /* NULL: no lists are kept */
    uint32_t *moved;                  /* its documents here; KEPT_GONE */
    struct share gone;                /* counts of those that do not come again */
    uint32_t *added_at;               /* by number, where its postings begin, and their end */
    struct added *added;
};
#define KEPT_GONE UINT32_MAX
struct words {
    struct build *build;
    struct kept kept;
    struct share shares[SHARES];
    uint32_t share_count;
    _Atomic uint32_t next_share;
    struct worker workers[WORKERS];
    uint32_t worker_count;
    uint32_t number_count;              /* words of the builder */
    uint32_t *rank;                     /* their terms; ATLAS_NO_TERM: in no document */
    uint32_t *order;                    /* numbers of the terms */
    uint32_t *codes;                    /* by number */
    bool *are_stops;                    /* likewise */
    uint32_t *lengths;                  /* of each document, in words that are no stop words */
    struct push *pushes, *title_pushes; /* by term */
    uint8_t *impacts;                   /* the table; NULL: too few documents */
};

/* build_words.c. Headers and numbers of a document's words. */
const uint32_t *words_items(const struct worker *worker, const struct draft *draft,
                            uint32_t *count);
/* Counts the words of a document; `mark`: its number, + 1. Returns those that are no stop words. */
uint32_t words_count(const struct worker *worker, struct share *share, const struct draft *draft,
                     uint32_t mark);
/* Counts begin: no document has any word, and stop words are marked. */
void words_count_begin(const struct words *words, struct share *share);
/* The runs of a document as bytes, and how much each of its words weighs; returns how many those
 * are, in worker->touched. */
uint32_t words_weigh(const struct worker *worker, uint32_t document, uint8_t **runs);
/* RULE FRESH-2: words of what has ended count half. */
static inline uint8_t words_impact(const struct words *words, uint32_t weight, uint32_t document) {
    uint32_t length = words->lengths[document];
    uint8_t impact = words->impacts && length < TABLE_LENGTHS && weight < TABLE_WEIGHTS
                         ? words->impacts[length * TABLE_WEIGHTS + weight]
                         : atlas_impact(weight, length, words->build->segment->average_length);
    return words->build->order[document]->state != QUERY_STATE_ENDED ? impact
           : impact > 1                                              ? impact / 2
                                                                     : 1;
}

/* build_words_kept.c: the same lists in less time, when most documents come from one segment with
 * the same average length (README, "Score"): their words are read only to be coded anew, and the
 * lists of the segment are gone through one by one. */
MUST_USE err kept_open(struct words *words, uint32_t average_length);
static inline bool kept_has(const struct words *words, const struct draft *draft) {
    return words->kept.from && draft->taken == 0;
}
/* Counts the words of a kept document, how often only. Returns those that are no stop words. */
uint32_t kept_count(const struct worker *worker, struct share *share, const struct draft *draft);
/* How many documents each term has, and room for the postings that are not kept. */
MUST_USE err kept_expect(struct words *words);
/* Runs of a share's documents, postings of those that are not kept. */
void kept_post(struct worker *worker, struct share *share);
/* The lists of a share of the terms. */
void kept_lists(struct worker *worker, struct share *share);

#endif
