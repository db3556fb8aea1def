/* What the pages of flags and of moderation share. */
#ifndef AGORA_FACE_WEB_MODERATION_INT_H
#define AGORA_FACE_WEB_MODERATION_INT_H

#include "domain/moderation/moderation.h"
#include "face/face.h"
#include "mail/mail.h"

/* "Quelque chose est faux", untranslated. */
const char *web_flag_reason(enum flag_reason reason);
/* A letter to each whom an outcome names, in their language; in the transaction of the decision.
 * `reason`: as somebody wrote it, or a text of ours. */
MUST_USE err web_moderation_tell(struct db_conn *conn, const struct face *face,
                                 const struct moderation_outcome *outcome,
                                 enum mail_decision decision, const char *reason, int64_t now_ms,
                                 struct problem *problem);

#endif
