/* /moderation: what waits for a moderator, one by one with what is known of it; /moderation/log:
 * what was decided, for everybody. */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/again_int.h"
#include "face/web/charter_int.h"
#include "face/web/form_int.h"
#include "face/web/moderation_int.h"
#include "face/web/suggestion_int.h"
#include "face/write.h"

#define CASES_SHOWN 50
#define FLAGS_SHOWN 100
#define LOG_SHOWN   50
#define HOUR_MS     INT64_C(3600000)
#define DAY_MS      (24 * HOUR_MS)

static struct contribution_world world_of(const struct face *face) {
    return (struct contribution_world){
        .ids = face->ids, .territories = face->territories, .themes = face->themes};
}

static void write_heading(struct page *page, const char *text) {
    html_raw(&page->html, "<h2>");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</h2>\n");
}

/* What a decision rests on, in a line. */
static slice ground_of(const struct face *face, const struct charter *charter, unsigned point,
                       const struct moderation_told *told, struct arena *arena) {
    BUF_CLEANUP struct buf line = buf_new(MAIL_LINE_MAX_BYTES);
    slice text;
    if (point == 0 || !charter_point(web_charter_text(charter, told->language), point, &text)) {
        return SLICE_EMPTY;
    }
    const slice values[] = {arena_printf(arena, "%u", point), text};
    i18n_tf(i18n_language(face->i18n, told->language), N_("la charte, point %1 : « %2 »"), values,
            ARRAY_COUNT(values), &line);
    return arena_copy(arena, buf_slice(&line));
}

err web_moderation_tell(struct db_conn *conn, const struct face *face,
                        const struct moderation_outcome *outcome, enum mail_decision decision,
                        const char *reason, int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct charter charter;
    TRY(web_charter_load(face, conn, 0, &scratch, &charter));
    for (size_t i = 0; i < outcome->told_count; i++) {
        const struct moderation_told *told = &outcome->told[i];
        const struct mail_message message = {
            .to = told->address,
            .language = told->language,
            .letter = MAIL_DECISION,
            .decision = {.title = outcome->title,
                         .reason = i18n(i18n_language(face->i18n, told->language), reason),
                         .ground = ground_of(face, &charter, outcome->point, told, &scratch),
                         .path = SLICE("/charter#disagree"),
                         .decision = decision}};
        TRY(mail_send(conn, face->ids, &message, now_ms, problem));
    }
    return OK;
}

/* ---- what waits ---- */

static slice case_path(const struct page *page, struct entry_id entry) {
    return arena_printf(page->arena, "/moderation/entries/%lld", (long long)entry.v);
}

static void write_way(struct page *page, struct entry_id entry, slice title) {
    html_raw(&page->html, "<li><a");
    html_attr(&page->html, "href", case_path(page, entry));
    html_raw(&page->html, ">");
    html_text(&page->html, title);
    html_raw(&page->html, "</a><span class=\"state\">");
}

