/* What the public may see: no more than the author chose. */
#include "entry_fixture.h"

static struct entry_public shown_of(struct entry_fixture *fixture, const char *json) {
    struct entry entry;
    struct entry_public shown;
    entry_bring(fixture, json, &entry);
    assert_int_equal(entry_public_load(fixture->store.conn, fixture->territories, entry.id,
                                       &fixture->arena, &shown),
                     OK);
    return shown;
}

#define HOME(precision)                                                                            \
    "{\"id\":\"home\",\"kind\":\"actor\",\"title\":\"Chez Léa\",\"place\":{"                      \
    "\"name\":\"Chez Léa\",\"address\":\"12 rue Croix-d'Or\",\"postal_code\":\"73000\","          \
    "\"city\":\"Chambéry\",\"territory\":\"com-73065\",\"latitude\":45.5661234,"                  \
    "\"longitude\":5.9171234,\"precision\":\"" precision "\"}}"

static void an_exact_place_is_shown_as_it_is(void **state) {
    struct entry_public shown = shown_of(*state, HOME("exact"));
    assert_true(shown.has_point);
    assert_false(shown.is_approximate);
    assert_int_equal(shown.point.lat_e7, 455661234);
    assert_int_equal(shown.point.lon_e7, 59171234);
    assert_slice(shown.entry.place.address, "12 rue Croix-d'Or");
    assert_slice(shown.entry.place.territory, "com-73065");
    assert_slice(shown.territory_label, "Chambéry (73)");
}

static void a_place_to_100_m_is_snapped_and_loses_its_address(void **state) {
    struct entry_public shown = shown_of(*state, HOME("100m"));
    assert_true(shown.has_point);
    assert_int_equal(shown.point.lat_e7, 455660000);
    assert_int_equal(shown.point.lon_e7, 59170000);
    assert_int_equal(shown.entry.place.point.lat_e7, 455660000);
    assert_slice(shown.entry.place.address, "");
    assert_slice(shown.entry.place.city, "Chambéry");
}

static void a_place_to_its_commune_is_drawn_at_the_centre(void **state) {
    struct entry_public shown = shown_of(*state, HOME("commune"));
    assert_true(shown.has_point);
    assert_true(shown.is_approximate);
    assert_int_equal(shown.point.lat_e7, 455666700);
    assert_false(shown.entry.place.has_point);
    assert_int_equal(shown.entry.place.point.lat_e7, 0);
    assert_slice(shown.entry.place.address, "");
    assert_slice(shown.entry.place.name, "");
    assert_slice(shown.entry.place.city, "Chambéry");
}

static void a_place_to_its_departement_is_not_drawn_nor_named_closer(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_public shown = shown_of(fixture, HOME("departement"));
    assert_false(shown.has_point);
    assert_false(shown.entry.place.has_point);
    assert_slice(shown.entry.place.territory, "dep-73");
    assert_slice(shown.entry.place.city, "");
    assert_slice(shown.entry.place.postal_code, "");
    /* Neither form of JSON says more. */
    static const char *const secrets[] = {"45.56", "5.917", "73065", "Croix", "73000", "Chambéry"};
    struct buf out BUF_CLEANUP = buf_new(1u << 16);
    entry_public_to_json(&shown, SLICE_EMPTY, &out);
    entry_public_to_json(&shown, SLICE("https://agora.example"), &out);
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
        assert_false(slice_contains(buf_slice(&out), slice_from_cstr(secrets[i])));
    }
}

static void a_place_known_by_its_region_keeps_its_name(void **state) {
    struct entry_public shown = shown_of(
        *state,
        "{\"id\":\"r\",\"kind\":\"actor\",\"title\":\"Réseau\",\"place\":{\"name\":\"Le massif\","
        "\"territory\":\"reg-84\"}}");
    assert_false(shown.has_point);
    assert_slice(shown.entry.place.name, "Le massif"); /* nothing was blurred: no more is known */
    assert_slice(shown.entry.place.territory, "reg-84");
}

static void a_place_without_any_territory_is_nowhere(void **state) {
    struct entry_public shown =
        shown_of(*state, "{\"id\":\"t\",\"kind\":\"tool\",\"title\":\"Outil\"}");
    assert_false(shown.has_point);
    assert_int_equal(shown.territory, TERRITORY_NONE);
    assert_slice(shown.territory_label, "");
}

static void only_public_contacts_are_shown(void **state) {
    struct entry_public shown = shown_of(*state, ENTRY_WHOLE_JSON);
    assert_int_equal(shown.entry.contact_count, 1);
    assert_int_equal(shown.entry.contacts[0].kind, ENTRY_CONTACT_WEBSITE);
}

struct seen {
    struct entry_fixture *fixture;
    int count;
    int stop_after;
    int64_t last;
};

