/* Whom one helps just now, and with whose help something was written (RULE HELP-2). */
#include "domain/person/help.h"
#include "face/actor.h"
#include "face/web/page/page.h"

void help_banner(struct page *page) {
    struct html *html = &page->html;
    const struct actor *actor = face_actor(page->request);
    bool is_in_the_name = actor->helper.v != 0;
    slice name = is_in_the_name ? actor->name : actor->helped_name;
    if (actor->help == 0) {
        return;
    }
    html_raw(html, "<aside class=\"wrap\"");
    html_attr(html, "aria-label", i18n(html->language, N_("La personne que vous aidez")));
    html_raw(html, "><p class=\"alert alert--info\"><span>");
    html_tf(html, "Vous aidez %1", &name, 1);
    html_raw(html, " · <a");
    html_attr(html, "href", help_person_path(page, is_in_the_name ? actor->person : actor->helped));
    html_raw(html, ">");
    html_t(html, "Son papier, terminer");
    html_raw(html, "</a></span></p></aside>\n");
}

err help_with_write(struct page *page, struct entry_id entry, int64_t revision) {
    struct html *html = &page->html;
    bool is_helped = false;
    slice with;
    TRY(help_of_revision(face_reader(page->request), entry.v, revision, page->arena, &is_helped,
                         &with));
    if (is_helped) {
        with = with.n > 0 ? with : i18n(html->language, N_("quelqu’un"));
        html_raw(html, " · ");
        html_tf(html, "avec l’aide de %1", &with, 1);
    }
    return OK;
}

slice help_person_path(const struct page *page, struct person_id person) {
    return arena_printf(page->arena, "/help/people/%lld", (long long)person.v);
}
