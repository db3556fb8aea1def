/* face/map: drawn maps. SVG tiles and views of the basemap, and the rings and pins that stand on
 * them (docs/markup.md, "Map"). */
#ifndef AGORA_FACE_MAP_H
#define AGORA_FACE_MAP_H

#include "face/face.h"
#include "html/html.h"

/* /basemap/{z}/{x}/{y}.svg, /basemap/512/{z}/{x}/{y}.svg, /basemap/view.svg */
extern const struct http_route face_map_routes[];
extern const size_t face_map_route_count;

/* The outlines and town names that ship with the program (tools/build-basemap.mjs), plus the
 * commune polygons of `territories` when there are some. `bytes` must outlive it. */
MUST_USE err face_basemap_new(slice bytes, const struct territories *territories,
                              struct face_basemap **basemap, struct problem *problem);
void face_basemap_free(struct face_basemap *basemap);
/* Changes with what is drawn and named, for ETags. Lives as long as the basemap; empty for NULL. */
slice face_basemap_version(const struct face_basemap *basemap);

/* Tiles of one zoom, from the north-west one. */
struct map_block {
    struct geo_tile first;
    uint32_t columns, rows;
};
/* [[5.92079,45.56628,812,0,"Chambéry"],…]: longitude, latitude, rank (the lower is named first), 1
 * when abroad, name, of the towns that a map of this zoom may name inside the block, and of those
 * of one zoom more, to choose from when marks stand in the way. [] when basemap is NULL. */
void map_towns_write(const struct map_block *block, const struct face_basemap *basemap,
                     struct buf *out);

/* A window of the map: what box at which whole zoom, in px. */
struct map_view {
    struct geo_point centre;
    unsigned zoom; /* 2 … 18 */
    uint32_t width, height;
};
/* The view that shows the box whole, at zoom_max at the closest. */
struct map_view map_view_fit(const struct geo_box *box, uint32_t width, uint32_t height,
                             unsigned zoom_max);
struct geo_box map_view_box(const struct map_view *view);

struct map_mark { /* one ring or pin; cells of the atlas are turned into these by the caller */
    const struct atlas_cell *cell;
    slice href;     /* explorer with the cell's box, or the entry's page */
    slice label;    /* its name for those who do not see it */
    bool is_beside; /* opens beside the page, not in its place */
};
struct map_drawing {
    struct map_view view;
    slice label; /* of the whole drawing */
    /* The ground as an <img> before the drawing, asked for only once it is seen: for a map that may
     * be closed, in a positioned parent. */
    bool ground_is_lazy;
    const struct map_mark *marks;
    size_t mark_count;
    bool has_circle; /* near + radius: dashed circle, the outside veiled */
    struct geo_point circle_centre;
    double circle_radius_m;
    /* Communes filled by how many matches they hold (territory pages): parallel arrays. */
    const uint32_t *communes;
    const uint64_t *commune_counts;
    size_t commune_count;
    uint32_t outline; /* territory whose outline is drawn stronger, or TERRITORY_NONE */
};
/* <svg class="drawn-map" …>…</svg> */
void map_draw(struct html *html, const struct face_basemap *basemap,
              const struct territories *territories, const struct map_drawing *drawing);

#endif
