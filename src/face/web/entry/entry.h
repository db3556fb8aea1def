/* The page of an entry, its news, saying that it is still so. */
#ifndef AGORA_FACE_WEB_ENTRY_ENTRY_H
#define AGORA_FACE_WEB_ENTRY_ENTRY_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_entry, web_confirm, web_confirm_post, web_still, web_still_post, web_still_stop,
    web_still_stop_post, web_news, web_news_feed, web_entry_news, web_entry_news_feed,
    web_entry_news_one, web_news_write, web_news_write_post, web_news_edit, web_news_edit_post,
    web_news_photos, web_news_photos_post, web_news_documents, web_news_documents_post,
    web_news_media, web_news_document;

#endif
