/* /entries/{id}/claim: "C'est notre collectif"; /claims/link/{token}: whether it is so, for whoever
 * has the letter. RULE TEAM-4. */
#include "face/actor.h"
#include "face/web/page/world.h"
#include "face/web/trust/claim_int.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"
#include "text/text.h"

#define CLAIM_TITLE N_("C’est notre collectif")

void claim_entry_line(struct page *page, const struct claim *claim) {
    struct html *html = &page->html;
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", link_entry(page, claim->entry, claim->title));
    html_raw(html, ">");
    html_text(html, claim->title);
    html_raw(html, "</a></p>\n");
}

void claim_said(struct page *page, const struct claim *claim) {
    struct html *html = &page->html;
    html_raw(html, "<blockquote><p><strong>");
    html_text(html, claim->who);
    html_raw(html, "</strong></p>\n");
    moderation_words(page, claim->words);
    html_raw(html, "</blockquote>\n");
}

/* ---- letters ---- */

static err tell(struct db_conn *conn, const struct face *face, const struct claim *claim, slice to,
                slice language, enum mail_decision decision, slice words, slice path,
                int64_t now_ms, struct problem *problem) {
    const struct mail_message message = {
        .to = to,
        .language = language,
        .letter = MAIL_CLAIMED,
        .claimed = {.title = claim->title, .words = words, .path = path, .decision = decision}};
    return mail_send(conn, face->ids, &message, now_ms, problem);
}

/* A contact may have been imported long ago: what is no address any more stops nothing. */
static err tell_contact(struct db_conn *conn, const struct face *face,
                        const struct claim_asked *asked, enum mail_decision decision, slice path,
                        int64_t now_ms, struct problem *problem) {
    struct mail_address address;
    struct problem none;
    if (asked->contact.n == 0 || mail_address_parse(asked->contact, &address, &none) != OK) {
        return OK;
    }
    slice language = slice_equal(asked->contact_language, SLICE("en")) ? SLICE("en") : SLICE("fr");
    return tell(conn, face, &asked->claim, asked->contact, language, decision, SLICE_EMPTY, path,
                now_ms, problem);
}

err claim_tell(struct db_conn *conn, const struct face *face, const struct claim_asked *asked,
               bool is_theirs, int64_t now_ms, struct arena *arena, struct problem *problem) {
    const struct claim *claim = &asked->claim;
    bool is_given = claim->state == CLAIM_GIVEN;
    bool is_ended = claim->state == CLAIM_ENDED;
    slice path = face_entry_path(claim->entry, claim->title, arena);
    slice address;
    slice language;
    if (!is_theirs) {
        TRY(claim_person_address(conn, claim->person, arena, &address, &language));
        enum mail_decision decision = is_given   ? MAIL_DECISION_CLAIM_GIVEN
                                      : is_ended ? MAIL_DECISION_CLAIM_ENDED
                                                 : MAIL_DECISION_CLAIM_REFUSED;
        TRY(address.n == 0 ? OK
                           : tell(conn, face, claim, address, language, decision, claim->answer,
                                  is_given ? link_entry_under(claim->entry, "/team", arena) : path,
                                  now_ms, problem));
    }
    slice report = link_entry_under(claim->entry, "/flag", arena);
    return is_given
               ? tell_contact(conn, face, asked, MAIL_DECISION_CLAIM_TOLD, report, now_ms, problem)
           : is_ended ? tell_contact(conn, face, asked, MAIL_DECISION_CLAIM_TOLD_ENDED, path,
                                     now_ms, problem)
                      : OK;
}

/* ---- asking ---- */

struct asking {
    const struct face *face;
    const struct actor *actor;
    struct claim_ways ways;
    struct claim_ask ask;
    struct claim_asked asked;
    slice way; /* as sent */
    struct arena *arena;
    struct problem problem;
};

static const char *const way_names[CLAIM_WAY__COUNT] = {
    [CLAIM_BY_SITE] = "site", [CLAIM_BY_CONTACT] = "contact", [CLAIM_BY_WORD] = "word"};

static err asking_load(void *app, const struct http_request *request, struct asking **loaded,
                       struct problem *problem) {
    struct asking *asking = arena_new(request->arena, struct asking, 1);
    *asking = (struct asking){.face = app,
                              .actor = face_actor(request),
                              .ask = {.who = SLICE_EMPTY,
                                      .words = SLICE_EMPTY,
                                      .address = SLICE_EMPTY,
                                      .language = request->language},
                              .way = SLICE_EMPTY,
                              .arena = request->arena};
    asking->ask.actor = asking->actor;
    TRY(entry_of_address(request, &asking->ask.entry, problem));
    err found = claim_ways(face_reader(request), asking->ask.entry, request->arena, &asking->ways);
    asking->asked.claim = (struct claim){.entry = asking->ask.entry, .title = asking->ways.title};
    *loaded = asking;
    return found == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address")
               : found;
}

