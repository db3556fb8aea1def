/* /help: acting for people who have no e-mail, by who has that role (RULE HELP-1). */
#include "face/web/people/help_int.h"
#include "face/web/people/people.h"

#include "face/write.h"

#define PEOPLE_SHOWN 200
#define COMMUNE_MAX  120

/* ---- whom one helps ---- */

static err write_people(struct page *page) {
    struct html *html = &page->html;
    struct help_person *people;
    size_t count;
    TRY(help_people(face_reader(page->request), face_actor(page->request)->person, PEOPLE_SHOWN,
                    page->arena, &people, &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Les personnes que vous avez aidées");
    html_raw(html, "</h2>\n");
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Personne pour le moment.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href", help_person_path(page, people[i].person));
        html_raw(html, ">");
        html_text(html, people[i].name);
        html_raw(html, "</a><span class=\"state\">");
        html_text(html, people[i].commune);
        html_raw(html, " · ");
        day_write(page, people[i].last_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>");
    if (count == PEOPLE_SHOWN) {
        html_raw(html, "<p>");
        html_tn(html, "La dernière seulement.", "Les %n dernières seulement.", PEOPLE_SHOWN);
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
    return OK;
}

err web_help(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct html *html = &page.html;
    form_page_begin(&form, N_("Aider une personne sans mail"), SLICE("/help"),
                    N_("Vous écrivez pour elle, avec son accord. Elle repart avec un papier et un "
                       "code pour revenir."));
    html_raw(html, "<p><a class=\"button button--sun button--wide\" href=\"/help/begin\">");
    html_t(html, "Commencer avec une personne");
    html_raw(html, "</a></p>\n<p><a class=\"button button--line button--wide\" "
                   "href=\"/help/form\">");
    html_t(html, "Imprimer un formulaire à remplir à la main");
    html_raw(html, "</a></p>\n");
    TRY(write_people(&page));
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- consent ---- */

static const struct form_choice consents[] = {
    {"in-person", N_("De vive voix, sur place"), NULL},
    {"telephone", N_("De vive voix, au téléphone"), NULL},
    {"paper", N_("Par écrit, sur le formulaire en papier"), NULL},
};

/* HELP_WORDS counts them: other words are another number. */
static const char *const words[] = {
    N_("« Je vais écrire pour vous sur ce site. »"),
    N_("« Ce que nous écrivons est public : tout le monde peut le lire. »"),
    N_("« Votre nom, ou le nom que vous choisissez, est montré. Votre téléphone n’est pas "
       "montré. »"),
    N_("« Il est aussi écrit que je vous ai aidé. »"),
    N_("« Vous aurez un papier avec un code. Avec ce code, vous pouvez tout corriger et tout "
       "retirer. »"),
    N_("« Vous pouvez dire non. Vous pouvez arrêter quand vous voulez. Êtes-vous d’accord ? »"),
};

void help_consent_write(struct form *form, const struct helping *helping) {
    struct html *html = &form->page->html;
    html_raw(html, "<section><h2>");
    html_t(html, "Lisez ces phrases à haute voix");
    html_raw(html, "</h2>\n<ul class=\"prose\">");
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        html_raw(html, "<li>");
        html_text(html, i18n(html->language, words[i]));
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul></section>\n");
    form_choices(form, "consent", N_("Comment la personne a donné son accord"), consents,
                 ARRAY_COUNT(consents),
                 helping->ask.consent ? help_consent_slug(helping->ask.consent) : SLICE_EMPTY);
    form_check(form, "agreed", N_("La personne a entendu ou lu ces phrases, et elle est d’accord"),
               NULL, helping->is_agreed);
    form_told(form, "agreed");
    form_field(form, &(struct form_field){.name = "house",
                                          .label = N_("Le nom de votre maison ou service"),
                                          .help = N_("Il est montré : « avec l’aide de… ». Sans "
                                                     "lui, c’est votre nom."),
                                          .value = helping->ask.house,
                                          .autocomplete = "organization",
                                          .max_bytes = HELP_HOUSE_MAX});
}

void help_consent_take(struct form *form, struct helping *helping, const struct http_form *sent) {
    helping->ask.house = slice_trim(http_form_value(sent, "house"));
    helping->is_agreed = http_form_has(sent, "agreed");
    if (!help_consent_from_slug(http_form_value(sent, "consent"), &helping->ask.consent)) {
        form_fault(form, "consent", N_("Choisissez comment la personne a donné son accord."));
    }
    if (!helping->is_agreed) {
        form_fault(form, "agreed", N_("Sans l’accord de la personne, rien ne s’écrit pour elle."));
    }
}

struct helping *help_new(void *app, const struct http_request *request) {
    struct helping *helping = arena_new(request->arena, struct helping, 1);
    *helping = (struct helping){.face = app,
                                .arena = request->arena,
                                .ask = {.helper = face_actor(request),
                                        .name = SLICE_EMPTY,
                                        .telephone = SLICE_EMPTY,
                                        .commune = SLICE_EMPTY,
                                        .territory = SLICE_EMPTY,
                                        .language = request->language,
                                        .house = SLICE_EMPTY}};
    return helping;
}

err help_begin_job(struct db_conn *conn, void *self) {
    struct helping *helping = self;
    const struct face *face = helping->face;
    if (helping->ask.person.v == 0) { /* RULE PERSON-8 */
        TRY(person_name_check(conn, helping->ask.person, helping->ask.name, face->site_name,
                              helping->arena, &helping->problem));
    }
    TRY(person_house_check(conn, helping->ask.helper->person, helping->ask.house, face->site_name,
                           helping->arena, &helping->problem));
    return help_begin(conn, face->ids, face->territories, &helping->ask, clock_now_ms(face->clock),
                      helping->arena, &helping->person, &helping->problem);
}

bool help_told(struct form *form, err result, const struct problem *problem) {
    static const struct {
        const char *field, *shown;
        err result;
        const char *message;
    } faults[] = {
        {"name", "name", ERR_INPUT, N_("Écrivez un nom ou un pseudonyme.")},
        {"name", "name", ERR_CONFLICT,
         N_("Ce nom ressemble à celui du site, ou d’une personne qui y a un rôle. "
            "Prenez-en un autre.")},
        {"name", "name", ERR_LIMIT, N_("C’est trop long. Raccourcissez-le.")},
        {"commune", "where", ERR_INPUT,
         N_("Aucune commune ne porte ce nom. Vérifiez l’écriture ou donnez le "
            "code postal.")},
        {"territory", "where", ERR_DENIED,
         N_("Votre rôle ne vaut pas dans cette commune. Demandez à "
            "l’administration du site.")},
        {"telephone", "telephone", ERR_INPUT,
         N_("Ce numéro n’est pas lisible. Écrivez-le de nouveau.")},
        {"telephone", "telephone", ERR_LIMIT, N_("C’est trop long. Raccourcissez-le.")},
        {"consent", "consent", ERR_INPUT, N_("Choisissez comment la personne a donné son accord.")},
        {"house", "house", ERR_CONFLICT,
         N_("Ce nom ressemble à celui du site, ou d’une personne qui y a un rôle. "
            "Prenez-en un autre.")},
        {"house", "house", ERR_LIMIT, N_("C’est trop long. Raccourcissez-le.")},
        {"tries", "name", ERR_LIMIT,
         N_("Vous avez commencé avec beaucoup de personnes aujourd’hui. Revenez demain.")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        if (result == faults[i].result &&
            slice_equal(slice_from_cstr(problem->field), slice_from_cstr(faults[i].field))) {
            form_fault(form, faults[i].shown, faults[i].message);
            return true;
        }
    }
    return false;
}

/* ---- beginning with somebody new ---- */

/* The commune that is meant, by name or postal code; several of a name are chosen from. */
static void take_commune(struct form *form, struct helping *helping, slice chosen) {
    const struct territories *all = helping->face->territories;
    uint32_t found[HELP_PLACES_MAX];
    slice typed = helping->ask.commune;
    uint32_t only =
        typed.n ? territories_match(all, typed, SLICE_EMPTY, SLICE_EMPTY) : TERRITORY_NONE;
    size_t count = territories_suggest(all, typed, found, ARRAY_COUNT(found));
    for (size_t i = 0; i < count; i++) {
        if (found[i] < all->commune_count) {
            helping->places[helping->place_count++] = found[i];
            only = slice_equal(all->items[found[i]].code, chosen) ? found[i] : only;
        }
    }
    only = only == TERRITORY_NONE && helping->place_count == 1 ? helping->places[0] : only;
    if (only != TERRITORY_NONE && only < all->commune_count) {
        helping->ask.territory = all->items[only].code;
        helping->ask.commune = all->items[only].label;
        helping->place_count = 0;
    } else {
        form_fault(form, helping->place_count ? "place" : "where",
                   helping->place_count
                       ? N_("Plusieurs communes portent ce nom. Choisissez.")
                       : N_("Aucune commune ne porte ce nom. Vérifiez l’écriture ou donnez le code "
                            "postal."));
    }
}

static void write_places(struct form *form, const struct helping *helping) {
    struct form_choice choices[HELP_PLACES_MAX];
    const struct territories *all = helping->face->territories;
    for (size_t i = 0; i < helping->place_count; i++) {
        const struct territory *item = &all->items[helping->places[i]];
        choices[i] = (struct form_choice){arena_cstr(helping->arena, item->code),
                                          arena_cstr(helping->arena, item->label), NULL};
    }
    if (helping->place_count > 0) {
        form_choices(form, "place", N_("Laquelle ?"), choices, helping->place_count, SLICE_EMPTY);
    }
}

static err write_begin(struct form *form, const struct helping *helping) {
    form_page_begin(form, N_("Commencer avec une personne"), SLICE("/help/begin"),
                    N_("Vous l’avez déjà aidée ? Prenez-la dans la liste de la page précédente."));
    form_begin(form, SLICE("/help/begin"), false);
    form_field(form, &(struct form_field){.name = "name",
                                          .label = N_("Son nom, ou le nom qu’elle choisit"),
                                          .help = N_("Il signe ce qui est écrit."),
                                          .value = helping->ask.name,
                                          .autocomplete = "off",
                                          .max_bytes = PERSON_NAME_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "where",
                                          .label = N_("Sa commune ou son code postal"),
                                          .help = N_("Elle n’est pas montrée."),
                                          .value = helping->ask.commune,
                                          .autocomplete = "off",
                                          .max_bytes = COMMUNE_MAX,
                                          .is_needed = true});
    write_places(form, helping);
    form_field(form, &(struct form_field){.name = "telephone",
                                          .label = N_("Son téléphone, si elle le souhaite"),
                                          .help = N_("Pour vous seulement : pour la rappeler. Il "
                                                     "n’est pas montré."),
                                          .value = helping->ask.telephone,
                                          .type = "tel",
                                          .autocomplete = "off",
                                          .max_bytes = HELP_TELEPHONE_MAX});
    help_consent_write(form, helping);
    form_submit(form, N_("Commencer"));
    form_end(form);
    form_page_end(form);
    return form->page->html.out->failed;
}

err web_help_begin(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct helping *helping = help_new(app, request);
    TRY(help_house(face_reader(request), face_actor(request)->person, request->arena,
                   &helping->ask.house));
    return write_begin(&form, helping);
}

static err answer_begin(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct helping *helping = self;
    struct form form = {.page = NULL};
    if (result == OK) {
        http_redirect(response, arena_printf(request->arena, "/help/people/%lld?begun",
                                             (long long)helping->person.v));
        return OK;
    }
    if (help_told(&form, result, &helping->problem)) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_begin(&form, helping);
    }
    *problem = helping->problem;
    return result;
}

err web_help_begin_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct form form = {.page = NULL};
    TRY(http_form_read(request, &sent, problem));
    struct helping *helping = help_new(app, request);
    helping->ask.name = slice_trim(http_form_value(&sent, "name"));
    helping->ask.commune = slice_trim(http_form_value(&sent, "where"));
    helping->ask.telephone = slice_trim(http_form_value(&sent, "telephone"));
    if (helping->ask.name.n == 0) {
        form_fault(&form, "name", N_("Écrivez un nom ou un pseudonyme."));
    }
    take_commune(&form, helping, http_form_value(&sent, "place"));
    help_consent_take(&form, helping, &sent);
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_begin(&form, helping);
    }
    return face_write(app, request, help_begin_job, answer_begin, helping);
}

/* ---- ending ---- */

static err end_job(struct db_conn *conn, void *self) {
    return help_end(conn, self);
}

err web_help_end(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)response;
    (void)problem;
    struct actor *actor = arena_new(request->arena, struct actor, 1);
    *actor = *face_actor(request);
    return face_write_then(app, request, end_job, actor, SLICE("/help"));
}
