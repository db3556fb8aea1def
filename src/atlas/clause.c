/* The words of a query: taken apart, looked up, forgiven one typo (README,
 * "Words"). words.c finds the documents. */
#include "atlas/plan.h"

#include <string.h>

#define FOLDED_LIMIT    (16u * QUERY_WORDS_MAX) /* folding may lengthen a text */
#define TYPO_CODEPOINTS 4
#define CLAUSES_MAX     QUERY_WORDS_MAX

/* Length of the quotation mark at text.p[i]: " « » “ ” „; 0 when there is none. */
static size_t quote_length(slice text, size_t i) {
    static const char *const quotes[] = {"\"", "«", "»", "“", "”", "„"};
    slice rest = slice_sub(text, i, text.n - i);
    for (size_t q = 0; q < ARRAY_COUNT(quotes); q++) {
        slice quote = slice_from_cstr(quotes[q]);
        if (slice_starts_with(rest, quote)) {
            return quote.n;
        }
    }
    return 0;
}

static bool is_said_already(const struct atlas_plan *plan, slice word) {
    for (uint32_t i = 0; i < plan->clause_count; i++) {
        if (!plan->clauses[i].is_phrase && slice_equal(plan->clauses[i].words[0], word)) {
            return true;
        }
    }
    return false;
}

static struct atlas_clause *add_clause(struct atlas_plan *plan, const slice *words,
                                       uint32_t count) {
    struct atlas_clause *clause = &plan->clauses[plan->clause_count++];
    *clause =
        (struct atlas_clause){.words = arena_new(plan->arena, slice, count), .word_count = count};
    memcpy(clause->words, words, count * sizeof(*words));
    return clause;
}

/* Adds the clauses of one piece of the text, between quotes or outside of them. */
static err add_piece(struct atlas_plan *plan, slice piece, bool is_quoted, bool is_last) {
    BUF_CLEANUP struct buf folded = buf_new(FOLDED_LIMIT);
    text_fold(piece, &folded);
    if (folded.failed) {
        return folded.failed;
    }
    struct text_words words = {.rest = arena_copy(plan->arena, buf_slice(&folded))};
    slice found[QUERY_WORDS_MAX];
    uint32_t count = 0;
    bool has_content = false;
    for (slice word; count < QUERY_WORDS_MAX && text_words_next(&words, &word); count++) {
        found[count] = word;
        has_content = has_content || !text_is_stop_word(word);
    }
    if (!has_content) {
        return OK;
    }
    if (is_quoted && plan->clause_count < CLAUSES_MAX) {
        add_clause(plan, found, count)->is_phrase = true;
        return OK;
    }
    for (uint32_t i = 0; i < count && plan->clause_count < CLAUSES_MAX; i++) {
        if (text_is_stop_word(found[i]) || is_said_already(plan, found[i])) {
            continue;
        }
        add_clause(plan, &found[i], 1)->is_prefix =
            is_last && i + 1 == count && text_codepoints(found[i]) >= ATLAS_PREFIX_CODEPOINTS;
    }
    return OK;
}

static err take_apart(struct atlas_plan *plan) {
    slice text = plan->query->words;
    bool is_quoted = false;
    size_t start = 0;
    for (size_t i = 0; i < text.n;) {
        size_t quote = quote_length(text, i);
        if (quote) {
            TRY(add_piece(plan, slice_sub(text, start, i - start), is_quoted, false));
            is_quoted = !is_quoted;
            start = i + quote;
        }
        i += quote ? quote : 1;
    }
    return add_piece(plan, slice_sub(text, start, text.n - start), is_quoted, true);
}

/* Each term once: most words have the same stem in both languages. */
static void add_term(struct atlas_forms *forms, uint32_t term) {
    for (uint32_t i = 0; i < forms->term_count; i++) {
        if (forms->terms[i] == term) {
            return;
        }
    }
    if (term < forms->prefix_first || term >= forms->prefix_last) {
        forms->terms[forms->term_count++] = term;
    }
}

