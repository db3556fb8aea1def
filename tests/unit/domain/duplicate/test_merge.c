/* RULE DOUBLE-3: merged, edited, parted: both as they were. RULE DOUBLE-4: nobody gains by it. */
#include "entry_fixture.h"

#include "domain/duplicate/duplicate_int.h"
#include "domain/duplicate/merge.h"

struct two {
    struct entry_fixture *fixture;
    struct contribution_world world;
    struct actor moderator;
    struct entry_id kept, merged;
    struct duplicate_told told;
};

#define KEPT                                                                                       \
    "{\"id\":\"kept\",\"kind\":\"place\",\"title\":\"La Bobine\",\"summary\":\"Un lieu.\","        \
    "\"themes\":[\"food\"],\"tags\":[\"couture\"],\"place\":{\"territory\":\"com-73065\"},"        \
    "\"needs\":[{\"sort\":\"time\",\"text\":\"deux adultes\"}],"                                   \
    "\"translations\":{\"en\":{\"title\":\"The Bobbin\",\"needs\":[\"two adults\"]}},"             \
    "\"contacts\":[{\"kind\":\"website\",\"value\":\"https://bobine.example/\"}]}"
#define MERGED                                                                                     \
    "{\"id\":\"merged\",\"kind\":\"actor\",\"title\":\"Bobine, la\",\"description\":\"Plus.\","    \
    "\"themes\":[\"gardens\",\"food\"],\"tags\":[\"Couture\",\"fil\"],"                            \
    "\"needs\":[{\"sort\":\"thing\",\"text\":\"du fil\"},{\"sort\":\"place\",\"text\":\"un "       \
    "coin\"}],"                                                                                    \
    "\"translations\":{\"en\":{\"summary\":\"More.\",\"needs\":[\"thread\",\"a corner\"]}},"       \
    "\"place\":{\"territory\":\"com-73096\"},\"offers\":[{\"sort\":\"time\",\"text\":\"un "        \
    "soir\"}],"                                                                                    \
    "\"links\":[{\"relation\":\"see-also\",\"target\":\"kept\"},"                                  \
    "{\"relation\":\"part-of\",\"target\":\"other\"}],"                                            \
    "\"contacts\":[{\"kind\":\"email\",\"value\":\"a@bobine.example\",\"visibility\":\"team\"}]}"
#define OTHER                                                                                      \
    "{\"id\":\"other\",\"kind\":\"actor\",\"title\":\"Autre\","                                    \
    "\"links\":[{\"relation\":\"runs\",\"target\":\"merged\"}]}"

static struct actor person_of(struct entry_fixture *fixture, const char *address, int role) {
    struct actor actor = {.name = SLICE_EMPTY, .language = SLICE_EMPTY};
    bool is_new;
    assert_int_equal(person_enter(fixture->store.conn, &fixture->store.ids,
                                  slice_from_cstr(address), SLICE("fr"), NULL,
                                  fixture->store.now_ms, &actor.person, &is_new, &fixture->problem),
                     OK);
    if (role) {
        assert_int_equal(person_grant(fixture->store.conn, &fixture->store.ids,
                                      (struct person_id){0}, actor.person, (enum person_role)role,
                                      SLICE_EMPTY, fixture->store.now_ms),
                         OK);
        actor.roles = 1u << role;
    }
    return actor;
}

static struct entry_id other_of(struct entry_fixture *fixture) {
    struct entry entry;
    assert_int_not_equal(entry_bring(fixture, OTHER, &entry), ENTRY_HELD);
    return entry.id;
}

static struct two two_of(struct entry_fixture *fixture) {
    struct entry kept;
    struct entry merged;
    other_of(fixture);
    assert_int_equal(entry_bring(fixture, KEPT, &kept), ENTRY_ADDED);
    assert_int_equal(entry_bring(fixture, MERGED, &merged), ENTRY_ADDED);
    assert_int_equal(
        entry_links_resolve(fixture->store.conn, fixture->source, fixture->store.now_ms), OK);
    return (struct two){.fixture = fixture,
                        .world = {.ids = &fixture->store.ids,
                                  .territories = fixture->territories,
                                  .themes = fixture->themes},
                        .moderator = person_of(fixture, "mod@example.org", PERSON_MODERATOR),
                        .kept = kept.id,
                        .merged = merged.id};
}

