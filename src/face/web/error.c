/* Errors as pages: what happened, what to do, in the visitor's language. */
#include "face/web/page/page.h"
#include "face/web/web.h"

struct error_words {
    int status;
    const char *title, *advice;
};
static const struct error_words words[] = {
    {404, N_("Cette page n’existe pas"),
     N_("L’adresse a peut-être changé, ou la fiche a été retirée. Cherchez-la sur la carte.")},
    {400, N_("Cette adresse n’est pas complète"),
     N_("Une partie de l’adresse manque ou ne se lit pas. Repartez de la carte.")},
    {403, N_("Cette page ne vous est pas ouverte"),
     N_("Ce que vous demandez est réservé à d’autres, ou le formulaire ne venait pas de ce site. "
        "Revenez à la page précédente, puis réessayez.")},
    {405, N_("Cette page ne reçoit rien"), N_("Revenez à la page précédente, puis réessayez.")},
    {414, N_("Cette adresse est trop longue"),
     N_("Enlevez quelques filtres, ou repartez de la carte.")},
    {429, N_("Trop de demandes à la fois"),
     N_("Votre adresse a beaucoup demandé en une minute. Attendez un peu, puis réessayez.")},
    {503, N_("Le site est très occupé"), N_("Réessayez dans une minute. Rien n’est perdu.")},
    {500, N_("Quelque chose n’a pas fonctionné"),
     N_("Ce n’est pas de votre fait. Réessayez dans une minute. Si cela dure, écrivez-nous en "
        "donnant le numéro ci-dessous.")},
};

void face_web_error_page(void *app, const struct http_request *request, int status,
                         const struct problem *problem, struct buf *out) {
    (void)problem; /* its words are for machines and for the log */
    struct http_response response = {0};
    struct page page = page_begin(app, request, &response);
    struct html *html = &page.html;
    html->out = out;
    const struct error_words *said = &words[ARRAY_COUNT(words) - 1];
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (words[i].status == status) {
            said = &words[i];
        }
    }
    if (status >= 400 && status < 500 && said->status == 500) {
        said = &words[1];
    }
    slice title = i18n(html->language, said->title);
    page_head(&page,
              &(struct page_head){.title = title, .section = PAGE_OTHER, .not_indexed = true});
    html_raw(html, "<main id=\"main\" class=\"wrap page error\" tabindex=\"-1\"><svg class=\"scene "
                   "k-initiative\" aria-hidden=\"true\"><use href=\"#scene-1\"/></svg>\n<h1>");
    html_text(html, title);
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_text(html, i18n(html->language, said->advice));
    html_raw(html, "</p>\n<p class=\"actions\"><a class=\"button\" href=\"/explore\">");
    html_t(html, "Explorer la carte");
    html_raw(html, "</a> <a class=\"button button--line\" href=\"/\">");
    html_t(html, "Accueil");
    html_raw(html, "</a></p>\n<p class=\"muted small\">");
    html_tf(html, "Numéro de la demande : %1", &request->id, 1);
    html_raw(html, "</p>\n</main>\n");
    page_foot(&page);
}
