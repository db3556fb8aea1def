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
#define FLAG_NAME_MAX  200
#define FLAG_PLACE_MAX 1000
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
    int64_t news; /* one that the entry shows, which it is about; 0: the entry itself */
    enum flag_reason reason;
    slice words;
    slice address; /* without an account, checked: where the answer goes; may be empty */
    slice language;
    struct person_network network;
    /* Of FLAG_ILLEGAL, RULE MOD-8: a notice of Regulation (EU) 2022/2065, art. 16(2). Only one of
     * sexual abuse of children may come without a name and an address (point (c)). */
    slice name, place;
    bool is_in_good_faith, is_abuse_of_children;
};
/* Who is told of a decision. In the arena. */
enum moderation_side {
    MODERATION_AUTHOR = 1, /* brought the entry, or is of its team */
    MODERATION_FLAGGER,
    MODERATION_SUBJECT, /* whom a warning or a block is about */
    MODERATION_SIDE__COUNT
};
struct moderation_told {
    slice address, language;
    enum moderation_side side;
    struct person_id person; /* 0: without an account */
};
struct moderation_outcome {
    bool is_held;                       /* by RULE MOD-1, just now */
    int64_t decision;                   /* 0: none was taken */
    int64_t until_ms;                   /* of a block or a question; 0: without end */
    slice title;                        /* of the entry */
    unsigned point;                     /* of the charter in force; 0: none */
    const struct moderation_told *told; /* each address once */
    size_t told_count;
};
/* RULE MOD-1: a flag alone changes nothing that the public sees; three independent ones hold the
 * entry until a moderator decides. RULE MOD-4: what is joined by an account, a network or the root
 * of a mail address is one. An account's second flag of an entry takes the place of its first while
 * that waits. RULE MOD-8: a notice of illegal content says why, who, and that it is in good faith
 * (ERR_INPUT with the field). In a write transaction. ERR_NOT_FOUND: no published entry, or no such
 * news of it; ERR_INPUT, ERR_LIMIT (words too long, too many from one network: PERSON-1). `outcome`
 * tells who is told when it was held. */
MUST_USE err flag_add(struct db_conn *conn, const struct contribution_world *world,
                      const struct flag_send *flag, int64_t now_ms, struct arena *arena,
                      struct moderation_outcome *outcome, struct problem *problem);

struct flag {
    enum flag_reason reason;
    slice words;
    slice name, place; /* of a notice; else empty */
    int64_t at_ms;
    bool has_account;
    int64_t news;     /* that it is about; 0: the entry itself */
    slice news_title; /* as it stands */
};
/* Those of an entry that wait for an answer, the oldest first, at most `room`. */
MUST_USE err flags_of(struct db_conn *conn, struct entry_id entry, size_t room, struct arena *arena,
                      struct flag **flags, size_t *count);

/* What the address of a letter is joined with others by: the domain that somebody registered, or
 * the whole address (without +tag and dots) at a public host of mail. */
void moderation_mail_root(slice address, struct buf *out);
/* Whether everybody may have an address at this domain (in small letters). */
bool moderation_mail_is_public(slice domain);

/* ---- decisions ---- */

enum moderation_act {
    MODERATION_NOTHING = 1, /* looked at, stays as it is */
    MODERATION_CORRECTED,   /* likewise, and somebody mended it */
    MODERATION_HOLD,
    MODERATION_REMOVE,
    MODERATION_PUBLISH, /* shown again: what was held or removed */
    MODERATION_ASK,     /* a question to the author; the case waits for the answer */
    /* About somebody who wrote the entry, which stays as it is: */
    MODERATION_WARN,
    MODERATION_BLOCK,
    MODERATION_UNBLOCK,
    MODERATION_MERGE, /* the entry became one with another: domain/duplicate */
    MODERATION_PART,  /* and are two again */
    MODERATION_UNDO,  /* what somebody changed in a time goes back: RULE UNDO-1 */
    MODERATION_REDO,  /* and comes again: RULE UNDO-3 */
    MODERATION_ACT__COUNT
};
/* About somebody, not about the entry. */
static inline bool moderation_is_about_somebody(enum moderation_act act) {
    return act == MODERATION_WARN || act == MODERATION_BLOCK || act == MODERATION_UNBLOCK ||
           act == MODERATION_UNDO || act == MODERATION_REDO;
}
/* RULE MOD-6: an answer is waited for so long. */
#define MODERATION_ASK_MS     INT64_C(1209600000) /* 14 days */
#define MODERATION_REASON_MAX 2000
slice moderation_act_slug(enum moderation_act act);
bool moderation_act_from_slug(slice slug, enum moderation_act *act);

