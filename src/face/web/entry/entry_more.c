/* What follows the text of an entry: figures, links, what is close, where it comes from. */
#include "face/web/entry/entry_int.h"

#define NEARBY_RADIUS_M 10000
#define NEARBY_SHOWN    3

void sheet_figures(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    const struct entry *of = sheet->of;
    if (of->figure_count == 0) {
        return;
    }
    html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"figures-title\">\n<h2 "
                   "id=\"figures-title\">");
    html_t(html, "En chiffres");
    html_raw(html, "</h2>\n<ul class=\"figures panel\">");
    for (uint32_t i = 0; i < of->figure_count; i++) {
        const struct entry_figure *figure = &of->figures[i];
        html_raw(html, "<li><strong>");
        int64_t number = 0;
        if (slice_to_i64(figure->value, &number)) {
            html_number(html, number);
        } else {
            html_text(html, figure->value);
        }
        if (figure->unit.n > 0) {
            html_raw(html, "\u00a0");
            html_text(html, figure->unit);
        }
        html_raw(html, "</strong> ");
        html_text(html, sheet_text(sheet, ENTRY_TR_FIGURE, i));
        html_raw(html, " <small>");
        html_text(html, figure->date);
        if (figure->date.n > 0 && figure->source.n > 0) {
            html_raw(html, " · ");
        }
        html_text(html, figure->source);
        html_raw(html, "</small></li>");
    }
    html_raw(html, "</ul>\n</section>\n");
}

static slice relation_label(const struct page *page, slice relation, bool incoming) {
    static const struct {
        const char *slug, *out, *in;
    } rows[] = {
        {"presents", N_("Présente"), N_("Présenté par")},
        {"runs", N_("Anime"), N_("Animé par")},
        {"made", N_("A réalisé"), N_("Réalisé par")},
        {"accompanied", N_("A accompagné"), N_("Accompagné par")},
        {"recycles-for", N_("Recycle pour"), N_("Recyclage par")},
        {"co-writes", N_("Écrit avec d’autres"), N_("Écrit avec")},
        {"part-of", N_("Fait partie de"), N_("Comprend")},
        {"inspired-by", N_("Inspiré par"), N_("A inspiré")},
        {"see-also", N_("Voir aussi"), N_("Voir aussi")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (slice_equal(relation, slice_from_cstr(rows[i].slug))) {
            return i18n(page->html.language, incoming ? rows[i].in : rows[i].out);
        }
    }
    return relation;
}

static void link_item(struct sheet *sheet, const struct entry_link *link) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    bool inside = link->target.v != 0;
    if (!inside && !html_url_is_safe(link->target_key)) {
        return;
    }
    enum query_kind kind = inside ? (enum query_kind)link->target_kind : QUERY_KIND_ACTOR;
    html_raw(html, "<li class=\"k-");
    html_text(html, query_kind_slug(kind));
    html_raw(html, "\">");
    card_scene(page, link->target);
    html_raw(html, "<div><p>");
    if (inside) {
        card_badge(page, kind);
        html_raw(html, " ");
    }
    html_text(html, relation_label(page, link->relation, link->incoming));
    html_raw(html, "</p><h3><a");
    if (inside) {
        html_attr(html, "href", link_entry(page, link->target, link->target_title));
    } else {
        html_raw(html, " rel=\"noopener nofollow\"");
        html_href_outside(html, link->target_key);
    }
    html_raw(html, ">");
    html_text(html, inside ? link->target_title : link->target_key);
    html_raw(html, "</a></h3></div></li>");
}

void sheet_links(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < sheet->of->link_count; i++) {
        shown += sheet_link_is_again(&sheet->of->links[i]) ? 0 : 1;
    }
    if (shown == 0) {
        return;
    }
    html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"links-title\"><h2 "
                   "id=\"links-title\">");
    html_t(html, "Liens");
    html_raw(html, "</h2><ul class=\"links panel\">");
    for (uint32_t i = 0; i < sheet->of->link_count; i++) {
        if (!sheet_link_is_again(&sheet->of->links[i])) {
            link_item(sheet, &sheet->of->links[i]);
        }
    }
    html_raw(html, "</ul></section>\n");
}

/* Up to NEARBY_SHOWN others of a query under a heading; `*shown` is how many there were. */
static err others(struct sheet *sheet, const struct query *query, slice title, slice href,
                  slice label, uint32_t *shown) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct part_found found;
    TRY(part_search(page, sheet->view, query, 0, &found));
    for (uint32_t i = 0; i < found.result.hit_count && *shown < NEARBY_SHOWN; i++) {
        if (found.entries[i] == NULL || found.result.hits[i].entry.v == sheet->of->id.v) {
            continue;
        }
        if ((*shown)++ == 0) {
            html_raw(html, "<section class=\"entry-wide\">");
            part_section_head(page, title, href, label);
            html_raw(html, "<ol class=\"cards cards--tiles\">");
        }
        html_raw(html, "<li>");
        card_write(page, found.entries[i], &found.result.hits[i]);
        html_raw(html, "</li>");
    }
    if (*shown > 0) {
        html_raw(html, "</ol></section>\n");
    }
    return OK;
}

