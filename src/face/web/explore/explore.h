/* Pages that show many entries. */
#ifndef AGORA_FACE_WEB_EXPLORE_EXPLORE_H
#define AGORA_FACE_WEB_EXPLORE_EXPLORE_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_picture_entry, web_picture_territory, web_picture_explore, web_picture_home,
    web_icon, web_poster, web_print, web_embed, web_embed_code, web_explore, web_home, web_stories,
    web_territory, web_theme, web_themes;

#endif
