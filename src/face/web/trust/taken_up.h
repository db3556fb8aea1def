#ifndef AGORA_FACE_WEB_TRUST_TAKEN_UP_H
#define AGORA_FACE_WEB_TRUST_TAKEN_UP_H

#include "face/web/page/page.h"

/* To the teams of what an entry takes up, in the transaction that publishes it. What takes nothing
 * up, or is not published, tells nobody. */
MUST_USE err taken_up_tell(struct db_conn *conn, const struct face *face, struct entry_id entry,
                           int64_t now_ms, struct arena *arena, struct problem *problem);

#endif
