/* Signing in: a letter brings a link and a code, either is enough (RULE PERSON-2); or a password.
 * The same makes an account where there is none, and no answer tells which it was. */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/people/people.h"
#include "face/web/people/sign_in_int.h"
#include "face/write.h"
#include "mail/mail.h"

/* An address to go on to (http_next_is_ours), each byte of it escaped. */
#define SIGN_IN_PATH_BYTES_MAX 8192

static slice next_of(slice next) {
    return next.n && http_next_is_ours(next) ? next : SLICE_EMPTY;
}

static slice next_or_account(slice next) {
    return next.n ? next : SLICE("/account");
}

slice sign_in_device(const struct http_request *request) {
    static const struct {
        slice mark;
        const char *name;
    } browsers[] = {{{"Edg/", 4}, "Edge"},
                    {{"Firefox/", 8}, "Firefox"},
                    {{"Chrome/", 7}, "Chrome"},
                    {{"Safari/", 7}, "Safari"}},
      systems[] = {{{"Android", 7}, "Android"}, {{"iPhone", 6}, "iPhone"}, {{"iPad", 4}, "iPad"},
                   {{"Windows", 7}, "Windows"}, {{"Mac OS", 6}, "macOS"},  {{"Linux", 5}, "Linux"}};
    slice agent = http_header(request, "User-Agent");
    const char *browser = "";
    const char *system = "";
    for (size_t i = ARRAY_COUNT(browsers); i > 0; i--) {
        browser = slice_contains(agent, browsers[i - 1].mark) ? browsers[i - 1].name : browser;
    }
    for (size_t i = ARRAY_COUNT(systems); i > 0; i--) {
        system = slice_contains(agent, systems[i - 1].mark) ? systems[i - 1].name : system;
    }
    return arena_printf(request->arena, "%s%s%s", browser, *browser && *system ? ", " : "", system);
}

/* ---- asking for a letter ---- */

static void write_ask(struct form *form, slice address, slice next) {
    BUF_CLEANUP struct buf path = buf_new(SIGN_IN_PATH_BYTES_MAX);
    buf_add_cstr(&path, next.n ? "/sign-in?next=" : "/sign-in");
    encode_component(next, &path);
    form_page_begin(form, N_("Se connecter"), arena_copy(form->page->arena, buf_slice(&path)),
                    N_("Vous recevez un code par mail. Si vous n’avez pas encore de compte, il "
                       "est créé."));
    form_begin(form, SLICE("/sign-in"), false);
    form_hidden(form, "next", next);
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Votre adresse mail"),
                                          .help = N_("Elle n’est montrée à personne."),
                                          .value = address,
                                          .type = "email",
                                          .autocomplete = "email",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                          .is_needed = true});
    form_trap(form);
    form_submit(form, N_("Recevoir un code"));
    html_raw(&form->page->html, "<details class=\"form-aside\"");
    if (form->fault_count &&
        slice_equal(slice_from_cstr(form->faults[0].field), SLICE("password"))) {
        html_raw(&form->page->html, " open");
    }
    html_raw(&form->page->html, "><summary>");
    html_t(&form->page->html, "J’ai choisi un mot de passe");
    html_raw(&form->page->html, "</summary>\n<div class=\"form\">");
    form_field(form, &(struct form_field){.name = "password",
                                          .label = N_("Mot de passe"),
                                          .type = "password",
                                          .autocomplete = "current-password",
                                          .max_bytes = PERSON_PASSWORD_MAX});
    form_submit_else(form, "password", N_("Entrer avec le mot de passe"));
    html_raw(&form->page->html, "</div></details>\n");
    form_end(form);
    html_raw(&form->page->html, "<p class=\"form-aside\"><a href=\"/paper\">");
    html_t(&form->page->html, "J’ai un papier avec un code");
    html_raw(&form->page->html, "</a></p>\n");
    form_page_end(form);
}

err web_sign_in(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    slice next = SLICE_EMPTY;
    query_raw_value(request->query, SLICE("next"), request->arena, &next);
    write_ask(&form, SLICE_EMPTY, next_of(next));
    return page.html.out->failed;
}

struct asking {
    const struct face *face;
    struct mail_address address;
    struct person_ask ask;
    slice written, language;
    struct person_letter letter;
    struct problem problem;
};

