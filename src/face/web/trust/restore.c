/* /entries/ID/history/REVISION/restore: what would change, and making an entry what it was. */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/history.h"
#include "face/web/trust/suggestion.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define ZONE SLICE("Europe/Paris")

struct restoring {
    const struct face *face;
    struct arena *arena;
    struct contribution_restore asked;
    struct contribution_restored restored;
    struct contribution_sent sent;
    slice language, path;
    struct problem problem;
};

static err load(void *app, const struct http_request *request, struct restoring **loaded,
                struct problem *problem) {
    struct restoring *restoring = arena_new(request->arena, struct restoring, 1);
    struct entry_id entry;
    int64_t revision;
    if (!slice_to_i64(request->captures[0], &entry.v) ||
        !slice_to_i64(request->captures[1], &revision)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no version has this address");
    }
    *restoring = (struct restoring){.face = app,
                                    .arena = request->arena,
                                    .asked = {.actor = face_actor(request),
                                              .entry = entry,
                                              .revision = revision,
                                              .reason = SLICE_EMPTY},
                                    .language = request->language,
                                    .path = request->path};
    const struct contribution_world world = web_world(restoring->face);
    err found = contribution_restored(face_reader(request), &world, restoring->asked.actor, entry,
                                      revision, request->arena, &restoring->restored);
    *loaded = restoring;
    return found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no version has this address")
                                  : found;
}

/* "Version du 12 novembre 2026" */
static err usual_reason(struct page *page, struct restoring *restoring) {
    struct entry_revision *revisions;
    size_t count;
    struct date day;
    struct buf text BUF_CLEANUP = buf_new(256);
    struct buf reason BUF_CLEANUP = buf_new(512);
    TRY(entry_revisions(face_reader(page->request), restoring->asked.entry, page->arena, &revisions,
                        &count));
    for (size_t i = 0; i < count; i++) {
        if (revisions[i].revision == restoring->asked.revision &&
            date_from_ms(revisions[i].at_ms, ZONE, &day) == OK) {
            day.precision = DATE_DAY;
            i18n_date(page->html.language, &day, I18N_DATE_LONG, &text);
            const slice values[] = {buf_slice(&text)};
            i18n_tf(page->html.language, "Version du %1", values, 1, &reason);
            restoring->asked.reason = arena_copy(page->arena, buf_slice(&reason));
        }
    }
    return OK;
}

static err write_page(struct form *form, const struct restoring *restoring) {
    struct page *page = form->page;
    struct html *html = &page->html;
    const struct entry *stands = &restoring->restored.stands;
    const struct entry_public now = history_whole(restoring->face, stands);
    const struct entry_public then = history_whole(restoring->face, &restoring->restored.entry);
    form_page_begin(form, N_("Revenir à cette version"), restoring->path,
                    N_("Voici ce qui changerait dans la fiche d’aujourd’hui. Toutes les versions "
                       "restent dans l’historique."));
    html_raw(html, "<p><a");
    html_attr(html, "href", link_entry(page, stands->id, stands->title));
    html_raw(html, ">");
    html_text(html, stands->title);
    html_raw(html, "</a></p>\n");
    form_told(form, "again");
    if (restoring->restored.gone_count > 0) {
        html_raw(html, "<p>");
        html_tn(html, "Un fichier de cette version n’est plus gardé : il ne revient pas.",
                "%n fichiers de cette version ne sont plus gardés : ils ne reviennent pas.",
                (int64_t)restoring->restored.gone_count);
        html_raw(html, "</p>\n");
    }
    history_differences_write(page, &now, &then);
    form_begin(form, restoring->path, false);
    form_hidden(form, "revision", arena_printf(page->arena, "%lld", (long long)stands->revision));
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("Pourquoi ce changement"),
                                          .help = N_("Quelques mots, que tout le monde lira."),
                                          .value = restoring->asked.reason,
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_submit(form, N_("Revenir à cette version"));
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

err web_restore(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct restoring *restoring = NULL;
    TRY(load(app, request, &restoring, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(usual_reason(&page, restoring));
    return write_page(&form, restoring);
}

static err restore_job(struct db_conn *conn, void *self) {
    struct restoring *restoring = self;
    const struct contribution_world world = web_world(restoring->face);
    int64_t now_ms = clock_now_ms(restoring->face->clock);
    TRY(contribution_restore(conn, &world, &restoring->asked, now_ms, restoring->arena,
                             &restoring->sent, &restoring->problem));
    return restoring->sent.outcome == CONTRIBUTION_SUGGESTED
               ? suggestion_announce(conn, restoring->face, restoring->asked.actor,
                                     &restoring->sent, restoring->language, now_ms,
                                     restoring->arena, &restoring->problem)
               : OK;
}

static err answer_restore(void *app, const struct http_request *request, void *self, err result,
                          struct http_response *response, struct problem *problem) {
    struct restoring *restoring = self;
    if (result == OK) {
        http_redirect(response, restoring->sent.outcome == CONTRIBUTION_SUGGESTED
                                    ? SLICE("/contributions/sent?suggested")
                                    : face_entry_path(restoring->sent.entry, restoring->sent.title,
                                                      request->arena));
        return OK;
    }
    if (result != ERR_CONFLICT && result != ERR_LIMIT) {
        *problem = restoring->problem;
        return result;
    }
    struct restoring *again = NULL;
    TRY(load(app, request, &again, problem));
    again->asked.reason = restoring->asked.reason;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (result == ERR_LIMIT) {
        form_fault(&form, "reason", N_("C’est trop long. Raccourcissez-le."));
    } else {
        form_fault(&form, "again", N_("La fiche vient de changer encore. Regardez de nouveau."));
    }
    return write_page(&form, again);
}

err web_restore_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)response;
    struct http_form sent;
    struct restoring *restoring = NULL;
    TRY(http_form_read(request, &sent, problem));
    TRY(load(app, request, &restoring, problem));
    restoring->asked.reason = http_form_value(&sent, "reason");
    if (!slice_to_i64(http_form_value(&sent, "revision"), &restoring->asked.stands)) {
        restoring->asked.stands = 0;
    }
    return face_write(app, request, restore_job, answer_restore, restoring);
}
