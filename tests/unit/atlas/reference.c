#include "reference.h"

#include "text/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS         INT64_C(86400000)
#define VOCABULARY_MAX 8192

struct word {
    slice word;
    uint32_t french, english; /* its stems, as numbers */
    bool is_stop;
    uint32_t text, weight;
};
struct form { /* a word of a document, once, with all its weight */
    const struct word *word;
    uint64_t weight;
};
struct document {
    const struct entry_public *public;
    enum query_kind kind;
    uint32_t ask; /* 0: the entry */
    struct word *words;
    struct form *forms;
    uint32_t word_count, form_count;
    uint64_t length;
    bool *themes;
    uint32_t alike; /* live documents of the same source and kind */
};
struct documents {
    struct document *items;
    size_t count;
};
struct theme_word {
    struct word word;
    uint16_t theme;
};
struct reference {
    struct arena arena;
    const struct territories *territories;
    const struct themes *themes;
    struct text_stemmer *stemmer;
    struct documents built, live;
    struct theme_word *theme_words;
    size_t theme_word_count;
    uint64_t average;
    slice stems[VOCABULARY_MAX]; /* of both languages */
    struct word vocabulary[VOCABULARY_MAX];
    uint32_t stem_count, word_count;
};
struct clause {
    bool is_phrase, is_prefix;
    struct word *words;
    uint32_t count;
    uint32_t rarity;
};
struct asked {
    const struct atlas_request *request;
    struct clause clauses[QUERY_WORDS_MAX];
    uint32_t clause_count;
    uint32_t *impacts; /* of the live documents, a row a clause */
};

static uint32_t number_of_stem(struct reference *reference, slice stem) {
    uint32_t number = 0;
    while (number < reference->stem_count && !slice_equal(reference->stems[number], stem)) {
        number++;
    }
    if (number == reference->stem_count) {
        reference->stems[reference->stem_count++] = arena_copy(&reference->arena, stem);
    }
    return number;
}

static struct word make_word(struct reference *reference, slice word) {
    for (uint32_t i = 0; i < reference->word_count; i++) {
        if (slice_equal(reference->vocabulary[i].word, word)) {
            return reference->vocabulary[i];
        }
    }
    struct word *made = &reference->vocabulary[reference->word_count++];
    made->word = arena_copy(&reference->arena, word);
    made->is_stop = text_is_stop_word(word);
    made->french = number_of_stem(reference, text_stem(reference->stemmer, TEXT_FRENCH, word));
    made->english = number_of_stem(reference, text_stem(reference->stemmer, TEXT_ENGLISH, word));
    return *made;
}

static void add_text(struct reference *reference, struct document *document, slice text,
                     uint32_t weight) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 20);
    text_fold(text, &folded);
    struct text_words words = {.rest = buf_slice(&folded)};
    uint32_t number = document->word_count ? document->words[document->word_count - 1].text + 1 : 1;
    for (slice word; text_words_next(&words, &word);) {
        struct word made = make_word(reference, word);
        made.text = number;
        made.weight = weight;
        document->words[document->word_count++] = made;
    }
}

static void add_territory_names(struct reference *reference, struct document *document,
                                uint32_t weight) {
    uint32_t here = document->public->territory;
    if (here == TERRITORY_NONE) {
        return;
    }
    const struct territory *item = &reference->territories->items[here];
    const uint32_t all[] = {here, item->epci, item->departement, item->region};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        if (all[i] != TERRITORY_NONE && (i == 0 || all[i] != here)) {
            add_text(reference, document, reference->territories->items[all[i]].name, weight);
        }
    }
}

static void add_translations(struct reference *reference, struct document *document) {
    const struct entry *entry = &document->public->entry;
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        const struct entry_translation *it = &entry->translations[i];
        static const uint32_t weights[ENTRY_TR__COUNT] = {
            [ENTRY_TR_TITLE] = 8,  [ENTRY_TR_SUMMARY] = 3, [ENTRY_TR_DESCRIPTION] = 1,
            [ENTRY_TR_FIGURE] = 1, [ENTRY_TR_NEED] = 2,    [ENTRY_TR_OFFER] = 2};
        if (document->ask == 0) {
            add_text(reference, document, it->value, weights[it->field]);
            continue;
        }
        enum entry_ask_direction direction = entry->asks[document->ask - 1].direction;
        uint32_t before = 0;
        for (uint32_t j = 0; j + 1 < document->ask; j++) {
            before += entry->asks[j].direction == direction;
        }
        if (it->field == (direction == ENTRY_NEED ? ENTRY_TR_NEED : ENTRY_TR_OFFER) &&
            it->position == before) {
            add_text(reference, document, it->value, 8);
        }
    }
}

static void add_texts(struct reference *reference, struct document *document) {
    const struct entry *entry = &document->public->entry;
    bool ask = document->ask > 0;
    add_text(reference, document, entry->title, ask ? 2 : 8);
    add_text(reference, document, entry->type, ask ? 1 : 4);
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        add_text(reference, document, entry->tags[i], ask ? 1 : 4);
    }
    add_text(reference, document, entry->place.name, ask ? 2 : 3);
    add_text(reference, document, entry->place.city, ask ? 2 : 3);
    add_text(reference, document, entry->place.postal_code, ask ? 2 : 3);
    add_territory_names(reference, document, ask ? 2 : 3);
    add_translations(reference, document);
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (!ask || i + 1 == document->ask) {
            add_text(reference, document, entry->asks[i].skill, ask ? 8 : 2);
            add_text(reference, document, entry->asks[i].text, ask ? 8 : 2);
        }
    }
    if (ask) {
        return;
    }
    add_text(reference, document, entry->summary, 3);
    add_text(reference, document, entry->description, 1);
    add_text(reference, document, entry->place.address, 1);
    add_text(reference, document, entry->audience, 1);
    for (uint32_t i = 0; i < entry->figure_count; i++) {
        add_text(reference, document, entry->figures[i].label, 1);
    }
    for (uint32_t i = 0; i < entry->media_count; i++) {
        add_text(reference, document, entry->media[i].title, 1);
        add_text(reference, document, entry->media[i].transcript, 1);
    }
}

