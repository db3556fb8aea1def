/* How names are compared. */
#include "domain/territory/territory_int.h"

#include "text/text.h"

/* Words that say what an EPCI is, not which; dropped while they lead. */
static bool is_epci_word(slice word) {
    static const char *const words[] = {"cc",        "ca",
                                        "cu",        "communaute",
                                        "communes",  "urbaine",
                                        "agglo",     "agglomeration",
                                        "metropole", "eurometropole",
                                        "de",        "du",
                                        "des",       "d",
                                        "la",        "le",
                                        "les",       "l"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (slice_equal(word, slice_from_cstr(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Numbers of arrondissements and of special deliveries say nothing about the commune. */
static bool is_dropped(slice word) {
    return (word.p[0] >= '0' && word.p[0] <= '9') || slice_equal(word, SLICE("cedex")) ||
           slice_equal(word, SLICE("arrondissement")) || slice_equal(word, SLICE("arr"));
}

static slice spelled_out(slice word, bool is_last) {
    if (slice_equal(word, SLICE("st"))) {
        return SLICE("saint");
    }
    if (slice_equal(word, SLICE("ste"))) {
        return SLICE("sainte");
    }
    if (!is_last && slice_equal(word, SLICE("s"))) { /* the last one may be a name begun */
        return SLICE("sur");
    }
    return word;
}

void territory_key(slice name, enum territory_level level, struct buf *out) {
    struct buf folded BUF_CLEANUP = buf_new(TERRITORY_KEY_MAX);
    text_fold(slice_sub(name, 0, TERRITORY_KEY_MAX / 4), &folded);
    struct text_words words = {.rest = buf_slice(&folded)};
    slice word;
    bool leading = level == TERRITORY_EPCI;
    size_t start = out->n;
    while (text_words_next(&words, &word)) {
        leading = leading && is_epci_word(word);
        if (leading || (level == TERRITORY_COMMUNE && is_dropped(word))) {
            continue;
        }
        if (out->n > start) {
            buf_add_char(out, ' ');
        }
        buf_add(out, spelled_out(word, words.rest.n == 0));
    }
}
