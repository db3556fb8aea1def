/* /administration/sources/SLUG/state: pauses a source or removes it, and takes either back. Asked
 * for on one page, done by another, with a reason; who signed in long ago proves who they are
 * first. */
#include "domain/source/source.h"
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/write.h"

#define SOURCES    "/administration/sources"
#define REASON_MAX 500

static const struct state_act {
    const char *name, *label, *lead, *done; /* N_() */
    slice audit;
    enum source_state from, to;
} acts[] = {
    {"pause",
     N_("Mettre la source en pause"),
     N_("Plus rien n’entre de cette source tant que la pause dure : un import est refusé. Ses "
        "fiches restent en place."),
     N_("La source est en pause."),
     {"source paused", 13},
     SOURCE_OPEN,
     SOURCE_PAUSED},
    {"resume",
     N_("Reprendre la source"),
     N_("La source peut de nouveau être importée."),
     N_("La source est reprise."),
     {"source open", 11},
     SOURCE_PAUSED,
     SOURCE_OPEN},
    {"remove",
     N_("Retirer la source"),
     N_("Ses fiches quittent le site et plus rien n’entre d’elle. Rien n’est effacé : la source "
        "peut être rétablie, ses fiches reviennent alors avec elle."),
     N_("La source est retirée. Ses fiches quittent le site dans les minutes qui suivent."),
     {"source removed", 14},
     SOURCE_OPEN,
     SOURCE_REMOVED},
    {"restore",
     N_("Rétablir la source"),
     N_("Ses fiches reviennent, sauf celles dont quelqu’un a décidé autrement depuis."),
     N_("La source est rétablie. Ses fiches reviennent dans les minutes qui suivent."),
     {"source back", 11},
     SOURCE_REMOVED,
     SOURCE_OPEN},
};

/* What is paused may be removed, too. */
static bool is_possible(const struct state_act *act, enum source_state state) {
    return act->from == state || (act->to == SOURCE_REMOVED && state == SOURCE_PAUSED);
}

static slice path_of(const struct page *page, slice slug) {
    return arena_printf(page->arena, SOURCES "/%.*s/state", SLICE_ARG(slug));
}

const char *admin_source_done(slice query) {
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        if (slice_equal(query, slice_from_cstr(acts[i].name))) {
            return acts[i].done;
        }
    }
    return NULL;
}

void admin_source_state_word(struct page *page, enum source_state state) {
    if (state != SOURCE_OPEN) {
        html_text(&page->html, i18n(page->html.language,
                                    state == SOURCE_PAUSED ? N_("en pause") : N_("retirée")));
        html_raw(&page->html, " · ");
    }
}

void admin_source_acts(struct page *page, const struct source *source) {
    struct html *html = &page->html;
    html_raw(html, "<section><h2>");
    html_t(html, "Pause et retrait");
    html_raw(html, "</h2>\n");
    if (source->state != SOURCE_OPEN) {
        html_raw(html, "<p class=\"alert alert--info\"><span>");
        html_text(html, i18n(html->language, source->state == SOURCE_PAUSED
                                                 ? N_("Cette source est en pause.")
                                                 : N_("Cette source est retirée.")));
        html_raw(html, " ");
        html_text(html, source->state_reason);
        html_raw(html, "</span></p>\n");
    }
    html_raw(html, "<p class=\"actions\">");
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        if (is_possible(&acts[i], source->state)) {
            html_raw(html, "<a class=\"button button--line\"");
            html_attr(html, "href",
                      arena_printf(page->arena, "%.*s?do=%s",
                                   SLICE_ARG(path_of(page, source->slug)), acts[i].name));
            html_raw(html, ">");
            html_text(html, i18n(html->language, acts[i].label));
            html_raw(html, "</a>");
        }
    }
    html_raw(html, "</p></section>\n");
}

/* ---- asking ---- */

struct deciding {
    const struct face *face;
    const struct actor *actor;
    const struct state_act *act;
    struct source source;
    slice reason;
    int64_t leave, stay, left;
    struct problem problem;
};

static err deciding_begin(void *app, const struct http_request *request, slice name,
                          struct deciding **begun, struct problem *problem) {
    struct deciding *deciding = arena_new(request->arena, struct deciding, 1);
    *deciding = (struct deciding){.face = app, .actor = face_actor(request), .reason = SLICE_EMPTY};
    err found =
        source_find(face_reader(request), request->captures[0], request->arena, &deciding->source);
    if (found != OK) {
        return found == ERR_NOT_FOUND
                   ? problem_set(problem, ERR_NOT_FOUND, "slug", "no source has this name")
                   : found;
    }
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        if (slice_equal(name, slice_from_cstr(acts[i].name))) {
            deciding->act = &acts[i];
        }
    }
    if (deciding->act == NULL) {
        return problem_set(problem, ERR_INPUT, "do", "pause, resume, remove or restore");
    }
    if (!is_possible(deciding->act, deciding->source.state)) {
        return problem_set(problem, ERR_CONFLICT, "do",
                           "the source is in another state by now: look at its page");
    }
    *begun = deciding;
    return entry_withdraw_count(face_reader(request), deciding->source.id, &deciding->leave,
                                &deciding->stay, &deciding->left);
}

