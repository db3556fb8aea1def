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
    return OK;
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
            free(i18n);
            return failed;
        }
    }
    *result = i18n;
    return OK;
}

void i18n_free(struct i18n *i18n) {
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

/* Binary search: the originals are sorted; a plural entry's original is "one NUL many". */
static bool find(const struct i18n_language *language, slice message, slice *translated) {
    uint32_t low = 0;
    uint32_t high = language->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        slice original = mo_string(language, language->originals, middle);
        slice head = slice_sub(original, 0, slice_find(original, 0, '\0'));
        int order = slice_compare(message, head);
        if (order == 0) {
            *translated = mo_string(language, language->translations, middle);
            return translated->n > 0;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
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
