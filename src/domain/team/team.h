/* domain/team: who runs an entry. A team is people with a role; an entry has one team or none. It
 * is never locked in with somebody who left. */
#ifndef AGORA_DOMAIN_TEAM_H
#define AGORA_DOMAIN_TEAM_H

#include "domain/entry/entry.h"
#include "domain/person/person.h"

struct team_id {
    int64_t v; /* 0: none */
};
enum team_role {
    TEAM_NONE,
    TEAM_MEMBER, /* edits, answers, writes news in its name */
    TEAM_LEAD,   /* also invites, changes roles, hands over */
    TEAM_ROLE__COUNT
};
#define TEAM_NAME_MAX      120
#define TEAM_MEMBERS_MAX   200
#define TEAM_INVITATION_MS INT64_C(1209600000) /* RULE TEAM-1: 14 days */

struct team {
    struct team_id id;
    slice name;
    int64_t created_ms;
};
struct team_member {
    struct person_id person;
    enum team_role role;
    int64_t joined_ms;
    slice name; /* as its owner shows it to `viewer`; may be empty */
};

/* Makes a team that runs the entry, with one lead. ERR_CONFLICT: it has a team already. */
MUST_USE err team_begin(struct db_conn *conn, struct id_source *ids, struct entry_id entry,
                        struct person_id lead, slice name, int64_t now_ms, struct team_id *id);
/* The team of an entry, whether it keeps it, and what somebody is in it. Without one: id 0. */
struct team_of_entry {
    struct team_id id;
    bool keeps;
    enum team_role role; /* of the person asked about */
};
MUST_USE err team_of_entry(struct db_conn *conn, struct entry_id entry, struct person_id person,
                           struct team_of_entry *of);
/* What the page of an entry says of its team: one statement. Leads first, then by when they came;
 * who shows no name to `viewer`, or is blocked, is only counted. Without a team: id 0. */
struct team_shown {
    struct team_id id;
    enum team_role role; /* of the viewer */
    slice name;
    struct team_shown_member {
        struct person_id person;
        slice name;
    } * members;
    size_t count, unnamed;
};
MUST_USE err team_shown(struct db_conn *conn, struct entry_id entry, struct person_id viewer,
                        struct arena *arena, struct team_shown *shown);
/* ERR_NOT_FOUND. Texts live in the arena. */
MUST_USE err team_load(struct db_conn *conn, struct team_id id, struct arena *arena,
                       struct team *team);
/* Leads first, then by when they came. */
MUST_USE err team_members(struct db_conn *conn, struct team_id id, struct person_id viewer,
                          struct arena *arena, struct team_member **members, size_t *count);
MUST_USE err team_role_of(struct db_conn *conn, struct team_id id, struct person_id person,
                          enum team_role *role);
/* The entries that somebody's teams run, by id; and those of one team. */
MUST_USE err team_entries_of_person(struct db_conn *conn, struct person_id person,
                                    struct arena *arena, struct entry_id **entries, size_t *count);
MUST_USE err team_entries(struct db_conn *conn, struct team_id id, struct arena *arena,
                          struct entry_id **entries, size_t *count);
/* Every address of the members, for letters "to the team": at most TEAM_MEMBERS_MAX, one a member.
 * */
MUST_USE err team_addresses(struct db_conn *conn, struct team_id id, struct arena *arena,
                            slice **addresses, size_t *count);

/* Each of these is asked by `by`, who must be a lead (ERR_DENIED). */

MUST_USE err team_rename(struct db_conn *conn, struct team_id id, struct person_id by, slice name,
                         struct problem *problem);
/* RULE TEAM-2: a team may keep its entry: edits of others become suggestions to it. */
MUST_USE err team_keep(struct db_conn *conn, struct team_id id, struct person_id by,
                       struct entry_id entry, bool keeps);
/* RULE TEAM-1: good once and for 14 days, for whoever holds it. ERR_LIMIT: the team is full. */
MUST_USE err team_invite(struct db_conn *conn, struct team_id id, struct person_id by,
                         slice address, enum team_role role, int64_t now_ms,
                         struct crypto_secret *link);
/* Those that went to an address and still wait: their links are good for nobody. ERR_NOT_FOUND. */
MUST_USE err team_invitation_take_back(struct db_conn *conn, struct team_id id, struct person_id by,
                                       slice address);
/* RULE TEAM-3: a team with members has a lead. Taking the role off the last one, or taking them
 * out, is ERR_CONFLICT; TEAM_NONE takes somebody out. */
MUST_USE err team_role_set(struct db_conn *conn, struct team_id id, struct person_id by,
                           struct person_id person, enum team_role role);

struct team_invitation {
    struct team_id team;
    struct person_id by;
    slice address;
    enum team_role role;
    int64_t at_ms;
};
/* ERR_NOT_FOUND: used, taken back, too old, or none of ours. */
MUST_USE err team_invitation_look(struct db_conn *conn, slice link, int64_t now_ms,
                                  struct arena *arena, struct team_invitation *invitation);
/* Those that still wait. */
MUST_USE err team_invitations(struct db_conn *conn, struct team_id id, int64_t now_ms,
                              struct arena *arena, struct team_invitation **invitations,
                              size_t *count);
/* Uses it up. Somebody who is in the team already keeps the higher role. */
MUST_USE err team_join(struct db_conn *conn, slice link, struct person_id person, int64_t now_ms,
                       struct team_id *id);
/* RULE TEAM-3: the last lead hands over first, unless nobody else is there: then the team ends and
 * its entries are open to everybody again. ERR_CONFLICT: somebody else must be lead before. */
MUST_USE err team_leave(struct db_conn *conn, struct team_id id, struct person_id person);
/* By who has power over it: the team runs this entry no more, and ends when that was its last one.
 * ERR_NOT_FOUND. */
MUST_USE err team_release(struct db_conn *conn, struct team_id id, struct entry_id entry);
/* Before an account is deleted: leaves every team. A team whose last lead goes gets its oldest
 * member as lead. */
MUST_USE err team_leave_all(struct db_conn *conn, struct person_id person);

extern const struct db_catalogue team_catalogue;

#endif
