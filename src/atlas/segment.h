/* A segment: some documents with everything that searching them takes. It never changes once built;
 * the generation is one, the delta another. For the room and its tests. */
#ifndef AGORA_ATLAS_SEGMENT_H
#define AGORA_ATLAS_SEGMENT_H

#include "atlas/atlas.h"
#include "atlas/lists.h"
#include "text/text.h"

#include <stdatomic.h>

#define ATLAS_NO_KEY  UINT32_MAX
#define ATLAS_NO_TERM UINT32_MAX

#define ATLAS_COLUMNS_MAX 128 /* columns.h has fewer */

/* What texts an entry has, by how much a word in them weighs (README, "Words"). */
enum atlas_field {
    ATLAS_FIELD_TITLE,
    ATLAS_FIELD_TYPE,
    ATLAS_FIELD_TAG,
    ATLAS_FIELD_PLACE,
    ATLAS_FIELD_SUMMARY,
    ATLAS_FIELD_TEXT,
    ATLAS_FIELD_ASK,
    ATLAS_FIELD__COUNT
};

/* Words as a builder holds them: runs, one for each text. A run is a header and then its words in
 * order, as numbers, stop words included. A segment keeps them as bytes (runs.h). */
#define ATLAS_RUN_MARK          UINT32_C(0x80000000)
#define ATLAS_RUN_FIELD(header) ((enum atlas_field)(((header) >> 24) & 0x7f))
#define ATLAS_RUN_COUNT(header) ((header)&UINT32_C(0xffffff))
#define ATLAS_RUN_WORDS_MAX     UINT32_C(0xffffff)
static inline uint32_t atlas_run_header(enum atlas_field field, uint32_t count) {
    return ATLAS_RUN_MARK | (uint32_t)field << 24 | count;
}

/* The number of an organisation is a word with this byte in front, which no text brings, and with
 * the stems of the number: asked for as a whole it is alike, and no begun word begins it. */
#define ATLAS_NUMBER_BYTE '\1'

/* Texts one behind the other. */
struct atlas_texts {
    uint32_t count;
    uint32_t *offsets; /* count + 1, into bytes */
    char *bytes;
};
static inline slice atlas_text(const struct atlas_texts *texts, uint32_t i) {
    return slice_of(texts->bytes + texts->offsets[i], texts->offsets[i + 1] - texts->offsets[i]);
}

/* A facet whose values are not known beforehand, or many: theme, language, source, skill. */
struct atlas_values {
    struct atlas_lists lists;
    struct atlas_texts names; /* of the keys, ascending; none for themes: the key is their index */
};
enum atlas_values_of {
    ATLAS_VALUES_THEME, /* with the broader ones */
    ATLAS_VALUES_LANGUAGE,
    ATLAS_VALUES_SOURCE,
    ATLAS_VALUES_SKILL,
    ATLAS_VALUES__COUNT
};

/* The facets in the order in which their values are numbered (rows.h). */
enum atlas_facet_of {
    ATLAS_OF_KIND,
    ATLAS_OF_STATE,
    ATLAS_OF_HAS,
    ATLAS_OF_THEME, /* as enum atlas_values_of from here */
    ATLAS_OF_LANGUAGE,
    ATLAS_OF_SOURCE,
    ATLAS_OF_SKILL,
    ATLAS_OF_TOP, /* children of the country */
    ATLAS_OF__COUNT
};

/* The smallest square of the map (of the grid, as tiles are) that holds all documents of its run.
 * It is divided while more than ATLAS_QUAD_DOCUMENTS stand in it, not all on one grid point
 * (quads.h). */
enum atlas_quad_of { ATLAS_QUAD_ALL, ATLAS_QUAD_ENTRIES, ATLAS_QUAD_OF__COUNT }; /* documents */
struct atlas_quad {
    uint32_t first, last; /* documents first … last - 1 */
    uint32_t child;       /* the first of its quarters that hold something; 0: not divided */
    uint8_t children;     /* how many: they stand side by side, in Z-order */
    uint8_t zoom;         /* of the square: 0 … 32 */
    bool is_point;        /* all stand on one and the same point */
    bool is_approximate;  /* all of them are */
    struct geo_grid grid; /* of the first document */
    uint32_t kinds[QUERY_KIND__COUNT];
    /* Where they stand. Up to ATLAS_MEAN_DOCUMENTS: the mean on the grid, rounded down. More: the
     * sums of the columns (x) and rows (y), 0 … 7, of their squares, eighths of this one; nothing
     * when those would be smaller than the grid's. */
    struct {
        uint32_t x, y;
    } at[ATLAS_QUAD_OF__COUNT];
};
#define ATLAS_MEAN_DOCUMENTS 64 /* README, "Cells" */
#define ATLAS_SQUARE_LEVELS  3u /* a cell has 8 x 8 squares when no more than kinds is chosen */
#define ATLAS_QUAD_DOCUMENTS 64