void atlas_forms_find(const struct atlas_segment *segment, const struct atlas_clause *clause,
                      struct arena *arena, struct atlas_forms *forms) {
    const uint32_t *runs[TEXT_LANGUAGE__COUNT];
    size_t counts[TEXT_LANGUAGE__COUNT];
    size_t total = 0;
    if (clause->is_prefix) {
        atlas_segment_prefix(segment, clause->words[0], &forms->prefix_first, &forms->prefix_last);
    }
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        runs[language] = atlas_segment_stem(segment, (enum text_language)language,
                                            clause->stems[language], &counts[language]);
        total += counts[language];
    }
    forms->terms = arena_new(arena, uint32_t, total);
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        for (size_t i = 0; i < counts[language]; i++) {
            add_term(forms, runs[language][i]);
        }
    }
}

static void add_theme(struct atlas_clause *clause, uint16_t theme) {
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        if (clause->themes[i] == theme) {
            return;
        }
    }
    clause->themes[clause->theme_count++] = theme;
}

/* The first that is not before a stem, of a language's; not before a word, of the items. */
static uint32_t first_with_stem(const struct atlas_theme_words *all, enum text_language language,
                                uint64_t stem) {
    uint32_t low = 0;
    for (uint32_t high = all->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        bool is_before = all->stems[language][middle].stem < stem;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low;
}
static uint32_t first_from_word(const struct atlas_theme_words *all, slice word) {
    uint32_t low = 0;
    for (uint32_t high = all->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        bool is_before = slice_compare(all->items[middle].word, word) < 0;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low;
}

void atlas_clause_themes(const struct atlas_theme_words *all, struct arena *arena,
                         struct atlas_clause *clause) {
    const uint64_t *stems = clause->stems;
    uint32_t first[TEXT_LANGUAGE__COUNT];
    uint32_t last[TEXT_LANGUAGE__COUNT];
    uint32_t room = 0;
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        const struct atlas_theme_stem *sorted = all->stems[language];
        first[language] = first_with_stem(all, (enum text_language)language, stems[language]);
        last[language] = first[language];
        while (last[language] < all->count && sorted[last[language]].stem == stems[language]) {
            last[language]++;
        }
        room += last[language] - first[language];
    }
    uint32_t prefix_first = clause->is_prefix ? first_from_word(all, clause->words[0]) : 0;
    uint32_t prefix_last = prefix_first;
    while (clause->is_prefix && prefix_last < all->count &&
           slice_starts_with(all->items[prefix_last].word, clause->words[0])) {
        prefix_last++;
    }
    clause->themes = arena_new(arena, uint16_t, room + prefix_last - prefix_first);
    clause->theme_count = 0;
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        for (uint32_t i = first[language]; i < last[language]; i++) {
            add_theme(clause, all->stems[language][i].theme);
        }
    }
    for (uint32_t i = prefix_first; i < prefix_last; i++) {
        add_theme(clause, all->items[i].theme);
    }
}

void atlas_clause_stem(struct text_stemmer *stemmer, struct atlas_clause *clause) {
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        clause->stems[language] =
            atlas_stem_hash(text_stem(stemmer, (enum text_language)language, clause->words[0]));
    }
}

/* Looks the words of a clause up in all parts and among the themes. */
static void look_up(struct atlas_plan *plan, struct text_stemmer *stemmer,
                    struct atlas_clause *clause) {
    if (!clause->is_phrase) {
        atlas_clause_stem(stemmer, clause);
        atlas_clause_themes(plan->view->theme_words, plan->arena, clause);
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_segment *segment = plan->view->parts[part];
        struct atlas_forms *forms = arena_new(plan->arena, struct atlas_forms, clause->word_count);
        for (uint32_t i = 0; i < clause->word_count; i++) {
            forms[i].exact = atlas_segment_term(segment, clause->words[i]);
        }
        if (!clause->is_phrase) {
            atlas_forms_find(segment, clause, plan->arena, forms);
        }
        clause->forms[part] = forms;
    }
}

