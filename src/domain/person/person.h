/* domain/person: who acts here. Accounts, the addresses they proved, sessions, roles, and the log
 * of what was done with power. An account needs no password: a link and a code go to an address,
 * and whoever comes back with one of them holds it. */
#ifndef AGORA_DOMAIN_PERSON_H
#define AGORA_DOMAIN_PERSON_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "db/db.h"

struct person_id {
    int64_t v; /* 0: nobody */
};
enum person_status { PERSON_ACTIVE = 1, PERSON_BLOCKED, PERSON_DELETED, PERSON_STATUS__COUNT };
enum person_visibility { PERSON_PUBLIC, PERSON_MEMBERS, PERSON_PRIVATE, PERSON_VISIBILITY__COUNT };
enum person_field {
    PERSON_NAME,    /* or pseudonym */
    PERSON_COMMUNE, /* territory code */
    PERSON_ABOUT,
    PERSON_SKILLS,    /* one a line */
    PERSON_LANGUAGES, /* likewise */
    PERSON_TELEPHONE,
    PERSON_FIELD__COUNT
};
#define PERSON_NAME_MAX     80
#define PERSON_TEXT_MAX     2000
#define PERSON_PASSWORD_MIN 12 /* characters */
#define PERSON_PASSWORD_MAX 1024

struct person {
    struct person_id id;
    enum person_status status;
    int64_t created_ms;
    slice language; /* of letters: "fr", "en" */
    bool has_password;
    struct {
        slice text;
        enum person_visibility visibility;
    } fields[PERSON_FIELD__COUNT];
};
/* ERR_NOT_FOUND. Everything lives in the arena. */
MUST_USE err person_load(struct db_conn *conn, struct person_id id, struct arena *arena,
                         struct person *person);
/* Checks and stores language and fields. One-line texts are cleaned of marks of direction and of no
 * width (text_one_line). ERR_INPUT, ERR_LIMIT with the field. */
MUST_USE err person_store(struct db_conn *conn, struct person *person, struct arena *arena,
                          struct problem *problem);
/* RULE PERSON-8: ERR_CONFLICT with the field "name" when it looks like the name of the site, of an
 * office here, or of somebody who has a role; who has one may be called anything. `self` 0: nobody
 * who is signed in. */
MUST_USE err person_name_check(struct db_conn *conn, struct person_id self, slice name,
                               slice site_name, struct arena *arena, struct problem *problem);
/* The same of the house that a helper works for (field "house"), which stands beside what is
 * written: a role allows a helper no such name there. Their own name is theirs. */
MUST_USE err person_house_check(struct db_conn *conn, struct person_id helper, slice house,
                                slice site_name, struct arena *arena, struct problem *problem);
struct person_listed {
    struct person_id id;
    enum person_status status;
    int64_t created_ms;
    slice name; /* may be empty */
};
/* For the host: accounts in the order they were made, those behind `after` (0: from the first), at
 * most `room`. Texts live in the arena. */
MUST_USE err person_list(struct db_conn *conn, struct person_id after, size_t room,
                         struct arena *arena, struct person_listed **list, size_t *count);
/* A field as somebody may see it: `viewer` 0 is the public; oneself sees all. */
slice person_shown(const struct person *person, enum person_field field, struct person_id viewer);

/* An address as accounts are known by: ASCII letters in lower case, on both sides of the @, for
 * nobody tells two people by them. */
slice person_address_fold(slice address, struct arena *arena);
struct person_address {
    slice address;
    int64_t confirmed_ms;
};
MUST_USE err person_addresses(struct db_conn *conn, struct person_id id, struct arena *arena,
                              struct person_address **addresses, size_t *count);
/* ERR_NOT_FOUND when no account has proved it. */
MUST_USE err person_of_address(struct db_conn *conn, slice address, struct person_id *id);

/* ---- from where ---- */

/* A network without its address: a keyed digest of the /24 (IPv4) or /48 (IPv6), so that acts from
 * one place are known as such and the place is not. */
struct person_network {
    struct crypto_digest key;
};
MUST_USE err person_network_of(struct db_conn *conn, const struct ip_address *address,
                               struct person_network *network);

/* RULE PERSON-1: how often something may be tried, for an account or address and for a network.
 * Each call counts one. ERR_LIMIT says when to come back. The numbers are stored: a new one comes
 * last. */
