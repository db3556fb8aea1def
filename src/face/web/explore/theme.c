/* /themes/SLUG: what one theme means, counts, where it is, its latest, what it stands beside. */
#include "face/web/explore/explorer_int.h"

#include <stdlib.h>

#define ANCESTORS_MAX      8
#define AGENDA_SHOWN       3
#define LATEST_SHOWN       4
#define ASKS_SHOWN         6
#define SYNONYMS_SHOWN     12
#define NEIGHBOURS_SHOWN   16
#define DEPARTEMENTS_SHOWN 8
#define MAP_WIDTH          540
#define MAP_HEIGHT         420
#define MAP_ZOOM_MAX       9

struct concept {
    struct page *page;
    const struct atlas_view *view;
    uint16_t index;
    const struct theme *of;
    struct query query; /* the theme, nothing else */
    struct part_found found;
};

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

static slice label_of(const struct page *page, uint16_t theme) {
    return page->face->themes->items[theme].label[page->language];
}

/* What people call it, so that they know they are at the right place. */
static void synonyms(struct concept *concept) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < concept->of->synonym_count && shown < SYNONYMS_SHOWN; i++) {
        if (concept->of->synonym_languages[i] != page->language) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<p class=\"muted measure\">");
            html_t(html, "On dit aussi :");
            html_raw(html, " ");
        } else {
            html_raw(html, ", ");
        }
        html_text(html, concept->of->synonyms[i]);
    }
    if (shown > 0) {
        html_raw(html, ".</p>\n");
    }
}

static void figures(struct concept *concept) {
    struct page *page = concept->page;
    html_raw(&page->html, "<section>");
    part_section_head(page, i18n(page->html.language, "En chiffres"),
                      link_explore(page, &concept->query),
                      i18n(page->html.language, "Voir la liste"));
    part_kind_bars(page, &concept->query, &concept->found.result);
    html_raw(&page->html, "</section>\n");
}

/* ---- where: a small map, and the same by département ---- */

static int by_count(const void *a, const void *b) {
    const struct atlas_facet_value *left = a;
    const struct atlas_facet_value *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

/* The départements with matches, most first: the children of each région that has some. */
static err departements(struct concept *concept, struct atlas_facet_value **found, size_t *count) {
    struct page *page = concept->page;
    const struct territories *all = page->face->territories;
    const struct atlas_facet_counts *wide = &concept->found.result.facets[ATLAS_FACET_TERRITORY];
    struct atlas_facet_value *list =
        arena_new(page->arena, struct atlas_facet_value, (size_t)all->count - all->commune_count);
    *count = 0;
    for (uint32_t i = 0; i < wide->count; i++) {
        const struct territory *item = &all->items[wide->values[i].index];
        if (item->level == TERRITORY_DEPARTEMENT) {
            list[(*count)++] = wide->values[i];
        }
        if (item->level != TERRITORY_REGION) {
            continue;
        }
        struct query query = concept->query;
        query_values_set(&query.territories, item->code, true);
        query.limit = 1;
        struct part_found inside;
        TRY(part_search(page, concept->view, &query, 1u << ATLAS_FACET_TERRITORY, &inside));
        const struct atlas_facet_counts *narrow = &inside.result.facets[ATLAS_FACET_TERRITORY];
        for (uint32_t j = 0; j < narrow->count; j++) {
            if (narrow->values[j].index != UINT32_MAX &&
                all->items[narrow->values[j].index].level == TERRITORY_DEPARTEMENT) {
                list[(*count)++] = narrow->values[j];
            }
        }
    }
    qsort(list, *count, sizeof *list, by_count);
    *found = list;
    return OK;
}

static void departement_row(struct concept *concept, const struct atlas_facet_value *value,
                            uint64_t most) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    struct query query = concept->query;
    query.limit = QUERY_LIMIT_DEFAULT;
    query_values_set(&query.territories, value->value, true);
    uint64_t percent = 1 + value->count * 84 / most; /* of the cell, with room for the number */
    html_raw(html, "<tr><th scope=\"row\"><a");
    html_attr(html, "href", link_explore(page, &query));
    html_raw(html, ">");
    html_text(html, page->face->territories->items[value->index].label);
    html_raw(html, "</a></th><td><svg class=\"bar\" aria-hidden=\"true\" width=\"");
    html_i64(html, (int64_t)percent);
    html_raw(html, "%\"/><span>");
    html_number(html, (int64_t)value->count);
    html_raw(html, "</span></td></tr>\n");
}

static err departement_table(struct concept *concept) {
    struct html *html = &concept->page->html;
    struct atlas_facet_value *list = NULL;
    size_t count = 0;
    TRY(departements(concept, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (i == 0) {
            html_raw(html, "<table class=\"bars\"><caption class=\"visually-hidden\">");
            html_t(html, "Résultats par département");
            html_raw(html, "</caption>\n<tbody>\n");
        } else if (i == DEPARTEMENTS_SHOWN) {
            html_raw(html, "</tbody></table>\n<details><summary class=\"more-link\">");
            html_tn(html, "Voir le département suivant", "Voir les %n départements suivants",
                    (int64_t)(count - DEPARTEMENTS_SHOWN));
            html_raw(html, "</summary><table class=\"bars\"><tbody>\n");
        }
        departement_row(concept, &list[i], list[0].count);
    }
    if (count > 0) {
        html_raw(html, "</tbody></table>\n");
    }
    if (count > DEPARTEMENTS_SHOWN) {
        html_raw(html, "</details>\n");
    }
    return OK;
}

static err where(struct concept *concept) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    const struct geo_box mainland = {
        .west_e7 = -53000000, .south_e7 = 412000000, .east_e7 = 97000000, .north_e7 = 512000000};
    struct map_drawing drawing = {
        .view = map_view_fit(&mainland, MAP_WIDTH, MAP_HEIGHT, MAP_ZOOM_MAX),
        .label = label_of(page, concept->index),
        .outline = TERRITORY_NONE,
    };
    struct atlas_request request = {
        .query = &concept->query, .seven_kinds = true, .now_ms = page->now_ms};
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "Où"), link_explore(page, &concept->query),
                      i18n(html->language, "Voir la carte"));
    html_raw(html, "<figure class=\"small-map\">");
    TRY(map_write(page, concept->view, &request, &drawing));
    html_raw(html, "</figure>\n");
    TRY(departement_table(concept));
    html_raw(html, "</section>\n");
    return OK;
}

