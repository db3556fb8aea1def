/* The words of a question made ready for engines that know plain tokens only: what to look for so
 * that exactly those documents match that src/atlas/README.md ("Words") says. */
#ifndef AGORA_BENCH_CLAUSES_H
#define AGORA_BENCH_CLAUSES_H

#include "documents.h"
#include "engine.h"

/* Tokens of a document: f + French stem of each word; e + English stem, of the few whose words do
 * not share one French stem; w + the word itself, for prefixes; t + number of each theme. */
struct tokens {
    struct documents *documents;
    bool *english_needed; /* by English stem of the documents' words */
    uint32_t english_count;
    struct theme_word {
        uint32_t word;
        uint16_t theme;
    } * theme_words;
    size_t theme_word_count, theme_word_room;
    uint32_t word_count; /* of the documents: words of themes come behind */
};
void tokens_prepare(struct tokens *tokens, struct documents *documents);

/* A clause: which words and themes match it, and the tokens that say the same. */
struct clause {
    unsigned question;
    bool *words; /* by word */
    bool *themes;
    struct bench_clause tokens;
};
/* Adds the clauses of a question to `clauses`; returns how many there are then. */
size_t clauses_make(struct tokens *tokens, slice words, unsigned question, struct clause *clauses,
                    size_t count, size_t room);

#endif
