#include "crypto/crypto.h"
#include "domain/entry/entry.h"
#include "work/backup/backup_int.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file that goes in: its name inside, where it lies, its size when it was listed. */
struct part {
    slice name;
    const char *path;
    uint64_t bytes;
    int64_t modified_s;
};
struct making {
    const struct backup_options *options;
    struct backup_said *said;
    struct arena arena;
    struct part *parts;
    size_t count, room;
    struct archive *archive;
    struct buf sums;
    struct problem *problem;
};

static err part_add(struct making *making, slice name, const char *path, const struct stat *is) {
    if (making->count == BACKUP_FILES_MAX) {
        return problem_set(making->problem, ERR_LIMIT, "", "%s holds more than %d files",
                           making->options->folder, BACKUP_FILES_MAX);
    }
    if (making->count == making->room) {
        size_t room = making->room == 0 ? 64 : 2 * making->room;
        struct part *grown = arena_new(&making->arena, struct part, room);
        if (making->count > 0) {
            memcpy(grown, making->parts, making->count * sizeof(*grown));
        }
        making->parts = grown;
        making->room = room;
    }
    making->parts[making->count++] = (struct part){.name = name,
                                                   .path = path,
                                                   .bytes = (uint64_t)is->st_size,
                                                   .modified_s = is->st_mtim.tv_sec};
    making->said->bytes += (uint64_t)is->st_size;
    return OK;
}

static int by_name(const void *a, const void *b) {
    return slice_compare(((const struct part *)a)->name, ((const struct part *)b)->name);
}

/* The regular files below FOLDER/NAME. A file or folder that goes away meanwhile is none. */
static err folder_list(struct making *making, slice name, unsigned depth) {
    const char *path = backup_path(&making->arena, making->options->folder, name);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT ? OK
                               : problem_set(making->problem, ERR_IO, "", "cannot read %s: %s",
                                             path, strerror(errno));
    }
    err failed = OK;
    for (struct dirent *item; failed == OK && (item = readdir(folder)) != NULL;) {
        struct stat is;
        slice inside = arena_printf(&making->arena, "%.*s/%s", SLICE_ARG(name), item->d_name);
        if (item->d_name[0] == '.' ||
            fstatat(dirfd(folder), item->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISDIR(is.st_mode) && depth < BACKUP_DEPTH_MAX) {
            failed = folder_list(making, inside, depth + 1);
        } else if (S_ISREG(is.st_mode) && backup_name_is_good(inside)) {
            failed = part_add(making, inside,
                              backup_path(&making->arena, making->options->folder, inside), &is);
        } else {
            failed = problem_set(making->problem, ERR_UNSUPPORTED, "",
                                 "%s/%s cannot go into a backup: no plain file, too deep, or an "
                                 "unusual name; move it out of the data folder",
                                 path, item->d_name);
        }
    }
    closedir(folder);
    return failed;
}

static err single_list(struct making *making, slice name, const char *path) {
    struct stat is;
    if (stat(path, &is) != 0) {
        return errno == ENOENT ? OK
                               : problem_set(making->problem, ERR_IO, "", "cannot read %s: %s",
                                             path, strerror(errno));
    }
    return part_add(making, name, path, &is);
}

/* What the copy of the store says of itself. */
static err store_look(struct making *making, const char *copy, uint64_t *store, uint64_t *epoch) {
    struct db_conn *conn DB_CLEANUP = NULL;
    TRY(db_open(copy, DB_READ, &conn, making->problem));
    TRY(entry_count(conn, &making->said->published, &making->said->entries));
    TRY(db_schema_number(conn, &making->said->schema));
    return db_identity(conn, store, epoch);
}

static err archive_failed(const struct making *making, const char *doing) {
    const char *said = archive_error_string(making->archive);
    return problem_set(making->problem, ERR_IO, "", "the backup cannot be written (%s: %s)", doing,
                       said != NULL ? said : "no reason given");
}

