/* domain/media: the files of pictures that lie here, whose entries name them, and how long they
 * stay. */
#ifndef AGORA_DOMAIN_MEDIA_H
#define AGORA_DOMAIN_MEDIA_H

#include "domain/entry/entry.h"

#define MEDIA_PER_ENTRY_MAX 8

/* One print of a picture. */
struct media_print {
    size_t side;
    enum entry_picture_format format;
    slice bytes;
};
/* The name of a picture, made of what its files hold: the same prints have the same name. In the
 * arena. */
slice media_name(const struct media_print *prints, size_t count, uint32_t width, uint32_t height,
                 struct arena *arena);
/* Writes the files of a picture below `folder` (the data folder's media/); those of the same name
 * that stand there already hold the same. They are on the disk when this returns. The name is in
 * the books already (media_add, committed): what lies here is always known to the sweep. ERR_IO (a
 * full disk, too): none of the files it made stays. */
MUST_USE err media_files_write(const char *folder, slice name, const struct media_print *prints,
                               size_t count, struct problem *problem);
/* One file, whole. ERR_NOT_FOUND, ERR_IO. */
MUST_USE err media_file_read(const char *folder, const struct entry_picture *picture, slice file,
                             struct buf *out);

/* Puts a picture into the books, before its files are written. Once more: its thirty days begin
 * anew. */
MUST_USE err media_add(struct db_conn *conn, slice name, int64_t now_ms);
/* RULE MEDIA-1: whether the public may see it: a published entry shows it now. */
MUST_USE err media_is_shown(struct db_conn *conn, const struct entry_picture *picture,
                            struct arena *arena, bool *is_shown);
/* RULE MEDIA-2: files that no entry, no draft and no waiting suggestion names any more, or whose
 * entry was removed, are deleted 30 days later. Once an hour. */
MUST_USE err media_sweep(struct db_conn *conn, const char *folder, int64_t now_ms);

extern const struct db_catalogue media_catalogue;

#endif
