/* /account/address: giving an address of mail to one's account, which who has a paper came in
 * without; proved by a code that is sent there (RULE PERSON-2). */
#include "domain/contribution/contribution.h"
#include "domain/person/help.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/people/people.h"
#include "face/web/people/sign_in_int.h"
#include "face/write.h"
#include "mail/mail.h"

#define CODE_PATH "/account/address/code"

/* RULE PERSON-4: who has a paper and no address proves to be there by its code. */
static err must_prove(const struct http_request *request, struct http_response *response,
                      bool *must) {
    struct person_address *addresses;
    size_t count;
    *must = !face_actor(request)->is_proved;
    if (*must) {
        TRY(person_addresses(face_reader(request), face_actor(request)->person, request->arena,
                             &addresses, &count));
        http_redirect(response, count ? SLICE("/sign-in?next=/account/address") : SLICE("/paper"));
    }
    return OK;
}

/* ---- the address ---- */

static err write_ask(struct form *form, slice typed) {
    struct html *html = &form->page->html;
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(face_reader(form->page->request), face_actor(form->page->request)->person,
                         form->page->arena, &addresses, &count));
    form_page_begin(form, N_("Vos adresses mail"), SLICE("/account/address"),
                    N_("Par elles vous vous connectez et recevez les réponses. Elles ne sont "
                       "montrées à personne."));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li>");
        html_text(html, addresses[i].address);
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n");
    form_begin(form, SLICE("/account/address"), false);
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Une adresse à ajouter"),
                                          .help = N_("Un code y est envoyé. Si vous êtes venu "
                                                     "avec un papier, son code ne sert plus "
                                                     "ensuite."),
                                          .value = typed,
                                          .type = "email",
                                          .autocomplete = "email",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                          .is_needed = true});
    form_submit(form, N_("Recevoir un code"));
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

err web_address(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    bool must;
    TRY(must_prove(request, response, &must));
    if (must) {
        return OK;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_ask(&form, SLICE_EMPTY);
}

struct asking {
    const struct face *face;
    struct person_ask ask;
    slice language;
    struct person_letter letter;
    struct problem problem;
};

static err ask_job(struct db_conn *conn, void *self) {
    struct asking *asking = self;
    int64_t now_ms = clock_now_ms(asking->face->clock);
    TRY(person_ask(conn, &asking->ask, now_ms, &asking->letter, &asking->problem));
    const struct mail_message message = {
        .to = asking->ask.address,
        .language = asking->language,
        .letter = MAIL_ADDRESS,
        .sign_in = {.code = slice_from_cstr(asking->letter.code.text),
                    .path = SLICE(CODE_PATH),
                    .until_ms = now_ms + SIGN_IN_PROOF_MS}};
    return mail_send(conn, asking->face->ids, &message, now_ms, &asking->problem);
}

static err refuse(void *app, const struct http_request *request, struct http_response *response,
                  const char *message, slice typed) {
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "address", message);
    return write_ask(&form, typed);
}

static err answer_ask(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    struct asking *asking = self;
    if (result == ERR_LIMIT) {
        return refuse(app, request, response,
                      N_("Trop de codes ont été demandés. Attendez une heure, puis réessayez."),
                      asking->ask.address);
    }
    if (result != OK) {
        *problem = asking->problem;
        return result;
    }
    http_response_cookie(request, response, SIGN_IN_PROOF_COOKIE,
                         slice_from_cstr(asking->letter.browser.text), SIGN_IN_PROOF_MS / 1000);
    http_redirect(response, SLICE(CODE_PATH));
    return OK;
}

