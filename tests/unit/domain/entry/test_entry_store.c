/* Import, edit, status, revisions, links. */
#include "entry_fixture.h"

static int64_t last_change(struct entry_fixture *fixture) {
    int64_t last = 0;
    assert_int_equal(db_change_last(fixture->store.conn, &last), OK);
    return last;
}

static size_t revision_count(struct entry_fixture *fixture, struct entry_id id) {
    struct entry_revision *revisions = NULL;
    size_t count = 0;
    assert_int_equal(entry_revisions(fixture->store.conn, id, &fixture->arena, &revisions, &count),
                     OK);
    return count;
}

#define GARDEN(title)                                                                              \
    "{\"id\":\"g\",\"kind\":\"place\",\"title\":\"" title "\",\"tags\":[\"a\",\"b\"]}"

static void what_was_written_is_read_back_whole(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry, loaded;
    assert_int_equal(entry_bring(fixture, ENTRY_WHOLE_JSON, &entry), ENTRY_ADDED);
    assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
    struct buf written BUF_CLEANUP = buf_new(1u << 20);
    struct buf read BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(&entry, &written);
    entry_to_json(&loaded, &read);
    assert_string_equal(buf_cstr(&written), buf_cstr(&read));
    assert_int_equal(loaded.revision, entry.revision);
    assert_slice(loaded.source_slug, "fixture");
    assert_int_equal(loaded.created_ms, INT64_C(1706778000000)); /* as the record says */
    assert_int_equal(loaded.updated_ms, FIXTURE_NOW_MS);
    assert_int_equal(loaded.dates[1].first_ms, entry.dates[1].first_ms);
    assert_int_equal(loaded.dates[1].last_ms, entry.dates[1].last_ms);
    struct buf revision BUF_CLEANUP = buf_new(1u << 20);
    assert_int_equal(entry_revision_json(fixture->store.conn, entry.id, entry.revision, &revision),
                     OK);
    assert_string_equal(buf_cstr(&revision), buf_cstr(&written));
}

static void the_same_record_twice_changes_nothing(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry first, second;
    assert_int_equal(entry_bring(fixture, ENTRY_WHOLE_JSON, &first), ENTRY_ADDED);
    int64_t changes = last_change(fixture);
    fixture->store.now_ms += 86400000;
    assert_int_equal(entry_bring(fixture, ENTRY_WHOLE_JSON, &second), ENTRY_UNCHANGED);
    assert_int_equal(second.id.v, first.id.v);
    assert_int_equal(second.revision, first.revision);
    assert_int_equal(last_change(fixture), changes);
    assert_int_equal(revision_count(fixture, first.id), 1);
}

static void a_changed_record_is_a_new_revision_and_one_change(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry first, second, loaded;
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &first), ENTRY_ADDED);
    int64_t changes = last_change(fixture);
    fixture->store.now_ms += 1000;
    assert_int_equal(
        entry_bring(fixture,
                    "{\"id\":\"g\",\"kind\":\"tool\",\"title\":\"Autre\",\"tags\":[\"c\"]}",
                    &second),
        ENTRY_UPDATED);
    assert_int_equal(last_change(fixture), changes + 1);
    assert_int_equal(second.id.v, first.id.v);
    assert_int_not_equal(second.revision, first.revision);
    assert_int_equal(entry_load(fixture->store.conn, first.id, &fixture->arena, &loaded), OK);
    assert_slice(loaded.title, "Autre");
    assert_int_equal(loaded.kind, ENTRY_KIND_TOOL);
    assert_int_equal(loaded.tag_count, 1);
    assert_int_equal(loaded.created_ms, FIXTURE_NOW_MS);
    assert_int_equal(loaded.updated_ms, FIXTURE_NOW_MS + 1000);
    struct entry_revision *revisions = NULL;
    size_t count = 0;
    assert_int_equal(
        entry_revisions(fixture->store.conn, first.id, &fixture->arena, &revisions, &count), OK);
    assert_int_equal(count, 2);
    assert_slice(revisions[0].author, "import:fixture");
    assert_int_equal(revisions[0].revision, second.revision);
    assert_int_equal(revisions[1].at_ms, FIXTURE_NOW_MS);
}

