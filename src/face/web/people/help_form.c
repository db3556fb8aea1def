/* /help/form?kind=SLUG: the pages of adding as a form to fill in by hand, A4 on both sides, in the
 * same order and in easy words; who helps types it in afterwards. */
#include "assets_names.h"
#include "face/web/page/form.h"
#include "face/web/page/paper.h"
#include "face/web/people/people.h"

static void text(struct page *page, const char *message) {
    html_text(&page->html, i18n(page->html.language, message));
}

/* A question with lines to write on. */
static void question(struct page *page, const char *label, const char *help, unsigned lines) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"hand-question\"><p><strong>");
    text(page, label);
    html_raw(html, "</strong>");
    if (help) {
        html_raw(html, " ");
        text(page, help);
    }
    html_raw(html, "</p>");
    for (unsigned i = 0; i < lines; i++) {
        html_raw(html, "<div class=\"hand-line\"></div>");
    }
    html_raw(html, "</div>\n");
}

/* Boxes to tick. */
static void boxes(struct page *page, const char *label, const char *const *choices, size_t count) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"hand-question\"><p><strong>");
    text(page, label);
    html_raw(html, "</strong></p><ul class=\"hand-boxes\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li>");
        text(page, choices[i]);
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul></div>\n");
}

static void part(struct page *page, unsigned number, const char *title) {
    struct html *html = &page->html;
    if (number > 1) {
        html_raw(html, "</section>\n");
    }
    html_raw(html, "<section class=\"hand-part\"><h2><span>");
    html_i64(html, number);
    html_raw(html, "</span> ");
    text(page, title);
    html_raw(html, "</h2>\n");
}

/* ---- the four pages ---- */

static void what(struct page *page, enum entry_kind kind) {
    static const char *const states[] = {N_("C’est une idée."),
                                         N_("Cela commence."),
                                         N_("Cela marche."),
                                         N_("Cela cherche quelqu’un pour "
                                            "continuer."),
                                         N_("C’est en pause."),
                                         N_("C’est fini.")};
    static const char *const titles[ENTRY_KIND__COUNT] = {
        [ENTRY_KIND_ACTOR] = N_("Le nom du collectif ou de la structure :"),
        [ENTRY_KIND_PLACE] = N_("Le nom du lieu :"),
        [ENTRY_KIND_EVENT] = N_("Le nom du rendez-vous :"),
    };
    part(page, 1, N_("Quoi"));
    question(page, titles[kind] ? titles[kind] : N_("Un titre :"),
             N_("Par exemple : « Le jardin partagé de la gare »."), 1);
    question(page, N_("Qui fait quoi, avec qui, pour quoi :"), N_("En une ou deux phrases."), 3);
    if (kind == ENTRY_KIND_INITIATIVE || kind == ENTRY_KIND_IDEA) {
        boxes(page, N_("Où cela en est. Cochez une case :"), states, ARRAY_COUNT(states));
        question(page, N_("Si c’est fini, pourquoi :"), NULL, 1);
    }
}

static void where(struct page *page) {
    static const char *const seen[] = {N_("L’endroit exact."), N_("À peu près, à 100 mètres."),
                                       N_("Seulement la commune.")};
    part(page, 2, N_("Où"));
    question(page, N_("La commune, ou le code postal :"), NULL, 1);
    question(page, N_("Le nom du lieu, le numéro et la rue :"), N_("S’il y en a."), 1);
    boxes(page, N_("Ce que les autres voient. Cochez une case :"), seen, ARRAY_COUNT(seen));
}

static void more(struct page *page, enum entry_kind kind) {
    part(page, 3, N_("Précisions"));
    if (kind == ENTRY_KIND_EVENT) {
        question(page, N_("Le jour et l’heure :"), N_("Du début à la fin."), 1);
    }
    if (kind == ENTRY_KIND_PLACE || kind == ENTRY_KIND_ACTOR) {
        question(page, N_("Les jours et les heures d’ouverture :"), NULL, 1);
    }
    question(page, N_("Racontez :"),
             N_("Comment cela a commencé, ce qui marche, ce qui est "
                "difficile."),
             5);
    question(page, N_("Ce que vous cherchez :"),
             N_("Des gens, un local, du matériel, un "
                "savoir-faire."),
             1);
    question(page, N_("Un site, un mail ou un téléphone à montrer à tout le monde :"),
             N_("Seulement si la personne est d’accord."), 1);
}

