/* A store with two small taxonomies, five territories of the real world and one source. */
#ifndef AGORA_TESTS_ENTRY_FIXTURE_H
#define AGORA_TESTS_ENTRY_FIXTURE_H

#include "store_fixture.h"

#include "domain/entry/entry_int.h"

struct entry_fixture {
    struct store_fixture store;
    struct territories *territories;
    struct themes *themes;
    struct source_id source;
    struct arena arena;
    struct problem problem;
};

#define FIXTURE_TERRITORIES                                                                        \
    "#agora-territories\tfixture\n"                                                                \
    "code\tname\tepci\tdepartement\tregion\tkind\tpostal\tpopulation\tlon\tlat\tprecision\t"       \
    "aliases\n"                                                                                    \
    "country-fr\tFrance\t\t\t\t\t\t\t2.45\t46.6\tmiddle\t\n"                                       \
    "reg-84\tAuvergne-Rhône-Alpes\t\t\t\tmetro\t\t8000000\t4.5\t45.5\tmiddle\t\n"                 \
    "dep-73\tSavoie\t\t\treg-84\tmetro\t\t440000\t6.4\t45.5\tmiddle\t\n"                           \
    "epci-200069110\tCA du Grand "                                                                 \
    "Chambéry\t\tdep-73\treg-84\tCA\t\t140000\t5.95\t45.57\tmiddle\t\n"                           \
    "com-73065\tChambéry\tepci-200069110\tdep-73\treg-84\t\t73000\t60000\t5.91667\t45.56667\t"    \
    "town\t\n"                                                                                     \
    "com-73096\tCruet\t\tdep-73\treg-84\t\t73800\t1000\t6.09\t45.53\ttown\t\n"

#define FIXTURE_THEMES                                                                             \
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"concepts\":["       \
    "{\"slug\":\"food\",\"broader\":null,\"label\":{\"fr\":\"Alimentation\",\"en\":\"Food\"}},"    \
    "{\"slug\":\"gardens\",\"broader\":\"food\",\"label\":{\"fr\":\"Jardins\",\"en\":\"Gardens\"}" \
    "},"                                                                                           \
    "{\"slug\":\"water\",\"label\":{\"fr\":\"Eau\",\"en\":\"Water\"}}]}"

