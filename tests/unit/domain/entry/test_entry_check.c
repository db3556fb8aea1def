/* The rules of a well-formed entry, and what follows from what is given. */
#include "entry_fixture.h"

#include <string.h>

static void what_breaks_a_rule_is_refused_with_its_field(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *json, *field;
    } cases[] = {
        {"{\"kind\":\"tool\"}", "title"},
        {"{\"kind\":\"tool\",\"title\":\"  \"}", "title"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"language\":\"french\"}", "language"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"language\":\"FR\"}", "language"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"themes\":[\"cars\"]}", "themes"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"source_url\":\"javascript:alert(1)\"}",
         "source_url"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"website\",\"value\":"
         "\"javascript:alert(1)\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"website\",\"value\":\"https:"
         "///x\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"social\",\"value\":"
         "\"data:text/html,x\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"email\",\"value\":\"a@b\"}]"
         "}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"email\",\"value\":\"a "
         "b@c.fr\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"telephone\",\"value\":"
         "\"call me\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"website\"}]}",
         "contacts[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\",\"start\":\"2026-05-"
         "04\","
         "\"end\":\"2026-05-03\"}]}",
         "dates[0].end"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\",\"end\":\"2026\"}]}",
         "dates[0].start"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\",\"start\":\"2026\","
         "\"zone\":\"Mars/Olympus\"}]}",
         "dates[0].zone"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"figures\":[{\"label\":\"x\"}]}", "figures[0].value"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"links\":[{\"relation\":\"see "
         "also\",\"target\":\"x\"}]}",
         "links[0].relation"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"links\":[{\"relation\":\"see-also\"}]}",
         "links[0].target"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"links\":[{\"relation\":\"see-also\",\"target\":"
         "\"file://etc/passwd\"}]}",
         "links[0].target"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"media\":[{\"kind\":\"image\",\"url\":\"/a.png\"}]}",
         "media[0].url"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"needs\":[{\"sort\":\"time\"}]}", "needs[0].text"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"needs\":[{\"sort\":\"skill\",\"skill\":\"Ma "
         "Compétence\"}]}",
         "needs[0].skill"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"translations\":{\"en\":{\"needs\":[\"more\"]}}}",
         "translations.needs"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"translations\":{\"english\":{\"title\":\"x\"}}}",
         "translations"},
        {"{\"kind\":\"tool\",\"title\":\"x\",\"place\":{\"territory\":\"com-99999\"}}",
         "place.territory"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct entry entry;
        fixture->problem = (struct problem){.code = OK};
        if (entry_make(fixture, cases[i].json, &entry) != ERR_INPUT) {
            fail_msg("%s was taken", cases[i].json);
        }
        assert_string_equal(fixture->problem.field, cases[i].field);
        assert_true(strlen(fixture->problem.what) > 0);
    }
}

static void what_is_beyond_a_limit_is_refused(void **state) {
    struct entry_fixture *fixture = *state;
    static char long_text[ENTRY_DESCRIPTION_MAX + 2];
    memset(long_text, 'a', sizeof(long_text));
    struct entry entry;
    const struct {
        slice *text;
        size_t most;
        const char *field;
    } cases[] = {{&entry.title, ENTRY_TITLE_MAX, "title"},
                 {&entry.summary, ENTRY_SUMMARY_MAX, "summary"},
                 {&entry.description, ENTRY_DESCRIPTION_MAX, "description"},
                 {&entry.price, ENTRY_TEXT_MAX, "price"},
                 {&entry.place.name, ENTRY_TEXT_MAX, "place.name"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        for (size_t over = 0; over < 2; over++) {
            assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"x\"}", &entry),
                             OK);
            *cases[i].text = slice_of(long_text, cases[i].most + over);
            assert_int_equal(entry_check(&entry, fixture->territories, fixture->themes,
                                         &fixture->arena, &fixture->problem),
                             over ? ERR_LIMIT : OK);
        }
        assert_string_equal(fixture->problem.field, cases[i].field);
    }
    struct entry_contact contacts[ENTRY_LIST_MAX + 1];
    for (size_t i = 0; i < ARRAY_COUNT(contacts); i++) {
        contacts[i] =
            (struct entry_contact){.kind = ENTRY_CONTACT_TELEPHONE, .value = SLICE("112")};
    }
    assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"x\"}", &entry), OK);
    entry.contacts = contacts;
    entry.contact_count = ENTRY_LIST_MAX + 1;
    assert_int_equal(entry_check(&entry, NULL, NULL, &fixture->arena, &fixture->problem),
                     ERR_LIMIT);
    assert_string_equal(fixture->problem.field, "contacts");
}

static void texts_that_are_not_utf8_are_refused(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_make(fixture, "{\"kind\":\"tool\",\"title\":\"x\"}", &entry), OK);
    entry.summary = SLICE("caf\xe9");
    assert_int_equal(entry_check(&entry, NULL, NULL, &fixture->arena, &fixture->problem),
                     ERR_INPUT);
    assert_string_equal(fixture->problem.field, "summary");
}

