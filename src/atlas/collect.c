/* Entries become drafts of documents: their words, facets, points (README, "Documents"). */
#include "atlas/builder.h"

#include <stdlib.h>
#include <string.h>

/* An entry's texts are bounded by its own limits; a list of 64 transcripts is the longest. */
#define FOLDED_LIMIT (64u << 20)

err pool_reserve(struct pool *pool, size_t item_bytes, size_t more) {
    if (pool->capacity - pool->count >= more) {
        return OK;
    }
    size_t wanted = pool->capacity * 2 + more + 64;
    size_t bytes;
    if (__builtin_mul_overflow(wanted, item_bytes, &bytes)) {
        return ERR_MEMORY;
    }
    void *items = realloc(pool->items, bytes);
    if (!items) {
        return ERR_MEMORY;
    }
    pool->items = items;
    pool->capacity = wanted;
    return OK;
}

struct atlas_builder *atlas_builder_new(const struct territories *territories,
                                        const struct themes *themes) {
    struct atlas_builder *builder = calloc(1, sizeof(*builder));
    if (!builder) {
        return NULL;
    }
    builder->territories = territories;
    builder->themes = themes;
    builder->folded = buf_new(FOLDED_LIMIT);
    builder->stemmer = text_stemmer_new();
    if (!builder->stemmer) {
        free(builder);
        return NULL;
    }
    return builder;
}

void atlas_builder_free(struct atlas_builder *builder) {
    if (!builder) {
        return;
    }
    struct names *names[] = {&builder->words, &builder->titles,  &builder->title_keys,
                             &builder->types, &builder->sources, &builder->languages,
                             &builder->skills};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        names_free(names[i]);
    }
    struct pool *pools[] = {&builder->word_stems, &builder->drafts,    &builder->runs,
                            &builder->dates,      &builder->themes_of, &builder->skills_of,
                            &builder->origins};
    for (size_t i = 0; i < ARRAY_COUNT(pools); i++) {
        free(pools[i]->items);
    }
    for (size_t i = 0; i < builder->takens.count; i++) {
        free(POOL(&builder->takens, struct taken)[i].numbers);
    }
    free(builder->takens.items);
    buf_free(&builder->folded);
    text_stemmer_free(builder->stemmer);
    free(builder);
}

err builder_word(struct atlas_builder *builder, slice word, const uint64_t *stems,
                 uint32_t *number) {
    bool is_new;
    TRY(names_add(&builder->words, word, number, &is_new));
    if (!is_new) {
        return OK;
    }
    TRY(pool_reserve(&builder->word_stems, sizeof(uint64_t) * TEXT_LANGUAGE__COUNT, 1));
    uint64_t *kept =
        POOL(&builder->word_stems, uint64_t) + builder->word_stems.count++ * TEXT_LANGUAGE__COUNT;
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        kept[language] =
            stems
                ? stems[language]
                : atlas_stem_hash(text_stem(builder->stemmer, (enum text_language)language, word));
    }
    return OK;
}

static err add_text(struct atlas_builder *builder, enum atlas_field field, slice text) {
    if (!text.n) {
        return OK;
    }
    buf_clear(&builder->folded);
    text_fold(text, &builder->folded);
    if (builder->folded.failed) {
        return builder->folded.failed;
    }
    TRY(pool_reserve(&builder->runs, sizeof(uint32_t), 1));
    size_t header = builder->runs.count++;
    uint32_t count = 0;
    struct text_words words = {.rest = buf_slice(&builder->folded)};
    for (slice word; count < ATLAS_RUN_WORDS_MAX && text_words_next(&words, &word); count++) {
        uint32_t number;
        TRY(builder_word(builder, word, NULL, &number));
        TRY(pool_reserve(&builder->runs, sizeof(uint32_t), 1));
        POOL(&builder->runs, uint32_t)[builder->runs.count++] = number;
    }
    if (count) {
        POOL(&builder->runs, uint32_t)[header] = atlas_run_header(field, count);
    } else {
        builder->runs.count--;
    }
    return OK;
}

