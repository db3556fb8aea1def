/* /invitations/{token}: the link of the letter that invites to a team. A look uses nothing up; who
 * is signed in joins with a button (RULE TEAM-1). */
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/team.h"
#include "face/write.h"

/* What an invitation is about: the team's name, else its first entry's title. */
static err team_called(struct db_conn *reader, struct team_id id, struct arena *arena,
                       slice *called) {
    struct team team;
    struct entry_id *entries;
    size_t count;
    TRY(team_load(reader, id, arena, &team));
    TRY(team_entries(reader, id, arena, &entries, &count));
    *called = team.name;
    if (team.name.n == 0 && count > 0) {
        struct entry entry;
        TRY(entry_load(reader, entries[0], arena, &entry));
        *called = entry.title;
    }
    return OK;
}

static err write_gone(struct page *page) {
    struct form form = {.page = page};
    page->response->status = 404;
    form_page_begin(&form, N_("Une invitation"), page->request->path,
                    N_("Cette invitation a déjà servi, ou elle est trop ancienne. Demandez-en une "
                       "autre à l’équipe."));
    form_page_end(&form);
    return page->html.out->failed;
}

static err write_invitation(struct page *page, const struct team_invitation *invitation) {
    struct form form = {.page = page};
    struct html *html = &page->html;
    struct db_conn *reader = face_reader(page->request);
    struct person by;
    slice called;
    TRY(team_called(reader, invitation->team, page->arena, &called));
    TRY(person_load(reader, invitation->by, page->arena, &by));
    slice who = person_shown(&by, PERSON_NAME, face_actor(page->request)->person);
    form_page_begin(&form, N_("Une invitation"), page->request->path, NULL);
    html_raw(html, "<p class=\"lead\">");
    const slice values[] = {who.n ? who : i18n(html->language, "Un membre de l’équipe"), called,
                            i18n(html->language, team_role_label(invitation->role))};
    html_tf(html, "%1 vous invite dans l’équipe de « %2 ».", values, ARRAY_COUNT(values));
    html_raw(html, "</p>\n<p>");
    html_tf(html, "Votre rôle : %3.", values, ARRAY_COUNT(values));
    html_raw(html, "</p>\n");
    if (page->request->actor) {
        form_begin(&form, page->request->path, false);
        form_submit(&form, N_("Rejoindre l’équipe"));
        form_end(&form);
    } else {
        html_raw(html, "<p>");
        html_t(html, "Connectez-vous d’abord : un code par mail suffit, et crée votre compte.");
        html_raw(html, "</p>\n<p><a class=\"button button--sun button--wide\"");
        html_attr(html, "href",
                  arena_printf(page->arena, "/sign-in?next=%.*s", SLICE_ARG(page->request->path)));
        html_raw(html, ">");
        html_t(html, "Se connecter");
        html_raw(html, "</a></p>\n");
    }
    form_page_end(&form);
    return html->out->failed;
}

err web_invitation(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct team_invitation invitation;
    err found = team_invitation_look(face_reader(request), request->captures[0], page.now_ms,
                                     request->arena, &invitation);
    if (found == ERR_NOT_FOUND) {
        return write_gone(&page);
    }
    TRY(found);
    return write_invitation(&page, &invitation);
}

struct joining {
    const struct face *face;
    struct person_id person;
    slice link;
    struct arena *arena;
    struct team_id team;
    struct entry_id *entries;
    size_t count;
};

static err join_job(struct db_conn *conn, void *self) {
    struct joining *joining = self;
    TRY(team_join(conn, joining->link, joining->person, clock_now_ms(joining->face->clock),
                  &joining->team));
    return team_entries(conn, joining->team, joining->arena, &joining->entries, &joining->count);
}

static err answer_join(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    (void)problem;
    const struct joining *joining = self;
    if (result == ERR_NOT_FOUND) {
        struct page page = page_begin(app, request, response);
        return write_gone(&page);
    }
    TRY(result);
    http_redirect(response, joining->count ? link_entry_under(joining->entries[0], "/team?done",
                                                              request->arena)
                                           : SLICE("/account"));
    return OK;
}

err web_invitation_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    (void)response;
    (void)problem;
    struct joining *joining = arena_new(request->arena, struct joining, 1);
    *joining = (struct joining){.face = app,
                                .person = face_actor(request)->person,
                                .link = request->captures[0],
                                .arena = request->arena};
    return face_write(app, request, join_job, answer_join, joining);
}