/* "…@lemoulin.fr, …@asso.lemoulin.fr" */
static const char *sites_text(const struct asking *asking) {
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i < asking->ways.site_count; i++) {
        text = arena_printf(asking->arena, "%.*s%s…@%.*s", SLICE_ARG(text), i ? ", " : "",
                            SLICE_ARG(asking->ways.sites[i]));
    }
    return text.p;
}

static void write_fields(struct form *form, const struct asking *asking) {
    const struct claim_ways *ways = &asking->ways;
    struct form_choice choices[CLAIM_WAY__COUNT];
    size_t count = 0;
    if (ways->site_count > 0) {
        choices[count++] = (struct form_choice){"site", N_("J’ai une adresse mail à notre site"),
                                                sites_text(asking)};
    }
    if (ways->contact.n > 0) {
        choices[count++] = (struct form_choice){
            "contact", N_("Écrivez à l’adresse connue de cette fiche"),
            N_("Nous ne la montrons pas. Qui la lit répond oui ou non, sans compte.")};
    }
    choices[count++] =
        (struct form_choice){"word", N_("Une personne qui modère ici peut en juger"),
                             N_("Elle lit ce que vous écrivez, et vous répond avec sa raison.")};
    form_field(form,
               &(struct form_field){.name = "who",
                                    .label = N_("Qui êtes-vous dans ce collectif ?"),
                                    .help = N_("Votre nom et ce que vous y faites. Qui répond "
                                               "à votre demande le lira."),
                                    .value = asking->ask.who,
                                    .max_bytes = CLAIM_WHO_MAX,
                                    .is_needed = true});
    form_choices(form, "way", N_("Comment pouvons-nous en être sûrs ?"), choices, count,
                 asking->way.n ? asking->way : slice_from_cstr(choices[0].value));
    if (ways->site_count > 0) {
        form_field(form, &(struct form_field){.name = "address",
                                              .label = N_("Votre adresse à ce site"),
                                              .help = N_("Si vous choisissez ce moyen : une lettre "
                                                         "y part."),
                                              .value = asking->ask.address,
                                              .type = "email",
                                              .autocomplete = "email",
                                              .max_bytes = MAIL_ADDRESS_MAX_BYTES});
    }
    form_field(form, &(struct form_field){.name = "words",
                                          .label = N_("Quelques mots"),
                                          .help = N_("Demandés si une personne doit en juger : où "
                                                     "vous voit-on dans ce collectif ?"),
                                          .value = asking->ask.words,
                                          .max_bytes = CLAIM_WORDS_MAX,
                                          .rows = 4});
}

/* What comes next, once it was sent. */
static bool write_sent(struct form *form, slice query) {
    static const struct {
        const char *query, *text;
    } sent[] = {
        {"site", N_("Une lettre est partie à votre adresse du site. Ouvrez-la et dites oui.")},
        {"contact", N_("Une lettre est partie à l’adresse connue de cette fiche. Qui la lit a 14 "
                       "jours pour répondre, et vous recevez la réponse par mail.")},
        {"word", N_("Votre demande attend une personne qui modère ici. La réponse vient par mail, "
                    "avec sa raison.")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(sent); i++) {
        if (slice_equal(query, slice_from_cstr(sent[i].query))) {
            html_raw(&form->page->html, "<p class=\"alert alert--info\" role=\"status\">");
            html_text(&form->page->html, i18n(form->page->html.language, sent[i].text));
            html_raw(&form->page->html, "</p>\n");
            return true;
        }
    }
    return false;
}

static err write_claim(struct form *form, const struct asking *asking, slice sent) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = link_entry_under(asking->ask.entry, "/claim", page->arena);
    form_page_begin(form, CLAIM_TITLE, path, NULL);
    claim_entry_line(page, &asking->asked.claim);
    bool is_sent = write_sent(form, sent);
    if (!is_sent && asking->ways.has_team) {
        html_raw(html, "<p>");
        html_t(html,
               "Une équipe tient déjà cette fiche. Vous en êtes ? Écrivez-lui : elle peut vous "
               "inviter.");
        html_raw(html, "</p>\n<p><a class=\"button button--line button--wide\"");
        html_attr(html, "href", link_entry_under(asking->ask.entry, "/write", page->arena));
        html_raw(html, ">");
        html_t(html, "Écrire à l’équipe");
        html_raw(html, "</a></p>\n");
    } else if (!is_sent) {
        html_raw(html, "<p>");
        html_t(html,
               "Vous y faites quelque chose ? Tenez cette fiche au nom du collectif : vous la "
               "corrigez, vous répondez aux messages, et ce que d’autres veulent y changer "
               "attend votre accord.");
        html_raw(html, "</p>\n");
        form_begin(form, path, false);
        write_fields(form, asking);
        form_submit(form, N_("Envoyer"));
        form_end(form);
    }
    form_page_end(form);
    return html->out->failed;
}

