#include "atlas/lists.h"

void atlas_lists_measure(struct atlas_lists *lists, uint32_t documents, uint32_t share) {
    lists->dense_above = documents / share;
    lists->rank_count = documents / ATLAS_RANK_DOCUMENTS + 1;
    lists->words = bits_words(documents);
}

struct atlas_list atlas_lists_get(const struct atlas_lists *lists, uint32_t key) {
    uint32_t dense = sorted_bound(lists->dense_keys, lists->dense_count, key);
    struct atlas_list list = {
        .length = atlas_lists_length(lists, key), .start = lists->offsets[key], .dense = dense};
    if (list.length > lists->dense_above) {
        list.bits = lists->dense_bits + dense * lists->words;
        list.ranks = lists->dense_ranks + (size_t)dense * lists->rank_count;
    } else {
        list.documents = lists->documents + (list.start - lists->dense_sums[dense]);
    }
    return list;
}

uint32_t atlas_list_rank(const struct atlas_list *list, uint32_t document) {
    if (list->documents) {
        return sorted_bound(list->documents, list->length, document);
    }
    uint32_t word = document / 64;
    uint32_t from = document / ATLAS_RANK_DOCUMENTS * (ATLAS_RANK_DOCUMENTS / 64);
    uint32_t rank = list->ranks[document / ATLAS_RANK_DOCUMENTS];
    rank += (uint32_t)bits_count(list->bits + from, word - from);
    uint64_t rest = document % 64 ? list->bits[word] << (64 - document % 64) : 0;
    return rank + (uint32_t)bits_count(&rest, 1);
}

struct atlas_window atlas_window(uint32_t first, uint32_t last) {
    struct atlas_window window = {.first = first, .last = last, .base = first / 64 * 64};
    window.words = first < last ? bits_words(last - window.base) : 0;
    return window;
}

void atlas_lists_add(const struct atlas_lists *lists, uint32_t key,
                     const struct atlas_window *window, uint64_t *bits) {
    struct atlas_list list = atlas_lists_get(lists, key);
    if (list.bits) {
        bits_or(bits, list.bits + window->base / 64, window->words);
        return;
    }
    uint32_t at = sorted_bound(list.documents, list.length, window->first);
    for (; at < list.length && list.documents[at] < window->last; at++) {
        bits_set(bits, list.documents[at] - window->base);
    }
}

struct atlas_list_walk atlas_list_walk(const struct atlas_list *list, uint32_t first) {
    struct atlas_list_walk walk = {.list = list, .at = atlas_list_rank(list, first)};
    if (list->bits && walk.at < list->length) {
        walk.word = first / 64;
        walk.left = list->bits[walk.word] & (UINT64_MAX << first % 64);
    }
    return walk;
}
