/* domain/contribution: anyone adds and edits. Words on their way (drafts), entries brought with and
 * without an account, and whose they are. */
#ifndef AGORA_DOMAIN_CONTRIBUTION_H
#define AGORA_DOMAIN_CONTRIBUTION_H

#include "domain/contribution/charter.h"
#include "domain/entry/entry.h"
#include "domain/history/history.h"
#include "domain/person/person.h"
#include "domain/team/team.h"

/* What the rules of entries need to know of the world. */
struct contribution_world {
    struct id_source *ids;
    const struct territories *territories;
    const struct themes *themes;
};

/* ---- who may ---- */

enum contribution_may {
    CONTRIBUTION_MAY_NOTHING,
    CONTRIBUTION_MAY_SUGGEST, /* its team keeps it (RULE TEAM-2) */
    CONTRIBUTION_MAY_EDIT
};
/* RULE CONTRIBUTE-3: who is signed in may edit any published entry that no team keeps; its team,
 * and who is steward, moderator or admin where it stands, in any case; who brought it without an
 * account, by its link. */
MUST_USE err contribution_may(struct db_conn *conn, const struct contribution_world *world,
                              const struct actor *actor, struct entry_id entry,
                              enum contribution_may *may);
/* Whether one of the grants holds where something stands; `territory` empty: nowhere, or nobody
 * knows where, which is for who has a role in all of the instance. `roles`: bits 1 << enum
 * person_role of those that count. */
#define CONTRIBUTION_ROLES_ALL (1u << PERSON_STEWARD | 1u << PERSON_MODERATOR | 1u << PERSON_ADMIN)
bool contribution_holds_in(const struct territories *territories, const struct person_grant *grants,
                           size_t count, unsigned roles, slice territory);

/* ---- drafts ---- */

/* RULE CONTRIBUTE-4: what somebody began is kept for 30 days after the last change, and shown to
 * nobody but them: the account that began it, or without one whoever holds its secret. */
struct contribution_draft {
    struct entry_id entry; /* 0: a new one */
    int64_t base_revision; /* that the change began from */
    int64_t contribution;  /* whose link it was begun with; 0: none */
    int64_t suggestion;    /* that it takes over; 0: none */
    slice base_json;       /* of a change: the entry as it was shown then; empty: not kept */
    int64_t changed_ms;
    struct entry content; /* unchecked */
};
/* A new one, of these first words. */
MUST_USE err contribution_draft_begin(struct db_conn *conn, const struct actor *actor,
                                      const struct entry *content, int64_t now_ms,
                                      struct crypto_secret *secret);
/* A change of an entry as it stands: whole for its team, for moderators and for who brought it (by
 * `link`, the secret of its contribution, else empty); as the public sees it for everybody else,
 * and what they are not shown stays as it is when they send it. ERR_NOT_FOUND, ERR_DENIED. */
MUST_USE err contribution_edit_begin(struct db_conn *conn, const struct contribution_world *world,
                                     const struct actor *actor, struct entry_id entry, slice link,
                                     int64_t now_ms, struct crypto_secret *secret);
/* ERR_NOT_FOUND: none of ours, somebody else's, too old. Everything lives in the arena. */
MUST_USE err contribution_draft_load(struct db_conn *conn, const struct actor *actor, slice secret,
                                     int64_t now_ms, struct arena *arena,
                                     struct contribution_draft *draft);
MUST_USE err contribution_draft_store(struct db_conn *conn, const struct actor *actor, slice secret,
                                      const struct entry *content, int64_t now_ms,
                                      struct problem *problem);
MUST_USE err contribution_draft_drop(struct db_conn *conn, const struct actor *actor, slice secret);
/* A draft of an account also has a name, which only that account can use in place of the secret. */
#define CONTRIBUTION_DRAFT_NAME 37 /* "mine-" and the digest in hexadecimal digits */
struct contribution_begun {
    slice name;
    slice title; /* may be empty */
    struct entry_id entry;
    int64_t changed_ms;
};
/* What an account has begun, the latest first: to go on with from any browser. */
MUST_USE err contribution_drafts(struct db_conn *conn, struct person_id person, int64_t now_ms,
                                 struct arena *arena, struct contribution_begun **drafts,
                                 size_t *count);

/* ---- two changes at once ---- */

/* RULE CONTRIBUTE-8. Two changes of `base` as one: a field that one of them changed is as that one
 * has it; texts changed in different lines, themes and tags go together; a field that both changed
 * otherwise is a collision, in which `merged` stands as `theirs`. What is no field of a history
 * (number, status, when) is theirs. Which of the two is `theirs` makes no difference but there and
 * in collisions. */
