/* /administration/people: who has which power where; giving and taking it, blocking and letting in
 * again. RULE PERSON-6 */
#include "domain/moderation/moderation.h"
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/web/people/team.h"
#include "face/write.h"
#include "mail/mail.h"
#include "text/text.h"

#define FOUND_SHOWN     50
#define ACTS_SHOWN      20
#define WORDS_MAX       200
#define TERRITORIES_MAX 32 /* of one name; no name in France has so many */
#define HERE_BYTES_MAX  1024
#define NAME_MAX_FOLDED 1024
#define SENTENCE_MAX    400
#define PEOPLE          "/administration/people"

const char *admin_role_label(enum person_role role) {
    static const char *const labels[PERSON_ROLE__COUNT] = {
        [PERSON_STEWARD] = N_("Référente ou référent du territoire"),
        [PERSON_MODERATOR] = N_("Modération"),
        [PERSON_ADMIN] = N_("Administration"),
        [PERSON_HELPER] = N_("Aide aux personnes sans mail"),
    };
    return labels[role];
}

slice admin_place(const struct page *page, slice territory) {
    const struct territories *all = page->face->territories;
    uint32_t at = territory.n > 0 ? territories_find(all, territory) : TERRITORY_NONE;
    return territory.n == 0       ? i18n(page->html.language, N_("tout le site"))
           : at == TERRITORY_NONE ? territory
                                  : all->items[at].label;
}

/* ---- who has what ---- */

static slice path_of(const struct page *page, struct person_id person) {
    return arena_printf(page->arena, PEOPLE "/%lld", (long long)person.v);
}

void admin_person(struct page *page, struct person_id person, slice name) {
    struct html *html = &page->html;
    html_raw(html, "<a");
    html_attr(html, "href", path_of(page, person));
    html_raw(html, ">");
    if (name.n > 0) {
        html_text(html, name);
    } else {
        html_t(html, "Sans nom");
    }
    html_raw(html, "</a>");
}

err admin_person_name(const struct page *page, struct person_id id, slice *name) {
    struct person person;
    err loaded = person_load(face_reader(page->request), id, page->arena, &person);
    *name = loaded == OK ? person.fields[PERSON_NAME].text : SLICE_EMPTY;
    return loaded == ERR_NOT_FOUND ? OK : loaded;
}

static void write_search(struct page *page, slice words) {
    struct html *html = &page->html;
    html_raw(html, "<form class=\"admin-filter\" method=\"get\" action=\"" PEOPLE "\">"
                   "<div class=\"form-field\"><label for=\"q\">");
    html_t(html, "Chercher une personne");
    html_raw(html, "</label><p class=\"form-help\" id=\"q-help\">");
    html_t(html, "Une partie de son nom, montré ou non, ou son adresse mail entière.");
    html_raw(html, "</p><input type=\"search\" id=\"q\" name=\"q\" aria-describedby=\"q-help\"");
    html_attr_i64(html, "maxlength", WORDS_MAX);
    html_attr(html, "value", words);
    html_raw(html, "></div><button class=\"button button--line\" type=\"submit\">");
    html_t(html, "Chercher");
    html_raw(html, "</button></form>\n");
}

