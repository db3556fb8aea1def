/* Claims that try to get what is not theirs. */
#include "actor_fixture.h"

#include "domain/claim/claim_int.h"

#define DAY_MS INT64_C(86400000)
#define PLACED "\"kind\":\"initiative\",\"place\":{\"territory\":\"com-73065\"},"
#define MILL                                                                                       \
    "{\"id\":\"mill\"," PLACED "\"title\":\"Le moulin\",\"contacts\":["                            \
    "{\"kind\":\"website\",\"value\":\"https://www.lemoulin.example/\"},"                          \
    "{\"kind\":\"email\",\"value\":\"lea@gmail.com\",\"visibility\":\"team\"}]}"

static struct entry_id bring(struct entry_fixture *fixture, const char *json) {
    struct entry entry;
    assert_int_equal(entry_bring(fixture, json, &entry), ENTRY_ADDED);
    return entry.id;
}

/* As somebody's edit by hand leaves it. */
static void edit_contacts(struct entry_fixture *fixture, struct entry_id id, const char *json) {
    struct entry entry;
    struct entry stands;
    assert_int_equal(entry_load(fixture->store.conn, id, &fixture->arena, &stands), OK);
    assert_int_equal(entry_make(fixture, json, &entry), OK);
    stands.contacts = entry.contacts;
    stands.contact_count = entry.contact_count;
    assert_int_equal(entry_edit(fixture->store.conn, &fixture->store.ids, &stands,
                                SLICE("person:7"), SLICE_EMPTY, fixture->store.now_ms,
                                &fixture->problem),
                     OK);
}

static err ask(struct entry_fixture *fixture, const struct actor *actor, struct entry_id entry,
               enum claim_way way, const char *address, struct claim_asked *asked) {
    struct contribution_world world = world_of(fixture);
    const struct claim_ask wanted = {.actor = actor,
                                     .entry = entry,
                                     .way = way,
                                     .who = SLICE("Léa, trésorière"),
                                     .words = SLICE("Nous l’avons fondé."),
                                     .address = slice_from_cstr(address),
                                     .language = SLICE("fr")};
    fixture->problem = (struct problem){0};
    return claim_ask(fixture->store.conn, &world, &wanted, fixture->store.now_ms, &fixture->arena,
                     asked, &fixture->problem);
}

static err answer(struct entry_fixture *fixture, const struct claim_asked *asked, bool yes) {
    struct contribution_world world = world_of(fixture);
    struct claim_asked after;
    return claim_answer(fixture->store.conn, &world, slice_from_cstr(asked->link.text), yes,
                        fixture->store.now_ms, &fixture->arena, &after);
}

static err decide(struct entry_fixture *fixture, const struct actor *actor, int64_t id, bool given,
                  const char *reason) {
    struct contribution_world world = world_of(fixture);
    struct claim_asked after;
    return claim_decide(fixture->store.conn, &world, actor, id, given, slice_from_cstr(reason),
                        fixture->store.now_ms, &fixture->arena, &after, &fixture->problem);
}

/* How many the actor is shown, and whether others may follow. */
static size_t listed(struct entry_fixture *fixture, const struct actor *actor, bool is_given,
                     size_t room, bool *has_more) {
    struct contribution_world world = world_of(fixture);
    struct claim *list;
    size_t count;
    assert_int_equal(claims_for(fixture->store.conn, &world, actor, is_given, room, &fixture->arena,
                                &list, &count, has_more),
                     OK);
    return count;
}

static struct team_of_entry team_for(struct entry_fixture *fixture, struct entry_id entry,
                                     const struct actor *actor) {
    struct team_of_entry of;
    assert_int_equal(team_of_entry(fixture->store.conn, entry, actor->person, &of), OK);
    return of;
}

/* ---- RULE TEAM-4: what proves ---- */

