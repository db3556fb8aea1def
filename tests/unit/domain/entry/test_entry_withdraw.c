/* RULE SOURCE-2: what leaves with its source, what stays, what comes back. */
#include "entry_fixture.h"

#include "db/db_int.h"

#define MANY (ENTRY_WITHDRAW_STEP + 3)

static struct entry_id bring(struct entry_fixture *fixture, const char *key) {
    struct entry entry;
    char json[160];
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"kind\":\"idea\",\"title\":\"Idée %s\"}", key,
             key);
    assert_int_equal(entry_bring(fixture, json, &entry), ENTRY_ADDED);
    return entry.id;
}

static void bring_many(struct entry_fixture *fixture) {
    char key[16];
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "k%04u", i);
        (void)bring(fixture, key);
    }
    assert_int_equal(db_commit(fixture->store.conn), OK);
}

static void edit(struct entry_fixture *fixture, struct entry_id id, const char *summary) {
    struct entry entry;
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    entry.summary = slice_from_cstr(summary);
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &entry, SLICE("person:7"),
                                SLICE("faute"), fixture->store.now_ms, &fixture->problem),
                     OK);
}

static enum entry_status status_of(struct entry_fixture *fixture, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    return entry.status;
}

static struct entry_withdrawal withdrawal_of(struct entry_fixture *fixture, bool comes_back) {
    return (struct entry_withdrawal){.source = fixture->source,
                                     .comes_back = comes_back,
                                     .author = SLICE("person:1"),
                                     .reason = SLICE("licence"),
                                     .after = SLICE_EMPTY};
}

static err step(struct entry_fixture *fixture, struct entry_withdrawal *withdrawal,
                bool *has_more) {
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(db_begin_write(conn), OK);
    err done = entry_withdraw_step(conn, &fixture->store.ids, withdrawal, fixture->store.now_ms,
                                   &fixture->arena, has_more);
    if (done != OK) {
        db_rollback(conn);
        return done;
    }
    return db_commit(conn);
}

/* All steps of one way; how many. */
static unsigned go(struct entry_fixture *fixture, bool comes_back) {
    struct entry_withdrawal withdrawal = withdrawal_of(fixture, comes_back);
    unsigned steps = 0;
    for (bool has_more = true; has_more; steps++) {
        assert_int_equal(step(fixture, &withdrawal, &has_more), OK);
    }
    return steps;
}

static void assert_counts(struct entry_fixture *fixture, int64_t leave, int64_t stay,
                          int64_t left) {
    int64_t is_leaving = -1;
    int64_t is_staying = -1;
    int64_t has_left = -1;
    assert_int_equal(entry_withdraw_count(fixture->store.conn, fixture->source, &is_leaving,
                                          &is_staying, &has_left),
                     OK);
    assert_int_equal(is_leaving, leave);
    assert_int_equal(is_staying, stay);
    assert_int_equal(has_left, left);
}

static void a_source_leaves_in_steps_and_comes_back_in_steps(void **state) {
    struct entry_fixture *fixture = *state;
    bring_many(fixture);
    assert_counts(fixture, MANY, 0, 0);
    struct entry_withdrawal withdrawal = withdrawal_of(fixture, false);
    bool has_more = false;
    assert_int_equal(step(fixture, &withdrawal, &has_more), OK);
    assert_true(has_more);
    assert_counts(fixture, MANY - ENTRY_WITHDRAW_STEP, 0, ENTRY_WITHDRAW_STEP);
    assert_int_equal(step(fixture, &withdrawal, &has_more), OK);
    assert_false(has_more);
    assert_counts(fixture, 0, 0, MANY);
    assert_int_equal(go(fixture, true), 2);
    assert_counts(fixture, MANY, 0, 0);
}

