/* /moderation/entries/ID/network: blocking the network from which an entry came, for a time;
 * /moderation/networks: those that are blocked, and lifting one (RULE MOD-9). */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define DAY_MS       INT64_C(86400000)
#define DAY_TEXT_MAX 100

static const struct form_choice periods[] = {
    {"1", N_("Un jour"), NULL},
    {"7", N_("7 jours"), NULL},
    {"30", N_("30 jours"), NULL},
};

static slice path_of(const struct page *page, struct entry_id entry) {
    return arena_printf(page->arena, "/moderation/entries/%lld/network", (long long)entry.v);
}

static void write_sum(struct page *page, const struct moderation_network *network) {
    struct html *html = &page->html;
    html_tn(html, "%n fiche récente vient du même réseau",
            "%n fiches récentes viennent du même réseau", network->brought);
    html_raw(html, " · ");
    html_tn(html, "%n montrée", "%n montrées", network->shown);
}

static void write_until(struct page *page, int64_t until_ms) {
    html_t(&page->html, "Bloqué jusqu’au");
    html_raw(&page->html, " ");
    day_write(page, until_ms);
}

err moderation_write_network(struct page *page, struct entry_id entry) {
    struct html *html = &page->html;
    struct moderation_network network;
    err found = moderation_network_of(face_reader(page->request), entry,
                                      clock_now_ms(page->face->clock), &network);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? OK : found;
    }
    html_raw(html, "<section>");
    moderation_heading(page, N_("D’où elle vient"));
    html_raw(html, "<ul class=\"form-rows\"><li><a");
    html_attr(html, "href",
              network.blocked_until_ms > 0 ? SLICE("/moderation/networks") : path_of(page, entry));
    html_raw(html, ">");
    html_text(html, i18n(html->language, network.blocked_until_ms > 0 ? N_("Les réseaux bloqués")
                                                                      : N_("Bloquer ce réseau")));
    html_raw(html, "</a><span class=\"state\">");
    write_sum(page, &network);
    if (network.blocked_until_ms > 0) {
        html_raw(html, " · ");
        write_until(page, network.blocked_until_ms);
    }
    html_raw(html, "</span></li></ul></section>\n");
    return OK;
}

static void write_reason(struct form *form, const char *help, slice value) {
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("La raison"),
                                          .help = help,
                                          .value = value,
                                          .rows = 3,
                                          .max_bytes = MODERATION_REASON_MAX,
                                          .is_needed = true});
}

static const char *reason_refused(err result) {
    return result == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.")
                               : N_("Écrivez la raison : elle reste dans le journal des actes.");
}

/* ---- blocking one ---- */

struct blocking {
    const struct face *face;
    const struct actor *actor;
    struct entry_id entry;
    struct moderation_network network;
    slice days, reason; /* as sent */
    int64_t for_ms;
    struct problem problem;
};

static err blocking_load(const struct http_request *request, struct blocking *blocking,
                         struct problem *problem) {
    const struct contribution_world world = web_world(blocking->face);
    bool may = false;
    bool is_number = slice_to_i64(request->captures[0], &blocking->entry.v);
    err found = is_number ? moderation_may(face_reader(request), &world, blocking->actor,
                                           blocking->entry, &may)
                          : ERR_NOT_FOUND;
    if (found == OK && !may) {
        return problem_set(problem, ERR_DENIED, "", "you do not moderate where this entry stands");
    }
    if (found == OK) {
        found = moderation_network_of(face_reader(request), blocking->entry,
                                      clock_now_ms(blocking->face->clock), &blocking->network);
    }
    return found == ERR_NOT_FOUND
               ? problem_set(problem, found, "id",
                             "from where this entry came is not known, or not any more")
               : found;
}

