/* Flags that try to hold what they should not, and decisions. */
#include "moderation_fixture.h"

#define DAY_MS INT64_C(86400000)
#define GARDEN                                                                                     \
    "{\"id\":\"garden\",\"kind\":\"initiative\",\"title\":\"Jardin partagé\","                    \
    "\"place\":{\"territory\":\"com-73065\"}}"

static struct entry_id garden(struct entry_fixture *fixture) {
    struct entry entry;
    assert_int_equal(entry_bring(fixture, GARDEN, &entry), ENTRY_ADDED);
    return entry.id;
}

static enum entry_status status_of(struct entry_fixture *fixture, struct entry_id id) {
    struct entry entry;
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    return entry.status;
}

/* From the network of that number. */
static err flag_from(struct entry_fixture *fixture, const struct actor *actor,
                     struct entry_id entry, unsigned char network, const char *address,
                     struct moderation_outcome *outcome) {
    struct contribution_world world = world_of(fixture);
    struct flag_send flag = {.actor = actor,
                             .entry = entry,
                             .reason = FLAG_WRONG,
                             .words = SLICE("Ce n’est pas vrai."),
                             .address = slice_from_cstr(address),
                             .language = SLICE("fr"),
                             .name = SLICE_EMPTY,
                             .place = SLICE_EMPTY};
    flag.network.key.bytes[0] = network;
    flag.network.key.bytes[1] = 1;
    return flag_add(fixture->store.conn, &world, &flag, fixture->store.now_ms, &fixture->arena,
                    outcome, &fixture->problem);
}

static bool flagged(struct entry_fixture *fixture, const struct actor *actor, struct entry_id entry,
                    unsigned char network) {
    struct moderation_outcome outcome;
    assert_int_equal(flag_from(fixture, actor, entry, network, "", &outcome), OK);
    return outcome.is_held;
}

static err decide(struct entry_fixture *fixture, const struct actor *actor, struct entry_id entry,
                  enum moderation_act act, const char *reason, struct moderation_outcome *outcome) {
    struct contribution_world world = world_of(fixture);
    const struct moderation_decision decision = {
        .entry = entry, .act = act, .reason = slice_from_cstr(reason)};
    return moderation_decide(fixture->store.conn, &world, actor, &decision, fixture->store.now_ms,
                             &fixture->arena, outcome, &fixture->problem);
}

/* ---- RULE MOD-1 ---- */

static void three_independent_flags_hold_an_entry_and_two_do_not(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor people[] = {person_of(fixture, "a@one.example"),
                             person_of(fixture, "b@two.example"),
                             person_of(fixture, "c@gmail.com")};
    fixture->store.now_ms += FLAG_ACCOUNT_MS;
    assert_false(flagged(fixture, &people[0], entry, 1));
    assert_false(flagged(fixture, &people[1], entry, 2));
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
    assert_true(flagged(fixture, &people[2], entry, 3));
    assert_int_equal(status_of(fixture, entry), ENTRY_PENDING);
    struct moderation_outcome outcome;
    assert_int_equal(flag_from(fixture, &people[0], entry, 1, "", &outcome), ERR_NOT_FOUND);
}

static void flags_without_an_account_never_hold_anything(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    for (unsigned char i = 1; i <= 20; i++) {
        struct moderation_outcome outcome;
        const char *address = arena_printf(&fixture->arena, "x@host%d.example", i).p;
        assert_int_equal(flag_from(fixture, &nobody, entry, i, address, &outcome), OK);
        assert_false(outcome.is_held);
    }
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
}

static void young_and_blocked_accounts_do_not_count(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor old[] = {person_of(fixture, "a@one.example"), person_of(fixture, "b@two.example"),
                          person_of(fixture, "c@three.example")};
    fixture->store.now_ms += 1;
    struct actor young = person_of(fixture, "d@four.example");
    fixture->store.now_ms += FLAG_ACCOUNT_MS - 1;
    assert_int_equal(person_block(fixture->store.conn, &fixture->store.ids, (struct person_id){0},
                                  old[2].person, true, SLICE("spam"), fixture->store.now_ms),
                     OK);
    assert_false(flagged(fixture, &old[0], entry, 1));
    assert_false(flagged(fixture, &old[1], entry, 2));
    assert_false(flagged(fixture, &old[2], entry, 3));
    assert_false(flagged(fixture, &young, entry, 4));
    /* That it grows older afterwards does not make its flag count. */
    fixture->store.now_ms += FLAG_ACCOUNT_MS;
    assert_false(flagged(fixture, &young, entry, 4));
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
}

static void
from_where_a_flag_came_is_forgotten_after_thirty_days_and_it_counts_no_more(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor people[] = {person_of(fixture, "a@one.example"),
                             person_of(fixture, "b@two.example"),
                             person_of(fixture, "c@three.example")};
    fixture->store.now_ms += FLAG_ACCOUNT_MS;
    assert_false(flagged(fixture, &people[0], entry, 1));
    fixture->store.now_ms += FLAG_NETWORK_MS;
    assert_int_equal(
        moderation_sweep(fixture->store.conn, &fixture->store.ids, fixture->store.now_ms), OK);
    assert_false(flagged(fixture, &people[1], entry, 2));
    assert_false(flagged(fixture, &people[2], entry, 3));
}