static void what_was_edited_here_or_is_run_by_a_team_stays(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id plain = bring(fixture, "plain");
    struct entry_id edited = bring(fixture, "edited");
    struct entry_id run = bring(fixture, "run");
    char sql[160];
    edit(fixture, edited, "Corrigée.");
    snprintf(sql, sizeof sql,
             "INSERT INTO team VALUES (1, 'Les Amis', 1); INSERT INTO team_entry VALUES (%lld, 1, "
             "0)",
             (long long)run.v);
    assert_int_equal(db_execute(fixture->store.conn, slice_from_cstr(sql)), OK);
    assert_counts(fixture, 1, 2, 0);
    assert_int_equal(go(fixture, false), 1);
    assert_int_equal(status_of(fixture, plain), ENTRY_ARCHIVED);
    assert_int_equal(status_of(fixture, edited), ENTRY_PUBLISHED);
    assert_int_equal(status_of(fixture, run), ENTRY_PUBLISHED);
    assert_counts(fixture, 0, 2, 1);
}

static void what_somebody_did_since_is_not_undone_by_coming_back(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id plain = bring(fixture, "plain");
    struct entry_id removed = bring(fixture, "removed");
    (void)go(fixture, false);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, removed,
                                      ENTRY_REMOVED, SLICE("person:7"), SLICE("diffamation"),
                                      fixture->store.now_ms),
                     OK);
    (void)go(fixture, true);
    assert_int_equal(status_of(fixture, plain), ENTRY_PUBLISHED);
    assert_int_equal(status_of(fixture, removed), ENTRY_REMOVED);
    assert_counts(fixture, 1, 0, 0);
}

static void what_had_left_before_is_not_brought_back(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id gone = bring(fixture, "gone");
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, gone,
                                      ENTRY_ARCHIVED, SLICE("import:fixture"), SLICE("retirée"),
                                      fixture->store.now_ms),
                     OK);
    assert_counts(fixture, 0, 0, 0);
    (void)go(fixture, false);
    (void)go(fixture, true);
    assert_int_equal(status_of(fixture, gone), ENTRY_ARCHIVED);
}

static void the_source_changes_what_came_back_as_before(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    struct entry_id id = bring(fixture, "plain");
    (void)go(fixture, false);
    (void)go(fixture, true);
    assert_int_equal(
        entry_bring(fixture, "{\"id\":\"plain\",\"kind\":\"idea\",\"title\":\"Mieux\"}", &entry),
        ENTRY_UPDATED);
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    assert_true(slice_equal(entry.title, SLICE("Mieux")));
}

static void a_source_may_leave_again_and_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id id = bring(fixture, "plain");
    for (int i = 0; i < 3; i++) {
        (void)go(fixture, false);
        assert_int_equal(status_of(fixture, id), ENTRY_ARCHIVED);
        assert_counts(fixture, 0, 0, 1);
        (void)go(fixture, true);
        assert_int_equal(status_of(fixture, id), ENTRY_PUBLISHED);
        assert_counts(fixture, 1, 0, 0);
    }
}

/* The store fails at the third entry of a step. */
static void a_step_that_fails_changes_nothing_and_is_done_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    bring_many(fixture);
    for (int back = 0; back <= 1; back++) {
        struct entry_withdrawal withdrawal = withdrawal_of(fixture, back);
        bool has_more = false;
        assert_int_equal(
            db_execute(conn, SLICE("CREATE TEMP TRIGGER fails BEFORE UPDATE OF status ON entry "
                                   "WHEN NEW.source_key = 'k0002' BEGIN SELECT RAISE(ABORT, 'no'); "
                                   "END")),
            OK);
        assert_int_not_equal(step(fixture, &withdrawal, &has_more), OK);
        assert_counts(fixture, back ? 0 : MANY, 0, back ? MANY : 0);
        assert_int_equal(db_execute(conn, SLICE("DROP TRIGGER fails")), OK);
        assert_int_equal(go(fixture, back), 2);
        assert_counts(fixture, back ? MANY : 0, 0, back ? 0 : MANY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(a_source_leaves_in_steps_and_comes_back_in_steps),
        ENTRY_TEST(what_was_edited_here_or_is_run_by_a_team_stays),
        ENTRY_TEST(what_somebody_did_since_is_not_undone_by_coming_back),
        ENTRY_TEST(what_had_left_before_is_not_brought_back),
        ENTRY_TEST(the_source_changes_what_came_back_as_before),
        ENTRY_TEST(a_source_may_leave_again_and_again),
        ENTRY_TEST(a_step_that_fails_changes_nothing_and_is_done_again),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
