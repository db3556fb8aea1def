/* Inside the pictures of face/map. */
#ifndef AGORA_FACE_MAP_PICTURE_INT_H
#define AGORA_FACE_MAP_PICTURE_INT_H

#include <cairo-ft.h>
#include <cairo.h>

#include "face/map/map_int.h"
#include "face/map/picture.h"

/* Faces of one pen: FreeType's are not shared between threads. */
struct picture_pen {
    FT_Library library;
    FT_Face text_ft, title_ft;
    cairo_font_face_t *text, *title;
    bool is_busy;
};
MUST_USE err picture_pen_open(struct picture_pen *pen, slice text_face, slice title_face);
void picture_pen_close(struct picture_pen *pen);

/* picture_path.c: paths as text. "M", "L", "C", "Z" absolute, "l", "z" as map_path_add writes. */
void picture_path(cairo_t *cairo, slice path);
/* Plays the drawing of map_ground_draw: the ground in light colours, units scaled to px. */
void picture_ground(cairo_t *cairo, slice svg);
void picture_colour(cairo_t *cairo, uint32_t rgb);
/* Fills and strokes of the logo, 40 x 28 units from the origin on. */
void picture_logo(cairo_t *cairo, uint32_t ink);
void picture_kind_icon(cairo_t *cairo, enum query_kind kind);
struct picture_colours {
    uint32_t ink, tint;
};
struct picture_colours picture_kind_colours(enum query_kind kind);

/* picture_text.c */

/* What a face can draw of a text, in `out`: letters of wider alphabets become their base letters,
 * pictures and unknown signs go. False when a quarter of its letters are lost. */
bool picture_text_drawable(FT_Face face, slice text, struct buf *out);
double picture_text_width(cairo_t *cairo, const char *text);
/* Writes a text in at most `lines` lines of `width` px, the last one with an ellipsis when there is
 * more; gives how many lines it took. `y` is the first baseline. */
unsigned picture_text_wrap(cairo_t *cairo, slice text, double x, double y, double width,
                           double line_height, unsigned lines);

/* picture_map.c: the map into a window of the picture. */
void picture_map(cairo_t *cairo, const struct picture_pen *pen, const struct face_basemap *basemap,
                 const struct territories *territories, const struct map_drawing *drawing);
#define PICTURE_MAP_SCALE 1.4 /* a shared picture is looked at small */

/* The file of an image surface: as it is, or (without alpha) with at most 256 colours. */
MUST_USE err picture_png(cairo_surface_t *surface, struct buf *png);
MUST_USE err picture_png_palette(cairo_surface_t *surface, struct buf *png);

#endif
