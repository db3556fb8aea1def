/* agora user: accounts and roles from the command line; the first admin of a host. */
#include <stdio.h>

#include "app/command.h"
#include "app/house.h"
#include "domain/moderation/moderation.h"
#include "domain/person/person.h"
#include "mail/mail.h"

#define PAGE_OF_ACCOUNTS 500

/* What an action works on, and what it has to say once the transaction holds. */
struct asked {
    struct house *house;
    slice address; /* folded */
    struct person_id person;
    enum person_role role;
    slice territory, reason, language;
    struct buf said;
    struct problem *problem;
};

/* ---- list ---- */

static err roles_print(struct house *house, struct person_id person, struct arena *arena) {
    struct person_grant *grants = NULL;
    size_t count = 0;
    TRY(person_grants(house->store, person, arena, &grants, &count));
    for (size_t i = 0; i < count; i++) {
        printf("  %.*s", SLICE_ARG(person_role_slug(grants[i].role)));
        if (grants[i].territory.n > 0) {
            printf("=%.*s", SLICE_ARG(grants[i].territory));
        }
    }
    return OK;
}

static err person_print(struct house *house, const struct person_listed *person,
                        struct arena *arena) {
    struct buf day BUF_CLEANUP = buf_new(64);
    struct person_address *addresses = NULL;
    size_t count = 0;
    time_format_rfc3339(person->created_ms / 1000 * 1000, &day);
    TRY(person_addresses(house->store, person->id, arena, &addresses, &count));
    printf("%s  %-7s  ", buf_cstr(&day), person->status == PERSON_BLOCKED ? "blocked" : "active");
    for (size_t i = 0; i < count; i++) {
        printf("%s%.*s", i > 0 ? "," : "", SLICE_ARG(addresses[i].address));
    }
    if (person->name.n > 0) { /* as a value: nothing in it moves a cursor */
        printf("  name=%s", log_quote(person->name).p);
    }
    TRY(roles_print(house, person->id, arena));
    putchar('\n');
    return OK;
}