static void an_import_holds_back_what_a_person_edited(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry, loaded, again;
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &entry), ENTRY_ADDED);
    assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
    loaded.title = SLICE("Le jardin de Léa");
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &loaded, SLICE("lea"),
                                SLICE("le vrai nom"), fixture->store.now_ms, NULL),
                     OK);
    int64_t changes = last_change(fixture);
    struct buf held BUF_CLEANUP = buf_new(1u << 16);

    /* The source has not moved: nothing to decide. */
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &again), ENTRY_UNCHANGED);
    assert_int_equal(entry_held_json(fixture->store.conn, entry.id, &held), ERR_NOT_FOUND);

    assert_int_equal(entry_bring(fixture, GARDEN("Jardin 2"), &again), ENTRY_HELD);
    assert_int_equal(again.id.v, entry.id.v);
    assert_int_equal(again.revision, loaded.revision);
    assert_int_equal(entry_held_json(fixture->store.conn, entry.id, &held), OK);
    assert_true(slice_contains(buf_slice(&held), SLICE("Jardin 2")));
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin 2"), &again), ENTRY_HELD);
    buf_clear(&held);
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin 3"), &again), ENTRY_HELD);
    assert_int_equal(entry_held_json(fixture->store.conn, entry.id, &held), OK);
    assert_true(slice_contains(buf_slice(&held), SLICE("Jardin 3")));

    assert_int_equal(last_change(fixture), changes);
    assert_int_equal(revision_count(fixture, entry.id), 2);
    assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
    assert_slice(loaded.title, "Le jardin de Léa");

    /* The source comes round to what was there: the difference is settled. */
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &again), ENTRY_UNCHANGED);
    assert_int_equal(entry_held_json(fixture->store.conn, entry.id, &held), ERR_NOT_FOUND);
}

static void an_edit_of_an_old_revision_is_a_conflict(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &entry), ENTRY_ADDED);
    struct entry mine = entry, theirs = entry;
    theirs.title = SLICE("B");
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &theirs, SLICE("b"),
                                SLICE_EMPTY, fixture->store.now_ms, NULL),
                     OK);
    mine.title = SLICE("A");
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &mine, SLICE("a"),
                                SLICE_EMPTY, fixture->store.now_ms, NULL),
                     ERR_CONFLICT);
    mine.id.v = 1;
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &mine, SLICE("a"),
                                SLICE_EMPTY, fixture->store.now_ms, NULL),
                     ERR_NOT_FOUND);
}

static void a_person_may_add_an_entry_without_a_source(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry, loaded;
    for (int i = 0; i < 2; i++) { /* two of them do not collide on a key that is not there */
        assert_int_equal(entry_make(fixture, "{\"kind\":\"idea\",\"title\":\"Un banc\"}", &entry),
                         OK);
        entry.source = (struct source_id){0};
        assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &entry, SLICE("lea"),
                                    SLICE_EMPTY, fixture->store.now_ms, NULL),
                         OK);
        assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
        assert_slice(loaded.title, "Un banc");
        assert_int_equal(loaded.source.v, 0);
        assert_int_equal(loaded.created_ms, FIXTURE_NOW_MS);
    }
}

