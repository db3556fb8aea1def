/* docs/entry-format.md, in and out. */
#include "entry_fixture.h"

#include "text/text.h"

static void every_key_of_the_format_comes_back_as_it_was(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_make(fixture, ENTRY_WHOLE_JSON, &entry), OK);
    struct buf first BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(&entry, &first);
    assert_int_equal(first.failed, OK);
    struct entry again;
    assert_int_equal(entry_make(fixture, buf_cstr(&first), &again), OK);
    struct buf second BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(&again, &second);
    assert_string_equal(buf_cstr(&first), buf_cstr(&second));
    /* Nothing was dropped on the way: each text of the source stands in the result. */
    static const char *const texts[] = {"\"id\":\"whole\"",
                                        "\"state\":\"running\"",
                                        "Jardin partagé",
                                        "- bêcher",
                                        "Mo-Fr",
                                        "Gratuit",
                                        "Adultes",
                                        "CC-BY-SA-4.0",
                                        "example.org/1",
                                        "Entretien",
                                        "\"gardens\"",
                                        "\"terre\"",
                                        "La Calamine",
                                        "1 rue du Puits",
                                        "\"73000\"",
                                        "com-73065",
                                        "45.5712345",
                                        "5.9212345",
                                        "\"exact\"",
                                        "lea@example.org",
                                        "\"members\"",
                                        "\"team\"",
                                        "\"limited\"",
                                        "\"2016\"",
                                        "2026-05-03T18:30",
                                        "2026-05-04",
                                        "portes ouvertes",
                                        "\"143\"",
                                        "\"kg\"",
                                        "carnet",
                                        "see-also",
                                        "https://example.org/x",
                                        "v.mp4",
                                        "des mains",
                                        "Bonjour",
                                        "240",
                                        "deux adultes",
                                        "\"compost\"",
                                        "Shared garden",
                                        "vegetables",
                                        "two adults",
                                        "its method",
                                        "2025-11-12T00:00:00Z",
                                        "\"example\":true",
                                        "2025-11-13T08:00:00Z",
                                        "2024-02-01T09:00:00Z"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (!slice_contains(buf_slice(&first), slice_from_cstr(texts[i]))) {
            fail_msg("%s is missing in %s", texts[i], buf_cstr(&first));
        }
    }
}

static void what_is_not_known_is_left_out(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"Clé\"}", &entry), OK);
    struct buf out BUF_CLEANUP = buf_new(4096);
    entry_to_json(&entry, &out);
    assert_string_equal(buf_cstr(&out),
                        "{\"kind\":\"tool\",\"language\":\"fr\",\"title\":\"Clé\"}");
}

static void null_and_empty_mean_not_known(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_make(fixture,
                   "{\"kind\":\"tool\",\"title\":\"Clé\",\"summary\":null,\"tags\":null,"
                   "\"themes\":[\"\"],\"contacts\":[],\"state\":\"\","
                   "\"place\":{\"latitude\":null,\"longitude\":null}}",
                   &entry),
        OK);
    assert_int_equal(entry.theme_count + entry.tag_count + entry.contact_count, 0);
    assert_int_equal(entry.state, ENTRY_STATE_NONE);
    assert_false(entry.place.has_point);
}

static void what_is_malformed_is_refused_with_its_place(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *json, *field;
    } cases[] = {
        {"[]", ""},
        {"{\"kind\":\"tool\",", ""},
        {"{\"kind\":\"tool\",\"kind\":\"tool\",\"title\":\"x\"}", ""},
        {"{\"title\":\"x\"}", "kind"},
        {"{\"kind\":\"thing\",\"title\":\"x\"}", "kind"},
        {"{\"kind\":\"tool\",\"title\":3}", "title"},
        {"{\"kind\":\"tool\",\"titel\":\"x\"}", "titel"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"state\":\"gone\"}", "state"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":[]}", "place."},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":{\"lat\":1}}", "place.lat"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":{\"latitude\":1}}", "place.longitude"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":{\"latitude\":91,\"longitude\":1}}",
         "place.latitude"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":{\"latitude\":\"1\",\"longitude\":1}}",
         "place.latitude"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"tags\":\"a,b\"}", "tags"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"value\":\"x\"}]}",
         "contacts[0].kind"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\",\"start\":\"soon\"}]"
         "}",
         "dates[0].start"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"media\":[{\"kind\":\"image\",\"url\":\"https://"
         "a.b\"},"
         "{\"kind\":\"film\",\"url\":\"https://a.b\"}]}",
         "media[1].kind"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"media\":[{\"kind\":\"image\",\"duration_s\":-1}]}",
         "media[0].duration_s"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"needs\":[{\"text\":\"x\"}]}", "needs[0].sort"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"translations\":{\"en\":{\"tilte\":\"x\"}}}",
         "translations.tilte"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"example\":\"yes\"}", "example"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"confirmed\":\"now\"}", "confirmed"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct entry entry = {.title = SLICE("untouched")};
        fixture->problem = (struct problem){.code = OK};
        assert_int_equal(entry_from_json(slice_from_cstr(cases[i].json), &fixture->arena, &entry,
                                         &fixture->problem),
                         ERR_INPUT);
        assert_string_equal(fixture->problem.field, cases[i].field);
        assert_slice(entry.title, "untouched");
    }
}

static void a_syntax_error_has_a_line_and_a_column(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_from_json(SLICE("{\n\"kind\": tool}"), &fixture->arena, &entry, &fixture->problem),
        ERR_INPUT);
    assert_int_equal(fixture->problem.line, 2);
    assert_true(fixture->problem.column > 0);
}

