/* The drawn map of a page: the basemap as an image, rings and pins as links (docs/markup.md,
 * "Map"). */
#include "face/map/map_int.h"

#include <math.h>

#define EARTH_M      6371008.8
#define PIN_HALF     13 /* px of a pin, as pin_draw() draws it */
#define PIN_HEIGHT   38
#define NAME_DESCENT 3 /* from the foot of a name's line up to where its letters stand */

struct map_view map_view_fit(const struct geo_box *box, uint32_t width, uint32_t height,
                             unsigned zoom_max) {
    struct map_view view = {.width = width, .height = height};
    view.zoom = geo_zoom_fit(box, width, height, zoom_max, &view.centre);
    return view;
}

struct geo_box map_view_box(const struct map_view *view) {
    struct map_canvas canvas = map_canvas_view(view, NULL, NULL);
    return map_canvas_box(&canvas, 0);
}

/* Position in px inside the drawing, for marks. */
static struct geo_point place_px(const struct map_view *view, struct geo_point place) {
    double x = 0;
    double y = 0;
    double left = 0;
    double top = 0;
    geo_pixel(view->centre, view->zoom, &left, &top);
    geo_pixel(place, view->zoom, &x, &y);
    x += view->width / 2.0 - left;
    y += view->height / 2.0 - top;
    return map_unit(fmin(fmax(x, -1e6), 1e6), fmin(fmax(y, -1e6), 1e6));
}

static void attr_px(struct html *html, const char *name, int64_t value) {
    buf_add_char(html->out, ' ');
    buf_add_cstr(html->out, name);
    buf_add_cstr(html->out, "=\"");
    buf_add_i64(html->out, value);
    buf_add_char(html->out, '"');
}

static void ground_address(struct html *html, const struct map_view *view, uint32_t width,
                           uint32_t height) {
    html_raw(html, "\"/basemap/view.svg?at=");
    buf_add_e7(html->out, view->centre.lat_e7);
    html_raw(html, ",");
    buf_add_e7(html->out, view->centre.lon_e7);
    buf_addf(html->out, "&amp;z=%u&amp;w=%u&amp;h=%u\"", view->zoom, width, height);
    attr_px(html, "width", width);
    attr_px(html, "height", height);
}

static void image_draw(struct html *html, const struct map_view *view) {
    html_raw(html, "<image href=");
    ground_address(html, view, view->width, view->height);
    html_raw(html, "/>");
}

/* A quarter wider on each side than the drawing (the sheet places it so): it fills a frame of
 * another shape, and the live map starts on it. */
static void image_apart(struct html *html, const struct map_view *view) {
    html_raw(html, "<img class=\"map-ground\" loading=\"lazy\" alt=\"\" src=");
    ground_address(html, view, view->width * 3 / 2, view->height * 3 / 2);
    html_raw(html, ">");
}

/* The circle of near + radius; all outside it is veiled. */
static void circle_draw(struct html *html, const struct map_drawing *drawing) {
    const struct map_view *view = &drawing->view;
    struct geo_point centre = place_px(view, drawing->circle_centre);
    double lat = drawing->circle_centre.lat_e7 * (M_PI / 180e7);
    double px_per_m = 256.0 * (double)(1u << view->zoom) / (2 * M_PI * EARTH_M * cos(lat));
    int64_t radius = llround(fmin(drawing->circle_radius_m * px_per_m, 1e6));
    if (radius < 1) {
        return;
    }
    buf_addf(html->out,
             "<path class=\"veil\" fill-rule=\"evenodd\" d=\"M0 0H%uV%uH0ZM%d %lldA%lld %lld 0 1 0 "
             "%d %lldA%lld %lld 0 1 0 %d %lldZ\"/>",
             view->width, view->height, centre.lon_e7, centre.lat_e7 - (long long)radius,
             (long long)radius, (long long)radius, centre.lon_e7, centre.lat_e7 + (long long)radius,
             (long long)radius, (long long)radius, centre.lon_e7,
             centre.lat_e7 - (long long)radius);
    html_raw(html, "<circle class=\"circle\"");
    attr_px(html, "cx", centre.lon_e7);
    attr_px(html, "cy", centre.lat_e7);
    attr_px(html, "r", radius);
    html_raw(html, "/>");
}

/* ---- communes by count, the outline of a territory ---- */

struct shapes {
    struct html *html;
    const struct map_drawing *drawing;
    const struct territories *all;
    struct map_canvas canvas;
    uint32_t open; /* key whose path is open, or TERRITORY_NONE */
    bool outline;  /* draws the outline of drawing->outline, not the communes */
};

static const char *count_class(uint64_t count) {
    return count == 0 ? "0" : count < 3 ? "1" : count < 6 ? "3" : "6";
}

