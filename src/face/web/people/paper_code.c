/* /paper: who was helped comes back with the code of their paper (RULE HELP-3). */
#include "domain/person/help.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/sign_in_int.h"
#include "face/write.h"

static err write_page(struct form *form, slice typed) {
    form_page_begin(form, N_("J’ai un papier avec un code"), SLICE("/paper"),
                    N_("Une personne vous a aidé à écrire ici, et vous a donné un papier. Avec son "
                       "code, vous corrigez, vous retirez, vous répondez."));
    form_begin(form, SLICE("/paper"), false);
    form_field(form, &(struct form_field){.name = "code",
                                          .label = N_("Votre code"),
                                          .help = N_("Douze lettres et chiffres, en trois "
                                                     "groupes."),
                                          .value = typed,
                                          .autocomplete = "off",
                                          .max_bytes = 40,
                                          .is_needed = true,
                                          .is_code = true});
    form_submit(form, N_("Continuer"));
    form_end(form);
    html_raw(&form->page->html, "<p class=\"form-aside\">");
    html_t(&form->page->html, "Papier perdu ? Retournez voir la personne qui vous a aidé : elle en "
                              "imprime un autre.");
    html_raw(&form->page->html, "</p>\n");
    form_page_end(form);
    return form->page->html.out->failed;
}

err web_paper(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, SLICE_EMPTY);
}

struct entering {
    const struct face *face;
    const struct actor *actor; /* who was signed in here before */
    struct help_typed typed;
    struct person_network network;
    slice device, hash;
    struct person_id person;
    err compared;
    struct crypto_secret session;
};

/* RULE PERSON-1: as a wrong password of that paper. */
static err count_job(struct db_conn *conn, const struct entering *entering, int64_t now_ms) {
    TRY(person_try(conn, PERSON_TRY_PASSWORD, slice_from_cstr(entering->typed.name), now_ms, NULL));
    return person_try(conn, PERSON_TRY_ENTER, person_network_key(&entering->network), now_ms, NULL);
}

/* The comparison was made on the request's thread; the paper must still be the same one. */
static err enter_job(struct db_conn *conn, void *self) {
    struct entering *entering = self;
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    int64_t now_ms = clock_now_ms(entering->face->clock);
    struct person_id person;
    slice hash;
    if (entering->compared != OK) {
        return count_job(conn, entering, now_ms);
    }
    TRY(help_paper_find(conn, &entering->typed, &scratch, &person, &hash));
    if (person.v != entering->person.v || !slice_equal(hash, entering->hash)) {
        entering->compared = ERR_DENIED;
        return count_job(conn, entering, now_ms);
    }
    if (entering->actor->person.v) {
        TRY(person_session_end(conn, entering->actor->person, &entering->actor->session));
    }
    return person_session_begin(conn, person, entering->device, now_ms, &entering->session);
}

static err refuse(void *app, const struct http_request *request, struct http_response *response,
                  const char *message, slice typed) {
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "code", message);
    return write_page(&form, typed);
}

static err answer_enter(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)problem;
    struct entering *entering = self;
    if (result == ERR_LIMIT) {
        return refuse(
            app, request, response,
            N_("Trop d’essais. Attendez une heure, ou retournez voir la personne qui vous "
               "a aidé."),
            SLICE_EMPTY);
    }
    TRY(result);
    if (entering->compared != OK) {
        return refuse(app, request, response,
                      N_("Ce n’est pas un code qui sert. Recopiez celui de votre dernier papier."),
                      SLICE_EMPTY);
    }
    http_response_cookie(request, response, FACE_SESSION_COOKIE,
                         slice_from_cstr(entering->session.text), PERSON_SESSION_MS / 1000);
    http_redirect(response, SLICE("/account"));
    return OK;
}

err web_paper_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    const struct face *face = app;
    struct db_conn *reader = face_reader(request);
    struct http_form sent;
    int64_t now_ms = clock_now_ms(face->clock);
    TRY(http_form_read(request, &sent, problem));
    slice typed = http_form_value(&sent, "code");
    struct entering *entering = arena_new(request->arena, struct entering, 1);
    *entering = (struct entering){
        .face = face, .actor = face_actor(request), .device = sign_in_device(request)};
    if (!help_paper_read(typed, &entering->typed)) {
        return refuse(app, request, response,
                      N_("Un code a douze lettres et chiffres, sans 0, O, 1, I ni L."), typed);
    }
    TRY(face_network(request, &entering->network));
    if (person_may_try(reader, PERSON_TRY_PASSWORD, slice_from_cstr(entering->typed.name), now_ms,
                       NULL) ||
        person_may_try(reader, PERSON_TRY_ENTER, person_network_key(&entering->network), now_ms,
                       NULL)) {
        return answer_enter(app, request, entering, ERR_LIMIT, response, problem);
    }
    TRY(help_paper_find(reader, &entering->typed, request->arena, &entering->person,
                        &entering->hash));
    entering->compared =
        crypto_password_fits(entering->hash, slice_from_cstr(entering->typed.secret.text))
            ? OK
            : ERR_DENIED;
    return face_write(app, request, enter_job, answer_enter, entering);
}
