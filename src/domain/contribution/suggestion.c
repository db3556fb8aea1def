/* Changes that wait for somebody who may make them (RULE CONTRIBUTE-7). */
#include "domain/contribution/contribution_int.h"
#include "domain/person/help.h"

err suggestion_add(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                   const struct entry *entry, slice author, slice reason, int64_t now_ms) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    entry_to_json(entry, &json);
    TRY(json.failed);
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_ADD);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_i64(query, 2, entry->id.v);
    db_bind_i64(query, 3, entry->revision);
    if (actor->person.v) {
        db_bind_i64(query, 4, actor->person.v);
    }
    db_bind_text_borrowed(query, 5, author);
    db_bind_text_borrowed(query, 6, reason);
    db_bind_i64(query, 7, now_ms);
    db_bind_text_borrowed(query, 8, buf_slice(&json));
    if (actor->help) {
        db_bind_i64(query, 9, actor->help);
    }
    TRY(db_run(query));
    return db_changed(conn) == 1 ? OK : ERR_BUSY; /* another process took the number just now */
}

static struct suggestion read_one(struct db_query *query, struct arena *arena) {
    return (struct suggestion){.id = db_i64(query, 0),
                               .entry = {db_i64(query, 1)},
                               .base_revision = db_i64(query, 2),
                               .person = {db_i64(query, 3)},
                               .author = arena_copy(arena, db_text(query, 4)),
                               .reason = arena_copy(arena, db_text(query, 5)),
                               .title = arena_copy(arena, db_text(query, 6)),
                               .at_ms = db_i64(query, 7),
                               .state = (enum suggestion_state)db_i64(query, 8),
                               .answer = arena_copy(arena, db_text(query, 9))};
}

/* ---- whose it is to decide ---- */

struct roles {
    struct person_grant *grants;
    size_t count;
};

static err roles_of(struct db_conn *conn, const struct actor *actor, struct arena *arena,
                    struct roles *roles) {
    *roles = (struct roles){0};
    return actor->roles ? person_grants(conn, actor->person, arena, &roles->grants, &roles->count)
                        : OK;
}

bool contribution_holds_in(const struct territories *territories, const struct person_grant *grants,
                           size_t count, unsigned roles, slice territory) {
    uint32_t inner = territory.n ? territories_find(territories, territory) : TERRITORY_NONE;
    for (size_t i = 0; i < count; i++) {
        slice where = grants[i].territory;
        uint32_t outer = where.n ? territories_find(territories, where) : TERRITORY_NONE;
        bool is_here = where.n == 0 || (inner != TERRITORY_NONE && outer != TERRITORY_NONE &&
                                        territories_is_within(territories, inner, outer));
        if (is_here && (roles & 1u << grants[i].role)) {
            return true;
        }
    }
    return false;
}

static bool holds_in(const struct roles *roles, const struct territories *territories,
                     slice territory) {
    return contribution_holds_in(territories, roles->grants, roles->count, CONTRIBUTION_ROLES_ALL,
                                 territory);
}

/* ---- lists ---- */

/* `roles` NULL: every row is wanted, else those of a team of the actor's or of a role's territory,
 * which stand in the two columns behind. */
static err read_list(struct db_query *query, const struct contribution_world *world,
                     const struct roles *roles, struct arena *arena,
                     struct suggestion **suggestions, size_t *count) {
    struct suggestion *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        if (!roles || db_i64(query, 11) != 0 ||
            holds_in(roles, world->territories, db_text(query, 10))) {
            list = arena_grow(arena, struct suggestion, list, used, &room);
            list[used++] = read_one(query, arena);
        }
    }
    *suggestions = list;
    *count = used;
    return OK;
}

err suggestions_for(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, struct arena *arena, struct suggestion **suggestions,
                    size_t *count) {
    struct roles roles;
    TRY(roles_of(conn, actor, arena, &roles));
    struct db_query *query =
        db_query(conn, &contribution_catalogue, roles.count ? SUGGESTION_LIST : SUGGESTION_LIST_OF);
    db_bind_i64(query, 1, actor->person.v);
    return read_list(query, world, roles.count ? &roles : NULL, arena, suggestions, count);
}

err suggestions_of(struct db_conn *conn, struct person_id person, size_t room, struct arena *arena,
                   struct suggestion **suggestions, size_t *count) {
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_LIST_BY);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, (int64_t)room);
    return read_list(query, NULL, NULL, arena, suggestions, count);
}

err suggestion_load(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, int64_t id, struct arena *arena,
                    struct suggestion *suggestion, struct entry *content) {
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_GET);
    db_bind_i64(query, 1, id);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    struct suggestion found = read_one(query, arena);
    slice json = arena_copy(arena, db_text(query, 10));
    slice territory = arena_copy(arena, db_text(query, 11));
    db_done(query);
    struct team_of_entry of;
    struct roles roles;
    TRY(team_of_entry(conn, found.entry, actor->person, &of));
    TRY(roles_of(conn, actor, arena, &roles));
    if (of.role == TEAM_NONE && !holds_in(&roles, world->territories, territory)) {
        return ERR_DENIED;
    }
    TRY(entry_from_json(json, arena, content, NULL));
    content->id = found.entry;
    content->revision = found.base_revision;
    *suggestion = found;
    return OK;
}

err contribution_entry_at(struct db_conn *conn, struct entry_id entry, int64_t revision,
                          struct arena *arena, struct entry *content) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_REVISION_JSON_MAX);
    TRY(entry_revision_json(conn, entry, revision, &json));
    TRY(entry_from_json(arena_copy(arena, buf_slice(&json)), arena, content, NULL));
    content->id = entry;
    content->revision = revision;
    return OK;
}

