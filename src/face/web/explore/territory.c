/* /territories/CODE-slug: what happens there, in figures, on a map, soon, lately; what lies inside
 * and beside it. */
#include "face/web/entry/news.h"
#include "face/web/explore/explorer_int.h"

#include <stdlib.h>

#define MAP_WIDTH        540
#define MAP_HEIGHT       420
#define MAP_ZOOM_MAX     13
#define COMMUNES_MAX     400 /* more of them are too small to be told apart on the drawn map */
#define WHITE_NAMED_MAX  20
#define LATEST_SHOWN     4
#define NEWS_SHOWN       3
#define AGENDA_SHOWN     4
#define STORIES_SHOWN    2
#define ASKS_SHOWN       6
#define NEIGHBOURS_SHOWN 8
#define NEIGHBOURS_MAX   40 /* of those that share a border */

/* What tools/build-territories.mjs read. */
#define POPULATION_SOURCE N_("Insee, populations légales diffusées en 2026")
#define COMMUNES_SOURCE   N_("Code officiel géographique 2026")

struct portal {
    struct page *page;
    const struct atlas_view *view;
    uint32_t index;
    const struct territory *of;
    struct query query; /* the territory, nothing else */
    struct part_found found;
    const uint32_t *communes; /* filled by count on the map; NULL: too many, or no outlines */
    uint64_t *counts;         /* parallel */
    size_t commune_count;
};

/* The territory of an address "CODE-slug". Codes hold dashes themselves, so each dash may end the
 * code: the one whose canonical address this is, else the longest code that exists. */
static uint32_t territory_of(const struct page *page, slice address) {
    const struct territories *all = page->face->territories;
    uint32_t longest = TERRITORY_NONE;
    for (size_t end = address.n; end > 0; end--) {
        if (end < address.n && address.p[end] != '-') {
            continue;
        }
        uint32_t index = territories_find(all, slice_sub(address, 0, end));
        if (index == TERRITORY_NONE) {
            continue;
        }
        if (slice_equal(link_territory(page, index), page->request->path)) {
            return index;
        }
        longest = longest == TERRITORY_NONE ? index : longest;
    }
    return longest;
}

static slice level_label(const struct page *page, const struct territory *of) {
    static const struct {
        const char *kind, *label;
    } groupings[] = {
        {"CC", N_("Communauté de communes")},
        {"CA", N_("Communauté d’agglomération")},
        {"CU", N_("Communauté urbaine")},
        {"ME", N_("Métropole")},
    };
    static const char *const levels[TERRITORY_LEVEL__COUNT] = {
        [TERRITORY_COMMUNE] = N_("Commune"),
        [TERRITORY_EPCI] = N_("Intercommunalité"),
        [TERRITORY_DEPARTEMENT] = N_("Département"),
        [TERRITORY_REGION] = N_("Région"),
        [TERRITORY_COUNTRY] = N_("Pays"),
        [TERRITORY_CUSTOM] = N_("Territoire"),
    };
    for (size_t i = 0; of->level == TERRITORY_EPCI && i < ARRAY_COUNT(groupings); i++) {
        if (slice_equal(of->kind, slice_from_cstr(groupings[i].kind))) {
            return i18n(page->html.language, groupings[i].label);
        }
    }
    return i18n(page->html.language, levels[of->level]);
}

/* The question of the page. French puts a preposition before a commune's name and draws it together
 * with an article; before wider territories it depends on each name, so the name comes first. */
static slice question(const struct page *page, const struct territory *of) {
    struct buf text BUF_CLEANUP = buf_new(1024);
    const struct i18n_language *language = page->html.language;
    slice name = of->name;
    if (of->level != TERRITORY_COMMUNE) {
        i18n_tf(language, "%1 : que s’y passe‑t‑il ?", &name, 1, &text);
    } else if (slice_starts_with(name, SLICE("Le "))) {
        name = slice_sub(name, 3, name.n);
        i18n_tf(language, "Que se passe‑t‑il au %1 ?", &name, 1, &text);
    } else if (slice_starts_with(name, SLICE("Les "))) {
        name = slice_sub(name, 4, name.n);
        i18n_tf(language, "Que se passe‑t‑il aux %1 ?", &name, 1, &text);
    } else {
        i18n_tf(language, "Que se passe‑t‑il à %1 ?", &name, 1, &text);
    }
    return arena_copy(page->arena, buf_slice(&text));
}

