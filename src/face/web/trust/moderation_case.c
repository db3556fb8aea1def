/* /moderation/entries/ID: one case, with what is known of it, and deciding about it. */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/taken_up.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define FLAGS_SHOWN 100

struct deciding {
    const struct face *face;
    const struct actor *actor;
    struct moderation_decision decision;
    int64_t contribution; /* that waits; 0: none does */
    slice act;            /* as sent */
    struct entry entry;
    bool is_asked; /* a question waits, or has its answer */
    struct moderation_notice question;
    struct flag *flags;
    size_t flag_count, revision_count;
    struct arena *arena;
    struct problem problem;
};

static const struct form_choice acts[] = {
    {"nothing", N_("Laisser comme c’est"), NULL},
    {"correct", N_("C’est corrigé"), N_("Corrigez d’abord la fiche, puis dites-le ici.")},
    {"hold", N_("Mettre en attente"), N_("On ne la voit plus, en attendant d’en savoir plus.")},
    {"remove", N_("Retirer"), N_("On ne la voit plus. Elle peut être remise.")},
    {"publish", N_("Publier"), NULL},
    {"ask", N_("Poser une question"),
     N_("La raison est la question. Qui a écrit la fiche a 14 jours pour répondre ici ; d’ici là "
        "elle reste comme elle est.")},
};

/* The acts that an entry as it stands leaves open. */
static size_t open_acts(const struct deciding *deciding, struct form_choice *open) {
    enum entry_status status = deciding->entry.status;
    bool is_shown = status == ENTRY_PUBLISHED;
    bool is_case = is_shown && (deciding->flag_count > 0 || deciding->is_asked);
    bool can_ask = is_shown || (status == ENTRY_PENDING && !deciding->contribution);
    const bool is_open[ARRAY_COUNT(acts)] = {is_case,   is_case, is_shown, status != ENTRY_REMOVED,
                                             !is_shown, can_ask};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        if (is_open[i]) {
            open[count++] = acts[i];
        }
    }
    return count;
}

/* ERR_NOT_FOUND, ERR_DENIED. */
static err load_case(const struct http_request *request, struct deciding *deciding) {
    struct db_conn *reader = face_reader(request);
    const struct contribution_world world = web_world(deciding->face);
    struct entry_id *id = &deciding->decision.entry;
    struct contribution *held;
    struct entry_revision *revisions;
    size_t count;
    bool may;
    if (!slice_to_i64(request->captures[0], &id->v) || id->v <= 0) {
        return ERR_NOT_FOUND;
    }
    TRY(moderation_may(reader, &world, deciding->actor, *id, &may));
    if (!may) {
        return ERR_DENIED;
    }
    TRY(entry_load(reader, *id, request->arena, &deciding->entry));
    TRY(entry_revisions(reader, *id, request->arena, &revisions, &deciding->revision_count));
    TRY(contributions_held(reader, request->arena, &held, &count));
    for (size_t i = 0; i < count; i++) {
        deciding->contribution = held[i].entry.v == id->v ? held[i].id : deciding->contribution;
    }
    err asked = moderation_question(reader, *id, request->arena, &deciding->question);
    if (asked != OK && asked != ERR_NOT_FOUND) {
        return asked;
    }
    deciding->is_asked = asked == OK;
    return flags_of(reader, *id, FLAGS_SHOWN, request->arena, &deciding->flags,
                    &deciding->flag_count);
}

