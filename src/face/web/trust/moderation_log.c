/* /moderation/log: what was decided, for everybody. */
#include "domain/moderation/moderation.h"
#include "face/web/page/form.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"

#define LOG_SHOWN 50
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    (24 * HOUR_MS)
#define YEAR_MS   (365 * DAY_MS)

static void write_waited(struct page *page, int64_t waited_ms) {
    bool is_days = waited_ms >= 2 * DAY_MS;
    int64_t n = (waited_ms + (is_days ? DAY_MS : HOUR_MS) - 1) / (is_days ? DAY_MS : HOUR_MS);
    if (is_days) {
        html_tn(&page->html, "%n jour", "%n jours", n);
    } else {
        html_tn(&page->html, "%n heure", "%n heures", n);
    }
}

/* What a decision that stands no more came to. */
static const char *reversed_label(enum moderation_act act) {
    bool is_back = act == MODERATION_HOLD || act == MODERATION_REMOVE;
    return is_back                             ? N_("puis remise")
           : moderation_is_about_somebody(act) ? N_("puis levé")
                                               : N_("changée ensuite");
}

static void write_appeal(struct page *page, enum moderation_reply_state state) {
    static const char *const states[] = {
        [MODERATION_REPLY_WAITS] = N_("nouvel avis demandé"),
        [MODERATION_REPLY_KEPT] = N_("maintenue par un autre avis"),
        [MODERATION_REPLY_REVERSED] = N_("changée par un autre avis"),
        [MODERATION_REPLY_READ] = NULL,
        [MODERATION_REPLY_SETTLED] = N_("nouvel avis demandé, changée avant")};
    if (state != 0 && states[state]) {
        html_raw(&page->html, " · ");
        html_text(&page->html, i18n(page->html.language, states[state]));
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
        html_text(html, i18n(html->language, moderation_is_about_somebody(logged->act)
                                                 ? N_("Au sujet d’une personne")
                                                 : N_("Une fiche qui n’est plus montrée")));
    }
    html_raw(html, "</span><span class=\"state\">");
    html_text(html, i18n(html->language, web_moderation_act(logged->act)));
    if (logged->is_by_rule) {
        html_raw(html, " · ");
        html_t(html, "par trois signalements");
    }
    if (logged->is_reversed) {
        html_raw(html, " · ");
        html_text(html, i18n(html->language, reversed_label(logged->act)));
    }
    write_appeal(page, logged->appeal);
    html_raw(html, "</span><small>");
    day_write(page, logged->at_ms);
    if (logged->point > 0) {
        html_raw(html, " · ");
        moderation_point(page, logged->charter, logged->point);
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
    moderation_heading(page, N_("Depuis un an"));
    html_raw(html, "<div class=\"prose\"><ul>\n<li>");
    html_tn(html, "%n décision", "%n décisions", figures->decisions);
    html_raw(html, ", ");
    html_tn(html, "dont %n par la règle des trois signalements",
            "dont %n par la règle des trois signalements", figures->by_rule);
    html_raw(html, "</li>\n<li>");
    html_tn(html, "%n décision changée ensuite", "%n décisions changées ensuite",
            figures->reversed);
    html_raw(html, "</li>\n<li>");
    html_tn(html, "%n nouvel avis demandé", "%n nouveaux avis demandés", figures->appeals);
    html_raw(html, " : ");
    html_tn(html, "%n décision maintenue", "%n décisions maintenues", figures->appeals_kept);
    html_raw(html, ", ");
    html_tn(html, "%n changée", "%n changées", figures->appeals_reversed);
    html_raw(html, "</li>\n");
    if (figures->ninth_ms > 0) {
        html_raw(html, "<li>");
        html_t(html, "Un signalement sur deux a sa réponse en");
        html_raw(html, " ");
        write_waited(page, figures->median_ms);
        html_t(html, ", neuf sur dix en");
        html_raw(html, " ");
        write_waited(page, figures->ninth_ms);
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ul></div>\n");
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
    const struct face *face = app;
    TRY(moderation_figures(face_reader(request), clock_now_ms(face->clock) - YEAR_MS, &figures));
    TRY(moderation_log(face_reader(request), before, LOG_SHOWN, request->arena, &log, &count));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Les décisions de la modération"), SLICE("/moderation/log"),
                    N_("Tout le monde peut les lire. Personne n’y est nommé."));
    write_figures(&page, &figures);
    moderation_heading(&page, N_("Toutes les décisions"));
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
