/* Pages of text: what this instance is, promises and keeps; the charter. */
#ifndef AGORA_FACE_WEB_TEXTS_TEXTS_H
#define AGORA_FACE_WEB_TEXTS_TEXTS_H

#include "face/web/page/page.h"

/* texts.c: pages of plain text. Texts are French, marked with N_. */
void text_page(struct page *page, const struct page_head *head, slice title, const char *lead);
void text_section(struct page *page, slice id, const char *title); /* the caller ends <section> */
void text_paragraph(struct page *page, const char *text);
void text_item(struct page *page, const char *text);
/* A sentence that ends with the contact address of the settings, or the one for when there is
 * none. */
void text_contact(struct page *page, const char *message, const char *without);
/* The same of an address; none: `without` alone. */
void text_address(struct page *page, slice address, const char *message, const char *without);
/* Answers a page that changes with the settings and the language only. */
MUST_USE err text_answer(void *app, const struct http_request *request,
                         struct http_response *response, slice path,
                         void (*write)(struct page *page));

/* Handlers of the route rows (routes.c). */
http_handler web_about, web_accessibility, web_legal, web_privacy, web_easy, web_easy_about,
    web_charter, web_charter_versions, web_charter_version, web_charter_edit, web_charter_edit_post;

#endif