static err list_print(struct house *house) {
    struct person_id after = {0};
    for (;;) {
        struct arena page ARENA_CLEANUP = arena_make(0, 0);
        struct person_listed *list = NULL;
        size_t count = 0;
        TRY(person_list(house->store, after, PAGE_OF_ACCOUNTS, &page, &list, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(person_print(house, &list[i], &page));
            after = list[i].id;
        }
        if (count < PAGE_OF_ACCOUNTS) {
            return OK;
        }
    }
}

/* ---- what writes ---- */

static err account_add(struct asked *asked) {
    bool is_new = false;
    TRY(person_enter(asked->house->store, &asked->house->ids, asked->address, asked->language, NULL,
                     clock_now_ms(asked->house->clock), &asked->person, &is_new, asked->problem));
    buf_addf(&asked->said, "%.*s %s\n", SLICE_ARG(asked->address),
             is_new ? "has an account now" : "had an account already");
    return OK;
}

static err role_grant(struct asked *asked) {
    TRY(person_grant(asked->house->store, &asked->house->ids, (struct person_id){0}, asked->person,
                     asked->role, asked->territory, clock_now_ms(asked->house->clock)));
    buf_addf(&asked->said, "%.*s is %.*s now\n", SLICE_ARG(asked->address),
             SLICE_ARG(person_role_slug(asked->role)));
    return OK;
}

static err last_admin(struct asked *asked, err failed) {
    return failed != ERR_CONFLICT
               ? failed
               : problem_set(asked->problem, ERR_CONFLICT, "",
                             "%.*s is the last admin; grant the role to somebody else first",
                             SLICE_ARG(asked->address));
}

static err role_revoke(struct asked *asked) {
    TRY(last_admin(asked, person_revoke(asked->house->store, &asked->house->ids,
                                        (struct person_id){0}, asked->person, asked->role,
                                        asked->territory, clock_now_ms(asked->house->clock))));
    buf_addf(&asked->said, "%.*s is %.*s no longer\n", SLICE_ARG(asked->address),
             SLICE_ARG(person_role_slug(asked->role)));
    return OK;
}

static err account_shut(struct asked *asked, bool is_blocked) {
    struct db_conn *store = asked->house->store;
    int64_t now_ms = clock_now_ms(asked->house->clock);
    TRY(last_admin(asked, person_block(store, &asked->house->ids, (struct person_id){0},
                                       asked->person, is_blocked, asked->reason, now_ms)));
    TRY(moderation_blocks_end(store, asked->person, !is_blocked, now_ms));
    buf_addf(&asked->said, "%.*s %s\n", SLICE_ARG(asked->address),
             is_blocked ? "is blocked; their sessions have ended" : "may sign in again");
    return OK;
}

static err account_block(struct asked *asked) {
    return account_shut(asked, true);
}

static err account_unblock(struct asked *asked) {
    return account_shut(asked, false);
}

/* The link a letter would have brought (RULE PERSON-2), for a host that sends none. */
static err link_make(struct asked *asked) {
    const struct person_ask ask = {.address = asked->address,
                                   .purpose = PERSON_TO_SIGN_IN,
                                   .next = SLICE_EMPTY,
                                   .is_host = true};
    const struct settings *settings = &asked->house->settings;
    struct person_letter letter;
    TRY(person_ask(asked->house->store, &ask, clock_now_ms(asked->house->clock), &letter,
                   asked->problem));
    buf_addf(&asked->said, "%s%.*s/sign-in/link/%s\n", settings->base_url.n > 0 ? "" : "http://",
             SLICE_ARG(settings->base_url.n > 0 ? settings->base_url : settings->listen),
             letter.link.text);
    return OK;
}

/* ---- the words ---- */

static const struct action {
    const char *name;
    err (*run)(struct asked *asked); /* NULL: list */
    bool needs_address, needs_account, needs_role, needs_reason;
} actions[] = {
    {.name = "list"},
    {.name = "add", .run = account_add, .needs_address = true},
    {.name = "grant",
     .run = role_grant,
     .needs_address = true,
     .needs_account = true,
     .needs_role = true},
    {.name = "revoke",
     .run = role_revoke,
     .needs_address = true,
     .needs_account = true,
     .needs_role = true},
    {.name = "block",
     .run = account_block,
     .needs_address = true,
     .needs_account = true,
     .needs_reason = true},
    {.name = "unblock",
     .run = account_unblock,
     .needs_address = true,
     .needs_account = true,
     .needs_reason = true},
    {.name = "link", .run = link_make, .needs_address = true},
};

static const struct action *action_find(slice name) {
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        if (slice_equal(slice_from_cstr(actions[i].name), name)) {
            return &actions[i];
        }
    }
    return NULL;
}

static err role_read(struct asked *asked, slice role) {
    if (!person_role_from_slug(role, &asked->role)) {
        return problem_set(asked->problem, ERR_INPUT, "",
                           "'%.*s' is no role; there are steward, moderator, helper and admin",
                           SLICE_ARG(role));
    }
    if (asked->territory.n > 0 && asked->role == PERSON_ADMIN) {
        return problem_set(asked->problem, ERR_INPUT, "--territory",
                           "an admin is one of the whole instance; leave --territory out");
    }
    if (asked->territory.n > 0 &&
        territories_find(asked->house->territories, asked->territory) == TERRITORY_NONE) {
        return problem_set(asked->problem, ERR_INPUT, "--territory",
                           "no territory has the code '%.*s'; 'agora territories' lists them",
                           SLICE_ARG(asked->territory));
    }
    return OK;
}