enum person_try {
    PERSON_TRY_LETTER,   /* letters to one address in an hour */
    PERSON_TRY_ASK,      /* letters asked for from one network in an hour */
    PERSON_TRY_PASSWORD, /* wrong passwords of one address in an hour */
    PERSON_TRY_ENTER,    /* wrong passwords and codes from one network in an hour */
    PERSON_TRY_JOIN,     /* new accounts from one network in a day */
    PERSON_TRY_ADD,      /* entries without an account from one network in a day */
    PERSON_TRY_FLAG,     /* flags from one network in a day */
    PERSON_TRY_WRITE,    /* words to teams from one network or account in a day */
    PERSON_TRY_INVITE,   /* invitations to teams by one account in a day */
    PERSON_TRY_PHOTO,    /* pictures from one network in a day */
    PERSON_TRY_CLAIM,    /* claims of entries by one account in a day */
    PERSON_TRY_DRAFT,    /* drafts without an account from one network in a day */
    PERSON_TRY_DOCUMENT, /* documents from one network in a day */
    PERSON_TRY_NEWS,     /* news by one account in a day */
    PERSON_TRY_HELP,     /* people whom one helper helps for the first time, in a day */
    PERSON_TRY_ADDRESS,  /* addresses looked for from one network in a day */
    PERSON_TRY__COUNT
};
MUST_USE err person_try(struct db_conn *conn, enum person_try what, slice key, int64_t now_ms,
                        struct problem *problem);
/* The same without counting, on a reader: ERR_LIMIT when the next one would be too many. */
MUST_USE err person_may_try(struct db_conn *conn, enum person_try what, slice key, int64_t now_ms,
                            struct problem *problem);
/* RULE MOD-9: from a blocked network nothing is brought without an account and no account is made.
 * person_try of ADD, DRAFT and JOIN says so: ERR_LIMIT with the field "network". All in a write
 * transaction, but the list. */
#define PERSON_NETWORK_BLOCK_MS INT64_C(2592000000) /* 30 days, the longest */
struct person_network_block {
    int64_t id, entry; /* entry: what it was decided about */
    slice title;       /* of that */
    struct person_id by;
    slice reason;
    int64_t at_ms, until_ms;
};
/* ERR_CONFLICT: it is blocked; ERR_INPUT: longer than PERSON_NETWORK_BLOCK_MS. Written into the
 * audit, as is its lifting. */
struct person_network_blocking {
    struct crypto_digest network;
    int64_t entry, for_ms;
    struct person_id by;
    slice reason;
};
MUST_USE err person_network_block(struct db_conn *conn, struct id_source *ids,
                                  const struct person_network_blocking *blocking, int64_t now_ms);
/* ERR_NOT_FOUND: lifted, or over. */
MUST_USE err person_network_lift(struct db_conn *conn, struct id_source *ids, int64_t id,
                                 struct person_id by, slice reason, int64_t now_ms);
/* Those that hold, the latest first, at most `room`, in the arena. */
MUST_USE err person_network_blocks(struct db_conn *conn, int64_t now_ms, size_t room,
                                   struct arena *arena, struct person_network_block **list,
                                   size_t *count);
/* Until when a network is blocked; 0: it is not. */
MUST_USE err person_network_blocked(struct db_conn *conn, slice key, int64_t now_ms,
                                    int64_t *until_ms);
static inline slice person_network_key(const struct person_network *network) {
    return slice_of((const char *)network->key.bytes, sizeof network->key.bytes);
}

/* ---- proving an address ---- */

enum person_purpose {
    PERSON_TO_SIGN_IN = 1, /* makes the account when there is none */
    PERSON_TO_ADD_ADDRESS, /* to the account of `person` */
    PERSON_TO_STEP_UP,     /* again, before something dangerous */
    PERSON_PURPOSE__COUNT
};
struct person_ask {
    slice address;
    enum person_purpose purpose;
    struct person_id person; /* who is signed in, for the last two */
    slice next;              /* where to go afterwards: a path of ours, may be empty */
    struct person_network network;
    bool is_host; /* asked for on the command line: counted for nobody */
};
/* What goes out: the link's secret and the code into a letter, `browser` into a cookie of who
 * asked. The code is good in that browser only, so that nobody can try codes from elsewhere. */
struct person_letter {
    struct crypto_secret link, browser;
    struct crypto_code code;
};
/* RULE PERSON-2: a link or code is good once, for 30 minutes; a code for five tries. What is
 * answered does not depend on whether the address has an account. In a write transaction.
 * ERR_LIMIT. */
MUST_USE err person_ask(struct db_conn *conn, const struct person_ask *ask, int64_t now_ms,
                        struct person_letter *letter, struct problem *problem);
struct person_proof {
    slice address, next;
    enum person_purpose purpose;
    struct person_id person;
};
/* Looks only: what a link is for. ERR_NOT_FOUND: used, too old, or none of ours. */
MUST_USE err person_link_look(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                              struct person_proof *proof);
/* The same by the secret in the cookie of who asked. */
MUST_USE err person_browser_look(struct db_conn *conn, slice browser, int64_t now_ms,
                                 struct arena *arena, struct person_proof *proof);