/* ---- the band: question, search, map ---- */

static void search_here(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    html_raw(html, "<form class=\"search search--one\" action=\"/explore\" method=\"get\" "
                   "role=\"search\"><input type=\"hidden\" name=\"territory\"");
    html_attr(html, "value", portal->of->code);
    html_raw(html, "><div class=\"field\">");
    page_icon(page, "search");
    html_raw(html, "<label for=\"q\">");
    html_t(html, "Que cherchez-vous ici ?");
    html_raw(html, "</label><input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\" "
                   "autocomplete=\"off\"");
    html_attr(html, "placeholder", i18n(html->language, "jardin partagé, réparer…"));
    html_raw(html, "></div>\n<button class=\"button button--sun\" type=\"submit\">");
    html_t(html, "Chercher");
    html_raw(html, "</button></form>\n");
}

/* "137 résultats, dans 45 communes sur 67", as far as it is counted. */
static void lead(struct portal *portal) {
    struct html *html = &portal->page->html;
    html_raw(html, "<p class=\"lead\">");
    html_text(html, part_count_text(portal->page, portal->found.result.total));
    size_t reached = 0;
    for (size_t i = 0; i < portal->commune_count; i++) {
        reached += portal->counts[i] > 0;
    }
    if (portal->commune_count > 1 && reached > 0) {
        html_raw(html, ", ");
        html_tn(html, "dans %n commune", "dans %n communes", (int64_t)reached);
    }
    html_raw(html, "</p>\n");
}

static void map_legend(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<ul class=\"legend legend--counts\"");
    html_attr(html, "aria-label", i18n(html->language, "Résultats par commune"));
    html_raw(html, "><li class=\"commune--0\">");
    html_t(html, "aucun");
    html_raw(html, "</li><li class=\"commune--1\">");
    html_t(html, "1 ou 2");
    html_raw(html, "</li><li class=\"commune--3\">");
    html_t(html, "3 à 5");
    html_raw(html, "</li><li class=\"commune--6\">");
    html_t(html, "6 et plus");
    html_raw(html, "</li></ul>\n");
}

static err map(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    const struct territories *all = page->face->territories;
    slice count = part_count_text(page, portal->found.result.total);
    struct map_drawing drawing = {
        .view = map_view_fit(&portal->of->box, MAP_WIDTH, MAP_HEIGHT, MAP_ZOOM_MAX),
        .label =
            arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(portal->of->label), SLICE_ARG(count)),
        .outline = portal->index,
    };
    if (!portal->of->has_centre) {
        return OK;
    }
    bool filled = all->areas != NULL && portal->commune_count > 1;
    html_raw(html, "<div class=\"band-side panel around\">\n");
    part_section_head(page, i18n(html->language, "Sur la carte"),
                      link_explore(page, &portal->query), i18n(html->language, "Voir la carte"));
    if (filled) {
        drawing.communes = portal->communes;
        drawing.commune_counts = portal->counts;
        drawing.commune_count = portal->commune_count;
        map_draw(html, page->face->basemap, all, &drawing);
        map_legend(page);
    } else {
        struct atlas_request request = {
            .query = &portal->query, .seven_kinds = true, .now_ms = page->now_ms};
        TRY(map_write(page, portal->view, &request, &drawing));
    }
    html_raw(html, "</div>\n");
    return OK;
}

static err band(struct portal *portal, slice title) {
    struct html *html = &portal->page->html;
    html_raw(html, "<div class=\"band band--home\"><svg class=\"band-arcs\" aria-hidden=\"true\">"
                   "<use href=\"#arcs\"/></svg>\n<div class=\"wrap\">\n<div class=\"band-main\">"
                   "\n<p class=\"overline\">");
    html_text(html, level_label(portal->page, portal->of));
    html_raw(html, "</p>\n<h1>");
    html_text(html, title);
    html_raw(html, "</h1>\n");
    lead(portal);
    search_here(portal);
    html_raw(html, "</div>\n");
    TRY(map(portal));
    html_raw(html, "</div>\n</div>\n");
    return OK;
}

/* ---- the page ---- */

