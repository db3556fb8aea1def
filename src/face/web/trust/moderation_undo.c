/* /moderation/entries/ID/people/ID/undo: what somebody changed in a time goes back, or comes again,
 * looked at before entry by entry (RULE UNDO-1). Seen by moderators and by nobody else. */
#include "face/actor.h"
#include "face/web/texts/texts.h"
#include "face/web/trust/history.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define ZONE          "Europe/Paris"
#define DAY_MS        INT64_C(86400000)
#define DAYS_OFFERED  7
#define UNDONE_SHOWN  20
#define DAY_BYTES_MAX 10

struct undoing {
    const struct face *face;
    const struct actor *actor;
    struct moderation_decision decision;
    struct moderation_record_of author;
    struct moderation_undo_plan plan;
    slice from, to; /* as sent, or offered */
    bool is_asked;  /* a time or an act was named, and there is a plan */
    bool is_done;
    struct arena *arena;
    struct problem problem;
};

/* ---- what was asked for ---- */

static slice value_of(const struct http_request *request, const struct http_form *sent,
                      const char *name) {
    slice value = SLICE_EMPTY;
    if (sent) {
        return slice_trim(http_form_value(sent, name));
    }
    return query_raw_value(request->query, slice_from_cstr(name), request->arena, &value)
               ? slice_trim(value)
               : SLICE_EMPTY;
}

static slice day_of(int64_t ms, struct arena *arena) {
    struct buf text BUF_CLEANUP = buf_new(64);
    time_format_rfc3339(ms, &text);
    return slice_sub(arena_copy(arena, buf_slice(&text)), 0, DAY_BYTES_MAX);
}

static bool day_read(slice text, int64_t *first_ms, int64_t *last_ms) {
    struct date date;
    return text.n > 0 && date_parse(text, &date) == OK && date.precision == DATE_DAY &&
           date_range_ms(&date, SLICE(ZONE), first_ms, last_ms) == OK;
}

/* Both days count whole. Without any, the last days are offered and nothing is asked for yet. */
static void read_asked(struct undoing *undoing, const struct http_request *request,
                       const struct http_form *sent) {
    struct moderation_undo_of *of = &undoing->decision.undo;
    int64_t now_ms = clock_now_ms(undoing->face->clock);
    int64_t other;
    undoing->from = value_of(request, sent, "from");
    undoing->to = value_of(request, sent, "to");
    if (!slice_to_i64(value_of(request, sent, "below"), &of->below)) {
        of->below = 0;
    }
    if (slice_to_i64(value_of(request, sent, "of"), &of->decision) && of->decision > 0) {
        undoing->decision.act = MODERATION_REDO;
        undoing->is_asked = true;
    } else if (day_read(undoing->from, &of->from_ms, &other) &&
               day_read(undoing->to, &other, &of->to_ms) && of->from_ms <= of->to_ms) {
        of->to_ms++;
        undoing->is_asked = true;
    }
    if (undoing->from.n == 0 && undoing->to.n == 0) {
        undoing->from = day_of(now_ms - (DAYS_OFFERED - 1) * DAY_MS, request->arena);
        undoing->to = day_of(now_ms, request->arena);
    }
}

static err undoing_begin(const struct face *face, const struct http_request *request,
                         const struct http_form *sent, struct undoing **begun,
                         struct problem *problem) {
    struct undoing *undoing = arena_new(request->arena, struct undoing, 1);
    *undoing = (struct undoing){.face = face,
                                .actor = face_actor(request),
                                .decision = {.act = MODERATION_UNDO, .reason = SLICE_EMPTY},
                                .arena = request->arena};
    TRY(moderation_author_load(face, request, &undoing->decision, &undoing->author, problem));
    read_asked(undoing, request, sent);
    *begun = undoing;
    return OK;
}

static err look(struct undoing *undoing, const struct http_request *request) {
    const struct contribution_world world = web_world(undoing->face);
    return undoing->is_asked
               ? moderation_undo_plan(face_reader(request), &world, undoing->actor,
                                      &undoing->decision, request->arena, &undoing->plan)
               : OK;
}

/* ---- the page ---- */

static slice path_of(const struct undoing *undoing) {
    return arena_printf(undoing->arena, "/moderation/entries/%lld/people/%lld/undo",
                        (long long)undoing->decision.entry.v,
                        (long long)undoing->decision.subject.v);
}

void moderation_redo_whose(struct page *page) {
    text_paragraph(page, N_("Ces changements reviennent ensemble ou pas du tout : qui modère pour "
                            "toutes ces fiches, ou qui administre, peut les remettre."));
}

