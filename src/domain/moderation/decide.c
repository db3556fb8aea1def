/* Decisions: who may, what changes, who is told (RULE MOD-2, RULE MOD-3). */
#include "domain/moderation/moderation_int.h"

static const char *const act_slugs[MODERATION_ACT__COUNT] = {
    [MODERATION_NOTHING] = "nothing", [MODERATION_CORRECTED] = "correct",
    [MODERATION_HOLD] = "hold",       [MODERATION_REMOVE] = "remove",
    [MODERATION_PUBLISH] = "publish", [MODERATION_ASK] = "ask",
    [MODERATION_WARN] = "warn",       [MODERATION_BLOCK] = "block",
    [MODERATION_UNBLOCK] = "unblock", [MODERATION_MERGE] = "merge",
    [MODERATION_PART] = "part",       [MODERATION_UNDO] = "undo",
    [MODERATION_REDO] = "redo"};

slice moderation_act_slug(enum moderation_act act) {
    return slice_from_cstr(act_slugs[act]);
}

bool moderation_act_from_slug(slice slug, enum moderation_act *act) {
    for (int i = MODERATION_NOTHING; i < MODERATION_ACT__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(act_slugs[i]))) {
            *act = (enum moderation_act)i;
            return true;
        }
    }
    return false;
}

/* ---- who may ---- */

bool moderation_holds_in(const struct territories *territories, const struct person_grant *grants,
                         size_t count, slice territory) {
    return contribution_holds_in(territories, grants, count,
                                 1u << PERSON_MODERATOR | 1u << PERSON_ADMIN, territory);
}

struct where {
    enum entry_status status;
    slice title, territory;
};

static err where_is(struct db_conn *conn, struct entry_id entry, struct arena *arena,
                    struct where *where) {
    struct db_query *query = moderation_query(conn, FLAG_ENTRY);
    db_bind_i64(query, 1, entry.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *where = (struct where){.status = (enum entry_status)db_i64(query, 0),
                            .title = arena_copy(arena, db_text(query, 1)),
                            .territory = arena_copy(arena, db_text(query, 2))};
    db_done(query);
    return OK;
}

err moderation_may(struct db_conn *conn, const struct contribution_world *world,
                   const struct actor *actor, struct entry_id entry, bool *may) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_grant *grants;
    size_t count;
    struct where where;
    *may = false;
    if (actor->person.v == 0) {
        return OK;
    }
    TRY(where_is(conn, entry, &scratch, &where));
    TRY(person_grants(conn, actor->person, &scratch, &grants, &count));
    *may = moderation_holds_in(world->territories, grants, count, where.territory);
    return OK;
}

/* ---- whom to tell ---- */

static err tell(struct db_query *query, enum moderation_side side, struct arena *arena,
                struct moderation_told **list, size_t *used, size_t *room) {
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        slice address = db_text(query, 0); /* empty: deleted, or none was given */
        bool is_new = address.n > 0;
        for (size_t i = 0; is_new && i < *used; i++) {
            is_new = !slice_equal((*list)[i].address, address);
        }
        if (is_new) {
            *list = arena_grow(arena, struct moderation_told, *list, *used, room);
            (*list)[(*used)++] =
                (struct moderation_told){.address = arena_copy(arena, address),
                                         .language = arena_copy(arena, db_text(query, 1)),
                                         .side = side,
                                         .person = {db_i64(query, 2)}};
        }
    }
}

/* Authors and team always, those who flagged when they are answered, those whose appeal it settles;
 * of what is about somebody they alone. */
static err tell_all(struct db_conn *conn, const struct moderation_decision *decision,
                    struct arena *arena, struct moderation_outcome *outcome) {
    const struct {
        enum moderation_statement which;
        enum moderation_side side;
        int64_t id;
    } all[] = {{DECISION_AUTHORS, MODERATION_AUTHOR, decision->entry.v},
               {DECISION_TEAM, MODERATION_AUTHOR, decision->entry.v},
               {REPLY_SETTLED, MODERATION_AUTHOR, outcome->decision},
               {FLAG_ANSWERED, MODERATION_FLAGGER, outcome->decision},
               {DECISION_SUBJECT, MODERATION_SUBJECT, decision->subject.v}};
    bool is_about = moderation_is_about_somebody(decision->act);
    size_t first = is_about ? ARRAY_COUNT(all) - 1 : 0;
    size_t behind = is_about ? ARRAY_COUNT(all) : ARRAY_COUNT(all) - 1;
    struct moderation_told *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (size_t i = first; i < behind; i++) {
        struct db_query *query = moderation_query(conn, all[i].which);
        db_bind_i64(query, 1, all[i].id);
        TRY(tell(query, all[i].side, arena, &list, &used, &room));
    }
    outcome->told = list;
    outcome->told_count = used;
    return OK;
}

