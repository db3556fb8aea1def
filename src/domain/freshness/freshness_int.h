/* For the room: its statements. */
#ifndef AGORA_DOMAIN_FRESHNESS_INT_H
#define AGORA_DOMAIN_FRESHNESS_INT_H

#include "domain/freshness/freshness.h"

enum freshness_statement {
    FRESHNESS_DUE,
    FRESHNESS_READERS,
    FRESHNESS_ASK_ADD,
    FRESHNESS_ASK_GET,
    FRESHNESS_ASK_READER,
    FRESHNESS_ASK_PUT,
    FRESHNESS_ASK_FORGET,
    FRESHNESS_ASK_SWEEP,
    FRESHNESS_SILENT_ADD,
    FRESHNESS_SILENT_GET,
    FRESHNESS_STATEMENT__COUNT
};
/* The digest of a secret, as its first parameter. */
struct db_query *freshness_query_of(struct db_conn *conn, enum freshness_statement which,
                                    slice secret);

#endif
