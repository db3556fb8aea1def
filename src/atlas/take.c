/* Documents go from a segment to the next one without being read or analysed anew. */
#include "atlas/builder.h"
#include "atlas/rows.h"
#include "atlas/runs.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of the old terms and titles among the new ones, as far as they were needed. */
struct take {
    struct atlas_builder *builder;
    const struct atlas_segment *from;
    uint32_t *words, *titles, *title_keys;
};

static err take_word(struct take *take, uint32_t term, uint32_t *number) {
    if (take->words[term] == NAMES_NONE) {
        const struct atlas_segment *from = take->from;
        const uint64_t stems[] = {from->term_stems[TEXT_FRENCH][term],
                                  from->term_stems[TEXT_ENGLISH][term]};
        TRY(builder_word(take->builder, atlas_text(&from->terms, term), stems, &take->words[term]));
    }
    *number = take->words[term];
    return OK;
}

static err take_runs(struct take *take, uint32_t document, struct draft *draft) {
    struct pool *runs = &take->builder->runs;
    draft->run_start = runs->count;
    struct atlas_runs from = atlas_runs_of(take->from, document);
    while (atlas_runs_next(&from)) {
        TRY(pool_reserve(runs, sizeof(uint32_t), (size_t)from.count + 1));
        POOL(runs, uint32_t)[runs->count++] = atlas_run_header(from.field, from.count);
        for (uint32_t i = 0; i < from.count; i++) {
            uint32_t number;
            TRY(take_word(take, atlas_run_word(&from), &number));
            POOL(runs, uint32_t)[runs->count++] = number;
        }
    }
    draft->run_count = (uint32_t)(runs->count - draft->run_start);
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
        return names_add(&builder->languages, atlas_text(&values[ATLAS_VALUES_LANGUAGE].names, key),
                         &draft->language, NULL);
    case ATLAS_OF_SOURCE:
        return names_add(&builder->sources, atlas_text(&values[ATLAS_VALUES_SOURCE].names, key),
                         &draft->source, NULL);
    case ATLAS_OF_SKILL:
        TRY(names_add(&builder->skills, atlas_text(&values[ATLAS_VALUES_SKILL].names, key), &number,
                      NULL));
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

/* A text that many documents may have: it is looked up once. */
static err take_text(struct names *names, const struct atlas_texts *texts, uint32_t text,
                     uint32_t *known, uint32_t *number) {
    if (known[text] == NAMES_NONE) {
        TRY(names_add(names, atlas_text(texts, text), &known[text], NULL));
    }
    *number = known[text];
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
        TRY(names_add(&builder->types, atlas_text(&from->types, from->type[document]), &draft.type,
                      NULL));
    }
    TRY(take_values(take, document, &draft));
    if (dated < from->dated_count && from->dated[dated] == document) {
        TRY(take_dates(take, dated, &draft));
    }
    TRY(take_runs(take, document, &draft));
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

err atlas_builder_take(struct atlas_builder *builder, const struct atlas_segment *from,
                       const uint64_t *bits) {
    size_t count = (size_t)from->term_count + from->title_texts.count + from->title_key_texts.count;
    uint32_t *numbers = malloc((count + 1) * sizeof(*numbers));
    if (!numbers) {
        return ERR_MEMORY;
    }
    memset(numbers, 0xff, (count + 1) * sizeof(*numbers));
    struct take take = {.builder = builder, .from = from, .words = numbers};
    take.titles = take.words + from->term_count;
    take.title_keys = take.titles + from->title_texts.count;
    err failed = take_documents(&take, bits);
    free(numbers);
    return failed;
}
