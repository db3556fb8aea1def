#include "documents.h"

#include "engine.h"
#include "query/query.h"

#include <stdlib.h>

#define DAY_MS     INT64_C(86400000)
#define STATE_NONE UINT8_MAX

const unsigned column_weights[COLUMN__COUNT] = {8, 4, 3, 2, 1};

static void *room_for(void *items, size_t *room, size_t count, size_t item_bytes) {
    if (count < *room) {
        return items;
    }
    *room = *room ? *room * 2 : 4096;
    void *larger = realloc(items, *room * item_bytes);
    if (!larger) {
        bench_fail("no memory for the documents");
    }
    return larger;
}

/* ---- words ---- */

static void add_text(struct documents *all, struct document *document, slice text,
                     enum column column) {
    buf_clear(&all->folded);
    text_fold(text, &all->folded);
    struct text_words words = {.rest = buf_slice(&all->folded)};
    for (slice folded; text_words_next(&words, &folded);) {
        uint32_t word = vocabulary_word(&all->vocabulary, folded);
        if (all->vocabulary.words[word].is_stop) {
            continue;
        }
        document->length++;
        all->forms = room_for(all->forms, &all->form_room, all->form_count, sizeof(struct form));
        all->forms[all->form_count++] =
            (struct form){.word = word, .column = (uint16_t)column, .count = 1};
    }
}

static void add_place(struct documents *all, struct document *document, const struct entry *entry,
                      enum column column) {
    add_text(all, document, entry->place.name, column);
    add_text(all, document, entry->place.city, column);
    add_text(all, document, entry->place.postal_code, column);
    if (document->territory == TERRITORY_NONE) {
        return;
    }
    const struct territory *here = &all->territories->items[document->territory];
    add_text(all, document, here->name, column);
    const uint32_t around[] = {here->epci, here->departement, here->region};
    for (size_t i = 0; i < ARRAY_COUNT(around); i++) {
        if (around[i] != TERRITORY_NONE && around[i] != document->territory) {
            add_text(all, document, all->territories->items[around[i]].name, column);
        }
    }
}

/* The corpora of the bench have no translations, figures and numbers of organisations; an entry
 * that has is refused. */
static void add_texts(struct documents *all, struct document *document, const struct entry *entry) {
    bool ask = document->ask > 0;
    add_text(all, document, entry->title, ask ? COLUMN_2 : COLUMN_8);
    add_text(all, document, entry->type, ask ? COLUMN_1 : COLUMN_4);
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        add_text(all, document, entry->tags[i], ask ? COLUMN_1 : COLUMN_4);
    }
    add_place(all, document, entry, ask ? COLUMN_2 : COLUMN_3);
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (!ask || i + 1 == document->ask) {
            add_text(all, document, entry->asks[i].skill, ask ? COLUMN_8 : COLUMN_2);
            add_text(all, document, entry->asks[i].text, ask ? COLUMN_8 : COLUMN_2);
        }
    }
    if (ask) {
        return;
    }
    add_text(all, document, entry->summary, COLUMN_3);
    add_text(all, document, entry->description, COLUMN_1);
    add_text(all, document, entry->place.address, COLUMN_1);
    add_text(all, document, entry->audience, COLUMN_1);
    add_text(all, document, entry->price, COLUMN_1);
    add_text(all, document, entry->end_reason, COLUMN_1);
    for (int detail = ENTRY_DETAIL_ACCESS; detail <= ENTRY_DETAIL_GOVERNANCE; detail++) {
        add_text(all, document, entry->details[detail], COLUMN_1);
    }
    add_text(all, document, entry->details[ENTRY_DETAIL_HANDOVER], COLUMN_1);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        add_text(all, document, entry->media[i].title, COLUMN_1);
        add_text(all, document, entry->media[i].transcript, COLUMN_1);
    }
}

static int compare_forms(const void *a, const void *b) {
    const struct form *left = a;
    const struct form *right = b;
    return left->word != right->word ? (left->word > right->word) - (left->word < right->word)
                                     : left->column - right->column;
}

static void forms_merge(struct documents *all, struct document *document) {
    struct form *forms = all->forms + document->form_start;
    size_t count = all->form_count - document->form_start;
    size_t kept = 0;
    if (count) {
        qsort(forms, count, sizeof(*forms), compare_forms);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept && forms[kept - 1].word == forms[i].word &&
            forms[kept - 1].column == forms[i].column) {
            forms[kept - 1].count++;
        } else {
            forms[kept++] = forms[i];
        }
    }
    document->form_count = (uint32_t)kept;
    all->form_count = document->form_start + kept;
}

/* ---- what it counts for ---- */

static void add_value(uint16_t *values, uint8_t *count, size_t room, uint32_t value) {
    for (uint8_t i = 0; i < *count; i++) {
        if (values[i] == value) {
            return;
        }
    }
    if (*count == room) {
        bench_fail("a document of more than %zu themes or skills", room);
    }
    values[(*count)++] = (uint16_t)value;
}

static void add_themes(struct documents *all, struct document *document,
                       const struct entry *entry) {
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint16_t theme = themes_find(all->themes, entry->themes[i]);
        for (; theme != THEME_NONE; theme = all->themes->items[theme].broader) {
            add_value(document->themes, &document->theme_count, ARRAY_COUNT(document->themes),
                      theme);
        }
    }
}

static void add_skills(struct documents *all, struct document *document,
                       const struct entry *entry) {
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        bool is_own = !document->ask || i + 1 == document->ask;
        if (is_own && entry->asks[i].skill.n) {
            add_value(document->skills, &document->skill_count, ARRAY_COUNT(document->skills),
                      names_number(&all->skills, entry->asks[i].skill));
        }
    }
}