struct contribution_merge {
    struct entry merged;
    enum history_field collisions[HISTORY_FIELD__COUNT];
    size_t collision_count;
};
void contribution_merge(const struct entry *base, const struct entry *theirs,
                        const struct entry *mine, struct arena *arena,
                        struct contribution_merge *merge);
/* One field, with its texts in other languages, as `from` has it; of a list, what `from` has
 * besides. */
void contribution_field_copy(enum history_field field, const struct entry *from, struct entry *to,
                             struct arena *arena);
void contribution_field_join(enum history_field field, const struct entry *from, struct entry *to,
                             struct arena *arena);
/* Whether both have the same there, as it is stored. */
bool contribution_field_same(enum history_field field, const struct entry *one,
                             const struct entry *other, struct arena *arena);
slice contribution_field_text(enum history_field field, const struct entry *entry);
void contribution_field_write(enum history_field field, slice text, struct entry *entry);
bool contribution_field_is_text(enum history_field field);
bool contribution_field_is_list(enum history_field field);

/* A draft of a change beside the entry as who goes on with it is shown it now. ERR_NOT_FOUND: it is
 * no change of an entry, or they are not shown it any more. */
struct contribution_overtaken {
    struct entry base, theirs;
    struct contribution_merge merge;
};
MUST_USE err contribution_compare(struct db_conn *conn, const struct contribution_world *world,
                                  const struct actor *actor, const struct contribution_draft *draft,
                                  struct arena *arena, struct contribution_overtaken *overtaken);
/* What a person decides about a collision; BOTH is for lists, WRITTEN for texts. */
struct contribution_choice {
    enum {
        CONTRIBUTION_UNDECIDED,
        CONTRIBUTION_THEIRS,
        CONTRIBUTION_MINE,
        CONTRIBUTION_BOTH,
        CONTRIBUTION_WRITTEN
    } choose;
    slice text; /* as WRITTEN */
};
/* Takes the entry as it stands into the draft: `choices` has one for each field of a history, of
 * which those of collisions count, as they were when `revision` stood. The draft then goes on from
 * the entry of today. ERR_CONFLICT: another revision stands; ERR_INPUT: one is not decided. */
MUST_USE err contribution_settle(struct db_conn *conn, const struct contribution_world *world,
                                 const struct actor *actor, slice secret,
                                 const struct contribution_choice *choices, int64_t revision,
                                 int64_t now_ms, struct arena *arena, struct problem *problem);

/* ---- sending ---- */

enum contribution_outcome {
    CONTRIBUTION_PUBLISHED,
    CONTRIBUTION_TO_CONFIRM, /* a link was sent */
    CONTRIBUTION_HELD,       /* a moderator looks at it first */
    CONTRIBUTION_SUGGESTED,  /* a change that waits for the team, or for a moderator */
    CONTRIBUTION_OUTCOME__COUNT
};
enum suggestion_state { SUGGESTION_WAITS = 1, SUGGESTION_ACCEPTED, SUGGESTION_DECLINED };
struct suggestion {
    int64_t id;
    struct entry_id entry;
    int64_t base_revision;
    struct person_id person; /* who is told what became of it; 0: nobody can be */
    slice author, reason, title;
    int64_t at_ms;
    enum suggestion_state state;
    slice answer;
};
struct contribution_send {
    const struct actor *actor;
    slice draft;   /* its secret */
    slice address; /* checked; where the link goes, without an account */
    slice language;
    slice reason; /* why, of a change; may be empty */
    bool is_ours;
    int64_t charter; /* the version that is accepted with it; 0: none */
    struct person_network network;
};
struct contribution_sent {
    enum contribution_outcome outcome;
    struct entry_id entry;
    slice title;
    /* TO_CONFIRM: the secret of the link that confirms, and leads back to the contribution ever
     * after. */
    struct crypto_secret link;
    struct suggestion taken; /* that was accepted by it, changed; id 0: none */
};
/* Checks the draft and makes an entry or a revision of it; the draft is gone then. In a write
 * transaction, which must be undone on any error. ERR_INPUT, ERR_LIMIT with the field;
 * ERR_CONFLICT: somebody changed the same meanwhile (contribution_compare tells what); ERR_DENIED.
 * RULE CONTRIBUTE-1: without an account nothing is shown before the link that was sent to the
 * address has been used. RULE CONTRIBUTE-2: what holds links is shown only after a moderator has
 * looked at it, unless something that its author brought before has stood for 7 days, or the author
 * has a role. RULE CHARTER-1: who adds accepts the charter, unless the account did so since it
 * changed; else ERR_INPUT with the field "charter". */