/* Live documents of a key; counting may stop at `enough`. */
static uint64_t count_live(const struct atlas_view *view, enum atlas_part part,
                           const struct atlas_lists *lists, uint32_t key, uint64_t enough) {
    struct atlas_list list = atlas_lists_get(lists, key);
    if (!view->live[part]) {
        return list.length;
    }
    if (list.bits && enough > 1) {
        return bits_count_and(list.bits, view->live[part], view->parts[part]->words);
    }
    uint64_t count = 0;
    uint32_t document;
    struct atlas_list_walk walk = atlas_list_walk(&list, 0);
    while (count < enough && atlas_list_next(&walk, &document)) {
        count += atlas_view_is_live(view, part, document);
    }
    return count;
}

static bool is_theme_used(const struct atlas_view *view, uint16_t theme) {
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_lists *lists = &view->parts[part]->values[ATLAS_VALUES_THEME].lists;
        if (count_live(view, (enum atlas_part)part, lists, theme, 1)) {
            return true;
        }
    }
    return false;
}

/* Whether any live document has the word of a plain clause, in one of its forms. */
static bool is_used(const struct atlas_plan *plan, const struct atlas_clause *clause) {
    const struct atlas_view *view = plan->view;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_forms *forms = clause->forms[part];
        const struct atlas_lists *lists = &view->parts[part]->postings;
        for (uint32_t i = 0; i < forms->term_count; i++) {
            if (count_live(view, (enum atlas_part)part, lists, forms->terms[i], 1)) {
                return true;
            }
        }
        for (uint32_t term = forms->prefix_first; term < forms->prefix_last; term++) {
            if (count_live(view, (enum atlas_part)part, lists, term, 1)) {
                return true;
            }
        }
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        if (is_theme_used(view, clause->themes[i])) {
            return true;
        }
    }
    return false;
}

/* How many live documents have exactly this word, those of each theme of that word added. */
static uint64_t word_weight(const struct atlas_view *view, slice word) {
    uint64_t weight = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_segment *segment = view->parts[part];
        const struct atlas_lists *themes = &segment->values[ATLAS_VALUES_THEME].lists;
        uint32_t term = atlas_segment_term(segment, word);
        if (term != ATLAS_NO_TERM) {
            weight += count_live(view, (enum atlas_part)part, &segment->postings, term, UINT64_MAX);
        }
        for (uint32_t i = 0; i < view->theme_words->count; i++) {
            if (slice_equal(view->theme_words->items[i].word, word)) {
                weight += count_live(view, (enum atlas_part)part, themes,
                                     view->theme_words->items[i].theme, UINT64_MAX);
            }
        }
    }
    return weight;
}

struct correction {
    const struct atlas_view *view;
    slice wrong;
    uint32_t letters;
    slice best;
    uint64_t weight;
};

#define MEANT_AT_ONCE 64

/* One typo changes two kinds of bytes at most, unless characters have several bytes (bit 0). Tells
 * of which words, by their letters: many at once, since most are out by this. */
static uint64_t meant_by_letters(const uint32_t *letters, size_t count, uint32_t wrong) {
    uint32_t may[MEANT_AT_ONCE] = {0};
    uint64_t bits = 0;
    if (count == MEANT_AT_ONCE) {
        for (size_t i = 0; i < MEANT_AT_ONCE; i++) {
            uint32_t changes = letters[i] ^ wrong;
            uint32_t fewer = changes & (changes - 1);
            may[i] = (uint32_t)((fewer & (fewer - 1)) == 0) | ((letters[i] | wrong) & 1);
        }
    } else {
        memset(may, 1, sizeof(may));
    }
    for (size_t i = 0; i < count; i++) {
        bits |= (uint64_t)(may[i] != 0) << i;
    }
    return bits;
}

