/* Accounts: proved addresses, sessions, roles, leaving. */
#include "store_fixture.h"

#include "domain/person/person.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static struct person_network network_of(struct store_fixture *fixture, const char *text) {
    struct ip_address address;
    struct person_network network;
    assert_true(address_parse(slice_from_cstr(text), &address));
    assert_int_equal(person_network_of(fixture->conn, &address, &network), OK);
    return network;
}

static err ask(struct store_fixture *fixture, const char *address, const char *from,
               struct person_letter *letter) {
    struct problem problem = {0};
    return person_ask(fixture->conn,
                      &(struct person_ask){.address = slice_from_cstr(address),
                                           .purpose = PERSON_TO_SIGN_IN,
                                           .next = SLICE("/account"),
                                           .network = network_of(fixture, from)},
                      fixture->now_ms, letter, &problem);
}

static err use_link(struct store_fixture *fixture, const struct person_letter *letter,
                    struct arena *arena, struct person_proof *proof) {
    return person_link_use(fixture->conn, slice_from_cstr(letter->link.text), fixture->now_ms,
                           arena, proof);
}

static err use_code(struct store_fixture *fixture, const char *browser, const char *code,
                    struct arena *arena, struct person_proof *proof) {
    struct person_network network = network_of(fixture, "192.0.2.1");
    return person_code_use(fixture->conn, slice_from_cstr(browser), slice_from_cstr(code), &network,
                           fixture->now_ms, arena, proof);
}

static struct person_id enter(struct store_fixture *fixture, const char *address) {
    struct person_network network = network_of(fixture, "192.0.2.1");
    struct person_id id = {0};
    bool is_new;
    struct problem problem = {0};
    assert_int_equal(person_enter(fixture->conn, &fixture->ids, slice_from_cstr(address),
                                  SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem),
                     OK);
    return id;
}

static struct actor actor_of(struct store_fixture *fixture, const struct crypto_secret *secret,
                             struct arena *arena) {
    struct actor actor;
    assert_int_equal(person_session_find(fixture->conn, slice_from_cstr(secret->text),
                                         fixture->now_ms, arena, &actor),
                     OK);
    return actor;
}

static struct crypto_secret begin(struct store_fixture *fixture, struct person_id id) {
    struct crypto_secret secret;
    assert_int_equal(person_session_begin(fixture->conn, id, SLICE("Firefox, Android"),
                                          fixture->now_ms, &secret),
                     OK);
    return secret;
}

/* ---- proving an address ---- */

/* RULE PERSON-2 */
static void a_link_is_good_once_and_for_half_an_hour(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_letter letter;
    struct person_proof proof;
    assert_int_equal(ask(fixture, "anna@example.org", "192.0.2.1", &letter), OK);
    assert_int_equal(person_link_look(fixture->conn, slice_from_cstr(letter.link.text),
                                      fixture->now_ms, &arena, &proof),
                     OK);
    assert_slice(proof.address, "anna@example.org");
    assert_slice(proof.next, "/account");
    assert_int_equal(use_link(fixture, &letter, &arena, &proof), OK);
    assert_int_equal(use_link(fixture, &letter, &arena, &proof), ERR_NOT_FOUND);
    assert_int_equal(use_code(fixture, letter.browser.text, letter.code.text, &arena, &proof),
                     ERR_NOT_FOUND); /* the code went with its link */

    assert_int_equal(ask(fixture, "anna@example.org", "192.0.2.1", &letter), OK);
    fixture->now_ms += 30 * MINUTE_MS - 1;
    assert_int_equal(person_link_look(fixture->conn, slice_from_cstr(letter.link.text),
                                      fixture->now_ms, &arena, &proof),
                     OK);
    fixture->now_ms += 1;
    assert_int_equal(use_link(fixture, &letter, &arena, &proof), ERR_NOT_FOUND);
}