static err merge(struct two *two, const struct actor *actor, unsigned choices, bool unites) {
    struct entry_fixture *fixture = two->fixture;
    struct duplicate_merge_ask ask = {.kept = two->kept,
                                      .merged = two->merged,
                                      .unites_teams = unites,
                                      .reason = SLICE("La même chose")};
    for (int i = 0; i < HISTORY_FIELD__COUNT; i++) {
        unsigned choice = choices / 3 * (unsigned)(i * i + 1) % 3 + choices % 3;
        ask.choices[i] = choice % 3 == DUPLICATE_BOTH && !duplicate_can_unite((enum history_field)i)
                             ? DUPLICATE_TAKE
                             : (enum duplicate_choice)(choice % 3);
    }
    fixture->store.now_ms += 1000;
    return duplicate_merge(fixture->store.conn, &two->world, actor, &ask, fixture->store.now_ms,
                           &fixture->arena, &two->told, &fixture->problem);
}

static int64_t merge_of(struct two *two) {
    struct duplicate_merged *list;
    size_t count;
    assert_int_equal(duplicate_merges(two->fixture->store.conn, &two->world, &two->moderator, 0, 1,
                                      &two->fixture->arena, &list, &count),
                     OK);
    return count ? list[0].id : 0;
}

static err part(struct two *two, int64_t merge) {
    struct entry_fixture *fixture = two->fixture;
    fixture->store.now_ms += 1000;
    return duplicate_unmerge(fixture->store.conn, &two->world, &two->moderator, merge,
                             SLICE("Deux lieux"), fixture->store.now_ms, &fixture->arena,
                             &two->told, &fixture->problem);
}

static slice content_of(struct two *two, struct entry_id id) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    struct entry entry;
    bool is_edited;
    assert_int_equal(entry_load(two->fixture->store.conn, id, &two->fixture->arena, &entry), OK);
    assert_int_equal(entry_is_edited(two->fixture->store.conn, id, &is_edited), OK);
    entry_content_write(&entry, &json);
    buf_addf(&json, " status %d edited %d links", (int)entry.status, is_edited);
    for (uint32_t i = 0; i < entry.link_count; i++) {
        buf_addf(&json, " %lld", (long long)entry.links[i].target.v);
    }
    return arena_copy(&two->fixture->arena, buf_slice(&json));
}

static struct entry entry_of(struct two *two, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(two->fixture->store.conn, id, &two->fixture->arena, &entry), OK);
    return entry;
}

/* Whatever is chosen field by field. */
static void what_was_merged_is_parted_exactly(void **state) {
    struct two two = two_of(*state);
    struct entry_id other = other_of(two.fixture);
    const struct entry_id ids[] = {two.kept, two.merged, other};
    slice before[3];
    for (size_t i = 0; i < 3; i++) {
        before[i] = content_of(&two, ids[i]);
    }
    for (unsigned choices = 0; choices < 9; choices++) {
        assert_int_equal(merge(&two, &two.moderator, choices, false), OK);
        assert_int_equal(entry_of(&two, two.merged).status, ENTRY_ARCHIVED);
        struct entry_id now_at;
        assert_int_equal(entry_merged_into(two.fixture->store.conn, two.merged, &now_at), OK);
        assert_int_equal(now_at.v, two.kept.v);
        assert_int_equal(entry_of(&two, other).links[0].target.v, two.kept.v);
        assert_int_equal(merge(&two, &two.moderator, choices, false), ERR_CONFLICT);
        assert_int_equal(part(&two, merge_of(&two)), OK);
        assert_int_equal(merge_of(&two), 0);
        assert_int_equal(entry_merged_into(two.fixture->store.conn, two.merged, &now_at),
                         ERR_NOT_FOUND);
        for (size_t i = 0; i < 3; i++) {
            slice after = content_of(&two, ids[i]);
            assert_string_equal(after.p, before[i].p);
        }
    }
}

