/* A catalogue in the form of GNU .mo files, made by the test itself. */
#ifndef AGORA_TESTS_HTML_MO_H
#define AGORA_TESTS_HTML_MO_H

#include "base/base.h"

struct mo_pair {
    const char *original; /* sorted by the caller; "one" alone for a plural */
    const char *plural;   /* NULL: no plural */
    const char *translated;
    const char *translated_many;
};

static inline void mo_add_u32(struct buf *out, size_t value) {
    uint32_t number = (uint32_t)value;
    buf_add_bytes(out, &number, sizeof number);
}

static inline void mo_add_text(struct buf *texts, const char *one, const char *many) {
    buf_add_cstr(texts, one);
    if (many != NULL) {
        buf_add_char(texts, '\0');
        buf_add_cstr(texts, many);
    }
    buf_add_char(texts, '\0');
}

/* Header, table of originals, table of translations, then the texts. */
static inline void mo_make(const struct mo_pair *pairs, size_t count, struct buf *out) {
    struct buf texts BUF_CLEANUP = buf_new(1 << 16);
    size_t first = 28 + 16 * count;
    mo_add_u32(out, 0x950412deu);
    mo_add_u32(out, 0);
    mo_add_u32(out, count);
    mo_add_u32(out, 28);
    mo_add_u32(out, 28 + 8 * count);
    mo_add_u32(out, 0);
    mo_add_u32(out, 0);
    for (int translated = 0; translated < 2; translated++) {
        for (size_t i = 0; i < count; i++) {
            size_t start = texts.n;
            if (translated == 0) {
                mo_add_text(&texts, pairs[i].original, pairs[i].plural);
            } else {
                mo_add_text(&texts, pairs[i].translated, pairs[i].translated_many);
            }
            mo_add_u32(out, texts.n - start - 1);
            mo_add_u32(out, first + start);
        }
    }
    buf_add(out, buf_slice(&texts));
}

#endif