/* ATLAS_NUMBER_BYTE. Of one word; any other is none of an organisation. */
static err add_number(struct atlas_builder *builder, slice text) {
    uint64_t stems[TEXT_LANGUAGE__COUNT];
    uint32_t number;
    slice word;
    buf_clear(&builder->folded);
    buf_add_char(&builder->folded, ATLAS_NUMBER_BYTE);
    text_fold(text, &builder->folded);
    TRY(builder->folded.failed);
    slice marked = buf_slice(&builder->folded);
    struct text_words words = {.rest = slice_sub(marked, 1, marked.n)};
    if (!text_words_next(&words, &word) || word.n + 1 != marked.n) {
        return OK;
    }
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        stems[language] =
            atlas_stem_hash(text_stem(builder->stemmer, (enum text_language)language, word));
    }
    TRY(builder_word(builder, marked, stems, &number));
    TRY(pool_reserve(&builder->runs, sizeof(uint32_t), 2));
    uint32_t *run = POOL(&builder->runs, uint32_t) + builder->runs.count;
    run[0] = atlas_run_header(ATLAS_FIELD_TEXT, 1);
    run[1] = number;
    builder->runs.count += 2;
    return OK;
}

static err add_place(struct atlas_builder *builder, const struct entry_public *entry) {
    TRY(add_text(builder, ATLAS_FIELD_PLACE, entry->entry.place.name));
    TRY(add_text(builder, ATLAS_FIELD_PLACE, entry->entry.place.city));
    TRY(add_text(builder, ATLAS_FIELD_PLACE, entry->entry.place.postal_code));
    if (entry->territory == TERRITORY_NONE) {
        return OK;
    }
    const struct territory *here = &builder->territories->items[entry->territory];
    TRY(add_text(builder, ATLAS_FIELD_PLACE, here->name));
    const uint32_t around[] = {here->epci, here->departement, here->region};
    for (size_t i = 0; i < ARRAY_COUNT(around); i++) {
        if (around[i] != TERRITORY_NONE && around[i] != entry->territory) {
            TRY(add_text(builder, ATLAS_FIELD_PLACE, builder->territories->items[around[i]].name));
        }
    }
    return OK;
}

/* Which field a translated text belongs to. */
static enum atlas_field translated_field(enum entry_translated translated) {
    switch (translated) {
    case ENTRY_TR_TITLE:
        return ATLAS_FIELD_TITLE;
    case ENTRY_TR_SUMMARY:
        return ATLAS_FIELD_SUMMARY;
    case ENTRY_TR_NEED:
    case ENTRY_TR_OFFER:
        return ATLAS_FIELD_ASK;
    case ENTRY_TR_DESCRIPTION:
    case ENTRY_TR_FIGURE:
    case ENTRY_TR__COUNT:
        break;
    }
    return ATLAS_FIELD_TEXT;
}

/* What an entry and each of its needs and offers share. */
static err add_common_texts(struct atlas_builder *builder, const struct entry_public *public) {
    const struct entry *entry = &public->entry;
    TRY(add_text(builder, ATLAS_FIELD_TITLE, entry->title));
    TRY(add_text(builder, ATLAS_FIELD_TYPE, entry->type));
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        TRY(add_text(builder, ATLAS_FIELD_TAG, entry->tags[i]));
    }
    return add_place(builder, public);
}

/* What only some kinds say, and why it ended. */
static err add_details(struct atlas_builder *builder, const struct entry *entry) {
    static const enum entry_detail texts[] = {ENTRY_DETAIL_ACCESS, ENTRY_DETAIL_PEOPLE,
                                              ENTRY_DETAIL_THING_LICENCE, ENTRY_DETAIL_GOVERNANCE,
                                              ENTRY_DETAIL_HANDOVER};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->details[texts[i]]));
    }
    TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->price));
    TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->end_reason));
    TRY(add_number(builder, entry->details[ENTRY_DETAIL_SIRET]));
    return add_number(builder, entry->details[ENTRY_DETAIL_RNA]);
}

