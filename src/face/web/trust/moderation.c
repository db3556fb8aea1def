/* /moderation: what waits for a moderator, the oldest first. */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/suggestion.h"
#include "face/web/trust/trust.h"

#define CASES_SHOWN 50

static void write_way(struct page *page, struct entry_id entry, slice title) {
    html_raw(&page->html, "<li><a");
    html_attr(&page->html, "href", moderation_case_path(page, entry));
    html_raw(&page->html, ">");
    html_text(&page->html, title);
    html_raw(&page->html, "</a><span class=\"state\">");
}

/* Those of the territories where the actor moderates. */
static err write_held(struct page *page, const struct contribution *held, size_t count) {
    struct html *html = &page->html;
    const struct contribution_world world = web_world(page->face);
    size_t shown = 0;
    html_raw(html, "<section>");
    moderation_heading(page, N_("Nouvelles fiches à relire"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        bool may;
        TRY(moderation_may(face_reader(page->request), &world, face_actor(page->request),
                           held[i].entry, &may));
        if (may && shown++ < CASES_SHOWN) {
            write_way(page, held[i].entry, held[i].title);
            day_write(page, held[i].confirmed_ms);
            html_raw(html, "</span></li>");
        }
    }
    html_raw(html, "</ul>\n");
    if (shown > CASES_SHOWN) {
        html_raw(html, "<p>");
        html_tn(html, "Et %n autre, montrée quand celles-ci seront relues.",
                "Et %n autres, montrées quand celles-ci seront relues.",
                (int64_t)(shown - CASES_SHOWN));
        html_raw(html, "</p>");
    } else if (shown == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien n’attend.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
    return OK;
}

static void write_cases(struct page *page, const struct moderation_case *cases, size_t count,
                        bool has_more) {
    struct html *html = &page->html;
    html_raw(html, "<section>");
    moderation_heading(page, N_("Fiches signalées ou en attente"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        write_way(page, cases[i].entry, cases[i].title);
        html_tn(html, "%n signalement", "%n signalements", cases[i].flag_count);
        html_raw(html, " · ");
        if (cases[i].status == ENTRY_PENDING) {
            html_t(html, "En attente");
            html_raw(html, " · ");
        }
        if (cases[i].is_asked || cases[i].is_answered) {
            html_text(html, i18n(html->language, cases[i].is_answered ? N_("Réponse arrivée")
                                                                      : N_("Question posée")));
            html_raw(html, " · ");
        }
        day_write(page, cases[i].since_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n");
    if (has_more || count == 0) {
        html_raw(html, "<p>");
        html_text(html, i18n(html->language,
                             has_more ? N_("D’autres suivent quand celles-ci seront décidées.")
                                      : N_("Rien n’attend.")));
        html_raw(html, "</p>");
    }
    html_raw(html, "</section>\n");
}

/* RULE MOD-5: those of one's own decisions wait for somebody else. */
static void write_appeals(struct page *page, const struct moderation_appeal *appeals,
                          size_t count) {
    struct html *html = &page->html;
    if (count == 0) {
        return;
    }
    html_raw(html, "<section>");
    moderation_heading(page, N_("Nouveaux avis demandés"));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(
            html, "href",
            arena_printf(page->arena, "/moderation/appeals/%lld", (long long)appeals[i].decision));
        html_raw(html, ">");
        html_text(html, appeals[i].title);
        html_raw(html, "</a><span class=\"state\">");
        html_text(html, i18n(html->language, web_moderation_act(appeals[i].act)));
        html_raw(html, " · ");
        if (appeals[i].is_own) {
            html_t(html, "pour quelqu’un d’autre que vous");
            html_raw(html, " · ");
        }
        day_write(page, appeals[i].at_ms);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul></section>\n");
}

err web_moderation(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)problem;
    const struct contribution_world world = web_world(app);
    struct contribution *held;
    struct moderation_case *cases;
    struct moderation_appeal *appeals;
    size_t appeal_count;
    size_t held_count;
    size_t count;
    bool has_more;
    TRY(contributions_held(face_reader(request), request->arena, &held, &held_count));
    TRY(moderation_queue(face_reader(request), &world, face_actor(request), CASES_SHOWN,
                         request->arena, &cases, &count, &has_more));
    TRY(moderation_appeals(face_reader(request), &world, face_actor(request), CASES_SHOWN,
                           request->arena, &appeals, &appeal_count));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Modération"), SLICE("/moderation"),
                    N_("Ce qui attend depuis le plus longtemps vient en premier."));
    TRY(suggestions_way(&page));
    write_appeals(&page, appeals, appeal_count);
    TRY(write_held(&page, held, held_count));
    write_cases(&page, cases, count, has_more);
    html_raw(&page.html, "<p><a href=\"/claims\">");
    html_t(&page.html, "Demandes de collectifs");
    html_raw(&page.html, "</a> · <a href=\"/moderation/log\">");
    html_t(&page.html, "Les décisions de la modération");
    html_raw(&page.html, "</a> · <a href=\"/moderation/networks\">");
    html_t(&page.html, "Les réseaux bloqués");
    html_raw(&page.html, "</a> · <a href=\"/charter\">");
    html_t(&page.html, "Charte");
    html_raw(&page.html, "</a></p>\n");
    form_page_end(&form);
    return page.html.out->failed;
}
