/* Suggestions that wait when two entries become one: each is a change of the one that was merged,
 * and goes over as the same change of the one that stays (RULE DOUBLE-3). */
#include "domain/duplicate/duplicate_int.h"
#include "domain/duplicate/merge.h"

struct waiting {
    int64_t id, base_revision;
    slice content;
};

static err waiting_list(const struct merging *merging, struct arena *arena, struct waiting **list,
                        size_t *count) {
    struct db_query *query = duplicate_query(merging->conn, DUPLICATE_SUGGESTIONS);
    size_t room = 0;
    *list = NULL;
    *count = 0;
    db_bind_i64(query, 1, merging->merged.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        *list = arena_grow(arena, struct waiting, *list, *count, &room);
        (*list)[(*count)++] = (struct waiting){.id = db_i64(query, 0),
                                               .base_revision = db_i64(query, 1),
                                               .content = arena_copy(arena, db_text(query, 2))};
    }
}

/* What was written of the merged entry names others as its source does: `merged` knows which. */
static void links_name(const struct merging *merging, const struct entry *merged,
                       struct entry *entry, struct arena *arena) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        struct entry_link *link = &entry->links[i];
        for (uint32_t k = 0; k < merged->link_count && link->target.v == 0; k++) {
            if (slice_equal(link->target_key, merged->links[k].target_key)) {
                link->target = merged->links[k].target;
            }
        }
    }
    duplicate_links_settle(merging, entry, arena);
}

static bool is_change(const struct entry *before, const struct entry *after) {
    for (int i = 0; i < HISTORY_FIELD__COUNT; i++) {
        if (!duplicate_field_same((enum history_field)i, before, after)) {
            return true;
        }
    }
    return false;
}

/* Where the one that stays was chosen to say otherwise, it stays so; a suggestion of which nothing
 * would be left asks for what it asked for, and who decides sees both. */
static struct entry change_of(const struct entry *base, const struct entry *kept,
                              const struct entry *wanted, struct arena *arena) {
    struct contribution_merge merge;
    contribution_merge(base, kept, wanted, arena, &merge);
    if (!is_change(kept, &merge.merged)) {
        for (size_t i = 0; i < merge.collision_count; i++) {
            contribution_field_copy(merge.collisions[i], wanted, &merge.merged, arena);
        }
    }
    return merge.merged;
}

static err one_goes(const struct merging *merging, const struct entry *kept,
                    const struct entry *merged, const struct waiting *waiting,
                    struct arena *arena) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    struct entry base;
    struct entry wanted;
    TRY(contribution_entry_at(merging->conn, merging->merged, waiting->base_revision, arena,
                              &base));
    TRY(entry_from_json(waiting->content, arena, &wanted, NULL));
    links_name(merging, merged, &base, arena);
    links_name(merging, merged, &wanted, arena);
    struct entry content = change_of(&base, kept, &wanted, arena);
    entry_to_json(&content, &json);
    TRY(json.failed);
    struct db_query *query = duplicate_query(merging->conn, DUPLICATE_NOTE_SUGGESTION);
    db_bind_i64(query, 1, merging->id);
    db_bind_i64(query, 2, waiting->id);
    TRY(db_run(query));
    query = duplicate_query(merging->conn, DUPLICATE_MOVE_SUGGESTION);
    db_bind_i64(query, 1, waiting->id);
    db_bind_i64(query, 2, merging->kept.v);
    db_bind_i64(query, 3, kept->revision);
    db_bind_text_borrowed(query, 4, buf_slice(&json));
    return db_run(query);
}

err duplicate_suggestions_go(const struct merging *merging, const struct entry *kept,
                             const struct entry *merged, struct arena *arena) {
    struct waiting *list;
    size_t count;
    TRY(waiting_list(merging, arena, &list, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(one_goes(merging, kept, merged, &list[i], arena));
    }
    return OK;
}