static void the_public_form_of_the_api_has_number_address_and_source(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_bring(fixture, ENTRY_WHOLE_JSON, &entry), ENTRY_ADDED);
    struct entry_public shown;
    assert_int_equal(entry_public_load(fixture->store.conn, fixture->territories, entry.id,
                                       &fixture->arena, &shown),
                     OK);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    entry_public_to_json(&shown, SLICE("https://agora.example"), &out);
    char start[200];
    snprintf(start, sizeof(start),
             "{\"id\":%lld,\"url\":\"https://agora.example/entries/%lld-jardin-partage\","
             "\"source\":{\"slug\":\"fixture\",\"key\":\"whole\"},\"kind\":\"initiative\"",
             (long long)entry.id.v, (long long)entry.id.v);
    assert_true(slice_starts_with(buf_slice(&out), slice_from_cstr(start)));
    assert_true(slice_contains(buf_slice(&out), SLICE("\"territory_label\":\"Chambéry (73)\"")));
    assert_false(slice_contains(buf_slice(&out), SLICE("lea@example.org")));
    assert_false(slice_contains(buf_slice(&out), SLICE("04 79")));
}

static void the_public_form_imports_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_bring(fixture, ENTRY_WHOLE_JSON, &entry), ENTRY_ADDED);
    struct entry_public shown;
    assert_int_equal(entry_public_load(fixture->store.conn, fixture->territories, entry.id,
                                       &fixture->arena, &shown),
                     OK);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    entry_public_to_json(&shown, SLICE_EMPTY, &out);
    struct entry again;
    assert_int_equal(entry_make(fixture, buf_cstr(&out), &again), OK);
    assert_slice(again.source_key, "whole");
    assert_int_equal(again.contact_count, 1);
    assert_int_equal(again.translation_count, entry.translation_count);
}

static void a_text_is_given_in_the_language_asked_for_or_the_original(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_make(fixture, ENTRY_WHOLE_JSON, &entry), OK);
    slice written_in = SLICE_EMPTY;
    assert_slice(entry_text(&entry, ENTRY_TR_TITLE, 0, SLICE("en"), &written_in), "Shared garden");
    assert_slice(written_in, "en");
    assert_slice(entry_text(&entry, ENTRY_TR_SUMMARY, 0, SLICE("en"), &written_in), "Un jardin.");
    assert_slice(written_in, "fr");
    assert_slice(entry_text(&entry, ENTRY_TR_OFFER, 0, SLICE("en"), NULL), "its method");
    assert_slice(entry_text(&entry, ENTRY_TR_OFFER, 0, SLICE("de"), NULL), "sa méthode");
    assert_slice(entry_text(&entry, ENTRY_TR_NEED, 5, SLICE("de"), NULL), "");
}

static void slugs_and_values_name_each_other(void **state) {
    (void)state;
    for (int i = 0; i < ENTRY_KIND__COUNT; i++) {
        enum entry_kind kind = ENTRY_KIND__COUNT;
        assert_true(entry_kind_from_slug(entry_kind_slug((enum entry_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    for (int i = 1; i < ENTRY_PRECISION__COUNT; i++) {
        enum entry_precision precision = ENTRY_PRECISION_NONE;
        assert_true(
            entry_precision_from_slug(entry_precision_slug((enum entry_precision)i), &precision));
        assert_int_equal(precision, i);
    }
    enum entry_state unknown = ENTRY_STATE_ENDED;
    assert_false(entry_state_from_slug(SLICE(""), &unknown));
    assert_false(entry_state_from_slug(SLICE("Running"), &unknown));
    assert_int_equal(unknown, ENTRY_STATE_ENDED);
}

/* The files that ship with the program, as they stand in the repository. */
static slice file_read(struct arena *arena, const char *name) {
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", AGORA_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        fail_msg("%s cannot be read", path);
    }
    char *bytes = arena_new(arena, char, 1u << 21);
    size_t n = fread(bytes, 1, 1u << 21, file);
    fclose(file);
    return slice_of(bytes, n);
}

static void the_taxonomies_that_ship_are_well_formed(void **state) {
    struct entry_fixture *fixture = *state;
    static const char *const names[] = {"families", "gives", "planetary-boundaries", "sdg"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char name[80];
        snprintf(name, sizeof(name), "data/taxonomies/%s.json", names[i]);
        slice json = file_read(&fixture->arena, name);
        err failed =
            theme_scheme_store(fixture->store.conn, json, FIXTURE_NOW_MS, &fixture->problem);
        if (failed != OK) {
            fail_msg("%s: %s: %s", name, fixture->problem.field, fixture->problem.what);
        }
    }
    struct themes *themes = NULL;
    assert_int_equal(themes_load(fixture->store.conn, &themes), OK);
    assert_int_equal(themes->scheme_count, 5);
    assert_int_not_equal(themes_find(themes, SLICE("sdg-17")), THEME_NONE);
    themes_free(themes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(every_key_of_the_format_comes_back_as_it_was),
        ENTRY_TEST(what_is_not_known_is_left_out),
        ENTRY_TEST(null_and_empty_mean_not_known),
        ENTRY_TEST(what_is_malformed_is_refused_with_its_place),
        ENTRY_TEST(a_syntax_error_has_a_line_and_a_column),
        ENTRY_TEST(the_public_form_of_the_api_has_number_address_and_source),
        ENTRY_TEST(the_public_form_imports_again),
        ENTRY_TEST(a_text_is_given_in_the_language_asked_for_or_the_original),
        ENTRY_TEST(slugs_and_values_name_each_other),
        ENTRY_TEST(the_taxonomies_that_ship_are_well_formed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
