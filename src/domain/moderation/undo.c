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
    slice author;        /* whose changes */
    struct arena *arena; /* of this entry alone: its versions may be many and long */
    struct moderation_undo_item *item;
    struct entry stands;
    struct entry_revision *revisions; /* of an UNDO: the newest first */
    size_t count;
};

static struct going going_of(struct db_conn *conn, const struct contribution_world *world,
                             const struct moderation_decision *decision, struct arena *arena) {
    return (struct going){
        .conn = conn,
        .world = world,
        .decision = decision,
        .author = arena_printf(arena, AUTHOR_PREFIX "%lld", (long long)decision->subject.v)};
}

static bool is_redo(const struct moderation_decision *decision) {
    return decision->act == MODERATION_REDO;
}

static err going_begin(struct going *going, struct moderation_undo_item *item,
                       struct arena *arena) {
    going->item = item;
    going->arena = arena;
    TRY(entry_load(going->conn, item->entry, arena, &going->stands));
    return is_redo(going->decision)
               ? OK
               : entry_revisions(going->conn, item->entry, arena, &going->revisions, &going->count);
}

static bool is_theirs(const struct going *going, size_t i) {
    const struct entry_revision *revision = &going->revisions[i];
    const struct moderation_undo_of *of = &going->decision->undo;
    return revision->at_ms >= of->from_ms && revision->at_ms < of->to_ms &&
           slice_equal(revision->author, going->author);
}

static uint64_t fields_that_differ(const struct entry *one, const struct entry *other,
                                   struct arena *arena) {
    uint64_t fields = 0;
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        if (!contribution_field_same((enum history_field)i, one, other, arena)) {
            fields |= history_bit((enum history_field)i);
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
        struct entry content;
        struct entry before;
        if (is_theirs(going, i)) {
            continue;
        }
        TRY(contribution_entry_at(going->conn, going->item->entry, going->revisions[i].revision,
                                  &scratch, &content));
        TRY(contribution_entry_at(going->conn, going->item->entry, going->revisions[i + 1].revision,
                                  &scratch, &before));
        *shared = fields_that_differ(&content, &before, &scratch) != 0;
    }
    return OK;
}

/* Takes the change from the version `before` to the version `after` out of `*to`. */
static err take_out(const struct going *going, int64_t before, int64_t after, struct entry *to) {
    struct moderation_undo_item *item = going->item;
    struct contribution_merge merge;
    struct entry base;
    struct entry now;
    TRY(contribution_entry_at(going->conn, item->entry, after, going->arena, &now));
    TRY(contribution_entry_at(going->conn, item->entry, before, going->arena, &base));
    contribution_merge(&now, to, &base, going->arena, &merge);
    for (size_t i = 0; i < merge.collision_count; i++) {
        item->collided |= history_bit(merge.collisions[i]);
    }
    *to = merge.merged;
    return OK;
}

/* Each run of their versions, one after the other, the newest first. */
static err take_out_all(const struct going *going, struct entry *to) {
    for (size_t i = 0; i + 1 < going->count; i++) {
        if (!is_theirs(going, i)) {
            continue;
        }
        size_t first = i;
        while (i + 2 < going->count && is_theirs(going, i + 1)) {
            i++;
        }
        TRY(take_out(going, going->revisions[i + 1].revision, going->revisions[first].revision,
                     to));
    }
    return OK;
}

/* What the entry becomes; `fits` false: no entry can be that (any more). Of a REDO the version that
 * the UNDO made is taken out, as any other. */
static err becomes(const struct going *going, struct entry *to, bool *fits) {
    const struct entry *stands = &going->stands;
    struct problem unused = {0};
    *to = *stands;
    TRY(is_redo(going->decision) ? take_out(going, going->item->before, going->item->after, to)
                                 : take_out_all(going, to));
    going->item->fields = fields_that_differ(stands, to, going->arena);
    *fits =
        going->item->fields == 0 || entry_check(to, going->world->territories, going->world->themes,
                                                going->arena, &unused) == OK;
    to->id = stands->id;
    to->status = stands->status;
    to->revision = stands->revision;
    return OK;
}

