/* Many imports in one transaction: rows that wait, bodies that share a pack. */
#include "entry_fixture.h"

#define MANY 53 /* three full packs and a part of one */

static void entry_numbered(struct entry_fixture *fixture, unsigned number, struct entry *entry) {
    slice json = arena_printf(&fixture->arena,
                              "{\"id\":\"n%u\",\"kind\":\"place\",\"title\":\"Lieu %u\","
                              "\"themes\":[\"food\",\"water\"],\"tags\":[\"a\",\"b%u\",\"c\"],"
                              "\"place\":{\"territory\":\"com-73065\"}}",
                              number, number, number);
    assert_int_equal(entry_make(fixture, json.p, entry), OK);
}

static enum entry_outcome bring(struct entry_fixture *fixture, struct entry *entry) {
    struct buf scratch BUF_CLEANUP = buf_new(1u << 20);
    struct entry_content content;
    enum entry_outcome outcome = ENTRY_OUTCOME__COUNT;
    assert_int_equal(entry_content_make(entry, &scratch, &fixture->arena, &content), OK);
    assert_int_equal(entry_import_content(fixture->store.conn, &fixture->store.ids, entry, &content,
                                          fixture->store.now_ms, &outcome),
                     OK);
    return outcome;
}

static void begin(struct entry_fixture *fixture) {
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    assert_int_equal(entry_import_begin(fixture->store.conn, &fixture->store.ids), OK);
}

static void end(struct entry_fixture *fixture) {
    assert_int_equal(entry_import_end(fixture->store.conn), OK);
    assert_int_equal(db_commit(fixture->store.conn), OK);
}

/* What the store holds of it, whole, is what came. */
static void check_stored(struct entry_fixture *fixture, const struct entry *entry) {
    struct entry loaded;
    struct buf wanted BUF_CLEANUP = buf_new(1u << 20);
    struct buf body BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(entry, &wanted);
    assert_int_equal(entry_revision_json(fixture->store.conn, entry->id, entry->revision, &body),
                     OK);
    assert_true(slice_equal(buf_slice(&body), buf_slice(&wanted)));
    assert_int_equal(entry_load(fixture->store.conn, entry->id, &fixture->arena, &loaded), OK);
    buf_clear(&body);
    entry_to_json(&loaded, &body);
    assert_true(slice_equal(buf_slice(&body), buf_slice(&wanted)));
}

static int64_t verified(struct entry_fixture *fixture) {
    int64_t count = 0;
    assert_int_equal(entry_verify(fixture->store.conn, &count, &fixture->problem), OK);
    return count;
}

static void many_entries_of_one_transaction_are_stored_whole(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry *entries = arena_new(&fixture->arena, struct entry, MANY);
    begin(fixture);
    for (unsigned i = 0; i < MANY; i++) {
        entry_numbered(fixture, i, &entries[i]);
        assert_int_equal(bring(fixture, &entries[i]), ENTRY_ADDED);
    }
    end(fixture);
    for (unsigned i = 0; i < MANY; i++) {
        check_stored(fixture, &entries[i]);
    }
    assert_int_equal(verified(fixture), MANY);
    assert_int_equal(db_integrity(fixture->store.conn, &fixture->problem), OK);
    begin(fixture);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(bring(fixture, &entries[i]), ENTRY_UNCHANGED);
    }
    end(fixture);
}

static void updates_and_two_sources_share_a_transaction(void **state) {
    struct entry_fixture *fixture = *state;
    struct source_id other;
    const struct source source = {.slug = SLICE("other"), .licence = SLICE("CC0-1.0")};
    struct entry entries[8];
    struct entry_revision *revisions = NULL;
    size_t count = 0;
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    assert_int_equal(
        source_store(fixture->store.conn, &fixture->store.ids, &source, FIXTURE_NOW_MS, &other),
        OK);
    assert_int_equal(db_commit(fixture->store.conn), OK);
    for (unsigned round = 0; round < 2; round++) {
        begin(fixture);
        for (unsigned i = 0; i < ARRAY_COUNT(entries); i++) {
            entry_numbered(fixture, i, &entries[i]);
            entries[i].source = i % 2 == 0 ? fixture->source : other;
            entries[i].summary = round == 0 ? SLICE("avant") : SLICE("après");
            assert_int_equal(bring(fixture, &entries[i]), round == 0 ? ENTRY_ADDED : ENTRY_UPDATED);
        }
        end(fixture);
    }
    for (unsigned i = 0; i < ARRAY_COUNT(entries); i++) {
        check_stored(fixture, &entries[i]);
        assert_int_equal(entry_revisions(fixture->store.conn, entries[i].id, &fixture->arena,
                                         &revisions, &count),
                         OK);
        assert_int_equal(count, 2);
        assert_slice(revisions[0].author, i % 2 == 0 ? "import:fixture" : "import:other");
        struct buf before BUF_CLEANUP = buf_new(1u << 20);
        assert_int_equal(
            entry_revision_json(fixture->store.conn, entries[i].id, revisions[1].revision, &before),
            OK);
        assert_true(slice_contains(buf_slice(&before), SLICE("avant")));
    }
}