/* ---- deciding ---- */

err suggestion_close(struct db_conn *conn, const struct actor *actor, struct suggestion *suggestion,
                     bool is_accepted, slice answer, int64_t now_ms) {
    suggestion->state = is_accepted ? SUGGESTION_ACCEPTED : SUGGESTION_DECLINED;
    suggestion->answer = slice_trim(answer);
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_DECIDE);
    db_bind_i64(query, 1, suggestion->id);
    db_bind_i64(query, 2, suggestion->state);
    db_bind_i64(query, 3, actor->person.v);
    db_bind_i64(query, 4, now_ms);
    db_bind_text_borrowed(query, 5, suggestion->answer);
    return db_run(query);
}

/* RULE HELP-2: who helped to suggest it helped to write it. */
static err note_help(struct db_conn *conn, int64_t suggestion, const struct entry *written) {
    struct db_query *query = db_query(conn, &contribution_catalogue, SUGGESTION_HELP);
    bool row = false;
    db_bind_i64(query, 1, suggestion);
    TRY(db_next(query, &row));
    int64_t help = row ? db_i64(query, 0) : 0;
    db_done(query);
    return help_note(conn, help, written->id.v, written->revision);
}

/* Writes what is suggested as its author's revision, if the one who decides could write it too. */
static err accept(struct db_conn *conn, const struct contribution_world *world,
                  const struct actor *actor, const struct suggestion *suggestion,
                  struct entry *content, int64_t now_ms, struct arena *arena,
                  struct problem *problem) {
    struct entry stands;
    bool is_held = false;
    TRY(entry_load(conn, suggestion->entry, arena, &stands));
    if (stands.status != ENTRY_PUBLISHED) {
        return problem_set(problem, ERR_CONFLICT, "entry", "the entry is not shown any more");
    }
    if (stands.revision != suggestion->base_revision) { /* RULE CONTRIBUTE-8 */
        struct entry base;
        struct contribution_merge merge;
        TRY(contribution_entry_at(conn, suggestion->entry, suggestion->base_revision, arena,
                                  &base));
        contribution_merge(&base, &stands, content, arena, &merge);
        if (merge.collision_count > 0) {
            return problem_set(problem, ERR_CONFLICT, "again", "the same was changed since");
        }
        *content = merge.merged;
    }
    TRY(entry_check(content, world->territories, world->themes, arena, problem));
    if (!contribution_has_links(&stands)) { /* RULE CONTRIBUTE-2 */
        TRY(contribution_is_held(conn, actor, SLICE_EMPTY, content, now_ms, &is_held));
    }
    if (is_held) {
        return problem_set(problem, ERR_DENIED, "links",
                           "a first link is let in by who is known here for a week");
    }
    TRY(entry_edit(conn, world->ids, content, suggestion->author, suggestion->reason, now_ms,
                   problem));
    return note_help(conn, suggestion->id, content);
}

err suggestion_decide(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, int64_t id, bool is_accepted, slice answer,
                      int64_t now_ms, struct arena *arena, struct suggestion *suggestion,
                      struct problem *problem) {
    if (!is_accepted && slice_trim(answer).n == 0) {
        return problem_set(problem, ERR_INPUT, "answer", "a reason is missing");
    }
    if (answer.n > ENTRY_TEXT_MAX) {
        return problem_set(problem, ERR_LIMIT, "answer", "more than %d bytes", ENTRY_TEXT_MAX);
    }
    struct entry content;
    TRY(suggestion_load(conn, world, actor, id, arena, suggestion, &content));
    if (suggestion->state != SUGGESTION_WAITS) {
        return ERR_NOT_FOUND;
    }
    if (is_accepted) {
        TRY(accept(conn, world, actor, suggestion, &content, now_ms, arena, problem));
    }
    return suggestion_close(conn, actor, suggestion, is_accepted, answer, now_ms);
}

err suggestion_take(struct db_conn *conn, const struct contribution_world *world,
                    const struct actor *actor, int64_t id, int64_t now_ms,
                    struct crypto_secret *secret) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct suggestion suggestion;
    struct entry content;
    struct entry base;
    TRY(suggestion_load(conn, world, actor, id, &scratch, &suggestion, &content));
    if (suggestion.state != SUGGESTION_WAITS) {
        return ERR_NOT_FOUND;
    }
    TRY(contribution_entry_at(conn, suggestion.entry, suggestion.base_revision, &scratch, &base));
    return contribution_change_begin(conn, actor, &content, &base, 0, id, now_ms, secret);
}

/* ---- whom to tell ---- */

err suggestion_author(struct db_conn *conn, const struct suggestion *suggestion,
                      struct arena *arena, struct suggestion_author *author) {
    struct person person;
    struct person_address *addresses;
    size_t count = 0;
    *author = (struct suggestion_author){SLICE_EMPTY, SLICE_EMPTY};
    if (suggestion->person.v) {
        TRY(person_load(conn, suggestion->person, arena, &person));
        TRY(person_addresses(conn, suggestion->person, arena, &addresses, &count));
        *author =
            count ? (struct suggestion_author){addresses[0].address, person.language} : *author;
        return OK;
    }
    struct contribution by;
    int64_t id;
    slice prefix = SLICE("guest:");
    if (!slice_starts_with(suggestion->author, prefix) ||
        !slice_to_i64(slice_sub(suggestion->author, prefix.n, suggestion->author.n), &id)) {
        return OK;
    }
    err found = contribution_get(conn, id, arena, &by);
    if (found == OK) {
        *author = (struct suggestion_author){by.address, by.language};
    }
    return found == ERR_NOT_FOUND ? OK : found;
}