static void fields_are_chosen_one_by_one_and_lists_united(void **state) {
    struct two two = two_of(*state);
    struct duplicate_merge_ask ask = {.kept = two.kept, .merged = two.merged, .reason = SLICE("x")};
    ask.choices[HISTORY_DESCRIPTION] = DUPLICATE_TAKE;
    ask.choices[HISTORY_TAGS] = DUPLICATE_BOTH;
    ask.choices[HISTORY_THEMES] = DUPLICATE_BOTH;
    ask.choices[HISTORY_LINKS] = DUPLICATE_BOTH;
    ask.choices[HISTORY_OFFERS] = DUPLICATE_BOTH;
    ask.choices[HISTORY_CONTACTS] = DUPLICATE_BOTH;
    struct entry_fixture *fixture = two.fixture;
    assert_int_equal(duplicate_merge(fixture->store.conn, &two.world, &two.moderator, &ask,
                                     fixture->store.now_ms, &fixture->arena, &two.told,
                                     &fixture->problem),
                     OK);
    struct entry entry = entry_of(&two, two.kept);
    assert_true(slice_equal(entry.title, SLICE("La Bobine")));
    assert_true(slice_equal(entry.description, SLICE("Plus.")));
    assert_int_equal(entry.theme_count, 2);
    assert_int_equal(entry.tag_count, 2);
    assert_int_equal(entry.ask_count, 2);
    assert_int_equal(entry.contact_count, 2);
    assert_int_equal(entry.contacts[1].visibility, ENTRY_VISIBLE_TEAM);
    assert_int_equal(entry.link_count, 1); /* none to itself */
    assert_int_equal(entry.links[0].target.v, other_of(fixture).v);
}

/* "deux adultes" is never called "thread". */
static void texts_in_other_languages_stay_with_what_they_are_of(void **state) {
    static const struct {
        enum duplicate_choice needs;
        const char *shown[3]; /* in English */
    } rows[] = {{DUPLICATE_KEEP, {"two adults", "", ""}},
                {DUPLICATE_TAKE, {"thread", "a corner", ""}},
                {DUPLICATE_BOTH, {"two adults", "du fil", "un coin"}}};
    struct two two = two_of(*state);
    struct entry_fixture *fixture = two.fixture;
    slice before = content_of(&two, two.kept);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct duplicate_merge_ask ask = {
            .kept = two.kept, .merged = two.merged, .reason = SLICE("x")};
        ask.choices[HISTORY_NEEDS] = rows[i].needs;
        fixture->store.now_ms += 1000;
        assert_int_equal(duplicate_merge(fixture->store.conn, &two.world, &two.moderator, &ask,
                                         fixture->store.now_ms, &fixture->arena, &two.told,
                                         &fixture->problem),
                         OK);
        struct entry entry = entry_of(&two, two.kept);
        for (uint16_t at = 0; at < 3; at++) {
            assert_slice(entry_text(&entry, ENTRY_TR_NEED, at, SLICE("en"), NULL),
                         rows[i].shown[at]);
        }
        assert_slice(entry_text(&entry, ENTRY_TR_TITLE, 0, SLICE("en"), NULL), "The Bobbin");
        assert_int_equal(part(&two, merge_of(&two)), OK);
        slice after = content_of(&two, two.kept);
        assert_string_equal(after.p, before.p);
    }
}

static void what_was_edited_since_stays_with_the_one_that_stayed(void **state) {
    struct two two = two_of(*state);
    slice merged = content_of(&two, two.merged);
    assert_int_equal(merge(&two, &two.moderator, 1, false), OK); /* all of the other one */
    struct entry entry = entry_of(&two, two.kept);
    assert_true(slice_equal(entry.title, SLICE("Bobine, la")));
    entry.summary = SLICE("Écrit depuis.");
    assert_int_equal(entry_edit(two.fixture->store.conn, &two.fixture->store.ids, &entry,
                                SLICE("person:1"), SLICE(""), two.fixture->store.now_ms + 1, NULL),
                     OK);
    assert_int_equal(part(&two, merge_of(&two)), OK);
    entry = entry_of(&two, two.kept);
    assert_true(slice_equal(entry.title, SLICE("La Bobine")));
    assert_true(slice_equal(entry.summary, SLICE("Écrit depuis.")));
    slice merged_after = content_of(&two, two.merged);
    assert_string_equal(merged_after.p, merged.p);
}

static void an_import_never_brings_a_merged_entry_back(void **state) {
    struct two two = two_of(*state);
    struct entry entry;
    assert_int_equal(merge(&two, &two.moderator, 0, false), OK);
    assert_int_equal(entry_bring(two.fixture, MERGED, &entry), ENTRY_UNCHANGED);
    assert_int_equal(entry_bring(two.fixture,
                                 "{\"id\":\"merged\",\"kind\":\"actor\",\"title\":\"Neuf\"}",
                                 &entry),
                     ENTRY_HELD);
    assert_int_equal(entry_of(&two, two.merged).status, ENTRY_ARCHIVED);
    /* And a link to it by its source's key leads to the one that stayed. */
    assert_int_equal(entry_bring(two.fixture,
                                 "{\"id\":\"new\",\"kind\":\"actor\",\"title\":\"Lié\",\"links\":"
                                 "[{\"relation\":\"runs\",\"target\":\"merged\"}]}",
                                 &entry),
                     ENTRY_ADDED);
    assert_int_equal(entry_of(&two, entry.id).links[0].target.v, two.kept.v);
}

