/* What people wrote of an entry that is merged: what goes over, as what, and comes back (RULE
 * DOUBLE-3); what stays with its link (RULE DOUBLE-4). */
#include "entry_fixture.h"

#include "domain/duplicate/merge.h"

static const struct actor nobody = {0};

struct over {
    struct entry_fixture *fixture;
    struct db_conn *conn;
    struct contribution_world world;
    struct actor moderator, lead, member;
    struct entry_id kept, merged; /* `merged` is kept by the team of `lead` */
};

#define KEPT                                                                                       \
    "{\"id\":\"kept\",\"kind\":\"place\",\"title\":\"La Bobine\",\"summary\":\"Un lieu.\","        \
    "\"tags\":[\"fil\"],\"price\":\"Gratuit\",\"place\":{\"territory\":\"com-73065\"}}"
#define MERGED                                                                                     \
    "{\"kind\":\"place\",\"title\":\"Bobine, la\",\"summary\":\"Ailleurs.\",\"tags\":[\"laine\"]," \
    "\"place\":{\"territory\":\"com-73096\"}}"

static struct actor person_of(struct over *over, const char *address) {
    struct entry_fixture *fixture = over->fixture;
    struct actor actor = {0};
    bool is_new;
    assert_int_equal(person_enter(over->conn, &fixture->store.ids, slice_from_cstr(address),
                                  SLICE("fr"), NULL, fixture->store.now_ms, &actor.person, &is_new,
                                  &fixture->problem),
                     OK);
    return actor;
}

static struct contribution_sent send(struct over *over, const struct actor *actor,
                                     const struct crypto_secret *draft) {
    struct entry_fixture *fixture = over->fixture;
    const struct contribution_send what = {.actor = actor,
                                           .draft = slice_from_cstr(draft->text),
                                           .address = SLICE("guest@example.org"),
                                           .language = SLICE("fr"),
                                           .reason = SLICE_EMPTY,
                                           .is_ours = true,
                                           .charter = CHARTER_OURS};
    struct contribution_sent sent;
    assert_int_equal(contribution_send(over->conn, &over->world, &what, fixture->store.now_ms,
                                       &fixture->arena, &sent, &fixture->problem),
                     OK);
    return sent;
}

static struct contribution_sent brought_by(struct over *over, const struct actor *actor) {
    struct entry_fixture *fixture = over->fixture;
    struct entry content;
    struct crypto_secret draft;
    assert_int_equal(entry_from_json(SLICE(MERGED), &fixture->arena, &content, NULL), OK);
    assert_int_equal(
        contribution_draft_begin(over->conn, actor, &content, fixture->store.now_ms, &draft), OK);
    return send(over, actor, &draft);
}

static struct over over_of(struct entry_fixture *fixture) {
    struct over over = {.fixture = fixture,
                        .conn = fixture->store.conn,
                        .world = {.ids = &fixture->store.ids,
                                  .territories = fixture->territories,
                                  .themes = fixture->themes}};
    struct entry kept;
    struct team_of_entry team;
    over.moderator = person_of(&over, "mod@example.org");
    over.lead = person_of(&over, "lead@example.org");
    over.member = person_of(&over, "member@example.org");
    assert_int_equal(person_grant(over.conn, &fixture->store.ids, (struct person_id){0},
                                  over.moderator.person, PERSON_MODERATOR, SLICE_EMPTY,
                                  fixture->store.now_ms),
                     OK);
    over.moderator.roles = 1u << PERSON_MODERATOR;
    assert_int_equal(entry_bring(fixture, KEPT, &kept), ENTRY_ADDED);
    over.kept = kept.id;
    over.merged = brought_by(&over, &over.lead).entry;
    assert_int_equal(team_of_entry(over.conn, over.merged, over.lead.person, &team), OK);
    assert_int_equal(team_keep(over.conn, team.id, over.lead.person, over.merged, true), OK);
    return over;
}

static struct contribution_draft load(struct over *over, const struct actor *actor,
                                      const struct crypto_secret *secret) {
    struct contribution_draft draft;
    assert_int_equal(contribution_draft_load(over->conn, actor, slice_from_cstr(secret->text),
                                             over->fixture->store.now_ms, &over->fixture->arena,
                                             &draft),
                     OK);
    return draft;
}

/* A draft of a change in which `key` of the entry's JSON is written anew. */
static struct crypto_secret edit(struct over *over, const struct actor *actor,
                                 struct entry_id entry, slice link, enum history_field field,
                                 const char *json) {
    struct entry_fixture *fixture = over->fixture;
    struct crypto_secret secret;
    struct entry wanted;
    assert_int_equal(contribution_edit_begin(over->conn, &over->world, actor, entry, link,
                                             fixture->store.now_ms, &secret),
                     OK);
    struct contribution_draft draft = load(over, actor, &secret);
    assert_int_equal(entry_from_json(slice_from_cstr(json), &fixture->arena, &wanted, NULL), OK);
    contribution_field_copy(field, &wanted, &draft.content, &fixture->arena);
    assert_int_equal(contribution_draft_store(over->conn, actor, slice_from_cstr(secret.text),
                                              &draft.content, fixture->store.now_ms,
                                              &fixture->problem),
                     OK);
    return secret;
}