static void breadcrumb(struct portal *portal) {
    struct page *page = portal->page;
    const struct territory *of = portal->of;
    const uint32_t chain[] = {of->country, of->region, of->departement, of->epci};
    struct crumb crumbs[ARRAY_COUNT(chain) + 2];
    size_t count = 0;
    crumbs[count++] = (struct crumb){SLICE("/explore"), i18n(page->html.language, "Explorer")};
    for (size_t i = 0; i < ARRAY_COUNT(chain); i++) {
        if (chain[i] != TERRITORY_NONE && chain[i] != portal->index) {
            crumbs[count++] = (struct crumb){link_territory(page, chain[i]),
                                             page->face->territories->items[chain[i]].label};
        }
    }
    crumbs[count++] = (struct crumb){SLICE_EMPTY, of->label};
    part_breadcrumb(page, crumbs, count);
}

/* A figure with what it is, when and by whom it was counted. */
static void figure(struct page *page, int64_t count, slice what, slice source) {
    struct html *html = &page->html;
    html_raw(html, "<li><strong>");
    html_number(html, count);
    html_raw(html, "</strong> ");
    html_text(html, what);
    html_raw(html, " <small>");
    html_text(html, source);
    html_raw(html, "</small></li>\n");
}

/* People, communes, and how many of those have something to show. */
static void figures(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    const struct territory *of = portal->of;
    size_t reached = 0;
    for (size_t i = 0; i < portal->commune_count; i++) {
        reached += portal->counts[i] > 0;
    }
    if (of->population == 0 && of->commune_count == 0) {
        return;
    }
    html_raw(html, "<ul class=\"figures panel\">\n");
    if (of->population > 0) {
        figure(page, of->population,
               i18n_plural(language, "personne y habite", "personnes y habitent",
                           (int64_t)of->population),
               i18n(language, POPULATION_SOURCE));
    }
    if (of->commune_count > 0) {
        figure(page, of->commune_count,
               i18n_plural(language, "commune", "communes", (int64_t)of->commune_count),
               i18n(language, COMMUNES_SOURCE));
    }
    if (portal->commune_count > 1) {
        figure(page, (int64_t)reached,
               i18n_plural(language, "commune a au moins une fiche",
                           "communes ont au moins une fiche", (int64_t)reached),
               part_today(page));
    }
    html_raw(html, "</ul>\n");
}

static void bars(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "En chiffres"), SLICE_EMPTY, SLICE_EMPTY);
    part_kind_bars(page, &portal->query, &portal->found.result);
    html_raw(html, "</section>\n");
}

static err stories(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    struct query query = portal->query;
    query.kinds = 1u << QUERY_KIND_STORY;
    struct part_found found;
    TRY(part_search(page, portal->view, &query, 0, &found));
    html_raw(html, "<section>");
    part_section_head(
        page, i18n(html->language, "Portraits"),
        arena_printf(page->arena, "/stories?territory=%.*s", SLICE_ARG(portal->of->code)),
        i18n(html->language, "Tous les portraits"));
    html_raw(html, "<ol class=\"cards cards--tiles\">\n");
    uint32_t shown = 0;
    for (uint32_t i = 0; i < found.result.hit_count && shown < STORIES_SHOWN; i++) {
        if (found.entries[i] != NULL) {
            html_raw(html, "<li>");
            story_card(page, found.entries[i]);
            html_raw(html, "</li>\n");
            shown++;
        }
    }
    html_raw(html, "</ol>\n</section>\n");
    return OK;
}

static const char *children_title(const struct territory *of) {
    switch (of->level) {
    case TERRITORY_COUNTRY:
        return N_("Ses régions");
    case TERRITORY_REGION:
        return N_("Ses départements");
    case TERRITORY_DEPARTEMENT:
        return N_("Ses intercommunalités");
    case TERRITORY_COMMUNE:
    case TERRITORY_EPCI:
    case TERRITORY_CUSTOM:
    case TERRITORY_LEVEL__COUNT:
        return N_("Ses communes");
    }
    return N_("Ses communes");
}

static void children(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    const struct atlas_facet_counts *counts = &portal->found.result.facets[ATLAS_FACET_TERRITORY];
    if (portal->of->child_count == 0 || counts->count == 0) {
        return;
    }
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, children_title(portal->of)), SLICE_EMPTY,
                      SLICE_EMPTY);
    html_raw(html, "<ul class=\"tags\">\n");
    for (uint32_t i = 0; i < counts->count; i++) {
        uint32_t child = counts->values[i].index;
        if (child != portal->index) {
            part_count_chip(page, link_territory(page, child),
                            page->face->territories->items[child].label, counts->values[i].count);
        }
    }
    html_raw(html, "</ul>\n");
    if (counts->others > 0) {
        html_raw(html, "<p class=\"muted small\">");
        html_tn(html, "et %n résultat dans les autres", "et %n résultats dans les autres",
                (int64_t)counts->others);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "</section>\n");
}