/* ---- writing it down ---- */

struct answered {
    int64_t reasons, flags, first_ms;
};

static err sum_flags(struct db_conn *conn, struct entry_id entry, struct answered *answered) {
    struct db_query *query = moderation_query(conn, FLAG_SUM);
    db_bind_i64(query, 1, entry.v);
    *answered = (struct answered){0};
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        int64_t first_ms = db_i64(query, 2);
        answered->reasons |= INT64_C(1) << db_i64(query, 0);
        answered->flags += db_i64(query, 1);
        answered->first_ms = answered->first_ms == 0 || first_ms < answered->first_ms
                                 ? first_ms
                                 : answered->first_ms;
    }
}

static err add(struct db_conn *conn, struct id_source *ids, const struct moderation_record *record,
               const struct answered *answered, int64_t now_ms, int64_t until_ms, int64_t *id) {
    enum moderation_act act = record->decision->act;
    int64_t charter = 0;
    if (record->decision->point > 0) {
        TRY(charter_version(conn, &charter));
    }
    do { /* another process may have taken the number in the same millisecond */
        *id = id_next(ids);
        struct db_query *query = moderation_query(conn, DECISION_ADD);
        db_bind_i64(query, 1, *id);
        db_bind_i64(query, 2, record->decision->entry.v);
        db_bind_i64(query, 3, now_ms);
        db_bind_i64(query, 4, record->by.v);
        db_bind_i64(query, 5, record->decision->act);
        db_bind_i64(query, 6, record->status_after);
        db_bind_text_borrowed(query, 7, record->decision->reason);
        db_bind_i64(query, 8, answered->reasons);
        db_bind_i64(query, 9, answered->flags);
        db_bind_i64(query, 10, answered->first_ms);
        db_bind_i64(query, 11, act == MODERATION_HOLD || act == MODERATION_ASK);
        db_bind_i64(query, 12, charter);
        db_bind_i64(query, 13, record->decision->point);
        db_bind_i64(query, 14, record->decision->subject.v);
        db_bind_i64(query, 15, until_ms);
        db_bind_i64(query, 16, record->appeal);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    return OK;
}

static err run_with(struct db_conn *conn, enum moderation_statement which, int64_t first,
                    int64_t second) {
    struct db_query *query = moderation_query(conn, which);
    db_bind_i64(query, 1, first);
    if (second != 0) {
        db_bind_i64(query, 2, second);
    }
    return db_run(query);
}

/* Until when an answer is asked for, or a block holds; 0 of anything else. */
static int64_t until_of(const struct moderation_decision *decision, int64_t now_ms) {
    bool has_end = decision->act == MODERATION_BLOCK && decision->block_ms > 0;
    return decision->act == MODERATION_ASK ? now_ms + MODERATION_ASK_MS
           : has_end                       ? now_ms + decision->block_ms
                                           : 0;
}

/* What waited for this decision waits no more. What is about somebody leaves the case as it is. */
static err end_case(struct db_conn *conn, const struct moderation_record *record, int64_t id,
                    int64_t now_ms) {
    const struct moderation_decision *decision = record->decision;
    if (decision->act == MODERATION_PUBLISH || decision->act == MODERATION_PART) {
        TRY(run_with(conn, DECISION_REVERSE, decision->entry.v, now_ms));
        struct db_query *query = moderation_query(conn, REPLY_SETTLE);
        db_bind_i64(query, 1, decision->entry.v);
        db_bind_i64(query, 2, record->by.v);
        db_bind_i64(query, 3, now_ms);
        db_bind_text_borrowed(query, 4, decision->reason);
        TRY(db_run(query));
    }
    if (decision->act == MODERATION_HOLD || decision->act == MODERATION_ASK) {
        return OK;
    }
    TRY(run_with(conn, REPLY_READ, decision->entry.v, 0));
    return run_with(conn, FLAG_ANSWER, decision->entry.v, id);
}

err moderation_record(struct db_conn *conn, const struct contribution_world *world,
                      const struct moderation_record *record, int64_t now_ms, struct arena *arena,
                      struct moderation_outcome *outcome) {
    const struct moderation_decision *decision = record->decision;
    bool is_about = moderation_is_about_somebody(decision->act);
    struct answered answered = {0};
    outcome->point = decision->point;
    outcome->until_ms = until_of(decision, now_ms);
    if (!is_about) {
        TRY(sum_flags(conn, decision->entry, &answered));
        TRY(run_with(conn, DECISION_WAITS_NOT, decision->entry.v, 0));
    }
    TRY(add(conn, world->ids, record, &answered, now_ms, outcome->until_ms, &outcome->decision));
    if (!is_about) {
        TRY(end_case(conn, record, outcome->decision, now_ms));
    }
    TRY(tell_all(conn, decision, arena, outcome));
    TRY(run_with(conn, FLAG_FORGET_ADDRESS, outcome->decision, 0));
    TRY(run_with(conn, REPLY_FORGET_ADDRESS, decision->entry.v, 0));
    return record->is_audited || decision->act == MODERATION_BLOCK ||
                   decision->act == MODERATION_UNBLOCK
               ? OK /* by what it did */
               : person_audit(
                     conn, world->ids,
                     &(struct person_act){
                         .at_ms = now_ms,
                         .by = record->by,
                         .act = moderation_act_slug(decision->act),
                         .object = arena_printf(arena, "entry:%lld", (long long)decision->entry.v),
                         .reason = decision->reason});
}

err moderation_note(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, const struct moderation_decision *decision,
                    enum entry_status status_after, int64_t now_ms, struct arena *arena,
                    struct moderation_outcome *outcome) {
    const struct moderation_record record = {
        .decision = decision, .by = actor->person, .status_after = status_after};
    return moderation_record(conn, world, &record, now_ms, arena, outcome);
}

err moderation_concerned(struct db_conn *conn, struct entry_id entry, int64_t decision,
                         struct arena *arena, struct moderation_outcome *outcome) {
    const struct moderation_decision about = {.entry = entry, .act = MODERATION_MERGE};
    TRY(tell_all(conn, &about, arena, outcome)); /* of no decision: those who flagged are not it */
    outcome->decision = decision;
    return OK;
}

/* ---- deciding ---- */

err moderation_reason_check(slice *reason, struct problem *problem) {
    *reason = slice_trim(*reason);
    if (reason->n == 0) {
        return problem_set(problem, ERR_INPUT, "reason", "a reason is missing");
    }
    return reason->n <= MODERATION_REASON_MAX
               ? OK
               : problem_set(problem, ERR_LIMIT, "reason", "more than %d bytes",
                             MODERATION_REASON_MAX);
}

/* Since when there is a case: the first flag or, without one, what waits; 0: there is none. */
static err case_since(struct db_conn *conn, struct entry_id entry, int64_t *since_ms) {
    struct answered answered;
    TRY(sum_flags(conn, entry, &answered));
    *since_ms = answered.first_ms;
    if (answered.flags > 0) {
        return OK;
    }
    struct db_query *query = moderation_query(conn, DECISION_WAITING);
    bool row = false;
    db_bind_i64(query, 1, entry.v);
    TRY(db_next(query, &row));
    *since_ms = row ? db_i64(query, 0) : 0; /* the least of none is 0 */
    db_done(query);
    return OK;
}

static err has_changed(struct db_conn *conn, struct entry_id entry, int64_t since_ms, bool *has) {
    struct db_query *query = moderation_query(conn, DECISION_CHANGED);
    db_bind_i64(query, 1, entry.v);
    db_bind_i64(query, 2, since_ms);
    TRY(db_next(query, has));
    db_done(query);
    return OK;
}

/* What the entry is after an act; ERR_CONFLICT when there is nothing for it to change. Only what a
 * decision took away comes back by one: never what was not confirmed, or what its author withdrew.
 * */
static err status_after(struct db_conn *conn, const struct moderation_decision *decision,
                        enum entry_status before, enum entry_status *after) {
    struct db_query *query = moderation_query(conn, DECISION_LAST);
    int64_t since_ms;
    bool row = false;
    bool is_changed = false;
    db_bind_i64(query, 1, decision->entry.v);
    TRY(db_next(query, &row));
    bool is_ours = row && (enum entry_status)db_i64(query, 0) == before;
    db_done(query);
    TRY(case_since(conn, decision->entry, &since_ms));
    TRY(has_changed(conn, decision->entry, since_ms, &is_changed));
    bool is_case = since_ms > 0;
    bool fits = false;
    *after = before;
    switch (decision->act) {
    case MODERATION_NOTHING:
        fits = is_case && (before != ENTRY_PENDING || !is_ours);
        break;
    case MODERATION_CORRECTED:
        fits = is_case && is_changed && (before != ENTRY_PENDING || !is_ours);
        break;
    case MODERATION_ASK:
        fits = before == ENTRY_PUBLISHED || (before == ENTRY_PENDING && is_ours);
        break;
    case MODERATION_WARN:
    case MODERATION_BLOCK:
    case MODERATION_UNBLOCK:
    case MODERATION_UNDO:
    case MODERATION_REDO:
        fits = true;
        break;
    case MODERATION_HOLD:
        fits = before == ENTRY_PUBLISHED;
        *after = ENTRY_PENDING;
        break;
    case MODERATION_REMOVE:
        fits = before == ENTRY_PUBLISHED || (before == ENTRY_PENDING && is_ours);
        *after = ENTRY_REMOVED;
        break;
    case MODERATION_PUBLISH:
        fits = is_ours && (before == ENTRY_PENDING || before == ENTRY_REMOVED);
        *after = ENTRY_PUBLISHED;
        break;
    case MODERATION_MERGE: /* decided elsewhere */
    case MODERATION_PART:
    case MODERATION_ACT__COUNT:
        break;
    }
    return fits ? OK : ERR_CONFLICT;
}

err moderation_take(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, const struct moderation_decision *asked,
                    int64_t appeal, int64_t now_ms, struct arena *arena,
                    struct moderation_outcome *outcome, struct problem *problem) {
    struct moderation_decision decision = *asked;
    struct where where;
    bool may;
    *outcome = (struct moderation_outcome){.title = SLICE_EMPTY};
    TRY(moderation_may(conn, world, actor, decision.entry, &may));
    if (!may) {
        return ERR_DENIED;
    }
    TRY(moderation_reason_check(&decision.reason, problem));
    TRY(where_is(conn, decision.entry, arena, &where));
    struct moderation_record record = {
        .decision = &decision, .by = actor->person, .appeal = appeal};
    TRY(status_after(conn, &decision, where.status, &record.status_after));
    if (record.status_after != where.status) {
        TRY(entry_set_status(conn, world->ids, decision.entry, record.status_after,
                             contribution_author(actor, 0, arena), SLICE_EMPTY, now_ms));
    }
    if (moderation_is_about_somebody(decision.act)) {
        TRY(moderation_act_on(conn, world, actor, &decision, now_ms, problem));
    }
    struct moderation_undo_plan plan;
    bool is_undo = decision.act == MODERATION_UNDO || decision.act == MODERATION_REDO;
    if (is_undo) {
        TRY(moderation_undo_do(conn, world, actor, &decision, now_ms, arena, &plan, problem));
    }
    outcome->title = where.title;
    TRY(moderation_record(conn, world, &record, now_ms, arena, outcome));
    if (is_undo) {
        TRY(moderation_undo_note(conn, actor, &decision, outcome->decision, &plan, appeal != 0,
                                 now_ms));
    }
    return decision.act == MODERATION_ASK && outcome->told_count == 0
               ? problem_set(problem, ERR_CONFLICT, "asked", "there is nobody to ask")
               : OK;
}

err moderation_decide(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, const struct moderation_decision *asked,
                      int64_t now_ms, struct arena *arena, struct moderation_outcome *outcome,
                      struct problem *problem) {
    return moderation_take(conn, world, actor, asked, 0, now_ms, arena, outcome, problem);
}

err moderation_decide_held(struct db_conn *conn, const struct contribution_world *world,
                           const struct actor *actor, int64_t contribution,
                           const struct moderation_decision *asked, int64_t now_ms,
                           struct arena *arena, struct moderation_outcome *outcome,
                           struct problem *problem) {
    struct moderation_decision decision = *asked;
    struct contribution held;
    bool may;
    bool is_published = decision.act == MODERATION_PUBLISH;
    *outcome = (struct moderation_outcome){.title = SLICE_EMPTY};
    if (!is_published && decision.act != MODERATION_REMOVE) {
        return ERR_CONFLICT;
    }
    TRY(moderation_reason_check(&decision.reason, problem));
    TRY(contribution_decide(conn, world, actor, contribution, is_published, decision.reason, now_ms,
                            arena, &held));
    decision.entry = held.entry;
    TRY(moderation_may(conn, world, actor, held.entry, &may)); /* the transaction is undone */
    if (!may) {
        return ERR_DENIED;
    }
    const struct moderation_record record = {.decision = &decision,
                                             .by = actor->person,
                                             .status_after =
                                                 is_published ? ENTRY_PUBLISHED : ENTRY_REMOVED,
                                             .is_audited = true};
    outcome->title = held.title;
    return moderation_record(conn, world, &record, now_ms, arena, outcome);
}

/* ---- lists ---- */

err moderation_queue(struct db_conn *conn, const struct contribution_world *world,
                     const struct actor *actor, size_t room, struct arena *arena,
                     struct moderation_case **cases, size_t *count, bool *has_more) {
    struct person_grant *grants;
    size_t grant_count;
    TRY(person_grants(conn, actor->person, arena, &grants, &grant_count));
    *cases = arena_new(arena, struct moderation_case, room);
    *count = 0;
    *has_more = false;
    struct db_query *query = moderation_query(conn, DECISION_QUEUE);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        if (!moderation_holds_in(world->territories, grants, grant_count, db_text(query, 5))) {
            continue;
        }
        if (*count == room) {
            *has_more = true;
            db_done(query);
            return OK;
        }
        (*cases)[(*count)++] =
            (struct moderation_case){.entry = {db_i64(query, 0)},
                                     .title = arena_copy(arena, db_text(query, 1)),
                                     .status = (enum entry_status)db_i64(query, 2),
                                     .since_ms = db_i64(query, 3),
                                     .flag_count = db_i64(query, 4),
                                     .is_asked = db_i64(query, 6) == 1,
                                     .is_answered = db_i64(query, 6) == 2};
    }
}

