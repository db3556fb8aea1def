/* From a draft to an entry: sending, confirming, finding again, claiming. */
#include "domain/contribution/contribution_int.h"
#include "domain/person/help.h"

#define KNOWN_MS   INT64_C(604800000)  /* RULE CONTRIBUTE-2: 7 days */
#define CONFIRM_MS INT64_C(2592000000) /* RULE CONTRIBUTE-1: 30 days */

slice contribution_author(const struct actor *actor, int64_t contribution, struct arena *arena) {
    return actor->person.v ? arena_printf(arena, "person:%lld", (long long)actor->person.v)
                           : arena_printf(arena, "guest:%lld", (long long)contribution);
}

/* ---- RULE CONTRIBUTE-2 ---- */

static bool has_address(slice text) {
    return slice_contains(text, SLICE("://")) || slice_contains(text, SLICE("www."));
}

bool contribution_has_links(const struct entry *entry) {
    bool found = has_address(entry->title) || has_address(entry->summary) ||
                 has_address(entry->description) || entry->source_url.n > 0;
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        enum entry_contact_kind kind = entry->contacts[i].kind;
        found = found || (kind != ENTRY_CONTACT_EMAIL && kind != ENTRY_CONTACT_TELEPHONE);
    }
    for (uint32_t i = 0; i < entry->media_count; i++) {
        found = found || has_address(entry->media[i].url);
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        found = found || has_address(entry->asks[i].text);
    }
    for (uint32_t i = 0; i < entry->link_count; i++) {
        found = found || has_address(entry->links[i].target_key);
    }
    return found;
}

static err is_known(struct db_query *query, int64_t now_ms, bool *known) {
    db_bind_i64(query, 2, now_ms - KNOWN_MS);
    bool row = false;
    TRY(db_next(query, &row));
    *known = row;
    db_done(query);
    return OK;
}

err contribution_is_held(struct db_conn *conn, const struct actor *actor, slice address,
                         const struct entry *entry, int64_t now_ms, bool *is_held) {
    bool known = actor->roles != 0;
    if (!known && actor->person.v) {
        struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_KNOWN_PERSON);
        db_bind_i64(query, 1, actor->person.v);
        TRY(is_known(query, now_ms, &known));
    } else if (!known) {
        struct db_query *query =
            db_query(conn, &contribution_catalogue, CONTRIBUTION_KNOWN_ADDRESS);
        db_bind_text_borrowed(query, 1, address);
        TRY(is_known(query, now_ms, &known));
    }
    *is_held = !known && contribution_has_links(entry);
    return OK;
}

err contribution_links_wait(struct db_conn *conn, const struct actor *actor, slice text,
                            int64_t now_ms, bool *waits) {
    const struct entry entry = {.description = text};
    return contribution_is_held(conn, actor, SLICE_EMPTY, &entry, now_ms, waits);
}

/* ---- sending ---- */

static err add_contribution(struct db_conn *conn, const struct contribution *row) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_ADD);
    db_bind_i64(query, 1, row->id);
    db_bind_i64(query, 2, row->entry.v);
    if (row->person.v) {
        db_bind_i64(query, 3, row->person.v);
    }
    db_bind_text_borrowed(query, 4, row->address);
    db_bind_text_borrowed(query, 5, row->language);
    db_bind_i64(query, 6, row->created_ms);
    db_bind_i64(query, 7, row->confirmed_ms);
    db_bind_i64(query, 8, row->is_held);
    db_bind_i64(query, 9, row->is_ours);
    db_bind_i64(query, 10, row->charter);
    TRY(db_run(query));
    return db_changed(conn) == 1 ? OK : ERR_BUSY; /* another process took the number just now */
}

/* RULE MOD-9: from where it came, unless that says little: an account that is known by its own
 * acts, or a helper's house. */
static err add_network(struct db_conn *conn, const struct contribution_send *send, int64_t id,
                       int64_t now_ms) {
    if (send->actor->help) {
        return OK;
    }
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_NETWORK_ADD);
    db_bind_i64(query, 1, id);
    db_bind_blob_borrowed(query, 2, person_network_key(&send->network));
    db_bind_i64(query, 3, now_ms);
    db_bind_i64(query, 4, send->actor->person.v);
    db_bind_i64(query, 5, now_ms - CONTRIBUTION_YOUNG_MS);
    return db_run(query);
}