MUST_USE err contribution_send(struct db_conn *conn, const struct contribution_world *world,
                               const struct contribution_send *send, int64_t now_ms,
                               struct arena *arena, struct contribution_sent *sent,
                               struct problem *problem);

/* RULE CONTRIBUTE-2, of a text that is no entry: whether it holds links, and somebody signed in is
 * not known enough to show them. */
MUST_USE err contribution_links_wait(struct db_conn *conn, const struct actor *actor, slice text,
                                     int64_t now_ms, bool *waits);

/* ---- what was ---- */

/* RULE CONTRIBUTE-9: an entry as one of its versions was, for who may edit it: ERR_DENIED,
 * ERR_NOT_FOUND (no such version, or not shown then or today). Who is not shown the entry whole
 * sees and brings back what its history tells; what they are not shown stays (RULE HISTORY-1). What
 * is deleted (RULE MEDIA-2) does not come back. */
struct contribution_restored {
    struct entry stands, entry; /* today; as it would be: both as they may be shown to who asks */
    bool whole;                 /* who asks is shown all of it */
    size_t gone_count;          /* pictures and documents of then that lie here no more */
    enum contribution_may may;
};
MUST_USE err contribution_restored(struct db_conn *conn, const struct contribution_world *world,
                                   const struct actor *actor, struct entry_id id, int64_t revision,
                                   struct arena *arena, struct contribution_restored *restored);
struct contribution_restore {
    const struct actor *actor;
    struct entry_id entry;
    int64_t revision; /* that comes back */
    int64_t stands;   /* that was shown beside it; ERR_CONFLICT: another one stands */
    slice reason;
};
/* Makes it so: a new revision, or a suggestion where an edit would be one. In a write transaction,
 * which must be undone on any error. */
MUST_USE err contribution_restore(struct db_conn *conn, const struct contribution_world *world,
                                  const struct contribution_restore *asked, int64_t now_ms,
                                  struct arena *arena, struct contribution_sent *sent,
                                  struct problem *problem);

/* ---- what one brought ---- */

struct contribution {
    int64_t id;
    struct entry_id entry;
    struct person_id person; /* 0: no account yet */
    slice address, language, title;
    enum entry_status status;
    int64_t created_ms, confirmed_ms;
    bool is_held, is_ours;
    int64_t charter; /* the version that held and was accepted; 0: not asked for yet */
};
/* By the secret of one of its links; for ever. ERR_NOT_FOUND. */
MUST_USE err contribution_of_link(struct db_conn *conn, slice link, struct arena *arena,
                                  struct contribution *contribution);
/* Publishes it, or hands it to a moderator. Once more changes nothing. */
MUST_USE err contribution_confirm(struct db_conn *conn, const struct contribution_world *world,
                                  slice link, int64_t now_ms, struct arena *arena,
                                  struct contribution_sent *sent);
/* Takes it away again, by who brought it: archived, with its history. */
MUST_USE err contribution_withdraw(struct db_conn *conn, const struct contribution_world *world,
                                   slice link, int64_t now_ms);
/* One of those an account brought. ERR_NOT_FOUND: none, or somebody else's. */
MUST_USE err contribution_own(struct db_conn *conn, const struct actor *actor, int64_t id,
                              struct arena *arena, struct contribution *contribution);
/* RULE CONTRIBUTE-10: takes it away again, by the account that brought it: archived, with its
 * history. ERR_NOT_FOUND; ERR_DENIED: it has a team that they do not lead. Once more changes
 * nothing. */
MUST_USE err contribution_withdraw_own(struct db_conn *conn, const struct contribution_world *world,
                                       const struct actor *actor, int64_t id, int64_t now_ms);
/* One more link to it, for who proved to have brought it. In a write transaction. */
MUST_USE err contribution_link_add(struct db_conn *conn, int64_t contribution,
                                   struct crypto_secret *link);
/* RULE CONTRIBUTE-5: a lost link is found again by the address: each contribution without an
 * account gets one more. At most `room` of them, the latest first. What is answered to who asks
 * does not depend on it: the links go into a letter to that address. */
struct contribution_found {
    slice title;
    struct crypto_secret link;
};
MUST_USE err contribution_find(struct db_conn *conn, slice address, struct arena *arena,
                               size_t room, struct contribution_found **found, size_t *count);