err web_address_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    bool must;
    struct http_form sent;
    struct mail_address address;
    TRY(http_form_read(request, &sent, problem));
    TRY(must_prove(request, response, &must));
    if (must) {
        return OK;
    }
    slice typed = http_form_value(&sent, "address");
    struct asking *asking = arena_new(request->arena, struct asking, 1);
    *asking = (struct asking){.face = app,
                              .language = request->language,
                              .ask = {.purpose = PERSON_TO_ADD_ADDRESS,
                                      .person = face_actor(request)->person,
                                      .next = SLICE_EMPTY}};
    if (mail_address_parse(typed, &address, NULL) != OK) {
        return refuse(app, request, response,
                      N_("Cette adresse n’est pas complète. Elle ressemble à nom@exemple.fr."),
                      typed);
    }
    asking->ask.address = person_address_fold(
        arena_copy(request->arena, slice_of(address.text, address.n)), request->arena);
    TRY(face_network(request, &asking->ask.network));
    return face_write(app, request, ask_job, answer_ask, asking);
}

/* ---- the code ---- */

/* RULE HELP-4: asked of everybody with a paper, so that it tells nobody which address has an
 * account. */
static err write_join(struct form *form) {
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(face_reader(form->page->request), face_actor(form->page->request)->person,
                         form->page->arena, &addresses, &count));
    if (count == 0) {
        form_check(form, "join", N_("Si cette adresse a déjà un compte, réunir les deux"),
                   N_("Ce que vous avez fait avec le papier va alors dans ce compte. Vous vous "
                      "connecterez par cette adresse."),
                   false);
    }
    return OK;
}

static err write_code(struct form *form) {
    form_page_begin(form, N_("Votre code"), SLICE(CODE_PATH),
                    N_("Un message avec un code part vers l’adresse que vous avez donnée."));
    form_begin(form, SLICE(CODE_PATH), false);
    form_field(form, &(struct form_field){.name = "code",
                                          .label = N_("Code reçu par mail"),
                                          .help = N_("Huit lettres et chiffres. Il sert une fois, "
                                                     "pendant 30 minutes."),
                                          .autocomplete = "one-time-code",
                                          .max_bytes = 20,
                                          .is_needed = true,
                                          .is_code = true});
    TRY(write_join(form));
    form_submit(form, N_("Ajouter cette adresse"));
    form_end(form);
    form_page_end(form);
    return form->page->html.out->failed;
}

err web_address_code(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_code(&form);
}

struct adding {
    const struct face *face;
    struct person_id person;
    struct crypto_digest session;
    slice browser, code;
    struct person_network network;
    struct arena *arena;
    bool wants_join, is_joined;
    err result;
    struct problem problem;
};

/* Whose account it is learns of it at each address. */
static err tell_joined(struct db_conn *conn, struct adding *adding, struct person_id stays,
                       int64_t now_ms) {
    struct person person;
    struct person_address *addresses;
    size_t count;
    TRY(person_load(conn, stays, adding->arena, &person));
    TRY(person_addresses(conn, stays, adding->arena, &addresses, &count));
    const struct i18n_language *language = i18n_language(adding->face->i18n, person.language);
    for (size_t i = 0; i < count; i++) {
        const struct mail_message message = {
            .to = addresses[i].address,
            .language = person.language,
            .letter = MAIL_POWER,
            .power = {.what = i18n(language, N_("Un compte ouvert avec un papier a été réuni avec "
                                                "le vôtre.")),
                      .reason = i18n(language, N_("Quelqu’un a donné le code de ce papier, et "
                                                  "celui que nous avons envoyé à votre adresse.")),
                      .path = SLICE("/account")}};
        TRY(mail_send(conn, adding->face->ids, &message, now_ms, &adding->problem));
    }
    return OK;
}

/* RULE HELP-4 */
static err join(struct db_conn *conn, struct adding *adding, slice address, int64_t now_ms) {
    struct person_id stays;
    TRY(person_of_address(conn, address, &stays));
    TRY(person_join(conn, adding->face->ids, adding->person, stays, now_ms));
    adding->is_joined = true;
    return tell_joined(conn, adding, stays, now_ms);
}