static err ask_job(struct db_conn *conn, void *self) {
    struct asking *asking = self;
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    int64_t now_ms = clock_now_ms(asking->face->clock);
    TRY(person_ask(conn, &asking->ask, now_ms, &asking->letter, &asking->problem));
    const struct mail_message message = {
        .to = asking->ask.address,
        .language = asking->language,
        .letter = MAIL_SIGN_IN,
        .sign_in = {.code = slice_from_cstr(asking->letter.code.text),
                    .path = arena_printf(&scratch, "/sign-in/link/%s", asking->letter.link.text),
                    .until_ms = now_ms + SIGN_IN_PROOF_MS}};
    return mail_send(conn, asking->face->ids, &message, now_ms, &asking->problem);
}

static err answer_ask(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    struct asking *asking = self;
    if (result == ERR_LIMIT) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "address",
                   N_("Trop de codes ont été demandés. Attendez une heure, puis réessayez."));
        write_ask(&form, asking->written, asking->ask.next);
        return page.html.out->failed;
    }
    if (result != OK) {
        *problem = asking->problem;
        return result;
    }
    http_response_cookie(request, response, SIGN_IN_PROOF_COOKIE,
                         slice_from_cstr(asking->letter.browser.text), SIGN_IN_PROOF_MS / 1000);
    http_redirect(response, SLICE("/sign-in/code"));
    return OK;
}

/* ---- coming in ---- */

struct entering {
    const struct face *face;
    const struct actor *actor; /* who was signed in here before */
    slice secret, code, device, language, path;
    struct person_network network;
    struct arena *arena;
    /* What it came to. */
    err result;
    struct person_proof proof;
    struct person_id person;
    bool is_new;
    struct crypto_secret session;
    struct problem problem;
};

/* A new session of the account; the one that was here ends. What was brought with its address is
 * claimed. */
static err begin_session(struct db_conn *conn, struct entering *entering, int64_t now_ms) {
    const struct contribution_world world = web_world(entering->face);
    size_t claimed;
    if (entering->actor->person.v) {
        TRY(person_session_end(conn, entering->actor->person, &entering->actor->session));
    }
    TRY(contribution_claim(conn, &world, entering->person, now_ms, &claimed));
    return person_session_begin(conn, entering->person, entering->device, now_ms,
                                &entering->session);
}

static err enter(struct db_conn *conn, struct entering *entering, int64_t now_ms) {
    if (entering->proof.purpose != PERSON_TO_SIGN_IN) {
        return ERR_NOT_FOUND; /* a letter for something else signs nobody in */
    }
    TRY(person_enter(conn, entering->face->ids, entering->proof.address, entering->language,
                     &entering->network, now_ms, &entering->person, &entering->is_new,
                     &entering->problem));
    return begin_session(conn, entering, now_ms);
}

/* A wrong code is counted although it is refused: the job itself is done then. */
static err code_job(struct db_conn *conn, void *self) {
    struct entering *entering = self;
    int64_t now_ms = clock_now_ms(entering->face->clock);
    entering->result = person_code_use(conn, entering->secret, entering->code, &entering->network,
                                       now_ms, entering->arena, &entering->proof);
    bool is_counted = entering->result == ERR_DENIED || entering->result == ERR_NOT_FOUND;
    return is_counted ? OK : entering->result ? entering->result : enter(conn, entering, now_ms);
}

static err link_job(struct db_conn *conn, void *self) {
    struct entering *entering = self;
    int64_t now_ms = clock_now_ms(entering->face->clock);
    TRY(person_link_use(conn, entering->secret, now_ms, entering->arena, &entering->proof));
    return enter(conn, entering, now_ms);
}

static struct entering *entering_new(void *app, const struct http_request *request) {
    struct entering *entering = arena_new(request->arena, struct entering, 1);
    *entering = (struct entering){.face = app,
                                  .actor = face_actor(request),
                                  .device = sign_in_device(request),
                                  .language = request->language,
                                  .arena = request->arena,
                                  .secret = SLICE_EMPTY,
                                  .code = SLICE_EMPTY,
                                  .proof = {.address = SLICE_EMPTY, .next = SLICE_EMPTY}};
    return entering;
}

static void welcome(const struct http_request *request, struct http_response *response,
                    const struct entering *entering) {
    http_response_cookie(request, response, FACE_SESSION_COOKIE,
                         slice_from_cstr(entering->session.text), PERSON_SESSION_MS / 1000);
    http_response_cookie(request, response, SIGN_IN_PROOF_COOKIE, SLICE("x"), 0);
    http_redirect(response, entering->is_new && !entering->proof.next.n
                                ? SLICE("/account/profile")
                                : next_or_account(entering->proof.next));
}

/* A page that says why nobody came in, with the way to a new letter. */
static err refuse(void *app, const struct http_request *request, struct http_response *response,
                  const char *message) {
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "address", message);
    write_ask(&form, SLICE_EMPTY, SLICE_EMPTY);
    return page.html.out->failed;
}

