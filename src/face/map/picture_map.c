/* The map of a picture: the ground, the outline, names, rings and pins as the pages show them. */
#include <math.h>

#include "face/map/picture_int.h"

#define EARTH_M      6371008.8
#define GROUND_BYTES (4u << 20)
#define NAME_PX      13
#define NAME_DESCENT 3
#define COUNT_PX     12
#define INK          0x18262b
#define INK_2        0x4b5a5e
#define PRIMARY      0x0e5a4f

struct sketch {
    cairo_t *cairo;
    const struct picture_pen *pen;
    const struct face_basemap *basemap;
    const struct territories *territories;
    const struct map_drawing *drawing;
    struct map_canvas canvas;
    struct buf *path; /* of the outline */
};

static void place(const struct sketch *sketch, struct geo_point point, double *x, double *y) {
    struct geo_point unit = map_canvas_point(&sketch->canvas, point);
    *x = (double)unit.lon_e7 / MAP_UNITS;
    *y = (double)unit.lat_e7 / MAP_UNITS;
}

/* ---- the outline of a territory ---- */

static void outline_ring(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct sketch *sketch = self;
    struct map_points units = {0};
    struct map_points clipped = {0};
    if (key != sketch->drawing->outline) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        map_points_add(&units, sketch->canvas.scratch,
                       map_canvas_point(&sketch->canvas, points[i]));
    }
    map_ring_clip(&sketch->canvas, units.items, units.count, &clipped);
    size_t n = geo_simplify(clipped.items, clipped.count, 1.0, sketch->canvas.scratch);
    if (n >= 3) {
        map_path_add(sketch->path, clipped.items, n, true);
    }
}

static void outline(struct sketch *sketch) {
    uint32_t index = sketch->drawing->outline;
    if (index >= sketch->territories->count) {
        return;
    }
    enum territory_level level = sketch->territories->items[index].level;
    const struct geo_areas *areas = level == TERRITORY_COMMUNE ? sketch->territories->areas
                                    : level == TERRITORY_DEPARTEMENT
                                        ? sketch->territories->departement_areas
                                        : NULL;
    if (areas == NULL) {
        return;
    }
    struct buf path BUF_CLEANUP = buf_new(GROUND_BYTES);
    struct geo_box box = map_canvas_box(&sketch->canvas, MAP_MARGIN);
    sketch->path = &path;
    geo_areas_visit(areas, &box, outline_ring, sketch);
    cairo_save(sketch->cairo);
    cairo_scale(sketch->cairo, 1.0 / MAP_UNITS, 1.0 / MAP_UNITS);
    picture_path(sketch->cairo, buf_slice(&path));
    picture_colour(sketch->cairo, PRIMARY);
    cairo_set_line_width(sketch->cairo, 2.0 * MAP_UNITS);
    cairo_stroke(sketch->cairo);
    cairo_restore(sketch->cairo);
}

/* The circle of near + radius; all outside it is veiled. */
static void circle(struct sketch *sketch) {
    cairo_t *cairo = sketch->cairo;
    const struct map_drawing *drawing = sketch->drawing;
    double x = 0;
    double y = 0;
    place(sketch, drawing->circle_centre, &x, &y);
    double lat = drawing->circle_centre.lat_e7 * (M_PI / 180e7);
    double px_per_m = 256.0 * (double)(1u << drawing->view.zoom) / (2 * M_PI * EARTH_M * cos(lat));
    double radius = fmin(drawing->circle_radius_m * px_per_m, 1e5);
    static const double dashes[] = {5, 4};
    cairo_new_path(cairo);
    cairo_rectangle(cairo, 0, 0, drawing->view.width, drawing->view.height);
    cairo_new_sub_path(cairo);
    cairo_arc_negative(cairo, x, y, radius, 2 * M_PI, 0);
    cairo_set_source_rgba(cairo, 0xec / 255.0, 0xe9 / 255.0, 0xe0 / 255.0, 0.72);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_fill(cairo);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING);
    cairo_arc(cairo, x, y, radius, 0, 2 * M_PI);
    picture_colour(cairo, PRIMARY);
    cairo_set_line_width(cairo, 2);
    cairo_set_dash(cairo, dashes, 2, 0);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, NULL, 0, 0);
}

/* ---- names ---- */

static struct map_rect mark_rect(const struct sketch *sketch, const struct atlas_cell *cell) {
    double x = 0;
    double y = 0;
    place(sketch, cell->position, &x, &y);
    if (cell->count == 1) {
        return (struct map_rect){x - 13, y - 38, x + 13, y};
    }
    double radius = atlas_ring_px(cell->count) + 1.0;
    return (struct map_rect){x - radius, y - radius, x + radius, y + radius};
}

/* Middle-aligned, with a halo of the ground under it. */
static void word(cairo_t *cairo, const char *text, double x, double y, uint32_t ink,
                 uint32_t halo) {
    cairo_move_to(cairo, x - picture_text_width(cairo, text) / 2, y);
    cairo_text_path(cairo, text);
    picture_colour(cairo, halo);
    cairo_set_line_width(cairo, 3);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(cairo);
    picture_colour(cairo, ink);
    cairo_fill(cairo);
}

