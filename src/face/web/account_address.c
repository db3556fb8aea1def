/* /account/address: giving an address of mail to one's account, which who has a paper came in
 * without; proved by a code that is sent there (RULE PERSON-2). */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/form_int.h"
#include "face/web/sign_in_int.h"
#include "face/web/world.h"
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
    err result;
};

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
    if (adding->result != OK) {
        return adding->result == ERR_CONFLICT ? OK : adding->result;
    }
    TRY(person_sessions_end(conn, adding->person, &adding->session)); /* a lost paper's, too */
    return contribution_claim(conn, &world, adding->person, now_ms, &claimed);
}

static err answer_add(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    const struct adding *adding = self;
    (void)problem;
    TRY(result);
    if (adding->result == ERR_DENIED) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "code", N_("Ce n’est pas ce code. Recopiez celui du dernier message."));
        return write_code(&form);
    }
    if (adding->result != OK) {
        return refuse(app, request, response,
                      adding->result == ERR_CONFLICT
                          ? N_("Cette adresse a déjà son compte ici. Connectez-vous par elle, ou "
                               "donnez-en une autre.")
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
                              .arena = request->arena};
    TRY(face_network(request, &adding->network));
    return face_write(app, request, add_job, answer_add, adding);
}
