/* One's own account: what one brought and runs, what one says of oneself, and the download of all
 * of it. Its safety is account_safety.c. */
#include "domain/claim/claim.h"
#include "domain/contribution/contribution.h"
#include "domain/moderation/moderation.h"
#include "domain/news/news.h"
#include "domain/person/help.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/team.h"
#include "face/web/trust/suggestion.h"
#include "face/write.h"

static void link_line(struct page *page, slice href, const char *label) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</a></li>");
}

/* ---- what is mine ---- */

static void write_status(struct page *page, const struct contribution *contribution) {
    struct html *html = &page->html;
    html_raw(html, "<span class=\"state\">");
    switch (contribution->status) {
    case ENTRY_PUBLISHED:
        html_t(html, "Publiée");
        break;
    case ENTRY_PENDING:
        html_t(html, "La modération la regarde avant de la publier");
        break;
    case ENTRY_ARCHIVED:
        html_t(html, "Retirée");
        break;
    case ENTRY_REMOVED:
    case ENTRY_STATUS__COUNT:
        html_t(html, "Refusée par la modération");
        break;
    }
    html_raw(html, "</span>");
}

static err write_contributions(struct page *page, struct person_id person) {
    struct html *html = &page->html;
    struct contribution *list;
    size_t count;
    TRY(contributions_of(face_reader(page->request), person, page->arena, &list, &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Ce que vous avez ajouté");
    html_raw(html, "</h2>\n");
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien pour le moment. Faites connaître ce qui se passe près de chez vous.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        bool is_shown = list[i].status == ENTRY_PUBLISHED;
        html_raw(html, "<li><span>");
        if (is_shown) {
            html_raw(html, "<a");
            html_attr(html, "href", link_entry(page, list[i].entry, list[i].title));
            html_raw(html, ">");
        }
        html_text(html, list[i].title);
        if (is_shown) {
            html_raw(html, "</a>");
        }
        html_raw(html, "</span>");
        write_status(page, &list[i]);
        if (list[i].status <= ENTRY_PENDING) {
            html_raw(html, "<a");
            html_attr(
                html, "href",
                arena_printf(page->arena, "/account/contributions/%lld", (long long)list[i].id));
            html_attr(html, "aria-label",
                      arena_printf(page->arena, "%.*s %.*s",
                                   SLICE_ARG(i18n(html->language, "Retirer")),
                                   SLICE_ARG(list[i].title)));
            html_raw(html, ">");
            html_t(html, "Retirer");
            html_raw(html, "</a>");
        }
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

/* The entries that one's teams run. */
static err write_teams(struct page *page, struct person_id person) {
    struct html *html = &page->html;
    struct db_conn *reader = face_reader(page->request);
    struct entry_id *entries;
    size_t count;
    TRY(team_entries_of_person(reader, person, page->arena, &entries, &count));
    if (count == 0) {
        return OK;
    }
    html_raw(html, "<section><h2>");
    html_t(html, "Vos équipes");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        struct entry entry;
        TRY(entry_load(reader, entries[i], page->arena, &entry));
        html_raw(html, "<li><a");
        html_attr(html, "href", link_entry_under(entries[i], "/team", page->arena));
        html_raw(html, ">");
        html_text(html, entry.title);
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

/* RULE CONTRIBUTE-4: what was begun and not sent. */
static err write_begun(struct page *page, struct person_id person) {
    struct html *html = &page->html;
    struct contribution_begun *list;
    size_t count;
    TRY(contribution_drafts(face_reader(page->request), person, page->now_ms, page->arena, &list,
                            &count));
    if (count == 0) {
        return OK;
    }
    html_raw(html, "<section><h2>");
    html_t(html, "Ce que vous avez commencé");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/add/%.*s/what", SLICE_ARG(list[i].name)));
        html_raw(html, ">");
        if (list[i].title.n) {
            html_text(html, list[i].title);
        } else {
            html_t(html, "Sans titre");
        }
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

static void write_ways(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<section><h2>");
    html_t(html, "Votre compte");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    if (page->request->capabilities & HTTP_MAY(CAP_MODERATE)) {
        link_line(page, SLICE("/moderation"), N_("Signalements et fiches à relire"));
    }
    if (face_actor(page->request)->roles) {
        link_line(page, SLICE("/duplicates"), N_("Peut-être les mêmes"));
        link_line(page, SLICE("/claims"), N_("Demandes de collectifs"));
    }
    if (page->request->capabilities & HTTP_MAY(CAP_HELP)) {
        link_line(page, SLICE("/help"), N_("Aider une personne sans mail"));
    }
    if (page->request->capabilities & HTTP_MAY(CAP_ADMIN)) {
        link_line(page, SLICE("/administration"), N_("Administration"));
    }
    link_line(page, SLICE("/suggestions"), N_("Propositions"));
    link_line(page, SLICE("/account/profile"), N_("Ce que vous dites de vous"));
    link_line(page, SLICE("/account/address"), N_("Vos adresses mail"));
    link_line(page, SLICE("/account/sessions"), N_("Vos appareils"));
    link_line(page, SLICE("/account/password"), N_("Mot de passe"));
    link_line(page, SLICE("/account/data"), N_("Télécharger tout ce qui est gardé de vous"));
    link_line(page, SLICE("/account/delete"), N_("Supprimer le compte"));
    html_raw(html, "</ul>\n");
    form_button(page, SLICE("/sign-out"), "do", SLICE("out"), N_("Se déconnecter"));
    html_raw(html, "</section>\n");
}

err web_account(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Mon compte"), SLICE("/account"), NULL);
    TRY(suggestions_way(&page));
    TRY(write_begun(&page, face_actor(request)->person));
    TRY(write_contributions(&page, face_actor(request)->person));
    TRY(write_teams(&page, face_actor(request)->person));
    write_ways(&page);
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- the profile ---- */

static const struct profile_field {
    const char *name, *label, *help;
    unsigned rows;
} profile_fields[PERSON_FIELD__COUNT] = {
    [PERSON_NAME] = {"name", N_("Nom ou pseudonyme"), N_("Il signe ce que vous écrivez."), 0},
    [PERSON_COMMUNE] = {"commune", N_("Commune"), NULL, 0},
    [PERSON_ABOUT] = {"about", N_("En quelques mots"), NULL, 4},
    [PERSON_SKILLS] = {"skills", N_("Ce que vous savez faire"), N_("Un savoir-faire par ligne."),
                       3},
    [PERSON_LANGUAGES] = {"languages", N_("Langues que vous parlez"), N_("Une langue par ligne."),
                          2},
    [PERSON_TELEPHONE] = {"telephone", N_("Téléphone"), NULL, 0},
};
static const struct form_choice visibilities[PERSON_VISIBILITY__COUNT] = {
    [PERSON_PUBLIC] = {"public", N_("Tout le monde"), NULL},
    [PERSON_MEMBERS] = {"members", N_("Les membres connectés"), NULL},
    [PERSON_PRIVATE] = {"private", N_("Vous seulement"), NULL},
};

static slice visibility_name(const struct page *page, size_t field) {
    return arena_printf(page->arena, "%s-seen", profile_fields[field].name);
}

static err write_profile(struct form *form, const struct person *person, bool is_saved) {
    struct page *page = form->page;
    form_page_begin(form, N_("Ce que vous dites de vous"), SLICE("/account/profile"),
                    N_("Rien n’est obligatoire. Vous choisissez qui voit quoi."));
    if (is_saved) {
        html_raw(&page->html, "<p class=\"alert alert--info\" role=\"status\">");
        html_t(&page->html, "C’est enregistré.");
        html_raw(&page->html, "</p>\n");
    }
    form_begin(form, SLICE("/account/profile"), false);
    for (size_t i = 0; i < PERSON_FIELD__COUNT; i++) {
        const struct profile_field *field = &profile_fields[i];
        form_field(form, &(struct form_field){.name = field->name,
                                              .label = field->label,
                                              .help = field->help,
                                              .value = person->fields[i].text,
                                              .rows = field->rows,
                                              .max_bytes = i == PERSON_NAME ? PERSON_NAME_MAX
                                                                            : PERSON_TEXT_MAX});
        if (i != PERSON_NAME) {
            form_select(form, visibility_name(page, i).p, N_("Qui le voit"), visibilities,
                        PERSON_VISIBILITY__COUNT,
                        slice_from_cstr(visibilities[person->fields[i].visibility].value));
        }
    }
    form_submit(form, N_("Enregistrer"));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

err web_profile(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct person person;
    TRY(person_load(face_reader(request), face_actor(request)->person, request->arena, &person));
    return write_profile(&form, &person, slice_equal(request->query, SLICE("saved")));
}

struct profiling {
    const struct face *face;
    struct person person;
    bool is_renamed;
    struct arena *arena;
    struct problem problem;
};

static err profile_job(struct db_conn *conn, void *self) {
    struct profiling *profiling = self;
    if (profiling->is_renamed) { /* RULE PERSON-8 */
        TRY(person_name_check(conn, profiling->person.id,
                              profiling->person.fields[PERSON_NAME].text,
                              profiling->face->site_name, profiling->arena, &profiling->problem));
    }
    return person_store(conn, &profiling->person, profiling->arena, &profiling->problem);
}

static err answer_profile(void *app, const struct http_request *request, void *self, err result,
                          struct http_response *response, struct problem *problem) {
    struct profiling *profiling = self;
    if (result == OK) {
        http_redirect(response, SLICE("/account/profile?saved"));
        return OK;
    }
    *problem = profiling->problem;
    for (size_t i = 0; i < PERSON_FIELD__COUNT; i++) {
        if (slice_equal(slice_from_cstr(profiling->problem.field),
                        slice_from_cstr(profile_fields[i].name))) {
            struct page page = page_begin(app, request, response);
            struct form form = {.page = &page};
            form_fault(&form, profile_fields[i].name,
                       result == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.")
                       : result == ERR_CONFLICT
                           ? N_("Ce nom ressemble à celui du site, ou d’une "
                                "personne qui y a un rôle. Prenez-en un autre.")
                           : N_("Il y a un caractère qui ne se voit pas. "
                                "Écrivez-le de nouveau."));
            return write_profile(&form, &profiling->person, false);
        }
    }
    return result;
}

err web_profile_post(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct profiling *profiling = arena_new(request->arena, struct profiling, 1);
    profiling->arena = request->arena;
    TRY(person_load(face_reader(request), face_actor(request)->person, request->arena,
                    &profiling->person));
    slice named = profiling->person.fields[PERSON_NAME].text;
    for (size_t i = 0; i < PERSON_FIELD__COUNT; i++) {
        const char *seen = arena_printf(request->arena, "%s-seen", profile_fields[i].name).p;
        profiling->person.fields[i].text = http_form_value(&sent, profile_fields[i].name);
        for (int choice = 0; choice < PERSON_VISIBILITY__COUNT; choice++) {
            if (slice_equal(http_form_value(&sent, seen),
                            slice_from_cstr(visibilities[choice].value))) {
                profiling->person.fields[i].visibility = (enum person_visibility)choice;
            }
        }
    }
    profiling->face = app;
    profiling->is_renamed =
        !slice_equal(slice_trim(profiling->person.fields[PERSON_NAME].text), named);
    profiling->person.language = request->language;
    return face_write(app, request, profile_job, answer_profile, profiling);
}

/* ---- the download ---- */

#define DATA_BYTES_MAX (32u << 20)

static err add_suggestions(struct db_conn *reader, struct person_id person, struct arena *arena,
                           struct buf *out) {
    static const char *const states[] = {[SUGGESTION_WAITS] = "waits",
                                         [SUGGESTION_ACCEPTED] = "accepted",
                                         [SUGGESTION_DECLINED] = "declined"};
    struct suggestion *list;
    size_t count;
    TRY(suggestions_of(reader, person, INT32_MAX, arena, &list, &count));
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, "%s{\"entry\":%lld,\"at\":\"", i > 0 ? "," : "", (long long)list[i].entry.v);
        time_format_rfc3339(list[i].at_ms, out);
        buf_addf(out, "\",\"state\":\"%s\",\"reason\":", states[list[i].state]);
        buf_add_json_string(out, list[i].reason);
        buf_add_cstr(out, ",\"answer\":");
        buf_add_json_string(out, list[i].answer);
        buf_add_char(out, '}');
    }
    return OK;
}

err web_account_data(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)app;
    (void)problem;
    struct db_conn *reader = face_reader(request);
    struct person_id person = face_actor(request)->person;
    struct contribution *list;
    size_t count;
    TRY(contributions_of(reader, person, request->arena, &list, &count));
    response->body = buf_new(DATA_BYTES_MAX);
    struct buf *out = &response->body;
    buf_add_char(out, '{');
    TRY(person_to_json(reader, person, request->arena, out));
    buf_add_cstr(out, ",\"contributions\":[");
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, "%s{\"entry\":%lld,\"title\":", i ? "," : "", (long long)list[i].entry.v);
        buf_add_json_string(out, list[i].title);
        buf_add_cstr(out, ",\"added\":\"");
        time_format_rfc3339(list[i].created_ms, out);
        buf_add_cstr(out, "\"}");
    }
    buf_add_cstr(out, "],\"suggestions\":[");
    TRY(add_suggestions(reader, person, request->arena, out));
    buf_add_cstr(out, "],");
    TRY(news_person_to_json(reader, person, out));
    buf_add_char(out, ',');
    TRY(moderation_person_to_json(reader, person, out));
    buf_add_char(out, ',');
    TRY(claims_to_json(reader, person, out));
    buf_add_cstr(out, ",\"help\":");
    TRY(help_to_json(reader, person, out));
    buf_add_cstr(out, "}\n");
    response->media_type = "application/json";
    response->file_name = SLICE("agora.json");
    return out->failed;
}
