/* /account/contributions/ID: something one brought, taken away again (RULE CONTRIBUTE-10). */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/people/people.h"
#include "face/write.h"

static err write_page(struct form *form, const struct contribution *brought) {
    struct page *page = form->page;
    struct html *html = &page->html;
    form_page_begin(form, N_("Retirer ce que vous avez ajouté"), page->request->path, NULL);
    html_raw(html, "<h2>");
    html_text(html, brought->title);
    html_raw(html, "</h2>\n");
    if (brought->status > ENTRY_PENDING) {
        html_raw(html, "<p>");
        html_t(html, "C’est retiré : personne ne le voit plus.");
        html_raw(html, "</p>\n<p><a class=\"button\" href=\"/account\">");
        html_t(html, "Mon compte");
        html_raw(html, "</a></p>\n");
    } else {
        html_raw(html, "<p>");
        html_t(html, "La fiche ne sera plus montrée. Si vous changez d’avis, écrivez à l’équipe du "
                     "site : rien n’est effacé.");
        html_raw(html, "</p>\n");
        form_begin(form, page->request->path, false);
        form_check(form, "sure", N_("Je veux retirer cette fiche"), NULL, false);
        form_told(form, "sure");
        form_submit(form, N_("Retirer"));
        form_end(form);
    }
    form_page_end(form);
    return html->out->failed;
}

/* Nobody else's is there. */
static err load(const struct http_request *request, struct contribution *found,
                struct problem *problem) {
    int64_t id = 0;
    err loaded =
        slice_to_i64(request->captures[0], &id)
            ? contribution_own(face_reader(request), face_actor(request), id, request->arena, found)
            : ERR_NOT_FOUND;
    return loaded == ERR_NOT_FOUND
               ? problem_set(problem, loaded, "id", "nothing that you brought has this number")
               : loaded;
}

err web_brought(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct contribution brought;
    TRY(load(request, &brought, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, &brought);
}

struct withdrawing {
    const struct face *face;
    const struct actor *actor;
    struct contribution brought;
};

static err withdraw_job(struct db_conn *conn, void *self) {
    const struct withdrawing *withdrawing = self;
    const struct face *face = withdrawing->face;
    const struct contribution_world world = web_world(face);
    return contribution_withdraw_own(conn, &world, withdrawing->actor, withdrawing->brought.id,
                                     clock_now_ms(face->clock));
}

static err refuse(void *app, const struct http_request *request, struct http_response *response,
                  const struct contribution *brought, const char *message) {
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "sure", message);
    return write_page(&form, brought);
}

static err answer_withdraw(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    const struct withdrawing *withdrawing = self;
    (void)problem;
    if (result == ERR_DENIED) {
        return refuse(app, request, response, &withdrawing->brought,
                      N_("Cette fiche a une équipe : c’est à elle de décider."));
    }
    TRY(result);
    http_redirect(response, request->path);
    return OK;
}

err web_brought_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct withdrawing *withdrawing = arena_new(request->arena, struct withdrawing, 1);
    *withdrawing = (struct withdrawing){.face = app, .actor = face_actor(request)};
    TRY(load(request, &withdrawing->brought, problem));
    return http_form_has(&sent, "sure")
               ? face_write(app, request, withdraw_job, answer_withdraw, withdrawing)
               : refuse(app, request, response, &withdrawing->brought,
                        N_("Cochez la case pour confirmer."));
}
