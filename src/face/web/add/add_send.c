/* The last page: how it will look, what may be here already, and sending it. */
#include "domain/history/history.h"
#include "face/actor.h"
#include "face/web/add/add.h"
#include "face/web/add/similar_int.h"
#include "face/web/page/world.h"
#include "face/web/texts/charter.h"
#include "face/web/trust/suggestion.h"
#include "face/web/trust/taken_up.h"
#include "face/write.h"
#include "mail/mail.h"

#define CONFIRM_DAYS INT64_C(30)
#define DAY_MS       INT64_C(86400000)
#define REASON_MAX   ENTRY_TEXT_MAX

/* ---- how it will look ---- */

static void row_begin(struct adding *adding, const char *label) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<li><span><strong>");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</strong><br>");
}

static void row_end(struct adding *adding, enum add_step step, const char *label) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "</span><a");
    html_attr(html, "href", add_path(adding, step));
    html_raw(html, ">");
    html_t(html, "Changer");
    html_raw(html, "<span class=\"visually-hidden\"> : ");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</span></a></li>\n");
}

void add_check_row(struct adding *adding, enum add_step step, const char *label, slice text) {
    if (text.n) {
        row_begin(adding, label);
        html_text(&adding->form.page->html, text);
        row_end(adding, step, label);
    }
}

/* What of the place others will see, in words. */
static slice place_text(struct adding *adding, const struct entry *entry) {
    const struct territories *all = adding->face->territories;
    bool is_exact = slice_equal(add_precision_shown(entry), SLICE("exact"));
    uint32_t index =
        entry->place.territory.n ? territories_find(all, entry->place.territory) : TERRITORY_NONE;
    slice label = index == TERRITORY_NONE ? entry->place.city : all->items[index].label;
    const slice parts[] = {is_exact ? entry->place.name : SLICE_EMPTY,
                           is_exact ? entry->place.address : SLICE_EMPTY, label};
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        text = !parts[i].n ? text
               : !text.n   ? parts[i]
                           : arena_printf(adding->arena, "%.*s, %.*s", SLICE_ARG(text),
                                          SLICE_ARG(parts[i]));
    }
    return text;
}

static void themes_row(struct adding *adding, const struct entry *entry) {
    const struct themes *all = adding->face->themes;
    slice text = SLICE_EMPTY;
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint16_t theme = themes_find(all, entry->themes[i]);
        if (theme != THEME_NONE) {
            text = arena_printf(adding->arena, "%.*s%s%.*s", SLICE_ARG(text), text.n ? ", " : "",
                                SLICE_ARG(all->items[theme].label[adding->form.page->language]));
        }
    }
    add_check_row(adding, ADD_MORE, N_("Thèmes"), text);
}

static err write_look(struct adding *adding) {
    struct page *page = adding->form.page;
    struct html *html = &page->html;
    const struct entry *entry = &adding->draft.content;
    html_raw(html, "<ul class=\"form-rows\">");
    add_check_row(adding, ADD_WHAT, N_("C’est"),
                  i18n(html->language, kind_choices[entry->kind].label));
    add_check_row(adding, ADD_WHAT, N_("Titre"), entry->title);
    add_check_row(adding, ADD_WHAT, N_("En une ou deux phrases"), entry->summary);
    add_check_row(adding, ADD_WHAT, N_("Où cela en est"), entry_state_label(page, entry->state));
    add_check_row(adding, ADD_WHERE, N_("Où"), place_text(adding, entry));
    for (uint32_t i = 0; i < entry->date_count; i++) {
        row_begin(adding, N_("Quand"));
        date_write(page, &entry->dates[i], I18N_DATE_LONG);
        if (entry->dates[i].rule.n) {
            html_raw(html, "<br>");
            html_text(html, series_text(page, entry->dates[i].rule));
        }
        row_end(adding, ADD_MORE, N_("Quand"));
    }
    if (entry->description.n) {
        html_raw(html, "<li><div class=\"prose\">");
        TRY(html_markdown(html, entry->description, 2));
        html_raw(html, "</div><a");
        html_attr(html, "href", add_path(adding, ADD_MORE));
        html_raw(html, ">");
        html_t(html, "Changer");
        html_raw(html, "</a></li>\n");
    }
    add_kind_check(adding);
    add_photos_check(adding);
    add_documents_check(adding);
    themes_row(adding, entry);
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        add_check_row(adding, ADD_MORE, N_("Contact"), entry->contacts[i].value);
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        enum query_kind kind =
            entry->asks[i].direction == ENTRY_NEED ? QUERY_KIND_NEED : QUERY_KIND_OFFER;
        slice label = arena_printf(adding->arena, "%.*s", SLICE_ARG(kind_one(page, kind)));
        add_check_row(adding, ADD_MORE, label.p, entry->asks[i].text);
    }
    html_raw(html, "</ul>\n");
    return OK;
}