static void write_item(struct page *page, const struct moderation_undo_item *item) {
    static const char *const sorts[] = {
        [MODERATION_GOES_BACK] = N_("Revient en arrière"),
        [MODERATION_GOES_AWAY] = N_("Apportée par cette personne seule : retirée"),
        [MODERATION_COMES_AGAIN] = N_("Montrée de nouveau"),
        [MODERATION_LEFT_SHARED] = N_("Reste : d’autres l’ont complétée depuis"),
        [MODERATION_LEFT_COLLIDES] = N_("Reste : tout a été changé depuis"),
        [MODERATION_LEFT_UNFIT] = N_("Reste : ce qu’elle redeviendrait n’est plus possible"),
    };
    struct html *html = &page->html;
    html_raw(html, "<li><span><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/history", (long long)item->entry.v));
    html_raw(html, ">");
    html_text(html, item->title);
    html_raw(html, "</a></span><span class=\"state\">");
    html_text(html, i18n(html->language, sorts[item->sort]));
    html_raw(html, "</span><small>");
    html_text(html, history_fields_text(page, item->fields));
    if (item->collided) {
        slice names = history_fields_text(page, item->collided);
        if (item->fields) {
            html_raw(html, " · ");
        }
        html_tf(html, "changé depuis, reste comme aujourd’hui : %1", &names, 1);
    }
    html_raw(html, "</small></li>\n");
}

static void write_days(struct form *form, const struct undoing *undoing) {
    struct html *html = &form->page->html;
    html_raw(html, "<form class=\"form\" method=\"get\"");
    html_attr(html, "action", path_of(undoing));
    html_raw(html, ">\n");
    form_field(form, &(struct form_field){.name = "from",
                                          .label = N_("Du"),
                                          .type = "date",
                                          .value = undoing->from,
                                          .max_bytes = DAY_BYTES_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "to",
                                          .label = N_("Au"),
                                          .type = "date",
                                          .value = undoing->to,
                                          .max_bytes = DAY_BYTES_MAX,
                                          .is_needed = true});
    form_submit(form, N_("Voir ce qui changerait"));
    html_raw(html, "</form>\n");
}

static err write_act(struct form *form, const struct undoing *undoing) {
    bool is_redo = undoing->decision.act == MODERATION_REDO;
    form_begin(form, path_of(undoing), false);
    if (is_redo) {
        form_hidden(
            form, "of",
            arena_printf(undoing->arena, "%lld", (long long)undoing->decision.undo.decision));
    } else {
        form_hidden(form, "from", undoing->from);
        form_hidden(form, "to", undoing->to);
        form_hidden(form, "below",
                    arena_printf(undoing->arena, "%lld", (long long)undoing->decision.undo.below));
    }
    form_hidden(form, "seen", arena_printf(undoing->arena, "%lld", (long long)undoing->plan.seen));
    TRY(moderation_why(form, &undoing->decision));
    form_submit(form, is_redo ? N_("Remettre ces changements") : N_("Annuler ces changements"));
    form_end(form);
    return OK;
}

static void write_next(struct page *page, const struct undoing *undoing) {
    struct html *html = &page->html;
    html_raw(html, "<p>");
    html_tn(html, "%n fiche à la fois.", "%n fiches à la fois.", MODERATION_UNDO_ENTRIES);
    html_raw(html, " <a");
    html_attr(html, "href",
              arena_printf(page->arena, "%.*s?from=%.*s&to=%.*s&below=%lld",
                           SLICE_ARG(path_of(undoing)), SLICE_ARG(undoing->from),
                           SLICE_ARG(undoing->to), (long long)undoing->plan.below));
    html_raw(html, ">");
    html_t(html, "Voir les suivantes");
    html_raw(html, "</a></p>\n");
}

