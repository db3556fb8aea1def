/* Sharing in one tap: message, mail, copy, the telephone's own list; on paper, on another site. */
#include "face/web/page/page.h"

#define SHARE_BYTES_MAX 16384

static void button(struct page *page, slice href) {
    html_raw(&page->html, "<a class=\"button button--line\"");
    html_attr(&page->html, "href", href);
    html_raw(&page->html, ">");
}

static void message(struct page *page, const char *scheme, slice subject, slice said) {
    struct buf url BUF_CLEANUP = buf_new(SHARE_BYTES_MAX);
    buf_add_cstr(&url, scheme);
    if (subject.n > 0) {
        buf_add_cstr(&url, "subject=");
        encode_component(subject, &url);
        buf_add_char(&url, '&');
    }
    buf_add_cstr(&url, "body=");
    encode_component(said, &url);
    button(page, buf_slice(&url));
}

void part_share(struct page *page, const struct part_share *share) {
    struct html *html = &page->html;
    slice said =
        arena_printf(page->arena, "%.*s\n%.*s", SLICE_ARG(share->title), SLICE_ARG(share->address));
    html_raw(html, "<p class=\"actions\">");
    message(page, "sms:?&", SLICE_EMPTY, said);
    page_icon(page, "message");
    html_t(html, "SMS");
    html_raw(html, "</a> ");
    message(page, "mailto:?", share->title, said);
    page_icon(page, "mail");
    html_t(html, "Mail");
    html_raw(html, "</a> <button class=\"button button--line js-only\" type=\"button\"");
    html_attr(html, "data-copy", share->address);
    html_attr(html, "data-done", i18n(html->language, "Adresse copiée"));
    html_raw(html, ">");
    page_icon(page, "link");
    html_t(html, "Copier l’adresse");
    html_raw(html, "</button> <button class=\"button button--line\" type=\"button\" hidden");
    html_attr(html, "data-share", share->address);
    html_attr(html, "data-title", share->title);
    html_raw(html, ">");
    page_icon(page, "share");
    html_t(html, "Partager");
    html_raw(html, "</button>");
    if (share->poster.n > 0) {
        html_raw(html, " ");
        button(page, share->poster);
        page_icon(page, "print");
        html_t(html, "Affiche");
        html_raw(html, "</a>");
    }
    if (share->print.n > 0) {
        html_raw(html, " ");
        button(page, share->print);
        page_icon(page, "print");
        html_t(html, "Imprimer la liste");
        html_raw(html, "</a>");
    }
    if (share->embed.n > 0) {
        html_raw(html, " ");
        button(page, share->embed);
        page_icon(page, "layers");
        html_t(html, "Intégrer à un site");
        html_raw(html, "</a>");
    }
    html_raw(html, "</p>");
}

void part_share_query(struct page *page, const struct query *query, slice title, slice address) {
    struct html *html = &page->html;
    struct query shared = *query;
    shared.cursor = SLICE_EMPTY;
    html_raw(html, "<details class=\"more\" id=\"share\"><summary>");
    html_t(html, "Partager, imprimer, intégrer");
    html_raw(html, "</summary>\n");
    part_share(page,
               &(struct part_share){
                   .title = title,
                   .address = arena_printf(page->arena, "%.*s%.*s",
                                           SLICE_ARG(page->request->base_url), SLICE_ARG(address)),
                   .print = link_query(page, "/explore/print", &shared, SLICE_EMPTY),
                   .embed = link_query(page, "/embed/code", &shared, SLICE_EMPTY)});
    html_raw(html, "</details>\n");
}
