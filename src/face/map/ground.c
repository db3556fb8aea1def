/* Sea, land, borders: the outlines that ship. */
#include "face/map/map_int.h"

#define TOLERANCE   1.2 /* units: about half a pixel */
#define BORDER_ZOOM 3   /* borders and départements are drawn from here on */
#define DEPART_ZOOM 5
#define SEAM_M      1500.0 /* how far the coarse border of the country may be from the fine one */
#define EQUATOR_M   40075016.7

static bool boxes_meet(const struct basemap_box *a, const struct basemap_box *b) {
    return a->west <= b->east && b->west <= a->east && a->north <= b->south && b->north <= a->south;
}

static const struct basemap_level *level_of(const struct face_basemap *basemap, unsigned zoom) {
    for (uint32_t i = 0; i < basemap->level_count; i++) {
        if (zoom <= basemap->levels[i].zoom_last) {
            return &basemap->levels[i];
        }
    }
    return &basemap->levels[basemap->level_count - 1];
}

struct ground {
    const struct map_canvas *canvas;
    const struct basemap_level *level;
    struct basemap_box frame;
    double scale; /* units per grid unit */
};

static struct ground ground_of(const struct map_canvas *canvas,
                               const struct face_basemap *basemap) {
    struct ground ground = {.canvas = canvas, .level = level_of(basemap, canvas->zoom)};
    ground.scale = (double)MAP_TILE * (double)(1u << canvas->zoom) / (1u << BASEMAP_GRID_BITS);
    double west = (canvas->left - MAP_MARGIN) / ground.scale - 1;
    double north = (canvas->top - MAP_MARGIN) / ground.scale - 1;
    double east = (canvas->left + canvas->width + MAP_MARGIN) / ground.scale + 1;
    double south = (canvas->top + canvas->height + MAP_MARGIN) / ground.scale + 1;
    ground.frame =
        (struct basemap_box){west < 0 ? 0 : (uint32_t)west, north < 0 ? 0 : (uint32_t)north,
                             east < 0 ? 0 : (uint32_t)east, south < 0 ? 0 : (uint32_t)south};
    return ground;
}

/* Points at the edge of the world are moved out of sight, so that the cut is not drawn as a
 * coast. */
static double unit_of(const struct ground *ground, uint32_t grid, double corner) {
    double unit = grid * ground->scale - corner;
    if (grid == 0) {
        return unit - 4 * MAP_MARGIN;
    }
    return grid >= 1u << BASEMAP_GRID_BITS ? unit + 4 * MAP_MARGIN : unit;
}

static void points_of(const struct ground *ground, const struct basemap_point *points,
                      uint32_t count, struct map_points *out) {
    for (uint32_t i = 0; i < count; i++) {
        double x = unit_of(ground, points[i].x, ground->canvas->left);
        double y = unit_of(ground, points[i].y, ground->canvas->top);
        map_points_add(out, ground->canvas->scratch,
                       map_unit(x < -1e9  ? -1e9
                                : x > 1e9 ? 1e9
                                          : x,
                                y < -1e9  ? -1e9
                                : y > 1e9 ? 1e9
                                          : y));
    }
}

static void rings_draw(const struct ground *ground, bool france) {
    struct buf *out = ground->canvas->out;
    bool open = false;
    for (uint32_t i = 0; i < ground->level->ring_count; i++) {
        const struct basemap_ring *ring = &ground->level->rings[i];
        if (ring->is_france != france || !boxes_meet(&ring->box, &ground->frame)) {
            continue;
        }
        struct map_points points = {0};
        struct map_points clipped = {0};
        points_of(ground, ring->points, ring->count, &points);
        map_ring_clip(ground->canvas, points.items, points.count, &clipped);
        size_t n = geo_simplify(clipped.items, clipped.count, TOLERANCE, ground->canvas->scratch);
        if (n < 3) {
            continue;
        }
        if (!open) {
            buf_addf(out, "<path class=\"%s\" d=\"", france ? "f" : "a");
            open = true;
        }
        map_path_add(out, clipped.items, n, true);
    }
    if (open) {
        buf_add(out, SLICE("\"/>"));
    }
}

struct line_run {
    const struct ground *ground;
    slice opening; /* of the path element; written before the first run */
    bool open;
};

static void line_run_add(void *self, struct geo_point *points, size_t count) {
    struct line_run *run = self;
    const struct map_canvas *canvas = run->ground->canvas;
    size_t n = geo_simplify(points, count, TOLERANCE, canvas->scratch);
    if (!run->open) {
        buf_add(canvas->out, run->opening);
        run->open = true;
    }
    map_path_add(canvas->out, points, n, false);
}

static void lines_draw(const struct ground *ground, enum basemap_kind kind, slice opening) {
    struct line_run run = {.ground = ground, .opening = opening};
    for (uint32_t i = 0; i < ground->level->line_count; i++) {
        const struct basemap_line *line = &ground->level->lines[i];
        if (line->kind == kind && boxes_meet(&line->box, &ground->frame)) {
            struct map_points points = {0};
            points_of(ground, line->points, line->count, &points);
            map_line_clip(ground->canvas, points.items, points.count, line_run_add, &run);
        }
    }
    if (run.open) {
        buf_add(ground->canvas->out, SLICE("\"/>"));
    }
}

/* Imported polygons are finer than the borders that ship: a wide seam in the neighbours' colour
 * keeps the sea from showing between the two. */
static void seam_draw(const struct ground *ground) {
    double world_units = (double)MAP_TILE * (double)(1u << ground->canvas->zoom);
    struct buf opening BUF_CLEANUP = buf_new(100);
    buf_addf(&opening, "<path class=\"s\" stroke-width=\"%d\" d=\"",
             (int)(1.4 * SEAM_M / EQUATOR_M * world_units) + 2);
    lines_draw(ground, BASEMAP_BORDER, buf_slice(&opening));
}

void map_ground_draw(const struct map_canvas *canvas, const struct face_basemap *basemap) {
    struct ground ground = ground_of(canvas, basemap);
    rings_draw(&ground, false);
    if (canvas->zoom >= MAP_POLYGON_ZOOM && basemap->territories != NULL) {
        size_t before = canvas->out->n;
        seam_draw(&ground);
        if (map_polygons_draw(canvas, basemap->territories)) {
            return; /* their own outline is the border */
        }
        canvas->out->n = canvas->out->failed == OK ? before : canvas->out->n;
    }
    rings_draw(&ground, true);
    if (canvas->zoom >= DEPART_ZOOM) {
        lines_draw(&ground, BASEMAP_DEPARTEMENT, SLICE("<path class=\"d\" d=\""));
    }
    if (canvas->zoom >= BORDER_ZOOM) {
        lines_draw(&ground, BASEMAP_BORDER, SLICE("<path class=\"b\" d=\""));
    }
}
