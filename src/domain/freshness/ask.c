/* RULE FRESH-3: whom to ask whether an entry is still so, and when. */
#include "domain/freshness/freshness_int.h"

/* A letter on its way, and whom an answer to it is of. */
struct reader {
    struct freshness_letter letter;
    slice author;
    enum entry_confirmed_by side;
    struct crypto_digest digest; /* of the address, keyed */
};

/* Keyed by the number of this store: no other one and no table made beforehand tells of it. */
static err digest_of(struct db_conn *conn, slice address, struct arena *arena,
                     struct crypto_digest *digest) {
    uint64_t store = 0;
    uint64_t epoch = 0;
    TRY(db_identity(conn, &store, &epoch));
    const slice parts[] = {SLICE("freshness"), slice_of((const char *)&store, sizeof store),
                           person_address_fold(address, arena)};
    *digest = crypto_digest(parts, ARRAY_COUNT(parts));
    return OK;
}

static err is_silent(struct db_conn *conn, const struct crypto_digest *reader, bool *silent) {
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_SILENT_GET);
    db_bind_blob_borrowed(query, 1, crypto_digest_slice(reader));
    TRY(db_next(query, silent));
    db_done(query);
    return OK;
}

static err add(struct db_conn *conn, struct entry_id entry, const struct reader *reader,
               int64_t now_ms) {
    struct db_query *query =
        freshness_query_of(conn, FRESHNESS_ASK_ADD, slice_from_cstr(reader->letter.link.text));
    db_bind_i64(query, 2, entry.v);
    db_bind_blob(query, 3, crypto_digest_slice(&reader->digest));
    db_bind_text_borrowed(query, 4, reader->author);
    db_bind_i64(query, 5, reader->side);
    db_bind_i64(query, 6, now_ms);
    return db_run(query);
}

/* Everybody who could be asked about an entry. */
static err readers_of(struct db_conn *conn, const struct freshness_letter *about,
                      struct arena *arena, struct reader **readers, size_t *count) {
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_READERS);
    struct reader *list = NULL;
    size_t used = 0;
    size_t room = 0;
    db_bind_i64(query, 1, about->entry.v);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        int64_t who = db_i64(query, 2); /* a contribution is told by a number below 0 */
        list = arena_grow(arena, struct reader, list, used, &room);
        struct reader *reader = &list[used++];
        *reader =
            (struct reader){.letter = *about,
                            .author = who > 0 ? arena_printf(arena, "person:%lld", (long long)who)
                                              : arena_printf(arena, "guest:%lld", (long long)-who),
                            .side = (enum entry_confirmed_by)db_i64(query, 3)};
        reader->letter.address = arena_copy(arena, db_text(query, 0));
        reader->letter.language = arena_copy(arena, db_text(query, 1));
    }
    for (size_t i = 0; i < used; i++) {
        TRY(digest_of(conn, list[i].letter.address, arena, &list[i].digest));
    }
    *readers = list;
    *count = used;
    return OK;
}

static err due_list(struct db_conn *conn, int64_t now_ms, size_t room, struct arena *arena,
                    struct freshness_letter **entries, size_t *count) {
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_DUE);
    struct freshness_letter *list = arena_new(arena, struct freshness_letter, room + 1);
    size_t used = 0;
    db_bind_i64(query, 1, now_ms - FRESHNESS_ASK_MS);
    db_bind_i64(query, 2, (int64_t)room);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list[used++] = (struct freshness_letter){.entry = {db_i64(query, 0)},
                                                 .title = arena_copy(arena, db_text(query, 1))};
    }
    *entries = list;
    *count = used;
    return OK;
}

/* An entry that nobody can be asked about is written down too: it is looked at again in a year. */
static err note_nobody(struct db_conn *conn, struct entry_id entry, int64_t now_ms) {
    const struct reader nobody = {.letter.link = crypto_secret_make(),
                                  .author = SLICE_EMPTY,
                                  .side = ENTRY_CONFIRMED_BY_PERSON};
    return add(conn, entry, &nobody, now_ms);
}

err freshness_due(struct db_conn *conn, int64_t now_ms, size_t room, struct arena *arena,
                  struct freshness_letter **letters, size_t *count) {
    struct freshness_letter *entries;
    struct freshness_letter *list = NULL;
    size_t entry_count;
    size_t used = 0;
    size_t space = 0;
    TRY(due_list(conn, now_ms, room, arena, &entries, &entry_count));
    for (size_t i = 0; i < entry_count; i++) {
        struct reader *readers;
        size_t reader_count;
        size_t before = used;
        TRY(readers_of(conn, &entries[i], arena, &readers, &reader_count));
        for (size_t r = 0; r < reader_count; r++) {
            bool silent = false;
            TRY(is_silent(conn, &readers[r].digest, &silent));
            if (silent) {
                continue;
            }
            readers[r].letter.link = crypto_secret_make();
            TRY(add(conn, entries[i].entry, &readers[r], now_ms));
            list = arena_grow(arena, struct freshness_letter, list, used, &space);
            list[used++] = readers[r].letter;
        }
        if (used == before) {
            TRY(note_nobody(conn, entries[i].entry, now_ms));
        }
    }
    *letters = list;
    *count = used;
    return OK;
}

err freshness_forget(struct db_conn *conn, struct person_id person) {
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_ASK_FORGET);
    db_bind_i64(query, 1, person.v);
    return db_run(query);
}

err freshness_sweep(struct db_conn *conn, int64_t now_ms) {
    struct db_query *query = db_query(conn, &freshness_catalogue, FRESHNESS_ASK_SWEEP);
    db_bind_i64(query, 1, now_ms - FRESHNESS_ASK_MS);
    return db_run(query);
}
