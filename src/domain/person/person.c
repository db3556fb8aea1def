/* Accounts: what they say of themselves, their addresses and passwords, how they come and go. */
#include "domain/person/person_int.h"
#include "text/text.h"

#include <string.h>

#define FOLDED_MAX 8192 /* of a name, the longest there is */

static const char *const field_names[PERSON_FIELD__COUNT] = {
    [PERSON_NAME] = "name",     [PERSON_COMMUNE] = "commune",     [PERSON_ABOUT] = "about",
    [PERSON_SKILLS] = "skills", [PERSON_LANGUAGES] = "languages", [PERSON_TELEPHONE] = "telephone",
};

/* ---- the account ---- */

static err load_fields(struct db_conn *conn, struct arena *arena, struct person *person) {
    struct db_query *query = person_query(conn, PERSON_FIELDS);
    db_bind_i64(query, 1, person->id.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        int64_t field = db_i64(query, 0);
        if (field >= 0 && field < PERSON_FIELD__COUNT) {
            person->fields[field].visibility = (enum person_visibility)db_i64(query, 1);
            person->fields[field].text = arena_copy(arena, db_text(query, 2));
        }
    }
}

err person_load(struct db_conn *conn, struct person_id id, struct arena *arena,
                struct person *person) {
    struct db_query *query = person_query(conn, PERSON_GET);
    db_bind_i64(query, 1, id.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    struct person found = {.id = id,
                           .status = (enum person_status)db_i64(query, 0),
                           .created_ms = db_i64(query, 1),
                           .language = arena_copy(arena, db_text(query, 2)),
                           .has_password = db_i64(query, 3) != 0};
    db_done(query);
    for (int field = 0; field < PERSON_FIELD__COUNT; field++) {
        found.fields[field].text = SLICE_EMPTY;
        found.fields[field].visibility = field == PERSON_NAME ? PERSON_PUBLIC : PERSON_PRIVATE;
    }
    TRY(load_fields(conn, arena, &found));
    *person = found;
    return OK;
}

slice person_clean_line(slice text, struct arena *arena) {
    BUF_CLEANUP struct buf clean = buf_new(2 * PERSON_TEXT_MAX);
    slice line = text_one_line(text, &clean) ? arena_copy(arena, buf_slice(&clean)) : text;
    return slice_trim(line);
}

static bool is_line(enum person_field field) {
    return field == PERSON_NAME || field == PERSON_COMMUNE || field == PERSON_TELEPHONE;
}

static err check_field(struct person *person, enum person_field field, struct arena *arena,
                       struct problem *problem) {
    slice text = slice_trim(person->fields[field].text);
    size_t most = field == PERSON_NAME ? PERSON_NAME_MAX : PERSON_TEXT_MAX;
    if (text.n > most) {
        return problem_set(problem, ERR_LIMIT, field_names[field], "at most %zu bytes", most);
    }
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (byte == 0x7f || (byte < 0x20 && (is_line(field) || !strchr("\t\r\n", byte)))) {
            return problem_set(problem, ERR_INPUT, field_names[field], "a control character");
        }
    }
    person->fields[field].text = is_line(field) ? person_clean_line(text, arena) : text;
    return OK;
}

err person_store(struct db_conn *conn, struct person *person, struct arena *arena,
                 struct problem *problem) {
    for (int field = 0; field < PERSON_FIELD__COUNT; field++) {
        TRY(check_field(person, (enum person_field)field, arena, problem));
    }
    for (int field = 0; field < PERSON_FIELD__COUNT; field++) {
        struct db_query *query = person_query(conn, PERSON_FIELD_PUT);
        db_bind_i64(query, 1, person->id.v);
        db_bind_i64(query, 2, field);
        db_bind_i64(query, 3, person->fields[field].visibility);
        db_bind_text_borrowed(query, 4, person->fields[field].text);
        TRY(db_run(query));
    }
    struct db_query *query = person_query(conn, PERSON_SET_LANGUAGE);
    db_bind_i64(query, 1, person->id.v);
    db_bind_text_borrowed(query, 2, person->language);
    return db_run(query);
}

slice person_shown(const struct person *person, enum person_field field, struct person_id viewer) {
    enum person_visibility visibility = person->fields[field].visibility;
    bool is_shown = visibility == PERSON_PUBLIC || viewer.v == person->id.v ||
                    (visibility == PERSON_MEMBERS && viewer.v);
    return is_shown ? person->fields[field].text : SLICE_EMPTY;
}

/* ---- addresses ---- */

slice person_address_fold(slice address, struct arena *arena) {
    char *folded = arena_new(arena, char, address.n + 1);
    for (size_t i = 0; i < address.n; i++) {
        char letter = address.p[i];
        folded[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
    }
    return slice_of(folded, address.n);
}

err person_addresses(struct db_conn *conn, struct person_id id, struct arena *arena,
                     struct person_address **addresses, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_ADDRESS_LIST);
    db_bind_i64(query, 1, id.v);
    struct person_address *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct person_address, list, used, &room);
        list[used++] = (struct person_address){.address = arena_copy(arena, db_text(query, 0)),
                                               .confirmed_ms = db_i64(query, 1)};
    }
    *addresses = list;
    *count = used;
    return OK;
}