static err add_entry_texts(struct atlas_builder *builder, const struct entry *entry) {
    TRY(add_details(builder, entry));
    TRY(add_text(builder, ATLAS_FIELD_SUMMARY, entry->summary));
    TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->description));
    TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->place.address));
    TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->audience));
    for (uint32_t i = 0; i < entry->figure_count; i++) {
        TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->figures[i].label));
    }
    for (uint32_t i = 0; i < entry->media_count; i++) {
        TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->media[i].title));
        TRY(add_text(builder, ATLAS_FIELD_TEXT, entry->media[i].transcript));
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        TRY(add_text(builder, ATLAS_FIELD_ASK, entry->asks[i].skill));
        TRY(add_text(builder, ATLAS_FIELD_ASK, entry->asks[i].text));
    }
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        TRY(add_text(builder, translated_field(entry->translations[i].field),
                     entry->translations[i].value));
    }
    return OK;
}

static err add_ask_texts(struct atlas_builder *builder, const struct entry *entry, uint32_t ask) {
    const struct entry_ask *it = &entry->asks[ask];
    TRY(add_text(builder, ATLAS_FIELD_ASK, it->skill));
    TRY(add_text(builder, ATLAS_FIELD_ASK, it->text));
    uint16_t position = 0; /* among those of its direction, as translations count */
    for (uint32_t i = 0; i < ask; i++) {
        position = (uint16_t)(position + (entry->asks[i].direction == it->direction));
    }
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        const struct entry_translation *translation = &entry->translations[i];
        enum entry_translated own = it->direction == ENTRY_NEED ? ENTRY_TR_NEED : ENTRY_TR_OFFER;
        if (translation->field == own && translation->position == position) {
            TRY(add_text(builder, ATLAS_FIELD_ASK, translation->value));
        }
    }
    return OK;
}

static int compare_u16(const void *a, const void *b) {
    const uint16_t *left = a;
    const uint16_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* The entry's themes and all broader ones, each once, ascending. */
static err add_themes(struct atlas_builder *builder, const struct entry *entry,
                      struct draft *draft) {
    draft->theme_start = builder->themes_of.count;
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint16_t theme = themes_find(builder->themes, entry->themes[i]);
        for (; theme != THEME_NONE; theme = builder->themes->items[theme].broader) {
            TRY(pool_reserve(&builder->themes_of, sizeof(uint16_t), 1));
            POOL(&builder->themes_of, uint16_t)[builder->themes_of.count++] = theme;
        }
    }
    size_t count = builder->themes_of.count - draft->theme_start;
    if (count == 0) {
        return OK;
    }
    uint16_t *themes = POOL(&builder->themes_of, uint16_t) + draft->theme_start;
    qsort(themes, count, sizeof(*themes), compare_u16);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || themes[kept - 1] != themes[i]) {
            themes[kept++] = themes[i];
        }
    }
    builder->themes_of.count = draft->theme_start + kept;
    draft->theme_count = (uint32_t)kept;
    return OK;
}

static err add_dates(struct atlas_builder *builder, const struct entry *entry,
                     struct draft *draft) {
    draft->date_start = builder->dates.count;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        TRY(pool_reserve(&builder->dates, sizeof(struct draft_dates), 1));
        POOL(&builder->dates, struct draft_dates)
        [builder->dates.count++] =
            (struct draft_dates){.first_ms = date->first_ms, .last_ms = date->last_ms};
        draft->date_count++;
    }
    return OK;
}

