/* domain/source: where imported entries come from, and under which licence. */
#ifndef AGORA_DOMAIN_SOURCE_H
#define AGORA_DOMAIN_SOURCE_H

#include "base/base.h"
#include "db/db.h"

struct source_id {
    int64_t v;
};
struct source {
    struct source_id id;
    slice slug, title, url, licence, attribution;
    int64_t fetched_ms; /* last import */
};

/* 1 to 60 of a-z, 0-9 and -, no hyphen at either end. */
bool source_slug_is_valid(slice slug);
/* Creates or updates by slug (empty fields keep what stands); gives its id. In a write
 * transaction. ERR_INPUT: no valid slug. */
MUST_USE err source_store(struct db_conn *conn, struct id_source *ids, const struct source *source,
                          int64_t now_ms, struct source_id *id);
/* ERR_NOT_FOUND. Texts live in the arena. */
MUST_USE err source_find(struct db_conn *conn, slice slug, struct arena *arena,
                         struct source *source);
MUST_USE err source_list(struct db_conn *conn, struct arena *arena, struct source **sources,
                         size_t *count);

extern const struct db_catalogue source_catalogue;

#endif
