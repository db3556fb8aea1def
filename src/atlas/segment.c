#include "atlas/columns.h"
#include "atlas/crowd.h"
#include "atlas/rows.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#define ATLAS_COLUMN_ROW(name, member, part)                                                       \
    {#name, part, offsetof(struct atlas_segment, member),                                          \
     sizeof(*((struct atlas_segment *)0)->member)},
const struct atlas_column atlas_columns[] = {ATLAS_COLUMNS(ATLAS_COLUMN_ROW)};
_Static_assert(ATLAS_COLUMN__COUNT <= ATLAS_COLUMNS_MAX, "room for their counts");

void atlas_column_set(struct atlas_segment *segment, enum atlas_column_id id, void *items,
                      uint64_t count) {
    memcpy((char *)segment + atlas_columns[id].pointer, &items, sizeof(items));
    segment->column_counts[id] = count;
}

void atlas_figure_add(struct atlas_figures *figures, const char *part, uint64_t bytes) {
    size_t i = 0;
    while (i < figures->part_count && strcmp(figures->parts[i].name, part) != 0) {
        i++;
    }
    assert(i < ATLAS_FIGURE_PARTS_MAX); /* the table of columns has fewer parts */
    figures->parts[i].name = part;
    figures->parts[i].bytes += bytes;
    figures->part_count = i < figures->part_count ? figures->part_count : i + 1;
    figures->bytes += bytes;
}

void atlas_columns_measure(const struct atlas_segment *segment, struct atlas_figures *figures) {
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        atlas_figure_add(figures, atlas_columns[id].part,
                         atlas_column_bytes(segment, (enum atlas_column_id)id));
    }
}

uint32_t atlas_columns_share(unsigned first) {
    return first == ATLAS_COLUMN_THEME_OFFSETS ? ATLAS_DENSE_THEMES : ATLAS_DENSE_SHARE;
}

static const struct {
    size_t lists; /* in struct atlas_segment */
    enum atlas_column_id first;
} all_lists[] = {
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_THEME].lists), ATLAS_COLUMN_THEME_OFFSETS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_LANGUAGE].lists),
     ATLAS_COLUMN_LANGUAGE_OFFSETS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_SOURCE].lists),
     ATLAS_COLUMN_SOURCE_OFFSETS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_SKILL].lists), ATLAS_COLUMN_SKILL_OFFSETS},
    {offsetof(struct atlas_segment, territory_lists), ATLAS_COLUMN_TERRITORY_OFFSETS},
    {offsetof(struct atlas_segment, postings), ATLAS_COLUMN_POSTINGS_OFFSETS},
    {offsetof(struct atlas_segment, titles), ATLAS_COLUMN_TITLE_WORDS_OFFSETS},
};
static const struct {
    size_t texts;
    enum atlas_column_id starts;
} all_texts[] = {
    {offsetof(struct atlas_segment, title_texts), ATLAS_COLUMN_TITLE_STARTS},
    {offsetof(struct atlas_segment, title_key_texts), ATLAS_COLUMN_TITLE_KEY_STARTS},
    {offsetof(struct atlas_segment, types), ATLAS_COLUMN_TYPES_STARTS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_LANGUAGE].names),
     ATLAS_COLUMN_LANGUAGE_STARTS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_SOURCE].names), ATLAS_COLUMN_SOURCE_STARTS},
    {offsetof(struct atlas_segment, values[ATLAS_VALUES_SKILL].names), ATLAS_COLUMN_SKILL_STARTS},
    {offsetof(struct atlas_segment, terms), ATLAS_COLUMN_TERMS_STARTS},
};

