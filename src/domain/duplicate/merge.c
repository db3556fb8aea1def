/* Merging and its undoing (RULE DOUBLE-3, RULE DOUBLE-4). */
#include "domain/duplicate/merge.h"
#include "domain/duplicate/duplicate_int.h"

/* What went over: the numbers of duplicate_moved.sort. Each has a statement that notes it, one that
 * moves it, one that gives it back. */
enum moved_sort {
    MOVED_CONTRIBUTION = 1, /* one: its id */
    MOVED_FLAG,             /* one: its id */
    MOVED_DRAFT,            /* digest; other: the revision that it began from */
    MOVED_SUGGESTION,       /* one: its id; other: the revision that it began from; content */
    MOVED_LINK,             /* one, other: the entry that links, the position */
    MOVED_TEAM,             /* the team went over */
    MOVED_MEMBER,           /* one, other: team and person, who came into it */
    MOVED__COUNT
};

/* $1 merge, $2 merged, $3 kept, $4 revision of the one that stays. */
static err run_move(const struct merging *merging, enum duplicate_statement which,
                    unsigned parameters) {
    const int64_t values[] = {merging->id, merging->merged.v, merging->kept.v,
                              merging->before_revision};
    struct db_query *query = duplicate_query(merging->conn, which);
    for (unsigned i = 0; i < parameters; i++) {
        db_bind_i64(query, i + 1, values[i]);
    }
    return db_run(query);
}

/* ---- who may, why ---- */

static err check_ask(struct db_conn *conn, const struct contribution_world *world,
                     const struct actor *actor, struct entry_id a, struct entry_id b, slice *reason,
                     struct problem *problem) {
    bool may;
    TRY(duplicate_may(conn, world, actor, a, b, &may));
    if (!may) {
        return ERR_DENIED;
    }
    *reason = slice_trim(*reason);
    if (reason->n == 0 || a.v == b.v) {
        return problem_set(problem, ERR_INPUT, "reason", "a reason is missing");
    }
    return reason->n <= DUPLICATE_REASON_MAX
               ? OK
               : problem_set(problem, ERR_LIMIT, "reason", "more than %d bytes",
                             DUPLICATE_REASON_MAX);
}

/* ---- the content ---- */

void duplicate_links_settle(const struct merging *merging, struct entry *entry,
                            struct arena *arena) {
    struct entry_link *links = arena_new(arena, struct entry_link, (size_t)entry->link_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->link_count; i++) {
        struct entry_link link = entry->links[i];
        struct entry_id named = entry_link_number(&link);
        struct entry_id target = link.target.v ? link.target : named;
        if (target.v == merging->kept.v || target.v == merging->merged.v) {
            continue;
        }
        if (target.v != 0 && named.v == 0) {
            link.target_key = arena_printf(arena, "entry:%lld", (long long)target.v);
        }
        links[count++] = link;
    }
    entry->links = links;
    entry->link_count = count;
}

static void content_choose(const struct merging *merging, const struct duplicate_merge_ask *ask,
                           const struct entry *other, struct entry *entry, struct arena *arena) {
    for (int i = 0; i < HISTORY_FIELD__COUNT; i++) {
        enum history_field field = (enum history_field)i;
        switch (ask->choices[i]) {
        case DUPLICATE_TAKE:
            duplicate_field_take(field, other, entry, arena);
            break;
        case DUPLICATE_BOTH:
            duplicate_field_unite(field, other, entry, arena);
            break;
        case DUPLICATE_KEEP:
        case DUPLICATE_CHOICE__COUNT:
            break;
        }
    }
    bool takes_links = ask->choices[HISTORY_LINKS] != DUPLICATE_KEEP;
    bool links_other = false;
    for (uint32_t i = 0; i < entry->link_count; i++) {
        links_other = links_other || entry->links[i].target.v == ask->merged.v;
    }
    if (takes_links || links_other) {
        duplicate_links_settle(merging, entry, arena);
    }
}

/* ---- what goes over ---- */

