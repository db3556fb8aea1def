/* What one added without an account, by the link of the letter; lost links; beginning a change. */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/add/add.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/taken_up.h"
#include "face/write.h"
#include "mail/mail.h"

/* ---- by the link ---- */

static const char *state_of(const struct contribution *contribution) {
    switch (contribution->status) {
    case ENTRY_PUBLISHED:
        return N_("C’est publié : tout le monde le voit.");
    case ENTRY_PENDING:
        return contribution->confirmed_ms ? N_("La modération la regarde avant de la publier")
                                          : N_("Rien n’est montré avant que vous confirmiez.");
    case ENTRY_ARCHIVED:
        return N_("Retirée");
    case ENTRY_REMOVED:
    case ENTRY_STATUS__COUNT:
        break;
    }
    return N_("Refusée par la modération");
}

static void write_acts(struct page *page, slice path, const struct contribution *contribution) {
    struct form form = {.page = page};
    if (contribution->status == ENTRY_PENDING && !contribution->confirmed_ms) {
        form_begin(&form, path, false);
        form_hidden(&form, "do", SLICE("confirm"));
        form_submit(&form, N_("Confirmer"));
        form_end(&form);
    }
    if (contribution->status <= ENTRY_PENDING) {
        form_button(page, path, "do", SLICE("edit"), N_("Modifier"));
        form_button(page, path, "do", SLICE("withdraw"), N_("Retirer"));
    }
}

err web_contribution(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct contribution contribution;
    err found = contribution_of_link(face_reader(request), request->captures[0], request->arena,
                                     &contribution);
    if (found == ERR_NOT_FOUND) {
        return problem_set(problem, found, "token", "this link leads to nothing that was added");
    }
    TRY(found);
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Ce que vous avez ajouté"), request->path, NULL);
    html_raw(html, "<h2>");
    html_text(html, contribution.title);
    html_raw(html, "</h2>\n<p>");
    html_text(html, i18n(html->language, state_of(&contribution)));
    html_raw(html, "</p>\n");
    if (contribution.status == ENTRY_PUBLISHED) {
        html_raw(html, "<p><a class=\"button\"");
        html_attr(html, "href", link_entry(&page, contribution.entry, contribution.title));
        html_raw(html, ">");
        html_t(html, "Voir la fiche");
        html_raw(html, "</a></p>\n");
    }
    if (contribution.person.v) {
        html_raw(html, "<p>");
        html_t(html, "Cette fiche est maintenant liée à votre compte : connectez-vous pour la "
                     "modifier.");
        html_raw(html, "</p>\n");
    } else {
        write_acts(&page, request->path, &contribution);
    }
    form_page_end(&form);
    return html->out->failed;
}

struct acting {
    const struct face *face;
    const struct actor *actor;
    slice link, act;
    struct entry_id entry;
    struct arena *arena;
    struct crypto_secret draft;
};

/* Only the first time tells anybody anything. */
static err confirm(struct db_conn *conn, struct acting *acting, int64_t now_ms) {
    const struct contribution_world world = web_world(acting->face);
    struct contribution before;
    struct contribution_sent sent;
    struct problem problem = {0};
    TRY(contribution_of_link(conn, acting->link, acting->arena, &before));
    TRY(contribution_confirm(conn, &world, acting->link, now_ms, acting->arena, &sent));
    return before.confirmed_ms != 0
               ? OK
               : taken_up_tell(conn, acting->face, before.entry, now_ms, acting->arena, &problem);
}

static err act_job(struct db_conn *conn, void *self) {
    struct acting *acting = self;
    const struct contribution_world world = web_world(acting->face);
    int64_t now_ms = clock_now_ms(acting->face->clock);
    if (slice_equal(acting->act, SLICE("confirm"))) {
        return confirm(conn, acting, now_ms);
    }
    if (slice_equal(acting->act, SLICE("withdraw"))) {
        return contribution_withdraw(conn, &world, acting->link, now_ms);
    }
    struct contribution contribution;
    TRY(contribution_of_link(conn, acting->link, acting->arena, &contribution));
    return contribution_edit_begin(conn, &world, acting->actor, contribution.entry, acting->link,
                                   now_ms, &acting->draft);
}

static err answer_act(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    (void)app;
    struct acting *acting = self;
    if (result == ERR_NOT_FOUND || result == ERR_DENIED) {
        return problem_set(problem, result, "token",
                           "what was added by this link is not to be changed by it");
    }
    TRY(result);
    http_redirect(response, acting->draft.text[0]
                                ? arena_printf(request->arena, "/add/%s/what", acting->draft.text)
                                : request->path);
    return OK;
}

static struct acting *acting_new(void *app, const struct http_request *request) {
    struct acting *acting = arena_new(request->arena, struct acting, 1);
    *acting = (struct acting){.face = app,
                              .actor = face_actor(request),
                              .link = SLICE_EMPTY,
                              .act = SLICE_EMPTY,
                              .arena = request->arena};
    return acting;
}

err web_contribution_post(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct acting *acting = acting_new(app, request);
    acting->link = request->captures[0];
    acting->act = http_form_value(&sent, "do");
    if (!slice_equal(acting->act, SLICE("confirm")) && !slice_equal(acting->act, SLICE("edit")) &&
        !slice_equal(acting->act, SLICE("withdraw"))) {
        return problem_set(problem, ERR_INPUT, "do", "confirm, edit or withdraw");
    }
    return face_write(app, request, act_job, answer_act, acting);
}

/* ---- a change by who is signed in ---- */

