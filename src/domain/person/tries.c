/* RULE PERSON-1: what may be tried how often. */
#include "domain/person/person_int.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* From one network many people may come: a town hall, a telephone company. */
static const struct {
    int64_t window_ms;
    int64_t most;
} rows[PERSON_TRY__COUNT] = {
    [PERSON_TRY_LETTER] = {HOUR_MS, 6},   [PERSON_TRY_ASK] = {HOUR_MS, 60},
    [PERSON_TRY_PASSWORD] = {HOUR_MS, 8}, [PERSON_TRY_ENTER] = {HOUR_MS, 60},
    [PERSON_TRY_JOIN] = {DAY_MS, 40},     [PERSON_TRY_ADD] = {DAY_MS, 40},
    [PERSON_TRY_FLAG] = {DAY_MS, 40},     [PERSON_TRY_INVITE] = {DAY_MS, 40},
    [PERSON_TRY_WRITE] = {DAY_MS, 40},    [PERSON_TRY_PHOTO] = {DAY_MS, 200},
    [PERSON_TRY_CLAIM] = {DAY_MS, 10},    [PERSON_TRY_DRAFT] = {DAY_MS, 200},
    [PERSON_TRY_DOCUMENT] = {DAY_MS, 40}, [PERSON_TRY_NEWS] = {DAY_MS, 40},
    [PERSON_TRY_HELP] = {DAY_MS, 40},     [PERSON_TRY_ADDRESS] = {DAY_MS, 400},
};

static err refused(enum person_try what, struct problem *problem) {
    return problem_set(problem, ERR_LIMIT, "tries",
                       rows[what].window_ms == DAY_MS ? "too many today; come back tomorrow"
                                                      : "too many tries; come back in an hour");
}

/* RULE MOD-9 */
static err network_refused(struct db_conn *conn, enum person_try what, slice key, int64_t now_ms,
                           struct problem *problem) {
    int64_t until_ms = 0;
    if (what != PERSON_TRY_JOIN && what != PERSON_TRY_ADD && what != PERSON_TRY_DRAFT) {
        return OK;
    }
    TRY(person_network_blocked(conn, key, now_ms, &until_ms));
    return until_ms == 0
               ? OK
               : problem_set(problem, ERR_LIMIT, "network",
                             "moderators have blocked this network for a time: without an "
                             "account nothing can be brought, and no account made; who has one "
                             "signs in as always");
}

err person_try(struct db_conn *conn, enum person_try what, slice key, int64_t now_ms,
               struct problem *problem) {
    TRY(network_refused(conn, what, key, now_ms, problem));
    struct db_query *query = person_query(conn, PERSON_TRY_COUNT);
    db_bind_i64(query, 1, what);
    db_bind_blob_borrowed(query, 2, key);
    db_bind_i64(query, 3, now_ms);
    db_bind_i64(query, 4, now_ms - rows[what].window_ms);
    bool row = false;
    TRY(db_next(query, &row));
    int64_t count = row ? db_i64(query, 0) : 0;
    TRY(db_run(query));
    return count > rows[what].most ? refused(what, problem) : OK;
}

err person_may_try(struct db_conn *conn, enum person_try what, slice key, int64_t now_ms,
                   struct problem *problem) {
    struct db_query *query = person_query(conn, PERSON_TRY_LOOK);
    db_bind_i64(query, 1, what);
    db_bind_blob_borrowed(query, 2, key);
    db_bind_i64(query, 3, now_ms - rows[what].window_ms);
    bool row = false;
    TRY(db_next(query, &row));
    int64_t count = row ? db_i64(query, 0) : 0;
    db_done(query);
    return count >= rows[what].most ? refused(what, problem) : OK;
}

/* The prefix of an address that one subscriber has: /24 of IPv4, /48 of IPv6. */
#define IPV4_KEPT_BYTES 15
#define IPV6_KEPT_BYTES 6

err person_network_of(struct db_conn *conn, const struct ip_address *address,
                      struct person_network *network) {
    uint64_t store = 0;
    uint64_t epoch = 0;
    TRY(db_identity(conn, &store, &epoch));
    size_t kept = address_is_ipv4(address) ? IPV4_KEPT_BYTES : IPV6_KEPT_BYTES;
    const slice parts[] = {SLICE("network"), slice_of((const char *)&store, sizeof store),
                           slice_of((const char *)address->bytes, kept)};
    network->key = crypto_digest(parts, ARRAY_COUNT(parts));
    return OK;
}
