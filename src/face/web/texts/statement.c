/* /accessibility, /legal, /privacy: what is promised, who answers for it, what is kept. What the
 * settings do not say is named as missing. */
#include "face/web/texts/texts.h"

/* ---- accessibility: in the order of the statement that the RGAA asks for ---- */

static void accessibility_state(struct page *page) {
    text_section(page, SLICE("state"), N_("État de conformité"));
    text_paragraph(page,
                   N_("Ce site est fait pour suivre le RGAA 4.1 et les WCAG 2.2 au niveau AA. "
                      "Aucun audit extérieur n’a encore été mené : au sens du RGAA, il est "
                      "donc « non conforme » jusqu’à son premier audit. Déclaration établie le "
                      "22 novembre 2026."));
    html_raw(&page->html, "</section>\n");
}

static void accessibility_tests(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("tests"), N_("Ce qui a été testé"));
    text_paragraph(page, N_("À chaque version du logiciel, un vrai navigateur (Chromium) ouvre "
                            "toutes les pages. Il vérifie :"));
    html_raw(html, "<ul>\n");
    text_item(page, N_("avec axe-core, qu’aucune page n’a de défaut que cet outil sait voir, en "
                       "clair, en sombre, sur un téléphone, en français et en anglais ;"));
    text_item(page, N_("avec html-validate, que le HTML de chaque page est valide ;"));
    text_item(page, N_("que le clavier suit l’ordre de la lecture sur chaque page, et que le "
                       "focus se voit ;"));
    text_item(page, N_("que rien ne dépasse à 320 pixels de large, ni avec un zoom de 400 % ;"));
    text_item(page, N_("que chaque page est complète sans JavaScript, et que la liste contient "
                       "tout ce que montre la carte."));
    html_raw(html, "</ul>\n</section>\n");
}

static void accessibility_gaps(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("gaps"), N_("Ce qui manque encore"));
    html_raw(html, "<ul>\n");
    text_item(page, N_("Aucune personne concernée n’a encore essayé le site avec un lecteur "
                       "d’écran (NVDA, VoiceOver, TalkBack)."));
    text_item(page, N_("Les vidéos viennent d’autres sites : leurs sous-titres et leur lecteur "
                       "dépendent d’eux. Toutes n’ont pas de transcription."));
    text_item(page, N_("Les textes des fiches viennent de sources diverses : leur langue et leurs "
                       "titres ne sont pas toujours balisés."));
    text_item(page, N_("L’ordre du clavier est vérifié par un programme. Une personne n’a parcouru "
                       "ainsi qu’une partie des pages."));
    text_item(page, N_("Seuls l’accueil et la présentation existent en version facile à lire."));
    html_raw(html, "</ul>\n<p><a href=\"/facile\">");
    html_t(html, "Accueil en version facile à lire");
    html_raw(html, "</a></p>\n</section>\n");
}

static void accessibility_contact(struct page *page) {
    text_section(page, SLICE("contact"), N_("Quelque chose vous bloque ?"));
    text_contact(page, N_("Dites-le, avec l’adresse de la page :"),
                 N_("Dites-le à l’équipe du site. Elle n’a pas encore indiqué d’adresse où lui "
                    "écrire."));
    text_paragraph(page,
                   N_("Sans réponse satisfaisante, vous pouvez saisir le Défenseur des droits "
                      "(defenseurdesdroits.fr), qui a des délégués dans chaque département."));
    html_raw(&page->html, "</section>\n");
}

static void write_accessibility(struct page *page) {
    const struct i18n_language *language = page->html.language;
    text_page(
        page,
        &(struct page_head){.title = i18n(language, "Déclaration d’accessibilité"),
                            .description =
                                i18n(language, "Ce qui a été testé, ce qui manque encore, à qui le "
                                               "dire."),
                            .canonical = SLICE("/accessibility"),
                            .section = PAGE_OTHER},
        i18n(language, "Déclaration d’accessibilité"),
        N_("Tout se fait au clavier, sans souris et sans JavaScript."));
    accessibility_state(page);
    accessibility_tests(page);
    accessibility_gaps(page);
    accessibility_contact(page);
    html_raw(&page->html, "</main>\n");
    page_foot(page);
}

