#include "crypto/crypto.h"
#include "work/backup/backup_int.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define KEPT_TURNS_MAX 100
#define STAGING        "restoring" /* in the folder: a rename out of it is one step */

/* What of a folder a restore replaces. The log of a store belongs to it. */
static const char *const pieces[] = {"agora.db-wal", "agora.db-shm", "agora.db",
                                     "agora.conf",   "media",        "mail"};

struct restoring {
    const struct restore_options *options;
    struct backup_said *said;
    struct arena *arena;
    struct archive *archive;
    struct buf sums; /* of what was unpacked so far, as SHA256SUMS has it */
    uint64_t bytes;
    struct problem *problem;
};

static err no_backup(const struct restoring *restoring, const char *what) {
    return problem_set(restoring->problem, ERR_INPUT, "",
                       "this is no whole backup of Agora: %s; nothing was changed", what);
}

static err archive_failed(const struct restoring *restoring) {
    const char *said = archive_error_string(restoring->archive);
    return no_backup(restoring, said != NULL ? said : "it cannot be read");
}

static const char *staged(const struct restoring *restoring, slice name) {
    return arena_printf(restoring->arena, "%s/" STAGING "/%.*s", restoring->options->folder,
                        SLICE_ARG(name))
        .p;
}

/* The next member: its name in the arena, empty at the end. Only plain files are let through. */
static err member_next(const struct restoring *restoring, slice *name) {
    struct archive_entry *entry = NULL;
    int read = archive_read_next_header(restoring->archive, &entry);
    *name = SLICE_EMPTY;
    if (read == ARCHIVE_EOF) {
        return OK;
    }
    if (read != ARCHIVE_OK) {
        return archive_failed(restoring);
    }
    const char *path = archive_entry_pathname(entry); /* NULL: pax names in a locale without them */
    if (path == NULL) {
        path = archive_entry_pathname_utf8(entry);
    }
    if (path == NULL || archive_entry_filetype(entry) != AE_IFREG ||
        archive_entry_hardlink(entry) != NULL || archive_entry_symlink(entry) != NULL) {
        return no_backup(restoring, "it holds something that is no plain file");
    }
    if (strlen(path) > BACKUP_PATH_MAX || path[0] == '\0') {
        return no_backup(restoring, "it holds a name that is too long, or none");
    }
    *name = arena_copy(restoring->arena, slice_from_cstr(path));
    return OK;
}

/* A small text member whole. */
static err member_text(const struct restoring *restoring, size_t bytes_max, struct buf *text) {
    char chunk[4096];
    la_ssize_t got;
    while ((got = archive_read_data(restoring->archive, chunk, sizeof(chunk))) > 0) {
        buf_add_bytes(text, chunk, (size_t)got);
        if (text->failed != OK || text->n > bytes_max) {
            return no_backup(restoring, "a part of it is far too large");
        }
    }
    return got == 0 ? OK : archive_failed(restoring);
}