err web_claim(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct asking *asking;
    TRY(asking_load(app, request, &asking, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_claim(&form, asking, request->query);
}

static err ask_job(struct db_conn *conn, void *self) {
    struct asking *asking = self;
    const struct contribution_world world = web_world(asking->face);
    const struct claim *claim = &asking->asked.claim;
    int64_t now_ms = clock_now_ms(asking->face->clock);
    TRY(claim_ask(conn, &world, &asking->ask, now_ms, asking->arena, &asking->asked,
                  &asking->problem));
    if (claim->state == CLAIM_GIVEN) {
        return claim_tell(conn, asking->face, &asking->asked, true, now_ms, asking->arena,
                          &asking->problem);
    }
    if (claim->address.n == 0) {
        return OK;
    }
    const struct mail_message message = {
        .to = claim->address,
        .language = asking->ask.language,
        .letter = MAIL_CLAIM,
        .claim = {.title = claim->title,
                  .who = claim->who,
                  .words = claim->words,
                  .path = arena_printf(asking->arena, "/claims/link/%s", asking->asked.link.text),
                  .until_ms = now_ms + CLAIM_LETTER_MS}};
    err sent = mail_send(conn, asking->face->ids, &message, now_ms, &asking->problem);
    return sent == ERR_INPUT &&
                   slice_equal(slice_from_cstr(asking->problem.field), SLICE("address"))
               ? problem_set(&asking->problem, ERR_INPUT,
                             claim->way == CLAIM_BY_SITE ? "address" : "way", "no such address")
               : sent;
}

struct told {
    const char *field, *message;
};

/* What was wrong, and beside which field it is told. */
static bool told_of(const struct asking *asking, err result, struct told *told) {
    static const struct {
        err result;
        const char *at;
        struct told told;
    } rows[] = {
        {ERR_INPUT, "who", {"who", N_("Dites qui vous êtes, en une ligne.")}},
        {ERR_LIMIT, "who", {"who", N_("C’est trop long. Raccourcissez-le.")}},
        {ERR_INPUT, "words", {"words", N_("Écrivez quelques mots.")}},
        {ERR_LIMIT, "words", {"words", N_("C’est trop long. Raccourcissez-le.")}},
        {ERR_INPUT, "address", {"address", N_("Cette adresse n’est pas à ce site.")}},
        {ERR_INPUT, "way", {"way", N_("Ce moyen ne va pas pour cette fiche. Prenez-en un autre.")}},
        {ERR_LIMIT,
         "refused",
         {"way", N_("Il a été répondu non à votre demande. Une personne qui modère ici peut en "
                    "juger.")}},
        {ERR_LIMIT,
         "tries",
         {"way", N_("Trop de demandes sont parties. Revenez plus tard, ou demandez à une personne "
                    "qui modère.")}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (result == rows[i].result &&
            slice_equal(slice_from_cstr(asking->problem.field), slice_from_cstr(rows[i].at))) {
            *told = rows[i].told;
            return true;
        }
    }
    return false;
}

static err answer_ask(void *app, const struct http_request *request, void *self, err result,
                      struct http_response *response, struct problem *problem) {
    struct asking *asking = self;
    struct told told;
    if (result == OK) {
        const struct claim *claim = &asking->asked.claim;
        http_redirect(response,
                      claim->state == CLAIM_GIVEN
                          ? link_entry_under(claim->entry, "/team?done", request->arena)
                          : arena_printf(request->arena, "/entries/%lld/claim?%s",
                                         (long long)claim->entry.v, way_names[claim->way]));
        return OK;
    }
    if (result == ERR_CONFLICT) { /* the page says who runs it by now */
        http_redirect(response, link_entry_under(asking->ask.entry, "/claim", request->arena));
        return OK;
    }
    if (!told_of(asking, result, &told)) {
        *problem = asking->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, told.field, told.message);
    return write_claim(&form, asking, SLICE_EMPTY);
}

err web_claim_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct http_form sent;
    struct asking *asking;
    BUF_CLEANUP struct buf who = buf_new(64u << 10);
    (void)response;
    TRY(http_form_read(request, &sent, problem));
    TRY(asking_load(app, request, &asking, problem));
    asking->way = http_form_value(&sent, "way");
    asking->ask.who = slice_trim(http_form_value(&sent, "who"));
    asking->ask.words = http_form_value(&sent, "words");
    asking->ask.address = slice_trim(http_form_value(&sent, "address"));
    if (text_one_line(asking->ask.who, &who)) {
        asking->ask.who = slice_trim(arena_copy(request->arena, buf_slice(&who)));
    }
    TRY(who.failed);
    for (int i = CLAIM_BY_SITE; i < CLAIM_WAY__COUNT; i++) {
        if (slice_equal(asking->way, slice_from_cstr(way_names[i]))) {
            asking->ask.way = (enum claim_way)i;
        }
    }
    return asking->ask.way ? face_write(app, request, ask_job, answer_ask, asking)
                           : problem_set(problem, ERR_INPUT, "way", "there is no such way");
}

/* ---- the letter ---- */

static err write_gone(struct page *page) {
    struct form form = {.page = page};
    page->response->status = 404;
    form_page_begin(&form, CLAIM_TITLE, page->request->path,
                    N_("Cette lettre a déjà servi, ou elle est trop ancienne."));
    form_page_end(&form);
    return page->html.out->failed;
}

err web_claim_link(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct html *html = &page.html;
    struct claim claim;
    (void)problem;
    err found = claim_of_link(face_reader(request), request->captures[0], page.now_ms,
                              request->arena, &claim);
    if (found == ERR_NOT_FOUND) {
        return write_gone(&page);
    }
    TRY(found);
    form_page_begin(&form, N_("Est-ce votre collectif ?"), request->path, NULL);
    claim_entry_line(&page, &claim);
    html_raw(html, "<p>");
    html_t(html, "Une personne qui se présente ainsi demande à tenir cette fiche :");
    html_raw(html, "</p>\n");
    claim_said(&page, &claim);
    html_raw(html, "<p>");
    html_t(html, "Dites oui seulement si elle est des vôtres : elle pourra changer la fiche au nom "
                 "du collectif.");
    html_raw(html, "</p>\n");
    form_button(&page, request->path, "is", SLICE("yes"), N_("Oui, elle est des nôtres"));
    form_button(&page, request->path, "is", SLICE("no"), N_("Non"));
    form_page_end(&form);
    return html->out->failed;
}

struct answering {
    const struct face *face;
    slice link;
    bool is_theirs;
    struct claim_asked asked;
    struct arena *arena;
    struct problem problem;
};

static err link_job(struct db_conn *conn, void *self) {
    struct answering *answering = self;
    const struct contribution_world world = web_world(answering->face);
    int64_t now_ms = clock_now_ms(answering->face->clock);
    TRY(claim_answer(conn, &world, answering->link, answering->is_theirs, now_ms, answering->arena,
                     &answering->asked));
    return claim_tell(conn, answering->face, &answering->asked, false, now_ms, answering->arena,
                      &answering->problem);
}

static err answer_link(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    const struct answering *answering = self;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (result == ERR_NOT_FOUND) {
        return write_gone(&page);
    }
    if (result != OK && result != ERR_CONFLICT) {
        *problem = answering->problem;
        return result;
    }
    form_page_begin(&form, N_("Merci"), request->path,
                    result == ERR_CONFLICT
                        ? N_("Il est trop tard : une équipe tient déjà cette fiche, ou elle n’est "
                             "plus montrée.")
                    : answering->is_theirs
                        ? N_("C’est fait : cette personne tient maintenant la fiche, et peut "
                             "inviter les autres.")
                        : N_("C’est noté. Rien ne change, et cette personne ne peut plus vous "
                             "écrire au sujet de cette fiche."));
    claim_entry_line(&page, &answering->asked.claim);
    form_page_end(&form);
    return page.html.out->failed;
}

err web_claim_link_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct answering *answering = arena_new(request->arena, struct answering, 1);
    (void)response;
    TRY(http_form_read(request, &sent, problem));
    slice is = http_form_value(&sent, "is");
    *answering = (struct answering){.face = app,
                                    .link = request->captures[0],
                                    .is_theirs = slice_equal(is, SLICE("yes")),
                                    .arena = request->arena};
    answering->asked.claim.title = SLICE_EMPTY;
    return answering->is_theirs || slice_equal(is, SLICE("no"))
               ? face_write(app, request, link_job, answer_link, answering)
               : problem_set(problem, ERR_INPUT, "is", "the answer is yes or no");
}
