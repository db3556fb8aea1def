#include "domain/source/source.h"

#include "text/text.h"

enum source_statement {
    SOURCE_PUT,
    SOURCE_FIND,
    SOURCE_LIST,
    SOURCE_STATE_SET,
    SOURCE_STATEMENT__COUNT
};

#define SOURCE_COLUMNS "id, slug, title, url, licence, attribution, fetched_ms"
#define SOURCE_READ    SOURCE_COLUMNS ", state, state_by, state_reason"

static const struct db_statement statements[] = {
    /* A text that comes empty keeps what stands; no row comes back when nothing changes. */
    [SOURCE_PUT] = {"put",
                    "INSERT INTO source (" SOURCE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7) "
                    "ON CONFLICT (slug) DO UPDATE SET "
                    "title = coalesce(nullif(excluded.title, ''), source.title), "
                    "url = coalesce(nullif(excluded.url, ''), source.url), "
                    "licence = coalesce(nullif(excluded.licence, ''), source.licence), "
                    "attribution = coalesce(nullif(excluded.attribution, ''), source.attribution), "
                    "fetched_ms = CASE WHEN excluded.fetched_ms > source.fetched_ms "
                    "THEN excluded.fetched_ms ELSE source.fetched_ms END "
                    "WHERE coalesce(nullif(excluded.title, ''), source.title) <> source.title "
                    "OR coalesce(nullif(excluded.url, ''), source.url) <> source.url "
                    "OR coalesce(nullif(excluded.licence, ''), source.licence) <> source.licence "
                    "OR coalesce(nullif(excluded.attribution, ''), source.attribution) "
                    "<> source.attribution "
                    "OR excluded.fetched_ms > source.fetched_ms RETURNING id"},
    [SOURCE_FIND] = {"find", "SELECT " SOURCE_READ " FROM source WHERE slug = $1"},
    [SOURCE_LIST] = {"list", "SELECT " SOURCE_READ " FROM source ORDER BY slug"},
    [SOURCE_STATE_SET] = {"state_set", "UPDATE source SET state = $2, state_by = $3, "
                                       "state_reason = $4 WHERE slug = $1 RETURNING id"},
};
const struct db_catalogue source_catalogue = {"source", statements, ARRAY_COUNT(statements)};

#define SOURCE_SLUG_MAX 60

bool source_slug_is_valid(slice slug) {
    return text_is_slug(slug, SOURCE_SLUG_MAX);
}

static struct source source_read(struct db_query *query, struct arena *arena) {
    return (struct source){.id = {db_i64(query, 0)},
                           .slug = arena_copy(arena, db_text(query, 1)),
                           .title = arena_copy(arena, db_text(query, 2)),
                           .url = arena_copy(arena, db_text(query, 3)),
                           .licence = arena_copy(arena, db_text(query, 4)),
                           .attribution = arena_copy(arena, db_text(query, 5)),
                           .fetched_ms = db_i64(query, 6),
                           .state = (enum source_state)db_i64(query, 7),
                           .state_by = db_i64(query, 8),
                           .state_reason = arena_copy(arena, db_text(query, 9))};
}

err source_store(struct db_conn *conn, struct id_source *ids, const struct source *source,
                 int64_t now_ms, struct source_id *id) {
    if (!source_slug_is_valid(source->slug)) {
        return ERR_INPUT;
    }
    struct db_query *query = db_query(conn, &source_catalogue, SOURCE_PUT);
    db_bind_i64(query, 1, id_next(ids));
    db_bind_text_borrowed(query, 2, source->slug);
    db_bind_text_borrowed(query, 3, source->title);
    db_bind_text_borrowed(query, 4, source->url);
    db_bind_text_borrowed(query, 5, source->licence);
    db_bind_text_borrowed(query, 6, source->attribution);
    db_bind_i64(query, 7, source->fetched_ms);
    bool row = false;
    TRY(db_next(query, &row));
    if (row) {
        struct source_id written = {db_i64(query, 0)};
        TRY(db_run(query));
        TRY(db_change_add(conn, DB_CHANGE_SOURCE, written.v, now_ms));
        *id = written;
        return OK;
    }
    query = db_query(conn, &source_catalogue, SOURCE_FIND);
    db_bind_text_borrowed(query, 1, source->slug);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_INTERNAL;
    }
    *id = (struct source_id){db_i64(query, 0)};
    db_done(query);
    return OK;
}

err source_find(struct db_conn *conn, slice slug, struct arena *arena, struct source *source) {
    struct db_query *query = db_query(conn, &source_catalogue, SOURCE_FIND);
    db_bind_text(query, 1, slug);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *source = source_read(query, arena);
    db_done(query);
    return OK;
}

err source_may_import(struct db_conn *conn, slice slug, struct problem *problem) {
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    struct source source;
    err found = source_find(conn, slug, &arena, &source);
    if (found != OK || source.state == SOURCE_OPEN) {
        return found == ERR_NOT_FOUND ? OK : found;
    }
    return problem_set(problem, ERR_DENIED, "source",
                       "the source %.*s %s by an administrator: /administration/sources/%.*s opens "
                       "it again",
                       SLICE_ARG(slug),
                       source.state == SOURCE_PAUSED ? "was paused" : "was removed",
                       SLICE_ARG(slug));
}

err source_state_set(struct db_conn *conn, slice slug, enum source_state state, int64_t person,
                     slice reason, int64_t now_ms) {
    bool row = false;
    struct db_query *query = db_query(conn, &source_catalogue, SOURCE_STATE_SET);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_i64(query, 2, state);
    db_bind_i64(query, 3, person);
    db_bind_text_borrowed(query, 4, reason);
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    int64_t id = db_i64(query, 0);
    TRY(db_run(query));
    return db_change_add(conn, DB_CHANGE_SOURCE, id, now_ms);
}

err source_list(struct db_conn *conn, struct arena *arena, struct source **sources, size_t *count) {
    struct source *list = NULL;
    size_t used = 0;
    size_t room = 0;
    struct db_query *query = db_query(conn, &source_catalogue, SOURCE_LIST);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct source, list, used, &room);
        list[used++] = source_read(query, arena);
    }
    *sources = list;
    *count = used;
    return OK;
}
