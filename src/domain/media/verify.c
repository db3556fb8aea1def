/* Whether the folder, the books and the entries tell the same. */
#include "crypto/crypto.h"
#include "domain/media/media_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PRINT_BYTES_MAX (16u << 20)
#define PRINTS_MAX      ((size_t)ENTRY_PICTURE_SIDES * ENTRY_PICTURE_FORMAT__COUNT)
#define BLOCK_BYTES     65536

struct verifying {
    struct db_conn *conn;
    const char *folder;
    struct media_figures *figures;
    struct problem *problem;
    struct arena arena; /* of one thing */
};

static err told(const struct verifying *verifying, slice what, const char *wrong) {
    return problem_set(verifying->problem, ERR_CORRUPT, "media", "%.*s %s", SLICE_ARG(what), wrong);
}

/* ---- each thing of the books ---- */

/* What a name is the digest of: the files in the order in which they were named; `*missing` when
 * one is not there. */
static err files_digest(struct verifying *verifying, const struct media_thing *thing,
                        struct crypto_digest *digest, bool *missing) {
    struct buf bytes[PRINTS_MAX];
    slice parts[PRINTS_MAX];
    size_t count = 0;
    err failed = OK;
    *missing = false;
    if (thing->is_document) {
        bytes[count] = buf_new(ENTRY_DOCUMENT_BYTES_MAX);
        failed = media_document_read(verifying->folder, &thing->document, &bytes[count++]);
    }
    for (size_t i = 0; i < PRINTS_MAX && !thing->is_document && failed == OK; i++) {
        size_t side = i / ENTRY_PICTURE_FORMAT__COUNT;
        if (entry_picture_has(&thing->picture, side)) {
            slice file = entry_picture_file(
                side, (enum entry_picture_format)(i % ENTRY_PICTURE_FORMAT__COUNT),
                &verifying->arena);
            bytes[count] = buf_new(PRINT_BYTES_MAX);
            failed = media_file_read(verifying->folder, &thing->picture, file, &bytes[count++]);
        }
    }
    *missing = failed == ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        parts[i] = buf_slice(&bytes[i]);
        verifying->figures->bytes += failed == OK ? parts[i].n : 0;
    }
    *digest = crypto_digest(parts, count);
    for (size_t i = 0; i < count; i++) {
        buf_free(&bytes[i]);
    }
    return *missing ? OK : failed;
}

static err thing_verify(struct verifying *verifying, slice name, bool is_named) {
    struct media_thing thing;
    struct crypto_digest digest;
    char hex[CRYPTO_DIGEST_HEX + 1];
    bool missing = false;
    if (!media_thing_named(name, &thing)) {
        return told(verifying, name, "is in the books and no name of a picture or a document");
    }
    TRY(files_digest(verifying, &thing, &digest, &missing));
    if (missing) {
        return is_named ? told(verifying, name,
                               "is shown by an entry, and a file of it is missing or not whole: "
                               "bring media/ back from a backup")
                        : OK; /* its files were never written whole, or are being deleted */
    }
    crypto_digest_hex(&digest, hex);
    if (!slice_equal(slice_sub(name, 0, CRYPTO_DIGEST_HEX), slice_from_cstr(hex))) {
        return told(verifying, name, "is not what was written: bring media/ back from a backup");
    }
    verifying->figures->documents += thing.is_document;
    verifying->figures->pictures += !thing.is_document;
    return OK;
}

static err books_verify(struct verifying *verifying) {
    struct db_query *query = media_query(verifying->conn, MEDIA_ALL);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        arena_reset(&verifying->arena);
        slice name = arena_copy(&verifying->arena, db_text(query, 0));
        TRY(thing_verify(verifying, name, db_i64(query, 1) != 0));
    }
}

/* ---- each address of an entry, and each file of the folder ---- */

