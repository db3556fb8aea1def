/* The list: result line, choices that can be removed, cards, folded groups, what to do when there
 * is nothing. */
#include "face/web/explore/explorer_int.h"

/* What the map needs to ask its tiles and to show its window. */
static void section_data(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    struct query tiles = explorer->query;
    tiles.has_box = false;
    tiles.sort = QUERY_SORT_RELEVANCE;
    tiles.cursor = SLICE_EMPTY;
    tiles.limit = QUERY_LIMIT_DEFAULT;
    struct buf text BUF_CLEANUP = buf_new(8192);
    query_format(&tiles, &text);
    html_attr_i64(html, "data-total", (int64_t)explorer->result.total);
    html_attr(html, "data-status", part_count_text(page, explorer->result.total));
    html_attr(html, "data-title",
              arena_printf(page->arena, "%.*s · %.*s", SLICE_ARG(explorer_title(explorer)),
                           SLICE_ARG(page->face->site_name)));
    html_attr(html, "data-tiles", buf_slice(&text));
    if (explorer->has_fit) {
        html_attr(html, "data-fit", box_text(page, &explorer->fit));
    }
    if (explorer->query.has_near && explorer->query.radius_m > 0) {
        html_attr(html, "data-near", point_text(page, explorer->query.near));
        buf_clear(&text);
        buf_add_double(&text, explorer->query.radius_m / 1000.0);
        html_attr(html, "data-radius", buf_slice(&text));
    }
    html_attr_i64(html, "data-filters", explorer_choices(&explorer->query));
}

static void sort_select(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    const struct query *query = &explorer->query;
    static const char *const labels[QUERY_SORT__COUNT] = {
        [QUERY_SORT_RELEVANCE] = N_("Pertinence"),
        [QUERY_SORT_NEAR] = N_("Plus proches"),
        [QUERY_SORT_RECENT] = N_("Plus récents"),
        [QUERY_SORT_SOON] = N_("Prochaines dates"),
        [QUERY_SORT_TITLE] = N_("Ordre alphabétique"),
        [QUERY_SORT_TAKEN_UP] = N_("Les plus repris"),
    };
    html_raw(html, "<label class=\"sort\" for=\"sort\">");
    html_t(html, "Trier :");
    html_raw(html, "</label>\n<select id=\"sort\" name=\"sort\" form=\"query\">");
    for (unsigned sort = 0; sort < QUERY_SORT__COUNT; sort++) {
        if (sort == QUERY_SORT_NEAR && !query->has_near) {
            continue;
        }
        html_raw(html, "<option");
        html_attr(html, "value",
                  sort == QUERY_SORT_RELEVANCE ? SLICE_EMPTY
                                               : query_sort_slug((enum query_sort)sort));
        if (query->sort == sort) {
            html_raw(html, " selected");
        }
        html_raw(html, ">");
        html_text(html, i18n(html->language, labels[sort]));
        html_raw(html, "</option>");
    }
    html_raw(html, "</select>\n");
}

static void result_line(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    const struct atlas_result *result = &explorer->result;
    html_raw(html, "<div class=\"result-line\">\n<h2 id=\"results-title\"><strong>");
    html_number(html, (int64_t)result->total);
    html_raw(html, "</strong> ");
    html_text(html, i18n_plural(html->language, "résultat", "résultats", (int64_t)result->total));
    html_raw(html, "</h2>\n");
    if (result->unplaced > 0) {
        html_raw(html, "<p class=\"muted small\">");
        html_tn(html, "dont %n sans lieu précis", "dont %n sans lieu précis",
                (int64_t)result->unplaced);
        html_raw(html, "</p>\n");
    }
    if (!explorer->page->framed) {
        sort_select(explorer);
    }
    html_raw(html, "</div>\n");
}

static bool is_locked(const struct explorer *explorer, enum explorer_lock part) {
    return (explorer->locked >> part & 1) != 0;
}

/* One removable choice: the label, and the address of the page without it. */
static void dropper(struct explorer *explorer, struct query *without, slice id, slice label) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    without->cursor = SLICE_EMPTY;
    html_raw(html, "<li><a class=\"chip chip--on\" data-partial");
    html_attr(html, "id", arena_printf(page->arena, "drop-%.*s", SLICE_ARG(id)));
    html_attr(html, "href", link_explore(page, without));
    html_raw(html, "><span class=\"visually-hidden\">");
    html_t(html, "Enlever");
    html_raw(html, " </span>");
    html_text(html, label);
    page_icon(page, "close");
    html_raw(html, "</a></li>\n");
}