static void sum_forms(struct reference *reference, struct document *document) {
    document->forms = arena_new(&reference->arena, struct form, document->word_count);
    for (uint32_t i = 0; i < document->word_count; i++) {
        const struct word *word = &document->words[i];
        uint32_t j = 0;
        if (word->is_stop) {
            continue;
        }
        document->length++;
        while (j < document->form_count &&
               !slice_equal(document->forms[j].word->word, word->word)) {
            j++;
        }
        if (j == document->form_count) {
            document->forms[document->form_count++] = (struct form){.word = word};
        }
        document->forms[j].weight += word->weight;
    }
}

static void add_document(struct reference *reference, struct documents *documents,
                         const struct entry_public *public, uint32_t ask) {
    struct document *document = &documents->items[documents->count++];
    struct word *room = malloc(4096 * sizeof(*room)); /* more than the fixture writes */
    *document = (struct document){
        .public = public, .ask = ask, .kind = (enum query_kind) public->entry.kind, .words = room};
    if (ask) {
        document->kind = public->entry.asks[ask - 1].direction == ENTRY_NEED ? QUERY_KIND_NEED
                                                                             : QUERY_KIND_OFFER;
    }
    add_texts(reference, document);
    document->words = arena_new(&reference->arena, struct word, document->word_count);
    if (document->word_count) {
        memcpy(document->words, room, document->word_count * sizeof(*room));
    }
    free(room);
    sum_forms(reference, document);
    document->themes = arena_new(&reference->arena, bool, reference->themes->count);
    for (uint32_t i = 0; i < public->entry.theme_count; i++) {
        uint16_t own = themes_find(reference->themes, public->entry.themes[i]);
        for (uint16_t theme = 0; own != THEME_NONE && theme < reference->themes->count; theme++) {
            document->themes[theme] =
                document->themes[theme] || themes_is_within(reference->themes, own, theme);
        }
    }
}

static void add_documents(struct reference *reference, struct documents *documents,
                          const struct entry_public *const *entries, size_t count) {
    size_t room = count;
    for (size_t i = 0; i < count; i++) {
        room += entries[i]->entry.ask_count;
    }
    documents->items = arena_new(&reference->arena, struct document, room);
    for (size_t i = 0; i < count; i++) {
        for (uint32_t ask = 0; ask <= entries[i]->entry.ask_count; ask++) {
            add_document(reference, documents, entries[i], ask);
        }
    }
}

static void add_theme_text(struct reference *reference, uint16_t theme, slice text) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 16);
    text_fold(text, &folded);
    struct text_words words = {.rest = buf_slice(&folded)};
    for (slice word; text_words_next(&words, &word);) {
        bool is_known = text_is_stop_word(word);
        for (size_t i = 0; i < reference->theme_word_count; i++) {
            is_known = is_known || (reference->theme_words[i].theme == theme &&
                                    slice_equal(reference->theme_words[i].word.word, word));
        }
        if (!is_known) {
            reference->theme_words[reference->theme_word_count++] =
                (struct theme_word){.word = make_word(reference, word), .theme = theme};
        }
    }
}

static void count_alike(struct documents *documents) {
    for (size_t i = 0; i < documents->count; i++) {
        struct document *document = &documents->items[i];
        slice source = document->public->entry.source_slug;
        for (size_t j = 0; source.n && j < documents->count; j++) {
            document->alike += documents->items[j].kind == document->kind &&
                               slice_equal(documents->items[j].public->entry.source_slug, source);
        }
    }
}

struct reference *reference_new(const struct territories *territories, const struct themes *themes,
                                const struct entry_public *const *built, size_t built_count,
                                const struct entry_public *const *live, size_t live_count) {
    struct reference *reference = calloc(1, sizeof(*reference));
    reference->arena = arena_make(1 << 20, 0);
    reference->territories = territories;
    reference->themes = themes;
    reference->stemmer = text_stemmer_new();
    add_documents(reference, &reference->built, built, built_count);
    add_documents(reference, &reference->live, live, live_count);
    count_alike(&reference->live);
    reference->theme_words = arena_new(&reference->arena, struct theme_word, 1000);
    for (uint16_t i = 0; i < themes->count; i++) {
        for (int language = 0; language < THEME_LANGUAGES; language++) {
            add_theme_text(reference, i, themes->items[i].label[language]);
        }
        for (uint32_t j = 0; j < themes->items[i].synonym_count; j++) {
            add_theme_text(reference, i, themes->items[i].synonyms[j]);
        }
    }
    uint64_t length = 0;
    for (size_t i = 0; i < reference->built.count; i++) {
        length += reference->built.items[i].length;
    }
    reference->average = reference->built.count ? length / reference->built.count : 1;
    reference->average = reference->average ? reference->average : 1;
    return reference;
}

void reference_free(struct reference *reference) {
    text_stemmer_free(reference->stemmer);
    arena_free(&reference->arena);
    free(reference);
}

/* Words */

static bool is_alike(const struct word *a, const struct word *b) {
    return a->french == b->french || a->english == b->english;
}

