/* How changes are told: word by word, field by field, by whom; and what is never told. */
#include "store_fixture.h"

#include "domain/history/history.h"

#include <string.h>

/* ---- two texts ---- */

/* "[-removed-]{+added+}same" */
static const char *told(const struct history_parts *parts, struct arena *arena) {
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    for (size_t i = 0; i < parts->count; i++) {
        const struct history_part *part = &parts->items[i];
        static const char *const marks[][2] = {[HISTORY_SAME] = {"", ""},
                                               [HISTORY_REMOVED] = {"[-", "-]"},
                                               [HISTORY_ADDED] = {"{+", "+}"}};
        buf_addf(&text, "%s%.*s%s", marks[part->sort][0], SLICE_ARG(part->text),
                 marks[part->sort][1]);
    }
    return arena_cstr(arena, buf_slice(&text));
}

static const char *compared(const char *before, const char *after, struct arena *arena) {
    struct history_parts parts =
        history_compare(slice_from_cstr(before), slice_from_cstr(after), arena);
    return told(&parts, arena);
}

static void changed_words_stand_out(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    static const char *const cases[][3] = {
        {"", "", ""},
        {"a", "a", "a"},
        {"", "un jardin", "{+un jardin+}"},
        {"un jardin", "", "[-un jardin-]"},
        {"Ouvert le lundi, sauf en août.", "Ouvert le mardi, sauf en août.",
         "Ouvert le [-lundi-]{+mardi+}, sauf en août."},
        {"Un jardin.", "Un jardin partagé.", "Un jardin{+ partagé+}."},
        {"Un été à la ferme", "Un hiver à l’atelier",
         "Un [-été-]{+hiver+} à [-la ferme-]{+l’atelier+}"},
        {"a b c", "x y z", "[-a b c-]{+x y z+}"},
        {"eau\npain", "eau\nsel\npain", "eau\n{+sel\n+}pain"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_string_equal(compared(cases[i][0], cases[i][1], &arena), cases[i][2]);
    }
}

static uint32_t next_random(uint64_t *seed) {
    *seed = hash_mix(*seed, 1);
    return (uint32_t)(*seed >> 33);
}

static void random_text(struct buf *out, uint64_t *seed, uint32_t words, uint32_t different) {
    static const char *const between[] = {" ", " ", " ", ", ", "\n"};
    buf_clear(out);
    for (uint32_t i = 0; i < words; i++) {
        buf_addf(out, "w%u%s", next_random(seed) % different, between[next_random(seed) % 5]);
    }
}

/* Same and removed are the one text, same and added the other. */
static void check_nothing_is_lost(slice before, slice after, struct arena *arena) {
    struct history_parts parts = history_compare(before, after, arena);
    struct buf was BUF_CLEANUP = buf_new(1u << 22);
    struct buf is BUF_CLEANUP = buf_new(1u << 22);
    for (size_t i = 0; i < parts.count; i++) {
        if (parts.items[i].sort != HISTORY_ADDED) {
            buf_add(&was, parts.items[i].text);
        }
        if (parts.items[i].sort != HISTORY_REMOVED) {
            buf_add(&is, parts.items[i].text);
        }
    }
    assert_true(slice_equal(buf_slice(&was), before));
    assert_true(slice_equal(buf_slice(&is), after));
}

static void no_comparison_loses_a_word(void **state) {
    (void)state;
    uint64_t seed = 7;
    struct buf before BUF_CLEANUP = buf_new(1u << 22);
    struct buf after BUF_CLEANUP = buf_new(1u << 22);
    for (uint32_t i = 0; i < 3000; i++) {
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        random_text(&before, &seed, next_random(&seed) % 24, 1 + next_random(&seed) % 6);
        random_text(&after, &seed, next_random(&seed) % 24, 1 + next_random(&seed) % 6);
        check_nothing_is_lost(buf_slice(&before), buf_slice(&after), &arena);
    }
}

/* ---- two changes at once ---- */

static const char *merged(const char *base, const char *one, const char *other,
                          struct arena *arena) {
    slice text;
    return history_merge(slice_from_cstr(base), slice_from_cstr(one), slice_from_cstr(other), arena,
                         &text)
               ? arena_cstr(arena, text)
               : "(both)";
}

static void changes_of_different_lines_go_together(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    static const char *const cases[][4] = {
        {"a", "a", "b", "b"},
        {"a", "b", "b", "b"},
        {"a", "b", "c", "(both)"},
        {"", "a", "b", "(both)"},
        {"Un.\n\nDeux.\n\nTrois.", "Un !\n\nDeux.\n\nTrois.", "Un.\n\nDeux.\n\nTrois !",
         "Un !\n\nDeux.\n\nTrois !"},
        {"Un.\n\nDeux.", "Un !\n\nDeux.", "Un.\n\nDeux.\n\nTrois.", "Un !\n\nDeux.\n\nTrois."},
        {"Un.\n\nDeux.", "Un.\n\nDeux !", "Un.\n\nDeux.\n\nTrois.",
         "Un.\n\nDeux !\n\nTrois."}, /* put in behind what the other changed */
        {"Un.\nDeux.", "Un.\nDeux.\nTrois.", "Un.\nDeux.\nQuatre.", "(both)"},
        {"Un.\nDeux.\nTrois.", "Un.\nTrois.", "Un.\nDeux !\nTrois.", "(both)"},
        {"Un.\n\nDeux.\n\nTrois.", "Deux.\n\nTrois.", "Un.\n\nDeux.", "Deux."},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_string_equal(merged(cases[i][0], cases[i][1], cases[i][2], &arena), cases[i][3]);
    }
}

/* RULE CONTRIBUTE-8 */
static void merging_is_the_same_either_way_and_loses_no_line(void **state) {
    (void)state;
    uint64_t seed = 11;
    struct buf texts[3] = {buf_new(1u << 20), buf_new(1u << 20), buf_new(1u << 20)};
    unsigned together = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        uint32_t lines = 1 + next_random(&seed) % 12;
        for (size_t k = 0; k < ARRAY_COUNT(texts); k++) {
            buf_clear(&texts[k]);
        }
        for (uint32_t line = 0; line < lines; line++) {
            uint32_t fate = next_random(&seed) % 12;
            for (uint32_t k = 0; k < ARRAY_COUNT(texts); k++) {
                bool is_changed = k > 0 && (fate == 4 || (fate < 4 && k == 1 + fate % 2));
                if (!is_changed) {
                    buf_addf(&texts[k], "l%u\n", line % 5);
                } else if (fate > 1) {
                    buf_addf(&texts[k], "s%u of %u\n", line, k);
                }
            }
        }
        slice base = buf_slice(&texts[0]);
        slice one = buf_slice(&texts[1]);
        slice other = buf_slice(&texts[2]);
        slice text;
        slice reverse;
        bool is_one = history_merge(base, one, other, &arena, &text);
        assert_int_equal(history_merge(base, other, one, &arena, &reverse), is_one);
        assert_true(!is_one || slice_equal(text, reverse));
        together += is_one;
        for (uint32_t line = 0; is_one && line < lines; line++) { /* what each wrote is there */
            for (uint32_t k = 1; k < ARRAY_COUNT(texts); k++) {
                slice wrote = arena_printf(&arena, "s%u of %u\n", line, k);
                assert_int_equal(slice_contains(text, wrote),
                                 slice_contains(buf_slice(&texts[k]), wrote));
            }
        }
        const slice none[][2] = {{one, one}, {base, one}, {one, base}};
        for (size_t k = 0; k < ARRAY_COUNT(none); k++) {
            assert_true(history_merge(base, none[k][0], none[k][1], &arena, &text));
            assert_true(slice_equal(text, one));
        }
    }
    assert_true(together > 500 && together < 3500); /* both ways were tried */
    for (size_t k = 0; k < ARRAY_COUNT(texts); k++) {
        buf_free(&texts[k]);
    }
}

