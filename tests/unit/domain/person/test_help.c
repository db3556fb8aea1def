/* Acting for people without e-mail: consent, where, for how long; their paper. */
#include "entry_fixture.h"

#include "domain/contribution/contribution.h"
#include "domain/person/help.h"

#include <sqlite3.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static struct person_id account(struct entry_fixture *fixture, const char *address) {
    const struct person_network network = {0};
    struct person_id id = {0};
    bool is_new;
    assert_int_equal(person_enter(fixture->store.conn, &fixture->store.ids,
                                  slice_from_cstr(address), SLICE("fr"), &network,
                                  fixture->store.now_ms, &id, &is_new, &fixture->problem),
                     OK);
    return id;
}

static struct actor find(struct entry_fixture *fixture, const struct crypto_secret *session) {
    struct actor actor;
    assert_int_equal(person_session_find(fixture->store.conn, slice_from_cstr(session->text),
                                         fixture->store.now_ms, &fixture->arena, &actor),
                     OK);
    return actor;
}

/* Somebody with the role where `territory` is, in a session of their own. */
static struct actor helper_of(struct entry_fixture *fixture, const char *address,
                              const char *territory, struct crypto_secret *session) {
    struct db_conn *conn = fixture->store.conn;
    struct person_id id = account(fixture, address);
    assert_int_equal(person_grant(conn, &fixture->store.ids, (struct person_id){0}, id,
                                  PERSON_HELPER, slice_from_cstr(territory), fixture->store.now_ms),
                     OK);
    assert_int_equal(
        person_session_begin(conn, id, SLICE("Firefox"), fixture->store.now_ms, session), OK);
    return find(fixture, session);
}

static struct help_ask ask_of(const struct actor *helper) {
    return (struct help_ask){.helper = helper,
                             .name = SLICE("Odette"),
                             .telephone = SLICE("04 79 00 00 00"),
                             .commune = SLICE("Cruet (73)"),
                             .territory = SLICE("com-73096"),
                             .language = SLICE("fr"),
                             .house = SLICE("Maison de Cruet"),
                             .consent = HELP_IN_PERSON};
}

static err begin(struct entry_fixture *fixture, const struct help_ask *ask,
                 struct person_id *person) {
    struct db_conn *conn = fixture->store.conn;
    fixture->problem = (struct problem){0};
    assert_int_equal(db_begin_write(conn), OK);
    err result = help_begin(conn, &fixture->store.ids, fixture->territories, ask,
                            fixture->store.now_ms, &fixture->arena, person, &fixture->problem);
    if (result == OK) {
        assert_int_equal(db_commit(conn), OK);
    } else {
        db_rollback(conn);
    }
    return result;
}

static size_t accounts(struct entry_fixture *fixture) {
    struct person_listed *list;
    size_t count;
    assert_int_equal(person_list(fixture->store.conn, (struct person_id){0}, 100, &fixture->arena,
                                 &list, &count),
                     OK);
    return count;
}

/* RULE HELP-1 */
static void nobody_is_helped_without_consent_without_the_role_or_elsewhere(void **state) {
    struct entry_fixture *fixture = *state;
    struct crypto_secret session;
    struct person_id person;
    struct actor helper = helper_of(fixture, "helper@example.org", "com-73096", &session);
    assert_int_equal(helper.roles, 0); /* no power over what others wrote */
    assert_true(helper.is_helper);
    size_t before = accounts(fixture);

    struct help_ask ask = ask_of(&helper);
    ask.consent = (enum help_consent)0;
    assert_int_equal(begin(fixture, &ask, &person), ERR_INPUT);
    assert_string_equal(fixture->problem.field, "consent");
    ask = ask_of(&helper);
    ask.name = SLICE(" ");
    assert_int_equal(begin(fixture, &ask, &person), ERR_INPUT);
    assert_string_equal(fixture->problem.field, "name");
    ask = ask_of(&helper);
    ask.territory = SLICE("com-73065"); /* another commune than the role's */
    assert_int_equal(begin(fixture, &ask, &person), ERR_DENIED);
    assert_string_equal(fixture->problem.field, "territory");
    struct actor other = {.person = account(fixture, "other@example.org")};
    before++;
    ask = ask_of(&other);
    assert_int_equal(begin(fixture, &ask, &person), ERR_DENIED);
    assert_string_equal(fixture->problem.field, "");
    assert_int_equal(accounts(fixture), before);

    ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);
    assert_int_equal(accounts(fixture), before + 1);
    struct person shown;
    assert_int_equal(person_load(fixture->store.conn, person, &fixture->arena, &shown), OK);
    assert_slice(person_shown(&shown, PERSON_NAME, (struct person_id){0}), "Odette");
    assert_slice(person_shown(&shown, PERSON_COMMUNE, (struct person_id){0}), "");
    assert_slice(person_shown(&shown, PERSON_TELEPHONE, helper.person), "");
}

