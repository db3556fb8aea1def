/* What the files of the room share. */
#ifndef AGORA_DOMAIN_MODERATION_INT_H
#define AGORA_DOMAIN_MODERATION_INT_H

#include "domain/moderation/moderation.h"

enum moderation_statement {
    FLAG_AGAIN,
    FLAG_ADD,
    FLAG_ENTRY,
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
};
MUST_USE err moderation_record(struct db_conn *conn, const struct contribution_world *world,
                               const struct moderation_record *record, int64_t now_ms,
                               struct arena *arena, struct moderation_outcome *outcome);

#endif