/* A block is 64 documents: one word of a bitset. A region is 64 blocks. */
#define ATLAS_BLOCK  64
#define ATLAS_REGION 64

/* Rows of QUERY_KIND__COUNT: how many documents of each kind (cube.h). */
struct atlas_cube {
    uint32_t *kinds;                       /* one row: all documents */
    uint32_t *states;                      /* a row for each state */
    uint32_t *has;                         /* likewise */
    uint32_t *values[ATLAS_VALUES__COUNT]; /* a row for each key */
    uint32_t *territories;                 /* a row for each key of territory_lists */
};

/* An entry was inspired by another. */
struct atlas_origin {
    int64_t entry, target;
};

struct atlas_crowd;
struct atlas_theme_words;

/* Documents numbered anew by kind (shelf.h). */
struct atlas_shelves {
    uint32_t *starts; /* where each kind begins, in numbers of 64; the last: their end */
    uint32_t *ranks;  /* of each kind: how many documents stand before every 512th */
    uint64_t *bits;   /* of the frequent themes, in the order of their lists */
};

/* Everything below the counts is a column: columns.h lists them all. They lie in the arena of a
 * segment that was built, or in the mapping of a snapshot. */
struct atlas_segment {
    struct arena arena; /* holds what was built */
    void *mapping;      /* of a snapshot; NULL: built here */
    size_t mapping_bytes;
    _Atomic uint32_t references;
    uint32_t count;  /* documents: by Z-order, then entry id, then ask */
    uint32_t placed; /* the first ones, which have a point */
    size_t words;    /* of a bitset over the documents */
    uint64_t column_counts[ATLAS_COLUMNS_MAX];

    int64_t *entry;
    uint16_t *ask;
    uint8_t *kind;            /* enum query_kind */
    struct geo_point *point;  /* of the placed ones */
    struct geo_grid *grid;    /* likewise; atlas_segment_zorder is made of it */
    struct atlas_quad *quads; /* of the placed ones, the whole first; quads.h */
    uint32_t *territory;      /* smallest known, or TERRITORY_NONE */
    uint16_t *quality;        /* README, "Score" */
    uint16_t *points;         /* the quality and, as built, what its source and kind bring */
    int64_t *fresh_ms;        /* 0: not known */
    uint32_t *type;           /* index into types, or UINT32_MAX */
    uint32_t *title;          /* index into title_texts: as written */
    uint32_t *title_key;      /* into title_key_texts: folded, clipped to ATLAS_TITLE_KEY_BYTES */
    uint32_t *by_entry;       /* documents by entry id, then ask */
    struct atlas_texts title_texts, title_key_texts;
    struct atlas_origin *origins; /* of its entries: by entry, then target */

    uint64_t *kind_bits, *state_bits, *has_bits; /* bitsets one behind the other */
    uint64_t *kinds[QUERY_KIND__COUNT];          /* where each of them begins */
    uint64_t *states[QUERY_STATE__COUNT];
    uint64_t *has[QUERY_HAS__COUNT];
    uint64_t *approximate;
    struct atlas_values values[ATLAS_VALUES__COUNT];
    struct atlas_shelves shelves;
    struct atlas_texts types; /* labels, ascending */
    uint32_t *source;         /* per document: key of its source, or ATLAS_NO_KEY */

    uint64_t *rows;           /* TALLY_WORDS a document: rows.h */
    uint32_t *row_values;     /* of the bits, ascending */
    uint32_t row_value_count; /* bits that have a value */
    uint64_t *rest;           /* ascending: document << 32 | a value of it that has no bit */
    uint32_t rest_count;
    uint32_t *tops; /* children of the country, in their order there: indexes of territories */
    uint32_t top_count;
    uint32_t value_first[ATLAS_OF__COUNT + 1]; /* the values of each facet; the last: how many */

    /* What the best document of a block has at most, then the same of the regions: blocks.h. */
    uint16_t *block_points;    /* quality and, as built, what its source and kind bring */
    int64_t *block_fresh_ms;   /* the freshest */
    int64_t *block_last_ms;    /* the last end of a date; INT64_MIN: no dates */
    int64_t *block_entry;      /* the smallest entry id */
    uint32_t *block_title;     /* a document with the first title */
    struct geo_box *block_box; /* of the points; west > east: none */

    uint32_t *territories; /* sorted; lists.key is the position here. Ancestors included */
    struct atlas_lists territory_lists;
    struct atlas_cube cube;

    uint32_t dated_count; /* documents with dates of the role "happens" */
    uint32_t *dated;      /* ascending */
    uint32_t *date_offsets;
    int64_t *date_first_ms, *date_last_ms;
    uint64_t *dated_bits; /* the same documents */
    uint32_t
        *dated_by_end;     /* positions in dated: by the end of their last date, the latest first */
    uint32_t *block_dated; /* per block: how many of dated stand before it */

