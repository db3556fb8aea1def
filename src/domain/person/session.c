/* Who is signed in (RULE PERSON-3, RULE PERSON-4). */
#include "domain/person/person_int.h"

#define DEVICE_MAX 80

err person_session_begin(struct db_conn *conn, struct person_id id, slice device, int64_t now_ms,
                         struct crypto_secret *secret) {
    *secret = crypto_secret_make();
    slice text = slice_from_cstr(secret->text);
    struct crypto_digest digest = crypto_digest(&text, 1);
    struct db_query *query = person_query(conn, PERSON_SESSION_ADD);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    db_bind_i64(query, 2, id.v);
    db_bind_i64(query, 3, now_ms);
    db_bind_text(query, 4, slice_sub(device, 0, DEVICE_MAX));
    return db_run(query);
}

static err read_roles(struct db_conn *conn, struct person_id id, struct actor *actor) {
    struct db_query *query = person_query(conn, PERSON_ROLE_LIST_OF);
    db_bind_i64(query, 1, id.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        /* An admin of a part would have all of it here: there is none (person_grant). */
        int64_t role = db_i64(query, 2);
        bool is_partial = role == PERSON_ADMIN && db_text(query, 3).n > 0;
        actor->is_helper = actor->is_helper || role == PERSON_HELPER;
        actor->roles |= is_partial || role == PERSON_HELPER ? 0 : 1u << role;
    }
}

err person_session_find(struct db_conn *conn, slice secret, int64_t now_ms, struct arena *arena,
                        struct actor *actor) {
    *actor =
        (struct actor){.name = SLICE_EMPTY, .language = SLICE_EMPTY, .helped_name = SLICE_EMPTY};
    if (secret.n != CRYPTO_SECRET_TEXT) {
        return OK;
    }
    struct crypto_digest digest = crypto_digest(&secret, 1);
    struct db_query *query = person_query(conn, PERSON_SESSION_GET);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    db_bind_i64(query, 2, now_ms - PERSON_SESSION_MS);
    db_bind_i64(query, 3, now_ms - PERSON_HELP_MS);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return OK;
    }
    struct actor found = {.person = {db_i64(query, 0)},
                          .session = digest,
                          .is_proved = db_i64(query, 2) > now_ms - PERSON_PROVED_MS,
                          .language = arena_copy(arena, db_text(query, 1)),
                          .name = arena_copy(arena, db_text(query, 3)),
                          .help = db_i64(query, 4),
                          .helped = {db_i64(query, 5)},
                          .helped_name = arena_copy(arena, db_text(query, 6))};
    db_done(query);
    TRY(read_roles(conn, found.person, &found));
    if (!found.is_helper) { /* the role was taken meanwhile */
        found.help = 0;
        found.helped = (struct person_id){0};
        found.helped_name = SLICE_EMPTY;
    }
    *actor = found;
    return OK;
}

struct actor person_in_the_name(const struct actor *helper) {
    struct actor actor = {.name = SLICE_EMPTY, .language = SLICE_EMPTY, .helped_name = SLICE_EMPTY};
    if (helper->help != 0) {
        actor.person = helper->helped;
        actor.name = helper->helped_name;
        actor.language = helper->language;
        actor.help = helper->help;
        actor.helper = helper->person;
    }
    return actor;
}

err person_sessions(struct db_conn *conn, struct person_id id, int64_t now_ms, struct arena *arena,
                    struct person_session **sessions, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_SESSION_LIST);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, now_ms - PERSON_SESSION_MS);
    struct person_session *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct person_session, list, used, &room);
        list[used] = (struct person_session){.device = arena_copy(arena, db_text(query, 1)),
                                             .began_ms = db_i64(query, 2)};
        if (!crypto_digest_read(db_blob(query, 0), &list[used++].session)) {
            return ERR_CORRUPT;
        }
    }
    *sessions = list;
    *count = used;
    return OK;
}

err person_session_end(struct db_conn *conn, struct person_id id,
                       const struct crypto_digest *session) {
    struct db_query *query = person_query(conn, PERSON_SESSION_DELETE);
    db_bind_i64(query, 1, id.v);
    db_bind_blob(query, 2, crypto_digest_slice(session));
    return db_run(query);
}

err person_sessions_end(struct db_conn *conn, struct person_id id,
                        const struct crypto_digest *but) {
    struct db_query *query = person_query(conn, PERSON_SESSIONS_DELETE);
    db_bind_i64(query, 1, id.v);
    db_bind_blob(query, 2, but ? crypto_digest_slice(but) : SLICE_EMPTY);
    return db_run(query);
}