static void an_account_at_the_entrys_own_site_has_it_at_once(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@lemoulin.example");
    struct claim_asked asked;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &asked), OK);
    assert_int_equal(asked.claim.state, CLAIM_GIVEN);
    assert_int_equal(asked.claim.way, CLAIM_BY_SITE);
    assert_true(slice_equal(asked.contact, SLICE("lea@gmail.com"))); /* is told */
    struct team_of_entry of = team_for(fixture, mill, &lea);
    assert_true(of.role == TEAM_LEAD && of.keeps);
    struct actor other = person_of(fixture, "max@lemoulin.example");
    assert_int_equal(ask(fixture, &other, mill, CLAIM_BY_SITE, "", &asked), ERR_CONFLICT);
}

static void the_site_proves_for_its_own_mail_and_for_no_other(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct {
        const char *site, *address;
        bool proves;
    } cases[] = {
        {"https://www.lemoulin.example/", "a@lemoulin.example", true},
        {"https://asso.lemoulin.example", "a@lemoulin.example", true}, /* the house */
        {"https://asso.lemoulin.example", "a@asso.lemoulin.example", true},
        {"https://www.lemoulin.asso.fr", "a@LEMOULIN.asso.fr", true},
        {"https://lemoulin.example/", "a@mail.lemoulin.example", false},
        {"https://lemoulin.example/", "a@lemoulin.example.evil.example", false},
        {"https://lemoulin.example/", "a@xlemoulin.example", false},
        {"https://directory.example/lemoulin", "a@directory.example", false}, /* a page */
        {"https://lemoulin.github.io/", "a@github.io", false},
        {"https://lemoulin.e-monsite.com/", "a@e-monsite.com", false},
        {"https://lemoulin.free.fr/", "a@free.fr", false},
        {"https://free.fr/", "a@free.fr", false},
        {"https://lemoulin.asso.fr/", "a@asso.fr", false},
        {"https://facebook.com/", "a@facebook.com", false},
        {"https://lemoulin.example:8080/", "a@lemoulin.example", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *json =
            arena_printf(&fixture->arena,
                         "{\"id\":\"site-%zu\"," PLACED "\"title\":\"Le moulin\",\"contacts\":"
                         "[{\"kind\":\"website\",\"value\":\"%s\"}]}",
                         i, cases[i].site)
                .p;
        struct claim_ways ways;
        assert_int_equal(
            claim_ways(fixture->store.conn, bring(fixture, json), &fixture->arena, &ways), OK);
        if (claim_is_at_site(&ways, slice_from_cstr(cases[i].address)) != cases[i].proves) {
            fail_msg("%s by %s", cases[i].site, cases[i].address);
        }
    }
}

static void what_somebody_wrote_into_the_entry_here_proves_nothing(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    edit_contacts(fixture, mill,
                  "{\"id\":\"mill\"," PLACED "\"title\":\"Le moulin\",\"contacts\":["
                  "{\"kind\":\"website\",\"value\":\"https://eve.example/\"},"
                  "{\"kind\":\"email\",\"value\":\"eve@evil.example\"}]}");
    struct actor eve = person_of(fixture, "eve@eve.example");
    struct claim_ways ways;
    struct claim_asked asked;
    assert_int_equal(claim_ways(fixture->store.conn, mill, &fixture->arena, &ways), OK);
    assert_int_equal(ways.site_count, 0);
    assert_int_equal(ways.contact.n, 0);
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_SITE, "eve@eve.example", &asked), ERR_INPUT);
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_CONTACT, "", &asked), ERR_INPUT);
    assert_string_equal(fixture->problem.field, "way");
    /* Nor does it once the source has lost the entry and found it again. */
    for (int again = 0; again < 2; again++) {
        assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, mill,
                                          again ? ENTRY_PUBLISHED : ENTRY_ARCHIVED,
                                          SLICE("import:test"), SLICE_EMPTY, fixture->store.now_ms),
                         OK);
    }
    assert_int_equal(claim_ways(fixture->store.conn, mill, &fixture->arena, &ways), OK);
    assert_int_equal(ways.site_count, 0);
    assert_int_equal(ways.contact.n, 0);
}