    uint32_t term_count;
    struct atlas_texts terms; /* ascending */
    uint32_t *letters; /* per term: a bit for each kind of byte in it, for the search of typos */
    bool *is_stop;     /* in phrases only */
    struct atlas_lists postings;
    uint8_t *impacts;          /* parallel to postings.documents */
    uint8_t *block_impacts;    /* per frequent term and block: the largest; 0: not there */
    struct atlas_lists titles; /* terms in titles of entries */
    uint64_t *term_stems[TEXT_LANGUAGE__COUNT]; /* per term: hash of its stem */
    uint32_t *stem_terms[TEXT_LANGUAGE__COUNT]; /* terms by that hash, then by number */

    uint32_t crowd_count;
    struct atlas_crowd *crowds; /* crowd.h */
    uint32_t *crowd_counts;     /* for each crowd and enum atlas_crowd_counts, by value: rows.h */
    uint32_t *crowd_best;       /* documents */
    uint8_t *crowd_impacts;     /* parallel */
    uint64_t *crowd_bits;       /* bitsets one behind the other */

    uint32_t *code_terms;  /* the terms, most frequent first: runs.h */
    uint64_t *run_offsets; /* per document + 1, into runs */
    uint8_t *runs;
    uint64_t length;         /* words that are no stop words, all documents */
    uint32_t average_length; /* that the impacts were made with */
};

#define ATLAS_TITLE_KEY_BYTES 64

void atlas_segment_hold(struct atlas_segment *segment);
void atlas_segment_release(struct atlas_segment *segment); /* NULL is fine */

/* The term, or ATLAS_NO_TERM. */
uint32_t atlas_segment_term(const struct atlas_segment *segment, slice word);
/* Terms that begin with the prefix: *first … *last - 1. */
void atlas_segment_prefix(const struct atlas_segment *segment, slice prefix, uint32_t *first,
                          uint32_t *last);
/* The run of terms with this stem in a language; *count is 0 when there is none. */
const uint32_t *atlas_segment_stem(const struct atlas_segment *segment, enum text_language language,
                                   uint64_t hash, size_t *count);
uint64_t atlas_stem_hash(slice stem);
uint32_t atlas_letters(slice word);
/* Position of the first document of an entry in by_entry, or where it would be. */
uint32_t atlas_segment_entry(const struct atlas_segment *segment, int64_t entry);
static inline slice atlas_segment_title(const struct atlas_segment *segment, uint32_t document) {
    return atlas_text(&segment->title_texts, segment->title[document]);
}
static inline slice atlas_segment_title_key(const struct atlas_segment *segment,
                                            uint32_t document) {
    return atlas_text(&segment->title_key_texts, segment->title_key[document]);
}
/* Of a placed document. */
static inline uint64_t atlas_segment_zorder(const struct atlas_segment *segment,
                                            uint32_t document) {
    return geo_zorder(segment->grid[document]);
}
/* Key of a name among the values of a facet, or ATLAS_NO_KEY. */
uint32_t atlas_values_find(const struct atlas_values *values, slice name);
/* Position of a territory in `territories`, or UINT32_MAX. */
uint32_t atlas_segment_territory(const struct atlas_segment *segment, uint32_t territory);

/* Builder. Memory runs out as ERR_MEMORY of any call; free it whatever happened. */
struct atlas_builder;
struct atlas_builder *atlas_builder_new(const struct territories *territories,
                                        const struct themes *themes);
void atlas_builder_free(struct atlas_builder *builder);
MUST_USE err atlas_builder_add(struct atlas_builder *builder, const struct entry_public *entry);
/* Takes documents over from a segment, words included: those whose bit is set (all when NULL). The
 * segment must stay until the builder is freed. */
MUST_USE err atlas_builder_take(struct atlas_builder *builder, const struct atlas_segment *from,
                                const uint64_t *bits);
/* Has crowds made (crowd.h), of more documents than `least` (0: default): for a generation. The
 * words stay until the builder is freed. */
void atlas_builder_crowds(struct atlas_builder *builder,
                          const struct atlas_theme_words *theme_words, uint32_t least);
/* average_length 0: that of the segment itself. What the builder holds goes into it; nothing
 * more may be added afterwards. */
MUST_USE err atlas_builder_finish(struct atlas_builder *builder, uint32_t average_length,
                                  struct atlas_segment **segment);
/* Weight of a word of a field in an entry, or in a need or offer. */
uint32_t atlas_field_weight(enum atlas_field field, bool is_ask);
/* README, "Score": 1 … 255, of what has not ended. */
uint8_t atlas_impact(uint64_t weight, uint64_t length, uint64_t average_length);

#endif