static bool is_guest(const struct adding *adding) {
    return adding->actor->person.v == 0;
}

/* RULE CHARTER-1: asked when the account has not accepted the version in force. */
static err write_charter(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    struct db_conn *reader = face_reader(adding->request);
    int64_t version;
    int64_t accepted = 0;
    TRY(charter_version(reader, &version));
    if (!is_guest(adding)) {
        TRY(charter_accepted(reader, adding->actor->person, &accepted));
    }
    if (accepted == version) {
        return OK;
    }
    const char *value = arena_printf(adding->arena, "%lld", (long long)version).p;
    const struct form_choice choice = {value, N_("J’ai lu la charte et je la respecte"), NULL};
    bool is_on = adding->sent && http_form_has(adding->sent, "charter");
    html_raw(html, "<p><a href=\"/charter\" target=\"_blank\">");
    html_t(html, "Ce que dit la charte");
    html_raw(html, "</a></p>\n");
    form_boxes(&adding->form, "charter", accepted ? N_("La charte a changé") : N_("La charte"),
               &choice, 1, &is_on);
    return OK;
}

/* Why, of a change that takes over a suggestion: whose it was. */
static err usual_reason(struct adding *adding, slice *reason) {
    const struct contribution_world world = web_world(adding->face);
    struct suggestion suggestion;
    struct entry content;
    struct history_author author;
    struct buf text BUF_CLEANUP = buf_new(REASON_MAX);
    struct db_conn *reader = face_reader(adding->request);
    *reason = SLICE_EMPTY;
    if (!adding->draft.suggestion) {
        return OK;
    }
    err found = suggestion_load(reader, &world, adding->actor, adding->draft.suggestion,
                                adding->arena, &suggestion, &content);
    if (found != OK) {
        return found == ERR_DENIED || found == ERR_NOT_FOUND ? OK : found;
    }
    TRY(history_author(reader, suggestion.author, adding->arena, &author));
    i18n_tf(adding->form.page->html.language,
            author.name.n ? N_("D’après une proposition de %1") : N_("D’après une proposition"),
            &author.name, 1, &text);
    *reason = arena_copy(adding->arena, buf_slice(&text));
    return OK;
}

err add_check_write(struct adding *adding) {
    struct form *form = &adding->form;
    struct html *html = &form->page->html;
    bool is_new = adding->draft.entry.v == 0;
    slice reason;
    TRY(usual_reason(adding, &reason));
    TRY(write_look(adding));
    if (is_new) {
        TRY(similar_write(adding));
    }
    form_begin(form, add_path(adding, ADD_CHECK), false);
    if (is_new) {
        form_check(form, "ours", N_("J’en fais partie"),
                   N_("Vous pourrez inviter les autres et répondre en votre nom commun."),
                   adding->sent && http_form_has(adding->sent, "ours"));
    } else {
        form_field(form, &(struct form_field){.name = "reason",
                                              .label = N_("Pourquoi ce changement"),
                                              .help = N_("Quelques mots, que tout le monde lira."),
                                              .value = add_typed(adding, "reason", reason),
                                              .max_bytes = REASON_MAX});
    }
    if (is_new && is_guest(adding)) {
        form_field(form, &(struct form_field){.name = "address",
                                              .label = N_("Votre adresse mail"),
                                              .help = N_("Elle n’est montrée à personne. Vous y "
                                                         "recevez un lien qui confirme, et qui "
                                                         "permet de corriger plus tard."),
                                              .value = add_typed(adding, "address", SLICE_EMPTY),
                                              .type = "email",
                                              .autocomplete = "email",
                                              .max_bytes = MAIL_ADDRESS_MAX_BYTES,
                                              .is_needed = true});
    }
    if (is_new) {
        TRY(write_charter(adding));
    }
    html_raw(html, "<p class=\"muted\">");
    html_t(html, "Ce que vous écrivez ici, chacun peut le reprendre en citant sa source, sous la "
                 "licence");
    html_raw(html, " ");
    page_licence(form->page, ADD_LICENCE);
    html_raw(html, ".</p>\n");
    if (is_guest(adding)) {
        form_trap(form);
        form_since(form);
    }
    form_submit(form, is_new && is_guest(adding) ? N_("Envoyer") : N_("Publier"));
    form_submit_else(form, "back", N_("Revenir"));
    form_submit_else(form, "later", N_("Finir plus tard"));
    form_end(form);
    return OK;
}

