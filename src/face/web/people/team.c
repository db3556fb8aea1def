/* /entries/{id}/team: who runs an entry. Its members look and leave; its leads also invite, give
 * roles, name the team and say whether it keeps the entry. The domain decides who may. */
#include "domain/team/team.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/team.h"
#include "face/web/trust/suggestion.h"
#include "face/write.h"
#include "mail/mail.h"
#include "text/text.h"

#define TEAM_TITLE N_("L’équipe")

/* ---- the page ---- */

/* What the page is made of, as its reader may see it. */
struct team_view {
    struct entry entry;
    struct team_of_entry of;
    struct team team;
    struct team_member *members;
    size_t member_count;
    struct team_invitation *invitations; /* a lead's only */
    size_t invitation_count;
};

static err view_load(const struct http_request *request, struct entry_id entry, int64_t now_ms,
                     struct team_view *view, struct problem *problem) {
    struct db_conn *reader = face_reader(request);
    struct person_id viewer = face_actor(request)->person;
    *view = (struct team_view){0};
    TRY(team_of_entry(reader, entry, viewer, &view->of));
    if (view->of.id.v == 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no team runs this entry");
    }
    if (view->of.role == TEAM_NONE) {
        return problem_set(problem, ERR_DENIED, "id", "this page is for the team of the entry");
    }
    TRY(entry_load(reader, entry, request->arena, &view->entry));
    TRY(team_load(reader, view->of.id, request->arena, &view->team));
    TRY(team_members(reader, view->of.id, viewer, request->arena, &view->members,
                     &view->member_count));
    return view->of.role == TEAM_LEAD
               ? team_invitations(reader, view->of.id, now_ms, request->arena, &view->invitations,
                                  &view->invitation_count)
               : OK;
}

static void section_begin(struct form *form, const char *id, const char *title) {
    struct html *html = &form->page->html;
    html_raw(html, "<section class=\"form-part\"");
    html_attr(html, "id", slice_from_cstr(id));
    html_raw(html, "><h2>");
    html_text(html, i18n(html->language, title));
    html_raw(html, "</h2>\n");
    form_told(form, id);
}

static slice number(const struct page *page, int64_t value) {
    return arena_printf(page->arena, "%lld", (long long)value);
}

static void write_member(struct form *form, const struct team_view *view, slice path,
                         const struct team_member *member) {
    struct page *page = form->page;
    struct html *html = &page->html;
    bool is_me = member->person.v == face_actor(page->request)->person.v;
    slice id = number(page, member->person.v);
    html_raw(html, "<li><span>");
    team_person_name(page, member->person, member->name);
    if (is_me) {
        html_raw(html, " ");
        html_t(html, "(vous)");
    }
    html_raw(html, " <span class=\"state\">");
    html_text(html, i18n(html->language, team_role_label(member->role)));
    html_raw(html, "</span></span>");
    if (view->of.role == TEAM_LEAD && view->member_count > 1) {
        if (member->role == TEAM_LEAD) {
            form_button(page, path, "member", id, N_("Rendre membre"));
        } else {
            form_button(page, path, "lead", id, N_("Rendre responsable"));
        }
        if (!is_me) {
            form_button(page, path, "out", id, N_("Retirer de l’équipe"));
        }
    }
    html_raw(html, "</li>");
}

