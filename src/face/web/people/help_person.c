/* /help/people/ID: somebody whom one helped: what they brought and began, their paper, helping them
 * again. Nobody sees those whom others helped. */
#include "domain/contribution/contribution.h"
#include "face/web/people/help_int.h"
#include "face/web/people/people.h"
#include "face/write.h"

static err load(const struct http_request *request, struct help_person *found,
                struct problem *problem) {
    struct person_id id = {0};
    err loaded = slice_to_i64(request->captures[0], &id.v)
                     ? help_person(face_reader(request), face_actor(request)->person, id,
                                   request->arena, found)
                     : ERR_NOT_FOUND;
    return loaded == ERR_NOT_FOUND
               ? problem_set(problem, loaded, "id", "nobody whom you helped has this number")
               : loaded;
}

/* `gone`: where it is taken away; may be empty. */
static void row(struct page *page, slice href, slice title, const char *state, slice gone) {
    struct html *html = &page->html;
    html_raw(html, "<li>");
    if (href.n > 0) {
        html_raw(html, "<a");
        html_attr(html, "href", href);
        html_raw(html, ">");
    }
    html_text(html, title.n ? title : i18n(html->language, N_("Sans titre")));
    if (href.n > 0) {
        html_raw(html, "</a>");
    }
    html_raw(html, "<span class=\"state\">");
    html_text(html, i18n(html->language, state));
    html_raw(html, "</span>");
    if (gone.n > 0) {
        html_raw(html, "<a");
        html_attr(html, "href", gone);
        html_raw(html, ">");
        html_t(html, "Retirer");
        html_raw(html, "</a>");
    }
    html_raw(html, "</li>");
}

static const char *state_of(const struct contribution *contribution) {
    static const char *const states[ENTRY_STATUS__COUNT] = {
        [ENTRY_PUBLISHED] = N_("Publiée"),
        [ENTRY_PENDING] = N_("La modération la regarde avant de la publier"),
        [ENTRY_ARCHIVED] = N_("Retirée"),
        [ENTRY_REMOVED] = N_("Refusée par la modération"),
    };
    return states[contribution->status];
}

