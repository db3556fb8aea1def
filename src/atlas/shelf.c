#include "atlas/shelf.h"

#define RANK_WORDS (ATLAS_RANK_DOCUMENTS / 64)

static size_t rank_count(const struct atlas_segment *segment) {
    return segment->count / ATLAS_RANK_DOCUMENTS + 1;
}

uint32_t atlas_shelf_rank(const struct atlas_segment *segment, unsigned kind, uint32_t document) {
    const uint64_t *bits = segment->kinds[kind];
    size_t block = document / ATLAS_RANK_DOCUMENTS;
    uint32_t rank = segment->shelves.ranks[kind * rank_count(segment) + block];
    for (size_t word = block * RANK_WORDS; word < document / 64; word++) {
        rank += bits_count_word(bits[word]);
    }
    uint64_t rest = document % 64 ? bits[document / 64] << (64 - document % 64) : 0;
    return rank + bits_count_word(rest);
}

static void add_theme(const struct atlas_segment *segment, uint32_t theme, bool is_last,
                      struct bits_sieve *sieve) {
    const struct atlas_lists *lists = &segment->values[ATLAS_VALUES_THEME].lists;
    uint32_t dense = atlas_lists_get(lists, theme).dense;
    size_t words = segment->shelves.starts[QUERY_KIND__COUNT] / 64;
    bits_sieve_add(sieve, segment->shelves.bits + dense * words, 0, is_last);
}

bool atlas_shelf_sieve(const struct atlas_plan *plan, const struct atlas_segment *segment,
                       struct bits_sieve *sieve) {
    const struct themes *themes = plan->view->themes;
    uint32_t count = plan->query->themes.count;
    sieve->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!atlas_lists_is_dense(&segment->values[ATLAS_VALUES_THEME].lists, plan->themes[i])) {
            return false;
        }
    }
    for (uint16_t scheme = 0; scheme < themes->scheme_count; scheme++) {
        uint32_t left = 0;
        for (uint32_t i = 0; i < count; i++) {
            left += themes->items[plan->themes[i]].scheme == scheme;
        }
        for (uint32_t i = 0; i < count && left; i++) {
            if (themes->items[plan->themes[i]].scheme == scheme) {
                add_theme(segment, plan->themes[i], --left == 0, sieve);
            }
        }
    }
    return true;
}

/* Every shelf begins with a word of its own. */
void atlas_shelf_open(struct atlas_segment *segment) {
    size_t blocks = rank_count(segment);
    uint32_t start = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint32_t *ranks = segment->shelves.ranks + kind * blocks;
        uint32_t count = 0;
        for (size_t word = 0; word < segment->words; word++) {
            if (word % RANK_WORDS == 0) {
                ranks[word / RANK_WORDS] = count;
            }
            count += bits_count_word(segment->kinds[kind][word]);
        }
        if (segment->words == (blocks - 1) * RANK_WORDS) { /* nothing after the last whole block */
            ranks[blocks - 1] = count;
        }
        segment->shelves.starts[kind] = start;
        start += (uint32_t)bits_words(count) * 64;
    }
    segment->shelves.starts[QUERY_KIND__COUNT] = start;
}

void atlas_shelf_fill(struct atlas_segment *segment, uint32_t *places) {
    const struct atlas_lists *lists = &segment->values[ATLAS_VALUES_THEME].lists;
    size_t words = segment->shelves.starts[QUERY_KIND__COUNT] / 64;
    uint32_t next[QUERY_KIND__COUNT];
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        next[kind] = segment->shelves.starts[kind];
    }
    for (uint32_t i = 0; i < segment->count; i++) {
        places[i] = next[segment->kind[i]]++;
    }
    for (uint32_t dense = 0; dense < lists->dense_count; dense++) {
        uint64_t *bits = segment->shelves.bits + dense * words;
        uint32_t i;
        for (struct bits_walk walk =
                 bits_walk(lists->dense_bits + dense * lists->words, lists->words);
             bits_next(&walk, &i);) {
            bits_set(bits, places[i]);
        }
    }
}
