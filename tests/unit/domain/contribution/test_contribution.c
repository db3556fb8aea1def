/* Adding and editing, with and without an account. */
#include "entry_fixture.h"

#include "domain/contribution/contribution.h"

#define DAY_MS INT64_C(86400000)

static const struct actor nobody = {0};

static struct contribution_world world_of(struct entry_fixture *fixture) {
    return (struct contribution_world){
        .ids = &fixture->store.ids, .territories = fixture->territories, .themes = fixture->themes};
}

static struct actor person_of(struct entry_fixture *fixture, const char *address) {
    const struct person_network network = {0};
    struct actor actor = {0};
    bool is_new;
    assert_int_equal(person_enter(fixture->store.conn, &fixture->store.ids,
                                  slice_from_cstr(address), SLICE("fr"), &network,
                                  fixture->store.now_ms, &actor.person, &is_new, &fixture->problem),
                     OK);
    return actor;
}

static struct crypto_secret draft_of(struct entry_fixture *fixture, const struct actor *actor,
                                     const char *json) {
    struct entry content;
    struct crypto_secret secret;
    assert_int_equal(
        entry_from_json(slice_from_cstr(json), &fixture->arena, &content, &fixture->problem), OK);
    assert_int_equal(contribution_draft_begin(fixture->store.conn, actor, &content,
                                              fixture->store.now_ms, &secret),
                     OK);
    return secret;
}

static err send(struct entry_fixture *fixture, const struct actor *actor,
                const struct crypto_secret *draft, struct contribution_sent *sent) {
    struct contribution_world world = world_of(fixture);
    const struct contribution_send what = {.actor = actor,
                                           .draft = slice_from_cstr(draft->text),
                                           .address = SLICE("lea@example.org"),
                                           .language = SLICE("fr"),
                                           .reason = SLICE_EMPTY,
                                           .is_ours = true,
                                           .charter = CHARTER_OURS};
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(db_begin_write(conn), OK);
    err result = contribution_send(conn, &world, &what, fixture->store.now_ms, &fixture->arena,
                                   sent, &fixture->problem);
    if (result == OK) {
        assert_int_equal(db_commit(conn), OK);
    } else {
        db_rollback(conn);
    }
    return result;
}

#define GARDEN "{\"kind\":\"initiative\",\"title\":\"Jardin partagé\"}"
#define LINKED                                                                                     \
    "{\"kind\":\"initiative\",\"title\":\"Jardin\",\"contacts\":[{\"kind\":\"website\","           \
    "\"value\":\"https://example.org\"}]}"

static struct contribution_sent sent_by(struct entry_fixture *fixture, const struct actor *actor,
                                        const char *json) {
    struct crypto_secret draft = draft_of(fixture, actor, json);
    struct contribution_sent sent;
    assert_int_equal(send(fixture, actor, &draft, &sent), OK);
    return sent;
}

static enum entry_status status_of(struct entry_fixture *fixture, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    return entry.status;
}

static struct contribution_sent confirmed(struct entry_fixture *fixture,
                                          const struct crypto_secret *link) {
    struct contribution_world world = world_of(fixture);
    struct contribution_sent sent;
    assert_int_equal(contribution_confirm(fixture->store.conn, &world, slice_from_cstr(link->text),
                                          fixture->store.now_ms, &fixture->arena, &sent),
                     OK);
    return sent;
}

/* Somebody whose first contribution has stood for a week. */
static struct actor known_of(struct entry_fixture *fixture, const char *address) {
    struct actor actor = person_of(fixture, address);
    assert_int_equal(sent_by(fixture, &actor, GARDEN).outcome, CONTRIBUTION_PUBLISHED);
    fixture->store.now_ms += 7 * DAY_MS;
    return actor;
}

/* ---- without an account ---- */

/* RULE CONTRIBUTE-1 */
static void without_an_account_nothing_is_shown_before_the_link_is_used(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_sent sent = sent_by(fixture, &nobody, GARDEN);
    assert_int_equal(sent.outcome, CONTRIBUTION_TO_CONFIRM);
    assert_slice(sent.title, "Jardin partagé");
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_PENDING);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(confirmed(fixture, &sent.link).outcome, CONTRIBUTION_PUBLISHED);
        assert_int_equal(status_of(fixture, sent.entry), ENTRY_PUBLISHED);
    }
    struct contribution_world world = world_of(fixture);
    struct contribution_sent none;
    assert_int_equal(contribution_confirm(fixture->store.conn, &world, SLICE("made up"),
                                          fixture->store.now_ms, &fixture->arena, &none),
                     ERR_NOT_FOUND);
}