/* Whether the entry goes back, or why it stays. sort 0: nothing of it is there any more. */
static err settle(const struct going *going) {
    struct moderation_undo_item *item = going->item;
    struct entry to;
    bool fits;
    TRY(becomes(going, &to, &fits));
    if (item->fields) {
        item->sort = fits ? MODERATION_GOES_BACK : MODERATION_LEFT_UNFIT;
    } else if (item->collided) {
        item->sort = MODERATION_LEFT_COLLIDES;
    }
    return OK;
}

/* Of an UNDO. */
static err go_back(const struct going *going) {
    bool brought = going->count > 0 && is_theirs(going, going->count - 1);
    bool shared = true;
    if (brought) {
        TRY(is_shared(going, &shared));
    }
    if (!shared) {
        going->item->sort = MODERATION_GOES_AWAY;
        return OK;
    }
    TRY(settle(going));
    if (brought && going->item->sort == 0) {
        going->item->sort = MODERATION_LEFT_SHARED;
    }
    return OK;
}

/* Of a REDO. */
static err come_again(const struct going *going) {
    const struct entry *stands = &going->stands;
    if (stands->status == ENTRY_REMOVED && stands->revision == going->item->after) {
        going->item->sort = MODERATION_COMES_AGAIN;
        return OK;
    }
    return stands->status == ENTRY_PUBLISHED ? settle(going) : OK;
}

/* ---- the plan ---- */

/* The next entries, into the plan; those elsewhere are counted. */
static err candidates_read(const struct going *going, const struct actor *actor,
                           struct arena *arena, struct moderation_undo_plan *plan) {
    const struct moderation_decision *decision = going->decision;
    const struct moderation_undo_of *of = &decision->undo;
    struct person_grant *grants;
    size_t grant_count;
    TRY(person_grants(going->conn, actor->person, arena, &grants, &grant_count));
    struct db_query *query =
        moderation_query(going->conn, is_redo(decision) ? UNDO_ENTRIES_OF : UNDO_REVISIONS);
    if (is_redo(decision)) {
        db_bind_i64(query, 1, of->decision);
        db_bind_i64(query, 2, decision->subject.v);
    } else {
        db_bind_text_borrowed(query, 1, going->author);
        db_bind_i64(query, 2, of->from_ms);
        db_bind_i64(query, 3, of->to_ms);
        db_bind_i64(query, 4, of->below > 0 ? of->below : INT64_MAX);
    }
    plan->items = arena_new(arena, struct moderation_undo_item, MODERATION_UNDO_ENTRIES);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        if (!moderation_holds_in(going->world->territories, grants, grant_count,
                                 db_text(query, 1))) {
            plan->elsewhere++;
        } else if (plan->count == MODERATION_UNDO_ENTRIES) {
            plan->below = plan->items[plan->count - 1].entry.v;
            db_done(query);
            return OK;
        } else {
            plan->items[plan->count++] =
                (struct moderation_undo_item){.entry = {db_i64(query, 0)},
                                              .title = SLICE_EMPTY,
                                              .before = is_redo(decision) ? db_i64(query, 2) : 0,
                                              .after = is_redo(decision) ? db_i64(query, 3) : 0};
        }
    }
}

static err plan_one(struct going *going, struct moderation_undo_item *item, struct arena *arena) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    TRY(going_begin(going, item, &scratch));
    item->title = arena_copy(arena, going->stands.title);
    item->stands = going->stands.revision;
    return is_redo(going->decision) ? come_again(going) : go_back(going);
}