static void write_members(struct form *form, const struct team_view *view, slice path) {
    struct html *html = &form->page->html;
    section_begin(form, "members", N_("Qui en fait partie"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < view->member_count; i++) {
        write_member(form, view, path, &view->members[i]);
    }
    html_raw(html, "</ul></section>\n");
}

static const struct form_choice roles[] = {
    {"member", N_("Membre"), N_("Corrige la fiche, donne des nouvelles, répond aux messages.")},
    {"lead", N_("Responsable"), N_("Invite aussi, et peut passer la main.")},
};

static void write_invitations(struct form *form, const struct team_view *view, slice path,
                              slice address) {
    struct page *page = form->page;
    struct html *html = &page->html;
    section_begin(form, "invite", N_("Inviter quelqu’un"));
    if (view->invitation_count > 0) {
        html_raw(html, "<p>");
        html_t(html, "Ces invitations attendent une réponse :");
        html_raw(html, "</p>\n<ul class=\"form-rows\">");
        for (size_t i = 0; i < view->invitation_count; i++) {
            html_raw(html, "<li><span>");
            html_text(html, view->invitations[i].address);
            html_raw(html, "</span><span class=\"state\">");
            html_text(html, i18n(html->language, team_role_label(view->invitations[i].role)));
            html_raw(html, "</span>");
            form_button(page, path, "take-back", view->invitations[i].address,
                        N_("Reprendre l’invitation"));
            html_raw(html, "</li>");
        }
        html_raw(html, "</ul>\n");
    }
    form_begin(form, path, false);
    form_hidden(form, "do", SLICE("invite"));
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Son adresse mail"),
                                          .help = N_("Elle reçoit un lien, bon une fois et "
                                                     "pendant 14 jours."),
                                          .value = address,
                                          .type = "email",
                                          .autocomplete = "off",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                          .is_needed = true});
    form_choices(form, "role", N_("Son rôle"), roles, ARRAY_COUNT(roles), SLICE("member"));
    form_submit(form, N_("Envoyer l’invitation"));
    form_end(form);
    html_raw(html, "</section>\n");
}

static void write_name(struct form *form, slice path, slice name) {
    section_begin(form, "named", N_("Le nom de l’équipe"));
    form_begin(form, path, false);
    form_hidden(form, "do", SLICE("name"));
    form_field(form, &(struct form_field){.name = "name",
                                          .label = N_("Nom montré sur la fiche"),
                                          .help = N_("Laissez vide pour ne montrer que vos noms."),
                                          .value = name,
                                          .max_bytes = TEAM_NAME_MAX});
    form_submit_else(form, "name", N_("Enregistrer le nom"));
    form_end(form);
    html_raw(&form->page->html, "</section>\n");
}

static void write_keep(struct form *form, bool keeps, slice path) {
    struct html *html = &form->page->html;
    section_begin(form, "keeps", N_("Qui peut corriger la fiche"));
    html_raw(html, "<p>");
    if (keeps) {
        html_t(html, "Vous gardez cette fiche : ce que d’autres y changent attend votre accord.");
    } else {
        html_t(html, "Toute personne connectée peut la corriger ; chaque changement reste dans "
                     "l’historique.");
    }
    html_raw(html, "</p>\n");
    form_button(form->page, path, "keep", keeps ? SLICE("0") : SLICE("1"),
                keeps ? N_("L’ouvrir à tout le monde") : N_("Nous gardons cette fiche"));
    html_raw(html, "</section>\n");
}

static void write_leave(struct form *form, const struct team_view *view, slice path) {
    struct html *html = &form->page->html;
    section_begin(form, "leave", N_("Partir"));
    html_raw(html, "<p>");
    if (view->member_count > 1) {
        html_t(html, "Ce que vous avez écrit reste. Les autres continuent.");
    } else {
        html_t(html, "Il n’y a que vous : l’équipe prend fin, et la fiche est de nouveau ouverte à "
                     "tout le monde.");
    }
    html_raw(html, "</p>\n");
    form_button(form->page, path, "leave", SLICE("1"), N_("Quitter l’équipe"));
    html_raw(html, "</section>\n");
}

/* `name` and `address` are what was typed, else the name as it is and nothing. */
static err write_team(struct form *form, const struct team_view *view, slice name, slice address,
                      bool is_done) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = link_entry_under(view->entry.id, "/team", page->arena);
    form_page_begin(form, TEAM_TITLE, path, NULL);
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", link_entry(page, view->entry.id, view->entry.title));
    html_raw(html, ">");
    html_text(html, view->entry.title);
    html_raw(html, "</a></p>\n");
    if (is_done) {
        html_raw(html, "<p class=\"alert alert--info\" role=\"status\">");
        html_t(html, "C’est fait.");
        html_raw(html, "</p>\n");
    }
    TRY(suggestions_way(page));
    write_members(form, view, path);
    if (view->of.role == TEAM_LEAD) {
        write_invitations(form, view, path, address);
        write_keep(form, view->of.keeps, path);
        write_name(form, path, name);
    }
    write_leave(form, view, path);
    form_page_end(form);
    return html->out->failed;
}