/* RULE CONTRIBUTE-1 */
static void what_is_never_confirmed_is_put_away_after_thirty_days(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct contribution_sent sent = sent_by(fixture, &nobody, GARDEN);
    fixture->store.now_ms += 30 * DAY_MS - 1;
    assert_int_equal(contribution_sweep(fixture->store.conn, &world, fixture->store.now_ms), OK);
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_PENDING);
    fixture->store.now_ms += 1;
    assert_int_equal(contribution_sweep(fixture->store.conn, &world, fixture->store.now_ms), OK);
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_ARCHIVED);
}

/* RULE CONTRIBUTE-5 */
static void a_lost_link_is_found_again_by_the_address(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_sent first = sent_by(fixture, &nobody, GARDEN);
    struct contribution_sent second = sent_by(fixture, &nobody, GARDEN);
    struct contribution_found *found;
    size_t count;
    assert_int_equal(contribution_find(fixture->store.conn, SLICE("lea@example.org"),
                                       &fixture->arena, 10, &found, &count),
                     OK);
    assert_int_equal(count, 2);
    struct contribution contribution;
    assert_int_equal(contribution_of_link(fixture->store.conn, slice_from_cstr(found[0].link.text),
                                          &fixture->arena, &contribution),
                     OK);
    assert_int_equal(contribution.entry.v, second.entry.v); /* the latest first */
    assert_int_equal(contribution_of_link(fixture->store.conn, slice_from_cstr(first.link.text),
                                          &fixture->arena, &contribution),
                     OK); /* the old link is still good */
    assert_int_equal(contribution_find(fixture->store.conn, SLICE("nobody@example.org"),
                                       &fixture->arena, 10, &found, &count),
                     OK);
    assert_int_equal(count, 0);
}

static void who_brought_it_edits_and_withdraws_it_by_its_link(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct contribution_sent sent = sent_by(fixture, &nobody, GARDEN);
    slice link = slice_from_cstr(sent.link.text);
    struct crypto_secret draft;
    assert_int_equal(contribution_edit_begin(conn, &world, &nobody, sent.entry, link,
                                             fixture->store.now_ms, &draft),
                     OK);
    struct contribution_sent changed;
    assert_int_equal(send(fixture, &nobody, &draft, &changed), OK);
    assert_int_equal(changed.outcome, CONTRIBUTION_TO_CONFIRM);
    confirmed(fixture, &sent.link);
    assert_int_equal(contribution_edit_begin(conn, &world, &nobody, sent.entry, link,
                                             fixture->store.now_ms, &draft),
                     OK);
    assert_int_equal(send(fixture, &nobody, &draft, &changed), OK);
    assert_int_equal(changed.outcome, CONTRIBUTION_PUBLISHED);
    struct contribution_sent other = sent_by(fixture, &nobody, GARDEN);
    assert_int_equal(contribution_edit_begin(conn, &world, &nobody, other.entry, link,
                                             fixture->store.now_ms, &draft),
                     ERR_DENIED); /* a link is of one contribution */
    assert_int_equal(contribution_edit_begin(conn, &world, &nobody, sent.entry, SLICE_EMPTY,
                                             fixture->store.now_ms, &draft),
                     ERR_DENIED);
    assert_int_equal(contribution_withdraw(conn, &world, link, fixture->store.now_ms), OK);
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_ARCHIVED);
}

/* RULE CONTRIBUTE-6 */
static void what_was_brought_belongs_to_the_account_that_proves_the_address(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct contribution_sent sent = sent_by(fixture, &nobody, GARDEN);
    struct actor lea = person_of(fixture, "lea@example.org");
    size_t claimed;
    for (int times = 1; times >= 0; times--) {
        assert_int_equal(
            contribution_claim(conn, &world, lea.person, fixture->store.now_ms, &claimed), OK);
        assert_int_equal(claimed, times);
    }
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_PUBLISHED);
    struct team_of_entry of;
    assert_int_equal(team_of_entry(conn, sent.entry, lea.person, &of), OK);
    assert_int_equal(of.role, TEAM_LEAD);
    struct contribution *list;
    size_t count;
    assert_int_equal(contributions_of(conn, lea.person, &fixture->arena, &list, &count), OK);
    assert_int_equal(count, 1);
    slice link = slice_from_cstr(sent.link.text);
    struct crypto_secret draft;
    assert_int_equal(contribution_edit_begin(conn, &world, &nobody, sent.entry, link,
                                             fixture->store.now_ms, &draft),
                     ERR_DENIED); /* the account decides now, not who has the old letter */
    assert_int_equal(contribution_withdraw(conn, &world, link, fixture->store.now_ms), ERR_DENIED);
}

