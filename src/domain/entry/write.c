/* Every change of an entry: rows, a revision and a row in the change feed, in one transaction. */
#include "domain/entry/entry_int.h"

#include <assert.h>

#define ID_TRIES 64 /* ids that another process may have made in the same millisecond */

/* What stands of an entry, as far as a write must know it. */
struct stand {
    struct entry_id id;
    int64_t revision;
    bool exists, edited, has_import_digest;
    struct crypto_digest digest, import_digest;
    unsigned lists;
    int64_t created_ms;
    enum entry_status status;
};

/* One write on its way. */
struct change {
    struct db_conn *conn;
    struct id_source *ids;
    struct entry_tools *tools;
    struct entry_bulk *bulk; /* between entry_import_begin and its end, else NULL */
    struct entry *entry;
    struct crypto_digest digest; /* of the content that comes */
    slice author, reason;
    int64_t now_ms;
    bool by_import;
};

static err stand_read(struct db_query *query, struct stand *stand) {
    bool row = false;
    TRY(db_next(query, &row));
    *stand = (struct stand){.exists = row};
    if (row) {
        stand->id = (struct entry_id){db_i64(query, 0)};
        stand->revision = db_i64(query, 1);
        stand->edited = db_i64(query, 2) != 0;
        bool has_digest = crypto_digest_read(db_blob(query, 3), &stand->digest);
        stand->has_import_digest = crypto_digest_read(db_blob(query, 4), &stand->import_digest);
        stand->lists = (unsigned)db_i64(query, 5);
        stand->created_ms = db_i64(query, 6);
        stand->status = (enum entry_status)db_i64(query, 7);
        db_done(query);
        if (!has_digest) {
            return ERR_CORRUPT;
        }
    }
    return OK;
}

static err stand_by_id(struct db_conn *conn, struct entry_id id, struct stand *stand) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_STAND_BY_ID);
    db_bind_i64(query, 1, id.v);
    return stand_read(query, stand);
}

/* $1 … $38 of add and put, but for source and key. */
static void row_bind(struct db_query *query, const struct change *change) {
    const struct entry *entry = change->entry;
    const struct {
        enum entry_column column;
        int64_t value;
    } numbers[] = {
        {ENTRY_COLUMN_ID, entry->id.v},
        {ENTRY_COLUMN_REVISION, entry->revision},
        {ENTRY_COLUMN_STATUS, entry->status},
        {ENTRY_COLUMN_EDITED, !change->by_import},
        {ENTRY_COLUMN_LISTS, entry_lists_of(entry)},
        {ENTRY_COLUMN_KIND, entry->kind},
        {ENTRY_COLUMN_STATE, entry->state},
        {ENTRY_COLUMN_WHEELCHAIR, entry->wheelchair},
        {ENTRY_COLUMN_IS_EXAMPLE, entry->is_example},
        {ENTRY_COLUMN_PRECISION, entry->place.precision},
        {ENTRY_COLUMN_TERRITORY_IS_APPROXIMATE, entry->place.territory_is_approximate},
        {ENTRY_COLUMN_CREATED_MS, entry->created_ms},
        {ENTRY_COLUMN_UPDATED_MS, entry->updated_ms},
        {ENTRY_COLUMN_CONFIRMED_MS, entry->confirmed_ms},
        {ENTRY_COLUMN_SOURCE_UPDATED_MS, entry->source_updated_ms},
    };
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        db_bind_i64(query, numbers[i].column + 1u, numbers[i].value);
    }
    if (entry->place.has_point) { /* what is not bound is NULL */
        db_bind_i64(query, ENTRY_COLUMN_LATITUDE_E7 + 1, entry->place.point.lat_e7);
        db_bind_i64(query, ENTRY_COLUMN_LONGITUDE_E7 + 1, entry->place.point.lon_e7);
    }
    db_bind_blob_borrowed(query, ENTRY_COLUMN_DIGEST + 1, crypto_digest_slice(&change->digest));
    if (change->by_import) {
        db_bind_blob_borrowed(query, ENTRY_COLUMN_IMPORT_DIGEST + 1,
                              crypto_digest_slice(&change->digest));
    }
    for (unsigned i = 0; i < ENTRY_TEXT_COLUMNS; i++) {
        slice text = *(const slice *)(const void *)((const char *)entry + entry_text_columns[i]);
        db_bind_text_borrowed(query, ENTRY_COLUMN_TEXTS + i + 1, text);
    }
}

