/* RULE MOD-9: the network from which an entry came, and blocking it for a time. */
#include "domain/moderation/moderation_int.h"

#include <string.h>

static err key_of(struct db_conn *conn, struct entry_id entry, struct crypto_digest *key) {
    struct db_query *query = moderation_query(conn, NETWORK_OF);
    bool row = false;
    db_bind_i64(query, 1, entry.v);
    TRY(db_next(query, &row));
    slice stored = row ? db_blob(query, 0) : SLICE_EMPTY;
    bool is_known = stored.n == sizeof key->bytes;
    if (is_known) {
        memcpy(key->bytes, stored.p, stored.n);
    }
    db_done(query);
    return is_known ? OK : ERR_NOT_FOUND;
}

err moderation_network_of(struct db_conn *conn, struct entry_id entry, int64_t now_ms,
                          struct moderation_network *network) {
    struct moderation_network found = {0};
    bool row = false;
    TRY(key_of(conn, entry, &found.key));
    struct db_query *query = moderation_query(conn, NETWORK_SUM);
    db_bind_blob_borrowed(query, 1, crypto_digest_slice(&found.key));
    TRY(db_next(query, &row));
    found.brought = row ? db_i64(query, 0) : 0;
    found.shown = row ? db_i64(query, 1) : 0;
    db_done(query);
    TRY(person_network_blocked(conn, crypto_digest_slice(&found.key), now_ms,
                               &found.blocked_until_ms));
    *network = found;
    return OK;
}

static err must_moderate(struct db_conn *conn, const struct contribution_world *world,
                         const struct actor *actor, struct entry_id entry,
                         struct problem *problem) {
    bool may = false;
    TRY(moderation_may(conn, world, actor, entry, &may));
    return may ? OK
               : problem_set(problem, ERR_DENIED, "",
                             "you do not moderate where this entry stands");
}

err moderation_network_block(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, struct entry_id entry, int64_t for_ms,
                             slice reason, int64_t now_ms, struct problem *problem) {
    struct person_network_blocking blocking = {
        .entry = entry.v, .for_ms = for_ms, .by = actor->person, .reason = reason};
    TRY(must_moderate(conn, world, actor, entry, problem));
    TRY(moderation_reason_check(&blocking.reason, problem));
    TRY(key_of(conn, entry, &blocking.network));
    return person_network_block(conn, world->ids, &blocking, now_ms);
}

err moderation_network_lift(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, int64_t block, slice reason, int64_t now_ms,
                            struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_network_block *list;
    size_t count;
    TRY(moderation_reason_check(&reason, problem));
    TRY(person_network_blocks(conn, now_ms, MODERATION_NETWORKS_MAX, &scratch, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (list[i].id == block) {
            TRY(must_moderate(conn, world, actor, (struct entry_id){list[i].entry}, problem));
            return person_network_lift(conn, world->ids, block, actor->person, reason, now_ms);
        }
    }
    return ERR_NOT_FOUND;
}