/* RULE PERSON-2 */
static void a_code_is_good_in_the_browser_that_asked_and_for_five_tries(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_letter letter, other;
    struct person_proof proof;
    assert_int_equal(ask(fixture, "anna@example.org", "192.0.2.1", &letter), OK);
    assert_int_equal(ask(fixture, "eve@example.org", "192.0.2.9", &other), OK);
    assert_int_equal(use_code(fixture, other.browser.text, letter.code.text, &arena, &proof),
                     ERR_DENIED);
    assert_int_equal(use_code(fixture, "", letter.code.text, &arena, &proof), ERR_NOT_FOUND);
    for (int tries = 1; tries <= 4; tries++) {
        assert_int_equal(use_code(fixture, letter.browser.text, "2222-2222", &arena, &proof),
                         ERR_DENIED);
    }
    assert_int_equal(use_code(fixture, letter.browser.text, "not a code", &arena, &proof),
                     ERR_NOT_FOUND);
    assert_int_equal(use_code(fixture, letter.browser.text, letter.code.text, &arena, &proof),
                     ERR_NOT_FOUND);

    assert_int_equal(ask(fixture, "anna@example.org", "192.0.2.1", &letter), OK);
    assert_int_equal(use_code(fixture, letter.browser.text, letter.code.text, &arena, &proof), OK);
    assert_slice(proof.address, "anna@example.org");
}

/* RULE PERSON-1 */
static void letters_to_an_address_are_few_whoever_asks_for_them(void **state) {
    struct store_fixture *fixture = *state;
    struct person_letter letter;
    for (int i = 0; i < 6; i++) {
        char from[32];
        snprintf(from, sizeof from, "198.51.%d.1", i);
        assert_int_equal(ask(fixture, "anna@example.org", from, &letter), OK);
    }
    assert_int_equal(ask(fixture, "anna@example.org", "198.51.100.1", &letter), ERR_LIMIT);
    assert_int_equal(ask(fixture, "ben@example.org", "198.51.100.1", &letter), OK);
    fixture->now_ms += HOUR_MS;
    assert_int_equal(ask(fixture, "anna@example.org", "198.51.100.1", &letter), OK);
}

/* RULE PERSON-1 */
static void ten_thousand_accounts_from_one_network_are_forty_a_day(void **state) {
    struct store_fixture *fixture = *state;
    int made = 0;
    for (int i = 0; i < 10000; i++) {
        char from[32], address[64];
        snprintf(from, sizeof from, "203.0.113.%d", i % 256);
        snprintf(address, sizeof address, "robot%d@example.org", i);
        struct person_network network = network_of(fixture, from);
        struct person_id id;
        bool is_new;
        struct problem problem = {0};
        err entered = person_enter(fixture->conn, &fixture->ids, slice_from_cstr(address),
                                   SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem);
        assert_true(entered == OK || entered == ERR_LIMIT);
        made += entered == OK;
    }
    assert_int_equal(made, 40);
    enter(fixture, "anna@example.org"); /* another network is not touched by it */
}

static void networks_are_told_apart_without_being_kept(void **state) {
    struct store_fixture *fixture = *state;
    struct person_network here = network_of(fixture, "192.0.2.1");
    struct person_network beside = network_of(fixture, "192.0.2.200");
    struct person_network elsewhere = network_of(fixture, "192.0.3.1");
    assert_true(crypto_digest_same(&here.key, &beside.key));
    assert_false(crypto_digest_same(&here.key, &elsewhere.key));
    here = network_of(fixture, "2001:db8:1:2::1");
    beside = network_of(fixture, "2001:db8:1:ffff::1");
    elsewhere = network_of(fixture, "2001:db8:2::1");
    assert_true(crypto_digest_same(&here.key, &beside.key));
    assert_false(crypto_digest_same(&here.key, &elsewhere.key));
}

static void an_address_is_one_account(void **state) {
    struct store_fixture *fixture = *state;
    struct person_id anna = enter(fixture, "anna@example.org");
    struct person_id ben = enter(fixture, "ben@example.org");
    assert_int_equal(enter(fixture, "anna@example.org").v, anna.v);
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    assert_slice(person_address_fold(SLICE("Anna@Éxample.ORG"), &arena), "anna@Éxample.org");
    assert_int_not_equal(anna.v, ben.v);
    assert_int_equal(
        person_address_add(fixture->conn, ben, SLICE("anna@example.org"), fixture->now_ms),
        ERR_CONFLICT);
    assert_int_equal(person_address_remove(fixture->conn, anna, SLICE("anna@example.org")),
                     ERR_CONFLICT);
    assert_int_equal(
        person_address_add(fixture->conn, anna, SLICE("a@example.com"), fixture->now_ms), OK);
    assert_int_equal(person_address_remove(fixture->conn, anna, SLICE("anna@example.org")), OK);
    assert_int_equal(enter(fixture, "a@example.com").v, anna.v);
}

/* ---- sessions ---- */

