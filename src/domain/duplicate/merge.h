/* Two entries become one, and are two again. RULE DOUBLE-3: nothing of it is lost, and it can be
 * undone exactly. */
#ifndef AGORA_DOMAIN_DUPLICATE_MERGE_H
#define AGORA_DOMAIN_DUPLICATE_MERGE_H

#include "domain/duplicate/duplicate.h"
#include "domain/history/history.h"
#include "domain/moderation/moderation.h"

enum duplicate_choice {
    DUPLICATE_KEEP, /* as the entry that stays has it */
    DUPLICATE_TAKE, /* as the other one has it */
    DUPLICATE_BOTH, /* lists: both, each once */
    DUPLICATE_CHOICE__COUNT
};
/* Whether a field is a list that both can stand in. */
bool duplicate_can_unite(enum history_field field);

struct duplicate_merge_ask {
    struct entry_id kept, merged;
    int64_t kept_revision, merged_revision; /* that were chosen from; 0: any */
    enum duplicate_choice choices[HISTORY_FIELD__COUNT];
    bool unites_teams; /* members of the other team come into the one that stays, as members */
    slice reason;
};
struct duplicate_told { /* of both: authors, teams, those who flagged */
    struct moderation_outcome merged, kept;
};
/* One entry stays and gets a revision, the other is out of sight with all of its revisions; its
 * address leads to the one that stays. Links to it, its team (when the one that stays has none),
 * what accounts brought, flags that wait (but "doubled", which is answered), drafts and suggestions
 * go over, a suggestion as the same change of the one that stays. RULE DOUBLE-4: nobody gains power
 * by it: links of contributions without an account, and drafts begun by them, stay with the entry
 * that was merged. In a write transaction, undone on any error. ERR_DENIED,
 * ERR_INPUT and ERR_LIMIT with the field ("reason", or what of the merged content is wrong),
 * ERR_NOT_FOUND, ERR_CONFLICT: one of them is not published, or has another revision now. */
MUST_USE err duplicate_merge(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, const struct duplicate_merge_ask *ask,
                             int64_t now_ms, struct arena *arena, struct duplicate_told *told,
                             struct problem *problem);

struct duplicate_merged {
    int64_t id, at_ms;
    struct entry_id kept, merged;
    slice kept_title, merged_title, reason;
};
/* Those that hold and that the actor may undo, the latest first, at most `room`; `before`: the id
 * of the last one of the page before, 0: from the latest. */
MUST_USE err duplicate_merges(struct db_conn *conn, const struct contribution_world *world,
                              const struct actor *actor, int64_t before, size_t room,
                              struct arena *arena, struct duplicate_merged **list, size_t *count);
/* One of them. ERR_NOT_FOUND: none that holds; ERR_DENIED: not theirs to undo. */
MUST_USE err duplicate_merge_find(struct db_conn *conn, const struct contribution_world *world,
                                  const struct actor *actor, int64_t id, struct arena *arena,
                                  struct duplicate_merged *merged);
/* Both are as they were: the merged one whole, of the one that stayed each field that nobody has
 * changed since; what went over goes back. ERR_DENIED, ERR_NOT_FOUND: there is none that holds;
 * ERR_INPUT, ERR_LIMIT with the field "reason"; ERR_CONFLICT: the one that stayed has been merged
 * itself, or is not public: that is to be undone first. */
MUST_USE err duplicate_unmerge(struct db_conn *conn, const struct contribution_world *world,
                               const struct actor *actor, int64_t merge, slice reason,
                               int64_t now_ms, struct arena *arena, struct duplicate_told *told,
                               struct problem *problem);

/* One field of an entry from another, with its texts in other languages and, of the title, the
 * language; texts are shared. Both of a list, each item once: what stands stays where it is. */
void duplicate_field_take(enum history_field field, const struct entry *from, struct entry *to,
                          struct arena *arena);
void duplicate_field_unite(enum history_field field, const struct entry *from, struct entry *to,
                           struct arena *arena);
/* Whether two entries say the same in a field. */
bool duplicate_field_same(enum history_field field, const struct entry *a, const struct entry *b);

#endif