static err header_write(const struct making *making, slice name, uint64_t bytes,
                        int64_t modified_s) {
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) {
        return ERR_MEMORY;
    }
    char path[BACKUP_PATH_MAX + 1];
    snprintf(path, sizeof(path), "%.*s", SLICE_ARG(name));
    archive_entry_copy_pathname(entry, path); /* bytes as they are: no locale decides */
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    archive_entry_set_mtime(entry, (time_t)modified_s, 0);
    int written = archive_write_header(making->archive, entry);
    archive_entry_free(entry);
    return written == ARCHIVE_OK ? OK : archive_failed(making, path);
}

static err bytes_write(const struct making *making, const void *bytes, size_t n) {
    return archive_write_data(making->archive, bytes, n) == (la_ssize_t)n
               ? OK
               : archive_failed(making, "data");
}

static err text_write(struct making *making, slice name, slice text, int64_t now_s) {
    TRY(header_write(making, name, text.n, now_s));
    return bytes_write(making, text.p, text.n);
}

/* As many bytes as were listed: a file that grew since is cut there, one that is gone is left out.
 * One that shrank cannot be told in a header that is already written. */
static err part_write(struct making *making, const struct part *part) {
    int fd = open(part->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        return OK;
    }
    if (fd < 0) {
        return problem_set(making->problem, ERR_IO, "", "cannot read %s: %s", part->path,
                           strerror(errno));
    }
    struct crypto_sha256 sum = crypto_sha256_begin();
    char chunk[BACKUP_CHUNK];
    err failed = header_write(making, part->name, part->bytes, part->modified_s);
    for (uint64_t left = part->bytes; failed == OK && left > 0;) {
        ssize_t got = read(fd, chunk, left < sizeof(chunk) ? (size_t)left : sizeof(chunk));
        if (got <= 0) {
            failed = problem_set(making->problem, ERR_IO, "",
                                 "%s became shorter while it was read; run the backup again",
                                 part->path);
            break;
        }
        crypto_sha256_add(&sum, chunk, (size_t)got);
        failed = bytes_write(making, chunk, (size_t)got);
        left -= (uint64_t)got;
    }
    close(fd);
    if (failed == OK) {
        backup_sum_add(&making->sums, &sum, part->name);
    }
    return failed;
}

static void description_write(const struct making *making, uint64_t store, uint64_t epoch,
                              struct buf *out) {
    const struct backup_said *said = making->said;
    buf_addf(out, "{\"format\":\"agora-backup\",\"format_version\":%d,\"program\":", BACKUP_FORMAT);
    buf_add_json_string(out, slice_from_cstr(making->options->program_version));
    buf_addf(out,
             ",\"made\":\"%s\",\"store\":\"%016llx\",\"epoch\":\"%016llx\",\"schema\":%lld,"
             "\"entries\":%lld,\"published\":%lld,\"files\":%llu,\"bytes\":%llu}\n",
             said->made, (unsigned long long)store, (unsigned long long)epoch,
             (long long)said->schema, (long long)said->entries, (long long)said->published,
             (unsigned long long)said->files, (unsigned long long)said->bytes);
}

static err parts_list(struct making *making, const char *copy) {
    const char *config = making->options->config;
    if (config == NULL) {
        config =
            backup_path(&making->arena, making->options->folder, slice_from_cstr(BACKUP_CONFIG));
    }
    TRY(single_list(making, slice_from_cstr(BACKUP_STORE), copy));
    TRY(single_list(making, slice_from_cstr(BACKUP_CONFIG), config));
    size_t first = making->count;
    TRY(folder_list(making, SLICE("mail"), 1));
    TRY(folder_list(making, SLICE("media"), 1));
    qsort(making->parts + first, making->count - first, sizeof(*making->parts), by_name);
    making->said->files = making->count - 1;
    return OK;
}

