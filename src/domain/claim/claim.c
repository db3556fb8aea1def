/* Claims: asked, answered, decided, taken back (RULE TEAM-4, RULE TEAM-5). */
#include "domain/claim/claim_int.h"

#define CLAIM_COLUMNS                                                                              \
    "claim.id, claim.entry_id, claim.person_id, claim.by_person_id, claim.way, claim.state, "      \
    "claim.who, claim.words, claim.address, claim.language, entry.title, claim.answer, "           \
    "claim.at_ms, claim.ended_ms, claim.team_id, entry.territory "
#define CLAIM_ENTRY "JOIN entry ON entry.id = claim.entry_id "
enum { COLUMN_TERRITORY = 15 };

/* What the partial index is of, word by word; it is named, so that this never becomes a walk over
 * all that was ever claimed. */
#define CLAIM_INDEXED "claim INDEXED BY claim_waiting "
#define CLAIM_IN      "claim.state IN (1, 2) AND claim.state = "

static const struct db_statement statements[CLAIM_STATEMENT__COUNT] = {
    [CLAIM_ADD] = {"add",
                   "INSERT INTO claim (id, entry_id, person_id, way, who, words, address, "
                   "language, digest, at_ms, state, ended_ms, by_person_id, answer, team_id) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 0, 0, '', 0) "
                   "ON CONFLICT (id) DO NOTHING"},
    [CLAIM_GET] = {"get", "SELECT " CLAIM_COLUMNS "FROM claim " CLAIM_ENTRY "WHERE claim.id = $1"},
    [CLAIM_BY_LINK] = {"by link", "SELECT " CLAIM_COLUMNS "FROM claim " CLAIM_ENTRY
                                  "WHERE claim.digest = $1 AND claim.digest <> x'' "
                                  "AND claim.state = 1 AND claim.at_ms > $2"},
    [CLAIM_LIST] = {"list", "SELECT " CLAIM_COLUMNS "FROM " CLAIM_INDEXED CLAIM_ENTRY
                            "WHERE " CLAIM_IN "1 AND claim.way = 3 AND entry.status = 1 "
                            "ORDER BY claim.at_ms, claim.id LIMIT $1"},
    [CLAIM_LIST_GIVEN] = {"list given", "SELECT " CLAIM_COLUMNS "FROM " CLAIM_INDEXED CLAIM_ENTRY
                                        "WHERE " CLAIM_IN "2 ORDER BY claim.at_ms DESC, "
                                        "claim.id DESC LIMIT $1"},
    [CLAIM_END] = {"end", "UPDATE claim SET state = $2, ended_ms = $3, by_person_id = $4, "
                          "answer = $5, team_id = $6, digest = x'' WHERE id = $1"},
    [CLAIM_COUNT_LETTERS] = {"count letters",
                             "SELECT count(*), count(*) FILTER (WHERE person_id = $2) FROM claim "
                             "WHERE entry_id = $1 AND at_ms > $3 AND way <> 3 AND address <> ''"},
    [CLAIM_REFUSALS] = {"refusals", "SELECT count(*) FROM claim WHERE entry_id = $1 "
                                    "AND person_id = $2 AND way <> 3 AND state = 3"},
    [CLAIM_REPLACE] = {"replace", "UPDATE claim SET state = 5, ended_ms = $3, digest = x'' "
                                  "WHERE entry_id = $1 AND person_id = $2 AND state = 1"},
    [CLAIM_OF_PERSON] = {"of person", "SELECT " CLAIM_COLUMNS "FROM claim " CLAIM_ENTRY
                                      "WHERE claim.person_id = $1 ORDER BY claim.id"},
    [CLAIM_FORGET_PERSON] = {"forget person", "UPDATE claim SET who = '', words = '', address = '' "
                                              "WHERE person_id = $1"},
    [CLAIM_LEAVE] = {"leave", "UPDATE claim SET state = 5, ended_ms = $2, digest = x'' "
                              "WHERE person_id = $1 AND state = 1"},
    [CLAIM_SWEEP_LETTERS] = {"sweep letters",
                             "UPDATE " CLAIM_INDEXED "SET state = 5, ended_ms = $2, digest = x'' "
                             "WHERE " CLAIM_IN "1 AND way <> 3 AND at_ms <= $1"},
    [CLAIM_SWEEP_WORDS] = {"sweep words",
                           "UPDATE claim SET who = '', words = '', address = '', answer = '' "
                           "WHERE state > 2 AND ended_ms <= $1 "
                           "AND (who <> '' OR address <> '' OR answer <> '')"},
};
const struct db_catalogue claim_catalogue = {"claim", statements, ARRAY_COUNT(statements)};