static err write_found(struct page *page, slice words) {
    struct html *html = &page->html;
    struct person_listed *found;
    size_t count;
    bool has_more;
    TRY(person_search(face_reader(page->request), words, FOUND_SHOWN, page->arena, &found, &count,
                      &has_more));
    html_raw(html, "<section><h2>");
    html_t(html, "Personnes trouvées");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li>");
        admin_person(page, found[i].id, found[i].name);
        html_raw(html, "<span class=\"state\">");
        if (found[i].status == PERSON_BLOCKED) {
            html_t(html, "Compte bloqué");
            html_raw(html, " · ");
        }
        html_t(html, "depuis le");
        html_raw(html, " ");
        day_write(page, found[i].created_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n<p>");
    if (count == 0) {
        html_t(html, "Personne. Une adresse se cherche en entier ; elle n’est jamais montrée ici.");
    }
    if (has_more) {
        html_t(html, "D’autres personnes correspondent peut-être : précisez votre recherche.");
    }
    html_raw(html, "</p></section>\n");
    return OK;
}

static err write_grants(struct page *page) {
    struct html *html = &page->html;
    struct person_grant *grants;
    size_t count;
    TRY(person_grants(face_reader(page->request), (struct person_id){0}, page->arena, &grants,
                      &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Qui a quel rôle");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        slice name;
        TRY(admin_person_name(page, grants[i].person, &name));
        html_raw(html, "<li><span>");
        admin_person(page, grants[i].person, name);
        html_raw(html, "</span><span class=\"state\">");
        html_text(html, i18n(html->language, admin_role_label(grants[i].role)));
        html_raw(html, " · ");
        html_text(html, admin_place(page, grants[i].territory));
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

static slice search_path(const struct page *page, slice words) {
    BUF_CLEANUP struct buf path = buf_new(4 * ADMIN_VALUE_MAX);
    buf_add_cstr(&path, words.n > 0 ? PEOPLE "?q=" : PEOPLE);
    encode_component(words, &path);
    return arena_copy(page->arena, buf_slice(&path));
}

err web_admin_people(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    slice words = admin_value(request, SLICE("q"));
    admin_page_begin(&form, N_("Rôles et accès"), search_path(&page, words),
                     N_("Qui peut quoi, et où. Chaque rôle donné ou retiré laisse une trace."));
    write_search(&page, words);
    if (words.n > 0) {
        TRY(write_found(&page, words));
    }
    TRY(write_grants(&page));
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- one person ---- */

/* ERR_NOT_FOUND. */
static err load_person(const struct http_request *request, struct person *person,
                       struct problem *problem) {
    struct person_id id = {0};
    err found = slice_to_i64(request->captures[0], &id.v)
                    ? person_load(face_reader(request), id, request->arena, person)
                    : ERR_NOT_FOUND;
    if (found == ERR_NOT_FOUND || (found == OK && person->status == PERSON_DELETED)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "nobody has this number");
    }
    return found;
}

static void write_way(struct page *page, struct person_id person, slice rest, const char *label) {
    struct html *html = &page->html;
    html_raw(html, "<a class=\"button button--line\"");
    html_attr(html, "href",
              arena_printf(page->arena, "%.*s/power?%.*s", SLICE_ARG(path_of(page, person)),
                           SLICE_ARG(rest)));
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</a>");
}

static err write_roles(struct page *page, const struct person *person) {
    struct html *html = &page->html;
    struct person_grant *grants;
    size_t count;
    TRY(person_grants(face_reader(page->request), person->id, page->arena, &grants, &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Rôles");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><span>");
        html_text(html, i18n(html->language, admin_role_label(grants[i].role)));
        html_raw(html, " · ");
        html_text(html, admin_place(page, grants[i].territory));
        html_raw(html, " <span class=\"state\">");
        html_t(html, "depuis le");
        html_raw(html, " ");
        day_write(page, grants[i].at_ms);
        html_raw(html, "</span></span>");
        write_way(page, person->id,
                  arena_printf(page->arena, "do=revoke&role=%.*s&territory=%.*s",
                               SLICE_ARG(person_role_slug(grants[i].role)),
                               SLICE_ARG(grants[i].territory)),
                  N_("Retirer"));
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n");
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Aucun.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<div class=\"admin-acts\">");
    if (person->status == PERSON_ACTIVE) {
        write_way(page, person->id, SLICE("do=grant"), N_("Donner un rôle"));
        if (person->id.v != face_actor(page->request)->person.v) {
            write_way(page, person->id, SLICE("do=block"), N_("Bloquer le compte"));
        }
    } else {
        write_way(page, person->id, SLICE("do=unblock"), N_("Débloquer le compte"));
    }
    html_raw(html, "</div></section>\n");
    return OK;
}

static err write_acts(struct page *page, struct person_id person) {
    struct html *html = &page->html;
    struct person_act *acts;
    size_t count;
    const struct person_acts_filter filter = {
        .act = SLICE_EMPTY,
        .object = arena_printf(page->arena, "person:%lld", (long long)person.v)};
    TRY(person_acts_find(face_reader(page->request), &filter, ACTS_SHOWN, page->arena, &acts,
                         &count));
    if (count == 0) {
        return OK;
    }
    html_raw(html, "<section><h2>");
    html_t(html, "Ce qui a été décidé");
    html_raw(html, "</h2>\n");
    TRY(admin_acts_write(page, acts, count));
    html_raw(html, "</section>\n");
    return OK;
}

err web_admin_person(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct person person;
    TRY(load_person(request, &person, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct html *html = &page.html;
    slice name = person.fields[PERSON_NAME].text;
    admin_page_begin(&form, name.n > 0 ? arena_cstr(page.arena, name) : N_("Une personne sans nom"),
                     path_of(&page, person.id), NULL);
    if (slice_equal(request->query, SLICE("done"))) {
        admin_done(&page, N_("C’est fait. Une lettre part à la personne, et une à vous."));
    }
    html_raw(html, "<p>");
    if (person.status == PERSON_BLOCKED) {
        html_raw(html, "<strong>");
        html_t(html, "Compte bloqué");
        html_raw(html, "</strong> · ");
    }
    html_t(html, "Compte créé le");
    html_raw(html, " ");
    day_write(&page, person.created_ms);
    if (person.status == PERSON_ACTIVE) {
        html_raw(html, " · <a");
        html_attr(html, "href", link_person(&page, person.id, name));
        html_raw(html, ">");
        html_t(html, "Ce que cette personne montre d’elle");
        html_raw(html, "</a>");
    }
    html_raw(html, " · <a");
    html_attr(html, "href",
              arena_printf(page.arena, "/administration/audit?by=%lld", (long long)person.id.v));
    html_raw(html, ">");
    html_t(html, "Ce qu’elle a fait avec un rôle");
    html_raw(html, "</a></p>\n");
    TRY(write_roles(&page, &person));
    TRY(write_acts(&page, person.id));
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- using power ---- */

struct powering {
    const struct face *face;
    const struct actor *actor;
    struct person person;
    struct person_power power;
    slice typed;      /* the territory, as written */
    bool is_unchosen; /* `typed` means several, and none of them was chosen */
    uint32_t meant[TERRITORIES_MAX];
    size_t meant_count;
    struct arena *arena;
    struct problem problem;
};

static const struct form_choice roles[] = {
    {"steward", N_("Référente ou référent du territoire"),
     N_("Accepte ou décline les changements proposés, corrige toute fiche.")},
    {"moderator", N_("Modération"), N_("Répond aux signalements, relit les nouvelles fiches.")},
    {"helper", N_("Aide aux personnes sans mail"),
     N_("Ajoute et corrige au nom de personnes qui n’ont pas de mail, avec leur accord.")},
    {"admin", N_("Administration"), N_("Peut tout, sur tout le site.")},
};

static const char *title_of(enum person_power_act act) {
    static const char *const titles[PERSON_POWER_ACT__COUNT] = {
        [PERSON_POWER_GRANT] = N_("Donner un rôle"),
        [PERSON_POWER_REVOKE] = N_("Retirer un rôle"),
        [PERSON_POWER_BLOCK] = N_("Bloquer le compte"),
        [PERSON_POWER_UNBLOCK] = N_("Débloquer le compte"),
    };
    return titles[act];
}

/* "Anna : modération, Savoie (73)": what a person has before them when they confirm. */
static void write_about(struct page *page, const struct powering *powering) {
    struct html *html = &page->html;
    slice name = powering->person.fields[PERSON_NAME].text;
    html_raw(html, "<p><strong>");
    html_text(html, name.n > 0 ? name : i18n(html->language, N_("Une personne sans nom")));
    html_raw(html, "</strong>");
    if (powering->power.act == PERSON_POWER_REVOKE) {
        html_raw(html, " · ");
        html_text(html, i18n(html->language, admin_role_label(powering->power.role)));
        html_raw(html, " · ");
        html_text(html, admin_place(page, powering->power.territory));
    }
    html_raw(html, "</p>\n");
    if (powering->power.act == PERSON_POWER_BLOCK) {
        html_raw(html, "<p>");
        html_t(html, "Elle ne pourra plus se connecter. Ce qu’elle a ajouté reste.");
        html_raw(html, "</p>\n");
    }
}

static void write_territory(struct form *form, const struct powering *powering) {
    struct form_choice choices[TERRITORIES_MAX];
    const struct territories *all = powering->face->territories;
    if (powering->meant_count > 1) {
        for (size_t i = 0; i < powering->meant_count; i++) {
            const struct territory *item = &all->items[powering->meant[i]];
            choices[i] = (struct form_choice){arena_cstr(powering->arena, item->code),
                                              arena_cstr(powering->arena, item->label), NULL};
        }
        form_choices(form, "territory", N_("Quel territoire ?"), choices, powering->meant_count,
                     SLICE_EMPTY);
        /* None chosen is no choice, where an empty field would be the whole site. */
        form_hidden(form, "which", powering->typed);
        return;
    }
    form_field(form, &(struct form_field){.name = "territory",
                                          .label = N_("Sur quel territoire"),
                                          .help = N_("Une commune, un département, une région… "
                                                     "Laissez vide pour tout le site."),
                                          .value = powering->typed,
                                          .max_bytes = WORDS_MAX});
}

/* The address that shows this page again. The form is sent there too, so that who has to sign in
 * once more on sending it comes back to the same page. */
static slice here_of(const struct page *page, const struct powering *powering) {
    BUF_CLEANUP struct buf here = buf_new(HERE_BYTES_MAX);
    enum person_role role = powering->power.role;
    buf_addf(&here, "%.*s/power?do=%.*s&role=%.*s&territory=",
             SLICE_ARG(path_of(page, powering->person.id)),
             SLICE_ARG(person_power_slug(powering->power.act)),
             SLICE_ARG(role ? person_role_slug(role) : SLICE_EMPTY));
    encode_component(powering->typed.n <= WORDS_MAX ? powering->typed : SLICE_EMPTY, &here);
    return arena_copy(page->arena, buf_slice(&here));
}

static err write_power(struct form *form, const struct powering *powering) {
    struct page *page = form->page;
    slice here = here_of(page, powering);
    enum person_power_act act = powering->power.act;
    admin_page_begin(form, title_of(act), here, NULL);
    write_about(page, powering);
    form_begin(form, here, false);
    form_hidden(form, "do", person_power_slug(act));
    if (act == PERSON_POWER_GRANT) {
        form_choices(form, "role", N_("Le rôle"), roles, ARRAY_COUNT(roles),
                     powering->power.role ? person_role_slug(powering->power.role) : SLICE_EMPTY);
        write_territory(form, powering);
    } else if (act == PERSON_POWER_REVOKE) {
        form_hidden(form, "role", person_role_slug(powering->power.role));
        form_hidden(form, "territory", powering->power.territory);
    }
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("La raison"),
                                          .help = N_("La personne la lira. Elle reste au journal."),
                                          .value = powering->power.reason,
                                          .rows = 3,
                                          .max_bytes = PERSON_REASON_MAX,
                                          .is_needed = true});
    form_check(form, "sure", N_("C’est bien cette personne, et c’est bien ce que je veux"), NULL,
               false);
    form_told(form, "sure");
    form_submit(form, title_of(act));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

/* What is asked for by the address or by the form, as far as it is understood. */
static err powering_begin(void *app, const struct http_request *request, slice act, slice role,
                          slice territory, struct powering **begun, struct problem *problem) {
    struct powering *powering = arena_new(request->arena, struct powering, 1);
    *powering = (struct powering){
        .face = app,
        .actor = face_actor(request),
        .typed = slice_trim(territory),
        .power = {.territory = SLICE_EMPTY, .reason = SLICE_EMPTY},
        .arena = request->arena,
    };
    TRY(load_person(request, &powering->person, problem));
    powering->power.person = powering->person.id;
    bool is_known = person_power_from_slug(act, &powering->power.act);
    bool has_role = person_role_from_slug(role, &powering->power.role);
    if (!is_known || (powering->power.act == PERSON_POWER_REVOKE && !has_role)) {
        return problem_set(problem, ERR_INPUT, "do", "nothing that can be done to an account");
    }
    if (powering->power.act == PERSON_POWER_REVOKE) {
        powering->power.territory = powering->typed; /* the code, from the list of roles */
    }
    *begun = powering;
    return OK;
}

static bool is_called(const struct territory *item, slice folded) {
    struct buf name BUF_CLEANUP = buf_new(NAME_MAX_FOLDED);
    struct buf label BUF_CLEANUP = buf_new(NAME_MAX_FOLDED);
    text_fold(item->name, &name);
    text_fold(item->label, &label);
    return slice_equal(buf_slice(&name), folded) || slice_equal(buf_slice(&label), folded);
}

/* The territory that is meant, by code, name or label. False: none, or several of that name. */
static bool territory_read(struct powering *powering) {
    const struct territories *all = powering->face->territories;
    struct buf folded BUF_CLEANUP = buf_new(NAME_MAX_FOLDED);
    if (powering->typed.n == 0) {
        return true;
    }
    uint32_t found = territories_find(all, powering->typed);
    if (found == TERRITORY_NONE) {
        text_fold(powering->typed, &folded);
        for (uint32_t i = 0; i < all->count && powering->meant_count < TERRITORIES_MAX; i++) {
            if (is_called(&all->items[i], buf_slice(&folded))) {
                powering->meant[powering->meant_count++] = i;
            }
        }
        found = powering->meant_count == 1 ? powering->meant[0] : TERRITORY_NONE;
    }
    if (found != TERRITORY_NONE) {
        powering->power.territory = all->items[found].code;
    }
    return found != TERRITORY_NONE;
}

static const char *territory_fault(const struct powering *powering) {
    return powering->is_unchosen       ? N_("Choisissez un territoire.")
           : powering->meant_count > 1 ? N_("Plusieurs territoires portent ce nom. Choisissez.")
                                       : N_("Aucun territoire ne porte ce nom. Écrivez-le comme "
                                            "sur sa page.");
}

err web_admin_power(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    slice values[3] = {SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
    static const char *const keys[] = {"do", "role", "territory"};
    struct powering *powering;
    if (admin_must_prove(request, response)) {
        return OK;
    }
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        query_raw_value(request->query, slice_from_cstr(keys[i]), request->arena, &values[i]);
    }
    TRY(powering_begin(app, request, values[0], values[1], values[2], &powering, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_power(&form, powering);
}

/* The sentence of the letter, in the language of who reads it. */
static slice sentence_of(const struct powering *powering, const struct i18n_language *language,
                         bool is_to_actor) {
    static const char *const sentences[PERSON_POWER_ACT__COUNT][2] = {
        [PERSON_POWER_GRANT] = {N_("Vous avez maintenant le rôle « %2 » (%3)."),
                                N_("Vous avez donné à %1 le rôle « %2 » (%3).")},
        [PERSON_POWER_REVOKE] = {N_("Vous n’avez plus le rôle « %2 » (%3)."),
                                 N_("Vous avez retiré à %1 le rôle « %2 » (%3).")},
        [PERSON_POWER_BLOCK] = {N_("Votre compte est bloqué : vous ne pouvez plus vous connecter."),
                                N_("Vous avez bloqué le compte de %1.")},
        [PERSON_POWER_UNBLOCK] = {N_("Votre compte est débloqué : vous pouvez vous connecter."),
                                  N_("Vous avez débloqué le compte de %1.")},
    };
    const struct territories *all = powering->face->territories;
    const struct person_power *power = &powering->power;
    slice name = powering->person.fields[PERSON_NAME].text;
    uint32_t at = territories_find(all, power->territory);
    const slice values[] = {name.n > 0 ? name : i18n(language, N_("une personne sans nom")),
                            power->role ? i18n(language, admin_role_label(power->role))
                                        : SLICE_EMPTY,
                            power->territory.n == 0 ? i18n(language, N_("tout le site"))
                            : at == TERRITORY_NONE  ? power->territory
                                                    : all->items[at].label};
    BUF_CLEANUP struct buf text = buf_new(SENTENCE_MAX);
    i18n_tf(language, sentences[power->act][is_to_actor], values, ARRAY_COUNT(values), &text);
    return arena_copy(powering->arena, buf_slice(&text));
}

static err tell(struct db_conn *conn, struct powering *powering, const struct person *to,
                bool is_to_actor, int64_t now_ms) {
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(conn, to->id, powering->arena, &addresses, &count));
    if (count == 0) {
        return OK;
    }
    const struct mail_message message = {
        .to = addresses[0].address,
        .language = to->language,
        .letter = MAIL_POWER,
        .power = {.what = sentence_of(powering, i18n_language(powering->face->i18n, to->language),
                                      is_to_actor),
                  .reason = slice_trim(powering->power.reason),
                  .path = is_to_actor ? arena_printf(powering->arena, PEOPLE "/%lld",
                                                     (long long)powering->person.id.v)
                                      : SLICE("/account")}};
    return mail_send(conn, powering->face->ids, &message, now_ms, &powering->problem);
}

static err power_job(struct db_conn *conn, void *self) {
    struct powering *powering = self;
    enum person_power_act act = powering->power.act;
    struct person actor;
    int64_t now_ms = clock_now_ms(powering->face->clock);
    TRY(person_power_use(conn, powering->face->ids, powering->actor, &powering->power, now_ms,
                         &powering->problem));
    if (act == PERSON_POWER_BLOCK || act == PERSON_POWER_UNBLOCK) {
        TRY(moderation_blocks_end(conn, powering->power.person, act == PERSON_POWER_UNBLOCK,
                                  now_ms));
    }
    TRY(person_load(conn, powering->actor->person, powering->arena, &actor));
    TRY(tell(conn, powering, &powering->person, false, now_ms));
    return actor.id.v == powering->person.id.v ? OK : tell(conn, powering, &actor, true, now_ms);
}

static err answer_power(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    static const struct {
        const char *field, *shown, *message;
    } faults[] = {
        {"reason", "reason", N_("Écrivez la raison, en peu de mots.")},
        {"admin", "sure",
         N_("C’est la dernière personne à administrer le site. Confiez d’abord ce rôle à une "
            "autre.")},
        {"self", "sure", N_("Vous ne pouvez pas bloquer votre propre compte.")},
        {"status", "sure", N_("Il n’y a rien à changer : regardez de nouveau cette personne.")},
        {"territory", "territory", N_("Ce rôle vaut pour tout le site : laissez vide.")},
    };
    struct powering *powering = self;
    if (result == OK) {
        http_redirect(response, arena_printf(request->arena, PEOPLE "/%lld?done",
                                             (long long)powering->person.id.v));
        return OK;
    }
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        if (result != ERR_DENIED && slice_equal(slice_from_cstr(powering->problem.field),
                                                slice_from_cstr(faults[i].field))) {
            struct page page = page_begin(app, request, response);
            struct form form = {.page = &page};
            form_fault(&form, faults[i].shown, faults[i].message);
            return write_power(&form, powering);
        }
    }
    *problem = powering->problem;
    return result;
}

err web_admin_power_post(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct powering *powering;
    TRY(http_form_read(request, &sent, problem));
    if (admin_must_prove(request, response)) {
        return OK;
    }
    TRY(powering_begin(app, request, http_form_value(&sent, "do"), http_form_value(&sent, "role"),
                       http_form_value(&sent, "territory"), &powering, problem));
    struct form form = {.fault_count = 0};
    bool gives = powering->power.act == PERSON_POWER_GRANT;
    slice which = slice_trim(http_form_value(&sent, "which"));
    powering->is_unchosen = gives && powering->typed.n == 0 && which.n > 0;
    powering->typed = powering->is_unchosen ? which : powering->typed;
    powering->power.reason = http_form_value(&sent, "reason");
    if (gives && powering->power.role == 0) {
        form_fault(&form, "role", N_("Choisissez un rôle."));
    }
    if (gives && !territory_read(powering)) {
        form_fault(&form, "territory", territory_fault(powering));
    }
    if (!http_form_has(&sent, "sure")) {
        form_fault(&form, "sure", N_("Cochez la case pour confirmer."));
    }
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_power(&form, powering);
    }
    return face_write(app, request, power_job, answer_power, powering);
}
