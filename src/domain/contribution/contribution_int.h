/* What the files of the room share. */
#ifndef AGORA_DOMAIN_CONTRIBUTION_INT_H
#define AGORA_DOMAIN_CONTRIBUTION_INT_H

#include "domain/contribution/contribution.h"

enum contribution_statement {
    DRAFT_ADD,
    DRAFT_GET,
    DRAFT_PUT,
    DRAFT_REBASE,
    DRAFT_DELETE,
    DRAFT_LIST,
    DRAFTS_SWEEP,
    CONTRIBUTION_ADD,
    CONTRIBUTION_GET,
    CONTRIBUTION_BY_LINK,
    CONTRIBUTION_OF_PERSON,
    CONTRIBUTION_OF_ADDRESS,
    CONTRIBUTION_HELD_LIST,
    CONTRIBUTION_STALE,
    CONTRIBUTION_SET,
    CONTRIBUTION_LINK_ADD,
    CONTRIBUTION_KNOWN_PERSON,
    CONTRIBUTION_KNOWN_ADDRESS,
    SUGGESTION_ADD,
    SUGGESTION_GET,
    SUGGESTION_HELP,
    SUGGESTION_DECIDE,
    SUGGESTION_LIST,
    SUGGESTION_LIST_OF,
    CHARTER_LAST,
    CHARTER_ACCEPTED,
    CHARTER_GET,
    CHARTER_LIST,
    CHARTER_ADD,
    SUGGESTION_LIST_BY,
    CONTRIBUTION_WHERE,
    CONTRIBUTION_NETWORK_ADD,
    CONTRIBUTION_NETWORK_SWEEP,
    CONTRIBUTION_NETWORK_FORGET,
    CONTRIBUTION_STATEMENT__COUNT
};

/* A statement with the digest of a secret as its first parameter. */
struct db_query *contribution_query_of(struct db_conn *conn, enum contribution_statement which,
                                       slice secret);
MUST_USE err contribution_read_list(struct db_query *query, struct arena *arena,
                                    struct contribution **contributions, size_t *count);
/* Whether a moderator looks first (RULE CONTRIBUTE-2). */
MUST_USE err contribution_is_held(struct db_conn *conn, const struct actor *actor, slice address,
                                  const struct entry *entry, int64_t now_ms, bool *is_held);
/* An entry as the public sees it, without what others say of it (incoming links stand last). */
MUST_USE err contribution_entry_shown(struct db_conn *conn, const struct contribution_world *world,
                                      struct entry_id id, struct arena *arena, struct entry *entry);
/* What was not shown to the one who changes an entry stays: contacts that are not public, a place
 * more precise than it is shown. */
MUST_USE err contribution_keep_hidden(struct db_conn *conn, const struct contribution_world *world,
                                      const struct entry *stands, struct entry *entry,
                                      struct arena *arena);
bool contribution_has_links(const struct entry *entry);
MUST_USE err contribution_get(struct db_conn *conn, int64_t id, struct arena *arena,
                              struct contribution *contribution);
/* A statement with the digest of a draft as its first parameter, by its secret or its name. */
struct db_query *contribution_draft_query(struct db_conn *conn, enum contribution_statement which,
                                          slice secret);
MUST_USE err contribution_content_write(const struct entry *content, struct buf *out,
                                        struct problem *problem);
/* Begins a draft of a change: `content` names the entry and the revision that it began from, which
 * is `base` as it was shown. */
MUST_USE err contribution_change_begin(struct db_conn *conn, const struct actor *actor,
                                       const struct entry *content, const struct entry *base,
                                       int64_t contribution, int64_t suggestion, int64_t now_ms,
                                       struct crypto_secret *secret);
/* Writes down what became of one that waits. */
MUST_USE err suggestion_close(struct db_conn *conn, const struct actor *actor,
                              struct suggestion *suggestion, bool is_accepted, slice answer,
                              int64_t now_ms);
/* Whether somebody is shown an entry whole: its team, and who has a role where it stands. */
MUST_USE err contribution_sees_whole(struct db_conn *conn, const struct contribution_world *world,
                                     const struct actor *actor, struct entry_id entry, bool *whole);
/* Keeps a checked change aside, until somebody decides. */
MUST_USE err suggestion_add(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                            const struct entry *entry, slice author, slice reason, int64_t now_ms);

#endif
