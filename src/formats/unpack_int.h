/* The unpacking stage of decode: packed bytes -> bytes. */
#ifndef AGORA_FORMATS_UNPACK_INT_H
#define AGORA_FORMATS_UNPACK_INT_H

#include "formats/decode.h"
#include <zlib.h>
#include <zstd.h>

#define UNPACK_WINDOW 65536

struct unpack {
    struct byte_source source;
    enum decode_packing packing;
    bool started, source_ended, member_open, cut;
    uint64_t bytes_in;
    bool stored; /* the file in the zip is not packed: `left` bytes of it */
    size_t left;
    size_t at, n; /* what of `window` is not used yet */
    z_stream gzip;
    ZSTD_DStream *zstd;
    unsigned char window[UNPACK_WINDOW];
};

/* Fills `bytes` with up to `room` unpacked bytes; `*got` is 0 only at the end. */
MUST_USE err unpack_read(struct unpack *unpack, char *bytes, size_t room, size_t *got,
                         struct problem *problem);
void unpack_end(struct unpack *unpack);

#endif