/* Checks the words of an action and finds who it is about. */
static err words_read(const struct action *action, const struct command_words *words,
                      struct asked *asked) {
    size_t needed = 1 + (size_t)action->needs_address + (size_t)action->needs_role;
    if (words->rest_count != needed) {
        return problem_set(asked->problem, ERR_INPUT, "", "it is 'agora user %s%s%s'", action->name,
                           action->needs_address ? " ADDRESS" : "",
                           action->needs_role ? " ROLE" : "");
    }
    if (action->needs_reason && asked->reason.n == 0) {
        return problem_set(asked->problem, ERR_INPUT, "",
                           "a reason is missing: --reason TEXT stands in the audit");
    }
    if (!action->needs_address) {
        return OK;
    }
    struct mail_address address;
    TRY(mail_address_parse(slice_from_cstr(words->rest[1]), &address, asked->problem));
    asked->address = person_address_fold(slice_of(address.text, address.n), &asked->house->arena);
    if (action->needs_role) {
        TRY(role_read(asked, slice_from_cstr(words->rest[2])));
    }
    if (!action->needs_account) {
        return OK;
    }
    err found = person_of_address(asked->house->store, asked->address, &asked->person);
    return found != ERR_NOT_FOUND
               ? found
               : problem_set(asked->problem, ERR_NOT_FOUND, "",
                             "no account has the address %.*s; 'agora user add' makes one",
                             SLICE_ARG(asked->address));
}

/* In a transaction of its own, beside a server or without; said once it holds. */
static err action_run(const struct action *action, const struct command_words *words,
                      struct asked *asked) {
    struct db_conn *store = asked->house->store;
    TRY(db_begin_write(store));
    err done = words_read(action, words, asked);
    done = done == OK ? action->run(asked) : done;
    done = done == OK ? asked->said.failed : done;
    done = done == OK ? db_commit(store) : done;
    if (done != OK) {
        db_rollback(store);
        return done;
    }
    fputs(buf_cstr(&asked->said), stdout);
    return OK;
}

static slice option_of(const struct command_words *words, const char *name) {
    const char *value = command_value(&command_user, words, name);
    return value == NULL ? SLICE_EMPTY : slice_trim(slice_from_cstr(value));
}

static int user_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    const struct action *action = action_find(slice_from_cstr(words->rest[0]));
    if (action == NULL) {
        problem_set(&problem, ERR_INPUT, "", "there is no '%s'; see 'agora user --help'",
                    words->rest[0]);
        return command_fail(&command_user, ERR_INPUT, &problem);
    }
    struct asked asked = {.house = &house,
                          .address = SLICE_EMPTY,
                          .territory = option_of(words, "--territory"),
                          .reason = option_of(words, "--reason"),
                          .language = option_of(words, "--language"),
                          .said = buf_new(PERSON_TEXT_MAX),
                          .problem = &problem};
    err failed =
        house_open(&house, command_value(&command_user, words, "--data"),
                   command_value(&command_user, words, "--config"), HOUSE_COMMAND, &problem);
    if (failed == OK && action->run != NULL) {
        failed = action_run(action, words, &asked);
    } else if (failed == OK) {
        failed = words_read(action, words, &asked);
        failed = failed == OK ? list_print(&house) : failed;
    }
    house_close(&house);
    buf_free(&asked.said);
    return failed == OK ? 0 : command_fail(&command_user, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--territory", "CODE", NULL, "of grant and revoke: the role holds there only"},
    {"--reason", "TEXT", NULL, "of block and unblock: why; it stands in the audit"},
    {"--language", "CODE", "fr", "of add: the language of letters, fr or en"},
};
const struct command command_user = {
    .name = "user",
    .rest = "list|add|grant|revoke|block|unblock|link [ADDRESS [ROLE]]",
    .rest_min = 1,
    .rest_max = 3,
    .help = "Accounts and roles: who may moderate, steward, administer.",
    .details =
        "agora user list                    accounts, in the order they were made\n"
        "agora user add ADDRESS             makes an account\n"
        "agora user grant ADDRESS ROLE      gives a role: steward, moderator, helper, admin\n"
        "agora user revoke ADDRESS ROLE     takes it back; the last admin stays\n"
        "agora user block ADDRESS           ends the sessions, nobody signs in; --reason\n"
        "agora user unblock ADDRESS         the reverse; --reason\n"
        "agora user link ADDRESS            a link that signs in, once and for 30 minutes, for a\n"
        "                                   host without mail\n\n"
        "Works beside a running server. What is done here stands in the audit.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = user_run,
};