/* ---- the taxonomy around it ---- */

static void narrower(struct concept *concept) {
    struct page *page = concept->page;
    const struct themes *all = page->face->themes;
    const struct theme_scheme *scheme = &all->schemes[concept->of->scheme];
    for (uint16_t i = 0; i < scheme->count; i++) {
        if (all->items[scheme->first + i].broader == concept->index) {
            html_raw(&page->html, "<section>");
            part_section_head(page, i18n(page->html.language, "Plus précisément"), SLICE_EMPTY,
                              SLICE_EMPTY);
            (void)theme_narrower_chips(page, concept->index,
                                       theme_counts(page, &concept->found.result));
            html_raw(&page->html, "</section>\n");
            return;
        }
    }
}

/* The broader one, and those beside it. */
static void beside(struct concept *concept) {
    struct page *page = concept->page;
    const struct themes *all = page->face->themes;
    const struct theme_scheme *scheme = &all->schemes[concept->of->scheme];
    uint32_t shown = 0;
    for (uint16_t i = 0; i < scheme->count && shown < NEIGHBOURS_SHOWN; i++) {
        uint16_t other = (uint16_t)(scheme->first + i);
        bool is_broader = other == concept->of->broader;
        bool is_beside =
            other != concept->index && all->items[other].broader == concept->of->broader;
        if (!is_broader && !is_beside) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(&page->html, "<section>");
            part_section_head(page, i18n(page->html.language, "Thèmes voisins"), SLICE("/themes"),
                              i18n(page->html.language, "Tous les thèmes"));
            html_raw(&page->html, "<ul class=\"tags\">\n");
        }
        part_chip(page, link_theme(page, other), label_of(page, other));
    }
    if (shown > 0) {
        html_raw(&page->html, "</ul></section>\n");
    }
}

static void head(struct concept *concept) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    slice scheme = all->schemes[concept->of->scheme].slug;
    theme_breadcrumb(page, concept->index);
    html_raw(html, "<header>");
    if (!slice_equal(scheme, SLICE("themes"))) { /* the trail says it */
        html_raw(html, "<p class=\"overline\">");
        html_text(html, all->schemes[concept->of->scheme].title[page->language]);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<h1>");
    html_text(html, label_of(page, concept->index));
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_text(html, part_count_text(page, concept->found.result.total));
    html_raw(html, "</p>\n");
    synonyms(concept);
    html_raw(html, "</header>\n");
}

static err body(struct concept *concept) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    if (concept->found.result.total == 0) {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Aucune fiche ne porte encore ce thème.");
        html_raw(html, "</p>\n");
        narrower(concept);
        beside(concept);
        return OK;
    }
    html_raw(html, "<div class=\"columns\">\n<div class=\"stack\">\n");
    figures(concept);
    narrower(concept);
    html_raw(html, "</div>\n");
    TRY(where(concept));
    html_raw(html, "</div>\n");
    html_raw(html, "<div class=\"columns\">\n");
    TRY(part_latest(page, concept->view, &concept->query, LATEST_SHOWN));
    TRY(part_agenda(page, concept->view, &concept->query, AGENDA_SHOWN));
    html_raw(html, "</div>\n");
    TRY(part_asks(page, concept->view, &concept->query, ASKS_SHOWN));
    beside(concept);
    part_follow(page, &concept->query);
    return OK;
}

static err answer(struct concept *concept) {
    struct page *page = concept->page;
    struct html *html = &page->html;
    slice canonical = link_theme(page, concept->index);
    if (page_unchanged(page, concept->view, canonical)) {
        return OK;
    }
    concept->query = query_default();
    query_values_set(&concept->query.themes, concept->of->slug, true);
    TRY(part_search(page, concept->view, &concept->query,
                    1u << ATLAS_FACET_THEME | 1u << ATLAS_FACET_KIND | 1u << ATLAS_FACET_TERRITORY,
                    &concept->found));
    slice label = label_of(page, concept->index);
    struct buf description BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Initiatives, lieux, outils et rendez-vous : %1.", &label, 1,
            &description);
    page_head(page, &(struct page_head){.title = label,
                                        .description = buf_slice(&description),
                                        .canonical = canonical,
                                        .shown = &concept->query,
                                        .section = PAGE_EXPLORE});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n");
    head(concept);
    TRY(body(concept));
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
    if (!slice_equal(face->themes->items[theme].slug, request->captures[0])) {
        response->status = 301; /* RULE THEME-2; not for longer: a merge may be taken back */
        response->location = link_theme(&page, theme);
        response->cache = HTTP_CACHE_HOUR;
        return OK;
    }
    struct concept concept = {.page = &page,
                              .view = atlas_pin(face->atlas),
                              .index = theme,
                              .of = &face->themes->items[theme]};
    err answered = answer(&concept);
    atlas_unpin(face->atlas, concept.view);
    return answered;
}
