/* What the process that decoded left in the tray. It has read bytes that anybody may have made, so
 * it may be anybody's: no number of it is used before it was looked at. */
#include "work/photo/photo_int.h"

#include <string.h>

static bool is_print(slice bytes, enum entry_picture_format format) {
    enum photo_format found;
    return photo_format_of(bytes, &found) &&
           found == (format == ENTRY_PICTURE_WEBP ? PHOTO_WEBP : PHOTO_JPEG);
}

enum photo_verdict photo_answer_read(const struct photo_tray *tray, struct arena *arena,
                                     struct photo *photo) {
    struct photo_answer answer;
    memcpy(&answer, &tray->answer, sizeof answer); /* once: it might change while it is looked at */
    struct photo made = {.width = answer.width, .height = answer.height};
    if (answer.verdict != PHOTO_DEVELOPED) {
        bool is_known = answer.verdict > PHOTO_DEVELOPED && answer.verdict < PHOTO_VERDICT__COUNT;
        return is_known ? (enum photo_verdict)answer.verdict : PHOTO_DAMAGED;
    }
    const struct entry_picture shape = {.width = made.width, .height = made.height};
    if (made.width == 0 || made.height == 0 ||
        made.width > entry_picture_sides[ENTRY_PICTURE_SIDES - 1] ||
        made.height > entry_picture_sides[ENTRY_PICTURE_SIDES - 1]) {
        return PHOTO_DAMAGED;
    }
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        for (size_t format = 0; format < ENTRY_PICTURE_FORMAT__COUNT; format++) {
            uint32_t bytes = answer.bytes[side][format];
            if (bytes > PHOTO_PRINT_BYTES_MAX || (bytes > 0) != entry_picture_has(&shape, side)) {
                return PHOTO_DAMAGED;
            }
            slice print = arena_copy(arena, slice_of(tray->prints[side][format], bytes));
            if (bytes > 0 && !is_print(print, (enum entry_picture_format)format)) {
                return PHOTO_DAMAGED;
            }
            made.prints[side][format] = print;
        }
    }
    *photo = made;
    return PHOTO_DEVELOPED;
}