static void drop_values(struct explorer *explorer, enum explorer_lock part,
                        const struct query_values *values, size_t offset,
                        slice (*label)(const struct page *, slice)) {
    for (uint32_t i = 0; i < values->count && !is_locked(explorer, part); i++) {
        struct query without = explorer->query;
        struct query_values *kept = (struct query_values *)(void *)((char *)&without + offset);
        query_values_set(kept, values->values[i], false);
        dropper(explorer, &without, values->values[i], label(explorer->page, values->values[i]));
    }
}

static slice theme_label(const struct page *page, slice slug) {
    uint16_t theme = themes_find(page->face->themes, slug);
    return theme == THEME_NONE ? slug : page->face->themes->items[theme].label[page->language];
}

static slice territory_label(const struct page *page, slice code) {
    uint32_t index = territories_find(page->face->territories, code);
    return index == TERRITORY_NONE ? code : page->face->territories->items[index].label;
}

static slice plain_label(const struct page *page, slice value) {
    (void)page;
    return value;
}

static void drop_bits(struct explorer *explorer) {
    struct page *page = explorer->page;
    for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
        struct query without = explorer->query;
        if ((without.has >> has & 1) != 0 && !is_locked(explorer, EXPLORER_LOCK_HAS)) {
            without.has &= (uint16_t) ~(1u << has);
            dropper(explorer, &without, query_has_slug((enum query_has)has),
                    has_label(page, (enum query_has)has));
        }
    }
    for (unsigned state = 0; state < QUERY_STATE__COUNT; state++) {
        struct query without = explorer->query;
        if ((without.states >> state & 1) != 0 && !is_locked(explorer, EXPLORER_LOCK_STATE)) {
            without.states &= (uint16_t) ~(1u << state);
            dropper(explorer, &without, query_state_slug((enum query_state)state),
                    state_label(page, (enum query_state)state));
        }
    }
}

static void drop_box_and_dates(struct explorer *explorer) {
    struct page *page = explorer->page;
    const struct i18n_language *language = page->html.language;
    struct query without = explorer->query;
    if (without.has_box && !is_locked(explorer, EXPLORER_LOCK_BOX)) {
        without.has_box = false;
        dropper(explorer, &without, SLICE("box"), i18n(language, "Zone de la carte"));
    }
    if (is_locked(explorer, EXPLORER_LOCK_DATES)) {
        return;
    }
    without = explorer->query;
    if (without.when != QUERY_WHEN_ALL) {
        without.when = QUERY_WHEN_ALL;
        dropper(explorer, &without, SLICE("when"),
                explorer->query.when == QUERY_WHEN_UPCOMING ? i18n(language, "À venir")
                                                            : i18n(language, "Passés"));
    }
    without = explorer->query;
    if (without.has_from || without.has_to) {
        without.has_from = without.has_to = false;
        dropper(explorer, &without, SLICE("dates"), i18n(language, "Dates choisies"));
    }
}

static void chosen_list(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    const struct query *query = &explorer->query;
    uint32_t shown = explorer_choices(query) - (uint32_t)__builtin_popcount(query->kinds);
    if (shown == 0) {
        return;
    }
    html_raw(html, "<ul class=\"chosen\"");
    html_attr(html, "aria-label", i18n(html->language, "Choix en cours"));
    html_raw(html, ">\n");
    drop_values(explorer, EXPLORER_LOCK_TERRITORY, &query->territories,
                offsetof(struct query, territories), territory_label);
    drop_values(explorer, EXPLORER_LOCK_THEME, &query->themes, offsetof(struct query, themes),
                theme_label);
    drop_bits(explorer);
    drop_values(explorer, EXPLORER_LOCK_SOURCE, &query->sources, offsetof(struct query, sources),
                source_title);
    drop_values(explorer, EXPLORER_LOCK_LANG, &query->languages, offsetof(struct query, languages),
                plain_label);
    drop_values(explorer, EXPLORER_LOCK_SKILL, &query->skills, offsetof(struct query, skills),
                plain_label);
    drop_box_and_dates(explorer);
    html_raw(html, "</ul>\n");
}