/* ---- neighbours: those that share a border, else those whose centres are nearest ---- */

struct neighbour {
    uint32_t index;
    double distance_m;
};

static int neighbour_order(const void *a, const void *b) {
    const struct neighbour *left = a;
    const struct neighbour *right = b;
    if (left->distance_m < right->distance_m || left->distance_m > right->distance_m) {
        return left->distance_m < right->distance_m ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

static double distance_to(const struct portal *portal, uint32_t index) {
    return geo_distance_m(portal->of->centre, portal->page->face->territories->items[index].centre);
}

static size_t touching(const struct portal *portal, struct neighbour *list) {
    uint32_t found[NEIGHBOURS_MAX];
    size_t count = territories_touching(portal->page->face->territories, portal->index,
                                        portal->page->arena, found, NEIGHBOURS_MAX);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct neighbour){found[i], distance_to(portal, found[i])};
    }
    return count;
}

/* The nearest of the same level, nearest first. */
static size_t nearest(const struct portal *portal, struct neighbour *list) {
    const struct territories *all = portal->page->face->territories;
    size_t count = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct territory *item = &all->items[i];
        if (i == portal->index || item->level != portal->of->level || !item->has_centre ||
            item->centre_is_approximate) {
            continue;
        }
        struct neighbour one = {i, distance_to(portal, i)};
        if (count == NEIGHBOURS_SHOWN && neighbour_order(&one, &list[count - 1]) >= 0) {
            continue;
        }
        count += count < NEIGHBOURS_SHOWN;
        list[count - 1] = one;
        qsort(list, count, sizeof *list, neighbour_order);
    }
    return count;
}

static void neighbours(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    struct neighbour list[NEIGHBOURS_MAX];
    if (portal->of->level >= TERRITORY_COUNTRY || !portal->of->has_centre) {
        return;
    }
    size_t count = touching(portal, list);
    bool by_border = count > 0;
    count = by_border ? count : nearest(portal, list);
    if (count == 0) {
        return;
    }
    qsort(list, count, sizeof *list, neighbour_order);
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "À côté"), SLICE_EMPTY, SLICE_EMPTY);
    html_raw(html, "<p class=\"muted small\">");
    if (by_border) {
        html_t(html, "Les territoires qui le touchent.");
    } else {
        html_t(html, "Les plus proches, de centre à centre.");
    }
    html_raw(html, "</p>\n<ul class=\"tags\">\n");
    for (size_t i = 0; i < count; i++) {
        part_chip(page, link_territory(page, list[i].index),
                  page->face->territories->items[list[i].index].label);
    }
    html_raw(html, "</ul></section>\n");
}

/* ---- communes where nothing is known yet ---- */

static void white_names(struct portal *portal) {
    struct html *html = &portal->page->html;
    const struct territories *all = portal->page->face->territories;
    bool first = true;
    for (size_t i = 0; i < portal->commune_count; i++) {
        if (portal->counts[i] == 0) {
            if (!first) {
                html_raw(html, " · ");
            }
            html_text(html, all->items[portal->communes[i]].name);
            first = false;
        }
    }
    html_raw(html, ". ");
}

static void white_communes(struct portal *portal) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    size_t white = 0;
    for (size_t i = 0; i < portal->commune_count; i++) {
        white += portal->counts[i] == 0;
    }
    if (white == 0 || portal->commune_count < 2) {
        return;
    }
    html_raw(html, "<aside class=\"call\"><div><h2>");
    html_tn(html, "%n commune encore blanche", "%n communes encore blanches", (int64_t)white);
    html_raw(html, "</h2><p>");
    if (white <= WHITE_NAMED_MAX) {
        white_names(portal);
    }
    bool reachable = page->face->contact_email.n > 0;
    if (reachable) {
        html_t(html, "Il s’y passe sûrement quelque chose : dites-le-nous.");
    } else {
        html_t(html, "Il s’y passe sûrement quelque chose.");
    }
    html_raw(html, "</p></div>");
    if (reachable) {
        html_raw(html, "<a class=\"button\"");
        html_attr(html, "href",
                  arena_printf(page->arena, "mailto:%.*s", SLICE_ARG(page->face->contact_email)));
        html_raw(html, ">");
        page_icon(page, "mail");
        html_t(html, "Écrire à l’équipe");
        html_raw(html, "</a>");
    }
    html_raw(html, "</aside>\n");
}