static bool is_form_of(const struct clause *clause, const struct word *word) {
    return is_alike(word, &clause->words[0]) ||
           (clause->is_prefix && slice_starts_with(word->word, clause->words[0].word));
}

static uint32_t impact(const struct reference *reference, const struct document *document,
                       uint64_t weight) {
    uint64_t top = 5 * reference->average * weight;
    uint64_t value = 255 * top / (top + 6 * reference->average + 4 * document->length);
    return value ? (uint32_t)value : 1;
}

static uint32_t form_impact(const struct reference *reference, const struct document *document,
                            slice word) {
    for (uint32_t i = 0; i < document->form_count; i++) {
        if (slice_equal(document->forms[i].word->word, word)) {
            return impact(reference, document, document->forms[i].weight);
        }
    }
    return 0;
}

static bool has_phrase(const struct document *document, const struct clause *clause) {
    for (uint32_t i = 0; i + clause->count <= document->word_count; i++) {
        uint32_t j = 0;
        while (j < clause->count && document->words[i + j].text == document->words[i].text &&
               slice_equal(document->words[i + j].word, clause->words[j].word)) {
            j++;
        }
        if (j == clause->count) {
            return true;
        }
    }
    return false;
}

/* 0: does not match. */
static uint32_t clause_impact(const struct reference *reference, const struct document *document,
                              const struct clause *clause) {
    uint32_t best = 0;
    if (clause->is_phrase) {
        if (!has_phrase(document, clause)) {
            return 0;
        }
        best = UINT32_MAX;
        for (uint32_t i = 0; i < clause->count; i++) {
            uint32_t one = form_impact(reference, document, clause->words[i].word);
            best = !clause->words[i].is_stop && one < best ? one : best;
        }
        return best;
    }
    for (uint32_t i = 0; i < document->form_count; i++) {
        if (is_form_of(clause, document->forms[i].word)) {
            uint32_t one = impact(reference, document, document->forms[i].weight);
            best = one > best ? one : best;
        }
    }
    for (size_t i = 0; i < reference->theme_word_count; i++) {
        if (document->themes[reference->theme_words[i].theme] &&
            is_form_of(clause, &reference->theme_words[i].word)) {
            best = best > 64 ? best : 64;
        }
    }
    return best;
}

static bool is_quote(slice text, size_t i, size_t *length) {
    static const char *const quotes[] = {"\"", "«", "»", "“", "”", "„"};
    for (size_t q = 0; q < ARRAY_COUNT(quotes); q++) {
        *length = strlen(quotes[q]);
        if (i + *length <= text.n && memcmp(text.p + i, quotes[q], *length) == 0) {
            return true;
        }
    }
    return false;
}

static void add_piece(struct reference *reference, struct asked *asked, slice piece, bool quoted,
                      bool is_last) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 16);
    text_fold(piece, &folded);
    struct word *words = arena_new(&reference->arena, struct word, QUERY_WORDS_MAX);
    uint32_t count = 0;
    uint32_t content = 0;
    struct text_words walk = {.rest = buf_slice(&folded)};
    for (slice word; text_words_next(&walk, &word);) {
        words[count] = make_word(reference, word);
        content += !words[count++].is_stop;
    }
    if (quoted && content) {
        asked->clauses[asked->clause_count++] =
            (struct clause){.is_phrase = true, .words = words, .count = count};
    }
    for (uint32_t i = 0; !quoted && i < count; i++) {
        bool is_known = words[i].is_stop;
        for (uint32_t j = 0; j < asked->clause_count; j++) {
            is_known = is_known || (!asked->clauses[j].is_phrase &&
                                    slice_equal(asked->clauses[j].words[0].word, words[i].word));
        }
        if (!is_known) {
            asked->clauses[asked->clause_count++] = (struct clause){
                .words = &words[i],
                .count = 1,
                .is_prefix = is_last && i + 1 == count && text_codepoints(words[i].word) >= 3};
        }
    }
}

struct better {
    slice wrong, best;
    uint64_t weight;
};

static void consider(const struct reference *reference, struct better *better, slice word) {
    if (!text_within_one_typo(word, better->wrong) || text_is_stop_word(word)) {
        return;
    }
    uint64_t weight = 0;
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        for (uint32_t j = 0; j < document->form_count; j++) {
            weight += slice_equal(document->forms[j].word->word, word);
        }
        for (size_t j = 0; j < reference->theme_word_count; j++) {
            weight += slice_equal(reference->theme_words[j].word.word, word) &&
                      document->themes[reference->theme_words[j].theme];
        }
    }
    if (weight > better->weight ||
        (weight && weight == better->weight && slice_compare(word, better->best) < 0)) {
        better->weight = weight;
        better->best = word;
    }
}

static slice correction(const struct reference *reference, slice wrong) {
    struct better better = {.wrong = wrong, .best = SLICE_EMPTY};
    bool has_digit = false;
    for (size_t i = 0; i < wrong.n; i++) {
        has_digit = has_digit || (wrong.p[i] >= '0' && wrong.p[i] <= '9');
    }
    if (text_codepoints(wrong) < 4 || has_digit) {
        return SLICE_EMPTY;
    }
    for (uint32_t i = 0; i < reference->word_count; i++) { /* live or not: the weight tells */
        consider(reference, &better, reference->vocabulary[i].word);
    }
    return better.best;
}

