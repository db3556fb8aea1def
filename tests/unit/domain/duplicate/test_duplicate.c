/* What is found to be the same, what is not, and who judges. */
#include "entry_fixture.h"

#include "domain/duplicate/duplicate_int.h"

static struct contribution_world world_of(struct entry_fixture *fixture) {
    return (struct contribution_world){
        .ids = &fixture->store.ids, .territories = fixture->territories, .themes = fixture->themes};
}

/* An entry of these members; "id" is its number. */
static struct entry_id bring(struct entry_fixture *fixture, int number, const char *members) {
    struct entry entry;
    slice json = arena_printf(&fixture->arena, "{\"id\":\"e%d\",%s}", number, members);
    assert_int_equal(entry_bring(fixture, json.p, &entry), ENTRY_ADDED);
    return entry.id;
}

static struct duplicate_likeness liken(struct entry_fixture *fixture, const char *one,
                                       const char *other) {
    struct db_conn *conn = fixture->store.conn;
    const char *members[] = {one, other};
    struct duplicate_traits *traits[2];
    for (size_t i = 0; i < 2; i++) {
        struct entry *entry = arena_new(&fixture->arena, struct entry, 1);
        struct entry_public *shown = arena_new(&fixture->arena, struct entry_public, 1);
        slice json = arena_printf(&fixture->arena, "{\"id\":\"x\",%s}", members[i]);
        assert_int_equal(entry_make(fixture, json.p, entry), OK);
        *shown = duplicate_of_draft(fixture->territories, entry);
        traits[i] = duplicate_traits_make(conn, fixture->territories, shown, &fixture->arena);
    }
    struct duplicate_likeness there = duplicate_compare(traits[0], traits[1]);
    struct duplicate_likeness back = duplicate_compare(traits[1], traits[0]);
    assert_int_equal(there.score, back.score);
    assert_int_equal(there.reasons, back.reasons);
    return there;
}

#define AT(lat, lon) ",\"place\":{\"latitude\":" lat ",\"longitude\":" lon "}"
#define IN(commune)  ",\"place\":{\"territory\":\"" commune "\"}"
#define SITE(url)    ",\"contacts\":[{\"kind\":\"website\",\"value\":\"" url "\"}]"
#define PHONE(n)     ",\"contacts\":[{\"kind\":\"telephone\",\"value\":\"" n "\"}]"

