/* Two changes of one entry at once: what goes together, what is left for a person (RULE
 * CONTRIBUTE-8). */
#include "entry_fixture.h"

#include "domain/contribution/contribution.h"

/* For each member of the JSON three ways to fill it: as it was, and two others. */
static const struct sample {
    enum history_field field;
    const char *ways[3];
} samples[] = {
    {HISTORY_KIND, {"\"kind\":\"place\"", "\"kind\":\"actor\"", "\"kind\":\"tool\""}},
    {HISTORY_STATE, {"\"state\":\"idea\"", "\"state\":\"begun\"", "\"state\":\"ended\""}},
    {HISTORY_TITLE, {"\"title\":\"Un\"", "\"title\":\"Deux\"", "\"title\":\"Trois\""}},
    {HISTORY_SUMMARY, {"\"summary\":\"\"", "\"summary\":\"a\"", "\"summary\":\"b\""}},
    {HISTORY_DESCRIPTION,
     {"\"description\":\"a\\n\\nb\"", "\"description\":\"A\\n\\nb\"",
      "\"description\":\"a\\n\\nB\\n\\nc\""}},
    {HISTORY_TYPE, {"\"type\":\"x\"", "\"type\":\"y\"", "\"type\":\"z\""}},
    {HISTORY_THEMES,
     {"\"themes\":[\"food\",\"water\"]", "\"themes\":[\"water\",\"energy\"]",
      "\"themes\":[\"food\",\"water\",\"health\"]"}},
    {HISTORY_TAGS, {"\"tags\":[\"a\"]", "\"tags\":[]", "\"tags\":[\"a\",\"b\"]"}},
    {HISTORY_PLACE,
     {"\"place\":{\"city\":\"Agde\"}", "\"place\":{\"city\":\"Agde\",\"name\":\"Halle\"}",
      "\"place\":{\"latitude\":45.5,\"longitude\":5.5,\"precision\":\"exact\"}"}},
    {HISTORY_DATES,
     {"\"dates\":[{\"role\":\"founded\",\"start\":\"2016\"}]", "\"dates\":[]",
      "\"dates\":[{\"role\":\"founded\",\"start\":\"2017\"}]"}},
    {HISTORY_HOURS,
     {"\"opening_hours\":\"Mo\"", "\"opening_hours\":\"Tu\"", "\"opening_hours\":\"\""}},
    {HISTORY_WHEELCHAIR,
     {"\"wheelchair\":\"yes\"", "\"wheelchair\":\"no\"", "\"wheelchair\":\"limited\""}},
    {HISTORY_PRICE, {"\"price\":\"1\"", "\"price\":\"2\"", "\"price\":\"3\""}},
    {HISTORY_AUDIENCE, {"\"audience\":\"1\"", "\"audience\":\"2\"", "\"audience\":\"3\""}},
    {HISTORY_NEEDS,
     {"\"needs\":[{\"sort\":\"time\",\"text\":\"a\"}]", "\"needs\":[]",
      "\"needs\":[{\"sort\":\"time\",\"text\":\"a\"},{\"sort\":\"money\",\"text\":\"b\"}]"}},
    {HISTORY_OFFERS,
     {"\"offers\":[]", "\"offers\":[{\"sort\":\"skill\",\"text\":\"c\"}]",
      "\"offers\":[{\"sort\":\"skill\",\"text\":\"d\"}]"}},
    {HISTORY_CONTACTS,
     {"\"contacts\":[{\"kind\":\"telephone\",\"value\":\"1\"}]",
      "\"contacts\":[{\"kind\":\"telephone\",\"value\":\"1\",\"visibility\":\"team\"}]",
      "\"contacts\":[{\"kind\":\"telephone\",\"value\":\"1\"},{\"kind\":\"email\",\"value\":\"a@b."
      "fr\"}]"}},
    {HISTORY_FIGURES,
     {"\"figures\":[{\"value\":\"1\",\"label\":\"l\"}]",
      "\"figures\":[{\"value\":\"2\",\"label\":\"l\"}]", "\"figures\":[]"}},
    {HISTORY_LINKS,
     {"\"links\":[]", "\"links\":[{\"relation\":\"see-also\",\"target\":\"https://a.fr\"}]",
      "\"links\":[{\"relation\":\"see-also\",\"target\":\"https://b.fr\"}]"}},
    {HISTORY_MEDIA,
     {"\"media\":[]", "\"media\":[{\"kind\":\"image\",\"url\":\"https://a.fr/1\"}]",
      "\"media\":[{\"kind\":\"image\",\"url\":\"https://a.fr/2\"}]"}},
    {HISTORY_END, {"\"end_reason\":\"\"", "\"end_reason\":\"a\"", "\"end_reason\":\"b\""}},
    {HISTORY_TRANSLATIONS,
     {"\"translations\":{}", "\"translations\":{\"en\":{\"title\":\"One\"}}",
      "\"translations\":{\"en\":{\"title\":\"Two\"}}"}},
    {HISTORY_LICENCE, {"\"licence\":\"\"", "\"licence\":\"CC0-1.0\"", "\"licence\":\"MIT\""}},
    {HISTORY_SOURCE,
     {"\"source_note\":\"\"", "\"source_note\":\"a\"", "\"source_url\":\"https://a.fr\""}},
    {HISTORY_SIRET,
     {"\"siret\":\"35600000000048\"", "\"siret\":\"73282932000074\"", "\"siret\":\"\""}},
    {HISTORY_RNA, {"\"rna\":\"W751000001\"", "\"rna\":\"W2A1000001\"", "\"rna\":\"\""}},
    {HISTORY_ACCESS, {"\"access\":\"\"", "\"access\":\"a\"", "\"access\":\"b\""}},
    {HISTORY_PEOPLE, {"\"people\":\"\"", "\"people\":\"a\"", "\"people\":\"b\""}},
    {HISTORY_THING_LICENCE,
     {"\"thing_licence\":\"\"", "\"thing_licence\":\"a\"", "\"thing_licence\":\"b\""}},
    {HISTORY_GOVERNANCE, {"\"governance\":\"\"", "\"governance\":\"a\"", "\"governance\":\"b\""}},
    {HISTORY_MATURITY, {"\"maturity\":\"idea\"", "\"maturity\":\"used\"", "\"maturity\":\"\""}},
    {HISTORY_HANDOVER, {"\"handover\":\"\"", "\"handover\":\"a\"", "\"handover\":\"b\""}},
};
_Static_assert(ARRAY_COUNT(samples) == HISTORY_FIELD__COUNT, "every field has its sample");