static struct person_listed read_one(struct db_query *query, struct arena *arena) {
    return (struct person_listed){.id = {db_i64(query, 0)},
                                  .status = (enum person_status)db_i64(query, 1),
                                  .created_ms = db_i64(query, 2),
                                  .name = arena_copy(arena, db_text(query, 3))};
}

/* Rows of a statement that has no more of them than the list has room for. */
static err read_listed(struct db_query *query, struct arena *arena, struct person_listed *list,
                       size_t *count) {
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        list[(*count)++] = read_one(query, arena);
    }
}

err person_list(struct db_conn *conn, struct person_id after, size_t room, struct arena *arena,
                struct person_listed **list, size_t *count) {
    struct db_query *query = person_query(conn, PERSON_LIST);
    db_bind_i64(query, 1, after.v);
    db_bind_i64(query, 2, (int64_t)room);
    *list = arena_new(arena, struct person_listed, room);
    *count = 0;
    return read_listed(query, arena, *list, count);
}

/* Names are folded one by one: SQLite knows the letters of ASCII only, and few ask this. */
static err search_names(struct db_conn *conn, slice words, size_t room, struct arena *arena,
                        struct person_listed *list, size_t *count, bool *has_more) {
    BUF_CLEANUP struct buf wanted = buf_new(FOLDED_MAX);
    BUF_CLEANUP struct buf name = buf_new(FOLDED_MAX);
    struct db_query *query = person_query(conn, PERSON_NAMES);
    int64_t looked = 0;
    text_fold(words, &wanted);
    if (wanted.failed != OK || wanted.n == 0) {
        return OK; /* nobody is called so */
    }
    db_bind_i64(query, 1, PERSON_SEARCHED_MAX + 1);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        buf_clear(&name);
        text_fold(db_text(query, 3), &name);
        bool is_found = slice_contains(buf_slice(&name), buf_slice(&wanted));
        *has_more = ++looked > PERSON_SEARCHED_MAX || (is_found && *count == room);
        if (*has_more) {
            db_done(query);
            return OK;
        }
        if (is_found) {
            list[(*count)++] = read_one(query, arena);
        }
    }
}

err person_search(struct db_conn *conn, slice words, size_t room, struct arena *arena,
                  struct person_listed **list, size_t *count, bool *has_more) {
    words = slice_trim(words);
    *list = arena_new(arena, struct person_listed, room);
    *count = 0;
    *has_more = false;
    if (slice_find(words, 0, '@') == words.n) {
        return search_names(conn, words, room, arena, *list, count, has_more);
    }
    struct db_query *query = person_query(conn, PERSON_SEARCH_ADDRESS);
    db_bind_text(query, 1, person_address_fold(words, arena));
    return read_listed(query, arena, *list, count);
}

err person_of_address(struct db_conn *conn, slice address, struct person_id *id) {
    struct db_query *query = person_query(conn, PERSON_ADDRESS_FIND);
    db_bind_text_borrowed(query, 1, address);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *id = (struct person_id){db_i64(query, 0)};
    db_done(query);
    return OK;
}

err person_address_add(struct db_conn *conn, struct person_id id, slice address, int64_t now_ms) {
    struct person_id owner;
    err found = person_of_address(conn, address, &owner);
    if (found != ERR_NOT_FOUND) {
        return found != OK || owner.v == id.v ? found : ERR_CONFLICT;
    }
    TRY(person_run(conn, PERSON_PAPER_DELETE, id.v)); /* RULE HELP-3 */
    struct db_query *query = person_query(conn, PERSON_ADDRESS_ADD);
    db_bind_text_borrowed(query, 1, address);
    db_bind_i64(query, 2, id.v);
    db_bind_i64(query, 3, now_ms);
    return db_run(query);
}

err person_address_remove(struct db_conn *conn, struct person_id id, slice address) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(conn, id, &scratch, &addresses, &count));
    if (count < 2) {
        return ERR_CONFLICT;
    }
    struct db_query *query = person_query(conn, PERSON_ADDRESS_DELETE);
    db_bind_i64(query, 1, id.v);
    db_bind_text_borrowed(query, 2, address);
    return db_run(query);
}

/* ---- coming in ---- */