/* RULE PERSON-3 */
static void a_session_ends_after_sixty_days_or_when_its_owner_says_so(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct crypto_secret telephone = begin(fixture, anna);
    fixture->now_ms += DAY_MS;
    struct crypto_secret desk = begin(fixture, anna);
    assert_int_equal(actor_of(fixture, &telephone, &arena).person.v, anna.v);
    struct person_session *sessions;
    size_t count;
    assert_int_equal(
        person_sessions(fixture->conn, anna, fixture->now_ms, &arena, &sessions, &count), OK);
    assert_int_equal(count, 2);
    assert_slice(sessions[0].device, "Firefox, Android");
    fixture->now_ms += 59 * DAY_MS;
    assert_int_equal(actor_of(fixture, &telephone, &arena).person.v, 0);
    struct actor actor = actor_of(fixture, &desk, &arena);
    assert_int_equal(actor.person.v, anna.v);
    struct person_id ben = enter(fixture, "ben@example.org");
    assert_int_equal(person_session_end(fixture->conn, ben, &actor.session), OK);
    assert_int_equal(actor_of(fixture, &desk, &arena).person.v, anna.v); /* not his to end */
    assert_int_equal(person_session_end(fixture->conn, anna, &actor.session), OK);
    assert_int_equal(actor_of(fixture, &desk, &arena).person.v, 0);
    static const char *const made_up[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < ARRAY_COUNT(made_up); i++) {
        assert_int_equal(person_session_find(fixture->conn, slice_from_cstr(made_up[i]),
                                             fixture->now_ms, &arena, &actor),
                         OK);
        assert_int_equal(actor.person.v, 0);
    }
}

/* RULE PERSON-4 */
static void a_proof_is_fresh_for_a_quarter_of_an_hour(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct crypto_secret secret = begin(fixture, enter(fixture, "anna@example.org"));
    assert_true(actor_of(fixture, &secret, &arena).is_proved);
    fixture->now_ms += 15 * MINUTE_MS;
    struct actor actor = actor_of(fixture, &secret, &arena);
    assert_false(actor.is_proved);
    secret = begin(fixture, actor.person); /* signed in once more */
    assert_true(actor_of(fixture, &secret, &arena).is_proved);
}

