#include "domain/instance/instance.h"

enum instance_statement {
    INSTANCE_NOTE_PUT,
    INSTANCE_NOTE_GET,
    INSTANCE_SETTING_PUT,
    INSTANCE_SETTING_DELETE,
    INSTANCE_SETTING_LIST,
    INSTANCE_STATEMENT__COUNT
};

static const struct db_statement statements[INSTANCE_STATEMENT__COUNT] = {
    [INSTANCE_NOTE_PUT] = {"note put",
                           "INSERT INTO instance_note (name, at_ms, value) VALUES ($1, $2, $3) "
                           "ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms, "
                           "value = excluded.value"},
    [INSTANCE_NOTE_GET] = {"note get", "SELECT at_ms, value FROM instance_note WHERE name = $1"},
    [INSTANCE_SETTING_PUT] = {"setting put", "INSERT INTO instance_setting (key, value, at_ms) "
                                             "VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET "
                                             "value = excluded.value, at_ms = excluded.at_ms"},
    [INSTANCE_SETTING_DELETE] = {"setting delete", "DELETE FROM instance_setting WHERE key = $1"},
    [INSTANCE_SETTING_LIST] = {"setting list",
                               "SELECT key, value FROM instance_setting ORDER BY key"},
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

err instance_setting_put(struct db_conn *conn, slice key, slice value, int64_t now_ms) {
    if (key.n > INSTANCE_KEY_MAX || value.n > INSTANCE_VALUE_MAX) {
        return ERR_LIMIT;
    }
    struct db_query *query = db_query(conn, &instance_catalogue,
                                      value.n > 0 ? INSTANCE_SETTING_PUT : INSTANCE_SETTING_DELETE);
    db_bind_text_borrowed(query, 1, key);
    if (value.n > 0) {
        db_bind_text_borrowed(query, 2, value);
        db_bind_i64(query, 3, now_ms);
    }
    TRY(db_run(query));
    /* What is made of the name of the site (feeds, catalogues) is another from now on. */
    return db_change_add(conn, DB_CHANGE_SOURCE, 0, now_ms);
}

err instance_settings(struct db_conn *conn, struct arena *arena, struct instance_setting **settings,
                      size_t *count) {
    struct db_query *query = db_query(conn, &instance_catalogue, INSTANCE_SETTING_LIST);
    struct instance_setting *list = NULL;
    size_t used = 0;
    size_t room = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct instance_setting, list, used, &room);
        list[used++] = (struct instance_setting){.key = arena_copy(arena, db_text(query, 0)),
                                                 .value = arena_copy(arena, db_text(query, 1))};
    }
    *settings = list;
    *count = used;
    return OK;
}