static err row_add(const struct change *change) {
    struct entry *entry = change->entry;
    for (int tries = 0; tries < ID_TRIES; tries++) {
        entry->id = (struct entry_id){id_next(change->ids)};
        struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_ADD);
        row_bind(query, change);
        if (entry->source.v != 0) {
            db_bind_i64(query, ENTRY_COLUMN_SOURCE_ID + 1, entry->source.v);
            db_bind_text_borrowed(query, ENTRY_COLUMN_SOURCE_KEY + 1, entry->source_key);
        }
        TRY(db_run(query));
        if (db_changed(change->conn) == 1) {
            return OK;
        }
    }
    return ERR_BUSY;
}

static err row_put(const struct change *change) {
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_PUT);
    row_bind(query, change);
    return db_run(query);
}

/* `*added` is false when another process has taken the number in the same millisecond. */
static err revision_add(const struct change *change, enum entry_status status, int64_t format,
                        slice body, bool *added) {
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_REVISION_ADD);
    db_bind_i64(query, 1, change->entry->revision);
    db_bind_i64(query, 2, change->entry->id.v);
    db_bind_i64(query, 3, status);
    db_bind_text_borrowed(query, 4, change->author);
    db_bind_text_borrowed(query, 5, change->reason);
    db_bind_i64(query, 6, change->now_ms);
    db_bind_i64(query, 7, format);
    db_bind_blob_borrowed(query, 8, body);
    TRY(db_run(query));
    *added = db_changed(change->conn) == 1;
    return OK;
}

/* Adds the revision that the entry's row names already; a number that is taken is changed in
 * both. */
static err revision_write(const struct change *change, slice body) {
    for (int tries = 0; tries < ID_TRIES; tries++) {
        bool added = false;
        TRY(revision_add(change, change->entry->status, ENTRY_BODY_ZSTD, body, &added));
        if (added) {
            return OK;
        }
        change->entry->revision = id_next(change->ids);
        TRY(row_put(change));
    }
    return ERR_BUSY;
}

/* Finishes the content with what is ours, and packs it. */
static err content_pack(const struct change *change, struct buf *content, slice *packed) {
    entry_content_close(change->entry, content);
    TRY(content->failed);
    return entry_pack(change->tools, buf_slice(content), packed);
}

/* `content` is what entry_content_write wrote. */
static err change_write(struct change *change, const struct stand *stand, struct buf *content) {
    struct entry *entry = change->entry;
    entry->updated_ms = change->now_ms;
    if (stand->exists) {
        entry->id = stand->id;
        entry->created_ms = stand->created_ms;
    } else if (entry->created_ms == 0 || entry->created_ms > change->now_ms) {
        entry->created_ms = change->now_ms;
    }
    entry->revision = id_next(change->ids);
    if (stand->exists) {
        TRY(row_put(change));
        TRY(entry_lists_drop(change->conn, entry->id, stand->lists));
    } else {
        TRY(row_add(change));
    }
    TRY(entry_lists_add(change->conn, change->bulk, entry));
    entry_content_close(entry, content);
    TRY(content->failed);
    if (change->bulk && content->n <= ENTRY_BULK_JSON_MAX) {
        const struct entry_bulk_revision revision = {entry->revision, entry->id.v, entry->status,
                                                     change->now_ms};
        TRY(entry_bulk_revision_add(change->conn, change->tools, &revision, buf_slice(content)));
    } else {
        slice packed = SLICE_EMPTY;
        TRY(entry_pack(change->tools, buf_slice(content), &packed));
        TRY(revision_write(change, packed));
    }
    return db_change_add(change->conn, DB_CHANGE_ENTRY, entry->id.v, change->now_ms);
}

static err held_drop(struct db_conn *conn, struct entry_id id) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_HELD_DROP);
    db_bind_i64(query, 1, id.v);
    return db_run(query);
}

/* Keeps what the source says now beside what people wrote; the same again writes nothing. */
static err held_put(struct change *change, const struct stand *stand, struct buf *content) {
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_HELD_GET);
    db_bind_i64(query, 1, stand->id.v);
    bool row = false;
    TRY(db_next(query, &row));
    bool same = row && slice_equal(db_blob(query, 0), crypto_digest_slice(&change->digest));
    db_done(query);
    if (same) {
        return OK;
    }
    slice packed = SLICE_EMPTY;
    TRY(content_pack(change, content, &packed));
    query = db_query(change->conn, &entry_catalogue, ENTRY_HELD_PUT);
    db_bind_i64(query, 1, stand->id.v);
    db_bind_blob_borrowed(query, 2, crypto_digest_slice(&change->digest));
    db_bind_text_borrowed(query, 3, change->author);
    db_bind_i64(query, 4, change->now_ms);
    db_bind_i64(query, 5, ENTRY_BODY_ZSTD);
    db_bind_blob_borrowed(query, 6, packed);
    return db_run(query);
}

