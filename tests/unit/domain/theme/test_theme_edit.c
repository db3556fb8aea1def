/* Themes as they are changed here, over what a file says. */
#include "store_fixture.h"

#include "domain/theme/theme.h"
#include "text/text.h"

#include <string.h>

#define CONCEPT(slug, broader, label)                                                              \
    "{\"slug\":\"" slug "\",\"broader\":" broader ",\"label\":{\"fr\":\"" label "\"}}"
#define THEMES(list)                                                                               \
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"concepts\":[" list   \
    "]}"
#define FILED                                                                                      \
    CONCEPT("food", "null", "Alimentation")                                                        \
    "," CONCEPT("gardens", "\"food\"", "Jardins") "," CONCEPT(                                     \
        "beds", "\"gardens\"", "Massifs") "," CONCEPT("cooking", "\"food\"",                       \
                                                      "Cuisine") "," CONCEPT("energy", "null",     \
                                                                             "Énergie")
#define GIVES                                                                                      \
    "{\"scheme\":\"gives\",\"title\":{\"fr\":\"Ce que cela apporte\"},\"concepts\":["              \
    "{\"slug\":\"gives-tools\",\"label\":{\"fr\":\"Outils\"}}]}"
#define LAST (&(struct theme_place){.rank = 0})

static void put(struct store_fixture *fixture, const char *json) {
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(theme_scheme_store(fixture->conn, slice_from_cstr(json), FIXTURE_NOW_MS, NULL),
                     OK);
    assert_int_equal(db_commit(fixture->conn), OK);
}

static int edit_setup(void **state) {
    store_setup(state);
    put(*state, THEMES(FILED));
    put(*state, GIVES);
    return 0;
}

static err end(struct store_fixture *fixture, err failed) {
    if (failed == OK) {
        assert_int_equal(db_commit(fixture->conn), OK);
    } else {
        db_rollback(fixture->conn);
    }
    return failed;
}

static err merge(struct store_fixture *fixture, const char *slug, const char *into,
                 struct problem *problem) {
    assert_int_equal(db_begin_write(fixture->conn), OK);
    return end(fixture, theme_merge(fixture->conn, slice_from_cstr(slug), slice_from_cstr(into),
                                    FIXTURE_NOW_MS, problem));
}
static err unmerge(struct store_fixture *fixture, const char *slug, struct problem *problem) {
    assert_int_equal(db_begin_write(fixture->conn), OK);
    return end(fixture,
               theme_unmerge(fixture->conn, slice_from_cstr(slug), FIXTURE_NOW_MS, problem));
}
static err move(struct store_fixture *fixture, const char *slug, const char *broader, uint32_t rank,
                struct problem *problem) {
    struct theme_place place = {.broader = slice_from_cstr(broader), .rank = rank};
    assert_int_equal(db_begin_write(fixture->conn), OK);
    return end(fixture,
               theme_move(fixture->conn, slice_from_cstr(slug), &place, FIXTURE_NOW_MS, problem));
}
static err rename_to(struct store_fixture *fixture, const char *slug, const char *fr,
                     const char *en, struct problem *problem) {
    const slice label[THEME_LANGUAGES] = {slice_from_cstr(fr), slice_from_cstr(en)};
    assert_int_equal(db_begin_write(fixture->conn), OK);
    return end(fixture,
               theme_rename(fixture->conn, slice_from_cstr(slug), label, FIXTURE_NOW_MS, problem));
}
static err add(struct store_fixture *fixture, const char *fr, const char *en,
               const struct theme_place *place, struct arena *arena, slice *slug,
               struct problem *problem) {
    const slice label[THEME_LANGUAGES] = {slice_from_cstr(fr), slice_from_cstr(en)};
    assert_int_equal(db_begin_write(fixture->conn), OK);
    return end(fixture, theme_add(fixture->conn, SLICE("themes"), label, place, FIXTURE_NOW_MS,
                                  arena, slug, problem));
}