err web_accessibility(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    (void)problem;
    return text_answer(app, request, response, SLICE("/accessibility"), write_accessibility);
}

/* ---- legal notice ---- */

static void legal_row(struct page *page, const char *name, slice value, const char *missing) {
    struct html *html = &page->html;
    html_raw(html, "<tr><th scope=\"row\">");
    html_text(html, i18n(html->language, name));
    html_raw(html, "</th><td>");
    html_text(html, value.n > 0 ? value : i18n(html->language, missing));
    html_raw(html, "</td></tr>\n");
}

static void write_legal(struct page *page) {
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    const struct face *face = page->face;
    const char *missing = N_("Pas encore indiqué par l’équipe du site.");
    text_page(page,
              &(struct page_head){.title = i18n(language, "Mentions légales"),
                                  .description = i18n(language, "Qui publie ce site, qui répond de "
                                                                "ce qu’il montre."),
                                  .canonical = SLICE("/legal"),
                                  .section = PAGE_OTHER},
              i18n(language, "Mentions légales"),
              N_("Qui publie ce site, qui répond de ce qu’il montre."));
    text_section(page, SLICE("publisher"), N_("Éditeur"));
    html_raw(html, "<table><caption class=\"visually-hidden\">");
    html_t(html, "Éditeur du site");
    html_raw(html, "</caption><tbody>\n");
    legal_row(page, N_("Nom"), face->publisher_name, missing);
    legal_row(page, N_("Adresse"), face->publisher_address, missing);
    legal_row(page, N_("Courriel"), face->contact_email, missing);
    if (face->publisher_phone.n > 0) {
        legal_row(page, N_("Téléphone"), face->publisher_phone, missing);
    }
    legal_row(page, N_("Directrice ou directeur de la publication"), face->publisher_director,
              missing);
    legal_row(page, N_("Hébergeur"), face->host_name, missing);
    legal_row(page, N_("Adresse et téléphone de l’hébergeur"), face->host_address, missing);
    legal_row(page, N_("Logiciel"), i18n(language, "Agora, logiciel libre"), missing);
    html_raw(html, "</tbody></table>\n");
    if (face->publisher_name.n == 0 || face->publisher_address.n == 0 ||
        face->contact_email.n == 0 || face->publisher_director.n == 0 || face->host_name.n == 0 ||
        face->host_address.n == 0) {
        text_paragraph(page, N_("La loi demande ces informations. L’équipe les donne dans les "
                                "réglages du site."));
    }
    html_raw(html, "</section>\n");
    text_section(page, SLICE("content"), N_("Contenus"));
    text_paragraph(page,
                   N_("Chaque fiche dit d’où elle vient, sous quelle licence, et quand elle a "
                      "été mise à jour. Ses auteurs en répondent."));
    text_contact(
        page,
        N_("Un contenu est faux, blessant ou vous concerne ? Écrivez, avec l’adresse "
           "de la page :"),
        N_("Un contenu est faux, blessant ou vous concerne ? Dites-le à l’équipe du site."));
    html_raw(html, "<p><a href=\"/about#sources\">");
    html_t(html, "Sources et licences");
    html_raw(html, "</a> · <a href=\"/privacy\">");
    html_t(html, "Données personnelles");
    html_raw(html, "</a></p>\n</section>\n</main>\n");
    page_foot(page);
}

err web_legal(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    (void)problem;
    return text_answer(app, request, response, SLICE("/legal"), write_legal);
}

/* ---- privacy ---- */

