/* A .mo file: damaged bytes are refused, and what is accepted answers every text
 * within its bounds. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "html/i18n.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *exact = malloc(size > 0 ? size : 1); /* so that one byte too far is seen */
    FUZZ_PROMISE(exact != NULL);
    if (size > 0) {
        memcpy(exact, bytes, size);
    }
    const struct i18n_catalogue catalogue = {.language = SLICE("en"), .mo = slice_of(exact, size)};
    struct problem problem = {0};
    struct i18n *i18n_all = NULL;
    if (i18n_new(&catalogue, 1, &i18n_all, &problem) == OK) {
        const struct i18n_language *language = i18n_language(i18n_all, SLICE("en"));
        FUZZ_PROMISE(i18n(language, "Explorer").n < size + 16);
        FUZZ_PROMISE(i18n_plural(language, "résultat", "résultats", 2).n < size + 16);
        i18n_free(i18n_all);
    }
    free(exact);
    return 0;
}