/* The skills of one ask, or of all of them. */
static err add_skills(struct atlas_builder *builder, const struct entry *entry, uint32_t first,
                      uint32_t last, struct draft *draft) {
    draft->skill_start = builder->skills_of.count;
    draft->skill_count = 0;
    for (uint32_t i = first; i < last; i++) {
        if (!entry->asks[i].skill.n) {
            continue;
        }
        uint32_t skill;
        TRY(names_add(&builder->skills, entry->asks[i].skill, &skill, NULL));
        TRY(pool_reserve(&builder->skills_of, sizeof(uint32_t), 1));
        uint32_t *skills = POOL(&builder->skills_of, uint32_t) + draft->skill_start;
        bool is_known = false;
        for (uint32_t j = 0; j < draft->skill_count; j++) {
            is_known = is_known || skills[j] == skill;
        }
        if (!is_known) {
            skills[draft->skill_count++] = skill;
            builder->skills_of.count++;
        }
    }
    return OK;
}

static uint8_t has_of(const struct entry_public *public) {
    const struct entry *entry = &public->entry;
    unsigned has = public->has_point ? 1u << QUERY_HAS_PLACE : 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        has |= entry->media[i].kind == ENTRY_MEDIA_VIDEO ? 1u << QUERY_HAS_VIDEO : 0;
        has |= entry->media[i].kind == ENTRY_MEDIA_IMAGE ? 1u << QUERY_HAS_IMAGE : 0;
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        has |=
            entry->asks[i].direction == ENTRY_NEED ? 1u << QUERY_HAS_NEED : 1u << QUERY_HAS_OFFER;
    }
    return (uint8_t)has;
}

/* README, "Score": what an entry has that does not change with the day or the place. */
static uint16_t quality_of(const struct entry *entry, unsigned has) {
    unsigned points = 0;
    if (entry->kind == ENTRY_KIND_STORY) {
        points += 150;
    } else if (has & 1u << QUERY_HAS_VIDEO) {
        points += 100;
    }
    points += entry->ask_count ? 120 : 0;
    size_t written = text_codepoints(entry->summary) + text_codepoints(entry->description);
    points += written >= 400 ? 100 : written >= 80 ? 60 : 0;
    points += has & 1u << QUERY_HAS_IMAGE ? 60 : 0;
    points += has & 1u << QUERY_HAS_PLACE ? 100 : 0;
    points += entry->state == ENTRY_STATE_ENDED ? 0 : 250; /* RULE FRESH-2 */
    return (uint16_t)points;
}

static uint8_t state_of(enum entry_state state) {
    switch (state) {
    case ENTRY_STATE_IDEA:
        return QUERY_STATE_IDEA;
    case ENTRY_STATE_BEGUN:
        return QUERY_STATE_BEGUN;
    case ENTRY_STATE_RUNNING:
        return QUERY_STATE_RUNNING;
    case ENTRY_STATE_SEEKING:
        return QUERY_STATE_SEEKING;
    case ENTRY_STATE_PAUSED:
        return QUERY_STATE_PAUSED;
    case ENTRY_STATE_ENDED:
        return QUERY_STATE_ENDED;
    case ENTRY_STATE_NONE:
    case ENTRY_STATE__COUNT:
        break;
    }
    return DRAFT_STATE_NONE;
}

static uint8_t kind_of(enum entry_kind kind) {
    switch (kind) {
    case ENTRY_KIND_INITIATIVE:
    case ENTRY_KIND__COUNT:
        break;
    case ENTRY_KIND_IDEA:
        return QUERY_KIND_IDEA;
    case ENTRY_KIND_TOOL:
        return QUERY_KIND_TOOL;
    case ENTRY_KIND_PLACE:
        return QUERY_KIND_PLACE;
    case ENTRY_KIND_EVENT:
        return QUERY_KIND_EVENT;
    case ENTRY_KIND_ACTOR:
        return QUERY_KIND_ACTOR;
    case ENTRY_KIND_STORY:
        return QUERY_KIND_STORY;
    }
    return QUERY_KIND_INITIATIVE;
}

/* What it was inspired by, as far as that is known here. */
static err add_origins(struct atlas_builder *builder, const struct entry *entry) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        const struct entry_link *link = &entry->links[i];
        if (link->incoming || link->target.v == 0 ||
            !slice_equal(link->relation, ENTRY_INSPIRED_BY)) {
            continue;
        }
        TRY(pool_reserve(&builder->origins, sizeof(struct atlas_origin), 1));
        POOL(&builder->origins, struct atlas_origin)
        [builder->origins.count++] =
            (struct atlas_origin){.entry = entry->id.v, .target = link->target.v};
    }
    return OK;
}