static void alert_start(struct page *page) {
    html_raw(&page->html, "<p class=\"alert alert--info\">");
    page_icon(page, "info");
    html_raw(&page->html, "<span>");
}

static void alert_end(struct page *page) {
    html_raw(&page->html, "</span></p>\n");
}

static void alert_widened(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    slice values[3] = {explorer->where, part_count_text(page, explorer->result.total),
                       arena_printf(page->arena, "%u", explorer->query.radius_m / 1000)};
    alert_start(page);
    if (explorer->where.n > 0) {
        html_tf(html, "Rien à %1 pour ces choix. Voici %2 à moins de %3 km.", values, 3);
    } else {
        html_tf(html, "Rien ici pour ces choix. Voici %2 à moins de %3 km.", values, 3);
    }
    alert_end(page);
}

static void alerts(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    if (explorer->widened) {
        alert_widened(explorer);
    }
    if (explorer->result.corrected.n > 0) {
        slice values[2] = {explorer->query.words, explorer->result.corrected};
        alert_start(page);
        html_tf(html, "Personne n’écrit « %1 » ici. Voici les résultats pour « %2 ».", values, 2);
        alert_end(page);
    }
    if (explorer->result.cursor_expired) {
        alert_start(page);
        html_t(html, "La liste a changé depuis votre dernière page. Elle recommence au début.");
        alert_end(page);
    }
    part_problems(page, &explorer->problems);
}

/* Several places have the name that was typed: a choice, not a guess. */
static void place_choices(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    const struct territories *all = explorer->page->face->territories;
    if (explorer->candidate_count < 2) {
        return;
    }
    html_raw(html, "<fieldset class=\"choices panel\"><legend>");
    html_t(html, "Quel lieu cherchez-vous ?");
    html_raw(html, "</legend>\n");
    for (size_t i = 0; i < explorer->candidate_count; i++) {
        const struct territory *item = &all->items[explorer->candidates[i]];
        html_raw(html,
                 "<label class=\"check\"><input type=\"radio\" name=\"place\" form=\"query\"");
        html_attr(html, "value", item->code);
        html_raw(html, "><span>");
        html_text(html, item->label);
        html_raw(html, "</span></label>\n");
    }
    html_raw(html, "<button class=\"button\" form=\"query\" type=\"submit\">");
    html_t(html, "Choisir");
    html_raw(html, "</button>\n</fieldset>\n");
}

/* The line of a folded group (RULE SHOW-1): "15 756 lieux, dès 2 km", under it its source. */
static void group_write(struct explorer *explorer, const struct atlas_group *group) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    const struct kind_words *words = kind_words(group->kind);
    struct query opened = explorer->query;
    opened.cursor = SLICE_EMPTY;
    opened.kinds = (uint16_t)(1u << group->kind);
    query_values_set(&opened.sources, group->source, true);
    html_raw(html, "<li class=\"group k-");
    html_text(html, query_kind_slug(group->kind));
    html_raw(html, "\">");
    page_kind_icon(page, group->kind);
    html_raw(html, "<p><strong>");
    html_number(html, (int64_t)group->count);
    html_raw(html, " ");
    html_text(html, i18n_plural(html->language, words->count_one, words->count_many,
                                (int64_t)group->count));
    html_raw(html, "</strong>");
    if (group->nearest_m >= 0) {
        struct buf text BUF_CLEANUP = buf_new(64);
        i18n_distance(html->language, group->nearest_m, &text);
        slice distance = buf_slice(&text);
        html_raw(html, ", ");
        html_tf(html, "dès %1", &distance, 1);
    }
    slice title = source_title(page, group->source);
    html_raw(html, "<span class=\"muted\">");
    html_text(html, title);
    html_raw(html, "</span></p><a data-partial");
    html_attr(html, "href", link_explore(page, &opened));
    html_raw(html, ">");
    html_t(html, "voir");
    html_raw(html, "<span class=\"visually-hidden\"> ");
    html_text(html, title);
    html_raw(html, "</span></a></li>\n");
}