/* The statements name them by number. */
_Static_assert(CLAIM_BY_WORD == 3 && CLAIM_WAITS == 1 && CLAIM_GIVEN == 2 && CLAIM_REFUSED == 3 &&
                   CLAIM_OVER == 5 && ENTRY_PUBLISHED == 1,
               "as stored");

static struct claim read_one(struct db_query *query, struct arena *arena) {
    return (struct claim){.id = db_i64(query, 0),
                          .entry = {db_i64(query, 1)},
                          .person = {db_i64(query, 2)},
                          .by = {db_i64(query, 3)},
                          .way = (enum claim_way)db_i64(query, 4),
                          .state = (enum claim_state)db_i64(query, 5),
                          .who = arena_copy(arena, db_text(query, 6)),
                          .words = arena_copy(arena, db_text(query, 7)),
                          .address = arena_copy(arena, db_text(query, 8)),
                          .language = arena_copy(arena, db_text(query, 9)),
                          .title = arena_copy(arena, db_text(query, 10)),
                          .answer = arena_copy(arena, db_text(query, 11)),
                          .at_ms = db_i64(query, 12),
                          .ended_ms = db_i64(query, 13),
                          .team = {db_i64(query, 14)}};
}

static err count_of(struct db_query *query, int64_t *first, int64_t *second) {
    bool row = false;
    TRY(db_next(query, &row));
    *first = row ? db_i64(query, 0) : 0;
    if (second) {
        *second = row ? db_i64(query, 1) : 0;
    }
    db_done(query);
    return OK;
}

/* ---- giving ---- */

static err set_end(struct db_conn *conn, struct claim *claim, enum claim_state state,
                   struct person_id by, slice answer, int64_t now_ms) {
    claim->state = state;
    claim->by = by;
    claim->ended_ms = now_ms;
    claim->answer = answer;
    struct db_query *query = claim_query(conn, CLAIM_END);
    db_bind_i64(query, 1, claim->id);
    db_bind_i64(query, 2, state);
    db_bind_i64(query, 3, now_ms);
    db_bind_i64(query, 4, by.v);
    db_bind_text_borrowed(query, 5, answer);
    db_bind_i64(query, 6, claim->team.v);
    return db_run(query);
}

static err audit(struct db_conn *conn, const struct contribution_world *world, const char *act,
                 const struct claim *claim, slice reason, int64_t now_ms, struct arena *arena) {
    return person_audit(conn, world->ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = claim->by,
                                             .act = slice_from_cstr(act),
                                             .object = arena_printf(arena, "entry:%lld person:%lld",
                                                                    (long long)claim->entry.v,
                                                                    (long long)claim->person.v),
                                             .reason = reason});
}

static slice proof_of(enum claim_way way) {
    return way == CLAIM_BY_SITE ? SLICE("proved: mail of its site") : SLICE("proved: its contact");
}

/* The claimant leads a team that keeps the entry; the address known before is to be told, unless it
 * said so itself. */
static err give(struct db_conn *conn, const struct contribution_world *world,
                const struct claim_ways *ways, struct person_id by, slice answer, int64_t now_ms,
                struct arena *arena, struct claim_asked *asked) {
    struct claim *claim = &asked->claim;
    struct person person;
    TRY(person_load(conn, claim->person, arena, &person));
    if (ways->has_team || person.status != PERSON_ACTIVE) {
        return ERR_CONFLICT;
    }
    TRY(team_begin(conn, world->ids, claim->entry, claim->person, SLICE_EMPTY, now_ms,
                   &claim->team));
    TRY(team_keep(conn, claim->team, claim->person, claim->entry, true));
    TRY(set_end(conn, claim, CLAIM_GIVEN, by, answer, now_ms));
    asked->contact = claim->way == CLAIM_BY_CONTACT ? SLICE_EMPTY : ways->contact;
    asked->contact_language = ways->language;
    return audit(conn, world, "claim", claim,
                 claim->way == CLAIM_BY_WORD ? answer : proof_of(claim->way), now_ms, arena);
}

