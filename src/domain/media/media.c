/* The books of pictures and documents (RULE MEDIA-1, RULE MEDIA-2). */
#include "domain/media/media_int.h"

#define KEPT_MS   INT64_C(2592000000) /* 30 days */
#define SWEPT_MAX 200                 /* in one hour: a deletion waits for the disk */

/* The index entry_media_here holds the rows between the two, and no others. */
#define HERE(url) url " >= '/media/' AND " url " < '/media0'"
/* Of a news item the version that stands counts, and where the entry stands that it is of. */
#define OF_NEWS                                                                                    \
    "news_media JOIN news ON news.id = news_media.news_id AND news.version = news_media.version "  \
    "JOIN entry AS own ON own.id = news.entry_id "                                                 \
    "JOIN entry ON entry.id = coalesce(own.merged_into, own.id) "
/* What names a picture. Drafts and suggestions are few: their text is looked through. Status 4 is
 * removed, state 1 waits. */
#define NAMED                                                                                      \
    "(EXISTS (SELECT 1 FROM entry_media JOIN entry ON entry.id = entry_media.entry_id "            \
    "WHERE entry_media.url = media.url AND " HERE(                                                 \
        "entry_media.url") " AND entry.status <> 4) "                                              \
                           "OR EXISTS (SELECT 1 FROM " OF_NEWS                                     \
                           "WHERE news_media.url = media.url AND entry.status <> 4) "              \
                           "OR EXISTS (SELECT 1 FROM draft WHERE draft.content LIKE '%' || "       \
                           "media.url || '%') "                                                    \
                           "OR EXISTS (SELECT 1 FROM suggestion WHERE suggestion.state = 1 "       \
                           "AND suggestion.content LIKE '%' || media.url || '%'))"

static const struct db_statement statements[MEDIA_STATEMENT__COUNT] = {
    [MEDIA_ADD] = {"media add", "INSERT INTO media (name, url, added_ms, unnamed_ms) "
                                "VALUES ($1, $2, $3, 0) "
                                "ON CONFLICT (name) DO UPDATE SET unnamed_ms = 0"},
    [MEDIA_SHOWN] = {"media shown",
                     "SELECT entry_media.title FROM entry_media "
                     "JOIN entry ON entry.id = entry_media.entry_id "
                     "WHERE entry_media.url = $1 AND " HERE(
                         "entry_media.url") " AND entry.status = 1 UNION ALL "
                                            "SELECT news_media.title FROM " OF_NEWS
                                            "WHERE news_media.url = $1 AND entry.status = 1 "
                                            "AND news.status = 1 AND (news_media.kind <> 0 "
                                            "OR news_media.alt <> '') LIMIT 1"},
    [MEDIA_KEPT] = {"media kept", "SELECT 1 FROM media WHERE name = $1"},
    [MEDIA_MARK] = {"media mark",
                    "UPDATE media SET unnamed_ms = $1 WHERE unnamed_ms = 0 AND NOT " NAMED},
    [MEDIA_UNMARK] = {"media unmark",
                      "UPDATE media SET unnamed_ms = 0 WHERE unnamed_ms > 0 AND " NAMED},
    [MEDIA_DUE] = {"media due", "SELECT name FROM media WHERE unnamed_ms > 0 AND unnamed_ms <= $1 "
                                "ORDER BY unnamed_ms LIMIT $2"},
    [MEDIA_ALL] =
        {"media all",
         "SELECT name, EXISTS (SELECT 1 FROM entry_media JOIN entry "
         "ON entry.id = entry_media.entry_id WHERE entry_media.url = media.url AND " HERE(
             "entry_media.url") " AND entry.status <> 4) OR EXISTS (SELECT 1 FROM " OF_NEWS
                                "WHERE news_media.url = media.url "
                                "AND entry.status <> 4) FROM media"},
    [MEDIA_NAMED] = {"media named",
                     "SELECT entry_media.url, entry.id FROM entry_media "
                     "JOIN entry ON entry.id = entry_media.entry_id WHERE " HERE(
                         "entry_media.url") " AND entry.status <> 4 UNION ALL "
                                            "SELECT news_media.url, entry.id "
                                            "FROM " OF_NEWS "WHERE entry.status <> 4"},
    [MEDIA_DELETE] = {"media delete", "DELETE FROM media WHERE name = $1"},
};
_Static_assert(ENTRY_MEDIA_IMAGE == 0 && ENTRY_PUBLISHED == 1 && ENTRY_REMOVED == 4,
               "as the statements say");