static void a_chain_of_merges_leads_to_its_end_and_back(void **state) {
    struct two two = two_of(*state);
    struct two next = two;
    struct db_conn *conn = two.fixture->store.conn;
    struct entry_id other = other_of(two.fixture);
    struct entry_id now_at;
    assert_int_equal(merge(&two, &two.moderator, 0, false), OK);
    int64_t first = merge_of(&two);
    next.kept = other;
    next.merged = two.kept;
    assert_int_equal(merge(&next, &two.moderator, 0, false), OK);
    int64_t second = merge_of(&next);
    assert_int_equal(entry_merged_into(conn, two.merged, &now_at), OK);
    assert_int_equal(now_at.v, other.v);
    const int64_t ids[] = {second, first};
    int64_t before = 0;
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) { /* page by page, the latest first */
        struct duplicate_merged *list;
        struct duplicate_merged one;
        size_t count;
        assert_int_equal(duplicate_merges(conn, &two.world, &two.moderator, before, 1,
                                          &two.fixture->arena, &list, &count),
                         OK);
        assert_int_equal(count, 1);
        assert_int_equal(list[0].id, ids[i]);
        before = ids[i];
        assert_int_equal(duplicate_merge_find(conn, &two.world, &two.moderator, before,
                                              &two.fixture->arena, &one),
                         OK);
        assert_true(slice_equal(one.merged_title, list[0].merged_title));
    }
    assert_int_equal(part(&two, first), ERR_CONFLICT);
    assert_int_equal(part(&next, second), OK);
    assert_int_equal(entry_merged_into(conn, two.merged, &now_at), OK);
    assert_int_equal(now_at.v, two.kept.v);
    assert_int_equal(part(&two, first), OK);
    assert_int_equal(entry_merged_into(conn, two.merged, &now_at), ERR_NOT_FOUND);
}

static void teams_go_over_or_are_united_and_come_back(void **state) {
    struct two two = two_of(*state);
    struct db_conn *conn = two.fixture->store.conn;
    struct actor lead = person_of(two.fixture, "lead@example.org", 0);
    struct actor own = person_of(two.fixture, "own@example.org", 0);
    struct team_id team;
    struct team_of_entry of;
    int64_t now_ms = two.fixture->store.now_ms;
    assert_int_equal(
        team_begin(conn, two.world.ids, two.merged, lead.person, SLICE("Eux"), now_ms, &team), OK);
    assert_int_equal(merge(&two, &two.moderator, 0, false), OK);
    assert_int_equal(two.told.merged.told_count, 1);
    assert_int_equal(team_of_entry(conn, two.kept, lead.person, &of), OK);
    assert_int_equal(of.role, TEAM_LEAD);
    assert_int_equal(part(&two, merge_of(&two)), OK);
    assert_int_equal(team_of_entry(conn, two.kept, lead.person, &of), OK);
    assert_int_equal(of.id.v, 0);
    assert_int_equal(
        team_begin(conn, two.world.ids, two.kept, own.person, SLICE("Nous"), now_ms, &team), OK);
    for (int unites = 0; unites < 2; unites++) {
        assert_int_equal(merge(&two, &two.moderator, 0, unites), OK);
        assert_int_equal(team_of_entry(conn, two.kept, lead.person, &of), OK);
        assert_int_equal(of.id.v, team.v);
        assert_int_equal(of.role, unites ? TEAM_MEMBER : TEAM_NONE);
        assert_int_equal(part(&two, merge_of(&two)), OK);
        assert_int_equal(team_of_entry(conn, two.kept, lead.person, &of), OK);
        assert_int_equal(of.role, TEAM_NONE);
        assert_int_equal(team_of_entry(conn, two.merged, lead.person, &of), OK);
        assert_int_equal(of.role, TEAM_LEAD);
    }
}

