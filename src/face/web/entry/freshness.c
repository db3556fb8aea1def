/* /entries/ID/confirm and /still/TOKEN: saying that an entry is still so. */
#include "domain/freshness/freshness.h"
#include "face/web/entry/entry.h"

#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/people/team.h"
#include "face/write.h"

/* ---- by who is signed in ---- */

struct confirming {
    const struct face *face;
    const struct actor *actor;
    struct entry_public *entry;
    struct arena *arena;
};

static err confirming_load(void *app, const struct http_request *request,
                           struct confirming **loaded, struct problem *problem) {
    struct confirming *confirming = arena_new(request->arena, struct confirming, 1);
    struct entry_id id;
    TRY(entry_of_address(request, &id, problem));
    *confirming = (struct confirming){.face = app,
                                      .actor = face_actor(request),
                                      .entry = arena_new(request->arena, struct entry_public, 1),
                                      .arena = request->arena};
    err found = entry_public_load(face_reader(request), confirming->face->territories, id,
                                  request->arena, confirming->entry);
    *loaded = confirming;
    return found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no entry has this address")
                                  : found;
}

static void write_title(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", link_entry(page, entry->id, entry->title));
    html_raw(html, ">");
    html_text(html, entry_text(entry, ENTRY_TR_TITLE, 0, page->language_code, NULL));
    html_raw(html, "</a></p>\n");
}

err web_confirm(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct confirming *confirming = NULL;
    TRY(confirming_load(app, request, &confirming, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Est-ce toujours vrai ?"), request->path,
                    N_("Dites-le si vous en êtes sûr : la date du jour s’affichera sur la fiche."));
    write_title(&page, &confirming->entry->entry);
    form_begin(&form, request->path, false);
    form_submit(&form, N_("C’est toujours vrai"));
    form_end(&form);
    form_page_end(&form);
    return page.html.out->failed;
}

static err confirm_job(struct db_conn *conn, void *self) {
    const struct confirming *confirming = self;
    return freshness_confirm(conn, confirming->actor, confirming->entry->entry.id,
                             clock_now_ms(confirming->face->clock), confirming->arena);
}

err web_confirm_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)response;
    struct confirming *confirming = NULL;
    TRY(confirming_load(app, request, &confirming, problem));
    const struct entry *entry = &confirming->entry->entry;
    return face_write_then(app, request, confirm_job, confirming,
                           face_entry_path(entry->id, entry->title, request->arena));
}

/* ---- by the link of a letter ---- */

struct answering {
    const struct face *face;
    struct arena *arena;
    slice link, reason;
    struct freshness_asked asked;
    enum freshness_answer answer;
    struct crypto_secret contribution; /* the way to change what a guest brought */
    struct problem problem;
};

/* A link that is worth nothing (any more): told, and what to do. */
static err write_gone(struct page *page) {
    struct form form = {.page = page};
    form_page_begin(&form, N_("Ce lien ne sert plus"), SLICE("/still"),
                    N_("Il a plus d’un an, ou la fiche n’est plus là, ou vous n’êtes plus de "
                       "l’équipe. Vous pouvez chercher la fiche et la modifier."));
    form_page_end(&form);
    page->response->status = 404;
    return page->html.out->failed;
}

/* What is written there, so that one can tell whether it is so. */
static err write_entry(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    write_title(page, entry);
    if (entry->summary.n > 0) {
        html_raw(html, "<p>");
        html_text(html, entry->summary);
        html_raw(html, "</p>\n");
    }
    const slice facts[] = {entry->place.name, entry->place.address, entry->place.city,
                           hours_text(page, entry->opening_hours), entry->price};
    html_raw(html, "<ul>");
    for (size_t i = 0; i < ARRAY_COUNT(facts); i++) {
        if (facts[i].n > 0) {
            html_raw(html, "<li>");
            html_text(html, facts[i]);
            html_raw(html, "</li>");
        }
    }
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        html_raw(html, "<li>");
        html_text(html, entry->contacts[i].value);
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n");
    if (entry->description.n > 0) {
        html_raw(html, "<div class=\"prose measure\">\n");
        TRY(html_markdown(html, entry->description, 2));
        html_raw(html, "</div>\n");
    }
    return OK;
}

