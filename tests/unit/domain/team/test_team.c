/* Who runs an entry: inviting, handing over, leaving. */
#include "store_fixture.h"

#include "domain/team/team.h"

#define DAY_MS INT64_C(86400000)

static struct person_id person_of(struct store_fixture *fixture, const char *address) {
    const struct person_network network = {0};
    struct person_id id;
    bool is_new;
    struct problem problem = {0};
    assert_int_equal(person_enter(fixture->conn, &fixture->ids, slice_from_cstr(address),
                                  SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem),
                     OK);
    return id;
}

static struct entry_id entry_made(struct store_fixture *fixture) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct entry entry;
    struct problem problem = {0};
    assert_int_equal(
        entry_from_json(SLICE("{\"kind\":\"initiative\",\"title\":\"Rivière propre\"}"), &arena,
                        &entry, &problem),
        OK);
    assert_int_equal(entry_check(&entry, NULL, NULL, &arena, &problem), OK);
    assert_int_equal(entry_edit(fixture->conn, &fixture->ids, &entry, SLICE("person:1"), SLICE("x"),
                                fixture->now_ms, NULL),
                     OK);
    return entry.id;
}

struct people {
    struct person_id anna, ben, eve;
    struct entry_id entry;
    struct team_id team;
};
static struct people begin(struct store_fixture *fixture) {
    struct people people = {.anna = person_of(fixture, "anna@example.org"),
                            .ben = person_of(fixture, "ben@example.org"),
                            .eve = person_of(fixture, "eve@example.org"),
                            .entry = entry_made(fixture)};
    assert_int_equal(team_begin(fixture->conn, &fixture->ids, people.entry, people.anna,
                                SLICE("Les Amis"), fixture->now_ms, &people.team),
                     OK);
    return people;
}

static struct crypto_secret invite(struct store_fixture *fixture, const struct people *people,
                                   enum team_role role) {
    struct crypto_secret link;
    assert_int_equal(team_invite(fixture->conn, people->team, people->anna,
                                 SLICE("ben@example.org"), role, fixture->now_ms, &link),
                     OK);
    return link;
}

static err join(struct store_fixture *fixture, const struct crypto_secret *link,
                struct person_id person) {
    struct team_id id;
    return team_join(fixture->conn, slice_from_cstr(link->text), person, fixture->now_ms, &id);
}

static enum team_role role_of(struct store_fixture *fixture, struct team_id team,
                              struct person_id person) {
    enum team_role role;
    assert_int_equal(team_role_of(fixture->conn, team, person, &role), OK);
    return role;
}

