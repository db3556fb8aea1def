/* What somebody changed in a time goes back, and comes again: what is planned, and what is done. */
#include "moderation_fixture.h"

#define STEP_MS INT64_C(1000)

struct undoing {
    struct entry_fixture *fixture;
    struct db_conn *conn;
    struct contribution_world world;
    struct actor vandal, other, all;
    int64_t from_ms; /* what the vandal changed from then on goes back */
};

static struct undoing undoing_of(struct entry_fixture *fixture) {
    return (struct undoing){.fixture = fixture,
                            .conn = fixture->store.conn,
                            .world = world_of(fixture),
                            .vandal = person_of(fixture, "vandal@example.org"),
                            .other = person_of(fixture, "other@example.org"),
                            .all = moderator_of(fixture, "all@example.org", ""),
                            .from_ms = fixture->store.now_ms};
}

static struct entry_id brought(struct undoing *undoing, const char *key, const char *territory) {
    struct entry entry;
    slice json = arena_printf(&undoing->fixture->arena,
                              "{\"id\":\"%s\",\"kind\":\"place\",\"title\":\"%s\","
                              "\"summary\":\"D’abord\",\"place\":{\"territory\":\"%s\"}}",
                              key, key, territory);
    assert_int_equal(entry_bring(undoing->fixture, json.p, &entry), ENTRY_ADDED);
    return entry.id;
}

static struct entry stands(struct undoing *undoing, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(undoing->conn, id, &undoing->fixture->arena, &entry), OK);
    return entry;
}

/* A change a second after the last; NULL leaves the field as it is. id 0: a new entry. */
static struct entry_id writes(struct undoing *undoing, const struct actor *by, struct entry_id id,
                              const char *title, const char *summary) {
    struct entry_fixture *fixture = undoing->fixture;
    struct entry entry;
    if (id.v) {
        entry = stands(undoing, id);
    } else {
        assert_int_equal(entry_make(fixture, "{\"kind\":\"idea\",\"title\":\"x\"}", &entry), OK);
        entry.source = (struct source_id){0};
    }
    entry.title = title ? slice_from_cstr(title) : entry.title;
    entry.summary = summary ? slice_from_cstr(summary) : entry.summary;
    fixture->store.now_ms += STEP_MS;
    assert_int_equal(entry_edit(undoing->conn, &fixture->store.ids, &entry,
                                contribution_author(by, 0, &fixture->arena), SLICE_EMPTY,
                                fixture->store.now_ms, &fixture->problem),
                     OK);
    return entry.id;
}

static struct moderation_decision undo_of(struct undoing *undoing, struct entry_id entry) {
    return (struct moderation_decision){.entry = entry,
                                        .act = MODERATION_UNDO,
                                        .reason = SLICE("De la réclame."),
                                        .subject = undoing->vandal.person,
                                        .undo = {.from_ms = undoing->from_ms,
                                                 .to_ms = undoing->fixture->store.now_ms + 1,
                                                 .note = SLICE("Annulé")}};
}

static struct moderation_decision redo_of(struct undoing *undoing, struct entry_id entry,
                                          int64_t undo) {
    struct moderation_decision decision = undo_of(undoing, entry);
    decision.act = MODERATION_REDO;
    decision.undo = (struct moderation_undo_of){.decision = undo, .note = SLICE("Remis")};
    return decision;
}

static struct moderation_undo_plan plan_of(struct undoing *undoing, const struct actor *actor,
                                           const struct moderation_decision *decision) {
    struct moderation_undo_plan plan;
    assert_int_equal(moderation_undo_plan(undoing->conn, &undoing->world, actor, decision,
                                          &undoing->fixture->arena, &plan),
                     OK);
    return plan;
}

