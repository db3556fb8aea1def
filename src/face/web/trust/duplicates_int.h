/* What the pages of merging and those of parting again share. */
#ifndef AGORA_FACE_WEB_TRUST_DUPLICATES_INT_H
#define AGORA_FACE_WEB_TRUST_DUPLICATES_INT_H

#include "domain/duplicate/merge.h"
#include "face/web/page/form.h"
#include "mail/mail.h"

/* ERR_DENIED: no role at all. */
MUST_USE err duplicates_role_check(const struct http_request *request, struct problem *problem);
/* A way on, as a paragraph of its own. */
void duplicates_way_write(struct page *page, slice href, const char *label);
/* Those of both entries, each with a letter. RULE MOD-2. */
MUST_USE err duplicates_tell(struct db_conn *conn, const struct face *face,
                             const struct duplicate_told *told, enum mail_decision decision,
                             slice reason, int64_t now_ms, struct arena *arena,
                             struct problem *problem);
/* What is wrong with what was sent, untranslated; NULL: it is not for the form to tell.
 * `resulting`: of what would become of the entries. */
const char *duplicates_fault(err result, const struct problem *problem, const char *resulting);

#endif
