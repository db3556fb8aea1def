#include "atlas/blocks.h"

/* The impacts of a term stand in the order of its documents, so the bits tell whose they are. */
static void fill_term(const struct atlas_segment *segment, uint32_t dense) {
    const struct atlas_lists *postings = &segment->postings;
    const uint64_t *bits = postings->dense_bits + dense * postings->words;
    const uint8_t *impact = segment->impacts + postings->offsets[postings->dense_keys[dense]];
    uint8_t *most = segment->block_impacts + dense * segment->words;
    for (size_t block = 0; block < segment->words; block++) {
        for (uint64_t left = bits[block]; left; left &= left - 1, impact++) {
            most[block] = *impact > most[block] ? *impact : most[block];
        }
    }
}

void atlas_blocks_fill(struct atlas_segment *segment) {
    for (uint32_t dense = 0; dense < segment->postings.dense_count; dense++) {
        fill_term(segment, dense);
    }
}
