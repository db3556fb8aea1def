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
    NEWS_STATEMENT__COUNT
};
struct db_query *news_query(struct db_conn *conn, enum news_statement which, int64_t first);
/* A row of the columns that all reading statements begin with. In the arena. */
MUST_USE err news_read(struct db_query *query, struct arena *arena, struct news *news);

#endif
