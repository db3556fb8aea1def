/* The code of somebody's paper (RULE HELP-3). */
#include "domain/person/help.h"

#include "domain/person/person_int.h"

#include <string.h>

#define SECRET_AT (HELP_PAPER_NAME + 1) /* behind the name and its hyphen */
#define HALF      (CRYPTO_CODE_TEXT / 2)

err help_paper_make(struct help_paper *paper) {
    struct crypto_code secret = crypto_code_make();
    *paper = (struct help_paper){0};
    memcpy(paper->text + SECRET_AT, secret.text, HALF);
    paper->text[SECRET_AT + HALF] = '-';
    memcpy(paper->text + SECRET_AT + HALF + 1, secret.text + HALF, HALF);
    return crypto_password_hash(slice_from_cstr(secret.text), paper->hash);
}

/* A name that no other paper has. There are 900,000 of them: the first one nearly always. */
static err name_it(struct db_conn *conn, struct help_paper *paper) {
    bool is_taken = true;
    while (is_taken) {
        struct crypto_code name = crypto_code_make();
        memcpy(paper->text, name.text, HELP_PAPER_NAME);
        paper->text[HELP_PAPER_NAME] = '-';
        struct db_query *query = person_query(conn, PERSON_PAPER_NAMED);
        db_bind_text(query, 1, slice_of(paper->text, HELP_PAPER_NAME));
        TRY(db_next(query, &is_taken));
        db_done(query);
    }
    return OK;
}

/* RULE HELP-3 */
err help_paper_store(struct db_conn *conn, struct id_source *ids,
                     const struct territories *territories, const struct actor *helper,
                     struct person_id person, struct help_paper *paper, int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct help_person known;
    TRY(help_person(conn, helper->person, person, &scratch, &known));
    if (known.has_address) {
        return ERR_NOT_FOUND;
    }
    TRY(help_helper_check(conn, territories, helper->person, known.territory, NULL));
    TRY(person_sessions_end(conn, person, NULL));
    TRY(name_it(conn, paper));
    struct db_query *query = person_query(conn, PERSON_PAPER_PUT);
    db_bind_i64(query, 1, person.v);
    db_bind_text(query, 2, slice_of(paper->text, HELP_PAPER_NAME));
    db_bind_text(query, 3, slice_from_cstr(paper->hash));
    db_bind_i64(query, 4, now_ms);
    TRY(db_run(query));
    return person_audit(
        conn, ids,
        &(struct person_act){.at_ms = now_ms,
                             .by = helper->person,
                             .act = SLICE("paper"),
                             .object = arena_printf(&scratch, "person:%lld", (long long)person.v),
                             .reason = SLICE_EMPTY});
}

bool help_paper_read(slice typed, struct help_typed *read) {
    BUF_CLEANUP struct buf letters = buf_new(HELP_PAPER_TEXT);
    for (size_t i = 0; i < typed.n; i++) {
        if (typed.p[i] != ' ' && typed.p[i] != '-') {
            buf_add_char(&letters, typed.p[i]);
        }
    }
    slice all = buf_slice(&letters);
    struct crypto_code first; /* the name and half of the secret: all are letters of codes */
    if (letters.failed != OK || all.n != HELP_PAPER_NAME + CRYPTO_CODE_TEXT ||
        !crypto_code_read(slice_sub(all, 0, CRYPTO_CODE_TEXT), &first) ||
        !crypto_code_read(slice_sub(all, HELP_PAPER_NAME, all.n), &read->secret)) {
        return false;
    }
    memcpy(read->name, first.text, HELP_PAPER_NAME);
    read->name[HELP_PAPER_NAME] = '\0';
    return true;
}

err help_paper_find(struct db_conn *conn, const struct help_typed *typed, struct arena *arena,
                    struct person_id *person, slice *hash) {
    struct db_query *query = person_query(conn, PERSON_PAPER_FIND);
    bool row = false;
    db_bind_text(query, 1, slice_from_cstr(typed->name));
    TRY(db_next(query, &row));
    *person = (struct person_id){row ? db_i64(query, 0) : 0};
    *hash = row ? arena_copy(arena, db_text(query, 1)) : SLICE_EMPTY;
    db_done(query);
    return OK;
}

err help_paper_drop(struct db_conn *conn, struct person_id person) {
    return person_run(conn, PERSON_PAPER_DELETE, person.v);
}
