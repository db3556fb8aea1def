/* What the files of the room share. */
#ifndef AGORA_DOMAIN_DUPLICATE_INT_H
#define AGORA_DOMAIN_DUPLICATE_INT_H

#include "domain/duplicate/duplicate.h"
#include "text/text.h"

/* ---- traits ---- */

#define DUPLICATE_WORDS_MAX    16 /* of a name; the rest is passed over */
#define DUPLICATE_CONTACTS_MAX 16
struct duplicate_word {
    slice stem;
    unsigned weight; /* in tenths: 10, 3 for what many names have */
};
struct duplicate_contact {
    enum duplicate_reason sort; /* SITE, MAIL, TELEPHONE, NUMBER */
    slice value;                /* normalised: equal ones are the same */
};
struct duplicate_traits {
    const struct entry_public *entry;
    uint32_t commune; /* TERRITORY_NONE: not known so well */
    struct duplicate_word words[DUPLICATE_WORDS_MAX];
    size_t word_count;
    slice joined; /* the words of the name in one, without what says nothing */
    struct duplicate_contact contacts[DUPLICATE_CONTACTS_MAX];
    size_t contact_count;
};

/* ---- keys of the hints ---- */

#define DUPLICATE_KEYS_MAX (DUPLICATE_WORDS_MAX + DUPLICATE_CONTACTS_MAX + 1)
/* What more entries than this have in common tells nobody apart: a step costs as much however many
 * there are. */
#define DUPLICATE_BLOCK_MAX 48
struct duplicate_key {
    int64_t value;
    unsigned weight; /* how much sharing it says */
};
size_t duplicate_keys(const struct duplicate_traits *traits,
                      struct duplicate_key keys[DUPLICATE_KEYS_MAX]);

enum duplicate_statement {
    DUPLICATE_HINT_ADD,
    DUPLICATE_HINTS,
    DUPLICATE_PROGRESS,
    DUPLICATE_PROGRESS_PUT,
    DUPLICATE_PROGRESS_ADD,
    DUPLICATE_ENTRIES,
    DUPLICATE_PAIR_ADD,
    DUPLICATE_PAIR_JUDGED,
    DUPLICATE_PAIRS_DROP,
    DUPLICATE_PAIR_PART,
    DUPLICATE_QUEUE,
    DUPLICATE_LIST,
    DUPLICATE_ENTRY,
    DUPLICATE_MERGE_ADD,
    DUPLICATE_MERGE_GET,
    DUPLICATE_MERGE_END,
    DUPLICATE_MERGES,
    DUPLICATE_MERGED,
    DUPLICATE_MOVED_LINKS,
    DUPLICATE_NOTE_CONTRIBUTIONS,
    DUPLICATE_MOVE_CONTRIBUTIONS,
    DUPLICATE_BACK_CONTRIBUTIONS,
    DUPLICATE_NOTE_FLAGS,
    DUPLICATE_MOVE_FLAGS,
    DUPLICATE_BACK_FLAGS,
    DUPLICATE_NOTE_DRAFTS,
    DUPLICATE_MOVE_DRAFTS,
    DUPLICATE_BACK_DRAFTS,
    DUPLICATE_SUGGESTIONS,
    DUPLICATE_NOTE_SUGGESTION,
    DUPLICATE_MOVE_SUGGESTION,
    DUPLICATE_BACK_SUGGESTIONS,
    DUPLICATE_NOTE_LINKS,
    DUPLICATE_MOVE_LINKS,
    DUPLICATE_BACK_LINKS,
    DUPLICATE_NOTE_TEAM,
    DUPLICATE_MOVE_TEAM,
    DUPLICATE_BACK_TEAM,
    DUPLICATE_NOTE_MEMBERS,
    DUPLICATE_MOVE_MEMBERS,
    DUPLICATE_BACK_MEMBERS,
    DUPLICATE_MOVE_MERGED,
    DUPLICATE_BACK_MERGED,
    DUPLICATE_STATEMENT__COUNT
};
static inline struct db_query *duplicate_query(struct db_conn *conn,
                                               enum duplicate_statement which) {
    return db_query(conn, &duplicate_catalogue, which);
}

/* ---- who may ---- */

/* Of an actor; loaded once for many rows. */
struct duplicate_grants {
    struct person_grant *items;
    size_t count;
};
MUST_USE err duplicate_grants(struct db_conn *conn, const struct actor *actor, struct arena *arena,
                              struct duplicate_grants *grants);
/* Whether they make somebody who decides about two entries, which stand in these territories. */
bool duplicate_holds(const struct contribution_world *world, const struct duplicate_grants *grants,
                     slice one, slice other);

/* ---- what goes over ---- */

/* Who merges what into what. */
struct merging {
    struct db_conn *conn;
    const struct contribution_world *world;
    int64_t id;
    struct entry_id kept, merged;
    int64_t before_revision; /* of the one that stays */
    int64_t now_ms;
};
/* `entry`, of which links name entries of its source, as it may stand in an entry of another; none
 * leads to the two that become one. */
void duplicate_links_settle(const struct merging *merging, struct entry *entry,
                            struct arena *arena);
/* suggestions.c: each that waits, as the same change of the entry that stays. `kept` as it stands
 * now, `merged` as it stood. */
MUST_USE err duplicate_suggestions_go(const struct merging *merging, const struct entry *kept,
                                      const struct entry *merged, struct arena *arena);

#endif
