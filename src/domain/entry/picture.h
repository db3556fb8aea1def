/* picture: the address of a picture that lies here, as the media of an entry name it. It says all
 * that a page needs to show it, so that nothing else has to be asked. */
#ifndef AGORA_DOMAIN_ENTRY_PICTURE_H
#define AGORA_DOMAIN_ENTRY_PICTURE_H

#include "base/base.h"

/* Prints of a picture: it fits into a square of this many pixels, and is never made larger. */
#define ENTRY_PICTURE_SIDES 3
extern const uint32_t entry_picture_sides[ENTRY_PICTURE_SIDES];
enum entry_picture_format { ENTRY_PICTURE_WEBP, ENTRY_PICTURE_JPEG, ENTRY_PICTURE_FORMAT__COUNT };

#define ENTRY_PICTURE_DIGEST   32 /* hexadecimal digits */
#define ENTRY_PICTURE_NAME_MAX (ENTRY_PICTURE_DIGEST + 1 + 4 + 1 + 4)
#define ENTRY_PICTURE_FOLDER   "/media/"

struct entry_picture {
    slice name;             /* "DIGEST-1600x1067" */
    uint32_t width, height; /* of the largest print */
};
/* Whether what a medium names lies here: then others have it with the address of this site in
 * front. */
static inline bool entry_media_is_here(slice url) {
    return slice_starts_with(url, SLICE(ENTRY_PICTURE_FOLDER));
}
/* "/media/DIGEST-1600x1067/1600.jpg", the largest print as JPEG; false for any other address. */
bool entry_picture_of(slice url, struct entry_picture *picture);
/* The same of a medium: an image that lies here. */
struct entry_media;
bool entry_media_picture(const struct entry_media *media, struct entry_picture *picture);
/* The same of the name alone. */
bool entry_picture_named(slice name, struct entry_picture *picture);
/* Whether there is a print of this side: not of one beyond the first that holds all of it. */
bool entry_picture_has(const struct entry_picture *picture, size_t side);
/* The width of a print, in pixels. */
uint32_t entry_picture_width(const struct entry_picture *picture, size_t side);
/* The index of the largest print. */
size_t entry_picture_largest(const struct entry_picture *picture);
/* "480.webp" */
slice entry_picture_file(size_t side, enum entry_picture_format format, struct arena *arena);
/* "/media/NAME/480.webp" */
slice entry_picture_path(const struct entry_picture *picture, size_t side,
                         enum entry_picture_format format, struct arena *arena);
/* False: no print of that name. */
bool entry_picture_file_read(slice file, size_t *side, enum entry_picture_format *format);

#endif
