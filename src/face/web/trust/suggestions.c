/* /suggestions: changes that wait for who may make them, and what became of one's own; one page
 * each with what would change, word by word. */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/history.h"
#include "face/web/trust/suggestion.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define WAITING_SHOWN 50
#define OWN_SHOWN     20

/* ---- what waits ---- */

static void section_begin(struct page *page, const char *heading) {
    html_raw(&page->html, "<section><h2>");
    html_text(&page->html, i18n(page->html.language, heading));
    html_raw(&page->html, "</h2>\n<ul class=\"form-rows\">");
}

static err write_waiting(struct page *page, const struct suggestion *list, size_t count) {
    struct html *html = &page->html;
    section_begin(page, N_("À décider"));
    for (size_t i = 0; i < count && i < WAITING_SHOWN; i++) {
        html_raw(html, "<li><span><a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/suggestions/%lld", (long long)list[i].id));
        html_raw(html, ">");
        html_text(html, list[i].title);
        html_raw(html, "</a><br>");
        html_text(html, list[i].reason);
        html_raw(html, "</span><span class=\"state\">");
        day_write(page, list[i].at_ms);
        html_raw(html, " · ");
        TRY(history_author_write(page, list[i].author));
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n");
    if (count > WAITING_SHOWN) {
        html_raw(html, "<p>");
        html_tn(html, "Et %n autre, montrée quand celles-ci seront décidées.",
                "Et %n autres, montrées quand celles-ci seront décidées.",
                (int64_t)(count - WAITING_SHOWN));
        html_raw(html, "</p>");
    } else if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien n’attend.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
    return OK;
}

static const char *const state_labels[] = {[SUGGESTION_WAITS] = N_("Attend une réponse"),
                                           [SUGGESTION_ACCEPTED] = N_("Acceptée"),
                                           [SUGGESTION_DECLINED] = N_("Refusée")};

static err write_own(struct page *page) {
    struct html *html = &page->html;
    struct suggestion *list;
    size_t count;
    TRY(suggestions_of(face_reader(page->request), face_actor(page->request)->person, OWN_SHOWN,
                       page->arena, &list, &count));
    if (count == 0) {
        return OK;
    }
    section_begin(page, N_("Ce que vous avez proposé"));
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><span><a");
        html_attr(html, "href", link_entry(page, list[i].entry, list[i].title));
        html_raw(html, ">");
        html_text(html, list[i].title);
        html_raw(html, "</a>");
        if (list[i].answer.n > 0) {
            html_raw(html, "<br>");
            html_text(html, list[i].answer);
        }
        html_raw(html, "</span><span class=\"state\">");
        html_text(html, i18n(html->language, state_labels[list[i].state]));
        html_raw(html, " · ");
        day_write(page, list[i].at_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

err web_suggestions(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)problem;
    const struct contribution_world world = web_world(app);
    struct suggestion *list;
    size_t count;
    TRY(suggestions_for(face_reader(request), &world, face_actor(request), request->arena, &list,
                        &count));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Propositions"), SLICE("/suggestions"),
                    N_("Des changements que d’autres proposent. Rien n’est changé avant que vous "
                       "acceptiez."));
    TRY(write_waiting(&page, list, count));
    TRY(write_own(&page));
    form_page_end(&form);
    return page.html.out->failed;
}

err suggestions_way(struct page *page) {
    const struct contribution_world world = web_world(page->face);
    struct html *html = &page->html;
    struct suggestion *list;
    size_t count;
    TRY(suggestions_for(face_reader(page->request), &world, face_actor(page->request), page->arena,
                        &list, &count));
    if (count > 0) {
        html_raw(html, "<ul class=\"form-rows\"><li><a href=\"/suggestions\">");
        html_tn(html, "%n proposition à décider", "%n propositions à décider", (int64_t)count);
        html_raw(html, "</a></li></ul>\n");
    }
    return OK;
}

/* ---- one of them ---- */