static void who_was_answered_does_not_hold_the_same_entry_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor people[] = {person_of(fixture, "a@one.example"),
                             person_of(fixture, "b@two.example"),
                             person_of(fixture, "c@three.example")};
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct moderation_outcome outcome;
    fixture->store.now_ms += FLAG_ACCOUNT_MS;
    for (unsigned char i = 0; i < 3; i++) {
        assert_int_equal(flagged(fixture, &people[i], entry, i), i == 2);
    }
    assert_int_equal(
        decide(fixture, &moderator, entry, MODERATION_PUBLISH, "C’est vrai.", &outcome), OK);
    for (unsigned char i = 0; i < 3; i++) {
        assert_false(flagged(fixture, &people[i], entry, i));
    }
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
}

/* ---- RULE MOD-4 ---- */

static void what_one_person_can_have_five_of_counts_as_one(void **state) {
    struct entry_fixture *fixture = *state;
    const struct {
        const char *addresses[5];
        unsigned char networks[5];
    } floods[] = {
        /* one mail domain, and names below it */
        {{"a@evil.example", "b@evil.example", "c@x.evil.example", "d@y.evil.example",
          "e@evil.example"},
         {1, 2, 3, 4, 5}},
        {{"a@x.evil.co.uk", "b@evil.co.uk", "c@z.evil.co.uk", "d@evil.co.uk", "e@evil.co.uk"},
         {1, 2, 3, 4, 5}},
        /* one mailbox of a public host */
        {{"li.am@gmail.com", "liam+1@gmail.com", "l.i.a.m@googlemail.com", "liam+x@gmail.com",
          "liam@googlemail.com"},
         {1, 2, 3, 4, 5}},
        /* one network, other addresses */
        {{"a@one.example", "b@two.example", "c@three.example", "d@four.example", "e@five.example"},
         {9, 9, 9, 9, 9}},
        /* joined by turns: by network, by domain, by network … */
        {{"p@k.example", "q@l.example", "r@l.example", "s@n.example", "t@n.example"},
         {1, 1, 2, 2, 3}},
    };
    for (size_t f = 0; f < ARRAY_COUNT(floods); f++) {
        struct entry entry;
        const char *json =
            arena_printf(&fixture->arena, "{\"id\":\"e%zu\",\"kind\":\"place\",\"title\":\"Lieu\"}",
                         f)
                .p;
        struct actor people[5];
        assert_int_equal(entry_bring(fixture, json, &entry), ENTRY_ADDED);
        for (size_t i = 0; i < 5; i++) {
            people[i] = person_of(fixture, floods[f].addresses[i]);
        }
        fixture->store.now_ms += FLAG_ACCOUNT_MS;
        for (size_t i = 0; i < 5; i++) {
            assert_false(flagged(fixture, &people[i], entry.id, floods[f].networks[i]));
        }
        assert_int_equal(status_of(fixture, entry.id), ENTRY_PUBLISHED);
    }
}

static void one_account_flags_an_entry_once_whatever_it_has_of_addresses(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor liam = person_of(fixture, "liam@one.example");
    assert_int_equal(person_address_add(fixture->store.conn, liam.person, SLICE("liam@two.example"),
                                        fixture->store.now_ms),
                     OK);
    struct actor other = person_of(fixture, "x@two.example");
    struct actor third = person_of(fixture, "x@three.example");
    fixture->store.now_ms += FLAG_ACCOUNT_MS;
    for (unsigned char network = 1; network <= 5; network++) {
        assert_false(flagged(fixture, &liam, entry, network));
    }
    struct flag *flags;
    size_t count;
    assert_int_equal(flags_of(fixture->store.conn, entry, 10, &fixture->arena, &flags, &count), OK);
    assert_int_equal(count, 1);
    assert_false(flagged(fixture, &other, entry, 6)); /* shares a domain with his second address */
    assert_false(flagged(fixture, &third, entry, 7));
}

static void flags_from_one_network_are_few(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct moderation_outcome outcome;
    err last = OK;
    for (int i = 0; i < 41 && last == OK; i++) {
        last = flag_from(fixture, &nobody, entry, 1, "", &outcome);
    }
    assert_int_equal(last, ERR_LIMIT);
}

/* ---- RULE MOD-2, RULE MOD-3 ---- */

static void a_decision_has_a_reason_and_somebody_who_may(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct moderation_outcome outcome;
    struct actor here = moderator_of(fixture, "here@example.org", "dep-73");
    struct actor elsewhere = moderator_of(fixture, "there@example.org", "epci-200069110");
    struct actor member = person_of(fixture, "member@example.org");
    struct entry cruet;
    assert_int_equal(entry_bring(fixture,
                                 "{\"id\":\"c\",\"kind\":\"place\",\"title\":\"Cave\","
                                 "\"place\":{\"territory\":\"com-73096\"}}",
                                 &cruet),
                     ENTRY_ADDED);
    assert_int_equal(decide(fixture, &here, entry, MODERATION_HOLD, "  ", &outcome), ERR_INPUT);
    assert_string_equal(fixture->problem.field, "reason");
    assert_int_equal(decide(fixture, &member, entry, MODERATION_HOLD, "x", &outcome), ERR_DENIED);
    assert_int_equal(decide(fixture, &nobody, entry, MODERATION_HOLD, "x", &outcome), ERR_DENIED);
    assert_int_equal(decide(fixture, &elsewhere, cruet.id, MODERATION_HOLD, "x", &outcome),
                     ERR_DENIED);
    assert_int_equal(decide(fixture, &elsewhere, entry, MODERATION_HOLD, "x", &outcome), OK);
    assert_int_equal(decide(fixture, &here, cruet.id, MODERATION_REMOVE, "x", &outcome), OK);
}

