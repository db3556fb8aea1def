/* /entries/ID/flag: saying that something is wrong with an entry. */
#include "domain/moderation/moderation.h"
#include "domain/news/news.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

static const struct form_choice reasons[] = {
    {"gone", N_("Cela n’existe plus"), NULL},
    {"wrong", N_("Quelque chose est faux"), N_("Une adresse, une date, un nom, un horaire.")},
    {"charter", N_("C’est contraire à la charte"), N_("Publicité, insulte, hors sujet.")},
    {"personal-data", N_("Cela montre des données personnelles"),
     N_("Un numéro ou une adresse que la personne n’a pas voulu montrer.")},
    {"doubled", N_("Cette fiche existe déjà"), NULL},
    {"illegal", N_("C’est illégal"), N_("La page suivante demande ce qu’il faut.")},
};
_Static_assert(ARRAY_COUNT(reasons) == FLAG_REASON__COUNT - 1, "a choice for each reason");

const char *web_flag_reason(enum flag_reason reason) {
    return reasons[reason - 1].label;
}

struct flagging {
    const struct face *face;
    struct flag_send flag;
    slice title, reason, written; /* as sent */
    slice news_title;             /* of the news item that it is about; else empty */
    bool is_notice;               /* the form of a notice of illegal content */
    struct arena *arena;
    struct moderation_outcome outcome;
    struct problem problem;
};

/* The entry in the address, when it is public. */
static err entry_of(const struct face *face, const struct http_request *request,
                    struct entry_id *id, slice *title, struct problem *problem) {
    struct entry_public entry;
    err found = ERR_NOT_FOUND;
    if (slice_to_i64(request->captures[0], &id->v) && id->v > 0) {
        found =
            entry_public_load(face_reader(request), face->territories, *id, request->arena, &entry);
    }
    *title = found == OK ? entry.entry.title : SLICE_EMPTY;
    return found == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address")
               : found;
}

/* The news item that the address or the form names, which the entry shows. */
static err news_of(struct flagging *flagging, const struct http_request *request, slice named,
                   struct problem *problem) {
    struct news news;
    int64_t id = 0;
    if (named.n == 0) {
        return OK;
    }
    err found = slice_to_i64(named, &id)
                    ? news_load(face_reader(request), id, request->arena, &news)
                    : ERR_NOT_FOUND;
    if (found == OK && (news.entry.v != flagging->flag.entry.v || news.status != NEWS_SHOWN)) {
        found = ERR_NOT_FOUND;
    }
    TRY(found == ERR_NOT_FOUND ? problem_set(problem, found, "news", "no news has this address")
                               : found);
    flagging->flag.news = id;
    flagging->news_title = news.title;
    return OK;
}

static void write_title(struct page *page, struct entry_id id, slice title) {
    struct html *html = &page->html;
    html_raw(html, "<p class=\"lead\"><a");
    html_attr(html, "href", link_entry(page, id, title));
    html_raw(html, ">");
    html_text(html, title);
    html_raw(html, "</a></p>\n");
}

static void write_address(struct form *form, const struct flagging *flagging) {
    if (flagging->flag.actor->person.v) {
        return;
    }
    form_field(form, &(struct form_field){.name = "address",
                                          .label = N_("Votre adresse mail"),
                                          .help = flagging->is_notice
                                                      ? N_("L’accusé de réception et la décision "
                                                           "y arrivent. Elle est effacée ensuite.")
                                                      : N_("Facultatif : pour savoir ce qui a été "
                                                           "décidé. Elle est effacée ensuite."),
                                          .value = flagging->written,
                                          .type = "email",
                                          .autocomplete = "email",
                                          .max_bytes = MAIL_ADDRESS_MAX_BYTES});
}

/* RULE MOD-8: what Regulation (EU) 2022/2065, art. 16(2) asks of a notice. */
static void write_notice(struct form *form, const struct flagging *flagging) {
    const struct flag_send *flag = &flagging->flag;
    form_hidden(form, "reason", SLICE("illegal"));
    form_hidden(form, "notice", SLICE("1"));
    form_field(form, &(struct form_field){.name = "words",
                                          .label = N_("Pourquoi c’est illégal"),
                                          .help = N_("Les faits, et la loi si vous la connaissez."),
                                          .value = flag->words,
                                          .rows = 5,
                                          .max_bytes = FLAG_WORDS_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "place",
                                          .label = N_("Où exactement"),
                                          .help = N_("La phrase, l’image ou le lien en cause, si "
                                                     "ce n’est pas toute la fiche."),
                                          .value = flag->place,
                                          .rows = 2,
                                          .max_bytes = FLAG_PLACE_MAX});
    form_field(form, &(struct form_field){.name = "name",
                                          .label = N_("Votre nom, ou celui de votre organisme"),
                                          .value = flag->name,
                                          .autocomplete = "name",
                                          .max_bytes = FLAG_NAME_MAX});
    write_address(form, flagging);
    form_check(form, "children", N_("Il s’agit d’abus sexuels sur des enfants"),
               N_("Alors ni votre nom ni votre adresse ne sont nécessaires."),
               flag->is_abuse_of_children);
    form_told(form, "faith");
    form_check(form, "faith", N_("Je pense de bonne foi que ce que j’écris est exact et complet"),
               NULL, flag->is_in_good_faith);
}