struct deciding {
    const struct face *face;
    const struct actor *actor;
    struct arena *arena;
    struct suggestion suggestion;
    struct entry base, content;
    bool is_overtaken; /* the entry has changed since */
    bool is_accepted;
    slice answer;
    struct crypto_secret draft;
    struct problem problem;
};

static err load(void *app, const struct http_request *request, struct deciding **loaded,
                struct problem *problem) {
    struct deciding *deciding = arena_new(request->arena, struct deciding, 1);
    struct db_conn *reader = face_reader(request);
    int64_t id;
    *deciding = (struct deciding){
        .face = app, .actor = face_actor(request), .arena = request->arena, .answer = SLICE_EMPTY};
    const struct contribution_world world = web_world(deciding->face);
    bool is_number = slice_to_i64(request->captures[0], &id);
    err found = is_number ? suggestion_load(reader, &world, deciding->actor, id, request->arena,
                                            &deciding->suggestion, &deciding->content)
                          : ERR_NOT_FOUND;
    if (found == ERR_DENIED) {
        return problem_set(problem, found, "id", "it waits for the team of another entry");
    }
    if (found == ERR_NOT_FOUND || (found == OK && deciding->suggestion.state != SUGGESTION_WAITS)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "nothing with this address waits");
    }
    TRY(found);
    struct entry stands;
    TRY(entry_load(reader, deciding->suggestion.entry, request->arena, &stands));
    deciding->is_overtaken = stands.revision != deciding->suggestion.base_revision;
    *loaded = deciding;
    return contribution_entry_at(reader, deciding->suggestion.entry,
                                 deciding->suggestion.base_revision, request->arena,
                                 &deciding->base);
}

static slice path_of(const struct deciding *deciding) {
    return arena_printf(deciding->arena, "/suggestions/%lld", (long long)deciding->suggestion.id);
}

static err write_who(struct page *page, const struct deciding *deciding) {
    struct html *html = &page->html;
    const struct suggestion *suggestion = &deciding->suggestion;
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", link_entry(page, suggestion->entry, suggestion->title));
    html_raw(html, ">");
    html_text(html, suggestion->title);
    html_raw(html, "</a></p>\n<p>");
    day_write(page, suggestion->at_ms);
    html_raw(html, " · ");
    TRY(history_author_write(page, suggestion->author));
    if (suggestion->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, suggestion->reason);
    }
    html_raw(html, "</p>\n");
    if (deciding->is_overtaken) {
        html_raw(html, "<p class=\"alert alert--info\">");
        html_t(html, "La fiche a changé depuis : vous la voyez ici comme elle était alors.");
        html_raw(html, "</p>\n");
    }
    return OK;
}