/* What goes back, or comes again. */
struct moderation_undo_of {
    int64_t from_ms, to_ms; /* of UNDO: changes from then on, before that */
    int64_t below;          /* of UNDO: of entries with smaller numbers; 0: of all */
    int64_t decision;       /* of REDO: the UNDO that is taken back */
    int64_t seen;           /* of the plan that was looked at; of an appeal: 0, any */
    slice note;             /* the reason that the revisions tell, public */
};
struct moderation_decision {
    struct entry_id entry;
    enum moderation_act act;
    slice reason;
    unsigned point; /* of the charter, that it rests on; 0: on none */
    /* Of an act about somebody: who. RULE MOD-7. */
    struct person_id subject;
    int64_t block_ms;               /* of BLOCK: for how long; 0: until it is lifted */
    struct moderation_undo_of undo; /* of UNDO and REDO */
};
/* RULE MOD-2: a reason is asked for; the author, the team and those who flagged are told it (by the
 * caller: `outcome`). RULE MOD-3: what was held or removed can be published again, each decision
 * stands in the audit. RULE MOD-7: who wrote an entry can be warned or blocked, for a time or until
 * it is lifted; what they wrote stays, and whoever has a role is an admin's to block. What
 * an admin blocked is an admin's to let in again. In a write
 * transaction. ERR_INPUT, ERR_LIMIT with the field "reason";
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
/* Writes down what another room decided with power, for the log and the audit; flags that wait are
 * answered by it. `outcome` tells whom to tell. In a write transaction. */
MUST_USE err moderation_note(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, const struct moderation_decision *decision,
                             enum entry_status status_after, int64_t now_ms, struct arena *arena,
                             struct moderation_outcome *outcome);
/* Whom an entry concerns, who brought it and its team, to be told of a decision about another. */
MUST_USE err moderation_concerned(struct db_conn *conn, struct entry_id entry, int64_t decision,
                                  struct arena *arena, struct moderation_outcome *outcome);
/* Whether somebody moderates where an entry stands: everywhere, or in its territory. */
MUST_USE err moderation_may(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, struct entry_id entry, bool *may);

/* ---- what waits, and what was decided ---- */

struct moderation_case {
    struct entry_id entry;
    slice title;
    enum entry_status status;
    int64_t since_ms, flag_count;
    bool is_asked, is_answered; /* a question waits for its answer; or has it */
};
/* Entries with flags that wait, and those held, that the actor may decide about. The oldest first,
 * at most `room`; `*has_more` when there are others behind them. */
MUST_USE err moderation_queue(struct db_conn *conn, const struct contribution_world *world,
                              const struct actor *actor, size_t room, struct arena *arena,
                              struct moderation_case **cases, size_t *count, bool *has_more);

enum moderation_reply_state {
    MODERATION_REPLY_WAITS = 1,
    MODERATION_REPLY_KEPT,
    MODERATION_REPLY_REVERSED,
    MODERATION_REPLY_READ,    /* an answer, when the case was decided */
    MODERATION_REPLY_SETTLED, /* an appeal, when the decision was changed without a second look */
};
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
    enum moderation_reply_state appeal; /* 0: nobody asked for one */
};
/* The latest first, at most `room`, those before `before` (0: from the latest). */
MUST_USE err moderation_log(struct db_conn *conn, int64_t before, size_t room, struct arena *arena,
                            struct moderation_logged **log, size_t *count);
/* Of the decisions taken since a moment. */
struct moderation_figures {
    int64_t decisions, reversed, by_rule;
    int64_t appeals, appeals_kept, appeals_reversed; /* asked for since; the rest waits */
    /* How long flags waited for their answer: half of them at most the first, nine in ten at most
     * the second. 0: no flag was answered. */
    int64_t median_ms, ninth_ms;
};
MUST_USE err moderation_figures(struct db_conn *conn, int64_t since_ms,
                                struct moderation_figures *figures);

/* ---- what those say whom it was told ---- */

/* RULE MOD-5: a decision is looked at again once, by somebody else, when one of those asks within
 * six months (Regulation (EU) 2022/2065, art. 20(1)) whom it was told. What comes of that is final
 * here. RULE MOD-6: a question is answered once, and the answer comes into the case. */
#define MODERATION_APPEAL_MS INT64_C(15897600000) /* 184 days */
#define MODERATION_WORDS_MAX 4000
/* A link for one of those whom a decision is told, for a letter. */
MUST_USE err moderation_link_add(struct db_conn *conn, int64_t decision,
                                 const struct moderation_told *told, struct crypto_secret *link);

