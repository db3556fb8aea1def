/* domain/media: the files of pictures and documents that lie here, whose entries name them, and how
 * long they stay. */
#ifndef AGORA_DOMAIN_MEDIA_H
#define AGORA_DOMAIN_MEDIA_H

#include "domain/entry/entry.h"

#define MEDIA_PER_ENTRY_MAX       8
#define MEDIA_DOCUMENTS_MAX       6           /* of an entry … */
#define MEDIA_DOCUMENTS_BYTES_MAX (60u << 20) /* … all together */

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

/* What the bytes of a document are, whatever it is called and said to be (RULE DOCUMENT-1). */
enum media_verdict {
    MEDIA_TAKEN,
    MEDIA_UNKNOWN,  /* no kind that is taken */
    MEDIA_HEAVY,    /* beyond ENTRY_DOCUMENT_BYTES_MAX */
    MEDIA_DAMAGED,  /* cut off, or made to be read in two ways */
    MEDIA_WEB_PAGE, /* a text that a browser or a shell would run */
    MEDIA_MACROS,   /* holds a program */
    MEDIA_LOCKED,   /* behind a password: nobody could look at it */
    MEDIA_OLD,      /* Office before 2007: what it holds cannot be told */
    MEDIA_VERDICT__COUNT
};
enum media_verdict media_document_look(slice bytes, enum entry_document_kind *kind);
/* The name of a document, made of what it holds. In the arena. */
struct entry_document media_document_named(slice bytes, enum entry_document_kind kind,
                                           struct arena *arena);
/* Writes its file, as media_files_write does. */
MUST_USE err media_document_write(const char *folder, const struct entry_document *document,
                                  slice bytes, struct problem *problem);
/* Its file, opened for reading; the caller closes it. ERR_NOT_FOUND, also when it is not as long as
 * its name says; ERR_IO. */
MUST_USE err media_document_open(const char *folder, const struct entry_document *document,
                                 int *fd);

/* Puts a picture or a document into the books, before its files are written. Once more: its thirty
 * days begin anew. ERR_INPUT: no name of either. */
MUST_USE err media_add(struct db_conn *conn, slice name, int64_t now_ms);
/* RULE MEDIA-1: whether the public may see it: a published entry, or news of one, show it now. */
MUST_USE err media_is_shown(struct db_conn *conn, const struct entry_picture *picture,
                            struct arena *arena, bool *is_shown);
/* The same of a document, with the title that they give it, in the arena. ERR_NOT_FOUND:
 * none shows it. */
MUST_USE err media_document_shown(struct db_conn *conn, const struct entry_document *document,
                                  struct arena *arena, slice *title);
/* Whether what a medium of an entry names is still there: false of a picture or a document that lay
 * here and that the sweep has taken. Of what lies elsewhere nothing is known: true. */
MUST_USE err media_is_kept(struct db_conn *conn, const struct entry_media *media, bool *is_kept);
/* RULE MEDIA-2: files that no entry, no news, no draft and no waiting suggestion names any more, or
 * whose entry was removed, are deleted 30 days later. Once an hour. */
MUST_USE err media_sweep(struct db_conn *conn, const char *folder, int64_t now_ms);

/* Compares folder, books and entries, beside a running server: each file is in the books, each
 * picture and document that an entry or its news show lies here whole and is what was written.
 * ERR_CORRUPT names the first finding and its mend; ERR_IO. */
struct media_figures {
    int64_t pictures, documents, files;
    uint64_t bytes;
};
MUST_USE err media_verify(struct db_conn *conn, const char *folder, struct media_figures *figures,
                          struct problem *problem);

extern const struct db_catalogue media_catalogue;

#endif