err moderation_log(struct db_conn *conn, int64_t before, size_t room, struct arena *arena,
                   struct moderation_logged **log, size_t *count) {
    struct db_query *query = moderation_query(conn, DECISION_LOG);
    db_bind_i64(query, 1, before > 0 ? before : INT64_MAX);
    db_bind_i64(query, 2, (int64_t)room);
    *log = arena_new(arena, struct moderation_logged, room);
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        int64_t first_ms = db_i64(query, 7);
        (*log)[(*count)++] =
            (struct moderation_logged){.id = db_i64(query, 0),
                                       .at_ms = db_i64(query, 1),
                                       .act = (enum moderation_act)db_i64(query, 2),
                                       .entry = {db_i64(query, 3)},
                                       .title = arena_copy(arena, db_text(query, 4)),
                                       .reasons = (unsigned)db_i64(query, 5),
                                       .flag_count = db_i64(query, 6),
                                       .waited_ms = first_ms ? db_i64(query, 1) - first_ms : 0,
                                       .is_by_rule = db_i64(query, 8) == 0,
                                       .is_reversed = db_i64(query, 9) > 0,
                                       .charter = db_i64(query, 10),
                                       .point = (unsigned)db_i64(query, 11),
                                       .appeal = (enum moderation_reply_state)db_i64(query, 12)};
    }
}

