/* What those say whom a decision was told: appeals (RULE MOD-5) and answers (RULE MOD-6). */
#include "domain/moderation/moderation_int.h"

/* ---- links ---- */

err moderation_link_add(struct db_conn *conn, int64_t decision, const struct moderation_told *told,
                        struct crypto_secret *link) {
    *link = crypto_secret_make();
    const slice secret = slice_from_cstr(link->text);
    struct crypto_digest digest = crypto_digest(&secret, 1);
    struct db_query *query = moderation_query(conn, DECISION_LINK_ADD);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    db_bind_i64(query, 2, decision);
    db_bind_i64(query, 3, told->side);
    db_bind_i64(query, 4, told->person.v);
    return db_run(query);
}

static err load_reply(struct db_conn *conn, struct arena *arena, struct moderation_notice *notice) {
    struct db_query *query = moderation_query(conn, REPLY_GET);
    db_bind_i64(query, 1, notice->id);
    TRY(db_next(query, &notice->has_reply));
    if (notice->has_reply) {
        notice->reply =
            (struct moderation_reply){.is_appeal = db_i64(query, 0) != 0,
                                      .side = (enum moderation_side)db_i64(query, 1),
                                      .person = {db_i64(query, 2)},
                                      .address = arena_copy(arena, db_text(query, 3)),
                                      .language = arena_copy(arena, db_text(query, 4)),
                                      .words = arena_copy(arena, db_text(query, 5)),
                                      .answer = arena_copy(arena, db_text(query, 6)),
                                      .at_ms = db_i64(query, 7),
                                      .decided_ms = db_i64(query, 8),
                                      .state = (enum moderation_reply_state)db_i64(query, 9)};
    }
    db_done(query);
    return OK;
}

err moderation_notice_load(struct db_conn *conn, int64_t id, struct arena *arena,
                           struct moderation_notice *notice) {
    struct db_query *query = moderation_query(conn, DECISION_GET);
    db_bind_i64(query, 1, id);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *notice = (struct moderation_notice){.id = id,
                                         .entry = {db_i64(query, 1)},
                                         .at_ms = db_i64(query, 2),
                                         .by = {db_i64(query, 3)},
                                         .act = (enum moderation_act)db_i64(query, 4),
                                         .reason = arena_copy(arena, db_text(query, 5)),
                                         .charter = db_i64(query, 6),
                                         .point = (unsigned)db_i64(query, 7),
                                         .is_final = db_i64(query, 8) != 0,
                                         .is_reversed = db_i64(query, 9) != 0,
                                         .until_ms = db_i64(query, 10),
                                         .subject = {db_i64(query, 11)},
                                         .title = arena_copy(arena, db_text(query, 12)),
                                         .waits = db_i64(query, 13) != 0};
    db_done(query);
    return load_reply(conn, arena, notice);
}

err moderation_notice_of_link(struct db_conn *conn, slice link, struct arena *arena,
                              struct moderation_notice *notice) {
    struct crypto_digest digest = crypto_digest(&link, 1);
    struct db_query *query = moderation_query(conn, DECISION_LINK_GET);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    int64_t id = db_i64(query, 0);
    enum moderation_side side = (enum moderation_side)db_i64(query, 1);
    struct person_id person = {db_i64(query, 2)};
    db_done(query);
    TRY(moderation_notice_load(conn, id, arena, notice));
    notice->side = side;
    notice->person = person;
    return OK;
}

/* ---- replying ---- */

/* Each side appeals what went against it. */
static bool goes_against(enum moderation_act act, enum moderation_side side) {
    switch (act) {
    case MODERATION_HOLD:
    case MODERATION_REMOVE:
        return side == MODERATION_AUTHOR;
    case MODERATION_NOTHING:
    case MODERATION_CORRECTED:
    case MODERATION_PUBLISH:
        return side == MODERATION_FLAGGER;
    case MODERATION_WARN:
    case MODERATION_BLOCK:
    case MODERATION_UNDO:
        return side == MODERATION_SUBJECT;
    case MODERATION_ASK:
    case MODERATION_UNBLOCK:
    case MODERATION_MERGE: /* undone where it is done */
    case MODERATION_PART:
    case MODERATION_REDO:
    case MODERATION_ACT__COUNT:
        break;
    }
    return false;
}

