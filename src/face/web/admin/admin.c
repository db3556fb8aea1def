/* /administration: the frame of its pages, and the first of them: what is wrong, what waits. */
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"

#include "assets_names.h"
#include "domain/contribution/contribution.h"
#include "domain/moderation/moderation.h"
#include "face/web/page/world.h"
#include "text/text.h"

#define MINUTE_MS      INT64_C(60000)
#define HOUR_MS        (60 * MINUTE_MS)
#define DAY_MS         (24 * HOUR_MS)
#define CASES_MAX      50
#define PATH_BYTES_MAX 1024
#define TEXT_MAX       256
#define MEGABYTE       INT64_C(1000000)
#define ZONE           "Europe/Paris"

/* ---- the frame ---- */

static const struct admin_way {
    const char *path, *label;
} ways[] = {
    {"/administration", N_("Ce qui attend")},
    {"/administration/instance", N_("Cette instance")},
    {"/administration/queue", N_("Lettres et travaux")},
    {"/administration/people", N_("Rôles et accès")},
    {"/administration/settings", N_("Réglages")},
    {"/administration/sources", N_("Sources")},
    {"/administration/themes", N_("Thèmes")},
    {"/administration/audit", N_("Journal des actes")},
};

static void write_ways(struct page *page, slice path) {
    struct html *html = &page->html;
    html_raw(html, "<nav");
    html_attr(html, "aria-label", i18n(html->language, "Administration"));
    html_raw(html, "><ul class=\"admin-ways\">");
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        slice way = slice_from_cstr(ways[i].path);
        html_raw(html, "<li><a class=\"chip\"");
        html_attr(html, "href", way);
        if (slice_equal(way, slice_sub(path, 0, slice_find(path, 0, '?')))) {
            html_raw(html, " aria-current=\"page\"");
        }
        html_raw(html, ">");
        html_text(html, i18n(html->language, ways[i].label));
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul></nav>\n");
}

void admin_page_begin(struct form *form, const char *title, slice path, const char *lead) {
    static const struct form_dress dress = {.sheet = {ASSET_ADMIN_CSS, sizeof ASSET_ADMIN_CSS - 1},
                                            .class = {"admin", 5},
                                            .top = write_ways};
    form->dress = &dress;
    form_page_begin(form, title, path, lead);
}

bool admin_must_prove(const struct http_request *request, struct http_response *response) {
    if (face_actor(request)->is_proved) {
        return false;
    }
    BUF_CLEANUP struct buf next = buf_new(PATH_BYTES_MAX);
    BUF_CLEANUP struct buf path = buf_new(PATH_BYTES_MAX);
    buf_add(&path, request->path);
    if (request->query.n > 0) {
        buf_add_char(&path, '?');
        buf_add(&path, request->query);
    }
    buf_add_cstr(&next, "/sign-in?next=");
    encode_component(buf_slice(&path), &next);
    http_redirect(response, next.failed == OK ? arena_copy(request->arena, buf_slice(&next))
                                              : SLICE("/sign-in?next=/administration"));
    return true;
}

void admin_done(struct page *page, const char *text) {
    html_raw(&page->html, "<p class=\"alert alert--info\" role=\"status\">");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</p>\n");
}

/* ---- values ---- */

slice admin_value(const struct http_request *request, slice key) {
    slice value = SLICE_EMPTY;
    query_raw_value(request->query, key, request->arena, &value);
    return slice_trim(text_cut(value, ADMIN_VALUE_MAX));
}

slice admin_number(const struct page *page, int64_t value) {
    BUF_CLEANUP struct buf text = buf_new(TEXT_MAX);
    i18n_number(page->html.language, value, &text);
    return arena_copy(page->arena, buf_slice(&text));
}

slice admin_size(const struct page *page, int64_t bytes) {
    BUF_CLEANUP struct buf text = buf_new(TEXT_MAX);
    if (bytes >= 10000 * MEGABYTE) {
        i18n_tn(page->html.language, N2_("%n Go", "%n Go"), bytes / (1000 * MEGABYTE), &text);
    } else {
        i18n_tn(page->html.language, N2_("%n Mo", "%n Mo"), (bytes + MEGABYTE - 1) / MEGABYTE,
                &text);
    }
    return arena_copy(page->arena, buf_slice(&text));
}

slice admin_time(const struct page *page, int64_t at_ms) {
    BUF_CLEANUP struct buf text = buf_new(TEXT_MAX);
    struct date date;
    if (date_from_ms(at_ms, SLICE(ZONE), &date) != OK) {
        return SLICE("—");
    }
    i18n_date(page->html.language, &date, I18N_DATE_PLAIN, &text);
    return arena_copy(page->arena, buf_slice(&text));
}

slice admin_ago(const struct page *page, int64_t at_ms) {
    BUF_CLEANUP struct buf text = buf_new(TEXT_MAX);
    int64_t since = page->now_ms > at_ms ? page->now_ms - at_ms : 0;
    if (since >= 2 * DAY_MS) {
        i18n_tn(page->html.language, N2_("il y a %n jour", "il y a %n jours"), since / DAY_MS,
                &text);
    } else if (since >= 2 * HOUR_MS) {
        i18n_tn(page->html.language, N2_("il y a %n heure", "il y a %n heures"), since / HOUR_MS,
                &text);
    } else {
        i18n_tn(page->html.language, N2_("il y a %n minute", "il y a %n minutes"),
                since / MINUTE_MS, &text);
    }
    return arena_copy(page->arena, buf_slice(&text));
}

slice admin_id(const struct page *page, int64_t id) {
    return arena_printf(page->arena, "%lld", (long long)id);
}