static uint8_t has_of(const struct entry_public *public) {
    const struct entry *entry = &public->entry;
    unsigned has = public->has_point ? 1u << QUERY_HAS_PLACE : 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        has |= entry->media[i].kind == ENTRY_MEDIA_VIDEO ? 1u << QUERY_HAS_VIDEO : 0;
        has |= entry->media[i].kind == ENTRY_MEDIA_IMAGE ? 1u << QUERY_HAS_IMAGE : 0;
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        bool is_need = entry->asks[i].direction == ENTRY_NEED;
        has |= 1u << (is_need ? QUERY_HAS_NEED : QUERY_HAS_OFFER);
    }
    return (uint8_t)has;
}

static int16_t quality_of(const struct entry *entry, unsigned has) {
    size_t written = text_codepoints(entry->summary) + text_codepoints(entry->description);
    int points = entry->kind == ENTRY_KIND_STORY ? 150 : has >> QUERY_HAS_VIDEO & 1 ? 100 : 0;
    points += entry->ask_count ? 120 : 0;
    points += written >= 400 ? 100 : written >= 80 ? 60 : 0;
    points += has >> QUERY_HAS_IMAGE & 1 ? 60 : 0;
    points += has >> QUERY_HAS_PLACE & 1 ? 100 : 0;
    return (int16_t)points;
}

static int16_t date_points_of(const struct entry *entry, bool is_event, int64_t now_ms) {
    int64_t next = INT64_MAX;
    bool has_dates = false;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        has_dates = true;
        int64_t start = date->first_ms < now_ms ? now_ms : date->first_ms;
        next = date->last_ms >= now_ms && start < next ? start : next;
    }
    if (!has_dates) {
        return 0;
    }
    if (next == INT64_MAX) {
        return is_event ? -150 : 0;
    }
    int64_t days = (next - now_ms) / DAY_MS;
    return days <= 7 ? 200 : days <= 30 ? 150 : days <= 90 ? 90 : 50;
}

static int64_t fresh_of(const struct entry *entry) {
    int64_t said = entry->confirmed_ms > entry->source_updated_ms ? entry->confirmed_ms
                                                                  : entry->source_updated_ms;
    bool is_known = said > 0 && (entry->updated_ms <= 0 || said <= entry->updated_ms);
    return is_known ? said : entry->updated_ms;
}

static const uint8_t kinds[ENTRY_KIND__COUNT] = {
    [ENTRY_KIND_INITIATIVE] = QUERY_KIND_INITIATIVE,
    [ENTRY_KIND_IDEA] = QUERY_KIND_IDEA,
    [ENTRY_KIND_TOOL] = QUERY_KIND_TOOL,
    [ENTRY_KIND_PLACE] = QUERY_KIND_PLACE,
    [ENTRY_KIND_EVENT] = QUERY_KIND_EVENT,
    [ENTRY_KIND_ACTOR] = QUERY_KIND_ACTOR,
    [ENTRY_KIND_STORY] = QUERY_KIND_STORY,
};
static const uint8_t states[ENTRY_STATE__COUNT] = {
    [ENTRY_STATE_NONE] = STATE_NONE,
    [ENTRY_STATE_IDEA] = QUERY_STATE_IDEA,
    [ENTRY_STATE_BEGUN] = QUERY_STATE_BEGUN,
    [ENTRY_STATE_RUNNING] = QUERY_STATE_RUNNING,
    [ENTRY_STATE_SEEKING] = QUERY_STATE_SEEKING,
    [ENTRY_STATE_PAUSED] = QUERY_STATE_PAUSED,
    [ENTRY_STATE_ENDED] = QUERY_STATE_ENDED,
};

static uint16_t name_or_none(struct names *names, slice name) {
    return name.n ? (uint16_t)names_number(names, name) : UINT16_MAX;
}

static void document_add(struct documents *all, const struct entry_public *public, uint32_t ask) {
    const struct entry *entry = &public->entry;
    all->items = room_for(all->items, &all->room, all->count, sizeof(struct document));
    struct document *document = &all->items[all->count++];
    *document = (struct document){
        .entry = entry->id.v,
        .fresh_ms = fresh_of(entry),
        .form_start = all->form_count,
        .ask = ask,
        .territory = public->territory,
        .point = public->point,
        .has_point = public->has_point,
        .kind = kinds[entry->kind],
        .state = states[entry->state],
        .has = has_of(public),
        .language = name_or_none(&all->languages, entry->language),
        .source = name_or_none(&all->sources, entry->source_slug),
    };
    if (ask) {
        bool is_need = entry->asks[ask - 1].direction == ENTRY_NEED;
        document->kind = is_need ? QUERY_KIND_NEED : QUERY_KIND_OFFER;
    }
    document->quality = quality_of(entry, document->has);
    document->date_points = date_points_of(entry, document->kind == QUERY_KIND_EVENT, all->now_ms);
    add_themes(all, document, entry);
    add_skills(all, document, entry);
    add_texts(all, document, entry);
    forms_merge(all, document);
}

err documents_add(void *documents, const struct entry_public *public) {
    struct documents *all = documents;
    const struct entry *entry = &public->entry;
    if (entry->translation_count || entry->figure_count || entry->details[ENTRY_DETAIL_SIRET].n ||
        entry->details[ENTRY_DETAIL_RNA].n) {
        bench_fail("entry %lld has translations, figures or a number", (long long)entry->id.v);
    }
    for (uint32_t ask = 0; ask <= public->entry.ask_count; ask++) {
        document_add(all, public, ask);
    }
    return OK;
}
