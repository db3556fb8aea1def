#include "work/photo/photo_int.h"

#define BOX_HEAD_BYTES   8
#define BRAND_BYTES      4
#define BRANDS_BYTES_MAX 256 /* some cameras name a dozen */

static bool has_brand(slice brands, slice brand) {
    for (size_t at = 0; at + BRAND_BYTES <= brands.n; at += BRAND_BYTES) {
        if (slice_equal(slice_sub(brands, at, BRAND_BYTES), brand)) {
            return true;
        }
    }
    return false;
}

/* The box "ftyp": its size, its name, a brand, a version, more brands. */
static bool of_box(slice bytes, enum photo_format *format) {
    if (bytes.n < 2 * BOX_HEAD_BYTES ||
        !slice_equal(slice_sub(bytes, BRAND_BYTES, BRAND_BYTES), SLICE("ftyp"))) {
        return false;
    }
    const unsigned char *head = (const unsigned char *)bytes.p;
    uint32_t size = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 |
                    (uint32_t)head[3];
    slice brands = slice_sub(slice_sub(bytes, 0, size < BRANDS_BYTES_MAX ? size : BRANDS_BYTES_MAX),
                             BOX_HEAD_BYTES, BRANDS_BYTES_MAX);
    if (has_brand(brands, SLICE("avif")) || has_brand(brands, SLICE("avis"))) {
        *format = PHOTO_AVIF;
        return true;
    }
    static const slice heic[] = {{"heic", 4}, {"heix", 4}, {"heim", 4}, {"heis", 4}, {"mif1", 4}};
    for (size_t i = 0; i < ARRAY_COUNT(heic); i++) {
        if (has_brand(brands, heic[i])) {
            *format = PHOTO_HEIC;
            return true;
        }
    }
    return false;
}

bool photo_format_of(slice bytes, enum photo_format *format) {
    if (slice_starts_with(bytes, SLICE("\xFF\xD8\xFF"))) {
        *format = PHOTO_JPEG;
        return true;
    }
    if (slice_starts_with(bytes, SLICE("\x89PNG\r\n\x1A\n"))) {
        *format = PHOTO_PNG;
        return true;
    }
    if (slice_starts_with(bytes, SLICE("RIFF")) &&
        slice_starts_with(slice_sub(bytes, BOX_HEAD_BYTES, bytes.n), SLICE("WEBP"))) {
        *format = PHOTO_WEBP;
        return true;
    }
    return of_box(bytes, format);
}