static slice forgive_typos(struct reference *reference, struct asked *asked, struct arena *arena) {
    bool is_corrected = false;
    BUF_CLEANUP struct buf text = buf_new(1 << 16);
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        struct clause *clause = &asked->clauses[i];
        bool is_used = clause->is_phrase;
        for (size_t j = 0; j < reference->live.count && !is_used; j++) {
            is_used = clause_impact(reference, &reference->live.items[j], clause) > 0;
        }
        slice better = is_used ? SLICE_EMPTY : correction(reference, clause->words[0].word);
        if (better.n) {
            clause->words[0] = make_word(reference, better);
            clause->is_prefix = false;
            is_corrected = true;
        }
        buf_add_cstr(&text, i ? " " : "");
        buf_add_cstr(&text, clause->is_phrase ? "\"" : "");
        for (uint32_t j = 0; j < clause->count; j++) {
            buf_add_cstr(&text, j ? " " : "");
            buf_add(&text, clause->words[j].word);
        }
        buf_add_cstr(&text, clause->is_phrase ? "\"" : "");
    }
    return is_corrected ? arena_copy(arena, buf_slice(&text)) : SLICE_EMPTY;
}

static void read_words(struct reference *reference, struct asked *asked) {
    slice text = asked->request->query->words;
    size_t start = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        size_t length;
        if (is_quote(text, i, &length)) {
            add_piece(reference, asked, slice_sub(text, start, i - start), quoted, false);
            quoted = !quoted;
            start = i + length;
            i = start - 1;
        }
    }
    add_piece(reference, asked, slice_sub(text, start, text.n - start), quoted, true);
}

static void measure_rarity(struct reference *reference, struct asked *asked) {
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        double with = 0;
        double all = (double)reference->built.count;
        for (size_t j = 0; j < reference->built.count; j++) {
            with += clause_impact(reference, &reference->built.items[j], &asked->clauses[i]) > 0;
        }
        asked->clauses[i].rarity = (uint32_t)lround(64 * log1p((all - with + 0.5) / (with + 0.5)));
    }
}

static uint32_t known_impact(const struct reference *reference, const struct asked *asked,
                             const struct document *document, uint32_t clause) {
    return asked
        ->impacts[clause * reference->live.count + (size_t)(document - reference->live.items)];
}

/* What matches, key by key */

static bool is_kind(const struct atlas_request *request, enum query_kind kind) {
    unsigned kinds = request->query->kinds;
    kinds = kinds ? kinds : request->seven_kinds ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL;
    return kinds >> kind & 1;
}

static bool has(const struct document *document, enum query_has what) {
    const struct entry *entry = &document->public->entry;
    bool found = what == QUERY_HAS_PLACE && document->public->has_point;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        found = found || (what == QUERY_HAS_VIDEO && entry->media[i].kind == ENTRY_MEDIA_VIDEO) ||
                (what == QUERY_HAS_IMAGE && entry->media[i].kind == ENTRY_MEDIA_IMAGE);
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        found = found || (what == QUERY_HAS_NEED && entry->asks[i].direction == ENTRY_NEED) ||
                (what == QUERY_HAS_OFFER && entry->asks[i].direction == ENTRY_OFFER);
    }
    return found;
}

static bool has_skill(const struct document *document, slice skill) {
    for (uint32_t i = 0; i < document->public->entry.ask_count; i++) {
        if ((document->ask == 0 || i + 1 == document->ask) &&
            slice_equal(document->public->entry.asks[i].skill, skill)) {
            return true;
        }
    }
    return false;
}

static bool fits_themes(const struct reference *reference, const struct query *query,
                        const struct document *document) {
    for (uint16_t scheme = 0; scheme < reference->themes->scheme_count; scheme++) {
        bool is_asked = false;
        bool fits = false;
        for (uint32_t i = 0; i < query->themes.count; i++) {
            uint16_t theme = themes_find(reference->themes, query->themes.values[i]);
            if (reference->themes->items[theme].scheme == scheme) {
                is_asked = true;
                fits = fits || document->themes[theme];
            }
        }
        if (is_asked && !fits) {
            return false;
        }
    }
    return true;
}

static bool fits_dates(const struct atlas_request *request, const struct document *document) {
    const struct query *query = request->query;
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    int64_t ignored;
    if ((query->has_from && date_range_ms(&query->from, SLICE_EMPTY, &from, &ignored)) ||
        (query->has_to && date_range_ms(&query->to, SLICE_EMPTY, &ignored, &to))) {
        return false;
    }
    if (query->when == QUERY_WHEN_ALL && !query->has_from && !query->has_to) {
        return true;
    }
    bool fits = false;
    for (uint32_t i = 0; i < document->public->entry.date_count; i++) {
        const struct entry_date *date = &document->public->entry.dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        if (query->when == QUERY_WHEN_PAST && date->last_ms >= request->now_ms) {
            return false;
        }
        fits = fits || (date->last_ms >= from && date->first_ms <= to &&
                        (query->when != QUERY_WHEN_UPCOMING || date->last_ms >= request->now_ms));
    }
    return fits;
}

static bool fits_place(const struct query *query, const struct document *document) {
    const struct entry_public *public = document->public;
    if (query->has_box && !(public->has_point && geo_box_has(&query->box, public->point))) {
        return false;
    }
    return !query->has_near || !query->radius_m ||
           (public->has_point && geo_distance_m(query->near, public->point) <= query->radius_m);
}