void admin_table_begin(struct page *page, const char *caption, const char *const *heads,
                       size_t count) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"admin-table\" tabindex=\"0\" role=\"region\"");
    html_attr(html, "aria-label", i18n(html->language, caption));
    html_raw(html, "><table><caption class=\"visually-hidden\">");
    html_text(html, i18n(html->language, caption));
    html_raw(html, "</caption><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<th scope=\"col\">");
        html_text(html, i18n(html->language, heads[i]));
        html_raw(html, "</th>");
    }
    html_raw(html, "</tr></thead><tbody>\n");
}

void admin_table_end(struct page *page) {
    html_raw(&page->html, "</tbody></table></div>\n");
}

/* ---- what waits ---- */

static void write_waiting(struct page *page, slice href, const char *label, int64_t count) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</a><span class=\"state\">");
    html_number(html, count);
    html_raw(html, "</span></li>");
}

/* "50" stands for "50 or more": the queue of the moderation tells no more at once. */
static err count_cases(struct page *page, int64_t *count) {
    struct db_conn *reader = face_reader(page->request);
    const struct contribution_world world = web_world(page->face);
    struct moderation_case *cases;
    struct contribution *held;
    size_t case_count;
    size_t held_count;
    bool has_more;
    TRY(contributions_held(reader, page->arena, &held, &held_count));
    TRY(moderation_queue(reader, &world, face_actor(page->request), CASES_MAX, page->arena, &cases,
                         &case_count, &has_more));
    *count = (int64_t)(case_count + held_count);
    return OK;
}

static err write_all_waiting(struct page *page, const struct admin_waits *waits) {
    int64_t cases = 0;
    TRY(count_cases(page, &cases));
    html_raw(&page->html, "<section><h2>");
    html_t(&page->html, "En attente");
    html_raw(&page->html, "</h2>\n<ul class=\"form-rows\">");
    write_waiting(page, SLICE("/moderation"), N_("Signalements et fiches à relire"), cases);
    write_waiting(page, SLICE("/administration/queue"), N_("Lettres qui attendent"),
                  waits->mail.waiting);
    write_waiting(page, SLICE("/administration/queue"), N_("Travaux qui ont échoué"),
                  waits->jobs.dead);
    html_raw(&page->html, "</ul></section>\n");
    return OK;
}

static void write_faults(struct page *page, const struct admin_check *checks, size_t count) {
    struct html *html = &page->html;
    size_t wrong = 0;
    html_raw(html, "<section><h2>");
    html_t(html, "À corriger");
    html_raw(html, "</h2>\n<ul class=\"checks\">");
    for (size_t i = 0; i < count && checks[i].state != ADMIN_OK; i++) {
        admin_check_write(page, &checks[i]);
        wrong++;
    }
    html_raw(html, "</ul>\n<p>");
    if (wrong == 0) {
        html_t(html, "Rien : tout ce que le site sait vérifier de lui-même va bien.");
        html_raw(html, " ");
    }
    html_raw(html, "<a href=\"/administration/instance\">");
    html_t(html, "Tout ce qui est vérifié");
    html_raw(html, "</a></p></section>\n");
}

/* Who moderates or is a steward finds their ways here; the rest is for admins. */
static void write_powers(struct page *page) {
    struct html *html = &page->html;
    unsigned may = page->request->capabilities;
    html_raw(html, "<ul class=\"form-rows\">");
    if (may & HTTP_MAY(CAP_MODERATE)) {
        html_raw(html, "<li><a href=\"/moderation\">");
        html_t(html, "Signalements et fiches à relire");
        html_raw(html, "</a></li>");
    }
    html_raw(html, "<li><a href=\"/moderation/log\">");
    html_t(html, "Les décisions de la modération");
    html_raw(html, "</a></li></ul>\n");
}

err web_admin(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    unsigned may = request->capabilities;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct admin_waits waits;
    struct admin_check *checks;
    size_t count;
    if (!(may & (HTTP_MAY(CAP_ADMIN) | HTTP_MAY(CAP_STEWARD) | HTTP_MAY(CAP_MODERATE)))) {
        return problem_set(problem, ERR_DENIED, "", "this page is for those who have a role here");
    }
    if (!(may & HTTP_MAY(CAP_ADMIN))) {
        form_page_begin(&form, N_("Votre rôle"), SLICE("/administration"), NULL);
        write_powers(&page);
        form_page_end(&form);
        return page.html.out->failed;
    }
    admin_page_begin(&form, N_("Administration"), SLICE("/administration"),
                     N_("Ce qui ne va pas d’abord, puis ce qui attend quelqu’un."));
    TRY(admin_waits_read(&page, &waits));
    TRY(admin_checks(&page, &waits, &checks, &count));
    write_faults(&page, checks, count);
    TRY(write_all_waiting(&page, &waits));
    form_page_end(&form);
    return page.html.out->failed;
}

err web_admin_instance(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct admin_waits waits;
    struct admin_check *checks;
    size_t count;
    admin_page_begin(&form, N_("Cette instance"), SLICE("/administration/instance"),
                     N_("Ce que le site vérifie de lui-même, à chaque visite de cette page."));
    TRY(admin_waits_read(&page, &waits));
    TRY(admin_checks(&page, &waits, &checks, &count));
    html_raw(&page.html, "<ul class=\"checks\">");
    for (size_t i = 0; i < count; i++) {
        admin_check_write(&page, &checks[i]);
    }
    html_raw(&page.html, "</ul>\n");
    form_page_end(&form);
    return page.html.out->failed;
}