static void each_decision_is_told_to_those_it_concerns_once(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct moderation_outcome outcome;
    assert_int_equal(flag_from(fixture, &lea, entry, 1, "", &outcome), OK);
    assert_int_equal(flag_from(fixture, &nobody, entry, 2, "guest@example.org", &outcome), OK);
    assert_int_equal(flag_from(fixture, &nobody, entry, 3, "guest@example.org", &outcome), OK);
    assert_int_equal(flag_from(fixture, &nobody, entry, 4, "", &outcome), OK);
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_HOLD, "x", &outcome), OK);
    assert_int_equal(outcome.told_count, 0); /* those who flagged wait for the end of it */
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_PUBLISH, "x", &outcome), OK);
    assert_int_equal(outcome.told_count, 2);
    assert_slice(outcome.title, "Jardin partagé");
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_NOTHING, "x", &outcome),
                     ERR_CONFLICT); /* nothing waits any more */
}

static void what_was_taken_away_can_be_shown_again_and_stands_in_audit_and_log(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id entry = garden(fixture);
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct moderation_outcome outcome;
    const struct {
        enum moderation_act act;
        enum entry_status after;
    } steps[] = {{MODERATION_HOLD, ENTRY_PENDING},   {MODERATION_PUBLISH, ENTRY_PUBLISHED},
                 {MODERATION_REMOVE, ENTRY_REMOVED}, {MODERATION_PUBLISH, ENTRY_PUBLISHED},
                 {MODERATION_HOLD, ENTRY_PENDING},   {MODERATION_REMOVE, ENTRY_REMOVED}};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        fixture->store.now_ms += 1000;
        assert_int_equal(decide(fixture, &moderator, entry, steps[i].act, "why", &outcome), OK);
        assert_int_equal(status_of(fixture, entry), steps[i].after);
    }
    struct person_act *acts;
    struct moderation_logged *log;
    struct moderation_figures figures;
    size_t count;
    const struct person_acts_filter all = {.act = SLICE_EMPTY, .object = SLICE_EMPTY};
    assert_int_equal(person_acts_find(fixture->store.conn, &all, 6, &fixture->arena, &acts, &count),
                     OK);
    assert_int_equal(count, 6);
    assert_slice(acts[0].act, "remove");
    assert_slice(acts[0].reason, "why");
    assert_int_equal(moderation_log(fixture->store.conn, 0, 10, &fixture->arena, &log, &count), OK);
    assert_int_equal(count, 6);
    assert_slice(log[0].title, ""); /* it is not shown */
    assert_false(log[0].is_reversed);
    assert_true(log[5].is_reversed);
    assert_int_equal(moderation_figures(fixture->store.conn, 0, &figures), OK);
    assert_int_equal(figures.decisions, 6);
    assert_int_equal(figures.reversed, 2);
}

/* Brought by an account, as adding does it. */
static struct entry_id brought_by(struct entry_fixture *fixture, const struct actor *actor) {
    struct contribution_world world = world_of(fixture);
    struct entry content;
    struct crypto_secret draft;
    struct contribution_sent sent;
    assert_int_equal(entry_from_json(SLICE("{\"kind\":\"idea\",\"title\":\"Échelle\"}"),
                                     &fixture->arena, &content, &fixture->problem),
                     OK);
    assert_int_equal(contribution_draft_begin(fixture->store.conn, actor, &content,
                                              fixture->store.now_ms, &draft),
                     OK);
    const struct contribution_send send = {.actor = actor,
                                           .draft = slice_from_cstr(draft.text),
                                           .address = SLICE_EMPTY,
                                           .language = SLICE("fr"),
                                           .reason = SLICE_EMPTY,
                                           .charter = CHARTER_OURS};
    assert_int_equal(contribution_send(fixture->store.conn, &world, &send, fixture->store.now_ms,
                                       &fixture->arena, &sent, &fixture->problem),
                     OK);
    return sent.entry;
}

static err reply(struct entry_fixture *fixture, const struct moderation_outcome *outcome,
                 size_t told) {
    struct crypto_secret link;
    assert_int_equal(
        moderation_link_add(fixture->store.conn, outcome->decision, &outcome->told[told], &link),
        OK);
    const struct moderation_reply_send send = {.link = slice_from_cstr(link.text),
                                               .words = SLICE("Regardez de nouveau."),
                                               .address = SLICE_EMPTY,
                                               .language = SLICE("fr")};
    return moderation_reply_add(fixture->store.conn, &send, fixture->store.now_ms,
                                &fixture->problem);
}

static err end_appeal(struct entry_fixture *fixture, const struct actor *actor, int64_t decision,
                      enum moderation_act act, struct moderation_outcome *outcome) {
    struct contribution_world world = world_of(fixture);
    struct moderation_told told;
    return moderation_appeal_decide(fixture->store.conn, &world, actor, decision, act, SLICE("x"),
                                    fixture->store.now_ms, &fixture->arena, &told, outcome,
                                    &fixture->problem);
}

