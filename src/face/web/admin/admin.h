/* What admins see and set. */
#ifndef AGORA_FACE_WEB_ADMIN_ADMIN_H
#define AGORA_FACE_WEB_ADMIN_ADMIN_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_admin, web_admin_instance, web_admin_queue, web_admin_queue_post, web_admin_people,
    web_admin_person, web_admin_power, web_admin_power_post, web_admin_audit, web_admin_audit_csv,
    web_admin_themes, web_admin_themes_post, web_admin_theme, web_admin_theme_post,
    web_admin_theme_merge, web_admin_theme_merge_post, web_admin_settings, web_admin_settings_post,
    web_admin_sources, web_admin_source, web_admin_source_post, web_admin_source_state,
    web_admin_source_state_post;

#endif
