/* Files: of a picture FOLDER/ab/abcd…-1600x1067-480.webp, of a document
 * FOLDER/ab/abcd…-48213.pdf. */
#include "crypto/crypto.h"
#include "domain/media/media_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARD_DIGITS 2
#define READ_BLOCK   65536
#define PRINTS_MAX   ((size_t)ENTRY_PICTURE_SIDES * ENTRY_PICTURE_FORMAT__COUNT)

static const char *shard_of(const char *folder, slice name, struct arena *arena) {
    return arena_printf(arena, "%s/%.*s", folder, SHARD_DIGITS, name.p).p;
}

static const char *path_of(const char *folder, slice name, slice file, struct arena *arena) {
    return arena_printf(arena, "%s/%.*s/%.*s-%.*s", folder, SHARD_DIGITS, name.p, SLICE_ARG(name),
                        SLICE_ARG(file))
        .p;
}

static const char *document_path(const char *folder, const struct entry_document *document,
                                 struct arena *arena) {
    return arena_printf(arena, "%s/%.*s/%.*s", folder, SHARD_DIGITS, document->name.p,
                        SLICE_ARG(document->name))
        .p;
}

static err refused(const char *path, struct problem *problem) {
    return problem_set(problem, ERR_IO, "file", "cannot write %s: %s", path, strerror(errno));
}

static err folder_make(const char *path, struct problem *problem) {
    return mkdir(path, 0750) == 0 || errno == EEXIST ? OK : refused(path, problem);
}

static err folder_sync(const char *path, struct problem *problem) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 ? -1 : fsync(fd);
    err synced = failed == 0 ? OK : refused(path, problem);
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

static bool write_all(int fd, slice bytes) {
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        bytes = n > 0 ? slice_sub(bytes, (size_t)n, bytes.n) : bytes;
    }
    return fsync(fd) == 0;
}

static const char *beside_of(const char *path, struct arena *arena) {
    return arena_printf(arena, "%s.new", path).p;
}

/* Whole under its name or not there: written beside it first. */
static err file_write(const char *path, slice bytes, struct arena *arena, struct problem *problem) {
    const char *beside = beside_of(path, arena);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) {
        return refused(beside, problem);
    }
    bool written = write_all(fd, bytes);
    err failed = written ? OK : refused(beside, problem);
    close(fd);
    if (failed == OK && rename(beside, path) != 0) {
        failed = refused(path, problem);
    }
    if (failed != OK) {
        unlink(beside);
    }
    return failed;
}

static bool is_gone(const char *path) {
    return unlink(path) == 0 || errno == ENOENT;
}

/* With what a process that was killed while it wrote has left beside it. */
static bool file_delete(const char *path, struct arena *arena) {
    return is_gone(path) && is_gone(beside_of(path, arena));
}

slice media_name(const struct media_print *prints, size_t count, uint32_t width, uint32_t height,
                 struct arena *arena) {
    slice parts[PRINTS_MAX];
    char hex[CRYPTO_DIGEST_HEX + 1];
    _Static_assert(CRYPTO_DIGEST_HEX == ENTRY_PICTURE_DIGEST, "a name holds a digest");
    for (size_t i = 0; i < count; i++) {
        parts[i] = prints[i].bytes;
    }
    struct crypto_digest digest = crypto_digest(parts, count);
    crypto_digest_hex(&digest, hex);
    return arena_printf(arena, "%s-%ux%u", hex, width, height);
}

err media_files_write(const char *folder, slice name, const struct media_print *prints,
                      size_t count, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    const char *shard = shard_of(folder, name, &scratch);
    const char *made[PRINTS_MAX];
    size_t made_count = 0;
    err failed = folder_make(folder, problem);
    failed = failed == OK ? folder_make(shard, problem) : failed;
    for (size_t i = 0; i < count && failed == OK; i++) {
        slice file = entry_picture_file(prints[i].side, prints[i].format, &scratch);
        const char *path = path_of(folder, name, file, &scratch);
        bool was_here = access(path, F_OK) == 0; /* of another entry, which keeps it */
        failed = file_write(path, prints[i].bytes, &scratch, problem);
        if (failed == OK && !was_here) {
            made[made_count++] = path;
        }
    }
    failed = failed == OK ? folder_sync(shard, problem) : failed;
    failed = failed == OK ? folder_sync(folder, problem) : failed;
    for (size_t i = 0; i < made_count && failed != OK; i++) {
        unlink(made[i]);
    }
    return failed;
}

/* Closes the file. */
static err read_all(int fd, struct arena *scratch, struct buf *out) {
    char *block = arena_new(scratch, char, READ_BLOCK);
    ssize_t n = 0;
    while ((n = read(fd, block, READ_BLOCK)) > 0) {
        buf_add(out, slice_of(block, (size_t)n));
    }
    close(fd);
    return n < 0 ? ERR_IO : out->failed;
}

err media_file_read(const char *folder, const struct entry_picture *picture, slice file,
                    struct buf *out) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    int fd = open(path_of(folder, picture->name, file, &scratch), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    return read_all(fd, &scratch, out);
}

err media_files_delete(const char *folder, const struct entry_picture *picture) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        for (size_t format = 0; format < ENTRY_PICTURE_FORMAT__COUNT; format++) {
            slice file = entry_picture_file(side, (enum entry_picture_format)format, &scratch);
            if (!file_delete(path_of(folder, picture->name, file, &scratch), &scratch)) {
                return ERR_IO;
            }
        }
    }
    return OK;
}

/* ---- documents ---- */

struct entry_document media_document_named(slice bytes, enum entry_document_kind kind,
                                           struct arena *arena) {
    char hex[CRYPTO_DIGEST_HEX + 1];
    _Static_assert(CRYPTO_DIGEST_HEX == ENTRY_DOCUMENT_DIGEST, "a name holds a digest");
    struct crypto_digest digest = crypto_digest(&bytes, 1);
    crypto_digest_hex(&digest, hex);
    slice name =
        arena_printf(arena, "%s-%zu.%.*s", hex, bytes.n, SLICE_ARG(entry_document_extension(kind)));
    return (struct entry_document){.name = name, .bytes = (uint32_t)bytes.n, .kind = kind};
}

err media_document_write(const char *folder, const struct entry_document *document, slice bytes,
                         struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    const char *shard = shard_of(folder, document->name, &scratch);
    const char *path = document_path(folder, document, &scratch);
    TRY(folder_make(folder, problem));
    TRY(folder_make(shard, problem));
    bool was_here = access(path, F_OK) == 0;
    TRY(file_write(path, bytes, &scratch, problem));
    err failed = folder_sync(shard, problem);
    failed = failed == OK ? folder_sync(folder, problem) : failed;
    if (failed != OK && !was_here) {
        unlink(path);
    }
    return failed;
}

err media_document_open(const char *folder, const struct entry_document *document, int *fd) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    struct stat is;
    int opened = open(document_path(folder, document, &scratch), O_RDONLY | O_CLOEXEC);
    if (opened < 0) {
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    if (fstat(opened, &is) != 0 || is.st_size != (off_t)document->bytes) {
        close(opened);
        return ERR_NOT_FOUND;
    }
    *fd = opened;
    return OK;
}

err media_document_read(const char *folder, const struct entry_document *document,
                        struct buf *out) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    int fd = -1;
    TRY(media_document_open(folder, document, &fd));
    return read_all(fd, &scratch, out);
}

err media_document_delete(const char *folder, const struct entry_document *document) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    return file_delete(document_path(folder, document, &scratch), &scratch) ? OK : ERR_IO;
}
