/* ZIP, read strictly: what two programs might read in two ways is no archive here. */
#include "domain/media/media_int.h"

#include <zlib.h>

enum {
    END_BYTES = 22,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    END_MARK = 0x06054b50,
    ENTRY_MARK = 0x02014b50,
    LOCAL_MARK = 0x04034b50,
    COMMENT_MAX = 65535,
    LOCKED = 1,
    STORED = 0,
    DEFLATED = 8,
};

/* Little-endian; 0 beyond the end, where no mark is. */
static uint32_t number_at(slice bytes, size_t at, unsigned width) {
    uint32_t value = 0;
    for (unsigned i = 0; i < width && at + i < bytes.n; i++) {
        value |= (uint32_t)(unsigned char)bytes.p[at + i] << (8 * i);
    }
    return value;
}

static bool end_find(slice bytes, size_t *end) {
    for (size_t back = END_BYTES; back <= bytes.n && back <= END_BYTES + COMMENT_MAX; back++) {
        size_t at = bytes.n - back;
        if (number_at(bytes, at, 4) == END_MARK &&
            number_at(bytes, at + 20, 2) == back - END_BYTES) {
            *end = at;
            return true;
        }
    }
    return false;
}

bool media_zip_open(slice bytes, struct media_zip *zip) {
    size_t end = 0;
    if (number_at(bytes, 0, 4) != LOCAL_MARK || !end_find(bytes, &end)) {
        return false;
    }
    uint32_t count = number_at(bytes, end + 10, 2);
    uint32_t size = number_at(bytes, end + 12, 4);
    uint32_t from = number_at(bytes, end + 16, 4);
    bool is_one_disk = number_at(bytes, end + 4, 4) == 0 && number_at(bytes, end + 8, 2) == count;
    if (!is_one_disk || (uint64_t)from + size != end) {
        return false;
    }
    *zip = (struct media_zip){
        .bytes = bytes, .directory = slice_sub(bytes, from, size), .count = count};
    return true;
}

err media_zip_next(struct media_zip *zip, struct media_zip_file *file) {
    slice at = slice_sub(zip->directory, zip->at, zip->directory.n);
    if (zip->count == 0) {
        return at.n == 0 ? ERR_NOT_FOUND : ERR_CORRUPT;
    }
    size_t name_bytes = number_at(at, 28, 2);
    size_t whole = ENTRY_BYTES + name_bytes + number_at(at, 30, 2) + number_at(at, 32, 2);
    uint32_t packed = number_at(at, 20, 4);
    uint32_t local = number_at(at, 42, 4);
    if (number_at(at, 0, 4) != ENTRY_MARK || whole > at.n) {
        return ERR_CORRUPT;
    }
    slice name = slice_sub(at, ENTRY_BYTES, name_bytes);
    size_t data =
        (size_t)local + LOCAL_BYTES + name_bytes + number_at(zip->bytes, (size_t)local + 28, 2);
    size_t directory = (size_t)(zip->directory.p - zip->bytes.p);
    if (number_at(zip->bytes, local, 4) != LOCAL_MARK ||
        number_at(zip->bytes, (size_t)local + 26, 2) != name_bytes ||
        !slice_equal(slice_sub(zip->bytes, (size_t)local + LOCAL_BYTES, name_bytes), name) ||
        data + packed > directory) {
        return ERR_CORRUPT;
    }
    *file = (struct media_zip_file){.name = name,
                                    .packed = slice_sub(zip->bytes, data, packed),
                                    .method = number_at(at, 10, 2),
                                    .is_locked = (number_at(at, 8, 2) & LOCKED) != 0};
    zip->at += whole;
    zip->count--;
    return OK;
}

err media_zip_read(const struct media_zip_file *file, struct buf *out) {
    if (file->method == STORED) {
        buf_add(out, file->packed);
        return out->failed;
    }
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)file->packed.p,
                       .avail_in = (uInt)file->packed.n};
    if (file->method != DEFLATED || inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return ERR_UNSUPPORTED;
    }
    int state = Z_OK;
    while (state == Z_OK && out->failed == OK) {
        unsigned char chunk[16 * 1024];
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        state = inflate(&stream, Z_NO_FLUSH);
        buf_add_bytes(out, chunk, sizeof chunk - stream.avail_out);
    }
    inflateEnd(&stream);
    return out->failed != OK ? out->failed : state == Z_STREAM_END ? OK : ERR_CORRUPT;
}
