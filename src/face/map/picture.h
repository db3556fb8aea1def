/* face/map, pictures: what is shown of a page by those who share its address: 1200 x 630 px, PNG,
 * the same bytes for the same content. Also the pictograms of the site for a home screen. */
#ifndef AGORA_FACE_MAP_PICTURE_H
#define AGORA_FACE_MAP_PICTURE_H

#include "face/map/map.h"
#include "query/query.h"

#define MAP_PICTURE_WIDTH  1200
#define MAP_PICTURE_HEIGHT 630

struct map_picture {
    bool has_kind; /* colour and pictogram of a kind; else those of the site */
    enum query_kind kind;
    slice above;                       /* "Initiative", on a tint of the kind */
    slice title;                       /* as written: what our faces cannot draw is left out */
    slice instead;                     /* the title when hardly a letter of it can be drawn */
    slice lines[3];                    /* place, date, count; empty ones are skipped */
    slice site, address;               /* at the foot: "Agora", "agora.example" */
    const struct map_drawing *drawing; /* NULL: no map. Its view's size is set by the picture */
};

/* Draws one picture at a time on each of a few pens and remembers the latest (a limit in bytes).
 * Any thread. */
struct map_pictures;
/* The faces are our own, as TrueType of one weight (not every FreeType reads WOFF2, and cairo 1.16
 * leaks for variable faces); they, the basemap and the territories must outlive it.
 * ERR_UNSUPPORTED when FreeType cannot read them. */
MUST_USE err map_pictures_new(slice text_face, slice title_face, const struct face_basemap *basemap,
                              const struct territories *territories, struct map_pictures **pictures,
                              struct problem *problem);
void map_pictures_free(struct map_pictures *pictures);
/* Appends the PNG drawn for this key earlier, when it is remembered. */
bool map_pictures_kept(struct map_pictures *pictures, slice key, struct buf *png);
/* Draws it, appends the PNG and remembers it under the key. ERR_BUSY when all pens draw and enough
 * others wait already. */
MUST_USE err map_pictures_draw(struct map_pictures *pictures, slice key,
                               const struct map_picture *picture, struct buf *png);
/* The view that a picture shows of a box: of the size of its map. */
struct map_view map_picture_view(const struct geo_box *box, unsigned zoom_max);

/* The logo on the band's green, `side` px. `is_maskable`: the logo small enough for any mask. */
MUST_USE err map_icon_draw(unsigned side, bool is_maskable, struct buf *png);

#endif
