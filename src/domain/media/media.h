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
/* Writes the files of a picture below `folder` (the data folder's media/) and makes its name of
 * what they hold: the same prints have the same name, and their files stand there already. They are
 * on the disk when this returns. The name lives in the arena. ERR_IO (a full
 * disk, too). */
MUST_USE err media_files_write(const char *folder, const struct media_print *prints, size_t count,
                               uint32_t width, uint32_t height, struct arena *arena, slice *name,
                               struct problem *problem);
/* One file, whole. ERR_NOT_FOUND, ERR_IO. */
MUST_USE err media_file_read(const char *folder, const struct entry_picture *picture, slice file,
                             struct buf *out);

/* Puts a picture whose files stand into the books; once more changes nothing. */
MUST_USE err media_add(struct db_conn *conn, slice name, int64_t now_ms);
/* RULE MEDIA-1: whether the public may see it: a published entry shows it now. */
MUST_USE err media_is_shown(struct db_conn *conn, const struct entry_picture *picture,
                            struct arena *arena, bool *is_shown);
/* RULE MEDIA-2: files that no entry, no draft and no waiting suggestion names any more, or whose
 * entry was removed, are deleted 30 days later. Once an hour. */
MUST_USE err media_sweep(struct db_conn *conn, const char *folder, int64_t now_ms);

extern const struct db_catalogue media_catalogue;

#endif