err web_team(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    struct entry_id entry;
    struct team_view view;
    TRY(entry_of_address(request, &entry, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(view_load(request, entry, page.now_ms, &view, problem));
    return write_team(&form, &view, view.team.name, SLICE_EMPTY,
                      slice_equal(request->query, SLICE("done")));
}

/* ---- acting ---- */

enum act {
    ACT_INVITE,
    ACT_NAME,
    ACT_KEEP,
    ACT_LEAD,
    ACT_MEMBER,
    ACT_OUT,
    ACT_TAKE_BACK,
    ACT_LEAVE,
    ACT__COUNT
};

/* Buttons send their own name with a value, forms a hidden one. Beside which part a refusal is
 * told. */
static const struct act_row {
    const char *name, *part;
} act_rows[ACT__COUNT] = {
    [ACT_INVITE] = {"invite", "address"},
    [ACT_NAME] = {"name", "name"},
    [ACT_KEEP] = {"keep", "keeps"},
    [ACT_LEAD] = {"lead", "members"},
    [ACT_MEMBER] = {"member", "members"},
    [ACT_OUT] = {"out", "members"},
    [ACT_TAKE_BACK] = {"take-back", "invite"},
    [ACT_LEAVE] = {"leave", "leave"},
};

struct acting {
    const struct face *face;
    const struct actor *actor;
    struct entry_id entry;
    enum act act;
    slice text;              /* an address or a name, as typed */
    struct person_id person; /* whom it is about */
    enum team_role role;     /* of who is invited */
    bool keeps;
    slice who, language; /* of the letter */
    enum team_role mine; /* what the actor was in the team */
    struct problem problem;
};

static err invite(struct db_conn *conn, struct acting *acting, struct team_id team,
                  int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct mail_address address;
    struct crypto_secret link;
    struct entry entry;
    slice by = slice_of((const char *)&acting->actor->person.v, sizeof acting->actor->person.v);
    TRY(mail_address_parse(acting->text, &address, &acting->problem));
    slice to = slice_of(address.text, address.n);
    TRY(team_invite(conn, team, acting->actor->person, to, acting->role, now_ms, &link));
    TRY(person_try(conn, PERSON_TRY_INVITE, by, now_ms, &acting->problem));
    TRY(entry_load(conn, acting->entry, &scratch, &entry));
    const struct mail_message message = {
        .to = to,
        .language = acting->language,
        .letter = MAIL_INVITATION,
        .invitation = {.team = entry.title,
                       .who = acting->who,
                       .path = arena_printf(&scratch, "/invitations/%s", link.text),
                       .until_ms = now_ms + TEAM_INVITATION_MS}};
    return mail_send(conn, acting->face->ids, &message, now_ms, &acting->problem);
}

/* RULE PERSON-8 holds for teams too. */
static err rename_team(struct db_conn *conn, struct acting *acting, struct team_id team) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    BUF_CLEANUP struct buf clean = buf_new(64u << 10);
    struct person_id by = acting->actor->person;
    slice name = text_one_line(acting->text, &clean) ? buf_slice(&clean) : acting->text;
    TRY(clean.failed);
    TRY(person_name_check(conn, by, name, acting->face->site_name, &scratch, &acting->problem));
    return team_rename(conn, team, by, name, &acting->problem);
}

static err act_job(struct db_conn *conn, void *self) {
    struct acting *acting = self;
    struct person_id by = acting->actor->person;
    struct team_of_entry of;
    TRY(team_of_entry(conn, acting->entry, by, &of));
    acting->mine = of.role;
    if (of.role == TEAM_NONE) {
        return of.id.v ? ERR_DENIED : ERR_NOT_FOUND;
    }
    switch (acting->act) {
    case ACT_INVITE:
        return invite(conn, acting, of.id, clock_now_ms(acting->face->clock));
    case ACT_NAME:
        return rename_team(conn, acting, of.id);
    case ACT_KEEP:
        return team_keep(conn, of.id, by, acting->entry, acting->keeps);
    case ACT_LEAD:
        return team_role_set(conn, of.id, by, acting->person, TEAM_LEAD);
    case ACT_MEMBER:
        return team_role_set(conn, of.id, by, acting->person, TEAM_MEMBER);
    case ACT_OUT:
        return team_role_set(conn, of.id, by, acting->person, TEAM_NONE);
    case ACT_TAKE_BACK:
        return team_invitation_take_back(conn, of.id, by, acting->text);
    case ACT_LEAVE:
        return team_leave(conn, of.id, by);
    case ACT__COUNT:
        break;
    }
    return ERR_INPUT;
}

static const char *refusal(const struct acting *acting, err result) {
    switch ((int)result) {
    case ERR_DENIED:
        return N_("Seule une personne responsable de l’équipe peut faire cela.");
    case ERR_CONFLICT:
        return acting->act == ACT_NAME
                   ? N_("Ce nom ressemble à celui du site, ou d’une personne qui y a un rôle. "
                        "Prenez-en un autre.")
                   : N_("Il n’y aurait plus de responsable. Rendez d’abord quelqu’un d’autre "
                        "responsable.");
    case ERR_NOT_FOUND:
        return acting->act == ACT_TAKE_BACK ? N_("Cette invitation n’attend plus.")
                                            : N_("Cette personne n’est plus dans l’équipe.");
    case ERR_INPUT:
        return acting->act == ACT_INVITE ? N_("Ce n’est pas une adresse mail. Regardez s’il "
                                              "manque quelque chose.")
                                         : N_("Il y a un caractère qui ne se voit pas. "
                                              "Écrivez-le de nouveau.");
    case ERR_LIMIT:
        return acting->act == ACT_NAME ? N_("C’est trop long. Raccourcissez-le.")
               : *acting->problem.field
                   ? N_("Trop d’invitations sont parties aujourd’hui. Revenez demain.")
                   : N_("L’équipe est au complet.");
    default:
        return NULL;
    }
}

static err answer_act(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    struct acting *acting = self;
    if (result == OK) {
        http_redirect(response,
                      acting->act == ACT_LEAVE
                          ? SLICE("/account")
                          : link_entry_under(acting->entry, "/team?done", request->arena));
        return OK;
    }
    const char *message = refusal(acting, result);
    if (message == NULL) {
        *problem = acting->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct team_view view; /* refuses by itself who is not in the team */
    TRY(view_load(request, acting->entry, page.now_ms, &view, problem));
    /* Who is no lead has only the members before their eyes. */
    form_fault(&form, result == ERR_DENIED ? "members" : act_rows[acting->act].part, message);
    return write_team(&form, &view, acting->act == ACT_NAME ? acting->text : view.team.name,
                      acting->act == ACT_INVITE ? acting->text : SLICE_EMPTY, false);
}

/* Which act was sent, and the number of whom it is about. */
static err read_act(const struct http_form *sent, struct acting *acting, struct problem *problem) {
    acting->act = ACT__COUNT;
    for (size_t i = 0; i < ACT__COUNT; i++) {
        bool is_named = slice_equal(http_form_value(sent, "do"), slice_from_cstr(act_rows[i].name));
        bool is_button = i >= ACT_KEEP && http_form_has(sent, act_rows[i].name);
        if (is_button || (is_named && i < ACT_KEEP)) {
            acting->act = (enum act)i;
        }
    }
    if (acting->act == ACT__COUNT) {
        return problem_set(problem, ERR_INPUT, "do", "nothing that a team does was sent");
    }
    slice value = http_form_value(sent, act_rows[acting->act].name);
    bool is_about = acting->act == ACT_LEAD || acting->act == ACT_MEMBER || acting->act == ACT_OUT;
    if (is_about && !slice_to_i64(value, &acting->person.v)) {
        return problem_set(problem, ERR_INPUT, act_rows[acting->act].name,
                           "the number of a person is needed");
    }
    acting->keeps = slice_equal(value, SLICE("1"));
    acting->text = acting->act == ACT_INVITE ? http_form_value(sent, "address") : value;
    acting->role =
        slice_equal(http_form_value(sent, "role"), SLICE("lead")) ? TEAM_LEAD : TEAM_MEMBER;
    return OK;
}

err web_team_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct acting *acting = arena_new(request->arena, struct acting, 1);
    struct page page = page_begin(app, request, response);
    *acting =
        (struct acting){.face = app, .actor = face_actor(request), .language = request->language};
    TRY(entry_of_address(request, &acting->entry, problem));
    TRY(read_act(&sent, acting, problem));
    acting->who = acting->actor->name.n ? acting->actor->name
                                        : i18n(page.html.language, "Un membre de l’équipe");
    return face_write(app, request, act_job, answer_act, acting);
}