static void a_removed_entry_leaves_the_public_but_not_the_store(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    struct entry_public shown;
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &entry), ENTRY_ADDED);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, entry.id,
                                      ENTRY_REMOVED, SLICE("moderation"), SLICE("doublon"),
                                      fixture->store.now_ms),
                     OK);
    assert_int_equal(entry_public_load(fixture->store.conn, fixture->territories, entry.id,
                                       &fixture->arena, &shown),
                     ERR_NOT_FOUND);
    int64_t published = -1, all = -1;
    assert_int_equal(entry_count(fixture->store.conn, &published, &all), OK);
    assert_int_equal(published, 0);
    assert_int_equal(all, 1);
    assert_int_equal(revision_count(fixture, entry.id), 2);
    /* An import does not bring back what people took away. */
    assert_int_equal(entry_bring(fixture, GARDEN("Jardin"), &entry), ENTRY_UNCHANGED);
    assert_int_equal(entry_bring(fixture, GARDEN("Nouveau"), &entry), ENTRY_HELD);
    assert_int_equal(entry_count(fixture->store.conn, &published, &all), OK);
    assert_int_equal(published, 0);
    struct buf body BUF_CLEANUP = buf_new(1u << 16);
    assert_int_equal(entry_revision_json(fixture->store.conn, entry.id, entry.revision, &body), OK);
    assert_true(slice_contains(buf_slice(&body), SLICE("Jardin")));
}

#define LINKING                                                                                    \
    "{\"id\":\"a\",\"kind\":\"story\",\"title\":\"A\",\"links\":["                                 \
    "{\"relation\":\"presents\",\"target\":\"b\"}]}"
#define TARGET "{\"id\":\"b\",\"kind\":\"initiative\",\"title\":\"B\"}"

static void a_link_finds_its_target_whichever_comes_first(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry a, b;
    struct entry_public shown;
    assert_int_equal(entry_bring(fixture, LINKING, &a), ENTRY_ADDED);
    assert_int_equal(
        entry_public_load(fixture->store.conn, fixture->territories, a.id, &fixture->arena, &shown),
        OK);
    assert_int_equal(shown.entry.link_count, 0); /* leads nowhere yet */
    assert_int_equal(entry_bring(fixture, TARGET, &b), ENTRY_ADDED);
    int64_t changes = last_change(fixture);
    assert_int_equal(
        entry_links_resolve(fixture->store.conn, fixture->source, fixture->store.now_ms), OK);
    assert_int_equal(last_change(fixture), changes + 2); /* both pages change */
    assert_int_equal(
        entry_links_resolve(fixture->store.conn, fixture->source, fixture->store.now_ms), OK);
    assert_int_equal(last_change(fixture), changes + 2);
    assert_int_equal(
        entry_public_load(fixture->store.conn, fixture->territories, a.id, &fixture->arena, &shown),
        OK);
    assert_int_equal(shown.entry.link_count, 1);
    assert_int_equal(shown.entry.links[0].target.v, b.id.v);
    assert_slice(shown.entry.links[0].target_title, "B");
    assert_false(shown.entry.links[0].incoming);
    assert_int_equal(
        entry_public_load(fixture->store.conn, fixture->territories, b.id, &fixture->arena, &shown),
        OK);
    assert_int_equal(shown.entry.link_count, 1);
    assert_true(shown.entry.links[0].incoming);
    assert_int_equal(shown.entry.links[0].target.v, a.id.v);
    assert_int_equal(shown.entry.links[0].target_kind, ENTRY_KIND_STORY);
    /* The links of a known target are joined as they are written. */
    assert_int_equal(entry_bring(fixture,
                                 "{\"id\":\"c\",\"kind\":\"story\",\"title\":\"C\",\"links\":["
                                 "{\"relation\":\"presents\",\"target\":\"b\"}]}",
                                 &a),
                     ENTRY_ADDED);
    assert_int_equal(
        entry_public_load(fixture->store.conn, fixture->territories, a.id, &fixture->arena, &shown),
        OK);
    assert_int_equal(shown.entry.links[0].target.v, b.id.v);
}

static void nothing_is_said_of_a_target_that_is_not_public(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry a, b;
    struct entry_public shown;
    assert_int_equal(entry_bring(fixture, TARGET, &b), ENTRY_ADDED);
    assert_int_equal(entry_bring(fixture, LINKING, &a), ENTRY_ADDED);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, b.id, ENTRY_PENDING,
                                      SLICE("m"), SLICE_EMPTY, fixture->store.now_ms),
                     OK);
    assert_int_equal(
        entry_public_load(fixture->store.conn, fixture->territories, a.id, &fixture->arena, &shown),
        OK);
    assert_int_equal(shown.entry.link_count, 0);
}