static struct themes *load(struct store_fixture *fixture) {
    struct themes *themes = NULL;
    assert_int_equal(themes_load(fixture->conn, &themes), OK);
    return themes;
}

/* "food(gardens(beds)cooking)energy": the tree of the first taxonomy. */
static void assert_tree(struct store_fixture *fixture, const char *expected) {
    struct themes *themes = load(fixture);
    struct buf text BUF_CLEANUP = buf_new(10000);
    uint16_t depth = 0;
    for (uint16_t i = 0; i < themes->schemes[0].count; i++) {
        const struct theme *it = &themes->items[i];
        for (; depth > it->depth; depth--) {
            buf_add_char(&text, ')');
        }
        buf_add_cstr(&text, it->depth > depth ? "(" : i > 0 ? " " : "");
        depth = it->depth;
        buf_add(&text, it->slug);
        assert_int_equal(themes_find(themes, it->slug), i);
        assert_true(it->broader == THEME_NONE || it->broader < i);
    }
    for (; depth > 0; depth--) {
        buf_add_char(&text, ')');
    }
    assert_slice(buf_slice(&text), expected);
    themes_free(themes);
}

static void assert_means(struct store_fixture *fixture, const char *slug, const char *expected) {
    struct themes *themes = load(fixture);
    uint16_t theme = themes_find(themes, slice_from_cstr(slug));
    assert_int_not_equal(theme, THEME_NONE);
    assert_slice(themes->items[theme].slug, expected);
    themes_free(themes);
}

static const char *found(const struct themes *themes, const char *words) {
    struct buf folded BUF_CLEANUP = buf_new(200);
    text_fold(slice_from_cstr(words), &folded);
    uint16_t theme = themes_match(themes, buf_slice(&folded));
    return theme == THEME_NONE ? "" : themes->items[theme].slug.p;
}

static void a_theme_made_here_stands_where_it_was_put(void **state) {
    ARENA_CLEANUP struct arena arena = arena_make(1024, 0);
    slice slug;
    assert_int_equal(add(*state, "Eau", "Water", LAST, &arena, &slug, NULL), OK);
    assert_slice(slug, "water");
    assert_int_equal(add(*state, "Eau", "", LAST, &arena, &slug, NULL), OK);
    assert_slice(slug, "eau");
    assert_int_equal(add(*state, "Eau", "Water",
                         &(struct theme_place){.broader = SLICE("food"), .rank = 1}, &arena, &slug,
                         NULL),
                     OK);
    assert_slice(slug, "water-2");
    assert_int_equal(add(*state, "Pain", "Bread",
                         &(struct theme_place){.broader = SLICE("food"), .rank = 3}, &arena, &slug,
                         NULL),
                     OK);
    assert_tree(*state, "food(water-2 gardens(beds) bread cooking) energy water eau");
    struct themes *themes = load(*state);
    const struct theme *eau = &themes->items[themes_find(themes, SLICE("eau"))];
    assert_slice(eau->label[1], "Eau"); /* no English: the French */
    assert_true(eau->is_own);
    assert_int_equal(eau->synonym_count, 0);
    assert_string_equal(found(themes, "water"), "water-2"); /* the first of those that share it */
    themes_free(themes);
}

static void a_theme_given_another_name_is_still_found_by_the_one_of_its_file(void **state) {
    assert_int_equal(rename_to(*state, "gardens", "Potagers", "Plots", NULL), OK);
    struct themes *themes = load(*state);
    const struct theme *it = &themes->items[themes_find(themes, SLICE("gardens"))];
    assert_slice(it->label[0], "Potagers");
    assert_slice(it->label[1], "Plots");
    assert_int_equal(it->synonym_count, 1);
    assert_slice(it->synonyms[0], "Jardins");
    assert_string_equal(found(themes, "jardins"), "gardens");
    assert_string_equal(found(themes, "potagers"), "gardens");
    themes_free(themes);
}