/* RULE HELP-1 */
static void help_is_for_one_session_and_ends_by_itself_and_with_the_role(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session, elsewhere;
    struct person_id person;
    struct actor helper = helper_of(fixture, "helper@example.org", "dep-73", &session);
    assert_int_equal(person_session_begin(conn, helper.person, SLICE("Chrome"),
                                          fixture->store.now_ms, &elsewhere),
                     OK);
    struct help_ask ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);

    struct actor now = find(fixture, &session);
    assert_int_equal(now.person.v, helper.person.v);
    assert_int_equal(now.helped.v, person.v);
    assert_slice(now.helped_name, "Odette");
    assert_int_equal(find(fixture, &elsewhere).help, 0);
    struct actor named = person_in_the_name(&now);
    assert_int_equal(named.person.v, person.v);
    assert_int_equal(named.helper.v, helper.person.v);
    assert_int_equal(named.roles, 0);
    assert_false(named.is_proved);
    assert_false(named.is_helper);
    assert_int_equal(person_in_the_name(&helper).person.v, 0);

    fixture->store.now_ms += 4 * HOUR_MS - 1;
    assert_int_equal(find(fixture, &session).helped.v, person.v);
    fixture->store.now_ms += 1;
    assert_int_equal(find(fixture, &session).help, 0);
    assert_int_equal(find(fixture, &session).helped.v, 0);

    ask.person = person;
    assert_int_equal(begin(fixture, &ask, &person), OK);
    assert_int_equal(find(fixture, &session).helped.v, person.v);
    assert_int_equal(person_revoke(conn, &fixture->store.ids, (struct person_id){0}, helper.person,
                                   PERSON_HELPER, SLICE("dep-73"), fixture->store.now_ms),
                     OK);
    assert_int_equal(find(fixture, &session).help, 0);
    assert_int_equal(find(fixture, &session).helped_name.n, 0);
    assert_int_equal(begin(fixture, &ask, &person), ERR_DENIED);
}

/* RULE HELP-1 */
static void a_helper_sees_whom_they_helped_and_nobody_elses(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session, other_session;
    struct person_id person;
    struct actor helper = helper_of(fixture, "helper@example.org", "", &session);
    struct actor other = helper_of(fixture, "other@example.org", "", &other_session);
    struct help_ask ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);

    struct help_person *people;
    struct help_person found;
    size_t count;
    assert_int_equal(help_people(conn, helper.person, 10, &fixture->arena, &people, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(people[0].person.v, person.v);
    assert_slice(people[0].telephone, "04 79 00 00 00");
    assert_slice(people[0].territory, "com-73096");
    assert_false(people[0].has_paper);
    assert_int_equal(help_people(conn, other.person, 10, &fixture->arena, &people, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(help_person(conn, other.person, person, &fixture->arena, &found),
                     ERR_NOT_FOUND);
    struct help_ask theirs = ask_of(&other);
    theirs.person = person;
    assert_int_equal(begin(fixture, &theirs, &person), ERR_NOT_FOUND);
    /* Who is somebody with an address cannot be helped by a hand-made request either. */
    theirs.person = helper.person;
    assert_int_equal(begin(fixture, &theirs, &person), ERR_NOT_FOUND);
}

/* RULE HELP-1, RULE PERSON-1 */
static void a_helper_begins_with_forty_new_people_a_day(void **state) {
    struct entry_fixture *fixture = *state;
    struct crypto_secret session, other_session;
    struct person_id person, last;
    struct actor helper = helper_of(fixture, "helper@example.org", "", &session);
    struct actor other = helper_of(fixture, "other@example.org", "", &other_session);
    struct help_ask ask = ask_of(&helper);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(begin(fixture, &ask, &person), OK);
    }
    size_t before = accounts(fixture);
    assert_int_equal(begin(fixture, &ask, &last), ERR_LIMIT);
    assert_string_equal(fixture->problem.field, "tries");
    assert_int_equal(accounts(fixture), before);
    ask.person = person; /* whom they know they help as often as they like */
    assert_int_equal(begin(fixture, &ask, &last), OK);
    struct help_ask theirs = ask_of(&other);
    assert_int_equal(begin(fixture, &theirs, &last), OK);
    fixture->store.now_ms += 24 * HOUR_MS;
    ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &last), OK);
}