static void flags_go_over_but_the_one_that_said_so(void **state) {
    struct two two = two_of(*state);
    struct db_conn *conn = two.fixture->store.conn;
    const enum flag_reason reasons[] = {FLAG_WRONG, FLAG_DOUBLED};
    for (size_t i = 0; i < ARRAY_COUNT(reasons); i++) {
        struct actor who = person_of(two.fixture, i ? "b@b.example" : "a@a.example", 0);
        struct moderation_outcome outcome;
        struct flag_send flag = {.actor = &who,
                                 .entry = two.merged,
                                 .reason = reasons[i],
                                 .words = SLICE_EMPTY,
                                 .address = SLICE_EMPTY,
                                 .language = SLICE("fr")};
        flag.network.key.bytes[0] = (unsigned char)(i + 1);
        assert_int_equal(flag_add(conn, &two.world, &flag, two.fixture->store.now_ms,
                                  &two.fixture->arena, &outcome, &two.fixture->problem),
                         OK);
    }
    struct flag *flags;
    size_t count;
    assert_int_equal(merge(&two, &two.moderator, 0, false), OK);
    assert_int_equal(two.told.merged.told_count, 1); /* who flagged it as doubled is answered */
    assert_int_equal(flags_of(conn, two.kept, 5, &two.fixture->arena, &flags, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(flags[0].reason, FLAG_WRONG);
    assert_int_equal(part(&two, merge_of(&two)), OK);
    assert_int_equal(flags_of(conn, two.kept, 5, &two.fixture->arena, &flags, &count), OK);
    assert_int_equal(count, 0);
}

static void a_circle_of_what_inspired_is_refused_by_the_name_of_its_field(void **state) {
    struct two two = two_of(*state);
    struct entry_fixture *fixture = two.fixture;
    struct entry descendant;
    assert_int_equal(
        entry_bring(fixture,
                    "{\"id\":\"again\",\"kind\":\"place\",\"title\":\"Aussi\",\"links\":["
                    "{\"relation\":\"inspired-by\",\"target\":\"kept\"}]}",
                    &descendant),
        ENTRY_ADDED);
    struct entry merged = entry_of(&two, two.merged);
    struct entry_link link = {
        .relation = ENTRY_INSPIRED_BY,
        .target_key = arena_printf(&fixture->arena, "entry:%lld", (long long)descendant.id.v),
        .note = SLICE_EMPTY};
    merged.links = &link;
    merged.link_count = 1;
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &merged,
                                SLICE("person:1"), SLICE(""), fixture->store.now_ms, NULL),
                     OK);
    assert_int_equal(merge(&two, &two.moderator, DUPLICATE_TAKE, false), ERR_INPUT);
    assert_string_equal(fixture->problem.field, "links");
}

static void nobody_else_merges(void **state) {
    struct two two = two_of(*state);
    struct actor nobody = {.name = SLICE_EMPTY, .language = SLICE_EMPTY};
    struct actor member = person_of(two.fixture, "member@example.org", 0);
    struct two same = two;
    same.merged = same.kept;
    assert_int_equal(merge(&two, &nobody, 0, false), ERR_DENIED);
    assert_int_equal(merge(&two, &member, 0, false), ERR_DENIED);
    assert_int_equal(merge(&same, &two.moderator, 0, false), ERR_INPUT);
    assert_int_equal(merge(&two, &two.moderator, 0, false), OK);
    struct two theirs = two;
    theirs.moderator = member;
    assert_int_equal(part(&theirs, merge_of(&two)), ERR_DENIED);
    const struct actor *others[] = {&nobody, &member};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct duplicate_merged one;
        assert_int_equal(duplicate_merge_find(two.fixture->store.conn, &two.world, others[i],
                                              merge_of(&two), &two.fixture->arena, &one),
                         ERR_DENIED);
    }
    assert_int_equal(part(&two, 12), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, entry_setup, entry_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_merged_is_parted_exactly),
        TEST(fields_are_chosen_one_by_one_and_lists_united),
        TEST(texts_in_other_languages_stay_with_what_they_are_of),
        TEST(what_was_edited_since_stays_with_the_one_that_stayed),
        TEST(an_import_never_brings_a_merged_entry_back),
        TEST(a_chain_of_merges_leads_to_its_end_and_back),
        TEST(teams_go_over_or_are_united_and_come_back),
        TEST(flags_go_over_but_the_one_that_said_so),
        TEST(a_circle_of_what_inspired_is_refused_by_the_name_of_its_field),
        TEST(nobody_else_merges),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