#define PRICED   "{\"kind\":\"place\",\"title\":\"x\",\"price\":\"2 euros\"}"
#define RETITLED "{\"kind\":\"place\",\"title\":\"Les Bobines\"}"
#define RETAGGED "{\"kind\":\"place\",\"title\":\"x\",\"tags\":[\"laine\",\"cuir\"]}"
#define WORDED   "{\"kind\":\"place\",\"title\":\"x\",\"audience\":\"Adultes\"}"

/* What the member suggests to the team. */
static void suggest(struct over *over, enum history_field field, const char *json) {
    struct crypto_secret draft = edit(over, &over->member, over->merged, SLICE_EMPTY, field, json);
    assert_int_equal(send(over, &over->member, &draft).outcome, CONTRIBUTION_SUGGESTED);
}

static void merge(struct over *over, struct entry_id merged) {
    struct entry_fixture *fixture = over->fixture;
    struct duplicate_merge_ask ask = {
        .kept = over->kept, .merged = merged, .reason = SLICE("La même chose")};
    struct duplicate_told told;
    fixture->store.now_ms += 1000;
    assert_int_equal(duplicate_merge(over->conn, &over->world, &over->moderator, &ask,
                                     fixture->store.now_ms, &fixture->arena, &told,
                                     &fixture->problem),
                     OK);
}

static void part(struct over *over) {
    struct entry_fixture *fixture = over->fixture;
    struct duplicate_merged *list;
    struct duplicate_told told;
    size_t count;
    assert_int_equal(duplicate_merges(over->conn, &over->world, &over->moderator, 0, 1,
                                      &fixture->arena, &list, &count),
                     OK);
    assert_int_equal(count, 1);
    fixture->store.now_ms += 1000;
    assert_int_equal(duplicate_unmerge(over->conn, &over->world, &over->moderator, list[0].id,
                                       SLICE("Deux lieux"), fixture->store.now_ms, &fixture->arena,
                                       &told, &fixture->problem),
                     OK);
}

/* The one that waits for the team, and what it would make of its entry. */
static struct suggestion waiting(struct over *over, struct entry *content) {
    struct arena *arena = &over->fixture->arena;
    struct suggestion *list;
    struct suggestion one;
    size_t count;
    assert_int_equal(suggestions_for(over->conn, &over->world, &over->lead, arena, &list, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(
        suggestion_load(over->conn, &over->world, &over->lead, list[0].id, arena, &one, content),
        OK);
    return one;
}

static slice json_of(struct over *over, const struct entry *entry) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    entry_to_json(entry, &json);
    buf_addf(&json, " %lld %lld", (long long)entry->id.v, (long long)entry->revision);
    return arena_copy(&over->fixture->arena, buf_slice(&json));
}

static struct entry stands(struct over *over, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(over->conn, id, &over->fixture->arena, &entry), OK);
    return entry;
}

static uint64_t differences(const struct entry *a, const struct entry *b) {
    uint64_t fields = 0;
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        enum history_field field = (enum history_field)i;
        fields |= duplicate_field_same(field, a, b) ? 0 : history_bit(field);
    }
    return fields;
}

static struct entry_id brought_to(struct over *over) {
    struct contribution *list;
    size_t count;
    assert_int_equal(
        contributions_of(over->conn, over->lead.person, &over->fixture->arena, &list, &count), OK);
    assert_int_equal(count, 1);
    return list[0].entry;
}

/* RULE DOUBLE-3 */
static void what_accounts_wrote_goes_over_and_comes_back_as_it_was(void **state) {
    struct over over = over_of(*state);
    struct entry before;
    struct entry over_there;
    struct entry after;
    suggest(&over, HISTORY_AUDIENCE, WORDED);
    struct crypto_secret draft =
        edit(&over, &over.lead, over.merged, SLICE_EMPTY, HISTORY_TAGS, RETAGGED);
    struct contribution_draft begun = load(&over, &over.lead, &draft);
    waiting(&over, &before);

    merge(&over, over.merged);
    struct entry kept = stands(&over, over.kept);
    assert_int_equal(brought_to(&over).v, over.kept.v);
    assert_int_equal(waiting(&over, &over_there).entry.v, over.kept.v);
    assert_int_equal(over_there.revision, kept.revision);
    assert_int_equal(differences(&kept, &over_there), history_bit(HISTORY_AUDIENCE));
    struct contribution_draft moved = load(&over, &over.lead, &draft);
    struct contribution_overtaken overtaken;
    assert_int_equal(moved.entry.v, over.kept.v);
    assert_int_equal(contribution_compare(over.conn, &over.world, &over.lead, &moved,
                                          &over.fixture->arena, &overtaken),
                     OK);
    assert_int_equal(differences(&kept, &overtaken.merge.merged), history_bit(HISTORY_TAGS));
    assert_int_equal(overtaken.merge.merged.tag_count, 2); /* "fil" and "cuir" */

    part(&over);
    assert_int_equal(brought_to(&over).v, over.merged.v);
    assert_int_equal(waiting(&over, &after).entry.v, over.merged.v);
    assert_string_equal(json_of(&over, &after).p, json_of(&over, &before).p);
    moved = load(&over, &over.lead, &draft);
    assert_int_equal(moved.entry.v, over.merged.v);
    assert_int_equal(moved.base_revision, begun.base_revision);
    assert_string_equal(json_of(&over, &moved.content).p, json_of(&over, &begun.content).p);
}

