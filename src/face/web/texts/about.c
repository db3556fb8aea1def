/* /about: what this site is, who runs it, data, sources. */
#include "face/web/texts/texts.h"

static void purpose(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("what"), N_("À quoi sert ce site"));
    text_paragraph(page,
                   N_("Partout, des personnes nettoient une rivière, ouvrent un atelier de "
                      "réparation, cultivent un toit. Souvent, personne ne le sait à côté. Ce "
                      "site les montre sur leur territoire, relie celles et ceux qui les portent, "
                      "et dit ce qu’elles cherchent et ce qu’elles proposent."));
    text_paragraph(page,
                   N_("Une fiche est une initiative, une idée, un outil, un lieu, un rendez-vous, "
                      "un collectif ou un portrait. Chacune dit d’où elle vient et quand elle a "
                      "été mise à jour."));
    html_raw(html, "</section>\n");
    text_section(page, SLICE("who"), N_("Qui tient ce site"));
    text_paragraph(page,
                   N_("Ce site fonctionne avec Agora, un logiciel libre que toute collectivité, "
                      "association ou collectif peut installer."));
    if (page->face->publisher_name.n > 0) {
        html_raw(html, "<p>");
        html_tf(html, "Ce site est publié par %1.", &page->face->publisher_name, 1);
        html_raw(html, "</p>\n");
    }
    text_contact(page, N_("Pour joindre l’équipe, écrivez à"),
                 N_("L’équipe n’a pas encore indiqué d’adresse où lui écrire."));
    html_raw(html, "</section>\n");
}

static void data_row(struct page *page, slice path, const char *what) {
    struct html *html = &page->html;
    html_raw(html, "<tr><th scope=\"row\">");
    html_text(html, i18n(html->language, what));
    html_raw(html, "</th><td>");
    if (slice_find(path, 0, '{') == path.n) {
        html_raw(html, "<a");
        html_attr(html, "href", path);
        html_raw(html, "><code>");
        html_text(html, path);
        html_raw(html, "</code></a>");
    } else {
        html_raw(html, "<code>");
        html_text(html, path);
        html_raw(html, "</code>");
    }
    html_raw(html, "</td></tr>\n");
}

static void data(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("data"), N_("Données ouvertes et API"));
    text_paragraph(page,
                   N_("Tout ce que montre une recherche se reprend tel quel, sans clé : gardez les "
                      "choix de l’adresse d’une page /explore derrière ces adresses. Citez la "
                      "source et respectez la licence de chaque fiche."));
    html_raw(html, "<table><caption class=\"visually-hidden\">");
    html_t(html, "Adresses des données");
    html_raw(html, "</caption><tbody>\n");
    data_row(page, SLICE("/api/v1/entries"), N_("Résultats et comptes, en JSON"));
    data_row(page, SLICE("/api/v1/entries.geojson"), N_("Tous les résultats, en GeoJSON"));
    data_row(page, SLICE("/api/v1/entries.csv"), N_("Tous les résultats, pour un tableur (CSV)"));
    data_row(page, SLICE("/tiles.json"), N_("Tuiles vectorielles pour vos cartes (TileJSON)"));
    data_row(page, SLICE("/tiles/{z}/{x}/{y}.mvt"), N_("Une tuile vectorielle"));
    data_row(page, SLICE("/api/v1/themes"), N_("Thèmes"));
    data_row(page, SLICE("/api/v1/territories?q=chambery"), N_("Territoires"));
    data_row(page, SLICE("/api/v1/openapi.json"), N_("Description complète de l’API (OpenAPI)"));
    html_raw(html, "</tbody></table>\n</section>\n");
}

static uint64_t source_count(const struct atlas_result *result, slice slug) {
    const struct atlas_facet_counts *facet = &result->facets[ATLAS_FACET_SOURCE];
    for (uint32_t i = 0; i < facet->count; i++) {
        if (slice_equal(facet->values[i].value, slug)) {
            return facet->values[i].count;
        }
    }
    return 0;
}