static err write_plan(struct form *form, const struct undoing *undoing) {
    struct page *page = form->page;
    struct html *html = &page->html;
    const struct moderation_undo_plan *plan = &undoing->plan;
    moderation_heading(page, N_("Ce qui changerait"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < plan->count; i++) {
        write_item(page, &plan->items[i]);
    }
    html_raw(html, "</ul>\n");
    if (plan->elsewhere > 0) {
        html_raw(html, "<p>");
        html_tn(html, "%n fiche d’ailleurs reste comme elle est : vous n’y modérez pas.",
                "%n fiches d’ailleurs restent comme elles sont : vous n’y modérez pas.",
                (int64_t)plan->elsewhere);
        html_raw(html, "</p>\n");
    }
    if (undoing->decision.act == MODERATION_REDO && plan->elsewhere > 0) {
        moderation_redo_whose(page);
    } else if (plan->acts > 0) {
        TRY(write_act(form, undoing));
    } else {
        text_paragraph(page, N_("Il n’y a rien à changer ici."));
    }
    if (plan->below > 0) {
        write_next(page, undoing);
    }
    return OK;
}

static err write_undone(struct page *page, const struct undoing *undoing) {
    struct html *html = &page->html;
    struct moderation_undone *list;
    size_t count;
    TRY(moderation_undone_of(face_reader(page->request), undoing->decision.subject, UNDONE_SHOWN,
                             page->arena, &list, &count));
    if (count == 0) {
        return OK;
    }
    moderation_heading(page, N_("Annulations faites"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><span>");
        day_write(page, list[i].from_ms);
        html_raw(html, " – ");
        day_write(page, list[i].to_ms - 1);
        html_raw(html, "</span><span class=\"state\">");
        html_tn(html, "%n fiche", "%n fiches", list[i].entries);
        html_raw(html, "</span><small>");
        day_write(page, list[i].at_ms);
        html_raw(html, " · ");
        if (list[i].is_redone) {
            html_t(html, "remise");
        } else {
            html_raw(html, "<a");
            html_attr(html, "href",
                      arena_printf(page->arena, "%.*s?of=%lld", SLICE_ARG(path_of(undoing)),
                                   (long long)list[i].decision));
            html_raw(html, ">");
            html_t(html, "Remettre ces changements");
            html_raw(html, "</a>");
        }
        html_raw(html, "</small></li>\n");
    }
    html_raw(html, "</ul>\n");
    return OK;
}

static err write_page(struct form *form, const struct undoing *undoing) {
    struct page *page = form->page;
    struct html *html = &page->html;
    form_page_begin(form, N_("Annuler des changements"), path_of(undoing),
                    N_("Tout ce qu’une personne a changé dans une période, en une fois. Rien n’est "
                       "effacé, et cela peut être défait."));
    if (undoing->is_done) {
        html_raw(html, "<p role=\"status\"><strong>");
        html_t(html, "C’est fait. La personne reçoit votre raison par mail.");
        html_raw(html, "</strong></p>\n");
    }
    moderation_author_write(page, &undoing->author);
    write_days(form, undoing);
    if (undoing->is_asked) {
        TRY(write_plan(form, undoing));
    }
    TRY(write_undone(page, undoing));
    html_raw(html, "<p><a");
    html_attr(html, "href", moderation_case_path(page, undoing->decision.entry));
    html_raw(html, ">");
    html_t(html, "Revenir à la fiche");
    html_raw(html, "</a></p>\n");
    form_page_end(form);
    return html->out->failed;
}

static err answer_page(struct undoing *undoing, const struct http_request *request,
                       struct http_response *response, const char *field, const char *message) {
    struct page page = page_begin(undoing->face, request, response);
    struct form form = {.page = &page};
    if (message) {
        form_fault(&form, field, message);
    }
    err answered = face_snapshot_begin(request);
    if (answered == OK) {
        answered = look(undoing, request);
    }
    if (answered == OK) {
        answered = write_page(&form, undoing);
    }
    face_snapshot_end(request);
    return answered;
}

err web_undo(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    struct undoing *undoing;
    TRY(undoing_begin(app, request, NULL, &undoing, problem));
    undoing->is_done = slice_equal(request->query, SLICE("done"));
    return answer_page(undoing, request, response, NULL, NULL);
}

/* ---- the act ---- */

static err undo_job(struct db_conn *conn, void *self) {
    struct undoing *undoing = self;
    const struct contribution_world world = web_world(undoing->face);
    int64_t now_ms = clock_now_ms(undoing->face->clock);
    struct moderation_outcome outcome;
    TRY(moderation_decide(conn, &world, undoing->actor, &undoing->decision, now_ms, undoing->arena,
                          &outcome, &undoing->problem));
    return web_moderation_tell(
        conn, undoing->face, &outcome,
        web_moderation_letter(undoing->decision.act, outcome.until_ms, false),
        arena_cstr(undoing->arena, slice_trim(undoing->decision.reason)), now_ms,
        &undoing->problem);
}

static err answer_undone(void *app, const struct http_request *request, void *self, err result,
                         struct http_response *response, struct problem *problem) {
    struct undoing *undoing = self;
    (void)app;
    switch ((int)result) {
    case OK:
        http_redirect(response,
                      arena_printf(request->arena, "%.*s?done", SLICE_ARG(path_of(undoing))));
        return OK;
    case ERR_INPUT:
    case ERR_LIMIT:
        return answer_page(undoing, request, response, "reason", moderation_reason_refused(result));
    case ERR_CONFLICT:
        return answer_page(undoing, request, response, "reason",
                           N_("Quelqu’un a changé une de ces fiches entre-temps, ou il n’y a plus "
                              "rien à changer : regardez de nouveau."));
    default:
        *problem = undoing->problem;
        return result;
    }
}

err web_undo_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct http_form sent;
    struct undoing *undoing;
    TRY(http_form_read(request, &sent, problem));
    TRY(undoing_begin(app, request, &sent, &undoing, problem));
    struct moderation_decision *decision = &undoing->decision;
    const struct i18n_language *language = i18n_language(undoing->face->i18n, request->language);
    decision->reason = http_form_value(&sent, "reason");
    decision->undo.note = i18n(language, decision->act == MODERATION_REDO
                                             ? N_("Changements remis par la modération")
                                             : N_("Changements annulés par la modération"));
    TRY(moderation_point_take(app, request, http_form_value(&sent, "point"), decision, problem));
    if (!undoing->is_asked) {
        return answer_page(undoing, request, response, "from", N_("Choisissez deux jours."));
    }
    if (!slice_to_i64(http_form_value(&sent, "seen"), &decision->undo.seen) ||
        decision->undo.seen == 0) {
        return answer_page(undoing, request, response, "reason",
                           N_("Regardez d’abord ce qui changerait."));
    }
    return face_write(app, request, undo_job, answer_undone, undoing);
}
