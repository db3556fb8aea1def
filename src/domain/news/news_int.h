/* For the room: its statements. */
#ifndef AGORA_DOMAIN_NEWS_INT_H
#define AGORA_DOMAIN_NEWS_INT_H

#include "domain/news/news.h"

enum news_statement {
    NEWS_ADD,
    NEWS_PUT,
    NEWS_VERSION_ADD,
    NEWS_STATUS_PUT,
    NEWS_GET,
    NEWS_VERSIONS,
    NEWS_OF_ENTRY,
    NEWS_LATEST,
    NEWS_OF_PERSON,
    NEWS_MEDIA_OF,
    NEWS_MEDIA_ADD,
    NEWS_MEDIA_KEEP,
    NEWS_RENEW,
    NEWS_STATEMENT__COUNT
};
struct db_query *news_query(struct db_conn *conn, enum news_statement which, int64_t first);
/* A row of the columns that all reading statements begin with, and its media. In the arena. */
MUST_USE err news_read(struct db_conn *conn, struct db_query *query, struct arena *arena,
                       struct news *news);
/* Puts in the photos and documents of the version that `news` is. */
MUST_USE err news_media_load(struct db_conn *conn, struct arena *arena, struct news *news);
/* RULE NEWS-1: of the team, while the entry is published. */
MUST_USE err news_check_member(struct db_conn *conn, const struct actor *actor,
                               struct entry_id entry, const struct contribution_world *world,
                               struct arena *arena);

#endif