static void write_counts(struct page *page, const struct deciding *deciding) {
    struct html *html = &page->html;
    bool leaves = deciding->act->to == SOURCE_REMOVED;
    if (!leaves && deciding->act->from != SOURCE_REMOVED) {
        return;
    }
    html_raw(html, "<p>");
    if (leaves && deciding->leave == 0) {
        html_t(html, "Aucune fiche ne quitte le site.");
    } else if (leaves) {
        html_tn(html, "%n fiche quitte le site.", "%n fiches quittent le site.", deciding->leave);
    } else if (deciding->left == 0) {
        html_t(html, "Aucune fiche n’est partie avec la source.");
    } else {
        html_tn(html, "%n fiche est partie avec la source.",
                "%n fiches sont parties avec la source.", deciding->left);
    }
    if (leaves && deciding->stay > 0) {
        html_raw(html, " ");
        html_tn(html, "%n reste : quelqu’un l’a modifiée ici, ou une équipe la tient.",
                "%n restent : quelqu’un les a modifiées ici, ou une équipe les tient.",
                deciding->stay);
    }
    html_raw(html, "</p>\n");
}

static err write_page(struct form *form, struct deciding *deciding) {
    struct page *page = form->page;
    slice path = path_of(page, deciding->source.slug);
    admin_page_begin(form, deciding->act->label,
                     arena_printf(page->arena, "%.*s?do=%s", SLICE_ARG(path), deciding->act->name),
                     deciding->act->lead);
    html_raw(&page->html, "<p><strong>");
    html_text(&page->html, source_title(page, deciding->source.slug));
    html_raw(&page->html, "</strong></p>\n");
    write_counts(page, deciding);
    form_begin(form, path, false);
    form_hidden(form, "do", slice_from_cstr(deciding->act->name));
    form_field(form, &(struct form_field){
                         .name = "reason",
                         .label = N_("La raison"),
                         .help = N_("Elle reste au journal, et dans l’historique des fiches."),
                         .value = deciding->reason,
                         .rows = 3,
                         .max_bytes = REASON_MAX,
                         .is_needed = true});
    form_check(form, "sure", N_("C’est bien cette source, et c’est bien ce que je veux"), NULL,
               false);
    form_told(form, "sure");
    form_submit(form, deciding->act->label);
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

err web_admin_source_state(void *app, const struct http_request *request,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding;
    if (admin_must_prove(request, response)) {
        return OK;
    }
    TRY(deciding_begin(app, request, admin_value(request, SLICE("do")), &deciding, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, deciding);
}

/* ---- doing ---- */

static err state_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct state_act *act = deciding->act;
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    TRY(source_state_set(conn, deciding->source.slug, act->to, deciding->actor->person.v,
                         deciding->reason, now_ms));
    if (act->to == SOURCE_REMOVED || act->from == SOURCE_REMOVED) {
        TRY(job_add(conn, SOURCE_LEAVING_JOB, deciding->source.slug, now_ms, now_ms));
    }
    return person_audit(conn, deciding->face->ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = deciding->actor->person,
                                             .act = act->audit,
                                             .object = deciding->source.slug,
                                             .reason = deciding->reason});
}

err web_admin_source_state_post(void *app, const struct http_request *request,
                                struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct deciding *deciding;
    struct form form = {.fault_count = 0};
    TRY(http_form_read(request, &sent, problem));
    if (admin_must_prove(request, response)) {
        return OK;
    }
    TRY(deciding_begin(app, request, http_form_value(&sent, "do"), &deciding, problem));
    deciding->reason = slice_trim(http_form_value(&sent, "reason"));
    if (deciding->reason.n == 0) {
        form_fault(&form, "reason", N_("Dites pourquoi."));
    } else if (deciding->reason.n > REASON_MAX) {
        form_fault(&form, "reason", N_("C’est trop long. Raccourcissez-le."));
    }
    if (!http_form_has(&sent, "sure")) {
        form_fault(&form, "sure", N_("Cochez la case : c’est la seconde question."));
    }
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_page(&form, deciding);
    }
    return face_write_then(app, request, state_job, deciding,
                           arena_printf(request->arena, SOURCES "?%s", deciding->act->name));
}
