/* All that somebody changed in a time goes back, as one act, which can itself be taken back (RULE
 * UNDO-1, RULE UNDO-2, RULE UNDO-3). A change is taken out of an entry as it would be merged into
 * it, the other way round: what it made of the version before it is undone field by field in what
 * stands today, and what others wrote since stays. */
#include "base/hash.h"
#include "domain/moderation/moderation_int.h"

#define AUTHOR_PREFIX "person:"

/* One entry on its way back. */
struct going {
    struct db_conn *conn;
    const struct contribution_world *world;
    const struct moderation_decision *decision;
    struct arena *arena;
    struct entry_revision *revisions; /* the newest first */
    size_t count;
    slice author; /* whose changes */
    struct moderation_undo_item item;
};

static bool is_theirs(const struct going *going, size_t i) {
    const struct entry_revision *revision = &going->revisions[i];
    const struct moderation_undo_of *of = &going->decision->undo;
    return revision->at_ms >= of->from_ms && revision->at_ms < of->to_ms &&
           slice_equal(revision->author, going->author);
}

static err content_at(const struct going *going, size_t i, struct entry *content) {
    return contribution_entry_at(going->conn, going->item.entry, going->revisions[i].revision,
                                 going->arena, content);
}

static unsigned fields_that_differ(const struct entry *one, const struct entry *other,
                                   struct arena *arena) {
    unsigned fields = 0;
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        if (!contribution_field_same((enum history_field)i, one, other, arena)) {
            fields |= 1u << i;
        }
    }
    return fields;
}

/* Whether anybody else, or they at another time, changed what the entry says after its first
 * version. Versions that say the same (shown again, merged and parted) are no change. */
static err is_shared(const struct going *going, bool *shared) {
    *shared = false;
    for (size_t i = 0; i + 1 < going->count && !*shared; i++) {
        struct arena scratch ARENA_CLEANUP = arena_make(0, 0); /* there may be a thousand */
        struct going own = *going;
        struct entry content;
        struct entry before;
        own.arena = &scratch;
        if (is_theirs(going, i)) {
            continue;
        }
        TRY(content_at(&own, i, &content));
        TRY(content_at(&own, i + 1, &before));
        *shared = fields_that_differ(&content, &before, &scratch) != 0;
    }
    return OK;
}

/* Takes the change from `base` to `now` out of `*to`. */
static void take_out(const struct going *going, const struct entry *now, const struct entry *base,
                     struct entry *to, unsigned *collided) {
    struct contribution_merge merge;
    contribution_merge(now, to, base, going->arena, &merge);
    for (size_t i = 0; i < merge.collision_count; i++) {
        *collided |= 1u << merge.collisions[i];
    }
    *to = merge.merged;
}

/* Each run of their versions, one after the other, the newest first. */
static err take_out_all(struct going *going, struct entry *to) {
    for (size_t i = 0; i + 1 < going->count; i++) {
        struct entry now;
        struct entry base;
        if (!is_theirs(going, i)) {
            continue;
        }
        size_t first = i;
        while (i + 2 < going->count && is_theirs(going, i + 1)) {
            i++;
        }
        TRY(content_at(going, first, &now));
        TRY(content_at(going, i + 1, &base));
        take_out(going, &now, &base, to, &going->item.collided);
    }
    return OK;
}

/* What the entry becomes, or why it stays. */
static void settle(struct going *going, const struct entry *stands, struct entry *to) {
    struct moderation_undo_item *item = &going->item;
    struct problem problem = {0};
    item->fields = fields_that_differ(stands, to, going->arena);
    item->sort = item->fields ? MODERATION_GOES_BACK : MODERATION_LEFT_COLLIDES;
    if (item->fields && entry_check(to, going->world->territories, going->world->themes,
                                    going->arena, &problem) != OK) {
        item->sort = MODERATION_LEFT_UNFIT;
    }
    to->id = stands->id;
    to->status = stands->status;
    to->revision = stands->revision;
    item->to = *to;
}

/* Of an UNDO. sort 0: nothing of it is there any more. */
static err go_back(struct going *going, const struct entry *stands) {
    struct entry to = *stands;
    bool shared = false;
    TRY(entry_revisions(going->conn, going->item.entry, going->arena, &going->revisions,
                        &going->count));
    bool brought = going->count > 0 && is_theirs(going, going->count - 1);
    if (brought) {
        TRY(is_shared(going, &shared));
        if (!shared) {
            going->item.sort = MODERATION_GOES_AWAY;
            return OK;
        }
    }
    TRY(take_out_all(going, &to));
    if (fields_that_differ(stands, &to, going->arena) || going->item.collided) {
        settle(going, stands, &to);
    } else if (brought) {
        going->item.sort = MODERATION_LEFT_SHARED;
    }
    return OK;
}