/* `ignored` is the facet whose choice does not count; ATLAS_FACET__COUNT: none. */
static bool matches(const struct reference *reference, const struct asked *asked,
                    const struct document *document, enum atlas_facet ignored) {
    const struct query *query = asked->request->query;
    const struct entry *entry = &document->public->entry;
    if (ignored != ATLAS_FACET_KIND && !is_kind(asked->request, document->kind)) {
        return false;
    }
    if (ignored != ATLAS_FACET_STATE && query->states &&
        (entry->state == ENTRY_STATE_NONE || !(query->states >> (entry->state - 1) & 1))) {
        return false;
    }
    if (ignored != ATLAS_FACET_THEME && !fits_themes(reference, query, document)) {
        return false;
    }
    if (ignored != ATLAS_FACET_TERRITORY && query->territories.count) {
        bool fits = false;
        for (uint32_t i = 0; i < query->territories.count; i++) {
            uint32_t outer = territories_find(reference->territories, query->territories.values[i]);
            fits = fits || (document->public->territory != TERRITORY_NONE &&
                            territories_is_within(reference->territories,
                                                  document->public->territory, outer));
        }
        if (!fits) {
            return false;
        }
    }
    for (unsigned what = 0; ignored != ATLAS_FACET_HAS && what < QUERY_HAS__COUNT; what++) {
        if (query->has >> what & 1 && !has(document, (enum query_has)what)) {
            return false;
        }
    }
    if (ignored != ATLAS_FACET_LANGUAGE && query->languages.count &&
        !query_values_has(&query->languages, entry->language)) {
        return false;
    }
    if (ignored != ATLAS_FACET_SOURCE && query->sources.count &&
        !query_values_has(&query->sources, entry->source_slug)) {
        return false;
    }
    if (ignored != ATLAS_FACET_SKILL && query->skills.count) {
        bool fits = false;
        for (uint32_t i = 0; i < query->skills.count; i++) {
            fits = fits || has_skill(document, query->skills.values[i]);
        }
        if (!fits) {
            return false;
        }
    }
    if (!fits_dates(asked->request, document) || !fits_place(query, document)) {
        return false;
    }
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        if (!known_impact(reference, asked, document, i)) {
            return false;
        }
    }
    return true;
}

/* Order */

struct ranked {
    const struct document *document;
    uint32_t score;
    uint64_t key; /* larger is first */
    slice title;
};

static int64_t fresh(const struct entry *entry) {
    int64_t said = entry->confirmed_ms > entry->source_updated_ms ? entry->confirmed_ms
                                                                  : entry->source_updated_ms;
    return said <= 0 || said > entry->updated_ms ? entry->updated_ms : said;
}

/* The next date, else the last end; 0 no dates, 1 over, 2 to come. */
static int next_date(const struct document *document, int64_t now_ms, int64_t *at_ms) {
    int class = 0;
    for (uint32_t i = 0; i < document->public->entry.date_count; i++) {
        const struct entry_date *date = &document->public->entry.dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        if (date->last_ms >= now_ms) {
            int64_t start = date->first_ms < now_ms ? now_ms : date->first_ms;
            *at_ms = class == 2 && *at_ms < start ? *at_ms : start;
            class = 2;
        } else if (class < 2) {
            *at_ms = class == 1 && *at_ms > date->last_ms ? *at_ms : date->last_ms;
            class = 1;
        }
    }
    return class;
}

static int points(const struct atlas_request *request, const struct document *document) {
    uint32_t alike = document->alike;
    const struct entry *entry = &document->public->entry;
    size_t written = text_codepoints(entry->summary) + text_codepoints(entry->description);
    int64_t days = (request->now_ms - fresh(entry)) / DAY_MS;
    int64_t at_ms = 0;
    int class = next_date(document, request->now_ms, &at_ms);
    int sum = entry->kind == ENTRY_KIND_STORY ? 150 : has(document, QUERY_HAS_VIDEO) ? 100 : 0;
    sum += entry->ask_count ? 120 : 0;
    sum += written >= 400 ? 100 : written >= 80 ? 60 : 0;
    sum += has(document, QUERY_HAS_IMAGE) ? 60 : 0;
    sum += alike <= 12 ? 150 : alike <= 100 ? 110 : alike <= 1000 ? 50 : 0;
    if (class == 2) {
        int64_t in = (at_ms - request->now_ms) / DAY_MS;
        sum += in <= 7 ? 200 : in <= 30 ? 150 : in <= 90 ? 90 : 50;
    } else if (class == 1 && document->kind == QUERY_KIND_EVENT) {
        sum -= 150;
    }
    if (fresh(entry) > 0) {
        sum += days < 30     ? 120
               : days < 90   ? 100
               : days < 365  ? 70
               : days < 730  ? 40
               : days < 1825 ? 15
                             : 0;
    }
    if (request->query->has_near && document->public->has_point) {
        double away = geo_distance_m(request->query->near, document->public->point);
        sum += (int)(10000000 / (5000 + (int64_t)away));
    }
    return sum > 0 ? sum : 0;
}

static slice title_key(struct arena *arena, slice title) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 16);
    text_fold(title, &folded);
    slice key = arena_copy(arena, buf_slice(&folded));
    size_t n = key.n;
    if (n > 64) {
        for (n = 64; ((unsigned char)key.p[n] & 0xC0) == 0x80; n--) {
        }
    }
    return slice_sub(key, 0, n);
}

static struct ranked rank(const struct reference *reference, const struct asked *asked,
                          const struct document *document, struct arena *arena) {
    const struct query *query = asked->request->query;
    struct ranked ranked = {.document = document, .title = SLICE_EMPTY};
    int64_t at_ms = 0;
    ranked.score = (uint32_t)points(asked->request, document);
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        ranked.score += known_impact(reference, asked, document, i) * asked->clauses[i].rarity;
    }
    ranked.key = ranked.score;
    if (query->sort == QUERY_SORT_NEAR && query->has_near) {
        ranked.key = 0;
        if (document->public->has_point) {
            ranked.key = UINT64_MAX / 2 -
                         (uint64_t)(geo_distance_m(query->near, document->public->point) * 10);
        }
    } else if (query->sort == QUERY_SORT_RECENT) {
        int64_t ms = fresh(&document->public->entry);
        ranked.key = ms > 0 ? (uint64_t)ms : 0;
    } else if (query->sort == QUERY_SORT_SOON) {
        int class = next_date(document, asked->request->now_ms, &at_ms);
        ranked.key = class == 0   ? 0
                     : class == 1 ? (uint64_t)at_ms
                                  : UINT64_MAX / 2 - (uint64_t)at_ms;
    } else if (query->sort == QUERY_SORT_TITLE) {
        ranked.key = 0;
        ranked.title = title_key(arena, document->public->entry.title);
    }
    return ranked;
}