static err import_against_edit(struct change *change, const struct stand *stand,
                               struct buf *content, enum entry_outcome *outcome) {
    bool source_is_still =
        stand->has_import_digest && crypto_digest_same(&stand->import_digest, &change->digest);
    if (source_is_still || crypto_digest_same(&stand->digest, &change->digest)) {
        TRY(held_drop(change->conn, stand->id)); /* an older difference is settled with it */
        *outcome = ENTRY_UNCHANGED;
        return OK;
    }
    TRY(held_put(change, stand, content));
    *outcome = ENTRY_HELD;
    return OK;
}

static bool is_import_author(slice author) {
    return slice_starts_with(author, SLICE("import:"));
}

/* Whether the entry is out of sight only because its source had dropped it. */
static err withdrawn_by_source(struct db_conn *conn, const struct stand *stand, bool *withdrawn) {
    *withdrawn = false;
    if (stand->status != ENTRY_ARCHIVED) {
        return OK;
    }
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_AUTHOR);
    db_bind_i64(query, 1, stand->revision);
    db_bind_i64(query, 2, stand->id.v);
    bool row = false;
    TRY(db_next(query, &row));
    *withdrawn = row && is_import_author(db_text(query, 0));
    db_done(query);
    return OK;
}

/* A record that the source dropped is back: it is published again, as it stood. */
static err come_back(struct change *change, struct stand *stand, bool *back) {
    TRY(withdrawn_by_source(change->conn, stand, back));
    if (!*back) {
        return OK;
    }
    TRY(entry_set_status(change->conn, change->ids, stand->id, ENTRY_PUBLISHED, change->author,
                         SLICE("in the source again"), change->now_ms));
    return stand_by_id(change->conn, stand->id, stand);
}

static err import_decide(struct change *change, struct stand *stand, struct buf *content,
                         enum entry_outcome *outcome) {
    struct entry *entry = change->entry;
    bool back = false;
    if (!stand->exists) {
        TRY(change_write(change, stand, content));
        *outcome = ENTRY_ADDED;
        return OK;
    }
    bool same = crypto_digest_same(&stand->digest, &change->digest);
    if (stand->edited || same) {
        TRY(come_back(change, stand, &back));
    }
    if (stand->edited) {
        TRY(import_against_edit(change, stand, content, outcome));
    } else if (same) {
        *outcome = ENTRY_UNCHANGED;
    } else {
        TRY(change_write(change, stand, content));
        *outcome = ENTRY_UPDATED;
        return OK;
    }
    if (back && *outcome == ENTRY_UNCHANGED) {
        *outcome = ENTRY_UPDATED;
    }
    entry->id = stand->id;
    entry->revision = stand->revision;
    return OK;
}

/* Writes what comes as content and takes its digest. */
static err change_start(struct change *change, struct buf **content) {
    change->tools = entry_tools_of(change->conn);
    if (!change->tools) {
        return ERR_MEMORY;
    }
    *content = entry_tools_json(change->tools);
    entry_content_write(change->entry, *content);
    TRY((*content)->failed);
    change->digest = entry_content_digest(change->entry, buf_slice(*content));
    return OK;
}

err entry_content_make(const struct entry *entry, struct buf *scratch, struct arena *arena,
                       struct entry_content *content) {
    buf_clear(scratch);
    entry_content_write(entry, scratch);
    TRY(scratch->failed);
    struct crypto_digest digest = entry_content_digest(entry, buf_slice(scratch));
    _Static_assert(sizeof digest.bytes == sizeof content->digest, "one digest, two names");
    content->json = arena_copy(arena, buf_slice(scratch));
    for (size_t i = 0; i < sizeof content->digest; i++) {
        content->digest[i] = digest.bytes[i];
    }
    return OK;
}

/* `change` has its tools and its digest; `content` is what both are of. */
static err import_start(struct change *change, struct buf *content, enum entry_outcome *outcome) {
    const struct entry *entry = change->entry;
    if (entry->source.v == 0 || entry->source_key.n == 0) {
        return ERR_INPUT;
    }
    if (change->bulk) {
        TRY(entry_bulk_source(change->conn, change->tools, entry->source));
    }
    TRY(entry_import_author(change->conn, change->tools, entry->source, &change->author));
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_STAND);
    db_bind_i64(query, 1, entry->source.v);
    db_bind_text_borrowed(query, 2, entry->source_key);
    struct stand stand;
    TRY(stand_read(query, &stand));
    return import_decide(change, &stand, content, outcome);
}

