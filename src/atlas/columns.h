/* The columns of a segment, in one table: how they are kept, reported, written and mapped all comes
 * from it. A new column is one line here and its pointer in struct atlas_segment. For the room and
 * its tests. */
#ifndef AGORA_ATLAS_COLUMNS_H
#define AGORA_ATLAS_COLUMNS_H

#include "atlas/segment.h"

/* X(NAME, member of struct atlas_segment, what it belongs to in reports: lines of one stand
 * together). The order is the order in a snapshot. docs/performance.md,
 * "The atlas alone", says what each takes. */
#define ATLAS_COLUMNS_OF_LISTS(X, NAME, lists, part)                                               \
    X(NAME##_OFFSETS, lists.offsets, part)                                                         \
    X(NAME##_DOCUMENTS, lists.documents, part)                                                     \
    X(NAME##_DENSE_KEYS, lists.dense_keys, part)                                                   \
    X(NAME##_DENSE_SUMS, lists.dense_sums, part)                                                   \
    X(NAME##_DENSE_BITS, lists.dense_bits, part)                                                   \
    X(NAME##_DENSE_RANKS, lists.dense_ranks, part)
#define ATLAS_COLUMNS_OF_TEXTS(X, NAME, texts, part)                                               \
    X(NAME##_STARTS, texts.offsets, part)                                                          \
    X(NAME##_BYTES, texts.bytes, part)

#define ATLAS_COLUMNS(X)                                                                           \
    X(ENTRY, entry, "documents")                                                                   \
    X(ASK, ask, "documents")                                                                       \
    X(KIND, kind, "documents")                                                                     \
    X(TERRITORY, territory, "documents")                                                           \
    X(QUALITY, quality, "documents")                                                               \
    X(POINTS, points, "documents")                                                                 \
    X(FRESH, fresh_ms, "documents")                                                                \
    X(TYPE, type, "documents")                                                                     \
    X(BY_ENTRY, by_entry, "documents")                                                             \
    X(ORIGINS, origins, "documents")                                                               \
    X(POINT, point, "points")                                                                      \
    X(GRID, grid, "points")                                                                        \
    X(QUADS, quads, "points")                                                                      \
    X(TITLE, title, "titles")                                                                      \
    X(TITLE_KEY, title_key, "titles")                                                              \
    ATLAS_COLUMNS_OF_TEXTS(X, TITLE, title_texts, "titles")                                        \
    ATLAS_COLUMNS_OF_TEXTS(X, TITLE_KEY, title_key_texts, "titles")                                \
    X(KIND_BITS, kind_bits, "facets")                                                              \
    X(STATE_BITS, state_bits, "facets")                                                            \
    X(HAS_BITS, has_bits, "facets")                                                                \
    X(APPROXIMATE, approximate, "facets")                                                          \
    ATLAS_COLUMNS_OF_TEXTS(X, TYPES, types, "facets")                                              \
    ATLAS_COLUMNS_OF_LISTS(X, THEME, values[ATLAS_VALUES_THEME].lists, "facets")                   \
    ATLAS_COLUMNS_OF_LISTS(X, LANGUAGE, values[ATLAS_VALUES_LANGUAGE].lists, "facets")             \
    ATLAS_COLUMNS_OF_TEXTS(X, LANGUAGE, values[ATLAS_VALUES_LANGUAGE].names, "facets")             \
    ATLAS_COLUMNS_OF_LISTS(X, SOURCE, values[ATLAS_VALUES_SOURCE].lists, "facets")                 \
    ATLAS_COLUMNS_OF_TEXTS(X, SOURCE, values[ATLAS_VALUES_SOURCE].names, "facets")                 \
    ATLAS_COLUMNS_OF_LISTS(X, SKILL, values[ATLAS_VALUES_SKILL].lists, "facets")                   \
    ATLAS_COLUMNS_OF_TEXTS(X, SKILL, values[ATLAS_VALUES_SKILL].names, "facets")                   \
    X(SHELF_STARTS, shelves.starts, "facets")                                                      \
    X(SHELF_RANKS, shelves.ranks, "facets")                                                        \
    X(SHELF_BITS, shelves.bits, "facets")                                                          \
    X(SOURCE_OF, source, "facets")                                                                 \
    X(ROWS, rows, "facets")                                                                        \
    X(ROW_VALUES, row_values, "facets")                                                            \
    X(REST, rest, "facets")                                                                        \
    X(TOPS, tops, "facets")                                                                        \
    X(BLOCK_POINTS, block_points, "blocks")                                                        \
    X(BLOCK_FRESH, block_fresh_ms, "blocks")                                                       \
    X(BLOCK_LAST, block_last_ms, "blocks")                                                         \
    X(BLOCK_ENTRY, block_entry, "blocks")                                                          \
    X(BLOCK_TITLE, block_title, "blocks")                                                          \
    X(BLOCK_BOX, block_box, "blocks")                                                              \
    X(TERRITORIES, territories, "territories")                                                     \
    ATLAS_COLUMNS_OF_LISTS(X, TERRITORY, territory_lists, "territories")                           \
    X(CUBE_KINDS, cube.kinds, "facets")                                                            \
    X(CUBE_STATES, cube.states, "facets")                                                          \
    X(CUBE_HAS, cube.has, "facets")                                                                \
    X(CUBE_THEMES, cube.values[ATLAS_VALUES_THEME], "facets")                                      \
    X(CUBE_LANGUAGES, cube.values[ATLAS_VALUES_LANGUAGE], "facets")                                \
    X(CUBE_SOURCES, cube.values[ATLAS_VALUES_SOURCE], "facets")                                    \
    X(CUBE_SKILLS, cube.values[ATLAS_VALUES_SKILL], "facets")                                      \
    X(CUBE_TERRITORIES, cube.territories, "territories")                                           \
    X(DATED, dated, "dates")                                                                       \
    X(DATED_BITS, dated_bits, "dates")                                                             \
    X(DATED_BY_END, dated_by_end, "dates")                                                         \
    X(BLOCK_DATED, block_dated, "dates")                                                           \
    X(DATE_OFFSETS, date_offsets, "dates")                                                         \
    X(DATE_FIRST, date_first_ms, "dates")                                                          \
    X(DATE_LAST, date_last_ms, "dates")                                                            \
    ATLAS_COLUMNS_OF_TEXTS(X, TERMS, terms, "terms")                                               \
    X(LETTERS, letters, "terms")                                                                   \
    X(IS_STOP, is_stop, "terms")                                                                   \
    X(FRENCH_STEMS, term_stems[TEXT_FRENCH], "terms")                                              \
    X(FRENCH_TERMS, stem_terms[TEXT_FRENCH], "terms")                                              \
    X(ENGLISH_STEMS, term_stems[TEXT_ENGLISH], "terms")                                            \
    X(ENGLISH_TERMS, stem_terms[TEXT_ENGLISH], "terms")                                            \
    X(CODE_TERMS, code_terms, "terms")                                                             \
    ATLAS_COLUMNS_OF_LISTS(X, POSTINGS, postings, "postings")                                      \
    X(IMPACTS, impacts, "impacts")                                                                 \
    X(BLOCK_IMPACTS, block_impacts, "impacts")                                                     \
    ATLAS_COLUMNS_OF_LISTS(X, TITLE_WORDS, titles, "title words")                                  \
    X(CROWDS, crowds, "crowds")                                                                    \
    X(CROWD_COUNTS, crowd_counts, "crowds")                                                        \
    X(CROWD_BEST, crowd_best, "crowds")                                                            \
    X(CROWD_IMPACTS, crowd_impacts, "crowds")                                                      \
    X(CROWD_BITS, crowd_bits, "crowds")                                                            \
    X(RUN_OFFSETS, run_offsets, "kept words")                                                      \
    X(RUNS, runs, "kept words")

#define ATLAS_COLUMN_NAME(name, member, part) ATLAS_COLUMN_##name,
enum atlas_column_id { ATLAS_COLUMNS(ATLAS_COLUMN_NAME) ATLAS_COLUMN__COUNT };
#undef ATLAS_COLUMN_NAME

struct atlas_column {
    const char *name, *part;
    size_t pointer; /* where in struct atlas_segment */
    size_t item_bytes;
};
extern const struct atlas_column atlas_columns[ATLAS_COLUMN__COUNT];

static inline uint64_t atlas_column_bytes(const struct atlas_segment *segment,
                                          enum atlas_column_id id) {
    return segment->column_counts[id] * atlas_columns[id].item_bytes;
}
/* Puts the column where its pointer is. */
void atlas_column_set(struct atlas_segment *segment, enum atlas_column_id id, void *items,
                      uint64_t count);
/* The share of dense keys in the lists whose first column this is. */
uint32_t atlas_columns_share(unsigned first);
/* Adds what the columns take, by part, to what is there already. */
void atlas_columns_measure(const struct atlas_segment *segment, struct atlas_figures *figures);
void atlas_figure_add(struct atlas_figures *figures, const char *part, uint64_t bytes);
/* The numbers that follow from how long the columns are, when all are set. */
void atlas_columns_count(struct atlas_segment *segment);
/* Where the bitsets of kinds, states and what there is begin, once they are set. */
void atlas_columns_bind(struct atlas_segment *segment);

#endif