static err answer_entering(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct entering *entering = self;
    switch ((int)result) {
    case OK:
        welcome(request, response, entering);
        return OK;
    case ERR_NOT_FOUND:
        return refuse(app, request, response,
                      N_("Ce lien ou ce code a déjà servi, ou il est trop ancien. Demandez-en un "
                         "nouveau."));
    case ERR_DENIED:
        return refuse(app, request, response,
                      N_("Ce compte est bloqué par la modération. Le message qui vous a été "
                         "envoyé dit pourquoi."));
    case ERR_LIMIT:
        return refuse(
            app, request, response,
            slice_equal(slice_from_cstr(entering->problem.field), SLICE("network"))
                ? N_("Depuis votre réseau, aucun compte ne peut être créé pour un temps : la "
                     "modération l’a décidé. Qui a déjà un compte entre comme toujours. Une "
                     "erreur ? Écrivez à l’équipe du site.")
                : N_("Trop de comptes ont été créés depuis votre réseau. Revenez demain."));
    default:
        *problem = entering->problem;
        return result;
    }
}

/* ---- the code ---- */

static err write_code(struct form *form, const struct person_proof *proof) {
    struct page *page = form->page;
    form_page_begin(form, N_("Votre code"), SLICE("/sign-in/code"), NULL);
    html_raw(&page->html, "<p>");
    html_tf(&page->html,
            "Un message part vers %1. Il contient un code et un lien : l’un ou l’autre suffit.",
            &proof->address, 1);
    html_raw(&page->html, "</p>\n");
    form_begin(form, SLICE("/sign-in/code"), false);
    form_field(form, &(struct form_field){.name = "code",
                                          .label = N_("Code reçu par mail"),
                                          .help = N_("Huit lettres et chiffres. Il sert une fois, "
                                                     "pendant 30 minutes."),
                                          .autocomplete = "one-time-code",
                                          .max_bytes = 20,
                                          .is_needed = true,
                                          .is_code = true});
    form_submit(form, N_("Se connecter"));
    form_end(form);
    html_raw(&page->html, "<p class=\"form-aside\">");
    html_t(&page->html, "Rien n’arrive ? Regardez dans les messages indésirables.");
    html_raw(&page->html, " <a href=\"/sign-in\">");
    html_t(&page->html, "Demander un autre code");
    html_raw(&page->html, "</a></p>\n");
    form_page_end(form);
    return page->html.out->failed;
}

/* The letter this browser asked for; without one the way leads back to asking. */
static err look(const struct http_request *request, struct http_response *response, int64_t now_ms,
                struct person_proof *proof) {
    err found =
        person_browser_look(face_reader(request), http_cookie(request, SIGN_IN_PROOF_COOKIE),
                            now_ms, request->arena, proof);
    if (found == ERR_NOT_FOUND) {
        http_redirect(response, SLICE("/sign-in"));
    }
    return found;
}

err web_code(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct person_proof proof;
    err found = look(request, response, page.now_ms, &proof);
    return found == ERR_NOT_FOUND ? OK : found != OK ? found : write_code(&form, &proof);
}

static err answer_code(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    struct entering *entering = self;
    if (result == OK && entering->result == ERR_DENIED) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        struct person_proof proof;
        err found = look(request, response, page.now_ms, &proof);
        if (found != OK) {
            return found == ERR_NOT_FOUND ? OK : found;
        }
        form_fault(&form, "code", N_("Ce n’est pas ce code. Recopiez celui du dernier message."));
        return write_code(&form, &proof);
    }
    return answer_entering(app, request, self, result == OK ? entering->result : result, response,
                           problem);
}

err web_code_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct entering *entering = entering_new(app, request);
    TRY(face_network(request, &entering->network));
    entering->secret = http_cookie(request, SIGN_IN_PROOF_COOKIE);
    entering->code = http_form_value(&sent, "code");
    return face_write(app, request, code_job, answer_code, entering);
}

/* ---- the link ---- */

err web_link(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct person_proof proof;
    err found = person_link_look(face_reader(request), request->captures[0], page.now_ms,
                                 request->arena, &proof);
    if (found == ERR_NOT_FOUND) {
        return refuse(app, request, response,
                      N_("Ce lien ou ce code a déjà servi, ou il est trop ancien. Demandez-en un "
                         "nouveau."));
    }
    TRY(found);
    form_page_begin(&form, N_("Se connecter"), request->path, NULL);
    html_raw(&page.html, "<p>");
    html_tf(&page.html, "Ce lien vous connecte avec l’adresse %1.", &proof.address, 1);
    html_raw(&page.html, "</p>\n");
    form_begin(&form, request->path, false);
    form_submit(&form, N_("Se connecter"));
    form_end(&form);
    form_page_end(&form);
    return page.html.out->failed;
}

