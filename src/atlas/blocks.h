/* Blocks of 64 documents, the words of a bitset: what the best document of each can reach at most,
 * so that ranking looks into few of them. For the room and its tests. */
#ifndef AGORA_ATLAS_BLOCKS_H
#define AGORA_ATLAS_BLOCKS_H

#include "atlas/segment.h"

/* Blocks, then regions: the entries of a block column. Region r stands at segment->words + r. */
static inline size_t atlas_region_count(const struct atlas_segment *segment) {
    return (segment->words + ATLAS_REGION - 1) / ATLAS_REGION;
}
static inline size_t atlas_block_count(const struct atlas_segment *segment) {
    return segment->words + atlas_region_count(segment);
}
/* The end of the last date of dated[at]. */
static inline int64_t atlas_dates_end_ms(const struct atlas_segment *segment, uint32_t at) {
    int64_t end_ms = INT64_MIN;
    for (uint32_t i = segment->date_offsets[at]; i < segment->date_offsets[at + 1]; i++) {
        end_ms = segment->date_last_ms[i] > end_ms ? segment->date_last_ms[i] : end_ms;
    }
    return end_ms;
}
/* Fills the block columns of a segment whose other columns are filled. */
void atlas_blocks_fill(struct atlas_segment *segment);

/* A distance that no placed document of a block or region is below; -1 when none is placed. */
double atlas_block_distance_m(const struct atlas_segment *segment, size_t block,
                              struct geo_point from);
/* README, "Score": by how many documents of one source and kind there are. */
static inline uint16_t atlas_source_points(uint32_t alike) {
    return alike <= 12 ? 150 : alike <= 100 ? 110 : alike <= 1000 ? 50 : 0;
}

/* How many bits of a word are set; without an instruction that is not on every machine. */
static inline uint32_t atlas_ones(uint64_t word) {
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}
/* atlas_list_rank of a bitset, inline: for many documents in a row. */
static inline uint32_t atlas_rank(const uint64_t *bits, const uint32_t *ranks, uint32_t document) {
    uint32_t word = document / ATLAS_BLOCK;
    uint32_t rank = ranks[document / ATLAS_RANK_DOCUMENTS];
    for (uint32_t from = word & ~(ATLAS_RANK_DOCUMENTS / ATLAS_BLOCK - 1u); from < word; from++) {
        rank += atlas_ones(bits[from]);
    }
    return rank + atlas_ones(bits[word] & ((UINT64_C(1) << document % ATLAS_BLOCK) - 1));
}

/* Position of the document's dates among `dated`, or UINT32_MAX when it has none. */
static inline uint32_t atlas_dated_at(const struct atlas_segment *segment, uint32_t document) {
    uint64_t there = segment->dated_bits[document / ATLAS_BLOCK];
    uint64_t bit = UINT64_C(1) << document % ATLAS_BLOCK;
    return there & bit
               ? segment->block_dated[document / ATLAS_BLOCK] + atlas_ones(there & (bit - 1))
               : UINT32_MAX;
}

#endif
