/* The charter as the pages and letters read it. */
#ifndef AGORA_FACE_WEB_TEXTS_CHARTER_H
#define AGORA_FACE_WEB_TEXTS_CHARTER_H

#include "domain/contribution/charter.h"
#include "face/face.h"

/* charter_load with the program's own texts where they hold; version 0: the one in force. */
MUST_USE err web_charter_load(const struct face *face, struct db_conn *conn, int64_t version,
                              struct arena *arena, struct charter *charter);
/* Its text in a language ("en"; any other: French). */
slice web_charter_text(const struct charter *charter, slice language);

#endif
