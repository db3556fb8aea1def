/* A frame on the world: projection, cutting, paths. */
#include "face/map/map_int.h"

#include <string.h>

struct map_canvas map_canvas_block(const struct map_block *block, struct arena *scratch,
                                   struct buf *out) {
    return (struct map_canvas){.left = (double)block->first.x * MAP_TILE,
                               .top = (double)block->first.y * MAP_TILE,
                               .width = (int32_t)block->columns * MAP_TILE,
                               .height = (int32_t)block->rows * MAP_TILE,
                               .zoom = block->first.z,
                               .scratch = scratch,
                               .out = out};
}

struct map_canvas map_canvas_tile(struct geo_tile tile, struct arena *scratch, struct buf *out) {
    return map_canvas_block(&(struct map_block){tile, 1, 1}, scratch, out);
}

struct map_canvas map_canvas_view(const struct map_view *view, struct arena *scratch,
                                  struct buf *out) {
    double x = 0;
    double y = 0;
    geo_pixel(view->centre, view->zoom, &x, &y);
    return (struct map_canvas){.left = x * MAP_UNITS - view->width,
                               .top = y * MAP_UNITS - view->height,
                               .width = (int32_t)view->width * MAP_UNITS,
                               .height = (int32_t)view->height * MAP_UNITS,
                               .zoom = view->zoom,
                               .scratch = scratch,
                               .out = out};
}

static double clamped(double value, double most) {
    return value < 0 ? 0 : value > most ? most : value;
}

struct geo_box map_canvas_box(const struct map_canvas *canvas, double margin) {
    double world = (double)MAP_TILE * (double)(1u << canvas->zoom);
    double west = clamped(canvas->left - margin, world);
    double north = clamped(canvas->top - margin, world);
    double east = clamped(canvas->left + canvas->width + margin, world);
    double south = clamped(canvas->top + canvas->height + margin, world);
    struct geo_point a = geo_from_pixel(west / MAP_UNITS, north / MAP_UNITS, canvas->zoom);
    struct geo_point b = geo_from_pixel(east / MAP_UNITS, south / MAP_UNITS, canvas->zoom);
    return (struct geo_box){
        .west_e7 = a.lon_e7, .south_e7 = b.lat_e7, .east_e7 = b.lon_e7, .north_e7 = a.lat_e7};
}

/* Far enough outside to be cut away, small enough for int32. */
static double bounded(double value) {
    return value < -1e9 ? -1e9 : value > 1e9 ? 1e9 : value;
}

struct geo_point map_canvas_point(const struct map_canvas *canvas, struct geo_point place) {
    double x = 0;
    double y = 0;
    geo_pixel(place, canvas->zoom, &x, &y);
    return map_unit(bounded(x * MAP_UNITS - canvas->left), bounded(y * MAP_UNITS - canvas->top));
}

void map_points_add(struct map_points *points, struct arena *scratch, struct geo_point point) {
    if (points->count == points->room) {
        size_t room = points->room == 0 ? 64 : 2 * points->room;
        struct geo_point *items = arena_new(scratch, struct geo_point, room);
        if (points->count > 0) {
            memcpy(items, points->items, points->count * sizeof *items);
        }
        points->items = items;
        points->room = room;
    }
    points->items[points->count++] = point;
}

/* ---- cutting ---- */

enum side { SIDE_WEST, SIDE_EAST, SIDE_NORTH, SIDE_SOUTH, SIDE__COUNT };

static int32_t side_at(const struct map_canvas *canvas, enum side side) {
    switch (side) {
    case SIDE_WEST:
    case SIDE_NORTH:
        return -MAP_MARGIN;
    case SIDE_EAST:
        return canvas->width + MAP_MARGIN;
    case SIDE_SOUTH:
        return canvas->height + MAP_MARGIN;
    case SIDE__COUNT:
        break;
    }
    return 0;
}

static bool is_inside(struct geo_point p, enum side side, int32_t at) {
    switch (side) {
    case SIDE_WEST:
        return p.lon_e7 >= at;
    case SIDE_EAST:
        return p.lon_e7 <= at;
    case SIDE_NORTH:
        return p.lat_e7 >= at;
    case SIDE_SOUTH:
        return p.lat_e7 <= at;
    case SIDE__COUNT:
        break;
    }
    return true;
}

/* Where the edge crosses the side; the ends are put in order first, so that both neighbours of a
 * shared edge get the same point. */
static struct geo_point crossing(struct geo_point a, struct geo_point b, enum side side,
                                 int32_t at) {
    if (a.lon_e7 > b.lon_e7 || (a.lon_e7 == b.lon_e7 && a.lat_e7 > b.lat_e7)) {
        struct geo_point other = a;
        a = b;
        b = other;
    }
    double dx = (double)b.lon_e7 - a.lon_e7;
    double dy = (double)b.lat_e7 - a.lat_e7;
    if (side == SIDE_WEST || side == SIDE_EAST) {
        return map_unit(at, a.lat_e7 + dy * (((double)at - a.lon_e7) / dx));
    }
    return map_unit(a.lon_e7 + dx * (((double)at - a.lat_e7) / dy), at);
}

