/* /facile, /facile/a-propos: home and about in easy-to-read language, after the European rules
 * (Inclusion Europe, "Information for all"): short sentences, one idea a line, a picture beside
 * each, no foreign or difficult word without its meaning. */
#include "face/web/texts/texts.h"

#define LINE(page, icon, text)                                                                     \
    do {                                                                                           \
        html_raw(&(page)->html, "<li>");                                                           \
        page_icon(page, icon);                                                                     \
        html_raw(&(page)->html, "<span>");                                                         \
        html_t(&(page)->html, text);                                                               \
        html_raw(&(page)->html, "</span></li>\n");                                                 \
    } while (0)

static void list_begin(struct page *page, slice id, const char *title) {
    struct html *html = &page->html;
    html_raw(html, "<section");
    html_attr(html, "id", id);
    html_raw(html, "><h2>");
    html_text(html, i18n(html->language, title));
    html_raw(html, "</h2>\n<ul class=\"easy\">\n");
}

static void list_end(struct page *page) {
    html_raw(&page->html, "</ul></section>\n");
}

static void place_form(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<form class=\"search search--one filters\" action=\"/explore\" method=\"get\" "
                   "role=\"search\"><div class=\"field\">");
    page_icon(page, "pin");
    html_raw(html, "<label for=\"where\">");
    html_t(html, "Le nom de votre ville ou village");
    html_raw(html, "</label><input id=\"where\" name=\"where\" type=\"text\" maxlength=\"120\" "
                   "autocomplete=\"postal-code\"></div>\n<button class=\"button button--sun\" "
                   "type=\"submit\">");
    html_t(html, "Voir");
    html_raw(html, "</button></form>\n");
}

static void link_to(struct page *page, slice href, slice label) {
    struct html *html = &page->html;
    html_raw(html, "<p><a class=\"button button--line\"");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, label);
    html_raw(html, "</a></p>\n");
}

static void write_home(struct page *page) {
    const struct i18n_language *language = page->html.language;
    text_page(page,
              &(struct page_head){.title = i18n(language, "Accueil, version facile à lire"),
                                  .description = i18n(language, "Ce que fait ce site, en phrases "
                                                                "courtes."),
                                  .canonical = SLICE("/facile"),
                                  .section = PAGE_OTHER},
              i18n(language, "Que font les gens près de chez vous ?"),
              N_("Cette page est écrite en facile à lire et à comprendre."));
    list_begin(page, SLICE("what"), N_("Ce que vous trouvez ici"));
    LINE(page, "initiative", N_("Des gens font des choses utiles près de chez vous."));
    LINE(page, "actor", N_("Par exemple : ils réparent des vélos ensemble."));
    LINE(page, "map", N_("Ce site les montre sur une carte."));
    LINE(page, "list", N_("Ce site les montre aussi dans une liste."));
    LINE(page, "play", N_("Des gens racontent leur histoire en vidéo."));
    list_end(page);
    list_begin(page, SLICE("how"), N_("Comment chercher"));
    LINE(page, "pin", N_("Écrivez le nom de votre ville ou de votre village."));
    LINE(page, "search", N_("Appuyez ensuite sur le bouton jaune « Voir »."));
    list_end(page);
    place_form(page);
    list_begin(page, SLICE("help"), N_("Vous pouvez aider"));
    LINE(page, "need", N_("Des gens cherchent de l’aide."));
    LINE(page, "event", N_("Des gens se retrouvent. Vous pouvez venir."));
    LINE(page, "phone", N_("Vous pouvez leur téléphoner ou leur écrire."));
    list_end(page);
    link_to(page, SLICE("/explore?kind=need"), i18n(language, "Voir qui cherche de l’aide"));
    link_to(page, SLICE("/explore?kind=event&when=upcoming"),
            i18n(language, "Voir les prochaines rencontres"));
    link_to(page, SLICE("/facile/a-propos"), i18n(language, "Lire qui fait ce site"));
    link_to(page, SLICE("/"), i18n(language, "Aller à l’accueil complet"));
    html_raw(&page->html, "</main>\n");
    page_foot(page);
}

err web_easy(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)problem;
    return text_answer(app, request, response, SLICE("/facile"), write_home);
}

static void write_about(struct page *page) {
    const struct i18n_language *language = page->html.language;
    text_page(page,
              &(struct page_head){.title = i18n(language, "À propos, version facile à lire"),
                                  .description = i18n(language, "Qui fait ce site, en phrases "
                                                                "courtes."),
                                  .canonical = SLICE("/facile/a-propos"),
                                  .section = PAGE_ABOUT},
              i18n(language, "Qui fait ce site ?"),
              N_("Cette page est écrite en facile à lire et à comprendre."));
    list_begin(page, SLICE("who"), N_("Les personnes"));
    LINE(page, "actor", N_("Une équipe s’occupe de ce site."));
    LINE(page, "heart", N_("Le site est gratuit."));
    LINE(page, "compass",
         "Le site utilise le logiciel Agora. Un logiciel est un programme "
         "d’ordinateur.");
    LINE(page, "link", N_("Agora est libre : tout le monde peut l’utiliser."));
    list_end(page);
    list_begin(page, SLICE("you"), N_("Vous et ce site"));
    LINE(page, "check", N_("Le site ne vous suit pas."));
    LINE(page, "check", N_("Le site n’a pas de publicité."));
    LINE(page, "check", N_("Vous n’avez pas besoin de donner votre nom."));
    list_end(page);
    list_begin(page, SLICE("problem"), N_("Vous avez un problème"));
    LINE(page, "alert", N_("Vous n’arrivez pas à lire une page ? Dites-le à l’équipe."));
    LINE(page, "flag", N_("Quelque chose est faux ? Dites-le à l’équipe."));
    list_end(page);
    text_contact(page, N_("Écrivez à l’équipe :"),
                 N_("L’équipe n’a pas encore donné son adresse."));
    link_to(page, SLICE("/facile"), i18n(language, "Retour à l’accueil facile à lire"));
    link_to(page, SLICE("/about"), i18n(language, "Aller à la page complète"));
    html_raw(&page->html, "</main>\n");
    page_foot(page);
}

err web_easy_about(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    return text_answer(app, request, response, SLICE("/facile/a-propos"), write_about);
}
