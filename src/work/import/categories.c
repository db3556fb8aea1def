/* One category of a source -> themes and tags: by the source's own taxonomy, by paths, by slugs. */
#include "text/text.h"
#include "work/import/draft_int.h"
#include <string.h>

#define PATH_MAX 8

static slice fold(const struct draft *d, slice text) {
    struct buf folded BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    text_fold(text, &folded);
    return arena_copy(d->arena, buf_slice(&folded));
}

/* Folded words without the s of their plural, or each with one. */
static slice plurals_change(const struct draft *d, slice folded, bool add) {
    struct buf out BUF_CLEANUP = buf_new(2 * RECORD_BYTES_MAX);
    slice word;
    while (slice_cut(&folded, ' ', &word)) {
        bool plural = word.n > 3 && word.p[word.n - 1] == 's';
        buf_add(&out, out.n > 0 ? SLICE(" ") : SLICE_EMPTY);
        buf_add(&out, plural && !add ? slice_sub(word, 0, word.n - 1) : word);
        buf_add(&out, !plural && add && word.n > 3 ? SLICE("s") : SLICE_EMPTY);
    }
    return arena_copy(d->arena, buf_slice(&out));
}

/* The theme of this slug, label or synonym, in the singular or the plural. */
static uint16_t theme_of(const struct draft *d, slice word) {
    const struct themes *themes = d->builder->themes;
    uint16_t theme = themes_find(themes, word);
    slice folded = theme == THEME_NONE ? fold(d, slice_sub(word, 0, 200)) : SLICE_EMPTY;
    if (theme == THEME_NONE) {
        theme = themes_match(themes, folded);
    }
    if (theme == THEME_NONE) {
        theme = themes_match(themes, plurals_change(d, folded, false));
    }
    return theme != THEME_NONE ? theme : themes_match(themes, plurals_change(d, folded, true));
}

bool draft_is_theme(const struct draft *d, slice word) {
    return theme_of(d, word) != THEME_NONE;
}

void draft_theme_or_tag(struct draft *d, slice word, bool may_be_tag) {
    struct entry *entry = d->entry;
    const struct themes *themes = d->builder->themes;
    uint16_t theme = theme_of(d, word);
    if (theme == THEME_NONE && !may_be_tag) {
        return;
    }
    slice **list = theme != THEME_NONE ? &entry->themes : &entry->tags;
    uint32_t *count = theme != THEME_NONE ? &entry->theme_count : &entry->tag_count;
    slice item =
        theme != THEME_NONE ? themes->items[theme].slug : draft_clipped(d, word, ENTRY_TITLE_MAX);
    if (*list == NULL) {
        *list = arena_new(d->arena, slice, ENTRY_LIST_MAX);
    }
    for (uint32_t i = 0; i < *count; i++) {
        if (slice_equal((*list)[i], item)) {
            return;
        }
    }
    if (*count == ENTRY_LIST_MAX) {
        warning_add(d->builder->warnings, WARNING_CLIPPED, d->record->line, "%.*s",
                    (int)(word.n < 60 ? word.n : 60), word.p);
        return;
    }
    (*list)[(*count)++] = item;
}

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
