/* What home, territory and theme pages share: a search with its rows, sections, chips. */
#include "face/forms.h"
#include "face/web/page/page.h"

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

static slice today(const struct page *page, enum i18n_date_form form) {
    struct date today;
    struct buf text BUF_CLEANUP = buf_new(256);
    if (date_from_ms(page->now_ms, SLICE_EMPTY, &today) != OK) {
        return SLICE_EMPTY;
    }
    today.precision = DATE_DAY;
    struct buf day BUF_CLEANUP = buf_new(64);
    i18n_date(page->html.language, &today, form, &day);
    slice value = buf_slice(&day);
    if (form == I18N_DATE_SHORT) { /* "dim. 22 nov. 2026": without its weekday */
        value = slice_sub(value, slice_find(value, 0, ' ') + 1, value.n);
    }
    i18n_tf(page->html.language, "au %1", &value, 1, &text);
    return arena_copy(page->arena, buf_slice(&text));
}

slice part_today(const struct page *page) {
    return today(page, I18N_DATE_PLAIN);
}

slice part_today_short(const struct page *page) {
    return today(page, I18N_DATE_SHORT);
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

static void bar_row(struct page *page, const struct query *query, enum query_kind kind,
                    uint64_t count, uint64_t most) {
    struct html *html = &page->html;
    struct query of_kind = *query;
    of_kind.kinds = (uint16_t)(1u << kind);
    of_kind.limit = QUERY_LIMIT_DEFAULT;
    uint64_t percent = 1 + count * 84 / most; /* of the cell, with room for the number */
    html_raw(html, "<tr class=\"k-");
    html_text(html, query_kind_slug(kind));
    html_raw(html, "\"><th scope=\"row\"><a");
    html_attr(html, "href", link_explore(page, &of_kind));
    html_raw(html, ">");
    page_kind_icon(page, kind);
    html_text(html, kind_many(page, kind));
    html_raw(html, "</a></th><td><svg class=\"bar\" aria-hidden=\"true\" width=\"");
    html_i64(html, (int64_t)percent);
    html_raw(html, "%\"/><span>");
    html_number(html, (int64_t)count);
    html_raw(html, "</span></td></tr>\n");
}

slice part_count_text(const struct page *page, uint64_t total) {
    struct buf text BUF_CLEANUP = buf_new(128);
    struct html html = {.out = &text, .language = page->html.language};
    html_tn(&html, "%n résultat", "%n résultats", (int64_t)total);
    return arena_copy(page->arena, buf_slice(&text));
}

void part_kind_bars(struct page *page, const struct query *query,
                    const struct atlas_result *result) {
    struct html *html = &page->html;
    uint64_t most = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint64_t count = part_kind_count(result, (enum query_kind)kind);
        most = count > most ? count : most;
    }
    slice values[2] = {part_count_text(page, result->total), part_today(page)};
    html_raw(html, "<p class=\"muted\">");
    html_tf(html, "%1, %2.", values, 2);
    html_raw(html, "</p>\n");
    if (most == 0) {
        return;
    }
    html_raw(html, "<table class=\"bars\"><caption class=\"visually-hidden\">");
    html_t(html, "Résultats par sorte");
    html_raw(html, "</caption>\n<tbody>\n");
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint64_t count = part_kind_count(result, (enum query_kind)kind);
        if (count > 0) {
            bar_row(page, query, (enum query_kind)kind, count, most);
        }
    }
    html_raw(html, "</tbody></table>\n");
}

void part_chip(struct page *page, slice href, slice label) {
    struct html *html = &page->html;
    html_raw(html, "<li><a class=\"chip\"");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, label);
    html_raw(html, "</a></li>\n");
}

/* "Cherche": "deux adultes le jeudi", "Jardin de Cognin · Cognin (73)" */
static void ask_item(struct page *page, const struct atlas_hit *hit,
                     const struct entry_public *entry) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    bool need = hit->kind == QUERY_KIND_NEED;
    enum entry_ask_direction direction = need ? ENTRY_NEED : ENTRY_OFFER;
    uint16_t position = 0; /* among those of its direction */
    for (uint32_t i = 0; i < hit->ask && i < of->ask_count; i++) {
        if (of->asks[i].direction == direction) {
            position++;
        }
    }
    html_raw(html, "<li class=\"k-");
    html_text(html, query_kind_slug(hit->kind));
    html_raw(html, "\"><div>");
    card_badge(page, hit->kind);
    html_raw(html, "<h3><a");
    html_attr(html, "href", link_entry(page, of->id, of->title));
    html_raw(html, ">");
    html_text(html, entry_text(of, need ? ENTRY_TR_NEED : ENTRY_TR_OFFER, position,
                               page->language_code, NULL));
    html_raw(html, "</a></h3>\n<p>");
    html_text(html, entry_text(of, ENTRY_TR_TITLE, 0, page->language_code, NULL));
    card_example(page, of);
    html_text(html, entry->territory_label.n > 0 ? SLICE(" · ") : SLICE_EMPTY);
    html_text(html, entry->territory_label);
    html_raw(html, "</p></div></li>\n");
}

