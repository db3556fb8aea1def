/* /about: what this site is, who runs it, accessibility, legal notice, data, sources. */
#include "face/web/web_int.h"

static void paragraph(struct page *page, const char *text) {
    html_raw(&page->html, "<p>");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</p>\n");
}

#define SECTION(page, id, title)                                                                   \
    do {                                                                                           \
        html_raw(&(page)->html, "<section class=\"prose measure\" id=\"" id "\"><h2>");            \
        html_t(&(page)->html, title);                                                              \
        html_raw(&(page)->html, "</h2>\n");                                                        \
    } while (0)

static void contact(struct page *page, const char *message, const char *without) {
    struct html *html = &page->html;
    slice address = page->face->contact_email;
    html_raw(html, "<p>");
    if (address.n == 0) {
        html_text(html, i18n(html->language, without));
    } else {
        html_text(html, i18n(html->language, message));
        html_raw(html, " <a");
        html_attr(html, "href", arena_printf(page->arena, "mailto:%.*s", SLICE_ARG(address)));
        html_raw(html, ">");
        html_text(html, address);
        html_raw(html, "</a>");
    }
    html_raw(html, "</p>\n");
}

static void purpose(struct page *page) {
    struct html *html = &page->html;
    SECTION(page, "what", N_("À quoi sert ce site"));
    paragraph(page, N_("Partout, des personnes nettoient une rivière, ouvrent un atelier de "
                       "réparation, cultivent un toit. Souvent, personne ne le sait à côté. Ce "
                       "site les montre sur leur territoire, relie celles et ceux qui les portent, "
                       "et dit ce qu’elles cherchent et ce qu’elles proposent."));
    paragraph(page, N_("Une fiche est une initiative, une idée, un outil, un lieu, un rendez-vous, "
                       "un collectif ou un portrait. Chacune dit d’où elle vient et quand elle a "
                       "été mise à jour."));
    html_raw(html, "</section>\n");
    SECTION(page, "who", N_("Qui tient ce site"));
    paragraph(page, N_("Ce site fonctionne avec Agora, un logiciel libre que toute collectivité, "
                       "association ou collectif peut installer."));
    contact(page, N_("Pour joindre l’équipe, écrivez à"),
            N_("L’équipe n’a pas encore indiqué d’adresse où lui écrire."));
    html_raw(html, "</section>\n");
}

static void accessibility(struct page *page) {
    SECTION(page, "accessibility", N_("Accessibilité"));
    paragraph(page, N_("Ce site est fait pour suivre le RGAA 4.1 et les WCAG 2.2 au niveau AA : "
                       "tout se fait au clavier, sans souris et sans JavaScript, et la liste "
                       "contient tout ce que montre la carte."));
    paragraph(page, N_("Aucun audit extérieur n’a encore été mené : l’état de conformité n’est "
                       "donc pas établi."));
    contact(page, N_("Si quelque chose vous bloque, dites-le, avec l’adresse de la page :"),
            N_("Si quelque chose vous bloque, dites-le à l’équipe du site."));
    paragraph(page, N_("Sans réponse satisfaisante, vous pouvez saisir le Défenseur des droits "
                       "(defenseurdesdroits.fr)."));
    html_raw(&page->html, "</section>\n");
}

/* The law of 21 June 2004 (LCEN, article 6 III) asks for a name and an address. */
static void publisher(struct page *page) {
    struct html *html = &page->html;
    slice name = page->face->publisher_name;
    slice address = page->face->publisher_address;
    if (name.n > 0) {
        html_raw(html, "<p>");
        html_tf(html, "Ce site est publié par %1.", &name, 1);
        if (address.n > 0) {
            html_raw(html, " ");
            html_tf(html, "Adresse : %1.", &address, 1);
        }
        html_raw(html, "</p>\n");
    }
}

static void legal(struct page *page) {
    SECTION(page, "legal", N_("Mentions légales et données personnelles"));
    publisher(page);
    contact(page, N_("L’éditeur de ce site est joignable à"),
            N_("L’éditeur de ce site n’a pas encore indiqué d’adresse de contact."));
    paragraph(page,
              N_("Ce site ne suit personne : pas de mesure d’audience, pas de publicité. "
                 "Aucune page ne demande quoi que ce soit à un autre site. Le "
                 "seul cookie possible garde la langue que vous avez choisie, pendant un an."));
    paragraph(page,
              N_("« Me situer » envoie votre position avec votre recherche, comme une commune "
                 "que vous auriez écrite ; elle n’est pas enregistrée."));
    paragraph(page, N_("Une fiche ne montre que les coordonnées que ses auteurs ont rendues "
                       "publiques, et son lieu avec la précision qu’ils ont choisie. Vous pouvez "
                       "demander à corriger ou à retirer ce qui vous concerne."));
    html_raw(&page->html, "</section>\n");
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
    SECTION(page, "data", N_("Données ouvertes et API"));
    paragraph(page,
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
    struct date day;
    if (source->fetched_ms > 0 && date_from_ms(source->fetched_ms, SLICE_EMPTY, &day) == OK) {
        day.precision = DATE_DAY;
        struct entry_date fetched = {.start = day};
        date_write(page, &fetched, I18N_DATE_PLAIN);
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
    paragraph(page, N_("Fond de carte : Natural Earth (domaine public) et contours des "
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
    page_head(page, &(struct page_head){
                        .title = i18n(html->language, "À propos"),
                        .description = i18n(html->language,
                                            "À quoi sert ce site, qui le tient, son accessibilité, "
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
    accessibility(page);
    legal(page);
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
