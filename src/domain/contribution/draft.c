/* Words on their way (RULE CONTRIBUTE-4), and who may change what (RULE CONTRIBUTE-3). */
#include "domain/contribution/contribution_int.h"

#define DRAFT_MS    INT64_C(2592000000) /* 30 days */
#define NAME_PREFIX "mine-"

static int hex_value(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The digest of a name; false when it is none. */
static bool name_read(slice name, struct crypto_digest *digest) {
    char bytes[CRYPTO_DIGEST_HEX / 2];
    if (name.n != CONTRIBUTION_DRAFT_NAME || !slice_starts_with(name, SLICE(NAME_PREFIX))) {
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        const char *pair = name.p + sizeof NAME_PREFIX - 1 + 2 * i;
        int high = hex_value(pair[0]);
        int low = hex_value(pair[1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (char)(unsigned char)(high * 16 + low);
    }
    return crypto_digest_read(slice_of(bytes, sizeof bytes), digest);
}

struct db_query *contribution_draft_query(struct db_conn *conn, enum contribution_statement which,
                                          slice secret) {
    struct crypto_digest digest;
    if (!name_read(secret, &digest)) {
        return contribution_query_of(conn, which, secret);
    }
    struct db_query *query = db_query(conn, &contribution_catalogue, which);
    db_bind_blob(query, 1, crypto_digest_slice(&digest));
    return query;
}

/* Whether one of the actor's roles holds where the entry stands. */
static err has_role_at(struct db_conn *conn, const struct contribution_world *world,
                       const struct actor *actor, struct entry_id entry, bool *has) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct person_grant *grants;
    size_t count;
    bool row = false;
    *has = false;
    if (!actor->roles) {
        return OK;
    }
    TRY(person_grants(conn, actor->person, &scratch, &grants, &count));
    struct db_query *query = db_query(conn, &contribution_catalogue, CONTRIBUTION_WHERE);
    db_bind_i64(query, 1, entry.v);
    TRY(db_next(query, &row));
    *has = row && contribution_holds_in(world->territories, grants, count, CONTRIBUTION_ROLES_ALL,
                                        db_text(query, 0));
    db_done(query);
    return OK;
}

err contribution_may(struct db_conn *conn, const struct contribution_world *world,
                     const struct actor *actor, struct entry_id entry, enum contribution_may *may) {
    *may = CONTRIBUTION_MAY_NOTHING;
    if (!actor->person.v) {
        return OK;
    }
    struct team_of_entry of;
    TRY(team_of_entry(conn, entry, actor->person, &of));
    bool may_edit = !of.keeps || of.role != TEAM_NONE;
    if (!may_edit) {
        TRY(has_role_at(conn, world, actor, entry, &may_edit));
    }
    *may = may_edit ? CONTRIBUTION_MAY_EDIT : CONTRIBUTION_MAY_SUGGEST;
    return OK;
}

err contribution_content_write(const struct entry *content, struct buf *out,
                               struct problem *problem) {
    entry_to_json(content, out);
    return out->failed ? problem_set(problem, out->failed, "description",
                                     "all of it together is more than %u bytes", ENTRY_JSON_MAX)
                       : OK;
}

err contribution_sees_whole(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, struct entry_id entry, bool *whole) {
    struct team_of_entry of;
    TRY(team_of_entry(conn, entry, actor->person, &of));
    *whole = of.role != TEAM_NONE;
    return *whole ? OK : has_role_at(conn, world, actor, entry, whole);
}

err contribution_entry_shown(struct db_conn *conn, const struct contribution_world *world,
                             struct entry_id id, struct arena *arena, struct entry *entry) {
    struct entry_public shown;
    TRY(entry_public_load(conn, world->territories, id, arena, &shown));
    *entry = shown.entry;
    entry_dates_once(entry);
    while (entry->link_count > 0 && entry->links[entry->link_count - 1].incoming) {
        entry->link_count--;
    }
    return OK;
}

err contribution_change_begin(struct db_conn *conn, const struct actor *actor,
                              const struct entry *content, const struct entry *base,
                              int64_t contribution, int64_t suggestion, int64_t now_ms,
                              struct crypto_secret *secret) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    BUF_CLEANUP struct buf base_json = buf_new(ENTRY_JSON_MAX);
    if (base) {
        TRY(contribution_content_write(base, &base_json, NULL));
    }
    TRY(contribution_content_write(content, &json, NULL));
    *secret = crypto_secret_make();
    struct db_query *query = contribution_query_of(conn, DRAFT_ADD, slice_from_cstr(secret->text));
    if (actor->person.v) { /* what is not bound is NULL */
        db_bind_i64(query, 2, actor->person.v);
    }
    if (content->id.v) {
        db_bind_i64(query, 3, content->id.v);
    }
    db_bind_i64(query, 4, content->revision);
    db_bind_i64(query, 5, contribution);
    db_bind_i64(query, 6, now_ms);
    db_bind_text_borrowed(query, 7, buf_slice(&json));
    db_bind_i64(query, 8, suggestion);
    db_bind_text_borrowed(query, 9, buf_slice(&base_json));
    return db_run(query);
}

err contribution_draft_begin(struct db_conn *conn, const struct actor *actor,
                             const struct entry *content, int64_t now_ms,
                             struct crypto_secret *secret) {
    struct entry fresh = *content;
    fresh.id = (struct entry_id){0};
    fresh.revision = 0;
    return contribution_change_begin(conn, actor, &fresh, NULL, 0, 0, now_ms, secret);
}

err contribution_edit_begin(struct db_conn *conn, const struct contribution_world *world,
                            const struct actor *actor, struct entry_id entry, slice link,
                            int64_t now_ms, struct crypto_secret *secret) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct contribution own = {0};
    struct entry stands;
    if (link.n) {
        TRY(contribution_of_link(conn, link, &scratch, &own));
        if (own.entry.v != entry.v || own.person.v) {
            return ERR_DENIED;
        }
    } else {
        enum contribution_may may;
        TRY(contribution_may(conn, world, actor, entry, &may));
        if (may == CONTRIBUTION_MAY_NOTHING) {
            return ERR_DENIED;
        }
    }
    bool whole = own.id != 0;
    if (!whole) {
        TRY(contribution_sees_whole(conn, world, actor, entry, &whole));
    }
    TRY(whole ? entry_load(conn, entry, &scratch, &stands)
              : contribution_entry_shown(conn, world, entry, &scratch, &stands));
    return contribution_change_begin(conn, actor, &stands, &stands, own.id, 0, now_ms, secret);
}