static int compare_ranked(const void *a, const void *b) {
    const struct ranked *left = a;
    const struct ranked *right = b;
    if (left->key != right->key) {
        return left->key > right->key ? -1 : 1;
    }
    int titles = slice_compare(left->title, right->title);
    if (titles) {
        return titles;
    }
    int64_t ids = left->document->public->entry.id.v - right->document->public->entry.id.v;
    if (ids) {
        return ids < 0 ? -1 : 1;
    }
    return (int)left->document->ask - (int)right->document->ask;
}

/* Groups of one source and kind among the matches. */
struct group {
    slice source;
    enum query_kind kind;
    uint64_t count;
    bool is_shown;
};
struct groups {
    struct group items[64];
    size_t count;
};

static struct group *group_find(struct groups *groups, const struct document *document) {
    slice source = document->public->entry.source_slug;
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->items[i].kind == document->kind &&
            slice_equal(groups->items[i].source, source)) {
            return &groups->items[i];
        }
    }
    groups->items[groups->count] = (struct group){.source = source, .kind = document->kind};
    return &groups->items[groups->count++];
}

static bool is_member(const struct document *document, const struct group *group) {
    return document->kind == group->kind &&
           slice_equal(document->public->entry.source_slug, group->source);
}

static uint64_t count_type(const struct ranked *ranked, size_t count, const struct group *group,
                           slice type) {
    uint64_t same = 0;
    for (size_t i = 0; i < count; i++) {
        same += is_member(ranked[i].document, group) &&
                slice_equal(ranked[i].document->public->entry.type, type);
    }
    return same;
}

static struct atlas_group tell_group(const struct ranked *ranked, size_t count,
                                     const struct group *group, const struct query *query) {
    struct atlas_group told = {.source = group->source,
                               .kind = group->kind,
                               .count = group->count,
                               .nearest_m = -1,
                               .type = SLICE_EMPTY};
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct entry_public *public = ranked[i].document->public;
        if (!is_member(ranked[i].document, group)) {
            continue;
        }
        if (query->has_near && public->has_point) {
            double away = geo_distance_m(query->near, public->point);
            told.nearest_m = told.nearest_m < 0 || away < told.nearest_m ? away : told.nearest_m;
        }
        if (!public->entry.type.n || slice_equal(public->entry.type, told.type)) {
            continue;
        }
        uint64_t same = count_type(ranked, count, group, public->entry.type);
        if (same > most || (same == most && slice_compare(public->entry.type, told.type) < 0)) {
            most = same;
            told.type = public->entry.type;
        }
    }
    return told;
}

static void list_lines(const struct ranked *ranked, size_t count, const struct asked *asked,
                       struct arena *arena, struct reference_answer *answer) {
    const struct query *query = asked->request->query;
    bool is_folded = asked->request->fold && !asked->clause_count && !query->sources.count &&
                     (query->sort == QUERY_SORT_RELEVANCE ||
                      (query->sort == QUERY_SORT_NEAR && !query->has_near));
    struct groups groups = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        group_find(&groups, ranked[i].document)->count++;
    }
    answer->lines = arena_new(arena, struct reference_line, count);
    for (size_t i = 0; i < count; i++) {
        const struct document *document = ranked[i].document;
        struct group *group = group_find(&groups, document);
        struct reference_line line = {
            .entry = document->public->entry.id.v,
            .kind = document->kind,
            .ask = (uint16_t)(document->ask ? document->ask - 1 : 0),
            .score = ranked[i].score,
        };
        if (is_folded && group->source.n && group->count > 12) {
            if (group->is_shown) {
                continue;
            }
            group->is_shown = true;
            line.is_group = true;
            line.group = tell_group(ranked, count, group, query);
        }
        answer->lines[answer->line_count++] = line;
    }
}

/* Facets */

static int compare_values(const void *a, const void *b) {
    const struct atlas_facet_value *left = a;
    const struct atlas_facet_value *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return slice_compare(left->value, right->value);
}

static bool has_value(const struct reference *reference, const struct document *document,
                      enum atlas_facet facet, slice value, uint32_t index) {
    const struct entry *entry = &document->public->entry;
    switch (facet) {
    case ATLAS_FACET_KIND:
        return slice_equal(query_kind_slug(document->kind), value);
    case ATLAS_FACET_STATE:
        return slice_equal(entry_state_slug(entry->state), value);
    case ATLAS_FACET_THEME:
        return document->themes[index];
    case ATLAS_FACET_TERRITORY:
        return document->public->territory != TERRITORY_NONE &&
               territories_is_within(reference->territories, document->public->territory, index);
    case ATLAS_FACET_HAS:
        for (unsigned what = 0; what < QUERY_HAS__COUNT; what++) {
            if (slice_equal(query_has_slug((enum query_has)what), value)) {
                return has(document, (enum query_has)what);
            }
        }
        return false;
    case ATLAS_FACET_LANGUAGE:
        return slice_equal(entry->language, value);
    case ATLAS_FACET_SOURCE:
        return slice_equal(entry->source_slug, value);
    case ATLAS_FACET_SKILL:
        return has_skill(document, value);
    case ATLAS_FACET__COUNT:
        break;
    }
    return false;
}