static void passwords_that_are_guessed_first_are_refused(void **state) {
    (void)state;
    static const char *const weak[] = {
        "aaaaaaaaaaaa",         "abcabcabcabc",         "abcdefghijklm",   "123456789012",
        "098765432109",         "azertyuiopqs",         "QwertyUiop123",   "motdepasse123",
        "Password1234",         "P\xc3\xa0ssword 1234", "JeTaimeJeTaime",  "lea.martin2024",
        "Martin-Martin-1",      "atelier-agora1",       "agoraagoraagora", "bonjour soleil",
        "azerty azerty azerty", "111111 222222 333",    "Printemps2026!",  "P@ssw0rd2026!",
        "4g0r4-4t3l13r",        "Novembre-2025-1",      "W1nter2024!!!",
    };
    static const char *const fine[] = {
        "une rivi\xc3\xa8re propre",    "Trois poules sur un mur", "kX7#pQ2!vM9z",
        "un orage en 1987 sur le toit", "4 poules, 3 oies, 1 coq", "le v\xc3\xa9lo de ma tante"};
    const slice known[] = {SLICE("Léa Martin"), SLICE("lea.martin@atelier.example"),
                           SLICE("Agora")};
    struct problem problem = {0};
    for (size_t i = 0; i < ARRAY_COUNT(weak); i++) {
        err checked =
            person_password_check(slice_from_cstr(weak[i]), known, ARRAY_COUNT(known), &problem);
        if (checked != ERR_CONFLICT) {
            fail_msg("%s is let through", weak[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(fine); i++) {
        err checked =
            person_password_check(slice_from_cstr(fine[i]), known, ARRAY_COUNT(known), &problem);
        if (checked != OK) {
            fail_msg("%s is refused", fine[i]);
        }
    }
}

static err named(struct store_fixture *fixture, struct person_id self, const char *name) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct problem problem = {0};
    return person_name_check(fixture->conn, self, slice_from_cstr(name), SLICE("Agora du Val"),
                             &arena, &problem);
}

/* RULE PERSON-8 */
static void nobody_is_called_like_the_site_or_who_has_a_role_here(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct problem problem = {0};
    struct person_id camille = enter(fixture, "camille@example.org");
    struct person_id other = enter(fixture, "other@example.org");
    struct person person;
    assert_int_equal(person_load(fixture->conn, camille, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE("Camille Martin");
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    assert_int_equal(named(fixture, other, "Camille Martin"), OK); /* she has no role */
    assert_int_equal(person_grant(fixture->conn, &fixture->ids, (struct person_id){0}, camille,
                                  PERSON_MODERATOR, SLICE_EMPTY, fixture->now_ms),
                     OK);
    static const char *const taken[] = {"Camille Martin",
                                        "CAMILLE  MARTIN",
                                        "Carnille Martin",
                                        "Cam\xd1\x96lle Martin",
                                        "\xe2\x80\xae"
                                        "Camille Martin",
                                        "Camille\xe2\x80\x8b Martin",
                                        "camille-martin",
                                        "Agora du Val",
                                        "\xd0\x90g0ra du Val",
                                        "Agora Val",
                                        "L\xe2\x80\x99\xc3\xa9quipe Agora du Val",
                                        "Mod\xc3\xa9ration",
                                        "Admin",
                                        "M\xd0\xbe"
                                        "d\xc3\xa9ration Agora",
                                        "Administrateur du Val"};
    for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
        if (named(fixture, other, taken[i]) != ERR_CONFLICT ||
            named(fixture, (struct person_id){0}, taken[i]) != ERR_CONFLICT) {
            fail_msg("%s is let through", taken[i]);
        }
    }
    static const char *const fine[] = {"",
                                       "Camille",
                                       "Camille Martinet",
                                       "Val",
                                       "L\xc3\xa9"
                                       "a du Val",
                                       "Club Agora",
                                       "Modeste",
                                       "\xd0\x98\xd1\x80\xd0\xb8\xd0\xbd\xd0\xb0"};
    for (size_t i = 0; i < ARRAY_COUNT(fine); i++) {
        if (named(fixture, other, fine[i]) != OK) {
            fail_msg("%s is refused", fine[i]);
        }
    }
    assert_int_equal(named(fixture, camille, "Agora du Val"), OK); /* speaks for it */
}

/* RULE PERSON-3 */
static void a_new_password_ends_the_other_sessions(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct crypto_secret thief = begin(fixture, anna);
    struct crypto_secret own = begin(fixture, anna);
    struct actor actor = actor_of(fixture, &own, &arena);
    struct problem problem = {0};
    assert_int_equal(person_password_check(SLICE("short"), NULL, 0, &problem), ERR_INPUT);
    assert_string_equal(problem.field, "password");
    assert_int_equal(person_password_check(SLICE("ééééééééééé"), NULL, 0, &problem), ERR_INPUT);
    assert_int_equal(person_password_check(SLICE("éàüœç-vélo-bleu"), NULL, 0, &problem), OK);
    assert_int_equal(person_password_set(fixture->conn, anna, SLICE("$argon2id$…"), &actor.session),
                     OK);
    assert_int_equal(actor_of(fixture, &thief, &arena).person.v, 0);
    assert_int_equal(actor_of(fixture, &own, &arena).person.v, anna.v);
    struct person_id found;
    slice hash;
    assert_int_equal(
        person_password_of(fixture->conn, SLICE("anna@example.org"), &arena, &found, &hash), OK);
    assert_slice(hash, "$argon2id$…");
    assert_int_equal(
        person_password_of(fixture->conn, SLICE("nobody@example.org"), &arena, &found, &hash), OK);
    assert_int_equal(found.v, 0);
    assert_int_equal(hash.n, 0);
}

/* ---- what one says of oneself ---- */

static void a_field_is_seen_by_whom_its_owner_chose(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct person_id ben = enter(fixture, "ben@example.org");
    struct problem problem = {0};
    struct person person;
    assert_int_equal(person_load(fixture->conn, anna, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE(" Anna\xe2\x80\xae nnA ");
    person.fields[PERSON_ABOUT].text = SLICE("Je répare\ndes vélos.");
    person.fields[PERSON_ABOUT].visibility = PERSON_MEMBERS;
    person.fields[PERSON_SKILLS].text = SLICE("soudure");
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    assert_int_equal(person_load(fixture->conn, anna, &arena, &person), OK);
    const struct person_id nobody = {0};
    assert_slice(person_shown(&person, PERSON_NAME, nobody), "Anna nnA"); /* no direction mark */
    assert_slice(person_shown(&person, PERSON_ABOUT, nobody), "");
    assert_slice(person_shown(&person, PERSON_ABOUT, ben), "Je répare\ndes vélos.");
    assert_slice(person_shown(&person, PERSON_SKILLS, ben), "");
    assert_slice(person_shown(&person, PERSON_SKILLS, anna), "soudure");
    char long_name[PERSON_NAME_MAX + 2];
    memset(long_name, 'a', sizeof long_name);
    person.fields[PERSON_NAME].text = slice_of(long_name, PERSON_NAME_MAX + 1);
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), ERR_LIMIT);
    assert_string_equal(problem.field, "name");
    person.fields[PERSON_NAME].text = SLICE("An\nna");
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), ERR_INPUT);
}

/* ---- power ---- */

static void power_wants_an_admin_a_proof_and_a_reason(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct db_conn *conn = fixture->conn;
    int64_t now_ms = fixture->now_ms;
    struct person_id anna = enter(fixture, "anna@example.org");
    struct person_id ben = enter(fixture, "ben@example.org");
    struct actor admin = {.person = anna, .is_proved = true};
    const struct actor member = {.person = ben, .is_proved = true};
    const struct actor nobody = {.is_proved = true};
    struct problem problem = {0};
    struct person_power power = {.act = PERSON_POWER_GRANT,
                                 .person = ben,
                                 .role = PERSON_MODERATOR,
                                 .territory = SLICE_EMPTY,
                                 .reason = SLICE(" ")};
    assert_int_equal(person_power_use(conn, &fixture->ids, &admin, &power, now_ms, &problem),
                     ERR_DENIED);
    assert_int_equal(person_grant(conn, &fixture->ids, (struct person_id){0}, anna, PERSON_ADMIN,
                                  SLICE_EMPTY, now_ms),
                     OK);
    assert_int_equal(person_power_use(conn, &fixture->ids, &nobody, &power, now_ms, &problem),
                     ERR_DENIED);
    assert_int_equal(person_power_use(conn, &fixture->ids, &member, &power, now_ms, &problem),
                     ERR_DENIED);
    assert_int_equal(person_power_use(conn, &fixture->ids, &admin, &power, now_ms, &problem),
                     ERR_INPUT);
    assert_string_equal(problem.field, "reason");
    power.reason = SLICE(" Elle connaît le lac. ");
    admin.is_proved = false;
    assert_int_equal(person_power_use(conn, &fixture->ids, &admin, &power, now_ms, &problem),
                     ERR_DENIED);
    assert_string_equal(problem.field, "proof");
    admin.is_proved = true;
    assert_int_equal(person_power_use(conn, &fixture->ids, &admin, &power, now_ms, &problem), OK);
    assert_int_equal(person_power_use(conn, &fixture->ids, &admin, &power, now_ms, &problem),
                     ERR_CONFLICT);
    struct person_act *acts;
    size_t count;
    const struct person_acts_filter filter = {
        .act = SLICE("grant"), .object = SLICE_EMPTY, .by = anna, .has_by = true};
    assert_int_equal(person_acts_find(conn, &filter, 10, &arena, &acts, &count), OK);
    assert_int_equal(count, 1);
    assert_slice(acts[0].reason, "Elle connaît le lac.");
}

/* RULE PERSON-6 */
static void an_admin_is_one_of_the_whole_instance(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    assert_int_equal(person_grant(fixture->conn, &fixture->ids, (struct person_id){0}, anna,
                                  PERSON_ADMIN, SLICE("dep-73"), fixture->now_ms),
                     ERR_INPUT);
    /* One of an older program's store is none either. */
    static const struct db_statement statement = {
        "old admin", "INSERT INTO person_role (id, person_id, role, territory, at_ms) "
                     "VALUES (1, $1, 3, 'dep-73', 1)"};
    static const struct db_catalogue catalogue = {"test", &statement, 1};
    struct db_query *query = db_query(fixture->conn, &catalogue, 0);
    db_bind_i64(query, 1, anna.v);
    assert_int_equal(db_run(query), OK);
    struct crypto_secret secret = begin(fixture, anna);
    assert_int_equal(actor_of(fixture, &secret, &arena).roles, 0);
}

static void people_are_found_by_a_part_of_their_name_or_their_whole_address(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person person;
    struct person_listed *list;
    struct problem problem = {0};
    size_t count;
    struct person_id anna = enter(fixture, "anna@example.org");
    assert_int_equal(person_load(fixture->conn, anna, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE("Anna 100%");
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    static const struct {
        const char *words;
        size_t count;
    } rows[] = {{"nna", 1},
                {"ANNA 100%", 1},
                {"%", 1},
                {"_", 0},
                {"", 0},
                {"ben", 0},
                {"Anna@Example.org", 1},
                {"@example.org", 0},
                {"anna@example", 0},
                {"elodie", 1},
                {"ÉLO", 1},
                {"Œuf", 1},
                {"\u0301", 0}};
    struct person_id elodie = enter(fixture, "elodie@example.org");
    assert_int_equal(person_load(fixture->conn, elodie, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE("Élodie d’Oeuf");
    person.fields[PERSON_NAME].visibility = PERSON_PRIVATE;
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    bool has_more;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(person_search(fixture->conn, slice_from_cstr(rows[i].words), 5, &arena,
                                       &list, &count, &has_more),
                         OK);
        assert_int_equal(count, rows[i].count);
        assert_false(has_more);
    }
    assert_int_equal(person_search(fixture->conn, SLICE("n"), 0, &arena, &list, &count, &has_more),
                     OK);
    assert_true(has_more);
}

static void roles_are_given_and_taken_and_each_act_is_kept(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct person_id ben = enter(fixture, "ben@example.org");
    const struct person_id command_line = {0};
    struct db_conn *conn = fixture->conn;
    int64_t now_ms = fixture->now_ms;
    assert_int_equal(
        person_grant(conn, &fixture->ids, command_line, anna, PERSON_ADMIN, SLICE_EMPTY, now_ms),
        OK);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(person_grant(conn, &fixture->ids, anna, ben, PERSON_STEWARD,
                                      SLICE("com-73065"), now_ms),
                         OK);
    }
    struct crypto_secret secret = begin(fixture, ben);
    assert_int_equal(actor_of(fixture, &secret, &arena).roles, 1u << PERSON_STEWARD);
    assert_int_equal(
        person_revoke(conn, &fixture->ids, ben, anna, PERSON_ADMIN, SLICE_EMPTY, now_ms),
        ERR_CONFLICT); /* the last admin */
    assert_int_equal(person_delete(conn, &fixture->ids, anna, now_ms), ERR_CONFLICT);
    assert_int_equal(person_block(conn, &fixture->ids, ben, anna, true, SLICE("x"), now_ms),
                     ERR_CONFLICT);
    assert_int_equal(
        person_revoke(conn, &fixture->ids, anna, ben, PERSON_STEWARD, SLICE("com-73065"), now_ms),
        OK);
    struct person_act *acts;
    size_t count;
    assert_int_equal(
        person_acts_find(conn,
                         &(struct person_acts_filter){.act = SLICE_EMPTY, .object = SLICE_EMPTY},
                         10, &arena, &acts, &count),
        OK);
    assert_int_equal(count, 3);
    assert_slice(acts[0].act, "revoke");
    assert_int_equal(acts[0].by.v, anna.v);
    char object[64];
    snprintf(object, sizeof object, "person:%lld steward com-73065", (long long)ben.v);
    assert_slice(acts[1].object, object);
    assert_int_equal(acts[2].by.v, 0);
    for (int role = PERSON_STEWARD; role < PERSON_ROLE__COUNT; role++) {
        enum person_role read = PERSON_ROLE__COUNT;
        assert_true(person_role_from_slug(person_role_slug((enum person_role)role), &read));
        assert_int_equal(read, role);
    }
}

static void who_is_blocked_is_signed_out_and_stays_out(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct person_id ben = enter(fixture, "ben@example.org");
    assert_int_equal(person_grant(fixture->conn, &fixture->ids, anna, anna, PERSON_ADMIN,
                                  SLICE_EMPTY, fixture->now_ms),
                     OK);
    struct crypto_secret secret = begin(fixture, ben);
    assert_int_equal(
        person_block(fixture->conn, &fixture->ids, anna, ben, true, SLICE("spam"), fixture->now_ms),
        OK);
    assert_int_equal(actor_of(fixture, &secret, &arena).person.v, 0);
    struct person_network network = network_of(fixture, "192.0.2.1");
    struct problem problem = {0};
    struct person_id id;
    bool is_new;
    assert_int_equal(person_enter(fixture->conn, &fixture->ids, SLICE("ben@example.org"),
                                  SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem),
                     ERR_DENIED);
    assert_int_equal(person_block(fixture->conn, &fixture->ids, anna, ben, false, SLICE("erreur"),
                                  fixture->now_ms),
                     OK);
    assert_int_equal(enter(fixture, "ben@example.org").v, ben.v);
}

/* ---- leaving ---- */

/* RULE PERSON-5 */
static void a_deleted_account_leaves_its_number_only(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_id anna = enter(fixture, "anna@example.org");
    struct crypto_secret secret = begin(fixture, anna);
    struct problem problem = {0};
    struct person person;
    assert_int_equal(person_load(fixture->conn, anna, &arena, &person), OK);
    person.fields[PERSON_NAME].text = SLICE("Anna");
    assert_int_equal(person_store(fixture->conn, &person, &arena, &problem), OK);
    BUF_CLEANUP struct buf json = buf_new(1 << 16);
    assert_int_equal(person_to_json(fixture->conn, anna, &arena, &json), OK);
    assert_true(slice_contains(buf_slice(&json), SLICE("\"anna@example.org\"")));
    assert_int_equal(person_delete(fixture->conn, &fixture->ids, anna, fixture->now_ms), OK);
    assert_int_equal(person_load(fixture->conn, anna, &arena, &person), OK);
    assert_int_equal(person.status, PERSON_DELETED);
    assert_int_equal(person.fields[PERSON_NAME].text.n, 0);
    assert_int_equal(actor_of(fixture, &secret, &arena).person.v, 0);
    struct person_id found;
    assert_int_equal(person_of_address(fixture->conn, SLICE("anna@example.org"), &found),
                     ERR_NOT_FOUND);
    assert_int_not_equal(enter(fixture, "anna@example.org").v, anna.v);
}

static void what_is_no_longer_needed_is_swept(void **state) {
    struct store_fixture *fixture = *state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct person_letter letter;
    struct crypto_secret secret = begin(fixture, enter(fixture, "anna@example.org"));
    assert_int_equal(ask(fixture, "anna@example.org", "192.0.2.1", &letter), OK);
    assert_int_equal(person_sweep(fixture->conn, fixture->now_ms), OK);
    struct person_proof proof;
    assert_int_equal(use_link(fixture, &letter, &arena, &proof), OK); /* nothing too early */
    assert_int_equal(actor_of(fixture, &secret, &arena).person.v == 0, 0);
    assert_int_equal(person_sweep(fixture->conn, fixture->now_ms + 61 * DAY_MS), OK);
    struct person_session *sessions;
    size_t count;
    assert_int_equal(person_sessions(fixture->conn, actor_of(fixture, &secret, &arena).person,
                                     fixture->now_ms, &arena, &sessions, &count),
                     OK);
    assert_int_equal(count, 0);
}

static void every_statement_can_be_prepared(void **state) {
    struct store_fixture *fixture = *state;
    struct problem problem = {0};
    assert_int_equal(db_catalogue_check(fixture->conn, &person_catalogue, &problem), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_link_is_good_once_and_for_half_an_hour),
        TEST(a_code_is_good_in_the_browser_that_asked_and_for_five_tries),
        TEST(letters_to_an_address_are_few_whoever_asks_for_them),
        TEST(ten_thousand_accounts_from_one_network_are_forty_a_day),
        TEST(networks_are_told_apart_without_being_kept),
        TEST(an_address_is_one_account),
        TEST(a_session_ends_after_sixty_days_or_when_its_owner_says_so),
        TEST(a_proof_is_fresh_for_a_quarter_of_an_hour),
        TEST(a_new_password_ends_the_other_sessions),
        TEST(passwords_that_are_guessed_first_are_refused),
        TEST(nobody_is_called_like_the_site_or_who_has_a_role_here),
        TEST(a_field_is_seen_by_whom_its_owner_chose),
        TEST(roles_are_given_and_taken_and_each_act_is_kept),
        TEST(power_wants_an_admin_a_proof_and_a_reason),
        TEST(an_admin_is_one_of_the_whole_instance),
        TEST(people_are_found_by_a_part_of_their_name_or_their_whole_address),
        TEST(who_is_blocked_is_signed_out_and_stays_out),
        TEST(a_deleted_account_leaves_its_number_only),
        TEST(what_is_no_longer_needed_is_swept),
        TEST(every_statement_can_be_prepared),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