/* Each entry of the walk is the one that loading gives, but for what only loading fills. */
static err compare_with_load(void *self, const struct entry_public *entry) {
    struct seen *seen = self;
    assert_true(entry->entry.id.v > seen->last);
    seen->last = entry->entry.id.v;
    struct entry_public loaded;
    assert_int_equal(entry_public_load(seen->fixture->store.conn, seen->fixture->territories,
                                       entry->entry.id, &seen->fixture->arena, &loaded),
                     OK);
    assert_int_equal(loaded.territory, entry->territory);
    assert_int_equal(loaded.point.lat_e7, entry->point.lat_e7);
    struct buf walked BUF_CLEANUP = buf_new(1u << 20);
    struct buf alone BUF_CLEANUP = buf_new(1u << 20);
    entry_public_to_json(entry, SLICE_EMPTY, &walked);
    entry_public_to_json(&loaded, SLICE_EMPTY, &alone);
    assert_string_equal(buf_cstr(&walked), buf_cstr(&alone));
    seen->count++;
    return seen->count == seen->stop_after ? ERR_LIMIT : OK;
}

static void bring_some(struct entry_fixture *fixture) {
    struct entry entry, hidden;
    entry_bring(fixture, ENTRY_WHOLE_JSON, &entry);
    entry_bring(fixture, "{\"id\":\"bare\",\"kind\":\"tool\",\"title\":\"Nu\"}", &entry);
    entry_bring(fixture,
                "{\"id\":\"hidden\",\"kind\":\"tool\",\"title\":\"Caché\",\"tags\":[\"h\"],"
                "\"themes\":[\"water\"],\"figures\":[{\"value\":\"1\"}]}",
                &hidden);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, hidden.id,
                                      ENTRY_ARCHIVED, SLICE("m"), SLICE_EMPTY,
                                      fixture->store.now_ms),
                     OK);
    entry_bring(fixture, HOME("commune"), &entry);
    entry_bring(fixture,
                "{\"id\":\"tagged\",\"kind\":\"tool\",\"title\":\"Mots\",\"tags\":[\"1\",\"2\","
                "\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"],\"themes\":[\"food\"]}",
                &entry);
}

static void the_walk_gives_every_public_entry_whole(void **state) {
    struct entry_fixture *fixture = *state;
    bring_some(fixture);
    struct seen seen = {.fixture = fixture};
    assert_int_equal(
        entry_public_each(fixture->store.conn, fixture->territories, compare_with_load, &seen), OK);
    assert_int_equal(seen.count, 4);
}

static void a_walk_may_be_broken_off(void **state) {
    struct entry_fixture *fixture = *state;
    bring_some(fixture);
    struct seen seen = {.fixture = fixture, .stop_after = 2};
    assert_int_equal(
        entry_public_each(fixture->store.conn, fixture->territories, compare_with_load, &seen),
        ERR_LIMIT);
    assert_int_equal(seen.count, 2);
    /* Nothing of it is left open: a writer gets through at once. */
    assert_int_equal(db_begin_write(fixture->store.conn), OK);
    assert_int_equal(db_commit(fixture->store.conn), OK);
    seen = (struct seen){.fixture = fixture};
    assert_int_equal(
        entry_public_each(fixture->store.conn, fixture->territories, compare_with_load, &seen), OK);
    assert_int_equal(seen.count, 4);
}

static void a_reader_may_walk_and_load(void **state) {
    struct entry_fixture *fixture = *state;
    bring_some(fixture);
    struct db_conn *writer = fixture->store.conn;
    assert_int_equal(db_open(fixture->store.path, DB_READ, &fixture->store.conn, NULL), OK);
    struct seen seen = {.fixture = fixture};
    assert_int_equal(
        entry_public_each(fixture->store.conn, fixture->territories, compare_with_load, &seen), OK);
    assert_int_equal(seen.count, 4);
    db_close(fixture->store.conn);
    fixture->store.conn = writer;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(an_exact_place_is_shown_as_it_is),
        ENTRY_TEST(a_place_to_100_m_is_snapped_and_loses_its_address),
        ENTRY_TEST(a_place_to_its_commune_is_drawn_at_the_centre),
        ENTRY_TEST(a_place_to_its_departement_is_not_drawn_nor_named_closer),
        ENTRY_TEST(a_place_known_by_its_region_keeps_its_name),
        ENTRY_TEST(a_place_without_any_territory_is_nowhere),
        ENTRY_TEST(only_public_contacts_are_shown),
        ENTRY_TEST(the_walk_gives_every_public_entry_whole),
        ENTRY_TEST(a_walk_may_be_broken_off),
        ENTRY_TEST(a_reader_may_walk_and_load),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
