/* Acting for people who have no e-mail (RULE HELP-1, RULE HELP-2). */
#include "domain/person/help.h"

#include "domain/person/person_int.h"

static const char *const consent_slugs[HELP_CONSENT__COUNT] = {
    [HELP_IN_PERSON] = "in-person", [HELP_BY_TELEPHONE] = "telephone", [HELP_ON_PAPER] = "paper"};

slice help_consent_slug(enum help_consent consent) {
    return slice_from_cstr(consent_slugs[consent]);
}

bool help_consent_from_slug(slice slug, enum help_consent *consent) {
    for (int i = HELP_IN_PERSON; i < HELP_CONSENT__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(consent_slugs[i]))) {
            *consent = (enum help_consent)i;
            return true;
        }
    }
    return false;
}

/* ---- beginning, ending ---- */

/* As it is now: the role may have been taken since the page was shown. */
err help_helper_check(struct db_conn *conn, const struct territories *territories,
                      struct person_id helper, slice territory, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_grant *grants;
    size_t count;
    bool is_helper = false;
    uint32_t inner = territories_find(territories, territory);
    TRY(person_grants(conn, helper, &scratch, &grants, &count));
    for (size_t i = 0; i < count; i++) {
        if (grants[i].role != PERSON_HELPER) {
            continue;
        }
        is_helper = true;
        uint32_t outer = territories_find(territories, grants[i].territory);
        if (grants[i].territory.n == 0 || (inner != TERRITORY_NONE && outer != TERRITORY_NONE &&
                                           territories_is_within(territories, inner, outer))) {
            return OK;
        }
    }
    return problem_set(problem, ERR_DENIED, is_helper ? "territory" : "",
                       is_helper ? "the role of this helper does not hold there"
                                 : "this account has no role to help with");
}

static err check_words(const struct help_ask *ask, struct problem *problem) {
    if (ask->consent < HELP_IN_PERSON || ask->consent >= HELP_CONSENT__COUNT) {
        return problem_set(problem, ERR_INPUT, "consent", "how did they consent?");
    }
    if (ask->house.n > HELP_HOUSE_MAX) {
        return problem_set(problem, ERR_LIMIT, "house", "at most %d bytes", HELP_HOUSE_MAX);
    }
    if (ask->person.v != 0) {
        return OK;
    }
    if (slice_trim(ask->name).n == 0) {
        return problem_set(problem, ERR_INPUT, "name", "a name or a pseudonym is missing");
    }
    if (ask->territory.n == 0) {
        return problem_set(problem, ERR_INPUT, "commune", "no such commune");
    }
    return ask->telephone.n > HELP_TELEPHONE_MAX
               ? problem_set(problem, ERR_LIMIT, "telephone", "at most %d bytes",
                             HELP_TELEPHONE_MAX)
               : OK;
}

/* An account without an address: its paper is the only way in. Of what it says the name alone is
 * shown, until its owner chooses otherwise. */
static err add_person(struct db_conn *conn, struct id_source *ids, const struct help_ask *ask,
                      int64_t now_ms, struct arena *arena, struct person_id *id,
                      struct problem *problem) {
    struct person person;
    TRY(person_add(conn, ids, ask->language, now_ms, id));
    TRY(person_load(conn, *id, arena, &person));
    person.fields[PERSON_NAME].text = ask->name;
    person.fields[PERSON_COMMUNE].text = ask->commune;
    person.fields[PERSON_TELEPHONE].text = ask->telephone;
    return person_store(conn, &person, arena, problem);
}

static err add_help(struct db_conn *conn, struct id_source *ids, const struct help_ask *ask,
                    struct person_id person, slice territory, int64_t now_ms, struct arena *arena) {
    const struct actor *helper = ask->helper;
    int64_t id = id_next(ids);
    struct db_query *query = person_query(conn, PERSON_HELP_ADD);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, helper->person.v);
    db_bind_i64(query, 3, person.v);
    db_bind_text(query, 4, territory);
    db_bind_i64(query, 5, ask->consent);
    db_bind_i64(query, 6, HELP_WORDS);
    db_bind_text(query, 7, person_clean_line(ask->house, arena));
    db_bind_i64(query, 8, now_ms);
    TRY(db_run(query));
    query = person_query(conn, PERSON_SESSION_HELP);
    db_bind_i64(query, 1, helper->person.v);
    db_bind_blob(query, 2, crypto_digest_slice(&helper->session));
    db_bind_i64(query, 3, id);
    TRY(db_run(query));
    return person_audit(
        conn, ids,
        &(struct person_act){.at_ms = now_ms,
                             .by = helper->person,
                             .act = SLICE("help"),
                             .object = arena_printf(arena, "person:%lld", (long long)person.v),
                             .reason = help_consent_slug(ask->consent)});
}

