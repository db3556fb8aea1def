/* domain/freshness: whether an entry is still so: saying it, and being asked once a year. */
#ifndef AGORA_DOMAIN_FRESHNESS_H
#define AGORA_DOMAIN_FRESHNESS_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "domain/contribution/contribution.h"
#include "domain/entry/entry.h"
#include "domain/person/person.h"

/* RULE FRESH-1: who is signed in says that an entry is still so. Again on the same day changes
 * nothing. In a write transaction. ERR_DENIED: nobody is signed in; ERR_NOT_FOUND: no published
 * entry. */
MUST_USE err freshness_confirm(struct db_conn *conn, const struct actor *actor,
                               struct entry_id entry, int64_t now_ms, struct arena *arena);

/* ---- asking ---- */

/* RULE FRESH-3: an entry that nobody confirmed for a year is asked about once a year. */
#define FRESHNESS_ASK_MS INT64_C(31536000000) /* 365 days */
/* A letter to one of those who are asked. */
struct freshness_letter {
    struct entry_id entry;
    slice title, address, language;
    struct crypto_secret link;
};
/* Writes down that the entries whose turn it is are asked about, at most `room` of them, and gives
 * the letters to be sent within the same write transaction. In the arena. */
MUST_USE err freshness_due(struct db_conn *conn, int64_t now_ms, size_t room, struct arena *arena,
                           struct freshness_letter **letters, size_t *count);
/* Before an account is deleted: forgets what it was asked. That somebody wants no letters stays, as
 * a digest of the address: they may have brought something without an account too. */
MUST_USE err freshness_forget(struct db_conn *conn, struct person_id person);
/* Links that are too old go. */
MUST_USE err freshness_sweep(struct db_conn *conn, int64_t now_ms);

/* ---- answering ---- */

enum freshness_answer { FRESHNESS_STILL = 1, FRESHNESS_CHANGES, FRESHNESS_ENDED };
struct freshness_asked {
    struct entry_id entry;
    slice author; /* as of a revision: "person:12", "guest:34" */
    enum entry_confirmed_by side;
    enum freshness_answer answer; /* the last one; 0: none yet */
};
/* By the secret of a letter. ERR_NOT_FOUND: none of ours, too old, not theirs any more, or the
 * entry is not public. In the arena. */
MUST_USE err freshness_look(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                            struct freshness_asked *asked);
/* STILL confirms it. CHANGES writes down that something does, no more. ENDED makes a revision that
 * says so, with the reason in words (may be empty). The same answer again changes nothing. In a
 * write transaction. ERR_NOT_FOUND as above; ERR_LIMIT: "reason". */
MUST_USE err freshness_answer(struct db_conn *conn, const struct contribution_world *world,
                              slice link, enum freshness_answer answer, slice reason,
                              int64_t now_ms, struct arena *arena, struct problem *problem);
/* Whether a link is one of ours, whatever it is worth today. ERR_NOT_FOUND. */
MUST_USE err freshness_link_look(struct db_conn *conn, slice link);
/* RULE MAIL-4: whoever reads these letters does not want them any more, for any entry. By any link
 * that they got; again changes nothing. ERR_NOT_FOUND: none of ours. */
MUST_USE err freshness_leave(struct db_conn *conn, slice link, int64_t now_ms);

extern const struct db_catalogue freshness_catalogue;

#endif