/* Long texts that have nothing in common, and one with far more changes than are looked for. */
static void work_is_bounded(void **state) {
    (void)state;
    uint64_t seed = 11;
    struct arena arena ARENA_CLEANUP = arena_make(0, 64u << 20);
    struct buf before BUF_CLEANUP = buf_new(1u << 22);
    struct buf after BUF_CLEANUP = buf_new(1u << 22);
    random_text(&before, &seed, 20000, 5000);
    random_text(&after, &seed, 20000, 5000);
    check_nothing_is_lost(buf_slice(&before), buf_slice(&after), &arena);
    assert_true(arena.used_bytes < 16u << 20);
}

/* ---- two revisions ---- */

static struct entry_public public_of(const char *json, struct arena *arena) {
    struct problem problem = {0};
    struct entry_public entry = {.territory = UINT32_MAX, .territory_label = SLICE_EMPTY};
    assert_int_equal(entry_from_json(slice_from_cstr(json), arena, &entry.entry, &problem), OK);
    return entry;
}

static void each_field_that_differs_is_told_and_no_other(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct themes *themes;
    assert_int_equal(themes_load(fixture->conn, &themes), OK);
    struct entry_public before = public_of(
        "{\"kind\":\"idea\",\"title\":\"Jardin\",\"summary\":\"Pour tous\",\"tags\":[\"terre\"],"
        "\"themes\":[\"food\"],\"needs\":[{\"sort\":\"time\",\"text\":\"deux adultes\"}]}",
        &arena);
    struct entry_public after = public_of(
        "{\"kind\":\"initiative\",\"title\":\"Jardin\",\"summary\":\"Pour toutes et tous\","
        "\"tags\":[\"terre\",\"eau\"],\"themes\":[\"food\"],\"needs\":[{\"sort\":\"time\",\"text\":"
        "\"trois adultes\"}],\"dates\":[{\"role\":\"began\",\"start\":\"2022-05\"}]}",
        &arena);
    struct history_difference *found;
    size_t count;
    history_differences(&before, &after, themes, 0, &arena, &found, &count);
    static const struct {
        enum history_field field;
        const char *told;
    } expected[] = {
        {HISTORY_KIND, "[-idea-]{+initiative+}"},
        {HISTORY_SUMMARY, "Pour {+toutes et +}tous"},
        {HISTORY_TAGS, "terre{+\neau+}"},
        {HISTORY_DATES, "{+2022-05+}"},
        {HISTORY_NEEDS, "[-deux-]{+trois+} adultes"},
    };
    assert_int_equal(count, ARRAY_COUNT(expected));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].field, expected[i].field);
        assert_string_equal(told(&found[i].parts, &arena), expected[i].told);
    }
    history_differences(&after, &after, themes, 0, &arena, &found, &count);
    assert_int_equal(count, 0);
    history_differences(NULL, &before, themes, 0, &arena, &found, &count);
    assert_int_equal(count, 6); /* kind, title, summary, themes, tags, needs */
    themes_free(themes);
}