/* ---- the paper ---- */

static err enter(struct entry_fixture *fixture, const char *typed, struct person_id *person) {
    struct help_typed read;
    slice hash;
    if (!help_paper_read(slice_from_cstr(typed), &read)) {
        return ERR_INPUT;
    }
    assert_int_equal(help_paper_find(fixture->store.conn, &read, &fixture->arena, person, &hash),
                     OK);
    return crypto_password_fits(hash, slice_from_cstr(read.secret.text)) ? OK : ERR_DENIED;
}

/* RULE HELP-3 */
static void a_new_paper_ends_the_one_before_and_an_address_ends_both(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session, other_session;
    struct person_id person, who;
    struct help_paper first, second;
    struct actor helper = helper_of(fixture, "helper@example.org", "", &session);
    struct actor other = helper_of(fixture, "other@example.org", "", &other_session);
    struct help_ask ask = ask_of(&helper);
    int64_t now_ms = fixture->store.now_ms;
    struct id_source *ids = &fixture->store.ids;
    assert_int_equal(begin(fixture, &ask, &person), OK);
    assert_int_equal(help_paper_make(&first), OK);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &other, person, &first, now_ms),
        ERR_NOT_FOUND);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &helper, person, &first, now_ms), OK);
    assert_int_equal(strlen(first.text), HELP_PAPER_TEXT);
    assert_int_equal(enter(fixture, first.text, &who), OK);
    assert_int_equal(who.v, person.v);
    struct crypto_secret opened;
    assert_int_equal(person_session_begin(conn, person, SLICE("Firefox"), now_ms, &opened), OK);
    assert_int_equal(find(fixture, &opened).person.v, person.v);

    assert_int_equal(help_paper_make(&second), OK);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &helper, person, &second, now_ms), OK);
    assert_int_equal(find(fixture, &opened).person.v, 0); /* who came in by the first is out */
    assert_int_equal(enter(fixture, first.text, &who), ERR_DENIED);
    assert_int_equal(enter(fixture, second.text, &who), OK);
    /* The name of one paper with the secret of another opens nothing. */
    memcpy(first.text, second.text, HELP_PAPER_NAME);
    assert_int_equal(enter(fixture, first.text, &who), ERR_DENIED);

    /* With the role ends what is done by it. */
    assert_int_not_equal(find(fixture, &session).help, 0);
    assert_int_equal(
        person_revoke(conn, ids, helper.person, helper.person, PERSON_HELPER, SLICE_EMPTY, now_ms),
        OK);
    assert_int_equal(find(fixture, &session).help, 0);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &helper, person, &first, now_ms),
        ERR_DENIED);

    assert_int_equal(person_address_add(conn, person, SLICE("odette@example.org"), now_ms), OK);
    assert_int_equal(enter(fixture, second.text, &who), ERR_DENIED);
    assert_int_equal(find(fixture, &session).help, 0); /* and nobody acts for her any more */
    ask.person = person;
    assert_int_equal(begin(fixture, &ask, &who), ERR_NOT_FOUND);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &helper, person, &second, now_ms),
        ERR_NOT_FOUND);
}

