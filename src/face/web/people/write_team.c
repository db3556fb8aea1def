/* /entries/{id}/write: "Écrire à l'équipe". The words go to each member by mail; no address of
 * theirs is shown, the writer's is where the answer goes. */
#include "domain/team/team.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/team.h"
#include "face/write.h"
#include "mail/mail.h"
#include "text/text.h"

#define WORDS_MAX_BYTES 4000

struct writing {
    const struct face *face;
    const struct actor *actor;
    struct entry_id entry;
    slice title;
    slice words, who, address; /* as typed; of an account as it stands */
    slice language, path;
    struct person_network network;
    struct arena *arena;
    struct problem problem;
};

/* An entry that the public sees and a team runs. ERR_NOT_FOUND. */
static err find_entry(const struct http_request *request, const struct face *face,
                      struct writing *writing, struct problem *problem) {
    struct entry_public *entry = arena_new(request->arena, struct entry_public, 1);
    struct team_of_entry of;
    TRY(entry_of_address(request, &writing->entry, problem));
    err found = entry_public_load(face_reader(request), face->territories, writing->entry,
                                  request->arena, entry);
    TRY(found == ERR_NOT_FOUND
            ? problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address")
            : found);
    TRY(team_of_entry(face_reader(request), writing->entry, (struct person_id){0}, &of));
    if (of.id.v == 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no team runs this entry");
    }
    writing->title = entry->entry.title;
    writing->path = face_entry_path(writing->entry, writing->title, request->arena);
    return OK;
}

/* Who is signed in is known by name and has an address. */
static err fill_writer(const struct http_request *request, const struct i18n_language *language,
                       struct writing *writing) {
    struct person_address *addresses;
    size_t count;
    writing->actor = face_actor(request);
    if (writing->actor->person.v == 0) {
        return OK;
    }
    TRY(person_addresses(face_reader(request), writing->actor->person, request->arena, &addresses,
                         &count));
    writing->who =
        writing->actor->name.n ? writing->actor->name : i18n(language, "Une personne inscrite");
    writing->address = count > 0 ? addresses[0].address : SLICE_EMPTY;
    return OK;
}

static void write_who(struct form *form, const struct writing *writing) {
    struct html *html = &form->page->html;
    if (writing->actor->person.v != 0) {
        const slice values[] = {writing->who, writing->address};
        html_raw(html, "<p class=\"form-help\">");
        html_tf(html,
                "Vous écrivez en tant que %1. L’équipe voit votre adresse, %2, pour répondre.",
                values, ARRAY_COUNT(values));
        html_raw(html, "</p>\n");
        return;
    }
    form_field(form, &(struct form_field){.name = "who",
                                          .label = N_("Votre nom"),
                                          .value = writing->who,
                                          .autocomplete = "name",
                                          .max_bytes = PERSON_NAME_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Votre adresse mail"),
                                          .help = N_("L’équipe la voit, pour répondre. Elle n’est "
                                                     "ni gardée ni montrée ailleurs."),
                                          .value = writing->address,
                                          .type = "email",
                                          .autocomplete = "email",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                          .is_needed = true});
}

static err write_form(struct form *form, const struct writing *writing, bool is_sent) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = link_entry_under(writing->entry, "/write", page->arena);
    form_page_begin(form, N_("Écrire à l’équipe"), path, NULL);
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", writing->path);
    html_raw(html, ">");
    html_text(html, writing->title);
    html_raw(html, "</a></p>\n");
    if (is_sent) {
        html_raw(html, "<p class=\"alert alert--info\" role=\"status\">");
        html_t(html, "C’est parti. La réponse vient par mail.");
        html_raw(html, "</p>\n");
        form_page_end(form);
        return html->out->failed;
    }
    form_begin(form, path, false);
    form_field(form, &(struct form_field){.name = "words",
                                          .label = N_("Votre message"),
                                          .value = writing->words,
                                          .max_bytes = WORDS_MAX_BYTES,
                                          .rows = 8,
                                          .is_needed = true});
    write_who(form, writing);
    form_trap(form);
    if (writing->actor->person.v == 0) {
        form_since(form);
    }
    form_submit(form, N_("Envoyer"));
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