/* Nor does it change the length by more than a character. */
static bool may_be_meant(const struct correction *correction, size_t length, uint32_t letters) {
    size_t wrong = correction->wrong.n;
    size_t by = (letters | correction->letters) & 1 ? 4 : 1;
    return length + by >= wrong && wrong + by >= length;
}

static void consider(struct correction *correction, slice word) {
    if (!text_within_one_typo(word, correction->wrong)) {
        return;
    }
    uint64_t weight = word_weight(correction->view, word);
    if (weight > correction->weight ||
        (weight && weight == correction->weight && slice_compare(word, correction->best) < 0)) {
        correction->best = word;
        correction->weight = weight;
    }
}

static bool has_digit(slice word) {
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] >= '0' && word.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* The word most used among those one typo away; empty when there is none. */
static slice correct(const struct atlas_view *view, slice wrong) {
    struct correction correction = {
        .view = view, .wrong = wrong, .letters = atlas_letters(wrong), .best = SLICE_EMPTY};
    if (text_codepoints(wrong) < TYPO_CODEPOINTS || has_digit(wrong)) {
        return SLICE_EMPTY;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_segment *segment = view->parts[part];
        const uint32_t *starts = segment->terms.offsets;
        for (uint32_t first = 0; first < segment->term_count; first += MEANT_AT_ONCE) {
            uint32_t count = segment->term_count - first;
            count = count < MEANT_AT_ONCE ? count : MEANT_AT_ONCE;
            uint64_t left = meant_by_letters(segment->letters + first, count, correction.letters);
            for (; left; left &= left - 1) {
                uint32_t term = first + (uint32_t)__builtin_ctzll(left);
                if (may_be_meant(&correction, starts[term + 1] - starts[term],
                                 segment->letters[term]) &&
                    !segment->is_stop[term]) {
                    consider(&correction, atlas_text(&segment->terms, term));
                }
            }
        }
    }
    for (uint32_t i = 0; i < view->theme_words->count; i++) {
        const struct atlas_theme_word *item = &view->theme_words->items[i];
        if (may_be_meant(&correction, item->word.n, item->letters)) {
            consider(&correction, item->word);
        }
    }
    return correction.best;
}

static slice words_as_searched(const struct atlas_plan *plan) {
    BUF_CLEANUP struct buf text = buf_new(FOLDED_LIMIT * 2);
    for (uint32_t i = 0; i < plan->clause_count; i++) {
        const struct atlas_clause *clause = &plan->clauses[i];
        buf_add_cstr(&text, i ? " " : "");
        buf_add_cstr(&text, clause->is_phrase ? "\"" : "");
        for (uint32_t j = 0; j < clause->word_count; j++) {
            buf_add_cstr(&text, j ? " " : "");
            buf_add(&text, clause->words[j]);
        }
        buf_add_cstr(&text, clause->is_phrase ? "\"" : "");
    }
    return arena_copy(plan->arena, buf_slice(&text));
}

err atlas_plan_words(struct atlas_plan *plan) {
    if (!plan->query->words.n) {
        return OK;
    }
    plan->clauses = arena_new(plan->arena, struct atlas_clause, CLAUSES_MAX);
    TRY(take_apart(plan));
    if (!plan->clause_count) {
        return OK;
    }
    struct text_stemmer *stemmer = atlas_desk_stemmer(plan->desk);
    if (!stemmer) {
        return ERR_MEMORY;
    }
    bool is_corrected = false;
    for (uint32_t i = 0; i < plan->clause_count; i++) {
        struct atlas_clause *clause = &plan->clauses[i];
        look_up(plan, stemmer, clause);
        if (clause->is_phrase || is_used(plan, clause)) {
            continue;
        }
        slice better = correct(plan->view, clause->words[0]);
        if (better.n) {
            clause->words[0] = arena_copy(plan->arena, better);
            clause->is_prefix = false;
            look_up(plan, stemmer, clause);
            is_corrected = true;
        }
    }
    if (is_corrected) {
        plan->corrected = words_as_searched(plan);
    }
    return OK;
}