static void a_code_is_read_as_people_type_it(void **state) {
    (void)state;
    struct help_typed read;
    assert_true(help_paper_read(SLICE(" k7qm abcd-efgh "), &read));
    assert_string_equal(read.name, "K7QM");
    assert_string_equal(read.secret.text, "ABCDEFGH");
    static const char *const none[] = {"",
                                       "K7QM-ABCD-EFG",
                                       "K7QM-ABCD-EFGHJ",
                                       "K0QM-ABCD-EFGH",
                                       "K7QM-ABCD-EFGO",
                                       "K7QM/ABCD/EFGH",
                                       "é7QM-ABCD-EFG"};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        assert_false(help_paper_read(slice_from_cstr(none[i]), &read));
    }
    char many[400];
    memset(many, 'A', sizeof many);
    assert_false(help_paper_read(slice_of(many, sizeof many), &read));
}

static void who_leaves_takes_the_paper_along(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session;
    struct person_id person, who;
    struct help_paper paper;
    struct actor helper = helper_of(fixture, "helper@example.org", "", &session);
    struct help_ask ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);
    assert_int_equal(help_paper_make(&paper), OK);
    assert_int_equal(help_paper_store(conn, &fixture->store.ids, fixture->territories, &helper,
                                      person, &paper, fixture->store.now_ms),
                     OK);
    assert_int_equal(person_delete(conn, &fixture->store.ids, person, fixture->store.now_ms), OK);
    assert_int_equal(enter(fixture, paper.text, &who), ERR_DENIED);
    assert_int_equal(find(fixture, &session).help, 0);
    struct help_person *people;
    size_t count;
    assert_int_equal(help_people(conn, helper.person, 10, &fixture->arena, &people, &count), OK);
    assert_int_equal(count, 0);
}

/* ---- with the help of ---- */

#define GARDEN "{\"kind\":\"initiative\",\"title\":\"Jardin partagé\"}"

/* RULE HELP-2 */
static void what_was_written_with_help_says_so(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session, draft;
    struct person_id person;
    struct entry content;
    struct contribution_sent sent;
    bool is_helped;
    slice with;
    const struct contribution_world world = {
        .ids = &fixture->store.ids, .territories = fixture->territories, .themes = fixture->themes};
    struct actor helper = helper_of(fixture, "helper@example.org", "", &session);
    struct help_ask ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);
    helper = find(fixture, &session);
    struct actor named = person_in_the_name(&helper);
    assert_int_equal(entry_from_json(SLICE(GARDEN), &fixture->arena, &content, &fixture->problem),
                     OK);
    assert_int_equal(
        contribution_draft_begin(conn, &named, &content, fixture->store.now_ms, &draft), OK);
    const struct contribution_send send = {.actor = &named,
                                           .draft = slice_from_cstr(draft.text),
                                           .address = SLICE_EMPTY,
                                           .language = SLICE("fr"),
                                           .reason = SLICE_EMPTY,
                                           .charter = CHARTER_OURS};
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(contribution_send(conn, &world, &send, fixture->store.now_ms, &fixture->arena,
                                       &sent, &fixture->problem),
                     OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(sent.outcome, CONTRIBUTION_PUBLISHED);

    struct entry_revision *revisions;
    size_t count;
    assert_int_equal(entry_revisions(conn, sent.entry, &fixture->arena, &revisions, &count), OK);
    assert_int_equal(count, 1);
    char author[40];
    snprintf(author, sizeof author, "person:%lld", (long long)person.v);
    assert_slice(revisions[0].author, author);
    assert_int_equal(help_of_revision(conn, sent.entry.v, revisions[0].revision, &fixture->arena,
                                      &is_helped, &with),
                     OK);
    assert_true(is_helped);
    assert_slice(with, "Maison de Cruet");
    assert_int_equal(help_of_revision(conn, sent.entry.v, 0, &fixture->arena, &is_helped, &with),
                     OK);
    assert_true(is_helped);
    assert_int_equal(help_of_revision(conn, sent.entry.v, revisions[0].revision + 1,
                                      &fixture->arena, &is_helped, &with),
                     OK);
    assert_false(is_helped);

    BUF_CLEANUP struct buf json = buf_new(4096);
    assert_int_equal(help_to_json(conn, person, &json), OK);
    assert_true(slice_contains(buf_slice(&json),
                               SLICE("\"consent\":\"in-person\",\"words\":1,\"house\":\"Maison "
                                     "de Cruet\"")));
}