/* ---- asking ---- */

static err check(const struct claim_ask *ask, struct problem *problem) {
    if (slice_trim(ask->who).n == 0) {
        return problem_set(problem, ERR_INPUT, "who", "a claim says who one is");
    }
    if (ask->who.n > CLAIM_WHO_MAX) {
        return problem_set(problem, ERR_LIMIT, "who", "at most %d bytes", CLAIM_WHO_MAX);
    }
    if (ask->way == CLAIM_BY_WORD && slice_trim(ask->words).n == 0) {
        return problem_set(problem, ERR_INPUT, "words", "a request says why it is right");
    }
    return ask->words.n <= CLAIM_WORDS_MAX
               ? OK
               : problem_set(problem, ERR_LIMIT, "words", "at most %d bytes", CLAIM_WORDS_MAX);
}

/* How the account itself proves it; false when none of its addresses does. */
static err is_proved(struct db_conn *conn, const struct claim_ways *ways, struct person_id person,
                     struct arena *arena, enum claim_way *way, bool *proved) {
    struct person_address *addresses;
    size_t count;
    slice contact = person_address_fold(ways->contact, arena);
    *proved = false;
    TRY(person_addresses(conn, person, arena, &addresses, &count));
    for (size_t i = 0; i < count && !*proved; i++) {
        slice address = person_address_fold(addresses[i].address, arena);
        bool is_contact = contact.n > 0 && slice_equal(address, contact);
        *proved = is_contact || claim_is_at_site(ways, address);
        *way = is_contact ? CLAIM_BY_CONTACT : CLAIM_BY_SITE;
    }
    return OK;
}

/* Where the letter goes: to the site's address that was typed, or to the contact. RULE TEAM-5. */
static err check_letter(struct db_conn *conn, const struct claim_ask *ask,
                        const struct claim_ways *ways, int64_t now_ms, struct arena *arena,
                        slice *address, struct problem *problem) {
    int64_t all = 0;
    int64_t own = 0;
    int64_t refused = 0;
    *address = person_address_fold(ask->way == CLAIM_BY_SITE ? ask->address : ways->contact, arena);
    if (ask->way == CLAIM_BY_SITE ? ways->site_count == 0 : ways->contact.n == 0) {
        return problem_set(problem, ERR_INPUT, "way", "nothing of that sort is known");
    }
    if (ask->way == CLAIM_BY_SITE && !claim_is_at_site(ways, *address)) {
        return problem_set(problem, ERR_INPUT, "address", "it is not at the site of the entry");
    }
    struct db_query *query = claim_query(conn, CLAIM_REFUSALS);
    db_bind_i64(query, 1, ask->entry.v);
    db_bind_i64(query, 2, ask->actor->person.v);
    TRY(count_of(query, &refused, NULL));
    if (refused > 0) {
        return problem_set(problem, ERR_LIMIT, "refused", "whoever was asked said no");
    }
    query = claim_query(conn, CLAIM_COUNT_LETTERS);
    db_bind_i64(query, 1, ask->entry.v);
    db_bind_i64(query, 2, ask->actor->person.v);
    db_bind_i64(query, 3, now_ms - CLAIM_LETTERS_MS);
    TRY(count_of(query, &all, &own));
    return all < CLAIM_LETTERS_ALL && own < CLAIM_LETTERS_OWN
               ? person_try(conn, PERSON_TRY_LETTER, *address, now_ms, problem)
               : problem_set(problem, ERR_LIMIT, "tries", "enough letters about this entry");
}

