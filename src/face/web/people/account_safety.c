/* The safety of one's own account: where one is signed in, the password, and leaving. */
#include "domain/claim/claim.h"
#include "domain/freshness/freshness.h"
#include "domain/team/team.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/write.h"
#include "mail/mail.h"

/* ---- sessions ---- */

static slice session_name(const struct page *page, const struct crypto_digest *session) {
    char hex[CRYPTO_DIGEST_HEX + 1];
    crypto_digest_hex(session, hex);
    return arena_copy(page->arena, slice_of(hex, CRYPTO_DIGEST_HEX));
}

err web_sessions(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct html *html = &page.html;
    const struct actor *actor = face_actor(request);
    struct person_session *sessions;
    size_t count;
    TRY(person_sessions(face_reader(request), actor->person, page.now_ms, request->arena, &sessions,
                        &count));
    form_page_begin(&form, N_("Vos appareils"), SLICE("/account/sessions"),
                    N_("Fermez ce que vous ne reconnaissez pas, puis changez de mot de passe si "
                       "vous en avez un."));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        bool is_this = crypto_digest_same(&sessions[i].session, &actor->session);
        html_raw(html, "<li><span>");
        if (sessions[i].device.n) {
            html_text(html, sessions[i].device);
        } else {
            html_t(html, "Appareil inconnu");
        }
        html_raw(html, " · ");
        html_t(html, "depuis le");
        html_raw(html, " ");
        day_write(&page, sessions[i].began_ms);
        html_raw(html, "</span>");
        if (is_this) {
            html_raw(html, "<span class=\"state\">");
            html_t(html, "Cet appareil");
            html_raw(html, "</span>");
        } else {
            form_button(&page, SLICE("/account/sessions"), "end",
                        session_name(&page, &sessions[i].session), N_("Fermer"));
        }
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n");
    if (count > 1) {
        form_button(&page, SLICE("/account/sessions"), "end", SLICE("others"),
                    N_("Fermer toutes les autres"));
    }
    form_page_end(&form);
    return page.html.out->failed;
}

struct ending {
    const struct actor *actor;
    slice session; /* in hexadecimal digits; "others": all but this one */
    struct arena *arena;
    int64_t now_ms;
};

static err end_job(struct db_conn *conn, void *self) {
    const struct ending *ending = self;
    if (slice_equal(ending->session, SLICE("others"))) {
        return person_sessions_end(conn, ending->actor->person, &ending->actor->session);
    }
    struct person_session *sessions;
    size_t count;
    TRY(person_sessions(conn, ending->actor->person, ending->now_ms, ending->arena, &sessions,
                        &count));
    for (size_t i = 0; i < count; i++) {
        char hex[CRYPTO_DIGEST_HEX + 1];
        crypto_digest_hex(&sessions[i].session, hex);
        if (slice_equal(ending->session, slice_of(hex, CRYPTO_DIGEST_HEX))) {
            return person_session_end(conn, ending->actor->person, &sessions[i].session);
        }
    }
    return OK; /* ended already */
}

err web_sessions_post(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    (void)response;
    const struct face *face = app;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct ending *ending = arena_new(request->arena, struct ending, 1);
    *ending = (struct ending){.actor = face_actor(request),
                              .session = http_form_value(&sent, "end"),
                              .arena = request->arena,
                              .now_ms = clock_now_ms(face->clock)};
    return face_write_then(app, request, end_job, ending, SLICE("/account/sessions"));
}

/* ---- dangerous acts ---- */

/* RULE PERSON-4: who signed in long ago signs in again first, and comes back. */
static bool must_prove(const struct http_request *request, struct http_response *response) {
    if (face_actor(request)->is_proved) {
        return false;
    }
    http_redirect(response,
                  arena_printf(request->arena, "/sign-in?next=%.*s", SLICE_ARG(request->path)));
    return true;
}

static err write_password(struct form *form, bool has_password) {
    form_page_begin(form, N_("Mot de passe"), SLICE("/account/password"),
                    N_("Il n’est pas nécessaire : un code par mail suffit toujours. Un nouveau "
                       "mot de passe ferme vos autres appareils."));
    form_begin(form, SLICE("/account/password"), false);
    form_field(form, &(struct form_field){.name = "password",
                                          .label = N_("Nouveau mot de passe"),
                                          .help = N_("Au moins 12 caractères. Une phrase que vous "
                                                     "retenez va bien."),
                                          .type = "password",
                                          .autocomplete = "new-password",
                                          .max_bytes = PERSON_PASSWORD_MAX,
                                          .is_needed = true});
    form_submit(form, N_("Enregistrer le mot de passe"));
    if (has_password) {
        form_submit_else(form, "none", N_("Ne plus avoir de mot de passe"));
    }
    form_end(form);
    form_page_end(form);
    return form->page->html.out->failed;
}

err web_password(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)problem;
    if (must_prove(request, response)) {
        return OK;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct person person;
    TRY(person_load(face_reader(request), face_actor(request)->person, request->arena, &person));
    return write_password(&form, person.has_password);
}

struct securing {
    const struct face *face;
    const struct actor *actor;
    struct arena *arena;
    char hash[CRYPTO_PASSWORD_TEXT]; /* empty: none any more */
    struct problem problem;
};