static err write_flag(struct form *form, const struct flagging *flagging) {
    struct page *page = form->page;
    slice path = arena_printf(page->arena, "/entries/%lld/flag", (long long)flagging->flag.entry.v);
    form_page_begin(
        form, flagging->is_notice ? N_("Signaler un contenu illégal") : N_("Signaler un problème"),
        path, NULL);
    write_title(page, flagging->flag.entry, flagging->title);
    if (flagging->flag.news != 0) {
        html_raw(&page->html, "<p>");
        html_tf(&page->html, "La nouvelle « %1 »", &flagging->news_title, 1);
        html_raw(&page->html, "</p>\n");
    }
    html_raw(&page->html, "<p>");
    html_t(&page->html, "Une personne de la modération va lire ce que vous écrivez. La fiche reste "
                        "visible en attendant.");
    html_raw(&page->html, "</p>\n");
    form_begin(form, path, false);
    if (flagging->flag.news != 0) {
        form_hidden(form, "news",
                    arena_printf(page->arena, "%lld", (long long)flagging->flag.news));
    }
    if (flagging->is_notice) {
        write_notice(form, flagging);
    } else {
        form_choices(form, "reason", N_("Que se passe-t-il ?"), reasons, ARRAY_COUNT(reasons),
                     flagging->reason);
        form_field(form, &(struct form_field){.name = "words",
                                              .label = N_("Expliquez"),
                                              .help = N_("Facultatif. Seule la modération lira."),
                                              .value = flagging->flag.words,
                                              .rows = 4,
                                              .max_bytes = FLAG_WORDS_MAX});
        write_address(form, flagging);
    }
    form_trap(form);
    if (flagging->flag.actor->person.v == 0) {
        form_since(form);
    }
    form_submit(form, N_("Envoyer"));
    form_end(form);
    html_raw(&page->html, "<p><a href=\"/charter\">");
    html_t(&page->html, "Ce que dit la charte");
    html_raw(&page->html, "</a></p>\n");
    form_page_end(form);
    return page->html.out->failed;
}

static err write_thanks(struct form *form, struct entry_id id, slice title) {
    struct page *page = form->page;
    form_page_begin(form, N_("Merci"),
                    arena_printf(page->arena, "/entries/%lld/flag", (long long)id.v),
                    N_("Votre message est arrivé. Une personne de la modération va le lire."));
    if (title.n > 0) { /* else it is not shown any more */
        write_title(page, id, title);
    }
    form_page_end(form);
    return page->html.out->failed;
}

err web_flag(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    struct flagging flagging = {.face = app, .flag.actor = face_actor(request)};
    if (slice_equal(request->query,
                    SLICE("sent"))) { /* it may be held since: the page says thanks */
        (void)entry_of(app, request, &flagging.flag.entry, &flagging.title, problem);
        struct page thanks = page_begin(app, request, response);
        struct form done = {.page = &thanks};
        return write_thanks(&done, flagging.flag.entry, flagging.title);
    }
    TRY(entry_of(app, request, &flagging.flag.entry, &flagging.title, problem));
    slice news = SLICE_EMPTY;
    (void)query_raw_value(request->query, SLICE("news"), request->arena, &news);
    TRY(news_of(&flagging, request, news, problem));
    flagging.flag.words = flagging.reason = flagging.written = SLICE_EMPTY;
    flagging.flag.name = flagging.flag.place = SLICE_EMPTY;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_flag(&form, &flagging);
}

/* RULE MOD-8: that a notice has arrived is told at once. Not what it says: the address is whatever
 * somebody typed, and no letter of ours brings a stranger their words. */
static err tell_receipt(struct db_conn *conn, struct flagging *flagging, int64_t now_ms) {
    const struct flag_send *flag = &flagging->flag;
    slice to = flag->address;
    struct person_address *addresses;
    size_t count = 0;
    if (flag->actor->person.v) {
        TRY(person_addresses(conn, flag->actor->person, flagging->arena, &addresses, &count));
        to = count > 0 ? addresses[0].address : SLICE_EMPTY;
    }
    const struct mail_message message = {
        .to = to,
        .language = flag->language,
        .letter = MAIL_RECEIPT,
        .receipt = {.title = flagging->title,
                    .path =
                        arena_printf(flagging->arena, "/entries/%lld", (long long)flag->entry.v)}};
    return to.n > 0 ? mail_send(conn, flagging->face->ids, &message, now_ms, &flagging->problem)
                    : OK;
}