static void who_holds_the_contact_says_yes_once(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct claim_asked asked;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &asked), OK);
    assert_int_equal(asked.claim.state, CLAIM_WAITS);
    assert_true(slice_equal(asked.claim.address, SLICE("lea@gmail.com")));
    assert_int_equal(team_for(fixture, mill, &lea).id.v, 0);
    assert_int_equal(answer(fixture, &asked, true), OK);
    assert_int_equal(team_for(fixture, mill, &lea).role, TEAM_LEAD);
    assert_int_equal(answer(fixture, &asked, true), ERR_NOT_FOUND);
}

static void a_letter_that_is_too_old_or_replaced_gives_nothing(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct claim_asked first;
    struct claim_asked second;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &first), OK);
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &second), OK);
    assert_int_equal(answer(fixture, &first, true), ERR_NOT_FOUND);
    fixture->store.now_ms += CLAIM_LETTER_MS;
    assert_int_equal(answer(fixture, &second, true), ERR_NOT_FOUND);
    assert_int_equal(team_for(fixture, mill, &lea).id.v, 0);
}

static void two_claims_of_one_entry_give_one_team(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor max = person_of(fixture, "max@elsewhere.example");
    struct claim_asked first;
    struct claim_asked second;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &first), OK);
    assert_int_equal(ask(fixture, &max, mill, CLAIM_BY_SITE, "max@lemoulin.example", &second), OK);
    assert_int_equal(answer(fixture, &second, true), OK);
    assert_int_equal(answer(fixture, &first, true), ERR_CONFLICT);
    assert_int_equal(team_for(fixture, mill, &max).role, TEAM_LEAD);
}

/* ---- RULE TEAM-5: letters are few ---- */

static void who_was_refused_writes_no_second_letter(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor eve = person_of(fixture, "eve@evil.example");
    struct claim_asked asked;
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_CONTACT, "", &asked), OK);
    assert_int_equal(answer(fixture, &asked, false), OK);
    assert_int_equal(answer(fixture, &asked, true), ERR_NOT_FOUND);
    fixture->store.now_ms += 400 * DAY_MS;
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_CONTACT, "", &asked), ERR_LIMIT);
    assert_string_equal(fixture->problem.field, "refused");
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_WORD, "", &asked), OK);
}

static void letters_about_one_entry_are_few(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct claim_asked asked;
    for (int i = 0; i < CLAIM_LETTERS_ALL; i++) {
        struct actor one =
            person_of(fixture, arena_printf(&fixture->arena, "p%d@evil.example", i / 2).p);
        fixture->store.now_ms += DAY_MS;
        assert_int_equal(ask(fixture, &one, mill, CLAIM_BY_CONTACT, "", &asked), OK);
        if (i % CLAIM_LETTERS_OWN == 1) {
            assert_int_equal(ask(fixture, &one, mill, CLAIM_BY_CONTACT, "", &asked), ERR_LIMIT);
        }
    }
    struct actor last = person_of(fixture, "last@evil.example");
    assert_int_equal(ask(fixture, &last, mill, CLAIM_BY_CONTACT, "", &asked), ERR_LIMIT);
    assert_string_equal(fixture->problem.field, "tries");
    fixture->store.now_ms += CLAIM_LETTERS_MS;
    assert_int_equal(ask(fixture, &last, mill, CLAIM_BY_CONTACT, "", &asked), OK);
}

static void one_account_claims_ten_a_day(void **state) {
    struct entry_fixture *fixture = *state;
    struct actor eve = person_of(fixture, "eve@evil.example");
    struct claim_asked asked;
    for (int i = 0; i <= 10; i++) {
        struct entry_id entry =
            bring(fixture, arena_printf(&fixture->arena,
                                        "{\"id\":\"e%d\"," PLACED "\"title\":\"Le moulin\"}", i)
                               .p);
        assert_int_equal(ask(fixture, &eve, entry, CLAIM_BY_WORD, "", &asked),
                         i < 10 ? OK : ERR_LIMIT);
    }
}

