/* domain/moderation: what people flag, and what is decided about it, by whom and why. */
#ifndef AGORA_DOMAIN_MODERATION_H
#define AGORA_DOMAIN_MODERATION_H

#include "domain/contribution/contribution.h"

/* ---- flags ---- */

enum flag_reason {
    FLAG_GONE = 1,
    FLAG_WRONG,
    FLAG_CHARTER,
    FLAG_PERSONAL_DATA,
    FLAG_DOUBLED,
    FLAG_ILLEGAL,
    FLAG_REASON__COUNT
};
#define FLAG_WORDS_MAX 2000
/* RULE MOD-1: accounts at least this old are counted, and this many hold an entry. */
#define FLAG_ACCOUNT_MS  INT64_C(604800000) /* 7 days */
#define FLAG_INDEPENDENT 3
/* From where a flag came is forgotten after this. */
#define FLAG_NETWORK_MS INT64_C(2592000000) /* 30 days */

slice flag_reason_slug(enum flag_reason reason); /* "personal-data" */
bool flag_reason_from_slug(slice slug, enum flag_reason *reason);

struct flag_send {
    const struct actor *actor;
    struct entry_id entry;
    enum flag_reason reason;
    slice words;
    slice address; /* without an account, checked: where the answer goes; may be empty */
    slice language;
    struct person_network network;
};
/* Who is told of a decision. In the arena. */
struct moderation_told {
    slice address, language;
};
struct moderation_outcome {
    bool is_held;                       /* by RULE MOD-1, just now */
    slice title;                        /* of the entry */
    unsigned point;                     /* of the charter in force; 0: none */
    const struct moderation_told *told; /* each address once */
    size_t told_count;
};
/* RULE MOD-1: a flag alone changes nothing that the public sees; three independent ones hold the
 * entry until a moderator decides. RULE MOD-4: what is joined by an account, a network or the root
 * of a mail address is one. An account's second flag of an entry takes the place of its first
 * while that waits. In a write transaction. ERR_NOT_FOUND: no published entry; ERR_INPUT, ERR_LIMIT
 * (words too long, too many from one network: PERSON-1). `outcome` tells who is told when it was
 * held. */
MUST_USE err flag_add(struct db_conn *conn, const struct contribution_world *world,
                      const struct flag_send *flag, int64_t now_ms, struct arena *arena,
                      struct moderation_outcome *outcome, struct problem *problem);

struct flag {
    enum flag_reason reason;
    slice words;
    int64_t at_ms;
    bool has_account;
};
/* Those of an entry that wait for an answer, the oldest first, at most `room`. */
MUST_USE err flags_of(struct db_conn *conn, struct entry_id entry, size_t room, struct arena *arena,
                      struct flag **flags, size_t *count);

/* What the address of a letter is joined with others by: the domain that somebody registered, or
 * the whole address (without +tag and dots) at a public host of mail. */
void moderation_mail_root(slice address, struct buf *out);

/* ---- decisions ---- */

enum moderation_act {
    MODERATION_NOTHING = 1, /* looked at, stays as it is */
    MODERATION_CORRECTED,   /* likewise, and somebody mended it */
    MODERATION_HOLD,
    MODERATION_REMOVE,
    MODERATION_PUBLISH, /* shown again: what was held or removed */
    MODERATION_ACT__COUNT
};
#define MODERATION_REASON_MAX 2000
slice moderation_act_slug(enum moderation_act act);
bool moderation_act_from_slug(slice slug, enum moderation_act *act);

struct moderation_decision {
    struct entry_id entry;
    enum moderation_act act;
    slice reason;
    unsigned point; /* of the charter, that it rests on; 0: on none */
};
/* RULE MOD-2: a reason is asked for; the author, the team and those who flagged are told it (by the
 * caller: `outcome`). RULE MOD-3: what was held or removed can be published again, each decision
 * stands in the audit. In a write transaction. ERR_INPUT, ERR_LIMIT with the field "reason";
 * ERR_DENIED: no moderator there; ERR_CONFLICT: nothing that this act could change (any more). What
 * was never shown (not confirmed) cannot be published by it. */
MUST_USE err moderation_decide(struct db_conn *conn, const struct contribution_world *world,
                               const struct actor *actor,
                               const struct moderation_decision *decision, int64_t now_ms,
                               struct arena *arena, struct moderation_outcome *outcome,
                               struct problem *problem);
/* The same of a contribution that waits (RULE CONTRIBUTE-2): PUBLISH or REMOVE. ERR_NOT_FOUND: does
 * not wait. */
MUST_USE err moderation_decide_held(struct db_conn *conn, const struct contribution_world *world,
                                    const struct actor *actor, int64_t contribution,
                                    const struct moderation_decision *decision, int64_t now_ms,
                                    struct arena *arena, struct moderation_outcome *outcome,
                                    struct problem *problem);
/* Whether somebody moderates where an entry stands: everywhere, or in its territory. */
MUST_USE err moderation_may(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, struct entry_id entry, bool *may);

/* ---- what waits, and what was decided ---- */

struct moderation_case {
    struct entry_id entry;
    slice title;
    enum entry_status status;
    int64_t since_ms, flag_count;
};
/* Entries with flags that wait, and those held, that the actor may decide about. The oldest first,
 * at most `room`; `*has_more` when there are others behind them. */
MUST_USE err moderation_queue(struct db_conn *conn, const struct contribution_world *world,
                              const struct actor *actor, size_t room, struct arena *arena,
                              struct moderation_case **cases, size_t *count, bool *has_more);

/* A decision as everybody may see it: without names and without words that somebody wrote. */
struct moderation_logged {
    int64_t id, at_ms;
    enum moderation_act act;
    struct entry_id entry;
    slice title;      /* empty unless the entry is shown */
    unsigned reasons; /* bits 1 << enum flag_reason */
    int64_t flag_count;
    int64_t waited_ms; /* since the first flag; 0 without one */
    bool is_by_rule;   /* RULE MOD-1 */
    bool is_reversed;
    int64_t charter; /* the version that `point` is of; 0: it cites none */
    unsigned point;
};
/* The latest first, at most `room`, those before `before` (0: from the latest). */
MUST_USE err moderation_log(struct db_conn *conn, int64_t before, size_t room, struct arena *arena,
                            struct moderation_logged **log, size_t *count);
struct moderation_figures {
    int64_t decisions, reversed;
    int64_t waited_ms; /* on average, of those that answered flags */
};
MUST_USE err moderation_figures(struct db_conn *conn, struct moderation_figures *figures);

/* From where flags came is forgotten after 30 days. */
MUST_USE err moderation_sweep(struct db_conn *conn, int64_t now_ms);

extern const struct db_catalogue moderation_catalogue;

#endif
