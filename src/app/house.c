#include "app/house.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/inflate.h"
#include "crypto/crypto.h"
#include "db/migrations.h"
#include "domain/instance/instance.h"
#include "shipped.h"
#include "work/backup/backup.h"

#define REFERENCE_BYTES_MAX (64 * 1024 * 1024)

static err folder_make(const char *folder, bool *created, struct problem *problem) {
    *created = false;
    if (mkdir(folder, 0750) == 0) {
        *created = true;
        return OK;
    }
    struct stat status;
    if (errno == EEXIST && stat(folder, &status) == 0 && S_ISDIR(status.st_mode)) {
        return OK;
    }
    return problem_set(problem, ERR_IO, "--data", "cannot make the data folder %s: %s", folder,
                       strerror(errno));
}

static err house_settings(struct house *house, const char *config, struct problem *problem) {
    const char *path =
        config != NULL ? config : arena_printf(&house->arena, "%s/agora.conf", house->folder).p;
    err read = settings_load(path, &house->arena, &house->settings, problem);
    if (read == ERR_NOT_FOUND && config == NULL) {
        *problem = (struct problem){0};
        read = settings_parse(SLICE_EMPTY, &house->settings, problem);
    }
    TRY(read);
    house->log.least = (enum log_level)house->settings.log_level; /* the rows have their order */
    house->log.format = (enum log_format)house->settings.log_format;
    return OK;
}

err house_lock(const char *folder, int *fd, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(1024, 0);
    const char *path = arena_printf(&scratch, "%s/serve.lock", folder).p;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*fd < 0) {
        return problem_set(problem, ERR_IO, "--data", "cannot open %s: %s", path, strerror(errno));
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        close(*fd);
        *fd = -1;
        return problem_set(
            problem, ERR_CONFLICT, "--data",
            "another 'agora serve' already serves %s; stop it first, or choose another "
            "folder with --data",
            folder);
    }
    return OK;
}

/* Between two moves of a restore the folder has no store, or half of one: a new empty one must not
 * be made there. */
static err restore_check(const struct house *house, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(1024, 0);
    const char *mark = arena_printf(&scratch, "%s/" BACKUP_UNFINISHED, house->folder).p;
    if (access(mark, F_OK) != 0) {
        return OK;
    }
    return problem_set(
        problem, ERR_CORRUPT, "--data",
        "a restore into %s was cut off; run 'agora restore' again with the same file "
        "(what was there is in %s/before-restore-…)",
        house->folder, house->folder);
}

/* What ships with the program goes into the store; what stands there unchanged is left alone. */
static err seed(struct house *house, struct problem *problem) {
    const slice schemes[] = {shipped_themes, shipped_planetary_boundaries, shipped_families,
                             shipped_gives, shipped_sdg};
    int64_t now_ms = clock_now_ms(house->clock);
    struct buf reference BUF_CLEANUP = buf_new(REFERENCE_BYTES_MAX);
    TRY(inflate_gzip(shipped_territories, &reference));
    TRY(territory_seed(house->store, buf_slice(&reference), now_ms, problem));
    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++) {
        TRY(theme_scheme_store(house->store, schemes[i], now_ms, problem));
    }
    return OK;
}

err house_settings_stored(struct db_conn *conn, struct arena *arena, struct settings *settings) {
    struct instance_setting *list;
    size_t count;
    TRY(instance_settings(conn, arena, &list, &count));
    settings_live_begin(settings);
    for (size_t i = 0; i < count; i++) {
        (void)settings_live_put(settings, list[i].key, list[i].value); /* RULE SETTING-1 */
    }
    return OK;
}

static err store_open(struct house *house, struct problem *problem) {
    TRY(db_open(house->store_path, DB_WRITE, &house->store, problem));
    TRY(db_migrate(house->store, store_migrations, store_migration_count, false, problem));
    TRY(db_begin_write(house->store));
    err seeded = seed(house, problem);
    if (seeded != OK) {
        db_rollback(house->store);
        return problem->code != OK ? seeded
                                   : problem_set(problem, seeded, "", "cannot fill the store: %s",
                                                 db_message(house->store));
    }
    TRY(db_commit(house->store));
    TRY(house_settings_stored(house->store, &house->arena, &house->settings));
    TRY(territories_load(house->store, &house->territories));
    return themes_load(house->store, &house->themes);
}

err house_open(struct house *house, const char *folder, const char *config, enum house_use use,
               struct problem *problem) {
    *house =
        (struct house){.arena = arena_make(16 * 1024, 0),
                       .clock = clock_system(),
                       .lock_fd = -1,
                       .log = {.fd = STDERR_FILENO, .least = LOG_INFO, .clock = clock_system()}};
    house->ids = id_source_make(house->clock, 0);
    house->folder = arena_cstr(&house->arena, slice_from_cstr(folder));
    house->store_path = arena_printf(&house->arena, "%s/agora.db", folder).p;
    house->snapshot_path = arena_printf(&house->arena, "%s/atlas.snapshot", folder).p;
    TRY(crypto_start());
    db_start();
    if (use == HOUSE_LOOK && access(house->store_path, F_OK) != 0) {
        return problem_set(problem, ERR_NOT_FOUND, "--data",
                           "there is no store in %s; name the data folder with --data", folder);
    }
    TRY(folder_make(folder, &house->created, problem));
    TRY(restore_check(house, problem));
    TRY(house_settings(house, config, problem));
    if (use == HOUSE_SERVE) {
        TRY(house_lock(house->folder, &house->lock_fd, problem));
    }
    err opened = store_open(house, problem);
    if (opened != OK && problem->code == OK) {
        problem_set(problem, opened, "--data", "cannot open the store %s: %s%s", house->store_path,
                    house->store != NULL ? db_message(house->store) : err_name(opened),
                    opened == ERR_CORRUPT ? "; it is damaged: keep the file, and put back a backup "
                                            "with 'agora restore'"
                                          : "");
    }
    return opened;
}

void house_close(struct house *house) {
    themes_free(house->themes);
    territories_free(house->territories);
    db_close(house->store);
    if (house->lock_fd >= 0) {
        close(house->lock_fd);
    }
    arena_free(&house->arena);
}