static void the_same_thing_written_differently_is_found(void **state) {
    static const char *const pairs[][2] = {
        {"\"kind\":\"place\",\"title\":\"La Bobine\"" AT("45.5667", "5.9167"),
         "\"kind\":\"actor\",\"title\":\"la bobine\"" AT("45.5669", "5.9168")},
        {"\"kind\":\"place\",\"title\":\"Low-Tech Lab\"" IN("com-73065"),
         "\"kind\":\"place\",\"title\":\"Lowtech Lab\"" IN("com-73065")},
        {"\"kind\":\"initiative\",\"title\":\"Jardin partagé des Combes\"" IN("com-73065"),
         "\"kind\":\"initiative\",\"title\":\"Jardins partagés des Combes (Chambéry)\"" IN(
             "com-73065")},
        {"\"kind\":\"place\",\"title\":\"Repair Café\"" AT("45.5667", "5.9167"),
         "\"kind\":\"place\",\"title\":\"Repair café de Chambéry\"" AT("45.5668", "5.9166")},
        {"\"kind\":\"place\",\"title\":\"L’Atelier Vélobricolade\"" IN("com-73065")
             SITE("https://www.velobricolade.example/"),
         "\"kind\":\"place\",\"title\":\"Velobricolad\"" IN("com-73065")
             SITE("http://velobricolade.example")},
        {"\"kind\":\"place\",\"title\":\"Le Bruit des Bois\"" IN("com-73065")
             PHONE("+33 (0)4 79 00 11 22"),
         "\"kind\":\"place\",\"title\":\"Bruit des bois\"" IN("com-73065") PHONE("04.79.00.11.22")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        struct duplicate_likeness likeness = liken(*state, pairs[i][0], pairs[i][1]);
        if (likeness.score < DUPLICATE_SCORE_SHOWN) {
            fail_msg("%s and %s: %u", pairs[i][0], pairs[i][1], likeness.score);
        }
    }
}

static void what_only_looks_alike_is_not_proposed(void **state) {
    static const char *const pairs[][2] = {
        /* a network, two towns */
        {"\"kind\":\"place\",\"title\":\"Les Petites Cantines\"" AT("45.5667", "5.9167")
             SITE("https://petites.example/"),
         "\"kind\":\"place\",\"title\":\"Les Petites Cantines\"" AT("45.76", "4.83")
             SITE("https://petites.example/")},
        {"\"kind\":\"place\",\"title\":\"Repair Café\"" IN("com-73065"),
         "\"kind\":\"place\",\"title\":\"Repair Café\"" IN("com-73096")},
        /* one house, two activities */
        {"\"kind\":\"initiative\",\"title\":\"Couture du mardi\"" AT("45.5667", "5.9167")
             SITE("https://maison.example/"),
         "\"kind\":\"initiative\",\"title\":\"Chorale populaire\"" AT("45.5667", "5.9167")
             SITE("https://maison.example/")},
        /* the next edition */
        {"\"kind\":\"event\",\"title\":\"Fête des possibles\",\"dates\":[{\"role\":\"happens\","
         "\"start\":\"2026-09-12\"}]" IN("com-73065"),
         "\"kind\":\"event\",\"title\":\"Fête des possibles\",\"dates\":[{\"role\":\"happens\","
         "\"start\":\"2027-09-11\"}]" IN("com-73065")},
        /* a portrait of it */
        {"\"kind\":\"place\",\"title\":\"La Bobine\"" IN("com-73065"),
         "\"kind\":\"story\",\"title\":\"La Bobine\"" IN("com-73065")},
        {"\"kind\":\"initiative\",\"title\":\"Jardin partagé des Combes\"" IN("com-73065"),
         "\"kind\":\"initiative\",\"title\":\"Jardin partagé du Biollay\"" IN("com-73065")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        struct duplicate_likeness likeness = liken(*state, pairs[i][0], pairs[i][1]);
        if (likeness.score >= DUPLICATE_SCORE_SHOWN) {
            fail_msg("%s and %s: %u", pairs[i][0], pairs[i][1], likeness.score);
        }
    }
}

static void reasons_say_what_is_the_same(void **state) {
    struct duplicate_likeness likeness = liken(
        *state,
        "\"kind\":\"place\",\"title\":\"La Bobine\",\"description\":\"SIRET 732 829 320 "
        "00074\"" AT("45.5667", "5.9167") SITE("https://bobine.example/Lieu/?utm_source=x"),
        "\"kind\":\"place\",\"title\":\"La Bobinne\",\"description\":\"n° 73282932000074.\"" AT(
            "45.5667", "5.9170") SITE("http://www.BOBINE.example/Lieu#top"));
    assert_int_equal(likeness.reasons, 1u << DUPLICATE_NAME | 1u << DUPLICATE_PLACE |
                                           1u << DUPLICATE_SITE | 1u << DUPLICATE_NUMBER);
    assert_int_equal(likeness.distance_m, 23);
    assert_int_equal(likeness.score, 100 < 60 + 30 + 35 ? 100 : 0);
    /* No number without its check digit; another page of one site is another site. */
    likeness =
        liken(*state,
              "\"kind\":\"place\",\"title\":\"Une\",\"description\":\"73282932000075\"" SITE(
                  "https://bobine.example/a"),
              "\"kind\":\"place\",\"title\":\"Autre\",\"description\":\"73282932000075\"" SITE(
                  "https://bobine.example/b"));
    assert_int_equal(likeness.reasons, 0);
}

/* ---- found by hints ---- */

static unsigned search_all(struct entry_fixture *fixture) {
    struct db_conn *conn = fixture->store.conn;
    unsigned steps = 0;
    for (bool has_more = true; has_more; steps++) {
        struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
        struct duplicate_step *step;
        assert_int_equal(
            duplicate_step_read(conn, fixture->territories, &scratch, &step, &has_more), OK);
        assert_int_equal(db_begin_write(conn), OK);
        assert_int_equal(duplicate_step_write(conn, step, fixture->store.now_ms), OK);
        assert_int_equal(db_commit(conn), OK);
    }
    return steps;
}

static struct actor steward_of(struct entry_fixture *fixture, const char *address,
                               const char *territory) {
    struct actor actor = {.name = SLICE_EMPTY, .language = SLICE_EMPTY};
    bool is_new;
    assert_int_equal(person_enter(fixture->store.conn, &fixture->store.ids,
                                  slice_from_cstr(address), SLICE("fr"), NULL,
                                  fixture->store.now_ms, &actor.person, &is_new, &fixture->problem),
                     OK);
    assert_int_equal(person_grant(fixture->store.conn, &fixture->store.ids, (struct person_id){0},
                                  actor.person, PERSON_STEWARD, slice_from_cstr(territory),
                                  fixture->store.now_ms),
                     OK);
    actor.roles = 1u << PERSON_STEWARD;
    return actor;
}

static size_t queue_of(struct entry_fixture *fixture, const struct actor *actor,
                       struct duplicate_pair **pairs) {
    struct contribution_world world = world_of(fixture);
    size_t count;
    bool has_more;
    assert_int_equal(duplicate_queue(fixture->store.conn, &world, actor, 50, &fixture->arena, pairs,
                                     &count, &has_more),
                     OK);
    return count;
}

static void a_draft_is_told_what_is_here_already(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id bobine =
        bring(fixture, 1, "\"kind\":\"place\",\"title\":\"La Bobine\"" IN("com-73065"));
    bring(fixture, 2, "\"kind\":\"place\",\"title\":\"Le Fil\"" IN("com-73065"));
    search_all(fixture);
    struct entry draft;
    assert_int_equal(entry_from_json(SLICE("{\"kind\":\"initiative\",\"title\":\"Bobine\","
                                           "\"place\":{\"territory\":\"com-73065\"}}"),
                                     &fixture->arena, &draft, &fixture->problem),
                     OK);
    struct entry_public shown = duplicate_of_draft(fixture->territories, &draft);
    struct duplicate_found found[3];
    size_t count;
    assert_int_equal(duplicate_find(fixture->store.conn, fixture->territories, &shown,
                                    &fixture->arena, found, 3, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].entry.v, bobine.v);
    assert_string_equal(found[0].title.p, "La Bobine");
}

/* RULE DOUBLE-1: what is found waits for a person, both entries stay as they are. RULE DOUBLE-2. */
static void a_pair_waits_until_somebody_judges_it_and_never_comes_back(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct actor steward = steward_of(fixture, "steward@example.org", "dep-73");
    struct actor elsewhere = steward_of(fixture, "other@example.org", "com-73096");
    struct entry_id a =
        bring(fixture, 1, "\"kind\":\"place\",\"title\":\"La Bobine\"" IN("com-73065"));
    struct entry_id b =
        bring(fixture, 2, "\"kind\":\"place\",\"title\":\"La Bobinne\"" IN("com-73065"));
    struct duplicate_pair *pairs;
    search_all(fixture);
    assert_int_equal(queue_of(fixture, &elsewhere, &pairs), 0);
    assert_int_equal(queue_of(fixture, &steward, &pairs), 1);
    assert_int_equal(pairs[0].first.v, a.v);
    assert_int_equal(pairs[0].second.v, b.v);
    struct entry stands;
    assert_int_equal(entry_load(fixture->store.conn, b, &fixture->arena, &stands), OK);
    assert_int_equal(stands.status, ENTRY_PUBLISHED);
    int64_t now_ms = fixture->store.now_ms;
    struct problem problem = {0};
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(duplicate_part(conn, &world, &elsewhere, a, b, SLICE("Non"), now_ms, &problem),
                     ERR_DENIED);
    assert_int_equal(duplicate_part(conn, &world, &steward, a, b, SLICE(" "), now_ms, &problem),
                     ERR_INPUT);
    assert_string_equal(problem.field, "reason");
    assert_int_equal(
        duplicate_part(conn, &world, &steward, b, a, SLICE("Deux rues"), now_ms, &problem), OK);
    assert_int_equal(queue_of(fixture, &steward, &pairs), 0);
    assert_int_equal(
        entry_bring(fixture,
                    "{\"id\":\"e2\",\"kind\":\"place\",\"title\":\"La Bobine\"" IN("com-73065") "}",
                    &stands),
        ENTRY_UPDATED);
    search_all(fixture);
    assert_int_equal(queue_of(fixture, &steward, &pairs), 0);
    assert_int_equal(
        duplicate_part(conn, &world, &steward, a, b, SLICE("Encore"), now_ms, &problem),
        ERR_CONFLICT);
}

static void a_pair_that_is_alike_no_more_is_forgotten(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor steward = steward_of(fixture, "steward@example.org", "");
    bring(fixture, 1, "\"kind\":\"place\",\"title\":\"La Bobine\"" IN("com-73065"));
    bring(fixture, 2, "\"kind\":\"place\",\"title\":\"Bobine\"" IN("com-73065"));
    struct duplicate_pair *pairs;
    struct entry entry;
    search_all(fixture);
    assert_int_equal(queue_of(fixture, &steward, &pairs), 1);
    assert_int_equal(
        entry_bring(fixture,
                    "{\"id\":\"e2\",\"kind\":\"place\",\"title\":\"Lavoir\"" IN("com-73065") "}",
                    &entry),
        ENTRY_UPDATED);
    search_all(fixture);
    assert_int_equal(queue_of(fixture, &steward, &pairs), 0);
}

/* Whatever the steps are, and in which of them the two of a pair come. */
static void every_pair_is_found_across_steps(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor steward = steward_of(fixture, "steward@example.org", "");
    enum { TWINS = 300 };
    for (int i = 0; i < 2 * TWINS; i++) { /* numbers in words, none a typo from another */
        int twin = i % TWINS;
        slice members = arena_printf(
            &fixture->arena, "\"kind\":\"place\",\"title\":\"%c%c%c%c%c%c\"" IN("com-73065"),
            'a' + twin % 20, 'a' + twin / 20, 'k', 'a' + twin % 20, 'a' + twin / 20, 'k');
        bring(fixture, i, members.p);
    }
    assert_true(search_all(fixture) > 2);
    struct contribution_world world = world_of(fixture);
    struct duplicate_pair *pairs;
    size_t count;
    bool has_more;
    assert_int_equal(duplicate_queue(fixture->store.conn, &world, &steward, 2 * TWINS,
                                     &fixture->arena, &pairs, &count, &has_more),
                     OK);
    assert_int_equal(count, TWINS);
    for (size_t i = 0; i < count; i++) {
        assert_true(slice_equal(pairs[i].first_title, pairs[i].second_title));
    }
}

static void what_hundreds_share_tells_nobody_apart(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor steward = steward_of(fixture, "steward@example.org", "");
    for (int i = 0; i < 3 * DUPLICATE_BLOCK_MAX; i++) {
        bring(fixture, i, "\"kind\":\"place\",\"title\":\"Composteur\"" IN("com-73065"));
    }
    search_all(fixture);
    struct duplicate_pair *pairs;
    assert_int_equal(queue_of(fixture, &steward, &pairs), 0);
}

static void the_catalogue_fits_the_store(void **state) {
    struct entry_fixture *fixture = *state;
    assert_int_equal(
        db_catalogue_check(fixture->store.conn, &duplicate_catalogue, &fixture->problem), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, entry_setup, entry_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_same_thing_written_differently_is_found),
        TEST(what_only_looks_alike_is_not_proposed),
        TEST(reasons_say_what_is_the_same),
        TEST(a_draft_is_told_what_is_here_already),
        TEST(a_pair_waits_until_somebody_judges_it_and_never_comes_back),
        TEST(a_pair_that_is_alike_no_more_is_forgotten),
        TEST(every_pair_is_found_across_steps),
        TEST(what_hundreds_share_tells_nobody_apart),
        TEST(the_catalogue_fits_the_store),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