static err write_question(struct form *form, const struct answering *answering,
                          const struct entry *entry) {
    struct page *page = form->page;
    slice path = arena_concat_of(page->arena, SLICE("/still/"), answering->link);
    form_page_begin(form, N_("Est-ce toujours vrai ?"), path, NULL);
    TRY(write_entry(page, entry));
    form_begin(form, path, false);
    form_hidden(form, "answer", SLICE("still"));
    form_submit(form, N_("C’est toujours vrai"));
    form_end(form);
    form_begin(form, path, false);
    form_submit_else(form, "changes", N_("Quelque chose a changé"));
    form_end(form);
    form_begin(form, path, false);
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("C’est fini ? Dites pourquoi"),
                                          .help = N_("Facultatif. Ce que vous avez appris aide "
                                                     "celles et ceux qui essaieront."),
                                          .value = answering->reason,
                                          .rows = 3,
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_submit_else(form, "ended", N_("C’est fini"));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

static err write_thanks(struct form *form, const struct answering *answering,
                        const struct entry *entry) {
    form_page_begin(form, N_("Merci"),
                    arena_concat_of(form->page->arena, SLICE("/still/"), answering->link),
                    answering->asked.answer == FRESHNESS_ENDED
                        ? N_("La fiche dit maintenant que c’est fini. Elle reste lisible.")
                        : N_("La fiche dit qu’elle est confirmée aujourd’hui."));
    write_title(form->page, entry);
    form_page_end(form);
    return form->page->html.out->failed;
}

/* The page of a link: the question, or thanks for the answer. */
static err write_still(struct form *form, struct answering *answering, bool is_done) {
    struct page *page = form->page;
    struct db_conn *reader = face_reader(page->request);
    struct entry_public entry;
    err found =
        freshness_look(reader, answering->link, page->now_ms, page->arena, &answering->asked);
    if (found == OK) {
        found = entry_public_load(reader, page->face->territories, answering->asked.entry,
                                  page->arena, &entry);
    }
    if (found != OK) {
        return found == ERR_NOT_FOUND ? write_gone(page) : found;
    }
    return is_done && answering->asked.answer != 0 ? write_thanks(form, answering, &entry.entry)
                                                   : write_question(form, answering, &entry.entry);
}

err web_still(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct answering answering = {.link = request->captures[0], .reason = SLICE_EMPTY};
    return write_still(&form, &answering, slice_equal(request->query, SLICE("done")));
}

/* Who brought it without an account goes on by the link of that; it is made here. */
static err answer_job(struct db_conn *conn, void *self) {
    struct answering *answering = self;
    const struct contribution_world world = web_world(answering->face);
    int64_t now_ms = clock_now_ms(answering->face->clock);
    int64_t guest = 0;
    TRY(freshness_answer(conn, &world, answering->link, answering->answer, answering->reason,
                         now_ms, answering->arena, &answering->problem));
    TRY(freshness_look(conn, answering->link, now_ms, answering->arena, &answering->asked));
    slice author = answering->asked.author;
    bool is_guest = slice_starts_with(author, SLICE("guest:")) &&
                    slice_to_i64(slice_sub(author, 6, author.n), &guest);
    return is_guest && answering->answer == FRESHNESS_CHANGES
               ? contribution_link_add(conn, guest, &answering->contribution)
               : OK;
}

static err answer_still(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct answering *answering = self;
    if (result == OK) {
        bool is_guest = answering->contribution.text[0] != '\0';
        http_redirect(
            response,
            answering->answer != FRESHNESS_CHANGES
                ? arena_printf(request->arena, "/still/%.*s?done", SLICE_ARG(answering->link))
            : is_guest
                ? arena_printf(request->arena, "/contributions/%s", answering->contribution.text)
                : link_entry_under(answering->asked.entry, "/edit", request->arena));
        return OK;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (result == ERR_LIMIT) {
        form_fault(&form, "reason", N_("C’est trop long. Raccourcissez-le."));
        return write_still(&form, answering, false);
    }
    *problem = answering->problem;
    return result == ERR_NOT_FOUND ? write_gone(&page) : result;
}

err web_still_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct answering *answering = arena_new(request->arena, struct answering, 1);
    slice act = http_form_value(&sent, "do");
    *answering = (struct answering){.face = app,
                                    .arena = request->arena,
                                    .link = request->captures[0],
                                    .reason = http_form_value(&sent, "reason")};
    if (slice_equal(act, SLICE("ended"))) {
        answering->answer = FRESHNESS_ENDED;
    } else if (slice_equal(act, SLICE("changes"))) {
        answering->answer = FRESHNESS_CHANGES;
    } else if (slice_equal(http_form_value(&sent, "answer"), SLICE("still"))) {
        answering->answer = FRESHNESS_STILL;
    } else {
        return problem_set(problem, ERR_INPUT, "answer", "still, changes or ended");
    }
    return face_write(app, request, answer_job, answer_still, answering);
}

/* ---- RULE MAIL-4: no such letters any more ---- */

err web_still_stop(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    bool is_done = slice_equal(request->query, SLICE("done"));
    err found = freshness_link_look(face_reader(request), request->captures[0]);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? write_gone(&page) : found;
    }
    form_page_begin(&form, N_("Ne plus recevoir ces rappels"), request->path,
                    is_done ? N_("C’est fait : nous ne vous demanderons plus si vos fiches sont "
                                 "toujours vraies.")
                            : N_("Une fois par an, une lettre demande si une fiche est toujours "
                                 "vraie. Vous pouvez ne plus en recevoir, pour aucune fiche."));
    if (!is_done) {
        form_begin(&form, request->path, false);
        form_submit(&form, N_("Ne plus recevoir ces rappels"));
        form_end(&form);
    }
    form_page_end(&form);
    return page.html.out->failed;
}

static err stop_job(struct db_conn *conn, void *self) {
    const struct answering *answering = self;
    return freshness_leave(conn, answering->link, clock_now_ms(answering->face->clock));
}

static err answer_stop(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    (void)problem;
    (void)self;
    if (result == ERR_NOT_FOUND) {
        struct page page = page_begin(app, request, response);
        return write_gone(&page);
    }
    TRY(result);
    http_redirect(response, arena_concat_of(request->arena, request->path, SLICE("?done")));
    return OK;
}

/* What a mail program sends by itself is "List-Unsubscribe=One-Click", and is not read. */
err web_still_stop_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    (void)response;
    (void)problem;
    struct answering *answering = arena_new(request->arena, struct answering, 1);
    *answering =
        (struct answering){.face = app, .arena = request->arena, .link = request->captures[0]};
    return face_write(app, request, stop_job, answer_stop, answering);
}