static err entries_verify(struct verifying *verifying) {
    struct db_query *query = media_query(verifying->conn, MEDIA_NAMED);
    for (;;) {
        bool row = false;
        bool known = false;
        struct entry_picture picture;
        struct entry_document document;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        arena_reset(&verifying->arena);
        slice url = arena_copy(&verifying->arena, db_text(query, 0));
        if (entry_document_of(url, &document)) {
            TRY(media_is_booked(verifying->conn, document.name, &known));
        } else if (entry_picture_of(url, &picture)) {
            TRY(media_is_booked(verifying->conn, picture.name, &known));
        }
        if (!known) {
            return problem_set(verifying->problem, ERR_CORRUPT, "media",
                               "entry %lld shows %.*s, which is not in the books",
                               (long long)db_i64(query, 1), SLICE_ARG(url));
        }
    }
}

/* The name that a file belongs to: its own, or what stands before the "-480.webp" of a print, of
 * one that is being written, too. */
static bool owner_of(slice file, struct media_thing *thing) {
    size_t side;
    enum entry_picture_format format;
    slice beside = SLICE(".new");
    if (file.n > beside.n && slice_equal(slice_sub(file, file.n - beside.n, beside.n), beside)) {
        file = slice_sub(file, 0, file.n - beside.n);
    }
    size_t dash = file.n;
    for (size_t i = ENTRY_PICTURE_DIGEST + 1; i < file.n; i++) {
        dash = file.p[i] == '-' ? i : dash;
    }
    if (dash == file.n) {
        return media_thing_named(file, thing) && thing->is_document;
    }
    return media_thing_named(slice_sub(file, 0, dash), thing) && !thing->is_document &&
           entry_picture_file_read(slice_sub(file, dash + 1, file.n), &side, &format);
}

static err file_verify(struct verifying *verifying, const char *shard, const char *name) {
    struct media_thing thing;
    bool known = false;
    slice path = arena_printf(&verifying->arena, "media/%s/%s", shard, name);
    if (!owner_of(slice_from_cstr(name), &thing) || strncmp(name, shard, strlen(shard)) != 0) {
        return told(verifying, path, "is no file of this program: move it elsewhere");
    }
    TRY(media_is_booked(verifying->conn,
                        thing.is_document ? thing.document.name : thing.picture.name, &known));
    const char *whole =
        arena_printf(&verifying->arena, "%s/%s/%s", verifying->folder, shard, name).p;
    /* The sweep of a running server deletes the files first, and then forgets them. */
    if (!known && access(whole, F_OK) == 0) {
        return told(verifying, path, "is not in the books: move it elsewhere");
    }
    verifying->figures->files++;
    return OK;
}

typedef err folder_visit(struct verifying *verifying, const char *parent, const char *name);

/* A folder that is not there is empty. */
static err folder_each(struct verifying *verifying, const char *path, const char *parent,
                       folder_visit *visit) {
    DIR *folder = opendir(path);
    err failed = OK;
    if (folder == NULL) {
        return errno == ENOENT ? OK
                               : problem_set(verifying->problem, ERR_IO, "media",
                                             "cannot read %s: %s", path, strerror(errno));
    }
    for (struct dirent *item; failed == OK && (item = readdir(folder)) != NULL;) {
        if (item->d_name[0] != '.') {
            failed = visit(verifying, parent, item->d_name);
        }
    }
    closedir(folder);
    return failed;
}

static err shard_verify(struct verifying *verifying, const char *parent, const char *name) {
    (void)parent;
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    arena_reset(&verifying->arena);
    const char *path = arena_printf(&arena, "%s/%s", verifying->folder, name).p;
    return folder_each(verifying, path, name, file_verify);
}

err media_verify(struct db_conn *conn, const char *folder, struct media_figures *figures,
                 struct problem *problem) {
    *figures = (struct media_figures){0};
    struct verifying verifying = {.conn = conn,
                                  .folder = folder,
                                  .figures = figures,
                                  .problem = problem,
                                  .arena = arena_make(BLOCK_BYTES, 0)};
    /* Files before books: what is taken in meanwhile is in the books before its file lies here. */
    err failed = folder_each(&verifying, folder, "", shard_verify);
    failed = failed == OK ? books_verify(&verifying) : failed;
    failed = failed == OK ? entries_verify(&verifying) : failed;
    arena_free(&verifying.arena);
    return failed;
}