/* What was begun is a link only while the helper acts in that name. */
static err write_brought(struct page *page, const struct help_person *person, bool is_now) {
    struct html *html = &page->html;
    struct db_conn *reader = face_reader(page->request);
    struct contribution *list;
    struct contribution_begun *begun;
    size_t count;
    size_t begun_count;
    TRY(contributions_of(reader, person->person, page->arena, &list, &count));
    TRY(contribution_drafts(reader, person->person, page->now_ms, page->arena, &begun,
                            &begun_count));
    html_raw(html, "<section><h2>");
    html_t(html, "Ce que cette personne a ajouté");
    html_raw(html, "</h2>\n");
    if (count + begun_count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien pour le moment.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < begun_count; i++) {
        row(page,
            is_now ? arena_printf(page->arena, "/add/%.*s/what", SLICE_ARG(begun[i].name))
                   : SLICE_EMPTY,
            begun[i].title, N_("Commencé, pas encore envoyé"), SLICE_EMPTY);
    }
    for (size_t i = 0; i < count; i++) {
        bool is_shown = list[i].status == ENTRY_PUBLISHED;
        row(page, is_shown ? link_entry(page, list[i].entry, list[i].title) : SLICE_EMPTY,
            list[i].title, state_of(&list[i]),
            is_now && list[i].status <= ENTRY_PENDING
                ? arena_printf(page->arena, "/account/contributions/%lld", (long long)list[i].id)
                : SLICE_EMPTY);
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

void help_ways(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<p><a class=\"button button--sun button--wide\" href=\"/add\">");
    html_t(html, "Ajouter une fiche en son nom");
    html_raw(html, "</a></p>\n<p>");
    html_t(html, "Pour corriger une fiche : ouvrez-la, puis « Modifier ». C’est signé du nom de "
                 "cette personne.");
    html_raw(html, " <a href=\"/suggestions\">");
    html_t(html, "Répondre aux propositions");
    html_raw(html, "</a></p>\n");
}

static void write_paper(struct page *page, const struct help_person *person) {
    struct html *html = &page->html;
    html_raw(html, "<section><h2>");
    html_t(html, "Son papier");
    html_raw(html, "</h2>\n<p>");
    if (person->has_paper) {
        html_t(html, "Cette personne a un papier. En imprimer un autre change le code : l’ancien "
                     "ne sert plus.");
    } else {
        html_t(html, "Imprimez-le à la fin : il dit ce qui a été ajouté, et porte le code pour "
                     "revenir.");
    }
    html_raw(html, "</p>\n");
    form_button(
        page,
        arena_printf(page->arena, "%.*s/paper", SLICE_ARG(help_person_path(page, person->person))),
        "do", SLICE("paper"),
        person->has_paper ? N_("Imprimer un nouveau papier") : N_("Imprimer son papier"));
    html_raw(html, "</section>\n");
}

static void write_facts(struct page *page, const struct help_person *person) {
    struct html *html = &page->html;
    html_raw(html, "<p>");
    html_text(html, person->commune);
    if (person->telephone.n > 0) {
        html_raw(html, " · ");
        html_text(html, person->telephone);
    }
    html_raw(html, "</p>\n");
}

static void write_again(struct form *form, const struct help_person *person,
                        const struct helping *helping) {
    struct html *html = &form->page->html;
    html_raw(html, "<section><h2>");
    html_t(html, "Aider de nouveau cette personne");
    html_raw(html, "</h2>\n");
    form_begin(form, help_person_path(form->page, person->person), false);
    help_consent_write(form, helping);
    form_submit(form, N_("Commencer"));
    form_end(form);
    html_raw(html, "</section>\n");
}

static err write_person(struct form *form, const struct help_person *person,
                        const struct helping *helping) {
    struct page *page = form->page;
    const struct actor *actor = face_actor(page->request);
    bool is_now = actor->help != 0 && actor->helped.v == person->person.v;
    form_page_begin(form, arena_cstr(page->arena, person->name),
                    help_person_path(page, person->person), NULL);
    write_facts(page, person);
    if (is_now) {
        help_ways(page);
    }
    TRY(write_brought(page, person, is_now));
    if (person->has_address) {
        html_raw(&page->html, "<p>");
        html_t(&page->html, "Cette personne a maintenant une adresse mail : elle se connecte par "
                            "elle-même.");
        html_raw(&page->html, "</p>\n");
    } else {
        write_paper(page, person);
        if (is_now) {
            form_button(page, SLICE("/help/end"), "do", SLICE("end"), N_("Terminer l’aide"));
        } else {
            write_again(form, person, helping);
        }
    }
    form_page_end(form);
    return page->html.out->failed;
}

err web_help_person(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    struct help_person person;
    struct helping *helping = help_new(app, request);
    TRY(load(request, &person, problem));
    TRY(help_house(face_reader(request), face_actor(request)->person, request->arena,
                   &helping->ask.house));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_person(&form, &person, helping);
}

static err answer_again(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct helping *helping = self;
    struct form form = {.page = NULL};
    if (result == OK) {
        http_redirect(response, request->path);
        return OK;
    }
    if (help_told(&form, result, &helping->problem)) {
        struct help_person person;
        TRY(load(request, &person, problem));
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_person(&form, &person, helping);
    }
    *problem = helping->problem;
    return result;
}

err web_help_person_post(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct form form = {.page = NULL};
    struct help_person person;
    TRY(http_form_read(request, &sent, problem));
    TRY(load(request, &person, problem));
    struct helping *helping = help_new(app, request);
    helping->ask.person = person.person;
    help_consent_take(&form, helping, &sent);
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_person(&form, &person, helping);
    }
    return face_write(app, request, help_begin_job, answer_again, helping);
}
