/* /moderation/appeals/ID: a decision that somebody asks to be looked at again, for a moderator who
 * did not take it (RULE MOD-5). */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/texts/texts.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

struct appealing {
    const struct face *face;
    const struct actor *actor;
    struct moderation_notice notice;
    struct moderation_decision decision; /* its reason and, 0: kept, its act */
    slice act;                           /* as sent */
    struct arena *arena;
    struct problem problem;
};

/* ERR_NOT_FOUND, ERR_DENIED. */
static err load(const struct http_request *request, struct appealing *appealing,
                struct problem *problem) {
    const struct contribution_world world = web_world(appealing->face);
    int64_t id = 0;
    bool may;
    err found =
        slice_to_i64(request->captures[0], &id)
            ? moderation_notice_load(face_reader(request), id, request->arena, &appealing->notice)
            : ERR_NOT_FOUND;
    bool is_appeal =
        found == OK && appealing->notice.has_reply && appealing->notice.reply.is_appeal;
    if (found == ERR_NOT_FOUND || (found == OK && !is_appeal)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "nobody appealed such a decision");
    }
    TRY(found);
    TRY(moderation_may(face_reader(request), &world, appealing->actor, appealing->notice.entry,
                       &may));
    return may ? OK
               : problem_set(problem, ERR_DENIED, "",
                             "you do not moderate where this entry stands");
}

static void write_words(struct page *page, const char *title, slice words) {
    moderation_heading(page, title);
    html_raw(&page->html, "<blockquote>");
    moderation_words(page, words);
    html_raw(&page->html, "</blockquote>\n");
}

static void write_case(struct page *page, const struct moderation_notice *notice) {
    static const char *const sides[MODERATION_SIDE__COUNT] = {
        [MODERATION_AUTHOR] = N_("par qui a écrit la fiche, ou son équipe"),
        [MODERATION_FLAGGER] = N_("par qui l’a signalée"),
        [MODERATION_SUBJECT] = N_("par la personne concernée"),
    };
    struct html *html = &page->html;
    html_raw(html, "<div class=\"prose\">\n<h2><a");
    html_attr(html, "href", moderation_case_path(page, notice->entry));
    html_raw(html, ">");
    html_text(html, notice->title);
    html_raw(html, "</a></h2>\n<p>");
    html_text(html, i18n(html->language, web_moderation_act(notice->act)));
    html_raw(html, " · ");
    day_write(page, notice->at_ms);
    if (notice->point > 0) {
        html_raw(html, " · ");
        moderation_point(page, notice->charter, notice->point);
    }
    html_raw(html, "</p>\n");
    write_words(page, N_("La raison de la décision"),
                notice->by.v ? notice->reason
                             : i18n(html->language,
                                    N_("Trois personnes sans lien entre elles l’ont signalée.")));
    write_words(page, N_("Le nouvel avis demandé"), notice->reply.words);
    html_raw(html, "<p class=\"muted\">");
    html_text(html, i18n(html->language, sides[notice->reply.side]));
    html_raw(html, " · ");
    day_write(page, notice->reply.at_ms);
    html_raw(html, "</p>\n</div>\n");
}

static const struct form_choice outcomes[] = {
    {"kept", N_("Maintenir la décision"), NULL},
    {"publish", N_("Changer : remettre la fiche"), NULL},
    {"hold", N_("Changer : mettre la fiche en attente"), NULL},
    {"remove", N_("Changer : retirer la fiche"), NULL},
    {"unblock", N_("Changer : rouvrir le compte"), NULL},
    {"nothing", N_("Changer : lever l’avertissement"), NULL},
    {"redo", N_("Changer : remettre les changements"), NULL},
};

/* Of changes that were undone, some of which stand elsewhere: the decision can be kept, and no
 * more (RULE UNDO-3). */
static err may_change(const struct appealing *appealing, const struct page *page, bool *may) {
    const struct contribution_world world = web_world(appealing->face);
    const struct moderation_notice *notice = &appealing->notice;
    *may = true;
    return notice->act == MODERATION_UNDO
               ? moderation_redo_may(face_reader(page->request), &world, appealing->actor,
                                     notice->id, notice->subject, may)
               : OK;
}