static void what_is_below_a_theme_moves_with_it(void **state) {
    assert_int_equal(move(*state, "gardens", "energy", 0, NULL), OK);
    assert_tree(*state, "food(cooking) energy(gardens(beds))");
    assert_int_equal(move(*state, "gardens", "", 1, NULL), OK);
    assert_tree(*state, "gardens(beds) food(cooking) energy");
    assert_int_equal(move(*state, "gardens", "food", 2, NULL), OK);
    assert_tree(*state, "food(cooking gardens(beds)) energy");
}

/* RULE THEME-3 */
static void no_theme_stands_below_itself_or_too_deep(void **state) {
    static const struct {
        const char *slug, *broader, *field;
        err code;
    } cases[] = {
        {"food", "beds", "broader", ERR_INPUT},        {"food", "food", "broader", ERR_INPUT},
        {"food", "gives-tools", "broader", ERR_INPUT}, {"food", "cars", "broader", ERR_NOT_FOUND},
        {"cars", "food", "theme", ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        assert_int_equal(move(*state, cases[i].slug, cases[i].broader, 0, &problem), cases[i].code);
        assert_string_equal(problem.field, cases[i].field);
    }
    ARENA_CLEANUP struct arena arena = arena_make(1024, 0);
    slice below = SLICE("energy");
    err made = OK;
    int depth = 0;
    for (; made == OK && depth < 20; depth++) {
        struct theme_place place = {.broader = below, .rank = 0};
        made = add(*state, "Plus bas", "", &place, &arena, &below, NULL);
    }
    assert_int_equal(made, ERR_INPUT);
    assert_int_equal(depth - 1, THEME_DEPTH_MAX);
    struct themes *themes = load(*state);
    assert_int_equal(themes->cut_count, 0);
    assert_int_equal(themes->schemes[0].count, 5 + THEME_DEPTH_MAX);
    themes_free(themes);
}

/* RULE THEME-2 */
static void a_merged_theme_means_the_other_everywhere_until_it_is_taken_back(void **state) {
    struct themes *before = load(*state);
    assert_int_equal(merge(*state, "gardens", "cooking", NULL), OK);
    assert_tree(*state, "food(cooking(beds)) energy");
    struct themes *themes = load(*state);
    assert_int_not_equal(themes->digest, before->digest);
    assert_string_equal(found(themes, "Jardins"), "cooking");
    assert_int_equal(themes->alias_count, 1);
    assert_slice(themes->aliases[0].slug, "gardens");
    assert_slice(themes->aliases[0].label[0], "Jardins");
    assert_slice(themes->items[themes->aliases[0].theme].slug, "cooking");
    slice slugs[] = {SLICE("gardens"), SLICE("energy"), SLICE("cooking"), SLICE("cars")};
    uint32_t count = ARRAY_COUNT(slugs);
    themes_settle(themes, slugs, &count);
    assert_int_equal(count, 3);
    assert_slice(slugs[0], "cooking");
    assert_slice(slugs[1], "energy");
    assert_slice(slugs[2], "cars");
    themes_free(themes);
    assert_int_equal(unmerge(*state, "gardens", NULL), OK);
    assert_tree(*state, "food(gardens(beds) cooking) energy");
    themes = load(*state);
    assert_int_equal(themes->digest, before->digest);
    themes_free(themes);
    themes_free(before);
}

static void merges_go_on_through_one_another(void **state) {
    assert_int_equal(merge(*state, "beds", "gardens", NULL), OK);
    assert_int_equal(merge(*state, "gardens", "cooking", NULL), OK);
    assert_int_equal(merge(*state, "cooking", "energy", NULL), OK);
    assert_tree(*state, "food energy");
    assert_means(*state, "beds", "energy");
    assert_int_equal(unmerge(*state, "gardens", NULL), OK);
    assert_means(*state, "beds", "gardens");
    assert_means(*state, "cooking", "energy");
    assert_tree(*state, "food(gardens) energy");
}

static void a_merge_that_cannot_be_is_refused(void **state) {
    static const struct {
        const char *slug, *into, *field;
        err code;
    } cases[] = {
        {"food", "food", "into", ERR_INPUT},        {"food", "beds", "into", ERR_INPUT},
        {"food", "gives-tools", "into", ERR_INPUT}, {"food", "cars", "into", ERR_NOT_FOUND},
        {"cars", "food", "theme", ERR_NOT_FOUND},   {"beds", "food", "theme", ERR_NOT_FOUND},
        {"energy", "beds", "into", ERR_NOT_FOUND},
    };
    assert_int_equal(merge(*state, "beds", "gardens", NULL), OK);
    assert_int_equal(merge(*state, "food", "gardens", NULL), ERR_INPUT);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct problem problem = {.code = OK};
        err expected = i == 1 ? ERR_NOT_FOUND : cases[i].code; /* beds is merged */
        assert_int_equal(merge(*state, cases[i].slug, cases[i].into, &problem), expected);
        assert_string_equal(problem.field, cases[i].field);
    }
    assert_int_equal(unmerge(*state, "food", NULL), ERR_CONFLICT);
    assert_int_equal(unmerge(*state, "cars", NULL), ERR_NOT_FOUND);
}