err person_add(struct db_conn *conn, struct id_source *ids, slice language, int64_t now_ms,
               struct person_id *id) {
    do { /* another process may have taken the number in the same millisecond */
        *id = (struct person_id){id_next(ids)};
        struct db_query *query = person_query(conn, PERSON_ADD);
        db_bind_i64(query, 1, id->v);
        db_bind_i64(query, 2, PERSON_ACTIVE);
        db_bind_i64(query, 3, now_ms);
        db_bind_text_borrowed(query, 4, language);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    return OK;
}

err person_enter(struct db_conn *conn, struct id_source *ids, slice address, slice language,
                 const struct person_network *network, int64_t now_ms, struct person_id *id,
                 bool *is_new, struct problem *problem) {
    *is_new = false;
    err found = person_of_address(conn, address, id);
    if (found == ERR_NOT_FOUND) {
        if (network != NULL) {
            TRY(person_try(conn, PERSON_TRY_JOIN, person_network_key(network), now_ms, problem));
        }
        TRY(person_add(conn, ids, language, now_ms, id));
        *is_new = true;
        return person_address_add(conn, *id, address, now_ms);
    }
    TRY(found);
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person person;
    TRY(person_load(conn, *id, &scratch, &person));
    return person.status == PERSON_ACTIVE
               ? OK
               : problem_set(problem, ERR_DENIED, "address", "this account is blocked");
}

/* ---- passwords ---- */

err person_password_set(struct db_conn *conn, struct person_id id, slice hash,
                        const struct crypto_digest *session) {
    struct db_query *query = person_query(conn, PERSON_SET_PASSWORD);
    db_bind_i64(query, 1, id.v);
    db_bind_text_borrowed(query, 2, hash);
    TRY(db_run(query));
    return person_sessions_end(conn, id, session);
}

err person_password_of(struct db_conn *conn, slice address, struct arena *arena,
                       struct person_id *id, slice *hash) {
    struct db_query *query = person_query(conn, PERSON_PASSWORD_FIND);
    db_bind_text_borrowed(query, 1, address);
    bool row = false;
    TRY(db_next(query, &row));
    *id = (struct person_id){row ? db_i64(query, 0) : 0};
    *hash = row ? arena_copy(arena, db_text(query, 1)) : SLICE_EMPTY;
    db_done(query);
    return OK;
}

/* ---- leaving ---- */

err person_delete(struct db_conn *conn, struct id_source *ids, struct person_id id,
                  int64_t now_ms) {
    static const enum person_statement deletes[] = {PERSON_PROOFS_DELETE, PERSON_FIELDS_DELETE,
                                                    PERSON_ADDRESSES_DELETE, PERSON_ROLES_DELETE,
                                                    PERSON_PAPER_DELETE};
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_grant *grants;
    size_t count;
    TRY(person_grants(conn, id, &scratch, &grants, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(person_revoke(conn, ids, id, id, grants[i].role, grants[i].territory, now_ms));
    }
    TRY(person_password_set(conn, id, SLICE_EMPTY, NULL)); /* ends the sessions */
    for (size_t i = 0; i < ARRAY_COUNT(deletes); i++) {
        TRY(person_run(conn, deletes[i], id.v));
    }
    struct db_query *query = person_query(conn, PERSON_SET_STATUS);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, PERSON_DELETED);
    return db_run(query);
}

static void add_time(struct buf *out, int64_t at_ms) {
    buf_add_char(out, '"');
    time_format_rfc3339(at_ms, out);
    buf_add_char(out, '"');
}

err person_to_json(struct db_conn *conn, struct person_id id, struct arena *arena,
                   struct buf *out) {
    static const char *const visibilities[PERSON_VISIBILITY__COUNT] = {"public", "members",
                                                                       "private"};
    struct person person;
    struct person_address *addresses;
    size_t count;
    TRY(person_load(conn, id, arena, &person));
    TRY(person_addresses(conn, id, arena, &addresses, &count));
    buf_addf(out, "\"id\":%lld,\"created\":", (long long)id.v);
    add_time(out, person.created_ms);
    buf_add_cstr(out, ",\"language\":");
    buf_add_json_string(out, person.language);
    buf_add_cstr(out, ",\"profile\":{");
    for (int field = 0; field < PERSON_FIELD__COUNT; field++) {
        buf_addf(out, "%s\"%s\":{\"visibility\":\"%s\",\"text\":", field ? "," : "",
                 field_names[field], visibilities[person.fields[field].visibility]);
        buf_add_json_string(out, person.fields[field].text);
        buf_add_char(out, '}');
    }
    buf_add_cstr(out, "},\"addresses\":[");
    for (size_t i = 0; i < count; i++) {
        buf_add_cstr(out, i ? ",{\"address\":" : "{\"address\":");
        buf_add_json_string(out, addresses[i].address);
        buf_add_cstr(out, ",\"confirmed\":");
        add_time(out, addresses[i].confirmed_ms);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
    return out->failed;
}

/* RULE PERSON-1: what was tried is forgotten with the next sweep after a day; a month at most. */
#define TRIES_KEPT_MS  INT64_C(86400000)
#define PROOFS_KEPT_MS INT64_C(3600000)

err person_sweep(struct db_conn *conn, int64_t now_ms) {
    TRY(person_run(conn, PERSON_TRIES_SWEEP, now_ms - TRIES_KEPT_MS));
    TRY(person_run(conn, PERSON_PROOFS_SWEEP, now_ms - PROOFS_KEPT_MS));
    TRY(person_run(conn, PERSON_NETWORKS_SWEEP, now_ms));
    return person_run(conn, PERSON_SESSIONS_SWEEP, now_ms - PERSON_SESSION_MS);
}
