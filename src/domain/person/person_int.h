/* What the files of the room share. */
#ifndef AGORA_DOMAIN_PERSON_INT_H
#define AGORA_DOMAIN_PERSON_INT_H

#include "domain/person/person.h"

struct territories;

enum person_statement {
    PERSON_ADD,
    PERSON_GET,
    PERSON_LIST,
    PERSON_SET_LANGUAGE,
    PERSON_SET_STATUS,
    PERSON_SET_PASSWORD,
    PERSON_FIELDS,
    PERSON_FIELD_PUT,
    PERSON_FIELDS_DELETE,
    PERSON_ADDRESS_FIND,
    PERSON_ADDRESS_LIST,
    PERSON_ADDRESS_ADD,
    PERSON_ADDRESS_DELETE,
    PERSON_ADDRESSES_DELETE,
    PERSON_PASSWORD_FIND,
    PERSON_PROOF_ADD,
    PERSON_PROOF_BY_LINK,
    PERSON_PROOF_BY_BROWSER,
    PERSON_PROOF_TRIED,
    PERSON_PROOF_DELETE,
    PERSON_PROOFS_SWEEP,
    PERSON_PROOFS_DELETE,
    PERSON_TRY_COUNT,
    PERSON_TRY_LOOK,
    PERSON_TRIES_SWEEP,
    PERSON_SESSION_ADD,
    PERSON_SESSION_GET,
    PERSON_SESSION_LIST,
    PERSON_SESSION_DELETE,
    PERSON_SESSIONS_DELETE,
    PERSON_SESSIONS_SWEEP,
    PERSON_ROLE_ADD,
    PERSON_ROLE_DELETE,
    PERSON_ROLES_DELETE,
    PERSON_ROLE_LIST,
    PERSON_ROLE_LIST_OF,
    PERSON_ADMINS_BUT,
    PERSON_AUDIT_ADD,
    PERSON_AUDIT_FIND,
    PERSON_AUDIT_NAMES,
    PERSON_NAMES,
    PERSON_SEARCH_ADDRESS,
    PERSON_SESSION_HELP,
    PERSON_HELP_LEAVE,
    PERSON_HELP_ADD,
    PERSON_HELP_LIST,
    PERSON_HELP_ONE,
    PERSON_HELP_HOUSE,
    PERSON_HELP_NOTE,
    PERSON_HELP_OF,
    PERSON_HELP_OF_FIRST,
    PERSON_HELP_ALL,
    PERSON_PAPER_PUT,
    PERSON_PAPER_NAMED,
    PERSON_PAPER_FIND,
    PERSON_PAPER_DELETE,
    PERSON_NETWORK_BLOCKED,
    PERSON_NETWORK_BLOCK,
    PERSON_NETWORK_LIST,
    PERSON_NETWORK_LIFT,
    PERSON_NETWORKS_SWEEP,
    PERSON_STATEMENT__COUNT
};

static inline struct db_query *person_query(struct db_conn *conn, enum person_statement which) {
    return db_query(conn, &person_catalogue, which);
}

/* Runs a statement whose only parameter is a number. */
MUST_USE err person_run(struct db_conn *conn, enum person_statement which, int64_t value);
/* A new account, active, without an address. */
MUST_USE err person_add(struct db_conn *conn, struct id_source *ids, slice language, int64_t now_ms,
                        struct person_id *id);
/* One line without marks that nobody sees, trimmed. */
slice person_clean_line(slice text, struct arena *arena);
/* ERR_CONFLICT when nobody else is an admin. */
MUST_USE err person_check_last_admin(struct db_conn *conn, struct person_id person);
/* help.c. ERR_DENIED: no helper (any more); ERR_INPUT: none for that territory. */
MUST_USE err help_helper_check(struct db_conn *conn, const struct territories *territories,
                               struct person_id helper, slice territory, struct problem *problem);

#endif