/* ---- links of newcomers ---- */

/* RULE CONTRIBUTE-2 */
static void links_of_newcomers_wait_for_a_moderator(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct actor anna = person_of(fixture, "anna@example.org");
    struct contribution_sent sent = sent_by(fixture, &anna, LINKED);
    assert_int_equal(sent.outcome, CONTRIBUTION_HELD);
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_PENDING);
    struct contribution_sent guest = sent_by(fixture, &nobody, LINKED);
    struct contribution *held;
    size_t count;
    assert_int_equal(contributions_held(conn, &fixture->arena, &held, &count), OK);
    assert_int_equal(count, 1); /* what is not confirmed does not take a moderator's time */
    assert_int_equal(confirmed(fixture, &guest.link).outcome, CONTRIBUTION_HELD);
    assert_int_equal(contributions_held(conn, &fixture->arena, &held, &count), OK);
    assert_int_equal(count, 2);
    struct contribution told;
    assert_int_equal(contribution_decide(conn, &world, &anna, held[0].id, true, SLICE("x"),
                                         fixture->store.now_ms, &fixture->arena, &told),
                     ERR_DENIED);
    struct actor moderator = person_of(fixture, "mod@example.org");
    moderator.roles = 1u << PERSON_MODERATOR;
    assert_int_equal(contribution_decide(conn, &world, &moderator, held[0].id, true, SLICE("bien"),
                                         fixture->store.now_ms, &fixture->arena, &told),
                     OK);
    assert_int_equal(told.person.v, anna.person.v);
    assert_int_equal(status_of(fixture, sent.entry), ENTRY_PUBLISHED);
    assert_int_equal(contribution_decide(conn, &world, &moderator, held[0].id, false, SLICE("x"),
                                         fixture->store.now_ms, &fixture->arena, &told),
                     ERR_NOT_FOUND); /* decided once */
    assert_int_equal(contribution_decide(conn, &world, &moderator, held[1].id, false,
                                         SLICE("publicité"), fixture->store.now_ms, &fixture->arena,
                                         &told),
                     OK);
    assert_slice(told.address, "lea@example.org");
    assert_int_equal(status_of(fixture, guest.entry), ENTRY_REMOVED);
}

/* RULE CONTRIBUTE-2 */
static void who_is_known_is_not_held(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor anna = known_of(fixture, "anna@example.org");
    assert_int_equal(sent_by(fixture, &anna, LINKED).outcome, CONTRIBUTION_PUBLISHED);
    struct actor ben = person_of(fixture, "ben@example.org");
    assert_int_equal(sent_by(fixture, &ben, GARDEN).outcome, CONTRIBUTION_PUBLISHED);
    assert_int_equal(sent_by(fixture, &ben, LINKED).outcome, CONTRIBUTION_HELD); /* not a week */
    ben.roles = 1u << PERSON_STEWARD;
    assert_int_equal(sent_by(fixture, &ben, LINKED).outcome, CONTRIBUTION_PUBLISHED);
}

/* ---- editing ---- */

static struct crypto_secret edit_of(struct entry_fixture *fixture, const struct actor *actor,
                                    struct entry_id entry) {
    struct contribution_world world = world_of(fixture);
    struct crypto_secret draft;
    assert_int_equal(contribution_edit_begin(fixture->store.conn, &world, actor, entry, SLICE_EMPTY,
                                             fixture->store.now_ms, &draft),
                     OK);
    return draft;
}

static void retitle(struct entry_fixture *fixture, const struct actor *actor,
                    const struct crypto_secret *secret, slice title) {
    struct contribution_draft draft;
    slice text = slice_from_cstr(secret->text);
    assert_int_equal(contribution_draft_load(fixture->store.conn, actor, text,
                                             fixture->store.now_ms, &fixture->arena, &draft),
                     OK);
    draft.content.title = title;
    assert_int_equal(contribution_draft_store(fixture->store.conn, actor, text, &draft.content,
                                              fixture->store.now_ms, &fixture->problem),
                     OK);
}

