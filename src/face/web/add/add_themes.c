/* The themes of a draft: the main ones as boxes, in a few groups that open, so that a phone shows
 * six lines instead of thirty. */
#include "face/web/add/adding.h"

#define THEME_SCHEME    SLICE("themes")
#define GROUP_SLUGS_MAX 8

/* Only how the boxes stand together on this page: a theme that no group names is among the others.
 */
static const struct theme_group {
    const char *name, *label;
    const char *slugs[GROUP_SLUGS_MAX];
} groups[] = {
    {"theme-daily",
     N_("Se nourrir, se loger, se déplacer"),
     {"food", "housing", "town-planning", "mobility", "energy", "repair"}},
    {"theme-nature",
     N_("Nature et climat"),
     {"water", "soils", "biodiversity", "climate", "waste", "resilience"}},
    {"theme-people",
     N_("Se soigner, apprendre, s’entraider"),
     {"health", "care", "education", "solidarity", "equality"}},
    {"theme-work", N_("Travail et économie"), {"work", "income", "economy", "cooperation"}},
    {"theme-culture",
     N_("Culture, savoirs, numérique"),
     {"culture", "media", "knowledge", "digital-commons", "digital-inclusion"}},
    {"theme-public",
     N_("Vivre et décider ensemble"),
     {"democracy", "public-services", "third-places", "engagement"}},
    {"theme-other", N_("Autres thèmes"), {NULL}},
};
#define GROUP_COUNT ARRAY_COUNT(groups)

/* The main ones, and those made here, which the page has boxes for. */
static bool is_main(const struct themes *all, uint16_t theme) {
    return (all->items[theme].depth == 0 || all->items[theme].is_own) &&
           slice_equal(all->schemes[all->items[theme].scheme].slug, THEME_SCHEME);
}

/* One made here under another stands with that. */
static size_t group_of(const struct themes *all, uint16_t theme) {
    while (all->items[theme].broader != THEME_NONE) {
        theme = all->items[theme].broader;
    }
    slice slug = all->items[theme].slug;
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        for (size_t i = 0; i < GROUP_SLUGS_MAX && groups[g].slugs[i]; i++) {
            if (slice_equal(slice_from_cstr(groups[g].slugs[i]), slug)) {
                return g;
            }
        }
    }
    return GROUP_COUNT - 1;
}

/* Under its own slug or that of one that was merged into it. */
static bool has_theme(const struct themes *all, const struct entry *entry, uint16_t theme) {
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        if (themes_find(all, entry->themes[i]) == theme) {
            return true;
        }
    }
    return false;
}

static bool is_sent(const struct http_form *sent, slice slug) {
    size_t at = 0;
    slice value;
    while (http_form_next(sent, "theme", &at, &value)) {
        if (slice_equal(value, slug)) {
            return true;
        }
    }
    return false;
}

static void write_group(struct adding *adding, size_t group) {
    const struct themes *all = adding->face->themes;
    struct form_choice *choices = arena_new(adding->arena, struct form_choice, all->count + 1u);
    bool *is_on = arena_new(adding->arena, bool, all->count + 1u);
    size_t count = 0;
    for (uint16_t i = 0; i < all->count; i++) {
        slice slug = all->items[i].slug;
        bool has = has_theme(all, &adding->draft.content, i);
        if (!is_main(all, i) || group_of(all, i) != group || (all->items[i].is_hidden && !has)) {
            continue;
        }
        slice label = all->items[i].label[adding->form.page->language];
        choices[count] =
            (struct form_choice){.value = arena_printf(adding->arena, "%.*s", SLICE_ARG(slug)).p,
                                 .label = arena_printf(adding->arena, "%.*s", SLICE_ARG(label)).p};
        is_on[count++] = adding->sent ? is_sent(adding->sent, slug) : has;
    }
    if (count) {
        form_boxes_folded(&adding->form, &(struct form_boxes){.name = "theme",
                                                              .id = groups[group].name,
                                                              .label = groups[group].label,
                                                              .choices = choices,
                                                              .is_on = is_on,
                                                              .count = count});
    }
}

void add_themes_write(struct adding *adding) {
    form_group_begin(&adding->form, "theme", N_("Thèmes"));
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        write_group(adding, g);
    }
    form_group_end(&adding->form);
}

/* Themes that the page has no box for stay, and slugs of merged ones whose box stays on: taking the
 * merge back gives them back (RULE THEME-2). One that is hidden is taken by nobody else. */
void add_themes_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct themes *all = adding->face->themes;
    slice *list = arena_new(adding->arena, slice, (size_t)entry->theme_count + all->count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint16_t theme = themes_find(all, entry->themes[i]);
        if (theme == THEME_NONE || !is_main(all, theme) ||
            is_sent(adding->sent, all->items[theme].slug)) {
            list[count++] = entry->themes[i];
        }
    }
    for (uint16_t i = 0; i < all->count; i++) {
        slice slug = all->items[i].slug;
        if (is_main(all, i) && !all->items[i].is_hidden && is_sent(adding->sent, slug) &&
            !has_theme(all, entry, i)) {
            list[count++] = slug;
        }
    }
    entry->themes = list;
    entry->theme_count = count;
}