/* ---- sending ---- */

struct sending {
    struct adding *adding;
    struct contribution_send send;
    struct contribution_sent sent;
    struct problem problem;
};

static err send_job(struct db_conn *conn, void *self) {
    struct sending *sending = self;
    const struct adding *adding = sending->adding;
    const struct contribution_world world = web_world(adding->face);
    TRY(contribution_send(conn, &world, &sending->send, adding->now_ms, adding->arena,
                          &sending->sent, &sending->problem));
    if (sending->sent.taken.id) {
        TRY(suggestion_tell(conn, adding->face, &sending->sent.taken, MAIL_DECISION_ADAPTED,
                            SLICE_EMPTY, adding->now_ms, adding->arena, &sending->problem));
    }
    if (sending->sent.outcome == CONTRIBUTION_SUGGESTED) {
        TRY(suggestion_announce(conn, adding->face, adding->actor, &sending->sent,
                                sending->send.language, adding->now_ms, adding->arena,
                                &sending->problem));
    }
    if (adding->draft.entry.v == 0) {
        TRY(taken_up_tell(conn, adding->face, sending->sent.entry, adding->now_ms, adding->arena,
                          &sending->problem));
    }
    if (!sending->sent.link.text[0]) {
        return OK;
    }
    const struct mail_message message = {
        .to = sending->send.address,
        .language = sending->send.language,
        .letter = MAIL_CONFIRM,
        .confirm = {.title = sending->sent.title,
                    .path =
                        arena_printf(adding->arena, "/contributions/%s", sending->sent.link.text),
                    .until_ms = adding->now_ms + CONFIRM_DAYS * DAY_MS}};
    return mail_send(conn, adding->face->ids, &message, adding->now_ms, &sending->problem);
}

static err told(struct sending *sending, err result, struct http_response *response,
                struct problem *problem);

static err answer_send(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    static const char *const pages[CONTRIBUTION_OUTCOME__COUNT] = {
        [CONTRIBUTION_PUBLISHED] = "",
        [CONTRIBUTION_TO_CONFIRM] = "/contributions/sent?confirm",
        [CONTRIBUTION_HELD] = "/contributions/sent?held",
        [CONTRIBUTION_SUGGESTED] = "/contributions/sent?suggested",
    };
    (void)app;
    struct sending *sending = self;
    if (result != OK) {
        return told(sending, result, response, problem);
    }
    bool is_shown = sending->sent.outcome == CONTRIBUTION_PUBLISHED;
    http_redirect(response, is_shown ? face_entry_path(sending->sent.entry, sending->sent.title,
                                                       request->arena)
                                     : slice_from_cstr(pages[sending->sent.outcome]));
    return OK;
}

