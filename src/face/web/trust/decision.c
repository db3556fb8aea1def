/* /decisions/LINK: a decision, for one whom it was told: why, on what ground, and asking that
 * somebody else looks again (RULE MOD-5) or answering a question (RULE MOD-6). No account is
 * needed. */
#include "domain/moderation/moderation.h"
#include "face/web/page/form.h"
#include "face/web/texts/texts.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

struct replying {
    const struct face *face;
    struct moderation_notice notice;
    struct moderation_reply_send send;
    slice written; /* address as sent */
    struct problem problem;
};

static void write_row(struct page *page, const char *label) {
    html_raw(&page->html, "<li><strong>");
    html_text(&page->html, i18n(page->html.language, label));
    html_raw(&page->html, "</strong> ");
}

static void write_facts(struct page *page, const struct moderation_notice *notice) {
    struct html *html = &page->html;
    html_raw(html, "<h2>");
    html_text(html, notice->title);
    html_raw(html, "</h2>\n<ul>\n");
    write_row(page, N_("Décision :"));
    html_text(html, i18n(html->language, web_moderation_act(notice->act)));
    html_raw(html, ", ");
    day_write(page, notice->at_ms);
    if (notice->act == MODERATION_BLOCK && notice->until_ms > 0) {
        html_raw(html, " – ");
        day_write(page, notice->until_ms);
    }
    html_raw(html, "</li>\n");
    if (notice->point > 0) {
        write_row(page, N_("Fondement :"));
        moderation_point(page, notice->charter, notice->point);
        html_raw(html, "</li>\n");
    }
    write_row(page, N_("Prise par :"));
    html_text(html, i18n(html->language,
                         notice->by.v
                             ? N_("une personne, sans outil automatique")
                             : N_("le programme, après trois signalements de personnes sans lien "
                                  "entre elles ; une personne décide ensuite")));
    html_raw(html, "</li>\n</ul>\n");
    moderation_heading(page, notice->act == MODERATION_ASK ? N_("La question") : N_("La raison"));
    html_raw(html, "<blockquote>");
    moderation_words(
        page, notice->by.v ? notice->reason
                           : i18n(html->language, N_("Trois personnes sans lien entre elles l’ont "
                                                     "signalée.")));
    html_raw(html, "</blockquote>\n");
}

/* Whether who reads wrote the reply, as far as their link tells: authors and their team read each
 * other's words, those who flagged are strangers to each other. */
static bool is_theirs(const struct moderation_notice *notice) {
    const struct moderation_reply *reply = &notice->reply;
    bool is_same = notice->person.v && notice->person.v == reply->person.v;
    return reply->side == notice->side && (notice->side != MODERATION_FLAGGER || is_same);
}

/* What became of a reply. */
static void write_reply(struct page *page, const struct moderation_notice *notice) {
    struct html *html = &page->html;
    const struct moderation_reply *reply = &notice->reply;
    const char *state = NULL;
    switch (reply->state) {
    case MODERATION_REPLY_WAITS:
        state = reply->is_appeal ? N_("Un nouvel avis est demandé. Une autre personne va regarder.")
                                 : N_("La réponse est arrivée. La modération va la lire.");
        break;
    case MODERATION_REPLY_KEPT:
        state = N_("Une autre personne a regardé de nouveau : la décision est maintenue.");
        break;
    case MODERATION_REPLY_REVERSED:
        state = N_("Une autre personne a regardé de nouveau : la décision est changée.");
        break;
    case MODERATION_REPLY_SETTLED:
        state = N_("La décision a été changée.");
        break;
    case MODERATION_REPLY_READ:
        state = N_("La réponse a été lue.");
        break;
    }
    html_raw(html, "<p class=\"alert\" role=\"status\">");
    html_text(html, i18n(html->language, state));
    html_raw(html, "</p>\n");
    if (is_theirs(notice)) {
        html_raw(html, "<blockquote>");
        moderation_words(page, reply->words);
        html_raw(html, "</blockquote>\n");
    }
    if (reply->answer.n > 0) {
        moderation_heading(page, N_("La réponse"));
        html_raw(html, "<blockquote>");
        moderation_words(page, reply->answer);
        html_raw(html, "</blockquote>\n");
    }
}