/* RULE CONTRIBUTE-6: what was brought with an address belongs to the account that proves it:
 * confirmed by that, and its team when they said that they do it. After each sign-in and each new
 * address. */
MUST_USE err contribution_claim(struct db_conn *conn, const struct contribution_world *world,
                                struct person_id person, int64_t now_ms, size_t *claimed);
/* What an account brought, the latest first. */
MUST_USE err contributions_of(struct db_conn *conn, struct person_id person, struct arena *arena,
                              struct contribution **contributions, size_t *count);

/* ---- what waits for a moderator ---- */

/* The oldest first. */
MUST_USE err contributions_held(struct db_conn *conn, struct arena *arena,
                                struct contribution **contributions, size_t *count);
/* By a moderator, with a reason that the author is told. ERR_NOT_FOUND: does not wait (any more);
 * ERR_DENIED. `contribution` gets whom to tell. */
MUST_USE err contribution_decide(struct db_conn *conn, const struct contribution_world *world,
                                 const struct actor *actor, int64_t id, bool is_published,
                                 slice reason, int64_t now_ms, struct arena *arena,
                                 struct contribution *contribution);

/* ---- changes that wait ---- */

/* Those that wait and that somebody may decide: of the entries of their teams, and for who has a
 * role those of its territory. The oldest first. */
MUST_USE err suggestions_for(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, struct arena *arena,
                             struct suggestion **suggestions, size_t *count);
/* What somebody suggested, the latest first, at most `room`: with what became of it. */
MUST_USE err suggestions_of(struct db_conn *conn, struct person_id person, size_t room,
                            struct arena *arena, struct suggestion **suggestions, size_t *count);
/* One of them with what it suggests. ERR_NOT_FOUND; ERR_DENIED: not theirs to decide. */
MUST_USE err suggestion_load(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, int64_t id, struct arena *arena,
                             struct suggestion *suggestion, struct entry *content);
/* An entry whole, as one of its revisions has it: for who may see it whole. Its status, and the
 * milliseconds of its days, are not told. ERR_NOT_FOUND. */
MUST_USE err contribution_entry_at(struct db_conn *conn, struct entry_id entry, int64_t revision,
                                   struct arena *arena, struct entry *content);
/* RULE CONTRIBUTE-7: a suggestion is accepted, or declined with a reason (ERR_INPUT without one;
 * ERR_LIMIT); its author is told either way. Accepting writes it as its author's revision, and only
 * who could make the change themselves may: ERR_DENIED with the field "links" for what RULE
 * CONTRIBUTE-2 keeps them from. ERR_CONFLICT: the same was changed since (what does not collide is
 * merged), or the entry is not shown any more; ERR_NOT_FOUND: decided already. */
MUST_USE err suggestion_decide(struct db_conn *conn, const struct contribution_world *world,
                               const struct actor *actor, int64_t id, bool is_accepted,
                               slice answer, int64_t now_ms, struct arena *arena,
                               struct suggestion *suggestion, struct problem *problem);
/* Takes it over to change it: a draft of the one who decides, which accepts the suggestion when it
 * is sent. The revision is then theirs. ERR_NOT_FOUND, ERR_DENIED. */
MUST_USE err suggestion_take(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, int64_t id, int64_t now_ms,
                             struct crypto_secret *secret);
/* Where its author is told what became of it; an empty address: nobody can be. */
struct suggestion_author {
    slice address, language;
};
MUST_USE err suggestion_author(struct db_conn *conn, const struct suggestion *suggestion,
                               struct arena *arena, struct suggestion_author *author);

/* RULE MOD-9: from where an entry came is kept so long, of those without an account and of accounts
 * that were younger than this. */
#define CONTRIBUTION_NETWORK_MS INT64_C(2592000000) /* 30 days */
#define CONTRIBUTION_YOUNG_MS   INT64_C(604800000)  /* 7 days */
/* Of somebody who leaves: at once. */
MUST_USE err contribution_networks_forget(struct db_conn *conn, struct person_id person);
/* Drafts and unconfirmed contributions that nobody came back to (RULE CONTRIBUTE-1: 30 days). */
MUST_USE err contribution_sweep(struct db_conn *conn, const struct contribution_world *world,
                                int64_t now_ms);

/* The author of a revision as text: "person:12", "guest:34". */
slice contribution_author(const struct actor *actor, int64_t contribution, struct arena *arena);

extern const struct db_catalogue contribution_catalogue;

#endif
