/* The photos and documents of news: each version has its own list (RULE NEWS-2). */
#include "domain/news/news_int.h"

#include "domain/entry/document.h"
#include "domain/entry/picture.h"

err news_media_load(struct db_conn *conn, struct arena *arena, struct news *news) {
    struct db_query *query = news_query(conn, NEWS_MEDIA_OF, news->id);
    size_t room = 0;
    db_bind_i64(query, 2, news->version);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        news->media = arena_grow(arena, struct entry_media, news->media, news->media_count, &room);
        news->media[news->media_count++] =
            (struct entry_media){.kind = (enum entry_media_kind)db_i64(query, 0),
                                 .url = arena_copy(arena, db_text(query, 1)),
                                 .title = arena_copy(arena, db_text(query, 2)),
                                 .alt = arena_copy(arena, db_text(query, 3)),
                                 .licence = arena_copy(arena, db_text(query, 4)),
                                 .credit = arena_copy(arena, db_text(query, 5)),
                                 .transcript = SLICE_EMPTY};
    }
}

struct entry_media *news_media_shown(const struct news *news, struct arena *arena,
                                     uint32_t *count) {
    struct entry_media *shown = arena_new(arena, struct entry_media, (size_t)news->media_count + 1);
    *count = 0;
    for (uint32_t i = 0; i < news->media_count; i++) {
        if (news->media[i].kind != ENTRY_MEDIA_IMAGE || news->media[i].alt.n > 0) {
            shown[(*count)++] = news->media[i];
        }
    }
    return shown;
}

static bool is_same(const struct entry_media *one, const struct entry_media *other) {
    return one->kind == other->kind && slice_equal(one->url, other->url) &&
           slice_equal(one->title, other->title) && slice_equal(one->alt, other->alt) &&
           slice_equal(one->licence, other->licence) && slice_equal(one->credit, other->credit);
}

bool news_media_same(const struct news *one, const struct news *other) {
    bool same = one->media_count == other->media_count;
    for (uint32_t i = 0; same && i < one->media_count; i++) {
        same = is_same(&one->media[i], &other->media[i]);
    }
    return same;
}

/* RULE NEWS-2: what lies here and is in the books, and not too much of it. */
static err check(struct db_conn *conn, const struct news_media_write *write, struct arena *arena,
                 struct problem *problem) {
    uint32_t pictures = 0;
    uint32_t documents = 0;
    uint64_t bytes = 0;
    TRY(entry_media_check(write->media, write->count, arena, problem));
    for (uint32_t i = 0; i < write->count; i++) {
        struct entry_picture picture;
        struct entry_document document;
        bool is_kept = false;
        if (entry_media_document(&write->media[i], &document)) {
            documents++;
            bytes += document.bytes;
        } else if (entry_media_picture(&write->media[i], &picture)) {
            pictures++;
        } else {
            return problem_set(problem, ERR_INPUT, "media", "no photo or document of this site");
        }
        TRY(media_is_kept(conn, &write->media[i], &is_kept));
        if (!is_kept) {
            return problem_set(problem, ERR_INPUT, "media", "its file is not kept any more");
        }
    }
    return pictures > MEDIA_PER_ENTRY_MAX || documents > MEDIA_DOCUMENTS_MAX ||
                   bytes > MEDIA_DOCUMENTS_BYTES_MAX
               ? problem_set(problem, ERR_LIMIT, "media", "too many photos or documents")
               : OK;
}

static err add(struct db_conn *conn, int64_t id, uint32_t position,
               const struct entry_media *media) {
    struct db_query *query = news_query(conn, NEWS_MEDIA_ADD, id);
    db_bind_i64(query, 2, position);
    db_bind_i64(query, 3, media->kind);
    db_bind_text_borrowed(query, 4, media->url);
    db_bind_text_borrowed(query, 5, media->title);
    db_bind_text_borrowed(query, 6, media->alt);
    db_bind_text_borrowed(query, 7, media->licence);
    db_bind_text_borrowed(query, 8, media->credit);
    return db_run(query);
}

err news_media_put(struct db_conn *conn, const struct contribution_world *world,
                   const struct news_media_write *write, int64_t now_ms, struct arena *arena,
                   struct problem *problem) {
    const struct person_id *person = &write->actor->person;
    const struct news next = {.media = write->media, .media_count = write->count};
    struct news stands;
    TRY(news_load(conn, write->id, arena, &stands));
    TRY(news_check_member(conn, write->actor, stands.entry, world, arena));
    TRY(check(conn, write, arena, problem));
    if (news_media_same(&stands, &next)) {
        return OK;
    }
    TRY(person_try(conn, PERSON_TRY_NEWS, slice_of((const char *)&person->v, sizeof person->v),
                   now_ms, problem));
    struct db_query *query = news_query(conn, NEWS_RENEW, write->id);
    db_bind_i64(query, 2, person->v);
    db_bind_i64(query, 3, now_ms);
    TRY(db_run(query));
    for (uint32_t i = 0; i < write->count; i++) {
        TRY(add(conn, write->id, i, &write->media[i]));
    }
    TRY(db_run(news_query(conn, NEWS_VERSION_ADD, write->id)));
    return db_change_add(conn, DB_CHANGE_ENTRY, stands.entry.v, now_ms);
}
