/* Whether an entry is still so: saying it, being asked, answering, having had enough. */
#include "team_fixture.h"

#include "domain/freshness/freshness.h"

#define DAY_MS INT64_C(86400000)

static struct entry shown(struct scene *scene) {
    struct entry_public shown;
    assert_int_equal(
        entry_public_load(scene->fixture->conn, &nowhere, scene->entry, &scene->arena, &shown), OK);
    return shown.entry;
}

static size_t due(struct scene *scene, struct freshness_letter **letters) {
    size_t count;
    assert_int_equal(freshness_due(scene->fixture->conn, scene->fixture->now_ms, 20, &scene->arena,
                                   letters, &count),
                     OK);
    return count;
}

static int64_t changes(struct scene *scene) {
    int64_t last;
    assert_int_equal(db_change_last(scene->fixture->conn, &last), OK);
    return last;
}

/* RULE FRESH-1 */
static void one_person_counts_once_a_day_and_no_revision_is_made(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct entry_confirmation last;
    const struct actor nobody = {0};
    struct entry before = shown(scene);
    assert_int_equal(
        freshness_confirm(fixture->conn, &nobody, scene->entry, fixture->now_ms, &scene->arena),
        ERR_DENIED);
    assert_int_equal(entry_confirmation_last(fixture->conn, scene->entry, &scene->arena, &last),
                     ERR_NOT_FOUND);
    fixture->now_ms += 100 * DAY_MS;
    int64_t feed = changes(scene);
    assert_int_equal(
        freshness_confirm(fixture->conn, &scene->eve, scene->entry, fixture->now_ms, &scene->arena),
        OK);
    assert_int_equal(changes(scene), feed + 1);
    assert_int_equal(freshness_confirm(fixture->conn, &scene->eve, scene->entry,
                                       fixture->now_ms + 1000, &scene->arena),
                     OK);
    assert_int_equal(changes(scene), feed + 1);
    struct entry after = shown(scene);
    assert_int_equal(after.revision, before.revision);
    assert_int_equal(after.updated_ms, before.updated_ms);
    assert_int_equal(after.confirmed_ms, fixture->now_ms);
    assert_int_equal(entry_fresh_ms(&after), fixture->now_ms);
    assert_int_equal(entry_confirmation_last(fixture->conn, scene->entry, &scene->arena, &last),
                     OK);
    assert_int_equal(last.side, ENTRY_CONFIRMED_BY_PERSON);
    assert_int_equal(freshness_confirm(fixture->conn, &scene->anna, scene->entry,
                                       fixture->now_ms + 2000, &scene->arena),
                     OK);
    assert_int_equal(changes(scene), feed + 2);
    assert_int_equal(entry_confirmation_last(fixture->conn, scene->entry, &scene->arena, &last),
                     OK);
    assert_int_equal(last.side, ENTRY_CONFIRMED_BY_TEAM);
    assert_int_equal(freshness_confirm(fixture->conn, &scene->eve, (struct entry_id){12345},
                                       fixture->now_ms, &scene->arena),
                     ERR_NOT_FOUND);
    struct problem problem = {0};
    int64_t verified;
    assert_int_equal(entry_verify(fixture->conn, &verified, &problem), OK);
}

