/* /themes and /themes/SLUG: the taxonomies, and what one theme holds. */
#include "face/web/web_int.h"

#define CARDS_SHOWN  9
#define CARDS_ASKED  40
#define AGENDA_SHOWN 3

/* Matches by theme, by index, from the counts of a search. */
static uint64_t *theme_counts(struct page *page, const struct atlas_result *result) {
    const struct atlas_facet_counts *facet = &result->facets[ATLAS_FACET_THEME];
    uint64_t *counts = arena_new(page->arena, uint64_t, (size_t)page->face->themes->count + 1);
    for (uint32_t i = 0; i < facet->count; i++) {
        counts[facet->values[i].index] = facet->values[i].count;
    }
    return counts;
}

static uint16_t scheme_end(const struct themes *all, uint16_t scheme) {
    return (uint16_t)(all->schemes[scheme].first + all->schemes[scheme].count);
}

/* The themes right below one, with their counts. */
static void narrower_chips(struct page *page, uint16_t theme, const uint64_t *counts) {
    const struct themes *all = page->face->themes;
    uint16_t end = scheme_end(all, all->items[theme].scheme);
    bool any = false;
    for (uint16_t i = all->schemes[all->items[theme].scheme].first; i < end; i++) {
        if (all->items[i].broader != theme) {
            continue;
        }
        if (!any) {
            html_raw(&page->html, "<ul class=\"tags\">\n");
            any = true;
        }
        part_count_chip(page, link_theme(page, i), all->items[i].label[page->language], counts[i]);
    }
    if (any) {
        html_raw(&page->html, "</ul>\n");
    }
}

static bool has_narrower(const struct themes *all, uint16_t theme) {
    uint16_t end = scheme_end(all, all->items[theme].scheme);
    for (uint16_t i = all->schemes[all->items[theme].scheme].first; i < end; i++) {
        if (all->items[i].broader == theme) {
            return true;
        }
    }
    return false;
}

/* A top theme with its narrower ones under it. */
static void theme_block(struct page *page, uint16_t theme, const uint64_t *counts) {
    struct html *html = &page->html;
    html_raw(html, "<div><h3><a");
    html_attr(html, "href", link_theme(page, theme));
    html_raw(html, ">");
    html_text(html, page->face->themes->items[theme].label[page->language]);
    html_raw(html, "</a> <span class=\"count\">");
    html_number(html, (int64_t)counts[theme]);
    html_raw(html, "</span></h3>\n");
    narrower_chips(page, theme, counts);
    html_raw(html, "</div>\n");
}

/* The themes of a taxonomy that stand alone, as one list. */
static void alone_chips(struct page *page, uint16_t scheme, const uint64_t *counts) {
    const struct themes *all = page->face->themes;
    html_raw(&page->html, "<ul class=\"tags\">\n");
    for (uint16_t i = all->schemes[scheme].first; i < scheme_end(all, scheme); i++) {
        if (all->items[i].depth == 0 && !has_narrower(all, i)) {
            part_count_chip(page, link_theme(page, i), all->items[i].label[page->language],
                            counts[i]);
        }
    }
    html_raw(&page->html, "</ul>\n");
}

static void scheme_section(struct page *page, uint16_t scheme, const uint64_t *counts) {
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    uint16_t end = scheme_end(all, scheme);
    html_raw(html, "<section");
    html_attr(html, "id", all->schemes[scheme].slug);
    html_raw(html, ">");
    part_section_head(page, all->schemes[scheme].title[page->language], SLICE_EMPTY, SLICE_EMPTY);
    bool any_alone = false;
    bool any_block = false;
    for (uint16_t i = all->schemes[scheme].first; i < end; i++) {
        if (all->items[i].depth > 0) {
            continue;
        }
        if (!has_narrower(all, i)) {
            any_alone = true;
            continue;
        }
        if (!any_block) {
            html_raw(html, "<div class=\"columns\">\n");
            any_block = true;
        }
        theme_block(page, i, counts);
    }
    if (any_block) {
        html_raw(html, "</div>\n");
    }
    if (any_alone) {
        alone_chips(page, scheme, counts);
    }
    html_raw(html, "</section>\n");
}

