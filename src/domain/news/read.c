/* One news, those of an entry, the latest of all or of a territory. */
#include "domain/news/news_int.h"

err news_load(struct db_conn *conn, int64_t id, struct arena *arena, struct news *news) {
    struct db_query *query = news_query(conn, NEWS_GET, id);
    bool row = false;
    TRY(db_next(query, &row));
    err read = row ? news_read(conn, query, arena, news) : ERR_NOT_FOUND;
    db_done(query);
    return read;
}

/* All rows of a query. */
static err read_all(struct db_conn *conn, struct db_query *query, struct arena *arena,
                    struct news **news, size_t *count) {
    struct news *list = NULL;
    size_t used = 0;
    size_t room = 0;
    err failed = OK;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        list = arena_grow(arena, struct news, list, used, &room);
        failed = news_read(conn, query, arena, &list[used++]);
        if (failed != OK) {
            db_done(query);
            return failed;
        }
    }
    *news = list;
    *count = used;
    return OK;
}

err news_versions(struct db_conn *conn, int64_t id, size_t room, struct arena *arena,
                  struct news **versions, size_t *count) {
    struct db_query *query = news_query(conn, NEWS_VERSIONS, id);
    db_bind_i64(query, 2, (int64_t)room);
    return read_all(conn, query, arena, versions, count);
}

err news_of_entry(struct db_conn *conn, struct entry_id entry, const struct news *before, bool all,
                  size_t room, struct arena *arena, struct news **news, size_t *count) {
    struct db_query *query = news_query(conn, NEWS_OF_ENTRY, entry.v);
    db_bind_i64(query, 2, before ? before->happened_ms : INT64_MAX);
    db_bind_i64(query, 3, before ? before->id : INT64_MAX);
    db_bind_i64(query, 4, all ? NEWS_STATUS__COUNT : NEWS_SHOWN);
    db_bind_i64(query, 5, (int64_t)room);
    return read_all(conn, query, arena, news, count);
}

/* ---- the latest ---- */

/* What is looked for while the newest are walked through. */
struct looking {
    struct db_conn *conn;
    const struct territories *territories;
    uint32_t within; /* TERRITORY_NONE: anywhere */
    struct arena *arena;
    struct news_item *items;
    size_t count, room, space;
};

/* Keeps what the public sees there. The territory of the row, as fine as it is known, only spares
 * the loading of entries elsewhere. */
static err consider(struct looking *looking, const struct news *news, slice territory) {
    uint32_t within = looking->within;
    const struct territories *all = looking->territories;
    if (within != TERRITORY_NONE &&
        !territories_is_within(all, territories_find(all, territory), within)) {
        return OK;
    }
    struct entry_public *entry = arena_new(looking->arena, struct entry_public, 1);
    err loaded = entry_public_load(looking->conn, all, news->entry, looking->arena, entry);
    if (loaded != OK) {
        return loaded == ERR_NOT_FOUND ? OK : loaded;
    }
    if (within == TERRITORY_NONE || territories_is_within(all, entry->territory, within)) {
        looking->items = arena_grow(looking->arena, struct news_item, looking->items,
                                    looking->count, &looking->space);
        looking->items[looking->count++] = (struct news_item){.news = *news, .entry = entry};
    }
    return OK;
}

err news_latest(struct db_conn *conn, const struct territories *territories, uint32_t territory,
                int64_t before, size_t room, struct arena *arena, struct news_item **items,
                size_t *count) {
    struct looking looking = {.conn = conn,
                              .territories = territories,
                              .within = territory,
                              .arena = arena,
                              .room = room};
    struct db_query *query = news_query(conn, NEWS_LATEST, before > 0 ? before : INT64_MAX);
    db_bind_i64(query, 2, NEWS_LOOK_MAX);
    err failed = OK;
    while (failed == OK && looking.count < room) {
        bool row = false;
        struct news news;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        failed = news_read(conn, query, arena, &news);
        if (failed == OK) {
            failed = consider(&looking, &news, db_text(query, 12));
        }
    }
    db_done(query);
    *items = looking.items;
    *count = looking.count;
    return failed;
}

/* ---- of one account ---- */

static err write_version(const struct news *news, struct buf *out) {
    buf_addf(out, "{\"entry\":%lld,\"news\":%lld,\"version\":%lld,\"at\":\"",
             (long long)news->entry.v, (long long)news->id, (long long)news->version);
    time_format_rfc3339(news->changed_ms, out);
    buf_add_cstr(out, "\",\"sort\":");
    buf_add_json_string(out, news_sort_slug(news->sort));
    buf_add_cstr(out, ",\"happened\":\"");
    date_format(&news->happened, out);
    buf_add_cstr(out, "\",\"title\":");
    buf_add_json_string(out, news->title);
    buf_add_cstr(out, ",\"text\":");
    buf_add_json_string(out, news->text);
    buf_add_cstr(out, ",\"media\":[");
    for (uint32_t i = 0; i < news->media_count; i++) {
        const struct entry_media *media = &news->media[i];
        buf_add_cstr(out, i > 0 ? ",{\"url\":" : "{\"url\":");
        buf_add_json_string(out, media->url);
        buf_add_cstr(out, ",\"said\":");
        buf_add_json_string(out, media->kind == ENTRY_MEDIA_IMAGE ? media->alt : media->title);
        buf_add_cstr(out, ",\"credit\":");
        buf_add_json_string(out, media->credit);
        buf_add_char(out, '}');
    }
    buf_add_cstr(out, "]}");
    return out->failed;
}

err news_person_to_json(struct db_conn *conn, struct person_id person, struct buf *out) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct db_query *query = news_query(conn, NEWS_OF_PERSON, person.v);
    buf_add_cstr(out, "\"news\":[");
    for (bool is_first = true;; is_first = false) {
        bool row = false;
        struct news news;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        arena_reset(&arena);
        err read = news_read(conn, query, &arena, &news);
        if (read == OK) {
            buf_add_cstr(out, is_first ? "" : ",");
            read = write_version(&news, out);
        }
        if (read != OK) {
            db_done(query);
            return read;
        }
    }
    buf_add_char(out, ']');
    return out->failed;
}
