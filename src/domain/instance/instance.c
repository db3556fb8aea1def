#include "domain/instance/instance.h"

enum instance_statement { INSTANCE_NOTE_PUT, INSTANCE_NOTE_GET, INSTANCE_STATEMENT__COUNT };

static const struct db_statement statements[INSTANCE_STATEMENT__COUNT] = {
    [INSTANCE_NOTE_PUT] = {"note put",
                           "INSERT INTO instance_note (name, at_ms, value) VALUES ($1, $2, $3) "
                           "ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms, "
                           "value = excluded.value"},
    [INSTANCE_NOTE_GET] = {"note get", "SELECT at_ms, value FROM instance_note WHERE name = $1"},
};
const struct db_catalogue instance_catalogue = {"instance", statements, ARRAY_COUNT(statements)};

static slice note_name(enum instance_note note) {
    static const char *const names[] = {[INSTANCE_BACKUP] = "backup"};
    _Static_assert(ARRAY_COUNT(names) == INSTANCE_NOTE__COUNT, "a name for each note");
    return slice_from_cstr(names[note]);
}

err instance_note_put(struct db_conn *conn, enum instance_note note, slice value, int64_t at_ms) {
    if (value.n > INSTANCE_VALUE_MAX) {
        return ERR_LIMIT;
    }
    struct db_query *query = db_query(conn, &instance_catalogue, INSTANCE_NOTE_PUT);
    db_bind_text(query, 1, note_name(note));
    db_bind_i64(query, 2, at_ms);
    db_bind_text_borrowed(query, 3, value);
    return db_run(query);
}

err instance_note_get(struct db_conn *conn, enum instance_note note, struct arena *arena,
                      struct instance_noted *noted) {
    struct db_query *query = db_query(conn, &instance_catalogue, INSTANCE_NOTE_GET);
    db_bind_text(query, 1, note_name(note));
    bool row = false;
    TRY(db_next(query, &row));
    *noted = (struct instance_noted){.value = SLICE_EMPTY};
    if (row) {
        *noted = (struct instance_noted){.at_ms = db_i64(query, 0),
                                         .value = arena_copy(arena, db_text(query, 1))};
        db_done(query);
    }
    return OK;
}