static err themes_answer(struct page *page, const struct atlas_view *view) {
    struct html *html = &page->html;
    if (page_unchanged(page, view, SLICE("/themes"))) {
        return OK;
    }
    struct query query = query_default();
    query.limit = 1;
    struct part_found found;
    TRY(part_search(page, view, &query, 1u << ATLAS_FACET_THEME, &found));
    const uint64_t *counts = theme_counts(page, &found.result);
    page_head(page, &(struct page_head){.title = i18n(html->language, "Thèmes"),
                                        .description =
                                            i18n(html->language, "Tous les thèmes des initiatives, "
                                                                 "lieux, outils et rendez-vous."),
                                        .canonical = SLICE("/themes"),
                                        .section = PAGE_EXPLORE});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<header><h1>");
    html_t(html, "Tous les thèmes");
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_t(html, "Chaque fiche porte un ou plusieurs thèmes. Un thème comprend aussi ceux qui "
                 "sont rangés sous lui.");
    html_raw(html, "</p></header>\n");
    for (uint16_t scheme = 0; scheme < page->face->themes->scheme_count; scheme++) {
        scheme_section(page, scheme, counts);
    }
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_themes(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    (void)problem;
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    const struct atlas_view *view = atlas_pin(face->atlas);
    err answered = themes_answer(&page, view);
    atlas_unpin(face->atlas, view);
    return answered;
}

#define ANCESTORS_MAX 8

static void theme_breadcrumb(struct page *page, uint16_t theme) {
    const struct themes *all = page->face->themes;
    uint16_t chain[ANCESTORS_MAX];
    size_t depth = 0;
    for (uint16_t at = all->items[theme].broader; at != THEME_NONE && depth < ANCESTORS_MAX;
         at = all->items[at].broader) {
        chain[depth++] = at;
    }
    struct crumb crumbs[ANCESTORS_MAX + 2];
    size_t count = 0;
    crumbs[count++] = (struct crumb){SLICE("/themes"), i18n(page->html.language, "Thèmes")};
    while (depth > 0) {
        depth--;
        crumbs[count++] = (struct crumb){link_theme(page, chain[depth]),
                                         all->items[chain[depth]].label[page->language]};
    }
    crumbs[count++] = (struct crumb){SLICE_EMPTY, all->items[theme].label[page->language]};
    part_breadcrumb(page, crumbs, count);
}

static void theme_results(struct page *page, const struct query *query,
                          const struct part_found *found) {
    struct html *html = &page->html;
    if (found->result.total == 0) {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Aucune fiche ne porte encore ce thème.");
        html_raw(html, "</p>\n");
        return;
    }
    struct buf text BUF_CLEANUP = buf_new(256);
    i18n_tn(html->language, "Voir le résultat", "Voir les %n résultats",
            (int64_t)found->result.total, &text);
    struct query all = *query;
    all.limit = QUERY_LIMIT_DEFAULT;
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "En ce moment"), link_explore(page, &all),
                      buf_slice(&text));
    part_cards(page, found, CARDS_SHOWN);
    html_raw(html, "</section>\n");
}

static err theme_answer(struct page *page, const struct atlas_view *view, uint16_t theme) {
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    const struct theme *of = &all->items[theme];
    slice canonical = link_theme(page, theme);
    if (page_unchanged(page, view, canonical)) {
        return OK;
    }
    struct query query = query_default();
    query_values_set(&query.themes, of->slug, true);
    query.limit = CARDS_ASKED;
    struct part_found found;
    TRY(part_search(page, view, &query, 1u << ATLAS_FACET_THEME, &found));
    slice label = of->label[page->language];
    struct buf description BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Initiatives, lieux, outils et rendez-vous : %1.", &label, 1,
            &description);
    page_head(page, &(struct page_head){.title = label,
                                        .description = buf_slice(&description),
                                        .canonical = canonical,
                                        .section = PAGE_EXPLORE});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n");
    theme_breadcrumb(page, theme);
    html_raw(html, "<header>");
    if (!slice_equal(all->schemes[of->scheme].slug, SLICE("themes"))) { /* the trail says it */
        html_raw(html, "<p class=\"overline\">");
        html_text(html, all->schemes[of->scheme].title[page->language]);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<h1>");
    html_text(html, label);
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_text(html, explorer_count_text(page, found.result.total));
    html_raw(html, "</p></header>\n");
    narrower_chips(page, theme, theme_counts(page, &found.result));
    theme_results(page, &query, &found);
    TRY(part_agenda(page, view, &query, AGENDA_SHOWN));
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_theme(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct face *face = app;
    uint16_t theme = themes_find(face->themes, request->captures[0]);
    if (theme == THEME_NONE) {
        return problem_set(problem, ERR_NOT_FOUND, "slug", "no theme has this name");
    }
    struct page page = page_begin(face, request, response);
    const struct atlas_view *view = atlas_pin(face->atlas);
    err answered = theme_answer(&page, view, theme);
    atlas_unpin(face->atlas, view);
    return answered;
}
