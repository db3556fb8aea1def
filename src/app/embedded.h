/* What is carried inside the executable besides the assets of the web. The slices themselves are
 * declared by the generated embedded_files.h. */
#ifndef AGORA_APP_EMBEDDED_H
#define AGORA_APP_EMBEDDED_H

#include "base/base.h"

/* Appends what gzip-compressed bytes unpack to. ERR_CORRUPT, ERR_LIMIT, ERR_MEMORY. */
MUST_USE err embedded_inflate(slice packed, struct buf *out);

#endif
