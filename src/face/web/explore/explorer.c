/* /explore: what happens near me? Everything of one answer comes from one pinned view. */
#include "face/web/explore/explorer_int.h"

static const char *const page_keys[] = {"where", "where_was", "place", "lang_ui", NULL};

/* Radii tried in turn when nothing is found near a place (RULE SHOW-2). */
static const uint32_t wider_radii_m[] = {15000, 30000, 50000, 100000};

static err search(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct problem problem = {0};
    explorer->request = (struct atlas_request){.query = &explorer->query,
                                               .facets = ATLAS_FACETS_ALL,
                                               .fold = !page->framed && !explorer->is_unfolded,
                                               .seven_kinds = true,
                                               .now_ms = page->now_ms};
    err found =
        atlas_search(explorer->view, &explorer->request, page->arena, &explorer->result, &problem);
    if (found == ERR_INPUT && explorer->query.cursor.n > 0) {
        /* A cursor that was cut on its way: the list starts anew, the choice stays. */
        explorer->query.cursor = SLICE_EMPTY;
        found = atlas_search(explorer->view, &explorer->request, page->arena, &explorer->result,
                             &problem);
        explorer->result.cursor_expired = true;
    }
    return found;
}

void explorer_told(struct explorer *explorer, const char *field, slice value) {
    if (explorer->problems.count < QUERY_PROBLEMS_MAX) {
        problem_set(&explorer->problems.items[explorer->problems.count++], ERR_INPUT, field, "%.*s",
                    SLICE_ARG(value));
    }
}

/* Leaves out what this instance does not have, and remembers to say so. A merged theme is what it
 * became (RULE THEME-2). */
static void drop_unknown(struct explorer *explorer) {
    const struct face *face = explorer->page->face;
    struct query *query = &explorer->query;
    struct query_values kept = query->themes;
    for (uint32_t i = 0; i < query->themes.count; i++) {
        slice value = query->themes.values[i];
        uint16_t theme = themes_find(face->themes, value);
        if (theme == THEME_NONE) {
            query_values_set(&kept, value, false);
            explorer_told(explorer, "theme", value);
        } else if (!slice_equal(face->themes->items[theme].slug, value)) {
            query_values_set(&kept, value, false);
            query_values_set(&kept, face->themes->items[theme].slug, true);
        }
    }
    query->themes = kept;
    kept = query->territories;
    for (uint32_t i = 0; i < query->territories.count; i++) {
        slice value = query->territories.values[i];
        if (territories_find(face->territories, value) == TERRITORY_NONE) {
            query_values_set(&kept, value, false);
            explorer_told(explorer, "territory", value);
        }
    }
    query->territories = kept;
    kept = query->sources;
    for (uint32_t i = 0; i < query->sources.count; i++) {
        if (!atlas_view_has_source(explorer->view, query->sources.values[i])) {
            query_values_set(&kept, query->sources.values[i], false);
            explorer_told(explorer, "source", query->sources.values[i]);
        }
    }
    query->sources = kept;
    if (query->space.n > 0) { /* no instance has spaces yet */
        explorer_told(explorer, "space", query->space);
        query->space = SLICE_EMPTY;
    }
}

/* RULE SHOW-2: nothing found near a place widens by itself and says so. A commune becomes the
 * circle around its centre; a circle grows; the words and filters stay. */
static err widen(struct explorer *explorer) {
    struct query *query = &explorer->query;
    const struct territories *all = explorer->page->face->territories;
    if (explorer->result.total > 0 || query->has_box || query->cursor.n > 0) {
        return OK;
    }
    if (!query->has_near && query->territories.count == 1) {
        uint32_t index = territories_find(all, query->territories.values[0]);
        if (index == TERRITORY_NONE || all->items[index].level != TERRITORY_COMMUNE ||
            !all->items[index].has_centre) {
            return OK;
        }
        query->territories.count = 0;
        query->has_near = true;
        query->near = all->items[index].centre;
        query->radius_m = 0;
    } else if (!query->has_near || query->radius_m == 0) {
        return OK;
    }
    uint32_t asked_m = explorer->asked.has_near ? explorer->asked.radius_m : 0;
    for (size_t i = 0; i < ARRAY_COUNT(wider_radii_m); i++) {
        if (wider_radii_m[i] <= asked_m) {
            continue;
        }
        query->radius_m = wider_radii_m[i];
        TRY(search(explorer));
        if (explorer->result.total > 0) {
            explorer->widened = true;
            return OK;
        }
    }
    *query = explorer->asked;
    return search(explorer);
}