/* ---- RULE HELP-4 ---- */

static struct person_id helped(struct entry_fixture *fixture, struct crypto_secret *session) {
    struct person_id person;
    struct actor helper = helper_of(fixture, "helper@example.org", "", session);
    struct help_ask ask = ask_of(&helper);
    assert_int_equal(begin(fixture, &ask, &person), OK);
    return person;
}

static struct entry_id bring(struct entry_fixture *fixture, const struct actor *actor) {
    struct db_conn *conn = fixture->store.conn;
    struct entry content;
    struct crypto_secret draft;
    struct contribution_sent sent;
    const struct contribution_world world = {
        .ids = &fixture->store.ids, .territories = fixture->territories, .themes = fixture->themes};
    assert_int_equal(entry_from_json(SLICE(GARDEN), &fixture->arena, &content, &fixture->problem),
                     OK);
    assert_int_equal(contribution_draft_begin(conn, actor, &content, fixture->store.now_ms, &draft),
                     OK);
    const struct contribution_send send = {.actor = actor,
                                           .draft = slice_from_cstr(draft.text),
                                           .address = SLICE_EMPTY,
                                           .language = SLICE("fr"),
                                           .reason = SLICE_EMPTY,
                                           .is_ours = true,
                                           .charter = CHARTER_OURS};
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(contribution_send(conn, &world, &send, fixture->store.now_ms, &fixture->arena,
                                       &sent, &fixture->problem),
                     OK);
    assert_int_equal(db_commit(conn), OK);
    return sent.entry;
}

static void what_was_done_with_a_paper_belongs_to_the_account_it_is_joined_with(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct id_source *ids = &fixture->store.ids;
    int64_t now_ms = fixture->store.now_ms;
    struct crypto_secret session, opened;
    struct help_paper paper;
    struct person_id person = helped(fixture, &session), who;
    struct person_id own = account(fixture, "odette@example.org");
    struct actor helper = find(fixture, &session);
    struct actor named = person_in_the_name(&helper);
    struct actor alone = {.person = own};
    struct entry_id entry = bring(fixture, &named);
    struct entry_id before = bring(fixture, &alone);
    assert_int_equal(help_paper_make(&paper), OK);
    assert_int_equal(
        help_paper_store(conn, ids, fixture->territories, &helper, person, &paper, now_ms), OK);
    assert_int_equal(person_session_begin(conn, person, SLICE("Firefox"), now_ms, &opened), OK);

    assert_int_equal(person_join(conn, ids, person, own, now_ms), OK);
    struct contribution *list;
    struct entry_revision *revisions;
    struct team_of_entry team;
    struct person_act *acts;
    struct person stays, ended;
    size_t count;
    bool is_helped;
    slice with;
    assert_int_equal(contributions_of(conn, own, &fixture->arena, &list, &count), OK);
    assert_int_equal(count, 2);
    assert_true(list[0].entry.v + list[1].entry.v == entry.v + before.v);
    assert_int_equal(entry_revisions(conn, entry, &fixture->arena, &revisions, &count), OK);
    slice author = arena_printf(&fixture->arena, "person:%lld", (long long)own.v);
    assert_true(slice_equal(revisions[0].author, author));
    assert_int_equal(help_of_revision(conn, entry.v, 0, &fixture->arena, &is_helped, &with), OK);
    assert_true(is_helped); /* that stays true of the past */
    assert_slice(with, "Maison de Cruet");
    assert_int_equal(team_of_entry(conn, entry, own, &team), OK);
    assert_int_equal(team.role, TEAM_LEAD);
    assert_int_equal(person_load(conn, own, &fixture->arena, &stays), OK);
    assert_slice(stays.fields[PERSON_NAME].text, "Odette");

    assert_int_equal(person_load(conn, person, &fixture->arena, &ended), OK);
    assert_int_equal(ended.status, PERSON_DELETED);
    assert_int_equal(enter(fixture, paper.text, &who), ERR_DENIED);
    assert_int_equal(find(fixture, &opened).person.v, 0);
    assert_int_equal(find(fixture, &session).help, 0); /* and nobody acts for them */
    const struct person_acts_filter all = {.act = SLICE("join"), .object = SLICE_EMPTY};
    assert_int_equal(person_acts_find(conn, &all, 2, &fixture->arena, &acts, &count), OK);
    assert_int_equal(count, 1);
    assert_true(slice_equal(acts[0].object, author));
    assert_int_equal(person_join(conn, ids, person, own, now_ms), ERR_CONFLICT);
}