static void names(struct sketch *sketch) {
    const struct map_drawing *drawing = sketch->drawing;
    struct map_rect *rects =
        arena_new(sketch->canvas.scratch, struct map_rect, drawing->mark_count + 1);
    for (size_t i = 0; i < drawing->mark_count; i++) {
        rects[i] = mark_rect(sketch, drawing->marks[i].cell);
    }
    struct map_name *placed = NULL;
    size_t count =
        map_names_place(&sketch->canvas, sketch->basemap, rects, drawing->mark_count, &placed);
    cairo_set_font_face(sketch->cairo, sketch->pen->text);
    cairo_set_font_size(sketch->cairo, NAME_PX);
    for (size_t i = 0; i < count; i++) {
        const struct map_rect *rect = &placed[i].rect;
        bool abroad = placed[i].town->is_abroad;
        word(sketch->cairo, arena_cstr(sketch->canvas.scratch, placed[i].town->name),
             (rect->west + rect->east) / 2, rect->south - NAME_DESCENT, abroad ? INK_2 : INK,
             abroad ? 0xece9e0 : 0xfbf9f3);
    }
}

/* ---- rings and pins ---- */

static void ring(struct sketch *sketch, const struct atlas_cell *cell, double x, double y) {
    cairo_t *cairo = sketch->cairo;
    double radius = atlas_ring_px(cell->count);
    cairo_new_path(cairo);
    cairo_arc(cairo, x, y, radius + 1, 0, 2 * M_PI);
    picture_colour(cairo, 0xffffff);
    cairo_fill(cairo);
    uint64_t before = 0;
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_width(cairo, 5);
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        if (cell->kinds[kind] == 0) {
            continue;
        }
        double from = 2 * M_PI * (double)before / (double)cell->count - M_PI / 2;
        before += cell->kinds[kind];
        double to = 2 * M_PI * (double)before / (double)cell->count - M_PI / 2;
        cairo_arc(cairo, x, y, radius - 3, from, to);
        picture_colour(cairo, picture_kind_colours((enum query_kind)kind).ink);
        cairo_stroke(cairo);
    }
    char text[32];
    snprintf(text, sizeof text, cell->count < 10000 ? "%llu" : "%lluk",
             (unsigned long long)(cell->count < 10000 ? cell->count : cell->count / 1000));
    cairo_set_font_size(cairo, COUNT_PX);
    cairo_move_to(cairo, x - picture_text_width(cairo, text) / 2, y + 4);
    picture_colour(cairo, INK);
    cairo_show_text(cairo, text);
}

static void pin(struct sketch *sketch, const struct atlas_cell *cell, double x, double y) {
    cairo_t *cairo = sketch->cairo;
    static const double dashes[] = {4, 3};
    uint32_t ink = picture_kind_colours(cell->kind).ink;
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_new_path(cairo);
    cairo_move_to(cairo, 0, 0);
    cairo_curve_to(cairo, -4, -7, -13, -13, -13, -23);
    cairo_arc(cairo, 0, -23, 13, M_PI, 2 * M_PI);
    cairo_curve_to(cairo, 13, -13, 4, -7, 0, 0);
    cairo_close_path(cairo);
    picture_colour(cairo, cell->all_approximate ? 0xffffff : ink);
    cairo_fill_preserve(cairo);
    picture_colour(cairo, cell->all_approximate ? ink : 0xffffff);
    cairo_set_line_width(cairo, cell->all_approximate ? 2 : 1.5);
    cairo_set_dash(cairo, dashes, cell->all_approximate ? 2 : 0, 0);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, NULL, 0, 0);
    cairo_translate(cairo, -8, -31);
    cairo_scale(cairo, 16 / 24.0, 16 / 24.0);
    picture_kind_icon(cairo, cell->kind);
    cairo_restore(cairo);
}

/* From the north to the south, as on the pages. */
static void marks(struct sketch *sketch) {
    const struct map_drawing *drawing = sketch->drawing;
    size_t *order = arena_new(sketch->canvas.scratch, size_t, drawing->mark_count + 1);
    for (size_t i = 0; i < drawing->mark_count; i++) {
        size_t at = i;
        int32_t lat = drawing->marks[i].cell->position.lat_e7;
        for (; at > 0 && drawing->marks[order[at - 1]].cell->position.lat_e7 < lat; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (size_t i = 0; i < drawing->mark_count; i++) {
        const struct atlas_cell *cell = drawing->marks[order[i]].cell;
        double x = 0;
        double y = 0;
        place(sketch, cell->position, &x, &y);
        if (cell->count == 1) {
            pin(sketch, cell, x, y);
        } else {
            ring(sketch, cell, x, y);
        }
    }
}

void picture_map(cairo_t *cairo, const struct picture_pen *pen, const struct face_basemap *basemap,
                 const struct territories *territories, const struct map_drawing *drawing) {
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 18, 0);
    struct buf svg BUF_CLEANUP = buf_new(GROUND_BYTES);
    struct sketch sketch = {.cairo = cairo,
                            .pen = pen,
                            .basemap = basemap,
                            .territories = territories,
                            .drawing = drawing,
                            .canvas = map_canvas_view(&drawing->view, &scratch, &svg)};
    cairo_save(cairo);
    cairo_scale(cairo, PICTURE_MAP_SCALE, PICTURE_MAP_SCALE);
    cairo_rectangle(cairo, 0, 0, drawing->view.width, drawing->view.height);
    cairo_clip(cairo);
    picture_colour(cairo, 0xdce8ec);
    cairo_paint(cairo);
    map_ground_draw(&sketch.canvas, basemap);
    picture_ground(cairo, buf_slice(&svg));
    outline(&sketch);
    if (drawing->has_circle && drawing->circle_radius_m > 0) {
        circle(&sketch);
    }
    names(&sketch);
    marks(&sketch);
    cairo_restore(cairo);
}