bool moderation_can_reply(const struct moderation_notice *notice, int64_t now_ms) {
    if (notice->has_reply) {
        return false;
    }
    return notice->act == MODERATION_ASK
               ? notice->waits && now_ms < notice->until_ms && notice->side == MODERATION_AUTHOR
               : !notice->is_final && !notice->is_reversed &&
                     now_ms < notice->at_ms + MODERATION_APPEAL_MS &&
                     goes_against(notice->act, notice->side);
}

err moderation_reply_add(struct db_conn *conn, const struct moderation_reply_send *send,
                         int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct moderation_notice notice;
    slice words = slice_trim(send->words);
    TRY(moderation_notice_of_link(conn, send->link, &scratch, &notice));
    if (words.n == 0 || words.n > MODERATION_WORDS_MAX) {
        return problem_set(problem, words.n == 0 ? ERR_INPUT : ERR_LIMIT, "words", "1 to %d bytes",
                           MODERATION_WORDS_MAX);
    }
    if (!moderation_can_reply(&notice, now_ms)) {
        return ERR_CONFLICT;
    }
    struct db_query *query = moderation_query(conn, REPLY_ADD);
    db_bind_i64(query, 1, notice.id);
    db_bind_i64(query, 2, notice.entry.v);
    db_bind_i64(query, 3, notice.act != MODERATION_ASK);
    db_bind_i64(query, 4, notice.side);
    db_bind_i64(query, 5, notice.person.v);
    db_bind_text_borrowed(query, 6, notice.person.v ? SLICE_EMPTY : send->address);
    db_bind_text_borrowed(query, 7, send->language);
    db_bind_text_borrowed(query, 8, words);
    db_bind_i64(query, 9, now_ms);
    TRY(db_run(query));
    return db_changed(conn) == 1 ? OK : ERR_CONFLICT;
}

err moderation_question(struct db_conn *conn, struct entry_id entry, struct arena *arena,
                        struct moderation_notice *notice) {
    struct db_query *query = moderation_query(conn, REPLY_OF_ENTRY);
    db_bind_i64(query, 1, entry.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    int64_t id = db_i64(query, 0);
    db_done(query);
    return moderation_notice_load(conn, id, arena, notice);
}

/* ---- ending an appeal ---- */

err moderation_appeals(struct db_conn *conn, const struct contribution_world *world,
                       const struct actor *actor, size_t room, struct arena *arena,
                       struct moderation_appeal **appeals, size_t *count) {
    struct person_grant *grants;
    size_t grant_count;
    TRY(person_grants(conn, actor->person, arena, &grants, &grant_count));
    *appeals = arena_new(arena, struct moderation_appeal, room);
    *count = 0;
    struct db_query *query = moderation_query(conn, REPLY_LIST);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row || *count == room) {
            db_done(query);
            return OK;
        }
        if (moderation_holds_in(world->territories, grants, grant_count, db_text(query, 6))) {
            (*appeals)[(*count)++] =
                (struct moderation_appeal){.decision = db_i64(query, 0),
                                           .at_ms = db_i64(query, 1),
                                           .entry = {db_i64(query, 2)},
                                           .title = arena_copy(arena, db_text(query, 3)),
                                           .act = (enum moderation_act)db_i64(query, 4),
                                           .is_own = db_i64(query, 5) == actor->person.v};
        }
    }
}

bool moderation_reverses(enum moderation_act decided, enum moderation_act act) {
    switch (decided) {
    case MODERATION_HOLD:
    case MODERATION_REMOVE:
        return act == MODERATION_PUBLISH;
    case MODERATION_NOTHING:
    case MODERATION_CORRECTED:
    case MODERATION_PUBLISH:
        return act == MODERATION_HOLD || act == MODERATION_REMOVE;
    case MODERATION_WARN:
        return act == MODERATION_NOTHING;
    case MODERATION_BLOCK:
        return act == MODERATION_UNBLOCK;
    case MODERATION_UNDO:
        return act == MODERATION_REDO;
    case MODERATION_ASK:
    case MODERATION_UNBLOCK:
    case MODERATION_MERGE: /* undone where it is done */
    case MODERATION_PART:
    case MODERATION_REDO:
    case MODERATION_ACT__COUNT:
        break;
    }
    return false;
}