static err flag_job(struct db_conn *conn, void *self) {
    struct flagging *flagging = self;
    const struct face *face = flagging->face;
    const struct contribution_world world = web_world(face);
    int64_t now_ms = clock_now_ms(face->clock);
    TRY(flag_add(conn, &world, &flagging->flag, now_ms, flagging->arena, &flagging->outcome,
                 &flagging->problem));
    if (flagging->is_notice) {
        TRY(tell_receipt(conn, flagging, now_ms));
    }
    return web_moderation_tell(conn, face, &flagging->outcome, MAIL_DECISION_HELD,
                               N_("Trois personnes sans lien entre elles l’ont signalée."), now_ms,
                               &flagging->problem);
}

static err answer_flag(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    struct flagging *flagging = self;
    if (result == OK) {
        http_redirect(response, arena_printf(request->arena, "/entries/%lld/flag?sent",
                                             (long long)flagging->flag.entry.v));
        return OK;
    }
    slice field = slice_from_cstr(flagging->problem.field);
    if (result != ERR_LIMIT && result != ERR_INPUT) {
        *problem = flagging->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    bool is_tries = slice_equal(field, SLICE("tries"));
    form_fault(&form, is_tries ? "words" : flagging->problem.field,
               is_tries ? N_("Trop de signalements viennent de votre réseau. Revenez demain.")
               : result == ERR_LIMIT                ? N_("C’est trop long. Raccourcissez-le.")
               : slice_equal(field, SLICE("words")) ? N_("Dites ce qui est illégal, et pourquoi.")
               : slice_equal(field, SLICE("name"))  ? N_("Dites qui vous êtes.")
               : slice_equal(field, SLICE("faith")) ? N_("Cochez la case pour envoyer.")
                                                    : N_("Donnez une adresse où vous répondre."));
    return write_flag(&form, flagging);
}

/* What is wrong with what was sent is told on the page. */
static void check_sent(struct form *form, struct flagging *flagging) {
    struct mail_address address;
    struct problem ignored = {0};
    if (!flag_reason_from_slug(flagging->reason, &flagging->flag.reason)) {
        form_fault(form, "reason", N_("Choisissez ce qui se passe."));
    }
    if (flagging->flag.actor->person.v == 0 && slice_trim(flagging->written).n > 0) {
        if (mail_address_parse(flagging->written, &address, &ignored) != OK) {
            form_fault(form, "address",
                       N_("Ce n’est pas une adresse mail. Exemple : lea@example.org"));
        } else {
            flagging->flag.address = arena_copy(flagging->arena, slice_of(address.text, address.n));
        }
    }
}

err web_flag_post(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct flagging *flagging = arena_new(request->arena, struct flagging, 1);
    *flagging =
        (struct flagging){.face = app,
                          .flag = {.actor = face_actor(request),
                                   .words = http_form_value(&sent, "words"),
                                   .address = SLICE_EMPTY,
                                   .language = request->language,
                                   .name = slice_trim(http_form_value(&sent, "name")),
                                   .place = slice_trim(http_form_value(&sent, "place")),
                                   .is_in_good_faith = http_form_has(&sent, "faith"),
                                   .is_abuse_of_children = http_form_has(&sent, "children")},
                          .reason = http_form_value(&sent, "reason"),
                          .written = http_form_value(&sent, "address"),
                          .arena = request->arena};
    TRY(entry_of(app, request, &flagging->flag.entry, &flagging->title, problem));
    TRY(news_of(flagging, request, http_form_value(&sent, "news"), problem));
    TRY(face_network(request, &flagging->flag.network));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    check_sent(&form, flagging);
    flagging->is_notice = flagging->flag.reason == FLAG_ILLEGAL;
    bool is_trapped = form_is_trapped(&sent);
    bool is_asked = flagging->is_notice && !http_form_has(&sent, "notice");
    bool is_hasty = flagging->flag.actor->person.v == 0 && !is_trapped && !is_asked &&
                    form.fault_count == 0 && form_is_hasty(&form, app, request, &sent, "words");
    return form.fault_count > 0 || is_asked || is_hasty ? write_flag(&form, flagging)
           : is_trapped ? answer_flag(app, request, flagging, OK, response, problem)
                        : face_write(app, request, flag_job, answer_flag, flagging);
}