/* Uses it up. */
MUST_USE err person_link_use(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                             struct person_proof *proof);
/* ERR_DENIED: the code is another one (the try is counted, so the transaction must be kept);
 * ERR_NOT_FOUND: too late, too many tries, or another browser. */
MUST_USE err person_code_use(struct db_conn *conn, slice browser, slice typed,
                             const struct person_network *network, int64_t now_ms,
                             struct arena *arena, struct person_proof *proof);
/* The account of a proved address, made when there is none (`*is_new`). `network` NULL: made on the
 * command line, counted for nobody. ERR_DENIED: blocked. ERR_LIMIT: too many new ones from that
 * network. */
MUST_USE err person_enter(struct db_conn *conn, struct id_source *ids, slice address,
                          slice language, const struct person_network *network, int64_t now_ms,
                          struct person_id *id, bool *is_new, struct problem *problem);
/* ERR_CONFLICT: it belongs to another account. The paper of the account ends (RULE HELP-3). */
MUST_USE err person_address_add(struct db_conn *conn, struct person_id id, slice address,
                                int64_t now_ms);
/* ERR_CONFLICT: it is the last one. */
MUST_USE err person_address_remove(struct db_conn *conn, struct person_id id, slice address);

/* ---- passwords ---- */

/* Made outside of any transaction (crypto_password_hash), stored inside one; empty: none any more.
 * Every other session ends. */
/* ERR_INPUT: too short; ERR_LIMIT: too long; ERR_CONFLICT: guessed among the first: one key, a row
 * of keys, a repetition, or little besides words of `known` (name, addresses, site) and common
 * ones. */
MUST_USE err person_password_check(slice password, const slice *known, size_t count,
                                   struct problem *problem);
MUST_USE err person_password_set(struct db_conn *conn, struct person_id id, slice hash,
                                 const struct crypto_digest *session);
/* The hash to compare with, empty when there is none: on a reader. */
MUST_USE err person_password_of(struct db_conn *conn, slice address, struct arena *arena,
                                struct person_id *id, slice *hash);

/* ---- sessions ---- */

/* RULE PERSON-3: a session ends 60 days after it began, when its owner says so, with a new
 * password, and when the account is blocked or deleted. Signing in always begins a new one. */
#define PERSON_SESSION_MS INT64_C(5184000000)
/* RULE PERSON-4: dangerous acts want a proof (code, link or password) of the last 15 minutes. */
#define PERSON_PROVED_MS INT64_C(900000)

enum person_role {
    PERSON_STEWARD = 1,
    PERSON_MODERATOR,
    PERSON_ADMIN,
    PERSON_HELPER, /* for people without e-mail (help.h); no power over what others wrote */
    PERSON_ROLE__COUNT
};
/* How long somebody is helped at most, until the helper begins again. */
#define PERSON_HELP_MS INT64_C(14400000)
/* Who acts. */
struct actor {
    struct person_id person;      /* 0: nobody is signed in */
    struct crypto_digest session; /* of a signed-in person */
    bool is_proved;               /* PERSON-4 */
    unsigned roles; /* bits 1 << enum person_role, wherever they hold; no PERSON_HELPER */
    bool is_helper; /* has that role somewhere */
    slice name, language;
    /* RULE HELP-1: whom a helper helps just now; `help` 0: nobody. */
    int64_t help;
    struct person_id helped;
    slice helped_name;
    struct person_id helper; /* who acts in the name of `person`; 0: they themselves */
};
/* The helper as the person they help: without roles, never proved to be there. Of who helps nobody
 * it is nobody. */
struct actor person_in_the_name(const struct actor *helper);
MUST_USE err person_session_begin(struct db_conn *conn, struct person_id id, slice device,
                                  int64_t now_ms, struct crypto_secret *secret);
/* Nobody when there is none any more: that is no error. Texts live in the arena. */
MUST_USE err person_session_find(struct db_conn *conn, slice secret, int64_t now_ms,
                                 struct arena *arena, struct actor *actor);
struct person_session {
    struct crypto_digest session;
    slice device; /* "Firefox, Android" */
    int64_t began_ms;
};
MUST_USE err person_sessions(struct db_conn *conn, struct person_id id, int64_t now_ms,
                             struct arena *arena, struct person_session **sessions, size_t *count);
MUST_USE err person_session_end(struct db_conn *conn, struct person_id id,
                                const struct crypto_digest *session);
/* `but` may be NULL: all of them. */
MUST_USE err person_sessions_end(struct db_conn *conn, struct person_id id,
                                 const struct crypto_digest *but);

/* ---- roles, power ---- */

struct person_grant {
    int64_t id;
    struct person_id person;
    enum person_role role;
    slice territory; /* code; empty: the whole instance */
    int64_t at_ms;
};
slice person_role_slug(enum person_role role);
bool person_role_from_slug(slice slug, enum person_role *role);
/* `by` nobody: the command line. Giving what somebody has is no error. Written into the audit.
 * ERR_INPUT: an admin with a territory; there are none but of the whole instance. */