static err add(struct db_conn *conn, struct id_source *ids, struct claim_asked *asked,
               const struct crypto_digest *digest) {
    struct claim *claim = &asked->claim;
    do { /* another process may have taken the number in the same millisecond */
        struct db_query *query = claim_query(conn, CLAIM_ADD);
        claim->id = id_next(ids);
        db_bind_i64(query, 1, claim->id);
        db_bind_i64(query, 2, claim->entry.v);
        db_bind_i64(query, 3, claim->person.v);
        db_bind_i64(query, 4, claim->way);
        db_bind_text_borrowed(query, 5, claim->who);
        db_bind_text_borrowed(query, 6, claim->words);
        db_bind_text_borrowed(query, 7, claim->address);
        db_bind_text_borrowed(query, 8, claim->language);
        db_bind_blob_borrowed(query, 9, digest ? crypto_digest_slice(digest) : SLICE_EMPTY);
        db_bind_i64(query, 10, claim->at_ms);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    return OK;
}

err claim_ask(struct db_conn *conn, const struct contribution_world *world,
              const struct claim_ask *ask, int64_t now_ms, struct arena *arena,
              struct claim_asked *asked, struct problem *problem) {
    struct person_id person = ask->actor->person;
    struct claim_ways ways;
    bool proved = false;
    *asked = (struct claim_asked){.claim = {.entry = ask->entry,
                                            .person = person,
                                            .way = ask->way,
                                            .state = CLAIM_WAITS,
                                            .who = slice_trim(ask->who),
                                            .words = slice_trim(ask->words),
                                            .address = SLICE_EMPTY,
                                            .language = ask->language,
                                            .answer = SLICE_EMPTY,
                                            .at_ms = now_ms},
                                  .contact = SLICE_EMPTY,
                                  .contact_language = SLICE_EMPTY};
    TRY(check(ask, problem));
    TRY(claim_ways(conn, ask->entry, arena, &ways));
    asked->claim.title = ways.title;
    if (ways.has_team) {
        return ERR_CONFLICT;
    }
    TRY(person_try(conn, PERSON_TRY_CLAIM, slice_of((const char *)&person.v, sizeof person.v),
                   now_ms, problem));
    TRY(is_proved(conn, &ways, person, arena, &asked->claim.way, &proved));
    asked->claim.way = proved ? asked->claim.way : ask->way;
    bool by_letter = !proved && ask->way != CLAIM_BY_WORD;
    if (by_letter) {
        TRY(check_letter(conn, ask, &ways, now_ms, arena, &asked->claim.address, problem));
    }
    struct db_query *query = claim_query(conn, CLAIM_REPLACE);
    db_bind_i64(query, 1, ask->entry.v);
    db_bind_i64(query, 2, person.v);
    db_bind_i64(query, 3, now_ms);
    TRY(db_run(query));
    struct crypto_digest digest;
    if (by_letter) {
        asked->link = crypto_secret_make();
        slice secret = slice_from_cstr(asked->link.text);
        digest = crypto_digest(&secret, 1);
    }
    TRY(add(conn, world->ids, asked, by_letter ? &digest : NULL));
    return proved ? give(conn, world, &ways, person, SLICE_EMPTY, now_ms, arena, asked) : OK;
}

/* ---- answering a letter ---- */

err claim_of_link(struct db_conn *conn, slice link, int64_t now_ms, struct arena *arena,
                  struct claim *claim) {
    struct crypto_digest digest = crypto_digest(&link, 1);
    struct db_query *query = claim_query(conn, CLAIM_BY_LINK);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    db_bind_i64(query, 2, now_ms - CLAIM_LETTER_MS);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *claim = read_one(query, arena);
    db_done(query);
    return OK;
}

err claim_answer(struct db_conn *conn, const struct contribution_world *world, slice link,
                 bool is_theirs, int64_t now_ms, struct arena *arena, struct claim_asked *asked) {
    struct claim_ways ways;
    *asked = (struct claim_asked){.contact = SLICE_EMPTY, .contact_language = SLICE_EMPTY};
    TRY(claim_of_link(conn, link, now_ms, arena, &asked->claim));
    if (!is_theirs) {
        return set_end(conn, &asked->claim, CLAIM_REFUSED, (struct person_id){0}, SLICE_EMPTY,
                       now_ms);
    }
    err found = claim_ways(conn, asked->claim.entry, arena, &ways);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? ERR_CONFLICT : found;
    }
    return give(conn, world, &ways, (struct person_id){0}, SLICE_EMPTY, now_ms, arena, asked);
}