/* Of a REDO: the version that the UNDO made is taken out, as any other. */
static err come_again(struct going *going, const struct entry *stands, int64_t before,
                      int64_t after) {
    struct entry to = *stands;
    struct entry base;
    struct entry now;
    if (stands->status == ENTRY_REMOVED && stands->revision == after) {
        going->item.sort = MODERATION_COMES_AGAIN;
        return OK;
    }
    if (stands->status != ENTRY_PUBLISHED) {
        return OK;
    }
    TRY(contribution_entry_at(going->conn, going->item.entry, after, going->arena, &now));
    TRY(contribution_entry_at(going->conn, going->item.entry, before, going->arena, &base));
    take_out(going, &now, &base, &to, &going->item.collided);
    if (fields_that_differ(stands, &to, going->arena) || going->item.collided) {
        settle(going, stands, &to);
    }
    return OK;
}

/* ---- the plan ---- */

struct candidate {
    struct entry_id entry;
    int64_t before, after;
};

struct planning {
    struct candidate *items;
    size_t used, room;
};

/* The entries, read whole first; those elsewhere are counted. */
static err candidates_read(struct db_conn *conn, const struct contribution_world *world,
                           const struct actor *actor, const struct moderation_decision *decision,
                           struct arena *arena, struct planning *planning,
                           struct moderation_undo_plan *plan) {
    struct person_grant *grants;
    size_t grant_count;
    bool is_redo = decision->act == MODERATION_REDO;
    slice author = arena_printf(arena, AUTHOR_PREFIX "%lld", (long long)decision->subject.v);
    TRY(person_grants(conn, actor->person, arena, &grants, &grant_count));
    struct db_query *query = moderation_query(conn, is_redo ? UNDO_ENTRIES_OF : UNDO_REVISIONS);
    if (is_redo) {
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, decision->subject.v);
    } else {
        db_bind_text_borrowed(query, 1, author);
        db_bind_i64(query, 2, decision->undo.from_ms);
        db_bind_i64(query, 3, decision->undo.to_ms);
    }
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        if (!moderation_holds_in(world->territories, grants, grant_count,
                                 db_text(query, is_redo ? 3 : 1))) {
            plan->elsewhere++;
            continue;
        }
        planning->items =
            arena_grow(arena, struct candidate, planning->items, planning->used, &planning->room);
        planning->items[planning->used++] =
            (struct candidate){.entry = {db_i64(query, 0)},
                               .before = is_redo ? db_i64(query, 1) : 0,
                               .after = is_redo ? db_i64(query, 2) : 0};
    }
}

static err plan_one(struct going *going, const struct candidate *candidate) {
    struct entry stands;
    TRY(entry_load(going->conn, candidate->entry, going->arena, &stands));
    going->item = (struct moderation_undo_item){
        .entry = candidate->entry, .title = stands.title, .stands = stands.revision};
    return going->decision->act == MODERATION_REDO
               ? come_again(going, &stands, candidate->before, candidate->after)
               : go_back(going, &stands);
}

err moderation_undo_plan(struct db_conn *conn, const struct contribution_world *world,
                         const struct actor *actor, const struct moderation_decision *decision,
                         struct arena *arena, struct moderation_undo_plan *plan) {
    struct planning planning = {0};
    struct going going = {
        .conn = conn,
        .world = world,
        .decision = decision,
        .arena = arena,
        .author = arena_printf(arena, AUTHOR_PREFIX "%lld", (long long)decision->subject.v)};
    uint64_t stamp = 0;
    *plan = (struct moderation_undo_plan){0};
    TRY(candidates_read(conn, world, actor, decision, arena, &planning, plan));
    plan->items = arena_new(arena, struct moderation_undo_item, planning.used + 1);
    for (size_t i = 0; i < planning.used && !plan->has_more; i++) {
        TRY(plan_one(&going, &planning.items[i]));
        const struct moderation_undo_item *item = &going.item;
        bool is_act = item->sort != 0 && item->sort < MODERATION_LEFT_SHARED;
        if (is_act && plan->acts == MODERATION_UNDO_ENTRIES) {
            plan->has_more = true;
        } else if (item->sort != 0) {
            plan->items[plan->count++] = *item;
            plan->acts += is_act;
            stamp = hash_mix(stamp ^ (uint64_t)item->entry.v,
                             (uint64_t)item->stands * 8 + (uint64_t)item->sort);
        }
    }
    plan->seen = (int64_t)(stamp >> 1) | 1;
    return OK;
}