static void write_form(struct form *form, const struct replying *replying) {
    struct page *page = form->page;
    bool is_question = replying->notice.act == MODERATION_ASK;
    if (!is_question) {
        moderation_heading(page, N_("Vous n’êtes pas d’accord ?"));
        html_raw(&page->html, "<p>");
        html_t(&page->html, "Demandez un nouvel avis, une fois, sans frais, dans les six mois. "
                            "Une personne qui n’a pas pris cette décision regardera.");
        html_raw(&page->html, "</p>\n");
    }
    form_begin(form, page->request->path, false);
    form_field(form, &(struct form_field){.name = "words",
                                          .label = is_question ? N_("Votre réponse")
                                                               : N_("Pourquoi cette décision ne "
                                                                    "vous semble pas juste"),
                                          .value = replying->send.words,
                                          .rows = 6,
                                          .max_bytes = MODERATION_WORDS_MAX,
                                          .is_needed = true});
    if (replying->notice.person.v == 0 && !is_question) {
        form_field(form, &(struct form_field){.name = "address",
                                              .label = N_("Votre adresse mail"),
                                              .help = N_("Facultatif : la réponse y arrive, et se "
                                                         "lit aussi sur cette page."),
                                              .value = replying->written,
                                              .type = "email",
                                              .autocomplete = "email",
                                              .max_bytes = MAIL_ADDRESS_MAX_BYTES});
    }
    form_submit(form, is_question ? N_("Envoyer la réponse") : N_("Demander un nouvel avis"));
    form_end(form);
}

/* Regulation (EU) 2022/2065, art. 17(3)(f): who else can be asked. */
static void write_redress(struct page *page) {
    struct html *html = &page->html;
    moderation_heading(page, N_("À qui d’autre s’adresser"));
    html_raw(html, "<ul>\n");
    text_item(page, N_("À un organisme de règlement extrajudiciaire des litiges, certifié en "
                       "France par l’Arcom (arcom.fr)."));
    text_item(page, N_("À la justice, à tout moment."));
    html_raw(html, "</ul>\n");
}

static err write_page(struct form *form, const struct replying *replying) {
    struct page *page = form->page;
    const struct moderation_notice *notice = &replying->notice;
    bool is_question = notice->act == MODERATION_ASK;
    form_page_begin(form, is_question ? N_("Une question de la modération") : N_("Une décision"),
                    page->request->path, NULL);
    html_raw(&page->html, "<div class=\"prose\">\n");
    write_facts(page, notice);
    if (notice->has_reply) {
        write_reply(page, notice);
    } else if (is_question && !moderation_can_reply(notice, page->now_ms)) {
        text_paragraph(page, N_("Le temps de répondre est passé."));
    } else if (notice->is_final) {
        text_paragraph(page, N_("C’est la réponse à une demande de nouvel avis : ici, elle est "
                                "définitive."));
    }
    html_raw(&page->html, "</div>\n");
    if (moderation_can_reply(notice, page->now_ms)) {
        write_form(form, replying);
    }
    html_raw(&page->html, "<div class=\"prose\">\n");
    if (!is_question) {
        write_redress(page);
    }
    html_raw(&page->html, "<p><a href=\"/charter\">");
    html_t(&page->html, "Ce que dit la charte");
    html_raw(&page->html, "</a></p>\n</div>\n");
    form_page_end(form);
    return page->html.out->failed;
}

static err load(const struct http_request *request, struct replying *replying,
                struct problem *problem) {
    err found = moderation_notice_of_link(face_reader(request), request->captures[0],
                                          request->arena, &replying->notice);
    return found == ERR_NOT_FOUND
               ? problem_set(problem, found, "token", "this link leads to no decision")
               : found;
}

err web_decision(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    struct replying replying = {
        .face = app, .written = SLICE_EMPTY, .send = {.words = SLICE_EMPTY}};
    TRY(load(request, &replying, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, &replying);
}

static err reply_job(struct db_conn *conn, void *self) {
    struct replying *replying = self;
    return moderation_reply_add(conn, &replying->send, clock_now_ms(replying->face->clock),
                                &replying->problem);
}

static err answer_reply(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct replying *replying = self;
    if (result == OK || result == ERR_CONFLICT) { /* the page says what stands */
        http_redirect(response, request->path);
        return OK;
    }
    if (result != ERR_INPUT && result != ERR_LIMIT) {
        *problem = replying->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "words",
               result == ERR_INPUT ? N_("Écrivez quelques mots.")
                                   : N_("C’est trop long. Raccourcissez-le."));
    return write_page(&form, replying);
}

err web_decision_post(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct http_form sent;
    struct mail_address address;
    struct problem ignored = {0};
    TRY(http_form_read(request, &sent, problem));
    struct replying *replying = arena_new(request->arena, struct replying, 1);
    *replying = (struct replying){.face = app,
                                  .written = slice_trim(http_form_value(&sent, "address")),
                                  .send = {.link = request->captures[0],
                                           .words = http_form_value(&sent, "words"),
                                           .address = SLICE_EMPTY,
                                           .language = request->language}};
    TRY(load(request, replying, problem));
    if (replying->written.n > 0) {
        if (mail_address_parse(replying->written, &address, &ignored) != OK) {
            struct page page = page_begin(app, request, response);
            struct form form = {.page = &page};
            form_fault(&form, "address",
                       N_("Ce n’est pas une adresse mail. Exemple : lea@example.org"));
            return write_page(&form, replying);
        }
        replying->send.address = arena_copy(request->arena, slice_of(address.text, address.n));
    }
    return face_write(app, request, reply_job, answer_reply, replying);
}
