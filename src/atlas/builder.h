/* What a segment is made from: documents as they come in, their words as numbers. collect.c
 * fills it, build.c turns it into a segment. */
#ifndef AGORA_ATLAS_BUILDER_H
#define AGORA_ATLAS_BUILDER_H

#include "atlas/names.h"
#include "atlas/segment.h"

#define DRAFT_STATE_NONE    UINT8_MAX
#define BUILDER_APART_LEAST 8192 /* documents whose words are worth a thread of their own */

struct draft {
    int64_t entry, fresh_ms;
    uint64_t zorder;
    struct geo_point point;
    struct geo_grid grid;
    size_t date_start, theme_start, skill_start; /* into the builder's pools */
    uint32_t date_count, theme_count, skill_count;
    uint32_t run_count; /* items of the builder's runs, or bytes of a segment's */
    size_t run_start;   /* likewise */
    uint32_t taken;     /* whose runs they are: a segment of `takens`; NAMES_NONE: our own */
    uint32_t territory;
    uint32_t title, title_key, type, language, source; /* names; NAMES_NONE: none */
    uint16_t ask, quality;
    uint8_t kind, state, has; /* has: bits of enum query_has */
    bool is_placed, is_approximate;
};
struct draft_dates {
    int64_t first_ms, last_ms;
};

/* A segment that documents came from. Their words stay there until the build reads them. */
struct taken {
    const struct atlas_segment *segment;
    const uint64_t *bits; /* of those documents; NULL: all */
    uint64_t count;       /* so many; the first segment's are the builder's first drafts */
    uint32_t *numbers;    /* of its words here, by code; NULL: the codes themselves */
};

/* An array that grows. */
struct pool {
    void *items;
    size_t count, capacity;
};
/* Makes room for `more` further items. */
MUST_USE err pool_reserve(struct pool *pool, size_t item_bytes, size_t more);
#define POOL(pool, type) ((type *)(pool)->items)

struct atlas_builder {
    const struct territories *territories;
    const struct themes *themes;
    struct text_stemmer *stemmer;
    struct buf folded;
    struct names words, titles, title_keys, types, languages, sources, skills;
    struct pool word_stems; /* uint64_t[TEXT_LANGUAGE__COUNT] a word */
    struct pool drafts, runs, dates, themes_of, skills_of;
    struct pool origins; /* struct atlas_origin */
    struct pool takens;
    uint32_t crowd_least; /* 0: none are made */
    const struct atlas_theme_words *theme_words;
};

/* The number of a folded word; `stems` (hashes, one a language) when they are known already. */
MUST_USE err builder_word(struct atlas_builder *builder, slice word, const uint64_t *stems,
                          uint32_t *number);

#endif
