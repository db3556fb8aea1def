/* The rows of the queue. */
#include "job/job_int.h"

#include <stdio.h>

#include "text/text.h"

enum job_statement {
    JOB_ADD,
    JOB_FIRST,
    JOB_LEASE,
    JOB_RELEASE_ALL,
    JOB_DELETE,
    JOB_BACK,
    JOB_LATER,
    JOB_HOLD,
    JOB_DIE,
    JOB_FORGET,
    JOB_COUNT,
    JOB_LIST,
    JOB_AGAIN_NOW,
    JOB_HASTEN,
    JOB_FORGET_ONE,
    JOB_STATEMENT__COUNT
};

static const struct db_statement statements[] = {
    [JOB_ADD] = {"add",
                 "INSERT INTO job (kind, body, state, due_ms, tries, created_ms, ended_ms, said) "
                 "VALUES ($1, $2, 0, $3, 0, $4, 0, '')"},
    [JOB_FIRST] = {"first", "SELECT id, due_ms FROM job WHERE state = 0 AND kind = $1 "
                            "ORDER BY due_ms, id LIMIT 1"},
    [JOB_LEASE] = {"lease", "UPDATE job SET state = 1, tries = tries + 1 "
                            "WHERE id = (SELECT id FROM job WHERE state = 0 AND kind = $1 "
                            "AND due_ms <= $2 ORDER BY due_ms, id LIMIT 1) "
                            "RETURNING id, body, tries, created_ms"},
    [JOB_RELEASE_ALL] = {"release all", "UPDATE job SET state = 0 WHERE state = 1"},
    [JOB_DELETE] = {"delete", "DELETE FROM job WHERE id = $1"},
    [JOB_BACK] = {"back", "UPDATE job SET state = 0, tries = tries - 1 WHERE id = $1"},
    [JOB_LATER] = {"later", "UPDATE job SET state = 0, due_ms = $2, said = $3 WHERE id = $1"},
    [JOB_HOLD] = {"hold", "UPDATE job SET state = 0, tries = tries - 1, due_ms = $2, said = $3 "
                          "WHERE id = $1"},
    [JOB_DIE] = {"die", "UPDATE job SET state = 2, ended_ms = $2, said = $3 WHERE id = $1"},
    [JOB_FORGET] = {"forget", "DELETE FROM job WHERE state = 2 AND ended_ms < $1"},
    [JOB_COUNT] = {"count",
                   "SELECT state, count(*) FROM job WHERE $1 = '' OR kind = $1 GROUP BY state"},
    [JOB_LIST] = {"list", "SELECT id, state, tries, due_ms, created_ms, ended_ms, kind, said "
                          "FROM job ORDER BY state = 2 DESC, created_ms, id LIMIT $1"},
    [JOB_AGAIN_NOW] = {"again now", "UPDATE job SET state = 0, due_ms = $2, ended_ms = 0, "
                                    "tries = CASE state WHEN 2 THEN 0 ELSE tries END "
                                    "WHERE id = $1 AND state <> 1"},
    [JOB_HASTEN] = {"hasten", "UPDATE job SET due_ms = $2 WHERE kind = $1 AND state = 0 "
                              "AND due_ms > $2"},
    [JOB_FORGET_ONE] = {"forget one", "DELETE FROM job WHERE id = $1 AND state = 2"},
};
const struct db_catalogue job_catalogue = {"job", statements, ARRAY_COUNT(statements)};

err job_add(struct db_conn *conn, slice kind, slice body, int64_t due_ms, int64_t now_ms) {
    if (!text_is_slug(kind, JOB_KIND_MAX_BYTES) || !text_is_utf8(body)) {
        return ERR_INPUT;
    }
    if (body.n > JOB_BODY_MAX_BYTES) {
        return ERR_LIMIT;
    }
    struct db_query *query = db_query(conn, &job_catalogue, JOB_ADD);
    db_bind_text_borrowed(query, 1, kind);
    db_bind_text_borrowed(query, 2, body);
    db_bind_i64(query, 3, due_ms);
    db_bind_i64(query, 4, now_ms);
    return db_run(query);
}

err job_first(struct db_conn *conn, slice kind, int64_t *id, int64_t *due_ms) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_FIRST);
    db_bind_text_borrowed(query, 1, kind);
    bool row = false;
    TRY(db_next(query, &row));
    *id = row ? db_i64(query, 0) : 0;
    *due_ms = row ? db_i64(query, 1) : INT64_MAX;
    db_done(query);
    return OK;
}

err job_lease(struct db_conn *conn, slice kind, int64_t now_ms, struct arena *arena,
              struct job *job) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_LEASE);
    db_bind_text_borrowed(query, 1, kind);
    db_bind_i64(query, 2, now_ms);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *job = (struct job){.id = db_i64(query, 0),
                        .body = arena_copy(arena, db_text(query, 1)),
                        .tries = (unsigned)db_i64(query, 2),
                        .created_ms = db_i64(query, 3)};
    return db_run(query);
}

err job_release_all(struct db_conn *conn) {
    return db_run(db_query(conn, &job_catalogue, JOB_RELEASE_ALL));
}

