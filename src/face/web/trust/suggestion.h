/* What pages that decide suggestions and pages that bring them share. */
#ifndef AGORA_FACE_WEB_TRUST_SUGGESTION_H
#define AGORA_FACE_WEB_TRUST_SUGGESTION_H

#include "domain/contribution/contribution.h"
#include "face/web/page/page.h"
#include "mail/mail.h"

/* The way to those that wait for who asks, with their number; nothing when none do. */
MUST_USE err suggestions_way(struct page *page);
/* A letter to the author of one that was decided, in the transaction of the decision; `words` may
 * be empty. Nobody to tell is no error. */
MUST_USE err suggestion_tell(struct db_conn *conn, const struct face *face,
                             const struct suggestion *suggestion, enum mail_decision decision,
                             slice words, int64_t now_ms, struct arena *arena,
                             struct problem *problem);
/* A letter to each of the team that one waits, in the transaction that brought it, as long as
 * RULE PERSON-1 lets its author write to teams. */
MUST_USE err suggestion_announce(struct db_conn *conn, const struct face *face,
                                 const struct actor *actor, const struct contribution_sent *sent,
                                 slice language, int64_t now_ms, struct arena *arena,
                                 struct problem *problem);

#endif