static err archive_write(struct making *making, const char *copy) {
    uint64_t store = 0;
    uint64_t epoch = 0;
    int64_t now_ms = clock_now_ms(making->options->clock);
    struct buf made BUF_CLEANUP = buf_new(sizeof(making->said->made) - 1);
    struct buf description BUF_CLEANUP = buf_new(BACKUP_DESCRIPTION_BYTES);
    time_format_rfc3339(now_ms - now_ms % 1000, &made);
    snprintf(making->said->made, sizeof(making->said->made), "%s", buf_cstr(&made));
    TRY(store_look(making, copy, &store, &epoch));
    TRY(parts_list(making, copy));
    description_write(making, store, epoch, &description);
    TRY(text_write(making, slice_from_cstr(BACKUP_DESCRIPTION), buf_slice(&description),
                   now_ms / 1000));
    struct crypto_sha256 sum = crypto_sha256_begin();
    crypto_sha256_add(&sum, description.p, description.n);
    backup_sum_add(&making->sums, &sum, slice_from_cstr(BACKUP_DESCRIPTION));
    for (size_t i = 0; i < making->count; i++) {
        TRY(part_write(making, &making->parts[i]));
    }
    TRY(making->sums.failed);
    TRY(text_write(making, slice_from_cstr(BACKUP_SUMS), buf_slice(&making->sums), now_ms / 1000));
    return archive_write_close(making->archive) == ARCHIVE_OK ? OK
                                                              : archive_failed(making, "the end");
}

static err archive_open(struct making *making, int fd) {
    making->archive = archive_write_new();
    if (making->archive == NULL) {
        return ERR_MEMORY;
    }
    bool opened = archive_write_set_format_gnutar(making->archive) == ARCHIVE_OK &&
                  archive_write_add_filter_zstd(making->archive) == ARCHIVE_OK &&
                  archive_write_set_bytes_in_last_block(making->archive, 1) == ARCHIVE_OK &&
                  archive_write_open_fd(making->archive, fd) == ARCHIVE_OK;
    return opened ? OK : archive_failed(making, "the beginning");
}

err backup_write(const struct backup_options *options, int fd, const char *scratch,
                 struct backup_said *said, struct problem *problem) {
    struct making making = {.options = options,
                            .said = said,
                            .arena = arena_make(65536, 0),
                            .sums = buf_new(BACKUP_SUMS_BYTES),
                            .problem = problem};
    *said = (struct backup_said){.program = slice_from_cstr(options->program_version)};
    const char *store = backup_path(&making.arena, options->folder, slice_from_cstr(BACKUP_STORE));
    err failed = db_copy(store, scratch, problem);
    if (failed == OK) {
        failed = archive_open(&making, fd);
    }
    if (failed == OK) {
        failed = archive_write(&making, scratch);
    }
    if (failed == OK) {
        said->archive_bytes = (uint64_t)archive_filter_bytes(making.archive, -1);
    }
    archive_write_free(making.archive);
    db_remove(scratch);
    buf_free(&making.sums);
    arena_free(&making.arena);
    return failed;
}

/* Locked, so that of two backups to one name one is refused; what an interrupted one left is taken
 * over. */
static err unfinished_open(const char *path, int *fd, struct problem *problem) {
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0) {
        return problem_set(problem, ERR_IO, "", "cannot write %s: %s", path, strerror(errno));
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        close(*fd);
        return problem_set(problem, ERR_BUSY, "", "another backup is writing %s; wait for it",
                           path);
    }
    if (ftruncate(*fd, 0) != 0) {
        close(*fd);
        return problem_set(problem, ERR_IO, "", "cannot write %s: %s", path, strerror(errno));
    }
    return OK;
}

static slice folder_of(struct arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? SLICE(".")
           : slash == path ? SLICE("/")
                           : arena_copy(arena, slice_of(path, (size_t)(slash - path)));
}

err backup_to_file(const struct backup_options *options, const char *path, struct backup_said *said,
                   struct problem *problem) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    const char *unfinished = arena_printf(&arena, "%s.unfinished", path).p;
    const char *scratch = arena_printf(&arena, "%s.unfinished.db", path).p;
    int fd = -1;
    TRY(unfinished_open(unfinished, &fd, problem));
    err failed = backup_write(options, fd, scratch, said, problem);
    if (failed == OK && (fsync(fd) != 0 || rename(unfinished, path) != 0)) {
        failed = problem_set(problem, ERR_IO, "", "cannot finish %s: %s", path, strerror(errno));
    }
    if (failed != OK) {
        unlink(unfinished);
    } else {
        failed = backup_sync_folder(folder_of(&arena, path).p);
    }
    close(fd);
    return failed;
}