static void an_entry_has_one_team(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct people people = begin(fixture);
    struct team_of_entry of;
    assert_int_equal(team_of_entry(fixture->conn, people.entry, people.anna, &of), OK);
    assert_int_equal(of.id.v, people.team.v);
    assert_int_equal(of.role, TEAM_LEAD);
    assert_false(of.keeps);
    assert_int_equal(team_of_entry(fixture->conn, people.entry, people.eve, &of), OK);
    assert_int_equal(of.role, TEAM_NONE);
    assert_int_equal(team_of_entry(fixture->conn, entry_made(fixture), people.anna, &of), OK);
    assert_int_equal(of.id.v, 0);
    assert_int_equal(db_begin_write(fixture->conn), OK);
    struct team_id second;
    assert_int_equal(team_begin(fixture->conn, &fixture->ids, people.entry, people.eve, SLICE("x"),
                                fixture->now_ms, &second),
                     ERR_CONFLICT);
    db_rollback(fixture->conn);
    struct entry_id *entries;
    size_t count;
    assert_int_equal(team_entries_of_person(fixture->conn, people.anna, &arena, &entries, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(entries[0].v, people.entry.v);
}

/* RULE TEAM-1 */
static void an_invitation_is_good_once_and_for_fourteen_days(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct people people = begin(fixture);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    struct team_invitation *waiting;
    size_t count;
    assert_int_equal(
        team_invitations(fixture->conn, people.team, fixture->now_ms, &arena, &waiting, &count),
        OK);
    assert_int_equal(count, 1);
    assert_slice(waiting[0].address, "ben@example.org");
    assert_int_equal(join(fixture, &link, people.ben), OK);
    assert_int_equal(role_of(fixture, people.team, people.ben), TEAM_MEMBER);
    assert_int_equal(join(fixture, &link, people.eve), ERR_NOT_FOUND);
    link = invite(fixture, &people, TEAM_MEMBER);
    fixture->now_ms += 14 * DAY_MS;
    assert_int_equal(join(fixture, &link, people.eve), ERR_NOT_FOUND);
    assert_int_equal(role_of(fixture, people.team, people.eve), TEAM_NONE);
    link = invite(fixture, &people, TEAM_MEMBER);
    assert_int_equal(join(fixture, &link, people.anna), OK); /* who is more stays more */
    assert_int_equal(role_of(fixture, people.team, people.anna), TEAM_LEAD);
}

/* RULE TEAM-1 */
static void an_invitation_that_was_taken_back_brings_nobody_in(void **state) {
    struct store_fixture *fixture = *state;
    struct people people = begin(fixture);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    slice ben = SLICE("ben@example.org");
    assert_int_equal(team_invitation_take_back(fixture->conn, people.team, people.ben, ben),
                     ERR_DENIED);
    assert_int_equal(
        team_invitation_take_back(fixture->conn, people.team, people.anna, SLICE("x@example.org")),
        ERR_NOT_FOUND);
    assert_int_equal(team_invitation_take_back(fixture->conn, people.team, people.anna, ben), OK);
    assert_int_equal(join(fixture, &link, people.ben), ERR_NOT_FOUND);
    assert_int_equal(role_of(fixture, people.team, people.ben), TEAM_NONE);
}

static void only_a_lead_invites_and_gives_roles(void **state) {
    struct store_fixture *fixture = *state;
    struct people people = begin(fixture);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    assert_int_equal(join(fixture, &link, people.ben), OK);
    const struct person_id others[] = {people.ben, people.eve, {0}};
    struct problem problem = {0};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct db_conn *conn = fixture->conn;
        assert_int_equal(team_invite(conn, people.team, others[i], SLICE("x@example.org"),
                                     TEAM_LEAD, fixture->now_ms, &link),
                         ERR_DENIED);
        assert_int_equal(team_role_set(conn, people.team, others[i], people.ben, TEAM_LEAD),
                         ERR_DENIED);
        assert_int_equal(team_role_set(conn, people.team, others[i], people.anna, TEAM_NONE),
                         ERR_DENIED);
        assert_int_equal(team_keep(conn, people.team, others[i], people.entry, true), ERR_DENIED);
        assert_int_equal(team_rename(conn, people.team, others[i], SLICE("y"), &problem),
                         ERR_DENIED);
    }
    struct entry_id other = entry_made(fixture);
    assert_int_equal(team_keep(fixture->conn, people.team, people.anna, other, true),
                     ERR_NOT_FOUND); /* not theirs */
}

/* RULE TEAM-2 */
static void a_team_may_keep_its_entry(void **state) {
    struct store_fixture *fixture = *state;
    struct people people = begin(fixture);
    struct team_of_entry of;
    assert_int_equal(team_keep(fixture->conn, people.team, people.anna, people.entry, true), OK);
    assert_int_equal(team_of_entry(fixture->conn, people.entry, people.eve, &of), OK);
    assert_true(of.keeps);
    assert_int_equal(team_keep(fixture->conn, people.team, people.anna, people.entry, false), OK);
    assert_int_equal(team_of_entry(fixture->conn, people.entry, people.eve, &of), OK);
    assert_false(of.keeps);
}

/* RULE TEAM-3 */
static void a_team_with_members_has_a_lead(void **state) {
    struct store_fixture *fixture = *state;
    struct people people = begin(fixture);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    struct db_conn *conn = fixture->conn;
    assert_int_equal(join(fixture, &link, people.ben), OK);
    assert_int_equal(team_leave(conn, people.team, people.anna), ERR_CONFLICT);
    assert_int_equal(team_role_set(conn, people.team, people.anna, people.anna, TEAM_MEMBER),
                     ERR_CONFLICT);
    assert_int_equal(team_role_set(conn, people.team, people.anna, people.eve, TEAM_LEAD),
                     ERR_NOT_FOUND); /* not in it */
    assert_int_equal(team_role_set(conn, people.team, people.anna, people.ben, TEAM_LEAD), OK);
    assert_int_equal(team_leave(conn, people.team, people.anna), OK);
    assert_int_equal(role_of(fixture, people.team, people.anna), TEAM_NONE);
    assert_int_equal(role_of(fixture, people.team, people.ben), TEAM_LEAD);
    assert_int_equal(team_leave(conn, people.team, people.anna), ERR_NOT_FOUND);
}

/* RULE TEAM-3 */
static void an_entry_is_open_again_when_nobody_is_left(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct people people = begin(fixture);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    assert_int_equal(team_keep(fixture->conn, people.team, people.anna, people.entry, true), OK);
    assert_int_equal(team_leave(fixture->conn, people.team, people.anna), OK);
    struct team_of_entry of;
    assert_int_equal(team_of_entry(fixture->conn, people.entry, people.anna, &of), OK);
    assert_int_equal(of.id.v, 0);
    assert_int_equal(join(fixture, &link, people.ben), ERR_NOT_FOUND);
    struct team team;
    assert_int_equal(team_load(fixture->conn, people.team, &arena, &team), ERR_NOT_FOUND);
}

/* RULE TEAM-3 */
static void who_deletes_the_account_hands_over_to_the_oldest_member(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct people people = begin(fixture);
    fixture->now_ms += DAY_MS;
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    assert_int_equal(join(fixture, &link, people.eve), OK);
    fixture->now_ms += DAY_MS;
    link = invite(fixture, &people, TEAM_MEMBER);
    assert_int_equal(join(fixture, &link, people.ben), OK);
    assert_int_equal(team_leave_all(fixture->conn, people.anna), OK);
    struct team_member *members;
    size_t count;
    assert_int_equal(team_members(fixture->conn, people.team, people.ben, &arena, &members, &count),
                     OK);
    assert_int_equal(count, 2);
    assert_int_equal(members[0].person.v, people.eve.v);
    assert_int_equal(members[0].role, TEAM_LEAD);
    assert_int_equal(members[0].joined_ms, FIXTURE_NOW_MS + DAY_MS);
    slice *addresses;
    assert_int_equal(team_addresses(fixture->conn, people.team, &arena, &addresses, &count), OK);
    assert_int_equal(count, 2);
}

static void name_of(struct store_fixture *fixture, struct person_id id, const char *name,
                    enum person_visibility visibility) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person person;
    struct problem problem = {0};
    assert_int_equal(person_load(fixture->conn, id, &arena, &person), OK);
    person.fields[PERSON_NAME].text = slice_from_cstr(name);
    person.fields[PERSON_NAME].visibility = visibility;
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
}