struct moderation_reply {
    bool is_appeal;
    enum moderation_side side;
    struct person_id person;
    slice address, language, words, answer;
    int64_t at_ms, decided_ms;
    enum moderation_reply_state state;
};
/* A decision with what was replied to it. */
struct moderation_notice {
    int64_t id, at_ms, until_ms;
    struct entry_id entry;
    slice title, reason;
    enum moderation_act act;
    int64_t charter;
    unsigned point;
    struct person_id by, subject; /* by 0: RULE MOD-1 */
    bool is_final;                /* the end of an appeal */
    bool is_reversed;
    bool waits;                /* of a question: its case is not decided yet */
    enum moderation_side side; /* of whoever's link it is */
    struct person_id person;   /* likewise; 0: without an account */
    bool has_reply;
    struct moderation_reply reply;
};
/* By the secret of one of its links. ERR_NOT_FOUND. */
MUST_USE err moderation_notice_of_link(struct db_conn *conn, slice link, struct arena *arena,
                                       struct moderation_notice *notice);
/* By its number. ERR_NOT_FOUND. */
MUST_USE err moderation_notice_load(struct db_conn *conn, int64_t id, struct arena *arena,
                                    struct moderation_notice *notice);
/* Whether a reply can still be sent: an appeal or, of a question, its answer. */
bool moderation_can_reply(const struct moderation_notice *notice, int64_t now_ms);
struct moderation_reply_send {
    slice link, words;
    slice address; /* checked; without an account, where the end is told; may be empty */
    slice language;
};
/* In a write transaction. ERR_NOT_FOUND: no such link; ERR_CONFLICT: too late, final, replied to
 * already, or of a question whose case was decided; ERR_INPUT, ERR_LIMIT with the field "words". */
MUST_USE err moderation_reply_add(struct db_conn *conn, const struct moderation_reply_send *send,
                                  int64_t now_ms, struct problem *problem);

/* The question of a case that waits, with its answer if it has one. ERR_NOT_FOUND: none waits. */
MUST_USE err moderation_question(struct db_conn *conn, struct entry_id entry, struct arena *arena,
                                 struct moderation_notice *notice);

struct moderation_appeal {
    int64_t decision, at_ms;
    struct entry_id entry;
    slice title;
    enum moderation_act act;
    bool is_own; /* the actor decided: it is for somebody else */
};
/* Those that wait where the actor moderates, the oldest first, at most `room`. */
MUST_USE err moderation_appeals(struct db_conn *conn, const struct contribution_world *world,
                                const struct actor *actor, size_t room, struct arena *arena,
                                struct moderation_appeal **appeals, size_t *count);
/* Ends an appeal: kept (`act` 0), or reversed by the act that moderation_reverses allows. `told`
 * gets who asked, with an address or empty; `outcome` the others when it was reversed.
 * ERR_NOT_FOUND: none waits; ERR_DENIED with the field "own": the actor decided it; ERR_CONFLICT:
 * the entry has changed since; ERR_INPUT, ERR_LIMIT: "reason", "act". */
MUST_USE err moderation_appeal_decide(struct db_conn *conn, const struct contribution_world *world,
                                      const struct actor *actor, int64_t decision,
                                      enum moderation_act act, slice reason, int64_t now_ms,
                                      struct arena *arena, struct moderation_told *told,
                                      struct moderation_outcome *outcome, struct problem *problem);
/* What may come in the place of a decision when it is reversed. */
bool moderation_reverses(enum moderation_act decided, enum moderation_act act);

/* ---- people ---- */

/* What a case tells of somebody who wrote the entry. */
struct moderation_record_of {
    struct person_id person;
    enum person_status status;
    slice name; /* that they show everybody; may be empty */
    int64_t since_ms;
    int64_t brought, shown;          /* entries */
    int64_t taken, warnings, blocks; /* decisions that stand: entries held or removed, … */
};
/* The accounts that brought or changed an entry, at most `room`. */
MUST_USE err moderation_authors(struct db_conn *conn, struct entry_id entry, size_t room,
                                struct arena *arena, struct moderation_record_of **authors,
                                size_t *count);

/* The blocks that moderators decided about somebody end, because somebody else now does: they are
 * lifted, or what holds from here is the block of an admin or of the host, which no moderator lifts
 * and no time ends. In the write transaction of that. */
MUST_USE err moderation_blocks_end(struct db_conn *conn, struct person_id person, bool is_lifted,
                                   int64_t now_ms);

/* From where flags came is forgotten after 30 days; blocks whose time is over end. */
MUST_USE err moderation_sweep(struct db_conn *conn, struct id_source *ids, int64_t now_ms);

