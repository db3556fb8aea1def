/* Unpacks what is carried compressed inside the executable. */
#ifndef AGORA_APP_INFLATE_H
#define AGORA_APP_INFLATE_H

#include "base/base.h"

/* Appends what gzip-compressed bytes unpack to. ERR_CORRUPT, ERR_LIMIT, ERR_MEMORY. */
MUST_USE err inflate_gzip(slice packed, struct buf *out);

#endif