/* Those who say that they do it become its team, unless it has one. */
static err make_team(struct db_conn *conn, const struct contribution_world *world,
                     const struct contribution *row, int64_t now_ms) {
    struct team_of_entry of;
    TRY(team_of_entry(conn, row->entry, row->person, &of));
    struct team_id id;
    return !row->is_ours || of.id.v
               ? OK
               : team_begin(conn, world->ids, row->entry, row->person, SLICE_EMPTY, now_ms, &id);
}

/* RULE CHARTER-1: the version in force, when the author accepts it or has done so before. */
static err accept_charter(struct db_conn *conn, const struct contribution_send *send,
                          int64_t *version, struct problem *problem) {
    int64_t accepted = 0;
    TRY(charter_version(conn, version));
    if (send->actor->person.v) {
        TRY(charter_accepted(conn, send->actor->person, &accepted));
    }
    return accepted == *version || send->charter == *version
               ? OK
               : problem_set(problem, ERR_INPUT, "charter", "the charter is to be accepted");
}

static err add_entry(struct db_conn *conn, const struct contribution_world *world,
                     const struct contribution_send *send, struct entry *entry, int64_t now_ms,
                     struct arena *arena, struct contribution_sent *sent, struct problem *problem) {
    bool is_guest = send->actor->person.v == 0;
    TRY(entry_check(entry, world->territories, world->themes, arena, problem));
    struct contribution row = {.id = id_next(world->ids),
                               .person = send->actor->person,
                               .address = is_guest ? send->address : SLICE_EMPTY,
                               .language = send->language,
                               .created_ms = now_ms,
                               .confirmed_ms = is_guest ? 0 : now_ms,
                               .is_ours = send->is_ours};
    TRY(accept_charter(conn, send, &row.charter, problem));
    if (is_guest) {
        TRY(person_try(conn, PERSON_TRY_ADD, person_network_key(&send->network), now_ms, problem));
        TRY(person_try(conn, PERSON_TRY_LETTER, send->address, now_ms, problem));
    }
    TRY(contribution_is_held(conn, send->actor, row.address, entry, now_ms, &row.is_held));
    entry->status = is_guest || row.is_held ? ENTRY_PENDING : ENTRY_PUBLISHED;
    TRY(entry_edit(conn, world->ids, entry, contribution_author(send->actor, row.id, arena),
                   send->reason, now_ms, problem));
    TRY(help_note(conn, send->actor->help, entry->id.v, entry->revision));
    row.entry = entry->id;
    TRY(add_contribution(conn, &row));
    TRY(add_network(conn, send, row.id, now_ms));
    sent->outcome = is_guest      ? CONTRIBUTION_TO_CONFIRM
                    : row.is_held ? CONTRIBUTION_HELD
                                  : CONTRIBUTION_PUBLISHED;
    return is_guest ? contribution_link_add(conn, row.id, &sent->link)
                    : make_team(conn, world, &row, now_ms);
}

err contribution_get(struct db_conn *conn, int64_t id, struct arena *arena,
                     struct contribution *contribution) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_GET);
    struct contribution *list;
    size_t count;
    db_bind_i64(query, 1, id);
    TRY(contribution_read_list(query, arena, &list, &count));
    if (count == 0) {
        return ERR_NOT_FOUND;
    }
    *contribution = list[0];
    return OK;
}

static bool is_same_place(const struct entry *a, const struct entry *b) {
    return slice_equal(a->place.name, b->place.name) &&
           slice_equal(a->place.address, b->place.address) &&
           slice_equal(a->place.postal_code, b->place.postal_code) &&
           slice_equal(a->place.city, b->place.city) &&
           slice_equal(a->place.territory, b->place.territory) &&
           a->place.precision == b->place.precision && a->place.has_point == b->place.has_point &&
           (!a->place.has_point || (a->place.point.lat_e7 == b->place.point.lat_e7 &&
                                    a->place.point.lon_e7 == b->place.point.lon_e7));
}

err contribution_keep_hidden(struct db_conn *conn, const struct contribution_world *world,
                             const struct entry *stands, struct entry *entry, struct arena *arena) {
    struct entry_public shown;
    TRY(entry_public_load(conn, world->territories, stands->id, arena, &shown));
    if (is_same_place(entry, &shown.entry)) {
        entry->place = stands->place;
    }
    struct entry_contact *contacts = arena_new(
        arena, struct entry_contact, (size_t)entry->contact_count + stands->contact_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        contacts[count++] = entry->contacts[i];
    }
    for (uint32_t i = 0; i < stands->contact_count; i++) {
        if (stands->contacts[i].visibility != ENTRY_VISIBLE_PUBLIC) {
            contacts[count++] = stands->contacts[i];
        }
    }
    entry->contacts = contacts;
    entry->contact_count = count;
    return OK;
}