static err write_page(struct form *form, const struct appealing *appealing) {
    const struct moderation_notice *notice = &appealing->notice;
    bool may;
    TRY(may_change(appealing, form->page, &may));
    struct form_choice open[ARRAY_COUNT(outcomes)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(outcomes); i++) {
        enum moderation_act act;
        if (i == 0 || (moderation_act_from_slug(slice_from_cstr(outcomes[i].value), &act) &&
                       moderation_reverses(notice->act, act) && may)) {
            open[count++] = outcomes[i];
        }
    }
    struct page *page = form->page;
    form_page_begin(form, N_("Un nouvel avis"), page->request->path, NULL);
    write_case(page, notice);
    if (notice->reply.state != MODERATION_REPLY_WAITS) {
        text_paragraph(page, N_("Quelqu’un a déjà répondu."));
    } else if (notice->by.v == appealing->actor->person.v) {
        text_paragraph(page, N_("C’est vous qui aviez décidé : une autre personne regarde."));
    } else {
        if (!may) {
            moderation_redo_whose(page);
        }
        form_begin(form, page->request->path, false);
        form_choices(form, "act", N_("Votre avis"), open, count, appealing->act);
        form_field(form, &(struct form_field){.name = "reason",
                                              .label = N_("La raison"),
                                              .help = N_("Elle est envoyée à qui a demandé. Cette "
                                                         "réponse est définitive."),
                                              .value = appealing->decision.reason,
                                              .rows = 4,
                                              .max_bytes = MODERATION_REASON_MAX,
                                              .is_needed = true});
        form_submit(form, N_("Répondre"));
        form_end(form);
    }
    form_page_end(form);
    return page->html.out->failed;
}

static struct appealing *appealing_new(void *app, const struct http_request *request) {
    struct appealing *appealing = arena_new(request->arena, struct appealing, 1);
    *appealing = (struct appealing){.face = app,
                                    .actor = face_actor(request),
                                    .decision.reason = SLICE_EMPTY,
                                    .act = SLICE_EMPTY,
                                    .arena = request->arena};
    return appealing;
}

err web_moderation_appeal(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    struct appealing *appealing = appealing_new(app, request);
    TRY(load(request, appealing, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, appealing);
}

static err decide_job(struct db_conn *conn, void *self) {
    struct appealing *appealing = self;
    const struct face *face = appealing->face;
    const struct contribution_world world = web_world(face);
    int64_t now_ms = clock_now_ms(face->clock);
    enum moderation_act act = appealing->decision.act;
    struct moderation_told told;
    struct moderation_outcome outcome;
    TRY(moderation_appeal_decide(conn, &world, appealing->actor, appealing->notice.id, act,
                                 appealing->decision.reason, now_ms, appealing->arena, &told,
                                 &outcome, &appealing->problem));
    const char *reason = arena_cstr(appealing->arena, slice_trim(appealing->decision.reason));
    TRY(web_moderation_tell(conn, face, &outcome,
                            web_moderation_letter(act, outcome.until_ms, false), reason, now_ms,
                            &appealing->problem));
    outcome.decision = appealing->notice.id; /* the link leads to what was asked about */
    return web_moderation_tell_one(conn, face, &outcome, &told,
                                   act ? MAIL_DECISION_REVERSED : MAIL_DECISION_KEPT, reason,
                                   now_ms, &appealing->problem);
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct appealing *appealing = self;
    const char *field = "reason";
    const char *message = moderation_reason_refused(result);
    switch ((int)result) {
    case OK:
    case ERR_NOT_FOUND: /* somebody else was first: the page says so */
        http_redirect(response, result == OK ? SLICE("/moderation") : request->path);
        return OK;
    case ERR_INPUT:
    case ERR_LIMIT:
        break;
    case ERR_CONFLICT:
        field = "act";
        message = N_("La fiche a changé depuis : cela ne peut plus se faire. Regardez-la de "
                     "nouveau.");
        break;
    default:
        *problem = appealing->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, field, message);
    return write_page(&form, appealing);
}

err web_moderation_appeal_post(void *app, const struct http_request *request,
                               struct http_response *response, struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct appealing *appealing = appealing_new(app, request);
    TRY(load(request, appealing, problem));
    appealing->act = http_form_value(&sent, "act");
    appealing->decision.reason = http_form_value(&sent, "reason");
    bool is_kept = slice_equal(appealing->act, SLICE("kept"));
    if (!is_kept && (!moderation_act_from_slug(appealing->act, &appealing->decision.act) ||
                     !moderation_reverses(appealing->notice.act, appealing->decision.act))) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "act", N_("Choisissez une décision."));
        return write_page(&form, appealing);
    }
    return face_write(app, request, decide_job, answer_decision, appealing);
}