static void a_suggestion_overwrites_nothing_of_what_was_chosen(void **state) {
    struct over over = over_of(*state);
    struct entry content;
    struct suggestion decided;
    struct entry_fixture *fixture = over.fixture;
    suggest(&over, HISTORY_TAGS, RETAGGED);
    merge(&over, over.merged);
    struct entry before = stands(&over, over.kept);
    assert_int_equal(suggestion_decide(over.conn, &over.world, &over.lead,
                                       waiting(&over, &content).id, true, SLICE_EMPTY,
                                       fixture->store.now_ms, &fixture->arena, &decided,
                                       &fixture->problem),
                     OK);
    struct entry after = stands(&over, over.kept);
    assert_int_equal(differences(&before, &after), history_bit(HISTORY_TAGS));
    assert_true(slice_equal(after.title, SLICE("La Bobine")));
    assert_int_equal(after.tag_count, 2);
    part(&over); /* what was decided stays with the one it was decided for */
    assert_int_equal(stands(&over, over.kept).tag_count, 2);
}

static void where_the_two_differ_what_was_chosen_stays(void **state) {
    struct over over = over_of(*state);
    struct entry_fixture *fixture = over.fixture;
    struct entry content;
    struct crypto_secret draft =
        edit(&over, &over.member, over.merged, SLICE_EMPTY, HISTORY_TITLE, RETITLED);
    struct contribution_draft both = load(&over, &over.member, &draft);
    both.content.audience = SLICE("Adultes");
    assert_int_equal(contribution_draft_store(over.conn, &over.member, slice_from_cstr(draft.text),
                                              &both.content, fixture->store.now_ms,
                                              &fixture->problem),
                     OK);
    assert_int_equal(send(&over, &over.member, &draft).outcome, CONTRIBUTION_SUGGESTED);
    merge(&over, over.merged);
    struct entry kept = stands(&over, over.kept);
    waiting(&over, &content);
    assert_int_equal(differences(&kept, &content), history_bit(HISTORY_AUDIENCE));
}

static void a_suggestion_of_which_nothing_would_be_left_still_asks(void **state) {
    struct over over = over_of(*state);
    struct entry content;
    suggest(&over, HISTORY_TITLE, RETITLED);
    merge(&over, over.merged);
    struct entry kept = stands(&over, over.kept);
    waiting(&over, &content);
    assert_int_equal(differences(&kept, &content), history_bit(HISTORY_TITLE));
    assert_true(slice_equal(content.title, SLICE("Les Bobines")));
}

/* RULE DOUBLE-4 */
static void what_was_begun_by_a_link_stays_with_it(void **state) {
    struct over over = over_of(*state);
    struct entry_fixture *fixture = over.fixture;
    struct contribution_sent sent = brought_by(&over, &nobody);
    slice link = slice_from_cstr(sent.link.text);
    struct contribution_sent confirmed;
    struct contribution own;
    assert_int_equal(contribution_confirm(over.conn, &over.world, link, fixture->store.now_ms,
                                          &fixture->arena, &confirmed),
                     OK);
    struct crypto_secret draft = edit(&over, &nobody, sent.entry, link, HISTORY_PRICE, PRICED);
    merge(&over, sent.entry);
    assert_int_equal(contribution_of_link(over.conn, link, &fixture->arena, &own), OK);
    assert_int_equal(own.entry.v, sent.entry.v);
    struct contribution_draft kept = load(&over, &nobody, &draft);
    assert_int_equal(kept.entry.v, sent.entry.v);
    send(&over, &nobody, &draft);
    assert_true(slice_equal(stands(&over, over.kept).price, SLICE("Gratuit")));
    part(&over);
    assert_true(slice_equal(stands(&over, sent.entry).price, SLICE("2 euros")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(what_accounts_wrote_goes_over_and_comes_back_as_it_was),
        ENTRY_TEST(a_suggestion_overwrites_nothing_of_what_was_chosen),
        ENTRY_TEST(where_the_two_differ_what_was_chosen_stays),
        ENTRY_TEST(a_suggestion_of_which_nothing_would_be_left_still_asks),
        ENTRY_TEST(what_was_begun_by_a_link_stays_with_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
