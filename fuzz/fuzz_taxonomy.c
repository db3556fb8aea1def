/* A source's taxonomy: what is read has names that are text, and no path without an end. */
#include "fuzz.h"

#include "text/text.h"
#include "work/import/import_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct taxonomy *taxonomy = NULL;
    slice text = slice_of((const char *)data, size);
    slice names[64];
    if (taxonomy_read(text, &arena, &taxonomy, NULL) != OK) {
        FUZZ_PROMISE(taxonomy == NULL);
        return 0;
    }
    for (unsigned id = 0; id < 40; id++) {
        slice number = arena_printf(&arena, "%u", id);
        uint32_t n = taxonomy_path(taxonomy, number, names, 64);
        FUZZ_PROMISE(n < 64);
        for (uint32_t i = 0; i < n; i++) {
            FUZZ_PROMISE(names[i].n > 0 && text_is_utf8(names[i]));
        }
    }
    return 0;
}
