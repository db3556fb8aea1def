/* domain/source: where imported entries come from, and under which licence. */
#ifndef AGORA_DOMAIN_SOURCE_H
#define AGORA_DOMAIN_SOURCE_H

#include "base/base.h"
#include "db/db.h"

struct source_id {
    int64_t v;
};
enum source_state {
    SOURCE_OPEN,
    SOURCE_PAUSED,  /* RULE SOURCE-1: nothing more comes in */
    SOURCE_REMOVED, /* RULE SOURCE-2: and what came in is out of sight */
    SOURCE_STATE__COUNT
};
struct source {
    struct source_id id;
    slice slug, title, url, licence, attribution;
    int64_t fetched_ms;      /* last import */
    enum source_state state; /* this and what follows: read only (source_state_set) */
    int64_t state_by;        /* the person who decided it; 0: nobody */
    slice state_reason;
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
/* RULE SOURCE-1: whether imports may bring entries of it. ERR_DENIED says what was decided and
 * where it is taken back; a source that is not known yet may. */
MUST_USE err source_may_import(struct db_conn *conn, slice slug, struct problem *problem);
/* Decides it, in a write transaction. Whoever calls it adds a job SOURCE_LEAVING_JOB with the slug
 * as its body when entries have to leave or may come back. ERR_NOT_FOUND. */
MUST_USE err source_state_set(struct db_conn *conn, slice slug, enum source_state state,
                              int64_t person, slice reason, int64_t now_ms);
#define SOURCE_LEAVING_JOB SLICE("source")
MUST_USE err source_list(struct db_conn *conn, struct arena *arena, struct source **sources,
                         size_t *count);

extern const struct db_catalogue source_catalogue;

#endif