int64_t job_wait_ms(const struct job_kind *kind, unsigned tries) {
    int64_t wait = kind->again_ms;
    for (unsigned i = 1; i < tries && wait < kind->again_max_ms; i++) {
        wait *= 2;
    }
    return wait < kind->again_max_ms ? wait : kind->again_max_ms;
}

static enum job_end end_of(const struct job_kind *kind, const struct job *job,
                           enum job_result result) {
    switch (result) {
    case JOB_DONE:
        return JOB_END_DONE;
    case JOB_HOPELESS:
        return JOB_END_DEAD;
    case JOB_HELD:
    case JOB_ASIDE:
    case JOB_STOPPED:
        return JOB_END_LATER;
    case JOB_AGAIN:
    case JOB_RESULT__COUNT:
        break;
    }
    return job->tries < kind->tries_max ? JOB_END_LATER : JOB_END_DEAD;
}

static err forget_old(struct db_conn *conn, int64_t now_ms) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_FORGET);
    db_bind_i64(query, 1, now_ms - JOB_DEAD_KEPT_MS);
    return db_run(query);
}

static enum job_statement statement_of(enum job_result result, enum job_end end) {
    static const enum job_statement by_end[] = {
        [JOB_END_DONE] = JOB_DELETE, [JOB_END_LATER] = JOB_LATER, [JOB_END_DEAD] = JOB_DIE};
    return result == JOB_STOPPED || result == JOB_ASIDE ? JOB_BACK
           : result == JOB_HELD                         ? JOB_HOLD
                                                        : by_end[end];
}

static err row_end(struct db_conn *conn, const struct job_kind *kind, const struct job *job,
                   const struct job_outcome *outcome, enum job_end end, int64_t now_ms) {
    enum job_statement statement = statement_of(outcome->result, end);
    int64_t wait_ms = statement == JOB_HOLD    ? outcome->hold_ms
                      : statement == JOB_LATER ? job_wait_ms(kind, job->tries)
                                               : 0;
    struct db_query *query = db_query(conn, &job_catalogue, statement);
    db_bind_i64(query, 1, job->id);
    if (statement != JOB_DELETE && statement != JOB_BACK) {
        db_bind_i64(query, 2, now_ms + wait_ms);
        db_bind_text(query, 3, slice_from_cstr(outcome->said));
    }
    return db_run(query);
}

err job_end(struct db_conn *conn, const struct job_kind *kind, const struct job *job,
            const struct job_outcome *outcome, int64_t now_ms) {
    enum job_end end = end_of(kind, job, outcome->result);
    TRY(row_end(conn, kind, job, outcome, end, now_ms));
    if (end == JOB_END_DEAD) {
        TRY(forget_old(conn, now_ms));
    }
    return kind->finish != NULL ? kind->finish(conn, kind->self, job, outcome, end, now_ms) : OK;
}

err job_count(struct db_conn *conn, slice kind, struct job_counts *counts) {
    struct job_counts found = {0};
    int64_t *const by_state[] = {&found.waiting, &found.running, &found.dead};
    struct db_query *query = db_query(conn, &job_catalogue, JOB_COUNT);
    db_bind_text_borrowed(query, 1, kind);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        size_t state = (size_t)db_i64(query, 0);
        if (state < ARRAY_COUNT(by_state)) {
            *by_state[state] = db_i64(query, 1);
        }
    }
    *counts = found;
    return OK;
}

err job_list(struct db_conn *conn, size_t room, struct arena *arena, struct job_listed **jobs,
             size_t *count) {
    struct job_listed *list = arena_try(arena, struct job_listed, room);
    size_t used = 0;
    if (list == NULL) {
        return ERR_LIMIT;
    }
    struct db_query *query = db_query(conn, &job_catalogue, JOB_LIST);
    db_bind_i64(query, 1, (int64_t)room);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list[used++] = (struct job_listed){.id = db_i64(query, 0),
                                           .state = (enum job_state)db_i64(query, 1),
                                           .tries = (unsigned)db_i64(query, 2),
                                           .due_ms = db_i64(query, 3),
                                           .created_ms = db_i64(query, 4),
                                           .ended_ms = db_i64(query, 5),
                                           .kind = arena_copy(arena, db_text(query, 6)),
                                           .said = arena_copy(arena, db_text(query, 7))};
    }
    *jobs = list;
    *count = used;
    return OK;
}

static err act_on(struct db_conn *conn, struct db_query *query) {
    TRY(db_run(query));
    return db_changed(conn) > 0 ? OK : ERR_NOT_FOUND;
}

err job_again(struct db_conn *conn, int64_t id, int64_t now_ms) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_AGAIN_NOW);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, now_ms);
    return act_on(conn, query);
}

err job_hasten(struct db_conn *conn, slice kind, int64_t now_ms) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_HASTEN);
    db_bind_text_borrowed(query, 1, kind);
    db_bind_i64(query, 2, now_ms);
    return db_run(query);
}

err job_forget(struct db_conn *conn, int64_t id) {
    struct db_query *query = db_query(conn, &job_catalogue, JOB_FORGET_ONE);
    db_bind_i64(query, 1, id);
    return act_on(conn, query);
}
