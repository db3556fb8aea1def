/* Opening hours: a text that is not understood comes back as it is, one that is understood is told
 * in words, in either language, without a control byte that was not there. */
#include "face/web/web_int.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct problem problem = {0};
    struct i18n *i18n = NULL;
    FUZZ_PROMISE(i18n_new(NULL, 0, &i18n, &problem) == OK);
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct page page = {.arena = &arena, .html = {.language = i18n_language(i18n, SLICE("fr"))}};
    slice osm = slice_of((const char *)data, size);
    slice told = hours_text(&page, osm);
    FUZZ_PROMISE(told.p == osm.p ? told.n == osm.n : told.n > 0);
    i18n_free(i18n);
    return 0;
}