static void control_bytes_go_and_line_ends_stay_where_they_mean_something(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_make(fixture,
                   "{\"kind\":\"tool\",\"title\":\" Un\\r\\n\\ttitre \","
                   "\"description\":\"a\\r\\nb\\rc\\u0007d\\te\",\"tags\":[\" x\\ny \"]}",
                   &entry),
        OK);
    assert_slice(entry.title, "Un titre");
    assert_slice(entry.description, "a\nb\nc d\te");
    assert_slice(entry.tags[0], "x y");
}

static void repeated_and_empty_words_are_dropped(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_make(fixture,
                   "{\"kind\":\"tool\",\"title\":\"x\",\"tags\":[\"a\",\" a\",\"b\",\"\"],"
                   "\"themes\":[\"water\",\"food\",\"water\"]}",
                   &entry),
        OK);
    assert_int_equal(entry.tag_count, 2);
    assert_int_equal(entry.theme_count, 2);
    assert_slice(entry.themes[1], "food");
}

static void a_bare_host_name_gets_its_scheme(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_make(fixture,
                   "{\"kind\":\"tool\",\"title\":\"x\",\"contacts\":[{\"kind\":\"website\","
                   "\"value\":\"www.example.org/x\"}]}",
                   &entry),
        OK);
    assert_slice(entry.contacts[0].value, "https://www.example.org/x");
}

static void dates_get_the_moments_they_may_mean(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(
        entry_make(fixture,
                   "{\"kind\":\"event\",\"title\":\"x\",\"dates\":[{\"role\":\"happens\","
                   "\"start\":\"2026-05-03\",\"end\":\"2026-05-04T12:00\"}]}",
                   &entry),
        OK);
    assert_int_equal(entry.dates[0].first_ms, INT64_C(1777759200000)); /* 2026-05-02T22:00Z */
    /* noon in Paris, to the end of its minute */
    assert_int_equal(entry.dates[0].last_ms / 60000, INT64_C(1777888800000) / 60000);
}

#define PLACE(inner) "{\"kind\":\"place\",\"title\":\"x\",\"place\":{" inner "}}"

static void the_best_evidence_decides_the_territory(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *json, *territory;
        enum entry_precision precision;
        bool approximate;
    } cases[] = {
        {"{\"kind\":\"place\",\"title\":\"x\"}", "", ENTRY_PRECISION_NONE, false},
        /* the commune given goes before the nearest centre */
        {PLACE("\"latitude\":45.5667,\"longitude\":5.9167,\"territory\":\"com-73096\""),
         "com-73096", ENTRY_PRECISION_EXACT, false},
        {PLACE("\"latitude\":45.5667,\"longitude\":5.9167"), "com-73065", ENTRY_PRECISION_EXACT,
         true},
        {PLACE("\"latitude\":45.5667,\"longitude\":5.9167,\"territory\":\"dep-73\""), "com-73065",
         ENTRY_PRECISION_EXACT, true},
        {PLACE("\"latitude\":48.85,\"longitude\":2.35"), "", ENTRY_PRECISION_EXACT, false},
        {PLACE("\"postal_code\":\"73800\",\"city\":\"CRUET\""), "com-73096",
         ENTRY_PRECISION_COMMUNE, false},
        {PLACE("\"territory\":\"com-73065\""), "com-73065", ENTRY_PRECISION_COMMUNE, false},
        {PLACE("\"territory\":\"com-73065\",\"precision\":\"exact\""), "com-73065",
         ENTRY_PRECISION_COMMUNE, false},
        {PLACE("\"territory\":\"epci-200069110\""), "epci-200069110", ENTRY_PRECISION_EPCI, false},
        {PLACE("\"territory\":\"dep-73\""), "dep-73", ENTRY_PRECISION_DEPARTEMENT, false},
        {PLACE("\"territory\":\"country-fr\""), "country-fr", ENTRY_PRECISION_COUNTRY, false},
        {PLACE("\"territory\":\"com-73065\",\"precision\":\"departement\""), "com-73065",
         ENTRY_PRECISION_DEPARTEMENT, false},
        {PLACE("\"latitude\":45.5667,\"longitude\":5.9167,\"precision\":\"100m\""), "com-73065",
         ENTRY_PRECISION_100M, true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct entry entry;
        if (entry_make(fixture, cases[i].json, &entry) != OK) {
            fail_msg("%s: %s", cases[i].json, fixture->problem.what);
        }
        assert_slice(entry.place.territory, cases[i].territory);
        assert_int_equal(entry.place.precision, cases[i].precision);
        assert_int_equal(entry.place.territory_is_approximate, cases[i].approximate);
    }
}

