/* Documents go from a segment to the next one without being read or analysed anew. */
#include "atlas/builder.h"
#include "atlas/columns.h"
#include "atlas/rows.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of the old texts among the new ones, as far as they were needed. */
struct take {
    struct atlas_builder *builder;
    const struct atlas_segment *from;
    uint32_t taken; /* among the builder's */
    uint32_t *titles, *title_keys, *types, *languages, *sources, *skills;
};

/* The words of a document stay where they are. */
static void take_runs(const struct take *take, uint32_t document, struct draft *draft) {
    const uint64_t *offsets = take->from->run_offsets;
    draft->taken = take->taken;
    draft->run_start = (size_t)offsets[document];
    draft->run_count = (uint32_t)(offsets[document + 1] - offsets[document]);
}

/* All words of the segment get numbers, the most frequent ones first: what is counted by number
 * lies close together then. Those that no document uses any more are left out by the build. */
static err take_words(const struct take *take, uint32_t *numbers) {
    const struct atlas_segment *from = take->from;
    TRY(names_reserve(&take->builder->words, from->term_count,
                      from->terms.offsets[from->term_count]));
    for (uint32_t code = 0; code < from->term_count; code++) {
        uint32_t term = from->code_terms[code];
        const uint64_t stems[] = {from->term_stems[TEXT_FRENCH][term],
                                  from->term_stems[TEXT_ENGLISH][term]};
        TRY(builder_word(take->builder, atlas_text(&from->terms, term), stems, &numbers[code]));
    }
    return OK;
}

static err take_dates(struct take *take, uint32_t dated, struct draft *draft) {
    const struct atlas_segment *from = take->from;
    struct pool *dates = &take->builder->dates;
    uint32_t at = from->date_offsets[dated];
    uint32_t end = from->date_offsets[dated + 1];
    draft->date_start = dates->count;
    draft->date_count = end - at;
    TRY(pool_reserve(dates, sizeof(struct draft_dates), draft->date_count));
    for (; at < end; at++) {
        POOL(dates, struct draft_dates)
        [dates->count++] = (struct draft_dates){.first_ms = from->date_first_ms[at],
                                                .last_ms = from->date_last_ms[at]};
    }
    return OK;
}

/* A text that many documents may have: it is looked up once. */
static err take_text(struct names *names, const struct atlas_texts *texts, uint32_t text,
                     uint32_t *known, uint32_t *number) {
    if (known[text] == NAMES_NONE) {
        TRY(names_add(names, atlas_text(texts, text), &known[text], NULL));
    }
    *number = known[text];
    return OK;
}

static err take_value(struct take *take, uint32_t value, struct draft *draft) {
    struct atlas_builder *builder = take->builder;
    enum atlas_facet_of of = atlas_value_facet(take->from, value);
    uint32_t key = value - take->from->value_first[of];
    const struct atlas_values *values = take->from->values;
    uint32_t number;
    switch (of) {
    case ATLAS_OF_THEME:
        TRY(pool_reserve(&builder->themes_of, sizeof(uint16_t), 1));
        POOL(&builder->themes_of, uint16_t)[builder->themes_of.count++] = (uint16_t)key;
        draft->theme_count++;
        return OK;
    case ATLAS_OF_LANGUAGE:
        return take_text(&builder->languages, &values[ATLAS_VALUES_LANGUAGE].names, key,
                         take->languages, &draft->language);
    case ATLAS_OF_SOURCE:
        return take_text(&builder->sources, &values[ATLAS_VALUES_SOURCE].names, key, take->sources,
                         &draft->source);
    case ATLAS_OF_SKILL:
        TRY(take_text(&builder->skills, &values[ATLAS_VALUES_SKILL].names, key, take->skills,
                      &number));
        TRY(pool_reserve(&builder->skills_of, sizeof(uint32_t), 1));
        POOL(&builder->skills_of, uint32_t)[builder->skills_of.count++] = number;
        draft->skill_count++;
        return OK;
    case ATLAS_OF_KIND: /* taken on their own, or with the territory */
    case ATLAS_OF_STATE:
    case ATLAS_OF_HAS:
    case ATLAS_OF_TOP:
    case ATLAS_OF__COUNT:
        break;
    }
    return OK;
}

static err take_values(struct take *take, uint32_t document, struct draft *draft) {
    draft->language = NAMES_NONE;
    draft->source = NAMES_NONE;
    draft->theme_start = take->builder->themes_of.count;
    draft->skill_start = take->builder->skills_of.count;
    struct atlas_row_walk walk = atlas_row_walk(take->from, document);
    for (uint32_t value; atlas_row_next(&walk, &value);) {
        TRY(take_value(take, value, draft));
    }
    return OK;
}