/* After a look at it, as a page does; what is refused leaves nothing behind, as there. */
static err decide(struct undoing *undoing, const struct actor *actor,
                  struct moderation_decision *decision, struct moderation_outcome *outcome) {
    struct entry_fixture *fixture = undoing->fixture;
    decision->undo.seen = plan_of(undoing, actor, decision).seen;
    fixture->store.now_ms += STEP_MS;
    fixture->problem = (struct problem){0};
    assert_int_equal(db_begin_write(undoing->conn), OK);
    err decided =
        moderation_decide(undoing->conn, &undoing->world, actor, decision, fixture->store.now_ms,
                          &fixture->arena, outcome, &fixture->problem);
    if (decided == OK) {
        assert_int_equal(db_commit(undoing->conn), OK);
    } else {
        db_rollback(undoing->conn);
    }
    return decided;
}

/* RULE UNDO-2 */
static void what_others_wrote_since_stays_field_by_field(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id id = brought(&undoing, "Atelier", "com-73065");
    writes(&undoing, &undoing.vandal, id, "Promo", "Achetez");
    writes(&undoing, &undoing.other, id, "Le bel atelier", NULL);
    struct moderation_decision undo = undo_of(&undoing, id);
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.acts, 1);
    assert_int_equal(plan.below, 0);
    assert_int_equal(plan.items[0].entry.v, id.v);
    assert_slice(plan.items[0].title, "Le bel atelier");
    assert_int_equal(plan.items[0].sort, MODERATION_GOES_BACK);
    assert_int_equal(plan.items[0].fields, history_bit(HISTORY_SUMMARY));
    assert_int_equal(plan.items[0].collided, history_bit(HISTORY_TITLE));
    assert_slice(stands(&undoing, id).summary, "Achetez"); /* a look changes nothing */
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), OK);
    assert_slice(stands(&undoing, id).title, "Le bel atelier");
    assert_slice(stands(&undoing, id).summary, "D’abord");
}

static void what_they_wrote_at_another_time_stays(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id id = brought(&undoing, "Atelier", "com-73065");
    writes(&undoing, &undoing.vandal, id, "Un bon titre", NULL);
    undoing.from_ms = undoing.fixture->store.now_ms + 1;
    writes(&undoing, &undoing.vandal, id, "Promo", NULL);
    writes(&undoing, &undoing.vandal, id, NULL, "Achetez");
    struct moderation_decision undo = undo_of(&undoing, id);
    writes(&undoing, &undoing.vandal, id, NULL, "Une autre fois");
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.items[0].fields, history_bit(HISTORY_TITLE));
    assert_int_equal(plan.items[0].collided, history_bit(HISTORY_SUMMARY));
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), OK);
    assert_slice(stands(&undoing, id).title, "Un bon titre");
    assert_slice(stands(&undoing, id).summary, "Une autre fois");
}

static void where_all_was_changed_since_there_is_nothing_to_do(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id id = brought(&undoing, "Cave", "com-73065");
    writes(&undoing, &undoing.vandal, id, NULL, "Achetez");
    writes(&undoing, &undoing.other, id, NULL, "La cave, ouverte");
    struct moderation_decision undo = undo_of(&undoing, id);
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.acts, 0);
    assert_int_equal(plan.items[0].sort, MODERATION_LEFT_COLLIDES);
    assert_int_equal(plan.items[0].fields, 0);
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), ERR_CONFLICT);
    assert_string_equal(undoing.fixture->problem.field, "undo");
}

#define OTHER_THEMES                                                                               \
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"concepts\":["       \
    "{\"slug\":\"food\",\"label\":{\"fr\":\"Alimentation\",\"en\":\"Food\"}}]}"

