#include "text/text.h"

#include <libstemmer.h>
#include <stdlib.h>

/* Longer words are codes and addresses, not language. */
#define STEM_WORD_BYTES_MAX 64

struct text_stemmer {
    struct sb_stemmer *by_language[TEXT_LANGUAGE__COUNT];
};

struct text_stemmer *text_stemmer_new(void) {
    static const char *const algorithms[TEXT_LANGUAGE__COUNT] = {
        [TEXT_FRENCH] = "french", [TEXT_ENGLISH] = "english"};
    struct text_stemmer *stemmer = calloc(1, sizeof(*stemmer));
    if (!stemmer) {
        return NULL;
    }
    for (size_t i = 0; i < TEXT_LANGUAGE__COUNT; i++) {
        stemmer->by_language[i] = sb_stemmer_new(algorithms[i], "UTF_8");
        if (!stemmer->by_language[i]) {
            text_stemmer_free(stemmer);
            return NULL;
        }
    }
    return stemmer;
}

void text_stemmer_free(struct text_stemmer *stemmer) {
    if (!stemmer) {
        return;
    }
    for (size_t i = 0; i < TEXT_LANGUAGE__COUNT; i++) {
        if (stemmer->by_language[i]) {
            sb_stemmer_delete(stemmer->by_language[i]);
        }
    }
    free(stemmer);
}

slice text_stem(struct text_stemmer *stemmer, enum text_language language, slice folded_word) {
    if (folded_word.n > STEM_WORD_BYTES_MAX) {
        return folded_word;
    }
    struct sb_stemmer *snowball = stemmer->by_language[language];
    const sb_symbol *stem =
        sb_stemmer_stem(snowball, (const sb_symbol *)folded_word.p, (int)folded_word.n);
    if (!stem) { /* no memory: the word itself is a stem too */
        return folded_word;
    }
    return slice_of((const char *)stem, (size_t)sb_stemmer_length(snowball));
}
