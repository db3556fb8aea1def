/* domain/instance: what one instance knows of itself beyond what people wrote: when it was last
 * saved, so that the page on which it checks itself can tell. */
#ifndef AGORA_DOMAIN_INSTANCE_H
#define AGORA_DOMAIN_INSTANCE_H

#include "base/base.h"
#include "db/db.h"

#define INSTANCE_VALUE_MAX 4096
#define INSTANCE_KEY_MAX   64

/* What is noted; each has one row, the newest. */
enum instance_note {
    INSTANCE_BACKUP, /* a whole backup was written; the value is its size in bytes */
    INSTANCE_NOTE__COUNT
};
/* In a write transaction. ERR_LIMIT. */
MUST_USE err instance_note_put(struct db_conn *conn, enum instance_note note, slice value,
                               int64_t at_ms);
struct instance_noted {
    int64_t at_ms; /* 0: never */
    slice value;   /* in the arena */
};
MUST_USE err instance_note_get(struct db_conn *conn, enum instance_note note, struct arena *arena,
                               struct instance_noted *noted);

/* Settings that were changed on a page (RULE SETTING-1); what they mean is for the app. */
struct instance_setting {
    slice key, value;
};
/* An empty value takes it away again. In a write transaction. ERR_LIMIT. */
MUST_USE err instance_setting_put(struct db_conn *conn, slice key, slice value, int64_t now_ms);
/* All, in the arena. */
MUST_USE err instance_settings(struct db_conn *conn, struct arena *arena,
                               struct instance_setting **settings, size_t *count);

extern const struct db_catalogue instance_catalogue;

#endif
