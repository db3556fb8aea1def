/* Sources: created once, updated by what is given. */
#include "store_fixture.h"

#include "domain/source/source.h"

static struct source_id put(struct store_fixture *fixture, struct source source) {
    struct source_id id = {0};
    assert_int_equal(source_store(fixture->conn, &fixture->ids, &source, FIXTURE_NOW_MS, &id), OK);
    return id;
}

static struct source find(struct store_fixture *fixture, struct arena *arena, slice slug) {
    struct source source;
    assert_int_equal(source_find(fixture->conn, slug, arena, &source), OK);
    return source;
}

static void a_source_is_made_once_and_found_by_its_slug(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct source_id id = put(fixture, (struct source){.slug = SLICE("bnlc"),
                                                       .title = SLICE("Covoiturage"),
                                                       .url = SLICE("https://example.org"),
                                                       .licence = SLICE("etalab-2.0"),
                                                       .attribution = SLICE("transport.data"),
                                                       .fetched_ms = 5});
    assert_int_not_equal(id.v, 0);
    struct source source = find(fixture, &arena, SLICE("bnlc"));
    assert_int_equal(source.id.v, id.v);
    assert_slice(source.title, "Covoiturage");
    assert_slice(source.url, "https://example.org");
    assert_slice(source.licence, "etalab-2.0");
    assert_slice(source.attribution, "transport.data");
    assert_int_equal(source.fetched_ms, 5);
    assert_int_equal(source_find(fixture->conn, SLICE("none"), &arena, &source), ERR_NOT_FOUND);
}

static void empty_fields_keep_what_stands(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct source_id first = put(fixture, (struct source){.slug = SLICE("a"),
                                                          .title = SLICE("T"),
                                                          .licence = SLICE("CC0-1.0"),
                                                          .fetched_ms = 9});
    struct source_id second =
        put(fixture, (struct source){.slug = SLICE("a"), .licence = SLICE("ODbL-1.0")});
    assert_int_equal(second.v, first.v);
    struct source source = find(fixture, &arena, SLICE("a"));
    assert_slice(source.title, "T");
    assert_slice(source.licence, "ODbL-1.0");
    assert_int_equal(source.fetched_ms, 9);
}

static void storing_what_stands_is_no_change(void **state) {
    struct store_fixture *fixture = *state;
    struct source source = {.slug = SLICE("a"), .title = SLICE("T"), .fetched_ms = 9};
    int64_t before = 0, after = 0;
    struct source_id first = put(fixture, source);
    assert_int_equal(db_change_last(fixture->conn, &before), OK);
    assert_int_equal(put(fixture, source).v, first.v);
    assert_int_equal(put(fixture, (struct source){.slug = SLICE("a")}).v, first.v);
    assert_int_equal(db_change_last(fixture->conn, &after), OK);
    assert_int_equal(before, 1);
    assert_int_equal(after, before);
}

static void a_slug_that_is_none_is_refused(void **state) {
    struct store_fixture *fixture = *state;
    static const char *const slugs[] = {"", "A", "a b", "a/b", "é"};
    for (size_t i = 0; i < ARRAY_COUNT(slugs); i++) {
        struct source source = {.slug = slice_from_cstr(slugs[i])};
        struct source_id id = {0};
        assert_int_equal(source_store(fixture->conn, &fixture->ids, &source, FIXTURE_NOW_MS, &id),
                         ERR_INPUT);
    }
}

static void all_sources_are_listed_by_slug(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    for (int i = 39; i >= 0; i--) {
        char slug[32];
        snprintf(slug, sizeof(slug), "s%02d", i);
        put(fixture, (struct source){.slug = slice_from_cstr(slug)});
    }
    struct source *sources = NULL;
    size_t count = 0;
    assert_int_equal(source_list(fixture->conn, &arena, &sources, &count), OK);
    assert_int_equal(count, 40);
    for (size_t i = 0; i < count; i++) {
        char slug[32];
        snprintf(slug, sizeof(slug), "s%02zu", i);
        assert_slice(sources[i].slug, slug);
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_source_is_made_once_and_found_by_its_slug),
        STORE_TEST(empty_fields_keep_what_stands),
        STORE_TEST(storing_what_stands_is_no_change),
        STORE_TEST(a_slug_that_is_none_is_refused),
        STORE_TEST(all_sources_are_listed_by_slug),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
