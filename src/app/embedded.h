/* What is embedded in the executable besides the assets of the web: generated at build. */
#ifndef AGORA_APP_EMBEDDED_H
#define AGORA_APP_EMBEDDED_H

#include "base/base.h"

struct embedded {
    slice name; /* "territories.tsv.gz" */
    slice bytes;
};
extern const struct embedded embedded_files[];
extern const size_t embedded_count;
/* The bytes by name; aborts when there is none, since the build has to give it. */
slice embedded_get(const char *name);
/* Appends what a gzip-compressed one unpacks to. ERR_CORRUPT, ERR_LIMIT, ERR_MEMORY. */
MUST_USE err embedded_inflate(const char *name, struct buf *out);

#endif