/* The page again, with what is wrong and where it can be mended. */
static err told(struct sending *sending, err result, struct http_response *response,
                struct problem *problem) {
    struct adding *adding = sending->adding;
    struct form *form = &adding->form;
    bool is_tries = slice_equal(slice_from_cstr(sending->problem.field), SLICE("tries"));
    if (result == ERR_LIMIT &&
        slice_equal(slice_from_cstr(sending->problem.field), SLICE("network"))) {
        form_fault(form, "address", ADD_NETWORK_CLOSED);
    } else if (result == ERR_LIMIT && is_tries) {
        form_fault(
            form, "address",
            N_("Beaucoup a été envoyé d’ici ou à cette adresse. Revenez demain : ce que vous "
               "avez écrit est gardé."));
    } else if (slice_equal(slice_from_cstr(sending->problem.field), SLICE("charter"))) {
        form_fault(form, "charter", N_("Lisez la charte, puis cochez la case."));
    } else if (result == ERR_INPUT || result == ERR_LIMIT) {
        for (int step = ADD_WHAT; step < ADD_CHECK; step++) {
            if (add_fault(adding, (enum add_step)step, result, &sending->problem)) {
                adding->step = (enum add_step)step;
                adding->sent = NULL;
                break;
            }
        }
    } else if (result == ERR_CONFLICT) {
        form_fault(form, "again",
                   N_("Quelqu’un d’autre vient de changer la même chose. Rien n’est perdu."));
        return add_merge_write(adding, response);
    } else {
        *problem = sending->problem;
        return result;
    }
    return add_page_write(adding, response);
}

err add_send(struct adding *adding, struct http_response *response) {
    struct sending *sending = arena_new(adding->arena, struct sending, 1);
    struct mail_address address;
    slice typed = http_form_value(adding->sent, "address");
    *sending =
        (struct sending){.adding = adding,
                         .send = {.actor = adding->actor,
                                  .draft = adding->secret,
                                  .address = SLICE_EMPTY,
                                  .language = adding->request->language,
                                  .reason = slice_trim(http_form_value(adding->sent, "reason")),
                                  .is_ours = http_form_has(adding->sent, "ours")}};
    if (is_guest(adding) && adding->draft.entry.v == 0) {
        if (mail_address_parse(typed, &address, NULL) != OK) {
            form_fault(&adding->form, "address",
                       N_("Cette adresse n’est pas complète. Elle ressemble à nom@exemple.fr."));
            return add_page_write(adding, response);
        }
        sending->send.address = person_address_fold(
            arena_copy(adding->arena, slice_of(address.text, address.n)), adding->arena);
    }
    (void)slice_to_i64(http_form_value(adding->sent, "charter"), &sending->send.charter);
    if (sending->send.reason.n > REASON_MAX) {
        form_fault(&adding->form, "reason", N_("C’est trop long. Raccourcissez-le."));
        return add_page_write(adding, response);
    }
    if (is_guest(adding) && form_is_trapped(adding->sent)) {
        http_redirect(response, SLICE("/contributions/sent?confirm"));
        return OK;
    }
    if (is_guest(adding) &&
        form_is_hasty(&adding->form, adding->face, adding->request, adding->sent, "address")) {
        return add_page_write(adding, response);
    }
    TRY(face_network(adding->request, &sending->send.network));
    return face_write(adding->face, adding->request, send_job, answer_send, sending);
}

/* ---- what happens next ---- */

err web_contribution_sent(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    static const struct {
        slice query;
        const char *title, *lead;
    } ways[] = {
        {{"confirm", 7},
         N_("Encore un geste"),
         N_("Un message est parti vers votre adresse. Ouvrez le lien qu’il contient pour "
            "confirmer : rien n’est montré avant. Gardez-le : il permet de corriger plus tard.")},
        {{"held", 4},
         N_("Merci, c’est reçu"),
         N_("Parce qu’il y a un lien vers un autre site, la modération y jette un œil avant de "
            "le montrer. C’est pareil pour tout le monde la première fois.")},
        {{"suggested", 9},
         N_("Merci, c’est proposé"),
         N_("L’équipe de cette fiche ou la modération regarde votre proposition, et vous dit ce "
            "qu’elle en fait. La fiche reste d’ici là comme elle est.")},
    };
    (void)problem;
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        if (slice_starts_with(request->query, ways[i].query)) { /* "&lang_ui=en" may follow */
            struct page page = page_begin(app, request, response);
            struct form form = {.page = &page};
            form_page_begin(
                &form, ways[i].title,
                arena_printf(request->arena, "/contributions/sent?%.*s", SLICE_ARG(ways[i].query)),
                ways[i].lead);
            html_raw(&page.html, "<p><a class=\"button\" href=\"/explore\">");
            html_t(&page.html, "Explorer");
            html_raw(&page.html, "</a></p>\n");
            form_page_end(&form);
            return page.html.out->failed;
        }
    }
    http_redirect(response, SLICE("/add"));
    return OK;
}