/* ---- by a word, and back ---- */

static void only_a_role_where_it_stands_decides_and_never_its_own(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "dep-73");
    struct actor far = role_of(fixture, "f@elsewhere.example", PERSON_MODERATOR, "com-73096");
    struct claim_asked asked;
    bool has_more;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_WORD, "", &asked), OK);
    int64_t id = asked.claim.id;
    assert_int_equal(listed(fixture, &far, false, 50, &has_more), 0);
    assert_int_equal(listed(fixture, &steward, false, 50, &has_more), 1);
    assert_false(has_more);
    assert_int_equal(decide(fixture, &lea, id, true, "Oui."), ERR_DENIED);
    assert_int_equal(decide(fixture, &far, id, true, "Oui."), ERR_DENIED);
    assert_int_equal(decide(fixture, &steward, id, true, " "), ERR_INPUT);
    assert_int_equal(decide(fixture, &steward, id, true, "Vue à l’assemblée."), OK);
    assert_int_equal(team_for(fixture, mill, &lea).role, TEAM_LEAD);
    assert_int_equal(decide(fixture, &steward, id, true, "Oui."), ERR_CONFLICT);
    struct entry_id other = bring(fixture, "{\"id\":\"o\"," PLACED "\"title\":\"Le four\"}");
    assert_int_equal(ask(fixture, &steward, other, CLAIM_BY_WORD, "", &asked), OK);
    assert_int_equal(decide(fixture, &steward, asked.claim.id, true, "Moi."), ERR_DENIED);
}

static void lists_of_claims_end_somewhere_and_say_so(void **state) {
    struct entry_fixture *fixture = *state;
    static const struct db_statement many = {
        "many", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) "
                "INSERT INTO claim (id, entry_id, person_id, way, who, words, address, language, "
                "digest, at_ms, state, ended_ms, by_person_id, answer, team_id) SELECT i, "
                "claim.entry_id, person_id, way, who, words, address, language, digest, 0, state, "
                "ended_ms, by_person_id, answer, team_id FROM n, claim WHERE claim.id = $1"};
    static const struct db_catalogue catalogue = {"test", &many, 1};
    struct entry_id mill = bring(fixture, MILL);
    struct entry_id oven = bring(fixture, "{\"id\":\"o\",\"kind\":\"initiative\",\"place\":{"
                                          "\"territory\":\"com-73096\"},\"title\":\"Le four\"}");
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "com-73065");
    struct claim_asked asked;
    bool has_more;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_WORD, "", &asked), OK);
    assert_int_equal(listed(fixture, &steward, false, 1, &has_more), 1);
    assert_false(has_more);
    assert_int_equal(listed(fixture, &steward, false, 0, &has_more), 0);
    assert_true(has_more);
    /* Before it stand those of another commune, up to the last that is looked at, and one more. */
    assert_int_equal(ask(fixture, &lea, oven, CLAIM_BY_WORD, "", &asked), OK);
    struct db_query *query = db_query(fixture->store.conn, &catalogue, 0);
    db_bind_i64(query, 1, asked.claim.id);
    db_bind_i64(query, 2, CLAIM_LOOK_MAX - 1);
    assert_int_equal(db_run(query), OK);
    assert_int_equal(listed(fixture, &steward, false, 50, &has_more), 1);
    assert_true(has_more); /* the one of the oven that was asked last */
    assert_int_equal(claims_forget(fixture->store.conn, lea.person, fixture->store.now_ms), OK);
    assert_int_equal(listed(fixture, &steward, false, 50, &has_more), 0);
    assert_false(has_more);
}

