/* What the files of the reference share: documents and their words, the question, what matches. */
#ifndef AGORA_TEST_ATLAS_REFERENCE_INT_H
#define AGORA_TEST_ATLAS_REFERENCE_INT_H

#include "reference.h"

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
    uint32_t taken; /* how often the entry was taken up */
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

/* reference_words.c: the question understood, and the impact of its clauses in a live document (0:
 * does not match). */
struct asked *reference_ask(struct reference *reference, const struct atlas_request *request,
                            struct arena *arena, slice *corrected);
uint32_t reference_known_impact(const struct reference *reference, const struct asked *asked,
                                const struct document *document, uint32_t clause);

/* reference.c: `ignored` is the facet whose choice does not count; ATLAS_FACET__COUNT: none. */
bool reference_matches(const struct reference *reference, const struct asked *asked,
                       const struct document *document, enum atlas_facet ignored);
bool reference_has(const struct document *document, enum query_has what);
bool reference_has_skill(const struct document *document, slice skill);

/* reference_facet.c: the territory facet comes uncut. */
struct atlas_facet_counts reference_count_facet(const struct reference *reference,
                                                const struct asked *asked, enum atlas_facet which,
                                                struct arena *arena);
void reference_cut_territories(const struct reference *reference, const struct query *query,
                               struct atlas_facet_counts *facet);

#endif