static err links_announce(const struct merging *merging) {
    struct db_query *query = duplicate_query(merging->conn, DUPLICATE_MOVED_LINKS);
    db_bind_i64(query, 1, merging->id);
    db_bind_i64(query, 2, MOVED_LINK);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        TRY(db_change_add(merging->conn, DB_CHANGE_ENTRY, db_i64(query, 0), merging->now_ms));
    }
}

static err team_go(const struct merging *merging, bool unites) {
    struct team_of_entry kept;
    struct team_of_entry merged;
    struct person_id nobody = {0};
    TRY(team_of_entry(merging->conn, merging->kept, nobody, &kept));
    TRY(team_of_entry(merging->conn, merging->merged, nobody, &merged));
    if (merged.id.v == 0 || (kept.id.v != 0 && (!unites || kept.id.v == merged.id.v))) {
        return OK;
    }
    if (kept.id.v == 0) {
        TRY(run_move(merging, DUPLICATE_NOTE_TEAM, 1));
        return run_move(merging, DUPLICATE_MOVE_TEAM, 3);
    }
    static const enum duplicate_statement statements[] = {DUPLICATE_NOTE_MEMBERS,
                                                          DUPLICATE_MOVE_MEMBERS};
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        struct db_query *query = duplicate_query(merging->conn, statements[i]);
        db_bind_i64(query, 1, i == 0 ? merging->id : merging->now_ms);
        db_bind_i64(query, 2, merged.id.v);
        db_bind_i64(query, 3, kept.id.v);
        TRY(db_run(query));
    }
    return OK;
}

/* RULE DOUBLE-4: of contributions only those of accounts. */
static err go_over(const struct merging *merging, bool unites_teams) {
    static const struct {
        enum duplicate_statement which;
        unsigned parameters;
    } rows[] = {{DUPLICATE_NOTE_CONTRIBUTIONS, 2}, {DUPLICATE_MOVE_CONTRIBUTIONS, 3},
                {DUPLICATE_NOTE_DRAFTS, 2},        {DUPLICATE_MOVE_DRAFTS, 4},
                {DUPLICATE_NOTE_LINKS, 3},         {DUPLICATE_MOVE_LINKS, 3},
                {DUPLICATE_MOVE_MERGED, 3}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        TRY(run_move(merging, rows[i].which, rows[i].parameters));
    }
    TRY(team_go(merging, unites_teams));
    return links_announce(merging);
}

/* ---- merging ---- */

static err merge_note(const struct merging *merging, const struct actor *actor, slice reason,
                      int64_t after_revision, bool kept_edited, bool merged_edited) {
    struct db_query *query = duplicate_query(merging->conn, DUPLICATE_MERGE_ADD);
    const int64_t values[] = {merging->id, merging->kept.v, merging->merged.v, merging->now_ms,
                              actor->person.v};
    for (unsigned i = 0; i < ARRAY_COUNT(values); i++) {
        db_bind_i64(query, i + 1, values[i]);
    }
    db_bind_text_borrowed(query, 6, reason);
    db_bind_i64(query, 7, merging->before_revision);
    db_bind_i64(query, 8, after_revision);
    db_bind_i64(query, 9, kept_edited);
    db_bind_i64(query, 10, merged_edited);
    return db_run(query);
}

static bool is_at(const struct entry *entry, int64_t revision) {
    return revision == 0 || entry->revision == revision;
}

static err both_load(struct merging *merging, const struct duplicate_merge_ask *ask,
                     struct arena *arena, struct entry *kept, struct entry *merged) {
    TRY(entry_load(merging->conn, merging->kept, arena, kept));
    TRY(entry_load(merging->conn, merging->merged, arena, merged));
    merging->before_revision = kept->revision;
    bool stand = kept->status == ENTRY_PUBLISHED && merged->status == ENTRY_PUBLISHED &&
                 is_at(kept, ask->kept_revision) && is_at(merged, ask->merged_revision);
    return stand ? OK : ERR_CONFLICT;
}