/* What is kept of a person here, as JSON members (no braces), for the download of one's data: their
 * flags, what they answered to decisions, and decisions about them, with the reasons that were
 * told. Who decided is not of it. */
MUST_USE err moderation_person_to_json(struct db_conn *conn, struct person_id person,
                                       struct buf *out);

/* ---- from where it came ---- */

/* RULE MOD-9. What is known for 30 days of the network from which an entry was brought, without an
 * account or by a young one. */
struct moderation_network {
    struct crypto_digest key;
    int64_t brought, shown;   /* entries that came from there in 30 days, this one too */
    int64_t blocked_until_ms; /* 0: it is not */
};
/* ERR_NOT_FOUND: nothing is known (any more). */
MUST_USE err moderation_network_of(struct db_conn *conn, struct entry_id entry, int64_t now_ms,
                                   struct moderation_network *network);
/* From there nothing is brought without an account and no account is made, for a time. By who
 * moderates where the entry stands, with a reason (ERR_INPUT, ERR_LIMIT with the field "reason");
 * written into the audit. In a write transaction. ERR_DENIED; ERR_NOT_FOUND: as above;
 * ERR_CONFLICT: it is blocked. */
MUST_USE err moderation_network_block(struct db_conn *conn, const struct contribution_world *world,
                                      const struct actor *actor, struct entry_id entry,
                                      int64_t for_ms, slice reason, int64_t now_ms,
                                      struct problem *problem);
/* Ends one before its time, likewise: by who moderates where its entry stands. ERR_NOT_FOUND: it
 * is over. */
MUST_USE err moderation_network_lift(struct db_conn *conn, const struct contribution_world *world,
                                     const struct actor *actor, int64_t block, slice reason,
                                     int64_t now_ms, struct problem *problem);
#define MODERATION_NETWORKS_MAX 200 /* blocks that can be looked through for one to lift */

/* ---- all that somebody changed in a time ---- */

/* RULE UNDO-1, RULE UNDO-2. One plan looks at so many entries at most, and one act goes through
 * them; `below` says from where another one goes on. */
#define MODERATION_UNDO_ENTRIES 100
enum moderation_undo_sort {
    MODERATION_GOES_BACK = 1, /* a new revision without what they changed */
    MODERATION_GOES_AWAY,     /* they brought it, and nobody else wrote in it: it is removed */
    MODERATION_COMES_AGAIN,   /* of REDO: what was removed */
    /* Left as it is: */
    MODERATION_LEFT_SHARED,   /* they brought it, and somebody wrote in it since */
    MODERATION_LEFT_COLLIDES, /* everything that would go back was changed by others since */
    MODERATION_LEFT_UNFIT,    /* what it would be, no entry can be (any more) */
};
struct moderation_undo_item {
    struct entry_id entry;
    slice title;
    enum moderation_undo_sort sort;
    uint64_t fields, collided; /* bits history_bit(field): go back; left, others changed them */
    int64_t stands;            /* the revision of today */
    int64_t before, after;     /* of REDO: the revisions around what the UNDO did */
};
struct moderation_undo_plan {
    struct moderation_undo_item *items; /* at most MODERATION_UNDO_ENTRIES, the newest first */
    size_t count, acts;                 /* of them: that are not left */
    size_t elsewhere; /* shown entries that they changed where the actor does not moderate */
    int64_t below;    /* where the entries begin that were not looked at; 0: there are none */
    int64_t seen;     /* tells this plan from others; never 0 */
};
/* What an UNDO or a REDO of `decision->subject` would do now; nothing is written. Entries that are
 * not shown are passed over. Of a REDO with something elsewhere nothing is done (RULE UNDO-3). */
MUST_USE err moderation_undo_plan(struct db_conn *conn, const struct contribution_world *world,
                                  const struct actor *actor,
                                  const struct moderation_decision *decision, struct arena *arena,
                                  struct moderation_undo_plan *plan);
/* Whether the actor moderates for all that an UNDO of somebody changed: a REDO is for nobody else
 * (RULE UNDO-3). */
MUST_USE err moderation_redo_may(struct db_conn *conn, const struct contribution_world *world,
                                 const struct actor *actor, int64_t undo, struct person_id subject,
                                 bool *may);
struct moderation_undone {
    int64_t decision, at_ms, from_ms, to_ms;
    int64_t entries;
    bool is_redone;
};
/* Those of somebody, the latest first, at most `room`. */
MUST_USE err moderation_undone_of(struct db_conn *conn, struct person_id person, size_t room,
                                  struct arena *arena, struct moderation_undone **list,
                                  size_t *count);

extern const struct db_catalogue moderation_catalogue;

#endif