/* RULE FRESH-1 */
static void what_a_source_says_is_never_later_than_it_was_heard(void **state) {
    (void)state;
    const struct {
        int64_t confirmed, source, updated, checked, fresh;
    } rows[] = {
        {0, 0, 50, 0, 50},    {40, 0, 50, 0, 40},  {40, 45, 50, 0, 45}, {99, 0, 50, 0, 50},
        {0, 99, 50, 0, 50},   {40, 0, 50, 60, 60}, {99, 0, 50, 60, 60}, {60, 0, 50, 60, 60},
        {45, 10, 50, 20, 45}, {0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct entry entry = {.confirmed_ms = rows[i].confirmed,
                                    .source_updated_ms = rows[i].source,
                                    .updated_ms = rows[i].updated,
                                    .checked_ms = rows[i].checked};
        assert_int_equal(entry_fresh_ms(&entry), rows[i].fresh);
    }
}

/* RULE FRESH-3 */
static void a_team_is_asked_once_a_year_and_its_answer_counts(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct freshness_letter *letters;
    struct freshness_asked asked;
    assert_int_equal(due(scene, &letters), 0);
    fixture->now_ms += 365 * DAY_MS;
    assert_int_equal(due(scene, &letters), 1);
    assert_slice(letters[0].address, "anna@example.org");
    assert_slice(letters[0].title, "Four à pain");
    struct crypto_secret link = letters[0].link;
    assert_int_equal(due(scene, &letters), 0);
    slice secret = slice_from_cstr(link.text);
    assert_int_equal(freshness_look(fixture->conn, secret, fixture->now_ms, &scene->arena, &asked),
                     OK);
    assert_int_equal(asked.entry.v, scene->entry.v);
    assert_int_equal(asked.answer, 0);
    assert_int_equal(freshness_answer(fixture->conn, &scene->world, secret, FRESHNESS_CHANGES,
                                      SLICE(""), fixture->now_ms, &scene->arena, &scene->problem),
                     OK);
    assert_true(shown(scene).confirmed_ms < fixture->now_ms);
    assert_int_equal(freshness_answer(fixture->conn, &scene->world, secret, FRESHNESS_STILL,
                                      SLICE(""), fixture->now_ms, &scene->arena, &scene->problem),
                     OK);
    assert_int_equal(shown(scene).confirmed_ms, fixture->now_ms);
    fixture->now_ms += 364 * DAY_MS;
    assert_int_equal(due(scene, &letters), 0);
    fixture->now_ms += 2 * DAY_MS;
    assert_int_equal(freshness_look(fixture->conn, secret, fixture->now_ms, &scene->arena, &asked),
                     ERR_NOT_FOUND); /* too old */
    assert_int_equal(due(scene, &letters), 1);
    assert_int_equal(freshness_sweep(fixture->conn, fixture->now_ms), OK);
    assert_int_equal(due(scene, &letters), 0);
}

static void what_has_ended_by_a_letter_is_a_revision_of_its_author(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct freshness_letter *letters;
    struct entry_revision *revisions;
    size_t count;
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 1);
    slice secret = slice_from_cstr(letters[0].link.text);
    for (int i = 0; i < 2; i++) { /* once more changes nothing */
        assert_int_equal(freshness_answer(fixture->conn, &scene->world, secret, FRESHNESS_ENDED,
                                          SLICE("Le four est fendu."), fixture->now_ms,
                                          &scene->arena, &scene->problem),
                         OK);
    }
    assert_int_equal(shown(scene).state, ENTRY_STATE_ENDED);
    assert_slice(shown(scene).end_reason, "Le four est fendu.");
    assert_int_equal(
        entry_revisions(fixture->conn, scene->entry, &scene->arena, &revisions, &count), OK);
    assert_int_equal(count, 2);
    char author[64];
    snprintf(author, sizeof author, "person:%lld", (long long)scene->anna.person.v);
    assert_slice(revisions[0].author, author);
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 0); /* nobody is asked about what has ended */
}

static void a_link_is_worth_what_its_reader_is_worth_when_it_is_used(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct freshness_letter *letters;
    struct freshness_asked asked;
    struct problem problem = {0};
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 1);
    slice secret = slice_from_cstr(letters[0].link.text);
    assert_int_equal(
        freshness_look(fixture->conn, SLICE("nonsense"), fixture->now_ms, &scene->arena, &asked),
        ERR_NOT_FOUND);
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, scene->entry, ENTRY_REMOVED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_int_equal(freshness_answer(fixture->conn, &scene->world, secret, FRESHNESS_STILL,
                                      SLICE(""), fixture->now_ms, &scene->arena, &problem),
                     ERR_NOT_FOUND);
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, scene->entry, ENTRY_PUBLISHED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_int_equal(freshness_look(fixture->conn, secret, fixture->now_ms, &scene->arena, &asked),
                     OK);
    assert_int_equal(team_leave(fixture->conn, scene->team, scene->anna.person), OK);
    assert_int_equal(freshness_look(fixture->conn, secret, fixture->now_ms, &scene->arena, &asked),
                     ERR_NOT_FOUND);
}

