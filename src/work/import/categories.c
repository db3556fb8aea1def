/* One category of a source -> themes and tags: by the source's own taxonomy, by paths, by slugs. */
#include "text/text.h"
#include "work/import/draft_int.h"
#include <string.h>

#define PATH_MAX 8

static bool is_number(slice word) {
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] < '0' || word.p[i] > '9') {
            return false;
        }
    }
    return word.n > 0;
}

/* "Alimentation > AMAP", "numerique--acceder-a-du-materiel": the broader one first. Returns how
 * many parts there are; 1 when it is no path. */
static size_t path_split(slice word, slice *parts) {
    static const char *const signs[] = {" > ", " \xC2\xBB ", " \xE2\x80\xBA ", " / ", "--", "::"};
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        slice sign = slice_from_cstr(signs[i]);
        if (slice_find_slice(word, 0, sign) == word.n) {
            continue;
        }
        size_t n = 0;
        slice rest = word;
        while (n < PATH_MAX) {
            size_t cut = n + 1 == PATH_MAX ? rest.n : slice_find_slice(rest, 0, sign);
            slice part = slice_trim(slice_sub(rest, 0, cut));
            if (part.n > 0) {
                parts[n++] = part;
            }
            if (cut == rest.n) {
                break;
            }
            rest = slice_sub(rest, cut + sign.n, rest.n);
        }
        return n;
    }
    parts[0] = word;
    return 1;
}

/* "alimentation-durable", "energie_renouvelable": words that lost their spaces. */
static bool is_slug(slice word) {
    bool joined = false;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        joined = joined || c == '-' || c == '_';
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
            return false;
        }
    }
    return joined;
}

static slice words_of_slug(slice word, struct arena *arena) {
    slice copy = arena_copy(arena, word);
    char *bytes = (char *)(uintptr_t)copy.p; /* ours alone */
    for (size_t i = 0; i < copy.n; i++) {
        bytes[i] = bytes[i] == '-' || bytes[i] == '_' ? ' ' : bytes[i];
    }
    return copy;
}

/* One name: as it is, else with the spaces that a slug lost. */
static void name_take(struct draft *d, slice name) {
    const struct themes *themes = d->builder->themes;
    if (is_slug(name) && !draft_is_theme(d, name)) {
        slice words = words_of_slug(name, d->arena);
        if (draft_is_theme(d, words) || themes_find(themes, name) == THEME_NONE) {
            draft_theme_or_tag(d, words, true);
            return;
        }
    }
    draft_theme_or_tag(d, name, true);
}

void category_take(struct draft *d, const struct column *column, slice value) {
    slice names[PATH_MAX];
    uint32_t count = taxonomy_path(d->builder->taxonomy, value, names, PATH_MAX);
    for (uint32_t i = count; i > 0; i--) { /* broader before narrower */
        name_take(d, names[i - 1]);
    }
    if (count > 0) {
        return;
    }
    if (is_number(value) && !draft_is_theme(d, value)) {
        warning_add(d->builder->warnings, WARNING_CATEGORY_NUMBER, d->record->line, "%.*s: %.*s",
                    (int)(column->name.n < 60 ? column->name.n : 60), column->name.p,
                    (int)(value.n < 20 ? value.n : 20), value.p);
        detail_write(&d->details, column->name, value);
        return;
    }
    size_t parts = draft_is_theme(d, value) ? 0 : path_split(value, names);
    for (size_t i = 0; i < parts; i++) {
        name_take(d, names[i]);
    }
    if (parts == 0) {
        draft_theme_or_tag(d, value, true);
    }
}