/* RULE CONTRIBUTE-3, RULE CONTRIBUTE-7 */
static void what_a_team_keeps_is_suggested_to_it(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct actor anna = person_of(fixture, "anna@example.org");
    struct actor ben = person_of(fixture, "ben@example.org");
    struct contribution_sent sent = sent_by(fixture, &anna, GARDEN);
    struct team_of_entry of;
    assert_int_equal(team_of_entry(conn, sent.entry, anna.person, &of), OK);

    struct crypto_secret draft = edit_of(fixture, &ben, sent.entry);
    retitle(fixture, &ben, &draft, SLICE("Jardin de tous"));
    struct contribution_sent changed;
    assert_int_equal(send(fixture, &ben, &draft, &changed), OK);
    assert_int_equal(changed.outcome, CONTRIBUTION_PUBLISHED); /* open while it is not kept */

    assert_int_equal(team_keep(conn, of.id, anna.person, sent.entry, true), OK);
    draft = edit_of(fixture, &ben, sent.entry);
    retitle(fixture, &ben, &draft, SLICE("Jardin de Ben"));
    assert_int_equal(send(fixture, &ben, &draft, &changed), OK);
    assert_int_equal(changed.outcome, CONTRIBUTION_SUGGESTED);
    struct entry entry;
    assert_int_equal(entry_load(conn, sent.entry, &fixture->arena, &entry), OK);
    assert_slice(entry.title, "Jardin de tous");

    struct suggestion *waiting;
    struct suggestion decided;
    size_t count;
    assert_int_equal(suggestions_for(conn, &world, &ben, &fixture->arena, &waiting, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(suggestions_for(conn, &world, &anna, &fixture->arena, &waiting, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(suggestion_decide(conn, &world, &ben, waiting[0].id, true, SLICE_EMPTY,
                                       fixture->store.now_ms, &fixture->arena, &decided,
                                       &fixture->problem),
                     ERR_DENIED);
    assert_int_equal(suggestion_decide(conn, &world, &anna, waiting[0].id, false, SLICE(" "),
                                       fixture->store.now_ms, &fixture->arena, &decided,
                                       &fixture->problem),
                     ERR_INPUT); /* never without a reason */
    assert_int_equal(suggestion_decide(conn, &world, &anna, waiting[0].id, true, SLICE("merci"),
                                       fixture->store.now_ms, &fixture->arena, &decided,
                                       &fixture->problem),
                     OK);
    assert_int_equal(decided.person.v, ben.person.v);
    assert_int_equal(entry_load(conn, sent.entry, &fixture->arena, &entry), OK);
    assert_slice(entry.title, "Jardin de Ben");
    struct entry_revision *revisions;
    assert_int_equal(entry_revisions(conn, sent.entry, &fixture->arena, &revisions, &count), OK);
    char author[64];
    snprintf(author, sizeof author, "person:%lld", (long long)ben.person.v);
    bool is_bens = false;
    for (size_t i = 0; i < count; i++) {
        is_bens = is_bens || slice_equal(revisions[i].author, slice_from_cstr(author));
    }
    assert_true(is_bens);
    assert_int_equal(suggestion_decide(conn, &world, &anna, waiting[0].id, false, SLICE("x"),
                                       fixture->store.now_ms, &fixture->arena, &decided,
                                       &fixture->problem),
                     ERR_NOT_FOUND);
}

static void the_second_of_two_at_once_overwrites_nothing(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor anna = person_of(fixture, "anna@example.org");
    struct actor ben = person_of(fixture, "ben@example.org");
    struct contribution_sent sent = sent_by(fixture, &anna, GARDEN);
    struct crypto_secret of_anna = edit_of(fixture, &anna, sent.entry);
    struct crypto_secret of_ben = edit_of(fixture, &ben, sent.entry);
    retitle(fixture, &anna, &of_anna, SLICE("Un"));
    retitle(fixture, &ben, &of_ben, SLICE("Deux"));
    struct contribution_sent changed;
    assert_int_equal(send(fixture, &anna, &of_anna, &changed), OK);
    assert_int_equal(send(fixture, &ben, &of_ben, &changed), ERR_CONFLICT);
    struct contribution_draft draft;
    assert_int_equal(contribution_draft_load(fixture->store.conn, &ben,
                                             slice_from_cstr(of_ben.text), fixture->store.now_ms,
                                             &fixture->arena, &draft),
                     OK); /* what was typed is still there */
    assert_slice(draft.content.title, "Deux");
}

#define SECRETIVE                                                                                  \
    "{\"id\":\"s\",\"kind\":\"actor\",\"title\":\"Chez Léa\",\"place\":{\"address\":\"12 rue "    \
    "Croix-d'Or\",\"city\":\"Chambéry\",\"territory\":\"com-73065\",\"latitude\":45.5661234,"     \
    "\"longitude\":5.9171234,\"precision\":\"commune\"},\"contacts\":[{\"kind\":\"telephone\","    \
    "\"value\":\"+33 1\",\"visibility\":\"team\"},{\"kind\":\"email\",\"value\":"                  \
    "\"lea@example.org\"}]}"

static void what_an_editor_is_not_shown_stays_as_it_was(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct entry entry;
    entry_bring(fixture, SECRETIVE, &entry);
    struct entry_id id = entry.id;
    struct actor ben = person_of(fixture, "ben@example.org");
    struct crypto_secret secret = edit_of(fixture, &ben, id);
    struct contribution_draft draft;
    assert_int_equal(contribution_draft_load(conn, &ben, slice_from_cstr(secret.text),
                                             fixture->store.now_ms, &fixture->arena, &draft),
                     OK);
    assert_int_equal(draft.content.contact_count, 1);
    assert_slice(draft.content.place.address, "");
    assert_false(draft.content.place.has_point);
    retitle(fixture, &ben, &secret, SLICE("Chez Léa et Tom"));
    struct contribution_sent sent;
    assert_int_equal(send(fixture, &ben, &secret, &sent), OK);
    assert_int_equal(entry_load(conn, id, &fixture->arena, &entry), OK);
    assert_slice(entry.title, "Chez Léa et Tom");
    assert_slice(entry.place.address, "12 rue Croix-d'Or");
    assert_int_equal(entry.place.point.lat_e7, 455661234);
    assert_int_equal(entry.contact_count, 2);
}

/* RULE CONTRIBUTE-8 */
static void what_others_say_of_an_entry_is_no_word_of_its_own(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct entry entry, other;
    entry_bring(fixture, SECRETIVE, &entry);
    entry_bring(fixture,
                "{\"id\":\"o\",\"kind\":\"actor\",\"title\":\"Chez Tom\",\"links\":[{\"relation\":"
                "\"see-also\",\"target\":\"s\"}]}",
                &other);
    struct entry_id id = entry.id;
    struct actor ben = person_of(fixture, "ben@example.org");
    struct crypto_secret secret = edit_of(fixture, &ben, id);
    retitle(fixture, &ben, &secret, SLICE("Chez Léa et Tom"));
    assert_int_equal(entry_load(conn, id, &fixture->arena, &entry), OK);
    entry.summary = SLICE("Meanwhile");
    assert_int_equal(entry_edit(conn, &fixture->store.ids, &entry, SLICE("person:1"), SLICE_EMPTY,
                                fixture->store.now_ms, NULL),
                     OK);
    struct contribution_sent sent;
    assert_int_equal(send(fixture, &ben, &secret, &sent), OK);
    assert_int_equal(entry_load(conn, id, &fixture->arena, &entry), OK);
    assert_slice(entry.title, "Chez Léa et Tom");
    assert_slice(entry.summary, "Meanwhile");
    assert_int_equal(entry.link_count, 0);
}

/* ---- drafts ---- */

/* RULE CONTRIBUTE-4 */
/* RULE CONTRIBUTE-9, RULE HISTORY-1 */
static void what_a_history_does_not_tell_comes_back_for_its_team_only(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct arena *arena = &fixture->arena;
    struct entry entry;
    entry_bring(fixture, SECRETIVE, &entry);
    int64_t first = entry.revision;
    struct actor ben = person_of(fixture, "ben@example.org");
    struct actor anna = person_of(fixture, "anna@example.org");
    struct team_id team;
    assert_int_equal(team_begin(conn, world.ids, entry.id, anna.person, SLICE_EMPTY,
                                fixture->store.now_ms, &team),
                     OK);
    assert_int_equal(entry_load(conn, entry.id, arena, &entry), OK);
    entry.title = SLICE("Chez Tom");
    entry.contact_count = 0; /* both telephone and address are taken away */
    assert_int_equal(entry_edit(conn, world.ids, &entry, SLICE("person:1"), SLICE_EMPTY,
                                fixture->store.now_ms, NULL),
                     OK);
    struct contribution_restored restored;
    assert_int_equal(contribution_restored(conn, &world, &ben, entry.id, first, arena, &restored),
                     OK);
    assert_slice(restored.entry.title, "Chez Léa");
    assert_int_equal(restored.entry.contact_count, 0);
    assert_false(restored.stands.place.has_point); /* not even beside it */
    struct contribution_sent sent;
    const struct contribution_restore asked = {.actor = &ben,
                                               .entry = entry.id,
                                               .revision = first,
                                               .stands = restored.stands.revision,
                                               .reason = SLICE("comme avant")};
    assert_int_equal(
        contribution_restore(conn, &world, &asked, fixture->store.now_ms, arena, &sent, NULL), OK);
    assert_int_equal(entry_load(conn, entry.id, arena, &entry), OK);
    assert_slice(entry.title, "Chez Léa");
    assert_int_equal(entry.contact_count, 0);
    assert_true(entry.place.has_point); /* as it stands, not as it is shown */
    assert_int_equal(contribution_restored(conn, &world, &anna, entry.id, first, arena, &restored),
                     OK);
    assert_int_equal(restored.entry.contact_count, 2);
    assert_int_equal(
        contribution_restored(conn, &world, &nobody, entry.id, first, arena, &restored),
        ERR_DENIED);
}

static void a_draft_is_its_owners_for_thirty_days(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct actor anna = person_of(fixture, "anna@example.org");
    struct actor ben = person_of(fixture, "ben@example.org");
    struct crypto_secret secret = draft_of(fixture, &anna, "{\"kind\":\"idea\"}");
    slice text = slice_from_cstr(secret.text);
    struct contribution_draft draft;
    const struct actor *const others[] = {&ben, &nobody};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_int_equal(contribution_draft_load(conn, others[i], text, fixture->store.now_ms,
                                                 &fixture->arena, &draft),
                         ERR_NOT_FOUND);
        assert_int_equal(contribution_draft_drop(conn, others[i], text), ERR_NOT_FOUND);
    }
    struct contribution_begun *begun;
    size_t count;
    assert_int_equal(contribution_drafts(conn, anna.person, fixture->store.now_ms, &fixture->arena,
                                         &begun, &count),
                     OK);
    assert_int_equal(count, 1);
    struct contribution_sent sent;
    assert_int_equal(send(fixture, &anna, &secret, &sent), ERR_INPUT); /* no title yet */
    assert_string_equal(fixture->problem.field, "title");
    fixture->store.now_ms += 30 * DAY_MS;
    assert_int_equal(
        contribution_draft_load(conn, &anna, text, fixture->store.now_ms, &fixture->arena, &draft),
        ERR_NOT_FOUND);
}

static void every_statement_can_be_prepared(void **state) {
    struct entry_fixture *fixture = *state;
    assert_int_equal(
        db_catalogue_check(fixture->store.conn, &contribution_catalogue, &fixture->problem), OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(without_an_account_nothing_is_shown_before_the_link_is_used),
        ENTRY_TEST(what_is_never_confirmed_is_put_away_after_thirty_days),
        ENTRY_TEST(a_lost_link_is_found_again_by_the_address),
        ENTRY_TEST(who_brought_it_edits_and_withdraws_it_by_its_link),
        ENTRY_TEST(what_was_brought_belongs_to_the_account_that_proves_the_address),
        ENTRY_TEST(links_of_newcomers_wait_for_a_moderator),
        ENTRY_TEST(who_is_known_is_not_held),
        ENTRY_TEST(what_a_team_keeps_is_suggested_to_it),
        ENTRY_TEST(the_second_of_two_at_once_overwrites_nothing),
        ENTRY_TEST(what_an_editor_is_not_shown_stays_as_it_was),
        ENTRY_TEST(what_others_say_of_an_entry_is_no_word_of_its_own),
        ENTRY_TEST(what_a_history_does_not_tell_comes_back_for_its_team_only),
        ENTRY_TEST(a_draft_is_its_owners_for_thirty_days),
        ENTRY_TEST(every_statement_can_be_prepared),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