static err write_one(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    slice path = path_of(deciding);
    const struct entry_public before = history_whole(deciding->face, &deciding->base);
    const struct entry_public after = history_whole(deciding->face, &deciding->content);
    form_page_begin(form, N_("Une proposition"), path, NULL);
    TRY(write_who(page, deciding));
    history_differences_write(page, &before, &after);
    form_begin(form, path, false);
    form_field(form, &(struct form_field){.name = "answer",
                                          .label = N_("Un mot pour qui propose"),
                                          .help = N_("Nécessaire pour refuser : c’est la raison. "
                                                     "Elle part par mail avec la réponse."),
                                          .value = deciding->answer,
                                          .rows = 3,
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_submit(form, N_("Accepter"));
    form_submit_else(form, "change", N_("Retoucher, puis accepter"));
    form_submit_else(form, "decline", N_("Refuser"));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

err web_suggestion(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct deciding *deciding = NULL;
    TRY(load(app, request, &deciding, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_one(&form, deciding);
}

/* ---- deciding ---- */

err suggestion_tell(struct db_conn *conn, const struct face *face,
                    const struct suggestion *suggestion, enum mail_decision decision, slice words,
                    int64_t now_ms, struct arena *arena, struct problem *problem) {
    struct suggestion_author author;
    TRY(suggestion_author(conn, suggestion, arena, &author));
    if (author.address.n == 0) {
        return OK;
    }
    const struct mail_message message = {
        .to = author.address,
        .language = author.language,
        .letter = MAIL_SUGGESTION,
        .suggestion = {.title = suggestion->title,
                       .words = slice_trim(words),
                       .path = face_entry_path(suggestion->entry, suggestion->title, arena),
                       .decision = decision}};
    return mail_send(conn, face->ids, &message, now_ms, problem);
}

err suggestion_announce(struct db_conn *conn, const struct face *face, const struct actor *actor,
                        const struct contribution_sent *sent, slice language, int64_t now_ms,
                        struct arena *arena, struct problem *problem) {
    struct team_of_entry of;
    struct entry stands;
    slice *addresses;
    size_t count;
    struct problem too_many = {0};
    TRY(team_of_entry(conn, sent->entry, actor->person, &of));
    if (of.id.v == 0) {
        return OK; /* moderators find it in their queue */
    }
    slice key = slice_of((const char *)&actor->person.v, sizeof actor->person.v);
    err tried = person_try(conn, PERSON_TRY_WRITE, key, now_ms, &too_many);
    if (tried != OK) {
        return tried == ERR_LIMIT ? OK : tried;
    }
    TRY(entry_load(conn, sent->entry, arena, &stands)); /* what the team calls it */
    TRY(team_addresses(conn, of.id, arena, &addresses, &count));
    for (size_t i = 0; i < count; i++) {
        const struct mail_message message = {
            .to = addresses[i],
            .language = language,
            .letter = MAIL_WAITS,
            .waits = {.title = stands.title, .path = SLICE("/suggestions")}};
        TRY(mail_send(conn, face->ids, &message, now_ms, problem));
    }
    return OK;
}

/* RULE CONTRIBUTE-7 */
static err decide_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = web_world(deciding->face);
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    TRY(suggestion_decide(conn, &world, deciding->actor, deciding->suggestion.id,
                          deciding->is_accepted, deciding->answer, now_ms, deciding->arena,
                          &deciding->suggestion, &deciding->problem));
    return suggestion_tell(conn, deciding->face, &deciding->suggestion,
                           deciding->is_accepted ? MAIL_DECISION_ACCEPTED : MAIL_DECISION_DECLINED,
                           deciding->answer, now_ms, deciding->arena, &deciding->problem);
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding = self;
    const char *message = NULL;
    switch ((int)result) {
    case OK:
        http_redirect(response, SLICE("/suggestions"));
        return OK;
    case ERR_INPUT:
        message = N_("Écrivez la raison : la personne la lira.");
        break;
    case ERR_LIMIT:
        message = N_("C’est trop long. Raccourcissez-le.");
        break;
    case ERR_CONFLICT:
        message = N_("La fiche a changé depuis. Retouchez la proposition, puis acceptez-la.");
        break;
    case ERR_DENIED:
        message =
            N_("Elle apporte un premier lien : la modération l’accepte, ou quelqu’un dont une "
               "fiche est ici depuis une semaine.");
        break;
    default:
        *problem = deciding->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "answer", message);
    return write_one(&form, deciding);
}

static err take_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = web_world(deciding->face);
    return suggestion_take(conn, &world, deciding->actor, deciding->suggestion.id,
                           clock_now_ms(deciding->face->clock), &deciding->draft);
}

static err answer_take(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    (void)app;
    struct deciding *deciding = self;
    if (result != OK) {
        return problem_set(problem, result, "id", "nothing with this address waits");
    }
    http_redirect(response, arena_printf(request->arena, "/add/%s/%s", deciding->draft.text,
                                         deciding->is_overtaken ? "merge" : "what"));
    return OK;
}

err web_suggestion_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    (void)response;
    struct http_form sent;
    struct deciding *deciding = NULL;
    TRY(http_form_read(request, &sent, problem));
    TRY(load(app, request, &deciding, problem));
    slice act = http_form_value(&sent, "do");
    deciding->answer = http_form_value(&sent, "answer");
    if (slice_equal(act, SLICE("change"))) {
        return face_write(app, request, take_job, answer_take, deciding);
    }
    deciding->is_accepted = !slice_equal(act, SLICE("decline"));
    return face_write(app, request, decide_job, answer_decision, deciding);
}
