/* The data folder of one instance, opened: settings, store, reference in memory. */
#ifndef AGORA_APP_HOUSE_H
#define AGORA_APP_HOUSE_H

#include "app/settings.h"
#include "base/base.h"
#include "db/db.h"
#include "domain/territory/territory.h"
#include "domain/theme/theme.h"

struct house {
    struct arena arena; /* for the process: paths, settings */
    const char *folder, *store_path, *snapshot_path;
    struct settings settings;
    struct log log;
    struct clock clock;
    struct id_source ids;
    struct db_conn *store; /* write connection of the main thread */
    struct territories *territories;
    struct themes *themes;
    int lock_fd; /* held by `serve`; -1 otherwise */
    bool created;
};

enum house_use {
    HOUSE_COMMAND, /* works beside a running server; creates the folder */
    HOUSE_LOOK,    /* the same, of a folder that must be there: nothing to look at otherwise */
    HOUSE_SERVE    /* one per folder: a second one is refused (ERR_CONFLICT) */
};
/* Opens the folder, creates it when there is none, migrates the store, seeds territories and
 * themes. `config` may be NULL: FOLDER/agora.conf when it is there. Free with house_close, also on
 * failure. */
MUST_USE err house_open(struct house *house, const char *folder, const char *config,
                        enum house_use use, struct problem *problem);
/* Puts what was changed on pages into settings that were read from a file; texts in the arena. */
MUST_USE err house_settings_stored(struct db_conn *conn, struct arena *arena,
                                   struct settings *settings);
void house_close(struct house *house);

/* Takes the lock that `serve` holds on a folder: ERR_CONFLICT while a server runs there. Closing
 * `*fd` gives it back. */
MUST_USE err house_lock(const char *folder, int *fd, struct problem *problem);

#endif