static size_t commune_place(const struct map_drawing *drawing, uint32_t commune) {
    for (size_t i = 0; i < drawing->commune_count; i++) {
        if (drawing->communes[i] == commune) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void shape_add(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct shapes *shapes = self;
    size_t place = shapes->outline ? 0 : commune_place(shapes->drawing, key);
    if (shapes->outline ? key != shapes->drawing->outline : place == SIZE_MAX) {
        return;
    }
    struct map_points units = {0};
    struct map_points clipped = {0};
    for (size_t i = 0; i < count; i++) {
        struct geo_point unit = map_canvas_point(&shapes->canvas, points[i]);
        map_points_add(&units, shapes->canvas.scratch, unit);
    }
    map_ring_clip(&shapes->canvas, units.items, units.count, &clipped);
    size_t n = geo_simplify(clipped.items, clipped.count, 1.0, shapes->canvas.scratch);
    if (n < 3) {
        return;
    }
    if (shapes->open != key) {
        if (shapes->open != TERRITORY_NONE) {
            html_raw(shapes->html, "\"/>");
        }
        if (shapes->outline) {
            html_raw(shapes->html, "<path class=\"territory-outline\" d=\"");
        } else {
            buf_addf(shapes->html->out, "<path class=\"commune commune--%s\" d=\"",
                     count_class(shapes->drawing->commune_counts[place]));
        }
        shapes->open = key;
    }
    map_path_add(shapes->html->out, clipped.items, n, true);
}

static void shapes_draw(struct html *html, const struct territories *territories,
                        const struct map_drawing *drawing, struct arena *scratch) {
    struct shapes shapes = {.html = html,
                            .drawing = drawing,
                            .all = territories,
                            .canvas = map_canvas_view(&drawing->view, scratch, html->out),
                            .open = TERRITORY_NONE};
    struct geo_box box = map_canvas_box(&shapes.canvas, MAP_MARGIN);
    html_raw(html, "<g transform=\"scale(.5)\">");
    if (territories->areas != NULL && drawing->commune_count > 0) {
        geo_areas_visit(territories->areas, &box, shape_add, &shapes);
    }
    const struct geo_areas *outlines = NULL;
    if (drawing->outline < territories->count) {
        enum territory_level level = territories->items[drawing->outline].level;
        outlines = level == TERRITORY_COMMUNE       ? territories->areas
                   : level == TERRITORY_DEPARTEMENT ? territories->departement_areas
                                                    : NULL;
    }
    if (shapes.open != TERRITORY_NONE) {
        html_raw(html, "\"/>");
        shapes.open = TERRITORY_NONE;
    }
    if (outlines != NULL) {
        shapes.outline = true;
        geo_areas_visit(outlines, &box, shape_add, &shapes);
        if (shapes.open != TERRITORY_NONE) {
            html_raw(html, "\"/>");
        }
    }
    html_raw(html, "</g>");
}

/* ---- rings and pins ---- */

static void ring_arcs(struct html *html, const struct atlas_cell *cell, unsigned radius) {
    uint64_t before = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint64_t n = cell->kinds[kind];
        if (n == 0 || cell->count == 0) {
            continue;
        }
        /* ends rounded from the sums, so that the arcs close the ring exactly */
        uint64_t from = (before * 1000 + cell->count / 2) / cell->count;
        uint64_t to = ((before + n) * 1000 + cell->count / 2) / cell->count;
        slice slug = query_kind_slug((enum query_kind)kind);
        html_raw(html, "<circle class=\"ring-arc k-");
        buf_add(html->out, slug);
        html_raw(html, "\" r=\"");
        buf_add_u64(html->out, radius - 3);
        html_raw(html, "\" pathLength=\"1000\" stroke-dasharray=\"");
        buf_add_u64(html->out, to - from);
        html_raw(html, " 1000\" stroke-dashoffset=\"-");
        buf_add_u64(html->out, from);
        html_raw(html, "\"/>");
        before += n;
    }
}

static void mark_open(struct html *html, const struct map_mark *mark) {
    html_attr(html, "href", mark->href);
    html_attr(html, "aria-label", mark->label);
    if (mark->is_beside) {
        html_raw(html, " target=\"_blank\" rel=\"noopener\"");
    }
}

/* Ends the opening tag; what follows is drawn around this place. */
static void place_open(struct html *html, struct geo_point at) {
    html_raw(html, "><g transform=\"translate(");
    buf_add_i64(html->out, at.lon_e7);
    html_raw(html, " ");
    buf_add_i64(html->out, at.lat_e7);
    html_raw(html, ")\">");
}

static void ring_draw(struct html *html, const struct map_mark *mark, struct geo_point at) {
    const struct atlas_cell *cell = mark->cell;
    unsigned radius = atlas_ring_px(cell->count);
    if (cell->all_approximate) {
        html_raw(html, "<a class=\"ring ring--approximate\"");
    } else {
        html_raw(html, "<a class=\"ring\"");
    }
    mark_open(html, mark);
    place_open(html, at);
    html_raw(html, "<circle class=\"ring-disc\" r=\"");
    buf_add_u64(html->out, radius);
    html_raw(html, "\"/>");
    ring_arcs(html, cell, radius);
    html_raw(html, "<text>");
    html_number(html, (int64_t)cell->count);
    html_raw(html, "</text></g></a>");
}

static void pin_draw(struct html *html, const struct map_mark *mark, struct geo_point at) {
    slice slug = query_kind_slug(mark->cell->kind);
    html_raw(html, "<a class=\"pin k-");
    buf_add(html->out, slug);
    buf_add_cstr(html->out, mark->cell->all_approximate ? " pin--approximate\"" : "\"");
    mark_open(html, mark);
    place_open(html, at);
    html_raw(html, "<path class=\"pin-shape\" "
                   "d=\"M0 0C-4-7-13-13-13-23a13 13 0 0 1 26 0C13-13 4-7 0 0Z\"/>"
                   "<use class=\"pin-icon\" href=\"#i-");
    buf_add(html->out, slug);
    html_raw(html, "\" x=\"-8\" y=\"-31\" width=\"16\" height=\"16\"/></g></a>");
}

/* Marks from the north to the south, so that a pin stands over what lies behind it; in this order
 * the keyboard goes too. */
static void marks_draw(struct html *html, const struct map_drawing *drawing,
                       struct arena *scratch) {
    size_t *order = arena_new(scratch, size_t, drawing->mark_count + 1);
    for (size_t i = 0; i < drawing->mark_count; i++) {
        size_t at = i;
        int32_t lat = drawing->marks[i].cell->position.lat_e7;
        for (; at > 0 && drawing->marks[order[at - 1]].cell->position.lat_e7 < lat; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (size_t i = 0; i < drawing->mark_count; i++) {
        const struct map_mark *mark = &drawing->marks[order[i]];
        struct geo_point at = place_px(&drawing->view, mark->cell->position);
        if (at.lon_e7 < 0 || at.lat_e7 < 0 || at.lon_e7 > (int32_t)drawing->view.width ||
            at.lat_e7 > (int32_t)drawing->view.height) {
            continue;
        }
        if (mark->cell->count == 1) {
            pin_draw(html, mark, at);
        } else {
            ring_draw(html, mark, at);
        }
    }
}

/* What a mark covers. */
static struct map_rect mark_rect(const struct map_view *view, const struct atlas_cell *cell) {
    struct geo_point at = place_px(view, cell->position);
    if (cell->count == 1) {
        return (struct map_rect){at.lon_e7 - PIN_HALF, at.lat_e7 - PIN_HEIGHT, at.lon_e7 + PIN_HALF,
                                 at.lat_e7};
    }
    double radius = atlas_ring_px(cell->count) + 1.0;
    return (struct map_rect){at.lon_e7 - radius, at.lat_e7 - radius, at.lon_e7 + radius,
                             at.lat_e7 + radius};
}

static void names_draw(struct html *html, const struct face_basemap *basemap,
                       const struct map_drawing *drawing, struct arena *scratch) {
    struct map_rect *rects = arena_new(scratch, struct map_rect, drawing->mark_count + 1);
    for (size_t i = 0; i < drawing->mark_count; i++) {
        rects[i] = mark_rect(&drawing->view, drawing->marks[i].cell);
    }
    struct map_canvas canvas = map_canvas_view(&drawing->view, scratch, html->out);
    struct map_name *names = NULL;
    size_t count = map_names_place(&canvas, basemap, rects, drawing->mark_count, &names);
    html_raw(html, "<g aria-hidden=\"true\">");
    for (size_t i = 0; i < count; i++) {
        const struct map_rect *rect = &names[i].rect;
        buf_add_cstr(html->out, names[i].town->is_abroad ? "<text class=\"town town--abroad\""
                                                         : "<text class=\"town\"");
        attr_px(html, "x", llround((rect->west + rect->east) / 2));
        attr_px(html, "y", llround(rect->south - NAME_DESCENT));
        html_raw(html, ">");
        html_text(html, names[i].town->name);
        html_raw(html, "</text>");
    }
    html_raw(html, "</g>");
}

void map_draw(struct html *html, const struct face_basemap *basemap,
              const struct territories *territories, const struct map_drawing *drawing) {
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 16, 0);
    if (basemap != NULL && drawing->ground_is_lazy) {
        image_apart(html, &drawing->view);
    }
    buf_addf(html->out, "<svg class=\"drawn-map\" viewBox=\"0 0 %u %u\" role=\"group\"",
             drawing->view.width, drawing->view.height);
    html_attr(html, "aria-label", drawing->label);
    html_raw(html, ">");
    if (basemap != NULL && !drawing->ground_is_lazy) {
        image_draw(html, &drawing->view);
    }
    if (territories != NULL && (drawing->commune_count > 0 || drawing->outline != TERRITORY_NONE)) {
        shapes_draw(html, territories, drawing, &scratch);
    }
    if (drawing->has_circle) {
        circle_draw(html, drawing);
    }
    if (basemap != NULL) {
        names_draw(html, basemap, drawing, &scratch);
    }
    marks_draw(html, drawing, &scratch);
    html_raw(html, "</svg>");
}
