/* A segment being made of drafts: what its parts share. For build*.c. */
#ifndef AGORA_ATLAS_BUILD_H
#define AGORA_ATLAS_BUILD_H

#include "atlas/builder.h"
#include "atlas/columns.h"

#define SEGMENT_BLOCK_BYTES (1u << 20)

struct build {
    struct atlas_builder *from;
    struct atlas_segment *segment;
    struct arena arena;         /* becomes the segment's */
    struct arena scratch;       /* dies with the build */
    const struct draft **order; /* drafts by document number */
    uint32_t *documents;        /* the reverse */
    bool is_out_of_memory;
};

void *build_alloc(struct build *build, struct arena *arena, size_t size, size_t count,
                  size_t align);
#define scratch(build, type, count)                                                                \
    ((type *)build_alloc((build), &(build)->scratch, sizeof(type), (count), _Alignof(type)))
#define TRY_MEMORY(build)                                                                          \
    do {                                                                                           \
        if ((build)->is_out_of_memory) {                                                           \
            return ERR_MEMORY;                                                                     \
        }                                                                                          \
    } while (0)
/* Makes room for a column of the segment. */
void build_column(struct build *build, unsigned id, uint64_t count);

static inline bool draft_is_ask(const struct draft *draft) {
    return draft->kind == QUERY_KIND_NEED || draft->kind == QUERY_KIND_OFFER;
}

/* build_lists.c. A list is made in four steps: lists_open, count into offsets[key + 1],
 * lists_allocate, fill with lists_push; lists_close at the end. `id`: of its first column. */
MUST_USE err lists_open(struct build *build, struct atlas_lists *lists, unsigned id,
                        uint32_t key_count);
/* Where the next document of each key goes: among `documents`, or which bitset. */
struct push {
    uint32_t at;
    uint32_t dense; /* position among the dense keys, or UINT32_MAX */
};
MUST_USE err lists_allocate(struct build *build, struct atlas_lists *lists, unsigned id,
                            struct push **pushes);
static inline void lists_push(struct atlas_lists *lists, struct push *push, uint32_t document) {
    if (push->dense == UINT32_MAX) {
        lists->documents[push->at++] = document;
    } else {
        bits_set(lists->dense_bits + push->dense * lists->words, document);
    }
}
void lists_close(struct atlas_lists *lists);

/* The texts of those numbers in that order, or all as numbered when `order` is NULL. `id`: of their
 * first column. */
MUST_USE err build_texts(struct build *build, const struct names *names, const uint32_t *order,
                         uint32_t count, struct atlas_texts *texts, unsigned id);
/* All in byte order, and the place of each number in it. */
MUST_USE err build_sorted_texts(struct build *build, const struct names *names,
                                struct atlas_texts *texts, unsigned id, uint32_t **rank);
/* Themes, languages, sources, skills and territories: keys of documents, documents of keys. */
MUST_USE err build_values(struct build *build);

/* build_words.c. Terms, postings with their impacts, kept words; average_length 0: as it comes out.
 * `others` makes all the rest: beside the counting, where there is enough to count. */
MUST_USE err build_words(struct build *build, uint32_t average_length,
                         err (*others)(struct build *build));
/* build_crowds.c. When all other columns are filled; `least`: of documents. */
MUST_USE err build_crowds(struct build *build, uint32_t least);

#endif