static struct entry entry_of(struct arena *arena, const unsigned char ways[ARRAY_COUNT(samples)]) {
    struct buf json BUF_CLEANUP = buf_new(1u << 16);
    struct problem problem = {0};
    struct entry entry;
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        assert_int_equal(samples[i].field, i);
        buf_addf(&json, "%c%s", i == 0 ? '{' : ',', samples[i].ways[ways[i]]);
    }
    buf_add_char(&json, '}');
    if (entry_from_json(arena_copy(arena, buf_slice(&json)), arena, &entry, &problem) != OK) {
        fail_msg("%s: %s", problem.field, problem.what);
    }
    return entry;
}

static slice json_of(const struct entry *entry, struct arena *arena) {
    struct buf json BUF_CLEANUP = buf_new(1u << 20);
    entry_to_json(entry, &json);
    return arena_copy(arena, buf_slice(&json));
}

static void assert_same(const struct entry *a, const struct entry *b, struct arena *arena) {
    assert_string_equal(json_of(a, arena).p, json_of(b, arena).p);
}

static uint32_t next_random(uint64_t *seed) {
    *seed = hash_mix(*seed, 1);
    return (uint32_t)(*seed >> 33);
}

static bool collides(const struct contribution_merge *merge, enum history_field field) {
    for (size_t i = 0; i < merge->collision_count; i++) {
        if (merge->collisions[i] == field) {
            return true;
        }
    }
    return false;
}

static void what_one_changed_is_taken_whoever_it_was(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        unsigned char ways[ARRAY_COUNT(samples)] = {0};
        struct contribution_merge merge;
        struct entry base = entry_of(&arena, ways);
        ways[i] = 1;
        struct entry changed = entry_of(&arena, ways);
        const struct entry *pairs[][2] = {
            {&base, &changed}, {&changed, &base}, {&changed, &changed}};
        for (size_t k = 0; k < ARRAY_COUNT(pairs); k++) {
            contribution_merge(&base, pairs[k][0], pairs[k][1], &arena, &merge);
            assert_int_equal(merge.collision_count, 0);
            assert_same(&merge.merged, &changed, &arena);
        }
    }
}