static err take_document(struct take *take, uint32_t document, uint32_t dated) {
    const struct atlas_segment *from = take->from;
    struct atlas_builder *builder = take->builder;
    struct draft draft = {
        .entry = from->entry[document],
        .ask = from->ask[document],
        .kind = from->kind[document],
        .fresh_ms = from->fresh_ms[document],
        .territory = from->territory[document],
        .quality = from->quality[document],
        .state = DRAFT_STATE_NONE,
        .is_placed = document < from->placed,
        .is_approximate = bits_has(from->approximate, document),
        .type = NAMES_NONE,
    };
    for (unsigned i = 0; i < QUERY_STATE__COUNT; i++) {
        draft.state = bits_has(from->states[i], document) ? (uint8_t)i : draft.state;
    }
    for (unsigned i = 0; i < QUERY_HAS__COUNT; i++) {
        draft.has = (uint8_t)(draft.has | (unsigned)bits_has(from->has[i], document) << i);
    }
    if (draft.is_placed) {
        draft.point = from->point[document];
        draft.grid = from->grid[document];
        draft.zorder = atlas_segment_zorder(from, document);
    }
    TRY(take_text(&builder->titles, &from->title_texts, from->title[document], take->titles,
                  &draft.title));
    TRY(take_text(&builder->title_keys, &from->title_key_texts, from->title_key[document],
                  take->title_keys, &draft.title_key));
    if (from->type[document] != UINT32_MAX) {
        TRY(take_text(&builder->types, &from->types, from->type[document], take->types,
                      &draft.type));
    }
    TRY(take_values(take, document, &draft));
    if (dated < from->dated_count && from->dated[dated] == document) {
        TRY(take_dates(take, dated, &draft));
    }
    take_runs(take, document, &draft);
    TRY(pool_reserve(&builder->drafts, sizeof(draft), 1));
    POOL(&builder->drafts, struct draft)[builder->drafts.count++] = draft;
    return OK;
}

static err take_documents(struct take *take, const uint64_t *bits) {
    const struct atlas_segment *from = take->from;
    uint32_t dated = 0;
    for (uint32_t document = 0; document < from->count; document++) {
        while (dated < from->dated_count && from->dated[dated] < document) {
            dated++;
        }
        if (!bits || bits_has(bits, document)) {
            TRY(take_document(take, document, dated));
        }
    }
    return OK;
}

/* What the entries that come were inspired by. */
static err take_origins(const struct take *take, const uint64_t *bits) {
    const struct atlas_segment *from = take->from;
    struct atlas_builder *builder = take->builder;
    size_t count = from->column_counts[ATLAS_COLUMN_ORIGINS];
    TRY(pool_reserve(&builder->origins, sizeof(struct atlas_origin), count));
    for (size_t i = 0; i < count; i++) {
        uint32_t document = from->by_entry[atlas_segment_entry(from, from->origins[i].entry)];
        if (!bits || bits_has(bits, document)) {
            POOL(&builder->origins, struct atlas_origin)
            [builder->origins.count++] = from->origins[i];
        }
    }
    return OK;
}

static bool are_the_codes(const uint32_t *numbers, uint32_t count) {
    uint32_t code = 0;
    while (code < count && numbers[code] == code) {
        code++;
    }
    return code == count;
}

/* Room for all that come, when they are many of those there are. */
static err take_reserve(const struct take *take, uint64_t count) {
    struct atlas_builder *builder = take->builder;
    const struct atlas_segment *from = take->from;
    if (count < from->count / 2) {
        return OK;
    }
    TRY(pool_reserve(&builder->drafts, sizeof(struct draft), count));
    TRY(names_reserve(&builder->titles, from->title_texts.count,
                      from->title_texts.offsets[from->title_texts.count]));
    return names_reserve(&builder->title_keys, from->title_key_texts.count,
                         from->title_key_texts.offsets[from->title_key_texts.count]);
}

err atlas_builder_take(struct atlas_builder *builder, const struct atlas_segment *from,
                       const uint64_t *bits) {
    const struct atlas_values *values = from->values;
    struct take take = {.builder = builder, .from = from, .taken = (uint32_t)builder->takens.count};
    struct {
        uint32_t **numbers;
        uint32_t count;
    } const maps[] = {
        {&take.titles, from->title_texts.count},
        {&take.title_keys, from->title_key_texts.count},
        {&take.types, from->types.count},
        {&take.languages, values[ATLAS_VALUES_LANGUAGE].names.count},
        {&take.sources, values[ATLAS_VALUES_SOURCE].names.count},
        {&take.skills, values[ATLAS_VALUES_SKILL].names.count},
    };
    uint64_t count = bits ? bits_count(bits, from->words) : from->count;
    if (!count) {
        return OK;
    }
    size_t total = 0;
    for (size_t i = 0; i < ARRAY_COUNT(maps); i++) {
        total += maps[i].count;
    }
    TRY(pool_reserve(&builder->takens, sizeof(struct taken), 1));
    uint32_t *words = malloc(((size_t)from->term_count + 1) * sizeof(*words));
    uint32_t *numbers = malloc((total + 1) * sizeof(*numbers));
    if (!words || !numbers) {
        free(words);
        free(numbers);
        return ERR_MEMORY;
    }
    POOL(&builder->takens, struct taken)
    [builder->takens.count++] =
        (struct taken){.segment = from, .bits = bits, .count = count, .numbers = words};
    memset(numbers, 0xff, (total + 1) * sizeof(*numbers));
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_COUNT(maps); i++) {
        *maps[i].numbers = numbers + at;
        at += maps[i].count;
    }
    err failed = take_reserve(&take, count);
    failed = failed ? failed : take_words(&take, words);
    if (!failed && are_the_codes(words, from->term_count)) {
        POOL(&builder->takens, struct taken)[take.taken].numbers = NULL;
        free(words);
    }
    failed = failed ? failed : take_documents(&take, bits);
    failed = failed ? failed : take_origins(&take, bits);
    free(numbers);
    return failed;
}