err entry_import(struct db_conn *conn, struct id_source *ids, struct entry *entry, int64_t now_ms,
                 enum entry_outcome *outcome) {
    struct change change = {
        .conn = conn, .ids = ids, .entry = entry, .now_ms = now_ms, .by_import = true};
    struct buf *content = NULL;
    TRY(change_start(&change, &content));
    return import_start(&change, content, outcome);
}

err entry_import_content(struct db_conn *conn, struct id_source *ids, struct entry *entry,
                         const struct entry_content *content, int64_t now_ms,
                         enum entry_outcome *outcome) {
    struct change change = {.conn = conn,
                            .ids = ids,
                            .entry = entry,
                            .tools = entry_tools_of(conn),
                            .now_ms = now_ms,
                            .by_import = true};
    if (!change.tools) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < sizeof content->digest; i++) {
        change.digest.bytes[i] = content->digest[i];
    }
    change.bulk = entry_tools_bulk(change.tools);
    struct buf *json = entry_tools_json(change.tools);
    buf_add(json, content->json);
    TRY(json->failed);
    return import_start(&change, json, outcome);
}

/* ERR_INPUT when the entry would be inspired by itself, directly or through others. */
static err descent_check(struct db_conn *conn, const struct entry *entry, struct problem *problem) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        struct entry_id from = entry_link_inspired(&entry->links[i]);
        if (from.v == 0) {
            continue;
        }
        struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_DESCENDS);
        bool row = false;
        db_bind_i64(query, 1, entry->id.v);
        db_bind_i64(query, 2, ENTRY_DESCENT_MAX);
        db_bind_i64(query, 3, from.v);
        TRY(db_next(query, &row));
        db_done(query);
        if (row || from.v == entry->id.v) {
            return problem_set(problem, ERR_INPUT, "links",
                               "it would be inspired by what it inspired itself");
        }
    }
    return OK;
}

err entry_edit(struct db_conn *conn, struct id_source *ids, struct entry *entry, slice author,
               slice reason, int64_t now_ms, struct problem *problem) {
    struct stand stand = {.exists = false};
    if (entry->id.v != 0) {
        TRY(stand_by_id(conn, entry->id, &stand));
        if (!stand.exists) {
            return ERR_NOT_FOUND;
        }
        if (stand.revision != entry->revision) {
            return ERR_CONFLICT;
        }
        TRY(descent_check(conn, entry, problem));
    }
    struct change change = {.conn = conn,
                            .ids = ids,
                            .entry = entry,
                            .author = author,
                            .reason = reason,
                            .now_ms = now_ms};
    struct buf *content = NULL;
    TRY(change_start(&change, &content));
    return change_write(&change, &stand, content);
}

static err status_put(const struct change *change) {
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_STATUS_PUT);
    db_bind_i64(query, 1, change->entry->id.v);
    db_bind_i64(query, 2, change->entry->status);
    db_bind_i64(query, 3, change->entry->revision);
    db_bind_i64(query, 4, change->now_ms);
    db_bind_i64(query, 5, !is_import_author(change->author));
    return db_run(query);
}

/* The content stays, so the new revision carries the body of the one before. */
static err status_revision_add(const struct change *change, int64_t before, bool *added) {
    struct db_query *query = db_query(change->conn, &entry_catalogue, ENTRY_REVISION_BODY);
    db_bind_i64(query, 1, before);
    db_bind_i64(query, 2, change->entry->id.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_CORRUPT;
    }
    err failed =
        revision_add(change, change->entry->status, db_i64(query, 0), db_blob(query, 1), added);
    db_done(query);
    return failed;
}

err entry_set_status(struct db_conn *conn, struct id_source *ids, struct entry_id id,
                     enum entry_status status, slice author, slice reason, int64_t now_ms) {
    struct stand stand;
    TRY(stand_by_id(conn, id, &stand));
    if (!stand.exists) {
        return ERR_NOT_FOUND;
    }
    struct entry entry = {.id = id, .status = status};
    struct change change = {.conn = conn,
                            .ids = ids,
                            .entry = &entry,
                            .author = author,
                            .reason = reason,
                            .now_ms = now_ms};
    bool added = false;
    for (int tries = 0; tries < ID_TRIES && !added; tries++) {
        entry.revision = id_next(ids);
        TRY(status_revision_add(&change, stand.revision, &added));
    }
    if (!added) {
        return ERR_BUSY;
    }
    TRY(status_put(&change));
    return db_change_add(conn, DB_CHANGE_ENTRY, id.v, now_ms);
}