static void privacy_visitors(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("visitors"), N_("Quand vous visitez ce site"));
    html_raw(html, "<ul>\n");
    text_item(page, N_("Personne ne vous suit : pas de mesure d’audience, pas de publicité, pas de "
                       "compte à créer pour lire."));
    text_item(page, N_("Aucune page ne demande quoi que ce soit à un autre site. Une vidéo n’est "
                       "chargée qu’après votre clic ; son site vous voit alors."));
    text_item(page, N_("Aucun cookie pour lire, sauf si vous changez de langue : il garde ce choix "
                       "un an."));
    text_item(page, N_("« Me situer » envoie votre position, à une centaine de mètres près, avec "
                       "votre recherche. Elle n’est pas enregistrée."));
    text_item(
        page,
        N_("Le journal du serveur garde l’heure, la sorte de page et le résultat. Il ne garde "
           "ni votre adresse IP, ni ce que vous cherchez."));
    if (page->face->keeps_pages) {
        html_raw(html, "<li>");
        html_t(html, "Votre appareil garde les dernières pages lues, pour les montrer sans réseau. "
                     "Elles ne le quittent pas.");
        html_raw(html, " <a href=\"/offline\">");
        html_t(html, "Voir et effacer les pages gardées");
        html_raw(html, "</a></li>\n");
    }
    html_raw(html, "</ul>\n</section>\n");
}

static void privacy_members(struct page *page) {
    text_section(page, SLICE("members"), N_("Quand vous participez"));
    html_raw(&page->html, "<ul>\n");
    text_item(page, N_("Votre adresse mail sert à vous reconnaître et à vous écrire. Elle n’est "
                       "montrée à personne, ni donnée à personne."));
    text_item(page, N_("Un cookie garde votre connexion pendant 60 jours. Un autre, pendant 30 "
                       "minutes, relie le code reçu à l’appareil qui l’a demandé."));
    text_item(page, N_("Contre les abus, le site compte les essais de chaque réseau. Il n’en garde "
                       "qu’une empreinte, un jour ou deux, et 30 jours pour un signalement ou pour "
                       "une fiche apportée sans compte ou par un compte nouveau."));
    text_item(page, N_("Ce que vous écrivez reste dans l’historique de la fiche, signé du nom que "
                       "vous choisissez."));
    text_item(page, N_("Vous pouvez télécharger ce qui est gardé de vous, et supprimer votre "
                       "compte : vos fiches restent, sans votre nom."));
    html_raw(&page->html, "</ul>\n<p><a href=\"/account\">");
    html_t(&page->html, "Mon compte");
    html_raw(&page->html, "</a></p>\n</section>\n");
}

static void write_privacy(struct page *page) {
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    text_page(
        page,
        &(struct page_head){.title = i18n(language, "Données personnelles"),
                            .description = i18n(language, "Ce que ce site garde de vous, et ce "
                                                          "qu’il ne garde pas."),
                            .canonical = SLICE("/privacy"),
                            .section = PAGE_OTHER},
        i18n(language, "Données personnelles"),
        N_("Ce que ce site garde de vous, et ce qu’il ne garde pas."));
    privacy_visitors(page);
    privacy_members(page);
    text_section(page, SLICE("entries"), N_("Quand une fiche parle de vous"));
    text_paragraph(page, N_("Une fiche ne montre que les coordonnées que ses auteurs ont rendues "
                            "publiques, et son lieu avec la précision qu’ils ont choisie."));
    slice address = page->face->privacy_email;
    text_address(page, address.n > 0 ? address : page->face->contact_email,
                 N_("Pour voir, corriger ou retirer ce qui vous concerne, écrivez à"),
                 N_("Pour voir, corriger ou retirer ce qui vous concerne, écrivez à l’équipe du "
                    "site. Elle n’a pas encore indiqué d’adresse."));
    text_paragraph(page, N_("Sans réponse, vous pouvez vous adresser à la CNIL (cnil.fr)."));
    html_raw(html, "</section>\n</main>\n");
    page_foot(page);
}

err web_privacy(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    return text_answer(app, request, response, SLICE("/privacy"), write_privacy);
}