/* What it was is no longer possible: its theme is none any more. */
static void what_no_entry_can_be_any_more_stays_as_it_is(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct entry_fixture *fixture = undoing.fixture;
    struct moderation_outcome outcome;
    struct entry entry;
    assert_int_equal(entry_bring(fixture,
                                 "{\"id\":\"eau\",\"kind\":\"place\",\"title\":\"La source\","
                                 "\"themes\":[\"water\"],\"place\":{\"territory\":\"com-73065\"}}",
                                 &entry),
                     ENTRY_ADDED);
    struct entry_id id = entry.id;
    entry = stands(&undoing, id);
    entry.theme_count = 0;
    fixture->store.now_ms += STEP_MS;
    assert_int_equal(entry_edit(undoing.conn, &fixture->store.ids, &entry,
                                contribution_author(&undoing.vandal, 0, &fixture->arena),
                                SLICE_EMPTY, fixture->store.now_ms, &fixture->problem),
                     OK);
    struct moderation_decision undo = undo_of(&undoing, id);
    assert_int_equal(plan_of(&undoing, &undoing.all, &undo).items[0].sort, MODERATION_GOES_BACK);

    struct themes *fewer;
    void *other;
    assert_int_equal(store_setup(&other), 0);
    struct db_conn *conn = ((struct store_fixture *)other)->conn;
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(theme_scheme_store(conn, SLICE(OTHER_THEMES), 0, &fixture->problem), OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(themes_load(conn, &fewer), OK);
    undoing.world.themes = fewer;
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.acts, 0);
    assert_int_equal(plan.items[0].sort, MODERATION_LEFT_UNFIT);
    assert_int_equal(plan.items[0].fields, history_bit(HISTORY_THEMES));
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), ERR_CONFLICT);
    assert_int_equal(stands(&undoing, id).theme_count, 0);
    themes_free(fewer);
    assert_int_equal(store_teardown(&other), 0);
}

static void what_they_brought_goes_away_unless_somebody_wrote_in_it(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id alone = writes(&undoing, &undoing.vandal, (struct entry_id){0}, "Réclame", "");
    struct entry_id shared = writes(&undoing, &undoing.vandal, (struct entry_id){0}, "Idée", "");
    writes(&undoing, &undoing.other, shared, NULL, "Complétée");
    struct moderation_decision undo = undo_of(&undoing, alone);
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.items[0].entry.v, shared.v); /* the newest first */
    assert_int_equal(plan.items[0].sort, MODERATION_LEFT_SHARED);
    assert_int_equal(plan.items[1].sort, MODERATION_GOES_AWAY);
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), OK);
    assert_int_equal(stands(&undoing, alone).status, ENTRY_REMOVED);
    assert_int_equal(stands(&undoing, shared).status, ENTRY_PUBLISHED);
    struct moderation_decision redo = redo_of(&undoing, alone, outcome.decision);
    plan = plan_of(&undoing, &undoing.all, &redo);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.items[0].sort, MODERATION_COMES_AGAIN);
    assert_int_equal(decide(&undoing, &undoing.all, &redo, &outcome), OK);
    assert_int_equal(stands(&undoing, alone).status, ENTRY_PUBLISHED);
}

/* RULE UNDO-1 */
static void what_changed_since_the_look_is_not_touched(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id id = brought(&undoing, "Atelier", "com-73065");
    writes(&undoing, &undoing.vandal, id, "Promo", NULL);
    struct moderation_decision undo = undo_of(&undoing, id);
    undo.undo.seen = plan_of(&undoing, &undoing.all, &undo).seen;
    writes(&undoing, &undoing.other, id, NULL, "Complété");
    assert_int_equal(moderation_decide(undoing.conn, &undoing.world, &undoing.all, &undo,
                                       undoing.fixture->store.now_ms, &undoing.fixture->arena,
                                       &outcome, &undoing.fixture->problem),
                     ERR_CONFLICT);
    assert_string_equal(undoing.fixture->problem.field, "seen");
    assert_slice(stands(&undoing, id).title, "Promo");
}

