/* What home, territory and theme pages share: a search with its rows, sections, chips. */
#include "face/web/web_int.h"

err part_search(struct page *page, const struct atlas_view *view, const struct query *query,
                uint32_t facets, struct part_found *found) {
    struct problem problem = {0};
    struct atlas_request request = {.query = query,
                                    .facets = facets,
                                    .fold = true,
                                    .seven_kinds = true,
                                    .now_ms = page->now_ms};
    TRY(atlas_search(view, &request, page->arena, &found->result, &problem));
    return hits_load(page, &found->result, &found->entries);
}

uint64_t part_kind_count(const struct atlas_result *result, enum query_kind kind) {
    const struct atlas_facet_counts *facet = &result->facets[ATLAS_FACET_KIND];
    for (uint32_t i = 0; i < facet->count; i++) {
        if (slice_equal(facet->values[i].value, query_kind_slug(kind))) {
            return facet->values[i].count;
        }
    }
    return 0;
}

void part_cards(struct page *page, const struct part_found *found, uint32_t room) {
    struct html *html = &page->html;
    uint32_t shown = 0;
    html_raw(html, "<ol class=\"cards cards--tiles\">\n");
    for (uint32_t i = 0; i < found->result.hit_count && shown < room; i++) {
        if (found->entries[i] != NULL) {
            html_raw(html, "<li>");
            card_write(page, found->entries[i], &found->result.hits[i]);
            html_raw(html, "</li>\n");
            shown++;
        }
    }
    html_raw(html, "</ol>\n");
}

void part_section_head(struct page *page, slice title, slice href, slice label) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"section-head\"><h2>");
    html_text(html, title);
    html_raw(html, "</h2>");
    if (href.n > 0) {
        html_raw(html, "<a");
        html_attr(html, "href", href);
        html_raw(html, ">");
        html_text(html, label);
        html_raw(html, "</a>");
    }
    html_raw(html, "</div>\n");
}

err part_agenda(struct page *page, const struct atlas_view *view, const struct query *query,
                uint32_t room) {
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    struct query soon = *query;
    soon.kinds = 1u << QUERY_KIND_EVENT;
    soon.when = QUERY_WHEN_UPCOMING;
    soon.sort = QUERY_SORT_SOON;
    soon.limit = room * 4; /* folded groups take some of the places */
    struct part_found found;
    TRY(part_search(page, view, &soon, 0, &found));
    soon.sort = QUERY_SORT_RELEVANCE;
    soon.limit = QUERY_LIMIT_DEFAULT;
    html_raw(html, "<section>");
    part_section_head(page, i18n(language, "Prochains rendez-vous"),
                      found.result.total > 0 ? link_explore(page, &soon) : SLICE_EMPTY,
                      i18n(language, "Tout l’agenda"));
    if (found.result.total == 0) {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Aucun rendez-vous annoncé pour le moment.");
        html_raw(html, "</p>\n</section>\n");
        return OK;
    }
    html_raw(html, "<ol class=\"agenda panel\">\n");
    uint32_t shown = 0;
    for (uint32_t i = 0; i < found.result.hit_count && shown < room; i++) {
        if (found.entries[i] != NULL) {
            agenda_item(page, found.entries[i]);
            shown++;
        }
    }
    html_raw(html, "</ol>\n</section>\n");
    return OK;
}

void part_count_chip(struct page *page, slice href, slice label, uint64_t count) {
    struct html *html = &page->html;
    html_raw(html, "<li><a class=\"chip\"");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, label);
    html_raw(html, " <span class=\"count\">");
    html_number(html, (int64_t)count);
    html_raw(html, "</span></a></li>\n");
}

slice part_today(const struct page *page) {
    struct date today;
    struct buf text BUF_CLEANUP = buf_new(256);
    if (date_from_ms(page->now_ms, SLICE_EMPTY, &today) != OK) {
        return SLICE_EMPTY;
    }
    today.precision = DATE_DAY;
    struct buf day BUF_CLEANUP = buf_new(64);
    i18n_date(page->html.language, &today, I18N_DATE_PLAIN, &day);
    slice value = buf_slice(&day);
    i18n_tf(page->html.language, "au %1", &value, 1, &text);
    return arena_copy(page->arena, buf_slice(&text));
}

void part_breadcrumb(struct page *page, const struct crumb *crumbs, size_t count) {
    struct html *html = &page->html;
    html_raw(html, "<nav class=\"breadcrumb\"");
    html_attr(html, "aria-label", i18n(html->language, "Fil d’Ariane"));
    html_raw(html, "><ol>");
    for (size_t i = 0; i < count; i++) {
        if (crumbs[i].href.n > 0) {
            html_raw(html, "<li><a");
            html_attr(html, "href", crumbs[i].href);
            html_raw(html, ">");
            html_text(html, crumbs[i].label);
            html_raw(html, "</a></li>");
        } else {
            html_raw(html, "<li aria-current=\"page\">");
            html_text(html, crumbs[i].label);
            html_raw(html, "</li>");
        }
    }
    html_raw(html, "</ol></nav>\n");
}