/* Those of the territories where the actor moderates. */
static err write_held(struct page *page, const struct contribution *held, size_t count) {
    struct html *html = &page->html;
    const struct contribution_world world = world_of(page->face);
    size_t shown = 0;
    html_raw(html, "<section>");
    write_heading(page, N_("Nouvelles fiches à relire"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        bool may;
        TRY(moderation_may(face_reader(page->request), &world, face_actor(page->request),
                           held[i].entry, &may));
        if (may && shown++ < CASES_SHOWN) {
            write_way(page, held[i].entry, held[i].title);
            day_write(page, held[i].confirmed_ms);
            html_raw(html, "</span></li>");
        }
    }
    html_raw(html, "</ul>\n");
    if (shown > CASES_SHOWN) {
        html_raw(html, "<p>");
        html_tn(html, "Et %n autre, montrée quand celles-ci seront relues.",
                "Et %n autres, montrées quand celles-ci seront relues.",
                (int64_t)(shown - CASES_SHOWN));
        html_raw(html, "</p>");
    } else if (shown == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien n’attend.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
    return OK;
}

static void write_cases(struct page *page, const struct moderation_case *cases, size_t count,
                        bool has_more) {
    struct html *html = &page->html;
    html_raw(html, "<section>");
    write_heading(page, N_("Fiches signalées ou en attente"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        write_way(page, cases[i].entry, cases[i].title);
        html_tn(html, "%n signalement", "%n signalements", cases[i].flag_count);
        html_raw(html, " · ");
        if (cases[i].status == ENTRY_PENDING) {
            html_t(html, "En attente");
            html_raw(html, " · ");
        }
        day_write(page, cases[i].since_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n");
    if (has_more || count == 0) {
        html_raw(html, "<p>");
        html_text(html, i18n(html->language,
                             has_more ? N_("D’autres suivent quand celles-ci seront décidées.")
                                      : N_("Rien n’attend.")));
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
}

err web_moderation(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    const struct contribution_world world = world_of(app);
    struct contribution *held;
    struct moderation_case *cases;
    size_t held_count;
    size_t count;
    bool has_more;
    TRY(contributions_held(face_reader(request), request->arena, &held, &held_count));
    TRY(moderation_queue(face_reader(request), &world, face_actor(request), CASES_SHOWN,
                         request->arena, &cases, &count, &has_more));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Modération"), SLICE("/moderation"),
                    N_("Ce qui attend depuis le plus longtemps vient en premier."));
    TRY(suggestions_way(&page));
    TRY(write_held(&page, held, held_count));
    write_cases(&page, cases, count, has_more);
    html_raw(&page.html, "<p><a href=\"/moderation/log\">");
    html_t(&page.html, "Les décisions de la modération");
    html_raw(&page.html, "</a> · <a href=\"/charter\">");
    html_t(&page.html, "Charte");
    html_raw(&page.html, "</a></p>\n");
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- one case ---- */

struct deciding {
    const struct face *face;
    const struct actor *actor;
    struct moderation_decision decision;
    int64_t contribution; /* that waits; 0: none does */
    slice act;            /* as sent */
    struct entry entry;
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
};

/* The acts that an entry as it stands leaves open. */
static size_t open_acts(const struct deciding *deciding, struct form_choice *open) {
    enum entry_status status = deciding->entry.status;
    bool is_shown = status == ENTRY_PUBLISHED;
    const bool is_open[ARRAY_COUNT(acts)] = {is_shown && deciding->flag_count > 0,
                                             is_shown && deciding->flag_count > 0, is_shown,
                                             status != ENTRY_REMOVED, !is_shown};
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
    const struct contribution_world world = world_of(deciding->face);
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
    return flags_of(reader, *id, FLAGS_SHOWN, request->arena, &deciding->flags,
                    &deciding->flag_count);
}

static void write_text(struct page *page, slice text) {
    slice line;
    while (slice_cut(&text, '\n', &line)) {
        if (line.n > 0) {
            html_raw(&page->html, "<p>");
            html_text(&page->html, line);
            html_raw(&page->html, "</p>\n");
        }
    }
}

/* The words and the links of the entry, as text: nothing in it can be clicked. */
static void write_entry(struct page *page, const struct deciding *deciding) {
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
    write_text(page, entry->summary);
    write_text(page, entry->description);
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
    }
    html_raw(html, "</section>\n");
}

static void write_flags(struct page *page, const struct deciding *deciding) {
    struct html *html = &page->html;
    if (deciding->flag_count == 0) {
        return;
    }
    html_raw(html, "<section>");
    write_heading(page, N_("Ce qui est signalé"));
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
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>");
    if (deciding->flag_count == FLAGS_SHOWN) {
        html_raw(html, "<p>");
        html_t(html, "Les signalements les plus anciens sont montrés.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
}

/* The points of the charter, to cite one. */
static err write_points(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct charter charter;
    struct form_choice choices[CHARTER_POINTS_MAX + 1] = {{"", N_("Aucun : les faits"), NULL}};
    struct charter_line line = {0};
    size_t count = 1;
    TRY(web_charter_load(page->face, face_reader(page->request), 0, page->arena, &charter));
    slice rest = web_charter_text(&charter, page->language_code);
    while (charter_line_next(&rest, &line)) {
        if (line.kind == CHARTER_POINT) {
            choices[count++] = (struct form_choice){
                arena_printf(page->arena, "%u", line.point).p,
                arena_printf(page->arena, "%u. %.*s", line.point, SLICE_ARG(line.text)).p, NULL};
        }
    }
    slice chosen = deciding->decision.point
                       ? arena_printf(page->arena, "%u", deciding->decision.point)
                       : SLICE_EMPTY;
    form_select(form, "point", N_("Point de la charte en cause"), choices, count, chosen);
    return OK;
}

static err write_case(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct form_choice open[ARRAY_COUNT(acts)];
    size_t count = open_acts(deciding, open);
    slice path = case_path(page, deciding->decision.entry);
    form_page_begin(form, N_("Décider"), path, NULL);
    write_entry(page, deciding);
    write_flags(page, deciding);
    form_begin(form, path, false);
    form_choices(form, "act", N_("Votre décision"), open, count, deciding->act);
    TRY(write_points(form, deciding));
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("La raison"),
                                          .help = N_("Les personnes qui ont écrit la fiche et "
                                                     "celles qui l’ont signalée la liront."),
                                          .value = deciding->decision.reason,
                                          .rows = 4,
                                          .max_bytes = MODERATION_REASON_MAX,
                                          .is_needed = true});
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

static enum mail_decision letter_of(const struct deciding *deciding) {
    switch (deciding->decision.act) {
    case MODERATION_CORRECTED:
        return MAIL_DECISION_CORRECTED;
    case MODERATION_HOLD:
        return MAIL_DECISION_HELD;
    case MODERATION_REMOVE:
        return MAIL_DECISION_REMOVED;
    case MODERATION_PUBLISH:
        return deciding->contribution ? MAIL_DECISION_PUBLISHED : MAIL_DECISION_RESTORED;
    case MODERATION_NOTHING:
    case MODERATION_ACT__COUNT:
        return MAIL_DECISION_NOTHING;
    }
    return MAIL_DECISION_NOTHING;
}

/* RULE MOD-2 */
static err decide_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = world_of(deciding->face);
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    struct moderation_outcome outcome;
    TRY(deciding->contribution
            ? moderation_decide_held(conn, &world, deciding->actor, deciding->contribution,
                                     &deciding->decision, now_ms, deciding->arena, &outcome,
                                     &deciding->problem)
            : moderation_decide(conn, &world, deciding->actor, &deciding->decision, now_ms,
                                deciding->arena, &outcome, &deciding->problem));
    if (deciding->contribution) { /* shown for the first time */
        TRY(again_tell(conn, deciding->face, deciding->decision.entry, now_ms, deciding->arena,
                       &deciding->problem));
    }
    return web_moderation_tell(conn, deciding->face, &outcome, letter_of(deciding),
                               arena_cstr(deciding->arena, slice_trim(deciding->decision.reason)),
                               now_ms, &deciding->problem);
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding = self;
    const char *field = "reason";
    const char *message = NULL;
    switch ((int)result) {
    case OK:
        http_redirect(response, SLICE("/moderation"));
        return OK;
    case ERR_INPUT:
        message = N_("Écrivez la raison : elle est envoyée avec la décision.");
        break;
    case ERR_LIMIT:
        message = N_("C’est trop long. Raccourcissez-le.");
        break;
    case ERR_CONFLICT:
    case ERR_NOT_FOUND:
        field = "act";
        message = N_("Quelqu’un a déjà décidé, ou la fiche a changé. Regardez de nouveau.");
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

/* The point that was chosen, which the charter must have. */
static err take_point(slice sent, const struct http_request *request, struct deciding *deciding,
                      struct problem *problem) {
    struct charter charter;
    int64_t point = 0;
    slice text;
    if (sent.n == 0) {
        return OK;
    }
    TRY(web_charter_load(deciding->face, face_reader(request), 0, request->arena, &charter));
    if (!slice_to_i64(sent, &point) || point < 1 || point > CHARTER_POINTS_MAX ||
        !charter_point(charter.texts[CHARTER_FRENCH], (unsigned)point, &text)) {
        return problem_set(problem, ERR_INPUT, "point", "the charter has no such point");
    }
    deciding->decision.point = (unsigned)point;
    return OK;
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
    if (!moderation_act_from_slug(deciding->act, &deciding->decision.act)) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "act", N_("Choisissez une décision."));
        return write_case(&form, deciding);
    }
    TRY(take_point(http_form_value(&sent, "point"), request, deciding, problem));
    return face_write(app, request, decide_job, answer_decision, deciding);
}

/* ---- what was decided ---- */

static const char *const act_labels[MODERATION_ACT__COUNT] = {
    [MODERATION_NOTHING] = N_("Laissée comme elle est"),
    [MODERATION_CORRECTED] = N_("Corrigée"),
    [MODERATION_HOLD] = N_("Mise en attente"),
    [MODERATION_REMOVE] = N_("Retirée"),
    [MODERATION_PUBLISH] = N_("Publiée"),
};

static void write_waited(struct page *page, int64_t waited_ms) {
    bool is_days = waited_ms >= 2 * DAY_MS;
    int64_t n = (waited_ms + (is_days ? DAY_MS : HOUR_MS) - 1) / (is_days ? DAY_MS : HOUR_MS);
    if (is_days) {
        html_tn(&page->html, "%n jour", "%n jours", n);
    } else {
        html_tn(&page->html, "%n heure", "%n heures", n);
    }
}

static void write_logged(struct page *page, const struct moderation_logged *logged) {
    struct html *html = &page->html;
    html_raw(html, "<li><span>");
    if (logged->title.n > 0) {
        html_raw(html, "<a");
        html_attr(html, "href", link_entry(page, logged->entry, logged->title));
        html_raw(html, ">");
        html_text(html, logged->title);
        html_raw(html, "</a>");
    } else {
        html_t(html, "Une fiche qui n’est plus montrée");
    }
    html_raw(html, "</span><span class=\"state\">");
    html_text(html, i18n(html->language, act_labels[logged->act]));
    if (logged->is_by_rule) {
        html_raw(html, " · ");
        html_t(html, "par trois signalements");
    }
    if (logged->is_reversed) {
        html_raw(html, " · ");
        html_t(html, "puis remise");
    }
    html_raw(html, "</span><small>");
    day_write(page, logged->at_ms);
    if (logged->point > 0) {
        html_raw(html, " · <a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/charter/versions/%lld#point-%u",
                               (long long)logged->charter, logged->point));
        html_raw(html, ">");
        const slice number = arena_printf(page->arena, "%u", logged->point);
        html_tf(html, "Charte, point %1", &number, 1);
        html_raw(html, "</a>");
    }
    for (int reason = FLAG_GONE; reason < FLAG_REASON__COUNT; reason++) {
        if (logged->reasons & 1u << reason) {
            html_raw(html, " · ");
            html_text(html, i18n(html->language, web_flag_reason((enum flag_reason)reason)));
        }
    }
    html_raw(html, "</small></li>\n");
}

static void write_figures(struct page *page, const struct moderation_figures *figures) {
    struct html *html = &page->html;
    html_raw(html, "<p>");
    html_tn(html, "%n décision", "%n décisions", figures->decisions);
    html_raw(html, " · ");
    html_tn(html, "%n fiche remise", "%n fiches remises", figures->reversed);
    if (figures->waited_ms > 0) {
        html_raw(html, " · ");
        html_t(html, "délai moyen de réponse :");
        html_raw(html, " ");
        write_waited(page, figures->waited_ms);
    }
    html_raw(html, "</p>\n");
}

err web_moderation_log(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    (void)problem;
    struct moderation_figures figures;
    struct moderation_logged *log;
    size_t count;
    slice text;
    int64_t before = 0;
    if (query_raw_value(request->query, SLICE("before"), request->arena, &text) &&
        !slice_to_i64(text, &before)) {
        before = 0;
    }
    TRY(moderation_figures(face_reader(request), &figures));
    TRY(moderation_log(face_reader(request), before, LOG_SHOWN, request->arena, &log, &count));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Les décisions de la modération"), SLICE("/moderation/log"),
                    N_("Tout le monde peut les lire. Personne n’y est nommé."));
    write_figures(&page, &figures);
    html_raw(&page.html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        write_logged(&page, &log[i]);
    }
    html_raw(&page.html, "</ul>\n");
    if (count == LOG_SHOWN) {
        html_raw(&page.html, "<p><a");
        html_attr(
            &page.html, "href",
            arena_printf(page.arena, "/moderation/log?before=%lld", (long long)log[count - 1].id));
        html_raw(&page.html, ">");
        html_t(&page.html, "Décisions plus anciennes");
        html_raw(&page.html, "</a></p>\n");
    }
    html_raw(&page.html, "<p><a href=\"/charter\">");
    html_t(&page.html, "Charte");
    html_raw(&page.html, "</a></p>\n");
    form_page_end(&form);
    return page.html.out->failed;
}