static struct entry_id written(struct store_fixture *fixture, struct entry_id id, int64_t *revision,
                               const char *json) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct problem problem = {0};
    struct entry entry;
    assert_int_equal(entry_from_json(slice_from_cstr(json), &arena, &entry, &problem), OK);
    assert_int_equal(entry_check(&entry, NULL, NULL, &arena, &problem), OK);
    entry.id = id;
    entry.revision = *revision;
    assert_int_equal(entry_edit(fixture->conn, &fixture->ids, &entry, SLICE("person:1"), SLICE("x"),
                                fixture->now_ms, NULL),
                     OK);
    *revision = entry.revision;
    return entry.id;
}

#define SEEN_THEN                                                                                  \
    "{\"kind\":\"place\",\"title\":\"Atelier\",\"place\":{\"address\":\"3 rue du "                 \
    "Puits\",\"city\":"                                                                            \
    "\"Cruet\",\"latitude\":45.5301,\"longitude\":6.0907,\"precision\":\"exact\"},\"contacts\":[{" \
    "\"kind\":\"telephone\",\"value\":\"0479000000\"},{\"kind\":\"website\",\"value\":"            \
    "\"https://atelier.example\"},{\"kind\":\"email\",\"value\":\"a@atelier.example\","            \
    "\"visibility\":\"team\"}]}"
#define SEEN_NOW                                                                                   \
    "{\"kind\":\"place\",\"title\":\"Atelier\",\"place\":{\"city\":\"Cruet\",\"latitude\":45."     \
    "5301,"                                                                                        \
    "\"longitude\":6.0907,\"precision\":\"commune\"},\"contacts\":[{\"kind\":\"telephone\","       \
    "\"value\":\"0479000000\",\"visibility\":\"team\"},{\"kind\":\"website\",\"value\":"           \
    "\"https://atelier.example\"}]}"

/* RULE HISTORY-1 */
static void what_is_not_public_today_is_not_told_of_yesterday(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    int64_t first = 0;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    struct entry_id id = written(fixture, (struct entry_id){0}, &first, SEEN_THEN);
    struct entry_public then;
    assert_int_equal(entry_revision_public(fixture->conn, NULL, id, first, &arena, &then), OK);
    assert_int_equal(then.entry.contact_count, 2); /* the team's address never was public */
    assert_slice(then.entry.place.address, "3 rue du Puits");
    assert_true(then.has_point);

    int64_t second = first;
    written(fixture, id, &second, SEEN_NOW);
    assert_int_equal(db_commit(fixture->conn), OK);
    assert_int_equal(entry_revision_public(fixture->conn, NULL, id, first, &arena, &then), OK);
    assert_int_equal(then.entry.contact_count, 1);
    assert_slice(then.entry.contacts[0].value, "https://atelier.example");
    assert_slice(then.entry.place.address, "");
    assert_false(then.has_point);
    assert_false(then.entry.place.has_point);
    assert_slice(then.entry.title, "Atelier");
}