void atlas_columns_count(struct atlas_segment *segment) {
    const uint64_t *counts = segment->column_counts;
    segment->count = (uint32_t)counts[ATLAS_COLUMN_ENTRY];
    segment->placed = (uint32_t)counts[ATLAS_COLUMN_POINT];
    segment->words = bits_words(segment->count);
    segment->dated_count = (uint32_t)counts[ATLAS_COLUMN_DATED];
    segment->term_count = (uint32_t)counts[ATLAS_COLUMN_LETTERS];
    segment->row_value_count = (uint32_t)counts[ATLAS_COLUMN_ROW_VALUES];
    segment->rest_count = (uint32_t)counts[ATLAS_COLUMN_REST];
    segment->top_count = (uint32_t)counts[ATLAS_COLUMN_TOPS];
    segment->crowd_count = (uint32_t)counts[ATLAS_COLUMN_CROWDS];
    for (size_t i = 0; i < ARRAY_COUNT(all_lists); i++) {
        struct atlas_lists *lists = (void *)((char *)segment + all_lists[i].lists);
        unsigned first = all_lists[i].first;
        lists->key_count = (uint32_t)counts[first] - 1;
        lists->dense_count = (uint32_t)counts[first + 2];
        atlas_lists_measure(lists, segment->count, atlas_columns_share(first));
    }
    for (size_t i = 0; i < ARRAY_COUNT(all_texts); i++) {
        struct atlas_texts *texts = (void *)((char *)segment + all_texts[i].texts);
        texts->count = (uint32_t)counts[all_texts[i].starts] - 1;
    }
    atlas_rows_measure(segment);
}

void atlas_columns_bind(struct atlas_segment *segment) {
    for (size_t i = 0; i < ARRAY_COUNT(segment->kinds); i++) {
        segment->kinds[i] = segment->kind_bits + i * segment->words;
    }
    for (size_t i = 0; i < ARRAY_COUNT(segment->states); i++) {
        segment->states[i] = segment->state_bits + i * segment->words;
    }
    for (size_t i = 0; i < ARRAY_COUNT(segment->has); i++) {
        segment->has[i] = segment->has_bits + i * segment->words;
    }
}

void atlas_segment_hold(struct atlas_segment *segment) {
    atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
}

void atlas_segment_release(struct atlas_segment *segment) {
    if (segment && atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) == 1) {
        if (segment->mapping) {
            munmap(segment->mapping, segment->mapping_bytes);
        }
        struct arena arena = segment->arena; /* the segment lives in it */
        arena_free(&arena);
    }
}

/* Position of the first term that is not before the text. */
static uint32_t term_lower_bound(const struct atlas_segment *segment, slice text) {
    uint32_t low = 0;
    uint32_t high = segment->term_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(atlas_text(&segment->terms, middle), text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t atlas_segment_term(const struct atlas_segment *segment, slice word) {
    uint32_t at = term_lower_bound(segment, word);
    return at < segment->term_count && slice_equal(atlas_text(&segment->terms, at), word)
               ? at
               : ATLAS_NO_TERM;
}

void atlas_segment_prefix(const struct atlas_segment *segment, slice prefix, uint32_t *first,
                          uint32_t *last) {
    uint32_t low = term_lower_bound(segment, prefix);
    uint32_t high = segment->term_count;
    *first = low;
    while (low < high) { /* what begins so stands together */
        uint32_t middle = low + (high - low) / 2;
        if (slice_starts_with(atlas_text(&segment->terms, middle), prefix)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *last = low;
}

uint64_t atlas_stem_hash(slice stem) {
    return hash_bytes(stem, UINT64_C(0x7374656d));
}

uint32_t atlas_letters(slice word) {
    uint32_t letters = 0;
    for (size_t i = 0; i < word.n; i++) {
        letters |= UINT32_C(1) << ((unsigned char)word.p[i] & 31);
    }
    return letters;
}

const uint32_t *atlas_segment_stem(const struct atlas_segment *segment, enum text_language language,
                                   uint64_t hash, size_t *count) {
    const uint64_t *hashes = segment->term_stems[language];
    const uint32_t *terms = segment->stem_terms[language];
    uint32_t low = 0;
    uint32_t high = segment->term_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hashes[terms[middle]] < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t n = 0;
    while (low + n < segment->term_count && hashes[terms[low + n]] == hash) {
        n++;
    }
    *count = n;
    return terms + low;
}

uint32_t atlas_segment_entry(const struct atlas_segment *segment, int64_t entry) {
    uint32_t low = 0;
    uint32_t high = segment->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->entry[segment->by_entry[middle]] < entry) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t atlas_values_find(const struct atlas_values *values, slice name) {
    uint32_t low = 0;
    uint32_t high = values->lists.key_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = slice_compare(atlas_text(&values->names, middle), name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return ATLAS_NO_KEY;
}

uint32_t atlas_segment_territory(const struct atlas_segment *segment, uint32_t territory) {
    uint32_t count = segment->territory_lists.key_count;
    uint32_t at = sorted_bound(segment->territories, count, territory);
    return at < count && segment->territories[at] == territory ? at : UINT32_MAX;
}