/* The entry as readers see it; its contacts as text, so that nobody follows one by mistake. */
static err write_entry(struct page *page, const struct deciding *deciding) {
    const struct entry *entry = &deciding->entry;
    struct html *html = &page->html;
    html_raw(html, "<section class=\"prose\">");
    html_raw(html, "<h2>");
    html_text(html, entry->title);
    html_raw(html, "</h2>\n<p>");
    html_text(html, kind_one(page, (enum query_kind)entry->kind));
    if (entry->place.city.n > 0) {
        html_raw(html, " · ");
        html_text(html, entry->place.city);
    }
    html_raw(html, "</p>\n");
    moderation_words(page, entry->summary);
    TRY(html_markdown(html, entry->description, 3));
    slice media =
        arena_printf(page->arena, "/moderation/entries/%lld/media", (long long)entry->id.v);
    pictures_row(page, entry->media, entry->media_count, media);
    (void)documents_list(page, entry->media, entry->media_count, media);
    for (size_t i = 0; i < entry->contact_count; i++) {
        html_raw(html, "<p>");
        html_text(html, entry->contacts[i].value);
        html_raw(html, "</p>\n");
    }
    if (entry->status == ENTRY_PUBLISHED) {
        html_raw(html, "<p><a");
        html_attr(html, "href", link_entry(page, entry->id, entry->title));
        html_raw(html, ">");
        html_t(html, "Voir la fiche");
        html_raw(html, "</a> · <a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/entries/%lld/history", (long long)entry->id.v));
        html_raw(html, ">");
        html_tn(html, "%n version", "%n versions", (int64_t)deciding->revision_count);
        html_raw(html, "</a></p>\n");
        form_button(page, arena_printf(page->arena, "/entries/%lld/edit", (long long)entry->id.v),
                    "do", SLICE("edit"), N_("Corriger la fiche"));
    }
    html_raw(html, "</section>\n");
    return OK;
}

/* A question that was asked, and its answer. */
static void write_question(struct page *page, const struct deciding *deciding) {
    struct html *html = &page->html;
    const struct moderation_notice *question = &deciding->question;
    if (!deciding->is_asked) {
        return;
    }
    html_raw(html, "<section class=\"prose\">");
    moderation_heading(page, N_("La question"));
    html_raw(html, "<blockquote>");
    moderation_words(page, question->reason);
    html_raw(html, "</blockquote>\n");
    if (question->has_reply) {
        moderation_heading(page, N_("La réponse"));
        html_raw(html, "<blockquote>");
        moderation_words(page, question->reply.words);
        html_raw(html, "</blockquote>\n");
    } else {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Réponse attendue jusqu’au");
        html_raw(html, " ");
        day_write(page, question->until_ms);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "</section>\n");
}

/* Which news of the entry it is about. */
static void write_flag_news(struct page *page, struct entry_id entry, const struct flag *flag) {
    struct html *html = &page->html;
    if (flag->news == 0) {
        return;
    }
    html_raw(html, "<small><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/news/%lld", (long long)entry.v,
                           (long long)flag->news));
    html_raw(html, ">");
    html_tf(html, "La nouvelle « %1 »", &flag->news_title, 1);
    html_raw(html, "</a></small>");
}

