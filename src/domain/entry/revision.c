/* What was: revisions, what waits for a person, links that find their target late, counts. */
#include "domain/entry/entry_int.h"
#include "domain/entry/place_int.h"

err entry_revisions(struct db_conn *conn, struct entry_id id, struct arena *arena,
                    struct entry_revision **revisions, size_t *count) {
    struct entry_revision *list = NULL;
    size_t used = 0;
    size_t room = 0;
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_LIST);
    db_bind_i64(query, 1, id.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        if (used == room) {
            room = room ? 2 * room : 8;
            struct entry_revision *larger = arena_new(arena, struct entry_revision, room);
            for (size_t i = 0; i < used; i++) {
                larger[i] = list[i];
            }
            list = larger;
        }
        list[used++] = (struct entry_revision){.revision = db_i64(query, 0),
                                               .at_ms = db_i64(query, 1),
                                               .author = arena_copy(arena, db_text(query, 2)),
                                               .reason = arena_copy(arena, db_text(query, 3)),
                                               .status = (enum entry_status)db_i64(query, 4)};
    }
    *revisions = list;
    *count = used;
    return OK;
}

/* The body in columns `format` and `format` + 1 of the row, unpacked; ends the query. */
static err body_read(struct db_conn *conn, struct db_query *query, unsigned format,
                     struct buf *out) {
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    struct entry_tools *tools = entry_tools_of(conn);
    slice body = db_blob(query, format + 1);
    err failed = !tools ? ERR_MEMORY
                 : db_i64(query, format) == ENTRY_BODY_IN_PACK
                     ? entry_pack_read(conn, tools, body, out)
                     : entry_unpack(tools, db_i64(query, format), body, out);
    db_done(query);
    return failed;
}

err entry_revision_json(struct db_conn *conn, struct entry_id id, int64_t revision,
                        struct buf *out) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_BODY);
    db_bind_i64(query, 1, revision);
    db_bind_i64(query, 2, id.v);
    return body_read(conn, query, 0, out);
}

static err revision_was_published(struct db_conn *conn, struct entry_id id, int64_t revision) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_STATUS);
    db_bind_i64(query, 1, revision);
    db_bind_i64(query, 2, id.v);
    bool row = false;
    TRY(db_next(query, &row));
    bool published = row && db_i64(query, 0) == ENTRY_PUBLISHED;
    db_done(query);
    return published ? OK : ERR_NOT_FOUND;
}

static bool shows_contact(const struct entry *entry, const struct entry_contact *contact) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        const struct entry_contact *shown = &entry->contacts[i];
        if (shown->visibility == ENTRY_VISIBLE_PUBLIC && shown->kind == contact->kind &&
            slice_equal(shown->value, contact->value)) {
            return true;
        }
    }
    return false;
}

/* RULE HISTORY-1: who takes a telephone number or a house number away wants it gone, from what
 * was before too. */
static void then_as_today(struct entry *then, const struct entry *today) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < then->contact_count; i++) {
        if (shows_contact(today, &then->contacts[i])) {
            then->contacts[kept++] = then->contacts[i];
        }
    }
    then->contact_count = kept;
    if (today->place.precision < then->place.precision) {
        then->place.precision = today->place.precision;
    }
}

/* As it may be told by what `told_by` tells today: itself, or the one that it was merged into. */
static err revision_show(struct db_conn *conn, const struct territories *territories,
                         struct entry_id id, int64_t revision, struct entry_id told_by,
                         struct arena *arena, struct entry_public *entry) {
    struct entry today;
    struct problem problem = {0};
    struct buf json BUF_CLEANUP = buf_new(ENTRY_REVISION_JSON_MAX);
    struct entry_public then = {.territory = TERRITORY_NONE};
    TRY(entry_load(conn, told_by, arena, &today));
    if (today.status != ENTRY_PUBLISHED) {
        return ERR_NOT_FOUND;
    }
    TRY(revision_was_published(conn, id, revision));
    TRY(entry_revision_json(conn, id, revision, &json));
    if (entry_from_json(arena_copy(arena, buf_slice(&json)), arena, &then.entry, &problem) != OK) {
        return ERR_CORRUPT;
    }
    then.entry.id = id;
    then.entry.revision = revision;
    then.entry.status = ENTRY_PUBLISHED;
    then_as_today(&then.entry, &today);
    entry_show(territories, &then);
    *entry = then;
    return OK;
}

err entry_revision_public(struct db_conn *conn, const struct territories *territories,
                          struct entry_id id, int64_t revision, struct arena *arena,
                          struct entry_public *entry) {
    return revision_show(conn, territories, id, revision, id, arena, entry);
}

err entry_revision_of_merged(struct db_conn *conn, const struct territories *territories,
                             struct entry_id id, int64_t revision, struct arena *arena,
                             struct entry_public *entry) {
    struct entry_id kept;
    TRY(entry_merged_into(conn, id, &kept));
    return revision_show(conn, territories, id, revision, kept, arena, entry);
}

err entry_held_json(struct db_conn *conn, struct entry_id id, struct buf *out) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_HELD_GET);
    db_bind_i64(query, 1, id.v);
    return body_read(conn, query, 1, out);
}

static err link_join(struct db_conn *conn, struct entry_id from, int64_t position,
                     struct entry_id to, int64_t now_ms) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LINK_JOIN);
    db_bind_i64(query, 1, from.v);
    db_bind_i64(query, 2, position);
    db_bind_i64(query, 3, to.v);
    TRY(db_run(query));
    TRY(db_change_add(conn, DB_CHANGE_ENTRY, from.v, now_ms));
    return db_change_add(conn, DB_CHANGE_ENTRY, to.v, now_ms);
}

err entry_links_resolve(struct db_conn *conn, struct source_id source, int64_t now_ms) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct open_link {
        struct entry_id from, to;
        int64_t position;
        struct open_link *next;
    } *open = NULL;
    /* Read whole first: a walk and a change of the same table do not go together. */
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LINKS_OPEN);
    db_bind_i64(query, 1, source.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        struct open_link *link = arena_new(&arena, struct open_link, 1);
        *link = (struct open_link){.from = {db_i64(query, 0)},
                                   .position = db_i64(query, 1),
                                   .to = {db_i64(query, 2)},
                                   .next = open};
        open = link;
    }
    for (; open; open = open->next) {
        TRY(link_join(conn, open->from, open->position, open->to, now_ms));
    }
    return OK;
}

err entry_id_last(struct db_conn *conn, int64_t *last) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LARGEST_ID);
    bool row = false;
    TRY(db_next(query, &row));
    int64_t largest = 0;
    for (unsigned column = 0; column < 3; column++) {
        int64_t id = db_i64(query, column);
        largest = id > largest ? id : largest;
    }
    db_done(query);
    *last = largest;
    return OK;
}

err entry_imprecise_each(struct db_conn *conn, entry_imprecise_visit *visit, void *self) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_IMPRECISE);
    db_bind_i64(query, 1, ENTRY_DATE_HAPPENS);
    for (bool row = true;;) {
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        visit(self, (struct entry_id){db_i64(query, 0)});
    }
}

err entry_count(struct db_conn *conn, int64_t *published, int64_t *all) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_COUNTS);
    bool row = false;
    TRY(db_next(query, &row));
    *published = db_i64(query, 0);
    *all = db_i64(query, 1);
    db_done(query);
    return OK;
}
