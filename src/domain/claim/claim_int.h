/* What the files of the room share. */
#ifndef AGORA_DOMAIN_CLAIM_INT_H
#define AGORA_DOMAIN_CLAIM_INT_H

#include "domain/claim/claim.h"

enum claim_statement {
    CLAIM_ADD,
    CLAIM_GET,
    CLAIM_BY_LINK,
    CLAIM_LIST,
    CLAIM_LIST_GIVEN,
    CLAIM_END,
    CLAIM_COUNT_LETTERS,
    CLAIM_REFUSALS,
    CLAIM_REPLACE,
    CLAIM_OF_PERSON,
    CLAIM_FORGET_PERSON,
    CLAIM_LEAVE,
    CLAIM_SWEEP_LETTERS,
    CLAIM_SWEEP_WORDS,
    CLAIM_STATEMENT__COUNT
};
static inline struct db_query *claim_query(struct db_conn *conn, enum claim_statement which) {
    return db_query(conn, &claim_catalogue, which);
}

#endif