static void source_row(struct page *page, const struct source *source, uint64_t count) {
    struct html *html = &page->html;
    slice title = face_source_title(source, page->arena);
    struct query query = query_default();
    query_values_set(&query.sources, source->slug, true);
    html_raw(html, "<tr><th scope=\"row\">");
    if (html_url_is_safe(source->url)) {
        html_raw(html, "<a rel=\"noopener nofollow\"");
        html_href_outside(html, source->url);
        html_raw(html, ">");
        html_text(html, title);
        html_raw(html, "</a>");
    } else {
        html_text(html, title);
    }
    html_raw(html, "</th><td>");
    const struct face_licence *licence = face_licence_find(source->licence);
    html_text(html, licence != NULL ? licence->title : source->licence);
    html_raw(html, "</td><td>");
    html_text(html, source->attribution);
    html_raw(html, "</td><td>");
    if (source->fetched_ms > 0) {
        day_write(page, source->fetched_ms);
    }
    html_raw(html, "</td><td><a");
    html_attr(html, "href", link_explore(page, &query));
    html_raw(html, ">");
    html_tn(html, "%n fiche", "%n fiches", (int64_t)count);
    html_raw(html, "</a></td></tr>\n");
}

static err sources(struct page *page, const struct atlas_result *result) {
    struct html *html = &page->html;
    struct source *list = NULL;
    size_t count = 0;
    TRY(source_list(face_reader(page->request), page->arena, &list, &count));
    html_raw(html, "<section class=\"prose\" id=\"sources\"><h2>");
    html_t(html, "Sources et licences");
    html_raw(html, "</h2>\n<table><caption class=\"visually-hidden\">");
    html_t(html, "Sources des fiches");
    html_raw(html, "</caption><thead><tr><th scope=\"col\">");
    html_t(html, "Source");
    html_raw(html, "</th><th scope=\"col\">");
    html_t(html, "Licence");
    html_raw(html, "</th><th scope=\"col\">");
    html_t(html, "Mention à citer");
    html_raw(html, "</th><th scope=\"col\">");
    html_t(html, "Reprise le");
    html_raw(html, "</th><th scope=\"col\">");
    html_t(html, "Fiches");
    html_raw(html, "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        source_row(page, &list[i], source_count(result, list[i].slug));
    }
    html_raw(html, "</tbody></table>\n");
    text_paragraph(page, N_("Fond de carte : Natural Earth (domaine public) et contours des "
                            "départements. Communes et territoires : découpage administratif "
                            "(Etalab, Licence Ouverte). Noms et positions des villes : GeoNames "
                            "(CC BY 4.0)."));
    html_raw(html, "</section>\n");
    return OK;
}

static err answer(struct page *page, const struct atlas_view *view) {
    struct html *html = &page->html;
    if (page_unchanged(page, view, SLICE("/about"))) {
        return OK;
    }
    struct query query = query_default();
    query.limit = 1;
    struct part_found found;
    TRY(part_search(page, view, &query, 1u << ATLAS_FACET_SOURCE, &found));
    page_head(page, &(struct page_head){.title = i18n(html->language, "À propos"),
                                        .description = i18n(html->language,
                                                            "À quoi sert ce site, qui le tient, "
                                                            "ses données ouvertes et ses sources."),
                                        .canonical = SLICE("/about"),
                                        .section = PAGE_ABOUT});
    slice name = page->face->site_name;
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<header><h1>");
    html_tf(html, "À propos de %1", &name, 1);
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_t(html, "Rendre visibles les solutions des habitantes et habitants, là où elles vivent.");
    html_raw(html, "</p></header>\n");
    purpose(page);
    data(page);
    TRY(sources(page, &found.result));
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_about(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    (void)problem;
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    const struct atlas_view *view = atlas_pin(face->atlas);
    err answered = answer(&page, view);
    atlas_unpin(face->atlas, view);
    return answered;
}