static void clip_side(const struct map_canvas *canvas, enum side side,
                      const struct map_points *from, struct map_points *to) {
    int32_t at = side_at(canvas, side);
    for (size_t i = 0; i < from->count; i++) {
        struct geo_point b = from->items[i];
        struct geo_point a = from->items[i == 0 ? from->count - 1 : i - 1];
        bool a_in = is_inside(a, side, at);
        bool b_in = is_inside(b, side, at);
        if (a_in != b_in) {
            map_points_add(to, canvas->scratch, crossing(a, b, side, at));
        }
        if (b_in) {
            map_points_add(to, canvas->scratch, b);
        }
    }
}

static bool is_same(struct geo_point a, struct geo_point b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

static void drop_doubles(struct map_points *points) {
    size_t kept = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (kept == 0 || !is_same(points->items[kept - 1], points->items[i])) {
            points->items[kept++] = points->items[i];
        }
    }
    while (kept > 1 && is_same(points->items[0], points->items[kept - 1])) {
        kept--;
    }
    points->count = kept;
}

void map_ring_clip(const struct map_canvas *canvas, const struct geo_point *points, size_t count,
                   struct map_points *clipped) {
    struct map_points current = {0};
    bool outside[SIDE__COUNT] = {false};
    for (size_t i = 0; i < count; i++) {
        map_points_add(&current, canvas->scratch, points[i]);
        for (unsigned side = 0; side < SIDE__COUNT; side++) {
            outside[side] = outside[side] || !is_inside(points[i], (enum side)side,
                                                        side_at(canvas, (enum side)side));
        }
    }
    drop_doubles(&current);
    for (unsigned side = 0; side < SIDE__COUNT; side++) {
        if (outside[side]) {
            struct map_points next = {0};
            clip_side(canvas, (enum side)side, &current, &next);
            current = next;
            drop_doubles(&current);
        }
    }
    *clipped = current;
}

static bool in_frame(const struct map_canvas *canvas, struct geo_point p) {
    return p.lon_e7 >= -MAP_MARGIN && p.lon_e7 <= canvas->width + MAP_MARGIN &&
           p.lat_e7 >= -MAP_MARGIN && p.lat_e7 <= canvas->height + MAP_MARGIN;
}

/* False only when the whole edge lies beyond one side. */
static bool may_cross(const struct map_canvas *canvas, struct geo_point a, struct geo_point b) {
    for (unsigned side = 0; side < SIDE__COUNT; side++) {
        int32_t at = side_at(canvas, (enum side)side);
        if (!is_inside(a, (enum side)side, at) && !is_inside(b, (enum side)side, at)) {
            return false;
        }
    }
    return true;
}

/* The end of an edge moved to the frame where it lies outside: one side after the other. */
static struct geo_point pulled_in(const struct map_canvas *canvas, struct geo_point outer,
                                  struct geo_point inner) {
    for (unsigned side = 0; side < SIDE__COUNT; side++) {
        int32_t at = side_at(canvas, (enum side)side);
        if (!is_inside(outer, (enum side)side, at) && is_inside(inner, (enum side)side, at)) {
            outer = crossing(outer, inner, (enum side)side, at);
        }
    }
    return outer;
}

static void run_end(struct map_points *run, map_run_visit *visit, void *self) {
    drop_doubles(run);
    if (run->count > 1) {
        visit(self, run->items, run->count);
    }
    *run = (struct map_points){0};
}

void map_line_clip(const struct map_canvas *canvas, const struct geo_point *points, size_t count,
                   map_run_visit *visit, void *self) {
    struct map_points run = {0};
    for (size_t i = 1; i < count; i++) {
        struct geo_point a = points[i - 1];
        struct geo_point b = points[i];
        if (!may_cross(canvas, a, b)) {
            run_end(&run, visit, self);
            continue;
        }
        struct geo_point from = pulled_in(canvas, a, b);
        struct geo_point to = pulled_in(canvas, b, from);
        if (!in_frame(canvas, from) || !in_frame(canvas, to)) {
            run_end(&run, visit, self);
            continue;
        }
        if (run.count == 0) {
            map_points_add(&run, canvas->scratch, from);
        }
        map_points_add(&run, canvas->scratch, to);
        if (!is_same(to, b)) {
            run_end(&run, visit, self);
        }
    }
    run_end(&run, visit, self);
}

/* ---- paths ---- */

void map_number_add(struct buf *out, int64_t value, bool *after_number) {
    if (*after_number && value >= 0) {
        buf_add_char(out, ' ');
    }
    buf_add_i64(out, value);
    *after_number = true;
}

void map_path_add(struct buf *out, const struct geo_point *points, size_t count, bool close) {
    if (count < 2) {
        return;
    }
    bool after = false;
    buf_add_char(out, 'M');
    map_number_add(out, points[0].lon_e7, &after);
    map_number_add(out, points[0].lat_e7, &after);
    buf_add_char(out, 'l');
    after = false;
    for (size_t i = 1; i < count; i++) {
        map_number_add(out, (int64_t)points[i].lon_e7 - points[i - 1].lon_e7, &after);
        map_number_add(out, (int64_t)points[i].lat_e7 - points[i - 1].lat_e7, &after);
    }
    if (close) {
        buf_add_char(out, 'z');
    }
}