err help_begin(struct db_conn *conn, struct id_source *ids, const struct territories *territories,
               const struct help_ask *ask, int64_t now_ms, struct arena *arena,
               struct person_id *person, struct problem *problem) {
    struct help_person known = {.territory = ask->territory};
    TRY(check_words(ask, problem));
    *person = ask->person;
    if (person->v != 0) {
        TRY(help_person(conn, ask->helper->person, *person, arena, &known));
    }
    if (known.has_address) {
        return ERR_NOT_FOUND; /* they come in by themselves */
    }
    TRY(help_helper_check(conn, territories, ask->helper->person, known.territory, problem));
    if (person->v == 0) {
        const struct person_id *helper = &ask->helper->person;
        TRY(person_try(conn, PERSON_TRY_HELP, slice_of((const char *)&helper->v, sizeof helper->v),
                       now_ms, problem));
        TRY(add_person(conn, ids, ask, now_ms, arena, person, problem));
    }
    return add_help(conn, ids, ask, *person, known.territory, now_ms, arena);
}

err help_end(struct db_conn *conn, const struct actor *helper) {
    struct db_query *query = person_query(conn, PERSON_SESSION_HELP);
    db_bind_i64(query, 1, helper->person.v);
    db_bind_blob(query, 2, crypto_digest_slice(&helper->session));
    db_bind_null(query, 3);
    return db_run(query);
}

/* ---- whom one helped ---- */

static struct help_person read_person(struct db_query *query, struct arena *arena) {
    return (struct help_person){.person = {db_i64(query, 0)},
                                .territory = arena_copy(arena, db_text(query, 1)),
                                .last_ms = db_i64(query, 2),
                                .name = arena_copy(arena, db_text(query, 3)),
                                .commune = arena_copy(arena, db_text(query, 4)),
                                .telephone = arena_copy(arena, db_text(query, 5)),
                                .has_paper = db_i64(query, 6) != 0,
                                .has_address = db_i64(query, 7) != 0};
}

err help_people(struct db_conn *conn, struct person_id helper, size_t room, struct arena *arena,
                struct help_person **people, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_HELP_LIST);
    struct help_person *list = NULL;
    size_t used = 0;
    size_t grown = 0;
    db_bind_i64(query, 1, helper.v);
    db_bind_i64(query, 2, (int64_t)room);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct help_person, list, used, &grown);
        list[used++] = read_person(query, arena);
    }
    *people = list;
    *count = used;
    return OK;
}

err help_person(struct db_conn *conn, struct person_id helper, struct person_id person,
                struct arena *arena, struct help_person *found) {
    struct db_query *query = person_query(conn, PERSON_HELP_ONE);
    bool row = false;
    db_bind_i64(query, 1, helper.v);
    db_bind_i64(query, 2, person.v);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *found = read_person(query, arena);
    db_done(query);
    return OK;
}

err help_house(struct db_conn *conn, struct person_id helper, struct arena *arena, slice *house) {
    struct db_query *query = person_query(conn, PERSON_HELP_HOUSE);
    bool row = false;
    db_bind_i64(query, 1, helper.v);
    TRY(db_next(query, &row));
    *house = row ? arena_copy(arena, db_text(query, 0)) : SLICE_EMPTY;
    db_done(query);
    return OK;
}

/* ---- with the help of ---- */

err help_note(struct db_conn *conn, int64_t help, int64_t entry, int64_t revision) {
    if (help == 0) {
        return OK;
    }
    struct db_query *query = person_query(conn, PERSON_HELP_NOTE);
    db_bind_i64(query, 1, entry);
    db_bind_i64(query, 2, revision);
    db_bind_i64(query, 3, help);
    return db_run(query);
}

err help_of_revision(struct db_conn *conn, int64_t entry, int64_t revision, struct arena *arena,
                     bool *is_helped, slice *with) {
    struct db_query *query = person_query(conn, revision ? PERSON_HELP_OF : PERSON_HELP_OF_FIRST);
    db_bind_i64(query, 1, entry);
    if (revision) {
        db_bind_i64(query, 2, revision);
    }
    TRY(db_next(query, is_helped));
    *with = SLICE_EMPTY;
    if (*is_helped) {
        slice house = db_text(query, 0);
        *with = arena_copy(arena, house.n ? house : db_text(query, 1));
    }
    db_done(query);
    return OK;
}

err help_to_json(struct db_conn *conn, struct person_id person, struct buf *out) {
    struct db_query *query = person_query(conn, PERSON_HELP_ALL);
    db_bind_i64(query, 1, person.v);
    buf_add_char(out, '[');
    for (bool is_first = true;; is_first = false) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        int64_t consent = db_i64(query, 1);
        buf_add_cstr(out, is_first ? "{\"at\":\"" : ",{\"at\":\"");
        time_format_rfc3339(db_i64(query, 0), out);
        buf_addf(out, "\",\"consent\":\"%s\",\"words\":%lld,\"house\":",
                 consent >= HELP_IN_PERSON && consent < HELP_CONSENT__COUNT ? consent_slugs[consent]
                                                                            : "",
                 (long long)db_i64(query, 2));
        buf_add_json_string(out, db_text(query, 3));
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
    return out->failed;
}