static int64_t number_of(const json_t *json, const char *key) {
    const json_t *value = json_object_get(json, key);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static err description_read(const struct restoring *restoring, slice text) {
    struct backup_said *said = restoring->said;
    json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    const char *format = json_string_value(json_object_get(json, "format"));
    const char *made = json_string_value(json_object_get(json, "made"));
    const char *program = json_string_value(json_object_get(json, "program"));
    int64_t version = number_of(json, "format_version");
    int64_t bytes = number_of(json, "bytes");
    err failed = OK;
    if (format == NULL || strcmp(format, "agora-backup") != 0 || made == NULL || program == NULL ||
        version < 1 || bytes < 0 || strlen(made) >= sizeof(said->made)) {
        failed = no_backup(restoring, BACKUP_DESCRIPTION " is not what a backup begins with");
    } else if (version > BACKUP_FORMAT) {
        failed = problem_set(restoring->problem, ERR_UNSUPPORTED, "",
                             "this backup was made by Agora %.40s in a newer form; restore it with "
                             "that version or a later one",
                             program);
    } else {
        *said = (struct backup_said){.entries = number_of(json, "entries"),
                                     .published = number_of(json, "published"),
                                     .schema = number_of(json, "schema"),
                                     .bytes = (uint64_t)bytes};
        snprintf(said->made, sizeof(said->made), "%s", made);
        said->program = arena_copy(restoring->arena, slice_from_cstr(program));
    }
    json_decref(json);
    return failed;
}

static err room_check(const struct restoring *restoring) {
    struct statvfs disk;
    if (statvfs(restoring->options->folder, &disk) != 0) {
        return problem_set(restoring->problem, ERR_IO, "", "cannot look at %s: %s",
                           restoring->options->folder, strerror(errno));
    }
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (free_bytes < restoring->said->bytes) {
        return problem_set(restoring->problem, ERR_IO, "",
                           "%s has room for %llu MB, the backup needs %llu MB; nothing was changed",
                           restoring->options->folder, (unsigned long long)(free_bytes >> 20),
                           (unsigned long long)((restoring->said->bytes >> 20) + 1));
    }
    return OK;
}

/* The folders above a file of the staging folder. */
static err folders_make(const struct restoring *restoring, slice name) {
    for (size_t at = slice_find(name, 0, '/'); at < name.n; at = slice_find(name, at + 1, '/')) {
        const char *path = staged(restoring, slice_sub(name, 0, at));
        if (mkdir(path, 0750) != 0 && errno != EEXIST) {
            return problem_set(restoring->problem, ERR_IO, "", "cannot make %s: %s", path,
                               strerror(errno));
        }
    }
    return OK;
}

static err bytes_store(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return ERR_IO;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return OK;
}

/* Never more than the description announced: that much room was found on the disk. */
static err member_copy(struct restoring *restoring, int fd, struct crypto_sha256 *sum,
                       const char *path) {
    char chunk[BACKUP_CHUNK];
    la_ssize_t got;
    while ((got = archive_read_data(restoring->archive, chunk, sizeof(chunk))) > 0) {
        restoring->bytes += (uint64_t)got;
        if (restoring->bytes > restoring->said->bytes) {
            return no_backup(restoring, "it holds more than it says");
        }
        crypto_sha256_add(sum, chunk, (size_t)got);
        if (bytes_store(fd, chunk, (size_t)got) != OK) {
            return problem_set(restoring->problem, ERR_IO, "", "cannot write %s: %s", path,
                               strerror(errno));
        }
    }
    return got == 0 ? OK : archive_failed(restoring);
}

static err member_unpack(struct restoring *restoring, slice name) {
    if (!backup_name_is_good(name)) {
        return no_backup(restoring, "it holds a file that belongs nowhere");
    }
    TRY(folders_make(restoring, name));
    const char *path = staged(restoring, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0) {
        return errno == EEXIST ? no_backup(restoring, "it holds one file twice")
                               : problem_set(restoring->problem, ERR_IO, "", "cannot write %s: %s",
                                             path, strerror(errno));
    }
    struct crypto_sha256 sum = crypto_sha256_begin();
    err failed = member_copy(restoring, fd, &sum, path);
    if (failed == OK && fsync(fd) != 0) {
        failed = problem_set(restoring->problem, ERR_IO, "", "cannot write %s: %s", path,
                             strerror(errno));
    }
    close(fd);
    if (failed == OK) {
        backup_sum_add(&restoring->sums, &sum, name);
        restoring->said->files += !slice_equal(name, slice_from_cstr(BACKUP_STORE));
    }
    return failed;
}

/* The sums of the file against those of what was unpacked: the same lines, in the same order. */
static err sums_check(const struct restoring *restoring) {
    struct buf text BUF_CLEANUP = buf_new(BACKUP_SUMS_BYTES);
    slice name;
    TRY(member_text(restoring, BACKUP_SUMS_BYTES, &text));
    TRY(restoring->sums.failed);
    if (!slice_equal(buf_slice(&text), buf_slice(&restoring->sums))) {
        return no_backup(restoring, "a part of it is damaged or missing (" BACKUP_SUMS ")");
    }
    TRY(member_next(restoring, &name));
    return name.n == 0 ? OK : no_backup(restoring, "something stands behind its end");
}

static err members_unpack(struct restoring *restoring) {
    slice name;
    struct buf text BUF_CLEANUP = buf_new(BACKUP_DESCRIPTION_BYTES);
    TRY(member_next(restoring, &name));
    if (!slice_equal(name, slice_from_cstr(BACKUP_DESCRIPTION))) {
        return no_backup(restoring, "it does not begin with " BACKUP_DESCRIPTION);
    }
    TRY(member_text(restoring, BACKUP_DESCRIPTION_BYTES, &text));
    TRY(description_read(restoring, buf_slice(&text)));
    struct crypto_sha256 sum = crypto_sha256_begin();
    crypto_sha256_add(&sum, text.p, text.n);
    backup_sum_add(&restoring->sums, &sum, name);
    TRY(room_check(restoring));
    for (;;) {
        TRY(member_next(restoring, &name));
        if (name.n == 0) {
            return no_backup(restoring, "it ends too early");
        }
        if (slice_equal(name, slice_from_cstr(BACKUP_SUMS))) {
            return sums_check(restoring);
        }
        TRY(member_unpack(restoring, name));
    }
}

static err unpack(struct restoring *restoring, int fd) {
    restoring->archive = archive_read_new();
    if (restoring->archive == NULL) {
        return ERR_MEMORY;
    }
    archive_read_support_format_tar(restoring->archive);
    archive_read_support_filter_zstd(restoring->archive);
    archive_read_support_filter_gzip(restoring->archive);
    err failed = archive_read_open_fd(restoring->archive, fd, BACKUP_CHUNK) == ARCHIVE_OK
                     ? members_unpack(restoring)
                     : archive_failed(restoring);
    archive_read_free(restoring->archive);
    return failed;
}

/* The unpacked store must be one of ours, sound, and not newer than this program; it leaves here
 * migrated and in a new epoch. */
static err store_prepare(const struct restoring *restoring) {
    const struct restore_options *options = restoring->options;
    struct db_conn *conn DB_CLEANUP = NULL;
    const char *path = staged(restoring, slice_from_cstr(BACKUP_STORE));
    if (access(path, F_OK) != 0) {
        return no_backup(restoring, "there is no " BACKUP_STORE " in it");
    }
    TRY(db_open(path, DB_WRITE, &conn, restoring->problem));
    TRY(db_migrate(conn, options->migrations, options->migration_count, false, restoring->problem));
    TRY(db_integrity(conn, restoring->problem));
    return db_epoch_renew(conn);
}

static err moved(const struct restoring *restoring, const char *from, const char *to) {
    if (rename(from, to) != 0 && errno != ENOENT) {
        return problem_set(restoring->problem, ERR_IO, "",
                           "cannot move %s to %s: %s; mend that and run the restore again", from,
                           to, strerror(errno));
    }
    return OK;
}

/* Where the old data goes; a second restore within one second takes the next name. */
static err kept_make(const struct restoring *restoring, slice *kept) {
    char name[64];
    backup_name(clock_now_ms(restoring->options->clock), name);
    for (unsigned turn = 1; turn <= KEPT_TURNS_MAX; turn++) {
        slice path = arena_printf(restoring->arena, "%s/before-restore-%.16s-%u",
                                  restoring->options->folder, name + strlen("agora-"), turn);
        if (mkdir(path.p, 0750) == 0) {
            *kept = path;
            return OK;
        }
        if (errno != EEXIST) {
            return problem_set(restoring->problem, ERR_IO, "", "cannot make %s: %s", path.p,
                               strerror(errno));
        }
    }
    return ERR_CONFLICT;
}

static bool anything_stands(const struct restoring *restoring) {
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        const char *path =
            backup_path(restoring->arena, restoring->options->folder, slice_from_cstr(pieces[i]));
        struct stat is;
        if (lstat(path, &is) == 0) {
            return true;
        }
    }
    return false;
}