/* The row of a draft that is theirs, its words (columns 5 and 7) not read yet. Until db_done. */
static err draft_find(struct db_conn *conn, const struct actor *actor, slice secret, int64_t now_ms,
                      struct db_query **found) {
    struct db_query *query = contribution_draft_query(conn, DRAFT_GET, secret);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    int64_t owner = db_i64(query, 0);
    bool is_named = secret.n == CONTRIBUTION_DRAFT_NAME; /* a name is no secret */
    if (((owner || is_named) && owner != actor->person.v) ||
        db_i64(query, 4) <= now_ms - DRAFT_MS) {
        db_done(query);
        return ERR_NOT_FOUND;
    }
    *found = query;
    return OK;
}

err contribution_draft_load(struct db_conn *conn, const struct actor *actor, slice secret,
                            int64_t now_ms, struct arena *arena, struct contribution_draft *draft) {
    struct db_query *query;
    TRY(draft_find(conn, actor, secret, now_ms, &query));
    struct contribution_draft found = {.entry = {db_i64(query, 1)},
                                       .base_revision = db_i64(query, 2),
                                       .contribution = db_i64(query, 3),
                                       .changed_ms = db_i64(query, 4),
                                       .suggestion = db_i64(query, 6)};
    slice json = arena_copy(arena, db_text(query, 5));
    found.base_json = arena_copy(arena, db_text(query, 7));
    db_done(query);
    TRY(entry_from_json(json, arena, &found.content, NULL));
    found.content.id = found.entry;
    found.content.revision = found.base_revision;
    *draft = found;
    return OK;
}

err contribution_draft_store(struct db_conn *conn, const struct actor *actor, slice secret,
                             const struct entry *content, int64_t now_ms, struct problem *problem) {
    struct db_query *query;
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    TRY(draft_find(conn, actor, secret, now_ms, &query));
    db_done(query);
    TRY(contribution_content_write(content, &json, problem));
    query = contribution_draft_query(conn, DRAFT_PUT, secret);
    db_bind_text_borrowed(query, 2, buf_slice(&json));
    db_bind_i64(query, 3, now_ms);
    return db_run(query);
}

err contribution_draft_drop(struct db_conn *conn, const struct actor *actor, slice secret) {
    struct db_query *query;
    TRY(draft_find(conn, actor, secret, 0, &query));
    db_done(query);
    return db_run(contribution_draft_query(conn, DRAFT_DELETE, secret));
}

err contribution_drafts(struct db_conn *conn, struct person_id person, int64_t now_ms,
                        struct arena *arena, struct contribution_begun **drafts, size_t *count) {
    struct db_query *query = db_query(conn, &contribution_catalogue, DRAFT_LIST);
    db_bind_i64(query, 1, person.v);
    db_bind_i64(query, 2, now_ms - DRAFT_MS);
    struct contribution_begun *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        struct entry content;
        struct crypto_digest digest;
        char hex[CRYPTO_DIGEST_HEX + 1];
        if (!crypto_digest_read(db_blob(query, 3), &digest)) {
            return ERR_CORRUPT;
        }
        crypto_digest_hex(&digest, hex);
        list = arena_grow(arena, struct contribution_begun, list, used, &room);
        TRY(entry_from_json(db_text(query, 2), arena, &content, NULL));
        list[used++] =
            (struct contribution_begun){.name = arena_printf(arena, NAME_PREFIX "%s", hex),
                                        .title = content.title,
                                        .entry = {db_i64(query, 0)},
                                        .changed_ms = db_i64(query, 1)};
    }
    *drafts = list;
    *count = used;
    return OK;
}