err duplicate_merge(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, const struct duplicate_merge_ask *ask,
                    int64_t now_ms, struct arena *arena, struct duplicate_told *told,
                    struct problem *problem) {
    struct merging merging = {.conn = conn,
                              .world = world,
                              .id = id_next(world->ids),
                              .kept = ask->kept,
                              .merged = ask->merged,
                              .now_ms = now_ms};
    struct moderation_decision decision = {
        .entry = ask->merged, .act = MODERATION_MERGE, .reason = ask->reason};
    struct entry kept;
    struct entry merged;
    bool kept_edited;
    bool merged_edited;
    slice author = contribution_author(actor, 0, arena);
    *told = (struct duplicate_told){.merged.is_held = false};
    TRY(check_ask(conn, world, actor, ask->kept, ask->merged, &decision.reason, problem));
    TRY(both_load(&merging, ask, arena, &kept, &merged));
    TRY(entry_is_edited(conn, ask->kept, &kept_edited));
    TRY(entry_is_edited(conn, ask->merged, &merged_edited));
    content_choose(&merging, ask, &merged, &kept, arena);
    TRY(entry_check(&kept, world->territories, world->themes, arena, problem));
    TRY(entry_edit(conn, world->ids, &kept, author, decision.reason, now_ms, problem));
    TRY(merge_note(&merging, actor, decision.reason, kept.revision, kept_edited, merged_edited));
    TRY(run_move(&merging, DUPLICATE_NOTE_FLAGS, 2));
    TRY(run_move(&merging, DUPLICATE_MOVE_FLAGS, 3));
    TRY(moderation_note(conn, world, actor, &decision, ENTRY_ARCHIVED, now_ms, arena,
                        &told->merged));
    TRY(moderation_concerned(conn, ask->kept, told->merged.decision, arena, &told->kept));
    told->merged.title = merged.title;
    told->kept.title = kept.title;
    TRY(entry_set_status(conn, world->ids, ask->merged, ENTRY_ARCHIVED, author, decision.reason,
                         now_ms));
    TRY(go_over(&merging, ask->unites_teams));
    TRY(duplicate_suggestions_go(&merging, &kept, &merged, arena));
    return entry_merged_set(conn, ask->merged, ask->kept, true);
}

/* ---- lists ---- */

/* Of the row under the cursor. */
static struct duplicate_merged merged_of(struct db_query *query, struct arena *arena) {
    return (struct duplicate_merged){.id = db_i64(query, 0),
                                     .at_ms = db_i64(query, 1),
                                     .kept = {db_i64(query, 2)},
                                     .merged = {db_i64(query, 3)},
                                     .kept_title = arena_copy(arena, db_text(query, 4)),
                                     .merged_title = arena_copy(arena, db_text(query, 5)),
                                     .reason = arena_copy(arena, db_text(query, 6))};
}

err duplicate_merges(struct db_conn *conn, const struct contribution_world *world,
                     const struct actor *actor, int64_t before, size_t room, struct arena *arena,
                     struct duplicate_merged **list, size_t *count) {
    struct duplicate_merged *found = arena_new(arena, struct duplicate_merged, room);
    struct duplicate_grants grants;
    size_t used = 0;
    TRY(duplicate_grants(conn, actor, arena, &grants));
    struct db_query *query = duplicate_query(conn, DUPLICATE_MERGES);
    db_bind_i64(query, 1, before);
    for (bool row = true; used < room;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        if (duplicate_holds(world, &grants, db_text(query, 7), db_text(query, 8))) {
            found[used++] = merged_of(query, arena);
        }
    }
    db_done(query);
    *list = found;
    *count = used;
    return OK;
}

err duplicate_merge_find(struct db_conn *conn, const struct contribution_world *world,
                         const struct actor *actor, int64_t id, struct arena *arena,
                         struct duplicate_merged *merged) {
    struct duplicate_grants grants;
    bool row = false;
    TRY(duplicate_grants(conn, actor, arena, &grants));
    struct db_query *query = duplicate_query(conn, DUPLICATE_MERGED);
    db_bind_i64(query, 1, id);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    bool holds = duplicate_holds(world, &grants, db_text(query, 7), db_text(query, 8));
    *merged = merged_of(query, arena);
    db_done(query);
    return holds ? OK : ERR_DENIED;
}

/* ---- undoing ---- */

struct held_merge {
    int64_t after_revision;
    bool kept_edited, merged_edited;
};

