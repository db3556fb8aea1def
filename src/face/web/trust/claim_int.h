/* What the pages of claims share. */
#ifndef AGORA_FACE_WEB_TRUST_CLAIM_INT_H
#define AGORA_FACE_WEB_TRUST_CLAIM_INT_H

#include "domain/claim/claim.h"
#include "face/web/page/form.h"
#include "mail/mail.h"

/* The title of the entry as the way to it. */
void claim_entry_line(struct page *page, const struct claim *claim);
/* Who says so, in their own words. */
void claim_said(struct page *page, const struct claim *claim);
/* Letters about what became of a claim, in its transaction: to the claimant unless `is_theirs`
 * (they did it themselves), and to the address known before. */
MUST_USE err claim_tell(struct db_conn *conn, const struct face *face,
                        const struct claim_asked *asked, bool is_theirs, int64_t now_ms,
                        struct arena *arena, struct problem *problem);

#endif