static void a_transaction_that_is_undone_leaves_nothing_for_the_next(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    begin(fixture);
    entry_numbered(fixture, 1, &entry);
    assert_int_equal(bring(fixture, &entry), ENTRY_ADDED);
    db_rollback(fixture->store.conn);
    begin(fixture);
    entry_numbered(fixture, 2, &entry);
    assert_int_equal(bring(fixture, &entry), ENTRY_ADDED);
    end(fixture);
    check_stored(fixture, &entry);
    assert_int_equal(verified(fixture), 1);
    assert_int_equal(db_integrity(fixture->store.conn, &fixture->problem), OK);
}

static void an_edit_after_a_transaction_undone_is_stored_whole(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    begin(fixture);
    entry_numbered(fixture, 1, &entry);
    assert_int_equal(bring(fixture, &entry), ENTRY_ADDED);
    db_rollback(fixture->store.conn);
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    entry_numbered(fixture, 2, &entry);
    entry.source = (struct source_id){0};
    entry.source_key = SLICE_EMPTY;
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &entry, SLICE("person"),
                                SLICE("new"), FIXTURE_NOW_MS, NULL),
                     OK);
    assert_int_equal(db_commit(fixture->store.conn), OK);
    check_stored(fixture, &entry);
    assert_int_equal(verified(fixture), 1);
}

static void a_status_change_carries_a_body_of_a_pack(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    struct buf before BUF_CLEANUP = buf_new(1u << 20);
    struct buf after BUF_CLEANUP = buf_new(1u << 20);
    struct entry archived;
    begin(fixture);
    entry_numbered(fixture, 1, &entry);
    assert_int_equal(bring(fixture, &entry), ENTRY_ADDED);
    end(fixture);
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, entry.id,
                                      ENTRY_ARCHIVED, SLICE("person"), SLICE("closed"),
                                      FIXTURE_NOW_MS),
                     OK);
    assert_int_equal(db_commit(fixture->store.conn), OK);
    assert_int_equal(entry_load(fixture->store.conn, entry.id, &fixture->arena, &archived), OK);
    assert_int_not_equal(archived.revision, entry.revision);
    assert_int_equal(entry_revision_json(fixture->store.conn, entry.id, entry.revision, &before),
                     OK);
    assert_int_equal(entry_revision_json(fixture->store.conn, entry.id, archived.revision, &after),
                     OK);
    assert_true(slice_equal(buf_slice(&before), buf_slice(&after)));
}

static void a_reference_into_nowhere_is_noticed(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    begin(fixture);
    entry_numbered(fixture, 1, &entry);
    assert_int_equal(bring(fixture, &entry), ENTRY_ADDED);
    end(fixture);
    char reference[9] = {0};
    for (size_t i = 0; i < 8; i++) {
        reference[i] = (char)((uint64_t)entry.revision >> (8 * i));
    }
    struct entry_tools *tools = entry_tools_of(fixture->store.conn);
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(entry_pack_read(conn, tools, slice_of(reference, 9), &out), OK);
    reference[8] = 1; /* a place that the pack does not have */
    assert_int_equal(entry_pack_read(conn, tools, slice_of(reference, 9), &out), ERR_CORRUPT);
    reference[8] = (char)255;
    assert_int_equal(entry_pack_read(conn, tools, slice_of(reference, 9), &out), ERR_CORRUPT);
    reference[0] = (char)(reference[0] + 1); /* a pack that is not there */
    reference[8] = 0;
    assert_int_equal(entry_pack_read(conn, tools, slice_of(reference, 9), &out), ERR_CORRUPT);
    assert_int_equal(entry_pack_read(conn, tools, slice_of(reference, 8), &out), ERR_CORRUPT);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(many_entries_of_one_transaction_are_stored_whole),
        ENTRY_TEST(updates_and_two_sources_share_a_transaction),
        ENTRY_TEST(a_transaction_that_is_undone_leaves_nothing_for_the_next),
        ENTRY_TEST(an_edit_after_a_transaction_undone_is_stored_whole),
        ENTRY_TEST(a_status_change_carries_a_body_of_a_pack),
        ENTRY_TEST(a_reference_into_nowhere_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