static void what_was_given_wrongly_is_taken_back_and_the_entry_is_open_again(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor eve = person_of(fixture, "eve@lemoulin.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "");
    struct contribution_world world = world_of(fixture);
    struct claim_asked asked;
    enum contribution_may may;
    struct actor other = person_of(fixture, "other@elsewhere.example");
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_SITE, "", &asked), OK);
    assert_int_equal(contribution_may(fixture->store.conn, &world, &other, mill, &may), OK);
    assert_int_equal(may, CONTRIBUTION_MAY_SUGGEST);
    assert_int_equal(decide(fixture, &steward, asked.claim.id, false, "Ancien salarié."), OK);
    assert_int_equal(team_for(fixture, mill, &eve).id.v, 0);
    assert_int_equal(contribution_may(fixture->store.conn, &world, &other, mill, &may), OK);
    assert_int_equal(may, CONTRIBUTION_MAY_EDIT);
    assert_int_equal(decide(fixture, &steward, asked.claim.id, false, "Encore."), ERR_CONFLICT);
}

static void a_team_that_came_by_another_way_is_not_taken_back_with_an_old_claim(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor eve = person_of(fixture, "eve@lemoulin.example");
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "");
    struct claim_asked asked;
    struct team_id id;
    assert_int_equal(ask(fixture, &eve, mill, CLAIM_BY_SITE, "", &asked), OK);
    assert_int_equal(team_leave(fixture->store.conn, asked.claim.team, eve.person), OK);
    assert_int_equal(team_begin(fixture->store.conn, &fixture->store.ids, mill, lea.person,
                                SLICE_EMPTY, fixture->store.now_ms, &id),
                     OK);
    assert_int_equal(decide(fixture, &steward, asked.claim.id, false, "Non."), ERR_CONFLICT);
    assert_int_equal(team_for(fixture, mill, &lea).role, TEAM_LEAD);
}

static void what_the_team_edits_the_source_does_not_overwrite(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct actor lea = person_of(fixture, "lea@lemoulin.example");
    struct claim_asked asked;
    struct entry again;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_SITE, "", &asked), OK);
    edit_contacts(fixture, mill,
                  "{\"id\":\"mill\"," PLACED "\"title\":\"Le moulin\",\"contacts\":["
                  "{\"kind\":\"email\",\"value\":\"nous@lemoulin.example\"}]}");
    assert_int_equal(
        entry_bring(fixture, "{\"id\":\"mill\"," PLACED "\"title\":\"Le vieux moulin\"}", &again),
        ENTRY_HELD);
    assert_int_equal(entry_load(fixture->store.conn, mill, &fixture->arena, &again), OK);
    assert_true(slice_equal(again.title, SLICE("Le moulin")));
    assert_int_equal(again.contact_count, 1);
}

static void what_was_said_is_forgotten_after_its_end_and_with_the_account(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct entry_id oven = bring(fixture, "{\"id\":\"o\"," PLACED "\"title\":\"Le four\"}");
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "");
    struct contribution_world world = world_of(fixture);
    struct claim_asked asked;
    struct claim claim;
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &asked), OK);
    fixture->store.now_ms += CLAIM_LETTER_MS;
    assert_int_equal(claim_sweep(fixture->store.conn, fixture->store.now_ms), OK);
    assert_int_equal(
        claim_load(fixture->store.conn, &world, &steward, asked.claim.id, &fixture->arena, &claim),
        OK);
    assert_int_equal(claim.state, CLAIM_OVER);
    assert_true(claim.who.n > 0);
    fixture->store.now_ms += CLAIM_KEPT_MS;
    assert_int_equal(claim_sweep(fixture->store.conn, fixture->store.now_ms), OK);
    assert_int_equal(
        claim_load(fixture->store.conn, &world, &steward, asked.claim.id, &fixture->arena, &claim),
        OK);
    assert_true(claim.who.n == 0 && claim.words.n == 0 && claim.address.n == 0);
    const struct {
        struct entry_id entry;
        enum claim_way way;
    } waiting[] = {{oven, CLAIM_BY_WORD}, {mill, CLAIM_BY_CONTACT}};
    int64_t ids[ARRAY_COUNT(waiting)];
    for (size_t i = 0; i < ARRAY_COUNT(waiting); i++) {
        assert_int_equal(ask(fixture, &lea, waiting[i].entry, waiting[i].way, "", &asked), OK);
        ids[i] = asked.claim.id;
    }
    assert_int_equal(claims_forget(fixture->store.conn, lea.person, fixture->store.now_ms), OK);
    assert_int_equal(answer(fixture, &asked, true), ERR_NOT_FOUND); /* the letter is good no more */
    for (size_t i = 0; i < ARRAY_COUNT(waiting); i++) {
        assert_int_equal(
            claim_load(fixture->store.conn, &world, &steward, ids[i], &fixture->arena, &claim), OK);
        assert_int_equal(claim.state, CLAIM_OVER);
        assert_true(claim.who.n == 0 && claim.words.n == 0 && claim.address.n == 0);
    }
    assert_int_equal(db_catalogue_check(fixture->store.conn, &claim_catalogue, &fixture->problem),
                     OK);
}