/* A wrong code is counted although it is refused: the job itself is done then. */
static err add_job(struct db_conn *conn, void *self) {
    struct adding *adding = self;
    struct person_proof proof;
    int64_t now_ms = clock_now_ms(adding->face->clock);
    const struct contribution_world world = web_world(adding->face);
    size_t claimed;
    adding->result = person_code_use(conn, adding->browser, adding->code, &adding->network, now_ms,
                                     adding->arena, &proof);
    if (adding->result != OK) {
        return adding->result == ERR_DENIED || adding->result == ERR_NOT_FOUND ? OK
                                                                               : adding->result;
    }
    if (proof.purpose != PERSON_TO_ADD_ADDRESS || proof.person.v != adding->person.v) {
        adding->result = ERR_NOT_FOUND;
        return OK;
    }
    adding->result = person_address_add(conn, adding->person, proof.address, now_ms);
    if (adding->result == ERR_CONFLICT && adding->wants_join) {
        return join(conn, adding, proof.address, now_ms);
    }
    if (adding->result != OK) {
        return adding->result == ERR_CONFLICT ? OK : adding->result;
    }
    TRY(person_sessions_end(conn, adding->person, &adding->session)); /* a lost paper's, too */
    return contribution_claim(conn, &world, adding->person, now_ms, &claimed);
}

/* Nobody is signed in by it: the way in is the address. */
static err write_joined(void *app, const struct http_request *request,
                        struct http_response *response) {
    http_response_cookie(request, response, FACE_SESSION_COOKIE, SLICE("x"), 0);
    http_response_cookie(request, response, SIGN_IN_PROOF_COOKIE, SLICE("x"), 0);
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Vos deux comptes n’en font plus qu’un"), SLICE(CODE_PATH),
                    N_("Tout ce que vous avez fait avec le papier est maintenant dans le compte "
                       "de votre adresse. Le code du papier ne sert plus."));
    html_raw(&page.html, "<p><a href=\"/sign-in?next=/account\">");
    html_t(&page.html, "Se connecter par cette adresse");
    html_raw(&page.html, "</a></p>\n");
    form_page_end(&form);
    return page.html.out->failed;
}

static err answer_add(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    const struct adding *adding = self;
    if (result == ERR_CONFLICT && adding->wants_join) {
        return refuse(app, request, response,
                      N_("Ces deux comptes ne peuvent pas être réunis ici. Écrivez à l’équipe du "
                         "site."),
                      SLICE_EMPTY);
    }
    if (result != OK) {
        *problem = adding->problem;
        return result;
    }
    if (adding->is_joined) {
        return write_joined(app, request, response);
    }
    if (adding->result == ERR_DENIED) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "code", N_("Ce n’est pas ce code. Recopiez celui du dernier message."));
        return write_code(&form);
    }
    if (adding->result != OK) {
        return refuse(app, request, response,
                      adding->result == ERR_CONFLICT
                          ? N_("Cette adresse a déjà son compte ici. Connectez-vous par elle, "
                               "donnez-en une autre, ou, si vous avez un papier, demandez un "
                               "autre code et cochez « réunir les deux ».")
                          : N_("Ce lien ou ce code a déjà servi, ou il est trop ancien. "
                               "Demandez-en un nouveau."),
                      SLICE_EMPTY);
    }
    http_response_cookie(request, response, SIGN_IN_PROOF_COOKIE, SLICE("x"), 0);
    http_redirect(response, SLICE("/account/address"));
    return OK;
}

err web_address_code_post(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct adding *adding = arena_new(request->arena, struct adding, 1);
    *adding = (struct adding){.face = app,
                              .person = face_actor(request)->person,
                              .session = face_actor(request)->session,
                              .browser = http_cookie(request, SIGN_IN_PROOF_COOKIE),
                              .code = http_form_value(&sent, "code"),
                              .wants_join = http_form_value(&sent, "join").n > 0,
                              .arena = request->arena};
    TRY(face_network(request, &adding->network));
    return face_write(app, request, add_job, answer_add, adding);
}