/* ---- for who has a role ---- */

static err grants_of(struct db_conn *conn, const struct actor *actor, struct arena *arena,
                     struct person_grant **grants, size_t *count) {
    *grants = NULL;
    *count = 0;
    return actor->roles ? person_grants(conn, actor->person, arena, grants, count) : OK;
}

err claims_for(struct db_conn *conn, const struct contribution_world *world,
               const struct actor *actor, bool is_given, size_t room, struct arena *arena,
               struct claim **claims, size_t *count, bool *has_more) {
    struct person_grant *grants;
    size_t grant_count;
    size_t looked = 0;
    TRY(grants_of(conn, actor, arena, &grants, &grant_count));
    *claims = arena_new(arena, struct claim, room);
    *count = 0;
    *has_more = false;
    struct db_query *query = claim_query(conn, is_given ? CLAIM_LIST_GIVEN : CLAIM_LIST);
    db_bind_i64(query, 1, CLAIM_LOOK_MAX + 1);
    while (grant_count > 0 && !*has_more) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        bool is_here =
            contribution_holds_in(world->territories, grants, grant_count, CONTRIBUTION_ROLES_ALL,
                                  db_text(query, COLUMN_TERRITORY));
        *has_more = ++looked > CLAIM_LOOK_MAX || (is_here && *count == room);
        if (is_here && !*has_more) {
            (*claims)[(*count)++] = read_one(query, arena);
        }
    }
    db_done(query);
    return OK;
}

err claim_load(struct db_conn *conn, const struct contribution_world *world,
               const struct actor *actor, int64_t id, struct arena *arena, struct claim *claim) {
    struct person_grant *grants;
    size_t count;
    TRY(grants_of(conn, actor, arena, &grants, &count));
    struct db_query *query = claim_query(conn, CLAIM_GET);
    db_bind_i64(query, 1, id);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *claim = read_one(query, arena);
    bool holds = contribution_holds_in(world->territories, grants, count, CONTRIBUTION_ROLES_ALL,
                                       db_text(query, COLUMN_TERRITORY));
    db_done(query);
    return holds ? OK : ERR_DENIED;
}

/* The entry has no team again, if it is still the one that the claim made. */
static err take_back(struct db_conn *conn, const struct contribution_world *world,
                     struct claim_asked *asked, struct person_id by, slice reason, int64_t now_ms,
                     struct arena *arena) {
    err released = team_release(conn, asked->claim.team, asked->claim.entry);
    TRY(released == ERR_NOT_FOUND ? ERR_CONFLICT : released);
    struct claim_ways ways;
    err found = claim_ways(conn, asked->claim.entry, arena, &ways);
    if (found == OK) {
        asked->contact = ways.contact;
        asked->contact_language = ways.language;
    } else if (found != ERR_NOT_FOUND) {
        return found;
    }
    TRY(set_end(conn, &asked->claim, CLAIM_ENDED, by, reason, now_ms));
    return audit(conn, world, "claim ended", &asked->claim, reason, now_ms, arena);
}

err claim_decide(struct db_conn *conn, const struct contribution_world *world,
                 const struct actor *actor, int64_t id, bool is_given, slice reason, int64_t now_ms,
                 struct arena *arena, struct claim_asked *asked, struct problem *problem) {
    struct claim_ways ways = {.has_team = true};
    slice words = slice_trim(reason);
    *asked = (struct claim_asked){.contact = SLICE_EMPTY, .contact_language = SLICE_EMPTY};
    TRY(claim_load(conn, world, actor, id, arena, &asked->claim));
    struct claim *claim = &asked->claim;
    if (claim->person.v == actor->person.v) {
        return ERR_DENIED;
    }
    if (words.n == 0 || words.n > CLAIM_REASON_MAX) {
        return problem_set(problem, words.n ? ERR_LIMIT : ERR_INPUT, "reason",
                           "a decision has a reason of at most %d bytes", CLAIM_REASON_MAX);
    }
    if (claim->state == CLAIM_GIVEN && !is_given) {
        return take_back(conn, world, asked, actor->person, words, now_ms, arena);
    }
    if (claim->state != CLAIM_WAITS || claim->way != CLAIM_BY_WORD) {
        return ERR_CONFLICT;
    }
    if (!is_given) {
        TRY(set_end(conn, claim, CLAIM_REFUSED, actor->person, words, now_ms));
        return audit(conn, world, "claim refused", claim, words, now_ms, arena);
    }
    err found = claim_ways(conn, claim->entry, arena, &ways);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? ERR_CONFLICT : found;
    }
    return give(conn, world, &ways, actor->person, words, now_ms, arena, asked);
}

