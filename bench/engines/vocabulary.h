/* Names by number, and the words of the corpus with their stems. */
#ifndef AGORA_BENCH_VOCABULARY_H
#define AGORA_BENCH_VOCABULARY_H

#include "base/base.h"
#include "text/text.h"

struct names {
    struct arena arena;
    slice *items;
    uint32_t count, room;
    uint32_t *slots; /* number + 1 */
    uint32_t slot_count;
};
/* The number of a name, a new one when it was not there. */
uint32_t names_number(struct names *names, slice name);
#define NAMES_NONE UINT32_MAX

struct word {
    uint32_t stems[TEXT_LANGUAGE__COUNT]; /* numbers among `stems` of the language */
    bool is_stop;
};
struct vocabulary {
    struct text_stemmer *stemmer;
    struct names names, stems[TEXT_LANGUAGE__COUNT];
    struct word *words; /* parallel to names */
    uint32_t room;
};
uint32_t vocabulary_word(struct vocabulary *vocabulary, slice folded);

#endif