static err count_communes(struct portal *portal) {
    struct page *page = portal->page;
    const struct territory *of = portal->of;
    if (of->commune_count == 0 || of->commune_count > COMMUNES_MAX) {
        return OK;
    }
    portal->communes = of->communes;
    portal->commune_count = of->commune_count;
    portal->counts = arena_new(page->arena, uint64_t, of->commune_count);
    struct problem problem = {0};
    struct atlas_request request = {
        .query = &portal->query, .seven_kinds = true, .now_ms = page->now_ms};
    return atlas_count_communes(portal->view, &request, portal->communes, portal->commune_count,
                                portal->counts, &problem);
}

/* The latest on one side, on the other what there is first of portraits, parts and neighbours. */
static err lately(struct portal *portal) {
    struct html *html = &portal->page->html;
    bool has_stories = part_kind_count(&portal->found.result, QUERY_KIND_STORY) > 0;
    bool has_children = portal->of->child_count > 0;
    TRY(news_section(portal->page, portal->index, NEWS_SHOWN));
    html_raw(html, "<div class=\"columns\">\n");
    TRY(part_latest(portal->page, portal->view, &portal->query, LATEST_SHOWN));
    if (has_stories) {
        TRY(stories(portal));
    } else if (has_children) {
        children(portal);
    } else {
        neighbours(portal);
    }
    html_raw(html, "</div>\n");
    if (has_stories) {
        children(portal);
    }
    if (has_stories || has_children) {
        neighbours(portal);
    }
    return OK;
}

static err write_page(struct portal *portal, slice canonical) {
    struct page *page = portal->page;
    struct html *html = &page->html;
    slice title = question(page, portal->of);
    slice label = portal->of->label;
    struct buf description BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Initiatives, lieux, outils et rendez-vous : %1.", &label, 1,
            &description);
    page_head(page, &(struct page_head){.title = label,
                                        .description = buf_slice(&description),
                                        .canonical = canonical,
                                        .picture = arena_printf(page->arena,
                                                                "/pictures/territories/%.*s.png",
                                                                SLICE_ARG(portal->of->code)),
                                        .json_ld = meta_territory(page, portal->index),
                                        .shown = &portal->query,
                                        .is_embeddable = true,
                                        .section = PAGE_EXPLORE});
    html_raw(html, "<main id=\"main\" tabindex=\"-1\">\n");
    TRY(band(portal, title));
    html_raw(html, "<div class=\"wrap page\">\n");
    breadcrumb(portal);
    figures(portal);
    html_raw(html, "<div class=\"columns\">\n");
    bars(portal);
    TRY(part_agenda(page, portal->view, &portal->query, AGENDA_SHOWN));
    html_raw(html, "</div>\n");
    TRY(lately(portal));
    TRY(part_asks(page, portal->view, &portal->query, ASKS_SHOWN));
    white_communes(portal);
    part_follow(page, &portal->query);
    part_share_query(page, &portal->query, label, canonical);
    html_raw(html, "</div>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct portal *portal) {
    struct page *page = portal->page;
    slice canonical = link_territory(page, portal->index);
    if (!slice_equal(page->request->path, canonical)) {
        page->response->status = 301;
        page->response->location = canonical;
        page->response->cache = HTTP_CACHE_HOUR;
        return OK;
    }
    if (page_unchanged(page, portal->view, canonical)) {
        return OK;
    }
    portal->query = query_default();
    query_values_set(&portal->query.territories, portal->of->code, true);
    TRY(part_search(page, portal->view, &portal->query,
                    1u << ATLAS_FACET_KIND | 1u << ATLAS_FACET_TERRITORY, &portal->found));
    TRY(count_communes(portal));
    return write_page(portal, canonical);
}

err web_territory(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    uint32_t index = territory_of(&page, request->captures[0]);
    if (index == TERRITORY_NONE) {
        return problem_set(problem, ERR_NOT_FOUND, "code", "no territory has this code");
    }
    struct portal portal = {.page = &page,
                            .view = atlas_pin(face->atlas),
                            .index = index,
                            .of = &face->territories->items[index]};
    err answered = answer(&portal);
    atlas_unpin(face->atlas, portal.view);
    return answered;
}