/* ---- the act ---- */

static err item_do(struct db_conn *conn, const struct contribution_world *world, slice author,
                   slice note, struct moderation_undo_item *item, int64_t now_ms,
                   struct problem *problem) {
    switch (item->sort) {
    case MODERATION_GOES_BACK:
        return entry_edit(conn, world->ids, &item->to, author, note, now_ms, problem);
    case MODERATION_GOES_AWAY:
        return entry_set_status(conn, world->ids, item->entry, ENTRY_REMOVED, author, note, now_ms);
    case MODERATION_COMES_AGAIN:
        return entry_set_status(conn, world->ids, item->entry, ENTRY_PUBLISHED, author, note,
                                now_ms);
    case MODERATION_LEFT_SHARED:
    case MODERATION_LEFT_COLLIDES:
    case MODERATION_LEFT_UNFIT:
        break;
    }
    return OK;
}

err moderation_undo_do(struct db_conn *conn, const struct contribution_world *world,
                       const struct actor *actor, const struct moderation_decision *decision,
                       int64_t now_ms, struct arena *arena, struct moderation_undo_plan *plan,
                       struct problem *problem) {
    slice author = contribution_author(actor, 0, arena);
    TRY(moderation_undo_plan(conn, world, actor, decision, arena, plan));
    if (decision->undo.seen != 0 && decision->undo.seen != plan->seen) {
        return problem_set(problem, ERR_CONFLICT, "seen", "somebody changed one of them meanwhile");
    }
    if (decision->act == MODERATION_REDO && plan->elsewhere > 0) { /* RULE UNDO-3: one act */
        return problem_set(problem, ERR_DENIED, "undo", "some of them stand elsewhere");
    }
    if (plan->acts == 0) {
        return problem_set(problem, ERR_CONFLICT, "undo", "there is nothing of it any more");
    }
    for (size_t i = 0; i < plan->count; i++) {
        TRY(item_do(conn, world, author, decision->undo.note, &plan->items[i], now_ms, problem));
    }
    return OK;
}

err moderation_undo_note(struct db_conn *conn, const struct actor *actor,
                         const struct moderation_decision *decision, int64_t id,
                         const struct moderation_undo_plan *plan, bool is_appeal, int64_t now_ms) {
    if (decision->act == MODERATION_REDO) {
        struct db_query *query = moderation_query(conn, UNDO_END);
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, now_ms);
        TRY(db_run(query));
        query = moderation_query(conn, DECISION_UNDONE);
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, now_ms);
        TRY(db_run(query));
        if (is_appeal) {
            return OK;
        }
        query = moderation_query(conn, REPLY_END); /* RULE MOD-5 */
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, MODERATION_REPLY_SETTLED);
        db_bind_i64(query, 3, actor->person.v);
        db_bind_i64(query, 4, now_ms);
        db_bind_text_borrowed(query, 5, decision->reason);
        return db_run(query);
    }
    struct db_query *query = moderation_query(conn, UNDO_ADD);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, decision->subject.v);
    db_bind_i64(query, 3, decision->undo.from_ms);
    db_bind_i64(query, 4, decision->undo.to_ms);
    TRY(db_run(query));
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].sort < MODERATION_LEFT_SHARED) {
            query = moderation_query(conn, UNDO_ENTRY_ADD);
            db_bind_i64(query, 1, id);
            db_bind_i64(query, 2, plan->items[i].entry.v);
            db_bind_i64(query, 3, plan->items[i].stands);
            TRY(db_run(query));
        }
    }
    return OK;
}

err moderation_undone_of(struct db_conn *conn, struct person_id person, size_t room,
                         struct arena *arena, struct moderation_undone **list, size_t *count) {
    struct db_query *query = moderation_query(conn, UNDO_LIST);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, (int64_t)room);
    *list = arena_new(arena, struct moderation_undone, room);
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        (*list)[(*count)++] = (struct moderation_undone){.decision = db_i64(query, 0),
                                                         .at_ms = db_i64(query, 1),
                                                         .from_ms = db_i64(query, 2),
                                                         .to_ms = db_i64(query, 3),
                                                         .entries = db_i64(query, 4),
                                                         .is_redone = db_i64(query, 5) != 0};
    }
}