static inline int entry_setup(void **state) {
    struct entry_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    void *inner = NULL;
    assert_int_equal(store_setup(&inner), 0);
    fixture->store = *(struct store_fixture *)inner;
    free(inner);
    fixture->store.ids =
        id_source_make((struct clock){.now_ms = fixture_now, .self = &fixture->store.now_ms}, 0);
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(
        territory_seed(conn, SLICE(FIXTURE_TERRITORIES), FIXTURE_NOW_MS, &fixture->problem), OK);
    assert_int_equal(
        theme_scheme_store(conn, SLICE(FIXTURE_THEMES), FIXTURE_NOW_MS, &fixture->problem), OK);
    const struct source source = {.slug = SLICE("fixture"), .licence = SLICE("CC0-1.0")};
    assert_int_equal(
        source_store(conn, &fixture->store.ids, &source, FIXTURE_NOW_MS, &fixture->source), OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(territories_load(conn, &fixture->territories), OK);
    assert_int_equal(themes_load(conn, &fixture->themes), OK);
    fixture->arena = arena_make(0, 0);
    *state = fixture;
    return 0;
}

static inline int entry_teardown(void **state) {
    struct entry_fixture *fixture = *state;
    arena_free(&fixture->arena);
    themes_free(fixture->themes);
    territories_free(fixture->territories);
    db_close(fixture->store.conn);
    store_folder_drop(&fixture->store);
    free(fixture);
    return 0;
}

/* Reads and checks; the problem is kept in the fixture. */
static inline err entry_make(struct entry_fixture *fixture, const char *json, struct entry *entry) {
    TRY(entry_from_json(slice_from_cstr(json), &fixture->arena, entry, &fixture->problem));
    entry->source = fixture->source;
    return entry_check(entry, fixture->territories, fixture->themes, &fixture->arena,
                       &fixture->problem);
}

static inline enum entry_outcome entry_bring(struct entry_fixture *fixture, const char *json,
                                             struct entry *entry) {
    enum entry_outcome outcome = ENTRY_OUTCOME__COUNT;
    assert_int_equal(entry_make(fixture, json, entry), OK);
    assert_int_equal(entry_import(fixture->store.conn, &fixture->store.ids, entry,
                                  fixture->store.now_ms, &outcome),
                     OK);
    return outcome;
}

#define ENTRY_TEST(name) cmocka_unit_test_setup_teardown(name, entry_setup, entry_teardown)

/* Uses every key of the format. */
#define ENTRY_WHOLE_JSON                                                                           \
    "{\"id\":\"whole\",\"kind\":\"initiative\",\"state\":\"running\",\"language\":\"fr\","         \
    "\"title\":\"Jardin partagé\",\"summary\":\"Un jardin.\","                                    \
    "\"description\":\"**Ensemble**\\n\\n"                                                         \
    "- bêcher\",\"type\":\"Jardin\",\"opening_hours\":\"Mo-Fr "                                   \
    "09:00-12:00\",\"price\":\"Gratuit\","                                                         \
    "\"audience\":\"Adultes\",\"licence\":\"CC-BY-SA-4.0\",\"source_url\":\"https://example.org/"  \
    "1\","                                                                                         \
    "\"source_note\":\"Entretien\",\"end_reason\":\"\",\"siret\":\"73282932000074\",\"rna\":"      \
    "\"W731000001\",\"access\":\"Bus "                                                             \
    "C\",\"people\":\"Léa\",\"thing_licence\":\"CC0-1.0\",\"governance\":\"Une "                  \
    "assemblée\",\"maturity\":\"used\",\"handover\":\"Les "                                       \
    "clés\",\"themes\":[\"gardens\",\"water\"],"                                                  \
    "\"tags\":[\"terre\",\"eau\"],\"place\":{\"name\":\"La Calamine\",\"address\":\"1 rue du "     \
    "Puits\","                                                                                     \
    "\"postal_code\":\"73000\",\"city\":\"Chambéry\",\"territory\":\"com-73065\","                \
    "\"latitude\":45.5712345,\"longitude\":5.9212345,\"precision\":\"exact\"},"                    \
    "\"contacts\":[{\"kind\":\"website\",\"value\":\"https://example.org\",\"label\":\"Site\"},"   \
    "{\"kind\":\"email\",\"value\":\"lea@example.org\",\"visibility\":\"members\"},"               \
    "{\"kind\":\"telephone\",\"value\":\"04 79 00 00 00\",\"visibility\":\"team\"}],"              \
    "\"wheelchair\":\"limited\",\"dates\":[{\"role\":\"founded\",\"start\":\"2016\"},"             \
    "{\"role\":\"happens\",\"start\":\"2026-05-03T18:30\",\"end\":\"2026-05-04\","                 \
    "\"zone\":\"Europe/Paris\",\"note\":\"portes ouvertes\"}],"                                    \
    "\"figures\":[{\"value\":\"143\",\"unit\":\"kg\",\"label\":\"légumes\",\"date\":\"2025\","    \
    "\"source\":\"carnet\"}],\"links\":[{\"relation\":\"see-also\",\"target\":\"other\"},"         \
    "{\"relation\":\"inspired-by\",\"target\":\"https://example.org/x\"}],"                        \
    "\"media\":[{\"kind\":\"video\",\"url\":\"https://example.org/v.mp4\",\"title\":\"Film\","     \
    "\"alt\":\"des mains\",\"licence\":\"CC0-1.0\",\"credit\":\"Léa\","                           \
    "\"transcript\":\"Bonjour\","                                                                  \
    "\"duration_s\":240}],\"needs\":[{\"sort\":\"time\",\"text\":\"deux adultes le jeudi\"}],"     \
    "\"offers\":[{\"sort\":\"skill\",\"skill\":\"compost\",\"text\":\"sa méthode\"}],"            \
    "\"translations\":{\"en\":{\"title\":\"Shared garden\",\"figures\":[\"vegetables\"],"          \
    "\"needs\":[\"two adults\"],\"offers\":[\"its method\"]}},"                                    \
    "\"confirmed\":\"2025-11-12T00:00:00Z\",\"example\":true,\"updated\":\"2025-11-13T08:00:"      \
    "00Z\","                                                                                       \
    "\"created\":\"2024-02-01T09:00:00Z\"}"

#endif