/* What else happens close by: the nearest others, whatever their kind (RULE SHOW-1 folds the
 * many). */
static err close_by(struct sheet *sheet, uint32_t *shown) {
    struct page *page = sheet->page;
    struct query query = query_default();
    query.has_near = true;
    query.near = sheet->entry->point;
    query.radius_m = NEARBY_RADIUS_M;
    slice href = link_explore(page, &query);
    query.limit = NEARBY_SHOWN + 1; /* one of them is this one */
    return others(sheet, &query, i18n(page->html.language, "À proximité"), href,
                  i18n(page->html.language, "Voir tout à moins de 10 km"), shown);
}

/* Others of the same subject: for what is nowhere, or alone where it is. */
static err same_subject(struct sheet *sheet, uint32_t *shown) {
    struct page *page = sheet->page;
    const struct themes *all = page->face->themes;
    struct query query = query_default();
    for (uint32_t i = 0; i < sheet->of->theme_count; i++) {
        uint16_t theme = themes_find(all, sheet->of->themes[i]);
        if (theme != THEME_NONE &&
            slice_equal(all->schemes[all->items[theme].scheme].slug, SLICE("themes"))) {
            query_values_set(&query.themes, sheet->of->themes[i], true);
        }
    }
    if (query.themes.count == 0) {
        return OK;
    }
    slice href = link_explore(page, &query);
    query.limit = NEARBY_SHOWN + 1;
    return others(sheet, &query, i18n(page->html.language, "Voir aussi"), href,
                  i18n(page->html.language, "Voir tout sur ces thèmes"), shown);
}

err sheet_nearby(struct sheet *sheet) {
    uint32_t shown = 0;
    if (sheet->entry->has_point) {
        TRY(close_by(sheet, &shown));
    }
    return shown == 0 || sheet->of->kind == ENTRY_KIND_STORY ? same_subject(sheet, &(uint32_t){0})
                                                             : OK;
}

/* "Licence : CC BY-SA 4.0, On passe à l’acte." */
static void foot_licence(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    slice id = sheet->of->licence.n > 0 ? sheet->of->licence : sheet->source.licence;
    if (id.n == 0) {
        return;
    }
    html_t(html, "Licence :");
    html_raw(html, " ");
    page_licence(sheet->page, id);
    if (sheet->source.attribution.n > 0) {
        html_raw(html, ", ");
        html_text(html, sheet->source.attribution);
    }
    html_raw(html, ".");
}

void sheet_foot_source(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    html_raw(html, "<p>");
    page_icon(page, "file");
    html_raw(html, "<span>");
    slice name = sheet->source.title.n > 0 ? sheet->source.title : sheet->source.slug;
    slice address = of->source_url.n > 0 ? of->source_url : sheet->source.url;
    if (name.n > 0) {
        html_t(html, "Source :");
        html_raw(html, " ");
        if (html_url_is_safe(address)) {
            html_raw(html, "<a rel=\"noopener nofollow\"");
            html_href_outside(html, address);
            html_raw(html, ">");
            html_text(html, name);
            html_raw(html, "</a>");
        } else {
            html_text(html, name);
        }
        html_raw(html, ". ");
    }
    if (of->source_note.n > 0) {
        html_text(html, of->source_note);
        html_raw(html, " ");
    }
    foot_licence(sheet);
    html_raw(html, "</span></p>\n");
}

err sheet_foot_history(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct entry_revision *revisions = NULL;
    size_t count = 0;
    TRY(entry_revisions(face_reader(page->request), sheet->of->id, page->arena, &revisions,
                        &count));
    struct date day;
    if (sheet->of->updated_ms == 0 ||
        date_from_ms(sheet->of->updated_ms, SLICE_EMPTY, &day) != OK) {
        return OK;
    }
    day.precision = DATE_DAY;
    struct entry_date updated = {.start = day};
    html_raw(html, "<p>");
    page_icon(page, "history");
    html_raw(html, "<span>");
    html_t(html, "Mise à jour le");
    html_raw(html, " ");
    date_write(page, &updated, I18N_DATE_PLAIN);
    html_raw(html, " · ");
    html_raw(html, "<a");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/history", (long long)sheet->of->id.v));
    html_raw(html, ">");
    html_tn(html, "%n version", "%n versions", (int64_t)count);
    html_raw(html, "</a>");
    html_raw(html, " · <a rel=\"nofollow\"");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/edit", (long long)sheet->of->id.v));
    html_raw(html, ">");
    html_t(html, "Modifier cette fiche");
    html_raw(html, "</a>");
    TRY(help_with_write(page, sheet->of->id, 0));
    html_raw(html, "</span></p>\n");
    return OK;
}

void sheet_foot_report(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<p>");
    page_icon(page, "flag");
    html_raw(html, "<a rel=\"nofollow\"");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/flag", (long long)sheet->of->id.v));
    html_raw(html, ">");
    html_t(html, "Signaler un problème");
    html_raw(html, "</a></p>\n");
}