err moderation_undo_plan(struct db_conn *conn, const struct contribution_world *world,
                         const struct actor *actor, const struct moderation_decision *decision,
                         struct arena *arena, struct moderation_undo_plan *plan) {
    struct going going = going_of(conn, world, decision, arena);
    uint64_t stamp = 0;
    *plan = (struct moderation_undo_plan){0};
    TRY(candidates_read(&going, actor, arena, plan));
    size_t looked_at = plan->count;
    plan->count = 0;
    for (size_t i = 0; i < looked_at; i++) {
        struct moderation_undo_item *item = &plan->items[i];
        TRY(plan_one(&going, item, arena));
        if (item->sort != 0) {
            plan->acts += item->sort < MODERATION_LEFT_SHARED;
            stamp = hash_mix(stamp ^ (uint64_t)item->entry.v,
                             (uint64_t)item->stands * 8 + (uint64_t)item->sort);
            plan->items[plan->count++] = *item;
        }
    }
    plan->seen = (int64_t)(stamp >> 1) | 1;
    return OK;
}

err moderation_redo_may(struct db_conn *conn, const struct contribution_world *world,
                        const struct actor *actor, int64_t undo, struct person_id subject,
                        bool *may) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    const struct moderation_decision redo = {.act = MODERATION_REDO,
                                             .reason = SLICE_EMPTY,
                                             .subject = subject,
                                             .undo = {.decision = undo, .note = SLICE_EMPTY}};
    const struct going going = going_of(conn, world, &redo, &scratch);
    struct moderation_undo_plan plan = {0};
    *may = false;
    TRY(candidates_read(&going, actor, &scratch, &plan));
    *may = plan.elsewhere == 0;
    return OK;
}

/* ---- the act ---- */

/* What it becomes is read again: a plan of long entries need not hold them all at once. */
static err edit_back(struct going *going, struct moderation_undo_item *item, slice author,
                     int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct entry to;
    bool fits;
    TRY(going_begin(going, item, &scratch));
    TRY(becomes(going, &to, &fits));
    return entry_edit(going->conn, going->world->ids, &to, author, going->decision->undo.note,
                      now_ms, problem);
}

static err item_do(struct going *going, struct moderation_undo_item *item, slice author,
                   int64_t now_ms, struct problem *problem) {
    struct id_source *ids = going->world->ids;
    slice note = going->decision->undo.note;
    switch (item->sort) {
    case MODERATION_GOES_BACK:
        return edit_back(going, item, author, now_ms, problem);
    case MODERATION_GOES_AWAY:
        return entry_set_status(going->conn, ids, item->entry, ENTRY_REMOVED, author, note, now_ms);
    case MODERATION_COMES_AGAIN:
        return entry_set_status(going->conn, ids, item->entry, ENTRY_PUBLISHED, author, note,
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
    struct going going = going_of(conn, world, decision, arena);
    slice author = contribution_author(actor, 0, arena);
    TRY(moderation_undo_plan(conn, world, actor, decision, arena, plan));
    if (is_redo(decision) && plan->elsewhere > 0) { /* RULE UNDO-3: one act */
        return problem_set(problem, ERR_DENIED, "undo", "some of them stand elsewhere");
    }
    if (decision->undo.seen != 0 && decision->undo.seen != plan->seen) {
        return problem_set(problem, ERR_CONFLICT, "seen", "somebody changed one of them meanwhile");
    }
    if (plan->acts == 0) {
        return problem_set(problem, ERR_CONFLICT, "undo", "there is nothing of it any more");
    }
    for (size_t i = 0; i < plan->count; i++) {
        TRY(item_do(&going, &plan->items[i], author, now_ms, problem));
    }
    return OK;
}

err moderation_undo_note(struct db_conn *conn, const struct actor *actor,
                         const struct moderation_decision *decision, int64_t id,
                         const struct moderation_undo_plan *plan, bool is_appeal, int64_t now_ms) {
    if (is_redo(decision)) {
        struct db_query *query = moderation_query(conn, UNDO_END);
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, now_ms);
        TRY(db_run(query));
        if (is_appeal) { /* whose end says the rest */
            return OK;
        }
        query = moderation_query(conn, DECISION_UNDONE);
        db_bind_i64(query, 1, decision->undo.decision);
        db_bind_i64(query, 2, now_ms);
        TRY(db_run(query));
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