static void entry_that_is_not_public_has_no_history(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    int64_t first = 0;
    struct entry_public then;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    struct entry_id id = written(fixture, (struct entry_id){0}, &first, SEEN_THEN);
    assert_int_equal(entry_revision_public(fixture->conn, NULL, (struct entry_id){id.v + 1}, first,
                                           &arena, &then),
                     ERR_NOT_FOUND);
    assert_int_equal(entry_revision_public(fixture->conn, NULL, id, first + 1, &arena, &then),
                     ERR_NOT_FOUND);
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, id, ENTRY_REMOVED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_int_equal(entry_revision_public(fixture->conn, NULL, id, first, &arena, &then),
                     ERR_NOT_FOUND);
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, id, ENTRY_PUBLISHED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    struct entry_revision *revisions;
    size_t count;
    assert_int_equal(entry_revisions(fixture->conn, id, &arena, &revisions, &count), OK);
    assert_int_equal(count, 3);
    assert_int_equal(revisions[1].status, ENTRY_REMOVED);
    assert_int_equal(
        entry_revision_public(fixture->conn, NULL, id, revisions[1].revision, &arena, &then),
        ERR_NOT_FOUND);
    assert_int_equal(
        entry_revision_public(fixture->conn, NULL, id, revisions[0].revision, &arena, &then), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
}

/* ---- who ---- */

static struct history_author author_of(struct store_fixture *fixture, slice author,
                                       struct arena *arena) {
    struct history_author found;
    assert_int_equal(history_author(fixture->conn, author, arena, &found), OK);
    return found;
}

static void author_is_named_by_what_they_made_public(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    const struct source source = {.slug = SLICE("transiscope"), .title = SLICE("Transiscope")};
    const struct person_network network = {0};
    struct problem problem = {0};
    struct source_id source_id;
    struct person_id id;
    struct person person;
    bool is_new;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(
        source_store(fixture->conn, &fixture->ids, &source, fixture->now_ms, &source_id), OK);
    assert_int_equal(person_enter(fixture->conn, &fixture->ids, SLICE("lea@example.org"),
                                  SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem),
                     OK);
    slice author = arena_printf(&arena, "person:%lld", (long long)id.v);
    assert_int_equal(person_load(fixture->conn, id, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE("Léa");
    person.fields[PERSON_NAME].visibility = PERSON_MEMBERS;
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    struct history_author found = author_of(fixture, author, &arena);
    assert_int_equal(found.sort, HISTORY_BY_PERSON);
    assert_slice(found.name, "");
    person.fields[PERSON_NAME].visibility = PERSON_PUBLIC;
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    assert_slice(author_of(fixture, author, &arena).name, "Léa");
    assert_int_equal(person_delete(fixture->conn, &fixture->ids, id, fixture->now_ms), OK);
    found = author_of(fixture, author, &arena);
    assert_int_equal(found.sort, HISTORY_BY_DELETED);
    assert_slice(found.name, "");

    found = author_of(fixture, SLICE("import:transiscope"), &arena);
    assert_int_equal(found.sort, HISTORY_BY_SOURCE);
    assert_slice(found.name, "Transiscope");
    assert_slice(author_of(fixture, SLICE("import:gone"), &arena).name, "gone");
    assert_int_equal(author_of(fixture, SLICE("guest:12"), &arena).sort, HISTORY_BY_GUEST);
    assert_int_equal(author_of(fixture, SLICE("person:x"), &arena).sort, HISTORY_BY_UNKNOWN);
    assert_int_equal(author_of(fixture, SLICE("lea@example.org"), &arena).sort, HISTORY_BY_UNKNOWN);
    assert_slice(author_of(fixture, SLICE("lea@example.org"), &arena).name, "");
    assert_int_equal(db_commit(fixture->conn), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_words_stand_out),
        cmocka_unit_test(no_comparison_loses_a_word),
        cmocka_unit_test(changes_of_different_lines_go_together),
        cmocka_unit_test(merging_is_the_same_either_way_and_loses_no_line),
        cmocka_unit_test(work_is_bounded),
        TEST(each_field_that_differs_is_told_and_no_other),
        TEST(what_is_not_public_today_is_not_told_of_yesterday),
        TEST(entry_that_is_not_public_has_no_history),
        TEST(author_is_named_by_what_they_made_public),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