static void check(struct page *page) {
    static const char *const own[] = {N_("Oui, j’en fais partie."), N_("Non, je la connais.")};
    static const char *const agreed[] = {
        N_("Ce que j’écris est public : tout le monde peut le lire et le reprendre, en disant d’où "
           "cela vient."),
        N_("Mon nom, ou le nom que je choisis, est montré. Mon téléphone n’est pas montré."),
        N_("Il est écrit qui m’a aidé."),
        N_("Ce que j’écris est vrai et respecte les gens : c’est la charte du site."),
    };
    part(page, 4, N_("Vous"));
    question(page, N_("Votre nom, ou un nom que vous choisissez :"), N_("Il est montré."), 1);
    question(page, N_("Votre commune :"), N_("Elle n’est pas montrée."), 1);
    question(page, N_("Votre téléphone, si vous voulez :"),
             N_("Il n’est pas montré. Il sert à vous rappeler."), 1);
    boxes(page, N_("Faites-vous partie de ceux qui le font ?"), own, ARRAY_COUNT(own));
    boxes(page, N_("Je suis d’accord. Cochez chaque case :"), agreed, ARRAY_COUNT(agreed));
    question(page, N_("La date et votre signature :"), NULL, 1);
    html_raw(&page->html, "</section>\n");
}

/* ---- the page ---- */

static slice path_of(const struct page *page, enum entry_kind kind) {
    return arena_printf(page->arena, "/help/form?kind=%.*s", SLICE_ARG(entry_kind_slug(kind)));
}

static void bar(struct page *page, enum entry_kind kind) {
    struct html *html = &page->html;
    paper_bar_start(page, SLICE("/add"), i18n(html->language, N_("Ajouter en ligne")));
    for (int i = 0; i < ENTRY_KIND__COUNT; i++) {
        if (i == (int)kind) {
            continue;
        }
        html_raw(html, "<a");
        html_attr(html, "href", path_of(page, (enum entry_kind)i));
        html_raw(html, ">");
        text(page, kind_choices[i].label);
        html_raw(html, "</a>");
    }
    paper_bar_end(page, path_of(page, kind));
}

err web_help_form(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    enum entry_kind kind = ENTRY_KIND_INITIATIVE;
    slice slug = SLICE_EMPTY;
    query_raw_value(request->query, SLICE("kind"), page.arena, &slug);
    if (!entry_kind_from_slug(slug, &kind)) {
        kind = ENTRY_KIND_INITIATIVE;
    }
    part_bare_head(&page, &(struct part_bare){
                              .title = i18n(html->language, N_("Formulaire à remplir à la main")),
                              .canonical = path_of(&page, kind),
                              .sheet = SLICE(ASSET_HAND_CSS),
                              .body_class = SLICE("paper paper--a4"),
                              .look = SLICE("light")});
    bar(&page, kind);
    html_raw(html, "<main class=\"hand hand--form\">\n<header><p class=\"hand-site\">"
                   "<svg aria-hidden=\"true\"><use href=\"#logo\"/></svg>");
    html_text(html, page.face->site_name);
    html_raw(html, "</p>\n<h1>");
    text(&page, kind_choices[kind].label);
    html_raw(html, "</h1>\n<p>");
    html_t(html, "Écrivez en lettres bien lisibles. Vous pouvez laisser des questions sans "
                 "réponse. Donnez cette feuille à la personne qui vous aide : elle la recopie sur "
                 "le site avec vous.");
    html_raw(html, "</p></header>\n");
    what(&page, kind);
    where(&page);
    more(&page, kind);
    check(&page);
    html_raw(html, "</main>\n");
    part_bare_foot(&page);
    return html->out->failed;
}
