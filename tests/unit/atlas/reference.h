/* The plain answer: brute force over public entries, written from src/atlas/README.md and from
 * nothing else of the room. Slow, and simple enough to be believed. */
#ifndef AGORA_TEST_ATLAS_REFERENCE_H
#define AGORA_TEST_ATLAS_REFERENCE_H

#include "atlas/atlas.h"

struct reference;
/* `built` is what the generation was built from, `live` what is public now. They outlive it. */
struct reference *reference_new(const struct territories *territories, const struct themes *themes,
                                const struct entry_public *const *built, size_t built_count,
                                const struct entry_public *const *live, size_t live_count);
void reference_free(struct reference *reference);

struct reference_line {
    int64_t entry;
    enum query_kind kind;
    uint16_t ask;
    uint32_t score;
    bool is_group;
    struct atlas_group group;
};
struct reference_answer {
    uint64_t total, unplaced;
    struct reference_line *lines; /* all of them */
    size_t line_count;
    struct atlas_facet_counts facets[ATLAS_FACET__COUNT];
    struct geo_box box;
    bool has_box;
    slice corrected;
};
struct reference_answer reference_search(struct reference *reference,
                                         const struct atlas_request *request, struct arena *arena);
/* The cells of a tile, by Z-order of the cell. */
size_t reference_tile(struct reference *reference, const struct atlas_request *request,
                      struct geo_tile tile, struct arena *arena, struct atlas_cell *cells);

#endif