static void an_entry_names_its_team_as_each_shows_themselves(void **state) {
    struct store_fixture *fixture = *state;
    struct people people = begin(fixture);
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct crypto_secret link = invite(fixture, &people, TEAM_MEMBER);
    struct team_shown shown;
    assert_int_equal(join(fixture, &link, people.ben), OK);
    name_of(fixture, people.anna, "Anna", PERSON_PUBLIC);
    name_of(fixture, people.ben, "Ben", PERSON_MEMBERS);
    assert_int_equal(team_shown(fixture->conn, people.entry, (struct person_id){0}, &arena, &shown),
                     OK);
    assert_int_equal(shown.id.v, people.team.v);
    assert_int_equal(shown.role, TEAM_NONE);
    assert_int_equal(shown.count, 1);
    assert_int_equal(shown.unnamed, 1);
    assert_true(slice_equal(shown.members[0].name, SLICE("Anna")));
    assert_int_equal(team_shown(fixture->conn, people.entry, people.eve, &arena, &shown), OK);
    assert_int_equal(shown.role, TEAM_NONE);
    assert_int_equal(shown.count, 2);
    assert_int_equal(team_shown(fixture->conn, people.entry, people.ben, &arena, &shown), OK);
    assert_int_equal(shown.role, TEAM_MEMBER);
    assert_int_equal(person_grant(fixture->conn, &fixture->ids, (struct person_id){0}, people.eve,
                                  PERSON_ADMIN, SLICE_EMPTY, fixture->now_ms),
                     OK);
    assert_int_equal(person_block(fixture->conn, &fixture->ids, people.eve, people.anna, true,
                                  SLICE("spam"), fixture->now_ms),
                     OK);
    assert_int_equal(team_shown(fixture->conn, people.entry, (struct person_id){0}, &arena, &shown),
                     OK);
    assert_int_equal(shown.count, 0);
    assert_int_equal(shown.unnamed, 2);
    assert_int_equal(team_shown(fixture->conn, (struct entry_id){12}, people.anna, &arena, &shown),
                     OK);
    assert_int_equal(shown.id.v, 0);
}

static void every_statement_can_be_prepared(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {0};
    assert_int_equal(db_catalogue_check(fixture->conn, &team_catalogue, &problem), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_entry_has_one_team),
        TEST(an_invitation_is_good_once_and_for_fourteen_days),
        TEST(an_invitation_that_was_taken_back_brings_nobody_in),
        TEST(only_a_lead_invites_and_gives_roles),
        TEST(a_team_may_keep_its_entry),
        TEST(an_entry_names_its_team_as_each_shows_themselves),
        TEST(a_team_with_members_has_a_lead),
        TEST(an_entry_is_open_again_when_nobody_is_left),
        TEST(who_deletes_the_account_hands_over_to_the_oldest_member),
        TEST(every_statement_can_be_prepared),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