/* The suggestion that a change took over is accepted by it, unless somebody decided it before. */
static err take_over(struct db_conn *conn, const struct contribution_world *world,
                     const struct contribution_send *send, int64_t id, int64_t now_ms,
                     struct arena *arena, struct suggestion *taken) {
    struct suggestion suggestion;
    struct entry content;
    TRY(suggestion_load(conn, world, send->actor, id, arena, &suggestion, &content));
    if (suggestion.state != SUGGESTION_WAITS) {
        return OK;
    }
    TRY(suggestion_close(conn, send->actor, &suggestion, true, send->reason, now_ms));
    *taken = suggestion;
    return OK;
}

/* A change of an entry: by somebody who may, or by the link of who brought it. */
static err change_entry(struct db_conn *conn, const struct contribution_world *world,
                        const struct contribution_send *send,
                        const struct contribution_draft *draft, struct entry *entry, int64_t now_ms,
                        struct arena *arena, struct contribution_sent *sent,
                        struct problem *problem) {
    struct entry stands;
    TRY(entry_load(conn, draft->entry, arena, &stands));
    struct contribution own = {0};
    enum contribution_may may;
    if (draft->contribution) {
        TRY(contribution_get(conn, draft->contribution, arena, &own));
    }
    TRY(contribution_may(conn, world, send->actor, draft->entry, &may));
    bool is_own = own.id && own.entry.v == draft->entry.v && own.person.v == 0;
    bool is_shown = stands.status == ENTRY_PUBLISHED;
    if (!is_own && (may == CONTRIBUTION_MAY_NOTHING || !is_shown)) {
        return ERR_DENIED;
    }
    bool whole = is_own;
    if (!whole) {
        TRY(contribution_sees_whole(conn, world, send->actor, draft->entry, &whole));
    }
    if (stands.revision != draft->base_revision) { /* RULE CONTRIBUTE-8 */
        struct contribution_overtaken overtaken;
        TRY(contribution_compare(conn, world, send->actor, draft, arena, &overtaken));
        if (overtaken.merge.collision_count > 0) {
            return problem_set(problem, ERR_CONFLICT, "again", "somebody else changed the same");
        }
        *entry = overtaken.merge.merged;
    }
    if (!whole) {
        TRY(contribution_keep_hidden(conn, world, &stands, entry, arena));
    }
    TRY(entry_check(entry, world->territories, world->themes, arena, problem));
    slice author = contribution_author(send->actor, draft->contribution, arena);
    bool waits = !is_own && may == CONTRIBUTION_MAY_SUGGEST;
    if (is_shown && !waits && !contribution_has_links(&stands)) {
        TRY(contribution_is_held(conn, send->actor, own.address, entry, now_ms, &waits));
    }
    if (waits) {
        sent->outcome = CONTRIBUTION_SUGGESTED;
        return suggestion_add(conn, world->ids, send->actor, entry, author, send->reason, now_ms);
    }
    entry->status = stands.status;
    sent->outcome = is_shown           ? CONTRIBUTION_PUBLISHED
                    : own.confirmed_ms ? CONTRIBUTION_HELD
                                       : CONTRIBUTION_TO_CONFIRM;
    TRY(entry_edit(conn, world->ids, entry, author, send->reason, now_ms, problem));
    TRY(help_note(conn, send->actor->help, entry->id.v, entry->revision));
    if (is_shown) { /* RULE FRESH-1: who changes it has read it */
        TRY(entry_confirm(conn, draft->entry, author,
                          is_own ? ENTRY_CONFIRMED_BY_AUTHOR : ENTRY_CONFIRMED_BY_PERSON, now_ms));
    }
    return draft->suggestion
               ? take_over(conn, world, send, draft->suggestion, now_ms, arena, &sent->taken)
               : OK;
}

err contribution_send(struct db_conn *conn, const struct contribution_world *world,
                      const struct contribution_send *send, int64_t now_ms, struct arena *arena,
                      struct contribution_sent *sent, struct problem *problem) {
    struct contribution_draft draft;
    TRY(contribution_draft_load(conn, send->actor, send->draft, now_ms, arena, &draft));
    struct entry *entry = &draft.content;
    *sent = (struct contribution_sent){0};
    if (draft.entry.v) {
        TRY(change_entry(conn, world, send, &draft, entry, now_ms, arena, sent, problem));
    } else {
        TRY(add_entry(conn, world, send, entry, now_ms, arena, sent, problem));
    }
    sent->entry = entry->id;
    sent->title = entry->title;
    return contribution_draft_drop(conn, send->actor, send->draft);
}

