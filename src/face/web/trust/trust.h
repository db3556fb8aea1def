/* Who changed what, what may be wrong with it, and who decides about that. */
#ifndef AGORA_FACE_WEB_TRUST_TRUST_H
#define AGORA_FACE_WEB_TRUST_TRUST_H

#include "face/web/page/page.h"

/* Handlers of the route rows (routes.c). */
http_handler web_history, web_changes, web_changes_feed, web_undo, web_undo_post, web_claim,
    web_claim_post, web_claim_link, web_claim_link_post, web_claims, web_claim_case,
    web_claim_case_post, web_restore, web_restore_post, web_suggestions, web_suggestion,
    web_suggestion_post, web_duplicates, web_duplicate, web_duplicate_post, web_merged, web_merge,
    web_merge_post, web_flag, web_flag_post, web_moderation, web_moderation_case,
    web_moderation_case_post, web_moderation_log, web_decision, web_decision_post,
    web_moderation_appeal, web_moderation_appeal_post, web_moderation_person,
    web_moderation_person_post, web_moderation_network, web_moderation_network_post,
    web_moderation_networks, web_moderation_networks_post;

#endif
