#include "domain/entry/entry.h"

const uint32_t entry_picture_sides[ENTRY_PICTURE_SIDES] = {480, 960, 1600};
#define LARGEST_SIDE 1600

static const char *const extensions[ENTRY_PICTURE_FORMAT__COUNT] = {
    [ENTRY_PICTURE_WEBP] = "webp", [ENTRY_PICTURE_JPEG] = "jpg"};

/* A number as we write it: no sign, no zero in front. */
static bool length_read(slice digits, uint32_t *length) {
    uint64_t value = 0;
    if (digits.n == 0 || digits.n > 4 || digits.p[0] == '0' || !slice_to_u64(digits, &value) ||
        value > LARGEST_SIDE) {
        return false;
    }
    *length = (uint32_t)value;
    return true;
}

bool entry_picture_named(slice name, struct entry_picture *picture) {
    struct entry_picture found = {.name = name};
    if (name.n <= ENTRY_PICTURE_DIGEST || name.p[ENTRY_PICTURE_DIGEST] != '-') {
        return false;
    }
    for (size_t i = 0; i < ENTRY_PICTURE_DIGEST; i++) {
        char c = name.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    size_t x = slice_find(name, ENTRY_PICTURE_DIGEST + 1, 'x');
    if (!length_read(slice_sub(name, ENTRY_PICTURE_DIGEST + 1, x - ENTRY_PICTURE_DIGEST - 1),
                     &found.width) ||
        !length_read(slice_sub(name, x + 1, name.n), &found.height)) {
        return false;
    }
    *picture = found;
    return true;
}

bool entry_picture_of(slice url, struct entry_picture *picture) {
    struct entry_picture found;
    size_t begin = sizeof ENTRY_PICTURE_FOLDER - 1;
    size_t end = slice_find(url, begin, '/');
    size_t side;
    enum entry_picture_format format;
    if (!entry_media_is_here(url) ||
        !entry_picture_named(slice_sub(url, begin, end - begin), &found) ||
        !entry_picture_file_read(slice_sub(url, end + 1, url.n), &side, &format) ||
        format != ENTRY_PICTURE_JPEG || side != entry_picture_largest(&found)) {
        return false;
    }
    *picture = found;
    return true;
}

bool entry_media_picture(const struct entry_media *media, struct entry_picture *picture) {
    return media->kind == ENTRY_MEDIA_IMAGE && entry_picture_of(media->url, picture);
}

static uint32_t longer_of(const struct entry_picture *picture) {
    return picture->width > picture->height ? picture->width : picture->height;
}

bool entry_picture_has(const struct entry_picture *picture, size_t side) {
    return side == 0 || longer_of(picture) > entry_picture_sides[side - 1];
}

uint32_t entry_picture_width(const struct entry_picture *picture, size_t side) {
    uint32_t longer = longer_of(picture);
    uint32_t most = entry_picture_sides[side];
    if (longer <= most) {
        return picture->width;
    }
    uint32_t width = (picture->width * most + longer / 2) / longer;
    return width > 0 ? width : 1;
}

size_t entry_picture_largest(const struct entry_picture *picture) {
    size_t side = ENTRY_PICTURE_SIDES - 1;
    while (!entry_picture_has(picture, side)) {
        side--;
    }
    return side;
}

slice entry_picture_file(size_t side, enum entry_picture_format format, struct arena *arena) {
    return arena_printf(arena, "%u.%s", entry_picture_sides[side], extensions[format]);
}

slice entry_picture_path(const struct entry_picture *picture, size_t side,
                         enum entry_picture_format format, struct arena *arena) {
    return arena_printf(arena, ENTRY_PICTURE_FOLDER "%.*s/%u.%s", SLICE_ARG(picture->name),
                        entry_picture_sides[side], extensions[format]);
}

bool entry_picture_file_read(slice file, size_t *side, enum entry_picture_format *format) {
    size_t dot = slice_find(file, 0, '.');
    uint32_t length;
    if (!length_read(slice_sub(file, 0, dot), &length)) {
        return false;
    }
    for (size_t i = 0; i < ENTRY_PICTURE_SIDES; i++) {
        for (size_t f = 0; f < ENTRY_PICTURE_FORMAT__COUNT; f++) {
            if (length == entry_picture_sides[i] &&
                slice_equal(slice_sub(file, dot + 1, file.n), slice_from_cstr(extensions[f]))) {
                *side = i;
                *format = (enum entry_picture_format)f;
                return true;
            }
        }
    }
    return false;
}