static err merge_load(struct merging *merging, struct held_merge *held) {
    struct db_query *query = duplicate_query(merging->conn, DUPLICATE_MERGE_GET);
    bool row = false;
    db_bind_i64(query, 1, merging->id);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    merging->kept = (struct entry_id){db_i64(query, 0)};
    merging->merged = (struct entry_id){db_i64(query, 1)};
    merging->before_revision = db_i64(query, 2);
    *held = (struct held_merge){.after_revision = db_i64(query, 3),
                                .kept_edited = db_i64(query, 4) != 0,
                                .merged_edited = db_i64(query, 5) != 0};
    db_done(query);
    return OK;
}

/* Each field that nobody has changed since is as it was before. */
static err content_part(const struct merging *merging, const struct held_merge *held,
                        struct entry *kept, struct arena *arena) {
    struct entry before;
    struct entry after;
    TRY(contribution_entry_at(merging->conn, merging->kept, merging->before_revision, arena,
                              &before));
    TRY(contribution_entry_at(merging->conn, merging->kept, held->after_revision, arena, &after));
    for (int i = 0; i < HISTORY_FIELD__COUNT; i++) {
        if (duplicate_field_same((enum history_field)i, kept, &after)) {
            duplicate_field_take((enum history_field)i, &before, kept, arena);
        }
    }
    return OK;
}

static err give_back(const struct merging *merging) {
    static const enum duplicate_statement statements[] = {
        DUPLICATE_BACK_CONTRIBUTIONS, DUPLICATE_BACK_FLAGS, DUPLICATE_BACK_DRAFTS,
        DUPLICATE_BACK_SUGGESTIONS,   DUPLICATE_BACK_LINKS, DUPLICATE_BACK_TEAM,
        DUPLICATE_BACK_MERGED};
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        TRY(run_move(merging, statements[i], 3));
    }
    TRY(run_move(merging, DUPLICATE_BACK_MEMBERS, 1));
    return links_announce(merging);
}

err duplicate_unmerge(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, int64_t merge, slice reason, int64_t now_ms,
                      struct arena *arena, struct duplicate_told *told, struct problem *problem) {
    struct merging merging = {.conn = conn, .world = world, .id = merge, .now_ms = now_ms};
    struct held_merge held;
    struct entry kept;
    struct entry merged;
    slice author = contribution_author(actor, 0, arena);
    *told = (struct duplicate_told){.merged.is_held = false};
    TRY(merge_load(&merging, &held));
    struct moderation_decision decision = {
        .entry = merging.merged, .act = MODERATION_PART, .reason = reason};
    TRY(check_ask(conn, world, actor, merging.kept, merging.merged, &decision.reason, problem));
    TRY(entry_load(conn, merging.kept, arena, &kept));
    TRY(entry_load(conn, merging.merged, arena, &merged));
    if (kept.status != ENTRY_PUBLISHED) {
        return ERR_CONFLICT;
    }
    bool is_untouched = kept.revision == held.after_revision;
    TRY(content_part(&merging, &held, &kept, arena));
    TRY(entry_check(&kept, world->territories, world->themes, arena, problem));
    TRY(give_back(&merging));
    TRY(entry_merged_set(conn, merging.merged, (struct entry_id){0}, held.merged_edited));
    TRY(entry_edit(conn, world->ids, &kept, author, decision.reason, now_ms, problem));
    TRY(entry_merged_set(conn, merging.kept, (struct entry_id){0},
                         !is_untouched || held.kept_edited));
    TRY(entry_set_status(conn, world->ids, merging.merged, ENTRY_PUBLISHED, author, decision.reason,
                         now_ms));
    TRY(entry_merged_set(conn, merging.merged, (struct entry_id){0}, held.merged_edited));
    TRY(moderation_note(conn, world, actor, &decision, ENTRY_PUBLISHED, now_ms, arena,
                        &told->merged));
    TRY(moderation_concerned(conn, merging.kept, told->merged.decision, arena, &told->kept));
    told->merged.title = merged.title;
    told->kept.title = kept.title;
    struct db_query *query = duplicate_query(conn, DUPLICATE_MERGE_END);
    db_bind_i64(query, 1, merge);
    db_bind_i64(query, 2, now_ms);
    return db_run(query);
}