err claim_person_address(struct db_conn *conn, struct person_id person, struct arena *arena,
                         slice *address, slice *language) {
    struct person_address *addresses;
    struct person loaded;
    size_t count;
    TRY(person_addresses(conn, person, arena, &addresses, &count));
    TRY(person_load(conn, person, arena, &loaded));
    *address = count > 0 ? addresses[0].address : SLICE_EMPTY;
    *language = loaded.language;
    return OK;
}

/* ---- what is kept, and how long ---- */

static const char *const way_slugs[CLAIM_WAY__COUNT] = {
    [CLAIM_BY_SITE] = "site", [CLAIM_BY_CONTACT] = "contact", [CLAIM_BY_WORD] = "word"};
static const char *const state_slugs[CLAIM_STATE__COUNT] = {[CLAIM_WAITS] = "waits",
                                                            [CLAIM_GIVEN] = "given",
                                                            [CLAIM_REFUSED] = "refused",
                                                            [CLAIM_ENDED] = "ended",
                                                            [CLAIM_OVER] = "over"};

static void add_text(struct buf *out, const char *key, slice text) {
    buf_addf(out, ",\"%s\":", key);
    buf_add_json_string(out, text);
}

static void add_claim(const struct claim *claim, struct buf *out) {
    bool is_own_address = claim->way == CLAIM_BY_SITE;
    buf_addf(out, "{\"entry\":%lld,\"way\":\"%s\",\"state\":\"%s\",\"at\":\"",
             (long long)claim->entry.v, way_slugs[claim->way], state_slugs[claim->state]);
    time_format_rfc3339(claim->at_ms, out);
    buf_add_char(out, '"');
    add_text(out, "who", claim->who);
    add_text(out, "words", claim->words);
    add_text(out, "address", is_own_address ? claim->address : SLICE_EMPTY);
    add_text(out, "answer", claim->answer);
    buf_add_char(out, '}');
}

err claims_to_json(struct db_conn *conn, struct person_id person, struct buf *out) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct db_query *query = claim_query(conn, CLAIM_OF_PERSON);
    db_bind_i64(query, 1, person.v);
    buf_add_cstr(out, "\"claims\":[");
    for (bool first = true;; first = false) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        struct claim claim = read_one(query, &scratch);
        buf_add_cstr(out, first ? "" : ",");
        add_claim(&claim, out);
    }
    buf_add_char(out, ']');
    return out->failed;
}

static err run_with_now(struct db_conn *conn, enum claim_statement which, int64_t first,
                        int64_t now_ms) {
    struct db_query *query = claim_query(conn, which);
    db_bind_i64(query, 1, first);
    db_bind_i64(query, 2, now_ms);
    return db_run(query);
}

err claims_forget(struct db_conn *conn, struct person_id person, int64_t now_ms) {
    TRY(run_with_now(conn, CLAIM_LEAVE, person.v, now_ms));
    struct db_query *query = claim_query(conn, CLAIM_FORGET_PERSON);
    db_bind_i64(query, 1, person.v);
    return db_run(query);
}

err claim_sweep(struct db_conn *conn, int64_t now_ms) {
    TRY(run_with_now(conn, CLAIM_SWEEP_LETTERS, now_ms - CLAIM_LETTER_MS, now_ms));
    struct db_query *query = claim_query(conn, CLAIM_SWEEP_WORDS);
    db_bind_i64(query, 1, now_ms - CLAIM_KEPT_MS);
    return db_run(query);
}