err part_asks(struct page *page, const struct atlas_view *view, const struct query *query,
              uint32_t room) {
    struct html *html = &page->html;
    struct query asks = *query;
    asks.kinds = 1u << QUERY_KIND_NEED | 1u << QUERY_KIND_OFFER;
    asks.limit = room;
    struct problem problem = {0};
    struct part_found found;
    struct atlas_request request = {.query = &asks, .now_ms = page->now_ms};
    TRY(atlas_search(view, &request, page->arena, &found.result, &problem));
    TRY(hits_load(page, &found.result, &found.entries));
    uint32_t shown = 0;
    for (uint32_t i = 0; i < found.result.hit_count; i++) {
        if (found.entries[i] == NULL) {
            continue;
        }
        if (shown++ == 0) {
            struct buf text BUF_CLEANUP = buf_new(256);
            i18n_tn(html->language, "Voir l’annonce", "Voir les %n annonces",
                    (int64_t)found.result.total, &text);
            asks.limit = QUERY_LIMIT_DEFAULT;
            html_raw(html, "<section>");
            part_section_head(page, i18n(html->language, "On cherche, on propose"),
                              link_explore(page, &asks), buf_slice(&text));
            html_raw(html, "<ul class=\"links links--wide panel\">\n");
        }
        ask_item(page, &found.result.hits[i], found.entries[i]);
    }
    if (shown > 0) {
        html_raw(html, "</ul></section>\n");
    }
    return OK;
}

static void latest_item(struct page *page, const struct entry_public *entry) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    html_raw(html, "<li class=\"k-");
    html_text(html, entry_kind_slug(of->kind));
    html_raw(html, "\">");
    card_scene(page, of->id);
    html_raw(html, "<div>");
    card_badge(page, (enum query_kind)of->kind);
    card_title(page, of);
    html_raw(html, "<p>");
    html_text(html, entry->territory_label);
    html_raw(html, "</p></div></li>\n");
}

err part_latest(struct page *page, const struct atlas_view *view, const struct query *query,
                uint32_t room) {
    struct html *html = &page->html;
    struct query recent = *query;
    recent.sort = QUERY_SORT_RECENT;
    recent.limit = room * 10; /* folded groups take some of the places */
    struct part_found found;
    TRY(part_search(page, view, &recent, 0, &found));
    recent.limit = QUERY_LIMIT_DEFAULT;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < found.result.hit_count && shown < room; i++) {
        if (found.entries[i] == NULL) {
            continue;
        }
        if (shown++ == 0) {
            struct buf text BUF_CLEANUP = buf_new(256);
            i18n_tn(html->language, "Voir le résultat", "Voir les %n résultats",
                    (int64_t)found.result.total, &text);
            html_raw(html, "<section>");
            part_section_head(page, i18n(html->language, "Les dernières fiches"),
                              link_explore(page, &recent), buf_slice(&text));
            html_raw(html, "<ul class=\"links panel\">\n");
        }
        latest_item(page, found.entries[i]);
    }
    if (shown > 0) {
        html_raw(html, "</ul></section>\n");
    }
    return OK;
}

void part_follow(struct page *page, const struct query *query) {
    static const struct {
        enum face_form form;
        const char *label;
    } rows[] = {
        {FACE_FORM_ATOM, N_("Flux des nouveautés (Atom)")},
        {FACE_FORM_ICAL, N_("Calendrier des rendez-vous (iCalendar)")},
        {FACE_FORM_CSV, N_("Tableau (CSV)")},
        {FACE_FORM_GEOJSON, N_("Carte (GeoJSON)")},
    };
    struct html *html = &page->html;
    struct query all = *query;
    struct buf text BUF_CLEANUP = buf_new(8192);
    all.limit = QUERY_LIMIT_DEFAULT;
    query_format(&all, &text);
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "Suivre et réutiliser"), SLICE_EMPTY, SLICE_EMPTY);
    html_raw(html, "<ul class=\"tags\">\n");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        part_chip(page,
                  arena_printf(page->arena, "%s%s%.*s", face_forms[rows[i].form].path,
                               text.n > 0 ? "?" : "", SLICE_ARG(buf_slice(&text))),
                  i18n(html->language, rows[i].label));
    }
    if (all.territories.count + all.themes.count == 1) {
        bool is_theme = all.themes.count == 1;
        slice which = is_theme ? all.themes.values[0] : all.territories.values[0];
        part_chip(page,
                  arena_printf(page->arena, "/changes?%s=%.*s", is_theme ? "theme" : "territory",
                               SLICE_ARG(which)),
                  i18n(html->language, "Qui a changé quoi"));
    }
    html_raw(html, "</ul></section>\n");
}

void part_problems(struct page *page, const struct query_problems *problems) {
    struct html *html = &page->html;
    for (uint32_t i = 0; i < problems->count; i++) {
        slice field = slice_from_cstr(problems->items[i].field);
        html_raw(html, "<p class=\"alert alert--warn\" role=\"alert\">");
        page_icon(page, "alert");
        html_raw(html, "<span>");
        html_tf(html,
                "L’adresse contient un choix que nous ne comprenons pas (%1). Il est laissé de "
                "côté, le reste est gardé.",
                &field, 1);
        html_raw(html, "</span></p>\n");
    }
}
