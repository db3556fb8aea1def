/* /themes: the taxonomies, with what each theme holds. */
#include "face/web/explore/explorer_int.h"

uint64_t *theme_counts(struct page *page, const struct atlas_result *result) {
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

bool theme_narrower_chips(struct page *page, uint16_t theme, const uint64_t *counts) {
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
    return any;
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
    (void)theme_narrower_chips(page, theme, counts);
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
