#ifndef AGORA_DOMAIN_MEDIA_INT_H
#define AGORA_DOMAIN_MEDIA_INT_H

#include "domain/media/media.h"

enum media_statement {
    MEDIA_ADD,
    MEDIA_SHOWN,
    MEDIA_KEPT,
    MEDIA_MARK,
    MEDIA_UNMARK,
    MEDIA_DUE,
    MEDIA_DELETE,
    MEDIA_ALL,
    MEDIA_NAMED,
    MEDIA_STATEMENT__COUNT
};
struct db_query *media_query(struct db_conn *conn, enum media_statement which);

/* Whether the books know this name. */
MUST_USE err media_is_booked(struct db_conn *conn, slice name, bool *is_booked);

/* What lies here, by its name. */
struct media_thing {
    bool is_document;
    struct entry_picture picture;
    struct entry_document document;
};
bool media_thing_named(slice name, struct media_thing *thing);

/* A document whole. ERR_NOT_FOUND, also when it is not as long as its name says; ERR_IO. */
MUST_USE err media_document_read(const char *folder, const struct entry_document *document,
                                 struct buf *out);
/* Deletes the files of a picture; those that are gone already are fine. ERR_IO. */
MUST_USE err media_files_delete(const char *folder, const struct entry_picture *picture);
MUST_USE err media_document_delete(const char *folder, const struct entry_document *document);

/* A ZIP archive as far as a document of an office needs it (APPNOTE 6.3.10): one disk, no 64-bit
 * lengths, nothing before it, what its directory says is what its files say. */
struct media_zip {
    slice bytes, directory;
    uint32_t count;
    size_t at; /* in the directory, of the next one */
};
struct media_zip_file {
    slice name;
    slice packed;
    unsigned method;
    bool is_locked;
};
/* False: not such an archive, or cut off. */
bool media_zip_open(slice bytes, struct media_zip *zip);
/* The next file; ERR_NOT_FOUND behind the last, ERR_CORRUPT. */
MUST_USE err media_zip_next(struct media_zip *zip, struct media_zip_file *file);
/* Adds what it holds, unpacked. ERR_LIMIT by the buffer, ERR_CORRUPT, ERR_UNSUPPORTED. */
MUST_USE err media_zip_read(const struct media_zip_file *file, struct buf *out);

#endif