slice explorer_name(const struct explorer *explorer) {
    const struct query *query = &explorer->query;
    const struct face *face = explorer->page->face;
    if (query->words.n > 0) {
        return query->words;
    }
    uint32_t place = TERRITORY_NONE;
    bool exact = false;
    if (query->territories.count == 1) {
        place = territories_find(face->territories, query->territories.values[0]);
    } else if (query->has_near) {
        place = territories_at(face->territories, query->near, &exact);
    }
    return place == TERRITORY_NONE ? face->site_name : face->territories->items[place].label;
}

/* What the map shows: the box, else the circle, else the territory, else mainland France. */
static void fit_choose(struct explorer *explorer) {
    const struct geo_box mainland = mainland_box();
    const struct query *query = &explorer->query;
    const struct territories *all = explorer->page->face->territories;
    explorer->has_fit = true;
    if (query->has_box) {
        explorer->fit = query->box;
    } else if (query->has_near && query->radius_m > 0) {
        explorer->fit = geo_box_around(query->near, query->radius_m);
    } else if (query->territories.count == 1) {
        uint32_t index = territories_find(all, query->territories.values[0]);
        explorer->fit =
            all->items[index].level == TERRITORY_COUNTRY ? mainland : all->items[index].box;
    } else {
        explorer->fit = mainland;
    }
}

err explorer_search(struct explorer *explorer) {
    drop_unknown(explorer);
    explorer->asked = explorer->query;
    TRY(search(explorer));
    TRY(widen(explorer));
    TRY(hits_load(explorer->page, &explorer->result, &explorer->entries));
    fit_choose(explorer);
    return OK;
}

/* "Chambéry (73), 255 résultats" */
slice explorer_title(const struct explorer *explorer) {
    struct page *page = explorer->page;
    slice count = part_count_text(page, explorer->result.total);
    slice words = explorer->query.words;
    if (words.n > 0) {
        return arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(words), SLICE_ARG(count));
    }
    if (explorer->where.n > 0) {
        return arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(explorer->where),
                            SLICE_ARG(count));
    }
    slice explore = i18n(page->html.language, "Explorer");
    return arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(explore), SLICE_ARG(count));
}

static void search_form(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    html_raw(html, "<div class=\"band\">\n<svg class=\"band-arcs\" aria-hidden=\"true\"><use "
                   "href=\"#arcs\"/></svg>\n<div class=\"wrap\">\n<h1>");
    html_t(html, "Que se passe‑t‑il près de chez vous ?");
    html_raw(html, "</h1>\n<form id=\"query\" class=\"search\" action=\"/explore\" method=\"get\" "
                   "role=\"search\" data-live>\n<div class=\"field\">");
    page_icon(page, "search");
    html_raw(html, "<label for=\"q\">");
    html_t(html, "Quoi ?");
    html_raw(html, "</label><input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\"");
    html_attr(html, "value", explorer->asked.words);
    html_attr(html, "placeholder", i18n(html->language, "jardin partagé, réparer…"));
    html_raw(html, " autocomplete=\"off\" data-suggest=\"entry,theme\"></div>\n");
    explorer_place_field(explorer);
    html_raw(html, "<button class=\"button button--sun\" type=\"submit\">");
    html_t(html, "Rechercher");
    html_raw(html, "</button>\n</form>\n</div>\n</div>\n");
}

