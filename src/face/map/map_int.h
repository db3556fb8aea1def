/* Inside face/map. */
#ifndef AGORA_FACE_MAP_INT_H
#define AGORA_FACE_MAP_INT_H

#include "face/map/map.h"

/* Drawings count in half pixels ("units"): sharp on fine screens, still integers. Their points are
 * struct geo_point, so that geo_simplify serves them too: lon_e7 is x, lat_e7 is y. */
#define MAP_UNITS    2
#define MAP_TILE     (256 * MAP_UNITS)
#define MAP_MARGIN   8 /* units beyond the frame where outlines are cut, out of sight */
#define MAP_ZOOM_MAX 18
#define MAP_SIDE_MIN 32 /* px of a drawn view */
#define MAP_SIDE_MAX 1600

/* From this zoom on imported polygons are drawn instead of the outlines that ship. There communes
 * are small: their lines are drawn with fewer bends. */
#define MAP_POLYGON_ZOOM 9

static inline struct geo_point map_unit(double x, double y) {
    return (struct geo_point){(int32_t)(x < 0 ? x - 0.5 : x + 0.5),
                              (int32_t)(y < 0 ? y - 0.5 : y + 0.5)};
}

/* ---- the outlines that ship: tools/build-basemap.mjs has the format ---- */

#define BASEMAP_GRID_BITS 24

enum basemap_kind {
    BASEMAP_COAST,
    BASEMAP_COAST_ABROAD,
    BASEMAP_BORDER,
    BASEMAP_DEPARTEMENT,
    BASEMAP_EDGE, /* only part of an area, cut at the edge of the world */
    BASEMAP_KIND__COUNT
};
struct basemap_box {
    uint32_t west, north, east, south; /* grid, inclusive */
};
struct basemap_point {
    uint32_t x, y; /* grid of 2^24 */
};
struct basemap_line {
    enum basemap_kind kind;
    struct basemap_box box;
    const struct basemap_point *points;
    uint32_t count;
};
struct basemap_ring { /* closed: the last point repeats the first */
    bool is_france;
    struct basemap_box box;
    const struct basemap_point *points;
    uint32_t count;
};
struct basemap_level {
    unsigned zoom_first, zoom_last;
    const struct basemap_line *lines;
    uint32_t line_count;
    const struct basemap_ring *rings;
    uint32_t ring_count;
};
#define BASEMAP_LEVELS_MAX 8

struct basemap_town {
    struct basemap_point at;
    uint32_t population;
    uint8_t zoom_first; /* shown from this zoom on; BASEMAP_NEVER */
    bool is_abroad;
    bool is_seat; /* of a département: named before larger towns */
    slice name;
};
#define BASEMAP_NEVER 255
/* Bands of the grid from pole to pole: what stands in a narrow frame is a short run in each. */
#define BASEMAP_BAND_BITS 12
static inline uint64_t basemap_band_key(uint32_t band, uint32_t y) {
    return (uint64_t)band << 32 | y;
}
struct basemap_town_at {
    uint32_t x, y, town; /* number in towns */
};

struct face_basemap {
    struct arena arena;
    const struct territories *territories;
    struct basemap_level levels[BASEMAP_LEVELS_MAX];
    uint32_t level_count;
    struct basemap_town *towns;            /* by zoom_first */
    struct basemap_town_at *towns_by_band; /* from west to east, each from north to south */
    uint32_t town_count;
    char etag[24]; /* of everything drawn from it, with quotes */
};

/* Reads the file into `basemap` (levels, towns abroad). ERR_CORRUPT for anything not as documented;
 * bounded in memory by a small multiple of the bytes given. */
MUST_USE err basemap_decode(slice bytes, struct face_basemap *basemap, struct problem *problem);
/* Decides from which zoom on each town is named: by people, never two names in one place; a town
 * that is named at one zoom is named at all closer ones. Sorts the towns by it. */
void basemap_towns_place(struct basemap_town *towns, uint32_t count, struct arena *scratch);
/* Fills towns_by_band, in the basemap's arena, once the towns are placed. */
void basemap_towns_order(struct face_basemap *basemap);
/* Half the width of a town's name in px, with a little room. */
double basemap_town_half_width(const struct basemap_town *town);

/* ---- drawing ---- */

struct map_canvas {
    double left, top;      /* of the frame, in units from the corner of the world at this zoom */
    int32_t width, height; /* units */
    unsigned zoom;
    struct arena *scratch;
    struct buf *out;
};
struct map_canvas map_canvas_tile(struct geo_tile tile, struct arena *scratch, struct buf *out);
struct map_canvas map_canvas_block(const struct map_block *block, struct arena *scratch,
                                   struct buf *out);
struct map_canvas map_canvas_view(const struct map_view *view, struct arena *scratch,
                                  struct buf *out);
/* The box of the frame, widened by `margin` units. */
struct geo_box map_canvas_box(const struct map_canvas *canvas, double margin);
struct geo_point map_canvas_point(const struct map_canvas *canvas, struct geo_point place);

/* A run of points that grows in the scratch arena. */
struct map_points {
    struct geo_point *items;
    size_t count, room;
};
void map_points_add(struct map_points *points, struct arena *scratch, struct geo_point point);

/* What is left of a ring inside the frame and its margin (Sutherland-Hodgman; a cut edge gives the
 * same point whichever way it is walked). Points in units; doubles dropped. */
void map_ring_clip(const struct map_canvas *canvas, const struct geo_point *points, size_t count,
                   struct map_points *clipped);
/* The runs of a line inside the frame and its margin, each handed on. */
typedef void map_run_visit(void *self, struct geo_point *points, size_t count);
void map_line_clip(const struct map_canvas *canvas, const struct geo_point *points, size_t count,
                   map_run_visit *visit, void *self);
/* "M12 7l3-4 1 0z": absolute start, relative steps, no needless separators. */
void map_path_add(struct buf *out, const struct geo_point *points, size_t count, bool close);
void map_number_add(struct buf *out, int64_t value, bool *after_number);

/* The paths of sea, land, borders, communes. */
void map_ground_draw(const struct map_canvas *canvas, const struct face_basemap *basemap);
/* Imported polygons as their union (one path of class f), lines of communes (c) and départements
 * (d). False, and nothing written, when there are none inside the frame. */
bool map_polygons_draw(const struct map_canvas *canvas, const struct territories *territories);
/* A whole SVG document for the canvas, with its style. */
void map_document_draw(const struct map_canvas *canvas, const struct face_basemap *basemap);

/* ---- names: drawn by the page in its own type, over the ground and beside the marks ---- */

struct map_rect { /* px of the frame */
    double west, north, east, south;
};
struct map_name {
    const struct basemap_town *town;
    struct map_rect rect;
};
/* The towns inside the frame that are named up to this zoom, to be named in this order: the
 * country's before those abroad, each by zoom and weight. */
size_t map_towns_list(const struct map_canvas *canvas, const struct face_basemap *basemap,
                      unsigned zoom, const struct basemap_town ***list);
/* Chooses the names of a frame and where each stands: whole inside it, on no mark, on no other. */
size_t map_names_place(const struct map_canvas *canvas, const struct face_basemap *basemap,
                       const struct map_rect *marks, size_t mark_count, struct map_name **placed);

/* The pure parts of the routes, for tests and fuzzing. */
MUST_USE err map_tile_parse(slice z, slice x, slice y, struct geo_tile *tile,
                            struct problem *problem);
/* "bbox=w,s,e,n&w=480&h=600", or "at=lat,lon&z=9&w=480&h=600". */
MUST_USE err map_view_parse(slice query, struct map_view *view, struct problem *problem);

#endif