static void a_polygon_decides_against_the_code_given(void **state) {
    struct entry_fixture *fixture = *state;
    const struct geo_point square[] = {
        {59000000, 455000000}, {60000000, 455000000}, {60000000, 456000000}, {59000000, 456000000}};
    const struct geo_point *rings[] = {square};
    const size_t counts[] = {ARRAY_COUNT(square)};
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(
        territory_outline_store(conn, SLICE("com-73065"), rings, counts, 1, FIXTURE_NOW_MS + 1),
        OK);
    assert_int_equal(db_commit(conn), OK);
    struct territories *exact = NULL;
    assert_int_equal(territories_load(conn, &exact), OK);
    struct entry entry;
    assert_int_equal(entry_from_json(SLICE(PLACE("\"latitude\":45.56,\"longitude\":5.95,"
                                                 "\"territory\":\"com-73096\"")),
                                     &fixture->arena, &entry, &fixture->problem),
                     OK);
    assert_int_equal(
        entry_check(&entry, exact, fixture->themes, &fixture->arena, &fixture->problem), OK);
    assert_slice(entry.place.territory, "com-73065");
    assert_false(entry.place.territory_is_approximate);
    territories_free(exact);
}

static void checking_twice_changes_nothing_more(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry entry;
    assert_int_equal(entry_make(fixture, ENTRY_WHOLE_JSON, &entry), OK);
    struct buf once BUF_CLEANUP = buf_new(1u << 20);
    struct buf twice BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(&entry, &once);
    assert_int_equal(entry_check(&entry, fixture->territories, fixture->themes, &fixture->arena,
                                 &fixture->problem),
                     OK);
    entry_to_json(&entry, &twice);
    assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
}

/* Numbers of real registers, and the same with one digit another. */
static void a_siret_and_a_number_of_associations_hold_by_their_own_rules(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *key, *written, *kept; /* kept NULL: refused */
    } cases[] = {
        {"siret", "73282932000074", "73282932000074"},
        {"siret", "732 829 320 00074", "73282932000074"},
        {"siret", "732 829 320.00074", "73282932000074"},
        {"siret", "73282932000075", NULL},
        {"siret", "37282932000074", NULL},
        {"siret", "7328293200007", NULL},
        {"siret", "732829320000740", NULL},
        {"siret", "00000000000000", NULL},
        {"siret", "7328293200007A", NULL},
        {"siret", "35600000000048", "35600000000048"}, /* La Poste: its seat by Luhn's rule */
        {"siret", "35600000049837", "35600000049837"}, /* an office of it by its own */
        {"siret", "35600000049838", NULL},
        {"siret", "73282932000040", NULL}, /* a sum of 5, which is nothing for others */
        {"rna", "W751000001", "W751000001"},
        {"rna", "w751 000 001", "W751000001"},
        {"rna", "W2A1000001", "W2A1000001"},
        {"rna", "W9R1000001", "W9R1000001"},
        {"rna", "W75100000", NULL},
        {"rna", "W7510000011", NULL},
        {"rna", "7510000011", NULL},
        {"rna", "WA51000001", NULL},
        {"rna", "W75A000001", NULL},
        {"maturity", "tested", "tested"},
        {"maturity", "perfect", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct entry entry;
        slice json =
            arena_printf(&fixture->arena, "{\"kind\":\"actor\",\"title\":\"x\",\"%s\":\"%s\"}",
                         cases[i].key, cases[i].written);
        fixture->problem.field[0] = '\0';
        err made = entry_make(fixture, json.p, &entry);
        if (!cases[i].kept) {
            assert_int_equal(made, ERR_INPUT);
            assert_string_equal(fixture->problem.field, cases[i].key);
            continue;
        }
        assert_int_equal(made, OK);
        enum entry_detail detail = cases[i].key[0] == 's'   ? ENTRY_DETAIL_SIRET
                                   : cases[i].key[0] == 'r' ? ENTRY_DETAIL_RNA
                                                            : ENTRY_DETAIL_MATURITY;
        assert_slice(entry.details[detail], cases[i].kept);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(what_breaks_a_rule_is_refused_with_its_field),
        ENTRY_TEST(what_is_beyond_a_limit_is_refused),
        ENTRY_TEST(texts_that_are_not_utf8_are_refused),
        ENTRY_TEST(control_bytes_go_and_line_ends_stay_where_they_mean_something),
        ENTRY_TEST(repeated_and_empty_words_are_dropped),
        ENTRY_TEST(a_bare_host_name_gets_its_scheme),
        ENTRY_TEST(dates_get_the_moments_they_may_mean),
        ENTRY_TEST(the_best_evidence_decides_the_territory),
        ENTRY_TEST(a_polygon_decides_against_the_code_given),
        ENTRY_TEST(checking_twice_changes_nothing_more),
        ENTRY_TEST(a_siret_and_a_number_of_associations_hold_by_their_own_rules),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
