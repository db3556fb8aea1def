/* Arbitrary bytes as what the process that decodes a picture leaves behind: the answer, then the
 * first bytes of each print. And the same bytes as an address of a picture. */
#include "fuzz.h"

#include "work/photo/photo_int.h"

#include <string.h>

#define PRINT_HEAD_BYTES 12

/* What whoever shows an address relies on. */
static void check_address(slice text, struct arena *arena) {
    struct entry_picture picture;
    if (!entry_picture_of(text, &picture)) {
        return;
    }
    size_t side = entry_picture_largest(&picture);
    FUZZ_PROMISE(picture.name.n <= ENTRY_PICTURE_NAME_MAX);
    FUZZ_PROMISE(slice_equal(text, entry_picture_path(&picture, side, ENTRY_PICTURE_JPEG, arena)));
    for (size_t i = 0; i < ENTRY_PICTURE_SIDES; i++) {
        uint32_t width = entry_picture_width(&picture, i);
        FUZZ_PROMISE(width > 0 && width <= picture.width && width <= entry_picture_sides[i]);
    }
}

static void check_photo(const struct photo *photo) {
    const struct entry_picture shape = {.width = photo->width, .height = photo->height};
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        for (size_t format = 0; format < ENTRY_PICTURE_FORMAT__COUNT; format++) {
            slice print = photo->prints[side][format];
            enum photo_format found;
            FUZZ_PROMISE((print.n > 0) == entry_picture_has(&shape, side));
            FUZZ_PROMISE(print.n <= PHOTO_PRINT_BYTES_MAX);
            FUZZ_PROMISE(print.n == 0 || photo_format_of(print, &found));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct photo_tray tray; /* 22 MB: made once, what is written is written anew */
    struct arena arena ARENA_CLEANUP = arena_make(4096, 64u << 20);
    slice rest = slice_of((const char *)data, size);
    enum photo_format format;
    struct photo photo;
    check_address(rest, &arena);
    (void)photo_format_of(rest, &format);
    slice answer = slice_sub(rest, 0, sizeof tray.answer);
    memset(&tray.answer, 0, sizeof tray.answer);
    memcpy(&tray.answer, answer.p, answer.n);
    rest = slice_sub(rest, answer.n, rest.n);
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        for (size_t i = 0; i < ENTRY_PICTURE_FORMAT__COUNT; i++) {
            slice head = slice_sub(rest, 0, PRINT_HEAD_BYTES);
            memset(tray.prints[side][i], 0, PRINT_HEAD_BYTES);
            memcpy(tray.prints[side][i], head.p, head.n);
            rest = slice_sub(rest, head.n, rest.n);
        }
    }
    if (photo_answer_read(&tray, &arena, &photo) == PHOTO_DEVELOPED) {
        check_photo(&photo);
    }
    return 0;
}