struct candidate {
    slice value;
    uint32_t index;
    bool is_chosen;
};
struct candidates {
    struct candidate items[1024];
    size_t count;
};

static void candidate_add(struct candidates *candidates, slice value, uint32_t index,
                          bool is_chosen) {
    for (size_t i = 0; i < candidates->count; i++) {
        if (slice_equal(candidates->items[i].value, value)) {
            candidates->items[i].is_chosen = candidates->items[i].is_chosen || is_chosen;
            return;
        }
    }
    if (value.n) {
        candidates->items[candidates->count++] =
            (struct candidate){.value = value, .index = index, .is_chosen = is_chosen};
    }
}

static void territory_candidates(const struct reference *reference, const struct query *query,
                                 struct candidates *candidates) {
    const struct territories *all = reference->territories;
    uint32_t parent = territories_find(all, SLICE("country-fr"));
    if (query->territories.count) {
        parent = territories_find(all, query->territories.values[0]);
        if (!all->items[parent].child_count) {
            parent = all->items[parent].epci != TERRITORY_NONE ? all->items[parent].epci
                                                               : all->items[parent].departement;
        }
    }
    for (uint32_t i = 0; i < all->items[parent].child_count; i++) {
        uint32_t child = all->items[parent].children[i];
        candidate_add(candidates, all->items[child].code, child, false);
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        uint32_t chosen = territories_find(all, query->territories.values[i]);
        candidate_add(candidates, all->items[chosen].code, chosen, true);
    }
}

static void find_candidates(const struct reference *reference, const struct query *query,
                            enum atlas_facet facet, struct candidates *candidates) {
    const struct query_values *chosen = facet == ATLAS_FACET_LANGUAGE ? &query->languages
                                        : facet == ATLAS_FACET_SOURCE ? &query->sources
                                                                      : &query->skills;
    switch (facet) {
    case ATLAS_FACET_KIND:
        for (unsigned i = 0; i < QUERY_KIND__COUNT; i++) {
            candidate_add(candidates, query_kind_slug((enum query_kind)i), UINT32_MAX,
                          query->kinds >> i & 1);
        }
        break;
    case ATLAS_FACET_STATE:
        for (unsigned i = 0; i < QUERY_STATE__COUNT; i++) {
            candidate_add(candidates, query_state_slug((enum query_state)i), UINT32_MAX,
                          query->states >> i & 1);
        }
        break;
    case ATLAS_FACET_HAS:
        for (unsigned i = 0; i < QUERY_HAS__COUNT; i++) {
            candidate_add(candidates, query_has_slug((enum query_has)i), UINT32_MAX,
                          query->has >> i & 1);
        }
        break;
    case ATLAS_FACET_THEME:
        for (uint16_t i = 0; i < reference->themes->count; i++) {
            slice slug = reference->themes->items[i].slug;
            candidate_add(candidates, slug, i, query_values_has(&query->themes, slug));
        }
        break;
    case ATLAS_FACET_TERRITORY:
        territory_candidates(reference, query, candidates);
        break;
    case ATLAS_FACET_LANGUAGE:
    case ATLAS_FACET_SOURCE:
    case ATLAS_FACET_SKILL:
        for (size_t i = 0; i < reference->live.count; i++) {
            const struct entry *entry = &reference->live.items[i].public->entry;
            if (facet != ATLAS_FACET_SKILL) {
                candidate_add(candidates,
                              facet == ATLAS_FACET_LANGUAGE ? entry->language : entry->source_slug,
                              UINT32_MAX, false);
            }
            for (uint32_t j = 0; facet == ATLAS_FACET_SKILL && j < entry->ask_count; j++) {
                candidate_add(candidates, entry->asks[j].skill, UINT32_MAX, false);
            }
        }
        for (uint32_t i = 0; i < chosen->count; i++) {
            candidate_add(candidates, chosen->values[i], UINT32_MAX, true);
        }
        break;
    case ATLAS_FACET__COUNT:
        break;
    }
}

static struct atlas_facet_counts count_facet(const struct reference *reference,
                                             const struct asked *asked, enum atlas_facet which,
                                             struct arena *arena) {
    struct candidates *candidates = arena_new(arena, struct candidates, 1);
    struct atlas_facet_counts facet = {0};
    uint64_t *counts = arena_new(arena, uint64_t, ARRAY_COUNT(candidates->items));
    find_candidates(reference, asked->request->query, which, candidates);
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        if (!matches(reference, asked, document, which)) {
            continue;
        }
        facet.total +=
            which != ATLAS_FACET_KIND || !asked->request->seven_kinds || document->ask == 0;
        for (size_t j = 0; j < candidates->count; j++) {
            counts[j] += has_value(reference, document, which, candidates->items[j].value,
                                   candidates->items[j].index);
        }
    }
    facet.values = arena_new(arena, struct atlas_facet_value, candidates->count);
    for (size_t i = 0; i < candidates->count; i++) {
        if (counts[i] || candidates->items[i].is_chosen) {
            facet.values[facet.count++] =
                (struct atlas_facet_value){.value = candidates->items[i].value,
                                           .index = candidates->items[i].index,
                                           .count = counts[i]};
        }
    }
    qsort(facet.values, facet.count, sizeof(*facet.values), compare_values);
    return facet;
}