/* RULE MAIL-4 */
static void who_has_had_enough_is_asked_about_nothing_any_more(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct freshness_letter *letters;
    struct team_id team;
    struct entry_id second = entry_made(scene, "{\"kind\":\"place\",\"title\":\"Le fournil\"}");
    struct entry_id event = entry_made(scene, "{\"kind\":\"event\",\"title\":\"La fournée\"}");
    assert_int_equal(team_begin(fixture->conn, &fixture->ids, event, scene->anna.person, SLICE(""),
                                fixture->now_ms, &team),
                     OK);
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 1); /* an event is over by itself */
    slice secret = slice_from_cstr(letters[0].link.text);
    assert_int_equal(freshness_leave(fixture->conn, SLICE("nonsense"), 1), ERR_NOT_FOUND);
    assert_int_equal(freshness_leave(fixture->conn, secret, fixture->now_ms), OK);
    assert_int_equal(freshness_leave(fixture->conn, secret, fixture->now_ms), OK);
    assert_int_equal(team_begin(fixture->conn, &fixture->ids, second, scene->anna.person, SLICE(""),
                                fixture->now_ms, &team),
                     OK);
    assert_int_equal(due(scene, &letters), 0);
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 0);
}

static bool is_kept(struct scene *scene, slice digest) {
    static const struct db_statement statement = {
        "kept", "SELECT 1 FROM freshness_ask WHERE $1 IN (reader, digest) "
                "UNION ALL SELECT 1 FROM freshness_silent WHERE reader = $1"};
    static const struct db_catalogue catalogue = {"test", &statement, 1};
    struct db_query *query = db_query(scene->fixture->conn, &catalogue, 0);
    bool row = false;
    db_bind_blob(query, 1, digest);
    assert_int_equal(db_next(query, &row), OK);
    db_done(query);
    return row;
}

static void
addresses_are_kept_under_a_key_of_the_store_and_letters_go_with_the_account(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct freshness_letter *letters;
    const slice address = SLICE("anna@example.org");
    struct crypto_digest guessed = crypto_digest(&address, 1);
    fixture->now_ms += 400 * DAY_MS;
    assert_int_equal(due(scene, &letters), 1);
    const slice secret = slice_from_cstr(letters[0].link.text);
    struct crypto_digest asked = crypto_digest(&secret, 1);
    assert_true(is_kept(scene, crypto_digest_slice(&asked)));
    assert_int_equal(freshness_leave(fixture->conn, secret, fixture->now_ms), OK);
    assert_false(is_kept(scene, crypto_digest_slice(&guessed)));
    assert_int_equal(freshness_forget(fixture->conn, scene->eve.person), OK);
    assert_true(is_kept(scene, crypto_digest_slice(&asked)));
    assert_int_equal(freshness_forget(fixture->conn, scene->anna.person), OK);
    assert_false(is_kept(scene, crypto_digest_slice(&asked)));
    assert_int_equal(due(scene, &letters), 0); /* they want none, whatever was forgotten */
}

static void the_catalogue_is_sound(void **state) {
    struct scene *scene = *state;
    assert_int_equal(
        db_catalogue_check(scene->fixture->conn, &freshness_catalogue, &scene->problem), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(one_person_counts_once_a_day_and_no_revision_is_made),
        TEST(what_a_source_says_is_never_later_than_it_was_heard),
        TEST(a_team_is_asked_once_a_year_and_its_answer_counts),
        TEST(what_has_ended_by_a_letter_is_a_revision_of_its_author),
        TEST(a_link_is_worth_what_its_reader_is_worth_when_it_is_used),
        TEST(who_has_had_enough_is_asked_about_nothing_any_more),
        TEST(addresses_are_kept_under_a_key_of_the_store_and_letters_go_with_the_account),
        TEST(the_catalogue_is_sound),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("freshness", tests, NULL, NULL);
}
