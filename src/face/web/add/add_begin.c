/* /add: an entry is begun, by its kind; from there it is a draft (add.c). */
#include "face/actor.h"
#include "face/web/add/add.h"
#include "face/web/add/adding.h"
#include "face/write.h"

static err write_add(struct form *form, slice chosen) {
    struct page *page = form->page;
    form_page_begin(form, N_("Ajouter"), SLICE("/add"),
                    N_("Quatre pages courtes. Un compte n’est pas nécessaire."));
    form_begin(form, SLICE("/add"), false);
    form_choices(form, "kind", N_("Qu’ajoutez-vous ?"), kind_choices, ENTRY_KIND__COUNT, chosen);
    form_submit(form, N_("Commencer"));
    form_end(form);
    html_raw(&page->html, "<p><a href=\"/contributions/find\">");
    html_t(&page->html, "Retrouver ce que j’ai ajouté sans compte");
    html_raw(&page->html, "</a></p>\n");
    form_page_end(form);
    return page->html.out->failed;
}

err web_add(void *app, const struct http_request *request, struct http_response *response,
            struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_add(&form, entry_kind_slug(ENTRY_KIND_INITIATIVE));
}

/* ---- beginning ---- */

struct beginning {
    const struct actor *actor;
    int64_t now_ms;
    struct entry entry;
    add_refused *refused;
    struct crypto_secret secret;
    struct person_network network;
    struct problem problem;
};

static err refuse(const struct face *face, const struct http_request *request, const char *message,
                  slice chosen, struct http_response *response) {
    struct page page = page_begin(face, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "kind", message);
    return write_add(&form, chosen);
}

static err begin_job(struct db_conn *conn, void *self) {
    struct beginning *beginning = self;
    if (beginning->actor->person.v == 0) {
        TRY(person_try(conn, PERSON_TRY_DRAFT, person_network_key(&beginning->network),
                       beginning->now_ms, &beginning->problem));
    }
    return contribution_draft_begin(conn, beginning->actor, &beginning->entry, beginning->now_ms,
                                    &beginning->secret);
}

static err answer_begin(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct beginning *beginning = self;
    if (result == ERR_LIMIT &&
        slice_equal(slice_from_cstr(beginning->problem.field), SLICE("network"))) {
        return refuse(app, request, ADD_NETWORK_CLOSED, entry_kind_slug(beginning->entry.kind),
                      response);
    }
    if (result == ERR_LIMIT && beginning->refused) {
        return beginning->refused(app, request, &beginning->entry, response);
    }
    *problem = beginning->problem;
    TRY(result);
    http_redirect(response, arena_printf(request->arena, "/add/%s/what", beginning->secret.text));
    return OK;
}

err add_begin(void *app, const struct http_request *request, const struct entry *entry,
              add_refused *refused) {
    const struct face *face = app;
    struct beginning *beginning = arena_new(request->arena, struct beginning, 1);
    *beginning = (struct beginning){.actor = face_actor(request),
                                    .now_ms = clock_now_ms(face->clock),
                                    .entry = *entry,
                                    .refused = refused};
    beginning->entry.language = request->language;
    beginning->entry.licence = ADD_LICENCE;
    TRY(face_network(request, &beginning->network));
    return face_write(app, request, begin_job, answer_begin, beginning);
}

static err refuse_many(void *app, const struct http_request *request, const struct entry *entry,
                       struct http_response *response) {
    return refuse(app, request,
                  N_("Trop de fiches ont été commencées depuis votre réseau. Revenez demain, ou "
                     "connectez-vous."),
                  entry_kind_slug(entry->kind), response);
}

err web_add_post(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    struct http_form sent;
    struct entry entry = {0};
    TRY(http_form_read(request, &sent, problem));
    return entry_kind_from_slug(http_form_value(&sent, "kind"), &entry.kind)
               ? add_begin(app, request, &entry, refuse_many)
               : refuse(app, request, N_("Choisissez ce que c’est."), SLICE_EMPTY, response);
}