static err write_blocking(struct form *form, const struct blocking *blocking) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = path_of(page, blocking->entry);
    form_page_begin(form, N_("Bloquer un réseau"), path,
                    N_("Un réseau n’est pas une personne : une mairie, une école, un opérateur en "
                       "partagent un."));
    html_raw(html, "<p>");
    write_sum(page, &blocking->network);
    html_raw(html, "</p>\n<p>");
    html_t(html, "Pendant ce temps, rien n’y est apporté sans compte, et aucun compte n’y est "
                 "créé. Lire, signaler et tout ce qui se fait avec un compte restent possibles.");
    html_raw(html, "</p>\n");
    form_begin(form, path, false);
    form_choices(form, "days", N_("Pour combien de temps"), periods, ARRAY_COUNT(periods),
                 blocking->days);
    write_reason(form,
                 N_("Elle reste dans le journal des actes et dans la liste des réseaux "
                    "bloqués."),
                 blocking->reason);
    form_submit(form, N_("Bloquer ce réseau"));
    form_end(form);
    html_raw(html, "<p><a");
    html_attr(html, "href", moderation_case_path(page, blocking->entry));
    html_raw(html, ">");
    html_t(html, "Revenir à la fiche");
    html_raw(html, "</a> · <a href=\"/moderation/networks\">");
    html_t(html, "Les réseaux bloqués");
    html_raw(html, "</a></p>\n");
    form_page_end(form);
    return html->out->failed;
}

static struct blocking *blocking_new(void *app, const struct http_request *request) {
    struct blocking *blocking = arena_new(request->arena, struct blocking, 1);
    *blocking = (struct blocking){
        .face = app, .actor = face_actor(request), .days = SLICE("1"), .reason = SLICE_EMPTY};
    return blocking;
}

