/* domain/duplicate: entries that may be one and the same. Found by what they share, shown with the
 * reasons, judged by people. RULE DOUBLE-1: nothing is ever merged by itself. */
#ifndef AGORA_DOMAIN_DUPLICATE_H
#define AGORA_DOMAIN_DUPLICATE_H

#include "domain/contribution/contribution.h"
#include "domain/entry/entry.h"
#include "domain/person/person.h"

/* ---- likeness ---- */

enum duplicate_reason {
    DUPLICATE_NAME,      /* the same words, but for spelling and order */
    DUPLICATE_NAME_NEAR, /* most of them */
    DUPLICATE_PLACE,     /* so many metres apart: `distance_m` */
    DUPLICATE_COMMUNE,   /* the same one; one of both is not known better */
    DUPLICATE_SITE,
    DUPLICATE_MAIL,
    DUPLICATE_TELEPHONE,
    DUPLICATE_NUMBER, /* SIRET or RNA */
    DUPLICATE_REASON__COUNT
};
struct duplicate_likeness {
    unsigned score;     /* 0 to 100 */
    unsigned reasons;   /* bits 1 << enum duplicate_reason */
    int64_t distance_m; /* -1: not told, one of the two places is not known to 100 m */
};
/* From here on a pair is shown to people. */
#define DUPLICATE_SCORE_SHOWN 55

/* What of an entry is compared, once made. In the arena; `entry` has to outlive it. */
struct duplicate_traits;
struct duplicate_traits *duplicate_traits_make(struct db_conn *conn,
                                               const struct territories *territories,
                                               const struct entry_public *entry,
                                               struct arena *arena);
/* How likely two are one. Name 60 at most, place 30, contacts 35 (README, "Score"). The same both
 * ways round. What is not public is not looked at. */
struct duplicate_likeness duplicate_compare(const struct duplicate_traits *a,
                                            const struct duplicate_traits *b);

/* ---- is it one of these? ---- */

struct duplicate_found {
    struct entry_id entry;
    enum entry_kind kind;
    slice title, territory_label;
    struct duplicate_likeness likeness;
};
/* The published entries that are likely the same as this one (id 0: not added yet), the likeliest
 * first. Found by the hints, so what was added in the last minutes may be missing. What somebody
 * judged not to be the same is left out. At most DUPLICATE_LOOKS_MAX entries are compared. */
#define DUPLICATE_LOOKS_MAX 24
MUST_USE err duplicate_find(struct db_conn *conn, const struct territories *territories,
                            const struct entry_public *of, struct arena *arena,
                            struct duplicate_found *found, size_t room, size_t *count);
/* A draft as duplicate_find takes it. */
struct entry_public duplicate_of_draft(const struct territories *territories,
                                       const struct entry *draft);

/* ---- the search beside the requests ---- */

/* One step reads on one connection and writes in a transaction of another: at most
 * DUPLICATE_STEP_ENTRIES entries, so that a million is many short steps and never one long one. */
#define DUPLICATE_STEP_ENTRIES 256
struct duplicate_step; /* in the arena */
/* `*has_more`: another step would find something to do. */
MUST_USE err duplicate_step_read(struct db_conn *conn, const struct territories *territories,
                                 struct arena *arena, struct duplicate_step **step, bool *has_more);
/* ERR_CONFLICT: another step was written meanwhile; nothing is written then. */
MUST_USE err duplicate_step_write(struct db_conn *conn, const struct duplicate_step *step,
                                  int64_t now_ms);

/* ---- pairs that wait ---- */

struct duplicate_pair {
    struct entry_id first, second;
    slice first_title, second_title;
    slice first_territory, second_territory; /* codes */
    struct duplicate_likeness likeness;
    int64_t found_ms;
};
/* The likeliest first, the oldest of equals; of territories where the actor is steward, moderator
 * or admin. At most `room`; `*has_more` when others are behind them. */
MUST_USE err duplicate_queue(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, size_t room, struct arena *arena,
                             struct duplicate_pair **pairs, size_t *count, bool *has_more);
/* All that wait, for the host: the likeliest first; with `source`, those of which one is of that
 * source and the other is not. Each lives until `visit` returns; an error of it ends the walk. */
struct duplicate_listed {
    struct duplicate_pair pair;
    slice first_source, second_source; /* slugs; empty: added here */
};
typedef err duplicate_visit(void *self, const struct duplicate_listed *listed);
MUST_USE err duplicate_each(struct db_conn *conn, slice source, duplicate_visit *visit, void *self);
slice duplicate_reason_slug(enum duplicate_reason reason);
/* Whether somebody decides about both: steward, moderator or admin where they stand. */
MUST_USE err duplicate_may(struct db_conn *conn, const struct contribution_world *world,
                           const struct actor *actor, struct entry_id a, struct entry_id b,
                           bool *may);
/* RULE DOUBLE-2: remembered for the pair, which is never proposed again. In a write transaction.
 * ERR_DENIED; ERR_INPUT, ERR_LIMIT with the field "reason"; ERR_NOT_FOUND: no such entries;
 * ERR_CONFLICT: decided before. */
#define DUPLICATE_REASON_MAX 2000
MUST_USE err duplicate_part(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, struct entry_id a, struct entry_id b,
                            slice reason, int64_t now_ms, struct problem *problem);

extern const struct db_catalogue duplicate_catalogue;

#endif