static void bottom_bar(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<nav class=\"bottom-bar js-only\"");
    html_attr(html, "aria-label", i18n(html->language, "Vues"));
    html_raw(html, ">\n<a href=\"#facets\" data-view-to=\"filters\">");
    page_icon(page, "filter");
    html_t(html, "Filtres");
    html_raw(html, " <span class=\"pill\" data-filters-count hidden>0</span></a>\n"
                   "<a href=\"#results\" data-view-to=\"list\" aria-current=\"true\">");
    page_icon(page, "list");
    html_t(html, "Liste");
    html_raw(html, "</a>\n<a href=\"#map\" data-view-to=\"map\">");
    page_icon(page, "map");
    html_t(html, "Carte");
    html_raw(html, "</a>\n</nav>\n");
}

static err write_whole(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    struct query feed = explorer->query;
    feed.cursor = SLICE_EMPTY;
    feed.limit = QUERY_LIMIT_DEFAULT;
    struct buf text BUF_CLEANUP = buf_new(8192);
    query_format(&feed, &text);
    bool is_agenda = explorer->asked.kinds == 1u << QUERY_KIND_EVENT &&
                     explorer->asked.when == QUERY_WHEN_UPCOMING;
    page_head(page, &(struct page_head){
                        .title = explorer_title(explorer),
                        .description =
                            i18n(html->language, "Initiatives, lieux, outils et rendez-vous près "
                                                 "de chez vous, sur une carte et en liste."),
                        .canonical = link_explore(page, &explorer->query),
                        .shown = &explorer->query,
                        .picture = arena_printf(page->arena, "/pictures/explore.png%s%.*s",
                                                text.n > 0 ? "?" : "", SLICE_ARG(buf_slice(&text))),
                        .is_embeddable = true,
                        .section = is_agenda ? PAGE_AGENDA : PAGE_EXPLORE,
                        .has_results = true,
                        .not_indexed = !query_is_open(&explorer->query)});
    html_raw(html, "<main id=\"main\" tabindex=\"-1\">\n");
    search_form(explorer);
    html_raw(html, "<div id=\"explorer\" class=\"explorer wrap\" data-view=\"list\">\n");
    explorer_kinds(explorer);
    explorer_facets(explorer);
    explorer_results(explorer);
    TRY(explorer_map(explorer));
    bottom_bar(page);
    html_raw(html, "</div>\n</main>\n");
    page_foot(page);
    return page->html.out->failed;
}

static err write_part(struct explorer *explorer) {
    explorer_place_field(explorer);
    explorer_kinds(explorer);
    explorer_facets(explorer);
    explorer_results(explorer);
    return explorer->page->html.out->failed;
}

static err write_from_snapshot(struct explorer *explorer) {
    TRY(face_snapshot_begin(explorer->page->request));
    TRY(explorer_search(explorer));
    return slice_equal(explorer->page->request->part, SLICE("results")) ? write_part(explorer)
                                                                        : write_whole(explorer);
}

static err answer(struct explorer *explorer) {
    struct page *page = explorer->page;
    bool done = false;
    TRY(explorer_place(explorer, &done));
    if (done) {
        return OK;
    }
    struct buf canonical BUF_CLEANUP = buf_new(8192);
    query_format(&explorer->asked, &canonical);
    /* What was typed as a place and not found is not part of the canonical query. */
    buf_add(&canonical, page->request->query);
    if (page_unchanged(page, explorer->view, buf_slice(&canonical))) {
        return OK;
    }
    err written = write_from_snapshot(explorer);
    face_snapshot_end(page->request);
    return written;
}

err web_explore(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    struct explorer explorer = {.page = &page};
    err parsed = query_parse(request->query, QUERY_PAGE, page_keys, page.arena, &explorer.query,
                             &explorer.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    explorer.asked = explorer.query;
    explorer.view = atlas_pin(face->atlas);
    err answered = answer(&explorer);
    atlas_unpin(face->atlas, explorer.view);
    return answered;
}