/* RULE MOD-5 */
static void an_appeal_is_ended_once_and_never_by_who_decided(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor first = moderator_of(fixture, "first@example.org", "");
    struct actor second = moderator_of(fixture, "second@example.org", "");
    struct actor elsewhere = moderator_of(fixture, "there@example.org", "dep-73");
    struct entry_id entry = brought_by(fixture, &lea);
    struct moderation_outcome taken;
    struct moderation_outcome outcome;
    assert_int_equal(decide(fixture, &first, entry, MODERATION_REMOVE, "x", &taken), OK);
    assert_int_equal(taken.told_count, 1);
    assert_int_equal(end_appeal(fixture, &second, taken.decision, 0, &outcome), ERR_NOT_FOUND);
    assert_int_equal(reply(fixture, &taken, 0), OK);
    assert_int_equal(reply(fixture, &taken, 0), ERR_CONFLICT); /* by another link neither */
    assert_int_equal(end_appeal(fixture, &first, taken.decision, MODERATION_PUBLISH, &outcome),
                     ERR_DENIED);
    assert_int_equal(end_appeal(fixture, &elsewhere, taken.decision, MODERATION_PUBLISH, &outcome),
                     ERR_DENIED);
    assert_int_equal(end_appeal(fixture, &lea, taken.decision, MODERATION_PUBLISH, &outcome),
                     ERR_DENIED);
    assert_int_equal(end_appeal(fixture, &second, taken.decision, MODERATION_HOLD, &outcome),
                     ERR_INPUT);
    assert_int_equal(status_of(fixture, entry), ENTRY_REMOVED);
    assert_int_equal(end_appeal(fixture, &second, taken.decision, MODERATION_PUBLISH, &outcome),
                     OK);
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
    assert_int_equal(end_appeal(fixture, &second, taken.decision, 0, &outcome), ERR_NOT_FOUND);
    struct moderation_figures figures;
    assert_int_equal(moderation_figures(fixture->store.conn, 0, &figures), OK);
    assert_int_equal(figures.appeals, 1);
    assert_int_equal(figures.appeals_reversed, 1);
    /* too late, by one millisecond */
    assert_int_equal(decide(fixture, &first, entry, MODERATION_HOLD, "x", &taken), OK);
    fixture->store.now_ms += MODERATION_APPEAL_MS;
    assert_int_equal(reply(fixture, &taken, 0), ERR_CONFLICT);
    fixture->store.now_ms -= 1;
    assert_int_equal(reply(fixture, &taken, 0), OK);
}

/* RULE MOD-5 */
static void a_decision_changed_before_the_second_look_settles_the_appeal_and_is_told(void **state) {
    struct entry_fixture *fixture = *state;
    struct db_conn *conn = fixture->store.conn;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id entry = brought_by(fixture, &lea);
    struct moderation_outcome taken;
    struct moderation_outcome changed;
    struct crypto_secret link;
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_HOLD, "x", &taken), OK);
    const struct moderation_told guest = {.side = MODERATION_AUTHOR};
    assert_int_equal(moderation_link_add(conn, taken.decision, &guest, &link), OK);
    const struct moderation_reply_send send = {.link = slice_from_cstr(link.text),
                                               .words = SLICE("C’est vrai."),
                                               .address = SLICE("guest@example.org"),
                                               .language = SLICE("en")};
    assert_int_equal(moderation_reply_add(conn, &send, fixture->store.now_ms, &fixture->problem),
                     OK);
    fixture->store.now_ms += 1000;
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_PUBLISH, "x", &changed), OK);
    assert_int_equal(changed.told_count, 2);
    assert_slice(changed.told[0].address, "lea@example.org");
    assert_slice(changed.told[1].address, "guest@example.org");
    assert_slice(changed.told[1].language, "en");
    assert_int_equal(changed.told[1].side, MODERATION_AUTHOR);
    struct moderation_notice notice;
    assert_int_equal(moderation_notice_load(conn, taken.decision, &fixture->arena, &notice), OK);
    assert_int_equal(notice.reply.state, MODERATION_REPLY_SETTLED);
    assert_slice(notice.reply.address, "");
    struct moderation_figures figures;
    assert_int_equal(moderation_figures(conn, 0, &figures), OK);
    assert_int_equal(figures.appeals_reversed, 1);
    /* told once, not with each decision that comes after */
    fixture->store.now_ms += 1000;
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_HOLD, "x", &taken), OK);
    assert_int_equal(taken.told_count, 1);
}

/* RULE MOD-6 */
static void a_question_wants_somebody_to_answer_and_changes_nothing(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id entry = brought_by(fixture, &lea);
    struct entry_id imported = garden(fixture);
    struct moderation_outcome outcome;
    struct moderation_notice question;
    assert_int_equal(decide(fixture, &moderator, imported, MODERATION_ASK, "Où ?", &outcome),
                     ERR_CONFLICT);
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_ASK, "Où ?", &outcome), OK);
    assert_int_equal(status_of(fixture, entry), ENTRY_PUBLISHED);
    fixture->store.now_ms += MODERATION_ASK_MS - 1;
    assert_int_equal(reply(fixture, &outcome, 0), OK);
    assert_int_equal(moderation_question(fixture->store.conn, entry, &fixture->arena, &question),
                     OK);
    assert_slice(question.reply.words, "Regardez de nouveau.");
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_NOTHING, "Merci.", &outcome),
                     OK);
    assert_int_equal(moderation_question(fixture->store.conn, entry, &fixture->arena, &question),
                     ERR_NOT_FOUND);
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_ASK, "Et là ?", &outcome), OK);
    fixture->store.now_ms += MODERATION_ASK_MS;
    assert_int_equal(reply(fixture, &outcome, 0), ERR_CONFLICT);
}

