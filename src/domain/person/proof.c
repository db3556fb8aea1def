/* Proving that one reads the mail of an address: a link or a code, once (RULE PERSON-2). */
#include "domain/person/person_int.h"

#define PROOF_MS  INT64_C(1800000)
#define TRIES_MAX 5

/* A code alone is short: with the browser's secret it cannot be found from the store either. */
static struct crypto_digest code_digest(const struct crypto_code *code, slice browser) {
    const slice parts[] = {slice_from_cstr(code->text), browser};
    return crypto_digest(parts, ARRAY_COUNT(parts));
}

err person_ask(struct db_conn *conn, const struct person_ask *ask, int64_t now_ms,
               struct person_letter *letter, struct problem *problem) {
    if (!ask->is_host) {
        TRY(person_try(conn, PERSON_TRY_ASK, person_network_key(&ask->network), now_ms, problem));
        TRY(person_try(conn, PERSON_TRY_LETTER, ask->address, now_ms, problem));
    }
    *letter = (struct person_letter){
        .link = crypto_secret_make(), .browser = crypto_secret_make(), .code = crypto_code_make()};
    slice link = slice_from_cstr(letter->link.text);
    slice browser = slice_from_cstr(letter->browser.text);
    struct crypto_digest link_digest = crypto_digest(&link, 1);
    struct crypto_digest browser_digest = crypto_digest(&browser, 1);
    struct crypto_digest digest = code_digest(&letter->code, browser);
    struct db_query *query = person_query(conn, PERSON_PROOF_ADD);
    db_bind_blob(query, 1, crypto_digest_slice(&link_digest));
    db_bind_blob(query, 2, crypto_digest_slice(&browser_digest));
    db_bind_blob(query, 3, crypto_digest_slice(&digest));
    db_bind_i64(query, 4, ask->purpose);
    if (ask->person.v) {
        db_bind_i64(query, 5, ask->person.v);
    } else {
        db_bind_null(query, 5);
    }
    db_bind_text_borrowed(query, 6, ask->address);
    db_bind_text_borrowed(query, 7, ask->next);
    db_bind_i64(query, 8, now_ms);
    return db_run(query);
}

struct found {
    struct person_proof proof;
    struct crypto_digest link, code;
    int64_t tries;
};

/* ERR_NOT_FOUND when there is none, or it is too old. */
static err find(struct db_conn *conn, enum person_statement by, slice secret, int64_t now_ms,
                struct arena *arena, struct found *found) {
    struct crypto_digest digest = crypto_digest(&secret, 1);
    struct db_query *query = person_query(conn, by);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *found = (struct found){
        .proof = {.purpose = (enum person_purpose)db_i64(query, 2),
                  .person = {db_i64(query, 3)},
                  .address = arena_copy(arena, db_text(query, 4)),
                  .next = arena_copy(arena, db_text(query, 5))},
        .tries = db_i64(query, 6),
    };
    int64_t asked_ms = db_i64(query, 7);
    bool is_sound = crypto_digest_read(db_blob(query, 0), &found->link) &&
                    crypto_digest_read(db_blob(query, 1), &found->code);
    db_done(query);
    if (!is_sound) {
        return ERR_CORRUPT;
    }
    return asked_ms <= now_ms - PROOF_MS ? ERR_NOT_FOUND : OK;
}

static err run_with_link(struct db_conn *conn, enum person_statement which,
                         const struct crypto_digest *link) {
    struct db_query *query = person_query(conn, which);
    db_bind_blob(query, 1, crypto_digest_slice(link));
    return db_run(query);
}

err person_link_look(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                     struct person_proof *proof) {
    struct found found;
    TRY(find(conn, PERSON_PROOF_BY_LINK, link, now_ms, arena, &found));
    *proof = found.proof;
    return OK;
}

err person_browser_look(struct db_conn *conn, slice browser, int64_t now_ms, struct arena *arena,
                        struct person_proof *proof) {
    struct found found;
    TRY(find(conn, PERSON_PROOF_BY_BROWSER, browser, now_ms, arena, &found));
    *proof = found.proof;
    return OK;
}

err person_link_use(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                    struct person_proof *proof) {
    struct found found;
    TRY(find(conn, PERSON_PROOF_BY_LINK, link, now_ms, arena, &found));
    TRY(run_with_link(conn, PERSON_PROOF_DELETE, &found.link));
    *proof = found.proof;
    return OK;
}

err person_code_use(struct db_conn *conn, slice browser, slice typed,
                    const struct person_network *network, int64_t now_ms, struct arena *arena,
                    struct person_proof *proof) {
    struct found found;
    TRY(find(conn, PERSON_PROOF_BY_BROWSER, browser, now_ms, arena, &found));
    slice key = person_network_key(network);
    if (found.tries >= TRIES_MAX || person_may_try(conn, PERSON_TRY_ENTER, key, now_ms, NULL)) {
        return ERR_NOT_FOUND;
    }
    struct crypto_code code;
    bool is_code = crypto_code_read(typed, &code);
    struct crypto_digest digest = is_code ? code_digest(&code, browser) : (struct crypto_digest){0};
    if (!is_code || !crypto_digest_same(&digest, &found.code)) {
        TRY(run_with_link(conn, PERSON_PROOF_TRIED, &found.link));
        TRY(person_try(conn, PERSON_TRY_ENTER, key, now_ms, NULL));
        return found.tries + 1 >= TRIES_MAX ? ERR_NOT_FOUND : ERR_DENIED;
    }
    TRY(run_with_link(conn, PERSON_PROOF_DELETE, &found.link));
    *proof = found.proof;
    return OK;
}