/* RULE UNDO-3 */
static void what_went_back_elsewhere_too_comes_again_by_who_moderates_for_all_of_it(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct actor some = moderator_of(undoing.fixture, "some@example.org", "epci-200069110");
    struct moderation_outcome outcome;
    struct moderation_outcome refused;
    bool may;
    struct entry_id here = brought(&undoing, "Atelier", "com-73065");
    struct entry_id there = brought(&undoing, "Dune", "com-73096");
    writes(&undoing, &undoing.vandal, here, "Promo", NULL);
    writes(&undoing, &undoing.vandal, there, "Promo aussi", NULL);
    struct moderation_decision undo = undo_of(&undoing, here);
    struct moderation_undo_plan plan = plan_of(&undoing, &some, &undo);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.elsewhere, 1);
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), OK);
    assert_slice(stands(&undoing, there).title, "Dune");

    struct moderation_decision redo = redo_of(&undoing, here, outcome.decision);
    assert_int_equal(moderation_redo_may(undoing.conn, &undoing.world, &some, outcome.decision,
                                         undoing.vandal.person, &may),
                     OK);
    assert_false(may);
    assert_int_equal(decide(&undoing, &some, &redo, &refused), ERR_DENIED);
    assert_string_equal(undoing.fixture->problem.field, "undo");
    redo.undo.seen = 0; /* nor at the end of an appeal */
    assert_int_equal(moderation_decide(undoing.conn, &undoing.world, &some, &redo,
                                       undoing.fixture->store.now_ms, &undoing.fixture->arena,
                                       &refused, &undoing.fixture->problem),
                     ERR_DENIED);
    assert_slice(stands(&undoing, here).title, "Atelier");
    assert_int_equal(moderation_redo_may(undoing.conn, &undoing.world, &undoing.all,
                                         outcome.decision, undoing.vandal.person, &may),
                     OK);
    assert_true(may);
    assert_int_equal(decide(&undoing, &undoing.all, &redo, &refused), OK);
    assert_slice(stands(&undoing, here).title, "Promo");
    assert_slice(stands(&undoing, there).title, "Promo aussi");
}

/* RULE UNDO-2 */
static void one_plan_looks_at_a_hundred_entries_and_says_where_the_next_begins(void **state) {
    struct undoing undoing = undoing_of(*state);
    struct moderation_outcome outcome;
    struct entry_id oldest = {0};
    struct entry_id id = {0};
    for (int i = 0; i < MODERATION_UNDO_ENTRIES + 2; i++) { /* all but two of which stay */
        const char *key = arena_printf(&undoing.fixture->arena, "Cave %d", i).p;
        id = brought(&undoing, key, "com-73065");
        oldest = i == 0 ? id : oldest;
        writes(&undoing, &undoing.vandal, id, NULL, "Achetez");
        if (i >= 2) {
            writes(&undoing, &undoing.other, id, NULL, "La cave, ouverte");
        }
    }
    struct moderation_decision undo = undo_of(&undoing, oldest);
    struct moderation_undo_plan plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, MODERATION_UNDO_ENTRIES);
    assert_int_equal(plan.acts, 0);
    assert_int_equal(plan.items[0].entry.v, id.v);
    assert_int_equal(plan.below, plan.items[MODERATION_UNDO_ENTRIES - 1].entry.v);
    undo.undo.below = plan.below;
    plan = plan_of(&undoing, &undoing.all, &undo);
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.acts, 2);
    assert_int_equal(plan.below, 0);
    assert_int_equal(plan.items[1].entry.v, oldest.v);
    assert_int_equal(decide(&undoing, &undoing.all, &undo, &outcome), OK);
    assert_slice(stands(&undoing, oldest).summary, "D’abord");
    assert_slice(stands(&undoing, id).summary, "La cave, ouverte");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(what_others_wrote_since_stays_field_by_field),
        ENTRY_TEST(what_they_wrote_at_another_time_stays),
        ENTRY_TEST(where_all_was_changed_since_there_is_nothing_to_do),
        ENTRY_TEST(what_no_entry_can_be_any_more_stays_as_it_is),
        ENTRY_TEST(what_they_brought_goes_away_unless_somebody_wrote_in_it),
        ENTRY_TEST(what_changed_since_the_look_is_not_touched),
        ENTRY_TEST(what_went_back_elsewhere_too_comes_again_by_who_moderates_for_all_of_it),
        ENTRY_TEST(one_plan_looks_at_a_hundred_entries_and_says_where_the_next_begins),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