/* Old pieces out, new ones in; the mark stands from the first move to the last, so that a power cut
 * between two is seen by whoever opens the folder next. */
static err swap(const struct restoring *restoring, slice *kept) {
    const char *folder = restoring->options->folder;
    *kept = SLICE_EMPTY;
    if (anything_stands(restoring)) {
        TRY(kept_make(restoring, kept));
    }
    const char *mark = backup_path(restoring->arena, folder, slice_from_cstr(BACKUP_UNFINISHED));
    int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return problem_set(restoring->problem, ERR_IO, "", "cannot write %s: %s", mark,
                           strerror(errno));
    }
    close(fd);
    TRY(backup_sync_folder(folder));
    for (size_t i = 0; kept->n > 0 && i < ARRAY_COUNT(pieces); i++) {
        slice piece = slice_from_cstr(pieces[i]);
        TRY(moved(restoring, backup_path(restoring->arena, folder, piece),
                  backup_path(restoring->arena, kept->p, piece)));
    }
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        slice piece = slice_from_cstr(pieces[i]);
        TRY(moved(restoring, staged(restoring, piece),
                  backup_path(restoring->arena, folder, piece)));
    }
    TRY(backup_sync_folder(folder));
    unlink(mark);
    return backup_sync_folder(folder);
}

static err replace_check(const struct restoring *restoring) {
    const char *folder = restoring->options->folder;
    const char *store = backup_path(restoring->arena, folder, slice_from_cstr(BACKUP_STORE));
    const char *mark = backup_path(restoring->arena, folder, slice_from_cstr(BACKUP_UNFINISHED));
    bool unfinished = access(mark, F_OK) == 0;
    if (access(store, F_OK) == 0 && !restoring->options->replace && !unfinished) {
        return problem_set(restoring->problem, ERR_CONFLICT, "--replace",
                           "%s holds a store already; with --replace it is put aside in "
                           "%s/before-restore-… and the backup takes its place",
                           folder, folder);
    }
    return OK;
}

err backup_restore(const struct restore_options *options, int fd, struct arena *arena,
                   struct backup_said *said, slice *kept, struct problem *problem) {
    struct restoring restoring = {.options = options,
                                  .said = said,
                                  .arena = arena,
                                  .sums = buf_new(BACKUP_SUMS_BYTES),
                                  .problem = problem};
    const char *staging = backup_path(arena, options->folder, SLICE(STAGING));
    TRY(replace_check(&restoring));
    err failed = backup_remove(staging);
    if (failed != OK || mkdir(staging, 0750) != 0) {
        return problem_set(problem, ERR_IO, "", "cannot make %s: %s", staging, strerror(errno));
    }
    failed = unpack(&restoring, fd);
    if (failed == OK) {
        failed = store_prepare(&restoring);
    }
    if (failed == OK) {
        failed = swap(&restoring, kept);
    }
    buf_free(&restoring.sums);
    /* What was unpacked is of no use to anyone now: a failure is worth another run. */
    if (backup_remove(staging) != OK && failed == OK) {
        failed = problem_set(problem, ERR_IO, "", "restored, but %s cannot be removed: %s", staging,
                             strerror(errno));
    }
    return failed;
}
