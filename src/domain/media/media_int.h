#ifndef AGORA_DOMAIN_MEDIA_INT_H
#define AGORA_DOMAIN_MEDIA_INT_H

#include "domain/media/media.h"

enum media_statement {
    MEDIA_ADD,
    MEDIA_SHOWN,
    MEDIA_MARK,
    MEDIA_UNMARK,
    MEDIA_DUE,
    MEDIA_DELETE,
    MEDIA_STATEMENT__COUNT
};
/* Deletes the files of a picture; those that are gone already are fine. ERR_IO. */
MUST_USE err media_files_delete(const char *folder, const struct entry_picture *picture);

#endif