static err entry_of(const struct http_request *request, struct entry_id *id,
                    struct problem *problem) {
    return slice_to_i64(request->captures[0], &id->v) && id->v > 0
               ? OK
               : problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address");
}

err web_edit(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    const struct face *face = app;
    struct entry_id id;
    struct entry_public *shown = arena_new(request->arena, struct entry_public, 1);
    enum contribution_may may;
    TRY(entry_of(request, &id, problem));
    err found =
        entry_public_load(face_reader(request), face->territories, id, request->arena, shown);
    if (found == ERR_NOT_FOUND) {
        return problem_set(problem, found, "id", "no entry has this address");
    }
    TRY(found);
    const struct contribution_world world = web_world(face);
    TRY(contribution_may(face_reader(request), &world, face_actor(request), id, &may));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Modifier cette fiche"), request->path,
                    may == CONTRIBUTION_MAY_EDIT
                        ? N_("Quatre pages courtes. Chaque version est gardée.")
                        : N_("L’équipe de cette fiche la tient elle-même : ce que vous changez lui "
                             "est proposé."));
    html_raw(&page.html, "<h2>");
    html_text(&page.html, shown->entry.title);
    html_raw(&page.html, "</h2>\n");
    form_begin(&form, request->path, false);
    form_submit(&form, N_("Commencer"));
    form_end(&form);
    form_page_end(&form);
    return page.html.out->failed;
}

static err edit_job(struct db_conn *conn, void *self) {
    struct acting *acting = self;
    const struct contribution_world world = web_world(acting->face);
    return contribution_edit_begin(conn, &world, acting->actor, acting->entry, SLICE_EMPTY,
                                   clock_now_ms(acting->face->clock), &acting->draft);
}

err web_edit_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)response;
    struct acting *acting = acting_new(app, request);
    TRY(entry_of(request, &acting->entry, problem));
    return face_write(app, request, edit_job, answer_act, acting);
}

/* ---- RULE CONTRIBUTE-5: a lost link is found again ---- */

static void write_find(struct form *form, slice typed) {
    form_page_begin(form, N_("Retrouver ce que j’ai ajouté"), SLICE("/contributions/find"),
                    N_("Donnez l’adresse que vous aviez donnée : vous recevez un lien vers chacune "
                       "de vos fiches."));
    form_begin(form, SLICE("/contributions/find"), false);
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Votre adresse mail"),
                                          .value = typed,
                                          .type = "email",
                                          .autocomplete = "email",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                          .is_needed = true});
    form_trap(form);
    form_submit(form, N_("Recevoir les liens"));
    form_end(form);
    form_page_end(form);
}

err web_contribution_find(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (slice_equal(request->query, SLICE("sent"))) {
        form_page_begin(&form, N_("C’est parti"), SLICE("/contributions/find"),
                        N_("Si quelque chose a été ajouté avec cette adresse, un message avec les "
                           "liens y arrive dans quelques minutes."));
        form_page_end(&form);
    } else {
        write_find(&form, SLICE_EMPTY);
    }
    return page.html.out->failed;
}

struct finding {
    const struct face *face;
    slice typed, address, language;
    struct person_network network;
    struct arena *arena;
    struct problem problem;
};

/* The same is counted and answered whether there are any. */
static err find_job(struct db_conn *conn, void *self) {
    struct finding *finding = self;
    struct contribution_found *found;
    struct mail_item items[MAIL_ITEMS_MAX];
    size_t count;
    int64_t now_ms = clock_now_ms(finding->face->clock);
    TRY(person_try(conn, PERSON_TRY_ASK, person_network_key(&finding->network), now_ms,
                   &finding->problem));
    TRY(person_try(conn, PERSON_TRY_LETTER, finding->address, now_ms, &finding->problem));
    TRY(contribution_find(conn, finding->address, finding->arena, MAIL_ITEMS_MAX, &found, &count));
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct mail_item){
            .title = found[i].title,
            .path = arena_printf(finding->arena, "/contributions/%s", found[i].link.text)};
    }
    const struct mail_message message = {.to = finding->address,
                                         .language = finding->language,
                                         .letter = MAIL_FOUND,
                                         .found = {.items = items, .count = count}};
    return count ? mail_send(conn, finding->face->ids, &message, now_ms, &finding->problem) : OK;
}

static err answer_find(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    struct finding *finding = self;
    if (result == ERR_LIMIT) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "address",
                   N_("Trop de messages ont été demandés. Attendez une heure, puis réessayez."));
        write_find(&form, finding->typed);
        return page.html.out->failed;
    }
    if (result != OK) {
        *problem = finding->problem;
        return result;
    }
    http_redirect(response, SLICE("/contributions/find?sent"));
    return OK;
}

err web_contribution_find_post(void *app, const struct http_request *request,
                               struct http_response *response, struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct mail_address address;
    struct finding *finding = arena_new(request->arena, struct finding, 1);
    *finding = (struct finding){.face = app,
                                .typed = http_form_value(&sent, "address"),
                                .language = request->language,
                                .arena = request->arena};
    if (mail_address_parse(finding->typed, &address, NULL) != OK) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "address",
                   N_("Cette adresse n’est pas complète. Elle ressemble à nom@exemple.fr."));
        write_find(&form, finding->typed);
        return page.html.out->failed;
    }
    finding->address = person_address_fold(
        arena_copy(request->arena, slice_of(address.text, address.n)), request->arena);
    TRY(face_network(request, &finding->network));
    return form_is_trapped(&sent) ? answer_find(app, request, finding, OK, response, problem)
                                  : face_write(app, request, find_job, answer_find, finding);
}