const struct db_catalogue media_catalogue = {"media", statements, ARRAY_COUNT(statements)};

struct db_query *media_query(struct db_conn *conn, enum media_statement which) {
    return db_query(conn, &media_catalogue, which);
}

bool media_thing_named(slice name, struct media_thing *thing) {
    thing->is_document = entry_document_named(name, &thing->document);
    return thing->is_document || entry_picture_named(name, &thing->picture);
}

static slice url_of(const struct entry_picture *picture, struct arena *arena) {
    return entry_picture_path(picture, entry_picture_largest(picture), ENTRY_PICTURE_JPEG, arena);
}

static slice document_url(const struct entry_document *document, struct arena *arena) {
    return arena_printf(arena, ENTRY_PICTURE_FOLDER "%.*s", SLICE_ARG(document->name));
}

err media_add(struct db_conn *conn, slice name, int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(1024, 0);
    struct media_thing thing;
    if (!media_thing_named(name, &thing)) {
        return ERR_INPUT;
    }
    struct db_query *query = media_query(conn, MEDIA_ADD);
    db_bind_text(query, 1, name);
    db_bind_text(query, 2,
                 thing.is_document ? document_url(&thing.document, &scratch)
                                   : url_of(&thing.picture, &scratch));
    db_bind_i64(query, 3, now_ms);
    return db_run(query);
}

err media_is_shown(struct db_conn *conn, const struct entry_picture *picture, struct arena *arena,
                   bool *is_shown) {
    struct db_query *query = media_query(conn, MEDIA_SHOWN);
    db_bind_text_borrowed(query, 1, url_of(picture, arena));
    TRY(db_next(query, is_shown));
    db_done(query);
    return OK;
}

err media_document_shown(struct db_conn *conn, const struct entry_document *document,
                         struct arena *arena, slice *title) {
    bool row = false;
    struct db_query *query = media_query(conn, MEDIA_SHOWN);
    db_bind_text_borrowed(query, 1, document_url(document, arena));
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    *title = arena_copy(arena, db_text(query, 0));
    db_done(query);
    return OK;
}

err media_is_booked(struct db_conn *conn, slice name, bool *is_booked) {
    struct db_query *query = media_query(conn, MEDIA_KEPT);
    db_bind_text_borrowed(query, 1, name);
    TRY(db_next(query, is_booked));
    db_done(query);
    return OK;
}

err media_is_kept(struct db_conn *conn, const struct entry_media *media, bool *is_kept) {
    struct entry_picture picture;
    struct entry_document document;
    bool is_document = entry_media_document(media, &document);
    *is_kept = true;
    if (!is_document && !entry_media_picture(media, &picture)) {
        return OK;
    }
    return media_is_booked(conn, is_document ? document.name : picture.name, is_kept);
}

static err thing_delete(const char *folder, const struct media_thing *thing) {
    return thing->is_document ? media_document_delete(folder, &thing->document)
                              : media_files_delete(folder, &thing->picture);
}

err media_sweep(struct db_conn *conn, const char *folder, int64_t now_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    struct media_thing *due = arena_new(&scratch, struct media_thing, SWEPT_MAX);
    size_t count = 0;
    TRY(db_run(media_query(conn, MEDIA_UNMARK)));
    struct db_query *query = media_query(conn, MEDIA_MARK);
    db_bind_i64(query, 1, now_ms);
    TRY(db_run(query));
    query = media_query(conn, MEDIA_DUE);
    db_bind_i64(query, 1, now_ms - KEPT_MS);
    db_bind_i64(query, 2, SWEPT_MAX);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        count += media_thing_named(arena_copy(&scratch, db_text(query, 0)), &due[count]);
    }
    for (size_t i = 0; i < count; i++) {
        /* Files first: a row that stays is swept again, a file without one never. What cannot be
         * deleted now is tried again in an hour, and stops nothing else. */
        if (thing_delete(folder, &due[i]) != OK) {
            continue;
        }
        query = media_query(conn, MEDIA_DELETE);
        db_bind_text_borrowed(query, 1,
                              due[i].is_document ? due[i].document.name : due[i].picture.name);
        TRY(db_run(query));
    }
    return OK;
}