MUST_USE err person_grant(struct db_conn *conn, struct id_source *ids, struct person_id by,
                          struct person_id person, enum person_role role, slice territory,
                          int64_t now_ms);
/* ERR_CONFLICT: the last admin. */
MUST_USE err person_revoke(struct db_conn *conn, struct id_source *ids, struct person_id by,
                           struct person_id person, enum person_role role, slice territory,
                           int64_t now_ms);
/* All grants, or those of one person. */
MUST_USE err person_grants(struct db_conn *conn, struct person_id person, struct arena *arena,
                           struct person_grant **grants, size_t *count);
/* Accounts that may act as admins now: a blocked one does not count. */
MUST_USE err person_admins(struct db_conn *conn, int64_t *count);
MUST_USE err person_block(struct db_conn *conn, struct id_source *ids, struct person_id by,
                          struct person_id person, bool is_blocked, slice reason, int64_t now_ms);

/* RULE PERSON-6: power over others from a page of the site. Whoever uses it is an admin who proved
 * to be there (RULE PERSON-4) and says why. */
enum person_power_act {
    PERSON_POWER_GRANT = 1,
    PERSON_POWER_REVOKE,
    PERSON_POWER_BLOCK,
    PERSON_POWER_UNBLOCK,
    PERSON_POWER_ACT__COUNT
};
#define PERSON_REASON_MAX 2000
struct person_power {
    enum person_power_act act;
    struct person_id person;
    enum person_role role; /* of the first two */
    slice territory;       /* the same; empty: the whole instance, which an admin always is of */
    slice reason;
};
slice person_power_slug(enum person_power_act act);
bool person_power_from_slug(slice slug, enum person_power_act *act);
/* In a write transaction; written into the audit. ERR_DENIED: no admin (any more), or not proved;
 * ERR_INPUT with the field: "reason" is missing, "territory" of an admin; ERR_LIMIT: "reason" is
 * too long; ERR_NOT_FOUND: no such account; ERR_CONFLICT with the field: "admin" is the last one,
 * "self" cannot be blocked, "status": nothing that this act could change. */
MUST_USE err person_power_use(struct db_conn *conn, struct id_source *ids,
                              const struct actor *actor, const struct person_power *power,
                              int64_t now_ms, struct problem *problem);
/* For who administers: accounts whose name, whoever may see it, holds the words (both folded:
 * text_fold), or the one of exactly this address; at most `room`. `*has_more`: others may match, of
 * those found or beyond PERSON_SEARCHED_MAX names. */
#define PERSON_SEARCHED_MAX 100000
MUST_USE err person_search(struct db_conn *conn, slice words, size_t room, struct arena *arena,
                           struct person_listed **list, size_t *count, bool *has_more);

/* Who did what with power: never changed, never deleted. */
struct person_act {
    int64_t id; /* given when it is written */
    int64_t at_ms;
    struct person_id by; /* 0: the command line */
    slice act, object, reason;
};
MUST_USE err person_audit(struct db_conn *conn, struct id_source *ids,
                          const struct person_act *act);
/* The latest first, `room` at most, of those that a filter takes. */
struct person_acts_filter {
    int64_t before;      /* acts with a smaller id; 0: from the latest */
    slice act;           /* "grant"; empty: all */
    slice object;        /* "person:12": about this, also with words behind it; empty: all */
    struct person_id by; /* with `has_by`; 0 is the command line */
    bool has_by;
    int64_t from_ms, to_ms; /* to: before this moment; 0: no bound */
};
MUST_USE err person_acts_find(struct db_conn *conn, const struct person_acts_filter *filter,
                              size_t room, struct arena *arena, struct person_act **acts,
                              size_t *count);
/* The acts that there are, by name, in the arena. */
MUST_USE err person_act_names(struct db_conn *conn, struct arena *arena, slice **names,
                              size_t *count);

/* ---- leaving ---- */

/* RULE PERSON-5: a deleted account leaves nothing but its number: addresses, fields, password,
 * sessions and roles go; what it contributed stays, unsigned. ERR_CONFLICT: the last admin. */
MUST_USE err person_delete(struct db_conn *conn, struct id_source *ids, struct person_id id,
                           int64_t now_ms);

/* All that is kept of a person here, as JSON members (no braces), for the download of one's data.
 * */
MUST_USE err person_to_json(struct db_conn *conn, struct person_id id, struct arena *arena,
                            struct buf *out);

/* What is older than it is needed: proofs, sessions, tries (RULE PERSON-1: 30 days). */
MUST_USE err person_sweep(struct db_conn *conn, int64_t now_ms);

extern const struct db_catalogue person_catalogue;

#endif