static void write_flags(struct page *page, const struct deciding *deciding) {
    struct html *html = &page->html;
    if (deciding->flag_count == 0) {
        return;
    }
    html_raw(html, "<section>");
    moderation_heading(page, N_("Ce qui est signalé"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < deciding->flag_count; i++) {
        const struct flag *flag = &deciding->flags[i];
        html_raw(html, "<li><strong>");
        html_text(html, i18n(html->language, web_flag_reason(flag->reason)));
        html_raw(html, "</strong><span class=\"state\">");
        day_write(page, flag->at_ms);
        html_raw(html, " · ");
        html_text(html, i18n(html->language,
                             flag->has_account ? N_("avec un compte") : N_("sans compte")));
        html_raw(html, "</span><span>");
        html_text(html, flag->words);
        html_raw(html, "</span>");
        write_flag_news(page, deciding->entry.id, flag);
        if (flag->place.n > 0 || flag->name.n > 0) {
            html_raw(html, "<small>");
            html_text(html, flag->place);
            if (flag->place.n > 0 && flag->name.n > 0) {
                html_raw(html, " · ");
            }
            html_text(html, flag->name);
            html_raw(html, "</small>");
        }
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>");
    if (deciding->flag_count == FLAGS_SHOWN) {
        html_raw(html, "<p>");
        html_t(html, "Les signalements les plus anciens sont montrés.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
}

static err write_case(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct form_choice open[ARRAY_COUNT(acts)];
    size_t count = open_acts(deciding, open);
    slice path = moderation_case_path(page, deciding->decision.entry);
    form_page_begin(form, N_("Décider"), path, NULL);
    TRY(write_entry(page, deciding));
    write_flags(page, deciding);
    write_question(page, deciding);
    TRY(moderation_write_authors(page, deciding->decision.entry));
    TRY(moderation_write_network(page, deciding->decision.entry));
    form_begin(form, path, false);
    form_choices(form, "act", N_("Votre décision"), open, count, deciding->act);
    TRY(moderation_why(form, &deciding->decision));
    form_submit(form, N_("Décider"));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

static struct deciding *deciding_new(void *app, const struct http_request *request) {
    struct deciding *deciding = arena_new(request->arena, struct deciding, 1);
    *deciding = (struct deciding){.face = app,
                                  .actor = face_actor(request),
                                  .decision.reason = SLICE_EMPTY,
                                  .act = SLICE_EMPTY,
                                  .arena = request->arena};
    return deciding;
}

static err refuse_case(err failed, struct problem *problem) {
    return failed == ERR_DENIED
               ? problem_set(problem, ERR_DENIED, "", "you do not moderate where this entry stands")
               : problem_set(problem, failed, "id", "nothing with this address waits");
}

err web_moderation_case(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct deciding *deciding = deciding_new(app, request);
    err loaded = load_case(request, deciding);
    if (loaded != OK) {
        return refuse_case(loaded, problem);
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_case(&form, deciding);
}

/* RULE MOD-2 */
static err decide_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = web_world(deciding->face);
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    struct moderation_outcome outcome;
    TRY(deciding->contribution
            ? moderation_decide_held(conn, &world, deciding->actor, deciding->contribution,
                                     &deciding->decision, now_ms, deciding->arena, &outcome,
                                     &deciding->problem)
            : moderation_decide(conn, &world, deciding->actor, &deciding->decision, now_ms,
                                deciding->arena, &outcome, &deciding->problem));
    if (deciding->contribution) { /* shown for the first time */
        TRY(taken_up_tell(conn, deciding->face, deciding->decision.entry, now_ms, deciding->arena,
                          &deciding->problem));
    }
    return web_moderation_tell(
        conn, deciding->face, &outcome,
        web_moderation_letter(deciding->decision.act, 0, deciding->contribution != 0),
        arena_cstr(deciding->arena, slice_trim(deciding->decision.reason)), now_ms,
        &deciding->problem);
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding = self;
    const char *field = "reason";
    const char *message = moderation_reason_refused(result);
    switch ((int)result) {
    case OK:
        http_redirect(response, SLICE("/moderation"));
        return OK;
    case ERR_INPUT:
    case ERR_LIMIT:
        break;
    case ERR_CONFLICT:
    case ERR_NOT_FOUND:
        field = "act";
        message =
            slice_equal(slice_from_cstr(deciding->problem.field), SLICE("asked"))
                ? N_("Personne ne peut répondre : qui a écrit cette fiche n’a pas d’adresse ici.")
            : deciding->decision.act == MODERATION_CORRECTED
                ? N_("Rien n’a été changé depuis le signalement. Corrigez d’abord la fiche.")
                : N_("Quelqu’un a déjà décidé, ou la fiche a changé. Regardez de nouveau.");
        break;
    default:
        *problem = deciding->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, field, message);
    return write_case(&form, deciding);
}

err web_moderation_case_post(void *app, const struct http_request *request,
                             struct http_response *response, struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct deciding *deciding = deciding_new(app, request);
    err loaded = load_case(request, deciding);
    if (loaded != OK) {
        return refuse_case(loaded, problem);
    }
    deciding->act = http_form_value(&sent, "act");
    deciding->decision.reason = http_form_value(&sent, "reason");
    TRY(moderation_point_take(app, request, http_form_value(&sent, "point"), &deciding->decision,
                              problem));
    if (!moderation_act_from_slug(deciding->act, &deciding->decision.act) ||
        deciding->decision.act >= MODERATION_WARN) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "act", N_("Choisissez une décision."));
        return write_case(&form, deciding);
    }
    return face_write(app, request, decide_job, answer_decision, deciding);
}
