/* Many entries at once: rows that wait until one statement adds them together, bodies that are
 * packed together. */
#include "domain/entry/entry_int.h"

#define REFERENCE_BYTES 9 /* of ENTRY_BODY_IN_PACK */
#define LENGTH_BYTES    4

static void number_write(char *out, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (char)(number >> (8 * i));
    }
}

static uint64_t number_read(const char *p, size_t bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        number |= (uint64_t)(unsigned char)p[i] << (8 * i);
    }
    return number;
}

static err pack_write(struct db_conn *conn, struct entry_tools *tools, int64_t id) {
    slice packed = SLICE_EMPTY;
    TRY(entry_pack(tools, buf_slice(&entry_tools_bulk(tools)->bodies), &packed));
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_PACK_ADD);
    db_bind_i64(query, 1, id);
    db_bind_i64(query, 2, ENTRY_BODY_ZSTD);
    db_bind_blob_borrowed(query, 3, packed);
    return db_run(query);
}

static err revision_write(struct db_conn *conn, slice author,
                          const struct entry_bulk_revision *revision, slice reference) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_ADD);
    db_bind_i64(query, 1, revision->id);
    db_bind_i64(query, 2, revision->entry_id);
    db_bind_i64(query, 3, revision->status);
    db_bind_text_borrowed(query, 4, author);
    db_bind_text_borrowed(query, 5, SLICE_EMPTY);
    db_bind_i64(query, 6, revision->at_ms);
    db_bind_i64(query, 7, ENTRY_BODY_IN_PACK);
    db_bind_blob_borrowed(query, 8, reference);
    return db_run(query);
}

err entry_bulk_revisions_write(struct db_conn *conn, struct entry_tools *tools) {
    struct entry_bulk *bulk = entry_tools_bulk(tools);
    char references[ENTRY_BULK_REVISIONS][REFERENCE_BYTES];
    slice author = entry_tools_author(tools);
    uint32_t count = bulk->revision_count;
    if (count == 0) {
        return OK;
    }
    TRY(pack_write(conn, tools, bulk->revisions[0].id));
    bulk->revision_count = 0;
    buf_clear(&bulk->bodies);
    for (uint32_t i = 0; i < count; i++) {
        number_write(references[i], (uint64_t)bulk->revisions[0].id, 8);
        references[i][8] = (char)i;
    }
    for (uint32_t i = 0; i < count && count < ENTRY_BULK_REVISIONS; i++) {
        TRY(revision_write(conn, author, &bulk->revisions[i],
                           slice_of(references[i], REFERENCE_BYTES)));
    }
    if (count < ENTRY_BULK_REVISIONS) {
        return OK;
    }
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_REVISION_ADD_MANY);
    db_bind_text_borrowed(query, 1, author);
    for (uint32_t i = 0; i < count; i++) {
        db_bind_i64(query, 5 * i + 2, bulk->revisions[i].id);
        db_bind_i64(query, 5 * i + 3, bulk->revisions[i].entry_id);
        db_bind_i64(query, 5 * i + 4, bulk->revisions[i].status);
        db_bind_i64(query, 5 * i + 5, bulk->revisions[i].at_ms);
        db_bind_blob_borrowed(query, 5 * i + 6, slice_of(references[i], REFERENCE_BYTES));
    }
    return db_run(query);
}

err entry_bulk_source(struct db_conn *conn, struct entry_tools *tools, struct source_id source) {
    struct entry_bulk *bulk = entry_tools_bulk(tools);
    if (bulk->source.v != source.v) {
        TRY(entry_bulk_revisions_write(conn, tools));
        bulk->source = source;
    }
    return OK;
}

err entry_bulk_revision_add(struct db_conn *conn, struct entry_tools *tools,
                            const struct entry_bulk_revision *revision, slice json) {
    struct entry_bulk *bulk = entry_tools_bulk(tools);
    char length[LENGTH_BYTES];
    number_write(length, json.n, LENGTH_BYTES);
    buf_add_bytes(&bulk->bodies, length, LENGTH_BYTES);
    buf_add(&bulk->bodies, json);
    TRY(bulk->bodies.failed);
    bulk->revisions[bulk->revision_count++] = *revision;
    return bulk->revision_count == ENTRY_BULK_REVISIONS ? entry_bulk_revisions_write(conn, tools)
                                                        : OK;
}