/* RULE TEAM-5 */
static void who_claims_reads_all_of_it_but_the_address_that_is_shown_to_nobody(void **state) {
    struct entry_fixture *fixture = *state;
    struct entry_id mill = bring(fixture, MILL);
    struct entry_id oven = bring(fixture, "{\"id\":\"o\"," PLACED "\"title\":\"Le four\"}");
    struct actor lea = person_of(fixture, "lea@elsewhere.example");
    struct actor steward = role_of(fixture, "s@elsewhere.example", PERSON_STEWARD, "");
    BUF_CLEANUP struct buf json = buf_new(1u << 16);
    struct claim_asked asked;
    assert_int_equal(ask(fixture, &lea, oven, CLAIM_BY_WORD, "", &asked), OK);
    assert_int_equal(decide(fixture, &steward, asked.claim.id, false, "Pas \"vous\"."), OK);
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_CONTACT, "", &asked), OK);
    assert_int_equal(ask(fixture, &lea, mill, CLAIM_BY_SITE, "lea@lemoulin.example", &asked), OK);
    assert_int_equal(claims_to_json(fixture->store.conn, lea.person, &json), OK);
    static const char *const parts[] = {
        "\"way\":\"word\",\"state\":\"refused\"", "\"answer\":\"Pas \\\"vous\\\".\"",
        "\"way\":\"contact\",\"state\":\"over\"", "\"way\":\"site\",\"state\":\"waits\"",
        "\"address\":\"lea@lemoulin.example\""};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (!slice_contains(buf_slice(&json), slice_from_cstr(parts[i]))) {
            fail_msg("%s is not in %.*s", parts[i], SLICE_ARG(buf_slice(&json)));
        }
    }
    assert_false(slice_contains(buf_slice(&json), SLICE("gmail.com")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(an_account_at_the_entrys_own_site_has_it_at_once),
        ENTRY_TEST(the_site_proves_for_its_own_mail_and_for_no_other),
        ENTRY_TEST(what_somebody_wrote_into_the_entry_here_proves_nothing),
        ENTRY_TEST(who_holds_the_contact_says_yes_once),
        ENTRY_TEST(a_letter_that_is_too_old_or_replaced_gives_nothing),
        ENTRY_TEST(two_claims_of_one_entry_give_one_team),
        ENTRY_TEST(who_was_refused_writes_no_second_letter),
        ENTRY_TEST(letters_about_one_entry_are_few),
        ENTRY_TEST(one_account_claims_ten_a_day),
        ENTRY_TEST(only_a_role_where_it_stands_decides_and_never_its_own),
        ENTRY_TEST(lists_of_claims_end_somewhere_and_say_so),
        ENTRY_TEST(who_claims_reads_all_of_it_but_the_address_that_is_shown_to_nobody),
        ENTRY_TEST(what_was_given_wrongly_is_taken_back_and_the_entry_is_open_again),
        ENTRY_TEST(a_team_that_came_by_another_way_is_not_taken_back_with_an_old_claim),
        ENTRY_TEST(what_the_team_edits_the_source_does_not_overwrite),
        ENTRY_TEST(what_was_said_is_forgotten_after_its_end_and_with_the_account),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