/* The territory facet is cut at 50; those chosen stay. */
static void cut_territories(const struct reference *reference, const struct query *query,
                            struct atlas_facet_counts *facet) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facet->count; i++) {
        bool is_chosen = false;
        for (uint32_t j = 0; j < query->territories.count; j++) {
            is_chosen = is_chosen ||
                        territories_find(reference->territories, query->territories.values[j]) ==
                            facet->values[i].index;
        }
        if (i < 50 || is_chosen) {
            facet->values[kept++] = facet->values[i];
        } else {
            facet->others += facet->values[i].count;
        }
    }
    facet->count = kept;
}

static struct asked *ask(struct reference *reference, const struct atlas_request *request,
                         struct arena *arena, slice *corrected) {
    struct asked *asked = arena_new(arena, struct asked, 1);
    asked->request = request;
    read_words(reference, asked);
    *corrected = forgive_typos(reference, asked, arena);
    measure_rarity(reference, asked);
    asked->impacts = arena_new(arena, uint32_t, asked->clause_count * reference->live.count);
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        for (size_t j = 0; j < reference->live.count; j++) {
            asked->impacts[i * reference->live.count + j] =
                clause_impact(reference, &reference->live.items[j], &asked->clauses[i]);
        }
    }
    return asked;
}

static void add_to_box(struct reference_answer *answer, struct geo_point point) {
    struct geo_box *box = &answer->box;
    if (!answer->has_box) {
        *box = (struct geo_box){point.lon_e7, point.lat_e7, point.lon_e7, point.lat_e7};
        answer->has_box = true;
    }
    box->west_e7 = point.lon_e7 < box->west_e7 ? point.lon_e7 : box->west_e7;
    box->east_e7 = point.lon_e7 > box->east_e7 ? point.lon_e7 : box->east_e7;
    box->south_e7 = point.lat_e7 < box->south_e7 ? point.lat_e7 : box->south_e7;
    box->north_e7 = point.lat_e7 > box->north_e7 ? point.lat_e7 : box->north_e7;
}

struct reference_answer reference_search(struct reference *reference,
                                         const struct atlas_request *request, struct arena *arena) {
    struct reference_answer answer = {0};
    struct asked *asked = ask(reference, request, arena, &answer.corrected);
    struct ranked *ranked = arena_new(arena, struct ranked, reference->live.count);
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        if (!matches(reference, asked, document, ATLAS_FACET__COUNT)) {
            continue;
        }
        ranked[answer.total++] = rank(reference, asked, document, arena);
        if (document->public->has_point) {
            add_to_box(&answer, document->public->point);
        } else {
            answer.unplaced++;
        }
    }
    qsort(ranked, answer.total, sizeof(*ranked), compare_ranked);
    list_lines(ranked, answer.total, asked, arena, &answer);
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        if (request->facets & 1u << which) {
            answer.facets[which] = count_facet(reference, asked, (enum atlas_facet)which, arena);
        }
    }
    if (request->facets & 1u << ATLAS_FACET_TERRITORY) {
        cut_territories(reference, request->query, &answer.facets[ATLAS_FACET_TERRITORY]);
    }
    return answer;
}

/* Cells */

static unsigned ring_px(uint64_t count) {
    return count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10000 ? 20 : 24;
}

static uint32_t inside(uint64_t mean, uint64_t cell, unsigned zoom, uint64_t count) {
    uint64_t px = UINT64_C(1) << (24 - zoom);
    uint64_t least = (cell * 64 + ring_px(count)) * px;
    uint64_t most = (cell * 64 + 64 - ring_px(count)) * px - 1;
    return (uint32_t)(mean < least ? least : mean > most ? most : mean);
}

static bool cell_of(struct reference *reference, const struct asked *asked, struct geo_tile at,
                    unsigned zoom, struct atlas_cell *cell) {
    uint64_t sum_x = 0;
    uint64_t sum_y = 0;
    uint64_t approximate = 0;
    bool is_spread = false;
    struct geo_point first = {0};
    *cell = (struct atlas_cell){.tile = at};
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        struct geo_grid grid = geo_grid_from_point(document->public->point);
        if (!document->public->has_point || grid.x >> (32 - at.z) != at.x ||
            grid.y >> (32 - at.z) != at.y ||
            !matches(reference, asked, document, ATLAS_FACET__COUNT)) {
            continue;
        }
        if (!cell->count++) {
            first = document->public->point;
            cell->entry = document->public->entry.id;
            cell->kind = document->kind;
        }
        is_spread = is_spread || first.lon_e7 != document->public->point.lon_e7 ||
                    first.lat_e7 != document->public->point.lat_e7;
        approximate += document->public->is_approximate;
        cell->kinds[document->kind]++;
        sum_x += grid.x;
        sum_y += grid.y;
    }
    if (!cell->count) {
        return false;
    }
    cell->all_approximate = approximate == cell->count;
    cell->is_stack = cell->count > 1 && !is_spread;
    cell->position = first;
    if (cell->count > 1) {
        cell->position = geo_point_from_grid(
            (struct geo_grid){.x = inside(sum_x / cell->count, at.x, zoom, cell->count),
                              .y = inside(sum_y / cell->count, at.y, zoom, cell->count)});
    }
    return true;
}

size_t reference_tile(struct reference *reference, const struct atlas_request *request,
                      struct geo_tile tile, struct arena *arena, struct atlas_cell *cells) {
    slice ignored;
    struct asked *asked = ask(reference, request, arena, &ignored);
    static const uint32_t order[16][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 0}, {3, 0},
                                          {2, 1}, {3, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3},
                                          {2, 2}, {3, 2}, {2, 3}, {3, 3}};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        struct geo_tile at = {
            .z = tile.z + 2, .x = tile.x * 4 + order[i][0], .y = tile.y * 4 + order[i][1]};
        count += cell_of(reference, asked, at, tile.z, &cells[count]);
    }
    return count;
}
