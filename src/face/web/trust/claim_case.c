/* /claims: what collectives ask for, for who has a role where it stands; /claims/{id}: one of them,
 * given, refused or taken back with a reason. */
#include "face/actor.h"
#include "face/web/page/world.h"
#include "face/web/trust/claim_int.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define CLAIMS_SHOWN 50

static err check_role(const struct http_request *request, struct problem *problem) {
    return face_actor(request)->roles
               ? OK
               : problem_set(problem, ERR_DENIED, "", "this is for who has a role here");
}

/* ---- those that wait, and those given ---- */

/* `more`: what is said when others may follow; NULL: none do. */
static void write_list(struct page *page, const char *title, const struct claim *claims,
                       size_t count, const char *more) {
    struct html *html = &page->html;
    html_raw(html, "<section>");
    moderation_heading(page, title);
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href", arena_printf(page->arena, "/claims/%lld", (long long)claims[i].id));
        html_raw(html, ">");
        html_text(html, claims[i].title);
        html_raw(html, "</a><span class=\"state\">");
        day_write(page, claims[i].ended_ms ? claims[i].ended_ms : claims[i].at_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n");
    if (more || count == 0) {
        html_raw(html, "<p>");
        html_text(html, i18n(html->language, more ? more : N_("Rien n’attend.")));
        html_raw(html, "</p>\n");
    }
    html_raw(html, "</section>\n");
}

err web_claims(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct contribution_world world = web_world(app);
    struct claim *lists[2];
    size_t counts[2];
    bool has_more[2];
    TRY(check_role(request, problem));
    for (int i = 0; i < 2; i++) {
        TRY(claims_for(face_reader(request), &world, face_actor(request), i == 1, CLAIMS_SHOWN,
                       request->arena, &lists[i], &counts[i], &has_more[i]));
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Demandes de collectifs"), SLICE("/claims"),
                    N_("Qui demande à tenir la fiche de son collectif, sans autre preuve que sa "
                       "parole."));
    write_list(&page, N_("À décider"), lists[0], counts[0],
               has_more[0] ? N_("D’autres peuvent suivre quand celles d’avant seront décidées.")
                           : NULL);
    if (counts[1] > 0 || has_more[1]) {
        write_list(&page, N_("Fiches confiées à leur collectif"), lists[1], counts[1],
                   has_more[1] ? N_("Nous n’avons regardé que les plus récentes : d’autres ont pu "
                                    "être confiées avant.")
                               : NULL);
    }
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- one of them ---- */

struct deciding {
    const struct face *face;
    const struct actor *actor;
    int64_t id;
    bool is_given;
    slice reason;
    struct claim_asked asked;
    struct arena *arena;
    struct problem problem;
};

static err load(void *app, const struct http_request *request, struct deciding **loaded,
                struct problem *problem) {
    const struct contribution_world world = web_world(app);
    struct deciding *deciding = arena_new(request->arena, struct deciding, 1);
    *deciding = (struct deciding){
        .face = app, .actor = face_actor(request), .reason = SLICE_EMPTY, .arena = request->arena};
    TRY(check_role(request, problem));
    err found = slice_to_i64(request->captures[0], &deciding->id)
                    ? claim_load(face_reader(request), &world, deciding->actor, deciding->id,
                                 request->arena, &deciding->asked.claim)
                    : ERR_NOT_FOUND;
    *loaded = deciding;
    return found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no claim has this number")
           : found == ERR_DENIED
               ? problem_set(problem, found, "id", "you have no role where it stands")
               : found;
}

static const char *state_text(const struct claim *claim) {
    static const char *const texts[CLAIM_STATE__COUNT] = {
        [CLAIM_WAITS] = N_("Attend une réponse."),
        [CLAIM_GIVEN] = N_("Cette personne tient la fiche."),
        [CLAIM_REFUSED] = N_("Refusée."),
        [CLAIM_ENDED] = N_("La fiche lui a été reprise."),
        [CLAIM_OVER] = N_("Restée sans réponse."),
    };
    return texts[claim->state];
}

static const char *way_text(const struct claim *claim) {
    static const char *const texts[CLAIM_WAY__COUNT] = {
        [CLAIM_BY_SITE] = N_("Preuve : une adresse mail au site de la fiche."),
        [CLAIM_BY_CONTACT] = N_("Preuve : l’adresse connue de la fiche."),
        [CLAIM_BY_WORD] = N_("Sans preuve : à vous d’en juger."),
    };
    return texts[claim->way];
}

static void paragraph(struct html *html, const char *message) {
    html_raw(html, "<p>");
    html_text(html, i18n(html->language, message));
    html_raw(html, "</p>\n");
}

static void write_decision(struct form *form, const struct deciding *deciding, slice path) {
    const struct claim *claim = &deciding->asked.claim;
    bool is_given = claim->state == CLAIM_GIVEN;
    form_begin(form, path, false);
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("La raison"),
                                          .help = N_("Les personnes concernées la liront : dites "
                                                     "les faits, et ce qu’elles peuvent faire."),
                                          .value = deciding->reason,
                                          .rows = 4,
                                          .max_bytes = CLAIM_REASON_MAX,
                                          .is_needed = true});
    if (is_given) {
        form_submit_else(form, "end", N_("Reprendre la fiche à cette équipe"));
    } else {
        form_submit_else(form, "give", N_("Confier la fiche"));
        form_submit_else(form, "refuse", N_("Refuser"));
    }
    form_end(form);
}