static void run(struct entry_fixture *fixture, const char *sql) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(fixture->store.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_team_of_both_keeps_the_one_place_with_the_greater_role(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct crypto_secret session;
    struct person_id person = helped(fixture, &session);
    struct person_id own = account(fixture, "odette@example.org");
    struct actor helper = find(fixture, &session);
    struct actor named = person_in_the_name(&helper);
    struct entry_id entry = bring(fixture, &named); /* the lead */
    struct team_of_entry team;
    assert_int_equal(team_of_entry(conn, entry, own, &team), OK);
    run(fixture, "INSERT INTO team_member (team_id, person_id, role, joined_ms) "
                 "SELECT team_id, (SELECT person_id FROM person_address "
                 "WHERE address = 'odette@example.org'), 1, 0 FROM team_entry");
    assert_int_equal(person_join(conn, &fixture->store.ids, person, own, fixture->store.now_ms),
                     OK);
    assert_int_equal(team_of_entry(conn, entry, own, &team), OK);
    assert_int_equal(team.role, TEAM_LEAD);
}

static void
only_a_paper_without_address_or_role_is_joined_with_an_account_that_is_open(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct id_source *ids = &fixture->store.ids;
    int64_t now_ms = fixture->store.now_ms;
    struct crypto_secret session;
    struct person_id person = helped(fixture, &session);
    struct person_id one = account(fixture, "one@example.org");
    struct person_id two = account(fixture, "two@example.org");
    assert_int_equal(person_join(conn, ids, one, two, now_ms), ERR_CONFLICT);
    assert_int_equal(person_join(conn, ids, person, person, now_ms), ERR_CONFLICT);
    assert_int_equal(person_block(conn, ids, two, one, true, SLICE("spam"), now_ms), OK);
    assert_int_equal(person_join(conn, ids, person, one, now_ms), ERR_CONFLICT);
    assert_int_equal(person_grant(conn, ids, (struct person_id){0}, person, PERSON_MODERATOR,
                                  SLICE_EMPTY, now_ms),
                     OK);
    assert_int_equal(person_join(conn, ids, person, two, now_ms), ERR_CONFLICT);
    assert_int_equal(person_revoke(conn, ids, two, person, PERSON_MODERATOR, SLICE_EMPTY, now_ms),
                     OK);
    assert_int_equal(person_block(conn, ids, two, person, true, SLICE("spam"), now_ms), OK);
    assert_int_equal(person_join(conn, ids, person, two, now_ms), ERR_CONFLICT);
    assert_int_equal(person_block(conn, ids, two, person, false, SLICE("."), now_ms), OK);
    assert_int_equal(person_join(conn, ids, person, two, now_ms), OK);
}

/* What a paper account, without a role and without an address, is never named in. */
static const char *const never_of_a_paper[] = {
    "person_address person_id",
    "person_role person_id",
    "audit person_id",
    "decision person_id",
    "charter person_id",
    "network_block person_id",
    "help helper_id",
    "source state_by",
    "entry_held author",
    "entry_withdrawn author",
    "instance_setting changed_by",
    "decision_reply decided_by",
};

static void every_place_of_the_store_that_names_a_person_is_moved(void **state) {
    struct entry_fixture *fixture = *state;
    sqlite3_stmt *columns = NULL;
    sqlite3 *db = NULL;
    size_t found = 0;
    assert_int_equal(sqlite3_open_v2(fixture->store.path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT t.name, c.name FROM sqlite_schema AS t "
                           "JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' "
                           "AND (c.name LIKE '%person_id' OR c.name LIKE '%_by' "
                           "OR c.name IN ('author', 'subject_id', 'helper_id'))",
                           -1, &columns, NULL),
        SQLITE_OK);
    for (; sqlite3_step(columns) == SQLITE_ROW; found++) {
        const char *table = (const char *)sqlite3_column_text(columns, 0);
        const char *column = (const char *)sqlite3_column_text(columns, 1);
        slice place = arena_printf(&fixture->arena, "%s %s", table, column);
        slice gone = arena_printf(&fixture->arena, "DELETE FROM %s WHERE %s = ", table, column);
        bool is_known = false;
        for (size_t i = 0; i < person_join_catalogue.count && !is_known; i++) {
            slice sql = slice_from_cstr(person_join_catalogue.statements[i].sql);
            slice moved = arena_printf(&fixture->arena, "%s SET %s = ", table, column);
            slice also = arena_printf(&fixture->arena, ", %s = $4 ", column);
            is_known = slice_contains(sql, gone) || slice_contains(sql, moved) ||
                       (slice_contains(sql, slice_from_cstr(table)) && slice_contains(sql, also));
        }
        for (size_t i = 0; i < ARRAY_COUNT(never_of_a_paper) && !is_known; i++) {
            is_known = slice_equal(place, slice_from_cstr(never_of_a_paper[i]));
        }
        if (!is_known) {
            fail_msg("join.c says nothing of %s.%s", table, column);
        }
    }
    assert_true(found > 25);
    sqlite3_finalize(columns);
    sqlite3_close(db);
}

static void the_statements_of_joining_fit_the_store(void **state) {
    struct entry_fixture *fixture = *state;
    assert_int_equal(
        db_catalogue_check(fixture->store.conn, &person_join_catalogue, &fixture->problem), OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            nobody_is_helped_without_consent_without_the_role_or_elsewhere, entry_setup,
            entry_teardown),
        cmocka_unit_test_setup_teardown(
            help_is_for_one_session_and_ends_by_itself_and_with_the_role, entry_setup,
            entry_teardown),
        cmocka_unit_test_setup_teardown(a_helper_sees_whom_they_helped_and_nobody_elses,
                                        entry_setup, entry_teardown),
        cmocka_unit_test_setup_teardown(a_helper_begins_with_forty_new_people_a_day, entry_setup,
                                        entry_teardown),
        cmocka_unit_test_setup_teardown(a_new_paper_ends_the_one_before_and_an_address_ends_both,
                                        entry_setup, entry_teardown),
        cmocka_unit_test(a_code_is_read_as_people_type_it),
        cmocka_unit_test_setup_teardown(who_leaves_takes_the_paper_along, entry_setup,
                                        entry_teardown),
        cmocka_unit_test_setup_teardown(what_was_written_with_help_says_so, entry_setup,
                                        entry_teardown),
        cmocka_unit_test_setup_teardown(
            what_was_done_with_a_paper_belongs_to_the_account_it_is_joined_with, entry_setup,
            entry_teardown),
        cmocka_unit_test_setup_teardown(a_team_of_both_keeps_the_one_place_with_the_greater_role,
                                        entry_setup, entry_teardown),
        cmocka_unit_test_setup_teardown(
            only_a_paper_without_address_or_role_is_joined_with_an_account_that_is_open,
            entry_setup, entry_teardown),
        cmocka_unit_test_setup_teardown(every_place_of_the_store_that_names_a_person_is_moved,
                                        entry_setup, entry_teardown),
        cmocka_unit_test_setup_teardown(the_statements_of_joining_fit_the_store, entry_setup,
                                        entry_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