/* ---- confirming, withdrawing ---- */

err contribution_of_link(struct db_conn *conn, slice link, struct arena *arena,
                         struct contribution *contribution) {
    struct contribution *list;
    size_t count;
    TRY(contribution_read_list(contribution_query_of(conn, CONTRIBUTION_BY_LINK, link), arena,
                               &list, &count));
    if (count == 0) {
        return ERR_NOT_FOUND;
    }
    *contribution = list[0];
    return OK;
}

static err set(struct db_conn *conn, const struct contribution *row) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_SET);
    db_bind_i64(query, 1, row->id);
    if (row->person.v) {
        db_bind_i64(query, 2, row->person.v);
    }
    db_bind_i64(query, 3, row->confirmed_ms);
    db_bind_i64(query, 4, row->is_held);
    return db_run(query);
}

/* Confirms one that was not: shows it unless it is held. */
static err confirm(struct db_conn *conn, const struct contribution_world *world,
                   struct contribution *row, slice author, int64_t now_ms) {
    if (row->confirmed_ms || row->status != ENTRY_PENDING) {
        return OK;
    }
    row->confirmed_ms = now_ms;
    TRY(set(conn, row));
    return row->is_held ? OK
                        : entry_set_status(conn, world->ids, row->entry, ENTRY_PUBLISHED, author,
                                           SLICE("confirmed"), now_ms);
}

err contribution_confirm(struct db_conn *conn, const struct contribution_world *world, slice link,
                         int64_t now_ms, struct arena *arena, struct contribution_sent *sent) {
    struct contribution row;
    TRY(contribution_of_link(conn, link, arena, &row));
    TRY(confirm(conn, world, &row, contribution_author(&(struct actor){0}, row.id, arena), now_ms));
    *sent = (struct contribution_sent){.entry = row.entry,
                                       .title = row.title,
                                       .outcome = row.is_held ? CONTRIBUTION_HELD
                                                              : CONTRIBUTION_PUBLISHED};
    return OK;
}

err contribution_withdraw(struct db_conn *conn, const struct contribution_world *world, slice link,
                          int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct contribution row;
    TRY(contribution_of_link(conn, link, &scratch, &row));
    if (row.person.v) {
        return ERR_DENIED; /* the account decides now */
    }
    return row.status > ENTRY_PENDING
               ? OK
               : entry_set_status(conn, world->ids, row.entry, ENTRY_ARCHIVED,
                                  contribution_author(&(struct actor){0}, row.id, &scratch),
                                  SLICE("withdrawn"), now_ms);
}

err contribution_own(struct db_conn *conn, const struct actor *actor, int64_t id,
                     struct arena *arena, struct contribution *contribution) {
    struct contribution found;
    TRY(contribution_get(conn, id, arena, &found));
    if (actor->person.v == 0 || found.person.v != actor->person.v) {
        return ERR_NOT_FOUND;
    }
    *contribution = found;
    return OK;
}

/* RULE CONTRIBUTE-10 */
err contribution_withdraw_own(struct db_conn *conn, const struct contribution_world *world,
                              const struct actor *actor, int64_t id, int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct contribution row;
    struct team_of_entry of;
    struct entry gone;
    TRY(contribution_own(conn, actor, id, &scratch, &row));
    TRY(team_of_entry(conn, row.entry, actor->person, &of));
    if (of.id.v != 0 && of.role != TEAM_LEAD) {
        return ERR_DENIED;
    }
    if (row.status > ENTRY_PENDING) {
        return OK;
    }
    TRY(entry_set_status(conn, world->ids, row.entry, ENTRY_ARCHIVED,
                         contribution_author(actor, 0, &scratch), SLICE("withdrawn"), now_ms));
    TRY(entry_load(conn, row.entry, &scratch, &gone));
    return help_note(conn, actor->help, gone.id.v, gone.revision);
}

/* ---- finding again, claiming ---- */

static err of_address(struct db_conn *conn, slice address, size_t room, struct arena *arena,
                      struct contribution **list, size_t *count) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_OF_ADDRESS);
    db_bind_text_borrowed(query, 1, address);
    db_bind_i64(query, 2, (int64_t)room);
    return contribution_read_list(query, arena, list, count);
}

