/* Accounts, people, teams, helping those who have no e-mail. */
#ifndef AGORA_FACE_WEB_PEOPLE_PEOPLE_H
#define AGORA_FACE_WEB_PEOPLE_PEOPLE_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_sign_in, web_sign_in_post, web_code, web_code_post, web_link, web_link_post,
    web_sign_out, web_account, web_profile, web_profile_post, web_sessions, web_sessions_post,
    web_password, web_password_post, web_account_data, web_delete, web_delete_post, web_team,
    web_team_post, web_invitation, web_invitation_post, web_person, web_write, web_write_post,
    web_brought, web_brought_post, web_address, web_address_post, web_address_code,
    web_address_code_post, web_help, web_help_begin, web_help_begin_post, web_help_end,
    web_help_person, web_help_person_post, web_help_paper, web_help_form, web_paper, web_paper_post;

#endif
