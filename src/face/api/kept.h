/* kept: entries as the API writes them, kept in memory for who asks next. The change feed takes
 * out what has changed, so that an answer is never older than the view of the atlas it is made
 * from. One for the process; any thread. */
#ifndef AGORA_FACE_API_KEPT_H
#define AGORA_FACE_API_KEPT_H

#include "base/base.h"
#include "db/db.h"
#include "domain/entry/entry.h"

struct api_kept;

/* At most about `bytes` of items. NULL without memory. */
struct api_kept *api_kept_new(size_t bytes);
void api_kept_free(struct api_kept *kept);  /* NULL is fine */
void api_kept_clear(struct api_kept *kept); /* gives back the memory of what is in it */

/* All changes up to this one are taken into account. */
int64_t api_kept_sequence(const struct api_kept *kept);
/* Takes out what changed since. `conn` is inside a read transaction; `*last` is the newest change
 * that it sees. */
MUST_USE err api_kept_follow(struct api_kept *kept, struct db_conn *conn, int64_t *last);
/* Adds the bytes of an entry to `out`; false when it is not there. */
bool api_kept_write(struct api_kept *kept, struct entry_id id, struct buf *out);
/* Keeps the bytes of an entry as it was read from a snapshot whose newest change was `last`; not
 * when later changes were taken into account meanwhile. */
void api_kept_put(struct api_kept *kept, struct entry_id id, int64_t last, slice bytes);

#endif
