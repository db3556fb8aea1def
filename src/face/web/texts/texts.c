/* Paragraphs that pages of plain text share. */
#include "face/web/texts/texts.h"

void text_section(struct page *page, slice id, const char *title) {
    struct html *html = &page->html;
    html_raw(html, "<section class=\"prose measure\"");
    html_attr(html, "id", id);
    html_raw(html, "><h2>");
    html_text(html, i18n(html->language, title));
    html_raw(html, "</h2>\n");
}

void text_paragraph(struct page *page, const char *text) {
    html_raw(&page->html, "<p>");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</p>\n");
}

void text_item(struct page *page, const char *text) {
    html_raw(&page->html, "<li>");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</li>\n");
}

void text_contact(struct page *page, const char *message, const char *without) {
    text_address(page, page->face->contact_email, message, without);
}

void text_address(struct page *page, slice address, const char *message, const char *without) {
    struct html *html = &page->html;
    html_raw(html, "<p>");
    if (address.n == 0) {
        html_text(html, i18n(html->language, without));
    } else {
        html_text(html, i18n(html->language, message));
        html_raw(html, " <a");
        html_attr(html, "href", arena_printf(page->arena, "mailto:%.*s", SLICE_ARG(address)));
        html_raw(html, ">");
        html_text(html, address);
        html_raw(html, "</a>");
    }
    html_raw(html, "</p>\n");
}

void text_page(struct page *page, const struct page_head *head, slice title, const char *lead) {
    struct html *html = &page->html;
    page_head(page, head);
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<header><h1>");
    html_text(html, title);
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_text(html, i18n(html->language, lead));
    html_raw(html, "</p></header>\n");
}

err text_answer(void *app, const struct http_request *request, struct http_response *response,
                slice path, void (*write)(struct page *page)) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    const struct atlas_view *view = atlas_pin(face->atlas);
    if (!page_unchanged(&page, view, path)) {
        write(&page);
    }
    atlas_unpin(face->atlas, view);
    return page.html.out->failed;
}
