#include "clauses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tokens of the corpus ---- */

static const struct word *word_of(const struct tokens *tokens, uint32_t word) {
    return &tokens->documents->vocabulary.words[word];
}

/* An English stem is a token only when its words have more than one French stem. */
static void english_choose(struct tokens *tokens) {
    const struct vocabulary *vocabulary = &tokens->documents->vocabulary;
    uint32_t stems = vocabulary->stems[TEXT_ENGLISH].count;
    uint32_t *french = malloc((stems + 1) * sizeof(*french));
    tokens->english_count = stems;
    tokens->english_needed = calloc(stems + 1, sizeof(bool));
    memset(french, 0xff, (stems + 1) * sizeof(*french));
    for (uint32_t i = 0; i < tokens->word_count; i++) {
        uint32_t english = vocabulary->words[i].stems[TEXT_ENGLISH];
        uint32_t own = vocabulary->words[i].stems[TEXT_FRENCH];
        tokens->english_needed[english] = tokens->english_needed[english] ||
                                          (french[english] != NAMES_NONE && french[english] != own);
        french[english] = own;
    }
    free(french);
}

static void theme_text_add(struct tokens *tokens, uint16_t theme, slice text) {
    struct documents *documents = tokens->documents;
    buf_clear(&documents->folded);
    text_fold(text, &documents->folded);
    struct text_words words = {.rest = buf_slice(&documents->folded)};
    for (slice folded; text_words_next(&words, &folded);) {
        uint32_t word = vocabulary_word(&documents->vocabulary, folded);
        if (documents->vocabulary.words[word].is_stop) {
            continue;
        }
        if (tokens->theme_word_count == tokens->theme_word_room) {
            tokens->theme_word_room = tokens->theme_word_room * 2 + 256;
            tokens->theme_words = realloc(tokens->theme_words,
                                          tokens->theme_word_room * sizeof(*tokens->theme_words));
        }
        tokens->theme_words[tokens->theme_word_count++] =
            (struct theme_word){.word = word, .theme = theme};
    }
}

void tokens_prepare(struct tokens *tokens, struct documents *documents) {
    const struct themes *themes = documents->themes;
    *tokens =
        (struct tokens){.documents = documents, .word_count = documents->vocabulary.names.count};
    english_choose(tokens);
    for (uint16_t theme = 0; theme < themes->count; theme++) {
        for (int language = 0; language < THEME_LANGUAGES; language++) {
            theme_text_add(tokens, theme, themes->items[theme].label[language]);
        }
        for (uint32_t i = 0; i < themes->items[theme].synonym_count; i++) {
            theme_text_add(tokens, theme, themes->items[theme].synonyms[i]);
        }
    }
}

/* ---- a clause ---- */

static void token_add(struct clause *clause, char sort, slice text, bool is_prefix) {
    struct bench_clause *tokens = &clause->tokens;
    if (tokens->token_count == BENCH_TOKENS || text.n + 2 > BENCH_TOKEN_MAX) {
        bench_fail("a clause of more than %d tokens", BENCH_TOKENS);
    }
    struct bench_token *token = &tokens->tokens[tokens->token_count++];
    snprintf(token->text, sizeof(token->text), "%c%.*s", sort, SLICE_ARG(text));
    token->is_prefix = is_prefix;
}

static bool is_alike(const struct word *a, const struct word *b) {
    return a->stems[TEXT_FRENCH] == b->stems[TEXT_FRENCH] ||
           a->stems[TEXT_ENGLISH] == b->stems[TEXT_ENGLISH];
}