err web_write(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct writing writing = {.words = SLICE_EMPTY, .who = SLICE_EMPTY, .address = SLICE_EMPTY};
    TRY(find_entry(request, app, &writing, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(fill_writer(request, page.html.language, &writing));
    return write_form(&form, &writing, slice_equal(request->query, SLICE("sent")));
}

/* ---- sending ---- */

/* RULE PERSON-1: counted for the account, else for the network. */
static err count_try(struct db_conn *conn, struct writing *writing, int64_t now_ms) {
    const struct person_id *person = &writing->actor->person;
    slice key = person->v ? slice_of((const char *)&person->v, sizeof person->v)
                          : person_network_key(&writing->network);
    return person_try(conn, PERSON_TRY_WRITE, key, now_ms, &writing->problem);
}

static err write_job(struct db_conn *conn, void *self) {
    struct writing *writing = self;
    int64_t now_ms = clock_now_ms(writing->face->clock);
    struct team_of_entry of;
    slice *addresses;
    size_t count;
    TRY(team_of_entry(conn, writing->entry, (struct person_id){0}, &of));
    if (of.id.v == 0) {
        return problem_set(&writing->problem, ERR_NOT_FOUND, "id", "no team runs this entry");
    }
    if (writing->actor->person.v == 0) {
        TRY(person_name_check(conn, writing->actor->person, writing->who, writing->face->site_name,
                              writing->arena, &writing->problem));
    }
    TRY(count_try(conn, writing, now_ms));
    TRY(team_addresses(conn, of.id, writing->arena, &addresses, &count));
    for (size_t i = 0; i < count; i++) {
        const struct mail_message message = {.to = addresses[i],
                                             .language = writing->language,
                                             .letter = MAIL_TO_TEAM,
                                             .to_team = {.title = writing->title,
                                                         .who = writing->who,
                                                         .words = writing->words,
                                                         .path = writing->path,
                                                         .reply = writing->address}};
        TRY(mail_send(conn, writing->face->ids, &message, now_ms, &writing->problem));
    }
    return OK;
}

static err answer_write(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct writing *writing = self;
    if (result == OK) {
        http_redirect(response, link_entry_under(writing->entry, "/write?sent", request->arena));
        return OK;
    }
    if (result != ERR_LIMIT && result != ERR_CONFLICT) {
        *problem = writing->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (result == ERR_CONFLICT) {
        form_fault(&form, "who",
                   N_("Ce nom ressemble à celui du site, ou d’une personne qui y a un rôle. "
                      "Prenez-en un autre."));
    } else {
        form_fault(&form, "words", N_("Trop de messages sont partis aujourd’hui. Revenez demain."));
    }
    return write_form(&form, writing, false);
}

/* One line that shows all it holds. */
static bool is_line(slice line) {
    for (size_t i = 0; i < line.n; i++) {
        if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f) {
            return false;
        }
    }
    return line.n > 0 && line.n <= PERSON_NAME_MAX;
}

static void check(struct form *form, const struct writing *writing) {
    struct mail_address address;
    struct problem problem;
    if (slice_trim(writing->words).n == 0) {
        form_fault(form, "words", N_("Écrivez quelques mots."));
    } else if (writing->words.n > WORDS_MAX_BYTES) {
        form_fault(form, "words", N_("C’est trop long. Raccourcissez-le."));
    }
    if (!is_line(writing->who)) {
        form_fault(form, "who", N_("Dites qui vous êtes, en une ligne."));
    }
    if (mail_address_parse(writing->address, &address, &problem) != OK) {
        form_fault(form, "address",
                   N_("Ce n’est pas une adresse mail. Regardez s’il manque quelque chose."));
    }
}

err web_write_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct writing *writing = arena_new(request->arena, struct writing, 1);
    BUF_CLEANUP struct buf who = buf_new(64u << 10);
    *writing = (struct writing){.face = app,
                                .words = http_form_value(&sent, "words"),
                                .who = slice_trim(http_form_value(&sent, "who")),
                                .address = http_form_value(&sent, "address"),
                                .language = request->language,
                                .arena = request->arena};
    if (text_one_line(writing->who, &who)) {
        writing->who = slice_trim(arena_copy(request->arena, buf_slice(&who)));
    }
    TRY(who.failed);
    TRY(find_entry(request, app, writing, problem));
    TRY(face_network(request, &writing->network));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(fill_writer(request, page.html.language, writing));
    check(&form, writing);
    bool is_trapped = form_is_trapped(&sent);
    bool is_hasty = writing->actor->person.v == 0 && !is_trapped && form.fault_count == 0 &&
                    form_is_hasty(&form, app, request, &sent, "words");
    return form.fault_count || is_hasty ? write_form(&form, writing, false)
           : is_trapped                 ? answer_write(app, request, writing, OK, response, problem)
                        : face_write(app, request, write_job, answer_write, writing);
}