err web_link_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    (void)response;
    (void)problem;
    struct entering *entering = entering_new(app, request);
    TRY(face_network(request, &entering->network));
    entering->secret = request->captures[0];
    return face_write(app, request, link_job, answer_entering, entering);
}

/* ---- the password ---- */

/* The comparison was made on the request's thread, which may take its time. */
static err password_job(struct db_conn *conn, void *self) {
    struct entering *entering = self;
    int64_t now_ms = clock_now_ms(entering->face->clock);
    slice network = person_network_key(&entering->network);
    if (entering->result != OK) { /* counted, and told once it is durable */
        TRY(person_try(conn, PERSON_TRY_PASSWORD, entering->proof.address, now_ms, NULL));
        return person_try(conn, PERSON_TRY_ENTER, network, now_ms, NULL);
    }
    return enter(conn, entering, now_ms);
}

static err answer_password(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct entering *entering = self;
    if (entering->result == OK && result != ERR_LIMIT) {
        return answer_entering(app, request, self, result, response, problem);
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "password",
               result == ERR_LIMIT
                   ? N_("Trop d’essais. Attendez une heure, ou demandez un code par mail.")
                   : N_("L’adresse et le mot de passe ne vont pas ensemble."));
    write_ask(&form, entering->proof.address, entering->proof.next);
    return page.html.out->failed;
}

static err enter_with_password(void *app, const struct http_request *request, slice address,
                               slice password, slice next, struct http_response *response,
                               struct problem *problem) {
    struct entering *entering = entering_new(app, request);
    int64_t now_ms = clock_now_ms(entering->face->clock);
    struct db_conn *reader = face_reader(request);
    struct person_id id;
    slice hash;
    TRY(face_network(request, &entering->network));
    entering->proof =
        (struct person_proof){.purpose = PERSON_TO_SIGN_IN, .address = address, .next = next};
    if (person_may_try(reader, PERSON_TRY_PASSWORD, address, now_ms, NULL) ||
        person_may_try(reader, PERSON_TRY_ENTER, person_network_key(&entering->network), now_ms,
                       NULL)) {
        entering->result = ERR_LIMIT;
        return answer_password(app, request, entering, ERR_LIMIT, response, problem);
    }
    TRY(person_password_of(reader, address, request->arena, &id, &hash));
    entering->result = crypto_password_fits(hash, password) ? OK : ERR_DENIED;
    return face_write(app, request, password_job, answer_password, entering);
}

err web_sign_in_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    const struct face *face = app;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct asking *asking = arena_new(request->arena, struct asking, 1);
    *asking = (struct asking){
        .face = face,
        .written = http_form_value(&sent, "address"),
        .language = request->language,
        .ask = {.purpose = PERSON_TO_SIGN_IN, .next = next_of(http_form_value(&sent, "next"))}};
    if (mail_address_parse(asking->written, &asking->address, NULL) != OK) {
        struct page page = page_begin(face, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "address",
                   N_("Cette adresse n’est pas complète. Elle ressemble à nom@exemple.fr."));
        write_ask(&form, asking->written, asking->ask.next);
        return page.html.out->failed;
    }
    asking->ask.address =
        person_address_fold(slice_of(asking->address.text, asking->address.n), request->arena);
    slice password = http_form_value(&sent, "password");
    if (password.n) {
        return enter_with_password(app, request, asking->ask.address, password, asking->ask.next,
                                   response, problem);
    }
    TRY(face_network(request, &asking->ask.network));
    if (form_is_trapped(&sent)) {
        asking->letter.browser = crypto_secret_make();
        return answer_ask(app, request, asking, OK, response, problem);
    }
    return face_write(face, request, ask_job, answer_ask, asking);
}

/* ---- leaving ---- */

static err sign_out_job(struct db_conn *conn, void *self) {
    const struct actor *actor = self;
    return person_session_end(conn, actor->person, &actor->session);
}

static err answer_sign_out(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    (void)app;
    (void)self;
    (void)problem;
    TRY(result);
    http_response_cookie(request, response, FACE_SESSION_COOKIE, SLICE("x"), 0);
    http_redirect(response, SLICE("/"));
    return OK;
}

err web_sign_out(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)response;
    (void)problem;
    struct actor *actor = arena_new(request->arena, struct actor, 1);
    *actor = *face_actor(request);
    return face_write(app, request, sign_out_job, answer_sign_out, actor);
}