/* What stood below a merged theme may have got something below it that stands above the merged. */
static void taking_back_what_would_make_a_circle_is_refused(void **state) {
    assert_int_equal(merge(*state, "gardens", "energy", NULL), OK);
    assert_int_equal(move(*state, "food", "beds", 0, NULL), OK);
    assert_tree(*state, "energy(beds(food(cooking)))");
    struct problem problem = {.code = OK};
    assert_int_equal(unmerge(*state, "gardens", &problem), ERR_INPUT);
    assert_string_equal(problem.field, "broader");
    assert_tree(*state, "energy(beds(food(cooking)))");
    assert_int_equal(move(*state, "food", "", 0, NULL), OK);
    assert_int_equal(unmerge(*state, "gardens", NULL), OK);
    assert_tree(*state, "energy food(gardens(beds) cooking)");
}

/* RULE THEME-1 */
static void a_later_file_changes_nothing_that_was_changed_here(void **state) {
    ARENA_CLEANUP struct arena arena = arena_make(1024, 0);
    slice slug;
    assert_int_equal(rename_to(*state, "cooking", "Fourneaux", "Stoves", NULL), OK);
    assert_int_equal(move(*state, "beds", "", 0, NULL), OK);
    assert_int_equal(merge(*state, "gardens", "cooking", NULL), OK);
    assert_int_equal(add(*state, "Eau", "Water", LAST, &arena, &slug, NULL), OK);
    put(*state, THEMES(FILED "," CONCEPT("water", "\"food\"", "L’eau de la file") "," CONCEPT(
                    "seeds", "\"gardens\"", "Semences")));
    assert_tree(*state, "food(cooking(seeds)) energy beds water");
    struct themes *themes = load(*state);
    assert_slice(themes->items[themes_find(themes, SLICE("cooking"))].label[0], "Fourneaux");
    assert_slice(themes->items[themes_find(themes, SLICE("water"))].label[0], "Eau");
    themes_free(themes);
}

static void a_later_file_that_makes_a_circle_loses_no_theme(void **state) {
    assert_int_equal(move(*state, "food", "energy", 0, NULL), OK);
    put(*state, THEMES(CONCEPT("food", "null", "Alimentation") "," CONCEPT("energy", "\"food\"",
                                                                           "Énergie")));
    struct themes *themes = load(*state);
    assert_int_equal(themes->cut_count, 1);
    assert_int_equal(themes->schemes[0].count, 5);
    themes_free(themes);
    assert_tree(*state, "energy(food(gardens(beds) cooking))");
    assert_int_equal(rename_to(*state, "food", "Manger", "", NULL), OK); /* goes on as it stands */
}