/* Who asked, and where the end of it is told; not told twice. */
static err find_asker(struct db_conn *conn, const struct moderation_reply *reply,
                      struct arena *arena, struct moderation_told *told,
                      struct moderation_outcome *outcome) {
    *told = (struct moderation_told){.address = reply->address,
                                     .language = reply->language,
                                     .side = reply->side,
                                     .person = reply->person};
    if (reply->person.v) {
        struct db_query *query = moderation_query(conn, DECISION_SUBJECT);
        db_bind_i64(query, 1, reply->person.v);
        bool row = false;
        TRY(db_next(query, &row));
        told->address = row ? arena_copy(arena, db_text(query, 0)) : SLICE_EMPTY;
        db_done(query);
    }
    struct moderation_told *others =
        arena_new(arena, struct moderation_told, outcome->told_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < outcome->told_count; i++) {
        if (!slice_equal(outcome->told[i].address, told->address)) {
            others[count++] = outcome->told[i];
        }
    }
    outcome->told = others;
    outcome->told_count = count;
    return OK;
}

static err reverse(struct db_conn *conn, const struct contribution_world *world,
                   const struct actor *actor, const struct moderation_notice *notice,
                   enum moderation_act act, slice reason, int64_t now_ms, struct arena *arena,
                   struct moderation_outcome *outcome, struct problem *problem) {
    if (notice->act != MODERATION_WARN) {
        const struct moderation_decision decision = {
            .entry = notice->entry,
            .act = act,
            .reason = reason,
            .subject = notice->subject,
            .undo = {.decision = notice->id, .note = SLICE_EMPTY}};
        TRY(moderation_take(conn, world, actor, &decision, notice->id, now_ms, arena, outcome,
                            problem));
    }
    struct db_query *query = moderation_query(conn, DECISION_UNDONE);
    db_bind_i64(query, 1, notice->id);
    db_bind_i64(query, 2, now_ms);
    return db_run(query);
}

/* RULE MOD-5 */
err moderation_appeal_decide(struct db_conn *conn, const struct contribution_world *world,
                             const struct actor *actor, int64_t decision, enum moderation_act act,
                             slice reason, int64_t now_ms, struct arena *arena,
                             struct moderation_told *told, struct moderation_outcome *outcome,
                             struct problem *problem) {
    struct moderation_notice notice;
    bool may;
    TRY(moderation_notice_load(conn, decision, arena, &notice));
    *outcome = (struct moderation_outcome){.title = notice.title};
    TRY(moderation_may(conn, world, actor, notice.entry, &may));
    if (!may) {
        return problem_set(problem, ERR_DENIED, "", "you do not moderate where this entry stands");
    }
    if (!notice.has_reply || !notice.reply.is_appeal ||
        notice.reply.state != MODERATION_REPLY_WAITS) {
        return ERR_NOT_FOUND;
    }
    if (notice.by.v == actor->person.v) {
        return problem_set(problem, ERR_DENIED, "own", "somebody else looks at it again");
    }
    TRY(moderation_reason_check(&reason, problem));
    if (act != 0 && !moderation_reverses(notice.act, act)) {
        return problem_set(problem, ERR_INPUT, "act", "does not come in the place of it");
    }
    struct db_query *query = moderation_query(conn, REPLY_END);
    db_bind_i64(query, 1, decision);
    db_bind_i64(query, 2, act != 0 ? MODERATION_REPLY_REVERSED : MODERATION_REPLY_KEPT);
    db_bind_i64(query, 3, actor->person.v);
    db_bind_i64(query, 4, now_ms);
    db_bind_text_borrowed(query, 5, reason);
    TRY(db_run(query));
    if (act != 0) {
        TRY(reverse(conn, world, actor, &notice, act, reason, now_ms, arena, outcome, problem));
    }
    outcome->title = notice.title;
    TRY(find_asker(conn, &notice.reply, arena, told, outcome));
    return person_audit(
        conn, world->ids,
        &(struct person_act){.at_ms = now_ms,
                             .by = actor->person,
                             .act = act != 0 ? SLICE("appeal-reversed") : SLICE("appeal-kept"),
                             .object = arena_printf(arena, "decision:%lld", (long long)decision),
                             .reason = reason});
}