err contribution_find(struct db_conn *conn, slice address, struct arena *arena, size_t room,
                      struct contribution_found **found, size_t *count) {
    struct contribution *list;
    TRY(of_address(conn, address, room, arena, &list, count));
    *found = arena_new(arena, struct contribution_found, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        (*found)[i].title = list[i].title;
        TRY(contribution_link_add(conn, list[i].id, &(*found)[i].link));
    }
    return OK;
}

err contribution_claim(struct db_conn *conn, const struct contribution_world *world,
                       struct person_id person, int64_t now_ms, size_t *claimed) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    const struct actor actor = {.person = person};
    struct person_address *addresses;
    size_t address_count;
    *claimed = 0;
    TRY(person_addresses(conn, person, &scratch, &addresses, &address_count));
    for (size_t i = 0; i < address_count; i++) {
        struct contribution *list;
        size_t count;
        TRY(of_address(conn, addresses[i].address, INT32_MAX, &scratch, &list, &count));
        for (size_t k = 0; k < count; k++) {
            list[k].person = person;
            TRY(set(conn, &list[k]));
            TRY(confirm(conn, world, &list[k], contribution_author(&actor, 0, &scratch), now_ms));
            TRY(make_team(conn, world, &list[k], now_ms));
        }
        *claimed += count;
    }
    return OK;
}

err contributions_of(struct db_conn *conn, struct person_id person, struct arena *arena,
                     struct contribution **contributions, size_t *count) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_OF_PERSON);
    db_bind_i64(query, 1, person.v);
    return contribution_read_list(query, arena, contributions, count);
}

/* ---- what waits for a moderator ---- */

err contributions_held(struct db_conn *conn, struct arena *arena,
                       struct contribution **contributions, size_t *count) {
    return contribution_read_list(db_query(conn, &contribution_catalogue, CONTRIBUTION_HELD_LIST),
                                  arena, contributions, count);
}

err contribution_decide(struct db_conn *conn, const struct contribution_world *world,
                        const struct actor *actor, int64_t id, bool is_published, slice reason,
                        int64_t now_ms, struct arena *arena, struct contribution *contribution) {
    if (!(actor->roles & (1u << PERSON_MODERATOR | 1u << PERSON_ADMIN))) {
        return ERR_DENIED;
    }
    struct contribution row;
    TRY(contribution_get(conn, id, arena, &row));
    if (!row.is_held || row.status != ENTRY_PENDING || !row.confirmed_ms) {
        return ERR_NOT_FOUND;
    }
    row.is_held = false;
    row.status = is_published ? ENTRY_PUBLISHED : ENTRY_REMOVED;
    TRY(set(conn, &row));
    TRY(entry_set_status(conn, world->ids, row.entry, row.status,
                         contribution_author(actor, 0, arena), reason, now_ms));
    *contribution = row;
    return person_audit(
        conn, world->ids,
        &(struct person_act){.at_ms = now_ms,
                             .by = actor->person,
                             .act = is_published ? SLICE("publish") : SLICE("remove"),
                             .object = arena_printf(arena, "entry:%lld", (long long)row.entry.v),
                             .reason = reason});
}

err contribution_networks_forget(struct db_conn *conn, struct person_id person) {
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_NETWORK_FORGET);
    db_bind_i64(query, 1, person.v);
    return db_run(query);
}

err contribution_sweep(struct db_conn *conn, const struct contribution_world *world,
                       int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct db_query *query = db_query(conn, &contribution_catalogue, DRAFTS_SWEEP);
    db_bind_i64(query, 1, now_ms - CONFIRM_MS);
    TRY(db_run(query));
    query = db_query(conn, &contribution_catalogue, CONTRIBUTION_NETWORK_SWEEP);
    db_bind_i64(query, 1, now_ms - CONTRIBUTION_NETWORK_MS);
    TRY(db_run(query));
    struct contribution *list;
    size_t count;
    query = db_query(conn, &contribution_catalogue, CONTRIBUTION_STALE);
    db_bind_i64(query, 1, now_ms - CONFIRM_MS);
    TRY(contribution_read_list(query, &scratch, &list, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(entry_set_status(conn, world->ids, list[i].entry, ENTRY_ARCHIVED,
                             contribution_author(&(struct actor){0}, list[i].id, &scratch),
                             SLICE("never confirmed"), now_ms));
    }
    return OK;
}
