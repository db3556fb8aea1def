/* /moderation/entries/ID/people/ID: a warning or a block for somebody who wrote an entry, with what
 * is known of them here (RULE MOD-7). Seen by moderators and by nobody else. */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define AUTHORS_SHOWN 20
#define DAY_MS        INT64_C(86400000)

static void write_count(struct page *page, const char *one, const char *many, int64_t n) {
    html_raw(&page->html, " · ");
    html_tn(&page->html, one, many, n);
}

static void write_record(struct page *page, const struct moderation_record_of *author) {
    struct html *html = &page->html;
    html_raw(html, "<span class=\"state\">");
    html_tn(html, "%n fiche apportée", "%n fiches apportées", author->brought);
    write_count(page, N2_("%n montrée", "%n montrées"), author->shown);
    if (author->taken > 0) {
        write_count(page, N2_("%n retirée ou en attente", "%n retirées ou en attente"),
                    author->taken);
    }
    if (author->warnings > 0) {
        write_count(page, N2_("%n avertissement", "%n avertissements"), author->warnings);
    }
    if (author->blocks > 0) {
        write_count(page, N2_("bloquée %n fois", "bloquée %n fois"), author->blocks);
    }
    html_raw(html, " · ");
    html_t(html, "compte ouvert le");
    html_raw(html, " ");
    day_write(page, author->since_ms);
    html_raw(html, "</span>");
}

static slice name_of(const struct page *page, const struct moderation_record_of *author) {
    return author->status == PERSON_DELETED ? i18n(page->html.language, "un compte supprimé")
           : author->name.n > 0             ? author->name
                                            : i18n(page->html.language, "une personne inscrite");
}

static slice path_of(const struct page *page, struct entry_id entry, struct person_id person) {
    return arena_printf(page->arena, "/moderation/entries/%lld/people/%lld", (long long)entry.v,
                        (long long)person.v);
}