static void nobody_says_corrected_of_what_did_not_change_since_the_question(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id id = brought_by(fixture, &lea);
    struct moderation_outcome outcome;
    struct entry entry;
    fixture->store.now_ms += 1000;
    assert_int_equal(decide(fixture, &moderator, id, MODERATION_ASK, "Où ?", &outcome), OK);
    fixture->store.now_ms += 1000;
    assert_int_equal(decide(fixture, &moderator, id, MODERATION_CORRECTED, "x", &outcome),
                     ERR_CONFLICT);
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &entry), OK);
    entry.summary = SLICE("Au lavoir.");
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &entry, SLICE("person:1"),
                                SLICE_EMPTY, fixture->store.now_ms, NULL),
                     OK);
    assert_int_equal(decide(fixture, &moderator, id, MODERATION_CORRECTED, "x", &outcome), OK);
}

/* RULE MOD-6 */
static void nobody_answers_a_question_whose_case_was_decided(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id entry = brought_by(fixture, &lea);
    struct moderation_outcome asked;
    struct moderation_outcome outcome;
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_ASK, "Où ?", &asked), OK);
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_NOTHING, "Vu.", &outcome), OK);
    assert_int_equal(reply(fixture, &asked, 0), ERR_CONFLICT);
    /* nor the earlier one of two: the case shows the last */
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_ASK, "Où ?", &asked), OK);
    assert_int_equal(decide(fixture, &moderator, entry, MODERATION_ASK, "Et là ?", &outcome), OK);
    assert_int_equal(reply(fixture, &asked, 0), ERR_CONFLICT);
    assert_int_equal(reply(fixture, &outcome, 0), OK);
}

static err act_on(struct entry_fixture *fixture, const struct actor *actor, struct entry_id entry,
                  struct person_id subject, enum moderation_act act, int64_t block_ms) {
    struct contribution_world world = world_of(fixture);
    struct moderation_outcome outcome;
    const struct moderation_decision decision = {.entry = entry,
                                                 .act = act,
                                                 .reason = SLICE("Des insultes."),
                                                 .subject = subject,
                                                 .block_ms = block_ms};
    return moderation_decide(fixture->store.conn, &world, actor, &decision, fixture->store.now_ms,
                             &fixture->arena, &outcome, &fixture->problem);
}

static enum person_status account_of(struct entry_fixture *fixture, struct person_id id) {
    struct person person;
    assert_int_equal(person_load(fixture->store.conn, id, &fixture->arena, &person), OK);
    return person.status;
}

