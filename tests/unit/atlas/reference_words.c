/* Documents, their words, the words of a question (src/atlas/README.md, "Words" and "Score"). */
#include "reference_int.h"

#include "text/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Of an organisation: alike by what it is, begun by nothing. */
static void add_number(struct reference *reference, struct document *document, slice number) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 10);
    uint32_t last = document->word_count ? document->words[document->word_count - 1].text : 0;
    if (number.n) {
        text_fold(number, &folded);
        struct word made = make_word(reference, buf_slice(&folded));
        made.word = arena_printf(&reference->arena, "\1%.*s", SLICE_ARG(buf_slice(&folded)));
        made.text = last + 1;
        made.weight = 1;
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
    add_text(reference, document, entry->price, 1);
    add_text(reference, document, entry->end_reason, 1);
    for (int detail = 0; detail < ENTRY_DETAIL__COUNT; detail++) {
        if (detail == ENTRY_DETAIL_SIRET || detail == ENTRY_DETAIL_RNA) {
            add_number(reference, document, entry->details[detail]);
        } else if (detail != ENTRY_DETAIL_MATURITY) {
            add_text(reference, document, entry->details[detail], 1);
        }
    }
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

/* Whether an entry was inspired by one of some entries (by id; the last of them: `last`). */
static bool is_inspired_by(const struct entry *entry, const bool *entries, int64_t last) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        const struct entry_link *link = &entry->links[i];
        if (!link->incoming && slice_equal(link->relation, SLICE("inspired-by")) &&
            link->target.v <= last && entries[link->target.v]) {
            return true;
        }
    }
    return false;
}

static uint32_t count_taken(const struct documents *documents, int64_t id, int64_t last) {
    bool *reached = calloc((size_t)last + 1, sizeof(*reached));
    bool *next = calloc((size_t)last + 1, sizeof(*next));
    uint32_t count = 0;
    reached[id] = next[id] = true;
    for (int step = 0; step < 8; step++) {
        for (size_t i = 0; i < documents->count; i++) {
            const struct entry *entry = &documents->items[i].public->entry;
            if (!next[entry->id.v] && is_inspired_by(entry, reached, last)) {
                next[entry->id.v] = true;
                count++;
            }
        }
        memcpy(reached, next, ((size_t)last + 1) * sizeof(*reached));
    }
    free(reached);
    free(next);
    return count;
}

static void count_all_taken(struct documents *documents) {
    int64_t last = 0;
    for (size_t i = 0; i < documents->count; i++) {
        int64_t id = documents->items[i].public->entry.id.v;
        last = id > last ? id : last;
    }
    for (size_t i = 0; i < documents->count; i++) {
        struct document *document = &documents->items[i];
        document->taken = document->ask
                              ? documents->items[i - 1].taken
                              : count_taken(documents, document->public->entry.id.v, last);
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
    count_all_taken(&reference->live);
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
    value = document->public->entry.state == ENTRY_STATE_ENDED && value > 1 ? value / 2 : value;
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

uint32_t reference_known_impact(const struct reference *reference, const struct asked *asked,
                                const struct document *document, uint32_t clause) {
    return asked
        ->impacts[clause * reference->live.count + (size_t)(document - reference->live.items)];
}

struct asked *reference_ask(struct reference *reference, const struct atlas_request *request,
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