static err write_case(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct html *html = &page->html;
    const struct claim *claim = &deciding->asked.claim;
    slice path = arena_printf(page->arena, "/claims/%lld", (long long)claim->id);
    bool is_open =
        claim->state == CLAIM_GIVEN || (claim->state == CLAIM_WAITS && claim->way == CLAIM_BY_WORD);
    form_page_begin(form, N_("Une demande de collectif"), path, NULL);
    claim_entry_line(page, claim);
    paragraph(html, state_text(claim));
    claim_said(page, claim);
    paragraph(html, way_text(claim));
    html_raw(html, "<p><a");
    html_attr(html, "href", arena_printf(page->arena, "/people/%lld", (long long)claim->person.v));
    html_raw(html, ">");
    html_t(html, "Le compte qui demande");
    html_raw(html, "</a></p>\n");
    if (claim->person.v == deciding->actor->person.v) {
        paragraph(html, N_("C’est votre demande : quelqu’un d’autre décide."));
    } else if (is_open) {
        write_decision(form, deciding, path);
    }
    form_page_end(form);
    return html->out->failed;
}

err web_claim_case(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct deciding *deciding;
    TRY(load(app, request, &deciding, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_case(&form, deciding);
}

static err decide_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = web_world(deciding->face);
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    TRY(claim_decide(conn, &world, deciding->actor, deciding->id, deciding->is_given,
                     deciding->reason, now_ms, deciding->arena, &deciding->asked,
                     &deciding->problem));
    return claim_tell(conn, deciding->face, &deciding->asked, false, now_ms, deciding->arena,
                      &deciding->problem);
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding = self;
    const char *message = moderation_reason_refused(result);
    if (result == OK) {
        http_redirect(response, SLICE("/claims"));
        return OK;
    }
    if (result == ERR_CONFLICT) {
        message = N_("C’est déjà décidé, ou une équipe tient la fiche par un autre chemin.");
    }
    if (message == NULL) {
        *problem = deciding->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "reason", message);
    return write_case(&form, deciding);
}

err web_claim_case_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct deciding *deciding;
    (void)response;
    TRY(http_form_read(request, &sent, problem));
    TRY(load(app, request, &deciding, problem));
    slice act = http_form_value(&sent, "do");
    bool is_given = deciding->asked.claim.state == CLAIM_GIVEN;
    deciding->is_given = slice_equal(act, SLICE("give"));
    deciding->reason = http_form_value(&sent, "reason");
    bool is_known =
        deciding->is_given || slice_equal(act, is_given ? SLICE("end") : SLICE("refuse"));
    return is_known ? face_write(app, request, decide_job, answer_decision, deciding)
                    : problem_set(problem, ERR_INPUT, "do", "there is no such decision");
}
