#include "app/inflate.h"

#include <zlib.h>

err inflate_gzip(slice packed, struct buf *out) {
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
        return ERR_MEMORY;
    }
    int state = Z_OK;
    while (state == Z_OK) {
        unsigned char chunk[64 * 1024];
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        state = inflate(&stream, Z_NO_FLUSH);
        buf_add_bytes(out, chunk, sizeof chunk - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? out->failed : ERR_CORRUPT;
}
