/* domain/claim: "C'est notre collectif". An entry that no team runs is claimed by proof, and what
 * was given wrongly is taken back. */
#ifndef AGORA_DOMAIN_CLAIM_H
#define AGORA_DOMAIN_CLAIM_H

#include "domain/contribution/contribution.h"

enum claim_way {
    CLAIM_BY_SITE = 1, /* a mail address at the entry's own site */
    CLAIM_BY_CONTACT,  /* a letter to the address that the entry was brought with */
    CLAIM_BY_WORD,     /* of somebody with a role where it stands */
    CLAIM_WAY__COUNT
};
enum claim_state {
    CLAIM_WAITS = 1, /* for the answer to a letter, or for somebody with a role */
    CLAIM_GIVEN,     /* the claimant leads the team of the entry */
    CLAIM_REFUSED,
    CLAIM_ENDED, /* given, and taken back */
    CLAIM_OVER,  /* nobody answered the letter, or the claimant left */
    CLAIM_STATE__COUNT
};
#define CLAIM_WHO_MAX    200
#define CLAIM_WORDS_MAX  2000
#define CLAIM_REASON_MAX 2000
#define CLAIM_SITES_MAX  8
/* A letter is good for so long; a word is waited for without end. */
#define CLAIM_LETTER_MS INT64_C(1209600000) /* 14 days */
/* RULE TEAM-5: letters about one entry within 30 days: of one person, of all. */
#define CLAIM_LETTERS_MS  INT64_C(2592000000) /* 30 days */
#define CLAIM_LETTERS_OWN 2
#define CLAIM_LETTERS_ALL 6
/* What a claim said, and from whom, is forgotten so long after its end. */
#define CLAIM_KEPT_MS INT64_C(2592000000) /* 30 days */

/* What proves that an entry is somebody's. Only what it was brought with (by its source at last,
 * else by who added it) and still says counts: nobody writes their own address into an entry first.
 * */
struct claim_ways {
    bool has_team; /* then there is nothing to claim */
    slice title, language;
    /* Domains at which an address proves it: of a site that is the entry's own, whole, and not a
     * page at a host of many. */
    slice sites[CLAIM_SITES_MAX];
    size_t site_count;
    slice contact; /* shown to nobody; empty: none is known */
};
/* ERR_NOT_FOUND: no published entry. In the arena. */
MUST_USE err claim_ways(struct db_conn *conn, struct entry_id entry, struct arena *arena,
                        struct claim_ways *ways);
/* Whether an address is at one of the domains, and not at a host where everybody may have one. */
bool claim_is_at_site(const struct claim_ways *ways, slice address);

struct claim {
    int64_t id;
    struct entry_id entry;
    struct person_id person, by;
    enum claim_way way;
    enum claim_state state;
    slice who, words, address, language, title, answer;
    int64_t at_ms, ended_ms;
    struct team_id team; /* that was made of it */
};
struct claim_ask {
    const struct actor *actor; /* signed in */
    struct entry_id entry;
    enum claim_way way;
    slice who, words; /* who they are in it; read by whoever answers */
    slice address;    /* of BY_SITE: checked; where the letter goes */
    slice language;
};
struct claim_asked {
    struct claim claim;        /* GIVEN at once, or WAITS */
    struct crypto_secret link; /* of a letter to claim.address, when it waits for one */
    slice contact;             /* who is to be told that it was given or ended; may be empty */
    slice contact_language;
};
/* RULE TEAM-4: given at once to whose account has proved an address that proves it; else a letter
 * goes there, or the request waits for somebody with a role. RULE TEAM-5: a few letters only, and
 * none to where this person was refused. In a write transaction. ERR_INPUT, ERR_LIMIT with the
 * field: "who", "words", "address", "way" (there is no such proof; refused before, "refused"), and
 * "tries"; ERR_CONFLICT: it has a team; ERR_NOT_FOUND. */
MUST_USE err claim_ask(struct db_conn *conn, const struct contribution_world *world,
                       const struct claim_ask *ask, int64_t now_ms, struct arena *arena,
                       struct claim_asked *asked, struct problem *problem);
/* ERR_NOT_FOUND: used, too old, or none of ours. */
MUST_USE err claim_of_link(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                           struct claim *claim);
/* Whoever has the letter says whether it is so; uses the link up. ERR_CONFLICT: the entry has a
 * team by now, is not shown any more, or the claimant has left. */
MUST_USE err claim_answer(struct db_conn *conn, const struct contribution_world *world, slice link,
                          bool is_theirs, int64_t now_ms, struct arena *arena,
                          struct claim_asked *asked);

/* ---- for who has a role ---- */

/* How many of all those that wait, or were given, are looked through for those of a role. */
#define CLAIM_LOOK_MAX 4000
/* Requests that wait where the actor has a role (`is_given` false), the oldest first; or claims
 * that were given there, the latest first; at most `room`. `*has_more`: others may follow, of those
 * or beyond the first CLAIM_LOOK_MAX of all. */
MUST_USE err claims_for(struct db_conn *conn, const struct contribution_world *world,
                        const struct actor *actor, bool is_given, size_t room, struct arena *arena,
                        struct claim **claims, size_t *count, bool *has_more);
/* One of them: ERR_NOT_FOUND; ERR_DENIED: no role where it stands. */
MUST_USE err claim_load(struct db_conn *conn, const struct contribution_world *world,
                        const struct actor *actor, int64_t id, struct arena *arena,
                        struct claim *claim);
/* Gives or refuses what waits for a word, or takes back what was given: with a reason. The team
 * then runs the entry no more, which is open to everybody again. Nobody decides their own. In a
 * write transaction. ERR_INPUT, ERR_LIMIT with "reason"; ERR_DENIED; ERR_CONFLICT: nothing of that
 * sort to decide any more. */
MUST_USE err claim_decide(struct db_conn *conn, const struct contribution_world *world,
                          const struct actor *actor, int64_t id, bool is_given, slice reason,
                          int64_t now_ms, struct arena *arena, struct claim_asked *asked,
                          struct problem *problem);

/* Where somebody is told what became of their claim; empty: the account is gone. */
MUST_USE err claim_person_address(struct db_conn *conn, struct person_id person,
                                  struct arena *arena, slice *address, slice *language);

/* What somebody claimed, for the download of one's data: JSON members (no braces). The address is
 * that which they typed: the one known for an entry is shown to nobody (RULE TEAM-5). */
MUST_USE err claims_to_json(struct db_conn *conn, struct person_id person, struct buf *out);
/* Before an account is deleted: what waits is over, what was said is forgotten. */
MUST_USE err claims_forget(struct db_conn *conn, struct person_id person, int64_t now_ms);
/* Letters that nobody answered are over; what was said of what has ended is forgotten. */
MUST_USE err claim_sweep(struct db_conn *conn, int64_t now_ms);

extern const struct db_catalogue claim_catalogue;

#endif