static void cards(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    const struct atlas_result *result = &explorer->result;
    html_raw(html, "<ol class=\"cards\">\n");
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct atlas_hit *hit = &result->hits[i];
        if (hit->group != UINT32_MAX) {
            group_write(explorer, &result->groups[hit->group]);
        } else if (explorer->entries[i] != NULL) {
            html_raw(html, "<li>");
            card_write(explorer->page, explorer->entries[i], hit);
            html_raw(html, "</li>\n");
        }
    }
    html_raw(html, "</ol>\n");
}

static void pager(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    bool first = explorer->query.cursor.n == 0 || explorer->result.cursor_expired;
    if (explorer->result.next_cursor.n == 0 && first) {
        return;
    }
    html_raw(html, "<nav class=\"pager\"");
    html_attr(html, "aria-label", i18n(html->language, "Suite des résultats"));
    html_raw(html, ">");
    struct query moved = explorer->query;
    if (!first) {
        moved.cursor = SLICE_EMPTY;
        html_raw(html, "<a class=\"button button--line\" data-partial");
        html_attr(html, "href", link_explore(page, &moved));
        html_raw(html, ">");
        html_t(html, "Revenir au début");
        html_raw(html, "</a>");
    }
    if (explorer->result.next_cursor.n > 0) {
        moved.cursor = explorer->result.next_cursor;
        html_raw(html, "<a class=\"button button--line\" rel=\"next\" data-partial");
        html_attr(html, "href", link_explore(page, &moved));
        html_raw(html, ">");
        html_t(html, "Résultats suivants");
        html_raw(html, "</a>");
    }
    html_raw(html, "</nav>\n");
}

static void empty(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    html_raw(html,
             "<div class=\"empty\"><svg class=\"scene k-initiative\" aria-hidden=\"true\"><use "
             "href=\"#scene-1\"/></svg>\n<h3>");
    html_t(html, "Rien pour ces choix");
    html_raw(html, "</h3><p>");
    html_t(html, "Enlevez un filtre, changez de mot ou agrandissez la zone.");
    html_raw(html, "</p>\n");
    if (page->framed) {
        html_raw(html, "</div>\n");
        return;
    }
    html_raw(html, "<p class=\"actions\">");
    if (explorer->query.has_box && !explorer->query.has_near) {
        struct query whole = explorer->query;
        whole.has_box = false;
        html_raw(html, "<a class=\"button\" data-partial");
        html_attr(html, "href", link_explore(page, &whole));
        html_raw(html, ">");
        html_t(html, "Chercher hors de cette zone");
        html_raw(html, "</a> ");
    }
    if (explorer->query.has_near || explorer->query.territories.count > 0) {
        struct query whole = explorer->query;
        whole.has_near = false;
        whole.radius_m = 0;
        whole.territories.count = 0;
        whole.has_box = false;
        if (whole.sort == QUERY_SORT_NEAR) {
            whole.sort = QUERY_SORT_RELEVANCE;
        }
        html_raw(html, "<a class=\"button\" data-partial");
        html_attr(html, "href", link_explore(page, &whole));
        html_raw(html, ">");
        html_t(html, "Chercher partout");
        html_raw(html, "</a> ");
    }
    html_raw(html, "<a class=\"button button--line\" href=\"/explore\" data-partial>");
    html_t(html, "Tout effacer");
    html_raw(html, "</a> <a class=\"button button--sun\" href=\"/add\">");
    html_t(html, "Ajouter ce qui manque");
    html_raw(html, "</a></p></div>\n");
}

void explorer_results(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    html_raw(html, "<section id=\"results\" class=\"results\" aria-labelledby=\"results-title\" "
                   "tabindex=\"-1\" data-part");
    section_data(explorer);
    html_raw(html, ">\n");
    result_line(explorer);
    place_choices(explorer);
    chosen_list(explorer);
    alerts(explorer);
    if (explorer->result.total > 0 && !explorer->map_only) {
        cards(explorer);
        pager(explorer);
        if (!explorer->page->framed) {
            downloads_write(explorer->page, &explorer->query, &explorer->result);
            part_share_query(explorer->page, &explorer->query, explorer_title(explorer),
                             link_explore(explorer->page, &explorer->query));
        }
    } else if (explorer->result.total == 0) {
        empty(explorer);
    }
    html_raw(html, "</section>\n");
}
