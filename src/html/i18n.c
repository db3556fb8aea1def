#include "html/i18n.h"

#include <stdlib.h>
#include <string.h>

#define LANGUAGES_MAX 16
#define MO_MAGIC      0x950412deu

struct i18n_language {
    slice code;
    size_t index;
    slice mo; /* empty for the source language */
    uint32_t count, originals, translations;
    /* Open addressing by the hash of a French text: its number + 1, or 0. A power of two, at most
     * half full. */
    uint32_t *slots; /* NULL for the source language */
    uint32_t slot_mask;
};

struct i18n {
    struct i18n_language languages[LANGUAGES_MAX];
    size_t count;
};

static uint32_t mo_u32(slice mo, size_t at) {
    uint32_t value;
    memcpy(&value, mo.p + at, sizeof value);
    return value;
}

/* String `i` of the table that starts at `table` (GNU gettext manual, "The Format of GNU MO
 * Files"). */
static slice mo_string(const struct i18n_language *language, uint32_t table, uint32_t i) {
    size_t row = table + 8 * (size_t)i;
    return slice_of(language->mo.p + mo_u32(language->mo, row + 4), mo_u32(language->mo, row));
}

static bool mo_table_fits(slice mo, uint32_t table, uint32_t count) {
    if (table > mo.n || (mo.n - table) / 8 < count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t length = mo_u32(mo, table + 8 * (size_t)i);
        size_t offset = mo_u32(mo, table + 8 * (size_t)i + 4);
        if (offset > mo.n || mo.n - offset < length) {
            return false;
        }
    }
    return true;
}

/* A plural entry's original is "one NUL many"; it is found by the first. */
static slice original_of(const struct i18n_language *language, uint32_t i) {
    slice original = mo_string(language, language->originals, i);
    return slice_sub(original, 0, slice_find(original, 0, '\0'));
}

/* The slot of a text, or the free one where it belongs. */
static uint32_t *slot_of(const struct i18n_language *language, slice message) {
    uint32_t slot = (uint32_t)hash_bytes(message, 0) & language->slot_mask;
    while (language->slots[slot] != 0 &&
           !slice_equal(original_of(language, language->slots[slot] - 1), message)) {
        slot = (slot + 1) & language->slot_mask;
    }
    return &language->slots[slot];
}

static err language_index(struct i18n_language *language) {
    size_t slots = 4;
    while (slots < 2 * (size_t)language->count) {
        slots *= 2;
    }
    language->slots = calloc(slots, sizeof *language->slots);
    if (language->slots == NULL) {
        return ERR_MEMORY;
    }
    language->slot_mask = (uint32_t)(slots - 1);
    for (uint32_t i = 0; i < language->count; i++) {
        uint32_t *slot = slot_of(language, original_of(language, i));
        *slot = *slot != 0 ? *slot : i + 1; /* of doubles the first */
    }
    return OK;
}

static err language_add(struct i18n *i18n, const struct i18n_catalogue *catalogue,
                        struct problem *problem) {
    slice mo = catalogue->mo;
    struct i18n_language *language = &i18n->languages[i18n->count];
    bool fits = i18n->count < LANGUAGES_MAX && mo.n >= 28 && mo_u32(mo, 0) == MO_MAGIC;
    if (fits) {
        *language = (struct i18n_language){.code = catalogue->language,
                                           .index = i18n->count,
                                           .mo = mo,
                                           .count = mo_u32(mo, 8),
                                           .originals = mo_u32(mo, 12),
                                           .translations = mo_u32(mo, 16)};
        fits = mo_table_fits(mo, language->originals, language->count) &&
               mo_table_fits(mo, language->translations, language->count);
    }
    if (!fits) {
        return problem_set(problem, ERR_CORRUPT, "", "the catalogue of language %.*s is damaged",
                           SLICE_ARG(catalogue->language));
    }
    i18n->count++;
    return language_index(language);
}

err i18n_new(const struct i18n_catalogue *catalogues, size_t count, struct i18n **result,
             struct problem *problem) {
    struct i18n *i18n = calloc(1, sizeof *i18n);
    if (i18n == NULL) {
        return ERR_MEMORY;
    }
    i18n->languages[0] = (struct i18n_language){.code = SLICE("fr")};
    i18n->count = 1;
    for (size_t i = 0; i < count; i++) {
        err failed = language_add(i18n, &catalogues[i], problem);
        if (failed != OK) {
            i18n_free(i18n);
            return failed;
        }
    }
    *result = i18n;
    return OK;
}

void i18n_free(struct i18n *i18n) {
    for (size_t i = 0; i18n != NULL && i < i18n->count; i++) {
        free(i18n->languages[i].slots);
    }
    free(i18n);
}

const struct i18n_language *i18n_language(const struct i18n *i18n, slice code) {
    for (size_t i = 0; i < i18n->count; i++) {
        if (slice_equal(i18n->languages[i].code, code)) {
            return &i18n->languages[i];
        }
    }
    return &i18n->languages[0];
}

slice i18n_code(const struct i18n_language *language) {
    return language->code;
}

size_t i18n_index(const struct i18n_language *language) {
    return language->index;
}

static bool find(const struct i18n_language *language, slice message, slice *translated) {
    uint32_t number = language->slots != NULL ? *slot_of(language, message) : 0;
    if (number == 0) {
        return false;
    }
    *translated = mo_string(language, language->translations, number - 1);
    return translated->n > 0;
}

slice i18n(const struct i18n_language *language, const char *message) {
    slice translated;
    if (find(language, slice_from_cstr(message), &translated)) {
        return slice_sub(translated, 0, slice_find(translated, 0, '\0'));
    }
    return slice_from_cstr(message);
}

/* French takes the singular for 0 and 1, the others here for 1 only (CLDR plural rules). */
static bool is_one(const struct i18n_language *language, int64_t n) {
    return slice_equal(language->code, SLICE("fr")) ? n == 0 || n == 1 : n == 1;
}

slice i18n_plural(const struct i18n_language *language, const char *one, const char *many,
                  int64_t n) {
    bool singular = is_one(language, n);
    slice translated;
    if (!find(language, slice_from_cstr(one), &translated)) {
        return slice_from_cstr(singular ? one : many);
    }
    size_t end = slice_find(translated, 0, '\0');
    return singular || end >= translated.n ? slice_sub(translated, 0, end)
                                           : slice_sub(translated, end + 1, translated.n - end - 1);
}
