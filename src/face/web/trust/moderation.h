/* What the pages of flags and of moderation share. */
#ifndef AGORA_FACE_WEB_TRUST_MODERATION_H
#define AGORA_FACE_WEB_TRUST_MODERATION_H

#include "domain/moderation/moderation.h"
#include "face/face.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "mail/mail.h"

/* "Quelque chose est faux", untranslated. */
const char *web_flag_reason(enum flag_reason reason);
/* "Mise en attente", untranslated. */
const char *web_moderation_act(enum moderation_act act);

void moderation_heading(struct page *page, const char *text); /* <h2> */
slice moderation_case_path(const struct page *page, struct entry_id entry);
/* Somebody's words as paragraphs. */
void moderation_words(struct page *page, slice text);
/* The link to a point of the charter in a version. */
void moderation_point(struct page *page, int64_t charter, unsigned point);
/* The fields of every decision: the point of the charter and the reason. */
MUST_USE err moderation_why(struct form *form, const struct moderation_decision *decision);
/* What is told beside the reason, untranslated, when a decision was refused for it; NULL of any
 * other error. */
const char *moderation_reason_refused(err failed);
/* The point as sent, which the charter must have. */
MUST_USE err moderation_point_take(const struct face *face, const struct http_request *request,
                                   slice sent, struct moderation_decision *decision,
                                   struct problem *problem);

/* The section of a case that tells who wrote the entry, with the way to each of them. */
MUST_USE err moderation_write_authors(struct page *page, struct entry_id entry);

/* The section that tells whether others came from the same network, with the way to block it. */
MUST_USE err moderation_write_network(struct page *page, struct entry_id entry);

/* Who of those who wrote an entry the address names (`decision->entry`, `decision->subject`), for
 * who moderates there. ERR_DENIED, ERR_NOT_FOUND. */
MUST_USE err moderation_author_load(const struct face *face, const struct http_request *request,
                                    struct moderation_decision *decision,
                                    struct moderation_record_of *author, struct problem *problem);
/* Their name as a heading, and their record. */
void moderation_author_write(struct page *page, const struct moderation_record_of *author);

/* Says who can put changes back of which some stand elsewhere (RULE UNDO-3). */
void moderation_redo_whose(struct page *page);

/* A letter to each whom an outcome names, in their language, with a link to the decision; in its
 * transaction. `reason`: as somebody wrote it, or a text of ours. RULE MOD-2. */
MUST_USE err web_moderation_tell(struct db_conn *conn, const struct face *face,
                                 const struct moderation_outcome *outcome,
                                 enum mail_decision decision, const char *reason, int64_t now_ms,
                                 struct problem *problem);
/* The same to one of them; nothing without an address. */
MUST_USE err web_moderation_tell_one(struct db_conn *conn, const struct face *face,
                                     const struct moderation_outcome *outcome,
                                     const struct moderation_told *told,
                                     enum mail_decision decision, const char *reason,
                                     int64_t now_ms, struct problem *problem);
/* The letter of an act about an entry or somebody; `is_first`: of what waited to be shown. */
enum mail_decision web_moderation_letter(enum moderation_act act, int64_t until_ms, bool is_first);

#endif
