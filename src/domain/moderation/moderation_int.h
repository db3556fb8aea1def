/* What the files of the room share. */
#ifndef AGORA_DOMAIN_MODERATION_INT_H
#define AGORA_DOMAIN_MODERATION_INT_H

#include "domain/moderation/moderation.h"

enum moderation_statement {
    FLAG_AGAIN,
    FLAG_ADD,
    FLAG_ENTRY,
    FLAG_NEWS,
    FLAG_LIST,
    FLAG_JUDGED,
    FLAG_SUM,
    FLAG_ANSWER,
    FLAG_ANSWERED,
    FLAG_FORGET_ADDRESS,
    FLAG_SWEEP,
    DECISION_ADD,
    DECISION_LAST,
    DECISION_WAITS_NOT,
    DECISION_REVERSE,
    DECISION_QUEUE,
    DECISION_LOG,
    DECISION_FIGURES,
    DECISION_AUTHORS,
    DECISION_TEAM,
    DECISION_SUBJECT,
    DECISION_MEDIAN,
    DECISION_WAITING,
    DECISION_CHANGED,
    DECISION_GET,
    DECISION_LINK_ADD,
    DECISION_LINK_GET,
    DECISION_UNDONE,
    REPLY_ADD,
    REPLY_GET,
    REPLY_LIST,
    REPLY_OF_ENTRY,
    REPLY_END,
    REPLY_READ,
    REPLY_SETTLE,
    REPLY_SETTLED,
    REPLY_FORGET_ADDRESS,
    REPLY_FIGURES,
    BLOCKS_OVER,
    BLOCK_END,
    BLOCKS_END,
    AUTHOR_LIST,
    AUTHOR_IS,
    AUTHOR_RECORD,
    FLAG_OF_PERSON,
    REPLY_OF_PERSON,
    DECISION_OF_PERSON,
    UNDO_REVISIONS,
    UNDO_ADD,
    UNDO_ENTRY_ADD,
    UNDO_END,
    UNDO_ENTRIES_OF,
    UNDO_LIST,
    NETWORK_OF,
    NETWORK_SUM,
    MODERATION_STATEMENT__COUNT
};
static inline struct db_query *moderation_query(struct db_conn *conn,
                                                enum moderation_statement which) {
    return db_query(conn, &moderation_catalogue, which);
}

/* Writes a decision down, answers the flags unless it only holds, and finds whom to tell. */
struct moderation_record {
    const struct moderation_decision *decision;
    struct person_id by; /* 0: the rule */
    enum entry_status status_after;
    bool is_audited; /* already */
    int64_t appeal;  /* the decision that was appealed; 0: none */
};
MUST_USE err moderation_record(struct db_conn *conn, const struct contribution_world *world,
                               const struct moderation_record *record, int64_t now_ms,
                               struct arena *arena, struct moderation_outcome *outcome);

/* A decision by somebody who may: what moderation_decide does, at the end of an appeal too. */
MUST_USE err moderation_take(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, const struct moderation_decision *asked,
                             int64_t appeal, int64_t now_ms, struct arena *arena,
                             struct moderation_outcome *outcome, struct problem *problem);
MUST_USE err moderation_reason_check(slice *reason, struct problem *problem);
/* Whether one of the grants makes a moderator of where something stands. */
bool moderation_holds_in(const struct territories *territories, const struct person_grant *grants,
                         size_t count, slice territory);
/* people.c: what an act about somebody does to their account. ERR_DENIED: not theirs to do;
 * ERR_CONFLICT: did not write the entry, is blocked already, or is not. */
MUST_USE err moderation_act_on(struct db_conn *conn, const struct contribution_world *world,
                               const struct actor *actor,
                               const struct moderation_decision *decision, int64_t now_ms,
                               struct problem *problem);

/* undo.c: does what the plan says; ERR_CONFLICT with the field "seen" when it is not the one that
 * was looked at, "undo" when there is nothing to do; ERR_DENIED: a REDO of which something stands
 * elsewhere. */
MUST_USE err moderation_undo_do(struct db_conn *conn, const struct contribution_world *world,
                                const struct actor *actor,
                                const struct moderation_decision *decision, int64_t now_ms,
                                struct arena *arena, struct moderation_undo_plan *plan,
                                struct problem *problem);
/* Writes down what an UNDO did, so that it can be taken back; or that one was. */
MUST_USE err moderation_undo_note(struct db_conn *conn, const struct actor *actor,
                                  const struct moderation_decision *decision, int64_t id,
                                  const struct moderation_undo_plan *plan, bool is_appeal,
                                  int64_t now_ms);

#endif