static void row_bind(struct db_query *query, unsigned first, const struct entry_bulk_row *row) {
    db_bind_i64(query, first, row->entry_id);
    db_bind_i64(query, first + 1, row->position);
    db_bind_text_borrowed(query, first + 2, row->text);
}

/* `statement` adds ENTRY_BULK_ROWS of them, `single` one. */
static err rows_write(struct db_conn *conn, struct entry_bulk_rows *rows,
                      enum entry_statement statement, unsigned single) {
    uint32_t count = rows->count;
    rows->count = 0;
    if (count == ENTRY_BULK_ROWS) {
        struct db_query *query = db_query(conn, &entry_catalogue, statement);
        for (uint32_t i = 0; i < count; i++) {
            row_bind(query, 3 * i + 1, &rows->rows[i]);
        }
        return db_run(query);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct db_query *query = db_query(conn, &entry_catalogue, single);
        row_bind(query, 1, &rows->rows[i]);
        TRY(db_run(query));
    }
    return OK;
}

err entry_bulk_row_add(struct db_conn *conn, struct entry_bulk_rows *rows,
                       enum entry_statement statement, struct entry_bulk_row row) {
    rows->rows[rows->count++] = row;
    return rows->count == ENTRY_BULK_ROWS ? rows_write(conn, rows, statement, 0) : OK;
}

err entry_import_begin(struct db_conn *conn, struct id_source *ids) {
    struct entry_tools *tools = entry_tools_of(conn);
    int64_t last = 0;
    if (!tools) {
        return ERR_MEMORY;
    }
    struct entry_bulk *bulk = entry_tools_bulk(tools);
    TRY(entry_id_last(conn, &last));
    id_source_raise(ids, last);
    *bulk = (struct entry_bulk){.bodies = bulk->bodies}; /* without those of a transaction undone */
    buf_clear(&bulk->bodies);
    return OK;
}

err entry_import_end(struct db_conn *conn) {
    struct entry_tools *tools = entry_tools_of(conn);
    if (!tools) {
        return ERR_MEMORY;
    }
    struct entry_bulk *bulk = entry_tools_bulk(tools);
    TRY(entry_bulk_revisions_write(conn, tools));
    TRY(rows_write(conn, &bulk->themes, ENTRY_THEME_ADD_MANY,
                   ENTRY_LIST_ADD_FIRST + ENTRY_LIST_THEME));
    return rows_write(conn, &bulk->tags, ENTRY_TAG_ADD_MANY, ENTRY_LIST_ADD_FIRST + ENTRY_LIST_TAG);
}

/* The bytes at one place of a pack. */
static err place_read(slice pack, unsigned place, struct buf *out) {
    for (;; place--) {
        uint64_t length = pack.n < LENGTH_BYTES ? UINT64_MAX : number_read(pack.p, LENGTH_BYTES);
        if (length > pack.n - LENGTH_BYTES || pack.n < LENGTH_BYTES) {
            return ERR_CORRUPT;
        }
        if (place == 0) {
            buf_add(out, slice_sub(pack, LENGTH_BYTES, length));
            return out->failed;
        }
        pack = slice_sub(pack, LENGTH_BYTES + length, pack.n);
    }
}

err entry_pack_read(struct db_conn *conn, struct entry_tools *tools, slice reference,
                    struct buf *out) {
    if (reference.n != REFERENCE_BYTES) {
        return ERR_CORRUPT;
    }
    unsigned place = (unsigned char)reference.p[8];
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_PACK_GET);
    db_bind_i64(query, 1, (int64_t)number_read(reference.p, 8));
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_CORRUPT;
    }
    struct buf pack BUF_CLEANUP =
        buf_new(ENTRY_BULK_REVISIONS * (ENTRY_BULK_JSON_MAX + LENGTH_BYTES));
    err failed = entry_unpack(tools, db_i64(query, 0), db_blob(query, 1), &pack);
    db_done(query);
    return failed != OK ? failed : place_read(buf_slice(&pack), place, out);
}