err moderation_write_authors(struct page *page, struct entry_id entry) {
    struct html *html = &page->html;
    struct moderation_record_of *authors;
    size_t count;
    TRY(moderation_authors(face_reader(page->request), entry, AUTHORS_SHOWN, page->arena, &authors,
                           &count));
    if (count == 0) {
        return OK;
    }
    html_raw(html, "<section>");
    moderation_heading(page, N_("Qui l’a écrite"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href", path_of(page, entry, authors[i].person));
        html_raw(html, ">");
        html_text(html, name_of(page, &authors[i]));
        html_raw(html, "</a>");
        write_record(page, &authors[i]);
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

/* ---- one of them ---- */

struct judging {
    const struct face *face;
    const struct actor *actor;
    struct moderation_decision decision;
    struct moderation_record_of author;
    slice act, days; /* as sent */
    struct arena *arena;
    struct problem problem;
};

static const struct form_choice periods[] = {
    {"7", N_("7 jours"), NULL},
    {"30", N_("30 jours"), NULL},
    {"365", N_("Un an"), NULL},
    {"0", N_("Jusqu’à nouvel ordre"), NULL},
};

err moderation_author_load(const struct face *face, const struct http_request *request,
                           struct moderation_decision *decision,
                           struct moderation_record_of *author, struct problem *problem) {
    const struct contribution_world world = web_world(face);
    struct moderation_record_of *authors;
    size_t count = 0;
    bool may = false;
    bool is_there = slice_to_i64(request->captures[0], &decision->entry.v) &&
                    slice_to_i64(request->captures[1], &decision->subject.v);
    err found = is_there ? moderation_may(face_reader(request), &world, face_actor(request),
                                          decision->entry, &may)
                         : ERR_NOT_FOUND;
    if (found == OK && !may) {
        return problem_set(problem, ERR_DENIED, "", "you do not moderate where this entry stands");
    }
    if (found == OK) {
        TRY(moderation_authors(face_reader(request), decision->entry, AUTHORS_SHOWN, request->arena,
                               &authors, &count));
    }
    for (size_t i = 0; i < count; i++) {
        if (authors[i].person.v == decision->subject.v) {
            *author = authors[i];
            return OK;
        }
    }
    return problem_set(problem, ERR_NOT_FOUND, "id", "nobody of this number wrote the entry");
}

void moderation_author_write(struct page *page, const struct moderation_record_of *author) {
    bool is_unnamed = author->status != PERSON_DELETED && author->name.n == 0;
    html_raw(&page->html, "<h2>");
    html_text(&page->html, is_unnamed ? i18n(page->html.language, "Une personne inscrite")
                                      : name_of(page, author));
    html_raw(&page->html, "</h2>\n<p>");
    write_record(page, author);
    html_raw(&page->html, "</p>\n");
}

static err load(const struct http_request *request, struct judging *judging,
                struct problem *problem) {
    return moderation_author_load(judging->face, request, &judging->decision, &judging->author,
                                  problem);
}

static err write_page(struct form *form, const struct judging *judging) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = path_of(page, judging->decision.entry, judging->decision.subject);
    bool is_blocked = judging->author.status == PERSON_BLOCKED;
    const struct form_choice open[] = {
        {"warn", N_("Avertir"), N_("Un message dit ce qui ne va pas. Rien d’autre ne change.")},
        is_blocked ? (struct form_choice){"unblock", N_("Rouvrir le compte"), NULL}
                   : (struct form_choice){"block", N_("Bloquer le compte"),
                                          N_("La personne ne peut plus entrer. Ce qu’elle a écrit "
                                             "reste.")},
    };
    form_page_begin(form, N_("Avertir ou bloquer"), path, NULL);
    moderation_author_write(page, &judging->author);
    html_raw(html, "<p><a");
    html_attr(html, "href", arena_printf(page->arena, "%.*s/undo", SLICE_ARG(path)));
    html_raw(html, ">");
    html_t(html, "Annuler ses changements d’une période");
    html_raw(html, "</a></p>\n");
    form_begin(form, path, false);
    form_choices(form, "act", N_("Votre décision"), open, ARRAY_COUNT(open), judging->act);
    if (!is_blocked) {
        form_select(form, "days", N_("Durée d’un blocage"), periods, ARRAY_COUNT(periods),
                    judging->days);
    }
    TRY(moderation_why(form, &judging->decision));
    form_submit(form, N_("Décider"));
    form_end(form);
    html_raw(html, "<p><a");
    html_attr(html, "href", moderation_case_path(page, judging->decision.entry));
    html_raw(html, ">");
    html_t(html, "Revenir à la fiche");
    html_raw(html, "</a></p>\n");
    form_page_end(form);
    return html->out->failed;
}

static struct judging *judging_new(void *app, const struct http_request *request) {
    struct judging *judging = arena_new(request->arena, struct judging, 1);
    *judging = (struct judging){.face = app,
                                .actor = face_actor(request),
                                .decision.reason = SLICE_EMPTY,
                                .act = SLICE_EMPTY,
                                .days = SLICE("30"),
                                .arena = request->arena};
    return judging;
}

err web_moderation_person(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    struct judging *judging = judging_new(app, request);
    TRY(load(request, judging, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, judging);
}

static err judge_job(struct db_conn *conn, void *self) {
    struct judging *judging = self;
    const struct contribution_world world = web_world(judging->face);
    int64_t now_ms = clock_now_ms(judging->face->clock);
    struct moderation_outcome outcome;
    TRY(moderation_decide(conn, &world, judging->actor, &judging->decision, now_ms, judging->arena,
                          &outcome, &judging->problem));
    return web_moderation_tell(
        conn, judging->face, &outcome,
        web_moderation_letter(judging->decision.act, outcome.until_ms, false),
        arena_cstr(judging->arena, slice_trim(judging->decision.reason)), now_ms,
        &judging->problem);
}

static err answer_judging(void *app, const struct http_request *request, void *self, err result,
                          struct http_response *response, struct problem *problem) {
    struct judging *judging = self;
    const char *field = "reason";
    const char *message = moderation_reason_refused(result);
    switch ((int)result) {
    case OK:
        http_redirect(response, arena_printf(request->arena, "/moderation/entries/%lld",
                                             (long long)judging->decision.entry.v));
        return OK;
    case ERR_INPUT:
    case ERR_LIMIT:
        break;
    case ERR_CONFLICT:
        field = "act";
        message = N_("Cela ne peut pas se faire : quelqu’un a déjà décidé, ou c’est vous, ou la "
                     "dernière personne qui administre.");
        break;
    default:
        *problem = judging->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, field, message);
    return write_page(&form, judging);
}

err web_moderation_person_post(void *app, const struct http_request *request,
                               struct http_response *response, struct problem *problem) {
    struct http_form sent;
    int64_t days = 0;
    TRY(http_form_read(request, &sent, problem));
    struct judging *judging = judging_new(app, request);
    TRY(load(request, judging, problem));
    struct moderation_decision *decision = &judging->decision;
    judging->act = http_form_value(&sent, "act");
    judging->days = http_form_value(&sent, "days");
    decision->reason = http_form_value(&sent, "reason");
    TRY(moderation_point_take(app, request, http_form_value(&sent, "point"), decision, problem));
    bool is_act = moderation_act_from_slug(judging->act, &decision->act) &&
                  (decision->act == MODERATION_WARN || decision->act == MODERATION_BLOCK ||
                   decision->act == MODERATION_UNBLOCK);
    bool is_period = decision->act != MODERATION_BLOCK ||
                     (slice_to_i64(judging->days, &days) &&
                      (days == 0 || days == 7 || days == 30 || days == 365));
    if (!is_act || !is_period) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, is_act ? "days" : "act", N_("Choisissez une décision."));
        return write_page(&form, judging);
    }
    decision->block_ms = days * DAY_MS;
    return face_write(app, request, judge_job, answer_judging, judging);
}