err web_moderation_network(void *app, const struct http_request *request,
                           struct http_response *response, struct problem *problem) {
    struct blocking *blocking = blocking_new(app, request);
    TRY(blocking_load(request, blocking, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_blocking(&form, blocking);
}

static err block_job(struct db_conn *conn, void *self) {
    struct blocking *blocking = self;
    const struct contribution_world world = web_world(blocking->face);
    return moderation_network_block(conn, &world, blocking->actor, blocking->entry,
                                    blocking->for_ms, blocking->reason,
                                    clock_now_ms(blocking->face->clock), &blocking->problem);
}

static err answer_blocking(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct blocking *blocking = self;
    if (result == OK) {
        http_redirect(response, SLICE("/moderation/networks"));
        return OK;
    }
    if (result != ERR_INPUT && result != ERR_LIMIT && result != ERR_CONFLICT) {
        *problem = blocking->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    if (result == ERR_CONFLICT) {
        form_fault(&form, "days", N_("Ce réseau est déjà bloqué."));
    } else {
        form_fault(&form, "reason", reason_refused(result));
    }
    return write_blocking(&form, blocking);
}

err web_moderation_network_post(void *app, const struct http_request *request,
                                struct http_response *response, struct problem *problem) {
    struct http_form sent;
    int64_t days = 0;
    TRY(http_form_read(request, &sent, problem));
    struct blocking *blocking = blocking_new(app, request);
    TRY(blocking_load(request, blocking, problem));
    blocking->days = http_form_value(&sent, "days");
    blocking->reason = http_form_value(&sent, "reason");
    if (!slice_to_i64(blocking->days, &days) || (days != 1 && days != 7 && days != 30)) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "days", N_("Choisissez une durée."));
        return write_blocking(&form, blocking);
    }
    blocking->for_ms = days * DAY_MS;
    return face_write(app, request, block_job, answer_blocking, blocking);
}

/* ---- those that are blocked ---- */

struct lifting {
    const struct face *face;
    const struct actor *actor;
    slice block, reason; /* as sent */
    int64_t id;
    struct problem problem;
};

static slice day_text(const struct page *page, int64_t at_ms) {
    struct buf text BUF_CLEANUP = buf_new(DAY_TEXT_MAX);
    struct date day;
    if (date_from_ms(at_ms, SLICE_EMPTY, &day) == OK) {
        day.precision = DATE_DAY;
        i18n_date(page->html.language, &day, I18N_DATE_PLAIN, &text);
    }
    return arena_copy(page->arena, buf_slice(&text));
}

static void write_blocks(struct form *form, const struct lifting *lifting,
                         const struct person_network_block *list, size_t count) {
    struct page *page = form->page;
    struct form_choice *choices = arena_new(page->arena, struct form_choice, count);
    for (size_t i = 0; i < count; i++) {
        struct buf help BUF_CLEANUP = buf_new(2 * MODERATION_REASON_MAX + 200);
        slice parts[] = {day_text(page, list[i].at_ms), day_text(page, list[i].until_ms),
                         list[i].reason};
        i18n_tf(page->html.language, N_("Du %1 au %2 : %3"), parts, ARRAY_COUNT(parts), &help);
        choices[i] = (struct form_choice){
            arena_printf(page->arena, "%lld", (long long)list[i].id).p,
            arena_cstr(page->arena, list[i].title), arena_cstr(page->arena, buf_slice(&help))};
    }
    form_begin(form, SLICE("/moderation/networks"), false);
    form_choices(form, "block", N_("Bloqué à cause de la fiche"), choices, count, lifting->block);
    write_reason(form, NULL, lifting->reason);
    form_submit(form, N_("Lever le blocage"));
    form_end(form);
}

static err write_list(struct form *form, const struct lifting *lifting) {
    struct page *page = form->page;
    struct html *html = &page->html;
    struct person_network_block *list;
    size_t count;
    TRY(person_network_blocks(face_reader(page->request), clock_now_ms(page->face->clock),
                              MODERATION_NETWORKS_MAX, page->arena, &list, &count));
    form_page_begin(form, N_("Les réseaux bloqués"), SLICE("/moderation/networks"),
                    N_("De là, rien n’est apporté sans compte pour un temps. On ne connaît d’un "
                       "réseau qu’une empreinte."));
    if (count > 0) {
        write_blocks(form, lifting, list, count);
    } else {
        html_raw(html, "<p>");
        html_t(html, "Aucun réseau n’est bloqué.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<p><a href=\"/moderation\">");
    html_t(html, "Modération");
    html_raw(html, "</a></p>\n");
    form_page_end(form);
    return html->out->failed;
}

static struct lifting *lifting_new(void *app, const struct http_request *request) {
    struct lifting *lifting = arena_new(request->arena, struct lifting, 1);
    *lifting = (struct lifting){
        .face = app, .actor = face_actor(request), .block = SLICE_EMPTY, .reason = SLICE_EMPTY};
    return lifting;
}

err web_moderation_networks(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_list(&form, lifting_new(app, request));
}

static err lift_job(struct db_conn *conn, void *self) {
    struct lifting *lifting = self;
    const struct contribution_world world = web_world(lifting->face);
    return moderation_network_lift(conn, &world, lifting->actor, lifting->id, lifting->reason,
                                   clock_now_ms(lifting->face->clock), &lifting->problem);
}

static err answer_lifting(void *app, const struct http_request *request, void *self, err result,
                          struct http_response *response, struct problem *problem) {
    struct lifting *lifting = self;
    if (result == OK || result == ERR_NOT_FOUND) { /* it is over either way */
        http_redirect(response, SLICE("/moderation/networks"));
        return OK;
    }
    if (result != ERR_INPUT && result != ERR_LIMIT) {
        *problem = lifting->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "reason", reason_refused(result));
    return write_list(&form, lifting);
}

err web_moderation_networks_post(void *app, const struct http_request *request,
                                 struct http_response *response, struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct lifting *lifting = lifting_new(app, request);
    lifting->block = http_form_value(&sent, "block");
    lifting->reason = http_form_value(&sent, "reason");
    if (!slice_to_i64(lifting->block, &lifting->id)) {
        struct page page = page_begin(app, request, response);
        struct form form = {.page = &page};
        form_fault(&form, "block", N_("Choisissez un réseau."));
        return write_list(&form, lifting);
    }
    return face_write(app, request, lift_job, answer_lifting, lifting);
}