/* Whose account it is learns of it at each address (RULE PERSON-7). */
static err tell_of_password(struct db_conn *conn, struct securing *securing) {
    struct person person;
    struct person_address *addresses;
    size_t count;
    TRY(person_load(conn, securing->actor->person, securing->arena, &person));
    TRY(person_addresses(conn, person.id, securing->arena, &addresses, &count));
    for (size_t i = 0; i < count; i++) {
        const struct mail_message message = {
            .to = addresses[i].address,
            .language = person.language,
            .letter = MAIL_PASSWORD,
            .password = {.what = i18n(i18n_language(securing->face->i18n, person.language),
                                      *securing->hash ? N_("Un nouveau mot de passe est en place.")
                                                      : N_("Il n’y a plus de mot de passe.")),
                         .path = SLICE("/account/sessions")}};
        TRY(mail_send(conn, securing->face->ids, &message, clock_now_ms(securing->face->clock),
                      &securing->problem));
    }
    return OK;
}

static err password_set_job(struct db_conn *conn, void *self) {
    struct securing *securing = self;
    TRY(person_password_set(conn, securing->actor->person, slice_from_cstr(securing->hash),
                            &securing->actor->session));
    return tell_of_password(conn, securing);
}

/* What everybody knows of an account is no part of its password. */
static err password_check(const struct face *face, const struct http_request *request,
                          slice password) {
    const struct actor *actor = face_actor(request);
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(face_reader(request), actor->person, request->arena, &addresses, &count));
    slice *known = arena_new(request->arena, slice, count + 2);
    for (size_t i = 0; i < count; i++) {
        known[i] = addresses[i].address;
    }
    known[count] = actor->name;
    known[count + 1] = face->site_name;
    return person_password_check(password, known, count + 2, NULL);
}

err web_password_post(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    if (must_prove(request, response)) {
        return OK;
    }
    struct securing *securing = arena_new(request->arena, struct securing, 1);
    *securing =
        (struct securing){.face = app, .actor = face_actor(request), .arena = request->arena};
    if (!slice_equal(http_form_value(&sent, "do"), SLICE("none"))) {
        slice password = http_form_value(&sent, "password");
        err checked = password_check(app, request, password);
        if (checked == ERR_INPUT || checked == ERR_LIMIT || checked == ERR_CONFLICT) {
            struct page page = page_begin(app, request, response);
            struct form form = {.page = &page};
            form_fault(&form, "password",
                       checked == ERR_INPUT   ? N_("Il faut au moins 12 caractères.")
                       : checked == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.")
                                              : N_("Il se devine trop vite : une suite de touches, "
                                                   "des mots que tout le monde essaie, ou votre "
                                                   "nom. Prenez une phrase à vous."));
            return write_password(&form, false);
        }
        TRY(checked);
        TRY(crypto_password_hash(password, securing->hash));
    }
    return face_write_then(app, request, password_set_job, securing, SLICE("/account"));
}

static err write_delete(struct form *form) {
    struct html *html = &form->page->html;
    form_page_begin(form, N_("Supprimer le compte"), SLICE("/account/delete"),
                    N_("Ce que vous avez ajouté reste, sans votre nom. Tout le reste est effacé."));
    html_raw(html, "<p>");
    html_t(html, "Vos équipes passent à la personne qui y est depuis le plus longtemps. Rien ne "
                 "permet de revenir en arrière.");
    html_raw(html, "</p>\n");
    form_begin(form, SLICE("/account/delete"), false);
    form_check(form, "sure", N_("Je veux supprimer mon compte"), NULL, false);
    form_submit(form, N_("Supprimer le compte"));
    form_end(form);
    form_page_end(form);
    return form->page->html.out->failed;
}

err web_delete(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    (void)problem;
    if (must_prove(request, response)) {
        return OK;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_delete(&form);
}

struct leaving {
    const struct face *face;
    struct person_id person;
};

static err delete_job(struct db_conn *conn, void *self) {
    const struct leaving *leaving = self;
    int64_t now_ms = clock_now_ms(leaving->face->clock);
    TRY(team_leave_all(conn, leaving->person));
    TRY(claims_forget(conn, leaving->person, now_ms));
    TRY(freshness_forget(conn, leaving->person));
    TRY(contribution_networks_forget(conn, leaving->person));
    return person_delete(conn, leaving->face->ids, leaving->person, now_ms);
}

static err answer_delete(void *app, const struct http_request *request, void *self, err result,
                         struct http_response *response, struct problem *problem) {
    (void)self;
    (void)problem;
    if (result == ERR_CONFLICT) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "sure",
                   N_("Vous êtes la dernière personne à administrer ce site. Confiez d’abord ce "
                      "rôle à quelqu’un."));
        return write_delete(&form);
    }
    TRY(result);
    http_response_cookie(request, response, FACE_SESSION_COOKIE, SLICE("x"), 0);
    http_redirect(response, SLICE("/"));
    return OK;
}

err web_delete_post(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    if (must_prove(request, response)) {
        return OK;
    }
    if (!http_form_has(&sent, "sure")) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "sure", N_("Cochez la case pour confirmer."));
        return write_delete(&form);
    }
    struct leaving *leaving = arena_new(request->arena, struct leaving, 1);
    *leaving = (struct leaving){.face = app, .person = face_actor(request)->person};
    return face_write(app, request, delete_job, answer_delete, leaving);
}