static void what_both_changed_is_left_to_a_person_unless_it_goes_together(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        unsigned char ways[ARRAY_COUNT(samples)] = {0};
        struct contribution_merge merge;
        struct entry base = entry_of(&arena, ways);
        ways[i] = 1;
        struct entry theirs = entry_of(&arena, ways);
        ways[i] = 2;
        struct entry mine = entry_of(&arena, ways);
        contribution_merge(&base, &theirs, &mine, &arena, &merge);
        bool goes_together = samples[i].field == HISTORY_DESCRIPTION ||
                             samples[i].field == HISTORY_THEMES || samples[i].field == HISTORY_TAGS;
        assert_int_equal(merge.collision_count, !goes_together);
        if (!goes_together) {
            assert_int_equal(merge.collisions[0], samples[i].field);
            assert_same(&merge.merged, &theirs, &arena);
            contribution_field_copy(samples[i].field, &mine, &merge.merged, &arena);
            assert_same(&merge.merged, &mine, &arena);
        } else if (samples[i].field == HISTORY_DESCRIPTION) {
            assert_slice(merge.merged.description, "A\n\nB\n\nc");
        } else if (samples[i].field == HISTORY_THEMES) {
            assert_int_equal(merge.merged.theme_count, 3);
            assert_slice(merge.merged.themes[0], "water");
            assert_slice(merge.merged.themes[1], "energy");
            assert_slice(merge.merged.themes[2], "health");
        } else {
            assert_int_equal(merge.merged.tag_count, 1);
            assert_slice(merge.merged.tags[0], "b");
        }
    }
}

static void merging_is_the_same_in_each_order(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 500; i++) {
        struct arena arena ARENA_CLEANUP = arena_make(0, 0);
        struct entry three[3];
        for (size_t k = 0; k < ARRAY_COUNT(three); k++) {
            unsigned char ways[ARRAY_COUNT(samples)];
            for (size_t f = 0; f < ARRAY_COUNT(samples); f++) {
                ways[f] = (unsigned char)(next_random(&seed) % 3);
            }
            three[k] = entry_of(&arena, ways);
        }
        struct contribution_merge one;
        struct contribution_merge other;
        contribution_merge(&three[0], &three[1], &three[2], &arena, &one);
        contribution_merge(&three[0], &three[2], &three[1], &arena, &other);
        assert_int_equal(one.collision_count, other.collision_count);
        for (unsigned f = 0; f < HISTORY_FIELD__COUNT; f++) {
            enum history_field field = (enum history_field)f;
            assert_int_equal(collides(&one, field), collides(&other, field));
            if (collides(&one, field)) { /* each stands as its own theirs */
                contribution_field_copy(field, &one.merged, &other.merged, &arena);
            }
        }
        assert_same(&one.merged, &other.merged, &arena);
        contribution_merge(&three[0], &one.merged, &one.merged, &arena, &other);
        assert_int_equal(other.collision_count, 0);
        assert_same(&other.merged, &one.merged, &arena); /* merging with itself */
    }
}

static void of_a_list_both_can_be_kept_each_item_once(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    unsigned char ways[ARRAY_COUNT(samples)] = {0};
    ways[HISTORY_NEEDS] = 2;
    struct entry to = entry_of(&arena, ways);
    ways[HISTORY_NEEDS] = 0;
    ways[HISTORY_OFFERS] = 1;
    struct entry from = entry_of(&arena, ways);
    contribution_field_join(HISTORY_NEEDS, &from, &to, &arena);
    assert_int_equal(to.ask_count, 2);
    contribution_field_join(HISTORY_OFFERS, &from, &to, &arena);
    assert_int_equal(to.ask_count, 3);
    contribution_field_join(HISTORY_OFFERS, &from, &to, &arena);
    assert_int_equal(to.ask_count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_changed_is_taken_whoever_it_was),
        cmocka_unit_test(what_both_changed_is_left_to_a_person_unless_it_goes_together),
        cmocka_unit_test(merging_is_the_same_in_each_order),
        cmocka_unit_test(of_a_list_both_can_be_kept_each_item_once),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