static err waited(struct db_conn *conn, int64_t since_ms, int64_t at, int64_t *waited_ms) {
    struct db_query *query = moderation_query(conn, DECISION_MEDIAN);
    db_bind_i64(query, 1, since_ms);
    db_bind_i64(query, 2, at);
    bool row = false;
    TRY(db_next(query, &row));
    *waited_ms = row ? db_i64(query, 0) : 0;
    db_done(query);
    return OK;
}

err moderation_figures(struct db_conn *conn, int64_t since_ms, struct moderation_figures *figures) {
    struct db_query *query = moderation_query(conn, DECISION_FIGURES);
    bool row = false;
    db_bind_i64(query, 1, since_ms);
    TRY(db_next(query, &row));
    int64_t answers = row ? db_i64(query, 3) : 0;
    *figures = (struct moderation_figures){.decisions = row ? db_i64(query, 0) : 0,
                                           .reversed = row ? db_i64(query, 1) : 0,
                                           .by_rule = row ? db_i64(query, 2) : 0};
    db_done(query);
    query = moderation_query(conn, REPLY_FIGURES);
    db_bind_i64(query, 1, since_ms);
    TRY(db_next(query, &row));
    figures->appeals = row ? db_i64(query, 0) : 0;
    figures->appeals_kept = row ? db_i64(query, 1) : 0;
    figures->appeals_reversed = row ? db_i64(query, 2) : 0;
    db_done(query);
    if (answers == 0) {
        return OK;
    }
    TRY(waited(conn, since_ms, (answers + 1) / 2 - 1, &figures->median_ms));
    return waited(conn, since_ms, (answers * 9 + 9) / 10 - 1, &figures->ninth_ms);
}