static err add_name(struct names *names, slice text, uint32_t *number) {
    *number = NAMES_NONE;
    return text.n ? names_add(names, text, number, NULL) : OK;
}

/* At most ATLAS_TITLE_KEY_BYTES of the folded title, whole characters. */
static err add_title_key(struct atlas_builder *builder, slice title, uint32_t *number) {
    buf_clear(&builder->folded);
    text_fold(title, &builder->folded);
    if (builder->folded.failed) {
        return builder->folded.failed;
    }
    slice key = buf_slice(&builder->folded);
    size_t n = key.n;
    if (n > ATLAS_TITLE_KEY_BYTES) {
        n = ATLAS_TITLE_KEY_BYTES;
        while (n > 0 && ((unsigned char)key.p[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    return names_add(&builder->title_keys, slice_sub(key, 0, n), number, NULL);
}

static err draft_fill(struct atlas_builder *builder, const struct entry_public *public,
                      struct draft *draft) {
    const struct entry *entry = &public->entry;
    uint8_t has = has_of(public);
    *draft = (struct draft){
        .entry = entry->id.v,
        .fresh_ms = entry_fresh_ms(entry),
        .territory = public->territory,
        .quality = quality_of(entry, has),
        .kind = kind_of(entry->kind),
        .taken = NAMES_NONE,
        .state = state_of(entry->state),
        .has = has,
        .is_placed = public->has_point,
        .is_approximate = public->has_point && public->is_approximate,
    };
    if (public->has_point) {
        draft->point = public->point;
        draft->grid = geo_grid_from_point(public->point);
        draft->zorder = geo_zorder(draft->grid);
    }
    TRY(names_add(&builder->titles, entry->title, &draft->title, NULL));
    TRY(add_title_key(builder, entry->title, &draft->title_key));
    TRY(add_name(&builder->types, entry->type, &draft->type));
    TRY(add_name(&builder->languages, entry->language, &draft->language));
    TRY(add_name(&builder->sources, entry->source_slug, &draft->source));
    TRY(add_themes(builder, entry, draft));
    return add_dates(builder, entry, draft);
}

err atlas_builder_add(struct atlas_builder *builder, const struct entry_public *public) {
    const struct entry *entry = &public->entry;
    struct draft draft;
    TRY(draft_fill(builder, public, &draft));
    TRY(add_origins(builder, entry));
    draft.run_start = builder->runs.count;
    TRY(add_common_texts(builder, public));
    size_t common = builder->runs.count - draft.run_start;
    TRY(add_entry_texts(builder, entry));
    draft.run_count = (uint32_t)(builder->runs.count - draft.run_start);
    TRY(add_skills(builder, entry, 0, entry->ask_count, &draft));
    TRY(pool_reserve(&builder->drafts, sizeof(draft), (size_t)entry->ask_count + 1));
    POOL(&builder->drafts, struct draft)[builder->drafts.count++] = draft;
    size_t entry_start = draft.run_start;
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        draft.ask = (uint16_t)i;
        draft.kind = entry->asks[i].direction == ENTRY_NEED ? QUERY_KIND_NEED : QUERY_KIND_OFFER;
        draft.run_start = builder->runs.count;
        TRY(pool_reserve(&builder->runs, sizeof(uint32_t), common));
        uint32_t *runs = POOL(&builder->runs, uint32_t);
        memcpy(runs + draft.run_start, runs + entry_start, common * sizeof(*runs));
        builder->runs.count += common;
        TRY(add_ask_texts(builder, entry, i));
        draft.run_count = (uint32_t)(builder->runs.count - draft.run_start);
        TRY(add_skills(builder, entry, i, i + 1, &draft));
        POOL(&builder->drafts, struct draft)[builder->drafts.count++] = draft;
    }
    return OK;
}