static void alike_words(const struct tokens *tokens, uint32_t asked, struct clause *clause) {
    const struct vocabulary *vocabulary = &tokens->documents->vocabulary;
    const struct word *word = word_of(tokens, asked);
    bool is_french = false;
    uint32_t english = word->stems[TEXT_ENGLISH];
    bool is_english = english < tokens->english_count && tokens->english_needed[english];
    for (uint32_t i = 0; i < tokens->word_count; i++) {
        const struct word *other = &vocabulary->words[i];
        if (other->is_stop || !is_alike(word, other)) {
            continue;
        }
        clause->words[i] = true;
        if (other->stems[TEXT_FRENCH] == word->stems[TEXT_FRENCH]) {
            is_french = true;
        } else if (!is_english) {
            token_add(clause, 'w', vocabulary->names.items[i], false);
        }
    }
    if (is_french) {
        token_add(clause, 'f', vocabulary->stems[TEXT_FRENCH].items[word->stems[TEXT_FRENCH]],
                  false);
    }
    if (is_english) {
        token_add(clause, 'e', vocabulary->stems[TEXT_ENGLISH].items[word->stems[TEXT_ENGLISH]],
                  false);
    }
}

static void prefix_words(const struct tokens *tokens, slice prefix, struct clause *clause) {
    const struct vocabulary *vocabulary = &tokens->documents->vocabulary;
    for (uint32_t i = 0; i < tokens->word_count; i++) {
        clause->words[i] =
            clause->words[i] || (!vocabulary->words[i].is_stop &&
                                 slice_starts_with(vocabulary->names.items[i], prefix));
    }
    token_add(clause, 'w', prefix, true);
}

static void theme_tokens(const struct tokens *tokens, uint32_t asked, bool is_prefix,
                         struct clause *clause) {
    const struct names *names = &tokens->documents->vocabulary.names;
    for (size_t i = 0; i < tokens->theme_word_count; i++) {
        const struct theme_word *it = &tokens->theme_words[i];
        bool fits = is_alike(word_of(tokens, asked), word_of(tokens, it->word)) ||
                    (is_prefix && slice_starts_with(names->items[it->word], names->items[asked]));
        if (fits && !clause->themes[it->theme]) {
            char number[16];
            int n = snprintf(number, sizeof(number), "%u", it->theme);
            clause->themes[it->theme] = true;
            token_add(clause, 't', slice_of(number, (size_t)n), false);
        }
    }
}

static bool matches_something(const struct tokens *tokens, const struct clause *clause) {
    bool is_found = false;
    for (uint32_t i = 0; i < tokens->word_count; i++) {
        is_found = is_found || clause->words[i];
    }
    for (uint16_t i = 0; i < tokens->documents->themes->count; i++) {
        is_found = is_found || clause->themes[i];
    }
    return is_found;
}

size_t clauses_make(struct tokens *tokens, slice words, unsigned question, struct clause *clauses,
                    size_t count, size_t room) {
    struct documents *documents = tokens->documents;
    bool is_open = !slice_contains(words, SLICE("\""));
    buf_clear(&documents->folded);
    text_fold(words, &documents->folded);
    struct text_words walk = {.rest = buf_slice(&documents->folded)};
    size_t first = count;
    for (slice folded; text_words_next(&walk, &folded);) {
        uint32_t word = vocabulary_word(&documents->vocabulary, folded);
        bool is_prefix = is_open && walk.rest.n == 0 && text_codepoints(folded) >= 3;
        if (word_of(tokens, word)->is_stop) {
            continue;
        }
        if (count == room) {
            bench_fail("more than %zu clauses", room);
        }
        struct clause *clause = &clauses[count++];
        *clause = (struct clause){
            .question = question,
            .words = calloc(tokens->word_count + 1, sizeof(bool)),
            .themes = calloc(documents->themes->count + 1u, sizeof(bool)),
        };
        alike_words(tokens, word, clause);
        if (is_prefix) {
            prefix_words(tokens, folded, clause);
        }
        theme_tokens(tokens, word, is_prefix, clause);
        if (!matches_something(tokens, clause)) {
            bench_fail("'%.*s' is like no word of the corpus: a typo to forgive is another class",
                       SLICE_ARG(folded));
        }
    }
    if (count - first > BENCH_CLAUSES) {
        bench_fail("a question of more than %d words", BENCH_CLAUSES);
    }
    return count;
}