static void an_import_needs_a_source_and_a_key(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    enum entry_outcome outcome;
    assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"x\"}", &entry), OK);
    assert_int_equal(entry_import(fixture->store.conn, &fixture->store.ids, &entry,
                                  fixture->store.now_ms, &outcome),
                     ERR_INPUT);
    entry.source_key = SLICE("k");
    entry.source = (struct source_id){12345};
    assert_int_equal(entry_import(fixture->store.conn, &fixture->store.ids, &entry,
                                  fixture->store.now_ms, &outcome),
                     ERR_NOT_FOUND);
}

static void two_processes_never_share_a_number(void **state) {
    struct entry_fixture *fixture = *state;
    /* Two sources of ids with the same clock give the same numbers, as two processes might. */
    struct id_source other =
        id_source_make((struct clock){.now_ms = fixture_now, .self = &fixture->store.now_ms}, 0);
    struct id_source *sources[] = {&fixture->store.ids, &other};
    int64_t seen[20];
    for (int i = 0; i < 20; i++) {
        struct entry entry;
        assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"x\"}", &entry), OK);
        entry.source = (struct source_id){0};
        assert_int_equal(entry_edit(fixture->store.conn, sources[i % 2], &entry, SLICE("p"),
                                    SLICE_EMPTY, fixture->store.now_ms, NULL),
                         OK);
        seen[i] = entry.id.v;
        for (int k = 0; k < i; k++) {
            assert_true(seen[k] != entry.id.v);
        }
        assert_int_equal(revision_count(fixture, entry.id), 1);
        struct buf body BUF_CLEANUP = buf_new(1u << 16);
        struct entry loaded;
        assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &loaded), OK);
        assert_int_equal(entry_revision_json(fixture->store.conn, entry.id, loaded.revision, &body),
                         OK);
    }
    int64_t last = 0;
    assert_int_equal(entry_id_last(fixture->store.conn, &last), OK);
    assert_true(last >= seen[19]);
}

static void every_catalogue_is_prepared_against_the_migrated_store(void **state) {
    struct entry_fixture *fixture = *state;
    const struct db_catalogue *catalogues[] = {&theme_catalogue, &territory_catalogue,
                                               &source_catalogue, &entry_catalogue};
    for (size_t i = 0; i < ARRAY_COUNT(catalogues); i++) {
        if (db_catalogue_check(fixture->store.conn, catalogues[i], &fixture->problem) != OK) {
            fail_msg("%s: %s", fixture->problem.field, fixture->problem.what);
        }
        for (size_t k = 0; k < catalogues[i]->count; k++) {
            assert_non_null(catalogues[i]->statements[k].sql);
        }
    }
}

static void the_store_is_sound_after_all_this(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    entry_bring(fixture, ENTRY_WHOLE_JSON, &entry);
    entry_bring(fixture, LINKING, &entry);
    entry_bring(fixture, TARGET, &entry);
    assert_int_equal(db_integrity(fixture->store.conn, &fixture->problem), OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(what_was_written_is_read_back_whole),
        ENTRY_TEST(the_same_record_twice_changes_nothing),
        ENTRY_TEST(a_changed_record_is_a_new_revision_and_one_change),
        ENTRY_TEST(an_import_holds_back_what_a_person_edited),
        ENTRY_TEST(an_edit_of_an_old_revision_is_a_conflict),
        ENTRY_TEST(a_person_may_add_an_entry_without_a_source),
        ENTRY_TEST(a_removed_entry_leaves_the_public_but_not_the_store),
        ENTRY_TEST(a_link_finds_its_target_whichever_comes_first),
        ENTRY_TEST(nothing_is_said_of_a_target_that_is_not_public),
        ENTRY_TEST(an_import_needs_a_source_and_a_key),
        ENTRY_TEST(two_processes_never_share_a_number),
        ENTRY_TEST(every_catalogue_is_prepared_against_the_migrated_store),
        ENTRY_TEST(the_store_is_sound_after_all_this),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