static void a_hidden_theme_is_known_as_such(void **state) {
    struct store_fixture *fixture = *state;
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(
        end(fixture, theme_hide(fixture->conn, SLICE("beds"), true, FIXTURE_NOW_MS, NULL)), OK);
    struct themes *themes = load(*state);
    assert_true(themes->items[themes_find(themes, SLICE("beds"))].is_hidden);
    assert_false(themes->items[themes_find(themes, SLICE("food"))].is_hidden);
    themes_free(themes);
}

static void labels_that_are_none_are_refused(void **state) {
    char *long_label = calloc(THEME_LABEL_MAX + 2, 1);
    assert_non_null(long_label);
    memset(long_label, 'a', THEME_LABEL_MAX + 1);
    struct problem problem = {.code = OK};
    assert_int_equal(rename_to(*state, "food", " ", "Food", &problem), ERR_INPUT);
    assert_string_equal(problem.field, "label-fr");
    assert_int_equal(rename_to(*state, "food", "Manger", long_label, &problem), ERR_INPUT);
    assert_string_equal(problem.field, "label-en");
    free(long_label);
}

/* Whatever is done in whatever order: each theme stands once, is found, and no change is half. */
static void many_changes_leave_a_whole_tree(void **state) {
    static const char *const slugs[] = {"food", "gardens", "beds", "cooking", "energy"};
    uint64_t seed = 20261122;
    int made = 0;
    for (int i = 0; i < 400; i++) {
        seed = hash_mix(seed, (uint64_t)i);
        const char *one = slugs[seed % 5];
        const char *other = slugs[seed / 5 % 5];
        err done = seed / 25 % 3 == 0   ? merge(*state, one, other, NULL)
                   : seed / 25 % 3 == 1 ? unmerge(*state, one, NULL)
                                        : move(*state, one, seed / 75 % 4 ? other : "", 0, NULL);
        made += done == OK;
        struct themes *themes = load(*state);
        assert_int_equal(themes->cut_count, 0);
        assert_int_equal(themes->schemes[0].count + themes->alias_count, 5);
        for (size_t k = 0; k < 5; k++) {
            assert_int_not_equal(themes_find(themes, slice_from_cstr(slugs[k])), THEME_NONE);
        }
        themes_free(themes);
    }
    assert_true(made > 50);
    for (size_t k = 0; k < 5; k++) { /* some may need the others out of the way first */
        for (size_t i = 0; i < 5; i++) {
            (void)move(*state, slugs[i], "", 0, NULL);
            (void)unmerge(*state, slugs[i], NULL);
        }
    }
    struct themes *themes = load(*state);
    assert_int_equal(themes->alias_count, 0);
    assert_int_equal(themes->schemes[0].count, 5);
    themes_free(themes);
}

#define EDIT_TEST(name) cmocka_unit_test_setup_teardown(name, edit_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        EDIT_TEST(a_theme_made_here_stands_where_it_was_put),
        EDIT_TEST(a_theme_given_another_name_is_still_found_by_the_one_of_its_file),
        EDIT_TEST(what_is_below_a_theme_moves_with_it),
        EDIT_TEST(no_theme_stands_below_itself_or_too_deep),
        EDIT_TEST(a_merged_theme_means_the_other_everywhere_until_it_is_taken_back),
        EDIT_TEST(merges_go_on_through_one_another),
        EDIT_TEST(a_merge_that_cannot_be_is_refused),
        EDIT_TEST(taking_back_what_would_make_a_circle_is_refused),
        EDIT_TEST(a_later_file_changes_nothing_that_was_changed_here),
        EDIT_TEST(a_later_file_that_makes_a_circle_loses_no_theme),
        EDIT_TEST(a_hidden_theme_is_known_as_such),
        EDIT_TEST(labels_that_are_none_are_refused),
        EDIT_TEST(many_changes_leave_a_whole_tree),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