/* RULE MOD-7 */
static void only_who_wrote_it_is_blocked_and_who_has_a_role_by_an_admin(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor other = person_of(fixture, "other@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct actor colleague = moderator_of(fixture, "c@example.org", "");
    struct entry_id hers = brought_by(fixture, &lea);
    struct entry_id theirs = brought_by(fixture, &colleague);
    const struct {
        const struct actor *by;
        struct entry_id entry;
        struct person_id subject;
        enum moderation_act act;
        err expected;
    } tries[] = {
        {&lea, hers, other.person, MODERATION_BLOCK, ERR_DENIED},
        {&moderator, hers, other.person, MODERATION_BLOCK, ERR_CONFLICT},
        {&moderator, hers, moderator.person, MODERATION_BLOCK, ERR_CONFLICT},
        {&moderator, theirs, colleague.person, MODERATION_BLOCK, ERR_DENIED},
        {&moderator, theirs, colleague.person, MODERATION_WARN, ERR_DENIED},
        {&moderator, hers, lea.person, MODERATION_UNBLOCK, ERR_CONFLICT},
        {&moderator, hers, lea.person, MODERATION_WARN, OK},
        {&moderator, hers, lea.person, MODERATION_BLOCK, OK},
        {&moderator, hers, lea.person, MODERATION_BLOCK, ERR_CONFLICT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
        assert_int_equal(
            act_on(fixture, tries[i].by, tries[i].entry, tries[i].subject, tries[i].act, 0),
            tries[i].expected);
    }
    assert_int_equal(account_of(fixture, lea.person), PERSON_BLOCKED);
    assert_int_equal(status_of(fixture, hers), ENTRY_PUBLISHED);
    struct moderation_record_of *authors;
    size_t count;
    assert_int_equal(
        moderation_authors(fixture->store.conn, hers, 10, &fixture->arena, &authors, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(authors[0].warnings, 1);
    assert_int_equal(authors[0].blocks, 1);
}

/* RULE MOD-7 */
static void a_block_ends_with_its_time_and_one_without_end_does_not(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor noor = person_of(fixture, "noor@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id hers = brought_by(fixture, &lea);
    struct entry_id theirs = brought_by(fixture, &noor);
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(act_on(fixture, &moderator, hers, lea.person, MODERATION_BLOCK, DAY_MS), OK);
    assert_int_equal(act_on(fixture, &moderator, theirs, noor.person, MODERATION_BLOCK, 0), OK);
    fixture->store.now_ms += DAY_MS - 1;
    assert_int_equal(moderation_sweep(conn, &fixture->store.ids, fixture->store.now_ms), OK);
    assert_int_equal(account_of(fixture, lea.person), PERSON_BLOCKED);
    fixture->store.now_ms += 1;
    assert_int_equal(moderation_sweep(conn, &fixture->store.ids, fixture->store.now_ms), OK);
    assert_int_equal(account_of(fixture, lea.person), PERSON_ACTIVE);
    assert_int_equal(account_of(fixture, noor.person), PERSON_BLOCKED);
    assert_int_equal(act_on(fixture, &moderator, hers, lea.person, MODERATION_BLOCK, DAY_MS), OK);
}

/* As an admin does it, from a page or the command line. */
static void shut(struct entry_fixture *fixture, struct person_id person, bool is_blocked) {
    struct db_conn *conn = fixture->store.conn;
    assert_int_equal(person_block(conn, &fixture->store.ids, (struct person_id){0}, person,
                                  is_blocked, SLICE("spam"), fixture->store.now_ms),
                     OK);
    assert_int_equal(moderation_blocks_end(conn, person, !is_blocked, fixture->store.now_ms), OK);
}

/* RULE MOD-7 */
static void what_an_admin_blocked_is_let_in_again_by_an_admin_alone(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "dep-73");
    struct actor everywhere = moderator_of(fixture, "all@example.org", "");
    struct actor admin = everywhere;
    struct entry_id hers = brought_by(fixture, &lea);
    admin.roles |= 1u << PERSON_ADMIN;
    shut(fixture, lea.person, true);
    assert_int_equal(act_on(fixture, &moderator, hers, lea.person, MODERATION_UNBLOCK, 0),
                     ERR_DENIED);
    assert_int_equal(act_on(fixture, &everywhere, hers, lea.person, MODERATION_UNBLOCK, 0),
                     ERR_DENIED);
    assert_string_equal(fixture->problem.what, "an admin blocked it");
    assert_int_equal(account_of(fixture, lea.person), PERSON_BLOCKED);
    assert_int_equal(act_on(fixture, &admin, hers, lea.person, MODERATION_UNBLOCK, 0), OK);
    assert_int_equal(account_of(fixture, lea.person), PERSON_ACTIVE);
    /* what a moderator blocked, until an admin does */
    assert_int_equal(act_on(fixture, &everywhere, hers, lea.person, MODERATION_BLOCK, 0), OK);
    assert_int_equal(act_on(fixture, &everywhere, hers, lea.person, MODERATION_UNBLOCK, 0), OK);
    assert_int_equal(act_on(fixture, &everywhere, hers, lea.person, MODERATION_BLOCK, 0), OK);
    shut(fixture, lea.person, true);
    assert_int_equal(act_on(fixture, &everywhere, hers, lea.person, MODERATION_UNBLOCK, 0),
                     ERR_DENIED);
}

/* RULE MOD-7 */
static void the_time_of_a_block_does_not_lift_what_an_admin_blocked_since(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor lea = person_of(fixture, "lea@example.org");
    struct actor noor = person_of(fixture, "noor@example.org");
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct entry_id hers = brought_by(fixture, &lea);
    struct entry_id theirs = brought_by(fixture, &noor);
    assert_int_equal(act_on(fixture, &moderator, hers, lea.person, MODERATION_BLOCK, DAY_MS), OK);
    assert_int_equal(act_on(fixture, &moderator, theirs, noor.person, MODERATION_BLOCK, DAY_MS),
                     OK);
    shut(fixture, lea.person, false);
    shut(fixture, lea.person, true);
    shut(fixture, noor.person, true); /* without letting in between */
    fixture->store.now_ms += DAY_MS;
    assert_int_equal(
        moderation_sweep(fixture->store.conn, &fixture->store.ids, fixture->store.now_ms), OK);
    assert_int_equal(account_of(fixture, lea.person), PERSON_BLOCKED);
    assert_int_equal(account_of(fixture, noor.person), PERSON_BLOCKED);
    struct moderation_logged *log;
    size_t count;
    assert_int_equal(moderation_log(fixture->store.conn, 0, 2, &fixture->arena, &log, &count), OK);
    assert_false(log[0].is_reversed); /* the block of Noor holds on */
    assert_true(log[1].is_reversed);
}

static void a_moderator_cannot_publish_what_nobody_confirmed(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct moderation_outcome outcome;
    struct entry entry;
    assert_int_equal(entry_bring(fixture, GARDEN, &entry), ENTRY_ADDED);
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, entry.id,
                                      ENTRY_PENDING, SLICE("guest:1"), SLICE_EMPTY,
                                      fixture->store.now_ms),
                     OK);
    assert_int_equal(decide(fixture, &moderator, entry.id, MODERATION_PUBLISH, "x", &outcome),
                     ERR_CONFLICT);
    assert_int_equal(decide(fixture, &moderator, entry.id, MODERATION_REMOVE, "x", &outcome),
                     ERR_CONFLICT);
}

static void what_is_held_stays_so_when_its_source_is_imported_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id id = garden(fixture);
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct moderation_outcome outcome;
    struct entry entry;
    assert_int_equal(decide(fixture, &moderator, id, MODERATION_REMOVE, "x", &outcome), OK);
    entry_bring(fixture,
                "{\"id\":\"garden\",\"kind\":\"initiative\",\"title\":\"Jardin\","
                "\"place\":{\"territory\":\"com-73065\"}}",
                &entry);
    assert_int_equal(status_of(fixture, id), ENTRY_REMOVED);
}

static void the_oldest_waits_first_and_only_where_one_moderates(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct entry_id first = garden(fixture);
    struct entry cruet;
    assert_int_equal(entry_bring(fixture,
                                 "{\"id\":\"c\",\"kind\":\"place\",\"title\":\"Cave\","
                                 "\"place\":{\"territory\":\"com-73096\"}}",
                                 &cruet),
                     ENTRY_ADDED);
    struct actor all = moderator_of(fixture, "all@example.org", "");
    struct actor some = moderator_of(fixture, "some@example.org", "epci-200069110");
    flagged(fixture, &nobody, cruet.id, 1);
    fixture->store.now_ms += DAY_MS;
    flagged(fixture, &nobody, first, 1);
    struct moderation_case *cases;
    size_t count;
    bool has_more;
    assert_int_equal(moderation_queue(fixture->store.conn, &world, &all, 10, &fixture->arena,
                                      &cases, &count, &has_more),
                     OK);
    assert_int_equal(count, 2);
    assert_int_equal(cases[0].entry.v, cruet.id.v);
    assert_int_equal(cases[0].flag_count, 1);
    assert_int_equal(moderation_queue(fixture->store.conn, &world, &all, 1, &fixture->arena, &cases,
                                      &count, &has_more),
                     OK);
    assert_true(has_more);
    assert_int_equal(moderation_queue(fixture->store.conn, &world, &some, 10, &fixture->arena,
                                      &cases, &count, &has_more),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(cases[0].entry.v, first.v);
}

static void every_statement_can_be_prepared(void **state) {
    struct entry_fixture *fixture = *state;
    assert_int_equal(
        db_catalogue_check(fixture->store.conn, &moderation_catalogue, &fixture->problem), OK);
}

/* ---- RULE MOD-9 ---- */

static err network_try(struct entry_fixture *fixture, enum person_try what, unsigned char network) {
    struct person_network from = {.key.bytes = {network}};
    return person_try(fixture->store.conn, what, person_network_key(&from), fixture->store.now_ms,
                      &fixture->problem);
}

static err network_block(struct entry_fixture *fixture, const struct actor *actor,
                         struct entry_id entry, int64_t days, const char *reason) {
    struct contribution_world world = world_of(fixture);
    return moderation_network_block(fixture->store.conn, &world, actor, entry, days * DAY_MS,
                                    slice_from_cstr(reason), fixture->store.now_ms,
                                    &fixture->problem);
}

static struct person_network_block only_block(struct entry_fixture *fixture) {
    struct person_network_block *list;
    size_t count;
    assert_int_equal(person_network_blocks(fixture->store.conn, fixture->store.now_ms, 10,
                                           &fixture->arena, &list, &count),
                     OK);
    assert_int_equal(count, 1);
    return list[0];
}

static void
from_a_blocked_network_nothing_is_brought_or_opened_and_reports_come_as_always(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct actor young = person_of(fixture, "young@example.org");
    struct entry_id entry = brought_by(fixture, &young); /* from network 0 */
    struct moderation_network known;
    static const enum person_try closed[] = {PERSON_TRY_ADD, PERSON_TRY_DRAFT, PERSON_TRY_JOIN};
    static const enum person_try open[] = {PERSON_TRY_FLAG, PERSON_TRY_ASK, PERSON_TRY_ENTER,
                                           PERSON_TRY_WRITE};
    assert_int_equal(network_block(fixture, &moderator, entry, 7, "Vingt annonces."), OK);
    for (size_t i = 0; i < ARRAY_COUNT(closed); i++) {
        assert_int_equal(network_try(fixture, closed[i], 0), ERR_LIMIT);
        assert_string_equal(fixture->problem.field, "network");
        assert_int_equal(network_try(fixture, closed[i], 1), OK); /* from elsewhere */
    }
    for (size_t i = 0; i < ARRAY_COUNT(open); i++) {
        assert_int_equal(network_try(fixture, open[i], 0), OK);
    }
    assert_int_equal(
        moderation_network_of(fixture->store.conn, entry, fixture->store.now_ms, &known), OK);
    assert_true(known.blocked_until_ms == fixture->store.now_ms + 7 * DAY_MS);
    assert_int_equal(known.brought, 1);
    (void)brought_by(fixture, &young); /* who is signed in goes on */
    fixture->store.now_ms += 7 * DAY_MS;
    assert_int_equal(network_try(fixture, PERSON_TRY_ADD, 0), OK); /* over by itself */
    assert_int_equal(network_block(fixture, &moderator, entry, 1, "Encore."), OK);
}

static void a_network_is_blocked_and_let_in_by_who_moderates_there_with_a_reason(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct actor moderator = moderator_of(fixture, "m@example.org", "");
    struct actor elsewhere = moderator_of(fixture, "e@example.org", "dep-38");
    struct actor young = person_of(fixture, "young@example.org");
    struct entry_id entry = brought_by(fixture, &young);
    struct entry_id other = garden(fixture); /* imported: from no network */
    struct person_act *acts;
    size_t count;
    int64_t now_ms = fixture->store.now_ms;
    assert_int_equal(network_block(fixture, &young, entry, 7, "Moi."), ERR_DENIED);
    assert_int_equal(network_block(fixture, &elsewhere, entry, 7, "Loin."), ERR_DENIED);
    assert_int_equal(network_block(fixture, &moderator, entry, 7, "  "), ERR_INPUT);
    assert_int_equal(network_block(fixture, &moderator, entry, 31, "Longtemps."), ERR_INPUT);
    assert_int_equal(network_block(fixture, &moderator, other, 7, "D’où ?"), ERR_NOT_FOUND);
    assert_int_equal(network_try(fixture, PERSON_TRY_ADD, 0), OK);
    assert_int_equal(network_block(fixture, &moderator, entry, 30, "Vingt annonces."), OK);
    assert_int_equal(network_block(fixture, &moderator, entry, 7, "Encore."), ERR_CONFLICT);
    struct person_network_block block = only_block(fixture);
    assert_slice(block.reason, "Vingt annonces.");
    assert_true(block.by.v == moderator.person.v && block.entry == entry.v);
    assert_int_equal(moderation_network_lift(conn, &world, &elsewhere, block.id, SLICE("Si."),
                                             now_ms, &fixture->problem),
                     ERR_DENIED);
    assert_int_equal(moderation_network_lift(conn, &world, &moderator, block.id, SLICE(" "), now_ms,
                                             &fixture->problem),
                     ERR_INPUT);
    assert_int_equal(network_try(fixture, PERSON_TRY_ADD, 0), ERR_LIMIT);
    assert_int_equal(moderation_network_lift(conn, &world, &moderator, block.id,
                                             SLICE("C’était une école."), now_ms,
                                             &fixture->problem),
                     OK);
    assert_int_equal(network_try(fixture, PERSON_TRY_ADD, 0), OK);
    assert_int_equal(moderation_network_lift(conn, &world, &moderator, block.id, SLICE("Déjà."),
                                             now_ms, &fixture->problem),
                     ERR_NOT_FOUND);
    const struct person_acts_filter all = {.act = SLICE_EMPTY, .object = SLICE_EMPTY};
    assert_int_equal(person_acts_find(conn, &all, 2, &fixture->arena, &acts, &count), OK);
    assert_slice(acts[0].act, "unblock-network");
    assert_slice(acts[0].reason, "C’était une école.");
    assert_slice(acts[1].act, "block-network");
}

static void
from_where_an_entry_came_is_kept_of_new_accounts_alone_and_for_thirty_days(void **state) {
    struct entry_fixture *fixture = *state;
    struct contribution_world world = world_of(fixture);
    struct db_conn *conn = fixture->store.conn;
    struct moderation_network known;
    struct actor author = person_of(fixture, "author@example.org");
    struct entry_id first = brought_by(fixture, &author);
    struct actor leaving = person_of(fixture, "leaving@example.org");
    struct entry_id left = brought_by(fixture, &leaving);
    assert_int_equal(contribution_networks_forget(conn, leaving.person), OK);
    assert_int_equal(moderation_network_of(conn, left, fixture->store.now_ms, &known),
                     ERR_NOT_FOUND);
    fixture->store.now_ms += CONTRIBUTION_YOUNG_MS;
    struct entry_id later = brought_by(fixture, &author);
    assert_int_equal(moderation_network_of(conn, first, fixture->store.now_ms, &known), OK);
    assert_int_equal(moderation_network_of(conn, later, fixture->store.now_ms, &known),
                     ERR_NOT_FOUND);
    fixture->store.now_ms += CONTRIBUTION_NETWORK_MS - CONTRIBUTION_YOUNG_MS;
    assert_int_equal(contribution_sweep(conn, &world, fixture->store.now_ms), OK);
    assert_int_equal(moderation_network_of(conn, first, fixture->store.now_ms, &known),
                     ERR_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(three_independent_flags_hold_an_entry_and_two_do_not),
        ENTRY_TEST(flags_without_an_account_never_hold_anything),
        ENTRY_TEST(young_and_blocked_accounts_do_not_count),
        ENTRY_TEST(from_where_a_flag_came_is_forgotten_after_thirty_days_and_it_counts_no_more),
        ENTRY_TEST(who_was_answered_does_not_hold_the_same_entry_again),
        ENTRY_TEST(what_one_person_can_have_five_of_counts_as_one),
        ENTRY_TEST(one_account_flags_an_entry_once_whatever_it_has_of_addresses),
        ENTRY_TEST(flags_from_one_network_are_few),
        ENTRY_TEST(a_decision_has_a_reason_and_somebody_who_may),
        ENTRY_TEST(each_decision_is_told_to_those_it_concerns_once),
        ENTRY_TEST(what_was_taken_away_can_be_shown_again_and_stands_in_audit_and_log),
        ENTRY_TEST(an_appeal_is_ended_once_and_never_by_who_decided),
        ENTRY_TEST(a_decision_changed_before_the_second_look_settles_the_appeal_and_is_told),
        ENTRY_TEST(a_question_wants_somebody_to_answer_and_changes_nothing),
        ENTRY_TEST(nobody_says_corrected_of_what_did_not_change_since_the_question),
        ENTRY_TEST(nobody_answers_a_question_whose_case_was_decided),
        ENTRY_TEST(only_who_wrote_it_is_blocked_and_who_has_a_role_by_an_admin),
        ENTRY_TEST(a_block_ends_with_its_time_and_one_without_end_does_not),
        ENTRY_TEST(what_an_admin_blocked_is_let_in_again_by_an_admin_alone),
        ENTRY_TEST(the_time_of_a_block_does_not_lift_what_an_admin_blocked_since),
        ENTRY_TEST(a_moderator_cannot_publish_what_nobody_confirmed),
        ENTRY_TEST(what_is_held_stays_so_when_its_source_is_imported_again),
        ENTRY_TEST(the_oldest_waits_first_and_only_where_one_moderates),
        ENTRY_TEST(every_statement_can_be_prepared),
        ENTRY_TEST(from_a_blocked_network_nothing_is_brought_or_opened_and_reports_come_as_always),
        ENTRY_TEST(a_network_is_blocked_and_let_in_by_who_moderates_there_with_a_reason),
        ENTRY_TEST(from_where_an_entry_came_is_kept_of_new_accounts_alone_and_for_thirty_days),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
