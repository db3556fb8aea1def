/* Adding and changing an entry, through drafts. */
#ifndef AGORA_FACE_WEB_ADD_ADD_H
#define AGORA_FACE_WEB_ADD_ADD_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_add, web_add_post, web_add_kept, web_add_drop, web_add_step, web_add_step_post,
    web_add_merge, web_add_merge_post, web_contribution_sent, web_contribution_find,
    web_contribution_find_post, web_contribution, web_contribution_post, web_edit, web_edit_post,
    web_document, web_add_document, web_moderation_document, web_add_documents,
    web_add_documents_post, web_add_photos, web_add_photos_post, web_add_media, web_media,
    web_moderation_media, web_again, web_again_post;

#endif
